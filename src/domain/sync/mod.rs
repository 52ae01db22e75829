//! The sync engine: a console's whole conversation with Slack, as a function.
//!
//! # What it guarantees
//!
//! - An act is saved before anything is said about it: its event and its outbox row are one
//!   [`Step`]'s writes, which the program commits and syncs before it carries out the step's calls.
//! - State counts an act once, always: events have ids, and the fold counts an id once.
//! - Retrying is never blind. A message is posted again only after a read that began at least
//!   [`Timing::read_lag`] after the send, drained to its end from the point where the batch was
//!   formed, and did not find it.
//! - The cursor moves in the same transaction as the last of what it passed.
//! - One job that fails blocks no other; what depends on it waits.
//!
//! # States of a job
//!
//! ```text
//! pending ──> sending ──> sent ──> seen
//!    ^           │ │
//!    │  not sent │ └─ no answer that decides ─> unconfirmed ── found ──> seen
//!    └───────────┘                                  │
//!    ^────────────── not found after the lag ───────┘
//! pending / sending ── refused for good ──> failed ── retried ──> pending, or dropped
//! ```
//!
//! # After a crash
//!
//! The image is read back as it was committed. A batch in `sending` may or may not be in the
//! channel: it becomes unconfirmed. Everything else that was in flight is idempotent, or is looked
//! for by its name or id before it is done again.
//!
//! # An older journal
//!
//! A disk that was set up again from a backup is a journal whose later part is missing. What it
//! holds as waiting may have been sent long ago, so nothing that a former life left behind goes out
//! before its channel was read once in this one: what is met there is done. What it cannot know is
//! what was entered after the backup and had not left yet; that is gone with the disk. What had
//! left is in the channel, and comes back from there.
//!
//! # What is asked of Slack
//!
//! Rates are counted here, by method, and shared out by purpose: acts, looking for what may be lost,
//! the focused channel, threads and pins, other channels, whole channels again. Each purpose leaves
//! something to those before it. While nobody is reached one call at a time goes out, ever more
//! rarely; the first answer sets everything free.
//!
//! # How it is driven
//!
//! The program and the simulator do the same: ask for a [`Step`], commit its writes, hand them back
//! with [`Engine::absorb`], carry out its calls, and ask [`Engine::next`] until it is empty. The
//! engine never waits and never asks for the time.

mod act;
mod answers;
mod companion;
mod discover;
mod duty;
pub mod image;
mod ingest;
mod invite;
mod ledger;
mod listen;
mod merge;
pub mod mirror;
mod outbox;
mod pins;
mod poll;
mod restrict;
mod settle;
mod sweep;
mod threads;
mod view;

pub use act::Order;
pub use listen::Unsaid;
pub use merge::{MergeOffer, MergeWhy};
pub use restrict::{Went, lines as went_lines};
pub use settle::{Choices, Settle, is_alone};
pub use view::{Age, Counts, Limits};

use super::ids::{ChannelId, ConsoleId, EventId, IncidentId, SlackTs, UserId};
use super::incident::Incident;
use chrono::{DateTime, Utc};
use image::{EventRow, Image, Message, Metadata, Write};
use ledger::Ledger;
use mirror::Names;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use sweep::Watch;

/// The two clocks. `wall` is for records; `mono` is for waiting, and never steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub wall: DateTime<Utc>,
    pub mono: Duration,
}

/// How long things take and how often they are done.
#[derive(Clone, Debug)]
pub struct Timing {
    /// A read may miss a message accepted this recently. 30 s unless measured shorter.
    pub read_lag: Duration,
    /// Between reads of the channel that is looked at.
    pub poll: Duration,
    /// What the interval of an idle channel grows to.
    pub poll_idle: Duration,
    /// Between looks for new channels.
    pub discover: Duration,
    /// Between reads of the pins of the channel that is looked at.
    pub pins: Duration,
    /// Between two messages to one channel: Slack allows one a second.
    pub post: Duration,
    /// Between readings of a whole channel: edits and deletions older than every sweep's overlap.
    pub deep: Duration,
    /// Between readings of one thread that had replies.
    pub thread: Duration,
    /// Of Slack's published rates, what all consoles of this app may spend together.
    pub budget_percent: u32,
    /// How long a duty of somebody else's is left to them: the deputy, then any other.
    pub duty_deputy: Duration,
    pub duty_other: Duration,
    /// Command may be taken from somebody silent for so long.
    pub commander_silent_minutes: u32,
    /// The close gate: how long the timeline may tell nothing; 0: however long.
    pub hole_minutes: u32,
    /// Whether a post-mortem is due.
    pub post_mortem: super::record::due::Rule,
    /// A person's token is there, which can bring an archived channel back.
    pub unarchives: bool,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            read_lag: Duration::from_secs(30),
            poll: Duration::from_secs(3),
            poll_idle: Duration::from_secs(60),
            discover: Duration::from_secs(4),
            pins: Duration::from_secs(20),
            deep: Duration::from_secs(12 * 60),
            thread: Duration::from_secs(60),
            post: Duration::from_millis(1_100),
            budget_percent: 100,
            duty_deputy: Duration::from_secs(20),
            duty_other: Duration::from_secs(40),
            commander_silent_minutes: 5,
            hole_minutes: 30,
            post_mortem: super::record::due::Rule::default(),
            unarchives: false,
        }
    }
}

