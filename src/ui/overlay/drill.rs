//! The drill's panels: what one is told before it, its course, the debrief, the questions after it.

use super::{Panel, framed};
use crate::app::action::Action;
use crate::app::drill::{
    Adding, Asking, Course, Expected, Inject, Panel as Shown, QUESTIONS, View, clock,
};
use crate::app::edit::Edit;
use crate::app::strings::drill as words;
use crate::domain::text::{cells, fit, pad_left, pad_right, wrap};
use crate::domain::words::Text;
use crate::drill::debrief::mark;
use crate::drill::engine::Fate;
use crate::drill::fact::WORDS;
use crate::drill::scenario::Secs;
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::scene::Canvas;
use crate::ui::theme::Meaning;
use crate::ui::typing;
use ratatui::layout::Position;

const WIDTH: u16 = 80;
/// Rows of an answer that are seen.
const ROWS: u16 = 4;

pub fn draw(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, shown: &Shown) -> Option<Position> {
    let view = panel.scene.model.drill.clone()?;
    match shown {
        Shown::Briefing(top) => text(canvas, panel, &view.title, &briefing(panel, &view), *top),
        Shown::Debrief(top, _) => {
            let title = panel.scene.text(&words::DEBRIEF);
            text(canvas, panel, &title, &debrief(panel, &view), *top);
        }
        Shown::Course(course) => self::course(canvas, panel, &view, course),
        Shown::Feedback(asking) => return feedback(canvas, panel, asking),
        Shown::Say(edit, _) => return say(canvas, panel, &view, edit),
        Shown::Add(adding) => return add(canvas, panel, &view, adding),
        Shown::Opening => {
            let said = panel.scene.text(&words::OPENING);
            let line = Line::new().gap(1).and(Meaning::Muted, said);
            text(canvas, panel, &view.title, &[line], 0);
        }
    }
    None
}

fn briefing(panel: &Panel<'_>, view: &View) -> Vec<Line> {
    let width = panel.width(WIDTH).saturating_sub(2).max(1);
    let mut lines = plain(&view.briefing, width);
    lines.push(Line::new());
    let key = panel.scene.model.keymap.shown(Action::Drill);
    let waits = panel.scene.text(&words::WAITS);
    let key = key.map_or_else(String::new, |key| {
        format!(" {key}: {}", panel.scene.text(&words::COURSE))
    });
    if !view.begun {
        lines.push(
            Line::new()
                .gap(1)
                .and(Meaning::Muted, format!("{waits}{key}")),
        );
    }
    lines
}

fn debrief(panel: &Panel<'_>, view: &View) -> Vec<Line> {
    let width = panel.width(WIDTH).saturating_sub(2).max(1);
    let mut lines = plain(view.debrief.as_deref().unwrap_or_default(), width);
    if let Some(report) = &view.report {
        let said = crate::app::strings::fill(&words::REPORT, panel.scene.lang, &[report]);
        let said = wrap(&said, width)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        lines.extend(
            said.into_iter()
                .map(|part| Line::new().gap(1).and(Meaning::Muted, part)),
        );
    }
    lines.push(
        Line::new()
            .gap(1)
            .and(Meaning::Muted, panel.scene.text(&words::MAY_TRY)),
    );
    lines
}

/// Markdown as a screen shows it: headings without their marks, tables in columns.
fn plain(text: &str, width: usize) -> Vec<Line> {
    let row = |row: &str| -> Vec<Line> {
        if let Some(cells) = row.strip_prefix('|') {
            return table_row(cells, width);
        }
        let heading = row.starts_with('#');
        let meaning = if heading {
            Meaning::Heading
        } else {
            Meaning::Text
        };
        wrap(row.trim_start_matches('#'), width)
            .into_iter()
            .map(|part| Line::new().gap(1).and(meaning, part.to_owned()))
            .collect()
    };
    let rows = text.lines().filter(|row| !row.starts_with("```"));
    rows.flat_map(row).collect()
}

/// Columns of what stands after the name in the debrief's table: due, done, points.
const NUMBERS: usize = 10;

fn table_row(cells: &str, width: usize) -> Vec<Line> {
    let cells: Vec<&str> = cells
        .trim_end_matches('|')
        .split('|')
        .map(str::trim)
        .collect();
    let [mark, name, numbers @ ..] = cells.as_slice() else {
        return Vec::new();
    };
    if name.starts_with("---") {
        return Vec::new();
    }
    let room = width.saturating_sub(2 + NUMBERS * numbers.len());
    let numbers: String = numbers.iter().map(|cell| pad_left(cell, NUMBERS)).collect();
    let meaning = match *mark {
        "x" => Meaning::DueSoon,
        "-" => Meaning::Muted,
        _ => Meaning::Text,
    };
    let parts = wrap(name, room.max(1));
    let rows = parts.into_iter().enumerate().map(|(n, part)| match n {
        0 => format!("{} {}{numbers}", pad_right(mark, 1), pad_right(part, room)),
        _ => format!("  {part}"),
    });
    rows.map(|row| Line::new().gap(1).and(meaning, row))
        .collect()
}

