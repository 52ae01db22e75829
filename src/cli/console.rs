//! The console: the terminal thread. It turns events into messages, the model's wishes into
//! questions to the core, and frames into bytes. It never waits for a network, a disk or a sync.

use super::context::Context;
use super::{asks, export, out, peer, postmortem};
use crate::app::drill::View;
use crate::app::effect::Effect;
use crate::app::keymap::Keymap;
use crate::app::model::{Model, Start};
use crate::app::msg::Msg;
use crate::app::postmortem::{Desk, Sitting};
use crate::app::replay::Showing;
use crate::app::resolve::{self, People};
use crate::app::snapshot::{Limits, LinkState, Snapshot, Workspace};
use crate::app::strings::why;
use crate::app::update::{start, update};
use crate::domain::checklists::Checklists;
use crate::domain::decide::Command;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::problem::Problem;
use crate::domain::settings::{Notify, Theme as ThemeChoice, Zone};
use crate::domain::sync::{Engine, Link, Now};
use crate::domain::words::{Lang, Text};
use crate::io::config;
use crate::io::core::{Ask, Core};
use crate::io::evidence::{self, Locker};
use crate::io::history::{self, History, Search};
use crate::io::input::{Event, Waker};
use crate::io::pace::Clock;
use crate::io::publish;
use crate::io::shelf;
use crate::io::terminal::{self, Lent, Options, Terminal};
use crate::stage::director;
use crate::ui::frame::Assembler;
use crate::ui::theme::Theme;
use crate::ui::{self, Drawing};
use chrono::{DateTime, Timelike, Utc};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// Between two frames that time alone asks for, when its clock runs faster than the machine's.
const FRAME: Duration = Duration::from_millis(50);
/// Incidents that a search on the screen hands out; more are counted.
const HITS: usize = 100;
/// Rows that one notch of the wheel turns.
const WHEEL: i32 = 3;

/// The scenario that a newcomer begins with.
const FIRST_STEPS: &str = "first-steps";

const COPIED: Text = Text::fixed(
    "Copied, if the terminal allows it.",
    "コピーしました (端末が許可している場合)。",
);

/// What other threads have for the terminal thread.
enum Post {
    Started(Box<Result<Core, Problem>>),
    Message(Box<Msg>),
    /// What had to be made ready for it is.
    Effect(Box<Effect>),
}

/// The latest snapshot; the core overwrites what was not taken.
type Slot = Arc<Mutex<Option<Arc<Snapshot>>>>;

/// What a console is opened with, beside flags and configuration.
#[derive(Default)]
pub struct Opening {
    /// Of the core, of its client and of the screen.
    pub clock: Clock,
    /// Plays this back and nothing else: no core is started.
    pub replay: Option<Alone>,
    /// Starts the drill that it is opened for.
    pub drill: Option<Stager>,
    /// On a drill that somebody else runs.
    pub joined: bool,
    /// What was practised here before.
    pub last_drill: Option<crate::app::drill::Last>,
}

/// A replay by itself, with what its room needs to know of the world.
pub struct Alone {
    pub showing: Showing,
    pub people: Arc<People>,
    pub me: UserId,
}

/// Starts a drill that tells how it stands.
pub type Stager = Box<dyn FnOnce(Tell) -> Result<director::Handle, Problem>>;
type Tell = Box<dyn Fn(View) + Send>;

/// What follows a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// A shipped scenario, by its name, and the handle of who sits here.
    Drill(String, Option<String>),
}

