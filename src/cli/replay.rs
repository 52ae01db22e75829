//! replay: an incident played back on the screen. Reads the journal and nothing else: no workspace is
//! reached, and nothing is done in anybody's name.

use super::console::{self, Alone, Next, Opening};
use super::context::{self, Context};
use crate::app::replay::{SPEED, Showing};
use crate::app::strings::why;
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::sync::Engine;
use crate::domain::words::Text;
use crate::io::core::{self, PEOPLE, PEOPLE_LOCAL};
use crate::io::pace::machine;
use crate::io::publish;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
pub struct Replay {
    /// An incident: its id, its channel's name, or - for the only open one
    #[arg(value_name = "I", required_unless_present = "drill")]
    pub incident: Option<String>,
    /// A drill instead: the name of its folder under drills, or - for the last one
    #[arg(long, value_name = "RUN", conflicts_with = "incident")]
    pub drill: Option<String>,
    /// Times as fast as it was
    #[arg(long, value_name = "N", default_value_t = SPEED, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: u32,
}

pub fn run(mut context: Context, wish: Replay) -> Result<(), Problem> {
    if let Some(run) = &wish.drill {
        context.paths.data_dir = drill(&context.paths.data_dir, run)?;
    }
    let (journal, image, me) = context.journal()?;
    let keys = match context.is_local() || wish.drill.is_some() {
        true => [PEOPLE_LOCAL, PEOPLE],
        false => [PEOPLE, PEOPLE],
    };
    let people = core::kept_people(&journal, &keys);
    let mut engine = Engine::new(image, me.clone(), context.timing(), machine());
    let list = context::named(&mut engine);
    let found = match &wish.incident {
        Some(text) => context::pick(list, text)?,
        // A drill is about one.
        None => list.into_iter().next().map(|(incident, _)| incident),
    };
    let asked = wish.incident.or(wish.drill).unwrap_or_default();
    let incident = found.ok_or_else(|| context::no_incident(&asked))?;
    let film = publish::film(&mut engine, &incident.id, &people, context.config.time_zone);
    let film = film.filter(|film| film.span().is_some());
    let opening = Opening {
        replay: Some(Alone {
            showing: Showing {
                film: film.ok_or_else(|| Problem::refused(why::NOT_READ))?,
                speed: wish.speed,
                alone: true,
            },
            people: Arc::new(people),
            me,
        }),
        ..Opening::default()
    };
    match console::run(context, opening)? {
        Next::Done | Next::Drill(..) => Ok(()),
    }
}

/// Where the console of a drill kept its journal.
pub(super) fn drill(data: &Path, run: &str) -> Result<PathBuf, Problem> {
    let all = data.join("drills");
    let place = match run {
        "-" => last(&all),
        // A name, not a way somewhere else.
        name => Path::new(name).file_name().map(|name| all.join(name)),
    };
    let place = place.map(|place| place.join("console"));
    place.filter(|place| place.is_dir()).ok_or_else(|| {
        let dir = all.display();
        Problem::not_found(both!(
            "There is no such drill in {dir}.",
            "{dir} にその訓練の記録はありません。"
        ))
        .hint(Text::fixed(
            "Each drill has a folder there, named by when it began.",
            "訓練ごとに、開始した日時の名前のフォルダーがあります。",
        ))
    })
}

/// Names begin with when it was.
fn last(all: &Path) -> Option<PathBuf> {
    let runs = std::fs::read_dir(all).ok()?.filter_map(Result::ok);
    let runs = runs.map(|run| run.path());
    runs.filter(|run| run.join("console").is_dir()).max()
}
