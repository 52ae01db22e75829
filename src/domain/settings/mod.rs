//! What an organisation sets: languages, services, levels, people, intervals, names. Data only;
//! reading the file is `io::config`'s. Every key has a default here, and `config.example.toml`
//! documents each one with that default: a test holds the two together.
//!
//! The fold never reads these. What a setting means for an incident is written into the event that
//! introduces it, so that consoles with different files still agree.

mod audience;
mod check;
mod label;
mod learning;
mod legal;
mod metrics;
mod naming;
pub mod template;
mod timers;
mod zone;

pub use audience::{Audience, INSIDE, Manual, Notice};
pub use check::Fault;
pub use label::Label;
pub use learning::{Assessment, Calendar, Export, PostMortem, Question};
pub use legal::Legal;
pub use metrics::{Metrics, Targets};
pub use naming::{Fill, MAX_CHANNEL_NAME, NameRule};
pub use timers::Timers;
pub use zone::Zone;

use super::words::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The service that always exists, for an incident that fits no other.
pub const OTHER_SERVICE: &str = "other";

/// The whole file. Tables that name things (`services`, `levels`, `temperatures`, `audiences`) the
/// default list as a whole when they are given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    pub language: LangChoice,
    pub channel_language: LangChoice,
    pub user: String,
    pub time_zone: Zone,
    pub screen: Screen,
    pub slack: Slack,
    pub channel: Channel,
    pub invite: Invite,
    pub broadcast: Broadcast,
    pub remind: Remind,
    pub timekeeper: Timekeeper,
    pub timers: Timers,
    pub close: Close,
    pub post_mortem: PostMortem,
    pub export: Export,
    pub assessment: Assessment,
    pub calendar: Calendar,
    pub metrics: Metrics,
    pub checklists: Checklists,
    pub notice: Notice,
    pub manual: Manual,
    pub call_sheet: CallSheet,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    pub legal: Vec<Legal>,
    pub audiences: Vec<Audience>,
    pub services: Vec<Service>,
    pub temperatures: Vec<Temperature>,
    pub levels: Vec<Level>,
}

/// `auto` follows the locale; for the channel, the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LangChoice {
    #[default]
    Auto,
    Ja,
    En,
}

impl LangChoice {
    pub fn or(self, fallback: Lang) -> Lang {
        match self {
            LangChoice::Auto => fallback,
            LangChoice::Ja => Lang::Ja,
            LangChoice::En => Lang::En,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Screen {
    pub theme: Theme,
    pub mouse: bool,
    pub glyphs: Glyphs,
    pub notify: Notify,
}

/// `auto` asks the terminal; `NO_COLOR` makes any of them `mono`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    #[default]
    Auto,
    Dark,
    Light,
    HighContrast,
    Mono,
}

/// What lines and marks are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Glyphs {
    #[default]
    Unicode,
    Ascii,
}

/// How the console calls attention while its window has no focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    #[default]
    Bell,
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slack {
    /// Path; relative to the configuration file, `~/` is the home directory. Empty: none.
    pub token_file: String,
    /// A user token, for the one thing a bot may not do: bring an archived channel back.
    pub user_token_file: String,
    pub api_url: String,
    /// Hosts beside slack.com that `api_url` may name.
    pub allowed_hosts: Vec<String>,
    pub poll_seconds: u32,
    pub idle_poll_seconds: u32,
    /// Share of Slack's published rates that this app's consoles may spend together, in percent.
    pub budget_percent: u32,
    /// How long a read may miss a message that was already accepted, in seconds.
    pub read_lag_seconds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Channel {
    pub name: NameRule,
    pub private_name: NameRule,
    pub drill_name: NameRule,
    /// Whether the declaration pages everybody online in the broadcast channels with @here.
    pub mention_here: bool,
    /// Name of the reaction that puts a message into the timeline; empty: none does.
    pub mark: String,
    /// Name of the one that does so and marks the message as evidence; empty: none does.
    pub evidence_mark: String,
    /// Name of the one that makes a parked question of a message; empty: none does.
    pub question_mark: String,
    /// Whether a security incident gets a private channel unless its declaration says otherwise.
    pub private_security: bool,
}

/// Always invited, whatever the service. Not to private incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Invite {
    pub people: Vec<String>,
    pub groups: Vec<String>,
    /// People who asked to follow every incident.
    pub followers: Vec<String>,
    /// For security incidents, private ones too.
    pub security_people: Vec<String>,
    pub security_groups: Vec<String>,
}

/// Where declaration, level, recovery, resolution and reopening are announced. Private incidents
/// are announced nowhere, drills only where `drill` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Broadcast {
    pub outage: Vec<String>,
    pub security: Vec<String>,
    pub drill: Vec<String>,
}

