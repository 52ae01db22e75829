//! The program itself: subcommands, several consoles on one workspace, crashes, faults, bad input.

mod archive;
mod audiences;
mod bad;
mod crash;
mod declaring;
mod faults;
mod hanging;
mod history;
mod kills;
mod kinds;
mod learnt;
mod local;
mod outage;
mod outbox;
mod restrict;
pub mod rig;
mod secret;
mod two;
mod verbs;
