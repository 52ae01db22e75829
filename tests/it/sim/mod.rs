//! The simulator: consoles × acts × faults × restarts × the way polls batch, over the engine that
//! the program runs. A seed replays a run exactly.
//!
//! `MATOI_SIMS=100000 cargo test --test it sim::` runs more seeds than the test suite does (from
//! `MATOI_SIM_FROM` on), and `MATOI_SIM=1459 cargo test --test it sim::every` the one of that number.

mod hours;
mod world;

use matoi::domain::decide::{Command, Declaration, LevelPlan, Outlets};
use matoi::domain::event::{Body, Item, Milestone, Named, Phase, Register};
use matoi::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Verdict;
use matoi::domain::sync::image::{Image, JobState, Task, Write};
use matoi::domain::sync::mirror::{Carried, EVENTS};
use matoi::domain::sync::{Answer, Engine, Fault, Now, Order, Safeguards, Step, Timing};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use world::{Trouble, World};

struct Console {
    me: UserId,
    disk: Image,
    engine: Engine,
    /// Answers on their way: when, to which flight, what.
    coming: Vec<(Duration, u64, Result<Answer, Fault>)>,
    cut_off_until: Duration,
    /// How wrong its wall clock is, in seconds.
    skew: i64,
    /// Not started before this.
    joins: Duration,
}

struct Run {
    world: World,
    consoles: Vec<Console>,
    now: Duration,
    rng: fastrand::Rng,
    trouble: Trouble,
    safeguards: Safeguards,
    /// What was shown as saved.
    saved: BTreeSet<EventId>,
    incident: Option<IncidentId>,
    /// What people wrote in the first channel.
    said: Vec<SlackTs>,
}

fn wall(now: Duration) -> Now {
    let start = chrono::DateTime::from_timestamp(1_763_636_400, 0).expect("in range");
    Now {
        wall: start + chrono::TimeDelta::from_std(now).expect("a short run"),
        mono: now,
    }
}

/// The clocks of a console whose wall clock is wrong.
fn clock(now: Duration, skew: i64) -> Now {
    let right = wall(now);
    Now {
        wall: right.wall + chrono::TimeDelta::seconds(skew),
        ..right
    }
}

fn level(n: u32) -> Command {
    let item = |id: &str| Item {
        id: id.to_owned(),
        text: format!("{id} is done"),
        optional: false,
        time_box: None,
    };
    Command::Level(LevelPlan {
        terms: Default::default(),
        level: Named {
            id: n.to_string(),
            name: format!("Level {n}"),
        },
        timekeeper: None,
        items: ["a", "b", "c", "d", "e"].map(item).into(),
    })
}

impl Run {
    fn new(seed: u64, consoles: usize, trouble: Trouble, safeguards: Safeguards) -> Run {
        let consoles = (0..consoles)
            .map(|n| {
                let disk = Image::new(ConsoleId::new(format!("c{n}")));
                let me = UserId::new(format!("U{n}"));
                Console {
                    engine: Engine::with_safeguards(
                        disk.clone(),
                        me.clone(),
                        Timing::default(),
                        wall(Duration::ZERO),
                        safeguards,
                    ),
                    me,
                    disk,
                    coming: Vec::new(),
                    cut_off_until: Duration::ZERO,
                    skew: 0,
                    joins: Duration::ZERO,
                }
            })
            .collect();
        Run {
            world: World::new(),
            consoles,
            now: Duration::ZERO,
            rng: fastrand::Rng::with_seed(seed),
            trouble,
            safeguards,
            saved: BTreeSet::new(),
            incident: None,
            said: Vec::new(),
        }
    }

    /// Commits a step and carries out its calls. A crash may come between any two of these.
    fn execute(&mut self, n: usize, step: Step) {
        let console = &mut self.consoles[n];
        for write in &step.writes {
            console.disk.apply(write);
        }
        console.engine.absorb(&step.writes);
        for write in &step.writes {
            if let Write::Event(row) = write
                && row.console == console.disk.console
            {
                self.saved.insert(row.event.id.clone());
            }
        }
        for (flight, call) in step.calls {
            if self.rng.f64() < self.trouble.crash {
                self.restart(n);
                return;
            }
            let offline = self.now < self.consoles[n].cut_off_until;
            let result = if offline {
                Err(Fault::NotSent("offline".into()))
            } else {
                self.world
                    .call(&call, self.now, &self.trouble, &mut self.rng)
            };
            let after = Duration::from_millis(self.rng.u64(20..400));
            self.consoles[n]
                .coming
                .push((self.now + after, flight, result));
            if self.rng.f64() < self.trouble.crash {
                self.restart(n);
                return;
            }
        }
    }

