//! What somebody did last, and how it is taken back: by the former value where there was one, as a
//! new fact where something was added. What others were told of goes back only through the form that
//! says whom it tells.

use super::model::Model;
use super::strings::undo as s;
use super::view::decoded;
use crate::domain::decide::Command;
use crate::domain::event::{Body, Phase};
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::learn::Learnt;
use crate::domain::sync::image::JobState;
use crate::domain::sync::is_alone;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use crate::domain::work::Deed;
use chrono::TimeDelta;
use std::sync::Arc;

/// Older acts are corrected, not taken back.
const WITHIN: TimeDelta = TimeDelta::seconds(60);

/// How an act goes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Back {
    Act(Command),
    /// It is taken out of the outbox: its entry there.
    Unsent(u64),
    /// By its opposite, which is confirmed; a value to begin with.
    Ask(Verb, Option<(&'static str, String)>),
}

/// The last act of whoever sits here, and how it goes back.
///
/// # Errors
/// There is none so young, or none that can be taken back: the sentence says which.
pub fn plan(model: &Model) -> Result<(EventId, Back), Text> {
    let incident = model.incident().ok_or(s::NOTHING)?;
    let me = &model.snapshot.me;
    let (at, last) = incident
        .entries
        .iter()
        .enumerate()
        .rfind(|(_, entry)| entry.by == *me && is_act(&entry.body))
        .ok_or(s::NOTHING)?;
    let counts = last.verdict == Verdict::Accepted && !is_retraction(&last.body);
    if !counts || model.now - last.recorded_at > WITHIN {
        return Err(s::NOTHING);
    }
    // What certainly never left goes without a trace for others; its opposite would be told.
    let waits = model.snapshot.outbox.iter().find(|line| {
        line.event.as_ref() == Some(&last.id)
            && line.state == JobState::Pending
            && line.attempts == 0
    });
    if let Some(line) = waits.filter(|line| line.choices.drop && is_alone(&last.body)) {
        return Ok((last.id.clone(), Back::Unsent(line.seq)));
    }
    let before = Before {
        incident,
        entries: &incident.entries[..at],
    };
    let back = before.back(model, last)?;
    Ok((last.id.clone(), back))
}

/// Not what follows from an act, or what the program says by itself.
fn is_act(body: &Body) -> bool {
    !matches!(
        body,
        Body::Items { .. }
            | Body::TimekeeperCall { .. }
            | Body::Question { .. }
            | Body::Answer { .. }
            | Body::Absorbed { .. }
            | Body::Dropped { .. }
            | Body::Work(Deed::Joined { .. })
    )
}

fn is_retraction(body: &Body) -> bool {
    matches!(body, Body::Work(Deed::Retracted { .. }))
}

/// The record up to an act.
struct Before<'a> {
    incident: &'a Incident,
    entries: &'a [Arc<Entry>],
}