/// What turning the safeguards off one by one is for: the simulator shows that each is needed.
#[derive(Clone, Copy, Debug)]
pub struct Safeguards {
    /// `sending` is committed before the first byte.
    pub durable_sending: bool,
    /// An ambiguous post is looked for before it is sent again.
    pub read_back: bool,
    /// The fold counts an id once.
    pub ids_once: bool,
    /// An event that did not see the current writer is overtaken.
    pub prev: bool,
    /// The cursor is written with what it passed.
    pub cursor_in_transaction: bool,
    /// A copy with a lower ts folds again from there.
    pub refold: bool,
}

impl Safeguards {
    pub const ALL: Safeguards = Safeguards {
        durable_sending: true,
        read_back: true,
        ids_once: true,
        prev: true,
        cursor_in_transaction: true,
        refold: true,
    };
}

/// One call to the workspace. `Call`s that name people, groups or channels by configured names are
/// resolved where they are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Create {
        name: String,
        private: bool,
    },
    /// One page, with all metadata.
    History {
        channel: ChannelId,
        oldest: SlackTs,
        cursor: Option<String>,
    },
    Replies {
        channel: ChannelId,
        thread: SlackTs,
        oldest: SlackTs,
        cursor: Option<String>,
    },
    /// The channels that our app is in.
    Discover,
    Post {
        channel: ChannelId,
        text: String,
        thread: Option<SlackTs>,
        metadata: Metadata,
    },
    Update {
        channel: ChannelId,
        ts: SlackTs,
        text: String,
        metadata: Metadata,
    },
    Delete {
        channel: ChannelId,
        ts: SlackTs,
    },
    Pin {
        channel: ChannelId,
        ts: SlackTs,
    },
    React {
        channel: ChannelId,
        ts: SlackTs,
        name: String,
    },
    /// Who reacted on a message, all of them.
    Reactions {
        channel: ChannelId,
        ts: SlackTs,
    },
    /// Shown to one person in the channel; `text` is markup.
    Whisper {
        channel: ChannelId,
        user: UserId,
        thread: Option<SlackTs>,
        text: String,
    },
    Pins {
        channel: ChannelId,
    },
    Topic {
        channel: ChannelId,
        topic: String,
    },
    Purpose {
        channel: ChannelId,
        purpose: String,
    },
    InvitePerson {
        channel: ChannelId,
        who: String,
    },
    InviteGroup {
        channel: ChannelId,
        who: String,
    },
    /// Posts to a channel by its configured name, joining it where that is needed.
    Announce {
        to: String,
        text: String,
        metadata: Metadata,
    },
    /// Whether an announcement of this event is already there.
    SeekAnnouncement {
        to: String,
        event: EventId,
    },
    Archive {
        channel: ChannelId,
    },
    Unarchive {
        channel: ChannelId,
    },
}

impl Call {
    /// Whether doing it twice could show.
    pub const fn is_read(&self) -> bool {
        matches!(
            self,
            Call::History { .. }
                | Call::Replies { .. }
                | Call::Discover
                | Call::Pins { .. }
                | Call::Reactions { .. }
                | Call::SeekAnnouncement { .. }
        )
    }

