//! The core thread: the only writer of the journal, the authoritative fold, and the driver of the
//! sync engine. It publishes snapshots; the latest wins. It waits for its inbox and the clock, and
//! never for the network.

use crate::app::desk::Configured;
use crate::app::snapshot::{Person, Snapshot, Workspace};
use crate::domain::checklists::Checklists;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::image::Image;
use crate::domain::sync::{Call, Engine, Link, Now, Order, Settle, Step, Timing};
use crate::domain::text::clean_line;
use crate::domain::watch::{Local, Mark};
use crate::domain::words::{Lang, Text};
use crate::io::net::{self, Find, News};
use crate::io::pace::{self, Clock};
use crate::io::publish;
use crate::io::steps;
use crate::io::store::{Journal, Lease};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel,
};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// Another process's writes are looked for this often.
const FOLLOW: Duration = Duration::from_secs(1);

/// Questions that may wait for the core; a screen is refused the next one.
const WAITING: usize = 1024;
/// Under this setting the journal keeps what is known of people.
pub const PEOPLE: &str = "people";
/// Under this one, the workspace's address.
pub const HOME: &str = "home";
/// And under this one, what is known of those of the embedded workspace.
pub const PEOPLE_LOCAL: &str = "people_local";
/// Of those whom only an imported history names.
pub const PEOPLE_IMPORTED: &str = "people_imported";
/// How long a disk that would not take a commit is left alone.
const HOLD: Duration = Duration::from_secs(2);

/// Called when an act is saved, or refused.
pub type Reply<T> = Box<dyn FnOnce(Result<T, Problem>) + Send>;

/// A look at the engine from the core thread.
pub type Look = Box<dyn FnOnce(&mut Engine, Now) + Send>;

/// What the core can be asked.
pub enum Ask {
    Act {
        incident: Option<IncidentId>,
        order: Order,
        reply: Reply<IncidentId>,
    },
    Focus(Option<IncidentId>),
    SetMe(UserId),
    /// What was put off, dismissed or acknowledged.
    Mark(IncidentId, Vec<(String, Mark)>),
    /// What somebody decided about an outbox entry.
    Settle {
        seq: u64,
        what: Settle,
        by: UserId,
        reply: Reply<()>,
    },
    /// Answered once everything is delivered and every channel was read.
    WhenQuiet(Box<dyn FnOnce() + Send>),
    /// Answered once no call is on its way and nothing more is due by the clock as it stands.
    WhenIdle(Box<dyn FnOnce() + Send>),
    /// Looks at the engine, for the command line.
    Look(Look),
    News(News),
    /// Time runs otherwise than when the core began to wait.
    Repaced,
    Stop,
}

/// What a core is started with.
pub struct Setup {
    pub journal: Journal,
    pub image: Image,
    pub me: UserId,
    pub config: Arc<Config>,
    pub workspace: Workspace,
    pub lang: Lang,
    pub find: Find,
    pub timing: Timing,
    pub clock: Clock,
    /// Of ids and back-off.
    pub seed: u64,
    /// With these, people in Slack are heeded and asked; without, this process only syncs.
    pub checklists: Option<Arc<Checklists>>,
    /// Publishes a snapshot; called on the core thread, must not wait.
    pub publish: Box<dyn Fn(Arc<Snapshot>) + Send>,
}

