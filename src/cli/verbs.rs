//! Every act of the console as a subcommand: one row of the verb table each.

use super::context::{Context, Session};
use super::ground::Ground;
use super::out;
use crate::app::clock;
use crate::app::deeds;
use crate::app::resolve::{self, Reach};
use crate::both;
use crate::domain::checklists::Checklists;
use crate::domain::decide::Command;
use crate::domain::event::{Kind, Milestone, Phase};
use crate::domain::gate;
use crate::domain::ids::{IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::sync::Order;
use crate::domain::words::Text;
use crate::domain::work::Four;
use crate::io::config;
use crate::io::evidence::Locker;
use crate::io::publish::Resolver;
use crate::wire::mrkdwn;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

/// Which incident: an id, a channel's name, or `-` for the only open one.
#[derive(Args, Clone)]
pub struct On {
    /// An incident: its id, its channel's name, or - for the only open one
    #[arg(value_name = "I")]
    pub(super) incident: String,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KindName {
    Outage,
    Security,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum OnOff {
    Start,
    Stop,
}

#[derive(Subcommand, Clone)]
pub enum Verb {
    /// Declare an incident and open its channel
    Declare {
        /// The service that is affected, as configured; `other` always exists
        #[arg(long)]
        service: String,
        /// What is wrong, in a few plain words
        #[arg(long)]
        title: String,
        #[arg(long, value_enum, default_value = "outage")]
        kind: KindName,
        /// How urgent it feels: red, yellow, blue, or as configured
        #[arg(long)]
        temperature: Option<String>,
        /// The situation right now, in plain words
        #[arg(long)]
        situation: Option<String>,
        /// When it started: 10:05, -15m, or RFC 3339
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        started: Option<String>,
        /// When it was first noticed
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        detected: Option<String>,
        /// In a private channel, announced nowhere
        #[arg(long)]
        private: bool,
        /// Personal data is involved
        #[arg(long)]
        personal_data: bool,
        /// This is a drill
        #[arg(long)]
        drill: bool,
    },
    /// Take command, or give it to somebody (- lays it down)
    Command {
        #[command(flatten)]
        on: On,
        /// Who takes command: @name or a Slack id; nobody lays it down [default: yourself]
        user: Option<String>,
        /// Why, when taking it from somebody who is silent
        #[arg(long)]
        reason: Option<String>,
    },
    /// Set the level; loads its checklist
    Level {
        #[command(flatten)]
        on: On,
        level: String,
    },
    /// Set the temperature: how urgent it feels
    Temperature {
        #[command(flatten)]
        on: On,
        temperature: String,
    },
    /// Write the situation right now
    Situation {
        #[command(flatten)]
        on: On,
        /// What is affected: features, screens
        text: String,
        /// Whether users must be told: notice, inquiries, social media
        #[arg(long)]
        users: Option<String>,
        /// On cause or recovery
        #[arg(long)]
        outlook: Option<String>,
        /// How far it may still spread, and who is needed
        #[arg(long)]
        spread: Option<String>,
    },
    /// Say where the response is: investigating, fixing, monitoring, documenting
    Phase {
        #[command(flatten)]
        on: On,
        phase: String,
    },
    /// Mark an item as done, by its number or id
    Tick {
        #[command(flatten)]
        on: On,
        item: String,
    },
    /// Open an item again
    Untick {
        #[command(flatten)]
        on: On,
        item: String,
    },
    /// Put a name on an item (- takes it off)
    Assign {
        #[command(flatten)]
        on: On,
        item: String,
        user: String,
        /// Until when, from now, instead of its time-box
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
    },
    /// Settle an item without doing it
    Skip {
        #[command(flatten)]
        on: On,
        item: String,
        #[arg(long)]
        reason: String,
    },
    /// Add an item to the checklist
    AddItem {
        #[command(flatten)]
        on: On,
        text: String,
    },
    /// Post to the channel
    Message {
        #[command(flatten)]
        on: On,
        text: String,
        /// As a reply to this message
        #[arg(long, value_name = "TS")]
        thread: Option<String>,
        /// In the channels of its open parts as well: one order to all
        #[arg(long, conflicts_with = "thread")]
        parts: bool,
    },
    /// Write a line into the timeline
    Note {
        #[command(flatten)]
        on: On,
        text: String,
    },
    /// Put a message into the timeline at its own time
    Pin {
        #[command(flatten)]
        on: On,
        ts: String,
        /// Take it out again
        #[arg(long)]
        off: bool,
    },
    /// Give a role to somebody (- to nobody)
    Role {
        #[command(flatten)]
        on: On,
        role: String,
        user: String,
    },
    /// Check in, with a role and a task
    Checkin {
        #[command(flatten)]
        on: On,
        user: Option<String>,
        #[arg(long)]
        role: Option<String>,
        #[arg(long)]
        task: Option<String>,
    },
    /// Check out
    Checkout {
        #[command(flatten)]
        on: On,
        user: Option<String>,
    },
    /// Set or correct a milestone's time
    Milestone {
        #[command(flatten)]
        on: On,
        /// started, detected, responded, assembled, recovered, resolved
        name: String,
        /// 10:05, -15m, now, or RFC 3339
        #[arg(allow_hyphen_values = true)]
        time: String,
        /// The message that shows it
        #[arg(long)]
        link: Option<String>,
    },
    /// Start or stop the timekeeper
    Timekeeper {
        #[command(flatten)]
        on: On,
        #[arg(value_enum)]
        what: OnOff,
        /// Between calls; as configured when left out
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Mark that personal data is involved
    PersonalData {
        #[command(flatten)]
        on: On,
    },
    /// Declare recovery: users are no longer hurt
    Recover {
        #[command(flatten)]
        on: On,
        /// When it became good
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
    },
    /// Declare that all work is done, and archive the channel
    Resolve {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Archive the channel
    Archive {
        #[command(flatten)]
        on: On,
    },
    /// Call it off
    Cancel {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
        /// Nothing was wrong
        #[arg(long, conflicts_with = "near_miss")]
        false_alarm: bool,
        /// Worth learning from, without harm done
        #[arg(long)]
        near_miss: bool,
    },
    /// Merge it into another incident, where the response goes on
    Merge {
        #[command(flatten)]
        on: On,
        /// The incident that lives on: its id or its channel's name
        #[arg(value_name = "J")]
        into: String,
    },
    /// Take the response up again
    Reopen {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
    },
}

/// Does a verb, waits for it to be delivered, and prints what became of it.
pub fn run(context: Context, verb: Verb) -> Result<(), Problem> {
    match verb {
        Verb::Declare { .. } => act(context, None, false, |session, lists, _, _, now| {
            declare(session, lists, verb, now)
        }),
        verb => {
            let parts = matches!(verb, Verb::Message { parts: true, .. });
            let (on, make) = split(verb);
            act(
                context,
                Some(on),
                parts,
                |session, lists, incident, me, now| make.command(session, lists, incident, me, now),
            )
        }
    }
}

/// The same for what command deals out and keeps.
pub fn run_deed(context: Context, deed: super::deeds::Deed) -> Result<(), Problem> {
    let on = deed.on().clone();
    act(
        context,
        Some(on),
        false,
        |session, lists, incident, me, now| deed.command(session, lists, incident, me, now),
    )
}

/// The same for what the record gains afterwards.
pub fn run_lesson(context: Context, lesson: super::lessons::Lesson) -> Result<(), Problem> {
    let on = lesson.on().clone();
    act(context, Some(on), false, |session, _, incident, me, now| {
        let mut command = lesson.command(session, incident, me, now)?;
        if let Command::Learn(lesson) = &mut command {
            let paths = &session.context.paths;
            let locker = Locker::new(&paths.data_dir, &incident.id, paths.home.as_deref());
            lesson.learnt = locker.take_in(lesson.learnt.clone())?;
        }
        Ok(command)
    })
}

pub(super) fn act(
    context: Context,
    on: Option<On>,
    parts: bool,
    make: impl FnOnce(
        &Session,
        &Checklists,
        &Incident,
        &UserId,
        DateTime<Utc>,
    ) -> Result<Command, Problem>,
) -> Result<(), Problem> {
    let lists = Checklists::load(|sheet, list, lang| {
        config::checklist(
            &context.loaded,
            context.paths.home.as_deref(),
            sheet,
            list,
            lang,
        )
    })?;
    let session = context.session()?;
    let me = session.me()?;
    if on.is_some() {
        session.catch_up();
    }
    let now = Utc::now();
    let known = on.map(|on| session.incident(&on.incident)).transpose()?;
    let incident = known.as_ref().map(|incident| incident.id.clone());
    let none = Incident::new(IncidentId::new(""));
    let command = make(
        &session,
        &lists,
        known.as_deref().unwrap_or(&none),
        &me,
        now,
    )?;
    if let Some(incident) = &known {
        tell_missing(&session, incident, &command, now)?;
    }
    let outlets = outlets(&session, incident.as_ref(), &command)?;
    let restricts = matches!(command, Command::Restrict(_));
    let order = Order {
        command,
        by: me,
        outlets,
        via: Some(session.context.global.via()),
    };
    let before = session.last_entry()?;
    let asked = incident.clone();
    let id = session.core.act(incident, order.clone())?;
    // What is reopened may go on in a channel that is opened for it.
    let mut delivered = match asked.is_some_and(|asked| asked != id) {
        true => session.deliver_whole(&id, before)?,
        false => session.deliver(&id, before)?,
    };
    if let Some(whole) = known.filter(|_| parts) {
        for part in open_parts(&session, &whole)? {
            let before = session.last_entry()?;
            session.core.act(Some(part.clone()), order.clone())?;
            delivered.join(session.deliver(&part, before)?);
        }
    }
    if restricts {
        let public = id.clone();
        let there = session.core.look(move |engine, _| {
            let there = engine.companion_of(&public);
            there.map(|incident| incident.id.clone())
        })?;
        if let Some(there) = there {
            delivered.join(session.deliver_whole(&there, before)?);
        }
    }
    // Printed whatever became of it: it is saved.
    out::incident(&session, &id)?;
    out::delivery(&delivered, session.context.lang)
}

/// Incidents that are a part of this one, and not over.
fn open_parts(session: &Session, whole: &Incident) -> Result<Vec<IncidentId>, Problem> {
    let children: Vec<IncidentId> = whole.work.children.iter().map(|c| c.id.clone()).collect();
    session.core.look(move |engine, _| {
        let open = |id: &IncidentId| engine.shown(id).is_some_and(|part| !part.phase.is_over());
        children.into_iter().filter(open).collect()
    })
}

/// What the close gate misses, one by one with the act that mends each; what recovery skips.
fn tell_missing(
    session: &Session,
    incident: &Incident,
    command: &Command,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let lang = session.context.lang;
    let lines: Vec<String> = match command {
        Command::Resolve(_) if !incident.phase.is_burning() => {
            let id = incident.id.clone();
            let rules = session.core.look(move |engine, _| engine.gate(&id))?;
            let misses = gate::gate(incident, &rules, now);
            let line =
                |miss: &gate::Miss| format!("- {} ({})", miss.text.get(lang), miss.verb.row().name);
            misses.iter().map(line).collect()
        }
        Command::Recover(_) | Command::Phase(_) if !incident.phase.is_over() => {
            let recovers = matches!(command, Command::Recover(_));
            if recovers && !incident.phase.is_burning() {
                return Ok(());
            }
            let skipped = gate::skipped(incident, recovers);
            let note = |text: &Text| format!("- {}", text.get(lang));
            skipped.iter().map(note).collect()
        }
        _ => Vec::new(),
    };
    for line in lines {
        out::talk(&Text::same(line), lang);
    }
    Ok(())
}

fn outlets(
    session: &Session,
    incident: Option<&IncidentId>,
    command: &Command,
) -> Result<crate::domain::decide::Outlets, Problem> {
    let people = session.people_now();
    let config = &session.context.config;
    if let Command::Declare(declaration) = command {
        let reach = Reach::of_declaration(declaration);
        return Ok(resolve::outlets(config, &people, &reach, command));
    }
    let Some(id) = incident.cloned() else {
        return Ok(crate::domain::decide::Outlets::default());
    };
    let known = session.core.look(move |engine, _| {
        let row = engine.image().incidents.get(&id).cloned();
        engine.shown(&id).map(|incident| (incident, row))
    })?;
    Ok(known.map_or_else(Default::default, |(incident, row)| {
        let private = row.as_ref().is_some_and(|r| r.private);
        let drill = row.as_ref().is_some_and(|r| r.drill);
        let reach = Reach::of(&incident, private, drill);
        resolve::outlets(config, &people, &reach, command)
    }))
}

fn declare(
    session: &Session,
    lists: &Checklists,
    verb: Verb,
    now: DateTime<Utc>,
) -> Result<Command, Problem> {
    let Verb::Declare {
        service,
        title,
        kind,
        temperature,
        situation,
        started,
        detected,
        private,
        personal_data,
        drill,
    } = verb
    else {
        return Err(Problem::failed(Text::fixed(
            "no declaration",
            "宣言ではありません",
        )));
    };
    let config = &session.context.config;
    let time = |text: Option<String>| {
        text.map(|text| clock::parse(&text, now, config.time_zone))
            .transpose()
    };
    let wish = resolve::Wish {
        title,
        service,
        kind: match kind {
            KindName::Outage => Kind::Outage,
            KindName::Security => Kind::Security,
        },
        temperature,
        situation,
        started: time(started)?,
        detected: time(detected)?,
        private: private.then_some(true),
        drill,
        personal_data,
    };
    let people = session.people_now();
    let lang = session.context.lang;
    let declaration = resolve::declaration(config, lists, &people, &wish, lang, now)?;
    Ok(Command::Declare(Box::new(declaration)))
}

/// The rest of a verb once its incident is taken off.
pub(super) struct Make(Verb);

pub(super) fn split(verb: Verb) -> (On, Make) {
    let on = match &verb {
        Verb::Declare { .. } => On {
            incident: String::new(),
        },
        Verb::Command { on, .. }
        | Verb::Level { on, .. }
        | Verb::Temperature { on, .. }
        | Verb::Situation { on, .. }
        | Verb::Phase { on, .. }
        | Verb::Tick { on, .. }
        | Verb::Untick { on, .. }
        | Verb::Assign { on, .. }
        | Verb::Skip { on, .. }
        | Verb::AddItem { on, .. }
        | Verb::Message { on, .. }
        | Verb::Note { on, .. }
        | Verb::Pin { on, .. }
        | Verb::Role { on, .. }
        | Verb::Checkin { on, .. }
        | Verb::Checkout { on, .. }
        | Verb::Milestone { on, .. }
        | Verb::Timekeeper { on, .. }
        | Verb::PersonalData { on }
        | Verb::Recover { on, .. }
        | Verb::Resolve { on, .. }
        | Verb::Archive { on }
        | Verb::Cancel { on, .. }
        | Verb::Merge { on, .. }
        | Verb::Reopen { on, .. } => on.clone(),
    };
    (on, Make(verb))
}

impl Make {
    pub(super) fn command(
        self,
        ground: &impl Ground,
        lists: &Checklists,
        incident: &Incident,
        me: &UserId,
        now: DateTime<Utc>,
    ) -> Result<Command, Problem> {
        let config = ground.config();
        let zone = config.time_zone;
        let person = |text: &str| resolve::person(&*ground.people()?, text);
        let or_me = |user: Option<String>| user.map_or(Ok(me.clone()), |u| person(&u));
        let or_nobody = |user: &str| {
            if user == "-" {
                Ok(None)
            } else {
                person(user).map(Some)
            }
        };
        Ok(match self.0 {
            Verb::Declare { .. } => {
                return Err(Problem::failed(Text::fixed("a declaration", "宣言です")));
            }
            Verb::Command { user, reason, .. } => {
                let user = user.map_or(Ok(Some(me.clone())), |u| or_nobody(&u))?;
                pass(ground, incident, me, (user, reason), now)?
            }
            Verb::Level { level, .. } => {
                Command::Level(resolve::level(config, lists, incident, &level)?)
            }
            Verb::Temperature { temperature, .. } => {
                Command::Temperature(resolve::temperature(config, &temperature, incident.lang)?)
            }
            Verb::Situation {
                text,
                users,
                outlook,
                spread,
                ..
            } => {
                let said = |text: Option<String>| text.unwrap_or_default();
                let four = Four {
                    affected: text,
                    users: said(users),
                    outlook: said(outlook),
                    spread: said(spread),
                };
                Command::Situation(four.render(incident.lang))
            }
            Verb::Phase { phase, .. } => Command::Phase(phase_named(&phase)?),
            Verb::Tick { item, .. } => Command::Tick(item),
            Verb::Untick { item, .. } => Command::Untick(item),
            Verb::Assign {
                item,
                user,
                minutes,
                ..
            } => Command::Assign {
                item,
                user: or_nobody(&user)?,
                due: minutes.map(|minutes| deeds::in_minutes(now, minutes)),
            },
            Verb::Skip { item, reason, .. } => Command::Skip { item, reason },
            Verb::AddItem { text, .. } => Command::AddItem(text),
            Verb::Message { text, thread, .. } => Command::Message {
                text,
                thread: thread.as_deref().map(ts).transpose()?,
            },
            Verb::Note { text, .. } => Command::Note(text),
            Verb::Pin { ts: at, off, .. } => pin(ground, incident, me, &at, !off)?,
            Verb::Role { role, user, .. } if role == "commander" => {
                pass(ground, incident, me, (or_nobody(&user)?, None), now)?
            }
            Verb::Role { role, user, .. } => Command::Role {
                role,
                user: or_nobody(&user)?,
            },
            Verb::Checkin {
                user, role, task, ..
            } => Command::CheckIn {
                user: or_me(user)?,
                role,
                task,
            },
            Verb::Checkout { user, .. } => Command::CheckOut(or_me(user)?),
            Verb::Milestone {
                name, time, link, ..
            } => Command::Milestone {
                milestone: milestone_named(&name)?,
                time: clock::parse(&time, now, zone)?,
                link,
            },
            Verb::Timekeeper { what, minutes, .. } => Command::Timekeeper(match what {
                OnOff::Stop => 0,
                OnOff::Start => minutes.unwrap_or(config.timekeeper.minutes).max(1),
            }),
            Verb::PersonalData { .. } => resolve::personal_data(config, lists, incident),
            Verb::Recover { at, .. } => {
                let at = at.map(|text| clock::parse(&text, now, zone)).transpose()?;
                Command::Recover(at)
            }
            Verb::Resolve { reason, .. } => Command::Resolve(reason),
            Verb::Archive { .. } => Command::Archive,
            Verb::Cancel {
                reason,
                false_alarm,
                near_miss,
                ..
            } => Command::Cancel {
                outcome: match (false_alarm, near_miss) {
                    (true, _) => Phase::FalseAlarm,
                    (_, true) => Phase::NearMiss,
                    _ => Phase::Cancelled,
                },
                reason,
            },
            Verb::Merge { into, .. } => resolve::merge(ground.incident(&into)?.id.clone()),
            Verb::Reopen { reason, .. } => Command::Reopen(reason),
        })
    }
}

fn ts(text: &str) -> Result<SlackTs, Problem> {
    SlackTs::parse(text).map_err(|_| {
        Problem::usage(both!(
            "\"{text}\" is no message timestamp.",
            "「{text}」はメッセージのタイムスタンプではありません。"
        ))
        .hint(Text::same("1763636400.000100"))
    })
}

/// Command is taken, laid down, or offered to somebody else.
fn pass(
    ground: &impl Ground,
    incident: &Incident,
    me: &UserId,
    (user, reason): (Option<UserId>, Option<String>),
    now: DateTime<Utc>,
) -> Result<Command, Problem> {
    match user {
        Some(to) if deeds::is_offer(incident, me, &to, reason.as_deref()) => {
            let minutes = ground.config().timers.offer_minutes;
            super::deeds::offer(ground, incident, to, minutes, now)
        }
        user => Ok(Command::Commander { user, reason }),
    }
}

fn pin(
    ground: &impl Ground,
    incident: &Incident,
    me: &UserId,
    at: &str,
    pinned: bool,
) -> Result<Command, Problem> {
    let at = ts(at)?;
    let people = ground.people()?;
    let zone = ground.config().time_zone;
    let (id, wanted) = (incident.id.clone(), at.clone());
    let found = ground.look(move |engine, _| {
        let row = engine.talk(&id).into_iter().find(|row| row.ts == wanted)?;
        let names = Resolver {
            people: &people,
            engine,
            zone,
        };
        let author = row.message.user.as_ref();
        let author = author.map(|user| engine.name(user)).unwrap_or_default();
        let said = mrkdwn::plain(&row.message.text, &names);
        Some((author, said, row.message.files.clone()))
    })?;
    let Some((author, excerpt, files)) = found else {
        return Err(Problem::not_found(both!(
            "There is no message {at} in this channel.",
            "このチャンネルに投稿 {at} はありません。"
        )));
    };
    Ok(Command::Pin {
        evidence: false,
        ts: at,
        author,
        excerpt,
        by: me.clone(),
        pinned,
        files,
    })
}

fn phase_named(name: &str) -> Result<Phase, Problem> {
    Phase::parse(name).ok_or_else(|| {
        Problem::usage(both!(
            "There is no phase \"{name}\".",
            "段階「{name}」はありません。"
        ))
        .hint(Text::same("investigating, fixing, monitoring, documenting"))
    })
}

fn milestone_named(name: &str) -> Result<Milestone, Problem> {
    Milestone::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Milestone::ALL.iter().map(|m| m.name()).collect();
        Problem::usage(both!(
            "There is no milestone \"{name}\".",
            "節目「{name}」はありません。"
        ))
        .hint(Text::same(known.join(", ")))
    })
}
