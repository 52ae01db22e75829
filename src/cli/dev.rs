//! `matoi dev`: for those who work on matoi. Hidden.

use super::context::Context;
use super::out;
use crate::both;
use crate::domain::checklists::Checklists;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::sample::synth::{self, Amount};
use clap::{Args, Subcommand};

#[derive(Args)]
pub struct Dev {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fills an empty data directory with made-up incidents; the numbers are totals
    Synth {
        #[arg(long, default_value_t = 10)]
        incidents: usize,
        #[arg(long, default_value_t = 1_000)]
        events: usize,
        #[arg(long, default_value_t = 1_000)]
        messages: usize,
        #[arg(long, default_value_t = 30)]
        people: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

pub fn run(context: Context, dev: Dev) -> Result<(), Problem> {
    let Command::Synth {
        incidents,
        events,
        messages,
        people,
        seed,
    } = dev.command;
    let amount = Amount {
        incidents,
        events,
        messages,
        people,
        seed,
    };
    let (mut journal, image, _) = context.journal()?;
    if !image.incidents.is_empty() || !image.events.is_empty() {
        let dir = context.paths.data_dir.display();
        return Err(Problem::refused(both!(
            "{dir} holds a record already.",
            "{dir} には既に記録があります。"
        ))
        .hint(Text::fixed(
            "Give an empty one with --data-dir.",
            "--data-dir で空のディレクトリを指定してください。",
        )));
    }
    let known = serde_json::to_string(&synth::people(&amount)).map_err(|error| {
        Problem::failed(both!(
            "The names cannot be written: {error}",
            "名前を書き込めません: {error}"
        ))
    })?;
    journal.set_setting(crate::io::core::PEOPLE, &known)?;
    let lists = Checklists::shipped()?;
    synth::generate(&amount, &context.config, &lists, &mut |writes| {
        let (_, ()) = journal.transact(|_| Ok((writes, ())))?;
        Ok(())
    })?;
    let dir = context.paths.data_dir.display();
    out::talk(
        &both!(
            "{dir}: {incidents} incidents, {events} events, {messages} messages.",
            "{dir}: インシデント {incidents}、イベント {events}、投稿 {messages}"
        ),
        context.lang,
    );
    Ok(())
}