    /// The method that a limit on it is about; what it needs beside that one is rare.
    pub const fn method(&self) -> &'static str {
        match self {
            Call::Create { .. } => "conversations.create",
            Call::History { .. } | Call::SeekAnnouncement { .. } => HISTORY,
            Call::Replies { .. } => REPLIES,
            Call::Discover => "users.conversations",
            Call::Post { .. } | Call::Announce { .. } => "chat.postMessage",
            Call::Update { .. } => "chat.update",
            Call::Delete { .. } => "chat.delete",
            Call::Pin { .. } => "pins.add",
            Call::Pins { .. } => "pins.list",
            Call::React { .. } => "reactions.add",
            Call::Reactions { .. } => "reactions.get",
            Call::Whisper { .. } => "chat.postEphemeral",
            Call::Topic { .. } => "conversations.setTopic",
            Call::Purpose { .. } => "conversations.setPurpose",
            Call::InvitePerson { .. } | Call::InviteGroup { .. } => "conversations.invite",
            Call::Archive { .. } => "conversations.archive",
            Call::Unarchive { .. } => "conversations.unarchive",
        }
    }

    /// Where a post goes, for the spacing of posts.
    const fn channel(&self) -> Option<&ChannelId> {
        match self {
            Call::Post { channel, .. } => Some(channel),
            _ => None,
        }
    }
}

/// The two methods that Slack clamps for apps distributed to other workspaces.
const HISTORY: &str = "conversations.history";
const REPLIES: &str = "conversations.replies";

/// A channel as discovery lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: ChannelId,
    pub name: String,
    pub archived: bool,
    /// Our app made it.
    pub ours: bool,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Created {
        channel: ChannelId,
        name: String,
    },
    Page {
        messages: Vec<Message>,
        next: Option<String>,
    },
    Channels(Vec<Listed>),
    /// As Slack stored it.
    Posted {
        ts: SlackTs,
        message: Box<Message>,
    },
    Pins(Vec<Pinned>),
    Reactions(Vec<image::Reaction>),
    Found(bool),
    Done,
}

/// A pin: the message and who pinned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    pub ts: SlackTs,
    pub by: UserId,
    pub message: Message,
}

/// Why nothing good came back, by what may be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Certainly not sent.
    NotSent(String),
    /// Slack did not do it: the method rests for this long.
    Limited(Duration),
    /// Our own ledger held it back for this long; nothing was sent.
    Held(Duration),
    /// May have been done.
    Ambiguous(String),
    Refused(Refused),
}

/// What Slack said no with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Slack's code.
    pub code: String,
    /// The scope that the token lacks.
    pub needed: Option<String>,
}

impl Refused {
    pub fn of(code: &str) -> Refused {
        Refused {
            code: code.to_owned(),
            needed: None,
        }
    }

    fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }
}

/// What to do: first the writes, in one synced transaction, then the calls.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub writes: Vec<Write>,
    pub calls: Vec<(u64, Call)>,
}

impl Step {
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.calls.is_empty()
    }
}

/// The connection, as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    #[default]
    Starting,
    Live,
    /// Waiting out a limit.
    Slow,
    Offline,
    /// The token is no good: Slack's code.
    Refused(String),
}

impl Link {
    pub const fn name(&self) -> &'static str {
        match self {
            Link::Starting => "starting",
            Link::Live => "live",
            Link::Slow => "slow",
            Link::Offline => "offline",
            Link::Refused(_) => "refused",
        }
    }
}

#[derive(Clone, Debug)]
enum Flight {
    Job(u64),
    Batch(u64),
    Page(ChannelId),
    /// A page of a deep sweep.
    Deep(ChannelId),
    Thread(ChannelId),
    Discover,
    Pins(ChannelId),
    /// Who reacted on a message.
    Reactions(ChannelId, SlackTs),
}

impl Flight {
    /// The channel that it reads; one thing at a time is read of a channel.
    const fn reads(&self) -> Option<&ChannelId> {
        match self {
            Flight::Page(id)
            | Flight::Deep(id)
            | Flight::Thread(id)
            | Flight::Pins(id)
            | Flight::Reactions(id, _) => Some(id),
            Flight::Job(_) | Flight::Batch(_) | Flight::Discover => None,
        }
    }
}

/// Two events claim one position only where somebody's metadata is wrong; their ids then decide, so
/// that every console still folds them in one order.
type Place = (super::event::Position, EventId);

/// The end of a channel waits for others to have read how it ended.
struct Linger {
    /// The last that was said there.
    after: SlackTs,
    /// By this machine's own count; `None`: they have had their turn.
    until: Option<Duration>,
}