    /// kill -9: what was committed is all that is left.
    fn restart(&mut self, n: usize) {
        let console = &mut self.consoles[n];
        console.coming.clear();
        console.engine = Engine::with_safeguards(
            console.disk.clone(),
            console.me.clone(),
            Timing::default(),
            clock(self.now, console.skew),
            self.safeguards,
        );
        console
            .engine
            .set_focus(self.incident.clone(), wall(self.now));
    }

    fn turn(&mut self, n: usize) {
        let now = self.now;
        if now < self.consoles[n].joins {
            return;
        }
        // Somebody who joins late, and is killed while reading what they missed.
        let joining = now < self.consoles[n].joins + Duration::from_secs(8);
        if joining && self.consoles[n].joins > Duration::ZERO && self.rng.f64() < 0.3 {
            self.restart(n);
        }
        let skew = self.consoles[n].skew;
        let due: Vec<_> = {
            let console = &mut self.consoles[n];
            let (due, later) = console.coming.drain(..).partition(|(at, ..)| *at <= now);
            console.coming = later;
            due
        };
        let mut due: Vec<(Duration, u64, Result<Answer, Fault>)> = due;
        self.rng.shuffle(&mut due);
        for (_, flight, result) in due {
            let step =
                self.consoles[n]
                    .engine
                    .answered(flight, result, clock(now, skew), &mut self.rng);
            self.execute(n, step);
        }
        for round in 0.. {
            assert!(round < 200, "the engine always finds something more to do");
            let step = self.consoles[n]
                .engine
                .next(clock(now, skew), &mut self.rng);
            if step.is_empty() {
                break;
            }
            self.execute(n, step);
        }
    }

    fn advance(&mut self) {
        self.now += Duration::from_millis(self.rng.u64(50..700));
        let mut order: Vec<usize> = (0..self.consoles.len()).collect();
        self.rng.shuffle(&mut order);
        for n in order {
            self.turn(n);
        }
    }

    fn act(&mut self, n: usize, command: Command) {
        let order = Order {
            command,
            by: self.consoles[n].me.clone(),
            outlets: Outlets {
                people: vec!["nobody".into()],
                ..Outlets::default()
            },
        };
        let incident = self.incident.clone();
        let console = &mut self.consoles[n];
        let acted = console.engine.act(
            incident.as_ref(),
            &order,
            clock(self.now, console.skew),
            &mut self.rng,
        );
        if let Ok((id, step)) = acted {
            self.incident.get_or_insert(id);
            self.execute(n, step);
        }
    }

    fn some_act(&mut self, n: usize) {
        let item = ["a", "b", "c", "d", "e"][self.rng.usize(..5)].to_owned();
        let user = UserId::new(format!("U{}", self.rng.u32(..3)));
        let at = wall(self.now).wall;
        let number = self.rng.u32(..1000);
        let role = ["ops", "scribe", "deputy"][self.rng.usize(..3)].to_owned();
        let command = match self.rng.u32(..26) {
            0 => level(self.rng.u32(1..5)),
            1 => Command::Untick(item),
            2..=4 => Command::Tick(item),
            5 => Command::Assign {
                item,
                user: Some(user),
            },
            6 => Command::Commander {
                user: Some(user),
                reason: Some("silent".into()),
            },
            7 | 8 => Command::Note(format!("note {number}")),
            9 => Command::Situation(format!("now {number}")),
            10 => Command::Temperature(Named {
                id: number.to_string(),
                name: format!("T{number}"),
            }),
            11 => Command::Role {
                role,
                user: Some(user),
            },
            12 => Command::CheckIn {
                user,
                role: Some(role),
                task: Some(format!("task {number}")),
            },
            13 => Command::CheckOut(user),
            14 => Command::Skip {
                item,
                reason: format!("because {number}"),
            },
            15 => Command::AddItem(format!("item {number}")),
            16 => Command::Milestone {
                milestone: Milestone::ALL[self.rng.usize(..4)],
                time: at,
                link: None,
            },
            17 => Command::Timekeeper(self.rng.u32(..3)),
            18 => Command::Phase([Phase::Investigating, Phase::Fixing][self.rng.usize(..2)]),
            19 => Command::Recover(None),
            20 => Command::Reopen(format!("again {number}")),
            21 if number < 100 => Command::Cancel {
                outcome: Phase::FalseAlarm,
                reason: "a test".into(),
            },
            22 => Command::PersonalData(Vec::new()),
            _ => Command::Message {
                text: format!("word {number}"),
                thread: None,
            },
        };
        self.act(n, command);
    }