impl Before<'_> {
    /// The last that counted, as `of` finds it.
    fn last<T>(&self, of: impl Fn(&Entry) -> Option<T>) -> Option<T> {
        let mut entries = self.entries.iter().rev();
        entries.find_map(|entry| match entry.verdict {
            Verdict::Accepted => of(entry),
            _ => None,
        })
    }

    fn back(&self, model: &Model, last: &Entry) -> Result<Back, Text> {
        let act = |command: Command| Ok(Back::Act(command));
        let ask = |verb: Verb| Ok(Back::Ask(verb, None));
        match &last.body {
            Body::Note {} | Body::Message { .. } | Body::ItemAdded { .. } => {
                act(retracted(&last.id))
            }
            Body::Level { .. } => {
                let level = self.last(|entry| match &entry.body {
                    Body::Level { level, .. } => Some(level.id.clone()),
                    _ => None,
                });
                let level = level.ok_or(s::FIRST)?;
                Ok(Back::Ask(Verb::Level, Some(("level", level))))
            }
            Body::Temperature { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Temperature { temperature } => Some(temperature.clone()),
                    Body::Declared { temperature, .. } => temperature.clone(),
                    _ => None,
                });
                act(Command::Temperature(former.ok_or(s::FIRST)?))
            }
            Body::Situation {} => {
                let former = self.last(|entry| match &entry.body {
                    Body::Situation {} => entry.text.clone(),
                    _ => None,
                });
                let former = former.ok_or(s::FIRST)?;
                act(Command::Situation(decoded(model, &former)))
            }
            Body::Commander { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Commander { user, .. } => Some(user.clone()),
                    Body::Work(Deed::Accepted { user, .. }) => Some(Some(user.clone())),
                    _ => None,
                });
                // They commanded a minute ago, and know it.
                act(Command::Commander {
                    user: former.flatten(),
                    reason: Some(s::UNDONE.get(self.incident.lang).to_owned()),
                })
            }
            Body::Role { role, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Role { role: other, user } if other == role => Some(user.clone()),
                    _ => None,
                });
                act(Command::Role {
                    role: role.clone(),
                    user: former.flatten(),
                })
            }
            Body::CheckedIn { user, .. } | Body::CheckedOut { user } => act(self.whereabouts(user)),
            Body::Ticked { item } | Body::Skipped { item, .. } => {
                act(Command::Untick(item.clone()))
            }
            Body::Unticked { item } => act(Command::Tick(item.clone())),
            Body::Assigned { item, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Assigned {
                        item: other,
                        user,
                        due,
                    } if other == item => Some((user.clone(), *due)),
                    _ => None,
                });
                let (user, due) = former.unwrap_or_default();
                act(Command::Assign {
                    item: item.clone(),
                    user,
                    due,
                })
            }
            Body::Milestone { milestone, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Milestone {
                        milestone: other,
                        time,
                        link,
                    } if other == milestone => Some((*time, link.clone())),
                    _ => None,
                });
                let (time, link) = former.ok_or(s::FIRST)?;
                act(Command::Milestone {
                    milestone: *milestone,
                    time,
                    link,
                })
            }
            Body::Pinned { .. } | Body::Unpinned { .. } => self.pin(model, last),
            Body::Timekeeper { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Timekeeper { minutes } => Some(*minutes),
                    Body::Declared { timekeeper, .. } => Some(*timekeeper),
                    _ => None,
                });
                act(Command::Timekeeper(former.unwrap_or(0)))
            }
            Body::Phase { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Phase { phase } => Some(*phase),
                    Body::Recovered { .. } => Some(Phase::Recovered),
                    _ => None,
                });
                act(Command::Phase(former.ok_or(s::FIRST)?))
            }
            Body::Declared { .. } => ask(Verb::Cancel),
            Body::Recovered { .. } | Body::Resolved { .. } | Body::Cancelled { .. } => {
                ask(Verb::Reopen)
            }
            Body::Reopened { .. } => ask(Verb::Recover),
            Body::Work(deed) => self.deed(&last.id, deed),
            Body::Learnt(learnt) => self.learnt(&last.id, learnt),
            _ => Err(s::NOT_THIS),
        }
    }

    fn whereabouts(&self, user: &UserId) -> Command {
        let former = self.last(|entry| match &entry.body {
            Body::CheckedIn {
                user: other,
                role,
                task,
            } if other == user => Some(Some((role.clone(), task.clone()))),
            Body::CheckedOut { user: other } if other == user => Some(None),
            _ => None,
        });
        match former.flatten() {
            Some((role, task)) => Command::CheckIn {
                user: user.clone(),
                role,
                task,
            },
            None => Command::CheckOut(user.clone()),
        }
    }

    fn pin(&self, model: &Model, last: &Entry) -> Result<Back, Text> {
        let was_pinned = |entry: &Entry| match (&entry.body, &last.body) {
            (
                Body::Pinned {
                    ts,
                    author,
                    excerpt,
                    evidence,
                    files,
                },
                Body::Pinned { ts: own, .. } | Body::Unpinned { ts: own },
            ) if ts == own => Some(Command::Pin {
                ts: ts.clone(),
                author: author.clone(),
                excerpt: excerpt.clone(),
                by: model.snapshot.me.clone(),
                evidence: *evidence,
                pinned: matches!(last.body, Body::Unpinned { .. }),
                files: files.clone(),
            }),
            _ => None,
        };
        let found = was_pinned(last).or_else(|| self.last(was_pinned));
        found.map(Back::Act).ok_or(s::NOT_THIS)
    }

    fn learnt(&self, id: &EventId, learnt: &Learnt) -> Result<Back, Text> {
        let act = |command: Command| Ok(Back::Act(command));
        match learnt {
            Learnt::Tagged { tag, off } => act(Learnt::Tagged {
                tag: tag.clone(),
                off: !*off,
            }
            .into()),
            Learnt::Noted { .. } | Learnt::Evidence { .. } => act(retracted(id)),
            Learnt::Corrected { event, .. } => {
                Ok(Back::Ask(Verb::Correct, Some(("event", event.to_string()))))
            }
            Learnt::Reached { .. } => Ok(Back::Ask(Verb::Reach, None)),
            Learnt::Assessed { .. } => Ok(Back::Ask(Verb::Assess, None)),
            Learnt::Tracked { .. } => Ok(Back::Ask(Verb::Track, None)),
            Learnt::Drafted { .. } => Err(s::NOT_THIS),
        }
    }

    fn deed(&self, id: &EventId, deed: &Deed) -> Result<Back, Text> {
        let act = |command: Command| Ok(Back::Act(command));
        match deed {
            Deed::Opened { .. }
            | Deed::Objected { .. }
            | Deed::Report { .. }
            | Deed::Notice {}
            | Deed::Called { .. }
            | Deed::RollCall {}
            | Deed::Confirmed { .. } => act(retracted(id)),
            Deed::Offered { .. } => {
                let open = self.incident.work.offer.as_ref();
                let offer = open.filter(|offer| offer.id == *id).ok_or(s::NOT_THIS)?;
                let offer = offer.id.clone();
                act(Deed::Declined { offer }.into())
            }
            Deed::Claimed { .. } => Ok(Back::Ask(Verb::Unclaim, None)),
            Deed::Given { matter, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Work(Deed::Given {
                        matter: other,
                        owner,
                    }) if other == matter => Some(Some(owner.clone())),
                    Body::Work(Deed::Opened { owner, .. }) if entry.id == *matter => {
                        Some(owner.clone())
                    }
                    _ => None,
                });
                let owner = former.flatten().ok_or(s::FIRST)?;
                let matter = matter.clone();
                act(Deed::Given { matter, owner }.into())
            }
            Deed::Moved { matter, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Work(Deed::Moved { matter: other, due }) if other == matter => {
                        Some(Some(*due))
                    }
                    Body::Work(Deed::Opened { due, .. }) if entry.id == *matter => Some(*due),
                    _ => None,
                });
                let due = former.flatten().ok_or(s::FIRST)?;
                let matter = matter.clone();
                act(Deed::Moved { matter, due }.into())
            }
            _ => Err(s::NOT_THIS),
        }
    }
}

/// Taken back as a new fact: the original stays in the record.
fn retracted(event: &EventId) -> Command {
    let event = event.clone();
    Deed::Retracted { event }.into()
}
