//! Tasks, needs, questions and decisions by keys.

use super::{busy, form_of};
use crate::app::deeds::{self, Wanted};
use crate::app::form::Input;
use crate::app::model::{Pane, RowId};
use crate::app::testing::{Desk, ME, World};
use crate::app::view::{self, matters};
use crate::domain::decide::Command;
use crate::domain::ids::{EventId, UserId};
use crate::domain::verb::Verb;
use crate::domain::work::{Deed, Sort, State};
use chrono::TimeDelta;

fn open(world: &mut World, sort: Sort, line: &str, owner: Option<&str>) {
    let wanted = Wanted {
        line: line.to_owned(),
        owner: owner.map(UserId::new),
        ..Wanted::default()
    };
    let minutes = crate::app::form::default_minutes(sort, &world.config.timers);
    let command = deeds::open(sort, &wanted, minutes, world.now);
    world.act(command, ME);
}

/// A task of Tanaka's, a need, a question, a decision.
fn much() -> World {
    let mut world = busy();
    open(&mut world, Sort::Task, "roll back", Some("UTANAKA"));
    open(&mut world, Sort::Need, "one more DB engineer", None);
    open(&mut world, Sort::Question, "when did retries stop?", None);
    open(&mut world, Sort::Decision, "stop campaign mails", None);
    world
}

fn handles(desk: &Desk) -> Vec<String> {
    let rows = matters::rows(&desk.model);
    rows.into_iter().map(|row| row.handle).collect()
}

fn deed(desk: &mut Desk) -> Deed {
    match desk.acts().as_slice() {
        [(_, Some(_), Command::Work(order))] => order.deed.clone(),
        other => panic!("{other:?} {}", desk.said()),
    }
}

#[test]
fn what_waits_for_the_commander_stands_first() {
    let desk = Desk::in_room(much());
    assert_eq!(handles(&desk), ["D1", "N1", "Q1", "T1"]);
    assert_eq!(
        view::panes::title(&desk.model, Pane::Matters).beside[0].text,
        "4"
    );
}

#[test]
fn what_is_selected_is_settled_by_one_key_and_enter() {
    let mut desk = Desk::in_room(much());
    desk.keys("0 j j Space");
    assert_eq!(form_of(&desk.model), Some(Verb::Settle));
    desk.keys("Enter");
    match deed(&mut desk) {
        Deed::Settled { matter, state, .. } => {
            let need = desk.world.incident().work.open(Sort::Need).next();
            assert_eq!(Some(&matter), need.map(|need| &need.id));
            assert_eq!(state, State::Met);
        }
        other => panic!("{other:?}"),
    }
}

/// Hangs on `follow_entry` in form/keys.rs.
#[test]
fn an_entry_is_offered_the_ends_that_it_can_have() {
    let mut desk = Desk::in_room(much());
    desk.keys(", s");
    let states = |desk: &Desk| {
        let form = desk.model.form().expect("a form");
        let field = form.field("state").expect("there");
        match &field.input {
            Input::Choice(choice) => {
                let all = choice.options.iter().map(|option| option.value.clone());
                all.collect::<Vec<_>>()
            }
            _ => unreachable!(),
        }
    };
    let of = |sort: Sort| {
        let all = sort.states().iter().map(|state| state.name().to_owned());
        all.collect::<Vec<_>>()
    };
    // What waits for the commander is chosen first: the decision.
    assert_eq!(states(&desk), of(Sort::Decision));
    desk.write("T1");
    assert_eq!(states(&desk), of(Sort::Task));
}

#[test]
fn a_need_is_settled_where_there_is_no_checklist_yet() {
    let mut world = World::declared();
    open(&mut world, Sort::Need, "one more DB engineer", None);
    let mut desk = Desk::in_room(world);
    desk.keys("0 j Space Enter");
    assert!(matches!(deed(&mut desk), Deed::Settled { .. }));
}

#[test]
fn a_selected_task_is_given_more_time_and_another_name() {
    let mut desk = Desk::in_room(much());
    desk.keys("0 G + Enter");
    let due = desk.world.incident().work.open(Sort::Task).next();
    let due = due.and_then(|task| task.due).expect("a time-box");
    match deed(&mut desk) {
        Deed::Moved { due: later, .. } => assert_eq!(later - due, TimeDelta::minutes(5)),
        other => panic!("{other:?}"),
    }
    desk.answer();
    desk.keys("Esc a");
    assert_eq!(form_of(&desk.model), Some(Verb::Give));
    desk.write("sato");
    desk.keys("Enter");
    assert!(matches!(deed(&mut desk), Deed::Given { owner, .. } if owner.as_str() == "USATO"));
}

