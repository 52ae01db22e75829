//! What subcommands print: data to stdout, talk to stderr.

use super::context::{Delivery, Session};
use crate::app::view::header::sight_marks;
use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::problem::{Kind, Problem};
use crate::domain::sentence::level_text;
use crate::domain::words::{Lang, Text};
use std::io::Write;

/// Writes a line of data. A reader that went away is no failure of ours.
pub fn line(text: &str) -> Result<(), Problem> {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Problem::failed(both!(
            "Nothing can be written to the output: {error}",
            "出力に書き込めません: {error}"
        ))),
    }
}

/// Writes to stderr; with stderr gone there is nobody left to tell.
pub fn talk(text: &Text, lang: Lang) {
    writeln!(std::io::stderr(), "{}", text.get(lang)).ok();
}

/// The incident after an act: JSON, or its line of the list.
pub fn incident(session: &Session, id: &IncidentId) -> Result<(), Problem> {
    if session.context.global.json {
        let shown = session.show(id)?;
        return line(&format!("{shown:#}"));
    }
    let shown = session.show(id)?;
    line(&summary(&shown, session.context.lang))
}

/// One incident in one line.
pub fn summary(shown: &serde_json::Value, lang: Lang) -> String {
    let text = |key: &str| shown[key].as_str().unwrap_or("-").to_owned();
    let level = shown["level"].as_str();
    let level = level.map_or_else(|| "L-".to_owned(), |id| level_text(id, ""));
    let channel = shown["channel"]["name"].as_str().unwrap_or("-");
    let commander = shown["commander"].as_str().unwrap_or("-");
    let commander = shown["people"][commander].as_str().unwrap_or(commander);
    let sight = Sight {
        private: shown["private"] == true,
        drill: shown["drill"] == true,
        restricted: shown["restricted"].is_string(),
    };
    let marks = sight_marks(sight, Outlet::Board, lang);
    let marks: String = marks.iter().map(|mark| format!("[{mark}] ")).collect();
    format!(
        "{marks}{}  {level}  {}  #{channel}  {}  IC {commander}",
        text("id"),
        text("phase"),
        text("title"),
    )
}

/// Tells what failed, and turns it into the exit code: 1 where an act was
/// refused by Slack, 4 where something is still on its way.
pub fn delivery(delivery: &Delivery, lang: Lang) -> Result<(), Problem> {
    let mut acts_failed = None;
    for (what, code, why, is_act) in &delivery.failed {
        let (en, ja) = (what.en.clone(), what.ja.clone());
        let (why_en, why_ja) = (&why.en, &why.ja);
        let said = both!(
            "failed: {en} ({code}: {why_en})",
            "失敗: {ja} ({code}: {why_ja})"
        );
        talk(&said, lang);
        if *is_act {
            acts_failed = Some(said);
        }
    }
    if let Some(said) = acts_failed {
        return Err(Problem::failed(said).hint(Text::fixed(
            "It is kept: matoi outbox lists it, retries it, or drops it.",
            "内容は残っています。matoi outbox で一覧・再送・破棄ができます。",
        )));
    }
    if let Some(register) = delivery.overtaken.first() {
        return Err(Problem::refused(both!(
            "Somebody else changed this first ({register}): it is on record, and did not count.",
            "先に他の人が変更していたため ({register})、記録には残りますが反映されていません。"
        ))
        .hint(Text::fixed(
            "Look at the state now, and do it again if it is still right: matoi show",
            "いまの状態を確認し、必要ならもう一度実行してください: matoi show",
        )));
    }
    if delivery.waiting > 0 {
        let n = delivery.waiting;
        let why = |lang: Lang| match &delivery.why {
            Some(why) => format!(" {}", why.get(lang)),
            None => String::new(),
        };
        let (why_en, why_ja) = (why(Lang::En), why(Lang::Ja));
        return Err(Problem::new(
            Kind::NotYetInSlack,
            both!(
                "Saved here, but not in Slack yet (entries: {n}).{why_en}",
                "保存しましたが、まだ Slack に届いていません ({n} 件)。{why_ja}"
            ),
        )
        .hint(Text::fixed(
            "They go out with the next run that reaches it: matoi sync --once.",
            "次に接続できたときに送られます: matoi sync --once",
        )));
    }
    Ok(())
}
