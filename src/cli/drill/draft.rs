//! A draft of a scenario from the record of a real incident: what others wrote and did becomes
//! injects, what whoever commanded did becomes the expected acts. A person makes a drill of it.

use crate::app::export;
use crate::app::resolve::People;
use crate::both;
use crate::cli::context::{Context, Session};
use crate::cli::out;
use crate::domain::event::Body;
use crate::domain::ids::UserId;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::outlets::Sight;
use crate::domain::problem::Problem;
use crate::domain::record::lint;
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Sort, State};
use crate::drill::check;
use crate::io::paths;
use crate::io::publish::Resolver;
use crate::wire::mrkdwn;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// What a drill can last.
const LONGEST: u32 = 240;
/// Everybody gets so much more time than the record shows, in seconds.
const GRACE: u32 = 60;

/// Something that somebody wrote.
struct Line {
    at: DateTime<Utc>,
    by: Speaker,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Speaker {
    User(UserId),
    /// A program, by the name that it gives itself.
    Program(String),
}

#[derive(Clone, Copy)]
pub struct Wish {
    /// Without anybody's name.
    pub anonymous: bool,
    /// Also of an incident that is for few.
    pub private: bool,
}

/// Writes it to `out`, or prints it.
///
/// # Errors
/// There is no such incident, it is private and nobody said that this is meant, or the file cannot be
/// written.
pub fn run(
    context: Context,
    incident: &str,
    wish: Wish,
    out: Option<&Path>,
) -> Result<(), Problem> {
    let session = context.session()?;
    session.catch_up();
    let state = session.incident(incident)?;
    let asked = state.clone();
    let sight = session
        .core
        .look(move |engine, _| Sight::of_row(&asked, engine.image().incidents.get(&asked.id)))?;
    // Whoever plays the scenario reads what was written there.
    export::allowed(sight, wish.private)?;
    let anonymous = wish.anonymous;
    let people = session.people_now();
    let lines = lines(&session, &state, &people)?;
    let draft = Draft::of(&state, &people, lines, anonymous);
    let text = draft.toml();
    // A draft that does not pass is of no use to anybody.
    if let Err(problems) = check::parse("scenario.toml", &text) {
        let first = problems.into_iter().next();
        return Err(first
            .unwrap_or_else(|| Problem::failed(Text::fixed("It is not whole.", "不完全です。"))));
    }
    let Some(dir) = out else {
        return crate::cli::out::line(&text);
    };
    let file = dir.join("scenario.toml");
    paths::private_write(&file, text.as_bytes())?;
    let file = file.display();
    out::talk(
        &both!("A draft: {file}", "下書き: {file}"),
        session.context.lang,
    );
    Ok(())
}

/// What people and programs wrote in its channel, oldest first.
fn lines(session: &Session, state: &Incident, people: &People) -> Result<Vec<Line>, Problem> {
    let (id, people) = (state.id.clone(), people.clone());
    let zone = session.context.config.time_zone;
    session.core.look(move |engine, _| {
        let names = Resolver {
            people: &people,
            engine,
            zone,
        };
        let rows = engine.talk(&id).into_iter();
        rows.filter_map(|row| {
            let message = &row.message;
            let told = message.subtype.as_deref().is_none_or(|subtype| {
                matches!(
                    subtype,
                    "thread_broadcast" | "file_share" | "me_message" | "bot_message"
                )
            });
            if message.own || !told {
                return None;
            }
            let program =
                |name: Option<&str>| Speaker::Program(name.unwrap_or("monitor").to_owned());
            let by = match &message.user {
                Some(user) if people.get(user).is_none_or(|person| !person.bot) => {
                    Speaker::User(user.clone())
                }
                Some(user) => program(people.get(user).map(|person| person.handle.as_str())),
                None => program(message.username.as_deref()),
            };
            Some(Line {
                at: DateTime::from_timestamp_micros(row.ts.micros())?,
                by,
                text: mrkdwn::plain(&message.text, &names),
            })
        })
        .collect()
    })
}

struct Draft<'a> {
    state: &'a Incident,
    /// Who commanded: they play.
    players: BTreeSet<UserId>,
    cast: BTreeMap<Speaker, Part>,
    lines: Vec<Line>,
    start: DateTime<Utc>,
    end: u32,
    /// Names and handles, each with what stands in its place.
    masks: Vec<(String, String)>,
}

