use super::due::{Criterion, Rule, due};
use super::lint::lint;
use super::remind::{elsewhere, is_wanted, reminders};
use super::summary::{Voice, summary};
use super::{begins, holes, story};
use crate::domain::event::{About, Body, Milestone, Phase};
use crate::domain::ids::UserId;
use crate::domain::learn::Learnt;
use crate::domain::settings::Config;
use crate::domain::testing::{Scribe, at};
use crate::domain::watch::Rules;
use crate::domain::words::Lang;
use crate::domain::work::{Deed, Section, Sort, State};
use chrono::TimeDelta;
use std::collections::BTreeMap;

fn reached(several: Option<bool>, recurs: Option<bool>) -> Learnt {
    Learnt::Reached { several, recurs }
}

#[test]
fn a_post_mortem_is_due_when_two_of_three_hold() {
    let rule = Rule::default();
    let mut scribe = Scribe::declared();
    let judge = |scribe: &Scribe, minute| due(&scribe.incident, &rule, at(minute));
    // Nobody knows yet, and five minutes are not over.
    assert_eq!(judge(&scribe, 4).is_due(), None);
    assert_eq!(judge(&scribe, 4).unknown.len(), 3);
    // It goes on for longer: that alone is not enough.
    assert_eq!(judge(&scribe, 6).holds, [Criterion::Long]);
    assert_eq!(judge(&scribe, 6).is_due(), None);
    scribe.tell("U1", 5, Body::Recovered { time: at(5) }, None);
    assert_eq!(judge(&scribe, 600).holds, [], "exactly five minutes");
    assert_eq!(judge(&scribe, 600).is_due(), None);
    scribe
        .learn("U1", 7, reached(Some(true), None), None)
        .unwrap();
    assert_eq!(judge(&scribe, 600).is_due(), None);
    scribe
        .learn("U1", 8, reached(None, Some(false)), None)
        .unwrap();
    assert_eq!(judge(&scribe, 600).is_due(), Some(false), "one of three");
    scribe
        .learn("U1", 9, reached(None, Some(true)), None)
        .unwrap();
    assert_eq!(judge(&scribe, 600).is_due(), Some(true));
    let always = Rule {
        criteria: 0,
        ..rule
    };
    assert_eq!(
        due(&Scribe::declared().incident, &always, at(0)).is_due(),
        Some(true)
    );
}

#[test]
fn blame_is_named_with_its_line_and_plain_words_are_not() {
    let names = ["伊藤".to_owned(), "Emma".to_owned()];
    let found = |text: &str| -> Vec<(usize, String)> {
        let found = lint(text, &names).into_iter();
        found.map(|finding| (finding.line, finding.word)).collect()
    };
    assert_eq!(
        found("一行目\n伊藤さんのミスで止まった。"),
        [(2, "伊藤".to_owned())]
    );
    assert_eq!(
        found("Emma forgot to run the check."),
        [(1, "Emma".to_owned())]
    );
    assert_eq!(
        found("原因: ヒューマンエラー"),
        [(1, "ヒューマンエラー".to_owned())]
    );
    assert_eq!(found("- 確認を徹底する"), [(1, "徹底する".to_owned())]);
    assert_eq!(
        found("We shall be more careful"),
        [(1, "be more careful".to_owned())]
    );
    for fine in [
        "伊藤が切り戻した。エラーは減った。",
        "Emma rolled back. The default was wrong; the pool forgot its limit.",
        "> Emma: it was my mistake",
        "```\nEmma forgot\n```",
        "The fault tolerance of Emmanuel's code",
        "",
    ] {
        assert_eq!(found(fine), [], "{fine}");
    }
    for finding in lint("伊藤のミス", &names) {
        assert!(finding.why.en.contains("not who") && finding.why.ja.contains("仕組み"));
    }
}

