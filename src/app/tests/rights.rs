//! What the life-cycle and the rights allow, and what is said where they do not.

use super::busy;
use crate::app::testing::{ME, World};
use crate::domain::decide::Command;
use crate::domain::event::{Milestone, Phase};
use crate::domain::ids::{EventId, UserId};
use crate::domain::record::Span;
use crate::domain::record::remind::open_actions;
use crate::domain::work::{Deed, Sort, State};
use chrono::TimeDelta;

fn refused(world: &mut World, command: impl Into<Command>, by: &str) -> String {
    let id = world.id();
    let problem = world.decide(&id, &command.into(), &by.into());
    let problem = problem.expect_err("it is refused");
    let hint = problem.hint.as_ref();
    format!(
        "{} {}",
        problem.sentence.en,
        hint.map_or("", |hint| &hint.en)
    )
}

fn opened(world: &mut World, sort: Sort, owner: &str) -> EventId {
    let deed = Deed::Opened {
        matter: sort,
        line: "look at the replica".into(),
        owner: Some(UserId::new(owner)),
        due: Some(world.now + TimeDelta::minutes(30)),
        risk: None,
    };
    world.act(deed.into(), ME);
    let last = world.incident().work.matters.last();
    last.expect("opened").id.clone()
}

#[test]
fn command_passes_with_the_others_word_or_with_a_reason() {
    let mut world = busy();
    let to = |reason: Option<&str>| Command::Commander {
        user: Some(UserId::new("USATO")),
        reason: reason.map(str::to_owned),
    };
    assert!(refused(&mut world, to(None), ME).contains("Offer it (offer)"));
    assert!(refused(&mut world, to(Some(" ")), ME).contains("has to accept"));
    world.act(to(Some("on a train, knows of it")), ME);
    let commander = world.incident().commander.as_ref();
    assert_eq!(commander.expect("somebody").user.as_str(), "USATO");
}

#[test]
fn phases_follow_the_life_cycle_and_going_back_takes_a_reason() {
    let mut world = busy();
    let early = refused(&mut world, Command::Phase(Phase::Documenting), ME);
    assert!(early.contains("Declare recovery first"), "{early}");
    world.act(Command::Recover(None), ME);
    for phase in [Phase::Investigating, Phase::Fixing, Phase::Monitoring] {
        let back = refused(&mut world, Command::Phase(phase), ME);
        assert!(back.contains("reopen"), "{back}");
    }
    world.act(Command::Phase(Phase::Documenting), ME);
}

#[test]
fn whoever_noticed_says_when_and_the_rest_is_the_commands() {
    let mut world = busy();
    let time = world.now;
    let reached = |milestone| Command::Milestone {
        milestone,
        time,
        link: None,
    };
    world.act(reached(Milestone::Detected), "USATO");
    world.act(reached(Milestone::Started), "USATO");
    for milestone in [
        Milestone::Responded,
        Milestone::Assembled,
        Milestone::Recovered,
    ] {
        let said = refused(&mut world, reached(milestone), "USATO");
        assert!(said.contains("commander"), "{said}");
        world.act(reached(milestone), ME);
    }
    let said = refused(&mut world, reached(Milestone::Resolved), ME);
    assert!(said.contains("not resolved yet"), "{said}");
}

#[test]
fn recovered_is_when_it_was_said_to_be_good_and_owners_are_asked() {
    let mut world = busy();
    opened(&mut world, Sort::Task, "USATO");
    opened(&mut world, Sort::Task, ME);
    let role = |user: &str| Command::Role {
        role: "ops".into(),
        user: Some(UserId::new(user)),
    };
    world.act(role("UTANAKA"), ME);
    world.later(600);
    let good = world.now - TimeDelta::minutes(4);
    let claim = Deed::Claimed {
        time: good,
        hold: 10,
        owners: Vec::new(),
    };
    world.act(claim.into(), ME);
    let owners = &world
        .incident()
        .work
        .claim
        .as_ref()
        .expect("claimed")
        .owners;
    let owners: Vec<&str> = owners.iter().map(UserId::as_str).collect();
    assert_eq!(owners, ["UTANAKA", "USATO"], "and not who claims it");
    world.later(600);
    world.act(Command::Recover(None), ME);
    let recovered = &world.incident().milestones[&Milestone::Recovered];
    assert_eq!(recovered.time, good);
}

#[test]
fn the_same_level_brings_no_second_checklist() {
    let mut world = busy();
    let entries = world.incident().entries.len();
    let held = world.incident().level.clone().expect("a level");
    let lists = crate::domain::checklists::Checklists::shipped().expect("whole");
    let plan = crate::app::resolve::level(&world.config, &lists, world.incident(), &held.id);
    let said = refused(&mut world, Command::Level(plan.expect("a level")), ME);
    assert!(said.contains("already"), "{said}");
    assert_eq!(world.incident().entries.len(), entries);
}

#[test]
fn an_action_item_that_was_put_off_is_followed_up_and_given_up_with_a_reason() {
    let mut world = busy();
    let action = opened(&mut world, Sort::Action, "USATO");
    let settle = |state, line: Option<&str>| Deed::Settled {
        matter: action.clone(),
        state,
        line: line.map(str::to_owned),
        owner: None,
        due: None,
    };
    world.act(settle(State::Deferred, Some("next month")).into(), ME);
    assert_eq!(open_actions(world.incident()).len(), 1, "still to be done");
    let said = refused(&mut world, settle(State::Dropped, Some("no")), "USUZUKI");
    assert!(said.contains("may"), "{said}");
    let said = refused(&mut world, settle(State::Dropped, None), ME);
    assert!(said.contains("why"), "{said}");
    world.act(settle(State::Done, None).into(), "USATO");
    assert!(open_actions(world.incident()).is_empty());
}

#[test]
fn an_interval_whose_ends_are_in_the_wrong_order_is_not_told() {
    let mut world = busy();
    let reached = |milestone, time| Command::Milestone {
        milestone,
        time,
        link: None,
    };
    let now = world.now;
    world.act(
        reached(Milestone::Detected, now - TimeDelta::minutes(20)),
        ME,
    );
    assert_eq!(Span::Restore.told(world.incident()), None);
    world.act(Command::Recover(Some(now)), ME);
    let restored = Span::Restore.told(world.incident());
    assert_eq!(restored, Some(TimeDelta::minutes(20)), "from detection");
    world.act(reached(Milestone::Started, now), ME);
    assert_eq!(Span::Detect.told(world.incident()), None);
    assert!(
        Span::Detect
            .of(world.incident())
            .is_some_and(|long| long < TimeDelta::zero())
    );
}
