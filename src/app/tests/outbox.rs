//! What is not in Slack: told on its line, settled from its list, and told when it is over.

use super::busy;
use crate::app::effect::Effect;
use crate::app::model::{Model, Overlay, Word};
use crate::app::strings::outbox as s;
use crate::app::testing::{Desk, ME, World};
use crate::app::view;
use crate::app::view::Tone;
use crate::domain::decide::Command;
use crate::domain::sync::image::JobState;
use crate::domain::sync::{Link, MergeOffer, MergeWhy, Settle};
use crate::domain::verb::Verb;
use chrono::TimeDelta;

fn toasts(model: &Model) -> Vec<String> {
    let words = model.toasts.iter().map(|toast| &toast.word);
    words
        .filter(|word| matches!(word, Word::Notice(_)))
        .map(|word| word.lines(model.lang))
        .collect()
}

#[test]
fn a_text_is_changed_before_it_is_sent_and_survives_a_refusal_of_the_change() {
    let mut world = busy();
    world.fail(41);
    let mut desk = Desk::in_room(world);
    desk.keys("o e");
    let Some(Overlay::Rewrite(shown)) = desk.model.overlays.last() else {
        panic!("it can be changed: {:?}", desk.model.overlays);
    };
    assert_eq!(shown.edit.text(), "#dev");
    desk.write("elopers");
    desk.keys("Enter");
    let edit = |text: &str| [Effect::Settle(41, Settle::Edit(text.to_owned()))];
    assert_eq!(desk.effects, edit("#developers"));
    desk.effects.clear();
    // The core did not take it: nothing of it is lost.
    desk.refresh();
    desk.keys("e Enter");
    assert_eq!(desk.effects, edit("#developers"));
    // It is as it was wanted: next time it begins from what is there.
    desk.effects.clear();
    desk.world.outbox[0].choices.edit = Some("#developers".to_owned());
    desk.refresh();
    desk.world.outbox[0].choices.edit = Some("#other".to_owned());
    desk.refresh();
    desk.keys("e Enter");
    assert_eq!(desk.effects, edit("#other"));
}

#[test]
fn what_is_under_way_is_neither_changed_nor_given_up() {
    let mut world = busy();
    world.fail(41);
    world.outbox[0].state = JobState::Unconfirmed;
    world.outbox[0].choices = Default::default();
    let mut desk = Desk::in_room(world);
    for key in ["e", "x", "r", "R"] {
        desk.keys("o");
        desk.keys(key);
        assert!(desk.effects.is_empty(), "{key}");
        assert!(matches!(
            desk.model.overlays.as_slice(),
            [Overlay::Outbox(_)]
        ));
        desk.keys("Esc");
    }
}

#[test]
fn all_that_failed_is_tried_again_at_once() {
    let mut world = busy();
    world.fail(41);
    world.fail(43);
    let mut desk = Desk::in_room(world);
    desk.keys("o R");
    let wanted = [41, 43].map(|seq| Effect::Settle(seq, Settle::Retry));
    assert_eq!(desk.effects, wanted);
}

#[test]
fn an_incident_that_is_given_up_is_left() {
    let mut world = busy();
    world.fail(41);
    world.outbox[0].choices.whole = true;
    let mut desk = Desk::in_room(world);
    desk.keys("o x");
    let Some(Overlay::Confirm(shown)) = desk.model.overlays.last() else {
        panic!("it asks");
    };
    let said = view::overlays::confirm(&desk.model, shown).join("\n");
    assert!(said.contains("the incident and all 1 entries go"), "{said}");
    desk.keys("Tab Enter");
    assert_eq!(
        desk.effects,
        [Effect::Settle(41, Settle::Drop), Effect::Focus(None)]
    );
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn the_outbox_of_all_incidents_is_at_hand_everywhere() {
    let mut world = busy();
    world.fail(41);
    let mut desk = Desk::at_home(world);
    desk.keys("o");
    let rows = view::outbox::rows(&desk.model);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].place.as_deref(), Some("#shop"), "whose it is");
    let why = rows[0].why.as_deref().unwrap_or_default();
    assert!(why.contains("no such channel"), "{why}");
    assert!(rows[0].hint.is_some());
}

