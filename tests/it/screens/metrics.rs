//! The metrics, counted elsewhere and shown.

use super::overlays::{letters, press};
use super::{SMALL, Terminal, WIDE, fixture, shown, snapshots};
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;
use matoi::app::clock;
use matoi::app::effect::Effect;
use matoi::app::metrics::{Sheet, Source};
use matoi::app::model::{Model, Overlay};
use matoi::app::msg::Msg;
use matoi::app::update::update;
use matoi::domain::event::{Kind, Milestone, Named, Phase};
use matoi::domain::ids::IncidentId;
use matoi::domain::metrics::{Facts, Marks, Measure, Month, Share, Wish};
use matoi::domain::outlets::Sight;
use matoi::domain::settings::{Config, Glyphs, Label, Service, Zone};
use matoi::domain::words::Lang;
use matoi::ui::theme::{Depth, Theme};
use std::sync::Arc;

const JAPAN: Zone = Zone::Fixed(9 * 3600);

fn config() -> Config {
    let mut config = Config {
        time_zone: JAPAN,
        ..Config::default()
    };
    for (id, name, slo_minutes) in [
        ("shop", Label::of("Shop", "ショップ"), 43),
        ("pay", Label::of("Payments", "決済"), 22),
        ("search", Label::of("Search", "検索"), 0),
    ] {
        config.services.push(Service {
            id: id.to_owned(),
            name,
            slo_minutes,
            ..Service::default()
        });
    }
    config
}

/// The `n`th of many, six a month, up to the day of the fixture.
fn facts(n: i64, config: &Config) -> Facts {
    let declared: DateTime<Utc> = fixture::at(-60 * (5 + 121 * n));
    let level = [Some("2"), Some("3"), Some("1"), None, Some("4")][n as usize % 5];
    let minutes = 17 + (n * 37) % 90 + n;
    let mut times = [None; Measure::COUNT];
    for (at, time) in times.iter_mut().enumerate() {
        let of = n * (at as i64 + 3);
        *time = match at {
            3 | 4 => Some(60 * (minutes + 10 * (at as i64 - 3))),
            5 => (n % 3 > 0).then_some(86_400 + of * 600),
            _ => (of % 7 > 0).then_some(30 + of * 61 % 900),
        };
    }
    times[1] = times[1].map(|time| if n == 8 { -time } else { time });
    let recovered = declared + TimeDelta::minutes(minutes);
    let service = ["shop", "pay", "search"][n as usize % 3];
    Facts {
        id: IncidentId::new(format!("i{n}")),
        title: format!("incident {n}"),
        marks: Marks {
            channel: None,
            sight: Sight {
                private: n == 4,
                drill: n == 11,
                restricted: false,
            },
        },
        service: service.to_owned(),
        kind: if n == 4 { Kind::Security } else { Kind::Outage },
        level: level.map(|id| Named {
            id: id.to_owned(),
            name: id.to_owned(),
        }),
        phase: Phase::Resolved,
        outcome: (n == 6).then_some(Phase::FalseAlarm),
        declared,
        month: Month::of(clock::local(JAPAN, declared)),
        milestones: [(Milestone::Recovered, recovered)].into(),
        times,
        targets: Measure::ALL.map(|measure| measure.target(config, level?)),
        restored_from_detected: n == 9,
        cadence: Share {
            met: 3 + n as usize % 2,
            of: 4,
        },
        boxes: Share {
            met: n as usize % 3,
            of: 2 + n as usize % 2,
        },
        decisions: Share { met: 1, of: 1 },
        hand_overs: u32::from(n % 5 == 0),
        people: 3 + n as u32 % 4,
        person_seconds: minutes * 180,
        night_seconds: if n % 4 == 0 { minutes * 60 } else { 0 },
        free_seconds: if n % 6 == 0 { minutes * 180 } else { 0 },
        reopened: u32::from(n == 3),
        actions_open: u32::from(n % 4 == 0),
        actions_overdue: u32::from(n % 8 == 0),
        assessed: answers(n),
        down: vec![(declared, recovered)],
    }
}

/// Two people answer after every third.
fn answers(n: i64) -> Vec<(Named, u8)> {
    let asked = [
        ("leadership", "Leadership"),
        ("sharing", "Sharing of information"),
    ];
    let all = asked.iter().enumerate().flat_map(|(at, (id, name))| {
        let question = Named {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
        };
        [0, 1].map(|who| {
            (
                question.clone(),
                1 + ((n / 3) as usize + at + who) as u8 % 3,
            )
        })
    });
    all.filter(|_| n % 3 == 0).collect()
}

fn sheet(wish: Wish, config: &Config) -> Arc<Sheet> {
    let rows = (0..42).map(|n| facts(n, config)).collect();
    let source = Source::Rows(Arc::new(rows), fixture::now());
    Arc::new(Sheet::new(source, wish, config, fixture::now()))
}

