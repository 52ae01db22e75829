//! What is told when a drill is over, and kept: the score act by act, what was counted, what
//! happened against what was expected, and what people say themselves.

use super::engine::{Drill, End, Fate};
use super::measures::{self, Measure, Value};
use super::scenario::{Inject, Scenario, Secs};
use super::scene::Scene;
use super::score::{Line, Score, score};
use crate::domain::text::{cells, pad_right};
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The version of the file. A later one adds fields only.
pub const VERSION: u32 = 1;
/// Columns of the drawing.
const WIDTH: u32 = 40;

/// One drill that was played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Debrief {
    pub v: u32,
    pub scenario: String,
    pub title: String,
    pub lang: Lang,
    pub seed: u64,
    pub started: DateTime<Utc>,
    /// Seconds of the drill.
    pub took: u32,
    pub minutes: u32,
    /// `reached`, `time_up` or `called`.
    pub ended: String,
    /// The ending's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<String>,
    pub players: Vec<String>,
    #[serde(flatten)]
    pub score: Score,
    pub measures: Vec<Measure>,
    pub injects: Vec<Injected>,
    #[serde(default)]
    pub feedback: Vec<Feedback>,
    #[serde(default)]
    pub observed: Vec<Observed>,
}

/// What became of an inject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injected {
    pub id: String,
    /// When it happened, in seconds of the drill.
    pub at: Option<u32>,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Who would have said or done what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// It was the end that came first.
    #[serde(default)]
    pub too_late: bool,
}

/// What somebody who played says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    pub by: String,
    pub well: String,
    pub lucky: String,
    pub better: String,
}

/// What somebody who watched says: each from 1 (to be practised) to 3 (an example to others).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub by: String,
    /// By the ids of [`OBSERVED`].
    pub marks: std::collections::BTreeMap<String, u8>,
    #[serde(default)]
    pub text: String,
}

/// What an observer looks at.
pub const OBSERVED: &[(&str, Text)] = &[
    ("presence", Text::fixed("Command presence", "指揮の存在感")),
    (
        "air_time",
        Text::fixed("Everybody gets to speak", "発言の偏りのなさ"),
    ),
    ("escalation", Text::fixed("Escalation", "エスカレーション")),
    ("communication", Text::fixed("Communication", "情報共有")),
    ("record", Text::fixed("Quality of the record", "記録の質")),
];

/// Who played what, when.
#[derive(Clone, Debug)]
pub struct Played {
    pub name: String,
    pub lang: Lang,
    pub players: Vec<String>,
}

impl Debrief {
    /// Of a drill that has ended, or that is left as it is.
    pub fn of(drill: &Drill, scene: &Scene, played: Played) -> Debrief {
        let scenario = drill.scenario();
        let took = drill.ended().map_or(drill.at(), |(at, _)| *at);
        let (ended, ending) = match drill.ended().map(|(_, end)| end) {
            Some(End::Reached(words)) => ("reached", Some(words.get(played.lang).to_owned())),
            Some(End::TimeUp) => ("time_up", None),
            Some(End::Called) | None => ("called", None),
        };
        let injects = drill.fates().map(|(inject, fate)| {
            let ended = matches!(fate, Fate::Waiting { .. })
                || matches!(fate, Fate::Missed { at, .. } if *at == took && inject.at >= took);
            let (at, why_not) = match fate {
                Fate::Fired { at } => (Some(at.0), None),
                Fate::Waiting { .. } => (None, Some("the drill ended before it".to_owned())),
                Fate::Missed { lacking, .. } if lacking.is_empty() => {
                    (None, Some("the drill ended before it".to_owned()))
                }
                Fate::Missed { lacking, .. } => (None, Some(lacking.join(", "))),
                Fate::Dropped { at } => (None, Some(format!("taken out at {at}"))),
            };
            Injected {
                id: inject.id.get_ref().clone(),
                at,
                too_late: at.is_none() && ended,
                text: Some(told(scenario, inject, played.lang)),
                why_not,
            }
        });
        Debrief {
            v: VERSION,
            title: scenario.title.get(played.lang).to_owned(),
            scenario: played.name,
            lang: played.lang,
            seed: drill.seed(),
            started: scene.clock.start,
            took: took.0,
            minutes: scenario.minutes,
            ended: ended.to_owned(),
            ending,
            players: played.players,
            score: score(scenario, &drill.fired(), scene),
            measures: measures::measures(scenario, scene, drill.asked(), took),
            injects: injects.collect(),
            feedback: Vec::new(),
            observed: Vec::new(),
        }
    }

