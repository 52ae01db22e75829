//! A record written by hand, for tests of what is made from one.

use super::event::{Body, Event, Milestone, Position, Recorded, What};
use super::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use super::incident::{Incident, Verdict};
use super::learn::{Learnt, Lesson, check};
use super::problem::Problem;
use super::work::Deed;
use crate::domain::decide::Asked;
use crate::domain::gate;
use chrono::{DateTime, Utc};

/// So many minutes after the declaration: Wednesday 18 November 2026, 08:26:40 UTC.
pub fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_794_990_400 + minute * 60, 0).expect("in range")
}

/// Writes events in order; everything is in the channel at once.
pub struct Scribe {
    pub incident: Incident,
    written: usize,
}

impl Scribe {
    /// Declared by `U1`.
    pub fn declared() -> Scribe {
        let mut scribe = Scribe {
            incident: Incident::new(IncidentId::new("i1")),
            written: 0,
        };
        let body = serde_json::json!({
            "kind": "declared", "title": "t", "service": "s", "incident_kind": "outage",
            "channel": "c", "lang": "en", "timekeeper": 15, "timekeeper_recovered": 60,
        });
        let body = serde_json::from_value(body).expect("a declaration");
        scribe.tell("U1", 0, body, None);
        scribe
    }

    /// The event's id; it has to count.
    pub fn tell(&mut self, by: &str, minute: i64, body: Body, text: Option<&str>) -> EventId {
        self.written += 1;
        let id = EventId::new(format!("e{}", self.written));
        let ts = SlackTs::parse(&format!("{}.{:06}", at(minute).timestamp(), self.written));
        let prev = self.incident.prev(&id, &body);
        let verdict = self.incident.apply(&Recorded {
            event: Event {
                id: id.clone(),
                at: at(minute),
                prev,
                what: What::Known(body),
                via: None,
            },
            by: UserId::new(by),
            console: ConsoleId::new("c1"),
            text: text.map(str::to_owned),
            position: Some(Position {
                ts: ts.expect("a ts"),
                index: 0,
            }),
            recorded_at: at(minute),
        });
        assert_eq!(verdict, Verdict::Accepted, "{id}");
        id
    }

    pub fn work(&mut self, by: &str, minute: i64, deed: Deed) -> EventId {
        let text = deed.has_text().then_some("text");
        self.tell(by, minute, Body::Work(deed), text)
    }

    /// As somebody asks for it: checked first.
    pub fn learn(
        &mut self,
        by: &str,
        minute: i64,
        learnt: Learnt,
        text: Option<&str>,
    ) -> Result<EventId, Problem> {
        let lesson = Lesson {
            learnt,
            text: text.map(str::to_owned),
        };
        let (by_id, now) = (UserId::new(by), at(minute));
        let (learnt, text) = check(&self.incident, &lesson, &asked(&by_id, now))?;
        Ok(self.tell(by, minute, Body::Learnt(learnt), text.as_deref()))
    }

    pub fn reach(&mut self, minute: i64, milestone: Milestone) {
        let body = Body::Milestone {
            milestone,
            time: at(minute),
            link: None,
        };
        self.tell("U1", minute.max(0), body, None);
    }

    pub fn note(&mut self, by: &str, minute: i64, text: &str) -> EventId {
        self.tell(by, minute, Body::Note {}, Some(text))
    }
}

/// Somebody of whom nothing else is known.
pub fn asked(by: &UserId, now: DateTime<Utc>) -> Asked<'_> {
    Asked {
        by,
        now,
        heard: &|_| None,
        name: &|user| user.to_string(),
        silent_minutes: 5,
        gate: gate::Rules::default(),
        archived: false,
    }
}
