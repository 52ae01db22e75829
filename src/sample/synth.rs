//! Made-up journals, for measuring: the same numbers and seed give the same data. Every event is
//! decided and folded by the rules that a person's act goes through, and carried by a message as it
//! would stand in the channel.
//!
//! Nothing of it is in any workspace, so its channels are marked as not ours: they are never read.

mod words;

use crate::app::resolve;
use crate::app::snapshot::Person;
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Asked, Command, Declaration, Draft, decide};
use crate::domain::event::{Event, Milestone, Phase, Position, Register, What};
use crate::domain::ids::{ChannelId, ConsoleId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::image::{
    Card, ChannelRow, EventRow, IncidentRow, Message, MessageRow, Metadata, Reaction, Write,
};
use crate::domain::sync::mirror::{self, Names, Scene};
use crate::domain::words::{Lang, Text};
use crate::wire::mrkdwn::escape;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// How much, in all; spread evenly over the incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub incidents: usize,
    pub events: usize,
    /// What people wrote, beside the messages that carry the events.
    pub messages: usize,
    pub people: usize,
    pub seed: u64,
}

/// Rows are handed on this many at a time: one transaction.
const CHUNK: usize = 10_000;
/// Monday 5 January 2026, 00:00 UTC; each incident begins a day after the one before.
const START: i64 = 1_767_571_200;
/// People who take part in one incident.
const CREW: usize = 12;
/// Least number of events that a story from declaration to resolution is told in.
const STORY: usize = 12;

/// Everybody of the made-up workspace.
pub fn people(amount: &Amount) -> BTreeMap<UserId, Person> {
    (0..amount.people.max(2))
        .map(|n| {
            let id = UserId::new(format!("USYN{n:05}"));
            let (name, handle) = words::person(n);
            let person = Person {
                id: id.clone(),
                name,
                handle,
                bot: false,
            };
            (id, person)
        })
        .collect()
}

/// Makes everything, and hands it to `sink` in transactions.
///
/// # Errors
/// The sink's own, or that the rules refused what was made up.
pub fn generate(
    amount: &Amount,
    config: &Config,
    lists: &Checklists,
    sink: &mut dyn FnMut(Vec<Write>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut rng = fastrand::Rng::with_seed(amount.seed);
    let people = people(amount);
    let names: Names = people
        .values()
        .map(|p| (p.id.clone(), p.name.clone()))
        .collect();
    let users: Vec<UserId> = people.into_keys().collect();
    let share = |all: usize, n: usize| {
        let each = all / amount.incidents.max(1);
        each + usize::from(n < all % amount.incidents.max(1))
    };
    let mut out = Out {
        writes: Vec::with_capacity(CHUNK),
        seq: 0,
        sink,
    };
    for n in 0..amount.incidents {
        let mut rng = rng.fork();
        let crew = (0..CREW).map(|_| users[rng.usize(..users.len())].clone());
        let mut maker = Maker::new(n, crew.collect(), &names, &mut rng, &mut out);
        maker.tell(
            share(amount.events, n).max(1),
            share(amount.messages, n),
            config,
            lists,
        )?;
    }
    out.flush()
}

struct Out<'a> {
    writes: Vec<Write>,
    seq: u64,
    sink: &'a mut dyn FnMut(Vec<Write>) -> Result<(), Problem>,
}

impl Out<'_> {
    fn push(&mut self, write: Write) -> Result<(), Problem> {
        self.writes.push(write);
        if self.writes.len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Problem> {
        if self.writes.is_empty() {
            return Ok(());
        }
        (self.sink)(std::mem::take(&mut self.writes))
    }
}

/// One incident in the making.
struct Maker<'a, 'b> {
    number: usize,
    row: IncidentRow,
    state: Incident,
    crew: Vec<UserId>,
    names: &'a Names,
    console: ConsoleId,
    channel: ChannelId,
    now: DateTime<Utc>,
    /// The last ts given out, in microseconds.
    micros: i64,
    /// Parents of threads, and how many replies they have.
    parents: BTreeMap<SlackTs, MessageRow>,
    told: usize,
    rng: &'a mut fastrand::Rng,
    out: &'a mut Out<'b>,
}

