//! What somebody needs who has just joined, as plain text in the incident's language: for the
//! clipboard, a phone bridge, another chat.

use super::clock;
use super::show;
use super::strings::fill;
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::{SlackTs, UserId};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::record::summary;
use crate::domain::sentence::{Clocks, level_words};
use crate::domain::settings::Zone;
use crate::domain::text::{clean, fit};
use crate::domain::verb::{ROLES, ROLES_SHORT, role_name};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Matter, Sort};
use chrono::{DateTime, Utc};

/// The last lines of the record that are told.
const LATELY: usize = 5;
/// Cells of one of them.
const WIDTH: usize = 100;

/// What an incident is told with.
pub struct Told<'a> {
    pub incident: &'a Incident,
    /// Without the `#`.
    pub channel: Option<&'a str>,
    pub drill: bool,
    pub private: bool,
    pub name: &'a dyn Fn(&UserId) -> String,
    /// Decodes a message's markup.
    pub plain: &'a dyn Fn(&str) -> String,
    /// Link to the manual for it.
    pub manual: Option<&'a str>,
    /// The address of a message, where the workspace has addresses.
    pub permalink: &'a dyn Fn(&SlackTs) -> Option<String>,
    pub zone: Zone,
    pub now: DateTime<Utc>,
}

static DRILL: Text = Text::fixed("[DRILL] ", "【訓練】");
static PRIVATE: Text = Text::fixed("[PRIVATE: do not pass on] ", "【非公開・転送禁止】");
const MANUAL: Text = Text::fixed("Manual", "マニュアル");
const LEVEL: Text = Text::fixed("Level", "レベル");
const OWNER: Text = Text::fixed("owned by", "担当組織");
const TEMPERATURE: Text = Text::fixed("temperature", "温度感");
const PHASE: Text = Text::fixed("phase", "段階");
const UNSET: Text = Text::fixed("not set", "未定");
const COMMANDER: Text = Text::fixed("Commander", "指揮");
const NOBODY: Text = Text::fixed("nobody", "不在");
const SITUATION: Text = Text::fixed("Situation", "状況");
const REPORT: Text = Text::fixed("Last report", "直近の報告");
/// How long ago.
const AGO: Text = Text::fixed("{} ago", "{}前");
const CHECKLIST: Text = Text::fixed("Checklist", "チェックリスト");
const RECENTLY: Text = Text::fixed("Lately", "直近の動き");
const UNTIL: Text = Text::fixed("until", "期限");
const HERE: Text = Text::fixed("Here", "在席");
const UNKNOWN: Text = Text::fixed("Not known", "未確認");
const NEXT: Text = Text::fixed("Next update,", "次の報告");
const AS_OF: Text = Text::fixed("As of", "時点:");

/// The briefing. Ends without a line feed.
pub fn briefing(told: &Told<'_>) -> String {
    let incident = told.incident;
    let lang = incident.lang;
    let hhmm = |at| clock::day_hhmm(told.zone, at, told.now);
    let mark = mark(told);
    let channel = told.channel.map(|name| format!("  #{name}"));
    let channel = channel.unwrap_or_default();
    let mut lines = vec![format!("{mark}{}{channel}", incident.title)];
    lines.push(vitals(incident, lang));
    lines.extend(
        told.manual
            .map(|link| format!("{}: {link}", MANUAL.get(lang))),
    );
    lines.push(people(told, lang));
    let times: Vec<String> = incident
        .milestones
        .iter()
        .map(|(milestone, reached)| {
            format!("{} {}", milestone.text().get(lang), hhmm(reached.time))
        })
        .collect();
    lines.push(times.join(" · "));
    let (done, all) = incident.progress();
    if all > 0 {
        lines.push(format!("{} {done}/{all}", CHECKLIST.get(lang)));
    }
    let of = |at: DateTime<Utc>, by: &UserId| {
        let age = clock::rough(told.now - at);
        let age = fill(&AGO, lang, &[age.get(lang)]);
        format!("{} ({age}), {}", hhmm(at), (told.name)(by))
    };
    // Who reports does not always tell the situation anew: the younger of the two is how it is now,
    // and stands first.
    let mut accounts = Vec::new();
    if let Some(situation) = &incident.situation {
        let text = vec![(told.plain)(&situation.text)];
        accounts.push((situation.at, &situation.by, SITUATION, text));
    }
    let report = incident.work.reports.iter().max_by_key(|report| report.at);
    let newer = |at| accounts.first().is_none_or(|(told, ..)| at > *told);
    if let Some(report) = report.filter(|report| newer(report.at)) {
        let parts = report.can.lines(lang);
        let text = parts.iter().map(|part| (told.plain)(part)).collect();
        accounts.insert(0, (report.at, &report.by, REPORT, text));
    }
    for (at, by, head, text) in accounts {
        lines.push(String::new());
        lines.push(format!("{}: {}", head.get(lang), of(at, by)));
        lines.extend(text);
    }
    let lately = lately(told, &hhmm);
    if !lately.is_empty() {
        lines.push(String::new());
        lines.push(RECENTLY.get(lang).to_owned());
        lines.extend(lately);
    }
    lines.push(String::new());
    lines.push(format!(
        "{} {} {}",
        AS_OF.get(lang),
        clock::local(told.zone, told.now).format("%Y-%m-%d %H:%M"),
        clock::zone_name(told.zone, told.now),
    ));
    clean(&lines.join("\n")).into_owned()
}

