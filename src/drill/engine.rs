//! The drill itself: a function of scenario, seed, clock and what the players did. It does nothing;
//! it says what is to be done and by whom, and whoever runs it does that in some workspace.
//!
//! Seconds are stepped one by one however long the gap between two steps was, so that pause, speed
//! and skipping change nothing but time. Chance is drawn from the seed and the name of what it is
//! for, never from the order in which things came.

use super::actors;
use super::fact::{Fact, Ledger};
use super::hearing;
use super::scenario::{Deed, Inject, Scenario, Secs, Trouble, When, Words};
use super::scene::{self, Heard, Manner, Scene};
use crate::domain::ids::EventId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;

/// How what a game master added is called, before its number.
const ADDED: &str = "gm-";

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub at: Secs,
    pub what: Doing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A person of the scenario writes in the channel.
    Say {
        /// What later lines call it; see [`Drill::posted`].
        key: String,
        by: String,
        text: Words,
        thread: Option<Thread>,
    },
    /// A person of the scenario does something at a console of their own.
    Act {
        by: String,
        line: Line,
    },
    /// From now on the tools do this; `None`: they are well again.
    Trouble(Option<Trouble>),
    End(End),
}

/// Where a reply goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thread {
    /// Under what was said under this key.
    Key(String),
    /// Under this message.
    Message(String),
}

/// What scripted people do at consoles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Scripted(Deed),
    CheckIn,
    /// They have commanded until now.
    Command,
    Accept,
    Confirm,
    Here,
    Done {
        matter: EventId,
        text: Words,
    },
    Object {
        matter: EventId,
        text: Words,
    },
}

/// What a game master adds: somebody says something, at its time or as soon after it as all facts
/// hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    pub by: String,
    pub text: String,
    /// Now, where there is none.
    pub at: Option<Secs>,
    pub when: Vec<Fact>,
}

/// Why it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// One of the scenario's endings.
    Reached(Words),
    TimeUp,
    /// The game master ended it.
    Called,
}

/// What became of an inject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Waiting {
        from: Secs,
    },
    Fired {
        at: Secs,
    },
    /// Its time was over before everything held: what was missing then, as the scenario says it.
    Missed {
        at: Secs,
        lacking: Vec<String>,
    },
    /// The game master took it out.
    Dropped {
        at: Secs,
    },
}

#[derive(Clone, Debug)]
struct Plan {
    inject: Arc<Inject>,
    fate: Fate,
    since: Option<u32>,
    /// How often it was said.
    said: u32,
    next: u32,
}

#[derive(Clone, Debug)]
struct Waiting {
    due: u32,
    /// In order of entry among those of one second.
    serial: u64,
    what: Doing,
    sets: Vec<(String, String)>,
}

/// A drill under way.
#[derive(Clone, Debug)]
pub struct Drill {
    pub(super) scenario: Arc<Scenario>,
    pub(super) seed: u64,
    /// The next second to be stepped.
    next: u32,
    ledger: Ledger,
    /// Since when each change of the world could come.
    holding: BTreeMap<(String, usize), u32>,
    plans: Vec<Plan>,
    met: BTreeSet<String>,
    pub(super) told: actors::Told,
    waiting: Vec<Waiting>,
    serial: u64,
    /// What was said under each key: by whom, when, and where it is.
    said: BTreeMap<String, (String, u32, Option<String>)>,
    down: bool,
    ending: BTreeMap<usize, u32>,
    ended: Option<(Secs, End)>,
}