    /// People write, answer in threads, correct themselves and delete.
    fn people_write(&mut self) {
        if self.rng.f64() > 0.3 {
            return;
        }
        let thread = self.said.last().filter(|_| self.rng.bool()).cloned();
        let reply = thread.is_some();
        let text = format!("hello {}", self.rng.u32(..1000));
        let ts = self.world.say(0, &text, thread, self.now);
        if !reply {
            self.said.push(ts);
        }
        if let Some(ts) = self.said.first().filter(|_| self.rng.f64() < 0.2).cloned() {
            let text = self.rng.bool().then_some("corrected");
            self.world.change(0, &ts, text);
        }
    }

    fn play(&mut self, acts: usize) {
        self.act(
            0,
            Command::Declare(Box::new(Declaration {
                title: "Checkout fails".into(),
                service: "shop".into(),
                channel: "shop-20261120i".into(),
                ..Declaration::default()
            })),
        );
        let id = self.incident.clone();
        for console in &mut self.consoles {
            console.engine.set_focus(id.clone(), wall(Duration::ZERO));
        }
        let late = self.consoles.len() > 1 && self.rng.bool();
        let later = Duration::from_secs(3600);
        if late && let Some(console) = self.consoles.last_mut() {
            console.joins = later;
        }
        for turn in 0..acts {
            if late && turn == acts - 5 {
                self.now = self.now.max(later);
            }
            for _ in 0..self.rng.u32(..8) {
                self.advance();
            }
            let n = self.rng.usize(..self.consoles.len());
            if self.now < self.consoles[n].joins {
                continue;
            }
            if self.trouble.clocks && self.rng.f64() < 0.05 {
                let steps = [-86_400, -3_600, -2, 0, 2, 3_600, 86_400];
                self.consoles[n].skew = steps[self.rng.usize(..steps.len())];
            }
            self.people_write();
            if self.rng.f64() < 0.05 {
                let away = Duration::from_secs(self.rng.u64(5..60));
                self.consoles[n].cut_off_until = self.now + away;
            }
            for _ in 0..self.rng.u32(1..4) {
                self.some_act(n);
            }
        }
        // The trouble ends; everything that was accepted must arrive.
        self.trouble = Trouble {
            page: self.trouble.page,
            oldest_first: self.trouble.oldest_first,
            ..Trouble::NONE
        };
        let end = self.now + Duration::from_secs(240);
        let give_up = end + Duration::from_secs(1800);
        let mut look = self.now;
        while self.now < end || (!self.at_rest(end) && self.now < give_up) {
            self.advance();
            if self.now >= look {
                look = self.now + Duration::from_secs(30);
                self.stop_timekeeper();
            }
        }
    }

    /// What goes on by itself would never come to rest.
    fn stop_timekeeper(&mut self) {
        let id = self.incident.clone();
        let state = id.and_then(|id| self.consoles[0].engine.shown(&id));
        let runs = state.is_some_and(|s| s.timekeeper.as_ref().is_some_and(|t| t.minutes > 0));
        if runs {
            self.act(0, Command::Timekeeper(0));
        }
    }