impl<'a, 'b> Maker<'a, 'b> {
    fn new(
        number: usize,
        crew: Vec<UserId>,
        names: &'a Names,
        rng: &'a mut fastrand::Rng,
        out: &'a mut Out<'b>,
    ) -> Maker<'a, 'b> {
        let id = IncidentId::random(rng);
        let channel = ChannelId::new(format!("CSYN{number:05}"));
        let start = START + i64::try_from(number).unwrap_or(0) * 86_400 + rng.i64(0..36_000);
        Maker {
            number,
            row: IncidentRow {
                id: id.clone(),
                private: false,
                drill: false,
                channel: Some(channel.clone()),
                card: None,
            },
            state: Incident::new(id),
            crew,
            names,
            console: ConsoleId::new(format!("csyn{:04}", number % 3)),
            channel,
            now: DateTime::from_timestamp(start, 0).unwrap_or_default(),
            micros: 0,
            parents: BTreeMap::new(),
            told: 0,
            rng,
            out,
        }
    }

    fn tell(
        &mut self,
        events: usize,
        messages: usize,
        config: &Config,
        lists: &Checklists,
    ) -> Result<(), Problem> {
        let closes = !self.number.is_multiple_of(4) && events >= STORY;
        let lang = if self.number.is_multiple_of(2) {
            Lang::Ja
        } else {
            Lang::En
        };
        self.declare(lang, events)?;
        self.row_of_channel(false)?;
        if events >= STORY {
            self.open(config, lists)?;
        }
        let until = events - if closes { 2 } else { 0 };
        let mut said = 0;
        while self.told < until || said < messages {
            let left = until.saturating_sub(self.told);
            let talk = messages - said;
            if self.rng.usize(..left + talk) < talk {
                self.say(said)?;
                said += 1;
            } else {
                self.something(left)?;
            }
        }
        if closes {
            let by = self.commander();
            self.act(&by, Command::Recover(None))?;
            self.act(&by, Command::Resolve(Some(words::done(lang).to_owned())))?;
        }
        for row in std::mem::take(&mut self.parents).into_values() {
            self.out.push(Write::Message(row))?;
        }
        self.close(closes)
    }

    fn lang(&self) -> Lang {
        self.state.lang
    }

    fn advance(&mut self) {
        self.now += TimeDelta::milliseconds(self.rng.i64(700..45_000));
    }

    fn ts(&mut self) -> SlackTs {
        let fraction = self.rng.i64(0..1_000);
        self.micros = (self.now.timestamp_micros() + fraction).max(self.micros + 1);
        SlackTs::from_micros(self.micros).unwrap_or_else(SlackTs::zero)
    }

    fn somebody(&mut self) -> UserId {
        self.crew[self.rng.usize(..self.crew.len())].clone()
    }

    fn commander(&self) -> UserId {
        let held = self.state.commander.as_ref();
        held.map_or(&self.state.declarer, |h| &h.user).clone()
    }

    fn declare(&mut self, lang: Lang, events: usize) -> Result<(), Problem> {
        let (service, title) = words::title(self.rng, lang);
        let by = self.crew[0].clone();
        let ago = TimeDelta::minutes(self.rng.i64(2..15));
        let declaration = Declaration {
            title,
            service: service.to_owned(),
            channel: self.channel_name(service),
            lang,
            situation: (events > 1).then(|| words::situation(self.rng, lang)),
            started: Some(self.now - ago * 2),
            detected: Some(self.now - ago),
            ..Declaration::default()
        };
        self.act(&by, Command::Declare(Box::new(declaration)))
    }

    fn channel_name(&self, service: &str) -> String {
        let date = self.now.format("%Y%m%d");
        format!("{service}-{date}i-{}", self.number)
    }

    /// Command, a level with its list, two roles.
    fn open(&mut self, config: &Config, lists: &Checklists) -> Result<(), Problem> {
        let by = self.crew[1 % self.crew.len()].clone();
        if self.state.may_command(&by) || self.state.commander.is_none() {
            let user = Some(by.clone());
            self.act(&by, Command::Commander { user, reason: None })?;
        }
        let nth = self.rng.usize(..config.levels.len().max(1));
        if let Some(level) = config.levels.get(nth) {
            let plan = resolve::level(config, lists, &self.state, &level.id)?;
            self.act(&by, Command::Level(plan))?;
        }
        for role in ["ops", "comms"] {
            let user = Some(self.somebody());
            let role = role.to_owned();
            self.act(&by, Command::Role { role, user })?;
        }
        Ok(())
    }

