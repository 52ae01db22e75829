//! Somebody was called and does not answer: they are called again, and then the next of the
//! service's escalation list is.

use super::super::act::Author;
use super::super::{Engine, Now, Step};
use crate::domain::decide::{Draft, Outlets};
use crate::domain::desk::{Desk, Habits};
use crate::domain::event::Body;
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::words::Lang;
use crate::domain::work::Deed;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// A call whose time has come or will come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub user: UserId,
    /// Which call of this person it is.
    pub number: u32,
    pub at: DateTime<Utc>,
    /// Who did not answer, where it is somebody else.
    pub instead_of: Option<UserId>,
}

impl Due {
    fn source(&self) -> String {
        format!("{}/{}", self.user, self.number)
    }

    /// Consoles that notice the same silence make one call of it.
    fn id(&self, incident: &IncidentId) -> EventId {
        EventId::derived(incident, &self.source(), "", "call")
    }
}

/// Whom to call next. Who wrote, checked in or did anything since the first call has answered.
pub(super) fn calls(
    state: &Incident,
    list: &[UserId],
    habits: &Habits,
    heard: &dyn Fn(&UserId) -> Option<DateTime<Utc>>,
) -> Vec<Due> {
    if !state.phase.is_burning() || habits.call_again_minutes == 0 {
        return Vec::new();
    }
    let wait = TimeDelta::minutes(i64::from(habits.call_again_minutes));
    let present = |user: &UserId| state.roster.get(user).filter(|p| p.left.is_none());
    let silent = state.work.calls.iter().filter(|(user, call)| {
        let acted = present(user).map(|p| p.acted.max(p.since));
        heard(user).max(acted).is_none_or(|at| at <= call.first)
    });
    let due = silent.filter_map(|(user, call)| {
        let at = call.last + wait;
        if call.count < habits.calls {
            return Some(Due {
                user: user.clone(),
                number: call.count + 1,
                at,
                instead_of: None,
            });
        }
        let after = list.iter().position(|other| other == user);
        let after = after.map_or(0, |at| at + 1);
        // The next one was called already, and is waited for now.
        let next = |other: &UserId| {
            state
                .work
                .calls
                .get(other)
                .is_some_and(|c| c.first >= call.last)
        };
        if list[after..].iter().any(next) {
            return None;
        }
        let mut rest = list[after..].iter();
        let free =
            |other: &&UserId| !state.work.calls.contains_key(*other) && present(other).is_none();
        Some(Due {
            user: rest.find(free)?.clone(),
            number: 1,
            at,
            instead_of: Some(user.clone()),
        })
    });
    due.collect()
}

impl Engine {
    fn calls_of(&self, state: &Incident, desk: &dyn Desk) -> Vec<Due> {
        let list = desk.escalation(&state.service);
        let heard = |user: &UserId| self.last_heard(&state.id, user);
        calls(state, &list, desk.habits(), &heard)
    }

    /// Calls who is due, one at a time.
    pub(super) fn call_on(&mut self, step: &mut Step, desk: &dyn Desk, now: Now) {
        let ids: Vec<IncidentId> = self.folds.keys().cloned().collect();
        for id in ids {
            let Some(state) = self.shown(&id).filter(|_| self.may_ask(&id)) else {
                continue;
            };
            for due in self.calls_of(&state, desk) {
                let event = due.id(&id);
                let wait = self.patience(&id, &due.source(), now);
                let wait = TimeDelta::from_std(wait).unwrap_or_default();
                if now.wall < due.at + wait || self.image.events.contains_key(&event) {
                    continue;
                }
                let why = due.instead_of.map(|user| {
                    let name = self.name(&user);
                    match state.lang {
                        Lang::En => format!("{name} does not answer"),
                        Lang::Ja => format!("{name} の応答がないため"),
                    }
                });
                let body = Body::Work(Deed::Called {
                    user: due.user,
                    number: due.number,
                    why,
                });
                let draft = Draft {
                    id: event,
                    body: body.cleaned(),
                    text: None,
                };
                let by = self.speaker(&state);
                let state = (*state).clone();
                let author = Author::timer(&by);
                self.record(
                    step,
                    &id,
                    state,
                    vec![draft],
                    author,
                    &Outlets::default(),
                    now,
                );
                return;
            }
        }
    }

    /// In whose name the program speaks.
    pub(super) fn speaker(&self, state: &Incident) -> UserId {
        let me = Some(self.me.clone()).filter(|me| !me.as_str().is_empty());
        me.unwrap_or_else(|| state.declarer.clone())
    }

    pub(super) fn call_due(&self, desk: &dyn Desk, now: Now) -> Option<Duration> {
        let folds = self.folds.values();
        let due = folds.flat_map(|fold| {
            let state = fold.shown.as_deref().unwrap_or(&fold.incident);
            let due = self.calls_of(state, desk).into_iter();
            due.filter_map(|due| {
                let known = self.image.events.contains_key(&due.id(&state.id));
                let wait = self.patience(&state.id, &due.source(), now);
                let at = due.at + TimeDelta::from_std(wait).ok()?;
                let left = (at - now.wall).to_std().ok()?;
                (!known && !left.is_zero()).then_some(now.mono + left)
            })
        });
        due.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::work::Call;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + 60 * minute, 0).expect("in range")
    }

    fn called(who: &[(&str, u32, i64)]) -> Incident {
        let mut state = Incident::new(IncidentId::new("i1"));
        for (user, count, last) in who {
            let call = Call {
                first: at(0),
                last: at(*last),
                count: *count,
                why: None,
            };
            state.work.calls.insert(UserId::new(*user), call);
        }
        state
    }

    fn due(
        state: &Incident,
        heard: &dyn Fn(&UserId) -> Option<DateTime<Utc>>,
    ) -> Vec<(String, u32, DateTime<Utc>)> {
        let list = ["U1", "U2", "U3"].map(UserId::new);
        let due = calls(state, &list, &Habits::default(), heard).into_iter();
        due.map(|due| (due.user.0, due.number, due.at)).collect()
    }

    #[test]
    fn who_does_not_answer_is_called_twice_and_then_the_next_one() {
        let silent = |_: &UserId| None;
        let once = called(&[("U1", 1, 0)]);
        assert_eq!(due(&once, &silent), [("U1".to_owned(), 2, at(5))]);
        let twice = called(&[("U1", 2, 5)]);
        assert_eq!(due(&twice, &silent), [("U2".to_owned(), 1, at(10))]);
        // Everybody of the list was called.
        let all = called(&[("U1", 2, 5), ("U2", 2, 15), ("U3", 2, 25)]);
        assert_eq!(due(&all, &silent), []);
        // Somebody who is on no list: its first.
        let other = called(&[("U9", 2, 5)]);
        assert_eq!(due(&other, &silent), [("U1".to_owned(), 1, at(10))]);
    }

    #[test]
    fn whoever_says_anything_has_answered() {
        let once = called(&[("U1", 1, 0)]);
        assert_eq!(due(&once, &|_| Some(at(1))), []);
        // What they wrote before does not answer.
        assert_eq!(due(&once, &|_| Some(at(-1))).len(), 1);
        let mut over = called(&[("U1", 1, 0)]);
        over.phase = crate::domain::event::Phase::Recovered;
        assert_eq!(due(&over, &|_| None), []);
    }
}