/// Opens the console on this terminal and runs it to its end.
pub fn run(context: Context, opening: Opening) -> Result<Next, Problem> {
    let clock = opening.clock;
    let context = Arc::new(context);
    let home = context.paths.home.clone();
    let checklists = Checklists::load(|sheet, list, lang| {
        config::checklist(&context.loaded, home.as_deref(), sheet, list, lang)
    })?;
    let keymap = Keymap::shipped()?;
    let theme = theme(&context)?;
    terminal::restore_on_panic();
    let terminal = Terminal::enter(Options {
        mouse: context.config.screen.mouse,
        title: Some("matoi".to_owned()),
    })?;
    let _log = context.log();
    let (post, posts) = channel();
    let waker = terminal.waker();
    let slot = Slot::default();
    let mut empty = empty(&context);
    let showing = opening.replay.map(|alone| {
        (empty.people, empty.me) = (alone.people, alone.me);
        alone.showing
    });
    let (model, effects) = start(Start {
        snapshot: Arc::new(empty),
        now: clock.now().wall,
        size: terminal.size(),
        lang: context.lang,
        keymap: Arc::new(keymap),
        checklists: Arc::new(checklists),
    });
    let mut model = model;
    model.last_drill = opening.last_drill;
    model.joined = opening.joined;
    let mut console = Console {
        model,
        assembler: Assembler::new(),
        theme,
        drawing: Drawing::default(),
        clicked: None,
        terminal,
        core: None,
        slot: slot.clone(),
        posts,
        post: post.clone(),
        waker: waker.clone(),
        shown: None,
        clock: clock.clone(),
        second: (0, 0),
        ended: None,
        drill: None,
        next: Next::Done,
        context: context.clone(),
        outgoing: Vec::new(),
        peer: None,
        history: None,
    };
    for effect in effects {
        console.carry_out(effect);
    }
    let alone = showing.is_some();
    let history = (!alone).then(|| history(&context, &post, &waker));
    let feed = history.as_ref().map(History::feed);
    console.history = history;
    if let Some(showing) = showing {
        console.take(Msg::Replay(Box::new(showing)));
    }
    // The first frame is out before the journal is open.
    console.draw();
    let repaced = waker.clone();
    clock.on_change(move || {
        repaced.wake();
        true
    });
    if let Some(stage) = opening.drill {
        let (post, wake) = (post.clone(), waker.clone());
        let tell: Tell = Box::new(move |view| {
            post.send(Post::Message(Box::new(Msg::Drill(Arc::new(view)))))
                .ok();
            wake.wake();
        });
        match stage(tell) {
            Ok(drill) => console.drill = Some(drill),
            Err(problem) => console.ended = Some(problem),
        }
    }
    if let Some(feed) = feed {
        start_core(context, clock, (slot, feed), post, waker);
    }
    console.run();
    let ended = console.ended.take();
    // The terminal is given back before the core is waited for.
    terminal::restore();
    let next = std::mem::replace(&mut console.next, Next::Done);
    let peer = console.peer;
    let lang = console.model.lang;
    drop(console);
    if let Some(pid) = peer {
        out::talk(&peer::runs(pid), lang);
    }
    ended.map_or(Ok(next), Err)
}

/// The history of this data directory; what it finds is posted.
fn history(context: &Context, post: &Sender<Post>, waker: &Waker) -> History {
    let (post, waker) = (post.clone(), waker.clone());
    let tell = move |answer| {
        let msg = match answer {
            history::Answer::Found(found) => Msg::Found(Arc::new(found)),
            history::Answer::Reminders(about, found) => Msg::Reminders(about, found),
            history::Answer::Problem(problem) => Msg::Problem(problem),
        };
        post.send(Post::Message(Box::new(msg))).ok();
        waker.wake();
    };
    History::start(&context.paths.data_dir, Box::new(tell))
}

