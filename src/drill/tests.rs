//! What holds of every drill, whatever the scenario, the seed and the players.

use super::check;
use super::engine::{Added, Doing, Drill, Effect, End, Fate, Line};
use super::fact::Fact;
use super::scenario::{Scenario, Secs};
use super::scene::{Clock, Room, Said, Scene};
use super::score::score;
use super::shipped::SHIPPED;
use crate::domain::event::{Event, Recorded, What};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::words::Lang;
use crate::domain::work::{Deed, Sort};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_661_200, 0).expect("an instant")
}

fn shipped() -> Vec<(&'static str, Arc<Scenario>)> {
    let parse = |s: &super::shipped::Shipped| {
        let scenario = s.parse().unwrap_or_else(|problems| {
            let lines: Vec<String> = problems.iter().map(|p| p.lines(Lang::En)).collect();
            unreachable!("{}", lines.join("\n"))
        });
        Arc::new(scenario)
    };
    SHIPPED.iter().map(|s| (s.name, parse(s))).collect()
}

/// Something that somebody says: to whom, in words that may or may not be understood.
#[derive(Clone, Debug)]
struct Spoken {
    at: u32,
    to: usize,
    text: &'static str,
}

fn spoken() -> impl Strategy<Value = Vec<Spoken>> {
    let texts = prop::sample::select(vec![
        "状況を教えてください。いつ復旧しますか?",
        "ログとリリースの変更点を確認してください",
        "roll back the last release, please. Objections?",
        "who can look at the database replica?",
        "影響はどのくらいですか",
        "了解です",
        "xyzzy",
        "",
    ]);
    let one = (0u32..1_500, 0usize..9, texts).prop_map(|(at, to, text)| Spoken { at, to, text });
    prop::collection::vec(one, 0..12)
}

fn scene(scenario: &Scenario, spoken: &[Spoken], until: u32) -> Scene {
    let you = UserId::new("U0YOU");
    let handles: Vec<&String> = scenario
        .people
        .values()
        .map(|p| p.handle.get_ref())
        .collect();
    let said = spoken
        .iter()
        .enumerate()
        .filter(|(_, s)| s.at <= until)
        .map(|(n, spoken)| {
            let to = handles
                .get(spoken.to)
                .map_or(String::new(), |handle| format!("@{handle} "));
            Said {
                id: format!("m{n}"),
                at: start() + TimeDelta::seconds(i64::from(spoken.at)),
                by: you.clone(),
                text: format!("{to}{}", spoken.text),
                to: Vec::new(),
                parent: None,
            }
        });
    let cast = scenario.people.keys();
    Scene {
        rooms: vec![Room {
            incident: Arc::new(Incident::new(IncidentId::new("i1"))),
            private: false,
            said: Arc::new(said.collect()),
        }],
        players: [you].into(),
        cast: cast
            .map(|part| (part.clone(), UserId::new(part.to_uppercase())))
            .collect(),
        by_name: false,
        clock: Clock::from(start()),
    }
}

/// Plays it, looking at it after steps of these lengths, over and over.
fn play(
    scenario: &Arc<Scenario>,
    seed: u64,
    spoken: &[Spoken],
    steps: &[u32],
) -> (Vec<Effect>, Drill) {
    let mut drill = Drill::new(scenario.clone(), seed);
    let mut out = Vec::new();
    let mut steps = steps.iter().cycle();
    // A step may not run over what somebody says: nobody hears it before it is said.
    let mut stops: Vec<u32> = spoken
        .iter()
        .flat_map(|s| [s.at.saturating_sub(1), s.at])
        .collect();
    stops.sort_unstable();
    let mut at = 0;
    loop {
        out.extend(drill.step(Secs(at), &scene(scenario, spoken, at)));
        if drill.ended().is_some() {
            return (out, drill);
        }
        let next = at + steps.next().copied().unwrap_or(1).max(1);
        let stop = stops.iter().copied().find(|stop| *stop > at);
        at = stop.map_or(next, |stop| stop.min(next));
        assert!(at < 60 * 60 * 5, "it never ends");
    }
}

#[test]
fn every_shipped_scenario_is_whole_and_in_both_languages() {
    for (name, scenario) in shipped() {
        assert!(!scenario.acts.is_empty(), "{name}");
        for lang in [Lang::En, Lang::Ja] {
            let lines = scenario.briefing.text.get(lang).lines().count();
            assert!(lines <= 20, "{name}: a briefing of {lines} lines");
        }
    }
}

#[test]
fn with_nobody_there_it_ends_when_its_time_is_up() {
    for (name, scenario) in shipped() {
        let (out, drill) = play(&scenario, 1, &[], &[1]);
        let (at, _) = drill.ended().expect("it ends");
        assert!(at.0 <= scenario.minutes * 60, "{name}");
        assert!(
            matches!(out.last().map(|e| &e.what), Some(Doing::End(_))),
            "{name}"
        );
    }
}

