//! An outage that is for few: what is read before it is confirmed, and how it is marked after.

use super::{busy, form_of};
use crate::app::form::preview;
use crate::app::testing::{Desk, ME, World};
use crate::app::view::header::header;
use crate::app::view::{briefing, home};
use crate::domain::sync::Went;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use crate::domain::work::Deed;

fn went(count: usize) -> World {
    let mut world = busy();
    let out = |n: usize| Went {
        what: Text::fixed("the declaration", "宣言"),
        to: format!("#room-{n}"),
    };
    world.went = (0..count).map(out).collect();
    world
}

fn read_before(world: World) -> Vec<String> {
    let mut desk = Desk::in_room(world);
    desk.keys(": r e s t r i c t Enter");
    assert_eq!(
        form_of(&desk.model),
        Some(Verb::Restrict),
        "{}",
        desk.said()
    );
    let form = desk.model.form().expect("open");
    preview(form, &desk.model)
}

#[test]
fn what_already_went_out_is_read_before_it_is_confirmed() {
    let lines = read_before(went(8));
    let at = lines
        .iter()
        .position(|line| line == "What already went out while it was public:");
    let at = at.unwrap_or_else(|| panic!("{lines:#?}"));
    assert_eq!(lines[at + 1], "- the declaration → #room-0");
    assert_eq!(lines[at + 7], "- and 2 more");
    let none = read_before(went(0)).join("\n");
    assert!(none.contains("Nothing is known to have left"), "{none}");
}

#[test]
fn afterwards_room_board_and_briefing_are_marked() {
    let mut world = busy();
    let plain = Desk::in_room(world.clone());
    let banner = |desk: &Desk| {
        let header = header(&desk.model).expect("a room");
        let marks = header.banner.into_iter().map(|mark| mark.long);
        marks.collect::<Vec<_>>().join(" ")
    };
    assert!(!banner(&plain).contains("RESTRICTED"), "{}", banner(&plain));
    let told = briefing(&plain.model).expect("a room");
    assert!(!told.contains("do not pass on"), "{told}");
    world.act(Deed::Restricted {}.into(), ME);
    let desk = Desk::in_room(world.clone());
    assert!(banner(&desk).contains("RESTRICTED"), "{}", banner(&desk));
    let told = briefing(&desk.model).expect("a room");
    assert!(told.starts_with("[PRIVATE: do not pass on] "), "{told}");
    let model = Desk::at_home(world).model;
    let marks = home::row(&model, home::order(&model)[0]).marks;
    assert!(marks.contains(&"RESTRICTED".to_owned()), "{marks:?}");
}