    /// Everything is delivered, and every console read the channel after that: a method that was
    /// refused often is asked rarely for a while.
    fn at_rest(&mut self, end: Duration) -> bool {
        let Some(id) = self.incident.clone() else {
            return true;
        };
        let now = wall(self.now);
        let since = (end - Duration::from_secs(60))
            .max(self.world.last_post() + self.trouble.lag + Duration::from_secs(2));
        self.consoles.iter().all(|console| {
            let age = console.engine.age(&id, now);
            console.engine.is_delivered() && age.is_some_and(|age| self.now - age > since)
        })
    }

    /// What is wrong at the end, if anything.
    fn verdict(&mut self) -> Result<(), String> {
        let id = self.incident.clone().ok_or("nothing was declared")?;
        let mut copies: BTreeMap<EventId, usize> = BTreeMap::new();
        for (metadata, _) in self.world.carried() {
            if metadata.event_type != EVENTS {
                continue;
            }
            let carried = Carried::read(&metadata).ok_or("unreadable metadata")?;
            for (_, event) in carried.events {
                *copies.entry(event.id).or_default() += 1;
            }
        }
        self.compare(&id)?;
        let derived: BTreeSet<EventId> = self
            .consoles
            .iter()
            .flat_map(|console| console.disk.events.values())
            .filter(|row| matches!(row.event.body(), Some(Body::TimekeeperCall { .. })))
            .map(|row| row.event.id.clone())
            .collect();
        for event in &self.saved {
            match copies.get(event) {
                Some(1) => {}
                // What several consoles may derive is said by each that noticed, and collapsed.
                Some(_) if derived.contains(event) => {}
                Some(n) => return Err(format!("{event} was posted {n} times")),
                None => return Err(format!("{event} was saved and is not in the channel")),
            }
        }
        Ok(())
    }

    /// All consoles came to rest in one state, and it is the one the rule gives.
    fn compare(&mut self, id: &IncidentId) -> Result<(), String> {
        let mut first: Option<String> = None;
        for console in &mut self.consoles {
            let unsettled: Vec<_> = console
                .engine
                .image()
                .jobs
                .values()
                .filter(|job| !job.state.is_settled())
                .collect();
            if !unsettled.is_empty() {
                return Err(format!("not settled: {unsettled:?}"));
            }
            for job in console.engine.image().jobs.values() {
                let invites = matches!(job.task, Task::InvitePerson { .. });
                if matches!(job.state, JobState::Failed { .. }) != invites {
                    return Err(format!("{job:?}"));
                }
            }
            let Some(state) = console.engine.agreed(id) else {
                return Err("a console does not know the incident".into());
            };
            let entries: Vec<String> = state
                .entries
                .iter()
                .map(|e| format!("{} {:?} {:?} {:?}", e.id, e.verdict, e.text, e.position))
                .collect();
            let ids: BTreeSet<_> = state.entries.iter().map(|e| &e.id).collect();
            if ids.len() != state.entries.len() {
                return Err("an act is counted twice".into());
            }
            judge(state)?;
            let text = format!(
                "{entries:#?}\n{:#?}\n{:#?}\n{:?}",
                state.registers,
                state.checklist(),
                state.situation.as_ref().map(|s| &s.text)
            );
            match &first {
                None => first = Some(text),
                Some(other) if *other == text => {}
                Some(other) => return Err(format!("states differ:\n{other}\n{text}")),
            }
        }
        Ok(())
    }
}

/// The rule of `prev`, written again from the design and without the fold: an event counts if, for
/// each register, its author had seen the current value's writer, or writes that value too.
fn judge(state: &matoi::domain::incident::Incident) -> Result<(), String> {
    let mut current: BTreeMap<Register, (BTreeSet<EventId>, String)> = BTreeMap::new();
    for entry in &state.entries {
        let accepted = entry.verdict == Verdict::Accepted;
        let prev = PREVS.with(|p| p.borrow().get(&entry.id).cloned().unwrap_or_default());
        let writes = entry.body.writes(&entry.id);
        let fair = writes.iter().all(|(register, value)| {
            current.get(register).is_none_or(|(writers, now)| {
                now == value || prev.get(register).is_some_and(|id| writers.contains(id))
            })
        });
        if fair != accepted {
            return Err(format!("{} was judged {:?}", entry.id, entry.verdict));
        }
        if fair {
            for (register, value) in writes {
                let slot = current.entry(register).or_default();
                if slot.1 != value {
                    *slot = (BTreeSet::new(), value);
                }
                slot.0.insert(entry.id.clone());
            }
        }
    }
    Ok(())
}

