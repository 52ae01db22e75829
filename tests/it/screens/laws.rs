//! What holds for every screen.

use super::overlays::{letters, press};
use super::{SMALL, Terminal, WIDE, fixture};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::model::{LongText, Model, Overlay, Pane, Where};
use matoi::app::msg::{Msg, Target};
use matoi::app::update::update;
use matoi::domain::event::Body;
use matoi::domain::text::clean;
use matoi::domain::words::{Lang, Text};
use matoi::ui;
use matoi::ui::frame::Assembler;
use matoi::ui::theme::{Depth, Theme};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Letters that are wide, combine, turn the direction, or have no width.
fn hostile() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        3 => any::<char>(),
        2 => proptest::sample::select(vec![
            '決', 'ー', '。', 'ｶ', 'ﾞ', 'が', '\u{3099}', '👩', '\u{200D}', '💻', '\u{FE0F}',
            '\u{202E}', '\u{1b}', '[', '\u{301}', '—', '…', ' ', '\n', 'a', '\u{1F1EF}', '葛',
        ]),
    ];
    proptest::collection::vec(letter, 0..60).prop_map(|letters| letters.into_iter().collect())
}

/// A model in one of the states that a person can bring it to.
fn state(which: usize, lang: Lang, size: (u16, u16), text: &str) -> Model {
    let text = clean(text).into_owned();
    let mut world = fixture::world(lang);
    world.local = which.is_multiple_of(2);
    world.record.tell(41, "U2", Body::Note {}, text.clone());
    world.record.incident.title = matoi::domain::text::clean_line(&text).into_owned();
    for talk in world.talk.iter_mut().step_by(2) {
        talk.text = text.clone();
        talk.author = matoi::domain::text::clean_line(&text).into_owned();
    }
    let mut model = world.room(size);
    let keys = match which {
        0 => return world.home(size),
        1 => Vec::new(),
        2 => letters("?"),
        3 => letters(":"),
        4 => letters("d"),
        5 => letters("l"),
        6 => letters("n"),
        7 => letters("o"),
        8 => letters("W"),
        9 => letters("8Z"),
        10 => letters("i"),
        11 => letters("T"),
        12 => {
            model.overlays.push(Overlay::LongText(LongText {
                title: text.clone(),
                text: text.clone(),
                scroll: 7,
            }));
            Vec::new()
        }
        _ => {
            update(&mut model, Msg::Notice(Text::same(text.clone())));
            letters("5kkk")
        }
    };
    press(&mut model, &keys);
    update(&mut model, Msg::Paste(text));
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The assembler here draws everything every time and holds each pane to its fingerprint.
    #[test]
    fn any_size_any_state_and_any_text_can_be_drawn(
        width in prop_oneof![1u16..130, 1u16..501],
        height in prop_oneof![1u16..40, 1u16..201],
        which in 0usize..14,
        ja: bool,
        text in hostile(),
    ) {
        let lang = if ja { Lang::Ja } else { Lang::En };
        let model = state(which, lang, (width, height), &text);
        let mut terminal = Terminal::new();
        terminal.show(&model);
        let again = terminal.show(&model);
        prop_assert_eq!(again.bytes, 0);
        let screen = terminal.parser.screen();
        let (row, column) = screen.cursor_position();
        prop_assert!(screen.hide_cursor() || (row < height && column < width));
        for shown in terminal.drawing.lists.values() {
            prop_assert!(shown.rows >= 1);
        }
    }
}

