//! A console with years behind it: opening its journal, publishing to the screens, acting, and finding
//! something in its history.

use crate::Outcome;
use matoi::app::history::{At, Reminding};
use matoi::app::snapshot::{Snapshot, Workspace};
use matoi::domain::checklists::Checklists;
use matoi::domain::decide::{Command, Declaration, Outlets};
use matoi::domain::ids::UserId;
use matoi::domain::outlets::Sight;
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::{Engine, Link, Order, Timing};
use matoi::domain::words::Lang;
use matoi::io::history::{Index, Search};
use matoi::io::pace::machine;
use matoi::io::publish::{self, Scene};
use matoi::io::store::Journal;
use matoi::sample::synth::{self, Amount};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

const RUNS: usize = 15;

/// What is typed, a letter at a time.
const TYPED: [&str; 4] = [
    "checkout fails",
    "決済の失敗",
    "service:shop level:1 rollback",
    "e",
];

pub fn run(out: &mut dyn Write, incidents: usize) -> Outcome<()> {
    let amount = Amount {
        incidents,
        events: incidents * 20,
        messages: incidents * 10,
        people: 30,
        seed: 1,
    };
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut rng = fastrand::Rng::with_seed(1);
    let (mut journal, _) = Journal::open(dir.path(), &mut rng)?;
    let lists = Checklists::shipped()?;
    synth::generate(&amount, &Config::default(), &lists, &mut |writes| {
        journal.transact(|_| Ok((writes, ()))).map(|_| ())
    })?;
    drop(journal);
    let mut say = |what: &str, mut times: Vec<Duration>| -> Outcome<()> {
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        writeln!(out, "| {what} | {median:.2?} | {worst:.2?} worst |")?;
        Ok(())
    };
    let began = Instant::now();
    let (mut journal, image) = Journal::open(dir.path(), &mut rng)?;
    say(
        &format!("{incidents} incidents: journal opened and read"),
        vec![began.elapsed()],
    )?;
    let me = UserId::new("USYN00001");
    let began = Instant::now();
    let mut engine = Engine::new(image, me.clone(), Timing::default(), machine());
    engine.refold();
    say("indexed and folded", vec![began.elapsed()])?;

    let people = Arc::new(synth::people(&amount));
    let (config, workspace) = (
        Arc::new(Config::default()),
        Workspace {
            local: true,
            team: String::new(),
        },
    );
    let local = Arc::default();
    let scene = |focus| Scene {
        version: 1,
        workspace: &workspace,
        people: &people,
        local: &local,
        config: &config,
        lang: Lang::En,
        focus,
        link: Link::Live,
        link_as_of: None,
        follows: false,
    };
    let began = Instant::now();
    publish::snapshot(&mut engine, &scene(None), machine());
    say("published for the first time", vec![began.elapsed()])?;
    let times = |each: &mut dyn FnMut() -> Outcome<()>| -> Outcome<Vec<Duration>> {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let began = Instant::now();
            each()?;
            times.push(began.elapsed());
        }
        Ok(times)
    };
    let order = |command| Order {
        command,
        by: me.clone(),
        outlets: Outlets::default(),
        via: None,
    };
    let mut act = |engine: &mut Engine, incident: Option<&_>, command| -> Outcome<_> {
        let (_, (id, writes)) = journal.transact(|newer| {
            engine.absorb(newer);
            let (id, step) = engine.act(incident, &order(command), machine(), &mut rng)?;
            Ok((step.writes.clone(), (id, step.writes)))
        })?;
        engine.absorb(&writes);
        Ok(id)
    };
    let declared = Declaration {
        title: "Checkout fails for card payments".into(),
        service: "other".into(),
        channel: "bench".into(),
        ..Declaration::default()
    };
    let id = act(&mut engine, None, Command::Declare(Box::new(declared)))?;
    let mut published: Option<Snapshot> = None;
    let noted = times(&mut || {
        act(
            &mut engine,
            Some(&id),
            Command::Note("build 812 is rolled back".into()),
        )?;
        published = Some(publish::snapshot(&mut engine, &scene(Some(&id)), machine()));
        Ok(())
    })?;
    say("an act saved and published", noted)?;
    let again = times(&mut || {
        published = Some(publish::snapshot(&mut engine, &scene(Some(&id)), machine()));
        Ok(())
    })?;
    say("published again", again)?;
    let mut random = fastrand::Rng::with_seed(2);
    let looked = times(&mut || {
        std::hint::black_box(engine.next(machine(), &mut random).is_empty());
        std::hint::black_box(engine.due(machine()));
        Ok(())
    })?;
    say("the engine looked what is due", looked)?;

    let snapshot = published.ok_or("nothing was published")?;
    let began = Instant::now();
    let mut index = Index::open(dir.path())?;
    index.fill(&snapshot)?;
    say("history indexed from nothing", vec![began.elapsed()])?;
    let began = Instant::now();
    let mut index = Index::open(dir.path())?;
    index.fill(&snapshot)?;
    say("history opened by the next start", vec![began.elapsed()])?;
    act(
        &mut engine,
        Some(&id),
        Command::Note("one line more".into()),
    )?;
    let snapshot = publish::snapshot(&mut engine, &scene(Some(&id)), machine());
    let began = Instant::now();
    index.fill(&snapshot)?;
    say("history after one act", vec![began.elapsed()])?;
    let search = |text: &str| Search {
        text: text.to_owned(),
        now: machine().wall,
        zone: Zone::Fixed(9 * 3600),
        most: 100,
    };
    let opened = times(&mut || {
        std::hint::black_box(index.find(&search(""))?);
        Ok(())
    })?;
    say("history without words: its screen opens", opened)?;
    for typed in TYPED {
        let mut keys = Vec::new();
        let ends = typed.char_indices().map(|(at, c)| at + c.len_utf8());
        for end in ends {
            let began = Instant::now();
            std::hint::black_box(index.find(&search(&typed[..end]))?);
            keys.push(began.elapsed());
        }
        say(&format!("a key of `{typed}` answered"), keys)?;
    }
    let about = Reminding {
        at: At::Declaring,
        title: "Checkout fails for card payments".into(),
        service: "shop".into(),
        sight: Sight::default(),
    };
    let reminded = times(&mut || {
        std::hint::black_box(index.remind(&about));
        Ok(())
    })?;
    say("seen before?", reminded)?;
    Ok(())
}
