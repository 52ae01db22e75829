//! What a terminal shows: hand-made models, drawn by the assembler, its bytes read by a terminal.

mod always;
mod fixture;
mod history;
mod laws;
mod metrics;
mod overlays;
mod replays;
mod rooms;

use matoi::app::model::Model;
use matoi::domain::words::Lang;
use matoi::ui::frame::{Assembler, Drawn};
use matoi::ui::theme::{Depth, Theme};
use matoi::ui::{self, Drawing};
use std::num::NonZero;

pub const WIDE: (u16, u16) = (120, 35);
pub const SMALL: (u16, u16) = (80, 24);

/// A terminal that is given the assembler's bytes.
pub struct Terminal {
    pub parser: vt100::Parser,
    pub assembler: Assembler,
    pub theme: Theme,
    pub drawing: Drawing,
    pub bytes: Vec<u8>,
}

impl Terminal {
    pub fn new() -> Terminal {
        Terminal {
            parser: vt100::Parser::new(NonZero::<u16>::MIN, NonZero::<u16>::MIN, 0),
            assembler: Assembler::new().suspicious(),
            theme: Theme::shipped("dark", Depth::True).expect("a theme"),
            drawing: Drawing::default(),
            bytes: Vec::new(),
        }
    }

    pub fn show(&mut self, model: &Model) -> Drawn {
        let (width, height) = model.size;
        let cells = |n: u16| NonZero::new(n).expect("a size");
        self.parser
            .screen_mut()
            .set_size(cells(height), cells(width));
        let mut draft = self.assembler.begin(width, height);
        self.drawing = ui::draw(model, &self.theme, &mut draft);
        self.bytes.clear();
        let drawn = draft.finish(&mut self.bytes);
        self.parser.process(&self.bytes);
        drawn
    }

    /// What stands on it, with the place of its cursor.
    pub fn text(&self) -> String {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let mut text = String::new();
        for row in screen.rows(0, columns.get()) {
            text.push_str(row.trim_end());
            text.push('\n');
        }
        match (screen.hide_cursor(), screen.cursor_position()) {
            (true, _) => text.push_str("cursor hidden\n"),
            (false, (row, column)) => text.push_str(&format!("cursor at {column},{row}\n")),
        }
        text
    }
}

pub fn shown(model: &Model) -> String {
    let mut terminal = Terminal::new();
    terminal.show(model);
    terminal.text()
}

/// As `name` in both languages and at both sizes that everything is made for.
pub fn snapshots(name: &str, make: impl Fn(Lang, (u16, u16)) -> Model) {
    for lang in [Lang::En, Lang::Ja] {
        for size in [WIDE, SMALL] {
            let name = format!("{name}-{}x{}-{}", size.0, size.1, lang.code());
            insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!(name, shown(&make(lang, size)));
            });
        }
    }
}
