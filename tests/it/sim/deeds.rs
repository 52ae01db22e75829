//! What people at the consoles deal out and keep: matters, reports, notices, hand-overs, calls,
//! claims, and going on among few.

use super::{Run, wall};
use chrono::TimeDelta;
use matoi::domain::decide::{Command, Declaration, Restriction, WorkOrder};
use matoi::domain::event::{Body, Kind, Named, Place};
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
        let deed = match self.rng.u32(..36) {
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
                manual: None,
            },
            22 => {
                text = Some(format!("written {number}"));
                Deed::Written {
                    section: Section::ALL[self.rng.usize(..4)],
                }
            }
            23 => Deed::Retracted {
                event: addition(&state, &mut self.rng)?,
            },
            24 | 25 => Deed::Called {
                user,
                number: 0,
                why: self.rng.bool().then_some(line),
            },
            26 => Deed::RollCall {},
            27 => Deed::Here {},
            28 | 29 => {
                text = Some(format!("We are sorry {number}"));
                Deed::Notice {}
            }
            30 | 31 => {
                let draft = work.notices.last()?;
                let notice = draft.id.clone();
                match &draft.approved {
                    None => Deed::Approved { notice },
                    Some(_) => Deed::Published {
                        notice,
                        target: "the status page".into(),
                        next: soon,
                    },
                }
            }
            32 => {
                let parent = self.incidents.iter().find(|id| *id != incident)?;
                Deed::Linked {
                    parent: parent.clone(),
                    place: Place {
                        channel: None,
                        name: String::new(),
                        title: String::new(),
                    },
                }
            }
            33 => Deed::Reviewed { link: None },
            34 => Deed::Waived { reason: line },
            _ if number < 300 => return Some(restrict(user)),
            _ => Deed::Meeting {
                link: format!("https://meet.example/{number}"),
            },
        };
        Some(order(deed, text))
    }

    /// Command changes hands, by whoever has a part in it: taken, offered, accepted, declined.
    pub(super) fn hand_over(&mut self, n: usize, incident: &IncidentId) -> Option<Command> {
        let state = self.consoles[n].engine.shown(incident)?;
        let me = self.consoles[n].me.clone();
        let Some(held) = &state.commander else {
            return Some(Command::Commander {
                user: Some(me),
                reason: None,
            });
        };
        let now = wall(self.now).wall;
        if let Some(offer) = state.work.offer.as_ref().filter(|offer| offer.to == me) {
            let offer = offer.id.clone();
            let deed = match self.rng.u32(..5) {
                0 => Deed::Declined { offer },
                _ => Deed::Accepted { offer, user: me },
            };
            return Some(order(deed, None));
        }
        let others = self.consoles.iter().map(|console| console.me.clone());
        let others: Vec<UserId> = others.filter(|user| *user != me).collect();
        let again = state.work.offer.is_none() || self.rng.u32(..8) == 0;
        if held.user != me || others.is_empty() || !again {
            return None;
        }
        let deed = Deed::Offered {
            to: others[self.rng.usize(..others.len())].clone(),
            expires: now + TimeDelta::seconds(self.rng.i64(20..900)),
        };
        Some(order(
            deed,
            Some(format!("briefing {}", self.rng.u32(..1000))),
        ))
    }
}

fn order(deed: Deed, text: Option<String>) -> Command {
    Command::Work(Box::new(WorkOrder {
        deed,
        text,
        slot: None,
        items: Vec::new(),
    }))
}

fn restrict(user: UserId) -> Command {
    Command::Restrict(Box::new(Restriction {
        declaration: Declaration {
            title: "Among few".into(),
            service: "shop".into(),
            channel: "shop-20261120p".into(),
            ..Declaration::default()
        },
        level: None,
        keep: vec![user],
    }))
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
