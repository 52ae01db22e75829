//! Makes a snapshot of the engine for the screens.

use crate::app::clock;
use crate::app::replay::Film;
use crate::app::resolve;
use crate::app::snapshot::{
    Address, GivenUp, Limits, LinkState, OutboxLine, Person, Room, Snapshot, Summary, Talk,
    Workspace,
};
use crate::app::{briefing, template};
use crate::domain::event::About;
use crate::domain::event::Body;
use crate::domain::ids::{ChannelId, EventId, GroupId, IncidentId, SlackTs, UserId};
use crate::domain::incident::{Entry, Incident};
use crate::domain::sentence::{self, Clocks};
use crate::domain::settings::{Config, Zone};
use crate::domain::sync::image::{Job, JobState, Message, MessageRow, Task};
use crate::domain::sync::mirror::EVENTS;
use crate::domain::sync::{Engine, Link, Now};
use crate::domain::tape::Tape;
use crate::domain::text::clean_line;
use crate::domain::watch::Local;
use crate::domain::words::{Lang, PLAYED, Text};
use crate::wire::mrkdwn::{self, Names};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the engine does not know.
pub struct Scene<'a> {
    pub version: u64,
    pub workspace: &'a Workspace,
    pub people: &'a Arc<BTreeMap<UserId, Person>>,
    pub local: &'a Arc<BTreeMap<IncidentId, Local>>,
    pub config: &'a Arc<Config>,
    pub lang: Lang,
    pub focus: Option<&'a IncidentId>,
    pub link: Link,
    pub link_as_of: Option<DateTime<Utc>>,
    pub follows: bool,
}

/// The world as the screens see it.
pub fn snapshot(engine: &mut Engine, scene: &Scene<'_>, now: Now) -> Snapshot {
    let incidents = engine.incidents();
    let offers = engine.offers_among(&incidents);
    let summaries: Vec<Summary> = incidents
        .into_iter()
        .map(|incident| summary(engine, incident, now))
        .collect();
    let room = scene.focus.and_then(|focus| {
        let summary = summaries.iter().find(|s| s.incident.id == *focus)?.clone();
        Some(Arc::new(room(engine, summary, scene, now)))
    });
    Snapshot {
        version: scene.version,
        workspace: scene.workspace.clone(),
        me: engine.me().clone(),
        people: scene.people.clone(),
        config: scene.config.clone(),
        incidents: summaries,
        room,
        link: LinkState {
            link: scene.link.clone(),
            as_of: scene.link_as_of,
        },
        follows: scene.follows,
        outbox: outbox(engine, scene.people),
        given_up: given_up(engine, scene.people),
        offers,
        limits: limits(engine, now),
        other_heard: engine.other_heard(),
        local: scene.local.clone(),
    }
}

/// What Slack allows, with times that a clock on a wall can show.
fn limits(engine: &Engine, now: Now) -> Limits {
    let limits = engine.limits(now);
    let until = |left: std::time::Duration| {
        now.wall + chrono::TimeDelta::from_std(left).unwrap_or_default()
    };
    Limits {
        clamped: limits.clamped,
        consoles: limits.consoles,
        resting: limits
            .frozen
            .into_iter()
            .map(|(method, left)| (method.to_owned(), until(left)))
            .collect(),
    }
}

/// Of what was given up, so much is shown.
const GIVEN_UP: usize = 50;

/// Everything that is not done, of all incidents.
pub fn outbox(engine: &mut Engine, people: &BTreeMap<UserId, Person>) -> Vec<OutboxLine> {
    let jobs: Vec<Job> = engine.outbox().cloned().collect();
    jobs.into_iter()
        .map(|job| {
            let (what, place) = words(engine, &job, people);
            OutboxLine {
                choices: engine.choices(&job),
                seq: job.seq,
                incident: job.incident,
                at: job.at,
                event: match &job.task {
                    Task::Event { id } => Some(id.clone()),
                    _ => None,
                },
                what,
                place,
                state: job.state,
                attempts: job.attempts,
            }
        })
        .collect()
}

