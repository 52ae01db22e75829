//! Which key is which action. The defaults are data (`assets/keymap.toml`); a file of one's own
//! replaces the keys of the actions that it names.

use super::action::{ACTIONS, Action, Scope};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::text::fold_command_key;
use crate::domain::words::Text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// The shipped keys.
pub const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// A key with its modifiers, in the one form in which keys are compared: shift is in the letter,
/// full-width ASCII is ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
    /// Only of the arrows to the sides: elsewhere it is in the letter, or means nothing.
    pub shift: bool,
    /// The second of two: pressed while the acts of command are shown.
    pub led: bool,
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Chord {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let code = match key.code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(fold_command_key(c).to_ascii_lowercase()),
            KeyCode::Char(c) => KeyCode::Char(fold_command_key(c)),
            KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Chord {
            code,
            ctrl,
            alt: key.modifiers.contains(KeyModifiers::ALT),
            shift: matches!(code, KeyCode::Left | KeyCode::Right)
                && key.modifiers.contains(KeyModifiers::SHIFT),
            led: false,
        }
    }
}

/// How the second of two keys is written; the first is that of `acts`.
const LEADER: &str = ", ";

const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
];

impl Chord {
    pub fn parse(text: &str) -> Option<Chord> {
        let second = text.strip_prefix(LEADER);
        let (led, mut rest) = (second.is_some(), second.unwrap_or(text));
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl-").filter(|r| !r.is_empty()) {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("Alt-").filter(|r| !r.is_empty()) {
                (alt, rest) = (true, after);
            } else if let Some(after @ ("Left" | "Right")) = rest.strip_prefix("Shift-") {
                (shift, rest) = (true, after);
            } else {
                break;
            }
        }
        let code = NAMED
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code)
            .or_else(|| {
                let number: u8 = rest.strip_prefix('F')?.parse().ok()?;
                (1..=12).contains(&number).then_some(KeyCode::F(number))
            })
            .or_else(|| {
                let mut chars = rest.chars();
                let c = chars.next()?;
                let printable = c.is_ascii_graphic() && !(ctrl && c.is_ascii_uppercase());
                (chars.next().is_none() && printable).then_some(KeyCode::Char(c))
            })?;
        Some(Chord {
            code,
            ctrl,
            alt,
            shift,
            led,
        })
    }

    /// Works while an input method turns letters into kana.
    pub fn is_no_letter(self) -> bool {
        self.ctrl || matches!(self.code, KeyCode::F(_))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.led {
            f.write_str(LEADER)?;
        }
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if self.shift {
            f.write_str("Shift-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            _ => f.write_str("?"),
        }
    }
}

/// Each action's keys, the first being the one that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    keys: BTreeMap<Action, Vec<Chord>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

impl Keymap {
    /// # Errors
    /// None as long as the shipped file is whole, which a test holds.
    pub fn shipped() -> Result<Keymap, Problem> {
        Keymap {
            keys: BTreeMap::new(),
        }
        .with("keymap.toml", DEFAULT)
    }

