//! Finding something in the index.

use super::index::{Index, Known, LINES};
use crate::app::clock;
use crate::app::history::{Found, Hit, REMINDERS, Reminder, Reminding, Spoken, done};
use crate::domain::history::{self, Facts, Query, similar};
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::settings::Zone;
use crate::domain::text::terms::{self, Term, fold};
use crate::wire::mrkdwn;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc};
use std::collections::{BTreeSet, HashMap};

/// Months that are counted, back from the latest.
const MONTHS: usize = 24;

/// Lines that are looked through for what was found, of all that is shown: an incident of days has
/// many, and a key has to be answered.
const LOOKED_THROUGH: usize = 20_000;

/// What is asked of the index.
#[derive(Clone, Debug)]
pub struct Search {
    pub text: String,
    pub now: DateTime<Utc>,
    pub zone: Zone,
    /// Hits that are handed out.
    pub most: usize,
}

/// The beginning of a day in a zone.
pub fn midnight(zone: Zone, day: NaiveDate) -> Option<DateTime<Utc>> {
    let naive = day.and_time(NaiveTime::MIN);
    let near = clock::offset(zone, naive.and_utc());
    let at = near.from_local_datetime(&naive).single()?.to_utc();
    // The offset may have changed in between.
    let offset = clock::offset(zone, at);
    Some(offset.from_local_datetime(&naive).single()?.to_utc())
}

impl Index {
    /// # Errors
    /// The file cannot be read; [`Index::recover`] may help.
    pub fn search(&self, search: &Search) -> rusqlite::Result<Found> {
        let zone = search.zone;
        let query = Query::parse(&search.text, search.now, &|day| midnight(zone, day));
        let people = self.people.iter();
        let people = people.map(|(id, p)| (id, [p.name.as_str(), p.handle.as_str()]));
        let who = query.filters.who(people);
        let fits = |known: &&Known| query.filters.fit(&known.facts, &who);
        let found: Vec<&Facts> = if query.terms.is_empty() {
            let all = self.known.values().filter(fits);
            let mut all: Vec<&Facts> = all.map(|known| &known.facts).collect();
            all.sort_by(|a, b| b.declared.cmp(&a.declared).then_with(|| a.id.cmp(&b.id)));
            all
        } else {
            self.ranked(&query.terms, fits)?
        };
        let mut left = LOOKED_THROUGH;
        let mut hits = Vec::new();
        for facts in found.iter().take(search.most) {
            let line = match query.terms.is_empty() {
                true => None,
                false => self.line(&facts.id, &query.terms, &mut left)?,
            };
            hits.push(Hit::of(facts, line));
        }
        let month_of = |at| {
            let there = clock::local(zone, at);
            (there.year(), there.month())
        };
        Ok(Found {
            asked: search.text.clone(),
            count: found.len(),
            months: history::months(found.iter().copied(), month_of, MONTHS),
            tags: history::tags(found.iter().copied()),
            hits,
            terms: query.terms,
            unclear: query.unclear,
            behind: self.behind(),
        })
    }

    /// The same; a file that is damaged is made anew and searched as far as it is filled.
    ///
    /// # Errors
    /// It cannot be made anew.
    pub fn find(&mut self, search: &Search) -> Result<Found, Problem> {
        match self.search(search) {
            Ok(found) => Ok(found),
            Err(error) => {
                self.recover(&error)?;
                self.search(search).map_err(|error| self.problem(&error))
            }
        }
    }