struct Folded {
    /// Shared with what is shown where nothing is pending.
    incident: std::sync::Arc<Incident>,
    last: Option<Place>,
    dirty: bool,
    /// In order, for folding again.
    order: BTreeSet<Place>,
    pending: BTreeMap<u64, EventId>,
    /// The fold with the pending events on top.
    shown: Option<std::sync::Arc<Incident>>,
}

/// One console's side of the conversation.
pub struct Engine {
    image: Image,
    timing: Timing,
    safeguards: Safeguards,
    me: UserId,
    names: Names,
    /// The workspace's address; empty until it is known.
    home: String,
    folds: HashMap<IncidentId, Folded>,
    /// Those that have to be folded again: a look at one of thousands asks for none of the others.
    stale: BTreeSet<IncidentId>,
    /// Calls under way, with the method of each.
    flights: HashMap<u64, (Flight, &'static str)>,
    last_flight: u64,
    watches: HashMap<ChannelId, Watch>,
    ledger: Ledger,
    /// Messages with acts that somebody else's console wrote and somebody deleted, since when.
    lost: BTreeMap<(ChannelId, SlackTs), Duration>,
    not_before: HashMap<u64, Duration>,
    /// Of those, what waits because nobody was reached.
    unsent: BTreeSet<u64>,
    /// Archiving that waits for others to have read how it ended.
    lingering: BTreeMap<u64, Linger>,
    /// How often nobody was reached for it in this run.
    tries: HashMap<u64, u32>,
    /// When a batch or job became ambiguous in this run.
    doubted: HashMap<u64, Duration>,
    focus: Option<IncidentId>,
    next_discover: Duration,
    discover_every: Duration,
    /// When the list of channels was last asked for.
    discover_began: Duration,
    /// What waits for it, by batch or job.
    astray: BTreeMap<u64, discover::Astray>,
    /// Channels of incidents that it did not have when it was last read.
    unlisted: BTreeSet<ChannelId>,
    /// The list of channels was read in this run.
    discovered: bool,
    /// Slack has refused to list them.
    unlistable: bool,
    /// Up to here, entries of the outbox are a former life's.
    inherited: u64,
    link: Link,
    link_as_of: Option<Duration>,
    /// Until when a timekeeper call that was refused is left alone.
    calls_refused: BTreeMap<IncidentId, Duration>,
    /// When each console was last heard, by its newest event.
    consoles: HashMap<ConsoleId, DateTime<Utc>>,
    /// Cards that cannot be written any more; they may still be in their channel.
    lost_cards: BTreeSet<SlackTs>,
    /// What the card or topic under way says, by job.
    sent: HashMap<u64, String>,
    desk: Option<std::sync::Arc<dyn super::desk::Desk>>,
    bot: UserId,
    overheard: listen::Overheard,
}

impl Engine {
    /// An engine over a journal as it was read from disk, at `now`.
    pub fn new(image: Image, me: UserId, timing: Timing, now: Now) -> Engine {
        Engine::with_safeguards(image, me, timing, now, Safeguards::ALL)
    }

    pub fn with_safeguards(
        image: Image,
        me: UserId,
        timing: Timing,
        now: Now,
        safeguards: Safeguards,
    ) -> Engine {
        let mut engine = Engine {
            discover_every: timing.discover,
            image: Image::new(image.console.clone()),
            safeguards,
            me,
            names: Names::new(),
            home: String::new(),
            folds: HashMap::new(),
            stale: BTreeSet::new(),
            flights: HashMap::new(),
            last_flight: 0,
            watches: HashMap::new(),
            ledger: Ledger::of_percent(timing.budget_percent),
            lost: BTreeMap::new(),
            not_before: HashMap::new(),
            unsent: BTreeSet::new(),
            lingering: BTreeMap::new(),
            tries: HashMap::new(),
            doubted: HashMap::new(),
            focus: None,
            next_discover: Duration::ZERO,
            discover_began: Duration::ZERO,
            astray: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            discovered: false,
            unlistable: false,
            inherited: 0,
            link: Link::Starting,
            link_as_of: None,
            calls_refused: BTreeMap::new(),
            consoles: HashMap::new(),
            lost_cards: BTreeSet::new(),
            sent: HashMap::new(),
            timing,
            desk: None,
            bot: UserId::default(),
            overheard: listen::Overheard::new(),
        };
        for row in image.events.values() {
            engine.index(row, None);
        }
        engine.image = image;
        engine.inherit(now);
        let dropped: Vec<image::Job> = engine
            .image
            .jobs
            .values()
            .filter(|job| matches!(job.state, image::JobState::Dropped { .. }))
            .cloned()
            .collect();
        for job in dropped {
            engine.give_up(&job);
        }
        engine.find_lost(now);
        engine.take_lead(now);
        engine
    }

