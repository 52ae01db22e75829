//! The scripted people: who answers what, how soon, and how they put it when they know nothing.

use super::engine::{Doing, Drill, Line, Thread, check_in};
use super::hearing::{fold, has, is_called, is_question, is_summons};
use super::scenario::{Answer, Person, Scenario, Temper, When, Words};
use super::scene::{Heard, Manner, Scene};
use crate::domain::ids::EventId;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Somebody who knows nothing says so no more often than this, in seconds.
const EXCUSE: u32 = 180;
/// Nobody in particular was asked: whoever knows looks round first, in per cent of their delay.
const UNASKED: u32 = 200;

/// What people have already said.
#[derive(Clone, Debug, Default)]
pub struct Told {
    answers: BTreeSet<(String, usize)>,
    excused: BTreeMap<String, u32>,
    coming: BTreeSet<String>,
    begun: Vec<Begun>,
}

/// A task that somebody is at.
#[derive(Clone, Debug)]
struct Begun {
    part: String,
    matter: EventId,
    until: When,
    text: Words,
}

/// What somebody is going to do.
pub struct Reaction {
    pub due: u32,
    pub what: Doing,
    pub sets: Vec<(String, String)>,
}

/// What people of each temper say where the scenario has no words for them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manners {
    unknown: BTreeMap<Temper, Vec<Words>>,
    taken: BTreeMap<Temper, Vec<Words>>,
    done: Words,
    coming: Words,
}

static MANNERS: LazyLock<Option<Manners>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/drills/manners.toml")).ok());

/// Whether somebody's name is in a text; where people have no users, it is how they are written to.
pub fn is_by_name(person: &Person, text: &str) -> bool {
    let names = [&person.name.en, &person.name.ja];
    person.called.is_in(text)
        || is_called(text, person.handle.get_ref())
        || names.into_iter().any(|name| has(text, &fold(name)))
}

/// Whom a text asks to come, where nobody can be called by the program.
pub fn summoned(scenario: &Scenario, heard: &Heard, scene: &Scene) -> Vec<String> {
    let people = scenario.people.iter();
    people
        .filter(|(part, person)| {
            !person.monitor && is_for(scenario, part, heard, scene) && is_summons(&heard.text)
        })
        .map(|(part, _)| part.clone())
        .collect()
}

/// Whether somebody is written to by mention or handle.
fn is_named(person: &Person, part: &str, heard: &Heard, scene: &Scene) -> bool {
    let user = scene.cast.get(part);
    heard.to.iter().any(|to| Some(to) == user) || is_called(&heard.text, person.handle.get_ref())
}

/// Whether a person is spoken to: who is mentioned, and where nobody is, whoever is called by name.
fn is_for(scenario: &Scenario, part: &str, heard: &Heard, scene: &Scene) -> bool {
    let people = &scenario.people;
    let mentioned = people
        .iter()
        .any(|(part, person)| is_named(person, part, heard, scene));
    people.get(part).is_some_and(|person| match mentioned {
        true => is_named(person, part, heard, scene),
        false if scene.by_name => is_by_name(person, &heard.text),
        false => person.called.is_in(&heard.text),
    })
}

/// Whether what was heard answers what `by` said: in its thread, to them, or to nobody else.
pub fn replies(
    scenario: &Scenario,
    scene: &Scene,
    heard: &Heard,
    by: &str,
    place: Option<&str>,
) -> bool {
    if let Some(parent) = heard.parent.as_deref() {
        return place == Some(parent);
    }
    let mut others = scenario.people.keys().filter(|part| *part != by);
    is_for(scenario, by, heard, scene) || !others.any(|part| is_for(scenario, part, heard, scene))
}

