//! What each kind of incident asks for. The shipped lists are text files in `assets/checklists`,
//! one a kind and language; an organisation may bring its own in the same shape.

use super::event;
use super::fact::Fact;
use super::problem::Problem;
use super::words::{Lang, Text};
use crate::both;
use serde::Deserialize;
use std::collections::HashMap;

/// The lists of the shipped files, most thorough first. A level of the configuration names one.
pub const LISTS: &[&str] = &["severe", "standard", "light", "watch"];

/// One file of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sheet {
    Outage,
    Security,
    /// Joined to the incident's list when personal data turns out to be involved.
    PersonalData,
}

impl Sheet {
    pub const ALL: [Sheet; 3] = [Sheet::Outage, Sheet::Security, Sheet::PersonalData];

    /// The file's name without folder and extension.
    pub const fn name(self) -> &'static str {
        match self {
            Sheet::Outage => "outage",
            Sheet::Security => "security",
            Sheet::PersonalData => "personal-data",
        }
    }

    /// The text of the shipped file.
    pub const fn shipped(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Sheet::Outage, Lang::En) => include_str!("../../assets/checklists/en/outage.toml"),
            (Sheet::Outage, Lang::Ja) => include_str!("../../assets/checklists/ja/outage.toml"),
            (Sheet::Security, Lang::En) => include_str!("../../assets/checklists/en/security.toml"),
            (Sheet::Security, Lang::Ja) => include_str!("../../assets/checklists/ja/security.toml"),
            (Sheet::PersonalData, Lang::En) => {
                include_str!("../../assets/checklists/en/personal-data.toml")
            }
            (Sheet::PersonalData, Lang::Ja) => {
                include_str!("../../assets/checklists/ja/personal-data.toml")
            }
        }
    }
}

/// The part of the response in which an item is done: how far it is, is told by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Who is here, who must know, what is it.
    First,
    /// Until users are no longer hurt.
    Response,
    After,
}

impl Part {
    pub const ALL: [Part; 3] = [Part::First, Part::Response, Part::After];

    pub const fn name(self) -> &'static str {
        match self {
            Part::First => "first",
            Part::Response => "response",
            Part::After => "after",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Part::First => Text::fixed("first", "初動"),
            Part::Response => Text::fixed("response", "対応"),
            Part::After => Text::fixed("after", "復旧後"),
        }
    }
}

/// One thing to do. The id is ASCII, the same in every language and list, and permanent: ticks and
/// assignees are kept by it when the level changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: String,
    pub text: String,
    /// The lists that it belongs to.
    pub lists: Vec<String>,
    /// It is told which part of the response is how far.
    #[serde(default)]
    pub phase: Option<Part>,
    /// Whether resolving asks for it.
    #[serde(default)]
    pub required: bool,
    /// Minutes from the moment it is given to somebody.
    #[serde(default)]
    pub time_box: Option<u32>,
    /// The name of a [`Fact`]: it is done as soon as the record knows that.
    #[serde(default)]
    pub when: Option<String>,
    /// A link to how it is done.
    #[serde(default)]
    pub manual: Option<String>,
}

impl Item {
    /// As an incident's record introduces it.
    pub fn asked(&self) -> event::Item {
        event::Item {
            id: self.id.clone(),
            text: self.text.clone(),
            optional: !self.required,
            time_box: self.time_box,
            when: self.when.clone(),
            manual: self.manual.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    item: Vec<Item>,
}

/// The items of a file, in working order. `name` is how errors call the file.
pub fn parse(name: &str, text: &str) -> Result<Vec<Item>, Problem> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
        let message = error.message().trim_end();
        Problem::usage(both!(
            "{name}:{line}: {message}",
            "{name}:{line}: {message}"
        ))
        .hint(Text::fixed(
            "an [[item]] has id, text and lists, and may have phase, required, time_box, when and manual",
            "[[item]] には id、text、lists が要ります。phase、required、time_box、when、manual も書けます",
        ))
    })?;
    let mut met = std::collections::HashSet::new();
    for item in &file.item {
        let id = &item.id;
        let ascii = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(ascii) {
            return Err(Problem::usage(both!(
                "{name}: `{id}` cannot be an item's id",
                "{name}: `{id}` は項目の id に使えません"
            ))
            .hint(Text::fixed(
                "lower-case ASCII letters, digits and -",
                "半角の小文字、数字、- だけで書いてください",
            )));
        }
        let when = item.when.as_deref();
        if let Some(when) = when.filter(|when| Fact::named(when).is_none()) {
            let known: Vec<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
            let known = known.join(", ");
            return Err(Problem::usage(both!(
                "{name}: `{id}` is done when `{when}`, which no record knows",
                "{name}: `{id}` の when `{when}` は記録から判断できません"
            ))
            .hint(both!("known are {known}", "使えるのは {known} です")));
        }
        let manual = item.manual.as_deref();
        if let Some(link) = manual.filter(|link| !is_link(link)) {
            return Err(Problem::usage(both!(
                "{name}: the manual of `{id}` is no link: {link}",
                "{name}: `{id}` の manual はリンクではありません: {link}"
            ))
            .hint(Text::fixed(
                "it begins with https:// and has no spaces",
                "https:// で始め、空白を入れないでください",
            )));
        }
        if !met.insert(id.as_str()) {
            return Err(Problem::usage(both!(
                "{name}: the item id `{id}` is used twice",
                "{name}: 項目の id `{id}` が重複しています"
            )));
        }
    }
    Ok(file.item)
}

