//! What every subcommand starts from: flags, environment, configuration, the workspace's address.

use crate::app::clock;
use crate::app::resolve;
use crate::app::show::{self, Shown};
use crate::app::snapshot::{Person, Snapshot, Workspace};
use crate::both;
use crate::domain::checklists::Checklists;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::settings::{Config, Zone};
use crate::domain::source::Via;
use crate::domain::sync::image::{Job, JobState, Task};
use crate::domain::sync::{Engine, Link, Now, Timing};
use crate::domain::text::clean_line;
use crate::domain::timer;
use crate::domain::watch::{Heard, Local, Rules};
use crate::domain::words::{Lang, Text};
use crate::io::config::{self, Loaded};
use crate::io::core::{self, Core, Setup};
use crate::io::net::{Door, Find};
use crate::io::pace::Clock;
use crate::io::paths::Paths;
use crate::io::publish::Resolver;
use crate::io::slack::Settings;
use crate::io::store::Journal;
use crate::io::{log, secrets};
use crate::wire::{explain, mrkdwn};
use crate::workspace::host;
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a write waits to be delivered, and a read to be fetched.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A workspace from which nothing was heard for so long is not waited for any longer: what was said
/// is saved.
const LOST: Duration = Duration::from_secs(4);

/// Between two looks at how a delivery goes.
const SLICE: Duration = Duration::from_millis(100);

/// Flags that work everywhere.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// The configuration file
    #[arg(long, global = true, env = "MATOI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the journal is kept
    #[arg(long, global = true, env = "MATOI_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Language of screens and messages: ja or en
    #[arg(long, global = true, env = "MATOI_LANG", value_name = "LANG")]
    pub lang: Option<String>,
    /// Who you are: an id, a handle or a name
    #[arg(
        id = "as",
        long = "as",
        global = true,
        env = "MATOI_USER",
        value_name = "USER"
    )]
    pub user: Option<String>,
    /// The program that runs this command, such as alertmanager: stands in the record as the source
    #[arg(long, global = true, env = "MATOI_VIA", value_name = "NAME")]
    pub via: Option<String>,
    /// Machine-readable output
    #[arg(long, global = true)]
    pub json: bool,
}

/// Flags, configuration and places, read and checked.
pub struct Context {
    pub global: Global,
    pub paths: Paths,
    pub loaded: Loaded,
    pub config: Arc<Config>,
    pub lang: Lang,
    slack: Option<Door>,
    /// The workspace of a drill, in place of the embedded one.
    ground: Option<Door>,
}

impl Global {
    /// What an act of this command says of how it came.
    pub fn via(&self) -> Via {
        let program = self.via.as_deref().map(clean_line);
        let program: Option<String> = program.map(|name| name.trim().chars().take(40).collect());
        Via::subcommand(program.filter(|name| !name.is_empty()))
    }

    /// The language to complain in before anything is read.
    pub fn lang(&self) -> Lang {
        self.lang
            .as_deref()
            .and_then(Lang::from_locale)
            .unwrap_or_else(|| config::locale(|name| std::env::var(name).ok()))
    }

    /// The language of complaints: the flag's, else the configuration's where it can be read.
    pub fn complaint_lang(&self) -> Lang {
        let configured = || {
            let paths = Paths::find(self.config.as_deref(), self.data_dir.as_deref()).ok()?;
            let loaded = config::load(self.config.as_deref(), &paths.config_file).ok()?;
            Some(loaded.config.language.or(self.lang()))
        };
        match self.lang {
            Some(_) => self.lang(),
            None => configured().unwrap_or_else(|| self.lang()),
        }
    }

    pub fn context(self) -> Result<Context, Problem> {
        if let Some(lang) = &self.lang
            && !matches!(lang.as_str(), "ja" | "en")
        {
            return Err(Problem::usage(both!(
                "There is no language \"{lang}\".",
                "言語「{lang}」はありません。"
            ))
            .hint(Text::fixed(
                "Use ja or en.",
                "ja か en を指定してください。",
            )));
        }
        let paths = Paths::find(self.config.as_deref(), self.data_dir.as_deref())?;
        let loaded = config::load(self.config.as_deref(), &paths.config_file)?;
        let lang = match &self.lang {
            Some(_) => self.lang(),
            None => loaded.config.language.or(self.lang()),
        };
        let slack = slack(&loaded, &paths)?;
        Ok(Context {
            config: Arc::new(loaded.config.clone()),
            global: self,
            paths,
            loaded,
            lang,
            slack,
            ground: None,
        })
    }
}

