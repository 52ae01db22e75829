//! Charts, by the library's own widgets. Each is drawn over words that say the same in figures.

use super::value;
use crate::app::metrics::table;
use crate::app::strings::metrics as s;
use crate::domain::metrics::{Measure, Month, Report};
use crate::domain::settings::Glyphs;
use crate::domain::text::{pad_left, pad_right};
use crate::domain::words::Text;
use crate::ui::frame::Fingerprint;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;
use ratatui::symbols::bar;
use ratatui::widgets::{Bar, BarChart, BarGroup, LineGauge, Sparkline, Widget};

/// Where the figures of shares begin, and how wide they are.
pub const SHARE_AT: usize = 41;
pub const SHARE: usize = 14;
/// Cells of a bar and between the two of a month; between months.
const BAR: u16 = 4;
const GAP: u16 = 1;
const MONTHS_APART: u16 = 1;
/// The library leaves a gap behind each bar, and one more between groups.
const MONTH: u16 = 2 * (BAR + GAP) + MONTHS_APART;
/// A gauge with fewer cells says nothing.
const LEAST: u16 = 8;

const ASCII: bar::Set<'_> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "=",
    half: "=",
    three_eighths: "=",
    one_quarter: "-",
    one_eighth: "-",
    empty: " ",
};

fn is_ascii(scene: &Scene<'_>) -> bool {
    scene.model.snapshot.config.screen.glyphs == Glyphs::Ascii
}

fn set(scene: &Scene<'_>) -> bar::Set<'static> {
    match is_ascii(scene) {
        true => ASCII,
        false => bar::NINE_LEVELS,
    }
}

fn cell(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0)
}

/// In what a chart counts: seconds of one, and what that is called.
fn unit(report: &Report, measure: Measure) -> (i64, Text) {
    let all = report
        .months
        .iter()
        .filter_map(|(_, g)| g.stat(measure).p90);
    match all.max().unwrap_or(0) {
        // Four figures at the most.
        0..600 => (1, s::LEGEND_SECONDS),
        600..600_000 => (60, s::LEGEND),
        _ => (3600, s::LEGEND_HOURS),
    }
}

/// What the trend shows, in words.
pub fn legend(scene: &Scene<'_>, report: &Report, measure: Measure) -> Line {
    let name = scene.text(&measure.text());
    let title = scene.fill(&s::TREND, &[&name]);
    let (_, unit) = unit(report, measure);
    Line::new().gap(2).and(Meaning::Text, title).end(
        Meaning::Muted,
        format!("{}, n/{} ", scene.text(&unit), scene.text(&s::COUNTS)),
    )
}

/// Median and p90 of the months that there is room for, the last ones; each with how many of its
/// incidents have the data.
pub fn trend(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    report: &Report,
    measure: Measure,
    area: Rect,
) {
    let room = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    };
    let fit = usize::from((room.width + GAP + MONTHS_APART) / MONTH);
    if room.height < 3 || fit == 0 {
        return;
    }
    let (each, _) = unit(report, measure);
    let from = report.months.len().saturating_sub(fit);
    let months: Vec<(Month, [Option<i64>; 2], String)> = report.months[from..]
        .iter()
        .map(|(month, group)| {
            let stat = group.stat(measure);
            let label = format!("{:02} {}/{}", month.month, stat.n, group.count);
            (*month, [stat.median, stat.p90], label)
        })
        .collect();
    let theme = canvas.theme;
    let fingerprint = Fingerprint::of(&(theme, is_ascii(scene), each, &months));
    let bars = |values: &[Option<i64>; 2]| -> Vec<Bar<'static>> {
        let looks = [Meaning::Accent, Meaning::Muted];
        let each = values.iter().zip(looks).map(|(seconds, look)| {
            let text =
                seconds.map_or_else(|| "-".to_owned(), |seconds| (seconds / each).to_string());
            let text = pad_left(&text, usize::from(BAR));
            Bar::default()
                .value(cell(seconds.unwrap_or(0)))
                .text_value(text)
                .style(theme.style(look))
                .value_style(theme.style(Meaning::Selection))
        });
        each.collect()
    };
    let set = set(scene);
    canvas
        .draft
        .pane("metrics trend", room, fingerprint, |buffer| {
            let mut chart = BarChart::default()
                .bar_width(BAR)
                .bar_gap(GAP)
                .group_gap(MONTHS_APART)
                .bar_set(set)
                .label_style(theme.style(Meaning::Text));
            for (_, values, label) in &months {
                let group = BarGroup::default().bars(&bars(values)).label(label.clone());
                chart = chart.data(group);
            }
            chart.render(room, buffer);
        });
}

