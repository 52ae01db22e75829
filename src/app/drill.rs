//! A drill under way, as the screen knows it; and what may be asked of whoever runs it.

use super::edit::Edit;
use super::keymap::Keymap;
use super::model::Generation;
use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use crate::drill::check;
use crate::drill::engine::{Added, Fate};
use crate::drill::fact::{Fact, WORDS};
use crate::drill::scenario::{Scenario, Secs};
use crate::drill::score::Line;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// What stands on the screen beside the incident itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The scenario's name, as one runs it.
    pub name: String,
    pub title: String,
    pub minutes: u32,
    pub at: Secs,
    pub paused: bool,
    pub speed: u32,
    /// The screen says what is expected next.
    pub coach: bool,
    /// Who you are and what has happened, and the system.
    pub briefing: String,
    /// It was read, and the drill runs.
    pub begun: bool,
    pub incident: Option<IncidentId>,
    pub expected: Vec<Expected>,
    pub injects: Vec<Inject>,
    /// Whom the script plays.
    pub people: Vec<Part>,
    /// What did not come about, newest last.
    pub trouble: Vec<Text>,
    /// It is over: the debrief, in Markdown.
    pub debrief: Option<String>,
    /// Where the report is kept.
    pub report: Option<String>,
    /// What something that is added may refer to.
    pub script: Option<Script>,
}

/// The drill that was played last on this machine, and which comes next.
#[derive(Clone, Debug, PartialEq)]
pub struct Last {
    pub title: String,
    /// 0 to 100.
    pub score: f64,
    /// How this program was called, for a line that can be copied.
    pub program: String,
    /// Name and title of the first that was not played yet.
    pub next: Option<(String, Text)>,
}

/// The scenario: one and the same as long as the drill runs.
#[derive(Clone, Debug)]
pub struct Script(pub Arc<Scenario>);

impl PartialEq for Script {
    fn eq(&self, other: &Script) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// An act of the scenario with what has come of it so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub text: String,
    pub verb: Option<Verb>,
    pub line: Line,
    /// From when on it counts, and until when at all.
    pub from: Option<Secs>,
    pub last: Option<Secs>,
}

/// A person of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As the scenario calls them.
    pub id: String,
    pub handle: String,
    pub name: String,
}

/// Something that the script has in store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inject {
    pub id: String,
    pub by: String,
    pub what: String,
    /// What it waits for beside its time.
    pub when: String,
    pub fate: Fate,
}

/// What may be asked of whoever runs the drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The briefing was read.
    Begin,
    /// Hold the clock, or let it run.
    Hold,
    Faster,
    Slower,
    /// On to the next thing that comes by time alone.
    Skip,
    Fire(String),
    PutOff(String),
    Drop(String),
    /// Something that was not in the script.
    Add(Added),
    /// Somebody of the scenario says this.
    Say {
        part: String,
        text: String,
    },
    End,
    /// What went well, where one was lucky, what can be better.
    Feedback([String; 3]),
}

/// Who is to say what, of a line such as `ito: …`; by name, handle, or as the scenario calls them.
pub fn spoken(view: &View, line: &str) -> Option<(String, String)> {
    let (who, text) = line.split_once([':', '：'])?;
    let who = who.trim().trim_start_matches('@');
    let mut people = view.people.iter();
    let part = people.find(|part| {
        [&part.id, &part.handle, &part.name]
            .into_iter()
            .any(|n| n == who)
    })?;
    let text = text.trim();
    (!text.is_empty()).then(|| (part.id.clone(), text.to_owned()))
}

/// When something comes that a game master adds, of a line such as `12:00`, `+2:00 !commander` or
/// nothing at all; `m:ss` is of the drill's clock, `+m:ss` from now on.
///
/// # Errors
/// A word is neither, or refers to what is not there.
pub fn added(view: &View, (by, text): (String, String), line: &str) -> Result<Added, Problem> {
    let mut added = Added {
        by,
        text,
        at: None,
        when: Vec::new(),
    };
    for word in line
        .split([' ', '　', ',', '、'])
        .filter(|word| !word.is_empty())
    {
        let later = word.strip_prefix('+').and_then(Secs::parse);
        let at = later
            .map(|later| view.at.plus(later))
            .or_else(|| Secs::parse(word));
        match at {
            Some(at) => added.at = Some(at),
            None => added.when.push(Fact::parse(word).map_err(|_| {
                let known: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
                let known = known.join(" ");
                Problem::usage(both!(
                    "\"{word}\" is neither a time nor a condition.",
                    "「{word}」は時刻でも条件でもありません。"
                ))
                .hint(both!("Conditions: {known}", "条件: {known}"))
            })?),
        }
    }
    if let Some(script) = &view.script {
        check::added(&script.0, &added)?;
    }
    Ok(added)
}

