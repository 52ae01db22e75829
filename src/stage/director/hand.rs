//! What the script says is to be done, done: each person with their own token, or at the director's
//! console in their name.

use super::Director;
use crate::app::briefing;
use crate::app::snapshot::Person as Member;
use crate::domain::decide::Outlets;
use crate::domain::ids::{ChannelId, IncidentId, SlackTs, UserId};
use crate::domain::problem::Problem;
use crate::domain::sync::Order;
use crate::domain::words::Text;
use crate::drill::check::PLAYER;
use crate::drill::engine::{Doing, Effect, Line, Thread};
use crate::drill::scenario::Words;
use crate::io::publish;
use crate::io::slack::{Client, Post};
use crate::stage::line::{self, Doer};
use crate::stage::spoken;
use crate::wire::mrkdwn;
use crate::wire::outcome::CallError;
use std::collections::BTreeMap;

/// Why something was not done.
pub(super) enum Miss {
    /// There is a limit; it will be.
    Later,
    Never(Problem),
}

impl From<Problem> for Miss {
    fn from(problem: Problem) -> Miss {
        Miss::Never(problem)
    }
}

impl Director {
    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Doing::Say { by, .. } | Doing::Act { by, .. } = &effect.what
                && self.is_played(by)
            {
                continue;
            }
            let done = match &effect.what {
                Doing::Say {
                    key,
                    by,
                    text,
                    thread,
                } => {
                    let text = spoken(&escaped(text), self.setup.lang, &self.names());
                    self.say(key, by, &text, thread.clone())
                }
                Doing::Act { by, line } => self.act(by, line).map_err(Miss::Never),
                Doing::Trouble(trouble) => {
                    (self.setup.trouble)(*trouble);
                    Ok(())
                }
                Doing::End(end) => {
                    self.end(end);
                    Ok(())
                }
            };
            match done {
                Ok(()) => {}
                Err(Miss::Later) => self.late.push(effect),
                Err(Miss::Never(problem)) => self.complain(problem),
            }
        }
    }

    /// A person of the scenario whom somebody plays.
    pub(super) fn is_played(&self, part: &str) -> bool {
        let actor = self.setup.cast.get(part);
        actor.is_some_and(|actor| self.setup.players.iter().any(|p| p.id == actor.id))
    }

    /// How the script's texts call people; who commands may have changed.
    pub(super) fn names(&self) -> BTreeMap<String, String> {
        let mut called = self.called.clone();
        let player = self.setup.players.first().map(|p| mrkdwn::mention(&p.id));
        let player = player.unwrap_or_default();
        let commander = self.state().and_then(|incident| {
            let held = incident.commander.as_ref()?;
            Some(mrkdwn::mention(&held.user))
        });
        called.insert(
            "commander".to_owned(),
            commander.unwrap_or_else(|| player.clone()),
        );
        called.insert(PLAYER.to_owned(), player);
        called
    }

    /// The channel in which somebody writes: where the response goes on, if they are in it.
    pub(super) fn channel(&self, user: Option<UserId>) -> Option<(IncidentId, ChannelId)> {
        let looked = self.core.look(move |engine, _| {
            let mut all = engine.incidents();
            all.retain(|incident| {
                let row = engine.image().incidents.get(&incident.id);
                let private = row.is_some_and(|row| row.private);
                let here = user
                    .as_ref()
                    .is_some_and(|user| incident.roster.contains_key(user));
                !incident.phase.is_over() && (!private || here)
            });
            let newest = all.first()?;
            let channel = engine.image().channel_of(&newest.id)?;
            Some((newest.id.clone(), channel.id.clone()))
        });
        looked.ok().flatten()
    }

    pub(super) fn say(
        &mut self,
        key: &str,
        by: &str,
        text: &str,
        thread: Option<Thread>,
    ) -> Result<(), Miss> {
        let user = self.setup.cast.get(by).map(|actor| actor.id.clone());
        let (_, channel) = self.channel(user).ok_or_else(no_channel)?;
        let client = self.client(by)?;
        if self.joined.insert((by.to_owned(), channel.clone())) {
            let joining = self.call("conversations.join", || client.conversations_join(&channel));
            if let Err(miss) = joining {
                self.joined.remove(&(by.to_owned(), channel));
                return Err(miss);
            }
        }
        let thread = thread.and_then(|thread| match thread {
            Thread::Key(key) => self.drill.place(&key).map(str::to_owned),
            Thread::Message(ts) => Some(ts),
        });
        let thread = thread.and_then(|ts| SlackTs::parse(&ts).ok());
        let post = Post {
            thread_ts: thread.as_ref(),
            ..Post::new(&channel, text)
        };
        let posted = self.call("chat.postMessage", || client.chat_post_message(&post))?;
        self.drill.posted(key, posted.ts.as_str().to_owned());
        Ok(())
    }

    pub(super) fn client(&mut self, part: &str) -> Result<Client, Problem> {
        if let Some(client) = self.clients.get(part) {
            return Ok(client.clone());
        }
        let token = self.setup.cast.get(part).map(|actor| &actor.token);
        let client = Client::new(&self.settings, token.unwrap_or(&self.setup.token))?;
        self.clients.insert(part.to_owned(), client.clone());
        Ok(client)
    }

    /// A post whose answer was lost is not repeated; what is over a limit is done a moment later.
    fn call<T, F: Future<Output = Result<T, CallError>>>(
        &self,
        method: &'static str,
        make: impl FnOnce() -> F,
    ) -> Result<T, Miss> {
        self.runtime.block_on(make()).map_err(|error| match error {
            CallError::Limited { .. } | CallError::Held { .. } => Miss::Later,
            error => Miss::Never(error.problem(method)),
        })
    }

    pub(super) fn act(&mut self, by: &str, line: &Line) -> Result<(), Problem> {
        let setup = &self.setup;
        let (Some(person), Some(actor)) = (setup.scenario.people.get(by), setup.cast.get(by))
        else {
            return Err(crate::app::resolve::nobody(by));
        };
        let (id, _) = self
            .channel(Some(actor.id.clone()))
            .ok_or_else(no_channel)?;
        let scene = self.scene().ok_or_else(no_channel)?;
        let room = scene.room(&id).ok_or_else(no_channel)?;
        let names = self.plain_names();
        let brief = || self.brief(&id);
        let command = line::command(
            line,
            &Doer {
                user: &actor.id,
                person,
                incident: &room.incident,
                now: setup.clock.now().wall,
                say: &|words| spoken(words, setup.lang, &names),
                brief: &brief,
                who: &|part| match part {
                    PLAYER => setup.players.first().map(|p| p.id.clone()),
                    part => setup.cast.get(part).map(|actor| actor.id.clone()),
                },
            },
        )?;
        let order = Order {
            command,
            by: actor.id.clone(),
            outlets: Outlets::default(),
        };
        self.core.act(Some(id), order).map(drop)
    }

    /// What is written at a console names people by handle.
    pub(super) fn plain_names(&self) -> BTreeMap<String, String> {
        let handle = |member: &Member| format!("@{}", member.handle);
        let mut names: BTreeMap<String, String> = self
            .setup
            .cast
            .iter()
            .filter_map(|(part, actor)| Some((part.clone(), handle(self.people.get(&actor.id)?))))
            .collect();
        let player = self.setup.players.first().map(handle).unwrap_or_default();
        names.insert("commander".to_owned(), player.clone());
        names.insert(PLAYER.to_owned(), player);
        names
    }

    pub(super) fn brief(&self, id: &IncidentId) -> String {
        let (id, people) = (id.clone(), self.people.clone());
        let config = self.setup.config.clone();
        let told = self.core.look(move |engine, now| {
            publish::told(engine, &id, &people, &config, now, briefing::hand_over)
        });
        told.ok().flatten().unwrap_or_default()
    }
}

/// What Slack would take for markup is text in a scenario.
fn escaped(words: &Words) -> Words {
    Words {
        en: mrkdwn::escape(&words.en).into_owned(),
        ja: mrkdwn::escape(&words.ja).into_owned(),
    }
}

fn no_channel() -> Problem {
    Problem::failed(Text::fixed(
        "The drill's channel cannot be reached.",
        "訓練のチャンネルに接続できません。",
    ))
}
