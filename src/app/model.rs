//! Everything that is on the screen, and nothing that has to be asked for: what draws it reads
//! this and calls nothing back.
//!
//! A selection is an id, never a row: what arrives or leaves moves no selection, and a verb acts on
//! what was selected when its key went down.

use super::action::{Action, Reel};
use super::catchup::Looked;
use super::drill::{Panel, View};
use super::edit::Edit;
use super::form::Form;
use super::history::{At, History, Reminder};
use super::keymap::Keymap;
use super::metrics::survey::Survey;
use super::replay::Replay;
use super::snapshot::{Room, Snapshot, Summary};
use super::view::rows::Index;
use crate::domain::checklists::Checklists;
use crate::domain::decide::Command;
use crate::domain::ids::{EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::prompt::{SLOTS, Subject};
use crate::domain::settings::{Theme, Zone};
use crate::domain::verb::Verb;
use crate::domain::watch::Mark;
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names an act that was handed to the core, until the core answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Counts the states of the model; a frame shows one of them.
pub type Generation = u64;

#[derive(Clone, Debug)]
pub struct Model {
    pub snapshot: Arc<Snapshot>,
    pub screen: Screen,
    pub home: List,
    pub room: RoomView,
    /// The topmost is last and has the keys.
    pub overlays: Vec<Overlay>,
    pub composer: Composer,
    pub toasts: Vec<Toast>,
    /// Acts that are not saved yet, oldest first.
    pub saving: BTreeMap<Ticket, Saving>,
    /// The drill that this console is open for.
    pub drill: Option<Arc<View>>,
    /// It was opened on a drill that somebody else runs.
    pub joined: bool,
    /// Told on the first screen while there is nothing else.
    pub last_drill: Option<super::drill::Last>,
    /// The wall clock as the last message told it.
    pub now: DateTime<Utc>,
    /// The wall clock of people, where `now` is that of a drill.
    pub felt: Option<DateTime<Utc>>,
    /// Columns and rows.
    pub size: (u16, u16),
    pub lang: Lang,
    pub theme: Theme,
    /// The zone of the configuration, and whether UTC is shown instead.
    pub zone: Zone,
    pub utc: bool,
    /// Whether the terminal's window has the focus, as far as it says.
    pub window_focused: bool,
    pub keymap: Arc<Keymap>,
    pub checklists: Arc<Checklists>,
    /// When each incident was last looked at here.
    pub looked: BTreeMap<IncidentId, Looked>,
    /// Rows of what can be long.
    pub index: Index,
    /// Grows with every message.
    pub generation: Generation,
    pub painted: Painted,
    /// Set once the program is to end; nothing is taken after it.
    pub quitting: bool,
    /// An incident is being played back, over everything else.
    pub replay: Option<Box<Replay>>,
    /// What was seen before that is like what is declared or worked on.
    pub reminders: BTreeMap<At, Vec<Reminder>>,
    /// This is the stage of a replay: it is looked at, and nothing can be done in it.
    pub replayed: bool,
    pub(super) memory: Memory,
}

/// What is remembered for later and never drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub next_ticket: u64,
    pub next_form: u64,
    /// Rooms that were left, as they were.
    pub rooms: BTreeMap<IncidentId, RoomView>,
    /// How far the drill has been shown: its briefing, its room, its debrief.
    pub drill: super::drill::Told,
    /// It is said once that Japanese input is on.
    pub kana_told: bool,
    /// The question who sits here was put.
    pub asked_who: bool,
    /// Changes of what is in the outbox, until they are seen there.
    pub rewrites: BTreeMap<u64, String>,
    /// The workspace went out of reach: how much had been delivered then, and how much had failed.
    pub outage: Option<Outage>,
    /// Texts of composers and of forms that were left, by incident.
    pub drafts: BTreeMap<IncidentId, String>,
    pub form_drafts: BTreeMap<DraftKey, Vec<(&'static str, String)>>,
    /// What the deputy showed, from which generation on, back to the frame on screen.
    pub seen: Vec<(Generation, Seen)>,
    /// Marks that were handed to the core, until they are seen in a snapshot.
    pub marks: Vec<(IncidentId, String, Mark)>,
    /// Forms that were opened to answer a prompt: its key, by the form's serial.
    pub answering: BTreeMap<u64, String>,
    /// What the form that was opened last by a prompt's key is about, with its serial.
    pub answers: Option<(u64, Subject)>,
    /// For what title and service the history was asked, by where.
    pub reminded: BTreeMap<At, super::history::Reminding>,
    /// In a replay: what was chosen from a list.
    pub reel: Option<Reel>,
    pub quits: bool,
    /// Clocks that were over already when last looked at, by key.
    pub over: BTreeSet<String>,
}

/// What a key may be about, beside selections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The prompts in their slots: what a digit answers.
    pub asks: [Option<Subject>; ASKS],
    /// The most urgent timer.
    pub timer: Option<String>,
}

