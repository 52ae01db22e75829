//! Runs a drill in a workspace, on a thread of its own: it looks at the response with a console of
//! its own, asks the script what comes next, and lets its people do it, each with their own token.

mod hand;
mod look;

use super::begin;
use crate::app::drill::{View, Wish};
use crate::app::resolve::People;
use crate::app::snapshot::{Person as Member, Workspace};
use crate::both;
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{ChannelId, IncidentId, UserId};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::settings::Config;
use crate::domain::sync::{Order, Timing};
use crate::domain::words::{Lang, Text};
use crate::drill::check;
use crate::drill::debrief::{Debrief, Feedback, Played};
use crate::drill::engine::{Doing, Drill, Effect, End};
use crate::drill::scenario::{Scenario, Secs, Trouble, Words};
use crate::drill::scene::Clock;
use crate::io::core::{self, Core};
use crate::io::net::Door;
use crate::io::pace::{self, Pace};
use crate::io::paths;
use crate::io::slack::{Client, Settings};
use crate::io::store::Journal;
use crate::wire::mrkdwn;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The longest that the script is not looked at, by the machine's clock.
const LOOK: Duration = Duration::from_millis(250);
/// What is told of trouble at most.
const TOLD: usize = 20;
/// How much further nothing but conditions is left to wait for, in seconds.
const LEAP: u32 = 60;

/// What a drill is run with.
pub struct Setup {
    /// Of this run: the director's journal, and the report.
    pub dir: PathBuf,
    pub name: String,
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub lang: Lang,
    pub config: Arc<Config>,
    pub lists: Checklists,
    /// Of workspace and consoles as well.
    pub clock: pace::Clock,
    /// Where one process holds all of them, its clock can be paced; elsewhere only the script can
    /// be held and moved on, and everybody's clocks go on.
    pub pace: Option<Pace>,
    /// How the workspace is reached; by this drill's clock.
    pub settings: Settings,
    /// The bot token that the consoles use too.
    pub token: Secret,
    /// The scripted people by their names in the scenario, each with who they are here.
    pub cast: BTreeMap<String, Actor>,
    /// Who plays; the declarer is the first. Where one of them is a person of the scenario, the
    /// script leaves that person alone.
    pub players: Vec<Member>,
    /// Who watches: invited, and no player.
    pub guests: Vec<UserId>,
    /// Where everybody's clocks go on: how many times as fast the script runs.
    pub speed: u32,
    /// The briefing is posted in the channel: there are screens that do not show it.
    pub posts_briefing: bool,
    /// Makes the tools fail, or well again.
    pub trouble: Box<dyn Fn(Option<Trouble>) + Send>,
    /// Shows how it stands; called on the director's thread, must not wait.
    pub tell: Box<dyn Fn(View) + Send>,
}

/// Who a scripted person is in the workspace.
#[derive(Clone)]
pub struct Actor {
    pub id: UserId,
    pub token: Secret,
    /// They are no user: the program itself posts under this name.
    pub voice: Option<Voice>,
}

/// As what somebody appears who is no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub name: String,
    /// An emoji's name between colons.
    pub icon: &'static str,
}

/// A drill that runs; dropping it ends it where it stands.
pub struct Handle {
    asks: Sender<Ask>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    pub fn ask(&self, wish: Wish) {
        // After its end nobody listens, and nothing is left to ask for.
        self.asks.send(Ask::Wish(wish)).ok();
    }

    /// Waits until everything that is due by the clock as it stands was done. `false`: it is gone.
    pub fn settle(&self) -> bool {
        let (tell, told) = channel();
        self.asks.send(Ask::Settle(tell)).is_ok() && told.recv().is_ok()
    }
}

enum Ask {
    Wish(Wish),
    Settle(Sender<()>),
}

impl Drop for Handle {
    fn drop(&mut self) {
        // What was played until then is scored and kept.
        self.ask(Wish::End);
        let (gone, _) = channel();
        self.asks = gone;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the director's thread panicked");
        }
    }
}

