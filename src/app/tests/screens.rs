//! What the screens say.

use super::busy;
use crate::app::action::ACTIONS;
use crate::app::action::Action;
use crate::app::action::Scope;
use crate::app::availability::available;
use crate::app::effect::Effect;
use crate::app::form::Input;
use crate::app::model::Overlay;
use crate::app::testing::Desk;
use crate::app::testing::ME;
use crate::app::testing::World;
use crate::app::view;
use crate::app::view::Tone;
use crate::domain::decide::Command;
use crate::domain::event::Milestone;
use crate::domain::event::Phase;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::source::{Source, Via};
use crate::domain::sync::Settle;
use crate::domain::verb::Verb;
use crate::domain::words::Lang;
use chrono::TimeDelta;

#[test]
fn prompts_keep_their_slot_and_can_be_put_off() {
    let mut world = World::declared();
    world.later(1000);
    let mut desk = Desk::in_room(world);
    let before = desk.model.room.asks.clone();
    assert!(before.iter().all(Option::is_some));
    desk.keys("Alt-1");
    let after = desk.model.room.asks.clone();
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
    // Failed writes are more urgent, and still take nobody's place.
    desk.world.fail(3);
    desk.refresh();
    assert_eq!(desk.model.room.asks, after);
    desk.world.later(601);
    desk.refresh();
    assert_eq!(desk.model.room.asks[1..], before[1..]);
}

#[test]
fn who_may_not_is_told_before_anything_is_typed() {
    let mut world = busy();
    world.me = UserId::new("USATO");
    let mut desk = Desk::in_room(world);
    desk.keys("l");
    assert!(desk.model.overlays.is_empty());
    assert!(desk.said().contains("伊藤 commands"), "{}", desk.said());
    let rows = view::overlays::help(&desk.model);
    let level = rows.iter().find(|r| r.name == "level").expect("listed");
    assert_eq!(level.unavailable.as_deref(), Some("伊藤 commands"));
    let hints = view::footer::hints(&desk.model);
    assert!(hints.iter().all(|hint| hint.label != "level"));
    assert!(hints.iter().any(|hint| hint.label == "note"));
}

#[test]
fn an_incident_that_is_over_takes_no_acts_but_those_that_correct_it() {
    let mut world = busy();
    world.act(
        Command::Cancel {
            outcome: Phase::FalseAlarm,
            reason: "test".into(),
        },
        ME,
    );
    let mut desk = Desk::in_room(world);
    desk.keys("l");
    assert!(desk.said().contains("over"));
    for verb in [Verb::Note, Verb::Message, Verb::Milestone, Verb::Reopen] {
        assert!(available(Action::Do(verb), &desk.model).is_ok(), "{verb:?}");
    }
    desk.keys("O");
    desk.write("it is back");
    desk.keys("Ctrl-o");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, _, Command::Reopen(_))]
    ));
}

#[test]
fn a_failed_write_is_retried_at_once_and_given_up_only_after_a_question() {
    let mut world = busy();
    world.fail(41);
    let mut desk = Desk::in_room(world);
    desk.keys("1");
    assert!(matches!(
        desk.model.overlays.last(),
        Some(Overlay::Outbox(_))
    ));
    desk.keys("r");
    assert_eq!(desk.effects, [Effect::Settle(41, Settle::Retry)]);
    desk.effects.clear();
    desk.keys("x Enter");
    assert!(desk.effects.is_empty(), "starts on no");
    desk.keys("x Tab Enter");
    assert_eq!(desk.effects, [Effect::Settle(41, Settle::Drop)]);
}

#[test]
fn a_time_box_that_is_over_is_shown_asked_and_answered() {
    let mut world = busy();
    let boxed = world.incident().checklist().into_iter();
    let boxed = boxed
        .map(|c| c.item)
        .find(|i| i.time_box.is_some())
        .expect("one has");
    world.act(Command::Untick(boxed.id.clone()), ME);
    world.act(
        Command::Assign {
            item: boxed.id.clone(),
            user: Some(UserId::new("USATO")),
            due: None,
        },
        ME,
    );
    let minutes = i64::from(boxed.time_box.unwrap_or(0));
    world.later(minutes * 60 + 70);
    let mut desk = Desk::in_room(world);
    let first = view::header::promises(&desk.model)[0].clone();
    assert_eq!((first.left.as_str(), first.tone), ("+01:10", Tone::Overdue));
    assert_eq!(first.who.as_deref(), Some("Sato"));
    let slot = |desk: &Desk| {
        let asks = view::panes::asks(&desk.model).slots;
        let mut asks = asks.iter();
        let about = crate::app::ask::AskId::TimeBox(boxed.id.clone());
        let slot = asks.position(|a| a.as_ref().is_some_and(|(id, _)| *id == about));
        (slot.expect("asked") + 1).to_string()
    };
    // Its first answer is "done", its second five minutes more, from now: the time is over.
    let key = slot(&desk);
    desk.keys(&key);
    desk.keys("1");
    assert!(matches!(desk.acts().as_slice(), [(_, _, Command::Tick(id))] if *id == boxed.id));
    desk.model.saving.clear();
    desk.refresh();
    let key = slot(&desk);
    desk.keys(&key);
    desk.keys("2");
    let answers = desk.answer();
    assert!(
        answers.iter().all(Result::is_ok) && !answers.is_empty(),
        "{answers:?} {}",
        desk.said()
    );
    let left: Vec<String> = view::header::promises(&desk.model)
        .into_iter()
        .map(|promise| promise.left)
        .collect();
    assert!(
        left.contains(&"05:00".to_owned()),
        "it runs again: {left:?}"
    );
    // Taken back, it is over as it was.
    desk.keys("u");
    desk.answer();
    let due = |desk: &Desk| {
        let mut list = desk.world.incident().checklist().into_iter();
        list.find(|check| check.item.id == boxed.id)
            .and_then(|check| check.due)
    };
    let over = desk.model.now - TimeDelta::seconds(70);
    assert_eq!(due(&desk), Some(over), "{}", desk.said());
}

