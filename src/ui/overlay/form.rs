//! Forms: fields from the top down, what is wrong under each, and at the end what will happen and
//! to whom.

use super::lists::{Picks, pick};
use super::{Panel, buttons, filter_line, framed};
use crate::app::form::{
    Choice, Field, Form, Input, Opt, Stop, preview, reading, seen_before, warnings,
};
use crate::app::strings::form as words;
use crate::domain::text::{cells, fit, wrap};
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene};
use crate::ui::theme::Meaning;
use crate::ui::typing;
use crate::ui::window::{Wish, window};
use ratatui::layout::{Position, Rect};

const WIDTH: u16 = 80;
/// A label that is wider stands above its field.
const LABEL: usize = 24;
/// Cells before a field that stands below its label.
const ABOVE: usize = 4;
/// Of a choice that is open, so many options are seen at once.
const OPTIONS: usize = 6;
/// Lines that a text of several has when it is being typed.
const TEXT_ROWS: u16 = 5;

pub fn draw(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, form: &Form) -> Option<Position> {
    let scene = panel.scene;
    let title = scene.text(&form.verb.row().about);
    if let (true, [field]) = (form.is_pick(), form.fields.as_slice())
        && let Input::Choice(choice) = &field.input
    {
        return pick_list(canvas, panel, form, (field, choice), title);
    }
    let mut sheet = Sheet::new(scene, panel.width(WIDTH));
    sheet.target(form);
    let labels = form
        .fields
        .iter()
        .map(|field| cells(field.label.get(scene.lang)));
    sheet.labels = labels.filter(|label| *label <= LABEL).max().unwrap_or(0) + 4;
    for (at, field) in form.fields.iter().enumerate() {
        sheet.field(field, form.at == Stop::Field(at));
    }
    sheet.end(form);
    let place = panel.place(WIDTH, sheet.lines.len());
    let inner = inside(place);
    // Where it does not fit, what has the keys is seen.
    let shown = usize::from(inner.height);
    let (from, to) = sheet.focus;
    let first = to.saturating_sub(shown).min(from);
    // Of what has more lines than there is room for, where it is typed.
    let caret = sheet.caret.map_or(0, |(_, y)| y + 1);
    let first = first.max(caret.saturating_sub(shown));
    let most = sheet.lines.len().saturating_sub(shown);
    let first = first.saturating_add_signed(form.scroll as isize).min(most);
    let hidden = (first, most - first);
    let lines: Vec<Line> = sheet.lines.into_iter().skip(first).collect();
    framed(canvas, scene, panel.names, place, &title, &lines);
    // In the frame: nothing moves when it comes.
    if let Some(text) = seen_before(form, scene.model).or_else(|| elsewhere(scene, hidden)) {
        let foot = Rect {
            x: place.x + 2,
            y: place.bottom().saturating_sub(1),
            width: place.width.saturating_sub(4),
            height: 1,
        };
        let line = Line::of(Meaning::DueSoon, format!(" {text} "));
        canvas.lines("seen before", foot, &[line]);
    }
    let (x, y) = sheet.caret?;
    let y = y.checked_sub(first)?;
    let caret = Position::new(inner.x + x, inner.y + y as u16);
    inner.contains(caret).then_some(caret)
}

/// What of a form is above and below what is seen of it, with the keys that bring it.
fn elsewhere(scene: &Scene<'_>, (above, below): (usize, usize)) -> Option<String> {
    let side =
        |text: &Text, lines: usize| (lines > 0).then(|| scene.fill(text, &[&lines.to_string()]));
    let sides = [
        side(&words::LINES_ABOVE, above),
        side(&words::LINES_BELOW, below),
    ];
    let sides: Vec<String> = sides.into_iter().flatten().collect();
    (!sides.is_empty()).then(|| sides.join("   "))
}

/// A form being written down, a line after the other.
struct Sheet<'s> {
    scene: &'s Scene<'s>,
    width: usize,
    labels: usize,
    lines: Vec<Line>,
    /// First line and the one behind the last of what has the keys.
    focus: (usize, usize),
    caret: Option<(u16, usize)>,
}