/// Starts it. The clock stands until the briefing was read.
///
/// # Errors
/// Its journal cannot be opened, or the system gives no more threads.
pub fn start(setup: Setup) -> Result<Handle, Problem> {
    if let Some(pace) = &setup.pace {
        pace.pause();
    }
    let mut director = Director::new(setup)?;
    let (asks, inbox) = channel();
    let thread = std::thread::Builder::new()
        .name("director".to_owned())
        .spawn(move || director.run(&inbox))
        .map_err(|error| {
            Problem::failed(both!(
                "No thread could be started: {error}",
                "スレッドを開始できません: {error}"
            ))
        })?;
    Ok(Handle {
        asks,
        thread: Some(thread),
    })
}

struct Director {
    core: Core,
    runtime: Runtime,
    settings: Settings,
    clients: BTreeMap<String, Client>,
    joined: BTreeSet<(String, ChannelId)>,
    people: Arc<People>,
    called: BTreeMap<String, String>,
    drill: Drill,
    clock: Clock,
    /// Since when the script is held.
    held: Option<DateTime<Utc>>,
    begun: bool,
    incident: Option<IncidentId>,
    trouble: Vec<Text>,
    /// What was over a limit, in order.
    late: Vec<Effect>,
    /// The scripted people have voices only.
    by_name: bool,
    debrief: Option<Debrief>,
    shown: Option<View>,
    setup: Setup,
}