thread_local! {
    static PREVS: std::cell::RefCell<BTreeMap<EventId, BTreeMap<Register, EventId>>> =
        const { std::cell::RefCell::new(BTreeMap::new()) };
}

fn rough(seed: u64) -> Trouble {
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x5eed);
    let mut some = |most: f64| if rng.bool() { rng.f64() * most } else { 0.0 };
    let (not_sent, lost_request, lost_answer) = (some(0.15), some(0.15), some(0.2));
    let (limited, broken, crash) = (some(0.1), some(0.1), some(0.04));
    let (repeated, empty, expired, twins) = (some(0.3), some(0.2), some(0.3), some(1.0));
    Trouble {
        not_sent,
        lost_request,
        lost_answer,
        limited,
        broken,
        crash,
        repeated,
        empty,
        expired,
        twins,
        longest_limit: [1, 5, 60][rng.usize(..3)],
        lag: Duration::from_secs(rng.u64(0..25)),
        page: rng.usize(3..60),
        oldest_first: rng.bool(),
        clocks: rng.bool(),
    }
}

/// Of seed `seed`, after everything came to rest: what is wrong, if anything.
fn simulate(seed: u64, safeguards: Safeguards) -> Result<(), String> {
    let consoles = usize::try_from(seed % 4).expect("small") + 1;
    let mut run = Run::new(seed, consoles, rough(seed), safeguards);
    run.play(40);
    PREVS.with(|p| {
        let mut prevs = p.borrow_mut();
        prevs.clear();
        for console in &run.consoles {
            for row in console.disk.events.values() {
                prevs.insert(row.event.id.clone(), row.event.prev.clone());
            }
        }
    });
    run.verdict()
}

fn seeds(default: u64) -> u64 {
    std::env::var("MATOI_SIMS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(default)
}

#[test]
fn every_saved_act_arrives_once_and_all_consoles_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let from = number("MATOI_SIM_FROM").unwrap_or(0);
    let all = from..from + seeds(400);
    for seed in number("MATOI_SIM").map_or(all, |seed| seed..seed + 1) {
        if let Err(why) = simulate(seed, Safeguards::ALL) {
            panic!("seed {seed}: {why}");
        }
    }
}

/// Each safeguard is needed: without it some run goes wrong.
fn turns_red(symptom: &str, without: Safeguards) {
    let mut others = BTreeSet::new();
    for seed in 0..seeds(150) {
        match simulate(seed, without) {
            Err(why) if why.contains(symptom) => return,
            Err(why) => {
                others.insert(why.chars().take(60).collect::<String>());
            }
            Ok(()) => {}
        }
    }
    unreachable!("never {symptom:?}; {others:?}")
}

#[test]
fn without_a_durable_sending_state_it_goes_wrong() {
    turns_red(
        "times",
        Safeguards {
            durable_sending: false,
            ..Safeguards::ALL
        },
    );
}

#[test]
fn without_reading_back_it_goes_wrong() {
    turns_red(
        "times",
        Safeguards {
            read_back: false,
            ..Safeguards::ALL
        },
    );
}

/// Copies are ugly, and no more than that: the fold counts an id once.
#[test]
fn without_reading_back_the_state_is_still_right() {
    let without = Safeguards {
        read_back: false,
        ..Safeguards::ALL
    };
    for seed in 0..seeds(100) {
        match simulate(seed, without) {
            Err(why) if !why.contains("was posted") => panic!("seed {seed}: {why}"),
            _ => {}
        }
    }
}

#[test]
fn without_counting_ids_once_it_goes_wrong() {
    // Copies arise only where something else failed first.
    turns_red(
        "states differ",
        Safeguards {
            ids_once: false,
            read_back: false,
            ..Safeguards::ALL
        },
    );
}

#[test]
fn without_prev_it_goes_wrong() {
    turns_red(
        "was judged",
        Safeguards {
            prev: false,
            ..Safeguards::ALL
        },
    );
}