fn text(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, title: &str, lines: &[Line], top: usize) {
    let place = panel.place(WIDTH, lines.len());
    let rows = usize::from(inside(place).height);
    let first = top.min(lines.len().saturating_sub(rows));
    let title = match lines.len() > rows {
        true => format!(
            "{title}  {}/{}",
            (first + rows).min(lines.len()),
            lines.len()
        ),
        false => title.to_owned(),
    };
    let seen: Vec<Line> = lines.iter().skip(first).take(rows).cloned().collect();
    framed(canvas, panel.scene, panel.names, place, &title, &seen);
}

fn course(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, view: &View, course: &Course) {
    let scene = panel.scene;
    let width = panel.width(WIDTH).saturating_sub(2).max(1);
    let mut lines = Vec::new();
    // Whoever is told beforehand what counts does not practise it.
    if view.coach || course.revealed {
        lines.push(
            Line::new()
                .gap(1)
                .and(Meaning::Heading, scene.text(&words::EXPECTED)),
        );
        lines.extend(
            view.expected
                .iter()
                .map(|expected| self::expected(panel, expected)),
        );
    } else {
        lines.push(
            Line::new()
                .gap(1)
                .and(Meaning::Muted, scene.text(&words::UNNAMED)),
        );
    }
    if course.revealed {
        lines.push(Line::new());
        lines.push(
            Line::new()
                .gap(1)
                .and(Meaning::Heading, scene.text(&words::TO_COME)),
        );
        for inject in &view.injects {
            lines.push(self::inject(inject, course, width));
            // What is selected is read whole before it is let happen.
            if course.selected.as_deref() == Some(inject.id.as_str()) {
                lines.extend(whole(inject, width));
            }
        }
    }
    if !view.trouble.is_empty() {
        lines.push(Line::new());
        lines.push(
            Line::new()
                .gap(1)
                .and(Meaning::Heading, scene.text(&words::TROUBLE)),
        );
        for trouble in &view.trouble {
            let parts = wrap(trouble.get(scene.lang), width);
            lines.extend(
                parts
                    .into_iter()
                    .map(|p| Line::new().gap(1).and(Meaning::Text, p.to_owned())),
            );
        }
    }
    let title = format!("{} {}", view.title, clock(view, scene.lang));
    let at = course.selected.as_ref().and_then(|id| {
        let row = view.injects.iter().position(|inject| inject.id == *id)?;
        Some(row + view.expected.len() + 3)
    });
    let place = panel.place(WIDTH, lines.len());
    let rows = usize::from(inside(place).height);
    let top = at.map_or(course.top, |at| at.saturating_sub(rows / 2));
    text(canvas, panel, &title, &lines, top);
}

fn expected(panel: &Panel<'_>, expected: &Expected) -> Line {
    let line = &expected.line;
    let (sign, meaning) = match mark(line) {
        'o' => ('o', Meaning::Text),
        '~' => ('~', Meaning::DueSoon),
        'x' => (' ', Meaning::Text),
        other => (other, Meaning::Muted),
    };
    let clock = |at: Option<u32>| at.map_or(String::new(), |at| Secs(at).to_string());
    let key = expected
        .verb
        .and_then(|verb| panel.scene.model.keymap.shown(Action::Do(verb)));
    let key = key.map_or_else(String::new, |key| key.to_string());
    let when = match line.at {
        Some(at) => format!("{:>6} ", Secs(at)),
        None => format!("-{:>5} ", clock(line.due)),
    };
    Line::new()
        .gap(1)
        .and(meaning, format!("{sign} {when}"))
        .and(meaning, expected.text.clone())
        .gap(1)
        .and(Meaning::Key, key)
}

fn inject(inject: &Inject, course: &Course, width: usize) -> Line {
    let (state, meaning) = match &inject.fate {
        Fate::Waiting { from } => (format!("{from:>6}"), Meaning::Text),
        Fate::Fired { at } => (format!("o{:>5}", at.to_string()), Meaning::Muted),
        Fate::Missed { .. } => ("-     ".to_owned(), Meaning::Muted),
        Fate::Dropped { .. } => ("x     ".to_owned(), Meaning::Muted),
    };
    let what = inject.what.lines().next().unwrap_or_default();
    let when = match inject.when.is_empty() {
        true => String::new(),
        false => format!(" ({})", inject.when),
    };
    let text = format!("{state} {}: {what}{when}", inject.by);
    let text = fit(&text, width).into_owned();
    match course.selected.as_deref() == Some(inject.id.as_str()) {
        true => Line::new()
            .gap(1)
            .and(Meaning::Selection, pad_right(&text, width)),
        false => Line::new().gap(1).and(meaning, text),
    }
}

