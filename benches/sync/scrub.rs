//! Playing back: from a key to the frame of another moment, anywhere in a long incident.

use crate::Outcome;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::keymap::Keymap;
use matoi::app::model::{Model, Start};
use matoi::app::msg::Msg;
use matoi::app::replay::{SPEED, Showing};
use matoi::app::snapshot::{Limits, LinkState, Snapshot, Workspace};
use matoi::app::update::update;
use matoi::domain::checklists::Checklists;
use matoi::domain::ids::{ConsoleId, UserId};
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::image::Image;
use matoi::domain::sync::{Engine, Link, Timing};
use matoi::domain::words::Lang;
use matoi::io::pace::machine;
use matoi::io::publish;
use matoi::sample::synth::{self, Amount};
use matoi::ui;
use matoi::ui::frame::Assembler;
use matoi::ui::theme::{Depth, Theme};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

const JUMPS: usize = 400;

/// One incident of so many events and as many messages of people.
pub fn run(out: &mut dyn Write, events: usize) -> Outcome<()> {
    let amount = Amount {
        incidents: 1,
        events,
        messages: events,
        people: 30,
        seed: 1,
    };
    let mut image = Image::new(ConsoleId::new("bench"));
    let lists = Checklists::shipped()?;
    synth::generate(&amount, &Config::default(), &lists, &mut |writes| {
        writes.iter().for_each(|write| image.apply(write));
        Ok(())
    })?;
    let mut engine = Engine::new(image, UserId::new("U1"), Timing::default(), machine());
    let id = engine
        .incidents()
        .first()
        .map(|incident| incident.id.clone());
    let id = id.ok_or("an incident")?;
    let people = Arc::new(synth::people(&amount));
    let mut model = console(people.clone(), lists)?;
    let began = Instant::now();
    let film = publish::film(&mut engine, &id, &people, Zone::Fixed(0)).ok_or("a film")?;
    let opening = Showing {
        film,
        speed: SPEED,
        alone: true,
    };
    update(&mut model, Msg::Replay(Box::new(opening)));
    let opened = began.elapsed();
    let (mut assembler, theme) = (Assembler::new(), Theme::shipped("dark", Depth::True)?);
    let mut rng = fastrand::Rng::with_seed(1);
    let (mut moved, mut seen): (Vec<Duration>, Vec<Duration>) = Default::default();
    let tenths = ('0'..='9').chain(['>']).collect::<Vec<char>>();
    for n in 0..JUMPS {
        let minute = [KeyCode::Left, KeyCode::Right, KeyCode::Char('[')];
        let code = match n % 2 {
            0 => KeyCode::Char(*rng.choice(&tenths).ok_or("a key")?),
            _ => *rng.choice(&minute).ok_or("a key")?,
        };
        let began = Instant::now();
        update(
            &mut model,
            Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)),
        );
        moved.push(began.elapsed());
        let mut bytes = Vec::new();
        let mut draft = assembler.begin(120, 35);
        let drawing = ui::draw(&model, &theme, &mut draft);
        draft.finish(&mut bytes);
        seen.push(began.elapsed());
        let (generation, lists) = (model.generation, drawing.lists);
        update(&mut model, Msg::Painted { generation, lists });
    }
    for (what, times) in [("to another moment", &mut moved), ("and drawn", &mut seen)] {
        times.sort();
        let (median, late) = (times[JUMPS / 2], times[JUMPS * 99 / 100]);
        let worst = times[JUMPS - 1];
        writeln!(
            out,
            "| a replay of {events} events and as many messages {what} | {median:.1?}, p99 {late:.1?}, worst {worst:.1?} | |"
        )?;
    }
    writeln!(out, "| the same opened | {opened:.1?} | |")?;
    Ok(())
}

fn console(people: Arc<matoi::app::resolve::People>, checklists: Checklists) -> Outcome<Model> {
    let snapshot = Snapshot {
        version: 1,
        workspace: Workspace {
            local: false,
            team: String::new(),
        },
        me: UserId::new("U1"),
        people,
        config: Arc::new(Config::default()),
        incidents: Vec::new(),
        room: None,
        link: LinkState {
            link: Link::Live,
            as_of: None,
        },
        follows: false,
        outbox: Vec::new(),
        given_up: Vec::new(),
        offers: Vec::new(),
        limits: Limits::default(),
        other_heard: None,
        local: Arc::default(),
    };
    Ok(Model::new(Start {
        snapshot: Arc::new(snapshot),
        now: machine().wall,
        size: (120, 35),
        lang: Lang::En,
        keymap: Arc::new(Keymap::shipped()?),
        checklists: Arc::new(checklists),
    }))
}
