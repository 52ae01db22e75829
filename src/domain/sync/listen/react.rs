//! Reactions: on a question, its answer; on a checklist, an item done; a mark, on what is worth
//! keeping. Found by reading again; taking one away takes nothing back.

use super::super::image::{Message, MessageRow};
use super::super::mirror::Carried;
use super::super::{Engine, mirror};
use super::ask::{CALL, CHAT, ELSE, FIRST, HAND, HIGHER, NUMBERS, RELIEF, SITUATION, YES};
use super::mention::{asked_about, base, take_command};
use super::{Heard, Heed, Turn, time_of, words};
use crate::both;
use crate::domain::decide::Command;
use crate::domain::desk::Desk;
use crate::domain::event::{About, Body, Milestone, Outcome, Register};
use crate::domain::ids::{EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::sentence::LEFT;
use crate::domain::text::clean_line;
use crate::domain::words::Lang;
use crate::domain::work::{Deed, Sort};
use crate::wire::mrkdwn;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Of a message that becomes a question, so many characters.
const LINE: usize = 180;
/// What a reaction on an offer of command, a claim of recovery or a roll call says, as long as that
/// stands.
fn yes_to(id: &EventId, deed: &Deed, name: &str, heard: &Heard) -> Option<Command> {
    let work = &heard.state.work;
    match deed {
        Deed::Offered { .. } if name == YES => {
            let open = work.offer.as_ref().filter(|open| open.id == *id)?;
            let deed = Deed::Accepted {
                offer: open.id.clone(),
                user: heard.by.clone(),
            };
            Some(deed.into())
        }
        Deed::Claimed { .. } if name == YES => {
            let open = work.claim.as_ref().filter(|open| open.id == *id)?;
            let deed = Deed::Confirmed {
                claim: open.id.clone(),
            };
            (!open.confirmed.contains_key(&heard.by)).then(|| deed.into())
        }
        Deed::RollCall {} if HAND.contains(&name) => Some(Deed::Here {}.into()),
        _ => None,
    }
}

impl Engine {
    pub(super) fn reactions(
        &mut self,
        turn: &mut Turn<'_>,
        row: &MessageRow,
        incident: &IncidentId,
        state: &Arc<Incident>,
    ) -> Heed {
        let (desk, now) = (turn.desk, turn.now);
        let message = &row.message;
        // Slack cuts long lists of people short: who is not listed cannot be told from who is not
        // there, and is not heeded.
        let given: Vec<(String, UserId)> = message
            .reactions
            .iter()
            .flat_map(|r| r.users.iter().map(|user| (r.name.clone(), user.clone())))
            .filter(|(_, user)| *user != self.bot && !desk.is_program(user))
            .collect();
        let key = (row.channel.clone(), row.ts.clone());
        let mut waits = false;
        for (name, by) in given {
            let name = match base(&name) {
                name if HAND.contains(&name) => HAND[0],
                name => name,
            };
            let heard = Heard {
                incident: incident.clone(),
                state: state.clone(),
                by,
                source: format!("{}/{name}", row.ts),
                at: time_of(&row.ts),
                ts: row.ts.clone(),
                thread: message.thread.clone().unwrap_or_else(|| row.ts.clone()),
                reaction: Some(name.to_owned()),
            };
            let command = if message.own {
                self.answered_by(desk, message, name, &heard)
            } else {
                self.marked(desk, row, name, &heard)
            };
            let Some(command) = command else { continue };
            let verb = command.verb().row().name;
            let known = [verb, "answer", "propose"]
                .iter()
                .any(|verb| self.image.events.contains_key(&heard.id(verb)));
            if known {
                continue;
            }
            if !self.ripe(&key, &heard, now) {
                waits = true;
                continue;
            }
            let same = matches!(&command, Command::Level(plan)
                if state.level.as_ref().is_some_and(|level| level.id == plan.level.id));
            if same {
                let text = words::same_level(state);
                self.answer(turn.step, &heard, Outcome::Told, text.get(state.lang), now);
                return Heed::Wait;
            }
            let (outcome, text) = self.act_for(turn, &heard, &command, 0);
            if outcome == Outcome::Refused && !matches!(command, Command::Pin { .. }) {
                self.answer(turn.step, &heard, outcome, &text, now);
            }
            if !turn.step.writes.is_empty() {
                return Heed::Wait;
            }
        }
        if waits { Heed::Wait } else { Heed::Done }
    }

    /// What a reaction on our own message asks for.
    fn answered_by(
        &self,
        desk: &dyn Desk,
        message: &Message,
        name: &str,
        heard: &Heard,
    ) -> Option<Command> {
        let carried = message.metadata.as_ref().and_then(Carried::read)?;
        if carried.incident != heard.incident {
            return None;
        }
        let deeds = carried.events.iter().filter_map(|(_, event)| {
            let Some(Body::Work(deed)) = event.body() else {
                return None;
            };
            Some((&event.id, deed))
        });
        if let Some(command) = deeds
            .filter_map(|(id, deed)| yes_to(id, deed, name, heard))
            .next()
        {
            return Some(command);
        }
        let number = NUMBERS.iter().position(|word| *word == name);
        let question = carried
            .events
            .iter()
            .find_map(|(_, event)| match event.body() {
                Some(Body::Question { about, levels, .. }) => Some((*about, levels)),
                _ => None,
            });
        match question {
            Some((About::Commander, _)) if HAND.contains(&name) => {
                Some(take_command(heard, heard.by.clone()))
            }
            // The question said which level a number is; what it brings is configured.
            Some((About::Level, levels)) => {
                let level = levels.get(number?)?;
                Some(Command::Level(desk.level(&heard.state, &level.id).ok()?))
            }
            Some((About::Meeting, _)) => meeting(desk, heard, name),
            Some((About::Left, _)) => left(desk, heard, number?),
            Some((About::Detected, _)) if name == YES => {
                first_noticed(heard, heard.state.declared?, None)
            }
            Some((About::Relief, _)) if name == RELIEF => self.asked_for(desk, heard, name),
            Some(_) => None,
            None if [RELIEF, ELSE, HIGHER].contains(&name) => {
                let mut events = carried.events.iter();
                let call = events
                    .any(|(_, event)| matches!(event.body(), Some(Body::TimekeeperCall { .. })));
                call.then(|| self.asked_for(desk, heard, name)).flatten()
            }
            None => {
                let place = carried.position_of(&heard.ts, 0).ts;
                let item = self.item_shown(&heard.incident, &place, &carried, number?)?;
                Some(Command::Tick(item))
            }
        }
    }

    /// The item that a checklist's message shows under this number. Numbers change with the level;
    /// those of a message do not.
    fn item_shown(
        &self,
        incident: &IncidentId,
        place: &SlackTs,
        carried: &Carried,
        number: usize,
    ) -> Option<String> {
        let brought: BTreeSet<&str> = carried
            .events
            .iter()
            .filter_map(|(_, event)| match event.body() {
                Some(Body::Items { items, .. }) => Some(items),
                _ => None,
            })
            .flatten()
            .map(|item| item.id.as_str())
            .collect();
        if brought.is_empty() {
            return None;
        }
        let fold = self.folds.get(incident)?;
        let mut then = Incident::with_prev(incident.clone(), self.safeguards.prev);
        for (_, event) in fold.order.iter().take_while(|(p, _)| p.ts <= *place) {
            then.apply(&self.image.events.get(event)?.recorded());
        }
        let item = then.checklist().get(number)?.item.id.clone();
        brought.contains(item.as_str()).then_some(item)
    }

    /// Whether a message stands in the thread of the question about this.
    fn is_asked(&self, row: &MessageRow, about: About) -> bool {
        let thread = row.message.thread.as_ref();
        let messages = self.image.messages.get(&row.channel);
        let parent = thread.and_then(|ts| messages?.get(ts));
        let carried = parent
            .filter(|parent| parent.message.own)
            .and_then(|parent| Carried::read(parent.message.metadata.as_ref()?));
        carried.is_some_and(|carried| {
            let mut events = carried.events.iter();
            events.any(|(_, event)| {
                matches!(event.body(), Some(Body::Question { about: asked, .. }) if *asked == about)
            })
        })
    }

    /// What somebody wants who answers the timekeeper: the commander has it before their eyes.
    fn asked_for(&self, desk: &dyn Desk, heard: &Heard, name: &str) -> Option<Command> {
        let who = self.name(&heard.by);
        let line = match name {
            RELIEF => both!("relief for {who}", "{who}さんの交代"),
            ELSE => both!("is there another way? ({who})", "別の手がある? ({who}さん)"),
            _ => both!(
                "is the level too low? ({who})",
                "レベルを上げる? ({who}さん)"
            ),
        };
        let line = line.get(heard.state.lang);
        match name {
            RELIEF => need(desk, heard, line),
            _ => question(desk, heard, line.to_owned()),
        }
    }

    /// A mark puts a message into the timeline, once: taken out there, it stays out.
    fn marked(
        &self,
        desk: &dyn Desk,
        row: &MessageRow,
        name: &str,
        heard: &Heard,
    ) -> Option<Command> {
        let habits = desk.habits();
        let is = |mark: &str| !mark.is_empty() && base(mark) == name;
        let evidence = is(&habits.evidence);
        let known = if evidence {
            heard.state.is_evidence(&row.ts)
        } else {
            heard.state.registers.contains_key(&Register::pin(&row.ts))
        };
        let message = &row.message;
        let author = message.user.as_ref().map(|user| self.name(user));
        let author = author
            .or_else(|| message.username.clone())
            .unwrap_or_default();
        let excerpt = mrkdwn::plain(&message.text, &mirror::Known(&self.names));
        if is(&habits.question) {
            return park(desk, heard, &author, &excerpt);
        }
        if name == FIRST {
            let link = self.permalink(&heard.incident, &row.ts);
            return first_noticed(heard, heard.at, link);
        }
        if name == SITUATION && self.is_asked(row, About::Situation) {
            let known = heard.state.situation.as_ref();
            let same = known.is_some_and(|known| known.text == message.text);
            return (!same && !excerpt.trim().is_empty()).then_some(Command::Situation(excerpt));
        }
        if !(is(&habits.mark) || evidence) || known {
            return None;
        }
        Some(Command::Pin {
            ts: row.ts.clone(),
            author,
            excerpt,
            evidence,
            by: heard.by.clone(),
            pinned: true,
            files: message.files.clone(),
        })
    }

    /// Whether somebody's mark keeps a message in the timeline that is not pinned in Slack.
    pub(in crate::domain::sync) fn is_marked(&self, row: &MessageRow) -> bool {
        let Some(habits) = self.desk.as_ref().map(|desk| desk.habits()) else {
            return false;
        };
        let marks = [base(&habits.mark), base(&habits.evidence)];
        row.message.reactions.iter().any(|reaction| {
            marks.contains(&base(&reaction.name))
                && reaction.users.iter().any(|user| *user != self.bot)
        })
    }
}

/// Whether they go on in writing or in a call, which needs a link; said once, whoever says it.
fn meeting(desk: &dyn Desk, heard: &Heard, name: &str) -> Option<Command> {
    let state = &heard.state;
    let ja = state.lang == Lang::Ja;
    match name {
        CALL if state.work.meeting.is_none() => {
            let line = if ja {
                "通話のリンク"
            } else {
                "a call's link"
            };
            need(desk, heard, line)
        }
        CHAT => {
            let text = if ja {
                "チャットで続けます。"
            } else {
                "We go on in writing."
            };
            let mut entries = state.entries.iter();
            let known = entries.any(|entry| entry.text.as_deref() == Some(text));
            (!known).then(|| Command::Note(text.to_owned()))
        }
        _ => None,
    }
}

/// Whoever presses its number takes it on. What was done before this was asked is another thing.
fn left(desk: &dyn Desk, heard: &Heard, number: usize) -> Option<Command> {
    let state = &heard.state;
    let line = LEFT.get(number)?.get(state.lang);
    let mut known = state.work.matters.iter();
    let taken = known.any(|matter| {
        let same = matter.sort == Sort::Task && matter.line == line;
        same && (matter.is_open() || matter.opened >= heard.at)
    });
    (!taken).then(|| task(desk, heard, line))
}

/// When it was noticed first: by a message, or by the declaration. What is known is moved only to an
/// earlier time.
fn first_noticed(heard: &Heard, time: DateTime<Utc>, link: Option<String>) -> Option<Command> {
    let known = heard.state.milestones.get(&Milestone::Detected);
    known
        .is_none_or(|known| time < known.time)
        .then_some(Command::Milestone {
            milestone: Milestone::Detected,
            time,
            link,
        })
}

fn task(desk: &dyn Desk, heard: &Heard, line: &str) -> Command {
    Command::from(Deed::Opened {
        matter: Sort::Task,
        line: line.to_owned(),
        owner: Some(heard.by.clone()),
        due: asked_about(desk, heard),
        risk: None,
    })
}

/// Something that is missing, unless the same was said.
fn need(desk: &dyn Desk, heard: &Heard, line: &str) -> Option<Command> {
    let mut known = heard.state.work.matters.iter();
    let known = known.any(|known| known.sort == Sort::Need && known.line == line);
    (!known).then(|| {
        Command::from(Deed::Opened {
            matter: Sort::Need,
            line: line.to_owned(),
            owner: None,
            due: asked_about(desk, heard),
            risk: None,
        })
    })
}

/// A question that is kept until somebody can answer it. One with the same words is the same.
fn park(desk: &dyn Desk, heard: &Heard, author: &str, text: &str) -> Option<Command> {
    let line = format!("{author}: {}", clean_line(text).trim());
    let line: String = line.chars().take(LINE).collect();
    (!text.trim().is_empty())
        .then(|| question(desk, heard, line))
        .flatten()
}

fn question(desk: &dyn Desk, heard: &Heard, line: String) -> Option<Command> {
    let mut parked = heard.state.work.matters.iter();
    let known = parked.any(|matter| matter.sort == Sort::Question && matter.line == line);
    (!known).then(|| {
        Command::from(Deed::Opened {
            matter: Sort::Question,
            line,
            owner: None,
            due: asked_about(desk, heard),
            risk: None,
        })
    })
}
