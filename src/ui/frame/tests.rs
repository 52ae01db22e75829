use super::*;
use proptest::prelude::*;
use ratatui::style::{Modifier, Style};
use std::cell::Cell as Count;
use std::num::NonZeroU16;

fn lines(text: &str) -> impl FnOnce(&mut Buffer) {
    let text = text.to_owned();
    move |buffer| {
        let area = buffer.area;
        for (y, line) in (area.top()..area.bottom()).zip(text.lines()) {
            buffer.set_string(area.x, y, line, Style::new());
        }
    }
}

fn one_pane(assembler: &mut Assembler, text: &str, out: &mut Vec<u8>) -> Drawn {
    let mut draft = assembler.begin(20, 3);
    let area = draft.area();
    draft.pane("only", area, Fingerprint::of(text), lines(text));
    draft.finish(out)
}

fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\u{1b}', "^")
}

#[test]
fn only_what_changed_is_written() {
    let mut assembler = Assembler::new();
    let mut out = Vec::new();
    one_pane(&mut assembler, "level 2\nfixing", &mut out);
    insta::assert_snapshot!(readable(&out), @"^[?2026h^[0m^[2J^[1;1Hlevel^[1;7H2^[2;1Hfixing^[?2026l^[?25l");
    out.clear();
    let drawn = one_pane(&mut assembler, "level 3\nfixing", &mut out);
    insta::assert_snapshot!(readable(&out), @"^[?2026h^[1;7H3^[?2026l");
    assert_eq!((drawn.panes, drawn.rows), (1, 1));
    out.clear();
    one_pane(&mut assembler, "level 3\n", &mut out);
    insta::assert_snapshot!(readable(&out), @"^[?2026h^[2;1H^[K^[?2026l");
}

#[test]
fn nothing_changed_is_no_bytes_and_no_drawing() {
    let mut assembler = Assembler::new();
    let mut out = Vec::new();
    one_pane(&mut assembler, "same", &mut out);
    let drawn = one_pane(&mut assembler, "same", &mut out);
    assert_eq!(drawn, Drawn::default());
}

#[test]
fn a_pane_is_drawn_again_only_when_its_inputs_change() {
    let mut assembler = Assembler::new();
    let count = Count::new(0);
    for (inputs, area) in [
        (1, Rect::new(0, 0, 5, 2)),
        (1, Rect::new(0, 0, 5, 2)),
        (2, Rect::new(0, 0, 5, 2)),
        (2, Rect::new(1, 0, 5, 2)),
        (2, Rect::new(1, 0, 5, 2)),
    ] {
        let mut draft = assembler.begin(20, 3);
        draft.pane("clock", area, Fingerprint::of(&inputs), |_| {
            count.set(count.get() + 1);
        });
        draft.finish(&mut Vec::new());
    }
    assert_eq!(count.get(), 3);
}

#[test]
#[should_panic(expected = "clock drew row 0 differently with the same fingerprint")]
fn an_input_left_out_of_the_fingerprint_is_found() {
    let mut assembler = Assembler::new().suspicious();
    for seconds in ["01", "02"] {
        let mut draft = assembler.begin(20, 3);
        draft.pane(
            "clock",
            Rect::new(0, 0, 5, 1),
            Fingerprint::of("x"),
            lines(seconds),
        );
        draft.finish(&mut Vec::new());
    }
}

#[test]
fn the_caret_moves_without_a_redraw_and_stays_on_the_screen() {
    let mut assembler = Assembler::new();
    let mut out = Vec::new();
    let mut frame = |caret| {
        out.clear();
        let mut draft = assembler.begin(20, 3);
        draft.pane("only", draft.area(), Fingerprint::of("x"), lines("x"));
        draft.caret(caret);
        draft.finish(&mut out);
        readable(&out)
    };
    assert!(frame(None).ends_with("^[?2026l^[?25l"));
    assert_eq!(frame(Some(Position::new(3, 1))), "^[2;4H^[?25h");
    assert_eq!(frame(Some(Position::new(3, 1))), "");
    assert_eq!(frame(Some(Position::new(300, 100))), "^[3;20H");
    assert_eq!(frame(None), "^[?25l");
}

#[test]
fn what_an_overlay_covers_comes_back_and_clicks_find_the_top() {
    let mut assembler = Assembler::new();
    let mut out = Vec::new();
    let mut frame = |overlay: bool| {
        let mut draft = assembler.begin(20, 3);
        let area = draft.area();
        draft.pane(
            "room",
            area,
            Fingerprint::of("room"),
            lines("決済が失敗する\nab\ncd"),
        );
        if overlay {
            let area = Rect::new(3, 0, 4, 2);
            draft.pane("form", area, Fingerprint::of("form"), lines("form\n"));
        }
        draft.finish(&mut out);
        (assembler.text(), assembler.pane_at(4, 1))
    };
    let (before, _) = frame(false);
    let (with, top) = frame(true);
    // The overlay cuts two wide letters in half; both halves become spaces.
    assert_eq!(with, "決 form 敗する\nab\ncd\n");
    assert_eq!(top, Some("form"));
    assert_eq!(frame(false), (before, Some("room")));
}

