//! search, similar, tags: what was, found again.

use super::context::{Context, PATIENCE, Session};
use super::out;
use crate::app::clock;
use crate::app::history::{At, Found, Hit, Reminder, Reminding};
use crate::app::show;
use crate::app::snapshot::Snapshot;
use crate::app::view::header::sight_marks;
use crate::both;
use crate::domain::decide::{Command, Outlets};
use crate::domain::history::End;
use crate::domain::ids::IncidentId;
use crate::domain::learn::Learnt;
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::problem::Problem;
use crate::domain::sync::Order;
use crate::domain::text::terms::fold;
use crate::domain::words::Text;
use crate::io::history::{Index, Search};
use chrono::Utc;
use clap::Subcommand;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Searching {
    /// Words and filters: service:shop level:1 kind:outage tag:dns @ito since:2026-10 until:2026-11
    /// near-miss is:cancelled drill:only
    #[arg(value_name = "QUERY", required = true)]
    words: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

#[derive(clap::Args)]
pub struct Likeness {
    /// An incident: its id, its channel's name, or - for the only open one
    #[arg(value_name = "I", required_unless_present = "title")]
    incident: Option<String>,
    /// Instead of an incident: a title, as one would declare it
    #[arg(long, conflicts_with = "incident")]
    title: Option<String>,
    /// With a title: of this service
    #[arg(long, requires = "title", default_value = "")]
    service: String,
}

#[derive(Subcommand)]
pub enum Tags {
    /// Give a tag another name everywhere; where the other one exists, they become one
    Rename { old: String, new: String },
}

/// The index, with everything in it that the journal holds.
fn index(session: &Session) -> Result<(Index, Arc<Snapshot>), Problem> {
    let snapshot = session.wait(PATIENCE, |_| true);
    let snapshot = snapshot.ok_or_else(|| session.unreachable())?;
    let mut index = Index::open(&session.context.paths.data_dir)?;
    index.fill(&snapshot)?;
    Ok((index, snapshot))
}

pub fn search(context: Context, wish: Searching) -> Result<(), Problem> {
    let log = context.log();
    let session = context.session()?;
    let (mut index, _) = index(&session)?;
    let found = index.find(&Search {
        text: wish.words.join(" "),
        now: Utc::now(),
        zone: session.context.config.time_zone,
        most: wish.limit,
    })?;
    drop(log);
    if session.context.global.json {
        return out::line(&format!("{:#}", found_json(&found)));
    }
    for hit in &found.hits {
        print(&session, hit)?;
    }
    if !found.unclear.is_empty() {
        let unclear = found.unclear.join(" ");
        let said = both!("Not understood: {unclear}", "解釈できない条件: {unclear}");
        out::talk(&said, session.context.lang);
    }
    let (count, shown) = (found.count, found.hits.len());
    let said = match shown < count {
        true => both!("{shown} of {count}", "{count} 件中 {shown} 件"),
        false => both!("{count} found", "{count} 件"),
    };
    out::talk(&said, session.context.lang);
    Ok(())
}

fn print(session: &Session, hit: &Hit) -> Result<(), Problem> {
    let (lang, zone) = (session.context.lang, session.context.config.time_zone);
    let day = clock::local(zone, hit.declared).format("%Y-%m-%d");
    let level = hit.level.as_ref().map_or("-", |level| level.id.as_str());
    let channel = hit.channel.as_deref().unwrap_or("-");
    let mut marks = sight_marks(hit.sight, Outlet::Search, lang);
    if hit.end != End::Resolved {
        marks.push(hit.end.name().get(lang).to_owned());
    }
    let marks: Vec<String> = marks.iter().map(|mark| format!("  [{mark}]")).collect();
    let (id, title) = (&hit.id, &hit.title);
    out::line(&format!(
        "{day}  {id}  L{level}  #{channel}  {title}{}",
        marks.concat()
    ))?;
    if let Some(line) = hit.line.as_ref().filter(|line| line.text != hit.title) {
        let at = clock::day_hhmm(zone, line.at, hit.declared);
        out::line(&format!("    {at}  {}", line.text))?;
    }
    Ok(())
}

fn sight(sight: Sight) -> [(&'static str, Value); 3] {
    [
        ("private", json!(sight.private)),
        ("drill", json!(sight.drill)),
        ("restricted", json!(sight.restricted)),
    ]
}

fn found_json(found: &Found) -> Value {
    let hits = found.hits.iter().map(|hit| {
        let mut one = json!({
            "id": hit.id,
            "channel": hit.channel,
            "title": hit.title,
            "service": hit.service,
            "level": hit.level.as_ref().map(|level| &level.id),
            "declared": show::time(hit.declared),
            "end": hit.end.name().en,
            "line": hit.line.as_ref().map(|line| json!({
                "at": show::time(line.at),
                "text": line.text,
            })),
        });
        for (key, value) in sight(hit.sight) {
            one[key] = value;
        }
        one
    });
    let hits: Vec<Value> = hits.collect();
    let months = found.months.iter().map(|month| {
        let name = format!("{:04}-{:02}", month.year, month.month);
        json!({"month": name, "count": month.count})
    });
    json!({
        "query": found.asked,
        "count": found.count,
        "hits": hits,
        "months": months.collect::<Vec<_>>(),
        "not_understood": found.unclear,
    })
}

/// Earlier incidents like one, or like a title.
pub fn similar(context: Context, wish: &Likeness) -> Result<(), Problem> {
    let log = context.log();
    let session = context.session()?;
    let about = match (&wish.incident, &wish.title) {
        (Some(incident), _) => {
            let incident = session.incident(incident)?;
            let (index, snapshot) = index(&session)?;
            let mut all = snapshot.incidents.iter();
            let summary = all.find(|summary| summary.incident.id == incident.id);
            let about = Reminding {
                at: At::Room(incident.id.clone()),
                title: incident.title.clone(),
                service: incident.service.clone(),
                // What nothing is known of is taken to be public: nothing private is named then.
                sight: summary.map(|summary| summary.sight()).unwrap_or_default(),
            };
            (index, about)
        }
        (None, title) => {
            let (index, _) = index(&session)?;
            let about = Reminding {
                at: At::Declaring,
                title: title.clone().unwrap_or_default(),
                service: wish.service.clone(),
                sight: Sight::default(),
            };
            (index, about)
        }
    };
    let (index, about) = about;
    let found = index.remind(&about);
    drop(log);
    if session.context.global.json {
        let found: Vec<Value> = found.iter().map(reminder_json).collect();
        return out::line(&format!("{:#}", json!({ "similar": found })));
    }
    let zone = session.context.config.time_zone;
    for one in &found {
        let day = clock::local(zone, one.declared).format("%Y-%m-%d");
        let channel = one.channel.as_deref().unwrap_or("-");
        let (id, title) = (&one.id, &one.title);
        out::line(&format!("{day}  {id}  #{channel}  {title}"))?;
        if let Some(done) = &one.done {
            out::line(&format!("    {done}"))?;
        }
    }
    if found.is_empty() {
        let none = Text::fixed(
            "Nothing like it is known.",
            "似たインシデントはありません。",
        );
        out::talk(&none, session.context.lang);
    }
    Ok(())
}

fn reminder_json(one: &Reminder) -> Value {
    json!({
        "id": one.id,
        "channel": one.channel,
        "title": one.title,
        "declared": show::time(one.declared),
        "end": one.end.name().en,
        "done": one.done,
        "score": (one.score * 100.0).round() / 100.0,
    })
}

/// Tags with counts; or a tag renamed.
pub fn tags(context: Context, what: Option<Tags>) -> Result<(), Problem> {
    match what {
        None => list(context),
        Some(Tags::Rename { old, new }) => rename(context, &old, &new),
    }
}

fn list(context: Context) -> Result<(), Problem> {
    let session = context.session()?;
    let (index, _) = index(&session)?;
    let tags = index.tagged();
    if session.context.global.json {
        let tags: Vec<Value> = tags
            .iter()
            .map(|(tag, of)| json!({"tag": tag, "count": of.len(), "incidents": of}))
            .collect();
        return out::line(&format!("{:#}", json!({ "tags": tags })));
    }
    for (tag, of) in tags {
        out::line(&format!("{:>5}  {tag}", of.len()))?;
    }
    Ok(())
}

/// By the acts by which people tag: each incident's record says who renamed it and when.
fn rename(context: Context, old: &str, new: &str) -> Result<(), Problem> {
    let session = context.session()?;
    let me = session.me()?;
    session.catch_up();
    let (index, _) = index(&session)?;
    let all = index.tagged();
    let carries = |tag: &str| {
        let key = fold(tag);
        let mut all = all.iter();
        all.find(|(known, _)| fold(known) == key).map(|(_, of)| of)
    };
    let old_ones = carries(old).ok_or_else(|| no_tag(old))?;
    // Another spelling of it: taken off first, so that the new one is the one that is shown.
    let same = fold(old) == fold(new);
    let mut delivered = None;
    for id in old_ones {
        let mut acts = Vec::new();
        if same {
            acts.extend([(old, true), (new, false)]);
        } else {
            if !carries(new).is_some_and(|of| of.contains(id)) {
                acts.push((new, false));
            }
            acts.push((old, true));
        }
        let before = session.last_entry()?;
        for (tag, off) in acts {
            act(&session, id, &me, tag, off)?;
        }
        let one = session.deliver(id, before)?;
        match &mut delivered {
            None => delivered = Some(one),
            Some(all) => all.join(one),
        }
    }
    let n = old_ones.len();
    out::talk(
        &both!(
            "{old} is {new} now ({n} incidents).",
            "{old} を {new} にしました ({n} 件)。"
        ),
        session.context.lang,
    );
    delivered.map_or(Ok(()), |all| out::delivery(&all, session.context.lang))
}

fn act(
    session: &Session,
    id: &IncidentId,
    me: &crate::domain::ids::UserId,
    tag: &str,
    off: bool,
) -> Result<(), Problem> {
    let learnt = Learnt::Tagged {
        tag: tag.to_owned(),
        off,
    };
    let order = Order {
        command: Command::Learn(Box::new(learnt.into())),
        by: me.clone(),
        outlets: Outlets::default(),
        via: Some(session.context.global.via()),
    };
    session.core.act(Some(id.clone()), order).map(|_| ())
}

fn no_tag(tag: &str) -> Problem {
    Problem::not_found(both!(
        "No incident has the tag {tag}.",
        "タグ {tag} の付いたインシデントはありません。"
    ))
    .hint(Text::fixed(
        "matoi tags lists them.",
        "matoi tags で一覧できます。",
    ))
}
