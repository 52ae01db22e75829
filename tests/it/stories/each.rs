//! Each verb once, by its key and by the palette, at real consoles in both languages: what the channel
//! then says, and what stands on the screen. What a story presses is named with it; the rest is here.

use super::rig::{COMPANY, World};
use matoi::app::action::Action;
use matoi::app::keymap::Keymap;
use matoi::domain::event::{Body, Phase};
use matoi::domain::ids::IncidentId;
use matoi::domain::incident::Verdict;
use matoi::domain::record::is_told;
use matoi::domain::verb::{VERBS, Verb};
use matoi::domain::words::Lang;
use std::collections::BTreeSet;

/// One verb at one console: what is filled in, and words that its message then holds, in Japanese and
/// English.
struct Press {
    verb: Verb,
    who: &'static str,
    fields: Vec<(&'static str, &'static str)>,
    said: (&'static str, &'static str),
}

fn press(
    who: &'static str,
    verb: Verb,
    fields: &[(&'static str, &'static str)],
    said: (&'static str, &'static str),
) -> Press {
    Press {
        verb,
        who,
        fields: fields.into(),
        said,
    }
}

/// The newest note of whoever fills the form in.
const OWN: &str = "own";

/// The other stories press these; the test below makes sure of it.
const ELSEWHERE: &[(Verb, &str)] = &[
    (Verb::Declare, "outage.rs"),
    (Verb::Command, "outage.rs"),
    (Verb::Level, "outage.rs"),
    (Verb::Situation, "outage.rs"),
    (Verb::Recover, "outage.rs"),
    (Verb::Settle, "outage.rs"),
    (Verb::Role, "outage.rs"),
    (Verb::CheckIn, "outage.rs"),
    (Verb::Timekeeper, "outage.rs"),
    (Verb::Notice, "outage.rs"),
    (Verb::Approve, "outage.rs"),
    (Verb::Publish, "outage.rs"),
    (Verb::PostMortem, "outage.rs"),
    (Verb::PersonalData, "leak.rs"),
    (Verb::Kind, "leak.rs"),
    (Verb::Restrict, "leak.rs"),
];