/// The way to the core. Dropping it ends the thread.
pub struct Core {
    asks: SyncSender<Ask>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Core {
    /// Starts the core and its network thread.
    ///
    /// # Errors
    /// The journal cannot be read, or the system gives no more threads.
    pub fn start(setup: Setup) -> Result<Core, Problem> {
        let (asks, inbox) = sync_channel(WAITING);
        let asks_for_news = asks.clone();
        let asks_for_pace = asks.clone();
        setup.clock.on_change(move || {
            // With a full inbox the core is not waiting.
            let told = asks_for_pace.try_send(Ask::Repaced);
            !matches!(told, Err(TrySendError::Disconnected(_)))
        });
        let thread = std::thread::Builder::new()
            .name("core".to_owned())
            .spawn(move || Running::new(setup, asks_for_news).run(&inbox))
            .map_err(no_thread)?;
        Ok(Core {
            asks,
            thread: Some(thread),
        })
    }

    /// Hands a question over, waiting for room. `false`: the core is gone.
    pub fn ask(&self, ask: Ask) -> bool {
        self.asks.send(ask).is_ok()
    }

    /// Hands a question over from a screen, which never waits.
    ///
    /// # Errors
    /// The core has too much to do, or is gone: the question was not taken.
    pub fn try_ask(&self, ask: Ask) -> Result<(), Problem> {
        self.asks.try_send(ask).map_err(|error| match error {
            TrySendError::Full(_) => Problem::failed(Text::fixed(
                "Too much is waiting to be saved: this was not taken.",
                "保存待ちが多すぎるため、受け付けられませんでした。",
            ))
            .hint(Text::fixed(
                "Wait a moment, then do it again.",
                "少し待ってから、もう一度実行してください。",
            )),
            TrySendError::Disconnected(_) => gone(),
        })
    }

    /// Waits for an act to be saved or refused. For the command line, never for a screen.
    pub fn act(&self, incident: Option<IncidentId>, order: Order) -> Result<IncidentId, Problem> {
        let (tell, told) = channel();
        self.ask(Ask::Act {
            incident,
            order,
            reply: Box::new(move |result| drop(tell.send(result))),
        });
        told.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Settles an outbox entry. For the command line, never for a screen.
    pub fn settle(&self, seq: u64, what: Settle, by: UserId) -> Result<(), Problem> {
        let (tell, told) = channel();
        self.ask(Ask::Settle {
            seq,
            what,
            by,
            reply: Box::new(move |result| drop(tell.send(result))),
        });
        told.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Looks at the engine and brings back what was seen.
    pub fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Engine, Now) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (tell, told) = channel();
        self.ask(Ask::Look(Box::new(move |engine, now| {
            drop(tell.send(look(engine, now)));
        })));
        told.recv().map_err(|_| gone())
    }

    /// Waits until everything is delivered and read, for at most so long. `false`: it was not.
    pub fn wait_quiet(&self, most: Duration) -> bool {
        let (tell, told) = channel();
        self.ask(Ask::WhenQuiet(Box::new(move || {
            // Whoever asked may have stopped waiting.
            tell.send(()).ok();
        })));
        told.recv_timeout(most).is_ok()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.ask(Ask::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the core thread panicked");
        }
    }
}

fn no_thread(error: std::io::Error) -> Problem {
    Problem::failed(crate::both!(
        "No thread could be started: {error}",
        "スレッドを開始できません: {error}"
    ))
}

fn gone() -> Problem {
    Problem::failed(Text::fixed(
        "The core of the program has stopped; see the log.",
        "プログラムの中枢が停止しました。ログを確認してください。",
    ))
}

struct Running {
    clock: Clock,
    journal: Journal,
    engine: Engine,
    lease: Option<Lease>,
    calls: Option<UnboundedSender<(u64, Call)>>,
    news: SyncSender<Ask>,
    find: Option<Find>,
    checklists: Option<Arc<Checklists>>,
    connected: bool,
    trouble: Option<Link>,
    rng: fastrand::Rng,
    config: Arc<Config>,
    workspace: Workspace,
    lang: Lang,
    people: Arc<BTreeMap<UserId, Person>>,
    local: Arc<BTreeMap<IncidentId, Local>>,
    publish: Box<dyn Fn(Arc<Snapshot>) + Send>,
    version: u64,
    focus: Option<IncidentId>,
    quiet: Vec<Box<dyn FnOnce() + Send>>,
    idle: Vec<Box<dyn FnOnce() + Send>>,
    answers: Vec<Box<dyn FnOnce() + Send>>,
    next_look: Duration,
    /// After a failed commit nothing is tried before this.
    hold: Duration,
    dirty: bool,
    as_of: Option<DateTime<Utc>>,
}

impl Running {
    fn new(setup: Setup, news: SyncSender<Ask>) -> Running {
        Running {
            engine: Engine::new(setup.image, setup.me, setup.timing, setup.clock.now()),
            clock: setup.clock,
            journal: setup.journal,
            lease: None,
            calls: None,
            news,
            find: Some(setup.find),
            checklists: setup.checklists,
            connected: false,
            trouble: None,
            rng: fastrand::Rng::with_seed(setup.seed),
            config: setup.config,
            workspace: setup.workspace,
            lang: setup.lang,
            people: Arc::default(),
            local: Arc::default(),
            publish: setup.publish,
            version: 0,
            focus: None,
            quiet: Vec::new(),
            idle: Vec::new(),
            answers: Vec::new(),
            next_look: Duration::ZERO,
            hold: Duration::ZERO,
            dirty: true,
            as_of: None,
        }
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    fn run(mut self, inbox: &Receiver<Ask>) {
        self.remember();
        loop {
            self.follow();
            self.drive();
            self.tell_quiet();
            if self.dirty {
                self.dirty = false;
                self.show();
            }
            // An answer comes after the snapshot that shows what it is about.
            for answer in self.answers.drain(..) {
                answer();
            }
            self.tell_idle();
            match inbox.recv_timeout(self.sleep()) {
                Ok(Ask::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(ask) => {
                    self.take(ask);
                    // What is waiting already is taken before the next look at the disk.
                    while let Ok(ask) = inbox.try_recv() {
                        if matches!(ask, Ask::Stop) {
                            return;
                        }
                        self.take(ask);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn sleep(&self) -> Duration {
        let now = self.now();
        let look = self.next_look.saturating_sub(self.clock.steady());
        let due = if self.lease.is_some() && self.connected {
            self.engine.due(now)
        } else {
            None
        };
        let wait = due.map(|at| at.max(self.hold).saturating_sub(now.mono));
        let wait = wait.and_then(|wait| self.clock.real(wait));
        wait.map_or(look, |wait| wait.min(look))
    }

    /// Takes the lease when it is free, and takes over what other processes wrote.
    fn follow(&mut self) {
        let steady = self.clock.steady();
        if steady < self.next_look {
            return;
        }
        self.next_look = steady + FOLLOW;
        if self.lease.is_none() {
            match self.journal.lease() {
                Ok(Some(lease)) => self.lead(lease, self.now()),
                Ok(None) => {}
                Err(problem) => tracing::warn!(%problem, "no lease"),
            }
        }
        if self.lease.is_none() && self.people.is_empty() {
            // The process that leads reads them, and keeps them for all.
            self.remember();
            self.dirty |= !self.people.is_empty();
        }
        match self.journal.newer_marks() {
            Ok(None) => {}
            Ok(Some(marks)) => {
                self.local = Arc::new(marks);
                self.dirty = true;
            }
            Err(problem) => tracing::warn!(%problem, "cannot read what was put off"),
        }
        match self.journal.stale() {
            Ok(false) => {}
            Ok(true) => match self.journal.newer() {
                Ok(writes) => {
                    self.engine.absorb(&writes);
                    self.dirty = true;
                }
                Err(problem) => tracing::warn!(%problem, "cannot follow the journal"),
            },
            Err(problem) => tracing::warn!(%problem, "cannot look at the journal"),
        }
    }

    fn lead(&mut self, lease: Lease, now: Now) {
        if let Ok(writes) = self.journal.newer() {
            self.engine.absorb(&writes);
        }
        self.lease = Some(lease);
        steps::pass(steps::LEADING);
        self.engine.take_lead(now);
        steps::pass(steps::LED);
        self.dirty = true;
        if let Some(find) = self.find.take() {
            let rests = net::Rests {
                clock: self.clock.clone(),
                people_in: self.people_in(),
            };
            match net::start(find, self.news.clone(), Ask::News, rests) {
                Ok(calls) => self.calls = Some(calls),
                Err(error) => tracing::error!(%error, "no network thread"),
            }
        }
    }

    /// Commits and starts whatever is due.
    fn drive(&mut self) {
        if self.lease.is_none() || !self.connected {
            return;
        }
        loop {
            let now = self.now();
            if now.mono < self.hold {
                return;
            }
            let step = self.engine.next(now, &mut self.rng);
            if step.is_empty() {
                return;
            }
            if step.writes.is_empty() {
                self.start_calls(step.calls);
                continue;
            }
            if !self.commit(step) {
                return;
            }
        }
    }

    /// Commits a step that was made without looking at what others wrote; made anew if they did.
    /// `false`: it could not be saved, and nothing was started.
    fn commit(&mut self, step: Step) -> bool {
        let saved = self.journal.transact(|newer| {
            let writes = if newer.is_empty() {
                step.writes.clone()
            } else {
                Vec::new()
            };
            Ok((writes, ()))
        });
        match saved {
            Ok((newer, ())) if newer.is_empty() => {
                self.engine.absorb(&step.writes);
                self.start_calls(step.calls);
                self.dirty = true;
                true
            }
            Ok((newer, ())) => {
                self.engine.abandon(&step);
                self.engine.absorb(&newer);
                self.dirty = true;
                true
            }
            Err(problem) => {
                tracing::error!(%problem, "not saved");
                self.hold = self.now().mono + HOLD;
                self.engine.abandon(&step);
                false
            }
        }
    }

    fn start_calls(&mut self, calls: Vec<(u64, Call)>) {
        let Some(network) = &self.calls else {
            return;
        };
        for call in calls {
            steps::pass(steps::calling(&call.1));
            if network.send(call).is_err() {
                tracing::error!("the network thread is gone");
            }
        }
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Act {
                incident,
                order,
                reply,
            } => {
                let result = self.act(incident.as_ref(), &order);
                self.answers.push(Box::new(move || reply(result)));
            }
            Ask::Focus(focus) => {
                self.focus.clone_from(&focus);
                let now = self.now();
                self.engine.set_focus(focus, now);
                self.dirty = true;
            }
            Ask::SetMe(me) => {
                if let Err(problem) = self.journal.set_setting("me", me.as_str()) {
                    tracing::warn!(%problem, "who you are was not kept");
                }
                self.engine.set_me(me);
                self.dirty = true;
            }
            Ask::Mark(incident, marks) => self.mark(incident, marks),
            Ask::Settle {
                seq,
                what,
                by,
                reply,
            } => {
                let result = self.settle(seq, &what, &by);
                self.answers.push(Box::new(move || reply(result)));
            }
            Ask::WhenQuiet(tell) => self.quiet.push(tell),
            Ask::WhenIdle(tell) => self.idle.push(tell),
            Ask::Look(look) => {
                let now = self.now();
                look(&mut self.engine, now);
            }
            Ask::News(news) => self.news(news),
            Ask::Repaced | Ask::Stop => {}
        }
    }

    /// Decides and saves an act while nobody else can write.
    fn act(&mut self, incident: Option<&IncidentId>, order: &Order) -> Result<IncidentId, Problem> {
        let now = self.now();
        let (engine, rng) = (&mut self.engine, &mut self.rng);
        let (_, (id, writes)) = self.journal.transact(|newer| {
            engine.absorb(newer);
            let (id, step) = engine.act(incident, order, now, rng)?;
            Ok((step.writes.clone(), (id, step.writes)))
        })?;
        steps::pass(steps::ACT);
        self.engine.absorb(&writes);
        self.dirty = true;
        Ok(id)
    }

    /// Holds until the program ends, whether it can be kept or not.
    fn mark(&mut self, incident: IncidentId, marks: Vec<(String, Mark)>) {
        if let Err(problem) = self.journal.keep_marks(&incident, &marks) {
            tracing::warn!(%problem, "what was put off was not kept");
        }
        let local = Arc::make_mut(&mut self.local).entry(incident).or_default();
        local.marks.extend(marks);
        self.dirty = true;
    }

    fn settle(&mut self, seq: u64, what: &Settle, by: &UserId) -> Result<(), Problem> {
        let now = self.now();
        let (engine, rng) = (&mut self.engine, &mut self.rng);
        let (_, writes) = self.journal.transact(|newer| {
            engine.absorb(newer);
            let step = engine.settle(seq, what, by, now, rng)?;
            Ok((step.writes.clone(), step.writes))
        })?;
        self.engine.absorb(&writes);
        self.dirty = true;
        Ok(())
    }

    fn news(&mut self, news: News) {
        match news {
            News::People(people) => self.meet(people),
            News::Connected(who) => {
                self.connected = true;
                self.trouble = None;
                self.engine.reached();
                self.engine.set_bot(who.user_id.clone());
                self.at_home(who.url.clone());
                if self.workspace.team.is_empty() {
                    self.workspace.team = clean_line(&who.team).into_owned();
                }
            }
            News::Unreachable(problem) => {
                tracing::info!(%problem, "offline");
                self.trouble = Some(Link::Offline);
            }
            News::Unwelcome(code) => self.trouble = Some(Link::Refused(code)),
            News::Answered(flight, result) => self.answered(flight, result),
        }
        self.dirty = true;
    }

    fn answered(
        &mut self,
        flight: u64,
        result: Result<crate::domain::sync::Answer, crate::domain::sync::Fault>,
    ) {
        let now = self.now();
        if result.is_ok() {
            self.as_of = Some(now.wall);
        }
        let (here, saved_too) = steps::answered(&result);
        steps::pass(here);
        let (engine, rng) = (&mut self.engine, &mut self.rng);
        let saved = self.journal.transact(|newer| {
            engine.absorb(newer);
            let step = engine.answered(flight, result, now, rng);
            Ok((step.writes.clone(), step.writes))
        });
        match saved {
            Ok((_, writes)) => {
                steps::pass(saved_too);
                self.engine.absorb(&writes);
            }
            // What came back is read again; a message that was sent is found by reading back.
            Err(problem) => tracing::error!(%problem, "an answer was not saved"),
        }
    }

    fn meet(&mut self, users: Vec<crate::wire::objects::User>) {
        let people: BTreeMap<UserId, Person> = users
            .into_iter()
            .filter(|user| !user.deleted)
            .map(|user| {
                let person = Person {
                    id: user.id.clone(),
                    name: clean_line(user.shown_name()).into_owned(),
                    handle: clean_line(&user.name).into_owned(),
                    bot: user.is_bot,
                };
                (user.id, person)
            })
            .collect();
        let people = self.with_imported(people);
        self.name_all(&people);
        self.people = Arc::new(people);
        self.furnish();
        // Kept for a start without a network.
        let key = self.people_key();
        let kept = serde_json::to_string(&*self.people)
            .map_err(|error| tracing::warn!(%error, "people"))
            .map(|text| {
                self.journal.set_setting(key, &text)?;
                let at = self.now().wall.to_rfc3339();
                self.journal.set_setting(&format!("{key}_at"), &at)
            });
        if let Ok(Err(problem)) = kept {
            tracing::warn!(%problem, "names of people were not kept");
        }
    }

    const fn people_key(&self) -> &'static str {
        if self.workspace.local {
            PEOPLE_LOCAL
        } else {
            PEOPLE
        }
    }

    /// How long the names that are kept are good for.
    fn people_in(&self) -> Duration {
        let kept = self.journal.setting(&format!("{}_at", self.people_key()));
        let kept = kept.ok().flatten();
        let kept = kept.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
        let age = kept.and_then(|at| (self.now().wall - at.to_utc()).to_std().ok());
        match age {
            Some(age) if !self.people.is_empty() => net::PEOPLE_EVERY.saturating_sub(age),
            _ => Duration::ZERO,
        }
    }

    /// Kept for links that are made without a network.
    fn at_home(&mut self, address: String) {
        if self.workspace.local || address.is_empty() {
            return;
        }
        if let Err(problem) = self.journal.set_setting(HOME, &address) {
            tracing::warn!(%problem, "the workspace's address was not kept");
        }
        self.engine.set_home(address);
    }

    /// Names as they were when the workspace was last reached.
    fn remember(&mut self) {
        if let Ok(Some(address)) = self.journal.setting(HOME) {
            self.engine.set_home(address);
        }
        let people = kept_people(&self.journal, &[self.people_key(), PEOPLE]);
        let people = self.with_imported(people);
        self.name_all(&people);
        self.people = Arc::new(people);
        self.furnish();
    }

    /// With the names in imported histories; whoever is here is called what they are called here.
    fn with_imported(&self, mut people: BTreeMap<UserId, Person>) -> BTreeMap<UserId, Person> {
        for (user, person) in kept_people(&self.journal, &[PEOPLE_IMPORTED]) {
            people.entry(user).or_insert(person);
        }
        people
    }

    /// Gives the engine what it resolves people's words with.
    fn furnish(&mut self) {
        if let Some(lists) = &self.checklists {
            let desk = Configured::new(self.config.clone(), lists.clone(), self.people.clone());
            self.engine.set_desk(Arc::new(desk));
        }
    }

    fn name_all(&mut self, people: &BTreeMap<UserId, Person>) {
        let names = people
            .iter()
            .map(|(id, person)| (id.clone(), person.name.clone()));
        self.engine.set_names(names.collect());
    }

    fn tell_quiet(&mut self) {
        let quiet = if self.lease.is_some() {
            self.connected && self.engine.is_caught_up()
        } else {
            self.engine.is_delivered()
        };
        if quiet {
            for tell in self.quiet.drain(..) {
                tell();
            }
        }
    }

    fn tell_idle(&mut self) {
        // Whoever is on the way to the workspace has not begun.
        let arrived = self.lease.is_none() || self.connected || self.trouble.is_some();
        if arrived && self.engine.is_idle() {
            for tell in self.idle.drain(..) {
                tell();
            }
        }
    }

    fn show(&mut self) {
        self.version += 1;
        let link = self
            .trouble
            .clone()
            .unwrap_or_else(|| self.engine.link().clone());
        let scene = publish::Scene {
            version: self.version,
            workspace: &self.workspace,
            people: &self.people,
            local: &self.local,
            config: &self.config,
            lang: self.lang,
            focus: self.focus.as_ref(),
            link,
            link_as_of: self.as_of,
            follows: self.lease.is_none(),
        };
        let now = self.now();
        let snapshot = publish::snapshot(&mut self.engine, &scene, now);
        (self.publish)(Arc::new(snapshot));
    }
}

/// What a journal keeps of people, under the first of these settings that is there.
pub fn kept_people(journal: &Journal, keys: &[&str]) -> BTreeMap<UserId, Person> {
    let kept = keys
        .iter()
        .find_map(|key| journal.setting(key).ok().flatten());
    kept.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Chance for ids and back-off.
pub fn seed() -> u64 {
    let mut bytes = [0u8; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        // No system source: the clocks are different enough between two starts.
        Err(_) => {
            let now = pace::machine();
            now.mono.as_nanos() as u64 ^ now.wall.timestamp_nanos_opt().unwrap_or(0) as u64
        }
    }
}
