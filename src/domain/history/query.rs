//! What somebody typed to find something: words, and filters among them.
//!
//! `service:shop level:1 since:2026-10 tag:dns @ito near-miss checkout`, or the same in Japanese:
//! `サービス:shop レベル:1 から:2026-10 タグ:dns @伊藤 ヒヤリハット 決済`. Every part narrows. What is no
//! filter is a word to be found; a filter that is not finished yet narrows nothing.

use super::facts::{End, Facts};
use crate::domain::event::Kind;
use crate::domain::ids::UserId;
use crate::domain::text::terms::{Term, fold, terms};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use std::collections::BTreeSet;

/// What stands before the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Service,
    Kind,
    Level,
    Tag,
    Person,
    Since,
    Until,
    End,
    Drill,
}

impl Key {
    pub const ALL: [Key; 9] = [
        Key::Service,
        Key::Kind,
        Key::Level,
        Key::Tag,
        Key::Person,
        Key::Since,
        Key::Until,
        Key::End,
        Key::Drill,
    ];

    /// Its names; the first English and the first Japanese one are those that keys write.
    pub const fn names(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Key::Service => (&["service"], &["サービス"]),
            Key::Kind => (&["kind"], &["種別"]),
            Key::Level => (&["level"], &["レベル"]),
            Key::Tag => (&["tag"], &["タグ"]),
            Key::Person => (&["person", "by"], &["人", "担当"]),
            Key::Since => (&["since", "from"], &["から", "開始"]),
            Key::Until => (&["until", "to"], &["まで", "終了"]),
            Key::End => (&["end", "is"], &["結果"]),
            Key::Drill => (&["drill", "drills"], &["訓練"]),
        }
    }

    fn parse(name: &str) -> Option<Key> {
        Key::ALL.into_iter().find(|key| {
            let (en, ja) = key.names();
            en.iter().chain(ja).any(|known| *known == name)
        })
    }
}

/// Among which incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Among {
    /// Everything but drills.
    #[default]
    Real,
    Drills,
    All,
}

/// What narrows, folded as [`fold`] does it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub services: Vec<String>,
    pub kind: Option<Kind>,
    pub levels: Vec<String>,
    pub tags: Vec<String>,
    /// Parts of names, handles or ids.
    pub people: Vec<String>,
    pub since: Option<DateTime<Utc>>,
    /// It is before this.
    pub until: Option<DateTime<Utc>>,
    pub ends: Vec<End>,
    pub among: Among,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub terms: Vec<Term>,
    pub filters: Filters,
    /// Filters whose value means nothing, as they were typed.
    pub unclear: Vec<String>,
}

impl Query {
    /// Reads what was typed. `midnight` is the beginning of a day where it is typed.
    pub fn parse(
        text: &str,
        now: DateTime<Utc>,
        midnight: &dyn Fn(NaiveDate) -> Option<DateTime<Utc>>,
    ) -> Query {
        let mut query = Query::default();
        let mut words = String::new();
        for part in text.split_whitespace() {
            let folded = fold(part);
            if !query.take(part, &folded, now, midnight) {
                words.push_str(&folded);
                words.push(' ');
            }
        }
        query.terms = terms(&words);
        query
    }

    /// Whether a part is a filter.
    fn take(
        &mut self,
        typed: &str,
        part: &str,
        now: DateTime<Utc>,
        midnight: &dyn Fn(NaiveDate) -> Option<DateTime<Utc>>,
    ) -> bool {
        if let Some(person) = part.strip_prefix('@') {
            self.filters.people.extend(some(person));
            return true;
        }
        if let Some(end) = bare_end(part) {
            self.filters.ends.push(end);
            return true;
        }
        let Some((key, value)) = part.split_once(':') else {
            return false;
        };
        let Some(key) = Key::parse(key) else {
            return false;
        };
        if value.is_empty() {
            return true;
        }
        let filters = &mut self.filters;
        let clear = match key {
            Key::Service => push(&mut filters.services, value),
            Key::Level => push(&mut filters.levels, value),
            Key::Tag => push(&mut filters.tags, value.trim_start_matches('#')),
            Key::Person => push(&mut filters.people, value.trim_start_matches('@')),
            Key::Kind => {
                filters.kind = kind(value).or(filters.kind);
                kind(value).is_some()
            }
            Key::Since => {
                let from = span(value, now, midnight).map(|(from, _)| from);
                filters.since = from.or(filters.since);
                from.is_some()
            }
            Key::Until => {
                let to = span(value, now, midnight).map(|(_, to)| to);
                filters.until = to.or(filters.until);
                to.is_some()
            }
            Key::End => {
                filters.ends.extend(end(value));
                end(value).is_some()
            }
            Key::Drill => {
                let among = match value {
                    "yes" | "only" | "はい" | "のみ" => Some(Among::Drills),
                    "no" | "いいえ" | "除く" => Some(Among::Real),
                    "all" | "含む" | "too" => Some(Among::All),
                    _ => None,
                };
                filters.among = among.unwrap_or(filters.among);
                among.is_some()
            }
        };
        if !clear {
            self.unclear.push(typed.to_owned());
        }
        true
    }