/// That it was a drill, or is not to be passed on: in front of what may be copied.
fn mark(told: &Told<'_>) -> String {
    let sight = Sight::of(told.incident, told.private, told.drill);
    let marks = [
        (sight.drill, &DRILL),
        (sight.private || sight.restricted, &PRIVATE),
    ];
    let marked = sight.way(Outlet::Copy) == Way::Marked;
    let marks = marks.into_iter().filter(|(holds, _)| *holds && marked);
    marks
        .map(|(_, mark)| mark.get(told.incident.lang))
        .collect()
}

/// The incident in a few lines, for a screen, a pipe or a message.
pub fn summary(told: &Told<'_>) -> String {
    let voice = summary::Voice {
        name: told.name,
        plain: told.plain,
        clock: &|at| clock::day_hhmm(told.zone, at, told.now),
    };
    let mut lines = summary::summary(told.incident, told.incident.lang, &voice);
    if let Some(first) = lines.first_mut() {
        first.insert_str(0, &mark(told));
    }
    clean(&lines.join("\n")).into_owned()
}

/// The briefing for whoever is to command next, in the shape of ICS form 201: also what is under way
/// and until when, who is here, what is missing, what is not known, and what was promised.
pub fn hand_over(told: &Told<'_>) -> String {
    let incident = told.incident;
    let lang = incident.lang;
    let mut lines = vec![briefing(told)];
    let owned = |matter: &Matter| {
        let mut line = format!("  {} {}", matter.handle(), matter.line);
        if let Some(held) = &matter.owner {
            line.push_str(&format!(" · {}", (told.name)(&held.user)));
        }
        if let Some(due) = matter.due {
            line.push_str(&format!(
                " · {} {}",
                UNTIL.get(lang),
                clock::day_hhmm(told.zone, due, told.now)
            ));
        }
        line
    };
    for sort in Sort::ALL {
        let open: Vec<String> = incident.work.open(sort).map(owned).collect();
        if !open.is_empty() {
            lines.push(String::new());
            lines.push(sort.text().get(lang).to_owned());
            lines.extend(open);
        }
    }
    let here = incident.roster.values().filter(|p| p.left.is_none());
    let here: Vec<String> = here
        .map(|present| match &present.task {
            Some(task) => format!("{} ({task})", (told.name)(&present.user)),
            None => (told.name)(&present.user),
        })
        .collect();
    lines.push(String::new());
    lines.push(format!("{}: {}", HERE.get(lang), here.join(", ")));
    let unknown: Vec<String> = [Milestone::Started, Milestone::Detected]
        .into_iter()
        .filter(|m| !incident.milestones.contains_key(m))
        .map(|m| m.text().get(lang).to_owned())
        .collect();
    if !unknown.is_empty() {
        lines.push(format!("{}: {}", UNKNOWN.get(lang), unknown.join(", ")));
    }
    for (audience, next) in incident.work.promises() {
        let at = clock::day_hhmm(told.zone, next, told.now);
        lines.push(format!("{} {}: {at}", NEXT.get(lang), audience.name));
    }
    clean(&lines.join("\n")).into_owned()
}

fn vitals(incident: &Incident, lang: Lang) -> String {
    let unset = || UNSET.get(lang).to_owned();
    let level = incident.level.as_ref().map_or_else(unset, level_words);
    let owner = incident.level_terms.owner.as_ref();
    let owner = owner.map_or_else(String::new, |owner| {
        format!(" ({} {owner})", OWNER.get(lang))
    });
    let temperature = incident.temperature.as_ref();
    let temperature = temperature.map_or_else(unset, |t| t.name.clone());
    format!(
        "{} {level}{owner} · {} {temperature} · {} {}",
        LEVEL.get(lang),
        TEMPERATURE.get(lang),
        PHASE.get(lang),
        incident.phase.text().get(lang),
    )
}

fn people(told: &Told<'_>, lang: Lang) -> String {
    let incident = told.incident;
    let commander = incident.commander.as_ref();
    let commander = commander.map_or_else(
        || NOBODY.get(lang).to_owned(),
        |held| (told.name)(&held.user),
    );
    let mut people = vec![format!("{} {commander}", COMMANDER.get(lang))];
    // Named, or checked in with it; others, such as streams, are named.
    let known = |role: &str| ROLES.iter().any(|(known, _)| *known == role);
    let others = incident.roles.keys().map(String::as_str);
    let others = others.filter(|role| !known(role));
    let roles = ROLES.iter().map(|(role, _)| *role).chain(others);
    people.extend(roles.filter_map(|role| {
        let user = incident.in_role(role)?;
        let role = role_name(ROLES_SHORT, role);
        Some(format!("{} {}", role.get(lang), (told.name)(user)))
    }));
    people.join(" · ")
}

fn lately(told: &Told<'_>, hhmm: &dyn Fn(DateTime<Utc>) -> String) -> Vec<String> {
    let tells = |entry: &&std::sync::Arc<Entry>| {
        let aside = matches!(
            entry.body,
            Body::Items { .. } | Body::TimekeeperCall { .. } | Body::Situation {}
        );
        entry.verdict == Verdict::Accepted && !aside
    };
    let last = told
        .incident
        .entries
        .iter()
        .rev()
        .filter(tells)
        .take(LATELY);
    let mut lines: Vec<String> = last
        .map(|entry| {
            let clocks = Clocks {
                time: hhmm,
                day: &|at| clock::day(told.zone, at, told.now),
            };
            let words = show::words(entry, told.incident, told.name, told.plain, &clocks);
            let words = words.replacen('\n', ": ", 1).replace('\n', " ");
            format!("  {}  {}", hhmm(entry.at), fit(&words, WIDTH))
        })
        .collect();
    lines.reverse();
    lines
}
