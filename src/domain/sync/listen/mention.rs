//! Mentions: an act by whoever asked for it, and one answer.

use super::super::act::Author;
use super::super::image::{MessageRow, Task};
use super::super::mirror::drill_mark;
use super::super::{Engine, Now, Step};
use super::{Heard, Turn, words};
use crate::both;
use crate::domain::decide::{Asked, Command, Draft, Outlets, WorkOrder, decide};
use crate::domain::desk::Desk;
use crate::domain::event::{Body, Outcome};
use crate::domain::gate;
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::Incident;
use crate::domain::outlets::Outlet;
use crate::domain::problem::Problem;
use crate::domain::said::{Said, Who, Wish, addressed, parse};
use crate::domain::text::clean_line;
use crate::domain::words::Text;
use crate::domain::work::{Deed, Matter, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};

/// Our reaction on a mention that was answered to its author alone.
pub(in crate::domain::sync) const TOLD: &str = "speech_balloon";
/// Our reaction on a mention that was done: the act itself stands in the channel, so nothing more is
/// said of it.
pub(in crate::domain::sync) const DONE: &str = super::ask::YES;
/// An act that was asked for longer ago is not done: much may have changed.
const LATE: TimeDelta = TimeDelta::minutes(15);

impl Engine {
    /// What a person's message says to the program, if it does.
    pub(super) fn mention(&self, desk: &dyn Desk, row: &MessageRow) -> Option<(Said, UserId)> {
        let message = &row.message;
        let plain = matches!(message.subtype.as_deref(), None | Some("thread_broadcast"));
        let by = message.user.clone()?;
        let human =
            !message.own && message.username.is_none() && by != self.bot && !desk.is_program(&by);
        let rest = addressed(&message.text, &self.bot).filter(|_| plain && human)?;
        Some((parse(rest, &|user| self.name(user)), by))
    }

    pub(super) fn is_answered(&self, row: &MessageRow, heard: &Heard) -> bool {
        let marked = row
            .message
            .reactions
            .iter()
            .any(|r| [TOLD, DONE].contains(&r.name.as_str()) && r.users.contains(&self.bot));
        let whispered = || {
            self.image.jobs.values().any(|job| {
                job.incident == heard.incident
                    && matches!(&job.task, Task::Whisper { ts, .. } | Task::Mark { ts, .. }
                        if *ts == heard.ts)
            })
        };
        marked || self.image.events.contains_key(&heard.id("answer")) || whispered()
    }

    pub(super) fn take_up(
        &mut self,
        turn: &mut Turn<'_>,
        row: &MessageRow,
        said: Said,
        heard: &Heard,
    ) {
        let now = turn.now;
        let lang = heard.state.lang;
        let sight = self.sight(&heard.incident, &heard.state);
        let outlet = match said {
            Said::Menu | Said::Status => Some(Outlet::Answer),
            Said::Summary => Some(Outlet::Summary),
            _ => None,
        };
        if outlet.is_some_and(|outlet| !sight.opens(outlet)) {
            return self.refuse(turn.step, heard, &words::restricted(), now);
        }
        match said {
            Said::Menu => self.whisper(turn.step, heard, words::menu(&heard.state), now),
            Said::Help => self.whisper(turn.step, heard, words::help(lang), now),
            Said::Status => {
                if let Some(text) = self.status(heard) {
                    self.whisper(turn.step, heard, text, now);
                }
            }
            Said::Summary => {
                if let Some(text) = self.summary(turn.desk, heard) {
                    self.answer(turn.step, heard, Outcome::Told, &text, now);
                }
            }
            Said::Asks => self.refuse(turn.step, heard, &words::asks(), now),
            Said::Unclear => self.refuse(turn.step, heard, &words::unclear(), now),
            Said::Lacks(lack) => self.refuse(turn.step, heard, &words::lacks(lack), now),
            Said::Do(_) if row.message.edited => {
                self.refuse(turn.step, heard, &words::edited(), now)
            }
            Said::Do(_) if now.wall - heard.at > LATE => {
                self.refuse(turn.step, heard, &words::late(), now);
            }
            Said::Do(wish) => self.wish(turn, &wish, heard),
        }
    }

