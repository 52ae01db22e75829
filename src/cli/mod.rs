//! The command line: one file a subcommand, and the console itself when there is none.

pub mod asks;
pub mod board;
mod calls;
mod console;
mod context;
mod deeds;
mod dev;
mod doctor;
mod drill;
mod export;
mod ground;
mod history;
pub mod lessons;
mod metrics;
mod near_miss;
mod out;
mod outbox;
mod peer;
mod postmortem;
mod read;
mod replay;
mod settings;
mod verbs;
mod workspace;

use crate::domain::problem::Problem;
use crate::domain::words::Lang;
use clap::{CommandFactory, Parser, Subcommand};
use context::Global;
pub use context::shown;
use std::io::{self, Write};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "matoi",
    version,
    about = "A terminal console from which an incident commander runs the response, mirrored into Slack",
    after_help = "Without a command it opens the console. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no such thing, 4 saved but not yet in Slack."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Verb(Box<verbs::Verb>),
    #[command(flatten)]
    Deed(Box<deeds::Deed>),
    #[command(flatten)]
    Lesson(Box<lessons::Lesson>),
    /// Incidents, newest first
    List,
    /// The whole state of one incident
    Show {
        /// An incident: its id, its channel's name, or - for the only open one
        #[arg(value_name = "I")]
        incident: String,
    },
    /// Follow an incident as lines of text
    Watch {
        #[arg(value_name = "I")]
        incident: String,
        /// Lines of text; there is no other form yet
        #[arg(long)]
        plain: bool,
    },
    /// What somebody needs who has just joined, as plain text
    Briefing {
        #[arg(value_name = "I")]
        incident: String,
    },
    /// What is open over all incidents: responses, and action items by when they are due
    Board {
        /// Drills too
        #[arg(long)]
        drills: bool,
    },
    /// Record a near miss: nearly went wrong, and worth learning from; nobody is called or told
    NearMiss(near_miss::NearMiss),
    /// Remind people in their channels of what is left behind, for cron and timers: silent channels,
    /// what is recovered and not resolved, post-mortems and action items that are due
    Remind,
    /// The post-mortem: a draft from the record, and the versions that people make of it
    Postmortem(postmortem::PostMortem),
    /// An incident in a few lines: level, situation, impact, what was done, times, what is left
    Summary {
        #[arg(value_name = "I")]
        incident: String,
    },
    /// An incident played back on the screen, with everything as it was at each moment
    Replay(replay::Replay),
    /// How responses go, over many incidents: times against targets, process, load
    Metrics(metrics::Metrics),
    /// Search everything that was: words, and filters such as service:shop since:2026-10
    Search(history::Searching),
    /// Earlier incidents like this one
    Similar(history::Likeness),
    /// Tags, and how many incidents carry each
    Tags {
        #[command(subcommand)]
        what: Option<history::Tags>,
    },
    /// The record as a file for others: Markdown, one HTML page, JSON; or the whole history
    Export(export::Export),
    /// Take in a history that was exported
    Import(export::Import),
    /// Whom to call; works with everything else down
    Calls,
    /// Deliver and read without a screen, until stopped
    Sync {
        /// Deliver and read everything once, and end
        #[arg(long)]
        once: bool,
    },
    /// What is not in Slack yet, or never will be
    Outbox {
        #[command(subcommand)]
        what: Option<outbox::Outbox>,
    },
    /// How everything stands that an incident will need, and what to do about it
    Doctor {
        /// Print the manifest of the Slack app instead
        #[arg(long)]
        manifest: bool,
    },
    /// Configuration: check it, say where it is, print the documented example
    Config {
        #[command(subcommand)]
        what: settings::Config,
    },
    /// The embedded workspace by itself
    Workspace(workspace::Workspace),
    /// Practise: scenarios with scripted people, a score and a debrief
    Drill(drill::Command),
    #[command(hide = true)]
    Dev(dev::Dev),
    /// Completions for a shell
    Completions { shell: clap_complete::Shell },
}

/// Parses the arguments, does what they say, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let global = cli.global.clone();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => report(&problem, global.complaint_lang()),
    }
}

fn run(cli: Cli) -> Result<(), Problem> {
    let global = cli.global;
    match cli.command {
        None => open(global),
        Some(Command::Verb(verb)) => verbs::run(global.context()?, *verb),
        Some(Command::Deed(deed)) => verbs::run_deed(global.context()?, *deed),
        Some(Command::Lesson(lesson)) => verbs::run_lesson(global.context()?, *lesson),
        Some(Command::List) => read::list(global.context()?),
        Some(Command::Show { incident }) => read::show(global.context()?, &incident),
        Some(Command::Watch { incident, .. }) => read::watch(global.context()?, &incident),
        Some(Command::Briefing { incident }) => read::briefing(global.context()?, &incident),
        Some(Command::Board { drills }) => board::board(global.context()?, drills),
        Some(Command::NearMiss(wish)) => near_miss::run(global.context()?, wish),
        Some(Command::Remind) => board::remind(global.context()?),
        Some(Command::Postmortem(wish)) => postmortem::run(global.context()?, wish),
        Some(Command::Summary { incident }) => read::summary(global.context()?, &incident),
        Some(Command::Replay(wish)) => replay::run(global.context()?, wish),
        Some(Command::Metrics(wish)) => metrics::run(global.context()?, &wish),
        Some(Command::Search(wish)) => history::search(global.context()?, wish),
        Some(Command::Similar(wish)) => history::similar(global.context()?, &wish),
        Some(Command::Tags { what }) => history::tags(global.context()?, what),
        Some(Command::Export(wish)) => export::run(global.context()?, wish),
        Some(Command::Import(wish)) => export::import(&global.context()?, &wish),
        Some(Command::Calls) => calls::run(&global),
        Some(Command::Sync { once }) => read::sync(global.context()?, once),
        Some(Command::Doctor { manifest }) => doctor::run(global, manifest),
        Some(Command::Outbox { what }) => outbox::run(global.context()?, what),
        Some(Command::Config { what }) => settings::run(global, what),
        Some(Command::Workspace(command)) => command.run(),
        Some(Command::Drill(command)) => drill::run(global, command),
        Some(Command::Dev(what)) => dev::run(global.context()?, what),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "matoi", &mut io::stdout());
            Ok(())
        }
    }
}

/// The console; and in its place a drill, where somebody asks for one there.
fn open(global: Global) -> Result<(), Problem> {
    loop {
        let context = global.clone().context()?;
        let opening = console::Opening {
            last_drill: drill::last(&context),
            ..console::Opening::default()
        };
        match console::run(context, opening)? {
            console::Next::Done => return Ok(()),
            console::Next::Drill(name, who) => {
                let mut global = global.clone();
                global.user = global.user.or(who);
                drill::practise(global, &name)?;
            }
        }
    }
}

fn report(problem: &Problem, lang: Lang) -> ExitCode {
    // With stderr gone there is nobody left to tell but the exit code.
    writeln!(io::stderr(), "{}", problem.lines(lang)).ok();
    ExitCode::from(problem.kind.exit_code())
}