/// The last of what was given up, oldest first.
pub fn given_up(engine: &mut Engine, people: &BTreeMap<UserId, Person>) -> Vec<GivenUp> {
    let mut jobs: Vec<Job> = engine.given_up().rev().take(GIVEN_UP).cloned().collect();
    jobs.reverse();
    jobs.into_iter()
        .filter_map(|job| {
            let (what, place) = words(engine, &job, people);
            let JobState::Dropped { by, at, .. } = job.state else {
                return None;
            };
            Some(GivenUp {
                seq: job.seq,
                incident: job.incident,
                event: match job.task {
                    Task::Event { id } => Some(id),
                    _ => None,
                },
                taken: job.at,
                at,
                by,
                what,
                place,
            })
        })
        .collect()
}

/// What a job does, and where.
fn words(engine: &mut Engine, job: &Job, people: &BTreeMap<UserId, Person>) -> (Text, String) {
    let incident = engine.shown(&job.incident);
    let channel = engine.image().channel_of(&job.incident);
    let place = match (channel, &incident) {
        (Some(channel), _) => format!("#{}", clean_line(&channel.name)),
        (None, Some(incident)) => incident.title.clone(),
        (None, None) => String::new(),
    };
    let what = match incident {
        Some(incident) => job_words(engine, &job.task, &incident, people),
        None => task_words(&job.task),
    };
    (what, place)
}

fn summary(engine: &Engine, incident: Arc<Incident>, now: Now) -> Summary {
    let row = engine.image().incidents.get(&incident.id);
    let age = engine.age(&incident.id, now);
    let channel = engine.image().channel_of(&incident.id);
    Summary {
        channel: channel.map(|channel| channel.name.clone()),
        archived: channel.is_some_and(|channel| channel.archived),
        drill: row.is_some_and(|row| row.drill),
        private: row.is_some_and(|row| row.private),
        counts: engine.counts(&incident.id),
        as_of: age.and_then(|age| Some(now.wall - chrono::TimeDelta::from_std(age).ok()?)),
        incident,
    }
}

/// An incident as the journal has it, to be played back; `None` where it is not known here.
pub fn film(
    engine: &mut Engine,
    id: &IncidentId,
    people: &BTreeMap<UserId, Person>,
    zone: Zone,
) -> Option<Film> {
    let incident = engine.shown(id)?;
    let names = Resolver {
        people,
        engine,
        zone,
    };
    let mut talk = talk(engine, &incident, &names, incident.lang);
    for message in &mut talk {
        // When that was is in the record.
        message.pinned &= !incident.pinned(&message.ts);
    }
    let row = engine.image().incidents.get(id);
    let channel = engine.image().channel_of(id);
    Some(Film {
        tape: Tape::new(id.clone(), engine.recorded(id)),
        talk,
        said: engine.spoken(id).collect(),
        channel: channel.map(|channel| channel.name.clone()),
        drill: row.is_some_and(|row| row.drill),
        private: row.is_some_and(|row| row.private),
    })
}

/// The channel pane, oldest first.
fn talk(engine: &Engine, incident: &Incident, names: &Resolver<'_>, lang: Lang) -> Vec<Talk> {
    let mut talk: Vec<Talk> = engine
        .talk(&incident.id)
        .into_iter()
        .filter_map(|row| said(engine, row, incident, names, lang))
        .collect();
    for entry in incident.entries.iter().rev() {
        if entry.position.is_some() {
            break;
        }
        talk.extend(on_its_way(entry, names));
    }
    talk.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.ts.cmp(&b.ts)));
    talk
}

