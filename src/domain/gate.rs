//! The close gate: what an incident still lacks before it is resolved, one by one.
//!
//! Only the record speaks: what people said in the channel and nobody pinned or noted is not in it.
//! A gate is overridden with a reason, which stands in the record beside what was missing.

use super::event::Milestone;
use super::incident::{Incident, ItemState};
use super::record::{self, Hole, due};
use super::verb::Verb;
use super::words::{Lang, Text};
use super::work::{Matter, Section, Sort, State};
use crate::both;
use chrono::{DateTime, TimeDelta, Utc};

/// What is not in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The timeline may be silent for so many minutes; 0: however long.
    pub hole_minutes: u32,
    /// What a drill teaches is talked over at its end: it needs no causes, no action items and no
    /// post-mortem.
    pub drill: bool,
    /// Whether a post-mortem is due.
    pub post_mortem: due::Rule,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            hole_minutes: 30,
            drill: false,
            post_mortem: due::Rule::default(),
        }
    }
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// As the resolution keeps it: a milestone's or a section's name, a matter's number,
    /// `checklist`, `timeline`, `post_mortem`.
    pub name: String,
    pub text: Text,
    /// The act that mends it, and what that is about.
    pub verb: Verb,
    pub about: Option<String>,
}

const COMMANDER: &str = "commander";
const LEVEL: &str = "level";
const NOTICE: &str = "notice";
const CHECKLIST: &str = "checklist";
const TIMELINE: &str = "timeline";
const POST_MORTEM: &str = "post_mortem";

/// What a resolution without a reason would be refused for; empty: it may be resolved. `now` ends
/// the timeline of what never recovered.
pub fn gate(incident: &Incident, rules: &Rules, now: DateTime<Utc>) -> Vec<Miss> {
    let mut out = command(incident);
    out.extend(milestones(incident));
    out.extend(open_work(incident));
    out.extend(notice(incident));
    out.extend(checklist(incident));
    out.extend(holes(incident, rules, now));
    if !rules.drill {
        out.extend(sections(incident));
        out.extend(actions(incident));
        out.extend(post_mortem(incident, &rules.post_mortem, now));
    }
    out
}

/// Without them nobody can say who answered for it, and how bad it was.
fn command(incident: &Incident) -> Vec<Miss> {
    let mut out = Vec::new();
    let mut lacks = |missing: bool, name: &str, text: Text, verb: Verb| {
        out.extend(missing.then(|| Miss {
            name: name.to_owned(),
            text,
            verb,
            about: None,
        }));
    };
    let text = Text::fixed("Nobody commands", "指揮者がいない");
    lacks(incident.commander.is_none(), COMMANDER, text, Verb::Command);
    let text = Text::fixed("No level is set", "レベルが未設定");
    lacks(incident.level.is_none(), LEVEL, text, Verb::Level);
    out
}

/// A notice that customers were promised, or that was drafted for them, and that never came.
fn notice(incident: &Incident) -> Option<Miss> {
    let (text, verb) = if let Some(draft) = incident.work.unpublished() {
        let verb = match draft.approved {
            Some(_) => Verb::Publish,
            None => Verb::Approve,
        };
        let text = Text::fixed(
            "A customer notice was drafted and never went out",
            "ユーザー告知の文案が未公開のまま",
        );
        (text, verb)
    } else {
        incident.work.notice_promised()?;
        let text = Text::fixed(
            "Customers were promised another notice, and none went out",
            "予告した次のユーザー告知が出ていない",
        );
        (text, Verb::Notice)
    };
    Some(Miss {
        name: NOTICE.to_owned(),
        text,
        verb,
        about: None,
    })
}

fn milestones(incident: &Incident) -> Vec<Miss> {
    let up_to_recovery = Milestone::ALL
        .into_iter()
        .filter(|m| *m != Milestone::Resolved);
    let missing = up_to_recovery.filter(|m| !incident.milestones.contains_key(m));
    let miss = |milestone: Milestone| {
        let (en, ja) = (milestone.text().en, milestone.text().ja);
        Miss {
            name: milestone.name().to_owned(),
            text: both!("No time for \"{en}\"", "「{ja}」の時刻が未記録"),
            verb: Verb::Milestone,
            about: Some(milestone.name().to_owned()),
        }
    };
    missing.map(miss).collect()
}