struct Part {
    /// Its name in the file, and its handle.
    id: String,
    name: String,
}

impl<'a> Draft<'a> {
    fn of(state: &'a Incident, people: &People, lines: Vec<Line>, anonymous: bool) -> Draft<'a> {
        let entries = || {
            state
                .entries
                .iter()
                .filter(|e| e.verdict == Verdict::Accepted)
        };
        let mut players: BTreeSet<UserId> = entries()
            .filter_map(|entry| match &entry.body {
                Body::Commander { user, .. } => user.clone(),
                Body::Work(Deed::Accepted { user, .. }) => Some(user.clone()),
                _ => None,
            })
            .collect();
        players.insert(state.declarer.clone());
        let mut speakers: BTreeSet<Speaker> = lines.iter().map(|line| line.by.clone()).collect();
        speakers.extend(entries().map(|entry| Speaker::User(entry.by.clone())));
        speakers.retain(|s| !matches!(s, Speaker::User(user) if players.contains(user)));
        let mut cast = BTreeMap::new();
        let mut masks = Vec::new();
        for (n, speaker) in speakers.into_iter().enumerate() {
            let known = match &speaker {
                Speaker::User(user) => people.get(user).map(|p| (p.handle.clone(), p.name.clone())),
                Speaker::Program(name) => Some((name.clone(), name.clone())),
            };
            let (handle, name) = known.unwrap_or_default();
            let alias = format!("p{}", n + 1);
            let shown = match (anonymous, name.is_empty()) {
                (true, _) | (_, true) => format!("P{}", n + 1),
                (false, false) => name.clone(),
            };
            if anonymous {
                masks.extend(real(&name, &handle).map(|real| (real, shown.clone())));
            }
            cast.insert(
                speaker,
                Part {
                    id: alias,
                    name: shown,
                },
            );
        }
        if anonymous {
            for user in &players {
                let known = people.get(user).into_iter();
                let real = known.flat_map(|p| real(&p.name, &p.handle));
                masks.extend(real.map(|real| (real, "IC".to_owned())));
            }
            // Whoever did nothing may be spoken of.
            for person in people.values() {
                for real in real(&person.name, &person.handle) {
                    if !masks.iter().any(|(known, _)| *known == real) {
                        masks.push((real, "PX".to_owned()));
                    }
                }
            }
        }
        masks.retain(|(real, _)| !real.is_empty());
        // Of two names the longer one first: one may stand in the other.
        masks.sort_by_key(|(real, _)| std::cmp::Reverse(real.len()));
        let start = state.declared.unwrap_or_default();
        let last = lines
            .iter()
            .map(|line| line.at)
            .chain(entries().map(|entry| entry.at))
            .max();
        let end = u32::try_from((last.unwrap_or(start) - start).num_minutes().max(0)).unwrap_or(0);
        Draft {
            state,
            players,
            cast,
            lines,
            start,
            end: (end + 5).min(LONGEST),
            masks,
        }
    }

    /// Seconds after the declaration; `None`: outside the drill.
    fn at(&self, at: DateTime<Utc>) -> Option<u32> {
        let seconds = u32::try_from((at - self.start).num_seconds()).ok()?;
        (seconds < self.end * 60).then_some(seconds)
    }

    /// As a string of TOML, with the names that are to be left out left out.
    fn string(&self, text: &str) -> String {
        let masked = self
            .masks
            .iter()
            .fold(text.to_owned(), |text, (real, shown)| {
                without(&text, real, shown)
            });
        // What stands in braces would be taken for somebody's name.
        let plain = masked.replace(['{', '}'], "");
        toml::Value::String(plain).to_string()
    }

    fn toml(&self) -> String {
        let mut out = String::new();
        let state = self.state;
        let string = |text: &str| match text.trim().is_empty() {
            true => self.string("?"),
            false => self.string(text),
        };
        let situation = state.entries.iter().find_map(|entry| match entry.body {
            Body::Situation {} => entry.text.clone(),
            _ => None,
        });
        let situation = mrkdwn::decode(situation.as_deref().unwrap_or(&state.title)).into_owned();
        let roles: Vec<String> = state.roles.keys().map(|role| string(role)).collect();
        let roles = [vec![string("commander")], roles].concat().join(", ");
        let (title, end) = (string(&state.title), self.end);
        writeln!(out, "# A draft from the record of an incident. What is missing: how people answer (see docs/drills.md),\n# the other language, and whatever makes it worth practising.\n").ok();
        writeln!(
            out,
            "title = {title}\nabout = {title}\nminutes = {end}\ndifficulty = 3\nroles = [{roles}]\n"
        )
        .ok();
        writeln!(out, "[briefing]\ntext = {}\n", string(&situation)).ok();
        let ago = |milestone| {
            let reached = state.milestones.get(&milestone)?;
            u32::try_from((self.start - reached.time).num_minutes()).ok()
        };
        writeln!(
            out,
            "[start]\ntitle = {title}\nservice = {}\nsituation = {}\nkind = {}",
            string(&state.service),
            string(&situation),
            string(state.kind.name())
        )
        .ok();
        use crate::domain::event::Milestone;
        for (name, milestone) in [
            ("started", Milestone::Started),
            ("detected", Milestone::Detected),
        ] {
            if let Some(minutes) = ago(milestone) {
                writeln!(out, "{name}_minutes_ago = {minutes}").ok();
            }
        }
        for (speaker, part) in &self.cast {
            let (id, name) = (&part.id, string(&part.name));
            writeln!(
                out,
                "\n[people.{id}]\nhandle = \"{id}\"\nname = {name}\nabout = {name}"
            )
            .ok();
            match speaker {
                Speaker::Program(_) => out.push_str("monitor = true\n"),
                Speaker::User(user) => {
                    let early = state.roster.get(user).and_then(|p| self.at(p.since));
                    if early.is_some_and(|at| at < 60) {
                        out.push_str("here = true\n");
                    }
                    if let Some((role, _)) = state.roles.iter().find(|(_, held)| held.user == *user)
                    {
                        writeln!(out, "role = {}", string(role)).ok();
                    }
                }
            }
        }
        if self
            .cast
            .keys()
            .all(|speaker| matches!(speaker, Speaker::Program(_)))
        {
            out.push_str(
                "\n[people.somebody]\nhandle = \"somebody\"\nname = \"?\"\nabout = \"?\"\n",
            );
        }
        self.injects(&mut out);
        self.acts(&mut out);
        out
    }

    fn injects(&self, out: &mut String) {
        let mut all: Vec<(u32, String)> = Vec::new();
        for line in &self.lines {
            let (Some(at), Some(part)) = (self.at(line.at), self.cast.get(&line.by)) else {
                continue;
            };
            if !line.text.trim().is_empty() {
                all.push((
                    at,
                    format!("by = \"{}\"\nsay = {}", part.id, self.string(&line.text)),
                ));
            }
        }
        for entry in &self.state.entries {
            let part = self.cast.get(&Speaker::User(entry.by.clone()));
            let (Some(at), Some(part)) = (self.at(entry.at), part) else {
                continue;
            };
            if let Some(what) = self.deed(entry) {
                all.push((at, format!("by = \"{}\"\n{what}", part.id)));
            }
        }
        all.sort_by_key(|(at, _)| *at);
        for (n, (at, what)) in all.iter().enumerate() {
            let at = crate::drill::scenario::Secs(*at);
            writeln!(
                out,
                "\n[[inject]]\nid = \"i{}\"\nat = \"{at}\"\n{what}",
                n + 1
            )
            .ok();
        }
    }

    fn deed(&self, entry: &Entry) -> Option<String> {
        let text = |text: &str| self.string(text);
        let said = entry
            .text
            .as_deref()
            .map(|t| mrkdwn::plain(t, &mrkdwn::NoNames));
        Some(match &entry.body {
            Body::Note {} | Body::Message { .. } => format!("say = {}", text(&said?)),
            Body::Work(Deed::Opened { matter, line, .. }) => {
                let name = match matter {
                    Sort::Need => "need",
                    Sort::Decision => "decide",
                    Sort::Hypothesis => "hypothesis",
                    _ => return None,
                };
                format!("do = {{ {name} = {{ text = {} }} }}", text(line))
            }
            Body::Work(Deed::Claimed { .. }) => "do = \"claim\"".to_owned(),
            _ => return None,
        })
    }

    /// What whoever commanded did, each once, with the time that it took them and a little more.
    fn acts(&self, out: &mut String) {
        let mut met = BTreeSet::new();
        let mut all: Vec<(u32, &'static str, Option<&'static str>)> = Vec::new();
        for entry in &self.state.entries {
            if !self.players.contains(&entry.by) || entry.verdict != Verdict::Accepted {
                continue;
            }
            let Some(at) = self.at(entry.at).filter(|_| entry.at > self.start) else {
                continue;
            };
            let (does, of) = match &entry.body {
                Body::Commander { user: Some(_), .. } => ("command", None),
                Body::Level { .. } => ("level", None),
                Body::Role { user: Some(_), .. } => ("role", None),
                Body::Recovered { .. } => ("recover", None),
                Body::PersonalData { .. } => ("personal-data", None),
                Body::Work(Deed::Report { .. }) => ("report", None),
                Body::Work(Deed::Published { .. }) => ("publish", None),
                Body::Work(Deed::Offered { .. }) => ("offer", None),
                Body::Work(Deed::Opened {
                    matter: Sort::Task, ..
                }) => ("task", None),
                Body::Work(Deed::Settled {
                    state: State::Decided,
                    ..
                }) => ("settle", Some("decided")),
                _ => continue,
            };
            if met.insert(does) {
                all.push((at, does, of));
            }
        }
        if all.is_empty() {
            all.push((120, "command", None));
        }
        let count = u32::try_from(all.len()).unwrap_or(1);
        for (n, (at, does, of)) in all.into_iter().enumerate() {
            // What is left over goes to the first.
            let weight = 100 / count + if n == 0 { 100 % count } else { 0 };
            let within = crate::drill::scenario::Secs(at + GRACE);
            let verb = crate::domain::verb::Verb::named(does).map(|verb| verb.row().about.clone());
            let about = verb.unwrap_or_else(|| Text::same(does));
            let (en, ja) = (
                self.string(about.get(Lang::En)),
                self.string(about.get(Lang::Ja)),
            );
            writeln!(
                out,
                "\n[[act]]\nid = \"{does}\"\ntext = {{ en = {en}, ja = {ja} }}\ndoes = \"{does}\""
            )
            .ok();
            if let Some(of) = of {
                writeln!(out, "of = \"{of}\"").ok();
            }
            writeln!(out, "within = \"{within}\"\nweight = {weight}").ok();
        }
    }
}

/// What somebody is really called.
fn real(name: &str, handle: &str) -> impl Iterator<Item = String> + use<> {
    let parts = lint::name_parts(name).into_iter();
    parts.chain([handle.to_owned()])
}

/// A text with something else in a name's place; one of Latin letters only as a whole word.
fn without(text: &str, name: &str, shown: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let left = before
            .chars()
            .next_back()
            .or_else(|| out.chars().next_back());
        let part = name.is_ascii() && (letter(left) || letter(after.chars().next()));
        out.push_str(before);
        out.push_str(if part { name } else { shown });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_left_out_and_words_that_hold_them_are_not() {
        let text = "ito, the monitor of the repository is down; ask @ito. 田中さんと確認";
        assert_eq!(
            without(&without(text, "ito", "IC"), "田中", "P1"),
            "IC, the monitor of the repository is down; ask @IC. P1さんと確認"
        );
        assert_eq!(lint::name_parts("田中(CS)"), ["田中(CS)", "田中"]);
        assert_eq!(lint::name_parts("鈴木 美咲"), ["鈴木 美咲", "鈴木", "美咲"]);
    }
}
