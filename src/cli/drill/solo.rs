//! A drill on this screen: workspace, console and director in one process, on one clock.

use super::find::Found;
use crate::app::resolve::Checklists;
use crate::app::snapshot::Person;
use crate::cli::console::{self, Next, Opening};
use crate::cli::context::{Context, Global};
use crate::domain::ids::UserId;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::words::{Lang, Text};
use crate::drill::scenario::{Scenario, Trouble};
use crate::io::config;
use crate::io::net::Door;
use crate::io::pace::{Clock, Pace};
use crate::io::paths;
use crate::io::slack::Settings;
use crate::stage::director::{self, Actor, Setup};
use crate::workspace::faults::{Fault, Kind};
use crate::workspace::limits::Mode;
use crate::workspace::{Handle, Options, Workspace};
use chrono::Utc;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Who plays, where nobody is configured or the scenario has somebody of that name.
const YOU: &str = "you";

/// Plays it to its end, or until the console is left.
///
/// # Errors
/// It cannot begin.
pub fn run(global: Global, found: Found, seed: u64, speed: u32) -> Result<(), Problem> {
    let context = global.context()?;
    let scenario = Arc::new(found.scenario);
    let lang = context.config.channel_language.or(context.lang);
    let dir = place(&context, &found.name)?;
    let pace = Pace::from(Utc::now());
    let me = player(&context, &scenario);
    let workspace = Arc::new(open(&dir, &scenario, lang, &me, &pace)?);
    let door = Door {
        settings: Settings {
            api_url: workspace.url(),
            clock: Clock::Paced(pace.clone()),
            ..Settings::default()
        },
        token: Secret::new(workspace.bot_token()),
        person: workspace.token_of(&me).map(Secret::new),
    };
    let home = context.paths.home.clone();
    let lists = Checklists::load(|sheet, list, lang| {
        config::checklist(&context.loaded, home.as_deref(), sheet, list, lang)
    })?;
    let context = context.of_drill(dir.join("console"), door, &me);
    let setup = Setup {
        dir,
        name: found.name,
        seed,
        lang,
        config: context.config.clone(),
        lists,
        pace: pace.clone(),
        paced: true,
        api_url: workspace.url(),
        token: Secret::new(workspace.bot_token()),
        cast: cast(&workspace, &scenario),
        players: vec![Person {
            id: user(&workspace, &me),
            name: you(&me, lang),
            handle: me.clone(),
            bot: false,
        }],
        trouble: {
            let workspace = workspace.clone();
            Box::new(move |trouble| befall(&workspace, trouble))
        },
        tell: Box::new(|_| {}),
        scenario,
    };
    pace.set_speed(speed);
    let opening = Opening {
        clock: Clock::Paced(pace),
        drill: Some(Box::new(move |tell| {
            director::start(Setup { tell, ..setup })
        })),
    };
    match console::run(context, opening)? {
        Next::Done | Next::FirstSteps => Ok(()),
    }
}

/// A folder of its own for each run.
fn place(context: &Context, name: &str) -> Result<PathBuf, Problem> {
    let stamp = Utc::now().format("%Y%m%dT%H%M%S");
    let dir = context.paths.data_dir.join("drills");
    let dir = dir.join(format!("{stamp}-{name}"));
    paths::private_dir(&dir)?;
    Ok(dir)
}

/// The handle of whoever plays.
fn player(context: &Context, scenario: &Scenario) -> String {
    let asked = context.asked_user().unwrap_or_default();
    let handle = asked.trim_start_matches('@').to_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let mut people = scenario.people.values();
    let taken = people.any(|person| *person.handle.get_ref() == handle);
    match !handle.is_empty() && !taken && handle.chars().all(plain) {
        true => handle,
        false => YOU.to_owned(),
    }
}

fn you(handle: &str, lang: Lang) -> String {
    match handle {
        YOU => Text::fixed("You", "あなた").get(lang).to_owned(),
        handle => handle.to_owned(),
    }
}

#[derive(Serialize)]
struct Seed<'a> {
    team: Team<'a>,
    app: Vec<App<'a>>,
    user: Vec<User<'a>>,
}

#[derive(Serialize)]
struct Team<'a> {
    name: &'a str,
    domain: &'static str,
}

#[derive(Serialize)]
struct App<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    handle: &'a str,
    real_name: String,
    display_name: String,
    title: String,
}

/// The workspace of a scenario: its people, its monitors, and whoever plays.
fn open(
    dir: &std::path::Path,
    scenario: &Scenario,
    lang: Lang,
    me: &str,
    pace: &Pace,
) -> Result<Handle, Problem> {
    let monitors = scenario.people.values().filter(|person| person.monitor);
    let monitors = monitors.map(|person| App {
        name: person.handle.get_ref(),
    });
    let person = |handle, name: String, title: &str| User {
        handle,
        real_name: name.clone(),
        display_name: name,
        title: title.to_owned(),
    };
    let people = scenario.people.values().filter(|person| !person.monitor);
    let people = people.map(|p| {
        person(
            p.handle.get_ref(),
            p.name.get(lang).to_owned(),
            p.about.get(lang),
        )
    });
    let seed = Seed {
        team: Team {
            name: scenario.title.get(lang),
            domain: "drill",
        },
        app: std::iter::once(App { name: "matoi" })
            .chain(monitors)
            .collect(),
        user: std::iter::once(person(me, you(me, lang), ""))
            .chain(people)
            .collect(),
    };
    let seed = toml::to_string(&seed).map_err(|error| {
        Problem::failed(crate::both!(
            "The drill's workspace cannot be made: {error}",
            "訓練用ワークスペースを作成できません: {error}"
        ))
    })?;
    let pace = pace.clone();
    Workspace::open(Options {
        dir: Some(dir.join("workspace")),
        seed: Some(seed),
        limits: Mode::Off,
        clock: Some(Arc::new(move || pace.micros())),
        ..Options::default()
    })?
    .start()
}

fn user(workspace: &Handle, handle: &str) -> UserId {
    let all = workspace.people();
    let found = all.into_iter().find(|person| person.name == handle);
    found
        .map(|person| UserId::new(person.id))
        .unwrap_or_default()
}

/// Who the scripted people are in the workspace.
fn cast(workspace: &Handle, scenario: &Scenario) -> BTreeMap<String, Actor> {
    let (people, apps) = (workspace.people(), workspace.apps());
    let members = scenario.people.iter().filter_map(|(part, person)| {
        let all = if person.monitor { &apps } else { &people };
        let member = all
            .iter()
            .find(|member| member.name == *person.handle.get_ref())?;
        let actor = Actor {
            id: UserId::new(&*member.id),
            token: Secret::new(&*member.token),
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
