//! A workspace in this process, and data directories on it in which the program is run.

use matoi::domain::decide::{Command as Act, Outlets};
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::secret::Secret;
use matoi::domain::settings::Config;
use matoi::domain::sync::{Order, Timing};
use matoi::domain::words::Lang;
use matoi::io::core::{Core, Setup, seed};
use matoi::io::net::Door;
use matoi::io::pace::Clock;
use matoi::io::slack::Settings;
use matoi::io::store::Journal;
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// However busy the machine is; nothing here takes a tenth of it.
const DEADLINE: Duration = Duration::from_secs(90);

pub fn exe() -> &'static str {
    env!("CARGO_BIN_EXE_matoi")
}

pub fn workspace() -> Handle {
    let opened = Workspace::open(Options::for_tests()).expect("it opens");
    opened.start().expect("it starts")
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        let read = serde_json::from_str(&self.out);
        assert!(read.is_ok(), "{self:?}");
        read.unwrap_or_default()
    }

    #[track_caller]
    pub fn ok(self) -> Ran {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// A data directory with a configuration, somebody at it, and how it reaches the workspace.
pub struct Console {
    pub dir: tempfile::TempDir,
    pub env: Vec<(String, String)>,
}

impl Console {
    /// On a workspace, as `user`, in English, with what `config` adds to short waits.
    pub fn on(slack: &Handle, user: &str, config: &str) -> Console {
        let mut console = Console::local(user, config);
        console.set("MATOI_SLACK_TOKEN", &slack.bot_token());
        console.set("MATOI_SLACK_API_URL", &slack.url());
        console
    }

    /// On the embedded workspace.
    pub fn local(user: &str, config: &str) -> Console {
        let dir = tempfile::tempdir().expect("a directory");
        let text = format!(
            "user = \"{user}\"\n[slack]\nread_lag_seconds = 1\npoll_seconds = 1\nidle_poll_seconds = 1\n{config}"
        );
        std::fs::write(dir.path().join("config.toml"), text).expect("written");
        let mut console = Console {
            dir,
            env: Vec::new(),
        };
        console.set("MATOI_LANG", "en");
        console
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.env.retain(|(known, _)| known != key);
        self.env.push((key.to_owned(), value.to_owned()));
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(exe());
        command.args(args);
        self.dress(&mut command);
        command
    }

    /// Gives a command this console's environment and nothing else's.
    pub fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("MATOI_DATA_DIR", self.data())
            .env("MATOI_CONFIG", self.dir.path().join("config.toml"))
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null());
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        finish(self.command(args))
    }

    /// A run that must succeed, with its JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        self.run(&args).ok().json()
    }

    /// Declares a plain incident; its state.
    #[track_caller]
    pub fn declare(&self, title: &str) -> Value {
        self.json(&["declare", "--service", "other", "--title", title])
    }

    /// A `matoi sync` that runs until it is dropped.
    pub fn sync(&self) -> Running {
        let mut command = self.command(&["sync"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().expect("it runs"))
    }
}

/// Ends a process by its id when the test does.
pub struct Running(pub Child);

impl Running {
    pub fn kill(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Runs a command to its end, within the deadline.
pub fn finish(mut command: Command) -> Ran {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let drain = |mut from: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).expect("readable");
            String::from_utf8(bytes).expect("UTF-8")
        })
    };
    let out = drain(Box::new(child.stdout.take().expect("piped")));
    let err = drain(Box::new(child.stderr.take().expect("piped")));
    let (tell, told) = std::sync::mpsc::channel();
    let pid = child.id().to_string();
    std::thread::spawn(move || tell.send(child.wait()));
    let Ok(status) = told.recv_timeout(DEADLINE) else {
        Command::new("kill").args(["-9", &pid]).status().ok();
        unreachable!("never ends: {command:?}");
    };
    Ran {
        // None for one that was killed.
        code: status.expect("it can be waited for").code().unwrap_or(-1),
        out: out.join().expect("drained"),
        err: err.join().expect("drained"),
    }
}

/// Looks again after each call that the workspace meets, until it is so; a test that would wait for
/// ever fails instead.
#[track_caller]
pub fn until_met(slack: &Handle, what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        let met = slack.calls_met();
        if is_so() {
            return;
        }
        assert!(Instant::now() < end, "never: {what}");
        // What a console does with an answer comes after the call.
        slack.wait_call(met, Duration::from_millis(250));
    }
}

/// As [`until_met`], where looking is itself a run of the program, which takes its time.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
    }
}

/// A core of a console's directory in this process, on a workspace.
pub fn core(console: &Console, slack: &Handle, by: &str, timing: Timing) -> Core {
    let (url, token) = (slack.url(), slack.bot_token());
    core_at(&console.data(), url, token, by, timing)
}

