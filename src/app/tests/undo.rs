//! What was done last, taken back by one key.

use super::{busy, form_of};
use crate::app::effect::Effect;
use crate::app::testing::{Desk, ME, World};
use crate::domain::decide::Command;
use crate::domain::ids::UserId;
use crate::domain::sync::image::JobState;
use crate::domain::verb::Verb;
use crate::domain::work::Deed;

fn back(command: Command) -> (Desk, Vec<Command>) {
    back_in(busy(), command)
}

fn back_in(mut world: World, command: Command) -> (Desk, Vec<Command>) {
    world.later(30);
    world.act(command, ME);
    world.later(59);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    let acts = desk.acts().into_iter().map(|(_, _, command)| command);
    let acts = acts.collect();
    (desk, acts)
}

#[test]
fn what_was_added_is_taken_back_as_a_new_fact() {
    let (mut desk, acts) = back(Command::Note("wrong room".into()));
    let note = desk.world.incident().entries.last().map(|e| e.id.clone());
    match acts.as_slice() {
        [Command::Work(order)] => {
            let Deed::Retracted { event } = &order.deed else {
                panic!("{order:?}");
            };
            assert_eq!(Some(event), note.as_ref());
        }
        other => panic!("{other:?}"),
    }
    assert!(desk.said().contains("wrong room"), "{}", desk.said());
    // What is taken back is out of the story, and in the record.
    let rows = |desk: &Desk| desk.model.index.timeline.len();
    let before = rows(&desk);
    let retract = acts[0].clone();
    desk.world.act(retract, ME);
    desk.refresh();
    assert_eq!(rows(&desk), before - 1);
    assert_eq!(
        desk.world.incident().entries.len(),
        desk.world.incident().events
    );
    // A second press finds nothing.
    desk.keys("u");
    assert!(desk.acts().is_empty());
}

#[test]
fn what_was_set_goes_back_to_what_it_was() {
    let mut world = busy();
    world.act(Command::Situation("cards fail".into()), ME);
    let (_, acts) = back_in(world, Command::Situation("all is lost".into()));
    assert_eq!(acts, [Command::Situation("cards fail".into())]);

    let item = busy().incident().checklist()[0].item.id.clone();
    let (_, acts) = back(Command::Tick(item.clone()));
    assert_eq!(acts, [Command::Untick(item.clone())]);

    let mut world = busy();
    let tanaka = Some(UserId::new("UTANAKA"));
    let give = |user: &Option<UserId>| Command::Assign {
        item: item.clone(),
        user: user.clone(),
        due: None,
    };
    world.act(give(&tanaka), ME);
    let (_, acts) = back_in(world, give(&Some(UserId::new("USATO"))));
    assert_eq!(acts, [give(&tanaka)]);

    let (_, acts) = back(Command::CheckOut(UserId::new("UTANAKA")));
    assert!(
        matches!(&acts[..], [Command::CheckIn { task: Some(task), .. }] if task == "roll back")
    );
}

#[test]
fn nothing_older_than_a_minute_and_nothing_of_others_is_taken_back() {
    let mut world = busy();
    world.later(30);
    world.act(Command::Note("mine".into()), ME);
    world.later(61);
    world.act(Command::Note("theirs".into()), "USATO");
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(desk.acts().is_empty());
    assert!(desk.said().contains("last minute"), "{}", desk.said());
}

#[test]
fn what_others_were_told_of_is_asked_about() {
    let mut world = busy();
    world.later(30);
    world.level("1");
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(desk.acts().is_empty());
    assert_eq!(form_of(&desk.model), Some(Verb::Level));
    assert_eq!(
        desk.model.form().map(|form| form.value("level")),
        Some("2".to_owned())
    );
    // The act itself still needs its button.
    desk.keys("Enter Enter");
    assert!(!desk.effects.iter().any(|e| matches!(e, Effect::Act { .. })));
}

#[test]
fn it_says_whether_anybody_has_read_it() {
    let mut world = busy();
    world.later(30);
    world.act(Command::Note("too early".into()), ME);
    let id = world
        .incident()
        .entries
        .last()
        .map(|e| e.id.clone())
        .expect("one");
    let mut desk = Desk::in_room(world.clone());
    desk.keys("u");
    assert!(
        desk.said().contains("the channel keeps both"),
        "{}",
        desk.said()
    );
    world.jobs.insert(id, JobState::Pending);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(
        desk.said().contains("before it was in the channel"),
        "{}",
        desk.said()
    );
}

#[test]
fn what_certainly_never_left_is_taken_out_of_the_outbox() {
    for (attempts, choices) in [(0, true), (1, true), (0, false)] {
        let mut world = busy();
        world.later(30);
        world.act(Command::Note("wrong room".into()), ME);
        world.fail(41);
        let note = world.incident().entries.last().map(|e| e.id.clone());
        let line = world.outbox.last_mut().expect("a line");
        line.event = note;
        line.state = JobState::Pending;
        line.attempts = attempts;
        line.choices.drop = choices;
        let mut desk = Desk::in_room(world);
        desk.keys("u");
        let unsent = Effect::Settle(41, crate::domain::sync::Settle::Undo);
        let certain = attempts == 0 && choices;
        assert_eq!(
            desk.effects.contains(&unsent),
            certain,
            "{:?}",
            desk.effects
        );
        let said = desk.said();
        assert_eq!(said.contains("before it was sent"), certain, "{said}");
        assert!(said.contains("wrong room"), "{said}");
        assert_eq!(desk.acts().is_empty(), certain, "else its opposite is told");
    }
}
