//! What stands beside the story: prompts, checklist, situation.

use crate::app::clock;
use crate::app::model::{Pane, RowId, Shown, Where};
use crate::app::msg::Target;
use crate::app::strings::pane as words;
use crate::app::view::panes::{self, ItemRow};
use crate::app::view::{Said, Tone};
use crate::domain::event::Milestone;
use crate::domain::incident::ItemState;
use crate::domain::text::{cells, fit, wrap};
use crate::ui::line::Line;
use crate::ui::list::{self, Rows, wrapped};
use crate::ui::scene::{Canvas, Scene, heading, meaning};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;

/// The prompts, each in its own place, which it keeps when another is answered.
pub fn asks(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let panes::Asks {
        slots: asks,
        waiting: more,
    } = panes::asks(scene.model);
    let waiting = asks.iter().flatten().count();
    let title = scene.text(&words::ASK);
    let more = (more > 0).then(|| scene.fill(&words::ASK_WAITING, &[&more.to_string()]));
    let more: Vec<Said> = more
        .into_iter()
        .map(|text| Said::new(text, Tone::Muted))
        .collect();
    let mut lines = vec![heading(scene, &title, &more, false)];
    let each = usize::from(area.height.saturating_sub(1)) / asks.len();
    let width = usize::from(area.width);
    for (slot, ask) in asks.iter().enumerate() {
        let top = area.y + lines.len() as u16;
        let mut own: Vec<Line> = match ask {
            Some((_, said)) => {
                let text = wrapped(&said.text, width.saturating_sub(6), each.max(1));
                // In a replay it is no key.
                let number = match scene.model.replayed {
                    true => Line::new().gap(1).and(Meaning::Muted, " - "),
                    false => Line::new()
                        .gap(1)
                        .and(Meaning::Key, format!("[{}]", slot + 1)),
                };
                let number = number.gap(1);
                let mut number = Some(number);
                text.into_iter()
                    .map(|part| {
                        let line = number.take().unwrap_or_else(|| Line::new().gap(5));
                        line.and(Meaning::Text, part)
                    })
                    .collect()
            }
            None if waiting == 0 && slot == 0 => {
                let nothing = scene.say("Nothing to ask now.", "確認することはありません。");
                wrapped(nothing, width.saturating_sub(2), each.max(1))
                    .into_iter()
                    .map(|part| Line::new().gap(1).and(Meaning::Muted, part))
                    .collect()
            }
            None => vec![Line::new()],
        };
        own.resize(each.max(1), Line::new());
        if ask.is_some() {
            let height = own.len() as u16;
            let row = Rect {
                y: top,
                height,
                ..area
            }
            .intersection(area);
            canvas.hit(row, Some(Target::Ask(slot)));
        }
        lines.extend(own);
    }
    canvas.lines("asks", area, &lines);
}

pub fn checklist(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let items = panes::checklist(scene.model);
    let width = usize::from(area.width);
    // Where it fits, the last row is the manual's.
    let mut area = area;
    let room = width.saturating_sub(2);
    if let Some(link) = panes::manual(scene.model, room).filter(|_| area.height >= 5) {
        area.height -= 1;
        let row = Rect {
            y: area.y + area.height,
            height: 1,
            ..area
        };
        let text = fit(&link, room).into_owned();
        let line = Line::new().gap(1).and(Meaning::Muted, text);
        canvas.lines("manual", row, &[line]);
    }
    let progress = panes::progress(scene.model);
    if area.height >= 7 && !progress.is_empty() {
        area.height -= 1;
        let row = Rect {
            y: area.y + area.height,
            height: 1,
            ..area
        };
        let mut line = Line::new().gap(1);
        for part in progress {
            line = line.and(meaning(part.tone), part.text).gap(2);
        }
        canvas.lines("progress", row, &[line]);
    }
    let most = if area.height >= 12 { 2 } else { 1 };
    let lines = |at: usize| item(&items[at], width, most);
    let id = |at: usize| items[at].id.clone();
    let rows = Rows {
        count: items.len(),
        id: &id,
        find: None,
        lines: &lines,
        follows_end: false,
        anchor: items.iter().position(|item| item.state == ItemState::Open),
    };
    let place = Where::Pane(Pane::Checklist);
    let title = panes::title(scene.model, Pane::Checklist);
    let list = &scene.model.room.checklist;
    list::pane(
        canvas,
        scene,
        ("checklist", place),
        area,
        &title,
        (list, rows),
    );
}

