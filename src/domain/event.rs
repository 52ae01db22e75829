//! Events: what happened, as it is written into the journal and into the channel's metadata.
//!
//! The serialised names and shapes here are permanent. Something new is a new kind or a new
//! optional field; a console that does not know a kind keeps the event and ignores it.
//!
//! Text that people write at length (a message, a note, the situation) is not in the event: it is
//! the second and following lines of the Slack message, and counts as Slack returned it, for its
//! author too. See [`Body::has_text`].

use super::ids::{ChannelId, EventId, IncidentId, SlackTs, UserId};
use super::learn::Learnt;
use super::source::{self, Via};
use super::text::clean_line;
use super::words::Lang;
use super::work::Deed;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that an event sets and a later event may set again. Two events that write the same
/// register are ordered by `prev`; events that write none always count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Register(pub String);

impl Register {
    pub fn named(name: &str) -> Register {
        Register(name.to_owned())
    }

    pub fn item(item: &str) -> Register {
        Register(format!("item:{item}"))
    }

    pub fn assignee(item: &str) -> Register {
        Register(format!("assignee:{item}"))
    }

    pub fn item_due(item: &str) -> Register {
        Register(format!("item-due:{item}"))
    }

    pub fn milestone(name: Milestone) -> Register {
        Register(format!("milestone:{}", name.name()))
    }

    pub fn role(role: &str) -> Register {
        Register(format!("role:{role}"))
    }

    pub fn roster(user: &UserId) -> Register {
        Register(format!("roster:{user}"))
    }

    pub fn pin(ts: &SlackTs) -> Register {
        Register(format!("pin:{ts}"))
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Availability, or integrity and confidentiality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Outage,
    Security,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Outage => "outage",
            Kind::Security => "security",
        }
    }
}

/// Where the response is. Recovered (users are no longer hurt) is not resolved (all work done).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[default]
    Declared,
    Investigating,
    Fixing,
    Monitoring,
    Recovered,
    Documenting,
    Resolved,
    Archived,
    Cancelled,
    FalseAlarm,
    NearMiss,
    /// The response goes on in another incident.
    Merged,
}

impl Phase {
    pub const ALL: [Phase; 12] = [
        Phase::Declared,
        Phase::Investigating,
        Phase::Fixing,
        Phase::Monitoring,
        Phase::Recovered,
        Phase::Documenting,
        Phase::Resolved,
        Phase::Archived,
        Phase::Cancelled,
        Phase::FalseAlarm,
        Phase::NearMiss,
        Phase::Merged,
    ];

    /// As in events, JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Declared => "declared",
            Phase::Investigating => "investigating",
            Phase::Fixing => "fixing",
            Phase::Monitoring => "monitoring",
            Phase::Recovered => "recovered",
            Phase::Documenting => "documenting",
            Phase::Resolved => "resolved",
            Phase::Archived => "archived",
            Phase::Cancelled => "cancelled",
            Phase::FalseAlarm => "false_alarm",
            Phase::NearMiss => "near_miss",
            Phase::Merged => "merged",
        }
    }

    pub fn parse(name: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Users are still hurt, as far as anyone knows.
    pub const fn is_burning(self) -> bool {
        matches!(
            self,
            Phase::Declared | Phase::Investigating | Phase::Fixing | Phase::Monitoring
        )
    }

    /// Nothing more is expected of anybody.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Phase::Resolved
                | Phase::Archived
                | Phase::Cancelled
                | Phase::FalseAlarm
                | Phase::NearMiss
                | Phase::Merged
        )
    }

    /// It ended before it was resolved. Its channel stays open: people may still talk there.
    pub const fn is_side_exit(self) -> bool {
        matches!(
            self,
            Phase::Cancelled | Phase::FalseAlarm | Phase::NearMiss | Phase::Merged
        )
    }
}

/// The six times of an incident, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    Started,
    Detected,
    Responded,
    Assembled,
    Recovered,
    Resolved,
}

impl Milestone {
    pub const ALL: [Milestone; 6] = [
        Milestone::Started,
        Milestone::Detected,
        Milestone::Responded,
        Milestone::Assembled,
        Milestone::Recovered,
        Milestone::Resolved,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Milestone::Started => "started",
            Milestone::Detected => "detected",
            Milestone::Responded => "responded",
            Milestone::Assembled => "assembled",
            Milestone::Recovered => "recovered",
            Milestone::Resolved => "resolved",
        }
    }

    pub fn parse(name: &str) -> Option<Milestone> {
        Milestone::ALL.into_iter().find(|m| m.name() == name)
    }
}

