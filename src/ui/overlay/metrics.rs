//! How responses go, over many incidents: what is measured against its targets above, one view of it
//! below.

mod charts;

use super::{Panel, framed};
use crate::app::clock;
use crate::app::metrics::survey::{PERIODS, Survey, View};
use crate::app::metrics::table;
use crate::app::metrics::{Sheet, took};
use crate::app::strings::metrics as s;
use crate::domain::event::Kind;
use crate::domain::metrics::{Group, Measure, Stat};
use crate::domain::text::{cells, pad_left, pad_right, wrap};
use crate::domain::words::Lang;
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene};
use crate::ui::theme::Meaning;
use ratatui::layout::{Position, Rect};

/// Rows that the lower part keeps, its heading among them, while measures above give way.
const LOWER: u16 = 8;
/// The least of measures that stay.
const LEAST: u16 = 3;
/// How responses are led takes more.
const PROCESS: u16 = 14;
/// From so many columns on, what is measured has its trend beside it.
const ROOMY: u16 = 112;
const SPARK: u16 = 12;

pub fn draw(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, survey: &Survey) -> Option<Position> {
    let scene = panel.scene;
    let area = Rect {
        height: panel.bottom.saturating_sub(panel.area.y),
        ..panel.area
    };
    let inner = inside(area);
    let title = scene.text(&s::TITLE);
    let Some(sheet) = &survey.sheet else {
        let wait = Line::new()
            .gap(1)
            .and(Meaning::Pending, scene.text(&s::READING));
        framed(canvas, scene, panel.names, area, &title, &[wait]);
        return None;
    };
    let report = &sheet.report;
    let zone = scene.model.shown_zone();
    let counted = table::counted(report, zone, scene.lang);
    let at = scene.fill(&s::AS_OF, &[&clock::hhmm(zone, report.as_of)]);
    let title = format!("{title}  {counted}  {at}");
    let mut lines = vec![filters(scene, survey)];
    if report.whole.count == 0 {
        lines.push(Line::new());
        let nothing = scene.text(&s::NOTHING);
        lines.push(Line::new().gap(1).and(Meaning::Text, nothing));
        for remark in table::remarks(report, scene.lang) {
            lines.push(Line::new().gap(1).and(Meaning::Muted, remark));
        }
        framed(canvas, scene, panel.names, area, &title, &lines);
        return None;
    }
    let columns = Columns::of(inner.width, scene.lang);
    lines.push(columns.header(scene, [String::new(), scene.text(&s::ENDS)]));
    let lower_rows = match survey.view {
        View::Process => PROCESS,
        _ => LOWER,
    };
    let shown = inner.height.saturating_sub(2 + lower_rows).max(LEAST);
    let shown = usize::from(shown).min(Measure::COUNT);
    // The chosen one in the middle, as far as there is more.
    let first = survey.chosen.saturating_sub(shown / 2);
    let first = first.min(Measure::COUNT - shown);
    let measures = &Measure::ALL[first..first + shown];
    for measure in measures {
        let stat = report.whole.stat(*measure);
        let name = scene.text(&measure.text());
        let ends = scene.text(&measure.ends());
        let chosen = *measure == survey.measure();
        lines.push(columns.stat(scene, [name, ends], stat, chosen));
    }
    let above = lines.len();
    lines.push(tabs(scene, survey));
    let below = Rect {
        y: inner.y + above as u16 + 1,
        height: inner.height.saturating_sub(above as u16 + 1),
        ..inner
    };
    lines.extend(lower(scene, survey, sheet, &columns, below));
    framed(canvas, scene, panel.names, area, &title, &lines);
    if inner.width >= ROOMY {
        let column = Rect {
            x: inner.right() - SPARK - 1,
            y: inner.y + 2,
            width: SPARK,
            height: shown as u16,
        };
        charts::sparks(canvas, scene, report, measures, column);
    }
    match survey.view {
        View::Trend => charts::trend(canvas, scene, report, survey.measure(), rest(below, 1)),
        View::Process => charts::shares(canvas, scene, report, below),
        View::Slo => charts::slo(canvas, scene, report, below),
        View::Levels | View::Services | View::Assessed => {}
    }
    None
}