    /// Whoever commands and names somebody else offers them command, with how it stands.
    /// The time to answer counts from now on, however late it was read.
    fn offered(&self, turn: &Turn<'_>, commands: Vec<Command>, heard: &Heard) -> Vec<Command> {
        let state = &heard.state;
        let held = state.commander.is_some() && state.may_command(&heard.by);
        let minutes = turn.desk.habits().offer_minutes;
        let expires = turn.now.wall + TimeDelta::minutes(i64::from(minutes));
        let offers = |command: Command| match command {
            Command::Commander {
                user: Some(to),
                reason: None,
            } if held && to != heard.by => Command::Work(Box::new(WorkOrder {
                deed: Deed::Offered { to, expires },
                text: self.summary(turn.desk, heard),
                slot: None,
                items: Vec::new(),
            })),
            command => command,
        };
        commands.into_iter().map(offers).collect()
    }

    fn wish(&mut self, turn: &mut Turn<'_>, wish: &Wish, heard: &Heard) {
        let now = turn.now;
        let commands = match commands(turn.desk, wish, heard) {
            Ok(commands) => commands,
            Err(problem) => {
                let text = problem.lines(heard.state.lang);
                return self.answer(turn.step, heard, Outcome::Refused, &text, now);
            }
        };
        let commands = self.offered(turn, commands, heard);
        let mut outcome = Outcome::Refused;
        let mut lines = Vec::new();
        let mut whole = true;
        for (n, command) in commands.iter().enumerate() {
            let (became, text) = self.act_for(turn, heard, command, n);
            whole &= became == Outcome::Done;
            if became != Outcome::Refused {
                outcome = became;
            }
            lines.extend(Some(text).filter(|text| !text.is_empty()));
        }
        let skips = skips(&commands, &heard.state);
        if whole && !skips.is_empty() {
            let text = words::skips(&skips, heard.state.lang);
            return self.answer(turn.step, heard, Outcome::Done, &text, now);
        }
        if whole {
            let task = Task::Mark {
                ts: heard.ts.clone(),
                name: DONE.to_owned(),
            };
            return self.enqueue(turn.step, &heard.incident, task, now);
        }
        self.answer(turn.step, heard, outcome, &lines.join("\n"), now);
    }

    /// Does one act for somebody, or writes down what they would have liked. Says what came of it
    /// beside what the channel is told.
    pub(super) fn act_for(
        &mut self,
        turn: &mut Turn<'_>,
        heard: &Heard,
        command: &Command,
        nth: usize,
    ) -> (Outcome, String) {
        let lang = heard.state.lang;
        match self.try_for(turn, heard, command, nth) {
            // It stands in the channel in full, or will: where the record holds it already, another
            // console was first.
            Ok(_) => (Outcome::Done, String::new()),
            Err(problem) => {
                let right = command.verb().row().right;
                let may = self.holds(&heard.incident, right, &heard.by);
                let proposal = words::proposal(command, lang).filter(|_| !may);
                let Some(proposal) = proposal else {
                    return (Outcome::Refused, problem.lines(lang));
                };
                let hint = problem.hint.as_ref().map_or("", |hint| hint.get(lang));
                let draft = Draft {
                    id: heard.id("propose"),
                    body: Body::Note {},
                    text: Some(proposal.clone()),
                };
                self.put(turn.step, heard, vec![draft], &Outlets::default(), turn.now);
                // The note in the channel says what is proposed.
                let text = if hint.is_empty() {
                    proposal
                } else {
                    hint.to_owned()
                };
                (Outcome::Proposed, text)
            }
        }
    }