/// What is expected now: the act that is due first of those that are open and not done.
pub fn next(view: &View) -> Option<&Expected> {
    let open = view.expected.iter().filter(|expected| {
        expected.line.at.is_none()
            && expected.from.is_some_and(|from| from <= view.at)
            && expected.last.is_some_and(|last| view.at <= last)
    });
    open.min_by_key(|expected| expected.line.due)
}

/// For so long after it appeared the debrief hears nothing: whoever typed looks up first.
pub const SURPRISE: TimeDelta = TimeDelta::milliseconds(1_500);

/// What of a drill stands over the screen.
#[derive(Clone, Debug)]
pub enum Panel {
    /// First line shown.
    Briefing(usize),
    Course(Course),
    /// First line shown, and since when it stands there: it comes while somebody types.
    Debrief(usize, DateTime<Utc>),
    Feedback(Asking),
    /// The game master speaks for somebody: `ito: …`.
    Say(Edit, Generation),
    /// Something is added to the script.
    Add(Adding),
    /// It was begun, and its room is not there yet: keys have nowhere to go.
    Opening,
}

/// Who says what, then when.
#[derive(Clone, Debug)]
pub struct Adding {
    pub said: Option<(String, String)>,
    pub edit: Edit,
    /// Why the line cannot be taken as it is.
    pub problem: Option<Text>,
    pub born: Generation,
}

/// What is expected, and what the script has in store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// What is still to come is shown.
    pub revealed: bool,
    /// The inject that keys are about.
    pub selected: Option<String>,
    /// First line shown.
    pub top: usize,
}

/// The three questions after a drill, one after the other.
#[derive(Clone, Debug)]
pub struct Asking {
    pub answers: Vec<String>,
    pub edit: Edit,
    /// Keys typed before this was painted are not for it.
    pub born: Generation,
}

/// How far it has been shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub briefing: bool,
    pub room: bool,
    /// That it is over.
    pub over: bool,
    pub debrief: bool,
}

/// What is asked when it is over.
pub static QUESTIONS: [Text; 3] = [
    Text::fixed("What went well?", "うまくいったことは?"),
    Text::fixed("Where were you lucky?", "幸運だったことは?"),
    Text::fixed("What can be better?", "改善できることは?"),
];

const OVER: Text = Text::fixed("over", "終了");
const WAIT: Text = Text::fixed(
    "nothing to do right now: read the channel, an answer or news is coming",
    "いまは急ぐことがありません。チャンネルを読み、返事や知らせを待ちます",
);
const HELD: Text = Text::fixed("held", "停止中");

/// `3:12/10:00 x5`
pub fn clock(view: &View, lang: Lang) -> String {
    let (at, minutes) = (view.at, view.minutes);
    let pace = match (&view.debrief, view.paused, view.speed) {
        (Some(_), ..) => format!(" {}", OVER.get(lang)),
        (None, true, _) => format!(" {}", HELD.get(lang)),
        (None, false, 1) => String::new(),
        (None, false, speed) => format!(" x{speed}"),
    };
    format!("{at}/{minutes}:00{pace}")
}

/// What a coached drill expects now, with the key that does it; and by when.
pub fn hint(view: &View, keymap: &Keymap, lang: Lang) -> Option<(String, String)> {
    if !view.coach || view.debrief.is_some() || !view.begun {
        return None;
    }
    let Some(expected) = next(view) else {
        let comes = view
            .expected
            .iter()
            .any(|e| e.line.at.is_none() && e.from.is_none_or(|from| from > view.at));
        return comes.then(|| (WAIT.get(lang).to_owned(), String::new()));
    };
    let key = expected
        .verb
        .and_then(|verb| keymap.shown(super::action::Action::Do(verb)));
    let key = key.map_or_else(String::new, |key| format!(" [{key}]"));
    let due = expected.line.due.map(Secs).unwrap_or_default();
    let text = &expected.text;
    let said = both!("next: {text}{key}", "次は {text}{key}");
    let by = match view.at <= due {
        true => both!("by {due}", "期限 {due}"),
        false => both!("was due {due}", "期限 {due} を超過"),
    };
    Some((said.get(lang).to_owned(), by.get(lang).to_owned()))
}