fn item(item: &ItemRow, width: usize, most: usize) -> Vec<Line> {
    let (mark, body) = match item.state {
        ItemState::Open if item.former => ("[ ]", Meaning::Muted),
        ItemState::Open => ("[ ]", Meaning::Text),
        ItemState::Done => ("[x]", Meaning::History),
        ItemState::Skipped => ("[-]", Meaning::History),
    };
    let first = Line::new()
        .gap(1)
        .and(body, format!("{mark} {:>2} ", item.number));
    let indent = first.width();
    let settled = item.state != ItemState::Open;
    // The time left keeps its place whatever the name before it.
    let names = (width / 4).clamp(4, 12);
    let who = item.who.as_deref().map(|who| fit(who, names).into_owned());
    let mut tail = Line::new();
    if let Some(saving) = &item.mark {
        tail = tail.and(meaning(saving.tone), saving.text.clone()).gap(1);
    }
    match (&who, settled) {
        (Some(who), true) => tail = tail.and(Meaning::History, who.clone()),
        (Some(who), false) => tail = tail.and(Meaning::Person, who.clone()),
        (None, _) => {}
    }
    if let Some(left) = &item.left {
        let late = meaning(left.tone) == Meaning::Overdue;
        let sign = if late { "!" } else { "" };
        tail = tail
            .gap(1)
            .and(meaning(left.tone), format!("{sign}{}", left.text));
    }
    let text = match &item.reason {
        Some(reason) if settled => format!("{}: {reason}", item.text),
        _ => item.text.clone(),
    };
    let full = width.saturating_sub(indent + 1).max(4);
    let beside = match tail.width() {
        0 => full,
        taken => full.saturating_sub(taken + 1).max(4),
    };
    let tail = |line: Line| line.end_with(tail).end(Meaning::Text, " ");
    if settled || most == 1 || cells(&text) <= beside {
        return vec![tail(first.and(body, fit(&text, beside).into_owned()))];
    }
    // The text has the first line for itself; the second holds its end, the name and the time.
    let head = wrap(&text, full).first().map_or(0, |head| head.len());
    let rest = text[head..].trim_start();
    vec![
        first.and(body, text[..head].to_owned()),
        tail(
            Line::new()
                .gap(indent)
                .and(body, fit(rest, beside).into_owned()),
        ),
    ]
}

/// The one paragraph that everybody works from, and the times that the incident is measured by.
pub fn situation(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let model = scene.model;
    let place = Where::Pane(Pane::Situation);
    let title = panes::title(model, Pane::Situation);
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let mut lines: Vec<Line> = Vec::new();
    let indented = |meaning: Meaning, text: &str| Line::new().gap(1).and(meaning, text);
    for (n, text) in panes::seen_before(model).iter().enumerate() {
        let look = if n == 0 {
            Meaning::DueSoon
        } else {
            Meaning::Muted
        };
        lines.push(indented(look, text));
    }
    match (panes::situation(model), &title.empty) {
        (Some(now), _) => {
            lines.extend(
                wrap(&now.text, width)
                    .into_iter()
                    .map(|l| indented(Meaning::Text, l)),
            );
        }
        (None, Some(empty)) => {
            lines.extend(
                wrap(empty, width)
                    .into_iter()
                    .map(|l| indented(Meaning::Muted, l)),
            );
        }
        (None, None) => {}
    }
    lines.push(Line::new());
    lines.extend(milestones(scene, width));
    // It is not chosen from but scrolled.
    let first = match model.room.situation.selected {
        Some(RowId::Line(line)) => line,
        _ => 0,
    };
    let shown = usize::from(area.height.saturating_sub(1));
    let first = first.min(lines.len().saturating_sub(shown));
    lines.drain(..first);
    let below = lines.len().saturating_sub(shown);
    let mut top = heading(scene, &title.name, &title.beside, scene.focused(place));
    if below > 0 {
        let text = scene.say(" {} below ", " 下に{}行 ");
        top = top.end(Meaning::Accent, text.replace("{}", &below.to_string()));
    }
    lines.insert(0, top);
    let report = Shown {
        first: Some(RowId::Line(first)),
        rows: shown.max(1) as u16,
    };
    canvas.drawing.lists.insert(place, report);
    canvas.lines("situation", area, &lines);
}

/// Two in a row: what is not known is a dash.
fn milestones(scene: &Scene<'_>, width: usize) -> Vec<Line> {
    let model = scene.model;
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let half = (width / 2).max(1);
    let all = Milestone::ALL;
    all.chunks(2)
        .map(|pair| {
            let mut line = Line::new().gap(1);
            for (n, milestone) in pair.iter().enumerate() {
                if n > 0 {
                    line = line.column(half + 1);
                }
                let name = milestone.text();
                line = line.and(Meaning::Muted, scene.text(&name)).gap(1);
                line = match incident.milestones.get(milestone) {
                    Some(reached) => line.and(
                        Meaning::Text,
                        clock::day_hhmm(model.shown_zone(), reached.time, model.now),
                    ),
                    None => line.and(Meaning::Muted, "-"),
                };
            }
            line
        })
        .collect()
}