/// Where people are reminded of what an archived channel takes no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remind {
    /// Action items that come due are named there; empty: nowhere but on the board.
    pub channel: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timekeeper {
    pub minutes: u32,
    pub after_recovery_minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Close {
    /// Who may resolve; empty: the commander.
    pub closers: Vec<String>,
    /// How long the timeline may tell nothing between the start and recovery; 0: however long.
    pub hole_minutes: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checklists {
    /// A folder with `ja/` and `en/` in the shape of the shipped ones. Empty: the shipped ones.
    pub directory: String,
    /// Links to how items are done, by their ids; in place of those in the files.
    pub manuals: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    pub id: String,
    pub name: Label,
    /// User groups of the first-response team: a handle (`@shop-oncall`) or an id (`S…`).
    pub groups: Vec<String>,
    /// Who is called when nobody answers, in this order.
    pub escalation: Vec<String>,
    pub broadcast: Vec<String>,
    /// Names of `contacts`, in the order in which they are called.
    pub contacts: Vec<String>,
    /// Minutes a month for which it may be down by its service level objective; 0: it has none.
    pub slo_minutes: u32,
}

/// What is at hand when nothing else works. Stays on this machine: it is in no event and no export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallSheet {
    pub note: String,
    /// Links or dial-in numbers of standing meetings.
    pub meetings: Vec<String>,
}

/// Somebody who can be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    pub name: String,
    pub role: String,
    pub phone: String,
    /// Names of `contacts` to call instead, in that order.
    pub deputies: Vec<String>,
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Temperature {
    pub id: String,
    pub name: Label,
    pub meaning: Label,
}

/// Levels are listed worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Level {
    pub id: String,
    pub name: Label,
    /// Which list of the kind's checklist applies: see `domain::checklists`.
    pub checklist: String,
    /// The organisation or team that owns an incident of this level.
    pub owner: String,
    /// People and groups called when the level is set.
    pub call: Vec<String>,
    /// Between timekeeper calls at this level, in minutes; 0: as under `timekeeper`.
    pub timekeeper_minutes: u32,
    /// Between reports at this level, in minutes; 0: as the audience says, else as under `timers`.
    pub report_minutes: u32,
    /// Its section of the manual, a link; empty: the manual of the incident's kind.
    pub manual: String,
    pub targets: Targets,
}

impl Config {
    /// Minutes between two reports to an audience: as it says itself or its level does, whichever is
    /// sooner, else as under `timers`.
    pub fn report_minutes(&self, audience: &str, level: Option<u32>) -> u32 {
        let own = self.audience(audience).map(|known| known.minutes);
        let said = own.filter(|minutes| *minutes > 0).into_iter().chain(level);
        said.min().unwrap_or(self.timers.executives_minutes)
    }

    /// An audience by its id.
    pub fn audience(&self, id: &str) -> Option<&Audience> {
        self.audiences.iter().find(|audience| audience.id == id)
    }

    pub fn level(&self, id: &str) -> Option<&Level> {
        self.levels.iter().find(|level| level.id == id)
    }

    /// 0 is the worst level.
    pub fn level_rank(&self, id: &str) -> Option<usize> {
        self.levels.iter().position(|level| level.id == id)
    }

    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    pub fn temperature(&self, id: &str) -> Option<&Temperature> {
        self.temperatures.iter().find(|t| t.id == id)
    }

