//! The program driven by its keys: what they do, and above all what they must not do.

use super::action::{ACTIONS, Action, Scope};
use super::availability::available;
use super::effect::Effect;
use super::form::{Input, Stop};
use super::model::{Model, Overlay, Pane, RowId, Screen, Where};
use super::msg::{Msg, Target};
use super::testing::{Desk, ME, World};
use super::view::{self, Tone, rows};
use crate::domain::decide::Command;
use crate::domain::event::{Kind, Milestone, Phase};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::ItemState;
use crate::domain::problem::Problem;
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use chrono::TimeDelta;

/// A room with most of what there can be: level, checklist, talk, people.
fn busy() -> World {
    let mut world = World::declared();
    world.act(
        Command::Commander {
            user: Some(UserId::new(ME)),
            reason: None,
        },
        ME,
    );
    world.level("2");
    world.act(
        Command::CheckIn {
            user: UserId::new("UTANAKA"),
            role: None,
            task: Some("roll back".into()),
        },
        "UTANAKA",
    );
    world.act(Command::Note("first look".into()), "USATO");
    world.say("UTANAKA", "canary is back");
    world.say("USATO", "42 tickets");
    world
}

fn form_of(model: &Model) -> Option<Verb> {
    match model.overlays.last() {
        Some(Overlay::Form(form)) => Some(form.verb),
        _ => None,
    }
}

#[test]
fn every_verb_that_is_available_opens_by_its_key_and_from_the_palette() {
    let desk = Desk::in_room(busy());
    let mut opened = 0;
    for row in ACTIONS {
        let Action::Do(verb) = row.action else {
            continue;
        };
        if available(row.action, &desk.model).is_err() {
            continue;
        }
        opened += 1;
        let key = desk.model.keymap.shown(row.action).expect("a key");
        for way in ["key", "palette"] {
            let mut desk = Desk::in_room(busy());
            if way == "key" {
                desk.keys(&key.to_string());
            } else {
                desk.keys(":");
                desk.write(row.name());
                desk.keys("Enter");
            }
            let open = match verb {
                Verb::Message => desk.model.composer.active,
                _ => form_of(&desk.model) == Some(verb),
            };
            assert!(open, "{} by {way}: {}", row.name(), desk.said());
            assert!(
                desk.acts().is_empty(),
                "{}: nothing was filled in",
                row.name()
            );
        }
    }
    assert!(opened >= 18, "{opened}");
}

#[test]
fn every_form_of_a_public_or_final_act_starts_away_from_its_button_and_names_its_target() {
    for key in ["d", "l", "r", "x", "D"] {
        let mut desk = Desk::in_room(busy());
        desk.keys(key);
        let model = &desk.model;
        let form = model.form().expect("a form");
        assert!(form.confirm.is_some() && form.at != Stop::Go, "{key}");
        let said = super::form::preview(form, model).join("\n");
        assert!(said.contains('#'), "{key}: {said}");
        if form.verb != Verb::Declare {
            assert!(said.contains("Checkout fails"), "{key}: {said}");
        }
    }
}

#[test]
fn no_enter_y_or_space_confirms() {
    for (open, filled) in [("r", ""), ("D", ""), ("l", "2"), ("x", "near")] {
        let mut desk = Desk::in_room(busy());
        desk.keys(open);
        desk.write(filled);
        for mash in ["y", "Y", "Enter", "y", "Enter", "Enter", "y", "Enter"] {
            desk.keys(mash);
        }
        desk.write("   ");
        // Once the form is left, they are a message.
        let acts = desk.acts();
        let said = |command: &Command| matches!(command, Command::Message { .. });
        assert!(
            acts.iter().all(|(.., command)| said(command)),
            "{open}: {acts:?}"
        );
    }
}

#[test]
fn a_public_act_goes_through_by_its_button_or_its_letter() {
    let mut desk = Desk::in_room(busy());
    desk.keys("l");
    desk.write("1");
    desk.keys("Tab Tab Enter");
    let acts = desk.acts();
    let [(_, Some(id), Command::Level(plan))] = acts.as_slice() else {
        panic!("one act: {acts:?}");
    };
    assert_eq!((id, plan.level.id.as_str()), (&desk.world.id(), "1"));

    let mut desk = Desk::in_room(busy());
    desk.keys("r Ctrl-r");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, _, Command::Recover(Some(_)))]
    ));
    let mut desk = Desk::in_room(busy());
    desk.keys("r Ctrl-l");
    assert!(desk.acts().is_empty(), "another act's letter");
}