fn standing(incident: &Incident) -> impl Iterator<Item = &Matter> {
    let taken_back = |matter: &&Matter| !incident.work.retracted.contains(&matter.id);
    incident.work.matters.iter().filter(taken_back)
}

fn open_work(incident: &Incident) -> Vec<Miss> {
    let waits = |matter: &&Matter| match matter.sort {
        Sort::Task | Sort::Need => matter.is_open(),
        Sort::Decision => matter.state == State::Open,
        _ => false,
    };
    let miss = |matter: &Matter| {
        let (handle, line) = (matter.handle(), &matter.line);
        let text = match matter.sort {
            Sort::Decision => both!("{handle} is undecided: {line}", "{handle} が未決定: {line}"),
            _ => both!("{handle} is open: {line}", "{handle} が未完了: {line}"),
        };
        about_matter(matter, text, Verb::Settle)
    };
    standing(incident).filter(waits).map(miss).collect()
}

fn about_matter(matter: &Matter, text: Text, verb: Verb) -> Miss {
    Miss {
        name: matter.handle(),
        text,
        verb,
        about: Some(matter.id.to_string()),
    }
}

/// Done, or given a reason: that is what skipping an item takes.
fn checklist(incident: &Incident) -> Vec<Miss> {
    let list = incident.checklist();
    let open = list.iter().enumerate();
    let open = open.filter(|(_, check)| check.required && check.state == ItemState::Open);
    let miss = |(n, check): (usize, &super::incident::Check)| {
        let (number, text) = (n + 1, &check.item.text);
        Miss {
            name: CHECKLIST.to_owned(),
            text: both!(
                "Item {number} is open: {text}",
                "項目 {number} が未完了: {text}"
            ),
            verb: Verb::Tick,
            about: Some(check.item.id.clone()),
        }
    };
    open.map(miss).collect()
}

/// Stretches between the beginning and recovery of which nothing is told.
fn holes(incident: &Incident, rules: &Rules, now: DateTime<Utc>) -> Vec<Miss> {
    let limit = TimeDelta::minutes(i64::from(rules.hole_minutes));
    let Some((since, began)) = record::begins(incident) else {
        return Vec::new();
    };
    let since = match since {
        Milestone::Started => Text::fixed("the start", "発生"),
        Milestone::Detected => Text::fixed("detection", "検知"),
        _ => Text::fixed("the declaration", "宣言"),
    };
    let (since_en, since_ja) = (&since.en, &since.ja);
    let miss = |hole: Hole| {
        let (after, long) = ((hole.from - began).num_minutes(), hole.to - hole.from);
        let long = long.num_minutes();
        Miss {
            name: TIMELINE.to_owned(),
            text: both!(
                "The timeline tells nothing for {long} min, from {after} min after {since_en}: pin messages of that time, or write one line about it (note-at)",
                "{since_ja}の{after}分後から{long}分間、タイムラインが空白 (その間の投稿をピン留めするか、時刻つきの記録を1行追加)"
            ),
            verb: Verb::NoteAt,
            about: None,
        }
    };
    record::holes(incident, limit, now)
        .into_iter()
        .map(miss)
        .collect()
}

fn sections(incident: &Incident) -> Vec<Miss> {
    let needed = [Section::Cause, Section::Impact, Section::Fix];
    let written = |section: &Section| incident.work.sections.contains_key(section);
    let missing = needed.into_iter().filter(|section| !written(section));
    let miss = |section: Section| {
        let (en, ja) = (section.text().en, section.text().ja);
        Miss {
            name: section.name().to_owned(),
            text: both!("Not written: {en}", "「{ja}」が未記入"),
            verb: Verb::Write,
            about: Some(section.name().to_owned()),
        }
    };
    missing.map(miss).collect()
}

fn actions(incident: &Incident) -> Vec<Miss> {
    let all = standing(incident).filter(|matter| matter.sort == Sort::Action);
    let lacks = |matter: &Matter| {
        let (handle, line) = (matter.handle(), &matter.line);
        let (text, verb) = match matter.state {
            // Whoever settled it did it.
            State::Done | State::Dropped => return None,
            _ if matter.owner.is_none() => (
                both!(
                    "{handle} has no owner: {line}",
                    "{handle} の担当が未定: {line}"
                ),
                Verb::Give,
            ),
            _ if matter.due.is_none() => (
                both!(
                    "{handle} has no due date: {line}",
                    "{handle} の期限が未定: {line}"
                ),
                Verb::Extend,
            ),
            State::Deferred => return None,
            _ => (
                both!(
                    "{handle} is neither done nor deferred: {line}",
                    "{handle} が完了も延期もされていない: {line}"
                ),
                Verb::Settle,
            ),
        };
        Some(about_matter(matter, text, verb))
    };
    all.filter_map(lacks).collect()
}

