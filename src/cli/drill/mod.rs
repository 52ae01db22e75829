//! Drills on the command line.

mod draft;
mod find;
mod headless;
mod join;
mod player;
mod report;
mod slack;
mod solo;

use super::context::{Context, Global};
use super::out;
use crate::app::drill::Last;
use crate::domain::checklists::Checklists;
use crate::domain::problem::Problem;
use crate::domain::words::{Lang, Text};
use crate::drill::debrief::Debrief;
use crate::stage::begin;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use find::Found;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The scenarios that there are
    List,
    /// Check scenario files: everything that is wrong, with file and line
    Check {
        /// scenario.toml, or the directory that holds it
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Play a scenario
    Run(Run),
    /// What was played here: all drills, one of them, or the runs of a scenario side by side
    Report(report::Report),
    /// Say what went well, where you were lucky, what can be better
    Feedback(report::Say),
    /// Say how it looked to somebody who watched; each from 1 (to be practised) to 3 (an example)
    Observe(report::Observe),
    /// Draft a scenario from the record of an incident
    From {
        /// An incident: its id, its channel's name, or - for the only open one
        #[arg(value_name = "I")]
        incident: String,
        /// Without anybody's name
        #[arg(long)]
        anonymous: bool,
        /// Also of a private incident
        #[arg(long)]
        private: bool,
        /// Into this folder; printed when left out
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Take part in a drill that somebody hosts
    Join {
        /// Who you are in it: one of its players
        who: String,
        /// Its address, where it is not on this machine; ends in /api/
        #[arg(long, value_name = "URL", requires = "token_file")]
        at: Option<String>,
        /// A file that holds the token of its workspace
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
    },
}

#[derive(Args)]
struct Run {
    /// A shipped scenario's name, or a directory or file of your own
    name: String,
    /// Others join; this screen is the game master's
    #[arg(long, conflicts_with = "headless")]
    host: bool,
    /// In a channel of its own in the configured Slack; its people have names there, and no users
    #[arg(long, conflicts_with = "headless")]
    in_slack: bool,
    /// Who plays: handles, also of people of the scenario, whom the script then leaves alone
    #[arg(
        long,
        value_name = "HANDLE",
        value_delimiter = ',',
        conflicts_with = "headless"
    )]
    players: Vec<String>,
    /// Without a screen: a player's file acts
    #[arg(long)]
    headless: bool,
    /// perfect, idle, or a file of lines such as: 2:30 level critical
    #[arg(long, default_value = "idle", requires = "headless")]
    player: String,
    /// What chance is drawn from
    #[arg(long)]
    seed: Option<u64>,
    /// How fast its clock runs: 1 to 60, or max
    #[arg(long, value_name = "N", default_value = "1")]
    speed: Speed,
    /// Print what was written in the channel as well
    #[arg(long, requires = "headless")]
    transcript: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    Times(u32),
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Speed, String> {
        match text.parse() {
            Ok(n @ 1..=60) => Ok(Speed::Times(n)),
            _ if text == "max" => Ok(Speed::Max),
            _ => Err("1 to 60, or max".to_owned()),
        }
    }
}

pub fn run(global: Global, command: Command) -> Result<(), Problem> {
    match command.what {
        What::List => list(&global),
        What::Check { files } => check(&files, global.lang()),
        What::Run(run) => play(global, &run),
        What::Report(what) => report::run(global, what),
        What::Feedback(said) => report::feedback(global, said),
        What::Observe(seen) => report::observe(global, seen),
        What::From {
            incident,
            anonymous,
            private,
            out,
        } => {
            let wish = draft::Wish { anonymous, private };
            draft::run(global.context()?, &incident, wish, out.as_deref())
        }
        What::Join {
            who,
            at,
            token_file,
        } => join::run(
            global,
            &who,
            join::At {
                url: at,
                token_file,
            },
        ),
    }
}

fn list(global: &Global) -> Result<(), Problem> {
    let lang = global.lang();
    let all = find::shipped()?;
    if global.json {
        let rows: Vec<_> = all
            .iter()
            .map(|found| {
                json!({
                    "name": found.name,
                    "title": found.scenario.title.get(lang),
                    "minutes": found.scenario.minutes,
                })
            })
            .collect();
        return out::line(&json!(rows).to_string());
    }
    for found in all {
        let (title, about) = (
            found.scenario.title.get(lang),
            found.scenario.about.get(lang),
        );
        let minutes = found.scenario.minutes;
        let stars = "*".repeat(usize::from(found.scenario.difficulty));
        let name = &found.name;
        let line = match lang {
            Lang::En => format!("{name:<18} {minutes:>3} min  {stars:<5}  {title}"),
            Lang::Ja => format!("{name:<18} {minutes:>3} 分  {stars:<5}  {title}"),
        };
        out::line(&line)?;
        out::line(&format!("{:<18} {about}", ""))?;
    }
    Ok(())
}