#[test]
fn keys_typed_before_a_form_was_painted_are_not_for_it() {
    let mut desk = Desk::in_room(busy());
    // A hand that goes on typing what it takes for a message.
    desk.blind("r Ctrl-r Tab Tab Enter");
    assert!(desk.acts().is_empty());
    let form = desk.model.form().expect("still there");
    assert_eq!(form.at, Stop::Field(0));
    assert_eq!(form.value("time"), "now");
    desk.paint();
    desk.keys("Ctrl-r");
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn a_digit_answers_what_was_painted_when_it_was_pressed() {
    let mut world = World::declared();
    world.later(180);
    let mut desk = Desk::in_room(world);
    let first = view::panes::asks(&desk.model)[0].clone().expect("a prompt");
    assert_eq!(first.0, super::ask::AskId::Commander);
    // Command is taken, another prompt moves up; the screen still shows the old one.
    desk.world.act(
        Command::Commander {
            user: Some(UserId::new(ME)),
            reason: None,
        },
        ME,
    );
    desk.world.later(300);
    desk.refresh();
    assert_ne!(desk.model.room.asks[0], Some(super::ask::AskId::Commander));
    desk.blind("1");
    assert!(desk.model.overlays.is_empty(), "it was answered meanwhile");
    desk.paint();
    let asks = &desk.model.room.asks;
    let level = asks
        .iter()
        .position(|ask| *ask == Some(super::ask::AskId::Level))
        .expect("asked");
    desk.keys(&(level + 1).to_string());
    assert_eq!(form_of(&desk.model), Some(Verb::Level));
}

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
fn nothing_acts_with_nothing_selected() {
    let mut desk = Desk::in_room(busy());
    for pane in ["4", "5", "6", "7", "8"] {
        desk.keys(pane);
        for key in ["P", "Alt-p", "e", "v", "Y", "Space"] {
            desk.keys(key);
            assert!(desk.acts().is_empty(), "{pane} {key}");
            let picks =
                matches!(desk.model.overlays.last(), Some(Overlay::Form(form)) if form.is_pick());
            assert!(
                picks || !desk.said().is_empty(),
                "{pane} {key} said nothing"
            );
            desk.model.toasts.clear();
            desk.model.overlays.clear();
        }
    }
}

#[test]
fn space_ticks_the_selected_item_and_a_second_press_undoes_nothing() {
    let mut desk = Desk::in_room(busy());
    desk.keys("6 j j Space");
    let list = desk.world.incident().checklist();
    let wanted = list[1].item.id.clone();
    let row = view::panes::checklist(&desk.model)[1].clone();
    assert!(row.mark.is_some(), "marked as being saved");
    desk.keys("Space");
    assert!(desk.said().contains("being saved"));
    assert_eq!(desk.effects.len(), 1);
    desk.answer();
    let list = desk.world.incident().checklist();
    assert_eq!(
        (&list[1].item.id, list[1].state),
        (&wanted, ItemState::Done)
    );
    assert!(desk.model.saving.is_empty());
    desk.keys("Space");
    assert!(desk.acts().is_empty());
    desk.keys("U");
    assert!(matches!(desk.acts().as_slice(), [(_, _, Command::Untick(id))] if *id == wanted));
}

#[test]
fn a_refresh_never_moves_the_selection() {
    let mut desk = Desk::in_room(busy());
    desk.keys("5 k");
    let selected = desk.model.room.channel.selected.clone();
    assert!(selected.is_some());
    desk.world.say("USUZUKI", "and one more");
    desk.world.act(Command::Note("later".into()), ME);
    desk.refresh();
    assert_eq!(desk.model.room.channel.selected, selected);
    // Items of another level: the selected one stays, by id.
    desk.keys("6 j j j");
    let item = desk.model.room.checklist.selected.clone();
    desk.world.level("3");
    desk.refresh();
    let still = desk.model.room.checklist.selected.clone();
    assert!(still == item || still.is_none(), "never a neighbour");
    // At home a new incident arrives above.
    desk.keys("Esc Esc");
    let selected = desk.model.home.selected.clone();
    desk.world.declare("another");
    desk.refresh();
    assert_eq!(desk.model.home.selected, selected);
    assert_eq!(
        rows::position(&desk.model, Where::Home, &selected.expect("one")),
        Some(1)
    );
}

#[test]
fn a_message_that_goes_leaves_no_selection_behind() {
    let mut desk = Desk::in_room(busy());
    desk.keys("5 k");
    desk.world.talk.pop();
    desk.refresh();
    assert_eq!(desk.model.room.channel.selected, None);
    desk.keys("P");
    assert!(desk.acts().is_empty());
    assert!(desk.said().contains("select a message"));
}

#[test]
fn a_form_acts_on_the_incident_it_was_opened_on() {
    let mut desk = Desk::in_room(busy());
    let first = desk.world.id();
    desk.keys("n");
    desk.write("about the first");
    desk.world.declare("another");
    desk.refresh();
    desk.keys("Enter");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, Some(id), Command::Note(text))] if *id == first && text == "about the first"
    ));
}