fn presses() -> Vec<Press> {
    let link = "https://example.com/1";
    vec![
        press(
            "sato",
            Verb::Temperature,
            &[("temperature", "yellow")],
            ("温度感", "emperature"),
        ),
        press(
            "sato",
            Verb::Phase,
            &[("phase", "fixing")],
            ("対応中", "ixing"),
        ),
        press(
            "sato",
            Verb::Note,
            &[("text", "canary 812")],
            ("canary 812", "canary 812"),
        ),
        press(
            "sato",
            Verb::Milestone,
            &[("milestone", "detected"), ("time", "14:00")],
            ("検知", "etected"),
        ),
        press(
            "sato",
            Verb::Task,
            &[("line", "roll back 812"), ("person", "@ito")],
            ("roll back 812", "roll back 812"),
        ),
        press("sato", Verb::Extend, &[("entry", "T1")], ("T1", "T1")),
        press(
            "sato",
            Verb::Give,
            &[("entry", "T1"), ("person", "@sato")],
            ("T1", "T1"),
        ),
        press(
            "ito",
            Verb::Need,
            &[("line", "a database admin")],
            ("a database admin", "a database admin"),
        ),
        press(
            "ito",
            Verb::Park,
            &[("line", "who owns the cache")],
            ("who owns the cache", "who owns the cache"),
        ),
        press(
            "ito",
            Verb::Decide,
            &[("line", "turn the cache off")],
            ("turn the cache off", "turn the cache off"),
        ),
        press(
            "sato",
            Verb::Object,
            &[("line", "not all of it")],
            ("not all of it", "not all of it"),
        ),
        press(
            "sato",
            Verb::Objective,
            &[("line", "orders work again")],
            ("orders work again", "orders work again"),
        ),
        press(
            "ito",
            Verb::Hypothesis,
            &[("line", "an old index")],
            ("an old index", "an old index"),
        ),
        press(
            "ito",
            Verb::Contact,
            &[("line", "the bank's desk")],
            ("the bank's desk", "the bank's desk"),
        ),
        press(
            "ito",
            Verb::Timer,
            &[("line", "look at the graph")],
            ("look at the graph", "look at the graph"),
        ),
        press(
            "ito",
            Verb::AddItem,
            &[("text", "warm the cache")],
            ("warm the cache", "warm the cache"),
        ),
        press(
            "ito",
            Verb::Assign,
            &[("item", "4"), ("person", "@ito")],
            ("4.", "4."),
        ),
        press(
            "sato",
            Verb::Skip,
            &[("item", "5"), ("reason", "not ours")],
            ("not ours", "not ours"),
        ),
        press("ito", Verb::Tick, &[("item", "4")], ("4.", "4.")),
        press("ito", Verb::Untick, &[("item", "4")], ("4.", "4.")),
        press("sato", Verb::Meeting, &[("link", link)], (link, link)),
        press(
            "sato",
            Verb::Report,
            &[
                ("conditions", "cards fail"),
                ("actions", "rolling back"),
                ("needs", "none"),
            ],
            ("rolling back", "rolling back"),
        ),
        press(
            "sato",
            Verb::Call,
            &[("person", "@takahashi")],
            ("呼んで", "called to help"),
        ),
        press("sato", Verb::RollCall, &[], ("在席", "still with us")),
        press("ito", Verb::Here, &[], ("が在席", "is here")),
        press(
            "sato",
            Verb::Offer,
            &[("person", "@ito")],
            ("引き継ぎ", "ommand"),
        ),
        press("ito", Verb::Decline, &[], ("取りやめ", "is off")),
        press(
            "sato",
            Verb::Offer,
            &[("person", "@ito")],
            ("引き継ぎ", "ommand"),
        ),
        press("ito", Verb::Accept, &[], ("引き継", "handed over")),
        press("sato", Verb::Claim, &[], ("復旧", "good")),
        press("ito", Verb::Confirm, &[], ("確認", "onfirm")),
        press(
            "ito",
            Verb::Unclaim,
            &[("reason", "errors are back")],
            ("errors are back", "errors are back"),
        ),
        press(
            "ito",
            Verb::Write,
            &[("section", "cause"), ("text", "build 812")],
            ("build 812", "build 812"),
        ),
        press(
            "ito",
            Verb::Action,
            &[("line", "test with an old index")],
            ("test with an old index", "test with an old index"),
        ),
        press(
            "ito",
            Verb::Track,
            &[("link", "https://example.com/2")],
            ("example.com/2", "example.com/2"),
        ),
        press("ito", Verb::Tag, &[("tag", "cache")], ("cache", "cache")),
        press("ito", Verb::Untag, &[("tag", "cache")], ("cache", "cache")),
        press(
            "ito",
            Verb::Evidence,
            &[("link", "https://example.com/3")],
            ("example.com/3", "example.com/3"),
        ),
        press(
            "ito",
            Verb::NoteAt,
            &[("time", "14:00"), ("text", "first alert")],
            ("first alert", "first alert"),
        ),
        press(
            "ito",
            Verb::Note,
            &[("text", "first alert")],
            ("first alert", "first alert"),
        ),
        press(
            "ito",
            Verb::Correct,
            &[("event", OWN), ("text", "second alert")],
            ("second alert", "second alert"),
        ),
        press(
            "ito",
            Verb::Reach,
            &[("several", "yes")],
            ("複数", "everal"),
        ),
        press("ito", Verb::Assess, &[("line", "calm")], ("calm", "calm")),
        press(
            "ito",
            Verb::Note,
            &[("text", "a slip")],
            ("a slip", "a slip"),
        ),
        press(
            "ito",
            Verb::Retract,
            &[("event", OWN)],
            ("取り消", "aken back"),
        ),
        press(
            "ito",
            Verb::Waive,
            &[("reason", "a drill would do")],
            ("a drill would do", "a drill would do"),
        ),
        press(
            "ito",
            Verb::Review,
            &[("link", "https://example.com/4")],
            ("example.com/4", "example.com/4"),
        ),
        press("sato", Verb::Settle, &[("entry", "T1")], ("T1", "T1")),
        press(
            "sato",
            Verb::CheckOut,
            &[("person", "@sato")],
            ("チェックアウト", "checks out"),
        ),
        press(
            "ito",
            Verb::Cancel,
            &[("outcome", "cancelled"), ("reason", "a test")],
            ("a test", "a test"),
        ),
        press(
            "ito",
            Verb::Reopen,
            &[("reason", "no test")],
            ("no test", "no test"),
        ),
        press("ito", Verb::Recover, &[], ("復旧", "ecover")),
        press(
            "ito",
            Verb::Resolve,
            &[("reason", "enough")],
            ("enough", "enough"),
        ),
    ]
}

