//! What is put off, dismissed, acknowledged and silenced at this console.

use super::busy;
use crate::app::ask::{self, AskId};
use crate::app::testing::{Desk, ME, World};
use crate::domain::decide::Command;

fn slots(desk: &Desk) -> Vec<AskId> {
    desk.model.room.asks.iter().flatten().cloned().collect()
}

#[test]
fn what_was_dismissed_stays_so_after_a_restart_and_what_was_put_off_comes_back() {
    let mut world = World::declared();
    world.later(400);
    let mut desk = Desk::in_room(world);
    let first = [AskId::Commander, AskId::Level, AskId::Situation];
    assert_eq!(slots(&desk), first);
    desk.keys("Alt-e");
    desk.keys("Alt-2");
    assert!(desk.said().contains("in 10 minutes"), "{}", desk.said());
    assert_eq!(slots(&desk), [AskId::Commander, AskId::Started]);
    // The console is left and started again.
    let mut world = desk.world;
    world.later(599);
    let desk = Desk::in_room(world);
    assert!(!slots(&desk).contains(&AskId::Situation));
    assert!(slots(&desk).contains(&AskId::Commander));
    let mut world = desk.world;
    world.later(7 * 24 * 3600);
    let desk = Desk::in_room(world);
    let asked = ask::wanted(&desk.model).into_iter().map(|p| p.about);
    let asked: Vec<AskId> = asked.collect();
    assert!(asked.contains(&AskId::Level), "{asked:?}");
    assert!(!asked.contains(&AskId::Situation), "{asked:?}");
}

#[test]
fn a_prompt_is_logged_as_shown_and_as_answered() {
    let mut world = World::declared();
    world.later(130);
    let (id, shown) = (world.id(), world.now);
    let mut desk = Desk::in_room(world);
    desk.world.later(20);
    desk.refresh();
    desk.paint();
    let mark = desk.world.marks[&id].mark("commander/1");
    assert_eq!((mark.shown, mark.answered), (Some(shown), None));
    desk.keys("1");
    let mark = desk.world.marks[&id].mark("commander/1");
    let now = desk.world.now;
    assert_eq!((mark.shown, mark.answered), (Some(shown), Some(now)));
}

#[test]
fn what_the_record_cannot_tell_goes_with_its_answer_and_not_with_a_form_that_was_left() {
    let mut world = busy();
    world.act(Command::Situation("cards fail".into()), ME);
    world.later(16 * 60);
    let mut desk = Desk::in_room(world);
    let slot = |desk: &Desk| {
        let asks = desk.model.room.asks.iter();
        asks.clone().position(|a| *a == Some(AskId::RecentChange))
    };
    // What stands before it is put away.
    while slot(&desk).is_none() {
        desk.keys("Alt-q");
    }
    let at = slot(&desk).expect("asked") + 1;
    desk.keys(&at.to_string());
    desk.keys("Esc");
    assert_eq!(slot(&desk), Some(at - 1), "left is not answered");
    desk.keys(&at.to_string());
    desk.write("deploy at 13:40, rolled back");
    desk.keys("Enter");
    let answers = desk.answer();
    assert!(matches!(answers.as_slice(), [Ok(_)]), "{answers:?}");
    assert_eq!(slot(&desk), None);
}

#[test]
fn after_five_times_the_commander_is_a_warning_that_cannot_be_dismissed() {
    let mut world = World::declared();
    world.later(11 * 60 + 59);
    let mut desk = Desk::in_room(world);
    assert_eq!(slots(&desk)[0], AskId::Commander);
    desk.keys("Alt-q");
    assert!(!slots(&desk).contains(&AskId::Commander));
    let before = slots(&desk);
    desk.world.later(1);
    desk.refresh();
    desk.paint();
    // It takes the place of the least wanted offer, and nothing else moves.
    let now = slots(&desk);
    let at = now.iter().position(|about| *about == AskId::Commander);
    let at = at.expect("it stands on the screen");
    let moved = before
        .iter()
        .zip(&now)
        .filter(|(before, now)| before != now);
    assert_eq!(moved.count(), 1, "{before:?} {now:?}");
    desk.keys(["Alt-q", "Alt-w", "Alt-e"][at]);
    assert!(desk.said().contains("stays"), "{}", desk.said());
    assert!(slots(&desk).contains(&AskId::Commander));
}

/// An item in somebody's hand for 65 seconds less than its time, with the timekeeper stopped.
fn boxed() -> World {
    let mut world = busy();
    world.act(Command::Timekeeper(0), ME);
    let item = world.incident().checklist().into_iter();
    let item = item
        .map(|c| c.item)
        .find(|i| i.time_box.is_some())
        .expect("one has");
    let minutes = i64::from(item.time_box.unwrap_or(0));
    world.act(Command::Untick(item.id.clone()), ME);
    world.act(
        Command::Assign {
            item: item.id,
            user: Some("USATO".into()),
            due: None,
        },
        ME,
    );
    world.later(minutes * 60 - 65);
    world
}

#[test]
fn a_key_is_about_the_timer_that_was_on_the_screen() {
    let mut desk = Desk::in_room(boxed());
    let due = ask::loudest(&desk.model).expect("near");
    let crate::domain::timer::Clock::Item(item) = due.what else {
        panic!("an item");
    };
    // Done by somebody else, and not drawn yet.
    desk.world.act(Command::Tick(item), "USATO");
    desk.refresh();
    desk.blind("f");
    let id = desk.world.id();
    let local = &desk.world.marks[&id];
    assert!(local.marks.values().all(|mark| mark.acknowledged.is_none()));
}