/// Something that a browser opens and no markup of Slack's is broken by.
pub fn is_link(text: &str) -> bool {
    let whole = text.starts_with("https://") || text.starts_with("http://");
    whole && !text.contains(|c: char| c.is_whitespace() || "<>|".contains(c))
}

/// The shipped items of one list.
pub fn shipped(sheet: Sheet, list: &str, lang: Lang) -> Result<Vec<Item>, Problem> {
    let mut items = parse(sheet.name(), sheet.shipped(lang))?;
    items.retain(|item| item.lists.iter().any(|l| l == list));
    Ok(items)
}

/// Every list that levels may ask for, read before it is needed: nothing waits for a file later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklists {
    lists: HashMap<(Sheet, &'static str, Lang), Vec<Item>>,
    /// By item: looked up for each one with each frame.
    parts: HashMap<String, Part>,
}

impl Checklists {
    /// Reads each list with `read`: the organisation's own, or [`shipped`].
    ///
    /// # Errors
    /// The first of `read`.
    pub fn load(
        read: impl Fn(Sheet, &str, Lang) -> Result<Vec<Item>, Problem>,
    ) -> Result<Checklists, Problem> {
        let mut all = HashMap::new();
        for sheet in Sheet::ALL {
            for list in LISTS {
                for lang in [Lang::En, Lang::Ja] {
                    all.insert((sheet, *list, lang), read(sheet, list, lang)?);
                }
            }
        }
        let items = all.values().flatten();
        let parts = items.filter_map(|item: &Item| Some((item.id.clone(), item.phase?)));
        let parts = parts.collect();
        Ok(Checklists { lists: all, parts })
    }

    /// In which part of the response an item is done, by its id: it is the same in every list.
    pub fn part(&self, id: &str) -> Option<Part> {
        self.parts.get(id).copied()
    }

    /// # Errors
    /// None as long as the shipped files are whole, which their tests hold.
    pub fn shipped() -> Result<Checklists, Problem> {
        Checklists::load(shipped)
    }

    /// What a list asks for, as an incident's record introduces it.
    pub fn items(&self, sheet: Sheet, list: &str, lang: Lang) -> impl Iterator<Item = event::Item> {
        let list = LISTS.iter().find(|known| **known == list).copied();
        let items = list.and_then(|list| self.lists.get(&(sheet, list, lang)));
        items.into_iter().flatten().map(Item::asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::Config;

    #[test]
    fn both_languages_have_the_same_items_and_only_the_text_differs() {
        for sheet in Sheet::ALL {
            let en = parse("en", sheet.shipped(Lang::En)).expect("parses");
            let ja = parse("ja", sheet.shipped(Lang::Ja)).expect("parses");
            let bare = |items: &[Item]| -> Vec<Item> {
                let blank = |item: &Item| Item {
                    text: String::new(),
                    ..item.clone()
                };
                items.iter().map(blank).collect()
            };
            assert_eq!(bare(&en), bare(&ja), "{sheet:?}");
            for (e, j) in en.iter().zip(&ja) {
                assert!(!e.text.is_empty() && !j.text.is_empty());
                assert!(e.text.is_ascii(), "{}", e.text);
                assert!(!j.text.is_ascii(), "{}", j.text);
            }
        }
    }

    #[test]
    fn every_default_level_has_a_list_for_every_kind() {
        for level in Config::default().levels {
            for sheet in Sheet::ALL {
                let items = shipped(sheet, &level.checklist, Lang::Ja).expect("parses");
                assert!(items.len() >= 3, "{sheet:?} {}", level.id);
                assert!(items.iter().any(|item| item.required));
            }
        }
    }

    #[test]
    fn items_name_only_lists_that_exist() {
        for sheet in Sheet::ALL {
            for item in parse("", sheet.shipped(Lang::En)).expect("parses") {
                assert!(!item.lists.is_empty(), "{}", item.id);
                assert!(item.phase.is_some(), "{}", item.id);
                for list in &item.lists {
                    assert!(LISTS.contains(&list.as_str()), "{}: {list}", item.id);
                }
            }
        }
    }

    #[test]
    fn evidence_comes_before_what_would_destroy_it() {
        let items = shipped(Sheet::Security, "severe", Lang::En).expect("parses");
        let at = |id: &str| items.iter().position(|item| item.id == id);
        assert!(at("evidence") < at("contain"));
        assert!(at("evidence").is_some());
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_line() {
        let problem = parse(
            "own.toml",
            "[[item]]\nid = \"a\"\ntext = \"b\"\nlist = []\n",
        )
        .expect_err("unknown key");
        assert!(problem.sentence.en.starts_with("own.toml:4: unknown field"));
        let twice = "[[item]]\nid='a'\ntext='b'\nlists=[]\n[[item]]\nid='a'\ntext='c'\nlists=[]\n";
        assert!(parse("own.toml", twice).is_err());
        assert!(parse("own.toml", "[[item]]\nid='確認'\ntext='b'\nlists=[]\n").is_err());
        let with = |more: &str| {
            let text = format!("[[item]]\nid='a'\ntext='b'\nlists=[]\n{more}\n");
            parse("own.toml", &text).map(|items| items[0].clone())
        };
        let item = with("when='level'\nmanual='https://example.com/a'").expect("fits");
        assert_eq!(item.when.as_deref(), Some("level"));
        let unknown = with("when='moon'").expect_err("no fact");
        assert!(
            unknown
                .hint
                .is_some_and(|hint| hint.en.contains("commander, scribe"))
        );
        assert!(with("manual='see the wiki'").is_err());
    }
}