/// A file that was put into Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLink {
    pub name: String,
    /// Its address in Slack, for whoever may see it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// One line of a checklist as its event introduces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Stable across levels and languages.
    pub id: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Minutes, once it has an assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_box: Option<u32>,
    /// The name of a [`super::fact::Fact`] by which it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// A link to how it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// The incident begins. Everything its fold needs of the configuration is written here.
    Declared {
        title: String,
        service: String,
        incident_kind: Kind,
        /// The name asked for; Slack may give another.
        channel: String,
        lang: Lang,
        #[serde(default, skip_serializing_if = "is_false")]
        personal_data: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<Named>,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        started: Option<DateTime<Utc>>,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        detected: Option<DateTime<Utc>>,
        /// Minutes between timekeeper calls; 0 for none.
        timekeeper: u32,
        /// The same once users are no longer hurt.
        timekeeper_recovered: u32,
        /// Who may resolve; the commander when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        closers: Vec<UserId>,
        /// The incident that it came out of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<IncidentId>,
    },
    Level {
        level: Named,
        /// Who owns an incident of this level.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// The manual's section for it, a link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manual: Option<String>,
        /// Minutes between reports at this level, where it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<u32>,
        /// Minutes between timekeeper calls at this level, where it differs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timekeeper: Option<u32>,
    },
    /// Checklist items that a level brings, or a declaration, or the mark of personal data. They
    /// count while `level_event` is the level's writer, or one of the other two that stands.
    Items {
        level_event: EventId,
        items: Vec<Item>,
    },
    Temperature {
        temperature: Named,
    },
    /// Text in the message.
    Situation {},
    Commander {
        user: Option<UserId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Role {
        role: String,
        user: Option<UserId>,
    },
    CheckedIn {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<String>,
    },
    CheckedOut {
        user: UserId,
    },
    Ticked {
        item: String,
    },
    Unticked {
        item: String,
    },
    Skipped {
        item: String,
        reason: String,
    },
    Assigned {
        item: String,
        user: Option<UserId>,
        /// Until when, where that is another time than the item's own time-box says.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        due: Option<DateTime<Utc>>,
    },
    ItemAdded {
        item: Item,
    },
    /// Text in the message.
    Note {},
    Milestone {
        milestone: Milestone,
        #[serde(with = "millis")]
        time: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// Something a person says from the console. Text in the message.
    Message {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<SlackTs>,
    },
    /// A message enters the timeline at its own time. Its id is derived from the message.
    Pinned {
        ts: SlackTs,
        author: String,
        excerpt: String,
        /// Kept for what comes after the incident.
        #[serde(default, skip_serializing_if = "is_false")]
        evidence: bool,
        /// What hangs on the message, as far as it fits.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileLink>,
    },
    Unpinned {
        ts: SlackTs,
    },
    Timekeeper {
        /// Minutes; 0 stops it.
        minutes: u32,
    },
    /// Its id is derived from the slot.
    TimekeeperCall {
        slot: u32,
    },
    Phase {
        phase: Phase,
    },
    Recovered {
        #[serde(with = "millis")]
        time: DateTime<Utc>,
    },
    Resolved {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What the close gate missed, where the reason overrode it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<String>,
    },
    Archived {},
    Cancelled {
        /// `cancelled`, `false_alarm` or `near_miss`.
        outcome: Phase,
        reason: String,
    },
    Reopened {
        reason: String,
    },
    /// The response goes on in another incident, which is named for people by channel and title.
    Merged {
        into: IncidentId,
        place: Place,
    },
    /// The other side of it: the incident `from` was merged into this one. Its id is derived.
    Absorbed {
        from: IncidentId,
        place: Place,
    },
    /// Somebody gave up something that Slack had not taken: it never reaches Slack.
    Dropped {
        /// The subcommand of an act, else what was to be done: `invite`, `announce`, ….
        what: String,
        /// Whom or where it was for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<String>,
        /// When it was asked for.
        #[serde(with = "millis")]
        taken: DateTime<Utc>,
        /// Why Slack had refused it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The act's event, which nobody will ever read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<EventId>,
    },
    PersonalData {
        /// Since when that is known, where it was known before: the law counts from there.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        since: Option<DateTime<Utc>>,
    },
    /// The program asks in the channel. Its id is derived from what it asks and its number.
    Question {
        about: About,
        number: u32,
        /// Of a question about the level: which one each of the reactions means.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        levels: Vec<Named>,
    },
    /// The program answers the author of the event, in the thread. Its id is derived from what is
    /// answered. Text in the message.
    Answer {
        to: SlackTs,
        thread: SlackTs,
        outcome: Outcome,
    },
    /// What command deals out and keeps; its kinds stand beside these.
    #[serde(untagged)]
    Work(Deed),
    /// What the record gains afterwards; its kinds stand beside these.
    #[serde(untagged)]
    Learnt(Learnt),
}

/// What the program asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Commander,
    Level,
    Situation,
    Detected,
    /// Whether people go on in writing or in a call.
    Meeting,
    /// What is left to do after recovery.
    Left,
    /// The timekeeper's questions, in turn.
    Course,
    Relief,
    /// What is left behind: nobody writes any more, it is recovered and not resolved, the
    /// post-mortem or action items are due.
    Silent,
    Unresolved,
    PostMortem,
    Actions,
    /// Somebody archived the channel by hand before the incident was resolved: said elsewhere.
    Archived,
}

