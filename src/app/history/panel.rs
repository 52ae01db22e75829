//! The screen on which the history is searched: a line that is typed, what it finds, and what is
//! beside it.

use super::Found;
use crate::app::edit::Edit;
use crate::app::model::{Generation, Model};
use crate::domain::event::Kind;
use crate::domain::history::query::{value_of, with};
use crate::domain::history::{End, Key};
use crate::domain::ids::IncidentId;
use crate::domain::words::Lang;
use crossterm::event::KeyCode;
use std::sync::Arc;

/// What stands beside the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The incident that is selected.
    #[default]
    Incident,
    Months,
    Tags,
}

impl Side {
    pub const fn next(self) -> Side {
        match self {
            Side::Incident => Side::Months,
            Side::Months => Side::Tags,
            Side::Tags => Side::Incident,
        }
    }
}

#[derive(Clone, Debug)]
pub struct History {
    pub filter: Edit,
    pub selected: Option<IncidentId>,
    pub side: Side,
    /// The first line shown of what is beside the list.
    pub scroll: usize,
    /// The last answer; it may be to what was typed before.
    pub found: Option<Arc<Found>>,
    /// Keys typed before this was painted are not for it.
    pub born: Generation,
}

impl History {
    pub fn new(text: &str, born: Generation) -> History {
        History {
            filter: Edit::line(text),
            selected: None,
            side: Side::default(),
            scroll: 0,
            found: None,
            born,
        }
    }

    /// Where the selection stands in what was found: the first where it is not, or not any more.
    pub fn row(&self) -> Option<usize> {
        let hits = &self.found.as_ref()?.hits;
        let at = hits
            .iter()
            .position(|hit| Some(&hit.id) == self.selected.as_ref());
        at.or((!hits.is_empty()).then_some(0))
    }

    pub fn chosen(&self) -> Option<&IncidentId> {
        let hits = &self.found.as_ref()?.hits;
        Some(&hits.get(self.row()?)?.id)
    }
}

/// The filter that a key of the screen turns through its values.
pub const fn filter_key(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::F(2) => Key::Service,
        KeyCode::F(3) => Key::Kind,
        KeyCode::F(4) => Key::Level,
        KeyCode::F(5) => Key::Since,
        KeyCode::F(6) => Key::End,
        KeyCode::F(7) => Key::Drill,
        _ => return None,
    })
}

/// What was typed, with a filter turned to its next value, and at last to none.
pub fn cycle(model: &Model, text: &str, key: Key) -> String {
    let lang = model.lang;
    let config = &model.snapshot.config;
    let say = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en.to_owned(),
        Lang::Ja => ja.to_owned(),
    };
    let values: Vec<String> = match key {
        Key::Service => config.services.iter().map(|s| s.id.clone()).collect(),
        Key::Level => config.levels.iter().map(|l| l.id.clone()).collect(),
        Key::Kind => [Kind::Outage, Kind::Security]
            .map(|kind| kind.name().to_owned())
            .into(),
        Key::Since => ["30d", "90d", "1y"].map(str::to_owned).into(),
        Key::End => End::ALL.map(|end| end.name().get(lang).to_owned()).into(),
        Key::Drill => vec![say("only", "のみ"), say("all", "含む")],
        Key::Tag | Key::Person | Key::Until => Vec::new(),
    };
    let fold = crate::domain::text::terms::fold;
    let now = value_of(text, key);
    let at = values.iter().position(|value| {
        let same = Some(fold(value)) == now;
        same || (key == Key::End && end_is(value, now.as_deref()))
    });
    let next = match (at, now) {
        (Some(at), _) => values.get(at + 1),
        (None, _) => values.first(),
    };
    let (en, ja) = key.names();
    let name = match lang {
        Lang::En => en.first(),
        Lang::Ja => ja.first(),
    };
    let name = name.copied().unwrap_or_default();
    with(text, key, name, next.map(String::as_str))
}

/// Whether an end is meant by a value in either language.
fn end_is(value: &str, now: Option<&str>) -> bool {
    let fold = crate::domain::text::terms::fold;
    End::ALL.into_iter().any(|end| {
        let name = end.name();
        let ours = name.en == value || name.ja == value;
        ours && now.is_some_and(|now| name.en == now || fold(&name.ja) == now)
    })
}