/// `slot` and `feed` are where snapshots are left, for the screen and for the history.
fn start_core(
    context: Arc<Context>,
    clock: Clock,
    (slot, feed): (Slot, impl Fn(&Arc<Snapshot>) + Send + 'static),
    post: Sender<Post>,
    waker: Waker,
) {
    std::thread::spawn(move || {
        let wake = waker.clone();
        let publish = Box::new(move |snapshot| {
            feed(&snapshot);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
            wake.wake();
        });
        let started = context.start(&clock, publish);
        // A console that ended in the meantime has no use for it.
        post.send(Post::Started(Box::new(started))).ok();
        waker.wake();
    });
}

fn theme(context: &Context) -> Result<Theme, Problem> {
    let name = match context.config.screen.theme {
        ThemeChoice::Auto => None,
        ThemeChoice::Dark => Some("dark"),
        ThemeChoice::Light => Some("light"),
        ThemeChoice::HighContrast => Some("high-contrast"),
        ThemeChoice::Mono => Some("mono"),
    };
    Theme::choose(name, |variable| std::env::var(variable).ok())
}

/// What is shown until the journal is read.
fn empty(context: &Context) -> Snapshot {
    Snapshot {
        version: 0,
        workspace: Workspace {
            local: context.is_local(),
            team: String::new(),
        },
        me: UserId::default(),
        people: Arc::default(),
        config: context.config.clone(),
        incidents: Vec::new(),
        room: None,
        link: LinkState {
            link: Link::Starting,
            as_of: None,
        },
        follows: false,
        outbox: Vec::new(),
        given_up: Vec::new(),
        offers: Vec::new(),
        limits: Limits::default(),
        other_heard: None,
        local: Arc::default(),
    }
}

struct Console {
    model: Model,
    assembler: Assembler,
    theme: Theme,
    /// What the last frame showed, for the mouse.
    drawing: Drawing,
    /// The last click: a second one at the same place soon after is double.
    clicked: Option<(Instant, u16, u16)>,
    terminal: Terminal,
    core: Option<Core>,
    slot: Slot,
    posts: Receiver<Post>,
    post: Sender<Post>,
    waker: Waker,
    /// The generation that is on the screen.
    shown: Option<u64>,
    clock: Clock,
    /// The second that the clock on the screen shows, and the machine's.
    second: (i64, i64),
    ended: Option<Problem>,
    /// The drill that this console is open for; it ends with the console.
    drill: Option<director::Handle>,
    next: Next,
    context: Arc<Context>,
    /// Bytes for the terminal beside a frame: the bell.
    outgoing: Vec<u8>,
    /// The process that goes on without a screen.
    peer: Option<u32>,
    /// None in a replay by itself.
    history: Option<History>,
}

impl Console {
    fn run(&mut self) {
        while !self.model.quitting && self.ended.is_none() {
            let events = self.terminal.wait(Some(self.until_next_second()));
            for event in events {
                self.event(event);
            }
            self.posts();
            let now = self.look_at_clocks();
            let second = (now.timestamp(), self.model.felt().timestamp());
            if second != self.second || self.frame().is_some() {
                self.second = second;
                self.take(Msg::Tick(now));
            }
            self.draw();
        }
    }

    fn event(&mut self, event: Event) {
        let msg = match event {
            Event::Key(key) => Msg::Key(key),
            Event::Paste(text) => Msg::Paste(text),
            Event::Resize(columns, rows) => Msg::Resize(columns, rows),
            Event::Focus(focused) => Msg::Focus(focused),
            Event::Mouse(mouse) => match self.mouse(mouse) {
                Some(msg) => msg,
                None => return,
            },
            Event::Wake => return,
            Event::Hangup | Event::Terminate => Msg::Terminate,
            Event::Suspend => return self.suspend(),
            Event::Resume => {
                self.assembler.forget();
                self.shown = None;
                let (columns, rows) = self.terminal.size();
                Msg::Resize(columns, rows)
            }
        };
        // A key's time is when it was pressed, not when the clock last ticked.
        self.model.now = self.look_at_clocks();
        self.take(msg);
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Option<Msg> {
        let (x, y) = (mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let at = self.drawing.at(x, y)?.clone();
                let now = Instant::now();
                let double = self
                    .clicked
                    .take()
                    .is_some_and(|(then, cx, cy)| (cx, cy) == (x, y) && now - then < DOUBLE_CLICK);
                self.clicked = (!double).then_some((now, x, y));
                Some(Msg::Click { at, double })
            }
            MouseEventKind::ScrollDown => Some(Msg::Wheel {
                over: self.drawing.list_at(x, y),
                rows: WHEEL,
            }),
            MouseEventKind::ScrollUp => Some(Msg::Wheel {
                over: self.drawing.list_at(x, y),
                rows: -WHEEL,
            }),
            _ => None,
        }
    }

    /// Answers first into the hand, then the snapshot that was published before them.
    fn posts(&mut self) {
        let posts: Vec<Post> = self.posts.try_iter().collect();
        let snapshot = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(snapshot) = snapshot {
            self.take(Msg::Snapshot(snapshot));
        }
        for post in posts {
            match post {
                Post::Message(msg) => self.take(*msg),
                Post::Effect(effect) => self.carry_out(*effect),
                Post::Started(started) => match *started {
                    Ok(core) => self.started(core),
                    Err(problem) => self.ended = Some(problem),
                },
            }
        }
    }

    /// The core runs; who sits here may be said by flag or configuration.
    fn started(&mut self, core: Core) {
        if let Some(id) = self.model.room_id() {
            core.ask(Ask::Focus(Some(id.clone())));
        }
        self.core = Some(core);
    }

    fn take(&mut self, msg: Msg) {
        let msg = match msg {
            Msg::Snapshot(snapshot) => Msg::Snapshot(self.claimed(snapshot)),
            msg => msg,
        };
        let effects = update(&mut self.model, msg);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// `--as` or the configuration names who sits here: nobody is asked then. Until people are
    /// known by name, what was asked for stands for them.
    fn claimed(&mut self, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
        let Some(asked) = self.context.asked_user() else {
            return snapshot;
        };
        let me = if snapshot.people.is_empty() {
            UserId::new(asked)
        } else {
            match resolve::person(&snapshot.people, &asked) {
                Ok(me) => {
                    if me != snapshot.me {
                        self.carry_out(Effect::SetMe(me.clone()));
                    }
                    me
                }
                Err(problem) => {
                    self.ended = Some(problem);
                    return snapshot;
                }
            }
        };
        if me == snapshot.me {
            return snapshot;
        }
        Arc::new(Snapshot {
            me,
            ..(*snapshot).clone()
        })
    }

    fn carry_out(&mut self, effect: Effect) {
        let Some(effect) = self.takes_in(effect) else {
            return;
        };
        let tell = self.teller();
        let effect = match asks::hand_over(effect, &self.model.snapshot, self.core.as_ref(), tell) {
            Ok(None) => return,
            Ok(Some(msg)) => return self.take(*msg),
            Err(effect) => *effect,
        };
        match effect {
            // The core's, and handed over.
            Effect::Act { .. }
            | Effect::SetMe(_)
            | Effect::Focus(_)
            | Effect::Mark(..)
            | Effect::Settle(..)
            | Effect::Metrics(_)
            | Effect::Replay(_) => {}
            Effect::Copy(text) => {
                let told = match self.terminal.copy(&text) {
                    Ok(()) => Msg::Notice(COPIED),
                    Err(problem) => Msg::Problem(problem),
                };
                self.take(told);
            }
            Effect::Notify(_) => {
                if self.context.config.screen.notify != Notify::Off && !self.model.window_focused {
                    self.outgoing.push(0x07);
                }
            }
            Effect::Practise => {
                let last = self.model.last_drill.as_ref();
                let next = last.and_then(|last| last.next.as_ref());
                let name = next.map_or(FIRST_STEPS, |(name, _)| name);
                let me = self.model.snapshot.people.get(&self.model.snapshot.me);
                let who = me.map(|person| person.handle.clone());
                self.next = Next::Drill(name.to_owned(), who);
                self.model.quitting = true;
            }
            Effect::Drill(wish) => {
                if let Some(drill) = &self.drill {
                    drill.ask(wish);
                }
            }
            Effect::Search(text) => {
                if let Some(history) = &self.history {
                    history.search(Search {
                        text,
                        now: self.model.now,
                        zone: self.model.shown_zone(),
                        most: HITS,
                    });
                }
            }
            Effect::Remind(about) => {
                if let Some(history) = &self.history {
                    history.remind(about);
                }
            }
            Effect::PostMortem(incident) => self.sit_down(incident),
            Effect::Export(incident, zone, lang) => self.export(incident, zone, lang),
            Effect::Write(incident, sitting) => self.write(incident, sitting),
            Effect::Suspend => self.suspend(),
            Effect::Redraw => {
                self.assembler.forget();
                self.shown = None;
            }
            Effect::Quit => self.model.quitting = true,
            Effect::LeavePeer => match peer::start(&self.context) {
                Ok(pid) => {
                    self.peer = Some(pid);
                    self.model.quitting = true;
                }
                Err(problem) => self.take(Msg::Problem(problem)),
            },
        }
    }

    /// What writing a post-mortem begins with is read, and laid out for the editor, on the core's thread.
    fn sit_down(&mut self, incident: IncidentId) {
        let (context, people) = (self.context.clone(), self.model.snapshot.people.clone());
        let tell = self.teller();
        self.look(move |engine, now| {
            let laid = desk(&context, engine, &incident, &people, now).and_then(|desk| {
                let shelf = postmortem::shelf(&context, &incident, &desk);
                shelf.lay_out(desk, false)
            });
            tell(match laid {
                Ok(sitting) => Msg::Desk(incident, Box::new(sitting)),
                Err(problem) => Msg::Problem(problem),
            });
        });
    }

    /// The record is read on the core's thread, and written on one of its own.
    fn export(&mut self, incident: IncidentId, zone: Zone, lang: Lang) {
        let (config, people) = (
            self.context.config.clone(),
            self.model.snapshot.people.clone(),
        );
        let folder = export::folder(&self.context);
        let tell = self.teller();
        self.look(move |engine, now| {
            let read = export::sheets(engine, &incident, &people, (&config, zone, lang), now);
            std::thread::spawn(move || {
                tell(match read.and_then(|sheets| sheets.write(&folder)) {
                    Ok(told) => Msg::Notice(told),
                    Err(problem) => Msg::Problem(problem),
                });
            });
        });
    }

    /// A file that is given as evidence is copied on a thread of its own before the act is handed
    /// over; gives back what needs nothing of the kind.
    fn takes_in(&self, effect: Effect) -> Option<Effect> {
        let Effect::Act {
            ticket,
            incident: Some(incident),
            command: Command::Learn(mut lesson),
            outlets,
        } = effect
        else {
            return Some(effect);
        };
        let paths = &self.context.paths;
        let locker = Locker::new(&paths.data_dir, &incident, paths.home.as_deref());
        let act = move |lesson| Effect::Act {
            ticket,
            incident: Some(incident),
            command: Command::Learn(lesson),
            outlets,
        };
        if evidence::path_in(&lesson.learnt).is_none() {
            return Some(act(lesson));
        }
        let (post, waker) = (self.post.clone(), self.waker.clone());
        std::thread::spawn(move || {
            let ready = match locker.take_in(lesson.learnt.clone()) {
                Ok(learnt) => {
                    lesson.learnt = learnt;
                    Post::Effect(Box::new(act(lesson)))
                }
                Err(problem) => Post::Message(Box::new(Msg::Acted {
                    ticket,
                    result: Err(problem),
                })),
            };
            // The console may be gone.
            post.send(ready).ok();
            waker.wake();
        });
        None
    }

    /// Has the core's thread look at the record.
    fn look(&mut self, look: impl FnOnce(&mut Engine, Now) + Send + 'static) {
        let taken = asks::ask_core(self.core.as_ref(), Ask::Look(Box::new(look)));
        if let Err(problem) = taken {
            self.take(Msg::Problem(problem));
        }
    }

    /// Brings a message to this thread from another.
    fn teller(&self) -> impl FnOnce(Msg) + Send + 'static {
        let (post, waker) = (self.post.clone(), self.waker.clone());
        move |msg| {
            post.send(Post::Message(Box::new(msg))).ok();
            waker.wake();
        }
    }

    /// The terminal is an editor's until it ends; the core goes on meanwhile. What it left is kept on
    /// a thread of its own.
    fn write(&mut self, incident: IncidentId, sitting: Box<Sitting>) {
        if let Err(problem) = self.edited(&sitting) {
            return self.take(Msg::Problem(problem));
        }
        let shelf = postmortem::shelf(&self.context, &incident, &sitting.desk);
        let tell = self.teller();
        std::thread::spawn(move || {
            tell(match shelf.take_in(&sitting) {
                Ok(kept) => Msg::Wrote(incident, sitting, kept),
                Err(problem) => Msg::Problem(problem),
            });
        });
    }

    /// The editor had the terminal, and ended well.
    fn edited(&mut self, sitting: &Sitting) -> Result<(), Problem> {
        let mut command = shelf::editor(|name| std::env::var(name).ok(), &sitting.path)?;
        let lent = self.terminal.lend(&mut command);
        match lent.map_err(|error| postmortem::cannot_edit(&error))? {
            Lent::Ended(status) if status.success() => Ok(()),
            Lent::Ended(_) => Err(postmortem::given_up(&sitting.path)),
            Lent::MustEnd(event) => {
                self.event(event);
                Err(postmortem::given_up(&sitting.path))
            }
        }
    }

    fn suspend(&mut self) {
        if let Err(problem) = self.terminal.suspend() {
            self.take(Msg::Problem(problem));
        }
    }

    /// Draws what changed, once the terminal has taken the frame before.
    fn draw(&mut self) {
        if !self.terminal.is_ready() {
            return;
        }
        if !self.outgoing.is_empty() {
            let bytes = std::mem::take(&mut self.outgoing);
            self.terminal.write(&bytes);
        }
        if self.shown == Some(self.model.generation) {
            return;
        }
        let mut bytes = Vec::new();
        let (columns, rows) = self.model.size;
        let mut draft = self.assembler.begin(columns, rows);
        self.drawing = ui::draw(&self.model, &self.theme, &mut draft);
        draft.finish(&mut bytes);
        let lists = self.drawing.lists.clone();
        if !bytes.is_empty() {
            self.terminal.write(&bytes);
        }
        let generation = self.model.generation;
        let effects = update(&mut self.model, Msg::Painted { generation, lists });
        for effect in effects {
            self.carry_out(effect);
        }
        self.shown = Some(self.model.generation);
    }

    /// What time it is here; where that is not the machine's, the model is told both.
    fn look_at_clocks(&mut self) -> DateTime<Utc> {
        if let Clock::Paced(_) = self.clock {
            self.model.felt = Some(Utc::now());
        }
        self.clock.now().wall
    }

    /// How often a replay moves.
    fn frame(&self) -> Option<Duration> {
        self.model.replay.as_ref()?.frame()
    }

    /// So that the clock on the screen changes when the second does.
    fn until_next_second(&self) -> Duration {
        if let Some(frame) = self.frame() {
            return frame;
        }
        match self.clock {
            Clock::Machine | Clock::Hands(_) => rest_of_second(self.clock.now().wall),
            Clock::Paced(_) => {
                let felt = rest_of_second(Utc::now());
                let real = self.clock.real(rest_of_second(self.clock.now().wall));
                real.map_or(felt, |real| real.max(FRAME).min(felt))
            }
        }
    }
}

/// From the record as it is now, with the organisation's template.
fn desk(
    context: &Context,
    engine: &mut Engine,
    incident: &IncidentId,
    people: &People,
    now: Now,
) -> Result<Desk, Problem> {
    let unknown = || Problem::not_found(why::NOT_READ);
    let lang = engine.shown(incident).map(|known| known.lang);
    let home = context.paths.home.as_deref();
    let template = config::post_mortem(&context.loaded, home, lang.ok_or_else(unknown)?)?;
    let told = publish::told(engine, incident, people, &context.config, now, |told| {
        crate::app::postmortem::desk(told, &context.config, &template)
    });
    told.ok_or_else(unknown)
}

fn rest_of_second(now: DateTime<Utc>) -> Duration {
    let passed = u64::from(now.nanosecond().min(999_999_999));
    Duration::from_nanos(1_000_000_000 - passed)
}
