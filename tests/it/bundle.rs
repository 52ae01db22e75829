//! The whole history as a file: round trips, what is refused, and what hostile files do.

use matoi::domain::bundle::{Bundle, gather, read};
use matoi::domain::checklists::Checklists;
use matoi::domain::ids::{ChannelId, ConsoleId, IncidentId, UserId};
use matoi::domain::settings::Config;
use matoi::domain::sync::image::{Image, Write};
use matoi::domain::words::Lang;
use matoi::sample::synth::{self, Amount};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn image() -> Image {
    let amount = Amount {
        incidents: 3,
        events: 60,
        messages: 20,
        people: 8,
        seed: 3,
    };
    let mut image = Image::new(ConsoleId::new("c1"));
    let lists = Checklists::shipped().expect("it is whole");
    synth::generate(&amount, &Config::default(), &lists, &mut |writes| {
        writes.iter().for_each(|write| image.apply(write));
        Ok(())
    })
    .expect("it is whole");
    image
}

fn names() -> BTreeMap<UserId, String> {
    let amount = Amount {
        incidents: 0,
        events: 0,
        messages: 0,
        people: 8,
        seed: 3,
    };
    let people = synth::people(&amount).into_iter();
    people.map(|(user, person)| (user, person.name)).collect()
}

fn file(image: &Image) -> String {
    let all = image.incidents.keys().cloned().collect();
    gather(image, &all, &names())
        .bundle
        .text()
        .expect("it is whole")
}

fn taken(bundle: &Bundle, image: &Image) -> Image {
    let mut image = image.clone();
    let plan = bundle.plan(&image).expect("it is whole");
    plan.writes.iter().for_each(|write| image.apply(write));
    image
}

fn refusal(text: &str, image: &Image) -> String {
    let problem = match read(text) {
        Err(problem) => problem,
        Ok(bundle) => bundle.plan(image).expect_err("it is refused"),
    };
    problem.lines(Lang::En)
}

#[test]
fn what_was_exported_comes_back_whole_and_twice_is_once() {
    let image = image();
    let text = file(&image);
    let bundle = read(&text).expect("it is whole");
    let there = taken(&bundle, &Image::new(ConsoleId::new("c2")));
    assert_eq!(file(&there), text);
    assert_eq!(there.events.len(), image.events.len());
    for (id, row) in &image.events {
        let other = &there.events[id];
        assert_eq!(other.recorded(), row.recorded());
    }
    assert!(there.channels.values().all(|channel| !channel.ours));
    let again = bundle.plan(&there).expect("it is whole");
    assert!(again.writes.is_empty());
    assert_eq!((again.added, again.same), (0, 3));
}

#[test]
fn only_what_is_not_there_is_added() {
    let image = image();
    let bundle = read(&file(&image)).expect("it is whole");
    let mut part = bundle.clone();
    part.incidents.truncate(1);
    part.incidents[0].events.truncate(5);
    let there = taken(&part, &Image::new(ConsoleId::new("c2")));
    let plan = bundle.plan(&there).expect("it is whole");
    assert_eq!((plan.added, plan.completed, plan.same), (2, 1, 0));
    assert_eq!(file(&taken(&bundle, &there)), file(&image));
}

#[test]
fn an_incident_whose_channel_is_read_here_stays_as_it_is() {
    let image = image();
    let bundle = read(&file(&image)).expect("it is whole");
    let mut part = bundle.clone();
    part.incidents.truncate(1);
    part.incidents[0].events.truncate(5);
    let mut live = taken(&part, &Image::new(ConsoleId::new("c2")));
    let channel = bundle.incidents[0].channel.id.clone();
    let mut row = live.channels[&channel].clone();
    row.ours = true;
    live.apply(&Write::Channel(row));
    let plan = bundle.plan(&live).expect("it is whole");
    assert_eq!((plan.added, plan.live), (2, 1));
    let other = |write: &Write| match write {
        Write::Event(row) => row.incident != bundle.incidents[0].id,
        Write::Channel(row) => row.id != channel,
        _ => true,
    };
    assert!(plan.writes.iter().all(other));
}

#[test]
fn what_is_here_and_different_is_refused() {
    let image = image();
    let text = file(&image);
    let mut other = read(&text).expect("it is whole");
    other.incidents[0].events[1].by = UserId::new("UOTHER");
    let problem = refusal(&other.text().expect("it is whole"), &image);
    assert!(
        problem.contains("is different") && problem.contains("--data-dir"),
        "{problem}"
    );
    let mut other = read(&text).expect("it is whole");
    other.incidents[0].id = IncidentId::new("iother");
    let problem = refusal(&other.text().expect("it is whole"), &image);
    assert!(problem.contains("do not belong together"), "{problem}");
    let mut other = read(&text).expect("it is whole");
    other.incidents[0].channel.id = ChannelId::new("COTHER");
    let problem = refusal(&other.text().expect("it is whole"), &image);
    assert!(problem.contains("do not belong together"), "{problem}");
}

