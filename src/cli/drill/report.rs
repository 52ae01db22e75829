//! Drills that were played on this machine: their reports, compared; and what people say of them
//! afterwards.

use super::{find, join};
use crate::app::drill::Last;
use crate::both;
use crate::cli::context::{Context, Global};
use crate::cli::out;
use crate::domain::problem::Problem;
use crate::domain::text::{cells, fit, pad_left, pad_right};
use crate::domain::words::{Lang, Text};
use crate::drill::debrief::{Debrief, Feedback, OBSERVED, Observed, mark};
use crate::drill::scenario::Secs;
use crate::drill::shipped::SHIPPED;
use crate::io::paths;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Runs of one scenario that stand side by side; the newest are kept.
const COLUMNS: usize = 5;

#[derive(Args)]
pub struct Report {
    /// A scenario, to compare its runs; a run's folder, or `last`, to read its report
    what: Option<String>,
    /// Only drills in which this person played
    #[arg(long, value_name = "WHO")]
    player: Option<String>,
}

#[derive(Args)]
pub struct Say {
    /// A run's folder, or `last`
    #[arg(default_value = "last")]
    run: String,
    #[arg(long)]
    by: String,
    /// What went well
    #[arg(long, default_value = "")]
    well: String,
    /// Where you were lucky
    #[arg(long, default_value = "")]
    lucky: String,
    /// What can be better
    #[arg(long, default_value = "")]
    better: String,
}

/// Each from 1 (to be practised) to 3 (an example to others).
#[derive(Args)]
pub struct Observe {
    /// A run's folder, or `last`
    #[arg(default_value = "last")]
    run: String,
    #[arg(long)]
    by: String,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    presence: Option<u8>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    air_time: Option<u8>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    escalation: Option<u8>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    communication: Option<u8>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    record: Option<u8>,
    #[arg(long, default_value = "")]
    text: String,
}

/// A drill that was played, and where it is kept.
struct Kept {
    dir: PathBuf,
    debrief: Debrief,
}

/// All of them, oldest first. What cannot be read is said, and left out.
fn kept(global: &Global) -> Result<Vec<Kept>, Problem> {
    let context = global.clone().context()?;
    let dir = join::runs(&context.paths);
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&dir, &error)),
    };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        let file = entry.path().join("report.json");
        if !file.exists() {
            continue;
        }
        let text = find::text(&file)?;
        match serde_json::from_str(&text) {
            Ok(debrief) => all.push(Kept {
                dir: entry.path(),
                debrief,
            }),
            Err(error) => out::talk(&unreadable(&file, &error).sentence, context.lang),
        }
    }
    all.sort_by_key(|kept| kept.debrief.started);
    Ok(all)
}

/// The newest run, and the first of the shipped scenarios that was never played here. What cannot be
/// read is no reason not to open the console.
pub fn last(context: &Context) -> Option<Last> {
    let runs = std::fs::read_dir(join::runs(&context.paths)).ok()?;
    let files = runs.flatten().map(|run| run.path().join("report.json"));
    let read = |file: PathBuf| -> Option<Debrief> {
        serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
    };
    let played: Vec<Debrief> = files.filter_map(read).collect();
    let newest = played.iter().max_by_key(|debrief| debrief.started)?;
    let next = SHIPPED
        .iter()
        .find(|shipped| !played.iter().any(|run| run.scenario == shipped.name));
    let next = next.and_then(|shipped| {
        let scenario = shipped.parse().ok()?;
        Some((shipped.name.to_owned(), scenario.title.text()))
    });
    Some(Last {
        title: newest.title.clone(),
        score: newest.score.score,
        program: program(),
        next,
    })
}

/// How this program was called: by its name where the shell finds it, else by its path.
fn program() -> String {
    let called = std::env::args().next();
    called
        .filter(|path| path.contains('/'))
        .unwrap_or_else(|| "matoi".to_owned())
}

fn unreadable(path: &std::path::Path, error: &dyn std::fmt::Display) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "{path} cannot be read: {error}",
        "{path} を読み込めません: {error}"
    ))
}

pub fn run(global: Global, report: Report) -> Result<(), Problem> {
    let lang = global.lang();
    let mut all = kept(&global)?;
    if let Some(player) = &report.player {
        let player = player.trim_start_matches('@');
        all.retain(|kept| kept.debrief.players.iter().any(|p| p == player));
    }
    let Some(what) = report.what else {
        return list(&all, global.json, lang);
    };
    if all.iter().any(|kept| kept.debrief.scenario == what) {
        all.retain(|kept| kept.debrief.scenario == what);
        return compare(&all, global.json, lang);
    }
    let one = pick(all, &what)?;
    if global.json {
        return out::line(&json!(one.debrief).to_string());
    }
    let scenario = find::named(&one.debrief.scenario, lang).ok();
    out::line(
        &one.debrief
            .markdown(scenario.as_ref().map(|found| &found.scenario)),
    )
}