    fn something(&mut self, left: usize) -> Result<(), Problem> {
        let lang = self.lang();
        let by = self.somebody();
        let commander = self.commander();
        let items = self.state.checklist();
        let item = match items.len() {
            0 => None,
            n => Some(items[self.rng.usize(..n)].clone()),
        };
        let (by, command) = match (self.rng.u32(..20), item) {
            (0, Some(check)) => {
                let user = Some(self.somebody());
                let item = check.item.id;
                (
                    by,
                    Command::Assign {
                        item,
                        user,
                        due: None,
                    },
                )
            }
            (1..=3, Some(check)) => (by, Command::Tick(check.item.id)),
            (4, Some(check)) if check.state != Default::default() => {
                (by, Command::Untick(check.item.id))
            }
            (5, _) => {
                let phases = [Phase::Investigating, Phase::Fixing, Phase::Monitoring];
                let phase = phases[self.rng.usize(..phases.len())];
                (commander, Command::Phase(phase))
            }
            (6, _) => {
                let task = Some(words::task(self.rng, lang).to_owned());
                let (user, role) = (by.clone(), None);
                (by, Command::CheckIn { user, role, task })
            }
            (7, _) => (by, Command::Situation(words::situation(self.rng, lang))),
            (8, _) => {
                let milestone = Milestone::Detected;
                let time = self.now - TimeDelta::minutes(self.rng.i64(1..20));
                let link = None;
                (
                    by,
                    Command::Milestone {
                        milestone,
                        time,
                        link,
                    },
                )
            }
            (9, _) if left > 1 => match self.pin(&by) {
                Some(pin) => (by, pin),
                None => (by, Command::Note(words::note(self.rng, lang))),
            },
            (10..=12, _) => {
                let text = words::message(self.rng, lang);
                (by, Command::Message { text, thread: None })
            }
            _ => (by, Command::Note(words::note(self.rng, lang))),
        };
        self.act(&by, command)
    }

    fn pin(&mut self, by: &UserId) -> Option<Command> {
        let parents: Vec<&MessageRow> = self.parents.values().collect();
        let row = *parents.get(self.rng.usize(..parents.len().max(1)))?;
        let author = row.message.user.as_ref().and_then(|u| self.names.get(u));
        (!self.state.pinned(&row.ts)).then(|| Command::Pin {
            evidence: false,
            ts: row.ts.clone(),
            author: author.cloned().unwrap_or_default(),
            excerpt: row.message.text.clone(),
            by: by.clone(),
            pinned: true,
            files: Vec::new(),
        })
    }

    /// Decides, folds, and writes what a console would have posted.
    fn act(&mut self, by: &UserId, command: Command) -> Result<(), Problem> {
        self.advance();
        let names = self.names;
        let name = |user: &UserId| names.get(user).cloned().unwrap_or_default();
        let drafts = {
            let asked = Asked {
                by,
                now: self.now,
                heard: &|_| None,
                // Nobody takes command from anybody here.
                silent_minutes: 0,
                gate: crate::domain::gate::Rules::default(),
                archived: false,
                name: &name,
            };
            decide(&self.state, &command, &asked, self.rng)?
        };
        let mut rows: Vec<(u64, EventRow)> = Vec::new();
        // What a draft saw is what stood when it was made, those before it included.
        let mut ahead = (drafts.len() > 1).then(|| self.state.clone());
        for draft in drafts {
            let seen = ahead.as_ref().unwrap_or(&self.state);
            let prev = seen.prev(&draft.id, &draft.body);
            let row = self.row(by, draft, prev);
            if let Some(ahead) = &mut ahead {
                ahead.apply(&row.recorded());
            }
            rows.push((row.seq, row));
        }
        let mut waiting = rows.as_slice();
        while !waiting.is_empty() {
            let taken = self.post(waiting)?;
            waiting = &waiting[taken..];
        }
        Ok(())
    }

    fn row(&mut self, by: &UserId, draft: Draft, prev: BTreeMap<Register, EventId>) -> EventRow {
        self.out.seq += 1;
        EventRow {
            incident: self.row.id.clone(),
            event: Event {
                prev,
                id: draft.id,
                at: self.now,
                what: What::Known(draft.body),
                via: None,
            },
            by: by.clone(),
            console: self.console.clone(),
            text: draft.text.map(|text| escape(&text).into_owned()),
            position: None,
            recorded_at: self.now,
            seq: self.out.seq,
        }
    }

