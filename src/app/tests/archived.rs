//! Somebody archived the channel by hand before all was done.

use super::{busy, form_of};
use crate::app::testing::{Desk, ME, World};
use crate::app::view::header::header;
use crate::app::view::home;
use crate::app::{ask, deeds};
use crate::domain::decide::Command;
use crate::domain::ids::UserId;
use crate::domain::prompt::Subject;
use crate::domain::timer::Clock;
use crate::domain::verb::Verb;
use crate::domain::work::Sort;

fn stranded() -> World {
    let mut world = busy();
    let wanted = deeds::Wanted {
        line: "roll back".into(),
        owner: Some(UserId::new("UTANAKA")),
        ..deeds::Wanted::default()
    };
    let task = deeds::open(Sort::Task, &wanted, Some(10), world.now);
    world.act(task, ME);
    world.archived = true;
    world
}

fn marks(desk: &Desk) -> Vec<String> {
    let header = header(&desk.model).expect("a room");
    header.banner.into_iter().map(|mark| mark.long).collect()
}

#[test]
fn room_and_board_say_that_it_is_archived_and_not_resolved() {
    let words = "ARCHIVED, NOT RESOLVED".to_owned();
    let desk = Desk::in_room(stranded());
    assert!(marks(&desk).contains(&words), "{:?}", marks(&desk));
    let model = Desk::at_home(stranded()).model;
    let rows = home::order(&model).into_iter();
    let rows: Vec<home::Row> = rows.map(|one| home::row(&model, one)).collect();
    assert!(
        rows.iter().any(|row| row.marks.contains(&words)),
        "{rows:?}"
    );
    assert!(!marks(&Desk::in_room(busy())).contains(&words));
    let mut resolved = stranded();
    resolved.act(Command::Recover(None), ME);
    resolved.act(Command::Resolve(Some("done".into())), ME);
    assert!(!marks(&Desk::in_room(resolved)).contains(&words));
}

#[test]
fn it_is_asked_to_reopen_while_users_are_hurt_and_else_to_resolve() {
    let opens = |world: &World| {
        let desk = Desk::in_room(world.clone());
        let prompt = ask::prompt(&desk.model, &Subject::Archived)?;
        prompt.opens.verb()
    };
    assert_eq!(opens(&busy()), None);
    let mut world = stranded();
    assert_eq!(opens(&world), Some(Verb::Reopen));
    world.act(Command::Recover(None), ME);
    assert_eq!(opens(&world), Some(Verb::Resolve));
    world.act(Command::Resolve(Some("done".into())), ME);
    assert_eq!(opens(&world), None);
}

#[test]
fn clocks_of_the_channel_stop_and_what_is_promised_to_others_runs_on() {
    let mut world = stranded();
    world.later(3_600);
    let clocks = |world: &World| {
        let desk = Desk::in_room(world.clone());
        let timers = ask::timers(&desk.model).into_iter();
        timers.map(|timer| timer.what).collect::<Vec<_>>()
    };
    let of_the_channel = |what: &Clock| matches!(what, Clock::Timekeeper | Clock::RollCall);
    let kept = clocks(&world);
    assert!(!kept.iter().any(of_the_channel), "{kept:?}");
    assert!(kept.contains(&Clock::FirstReport), "{kept:?}");
    assert!(
        kept.iter().any(|what| matches!(what, Clock::Matter(_))),
        "{kept:?}"
    );
    world.archived = false;
    let all = clocks(&world);
    assert_eq!(
        all.iter().filter(|what| of_the_channel(what)).count(),
        2,
        "{all:?}"
    );
}

#[test]
fn it_can_be_reopened_though_it_was_never_over() {
    let reopen = Command::Reopen("archived by mistake".into());
    for archived in [false, true] {
        let mut world = stranded();
        world.archived = archived;
        let id = world.id();
        let done = world.decide(&id, &reopen, &UserId::new(ME));
        assert_eq!(done.is_ok(), archived, "{done:?}");
    }
    let mut desk = Desk::in_room(stranded());
    desk.keys("O");
    assert_eq!(form_of(&desk.model), Some(Verb::Reopen), "{}", desk.said());
}