    /// As Markdown, for people.
    pub fn markdown(&self, scenario: Option<&Scenario>) -> String {
        let lang = self.lang;
        let say = |en: &'static str, ja: &'static str| Text::fixed(en, ja).get(lang).to_owned();
        let mut out = String::new();
        let title = format!("{}: {}", say("Drill", "訓練"), self.title);
        let date = self.started.format("%Y-%m-%d %H:%M UTC");
        let took = Secs(self.took);
        writeln!(out, "# {title}\n").ok();
        writeln!(out, "- {}: {date}", say("Began", "開始")).ok();
        let minutes = self.minutes;
        writeln!(out, "- {}: {took} / {minutes}:00", say("Took", "所要")).ok();
        writeln!(
            out,
            "- {}: {}",
            say("Players", "参加者"),
            self.players.join(", ")
        )
        .ok();
        writeln!(
            out,
            "- {}: {}",
            say("Ended", "終わり方"),
            self.how_it_ended()
        )
        .ok();
        let (name, seed) = (&self.scenario, self.seed);
        let again = say("The same once more", "同じ展開でもう一度");
        writeln!(out, "- {again}: `matoi drill run {name} --seed {seed}`\n").ok();
        let score = self.score.score;
        writeln!(out, "## {}: {score:.0} / 100\n", say("Score", "得点")).ok();
        self.acts(scenario, &mut out);
        writeln!(
            out,
            "## {}\n",
            say("What happened against what was expected", "期待と実際")
        )
        .ok();
        writeln!(out, "```text\n{}```\n", self.drawing(scenario)).ok();
        writeln!(out, "## {}\n", say("Counted", "数えたもの")).ok();
        for measure in &self.measures {
            writeln!(out, "- {}", measured(measure, lang)).ok();
        }
        out.push('\n');
        let missed: Vec<&Injected> = self.injects.iter().filter(|i| i.at.is_none()).collect();
        if !missed.is_empty() {
            writeln!(
                out,
                "## {}\n",
                say("What did not come up", "起きなかったこと")
            )
            .ok();
            for inject in missed {
                let text = inject.text.as_ref().unwrap_or(&inject.id);
                let why = match inject.too_late {
                    true => say("the drill ended first", "その前に終了"),
                    false => say("there was no occasion", "条件が揃わなかった"),
                };
                writeln!(out, "- {text} ({why})").ok();
            }
            out.push('\n');
        }
        self.voices(&mut out);
        out
    }

    fn how_it_ended(&self) -> String {
        let lang = self.lang;
        match (self.ended.as_str(), &self.ending) {
            (_, Some(ending)) => ending.clone(),
            ("time_up", _) => Text::fixed("time was up", "時間切れ").get(lang).to_owned(),
            _ => Text::fixed("it was called off", "途中で終了")
                .get(lang)
                .to_owned(),
        }
    }

    fn acts(&self, scenario: Option<&Scenario>, out: &mut String) {
        let lang = self.lang;
        let head = Text::fixed(
            "| | Act | Due | Done | Points |\n|---|---|---|---|---|",
            "| | 行動 | 期限 | 実施 | 得点 |\n|---|---|---|---|---|",
        );
        writeln!(out, "{}", head.get(lang)).ok();
        let mut missing = Vec::new();
        for line in &self.score.acts {
            let act =
                scenario.and_then(|s| s.acts.iter().find(|act| *act.id.get_ref() == line.act));
            let text = act.map_or(line.act.as_str(), |act| act.text.get(lang));
            let clock = |at: Option<u32>| at.map_or("–".to_owned(), |at| Secs(at).to_string());
            let (due, at) = (clock(line.due), clock(line.at));
            let (mark, points, weight) = (mark(line), line.points, line.weight);
            writeln!(
                out,
                "| {mark} | {text} | {due} | {at} | {points:.1} / {weight} |"
            )
            .ok();
            if let Some(act) = act.filter(|_| line.points < f64::from(line.weight)) {
                let why = act.why.get(lang);
                if !why.is_empty() {
                    missing.push(format!("- {text}: {why}"));
                }
            }
        }
        out.push('\n');
        if !missing.is_empty() {
            let title = Text::fixed("Why it matters", "なぜ大切か");
            writeln!(out, "### {}\n\n{}\n", title.get(lang), missing.join("\n")).ok();
        }
    }

