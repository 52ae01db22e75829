//! A replay moves by its keys, and nothing can be done in it.

use super::busy;
use crate::app::action::{ACTIONS, Action, Reel};
use crate::app::availability::available;
use crate::app::effect::Effect;
use crate::app::msg::{Msg, Target};
use crate::app::replay::{Film, Replay, SPEED, Showing};
use crate::app::strings::why;
use crate::app::testing::Desk;
use crate::domain::tape::Tape;
use crate::domain::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

/// The busy room with a minute between what happened.
fn film(desk: &Desk) -> Film {
    let incident = &desk.world.incidents[0];
    let events = desk
        .world
        .record
        .iter()
        .filter(|(id, _)| *id == incident.id);
    let mut events: Vec<_> = events.map(|(_, event)| event.clone()).collect();
    for (n, event) in events.iter_mut().enumerate() {
        event.recorded_at += TimeDelta::minutes(n as i64);
        event.position = None;
    }
    Film {
        tape: Tape::new(incident.id.clone(), events),
        talk: desk.world.talk.clone(),
        said: Vec::new(),
        channel: None,
        drill: false,
        private: false,
    }
}

fn watching(alone: bool) -> Desk {
    let mut desk = Desk::in_room(busy());
    let showing = Showing {
        film: film(&desk),
        speed: SPEED,
        alone,
    };
    desk.send(Msg::Replay(Box::new(showing)));
    desk.keys("Space");
    desk.effects.clear();
    desk
}

fn replay(desk: &Desk) -> &Replay {
    desk.model.replay.as_deref().expect("it plays")
}

/// Where it stands, in seconds from its beginning.
fn at(desk: &Desk) -> i64 {
    let replay = replay(desk);
    (replay.at() - replay.span().0).num_seconds()
}

fn said(desk: &Desk) -> Vec<String> {
    let stage = &replay(desk).stage;
    let toasts = stage.toasts.iter();
    toasts.map(|toast| toast.word.lines(stage.lang)).collect()
}

#[test]
fn its_key_asks_for_the_incident_of_the_room_and_of_the_board() {
    let mut desk = Desk::in_room(busy());
    let id = desk.world.incidents[0].id.clone();
    desk.keys("b");
    assert_eq!(desk.effects.pop(), Some(Effect::Replay(id.clone())));
    let mut desk = Desk::at_home(busy());
    desk.keys(":");
    desk.write("replay");
    desk.keys("Enter");
    assert_eq!(desk.effects.pop(), Some(Effect::Replay(id)));
}

#[test]
fn it_is_moved_by_minutes_by_events_and_by_tenths() {
    let mut desk = watching(false);
    assert_eq!((at(&desk), replay(&desk).is_playing()), (0, false));
    desk.keys("Right Right");
    assert_eq!(at(&desk), 120);
    desk.keys("Left");
    assert_eq!(at(&desk), 60);
    let whole = {
        let (begins, ends) = replay(&desk).span();
        (ends - begins).num_seconds()
    };
    desk.keys("Shift-Right");
    assert_eq!(at(&desk), 660.min(whole));
    desk.keys("Shift-Left");
    assert_eq!(at(&desk), (660.min(whole) - 600).max(0));
    desk.keys("5");
    assert!(
        (at(&desk) - whole / 2).abs() <= 1,
        "{} of {whole}",
        at(&desk)
    );
    desk.keys("0 ]");
    let (first, _) = replay(&desk).events();
    desk.keys("]");
    let (second, all) = replay(&desk).events();
    assert!(second > first, "{first} {second}");
    desk.keys("[");
    assert_eq!(replay(&desk).events().0, first);
    desk.keys(">");
    assert_eq!(replay(&desk).events().0, all);
    desk.keys("<");
    assert_eq!(at(&desk), 0);
}

#[test]
fn playing_is_so_many_times_as_fast_and_stops_at_the_end() {
    let mut desk = watching(false);
    let start = desk.world.now;
    desk.send(Msg::Tick(start));
    desk.keys("Space");
    let tick = |desk: &mut Desk, seconds: i64| {
        let now = desk.model.now + TimeDelta::seconds(seconds);
        desk.send(Msg::Tick(now));
    };
    tick(&mut desk, 1);
    assert_eq!(at(&desk), 10);
    // A machine that slept has watched nothing.
    tick(&mut desk, 3_600);
    assert_eq!(at(&desk), 30);
    desk.keys("+");
    tick(&mut desk, 1);
    assert_eq!(at(&desk), 50);
    desk.keys("- -");
    tick(&mut desk, 1);
    assert_eq!(at(&desk), 55);
    desk.keys("> Space");
    // Played again from the end, it begins anew.
    assert_eq!((at(&desk), replay(&desk).is_playing()), (0, true));
    for _ in 0..400 {
        tick(&mut desk, 2);
    }
    let (_, ends) = replay(&desk).span();
    assert_eq!(
        (replay(&desk).at(), replay(&desk).is_playing()),
        (ends, false)
    );
    // The clock of the console has gone its own way.
    let lived: DateTime<Utc> = desk.model.now;
    assert!(lived > start && replay(&desk).stage.now == ends);
}