#[test]
fn a_paste_runs_nothing_and_goes_to_the_composer() {
    let mut desk = Desk::in_room(busy());
    desk.send(Msg::Paste("r\nd\nCtrl-c\n\u{3}Dx".into()));
    assert!(desk.effects.is_empty() && desk.model.overlays.is_empty());
    assert!(desk.model.composer.active);
    assert_eq!(desk.model.composer.edit.text(), "r\nd\nCtrl-c\nDx");
    // In a form it goes into the field, as one line where that is one.
    let mut desk = Desk::in_room(busy());
    desk.keys("+");
    desk.send(Msg::Paste("call\nthe bank\n".into()));
    assert!(desk.effects.is_empty());
    assert_eq!(
        desk.model.form().expect("open").value("text"),
        "call the bank"
    );
    // And on a button nowhere.
    let mut desk = Desk::in_room(busy());
    desk.keys("D");
    desk.send(Msg::Paste("y\n".into()));
    assert!(desk.effects.is_empty() && desk.said().contains("nothing here"));
}

#[test]
fn kana_runs_nothing_goes_to_the_composer_and_is_told_once() {
    let mut desk = Desk::in_room(busy());
    desk.write("れべる3");
    assert!(desk.effects.is_empty() && desk.model.overlays.is_empty());
    assert_eq!(desk.model.composer.edit.text(), "れべる3");
    assert!(desk.said().contains("Japanese input is on"));
    desk.model.toasts.clear();
    desk.keys("Esc");
    desk.write("障害");
    assert_eq!(desk.said(), "");
    assert_eq!(desk.model.composer.edit.text(), "れべる3障害");
    // Full-width letters are the keys they look like.
    let mut desk = Desk::in_room(busy());
    desk.write("ｎ");
    assert_eq!(form_of(&desk.model), Some(Verb::Note));
    let mut desk = Desk::at_home(World::declared());
    desk.write("あ");
    assert!(desk.effects.is_empty() && desk.said().contains("takes text"));
}

#[test]
fn input_owns_the_keys_and_only_quit_and_help_pass() {
    let mut desk = Desk::in_room(busy());
    desk.keys("i");
    desk.write("level d q ?:123");
    assert_eq!(desk.model.composer.edit.text(), "level d q ?:123");
    assert!(desk.effects.is_empty() && desk.model.overlays.is_empty());
    desk.keys("F1");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Help(_))));
    desk.keys("Esc Ctrl-c");
    assert!(matches!(
        desk.model.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    desk.keys("Enter");
    assert!(desk.effects.is_empty(), "starts on no");
    assert_eq!(desk.model.composer.edit.text(), "level d q ?:123");
    desk.keys("Ctrl-c Tab Enter");
    assert_eq!(desk.effects, [Effect::Quit]);
    assert!(desk.model.quitting);
}

#[test]
fn a_refused_form_keeps_its_text_and_says_why() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("cause found");
    desk.keys("Enter");
    let acts = desk.acts();
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::refused(Text::fixed(
            "The disk is full.",
            "空きがありません。",
        ))),
    });
    let form = desk.model.form().expect("stays");
    assert_eq!(form.value("text"), "cause found");
    assert!(form.problem.is_some() && form.waits.is_none());
    assert!(desk.said().contains("disk is full"));
    assert!(desk.model.saving.is_empty());
    desk.paint();
    desk.keys("Enter");
    assert_eq!(desk.acts().len(), 1, "the same text goes again");
}

#[test]
fn a_refused_message_comes_back_before_what_was_written_since() {
    let mut desk = Desk::in_room(busy());
    desk.keys("i");
    desk.write("first");
    desk.keys("Enter");
    desk.write("second");
    let acts = desk.acts();
    assert_eq!(view::channel::count(&desk.model), 3, "echoed at once");
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::failed(Text::fixed("no", "不可"))),
    });
    assert_eq!(desk.model.composer.edit.text(), "first\nsecond");
}

