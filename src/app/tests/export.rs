//! The record is exported by a key, as it is seen on the screen.

use super::busy;
use crate::app::action::Action;
use crate::app::availability::available;
use crate::app::effect::Effect;
use crate::app::testing::Desk;
use crate::domain::settings::Zone;

#[test]
fn its_key_asks_for_the_incident_of_the_room_in_the_zone_and_language_of_the_screen() {
    let mut desk = Desk::in_room(busy());
    let id = desk.world.incidents[0].id.clone();
    let (zone, lang) = (desk.model.zone, desk.model.lang);
    desk.effects.clear();
    desk.keys("X");
    assert_eq!(
        desk.effects.pop(),
        Some(Effect::Export(id.clone(), zone, lang))
    );
    desk.keys("z J X");
    let other = desk.model.lang;
    assert_ne!(lang, other);
    assert_eq!(
        desk.effects.pop(),
        Some(Effect::Export(id, Zone::Fixed(0), other))
    );
}

#[test]
fn without_an_incident_there_is_nothing_to_export() {
    let mut world = busy();
    world.incidents.clear();
    let desk = Desk::at_home(world);
    assert!(available(Action::Export, &desk.model).is_err());
}
