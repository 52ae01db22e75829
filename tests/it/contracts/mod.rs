//! The embedded workspace against Slack's contract.

mod behaviour;
mod host;
