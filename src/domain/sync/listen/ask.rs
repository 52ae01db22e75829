//! What the program asks in the channel. A question brings its answers as reactions.

use super::super::act::Author;
use super::super::{Engine, Now, Step};
use crate::domain::decide::{Draft, Outlets};
use crate::domain::desk::{Desk, Habits};
use crate::domain::event::{About, Body, Milestone};
use crate::domain::ids::{EventId, IncidentId};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::sentence::LEFT;
use crate::domain::sync::mirror::{Turn, turn};
use crate::domain::work::Deed;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// A question that comes later than this is not asked any more.
const STALE: TimeDelta = TimeDelta::minutes(10);

/// `1️⃣` to `9️⃣`, by Slack's names.
pub(super) const NUMBERS: [&str; 9] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];
/// `✅`.
pub(super) const YES: &str = "white_check_mark";
/// `💬` and `📞`.
pub(super) const CHAT: &str = "speech_balloon";
pub(super) const CALL: &str = "telephone_receiver";
/// `🙋`, `🤔` and `⬆️`: on the timekeeper's questions.
pub(super) const RELIEF: &str = "raising_hand";
pub(super) const ELSE: &str = "thinking_face";
pub(super) const HIGHER: &str = "arrow_up";
/// `📝`: a reply to the question is the situation. `🔔`: a message was the first to notice it.
pub(super) const SITUATION: &str = "memo";
pub(super) const FIRST: &str = "bell";
/// `✋` has two names.
pub(super) const HAND: [&str; 2] = ["hand", "raised_hand"];

/// A question whose time has come or will come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub about: About,
    pub number: u32,
    pub at: DateTime<Utc>,
}

impl Due {
    pub(super) fn source(&self) -> String {
        format!("{}/{}", self.about.name(), self.number)
    }

    pub(super) fn id(&self, incident: &IncidentId) -> EventId {
        EventId::derived(incident, &self.source(), "", "question")
    }
}

/// The reactions that the program places on a question.
pub(in crate::domain::sync) fn reactions_of(body: &Body, state: &Incident) -> Vec<&'static str> {
    match body {
        Body::TimekeeperCall { slot } => match turn(state, *slot) {
            Turn::Alternative => vec![ELSE],
            Turn::Level => vec![HIGHER],
            Turn::Relief => vec![RELIEF],
            Turn::Holds | Turn::After => Vec::new(),
        },
        Body::Question {
            about: About::Detected,
            ..
        } => vec![YES],
        Body::Question {
            about: About::Relief,
            ..
        } => vec![RELIEF],
        Body::Question {
            about: About::Commander,
            ..
        } => vec![HAND[1]],
        Body::Question {
            about: About::Level,
            levels,
            ..
        } => NUMBERS.iter().take(levels.len()).copied().collect(),
        Body::Question {
            about: About::Meeting,
            ..
        } => vec![CHAT, CALL],
        Body::Question {
            about: About::Left, ..
        } => NUMBERS.iter().take(LEFT.len()).copied().collect(),
        Body::Work(Deed::Offered { .. } | Deed::Claimed { .. }) => vec![YES],
        Body::Work(Deed::RollCall {}) => vec![HAND[1]],
        _ => Vec::new(),
    }
}

/// What comes within this of a timekeeper's call is one message with it.
const ONE: TimeDelta = TimeDelta::minutes(2);

/// A call about this time says what is missing: it need not be asked again beside it.
fn said_by_a_call(state: &Incident, at: DateTime<Utc>) -> bool {
    let Some(timekeeper) = state.timekeeper.as_ref().filter(|t| t.minutes > 0) else {
        return false;
    };
    let every = TimeDelta::minutes(i64::from(timekeeper.minutes)).num_seconds();
    let since = (at - timekeeper.base).num_seconds();
    let (past, ahead) = (since.rem_euclid(every), -since.rem_euclid(every) + every);
    let first_is_past = since >= every;
    since > 0 && (ahead < ONE.num_seconds() || (first_is_past && past < ONE.num_seconds()))
}

/// How often recovery was declared.
fn recoveries(state: &Incident) -> u32 {
    let entries = state.entries.iter();
    let counted = entries.filter(|entry| {
        entry.verdict == Verdict::Accepted && matches!(entry.body, Body::Recovered { .. })
    });
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}