#[test]
fn what_was_typed_into_a_form_that_was_left_is_there_again() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("half a thought");
    desk.keys("Esc n");
    assert_eq!(
        desk.model.form().expect("open").value("text"),
        "half a thought"
    );
    desk.keys("Enter");
    desk.answer();
    desk.keys("n");
    assert_eq!(
        desk.model.form().expect("open").value("text"),
        "",
        "sent is sent"
    );
}

#[test]
fn an_act_is_marked_as_being_saved_until_its_record_is_there() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("cause found");
    let before = view::timeline::count(&desk.model);
    desk.keys("Enter");
    assert_eq!(view::timeline::count(&desk.model), before + 1);
    let last = |desk: &Desk| {
        let at = view::timeline::count(&desk.model) - 1;
        view::timeline::row(&desk.model, at).expect("a row")
    };
    assert_eq!(
        last(&desk).mark.map(|m| m.text).as_deref(),
        Some("(saving)")
    );
    assert_eq!(
        view::header::header(&desk.model).expect("a room").counts[0].text,
        "1 saving"
    );
    // A disk that hangs is told, and stops nobody.
    desk.send(Msg::Tick(desk.world.now + TimeDelta::seconds(7)));
    assert_eq!(last(&desk).mark.map(|m| m.tone), Some(Tone::Overdue));
    desk.answer();
    assert_eq!(view::timeline::count(&desk.model), before + 1);
    assert_eq!(last(&desk).mark, None);
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn declaring_opens_the_room_and_asks_for_what_is_missing() {
    let mut desk = Desk::at_home(World::new());
    desk.keys("d Tab Tab Ctrl-d");
    let form = desk.model.form().expect("stays");
    assert_eq!(form.at, Stop::Field(1), "the title is missing");
    assert!(form.fields[1].problem.is_some() && desk.acts().is_empty());
    desk.write("決済が失敗する");
    desk.keys("Tab");
    desk.write("sec");
    let private = |desk: &Desk| desk.model.form().is_some_and(|form| form.flag("private"));
    assert!(private(&desk), "as configured for its kind");
    let said = super::form::preview(desk.model.form().expect("open"), &desk.model).join("\n");
    assert!(
        said.contains("Announced nowhere") && said.contains("#sec-20261120-1400"),
        "{said}"
    );
    desk.keys("Tab");
    desk.write("red");
    desk.keys("Tab Tab");
    desk.write("13:45");
    let form = desk.model.form().expect("open");
    let understood = form.field("started").and_then(|f| f.understood.clone());
    assert_eq!(understood.expect("read").en, "13:45 JST (15m ago)");
    desk.keys("Ctrl-d");
    let acts = desk.acts();
    let [(ticket, None, Command::Declare(made))] = acts.as_slice() else {
        panic!("{acts:?}");
    };
    assert_eq!((made.kind, made.private), (Kind::Security, true));
    assert_eq!(
        made.temperature.as_ref().map(|t| t.id.as_str()),
        Some("red")
    );
    assert_eq!(made.started, Some(desk.world.now - TimeDelta::minutes(15)));
    let id = desk.world.declare("決済が失敗する");
    desk.refresh();
    desk.send(Msg::Acted {
        ticket: *ticket,
        result: Ok(id.clone()),
    });
    assert_eq!(desk.model.screen, Screen::Room(id.clone()));
    assert_eq!(desk.effects, [Effect::Focus(Some(id))]);
    assert!(desk.model.overlays.is_empty());
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
fn who_sits_here_is_asked_first_and_nothing_is_done_as_nobody() {
    let mut world = World::declared();
    world.me = UserId::default();
    let mut desk = Desk::at_home(world);
    assert!(matches!(
        desk.model.overlays.last(),
        Some(Overlay::WhoAreYou(_))
    ));
    desk.keys("Enter");
    assert!(desk.effects.is_empty(), "nobody was pointed at");
    desk.keys("Esc d");
    assert!(desk.model.overlays.is_empty() && desk.said().contains("who you are"));
    desk.keys("W");
    desk.write("tana");
    desk.keys("Enter");
    assert_eq!(desk.effects, [Effect::SetMe(UserId::new("UTANAKA"))]);
}

#[test]
fn the_selected_message_is_pinned_and_replied_to() {
    let mut desk = Desk::in_room(busy());
    let ts = desk.world.talk[1].ts.clone();
    desk.keys("5 k P");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, _, Command::Pin { ts: at, pinned: true, .. })] if *at == ts
    ));
    desk.keys("e");
    assert_eq!(
        desk.model.composer.reply.as_ref().map(|r| r.thread.clone()),
        Some(ts.clone())
    );
    desk.write("thanks");
    desk.keys("Enter");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, _, Command::Message { thread: Some(at), .. })] if *at == ts
    ));
}

