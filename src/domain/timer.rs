//! The clocks of an incident: what has an owner, a due time and an acknowledgement.

mod cadence;
mod work;

use super::event::{Body, Kind, Milestone};
use super::ids::{EventId, UserId};
use super::incident::{Incident, ItemState, Verdict};
use super::watch::{Heard, Local, Rules};
use super::words::Text;
use cadence::Cadence;
use chrono::{DateTime, TimeDelta, Utc};

/// What a clock is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    Timekeeper,
    /// An item of the checklist that somebody has in hand: its id.
    Item(String),
    /// Somebody must be told by law: the item of the checklist that settles it.
    Legal(String),
    /// A task, a parked question, a decision, a timer of the commander's own: its id.
    Matter(EventId),
    FirstReport,
    /// The next promised report to an audience: its id.
    Report(String),
    /// The next notice to customers.
    Notice,
    RollCall,
    /// Somebody who was called does not answer.
    Call(UserId),
    /// Recovery is claimed, and has to hold.
    Hold,
    /// Command is offered, and not yet taken.
    Offer,
    /// Recovered, and not resolved.
    Unresolved,
    /// Nobody writes any more.
    Silent,
    PostMortem,
}

impl Clock {
    /// As in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Clock::Timekeeper => "timekeeper",
            Clock::Item(_) => "item",
            Clock::Legal(_) => "legal",
            Clock::Matter(_) => "entry",
            Clock::FirstReport => "first_report",
            Clock::Report(_) => "report",
            Clock::Notice => "notice",
            Clock::RollCall => "roll_call",
            Clock::Call(_) => "call",
            Clock::Hold => "hold",
            Clock::Offer => "offer",
            Clock::Unresolved => "unresolved",
            Clock::Silent => "silent",
            Clock::PostMortem => "post_mortem",
        }
    }

    /// The id of what it is about: an item, an entry, an audience, a person.
    pub fn about(&self) -> Option<&str> {
        match self {
            Clock::Item(id) | Clock::Legal(id) | Clock::Report(id) => Some(id),
            Clock::Matter(id) => Some(id.as_str()),
            Clock::Call(user) => Some(user.as_str()),
            Clock::Timekeeper
            | Clock::FirstReport
            | Clock::Notice
            | Clock::RollCall
            | Clock::Hold
            | Clock::Offer
            | Clock::Unresolved
            | Clock::Silent
            | Clock::PostMortem => None,
        }
    }

    /// It waits for what people say in the channel: with that archived, it waits for nothing.
    const fn is_of_the_channel(&self) -> bool {
        matches!(
            self,
            Clock::Timekeeper
                | Clock::RollCall
                | Clock::Call(_)
                | Clock::Hold
                | Clock::Offer
                | Clock::Silent
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    Overdue,
    /// Amber.
    Near,
    Running,
}

impl Pressure {
    /// As in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Pressure::Overdue => "overdue",
            Pressure::Near => "near",
            Pressure::Running => "running",
        }
    }
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

/// A call that a console with the duty makes within seconds is late only after this.
const LATE_CALL: TimeDelta = TimeDelta::minutes(2);

/// How long before its time a clock is amber.
fn near(what: &Clock) -> TimeDelta {
    match what {
        Clock::Legal(_) => TimeDelta::days(2),
        Clock::PostMortem | Clock::Silent => TimeDelta::days(1),
        Clock::Unresolved => TimeDelta::hours(1),
        _ => TimeDelta::minutes(2),
    }
}

/// All clocks that run, the most urgent first: overdue for longest, then the soonest; what was
/// acknowledged, put off or silenced after those that were not.
pub fn timers(
    incident: &Incident,
    rules: &Rules<'_>,
    heard: &Heard<'_>,
    local: &Local,
    now: DateTime<Utc>,
) -> Vec<Timer> {
    let mut clocks = Clocks {
        local,
        now,
        timers: Vec::new(),
    };
    if incident.declared.is_some() && !incident.phase.is_over() {
        clocks.call(incident);
        clocks.items(incident);
        clocks.work(incident, rules, heard);
        clocks.legal(incident, rules);
        clocks.after(incident, rules);
    }
    // What was not resolved leaves its channel open, which nothing but a person archives.
    let open = !incident.phase.is_over() || incident.phase.is_side_exit();
    if incident.declared.is_some() && open {
        clocks.silence(incident, rules, heard);
    }
    if heard.archived {
        clocks
            .timers
            .retain(|timer| !timer.what.is_of_the_channel());
    }
    let mut timers = clocks.timers;
    timers.sort_by_key(|timer| (timer.rank(), timer.due));
    timers
}

struct Clocks<'a> {
    local: &'a Local,
    now: DateTime<Utc>,
    timers: Vec<Timer>,
}