/// One key opens what became of it, one answers. Hangs on `ask:` in prompt/work.rs and on `what_now`
/// in update/act.rs.
#[test]
fn a_task_whose_time_is_over_is_answered_by_two_keys() {
    let answers = ["1", "2", "3", "4", "5"].map(|answer| {
        let mut world = World::declared();
        open(&mut world, Sort::Task, "restart web03", Some(ME));
        world.later(11 * 60);
        let mut desk = Desk::in_room(world);
        let asks = view::panes::asks(&desk.model).slots;
        let slot = asks
            .iter()
            .position(|a| matches!(a, Some((crate::app::ask::AskId::Matter(_), _))))
            .expect("asked");
        desk.keys(&(slot + 1).to_string());
        desk.keys(answer);
        desk
    });
    let [mut done, mut five, mut ten, mut up, dropped] = answers;
    let state = |deed: Deed| match deed {
        Deed::Settled { state, .. } => state,
        other => panic!("{other:?}"),
    };
    assert_eq!(state(deed(&mut done)), State::Done);
    assert_eq!(state(deed(&mut up)), State::Escalated);
    for (desk, minutes) in [(&mut five, 5), (&mut ten, 10)] {
        let later = desk.model.now + TimeDelta::minutes(minutes);
        assert!(matches!(deed(desk), Deed::Moved { due, .. } if due == later));
    }
    // Why it is given up is asked for.
    let form = dropped.model.form().expect("a form");
    assert_eq!(
        (form.verb, form.value("state").as_str()),
        (Verb::Settle, State::Dropped.name())
    );
}

#[test]
fn what_arrives_moves_no_selection_and_what_is_settled_leaves_none() {
    let mut desk = Desk::in_room(much());
    desk.keys("0 j j");
    let need = desk.world.incident().work.open(Sort::Need).next();
    let need = need.map(|need| need.id.clone()).expect("a need");
    open(&mut desk.world, Sort::Decision, "another", None);
    desk.refresh();
    let selected = desk.model.room.matters.selected.clone();
    assert_eq!(selected, Some(RowId::Matter(need.clone())));
    let met = Deed::Settled {
        matter: need,
        state: State::Met,
        line: None,
        owner: None,
        due: None,
    };
    desk.world.act(met.into(), "USATO");
    desk.refresh();
    assert_eq!(desk.model.room.matters.selected, None);
}

#[test]
fn command_that_is_offered_is_read_and_then_accepted_by_its_letter() {
    let mut world = much();
    let offer = Deed::Offered {
        to: UserId::new("USATO"),
        expires: world.now + TimeDelta::minutes(5),
    };
    world.act(deeds::with_text(offer, "cards fail; D1 is open".into()), ME);
    world.me = UserId::new("USATO");
    let mut desk = Desk::in_room(world);
    assert_eq!(handles(&desk)[0], ">");
    desk.keys("0 j Space");
    let form = desk.model.form().expect("a form");
    let briefing = crate::app::form::reading(form, &desk.model);
    assert_eq!(briefing.as_deref(), Some("cards fail; D1 is open"));
    // Enter stands on Cancel.
    desk.keys("Enter");
    assert!(desk.acts().is_empty());
    desk.keys("Space Ctrl-a");
    assert!(matches!(deed(&mut desk), Deed::Accepted { .. }));
}

#[test]
fn an_incident_is_restricted_only_by_whoever_types_its_name() {
    let mut desk = Desk::in_room(busy());
    desk.keys(", R");
    desk.write("shop");
    desk.keys("Ctrl-g");
    assert!(desk.acts().is_empty());
    let name = desk.world.incident().channel_wanted.clone();
    desk.keys("Esc , R");
    for _ in 0..4 {
        desk.keys("Backspace");
    }
    desk.write(&name);
    desk.keys("Ctrl-g");
    let acts = desk.acts();
    assert!(matches!(acts.as_slice(), [(_, _, act)] if act.verb() == Verb::Restrict));
}

#[test]
fn an_act_that_asks_nothing_takes_no_form() {
    let mut desk = Desk::in_room(busy());
    desk.keys(", p");
    assert!(matches!(deed(&mut desk), Deed::RollCall {}));
    // Nobody claims recovery: it is said, and nothing is sent.
    desk.keys(", y");
    assert!(desk.acts().is_empty());
    assert!(!desk.said().is_empty());
}

#[test]
fn who_was_called_stands_below_who_is_here_until_they_join() {
    let mut world = busy();
    let call = |number| Deed::Called {
        user: UserId::new("USUZUKI"),
        number,
        why: Some("database".into()),
    };
    world.act(call(0).into(), ME);
    world.later(300);
    world.act(call(0).into(), ME);
    let mut desk = Desk::in_room(world);
    let row = |desk: &Desk| view::roster::rows(&desk.model).pop().expect("somebody");
    let called = row(&desk);
    assert_eq!(called.name, "鈴木");
    let mark = called.idle.expect("a mark").text;
    assert!(mark.contains("called 2x"), "{mark}");
    let joins = Command::CheckIn {
        user: UserId::new("USUZUKI"),
        role: None,
        task: None,
    };
    desk.world.act(joins, "USUZUKI");
    desk.refresh();
    assert!(
        view::roster::rows(&desk.model)
            .iter()
            .all(|row| row.idle.is_none())
    );
}

#[test]
fn a_matter_says_all_of_itself() {
    let mut world = much();
    let decision = world.incident().work.open(Sort::Decision).next();
    let id: EventId = decision.map(|d| d.id.clone()).expect("one");
    let against = Deed::Objected {
        matter: id,
        line: "marketing needs them".into(),
    };
    world.act(against.into(), "USATO");
    let mut desk = Desk::in_room(world);
    assert_eq!(
        matters::rows(&desk.model)[0]
            .mark
            .as_ref()
            .map(|m| m.text.as_str()),
        Some("1 against")
    );
    desk.keys("0 j v");
    let Some(crate::app::model::Overlay::LongText(text)) = desk.model.overlays.last() else {
        panic!("a text is open");
    };
    assert!(
        text.text.contains("Sato: marketing needs them"),
        "{}",
        text.text
    );
}