/// What is told when the workspace is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub since: DateTime<Utc>,
    pub delivered: usize,
    pub failed: usize,
    /// Something waited while it lasted.
    pub waited: bool,
}

/// A form by its incident, its verb and the item that it is about.
pub(super) type DraftKey = (Option<IncidentId>, Verb, Option<String>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    Home,
    Room(IncidentId),
}

/// A pane of the war room. The order is that of Tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    Timeline,
    Channel,
    Checklist,
    Situation,
    Roster,
    Timers,
    /// Tasks, needs, questions, decisions that are not settled.
    Matters,
}

impl Pane {
    pub const ALL: [Pane; 7] = [
        Pane::Timeline,
        Pane::Channel,
        Pane::Checklist,
        Pane::Situation,
        Pane::Roster,
        Pane::Timers,
        Pane::Matters,
    ];
}

/// A row of any list, by what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowId {
    Incident(IncidentId),
    Event(EventId),
    /// A stretch of the timeline of which nothing is told, by when it begins.
    Hole(DateTime<Utc>),
    /// A message of the channel.
    Talk(SlackTs),
    /// A reply shown a second time, where it arrived.
    Echo(SlackTs),
    /// Messages of programs folded into one row: the first of them.
    Fold(SlackTs),
    Person(UserId),
    Item(String),
    /// A clock, by its key.
    Timer(String),
    /// A task, need, question, decision, an offer of command or a claim of recovery.
    Matter(EventId),
    /// An act that is being saved.
    Saving(Ticket),
    Outbox(u64),
    /// A line of a text, from 0.
    Line(usize),
}

/// Where a list stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// `None` follows the end in what grows at its end, and the beginning elsewhere.
    pub selected: Option<RowId>,
    /// The first row of the last frame: the list moves from there only as far as the selection
    /// needs it.
    pub top: Option<RowId>,
}

/// How many prompts are shown at once.
pub const ASKS: usize = SLOTS;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomView {
    pub focus: Option<Pane>,
    pub timeline: List,
    pub channel: List,
    pub roster: List,
    pub checklist: List,
    pub situation: List,
    pub timers: List,
    pub matters: List,
    /// The whole record instead of the story.
    pub all: bool,
    /// One pane over the whole room.
    pub zoomed: bool,
    /// Each prompt keeps its slot until it is answered or put off.
    pub asks: [Option<Subject>; ASKS],
}

impl RoomView {
    pub fn pane(&self) -> Pane {
        self.focus.unwrap_or(Pane::Timeline)
    }

    pub fn list(&self, pane: Pane) -> &List {
        match pane {
            Pane::Timeline => &self.timeline,
            Pane::Channel => &self.channel,
            Pane::Roster => &self.roster,
            Pane::Checklist => &self.checklist,
            Pane::Situation => &self.situation,
            Pane::Timers => &self.timers,
            Pane::Matters => &self.matters,
        }
    }

    pub fn list_mut(&mut self, pane: Pane) -> &mut List {
        match pane {
            Pane::Timeline => &mut self.timeline,
            Pane::Channel => &mut self.channel,
            Pane::Roster => &mut self.roster,
            Pane::Checklist => &mut self.checklist,
            Pane::Situation => &mut self.situation,
            Pane::Timers => &mut self.timers,
            Pane::Matters => &mut self.matters,
        }
    }
}