fn rest(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// What is wished for, by the keys that change it.
fn filters(scene: &Scene<'_>, survey: &Survey) -> Line {
    let (wish, config, lang) = (&survey.wish, &scene.model.snapshot.config, scene.lang);
    let all = || scene.text(&s::EVERY);
    let period = match PERIODS.get(survey.period).copied().flatten() {
        Some(1) => scene.text(&s::MONTH_1),
        Some(3) => scene.text(&s::MONTH_3),
        Some(6) => scene.text(&s::MONTH_6),
        Some(_) => scene.text(&s::MONTH_12),
        None => scene.text(&s::ALL_TIME),
    };
    let service = wish.service.as_deref();
    let service = service.map_or_else(all, |id| table::service_name(id, config, lang));
    let level = wish.level.as_ref();
    let level = level.map_or_else(all, |id| table::level_label(id.as_deref(), config, lang));
    let kind = match wish.kind {
        None => all(),
        Some(Kind::Outage) => scene.text(&s::OUTAGE),
        Some(Kind::Security) => scene.text(&s::SECURITY),
    };
    let mut line = Line::new();
    for (key, name, value) in [
        ("p", &s::F_PERIOD, period),
        ("s", &s::F_SERVICE, service),
        ("l", &s::F_LEVEL, level),
        ("t", &s::F_KIND, kind),
    ] {
        line = line.gap(1).and(Meaning::Key, key).gap(1);
        line = line.and(Meaning::Muted, format!("{} ", scene.text(name)));
        line = line.and(Meaning::Text, value).gap(1);
    }
    for (key, name, on) in [
        ("d", &s::F_DRILLS, wish.drills),
        ("x", &s::F_CANCELLED, wish.cancelled),
    ] {
        if on {
            line = line.gap(1).and(Meaning::Key, key).gap(1);
            line = line.and(Meaning::Accent, scene.text(name)).gap(1);
        }
    }
    match survey.is_counted() {
        true => line,
        false => line.end(Meaning::Pending, format!(" {} ", scene.text(&s::READING))),
    }
}

/// Where columns stand in a table of statistics.
struct Columns {
    name: usize,
    ends: usize,
    widths: [usize; 6],
}

impl Columns {
    fn of(width: u16, lang: Lang) -> Columns {
        let roomy = width >= ROOMY;
        // Names as wide as they come, then n, median, p90, target, within, missing.
        let (name, widths) = match (lang, roomy) {
            (Lang::En, true) => (23, [6, 9, 9, 10, 14, 9]),
            (Lang::En, false) => (23, [5, 8, 8, 10, 13, 8]),
            (Lang::Ja, true) => (19, [6, 11, 11, 11, 14, 7]),
            (Lang::Ja, false) => (19, [5, 11, 11, 11, 13, 6]),
        };
        let spark = if roomy { usize::from(SPARK) + 2 } else { 0 };
        let taken = spark + widths.iter().sum::<usize>();
        // A cell stays free before the frame.
        let room = usize::from(width).saturating_sub(taken + 1);
        let name = room.min(name);
        // Without room for both ends of each, those of the chosen one stand below.
        let ends = Some(room - name).filter(|ends| *ends >= 15);
        Columns {
            name: ends.map_or(room, |_| name),
            ends: ends.unwrap_or(0),
            widths,
        }
    }

    fn header(&self, scene: &Scene<'_>, first: [String; 2]) -> Line {
        let cells = table::COLUMNS.map(|text| scene.text(text));
        self.line(first, cells, [Meaning::Muted; 6], Meaning::Muted)
    }

    fn stat(&self, scene: &Scene<'_>, first: [String; 2], stat: &Stat, chosen: bool) -> Line {
        let mut looks = [Meaning::Text; 6];
        // Under half of them within the target: said by the figure, and seen.
        if stat.within.of > 0 {
            let most = stat.within.met * 2 >= stat.within.of;
            looks[4] = if most {
                Meaning::Good
            } else {
                Meaning::DueSoon
            };
        }
        if stat.missing + stat.disordered == 0 {
            looks[5] = Meaning::History;
        }
        let mark = if chosen { "> " } else { "  " };
        let [name, ends] = first;
        let first = [format!("{mark}{name}"), ends];
        let name = if chosen {
            Meaning::Heading
        } else {
            Meaning::Text
        };
        let line = self.line(first, table::stat(stat, scene.lang), looks, name);
        line.selected(chosen)
    }

    fn line(
        &self,
        [name, ends]: [String; 2],
        values: [String; 6],
        looks: [Meaning; 6],
        name_look: Meaning,
    ) -> Line {
        let mut line = Line::of(name_look, fitted(&name, self.name));
        line = line.and(Meaning::Muted, fitted(&ends, self.ends));
        for ((value, look), width) in values.into_iter().zip(looks).zip(self.widths) {
            line = line.and(look, pad_left(&value, width));
        }
        line
    }
}

fn fitted(text: &str, width: usize) -> String {
    let most = width.saturating_sub(1);
    let cut = crate::domain::text::fit(text, most);
    pad_right(&cut, width)
}

/// The views, and between which ends the chosen measure is.
fn tabs(scene: &Scene<'_>, survey: &Survey) -> Line {
    let rule = scene.marks.rule;
    let mut line = Line::of(Meaning::Border, rule.to_string());
    for one in View::ALL {
        let name = match one {
            View::Trend => scene.text(&s::V_TREND),
            View::Levels => scene.text(&s::V_LEVELS),
            View::Services => scene.text(&s::V_SERVICES),
            View::Process => scene.text(&s::V_PROCESS),
            View::Assessed => scene.text(&s::V_ASSESSED),
            View::Slo => scene.text(&s::V_SLO),
        };
        line = match one == survey.view {
            true => line.and(Meaning::HeadingFocused, format!("[{name}]")),
            false => line.and(Meaning::Muted, format!(" {name} ")),
        };
    }
    let line = line.gap(1).filled(rule, Meaning::Border);
    match survey.view {
        View::Process | View::Assessed | View::Slo => line,
        View::Trend | View::Levels | View::Services => {
            let ends = scene.text(&survey.measure().ends());
            line.end(Meaning::Muted, format!(" {ends} "))
        }
    }
}

/// Lines of the lower part; what is drawn over them leaves them their words.
fn lower(
    scene: &Scene<'_>,
    survey: &Survey,
    sheet: &Sheet,
    columns: &Columns,
    area: Rect,
) -> Vec<Line> {
    let report = &sheet.report;
    let (config, lang) = (&scene.model.snapshot.config, scene.lang);
    let measure = survey.measure();
    let mut lines = match survey.view {
        View::Trend => vec![charts::legend(scene, report, measure)],
        View::Levels => {
            let rows = report.levels.iter();
            let rows = rows.map(|(l, g)| (table::level_name(l.as_ref(), config, lang), g));
            parts(scene, columns, measure, rows.collect())
        }
        View::Services => {
            let rows = report.services.iter();
            let rows = rows.map(|(id, g)| (table::service_name(id, config, lang), g));
            parts(scene, columns, measure, rows.collect())
        }
        View::Process => process(scene, sheet, area.width),
        View::Assessed => assessed(scene, sheet, area.width),
        View::Slo => charts::slo_lines(scene, report),
    };
    let rows = usize::from(area.height);
    if lines.len() > rows && rows > 0 {
        let more = lines.len() + 1 - rows;
        lines.truncate(rows - 1);
        lines.push(Line::new().gap(2).and(Meaning::Muted, format!("+{more}")));
    }
    lines
}

/// The chosen measure of each part, the largest parts first where they have no order of their own.
fn parts(
    scene: &Scene<'_>,
    columns: &Columns,
    measure: Measure,
    rows: Vec<(String, &Group)>,
) -> Vec<Line> {
    let name = scene.text(&measure.text());
    let mut lines = vec![columns.header(scene, [format!("  {name}"), scene.text(&s::COUNTS)])];
    lines.extend(rows.into_iter().map(|(name, group)| {
        let count = group.count.to_string();
        columns.stat(scene, [name, count], group.stat(measure), false)
    }));
    lines
}

/// Names of the shares, room for their gauges, and what it took of people.
fn process(scene: &Scene<'_>, sheet: &Sheet, width: u16) -> Vec<Line> {
    let report = &sheet.report;
    let config = &scene.model.snapshot.config;
    let shares = table::shares(&report.whole);
    let mut lines: Vec<Line> = Vec::new();
    for (n, (text, share)) in shares.iter().enumerate() {
        let mut line = Line::new().gap(2).and(Meaning::Text, scene.text(text));
        line = line.column(charts::SHARE_AT).and(
            Meaning::Text,
            pad_left(&table::share(*share), charts::SHARE),
        );
        if n == 0 {
            let percent = config.metrics.cadence_percent.to_string();
            let target = scene.fill(&s::TARGET_IS, &[&percent]);
            let met = share.percent();
            let met = met.is_none_or(|met| met >= config.metrics.cadence_percent as usize);
            let look = if met {
                Meaning::Muted
            } else {
                Meaning::DueSoon
            };
            line = line.end(look, format!("{target} "));
        }
        lines.push(line);
    }
    let mut line = Line::new();
    for (text, value) in table::load(&report.whole, scene.lang) {
        let name = scene.text(&text);
        if line.width() + cells(&name) + cells(&value) + 4 > usize::from(width) {
            lines.push(std::mem::take(&mut line));
        }
        line = line.gap(2).and(Meaning::Muted, format!("{name} "));
        line = line.and(Meaning::Text, value);
    }
    lines.push(line);
    let room = usize::from(width).saturating_sub(4).max(1);
    for remark in table::remarks(report, scene.lang) {
        let parts = wrap(&remark, room);
        lines.extend(
            parts
                .iter()
                .map(|part| Line::new().gap(2).and(Meaning::Muted, *part)),
        );
    }
    lines.push(Line::new().gap(2).and(Meaning::Muted, scene.text(&s::RANK)));
    lines
}

/// A line a question: how many answered, the median, how many gave each level, and as many of the last
/// months as there is room for.
fn assessed(scene: &Scene<'_>, sheet: &Sheet, width: u16) -> Vec<Line> {
    let all = &sheet.report.assessed;
    if all.is_empty() {
        let nothing = scene.text(&s::NO_ANSWERS);
        return vec![Line::new().gap(2).and(Meaning::Muted, nothing)];
    }
    const NAME: usize = 28;
    const CELLS: [usize; 5] = [6, 8, 4, 4, 4];
    let room = usize::from(width).saturating_sub(2 + NAME + CELLS.iter().sum::<usize>() + 3);
    let line = |name: &str, values: &[String; 5], months: &str, look: Meaning| {
        let mut line = Line::new().gap(2).and(look, fitted(name, NAME));
        for (value, width) in values.iter().zip(CELLS) {
            line = line.and(look, pad_left(value, width));
        }
        line.gap(2).and(Meaning::Muted, months.to_owned())
    };
    let [name, n, median] = table::ASSESSED.map(|text| scene.text(text));
    let [one, two, three] = ["1", "2", "3"].map(str::to_owned);
    let header = [n, median, one, two, three];
    let months = scene.text(&s::BY_MONTH);
    let months = crate::domain::text::fit(&months, room);
    let mut lines = vec![line(&name, &header, &months, Meaning::Muted)];
    for of in all {
        let mut last = String::new();
        for month in table::assessed_months(of).iter().rev() {
            let longer = match last.is_empty() {
                true => month.clone(),
                false => format!("{month}  {last}"),
            };
            if cells(&longer) > room {
                break;
            }
            last = longer;
        }
        let values = table::assessed_cells(of);
        lines.push(line(&of.question.name, &values, &last, Meaning::Text));
    }
    lines
}

/// A figure of a chart.
fn value(seconds: Option<i64>, scene: &Scene<'_>) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| took(seconds, scene.lang))
}