impl Drill {
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Drill {
        let world = scenario.world.iter();
        let proposals = scenario.injects.iter().filter_map(|inject| {
            let id = inject.id.get_ref().clone();
            Some((id, inject.proposal()?.clone()))
        });
        let ledger = Ledger {
            world: world
                .map(|(name, v)| (name.clone(), v.start.clone()))
                .collect(),
            proposals: proposals.collect(),
            leads: (scenario.start.commander.as_ref()).map(|part| part.get_ref().clone()),
            ..Ledger::default()
        };
        let injects = scenario.injects.iter().cloned().map(Arc::new);
        let plans = injects.map(Plan::of).collect();
        let mut drill = Drill {
            seed,
            next: 0,
            ledger,
            holding: BTreeMap::new(),
            plans,
            met: BTreeSet::new(),
            told: actors::Told::default(),
            waiting: Vec::new(),
            serial: 0,
            said: BTreeMap::new(),
            down: false,
            ending: BTreeMap::new(),
            ended: None,
            scenario: scenario.clone(),
        };
        for (part, person) in &scenario.people {
            if person.here {
                drill.later(0, check_in(part), Vec::new());
            }
        }
        if let Some(part) = &scenario.start.commander {
            let what = Doing::Act {
                by: part.get_ref().clone(),
                line: Line::Command,
            };
            drill.later(0, what, Vec::new());
        }
        drill
    }

    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The last second that was stepped.
    pub fn at(&self) -> Secs {
        Secs(self.next.saturating_sub(1))
    }

    pub const fn ended(&self) -> Option<&(Secs, End)> {
        self.ended.as_ref()
    }

    pub fn world(&self) -> &BTreeMap<String, String> {
        &self.ledger.world
    }

    /// Every inject and what became of it, in the scenario's order.
    pub fn fates(&self) -> impl Iterator<Item = (&Inject, &Fate)> {
        self.plans.iter().map(|plan| (&*plan.inject, &plan.fate))
    }

    /// When each inject happened.
    pub fn fired(&self) -> BTreeMap<String, Secs> {
        let fired = self.plans.iter().filter_map(|plan| match plan.fate {
            Fate::Fired { at } => Some((plan.inject.id.get_ref().clone(), at)),
            _ => None,
        });
        fired.collect()
    }

    /// The next second after the last at which something can come by time alone.
    pub fn next_due(&self) -> Option<Secs> {
        let plans = self.plans.iter().filter_map(|plan| match plan.fate {
            Fate::Waiting { from } => Some(from.0),
            _ => None,
        });
        let faults = self
            .scenario
            .faults
            .iter()
            .flat_map(|f| [f.from.0, f.until.0]);
        let waiting = self.waiting.iter().map(|w| w.due);
        let all = plans
            .chain(faults)
            .chain(waiting)
            .filter(|due| *due >= self.next);
        all.min().map(Secs)
    }

    /// What was said under `key` is this message: replies to it are answers to it.
    pub fn posted(&mut self, key: &str, ts: String) {
        if let Some((_, _, place)) = self.said.get_mut(key) {
            *place = Some(ts);
        }
    }

    /// Where what was said under `key` is.
    pub fn place(&self, key: &str) -> Option<&str> {
        self.said
            .get(key)
            .and_then(|(_, _, place)| place.as_deref())
    }

    /// Everything from the last step up to `to`, with the scene as it is now.
    pub fn step(&mut self, to: Secs, scene: &Scene) -> Vec<Effect> {
        let heard = scene::heard(scene);
        let mut out = Vec::new();
        while self.next <= to.0 && self.ended.is_none() {
            let at = self.next;
            self.next += 1;
            for heard in heard.iter().filter(|heard| heard.at.0 <= at) {
                if self.met.insert(heard.id.clone()) {
                    self.hear(at, heard, scene);
                }
            }
            self.turn(at, scene);
            for reaction in actors::finish(self, at, scene) {
                self.later(reaction.due, reaction.what, reaction.sets);
            }
            self.injects(at, scene);
            self.faults(at, &mut out);
            self.release(at, &mut out);
            self.endings(at, scene, &mut out);
        }
        out
    }

    fn hear(&mut self, at: u32, heard: &Heard, scene: &Scene) {
        self.ledger.heard = self.ledger.heard.max(at);
        let scenario = self.scenario.clone();
        for (name, hears) in &scenario.said {
            if hears.is_in(&heard.text) {
                self.ledger.said.insert(name.clone());
            }
        }
        if matches!(heard.what, Manner::Says) {
            let answered: Vec<String> = self
                .said
                .iter()
                .filter(|(_, (by, since, place))| {
                    *since <= heard.at.0
                        && actors::replies(&scenario, scene, heard, by, place.as_deref())
                })
                .map(|(key, _)| key.clone())
                .collect();
            self.ledger.replied.extend(answered);
        }
        if scene.by_name {
            let summoned = actors::summoned(&scenario, heard, scene);
            self.ledger.called.extend(summoned);
        }
        for reaction in actors::react(self, at, heard, scene) {
            self.later(reaction.due, reaction.what, reaction.sets);
        }
    }

