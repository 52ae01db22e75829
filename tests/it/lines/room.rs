//! Consoles whose clock is in the test's hand: the engine, the network thread and the screen of the
//! program, over HTTP, on a workspace that reads the same clock.

use super::super::screens::Terminal;
use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::desk::Configured;
use matoi::app::effect::Effect;
use matoi::app::keymap::Keymap;
use matoi::app::model::{Model, Start};
use matoi::app::msg::Msg;
use matoi::app::resolve::{self, Checklists, People, Reach};
use matoi::app::snapshot::{Person, Snapshot, Workspace as Team};
use matoi::app::update::{start, update};
use matoi::domain::decide::{Command, Outlets};
use matoi::domain::ids::{ConsoleId, IncidentId, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::secret::Secret;
use matoi::domain::settings::Config;
use matoi::domain::sync::image::Image;
use matoi::domain::sync::{Call, Engine, Link, Now, Order, Timing};
use matoi::domain::watch::Local;
use matoi::domain::words::Lang;
use matoi::io::net::{self, Door, News};
use matoi::io::pace::Clock;
use matoi::io::publish::{Scene, snapshot};
use matoi::io::slack::Settings;
use matoi::workspace::{Handle, Options, Workspace};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// 2026-11-20 14:00 in Japan, in microseconds.
const NOON: i64 = 1_795_150_800_000_000;
const MINUTE: i64 = 60_000_000;
/// However busy the machine is.
const DEADLINE: Duration = Duration::from_secs(60);

/// Steps without the clock going on; a tenth of it would be much.
const ROUNDS: usize = 20_000;

/// A workspace and consoles on it, at one time.
pub struct Rooms {
    pub slack: Handle,
    pub at: Vec<Console>,
    time: Arc<AtomicI64>,
}

pub struct Console {
    engine: Engine,
    door: Arc<dyn Fn() -> Door + Send + Sync>,
    /// The last is written to; those before it may still answer.
    calls: Vec<UnboundedSender<(u64, Call)>>,
    tell: SyncSender<News>,
    news: Receiver<News>,
    connected: bool,
    flights: usize,
    rng: fastrand::Rng,
    config: Arc<Config>,
    lists: Arc<Checklists>,
    people: Arc<People>,
    local: Arc<BTreeMap<IncidentId, Local>>,
    focus: Option<IncidentId>,
    version: u64,
    lang: Lang,
    model: Option<Model>,
    terminal: Terminal,
    time: Arc<AtomicI64>,
}

impl Rooms {
    /// Consoles of these people, all under one configuration.
    pub fn of(who: &[&str], config: &str) -> Rooms {
        Rooms::speaking(Lang::En, who, config)
    }

    pub fn speaking(lang: Lang, who: &[&str], config: &str) -> Rooms {
        let time = Arc::new(AtomicI64::new(NOON));
        let clock = time.clone();
        let options = Options {
            clock: Some(Arc::new(move || clock.load(Ordering::SeqCst))),
            ..Options::for_tests()
        };
        let slack = Workspace::open(options).and_then(Workspace::start);
        let slack = slack.expect("a workspace");
        let config = format!("time_zone = \"JST\"\n{config}");
        let config = matoi::io::config::parse("test", &config).expect("a configuration");
        let config = Arc::new(config);
        let mut at: Vec<Console> = who
            .iter()
            .enumerate()
            .map(|(n, who)| Console::of(n, who, lang, &slack, &config, &time))
            .collect();
        at.iter_mut().for_each(Console::meet);
        let mut rooms = Rooms { slack, at, time };
        rooms.rest();
        rooms
    }

    pub fn now(&self) -> DateTime<Utc> {
        wall(&self.time)
    }

    /// The clock goes on, and everybody does what falls due on the way.
    pub fn pass(&mut self, minutes: i64) {
        let end = self.time.load(Ordering::SeqCst) + minutes * MINUTE;
        loop {
            self.rest();
            let due = self.at.iter().filter_map(Console::due).min();
            match due.filter(|due| *due < end) {
                Some(due) => self.time.fetch_max(due, Ordering::SeqCst),
                None => break,
            };
        }
        self.time.fetch_max(end, Ordering::SeqCst);
        self.rest();
    }

    /// Machines that slept: the clock is later at once.
    pub fn leap(&mut self, minutes: i64) {
        self.time.fetch_add(minutes * MINUTE, Ordering::SeqCst);
        self.pass(2);
    }

    fn rest(&mut self) {
        while self.at.iter_mut().any(Console::drive) {}
        self.at.iter_mut().for_each(Console::publish);
    }

    pub fn act(&mut self, console: usize, on: Option<&IncidentId>, command: Command) -> IncidentId {
        let id = self.at[console].act(on, command).expect("it is saved");
        self.pass(1);
        id
    }

    /// Somebody declares that the shop's cart is down; the incident and its channel.
    pub fn declare(&mut self, console: usize) -> (IncidentId, String) {
        let id = self.declare_as(console, "Cart is down", |_| {});
        let room = self.channel(&id);
        (id, room)
    }

    pub fn declare_as(
        &mut self,
        console: usize,
        title: &str,
        change: impl FnOnce(&mut resolve::Wish),
    ) -> IncidentId {
        let at = &self.at[console];
        let mut wish = resolve::Wish {
            title: title.to_owned(),
            ..Default::default()
        };
        change(&mut wish);
        let (config, lists, people) = (&at.config, &at.lists, &at.people);
        let made = resolve::declaration(config, lists, people, &wish, at.lang, self.now());
        let made = Command::Declare(Box::new(made.expect("a declaration")));
        self.act(console, None, made)
    }

    pub fn channel(&self, id: &IncidentId) -> String {
        let row = self.at[0].engine.image().channel_of(id);
        row.expect("it has a channel").id.to_string()
    }

    /// What people read in a channel.
    pub fn told(&self, channel: &str) -> Vec<String> {
        super::super::peers::rig::texts(&self.slack, channel)
    }

    pub fn count(&self, channel: &str, words: &str) -> usize {
        let told = self.told(channel);
        told.iter().filter(|text| text.contains(words)).count()
    }

    pub fn id_of(&self, who: &str) -> UserId {
        UserId::new(super::id_of(&self.slack, who))
    }
}

fn wall(time: &AtomicI64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.load(Ordering::SeqCst)).expect("in range")
}