#[test]
fn a_file_that_cannot_be_is_refused() {
    let image = Image::new(ConsoleId::new("c2"));
    let text = file(&self::image());
    for (from, to, says) in [
        ("\"version\":1", "\"version\":2", "Update matoi"),
        ("matoi.history", "matoi.incident", "no exported history"),
        ("\"position\"", "\"place\"", "cannot be read"),
        (
            "\"kind\":\"declared\"",
            "\"kind\":\"proclaimed\"",
            "no declaration",
        ),
        ("{\"id\":\"i", "{\"id\":\"../i", "cannot be the id"),
    ] {
        assert!(text.contains(from), "{from}");
        let problem = refusal(&text.replace(from, to), &image);
        assert!(problem.contains(says), "{to}: {problem}");
    }
    let mut twice = read(&text).expect("it is whole");
    let one = twice.incidents[0].clone();
    twice.incidents.push(one);
    assert!(refusal(&twice.text().expect("it is whole"), &image).contains("twice"));
    for broken in [
        "",
        "[]",
        "{",
        "{\"format\":\"matoi.history\",\"version\":1}",
    ] {
        assert!(!refusal(broken, &image).is_empty());
    }
}

#[test]
fn a_kind_of_a_later_version_is_kept_and_strings_are_cleaned() {
    let text = file(&image());
    let later = text.replace(
        "\"kind\":\"note\"",
        "\"kind\":\"teleport\",\"where\":{\"to\":[1,\"a\u{202e}b\"]}",
    );
    assert!(later != text);
    let there = taken(
        &read(&later).expect("it is whole"),
        &Image::new(ConsoleId::new("c2")),
    );
    let again = file(&there);
    assert!(
        again.contains("\"teleport\"") && again.contains("\"ab\"") && !again.contains('\u{202e}')
    );
    assert_eq!(
        file(&taken(
            &read(&again).expect("it is whole"),
            &Image::new(ConsoleId::new("c3"))
        )),
        again
    );
}

/// A mutilated file: bytes taken out, doubled, or changed for others that mean something in JSON.
fn mutilated() -> impl Strategy<Value = String> {
    let whole = file(&image());
    let marks = "{}[],:\"0-9.ne\\tu\u{1b}\u{202e}あ";
    let marks: Vec<char> = marks.chars().collect();
    let edits = (
        any::<prop::sample::Index>(),
        0..6_u8,
        prop::sample::select(marks),
    );
    proptest::collection::vec(edits, 1..6).prop_map(move |edits| {
        let mut chars: Vec<char> = whole.chars().collect();
        for (at, how, mark) in edits {
            let at = at.index(chars.len());
            match how {
                0 => drop(chars.remove(at)),
                1 => chars.insert(at, mark),
                2 => chars[at] = mark,
                3 => chars.truncate(at.max(1)),
                4 => {
                    let end = (at + 40).min(chars.len());
                    let part = chars[at..end].to_vec();
                    chars.splice(at..at, part);
                }
                _ => drop(chars.drain(at..(at + 25).min(chars.len()))),
            }
            if chars.is_empty() {
                chars.push('{');
            }
        }
        chars.into_iter().collect()
    })
}

/// Values of JSON put in each other's places.
fn swapped() -> impl Strategy<Value = String> {
    let odd = [
        "null",
        "-1",
        "1e400",
        "18446744073709551616",
        "\"\"",
        "[]",
        "{}",
        "\"9999999999.999999\"",
        "true",
        "[[[[[[]]]]]]",
    ];
    let keys = [
        "id",
        "at",
        "prev",
        "by",
        "console",
        "text",
        "position",
        "index",
        "ts",
        "recorded_at",
        "event",
        "channel",
        "name",
        "owner_ts",
        "watermark",
        "topic",
        "events",
        "messages",
        "first_seen",
        "user",
        "metadata",
        "card",
        "people",
        "incidents",
        "timekeeper",
        "level",
        "time",
        "kind",
        "private",
    ];
    let picks = (
        prop::sample::select(keys.to_vec()),
        prop::sample::select(odd.to_vec()),
        0..4_usize,
    );
    let whole: serde_json::Value = serde_json::from_str(&file(&image())).expect("it is whole");
    proptest::collection::vec(picks, 1..4).prop_map(move |picks| {
        let mut value = whole.clone();
        for (key, odd, nth) in picks {
            let odd = serde_json::from_str(odd).unwrap_or(serde_json::Value::Null);
            let mut left = nth;
            put(&mut value, key, &odd, &mut left);
        }
        value.to_string()
    })
}

fn put(value: &mut serde_json::Value, key: &str, odd: &serde_json::Value, left: &mut usize) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, inner) in fields {
                if name == key {
                    if *left == 0 {
                        *inner = odd.clone();
                    }
                    *left = left.wrapping_sub(1);
                }
                put(inner, key, odd, left);
            }
        }
        serde_json::Value::Array(all) => all.iter_mut().for_each(|v| put(v, key, odd, left)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever is in a file: it is refused with a sentence, or taken in, and then it comes out again.
    #[test]
    fn no_file_breaks_anything(text in prop_oneof![mutilated(), swapped()]) {
        let empty = Image::new(ConsoleId::new("c2"));
        let taken_in = read(&text).and_then(|bundle| Ok((bundle.plan(&empty)?, bundle)));
        match taken_in {
            Err(problem) => prop_assert!(!problem.lines(Lang::Ja).is_empty()),
            Ok((plan, _)) => {
                let mut image = empty;
                plan.writes.iter().for_each(|write| image.apply(write));
                let once = file(&image);
                let again = taken(&read(&once).map_err(|p| TestCaseError::fail(p.lines(Lang::En)))?, &Image::new(ConsoleId::new("c3")));
                prop_assert_eq!(file(&again), once);
                for id in image.incidents.keys() {
                    prop_assert!(!id.as_str().contains(['/', '.', '\\']));
                }
            }
        }
    }
}
