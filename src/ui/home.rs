//! The incidents; and what a console says that has none yet.

use super::layout::LEAST;
use super::line::Line;
use super::list::{Rows, pane};
use super::room::{banner, level_within};
use super::scene::{Canvas, Scene, meaning};
use super::theme::Meaning;
use crate::app::action::Action;
use crate::app::model::{RowId, Where};
use crate::app::strings::header as words;
use crate::app::view::header;
use crate::app::view::home::{Row, order, row, title};
use crate::app::view::panes::Title;
use crate::app::view::{Said, Tone};
use crate::both;
use crate::domain::text::wrap;
use crate::domain::verb::Verb;
use ratatui::layout::Rect;

/// Draws into all but the footer's row.
pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, mut area: Rect) {
    let model = scene.model;
    let mut next = || {
        let top = Rect {
            height: 1.min(area.height),
            ..area
        };
        area.y += top.height;
        area.height -= top.height;
        top
    };
    let marks = header::banner(model, None);
    if !marks.is_empty() {
        let row = next();
        canvas.lines("banner", row, &[banner(&marks, row.width)]);
    }
    canvas.lines("what", next(), &[status(scene).on(Meaning::Status)]);
    let order = order(model);
    let (name, count) = title(model);
    let title = Title {
        name,
        beside: vec![Said::new(count, Tone::Muted)],
        empty: None,
    };
    let width = usize::from(area.width);
    let id = |at: usize| RowId::Incident(order[at].incident.id.clone());
    let find = |id: &RowId| match id {
        RowId::Incident(id) => order.iter().position(|there| there.incident.id == *id),
        _ => None,
    };
    // Of years of incidents only those that are seen are put into words.
    let lines = |at: usize| incident(scene, &row(model, order[at]), width);
    let list = Rows {
        count: order.len(),
        id: &id,
        find: Some(&find),
        lines: &lines,
        follows_end: false,
        anchor: None,
    };
    pane(
        canvas,
        scene,
        ("incidents", Where::Home),
        area,
        &title,
        (&model.home, list),
    );
    if order.is_empty() {
        let below = Rect {
            y: area.y + 1.min(area.height),
            height: area.height.saturating_sub(1),
            ..area
        };
        canvas.lines("welcome", below, &welcome(scene, width));
    }
}

fn status(scene: &Scene<'_>) -> Line {
    let model = scene.model;
    let link = header::link(model);
    let mut line = Line::new()
        .gap(1)
        .and(Meaning::Heading, "matoi")
        .gap(2)
        .and(Meaning::Text, model.snapshot.workspace.team.clone());
    if model.snapshot.follows {
        line = line.gap(2).and(Meaning::Muted, scene.text(&words::FOLLOWS));
    }
    line = line.end(meaning(link.tone), link.text);
    for count in header::counts(model, None) {
        line = line
            .end(Meaning::Text, "  ")
            .end(meaning(count.tone), count.text);
    }
    line.end(Meaning::Text, format!("   {} ", header::wall_clock(model)))
}

/// What is over takes one line, what still runs two.
fn incident(scene: &Scene<'_>, row: &Row, width: usize) -> Vec<Line> {
    let over = row.tone == Tone::History;
    let plain = if over {
        Meaning::History
    } else {
        Meaning::Text
    };
    let levels = (width / 8).clamp(10, 14);
    let level = match &row.level {
        Some(level) => format!(" {} ", level_within(level, levels)),
        None => format!(" {} ", scene.text(&words::NO_LEVEL)),
    };
    let look = match (over, &row.level) {
        (true, _) => Meaning::History,
        (false, Some(_)) => Meaning::Level,
        (false, None) => Meaning::DueSoon,
    };
    let mut line = Line::new().gap(1).and(look, level).column(levels + 2);
    if let Some(temperature) = &row.temperature {
        line = line.and(
            if over { plain } else { Meaning::Accent },
            temperature.clone(),
        );
    }
    let bold = if over { plain } else { Meaning::Heading };
    line = line.column(levels + 10).and(bold, row.title.clone());
    if over {
        let line = line
            .end(plain, row.since.clone())
            .end(plain, format!("  {}", row.phase.text))
            .end(Meaning::Text, " ");
        return vec![line];
    }
    for need in &row.needs {
        line = line.end(meaning(need.tone), format!("  {}", need.text));
    }
    let mut below = Line::new().gap(2).and(Meaning::Text, row.since.clone());
    below = below
        .column(levels + 2)
        .and(meaning(row.phase.tone), row.phase.text.clone());
    below = below.column(levels + 16);
    below = below.and(
        Meaning::Muted,
        format!("{} ", scene.text(&words::COMMANDER)),
    );
    below = match &row.commander {
        Some(name) => below.and(Meaning::Person, name.clone()),
        None => below.and(Meaning::Muted, "-"),
    };
    below = below.gap(3).and(Meaning::Muted, row.channel.clone());
    below = below
        .end(meaning(row.below.tone), row.below.text.clone())
        .end(Meaning::Text, " ");
    for mark in &row.marks {
        below = below.gap(2).and(Meaning::Banner, format!(" {mark} "));
    }
    vec![line.end(Meaning::Text, " "), below]
}

