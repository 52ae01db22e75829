//! Leaving as the last console, the call sheet, the briefing.

use super::busy;
use crate::app::effect::Effect;
use crate::app::model::Overlay;
use crate::app::testing::{Desk, World};
use crate::app::view::overlays::left_alone;
use crate::domain::settings::Contact;
use chrono::TimeDelta;
use std::sync::Arc;

fn leaving(change: impl FnOnce(&mut crate::app::snapshot::Snapshot)) -> Desk {
    let mut desk = Desk::in_room(busy());
    change(Arc::make_mut(&mut desk.model.snapshot));
    desk.keys("Ctrl-c");
    desk
}

#[test]
fn the_last_console_of_an_open_incident_may_leave_a_peer_behind() {
    let mut desk = leaving(|_| {});
    assert!(left_alone(&desk.model).is_some());
    desk.keys("b");
    assert_eq!(desk.effects, [Effect::LeavePeer]);
    assert!(!desk.model.quitting, "it stays if that fails");
    let mut desk = leaving(|_| {});
    desk.keys("Ctrl-c");
    assert_eq!(desk.effects, [Effect::Quit]);
}

#[test]
fn nothing_is_said_where_somebody_else_speaks_or_nothing_is_open() {
    let now = Desk::in_room(busy()).model.now;
    type Change = Box<dyn FnOnce(&mut crate::app::snapshot::Snapshot)>;
    let changes: [(&str, Change); 4] = [
        ("another process", Box::new(|s| s.follows = true)),
        (
            "another console",
            Box::new(move |s| s.other_heard = Some(now - TimeDelta::minutes(9))),
        ),
        (
            "a drill",
            Box::new(|s| s.incidents.iter_mut().for_each(|i| i.drill = true)),
        ),
        ("nothing", Box::new(|s| s.incidents.clear())),
    ];
    for (what, change) in changes {
        let mut desk = leaving(change);
        assert_eq!(left_alone(&desk.model), None, "{what}");
        desk.keys("b");
        assert!(desk.effects.is_empty(), "{what}");
    }
    let silent = leaving(|s| s.other_heard = Some(now - TimeDelta::minutes(11)));
    assert!(left_alone(&silent.model).is_some());
}

#[test]
fn the_call_sheet_opens_before_anything_was_read() {
    let mut world = World::new();
    world.config.contacts.push(Contact {
        name: "Ito".to_owned(),
        phone: "+81 90 0000 0001".to_owned(),
        ..Contact::default()
    });
    let mut desk = Desk::at_home(world);
    desk.keys("!");
    let Some(Overlay::LongText(text)) = desk.model.overlays.last() else {
        unreachable!("{:?}", desk.model.overlays)
    };
    assert!(text.text.contains("+81 90 0000 0001"), "{}", text.text);
    desk.keys("!");
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn the_briefing_is_copied_in_the_incidents_language() {
    let mut desk = Desk::in_room(busy());
    desk.keys("y");
    let [Effect::Copy(text)] = desk.effects.as_slice() else {
        unreachable!("{:?}", desk.effects)
    };
    insta::assert_snapshot!(text, @"
    Checkout fails for card payments  #other-20261120i
    Level High L2 · temperature not set · phase declared
    Commander 伊藤
    responded 14:00 · assembled 14:00
    Checklist 1/23

    Lately
      14:00  Incident declared: Checkout fails for card payments, by 伊藤
      14:00  伊藤 takes command
      14:00  Level set to High L2 by 伊藤
      14:00  田中 checks in, task: roll back
      14:00  Note, by Sato: first look

    As of 2026-11-20 14:00 JST
    ");
}
