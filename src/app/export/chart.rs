//! The incident over time, drawn: milestones, phases, levels, commanders, reports, decisions.

use super::html::{esc, when};
use super::page::{At, Page, Stretch};
use super::words as w;
use crate::domain::text::{cells, fit};
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write;

/// The drawing's size; it scales with the page, and scrolls sideways on a narrow one.
const WIDTH: f64 = 960.0;
/// Where the lanes' names end and the time begins.
const LEFT: f64 = 104.0;
const RIGHT: f64 = 20.0;
/// Width of one cell of text, about.
const CELL: f64 = 6.6;
const LANE: f64 = 34.0;
/// Rows that the names of milestones may stand in.
const ROWS: usize = 6;
/// Distances between the marks of the axis, in minutes.
const TICKS: [i64; 12] = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440, 10_080];

/// From when to when it is drawn.
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    /// What is long before or long after the rest would press it together: it is told below.
    fn of(page: &Page) -> Option<Window> {
        let stones = page.milestones.iter().filter_map(|stone| stone.at.as_ref());
        let told = page.story.iter().filter(|line| !line.hole);
        let times = stones
            .chain(told.map(|line| &line.at))
            .chain(page.phases.iter().map(|phase| &phase.from))
            .chain(page.reports.iter().map(|report| &report.at))
            .chain(page.decisions.iter().map(|decision| &decision.at));
        let mut times: Vec<DateTime<Utc>> = times.map(|at| at.time).collect();
        times.sort_unstable();
        // The side of a wide gap that is drawn is the one where it began to be worked on.
        let anchor = page.phases.first().map(|phase| phase.from.time);
        while let Some(gap) = wide_gap(&times) {
            match anchor.is_none_or(|anchor| anchor < times[gap]) {
                true => times.truncate(gap),
                false => drop(times.drain(..gap)),
            }
        }
        let (first, last) = (*times.first()?, *times.last()?);
        let pad = ((last - first) / 24).max(TimeDelta::seconds(30));
        Some(Window {
            from: first.checked_sub_signed(pad / 2)?,
            to: last.checked_add_signed(pad)?,
        })
    }

    fn holds(&self, at: &At) -> bool {
        self.from <= at.time && at.time <= self.to
    }

    fn x(&self, time: DateTime<Utc>) -> f64 {
        let whole = (self.to - self.from).num_milliseconds().max(1) as f64;
        let part = (time - self.from).num_milliseconds() as f64 / whole;
        LEFT + part.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }
}

/// Where the times behind a gap begin that is longer than all the rest, and than an hour.
fn wide_gap(times: &[DateTime<Utc>]) -> Option<usize> {
    let whole = *times.last()? - *times.first()?;
    let gaps = times.windows(2).enumerate();
    let (n, gap) = gaps
        .map(|(n, pair)| (n, pair[1] - pair[0]))
        .max_by_key(|(_, gap)| *gap)?;
    (gap > TimeDelta::hours(1) && gap > whole / 2).then_some(n + 1)
}

/// The drawing; `None` where there is nothing to draw.
pub(super) fn chart(page: &Page) -> Option<String> {
    let window = Window::of(page)?;
    let mut body = String::new();
    let mut y = stones(&mut body, page, &window);
    let bottom_of_stones = y;
    for (name, class, spans) in [
        (w::PHASES, "phase", &page.phases),
        (w::LEVEL, "level", &page.level_spans),
        (w::COMMANDER, "lead", &page.commanders),
    ] {
        if spans
            .iter()
            .any(|span| window.from <= span.to.as_ref().map_or(window.to, |to| to.time))
            && !spans.is_empty()
        {
            lane(&mut body, y, name.get(page.lang));
            bars(&mut body, y, class, spans, &window);
            y += LANE;
        }
    }
    let reports: Vec<(&At, String)> = page
        .reports
        .iter()
        .map(|report| (&report.at, format!("{} → {}", report.stage, report.to)))
        .collect();
    let decisions: Vec<(&At, String)> = page
        .decisions
        .iter()
        .map(|decision| {
            (
                &decision.at,
                format!("{} {}", decision.handle, decision.text),
            )
        })
        .collect();
    for (name, class, marks) in [
        (w::REPORTS, "report", &reports),
        (w::DECISIONS, "decision", &decisions),
    ] {
        if !marks.is_empty() {
            lane(&mut body, y, name.get(page.lang));
            dots(&mut body, y, class, marks, &window);
            y += LANE;
        }
    }
    let axis = axis(page, &window, bottom_of_stones, y);
    let lines = guides(page, &window, bottom_of_stones, y);
    let height = y + 26.0;
    let title = esc(w::DRAWING.get(page.lang));
    let mut out = format!(
        "<div class=\"drawing\">\n<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n{axis}{lines}{body}</svg>\n</div>\n"
    );
    out.push_str(&outside(page, &window));
    Some(out)
}

fn lane(out: &mut String, y: f64, name: &str) {
    let (x, middle) = (LEFT - 12.0, y + LANE / 2.0 + 4.0);
    let name = esc(name);
    writeln!(
        out,
        "<text class=\"name\" x=\"{x}\" y=\"{middle}\" text-anchor=\"end\">{name}</text>"
    )
    .ok();
}

