//! matoi: a full-screen terminal console from which an incident commander runs the response.
//!
//! Slack is where everybody else is. Every act is an event in a local journal; the incident's
//! channel is the shared record; a durable outbox carries events there and a poller brings back
//! what people did. With no Slack configured the same program runs on its own workspace.
//!
//! # The map, in reading order
//!
//! | part | what it is for | what it deliberately lacks |
//! |---|---|---|
//! | [`domain`] | words and rules: events, commands, decide, fold, the sync engine's step | I/O, a clock, a terminal, Slack's HTTP |
//! | [`wire`] | what Slack's Web API looks like from outside: methods, tiers, error codes, objects | behaviour |
//! | [`app`] | the program without terminal and network: model, update, actions, keymap, strings | drawing, waiting |
//! | [`ui`] | draws the model into a frame | writing anything, importing `io` |
//! | [`io`] | everything that can wait or fail: journal, Slack client, terminal, configuration, files | drawing, importing `ui` |
//! | [`workspace`] | the embedded Slack-compatible server | anything of the incident's domain but the text types |
//! | [`drill`] | drills: scenario, the drill as a function of seed, clock and what players did, scripted people, score, debrief | I/O, a clock, a screen |
//! | [`stage`] | plays a drill into a workspace: the director, the scripted people over HTTP | drawing, importing `workspace` |
//! | [`sample`] | made-up journals, for measuring | people |
//! | [`cli`] | one file a subcommand; wires the others | rules |
//!
//! Within `domain`, an incident is read in this order: `event` and its kinds (`work` for what command
//! deals out, `learn` for what the record gains afterwards), `incident` (the fold), `decide`; then what is
//! made of it: `timer`, `prompt`, `gate`, `record` (the story, its holes, the summary, when a post-mortem is
//! due, reminders), `metrics`, `history` (search and likeness), `bundle` (a history on its way).
//!
//! `tests/tidy.rs` keeps the table true.

pub mod app;
pub mod cli;
pub mod domain;
pub mod drill;
pub mod io;
pub mod sample;
pub mod stage;
pub mod ui;
pub mod wire;
pub mod workspace;
