//! The configuration and the directory as the engine asks them.

use super::clock;
use super::resolve::{self, People, Reach};
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Command, LevelPlan, Outlets};
use crate::domain::desk::{Desk, Habits};
use crate::domain::event::Named;
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::record::remind::{self, Reminder};
use crate::domain::settings::Config;
use crate::domain::watch::Rules;
use crate::domain::words::Lang;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct Configured {
    config: Arc<Config>,
    lists: Arc<Checklists>,
    people: Arc<People>,
    habits: Habits,
}

impl Configured {
    pub fn new(config: Arc<Config>, lists: Arc<Checklists>, people: Arc<People>) -> Configured {
        let timers = &config.timers;
        let habits = Habits {
            ask_commander_minutes: timers.ask_commander_minutes,
            ask_level_minutes: timers.ask_level_minutes,
            ask_times: timers.ask_times,
            ask_situation_seconds: timers.ask_situation_seconds,
            ask_meeting_minutes: timers.ask_meeting_minutes,
            ask_left_minutes: timers.ask_left_minutes,
            task_minutes: timers.task_minutes,
            offer_minutes: timers.offer_minutes,
            hold_minutes: timers.recovery_hold_minutes,
            call_again_minutes: timers.call_again_minutes,
            calls: timers.calls,
            mark: config.channel.mark.trim_matches(':').to_owned(),
            evidence: config.channel.evidence_mark.trim_matches(':').to_owned(),
            question: config.channel.question_mark.trim_matches(':').to_owned(),
            remind: config.remind.channel.clone(),
        };
        Configured {
            config,
            lists,
            people,
            habits,
        }
    }

    fn by_rules<T>(&self, judge: impl FnOnce(&Rules<'_>) -> T) -> T {
        let zone = self.config.time_zone;
        judge(&Rules {
            config: &self.config,
            offset: &|at| clock::offset(zone, at).local_minus_utc(),
        })
    }
}

impl Desk for Configured {
    fn habits(&self) -> &Habits {
        &self.habits
    }

    fn level(&self, incident: &Incident, text: &str) -> Result<LevelPlan, Problem> {
        resolve::level(&self.config, &self.lists, incident, text)
    }

    fn levels(&self, lang: Lang) -> Vec<Named> {
        let levels = self.config.levels.iter().map(|level| Named {
            id: level.id.clone(),
            name: level.name.get(lang).to_owned(),
        });
        levels.collect()
    }

    fn temperature(&self, incident: &Incident, text: &str) -> Result<Named, Problem> {
        resolve::temperature(&self.config, text, incident.lang)
    }

    fn person(&self, text: &str) -> Result<UserId, Problem> {
        resolve::person(&self.people, text)
    }

    fn escalation(&self, service: &str) -> Vec<UserId> {
        resolve::escalation(&self.config, &self.people, service)
    }

    fn is_program(&self, user: &UserId) -> bool {
        self.people.get(user).is_some_and(|person| person.bot)
    }

    fn time(&self, text: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        clock::parse(text, at, self.config.time_zone)
    }

    fn clock(&self, at: DateTime<Utc>) -> String {
        clock::hhmm(self.config.time_zone, at)
    }

    fn timekeeper(&self, incident: &Incident) -> u32 {
        let level = incident
            .level
            .as_ref()
            .and_then(|l| self.config.level(&l.id));
        let own = level.map_or(0, |level| level.timekeeper_minutes);
        [own, self.config.timekeeper.minutes]
            .into_iter()
            .find(|minutes| *minutes > 0)
            .unwrap_or(15)
    }

    fn reminders(
        &self,
        incident: &Incident,
        last: &BTreeMap<UserId, DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Vec<Reminder> {
        self.by_rules(|rules| remind::reminders(incident, rules, last, now))
    }

    fn reminder_elsewhere(&self, incident: &Incident, now: DateTime<Utc>) -> Option<Reminder> {
        self.by_rules(|rules| remind::elsewhere(incident, rules, now))
    }

    fn outlets(
        &self,
        incident: &Incident,
        private: bool,
        drill: bool,
        command: &Command,
    ) -> Outlets {
        let reach = Reach::of(incident, private, drill);
        resolve::outlets(&self.config, &self.people, &reach, command)
    }
}
