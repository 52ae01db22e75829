//! A small world for the tests of screens: a real incident folded from real decisions, a fixed
//! clock, and a hand on the keyboard.

use super::effect::Effect;
use super::keymap::{Chord, Keymap};
use super::model::{Model, Pane, Shown, Start, Ticket, Where};
use super::msg::Msg;
use super::resolve::{self, People, Wish};
use super::snapshot::{LinkState, OutboxLine, Person, Room, Snapshot, Summary, Talk, Workspace};
use super::update::{start, update};
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Asked, Command, decide};
use crate::domain::event::{Event, Recorded, What};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::settings::{Config, Zone};
use crate::domain::sync::image::JobState;
use crate::domain::sync::{Counts, Link};
use crate::domain::watch::Local;
use crate::domain::words::Lang;
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const ME: &str = "UITO";

/// 2026-11-20 14:00:00 in Japan.
pub fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T14:00:00+09:00")
        .map_or(DateTime::UNIX_EPOCH, |at| at.to_utc())
}

pub fn people() -> People {
    [
        ("UITO", "伊藤", "ito"),
        ("UTANAKA", "田中", "tanaka"),
        ("USATO", "Sato", "sato"),
        ("USUZUKI", "鈴木", "suzuki"),
    ]
    .map(|(id, name, handle)| {
        let person = Person {
            id: id.into(),
            name: name.to_owned(),
            handle: handle.to_owned(),
            bot: false,
        };
        (UserId::new(id), person)
    })
    .into()
}

/// What the core would hold.
#[derive(Clone, Debug)]
pub struct World {
    pub config: Config,
    pub people: People,
    pub me: UserId,
    pub now: DateTime<Utc>,
    pub incidents: Vec<Incident>,
    /// All that was decided, in order.
    pub record: Vec<(IncidentId, Recorded)>,
    /// Of the first incident.
    pub talk: Vec<Talk>,
    pub outbox: Vec<OutboxLine>,
    pub offers: Vec<crate::domain::sync::MergeOffer>,
    pub given_up: Vec<crate::app::snapshot::GivenUp>,
    pub limits: crate::app::snapshot::Limits,
    pub link: Link,
    /// How many jobs of the first incident were delivered.
    pub delivered: usize,
    pub jobs: BTreeMap<EventId, JobState>,
    pub invited: BTreeMap<UserId, DateTime<Utc>>,
    pub private: bool,
    pub drill: bool,
    pub archived: bool,
    pub went: Vec<crate::domain::sync::Went>,
    pub address: Option<crate::app::snapshot::Address>,
    /// How the next acts come.
    pub via: Option<crate::domain::source::Via>,
    pub local: bool,
    pub marks: BTreeMap<IncidentId, Local>,
    rng: fastrand::Rng,
    version: u64,
}

impl World {
    /// Nobody has declared anything.
    pub fn new() -> World {
        let mut config = Config {
            time_zone: Zone::Fixed(9 * 3600),
            ..Config::default()
        };
        config.broadcast.outage = vec!["#dev".to_owned()];
        World {
            config,
            people: people(),
            me: ME.into(),
            now: noon(),
            incidents: Vec::new(),
            record: Vec::new(),
            talk: Vec::new(),
            outbox: Vec::new(),
            offers: Vec::new(),
            given_up: Vec::new(),
            limits: Default::default(),
            link: Link::Live,
            delivered: 0,
            jobs: BTreeMap::new(),
            invited: BTreeMap::new(),
            private: false,
            drill: false,
            archived: false,
            went: Vec::new(),
            address: None,
            via: None,
            local: false,
            marks: BTreeMap::new(),
            rng: fastrand::Rng::with_seed(7),
            version: 0,
        }
    }

    /// One incident, declared just now by me.
    pub fn declared() -> World {
        let mut world = World::new();
        world.declare("Checkout fails for card payments");
        world
    }

    pub fn declare(&mut self, title: &str) -> IncidentId {
        let id = IncidentId::random(&mut self.rng);
        let wish = Wish {
            title: title.to_owned(),
            ..Wish::default()
        };
        let lists = Checklists::shipped().expect("whole");
        let made = resolve::declaration(
            &self.config,
            &lists,
            &self.people,
            &wish,
            Lang::En,
            self.now,
        )
        .expect("a wish");
        self.incidents.insert(0, Incident::new(id.clone()));
        let me = self.me.clone();
        self.decide(&id, &Command::Declare(Box::new(made)), &me)
            .expect("declared");
        id
    }

    pub fn id(&self) -> IncidentId {
        self.incidents[0].id.clone()
    }

    pub fn incident(&self) -> &Incident {
        &self.incidents[0]
    }

    pub fn later(&mut self, seconds: i64) -> &mut World {
        self.now += TimeDelta::seconds(seconds);
        self
    }

