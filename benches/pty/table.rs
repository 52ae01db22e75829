//! What is measured, and the table.

use crate::measure::{Effort, Figures, Subject, measure};
use crate::trivial;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// kitty's form of Escape: unlike the bare byte it cannot be the start of something else, so no
/// program waits to see.
const ESCAPE: &str = "\x1b[27u";

pub fn run(arguments: &[String]) -> io::Result<()> {
    let effort = Effort {
        runs: number("RUNS", 21),
        presses: number("PRESSES", 100),
        idle: Duration::from_secs(number("IDLE", 10) as u64),
    };
    let home = tempfile::tempdir()?;
    let (settings, command) = settings(arguments);
    let keys = |default: &[&str]| {
        settings.clone().unwrap_or_else(|| {
            let bytes = default.iter().map(|key| key.as_bytes().to_vec());
            bytes.collect()
        })
    };
    let mut subjects = vec![
        Subject {
            name: "trivial".to_owned(),
            program: std::env::current_exe()?,
            arguments: vec![trivial::FLAG.to_owned()],
            env: Vec::new(),
            keys: vec![b"x".to_vec()],
        },
        Subject {
            name: "matoi".to_owned(),
            program: std::env::var_os("MATOI")
                .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_matoi")), PathBuf::from),
            arguments: Vec::new(),
            env: vec![
                ("MATOI_DATA_DIR".to_owned(), path(home.path())),
                ("HOME".to_owned(), path(home.path())),
                ("XDG_CONFIG_HOME".to_owned(), path(home.path())),
                // Nobody is asked who sits here: that question would take the keys.
                ("MATOI_USER".to_owned(), "@sato".to_owned()),
            ],
            keys: keys(&["?", ESCAPE]),
        },
    ];
    if let Some((program, arguments)) = command.split_first() {
        subjects.push(Subject {
            name: program.clone(),
            program: PathBuf::from(program),
            arguments: arguments.to_vec(),
            env: Vec::new(),
            keys: keys(&["\x1b[B", "\x1b[A"]),
        });
    }

    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} starts, {} keys, {} s idle, 120×35. Times in ms: median (worst).\n",
        effort.runs,
        effort.presses,
        effort.idle.as_secs()
    )?;
    writeln!(
        out,
        "| program | start → first frame | key → bytes | unanswered keys | idle: wake-ups/s | idle: processor | idle: bytes/s | resident MiB (peak) | binary MB |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for subject in subjects {
        let figures = measure(&subject, &effort)?;
        let size = match subject.name.as_str() {
            // The harness itself: says nothing about a trivial program.
            "trivial" => None,
            _ => std::fs::metadata(&subject.program).ok(),
        };
        writeln!(
            out,
            "{}",
            row(&subject.name, &figures, size.map(|m| m.len()))
        )?;
    }
    writeln!(out)
}

fn row(name: &str, figures: &Figures, size: Option<u64>) -> String {
    let none = || "-".to_owned();
    if figures.start.is_empty() {
        return format!("| {name} | no frame | | | | | | | |");
    }
    let (wake_ups, processor, bytes) = match &figures.idle {
        Some(idle) => {
            let seconds = idle.over.as_secs_f64();
            (
                format!("{:.1}", idle.wake_ups as f64 / seconds),
                format!("{:.3} %", 100.0 * idle.processor.as_secs_f64() / seconds),
                format!("{:.0}", idle.bytes as f64 / seconds),
            )
        }
        None => (none(), none(), none()),
    };
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let memory = figures.memory.map_or_else(none, |(now, peak)| {
        format!("{:.1} ({:.1})", mib(now), mib(peak))
    });
    let size = size.map_or_else(none, |bytes| format!("{:.2}", bytes as f64 / 1e6));
    format!(
        "| {name} | {} | {} | {} | {wake_ups} | {processor} | {bytes} | {memory} | {size} |",
        median(&figures.start),
        median(&figures.key),
        figures.unanswered,
    )
}

fn median(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort();
    match (times.get(times.len() / 2), times.last()) {
        (Some(middle), Some(worst)) => format!(
            "{:.2} ({:.2})",
            middle.as_secs_f64() * 1e3,
            worst.as_secs_f64() * 1e3
        ),
        _ => "-".to_owned(),
    }
}

/// `KEYS=a,b` may stand before a command.
fn settings(arguments: &[String]) -> (Option<Vec<Vec<u8>>>, &[String]) {
    let keys = arguments.first().and_then(|a| a.strip_prefix("KEYS="));
    match keys {
        Some(keys) => {
            let keys = keys.split(',').map(|key| key.as_bytes().to_vec());
            (Some(keys.collect()), &arguments[1..])
        }
        None => (None, arguments),
    }
}

fn number(name: &str, default: usize) -> usize {
    let value = std::env::var(name).ok().and_then(|v| v.parse().ok());
    value.unwrap_or(default).max(1)
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
