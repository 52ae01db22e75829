//! The rows of vital facts: how bad, how long, who commands, what is due.

use crate::app::model::Model;
use crate::app::strings::header as words;
use crate::app::view::header::{Header, Mark, Promise, Promised, promises};
use crate::app::view::{Said, Tone};
use crate::domain::decide::Command;
use crate::domain::event::Register;
use crate::domain::text::{cells, fit};
use crate::domain::words::Lang;
use crate::ui::line::Line;
use crate::ui::pending;
use crate::ui::scene::{Scene, meaning};
use crate::ui::theme::Meaning;

/// DRILL, PRIVATE, LOCAL: each of them, in fewer words where there are many. The last give way
/// first: what an incident is matters more than what the console is.
pub fn banner(marks: &[Mark], width: u16) -> Line {
    let said = |long: usize, apart: &str| {
        let words = marks.iter().enumerate().map(|(n, mark)| {
            if n < long {
                mark.long.as_str()
            } else {
                mark.short.as_str()
            }
        });
        format!(" {}", words.collect::<Vec<_>>().join(apart))
    };
    let fits = |text: &String| cells(text) <= usize::from(width);
    let text = (0..=marks.len())
        .rev()
        .map(|long| said(long, "   "))
        .find(fits)
        .unwrap_or_else(|| said(0, " "));
    Line::of(Meaning::Banner, text).on(Meaning::Banner)
}

pub fn lines(scene: &Scene<'_>, header: &Header, width: u16) -> Vec<Line> {
    vec![
        what(scene, header, width).on(Meaning::Status),
        times(scene, header, width).on(Meaning::Status),
        due(scene, header, &promises(scene.model), usize::from(width)),
    ]
}

/// Wide enough for long labels.
pub const ROOMY: u16 = 110;
/// Of what is over, as much as a wide row has room for.
const OVER_MOST: usize = 8;
/// Cells of the incident's name that are shown whatever else there is to say.
const NAME: usize = 30;

fn what(scene: &Scene<'_>, header: &Header, width: u16) -> Line {
    let roomy = width >= ROOMY;
    let whole = usize::from(width);
    let mut line = match &header.level {
        Some(level) => {
            let bars = bars(scene.model);
            let level = level_within(level, (whole / 5).max(8));
            Line::of(Meaning::Level, format!(" {level} {bars}"))
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
        let temperature = fit(temperature, (whole / 8).max(6)).into_owned();
        line = line.gap(2).and(Meaning::Accent, temperature);
        let mark = pending::of_register(scene, &Register::named("temperature"), |c| {
            matches!(c, Command::Temperature(_))
        });
        if let Some(mark) = mark {
            line = line.and(meaning(mark.tone), format!(" {}", mark.text));
        }
    }
    let phase = match scene.lang {
        // A channel's name has no capitals.
        Lang::En => match header.phase.text.split_once('#') {
            Some((phase, name)) => format!("{}#{name}", phase.to_uppercase()),
            None => header.phase.text.to_uppercase(),
        },
        Lang::Ja => header.phase.text.clone(),
    };
    let phase = fit(&phase, whole / 3).into_owned();
    let mut tail = Line::of(phase_meaning(header), phase);
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
        tail = tail.and(meaning(mark.tone), format!(" {}", mark.text));
    }
    tail = tail.gap(2);
    // The name of what this is about gives way to nothing that can be said shorter.
    let title = cells(&header.title);
    let free = whole.saturating_sub(line.width() + tail.width() + 4);
    let link = match free.saturating_sub(cells(&header.link.text)) {
        left if left < title.min(NAME) => &header.link_short,
        _ => &header.link,
    };
    // Elsewhere the channel's name stands over the channel.
    let named = cells(&link.text) + cells(&header.channel) + 2 + title;
    if roomy && named <= free {
        line = line.gap(2).and(Meaning::Text, header.channel.clone());
    }
    line.gap(2)
        .and(Meaning::Heading, header.title.clone())
        .end_with(tail)
        .end(meaning(link.tone), link.text.clone())
        .end(Meaning::Text, " ")
}

fn phase_meaning(header: &Header) -> Meaning {
    match meaning(header.phase.tone) {
        Meaning::Text => Meaning::Accent,
        other => other,
    }
}

