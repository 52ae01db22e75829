//! A drill on this machine: its workspace and its director in this process; alone with the console
//! on one clock, or as the game master while others join with consoles of their own.

use super::find::Found;
use super::join::{self, Invitation};
use crate::both;
use crate::cli::console::{self, Opening};
use crate::cli::context::{Context, Global};
use crate::cli::out;
use crate::domain::checklists::Checklists;
use crate::domain::ids::UserId;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::words::Lang;
use crate::drill::scenario::{Scenario, Trouble};
use crate::io::config;
use crate::io::net::Door;
use crate::io::pace::{Clock, Pace};
use crate::io::paths;
use crate::io::slack::Settings;
use crate::stage;
use crate::stage::cast::{self, HANDLES, MASTER};
use crate::stage::director::{self, Actor, Setup};
use crate::workspace::faults::{Fault, Kind};
use crate::workspace::limits::Mode;
use crate::workspace::{Handle, Options, Workspace};
use chrono::Utc;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// How it is run.
pub struct How {
    pub seed: u64,
    pub speed: u32,
    /// Others join; whoever sits here is the game master.
    pub host: bool,
    /// Handles of those who play; the first declares.
    pub players: Vec<String>,
}

/// Plays it to its end, or until the console is left.
///
/// # Errors
/// It cannot begin.
pub fn run(global: Global, found: Found, how: How) -> Result<(), Problem> {
    let context = global.context()?;
    let scenario = Arc::new(found.scenario);
    let lang = context.config.channel_language.or(context.lang);
    let dir = place(&context, &found.name)?;
    let players = players(&context, &scenario, &how)?;
    let begin = stage::begin::instant(&scenario, &context.config, Utc::now());
    let pace = (!how.host).then(|| Pace::from(begin));
    let clock = pace.clone().map_or(Clock::Machine, Clock::Paced);
    let ticks = clock.clone();
    let workspace = Workspace::open(Options {
        dir: Some(dir.join("workspace")),
        seed: Some(cast::seed(&scenario, lang, &players)?),
        limits: Mode::Off,
        clock: Some(Arc::new(move || ticks.now().wall.timestamp_micros())),
        ..Options::default()
    })?;
    let workspace = Arc::new(workspace.start()?);
    let me = match how.host {
        true => MASTER.to_owned(),
        false => players.first().cloned().unwrap_or_default(),
    };
    let door = Door {
        settings: Settings {
            api_url: workspace.url(),
            clock: clock.clone(),
            ..Settings::default()
        },
        token: Secret::new(workspace.bot_token()),
        person: workspace.token_of(&me).map(Secret::new),
    };
    let home = context.paths.home.clone();
    let lists = Checklists::load(|sheet, list, lang| {
        config::checklist(&context.loaded, home.as_deref(), sheet, list, lang)
    })?;
    let invitation = match how.host {
        true => Some(Invitation::post(&context, &workspace, &players)?),
        false => None,
    };
    if let Some(invitation) = &invitation {
        out::talk(&invitation.text(), context.lang);
    }
    let drills = context.lang;
    let context = context.of_drill(dir.join("console"), door, &me);
    let setup = Setup {
        name: found.name,
        seed: how.seed,
        lang,
        config: context.config.clone(),
        lists,
        clock: clock.clone(),
        pace: pace.clone(),
        settings: Settings {
            api_url: workspace.url(),
            ..Settings::default()
        },
        token: Secret::new(workspace.bot_token()),
        cast: actors(&workspace, &scenario),
        players: players
            .iter()
            .map(|handle| cast::player(&scenario, lang, handle, &user(&workspace, handle)))
            .collect(),
        guests: Vec::new(),
        speed: how.speed,
        posts_briefing: how.host,
        trouble: {
            let workspace = workspace.clone();
            Box::new(move |trouble| befall(&workspace, trouble))
        },
        tell: Box::new(|_| {}),
        scenario,
        dir,
    };
    if let Some(pace) = &pace {
        pace.set_speed(how.speed);
    }
    play(context, setup, drills)?;
    drop(invitation);
    Ok(())
}