#[test]
fn a_game_master_fires_puts_off_and_takes_out() {
    let (_, scenario) = shipped().remove(0);
    let mut drill = Drill::new(scenario.clone(), 1);
    let nobody = scene(&scenario, &[], 0);
    assert!(drill.fire("calls") && drill.put_off("alert", Secs(60)) && drill.drop_inject("found"));
    assert!(!drill.fire("calls") && !drill.drop_inject("nothing"));
    let out = drill.step(Secs(75), &nobody);
    let said = |wanted: &str| {
        let mut said = out.iter().filter_map(|e| match &e.what {
            Doing::Say { key, .. } if key == wanted => Some(e.at),
            _ => None,
        });
        said.next()
    };
    assert_eq!(
        (said("calls"), said("alert"), said("found")),
        (Some(Secs(0)), Some(Secs(70)), None)
    );
    drill.improvise(
        "ito",
        super::scenario::Words {
            en: "x".into(),
            ja: "x".into(),
        },
        None,
    );
    let out = drill.step(Secs(76), &nobody);
    assert!(
        out.iter()
            .any(|e| matches!(&e.what, Doing::Say { by, .. } if by == "ito"))
    );
    assert!(matches!(
        drill.call_off().last().map(|e| &e.what),
        Some(Doing::End(End::Called))
    ));
    let dropped = drill
        .fates()
        .find(|(inject, _)| inject.id.get_ref() == "found");
    assert!(matches!(dropped, Some((_, Fate::Dropped { .. }))));
}

#[test]
fn what_is_added_waits_for_its_time_and_its_facts() {
    let (_, scenario) = shipped().remove(0);
    let mut drill = Drill::new(scenario.clone(), 1);
    let wanted = |at, when: &[&str]| Added {
        by: "ito".to_owned(),
        text: "by the way".to_owned(),
        at,
        when: when
            .iter()
            .map(|fact| Fact::parse(fact).expect("a fact"))
            .collect(),
    };
    let nowhere = wanted(None, &["world:weather=fine"]);
    assert!(check::added(&scenario, &nowhere).is_err());
    let later = wanted(Some(Secs(40)), &["!commander", "inject:calls"]);
    assert!(check::added(&scenario, &later).is_ok());
    let id = drill.add(later);
    let other = drill.add(wanted(None, &["commander"]));
    assert_ne!(id, other);
    let out = drill.step(Secs(120), &scene(&scenario, &[], 0));
    let said: Vec<(&str, Secs)> = out
        .iter()
        .filter_map(|e| match &e.what {
            Doing::Say { key, .. } if key.starts_with("gm-") => Some((key.as_str(), e.at)),
            _ => None,
        })
        .collect();
    // As soon as the other has happened; nobody ever commands.
    assert_eq!(said, [(id.as_str(), Secs(45))]);
}

#[test]
fn the_scripts_clock_stands_leaps_and_runs_faster_than_peoples() {
    let mut clock = Clock::from(start());
    let wall = |seconds: i64| start() + TimeDelta::seconds(seconds);
    clock.speeds.push((wall(10), 6));
    assert_eq!(clock.at(wall(5)), Secs(5));
    assert_eq!(clock.at(wall(20)), Secs(70));
    clock.rests.push((wall(20), wall(50)));
    assert_eq!(clock.at(wall(50)), Secs(70));
    clock.speeds.push((wall(60), 1));
    clock.leaps.push((wall(65), 30));
    // 10 at one, 10 and 10 at six, 10 at one, and the leap.
    assert_eq!(clock.at(wall(70)), Secs(10 + 60 + 60 + 10 + 30));
    // What was before a change stays where it was.
    assert_eq!(clock.at(wall(5)), Secs(5));
}

/// How a game master drives the clock: after so many seconds of people's, what.
fn driven() -> impl Strategy<Value = Vec<(u32, u8, u32)>> {
    prop::collection::vec((1u32..90, 0u8..3, 1u32..60), 0..10)
}

