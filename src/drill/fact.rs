//! Facts: what conditions of a scenario are made of. One word, perhaps with what it is about after a
//! colon; `!` before it turns it round.

use super::scenario::Words;
use super::scene::Scene;
use crate::domain::event::{Kind, Milestone, Phase};
use crate::domain::work::{Section, Sort};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

/// One condition, `!commander` or `world:deploy=rolled_back`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub not: bool,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody commands; with a name, that person.
    Commander(Option<String>),
    /// Somebody has the role.
    Role(String),
    Level(Option<String>),
    Kind(Kind),
    Phase(Phase),
    /// A milestone has a time.
    Milestone(Milestone),
    Situation,
    PersonalData,
    Restricted,
    /// Somebody says that it is good again, and it has to hold.
    Claimed,
    Recovered,
    /// Resolved, cancelled or merged.
    Over,
    /// So many reports at least.
    Reports(usize),
    Notice,
    Published,
    /// An entry of this sort is open.
    Open(Sort),
    /// One of this sort was ever opened.
    Any(Sort),
    /// A decision was decided; with a name, the one that this inject proposed.
    Decided(Option<String>),
    /// Command is offered and not yet taken.
    Offered,
    /// Command passed on by an offer.
    HandedOver,
    /// So many are here at least, players and others.
    Here(usize),
    /// That person is here.
    Present(String),
    Called(String),
    Section(Section),
    Evidence,
    World(String, String),
    /// That inject has happened.
    Inject(String),
    /// A player has said so since the beginning.
    Said(String),
    /// A player has written to that person since the inject happened, or in its thread.
    Replied(String),
    /// No player has written or acted for so many seconds.
    Quiet(u32),
}

/// What a fact is looked up in beside the scene.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub world: BTreeMap<String, String>,
    pub injects: BTreeSet<String>,
    pub said: BTreeSet<String>,
    pub replied: BTreeSet<String>,
    /// The second in which a player was last heard.
    pub heard: u32,
    /// What injects propose as decisions, by their names.
    pub proposals: BTreeMap<String, Words>,
    /// Who of the script is here, and who was called, where they are no users.
    pub present: BTreeSet<String>,
    pub called: BTreeSet<String>,
    /// Who of the script commands at the beginning.
    pub leads: Option<String>,
}

/// The words, each with an example of what may follow its colon.
pub const WORDS: &[(&str, &str)] = &[
    ("commander", "commander, commander:infra"),
    ("role", "role:scribe"),
    ("level", "level, level:critical"),
    ("kind", "kind:security"),
    ("phase", "phase:fixing"),
    ("milestone", "milestone:detected"),
    ("situation", "situation"),
    ("personal_data", "personal_data"),
    ("restricted", "restricted"),
    ("claimed", "claimed"),
    ("recovered", "recovered"),
    ("over", "over"),
    ("reports", "reports, reports:2"),
    ("notice", "notice"),
    ("published", "published"),
    ("open", "open:task"),
    ("any", "any:decision"),
    ("decided", "decided, decided:propose-restore"),
    ("offered", "offered"),
    ("handed_over", "handed_over"),
    ("here", "here:5"),
    ("present", "present:infra"),
    ("called", "called:infra"),
    ("section", "section:cause"),
    ("evidence", "evidence"),
    ("world", "world:deploy=rolled_back"),
    ("inject", "inject:alert"),
    ("said", "said:rollback"),
    ("replied", "replied:who-leads"),
    ("quiet", "quiet:180"),
];

fn sort(name: &str) -> Option<Sort> {
    let of = |sort: &Sort| sort.verb().row().name;
    Sort::ALL.into_iter().find(|sort| {
        // The verb that opens a question is `park`; people write what it is.
        of(sort) == name
            || (*sort == Sort::Question && name == "question")
            || (*sort == Sort::Decision && name == "decision")
    })
}

