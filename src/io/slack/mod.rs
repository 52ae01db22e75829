//! The one client, for Slack and for the embedded workspace alike.

mod calls;
mod carry;
mod client;
mod endpoint;
mod walk;

pub use calls::{HistoryQuery, Post, RepliesQuery, Settled};
pub use carry::Carrier;
pub use client::{Client, Heard, Settings};
pub use walk::Walk;
