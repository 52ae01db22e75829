//! The rows of vital facts: how bad, how long, who commands, what is due.

use crate::app::model::Model;
use crate::app::strings::header as words;
use crate::app::view::header::{Header, Promise, promises};
use crate::domain::decide::Command;
use crate::domain::event::Register;
use crate::domain::text::{cells, fit};
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
        what(scene, header, width).on(Meaning::Status),
        times(scene, header, width).on(Meaning::Status),
        due(scene, header, &promises(scene.model), usize::from(width)),
    ]
}

/// Wide enough for long labels.
const ROOMY: u16 = 100;

fn what(scene: &Scene<'_>, header: &Header, width: u16) -> Line {
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
        let mark = pending::of_register(scene, &Register::named("temperature"), |c| {
            matches!(c, Command::Temperature(_))
        });
        if let Some(mark) = mark {
            line = line.and(meaning(mark.tone), format!(" {}", mark.text));
        }
    }
    // Elsewhere the channel's name stands over the channel.
    if width >= ROOMY {
        line = line.gap(2).and(Meaning::Text, header.channel.clone());
    }
    line = line.gap(2).and(Meaning::Heading, header.title.clone());
    let phase = match scene.lang {
        // A channel's name has no capitals.
        Lang::En => match header.phase.text.split_once('#') {
            Some((phase, name)) => format!("{}#{name}", phase.to_uppercase()),
            None => header.phase.text.to_uppercase(),
        },
        Lang::Ja => header.phase.text.clone(),
    };
    line = line.end(phase_meaning(header), phase);
    let mark = pending::of_register(scene, &Register::named("phase"), |c| {
        matches!(
            c,
            Command::Phase(_)
                | Command::Recover(_)
                | Command::Resolve(_)
                | Command::Archive
                | Command::Cancel { .. }
                | Command::Merge { .. }
                | Command::Reopen(_)
        )
    });
    if let Some(mark) = mark {
        line = line.end(meaning(mark.tone), format!(" {}", mark.text));
    }
    line = line
        .end(Meaning::Text, "  ")
        .end(meaning(header.link.tone), header.link.text.clone());
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
    let roomy = width >= ROOMY;
    let apart = if roomy { 3 } else { 2 };
    let clock = format!("{} ", header.clock);
    let room = usize::from(width).saturating_sub(cells(&clock) + 1);
    let mut line = Line::new().gap(1);
    // Where both do not fit, the commander matters more than the second.
    let clocks = if width < 70 { 1 } else { 2 };
    for (n, (label, elapsed)) in header.elapsed.iter().take(clocks).enumerate() {
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
        let before = if n > 0 { apart } else { 0 };
        let needs = before + cells(role) + 1 + who.as_ref().map_or(1, |who| cells(who));
        // A role that does not fit is in the roster; half a name helps nobody.
        if n > 0 && line.width() + needs > room {
            break;
        }
        line = line.gap(before).and(Meaning::Muted, format!("{role} "));
        line = match who {
            Some(who) if n == 0 => line.and(Meaning::Heading, who.clone()),
            Some(who) => line.and(Meaning::Text, who.clone()),
            None if n == 0 => line.and(Meaning::DueSoon, scene.say("NOBODY", "不在")),
            None => line.and(Meaning::Muted, "-"),
        };
        if n > 0 {
            continue;
        }
        let mark = pending::of_register(scene, &Register::named("commander"), |c| {
            matches!(c, Command::Commander { .. })
        });
        if let Some(mark) = mark {
            line = line.and(meaning(mark.tone), format!(" {}", mark.text));
        }
    }
    line.end(Meaning::Text, clock)
}

/// Overdue first, then the soonest; how many more there are where they do not fit. At the end,
/// what is on its way and what failed.
fn due(scene: &Scene<'_>, header: &Header, promises: &[Promise], width: usize) -> Line {
    let mut line = Line::new()
        .gap(1)
        .and(Meaning::Muted, scene.text(&words::DUE));
    for count in &header.counts {
        line = line
            .end(Meaning::Text, "  ")
            .end(meaning(count.tone), count.text.clone());
    }
    line = line.end(Meaning::Text, " ");
    let width = width.saturating_sub(line.end_width());
    if promises.is_empty() {
        return line
            .gap(2)
            .and(Meaning::Muted, scene.text(&words::NOTHING_DUE));
    }
    for (n, promise) in promises.iter().enumerate() {
        let tone = meaning(promise.tone);
        let sign = if tone == Meaning::Overdue { "! " } else { "" };
        let who = promise.who.as_ref().filter(|_| width >= 50);
        let who = who.map_or_else(String::new, |who| format!(" ({who})"));
        // A long name of one thing must not hide the next.
        let what = fit(&promise.what, (width / 4).max(8));
        let text = format!("{sign}{what}{who} ");
        let rest = promises.len() - n;
        let more = scene
            .say("   {} more", "   他{}件")
            .replace("{}", &rest.to_string());
        let behind = if rest == 1 { 0 } else { cells(&more) };
        let needs = 3 + cells(&text) + promise.left.len() + behind;
        if n > 0 && line.width() + needs > width {
            return line.and(Meaning::Muted, more);
        }
        let quiet = match tone {
            Meaning::Text => Meaning::Heading,
            tone => tone,
        };
        line = line.gap(if n == 0 { 2 } else { 3 });
        line = line.and(tone, text).and(quiet, promise.left.clone());
    }
    line
}
