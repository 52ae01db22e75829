//! The state of one incident: a pure fold of its events in position order.
//!
//! The fold reads no configuration, no clock and no language. Pending events are applied on a copy,
//! after everything that has a position, and never enter the fold itself.

use super::event::{
    Body, Item, Kind, Milestone, Named, Phase, Place, Position, Recorded, Register, What,
};
use super::fact::Fact;
use super::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use super::learn::{Learnt, Lessons};
use super::source::Via;
use super::words::Lang;
use super::work::{Deed, Work};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a register holds and which events wrote that value in agreement: the next writer must
/// have seen one of them, or agree as well. Keeping them all lets two authors who set the same
/// value unseen by each other both go on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub events: Vec<EventId>,
    pub value: String,
}

/// Whether an event counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// Somebody else wrote this register first, unseen by the author.
    Overtaken(Register),
    /// Kept and ignored: a kind of a later version, or an event before the declaration.
    Ignored,
}

/// One line of the record. The sentence is made where it is shown, in that reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: EventId,
    pub at: DateTime<Utc>,
    pub by: UserId,
    /// How it came here, where nobody typed it.
    pub via: Option<Via>,
    pub body: Body,
    /// Escaped mrkdwn as Slack returned it; only of bodies that have a text.
    pub text: Option<String>,
    pub verdict: Verdict,
    pub position: Option<Position>,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemState {
    #[default]
    Open,
    Done,
    Skipped,
}

impl ItemState {
    pub const fn name(self) -> &'static str {
        match self {
            ItemState::Open => "open",
            ItemState::Done => "done",
            ItemState::Skipped => "skipped",
        }
    }
}

/// A checklist line with what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub item: Item,
    pub state: ItemState,
    pub assignee: Option<UserId>,
    pub assigned_at: Option<DateTime<Utc>>,
    /// Until when: a time that somebody gave it, else its time-box since it has a name on it.
    pub due: Option<DateTime<Utc>>,
    /// Who ticked, unticked or skipped it last, and when.
    pub by: Option<UserId>,
    pub at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    /// The current level (or nobody's level: an added item) asks for it.
    pub required: bool,
    /// Done because the record says so, and not by somebody's tick.
    pub by_record: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ItemMark {
    state: ItemState,
    by: UserId,
    at: DateTime<Utc>,
    reason: Option<String>,
}

/// Somebody who checked in, or was given a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub user: UserId,
    pub role: Option<String>,
    pub task: Option<String>,
    pub since: DateTime<Utc>,
    pub left: Option<DateTime<Utc>>,
    /// Their own last act in the record.
    pub acted: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    pub time: DateTime<Utc>,
    pub by: UserId,
    /// Set by the program; a person may correct it.
    pub automatic: bool,
    pub link: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub user: UserId,
    pub since: DateTime<Utc>,
}

/// The interval of the calls, and the instant they are counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timekeeper {
    /// 0: stopped.
    pub minutes: u32,
    pub base: DateTime<Utc>,
    /// The event that set it: part of a slot's identity, so that a restarted timekeeper counts anew.
    pub epoch: EventId,
    explicit: bool,
}

impl Timekeeper {
    /// One that counts from `base`, as a declaration sets it.
    #[cfg(test)]
    pub(in crate::domain) fn of(minutes: u32, base: DateTime<Utc>) -> Timekeeper {
        Timekeeper {
            minutes,
            base,
            epoch: EventId::new("e"),
            explicit: false,
        }
    }

    /// Of the event that says a call: consoles that notice the same slot make one call of it.
    pub fn call_id(incident: &IncidentId, epoch: &EventId, slot: u32) -> EventId {
        EventId::derived(incident, &format!("{epoch}/{slot}"), "", "timekeeper")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    pub text: String,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// A pinned message, as the timeline tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    pub ts: SlackTs,
    pub pinned: bool,
}

/// Another incident that this one was merged with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    pub id: IncidentId,
    pub place: Place,
}