/// Opens the console on the drill, and says afterwards where its report is.
pub(super) fn play(context: Context, setup: Setup, lang: Lang) -> Result<(), Problem> {
    let report = setup.dir.join("report.md");
    let opening = Opening {
        clock: setup.clock.clone(),
        drill: Some(Box::new(move |tell| {
            director::start(Setup { tell, ..setup })
        })),
        ..Opening::default()
    };
    console::run(context, opening)?;
    if report.exists() {
        let report = report.display();
        out::talk(&both!("The report: {report}", "報告: {report}"), lang);
    }
    Ok(())
}

/// A folder of its own for each run.
pub(super) fn place(context: &Context, name: &str) -> Result<PathBuf, Problem> {
    let stamp = Utc::now().format("%Y%m%dT%H%M%S");
    let dir = join::runs(&context.paths).join(format!("{stamp}-{name}"));
    paths::private_dir(&dir)?;
    Ok(dir)
}

/// Handles of those who play.
///
/// # Errors
/// One of them cannot be a handle, or is a monitor of the scenario.
fn players(context: &Context, scenario: &Scenario, how: &How) -> Result<Vec<String>, Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let fits = |handle: &str| !handle.is_empty() && handle.chars().all(plain) && handle != MASTER;
    if !how.players.is_empty() {
        for handle in &how.players {
            let mut people = scenario.people.values();
            let monitor = people.any(|p| p.monitor && p.handle.get_ref() == handle);
            if !fits(handle) || monitor {
                return Err(Problem::usage(both!(
                    "\"{handle}\" cannot play.",
                    "「{handle}」は参加者にできません。"
                ))
                .hint(both!(
                    "Small letters, digits, _ and -; not {MASTER}, and no monitor.",
                    "半角の小文字、数字、_、-。{MASTER} と監視は使えません。"
                )));
            }
        }
        return Ok(how.players.clone());
    }
    if how.host {
        let count = usize::try_from(scenario.players.max(2)).unwrap_or(2);
        return Ok(HANDLES
            .iter()
            .take(count)
            .map(|h| (*h).to_owned())
            .collect());
    }
    let asked = context.asked_user().unwrap_or_default();
    let handle = asked.trim_start_matches('@').to_lowercase();
    let taken = scenario
        .people
        .values()
        .any(|p| *p.handle.get_ref() == handle);
    Ok(vec![match fits(&handle) && !taken {
        true => handle,
        false => HANDLES[0].to_owned(),
    }])
}

fn user(workspace: &Handle, handle: &str) -> String {
    let all = workspace.people();
    let found = all.into_iter().find(|person| person.name == handle);
    found.map(|person| person.id).unwrap_or_default()
}

/// Who the scripted people are in the workspace.
pub(super) fn actors(workspace: &Handle, scenario: &Scenario) -> BTreeMap<String, Actor> {
    let (people, apps) = (workspace.people(), workspace.apps());
    let members = scenario.people.iter().filter_map(|(part, person)| {
        let all = if person.monitor { &apps } else { &people };
        let member = all
            .iter()
            .find(|member| member.name == *person.handle.get_ref())?;
        let actor = Actor {
            id: UserId::new(&*member.id),
            token: Secret::new(&*member.token),
            voice: None,
        };
        Some((part.clone(), actor))
    });
    members.collect()
}

/// The tools fail, or are well again.
fn befall(workspace: &Handle, trouble: Option<Trouble>) {
    workspace.clear_faults();
    let every = "*";
    let fault = match trouble {
        None => return,
        Some(Trouble::Down) => Fault::always(every, Kind::Html),
        Some(Trouble::Slow) => Fault {
            seconds: Some(10.0),
            ..Fault::always(every, Kind::Slow)
        },
        Some(Trouble::Limited) => Fault {
            every: Some(2),
            ..Fault::always(every, Kind::Ratelimited)
        },
    };
    workspace.add_fault(fault);
}