fn room(engine: &Engine, summary: Summary, scene: &Scene<'_>, now: Now) -> Room {
    let id = summary.incident.id.clone();
    let names = Resolver {
        people: scene.people,
        engine,
        zone: scene.config.time_zone,
    };
    let mut jobs = BTreeMap::new();
    for job in engine.open_jobs(&id) {
        if let Task::Event { id } = &job.task {
            jobs.insert(id.clone(), job.state.clone());
        }
    }
    let talk = talk(engine, &summary.incident, &names, scene.lang);
    Room {
        next_call: summary.incident.next_call(now.wall),
        went: match summary.sight() {
            sight if sight.private || sight.restricted => Vec::new(),
            _ => engine.went_out(&summary.incident),
        },
        address: engine.address(&id).map(|(workspace, channel)| Address {
            workspace: workspace.to_owned(),
            channel: channel.clone(),
        }),
        lang: scene.lang,
        heard: engine.heard(&id),
        invited: resolve::called(scene.config, scene.people, engine.invited(&id)),
        talk: Arc::new(talk),
        jobs,
        summary,
    }
}

/// Without the stars around what our own messages write bold. One between blanks is nobody's markup.
fn unstarred(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let blank = |at: Option<usize>| {
        at.and_then(|at| all.get(at))
            .is_none_or(|c| c.is_whitespace())
    };
    let kept = all
        .iter()
        .enumerate()
        .filter(|(at, c)| **c != '*' || (blank(at.checked_sub(1)) && blank(Some(at + 1))));
    kept.map(|(_, c)| *c).collect()
}

/// Slack writes it in English; the author says who.
fn came_or_went(message: &Message) -> Option<Text> {
    match message.subtype.as_deref()? {
        "channel_join" | "group_join" => Some(Text::fixed(
            "has joined the channel",
            "チャンネルに参加しました",
        )),
        "channel_leave" | "group_leave" => Some(Text::fixed(
            "has left the channel",
            "チャンネルから退出しました",
        )),
        _ => None,
    }
}

/// A message of the channel pane; `None` for what the timeline tells instead.
fn said(
    engine: &Engine,
    row: &MessageRow,
    incident: &Incident,
    names: &Resolver<'_>,
    lang: Lang,
) -> Option<Talk> {
    let message = &row.message;
    // Said by the header and the timeline already.
    let told = message.subtype.as_deref().is_some_and(|subtype| {
        matches!(
            subtype,
            "channel_topic" | "channel_purpose" | "group_topic" | "group_purpose" | "pinned_item"
        )
    });
    if told && message.replies == 0 && message.reactions.is_empty() {
        return None;
    }
    let at = DateTime::from_timestamp_micros(row.ts.micros())?;
    let mut talk = Talk {
        ts: row.ts.clone(),
        at,
        thread: message.thread.clone().filter(|thread| *thread != row.ts),
        author: author(message, names),
        user: message.user.clone(),
        text: match came_or_went(message) {
            Some(words) => words.get(lang).to_owned(),
            None if message.own => unstarred(&mrkdwn::plain(&message.text, names)),
            None => mrkdwn::plain(&message.text, names),
        },
        edited: message.edited,
        pinned: message.pinned || incident.pinned(&row.ts),
        reactions: message.reactions.clone(),
        files: message.files.clone(),
        replies: message.replies,
        bot: message.own || message.user.is_none() || message.subtype.is_some(),
        event: None,
        pending: false,
    };
    if is_played(engine, incident, message) {
        talk.author = unmarked(&talk.author).to_owned();
        talk.bot = false;
    }
    let carries = message.own
        && message
            .metadata
            .as_ref()
            .is_some_and(|m| m.event_type == EVENTS);
    if !carries {
        return Some(talk);
    }
    let spoken = incident.entries.iter().rev().find(|entry| {
        matches!(entry.body, Body::Message { .. })
            && entry.position.as_ref().is_some_and(|p| p.ts == row.ts)
    });
    match spoken {
        Some(entry) => {
            talk.author = names.user(&entry.by).unwrap_or_default();
            talk.user = Some(entry.by.clone());
            talk.text = mrkdwn::plain(entry.text.as_deref().unwrap_or(""), names);
            talk.event = Some(entry.id.clone());
            talk.bot = false;
            Some(talk)
        }
        None => {
            // A copy, or an event that the timeline tells; people's answers keep it here.
            let answered = message.replies > 0 || !message.reactions.is_empty();
            let known = engine.image().channels.contains_key(&row.channel);
            (answered && known).then_some(talk)
        }
    }
}

