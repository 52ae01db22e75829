//! Clocks by keys: acknowledged, put off, silenced, completed.

use super::busy;
use crate::app::effect::Effect;
use crate::app::model::{Pane, RowId};
use crate::app::msg::Msg;
use crate::app::testing::{Desk, ME};
use crate::app::view::header::promises;
use crate::app::view::{Tone, timers};
use crate::domain::decide::Command;
use crate::domain::ids::UserId;

/// A room in which an item of Sato's is over; with its id.
fn overdue() -> (Desk, String) {
    let mut world = busy();
    let mut items = world.incident().checklist().into_iter().map(|c| c.item);
    let boxed = items.find(|item| item.time_box.is_some()).expect("one has");
    world.act(Command::Untick(boxed.id.clone()), ME);
    world.act(
        Command::Assign {
            item: boxed.id.clone(),
            user: Some(UserId::new("USATO")),
            due: None,
        },
        ME,
    );
    let minutes = i64::from(boxed.time_box.unwrap_or(0));
    world.later(minutes * 60 + 5);
    (Desk::in_room(world), boxed.id)
}

#[test]
fn what_is_over_stands_first_until_somebody_has_seen_it() {
    let (mut desk, _) = overdue();
    let first = promises(&desk.model)[0].clone();
    assert_eq!(first.tone, Tone::Overdue);
    assert!(first.left.starts_with('+'));
    // From whatever pane, without a selection: what calls loudest.
    desk.keys("f");
    assert!(desk.said().contains(&first.what), "{}", desk.said());
    let rows = timers::rows(&desk.model);
    let seen = rows.iter().find(|row| row.text == first.what);
    let seen = seen.expect("it is still there");
    assert_eq!(seen.left.tone, Tone::Muted);
    assert!(seen.quiet.is_some());
    assert_ne!(rows[0].text, first.what, "what was seen gives way");
}

#[test]
fn what_was_put_off_comes_back_after_ten_minutes() {
    let (mut desk, _) = overdue();
    let what = promises(&desk.model)[0].what.clone();
    desk.keys("F");
    assert_ne!(timers::rows(&desk.model)[0].text, what);
    desk.world.later(599);
    desk.refresh();
    let tone = |desk: &Desk| {
        let rows = timers::rows(&desk.model);
        let row = rows.into_iter().find(|row| row.text == what);
        row.expect("it is there").left.tone
    };
    assert_eq!(tone(&desk), Tone::Muted);
    desk.world.later(2);
    desk.refresh();
    assert_eq!(tone(&desk), Tone::Overdue);
}

#[test]
fn a_kind_is_silenced_from_its_pane_alone_and_can_speak_again() {
    let (mut desk, item) = overdue();
    desk.keys("B");
    assert!(desk.said().contains('9'), "{}", desk.said());
    desk.keys("9 j");
    assert_eq!(desk.model.room.pane(), Pane::Timers);
    let Some(RowId::Timer(key)) = desk.model.room.timers.selected.clone() else {
        panic!("a timer is selected");
    };
    assert!(key.contains(&item), "{key}");
    desk.keys("B");
    assert!(
        promises(&desk.model)
            .iter()
            .all(|p| p.tone != Tone::Overdue)
    );
    let row = |desk: &Desk| {
        let rows = timers::rows(&desk.model);
        let row = rows
            .into_iter()
            .find(|row| row.id == RowId::Timer(key.clone()));
        row.expect("silent, not gone")
    };
    assert!(row(&desk).quiet.is_some());
    desk.keys("B");
    assert!(row(&desk).quiet.is_none());
}

#[test]
fn the_item_of_a_selected_clock_is_completed_with_one_key() {
    let (mut desk, item) = overdue();
    desk.keys("9 j Space");
    match desk.acts().as_slice() {
        [(_, _, Command::Tick(ticked))] => assert_eq!(*ticked, item),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_looks_elsewhere_is_told_once_when_a_time_is_over() {
    let (mut desk, _) = overdue();
    desk.send(Msg::Focus(false));
    desk.effects.clear();
    desk.refresh();
    let told = |desk: &mut Desk| {
        let effects = std::mem::take(&mut desk.effects);
        effects
            .into_iter()
            .filter(|effect| matches!(effect, Effect::Notify(_)))
            .count()
    };
    assert_eq!(told(&mut desk), 0, "it was over before");
    // The timekeeper's call, which nobody made.
    desk.world.later(15 * 60);
    desk.refresh();
    desk.world.later(3 * 60);
    desk.refresh();
    assert!(told(&mut desk) >= 1);
    desk.refresh();
    assert_eq!(told(&mut desk), 0);
}

// Red without `for_desktop` in src/app/update/mod.rs, and without either of its first two arms.
#[test]
fn the_desktop_is_told_of_what_is_for_few_only_that_something_waits() {
    let told = |private: bool, drill: bool| {
        let (mut desk, _) = overdue();
        desk.world.private = private;
        desk.world.drill = drill;
        desk.send(Msg::Focus(false));
        desk.refresh();
        desk.effects.clear();
        desk.world.later(18 * 60);
        desk.refresh();
        let told = desk.effects.iter().find_map(|effect| match effect {
            Effect::Notify(text) => Some(text.clone()),
            _ => None,
        });
        told.expect("it calls")
    };
    let open = told(false, false);
    assert_eq!(told(true, false), "Something waits for you.");
    assert_eq!(told(true, true), "Something waits for you.");
    assert_eq!(told(false, true), format!("[DRILL] {open}"));
    assert_ne!(open, told(true, false));
}

// Red without `is_seen_by_ticking` of `run` in src/app/update/command.rs, and for the task without the
// arm of `Pane::Timers` of `selected` in src/app/update/matters.rs.
#[test]
fn one_key_settles_or_acknowledges_whatever_time_is_selected() {
    use crate::domain::timer::Clock;
    use crate::domain::work::{Deed, Sort};
    let mut world = busy();
    let task = Deed::Opened {
        matter: Sort::Task,
        line: "roll back".into(),
        owner: Some(UserId::new("UTANAKA")),
        due: Some(world.now + chrono::TimeDelta::minutes(5)),
        risk: None,
    };
    world.act(task.into(), ME);
    world.later(20 * 60);
    let mut desk = Desk::in_room(world);
    desk.keys("9");
    let all = crate::app::ask::timers(&desk.model);
    let is_task = |what: &Clock| matches!(what, Clock::Matter(_));
    assert!(all.iter().any(|timer| is_task(&timer.what)));
    assert!(all.iter().any(|timer| timer.what == Clock::Timekeeper));
    for timer in all {
        desk.model.room.timers.selected = Some(RowId::Timer(timer.key.clone()));
        desk.refresh();
        desk.paint();
        desk.keys("Space");
        if is_task(&timer.what) {
            assert_eq!(
                super::form_of(&desk.model),
                Some(crate::domain::verb::Verb::Settle)
            );
            desk.keys("Esc");
            continue;
        }
        let id = desk.world.id();
        let marks = desk.world.marks.get(&id);
        let seen = marks.is_some_and(|local| local.mark(&timer.key).acknowledged.is_some());
        let item = matches!(timer.what, Clock::Item(_) | Clock::Legal(_));
        assert!(seen || item, "{:?}: {}", timer.what, desk.said());
    }
}