#[test]
fn replies_stand_under_their_parent_and_again_where_they_arrive_late() {
    let mut world = World::declared();
    let parent = world.say("UTANAKA", "who has the logs?");
    world.reply("USATO", "me", &parent);
    for n in 0..6 {
        world.say("USUZUKI", &format!("line {n}"));
    }
    world.reply("USATO", "uploaded", &parent);
    for n in 0..3 {
        world.say("monitor", &format!("error rate {n} %"));
    }
    let desk = Desk::in_room(world);
    let rows: Vec<String> = (0..view::channel::count(&desk.model))
        .filter_map(|n| view::channel::row(&desk.model, n))
        .map(|row| {
            let indent = if row.reply { "  " } else { "" };
            let about = row.about.map(|a| format!(" [{a}]")).unwrap_or_default();
            let folded = if row.folded > 0 {
                format!(" x{}", row.folded)
            } else {
                String::new()
            };
            format!("{indent}{}: {}{about}{folded}", row.author, row.text)
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    田中: who has the logs?
      Sato: me
      Sato: uploaded
    鈴木: line 0
    鈴木: line 1
    鈴木: line 2
    鈴木: line 3
    鈴木: line 4
    鈴木: line 5
    Sato: uploaded [re 田中: who has the logs?]
    monitor: error rate 2 % x3
    ");
}

#[test]
fn the_story_leaves_out_what_is_read_elsewhere_and_the_record_leaves_out_nothing() {
    let mut desk = Desk::in_room(busy());
    let texts = |desk: &Desk| -> Vec<String> {
        (0..view::timeline::count(&desk.model))
            .filter_map(|n| view::timeline::row(&desk.model, n))
            .map(|row| format!("{} {} {}", row.clock, row.kind, row.text))
            .collect()
    };
    insta::assert_snapshot!(texts(&desk).join("\n"), @r"
    14:00 declare Incident declared: Checkout fails for card payments, by 伊藤
    14:00 command 伊藤 takes command
    14:00 level Level set to High L2 by 伊藤
    14:00 check in 田中 checks in, task: roll back
    14:00 note first look
    ");
    let story = texts(&desk).len();
    desk.keys("A");
    assert!(texts(&desk).len() > story);
    assert_eq!(texts(&desk).len(), desk.world.incident().entries.len());
}

#[test]
fn the_header_says_how_bad_how_long_and_who() {
    let mut world = busy();
    world.act(
        Command::Milestone {
            milestone: Milestone::Started,
            time: world.now - TimeDelta::minutes(15),
            link: None,
        },
        ME,
    );
    world.later(2537);
    let mut desk = Desk::in_room(world);
    desk.model.lang = Lang::Ja;
    let header = view::header::header(&desk.model).expect("a room");
    assert_eq!(header.level.as_deref(), Some("重大 L2"));
    assert_eq!(
        header.elapsed[0],
        ("宣言から".to_owned(), "00:42:19".to_owned())
    );
    assert_eq!(header.elapsed[1].0, "発生から");
    assert_eq!(
        header.roles[0],
        ("指揮".to_owned(), Some("伊藤".to_owned()))
    );
    assert_eq!(header.link.text, "同期 0秒前");
    assert!(header.banner.is_empty() && header.counts.is_empty());
    assert!(header.clock.ends_with("JST"));
    desk.model.utc = true;
    assert!(view::header::wall_clock(&desk.model).ends_with("UTC"));
    desk.world.local = true;
    desk.refresh();
    let header = view::header::header(&desk.model).expect("a room");
    assert_eq!(header.banner[0].long, "この端末のみ・社内には届きません");
}

#[test]
fn the_footer_puts_first_what_the_room_needs_and_every_hint_works() {
    let desk = Desk::in_room(busy());
    let hints = view::footer::hints(&desk.model);
    let first: Vec<&str> = hints.iter().take(5).map(|h| h.label.as_str()).collect();
    assert_eq!(first, ["post", "help", "all", "note", "level"]);
    let screen = Scope::Room;
    for hint in &hints {
        let chord = crate::app::keymap::Chord::parse(&hint.key).expect("a key");
        let action = desk.model.keymap.action(chord, screen).expect("bound");
        assert_eq!(available(action, &desk.model), Ok(()), "{}", hint.label);
    }
}

#[test]
fn the_palette_shows_why_what_cannot_be_done_cannot() {
    let mut desk = Desk::in_room(busy());
    desk.keys("Ctrl-p");
    desk.write("resolve");
    let Some(Overlay::Palette(palette)) = desk.model.overlays.last() else {
        panic!("no palette");
    };
    let rows = view::overlays::palette(&desk.model, palette);
    let row = rows
        .iter()
        .find(|row| row.name == "resolve")
        .expect("found");
    assert!(
        row.unavailable
            .as_ref()
            .is_some_and(|why| why.contains("recovery"))
    );
    desk.model.overlays.clear();
    desk.keys(":");
    desk.write("ﾚﾍﾞﾙ");
    let Some(Overlay::Palette(palette)) = desk.model.overlays.last() else {
        panic!("no palette");
    };
    let best = view::overlays::chosen(&desk.model, palette);
    assert_eq!(best, Some(Action::Do(Verb::Level)));
}

#[test]
fn every_choice_says_itself_in_both_languages() {
    for row in ACTIONS {
        let Action::Do(verb) = row.action else {
            continue;
        };
        let desk = Desk::in_room(busy());
        let Ok(crate::app::form::Opening::Form(form)) = crate::app::form::open(&desk.model, verb)
        else {
            continue;
        };
        for field in &form.fields {
            assert!(
                !field.label.en.is_empty() && !field.label.ja.is_ascii(),
                "{}",
                field.key
            );
            if let Input::Choice(choice) = &field.input {
                for option in &choice.options {
                    let (en, ja) = (&option.label.en, &option.label.ja);
                    assert!(!en.is_empty() && !ja.is_empty(), "{}", field.key);
                }
            }
        }
    }
}

/// Red without `permalink` in `known`, `view/timeline.rs`, and without `who` beside the text.
#[test]
fn an_entry_says_when_who_what_kind_and_from_where() {
    let mut world = busy();
    world.address = Some(crate::app::snapshot::Address {
        workspace: "https://acme.slack.com/".into(),
        channel: ChannelId::new("C1"),
    });
    let said = world.say("UTANAKA", "canary is back");
    world.later(600);
    let me = UserId::new(ME);
    let pin = Command::Pin {
        ts: said,
        author: "田中".into(),
        excerpt: "canary is back".into(),
        evidence: true,
        by: me,
        pinned: true,
        files: vec![crate::domain::event::FileLink {
            name: "graph.png".into(),
            link: Some("https://acme.slack.com/files/U2/F1/graph.png".into()),
        }],
    };
    world.via = Some(Via {
        source: Source::Reaction,
        ts: None,
        name: Some("paperclip".into()),
    });
    world.act(pin, ME);
    world.via = Some(Via::subcommand(Some("alertmanager".into())));
    world.act(Command::Note("error rate 12 %".into()), ME);
    let desk = Desk::in_room(world);
    let rows: Vec<_> = (0..view::timeline::count(&desk.model))
        .filter_map(|n| view::timeline::row(&desk.model, n))
        .collect();
    let shown: Vec<String> = rows
        .iter()
        .map(|row| format!("{:?} {:?} {}", row.sign.unwrap_or(' '), row.who, row.text))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    ' ' "" Incident declared: Checkout fails for card payments, by 伊藤
    ' ' "" 伊藤 takes command
    ' ' "" Level set to High L2 by 伊藤
    ' ' "" 田中 checks in, task: roll back
    ' ' "Sato" first look
    ':' "" Evidence: "canary is back" 田中 [graph.png]
    '&' "伊藤" error rate 12 %
    "#);
    let full = |desk: &Desk, text: &str| {
        let row = rows.iter().find(|row| row.text.contains(text));
        view::timeline::full(&desk.model, &row.expect("a row").id).expect("an entry")
    };
    insta::assert_snapshot!(full(&desk, "canary"), @r#"
    When      14:00:03 JST
    Recorded  14:10:03 JST
    Who       伊藤
    Kind      pin
    Source    reaction in Slack :paperclip:
              https://acme.slack.com/archives/C1/p1795150803000000
    File      graph.png
              https://acme.slack.com/files/U2/F1/graph.png

    Evidence: "canary is back" 田中 [graph.png]
    "#);
    insta::assert_snapshot!(full(&desk, "error rate"), @r#"
    When    14:10:03 JST
    Who     伊藤
    Kind    note
    Source  integration: alertmanager

    Note, by 伊藤

    error rate 12 %
    "#);
    let mut desk = desk;
    desk.model.lang = Lang::Ja;
    insta::assert_snapshot!(full(&desk, "canary"), @r#"
    時刻      14:00:03 JST
    記録      14:10:03 JST
    誰が      伊藤
    種類      ピン留め
    記録元    Slack のリアクション :paperclip:
              https://acme.slack.com/archives/C1/p1795150803000000
    ファイル  graph.png
              https://acme.slack.com/files/U2/F1/graph.png

    証拠: 「canary is back」田中 [graph.png]
    "#);
}
