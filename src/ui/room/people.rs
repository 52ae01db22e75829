//! Who is here.

use crate::app::model::{Pane, Where};
use crate::app::strings::pane as words;
use crate::app::view::panes;
use crate::app::view::roster::{self, PersonRow};
use crate::domain::text::{cells, fit, pad_right};
use crate::ui::line::Line;
use crate::ui::list::{self, Rows};
use crate::ui::scene::{Canvas, Scene, meaning};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;

pub fn roster(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let people = roster::rows(scene.model);
    let width = usize::from(area.width);
    let told = people.iter().filter(|person| person.task.is_some()).count();
    let tasks = usize::from(area.height) > people.len() + told.min(2);
    let lines = |at: usize| match width >= ROOMY {
        true => vec![whole(scene, &people[at], width)],
        false => person(scene, &people[at], width, tasks),
    };
    let id = |at: usize| people[at].id.clone();
    let rows = Rows {
        count: people.len(),
        id: &id,
        find: None,
        lines: &lines,
        follows_end: false,
        anchor: None,
    };
    let place = Where::Pane(Pane::Roster);
    let title = panes::title(scene.model, Pane::Roster);
    let list = &scene.model.room.roster;
    list::pane(canvas, scene, ("roster", place), area, &title, (list, rows));
}

/// From here on a person takes one line with everything in it.
const ROOMY: usize = 56;

fn who(scene: &Scene<'_>, person: &PersonRow, names: usize) -> Line {
    let star = if person.commander { "* " } else { "  " };
    let look = match person.commander {
        true => Meaning::Heading,
        false => Meaning::Person,
    };
    // Whose console this is, is not cut off by the length of a name.
    let me = if person.me {
        scene.say(" (you)", " (自分)")
    } else {
        ""
    };
    let name = fit(&person.name, names.saturating_sub(cells(me)).max(4));
    let name = pad_right(&format!("{name}{me}"), names);
    Line::of(Meaning::Accent, star)
        .and(look, name)
        .gap(1)
        .and(Meaning::Text, person.roles.join(" "))
}

/// What asks for a hand, the most pressing; else how long they are at it.
fn person(scene: &Scene<'_>, person: &PersonRow, width: usize, tasks: bool) -> Vec<Line> {
    let line = who(scene, person, (width / 3).clamp(12, 18));
    let marks = [
        &person.mark,
        &person.idle,
        &person.relief,
        &person.overloaded,
    ];
    let line = match marks.into_iter().flatten().next() {
        Some(mark) => line.end(meaning(mark.tone), mark.text.clone()),
        None => line.end(Meaning::Muted, person.since.clone()),
    };
    let mut lines = vec![line.end(Meaning::Text, " ")];
    if let Some(task) = person.task.as_ref().filter(|_| tasks) {
        let line = Line::new().gap(4).and(Meaning::Muted, task.clone());
        lines.push(match person.idle {
            None => line.end(Meaning::Muted, format!("{} ", heard(scene, person))),
            Some(_) => line,
        });
    }
    lines
}

fn heard(scene: &Scene<'_>, person: &PersonRow) -> String {
    scene.fill(&words::HEARD, &[&person.heard])
}

fn whole(scene: &Scene<'_>, person: &PersonRow, width: usize) -> Line {
    let mut line = who(scene, person, (width / 4).clamp(10, 24)).column(width / 4 + 12);
    let mut tail = Line::new();
    let marks = [
        &person.mark,
        &person.idle,
        &person.relief,
        &person.overloaded,
    ];
    for mark in marks.into_iter().flatten() {
        tail = tail.and(meaning(mark.tone), mark.text.clone()).gap(2);
    }
    if person.idle.is_none() {
        tail = tail.and(Meaning::Muted, heard(scene, person)).gap(2);
    }
    tail = tail.and(Meaning::Muted, format!("{:>4} ", person.since));
    if let Some(task) = &person.task {
        let room = width.saturating_sub(line.width() + tail.width() + 1);
        line = line.and(Meaning::Text, fit(task, room).into_owned());
    }
    line.end_with(tail)
}
