//! The program without a terminal and without a network: what is shown, what keys mean, what an
//! act needs before it can be decided.
//!
//! | file | what it is for |
//! |---|---|
//! | [`snapshot`] | what the core publishes |
//! | [`model`], [`msg`], [`effect`] | what is shown, what happens to it, what it asks of the world |
//! | [`action`], [`keymap`] | every action once, and the keys they have |
//! | [`form`], [`edit`] | what takes text and choices |
//! | [`resolve`], [`clock`], [`desk`] | from what somebody names to what a command carries |
//! | [`undo`] | what was done last, and how it goes back |
//! | [`update`], [`availability`], [`ask`] | what a message does, what can be done, what is asked |
//! | [`view`], [`strings`] | what the screens say |
//! | [`briefing`], [`catchup`], [`calls`] | the incident for whoever just joined, or looked away; whom to call with everything down |
//! | [`metrics`] | what many incidents say: a table, JSON, CSV, the screen's state |
//! | [`replay`] | an incident played back, with the state as it was |
//! | [`history`] | what the history's index holds of an incident, what a search found, its screen |
//! | [`doctor`] | from what was found out about a set-up to what is wrong with it |
//! | [`fuzzy`] | finding by a few letters |

pub mod action;
pub mod ask;
pub mod availability;
pub mod briefing;
pub mod calls;
pub mod catchup;
pub mod clock;
pub mod deeds;
pub mod desk;
pub mod doctor;
pub mod drill;
pub mod edit;
pub mod effect;
pub mod export;
pub mod form;
pub mod fuzzy;
pub mod history;
pub mod keymap;
pub mod metrics;
pub mod model;
pub mod msg;
pub mod postmortem;
pub mod replay;
pub mod resolve;
pub mod show;
pub mod snapshot;
pub mod strings;
pub mod template;
pub mod undo;
pub mod update;
pub mod view;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