/// What stands over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// What can be done here and now.
    Help(List),
    /// The acts of command, each by one key more.
    Acts(List),
    Palette(Palette),
    /// A verb's form; one with a single choice is a pick list.
    Form(Box<Form>),
    /// One row of the outbox is selected to be retried, changed or given up.
    Outbox(List),
    /// The text of something in the outbox, being changed.
    Rewrite(Rewrite),
    LongText(LongText),
    /// Who sits here?
    WhoAreYou(WhoAreYou),
    /// Something that is no act of the record is about to happen.
    Confirm(Confirm),
    /// What belongs to the drill under way.
    Drill(Panel),
    /// How responses go, over many incidents.
    Metrics(Box<Survey>),
    /// Everything that was, being searched.
    History(Box<History>),
}

impl Overlay {
    /// Letters are text in it.
    pub fn takes_text(&self) -> bool {
        match self {
            Overlay::Palette(_)
            | Overlay::WhoAreYou(_)
            | Overlay::Rewrite(_)
            | Overlay::History(_) => true,
            Overlay::Form(form) => form.takes_text(),
            Overlay::Drill(panel) => {
                matches!(panel, Panel::Feedback(_) | Panel::Say(..) | Panel::Add(_))
            }
            Overlay::Help(_)
            | Overlay::Acts(_)
            | Overlay::Outbox(_)
            | Overlay::LongText(_)
            | Overlay::Metrics(_)
            | Overlay::Confirm(_) => false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Palette {
    pub filter: Edit,
    pub selected: Option<Action>,
}

#[derive(Clone, Debug)]
pub struct WhoAreYou {
    pub filter: Edit,
    pub selected: Option<UserId>,
    /// Keys typed before this was painted are not for it.
    pub born: Generation,
}

#[derive(Clone, Debug)]
pub struct Rewrite {
    /// The outbox entry.
    pub seq: u64,
    pub edit: Edit,
    /// Keys typed before this was painted are not for it.
    pub born: Generation,
}

#[derive(Clone, Debug)]
pub struct LongText {
    pub title: String,
    pub text: String,
    /// The first line shown.
    pub scroll: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    pub about: Confirmable,
    /// Starts off.
    pub on_yes: bool,
    /// Keys typed before this was painted are not for it.
    pub born: Generation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmable {
    Quit,
    /// A job of the outbox, given up.
    Drop(u64),
    /// The drill, before its time is up.
    EndDrill,
}

/// The line at the bottom of the room.
#[derive(Clone, Debug)]
pub struct Composer {
    pub edit: Edit,
    /// It has the keys.
    pub active: bool,
    pub reply: Option<Reply>,
}

/// The message that is being replied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub thread: SlackTs,
    pub author: String,
    pub excerpt: String,
}

/// A word from the program, until its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub word: Word,
    pub until: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Notice(Text),
    Problem(Problem),
}

impl Word {
    pub fn lines(&self, lang: Lang) -> String {
        match self {
            Word::Notice(text) => text.get(lang).to_owned(),
            Word::Problem(problem) => problem.lines(lang),
        }
    }
}

/// An act between its key and its being saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saving {
    pub ticket: Ticket,
    /// `None`: a declaration.
    pub incident: Option<IncidentId>,
    pub command: Command,
    pub since: DateTime<Utc>,
    /// The form that waits for the answer.
    pub form: Option<u64>,
}

/// After this long without an answer a pending mark says so.
pub const SAVING_LATE: TimeDelta = TimeDelta::seconds(5);

/// What the last complete frame showed. The runtime tells it when the frame is out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Painted {
    pub generation: Generation,
    /// First row shown and number of rows, of each list that was drawn.
    pub lists: BTreeMap<Where, Shown>,
    /// The prompts and the timer as they could be read.
    pub seen: Seen,
}