    /// The act's first event; `None` where the record holds it already.
    fn try_for(
        &mut self,
        turn: &mut Turn<'_>,
        heard: &Heard,
        command: &Command,
        nth: usize,
    ) -> Result<Option<Body>, Problem> {
        let verb = match nth {
            0 => command.verb().row().name.to_owned(),
            nth => format!("{}/{nth}", command.verb().row().name),
        };
        if self.image.events.contains_key(&heard.id(&verb)) {
            return Ok(None);
        }
        let mut drafts = {
            let last_heard = |user: &UserId| self.last_heard(&heard.incident, user);
            let name = |user: &UserId| self.name(user);
            let asked = Asked {
                by: &heard.by,
                now: turn.now.wall,
                heard: &last_heard,
                name: &name,
                silent_minutes: self.timing.commander_silent_minutes,
                gate: self.gate(&heard.incident),
                archived: false,
            };
            let command = &still_ahead(command, turn.now.wall);
            decide(&heard.state, command, &asked, turn.rng)?
        };
        if !matches!(command, Command::Pin { .. }) {
            derive(&mut drafts, |part| heard.id(&part_name(&verb, part)));
        }
        let sight = self.sight(&heard.incident, &heard.state);
        let (private, drill) = (sight.private, sight.drill);
        let outlets = turn.desk.outlets(&heard.state, private, drill, command);
        let body = drafts.first().map(|draft| draft.body.clone());
        let new = self.put(turn.step, heard, drafts, &outlets, turn.now);
        Ok(body.filter(|_| new))
    }

    fn put(
        &self,
        step: &mut Step,
        heard: &Heard,
        drafts: Vec<Draft>,
        outlets: &Outlets,
        now: Now,
    ) -> bool {
        let state = (*heard.state).clone();
        let via = heard.via();
        let answers = |draft: &Draft| matches!(draft.body, Body::Answer { .. });
        let author = Author {
            by: &heard.by,
            // An answer names what it answers.
            via: (!drafts.iter().any(answers)).then_some(&via),
        };
        self.record(step, &heard.incident, state, drafts, author, outlets, now)
    }

    fn refuse(&self, step: &mut Step, heard: &Heard, text: &Text, now: Now) {
        self.answer(
            step,
            heard,
            Outcome::Refused,
            text.get(heard.state.lang),
            now,
        );
    }

    /// The one answer, in the thread of what it answers.
    pub(super) fn answer(
        &self,
        step: &mut Step,
        heard: &Heard,
        outcome: Outcome,
        text: &str,
        now: Now,
    ) {
        let draft = Draft {
            id: heard.id("answer"),
            body: Body::Answer {
                to: heard.ts.clone(),
                thread: heard.thread.clone(),
                outcome,
            },
            text: Some(words::cut(text)),
        };
        self.put(step, heard, vec![draft], &Outlets::default(), now);
    }

    /// An answer for its author's eyes only.
    fn whisper(&self, step: &mut Step, heard: &Heard, text: String, now: Now) {
        let row = self.image.incidents.get(&heard.incident);
        let mark = row.map_or("", |row| drill_mark(row, heard.state.lang));
        // A card has the mark already.
        let text = match text.starts_with(mark) {
            true => text,
            false => format!("{mark}{text}"),
        };
        let task = Task::Whisper {
            ts: heard.ts.clone(),
            thread: (heard.thread != heard.ts).then(|| heard.thread.clone()),
            user: heard.by.clone(),
            text,
        };
        self.enqueue(step, &heard.incident, task, now);
    }

    /// It could not be said to them alone: it is said in the thread.
    pub(in crate::domain::sync) fn say_aloud(
        &mut self,
        step: &mut Step,
        job: &super::super::image::Job,
        now: Now,
    ) {
        let Task::Whisper {
            ts,
            thread,
            user,
            text,
        } = &job.task
        else {
            return;
        };
        let Some(state) = self.shown(&job.incident) else {
            return;
        };
        let heard = Heard {
            incident: job.incident.clone(),
            state,
            by: user.clone(),
            source: ts.to_string(),
            at: super::time_of(ts),
            ts: ts.clone(),
            thread: thread.clone().unwrap_or_else(|| ts.clone()),
            reaction: None,
        };
        let text = crate::wire::mrkdwn::plain(text, &super::super::mirror::Known(&self.names));
        self.answer(step, &heard, Outcome::Told, &text, now);
    }