/// Somebody of a drill who has a name and no user: read like a colleague, not like an alert.
fn is_played(
    engine: &Engine,
    incident: &Incident,
    message: &crate::domain::sync::image::Message,
) -> bool {
    let row = engine.image().incidents.get(&incident.id);
    row.is_some_and(|row| row.drill)
        && message.subtype.as_deref() == Some("bot_message")
        && (message.username.as_deref()).is_some_and(|name| unmarked(name).len() < name.len())
}

/// A name without the mark of a drill, which the screen's first row carries.
fn unmarked(name: &str) -> &str {
    let mark = PLAYED;
    let marks = [mark.get(Lang::En), mark.get(Lang::Ja)];
    let bare = marks.iter().find_map(|mark| name.strip_suffix(mark));
    bare.unwrap_or(name).trim_end()
}

fn author(message: &crate::domain::sync::image::Message, names: &Resolver<'_>) -> String {
    // Under a name of its own it is not whoever's token it was posted with.
    let disguised = message.subtype.as_deref() == Some("bot_message") && message.username.is_some();
    let by_user = message.user.as_ref().filter(|_| !disguised);
    let by_user = by_user.and_then(|user| names.user(user));
    by_user
        .or_else(|| {
            message
                .username
                .as_deref()
                .map(|name| clean_line(name).into_owned())
        })
        .or_else(|| {
            message
                .user
                .as_ref()
                .map(|user| clean_line(user.as_str()).into_owned())
        })
        .unwrap_or_default()
}

/// A message of this console that Slack has not stored yet.
fn on_its_way(entry: &Entry, names: &Resolver<'_>) -> Option<Talk> {
    let Body::Message { thread } = &entry.body else {
        return None;
    };
    Some(Talk {
        ts: SlackTs::from_micros(entry.at.timestamp_micros())?,
        at: entry.at,
        thread: thread.clone(),
        author: names.user(&entry.by).unwrap_or_default(),
        user: Some(entry.by.clone()),
        text: mrkdwn::plain(entry.text.as_deref().unwrap_or(""), names),
        edited: false,
        pinned: false,
        reactions: Vec::new(),
        files: Vec::new(),
        replies: 0,
        bot: false,
        event: Some(entry.id.clone()),
        pending: true,
    })
}

/// What an outbox entry does, in both languages.
pub fn job_words(
    engine: &Engine,
    task: &Task,
    incident: &Incident,
    people: &BTreeMap<UserId, Person>,
) -> Text {
    let say = |lang: Lang, id: &EventId, body: &Body, by: &UserId| {
        let name = |user: &UserId| engine.name(user);
        let clocks = Clocks {
            time: &|time| time.format("%H:%M UTC").to_string(),
            day: &|time| time.format("%Y-%m-%d UTC").to_string(),
        };
        sentence::plain(
            &sentence::sentence(id, body, by, incident, lang),
            name,
            &clocks,
        )
    };
    match task {
        Task::Event { id } => {
            let row = engine.image().events.get(id);
            let body = row.and_then(|row| row.event.body());
            match (row, body) {
                (Some(row), Some(body)) => {
                    let mut text = Text {
                        en: say(Lang::En, id, body, &row.by).into(),
                        ja: say(Lang::Ja, id, body, &row.by).into(),
                    };
                    if let Some(said) = &row.text {
                        let names = Resolver {
                            people,
                            engine,
                            zone: Zone::Local,
                        };
                        let said = mrkdwn::plain(said, &names);
                        let said = clean_line(&said);
                        text.en = format!("{}: {said}", text.en).into();
                        text.ja = format!("{}: {said}", text.ja).into();
                    }
                    text
                }
                _ => Text::fixed("an event", "イベント"),
            }
        }
        task => task_words(task),
    }
}