    /// As the core decides it.
    pub fn decide(
        &mut self,
        id: &IncidentId,
        command: &Command,
        by: &UserId,
    ) -> Result<(), Problem> {
        let at = self
            .incidents
            .iter()
            .position(|i| i.id == *id)
            .expect("there is such an incident");
        let people = self.people.clone();
        let name = move |user: &UserId| {
            people
                .get(user)
                .map_or_else(|| user.0.clone(), |p| p.name.clone())
        };
        let asked = Asked {
            by,
            now: self.now,
            heard: &|_| None,
            name: &name,
            silent_minutes: 5,
            gate: crate::domain::gate::Rules::default(),
            archived: self.archived,
        };
        let drafts = decide(&self.incidents[at], command, &asked, &mut self.rng)?;
        for draft in drafts {
            let incident = &mut self.incidents[at];
            let event = Event {
                prev: incident.prev(&draft.id, &draft.body),
                id: draft.id,
                at: self.now,
                what: What::Known(draft.body),
                via: self.via.clone(),
            };
            let recorded = Recorded {
                event,
                by: by.clone(),
                console: ConsoleId::new("c1"),
                text: draft.text,
                position: None,
                recorded_at: self.now,
            };
            incident.apply(&recorded);
            self.record.push((id.clone(), recorded));
        }
        Ok(())
    }

    /// The same by anybody on the first incident.
    pub fn act(&mut self, command: Command, by: &str) -> &mut World {
        let id = self.id();
        self.decide(&id, &command, &by.into()).expect("decided");
        self
    }

    pub fn level(&mut self, level: &str) -> &mut World {
        let lists = Checklists::shipped().expect("whole");
        let plan = resolve::level(&self.config, &lists, self.incident(), level).expect("a level");
        let me = self.me.clone();
        self.act(Command::Level(plan), me.as_str())
    }

    /// Somebody writes into the channel.
    pub fn say(&mut self, user: &str, text: &str) -> SlackTs {
        self.talk_in(user, text, None)
    }

    pub fn reply(&mut self, user: &str, text: &str, thread: &SlackTs) -> SlackTs {
        self.talk_in(user, text, Some(thread.clone()))
    }

    fn talk_in(&mut self, user: &str, text: &str, thread: Option<SlackTs>) -> SlackTs {
        self.later(1);
        let ts = SlackTs::from_micros(self.now.timestamp_micros()).expect("in range");
        let person = self.people.get(&UserId::new(user));
        self.talk.push(Talk {
            ts: ts.clone(),
            at: self.now,
            thread,
            author: person.map_or_else(|| user.to_owned(), |p| p.name.clone()),
            user: person.map(|p| p.id.clone()),
            text: text.to_owned(),
            edited: false,
            pinned: false,
            reactions: Vec::new(),
            files: Vec::new(),
            replies: 0,
            bot: person.is_none(),
            event: None,
            pending: false,
        });
        ts
    }

    /// Something that Slack refused.
    pub fn fail(&mut self, seq: u64) {
        let incident = self.id();
        self.outbox.push(OutboxLine {
            seq,
            event: None,
            incident,
            at: self.now,
            what: crate::domain::words::Text::fixed("announce in #dev", "#dev に告知する"),
            state: JobState::failed("channel_not_found"),
            attempts: 1,
            place: "#shop".to_owned(),
            choices: crate::domain::sync::Choices {
                retry: true,
                edit: Some("#dev".to_owned()),
                drop: true,
                ..Default::default()
            },
        });
    }

    fn counts(&self, incident: &Incident) -> Counts {
        let mut counts = Counts::default();
        if Some(incident) == self.incidents.first() {
            counts.sent = self.delivered;
        }
        let own = self.outbox.iter().filter(|l| l.incident == incident.id);
        own.for_each(|line| counts.add(&line.state));
        counts
    }

    /// As the core publishes it, with `focus` as the room.
    pub fn snapshot(&mut self, focus: Option<&IncidentId>) -> Arc<Snapshot> {
        self.version += 1;
        let summaries: Vec<Summary> = self
            .incidents
            .iter()
            .map(|incident| Summary {
                incident: Arc::new(incident.clone()),
                channel: Some(incident.channel_wanted.clone()),
                drill: self.drill,
                private: self.private,
                archived: self.archived,
                counts: self.counts(incident),
                as_of: Some(self.now),
            })
            .collect();
        let room = focus.and_then(|id| {
            let summary = summaries.iter().find(|s| s.incident.id == *id)?.clone();
            Some(Arc::new(Room {
                next_call: summary.incident.next_call(self.now),
                went: self.went.clone(),
                address: self.address.clone(),
                summary,
                lang: Lang::En,
                talk: Arc::new(self.talk.clone()),
                jobs: self.jobs.clone(),
                heard: BTreeMap::new(),
                invited: self.invited.clone(),
            }))
        });
        Arc::new(Snapshot {
            version: self.version,
            workspace: Workspace {
                local: self.local,
                team: "みかづき商店".to_owned(),
            },
            me: self.me.clone(),
            people: Arc::new(self.people.clone()),
            config: Arc::new(self.config.clone()),
            incidents: summaries,
            room,
            link: LinkState {
                link: self.link.clone(),
                as_of: Some(self.now),
            },
            follows: false,
            outbox: self.outbox.clone(),
            given_up: self.given_up.clone(),
            offers: self.offers.clone(),
            other_heard: None,
            local: Arc::new(self.marks.clone()),
            limits: self.limits.clone(),
        })
    }
}

