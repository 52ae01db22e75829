//! What happens without a network: folding a journal, saving an act.

use crate::Outcome;
use matoi::domain::checklists::Checklists;
use matoi::domain::decide::{Command, Declaration, Outlets};
use matoi::domain::ids::{ConsoleId, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::settings::Config;
use matoi::domain::sync::image::Image;
use matoi::domain::sync::{Engine, Order, Timing};
use matoi::io::pace::machine;
use matoi::io::store::Journal;
use matoi::sample::synth::{self, Amount};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

const RUNS: usize = 9;

pub fn fold(out: &mut dyn Write, events: usize) -> Outcome<()> {
    let amount = Amount {
        incidents: 10,
        events,
        messages: 0,
        people: 30,
        seed: 1,
    };
    let mut image = Image::new(ConsoleId::new("bench"));
    let lists = Checklists::shipped()?;
    synth::generate(&amount, &Config::default(), &lists, &mut |writes| {
        writes.iter().for_each(|write| image.apply(write));
        Ok(())
    })?;
    let mut ordered: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in image.events.values() {
        let of = ordered.entry(row.incident.clone()).or_default();
        of.push((row.position.clone(), row.recorded()));
    }
    for rows in ordered.values_mut() {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
    }
    let count = image.events.len();
    let (mut folds, mut starts) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = Instant::now();
        for (id, rows) in &ordered {
            let mut incident = Incident::with_prev(id.clone(), true);
            for (_, event) in rows {
                incident.apply(event);
            }
            std::hint::black_box(&incident);
        }
        folds.push(began.elapsed());
        let copy = image.clone();
        let began = Instant::now();
        let mut engine = Engine::new(copy, UserId::new("U1"), Timing::default(), machine());
        // What came out of order is folded when it is looked at.
        engine.refold();
        starts.push(began.elapsed());
        std::hint::black_box(&engine);
    }
    for (what, mut times) in [
        ("folded, in order", folds),
        ("indexed and folded by a new engine", starts),
    ] {
        times.sort();
        let each = times[RUNS / 2] / u32::try_from(count)?;
        writeln!(
            out,
            "| {count} events {what} | {:.2?} | {each:.0?} |",
            times[RUNS / 2]
        )?;
    }
    Ok(())
}

/// An act: its event and its outbox row, in one synced transaction.
pub fn append(out: &mut dyn Write, acts: usize) -> Outcome<()> {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut rng = fastrand::Rng::with_seed(1);
    let (mut journal, image) = Journal::open(dir.path(), &mut rng)?;
    let me = UserId::new("U1");
    let mut engine = Engine::new(image, me.clone(), Timing::default(), machine());
    let order = |command| Order {
        command,
        by: me.clone(),
        outlets: Outlets::default(),
        via: None,
    };
    let declaration = order(Command::Declare(Box::new(Declaration {
        title: "Bench".into(),
        service: "other".into(),
        channel: "bench".into(),
        ..Declaration::default()
    })));
    let mut incident = None;
    let mut times = Vec::new();
    for n in 0..=acts {
        let act = match n {
            0 => declaration.clone(),
            _ => order(Command::Note(format!("build {n} is rolled back"))),
        };
        let began = Instant::now();
        let (_, (id, writes)) = journal.transact(|newer| {
            engine.absorb(newer);
            let (id, step) = engine.act(incident.as_ref(), &act, machine(), &mut rng)?;
            Ok((step.writes.clone(), (id, step.writes)))
        })?;
        engine.absorb(&writes);
        times.push(began.elapsed());
        incident = Some(id);
    }
    // While nothing is delivered, what is shown is folded with all that waits on top.
    let ends = [
        ("with none waiting", &times[1..101]),
        ("with as many waiting", &times[acts - 99..]),
    ];
    for (when, some) in ends {
        let mut some = some.to_vec();
        some.sort();
        let (median, worst): (Duration, Duration) = (some[50], some[98]);
        writeln!(
            out,
            "| an act of {acts} decided and saved in one synced transaction, {when} | {median:.0?}, p99 {worst:.0?} | |"
        )?;
    }
    Ok(())
}