/// What a level brings beside its checklist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelTerms {
    pub owner: Option<String>,
    /// A link.
    pub manual: Option<String>,
    /// Minutes between reports.
    pub report: Option<u32>,
}

/// What every console that saw the same channel agrees on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub declared: Option<DateTime<Utc>>,
    pub declared_event: Option<EventId>,
    pub declarer: UserId,
    pub title: String,
    pub service: String,
    pub kind: Kind,
    pub channel_wanted: String,
    pub lang: Lang,
    pub personal_data: bool,
    pub phase: Phase,
    pub phase_since: Option<DateTime<Utc>>,
    pub level: Option<Named>,
    pub temperature: Option<Named>,
    pub situation: Option<Situation>,
    pub commander: Option<Held>,
    pub roles: BTreeMap<String, Held>,
    pub roster: BTreeMap<UserId, Present>,
    pub milestones: BTreeMap<Milestone, Reached>,
    pub timekeeper: Option<Timekeeper>,
    pub timekeeper_recovered: u32,
    /// Calls already in the record: epoch and slot.
    pub calls: Vec<(EventId, u32)>,
    pub closers: Vec<UserId>,
    /// The incident that it came out of.
    pub came_of: Option<IncidentId>,
    /// Where the response goes on.
    pub merged_into: Option<Merge>,
    /// What was merged into this one.
    pub absorbed: Vec<Merge>,
    /// The level's owner, its manual and its interval of reports.
    pub level_terms: LevelTerms,
    /// What command deals out and keeps.
    pub work: Work,
    /// What the record gained afterwards.
    pub lessons: Lessons,
    pub entries: Vec<Arc<Entry>>,
    pub registers: BTreeMap<Register, Written>,
    pub events: usize,
    level_event: Option<EventId>,
    personal_event: Option<EventId>,
    /// Items in order of introduction, each with the level events that ask for it; an item added
    /// by hand is asked for by nobody's level and always required.
    items: Vec<(Item, Vec<EventId>, bool)>,
    marks: BTreeMap<String, ItemMark>,
    assignees: BTreeMap<String, Option<Held>>,
    /// By item, where somebody gave it a time of its own.
    dues: BTreeMap<String, DateTime<Utc>>,
    /// The console of the newest event, which owes the card and the topic first.
    pub last_console: Option<ConsoleId>,
    /// Off only where a test shows what the rule of `prev` is for.
    checks_prev: bool,
}

impl Incident {
    pub fn new(id: IncidentId) -> Incident {
        Incident {
            id,
            declared: None,
            declared_event: None,
            declarer: UserId::default(),
            title: String::new(),
            service: String::new(),
            kind: Kind::Outage,
            channel_wanted: String::new(),
            lang: Lang::En,
            personal_data: false,
            phase: Phase::Declared,
            phase_since: None,
            level: None,
            temperature: None,
            situation: None,
            commander: None,
            roles: BTreeMap::new(),
            roster: BTreeMap::new(),
            milestones: BTreeMap::new(),
            timekeeper: None,
            timekeeper_recovered: 0,
            calls: Vec::new(),
            closers: Vec::new(),
            came_of: None,
            merged_into: None,
            absorbed: Vec::new(),
            level_terms: LevelTerms::default(),
            work: Work::default(),
            lessons: Lessons::default(),
            entries: Vec::new(),
            registers: BTreeMap::new(),
            events: 0,
            level_event: None,
            personal_event: None,
            items: Vec::new(),
            marks: BTreeMap::new(),
            assignees: BTreeMap::new(),
            dues: BTreeMap::new(),
            last_console: None,
            checks_prev: true,
        }
    }

    /// A fold that may leave the rule of `prev` out.
    pub fn with_prev(id: IncidentId, checks_prev: bool) -> Incident {
        Incident {
            checks_prev,
            ..Incident::new(id)
        }
    }

