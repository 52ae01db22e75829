//! What the deputy asks, and when: offers, never orders. Each is about one thing, opens the smallest
//! form that answers it, and keeps its place until it is answered, put off or dismissed.

use super::event::Milestone;
use super::ids::{IncidentId, UserId};
use super::incident::Incident;
use super::timer::{Clock, Pressure, timers};
use super::verb::Verb;
use super::watch::{Heard, Local, Rules, rough};
use super::words::Text;
use crate::both;
use chrono::{DateTime, TimeDelta, Utc};

/// As many as stand on the screen at once.
pub const SLOTS: usize = 3;

/// What a prompt is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Something that should have reached the workspace did not.
    Failed,
    Commander,
    Level,
    Situation,
    Detected,
    /// Another open incident looks like this one.
    Merge(IncidentId),
    /// The time of an item is over: its id.
    TimeBox(String),
}

/// What a key on the prompt opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    Verb(Verb),
    /// A verb about something by id.
    About(Verb, String),
    Outbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something failed, or time is over.
    Alarm,
    /// It is due, or was asked often enough: a standing warning.
    Warning,
    Offer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub key: String,
    pub about: Subject,
    pub text: Text,
    pub opens: Opens,
    pub weight: Weight,
    /// The same is asked in the channel.
    pub in_channel: bool,
}

/// What would be asked now, the most wanted first.
pub fn prompts(
    incident: &Incident,
    rules: &Rules<'_>,
    heard: &Heard<'_>,
    local: &Local,
    now: DateTime<Utc>,
) -> Vec<Prompt> {
    let mut prompts = wanted(incident, rules, heard, local, now);
    prompts.retain(|prompt| {
        let mark = local.mark(&prompt.key);
        mark.dismissed.is_none() && !mark.is_snoozed(now)
    });
    prompts
}

fn wanted(
    incident: &Incident,
    rules: &Rules<'_>,
    heard: &Heard<'_>,
    local: &Local,
    now: DateTime<Utc>,
) -> Vec<Prompt> {
    let mut prompts = Vec::new();
    let Some(declared) = incident.declared else {
        return prompts;
    };
    let mut ask = |about: Subject, key: String, weight, opens, in_channel, text| {
        prompts.push(Prompt {
            key,
            about,
            text,
            opens,
            weight,
            in_channel,
        });
    };
    if heard.failed > 0 {
        let count = heard.failed;
        ask(
            Subject::Failed,
            "failed".to_owned(),
            Weight::Alarm,
            Opens::Outbox,
            false,
            both!(
                "{count} did not reach the channel: look",
                "{count}件がチャンネルに届いていません。確認しますか"
            ),
        );
    }
    if incident.phase.is_over() {
        return prompts;
    }
    let t = &rules.config.timers;
    let age = now - declared;
    let past = |minutes: u32| age >= TimeDelta::minutes(i64::from(minutes));
    let since = rough(age);
    if incident.phase.is_burning() {
        if incident.commander.is_none() && past(t.ask_commander_minutes) {
            ask(
                Subject::Commander,
                "commander".to_owned(),
                Weight::Warning,
                Opens::Verb(Verb::Command),
                t.ask_times > 0,
                Text {
                    en: format!("No commander for {}: who commands?", since.en).into(),
                    ja: format!("指揮者がいません ({})。誰が執りますか", since.ja).into(),
                },
            );
        }
        if incident.level.is_none() && past(t.ask_level_minutes) {
            ask(
                Subject::Level,
                "level".to_owned(),
                Weight::Warning,
                Opens::Verb(Verb::Level),
                t.ask_times > 0,
                Text {
                    en: format!("No level for {}: how bad is it?", since.en).into(),
                    ja: format!("レベルが未定です ({})。いくつですか", since.ja).into(),
                },
            );
        }
    }
    for other in heard.others {
        let (channel, title) = (&other.channel, &other.title);
        ask(
            Subject::Merge(other.id.clone()),
            format!("merge/{}", other.id),
            Weight::Warning,
            Opens::About(Verb::Merge, other.id.to_string()),
            false,
            both!(
                "Merge into {channel}? {title} may be the same",
                "{channel} に統合?「{title}」と同じ件かもしれません"
            ),
        );
    }
    for timer in timers(incident, rules, heard, local, now) {
        if timer.pressure != Pressure::Overdue || timer.silenced {
            continue;
        }
        if let Clock::Item(id) = timer.what {
            let over = rough(now - timer.due);
            let who = owner(heard, timer.owner.as_ref());
            ask(
                Subject::TimeBox(id.clone()),
                timer.key.clone(),
                Weight::Alarm,
                Opens::About(Verb::Tick, format!("ask:{id}")),
                false,
                Text {
                    en: format!("{}: {} over ({who})", timer.text.en, over.en).into(),
                    ja: format!("{}: {}超過 ({who})", timer.text.ja, over.ja).into(),
                },
            );
        }
    }
    if incident.phase.is_burning() && incident.situation.is_none() {
        ask(
            Subject::Situation,
            "situation".to_owned(),
            Weight::Offer,
            Opens::Verb(Verb::Situation),
            true,
            Text::fixed("What is the situation?", "いまいまの状況を書きませんか"),
        );
    }
    // Asked with the timekeeper's calls, from the first on.
    let first_call = incident.timekeeper.as_ref().map_or(0, |k| k.minutes);
    let first_call = if first_call == 0 { 15 } else { first_call };
    if !incident.milestones.contains_key(&Milestone::Detected) && past(first_call) {
        ask(
            Subject::Detected,
            "detected".to_owned(),
            Weight::Offer,
            Opens::About(Verb::Milestone, Milestone::Detected.name().to_owned()),
            true,
            Text::fixed(
                "When was it detected, and by what?",
                "検知はいつ、何によってでしたか",
            ),
        );
    }
    prompts
}

fn owner(heard: &Heard<'_>, user: Option<&UserId>) -> String {
    user.map(|user| (heard.name)(user)).unwrap_or_default()
}

/// The slots of the screen: what is still wanted stays where it stands, and holes are filled with
/// the most wanted.
pub fn slots(previous: &[Option<String>; SLOTS], prompts: &[Prompt]) -> [Option<String>; SLOTS] {
    let wanted = |key: &String| prompts.iter().any(|prompt| prompt.key == *key);
    let mut slots = previous.clone().map(|held| held.filter(wanted));
    for prompt in prompts {
        if slots.iter().flatten().any(|held| *held == prompt.key) {
            continue;
        }
        match slots.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(prompt.key.clone()),
            None => break,
        }
    }
    slots
}
