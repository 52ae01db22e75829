//! The history by its keys, and what is brought to mind.

use crate::app::effect::Effect;
use crate::app::history::{At, Found, Hit, Reminder, Reminding, Side};
use crate::app::model::{Model, Overlay, Screen};
use crate::app::msg::Msg;
use crate::app::testing::{Desk, World};
use crate::app::update::seen_before;
use crate::domain::history::{End, Facts};
use crate::domain::ids::IncidentId;
use crate::domain::words::Lang;
use std::sync::Arc;

fn panel(model: &Model) -> &crate::app::history::History {
    match model.overlays.last() {
        Some(Overlay::History(panel)) => panel,
        other => panic!("{other:?}"),
    }
}

fn found(desk: &Desk, asked: &str) -> Msg {
    let hits = desk.world.incidents.iter().filter_map(|incident| {
        let facts = Facts::of(incident, Some("shop"), false, false)?;
        Some(Hit::of(&facts, None))
    });
    Msg::Found(Arc::new(Found {
        asked: asked.to_owned(),
        hits: hits.collect(),
        count: desk.world.incidents.len(),
        ..Found::default()
    }))
}

fn searches(desk: &mut Desk) -> Vec<String> {
    let effects = std::mem::take(&mut desk.effects);
    let asked = effects.into_iter().filter_map(|effect| match effect {
        Effect::Search(text) => Some(text),
        _ => None,
    });
    asked.collect()
}

#[test]
fn it_searches_as_one_types_and_opens_what_is_chosen() {
    let mut world = World::declared();
    world.declare("Mail is late");
    let mut desk = Desk::at_home(world);
    desk.keys("/");
    desk.write("ｶｰﾄﾞ");
    assert_eq!(searches(&mut desk), ["", "カ", "カー", "カート", "カード"]);
    desk.send(found(&desk, "カード"));
    desk.paint();
    let (first, second) = (
        desk.world.incidents[0].id.clone(),
        desk.world.incidents[1].id.clone(),
    );
    assert_eq!(panel(&desk.model).chosen(), Some(&first));
    desk.keys("Down Down Tab");
    assert_eq!(panel(&desk.model).chosen(), Some(&second));
    assert_eq!(panel(&desk.model).side, Side::Months);
    desk.keys("F8");
    assert_eq!(desk.effects.pop(), Some(Effect::Replay(second.clone())));
    // What was chosen stays so where it is found again, and is let go with other words.
    desk.send(found(&desk, "カード"));
    assert_eq!(panel(&desk.model).chosen(), Some(&second));
    desk.keys("x");
    assert_eq!(panel(&desk.model).chosen(), Some(&first));
    desk.keys("Down Enter");
    assert_eq!(desk.model.screen, Screen::Room(second));
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn a_key_turns_a_filter_through_its_values() {
    let mut desk = Desk::at_home(World::declared());
    desk.keys("/");
    desk.write("x");
    let text = |desk: &Desk| panel(&desk.model).filter.text();
    for wanted in ["x since:30d", "x since:90d", "x since:1y", "x"] {
        desk.keys("F5");
        assert_eq!(text(&desk), wanted);
    }
    desk.model.lang = Lang::Ja;
    desk.keys("F7 F3");
    assert_eq!(text(&desk), "x 訓練:のみ 種別:outage");
    desk.keys("F7 F7 F3 F3");
    assert_eq!(text(&desk), "x");
}

#[test]
fn keys_typed_before_it_is_seen_are_not_for_it() {
    let mut desk = Desk::at_home(World::declared());
    desk.blind("/ a");
    assert_eq!(panel(&desk.model).filter.text(), "");
    desk.paint();
    desk.keys("a Esc");
    assert!(desk.model.overlays.is_empty());
}

fn reminders(desk: &Desk) -> Vec<Reminding> {
    let asked = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Remind(about) => Some(about.clone()),
        _ => None,
    });
    asked.collect()
}

fn old(id: &IncidentId, desk: &Desk) -> Reminder {
    Reminder {
        id: id.clone(),
        channel: Some("shop-0911".into()),
        title: "Card payments fail".into(),
        declared: desk.world.now,
        end: End::Resolved,
        done: Some("rolled back build 811".into()),
        score: 0.9,
    }
}

#[test]
fn a_room_is_told_in_its_first_minutes_what_it_may_have_been_before() {
    let mut world = World::declared();
    let earlier = world.id();
    let id = world.declare("Card payments fail again");
    let mut desk = Desk::at_home(world);
    desk.keys("Enter");
    desk.refresh();
    let [about] = &reminders(&desk)[..] else {
        panic!("{:?}", desk.effects);
    };
    assert_eq!(about.at, At::Room(id.clone()));
    assert!(seen_before(&desk.model).is_empty());
    desk.keys("V");
    assert!(desk.said().contains("nothing like it"), "{}", desk.said());
    let about = about.clone();
    desk.send(Msg::Reminders(about, vec![old(&earlier, &desk)]));
    assert!(desk.said().contains("#shop-0911"), "{}", desk.said());
    assert!(desk.said().contains("rolled back build 811"));
    desk.paint();
    desk.keys("V");
    let Some(Overlay::LongText(text)) = desk.model.overlays.last() else {
        panic!("{:?}", desk.model.overlays);
    };
    assert!(text.text.contains("Checkout fails for card payments"));
    assert_eq!(desk.model.screen, Screen::Room(id), "the room stays");
    desk.keys("Esc");
    desk.world.later(16 * 60);
    desk.refresh();
    assert!(
        seen_before(&desk.model).is_empty(),
        "it is no news any more"
    );
}

#[test]
fn a_declaration_is_compared_as_its_title_is_typed() {
    let mut desk = Desk::at_home(World::new());
    // There is one service, so that the title has the keys.
    desk.keys("d");
    desk.effects.clear();
    desk.write("db");
    let asked = reminders(&desk);
    let titles: Vec<&str> = asked.iter().map(|about| about.title.as_str()).collect();
    assert_eq!(titles, ["d", "db"]);
    let (first, last) = (asked[0].clone(), asked[1].clone());
    let id = IncidentId::new("i1");
    desk.send(Msg::Reminders(first, vec![old(&id, &desk)]));
    assert!(
        desk.model.reminders.is_empty(),
        "the title is another by now"
    );
    desk.send(Msg::Reminders(last, vec![old(&id, &desk)]));
    assert_eq!(desk.model.reminders[&At::Declaring].len(), 1);
    desk.paint();
    desk.keys("Esc");
    assert!(desk.model.reminders.is_empty());
}