/// What the post-mortem lacks, where one is due.
pub fn post_mortem(incident: &Incident, rule: &due::Rule, now: DateTime<Utc>) -> Option<Miss> {
    if incident.work.review.is_some() {
        return None;
    }
    let due = due::due(incident, rule, now).is_due();
    let kept = incident.lessons.post_mortem.as_ref();
    let (verb, text) = match (due, kept.map(|kept| kept.gaps)) {
        (Some(false), _) => return None,
        (None, None) => (
            Verb::Reach,
            Text::fixed(
                "Whether a post-mortem is due is not said: were several users affected, is it likely to come again?",
                "ポストモーテムが必要か未判定 (複数のユーザーに影響したか、再発しうるかが未記録)",
            ),
        ),
        (Some(true), None) => (
            Verb::PostMortem,
            Text::fixed(
                "The post-mortem is not written",
                "ポストモーテムが書かれていない",
            ),
        ),
        (_, Some(0)) => (
            Verb::Review,
            Text::fixed(
                "The post-mortem is neither reviewed nor waived",
                "ポストモーテムがレビューも省略もされていない",
            ),
        ),
        (_, Some(gaps)) => (
            Verb::PostMortem,
            both!(
                "The post-mortem has {gaps} places to fill in",
                "ポストモーテムに未記入が {gaps} か所"
            ),
        ),
    };
    Some(Miss {
        name: POST_MORTEM.to_owned(),
        text,
        verb,
        about: None,
    })
}

/// As many names as an event keeps.
const NAMES_MAX: usize = 16;

/// What was missing, each name once, as the resolution keeps it.
pub fn names(misses: &[Miss]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for miss in misses {
        if out.len() < NAMES_MAX && !out.contains(&miss.name) {
            out.push(miss.name.clone());
        }
    }
    out
}

/// A kept name in words; a number of a matter, or a later version's name, as it is.
pub fn name_text(name: &str, lang: Lang) -> String {
    let milestone = || Milestone::parse(name).map(|m| m.text());
    let section = || Section::ALL.iter().find(|s| s.name() == name);
    let text = match name {
        COMMANDER => Some(Text::fixed("a commander", "指揮者")),
        LEVEL => Some(Text::fixed("the level", "レベル")),
        NOTICE => Some(Text::fixed("a customer notice", "ユーザー告知")),
        CHECKLIST => Some(Text::fixed("open checklist items", "未完了の項目")),
        TIMELINE => Some(Text::fixed("the timeline", "タイムライン")),
        POST_MORTEM => Some(Text::fixed("the post-mortem", "ポストモーテム")),
        _ => milestone().or_else(|| section().map(|s| s.text())),
    };
    text.map_or_else(|| name.to_owned(), |text| text.get(lang).to_owned())
}

/// What a step to recovery or to the next phase leaves behind: said, and never in the way.
pub fn skipped(incident: &Incident, recovers: bool) -> Vec<Text> {
    let mut out = Vec::new();
    let mut say = |missing: bool, text: Text| out.extend(missing.then_some(text));
    say(
        incident.commander.is_none(),
        Text::fixed("nobody commands", "指揮者がいません"),
    );
    say(
        incident.level.is_none(),
        Text::fixed("no level is set", "レベルが未設定です"),
    );
    let lacks = |m: Milestone| !incident.milestones.contains_key(&m);
    say(
        recovers && lacks(Milestone::Detected),
        Text::fixed("no detection time", "検知時刻が未記録です"),
    );
    say(
        !recovers && !incident.phase.is_burning() && lacks(Milestone::Recovered),
        Text::fixed("no recovery time", "復旧時刻が未記録です"),
    );
    say(
        recovers && incident.work.claim.is_none(),
        Text::fixed(
            "nobody claimed it and let it hold",
            "様子見 (復旧の報告) を省いています",
        ),
    );
    out
}

#[cfg(test)]
mod tests;