impl Console {
    fn of(
        number: usize,
        who: &str,
        lang: Lang,
        slack: &Handle,
        config: &Arc<Config>,
        time: &Arc<AtomicI64>,
    ) -> Console {
        let (tell, news) = sync_channel(1_000);
        let (url, token) = (slack.url(), slack.bot_token());
        let door = move || Door {
            settings: Settings {
                api_url: url.clone(),
                budget_percent: 100_000,
                ..Settings::default()
            },
            token: Secret::new(token.clone()),
            person: None,
        };
        let timing = Timing {
            read_lag: Duration::from_secs(1),
            poll: Duration::from_secs(10),
            poll_idle: Duration::from_secs(30),
            discover: Duration::from_secs(20),
            post: Duration::from_millis(1),
            budget_percent: 100_000,
            commander_silent_minutes: config.timers.commander_silent_minutes,
            hole_minutes: config.close.hole_minutes,
            ..Timing::default()
        };
        let image = Image::new(ConsoleId::new(format!("c{number}")));
        let me = UserId::new(super::id_of(slack, who));
        Console {
            engine: Engine::new(image, me, timing, both(time)),
            door: Arc::new(door),
            calls: Vec::new(),
            tell,
            news,
            connected: false,
            flights: 0,
            rng: fastrand::Rng::with_seed(7 + number as u64),
            config: config.clone(),
            lists: Arc::new(Checklists::shipped().expect("whole")),
            people: Arc::default(),
            local: Arc::default(),
            focus: None,
            version: 0,
            lang,
            model: None,
            terminal: Terminal::new(),
            time: time.clone(),
        }
    }

    fn now(&self) -> Now {
        both(&self.time)
    }

