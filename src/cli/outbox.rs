//! outbox: what is not in Slack yet, tried again, changed or given up.

use super::context::{Context, PATIENCE, Session};
use super::out;
use crate::app::show::time;
use crate::app::snapshot::{GivenUp, OutboxLine};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::sync::Settle;
use crate::domain::sync::image::JobState;
use crate::domain::words::{Lang, Text};
use crate::io::publish;
use crate::wire::explain;
use clap::Subcommand;
use serde_json::json;

#[derive(Subcommand)]
pub enum Outbox {
    /// What is not in Slack yet, or never will be (the default)
    List {
        /// What was given up on this console, by whom and when
        #[arg(long)]
        dropped: bool,
    },
    /// Try a failed entry again
    Retry {
        #[arg(required_unless_present = "all")]
        entry: Option<u64>,
        /// Everything that failed
        #[arg(long, conflicts_with = "entry")]
        all: bool,
    },
    /// Change the text of what was not sent, or a name that Slack refused
    Edit {
        entry: u64,
        /// The text of a message, note or situation; a channel's name; whom to invite, where to announce
        text: String,
    },
    /// Give an entry up, and what makes no sense without it; that is recorded
    Drop { entry: u64 },
}

pub fn run(context: Context, what: Option<Outbox>) -> Result<(), Problem> {
    let session = context.session()?;
    match what.unwrap_or(Outbox::List { dropped: false }) {
        Outbox::List { dropped: true } => return list_dropped(&session),
        Outbox::List { dropped: false } => {}
        Outbox::Retry { entry, .. } => {
            let by = session.me().unwrap_or_default();
            let entries = match entry {
                Some(entry) => vec![entry],
                None => lines(&session)?
                    .into_iter()
                    .filter(|line| line.choices.retry)
                    .map(|line| line.seq)
                    .collect(),
            };
            for entry in entries {
                session.core.settle(entry, Settle::Retry, by.clone())?;
            }
            session.core.wait_quiet(PATIENCE);
        }
        Outbox::Edit { entry, text } => {
            let by = session.me()?;
            session.core.settle(entry, Settle::Edit(text), by)?;
            session.core.wait_quiet(PATIENCE);
        }
        Outbox::Drop { entry } => {
            let by = session.me()?;
            tell_what_goes(&session, entry)?;
            session.core.settle(entry, Settle::Drop, by)?;
            session.core.wait_quiet(PATIENCE);
        }
    }
    list(&session)
}

fn lines(session: &Session) -> Result<Vec<OutboxLine>, Problem> {
    let people = session.people_now();
    session
        .core
        .look(move |engine, _| publish::outbox(engine, &people))
}

/// More than was named is never given up silently.
fn tell_what_goes(session: &Session, entry: u64) -> Result<(), Problem> {
    let line = lines(session)?.into_iter().find(|line| line.seq == entry);
    let choices = line.map(|line| line.choices).unwrap_or_default();
    let count = choices.with_it;
    if choices.whole {
        let told = both!(
            "The incident is given up with it (entries: {count}).",
            "インシデントごと破棄します (他 {count} 件)。"
        );
        out::talk(&told, session.context.lang);
    } else if count > 0 {
        let told = both!(
            "What needs it is given up with it (entries: {count}).",
            "関連する項目も破棄します ({count} 件)。"
        );
        out::talk(&told, session.context.lang);
    }
    Ok(())
}

/// Slack's code, what it means, and what to do.
fn failure(state: &JobState, lang: Lang) -> Option<(&str, String, Option<String>)> {
    let JobState::Failed { code, needed } = state else {
        return None;
    };
    let (why, hint) = explain::told(code, needed.as_deref());
    let hint = hint.map(|hint| hint.get(lang).to_owned());
    Some((code, why.get(lang).to_owned(), hint))
}

fn list(session: &Session) -> Result<(), Problem> {
    let lang = session.context.lang;
    let lines = lines(session)?;
    if session.context.global.json {
        let all: Vec<_> = lines
            .iter()
            .map(|line| {
                let failure = failure(&line.state, lang);
                let (code, why, hint) = failure.map_or((None, None, None), |(code, why, hint)| {
                    (Some(code), Some(why), hint)
                });
                json!({
                    "entry": line.seq,
                    "incident": line.incident,
                    "where": line.place,
                    "what": line.what.get(lang),
                    "state": line.state.name(),
                    "code": code,
                    "why": why,
                    "hint": hint,
                    "text": line.choices.edit,
                    "can_retry": line.choices.retry,
                    "can_drop": line.choices.drop,
                    "attempts": line.attempts,
                    "at": time(line.at),
                })
            })
            .collect();
        return out::line(&format!("{:#}", json!(all)));
    }
    for line in &lines {
        let (state, what) = (line.state.name(), line.what.get(lang));
        out::line(&format!("{}  {state}  {}  {what}", line.seq, line.place))?;
        let Some((code, why, hint)) = failure(&line.state, lang) else {
            continue;
        };
        out::line(&format!("    {code}: {why}"))?;
        if let Some(hint) = hint {
            out::line(&format!("    {hint}"))?;
        }
    }
    Ok(())
}

fn list_dropped(session: &Session) -> Result<(), Problem> {
    let lang = session.context.lang;
    let people = session.people_now();
    // The engine knows names before the members are read anew.
    let gone: Vec<(GivenUp, String)> = session.core.look(move |engine, _| {
        let gone = publish::given_up(engine, &people).into_iter();
        gone.map(|gone| {
            let name = gone.by.as_ref().map(|by| engine.name(by));
            (gone, name.unwrap_or_default())
        })
        .collect()
    })?;
    if session.context.global.json {
        let all: Vec<_> = gone
            .iter()
            .map(|(gone, _)| {
                json!({
                    "entry": gone.seq,
                    "incident": gone.incident,
                    "where": gone.place,
                    "what": gone.what.get(lang),
                    "event": gone.event,
                    "at": time(gone.taken),
                    "dropped_by": gone.by,
                    "dropped_at": gone.at.map(time),
                })
            })
            .collect();
        return out::line(&format!("{:#}", json!(all)));
    }
    for (gone, by) in &gone {
        let at = gone.at.map(time).unwrap_or_default();
        let said = Text::fixed("given up", "破棄");
        let (said, what) = (said.get(lang), gone.what.get(lang));
        out::line(&format!(
            "{}  {at}  {said}: {by}  {}  {what}",
            gone.seq, gone.place
        ))?;
    }
    Ok(())
}
