//! A drill without a screen and without a workspace: an engine that reaches nobody keeps the record,
//! a player's file acts, and the clock runs as fast as it can.

use super::player::{Line, What};
use crate::app::briefing;
use crate::app::resolve::People;
use crate::app::snapshot::Person;
use crate::both;
use crate::cli::ground::Ground;
use crate::cli::read;
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{ConsoleId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::image::Image;
use crate::domain::sync::{Engine, Now, Order, Timing};
use crate::domain::words::{Lang, Text};
use crate::drill::debrief::{Debrief, Played};
use crate::drill::engine::{Doing, Drill, Line as Scripted};
use crate::drill::scenario::{Scenario, Secs, Trouble, Words};
use crate::drill::scene::{Clock, Room, Said, Scene};
use crate::stage;
use chrono::{DateTime, TimeDelta, Utc};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What is played.
pub struct Setup {
    pub name: String,
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub lang: Lang,
    pub config: Arc<Config>,
    pub lists: Checklists,
    pub start: DateTime<Utc>,
    /// Handles of those who play, the declarer first.
    pub players: Vec<String>,
}

/// How it went.
pub struct Outcome {
    pub debrief: Debrief,
    /// Lines of the player that were refused, by their numbers.
    pub refused: Vec<(usize, Problem)>,
    /// What was written, in order: for who wants to read it.
    pub told: Vec<(Secs, String, String)>,
}

/// Where a drill without a workspace takes place.
struct Field {
    engine: RefCell<Engine>,
    rng: RefCell<fastrand::Rng>,
    now: Cell<Now>,
    config: Arc<Config>,
    lists: Checklists,
    lang: Lang,
    people: Arc<People>,
}

impl Ground for Field {
    fn config(&self) -> &Arc<Config> {
        &self.config
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn people(&self) -> Result<Arc<People>, Problem> {
        Ok(self.people.clone())
    }

    fn people_now(&self) -> Arc<People> {
        self.people.clone()
    }

    fn incident(&self, text: &str) -> Result<Arc<Incident>, Problem> {
        let all = self.engine.borrow_mut().incidents();
        let named = |incident: &&Arc<Incident>| incident.id.as_str() == text;
        let found = match text {
            "-" => current(&all),
            _ => all.iter().find(named),
        };
        found.cloned().ok_or_else(|| {
            Problem::not_found(both!(
                "There is no incident \"{text}\".",
                "インシデント「{text}」はありません。"
            ))
        })
    }

    fn look<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Engine, Now) -> R + Send + 'static,
    ) -> Result<R, Problem> {
        Ok(look(&mut self.engine.borrow_mut(), self.now.get()))
    }
}

/// Where the response goes on, of incidents that are newest first.
fn current(all: &[Arc<Incident>]) -> Option<&Arc<Incident>> {
    let open =
        |incident: &&Arc<Incident>| !incident.phase.is_over() && incident.work.restricted.is_none();
    all.iter().find(open).or(all.first())
}

impl Field {
    fn act(
        &self,
        incident: Option<&IncidentId>,
        by: &UserId,
        command: Command,
    ) -> Result<IncidentId, Problem> {
        let order = Order {
            command,
            by: by.clone(),
            outlets: Outlets::default(),
            via: None,
        };
        let (mut engine, mut rng) = (self.engine.borrow_mut(), self.rng.borrow_mut());
        let (id, step) = engine.act(incident, &order, self.now.get(), &mut rng)?;
        engine.absorb(&step.writes);
        Ok(id)
    }

    fn here(&self) -> Result<Arc<Incident>, Problem> {
        self.incident("-")
    }
}

struct Run<'a> {
    setup: &'a Setup,
    field: Field,
    drill: Drill,
    clock: Clock,
    players: BTreeMap<String, UserId>,
    cast: BTreeMap<String, UserId>,
    /// How each person is written to.
    called: BTreeMap<String, String>,
    said: BTreeMap<IncidentId, Vec<Said>>,
    /// What the script last saw: with Slack down it sees nothing new.
    seen: Option<Scene>,
    trouble: Option<Trouble>,
    told: Vec<(Secs, String, String)>,
}