fn say(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    view: &View,
    edit: &Edit,
) -> Option<Position> {
    let title = panel.scene.text(&words::SAY);
    asked(canvas, panel, &title, (edit, None), people(view))
}

/// The rest of an inject of which the list shows a line.
fn whole(inject: &Inject, width: usize) -> Vec<Line> {
    let said = cells(&inject.what) + cells(&inject.by);
    if inject.when.is_empty() && inject.what.lines().count() < 2 && said + 10 < width {
        return Vec::new();
    }
    let mut text = inject.what.clone();
    if !inject.when.is_empty() {
        text = format!("{text}\n{}", inject.when);
    }
    let rows = text
        .lines()
        .flat_map(|row| wrap(row, width.saturating_sub(8).max(1)));
    rows.map(|row| Line::new().gap(8).and(Meaning::Muted, row.to_owned()))
        .collect()
}

fn people(view: &View) -> Vec<String> {
    let people = view.people.iter();
    people
        .map(|part| format!("{}  {}", pad_right(&part.handle, 14), part.name))
        .collect()
}

fn add(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    view: &View,
    adding: &Adding,
) -> Option<Position> {
    let say = |text: &Text| panel.scene.text(text);
    let problem = adding.problem.as_ref();
    let Some((part, text)) = &adding.said else {
        let title = say(&words::ADD_WHO);
        return asked(canvas, panel, &title, (&adding.edit, problem), people(view));
    };
    let width = panel.width(WIDTH).saturating_sub(2).max(4);
    let mut below = vec![fit(&format!("{part}: {text}"), width).into_owned()];
    below.push(String::new());
    below.push(say(&words::ADD_TIMES));
    below.push(say(&words::ADD_FACTS));
    let facts: Vec<&str> = WORDS.iter().map(|(_, example)| *example).collect();
    below.extend(
        wrap(&facts.join("   "), width)
            .into_iter()
            .map(str::to_owned),
    );
    if let Some(script) = &view.script {
        let worlds = script
            .0
            .world
            .iter()
            .map(|(name, is)| format!("world:{name}={}", is.start));
        let worlds: Vec<String> = worlds.collect();
        below.extend(
            wrap(&worlds.join("   "), width)
                .into_iter()
                .map(str::to_owned),
        );
    }
    let title = say(&words::ADD_WHEN);
    asked(canvas, panel, &title, (&adding.edit, problem), below)
}

/// A line that is typed, with what helps to write it below.
fn asked(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    title: &str,
    (edit, problem): (&Edit, Option<&Text>),
    below: Vec<String>,
) -> Option<Position> {
    let width = panel.width(WIDTH).saturating_sub(2).max(4);
    let typed = typing::line(edit, width as u16);
    let typed_line = typed.lines.into_iter().next().unwrap_or_default();
    let mut lines = vec![
        Line::new().gap(1).and(Meaning::Input, typed_line),
        match problem {
            Some(problem) => Line::new()
                .gap(1)
                .and(Meaning::DueSoon, format!("! {}", panel.scene.text(problem))),
            None => Line::new(),
        },
    ];
    let below = below.into_iter();
    lines.extend(below.map(|text| Line::new().gap(1).and(Meaning::Muted, text)));
    let place = panel.place(WIDTH, lines.len());
    framed(canvas, panel.scene, panel.names, place, title, &lines);
    let inner = inside(place);
    let caret = Position::new(inner.x + 1 + typed.caret.0, inner.y);
    inner.contains(caret).then_some(caret)
}

fn feedback(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, asking: &Asking) -> Option<Position> {
    let scene = panel.scene;
    let width = panel.width(WIDTH).saturating_sub(2).max(4);
    let mut lines = Vec::new();
    for (question, answer) in QUESTIONS.iter().zip(&asking.answers) {
        lines.push(Line::new().gap(1).and(Meaning::Muted, scene.text(question)));
        let parts = wrap(answer, width)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        lines.extend(
            parts
                .into_iter()
                .map(|part| Line::new().gap(1).and(Meaning::Muted, part)),
        );
    }
    let question = QUESTIONS.get(asking.answers.len())?;
    lines.push(
        Line::new()
            .gap(1)
            .and(Meaning::Heading, scene.text(question)),
    );
    let above = lines.len();
    let typed = typing::block(&asking.edit, width as u16, ROWS);
    lines.extend(
        typed
            .lines
            .into_iter()
            .map(|part| Line::new().gap(1).and(Meaning::Input, part)),
    );
    lines.resize(above + usize::from(ROWS), Line::new());
    let place = panel.place(WIDTH, lines.len());
    let title = scene.text(&words::FEEDBACK);
    framed(canvas, scene, panel.names, place, &title, &lines);
    let inner = inside(place);
    let caret = Position::new(
        inner.x + 1 + typed.caret.0,
        inner.y + above as u16 + typed.caret.1,
    );
    inner.contains(caret).then_some(caret)
}