/// Of a level that is too long, its name is cut, and not its id.
pub fn level_within(level: &str, width: usize) -> String {
    match level.rsplit_once(' ') {
        Some((name, id)) if cells(level) > width => {
            let name = fit(name, width.saturating_sub(cells(id) + 1));
            format!("{name} {id}")
        }
        _ => fit(level, width).into_owned(),
    }
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
    // Elsewhere the clock stands at the foot of the screen.
    let clock = match roomy {
        true => format!("{} ", header.clock),
        false => String::new(),
    };
    let room = usize::from(width).saturating_sub(cells(&clock) + 1);
    let mut line = Line::new().gap(1);
    // Where both do not fit, the commander matters more than the second.
    let clocks = if width < 70 { 1 } else { 2 };
    for (n, (label, elapsed)) in header.elapsed.iter().take(clocks).enumerate() {
        let figure = if n == 0 || roomy {
            Meaning::Heading
        } else {
            Meaning::Text
        };
        let short = match scene.lang {
            Lang::En => label.strip_prefix("since "),
            Lang::Ja => label.strip_suffix("から"),
        };
        let label = short.filter(|_| !roomy).unwrap_or(label);
        line = match scene.lang {
            Lang::En => line
                .and(figure, elapsed.clone())
                .and(Meaning::Muted, format!(" {label}")),
            Lang::Ja => line
                .and(Meaning::Muted, format!("{label} "))
                .and(figure, elapsed.clone()),
        };
        line = line.gap(apart);
    }
    let mark = pending::of_register(scene, &Register::named("commander"), |c| {
        matches!(c, Command::Commander { .. })
    });
    let marked = mark.as_ref().map_or(0, |mark| cells(&mark.text) + 1);
    let left = room.saturating_sub(line.width() + marked);
    for (n, (role, who)) in roles(header, left, apart).into_iter().enumerate() {
        line = line
            .gap(if n > 0 { apart } else { 0 })
            .and(Meaning::Muted, format!("{role} "));
        line = match who {
            Some(who) if n == 0 => line.and(Meaning::Heading, who),
            Some(who) => line.and(Meaning::Text, who),
            None if n == 0 => line.and(Meaning::DueSoon, scene.say("NOBODY", "不在")),
            None => line.and(Meaning::Muted, "-"),
        };
        if let (0, Some(mark)) = (n, &mark) {
            line = line.and(meaning(mark.tone), format!(" {}", mark.text));
        }
    }
    line.end(Meaning::Text, clock)
}

/// The commander and two more roles at least, with as much of their names as that leaves; then as
/// many more as fit whole. Half a name beside a role is worth more than no role.
fn roles(header: &Header, room: usize, apart: usize) -> Vec<(&str, Option<String>)> {
    const LEAST: usize = 3;
    let needs = |role: &str, name: &Option<String>| {
        cells(role) + 1 + name.as_ref().map_or(1, |name| cells(name))
    };
    let cut = |most: usize| -> Vec<(&str, Option<String>)> {
        let named = header.roles.iter().enumerate().map(|(n, (role, who))| {
            let most = if n == 0 { most + 4 } else { most };
            let who = who.as_ref().map(|who| fit(who, most).into_owned());
            (role.as_str(), who)
        });
        let mut taken = 0;
        named
            .enumerate()
            .take_while(|(n, (role, who))| {
                taken += needs(role, who) + if *n > 0 { apart } else { 0 };
                taken <= room || *n == 0
            })
            .map(|(_, role)| role)
            .collect()
    };
    let least = header.roles.len().min(LEAST);
    let widths = [40, 16, 12, 10, 8, 6, 5];
    let found = widths
        .into_iter()
        .map(cut)
        .find(|roles| roles.len() >= least);
    found.unwrap_or_else(|| cut(8))
}

