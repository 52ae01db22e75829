//! A workspace where something is wrong with almost everything, and a short way to speak of it.

use matoi::domain::ids::SlackTs;
use matoi::workspace::answer::{Answer, fields};
use matoi::workspace::args::Args;
use matoi::workspace::model::{Micros, SECOND};
use matoi::workspace::seed::Seed;
use matoi::workspace::state::{State, hashed_id};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const SEED: &str = include_str!("../../fixtures/workspace/odd.toml");
pub const START: Micros = 1_760_000_000 * SECOND;

/// In arguments `#name` is a channel's id, `@handle` a person's, `%name` a noted message's ts.
#[derive(Clone)]
pub struct World {
    pub state: State,
    pub now: Micros,
    noted: BTreeMap<String, String>,
}

impl World {
    pub fn new() -> World {
        let state = Seed::parse(SEED)
            .and_then(|seed| seed.plant(START, &mut fastrand::Rng::with_seed(5)))
            .expect("the seed is valid");
        let mut world = World {
            state,
            now: START,
            noted: BTreeMap::new(),
        };
        world.furnish();
        world
    }

    fn furnish(&mut self) {
        for (note, by, channel) in [
            ("bot", "matoi", "#dev"),
            ("human", "sato", "#dev"),
            ("pinned", "matoi", "#dev"),
            ("parent", "matoi", "#dev"),
            ("locked", "matoi", "#dev"),
            ("orphaned", "matoi", "#dev"),
            ("secret", "sato", "#secret"),
            ("moving", "matoi", "#migrating"),
            ("limited", "sato", "#limited"),
        ] {
            let answer = self.ok(
                by,
                "chat.postMessage",
                json!({ "channel": channel, "text": note }),
            );
            self.note(note, &answer, "/ts");
        }
        for parent in ["parent", "locked", "orphaned"] {
            let args =
                json!({ "channel": "#dev", "text": "答え", "thread_ts": format!("%{parent}") });
            let answer = self.ok("matoi", "chat.postMessage", args);
            self.note(&format!("reply_{parent}"), &answer, "/ts");
        }
        let rich = json!([{ "type": "rich_text", "elements": [] }]);
        let args = json!({ "channel": "#dev", "text": "rich", "blocks": rich });
        let answer = self.ok("matoi", "chat.postMessage", args);
        self.note("rich", &answer, "/ts");
        self.ok(
            "matoi",
            "conversations.setTopic",
            json!({ "channel": "#dev", "topic": "t" }),
        );
        let history = self.ok(
            "matoi",
            "conversations.history",
            json!({ "channel": "#dev", "limit": 1 }),
        );
        self.note("system", &history, "/messages/0/ts");
        self.ok(
            "matoi",
            "pins.add",
            json!({ "channel": "#dev", "timestamp": "%pinned" }),
        );
        self.ok(
            "matoi",
            "reactions.add",
            json!({ "channel": "#dev", "timestamp": "%bot", "name": "eyes" }),
        );
        self.ok(
            "matoi",
            "chat.delete",
            json!({ "channel": "#dev", "ts": "%orphaned" }),
        );
        let (dev, locked) = (self.id("#dev"), self.ts("locked"));
        self.state
            .edit_message(&dev, &locked, |message| message.locked = true);
        for channel in ["#old", "#old_private"] {
            self.ok(
                "matoi",
                "conversations.archive",
                json!({ "channel": channel }),
            );
        }
        self.state.edit_channel(&hashed_id("C", "old"), |old| {
            old.members.insert(hashed_id("U", "matoi"));
        });
    }

    fn note(&mut self, name: &str, answer: &Answer, pointer: &str) {
        let ts = at(answer, pointer).as_str().expect("a ts").to_owned();
        self.noted.insert(name.to_owned(), ts);
    }

    pub fn ts(&self, name: &str) -> SlackTs {
        SlackTs::parse(&self.noted[name]).expect("a ts was noted")
    }

    /// What `#name`, `@handle` or `%name` stands for; anything else is itself.
    pub fn id(&self, word: &str) -> String {
        let found = match word.split_at_checked(1) {
            Some(("#", name)) => self
                .state
                .channel_named(name)
                .map(|room| room.channel.id.clone()),
            Some(("@", handle)) => self
                .state
                .users()
                .find(|user| user.handle == handle)
                .map(|user| user.id.clone()),
            Some(("%", name)) => self.noted.get(name).cloned(),
            _ => None,
        };
        found.unwrap_or_else(|| word.to_owned())
    }

    pub fn args(&self, args: &Value) -> Args {
        let mut map = fields(args.clone());
        for value in map.values_mut() {
            if let Value::String(text) = value {
                let words: Vec<String> = text.split(',').map(|word| self.id(word)).collect();
                *text = words.join(",");
            }
        }
        Args::new(map)
    }

    pub fn secret(&self, name: &str) -> String {
        self.state
            .tokens()
            .find(|token| token.name == name)
            .map(|token| token.secret.clone())
            .expect("a token of that name")
    }

    /// A call a second later than the last, by the owner of a token's name.
    pub fn call(&mut self, by: &str, method: &str, args: Value) -> Answer {
        self.now += SECOND;
        let args = self.args(&args);
        let secret = self.secret(by);
        self.state.call(Some(&secret), method, &args, self.now)
    }

    pub fn ok(&mut self, by: &str, method: &str, args: Value) -> Answer {
        let answer = self.call(by, method, args);
        assert!(answer.ok(), "{method}: {}", answer.to_json());
        answer
    }
}

/// A part of an answer; null when there is none.
pub fn at(answer: &Answer, pointer: &str) -> Value {
    Value::Object(answer.body.clone())
        .pointer(pointer)
        .cloned()
        .unwrap_or_default()
}
