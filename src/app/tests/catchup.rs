//! What changed while somebody looked elsewhere.

use super::busy;
use crate::app::model::Overlay;
use crate::app::msg::Msg;
use crate::app::testing::{Desk, ME};
use crate::domain::decide::Command;
use crate::domain::event::Phase;
use crate::domain::ids::UserId;
use crate::domain::words::Lang;

/// The five lines.
fn told(desk: &mut Desk) -> Vec<String> {
    desk.keys("S");
    let Some(Overlay::LongText(text)) = desk.model.overlays.last().cloned() else {
        panic!("a text is open");
    };
    desk.keys("S");
    assert!(desk.model.overlays.is_empty(), "the same key closes it");
    let lines: Vec<String> = text.text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 5);
    lines
}

fn much_happens(desk: &mut Desk) {
    let world = &mut desk.world;
    world.later(60);
    world.level("1");
    world.act(Command::Phase(Phase::Fixing), ME);
    let sato = UserId::new("USATO");
    world.act(
        Command::CheckIn {
            user: sato.clone(),
            role: None,
            task: None,
        },
        "USATO",
    );
    world.act(Command::Situation("cards fail, wallets work".into()), ME);
    world.act(
        Command::Commander {
            user: Some(sato),
            reason: Some("asleep".into()),
        },
        ME,
    );
    let item = world.incident().checklist()[0].item.id.clone();
    world.act(Command::Tick(item), "USATO");
    world.say("UTANAKA", "canary is back");
    world.say("USUZUKI", "lag is gone");
    world.later(60);
    desk.refresh();
}

#[test]
fn what_came_while_the_window_had_no_focus_is_told_in_five_lines() {
    let mut desk = Desk::in_room(busy());
    desk.world.later(30);
    desk.refresh();
    desk.send(Msg::Focus(false));
    much_happens(&mut desk);
    desk.send(Msg::Focus(true));
    desk.paint();
    assert!(
        desk.said().contains("new since you looked: S"),
        "{}",
        desk.said()
    );
    let lines = told(&mut desk);
    for (line, wanted) in lines.iter().zip([
        ["level High L2", "Critical L1"],
        ["伊藤 > Sato", ""],
        ["cards fail, wallets work", "伊藤"],
        ["1 done", ""],
        ["Sato joined", "2 messages of 2 people"],
    ]) {
        assert!(wanted.iter().all(|part| line.contains(part)), "{line}");
    }
    // It can be read again: the absence is still the last one.
    assert_eq!(told(&mut desk), lines);
    desk.model.lang = Lang::Ja;
    let ja = told(&mut desk);
    assert!(
        ja[4].contains("Sato が参加") && ja[0].contains('1'),
        "{ja:?}"
    );
}

#[test]
fn who_typed_nothing_for_long_was_away_and_who_did_was_not() {
    let mut desk = Desk::in_room(busy());
    desk.world.later(30);
    desk.refresh();
    desk.keys("4");
    desk.world.later(100);
    desk.refresh();
    desk.keys("5");
    let away = desk.model.looked.values().next().and_then(|l| l.away);
    assert_eq!(away, None, "a hundred seconds of reading are no absence");
    much_happens(&mut desk);
    desk.keys("4");
    assert!(desk.said().contains("new since"), "{}", desk.said());
    assert!(told(&mut desk)[1].contains("Sato"));
}

#[test]
fn where_nothing_changed_the_lines_say_how_things_are() {
    let mut desk = Desk::in_room(busy());
    desk.world.later(30);
    desk.refresh();
    desk.send(Msg::Focus(false));
    desk.world.later(600);
    desk.refresh();
    desk.send(Msg::Focus(true));
    desk.paint();
    assert!(!desk.said().contains("new since"), "{}", desk.said());
    let lines = told(&mut desk);
    assert!(lines[0].contains("(unchanged)"), "{}", lines[0]);
    assert!(lines[1].contains("伊藤 (unchanged)"), "{}", lines[1]);
    assert!(lines[2..].iter().all(|line| line.contains("nothing new")));
}

#[test]
fn another_room_has_its_own_absence() {
    let mut desk = Desk::in_room(busy());
    desk.world.later(30);
    desk.refresh();
    desk.keys("Esc");
    much_happens(&mut desk);
    desk.keys("Enter");
    desk.refresh();
    assert!(told(&mut desk)[1].contains("Sato"));
}

#[test]
fn what_came_while_the_console_was_not_running_is_told_after_a_restart() {
    let mut desk = Desk::in_room(busy());
    desk.world.later(300);
    desk.refresh();
    desk.keys("j");
    desk.refresh();
    let seen = desk.world.now;
    much_happens(&mut desk);
    // Another run on the same data directory.
    let again = Desk::in_room(desk.world.clone());
    let since = crate::app::catchup::since(&again.model).expect("a time");
    assert!(
        seen - since < chrono::TimeDelta::minutes(1),
        "{since} {seen}"
    );
    let mut again = again;
    let lines = told(&mut again);
    assert!(lines[0].contains("fixing"), "{lines:?}");
    // It was never looked at elsewhere: there everything is news.
    desk.world.marks.clear();
    let fresh = Desk::in_room(desk.world.clone());
    let declared = desk.world.incident().declared;
    assert_eq!(crate::app::catchup::since(&fresh.model), declared);
}
