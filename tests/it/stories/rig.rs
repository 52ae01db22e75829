//! Three consoles and people who have nothing but Slack, with the time given in.
//!
//! Each console is the real one but for the terminal: its model is driven by keys, its core has a
//! journal on disk and a network thread, its frames are drawn and read back by a terminal. They and
//! the workspace have one clock, which moves only when a story moves it; after each move every core
//! is waited for until no call of its is on its way.

pub use super::time::{Time, clock, day, instant};
use crate::screens::Terminal;
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::ask;
use matoi::app::drill::Wish;
use matoi::app::effect::Effect;
use matoi::app::form::{Input, Stop};
use matoi::app::keymap::{Chord, Keymap};
use matoi::app::model::{Model, Overlay, RowId, Start};
use matoi::app::msg::Msg;
use matoi::app::snapshot::{Snapshot, Workspace as Place};
use matoi::app::update::{start, update};
use matoi::cli::asks;
use matoi::domain::checklists::Checklists;
use matoi::domain::ids::{ChannelId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::prompt::Subject;
use matoi::domain::secret::Secret;
use matoi::domain::settings::Config;
use matoi::domain::sync::{Link, Timing};
use matoi::domain::timer::{Clock, Timer};
use matoi::domain::words::Lang;
use matoi::io::core::{Ask, Core, Setup};
use matoi::io::net::Door;
use matoi::io::pace;
use matoi::io::slack::Settings;
use matoi::io::store::Journal;
use matoi::workspace::limits::Mode;
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What these people have written down.
pub const COMPANY: &str = r##"
time_zone = "JST"
[invite]
followers = ["@nakamura"]
security_people = ["@yamamoto"]
[broadcast]
outage = ["#dev", "#support", "#leads"]
security = ["#leads"]
[[services]]
id = "shop"
name = { en = "Shop", ja = "ショップ" }
groups = ["@shop"]
escalation = ["@takahashi", "@kobayashi"]
[[levels]]
id = "1"
name = { en = "Critical", ja = "最重大" }
checklist = "severe"
[[levels]]
id = "2"
name = { en = "High", ja = "重大" }
checklist = "standard"
[[levels]]
id = "3"
name = { en = "Low", ja = "軽微" }
checklist = "light"
"##;

/// However busy the machine is.
const DEADLINE: Duration = Duration::from_secs(60);
/// Nothing waits longer than this for the next look of a console.
const STEP: i64 = 15;
/// With more than this to pass, steps are longer.
const LONG: i64 = 1_200;

/// One console.
pub struct Desk {
    pub name: &'static str,
    pub model: Model,
    pub(super) core: Core,
    slot: Arc<Mutex<Option<Arc<Snapshot>>>>,
    posts: Receiver<Msg>,
    post: Sender<Msg>,
    time: Time,
    /// Its own clock, which follows `time` when it is this console's turn: whatever fell due at all
    /// of them at one moment is done one console after the other.
    own: Time,
    terminal: Terminal,
    shown: Option<u64>,
    /// Keys that were pressed here.
    pub pressed: usize,
    /// What was asked of a drill.
    pub(super) wishes: Vec<Wish>,
    /// Where it keeps versions of post-mortems.
    pub(super) papers: PathBuf,
    /// What this person does to the next file that opens in an editor.
    pub editor: Option<Editor>,
}

pub type Editor = Box<dyn FnOnce(&str) -> String>;

pub struct World {
    pub slack: Handle,
    pub time: Time,
    pub lang: Lang,
    desks: Vec<Desk>,
    people: BTreeMap<String, UserId>,
    bot: String,
    /// A drill that is run here, and whose screen is the game master's.
    pub stage: Option<super::drill::Stage>,
    /// Screens, by what they show.
    pub shots: Vec<(String, String)>,
    _dir: tempfile::TempDir,
}

impl World {
    /// At `clock`, with a console of each of `handles`.
    pub fn new(clock: &str, lang: Lang, config: &str, handles: &[&'static str]) -> World {
        World::seeded(clock, lang, config, handles, None)
    }

    /// The same in a company of its own, as TOML.
    pub fn seeded(
        clock: &str,
        lang: Lang,
        config: &str,
        handles: &[&'static str],
        seed: Option<String>,
    ) -> World {
        let time = Time::at(clock);
        let ticks = time.clone();
        let slack = Workspace::open(Options {
            limits: Mode::Slack,
            clock: Some(Arc::new(move || ticks.micros())),
            seed,
            ..Options::for_tests()
        })
        .and_then(Workspace::start)
        .expect("a workspace");
        let config = matoi::io::config::parse("story", config).expect("a configuration");
        let config = Arc::new(config.with_other_service());
        // In memory where that is possible: a story is thousands of commits.
        let shm = std::path::Path::new("/dev/shm");
        let dir = match shm.is_dir() {
            true => tempfile::tempdir_in(shm),
            false => tempfile::tempdir(),
        };
        let dir = dir.expect("a directory");
        let people = slack.people().into_iter();
        let people: BTreeMap<String, UserId> = people
            .map(|person| (person.name, UserId::new(person.id)))
            .collect();
        let bot = Value::Object(slack.call(&slack.bot_token(), "auth.test", json!({})).body);
        let desks = handles.iter().enumerate().map(|(n, handle)| {
            let seat = Seat {
                name: handle,
                me: people[*handle].clone(),
                dir: dir.path().join(handle),
                lang,
                seed: n as u64 + 1,
            };
            Desk::open(&seat, &slack, &time, &config)
        });
        World {
            desks: desks.collect(),
            bot: bot["user_id"].as_str().expect("an id").to_owned(),
            slack,
            time,
            lang,
            people,
            stage: None,
            shots: Vec::new(),
            _dir: dir,
        }
    }

    /// What is said in the language of this telling.
    pub fn say(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }

    pub fn at(&mut self, name: &str) -> &mut Desk {
        let desk = self.desks.iter_mut().find(|desk| desk.name == name);
        desk.expect("such a console")
    }

    /// Lets so many seconds pass, each console looking at Slack as they do.
    pub fn pass(&mut self, seconds: i64) {
        let mut left = seconds;
        while left > 0 {
            // At night nothing is waited for.
            let step = if left > LONG {
                LONG / 4
            } else {
                left.min(STEP)
            };
            self.time.0.fetch_add(step * 1_000_000, Ordering::SeqCst);
            left -= step;
            if let Some(stage) = &self.stage {
                stage.turn(&mut self.desks);
            }
            for desk in &mut self.desks {
                desk.idle();
            }
        }
    }

    /// Machines that slept: it is later at once.
    pub fn sleep(&mut self, minutes: i64) {
        let micros = minutes * 60 * 1_000_000;
        self.time.0.fetch_add(micros, Ordering::SeqCst);
        self.pass(120);
    }

    /// Lets many hours pass in which nothing happens.
    pub fn leap(&mut self, hours: i64) {
        for _ in 0..hours * 2 {
            self.time.0.fetch_add(1_800 * 1_000_000, Ordering::SeqCst);
            for desk in &mut self.desks {
                desk.idle();
            }
        }
        self.settle();
    }

    /// Lets the time pass until it is `clock`.
    pub fn until(&mut self, clock: &str) {
        let left = instant(clock) - self.time.now();
        assert!(
            left >= TimeDelta::zero(),
            "it is past {clock}: {}",
            self.time.now()
        );
        self.pass(left.num_seconds());
    }

    /// Passes seconds until everything is delivered and every console tells the same, and then to the
    /// next half minute: whichever of two calls came first, what follows happens at the same second.
    #[track_caller]
    pub fn settle(&mut self) {
        for _ in 0..60 {
            self.pass(2);
            let told: Vec<_> = self.desks.iter().map(Desk::told).collect();
            if told.iter().all(|(delivered, _)| *delivered)
                && told.windows(2).all(|pair| pair[0].1 == pair[1].1)
            {
                let over = self.time.now().timestamp() % 30;
                return self.pass((30 - over) % 30);
            }
        }
        let told: Vec<_> = self.desks.iter().map(|d| (d.told(), d.waits())).collect();
        unreachable!("never settles: {told:#?}");
    }

    /// Acts by keys at a console, and lets it arrive.
    #[track_caller]
    pub fn act(&mut self, who: &str, keys: &str, fields: &[(&str, &str)]) {
        let people = self.people.clone();
        let desk = self.at(who);
        desk.keys(keys);
        desk.fill(&people, fields);
        desk.submit();
        self.settle();
    }

    /// The same while nothing can arrive.
    #[track_caller]
    pub fn act_offline(&mut self, who: &str, keys: &str, fields: &[(&str, &str)]) {
        let people = self.people.clone();
        let desk = self.at(who);
        desk.keys(keys);
        desk.fill(&people, fields);
        desk.submit();
        self.pass(2);
    }

    /// Answers a question that stands on a console's screen, by the key of its slot.
    #[track_caller]
    pub fn answer(&mut self, who: &str, about: &Subject, fields: &[(&str, &str)]) {
        let asks = &self.at(who).model.room.asks;
        let slot = asks.iter().position(|ask| ask.as_ref() == Some(about));
        let slot = slot.unwrap_or_else(|| unreachable!("nothing asks about {about:?}"));
        self.act(who, &(slot + 1).to_string(), fields);
    }

    /// Keeps what stands on a console's screen, as a snapshot.
    pub fn shot(&mut self, who: &str, name: &'static str) {
        let screen = steady(self.at(who).screen());
        self.shots.push((name.to_owned(), screen));
    }

    pub fn shot_small(&mut self, who: &str, name: &'static str) {
        let screen = steady(self.at(who).screen_at(80, 24));
        self.shots.push((format!("{name}-80x24"), screen));
    }

    /// Calls the workspace as somebody.
    pub fn call(&self, who: &str, method: &str, args: Value) -> Value {
        let token = self.slack.token_of(who).expect("a person");
        let answer = Value::Object(self.slack.call(&token, method, args).body);
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer
    }

    /// Somebody with Slack alone writes; the ts.
    pub fn post(&mut self, who: &str, channel: &str, text: &str) -> String {
        let text = text.replace("@matoi", &format!("<@{}>", self.bot));
        let text = self.people.iter().fold(text, |text, (handle, id)| {
            text.replace(&format!("@{handle}"), &format!("<@{id}>"))
        });
        let args = json!({"channel": channel, "text": text});
        let answer = self.call(who, "chat.postMessage", args);
        let ts = answer["ts"].as_str().expect("a ts").to_owned();
        // Every console reads it before what it may bring about is waited for; how often they look
        // depends on how long nothing was said.
        let key = (ChannelId::new(channel), SlackTs::parse(&ts).expect("a ts"));
        while !self.desks.iter().all(|desk| desk.has_read(&key)) {
            self.pass(5);
        }
        self.settle();
        ts
    }

    pub fn join(&mut self, who: &str, channel: &str) {
        self.call(who, "conversations.join", json!({"channel": channel}));
    }

    /// Somebody reacts on a message that the channel shows last with these words.
    #[track_caller]
    pub fn press(&mut self, who: &str, channel: &str, words: &str, name: &str) {
        self.press_at_once(who, channel, words, name);
        self.settle_long();
    }

    #[track_caller]
    pub fn press_at_once(&mut self, who: &str, channel: &str, words: &str, name: &str) {
        let ts = self.last_with(channel, words);
        let args = json!({"channel": channel, "timestamp": ts, "name": name});
        self.call(who, "reactions.add", args);
    }

    pub fn pin(&mut self, who: &str, channel: &str, ts: &str) {
        let args = json!({"channel": channel, "timestamp": ts});
        self.call(who, "pins.add", args);
        self.settle_long();
    }

    /// Reactions and pins are looked for less often than messages.
    pub fn settle_long(&mut self) {
        self.pass(30);
        self.settle();
    }

    #[track_caller]
    pub fn last_with(&self, channel: &str, words: &str) -> String {
        let found = self.last(channel, words);
        found["ts"].as_str().expect("a ts").to_owned()
    }

    #[track_caller]
    pub fn last_text(&self, channel: &str, words: &str) -> String {
        let found = self.last(channel, words);
        found["text"].as_str().expect("a text").to_owned()
    }

    #[track_caller]
    fn last(&self, channel: &str, words: &str) -> Value {
        let mut all = self.messages(channel).into_iter().rev();
        let found = all.find(|message| {
            let text = message["text"].as_str();
            text.is_some_and(|text| text.contains(words))
        });
        let said = || super::told::channel(self, channel);
        found.unwrap_or_else(|| unreachable!("nobody said {words:?}:\n{}", said()))
    }

    pub fn id_of(&self, who: &str) -> UserId {
        self.people[who].clone()
    }

    /// How many messages of a channel hold these words.
    pub fn count(&self, channel: &str, words: &str) -> usize {
        let all = self.messages(channel);
        let texts = all.iter().filter_map(|message| message["text"].as_str());
        texts.filter(|text| text.contains(words)).count()
    }

    /// The id of a channel, by the beginning of its name.
    #[track_caller]
    pub fn channel(&self, name: &str) -> String {
        self.slack.with_state(|state| {
            let mut all = state.channels();
            let found = all.find(|room| room.channel.name.starts_with(name));
            found.expect("such a channel").channel.id.clone()
        })
    }

    /// Its messages, oldest first, replies left out.
    pub fn messages(&self, channel: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let args = json!({"channel": channel, "limit": 200, "cursor": cursor,
                "include_all_metadata": true});
            let answer = self.read("conversations.history", args);
            let page = answer["messages"].as_array().expect("a page");
            all.extend(page.iter().cloned());
            match answer["response_metadata"]["next_cursor"].as_str() {
                Some(next) if !next.is_empty() => cursor = next.to_owned(),
                _ => break,
            }
        }
        all.reverse();
        all
    }

    /// The replies to a message.
    pub fn replies(&self, channel: &str, ts: &str) -> Vec<Value> {
        let args = json!({"channel": channel, "ts": ts, "limit": 200,
            "include_all_metadata": true});
        let answer = self.read("conversations.replies", args);
        let all = answer["messages"].as_array().expect("a list");
        all.iter().filter(|m| m["ts"] != ts).cloned().collect()
    }

    fn read(&self, method: &str, args: Value) -> Value {
        self.call("sato", method, args)
    }

    /// All that is stored of a channel, whoever may see it.
    pub fn everything(&self, channel: &str) -> String {
        self.slack.with_state(|state| {
            let mut rooms = state.channels();
            let room = rooms
                .find(|room| room.channel.id == channel)
                .expect("it exists");
            format!("{:?}\n{:?}", room.channel, room.messages)
        })
    }

    pub fn bot(&self) -> &str {
        &self.bot
    }

    /// Names by id, the program's too.
    pub fn names(&self) -> BTreeMap<String, String> {
        self.slack.with_state(|state| {
            let users = state.users();
            users
                .map(|user| {
                    let shown = [&user.display_name, &user.real_name];
                    let shown = shown.into_iter().find(|name| !name.is_empty());
                    (user.id.clone(), shown.unwrap_or(&user.handle).clone())
                })
                .collect()
        })
    }
}

/// The second of the last look is chance.
fn steady(screen: String) -> String {
    let ago = |n: u32| {
        [
            format!("seen {n}s ago"),
            format!("同期 {n}秒前"),
            format!("heard {n}s"),
        ]
    };
    (0..10).flat_map(ago).fold(screen, |screen, ago| {
        let none = ago.replace(|c: char| c.is_ascii_digit(), "_");
        screen.replace(&ago, &none)
    })
}

impl Drop for World {
    fn drop(&mut self) {
        // The director has a console in the workspace.
        self.stage = None;
    }
}

struct Seat {
    name: &'static str,
    me: UserId,
    dir: std::path::PathBuf,
    lang: Lang,
    seed: u64,
}

impl Desk {
    fn open(seat: &Seat, slack: &Handle, time: &Time, config: &Arc<Config>) -> Desk {
        let mut rng = fastrand::Rng::with_seed(seat.seed);
        let (journal, image) = Journal::open(&seat.dir, &mut rng).expect("a journal");
        let place = Place {
            local: false,
            team: String::new(),
        };
        let lists = Arc::new(Checklists::shipped().expect("whole"));
        let slot = Arc::new(Mutex::new(None));
        let (url, token) = (slack.url(), slack.bot_token());
        let own = Time(Arc::new(AtomicI64::new(time.micros())));
        let (hands, keep) = (own.clone(), slot.clone());
        let steady = own.clone();
        let clock = pace::Clock::hands(move || steady.both());
        let core = Core::start(Setup {
            journal,
            image,
            me: seat.me.clone(),
            config: config.clone(),
            workspace: place.clone(),
            lang: seat.lang,
            find: Box::new(move || {
                Ok(Door {
                    settings: Settings {
                        api_url: url.clone(),
                        // A walk through lists rests by the machine's clock: it never needs to.
                        budget_percent: 100_000,
                        clock: clock.clone(),
                        ..Settings::default()
                    },
                    token: Secret::new(token.clone()),
                    person: None,
                })
            }),
            timing: Timing::default(),
            clock: pace::Clock::hands(move || hands.both()),
            seed: seat.seed,
            checklists: Some(lists.clone()),
            publish: Box::new(move |snapshot| {
                *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
            }),
        })
        .expect("it starts");
        // The names of people come once it is connected.
        let end = std::time::Instant::now() + DEADLINE;
        let first = loop {
            core.wait_quiet(Duration::from_millis(20));
            let latest: Option<Arc<Snapshot>> =
                slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(known) = latest.filter(|s| !s.people.is_empty()) {
                break known;
            }
            assert!(std::time::Instant::now() < end, "never connected");
        };
        let (model, effects) = start(Start {
            snapshot: first,
            now: time.now(),
            size: (120, 35),
            lang: seat.lang,
            keymap: Arc::new(Keymap::shipped().expect("whole")),
            checklists: lists,
        });
        let (post, posts) = channel();
        let mut desk = Desk {
            name: seat.name,
            model,
            core,
            slot,
            posts,
            post,
            time: time.clone(),
            own,
            terminal: Terminal::new(),
            shown: None,
            pressed: 0,
            wishes: Vec::new(),
            papers: seat.dir.clone(),
            editor: None,
        };
        for effect in effects {
            desk.carry_out(effect);
        }
        desk.idle();
        desk
    }

    pub(super) fn take(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        let post = self.post.clone();
        let tell = move |msg| drop(post.send(msg));
        match asks::hand_over(effect, &self.model.snapshot, Some(&self.core), tell) {
            Ok(None) => {}
            Ok(Some(msg)) => self.take(*msg),
            Err(effect) => match *effect {
                // Nothing was seen before: a story begins with an empty history.
                Effect::Redraw | Effect::Notify(_) | Effect::Remind(_) => {}
                Effect::Drill(wish) => self.wishes.push(wish),
                Effect::PostMortem(incident) => self.sit_down(incident),
                Effect::Write(incident, sitting) => self.edit(incident, sitting),
                other => unreachable!("a story does nothing to its terminal: {other:?}"),
            },
        }
    }

    /// Until nothing of this console is on its way; then what came of it is taken.
    fn idle(&mut self) {
        self.own.0.store(self.time.micros(), Ordering::SeqCst);
        let (tell, told) = channel();
        let asked = self.core.ask(Ask::WhenIdle(Box::new(move || {
            tell.send(()).ok();
        })));
        assert!(asked, "the core runs");
        told.recv_timeout(DEADLINE).expect("it comes to rest");
        // As the console's own loop: answers into the hand, then the snapshot that shows them.
        let posts: Vec<Msg> = self.posts.try_iter().collect();
        let latest = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(snapshot) = latest {
            self.take(Msg::Snapshot(snapshot));
        }
        for msg in posts {
            self.take(msg);
        }
        self.take(Msg::Tick(self.time.now()));
    }

    fn paint(&mut self) {
        if self.shown == Some(self.model.generation) {
            return;
        }
        self.terminal.show(&self.model);
        let generation = self.model.generation;
        let lists = self.terminal.drawing.lists.clone();
        self.take(Msg::Painted { generation, lists });
        self.shown = Some(self.model.generation);
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.pressed += 1;
        self.model.now = self.time.now();
        self.take(Msg::Key(KeyEvent::new(code, modifiers)));
    }

    /// Keys by name, separated by spaces, each after the frame that the one before brought.
    pub fn keys(&mut self, keys: &str) {
        for name in keys.split(' ').filter(|name| !name.is_empty()) {
            self.paint();
            let chord = Chord::parse(name).expect("a key");
            let mut modifiers = KeyModifiers::NONE;
            modifiers.set(KeyModifiers::CONTROL, chord.ctrl);
            modifiers.set(KeyModifiers::ALT, chord.alt);
            self.key(chord.code, modifiers);
        }
        self.paint();
        self.idle();
        self.paint();
    }

    /// Letters as they are typed; a line break by Alt-Enter.
    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' => self.key(KeyCode::Enter, KeyModifiers::ALT),
                c => self.key(KeyCode::Char(c), KeyModifiers::NONE),
            }
        }
        self.paint();
    }

    /// Goes to each field with Tab, and types or chooses. People are given as `@handle`.
    #[track_caller]
    pub fn fill(&mut self, people: &BTreeMap<String, UserId>, fields: &[(&str, &str)]) {
        self.paint();
        for (name, value) in fields {
            let value = match value.strip_prefix('@').and_then(|h| people.get(h)) {
                Some(user) => user.as_str(),
                None => value,
            };
            let Some(form) = self.model.form() else {
                unreachable!("no form for {name}:\n{}", self.screen())
            };
            let Some(at) = form.fields.iter().position(|field| field.key == *name) else {
                let keys: Vec<&str> = form.fields.iter().map(|f| f.key).collect();
                unreachable!("no field {name} among {keys:?}")
            };
            while self.model.form().map(|form| form.at) != Some(Stop::Field(at)) {
                self.key(KeyCode::Tab, KeyModifiers::NONE);
            }
            let field = self.model.form().expect("a form").fields[at].clone();
            match &field.input {
                Input::Text(edit) | Input::Time(edit) => {
                    for _ in 0..edit.text().chars().count() {
                        self.key(KeyCode::Backspace, KeyModifiers::NONE);
                    }
                    self.write(value);
                    let now = self.model.form().expect("a form").fields[at].value();
                    assert_eq!(now, value, "{name}");
                }
                Input::Choice(choice) => {
                    // An entry or an item by its number, anything else by its value.
                    let is_it = |label: &str| {
                        let rest = label.strip_prefix(value);
                        rest.is_some_and(|rest| rest.starts_with([' ', '.']))
                    };
                    let mut options = choice.options.iter();
                    let row = options.position(|o| o.value == value || is_it(&o.label.en));
                    let Some(row) = row else {
                        let known: Vec<_> = choice.options.iter().map(|o| &o.value).collect();
                        unreachable!("{name} offers no {value:?}: {known:?}")
                    };
                    for _ in 0..=choice.options.len() {
                        self.key(KeyCode::Up, KeyModifiers::NONE);
                    }
                    for _ in 0..row {
                        self.key(KeyCode::Down, KeyModifiers::NONE);
                    }
                    let now = self.model.form().expect("a form").fields[at].value();
                    assert_eq!(now, choice.options[row].value, "{name}");
                }
                Input::Flag(on) => {
                    if *on != (value == "yes") {
                        self.key(KeyCode::Char(' '), KeyModifiers::NONE);
                    }
                }
            }
        }
        self.paint();
    }

    /// Sends the form, by the letter of its confirmation where it has one.
    #[track_caller]
    pub fn submit(&mut self) {
        self.paint();
        if let Some(form) = self.model.form() {
            let letter = form.confirm.map_or('s', |confirm| confirm.letter);
            self.key(KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
        self.idle();
        let asks = matches!(self.model.overlays.last(), Some(Overlay::Form(_)));
        assert!(!asks, "the form stays:\n{}", self.screen());
    }

    /// The form by these keys is refused, and left: what it said.
    #[track_caller]
    pub fn refused(&mut self, keys: &str) -> String {
        self.keys(keys);
        self.key(KeyCode::Char('s'), KeyModifiers::CONTROL);
        self.idle();
        let screen = self.screen();
        assert!(self.model.form().is_some(), "it was done:\n{screen}");
        self.keys("Esc");
        screen
    }

    /// What stands on its screen, at 120 by 35.
    pub fn screen(&mut self) -> String {
        self.screen_at(120, 35)
    }

    pub fn screen_at(&mut self, columns: u16, rows: u16) -> String {
        self.take(Msg::Resize(columns, rows));
        self.paint();
        self.terminal.text()
    }

    /// Whether all of its own is delivered, and what it knows of each incident.
    pub fn told(&self) -> (bool, Vec<(IncidentId, u64, Option<String>)>) {
        let looked = self.core.look(|engine, _| {
            let known = engine.incidents().into_iter().map(|incident| {
                let last = incident
                    .entries
                    .iter()
                    .filter_map(|e| e.position.as_ref())
                    .max();
                let last = last.map(|position| position.ts.to_string());
                (incident.id.clone(), incident.entries.len() as u64, last)
            });
            let mut known: Vec<_> = known.collect();
            known.sort();
            (engine.is_delivered(), known)
        });
        looked.expect("the core runs")
    }

    /// Whether a question stands in one of the slots of its screen.
    pub fn stands(&self, about: &Subject) -> bool {
        let mut asks = self.model.room.asks.iter().flatten();
        asks.any(|ask| ask == about)
    }

    /// A clock as it stands at this moment.
    pub fn timer(&self, what: &Clock) -> Option<Timer> {
        let mut timers = ask::timers(&self.model).into_iter();
        timers.find(|timer| timer.what == *what)
    }

    /// Goes to the timers, and down to one.
    #[track_caller]
    pub fn choose_timer(&mut self, what: &Clock) {
        let key = self.timer(what).expect("it runs").key;
        self.keys("9 Home");
        for _ in 0..ask::timers(&self.model).len() {
            if self.model.room.timers.selected == Some(RowId::Timer(key.clone())) {
                return;
            }
            self.keys("j");
        }
        unreachable!("no row is about {what:?}:\n{}", self.screen());
    }

    fn has_read(&self, (channel, ts): &(ChannelId, SlackTs)) -> bool {
        let (channel, ts) = (channel.clone(), ts.clone());
        let looked = self.core.look(move |engine, _| {
            let read = engine.image().messages.get(&channel);
            read.is_some_and(|all| all.contains_key(&ts))
        });
        looked.expect("the core runs")
    }

    /// Types into one field of the form that is open.
    #[track_caller]
    pub fn type_into(&mut self, field: &str, text: &str) {
        self.fill(&BTreeMap::new(), &[(field, text)]);
    }

    /// The name of the channel of the room on its screen.
    pub fn channel_name(&self) -> String {
        let id = self.model.room_id().expect("a room");
        let summary = self.model.summary(id).expect("known");
        summary.channel.clone().expect("it has one")
    }

    /// The incident of the room on its screen.
    pub fn here(&self) -> Arc<Incident> {
        self.incident(self.model.room_id().expect("a room"))
    }

    /// How many messages of its channel were read.
    pub fn read(&self) -> usize {
        let id = self.here().id.clone();
        let looked = self.core.look(move |engine, _| engine.talk(&id).len());
        looked.expect("the core runs")
    }

    pub fn incident(&self, id: &IncidentId) -> Arc<Incident> {
        let summary = self.model.summary(id).expect("known");
        summary.incident.clone()
    }

    /// Goes home, down the list to an incident, and opens it.
    #[track_caller]
    pub fn go_to(&mut self, id: &IncidentId) {
        while self.model.room_id().is_some() {
            self.keys("Esc");
        }
        self.keys("Home");
        let rows = self.model.snapshot.incidents.len();
        for _ in 0..rows {
            self.keys("Enter");
            if self.model.room_id() == Some(id) {
                return;
            }
            self.keys("Esc j");
        }
        unreachable!("it is in no row:\n{}", self.screen());
    }

    /// What is not delivered.
    pub fn waits(&self) -> Vec<String> {
        let outbox = self.model.snapshot.outbox.iter();
        outbox
            .map(|line| format!("{:?}: {:?}", line.what, line.state))
            .collect()
    }

    /// As `matoi show --json` prints it here.
    pub fn show(&self, id: &IncidentId) -> Value {
        let (id, snapshot) = (id.clone(), self.model.snapshot.clone());
        let shown = self.core.look(move |engine, now| {
            let with = (&Link::Live, &*snapshot.config);
            matoi::cli::shown(engine, &id, &snapshot.people, with, now)
        });
        shown.expect("the core runs")
    }
}