/// How Slack is reached, if the configuration or the environment names it. One that names it and
/// cannot use it is an error: nobody may think that they speak to their company and do not.
pub fn slack(loaded: &Loaded, paths: &Paths) -> Result<Option<Door>, Problem> {
    let wanted = &loaded.config.slack;
    let variable = std::env::var("MATOI_SLACK_TOKEN").ok();
    let file = |name: &str| (!name.is_empty()).then(|| loaded.resolve(name, paths.home.as_deref()));
    let token = secrets::token(variable.as_deref(), file(&wanted.token_file).as_deref())?;
    let address = std::env::var("MATOI_SLACK_API_URL").ok();
    let Some(token) = token else {
        if address.is_some() || wanted.api_url != Config::default().slack.api_url {
            return Err(Problem::usage(Text::fixed(
                "Slack's address is set, but there is no token.",
                "Slack の接続先は設定されていますが、トークンがありません。",
            ))
            .hint(Text::fixed(
                "Set MATOI_SLACK_TOKEN, or token_file under [slack] in the configuration.",
                "MATOI_SLACK_TOKEN か、設定の [slack] の token_file を指定してください。",
            )));
        }
        return Ok(None);
    };
    let person = secrets::token(None, file(&wanted.user_token_file).as_deref())?;
    Ok(Some(Door {
        settings: Settings {
            api_url: address.unwrap_or_else(|| wanted.api_url.clone()),
            allowed_hosts: wanted.allowed_hosts.clone(),
            budget_percent: wanted.budget_percent,
            ..Settings::default()
        },
        token,
        person,
    }))
}

/// A running core with the latest snapshot.
pub struct Session {
    pub core: Core,
    latest: Arc<Latest>,
    pub context: Context,
}

#[derive(Default)]
struct Latest {
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    changed: Condvar,
}

impl Context {
    /// Who sits here, as said by flag, environment or configuration.
    pub fn asked_user(&self) -> Option<String> {
        let configured = &self.config.user;
        let configured = (!configured.is_empty()).then(|| configured.clone());
        self.global.user.clone().or(configured)
    }

    /// The same for a drill: a store and a workspace of its own, whatever the configuration names,
    /// in the name of `me`, and nothing that reaches anybody outside.
    pub fn of_drill(mut self, dir: PathBuf, door: Door, me: &str) -> Context {
        self.paths.data_dir = dir;
        self.slack = None;
        self.ground = Some(door);
        self.global.user = Some(me.to_owned());
        let mut config = (*self.config).clone();
        config.close.closers.clear();
        self.config = Arc::new(config);
        self
    }

    /// The same in the configured Slack: a store of its own, and nobody else's say over its end.
    pub fn of_drill_in_slack(mut self, dir: PathBuf) -> Context {
        self.paths.data_dir = dir;
        let mut config = (*self.config).clone();
        config.close.closers.clear();
        self.config = Arc::new(config);
        self
    }

    /// How the configured Slack is reached.
    pub const fn slack_door(&self) -> Option<&Door> {
        self.slack.as_ref()
    }

    pub const fn is_local(&self) -> bool {
        self.slack.is_none()
    }