    /// With the service `other`, whatever list was given.
    pub fn with_other_service(mut self) -> Config {
        if self.service(OTHER_SERVICE).is_none() {
            self.services.extend(Config::default().services);
        }
        self
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            language: LangChoice::Auto,
            channel_language: LangChoice::Auto,
            user: String::new(),
            time_zone: Zone::Local,
            screen: Screen::default(),
            slack: Slack::default(),
            channel: Channel::default(),
            invite: Invite::default(),
            broadcast: Broadcast::default(),
            remind: Remind::default(),
            timekeeper: Timekeeper::default(),
            timers: Timers::default(),
            close: Close::default(),
            post_mortem: PostMortem::default(),
            export: Export::default(),
            assessment: Assessment::default(),
            calendar: Calendar::default(),
            metrics: Metrics::default(),
            checklists: Checklists::default(),
            notice: Notice::default(),
            manual: Manual::default(),
            call_sheet: CallSheet::default(),
            contacts: Vec::new(),
            legal: Legal::japan(),
            audiences: vec![Audience::inside()],
            services: vec![Service {
                id: OTHER_SERVICE.to_owned(),
                name: Label::of("Other", "その他"),
                ..Service::default()
            }],
            temperatures: [
                (
                    "red",
                    Label::of("Red", "赤"),
                    Label::of("already bad: act now", "すでに深刻。すぐに動く"),
                ),
                (
                    "yellow",
                    Label::of("Yellow", "黄"),
                    Label::of("the service is affected", "サービスに影響が出ている"),
                ),
                (
                    "blue",
                    Label::of("Blue", "青"),
                    Label::of(
                        "looking into whether the service is affected",
                        "サービスへの影響を調べている",
                    ),
                ),
            ]
            .map(|(id, name, meaning)| Temperature {
                id: id.to_owned(),
                name,
                meaning,
            })
            .into(),
            levels: [
                ("1", Label::of("Critical", "最重大"), "severe"),
                ("2", Label::of("High", "重大"), "severe"),
                ("3", Label::of("Medium", "中程度"), "standard"),
                ("4", Label::of("Low", "軽微"), "light"),
                ("5", Label::of("No impact", "影響なし"), "watch"),
            ]
            .map(|(id, name, checklist)| Level {
                id: id.to_owned(),
                name,
                checklist: checklist.to_owned(),
                targets: Targets::shipped(id),
                ..Level::default()
            })
            .into(),
        }
    }
}

impl Default for Screen {
    fn default() -> Screen {
        Screen {
            theme: Theme::Auto,
            mouse: true,
            glyphs: Glyphs::Unicode,
            notify: Notify::Bell,
        }
    }
}

impl Default for Slack {
    fn default() -> Slack {
        Slack {
            token_file: String::new(),
            user_token_file: String::new(),
            api_url: "https://slack.com/api/".to_owned(),
            allowed_hosts: Vec::new(),
            poll_seconds: 3,
            idle_poll_seconds: 60,
            budget_percent: 100,
            read_lag_seconds: 30,
        }
    }
}

impl Default for Channel {
    fn default() -> Channel {
        Channel {
            name: NameRule::from_default("{service}-{yyyymmdd}i"),
            private_name: NameRule::from_default("sec-{yyyymmdd}-{hhmm}"),
            drill_name: NameRule::from_default("drill-{service}-{yyyymmdd}i"),
            mention_here: false,
            private_security: true,
            mark: "pushpin".to_owned(),
            evidence_mark: "paperclip".to_owned(),
            question_mark: "parking".to_owned(),
        }
    }
}

impl Default for Timekeeper {
    fn default() -> Timekeeper {
        Timekeeper {
            minutes: 15,
            after_recovery_minutes: 60,
        }
    }
}

impl Default for Close {
    fn default() -> Close {
        Close {
            closers: Vec::new(),
            hole_minutes: 30,
        }
    }
}