    /// Nothing narrows and no word is looked for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.filters == Filters::default()
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn push(into: &mut Vec<String>, value: &str) -> bool {
    into.extend(some(value));
    true
}

fn kind(value: &str) -> Option<Kind> {
    [Kind::Outage, Kind::Security].into_iter().find(|kind| {
        let text = kind.text();
        kind.name() == value || fold(&text.en) == value || fold(&text.ja) == value
    })
}

fn end(value: &str) -> Option<End> {
    let value = value.replace('_', "-");
    End::ALL.into_iter().find(|end| {
        let name = end.name();
        name.en == value || fold(&name.ja) == value
    })
}

/// Outcomes that nobody would look for as a word of a text.
fn bare_end(part: &str) -> Option<End> {
    match part {
        "near-miss" | "near_miss" | "ヒヤリハット" | "ニアミス" => Some(End::NearMiss),
        "false-alarm" | "false_alarm" => Some(End::FalseAlarm),
        _ => None,
    }
}

/// `2026`, `2026-10`, `2026-10-05` (also with `/` or 年月日), and `30d`, `3m`, `1y` before now: from
/// its beginning to behind its end.
fn span(
    value: &str,
    now: DateTime<Utc>,
    midnight: &dyn Fn(NaiveDate) -> Option<DateTime<Utc>>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let ago = value
        .strip_suffix("日前")
        .or(value.strip_suffix("日"))
        .or(value.strip_suffix('d'));
    if let Some(days) = ago
        .and_then(|n| n.parse::<u64>().ok())
        .filter(|n| *n < 40_000)
    {
        let at = now.checked_sub_days(Days::new(days))?;
        return Some((at, at));
    }
    let ago = [("か月", 1), ("ヶ月", 1), ("m", 1), ("年前", 12), ("y", 12)];
    for (unit, months) in ago {
        let count = value.strip_suffix(unit).and_then(|n| n.parse::<u32>().ok());
        if let Some(count) = count.filter(|n| *n < 1_200) {
            let at = now.checked_sub_months(Months::new(count * months))?;
            return Some((at, at));
        }
    }
    let value = value.trim_end_matches(['日', '月', '年']);
    let parts: Vec<&str> = value.split(['-', '/', '年', '月']).collect();
    let number = |at: usize| parts.get(at).map(|part| part.parse::<u32>());
    let year: i32 = parts.first().filter(|year| year.len() == 4)?.parse().ok()?;
    let (month, day) = (number(1).transpose().ok()?, number(2).transpose().ok()?);
    if parts.len() > 3 {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let behind = match (month, day) {
        (_, Some(_)) => first.succ_opt()?,
        (Some(_), None) => first.checked_add_months(Months::new(1))?,
        (None, _) => first.checked_add_months(Months::new(12))?,
    };
    Some((midnight(first)?, midnight(behind)?))
}

impl Filters {
    /// Those of whom one of these is part of a name, handle or id, for each that is asked for.
    pub fn who<'a>(
        &self,
        people: impl Iterator<Item = (&'a UserId, [&'a str; 2])> + Clone,
    ) -> Vec<BTreeSet<UserId>> {
        self.people
            .iter()
            .map(|asked| {
                let fits = |(id, names): &(&UserId, [&str; 2])| {
                    let names = names.iter().any(|name| fold(name).contains(asked.as_str()));
                    names || fold(id.as_str()) == *asked
                };
                people
                    .clone()
                    .filter(fits)
                    .map(|(id, _)| id.clone())
                    .collect()
            })
            .collect()
    }

    /// Whether an incident is among those asked for; `who` as [`Filters::who`] found them.
    pub fn fit(&self, facts: &Facts, who: &[BTreeSet<UserId>]) -> bool {
        let drills = match self.among {
            Among::Real => !facts.sight.drill,
            Among::Drills => facts.sight.drill,
            Among::All => true,
        };
        let service = || fold(&facts.service);
        let level = || {
            facts.level.as_ref().is_some_and(|level| {
                let (id, name) = (fold(&level.id), fold(&level.name));
                self.levels
                    .iter()
                    .any(|asked| id == *asked || name.starts_with(asked.as_str()))
            })
        };
        let tagged = |asked: &String| {
            facts
                .tags
                .iter()
                .any(|tag| fold(tag).starts_with(asked.as_str()))
        };
        drills
            && facts.may_be_found()
            && (self.services.is_empty()
                || self
                    .services
                    .iter()
                    .any(|s| service().starts_with(s.as_str())))
            && self.kind.is_none_or(|kind| facts.kind == kind)
            && (self.levels.is_empty() || level())
            && self.tags.iter().all(tagged)
            && who.iter().all(|these| !these.is_disjoint(&facts.people))
            && self.since.is_none_or(|since| facts.declared >= since)
            && self.until.is_none_or(|until| facts.declared < until)
            && (self.ends.is_empty() || self.ends.contains(&facts.end))
    }
}

/// The same text with a filter set to `value`, or taken out, as a key does it. The filter's name is
/// written as `name`.
pub fn with(text: &str, key: Key, name: &str, value: Option<&str>) -> String {
    let mut parts: Vec<&str> = text
        .split_whitespace()
        .filter(|part| {
            let folded = fold(part);
            let of = folded
                .split_once(':')
                .and_then(|(name, _)| Key::parse(name));
            let bare = key == Key::End && bare_end(&folded).is_some();
            of != Some(key) && !bare
        })
        .collect();
    let filter = value.map(|value| format!("{name}:{value}"));
    parts.extend(filter.as_deref());
    parts.join(" ")
}

/// The value that a filter has in a text, folded.
pub fn value_of(text: &str, key: Key) -> Option<String> {
    text.split_whitespace().find_map(|part| {
        let folded = fold(part);
        if let (Key::End, Some(end)) = (key, bare_end(&folded)) {
            return Some(end.name().en.into_owned());
        }
        let (name, value) = folded.split_once(':')?;
        (Key::parse(name) == Some(key)).then(|| value.to_owned())
    })
}