impl About {
    pub const fn name(self) -> &'static str {
        match self {
            About::Commander => "commander",
            About::Level => "level",
            About::Situation => "situation",
            About::Detected => "detected",
            About::Meeting => "meeting",
            About::Left => "left",
            About::Course => "course",
            About::Relief => "relief",
            About::Silent => "silent",
            About::Unresolved => "unresolved",
            About::PostMortem => "post_mortem",
            About::Actions => "actions",
            About::Archived => "archived",
        }
    }

    /// It is of what is left behind, long after the hurry.
    pub const fn is_reminder(self) -> bool {
        matches!(
            self,
            About::Silent
                | About::Unresolved
                | About::PostMortem
                | About::Actions
                | About::Archived
        )
    }
}

/// What became of what somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Refused,
    /// Written down for those who may do it.
    Proposed,
    /// It was a question.
    Told,
}

/// Where another incident is, as it was when the event was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// The channel's name, without `#`.
    pub name: String,
    pub title: String,
}

/// A configured id and the name it had when it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Instants travel as milliseconds since 1970. Of what comes in, only the years 1970 to 9999 are
/// instants: with others, adding an interval could leave the calendar.
pub mod millis {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    /// The first millisecond of the year 10000.
    const END: i64 = 253_402_300_800_000;

    pub(super) fn instant(millis: i64) -> Option<DateTime<Utc>> {
        let known = (0..END).contains(&millis);
        known
            .then(|| DateTime::from_timestamp_millis(millis))
            .flatten()
    }

    pub fn serialize<S: Serializer>(time: &DateTime<Utc>, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_i64(time.timestamp_millis())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<DateTime<Utc>, D::Error> {
        let millis = i64::deserialize(input)?;
        instant(millis).ok_or_else(|| D::Error::custom("time out of range"))
    }
}

pub mod millis_option {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(
        time: &Option<DateTime<Utc>>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => out.serialize_i64(time.timestamp_millis()),
            None => out.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::<i64>::deserialize(input)?
            .map(|millis| {
                millis::instant(millis).ok_or_else(|| D::Error::custom("time out of range"))
            })
            .transpose()
    }
}

/// An event as its author made it. Incident, author and the drill and private marks are said once
/// for the whole batch that carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: EventId,
    /// When its author's console took it; a claim, never an order.
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// For each register it writes, the event its author saw as the current writer, own pending
    /// ones included. Absent: nobody had written it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prev: BTreeMap<Register, EventId>,
    /// How it came to the console, where nobody typed it there.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "source::lenient"
    )]
    pub via: Option<Via>,
    #[serde(flatten)]
    pub what: What,
}

/// A body this version knows, or the fields of one it does not, kept as they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum What {
    Known(Body),
    Unknown(serde_json::Map<String, serde_json::Value>),
}

