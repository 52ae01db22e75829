//! list, show, watch, sync: reading, and the duties without a screen.

use super::context::{Context, Session};
use super::ground::Ground;
use super::out;
use crate::app::briefing;
use crate::app::show;
use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::problem::{Kind, Problem};
use crate::domain::sentence;
use crate::domain::words::Text;
use crate::io::publish;
use crate::wire::mrkdwn;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// A full read may need many pages.
const SYNC: Duration = Duration::from_secs(120);

/// Incidents, newest first.
pub fn list(context: Context) -> Result<(), Problem> {
    let session = context.session()?;
    let ids = session.core.look(|engine, _| {
        let incidents = engine.incidents();
        incidents.iter().map(|i| i.id.clone()).collect::<Vec<_>>()
    })?;
    let mut all = Vec::new();
    for id in &ids {
        all.push(session.show(id)?);
    }
    if session.context.global.json {
        return out::line(&format!("{:#}", json!(all)));
    }
    for shown in &all {
        out::line(&out::summary(shown, session.context.lang))?;
    }
    Ok(())
}

/// One incident, whole.
pub fn show(context: Context, incident: &str) -> Result<(), Problem> {
    let session = context.session()?;
    let incident = session.incident(incident)?;
    let shown = session.show(&incident.id)?;
    if session.context.global.json {
        return out::line(&format!("{shown:#}"));
    }
    out::line(&out::summary(&shown, session.context.lang))?;
    for entry in shown["timeline"].as_array().into_iter().flatten() {
        let text = entry["text"].as_str().unwrap_or("").replace('\n', "\n    ");
        let at = entry["at"].as_str().unwrap_or("");
        out::line(&format!("  {at}  {text}"))?;
    }
    Ok(())
}

/// What somebody needs who has just joined.
pub fn briefing(context: Context, incident: &str) -> Result<(), Problem> {
    let session = context.session()?;
    let id = session.incident(incident)?.id.clone();
    let text = told(&session, id, briefing::briefing)?.unwrap_or_default();
    if session.context.global.json {
        return out::line(&format!("{:#}", json!({ "briefing": text })));
    }
    out::line(&text)
}

/// An incident in a few lines.
pub fn summary(context: Context, incident: &str) -> Result<(), Problem> {
    let session = context.session()?;
    let id = session.incident(incident)?.id.clone();
    let text = told(&session, id, briefing::summary)?.unwrap_or_default();
    if session.context.global.json {
        return out::line(&format!("{:#}", json!({ "summary": text })));
    }
    out::line(&text)
}

/// What `tell` makes of an incident; `None` where it is not known here.
pub(super) fn told<R: Send + 'static>(
    ground: &impl Ground,
    id: IncidentId,
    tell: impl FnOnce(&briefing::Told<'_>) -> R + Send + 'static,
) -> Result<Option<R>, Problem> {
    let (people, config) = (ground.people_now(), ground.config().clone());
    ground.look(move |engine, now| publish::told(engine, &id, &people, &config, now, tell))
}

/// Delivers and reads: once to the end, or until it is stopped.
pub fn sync(context: Context, once: bool) -> Result<(), Problem> {
    let log = context.log();
    let session = context.session()?;
    // Duties are done in somebody's name, where one is known.
    if let Ok(me) = session.me() {
        session.core.ask(crate::io::core::Ask::SetMe(me));
    }
    if once {
        let done = session.settle(SYNC);
        drop(log);
        return if done {
            settled(&session)
        } else {
            Err(unsettled(&session)?)
        };
    }
    let told = Text::fixed("Syncing until stopped.", "停止するまで同期を続けます。");
    out::talk(&told, session.context.lang);
    let (tell, stop) = std::sync::mpsc::channel();
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        let tell = tell.clone();
        let watched = signal_hook::iterator::Signals::new([signal]);
        let mut watched = watched.map_err(|error| {
            Problem::failed(both!(
                "Signals cannot be watched: {error}",
                "シグナルを監視できません: {error}"
            ))
        })?;
        std::thread::spawn(move || {
            for _ in watched.forever() {
                if tell.send(()).is_err() {
                    return;
                }
            }
        });
    }
    // The core does the work on its own thread.
    stop.recv().ok();
    Ok(())
}

fn settled(session: &Session) -> Result<(), Problem> {
    let ids = session.core.look(|engine, _| {
        let incidents = engine.incidents();
        incidents.iter().map(|i| i.id.clone()).collect::<Vec<_>>()
    })?;
    for id in ids {
        out::delivery(&session.deliver(&id, 0)?, session.context.lang)?;
    }
    Ok(())
}

fn unsettled(session: &Session) -> Result<Problem, Problem> {
    let waiting = session.core.look(|engine, _| !engine.is_delivered())?;
    let why = session.unreachable();
    if !waiting {
        return Ok(why);
    }
    let (en, ja) = (why.sentence.en, why.sentence.ja);
    let problem = Problem::new(
        Kind::NotYetInSlack,
        both!(
            "Not everything is delivered yet. {en}",
            "まだすべては届いていません。{ja}"
        ),
    );
    Ok(Problem {
        hint: why.hint,
        ..problem
    })
}

/// Follows an incident as lines of text, until it is over or the reader goes away.
pub fn watch(context: Context, incident: &str) -> Result<(), Problem> {
    let session = context.session()?;
    let incident = session.incident(incident)?;
    let id = incident.id.clone();
    session
        .core
        .ask(crate::io::core::Ask::Focus(Some(id.clone())));
    let mut told = BTreeSet::new();
    let mut version = 0;
    loop {
        let known = version;
        let Some(snapshot) = session.wait(Duration::from_secs(3600), |s| s.version > known) else {
            continue;
        };
        version = snapshot.version;
        let Some(summary) = snapshot.incidents.iter().find(|s| s.incident.id == id) else {
            continue;
        };
        let name = |user: &crate::domain::ids::UserId| {
            let person = snapshot.people.get(user);
            person.map_or_else(|| user.to_string(), |p| p.name.clone())
        };
        let mut lines: Vec<(chrono::DateTime<chrono::Utc>, String, String)> = Vec::new();
        for entry in &summary.incident.entries {
            let plain = |text: &str| mrkdwn::plain(text, &mrkdwn::NoNames);
            let clocks = sentence::Clocks {
                time: &|at| at.format("%H:%M UTC").to_string(),
                day: &|at| at.format("%Y-%m-%d UTC").to_string(),
            };
            let text = show::words(entry, &summary.incident, name, &plain, &clocks);
            lines.push((
                entry.at,
                entry.id.to_string(),
                format!("{}: {text}", name(&entry.by)),
            ));
        }
        for talk in snapshot.room.iter().flat_map(|room| room.talk.iter()) {
            if talk.event.is_none() {
                let line = format!("{}: {}", talk.author, talk.text);
                lines.push((talk.at, talk.ts.to_string(), line));
            }
        }
        lines.sort();
        for (at, key, text) in lines {
            if told.insert(key) {
                let text = text.replace('\n', "\n    ");
                out::line(&format!("{}  {text}", at.format("%H:%M:%S")))?;
            }
        }
        if summary.incident.phase == crate::domain::event::Phase::Archived {
            return Ok(());
        }
    }
}