/// The medians of the last months beside each measure.
pub fn sparks(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    report: &Report,
    measures: &[Measure],
    area: Rect,
) {
    let from = report.months.len().saturating_sub(usize::from(area.width));
    let months = &report.months[from..];
    let rows: Vec<Vec<Option<u64>>> = measures
        .iter()
        .map(|measure| {
            let medians = months.iter().map(|(_, group)| group.stat(*measure).median);
            medians.map(|median| median.map(cell)).collect()
        })
        .collect();
    let theme = canvas.theme;
    let fingerprint = Fingerprint::of(&(theme, is_ascii(scene), &rows));
    let set = set(scene);
    canvas
        .draft
        .pane("metrics sparks", area, fingerprint, |buffer| {
            for (y, row) in (area.top()..area.bottom()).zip(&rows) {
                let line = Rect {
                    y,
                    height: 1,
                    ..area
                };
                let spark = Sparkline::default()
                    .data(row.iter().copied())
                    .bar_set(set.clone())
                    .absent_value_symbol(" ")
                    .style(theme.style(Meaning::Accent));
                spark.render(line, buffer);
            }
        });
}

/// A gauge a row; a row of `None` has none.
fn gauges(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    area: Rect,
    rows: &[Option<(u64, u64, Meaning)>],
) {
    if area.width < LEAST {
        return;
    }
    let theme = canvas.theme;
    let (full, empty) = match is_ascii(scene) {
        true => ("#", "."),
        false => ("━", "─"),
    };
    let height = u16::try_from(rows.len())
        .unwrap_or(area.height)
        .min(area.height);
    let area = Rect { height, ..area };
    let fingerprint = Fingerprint::of(&(theme, full, rows));
    canvas
        .draft
        .pane("metrics gauges", area, fingerprint, |buffer| {
            for (y, row) in (area.top()..area.bottom()).zip(rows) {
                let Some((part, whole, look)) = row else {
                    continue;
                };
                let ratio = (*part as f64 / (*whole).max(1) as f64).clamp(0.0, 1.0);
                let line = Rect {
                    y,
                    height: 1,
                    ..area
                };
                LineGauge::default()
                    .ratio(ratio)
                    .label("")
                    .filled_symbol(full)
                    .unfilled_symbol(empty)
                    .filled_style(theme.style(*look))
                    .unfilled_style(theme.style(Meaning::Border))
                    .render(line, buffer);
            }
        });
}

/// Gauges of the shares, right of their figures.
pub fn shares(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, report: &Report, area: Rect) {
    let target = u64::from(scene.model.snapshot.config.metrics.cadence_percent);
    let all = table::shares(&report.whole);
    let rows: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(n, (_, share))| {
            let percent = share.percent()?;
            let short = n == 0 && (percent as u64) < target;
            let look = if short {
                Meaning::DueSoon
            } else {
                Meaning::Accent
            };
            Some((share.met as u64, share.of as u64, look))
        })
        .collect();
    let left = (SHARE_AT + SHARE + 1) as u16;
    // The target of the first stands at the end.
    let room = area.width.saturating_sub(left + 14).min(40);
    let place = Rect {
        x: area.x + left,
        width: room,
        ..area
    };
    gauges(canvas, scene, place, &rows);
}

/// Where the gauge of a service's minutes begins.
const SLO_AT: u16 = 52;
/// A month and what it lost, in the longest words.
const SLO_END: u16 = 18;

/// A line a service: its last month against what it may lose, and all of it.
pub fn slo_lines(scene: &Scene<'_>, report: &Report) -> Vec<Line> {
    let config = &scene.model.snapshot.config;
    let header = [&s::LOST, &s::ALLOWED, &s::BROKEN].map(|text| scene.text(text));
    let line = |name: String, cells: &[String; 3], look: Meaning| {
        let mut line = Line::new().gap(2).and(look, pad_right(&name, 20));
        for (cell, width) in cells.iter().zip([7, 9, 12]) {
            line = line.and(look, pad_left(cell, width));
        }
        line
    };
    let title = scene.text(&s::SLO);
    let mut lines = vec![line(title, &header, Meaning::Muted)];
    for slo in &report.slo {
        let name = table::service_name(&slo.service, config, scene.lang);
        let name = crate::domain::text::fit(&name, 19).into_owned();
        let mut line = line(name, &table::slo_cells(slo), Meaning::Text);
        if let Some((month, lost)) = slo.months.last_key_value() {
            let lost = value(Some(*lost), scene);
            line = line.end(Meaning::Muted, format!("{month} {lost} "));
        }
        lines.push(line);
    }
    lines
}

/// What the last month took of what it may.
pub fn slo(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, report: &Report, area: Rect) {
    let below = super::rest(area, 1);
    let rows: Vec<_> = report
        .slo
        .iter()
        .map(|slo| {
            let allowed = cell(slo.allowed?);
            let lost = slo
                .months
                .last_key_value()
                .map_or(0, |(_, lost)| cell(*lost));
            let look = if lost > allowed {
                Meaning::Overdue
            } else {
                Meaning::Accent
            };
            Some((lost, allowed, look))
        })
        .collect();
    let place = Rect {
        x: area.x + SLO_AT.min(area.width),
        width: area.width.saturating_sub(SLO_AT + SLO_END).min(40),
        ..below
    };
    gauges(canvas, scene, place, &rows);
}