    /// Finds the workspace, as the network thread will: Slack, or the embedded one, which is
    /// started when nobody runs it.
    pub fn find(&self, clock: &Clock) -> Result<Find, Problem> {
        let clock = clock.clone();
        if let Some(door) = &self.slack {
            let token = door.token.clone();
            let settings = Settings {
                clock,
                ..door.settings.clone()
            };
            let person = door.person.clone();
            // Refused now, while somebody can read it, if it may not be sent a token.
            crate::io::slack::Client::new(&settings, &token)?;
            return Ok(Box::new(move || {
                Ok(Door {
                    settings: settings.clone(),
                    token: token.clone(),
                    person: person.clone(),
                })
            }));
        }
        if let Some(door) = self.ground.clone() {
            return Ok(Box::new(move || Ok(door.clone())));
        }
        let dir = self.paths.workspace_dir();
        let exe = std::env::current_exe().map_err(|error| no_exe(&error))?;
        Ok(Box::new(move || {
            let endpoint = host::find_or_start(&dir, &exe)?;
            Ok(Door {
                settings: Settings {
                    api_url: endpoint.url,
                    clock: clock.clone(),
                    ..Settings::default()
                },
                token: Secret::new(endpoint.token),
                person: endpoint.users.first().map(|u| Secret::new(&*u.token)),
            })
        }))
    }

    /// Every list, for acts in the name of people in Slack; `None`, and said in the log, where the
    /// organisation's own cannot be read: what needs them says so itself.
    fn checklists(&self) -> Option<Arc<Checklists>> {
        let home = self.paths.home.as_deref();
        let lists = Checklists::load(|sheet, list, lang| {
            config::checklist(&self.loaded, home, sheet, list, lang)
        });
        lists
            .map(Arc::new)
            .map_err(|problem| tracing::error!(%problem, "nobody in Slack is heeded"))
            .ok()
    }

    /// What the engine's waits are by configuration.
    pub fn timing(&self) -> Timing {
        let slack = &self.config.slack;
        Timing {
            poll: Duration::from_secs(u64::from(slack.poll_seconds)),
            poll_idle: Duration::from_secs(u64::from(slack.idle_poll_seconds)),
            read_lag: Duration::from_secs(u64::from(slack.read_lag_seconds)),
            budget_percent: slack.budget_percent,
            commander_silent_minutes: self.config.timers.commander_silent_minutes,
            hole_minutes: self.config.close.hole_minutes,
            post_mortem: self.config.post_mortem.rule(),
            unarchives: !slack.user_token_file.is_empty(),
            ..Timing::default()
        }
    }

    /// The log of this run; lost lines are no reason to stop an incident response.
    pub fn log(&self) -> Option<log::Guard> {
        log::start(
            &self.paths.log_file(),
            std::env::var("MATOI_LOG").ok().as_deref(),
        )
        .ok()
    }

    /// A journal and who this console speaks for, as far as the disk knows.
    pub fn journal(&self) -> Result<(Journal, crate::domain::sync::image::Image, UserId), Problem> {
        let mut rng = fastrand::Rng::with_seed(core::seed());
        let (journal, image) = Journal::open(&self.paths.data_dir, &mut rng)?;
        let me = journal.setting("me")?.unwrap_or_default();
        Ok((journal, image, UserId::new(me)))
    }

    /// Starts a core that reports through `publish`.
    pub fn start(
        &self,
        clock: &Clock,
        publish: Box<dyn Fn(Arc<Snapshot>) + Send>,
    ) -> Result<Core, Problem> {
        let (journal, image, me) = self.journal()?;
        let setup = Setup {
            journal,
            image,
            me,
            config: self.config.clone(),
            workspace: Workspace {
                local: self.is_local(),
                team: String::new(),
            },
            lang: self.lang,
            find: self.find(clock)?,
            timing: self.timing(),
            clock: clock.clone(),
            seed: core::seed(),
            checklists: self.checklists(),
            publish,
        };
        Core::start(setup)
    }

    /// Starts a core and keeps its latest snapshot.
    pub fn session(self) -> Result<Session, Problem> {
        let latest = Arc::new(Latest::default());
        let keep = latest.clone();
        let core = self.start(
            &Clock::Machine,
            Box::new(move |snapshot| {
                *keep.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
                keep.changed.notify_all();
            }),
        )?;
        Ok(Session {
            core,
            latest,
            context: self,
        })
    }
}

