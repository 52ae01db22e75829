//! The clocks of an incident: what has an owner, a due time and an acknowledgement.

use super::event::Milestone;
use super::ids::UserId;
use super::incident::{Incident, ItemState};
use super::watch::{Heard, Local, Rules};
use super::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

/// What a clock is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    Timekeeper,
    /// An item of the checklist that somebody has in hand: its id.
    Item(String),
    /// Recovered, and not resolved.
    Unresolved,
    PostMortem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    Overdue,
    /// Amber.
    Near,
    Running,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Names this run of this clock: a call by its number, a time-box by when it began. What is
    /// acknowledged or put off is this run; what is silenced is all that stands before the `/`.
    pub key: String,
    pub what: Clock,
    pub text: Text,
    pub owner: Option<UserId>,
    pub due: DateTime<Utc>,
    pub pressure: Pressure,
    pub acknowledged: bool,
    /// Quiet until then.
    pub snoozed: Option<DateTime<Utc>>,
    pub silenced: bool,
}

impl Timer {
    /// It calls for attention, unless it is far off.
    pub fn is_loud(&self) -> bool {
        !self.acknowledged && !self.silenced && self.snoozed.is_none()
    }

    fn rank(&self) -> u8 {
        match (self.is_loud(), self.pressure) {
            (true, Pressure::Overdue) => 0,
            (true, Pressure::Near) => 1,
            (true, Pressure::Running) => 2,
            (false, _) => 3,
        }
    }
}

/// Recovered and not resolved: reminded of after this.
const UNRESOLVED: TimeDelta = TimeDelta::hours(24);
/// The post-mortem of so many of the worst levels is due sooner.
const SEVERE_LEVELS: usize = 2;

/// A call that a console with the duty makes within seconds is late only after this.
const LATE_CALL: TimeDelta = TimeDelta::minutes(2);

/// How long before its time a clock is amber.
fn near(what: &Clock) -> TimeDelta {
    match what {
        Clock::Unresolved => TimeDelta::hours(1),
        Clock::PostMortem => TimeDelta::days(1),
        _ => TimeDelta::minutes(2),
    }
}

/// All clocks that run, the most urgent first: overdue for longest, then the soonest; what was
/// acknowledged, put off or silenced after those that were not.
pub fn timers(
    incident: &Incident,
    rules: &Rules<'_>,
    _heard: &Heard<'_>,
    local: &Local,
    now: DateTime<Utc>,
) -> Vec<Timer> {
    let mut timers = Vec::new();
    let mut add = |key: String, what: Clock, text: Text, owner: Option<UserId>, due| {
        let mark = local.mark(&key);
        let pressure = if due <= now {
            Pressure::Overdue
        } else if due - now <= near(&what) {
            Pressure::Near
        } else {
            Pressure::Running
        };
        timers.push(Timer {
            acknowledged: mark.acknowledged.is_some(),
            snoozed: mark.snoozed_until(now),
            silenced: local.series(&key).silenced.is_some(),
            key,
            what,
            text,
            owner,
            due,
            pressure,
        });
    };
    let commander = incident.commander.as_ref().map(|held| held.user.clone());
    if let Some((number, due)) = call(incident, now) {
        let epoch = incident.timekeeper.as_ref().map(|k| k.epoch.clone());
        let epoch = epoch.map(|id| id.to_string()).unwrap_or_default();
        add(
            format!("timekeeper/{epoch}/{number}"),
            Clock::Timekeeper,
            Text::fixed("timekeeper", "タイムキーパー"),
            None,
            due,
        );
    }
    for check in incident.checklist() {
        if check.state != ItemState::Open || incident.phase.is_over() {
            continue;
        }
        if let (Some(minutes), Some(since), Some(who)) =
            (check.item.time_box, check.assigned_at, check.assignee)
        {
            let due = since + TimeDelta::minutes(i64::from(minutes));
            let since = since.timestamp_millis();
            let (id, text) = (check.item.id, Text::same(check.item.text));
            add(
                format!("item/{id}/{since}"),
                Clock::Item(id),
                text,
                Some(who),
                due,
            );
        }
    }
    if let Some(recovered) = incident.milestones.get(&Milestone::Recovered)
        && !incident.phase.is_burning()
        && !incident.phase.is_over()
    {
        let time = recovered.time;
        let run = time.timestamp_millis();
        add(
            format!("unresolved/{run}"),
            Clock::Unresolved,
            Text::fixed("resolve what is recovered", "復旧後の残作業と解決"),
            commander.clone(),
            time + UNRESOLVED,
        );
        let severe = incident
            .level
            .as_ref()
            .and_then(|level| rules.config.level_rank(&level.id))
            .is_some_and(|rank| rank < SEVERE_LEVELS);
        add(
            format!("post-mortem/{run}"),
            Clock::PostMortem,
            Text::fixed("post-mortem", "ポストモーテム"),
            commander,
            if severe {
                time + TimeDelta::days(3)
            } else {
                rules.working_days(time, 5)
            },
        );
    }
    timers.sort_by_key(|timer| (timer.rank(), timer.due));
    timers
}

/// The timekeeper's call that is late, else the next one, with its number.
fn call(incident: &Incident, now: DateTime<Utc>) -> Option<(u32, DateTime<Utc>)> {
    let late = incident
        .call_due(now)
        .filter(|slot| now - slot.due > LATE_CALL)
        .map(|slot| (slot.number, slot.due));
    late.or_else(|| {
        let due = incident.next_call(now)?;
        let keeper = incident.timekeeper.as_ref()?;
        let passed = (due - keeper.base).num_minutes() / i64::from(keeper.minutes.max(1));
        Some((u32::try_from(passed).ok()?, due))
    })
}
