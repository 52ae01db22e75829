//! An incident played back: what the room knew at a moment, and where playing stands.
//!
//! State is the fold of the events that were known at that moment. Of the channel's messages the
//! journal keeps how they read last, so an edit shows from the beginning, and what was deleted does
//! not show at all; the same holds for reactions. What a console put off or dismissed is no part of
//! the record: prompts stand as the record alone calls for them.

use super::model::{Model, RoomView, Screen, Start};
use super::snapshot::{Limits, LinkState, Room, Snapshot, Summary, Talk};
use crate::domain::event::Phase;
use crate::domain::ids::{SlackTs, UserId};
use crate::domain::sync::{Counts, Link};
use crate::domain::tape::{State, Tape, Turned};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be chosen by key; any number up to the last can be asked for.
pub const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 60, 120, 300, 900, 3600];
/// How fast a replay runs unless somebody says otherwise: an hour in six minutes.
pub const SPEED: u32 = 10;
/// The most that playing moves between two looks at the clock, in real time: a machine that slept
/// has not been watched.
const GAP: TimeDelta = TimeDelta::seconds(2);
/// Between two frames of a replay that plays faster than time.
const FRAME: std::time::Duration = std::time::Duration::from_millis(100);

/// An incident as the journal has it.
#[derive(Clone, Debug)]
pub struct Film {
    pub tape: Tape,
    /// All of it, oldest first, as it reads now; pinned only where no event says so.
    pub talk: Vec<Talk>,
    /// Who wrote in the channel, and when, oldest first.
    pub said: Vec<(DateTime<Utc>, UserId)>,
    pub channel: Option<String>,
    pub drill: bool,
    pub private: bool,
}

impl Film {
    /// From the declaration to the last event or message; `None` where there is no declaration.
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let begins = self.tape.begins()?;
        let ends = self.tape.ends().max(self.talk.last().map(|talk| talk.at));
        Some((begins, ends.unwrap_or(begins)))
    }

    /// The messages that were there then. Pins and replies are counted as they were.
    fn talk(&self, state: &State, at: DateTime<Utc>) -> Vec<Talk> {
        let known = self.talk.partition_point(|talk| talk.at <= at);
        let (there, later) = self.talk.split_at(known);
        fn threads(talk: &[Talk]) -> impl Iterator<Item = &SlackTs> {
            talk.iter().filter_map(|talk| talk.thread.as_ref())
        }
        // Of threads that went on; the others are as the channel has them.
        let mut replies: BTreeMap<&SlackTs, u32> = threads(later).map(|ts| (ts, 0)).collect();
        for thread in threads(there) {
            replies.entry(thread).and_modify(|count| *count += 1);
        }
        let there = there.iter().map(|talk| Talk {
            pinned: talk.pinned || state.incident.pinned(&talk.ts),
            replies: replies.get(&talk.ts).copied().unwrap_or(talk.replies),
            ..talk.clone()
        });
        there.collect()
    }
}

/// A film and how it is asked for.
#[derive(Clone, Debug)]
pub struct Showing {
    pub film: Film,
    pub speed: u32,
    /// Nothing else runs here: leaving it ends the program.
    pub alone: bool,
}

/// A replay under way.
#[derive(Clone, Debug)]
pub struct Replay {
    film: Arc<Film>,
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
    /// The moment that is shown.
    at: DateTime<Utc>,
    state: State,
    /// How many messages are shown.
    talk: usize,
    speed: u32,
    playing: bool,
    /// When the clock was last looked at, as people feel time.
    looked: DateTime<Utc>,
    pub alone: bool,
    /// What is on screen: a room of its own, in which nothing can be done.
    pub stage: Box<Model>,
}

