//! The program driven by its keys: what they do, and above all what they must not do.

mod archived;
mod audiences;
mod care;
mod catchup;
mod deputy;
mod drill;
mod export;
mod forms;
mod history;
mod keys;
mod keystrokes;
mod manuals;
mod matters;
mod outbox;
mod replay;
mod restricted;
mod rights;
mod screens;
mod timers;
mod undo;
mod watch;

use crate::app::model::Model;
use crate::app::model::Overlay;
use crate::app::testing::ME;
use crate::app::testing::World;
use crate::domain::decide::Command;
use crate::domain::ids::UserId;
use crate::domain::verb::Verb;

/// A room with most of what there can be: level, checklist, talk, people.
fn busy() -> World {
    let mut world = World::declared();
    world.act(
        Command::Commander {
            user: Some(UserId::new(ME)),
            reason: None,
        },
        ME,
    );
    world.level("2");
    world.act(
        Command::CheckIn {
            user: UserId::new("UTANAKA"),
            role: None,
            task: Some("roll back".into()),
        },
        "UTANAKA",
    );
    world.act(Command::Note("first look".into()), "USATO");
    world.say("UTANAKA", "canary is back");
    world.say("USATO", "42 tickets");
    world
}

fn form_of(model: &Model) -> Option<Verb> {
    match model.overlays.last() {
        Some(Overlay::Form(form)) => Some(form.verb),
        _ => None,
    }
}
