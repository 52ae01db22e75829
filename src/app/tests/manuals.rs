//! The link to the manual follows level and kind.

use crate::app::form::preview;
use crate::app::resolve;
use crate::app::testing::{Desk, ME, World};
use crate::app::view::{briefing, panes};
use crate::domain::event::Kind;

const OUTAGE: &str = "https://example.com/outage";
const SECURITY: &str = "https://example.com/security";
const SEVERE: &str = "https://example.com/severe";

fn world() -> World {
    let mut world = World::declared();
    world.config.manual.outage = OUTAGE.to_owned();
    world.config.manual.security = SECURITY.to_owned();
    world.config.levels[0].manual = SEVERE.to_owned();
    world
}

fn shown(world: &World) -> Option<String> {
    panes::manual(&Desk::in_room(world.clone()).model, 80)
}

#[test]
fn the_manual_shown_is_the_levels_else_the_kinds() {
    let mut world = world();
    assert_eq!(shown(&world), Some(format!("Manual: {OUTAGE}")));
    world.level("1");
    assert_eq!(shown(&world), Some(format!("Manual: {SEVERE}")));
    world.level("3");
    assert_eq!(shown(&world), Some(format!("Manual: {OUTAGE}")));
    let lists = crate::domain::checklists::Checklists::shipped().expect("whole");
    let kind = resolve::kind(&world.config, &lists, world.incident(), Kind::Security);
    world.act(kind, ME);
    assert_eq!(shown(&world), Some(format!("Manual: {SECURITY}")));
    // It is in the record: a console without this configuration shows the same.
    world.config.manual = Default::default();
    assert_eq!(shown(&world), Some(format!("Manual: {SECURITY}")));
    let desk = Desk::in_room(world);
    let told = briefing(&desk.model).expect("a room");
    assert!(told.contains(&format!("Manual: {SECURITY}")), "{told}");
}

#[test]
fn without_a_manual_there_is_no_empty_line() {
    let world = World::declared();
    assert_eq!(shown(&world), None);
    let told = briefing(&Desk::in_room(world).model).expect("a room");
    assert!(!told.contains("Manual"), "{told}");
}

#[test]
fn choosing_a_level_shows_its_manual() {
    let mut desk = Desk::in_room(world());
    desk.keys("l");
    let form = desk.model.form().expect("open");
    let crate::app::form::Input::Choice(choice) = &form.fields[0].input else {
        panic!("{form:?}");
    };
    let detail = choice.options[0].detail.as_ref().expect("a detail");
    assert!(detail.en.contains(SEVERE), "{detail:?}");
    assert!(!preview(form, &desk.model).is_empty());
    let sheet = crate::app::calls::sheet(&desk.world.config, None, desk.model.lang);
    for link in [OUTAGE, SECURITY, SEVERE] {
        assert!(sheet.contains(link), "{sheet}");
    }
}