impl Session {
    /// Waits for a snapshot that fits, for at most so long.
    pub fn wait(&self, most: Duration, fits: impl Fn(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
        let end = Instant::now() + most;
        let mut held = self
            .latest
            .snapshot
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(snapshot) = held.as_ref().filter(|s| fits(s)) {
                return Some(snapshot.clone());
            }
            let left = end.checked_duration_since(Instant::now())?;
            held = self
                .latest
                .changed
                .wait_timeout(held, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Everybody of the workspace; from the last run when it cannot be reached now.
    pub fn people(&self) -> Result<Arc<BTreeMap<UserId, Person>>, Problem> {
        let refused = |s: &Snapshot| matches!(s.link.link, Link::Refused(_));
        self.wait(PATIENCE, |s| !s.people.is_empty() || refused(s))
            .map(|s| s.people.clone())
            .filter(|people| !people.is_empty())
            .ok_or_else(|| self.unreachable())
    }

    /// Those who are known without waiting.
    pub fn people_now(&self) -> Arc<BTreeMap<UserId, Person>> {
        self.wait(Duration::ZERO, |_| true)
            .map(|s| s.people.clone())
            .unwrap_or_default()
    }

    /// Reads what is new, so that an act is decided on what others did; not where the workspace
    /// cannot be reached.
    pub fn catch_up(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.core.wait_quiet(SLICE) && Instant::now() < end {
            let lost = |s: &Snapshot| matches!(s.link.link, Link::Offline | Link::Refused(_));
            let follows = |s: &Snapshot| s.follows;
            if self
                .wait(Duration::ZERO, |s| lost(s) || follows(s))
                .is_some()
            {
                return;
            }
        }
    }

    /// Waits until everything is delivered and read; not for a workspace that cannot be reached.
    pub fn settle(&self, most: Duration) -> bool {
        let end = Instant::now() + most;
        let mut reached = Instant::now();
        loop {
            if self.core.wait_quiet(SLICE) {
                return true;
            }
            match self.link() {
                Link::Refused(_) => return false,
                Link::Offline => {}
                _ => reached = Instant::now(),
            }
            if reached.elapsed() >= LOST || Instant::now() >= end {
                return false;
            }
        }
    }

    fn link(&self) -> Link {
        self.wait(Duration::ZERO, |_| true)
            .map(|s| s.link.link.clone())
            .unwrap_or_default()
    }

    /// Why nothing came: the token, or the network.
    pub fn unreachable(&self) -> Problem {
        let code = match self.link() {
            Link::Refused(code) => code,
            _ => {
                return Problem::failed(Text::fixed(
                    "The workspace cannot be reached.",
                    "ワークスペースに接続できません。",
                ))
                .hint(Text::fixed(
                    "Check the network and the address; what was saved is delivered later.",
                    "ネットワークと接続先を確認してください。保存した内容は後で送られます。",
                ));
            }
        };
        crate::wire::outcome::CallError::Refused(crate::wire::outcome::Refusal::of(&code))
            .problem("auth.test")
    }

    /// Who acts: `--as`, the configuration, what was chosen before.
    pub fn me(&self) -> Result<UserId, Problem> {
        if let Some(asked) = self.context.asked_user() {
            return match self.people() {
                Ok(people) => crate::app::resolve::person(&people, &asked),
                // An id needs no directory.
                Err(_) if is_user_id(&asked) => Ok(UserId::new(asked)),
                Err(problem) => Err(problem.hint(Text::fixed(
                    "Nothing was saved: who you are is not known here yet. Slack's id (U…) works without the network.",
                    "まだ誰の操作か分からないため、保存していません。Slack の ID (U…) なら接続なしで指定できます。",
                ))),
            };
        }
        let known = self
            .wait(PATIENCE, |_| true)
            .map(|s| s.me.clone())
            .unwrap_or_default();
        if known.as_str().is_empty() {
            return Err(
                Problem::usage(Text::fixed("Who are you?", "あなたが誰か分かりません。")).hint(
                    Text::fixed(
                        "Give --as USER, or set MATOI_USER, or user in the configuration.",
                        "--as USER か MATOI_USER、または設定の user を指定してください。",
                    ),
                ),
            );
        }
        Ok(known)
    }

    /// An incident by id, by its channel's name, or `-` for the only open one.
    pub fn incident(&self, text: &str) -> Result<Arc<Incident>, Problem> {
        match self.find_incident(text)? {
            Some(incident) => Ok(incident),
            None => {
                // Another console may have declared it.
                self.core.wait_quiet(PATIENCE);
                self.find_incident(text)?.ok_or_else(|| no_incident(text))
            }
        }
    }

    fn find_incident(&self, text: &str) -> Result<Option<Arc<Incident>>, Problem> {
        let list = self.core.look(|engine, _| named(engine))?;
        pick(list, text)
    }

    /// The newest outbox entry.
    pub fn last_entry(&self) -> Result<u64, Problem> {
        self.core.look(|engine, _| engine.image().last_seq)
    }

    /// The incident as JSON.
    pub fn show(&self, id: &IncidentId) -> Result<serde_json::Value, Problem> {
        let id = id.clone();
        let (people, link) = (self.people_now(), self.link());
        let config = self.context.config.clone();
        self.core
            .look(move |engine, now| shown(engine, &id, &people, (&link, &config), now))
    }

    /// Waits until what was saved for an incident is delivered, and says how that went.
    ///
    /// Failures of entries up to `after` were told before.
    pub fn deliver(&self, id: &IncidentId, after: u64) -> Result<Delivery, Problem> {
        self.deliver_within(id, after, PATIENCE)
    }

    /// The same for an incident that is opened whole: a second or more for each of its messages.
    pub fn deliver_whole(&self, id: &IncidentId, after: u64) -> Result<Delivery, Problem> {
        self.deliver_within(id, after, PATIENCE * 4)
    }

    fn deliver_within(
        &self,
        id: &IncidentId,
        after: u64,
        patience: Duration,
    ) -> Result<Delivery, Problem> {
        let end = Instant::now() + patience;
        let mut reached = Instant::now();
        loop {
            let id = id.clone();
            let mut delivery = self
                .core
                .look(move |engine, _| delivery(engine, &id, after))?;
            let link = self.link();
            let given_up = match link {
                Link::Refused(_) => true,
                Link::Offline => reached.elapsed() >= LOST,
                _ => {
                    reached = Instant::now();
                    false
                }
            };
            if delivery.waiting == 0 || given_up || Instant::now() >= end {
                if delivery.waiting > 0 && matches!(link, Link::Refused(_) | Link::Offline) {
                    delivery.why = Some(self.unreachable().sentence);
                }
                return Ok(delivery);
            }
            // Another process may deliver; its progress is read as it is written.
            self.core.wait_quiet(SLICE);
        }
    }
}

/// Every incident with its channel's name.
pub fn named(engine: &mut Engine) -> Vec<(Arc<Incident>, String)> {
    let incidents = engine.incidents().into_iter();
    incidents
        .map(|incident| {
            let channel = engine.image().channel_of(&incident.id);
            let name = channel.map(|c| c.name.clone()).unwrap_or_default();
            (incident, name)
        })
        .collect()
}

/// By id, by its channel's name, or `-` for the only open one.
///
/// # Errors
/// More than one is open.
pub fn pick(
    list: Vec<(Arc<Incident>, String)>,
    text: &str,
) -> Result<Option<Arc<Incident>>, Problem> {
    let wanted = text.trim_start_matches('#');
    if text == "-" {
        let open: Vec<_> = list
            .into_iter()
            .filter(|(incident, _)| !incident.phase.is_over())
            .collect();
        if open.len() > 1 {
            let names: Vec<String> = open.iter().map(|(_, name)| format!("#{name}")).collect();
            let names = names.join(", ");
            return Err(Problem::usage(Text::fixed(
                "More than one incident is open.",
                "進行中のインシデントが複数あります。",
            ))
            .hint(both!(
                "Name one of: {names}",
                "次のいずれかを指定してください: {names}"
            )));
        }
        return Ok(open.into_iter().next().map(|(incident, _)| incident));
    }
    Ok(list
        .into_iter()
        .find(|(incident, name)| incident.id.as_str() == wanted || *name == wanted)
        .map(|(incident, _)| incident))
}

/// Slack's ids of people.
fn is_user_id(text: &str) -> bool {
    text.len() >= 8
        && text.starts_with(['U', 'W'])
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// What became of an incident's jobs.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub waiting: usize,
    /// What failed, Slack's code, what that means, and whether it was an act (the rest is around it).
    pub failed: Vec<(Text, String, Text, bool)>,
    /// What others did first, so that an act did not count.
    pub overtaken: Vec<String>,
    /// Why it waits, where that is known.
    pub why: Option<Text>,
}

impl Delivery {
    /// With what became of another incident's jobs.
    pub fn join(&mut self, other: Delivery) {
        self.waiting += other.waiting;
        self.failed.extend(other.failed);
        self.overtaken.extend(other.overtaken);
        self.why = self.why.take().or(other.why);
    }
}

fn delivery(engine: &mut Engine, id: &IncidentId, after: u64) -> Delivery {
    let mut delivery = Delivery::default();
    for job in engine.open_jobs(id) {
        match &job.state {
            _ if job.seq <= after => {}
            JobState::Failed { code, needed } => delivery.failed.push((
                crate::io::publish::task_words(&job.task),
                code.clone(),
                explain::told(code, needed.as_deref()).0,
                matches!(job.task, Task::Event { .. } | Task::Create { .. }),
            )),
            state if !state.is_settled() && !engine.waits_for_others(job) => {
                delivery.waiting += 1;
            }
            _ => {}
        }
    }
    let Some(incident) = engine.shown(id) else {
        return delivery;
    };
    for entry in &incident.entries {
        let ours = |job: &Job| job.seq > after;
        if let Verdict::Overtaken(register) = &entry.verdict
            && engine.job_of(&entry.id).is_some_and(ours)
        {
            delivery.overtaken.push(register.to_string());
        }
    }
    delivery
}

/// What `matoi show --json` prints.
pub fn shown(
    engine: &mut Engine,
    id: &IncidentId,
    people: &BTreeMap<UserId, Person>,
    (link, config): (&Link, &Config),
    now: Now,
) -> serde_json::Value {
    let Some(incident) = engine.shown(id) else {
        return serde_json::Value::Null;
    };
    let heard = engine.heard(id);
    let invited = resolve::called(config, people, engine.invited(id));
    let age = engine.age(id, now);
    let row = engine.image().incidents.get(id);
    let channel = engine.image().channel_of(id);
    let names = Resolver {
        people,
        engine,
        zone: Zone::Fixed(0),
    };
    let rules = Rules {
        config,
        offset: &|at| clock::offset(config.time_zone, at).local_minus_utc(),
    };
    let listening = Heard {
        me: engine.me(),
        last: &heard,
        invited: &invited,
        name: &|user| engine.name(user),
        failed: 0,
        others: &[],
        archived: channel.is_some_and(|channel| channel.archived),
        private: row.is_some_and(|row| row.private),
        drill: row.is_some_and(|row| row.drill),
    };
    let timers = timer::timers(&incident, &rules, &listening, &Local::default(), now.wall);
    show::show(&Shown {
        incident: &incident,
        timers: &timers,
        channel: channel.map(|c| (c.id.as_str(), c.name.as_str())),
        drill: row.is_some_and(|r| r.drill),
        private: row.is_some_and(|r| r.private),
        people,
        heard: &heard,
        invited: &invited,
        counts: engine.counts(id),
        link,
        as_of: age.and_then(|age| Some(now.wall - chrono::TimeDelta::from_std(age).ok()?)),
        plain: &|text| mrkdwn::plain(text, &names),
        permalink: &|ts| engine.permalink(id, ts),
    })
}

fn no_exe(error: &std::io::Error) -> Problem {
    Problem::failed(both!(
        "This program cannot find itself: {error}",
        "実行ファイルの場所が分かりません: {error}"
    ))
}

pub fn no_incident(text: &str) -> Problem {
    if text == "-" {
        return Problem::not_found(Text::fixed(
            "No incident is open.",
            "進行中のインシデントはありません。",
        ));
    }
    Problem::not_found(both!(
        "There is no incident \"{text}\".",
        "インシデント「{text}」はありません。"
    ))
    .hint(Text::fixed(
        "See: matoi list",
        "matoi list で一覧を確認できます。",
    ))
}