    /// A client holds posts into one channel apart by the machine's clock, which stands here: each
    /// post has a client of its own.
    fn connect(&mut self, people_in: Duration) {
        let door = self.door.clone();
        let find = Box::new(move || Ok(door()));
        let rests = net::Rests {
            clock: Clock::Machine,
            people_in,
        };
        let calls = net::start(find, self.tell.clone(), |news| news, rests);
        self.calls.push(calls.expect("a thread"));
        self.connected = false;
        while !self.connected {
            let news = self.news.recv_timeout(DEADLINE).expect("it connects");
            self.hear(news);
        }
    }

    /// Until it is connected and knows everybody by name.
    fn meet(&mut self) {
        self.connect(Duration::ZERO);
        while self.people.is_empty() {
            let news = self.news.recv_timeout(DEADLINE).expect("it connects");
            self.hear(news);
        }
    }

    fn hear(&mut self, news: News) {
        let now = self.now();
        match news {
            News::Connected(who) => {
                self.connected = true;
                self.engine.reached();
                self.engine.set_bot(who.user_id);
            }
            News::People(users) => {
                let person = |user: matoi::wire::objects::User| {
                    let person = Person {
                        id: user.id.clone(),
                        name: user.shown_name().to_owned(),
                        handle: user.name.clone(),
                        bot: user.is_bot,
                    };
                    (user.id, person)
                };
                self.people = Arc::new(users.into_iter().map(person).collect());
                let names = self.people.values().map(|p| (p.id.clone(), p.name.clone()));
                self.engine.set_names(names.collect());
                let (config, lists) = (self.config.clone(), self.lists.clone());
                let desk = Configured::new(config, lists, self.people.clone());
                self.engine.set_desk(Arc::new(desk));
            }
            News::Answered(flight, result) => {
                self.flights -= 1;
                let step = self.engine.answered(flight, result, now, &mut self.rng);
                self.engine.absorb(&step.writes);
            }
            News::Unreachable(problem) => unreachable!("{problem:?}"),
            News::Unwelcome(code) => unreachable!("{code}"),
        }
    }

    /// Everything that is due now. `false`: nothing was.
    fn drive(&mut self) -> bool {
        let mut done = false;
        for _ in 0..ROUNDS {
            let step = self.engine.next(self.now(), &mut self.rng);
            if step.is_empty() && self.flights == 0 {
                let last = self.calls.len() - 1;
                self.calls.drain(..last);
                return done;
            }
            done = true;
            let more = !step.is_empty();
            self.engine.absorb(&step.writes);
            self.flights += step.calls.len();
            for call in step.calls {
                if matches!(call.1, Call::Post { .. }) {
                    self.connect(net::PEOPLE_EVERY);
                }
                let network = self.calls.last().expect("it is connected");
                network.send(call).expect("the network thread lives");
            }
            if !more {
                let news = self.news.recv_timeout(DEADLINE).expect("an answer");
                self.hear(news);
            }
        }
        unreachable!("it never comes to rest")
    }

    /// When it has something to do again, in microseconds.
    fn due(&self) -> Option<i64> {
        let now = self.now();
        let wait = self.engine.due(now)?.saturating_sub(now.mono);
        let wait = wait.max(Duration::from_millis(500)).as_micros();
        Some(self.time.load(Ordering::SeqCst) + i64::try_from(wait).ok()?)
    }

    fn act(&mut self, on: Option<&IncidentId>, command: Command) -> Result<IncidentId, String> {
        let private = on.and_then(|id| self.engine.image().incidents.get(id));
        let (private, drill) = private.map_or((false, false), |row| (row.private, row.drill));
        let state = on.map(|id| self.engine.shown(id).expect("it is known"));
        let reach = match (&state, &command) {
            (Some(state), _) => Reach::of(state, private, drill),
            (None, Command::Declare(made)) => Reach::of_declaration(made),
            _ => unreachable!("nothing else is on no incident"),
        };
        let outlets = resolve::outlets(&self.config, &self.people, &reach, &command);
        self.order(on, command, outlets)
    }

    fn order(
        &mut self,
        on: Option<&IncidentId>,
        command: Command,
        outlets: Outlets,
    ) -> Result<IncidentId, String> {
        let order = Order {
            command,
            by: self.engine.me().clone(),
            outlets,
        };
        let done = self.engine.act(on, &order, self.now(), &mut self.rng);
        let (id, step) = done.map_err(|problem| problem.lines(self.lang))?;
        self.engine.absorb(&step.writes);
        assert!(step.calls.is_empty(), "an act starts no calls");
        Ok(id)
    }

