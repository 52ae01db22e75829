//! What the script says is to be done, done: each person with their own token, or at the director's
//! console in their name.

use super::{Director, Voice, look};
use crate::app::briefing;
use crate::app::snapshot::Person as Member;
use crate::both;
use crate::domain::decide::{Command, Outlets};
use crate::domain::event::Phase;
use crate::domain::ids::{ChannelId, IncidentId, SlackTs};
use crate::domain::problem::Problem;
use crate::domain::sync::Order;
use crate::domain::words::Text;
use crate::drill::check::PLAYER;
use crate::drill::engine::{Doing, Effect, Line, Thread};
use crate::drill::scenario::{Secs, Words};
use crate::drill::scene::Scene;
use crate::io::publish;
use crate::io::slack::{Client, Post};
use crate::stage::line::{self, Doer, Spoken};
use crate::stage::spoken;
use crate::wire::mrkdwn;
use crate::wire::outcome::CallError;
use std::collections::BTreeMap;

/// How long somebody waits to be let into a private channel.
const PATIENCE: Secs = Secs(120);

/// Where somebody writes.
pub(super) struct Place {
    channel: ChannelId,
    private: bool,
}

/// Why something was not done.
pub(super) enum Miss {
    /// There is a limit; it will be.
    Later,
    /// They are not let in yet: it will be, unless that takes too long.
    Outside(Problem),
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
                Doing::Act { by, line } => self.act(by, line),
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
                Err(Miss::Outside(_)) if self.drill.at() < effect.at.plus(PATIENCE) => {
                    self.late.push(effect);
                }
                Err(Miss::Outside(problem) | Miss::Never(problem)) => self.complain(problem),
            }
        }
    }

    /// A person of the scenario whom somebody plays.
    pub(super) fn is_played(&self, part: &str) -> bool {
        let actor = self.setup.cast.get(part);
        let actor = actor.filter(|actor| actor.voice.is_none());
        actor.is_some_and(|actor| self.setup.players.iter().any(|p| p.id == actor.id))
    }

    fn voice(&self, part: &str) -> Option<&Voice> {
        self.setup.cast.get(part)?.voice.as_ref()
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
    /// Without a name: the newest that is open to everybody.
    pub(super) fn channel(&self, part: Option<&str>) -> Option<Place> {
        let actor = part.and_then(|part| self.setup.cast.get(part));
        let user = actor
            .filter(|actor| actor.voice.is_none())
            .map(|actor| actor.id.clone());
        let voice = actor.is_some_and(|actor| actor.voice.is_some());
        let speaks_along =
            voice && part.is_some_and(|part| self.drill.is_here(part) || self.may_know(part));
        let root = self.root();
        let looked = self.core.look(move |engine, _| {
            let mut all = engine.incidents();
            look::of_drill(&mut all, root.as_ref());
            all.retain(|incident| {
                let row = engine.image().incidents.get(&incident.id);
                let private = row.is_some_and(|row| row.private);
                let here = user
                    .as_ref()
                    .is_some_and(|user| incident.roster.contains_key(user));
                !incident.phase.is_over() && (!private || here || speaks_along)
            });
            let newest = all.first()?;
            let row = engine.image().incidents.get(&newest.id);
            let channel = engine.image().channel_of(&newest.id)?;
            Some(Place {
                channel: channel.id.clone(),
                private: row.is_some_and(|row| row.private),
            })
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
        let voice = self.voice(by).cloned();
        if voice.is_none() && self.is_left_outside(by) {
            self.act(by, &Line::CheckIn)?;
        }
        let Place { channel, private } = self.channel(Some(by)).ok_or_else(no_channel)?;
        let client = self.client(by)?;
        // Nobody joins a private channel: they are invited.
        if voice.is_none() && !private && self.joined.insert((by.to_owned(), channel.clone())) {
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
            username: voice.as_ref().map(|voice| voice.name.as_str()),
            icon_emoji: voice.as_ref().map(|voice| voice.icon),
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
            error if matches!(error.code(), Some("not_in_channel" | "channel_not_found")) => {
                Miss::Outside(error.problem(method))
            }
            error => Miss::Never(error.problem(method)),
        })
    }

    /// Told of what only few know.
    fn may_know(&self, part: &str) -> bool {
        let person = self.setup.scenario.people.get(part);
        person.is_some_and(|person| person.inside)
    }

    /// It goes on among few, this person is to be one of them, and is not.
    fn is_left_outside(&self, part: &str) -> bool {
        let id = self.setup.cast.get(part).map(|actor| &actor.id);
        let scene = self.scene();
        let room = scene.as_ref().and_then(Scene::current);
        self.may_know(part)
            && room.is_some_and(|room| {
                room.private && id.is_some_and(|id| !room.incident.roster.contains_key(id))
            })
    }

    pub(super) fn act(&mut self, by: &str, line: &Line) -> Result<(), Miss> {
        if self.voice(by).is_some() {
            match line::by_voice(line) {
                Spoken::Known => return Ok(()),
                Spoken::Said(words) => {
                    let text = spoken(&escaped(&words), self.setup.lang, &self.names());
                    return self.say(&format!("voice/{by}"), by, &text, None);
                }
                Spoken::Done => {}
            }
        }
        let setup = &self.setup;
        let (Some(person), Some(actor)) = (setup.scenario.people.get(by), setup.cast.get(by))
        else {
            return Err(Miss::Never(crate::app::resolve::nobody(by)));
        };
        // Where the response goes on, whoever is in it: an act in somebody's name brings them there.
        let scene = self.scene().ok_or_else(no_channel)?;
        let room = scene.current().ok_or_else(no_channel)?;
        let id = room.incident.id.clone();
        let names = self.plain_names();
        let behalf = match &actor.voice {
            Some(_) => format!("{}: ", person.name.get(setup.lang)),
            None => String::new(),
        };
        let brief = || self.brief(&id);
        let command = line::command(
            line,
            &Doer {
                user: &actor.id,
                person,
                incident: &room.incident,
                now: setup.clock.now().wall,
                say: &|words| format!("{behalf}{}", spoken(words, setup.lang, &names)),
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
            via: None,
        };
        self.core.act(Some(id), order)?;
        Ok(())
    }

    /// What is written at a console names people by handle.
    pub(super) fn plain_names(&self) -> BTreeMap<String, String> {
        let handle = |member: &Member| format!("@{}", member.handle);
        let mut names: BTreeMap<String, String> = self
            .setup
            .cast
            .iter()
            .filter(|(_, actor)| actor.voice.is_none())
            .filter_map(|(part, actor)| Some((part.clone(), handle(self.people.get(&actor.id)?))))
            .collect();
        if self.by_name {
            let people = self.setup.scenario.people.iter();
            names.extend(
                people.map(|(part, person)| {
                    (part.clone(), person.name.get(self.setup.lang).to_owned())
                }),
            );
        }
        let player = self.setup.players.first().map(handle).unwrap_or_default();
        names.insert("commander".to_owned(), player.clone());
        names.insert(PLAYER.to_owned(), player);
        names
    }

    /// It is over, and its channel stays in a workspace where people work: nothing there may go on
    /// asking for an update. What was played is said in a line.
    pub(super) fn close(&mut self, scene: &Scene) {
        let Some(debrief) = &self.debrief else { return };
        let score = debrief.score.score;
        let said = both!(
            "The drill is over: {score:.0} of 100. Thank you; what went well, and what can be better?",
            "訓練を終了します。得点 {score:.0} / 100。お疲れさまでした。うまくいったこと、次に改善したいことを話しましょう。"
        );
        let said = said.get(self.setup.lang).to_owned();
        let people = &self.setup.scenario.people;
        let monitor = people.iter().find(|(_, person)| person.monitor);
        let part = monitor
            .or(people.iter().next())
            .map(|(part, _)| part.clone());
        if let Some(part) = part
            && let Err(Miss::Never(problem) | Miss::Outside(problem)) =
                self.say("over", &part, &said, None)
        {
            self.complain(problem);
        }
        let reason = Text::fixed("The drill is over", "訓練終了");
        for room in &scene.rooms {
            let incident = &room.incident;
            if incident.phase.is_over() {
                continue;
            }
            let commander = incident.commander.as_ref().map(|held| held.user.clone());
            let order = Order {
                command: Command::Cancel {
                    outcome: Phase::Cancelled,
                    reason: reason.get(self.setup.lang).to_owned(),
                },
                by: commander.unwrap_or_else(|| incident.declarer.clone()),
                outlets: Outlets::default(),
                via: None,
            };
            if let Err(problem) = self.core.act(Some(incident.id.clone()), order) {
                self.complain(problem);
            }
        }
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
