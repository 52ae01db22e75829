//! The embedded workspace against Slack's contract.

mod behaviour;
mod codes;
mod errors;
mod faults;
mod history;
mod host;
mod http;
mod kinds;
mod shapes;
mod themes;
mod world;