#[test]
fn cells_that_no_terminal_should_be_sent_are_replaced() {
    let mut assembler = Assembler::new();
    let mut out = Vec::new();
    let mut draft = assembler.begin(10, 1);
    draft.pane(
        "p",
        Rect::new(0, 0, 10, 1),
        Fingerprint::of("p"),
        |buffer| {
            for (x, symbol) in [
                "\u{1b}[2J",
                "\u{202e}",
                "a\u{9b}",
                "",
                "日",
                "x",
                "y",
                "ok",
                "z",
            ]
            .iter()
            .enumerate()
            {
                buffer[(x as u16, 0)].set_symbol(symbol);
            }
            buffer[(9, 0)].set_symbol("本");
        },
    );
    draft.finish(&mut out);
    assert_eq!(assembler.text(), "??? 日y?z\n");
    assert_eq!(sink::check(&out), Ok(()));
}

/// Every code point: as text that was cleaned, and put into a cell as it is.
#[test]
fn no_code_point_reaches_the_terminal_that_must_not() {
    let mut assembler = Assembler::new();
    let all: Vec<char> = (0..=0x10FFFF).filter_map(char::from_u32).collect();
    assert_eq!(all.len(), 0x11_0000 - 0x800);
    for (number, batch) in all.chunks(60 * 40).enumerate() {
        let mut out = Vec::new();
        let mut draft = assembler.begin(160, 60);
        draft.pane("p", draft.area(), Fingerprint::of(&number), |buffer| {
            for (y, row) in batch.chunks(40).enumerate() {
                let text: String = row.iter().collect();
                let line = text::clean_line(&text);
                buffer.set_string(0, y as u16, &line, Style::new());
                for (x, c) in row.iter().enumerate() {
                    buffer[(90 + x as u16, y as u16)].set_symbol(c.encode_utf8(&mut [0; 4]));
                }
            }
        });
        draft.finish(&mut out);
        assert_eq!(
            sink::check(&out),
            Ok(()),
            "{:04X} and on",
            u32::from(batch[0])
        );
    }
}

fn terminal(width: u16, height: u16) -> vt100::Parser {
    vt100::Parser::new(cells(height), cells(width), 0)
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a screen has cells")
}

fn screen_of(parser: &vt100::Parser) -> String {
    let rows = parser.screen().rows(0, parser.screen().size().1.get());
    rows.map(|row| format!("{}\n", row.trim_end())).collect()
}

/// Bold and reverse, cell by cell.
fn styles_of(parser: &vt100::Parser) -> Vec<(bool, bool)> {
    let (rows, columns) = parser.screen().size();
    (0..rows.get())
        .flat_map(|y| (0..columns.get()).map(move |x| (y, x)))
        .filter_map(|(y, x)| parser.screen().cell(y, x))
        .map(|cell| (cell.bold(), cell.inverse()))
        .collect()
}

fn panes() -> impl Strategy<Value = Vec<(u16, u16, u16, u16, String, bool)>> {
    let text = proptest::string::string_regex("([a-c ]|[日本決]|[がー。]|é|👍|─|\n){0,60}")
        .expect("a pattern");
    let pane = (0u16..30, 0u16..8, 1u16..30, 1u16..8, text, any::<bool>());
    proptest::collection::vec(pane, 0..4)
}

/// Mostly one size, so that frames follow each other rather than start anew.
fn sizes() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![9 => Just((33u16, 8u16)), 1 => (1u16..34, 1u16..9)]
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

proptest! {
    /// Whatever frames follow each other, a terminal that got only the differences shows the
    /// last one, styles included, as a terminal shows it that got it whole.
    #[test]
    fn differences_add_up_to_the_frame(
        frames in proptest::collection::vec((panes(), sizes()), 1..8),
    ) {
        let mut assembler = Assembler::new().suspicious();
        let mut parser = terminal(34, 9);
        for (panes, (width, height)) in frames {
            let draw = |assembler: &mut Assembler| {
                let mut out = Vec::new();
                let mut draft = assembler.begin(width, height);
                for (name, (x, y, w, h, text, bold)) in NAMES.iter().zip(&panes) {
                    let area = Rect::new(*x, *y, *w, *h);
                    draft.pane(name, area, Fingerprint::of(&(text, bold)), |buffer| {
                        lines(text)(buffer);
                        if *bold {
                            let style = Style::new()
                                .add_modifier(Modifier::BOLD | Modifier::REVERSED);
                            buffer.set_style(buffer.area, style);
                        }
                    });
                }
                draft.finish(&mut out);
                out
            };
            let out = draw(&mut assembler);
            parser.screen_mut().set_size(cells(height), cells(width));
            parser.process(&out);
            let mut whole = terminal(width, height);
            whole.process(&draw(&mut Assembler::new()));
            prop_assert_eq!(screen_of(&parser), screen_of(&whole));
            prop_assert_eq!(screen_of(&parser), assembler.text());
            prop_assert_eq!(styles_of(&parser), styles_of(&whole));
        }
    }
}

#[test]
fn any_size_draws() {
    let mut assembler = Assembler::new();
    for (width, height) in [
        (0, 0),
        (1, 1),
        (2, 1),
        (1, 200),
        (500, 200),
        (500, 1),
        (80, 24),
    ] {
        let mut draft = assembler.begin(width, height);
        let text = "決済が失敗する ".repeat(80);
        draft.pane("a", draft.area(), Fingerprint::of("a"), lines(&text));
        draft.pane(
            "b",
            Rect::new(1, 1, 400, 100),
            Fingerprint::of("b"),
            lines(&text),
        );
        draft.caret(Some(Position::new(9, 9)));
        draft.finish(&mut Vec::new());
        assert_eq!(assembler.text().lines().count(), usize::from(height));
    }
}
