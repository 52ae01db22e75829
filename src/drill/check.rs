//! Reads a scenario and says everything that is wrong with it, each with its line.

use super::engine::Added;
use super::fact::{Fact, What};
use super::hearing::Hears;
use super::scenario::{Deed, Inject, Person, Scenario, When, Words};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::text::cells;
use crate::domain::verb::{ROLES, Verb};
use crate::domain::words::{Lang, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

/// The widest drawing that stands beside nothing on 80 columns.
const DRAWING: usize = 74;
/// What all acts weigh together.
const WHOLE: u32 = 100;
/// Whoever plays, where a person of the scenario could be named.
pub const PLAYER: &str = "player";

/// The scenario in `text`. `name` is how errors call the file.
///
/// # Errors
/// All of kind `Usage`, in the file's order: not TOML of this shape, or what it refers to is not
/// there. Each sentence begins with file and line.
pub fn parse(name: &str, text: &str) -> Result<Scenario, Vec<Problem>> {
    let scenario: Scenario = toml::from_str(text).map_err(|error| {
        let line = line(text, error.span());
        let message = error.message().trim_end();
        vec![
            Problem::usage(both!(
                "{name}:{line}: {message}",
                "{name}:{line}: {message}"
            ))
            .hint(Text::fixed(
                "docs/drills.md describes the file",
                "書き方は docs/drills.md にあります",
            )),
        ]
    })?;
    let mut check = Check {
        name,
        text,
        scenario: &scenario,
        found: Vec::new(),
    };
    check.all();
    let mut found = check.found;
    if found.is_empty() {
        return Ok(scenario);
    }
    found.sort_by_key(|(line, _)| *line);
    Err(found.into_iter().map(|(_, problem)| problem).collect())
}

/// What is wrong with something that a game master adds while the drill runs: it may refer only to
/// what there is.
///
/// # Errors
/// The first thing that is wrong.
pub fn added(scenario: &Scenario, added: &Added) -> Result<(), Problem> {
    let mut check = Check {
        name: "",
        text: "",
        scenario,
        found: Vec::new(),
    };
    for fact in &added.when {
        check.fact(&Spanned::new(0..0, fact.clone()));
    }
    check.person(&added.by, None, false);
    match check.found.into_iter().next() {
        Some((_, problem)) => Err(problem),
        None => Ok(()),
    }
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start.min(text.len()));
    text.get(..start).unwrap_or(text).matches('\n').count() + 1
}

struct Check<'a> {
    name: &'a str,
    text: &'a str,
    scenario: &'a Scenario,
    found: Vec<(usize, Problem)>,
}