proptest! {
    /// Pause, speed and skip change when things come on people's clocks, and nothing else: the same
    /// seconds of the drill bring the same.
    #[test]
    fn the_clock_is_driven_and_the_drill_is_the_same(seed in 0u64..50, driven in driven()) {
        let scenario = shipped().remove(0).1;
        let mut clock = Clock::from(start());
        let mut wall = start();
        for (after, what, by) in driven {
            wall += TimeDelta::seconds(i64::from(after));
            match what {
                0 => {
                    let until = wall + TimeDelta::seconds(i64::from(by));
                    clock.rests.push((wall, until));
                    wall = until;
                }
                1 => clock.speeds.push((wall, by)),
                _ => clock.leaps.push((wall, by)),
            }
        }
        let plain = play(&scenario, seed, &[], &[1]).0;
        let mut drill = Drill::new(scenario.clone(), seed);
        let (mut out, mut now, mut before) = (Vec::new(), start(), Secs(0));
        while drill.ended().is_none() {
            let at = clock.at(now);
            prop_assert!(at >= before, "it never goes back");
            before = at;
            out.extend(drill.step(at, &scene(&scenario, &[], at.0)));
            now += TimeDelta::seconds(1);
            prop_assert!(now - start() < TimeDelta::hours(5), "it ends");
        }
        prop_assert_eq!(out, plain);
    }
}

/// One act of writing, and another.
const WRITING: &str = r#"
title = "t"
about = "a"
minutes = 5
difficulty = 1
[briefing]
text = "b"
[start]
title = "t"
service = "s"
situation = "x"
[people.ito]
handle = "ito"
name = { en = "Ito", ja = "伊藤" }
about = "a"
arrives = "0:30"
[[act]]
id = "keep"
text = "keep"
does = "message"
words = { en = ["keep"], ja = ["保全"] }
before = "mend"
hush = true
within = "4:00"
weight = 60
[[act]]
id = "mend"
text = "mend"
does = ["call", "message"]
to = "ito"
within = "4:00"
weight = 40
"#;