/// Where this runs while no Slack is configured.
pub fn own_workspace<'t>(scene: &Scene<'_>) -> &'t str {
    scene.say(
        "This runs on a workspace of its own, on this machine: nobody outside sees it.",
        "この端末だけのワークスペースで動いています。社内には何も届きません。",
    )
}

/// What this is, who sits here, and what to press first.
fn welcome(scene: &Scene<'_>, width: usize) -> Vec<Line> {
    let model = scene.model;
    let mut said: Vec<String> = Vec::new();
    said.push(
        scene
            .say("No incidents.", "インシデントはありません。")
            .to_owned(),
    );
    if model.snapshot.workspace.local {
        said.push(own_workspace(scene).to_owned());
    }
    let me = &model.snapshot.me;
    let key = scene.key(Action::Who).unwrap_or_default();
    said.push(match me.as_str().is_empty() {
        true => scene
            .say(
                "Who are you? Press {} to say.",
                "{} を押して名乗ってください。",
            )
            .replace("{}", &key),
        false => scene
            .say("You are {}.", "使用者: {}")
            .replace("{}", &model.name(me)),
    });
    let room = width.saturating_sub(6).max(1);
    let mut lines = vec![Line::new()];
    for text in &said {
        let parts = wrap(text, room);
        lines.extend(
            parts
                .iter()
                .map(|part| Line::new().gap(3).and(Meaning::Text, *part)),
        );
    }
    lines.push(Line::new());
    let first = (!model.in_drill()).then_some(Action::Practise);
    let actions = [Some(Action::Do(Verb::Declare)), first, Some(Action::Help)];
    for action in actions.into_iter().flatten() {
        let Some(key) = scene.key(action) else {
            continue;
        };
        let about = scene.text(action.row().about());
        let line = Line::new().gap(3).and(Meaning::Key, key);
        lines.push(line.column(7).and(Meaning::Text, about.to_owned()));
    }
    lines.extend(practised(scene, room));
    lines
}

/// The drill that was played last, and how the next one is begun.
fn practised(scene: &Scene<'_>, room: usize) -> Vec<Line> {
    let Some(last) = &scene.model.last_drill else {
        return Vec::new();
    };
    let (title, score) = (&last.title, last.score);
    let program = &last.program;
    let mut said = vec![both!(
        "Last drill: {title}, {score:.0} of 100. All of them: {program} drill report",
        "前回の訓練: {title}、{score:.0} / 100 点。一覧は {program} drill report"
    )];
    said.extend(last.next.as_ref().map(|(_, title)| {
        let (en, ja) = (&title.en, &title.ja);
        let key = scene.key(Action::Practise).unwrap_or_default();
        both!("Next drill: {en} [{key}]", "次の訓練: {ja} [{key}]")
    }));
    let mut lines = vec![Line::new()];
    for text in &said {
        let parts = wrap(text.get(scene.lang), room);
        lines.extend(
            parts
                .iter()
                .map(|part| Line::new().gap(3).and(Meaning::Muted, *part)),
        );
    }
    lines
}

/// For terminals in which there is no room to command from: says so, and the vital facts.
pub fn card(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let model = scene.model;
    let (width, height) = model.size;
    let (columns, rows) = LEAST;
    let mut lines = Vec::new();
    let marks = header::banner(model, model.target());
    if !marks.is_empty() {
        lines.push(banner(&marks, area.width));
    }
    if let Some(header) = model.room_id().and_then(|_| header::header(model)) {
        let level = header.level;
        let level = level.unwrap_or_else(|| scene.text(&words::NO_LEVEL));
        let elapsed = header
            .elapsed
            .first()
            .map_or("", |(_, elapsed)| elapsed.as_str());
        lines.push(
            Line::of(Meaning::Heading, format!("{level} {elapsed}"))
                .gap(1)
                .and(meaning(header.phase.tone), header.phase.text)
                .end(meaning(header.link_short.tone), header.link_short.text),
        );
        let commander = header.roles.first().and_then(|(_, who)| who.clone());
        let commander = commander.unwrap_or_else(|| "-".to_owned());
        let ic = scene.text(&words::COMMANDER);
        lines.push(Line::of(Meaning::Text, format!("{ic} {commander}")));
        lines.push(Line::of(Meaning::Text, header.title));
        if let Some(next) = header::promises(model).into_iter().next() {
            let mut line =
                Line::of(meaning(next.tone), next.what).end(meaning(next.tone), next.left);
            for count in header.counts_short {
                line = line.end(meaning(count.tone), format!(" {}", count.text));
            }
            lines.push(line);
        }
    }
    let texts = [
        format!("matoi needs {columns}x{rows}; this is {width}x{height}."),
        format!("matoi には {columns}x{rows} が必要です (現在 {width}x{height})。"),
    ];
    for text in &texts {
        let parts = wrap(text, usize::from(area.width).max(1));
        lines.extend(parts.iter().map(|part| Line::of(Meaning::Text, *part)));
    }
    canvas.lines("card", area, &lines);
}