/// A model with a hand on its keyboard, and a core that answers when it is told to.
#[derive(Debug)]
pub struct Desk {
    pub world: World,
    pub model: Model,
    /// All that was asked since it was last taken.
    pub effects: Vec<Effect>,
}

impl Desk {
    pub fn at_home(mut world: World) -> Desk {
        let snapshot = world.snapshot(None);
        let (model, effects) = start(Start {
            snapshot,
            now: world.now,
            size: (120, 35),
            lang: Lang::En,
            keymap: Arc::new(Keymap::shipped().expect("whole")),
            checklists: Arc::new(Checklists::shipped().expect("whole")),
        });
        let mut desk = Desk {
            world,
            model,
            effects,
        };
        desk.paint();
        desk
    }

    /// In the war room of the first incident.
    pub fn in_room(world: World) -> Desk {
        let mut desk = Desk::at_home(world);
        desk.keys("Enter");
        desk.refresh();
        desk.paint();
        desk.effects.clear();
        desk
    }

    pub fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        for effect in effects {
            match effect {
                Effect::Mark(incident, marks) => {
                    let local = self.world.marks.entry(incident).or_default();
                    local.marks.extend(marks);
                }
                effect => self.effects.push(effect),
            }
        }
    }

    /// The core publishes, at its time.
    pub fn refresh(&mut self) {
        self.send(Msg::Tick(self.world.now));
        let focus = self.model.room_id().cloned();
        let snapshot = self.world.snapshot(focus.as_ref());
        self.send(Msg::Snapshot(snapshot));
    }

    /// The frame is out.
    pub fn paint(&mut self) {
        let generation = self.model.generation;
        let rows = Shown {
            first: None,
            rows: 10,
        };
        let lists = Pane::ALL
            .map(Where::Pane)
            .into_iter()
            .chain([Where::Home, Where::Overlay])
            .map(|list| (list, rows.clone()))
            .collect();
        self.send(Msg::Painted { generation, lists });
    }

    /// Keys by name, separated by spaces, nothing painted between them.
    pub fn blind(&mut self, keys: &str) {
        for name in keys.split(' ').filter(|name| !name.is_empty()) {
            let chord = Chord::parse(name).expect("a key");
            let mut modifiers = KeyModifiers::NONE;
            modifiers.set(KeyModifiers::CONTROL, chord.ctrl);
            modifiers.set(KeyModifiers::ALT, chord.alt);
            modifiers.set(KeyModifiers::SHIFT, chord.shift);
            self.send(Msg::Key(KeyEvent::new(chord.code, modifiers)));
        }
    }

    /// The same, each after the frame that the one before brought.
    pub fn keys(&mut self, keys: &str) {
        for name in keys.split(' ').filter(|name| !name.is_empty()) {
            self.blind(name);
            self.paint();
        }
    }

    /// Letters as they are typed.
    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Key(KeyEvent::new(
                KeyCode::Char(c),
                KeyModifiers::NONE,
            )));
        }
        self.paint();
    }

    /// The acts asked for since the last look, as the core was given them.
    pub fn acts(&mut self) -> Vec<(Ticket, Option<IncidentId>, Command)> {
        std::mem::take(&mut self.effects)
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Act {
                    ticket,
                    incident,
                    command,
                    ..
                } => Some((ticket, incident, command)),
                _ => None,
            })
            .collect()
    }

    /// The core decides what was asked and says so, after it published.
    pub fn answer(&mut self) -> Vec<Result<IncidentId, Problem>> {
        let me = self.world.me.clone();
        let mut answers = Vec::new();
        for (ticket, incident, command) in self.acts() {
            let id = incident.unwrap_or_else(|| {
                let id = IncidentId::random(&mut self.world.rng);
                self.world.incidents.insert(0, Incident::new(id.clone()));
                id
            });
            let result = self.world.decide(&id, &command, &me).map(|()| id);
            self.refresh();
            self.send(Msg::Acted {
                ticket,
                result: result.clone(),
            });
            answers.push(result);
        }
        self.refresh();
        self.paint();
        answers
    }

    /// What the program says at the moment.
    pub fn said(&self) -> String {
        let lines: Vec<String> = self
            .model
            .toasts
            .iter()
            .map(|toast| toast.word.lines(self.model.lang))
            .collect();
        lines.join("\n")
    }
}