    /// Folds `events`, which must be in position order.
    pub fn fold<'a>(id: IncidentId, events: impl IntoIterator<Item = &'a Recorded>) -> Incident {
        let mut incident = Incident::new(id);
        for event in events {
            incident.apply(event);
        }
        incident
    }

    /// Applies the next event in order and says whether it counted.
    pub fn apply(&mut self, recorded: &Recorded) -> Verdict {
        self.events += 1;
        let event = &recorded.event;
        let What::Known(body) = &event.what else {
            return Verdict::Ignored;
        };
        let is_declaration = matches!(body, Body::Declared { .. });
        if self.declared.is_none() != is_declaration {
            return Verdict::Ignored;
        }
        let writes = body.writes(&event.id);
        let overtaken = writes.iter().find(|(register, value)| {
            self.registers.get(register).is_some_and(|current| {
                let seen = event.prev.get(register);
                self.checks_prev
                    && !seen.is_some_and(|id| current.events.contains(id))
                    && current.value != *value
            })
        });
        let late = match body {
            Body::Work(deed) => self.work.too_late(recorded, deed),
            _ => None,
        };
        let verdict = match overtaken.map(|(register, _)| register.clone()).or(late) {
            Some(register) => Verdict::Overtaken(register),
            None => Verdict::Accepted,
        };
        if verdict == Verdict::Accepted {
            let news = self.is_news(&writes);
            for (register, value) in writes {
                match self.registers.get_mut(&register) {
                    Some(current) if current.value == value => {
                        current.events.push(event.id.clone());
                    }
                    _ => {
                        let events = vec![event.id.clone()];
                        self.registers.insert(register, Written { events, value });
                    }
                }
            }
            if news {
                self.take(recorded, body);
            }
        }
        self.last_console = Some(recorded.console.clone());
        self.entries.push(Arc::new(Entry {
            id: event.id.clone(),
            at: entry_time(recorded, body),
            by: recorded.by.clone(),
            via: event.via.clone(),
            body: body.clone(),
            text: recorded.text.clone(),
            verdict: verdict.clone(),
            position: recorded.position.clone(),
            recorded_at: recorded.recorded_at,
        }));
        verdict
    }

    /// An event all of whose registers already hold its values says nothing new: the first one's
    /// author and time stand.
    fn is_news(&self, writes: &[(Register, String)]) -> bool {
        writes.is_empty()
            || writes.iter().any(|(register, value)| {
                self.registers
                    .get(register)
                    .is_none_or(|current| current.value != *value)
            })
    }

    fn take(&mut self, recorded: &Recorded, body: &Body) {
        let at = recorded.event.at;
        let by = &recorded.by;
        // What the program says is nobody's act.
        let spoken = matches!(
            body,
            Body::Question { .. } | Body::Answer { .. } | Body::Work(Deed::RollCall {})
        );
        if let Some(present) = self.roster.get_mut(by).filter(|_| !spoken) {
            present.acted = present.acted.max(at);
        }
        match body {
            Body::Declared {
                title,
                service,
                incident_kind,
                channel,
                lang,
                personal_data,
                temperature,
                started,
                detected,
                timekeeper,
                timekeeper_recovered,
                closers,
                parent,
            } => {
                self.came_of.clone_from(parent);
                self.declared = Some(at);
                self.declared_event = Some(recorded.event.id.clone());
                self.declarer = by.clone();
                self.title.clone_from(title);
                self.service.clone_from(service);
                self.kind = *incident_kind;
                self.channel_wanted.clone_from(channel);
                self.lang = *lang;
                self.personal_data = *personal_data;
                self.temperature.clone_from(temperature);
                self.closers.clone_from(closers);
                self.timekeeper_recovered = *timekeeper_recovered;
                self.timekeeper = Some(Timekeeper {
                    minutes: *timekeeper,
                    base: at,
                    epoch: recorded.event.id.clone(),
                    explicit: false,
                });
                self.enter(Phase::Declared, at);
                for (milestone, time) in [
                    (Milestone::Started, started),
                    (Milestone::Detected, detected),
                ] {
                    if let Some(time) = time {
                        self.reach(milestone, *time, by, false, None);
                    }
                }
                self.reach(Milestone::Responded, at, by, true, None);
                self.join(by, at);
            }
            Body::Level {
                level,
                timekeeper,
                owner,
                manual,
                report,
            } => {
                self.level_terms = LevelTerms {
                    owner: owner.clone(),
                    manual: manual.clone(),
                    report: *report,
                };
                self.level = Some(level.clone());
                self.level_event = Some(recorded.event.id.clone());
                if let (Some(minutes), Some(keeper)) = (timekeeper, &mut self.timekeeper)
                    && keeper.minutes > 0
                    && !keeper.explicit
                    && self.phase.is_burning()
                    && keeper.minutes != *minutes
                {
                    keeper.minutes = *minutes;
                    keeper.base = at;
                    keeper.epoch = recorded.event.id.clone();
                }
            }
            Body::Items { level_event, items } => {
                for item in items {
                    self.introduce(item, Some(level_event));
                }
            }
            Body::ItemAdded { item } => self.introduce(item, None),
            Body::Temperature { temperature } => self.temperature = Some(temperature.clone()),
            Body::Situation {} => {
                self.situation = Some(Situation {
                    text: recorded.text.clone().unwrap_or_default(),
                    by: by.clone(),
                    at,
                });
            }
            Body::Commander { user, .. } => {
                self.command(user.clone(), at, by);
            }
            Body::Role { role, user } => {
                match user {
                    Some(user) => {
                        let held = Held {
                            user: user.clone(),
                            since: at,
                        };
                        self.roles.insert(role.clone(), held);
                        self.join(user, at);
                    }
                    None => {
                        self.roles.remove(role);
                    }
                }
                self.assemble(at, by);
            }
            Body::CheckedIn { user, role, task } => {
                self.join(user, at);
                if let Some(present) = self.roster.get_mut(user) {
                    present.role.clone_from(role);
                    present.task.clone_from(task);
                }
                self.assemble(at, by);
            }
            Body::CheckedOut { user } => {
                if let Some(present) = self.roster.get_mut(user) {
                    present.left = Some(at);
                    present.task = None;
                }
            }
            Body::Ticked { item } => self.mark(item, ItemState::Done, by, at, None),
            Body::Unticked { item } => self.mark(item, ItemState::Open, by, at, None),
            Body::Skipped { item, reason } => {
                self.mark(item, ItemState::Skipped, by, at, Some(reason.clone()));
            }
            Body::Assigned { item, user, due } => {
                let held = user.clone().map(|user| Held { user, since: at });
                self.assignees.insert(item.clone(), held);
                match due {
                    Some(due) => self.dues.insert(item.clone(), *due),
                    None => self.dues.remove(item),
                };
            }
            Body::Milestone {
                milestone,
                time,
                link,
            } => self.reach(*milestone, *time, by, false, link.clone()),
            Body::Timekeeper { minutes } => {
                self.timekeeper = Some(Timekeeper {
                    minutes: *minutes,
                    base: at,
                    epoch: recorded.event.id.clone(),
                    explicit: true,
                });
            }
            Body::TimekeeperCall { slot } => {
                if let Some(keeper) = &self.timekeeper {
                    self.calls.push((keeper.epoch.clone(), *slot));
                }
            }
            Body::Phase { phase } => self.enter(*phase, at),
            Body::Recovered { time } => {
                self.work.close_claim(&recorded.event.id, at);
                self.enter(Phase::Recovered, at);
                self.reach(Milestone::Recovered, *time, by, false, None);
                if let Some(keeper) = &mut self.timekeeper
                    && keeper.minutes > 0
                {
                    keeper.minutes = self.timekeeper_recovered;
                    keeper.base = at;
                    keeper.epoch = recorded.event.id.clone();
                }
            }
            Body::Resolved { .. } => {
                self.enter(Phase::Resolved, at);
                self.reach(Milestone::Resolved, at, by, true, None);
            }
            Body::Archived {} => self.enter(Phase::Archived, at),
            Body::Cancelled { outcome, .. } => self.enter(*outcome, at),
            Body::Reopened { .. } => {
                self.enter(Phase::Investigating, at);
                self.merged_into = None;
                for milestone in [Milestone::Recovered, Milestone::Resolved] {
                    self.milestones.remove(&milestone);
                }
            }
            Body::PersonalData { .. } => {
                self.personal_data = true;
                self.personal_event = Some(recorded.event.id.clone());
            }
            Body::Merged { into, place } => {
                self.enter(Phase::Merged, at);
                self.merged_into = Some(Merge {
                    id: into.clone(),
                    place: place.clone(),
                });
            }
            Body::Absorbed { from, place } => self.absorbed.push(Merge {
                id: from.clone(),
                place: place.clone(),
            }),
            Body::Work(deed) => {
                match deed {
                    Deed::Retracted { event } => self.take_back(event),
                    Deed::KindChanged {
                        incident_kind,
                        manual,
                    } => {
                        self.kind = *incident_kind;
                        self.level_terms.manual.clone_from(manual);
                        // Its items are the level's from here on.
                        self.level_event = Some(recorded.event.id.clone());
                    }
                    Deed::Accepted { user, .. } => self.command(Some(user.clone()), at, by),
                    Deed::Here {} => self.join(by, at),
                    _ => {}
                }
                self.work.take(recorded, deed);
            }
            Body::Learnt(learnt) => self.lessons.take(recorded, learnt),
            Body::Note {}
            | Body::Message { .. }
            | Body::Pinned { .. }
            | Body::Unpinned { .. }
            | Body::Dropped { .. }
            | Body::Question { .. }
            | Body::Answer { .. } => {}
        }
    }

    /// Command is somebody's, or nobody's; what was offered before is off.
    fn command(&mut self, user: Option<UserId>, at: DateTime<Utc>, by: &UserId) {
        self.work.offer = None;
        if let Some(user) = &user {
            self.join(user, at);
        }
        self.commander = user.map(|user| Held { user, since: at });
        self.assemble(at, by);
    }

    /// How it ended, whether it was archived since or not; the phase, while it goes on.
    pub fn end(&self) -> Phase {
        if self.phase != Phase::Archived {
            return self.phase;
        }
        let counted = self.entries.iter().rev();
        let mut counted = counted.filter(|entry| entry.verdict == Verdict::Accepted);
        let end = counted.find_map(|entry| match &entry.body {
            Body::Cancelled { outcome, .. } => Some(*outcome),
            Body::Merged { .. } => Some(Phase::Merged),
            Body::Resolved { .. } => Some(Phase::Resolved),
            _ => None,
        });
        end.unwrap_or(Phase::Resolved)
    }

    fn enter(&mut self, phase: Phase, at: DateTime<Utc>) {
        self.phase = phase;
        self.phase_since = Some(at);
    }

    fn join(&mut self, user: &UserId, at: DateTime<Utc>) {
        let present = self.roster.entry(user.clone()).or_insert_with(|| Present {
            user: user.clone(),
            role: None,
            task: None,
            since: at,
            left: None,
            acted: at,
        });
        if present.left.take().is_some() {
            present.since = at;
        }
    }

    /// Assembled is when the commander and at least one responder have joined.
    fn assemble(&mut self, at: DateTime<Utc>, by: &UserId) {
        let Some(commander) = &self.commander else {
            return;
        };
        let responder = self
            .roster
            .values()
            .any(|p| p.left.is_none() && p.user != commander.user);
        if responder && !self.milestones.contains_key(&Milestone::Assembled) {
            self.reach(Milestone::Assembled, at, &by.clone(), true, None);
        }
    }

    fn reach(
        &mut self,
        milestone: Milestone,
        time: DateTime<Utc>,
        by: &UserId,
        automatic: bool,
        link: Option<String>,
    ) {
        let stands = self
            .milestones
            .get(&milestone)
            .is_some_and(|reached| !reached.automatic);
        if automatic && stands {
            return;
        }
        let reached = Reached {
            time,
            by: by.clone(),
            automatic,
            link,
        };
        self.milestones.insert(milestone, reached);
    }

    fn introduce(&mut self, item: &Item, level_event: Option<&EventId>) {
        let known = self.items.iter_mut().find(|(i, ..)| i.id == item.id);
        match known {
            Some((_, levels, by_hand)) => match level_event {
                Some(event) => levels.push(event.clone()),
                None => *by_hand = true,
            },
            None => self.items.push((
                item.clone(),
                level_event.cloned().into_iter().collect(),
                level_event.is_none(),
            )),
        }
    }

    fn mark(
        &mut self,
        item: &str,
        state: ItemState,
        by: &UserId,
        at: DateTime<Utc>,
        reason: Option<String>,
    ) {
        let mark = ItemMark {
            state,
            by: by.clone(),
            at,
            reason,
        };
        self.marks.insert(item.to_owned(), mark);
    }

    /// The checklist in the order of its numbers: what the current level asks for and what was
    /// added by hand, then what an earlier level asked for and somebody touched.
    pub fn checklist(&self) -> Vec<Check> {
        let check = |(item, levels, by_hand): &(Item, Vec<EventId>, bool)| {
            let mark = self.marks.get(&item.id);
            let held = self.assignees.get(&item.id).and_then(Option::as_ref);
            let asked = self.asks(levels);
            let boxed = held.zip(item.time_box);
            let boxed = boxed.map(|(h, min)| h.since + TimeDelta::minutes(i64::from(min)));
            let fact = item.when.as_deref().filter(|_| mark.is_none());
            let known = fact.and_then(Fact::named).and_then(|fact| fact.known(self));
            let done = known.as_ref().map(|_| ItemState::Done);
            let (by, at) = known.clone().unzip();
            Check {
                item: item.clone(),
                state: mark.map(|m| m.state).or(done).unwrap_or_default(),
                assignee: held.map(|h| h.user.clone()),
                assigned_at: held.map(|h| h.since),
                due: self.dues.get(&item.id).copied().or(boxed),
                by: mark.map(|m| m.by.clone()).or(by),
                at: mark.map(|m| m.at).or(at),
                reason: mark.and_then(|m| m.reason.clone()),
                required: (asked && !item.optional) || *by_hand,
                by_record: known.is_some(),
            }
        };
        let asked =
            |(_, levels, by_hand): &&(Item, Vec<EventId>, bool)| *by_hand || self.asks(levels);
        let current = self.items.iter().filter(|i| asked(i)).map(check);
        let former = self
            .items
            .iter()
            .filter(|i| !asked(i))
            .map(check)
            .filter(|c| c.state != ItemState::Open || c.assignee.is_some());
        current.chain(former).collect()
    }

    /// Who set the level, and when.
    pub(super) fn level_set(&self) -> Option<(UserId, DateTime<Utc>)> {
        self.author(self.level_event.as_ref()?)
    }

    /// Who set the mark of personal data, and when.
    pub(super) fn personal_data_set(&self) -> Option<(UserId, DateTime<Utc>)> {
        if !self.personal_data {
            return None;
        }
        let set = self.personal_event.as_ref();
        self.author(set.or(self.declared_event.as_ref())?)
    }

    fn author(&self, event: &EventId) -> Option<(UserId, DateTime<Utc>)> {
        let entry = self.entries.iter().find(|entry| entry.id == *event)?;
        Some((entry.by.clone(), entry.at))
    }

    /// Whether one of the events that introduced an item stands.
    fn asks(&self, causes: &[EventId]) -> bool {
        [
            &self.level_event,
            &self.personal_event,
            &self.declared_event,
        ]
        .into_iter()
        .flatten()
        .any(|event| causes.contains(event))
    }

    /// Done or skipped, of all that is on the list.
    pub fn progress(&self) -> (usize, usize) {
        let list = self.checklist();
        let settled = list.iter().filter(|c| c.state != ItemState::Open).count();
        (settled, list.len())
    }

    /// Messages that are pinned into the timeline now.
    pub fn pinned(&self, ts: &SlackTs) -> bool {
        self.registers
            .get(&Register::pin(ts))
            .is_some_and(|w| w.value == "pinned")
    }

    /// The writers an author sees now: `prev` of an event that writes `body`.
    pub fn prev(&self, id: &EventId, body: &Body) -> BTreeMap<Register, EventId> {
        body.writes(id)
            .into_iter()
            .filter_map(|(register, _)| {
                let current = self.registers.get(&register)?;
                Some((register, current.events.last()?.clone()))
            })
            .collect()
    }

    /// Who may act for the command: the commander, the deputy, and while nobody commands, the
    /// declarer.
    /// Whether somebody marked a message as evidence; taking its pin off does not change that.
    pub fn is_evidence(&self, message: &SlackTs) -> bool {
        self.entries.iter().any(
            |entry| matches!(&entry.body, Body::Pinned { ts, evidence: true, .. } if ts == message),
        )
    }

    /// Who does it: whom the command named, else whoever checked in for it and is still here.
    pub fn in_role(&self, role: &str) -> Option<&UserId> {
        let named = self.roles.get(role).map(|held| &held.user);
        let checked_in = || {
            let mut here = self.roster.values().filter(|p| p.left.is_none());
            here.find(|p| p.role.as_deref() == Some(role))
                .map(|p| &p.user)
        };
        named.or_else(checked_in)
    }

    /// Minutes between the timekeeper's calls as they were last set before a recovery.
    pub fn burning_interval(&self) -> u32 {
        let mut burns = true;
        let mut minutes = 0;
        let accepted = |entry: &&Arc<Entry>| entry.verdict == Verdict::Accepted;
        for entry in self.entries.iter().filter(accepted) {
            match &entry.body {
                Body::Declared { timekeeper, .. } => minutes = *timekeeper,
                Body::Level { timekeeper, .. } if burns => minutes = timekeeper.unwrap_or(minutes),
                Body::Timekeeper { minutes: set } if burns => minutes = *set,
                Body::Recovered { .. } => burns = false,
                Body::Reopened { .. } => burns = true,
                _ => {}
            }
        }
        minutes
    }

    pub fn may_command(&self, user: &UserId) -> bool {
        let deputy = self.roles.get("deputy").is_some_and(|h| h.user == *user);
        match &self.commander {
            Some(held) => held.user == *user || deputy,
            None => self.declarer == *user || deputy,
        }
    }

    /// The communications lead may write reports and notices, as whoever acts for the command.
    pub fn may_report(&self, user: &UserId) -> bool {
        let lead = self.roles.get("comms").is_some_and(|h| h.user == *user);
        lead || self.may_command(user)
    }

    /// Closers may resolve; with none configured, the command.
    pub fn may_close(&self, user: &UserId) -> bool {
        if self.closers.is_empty() {
            self.may_command(user)
        } else {
            self.closers.contains(user)
        }
    }

    /// Started where known, else detected, else declared: what "how long" counts from.
    pub fn began(&self) -> Option<DateTime<Utc>> {
        self.milestones
            .get(&Milestone::Started)
            .map(|r| r.time)
            .or_else(|| self.milestones.get(&Milestone::Detected).map(|r| r.time))
            .or(self.declared)
    }
}

/// A pin enters at the message's own time, whatever the time of pinning; a note about a time, at that.
fn entry_time(recorded: &Recorded, body: &Body) -> DateTime<Utc> {
    match body {
        Body::Pinned { ts, .. } => {
            DateTime::from_timestamp_micros(ts.micros()).unwrap_or(recorded.event.at)
        }
        Body::Learnt(Learnt::Noted { time }) => *time,
        _ => recorded.event.at,
    }
}