/// Opened by its key at home, and answered.
fn opened(lang: Lang, size: (u16, u16), glyphs: Glyphs) -> Model {
    let mut world = fixture::world(lang);
    world.config = config();
    world.config.screen.glyphs = glyphs;
    let mut model = world.home(size);
    press(&mut model, &letters("%"));
    answer(&mut model);
    model
}

/// As the runtime does, with what the last key asked for.
fn answer(model: &mut Model) {
    let wish = match model.overlays.last() {
        Some(Overlay::Metrics(survey)) => survey.wish.clone(),
        other => unreachable!("{other:?}"),
    };
    let config = Arc::clone(&model.snapshot.config);
    update(model, Msg::Metrics(sheet(wish, &config)));
}

fn view(name: &str, keys: &[KeyCode]) {
    snapshots(name, |lang, size| {
        let mut model = opened(lang, size, Glyphs::Unicode);
        press(&mut model, keys);
        answer(&mut model);
        model
    });
}

#[test]
fn the_trend_of_what_is_chosen() {
    view("metrics-trend", &[KeyCode::Char('j'); 4]);
}

#[test]
fn by_level() {
    view(
        "metrics-levels",
        &[[KeyCode::Char('j'); 4].as_slice(), &[KeyCode::Tab]].concat(),
    );
}

#[test]
fn by_service_of_one_level() {
    let keys = [letters("lljjjj").as_slice(), &[KeyCode::Tab; 2]].concat();
    view("metrics-services", &keys);
}

#[test]
fn how_responses_are_led() {
    view("metrics-process", &[KeyCode::Tab; 3]);
}

#[test]
fn how_people_thought_that_it_went() {
    view("metrics-assessed", &[KeyCode::Tab; 4]);
}

#[test]
fn minutes_of_the_objectives() {
    view("metrics-slo", &[KeyCode::BackTab]);
}

#[test]
fn nothing_is_shown_before_it_is_counted() {
    snapshots("metrics-reading", |lang, size| {
        let mut world = fixture::world(lang);
        world.config = config();
        let mut model = world.room(size);
        press(&mut model, &letters("%"));
        model
    });
}

/// Letters and marks that every terminal has, and no colour.
#[test]
fn with_ascii_glyphs_and_no_colour_it_says_the_same() {
    for size in [WIDE, SMALL] {
        for tabs in [0, 3, 4, 5] {
            let keys = vec![KeyCode::Tab; tabs];
            let mut model = opened(Lang::En, size, Glyphs::Ascii);
            press(&mut model, &keys);
            let mut terminal = Terminal::new();
            terminal.theme = Theme::shipped("mono", Depth::Sixteen).expect("a theme");
            terminal.show(&model);
            let text = terminal.text();
            let strange = text.chars().find(|c| !c.is_ascii());
            assert_eq!(strange, None, "{text}");
            // Nothing that the fingerprints leave out.
            assert_eq!(terminal.show(&model).bytes, 0);
        }
    }
    let mut model = opened(Lang::En, SMALL, Glyphs::Ascii);
    press(&mut model, &letters("jjjj"));
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("metrics-ascii-80x24-en", shown(&model));
    });
}

#[test]
fn each_key_asks_for_its_wish_once_with_the_rows_that_are_there() {
    let mut model = opened(Lang::En, WIDE, Glyphs::Unicode);
    let key = |model: &mut Model, letter: char| {
        let event = crossterm::event::KeyEvent::from(KeyCode::Char(letter));
        let effects = update(model, Msg::Key(event));
        match &effects[..] {
            [] => None,
            [Effect::Metrics(asked)] => Some(asked.clone()),
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(key(&mut model, 'j'), None);
    let asked = key(&mut model, 's').expect("a wish");
    assert_eq!(asked.wish.service.as_deref(), Some("pay"));
    assert_eq!(asked.rows.as_ref().map(|(rows, _)| rows.len()), Some(42));
    // What comes for a wish that is given up is not shown; what was shown stays.
    let again = key(&mut model, 's').expect("a wish");
    assert_eq!(again.wish.service.as_deref(), Some("search"));
    update(&mut model, Msg::Metrics(sheet(asked.wish, &config())));
    assert!(shown(&model).contains("40 incidents"), "{}", shown(&model));
    update(&mut model, Msg::Metrics(sheet(again.wish, &config())));
    assert!(shown(&model).contains("13 incidents"), "{}", shown(&model));
    // Read anew.
    assert_eq!(key(&mut model, 'R').expect("a wish").rows, None);
}

#[test]
fn it_stands_at_every_size() {
    for (width, height) in [
        (1, 1),
        (20, 3),
        (59, 15),
        (60, 16),
        (71, 20),
        (112, 18),
        (200, 60),
    ] {
        for keys in 0..6 {
            let mut model = opened(Lang::Ja, (width, height), Glyphs::Unicode);
            press(&mut model, &vec![KeyCode::Tab; keys]);
            let mut terminal = Terminal::new();
            terminal.show(&model);
            assert_eq!(terminal.show(&model).bytes, 0);
        }
    }
}
