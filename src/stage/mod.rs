//! Plays a drill into a workspace: what the script says is to be done becomes messages and acts,
//! and what the players did becomes the script's scene.

pub mod begin;
pub mod cast;
pub mod director;
pub mod line;

use crate::domain::words::Lang;
use crate::drill::scenario::Words;
use std::collections::BTreeMap;

/// A text of the scenario as it is posted: `{part}` is how that person is addressed, `{player}`
/// whoever plays, `{commander}` whoever commands, and a player as long as nobody does.
pub fn spoken(words: &Words, lang: Lang, called: &BTreeMap<String, String>) -> String {
    let mut text = words.get(lang).to_owned();
    for (part, name) in called {
        text = text.replace(&format!("{{{part}}}"), name);
    }
    text
}