    /// Those in which every term is found, the best first.
    fn ranked(
        &self,
        terms: &[Term],
        fits: impl Fn(&&Known) -> bool,
    ) -> rusqlite::Result<Vec<&Facts>> {
        let mut of: HashMap<i64, &Facts> = HashMap::new();
        for known in self.known.values().filter(fits) {
            if let Some(held) = self.held.get(&known.facts.id) {
                of.insert(held.no, &known.facts);
            }
        }
        // A word in the title says more than one in a tag, and that more than one among hundreds
        // of lines. One letter is everywhere: what is best is the latest then.
        let ranked = terms.iter().any(says_something);
        let sql = match ranked {
            true => "SELECT rowid, bm25(whole, 10.0, 4.0, 1.0) FROM whole WHERE whole MATCH ?1",
            false => "SELECT rowid, 0.0 FROM whole WHERE whole MATCH ?1",
        };
        let mut rows = self.db.prepare_cached(sql)?;
        let mut rows = rows.query([expression(terms)])?;
        let mut found: Vec<(f64, &Facts)> = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(facts) = of.get(&row.get(0)?) {
                found.push((row.get(1)?, facts));
            }
        }
        found.sort_by(|(a, one), (b, other)| {
            a.total_cmp(b)
                .then_with(|| other.declared.cmp(&one.declared))
                .then_with(|| one.id.cmp(&other.id))
        });
        Ok(found.into_iter().map(|(_, facts)| facts).collect())
    }

    /// The first line of an incident in which most of the terms are.
    fn line(
        &self,
        id: &IncidentId,
        wanted: &[Term],
        left: &mut usize,
    ) -> rusqlite::Result<Option<Spoken>> {
        let Some(held) = self.held.get(id) else {
            return Ok(None);
        };
        let first = held.no * LINES;
        let sql = "SELECT at, text FROM line WHERE id >= ?1 AND id < ?2 ORDER BY id";
        let mut rows = self.db.prepare_cached(sql)?;
        let mut rows = rows.query([first, first + LINES])?;
        let mut best: Option<(usize, Spoken)> = None;
        while let Some(row) = rows.next()? {
            if *left == 0 {
                break;
            }
            *left -= 1;
            let text = row.get_ref(1)?.as_str()?;
            let count = terms::count(text, wanted);
            if count > best.as_ref().map_or(0, |(count, _)| *count) {
                let at = DateTime::from_timestamp_millis(row.get(0)?).unwrap_or_default();
                let text = text.to_owned();
                best = Some((count, Spoken { at, text }));
            }
            if count == wanted.len() {
                break;
            }
        }
        Ok(best.map(|(_, line)| line))
    }

    /// What was seen before that is like what is being declared or worked on.
    pub fn remind(&self, about: &Reminding) -> Vec<Reminder> {
        let here = match &about.at {
            crate::app::history::At::Room(id) => Some(id),
            crate::app::history::At::Declaring => None,
        };
        let may = |facts: &Facts| {
            Some(&facts.id) != here
                && facts.end != history::End::Merged
                && facts.sight.may_remind(about.sight)
        };
        let all = self.known.values().map(|known| &known.facts);
        let alike = similar(&about.title, &about.service, all, may, REMINDERS);
        let told = alike.into_iter().map(|alike| {
            let facts = alike.facts;
            let known = self.known.get(&facts.id);
            let plain = |text: &str| mrkdwn::plain(text, &mrkdwn::NoNames);
            Reminder {
                id: facts.id.clone(),
                channel: facts.channel.clone(),
                title: facts.title.clone(),
                declared: facts.declared,
                end: facts.end,
                done: known.and_then(|known| done(&known.incident, &plain)),
                score: alike.score,
            }
        });
        told.collect()
    }

    /// Tags with counts, and which incidents carry each; of drills only in drills.
    pub fn tagged(&self) -> Vec<(String, BTreeSet<IncidentId>)> {
        let found = self.known.values().map(|known| &known.facts);
        let found: Vec<&Facts> = found.filter(|facts| facts.may_be_found()).collect();
        let tags = history::tags(found.iter().copied());
        let tags = tags.into_iter().map(|(tag, _)| {
            let key = fold(&tag);
            let carries = |facts: &&&Facts| facts.tags.iter().any(|known| fold(known) == key);
            let carry = found.iter().filter(carries);
            let carry = carry.map(|facts| facts.id.clone()).collect();
            (tag, carry)
        });
        tags.collect()
    }
}

/// More than one letter: worth weighing.
fn says_something(term: &Term) -> bool {
    match term {
        Term::Phrase(_) => true,
        Term::Prefix(word) => word.chars().nth(1).is_some(),
    }
}

/// As the full-text table reads it. Tokens hold letters and digits only; the quotes keep them from
/// being read as words of its language all the same.
fn expression(terms: &[Term]) -> String {
    let parts: Vec<String> = terms
        .iter()
        .map(|term| match term {
            Term::Phrase(tokens) => format!("\"{}\"", tokens.join(" ")),
            Term::Prefix(word) => format!("\"{word}\" *"),
        })
        .collect();
    parts.join(" AND ")
}