    /// A line an act: its window, and when it was done.
    pub fn drawing(&self, scenario: Option<&Scenario>) -> String {
        let lang = self.lang;
        let whole = self.minutes.max(1) * 60;
        let column = |at: u32| (at.min(whole) * (WIDTH - 1) / whole) as usize;
        let name = |line: &Line| {
            let act =
                scenario.and_then(|s| s.acts.iter().find(|act| *act.id.get_ref() == line.act));
            act.map_or(line.act.clone(), |act| act.text.get(lang).to_owned())
        };
        let wide = self.score.acts.iter().map(|line| cells(&name(line))).max();
        let wide = wide.unwrap_or(0).min(34);
        let mut out = String::new();
        let right = format!("{}:00", self.minutes);
        let gap = (WIDTH as usize).saturating_sub(4 + right.len());
        writeln!(out, "{} 0:00{}{right}", " ".repeat(wide), " ".repeat(gap)).ok();
        for line in &self.score.acts {
            let mut row: Vec<char> = vec![' '; WIDTH as usize];
            if let Some(due) = line.due {
                for cell in row.iter_mut().take(column(due) + 1) {
                    *cell = '·';
                }
                row[column(due)] = '|';
            }
            if let Some(at) = line.at {
                row[column(at)] = mark(line);
            }
            let row: String = row.into_iter().collect();
            let name = name(line);
            let name = crate::domain::text::fit(&name, wide).into_owned();
            writeln!(out, "{} {}", pad_right(&name, wide), row.trim_end()).ok();
        }
        let legend = Text::fixed("o in time   ~ late   | due", "o 期限内   ~ 遅れ   | 期限");
        writeln!(out, "{} {}", " ".repeat(wide), legend.get(lang)).ok();
        out
    }

    fn voices(&self, out: &mut String) {
        let lang = self.lang;
        let say = |en: &'static str, ja: &'static str| Text::fixed(en, ja).get(lang).to_owned();
        writeln!(out, "## {}\n", say("In your own words", "ふりかえり")).ok();
        let questions = [
            say("What went well", "うまくいったこと"),
            say("Where were we lucky", "幸運だったこと"),
            say("What can be better", "改善できること"),
        ];
        if self.feedback.is_empty() {
            for question in &questions {
                writeln!(out, "- {question}: ").ok();
            }
        }
        for feedback in &self.feedback {
            writeln!(out, "### {}\n", feedback.by).ok();
            let answers = [&feedback.well, &feedback.lucky, &feedback.better];
            for (question, answer) in questions.iter().zip(answers) {
                writeln!(out, "- {question}: {answer}").ok();
            }
        }
        for observed in &self.observed {
            writeln!(
                out,
                "\n### {} ({})\n",
                observed.by,
                say("observer", "観察者")
            )
            .ok();
            for (id, text) in OBSERVED {
                if let Some(mark) = observed.marks.get(*id) {
                    writeln!(out, "- {}: {mark} / 3", text.get(lang)).ok();
                }
            }
            if !observed.text.is_empty() {
                writeln!(out, "\n{}", observed.text).ok();
            }
        }
    }
}

/// Who says what in an inject, as people read it; its name where nobody says anything.
fn told(scenario: &Scenario, inject: &Inject, lang: Lang) -> String {
    let by = inject.by.as_ref();
    let by = by.and_then(|by| scenario.people.get(by.get_ref()));
    let name = by.map_or("", |person| person.name.get(lang));
    let said = match (&inject.say, &inject.deed) {
        (Some(say), _) => say.get(lang),
        (None, Some(deed)) => deed.text().map_or("", |text| text.get(lang)),
        (None, None) => "",
    };
    let said = match said.trim() {
        "" => inject.note.get(lang),
        said => said,
    };
    let first = said.lines().next().unwrap_or_default();
    let first = first.replace("{commander}", "").replace("{player}", "");
    match (name, first.trim()) {
        (_, "") => inject.id.get_ref().clone(),
        ("", said) => said.to_owned(),
        (name, said) => format!("{name}: {said}"),
    }
}

/// In time, late, or not at all.
pub fn mark(line: &Line) -> char {
    match (line.at, line.due) {
        (Some(at), Some(due)) if at <= due => 'o',
        (Some(_), _) => '~',
        (None, Some(_)) => 'x',
        (None, None) => '-',
    }
}

/// A measure in a line.
pub fn measured(measure: &Measure, lang: Lang) -> String {
    let name = measure.text();
    let name = name.get(lang);
    match measure.value {
        Value::Time { at, target } => {
            let never = Text::fixed("never", "なし");
            let at = at.map_or(never.get(lang).to_owned(), |at| Secs(at).to_string());
            let target = target
                .map(|target| Secs(target).to_string())
                .unwrap_or_default();
            let aim = Text::fixed("target", "目標");
            format!("{name}: {at} ({} {target})", aim.get(lang))
        }
        Value::Share { met, of } => format!("{name}: {met} / {of}"),
    }
}
