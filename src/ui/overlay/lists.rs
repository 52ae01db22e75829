//! Panels that are lists: help, palette, the outbox, who sits here.

use super::{Panel, filter_line, framed};
use crate::app::model::{List, Palette, RowId, Where, WhoAreYou};
use crate::app::strings::{entry, form as form_words, overlay as words};
use crate::app::view::overlays::{self, ActionRow};
use crate::domain::text::{cells, wrap};
use crate::domain::words::Text;
use crate::ui::home::own_workspace;
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::list::{self, Rows};
use crate::ui::scene::Canvas;
use crate::ui::theme::Meaning;
use crate::ui::window::{Wish, window};
use ratatui::layout::Position;

const WIDE: u16 = 96;
const NARROW: u16 = 64;

/// What can be done here and now, then what cannot and why; and how the signs of the timeline are
/// read.
pub fn help(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, list: &List) -> Option<Position> {
    let actions = overlays::help(panel.scene.model);
    let titles = (&words::HELP, Some(&entry::SIGNS));
    listed(canvas, panel, list, &actions, titles)
}

/// The acts of command, each by one key more.
pub fn acts(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, list: &List) -> Option<Position> {
    let actions = overlays::acts(panel.scene.model);
    listed(canvas, panel, list, &actions, (&words::ACTS, None))
}

fn listed(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    list: &List,
    actions: &[ActionRow],
    (title, legend): (&Text, Option<&Text>),
) -> Option<Position> {
    let scene = panel.scene;
    let place = panel.place(WIDE, usize::from(panel.rows()));
    let keys = key_column(actions);
    let rows = Rows {
        count: actions.len(),
        id: &RowId::Line,
        find: None,
        lines: &|at| vec![action_line(&actions[at], keys)],
        follows_end: false,
        anchor: None,
    };
    let mut inner = inside(place);
    let legend = legend.filter(|_| inner.height > 3);
    inner.height -= u16::from(legend.is_some());
    let (mut lines, _) = list::visible(canvas, Where::Overlay, inner, true, list, &rows);
    if let Some(legend) = legend {
        lines.resize_with(usize::from(inner.height), Line::new);
        lines.push(Line::new().gap(1).and(Meaning::Muted, scene.text(legend)));
    }
    let title = scene.text(title);
    framed(canvas, scene, panel.names, place, &title, &lines);
    None
}

fn key_column(actions: &[ActionRow]) -> usize {
    let widest = actions.iter().map(|row| cells(&row.keys)).max();
    widest.unwrap_or(0).min(16) + 3
}

fn action_line(row: &ActionRow, keys: usize) -> Line {
    let line = Line::new().gap(1);
    match &row.unavailable {
        None => line
            .and(Meaning::Key, row.keys.clone())
            .column(keys)
            .and(Meaning::Text, row.about.clone()),
        Some(why) => line
            .and(Meaning::Muted, row.keys.clone())
            .column(keys)
            .and(Meaning::Muted, row.about.clone())
            .end(Meaning::Muted, format!("({why}) ")),
    }
}

pub fn palette(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    shown: &Palette,
) -> Option<Position> {
    let scene = panel.scene;
    let actions = overlays::palette(scene.model, shown);
    let chosen = overlays::chosen(scene.model, shown);
    let keys = key_column(&actions);
    let picks = Picks {
        title: scene.text(&words::PALETTE),
        lead: Vec::new(),
        filter: filter_line(&shown.filter, panel.width(WIDE)),
        lines: actions.iter().map(|row| action_line(row, keys)).collect(),
        chosen: actions.iter().position(|row| Some(row.action) == chosen),
    };
    pick(canvas, panel, WIDE, usize::from(panel.rows()), picks)
}

pub fn who(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, shown: &WhoAreYou) -> Option<Position> {
    let scene = panel.scene;
    let people = overlays::people(scene.model, shown);
    let chosen = overlays::chosen_person(scene.model, shown);
    let width = panel.width(NARROW);
    let why = scene.text(&words::WHO_WHY);
    let sample = scene.text(&words::WHO_SAMPLE);
    let mut said = Vec::new();
    // At the first run this stands over the words that say it.
    if scene.model.snapshot.workspace.local && scene.model.snapshot.me.as_str().is_empty() {
        said.push(own_workspace(scene));
        said.push(&sample);
    }
    said.push(&why);
    let room = width.saturating_sub(2).max(1);
    let lead: Vec<&str> = said.iter().flat_map(|text| wrap(text, room)).collect();
    let all = scene.model.snapshot.people.len();
    let mut lines: Vec<Line> = people
        .iter()
        .map(|person| {
            let handle = format!("@{}", person.handle);
            Line::new()
                .gap(3)
                .and(Meaning::Person, person.name.clone())
                .column(width / 2)
                .and(Meaning::Muted, handle)
        })
        .collect();
    if lines.is_empty() {
        let nobody = match all {
            0 => &words::NO_PEOPLE,
            _ => &form_words::NO_MATCH,
        };
        lines.push(Line::new().gap(3).and(Meaning::Muted, scene.text(nobody)));
    }
    let rows = lead.len() + 2 + all.max(1);
    let picks = Picks {
        title: scene.text(&words::WHO),
        lead: lead
            .iter()
            .map(|part| Line::new().gap(1).and(Meaning::Text, *part))
            .collect(),
        filter: filter_line(&shown.filter, width),
        chosen: people
            .iter()
            .position(|person| Some(&person.id) == chosen.as_ref()),
        lines,
    };
    pick(
        canvas,
        panel,
        NARROW,
        rows.min(usize::from(panel.rows())),
        picks,
    )
}

/// A list narrowed by typing.
pub struct Picks {
    pub title: String,
    pub lead: Vec<Line>,
    pub filter: (Line, (u16, u16)),
    pub lines: Vec<Line>,
    pub chosen: Option<usize>,
}

/// Draws it in `rows` lines, however few are left of it: it stands still while one types.
pub fn pick(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    width: u16,
    rows: usize,
    picks: Picks,
) -> Option<Position> {
    let place = panel.place(width, rows);
    let inner = inside(place);
    let (filter, caret) = picks.filter;
    let mut lines = picks.lead;
    let caret = Position::new(inner.x + caret.0, inner.y + lines.len() as u16);
    lines.push(filter);
    let left = usize::from(inner.height).saturating_sub(lines.len());
    let wish = Wish {
        rows: picks.lines.len(),
        lines: left,
        top: None,
        selected: picks.chosen,
        follows_end: false,
        anchor: None,
    };
    let (first, shown) = window(wish, |_| 1);
    let seen = picks.lines.into_iter().enumerate().skip(first).take(shown);
    lines.extend(seen.map(|(at, line)| line.selected(Some(at) == picks.chosen)));
    framed(
        canvas,
        panel.scene,
        panel.names,
        place,
        &picks.title,
        &lines,
    );
    inner.contains(caret).then_some(caret)
}