#[test]
fn what_was_delivered_is_told_when_slack_is_back_and_a_blink_is_not() {
    let mut world = busy();
    world.delivered = 10;
    let mut desk = Desk::in_room(world);
    let link = |desk: &mut Desk, link: Link, seconds: i64| {
        desk.world.link = link;
        desk.world.later(seconds);
        desk.refresh();
    };
    link(&mut desk, Link::Offline, 5);
    link(&mut desk, Link::Live, 5);
    assert_eq!(toasts(&desk.model), Vec::<String>::new());
    desk.world.fail(41);
    desk.world.outbox[0].state = JobState::Pending;
    link(&mut desk, Link::Offline, 5);
    link(&mut desk, Link::Live, 1);
    // Not before everything is there.
    assert_eq!(toasts(&desk.model), Vec::<String>::new());
    desk.world.outbox.clear();
    desk.world.delivered = 24;
    link(&mut desk, Link::Live, 1);
    assert_eq!(
        toasts(&desk.model),
        ["Slack is back: 14 entries delivered."]
    );
    link(&mut desk, Link::Live, 30);
    assert_eq!(toasts(&desk.model), Vec::<String>::new(), "once");
    link(&mut desk, Link::Offline, 60);
    link(&mut desk, Link::Live, 60);
    assert_eq!(toasts(&desk.model), [s::BACK.en.to_string()]);
}

#[test]
fn limits_are_told_with_what_they_stop_and_for_how_long() {
    let mut world = busy();
    let until = world.now + TimeDelta::seconds(24);
    world.limits.resting = vec![
        ("chat.postMessage".to_owned(), until + TimeDelta::seconds(9)),
        ("conversations.history".to_owned(), until),
    ];
    world.limits.consoles = 3;
    let mut desk = Desk::in_room(world);
    let said = view::header::link(&desk.model);
    assert_eq!(said.text, "Slack limits reading: again in 24s");
    assert_eq!(said.tone, Tone::Soon);
    let counts = |desk: &Desk| {
        let counts = view::header::counts(&desk.model, None);
        counts.into_iter().map(|c| c.text).collect::<Vec<_>>()
    };
    assert_eq!(counts(&desk), ["3 consoles share the limit"]);
    desk.world.later(25);
    desk.refresh();
    assert_eq!(
        view::header::link(&desk.model).text,
        "Slack limits posting: again in 8s"
    );
    // Without a connection there is no limit worth a word.
    desk.world.link = Link::Offline;
    desk.refresh();
    assert!(view::header::link(&desk.model).text.starts_with("OFFLINE"));
    desk.world.limits.clamped = true;
    desk.refresh();
    let marks = view::header::banner(&desk.model, None);
    let last = marks.last().expect("a mark");
    assert!(last.long.contains("doctor --manifest"), "{last:?}");
}

#[test]
fn a_merge_that_is_offered_is_answered_by_its_digit_or_dismissed_for_good() {
    let mut world = World::declared();
    let later = world.id();
    let first = world.declare("Checkout is down");
    world.incidents.sort_by_key(|incident| incident.id != later);
    let offer = MergeOffer {
        ours: later.clone(),
        other: first.clone(),
        why: MergeWhy::SameService,
    };
    world.offers = vec![offer];
    let mut desk = Desk::in_room(world);
    let asks = view::panes::asks(&desk.model).slots;
    let offered = |said: &view::Said| said.text.starts_with("Merge into #");
    let slot = asks
        .iter()
        .position(|ask| ask.as_ref().is_some_and(|(_, said)| offered(said)));
    let key = (slot.expect("it is offered") + 1).to_string();
    desk.keys(&key);
    assert_eq!(desk.model.form().map(|form| form.verb), Some(Verb::Merge));
    desk.keys("Ctrl-e");
    let acts = desk.acts();
    let [(_, Some(on), Command::Merge { into, .. })] = acts.as_slice() else {
        panic!("merged: {acts:?}");
    };
    assert_eq!((on, into), (&later, &first));
    desk.keys("Esc");
    desk.keys(&format!("Alt-{key}"));
    desk.world.later(3_600);
    desk.refresh();
    let asks = view::panes::asks(&desk.model).slots;
    assert!(!asks.iter().flatten().any(|(_, said)| offered(said)));
    assert!(!desk.world.me.as_str().is_empty() && desk.world.me.as_str() == ME);
}

#[test]
fn the_best_match_stands_first_even_where_it_is_not_to_be_had() {
    let mut desk = Desk::in_room(busy());
    desk.keys(":");
    desk.write("resolve");
    let Some(Overlay::Palette(shown)) = desk.model.overlays.last() else {
        panic!("the palette is open");
    };
    let rows = view::overlays::palette(&desk.model, shown);
    assert_eq!(rows[0].name, "resolve");
    assert!(rows[0].unavailable.is_some());
}
