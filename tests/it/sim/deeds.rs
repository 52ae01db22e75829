//! What people at the consoles deal out and keep: matters, reports, notices, hand-overs, claims.

use super::{Run, wall};
use chrono::TimeDelta;
use matoi::domain::decide::{Command, WorkOrder};
use matoi::domain::event::{Body, Kind, Named};
use matoi::domain::ids::{EventId, IncidentId, UserId};
use matoi::domain::work::{Deed, Section, Sort, Stage};

impl Run {
    /// Something of it, as the console `n` sees the incident.
    pub(super) fn some_deed(&mut self, n: usize, incident: &IncidentId) -> Option<Command> {
        let state = self.consoles[n].engine.shown(incident)?;
        let work = &state.work;
        let now = wall(self.now).wall;
        let number = self.rng.u32(..1000);
        let line = format!("line {number}");
        let user = UserId::new(format!("U{}", self.rng.u32(..3)));
        let soon = Some(now + TimeDelta::seconds(self.rng.i64(5..400)));
        let matter = match work.matters.len() {
            0 => None,
            some => work.matters.get(self.rng.usize(..some)),
        };
        let offer = work.offer.as_ref().map(|offer| offer.id.clone());
        let claim = work.claim.as_ref().map(|claim| claim.id.clone());
        let mut text = None;
        let deed = match self.rng.u32(..24) {
            0..=3 => Deed::Opened {
                matter: Sort::ALL[self.rng.usize(..Sort::ALL.len())],
                line,
                owner: Some(user),
                due: soon,
                risk: Some("none".into()),
            },
            4..=6 => {
                let matter = matter?;
                let states = matter.sort.states();
                Deed::Settled {
                    matter: matter.id.clone(),
                    state: states[self.rng.usize(..states.len())],
                    line: Some(line),
                    owner: self.rng.bool().then_some(user),
                    due: None,
                }
            }
            7 => Deed::Moved {
                matter: matter?.id.clone(),
                due: soon?,
            },
            8 => Deed::Given {
                matter: matter?.id.clone(),
                owner: user,
            },
            9 => Deed::Objected {
                matter: matter?.id.clone(),
                line,
            },
            10..=12 => {
                text = Some(format!("briefing {number}"));
                Deed::Offered {
                    to: user,
                    expires: soon?,
                }
            }
            13..=15 => Deed::Accepted {
                offer: offer?,
                user: self.consoles[n].me.clone(),
            },
            16 => Deed::Declined { offer: offer? },
            17 => Deed::Claimed {
                time: now,
                hold: 1,
                owners: vec![user],
            },
            18 => Deed::Confirmed { claim: claim? },
            19 => Deed::Unclaimed {
                claim: claim?,
                reason: line,
            },
            20 => {
                text = Some(format!("The situation: bad {number}\n\nNext: {line}"));
                Deed::Report {
                    audience: Named {
                        id: "all".into(),
                        name: "All".into(),
                    },
                    stage: Stage::FollowUp,
                    next: soon,
                }
            }
            21 => Deed::KindChanged {
                incident_kind: [Kind::Outage, Kind::Security][self.rng.usize(..2)],
            },
            22 => {
                text = Some(format!("written {number}"));
                Deed::Written {
                    section: Section::ALL[self.rng.usize(..4)],
                }
            }
            _ => Deed::Retracted {
                event: addition(&state, &mut self.rng)?,
            },
        };
        Some(Command::Work(Box::new(WorkOrder {
            deed,
            text,
            slot: None,
            items: Vec::new(),
        })))
    }
}

/// A note that may be taken back.
fn addition(state: &matoi::domain::incident::Incident, rng: &mut fastrand::Rng) -> Option<EventId> {
    let notes: Vec<_> = state
        .entries
        .iter()
        .filter(|entry| matches!(entry.body, Body::Note {}))
        .collect();
    (!notes.is_empty()).then(|| notes[rng.usize(..notes.len())].id.clone())
}
