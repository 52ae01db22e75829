//! What is put off, dismissed, acknowledged and silenced at this console.

use super::busy;
use crate::app::ask;
use crate::app::testing::{Desk, ME, World};
use crate::domain::decide::Command;

fn slots(desk: &Desk) -> Vec<&str> {
    let asks = desk.model.room.asks.iter().flatten();
    asks.map(String::as_str).collect()
}

#[test]
fn what_was_dismissed_stays_so_after_a_restart_and_what_was_put_off_comes_back() {
    let mut world = World::declared();
    world.later(400);
    let mut desk = Desk::in_room(world);
    assert_eq!(slots(&desk), ["commander", "level", "situation"]);
    desk.keys("Alt-q");
    desk.keys("Alt-2");
    assert!(desk.said().contains("in 10 minutes"), "{}", desk.said());
    assert_eq!(slots(&desk), ["situation"]);
    // The console is left and started again.
    let mut world = desk.world;
    world.later(599);
    let desk = Desk::in_room(world);
    assert_eq!(slots(&desk), ["situation", "detected"]);
    let mut world = desk.world;
    world.later(1);
    let desk = Desk::in_room(world);
    assert_eq!(slots(&desk), ["level", "situation", "detected"]);
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
    assert_eq!(desk.world.marks[&id].mark("commander").shown, Some(shown));
    assert_eq!(desk.world.marks[&id].mark("commander").answered, None);
    desk.keys("1");
    let mark = desk.world.marks[&id].mark("commander");
    assert_eq!(mark.answered, Some(desk.world.now));
    assert_eq!(mark.shown, Some(shown));
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
    world.act(
        Command::Assign {
            item: item.id,
            user: Some("USATO".into()),
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
