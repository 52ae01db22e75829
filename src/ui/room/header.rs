//! The rows of vital facts: how bad, how long, who commands, what is due.

use crate::app::model::Model;
use crate::app::strings::header as words;
use crate::app::view::header::{Header, Promise, promises};
use crate::domain::decide::Command;
use crate::domain::event::Register;
use crate::domain::text::cells;
use crate::domain::words::Lang;
use crate::ui::line::Line;
use crate::ui::pending;
use crate::ui::scene::{Scene, meaning};
use crate::ui::theme::Meaning;

/// DRILL, PRIVATE, LOCAL.
pub fn banner(marks: &[String]) -> Line {
    Line::of(Meaning::Banner, format!(" {}", marks.join("   "))).on(Meaning::Banner)
}

pub fn lines(scene: &Scene<'_>, header: &Header, width: u16) -> Vec<Line> {
    vec![
        what(scene, header).on(Meaning::Status),
        times(scene, header, width).on(Meaning::Status),
        due(scene, &promises(scene.model), usize::from(width)),
    ]
}

fn what(scene: &Scene<'_>, header: &Header) -> Line {
    let mut line = match &header.level {
        Some(level) => {
            let bars = bars(scene.model);
            let prefix = if starts_with_digit(level) { "L" } else { "" };
            Line::of(Meaning::Level, format!(" {prefix}{level} {bars}"))
        }
        None => Line::of(
            Meaning::DueSoon,
            format!(" {}", scene.text(&words::NO_LEVEL)),
        ),
    };
    let saving = pending::of_register(scene, &Register::named("level"), |c| {
        matches!(c, Command::Level(_))
    });
    if let Some(mark) = saving {
        line = line.and(meaning(mark.tone), format!(" {}", mark.text));
    }
    if let Some(temperature) = &header.temperature {
        line = line.gap(2).and(Meaning::Accent, temperature.clone());
    }
    line = line
        .gap(2)
        .and(Meaning::Text, header.channel.clone())
        .gap(2)
        .and(Meaning::Heading, header.title.clone());
    let phase = match scene.lang {
        Lang::En => header.phase.text.to_uppercase(),
        Lang::Ja => header.phase.text.clone(),
    };
    line = line.end(phase_meaning(header), phase);
    line = line
        .end(Meaning::Text, "  ")
        .end(meaning(header.link.tone), header.link.text.clone());
    for count in &header.counts {
        line = line
            .end(Meaning::Text, "  ")
            .end(meaning(count.tone), count.text.clone());
    }
    line.end(Meaning::Text, " ")
}

fn phase_meaning(header: &Header) -> Meaning {
    match meaning(header.phase.tone) {
        Meaning::Text => Meaning::Accent,
        other => other,
    }
}

pub fn starts_with_digit(level: &str) -> bool {
    level.starts_with(|c: char| c.is_ascii_digit())
}

/// One bar for the mildest level, one more for each that is worse.
fn bars(model: &Model) -> String {
    let config = &model.snapshot.config;
    let level = model
        .incident()
        .and_then(|incident| incident.level.as_ref());
    let rank = level.and_then(|level| config.level_rank(&level.id));
    rank.map_or_else(String::new, |rank| {
        format!("{} ", "|".repeat(config.levels.len() - rank))
    })
}

fn times(scene: &Scene<'_>, header: &Header, width: u16) -> Line {
    let roomy = width >= 100;
    let apart = if roomy { 3 } else { 2 };
    let mut line = Line::new().gap(1);
    for (n, (label, elapsed)) in header.elapsed.iter().enumerate() {
        line = match scene.lang {
            // The second of two needs no "since" to be understood.
            Lang::En if n > 0 && !roomy => {
                let short = label.strip_prefix("since ").unwrap_or(label);
                line.and(Meaning::Text, elapsed.clone())
                    .and(Meaning::Muted, format!(" {short}"))
            }
            Lang::En => line
                .and(Meaning::Heading, elapsed.clone())
                .and(Meaning::Muted, format!(" {label}")),
            Lang::Ja => line.and(Meaning::Muted, format!("{label} ")).and(
                if n == 0 {
                    Meaning::Heading
                } else {
                    Meaning::Text
                },
                elapsed.clone(),
            ),
        };
        line = line.gap(apart);
    }
    for (n, (role, who)) in header.roles.iter().enumerate() {
        if n > 0 {
            line = line.gap(apart);
        }
        line = line.and(Meaning::Muted, format!("{role} "));
        line = match who {
            Some(who) if n == 0 => line.and(Meaning::Heading, who.clone()),
            Some(who) => line.and(Meaning::Text, who.clone()),
            None if n == 0 => line.and(Meaning::DueSoon, scene.say("NOBODY", "不在")),
            None => line.and(Meaning::Muted, "-"),
        };
        if n == 0
            && let Some(mark) = pending::of_register(scene, &Register::named("commander"), |c| {
                matches!(c, Command::Commander { .. })
            })
        {
            line = line.and(meaning(mark.tone), format!(" {}", mark.text));
        }
    }
    line.end(Meaning::Text, format!("{} ", header.clock))
}

/// Overdue first, then the soonest; how many more there are where they do not fit.
fn due(scene: &Scene<'_>, promises: &[Promise], width: usize) -> Line {
    let mut line = Line::new()
        .gap(1)
        .and(Meaning::Muted, scene.text(&words::DUE));
    if promises.is_empty() {
        return line
            .gap(2)
            .and(Meaning::Muted, scene.text(&words::NOTHING_DUE));
    }
    for (n, promise) in promises.iter().enumerate() {
        let tone = meaning(promise.tone);
        let sign = if tone == Meaning::Overdue { "! " } else { "" };
        let who = promise
            .who
            .as_ref()
            .map_or_else(String::new, |who| format!(" ({who})"));
        // A long name of one thing must not hide the next.
        let what = crate::domain::text::fit(&promise.what, width / 4);
        let text = format!("{sign}{what}{who} ");
        let rest = promises.len() - n;
        let more = scene
            .say("   {} more", "   他{}件")
            .replace("{}", &rest.to_string());
        let behind = if rest == 1 { 1 } else { cells(&more) };
        let needs = 3 + cells(&text) + promise.left.len() + behind;
        if n > 0 && line.width() + needs > width {
            return line.and(Meaning::Muted, more);
        }
        let quiet = if tone == Meaning::Text {
            Meaning::Heading
        } else {
            tone
        };
        line = line.gap(if n == 0 { 2 } else { 3 });
        line = line.and(tone, text).and(quiet, promise.left.clone());
    }
    line
}