impl Director {
    fn new(setup: Setup) -> Result<Director, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| {
                Problem::failed(both!(
                    "The network cannot be used: {error}",
                    "ネットワークを使用できません: {error}"
                ))
            })?;
        let clock = setup.clock.clone();
        let settings = Settings {
            clock: clock.clone(),
            ..setup.settings.clone()
        };
        let mut people: People = setup
            .players
            .iter()
            .map(|member| (member.id.clone(), member.clone()))
            .collect();
        let mut called = BTreeMap::new();
        for (part, person) in &setup.scenario.people {
            let Some(actor) = setup.cast.get(part) else {
                continue;
            };
            if actor.voice.is_some() {
                let name = person.name.get(setup.lang);
                called.insert(part.clone(), mrkdwn::escape(name).into_owned());
                continue;
            }
            called.insert(part.clone(), mrkdwn::mention(&actor.id));
            let member = Member {
                id: actor.id.clone(),
                name: person.name.get(setup.lang).to_owned(),
                handle: person.handle.get_ref().clone(),
                bot: person.monitor,
            };
            people.insert(actor.id.clone(), member);
        }
        let mut rng = fastrand::Rng::with_seed(core::seed());
        let (journal, image) = Journal::open(&setup.dir.join("director"), &mut rng)?;
        let (api, token) = (settings.clone(), setup.token.clone());
        let core = Core::start(core::Setup {
            checklists: None,
            journal,
            image,
            me: UserId::default(),
            config: setup.config.clone(),
            workspace: Workspace {
                local: true,
                team: String::new(),
            },
            lang: setup.lang,
            find: Box::new(move || {
                Ok(Door {
                    settings: api.clone(),
                    token: token.clone(),
                    person: None,
                })
            }),
            timing: Timing {
                poll: Duration::from_secs(2),
                ..Timing::default()
            },
            clock,
            seed: core::seed(),
            publish: Box::new(|_| {}),
        })?;
        let by_name = setup.cast.values().any(|actor| actor.voice.is_some());
        Ok(Director {
            by_name,
            drill: Drill::new(setup.scenario.clone(), setup.seed),
            clock: Clock::from(setup.clock.now().wall),
            held: None,
            core,
            runtime,
            settings,
            clients: BTreeMap::new(),
            joined: BTreeSet::new(),
            people: Arc::new(people),
            called,
            begun: false,
            incident: None,
            trouble: Vec::new(),
            late: Vec::new(),
            debrief: None,
            shown: None,
            setup,
        })
    }

    fn run(&mut self, inbox: &Receiver<Ask>) {
        loop {
            self.show();
            let mut settled = None;
            match inbox.recv_timeout(self.rest()) {
                Ok(Ask::Wish(wish)) => self.wish(wish),
                Ok(Ask::Settle(tell)) => {
                    self.read();
                    settled = Some(tell);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.begun && self.debrief.is_none() && self.held.is_none() {
                self.step();
            }
            if let Some(tell) = settled {
                self.show();
                // Whoever asked may have stopped waiting.
                tell.send(()).ok();
            }
        }
    }

    /// Until its console has read what there is.
    fn read(&self) {
        let (tell, told) = channel();
        let asked = self.core.ask(core::Ask::WhenIdle(Box::new(move || {
            // Whoever asked may have stopped waiting.
            tell.send(()).ok();
        })));
        if asked {
            // Gone: then there is nothing to read.
            told.recv().ok();
        }
    }

    /// Until the clock shows another second, and never long.
    fn rest(&self) -> Duration {
        let real = self.setup.clock.real(Duration::from_secs(1));
        real.map_or(LOOK, |real| real.min(LOOK))
    }

    fn now(&self) -> DateTime<Utc> {
        self.setup.clock.now().wall
    }

    fn at(&self) -> Secs {
        self.clock.at(self.held.unwrap_or_else(|| self.now()))
    }

    fn wish(&mut self, wish: Wish) {
        let runs = self.begun && self.debrief.is_none();
        let pace = self.setup.pace.clone().filter(|_| runs);
        match wish {
            Wish::Begin if !self.begun => self.begin(),
            Wish::Begin => {}
            Wish::Hold => self.hold(runs),
            Wish::Faster if runs => self.run_at(faster(self.speed())),
            Wish::Slower if runs => self.run_at(slower(self.speed())),
            Wish::Faster | Wish::Slower => {}
            Wish::Skip if runs => {
                let now = self.at();
                let next = self.drill.next_due().filter(|due| *due > now);
                let next = next.unwrap_or(now.plus(Secs(LEAP)));
                let by = next.0 - now.0;
                match pace {
                    Some(pace) => pace.skip(Duration::from_secs(u64::from(by))),
                    None => self
                        .clock
                        .leaps
                        .push((self.held.unwrap_or_else(|| self.now()), by)),
                }
            }
            Wish::Skip => {}
            Wish::Fire(id) => drop(self.drill.fire(&id)),
            Wish::PutOff(id) => drop(self.drill.put_off(&id, Secs(60))),
            Wish::Drop(id) => drop(self.drill.drop_inject(&id)),
            Wish::Add(added) if runs => match check::added(&self.setup.scenario, &added) {
                Ok(()) => drop(self.drill.add(added)),
                Err(problem) => self.complain(problem),
            },
            Wish::Add(_) => {}
            Wish::Say { part, text } => {
                let words = Words {
                    en: text.clone(),
                    ja: text,
                };
                self.drill.improvise(&part, words, None);
            }
            Wish::End => {
                let effects = self.drill.call_off();
                self.perform(effects);
            }
            Wish::Feedback([well, lucky, better]) => {
                let by = self.setup.players.first().map(|p| p.name.clone());
                if let Some(debrief) = &mut self.debrief {
                    debrief.feedback = vec![Feedback {
                        by: by.unwrap_or_default(),
                        well,
                        lucky,
                        better,
                    }];
                }
                self.keep();
            }
        }
    }

    /// How many times as fast as people's clocks the script runs.
    fn speed(&self) -> u32 {
        match &self.setup.pace {
            Some(pace) => pace.speed(),
            None => self.clock.speed(),
        }
    }

    fn run_at(&mut self, speed: u32) {
        match &self.setup.pace {
            Some(pace) => pace.set_speed(speed),
            None => self
                .clock
                .speeds
                .push((self.held.unwrap_or_else(|| self.now()), speed)),
        }
    }

    fn begin(&mut self) {
        self.begun = true;
        self.clock = Clock::from(self.now());
        if self.setup.pace.is_none() && self.setup.speed > pace::SLOWEST {
            self.run_at(self.setup.speed);
        }
        if let Some(pace) = &self.setup.pace {
            pace.resume();
        }
        if let Err(problem) = self.declare() {
            self.complain(problem);
        }
    }

    fn hold(&mut self, runs: bool) {
        match (&self.setup.pace, self.held) {
            (Some(pace), _) if runs && pace.is_paused() => pace.resume(),
            (Some(pace), _) if runs => pace.pause(),
            (None, Some(since)) => {
                self.clock.rests.push((since, self.now()));
                self.held = None;
            }
            (None, None) if runs => self.held = Some(self.now()),
            _ => {}
        }
    }

    fn declare(&mut self) -> Result<(), Problem> {
        let setup = &self.setup;
        let now = setup.clock.now().wall;
        let declaration = begin::declaration(
            &setup.scenario,
            &setup.config,
            &setup.lists,
            setup.lang,
            now,
        )?;
        let everybody = setup.players.iter().skip(1).map(|member| &member.id);
        let here = setup
            .scenario
            .people
            .iter()
            .filter(|(_, person)| !person.monitor);
        let here = here
            .filter_map(|(part, _)| setup.cast.get(part))
            .filter(|actor| actor.voice.is_none())
            .map(|actor| &actor.id)
            .chain(&setup.guests);
        let order = Order {
            command: Command::Declare(Box::new(declaration)),
            by: setup
                .players
                .first()
                .map(|p| p.id.clone())
                .unwrap_or_default(),
            outlets: Outlets {
                people: everybody.chain(here).map(ToString::to_string).collect(),
                ..Outlets::default()
            },
            via: None,
        };
        let id = self.core.act(None, order)?;
        self.core.ask(core::Ask::Focus(Some(id.clone())));
        self.incident = Some(id);
        Ok(())
    }

    fn step(&mut self) {
        // Nobody writes before there is a channel to write in.
        let Some(scene) = self.scene().filter(|_| self.channel(None).is_some()) else {
            return;
        };
        if std::mem::take(&mut self.setup.posts_briefing) {
            self.tell_briefing();
        }
        let mut effects = std::mem::take(&mut self.late);
        effects.extend(self.drill.step(self.at(), &scene));
        self.perform(effects);
    }

    /// A monitor says it, or whoever there is: it is no act of those who play.
    fn tell_briefing(&mut self) {
        let people = &self.setup.scenario.people;
        let monitor = people.iter().find(|(_, person)| person.monitor);
        let Some((part, _)) = monitor.or(people.iter().next()) else {
            return;
        };
        let text = format!("{}{}", self.briefing(), self.ground());
        self.late.push(Effect {
            at: self.drill.at(),
            what: Doing::Say {
                key: "briefing".to_owned(),
                by: part.clone(),
                text: Words {
                    en: text.clone(),
                    ja: text,
                },
                thread: None,
            },
        });
    }

    fn complain(&mut self, problem: Problem) {
        tracing::warn!(%problem, "something in the drill did not come about");
        self.trouble.push(problem.sentence);
        let more = self.trouble.len().saturating_sub(TOLD);
        self.trouble.drain(..more);
    }

    fn end(&mut self, end: &End) {
        tracing::info!(?end, "the drill is over");
        let Some(scene) = self.scene() else {
            return;
        };
        if let Some(pace) = &self.setup.pace {
            pace.set_speed(pace::SLOWEST);
            pace.resume();
        }
        let played = Played {
            name: self.setup.name.clone(),
            lang: self.setup.lang,
            players: self.setup.players.iter().map(|p| p.name.clone()).collect(),
        };
        self.debrief = Some(Debrief::of(&self.drill, &scene, played));
        self.keep();
        if self.by_name {
            self.close(&scene);
        }
    }

    /// The report, for people and for programs.
    fn keep(&mut self) {
        let Some(debrief) = &self.debrief else {
            return;
        };
        let markdown = debrief.markdown(Some(&self.setup.scenario));
        let json = serde_json::to_string_pretty(debrief).unwrap_or_default();
        for (name, text) in [("report.md", markdown), ("report.json", json)] {
            if let Err(problem) = paths::private_write(&self.setup.dir.join(name), text.as_bytes())
            {
                self.complain(problem);
            }
        }
    }

    fn show(&mut self) {
        let view = self.view();
        if self.shown.as_ref() != Some(&view) {
            (self.setup.tell)(view.clone());
            self.shown = Some(view);
        }
    }
}

/// ×1, ×2, ×5, ×10, ×30, ×60.
const SPEEDS: [u32; 6] = [1, 2, 5, 10, 30, 60];

fn faster(speed: u32) -> u32 {
    SPEEDS
        .into_iter()
        .find(|more| *more > speed)
        .unwrap_or(pace::FASTEST)
}

fn slower(speed: u32) -> u32 {
    SPEEDS
        .into_iter()
        .rev()
        .find(|less| *less < speed)
        .unwrap_or(pace::SLOWEST)
}
