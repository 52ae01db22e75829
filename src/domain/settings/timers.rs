//! When the deputy asks, reminds and counts down.

use serde::{Deserialize, Serialize};

/// Where nothing else is said, 0 turns a clock off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timers {
    pub ask_commander_minutes: u32,
    pub ask_level_minutes: u32,
    /// How often each of the two is asked in the channel; 0: not there.
    pub ask_times: u32,
    /// After a declaration without a situation; 0: not asked for in the channel.
    pub ask_situation_seconds: u32,
    /// From when somebody commands: chat or a call; 0: not asked in the channel.
    pub ask_meeting_minutes: u32,
    /// From recovery: what is left; 0: not asked in the channel.
    pub ask_left_minutes: u32,
    pub commander_silent_minutes: u32,
    pub present_minutes: u32,
    /// Between two calls of somebody who does not answer; 0: nobody is called again.
    pub call_again_minutes: u32,
    /// So many calls, and the next one of the list is called.
    pub calls: u32,
    pub ask_scribe_minutes: u32,
    /// As many people as make a scribe worth a person.
    pub ask_scribe_people: u32,
    pub first_report_minutes: u32,
    pub executives_minutes: u32,
    pub customers_minutes: u32,
    /// The same once `customers_first_hours` are over.
    pub customers_later_minutes: u32,
    pub customers_first_hours: u32,
    pub task_minutes: u32,
    pub roll_call_minutes: u32,
    pub objection_minutes: u32,
    pub recovery_hold_minutes: u32,
    /// Of a hand-over that nobody accepts.
    pub offer_minutes: u32,
    pub unresolved_hours: u32,
    pub unresolved_again_days: u32,
    pub silent_channel_days: u32,
    pub silent_channel_again_days: u32,
    /// Of the `post_mortem_levels` worst levels.
    pub post_mortem_days: u32,
    pub post_mortem_levels: u32,
    pub post_mortem_working_days: u32,
    /// Hours of the day between which people are reminded of what can wait; from Monday to Friday.
    pub work_begins: u32,
    pub work_ends: u32,
    /// As many as one lead can lead.
    pub span_of_control: u32,
    pub role_hours: u32,
    pub command_hours: u32,
    /// How long a prompt or a timer that is put off keeps quiet.
    pub snooze_minutes: u32,
}

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            ask_commander_minutes: 2,
            ask_level_minutes: 5,
            ask_times: 5,
            ask_situation_seconds: 30,
            ask_meeting_minutes: 3,
            ask_left_minutes: 1,
            commander_silent_minutes: 5,
            present_minutes: 15,
            call_again_minutes: 5,
            calls: 2,
            ask_scribe_minutes: 5,
            ask_scribe_people: 5,
            first_report_minutes: 10,
            executives_minutes: 30,
            customers_minutes: 30,
            customers_later_minutes: 60,
            customers_first_hours: 2,
            task_minutes: 10,
            roll_call_minutes: 30,
            objection_minutes: 2,
            recovery_hold_minutes: 10,
            offer_minutes: 5,
            unresolved_hours: 24,
            unresolved_again_days: 7,
            silent_channel_days: 7,
            silent_channel_again_days: 30,
            post_mortem_days: 3,
            post_mortem_levels: 2,
            post_mortem_working_days: 5,
            work_begins: 9,
            work_ends: 18,
            span_of_control: 7,
            role_hours: 2,
            command_hours: 4,
            snooze_minutes: 10,
        }
    }
}

const DAY: u32 = 24 * 60;

impl Timers {
    /// Each number by its key, with the least and the most that make sense.
    pub(super) fn ranges(&self) -> [(&'static str, u32, u32, u32); 35] {
        [
            ("ask_commander_minutes", self.ask_commander_minutes, 1, DAY),
            ("ask_level_minutes", self.ask_level_minutes, 1, DAY),
            ("ask_times", self.ask_times, 0, 20),
            ("ask_situation_seconds", self.ask_situation_seconds, 0, 3600),
            ("ask_meeting_minutes", self.ask_meeting_minutes, 0, DAY),
            ("ask_left_minutes", self.ask_left_minutes, 0, DAY),
            (
                "commander_silent_minutes",
                self.commander_silent_minutes,
                1,
                DAY,
            ),
            ("present_minutes", self.present_minutes, 1, DAY),
            ("call_again_minutes", self.call_again_minutes, 0, DAY),
            ("calls", self.calls, 1, 20),
            ("ask_scribe_minutes", self.ask_scribe_minutes, 0, DAY),
            ("ask_scribe_people", self.ask_scribe_people, 2, 100),
            ("first_report_minutes", self.first_report_minutes, 0, DAY),
            ("executives_minutes", self.executives_minutes, 0, DAY),
            ("customers_minutes", self.customers_minutes, 0, DAY),
            (
                "customers_later_minutes",
                self.customers_later_minutes,
                0,
                DAY,
            ),
            ("customers_first_hours", self.customers_first_hours, 0, 48),
            ("task_minutes", self.task_minutes, 0, DAY),
            ("roll_call_minutes", self.roll_call_minutes, 0, DAY),
            ("objection_minutes", self.objection_minutes, 0, 60),
            ("recovery_hold_minutes", self.recovery_hold_minutes, 0, DAY),
            ("offer_minutes", self.offer_minutes, 1, 60),
            ("unresolved_hours", self.unresolved_hours, 0, 720),
            ("unresolved_again_days", self.unresolved_again_days, 1, 365),
            ("silent_channel_days", self.silent_channel_days, 0, 365),
            (
                "silent_channel_again_days",
                self.silent_channel_again_days,
                1,
                365,
            ),
            ("post_mortem_days", self.post_mortem_days, 0, 365),
            ("post_mortem_levels", self.post_mortem_levels, 0, 9),
            (
                "post_mortem_working_days",
                self.post_mortem_working_days,
                0,
                365,
            ),
            ("work_begins", self.work_begins, 0, 23),
            (
                "work_ends",
                self.work_ends,
                self.work_begins.saturating_add(1),
                24,
            ),
            ("span_of_control", self.span_of_control, 0, 100),
            ("role_hours", self.role_hours, 0, 48),
            ("command_hours", self.command_hours, 0, 48),
            ("snooze_minutes", self.snooze_minutes, 1, DAY),
        ]
    }
}