impl<'s> Sheet<'s> {
    fn new(scene: &'s Scene<'s>, width: usize) -> Sheet<'s> {
        Sheet {
            scene,
            width,
            labels: 0,
            lines: Vec::new(),
            focus: (0, 0),
            caret: None,
        }
    }

    fn say(&mut self, meaning: Meaning, indent: usize, text: &str) {
        let room = self.width.saturating_sub(indent + 1).max(1);
        let parts = wrap(text, room);
        self.lines.extend(
            parts
                .iter()
                .map(|part| Line::new().gap(indent).and(meaning, *part)),
        );
    }

    /// A text that goes out with the act, or is read before it.
    fn read(&mut self, text: &str) {
        self.lines.push(Line::new());
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.say(Meaning::Text, 2, line);
        }
    }

    /// Whom it is about stands first where nothing will be asked; else it stands at the button.
    fn target(&mut self, form: &Form) {
        if form.confirm.is_some() {
            return;
        }
        for text in preview(form, self.scene.model) {
            self.say(Meaning::Muted, 1, &text);
        }
        self.lines.push(Line::new());
    }

    fn field(&mut self, field: &Field, focused: bool) {
        let scene = self.scene;
        let start = self.lines.len();
        let needed = if field.required { " *" } else { "" };
        let label = format!("{}{needed}", scene.text(&field.label));
        let (mark, look) = match focused {
            true => ("> ", Meaning::Accent),
            false => ("  ", Meaning::Muted),
        };
        let label = if cells(&label) > LABEL + 2 {
            let above = Line::of(Meaning::Key, mark).and(look, label);
            self.lines.push(above);
            Line::new().gap(ABOVE)
        } else {
            Line::of(Meaning::Key, mark)
                .and(look, label)
                .column(self.labels + 1)
        };
        let top = self.lines.len();
        let indent = label.width();
        let room = self.width.saturating_sub(indent + 1).max(4);
        match &field.input {
            Input::Text(edit) if !edit.is_single() => {
                let rows = if focused { TEXT_ROWS } else { 2 };
                let typed = typing::block(edit, room as u16, rows);
                if focused {
                    let (x, y) = typed.caret;
                    self.caret = Some((indent as u16 + x, top + usize::from(y)));
                }
                let mut label = Some(label);
                for text in typed.lines {
                    let lead = label.take().unwrap_or_else(|| Line::new().gap(indent));
                    self.lines.push(lead.and(Meaning::Input, text));
                }
                // It keeps its height while it grows.
                if focused {
                    self.lines.resize(top + usize::from(TEXT_ROWS), Line::new());
                }
            }
            Input::Text(edit) | Input::Time(edit) => {
                let typed = typing::line(edit, room as u16);
                if focused {
                    self.caret = Some((indent as u16 + typed.caret.0, top));
                }
                let text = typed.lines.into_iter().next().unwrap_or_default();
                let mut line = label.and(Meaning::Input, text);
                if let Some(understood) = &field.understood {
                    line = line.gap(2).and(Meaning::Muted, scene.text(understood));
                }
                self.lines.push(line);
            }
            Input::Choice(choice) if focused => self.open_choice(choice, label, indent),
            Input::Choice(choice) => {
                let line = match choice.option() {
                    Some(option) => label.and(Meaning::Text, scene.text(&option.label)),
                    None => label.and(Meaning::Muted, "-"),
                };
                self.lines.push(line);
            }
            Input::Flag(on) => {
                let (mark, word) = match on {
                    true => ("[x]", &words::ON),
                    false => ("[ ]", &words::OFF),
                };
                let line = label.and(Meaning::Text, format!("{mark} {}", scene.text(word)));
                self.lines.push(line);
            }
        }
        if let Some(problem) = field.problem.as_ref().filter(|_| field.touched) {
            let text = format!("! {}", scene.text(problem));
            self.say(Meaning::DueSoon, indent, &text);
        }
        if focused {
            self.focus = (start, self.lines.len());
        }
    }

    /// Its filter where the value stands, its options under it.
    fn open_choice(&mut self, choice: &Choice, label: Line, indent: usize) {
        let scene = self.scene;
        let room = self.width.saturating_sub(indent + 1).max(4);
        let typed = typing::line(&choice.filter, room as u16);
        self.caret = Some((indent as u16 + typed.caret.0, self.lines.len()));
        let text = typed.lines.into_iter().next().unwrap_or_default();
        self.lines.push(label.and(Meaning::Input, text));
        let options: Vec<&Opt> = choice.visible().collect();
        let chosen = options
            .iter()
            .position(|o| Some(&o.value) == choice.chosen.as_ref());
        let rows = choice.options.len().min(OPTIONS);
        let wish = Wish {
            rows: options.len(),
            lines: rows,
            top: None,
            selected: chosen,
            follows_end: false,
            anchor: None,
        };
        let (first, shown) = window(wish, |_| 1);
        let start = self.lines.len();
        for (at, option) in options.iter().enumerate().skip(first).take(shown) {
            let is_chosen = chosen == Some(at);
            let line = Line::new()
                .gap(indent)
                .join(option_line(scene, option, is_chosen));
            self.lines.push(line);
        }
        if options.is_empty() {
            let none = scene.text(&words::NO_MATCH);
            self.lines
                .push(Line::new().gap(indent).and(Meaning::Muted, none));
        }
        let more = options.len().saturating_sub(first + shown);
        if more > 0 {
            let more = scene.fill(&words::MORE, &[&more.to_string()]);
            self.lines
                .push(Line::new().gap(indent + 4).and(Meaning::Muted, more));
        }
        // It keeps its height while it is narrowed.
        let height = rows + usize::from(choice.options.len() > OPTIONS);
        self.lines.resize(start + height.max(1), Line::new());
    }

    /// What was refused, what will happen, the buttons.
    fn end(&mut self, form: &Form) {
        let scene = self.scene;
        for text in warnings(form) {
            let text = format!("~ {}", scene.text(&text));
            self.say(Meaning::DueSoon, 1, &text);
        }
        if let Some(text) = reading(form, scene.model) {
            self.read(&text);
        }
        if let Some(problem) = &form.problem {
            self.lines.push(Line::new());
            for (n, text) in problem.lines(scene.lang).lines().enumerate() {
                let (look, mark) = match n {
                    0 => (Meaning::DueSoon, "! "),
                    _ => (Meaning::Text, "  "),
                };
                self.say(look, 1, &format!("{mark}{text}"));
            }
            self.say(Meaning::Muted, 3, &scene.text(&words::STILL_HERE));
        }
        if let Some(confirm) = form.confirm {
            self.lines.push(Line::new());
            let said = preview(form, scene.model);
            for (n, text) in said.iter().enumerate() {
                let look = if n == 0 {
                    Meaning::Heading
                } else {
                    Meaning::Text
                };
                self.say(look, 1, text);
            }
            if !said.is_empty() {
                self.lines.push(Line::new());
            }
            let cancel = scene.text(&words::CANCEL);
            let row = crate::app::action::Action::Do(form.verb).row();
            // Where the short word is a noun in Japanese, it says no act.
            let noun = matches!(
                form.verb,
                Verb::Kind | Verb::PersonalData | Verb::Restrict | Verb::Level
            );
            let go = match scene.lang {
                Lang::Ja if noun => scene.text(&form.verb.row().about),
                _ => scene.text(&row.short),
            };
            let line = buttons(
                (&cancel, form.at == Stop::Cancel),
                (&go, form.at == Stop::Go),
            );
            let key = format!("Ctrl-{}", confirm.letter);
            let start = self.lines.len();
            self.lines
                .push(line.end(Meaning::Key, key).end(Meaning::Text, " "));
            if matches!(form.at, Stop::Cancel | Stop::Go) {
                self.focus = (start, start + 1);
            }
        }
        if form.waits.is_some() {
            self.say(
                Meaning::Pending,
                1,
                &format!("({})", scene.text(&words::SAVING)),
            );
        }
    }
}

