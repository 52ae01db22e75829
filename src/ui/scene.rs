//! What every pane reads: the model, and how this screen says and draws things.

use super::frame::{Draft, Fingerprint};
use super::line::{Line, draw_lines};
use super::theme::{Meaning, Theme};
use crate::app::action::Action;
use crate::app::model::{Model, RowId, Screen, Shown, Where};
use crate::app::msg::Target;
use crate::app::strings;
use crate::app::view::{Said, Tone};
use crate::domain::settings::Glyphs;
use crate::domain::words::{Lang, Text};
use ratatui::layout::{Position, Rect};
use std::collections::BTreeMap;

/// The model as one frame reads it.
pub struct Scene<'a> {
    pub model: &'a Model,
    pub lang: Lang,
    pub marks: Marks,
}

impl<'a> Scene<'a> {
    pub fn new(model: &'a Model) -> Scene<'a> {
        Scene {
            model,
            lang: model.lang,
            marks: match model.snapshot.config.screen.glyphs {
                Glyphs::Unicode => Marks::UNICODE,
                Glyphs::Ascii => Marks::ASCII,
            },
        }
    }

    pub fn say<'t>(&self, en: &'t str, ja: &'t str) -> &'t str {
        match self.lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    pub fn text(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    /// Whether the keys are with this list.
    pub fn focused(&self, place: Where) -> bool {
        let model = self.model;
        match place {
            Where::Overlay => true,
            _ if model.composer.active => false,
            Where::Home => model.screen == Screen::Home,
            Where::Pane(pane) => model.room.pane() == pane,
        }
    }

    /// A text with its gaps filled.
    pub fn fill(&self, text: &Text, parts: &[&str]) -> String {
        strings::fill(text, self.lang, parts)
    }

    /// The key that is shown for an action.
    pub fn key(&self, action: Action) -> Option<String> {
        Some(self.model.keymap.shown(action)?.to_string())
    }
}

/// How a tone looks.
pub fn meaning(tone: Tone) -> Meaning {
    match tone {
        Tone::Plain => Meaning::Text,
        Tone::Muted => Meaning::Muted,
        Tone::History => Meaning::History,
        Tone::Good => Meaning::Good,
        Tone::Soon => Meaning::DueSoon,
        Tone::Overdue => Meaning::Overdue,
        Tone::Failed => Meaning::Failed,
        Tone::Pending => Meaning::Pending,
    }
}

/// What lines are drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    pub rule: char,
    pub rule_focused: char,
    pub upright: char,
    /// Where rules meet an upright: from the left, from the right, from both, at its foot, at its
    /// head.
    pub joints: [char; 5],
    /// Top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
    pub reply: &'static str,
}

impl Marks {
    pub const UNICODE: Marks = Marks {
        rule: '─',
        rule_focused: '━',
        upright: '│',
        joints: ['┤', '├', '┼', '┴', '┬'],
        corners: ['┌', '┐', '└', '┘'],
        reply: "└ ",
    };
    pub const ASCII: Marks = Marks {
        rule: '-',
        rule_focused: '=',
        upright: '|',
        joints: ['+'; 5],
        corners: ['+'; 4],
        reply: "` ",
    };
}

/// What the frame shows, for the model and for the mouse.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    pub lists: BTreeMap<Where, Shown>,
    /// From the bottom up; `None` takes the click away from what is below.
    hits: Vec<(Rect, Option<Target>)>,
}

impl Drawing {
    pub fn hit(&mut self, area: Rect, target: Option<Target>) {
        self.hits.push((area, target));
    }

    /// What a click at a cell means.
    pub fn at(&self, x: u16, y: u16) -> Option<&Target> {
        let at = Position::new(x, y);
        let found = self.hits.iter().rev().find(|(area, _)| area.contains(at));
        found.and_then(|(_, target)| target.as_ref())
    }

    /// The list that the wheel turns at a cell.
    pub fn list_at(&self, x: u16, y: u16) -> Option<Where> {
        match self.at(x, y)? {
            Target::Row(place, _) => Some(*place),
            Target::Pane(pane) => Some(Where::Pane(*pane)),
            Target::Ask(_) | Target::Composer => None,
        }
    }
}

/// A frame being put together.
pub struct Canvas<'a, 'b> {
    pub draft: &'a mut Draft<'b>,
    pub theme: &'a Theme,
    pub drawing: Drawing,
}

impl Canvas<'_, '_> {
    /// Places a pane of `lines`; they are its fingerprint.
    pub fn lines(&mut self, name: &'static str, area: Rect, lines: &[Line]) {
        let theme = self.theme;
        let fingerprint = Fingerprint::of(&(theme, lines));
        self.draft.pane(name, area, fingerprint, |buffer| {
            draw_lines(buffer, lines, theme)
        });
    }

    /// A list: its rows in order, each with its lines, from the first one shown.
    pub fn list(
        &mut self,
        place: Where,
        area: Rect,
        rows: impl IntoIterator<Item = (RowId, usize)>,
    ) {
        let mut shown = Shown::default();
        let mut y = area.top();
        for (id, height) in rows {
            let left = area.bottom().saturating_sub(y);
            if left == 0 {
                break;
            }
            let height = (height as u16).min(left);
            let row = Rect::new(area.x, y, area.width, height);
            self.hit(row, Some(Target::Row(place, id.clone())));
            shown.first.get_or_insert(id);
            shown.rows += 1;
            y += height;
        }
        shown.rows = shown.rows.max(1);
        self.drawing.lists.insert(place, shown);
    }

    pub fn hit(&mut self, area: Rect, target: Option<Target>) {
        self.drawing.hit(area, target);
    }
}

/// A rule with a title in it.
pub fn heading(scene: &Scene<'_>, title: &str, beside: &[Said], focused: bool) -> Line {
    let marks = scene.marks;
    let (rule, border, title_meaning) = match focused {
        true => (
            marks.rule_focused,
            Meaning::BorderFocused,
            Meaning::HeadingFocused,
        ),
        false => (marks.rule, Meaning::Border, Meaning::Heading),
    };
    let mut line = Line::of(border, rule.to_string()).and(title_meaning, format!(" {title} "));
    for said in beside {
        line = line.gap(1).and(meaning(said.tone), said.text.clone());
    }
    if !beside.is_empty() {
        line = line.gap(1);
    }
    line.filled(rule, border)
}