/// The story of what needs more than a form: a message, a pin, two incidents, a channel that goes.
const BY_HAND: [Verb; 5] = [
    Verb::Message,
    Verb::Pin,
    Verb::Link,
    Verb::Merge,
    Verb::Archive,
];

/// By the palette: found by its name, with its key beside it, its form opens; which is then left.
fn by_palette(w: &mut World, who: &str, verb: Verb) {
    let lang = w.lang;
    let desk = w.at(who);
    desk.keys(":");
    desk.write(verb.row().name);
    let screen = desk.screen();
    let about: String = verb.row().about.get(lang).chars().take(8).collect();
    assert!(screen.contains(&about), "{verb:?}: no {about} in\n{screen}");
    desk.keys("Esc");
    assert!(desk.model.overlays.is_empty(), "{verb:?}");
}

fn play(lang: Lang) {
    let mut w = World::new("14:00", lang, COMPANY, &["sato", "ito"]);
    w.act(
        "sato",
        "d",
        &[("title", "Cart is down"), ("service", "shop")],
    );
    w.act("sato", "h", &[]);
    w.act("sato", "l", &[("level", "2")]);
    w.at("ito").keys("Enter");
    let room = w.channel("shop-");
    w.join("takahashi", &room);
    let all = presses();
    let (last, first): (Vec<Press>, Vec<Press>) = all
        .into_iter()
        .partition(|press| press.verb == Verb::Resolve);
    first.iter().for_each(|press| by_key(&mut w, press, &room));
    let second = by_hand(&mut w, &room);
    last.iter().for_each(|press| by_key(&mut w, press, &room));
    // What is archived is out of the other console's reach: nothing settles after it.
    w.at("sato").go_to(&second);
    let over = [("outcome", "cancelled"), ("reason", "it came")];
    w.act_offline("sato", &key(Verb::Cancel), &over);
    w.act_offline("sato", &key(Verb::Archive), &[]);
    w.pass(60);
    assert_eq!(w.at("sato").incident(&second).phase, Phase::Archived);
}

fn key(verb: Verb) -> String {
    let keymap = Keymap::shipped().expect("whole");
    keymap.shown(Action::Do(verb)).expect("a key").to_string()
}

/// Pressed by its key: its event is accepted, its message says it, and so does the screen.
fn by_key(w: &mut World, press: &Press, room: &str) {
    let verb = press.verb;
    by_palette(w, press.who, verb);
    let me = w.id_of(press.who);
    let here = w.at(press.who).here();
    let mut own = here.entries.iter().rev();
    let own = own.find(|it| it.by == me && matches!(it.body, Body::Note {}));
    let own = own.map(|entry| entry.id.to_string()).unwrap_or_default();
    let fields: Vec<(&str, &str)> = press
        .fields
        .iter()
        .map(|(name, value)| (*name, if *value == OWN { own.as_str() } else { value }))
        .collect();
    w.act(press.who, &key(verb), &fields);
    let after = w.at("sato").incident(&here.id);
    let done = after.entries[here.entries.len()..].iter();
    let mut done = done.filter(|entry| entry.body.verb() == Some(verb) && entry.by == me);
    let Some(entry) = done.next_back() else {
        unreachable!("{verb:?}: nothing was done:\n{}", w.at(press.who).screen());
    };
    assert_eq!(entry.verdict, Verdict::Accepted, "{verb:?}");
    let ts = entry.position.as_ref().map(|at| at.ts.to_string());
    let said = w.say(press.said.0, press.said.1);
    let all = w.messages(room);
    let message = all
        .iter()
        .find(|message| message["ts"].as_str() == ts.as_deref());
    let text = match message.and_then(|message| message["text"].as_str()) {
        Some(text) => text.to_owned(),
        // What goes with another act stands in its thread.
        None => w.everything(room),
    };
    assert!(text.contains(said), "{verb:?}: no {said:?} in {text:?}");
    // A line stands at its own time, which of a late note is the first; where a pane cuts a line, its
    // beginning is in view.
    let end = if verb == Verb::NoteAt {
        "4 g Z"
    } else {
        "4 G Z"
    };
    let desk = w.at(press.who);
    desk.keys(end);
    let screen = desk.screen();
    desk.keys("Z");
    let begins: String = said.chars().take(6).collect();
    // That somebody is here, what was taken back, and what is written up from the record, stands in
    // the record and not in the story.
    let shown = !is_told(&after, entry) || screen.contains(&begins);
    assert!(shown, "{verb:?}: no {begins:?} in\n{screen}");
}

