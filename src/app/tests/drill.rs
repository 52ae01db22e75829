//! A drill on the screen: what its panels hear, and what the first row says.

use crate::app::drill::{self, Expected, Panel, SURPRISE, View};
use crate::app::effect::Effect;
use crate::app::model::Overlay;
use crate::app::msg::Msg;
use crate::app::testing::{Desk, World};
use crate::app::view::header;
use crate::domain::verb::Verb;
use crate::drill::scenario::Secs;
use crate::drill::score::Line;
use std::sync::Arc;

fn shown(desk: &Desk) -> Option<&Panel> {
    desk.model
        .overlays
        .iter()
        .find_map(|overlay| match overlay {
            Overlay::Drill(panel) => Some(panel),
            _ => None,
        })
}

#[test]
fn keys_typed_before_the_room_is_there_go_nowhere() {
    let mut desk = Desk::at_home(World::new());
    desk.send(Msg::Drill(Arc::new(View::default())));
    desk.keys("Enter");
    assert!(matches!(
        desk.effects.as_slice(),
        [.., Effect::Drill(drill::Wish::Begin)]
    ));
    desk.keys("d i x");
    assert!(desk.model.form().is_none() && !desk.model.composer.active);
    assert!(matches!(shown(&desk), Some(Panel::Opening)));
    let mut world = World::declared();
    let id = world.id();
    desk.send(Msg::Snapshot(world.snapshot(Some(&id))));
    desk.send(Msg::Drill(Arc::new(View {
        begun: true,
        incident: Some(id.clone()),
        ..View::default()
    })));
    assert_eq!(desk.model.room_id(), Some(&id));
    assert!(shown(&desk).is_none());
}

/// Hangs on `SURPRISE` in update/drill.rs.
#[test]
fn keys_typed_as_the_debrief_appears_are_not_for_it() {
    let mut desk = Desk::at_home(World::new());
    let over = View {
        begun: true,
        debrief: Some("# over".to_owned()),
        ..View::default()
    };
    desk.send(Msg::Drill(Arc::new(over)));
    desk.model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Drill(Panel::Briefing(_))));
    let top = |desk: &Desk| match shown(desk) {
        Some(Panel::Debrief(top, _)) => Some(*top),
        _ => None,
    };
    desk.keys("j j q");
    assert_eq!(top(&desk), Some(0));
    let later = desk.model.now + SURPRISE;
    desk.send(Msg::Tick(later));
    desk.keys("j");
    assert_eq!(top(&desk), Some(1));
    desk.keys("q");
    assert_eq!(top(&desk), None);
}

#[test]
fn where_the_course_is_does_not_give_way() {
    let mut desk = Desk::in_room(World::declared());
    let line = Line {
        act: "decision".to_owned(),
        weight: 1,
        due: Some(360),
        at: None,
        points: 0.0,
    };
    desk.send(Msg::Drill(Arc::new(View {
        begun: true,
        coach: true,
        minutes: 10,
        speed: 1,
        expected: vec![Expected {
            text: "Decide on the roll-back (D1)".to_owned(),
            verb: Some(Verb::Settle),
            line,
            from: Some(Secs(0)),
            last: Some(Secs(480)),
        }],
        ..View::default()
    })));
    let marks = header::banner(&desk.model, None);
    // With every mark at its shortest both are still there; by when gives way.
    let short: Vec<&str> = marks.iter().map(|mark| mark.short.as_str()).collect();
    assert!(short[0].contains("[K]"), "{short:?}");
    assert!(short[1].contains("Decide on the roll-back (D1)") && !short[1].contains("6:00"));
    assert!(marks[1].long.contains("by 6:00"));
}

/// Hangs on `writes` in update/drill.rs.
#[test]
fn a_debrief_waits_for_what_is_being_written() {
    let mut desk = Desk::in_room(World::declared());
    let view = |over: bool| View {
        begun: true,
        debrief: over.then(|| "# over".to_owned()),
        ..View::default()
    };
    desk.send(Msg::Drill(Arc::new(view(false))));
    desk.keys("Esc n");
    desk.write("half a no");
    desk.send(Msg::Drill(Arc::new(view(true))));
    assert!(shown(&desk).is_none(), "the form stays");
    desk.write("te");
    let form = desk.model.form().expect("still there");
    assert_eq!(form.value("text"), "half a note");
    assert!(desk.said().contains("The drill is over"), "{}", desk.said());
    desk.keys("Esc");
    assert!(matches!(shown(&desk), Some(Panel::Debrief(..))));
}

#[test]
fn where_nothing_is_due_the_coach_says_so_and_what_is_late_stands_as_late() {
    let act = |from, due, last| Expected {
        text: "Decide".to_owned(),
        verb: Some(Verb::Settle),
        line: Line {
            act: "decision".to_owned(),
            weight: 1,
            due: Some(due),
            at: None,
            points: 0.0,
        },
        from: Some(Secs(from)),
        last: Some(Secs(last)),
    };
    let said = |at: u32| {
        let view = View {
            begun: true,
            coach: true,
            at: Secs(at),
            expected: vec![act(100, 200, 300)],
            ..View::default()
        };
        let keymap = crate::app::keymap::Keymap::shipped().expect("whole");
        drill::hint(&view, &keymap, crate::domain::words::Lang::En)
    };
    assert!(
        said(50)
            .expect("said")
            .0
            .contains("nothing to do right now")
    );
    assert_eq!(said(150).expect("said").1, "by 3:20");
    assert_eq!(said(250).expect("said").1, "was due 3:20");
    assert_eq!(said(350), None);
}