fn check(files: &[PathBuf], lang: Lang) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    for file in files {
        match find::file(file) {
            Ok(found) => {
                let (name, title) = (file.display(), found.scenario.title.get(lang));
                let acts = found.scenario.acts.len();
                let line = match lang {
                    Lang::En => format!("{name}: {title}: {acts} acts, nothing wrong"),
                    Lang::Ja => format!("{name}: {title}: 行動 {acts} 件、問題ありません"),
                };
                out::line(&line)?;
            }
            Err(problems) => wrong.extend(problems),
        }
    }
    find::told(wrong, lang)
}

fn play(global: Global, run: &Run) -> Result<(), Problem> {
    let found = find::named(&run.name, global.lang())?;
    if !run.headless {
        let speed = match run.speed {
            Speed::Times(n) => n,
            Speed::Max => {
                return Err(Problem::usage(Text::fixed(
                    "With people the clock runs 1 to 60 times as fast.",
                    "画面での訓練の速さは 1〜60 倍です。",
                )));
            }
        };
        let how = solo::How {
            seed: run.seed.unwrap_or_else(crate::io::core::seed),
            speed,
            host: run.host,
            players: run.players.clone(),
        };
        return match run.in_slack {
            true => slack::run(global, found, &how),
            false => solo::run(global, found, how),
        };
    }
    headless(global, found, run)
}

/// What was played here last, and which comes next.
pub fn last(context: &Context) -> Option<Last> {
    report::last(context)
}

/// A shipped scenario, in place of the console.
pub fn practise(global: Global, name: &str) -> Result<(), Problem> {
    let found = find::named(name, global.lang())?;
    let how = solo::How {
        seed: crate::io::core::seed(),
        speed: 1,
        host: false,
        players: Vec::new(),
    };
    solo::run(global, found, how)
}

fn headless(global: Global, found: Found, run: &Run) -> Result<(), Problem> {
    let (lang, json) = (global.lang(), global.json);
    let context = global.context()?;
    let home = context.paths.home.clone();
    let lists = Checklists::load(|sheet, list, lang| {
        crate::io::config::checklist(&context.loaded, home.as_deref(), sheet, list, lang)
    })?;
    let text = match run.player.as_str() {
        "idle" => Some(String::new()),
        "perfect" => found.perfect(lang),
        file => Some(find::text(file.as_ref())?),
    };
    let text = text.ok_or_else(|| headless::no_player(&found.name))?;
    let lines = player::parse(&run.player, &text, &context.config)?;
    let mut players = vec!["you".to_owned()];
    for by in lines.iter().filter_map(|line| line.by.as_ref()) {
        if !players.contains(by) {
            players.push(by.clone());
        }
    }
    let start = begin::instant(&found.scenario, &context.config, beginning());
    let setup = headless::Setup {
        name: found.name.clone(),
        scenario: Arc::new(found.scenario),
        seed: run.seed.unwrap_or(1),
        lang,
        config: context.config.clone(),
        lists,
        start,
        players,
    };
    let outcome = headless::play(&setup, &lines)?;
    if run.transcript {
        for (at, by, text) in &outcome.told {
            out::talk(&Text::same(format!("{at:>6} {by}: {text}")), lang);
        }
    }
    for (number, problem) in &outcome.refused {
        out::talk(
            &Text::same(format!("{}:{number}: {}", run.player, problem.lines(lang))),
            lang,
        );
    }
    if json {
        return out::line(&summary(&outcome.debrief).to_string());
    }
    out::line(&outcome.debrief.markdown(Some(&setup.scenario)))
}

/// A Tuesday morning in Japan, the same each time: so is what comes of it.
fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_661_200, 0).unwrap_or_default()
}

/// What is promised to programs.
fn summary(debrief: &Debrief) -> serde_json::Value {
    json!({
        "scenario": debrief.scenario,
        "seed": debrief.seed,
        "score": debrief.score.score,
        "acts": debrief.score.acts,
    })
}