#[test]
fn reminders_wait_for_working_hours_and_keep_their_number() {
    let mut scribe = Scribe::declared();
    scribe.tell("U1", 30, Body::Recovered { time: at(30) }, None);
    let due = at(2 * 24 * 60);
    let action = scribe.work(
        "U1",
        40,
        Deed::Opened {
            matter: Sort::Action,
            line: "alert on lag".into(),
            owner: Some(UserId::new("U2")),
            due: Some(due),
            risk: None,
        },
    );
    let config = Config::default();
    let rules = Rules {
        config: &config,
        offset: &|_| 0,
    };
    let last = BTreeMap::new();
    let about = |scribe: &Scribe, minute: i64| -> Vec<About> {
        let due = reminders(&scribe.incident, &rules, &last, at(minute));
        due.into_iter().map(|reminder| reminder.about).collect()
    };
    assert_eq!(about(&scribe, 60), []);
    // at(0) is Wednesday, 08:26 UTC: a day later it is before nine.
    assert_eq!(about(&scribe, 24 * 60 + 31), []);
    assert_eq!(about(&scribe, 24 * 60 + 34), [About::Unresolved]);
    let named = |minute: i64| reminders(&scribe.incident, &rules, &last, at(minute));
    let on_friday = named(2 * 24 * 60 + 60);
    assert_eq!(on_friday[1].about, About::Actions);
    // Seen on Saturday it is the same one, to be said on Monday at nine.
    let on_saturday = named(3 * 24 * 60);
    assert_eq!(on_saturday[1].number, on_friday[1].number);
    let monday = at(5 * 24 * 60 + 34) - TimeDelta::seconds(40);
    assert!(
        (on_saturday[1].at - monday).abs() < TimeDelta::minutes(1),
        "{}",
        on_saturday[1].at
    );
    // A week later it is another.
    let later = named(9 * 24 * 60 + 60);
    let actions = later.iter().find(|r| r.about == About::Actions).unwrap();
    assert_ne!(actions.number, on_friday[1].number);
    let settled = Deed::Settled {
        matter: action,
        state: State::Done,
        line: None,
        owner: None,
        due: None,
    };
    scribe.work("U2", 9 * 24 * 60, settled);
    assert!(!about(&scribe, 9 * 24 * 60 + 60).contains(&About::Actions));
}

/// Turns red without `is_side_exit` in `timers` (src/domain/timer.rs).
#[test]
fn what_was_called_off_is_asked_about_until_it_is_archived() {
    let config = Config::default();
    let rules = Rules {
        config: &config,
        offset: &|_| 0,
    };
    let asked = |scribe: &Scribe, day: i64| {
        let due = reminders(
            &scribe.incident,
            &rules,
            &BTreeMap::new(),
            at(day * 24 * 60),
        );
        due.into_iter().map(|due| due.about).collect::<Vec<_>>()
    };
    for outcome in [Phase::Cancelled, Phase::FalseAlarm, Phase::NearMiss] {
        let mut scribe = Scribe::declared();
        let reason = "x".to_owned();
        scribe.tell("U1", 5, Body::Cancelled { outcome, reason }, None);
        assert_eq!(asked(&scribe, 6), []);
        assert_eq!(asked(&scribe, 9), [About::Silent]);
        assert_eq!(scribe.incident.end(), outcome);
        scribe.tell("U1", 9 * 24 * 60, Body::Archived {}, None);
        assert_eq!(asked(&scribe, 60), []);
        assert_eq!(scribe.incident.end(), outcome, "archived or not");
    }
    let mut resolved = Scribe::declared();
    let body = Body::Resolved {
        reason: None,
        missing: Vec::new(),
    };
    resolved.tell("U1", 5, body, None);
    assert_eq!(asked(&resolved, 60), []);
}

#[test]
fn each_time_at_which_action_items_come_due_is_said_once() {
    let mut scribe = Scribe::declared();
    let config = Config::default();
    let rules = Rules {
        config: &config,
        offset: &|_| 0,
    };
    let day = |day: i64| at(day * 24 * 60);
    let mut open = |due: i64| {
        scribe.work(
            "U1",
            40,
            Deed::Opened {
                matter: Sort::Action,
                line: "alert on lag".into(),
                owner: Some(UserId::new("U2")),
                due: Some(day(due)),
                risk: None,
            },
        )
    };
    let (first, _) = (open(2), open(7));
    let due = |scribe: &Scribe, now: i64| elsewhere(&scribe.incident, &rules, day(now));
    assert_eq!(due(&scribe, 1), None);
    let friday = due(&scribe, 2).unwrap();
    // Weeks do not make it another one, but the next item does.
    assert_eq!(due(&scribe, 6).unwrap().number, friday.number);
    let second = due(&scribe, 8).unwrap();
    assert!(second.number > friday.number);
    assert_eq!(due(&scribe, 30).unwrap().number, second.number);
    assert_eq!(due(&scribe, 38), None, "long ago: on the board alone");
    // On Saturday it waits for Monday at nine.
    let saturday = due(&scribe, 3).unwrap();
    assert!(saturday.at > day(5) && saturday.number == friday.number);
    assert!(is_wanted(&scribe.incident, friday.number));
    let settled = Deed::Settled {
        matter: first,
        state: State::Done,
        line: None,
        owner: None,
        due: None,
    };
    scribe.work("U2", 60, settled);
    assert!(!is_wanted(&scribe.incident, friday.number));
}