#[test]
fn nothing_can_be_done_in_it() {
    let mut refused = 0;
    for row in ACTIONS {
        let mut desk = watching(false);
        desk.keys(">");
        let stage = &replay(&desk).stage;
        let Err(why) = available(row.action, stage) else {
            continue;
        };
        let chords = stage.keymap.chords(row.action).to_vec();
        // Its key may be one of the replay's own.
        let own = |chord: &_| {
            stage
                .keymap
                .action(*chord, crate::app::action::Scope::Replay)
        };
        for chord in chords {
            let taken = own(&chord).is_some_and(|action| action != row.action);
            let mut desk = watching(false);
            desk.keys(">");
            if chord.led || taken {
                continue;
            }
            refused += 1;
            let before = (at(&desk), replay(&desk).stage.room.clone());
            desk.keys(&chord.to_string());
            let told = said(&desk);
            let expected = [why.en.to_string(), why::REPLAYED.en.into_owned()];
            let refusal = told.iter().any(|told| expected.contains(told));
            assert!(refusal, "{}: {told:?}", row.name());
            let after = (at(&desk), replay(&desk).stage.room.clone());
            assert_eq!(before, after, "{}", row.name());
            assert!(replay(&desk).stage.overlays.is_empty(), "{}", row.name());
            assert_eq!(desk.effects, [], "{}", row.name());
        }
    }
    assert!(refused > 40, "{refused}");
    let mut desk = watching(false);
    desk.send(Msg::Paste("all clear".to_owned()));
    desk.write("あ");
    for at in [Target::Composer, Target::Ask(0)] {
        desk.send(Msg::Click { at, double: true });
    }
    assert!(!replay(&desk).stage.composer.active);
    assert_eq!(desk.effects, []);
    assert_eq!(said(&desk).len(), 1, "{:?}", said(&desk));
}

#[test]
fn what_only_looks_works_and_asks_nothing_of_the_core() {
    let mut desk = watching(false);
    desk.keys("> 5");
    for keys in [
        "Tab", "4 j j", "Z", "Z", "A", "z", "J", "? Esc", "v Esc", "y",
    ] {
        desk.keys(keys);
    }
    let others = desk
        .effects
        .iter()
        .filter(|e| !matches!(e, Effect::Copy(_)));
    assert_eq!(others.count(), 0, "{:?}", desk.effects);
    assert!(desk.effects.iter().any(|e| matches!(e, Effect::Copy(_))));
    assert_ne!(replay(&desk).stage.lang, crate::domain::words::Lang::En);
    // The palette moves it too.
    desk.keys(":");
    desk.write("next-event");
    let (before, _) = replay(&desk).events();
    desk.keys("Enter");
    assert_eq!(replay(&desk).events().0, before + 1);
}

#[test]
fn the_live_room_is_there_again_with_all_that_came_meanwhile() {
    let mut desk = watching(false);
    let (screen, focus) = (desk.model.screen.clone(), desk.model.room.clone());
    desk.world.say("USATO", "said during the replay");
    desk.refresh();
    desk.send(Msg::Notice(Text::fixed("a word", "一言")));
    assert_eq!(said(&desk), ["a word"]);
    let shown = replay(&desk).stage.room_data().expect("a room").talk.len();
    desk.keys("J q");
    assert!(desk.model.replay.is_none());
    assert_eq!(desk.model.screen, screen);
    assert_eq!(desk.model.room.focus, focus.focus);
    assert_eq!(desk.model.lang, crate::domain::words::Lang::Ja);
    assert!(desk.model.room_data().expect("a room").talk.len() > shown);
    desk.keys("n");
    assert!(!desk.model.overlays.is_empty(), "acts are acts again");
}

#[test]
fn by_itself_it_ends_the_program_and_else_quitting_asks_first() {
    let mut desk = watching(true);
    desk.keys("Esc");
    assert!(desk.model.quitting);
    assert_eq!(desk.effects, [Effect::Quit]);
    let mut desk = watching(true);
    desk.keys("Ctrl-c");
    assert!(desk.model.quitting);
    let mut desk = watching(false);
    desk.keys("Ctrl-c");
    assert!(desk.model.replay.is_none() && !desk.model.quitting);
    assert_eq!(desk.model.overlays.len(), 1);
}

#[test]
fn outside_of_a_replay_its_keys_are_not_there() {
    let desk = Desk::in_room(busy());
    assert!(available(Action::Reel(Reel::Play), &desk.model).is_err());
}

#[test]
fn a_word_stays_as_long_as_people_need_however_fast_the_clock_runs() {
    let mut desk = Desk::in_room(busy());
    let (felt, now) = (desk.model.now, desk.model.now);
    desk.model.felt = Some(felt);
    desk.send(Msg::Notice(Text::fixed("a word", "一言")));
    desk.model.felt = Some(felt + TimeDelta::seconds(1));
    desk.send(Msg::Tick(now + TimeDelta::minutes(1)));
    assert_eq!(desk.said(), "a word");
    desk.model.felt = Some(felt + TimeDelta::seconds(7));
    desk.send(Msg::Tick(now + TimeDelta::minutes(7)));
    assert_eq!(desk.said(), "");
}