    /// The world goes on.
    fn turn(&mut self, at: u32, scene: &Scene) {
        let scenario = self.scenario.clone();
        for (name, variable) in &scenario.world {
            for (n, change) in variable.changes.iter().enumerate() {
                let here = self.ledger.world.get(name) == Some(&change.to);
                let key = (name.clone(), n);
                if here || !self.holds(at, &change.when, scene) {
                    self.holding.remove(&key);
                    continue;
                }
                let since = *self.holding.entry(key).or_insert(at);
                if at - since >= change.after.0 {
                    self.ledger.world.insert(name.clone(), change.to.clone());
                }
            }
        }
    }

    fn holds(&self, at: u32, when: &When, scene: &Scene) -> bool {
        let mut all = when.iter();
        all.all(|fact| fact.get_ref().holds(at, scene, &self.ledger))
    }

    /// Whether an answer may be given now.
    pub(super) fn may(&self, at: u32, when: &When, scene: &Scene) -> bool {
        self.holds(at, when, scene)
    }

    fn injects(&mut self, at: u32, scene: &Scene) {
        for n in 0..self.plans.len() {
            let plan = &self.plans[n];
            let waits = match plan.fate {
                Fate::Waiting { from } => at >= from.0,
                Fate::Fired { .. } => plan.said < plan.inject.times && at >= plan.next,
                _ => false,
            };
            if !waits {
                continue;
            }
            let inject = plan.inject.clone();
            let first = matches!(plan.fate, Fate::Waiting { .. });
            if !self.holds(at, &inject.when, scene) {
                self.plans[n].since = None;
                if first && inject.until.is_some_and(|until| at >= until.0) {
                    let lacking = self.lacking(at, &inject.when, scene);
                    self.plans[n].fate = Fate::Missed {
                        at: Secs(at),
                        lacking,
                    };
                }
                continue;
            }
            let since = *self.plans[n].since.get_or_insert(at);
            if at - since < inject.after.0 && first {
                continue;
            }
            self.fire_plan(n, at);
        }
    }

    fn lacking(&self, at: u32, when: &When, scene: &Scene) -> Vec<String> {
        let not = when
            .iter()
            .filter(|f| !f.get_ref().holds(at, scene, &self.ledger));
        not.map(|fact| fact.get_ref().to_string()).collect()
    }

    fn fire_plan(&mut self, n: usize, at: u32) {
        let plan = &mut self.plans[n];
        let inject = plan.inject.clone();
        if matches!(plan.fate, Fate::Waiting { .. }) {
            plan.fate = Fate::Fired { at: Secs(at) };
        }
        plan.said += 1;
        plan.next = at.saturating_add(inject.every.0.max(1));
        let times = plan.said;
        let id = inject.id.get_ref();
        self.ledger.injects.insert(id.clone());
        let sets: Vec<_> = inject
            .sets
            .iter()
            .map(|(name, value)| (name.clone(), value.get_ref().clone()))
            .collect();
        let by = inject.by.as_ref().map(|by| by.get_ref().clone());
        let mut doings = Vec::new();
        if let (Some(by), Some(text)) = (&by, &inject.say) {
            let key = match times {
                1 => id.clone(),
                n => format!("{id}/{n}"),
            };
            doings.push(Doing::Say {
                key,
                by: by.clone(),
                text: text.clone(),
                thread: inject
                    .thread
                    .as_ref()
                    .map(|of| Thread::Key(of.get_ref().clone())),
            });
        }
        if let (Some(by), Some(deed)) = (by, &inject.deed) {
            let act = Doing::Act {
                by,
                line: Line::Scripted(deed.clone()),
            };
            // Who comes says something once they are there, for they may have to be let in.
            match deed {
                Deed::CheckIn { .. } => doings.insert(0, act),
                _ => doings.push(act),
            }
        }
        self.ledger.world.extend(sets);
        for doing in doings {
            self.later(at, doing, Vec::new());
        }
    }

