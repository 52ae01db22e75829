//! A workspace with channels full of messages.

use crate::{CHANNEL, Outcome};
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};

pub struct Served {
    pub handle: Handle,
    pub channels: Vec<String>,
}

/// `count` messages of the length that people write, in as few channels as hold them.
pub fn start(count: usize) -> Outcome<Served> {
    let handle = Workspace::open(Options::for_tests())?.start()?;
    let token = handle.bot_token();
    let mut channels = Vec::new();
    for n in 0..count.div_ceil(CHANNEL) {
        let args = json!({ "name": format!("bench-{n}") });
        let made = handle.call(&token, "conversations.create", args);
        let id = made.body.get("channel").and_then(|c| c["id"].as_str());
        let id = id.ok_or("no channel was made")?.to_owned();
        for message in 0..CHANNEL.min(count - n * CHANNEL) {
            let text =
                format!("{message}: 決済の失敗率は 2.3 % まで下がりました <https://example.com>");
            let args = json!({ "channel": id, "text": text });
            if !handle.call(&token, "chat.postMessage", args).ok() {
                return Err("a message was refused".into());
            }
        }
        channels.push(id);
    }
    Ok(Served { handle, channels })
}

impl Served {
    /// How to reach it, as JSON.
    pub fn endpoint(&self) -> Value {
        json!({
            "url": self.handle.url(),
            "token": self.handle.bot_token(),
            "channels": self.channels,
        })
    }
}
