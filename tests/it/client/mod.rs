//! The Slack client against a server that misbehaves.

mod calls;
mod recorded;
mod rig;
mod transport;
mod workspace;

use matoi::domain::secret::Secret;
use matoi::io::slack::{Client, Settings};
use std::time::Duration;

pub const CANARY: &str = "xoxb-1-CANARY-2";

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

pub fn client(url: &str) -> Client {
    let settings = Settings {
        api_url: url.to_owned(),
        max_body: 20_000,
        timeout: Duration::from_secs(30),
        ..Settings::default()
    };
    Client::new(&settings, &Secret::new(CANARY)).expect("loopback is allowed")
}