#[test]
fn a_summary_says_what_the_record_says() {
    let mut scribe = Scribe::declared();
    scribe.tell("U1", 1, Body::Situation {}, Some("cards fail"));
    scribe.reach(-10, Milestone::Started);
    let task = scribe.work(
        "U1",
        2,
        Deed::Opened {
            matter: Sort::Task,
            line: "roll back 812".into(),
            owner: Some(UserId::new("U2")),
            due: None,
            risk: None,
        },
    );
    let settled = Deed::Settled {
        matter: task,
        state: State::Done,
        line: Some("errors fell".into()),
        owner: None,
        due: None,
    };
    scribe.work("U2", 9, settled);
    scribe.tell("U1", 20, Body::Recovered { time: at(20) }, None);
    let voice = Voice {
        name: &|user| user.to_string(),
        plain: &|text| text.to_owned(),
        clock: &|time| format!("+{}", (time - at(0)).num_minutes()),
    };
    let said = summary(&scribe.incident, Lang::En, &voice).join("\n");
    insta::assert_snapshot!(said, @r"
    t
    Level not set · recovered
    Situation: cards fail
    Impact: not written
    - +2 roll back 812 (U2) → errors fell
    started +-10 · responded +0 · recovered +20
    time to fix 20 min · time to restore 30 min
    ");
    scribe.work(
        "U1",
        30,
        Deed::Written {
            section: Section::Summary,
        },
    );
    let said = summary(&scribe.incident, Lang::Ja, &voice).join("\n");
    assert!(said.contains("状況: text"), "{said}");
}

#[test]
fn a_hole_is_what_nobody_told() {
    let mut scribe = Scribe::declared();
    scribe.reach(-5, Milestone::Detected);
    scribe.note("U1", 10, "looking");
    scribe.note("U1", 80, "found it");
    let limit = TimeDelta::minutes(30);
    let found = holes(&scribe.incident, limit, at(90));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].from, found[0].to), (at(10), at(80)));
    assert_eq!(holes(&scribe.incident, TimeDelta::zero(), at(90)), []);
    assert_eq!(story(&scribe.incident).len(), 4);
    // Until somebody noticed, somebody has to say why: one line is enough, however long it was.
    scribe.reach(-240, Milestone::Started);
    let found = holes(&scribe.incident, limit, at(90));
    assert_eq!((found[0].from, found[0].to), (at(-240), at(-5)));
    assert_eq!(found.len(), 2);
    let why = Learnt::Noted { time: at(-200) };
    scribe
        .learn("U1", 95, why, Some("nothing watched the queue"))
        .unwrap();
    let found = holes(&scribe.incident, limit, at(90));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].from, at(10));
    // Set to a time after it was noticed, the start is not when the story begins.
    scribe.reach(30, Milestone::Started);
    assert_eq!(begins(&scribe.incident).unwrap().0, Milestone::Detected);
}

/// Red without the arm of `is_administration` in `is_told`, `story.rs`.
#[test]
fn what_keeps_the_record_in_order_is_in_the_record_alone() {
    let mut scribe = Scribe::declared();
    scribe.reach(0, Milestone::Detected);
    let told = story(&scribe.incident).len();
    let kept = [
        Learnt::Tagged {
            tag: "dns".into(),
            off: false,
        },
        reached(Some(true), None),
        Learnt::Drafted {
            version: 1,
            gaps: 0,
            digest: "00".into(),
            place: None,
        },
        Learnt::Assessed {
            user: UserId::new("U1"),
            answers: Vec::new(),
            line: Some("well".into()),
        },
    ];
    let entries = scribe.incident.entries.len();
    for (minute, learnt) in (40..).zip(kept) {
        scribe.learn("U1", minute, learnt, None).unwrap();
    }
    let section = Section::Impact;
    scribe.work("U1", 50, Deed::Written { section });
    assert_eq!(scribe.incident.entries.len(), entries + 5);
    assert_eq!(story(&scribe.incident).len(), told);
    // Nor does it account for what happened meanwhile.
    let limit = TimeDelta::minutes(60);
    assert_eq!(holes(&scribe.incident, limit, at(90)).len(), 1);
    // What somebody kept as evidence happened.
    let evidence = Learnt::Evidence {
        link: "https://example.com/g".into(),
        line: None,
        file: None,
    };
    scribe.learn("U1", 51, evidence, None).unwrap();
    assert_eq!(story(&scribe.incident).len(), told + 1);
}
