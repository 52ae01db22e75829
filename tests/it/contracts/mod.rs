//! The embedded workspace against Slack's contract.

mod behaviour;
mod errors;
mod faults;
mod history;
mod host;
mod http;
mod shapes;
mod world;
