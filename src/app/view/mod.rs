//! What the screens say, as values: what draws them decides only where it stands and how it looks.
//! All of it is a function of the model.

pub mod channel;
pub mod footer;
pub mod header;
pub mod history;
pub mod home;
pub mod matters;
pub mod outbox;
pub mod overlays;
pub mod panes;
pub mod replay;
pub mod roster;
pub mod rows;
pub mod timeline;
pub mod timers;

use super::briefing;
use super::clock;
use super::model::{Model, SAVING_LATE, Saving};
use super::snapshot::Summary;
use super::strings::{fill, header as h, mark as m};
use crate::domain::decide::Command;
use crate::domain::event::Register;
use crate::domain::ids::{ChannelId, GroupId, UserId};
use crate::domain::sentence::level_text;
use crate::domain::sync::image::JobState;
use crate::domain::words::Lang;
use crate::wire::mrkdwn;
use chrono::{DateTime, Utc};

/// How something is meant; the theme knows how that looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    #[default]
    Plain,
    /// Secondary.
    Muted,
    /// Past, and of no concern to anybody.
    History,
    Good,
    /// Near its time.
    Soon,
    /// Past its time.
    Overdue,
    Failed,
    /// On its way.
    Pending,
}

/// A few words with a tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub tone: Tone,
}

impl Said {
    pub fn new(text: impl Into<String>, tone: Tone) -> Said {
        Said {
            text: text.into(),
            tone,
        }
    }
}

/// Names for what stands in a message.
pub struct Names<'a>(pub &'a Model);

impl mrkdwn::Names for Names<'_> {
    fn user(&self, id: &UserId) -> Option<String> {
        self.0.snapshot.people.get(id).map(|p| p.name.clone())
    }

    fn channel(&self, _: &ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        None
    }

    fn date(&self, unix: i64, _: &str) -> Option<String> {
        let at = DateTime::from_timestamp(unix, 0)?;
        Some(clock::day_hhmm(self.0.shown_zone(), at, self.0.now))
    }
}

/// A message's text as the screens show it.
pub fn decoded(model: &Model, text: &str) -> String {
    mrkdwn::plain(text, &Names(model))
}

/// What somebody needs who has just joined the room on screen.
pub fn briefing(model: &Model) -> Option<String> {
    told(model, briefing::briefing)
}

/// The incident in a few lines.
pub fn summary(model: &Model) -> Option<String> {
    told(model, briefing::summary)
}

/// The briefing for whoever is to command it next.
pub fn hand_over(model: &Model) -> Option<String> {
    told(model, briefing::hand_over)
}

fn told(model: &Model, tell: impl FnOnce(&briefing::Told<'_>) -> String) -> Option<String> {
    let summary = model.target()?;
    Some(tell(&briefing::Told {
        incident: &summary.incident,
        channel: summary.channel.as_deref(),
        drill: summary.drill,
        private: summary.private,
        name: &|user| model.name(user),
        plain: &|text| decoded(model, text),
        manual: crate::app::template::manual_of(&model.snapshot.config, &summary.incident),
        // A briefing says no addresses.
        permalink: &|_| None,
        zone: model.shown_zone(),
        now: model.now,
    }))
}

/// `#shop-20261120i`, or that there is none yet.
pub fn channel_name(summary: &Summary, lang: Lang) -> String {
    match &summary.channel {
        Some(name) => format!("#{name}"),
        None if !summary.incident.channel_wanted.is_empty() => {
            format!("#{}", summary.incident.channel_wanted)
        }
        None => h::NO_CHANNEL.get(lang).to_owned(),
    }
}

/// What a level is called on screen: as configured now, in the screen's language, else as it was
/// when it was set.
pub fn level_name(model: &Model, level: &crate::domain::event::Named) -> String {
    let configured = model.snapshot.config.level(&level.id);
    let name = configured.map_or(level.name.as_str(), |l| l.name.get(model.lang));
    level_text(&level.id, name)
}

pub fn temperature_name(model: &Model, temperature: &crate::domain::event::Named) -> String {
    let configured = model.snapshot.config.temperature(&temperature.id);
    let name = configured.map_or(temperature.name.as_str(), |t| t.name.get(model.lang));
    if name.is_empty() {
        temperature.id.clone()
    } else {
        name.to_owned()
    }
}

/// The mark of an act that is not known to be in the channel.
pub fn job_mark(model: &Model, state: &JobState) -> Option<Said> {
    let lang = model.lang;
    Some(match state {
        JobState::Pending => Said::new(m::QUEUED.get(lang), Tone::Pending),
        JobState::Sending => Said::new(m::SENDING.get(lang), Tone::Pending),
        JobState::Unconfirmed => Said::new(m::UNCONFIRMED.get(lang), Tone::Pending),
        // Why, and what to do, the outbox tells.
        JobState::Failed { .. } => Said::new(m::FAILED.get(lang), Tone::Failed),
        JobState::Dropped { .. } => Said::new(m::DROPPED.get(lang), Tone::Failed),
        // It is in the channel: calm.
        JobState::Sent | JobState::Seen => return None,
    })
}

/// The mark of an act that `is_about` a register and is still being saved; else of the event that
/// wrote it, while that is on its way to the channel.
pub fn register_mark(
    model: &Model,
    register: &Register,
    is_about: impl Fn(&Command) -> bool,
) -> Option<Said> {
    let room = model.room_data()?;
    let incident = &room.summary.incident;
    let saving = model
        .saving
        .values()
        .rev()
        .find(|s| s.incident.as_ref() == Some(&incident.id) && is_about(&s.command));
    if let Some(saving) = saving {
        return Some(saving_mark(model, saving));
    }
    let written = incident.registers.get(register)?;
    job_mark(model, room.jobs.get(written.events.last()?)?)
}

/// The mark of an act that is not saved yet; it says so when that takes long.
pub fn saving_mark(model: &Model, saving: &Saving) -> Said {
    let lang = model.lang;
    let span = model.now - saving.since;
    if span < SAVING_LATE {
        Said::new(m::SAVING.get(lang), Tone::Pending)
    } else {
        let span = clock::rough(span);
        let text = fill(&m::SAVING_LATE, lang, &[span.get(lang)]);
        Said::new(text, Tone::Overdue)
    }
}

/// The tone of a promise by how far off it is.
pub fn due_tone(due: DateTime<Utc>, now: DateTime<Utc>) -> Tone {
    match (due - now).num_seconds() {
        ..=0 => Tone::Overdue,
        1..=120 => Tone::Soon,
        _ => Tone::Plain,
    }
}
