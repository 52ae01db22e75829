//! Turns mistakes into file, line, key and advice.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::settings::{Config, Fault, NameRule, Zone};
use crate::domain::words::Text;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// One step into the file: a key, or an index into an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

pub fn steps(path: &serde_ignored::Path<'_>) -> Vec<Step> {
    use serde_ignored::Path;
    let (parent, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Index(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Key(key.clone()))),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut all = steps(parent);
    all.extend(step);
    all
}

fn split(path: &str) -> Vec<Step> {
    path.split('.')
        .map(|part| match part.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Key(part.to_owned()),
        })
        .collect()
}

/// `levels.2.name` reads better as `levels[3].name`: people count from one.
fn shown(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Key(key) if out.is_empty() => out.push_str(key),
            Step::Key(key) => {
                out.push('.');
                out.push_str(key);
            }
            Step::Index(index) => out.push_str(&format!("[{}]", index + 1)),
        }
    }
    out
}

/// The file, for finding lines.
pub struct Place<'a> {
    name: &'a str,
    text: &'a str,
    table: Option<DeTable<'a>>,
}

impl<'a> Place<'a> {
    pub fn new(name: &'a str, text: &'a str) -> Place<'a> {
        let table = DeTable::parse(text).ok().map(|table| table.into_inner());
        Place { name, text, table }
    }

    fn line(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = offset.min(bytes.len());
        1 + bytes[..end].iter().filter(|b| **b == b'\n').count()
    }

    /// Where the deepest part of `steps` that the file has begins. What the file does not have (a
    /// missing key of an element, a default) is reported at the table that lacks it.
    fn offset(&self, steps: &[Step]) -> usize {
        let mut found = 0;
        let Some(mut table) = self.table.as_ref() else {
            return found;
        };
        let mut value: Option<&DeValue<'_>> = None;
        for step in steps {
            match (step, value) {
                (Step::Key(key), _) => {
                    let Some((at, inner)) = table.get_key_value(key.as_str()) else {
                        return found;
                    };
                    found = at.span().start;
                    value = Some(inner.get_ref());
                }
                (Step::Index(index), Some(DeValue::Array(array))) => {
                    let Some(inner) = array.get(*index) else {
                        return found;
                    };
                    found = inner.span().start;
                    value = Some(inner.get_ref());
                }
                (Step::Index(_), _) => return found,
            }
            if let Some(DeValue::Table(inner)) = value {
                table = inner;
            }
        }
        found
    }

    fn problem(&self, offset: usize, sentence: Text) -> (usize, Problem) {
        let line = self.line(offset);
        let (name, en, ja) = (self.name, &sentence.en, &sentence.ja);
        let problem = Problem::usage(both!("{name}:{line}: {en}", "{name}:{line}: {ja}"));
        (line, problem)
    }

    pub fn unknown_key(&self, path: &[Step]) -> (usize, Problem) {
        let key = shown(path);
        let (line, problem) = self.problem(
            self.offset(path),
            both!("there is no key `{key}`", "キー `{key}` はありません"),
        );
        let hint = match nearest(path) {
            Some(near) => both!("did you mean `{near}`?", "`{near}` ではありませんか"),
            None => Text::fixed(
                "`matoi config example` lists every key",
                "使えるキーは `matoi config example` で確認できます",
            ),
        };
        (line, problem.hint(hint))
    }

    /// Syntax, or a value of the wrong type.
    pub fn wrong_value(&self, error: &toml::de::Error) -> (usize, Problem) {
        let message = error.message().trim_end();
        let span = error.span().unwrap_or(0..0);
        let Some(table) = &self.table else {
            let (line, problem) = self.problem(
                span.start,
                both!(
                    "not valid TOML: {message}",
                    "TOML として読めません: {message}"
                ),
            );
            return (
                line,
                problem.hint(Text::fixed(
                    "texts stand in quotes, lists in [ ], and tables begin with [name]",
                    "文字列は引用符、リストは [ ] で囲み、表は [名前] で始めます",
                )),
            );
        };
        let path = path_at(table, &span);
        let reason = own_reason(&path, value_at(table, &path)).unwrap_or_else(|| plainly(message));
        let (en, ja) = (&reason.en, &reason.ja);
        let key = shown(&path);
        let sentence = if path.is_empty() {
            both!("{en}", "{ja}")
        } else {
            both!("`{key}`: {en}", "`{key}`: {ja}")
        };
        let (line, problem) = self.problem(span.start, sentence);
        let hint = match default_at(&path) {
            Some(default) => both!("the default is {default}", "既定値は {default} です"),
            None => Text::fixed(
                "`matoi config example` shows every key with a value",
                "書き方は `matoi config example` で確認できます",
            ),
        };
        (line, problem.hint(hint))
    }

    pub fn fault(&self, fault: &Fault) -> (usize, Problem) {
        let path = split(&fault.path);
        let key = shown(&path);
        let (en, ja) = (&fault.sentence.en, &fault.sentence.ja);
        let (line, problem) =
            self.problem(self.offset(&path), both!("`{key}`: {en}", "`{key}`: {ja}"));
        match &fault.hint {
            Some(hint) => (line, problem.hint(hint.clone())),
            None => (line, problem),
        }
    }
}