impl Clocks<'_> {
    fn add(
        &mut self,
        key: String,
        what: Clock,
        text: Text,
        owner: Option<UserId>,
        due: DateTime<Utc>,
    ) {
        let mark = self.local.mark(&key);
        let pressure = if due <= self.now {
            Pressure::Overdue
        } else if due - self.now <= near(&what) {
            Pressure::Near
        } else {
            Pressure::Running
        };
        self.timers.push(Timer {
            acknowledged: mark.acknowledged.is_some(),
            snoozed: mark.snoozed_until(self.now),
            silenced: self.local.series(&key).silenced.is_some(),
            key,
            what,
            text,
            owner,
            due,
            pressure,
        });
    }

    /// Of something that comes again and again: the latest time that has come, until it is
    /// acknowledged; then the next.
    fn again(
        &mut self,
        series: &str,
        what: Clock,
        text: Text,
        owner: Option<UserId>,
        cadence: &Cadence<'_>,
    ) {
        let key = |number: u32| format!("{series}/{number}");
        let mut number = cadence.latest(self.now).unwrap_or(0);
        if cadence.at(number) <= self.now && self.local.mark(&key(number)).acknowledged.is_some() {
            number += 1;
        }
        self.add(key(number), what, text, owner, cadence.at(number));
    }

    /// The timekeeper's call that is late, else the next one.
    fn call(&mut self, incident: &Incident) {
        let Some(keeper) = incident.timekeeper.as_ref().filter(|k| k.minutes > 0) else {
            return;
        };
        let late = incident
            .call_due(self.now)
            .filter(|slot| self.now - slot.due > LATE_CALL)
            .map(|slot| slot.due);
        let Some(due) = late.or_else(|| incident.next_call(self.now)) else {
            return;
        };
        let number = (due - keeper.base).num_minutes() / i64::from(keeper.minutes);
        self.add(
            format!("timekeeper/{}/{number}", keeper.epoch),
            Clock::Timekeeper,
            Text::fixed("timekeeper", "タイムキーパー"),
            None,
            due,
        );
    }

    fn items(&mut self, incident: &Incident) {
        for check in incident.checklist() {
            let Some(due) = check.due.filter(|_| check.state == ItemState::Open) else {
                continue;
            };
            let (id, text) = (check.item.id, Text::same(check.item.text));
            let key = format!("item/{id}/{}", due.timestamp_millis());
            self.add(key, Clock::Item(id), text, check.assignee, due);
        }
    }

    /// Counted from when it was known that personal data is involved.
    fn legal(&mut self, incident: &Incident, rules: &Rules<'_>) {
        let Some(known) = personal_data_since(incident) else {
            return;
        };
        let list = incident.checklist();
        for duty in &rules.config.legal {
            let item = list.iter().find(|check| check.item.id == duty.item);
            if item.is_some_and(|check| check.state != ItemState::Open) {
                continue;
            }
            let days = match incident.kind {
                Kind::Security if duty.days_security > 0 => duty.days_security,
                _ => duty.days,
            };
            self.add(
                format!("legal/{}", duty.item),
                Clock::Legal(duty.item.clone()),
                duty.name.text(),
                item.and_then(|check| check.assignee.clone()),
                known + TimeDelta::days(i64::from(days)),
            );
        }
    }

    /// What recovery leaves to be done.
    fn after(&mut self, incident: &Incident, rules: &Rules<'_>) {
        let recovered = incident.milestones.get(&Milestone::Recovered);
        let Some(time) = recovered
            .map(|reached| reached.time)
            .filter(|_| !incident.phase.is_burning())
        else {
            return;
        };
        let t = &rules.config.timers;
        let run = time.timestamp_millis();
        let commander = incident.commander.as_ref().map(|held| held.user.clone());
        if t.unresolved_hours > 0 {
            let cadence = Cadence {
                first: time + TimeDelta::hours(i64::from(t.unresolved_hours)),
                every: TimeDelta::days(i64::from(t.unresolved_again_days)),
                working: Some(rules),
            };
            self.again(
                &format!("unresolved/{run}"),
                Clock::Unresolved,
                Text::fixed("recovered, not resolved", "復旧済み・未解決"),
                commander.clone(),
                &cadence,
            );
        }
        let severe = incident
            .level
            .as_ref()
            .and_then(|level| rules.config.level_rank(&level.id))
            .is_some_and(|rank| rank < t.post_mortem_levels as usize);
        if incident.work.review.is_some() {
            return;
        }
        let due = match severe {
            true if t.post_mortem_days > 0 => time + TimeDelta::days(i64::from(t.post_mortem_days)),
            false if t.post_mortem_working_days > 0 => {
                rules.working_days(time, t.post_mortem_working_days)
            }
            _ => return,
        };
        self.add(
            format!("post-mortem/{run}"),
            Clock::PostMortem,
            Text::fixed("post-mortem", "ポストモーテム"),
            commander,
            due,
        );
    }

    fn silence(&mut self, incident: &Incident, rules: &Rules<'_>, heard: &Heard<'_>) {
        let t = &rules.config.timers;
        // What the program says by itself breaks no silence.
        let acts = incident.entries.iter().filter(|entry| {
            !matches!(
                entry.body,
                Body::Question { .. } | Body::Answer { .. } | Body::TimekeeperCall { .. }
            )
        });
        let acted = acts.map(|entry| entry.recorded_at).max();
        let Some(last) = heard.last.values().copied().max().max(acted) else {
            return;
        };
        if t.silent_channel_days == 0 {
            return;
        }
        let cadence = Cadence {
            first: last + TimeDelta::days(i64::from(t.silent_channel_days)),
            every: TimeDelta::days(i64::from(t.silent_channel_again_days)),
            working: Some(rules),
        };
        // While people write, nobody counts days.
        if cadence.first - self.now > near(&Clock::Silent) {
            return;
        }
        let commander = incident.commander.as_ref().map(|held| held.user.clone());
        self.again(
            &format!("silent/{}", last.timestamp_millis()),
            Clock::Silent,
            Text::fixed("nobody writes here any more", "チャンネルに動きがない"),
            commander,
            &cadence,
        );
    }
}

/// Since when it is known that personal data is involved, as the record says it first.
pub fn personal_data_since(incident: &Incident) -> Option<DateTime<Utc>> {
    if !incident.personal_data {
        return None;
    }
    let marked = incident.entries.iter().find_map(|entry| {
        let counts = entry.verdict == Verdict::Accepted;
        match entry.body {
            Body::PersonalData { since } if counts => Some(since.unwrap_or(entry.at)),
            _ => None,
        }
    });
    marked.or(incident.declared)
}