/// A long channel, and a console that is killed again and again while it reads it for the first
/// time.
fn join_and_be_killed(seed: u64, safeguards: Safeguards) -> Result<(), String> {
    let calm = Trouble {
        page: 40,
        ..Trouble::NONE
    };
    let mut run = Run::new(seed, 2, calm, safeguards);
    let later = Duration::from_secs(3600);
    run.consoles[1].joins = later;
    run.play(0);
    for n in 0..150 {
        run.act(0, Command::Note(format!("line {n}")));
        // Longer in all than the overlap that every sweep reads again.
        run.now += Duration::from_secs(10);
        for _ in 0..6 {
            run.advance();
        }
    }
    run.now = run.now.max(later);
    for _ in 0..200 {
        run.advance();
    }
    run.verdict()
}

#[test]
fn without_the_cursor_in_the_transaction_it_goes_wrong() {
    let without = Safeguards {
        cursor_in_transaction: false,
        ..Safeguards::ALL
    };
    PREVS.with(|p| p.borrow_mut().clear());
    let mut red = 0;
    for seed in 0..12 {
        assert_eq!(join_and_be_killed(seed, Safeguards::ALL), Ok(()));
        if let Err(why) = join_and_be_killed(seed, without) {
            assert!(why.starts_with("states differ"), "{why}");
            red += 1;
        }
    }
    assert!(red > 0, "nothing went wrong");
}

#[test]
fn without_folding_again_it_goes_wrong() {
    turns_red(
        "states differ",
        Safeguards {
            refold: false,
            ..Safeguards::ALL
        },
    );
}

/// Deleting changes nothing: who joins later folds the same state, in the same order.
#[test]
fn a_deleted_act_is_said_again_at_its_position() {
    let mut run = Run::new(3, 2, Trouble::NONE, Safeguards::ALL);
    run.consoles[1].joins = Duration::from_secs(900);
    run.play(0);
    let before = run.saved.clone();
    run.act(0, Command::Note("first".into()));
    let lost = run.saved.difference(&before).next().cloned();
    let lost = lost.expect("an act");
    for n in 0..3 {
        for _ in 0..10 {
            run.advance();
        }
        run.act(0, Command::Note(format!("later {n}")));
    }
    for _ in 0..200 {
        run.advance();
    }
    let state = |n: usize, run: &mut Run| {
        let id = run.incident.clone().expect("declared");
        let state = run.consoles[n].engine.agreed(&id).expect("known");
        let entries = state.entries.iter();
        entries
            .map(|e| format!("{} {:?} {:?}", e.id, e.position, e.text))
            .collect::<Vec<_>>()
    };
    let before = state(0, &mut run);
    assert!(run.world.delete_carrier(lost.as_str()));
    run.now = run.now.max(Duration::from_secs(901));
    for _ in 0..400 {
        run.advance();
    }
    assert_eq!(state(0, &mut run), before);
    assert_eq!(state(1, &mut run), before, "the one who joined later");
    let again = run
        .world
        .carried()
        .into_iter()
        .filter(|(metadata, deleted)| !deleted && metadata.payload.contains_key("position"));
    assert_eq!(again.count(), 1);
}

/// What the declaration needs is there, whatever fails beside it.
#[test]
fn one_failed_invitation_blocks_nothing() {
    let mut run = Run::new(1, 1, Trouble::NONE, Safeguards::ALL);
    run.play(3);
    let image = run.consoles[0].engine.image();
    let state = |wanted: &dyn Fn(&Task) -> bool| {
        image
            .jobs
            .values()
            .find(|job| wanted(&job.task))
            .map(|job| job.state.clone())
    };
    assert_eq!(
        state(&|t| matches!(t, Task::InvitePerson { .. })),
        Some(JobState::failed("user_not_found"))
    );
    for done in [
        state(&|t| matches!(t, Task::Create { .. })),
        state(&|t| matches!(t, Task::Purpose { .. })),
        state(&|t| matches!(t, Task::PinEvent { .. })),
        state(&|t| matches!(t, Task::PinCard {})),
        state(&|t| matches!(t, Task::Card {})),
    ] {
        assert_eq!(done, Some(JobState::Sent));
    }
    let declared = image.events.values().any(|row| {
        matches!(row.event.body(), Some(Body::Declared { .. })) && row.position.is_some()
    });
    assert!(declared);
}
