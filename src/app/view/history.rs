//! What the history's screen says.

use super::{Tone, header, level_name};
use crate::app::clock;
use crate::app::history::{History, Hit, Reminder, Side, account};
use crate::app::model::Model;
use crate::app::strings::{fill, history as h};
use crate::domain::history::End;
use crate::domain::outlets::Outlet;
use crate::domain::text::terms::{Term, find};
use crate::domain::words::Lang;

/// An incident that was found, in two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub day: String,
    pub level: String,
    pub title: Excerpt,
    pub channel: String,
    /// DRILL, PRIVATE, and how it ended where that is not resolved.
    pub marks: Vec<String>,
    /// When something was said, and what.
    pub line: Option<(String, Excerpt)>,
}

/// A text with what was looked for set apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub before: String,
    pub hit: String,
    pub after: String,
}

/// Letters that are shown before what was found.
const LEAD: usize = 24;

impl Excerpt {
    fn of(text: &str, terms: &[Term]) -> Excerpt {
        let Some((from, to)) = find(text, terms) else {
            return Excerpt {
                before: text.to_owned(),
                ..Excerpt::default()
            };
        };
        let (before, rest) = text.split_at(from);
        let (hit, after) = rest.split_at(to - from);
        let skipped = before.chars().count().saturating_sub(LEAD);
        let before = match skipped {
            0 => before.to_owned(),
            _ => format!("..{}", before.chars().skip(skipped).collect::<String>()),
        };
        Excerpt {
            before,
            hit: hit.to_owned(),
            after: after.to_owned(),
        }
    }
}

pub fn row(model: &Model, hit: &Hit, terms: &[Term]) -> Row {
    let (lang, zone) = (model.lang, model.shown_zone());
    let mut marks = header::sight_marks(hit.sight, Outlet::Search, lang);
    if hit.end != End::Resolved {
        marks.push(hit.end.name().get(lang).to_owned());
    }
    // The title says itself.
    let line = hit.line.as_ref().filter(|line| line.text != hit.title);
    Row {
        day: clock::local(zone, hit.declared)
            .format("%Y-%m-%d")
            .to_string(),
        level: hit
            .level
            .as_ref()
            .map(|l| level_name(model, l))
            .unwrap_or_default(),
        title: Excerpt::of(&hit.title, terms),
        channel: hit
            .channel
            .as_ref()
            .map(|name| format!("#{name}"))
            .unwrap_or_default(),
        line: line.map(|line| {
            let at = clock::day_hhmm(zone, line.at, hit.declared);
            (at, Excerpt::of(&line.text, terms))
        }),
        marks,
    }
}

/// What stands under the line that is typed: how many were found, what was not understood.
pub fn status(model: &Model, panel: &History) -> Vec<(Tone, String)> {
    let lang = model.lang;
    let Some(found) = &panel.found else {
        return vec![(Tone::Pending, h::READING.get(lang).to_owned())];
    };
    let mut said = vec![(
        Tone::Plain,
        fill(&h::COUNT, lang, &[&found.count.to_string()]),
    )];
    if found.behind > 0 {
        let behind = fill(&h::BEHIND, lang, &[&found.behind.to_string()]);
        said.push((Tone::Pending, behind));
    }
    if !found.unclear.is_empty() {
        let unclear = found.unclear.join(" ");
        said.push((Tone::Soon, fill(&h::UNCLEAR, lang, &[&unclear])));
    }
    said
}

/// What stands beside the list, with its title.
pub fn side(model: &Model, panel: &History) -> (String, Vec<(Tone, String)>) {
    let lang = model.lang;
    let found = panel.found.as_ref();
    match panel.side {
        Side::Incident => {
            let summary = panel.chosen().and_then(|id| model.summary(id));
            let lines = summary.map(|summary| account(model, summary));
            (h::INCIDENT.get(lang).to_owned(), lines.unwrap_or_default())
        }
        // What is drawn as bars is not told here.
        Side::Months => (h::MONTHS.get(lang).to_owned(), Vec::new()),
        Side::Tags => {
            let tags = found.map_or(&[][..], |found| &found.tags);
            let mut lines: Vec<(Tone, String)> = tags
                .iter()
                .map(|(tag, count)| (Tone::Plain, format!("{count:>5}  #{tag}")))
                .collect();
            if lines.is_empty() {
                lines.push((Tone::Muted, h::NO_TAGS.get(lang).to_owned()));
            }
            (h::TAGS.get(lang).to_owned(), lines)
        }
    }
}

/// `#shop-0911 2026-09-11 Card payments fail: rolled back build 811`
pub fn reminder_line(model: &Model, reminder: &Reminder, lang: Lang) -> String {
    let day = clock::local(model.shown_zone(), reminder.declared).format("%Y-%m-%d");
    let channel = reminder.channel.as_ref().map(|name| format!("#{name} "));
    let channel = channel.unwrap_or_default();
    let done = match (&reminder.done, reminder.end) {
        (Some(done), _) => format!(": {done}"),
        (None, End::Resolved) => String::new(),
        (None, end) => format!(" ({})", end.name().get(lang)),
    };
    let line = format!("{channel}{day} {}{done}", reminder.title);
    fill(&h::SEEN, lang, &[&line])
}