fn written(texts: &[(u32, &'static str)], open: bool) -> Scene {
    let scenario = check::parse("test", WRITING).expect("whole");
    let spoken: Vec<Spoken> = texts
        .iter()
        .map(|(at, text)| Spoken {
            at: *at,
            to: 9,
            text,
        })
        .collect();
    let mut scene = scene(&scenario, &spoken, 300);
    if open {
        let mut incident = (*scene.rooms[0].incident).clone();
        incident.work.restricted = Some(start());
        scene.rooms[0].incident = Arc::new(incident);
    }
    scene
}

fn points(scene: &Scene) -> Vec<f64> {
    let scenario = check::parse("test", WRITING).expect("whole");
    let score = score(&scenario, &std::collections::BTreeMap::new(), scene);
    score.acts.iter().map(|line| line.points).collect()
}

#[test]
fn what_came_too_late_or_was_gone_on_about_in_public_is_worth_half() {
    let (keep, mend) = ((10, "keep the logs"), (20, "@ito go ahead"));
    assert_eq!(points(&written(&[keep, mend], false)), [60.0, 40.0]);
    let (first, then) = ((10, "@ito go ahead"), (20, "keep the logs"));
    assert_eq!(points(&written(&[first, then], false)), [30.0, 40.0]);
    // Everybody reads along, and it goes on.
    assert_eq!(points(&written(&[keep, mend], true)), [30.0, 40.0]);
    assert_eq!(points(&written(&[keep], true)), [60.0, 0.0]);
}

#[test]
fn a_scenario_may_be_in_one_language_and_says_so() {
    let one = WRITING.replace(
        "title = \"t\"\nabout",
        "languages = [\"ja\"]\ntitle = { ja = \"題\" }\nabout",
    );
    let scenario = check::parse("test", &one).expect("whole");
    assert_eq!(scenario.title.get(Lang::En), "題");
    let both = one.replace("languages = [\"ja\"]\n", "");
    let problems = check::parse("test", &both).expect_err("English is missing");
    let told = |problem: &crate::domain::problem::Problem| {
        problem.sentence.en.contains("empty in a language")
    };
    assert!(problems.iter().any(told), "{problems:?}");
}

#[test]
fn what_came_when_it_no_longer_counted_is_told_all_the_same() {
    let scenario = check::parse("test", WRITING).expect("whole");
    let late = written(&[(290, "@ito go ahead")], false);
    let score = score(&scenario, &std::collections::BTreeMap::new(), &late);
    let line = score.acts.last().expect("an act");
    assert_eq!((line.at, line.points), (Some(290), 0.0));
}

#[test]
fn a_task_ends_when_the_world_says_so_and_not_by_an_answer() {
    let (_, scenario) = shipped().remove(0);
    let task = |at: u32| {
        let mut all = scene(&scenario, &[], at);
        let matter = Deed::Opened {
            matter: Sort::Task,
            line: "切り戻して、成功率を確認".into(),
            owner: Some(all.cast["ito"].clone()),
            due: None,
            risk: None,
        };
        all.rooms[0].incident = Arc::new(with(&all, 20, matter));
        all
    };
    let mut drill = Drill::new(scenario.clone(), 1);
    let mut done = None;
    let mut said = false;
    for at in 0..560 {
        for effect in drill.step(Secs(at), &task(at)) {
            match effect.what {
                Doing::Act {
                    line: Line::Done { .. },
                    ..
                } => done = done.or(Some(at)),
                Doing::Say { by, text, .. } if by == "ito" => {
                    said |= text.ja.contains("決定をもらえれば")
                }
                _ => {}
            }
        }
    }
    assert!(said, "he says what he waits for");
    // He acts alone at 6:15, and it takes a minute.
    assert!(done.is_some_and(|at| at > 375), "{done:?}");
}

/// The room's incident with something that a player did so many seconds after the start.
fn with(scene: &Scene, at: u32, deed: Deed) -> Incident {
    let mut incident = (*scene.rooms[0].incident).clone();
    let by = scene.players.first().expect("a player").clone();
    let at = start() + TimeDelta::seconds(i64::from(at));
    let bodies = [
        serde_json::json!({"kind": "declared", "title": "t", "service": "s", "incident_kind": "outage",
            "channel": "c", "lang": "ja", "timekeeper": 0, "timekeeper_recovered": 0}),
        serde_json::to_value(&deed).expect("writable"),
    ];
    for (n, body) in bodies.into_iter().enumerate() {
        let body = serde_json::from_value(body).expect("an event");
        let event = Event {
            id: EventId::new(format!("e{n}")),
            at: if n == 0 { start() } else { at },
            prev: BTreeMap::new(),
            what: What::Known(body),
            via: None,
        };
        incident.apply(&Recorded {
            event,
            by: by.clone(),
            console: ConsoleId::new("c1"),
            text: None,
            position: None,
            recorded_at: at,
        });
    }
    incident
}

#[test]
fn who_asks_is_answered_by_name_or_by_a_message_that_names_nobody() {
    let (name, scenario) = shipped().remove(0);
    assert_eq!(name, "first-steps");
    let fired = [("how-long".to_owned(), Secs(210))].into();
    let answer = |text: &'static str| {
        let spoken = [Spoken {
            at: 240,
            to: 9,
            text,
        }];
        let score = score(&scenario, &fired, &scene(&scenario, &spoken, 300));
        let line = score.acts.iter().find(|line| line.act == "answer");
        line.map(|line| line.points > 0.0)
    };
    assert_eq!(
        answer("カードで払えません。切り戻しを検討中です"),
        Some(true)
    );
    assert_eq!(answer("山本さん、カードで払えません"), Some(true));
    assert_eq!(answer("伊藤さん、ログをお願いします"), Some(false));
}

#[test]
fn who_has_no_user_is_called_by_name_and_comes() {
    let scenario = Arc::new(check::parse("test", WRITING).expect("whole"));
    let mut scene = written(&[(10, "伊藤さん、来てください")], false);
    scene.cast.clear();
    scene.by_name = true;
    // To be asked to come is to be called; to be spoken of is not.
    assert_eq!(points(&scene), [0.0, 40.0]);
    let mut drill = Drill::new(scenario, 1);
    let out = drill.step(Secs(60), &scene);
    assert!(drill.is_here("ito"), "{out:?}");
    let mut spoken_of = written(&[(10, "who knows the logs?")], false);
    spoken_of.by_name = true;
    assert_eq!(points(&spoken_of), [0.0, 0.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Pause, speed and skipping change nothing but time: however the clock is looked at, the same
    /// is done at the same second.
    #[test]
    fn how_often_it_is_looked_at_changes_nothing(
        which in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        spoken in spoken(),
        steps in prop::collection::vec(1u32..400, 1..6),
    ) {
        let all = shipped();
        let (_, scenario) = &all[which.index(all.len())];
        let (slow, _) = play(scenario, seed, &spoken, &[1]);
        let (fast, _) = play(scenario, seed, &spoken, &steps);
        prop_assert_eq!(slow, fast);
    }

    /// No scenario hangs; of every inject it is known when it happened, or why it did not.
    #[test]
    fn it_ends_and_every_inject_is_accounted_for(
        which in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        spoken in spoken(),
    ) {
        let all = shipped();
        let (_, scenario) = &all[which.index(all.len())];
        let (out, drill) = play(scenario, seed, &spoken, &[7]);
        prop_assert!(drill.ended().is_some());
        for (inject, fate) in drill.fates() {
            let told = match fate {
                Fate::Fired { .. } | Fate::Dropped { .. } => true,
                Fate::Missed { at, lacking } => {
                    !lacking.is_empty() || inject.at >= *at
                }
                Fate::Waiting { .. } => false,
            };
            prop_assert!(told, "{}: {:?}", inject.id.get_ref(), fate);
        }
        let ends = out.iter().filter(|e| matches!(e.what, Doing::End(_))).count();
        prop_assert_eq!(ends, 1);
    }
}