impl Fact {
    /// # Errors
    /// What is wrong with it, in English: it becomes a part of the parser's message.
    pub fn parse(text: &str) -> Result<Fact, String> {
        let (not, rest) = match text.trim().strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, text.trim()),
        };
        let (word, about) = match rest.split_once(':') {
            Some((word, about)) => (word.trim(), Some(about.trim())),
            None => (rest, None),
        };
        let wrong = || {
            let known = WORDS.iter().find(|(known, _)| *known == word);
            match known {
                Some((_, example)) => format!("{text:?} is no fact; such as: {example}"),
                None => {
                    let all: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
                    format!("{text:?} is no fact; facts begin with: {}", all.join(", "))
                }
            }
        };
        let named = || about.map(str::to_owned).ok_or_else(wrong);
        let number = |otherwise: Option<usize>| match about {
            Some(about) => about.parse().map_err(|_| wrong()),
            None => otherwise.ok_or_else(wrong),
        };
        let bare = |what: What| match about {
            None => Ok(what),
            Some(_) => Err(wrong()),
        };
        let what = match word {
            "commander" => What::Commander(about.map(str::to_owned)),
            "role" => What::Role(named()?),
            "level" => What::Level(about.map(str::to_owned)),
            "kind" => What::Kind(match about {
                Some("outage") => Kind::Outage,
                Some("security") => Kind::Security,
                _ => return Err(wrong()),
            }),
            "phase" => What::Phase(about.and_then(Phase::parse).ok_or_else(wrong)?),
            "milestone" => What::Milestone(about.and_then(Milestone::parse).ok_or_else(wrong)?),
            "situation" => bare(What::Situation)?,
            "personal_data" => bare(What::PersonalData)?,
            "restricted" => bare(What::Restricted)?,
            "claimed" => bare(What::Claimed)?,
            "recovered" => bare(What::Recovered)?,
            "over" => bare(What::Over)?,
            "reports" => What::Reports(number(Some(1))?),
            "notice" => bare(What::Notice)?,
            "published" => bare(What::Published)?,
            "open" => What::Open(about.and_then(sort).ok_or_else(wrong)?),
            "any" => What::Any(about.and_then(sort).ok_or_else(wrong)?),
            "decided" => What::Decided(about.map(str::to_owned)),
            "offered" => bare(What::Offered)?,
            "handed_over" => bare(What::HandedOver)?,
            "here" => What::Here(number(None)?),
            "present" => What::Present(named()?),
            "called" => What::Called(named()?),
            "section" => {
                let wanted = about.unwrap_or_default();
                let found = Section::ALL.into_iter().find(|s| s.name() == wanted);
                What::Section(found.ok_or_else(wrong)?)
            }
            "evidence" => bare(What::Evidence)?,
            "world" => {
                let (name, value) = about.and_then(|a| a.split_once('=')).ok_or_else(wrong)?;
                What::World(name.trim().to_owned(), value.trim().to_owned())
            }
            "inject" => What::Inject(named()?),
            "said" => What::Said(named()?),
            "replied" => What::Replied(named()?),
            "quiet" => What::Quiet(u32::try_from(number(None)?).map_err(|_| wrong())?),
            _ => return Err(wrong()),
        };
        Ok(Fact { not, what })
    }

    pub fn holds(&self, at: u32, scene: &Scene, ledger: &Ledger) -> bool {
        self.what.holds(at, scene, ledger) != self.not
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Fact, D::Error> {
        let text = String::deserialize(input)?;
        Fact::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.not {
            f.write_str("!")?;
        }
        let sort = |sort: &Sort| sort.verb().row().name;
        match &self.what {
            What::Commander(None) => f.write_str("commander"),
            What::Commander(Some(who)) => write!(f, "commander:{who}"),
            What::Role(role) => write!(f, "role:{role}"),
            What::Level(None) => f.write_str("level"),
            What::Level(Some(level)) => write!(f, "level:{level}"),
            What::Kind(kind) => write!(f, "kind:{}", kind.name()),
            What::Phase(phase) => write!(f, "phase:{}", phase.name()),
            What::Milestone(milestone) => write!(f, "milestone:{}", milestone.name()),
            What::Situation => f.write_str("situation"),
            What::PersonalData => f.write_str("personal_data"),
            What::Restricted => f.write_str("restricted"),
            What::Claimed => f.write_str("claimed"),
            What::Recovered => f.write_str("recovered"),
            What::Over => f.write_str("over"),
            What::Reports(n) => write!(f, "reports:{n}"),
            What::Notice => f.write_str("notice"),
            What::Published => f.write_str("published"),
            What::Open(of) => write!(f, "open:{}", sort(of)),
            What::Any(of) => write!(f, "any:{}", sort(of)),
            What::Decided(None) => f.write_str("decided"),
            What::Decided(Some(id)) => write!(f, "decided:{id}"),
            What::Offered => f.write_str("offered"),
            What::HandedOver => f.write_str("handed_over"),
            What::Here(n) => write!(f, "here:{n}"),
            What::Present(who) => write!(f, "present:{who}"),
            What::Called(who) => write!(f, "called:{who}"),
            What::Section(section) => write!(f, "section:{}", section.name()),
            What::Evidence => f.write_str("evidence"),
            What::World(name, value) => write!(f, "world:{name}={value}"),
            What::Inject(id) => write!(f, "inject:{id}"),
            What::Said(name) => write!(f, "said:{name}"),
            What::Replied(id) => write!(f, "replied:{id}"),
            What::Quiet(seconds) => write!(f, "quiet:{seconds}"),
        }
    }
}