/// Plays it to its end.
///
/// # Errors
/// It cannot begin. What a player is refused is told with the outcome.
pub fn play(setup: &Setup, lines: &[Line]) -> Result<Outcome, Problem> {
    let mut run = Run::new(setup)?;
    run.declare()?;
    let mut lines = lines.iter().peekable();
    let mut refused = Vec::new();
    let last = setup.scenario.minutes.saturating_mul(60);
    for second in 0..=last {
        let at = Secs(second);
        run.field.now.set(now(setup.start, second));
        while let Some(line) = lines.next_if(|line| line.at <= at) {
            if let Err(problem) = run.play(line) {
                refused.push((line.number, problem));
            }
        }
        run.step(at);
        if run.drill.ended().is_some() {
            break;
        }
    }
    let scene = run.scene();
    let played = Played {
        name: setup.name.clone(),
        lang: setup.lang,
        players: setup.players.clone(),
    };
    Ok(Outcome {
        debrief: Debrief::of(&run.drill, &scene, played),
        refused,
        told: run.told,
    })
}

fn now(start: DateTime<Utc>, second: u32) -> Now {
    Now {
        wall: start + TimeDelta::seconds(i64::from(second)),
        mono: Duration::from_secs(u64::from(second)),
    }
}

impl<'a> Run<'a> {
    fn new(setup: &'a Setup) -> Result<Run<'a>, Problem> {
        let scenario = &setup.scenario;
        let mut people = People::new();
        let mut add = |handle: &str, name: &str, bot: bool| {
            // As Slack's look, for what tells ids from names.
            let id = UserId::new(format!(
                "U{:0>8}",
                handle.to_uppercase().replace(['-', '_'], "")
            ));
            let person = Person {
                id: id.clone(),
                name: name.to_owned(),
                handle: handle.to_owned(),
                bot,
            };
            people.insert(id.clone(), person);
            id
        };
        let players: BTreeMap<String, UserId> = setup
            .players
            .iter()
            .map(|handle| (handle.clone(), add(handle, handle, false)))
            .collect();
        let cast: BTreeMap<String, UserId> = scenario
            .people
            .iter()
            .map(|(part, person)| {
                let name = person.name.get(setup.lang);
                (
                    part.clone(),
                    add(person.handle.get_ref(), name, person.monitor),
                )
            })
            .collect();
        let mut called: BTreeMap<String, String> = scenario
            .people
            .iter()
            .map(|(part, person)| (part.clone(), format!("@{}", person.handle.get_ref())))
            .collect();
        let first = setup
            .players
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        for name in ["player", "commander"] {
            called.insert(name.to_owned(), format!("@{first}"));
        }
        let begin = now(setup.start, 0);
        let me = players.get(first).cloned().unwrap_or_default();
        let image = Image::new(ConsoleId::new("drill"));
        Ok(Run {
            field: Field {
                engine: RefCell::new(Engine::new(image, me, Timing::default(), begin)),
                rng: RefCell::new(fastrand::Rng::with_seed(setup.seed)),
                now: Cell::new(begin),
                config: setup.config.clone(),
                lists: setup.lists.clone(),
                lang: setup.lang,
                people: Arc::new(people),
            },
            drill: Drill::new(scenario.clone(), setup.seed),
            clock: Clock::from(setup.start),
            players,
            cast,
            called,
            said: BTreeMap::new(),
            seen: None,
            trouble: None,
            told: Vec::new(),
            setup,
        })
    }

    fn declare(&mut self) -> Result<(), Problem> {
        let setup = self.setup;
        let declaration = stage::begin::declaration(
            &setup.scenario,
            &setup.config,
            &setup.lists,
            setup.lang,
            setup.start,
        )?;
        let first = setup.players.first().and_then(|p| self.players.get(p));
        let by = first.cloned().unwrap_or_default();
        self.field
            .act(None, &by, Command::Declare(Box::new(declaration)))
            .map(drop)
    }

    fn play(&mut self, line: &Line) -> Result<(), Problem> {
        let by = match &line.by {
            Some(handle) => self.players.get(handle),
            None => self.setup.players.first().and_then(|p| self.players.get(p)),
        };
        let by = by
            .cloned()
            .ok_or_else(|| crate::app::resolve::nobody(line.by.as_deref().unwrap_or_default()))?;
        let incident = self.field.here()?;
        let wall = self.field.now.get().wall;
        let (field, lists) = (&self.field, &self.field.lists);
        let command = match &line.what {
            What::Say(text) => {
                self.write(&by, text.clone(), None, line.at);
                return Ok(());
            }
            What::Verb(verb) => {
                let (_, make) = crate::cli::verbs::split((**verb).clone());
                make.command(field, lists, &incident, &by, wall)?
            }
            What::Deed(deed) => (**deed)
                .clone()
                .command(field, lists, &incident, &by, wall)?,
            What::Lesson(lesson) => (**lesson).clone().command(field, &incident, &by, wall)?,
        };
        field.act(Some(&incident.id), &by, command).map(drop)
    }

    /// Somebody writes in the channel; the message's id.
    fn write(
        &mut self,
        by: &UserId,
        text: String,
        parent: Option<String>,
        at: Secs,
    ) -> Option<String> {
        let incident = self.field.here().ok()?;
        let said = self.said.entry(incident.id.clone()).or_default();
        let micros = self.field.now.get().wall.timestamp_micros();
        let n = i64::try_from(said.len()).unwrap_or(0);
        let id = crate::domain::ids::SlackTs::from_micros(micros + n)?;
        let id = id.as_str().to_owned();
        let name = self.field.people.get(by).map_or("", |person| &person.name);
        self.told.push((at, name.to_owned(), text.clone()));
        said.push(Said {
            id: id.clone(),
            at: self.field.now.get().wall,
            by: by.clone(),
            text,
            to: Vec::new(),
            parent,
        });
        Some(id)
    }

    fn scene(&self) -> Scene {
        let mut incidents = self.field.engine.borrow_mut().incidents();
        incidents.reverse();
        let rooms = incidents.into_iter().map(|incident| Room {
            private: incident.came_of.is_some(),
            said: Arc::new(self.said.get(&incident.id).cloned().unwrap_or_default()),
            incident,
        });
        Scene {
            rooms: rooms.collect(),
            players: self.players.values().cloned().collect::<BTreeSet<_>>(),
            cast: self.cast.clone(),
            by_name: false,
            clock: self.clock.clone(),
        }
    }

    fn step(&mut self, at: Secs) {
        let scene = match (self.trouble, &self.seen) {
            (Some(Trouble::Down), Some(seen)) => seen.clone(),
            _ => self.scene(),
        };
        let effects = self.drill.step(at, &scene);
        self.seen = Some(scene);
        for effect in effects {
            match effect.what {
                Doing::Say {
                    key,
                    by,
                    text,
                    thread,
                } => {
                    let parent = thread.and_then(|thread| match thread {
                        crate::drill::engine::Thread::Key(key) => {
                            self.drill.place(&key).map(str::to_owned)
                        }
                        crate::drill::engine::Thread::Message(ts) => Some(ts),
                    });
                    let user = self.cast.get(&by).cloned().unwrap_or_default();
                    let text = self.spoken(&text);
                    if let Some(id) = self.write(&user, text, parent, effect.at) {
                        self.drill.posted(&key, id);
                    }
                }
                Doing::Act { by, line } => {
                    if let Err(problem) = self.scripted(&by, &line) {
                        tracing::info!(%by, ?line, %problem, "an act of the script was skipped");
                    }
                }
                Doing::Trouble(trouble) => self.trouble = trouble,
                Doing::End(_) => {}
            }
        }
    }

    fn spoken(&self, words: &Words) -> String {
        stage::spoken(words, self.setup.lang, &self.called)
    }

    fn scripted(&mut self, by: &str, line: &Scripted) -> Result<(), Problem> {
        let Some((person, user)) = self.setup.scenario.people.get(by).zip(self.cast.get(by)) else {
            return Err(crate::app::resolve::nobody(by));
        };
        let incident = self.field.here()?;
        let brief = || {
            let told = read::told(&self.field, incident.id.clone(), briefing::hand_over);
            told.ok().flatten().unwrap_or_default()
        };
        let first = self.setup.players.first().and_then(|p| self.players.get(p));
        let command = stage::line::command(
            line,
            &stage::line::Doer {
                user,
                person,
                incident: &incident,
                now: self.field.now.get().wall,
                say: &|words| self.spoken(words),
                brief: &brief,
                who: &|part| match part {
                    crate::drill::check::PLAYER => first.cloned(),
                    part => self.cast.get(part).cloned(),
                },
            },
        )?;
        self.field.act(Some(&incident.id), user, command).map(drop)
    }
}

/// Why a drill cannot be played headless.
pub fn no_player(name: &str) -> Problem {
    Problem::not_found(both!(
        "There is no perfect player for \"{name}\".",
        "「{name}」の模範プレイヤーはありません。"
    ))
    .hint(Text::fixed(
        "Write perfect.en.txt and perfect.ja.txt beside scenario.toml, or give --player FILE.",
        "scenario.toml の隣に perfect.en.txt と perfect.ja.txt を置くか、--player FILE を指定してください。",
    ))
}