fn option_line(scene: &Scene<'_>, option: &Opt, chosen: bool) -> Line {
    let mark = if chosen { "(*) " } else { "( ) " };
    let look = if chosen {
        Meaning::Accent
    } else {
        Meaning::Text
    };
    let line = Line::of(look, format!("{mark}{}", scene.text(&option.label)));
    match &option.detail {
        Some(detail) => line.gap(2).and(Meaning::Muted, scene.text(detail)),
        None => line,
    }
}

/// One choice and nothing else: a list whose first nine answer to their number.
fn pick_list(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    form: &Form,
    (field, choice): (&Field, &Choice),
    title: String,
) -> Option<Position> {
    let scene = panel.scene;
    let width = panel.width(WIDTH);
    let mut lead = Vec::new();
    for text in preview(form, scene.model) {
        let text = fit(&text, width.saturating_sub(2)).into_owned();
        lead.push(Line::new().gap(1).and(Meaning::Muted, text));
    }
    let mut sheet = Sheet::new(scene, width);
    sheet.end(form);
    if let Some(problem) = field.problem.as_ref().filter(|_| field.touched) {
        sheet.say(Meaning::DueSoon, 1, &format!("! {}", scene.text(problem)));
    }
    lead.extend(sheet.lines);
    let numbered = choice.filter.is_blank();
    let visible: Vec<&Opt> = choice.visible().collect();
    let mut lines: Vec<Line> = visible
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let number = match at {
                0..9 if numbered => format!(" {} ", at + 1),
                _ => "   ".to_owned(),
            };
            let chosen = Some(&option.value) == choice.chosen.as_ref();
            Line::of(Meaning::Key, number).join(option_line(scene, option, chosen))
        })
        .collect();
    if lines.is_empty() {
        lines.push(
            Line::new()
                .gap(3)
                .and(Meaning::Muted, scene.text(&words::NO_MATCH)),
        );
    }
    let rows = lead.len() + 1 + choice.options.len().max(1);
    let picks = Picks {
        title,
        filter: filter_line(&choice.filter, width),
        chosen: visible
            .iter()
            .position(|o| Some(&o.value) == choice.chosen.as_ref()),
        lead,
        lines,
    };
    pick(
        canvas,
        panel,
        WIDTH,
        rows.min(usize::from(panel.rows())),
        picks,
    )
}
