//! How many keys things take: promises to whoever has no time.

use super::{busy, form_of};
use crate::app::model::Overlay;
use crate::app::testing::{Desk, World};
use crate::domain::decide::Command;
use crate::domain::verb::Verb;
use crate::domain::work::Deed;

/// What is done all the time, with the keys from the war room.
const COMMONEST: [(&str, Verb); 12] = [
    ("n", Verb::Note),
    ("l", Verb::Level),
    ("s", Verb::Situation),
    ("h", Verb::Command),
    ("r", Verb::Recover),
    ("m", Verb::Milestone),
    ("c", Verb::CheckIn),
    ("Space", Verb::Tick),
    (", r", Verb::Report),
    (", t", Verb::Task),
    (", n", Verb::Need),
    (", d", Verb::Decide),
];

// Red with another key for any of them in assets/keymap.toml.
#[test]
fn the_twelve_commonest_acts_take_two_keys_at_most() {
    for (keys, verb) in COMMONEST {
        let mut desk = Desk::in_room(busy());
        assert!(keys.split(' ').count() <= 2);
        desk.keys(keys);
        assert_eq!(form_of(&desk.model), Some(verb), "{keys}");
        let shown = desk
            .model
            .keymap
            .shown(crate::app::action::Action::Do(verb));
        let shown = shown.map(|chord| chord.to_string()).unwrap_or_default();
        assert_eq!(shown, keys, "what the help shows is what was counted");
    }
    // A post is the thirteenth, and takes one.
    let mut desk = Desk::in_room(busy());
    desk.keys("Enter");
    assert!(desk.model.composer.active);
}

/// A hand that counts.
struct Hand {
    desk: Desk,
    keys: usize,
}

impl Hand {
    fn press(&mut self, keys: &str) {
        self.keys += keys.split(' ').count();
        self.desk.keys(keys);
    }

    fn write(&mut self, text: &str) {
        self.keys += text.chars().count();
        self.desk.write(text);
    }
}

// Red without the row of `Ctrl-s` of `key` in src/app/form/keys.rs.
#[test]
fn from_nothing_to_the_first_report_takes_fewer_than_forty_keys() {
    let mut hand = Hand {
        desk: Desk::at_home(World::new()),
        keys: 0,
    };
    hand.press("d");
    hand.write("Cards fail");
    hand.press("Ctrl-d");
    let answers = hand.desk.answer();
    assert!(matches!(answers.as_slice(), [Ok(_)]), "{answers:?}");
    hand.desk.refresh();
    hand.press(", r");
    hand.write("cards fail");
    hand.press("Tab");
    hand.write("on it");
    hand.press("Tab");
    hand.write("none");
    hand.press("Ctrl-s");
    let acts = hand.desk.acts();
    match acts.as_slice() {
        [(_, Some(_), Command::Work(order))] => {
            assert!(matches!(order.deed, Deed::Report { next: Some(_), .. }));
        }
        other => panic!("{other:?} {}", hand.desk.said()),
    }
    assert!(hand.keys < 40, "{} keys", hand.keys);
}

// Red without `&can.conditions` of `report_fields` in src/app/form/work.rs, without
// `Warning::Speculation` of `lint` in src/domain/work/can.rs, and without `needs.required = false` of
// `report_fields`.
#[test]
fn a_report_begins_with_what_is_known_and_warns_without_blocking() {
    let mut world = busy();
    world.act(
        Command::Situation("cards fail, wallets work".into()),
        super::ME,
    );
    let mut desk = Desk::in_room(world);
    desk.keys(", r");
    let form = desk.model.form().expect("a form");
    assert_eq!(form.value("conditions"), "cards fail, wallets work");
    assert!(crate::app::form::warnings(form).is_empty());
    desk.write(", probably the cache");
    let form = desk.model.form().expect("a form");
    assert_eq!(crate::app::form::warnings(form).len(), 1);
    desk.keys("Tab");
    desk.write("rolling back");
    desk.keys("Tab Tab");
    let form = desk.model.form().expect("a form");
    // The guess, and needs that were passed by.
    assert_eq!(crate::app::form::warnings(form).len(), 2);
    desk.keys("Ctrl-s");
    assert_eq!(desk.acts().len(), 1, "{}", desk.said());
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Form(_))));
}