#[test]
fn nothing_is_written_when_nothing_changed_and_a_tick_writes_clocks_alone() {
    for size in [WIDE, SMALL] {
        let mut model = fixture::world(Lang::Ja).room(size);
        let mut assembler = Assembler::new();
        let theme = Theme::shipped("dark", Depth::True).expect("a theme");
        let mut frame = |model: &Model| {
            let mut bytes = Vec::new();
            let mut draft = assembler.begin(size.0, size.1);
            ui::draw(model, &theme, &mut draft);
            let drawn = draft.finish(&mut bytes);
            assert_eq!(drawn.bytes, bytes.len());
            (drawn, assembler.text())
        };
        let (_, before) = frame(&model);
        assert_eq!(frame(&model).0, ui::frame::Drawn::default());

        let second = fixture::now() + chrono::TimeDelta::seconds(1);
        update(&mut model, Msg::Tick(second));
        let (drawn, after) = frame(&model);
        let changed: BTreeSet<usize> = before
            .lines()
            .zip(after.lines())
            .enumerate()
            .filter(|(_, (old, new))| old != new)
            .map(|(row, _)| row)
            .collect();
        // What only differs in digits is a clock.
        for row in &changed {
            let digitless = |text: &str| -> String {
                let line = text.lines().nth(*row).unwrap_or("");
                line.replace(|c: char| c.is_ascii_digit(), "#")
            };
            assert_eq!(digitless(&before), digitless(&after));
        }
        let header: BTreeSet<usize> = (0..3).collect();
        assert!(header.is_subset(&changed), "{changed:?}");
        // Beside the header, the two time-boxes in hand, and among the timers these and the call.
        let clocks = if size == WIDE { (9, 5) } else { (5, 4) };
        assert!(changed.len() <= clocks.0, "{changed:?}");
        assert!(drawn.bytes < 600, "{} bytes", drawn.bytes);
        assert!(drawn.panes <= clocks.1, "{} panes", drawn.panes);
    }
}

#[test]
fn typing_a_letter_draws_the_composer_alone() {
    let mut model = fixture::world(Lang::En).room(WIDE);
    press(&mut model, &[KeyCode::Enter]);
    let mut terminal = Terminal::new();
    terminal.assembler = Assembler::new();
    terminal.show(&model);
    let key = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    update(&mut model, Msg::Key(key));
    let drawn = terminal.show(&model);
    assert_eq!((drawn.panes, drawn.rows), (1, 1));
    assert!(drawn.bytes < 80, "{} bytes", drawn.bytes);
}

#[test]
fn a_click_means_what_is_seen_there() {
    let model = fixture::world(Lang::En).room(WIDE);
    let mut terminal = Terminal::new();
    terminal.show(&model);
    let text = terminal.assembler.text();
    let find = |what: &str| {
        let row = text.lines().position(|line| line.contains(what));
        let row = row.unwrap_or_else(|| panic!("{what} is on screen"));
        let line = text.lines().nth(row).unwrap_or("");
        let at = line.find(what).map_or(0, |at| line[..at].chars().count());
        (at as u16, row as u16)
    };
    let at = |what: &str| {
        let (x, y) = find(what);
        terminal.drawing.at(x, y).cloned()
    };
    match at("canary is back") {
        Some(Target::Row(Where::Pane(Pane::Channel), id)) => {
            let talk = fixture::talk(Lang::En);
            let canary = talk.iter().find(|talk| talk.text.starts_with("canary"));
            let wanted = canary.map(|talk| matoi::app::model::RowId::Talk(talk.ts.clone()));
            assert_eq!(Some(id), wanted);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        at("inform the payment"),
        Some(Target::Row(Where::Pane(Pane::Checklist), _))
    ));
    assert_eq!(at("[1]"), Some(Target::Ask(0)));
    assert_eq!(at("Enter: write"), Some(Target::Composer));
    assert_eq!(at("ROSTER"), Some(Target::Pane(Pane::Roster)));
    assert_eq!(at("since declared"), None);

    let mut model = model;
    press(&mut model, &letters("?"));
    terminal.show(&model);
    let (x, y) = find("canary is back");
    assert!(!matches!(
        terminal.drawing.at(x, y),
        Some(Target::Row(Where::Pane(_), _))
    ));
    assert_eq!(terminal.drawing.at(0, 0), None);
}