/// Cleans every string of an event in the form it is written in, names of registers too: one line
/// each, nothing in them that a terminal would obey. What is clean stays as it is, so that author
/// and readers hold the same event.
pub fn clean_strings(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = clean_line(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean_strings),
        Value::Object(fields) => {
            let dirty = fields.keys().any(|key| clean_line(key) != *key);
            if dirty {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (clean_line(&key).into_owned(), value))
                    .collect();
            }
            fields.values_mut().for_each(clean_strings);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Body {
    /// Who is given which role by it; `commander` is one.
    pub fn appoints(&self) -> Option<(&str, &UserId)> {
        match self {
            Body::Role {
                role,
                user: Some(user),
            }
            | Body::CheckedIn {
                role: Some(role),
                user,
                ..
            } => Some((role, user)),
            Body::Commander {
                user: Some(user), ..
            }
            | Body::Work(Deed::Accepted { user, .. }) => Some(("commander", user)),
            _ => None,
        }
    }

    /// The same with its strings cleaned, as every console will read it back.
    pub fn cleaned(self) -> Body {
        let clean = serde_json::to_value(&self).ok().and_then(|mut value| {
            clean_strings(&mut value);
            serde_json::from_value(value).ok()
        });
        clean.unwrap_or(self)
    }
}

impl Event {
    pub fn body(&self) -> Option<&Body> {
        match &self.what {
            What::Known(body) => Some(body),
            What::Unknown(_) => None,
        }
    }

    /// The message that asks for it, or that bears the reaction; `None`: somebody did it elsewhere.
    pub fn cause(&self) -> Option<&SlackTs> {
        self.via.as_ref()?.ts.as_ref()
    }
}

impl Body {
    /// The registers this writes, each with the value that makes a second, equal write agree
    /// instead of conflict.
    pub fn writes(&self, id: &EventId) -> Vec<(Register, String)> {
        let named = |name: &str, value: &str| (Register::named(name), value.to_owned());
        let time = |name: Milestone, time: &DateTime<Utc>| {
            (
                Register::milestone(name),
                time.timestamp_millis().to_string(),
            )
        };
        let user = |user: &Option<UserId>| user.as_ref().map(|u| u.0.clone()).unwrap_or_default();
        match self {
            Body::Declared {
                title,
                temperature,
                started,
                detected,
                timekeeper,
                personal_data,
                ..
            } => {
                let mut writes = vec![
                    named("declared", id.as_str()),
                    named("title", title),
                    named("phase", Phase::Declared.name()),
                    named("timekeeper", &timekeeper.to_string()),
                ];
                writes.extend(temperature.iter().map(|t| named("temperature", &t.id)));
                writes.extend(started.iter().map(|t| time(Milestone::Started, t)));
                writes.extend(detected.iter().map(|t| time(Milestone::Detected, t)));
                if *personal_data {
                    writes.push(named("personal_data", "yes"));
                }
                writes
            }
            Body::Level { level, .. } => vec![named("level", &level.id)],
            Body::Temperature { temperature } => vec![named("temperature", &temperature.id)],
            Body::Situation {} => vec![named("situation", id.as_str())],
            Body::Commander { user: u, .. } => vec![named("commander", &user(u))],
            Body::Role { role, user: u } => vec![(Register::role(role), user(u))],
            Body::CheckedIn { user, role, task } => vec![(
                Register::roster(user),
                format!(
                    "in|{}|{}",
                    role.as_deref().unwrap_or(""),
                    task.as_deref().unwrap_or("")
                ),
            )],
            Body::CheckedOut { user } => vec![(Register::roster(user), "out".to_owned())],
            Body::Ticked { item } => vec![(Register::item(item), "done".to_owned())],
            Body::Unticked { item } => vec![(Register::item(item), "open".to_owned())],
            Body::Skipped { item, .. } => vec![(Register::item(item), "skipped".to_owned())],
            Body::Assigned { item, user: u, due } => {
                let due = due.as_ref();
                let due = due.map(|due| {
                    let millis = due.timestamp_millis().to_string();
                    (Register::item_due(item), millis)
                });
                let assignee = (Register::assignee(item), user(u));
                std::iter::once(assignee).chain(due).collect()
            }
            Body::Milestone {
                milestone, time: t, ..
            } => vec![time(*milestone, t)],
            Body::Pinned { ts, .. } => vec![(Register::pin(ts), "pinned".to_owned())],
            Body::Unpinned { ts } => vec![(Register::pin(ts), "unpinned".to_owned())],
            Body::Timekeeper { minutes } => vec![named("timekeeper", &minutes.to_string())],
            Body::Phase { phase } => vec![named("phase", phase.name())],
            Body::Recovered { time: t } => vec![
                named("phase", Phase::Recovered.name()),
                time(Milestone::Recovered, t),
            ],
            Body::Resolved { .. } => vec![named("phase", Phase::Resolved.name())],
            Body::Archived {} => vec![named("phase", Phase::Archived.name())],
            Body::Cancelled { outcome, .. } => vec![named("phase", outcome.name())],
            Body::Reopened { .. } => vec![named("phase", Phase::Investigating.name())],
            // The second register tells two merges into different incidents apart.
            Body::Merged { into, .. } => vec![
                named("phase", Phase::Merged.name()),
                named("merged", into.as_str()),
            ],
            Body::PersonalData { .. } => vec![named("personal_data", "yes")],
            Body::Work(deed) => deed.writes(id),
            Body::Learnt(learnt) => learnt.writes(id),
            Body::Items { .. }
            | Body::ItemAdded { .. }
            | Body::Note {}
            | Body::Message { .. }
            | Body::Absorbed { .. }
            | Body::Dropped { .. }
            | Body::TimekeeperCall { .. }
            | Body::Question { .. }
            | Body::Answer { .. } => Vec::new(),
        }
    }

    /// Its text is the message's lines after the first; such an event has a message of its own.
    pub const fn has_text(&self) -> bool {
        match self {
            Body::Situation {} | Body::Note {} | Body::Message { .. } | Body::Answer { .. } => true,
            Body::Work(deed) => deed.has_text(),
            Body::Learnt(learnt) => learnt.has_text(),
            _ => false,
        }
    }
}

/// Where an event stands in its channel: the lowest ts of a message of our own app that carries
/// its id, and its place in that message's batch. State is a fold in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub ts: SlackTs,
    pub index: u32,
}

