//! A file of faults, read with each mistake named by its line.

use super::{Fault, KINDS, Kind};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::wire::methods::METHODS;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// What `matoi workspace faults` prints: every setting and every kind, explained.
pub const EXAMPLE: &str = include_str!("../../../faults.example.toml");

/// A set of faults as a file has it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub seed: u64,
    pub fault: Vec<Fault>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    seed: u64,
    fault: Vec<Spanned<Fault>>,
}

impl Plan {
    /// # Errors
    /// Of kind `Usage`: the first mistake, with its line.
    pub fn parse(text: &str) -> Result<Plan, Problem> {
        let file: File = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        for fault in &file.fault {
            check(fault.get_ref()).map_err(|wrong| {
                let line = line_of(text, &fault.span(), wrong.setting);
                wrong.problem(line)
            })?;
        }
        Ok(Plan {
            seed: file.seed,
            fault: file.fault.into_iter().map(Spanned::into_inner).collect(),
        })
    }
}

fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    let why = error.message().replace('\n', " ");
    Problem::usage(both!("line {line}: {why}", "{line} 行目: {why}")).hint(Text::fixed(
        "`matoi workspace faults` prints every setting and kind, explained.",
        "`matoi workspace faults` で、全項目と全種類を説明付きで表示します。",
    ))
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// The line of a setting of one fault; its first line when the setting is missing. A table's span
/// is its header alone, so that its settings are looked for up to the next header.
fn line_of(text: &str, span: &Range<usize>, setting: &str) -> usize {
    let first = line_at(text, span.start);
    let below = text.lines().enumerate().skip(first);
    let own = below.take_while(|(_, line)| !line.trim_start().starts_with('['));
    own.filter(|(_, line)| {
        let key = line.split('=').next().unwrap_or_default();
        key.trim() == setting
    })
    .map(|(n, _)| n + 1)
    .next()
    .unwrap_or(first)
}

/// A mistake in a setting that TOML itself has nothing against.
struct Wrong {
    setting: &'static str,
    what: Text,
    hint: Text,
}

impl Wrong {
    fn problem(self, line: usize) -> Problem {
        let (en, ja) = (self.what.en, self.what.ja);
        Problem::usage(both!("line {line}: {en}", "{line} 行目: {ja}")).hint(self.hint)
    }
}

fn check(fault: &Fault) -> Result<(), Wrong> {
    let given = [
        ("seconds", fault.seconds.is_some()),
        ("retry_after", fault.retry_after.is_some()),
        ("error", fault.error.is_some()),
        ("status", fault.status.is_some()),
        ("after_commit", fault.after_commit),
    ];
    if let Some(row) = fault.kind.row() {
        let name = row.name;
        for (setting, is_given) in given {
            if is_given && !row.takes.contains(&setting) {
                return Err(foreign(name, setting, row.takes));
            }
        }
    }
    if fault.kind == Kind::Error && fault.error.is_none() {
        return Err(Wrong {
            setting: "kind",
            what: Text::fixed(
                "a fault of kind \"error\" needs its error",
                "kind = \"error\" の障害には error が必要です",
            ),
            hint: Text::fixed("error = \"internal_error\"", "error = \"internal_error\""),
        });
    }
    numbers(fault)?;
    match &fault.method {
        Some(pattern) if !METHODS.iter().any(|method| fault.matches(method.name)) => {
            Err(no_method(pattern))
        }
        _ => Ok(()),
    }
}

fn foreign(kind: &str, setting: &'static str, takes: &[&str]) -> Wrong {
    let list = takes.join(", ");
    Wrong {
        setting,
        what: both!(
            "a fault of kind \"{kind}\" has no {setting}",
            "kind = \"{kind}\" に {setting} はありません"
        ),
        hint: if takes.is_empty() {
            Text::fixed(
                "It takes only what says which calls it befalls.",
                "対象の呼び出しを選ぶ項目だけを指定できます。",
            )
        } else {
            both!("It takes {list}.", "指定できるのは {list} です。")
        },
    }
}