    /// One message with as many of the events as fit it. Returns how many.
    fn post(&mut self, waiting: &[(u64, EventRow)]) -> Result<usize, Problem> {
        let borrowed: Vec<(u64, &EventRow)> = waiting.iter().map(|(s, e)| (*s, e)).collect();
        let scene = Scene {
            row: &self.row,
            incident: &self.state,
            console: &self.console,
            names: self.names,
            now: self.now,
        };
        let batch = mirror::batch(0, &scene, &borrowed, SlackTs::zero()).ok_or_else(refused)?;
        let ts = self.ts();
        for (index, (_, row)) in waiting.iter().take(batch.events.len()).enumerate() {
            let mut row = row.clone();
            row.position = Some(Position {
                ts: ts.clone(),
                index: u32::try_from(index).unwrap_or(u32::MAX),
            });
            if row.text.is_some() {
                row.text = Some(mirror::text_of(&batch.text));
            }
            if self.state.apply(&row.recorded()) != Verdict::Accepted {
                return Err(refused());
            }
            self.told += 1;
            self.out.push(Write::Event(row))?;
        }
        let message = Message {
            ts: ts.to_string(),
            user: Some(UserId::new("USYNBOT")),
            text: batch.text,
            own: true,
            metadata: Some(Metadata {
                event_type: mirror::EVENTS.to_owned(),
                payload: batch.metadata,
            }),
            ..Message::default()
        };
        self.out
            .push(Write::Message(self.message_row(ts, message)))?;
        Ok(batch.events.len())
    }

    fn message_row(&self, ts: SlackTs, message: Message) -> MessageRow {
        MessageRow {
            channel: self.channel.clone(),
            ts,
            message,
            deleted: false,
            missed: 0,
            first_seen: self.now,
        }
    }

    /// Something a person writes: one in four answers an earlier message.
    fn say(&mut self, said: usize) -> Result<(), Problem> {
        self.advance();
        let (ts, user) = (self.ts(), self.somebody());
        let lang = self.lang();
        let mut message = Message {
            ts: ts.to_string(),
            user: Some(user),
            text: escape(&words::message(self.rng, lang)).into_owned(),
            edited: self.rng.u32(..25) == 0,
            ..Message::default()
        };
        let parents = self.parents.len();
        if said % 4 == 3 && parents > 0 {
            let nth = self.rng.usize(..parents);
            if let Some((parent, row)) = self.parents.iter_mut().nth(nth) {
                row.message.replies += 1;
                row.message.latest_reply = Some(ts.clone());
                message.thread = Some(parent.clone());
            }
            let row = self.message_row(ts, message);
            return self.out.push(Write::Message(row));
        }
        if self.rng.u32(..6) == 0 {
            let users = vec![self.somebody()];
            let name = ["eyes", "+1", "pray", "white_check_mark"][self.rng.usize(..4)];
            message.reactions = vec![Reaction {
                name: name.to_owned(),
                count: 1,
                users,
            }];
        }
        let row = self.message_row(ts.clone(), message);
        self.parents.insert(ts, row);
        // Only the latest are answered; what is older is written as it stands.
        if self.parents.len() > 40
            && let Some((_, old)) = self.parents.pop_first()
        {
            self.out.push(Write::Message(old))?;
        }
        Ok(())
    }

    fn row_of_channel(&mut self, archived: bool) -> Result<(), Problem> {
        let declared: Option<&EventId> = self.state.declared_event.as_ref();
        let owner = self.state.entries.iter().find(|e| Some(&e.id) == declared);
        let row = ChannelRow {
            id: self.channel.clone(),
            name: self.state.channel_wanted.clone(),
            incident: Some(self.row.id.clone()),
            owner_ts: owner.and_then(|e| Some(e.position.as_ref()?.ts.clone())),
            watermark: SlackTs::from_micros(self.micros).unwrap_or_else(SlackTs::zero),
            joined: true,
            archived,
            topic: Some((
                SlackTs::from_micros(self.micros).unwrap_or_else(SlackTs::zero),
                mirror::topic(&self.state, &self.row, self.names),
            )),
            ours: false,
        };
        self.out.push(Write::Channel(row))
    }

    /// The card as it stands at the end, so that nobody owes one.
    fn close(&mut self, archived: bool) -> Result<(), Problem> {
        let (text, hash) = mirror::card(&self.state, &self.row, self.names);
        let ts = self.ts();
        let message = Message {
            ts: ts.to_string(),
            user: Some(UserId::new("USYNBOT")),
            text,
            own: true,
            pinned: true,
            metadata: Some(mirror::card_metadata(&self.state, &hash)),
            ..Message::default()
        };
        self.out
            .push(Write::Message(self.message_row(ts.clone(), message)))?;
        self.row.card = Some(Card {
            ts,
            hash,
            pinned: true,
        });
        self.row_of_channel(archived)?;
        self.out.push(Write::Incident(self.row.clone()))
    }
}

fn refused() -> Problem {
    Problem::failed(Text::fixed(
        "The rules refused a made-up event.",
        "作成したイベントが規則に合いません。",
    ))
}
