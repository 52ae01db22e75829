//! Home and war room.

use super::{fixture, snapshots};

#[test]
fn the_war_room() {
    snapshots("room", |lang, size| fixture::world(lang).room(size));
}

#[test]
fn the_incidents() {
    snapshots("home", |lang, size| fixture::world(lang).home(size));
}