impl Check<'_> {
    fn wrong(&mut self, span: Option<Range<usize>>, what: &Text, hint: Text) {
        let (name, line) = (self.name, line(self.text, span));
        let (en, ja) = (&what.en, &what.ja);
        let problem = Problem::usage(match name {
            // What somebody has just typed stands in no file.
            "" => what.clone(),
            name => both!("{name}:{line}: {en}", "{name}:{line}: {ja}"),
        });
        self.found.push((line, problem.hint(hint)));
    }

    /// Where a word of the file first stands: for what has no place of its own.
    fn spot(&self, word: &str) -> Option<Range<usize>> {
        self.text.find(word).map(|at| at..at)
    }

    fn all(&mut self) {
        self.frame();
        self.people();
        self.world();
        self.injects();
        self.faults();
        self.acts();
        self.endings();
    }

    fn frame(&mut self) {
        let scenario = self.scenario;
        if !(1..=240).contains(&scenario.minutes) {
            self.wrong(
                self.spot("minutes"),
                &Text::fixed("a drill takes 1 to 240 minutes", "訓練は 1〜240 分です"),
                Text::same("minutes = 20"),
            );
        }
        if !(1..=5).contains(&scenario.difficulty) {
            self.wrong(
                self.spot("difficulty"),
                &Text::fixed("the difficulty is 1 to 5", "難しさは 1〜5 です"),
                Text::same("difficulty = 2"),
            );
        }
        for role in &scenario.roles {
            self.role(role);
        }
        if let Some(part) = &scenario.start.commander {
            self.person(part.get_ref(), Some(part.span()), false);
            let known = scenario.people.get(part.get_ref());
            if known.is_some_and(|person| !person.here) {
                self.wrong(
                    Some(part.span()),
                    &Text::fixed(
                        "who commands at the beginning is not here",
                        "開始時の指揮者が参加していません",
                    ),
                    Text::same("here = true"),
                );
            }
        }
        if let Some(clock) = &scenario.start.clock
            && scenario.start.time().is_none()
        {
            self.wrong(
                Some(clock.span()),
                &Text::fixed("that is no time of day", "時刻の書き方が違います"),
                Text::same("clock = \"14:20\""),
            );
        }
        let wide = |text: &str| text.lines().any(|line| cells(line) > DRAWING);
        let drawing = &scenario.briefing.drawing;
        if wide(&drawing.en) || wide(&drawing.ja) {
            self.wrong(
                self.spot("drawing"),
                &both!(
                    "the drawing is wider than {DRAWING} columns",
                    "図の幅が {DRAWING} 桁を超えています"
                ),
                Text::fixed("a full-width character takes two", "全角文字は 2 桁です"),
            );
        }
        let texts: [(&str, &Words); 6] = [
            ("title", &scenario.title),
            ("about", &scenario.about),
            ("[briefing]", &scenario.briefing.text),
            ("[start]", &scenario.start.title),
            ("[start]", &scenario.start.service),
            ("[start]", &scenario.start.situation),
        ];
        for (place, words) in texts {
            self.words(words, self.spot(place));
        }
    }

    /// Nobody can play half a language.
    fn words(&mut self, words: &Words, span: Option<Range<usize>>) {
        let empty = |lang: &Lang| match lang {
            Lang::En => words.en.trim().is_empty(),
            Lang::Ja => words.ja.trim().is_empty(),
        };
        if self.scenario.languages.iter().any(empty) {
            self.wrong(
                span,
                &Text::fixed(
                    "a text is empty in a language",
                    "どちらかの言語の文が空です",
                ),
                Text::same("{ en = \"…\", ja = \"…\" }"),
            );
        }
    }

    fn role(&mut self, role: &Spanned<String>) {
        let id = role.get_ref();
        if id != "commander" && !ROLES.iter().any(|(known, _)| known == id) {
            let known: Vec<&str> = ROLES.iter().map(|(id, _)| *id).collect();
            let known = known.join(", ");
            self.wrong(
                Some(role.span()),
                &both!("there is no role `{id}`", "役割 `{id}` はありません"),
                both!(
                    "there are: commander, {known}",
                    "使えるのは: commander, {known}"
                ),
            );
        }
    }

    fn people(&mut self) {
        let scenario = self.scenario;
        let mut handles = BTreeSet::new();
        for (part, person) in &scenario.people {
            let handle = person.handle.get_ref();
            let span = Some(person.handle.span());
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
            if handle.is_empty() || !handle.chars().all(plain) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "`{handle}` is no handle",
                        "`{handle}` はハンドルに使えません"
                    ),
                    Text::fixed(
                        "small letters, digits, _ and -",
                        "半角の小文字、数字、_、- だけ",
                    ),
                );
            }
            if !handles.insert(handle) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "two people are called `{handle}`",
                        "ハンドル `{handle}` が重複しています"
                    ),
                    Text::fixed("each has a handle of their own", "一人ずつ別にしてください"),
                );
            }
            if part == PLAYER {
                self.wrong(
                    span.clone(),
                    &both!(
                        "`{PLAYER}` is whoever plays",
                        "`{PLAYER}` は訓練を受ける人を指します"
                    ),
                    Text::fixed("call this person something else", "別の名前にしてください"),
                );
            }
            if let Some(role) = &person.role {
                self.role(role);
            }
            self.words(&person.name, span.clone());
            self.words(&person.about, span);
            self.when(person.confirms.as_ref());
            self.answers(person);
        }
        let speaks = |p: &Person| !p.monitor;
        if !scenario.people.values().any(speaks) {
            self.wrong(
                self.spot("[people"),
                &Text::fixed("nobody plays along", "登場人物がいません"),
                Text::same("[people.infra]"),
            );
        }
    }

    fn answers(&mut self, person: &Person) {
        let span = Some(person.handle.span());
        for answer in &person.answers {
            self.words(&answer.say, span.clone());
            self.hears(&answer.hears, span.clone());
            self.when(Some(&answer.when));
            self.sets(&answer.sets);
        }
    }

    fn hears(&mut self, hears: &Hears, span: Option<Range<usize>>) {
        let empty = |lang: &Lang| match lang {
            Lang::En => hears.en.is_empty(),
            Lang::Ja => hears.ja.is_empty(),
        };
        if self.scenario.languages.iter().any(empty) {
            self.wrong(
                span,
                &Text::fixed(
                    "keywords are missing in a language",
                    "どちらかの言語のキーワードがありません",
                ),
                Text::same("{ en = [\"roll back\"], ja = [\"切り戻\"] }"),
            );
        }
    }

    fn world(&mut self) {
        let scenario = self.scenario;
        for variable in scenario.world.values() {
            for change in &variable.changes {
                self.when(Some(&change.when));
            }
        }
        for (name, hears) in &scenario.said {
            self.hears(hears, self.spot(&format!("said.{name}")));
        }
    }

    fn values(&self, name: &str) -> Option<BTreeSet<&str>> {
        let variable = self.scenario.world.get(name)?;
        let mut values: BTreeSet<&str> = variable.changes.iter().map(|c| c.to.as_str()).collect();
        values.insert(&variable.start);
        let answers = self.scenario.people.values().flat_map(|p| &p.answers);
        let injects = self.scenario.injects.iter().map(|inject| &inject.sets);
        for sets in answers.map(|answer| &answer.sets).chain(injects) {
            values.extend(sets.get(name).map(|value| value.get_ref().as_str()));
        }
        Some(values)
    }

    fn sets(&mut self, sets: &BTreeMap<String, Spanned<String>>) {
        for (name, value) in sets {
            if !self.scenario.world.contains_key(name) {
                self.wrong(
                    Some(value.span()),
                    &both!(
                        "the world has no `{name}`",
                        "world に `{name}` はありません"
                    ),
                    both!(
                        "[world.{name}] with a start",
                        "[world.{name}] に start を書いてください"
                    ),
                );
            }
        }
    }

    fn when(&mut self, when: Option<&When>) {
        for fact in when.into_iter().flatten() {
            self.fact(fact);
        }
    }

    fn fact(&mut self, fact: &Spanned<Fact>) {
        let scenario = self.scenario;
        let span = Some(fact.span());
        match &fact.get_ref().what {
            What::World(name, value) => match self.values(name) {
                None => self.wrong(
                    span,
                    &both!(
                        "the world has no `{name}`",
                        "world に `{name}` はありません"
                    ),
                    both!(
                        "[world.{name}] with a start",
                        "[world.{name}] に start を書いてください"
                    ),
                ),
                Some(values) if !values.contains(value.as_str()) => {
                    let known: Vec<&str> = values.into_iter().collect();
                    let known = known.join(", ");
                    self.wrong(
                        span,
                        &both!(
                            "`{name}` never becomes `{value}`",
                            "`{name}` が `{value}` になることはありません"
                        ),
                        both!("it can be: {known}", "なりうるのは: {known}"),
                    );
                }
                Some(_) => {}
            },
            What::Commander(Some(who)) | What::Present(who) | What::Called(who) => {
                self.person(who, span, false);
            }
            What::Role(role) => self.role(&Spanned::new(fact.span(), role.clone())),
            What::Inject(id) => self.inject_named(id, span, false),
            What::Decided(Some(id)) => self.proposal_named(id, span),
            What::Replied(id) => self.inject_named(id, span, true),
            What::Said(name) if !scenario.said.contains_key(name) => self.wrong(
                span,
                &both!(
                    "nothing is called `{name}` under [said]",
                    "[said] に `{name}` はありません"
                ),
                Text::same(format!("[said.{name}]")),
            ),
            _ => {}
        }
    }

    fn person(&mut self, part: &str, span: Option<Range<usize>>, may_play: bool) {
        let scenario = self.scenario;
        if scenario.people.contains_key(part) || (may_play && part == PLAYER) {
            return;
        }
        let known: Vec<&str> = scenario.people.keys().map(String::as_str).collect();
        let known = known.join(", ");
        self.wrong(
            span,
            &both!(
                "nobody is called `{part}`",
                "`{part}` という登場人物はいません"
            ),
            both!("there are: {known}", "登場人物: {known}"),
        );
    }

    fn inject_named(&mut self, id: &str, span: Option<Range<usize>>, speaks: bool) {
        let named = |inject: &&Inject| inject.id.get_ref() == id;
        let found = self.scenario.injects.iter().find(named);
        if found.is_none_or(|inject| speaks && inject.say.is_none()) {
            self.wrong(
                span,
                &match found {
                    None => both!("there is no inject `{id}`", "inject `{id}` はありません"),
                    Some(_) => both!(
                        "inject `{id}` says nothing",
                        "inject `{id}` には say がありません"
                    ),
                },
                Text::fixed(
                    "an [[inject]] with this id",
                    "この id の [[inject]] が要ります",
                ),
            );
        }
    }

    fn proposal_named(&mut self, id: &str, span: Option<Range<usize>>) {
        let mut injects = self.scenario.injects.iter();
        let found = injects.find(|inject| inject.id.get_ref() == id);
        if found.and_then(Inject::proposal).is_none() {
            self.wrong(
                span,
                &both!(
                    "inject `{id}` proposes no decision",
                    "inject `{id}` は決定を提案していません"
                ),
                Text::same("do = { decide = { text = … } }"),
            );
        }
    }

    fn injects(&mut self) {
        let scenario = self.scenario;
        let mut met = BTreeSet::new();
        for inject in &scenario.injects {
            let id = inject.id.get_ref();
            let span = Some(inject.id.span());
            if !met.insert(id) {
                self.twice(id, span.clone());
            }
            if inject.at.0 > scenario.minutes.saturating_mul(60) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "inject `{id}` comes after the end",
                        "inject `{id}` が終了時刻より後です"
                    ),
                    Text::fixed(
                        "earlier, or more minutes",
                        "at を早めるか minutes を増やしてください",
                    ),
                );
            }
            if inject.until.is_some_and(|until| until < inject.at) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "inject `{id}` ends before it begins",
                        "inject `{id}` の until が at より前です"
                    ),
                    Text::same("at <= until"),
                );
            }
            match &inject.by {
                Some(by) => self.person(by.get_ref(), Some(by.span()), false),
                None if inject.say.is_some() || inject.deed.is_some() => self.wrong(
                    span.clone(),
                    &both!(
                        "nobody says inject `{id}`",
                        "inject `{id}` を言う人がいません"
                    ),
                    Text::same("by = \"…\""),
                ),
                None if inject.sets.is_empty() => self.wrong(
                    span.clone(),
                    &both!(
                        "nothing happens in inject `{id}`",
                        "inject `{id}` では何も起きません"
                    ),
                    Text::fixed("say, do or sets", "say、do、sets のどれかが要ります"),
                ),
                None => {}
            }
            if let Some(words) = &inject.say {
                self.words(words, span.clone());
            }
            // It is known again by these words.
            if inject
                .proposal()
                .is_some_and(|words| words.en.contains('{') || words.ja.contains('{'))
            {
                self.wrong(
                    span.clone(),
                    &both!(
                        "the decision of inject `{id}` names somebody in braces",
                        "inject `{id}` の決定に {{}} が使われています"
                    ),
                    Text::fixed("write the name", "名前をそのまま書いてください"),
                );
            }
            if let Some(thread) = &inject.thread {
                self.inject_named(thread.get_ref(), Some(thread.span()), true);
            }
            let by = inject
                .by
                .as_ref()
                .and_then(|by| scenario.people.get(by.get_ref()));
            if inject.deed.is_some() && by.is_some_and(|person| person.monitor) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "a monitor does nothing but post: `{id}`",
                        "監視は投稿しかできません: `{id}`"
                    ),
                    Text::fixed("say, by a monitor", "monitor には say だけ書けます"),
                );
            }
            match &inject.deed {
                Some(Deed::Task { to, .. } | Deed::Offer { to } | Deed::Pass { to, .. }) => {
                    self.person(to, span, true)
                }
                Some(Deed::Action { owner, .. }) => self.person(owner, span, true),
                _ => {}
            }
            self.when(Some(&inject.when));
            self.sets(&inject.sets);
        }
    }

    fn twice(&mut self, id: &str, span: Option<Range<usize>>) {
        self.wrong(
            span,
            &both!("the id `{id}` is used twice", "id `{id}` が重複しています"),
            Text::fixed(
                "each has an id of its own",
                "それぞれ別の id にしてください",
            ),
        );
    }

    fn faults(&mut self) {
        let mut last = 0;
        for fault in &self.scenario.faults {
            if fault.from >= fault.until || fault.from.0 < last {
                self.wrong(
                    self.spot("[[fault]]"),
                    &Text::fixed(
                        "faults end after they begin, one after the other",
                        "fault は順番に、重ならないように書いてください",
                    ),
                    Text::same("from = \"8:00\", until = \"12:00\""),
                );
            }
            last = fault.until.0;
        }
    }

    fn acts(&mut self) {
        let scenario = self.scenario;
        let mut met = BTreeSet::new();
        for act in &scenario.acts {
            let id = act.id.get_ref();
            let span = Some(act.id.span());
            if !met.insert(id) {
                self.twice(id, span.clone());
            }
            self.words(&act.text, span.clone());
            for does in &act.does.0 {
                if Verb::named(does).is_none() {
                    self.wrong(
                        span.clone(),
                        &both!(
                            "there is no subcommand `{does}`",
                            "サブコマンド `{does}` はありません"
                        ),
                        Text::fixed("`matoi help` names them", "一覧は `matoi help` にあります"),
                    );
                }
            }
            if act.within <= act.from || act.late.is_some_and(|late| late < act.within) {
                self.wrong(
                    span.clone(),
                    &both!(
                        "act `{id}` is due before it can be done",
                        "act `{id}` の期限が開始より前です"
                    ),
                    Text::same("from < within <= late"),
                );
            }
            if let Some(to) = &act.to {
                self.person(to.get_ref(), Some(to.span()), true);
            }
            if let Some(after) = &act.after {
                self.inject_named(after.get_ref(), Some(after.span()), false);
            }
            if let Some(on) = &act.on {
                self.proposal_named(on.get_ref(), Some(on.span()));
            }
            if let Some(other) = &act.before {
                let mut acts = scenario.acts.iter();
                if !acts.any(|known| known.id.get_ref() == other.get_ref()) {
                    let other = other.get_ref();
                    self.wrong(
                        act.before.as_ref().map(Spanned::span),
                        &both!("there is no act `{other}`", "act `{other}` はありません"),
                        Text::fixed("an [[act]] with this id", "この id の [[act]] が要ります"),
                    );
                }
            }
        }
        let whole: u32 = scenario.acts.iter().map(|act| act.weight).sum();
        if whole != WHOLE {
            self.wrong(
                self.spot("[[act]]"),
                &both!(
                    "the acts weigh {whole} together",
                    "act の weight の合計が {whole} です"
                ),
                both!("they must weigh {WHOLE}", "合計を {WHOLE} にしてください"),
            );
        }
    }

    fn endings(&mut self) {
        for ending in &self.scenario.endings {
            self.when(Some(&ending.when));
            self.words(&ending.text, self.spot("[[ending]]"));
        }
    }
}
