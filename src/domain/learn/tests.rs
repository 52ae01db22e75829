use super::*;
use crate::domain::event::{Body, Milestone};
use crate::domain::record;
use crate::domain::testing::{Scribe, at};
use crate::domain::text::clean_line;
use crate::domain::words::Lang;
use crate::domain::work::{Deed, Sort};

fn tag(tag: &str, off: bool) -> Learnt {
    Learnt::Tagged {
        tag: tag.to_owned(),
        off,
    }
}

#[test]
fn every_kind_is_written_as_it_will_always_be() {
    let id = || EventId::new("e1");
    let all = [
        tag("dns", false),
        tag("dns", true),
        Learnt::Evidence {
            link: "https://example.com/g".into(),
            line: Some("graph".into()),
            file: None,
        },
        Learnt::Noted { time: at(0) },
        Learnt::Corrected {
            event: id(),
            time: None,
        },
        Learnt::Corrected {
            event: id(),
            time: Some(at(1)),
        },
        Learnt::Reached {
            several: Some(true),
            recurs: None,
        },
        Learnt::Drafted {
            version: 2,
            gaps: 3,
            digest: "00ff".into(),
            place: Some("2026-11-18-shop.md".into()),
        },
        Learnt::Assessed {
            user: UserId::new("U1"),
            answers: vec![Answer {
                question: Named {
                    id: "sharing".into(),
                    name: "情報共有".into(),
                },
                level: 2,
            }],
            line: None,
        },
        Learnt::Tracked {
            matter: id(),
            link: "https://example.com/1".into(),
        },
    ];
    let written: Vec<String> = all
        .iter()
        .map(|learnt| {
            let body = Body::Learnt(learnt.clone());
            let text = serde_json::to_string(&body).expect("writable");
            let read: Body = serde_json::from_str(&text).expect("readable");
            assert_eq!(read, body, "{text}");
            text
        })
        .collect();
    insta::assert_snapshot!(written.join("\n"), @r#"
    {"kind":"tagged","tag":"dns"}
    {"kind":"tagged","tag":"dns","off":true}
    {"kind":"evidence","link":"https://example.com/g","line":"graph"}
    {"kind":"noted","time":1794990400000}
    {"kind":"corrected","event":"e1"}
    {"kind":"corrected","event":"e1","time":1794990460000}
    {"kind":"reached","several":true}
    {"kind":"drafted","version":2,"gaps":3,"digest":"00ff","place":"2026-11-18-shop.md"}
    {"kind":"assessed","user":"U1","answers":[{"question":{"id":"sharing","name":"情報共有"},"level":2}]}
    {"kind":"tracked","matter":"e1","link":"https://example.com/1"}
    "#);
}

#[test]
fn a_tag_is_one_however_it_is_typed_and_comes_off_again() {
    let mut scribe = Scribe::declared();
    scribe
        .learn("U2", 5, tag(" #DNS  Cache", false), None)
        .unwrap();
    assert!(scribe.incident.lessons.tags.contains("DNS-Cache"));
    assert!(
        scribe
            .learn("U3", 6, tag("dns cache", false), None)
            .is_err()
    );
    // Width is no difference either: it is shown as whoever came first wrote it.
    for (first, again) in [("ＤＮＳ", "dns"), ("ｷｬｯｼｭ", "キャッシュ")] {
        let mut scribe = Scribe::declared();
        scribe.learn("U2", 5, tag(first, false), None).unwrap();
        assert!(scribe.learn("U3", 6, tag(again, false), None).is_err());
        let shown = scribe.incident.lessons.tags.first().unwrap();
        assert_eq!(*shown, clean_line(first), "as it was written");
        scribe.learn("U3", 7, tag(again, true), None).unwrap();
        assert!(scribe.incident.lessons.tags.is_empty(), "{first}");
    }
    assert!(scribe.learn("U3", 6, tag("other", true), None).is_err());
    scribe.learn("U3", 7, tag("dns-cache", true), None).unwrap();
    assert!(scribe.incident.lessons.tags.is_empty());
    assert!(scribe.learn("U3", 7, tag(" # ", false), None).is_err());
    let long = "x".repeat(41);
    assert!(scribe.learn("U3", 7, tag(&long, false), None).is_err());
}

#[test]
fn a_correction_stands_in_the_story_and_the_record_keeps_what_was_said() {
    let mut scribe = Scribe::declared();
    let first = scribe.note("U2", 10, "db1 is down");
    scribe.note("U2", 20, "db1 is back");
    let fix = |event: &EventId, time| Learnt::Corrected {
        event: event.clone(),
        time,
    };
    let other = scribe.learn("U3", 30, fix(&first, None), Some("db2 was down"));
    assert!(other.is_err(), "it is not theirs");
    let late = Some(at(25));
    scribe
        .learn("U2", 30, fix(&first, late), Some("db2 was down"))
        .unwrap();
    let story = record::story(&scribe.incident);
    let told: Vec<(i64, &str)> = story
        .iter()
        .filter_map(|line| {
            let corrected = line.correction.map(|c| c.text.as_str());
            let text = corrected.or(line.entry.text.as_deref())?;
            Some(((line.at - at(0)).num_minutes(), text))
        })
        .collect();
    assert_eq!(told, [(20, "db1 is back"), (25, "db2 was down")]);
    let entries = &scribe.incident.entries;
    let kept = entries.iter().find(|entry| entry.id == first).unwrap();
    assert_eq!(kept.text.as_deref(), Some("db1 is down"));
    assert_eq!(kept.at, at(10));
    let ahead = scribe.learn("U2", 30, fix(&first, Some(at(90))), Some("x"));
    assert!(ahead.is_err(), "ahead");
    let declaration = scribe.incident.entries[0].id.clone();
    assert!(
        scribe
            .learn("U1", 31, fix(&declaration, None), Some("x"))
            .is_err()
    );
}

#[test]
fn a_line_about_a_time_stands_at_that_time_and_fills_a_hole() {
    let mut scribe = Scribe::declared();
    scribe.reach(0, Milestone::Detected);
    scribe.reach(100, Milestone::Recovered);
    let limit = chrono::TimeDelta::minutes(60);
    let holes = |scribe: &Scribe| record::holes(&scribe.incident, limit, at(200));
    assert_eq!(holes(&scribe).len(), 1);
    let noted = Learnt::Noted { time: at(50) };
    scribe
        .learn("U2", 150, noted, Some("the vendor restarted it"))
        .unwrap();
    assert_eq!(holes(&scribe), []);
    let told = record::story(&scribe.incident);
    assert!(told.iter().any(|line| line.at == at(50)));
}

#[test]
fn what_is_taken_back_is_told_no_more() {
    let mut scribe = Scribe::declared();
    let evidence = Learnt::Evidence {
        link: "https://example.com/graph".into(),
        line: None,
        file: None,
    };
    assert!(
        scribe
            .learn(
                "U2",
                5,
                Learnt::Evidence {
                    link: "graph.png".into(),
                    line: None,
                    file: None
                },
                None
            )
            .is_err()
    );
    let id = scribe.learn("U2", 5, evidence, None).unwrap();
    let tells = |scribe: &Scribe| {
        let story = record::story(&scribe.incident);
        story.iter().any(|line| line.entry.id == id)
    };
    assert!(tells(&scribe));
    scribe.work("U2", 6, Deed::Retracted { event: id.clone() });
    assert!(!tells(&scribe));
}

#[test]
fn versions_of_the_post_mortem_only_go_up_and_gaps_hold_the_review() {
    let mut scribe = Scribe::declared();
    let drafted = |version, gaps| Learnt::Drafted {
        version,
        gaps,
        digest: "00".into(),
        place: None,
    };
    scribe.learn("U2", 5, drafted(1, 4), None).unwrap();
    assert!(
        scribe.learn("U3", 6, drafted(1, 0), None).is_err(),
        "unseen"
    );
    let review = |scribe: &Scribe, link: Option<&str>, drill: bool| {
        let by = UserId::new("U1");
        let mut asked = crate::domain::testing::asked(&by, at(7));
        asked.gate.drill = drill;
        let link = link.map(str::to_owned);
        let deed = Deed::Reviewed { link };
        crate::domain::work::check(&scribe.incident, &deed, None, &asked).is_ok()
    };
    assert!(!review(&scribe, None, false), "gaps");
    // One that is kept elsewhere has a link, and a drill has none at all.
    assert!(review(&scribe, Some("https://example.com/9"), false));
    assert!(!review(&scribe, Some("in the wiki"), false));
    assert!(review(&scribe, None, true));
    assert!(!review(&Scribe::declared(), None, false), "none is written");
    scribe.learn("U3", 8, drafted(2, 0), None).unwrap();
    assert!(review(&scribe, None, false));
}

#[test]
fn an_action_item_is_tracked_and_nothing_else() {
    let mut scribe = Scribe::declared();
    let open = |sort| Deed::Opened {
        matter: sort,
        line: "alert on replication lag".into(),
        owner: None,
        due: None,
        risk: None,
    };
    let action = scribe.work("U1", 5, open(Sort::Action));
    let need = scribe.work("U1", 5, open(Sort::Need));
    let track = |matter: &EventId| Learnt::Tracked {
        matter: matter.clone(),
        link: "https://example.com/1".into(),
    };
    scribe.learn("U1", 6, track(&action), None).unwrap();
    assert!(scribe.learn("U1", 6, track(&need), None).is_err());
    let said = sentence(
        &track(&action),
        &UserId::new("U1"),
        &scribe.incident,
        Lang::Ja,
    );
    let said = crate::domain::sentence::plain(
        &said,
        |u| u.to_string(),
        &crate::domain::sentence::Clocks {
            time: &|_| String::new(),
            day: &|_| String::new(),
        },
    );
    assert!(
        said.starts_with("A1 alert on replication lag: https"),
        "{said}"
    );
}

#[test]
fn answers_are_levels_from_one_to_three() {
    let mut scribe = Scribe::declared();
    let assessed = |level| Learnt::Assessed {
        user: UserId::new("U2"),
        answers: vec![Answer {
            question: Named {
                id: "sharing".into(),
                name: "Sharing".into(),
            },
            level,
        }],
        line: None,
    };
    for level in [0, 4] {
        assert!(scribe.learn("U2", 9, assessed(level), None).is_err());
    }
    scribe.learn("U2", 9, assessed(3), None).unwrap();
    scribe.learn("U2", 9, assessed(1), None).unwrap();
    let kept = &scribe.incident.lessons.assessments[&UserId::new("U2")];
    assert_eq!(kept.answers[0].level, 1, "the last word counts");
}