impl Replay {
    /// At the declaration, and playing; `None` where there is nothing to play.
    pub fn new(model: &Model, showing: Showing) -> Option<Replay> {
        let film = showing.film;
        let (begins, ends) = film.span()?;
        let state = film.tape.wind(None, 0);
        let live = &model.snapshot;
        let snapshot = Snapshot {
            incidents: Vec::new(),
            room: None,
            link: LinkState {
                link: Link::Live,
                as_of: None,
            },
            follows: false,
            outbox: Vec::new(),
            given_up: Vec::new(),
            offers: Vec::new(),
            limits: Limits::default(),
            local: Arc::default(),
            workspace: super::snapshot::Workspace {
                local: false,
                team: live.workspace.team.clone(),
            },
            ..(**live).clone()
        };
        let mut stage = Model::new(Start {
            snapshot: Arc::new(snapshot),
            now: begins,
            size: model.size,
            lang: model.lang,
            keymap: Arc::clone(&model.keymap),
            checklists: Arc::clone(&model.checklists),
        });
        stage.screen = Screen::Room(state.incident.id.clone());
        stage.room = RoomView::default();
        stage.utc = model.utc;
        stage.replayed = true;
        stage.felt = Some(model.felt());
        let mut replay = Replay {
            film: Arc::new(film),
            begins,
            ends,
            at: begins,
            state,
            talk: 0,
            speed: showing.speed.clamp(1, SPEEDS[SPEEDS.len() - 1]),
            playing: true,
            looked: model.felt(),
            alone: showing.alone,
            stage: Box::new(stage),
        };
        replay.resize(model.size);
        replay.go(begins);
        Some(replay)
    }

    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    pub const fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.begins, self.ends)
    }

    pub const fn speed(&self) -> u32 {
        self.speed
    }

    pub const fn is_playing(&self) -> bool {
        self.playing
    }

    /// Events shown, and all there are.
    pub fn events(&self) -> (usize, usize) {
        (self.state.count, self.film.tape.len())
    }

    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Where the response turned, each as thousandths of the way.
    pub fn turns(&self) -> impl Iterator<Item = (u32, Turned)> + '_ {
        let turns = self.film.tape.turns().iter();
        turns.map(|turn| (self.way(turn.at), turn.what))
    }

    /// How far a moment is on the way from beginning to end, in thousandths.
    pub fn way(&self, at: DateTime<Utc>) -> u32 {
        let whole = (self.ends - self.begins).num_milliseconds().max(1);
        let gone = (at - self.begins).num_milliseconds().clamp(0, whole);
        u32::try_from(gone.saturating_mul(1000) / whole).unwrap_or(1000)
    }

    /// How often time alone changes the screen.
    pub fn frame(&self) -> Option<std::time::Duration> {
        let each = std::time::Duration::from_secs(1) / self.speed;
        self.playing.then(|| each.max(FRAME))
    }

    /// All but the row of the bar is the room's.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.stage.size = (columns, rows.saturating_sub(1).max(1));
    }

    pub fn play(&mut self, playing: bool) {
        // From the end there is nothing to play but all of it again.
        if playing && self.at >= self.ends {
            self.go(self.begins);
        }
        self.playing = playing;
    }

    /// The next speed that can be chosen, up or down.
    pub fn change_speed(&mut self, faster: bool) {
        let next = if faster {
            SPEEDS.into_iter().find(|speed| *speed > self.speed)
        } else {
            let slower = SPEEDS.into_iter().rev();
            slower.into_iter().find(|speed| *speed < self.speed)
        };
        self.speed = next.unwrap_or(self.speed);
    }

    /// Time has passed for whoever watches. `true`: another moment is shown.
    pub fn pass(&mut self, felt: DateTime<Utc>) -> bool {
        let passed = (felt - self.looked).clamp(TimeDelta::zero(), GAP);
        self.looked = felt;
        self.stage.felt = Some(felt);
        if !self.playing || passed.is_zero() {
            return false;
        }
        let speed = i32::try_from(self.speed).unwrap_or(1);
        self.go(self.at + passed * speed);
        true
    }

    pub fn skip(&mut self, by: TimeDelta) {
        self.go(self.at + by);
    }

    /// To so many thousandths of the way.
    pub fn jump(&mut self, way: u32) {
        let whole = self.ends - self.begins;
        let far = i64::from(way.min(1000)) * (whole.num_milliseconds() / 1000);
        let to = match way {
            1000.. => self.ends,
            _ => self.begins + TimeDelta::milliseconds(far),
        };
        self.go(to);
    }

    /// To the moment of the next event, or to that of the one before: events that were known at one
    /// moment are one step.
    pub fn step(&mut self, on: bool) {
        let tape = &self.film.tape;
        let to = if on {
            tape.told(self.state.count).unwrap_or(self.ends)
        } else {
            // The events of this very moment are left behind as well.
            let here = tape.told(self.state.count.saturating_sub(1));
            match here {
                Some(here) if here < self.at => here,
                Some(here) => {
                    let before = tape.known(here - TimeDelta::microseconds(1));
                    let before = before.checked_sub(1);
                    before.and_then(|n| tape.told(n)).unwrap_or(self.begins)
                }
                None => self.begins,
            }
        };
        self.go(to);
    }

    /// Shows another moment, within beginning and end.
    pub fn go(&mut self, to: DateTime<Utc>) {
        let to = to.clamp(self.begins, self.ends);
        let count = self.film.tape.known(to);
        let talk = self.film.talk.partition_point(|talk| talk.at <= to);
        if to < self.at {
            // What was asked later is not asked yet.
            self.stage.room.asks = Default::default();
        }
        self.at = to;
        self.playing &= to < self.ends;
        self.stage.now = to;
        let known = self.stage.snapshot.room.is_some();
        if known && (count, talk) == (self.state.count, self.talk) {
            return;
        }
        if count != self.state.count {
            self.state = self.film.tape.wind(Some(&self.state), count);
        }
        self.talk = talk;
        self.build();
    }

    fn build(&mut self) {
        let film = &self.film;
        let incident = Arc::clone(&self.state.incident);
        let summary = Summary {
            channel: film.channel.clone(),
            drill: film.drill,
            private: film.private,
            archived: incident.phase == Phase::Archived,
            counts: Counts::default(),
            as_of: None,
            incident,
        };
        let said = film.said.partition_point(|(at, _)| *at <= self.at);
        let heard = film.said[..said].iter();
        let room = Room {
            lang: self.stage.lang,
            talk: Arc::new(film.talk(&self.state, self.at)),
            jobs: BTreeMap::new(),
            heard: heard.map(|(at, user)| (user.clone(), *at)).collect(),
            invited: BTreeMap::new(),
            next_call: summary.incident.next_call(self.at),
            went: Vec::new(),
            address: None,
            summary: summary.clone(),
        };
        let before = &self.stage.snapshot;
        self.stage.snapshot = Arc::new(Snapshot {
            version: before.version + 1,
            incidents: vec![summary],
            room: Some(Arc::new(room)),
            ..(**before).clone()
        });
    }
}
