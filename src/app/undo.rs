//! What somebody did last, and how it is taken back: by the former value where there was one, as a
//! new fact where something was added. What others were told of goes back only through the form that
//! says whom it tells.

use super::model::Model;
use super::strings::undo as s;
use super::view::decoded;
use crate::domain::decide::{Command, WorkOrder};
use crate::domain::event::{Body, Milestone, Phase};
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::learn::Learnt;
use crate::domain::sync::image::JobState;
use crate::domain::sync::is_alone;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use crate::domain::work::{Deed, State};
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
    if last.verdict != Verdict::Accepted || model.now - last.recorded_at > WITHIN {
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
    let (at, last) = whole(&incident.entries, at, last);
    let before = Before {
        incident,
        entries: &incident.entries[..at],
    };
    let back = before.back(model, last)?;
    Ok((last.id.clone(), back))
}

/// What came with an act goes back with it: the timekeeper with a reopening, the situation with a
/// declaration.
fn whole<'a>(
    entries: &'a [Arc<Entry>],
    at: usize,
    last: &'a Arc<Entry>,
) -> (usize, &'a Arc<Entry>) {
    let brought = matches!(last.body, Body::Timekeeper { .. } | Body::Situation {});
    let mut before = entries[..at].iter().enumerate().rev();
    let act = before.find(|(_, entry)| is_act(&entry.body) || entry.by != last.by);
    let bringer = act.filter(|(_, entry)| {
        brought
            && entry.by == last.by
            && entry.recorded_at == last.recorded_at
            && matches!(entry.body, Body::Reopened { .. } | Body::Declared { .. })
    });
    bringer.unwrap_or((at, last))
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
                let level = level.ok_or_else(|| no_way_back(Verb::Level))?;
                Ok(Back::Ask(Verb::Level, Some(("level", level))))
            }
            Body::Temperature { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Temperature { temperature } => Some(temperature.clone()),
                    Body::Declared { temperature, .. } => temperature.clone(),
                    _ => None,
                });
                match former {
                    Some(former) => act(Command::Temperature(former)),
                    None => self.first(last),
                }
            }
            Body::Situation {} => {
                let former = self.last(|entry| match &entry.body {
                    Body::Situation {} => entry.text.clone(),
                    _ => None,
                });
                let Some(former) = former else {
                    return self.first(last);
                };
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
            Body::CheckedIn { user, .. } | Body::CheckedOut { user } => {
                act(self.whereabouts(user, last))
            }
            Body::Ticked { item } | Body::Skipped { item, .. } => {
                act(Command::Untick(item.clone()))
            }
            Body::Unticked { item } => act(Command::Tick(item.clone())),
            Body::Assigned {
                item,
                user: now,
                due: given,
            } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Assigned {
                        item: other,
                        user,
                        due,
                    } if other == item => Some((user.clone(), *due, entry.at)),
                    _ => None,
                });
                let (user, due, since) = match former {
                    Some((user, due, since)) => (user, due, Some(since)),
                    None => (None, None, None),
                };
                let mut items = model.incident().into_iter().flat_map(|i| i.checklist());
                let boxed = items.find(|check| check.item.id == *item);
                let boxed = boxed.and_then(|check| check.item.time_box).zip(since);
                let boxed = boxed.map(|(min, at)| at + TimeDelta::minutes(i64::from(min)));
                // With the same name on it, only its time was another.
                let due = due.or(boxed.filter(|_| user == *now));
                if user == *now && given.is_some() && due.is_none() {
                    return Err(s::FIRST);
                }
                act(Command::Assign {
                    item: item.clone(),
                    user,
                    due,
                })
            }
            Body::Milestone { milestone, .. } => self.milestone(last, *milestone),
            Body::Pinned { .. } | Body::Unpinned { .. } => self.pin(model, last),
            Body::Timekeeper { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Timekeeper { minutes } => Some(*minutes),
                    Body::Level { timekeeper, .. } => *timekeeper,
                    Body::Declared { timekeeper, .. } => Some(*timekeeper),
                    _ => None,
                });
                act(Command::Timekeeper(former.unwrap_or(0)))
            }
            Body::Phase { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Phase { phase } => Some(*phase),
                    Body::Recovered { .. } => Some(Phase::Recovered),
                    Body::Declared { .. } => Some(Phase::Declared),
                    Body::Reopened { .. } => Some(Phase::Investigating),
                    _ => None,
                });
                // Where it began, and that it is good again, are no phases that somebody sets.
                let former = former.filter(|phase| {
                    matches!(
                        phase,
                        Phase::Investigating | Phase::Fixing | Phase::Monitoring
                    )
                });
                act(Command::Phase(
                    former.ok_or_else(|| no_way_back(Verb::Phase))?,
                ))
            }
            Body::Declared { .. } => ask(Verb::Cancel),
            Body::Recovered { .. }
            | Body::Resolved { .. }
            | Body::Cancelled { .. }
            | Body::Merged { .. } => ask(Verb::Reopen),
            Body::Reopened { .. } => ask(Verb::Recover),
            Body::Work(deed) => self.deed(model, last, deed),
            Body::Learnt(learnt) => self.learnt(last, learnt),
            Body::Archived {}
            | Body::PersonalData { .. }
            | Body::Items { .. }
            | Body::TimekeeperCall { .. }
            | Body::Question { .. }
            | Body::Answer { .. }
            | Body::Absorbed { .. }
            | Body::Dropped { .. } => Err(last.body.verb().map_or(s::NOT_THIS, no_way_back)),
        }
    }

    /// What was set for the first time is set no more; where that cannot be, it is set anew.
    fn first(&self, last: &Entry) -> Result<Back, Text> {
        match self.incident.is_first(last) {
            true => Ok(Back::Act(retracted(&last.id))),
            false => Err(s::FIRST),
        }
    }

    fn milestone(&self, last: &Entry, milestone: Milestone) -> Result<Back, Text> {
        let former = self.last(|entry| match &entry.body {
            Body::Milestone {
                milestone: other,
                time,
                link,
            } if *other == milestone => Some((*time, link.clone())),
            Body::Declared { started, .. } if milestone == Milestone::Started => {
                Some(((*started)?, None))
            }
            Body::Declared { detected, .. } if milestone == Milestone::Detected => {
                Some(((*detected)?, None))
            }
            Body::Recovered { time } if milestone == Milestone::Recovered => Some((*time, None)),
            _ => None,
        });
        match former {
            Some((time, link)) => Ok(Back::Act(Command::Milestone {
                milestone,
                time,
                link,
            })),
            None => self.first(last),
        }
    }

    fn whereabouts(&self, user: &UserId, last: &Entry) -> Command {
        let former = self.last(|entry| match &entry.body {
            Body::CheckedIn {
                user: other,
                role,
                task,
            } if other == user => Some(Some((role.clone(), task.clone()))),
            Body::CheckedOut { user: other } if other == user => Some(None),
            _ => None,
        });
        // Who declared or took command is here without having said so.
        let present = self.incident.roster.get(user);
        let was_here = present.is_some_and(|present| present.since < last.recorded_at);
        let nothing = || was_here.then_some((None, None));
        match former.unwrap_or_else(nothing) {
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

    fn learnt(&self, last: &Entry, learnt: &Learnt) -> Result<Back, Text> {
        let act = |command: Command| Ok(Back::Act(command));
        let was = |of: &dyn Fn(&Learnt) -> Option<Command>| {
            self.last(|entry| match &entry.body {
                Body::Learnt(other) => of(other),
                _ => None,
            })
        };
        let former = match learnt {
            Learnt::Tagged { tag, off } => {
                return act(Learnt::Tagged {
                    tag: tag.clone(),
                    off: !*off,
                }
                .into());
            }
            Learnt::Noted { .. } | Learnt::Evidence { .. } => return act(retracted(&last.id)),
            Learnt::Reached { several, recurs } => {
                let former = |of: &dyn Fn(&Learnt) -> Option<bool>| {
                    self.last(|entry| match &entry.body {
                        Body::Learnt(other) => of(other),
                        _ => None,
                    })
                };
                let before = Learnt::Reached {
                    several: former(&|it| match it {
                        Learnt::Reached { several, .. } => *several,
                        _ => None,
                    }),
                    recurs: former(&|it| match it {
                        Learnt::Reached { recurs, .. } => *recurs,
                        _ => None,
                    }),
                };
                let whole = matches!(&before, Learnt::Reached { several: a, recurs: b }
                    if a.is_some() == several.is_some() && b.is_some() == recurs.is_some());
                whole.then(|| before.into())
            }
            Learnt::Corrected { event, .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Learnt(Learnt::Corrected { event: other, time }) if other == event => {
                        Some((*time, entry.text.clone()?))
                    }
                    _ => None,
                });
                if former.is_some() {
                    let event = event.to_string();
                    return Ok(Back::Ask(Verb::Correct, Some(("event", event))));
                }
                None
            }
            Learnt::Assessed { user, .. } => was(&|it| match it {
                Learnt::Assessed { user: other, .. } if other == user => Some(it.clone().into()),
                _ => None,
            }),
            Learnt::Tracked { matter, .. } => was(&|it| match it {
                Learnt::Tracked { matter: other, .. } if other == matter => Some(it.clone().into()),
                _ => None,
            }),
            Learnt::Drafted { .. } => return Err(no_way_back(Verb::PostMortem)),
        };
        former.map_or_else(|| self.first(last), act)
    }

    fn deed(&self, model: &Model, last: &Entry, deed: &Deed) -> Result<Back, Text> {
        let act = |command: Command| Ok(Back::Act(command));
        let ask = |verb: Verb| Ok(Back::Ask(verb, None));
        let id = &last.id;
        let never = || Err(no_way_back(deed.verb()));
        // The last of them that `is` the same thing, with its text.
        let was = |is: &dyn Fn(&Deed) -> bool| {
            let found = self.last(|entry| match &entry.body {
                Body::Work(other) if is(other) => Some((other.clone(), entry.text.clone())),
                _ => None,
            });
            match found {
                Some((deed, text)) => act(Command::Work(Box::new(WorkOrder {
                    deed,
                    text: text.map(|text| decoded(model, &text)),
                    slot: None,
                    items: Vec::new(),
                }))),
                None => self.first(last),
            }
        };
        match deed {
            Deed::Opened { .. }
            | Deed::Objected { .. }
            | Deed::Report { .. }
            | Deed::Notice {}
            | Deed::Called { .. }
            | Deed::RollCall {}
            | Deed::Confirmed { .. } => act(retracted(id)),
            Deed::Approved { .. } | Deed::Published { .. } => self.first(last),
            Deed::Meeting { .. } => was(&|it| matches!(it, Deed::Meeting { .. })),
            Deed::Written { section } => {
                was(&|it| matches!(it, Deed::Written { section: other } if other == section))
            }
            Deed::Reviewed { .. } | Deed::Waived { .. } => {
                was(&|it| matches!(it, Deed::Reviewed { .. } | Deed::Waived { .. }))
            }
            Deed::KindChanged { .. } => {
                let former = self.last(|entry| match &entry.body {
                    Body::Declared { incident_kind, .. }
                    | Body::Work(Deed::KindChanged { incident_kind, .. }) => Some(*incident_kind),
                    _ => None,
                });
                let value = former.map(|kind| ("kind", kind.name().to_owned()));
                Ok(Back::Ask(Verb::Kind, value))
            }
            Deed::Settled { matter, .. } => self.settled(matter),
            Deed::Offered { .. } => {
                let open = self.incident.work.offer.as_ref();
                let offer = open.filter(|offer| offer.id == *id).ok_or(s::NOT_THIS)?;
                let offer = offer.id.clone();
                act(Deed::Declined { offer }.into())
            }
            Deed::Declined { offer } => self.offered_again(model, offer),
            Deed::Accepted { .. } => ask(Verb::Offer),
            Deed::Claimed { .. } => ask(Verb::Unclaim),
            Deed::Unclaimed { .. } => ask(Verb::Claim),
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
                let Some(owner) = former.flatten() else {
                    return self.first(last);
                };
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
                let Some(due) = former.flatten() else {
                    return self.first(last);
                };
                let matter = matter.clone();
                act(Deed::Moved { matter, due }.into())
            }
            Deed::Here {}
            | Deed::Restricted {}
            | Deed::Linked { .. }
            | Deed::Joined { .. }
            | Deed::Retracted { .. } => never(),
        }
    }

    /// As it stood before: what was decided is decided again, with who executes it and until when.
    fn settled(&self, matter: &EventId) -> Result<Back, Text> {
        let mut due = None;
        let mut former = None;
        for entry in self.entries {
            match &entry.body {
                _ if entry.verdict != Verdict::Accepted => {}
                Body::Work(Deed::Opened { due: at, .. }) if entry.id == *matter => due = *at,
                Body::Work(Deed::Moved {
                    matter: other,
                    due: at,
                }) if other == matter => {
                    due = Some(*at);
                }
                Body::Work(
                    it @ Deed::Settled {
                        matter: other,
                        state,
                        due: at,
                        ..
                    },
                ) if other == matter => {
                    if at.is_some() || matches!(state, State::Decided | State::Open) {
                        due = *at;
                    }
                    former = Some(it.clone());
                }
                _ => {}
            }
        }
        let stood = former.filter(|deed| {
            !matches!(
                deed,
                Deed::Settled {
                    state: State::Open,
                    ..
                }
            )
        });
        if stood.is_some() {
            // It was settled before, and more was said of it: both stand in the record.
            return Err(no_way_back(Verb::Settle));
        }
        let matter = matter.clone();
        Ok(Back::Act(
            Deed::Settled {
                matter,
                state: State::Open,
                line: None,
                owner: None,
                due,
            }
            .into(),
        ))
    }

    /// Whoever took an offer back makes it once more, with what went with it.
    fn offered_again(&self, model: &Model, offer: &EventId) -> Result<Back, Text> {
        let found = self.last(|entry| match &entry.body {
            Body::Work(Deed::Offered { to, expires }) if entry.id == *offer => {
                Some((entry.by.clone(), to.clone(), *expires, entry.text.clone()))
            }
            _ => None,
        });
        let own =
            found.filter(|(by, _, expires, _)| *by == model.snapshot.me && *expires > model.now);
        let (_, to, expires, text) = own.ok_or_else(|| no_way_back(Verb::Decline))?;
        Ok(Back::Act(Command::Work(Box::new(WorkOrder {
            deed: Deed::Offered { to, expires },
            text: text.map(|text| decoded(model, &text)),
            slot: None,
            items: Vec::new(),
        }))))
    }
}

/// Why the key does not take an act back, and what to do instead. Of verbs that it does take back in
/// most cases this is about the others.
pub fn no_way_back(verb: Verb) -> Text {
    match verb {
        Verb::Level => s::LEVEL,
        Verb::Phase => s::PHASE,
        Verb::Settle => s::SETTLE,
        Verb::Decline => s::DECLINE,
        Verb::Archive => s::ARCHIVE,
        Verb::PersonalData => s::PERSONAL_DATA,
        Verb::Restrict => s::RESTRICT,
        Verb::Link => s::LINK,
        Verb::PostMortem => s::POST_MORTEM,
        Verb::Here => s::HERE,
        Verb::Retract => s::RETRACT,
        _ => s::NOT_THIS,
    }
}

/// Taken back as a new fact: the original stays in the record.
fn retracted(event: &EventId) -> Command {
    let event = event.clone();
    Deed::Retracted { event }.into()
}