    /// With the keys of `text` in place of these. `name` is how errors call the file.
    ///
    /// # Errors
    /// Not TOML, an action or a key that does not exist, or a key that two actions of the same
    /// screen claim: both are named.
    pub fn with(mut self, name: &str, text: &str) -> Result<Keymap, Problem> {
        let file: BTreeMap<String, Keys> = toml::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message = message.trim_end();
            Problem::usage(both!("{name}: {message}", "{name}: {message}"))
        })?;
        for (action_name, keys) in file {
            let action = Action::named(&action_name).ok_or_else(|| {
                Problem::usage(both!(
                    "{name}: there is no action `{action_name}`",
                    "{name}: `{action_name}` という操作はありません"
                ))
                .hint(Text::fixed(
                    "The help on the screen (F1) names every action.",
                    "操作の名前は画面のヘルプ (F1) にあります。",
                ))
            })?;
            let keys = match keys {
                Keys::One(key) => vec![key],
                Keys::Several(keys) => keys,
            };
            let chords = keys
                .iter()
                .map(|key| {
                    Chord::parse(key).ok_or_else(|| {
                        Problem::usage(both!(
                            "{name}: `{key}` of `{action_name}` is no key",
                            "{name}: `{action_name}` の `{key}` はキーの名前ではありません"
                        ))
                        .hint(Text::fixed(
                            "Keys are written l, L, ?, Ctrl-p, Alt-1, F5, Enter, Space, PageUp.",
                            "キーは l、L、?、Ctrl-p、Alt-1、F5、Enter、Space、PageUp のように書きます。",
                        ))
                    })
                })
                .collect::<Result<Vec<Chord>, Problem>>()?;
            self.keys.insert(action, chords);
        }
        self.clash(name)?;
        Ok(self)
    }

    fn clash(&self, file: &str) -> Result<(), Problem> {
        let all: Vec<(Action, Chord)> = self
            .keys
            .iter()
            .flat_map(|(action, chords)| chords.iter().map(|chord| (*action, *chord)))
            .collect();
        for (n, (action, chord)) in all.iter().enumerate() {
            let other = all[n + 1..].iter().find(|(other, key)| {
                key == chord && action.row().scope.overlaps(other.row().scope)
            });
            if let Some((other, _)) = other {
                let (one, two) = (action.row().name(), other.row().name());
                return Err(Problem::usage(both!(
                    "{file}: {chord} is claimed by `{one}` and by `{two}`",
                    "{file}: {chord} が `{one}` と `{two}` の両方に割り当てられています"
                ))
                .hint(Text::fixed(
                    "Give one of them another key; an empty list takes all its keys away.",
                    "どちらかに別のキーを割り当ててください。空のリストでキーを外せます。",
                )));
            }
        }
        Ok(())
    }

    /// What `chord` means on a screen, which is never [`Scope::Everywhere`].
    pub fn action(&self, chord: Chord, screen: Scope) -> Option<Action> {
        self.keys
            .iter()
            .find(|(action, chords)| action.row().scope.overlaps(screen) && chords.contains(&chord))
            .map(|(action, _)| *action)
    }

    pub fn chords(&self, action: Action) -> &[Chord] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The key that is shown for an action.
    pub fn shown(&self, action: Action) -> Option<Chord> {
        self.chords(action).first().copied()
    }
}

/// The table's scopes are read here, so a screen is never `Everywhere`.
pub fn reachable(keymap: &Keymap) -> impl Iterator<Item = Action> + '_ {
    ACTIONS
        .iter()
        .map(|row| row.action)
        .filter(|action| !keymap.chords(*action).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Keymap {
        Keymap::shipped().expect("the shipped keys are whole")
    }

    #[test]
    fn every_action_has_a_key_and_the_urgent_ones_one_that_is_no_letter() {
        let keymap = shipped();
        assert_eq!(reachable(&keymap).count(), ACTIONS.len());
        for row in ACTIONS.iter().filter(|row| row.urgent) {
            let chords = keymap.chords(row.action);
            assert!(chords.iter().any(|c| c.is_no_letter()), "{}", row.name());
        }
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        for text in [
            "l",
            "L",
            "?",
            "-",
            "Ctrl-p",
            "Alt-1",
            "F12",
            "Space",
            "Shift-Tab",
            "Ctrl-Alt-x",
            "Shift-Left",
            ", r",
        ] {
            let chord = Chord::parse(text).expect("a key");
            assert_eq!(chord.to_string(), text);
        }
        for text in [
            "", "ll", "F13", "Hyper-x", "Shift-x", "Ctrl-", "あ", "Ctrl-P",
        ] {
            assert_eq!(Chord::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_claimed_twice_names_both() {
        let problem = shipped()
            .with("mine.toml", "note = \"l\"")
            .expect_err("l is the level's");
        insta::assert_snapshot!(problem.sentence.en, @"mine.toml: l is claimed by `level` and by `note`");
        assert!(problem.sentence.ja.contains("level") && problem.sentence.ja.contains("note"));
        // The same key on two screens that are never both there.
        assert_eq!(
            shipped().action(chord("t"), Scope::Home),
            Some(Action::Practise)
        );
        // Taken from one and given to the other at once.
        assert!(
            shipped()
                .with("mine.toml", "note = \"l\"\nlevel = \"F4\"")
                .is_ok()
        );
        assert!(shipped().with("mine.toml", "lvel = \"l\"").is_err());
        assert!(shipped().with("mine.toml", "level = \"Hyper-l\"").is_err());
    }

    fn chord(text: &str) -> Chord {
        Chord::parse(text).expect("a key")
    }

    #[test]
    fn full_width_letters_are_the_keys_they_look_like() {
        let key = KeyEvent::new(KeyCode::Char('ｌ'), KeyModifiers::NONE);
        assert_eq!(Chord::from(key), chord("l"));
        let key = KeyEvent::new(KeyCode::Char('　'), KeyModifiers::NONE);
        assert_eq!(Chord::from(key), chord("Space"));
    }
}