fn pick(all: Vec<Kept>, what: &str) -> Result<Kept, Problem> {
    let last = all.len().saturating_sub(1);
    let named = |kept: &Kept| {
        kept.dir
            .file_name()
            .is_some_and(|name| name.to_string_lossy() == what)
            || kept.dir == std::path::Path::new(what)
    };
    let found = all
        .into_iter()
        .enumerate()
        .find(|(n, kept)| named(kept) || (what == "last" && *n == last));
    found.map(|(_, kept)| kept).ok_or_else(|| {
        Problem::not_found(both!(
            "No drill \"{what}\" was played here.",
            "「{what}」という訓練の記録はありません。"
        ))
        .hint(Text::same("matoi drill report"))
    })
}

fn list(all: &[Kept], json: bool, lang: Lang) -> Result<(), Problem> {
    if json {
        let rows: Vec<_> = all.iter().map(|kept| json!(kept.debrief)).collect();
        return out::line(&json!(rows).to_string());
    }
    if all.is_empty() {
        out::talk(
            &Text::fixed(
                "No drill was played here yet: matoi drill run first-steps",
                "まだ訓練の記録がありません: matoi drill run first-steps",
            ),
            lang,
        );
    }
    for kept in all {
        let debrief = &kept.debrief;
        let date = debrief.started.format("%Y-%m-%d %H:%M");
        let (score, players) = (debrief.score.score, debrief.players.join(", "));
        let name = pad_right(&debrief.scenario, 18);
        let dir = kept
            .dir
            .file_name()
            .map(|n| n.to_string_lossy())
            .unwrap_or_default();
        out::line(&format!("{date}  {name} {score:>5.0}  {players}  {dir}"))?;
    }
    Ok(())
}

/// The runs of one scenario, act by act.
fn compare(all: &[Kept], json: bool, lang: Lang) -> Result<(), Problem> {
    if json {
        return list(all, true, lang);
    }
    let shown = &all[all.len().saturating_sub(COLUMNS)..];
    let Some(newest) = shown.last() else {
        return Ok(());
    };
    let scenario = find::named(&newest.debrief.scenario, lang).ok();
    let text = |id: &str| {
        let acts = scenario.iter().flat_map(|found| &found.scenario.acts);
        let mut acts = acts.filter(|act| act.id.get_ref() == id);
        acts.next()
            .map_or_else(|| id.to_owned(), |act| act.text.get(lang).to_owned())
    };
    let names: Vec<String> = newest
        .debrief
        .score
        .acts
        .iter()
        .map(|line| text(&line.act))
        .collect();
    let wide = names
        .iter()
        .map(|name| cells(name))
        .max()
        .unwrap_or(0)
        .min(40);
    let row = |name: &str, columns: Vec<String>| {
        let columns: String = columns.iter().map(|c| pad_left(c, 12)).collect();
        out::line(format!("{}{columns}", pad_right(&fit(name, wide), wide)).trim_end())
    };
    let each =
        |tell: &dyn Fn(&Debrief) -> String| shown.iter().map(|kept| tell(&kept.debrief)).collect();
    row("", each(&|d| d.started.format("%m-%d %H:%M").to_string()))?;
    for (n, name) in names.iter().enumerate() {
        let id = &newest.debrief.score.acts[n].act;
        row(
            name,
            each(&|d| {
                let line = d.score.acts.iter().find(|line| line.act == *id);
                line.map_or_else(String::new, |line| match line.at {
                    Some(at) => format!("{} {}", mark(line), Secs(at)),
                    None => mark(line).to_string(),
                })
            }),
        )?;
    }
    let score = Text::fixed("Score", "得点");
    row(score.get(lang), each(&|d| format!("{:.0}", d.score.score)))
}

/// What somebody who played says.
pub fn feedback(global: Global, say: Say) -> Result<(), Problem> {
    let mut one = pick(kept(&global)?, &say.run)?;
    one.debrief.feedback.retain(|known| known.by != say.by);
    one.debrief.feedback.push(Feedback {
        by: say.by,
        well: say.well,
        lucky: say.lucky,
        better: say.better,
    });
    one.keep(global.lang())
}

/// What somebody who watched says.
pub fn observe(global: Global, seen: Observe) -> Result<(), Problem> {
    let mut one = pick(kept(&global)?, &seen.run)?;
    let marks = [
        seen.presence,
        seen.air_time,
        seen.escalation,
        seen.communication,
        seen.record,
    ];
    let ids = OBSERVED.iter().map(|(id, _)| (*id).to_owned());
    one.debrief.observed.retain(|known| known.by != seen.by);
    one.debrief.observed.push(Observed {
        by: seen.by,
        marks: ids
            .zip(marks)
            .filter_map(|(id, mark)| Some((id, mark?)))
            .collect(),
        text: seen.text,
    });
    one.keep(global.lang())
}

impl Kept {
    fn keep(&self, lang: Lang) -> Result<(), Problem> {
        let scenario = find::named(&self.debrief.scenario, lang).ok();
        let markdown = self
            .debrief
            .markdown(scenario.as_ref().map(|found| &found.scenario));
        let json = serde_json::to_vec_pretty(&self.debrief)
            .map_err(|error| unreadable(&self.dir, &error))?;
        paths::private_write(&self.dir.join("report.json"), &json)?;
        paths::private_write(&self.dir.join("report.md"), markdown.as_bytes())?;
        let dir = self.dir.display();
        out::talk(&both!("Saved in {dir}", "{dir} に保存しました"), lang);
        Ok(())
    }
}
