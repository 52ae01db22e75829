//! The command line: one file a subcommand.

mod workspace;

use crate::domain::problem::Problem;
use crate::domain::words::Lang;
use clap::{Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "matoi", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// The embedded workspace by itself
    Workspace(workspace::Workspace),
}

/// Parses the arguments, does what they say, and gives the exit code.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Some(Command::Workspace(command)) => command.run(),
        None => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => report(&problem),
    }
}

fn report(problem: &Problem) -> ExitCode {
    let lang = std::env::var("LANG")
        .ok()
        .and_then(|locale| Lang::from_locale(&locale))
        .unwrap_or_default();
    // With stderr gone there is nobody left to tell but the exit code.
    writeln!(io::stderr(), "{}", problem.lines(lang)).ok();
    ExitCode::from(problem.kind.exit_code())
}