#[test]
fn a_room_is_found_again_as_it_was_left() {
    let mut desk = Desk::in_room(busy());
    desk.keys("6 j i");
    desk.write("unsent");
    desk.keys("Esc");
    let room = desk.model.room.clone();
    desk.keys("q");
    assert_eq!(desk.model.screen, Screen::Home);
    desk.keys("Enter");
    assert_eq!(desk.model.composer.edit.text(), "unsent");
    assert_eq!(desk.model.room.checklist, room.checklist);
    assert_eq!(desk.model.room.pane(), Pane::Checklist);
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
    assert_eq!(desk.effects, [Effect::Retry(41)]);
    desk.effects.clear();
    desk.keys("x Enter");
    assert!(desk.effects.is_empty(), "starts on no");
    desk.keys("x Tab Enter");
    assert_eq!(desk.effects, [Effect::Drop(41)]);
}

#[test]
fn a_time_box_that_is_over_is_shown_asked_and_answered() {
    let mut world = busy();
    let boxed = world.incident().checklist().into_iter();
    let boxed = boxed
        .map(|c| c.item)
        .find(|i| i.time_box.is_some())
        .expect("one has");
    world.act(
        Command::Assign {
            item: boxed.id.clone(),
            user: Some(UserId::new("USATO")),
        },
        ME,
    );
    let minutes = i64::from(boxed.time_box.unwrap_or(0));
    world.later(minutes * 60 + 70);
    let mut desk = Desk::in_room(world);
    let first = view::header::promises(&desk.model)[0].clone();
    assert_eq!((first.left.as_str(), first.tone), ("+01:10", Tone::Overdue));
    assert_eq!(first.who.as_deref(), Some("Sato"));
    let asks = view::panes::asks(&desk.model);
    let slot = asks
        .iter()
        .position(|a| matches!(a, Some((super::ask::AskId::TimeBox(id), _)) if *id == boxed.id))
        .expect("asked");
    desk.keys(&(slot + 1).to_string());
    // Its first answer is "done".
    desk.keys("1");
    assert!(matches!(desk.acts().as_slice(), [(_, _, Command::Tick(id))] if *id == boxed.id));
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
    14:00 level Level set to 2 High by 伊藤
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
    assert_eq!(header.level.as_deref(), Some("2 重大"));
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
    assert_eq!(header.banner, ["この端末のみ・社内には届きません"]);
}

#[test]
fn the_footer_puts_first_what_the_room_needs_and_every_hint_works() {
    let desk = Desk::in_room(busy());
    let hints = view::footer::hints(&desk.model);
    let first: Vec<&str> = hints.iter().take(5).map(|h| h.label.as_str()).collect();
    assert_eq!(first, ["post", "help", "all", "note", "level"]);
    let screen = Scope::Room;
    for hint in &hints {
        let chord = super::keymap::Chord::parse(&hint.key).expect("a key");
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
fn a_click_selects_and_never_acts() {
    let mut desk = Desk::in_room(busy());
    let item = desk.world.incident().checklist()[2].item.id.clone();
    let row = RowId::Item(item);
    desk.send(Msg::Click {
        at: Target::Row(Where::Pane(Pane::Checklist), row.clone()),
        double: false,
    });
    assert_eq!(desk.model.room.checklist.selected, Some(row.clone()));
    assert_eq!(desk.model.room.pane(), Pane::Checklist);
    assert!(desk.effects.is_empty());
    desk.keys("r");
    desk.send(Msg::Click {
        at: Target::Row(Where::Pane(Pane::Checklist), RowId::Item("other".into())),
        double: true,
    });
    assert_eq!(
        desk.model.room.checklist.selected,
        Some(row),
        "under a form"
    );
}

#[test]
fn the_end_of_the_channel_is_followed_until_something_is_selected() {
    let mut desk = Desk::in_room(busy());
    desk.keys("5");
    assert_eq!(desk.model.room.channel.selected, None);
    desk.keys("j");
    assert_eq!(
        desk.model.room.channel.selected, None,
        "there is nothing below"
    );
    desk.keys("k k");
    let up = rows::position(
        &desk.model,
        Where::Pane(Pane::Channel),
        &desk.model.room.channel.selected.clone().expect("one"),
    );
    assert_eq!(up, Some(0));
    desk.keys("G");
    assert_eq!(desk.model.room.channel.selected, None);
}

#[test]
fn leaving_while_it_is_saved_loses_nothing() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("kept");
    desk.keys("Enter Esc");
    assert!(desk.model.overlays.is_empty());
    let acts = desk.acts();
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::failed(Text::fixed("no", "不可"))),
    });
    desk.keys("n");
    assert_eq!(desk.model.form().expect("open").value("text"), "kept");
    // An answer to nothing is nothing.
    desk.send(Msg::Acted {
        ticket: super::model::Ticket(999),
        result: Ok(IncidentId::new("i0")),
    });
}