    /// A mention that was done could not be marked so: it is said in the thread.
    pub(in crate::domain::sync) fn say_done(
        &mut self,
        step: &mut Step,
        job: &super::super::image::Job,
        now: Now,
    ) {
        let Task::Mark { ts, .. } = &job.task else {
            return;
        };
        let channel = self
            .image
            .channel_of(&job.incident)
            .map(|row| row.id.clone());
        let rows = channel.and_then(|id| self.image.messages.get(&id));
        let Some(message) = rows.and_then(|rows| rows.get(ts)).map(|row| &row.message) else {
            return;
        };
        let (Some(by), thread) = (message.user.clone(), message.thread.clone()) else {
            return;
        };
        let Some(state) = self.shown(&job.incident) else {
            return;
        };
        let text = words::recorded().get(state.lang).to_owned();
        let heard = Heard {
            incident: job.incident.clone(),
            state,
            by,
            source: ts.to_string(),
            at: super::time_of(ts),
            ts: ts.clone(),
            thread: thread.unwrap_or_else(|| ts.clone()),
            reaction: None,
        };
        self.answer(step, &heard, Outcome::Done, &text, now);
    }
}

/// What a step to recovery or to another phase leaves behind.
fn skips(commands: &[Command], state: &Incident) -> Vec<Text> {
    let steps = commands.iter().filter_map(|command| match command {
        Command::Recover(_) => Some(true),
        Command::Phase(_) => Some(false),
        _ => None,
    });
    let skipped = steps.flat_map(|recovers| gate::skipped(state, recovers));
    skipped.collect()
}

fn part_name(verb: &str, part: usize) -> String {
    match part {
        0 => verb.to_owned(),
        part => format!("{verb}.{part}"),
    }
}

/// Gives an act's events ids that every console would give them.
fn derive(drafts: &mut [Draft], id: impl Fn(usize) -> EventId) {
    let first = drafts.first().map(|draft| draft.id.clone());
    for (part, draft) in drafts.iter_mut().enumerate() {
        draft.id = id(part);
        if let Body::Items { level_event, .. } = &mut draft.body
            && Some(&*level_event) == first.as_ref()
        {
            *level_event = id(0);
        }
    }
}

/// The command that is offered; what is none is refused where it is decided.
fn offer(state: &Incident) -> EventId {
    let offer = state.work.offer.as_ref().map(|offer| offer.id.clone());
    offer.unwrap_or_else(|| EventId::new(""))
}

fn opened(desk: &dyn Desk, heard: &Heard, matter: Sort, text: &str) -> Command {
    Command::from(Deed::Opened {
        matter,
        line: clean_line(text).into_owned(),
        owner: None,
        due: asked_about(desk, heard),
        risk: None,
    })
}

/// What was read so late that its time has passed is asked about at once.
fn still_ahead(command: &Command, now: DateTime<Utc>) -> Command {
    let mut command = command.clone();
    if let Command::Work(order) = &mut command
        && let Deed::Opened { due: Some(due), .. } = &mut order.deed
    {
        *due = (*due).max(now + TimeDelta::minutes(1));
    }
    command
}

/// When what somebody said is asked about, counted from when they said it.
pub(super) fn asked_about(desk: &dyn Desk, heard: &Heard) -> Option<DateTime<Utc>> {
    let minutes = desk.habits().task_minutes;
    (minutes > 0).then(|| heard.at + TimeDelta::minutes(i64::from(minutes)))
}