/// What everybody does about something that a player wrote or did.
pub fn react(drill: &mut Drill, at: u32, heard: &Heard, scene: &Scene) -> Vec<Reaction> {
    let scenario = drill.scenario.clone();
    let mut all = Vec::new();
    let humans = || scenario.people.iter().filter(|(_, person)| !person.monitor);
    match &heard.what {
        Manner::Says | Manner::Task(_) | Manner::Decision(_) => {
            if scene.by_name {
                for part in summoned(&scenario, heard, scene) {
                    all.extend(comes(drill, at, heard, &part));
                }
            }
            let spoken_to: Vec<(&String, &Person)> = humans()
                .filter(|(part, _)| {
                    is_for(&scenario, part, heard, scene) || drill.is_reply_to(heard, part)
                })
                .collect();
            for (part, person) in &spoken_to {
                all.extend(answer(drill, (at, 100), heard, scene, (part, person)));
            }
            let open = matches!(heard.what, Manner::Decision(_)) || is_question(&heard.text);
            if spoken_to.is_empty() && open {
                let knows = humans().find_map(|(part, person)| {
                    let known = known(drill, at, heard, scene, (part, person))?;
                    Some((part, person, known))
                });
                if let Some((part, person, n)) = knows {
                    all.push(given(drill, (at, UNASKED), heard, (part, person), n));
                }
            }
        }
        Manner::Calls(user) => {
            for (part, _) in humans().filter(|(part, _)| scene.cast.get(*part) == Some(user)) {
                all.extend(comes(drill, at, heard, part));
            }
        }
        Manner::Offers(user) => {
            for (part, person) in humans().filter(|(part, _)| scene.cast.get(*part) == Some(user)) {
                if person.accepts {
                    let due = at + delay(drill, person, 100, &heard.id);
                    all.push(quiet(due, at_console(part, Line::Accept)));
                }
            }
        }
        Manner::RollCall | Manner::Claims => {
            for (part, person) in humans() {
                let here = drill.is_here(part) && scene.by_name
                    || scene.current().is_some_and(|room| {
                        let present = scene
                            .cast
                            .get(part)
                            .and_then(|u| room.incident.roster.get(u));
                        present.is_some_and(|present| present.left.is_none())
                    });
                let confirms = person
                    .confirms
                    .as_ref()
                    .is_some_and(|when| drill.may(at, when, scene));
                let line = match heard.what {
                    Manner::RollCall if here => Line::Here,
                    Manner::Claims if confirms => Line::Confirm,
                    _ => continue,
                };
                let due = at + delay(drill, person, 100, &heard.id);
                all.push(quiet(due, at_console(part, line)));
            }
        }
        Manner::Notes => {}
    }
    all
}

/// Somebody who was called comes, once.
fn comes(drill: &mut Drill, at: u32, heard: &Heard, part: &str) -> Vec<Reaction> {
    let scenario = drill.scenario.clone();
    let arrives = scenario.people.get(part).and_then(|person| person.arrives);
    let Some(arrives) = arrives.filter(|_| !drill.is_here(part)) else {
        return Vec::new();
    };
    if !drill.told.coming.insert(part.to_owned()) {
        return Vec::new();
    }
    let due = at + drill.around(arrives.0, &format!("arrives {part}"));
    let mut all = vec![quiet(due, check_in(part))];
    all.extend(said(drill, due, heard, part, None, |m| Some(&m.coming)));
    all
}

impl Drill {
    /// In the thread of something that this person said.
    fn is_reply_to(&self, heard: &Heard, part: &str) -> bool {
        let Some(parent) = heard.parent.as_deref() else {
            return false;
        };
        self.author_of(parent) == Some(part)
    }
}

fn delay(drill: &Drill, person: &Person, percent: u32, what: &str) -> u32 {
    let own = person.delay.0 * person.temper.pace() / 100 * percent / 100;
    drill.around(own, what).max(1)
}

/// The first answer that fits and may be given now.
fn known(
    drill: &Drill,
    at: u32,
    heard: &Heard,
    scene: &Scene,
    (part, person): (&String, &Person),
) -> Option<usize> {
    let wants_objection = matches!(heard.what, Manner::Decision(_));
    person.answers.iter().enumerate().position(|(n, answer)| {
        let fresh = answer.again || !drill.told.answers.contains(&(part.clone(), n));
        fresh
            && answer.objects == wants_objection
            && answer.hears.is_in(&heard.text)
            && drill.may(at, &answer.when, scene)
    })
}

fn answer(
    drill: &mut Drill,
    (at, percent): (u32, u32),
    heard: &Heard,
    scene: &Scene,
    who: (&String, &Person),
) -> Vec<Reaction> {
    let (part, person) = who;
    if let Some(n) = known(drill, at, heard, scene, who) {
        let mut all = Vec::new();
        if let Manner::Task(_) = heard.what {
            let due = at + delay(drill, person, percent / 2, &heard.id);
            all.extend(said(drill, due, heard, part, Some("ack"), |m| {
                m.taken.get(&person.temper).and_then(|all| all.first())
            }));
        }
        all.push(given(drill, (at, percent), heard, who, n));
        return all;
    }
    let due = at + delay(drill, person, percent, &heard.id);
    match &heard.what {
        // Whatever it is, it gets done.
        Manner::Task(matter) => {
            let mut all = Vec::new();
            all.extend(said(drill, due, heard, part, Some("ack"), |m| {
                m.taken.get(&person.temper).and_then(|all| all.first())
            }));
            let later = at + drill.around(120, &format!("task {}", heard.id));
            all.push(quiet(later, at_console(part, done(matter, words_done()))));
            all
        }
        Manner::Says if is_question(&heard.text) => {
            let before = drill.told.excused.get(part.as_str());
            if before.is_some_and(|before| at - before < EXCUSE) {
                return Vec::new();
            }
            drill.told.excused.insert(part.clone(), at);
            let pick = super::draw(drill.seed, &format!("unknown {part} {}", heard.id));
            said(drill, due, heard, part, Some("unknown"), |m| {
                let lines = m.unknown.get(&person.temper)?;
                let n = usize::try_from(pick).unwrap_or(0) % lines.len().max(1);
                lines.get(n)
            })
            .into_iter()
            .collect()
        }
        _ => Vec::new(),
    }
}

