//! Carries the script out.

use super::script::{Act, Deed, Script};
use super::{Bell, Member, Pace, Played, Setup};
use crate::app::resolve::{self, People, Wish};
use crate::app::snapshot::Workspace;
use crate::both;
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{ChannelId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::problem::Problem;
use crate::domain::settings::Fill;
use crate::domain::sync::Order;
use crate::domain::words::{Lang, Text};
use crate::io::core::{self, Ask, Core};
use crate::io::net::Door;
use crate::io::pace::{Clock, machine};
use crate::io::slack::{Client, Post, Settings};
use crate::io::store::Journal;
use crate::wire::mrkdwn;
use crate::wire::outcome::CallError;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long the channel, or a message's place in it, is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// A limited call is tried again so often.
const TRIES: u32 = 3;

pub type Cast = BTreeMap<String, Member>;

/// Gives every part to somebody: as written, or to an understudy where that is the watcher or
/// nobody here.
///
/// # Errors
/// There are not enough people.
pub fn cast(script: &Script, setup: &Setup) -> Result<Cast, Problem> {
    let free = |handle: &str| {
        let member = setup.people.iter().find(|m| m.handle == handle)?;
        (Some(&member.id) != setup.watcher.as_ref()).then_some(member)
    };
    let mut cast: Cast = script
        .cast
        .iter()
        .filter_map(|(part, handle)| Some((part.clone(), free(handle)?.clone())))
        .collect();
    for part in script.cast.keys() {
        if cast.contains_key(part) {
            continue;
        }
        let understudy = script
            .understudies
            .iter()
            .filter_map(|handle| free(handle))
            .find(|member| !cast.values().any(|taken| taken.id == member.id));
        let Some(understudy) = understudy else {
            return Err(Problem::failed(both!(
                "Nobody in this workspace can play the part \"{part}\" of the sample incident.",
                "見本のインシデントの「{part}」を演じられる人が、このワークスペースにいません。"
            )));
        };
        cast.insert(part.clone(), understudy.clone());
    }
    Ok(cast)
}

/// What an act has left, for later ones to point at.
enum Trace {
    Said(SlackTs),
    /// Its place is known once it is in the channel.
    Event(EventId),
}

struct Stage<'a> {
    setup: &'a Setup,
    lang: Lang,
    script: &'a Script,
    cast: Cast,
    bell: &'a Bell,
    core: Core,
    runtime: Runtime,
    settings: Settings,
    /// One each, as if each sat at a Slack of their own: what one posts holds up nobody else.
    clients: BTreeMap<String, Client>,
    room: Option<(IncidentId, ChannelId)>,
    joined: BTreeSet<String>,
    traces: BTreeMap<String, Trace>,
    pinned: Vec<SlackTs>,
}

/// Plays the script to its end, or until it is stopped.
pub fn perform(
    setup: Setup,
    script: &Script,
    cast: Cast,
    pace: &Pace,
    bell: &Arc<Bell>,
) -> Result<Played, Problem> {
    let mut stage = Stage::set(&setup, script, cast, bell)?;
    let start = machine().mono;
    let mut played = Played::default();
    for act in &script.acts {
        let due = start + Duration::from_secs(u64::from(act.at)) / pace.factor;
        let gap = due.saturating_sub(machine().mono);
        match &pace.rest {
            Some(rest) => rest(gap),
            None => bell.rest(gap),
        }
        if bell.stopped() {
            return Ok(played);
        }
        match stage.act(act) {
            Ok(()) => played.done += 1,
            Err(problem) if stage.room.is_none() => return Err(problem),
            Err(problem) => {
                tracing::info!(at = act.at, %problem, "an act of the sample was skipped");
                played.skipped.push((act.at, problem));
            }
        }
    }
    // Whatever is still on its way belongs to the story.
    stage.see_pins();
    stage.core.wait_quiet(PATIENCE);
    Ok(played)
}