    /// This process begins to send: whatever was under way when the last one ended may have
    /// arrived. What can be done twice without showing goes again; the rest is looked for.
    pub fn take_lead(&mut self, now: Now) {
        let unsure: Vec<image::Job> = self
            .image
            .open
            .iter()
            .filter_map(|seq| self.image.jobs.get(seq))
            .filter(|job| {
                matches!(
                    job.state,
                    image::JobState::Sending | image::JobState::Unconfirmed
                )
            })
            .cloned()
            .collect();
        for mut job in unsure {
            // What it came to is not known, but it was one.
            job.attempts += u32::from(job.state == image::JobState::Sending);
            if job.batch.is_some() || self.must_look(&job) {
                self.doubted.insert(job.batch.unwrap_or(job.seq), now.mono);
                job.state = image::JobState::Unconfirmed;
            } else {
                job.state = image::JobState::Pending;
            }
            self.image.apply(&Write::Job(job));
        }
    }

    /// An act that was dropped is no longer shown as if it were on its way.
    fn give_up(&mut self, job: &image::Job) {
        let image::Task::Event { id } = &job.task else {
            return;
        };
        let Some(row) = self.image.events.get(id) else {
            return;
        };
        if let Some(fold) = self.folds.get_mut(&job.incident) {
            fold.pending.remove(&row.seq);
            fold.shown = None;
        }
    }

    pub fn image(&self) -> &Image {
        &self.image
    }

    pub fn me(&self) -> &UserId {
        &self.me
    }

    pub fn set_me(&mut self, me: UserId) {
        self.me = me;
    }

    /// Names for the sentences of the channel.
    pub fn set_names(&mut self, names: Names) {
        self.names = names;
    }

