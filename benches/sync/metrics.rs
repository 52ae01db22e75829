//! Metrics over a long history: gathered from the engine, read, counted, counted again by another wish.

use crate::Outcome;
use matoi::app::metrics::{Sheet, Source};
use matoi::domain::checklists::Checklists;
use matoi::domain::ids::{ConsoleId, UserId};
use matoi::domain::metrics::{Wish, gather};
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::image::Image;
use matoi::domain::sync::{Engine, Timing};
use matoi::io::pace::machine;
use matoi::sample::synth::{self, Amount};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

const RUNS: usize = 9;

/// So many incidents of twenty events each.
pub fn run(out: &mut dyn Write, incidents: usize) -> Outcome<()> {
    let amount = Amount {
        incidents,
        events: incidents * 20,
        messages: 0,
        people: 30,
        seed: 1,
    };
    let config = Config {
        time_zone: Zone::Fixed(9 * 3600),
        ..Config::default()
    };
    let mut image = Image::new(ConsoleId::new("bench"));
    let lists = Checklists::shipped()?;
    synth::generate(&amount, &config, &lists, &mut |writes| {
        writes.iter().for_each(|write| image.apply(write));
        Ok(())
    })?;
    let now = machine();
    let mut engine = Engine::new(image, UserId::new("U1"), Timing::default(), now);
    // A console has folded and shown them before anybody asks.
    engine.incidents();
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..RUNS {
        let began = Instant::now();
        let gathered = gather(&mut engine);
        times[0].push(began.elapsed());
        let source = Source::Incidents(gathered);
        let began = Instant::now();
        let sheet = Sheet::new(source, Wish::default(), &config, now.wall);
        times[1].push(began.elapsed());
        let wish = Wish {
            level: Some(Some("2".to_owned())),
            ..Wish::default()
        };
        let rows = Source::Rows(Arc::clone(&sheet.rows), now.wall);
        let began = Instant::now();
        std::hint::black_box(Sheet::new(rows, wish, &config, now.wall));
        times[2].push(began.elapsed());
        std::hint::black_box(&sheet);
    }
    let what = [
        "gathered on the core's thread",
        "read and counted",
        "counted by another wish",
    ];
    for (what, mut times) in what.into_iter().zip(times) {
        times.sort();
        let (median, worst) = (times[RUNS / 2], times[RUNS - 1]);
        writeln!(
            out,
            "| metrics of {incidents} incidents {what} | {median:.1?}, worst {worst:.1?} | |"
        )?;
    }
    Ok(())
}
