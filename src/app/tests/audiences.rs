//! Reports to several audiences, and what they begin with.

use super::{busy, form_of};
use crate::app::effect::Effect;
use crate::app::testing::{Desk, ME, World};
use crate::domain::decide::{Command, Outlets};
use crate::domain::settings::{Audience, Label};
use crate::domain::timer::Clock;
use crate::domain::verb::Verb;
use crate::domain::work::{Can, Deed};

fn audience(id: &str, channel: &str, minutes: u32) -> Audience {
    Audience {
        id: id.to_owned(),
        name: Label::of("execs", "役員"),
        channels: vec![channel.to_owned()],
        drill_channels: vec!["#drills".to_owned()],
        minutes,
        ..Audience::default()
    }
}

fn told() -> World {
    let mut world = busy();
    let execs = audience("executives", "#exec", 60);
    world.config.audiences.push(execs);
    world.act(Command::Situation("Cards are refused".into()), ME);
    world
}

fn reported(desk: &Desk) -> (&Outlets, String, Can) {
    let [
        Effect::Act {
            command, outlets, ..
        },
    ] = desk.effects.as_slice()
    else {
        panic!("{:?} {}", desk.effects, desk.said());
    };
    let Command::Work(work) = command else {
        panic!("{command:?}");
    };
    let Deed::Report { audience, .. } = &work.deed else {
        panic!("{work:?}");
    };
    let text = work.text.as_deref().unwrap_or_default();
    (outlets, audience.id.clone(), Can::parse(text))
}

#[test]
fn whom_a_report_is_for_decides_what_it_begins_with_and_where_it_is_posted() {
    let mut desk = Desk::in_room(told());
    desk.keys(", r");
    assert_eq!(form_of(&desk.model), Some(Verb::Report));
    let preview = |desk: &Desk| {
        let form = desk.model.form().expect("open");
        crate::app::form::preview(form, &desk.model).join("\n")
    };
    let value = |desk: &Desk, key: &str| desk.model.form().expect("open").value(key);
    assert_eq!(value(&desk, "audience"), "internal");
    assert_eq!(value(&desk, "conditions"), "Cards are refused");
    assert_eq!(value(&desk, "minutes"), "30");
    assert!(!preview(&desk).contains("#exec"), "{}", preview(&desk));
    desk.write("exec");
    assert_eq!(value(&desk, "audience"), "executives");
    let conditions = value(&desk, "conditions");
    assert!(
        conditions.starts_with("Checkout fails for card payments (Other), level High L2"),
        "{conditions}"
    );
    assert!(conditions.ends_with("Cards are refused"), "{conditions}");
    assert!(value(&desk, "actions").starts_with("Commander: 伊藤"));
    assert_eq!(value(&desk, "minutes"), "60");
    assert!(preview(&desk).contains("#exec"), "{}", preview(&desk));
    desk.keys("Ctrl-s");
    let (outlets, audience, can) = reported(&desk);
    assert_eq!(audience, "executives");
    assert_eq!(outlets.reports, ["#exec"]);
    assert!(outlets.broadcast.is_empty(), "{outlets:?}");
    assert_eq!(can.conditions, conditions);
}

#[test]
fn what_somebody_wrote_stays_when_the_audience_changes() {
    let mut desk = Desk::in_room(told());
    desk.keys(", r Tab");
    desk.write("Only cards. ");
    desk.keys("Shift-Tab");
    desk.write("exec");
    let form = desk.model.form().expect("open");
    assert!(form.value("conditions").contains("Only cards. "));
    assert!(!form.value("conditions").contains("level"));
    assert_eq!(form.value("minutes"), "60");
}

#[test]
fn without_several_audiences_nobody_is_asked_for_whom() {
    let mut desk = Desk::in_room(busy());
    desk.keys(", r");
    let form = desk.model.form().expect("open");
    assert!(form.field("audience").is_none());
    desk.write("Cards are refused");
    desk.keys("Ctrl-s");
    let form = desk.model.form().expect("actions are missing");
    assert!(form.problem.is_some() || form.fields.iter().any(|f| f.problem.is_some()));
}

// Red without `self.first_notice(incident, t, heard)` in src/domain/timer/work.rs.
#[test]
fn customers_wait_for_a_first_notice_until_one_is_out_or_its_item_is_skipped() {
    let mut world = busy();
    let first = |world: &World| {
        let desk = Desk::in_room(world.clone());
        let timers = crate::app::ask::timers(&desk.model).into_iter();
        let mut notices = timers.filter(|timer| timer.what == Clock::Notice);
        notices
            .next()
            .map(|timer| (timer.text.en.to_string(), timer.due))
    };
    let minutes = i64::from(world.config.timers.customers_minutes);
    let declared = world.incident().declared.expect("declared");
    let due = declared + chrono::TimeDelta::minutes(minutes);
    assert_eq!(
        first(&world),
        Some(("first customer notice".to_owned(), due))
    );
    world.private = true;
    assert_eq!(first(&world), None, "few are told by no clock");
    world.private = false;
    let item = world
        .incident()
        .checklist()
        .into_iter()
        .map(|check| check.item);
    let item = item.filter(|item| item.when.as_deref() == Some("notice"));
    let item = item.map(|item| item.id).next().expect("of the list");
    let skipped = Command::Skip {
        item,
        reason: "nobody outside is affected".into(),
    };
    world.act(skipped, ME);
    assert_eq!(first(&world), None);
}

#[test]
fn the_promise_that_ends_first_names_whom_the_next_report_is_for() {
    let mut world = told();
    for (id, minutes) in [("internal", 30), ("executives", 10)] {
        let audience = world.config.audience(id).expect("configured").clone();
        let audience = crate::app::template::named(&audience, world.incident());
        let can = Can {
            conditions: format!("told {id}"),
            actions: "rolling back".into(),
            needs: "none".into(),
        };
        let next = crate::app::deeds::in_minutes(world.now, minutes);
        let report = crate::app::deeds::report(world.incident(), audience, &can, Some(next), false);
        world.act(report, ME);
    }
    world.later(60);
    let mut desk = Desk::in_room(world);
    desk.keys(", r");
    let form = desk.model.form().expect("open");
    assert_eq!(form.value("audience"), "executives");
    assert_eq!(form.value("conditions"), "told executives");
}

#[test]
fn a_private_report_is_posted_nowhere_else() {
    let mut world = told();
    world.private = true;
    let mut desk = Desk::in_room(world);
    desk.keys(", r");
    desk.write("exec");
    desk.keys("Ctrl-s");
    assert_eq!(*reported(&desk).0, Outlets::default());
}

#[test]
fn a_notice_begins_with_what_is_known() {
    let mut world = told();
    world.config.notice.template = Label::of("{title}\n{impact}\nNext: {next}", "{title}");
    let mut desk = Desk::in_room(world);
    desk.keys(", N");
    let form = desk.model.form().expect("open");
    assert_eq!(form.verb, Verb::Notice);
    assert_eq!(
        form.value("text"),
        "Checkout fails for card payments\nNext: 14:30 JST"
    );
}