#[test]
fn a_page_is_what_fits_and_a_long_list_shows_its_end() {
    let mut world = fixture::world(Lang::En);
    for n in 0..500 {
        world
            .record
            .tell(41, "U2", Body::Note {}, format!("note {n}"));
    }
    let mut model = world.room(WIDE);
    let mut terminal = Terminal::new();
    terminal.show(&model);
    assert!(terminal.text().contains("note 499"));
    let shown = &terminal.drawing.lists[&Where::Pane(Pane::Timeline)];
    assert!((5..20).contains(&shown.rows), "{shown:?}");
    press(&mut model, &[KeyCode::PageUp]);
    terminal.show(&model);
    assert!(!terminal.text().contains("note 499") || model.room.timeline.selected.is_some());
    press(&mut model, &[KeyCode::PageUp, KeyCode::PageUp]);
    terminal.show(&model);
    let text = terminal.text();
    assert!(!text.contains("note 499"));
    assert!(text.contains(" below "), "{text}");
}

/// What style there is, where: snapshots of text do not see it.
#[test]
fn the_styles_of_a_room() {
    let mut model = fixture::world(Lang::En).troubled().room(SMALL);
    press(&mut model, &[KeyCode::Char('6'), KeyCode::Char('j')]);
    let mut terminal = Terminal::new();
    terminal.show(&model);
    let mut dump = String::new();
    for y in 0..SMALL.1 {
        let mut runs: Vec<(String, String)> = Vec::new();
        for x in 0..SMALL.0 {
            let Some(cell) = terminal.assembler.cell(x, y) else {
                continue;
            };
            let style = format!("{}/{} {:?}", cell.fg, cell.bg, cell.modifier);
            let style = style.replace("Reset/Reset NONE", "").replace(" NONE", "");
            match runs.last_mut() {
                Some((last, text)) if *last == style => text.push_str(cell.symbol()),
                _ => runs.push((style, cell.symbol().to_owned())),
            }
        }
        for (style, text) in runs {
            let text = text.trim();
            if !text.is_empty() {
                let style = style.trim();
                dump.push_str(&format!("{y:>2} {text}   <{style}>\n"));
            }
        }
    }
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("styles-80x24-en", dump);
    });
}

/// Red without the rows that `under_panel` keeps for the panel, `src/ui/overlay/toast.rs`.
#[test]
fn words_of_the_program_cover_neither_what_is_typed_nor_the_footer() {
    for size in [WIDE, SMALL, (60, 16)] {
        for keys in ["/", ":", "n", "d", ",r", "?", "W"] {
            let mut model = fixture::world(Lang::En).room(size);
            press(&mut model, &letters(keys));
            assert!(!model.overlays.is_empty(), "{keys}");
            let shown = |model: &Model| {
                let mut terminal = Terminal::new();
                terminal.show(model);
                let screen = terminal.parser.screen();
                let rows: Vec<String> = screen.rows(0, size.0).collect();
                (rows, screen.cursor_position(), screen.hide_cursor())
            };
            let (before, caret, hidden) = shown(&model);
            for word in ["one", "two", "three"] {
                let text = Text::same(format!("Word {word}, which is said."));
                update(&mut model, Msg::Notice(text));
            }
            let (after, now, _) = shown(&model);
            let told = after.iter().any(|row| row.contains("Word three"));
            assert!(told, "{keys} {size:?}: {after:#?}");
            assert_eq!(before.last(), after.last(), "the footer: {keys} {size:?}");
            if !hidden {
                // Where little is left, what has the keys is scrolled to.
                let row = |(row, _): (u16, u16)| usize::from(row);
                assert_eq!(before[row(caret)], after[row(now)], "{keys} {size:?}");
                assert_eq!(caret.1, now.1, "{keys} {size:?}");
                if size == WIDE {
                    assert_eq!(before[..=row(caret)], after[..=row(now)], "{keys}");
                }
            }
            // The panel is whole above the first of them.
            let said = |row: &String| row.contains("which is said.");
            let first = after.iter().position(said).expect("it is told") - 1;
            let whole = after[..first].iter().any(|row| row.contains('┘'));
            assert!(whole, "{keys} {size:?}: {after:#?}");
        }
    }
}