/// What our own types say about a text that they refuse.
fn own_reason(path: &[Step], value: Option<&DeValue<'_>>) -> Option<Text> {
    let DeValue::String(text) = value? else {
        return None;
    };
    match path {
        [Step::Key(key)] if key == "time_zone" => Some(Zone::parse(text).err()?.text()),
        [Step::Key(table), Step::Key(_)] if table == "channel" => {
            Some(NameRule::parse(text).err()?.text())
        }
        _ => None,
    }
}

fn value_at<'t, 'a>(table: &'t DeTable<'a>, path: &[Step]) -> Option<&'t DeValue<'a>> {
    let (Step::Key(first), rest) = path.split_first()? else {
        return None;
    };
    let first = table.get(first.as_str())?.get_ref();
    rest.iter()
        .try_fold(first, |value, step| match (step, value) {
            (Step::Key(key), DeValue::Table(inner)) => Some(inner.get(key.as_str())?.get_ref()),
            (Step::Index(index), DeValue::Array(inner)) => Some(inner.get(*index)?.get_ref()),
            _ => None,
        })
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The keys down to the value that a span lies in.
fn path_at(table: &DeTable<'_>, span: &Range<usize>) -> Vec<Step> {
    for (key, value) in table.iter() {
        let step = Step::Key(key.get_ref().to_string());
        let inner = inside(value.get_ref(), span);
        if !inner.is_empty() || covers(&value.span(), span) {
            return std::iter::once(step).chain(inner).collect();
        }
    }
    Vec::new()
}

fn inside(value: &DeValue<'_>, span: &Range<usize>) -> Vec<Step> {
    match value {
        DeValue::Table(table) => path_at(table, span),
        DeValue::Array(array) => {
            for (i, element) in array.iter().enumerate() {
                let inner = inside(element.get_ref(), span);
                if !inner.is_empty() || covers(&element.span(), span) {
                    return std::iter::once(Step::Index(i)).chain(inner).collect();
                }
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn defaults() -> Option<toml::Value> {
    toml::Value::try_from(Config::default()).ok()
}

fn walk(value: toml::Value, path: &[Step]) -> Option<toml::Value> {
    path.iter()
        .try_fold(value, |value, step| match (step, value) {
            (Step::Key(key), toml::Value::Table(mut table)) => table.remove(key),
            (Step::Index(_), toml::Value::Array(list)) => list.into_iter().next(),
            _ => None,
        })
}

fn default_at(path: &[Step]) -> Option<String> {
    let indexed = path.iter().any(|step| matches!(step, Step::Index(_)));
    if indexed || path.is_empty() {
        return None;
    }
    match walk(defaults()?, path)? {
        toml::Value::Table(_) | toml::Value::Array(_) => None,
        plain => Some(plain.to_string()),
    }
}

/// The known key that an unknown one most resembles, at its place first, then anywhere.
fn nearest(path: &[Step]) -> Option<String> {
    let (Step::Key(wrong), parent) = path.split_last()? else {
        return None;
    };
    let mut best: Option<(usize, String)> = None;
    let mut consider = |name: &str, full: String, penalty: usize| {
        // The beginning of a key counts as a slip of one letter: `token` for `token_file`.
        let begun = wrong.len() >= 4 && name.starts_with(wrong.as_str());
        let away = if begun { 1 } else { distance(wrong, name) } + penalty;
        if away <= 1 + wrong.chars().count() / 4 && best.as_ref().is_none_or(|(d, _)| away < *d) {
            best = Some((away, full));
        }
    };
    let all = defaults()?;
    if let Some(toml::Value::Table(table)) = walk(all.clone(), parent) {
        for name in table.keys() {
            let mut full = parent.to_vec();
            full.push(Step::Key(name.clone()));
            consider(name, shown(&full), 0);
        }
    }
    if let toml::Value::Table(tables) = &all {
        for (table, inner) in tables {
            consider(table, table.clone(), 1);
            if let toml::Value::Table(inner) = inner {
                for name in inner.keys() {
                    consider(name, format!("{table}.{name}"), 1);
                }
            }
        }
    }
    best.map(|(_, name)| name)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The reader's own messages are for programmers; the ones people meet are said plainly in both
/// languages, others pass as they are.
fn plainly(message: &str) -> Text {
    if let Some(rest) = message.strip_prefix("unknown variant `")
        && let Some((value, choices)) = rest.split_once("`, expected ")
    {
        let choices: Vec<&str> = choices.split('`').skip(1).step_by(2).collect();
        let (en, ja) = (choices.join(", "), choices.join("、"));
        return both!(
            "`{value}` is no choice: there are {en}",
            "`{value}` は選べません。選べるのは {ja} です"
        );
    }
    let split = |prefix| message.strip_prefix(prefix)?.split_once(", expected ");
    if let Some((got, wanted)) = split("invalid type: ").or_else(|| split("invalid value: ")) {
        let (got, wanted) = (noun(got), noun(wanted));
        let (got_en, got_ja) = (&got.en, &got.ja);
        let (en, ja) = (&wanted.en, &wanted.ja);
        return both!(
            "{en} is wanted, not {got_en}",
            "{ja}が必要ですが、{got_ja} になっています"
        );
    }
    Text::same(message)
}

/// serde's names of types, as people say them.
fn noun(text: &str) -> Text {
    const NOUNS: &[(&str, &str, &str)] = &[
        ("a string", "a text in quotes", "引用符で囲んだ文字列"),
        ("a boolean", "true or false", "true か false "),
        ("a sequence", "a list in [ ]", "[ ] で囲んだリスト"),
        (
            "a text or",
            "a text or { en = \"…\", ja = \"…\" }",
            "文字列か { en = \"…\", ja = \"…\" } ",
        ),
        ("struct", "a table", "表"),
        ("string", "the text", "文字列"),
        ("integer", "the number", "数値"),
        ("floating point", "the number", "数値"),
        ("boolean", "", ""),
        ("sequence", "a list", "リスト"),
        ("map", "a table", "表"),
        ("u32", "a whole number", "0 以上の整数"),
    ];
    let Some((found, en, ja)) = NOUNS.iter().find(|(name, ..)| text.starts_with(name)) else {
        return Text::same(text);
    };
    // What was found carries its value: `string "15"`.
    match text[found.len()..].trim() {
        value if value.starts_with(['"', '`']) => both!("{en} {value}", "{ja} {value}"),
        _ => both!("{en}", "{ja}"),
    }
}
