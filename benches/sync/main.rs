//! What syncing costs: reading channels back through the real client into the journal, folding, saving
//! an act, playing an incident back, and counting many.
//!
//! ```text
//! cargo bench --bench sync                       all of it; a Markdown table goes to stdout
//! cargo bench --bench sync -- scrub 10000        only playing back
//! cargo bench --bench sync -- metrics 5000       only the metrics of so many incidents
//! cargo bench --bench sync -- history 5000       only a console with years behind it
//! cargo bench --bench sync -- serve 10000        only the workspace that is read, until stdin ends
//! ```
//!
//! `benches/sync/ingest.py` reads the same pages from the same server with Python's slack_sdk.

mod history;
mod ingest;
mod local;
mod metrics;
mod scrub;
mod served;

use std::error::Error;
use std::io::{self, Read, Write};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Messages of one channel: what an incident of days with a talkative integration comes to.
const CHANNEL: usize = 25_000;

fn main() -> Outcome<()> {
    // cargo says --bench.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let mut out = io::stdout().lock();
    if let [word, count] = &arguments[..]
        && word == "serve"
    {
        let served = served::start(count.parse()?)?;
        writeln!(out, "{}", served.endpoint())?;
        out.flush()?;
        // Whoever started this says so by closing it.
        io::stdin().read_to_end(&mut Vec::new())?;
        return Ok(());
    }
    if let [word, count] = &arguments[..]
        && word == "scrub"
    {
        return scrub::run(&mut out, count.parse()?);
    }
    if let [word, count] = &arguments[..]
        && word == "metrics"
    {
        return metrics::run(&mut out, count.parse()?);
    }
    if let [word, count] = &arguments[..]
        && word == "history"
    {
        return history::run(&mut out, count.parse()?);
    }
    writeln!(out, "| what | median | each |\n|---|---|---|")?;
    for count in [10_000, 100_000] {
        ingest::run(&mut out, count)?;
    }
    local::fold(&mut out, 100_000)?;
    local::append(&mut out, 2_000)?;
    scrub::run(&mut out, 10_000)?;
    metrics::run(&mut out, 5_000)?;
    history::run(&mut out, 5_000)?;
    Ok(())
}