#[test]
fn an_act_carries_where_it_is_heard_and_a_private_one_is_heard_nowhere() {
    for (private, wanted) in [(false, vec!["#dev".to_owned()]), (true, Vec::new())] {
        let mut world = busy();
        world.private = private;
        let mut desk = Desk::in_room(world);
        desk.keys("l");
        desk.write("1");
        desk.keys("Ctrl-l");
        let [Effect::Act { outlets, .. }] = desk.effects.as_slice() else {
            panic!("{:?}", desk.effects);
        };
        assert_eq!(outlets.broadcast, wanted);
    }
}

/// A cat on the keyboard: nothing public happens but by its letter or its button, what is selected
/// exists, and nothing falls over.
#[test]
fn whatever_is_typed_the_public_acts_need_their_button() {
    let letters: Vec<String> = (33..127u8).map(|b| char::from(b).to_string()).collect();
    let named = [
        "Enter",
        "Tab",
        "Shift-Tab",
        "Esc",
        "Space",
        "Up",
        "Down",
        "Left",
        "Right",
        "PageUp",
        "PageDown",
        "Home",
        "End",
        "Backspace",
        "Delete",
        "F1",
        "F3",
        "F4",
        "F5",
        "F9",
        "Alt-1",
        "Alt-p",
        "Ctrl-p",
        "Ctrl-u",
        "Ctrl-l",
        "Ctrl-r",
        "Ctrl-d",
        "Ctrl-s",
        "Ctrl-j",
    ];
    let mut public = 0;
    for seed in 0..60 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = busy();
        world.fail(seed + 1);
        let mut desk = Desk::in_room(world);
        for _ in 0..250 {
            let key = if rng.bool() {
                rng.choice(&letters).expect("some").clone()
            } else {
                (*rng.choice(named).expect("some")).to_owned()
            };
            let before = desk
                .model
                .form()
                .map(|form| (form.verb, form.at, form.confirm));
            desk.effects.clear();
            desk.blind(&key);
            for (_, incident, command) in desk.acts() {
                if !command.verb().row().confirm {
                    continue;
                }
                public += 1;
                let (verb, at, confirm) = before.expect("a form was open");
                let letter = confirm.map(|c| format!("Ctrl-{}", c.letter));
                let by_letter = letter.as_deref() == Some(key.as_str());
                assert!(
                    by_letter || (key == "Enter" && at == Stop::Go),
                    "{seed} {key}"
                );
                assert_eq!(
                    (verb, incident.is_some()),
                    (command.verb(), verb != Verb::Declare)
                );
            }
            match rng.u8(..10) {
                0 => {
                    let text = ["ok", "更新"][rng.usize(..2)];
                    desk.world.say("USATO", text);
                    desk.refresh();
                }
                1 => {
                    desk.world.later(40);
                    desk.refresh();
                }
                _ => {}
            }
            if rng.u8(..4) > 0 {
                desk.paint();
            }
            for pane in Pane::ALL {
                let list = Where::Pane(pane);
                let selected = desk.model.room.list(pane).selected.clone();
                if let Some(id) = selected.filter(|id| !matches!(id, RowId::Line(_))) {
                    assert!(rows::position(&desk.model, list, &id).is_some(), "{pane:?}");
                }
                view::panes::title(&desk.model, pane);
            }
            view::footer::hints(&desk.model);
            if desk.model.quitting {
                break;
            }
        }
    }
    assert!(
        public > 0,
        "the cat never met a button: the test says nothing"
    );
}

#[test]
fn every_choice_says_itself_in_both_languages() {
    for row in ACTIONS {
        let Action::Do(verb) = row.action else {
            continue;
        };
        let desk = Desk::in_room(busy());
        let Ok(super::form::Opening::Form(form)) = super::form::open(&desk.model, verb) else {
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