/// An event with everything that its batch and its message say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub event: Event,
    pub by: UserId,
    pub console: super::ids::ConsoleId,
    /// The message's text after its first line, still as Slack writes it (escaped mrkdwn).
    pub text: Option<String>,
    /// `None`: not yet known to be in the channel.
    pub position: Option<Position>,
    /// When this console first held it; never part of the shared state.
    pub recorded_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_survives_a_round_trip() {
        let raw = r#"{"id":"e1","at":5,"kind":"teleport","where":{"x":[1,2]}}"#;
        let event: Event = serde_json::from_str(raw).expect("any kind is readable");
        assert!(event.body().is_none());
        let again = serde_json::to_value(&event).expect("writable");
        let wanted: serde_json::Value = serde_json::from_str(raw).expect("json");
        assert_eq!(again, wanted);
    }

    #[test]
    fn strings_and_keys_are_cleaned_and_times_stay() {
        let mut value = serde_json::json!({
            "id": "e1", "at": 5, "prev": {"item:\u{1b}[31mx": "e\u{202e}0"},
            "kind": "skipped", "item": "x\ny", "reason": "a\u{7}\tb",
        });
        clean_strings(&mut value);
        let wanted = serde_json::json!({
            "id": "e1", "at": 5, "prev": {"item:x": "e0"},
            "kind": "skipped", "item": "x y", "reason": "a    b",
        });
        assert_eq!(value, wanted);
    }

    /// Written into channels: this text may only gain optional fields.
    #[test]
    fn the_written_form_is_permanent() {
        let event = Event {
            id: EventId::new("e2"),
            at: DateTime::from_timestamp_millis(1_763_636_400_123).expect("in range"),
            prev: BTreeMap::from([(Register::named("level"), EventId::new("e1"))]),
            what: What::Known(Body::Level {
                level: Named {
                    id: "2".into(),
                    name: "High".into(),
                },
                timekeeper: None,
                owner: None,
                manual: None,
                report: None,
            }),
            via: None,
        };
        let text = serde_json::to_string(&event).expect("writable");
        insta::assert_snapshot!(text, @r#"{"id":"e2","at":1763636400123,"prev":{"level":"e1"},"kind":"level","level":{"id":"2","name":"High"}}"#);
        assert_eq!(
            serde_json::from_str::<Event>(&text).expect("readable"),
            event
        );
    }
}