fn numbers(fault: &Fault) -> Result<(), Wrong> {
    let wrong = |setting: &'static str, hint: Text| {
        Err(Wrong {
            setting,
            what: both!(
                "{setting} is out of its range",
                "{setting} の値が範囲外です"
            ),
            hint,
        })
    };
    if fault.calls.contains(&0) || fault.every == Some(0) {
        let setting = if fault.every == Some(0) {
            "every"
        } else {
            "calls"
        };
        return wrong(
            setting,
            Text::fixed("Calls are counted from 1.", "呼び出しは 1 から数えます。"),
        );
    }
    if fault.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
        return wrong(
            "probability",
            Text::fixed("From 0.0 to 1.0.", "0.0 から 1.0 までです。"),
        );
    }
    if fault.status.is_some_and(|s| !(500..600).contains(&s)) {
        return wrong(
            "status",
            Text::fixed("From 500 to 599.", "500 から 599 までです。"),
        );
    }
    let times = [
        ("seconds", fault.seconds),
        ("from", fault.from),
        ("to", fault.to),
    ];
    for (setting, value) in times {
        if value.is_some_and(|v| !v.is_finite() || v < 0.0) {
            return wrong(
                setting,
                Text::fixed("Seconds, not below 0.", "0 以上の秒数です。"),
            );
        }
    }
    if let (Some(from), Some(to)) = (fault.from, fault.to)
        && to <= from
    {
        return wrong(
            "to",
            Text::fixed("It lies after from.", "from より後の秒数です。"),
        );
    }
    Ok(())
}

fn no_method(pattern: &str) -> Wrong {
    let lower = pattern.to_ascii_lowercase();
    let near = METHODS.iter().map(|method| method.name).find(|name| {
        let name = name.to_ascii_lowercase();
        name == lower || name.ends_with(&format!(".{lower}"))
    });
    Wrong {
        setting: "method",
        what: both!(
            "no method is called {pattern}",
            "{pattern} というメソッドはありません"
        ),
        hint: match near {
            Some(name) => both!("Did you mean {name}?", "{name} のことですか?"),
            None => Text::fixed(
                "A method's name, or its beginning and a *: chat.*",
                "メソッド名か、前半と * を指定します (例: chat.*)",
            ),
        },
    }
}

/// The reference part of [`EXAMPLE`], as [`KINDS`] has it.
pub fn reference() -> String {
    let mut text = String::new();
    for row in KINDS {
        text.push_str(&format!("#   {:<21} {}\n", row.name, row.what));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_valid_and_lists_every_kind() {
        let plan = Plan::parse(EXAMPLE).expect("the example is valid");
        assert!(plan.fault.len() >= 3);
        let (wanted, text) = (reference(), EXAMPLE);
        assert!(text.contains(&wanted), "it lists:\n{wanted}");
        for setting in [
            "method",
            "calls",
            "every",
            "probability",
            "from",
            "to",
            "times",
        ] {
            assert!(text.contains(&format!("{setting} =")), "{setting}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_a_hint() {
        let base = "seed = 1\n\n[[fault]]\nkind = \"hang\"\n";
        for (text, line, word, hint) in [
            ("[[fault]]\nkind = \"explode\"", 2, "explode", "faults"),
            ("[[fault]]\nkind = \"error\"", 2, "error", "internal_error"),
            ("[[fault]]\nkind = \"hang\"\nwhen = 1", 3, "when", "faults"),
            ("seed = \"x\"", 1, "invalid type", "faults"),
            ("seed = 1\n[[fault]\n", 2, "", "faults"),
            (
                "[[fault]]\nkind = \"hang\"\nmethod = \"chat.postmessage\"",
                3,
                "chat.postmessage",
                "chat.postMessage",
            ),
            (
                "[[fault]]\nkind = \"slow\"\nmethod = \"chat.shout\"",
                3,
                "chat.shout",
                "chat.*",
            ),
            (
                &format!("{base}\n[[fault]]\nkind = \"hang\"\nstatus = 503"),
                8,
                "status",
                "seconds",
            ),
            (&format!("{base}probability = 1.5"), 5, "probability", "1.0"),
            (&format!("{base}every = 0"), 5, "every", "from 1"),
            (&format!("{base}calls = [0]"), 5, "calls", "from 1"),
            (&format!("{base}from = 5\nto = 5"), 6, "to", "after"),
            (&format!("{base}seconds = -1.0"), 5, "seconds", "below 0"),
            (
                "[[fault]]\nkind = \"html\"\nstatus = 200",
                3,
                "status",
                "599",
            ),
            (
                "[[fault]]\nkind = \"clamp\"\nseconds = 2",
                3,
                "seconds",
                "which calls",
            ),
        ] {
            let problem = Plan::parse(text).expect_err(text);
            let said = problem.to_string();
            assert!(
                said.starts_with(&format!("line {line}: ")),
                "{text}: {said}"
            );
            assert!(said.contains(word), "{text}: {said}");
            let hinted = problem.hint.expect("a hint").en;
            assert!(hinted.contains(hint), "{text}: {hinted}");
        }
    }
}