    fn faults(&mut self, at: u32, out: &mut Vec<Effect>) {
        for fault in &self.scenario.faults {
            let now = match at {
                at if at == fault.from.0 => Some(fault.what),
                at if at == fault.until.0 => None,
                _ => continue,
            };
            self.down = now == Some(Trouble::Down);
            out.push(Effect {
                at: Secs(at),
                what: Doing::Trouble(now),
            });
        }
    }

    /// What is due goes out; with Slack down nobody can write.
    fn release(&mut self, at: u32, out: &mut Vec<Effect>) {
        if self.down {
            return;
        }
        let (mut due, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|w| w.due <= at);
        self.waiting = waiting;
        due.sort_by_key(|w| (w.due, w.serial));
        for waiting in due {
            match &waiting.what {
                Doing::Say { key, by, .. } => {
                    self.said.insert(key.clone(), (by.clone(), at, None));
                }
                Doing::Act {
                    by,
                    line: Line::CheckIn | Line::Scripted(Deed::CheckIn { .. }),
                } => {
                    self.ledger.present.insert(by.clone());
                }
                Doing::Act {
                    by,
                    line: Line::Scripted(Deed::CheckOut),
                } => {
                    self.ledger.present.remove(by);
                }
                _ => {}
            }
            self.ledger.world.extend(waiting.sets);
            out.push(Effect {
                at: Secs(at),
                what: waiting.what,
            });
        }
    }

    fn endings(&mut self, at: u32, scene: &Scene, out: &mut Vec<Effect>) {
        let scenario = self.scenario.clone();
        let mut end = None;
        for (n, ending) in scenario.endings.iter().enumerate() {
            if !self.holds(at, &ending.when, scene) {
                self.ending.remove(&n);
                continue;
            }
            let since = *self.ending.entry(n).or_insert(at);
            if at - since >= ending.after.0 {
                end = end.or(Some(End::Reached(ending.text.clone())));
            }
        }
        if at >= scenario.minutes.saturating_mul(60) {
            end = end.or(Some(End::TimeUp));
        }
        if let Some(end) = end {
            self.end(Secs(at), end, out);
        }
    }

    fn end(&mut self, at: Secs, end: End, out: &mut Vec<Effect>) {
        // Whoever drills must not be left with broken tools.
        if self.down {
            out.push(Effect {
                at,
                what: Doing::Trouble(None),
            });
        }
        for plan in &mut self.plans {
            if let Fate::Waiting { .. } = plan.fate {
                let when = plan.inject.when.iter();
                plan.fate = Fate::Missed {
                    at,
                    lacking: when.map(|fact| fact.get_ref().to_string()).collect(),
                };
            }
        }
        self.ended = Some((at, end.clone()));
        out.push(Effect {
            at,
            what: Doing::End(end),
        });
    }

    fn later(&mut self, due: u32, what: Doing, sets: Vec<(String, String)>) {
        self.serial += 1;
        self.waiting.push(Waiting {
            due,
            serial: self.serial,
            what,
            sets,
        });
    }

    /// 80 to 120 per cent of `seconds`, by the seed and what it is for.
    pub(super) fn around(&self, seconds: u32, what: &str) -> u32 {
        let draw = super::draw(self.seed, what) % 41;
        let percent = 80 + u32::try_from(draw).unwrap_or(20);
        seconds.saturating_mul(percent) / 100
    }
}

/// What a game master may do.
impl Drill {
    /// Lets an inject happen with the next step; `false`: there is none that waits.
    pub fn fire(&mut self, id: &str) -> bool {
        let at = self.next;
        let Some(n) = self.waiting_plan(id) else {
            return false;
        };
        self.fire_plan(n, at);
        true
    }