/// A list that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    Home,
    Pane(Pane),
    /// The list of the topmost overlay.
    Overlay,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub first: Option<RowId>,
    /// Rows that fit: what a page is.
    pub rows: u16,
}

/// How a model begins.
#[derive(Clone, Debug)]
pub struct Start {
    pub snapshot: Arc<Snapshot>,
    pub now: DateTime<Utc>,
    pub size: (u16, u16),
    pub lang: Lang,
    pub keymap: Arc<Keymap>,
    pub checklists: Arc<Checklists>,
}

impl Model {
    pub fn new(start: Start) -> Model {
        let config = Arc::clone(&start.snapshot.config);
        Model {
            snapshot: start.snapshot,
            screen: Screen::Home,
            home: List::default(),
            room: RoomView::default(),
            overlays: Vec::new(),
            composer: Composer {
                edit: Edit::lines(""),
                active: false,
                reply: None,
            },
            toasts: Vec::new(),
            saving: BTreeMap::new(),
            drill: None,
            joined: false,
            last_drill: None,
            now: start.now,
            felt: None,
            size: start.size,
            lang: start.lang,
            theme: config.screen.theme,
            zone: config.time_zone,
            utc: false,
            window_focused: true,
            keymap: start.keymap,
            checklists: start.checklists,
            looked: BTreeMap::new(),
            index: Index::default(),
            generation: 0,
            painted: Painted::default(),
            quitting: false,
            replay: None,
            reminders: BTreeMap::new(),
            replayed: false,
            memory: Memory::default(),
        }
    }

    /// The incident of the room on screen.
    pub fn room_id(&self) -> Option<&IncidentId> {
        match &self.screen {
            Screen::Home => None,
            Screen::Room(id) => Some(id),
        }
    }

    /// What is known of the room on screen; the core may still be bringing it.
    pub fn room_data(&self) -> Option<&Arc<Room>> {
        let id = self.room_id()?;
        self.snapshot
            .room
            .as_ref()
            .filter(|room| room.summary.incident.id == *id)
    }

    pub fn summary(&self, id: &IncidentId) -> Option<&Summary> {
        let room = self.snapshot.room.as_ref().map(|room| &room.summary);
        room.filter(|s| s.incident.id == *id).or_else(|| {
            self.snapshot
                .incidents
                .iter()
                .find(|s| s.incident.id == *id)
        })
    }

    /// Nothing that is done here is meant.
    pub fn in_drill(&self) -> bool {
        self.drill.is_some() || self.joined
    }

    /// The incident that verbs are about: the room's, or the one selected at home.
    pub fn target(&self) -> Option<&Summary> {
        match &self.screen {
            Screen::Room(id) => self.summary(id),
            Screen::Home => match &self.home.selected {
                Some(RowId::Incident(id)) => self.summary(id),
                _ => None,
            },
        }
    }

    pub fn incident(&self) -> Option<&Arc<Incident>> {
        self.target().map(|summary| &summary.incident)
    }

    /// Letters are text now: of the composer, or of what stands over the screen.
    pub fn takes_text(&self) -> bool {
        match self.overlays.last() {
            Some(overlay) => overlay.takes_text(),
            None => self.composer.active,
        }
    }

    pub fn form(&self) -> Option<&Form> {
        self.overlays
            .iter()
            .rev()
            .find_map(|overlay| match overlay {
                Overlay::Form(form) => Some(form.as_ref()),
                _ => None,
            })
    }

    /// What a person is called; an id that nobody resolves is shown as it is.
    pub fn name(&self, user: &UserId) -> String {
        match self.snapshot.people.get(user) {
            Some(person) => person.name.clone(),
            None => user.as_str().to_owned(),
        }
    }

    /// The time by which people read: however fast a drill runs, a word stays as long.
    pub fn felt(&self) -> DateTime<Utc> {
        self.felt.unwrap_or(self.now)
    }

    /// The zone in which times are shown now.
    pub fn shown_zone(&self) -> Zone {
        if self.utc { Zone::Fixed(0) } else { self.zone }
    }
}