/// The latest question of each kind that is due, and the next that will be. What was slept through
/// is not made up for.
pub(super) fn questions(state: &Incident, habits: &Habits, now: DateTime<Utc>) -> Vec<Due> {
    let asks = !state.phase.is_over() && Sight::own(state).opens(Outlet::Question);
    let Some(declared) = state.declared.filter(|_| asks) else {
        return Vec::new();
    };
    let minutes = |minutes: u32| TimeDelta::minutes(i64::from(minutes));
    if !state.phase.is_burning() {
        let recovered = state.phase_since.filter(|_| habits.ask_left_minutes > 0);
        let at = recovered.map(|since| since + minutes(habits.ask_left_minutes));
        // After each recovery anew: what is left of one that did not hold is another thing.
        let due = at.filter(|at| now < *at + STALE).map(|at| Due {
            about: About::Left,
            number: recoveries(state).max(1),
            at,
        });
        return due.into_iter().collect();
    }
    let mut due = Vec::new();
    let repeated = [
        (
            About::Commander,
            state.commander.is_none(),
            habits.ask_commander_minutes,
        ),
        (
            About::Level,
            state.level.is_none(),
            habits.ask_level_minutes,
        ),
    ];
    for (about, missing, minutes) in repeated {
        if !missing || minutes == 0 {
            continue;
        }
        let every = TimeDelta::minutes(i64::from(minutes));
        let passed = (now - declared).num_seconds() / every.num_seconds();
        let passed = i32::try_from(passed.max(0)).unwrap_or(i32::MAX - 1);
        for number in [passed, passed + 1] {
            let wanted = u32::try_from(number).unwrap_or(0);
            let at = declared + every * number;
            let said = wanted > 1 && said_by_a_call(state, at);
            if (1..=habits.ask_times).contains(&wanted) && !said {
                due.push(Due {
                    about,
                    number: wanted,
                    at,
                });
            }
        }
    }
    let mut once = |about: About, at: DateTime<Utc>| {
        if now < at + STALE {
            due.push(Due {
                about,
                number: 1,
                at,
            });
        }
    };
    if state.situation.is_none() && habits.ask_situation_seconds > 0 {
        let wait = TimeDelta::seconds(i64::from(habits.ask_situation_seconds));
        once(About::Situation, declared + wait);
    }
    if let Some(held) = &state.commander
        && !state.milestones.contains_key(&Milestone::Detected)
    {
        once(About::Detected, held.since);
    }
    if let Some(held) = &state.commander
        && state.work.meeting.is_none()
        && habits.ask_meeting_minutes > 0
    {
        once(
            About::Meeting,
            held.since + minutes(habits.ask_meeting_minutes),
        );
    }
    due
}

impl Engine {
    /// Asks what is due, in every incident whose channel is read.
    pub(super) fn ask(&mut self, step: &mut Step, desk: &dyn Desk, now: Now) {
        let ids: Vec<IncidentId> = self.folds.keys().cloned().collect();
        for id in ids {
            let Some(state) = self.shown(&id).filter(|_| self.may_ask(&id)) else {
                continue;
            };
            for due in self.wanted(&state, desk, now.wall) {
                let event = due.id(&id);
                let wait = self.patience(&id, &due.source(), now);
                let wait = TimeDelta::from_std(wait).unwrap_or_default();
                if now.wall < due.at + wait || self.image.events.contains_key(&event) {
                    continue;
                }
                let levels = match due.about {
                    About::Level => desk.levels(state.lang),
                    _ => Vec::new(),
                };
                let body = Body::Question {
                    about: due.about,
                    number: due.number,
                    levels: levels.into_iter().take(NUMBERS.len()).collect(),
                };
                let draft = Draft {
                    id: event,
                    body: body.cleaned(),
                    text: None,
                };
                let by = Some(self.me.clone()).filter(|me| !me.as_str().is_empty());
                let by = by.unwrap_or_else(|| state.declarer.clone());
                let state = (*state).clone();
                let by = Author { by: &by, via: None };
                self.record(step, &id, state, vec![draft], by, &Outlets::default(), now);
                return;
            }
        }
    }

    /// Questions of the response, and reminders of what is left behind it.
    fn wanted(&self, state: &Incident, desk: &dyn Desk, now: DateTime<Utc>) -> Vec<Due> {
        let mut due = questions(state, desk.habits(), now);
        let reminders = self.reminders(state, desk, now).into_iter();
        due.extend(reminders.map(|reminder| Due {
            about: reminder.about,
            number: reminder.number,
            at: reminder.at,
        }));
        due
    }

    /// Its channel is known to the newest message, so that a question that is there was read.
    pub(super) fn may_ask(&self, id: &IncidentId) -> bool {
        self.image.channel_of(id).is_some_and(|channel| {
            let watch = self.watches.get(&channel.id);
            channel.joined && !channel.archived && watch.is_some_and(|w| w.as_of.is_some())
        })
    }

    pub(super) fn question_due(&self, desk: &dyn Desk, now: Now) -> Option<Duration> {
        let folds = self.folds.values();
        let due = folds.flat_map(|fold| {
            let state = fold.shown.as_deref().unwrap_or(&fold.incident);
            let asked = self.wanted(state, desk, now.wall);
            asked.into_iter().filter_map(|due| {
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