fn by_hand(w: &mut World, room: &str) -> IncidentId {
    let ts = w.post("takahashi", room, "the index is from May");
    // Whatever the program said after it.
    w.at("ito").keys("5 G");
    for _ in 0..20 {
        let selected = w.at("ito").model.room.channel.selected.clone();
        if format!("{selected:?}").contains(&ts) {
            break;
        }
        w.at("ito").keys("k");
    }
    w.act("ito", &key(Verb::Pin), &[]);
    let first = w.at("ito").here();
    let pinned = first
        .entries
        .iter()
        .any(|entry| matches!(&entry.body, Body::Pinned { ts: own, .. } if own.to_string() == ts));
    assert!(pinned, "{}", w.at("ito").screen());
    w.at("ito").keys(&key(Verb::Message));
    w.at("ito").write("thank you all");
    w.at("ito").keys("Enter");
    // The composer stays open for the next.
    if w.at("ito").model.composer.active {
        w.at("ito").keys("Esc");
    }
    w.settle();
    assert_eq!(w.count(room, "thank you all"), 1);

    let main = first.id.to_string();
    w.act(
        "sato",
        &key(Verb::Declare),
        &[("service", "shop"), ("title", "Mail is late")],
    );
    let second = w.at("sato").here().id.clone();
    w.act("sato", &key(Verb::Link), &[("into", &main)]);
    let linked = w.at("sato").incident(&second);
    assert_eq!(
        linked.work.parent.as_ref().map(|it| &it.id),
        Some(&first.id)
    );
    assert!(w.count(room, "Mail is late") > 0, "{}", w.everything(room));
    w.act(
        "sato",
        &key(Verb::Declare),
        &[("service", "shop"), ("title", "Cart again")],
    );
    let third = w.at("sato").here().id.clone();
    w.act("sato", &key(Verb::Merge), &[("into", &main)]);
    assert_eq!(w.at("sato").incident(&third).phase, Phase::Merged);
    assert!(w.count(room, "Cart again") > 0, "{}", w.everything(room));
    w.at("sato").go_to(&first.id);
    second
}

#[test]
fn each_verb_is_pressed_by_its_key_in_japanese() {
    play(Lang::Ja);
}

#[test]
fn each_verb_is_pressed_by_its_key_in_english() {
    play(Lang::En);
}

/// A verb that is added is red here until some story presses it.
#[test]
fn no_verb_is_left_out() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stories");
    let mut met: BTreeSet<Verb> = presses().iter().map(|press| press.verb).collect();
    for (verb, file) in ELSEWHERE {
        let story = std::fs::read_to_string(root.join(file)).expect("readable");
        let key = key(*verb);
        let keys = format!("{key}\"");
        assert!(
            story.contains(&keys),
            "{file} does not press {key} ({verb:?})"
        );
        met.insert(*verb);
    }
    met.extend(BY_HAND);
    let left: Vec<Verb> = VERBS
        .iter()
        .map(|row| row.verb)
        .filter(|verb| !met.contains(verb))
        .collect();
    assert_eq!(left, []);
}
