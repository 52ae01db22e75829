//! What a timekeeper's call says.

use super::{Names, date_token, named, span};
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::EventId;
use crate::domain::incident::Incident;
use crate::domain::sentence::level_words;
use crate::domain::words::Lang;
use crate::wire::mrkdwn::escape;
use chrono::{DateTime, Utc};

/// The timekeeper's call: where we are, what is missing, and one question in turn.
pub(super) fn call_text(
    incident: &Incident,
    id: &EventId,
    slot: u32,
    names: &Names,
    now: DateTime<Utc>,
) -> String {
    let lang = incident.lang;
    let ja = lang == Lang::Ja;
    let pick = |en: &'static str, jp: &'static str| if ja { jp } else { en };
    let mut lines = Vec::new();
    let counted = [Milestone::Detected, Milestone::Responded]
        .into_iter()
        .find_map(|name| Some((name.text(), incident.milestones.get(&name)?)));
    if let Some((since, reached)) = counted {
        let passed = span(now - reached.time, lang);
        lines.push(if ja {
            format!("*タイムキーパー*: {}から {passed}", since.ja)
        } else {
            format!("*Timekeeper*: {passed} since {}", since.en)
        });
    }
    let none = pick("nobody", "なし");
    let commander = incident
        .commander
        .as_ref()
        .map_or_else(|| none.to_owned(), |h| named(names, &h.user));
    let level = incident.level.as_ref().map_or_else(
        || pick("not set", "未設定").to_owned(),
        |l| escape(&level_words(l)).into_owned(),
    );
    let (done, all) = incident.progress();
    lines.push(if ja {
        format!(
            "指揮 {commander}、レベル {level}、{}、項目 {done}/{all}",
            incident.phase.text().ja
        )
    } else {
        format!(
            "Commander {commander}, level {level}, {}, checklist {done}/{all}",
            incident.phase.text().en
        )
    });
    if has_news(incident, id) {
        let reached = incident.milestones.iter();
        let reached: Vec<String> = reached
            .map(|(m, r)| format!("{} {}", m.text().get(lang), date_token(r.time, "{time}")))
            .collect();
        lines.push(reached.join(" · "));
    }
    let missing = missing(incident);
    if !missing.is_empty() {
        let list: Vec<&str> = missing.iter().map(|t| if ja { t.1 } else { t.0 }).collect();
        lines.push(format!(
            "{}{}",
            pick("Missing: ", "未記録: "),
            list.join(pick(", ", "、"))
        ));
    }
    if !incident.milestones.contains_key(&Milestone::Detected) {
        lines.push(
            pick(
                "When was it first noticed? Mention me: detected 10:05 | link",
                "最初に気づいた時刻が未記録です。このアプリにメンションして「検知 10:05 | リンク」",
            )
            .to_owned(),
        );
    }
    if let Some(due) = incident.work.notice_promised().filter(|due| *due <= now) {
        let due = date_token(due, "{time}");
        lines.push(if ja {
            format!("{due} に予告したユーザー告知がまだ出ていません。")
        } else {
            format!("The customer notice that was promised for {due} has not come.")
        });
    }
    lines.push(question(incident, slot, ja));
    lines.join("\n")
}

/// Whether the times differ from those that the call before this one told.
fn has_news(incident: &Incident, id: &EventId) -> bool {
    let entries = incident.entries.iter();
    let before: Vec<_> = entries.take_while(|entry| entry.id != *id).collect();
    let told = |body: &Body| matches!(body, Body::TimekeeperCall { .. });
    let Some(last) = before.iter().rposition(|entry| told(&entry.body)) else {
        return true;
    };
    let since = before[last].at;
    let by_hand = before[last..].iter().any(|entry| {
        matches!(
            entry.body,
            Body::Milestone { .. } | Body::Recovered { .. } | Body::Reopened { .. }
        )
    });
    let mut reached = incident.milestones.values();
    by_hand || reached.any(|reached| reached.automatic && reached.time >= since)
}

/// What the record still lacks, most urgent first, in English and Japanese.
pub fn missing(incident: &Incident) -> Vec<(&'static str, &'static str)> {
    let mut missing = Vec::new();
    if incident.commander.is_none() {
        missing.push(("who commands", "指揮者"));
    }
    if incident.level.is_none() {
        missing.push(("the level", "レベル"));
    }
    if incident.situation.is_none() {
        missing.push(("the situation", "いまいまの状況"));
    }
    if !incident.milestones.contains_key(&Milestone::Detected) {
        missing.push(("when it was detected", "検知時刻"));
    }
    if !incident.milestones.contains_key(&Milestone::Started) {
        missing.push(("when it started", "発生時刻"));
    }
    if incident.in_role("scribe").is_none() && incident.roster.len() >= 5 {
        missing.push(("a scribe", "書記"));
    }
    missing
}

/// What the call of this number asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::sync) enum Turn {
    Alternative,
    Level,
    Relief,
    /// It was said to be good: the plan is to wait, and to look.
    Holds,
    After,
}

pub(in crate::domain::sync) fn turn(incident: &Incident, slot: u32) -> Turn {
    const BURNING: [Turn; 3] = [Turn::Alternative, Turn::Level, Turn::Relief];
    match (incident.phase.is_burning(), &incident.work.claim) {
        (true, None) => BURNING[usize::try_from(slot.saturating_sub(1)).unwrap_or(0) % 3],
        (true, Some(_)) => Turn::Holds,
        (false, _) => Turn::After,
    }
}

fn question(incident: &Incident, slot: u32, ja: bool) -> String {
    /// With each of those that come while users are hurt.
    const WHERE: (&str, &str) = (
        "Where are we, what was tried, what is next? Who is missing?",
        "現状、試したこと、次の一手は何ですか。足りない人はいませんか。",
    );
    let turn = turn(incident, slot);
    let (en, jp) = match turn {
        Turn::Alternative => (
            "Is what we are doing still right, or is there an alternative? (🤔: there is)",
            "いまの方針で良いですか。別の手はありませんか。(あれば 🤔)",
        ),
        Turn::Level => (
            "Is the level still right? (⬆️: it is worse)",
            "レベルはいまのままで良いですか。(上げるべきなら ⬆️)",
        ),
        Turn::Relief => (
            "How are you all? Does anyone need relief? (🙋: I do)",
            "皆さん大丈夫ですか。交代が必要な人はいませんか。(必要なら 🙋)",
        ),
        Turn::Holds => (
            "Recovery is claimed: does it hold? Who sees it fail says so.",
            "復旧の報告があり、様子を見ています。まだ失敗しているところはありませんか。",
        ),
        Turn::After => (
            "What is left: data, notices, help page, summary, post-mortem?",
            "残りは何ですか: データ、告知、ヘルプページ、まとめ、ポストモーテム。",
        ),
    };
    let asked = if ja { jp } else { en };
    match turn {
        Turn::Holds | Turn::After => asked.to_owned(),
        _ if ja => format!("{}\n{asked}", WHERE.1),
        _ => format!("{}\n{asked}", WHERE.0),
    }
}
