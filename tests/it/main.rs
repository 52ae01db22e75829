//! One test binary, because linking is the cost.

mod client;
mod config;
mod contracts;
mod screens;
mod sim;
mod stories;
#[cfg(target_os = "linux")]
mod terminal;
mod tidy;
