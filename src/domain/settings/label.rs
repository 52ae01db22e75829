//! A name that an organisation gives, in one text or in two.

use crate::domain::words::{Lang, Text};
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// In the file either `"Shop"`, the same in both languages, or `{ en = "Shop", ja = "ショップ" }`.
/// A missing language takes the other's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub Text);

impl Label {
    pub const fn of(en: &'static str, ja: &'static str) -> Label {
        Label(Text::fixed(en, ja))
    }

    pub fn get(&self, lang: Lang) -> &str {
        self.0.get(lang)
    }

    pub fn text(&self) -> Text {
        self.0.clone()
    }

    pub fn is_empty(&self) -> bool {
        self.0.en.trim().is_empty() && self.0.ja.trim().is_empty()
    }
}

impl Default for Label {
    fn default() -> Label {
        Label::of("", "")
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.en == self.0.ja {
            return serializer.serialize_str(&self.0.en);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("en", &self.0.en)?;
        map.serialize_entry("ja", &self.0.ja)?;
        map.end()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pair {
    en: Option<String>,
    ja: Option<String>,
}

struct LabelVisitor;

// By hand and not `untagged`: that buffers the value, which loses its line number and hides
// unknown keys from `serde_ignored`.
impl<'de> Visitor<'de> for LabelVisitor {
    type Value = Label;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or { en = \"…\", ja = \"…\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Label, E> {
        Ok(Label(Text::same(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Label, A::Error> {
        let pair = Pair::deserialize(MapAccessDeserializer::new(map))?;
        let en = pair.en.or_else(|| pair.ja.clone()).unwrap_or_default();
        let ja = pair.ja.unwrap_or_else(|| en.clone());
        Ok(Label(Text {
            en: Cow::Owned(en),
            ja: Cow::Owned(ja),
        }))
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Label, D::Error> {
        deserializer.deserialize_any(LabelVisitor)
    }
}