/// Overdue first, then the soonest; of what everybody was promised and of the time-boxes the
/// nearest each, whatever else is due; how many more there are. At the end, what is on its way and
/// what failed.
fn due(scene: &Scene<'_>, header: &Header, promises: &[Promise], width: usize) -> Line {
    let label = Line::new()
        .gap(1)
        .and(Meaning::Muted, scene.text(&words::DUE))
        .gap(2);
    let tail = |counts: &[Said]| {
        let mut tail = Line::new();
        for count in counts {
            tail = tail.gap(2).and(meaning(count.tone), count.text.clone());
        }
        tail.gap(1)
    };
    let (long, short) = (tail(&header.counts), tail(&header.counts_short));
    if promises.is_empty() {
        let nothing = scene.text(&words::NOTHING_DUE);
        return label.and(Meaning::Muted, nothing).end_with(long);
    }
    let first = |kind: Promised| promises.iter().position(|p| p.kind == kind);
    let all = [Promised::Call, Promised::Word, Promised::Box].map(first);
    // An update has its clock and its prompt beside this; the call and the box are here alone.
    let least = [Promised::Call, Promised::Box].map(first);
    let fitted = |tail: &Line, must: &[Option<usize>]| {
        let room = width.saturating_sub(label.width() + tail.width() + 1);
        // Short names say more than a bare number of what is not there.
        [false, true].into_iter().find_map(|brief| {
            [30, 22, 16, 12, 10]
                .into_iter()
                .filter(|most| *most <= (width / 4).max(12))
                .find_map(|most| promised(scene, promises, must, (room, most, brief)))
        })
    };
    let over = (0..promises.len()).filter(|at| promises[*at].tone == Tone::Overdue);
    let over: Vec<usize> = over.take(OVER_MOST).collect();
    // As many of those that are over as fit beside the nearest of each.
    let musts = (0..=over.len()).rev().map(|most| {
        let over = over[..most].iter().copied().map(Some);
        let mut must: Vec<Option<usize>> = all.into_iter().chain(over).collect();
        must.sort_unstable();
        must.dedup();
        must
    });
    let musts = musts.chain([least.to_vec()]);
    let found = musts
        .flat_map(|must| [(&long, must.clone()), (&short, must)])
        .find_map(|(tail, must)| Some((fitted(tail, &must)?, tail)));
    match found {
        Some((line, tail)) => label.join(line).end_with(tail.clone()),
        None => label.end_with(short),
    }
}

/// Those that `must` be there and as many others as fit, none longer than `most`; `None` where not
/// even the first do.
fn promised(
    scene: &Scene<'_>,
    promises: &[Promise],
    must: &[Option<usize>],
    (room, most, brief): (usize, usize, bool),
) -> Option<Line> {
    let line = |shown: &[usize]| {
        let mut line = Line::new();
        for (n, at) in shown.iter().enumerate() {
            let promise = &promises[*at];
            let tone = meaning(promise.tone);
            let sign = if tone == Meaning::Overdue { "! " } else { "" };
            let who = promise.who.as_ref().filter(|_| most >= 16);
            let who = who.map_or_else(String::new, |who| format!(" ({})", fit(who, most / 2)));
            // There are few such words, and one that is cut is none.
            let most = match promise.kind {
                Promised::Call | Promised::Word => most.max(14),
                Promised::Box => most,
            };
            let text = format!("{sign}{}{who} ", fit(&promise.what, most));
            let quiet = match tone {
                Meaning::Text => Meaning::Heading,
                tone => tone,
            };
            line = line.gap(if n == 0 { 0 } else { 3 });
            line = line.and(tone, text).and(quiet, promise.left.clone());
        }
        let hidden = (0..promises.len()).filter(|at| !shown.contains(at));
        let over = hidden.filter(|at| promises[*at].tone == Tone::Overdue);
        let (rest, over) = (promises.len() - shown.len(), over.count());
        let sign = if over > 0 { "! " } else { "" };
        if brief && rest > 0 {
            let look = if over > 0 {
                Meaning::Overdue
            } else {
                Meaning::Muted
            };
            return line.and(look, format!("   {sign}+{rest}"));
        }
        if rest > over {
            let more = scene.say("   {} more", "   他{}件");
            line = line.and(
                Meaning::Muted,
                more.replace("{}", &(rest - over).to_string()),
            );
        }
        if over > 0 {
            let more = scene.say("   ! {} over", "   ! 超過{}件");
            line = line.and(Meaning::Overdue, more.replace("{}", &over.to_string()));
        }
        line
    };
    let mut shown: Vec<usize> = must.iter().flatten().copied().collect();
    shown.sort_unstable();
    let fits = |line: &Line| line.width() <= room;
    let mut best = Some(line(&shown)).filter(fits)?;
    for at in 0..promises.len() {
        if shown.contains(&at) {
            continue;
        }
        let mut wider = shown.clone();
        wider.push(at);
        wider.sort_unstable();
        let line = line(&wider);
        if !fits(&line) {
            break;
        }
        (best, shown) = (line, wider);
    }
    Some(best)
}