impl What {
    fn holds(&self, at: u32, scene: &Scene, ledger: &Ledger) -> bool {
        let some = |fits: &dyn Fn(&crate::domain::incident::Incident) -> bool| {
            scene.rooms.iter().any(|room| fits(&room.incident))
        };
        // Where the response is, it is in the room that it goes on in.
        let here = |fits: &dyn Fn(&crate::domain::incident::Incident) -> bool| {
            scene.current().is_some_and(|room| fits(&room.incident))
        };
        match self {
            What::Commander(None) => here(&|i| i.commander.is_some()),
            // Whoever of the script takes over is played by somebody real.
            What::Commander(Some(who)) if scene.by_name && ledger.leads.as_ref() == Some(who) => {
                here(&|i| i.commander.is_none())
            }
            What::Commander(Some(_)) if scene.by_name => scene.handed_over(),
            What::Commander(Some(who)) => {
                let who = scene.cast.get(who);
                here(&|i| i.commander.as_ref().map(|held| &held.user) == who && who.is_some())
            }
            What::Role(role) => here(&|i| i.roles.contains_key(role)),
            What::Level(None) => here(&|i| i.level.is_some()),
            What::Level(Some(id)) => here(&|i| i.level.as_ref().is_some_and(|l| l.id == *id)),
            What::Kind(kind) => here(&|i| i.kind == *kind),
            What::Phase(phase) => here(&|i| i.phase == *phase),
            What::Milestone(milestone) => some(&|i| i.milestones.contains_key(milestone)),
            What::Situation => here(&|i| i.situation.is_some()),
            What::PersonalData => some(&|i| i.personal_data),
            What::Restricted => some(&|i| i.work.restricted.is_some()),
            What::Claimed => here(&|i| i.work.claim.is_some()),
            What::Recovered => here(&|i| !i.phase.is_burning()),
            What::Over => here(&|i| i.phase.is_over()),
            What::Reports(n) => {
                let all = scene
                    .rooms
                    .iter()
                    .map(|room| room.incident.work.reports.len());
                all.sum::<usize>() >= *n
            }
            What::Notice => some(&|i| !i.work.notices.is_empty()),
            What::Published => some(&|i| i.work.notices.iter().any(|n| n.published.is_some())),
            What::Open(sort) => here(&|i| i.work.open(*sort).next().is_some()),
            What::Any(sort) => some(&|i| i.work.matters.iter().any(|m| m.sort == *sort)),
            What::Decided(None) => scene.is_decided(None),
            What::Decided(Some(id)) => {
                let words = ledger.proposals.get(id);
                words.is_some() && scene.is_decided(words)
            }
            What::Offered => here(&|i| i.work.offer.is_some()),
            What::HandedOver => scene.handed_over(),
            What::Here(n) => {
                let voices = match scene.by_name {
                    true => ledger.present.len(),
                    false => 0,
                };
                here(&|i| i.roster.values().filter(|p| p.left.is_none()).count() + voices >= *n)
            }
            What::Present(who) if scene.by_name => ledger.present.contains(who),
            What::Called(who) if scene.by_name => ledger.called.contains(who),
            What::Present(who) => {
                let who = scene.cast.get(who);
                let is = |i: &crate::domain::incident::Incident| {
                    who.and_then(|who| i.roster.get(who))
                        .is_some_and(|p| p.left.is_none())
                };
                here(&is)
            }
            What::Called(who) => {
                let who = scene.cast.get(who);
                some(&|i| who.is_some_and(|who| i.work.calls.contains_key(who)))
            }
            What::Section(section) => some(&|i| i.work.sections.contains_key(section)),
            What::Evidence => scene.has_evidence(),
            What::World(name, value) => ledger.world.get(name) == Some(value),
            What::Inject(id) => ledger.injects.contains(id),
            What::Said(name) => ledger.said.contains(name),
            What::Replied(id) => ledger.replied.contains(id),
            What::Quiet(seconds) => at.saturating_sub(ledger.heard) >= *seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_it_is_written() {
        for (_, examples) in WORDS {
            for example in examples.split(", ") {
                let fact = Fact::parse(example).unwrap_or_else(|why| unreachable!("{why}"));
                let again = Fact::parse(&fact.to_string());
                assert_eq!(again.as_ref(), Ok(&fact), "{example}");
                let turned = Fact::parse(&format!("! {example}")).expect("a fact");
                assert_eq!((turned.not, turned.what), (true, fact.what));
            }
        }
    }

    #[test]
    fn what_is_no_fact_says_what_would_be() {
        for (text, hint) in [
            ("comander", "facts begin with"),
            ("kind:party", "kind:security"),
            ("here", "here:5"),
            ("recovered:yes", "such as: recovered"),
            ("world:deploy", "world:deploy=rolled_back"),
            ("quiet:soon", "quiet:180"),
        ] {
            let why = Fact::parse(text).expect_err(text);
            assert!(why.contains(hint), "{why}");
        }
    }
}