/// Questions that the program asks would be events of their own.
pub const UNASKED: &str = "[timers]\nask_times = 0\nask_situation_seconds = 0\n";

/// In percent of Slack's rates: as good as no limit.
const FREE: u32 = 100_000;

/// A core of a data directory in this process.
pub fn core_at(dir: &Path, url: String, token: String, by: &str, timing: Timing) -> Core {
    let (journal, image) = Journal::open(dir, &mut fastrand::Rng::new()).expect("it opens");
    let started = Core::start(Setup {
        checklists: None,
        journal,
        image,
        me: UserId::new(by),
        config: Arc::new(Config::default()),
        workspace: matoi::app::snapshot::Workspace {
            local: false,
            team: String::new(),
        },
        lang: Lang::En,
        find: Box::new(move || {
            Ok(Door {
                settings: Settings {
                    api_url: url.clone(),
                    timeout: Duration::from_secs(2),
                    budget_percent: FREE,
                    ..Settings::default()
                },
                token: Secret::new(token.clone()),
                person: None,
            })
        }),
        timing,
        clock: Clock::Machine,
        seed: seed(),
        publish: Box::new(|_| {}),
    });
    started.expect("it starts")
}

/// Short waits: what takes Slack seconds takes the workspace in this process none.
pub fn quick() -> Timing {
    Timing {
        read_lag: Duration::from_millis(300),
        poll: Duration::from_millis(100),
        poll_idle: Duration::from_millis(500),
        discover: Duration::from_millis(200),
        post: Duration::from_millis(10),
        // Faster than the limits count; this workspace has none.
        budget_percent: FREE,
        ..Timing::default()
    }
}

/// Saves one act of somebody's.
pub fn act(core: &Core, incident: &str, by: &str, command: Act) {
    let order = Order {
        command,
        by: UserId::new(by),
        outlets: Outlets::default(),
        via: None,
    };
    core.act(Some(IncidentId::new(incident)), order)
        .expect("it is saved");
}

/// Who declared an incident, by its state.
pub fn declarer(state: &Value) -> String {
    let by = state["timeline"][0]["by"].as_str();
    by.expect("somebody").to_owned()
}

/// The messages of a channel, oldest first, as a person with a token reads them.
pub fn messages(slack: &Handle, channel: &str) -> Vec<Value> {
    let token = slack.token_of("sato").expect("a person");
    let mut all: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let args = json!({"channel": channel, "limit": 200, "cursor": cursor,
            "include_all_metadata": true});
        let answer = Value::Object(slack.call(&token, "conversations.history", args).body);
        assert_eq!(answer["ok"], true, "{answer}");
        all.extend(
            answer["messages"]
                .as_array()
                .expect("a page")
                .iter()
                .cloned(),
        );
        match answer["response_metadata"]["next_cursor"].as_str() {
            Some(next) if !next.is_empty() => cursor = next.to_owned(),
            _ => break,
        }
    }
    all.reverse();
    all
}

/// What people read there: markup decoded as far as these tests need.
pub fn texts(slack: &Handle, channel: &str) -> Vec<String> {
    let messages = messages(slack, channel);
    let text = |message: &Value| message["text"].as_str().unwrap_or("").to_owned();
    messages.iter().map(text).collect()
}

/// How often something was said in a channel of that name.
pub fn heard(slack: &Handle, channel: &str, word: &str) -> usize {
    let id = slack.with_state(|state| {
        let room = state.channel_named(channel).expect("it exists");
        room.channel.id.clone()
    });
    let said = texts(slack, &id);
    said.iter().filter(|text| text.contains(word)).count()
}

pub fn channel(state: &Value) -> String {
    state["channel"]["id"]
        .as_str()
        .expect("it has a channel")
        .to_owned()
}

pub fn id(state: &Value) -> String {
    state["id"].as_str().expect("it has an id").to_owned()
}

/// Ids of all events in a channel, as often as they are there.
pub fn events(slack: &Handle, channel: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for message in messages(slack, channel) {
        if message["metadata"]["event_type"] == "matoi_events" {
            let text = message["metadata"]["event_payload"]["events"].as_str();
            let events: Value = serde_json::from_str(text.expect("a string")).expect("JSON");
            for event in events.as_array().expect("a list") {
                ids.push(event["id"].as_str().expect("an id").to_owned());
            }
        }
    }
    ids
}

/// The state that consoles agree on.
pub fn shared(mut state: Value) -> Value {
    let fields = state.as_object_mut().expect("an object");
    for local in ["outbox", "link"] {
        fields.remove(local);
    }
    for entry in fields["timeline"].as_array_mut().expect("a list") {
        entry
            .as_object_mut()
            .expect("an object")
            .remove("recorded_at");
    }
    state
}

/// Every file below a directory with its content.
pub fn files(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}
