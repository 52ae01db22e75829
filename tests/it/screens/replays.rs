//! An incident played back.

use super::overlays::{letters, press};
use super::{SMALL, Terminal, WIDE, fixture, shown, snapshots};
use crossterm::event::KeyCode;
use matoi::app::model::Model;
use matoi::app::msg::Msg;
use matoi::app::replay::{SPEED, Showing};
use matoi::app::update::update;
use matoi::domain::words::Lang;

fn played(lang: Lang, size: (u16, u16)) -> Model {
    let world = fixture::world(lang);
    let mut model = world.room(size);
    let showing = Showing {
        film: world.film(),
        speed: SPEED,
        alone: false,
    };
    update(&mut model, Msg::Replay(Box::new(showing)));
    model
}

#[test]
fn the_middle_of_a_response() {
    snapshots("replay", |lang, size| {
        let mut model = played(lang, size);
        press(&mut model, &letters(" 5"));
        model
    });
}

#[test]
fn what_cannot_be_done_is_refused_over_the_room() {
    snapshots("replay-refused", |lang, size| {
        let mut model = played(lang, size);
        press(&mut model, &letters(" >n"));
        model
    });
}

#[test]
fn its_help_names_its_keys_first() {
    snapshots("replay-help", |lang, size| {
        let mut model = played(lang, size);
        press(&mut model, &letters(" ?"));
        model
    });
}

/// The end of a replay and the live room differ by what is no part of the record.
#[test]
fn the_last_moment_is_the_room_as_it_is() {
    for size in [WIDE, SMALL] {
        let mut model = played(Lang::En, size);
        press(&mut model, &letters(" >"));
        let replay = model.replay.as_ref().expect("it plays").stage.clone();
        press(&mut model, &letters("q"));
        let live = model.room_data().expect("a room");
        let last = replay.room_data().expect("a room");
        assert_eq!(live.summary.incident, last.summary.incident);
        let texts = |model: &Model| {
            let room = model.room_data().expect("a room");
            let talk = room.talk.iter().filter(|talk| !talk.pending);
            talk.map(|t| (t.text.clone(), t.pinned, t.replies))
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&model), texts(&replay));
    }
}

#[test]
fn the_bar_is_there_at_every_size_that_has_two_rows() {
    for (width, height) in [
        (1, 1),
        (2, 2),
        (20, 3),
        (59, 15),
        (60, 16),
        (71, 20),
        (200, 60),
    ] {
        let mut model = played(Lang::Ja, (width, height));
        press(&mut model, &[KeyCode::Char('5')]);
        let screen = shown(&model);
        let last = screen.lines().nth(usize::from(height) - 1).expect("rows");
        assert_eq!(
            last.contains("再生"),
            height > 1 && width > 4,
            "{width}x{height}: {last}"
        );
        let mut terminal = Terminal::new();
        terminal.show(&model);
        assert_eq!(terminal.show(&model).bytes, 0);
    }
}
