//! Reading channels back: client, engine and journal as the core drives them, on one thread.

use crate::{Outcome, served};
use matoi::domain::ids::UserId;
use matoi::domain::secret::Secret;
use matoi::domain::sync::{Engine, Now, Step, Timing};
use matoi::io::pace::machine;
use matoi::io::slack::{Carrier, Client, Settings};
use matoi::io::store::Journal;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const RUNS: usize = 5;

pub fn run(out: &mut dyn Write, count: usize) -> Outcome<()> {
    let served = served::start(count)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        // On a disk: memory would make the journal's commits cost nothing.
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (url, token) = (served.handle.url(), served.handle.bot_token());
        times.push(runtime.block_on(ingest(dir.path(), url, token, count))?);
    }
    times.sort();
    let median = times[RUNS / 2];
    let each = median / u32::try_from(count)?;
    writeln!(
        out,
        "| {count} messages into the journal | {median:.2?} | {each:.1?} |"
    )?;
    Ok(())
}

async fn ingest(dir: &Path, api_url: String, token: String, count: usize) -> Outcome<Duration> {
    let mut rng = fastrand::Rng::with_seed(1);
    let (mut journal, image) = Journal::open(dir, &mut rng)?;
    let settings = Settings {
        api_url,
        ..Settings::default()
    };
    let client = Client::new(&settings, &Secret::new(token))?;
    // What is measured is not the pace that Slack allows.
    for method in ["conversations.history", "users.conversations"] {
        client.set_rate(method, 6_000_000);
    }
    let who = client
        .auth_test()
        .await
        .map_err(|e| e.problem("auth.test"))?;
    let carrier = Carrier::new(client, None, who);
    let mut engine = Engine::new(image, UserId::new("U1"), Timing::default(), machine());
    let began = Instant::now();
    while !engine.is_caught_up() {
        let at = machine();
        let step = engine.next(at, &mut rng);
        let calls = step.calls.clone();
        save(&mut journal, &mut engine, step)?;
        for (flight, call) in calls {
            let answer = carrier.carry(call).await;
            let step = engine.answered(flight, answer, machine(), &mut rng);
            save(&mut journal, &mut engine, step)?;
        }
        if let Some(due) = engine.due(at) {
            wait(due, machine()).await;
        }
    }
    let took = began.elapsed();
    let read: usize = engine.image().messages.values().map(|m| m.len()).sum();
    if read < count {
        return Err(format!("{read} of {count} messages were read").into());
    }
    Ok(took)
}

async fn wait(due: Duration, now: Now) {
    // Not for the next round of polls: by then everything is read.
    let short = due.saturating_sub(now.mono).min(Duration::from_millis(1));
    if !short.is_zero() {
        tokio::time::sleep(short).await;
    }
}

fn save(journal: &mut Journal, engine: &mut Engine, step: Step) -> Outcome<()> {
    if !step.writes.is_empty() {
        journal.transact(|_| Ok((step.writes.clone(), ())))?;
        engine.absorb(&step.writes);
    }
    Ok(())
}