fn bars(out: &mut String, y: f64, class: &str, spans: &[Stretch], window: &Window) {
    for (nth, span) in spans.iter().enumerate() {
        let to = span.to.as_ref().map_or(window.to, |to| to.time);
        if to < window.from || span.from.time > window.to {
            continue;
        }
        let (left, right) = (window.x(span.from.time), window.x(to));
        let width = (right - left - 1.5).max(2.0);
        let until = span
            .to
            .as_ref()
            .map(|to| to.clock.as_str())
            .unwrap_or_default();
        let title = esc(&format!("{} {}–{until}", span.name, span.from.clock));
        let tone = nth % 2;
        let (top, tall) = (y + 6.0, LANE - 12.0);
        writeln!(out, "<g class=\"bar {class} tone{tone}\"><title>{title}</title><rect x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{tall}\" rx=\"3\"/>").ok();
        let room = ((width - 10.0) / CELL).floor().max(0.0) as usize;
        if room >= cells(&span.name).min(4) {
            let (x, base) = (left + 6.0, y + LANE / 2.0 + 4.0);
            let name = esc(&fit(&span.name, room));
            write!(out, "<text x=\"{x:.1}\" y=\"{base}\">{name}</text>").ok();
        }
        out.push_str("</g>\n");
    }
}

fn dots(out: &mut String, y: f64, class: &str, marks: &[(&At, String)], window: &Window) {
    let middle = y + LANE / 2.0;
    for (at, text) in marks.iter().filter(|(at, _)| window.holds(at)) {
        let x = window.x(at.time);
        let title = esc(&format!("{} {} {text}", at.clock, at.zone));
        let shape = match class {
            "decision" => format!(
                "<path d=\"M{x:.1} {:.1}l6.5 6.5l-6.5 6.5l-6.5 -6.5z\"/>",
                middle - 6.5
            ),
            _ => format!("<circle cx=\"{x:.1}\" cy=\"{middle}\" r=\"5.5\"/>"),
        };
        writeln!(
            out,
            "<g class=\"dot {class}\"><title>{title}</title>{shape}</g>"
        )
        .ok();
    }
}

/// The names of milestones, each in the first row with room for it. Gives where the lanes begin.
fn stones(out: &mut String, page: &Page, window: &Window) -> f64 {
    let mut taken = [0.0_f64; ROWS];
    let mut rows = 0;
    let mut placed = Vec::new();
    for stone in &page.milestones {
        let Some(at) = stone.at.as_ref().filter(|at| window.holds(at)) else {
            continue;
        };
        let text = format!("{} {}", stone.name, at.clock);
        let wide = cells(&text) as f64 * CELL + 14.0;
        let x = window.x(at.time);
        let left = (x + 4.0).min(WIDTH - wide);
        let row = (0..ROWS)
            .find(|row| taken[*row] <= left)
            .unwrap_or(ROWS - 1);
        taken[row] = left + wide;
        rows = rows.max(row + 1);
        placed.push((row, left, text));
    }
    for (row, left, text) in placed {
        let y = 16.0 + row as f64 * 18.0;
        let text = esc(&text);
        writeln!(
            out,
            "<text class=\"stone\" x=\"{left:.1}\" y=\"{y}\">{text}</text>"
        )
        .ok();
    }
    10.0 + rows as f64 * 18.0 + 4.0
}

/// A line through all lanes at each milestone.
fn guides(page: &Page, window: &Window, top: f64, bottom: f64) -> String {
    let mut out = String::new();
    for stone in &page.milestones {
        if let Some(at) = stone.at.as_ref().filter(|at| window.holds(at)) {
            let x = window.x(at.time);
            writeln!(out, "<line class=\"guide\" x1=\"{x:.1}\" y1=\"8\" x2=\"{x:.1}\" y2=\"{bottom}\"/><circle class=\"guide\" cx=\"{x:.1}\" cy=\"{top}\" r=\"2.5\"/>").ok();
        }
    }
    out
}

fn axis(page: &Page, window: &Window, top: f64, bottom: f64) -> String {
    let minutes = (window.to - window.from).num_minutes().max(1);
    let step = TICKS.into_iter().find(|step| minutes / step <= 9);
    let step = step.unwrap_or_else(|| (minutes / 8 / 1_440).max(1) * 1_440) * 60;
    let east = i64::from(page.east);
    let mut out = String::new();
    let first = (window.from.timestamp() + east).div_euclid(step) + 1;
    for nth in first..first + 12 {
        let Some(time) = DateTime::from_timestamp(nth * step - east, 0) else {
            break;
        };
        if time > window.to {
            break;
        }
        let x = window.x(time);
        let shown = time + TimeDelta::seconds(east);
        let form = if step >= 86_400 { "%m-%d" } else { "%H:%M" };
        let (label, y) = (shown.format(form), bottom + 18.0);
        writeln!(out, "<line class=\"tick\" x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\"/><text class=\"tick\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>").ok();
    }
    out
}

/// Milestones that are not in the drawing.
fn outside(page: &Page, window: &Window) -> String {
    let mut out = String::new();
    let said = |label: &Text, before: bool| {
        let far = page.milestones.iter().filter_map(|stone| {
            let at = stone.at.as_ref()?;
            let is = if before {
                at.time < window.from
            } else {
                at.time > window.to
            };
            is.then(|| format!("{} {}", esc(&stone.name), when(at)))
        });
        let far: Vec<String> = far.collect();
        let colon = if page.lang == Lang::Ja { "：" } else { ": " };
        (!far.is_empty()).then(|| format!("{}{colon}{}", esc(label.get(page.lang)), far.join(", ")))
    };
    let both: Vec<String> = [(w::EARLIER, true), (w::LATER, false)]
        .iter()
        .filter_map(|(label, before)| said(label, *before))
        .collect();
    if !both.is_empty() {
        writeln!(out, "<p class=\"note\">{}</p>", both.join("; ")).ok();
    }
    out
}
