//! What the organisation's configuration and directory say, for acts that the engine does on behalf
//! of people in Slack. The fold never asks: whatever an answer means is written into the event.

use super::decide::{Command, LevelPlan, Outlets};
use super::event::Named;
use super::ids::UserId;
use super::incident::Incident;
use super::problem::Problem;
use super::record::remind::Reminder;
use super::words::Lang;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// When something is asked in the channel, and how people mark a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Between two times of asking who commands, and at which level, from the declaration on.
    pub ask_commander_minutes: u32,
    pub ask_level_minutes: u32,
    /// How often each of the two is asked; 0: never.
    pub ask_times: u32,
    /// The situation is asked for once, so long after a declaration that did not tell it.
    pub ask_situation_seconds: u32,
    /// Chat or a call, so long after somebody took command; 0: never.
    pub ask_meeting_minutes: u32,
    /// What is left, so long after recovery; 0: never.
    pub ask_left_minutes: u32,
    /// Minutes until what somebody takes on, parks or misses is asked about.
    pub task_minutes: u32,
    /// Minutes for which an offer of command stands.
    pub offer_minutes: u32,
    /// Minutes for which a recovery that somebody claims has to hold.
    pub hold_minutes: u32,
    /// Minutes between two calls of somebody who does not answer; 0: nobody is called again.
    pub call_again_minutes: u32,
    /// So many calls, and the next one of the list is called.
    pub calls: u32,
    /// A reaction by this name puts a message into the timeline; empty: none does.
    pub mark: String,
    /// One by this name does so, and marks it as evidence.
    pub evidence: String,
    /// One by this name makes a parked question of it.
    pub question: String,
    /// The channel where action items of archived incidents are named; empty: none.
    pub remind: String,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits {
            ask_commander_minutes: 2,
            ask_level_minutes: 5,
            ask_times: 5,
            ask_situation_seconds: 30,
            ask_meeting_minutes: 0,
            ask_left_minutes: 0,
            task_minutes: 10,
            offer_minutes: 5,
            hold_minutes: 10,
            call_again_minutes: 5,
            calls: 2,
            mark: "pushpin".to_owned(),
            evidence: "paperclip".to_owned(),
            question: "parking".to_owned(),
            remind: String::new(),
        }
    }
}

/// Resolves what people name.
pub trait Desk: Send + Sync {
    fn habits(&self) -> &Habits;

    /// # Errors
    /// No such level: the configured ones are named.
    fn level(&self, incident: &Incident, text: &str) -> Result<LevelPlan, Problem>;

    /// Worst first.
    fn levels(&self, lang: Lang) -> Vec<Named>;

    /// # Errors
    /// No such temperature: the configured ones are named.
    fn temperature(&self, incident: &Incident, text: &str) -> Result<Named, Problem>;

    /// # Errors
    /// Nobody fits, or several people do.
    fn person(&self, text: &str) -> Result<UserId, Problem>;

    /// Who is called for a service, in this order: primary, secondary, manager.
    fn escalation(&self, service: &str) -> Vec<UserId>;

    /// Whether this is a program, as far as is known.
    fn is_program(&self, user: &UserId) -> bool;

    /// A time as somebody wrote it at `at`, in the organisation's zone.
    ///
    /// # Errors
    /// It is no time.
    fn time(&self, text: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Problem>;

    /// `10:05`, in the organisation's zone.
    fn clock(&self, at: DateTime<Utc>) -> String;

    /// Minutes between the timekeeper's calls when it is started at the incident's level.
    fn timekeeper(&self, incident: &Incident) -> u32;

    /// What people are to be reminded of in the incident's channel. `last` is when each of them
    /// wrote there last.
    fn reminders(
        &self,
        _incident: &Incident,
        _last: &BTreeMap<UserId, DateTime<Utc>>,
        _now: DateTime<Utc>,
    ) -> Vec<Reminder> {
        Vec::new()
    }

    /// Action items that came due where the incident's channel takes nothing any more.
    fn reminder_elsewhere(&self, _incident: &Incident, _now: DateTime<Utc>) -> Option<Reminder> {
        None
    }

    fn outlets(
        &self,
        incident: &Incident,
        private: bool,
        drill: bool,
        command: &Command,
    ) -> Outlets;
}