/// What the console would be given for it.
fn commands(desk: &dyn Desk, wish: &Wish, heard: &Heard) -> Result<Vec<Command>, Problem> {
    let state = &heard.state;
    let person = |who: &Who| match who {
        Who::Me => Ok(heard.by.clone()),
        Who::User(user) => Ok(user.clone()),
        Who::Named(name) => desk.person(name),
    };
    let one = |command| Ok(vec![command]);
    match wish {
        Wish::Level(text) => one(Command::Level(desk.level(state, text)?)),
        Wish::Commander(who) => one(take_command(heard, person(who)?)),
        Wish::Milestone {
            milestone,
            time,
            link,
        } => one(Command::Milestone {
            milestone: *milestone,
            time: desk.time(time, heard.at)?,
            link: link.clone(),
        }),
        Wish::Recovered(time) => {
            let time = time.as_deref().map(|time| desk.time(time, heard.at));
            let time = time.transpose()?.unwrap_or(heard.at);
            // Who may not declare it may still say so: it has to hold.
            one(if state.may_command(&heard.by) {
                Command::Recover(Some(time))
            } else {
                Command::from(Deed::Claimed {
                    time,
                    hold: desk.habits().hold_minutes,
                    owners: Vec::new(),
                })
            })
        }
        Wish::Done(items) => Ok(items.iter().map(|n| Command::Tick(n.to_string())).collect()),
        Wish::Undone(items) => Ok(items
            .iter()
            .map(|n| Command::Untick(n.to_string()))
            .collect()),
        Wish::Join { role, task } => one(Command::CheckIn {
            user: heard.by.clone(),
            role: role.map(str::to_owned),
            task: task.clone(),
        }),
        Wish::Accept => one(Command::from(Deed::Accepted {
            offer: offer(state),
            user: heard.by.clone(),
        })),
        Wish::Decline => one(Command::from(Deed::Declined {
            offer: offer(state),
        })),
        Wish::Here => one(Command::from(Deed::Here {})),
        Wish::Need(text) => one(opened(desk, heard, Sort::Need, text)),
        Wish::Question(text) => one(opened(desk, heard, Sort::Question, text)),
        Wish::Meeting(link) => one(Command::from(Deed::Meeting { link: link.clone() })),
        Wish::Settled(entry, line) => {
            let matter = matter(state, entry)?;
            // What is decided is done once its result is known.
            let state = match (matter.sort, matter.state) {
                (Sort::Decision, State::Decided) => State::Resulted,
                (sort, _) => sort.states()[0],
            };
            one(Command::from(Deed::Settled {
                matter: matter.id.clone(),
                state,
                line: line.as_deref().map(|line| clean_line(line).into_owned()),
                owner: None,
                due: None,
            }))
        }
        Wish::Object(entry, line) => one(Command::from(Deed::Objected {
            matter: matter(state, entry)?.id.clone(),
            line: clean_line(line).into_owned(),
        })),
        Wish::Leave => one(Command::CheckOut(heard.by.clone())),
        Wish::Note(text) => one(Command::Note(text.clone())),
        Wish::Situation(text) => one(Command::Situation(text.clone())),
        Wish::Temperature(text) => one(Command::Temperature(desk.temperature(state, text)?)),
        Wish::Phase(phase) => one(Command::Phase(*phase)),
        Wish::Timekeeper(minutes) => one(Command::Timekeeper(
            minutes.unwrap_or_else(|| desk.timekeeper(state)),
        )),
        Wish::Role { role, who } => one(Command::Role {
            role: (*role).to_owned(),
            user: Some(person(who)?),
        }),
    }
}

/// An open entry by its number.
fn matter<'a>(state: &'a Incident, entry: &str) -> Result<&'a Matter, Problem> {
    let mut open = state.work.matters.iter().filter(|one| one.is_open());
    open.find(|one| one.handle() == *entry).ok_or_else(|| {
        Problem::not_found(both!(
            "Nothing that is open is called {entry}.",
            "{entry} という未完了の項目はありません。"
        ))
    })
}

/// Who takes command from somebody in Slack gives no reason; the one that allows it is theirs.
pub(super) fn take_command(heard: &Heard, user: UserId) -> Command {
    let held = heard.state.commander.as_ref();
    let from_another = held.is_some_and(|held| held.user != user && user == heard.by);
    let reason = from_another.then(|| {
        let text = Text::fixed("no answer from the commander", "指揮者の応答がないため");
        text.get(heard.state.lang).to_owned()
    });
    Command::Commander {
        user: Some(user),
        reason,
    }
}

/// The names of a message's reactions are Slack's; a skin tone says nothing.
pub(super) fn base(name: &str) -> &str {
    name.split("::").next().unwrap_or(name)
}