fn given(
    drill: &mut Drill,
    (at, percent): (u32, u32),
    heard: &Heard,
    (part, person): (&String, &Person),
    n: usize,
) -> Reaction {
    let answer: &Answer = &person.answers[n];
    drill.told.answers.insert((part.clone(), n));
    let own = answer.delay.map(|own| own.0 * percent / 100);
    let key = format!("{part}/{n}/{}", heard.id);
    let wait = match own {
        Some(own) => drill.around(own, &key).max(1),
        None => delay(drill, person, percent, &key),
    };
    let text = answer.say.clone();
    let what = match &heard.what {
        Manner::Task(matter) if answer.until.is_empty() => at_console(part, done(matter, text)),
        Manner::Decision(matter) => at_console(
            part,
            Line::Object {
                matter: matter.clone(),
                text,
            },
        ),
        _ => Doing::Say {
            key,
            by: part.clone(),
            text,
            thread: thread(heard),
        },
    };
    if let Manner::Task(matter) = &heard.what
        && !answer.until.is_empty()
    {
        drill.told.begun.push(Begun {
            part: part.clone(),
            matter: matter.clone(),
            until: answer.until.clone(),
            text: answer.done.clone().unwrap_or_else(words_done),
        });
    }
    let sets = answer.sets.iter();
    Reaction {
        due: at + wait,
        what,
        sets: sets
            .map(|(name, value)| (name.clone(), value.get_ref().clone()))
            .collect(),
    }
}

/// Where one answers: in the thread that one was asked in, else in the channel.
fn thread(heard: &Heard) -> Option<Thread> {
    heard.parent.clone().map(Thread::Message)
}

fn words_done() -> Words {
    MANNERS.as_ref().map(|m| m.done.clone()).unwrap_or_default()
}

/// Tasks that somebody is at and that are done by now: each is closed at their console.
pub fn finish(drill: &mut Drill, at: u32, scene: &Scene) -> Vec<Reaction> {
    let begun = std::mem::take(&mut drill.told.begun);
    let (done, open): (Vec<_>, Vec<_>) = begun
        .into_iter()
        .partition(|task| drill.may(at, &task.until, scene));
    drill.told.begun = open;
    let scenario = drill.scenario.clone();
    let closed = done.into_iter().filter_map(|task| {
        let person = scenario.people.get(&task.part)?;
        let due = at + delay(drill, person, 100, task.matter.as_str());
        let line = self::done(&task.matter, task.text);
        Some(quiet(due, at_console(&task.part, line)))
    });
    closed.collect()
}

fn done(matter: &EventId, text: Words) -> Line {
    Line::Done {
        matter: matter.clone(),
        text,
    }
}

fn at_console(part: &str, line: Line) -> Doing {
    Doing::Act {
        by: part.to_owned(),
        line,
    }
}

fn quiet(due: u32, what: Doing) -> Reaction {
    Reaction {
        due,
        what,
        sets: Vec::new(),
    }
}

/// One of the shipped lines; `None` where they say nothing.
fn said(
    drill: &Drill,
    due: u32,
    heard: &Heard,
    part: &str,
    why: Option<&str>,
    line: impl FnOnce(&'static Manners) -> Option<&'static Words>,
) -> Option<Reaction> {
    let text = MANNERS.as_ref().and_then(line)?.clone();
    let key = format!("{part}/{}/{}", why.unwrap_or("coming"), heard.id);
    let due = due.max(drill.at().0);
    Some(quiet(
        due,
        Doing::Say {
            key,
            by: part.to_owned(),
            text,
            thread: thread(heard),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_temper_has_words() {
        let manners = MANNERS.as_ref().expect("the shipped file is whole");
        for temper in Temper::ALL {
            for lines in [&manners.unknown, &manners.taken] {
                assert!(
                    lines.get(&temper).is_some_and(|all| !all.is_empty()),
                    "{temper:?}"
                );
            }
        }
    }
}