    /// The workspace's own address, as its `auth.test` gives it.
    pub fn set_home(&mut self, address: String) {
        self.home = address;
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The incident that is looked at is polled most often.
    pub fn set_focus(&mut self, incident: Option<IncidentId>, now: Now) {
        if self.focus == incident {
            return;
        }
        self.focus = incident;
        if let Some(channel) = self.focus_channel() {
            let base = self.timing.poll;
            let watch = self.watch(&channel);
            watch.next = now.mono;
            watch.interval = base;
        }
    }

    fn focus_channel(&self) -> Option<ChannelId> {
        self.image
            .incidents
            .get(self.focus.as_ref()?)?
            .channel
            .clone()
    }

    /// Takes over writes that are on disk: a step's own, or another process's.
    pub fn absorb(&mut self, writes: &[Write]) {
        for write in writes {
            if let Write::Event(row) = write {
                let before = self
                    .image
                    .events
                    .get(&row.event.id)
                    .map(|old| (old.position.clone(), old.seq));
                self.index(row, before);
            }
            self.image.apply(write);
            if let Write::Message(row) = write {
                self.overhear(row);
            }
            if let Write::Job(job) = write
                && matches!(job.state, image::JobState::Dropped { .. })
            {
                self.give_up(job);
            }
        }
    }

    /// A step whose writes could not be committed: its calls were not made.
    pub fn abandon(&mut self, step: &Step) {
        for (flight, _) in &step.calls {
            match self.flights.remove(flight) {
                Some((Flight::Page(channel), _)) => self.watch(&channel).sweep = None,
                Some((Flight::Deep(channel), _)) => self.watch(&channel).deep = None,
                Some((Flight::Reactions(channel, ts), _)) => {
                    self.watch(&channel).cut.insert(ts);
                }
                _ => {}
            }
        }
    }

    fn index(&mut self, row: &EventRow, before: Option<(Option<super::event::Position>, u64)>) {
        let heard = self
            .consoles
            .entry(row.console.clone())
            .or_insert(row.event.at);
        *heard = (*heard).max(row.event.at);
        let fold = self
            .folds
            .entry(row.incident.clone())
            .or_insert_with(|| Folded {
                incident: std::sync::Arc::new(Incident::with_prev(
                    row.incident.clone(),
                    self.safeguards.prev,
                )),
                last: None,
                dirty: false,
                order: BTreeSet::new(),
                pending: BTreeMap::new(),
                shown: None,
            });
        // What is entered here comes on top; anything else may change what is below it.
        let on_top = before.is_none()
            && row.position.is_none()
            && fold
                .pending
                .last_key_value()
                .is_none_or(|(seq, _)| *seq < row.seq);
        match fold.shown.as_mut().filter(|_| on_top && !fold.dirty) {
            Some(shown) => {
                std::sync::Arc::make_mut(shown).apply(&row.recorded());
            }
            None => fold.shown = None,
        }
        match before {
            Some((Some(old), _)) if Some(&old) != row.position.as_ref() => {
                if !self.safeguards.refold {
                    return;
                }
                fold.order.remove(&(old, row.event.id.clone()));
                fold.dirty = true;
                self.stale.insert(row.incident.clone());
            }
            Some((Some(_), _)) => {
                // The same place: only the text or nothing changed.
                fold.dirty = true;
                self.stale.insert(row.incident.clone());
            }
            Some((None, seq)) => {
                fold.pending.remove(&seq);
            }
            None => {}
        }
        match &row.position {
            None => {
                fold.pending.insert(row.seq, row.event.id.clone());
            }
            Some(position) => {
                let place = (position.clone(), row.event.id.clone());
                fold.order.insert(place.clone());
                if fold.last.as_ref().is_some_and(|last| place <= *last) && self.safeguards.refold {
                    fold.dirty = true;
                    self.stale.insert(row.incident.clone());
                } else if !fold.dirty {
                    std::sync::Arc::make_mut(&mut fold.incident).apply(&row.recorded());
                    fold.last = Some(place);
                }
            }
        }
    }

    fn under_way(&self) -> impl Iterator<Item = &Flight> {
        self.flights.values().map(|(flight, _)| flight)
    }

    fn next_seq(&self, step: &Step) -> u64 {
        let in_step = step.writes.iter().map(|write| match write {
            Write::Event(row) => row.seq,
            Write::Job(job) => job.seq,
            Write::Batch(batch) => batch.id,
            Write::Incident(_) | Write::Channel(_) | Write::Message(_) => 0,
        });
        in_step.max().unwrap_or(0).max(self.image.last_seq) + 1
    }

    /// Gives a call to whoever carries calls out. It was asked of the ledger before.
    fn fly(&mut self, step: &mut Step, flight: Flight, call: Call) {
        self.last_flight += 1;
        self.flights
            .insert(self.last_flight, (flight, call.method()));
        step.calls.push((self.last_flight, call));
    }

    /// What is to be done now. Empty when there is nothing before [`Engine::due`].
    pub fn next(&mut self, now: Now, rng: &mut fastrand::Rng) -> Step {
        let mut step = Step::default();
        self.refold();
        self.duties(&mut step, now, rng);
        if !self.may_try(now) {
            return step;
        }
        self.ledger.share_with(self.consoles_heard(now));
        if step.writes.is_empty() {
            self.listen(&mut step, now, rng);
        }
        if step.writes.is_empty() {
            self.pump(&mut step, now, rng);
        }
        if step.writes.is_empty() {
            self.poll(&mut step, now, rng);
        }
        step
    }

    /// When [`Engine::next`] may have something to do again, on the monotonic clock.
    pub fn due(&self, now: Now) -> Option<Duration> {
        let duties = self.duty_due(now);
        let rest = self.ledger.rests_until(now);
        if let Some(rest) = rest {
            return [Some(rest), duties].into_iter().flatten().min();
        }
        let polls = self.poll_due();
        let jobs = self.outbox_due(now);
        let heard = self.listen_due(now);
        [polls, jobs, duties, heard].into_iter().flatten().min()
    }

    /// Folds again whatever a lower position made wrong.
    pub fn refold(&mut self) {
        let image = &self.image;
        for id in std::mem::take(&mut self.stale) {
            let Some(fold) = self.folds.get_mut(&id) else {
                continue;
            };
            let mut incident = Incident::with_prev(id, self.safeguards.prev);
            for (_, event) in &fold.order {
                if let Some(row) = image.events.get(event) {
                    incident.apply(&row.recorded());
                }
            }
            fold.incident = std::sync::Arc::new(incident);
            fold.last = fold.order.last().cloned();
            fold.dirty = false;
            fold.shown = None;
        }
    }
}