/// What a job does, by itself.
pub fn task_words(task: &Task) -> Text {
    match task {
        Task::Create { name, .. } => {
            crate::both!("open the channel #{name}", "チャンネル #{name} を開く")
        }
        Task::Event { .. } => Text::fixed("post an act", "操作を投稿する"),
        Task::Topic {} => Text::fixed("set the topic", "トピックを更新する"),
        Task::Purpose { .. } => Text::fixed("set the purpose", "チャンネルの説明を設定する"),
        Task::Card {} => Text::fixed("update the status card", "状況カードを更新する"),
        Task::PinEvent { .. } => Text::fixed("pin the declaration", "宣言をピン留めする"),
        Task::PinCard {} => Text::fixed("pin the status card", "状況カードをピン留めする"),
        Task::InvitePerson { who } => crate::both!("invite {who}", "{who} を招待する"),
        Task::InviteGroup { who } => {
            crate::both!("invite the group {who}", "グループ {who} を招待する")
        }
        Task::Announce {
            to, report: true, ..
        } => crate::both!("report in {to}", "{to} に報告する"),
        Task::Announce { to, .. } => crate::both!("announce in {to}", "{to} に告知する"),
        Task::Remind {
            to,
            about: About::Archived,
            ..
        } => crate::both!(
            "tell in {to} that the channel was archived",
            "チャンネルがアーカイブされたことを {to} に知らせる"
        ),
        Task::Remind { to, .. } => crate::both!(
            "name action items that are due in {to}",
            "期限の来た再発防止策を {to} に知らせる"
        ),
        Task::React { .. } => Text::fixed(
            "place a reaction to answer with",
            "回答用のリアクションを付ける",
        ),
        Task::Whisper { .. } => Text::fixed("answer one person", "本人だけに答える"),
        Task::Mark { .. } => Text::fixed("mark what was answered", "回答済みの印を付ける"),
        Task::Restore { .. } => {
            Text::fixed("say a deleted act again", "削除された記録を投稿し直す")
        }
        Task::Delete { .. } => Text::fixed("remove a duplicate", "重複した投稿を消す"),
        Task::Archive {} => Text::fixed("archive the channel", "チャンネルをアーカイブする"),
        Task::Unarchive {} => Text::fixed(
            "bring the channel back from the archive",
            "チャンネルのアーカイブを解除する",
        ),
    }
}

/// Names in the text of messages.
pub struct Resolver<'a> {
    pub people: &'a BTreeMap<UserId, Person>,
    pub engine: &'a Engine,
    /// In which times are shown.
    pub zone: Zone,
}

impl Names for Resolver<'_> {
    fn user(&self, id: &UserId) -> Option<String> {
        self.people.get(id).map(|person| person.name.clone())
    }

    fn channel(&self, id: &ChannelId) -> Option<String> {
        let row = self.engine.image().channels.get(id)?;
        Some(clean_line(&row.name).into_owned())
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        None
    }

    fn date(&self, unix: i64, _: &str) -> Option<String> {
        Some(clock::hhmm(self.zone, DateTime::from_timestamp(unix, 0)?))
    }
}

/// What `tell` makes of an incident; `None` where it is not known here.
pub fn told<R>(
    engine: &mut Engine,
    id: &IncidentId,
    people: &BTreeMap<UserId, Person>,
    config: &Config,
    now: Now,
    tell: impl FnOnce(&briefing::Told<'_>) -> R,
) -> Option<R> {
    let zone = config.time_zone;
    let incident = engine.shown(id)?;
    let row = engine.image().incidents.get(id);
    let channel = engine.image().channel_of(id);
    let names = Resolver {
        people,
        engine,
        zone,
    };
    Some(tell(&briefing::Told {
        incident: &incident,
        channel: channel.map(|channel| channel.name.as_str()),
        drill: row.is_some_and(|row| row.drill),
        private: row.is_some_and(|row| row.private),
        name: &|user| {
            let person = people.get(user);
            person.map_or_else(|| engine.name(user), |person| person.name.clone())
        },
        plain: &|text| mrkdwn::plain(text, &names),
        manual: template::manual_of(config, &incident),
        permalink: &|ts| engine.permalink(id, ts),
        zone,
        now: now.wall,
    }))
}