impl<'a> Stage<'a> {
    fn set(
        setup: &'a Setup,
        script: &'a Script,
        cast: Cast,
        bell: &'a Arc<Bell>,
    ) -> Result<Stage<'a>, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| {
                Problem::failed(both!(
                    "The network cannot be used: {error}",
                    "ネットワークを使用できません: {error}"
                ))
            })?;
        let settings = Settings {
            api_url: setup.api_url.clone(),
            ..Settings::default()
        };
        let (api, token) = (settings.clone(), setup.token.clone());
        let mut rng = fastrand::Rng::with_seed(core::seed());
        let (journal, image) = Journal::open(&setup.dir, &mut rng)?;
        let rings = bell.clone();
        let core = Core::start(core::Setup {
            checklists: None,
            journal,
            image,
            me: cast
                .get("commander")
                .map(|m| m.id.clone())
                .unwrap_or_default(),
            config: setup.config.clone(),
            workspace: Workspace {
                local: true,
                team: String::new(),
            },
            lang: setup.lang,
            find: Box::new(move || {
                Ok(Door {
                    settings: api.clone(),
                    token: token.clone(),
                    person: None,
                })
            }),
            timing: setup.timing.clone(),
            clock: Clock::Machine,
            seed: core::seed(),
            publish: Box::new(move |_| rings.ring()),
        })?;
        Ok(Stage {
            lang: setup.config.channel_language.or(setup.lang),
            setup,
            script,
            cast,
            bell,
            core,
            runtime,
            settings,
            clients: BTreeMap::new(),
            room: None,
            joined: BTreeSet::new(),
            traces: BTreeMap::new(),
            pinned: Vec::new(),
        })
    }

    fn act(&mut self, act: &Act) -> Result<(), Problem> {
        let trace = if act.deed.is_slack() {
            self.in_slack(act)?
        } else {
            self.at_console(act)?
        };
        if let (Some(name), Some(trace)) = (&act.name, trace) {
            self.traces.insert(name.clone(), trace);
        }
        Ok(())
    }

    fn in_slack(&mut self, act: &Act) -> Result<Option<Trace>, Problem> {
        let Some((_, channel)) = self.room.clone() else {
            return Err(no_channel());
        };
        let Some(client) = self.client_of(&act.by)? else {
            return Ok(None);
        };
        if self.joined.insert(act.by.clone()) {
            let joining = self.call("conversations.join", || client.conversations_join(&channel));
            if let Err(problem) = joining {
                self.joined.remove(&act.by);
                return Err(problem);
            }
        }
        match &act.deed {
            Deed::Say { text, thread } => {
                let text = self.with_mentions(text);
                let thread = thread.as_ref().map(|of| self.place(of)).transpose()?;
                let post = Post {
                    thread_ts: thread.as_ref(),
                    ..Post::new(&channel, &text)
                };
                let posted = self.call("chat.postMessage", || client.chat_post_message(&post))?;
                return Ok(Some(Trace::Said(posted.ts)));
            }
            Deed::Edit { of, text } => {
                let (ts, text) = (self.place(of)?, self.with_mentions(text));
                self.call("chat.update", || {
                    client.chat_update(&channel, &ts, &text, None, None)
                })?;
            }
            Deed::Pin { of } => {
                let ts = self.place(of)?;
                self.call("pins.add", || client.pins_add(&channel, &ts))?;
                self.pinned.push(ts);
            }
            Deed::React { of, with } => {
                let ts = self.place(of)?;
                self.call("reactions.add", || {
                    client.reactions_add(&channel, &ts, with)
                })?;
            }
            _ => {}
        }
        Ok(None)
    }

    /// `None` for a monitor that the workspace does not have.
    fn client_of(&mut self, part: &str) -> Result<Option<Client>, Problem> {
        if let Some(client) = self.clients.get(part) {
            return Ok(Some(client.clone()));
        }
        let member = self.cast.get(part).map(|member| &member.token);
        let Some(token) = member.or(self.setup.monitor.as_ref()) else {
            return Ok(None);
        };
        let client = Client::new(&self.settings, token)?;
        self.clients.insert(part.to_owned(), client.clone());
        Ok(Some(client))
    }

    fn with_mentions(&self, text: &str) -> String {
        let mut text = mrkdwn::escape(text).into_owned();
        for (part, member) in &self.cast {
            text = text.replace(&format!("{{{part}}}"), &mrkdwn::mention(&member.id));
        }
        text
    }

    /// Waits out limits; a post whose answer was lost is not repeated.
    fn call<T, F: Future<Output = Result<T, CallError>>>(
        &self,
        method: &'static str,
        make: impl Fn() -> F,
    ) -> Result<T, Problem> {
        for _ in 1..TRIES {
            match self.runtime.block_on(make()) {
                Err(CallError::Limited { retry_after } | CallError::Held { wait: retry_after }) => {
                    self.bell.rest(retry_after)
                }
                other => return other.map_err(|error| error.problem(method)),
            }
        }
        self.runtime
            .block_on(make())
            .map_err(|error| error.problem(method))
    }

    /// Where in the channel a named act is.
    fn place(&self, name: &str) -> Result<SlackTs, Problem> {
        match self.traces.get(name) {
            Some(Trace::Said(ts)) => Ok(ts.clone()),
            Some(Trace::Event(id)) => self
                .bell
                .until(PATIENCE, || {
                    let id = id.clone();
                    self.core
                        .look(move |engine, _| {
                            let row = engine.image().events.get(&id)?;
                            row.position.as_ref().map(|p| p.ts.clone())
                        })
                        .ok()?
                })
                .ok_or_else(no_channel),
            None => Err(Problem::not_found(both!(
                "\"{name}\" did not take place.",
                "「{name}」は行われませんでした。"
            ))),
        }
    }

    fn at_console(&mut self, act: &Act) -> Result<Option<Trace>, Problem> {
        let Some(member) = self.cast.get(&act.by) else {
            return Ok(None);
        };
        let by = member.id.clone();
        let now = machine().wall;
        let command = self.command(&act.deed, &by, now)?;
        let mut outlets = Outlets::default();
        if matches!(command, Command::Declare(_)) {
            let cast = self.cast.values().map(|m| &m.id);
            let invited = cast.chain(&self.setup.watcher).filter(|id| **id != by);
            outlets.people = invited.map(ToString::to_string).collect();
        }
        let order = Order {
            command,
            by: by.clone(),
            outlets,
        };
        let incident = self.room.as_ref().map(|(id, _)| id.clone());
        let id = self.core.act(incident, order)?;
        if self.room.is_none() {
            self.enter(&id)?;
        }
        let newest = self.core.look(move |engine, _| {
            let state = engine.shown(&id)?;
            let mine = state.entries.iter().rev().find(|e| e.by == by)?;
            Some(mine.id.clone())
        })?;
        Ok(newest.map(Trace::Event))
    }

    /// The incident is known to all, and its channel waited for: people write there next.
    fn enter(&mut self, id: &IncidentId) -> Result<(), Problem> {
        self.bell.state().incident = Some(id.clone());
        self.core.ask(Ask::Focus(Some(id.clone())));
        let channel = self.bell.until(PATIENCE, || {
            let id = id.clone();
            let look = self.core.look(move |engine, _| {
                let said = engine.agreed(&id)?.declared.is_some();
                let channel = engine.image().channel_of(&id)?.id.clone();
                said.then_some(channel)
            });
            look.ok()?
        });
        self.room = Some((id.clone(), channel.ok_or_else(no_channel)?));
        Ok(())
    }

    /// Pins reach the timeline by being read back; the last ones may not have been yet.
    fn see_pins(&self) {
        let Some((id, _)) = &self.room else {
            return;
        };
        let seen = self.bell.until(PATIENCE, || {
            let (id, pinned) = (id.clone(), self.pinned.clone());
            let look = self.core.look(move |engine, _| {
                let state = engine.shown(&id)?;
                pinned.iter().all(|ts| state.pinned(ts)).then_some(())
            });
            look.ok()?
        });
        if seen.is_none() {
            tracing::info!("not every pin of the sample has reached the timeline");
        }
    }

    fn command(&self, deed: &Deed, by: &UserId, now: DateTime<Utc>) -> Result<Command, Problem> {
        let ago = |minutes: u32| now - TimeDelta::minutes(i64::from(minutes));
        let config = &self.setup.config;
        Ok(match deed {
            Deed::Declare {
                situation,
                temperature,
                detected_minutes_ago,
            } => {
                let nth = temperature.checked_sub(1);
                let temperature = nth.and_then(|n| config.temperatures.get(n));
                let wish = Wish {
                    title: self.script.title.clone(),
                    temperature: temperature.map(|t| t.id.clone()),
                    situation: Some(situation.clone()),
                    detected: Some(ago(*detected_minutes_ago)),
                    private: Some(false),
                    drill: true,
                    ..Wish::default()
                };
                let (lists, nobody) = (&self.setup.lists, People::new());
                let mut declaration =
                    resolve::declaration(config, lists, &nobody, &wish, self.lang, now)?;
                // A service of the story, whichever the organisation has.
                declaration.service.clone_from(&self.script.service);
                declaration.channel = config.channel.drill_name.render(
                    &Fill {
                        service: &self.script.service,
                        kind: declaration.kind.name(),
                        declared: crate::app::clock::local(config.time_zone, now),
                    },
                    1,
                );
                declaration.closers.clear();
                Command::Declare(Box::new(declaration))
            }
            Deed::Level { rank } => {
                let level = rank.checked_sub(1).and_then(|n| config.levels.get(n));
                let level = level.map_or("", |level| &level.id).to_owned();
                let id = self.room.as_ref().map(|(id, _)| id.clone());
                let state = self
                    .core
                    .look(move |engine, _| engine.shown(&id?))?
                    .ok_or_else(no_channel)?;
                let plan = resolve::level(config, &self.setup.lists, &state, &level)?;
                Command::Level(plan)
            }
            Deed::Command => Command::Commander {
                user: Some(by.clone()),
                reason: None,
            },
            Deed::Phase { phase } => Command::Phase(*phase),
            Deed::CheckIn { role, task } => Command::CheckIn {
                user: by.clone(),
                role: role.clone(),
                task: Some(task.clone()),
            },
            Deed::Tick { item } => Command::Tick(item.clone()),
            Deed::Note { text } => Command::Note(text.clone()),
            Deed::Situation { text } => Command::Situation(text.clone()),
            Deed::Milestone {
                milestone,
                minutes_ago,
            } => Command::Milestone {
                milestone: *milestone,
                time: ago(*minutes_ago),
                link: None,
            },
            Deed::Timekeeper { minutes } => Command::Timekeeper(*minutes),
            Deed::Recover => Command::Recover(Some(now)),
            Deed::Say { .. } | Deed::Edit { .. } | Deed::Pin { .. } | Deed::React { .. } => {
                return Err(no_channel());
            }
        })
    }
}

fn no_channel() -> Problem {
    Problem::failed(Text::fixed(
        "The sample incident's channel cannot be reached.",
        "見本のインシデントのチャンネルに接続できません。",
    ))
}
