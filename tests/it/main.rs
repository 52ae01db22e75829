//! One test binary, because linking is the cost.

mod bundle;
mod care;
mod client;
mod config;
mod contracts;
mod drills;
mod exports;
mod fold;
mod golden;
mod history;
mod lines;
mod listen;
mod metrics;
mod outlets;
mod paced;
mod peers;
mod replay;
mod sample;
mod screens;
mod scrub;
mod sim;
mod stories;
#[cfg(target_os = "linux")]
mod terminal;
mod tidy;
