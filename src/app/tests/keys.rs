//! Keys, pastes, clicks, and the selection they are about.

use super::busy;
use super::form_of;
use crate::app::action::ACTIONS;
use crate::app::action::Action;
use crate::app::availability::available;
use crate::app::effect::Effect;
use crate::app::form::Stop;
use crate::app::model::Overlay;
use crate::app::model::Pane;
use crate::app::model::RowId;
use crate::app::model::Screen;
use crate::app::model::Where;
use crate::app::msg::Msg;
use crate::app::msg::Target;
use crate::app::testing::Desk;
use crate::app::testing::ME;
use crate::app::testing::World;
use crate::app::view;
use crate::app::view::rows;
use crate::domain::decide::Command;
use crate::domain::ids::UserId;
use crate::domain::incident::ItemState;
use crate::domain::verb::Verb;

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
                // There is nothing to fill in, and they can be taken back.
                Verb::RollCall | Verb::Here => desk.acts().len() == 1,
                // It opens where it is written, which is not on this screen.
                Verb::PostMortem => {
                    let asked = |e: &Effect| matches!(e, Effect::PostMortem(_));
                    desk.effects.iter().any(asked)
                }
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
    let first = view::panes::asks(&desk.model).slots[0]
        .clone()
        .expect("a prompt");
    assert_eq!(first.0, crate::app::ask::AskId::Commander);
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
    assert_ne!(
        desk.model.room.asks[0],
        Some(crate::app::ask::AskId::Commander)
    );
    desk.blind("1");
    assert!(desk.model.overlays.is_empty(), "it was answered meanwhile");
    desk.paint();
    let asks = &desk.model.room.asks;
    let level = asks
        .iter()
        .position(|ask| *ask == Some(crate::app::ask::AskId::Level))
        .expect("asked");
    desk.keys(&(level + 1).to_string());
    assert_eq!(form_of(&desk.model), Some(Verb::Level));
}

/// Hangs on `why::NOTHING_SELECTED` of `Action::View` in `availability.rs`.
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

/// Hangs on `if model.home.selected.is_none()` in `update/mod.rs`.
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