    /// Puts an inject off.
    pub fn put_off(&mut self, id: &str, by: Secs) -> bool {
        let now = self.at();
        let Some(n) = self.waiting_plan(id) else {
            return false;
        };
        if let Fate::Waiting { from } = &mut self.plans[n].fate {
            *from = (*from).max(now).plus(by);
        }
        true
    }

    /// Takes an inject out.
    pub fn drop_inject(&mut self, id: &str) -> bool {
        let at = self.at();
        let Some(n) = self.waiting_plan(id) else {
            return false;
        };
        self.plans[n].fate = Fate::Dropped { at };
        true
    }

    /// Somebody of the scenario says something that is in no script.
    pub fn improvise(&mut self, by: &str, text: Words, thread: Option<String>) {
        let key = format!("gm/{}", self.serial + 1);
        let what = Doing::Say {
            key,
            by: by.to_owned(),
            text,
            thread: thread.map(Thread::Message),
        };
        self.later(self.next, what, Vec::new());
    }

    /// Adds something to the script, to come like what was in it from the beginning; what it is
    /// called. Whatever it refers to must be there: see [`super::check::added`].
    pub fn add(&mut self, added: Added) -> String {
        let n = (1..).find(|n| {
            let id = format!("{ADDED}{n}");
            self.plans
                .iter()
                .all(|plan| *plan.inject.id.get_ref() != id)
        });
        let id = format!("{ADDED}{}", n.unwrap_or_default());
        let spanned = |text: &str| Spanned::new(0..0, text.to_owned());
        let facts = added.when.into_iter();
        self.plans.push(Plan::of(Arc::new(Inject {
            id: spanned(&id),
            at: added.at.unwrap_or_default().max(Secs(self.next)),
            when: facts.map(|fact| Spanned::new(0..0, fact)).collect(),
            by: Some(spanned(&added.by)),
            say: Some(Words {
                en: added.text.clone(),
                ja: added.text,
            }),
            after: Secs(0),
            until: None,
            thread: None,
            deed: None,
            sets: BTreeMap::new(),
            times: 1,
            every: Secs(0),
            note: Words::default(),
        })));
        id
    }

    /// Whoever of the script is here, as far as the script knows.
    pub fn is_here(&self, part: &str) -> bool {
        self.ledger.present.contains(part)
    }

    /// It is over.
    pub fn call_off(&mut self) -> Vec<Effect> {
        let mut out = Vec::new();
        if self.ended.is_none() {
            self.end(self.at(), End::Called, &mut out);
        }
        out
    }

    fn waiting_plan(&self, id: &str) -> Option<usize> {
        self.plans.iter().position(|plan| {
            plan.inject.id.get_ref() == id && matches!(plan.fate, Fate::Waiting { .. })
        })
    }
}

impl Plan {
    fn of(inject: Arc<Inject>) -> Plan {
        Plan {
            fate: Fate::Waiting { from: inject.at },
            inject,
            since: None,
            said: 0,
            next: 0,
        }
    }
}

pub(super) fn check_in(part: &str) -> Doing {
    Doing::Act {
        by: part.to_owned(),
        line: Line::CheckIn,
    }
}

/// What a debrief asks.
impl Drill {
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Questions of scripted people to whoever plays: how many were answered, of how many.
    pub fn asked(&self) -> (usize, usize) {
        let asked = self.plans.iter().filter(|plan| {
            let people = &self.scenario.people;
            let by = plan
                .inject
                .by
                .as_ref()
                .and_then(|by| people.get(by.get_ref()));
            let say = plan.inject.say.as_ref();
            plan.said > 0
                && by.is_some_and(|person| !person.monitor)
                && say.is_some_and(|say| hearing::is_question(&hearing::fold(&say.en)))
        });
        let answered = asked
            .clone()
            .filter(|plan| self.ledger.replied.contains(plan.inject.id.get_ref()));
        (answered.count(), asked.count())
    }

    /// Who said what is this message.
    pub(super) fn author_of(&self, ts: &str) -> Option<&str> {
        let mut said = self.said.values();
        said.find(|(_, _, place)| place.as_deref() == Some(ts))
            .map(|(by, _, _)| by.as_str())
    }
}