    /// What stands against an act.
    pub fn refused(&mut self, id: &IncidentId, command: Command) -> String {
        self.act(Some(id), command).expect_err("it is refused")
    }

    pub fn state(&mut self, id: &IncidentId) -> Arc<Incident> {
        self.engine.shown(id).expect("it is known")
    }

    pub fn level(&mut self, id: &IncidentId, level: &str) -> Command {
        let state = self.state(id);
        let plan = resolve::level(&self.config, &self.lists, &state, level);
        Command::Level(plan.expect("a level"))
    }

    fn snapshot(&mut self) -> Arc<Snapshot> {
        self.version += 1;
        let team = Team {
            local: false,
            team: "みかづき商店".to_owned(),
        };
        let now = self.now();
        let scene = Scene {
            version: self.version,
            workspace: &team,
            people: &self.people,
            local: &self.local,
            config: &self.config,
            lang: self.lang,
            focus: self.focus.as_ref(),
            link: Link::Live,
            link_as_of: Some(now.wall),
            follows: false,
        };
        Arc::new(snapshot(&mut self.engine, &scene, now))
    }

    fn publish(&mut self) {
        let (snapshot, now) = (self.snapshot(), self.now().wall);
        if self.model.is_none() {
            let (model, effects) = start(Start {
                snapshot: snapshot.clone(),
                now,
                size: (120, 40),
                lang: self.lang,
                keymap: Arc::new(Keymap::shipped().expect("whole")),
                checklists: self.lists.clone(),
            });
            self.model = Some(model);
            self.carry_out(effects);
        }
        self.take(Msg::Tick(now));
        self.take(Msg::Snapshot(snapshot));
    }

    fn take(&mut self, msg: Msg) {
        let model = self.model.as_mut().expect("it was started");
        let effects = update(model, msg);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Act {
                    ticket,
                    incident,
                    command,
                    outlets,
                } => {
                    let done = self.order(incident.as_ref(), command, outlets);
                    let result = done.map_err(|why| unreachable!("refused: {why}"));
                    let snapshot = self.snapshot();
                    self.take(Msg::Snapshot(snapshot));
                    self.take(Msg::Acted { ticket, result });
                }
                Effect::Focus(focus) => {
                    self.focus.clone_from(&focus);
                    let now = self.now();
                    self.engine.set_focus(focus, now);
                    let snapshot = self.snapshot();
                    self.take(Msg::Snapshot(snapshot));
                }
                Effect::Mark(incident, marks) => {
                    let local = Arc::make_mut(&mut self.local);
                    local.entry(incident).or_default().marks.extend(marks);
                }
                _ => {}
            }
        }
    }

    /// The screen as it stands, drawn for a terminal of 120 by 40.
    pub fn screen(&mut self) -> String {
        let model = self.model.as_ref().expect("it was started");
        self.terminal.show(model);
        let painted = Msg::Painted {
            generation: model.generation,
            lists: self.terminal.drawing.lists.clone(),
        };
        let text = self.terminal.text();
        self.take(painted);
        text
    }

    /// A key, once the frame before it is out.
    pub fn press(&mut self, code: KeyCode) {
        self.key(code, KeyModifiers::NONE);
    }

    pub fn alt(&mut self, letter: char) {
        self.key(KeyCode::Char(letter), KeyModifiers::ALT);
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.screen();
        self.take(Msg::Key(KeyEvent::new(code, modifiers)));
    }

    /// How many messages of its channel were read.
    pub fn read(&self, id: &IncidentId) -> usize {
        self.engine.talk(id).len()
    }

    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.take(Msg::Resize(columns, rows));
    }

    /// Into the war room of the newest incident.
    pub fn enter(&mut self) -> String {
        self.press(KeyCode::Enter);
        self.screen()
    }
}

fn both(time: &AtomicI64) -> Now {
    let micros = time.load(Ordering::SeqCst);
    Now {
        wall: wall(time),
        mono: Duration::from_micros(u64::try_from(micros - NOON + 1_000 * MINUTE).unwrap_or(0)),
    }
}
