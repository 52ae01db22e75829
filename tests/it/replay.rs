//! Reads one channel into an engine as a console does, however the pages come.

use matoi::app::show::{self, Shown};
use matoi::domain::ids::{ChannelId, ConsoleId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Verdict;
use matoi::domain::sync::image::{Image, Message};
use matoi::domain::sync::{
    Answer, Call, Counts, Engine, Fault, Link, Listed, Now, Safeguards, Step, Timing,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

pub const CHANNEL: &str = "CGOLDEN";

/// How a channel is read.
#[derive(Clone, Debug)]
pub struct How {
    /// Messages to a page.
    pub page: usize,
    /// The page closest to `oldest` comes first.
    pub oldest_first: bool,
    /// Messages become readable in so many waves, in any order.
    pub waves: usize,
    pub seed: u64,
}

pub const PLAIN: How = How {
    page: 200,
    oldest_first: false,
    waves: 1,
    seed: 0,
};

/// An engine over a journal, a little after the last message.
pub fn engine(image: Image) -> Engine {
    guarded(image, Safeguards::ALL)
}

pub fn guarded(image: Image, safeguards: Safeguards) -> Engine {
    let me = UserId::new("UREADER");
    let start = now(Duration::ZERO);
    Engine::with_safeguards(image, me, Timing::default(), start, safeguards)
}

pub fn reader() -> Engine {
    engine(Image::new(ConsoleId::new("creader")))
}

/// The wall clock stands, so that nothing falls due by itself.
fn now(mono: Duration) -> Now {
    Now {
        wall: chrono::DateTime::from_timestamp(1_789_999_500, 0).expect("in range"),
        mono,
    }
}

/// Reads everything, wave by wave, each until two sweeps have come to their ends.
pub fn read(engine: &mut Engine, messages: &[Message], how: &How) {
    let mut rng = fastrand::Rng::with_seed(how.seed);
    let waves: Vec<usize> = messages.iter().map(|_| rng.usize(..how.waves)).collect();
    let mut mono = Duration::from_secs(1_000 * rng.u64(1..9));
    for wave in 0..how.waves {
        let visible: Vec<&Message> = messages
            .iter()
            .zip(&waves)
            .filter(|(_, w)| **w <= wave)
            .map(|(m, _)| m)
            .collect();
        let mut sweeps = 0;
        for round in 0.. {
            // A later reading may begin hours before the former one ended, by its clock; and while
            // the wall clock stands, a call that is due in a moment is that every moment.
            assert!(round < 60_000, "the channel is never read to its end");
            let step = engine.next(now(mono), &mut rng);
            if step.is_empty() {
                if sweeps >= 2 {
                    break;
                }
                let due = engine.due(now(mono)).expect("there is always another poll");
                mono = due.max(mono + Duration::from_millis(1));
                continue;
            }
            sweeps += carry(engine, step, &visible, how, now(mono), &mut rng);
        }
    }
}

/// Reads so many pages and no more, as when the program is killed then.
pub fn read_pages(engine: &mut Engine, messages: &[Message], how: &How, pages: usize) {
    let mut rng = fastrand::Rng::with_seed(how.seed);
    let visible: Vec<&Message> = messages.iter().collect();
    let mut mono = Duration::from_secs(1);
    let mut read = 0;
    while read < pages {
        let step = engine.next(now(mono), &mut rng);
        if step.is_empty() {
            mono = engine
                .due(now(mono))
                .expect("another poll")
                .max(mono + Duration::from_millis(1));
            continue;
        }
        let page = |(_, call): &&(u64, Call)| matches!(call, Call::History { .. });
        read += step.calls.iter().filter(page).count();
        carry(engine, step, &visible, how, now(mono), &mut rng);
    }
}

/// Commits a step and answers its calls; returns how many sweeps came to their ends.
fn carry(
    engine: &mut Engine,
    step: Step,
    visible: &[&Message],
    how: &How,
    now: Now,
    rng: &mut fastrand::Rng,
) -> usize {
    engine.absorb(&step.writes);
    let mut drained = 0;
    for (flight, call) in step.calls {
        let result = answer(&call, visible, how);
        if matches!(&call, Call::History { .. })
            && matches!(&result, Ok(Answer::Page { next: None, .. }))
        {
            drained += 1;
        }
        let step = engine.answered(flight, result, now, rng);
        engine.absorb(&step.writes);
        assert!(step.calls.is_empty(), "an answer starts no calls");
    }
    drained
}

fn answer(call: &Call, visible: &[&Message], how: &How) -> Result<Answer, Fault> {
    match call {
        Call::Discover => Ok(Answer::Channels(vec![Listed {
            id: ChannelId::new(CHANNEL),
            name: "golden".to_owned(),
            archived: false,
            ours: true,
        }])),
        Call::History { oldest, cursor, .. } => {
            let mut all: Vec<Message> = visible
                .iter()
                .filter(|m| m.thread.is_none() && m.ts.as_str() > oldest.as_str())
                .map(|m| with_replies(m, visible))
                .collect();
            all.sort_by(|a, b| a.ts.cmp(&b.ts));
            if !how.oldest_first {
                all.reverse();
            }
            let from: usize = cursor.as_deref().map_or(0, |c| c.parse().expect("ours"));
            let mut page: Vec<Message> = all.iter().skip(from).take(how.page).cloned().collect();
            if how.oldest_first {
                page.reverse();
            }
            let next = from + page.len();
            Ok(Answer::Page {
                messages: page,
                next: (next < all.len()).then(|| next.to_string()),
            })
        }
        Call::Replies { thread, oldest, .. } => {
            let mut replies: Vec<Message> = visible
                .iter()
                .filter(|m| m.thread.as_ref() == Some(thread) && m.ts.as_str() > oldest.as_str())
                .map(|m| (*m).clone())
                .collect();
            replies.sort_by(|a, b| a.ts.cmp(&b.ts));
            Ok(Answer::Page {
                messages: replies,
                next: None,
            })
        }
        Call::Pins { .. } => Ok(Answer::Pins(Vec::new())),
        // A console that only reads.
        _ => Err(Fault::NotSent("read only".to_owned())),
    }
}

fn with_replies(parent: &Message, visible: &[&Message]) -> Message {
    let ts = SlackTs::parse(&parent.ts).ok();
    let replies = || {
        visible
            .iter()
            .filter(|m| m.thread.is_some() && m.thread == ts)
    };
    Message {
        replies: u32::try_from(replies().count()).expect("few"),
        latest_reply: replies().filter_map(|m| SlackTs::parse(&m.ts).ok()).max(),
        ..parent.clone()
    }
}

/// All that consoles agree on, in JSON: `show --json` without what is a console's own, and what is
/// behind it.
pub fn state(engine: &mut Engine, id: &IncidentId) -> Value {
    let Some(incident) = engine.agreed(id).cloned() else {
        return Value::Null;
    };
    let row = engine.image().incidents.get(id).cloned();
    let channel = row.as_ref().and_then(|row| row.channel.clone());
    let mut shown = show::show(&Shown {
        incident: &incident,
        channel: channel.as_ref().map(|id| (id.as_str(), "golden")),
        drill: row.as_ref().is_some_and(|r| r.drill),
        private: row.as_ref().is_some_and(|r| r.private),
        people: &BTreeMap::new(),
        heard: &BTreeMap::new(),
        invited: &BTreeMap::new(),
        counts: Counts::default(),
        link: &Link::Live,
        as_of: None,
        timers: &[],
        plain: &str::to_owned,
        permalink: &|ts| Some(ts.to_string()),
    });
    // Said since the kept files were written; the level's id is in both.
    if let Value::Object(fields) = &mut shown {
        fields.remove("level_name");
        fields.remove("level_owner");
    }
    for line in shown["timeline"].as_array_mut().into_iter().flatten() {
        line["recorded_at"] = Value::Null;
    }
    let entries: Vec<Value> = incident
        .entries
        .iter()
        .map(|e| {
            let verdict = match &e.verdict {
                Verdict::Accepted => json!("accepted"),
                Verdict::Overtaken(register) => json!({"overtaken": register}),
                Verdict::Ignored => json!("ignored"),
            };
            json!({"id": e.id, "position": e.position, "verdict": verdict, "body": e.body, "text": e.text})
        })
        .collect();
    let registers: BTreeMap<&str, Value> = incident
        .registers
        .iter()
        .map(|(r, w)| (r.0.as_str(), json!({"value": w.value, "events": w.events})))
        .collect();
    json!({
        "show": shown,
        "entries": entries,
        "registers": registers,
        "declarer": incident.declarer,
        "lang": incident.lang,
        "channel_wanted": incident.channel_wanted,
        "phase_since": incident.phase_since.map(show::time),
        "calls": incident.calls,
        "closers": incident.closers,
        "events": incident.events,
        "last_console": incident.last_console,
        "timekeeper": incident.timekeeper.as_ref().map(|k| json!([k.minutes, show::time(k.base), k.epoch])),
        "automatic": incident.milestones.iter().map(|(m, r)| json!([m.name(), r.automatic, r.link, r.by])).collect::<Vec<_>>(),
    })
}
