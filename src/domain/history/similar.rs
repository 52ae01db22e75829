//! "Have we seen this before?": earlier incidents whose titles share what is rare.
//!
//! A word counts for as much as it is rare among all titles (inverse document frequency); what is
//! shared is weighed against all that is asked for. It is quiet: nothing is alike by one common word.

use super::facts::Facts;
use crate::domain::text::terms::tokens;
use std::collections::{BTreeMap, BTreeSet};

/// Shared weight of what was asked for, below which nothing is called alike. Found by trying titles
/// of one service with each other: two of three words, or a long run of Japanese.
const LEAST: f64 = 0.45;
/// At the same service less is enough.
const SAME_SERVICE: f64 = 0.15;
/// Tokens that must be shared, however rare they are.
const SHARED: usize = 2;

/// One that is alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike<'a> {
    pub facts: &'a Facts,
    /// 0 to 1.
    pub score: f64,
}

/// What a title is compared by: its words, and pairs of Japanese letters.
fn marks(title: &str) -> BTreeSet<String> {
    let all = tokens(title);
    // Single letters say too little: the last of a run of Japanese, "a", a digit.
    let said = all.split(' ').filter(|token| token.chars().count() > 1);
    said.map(str::to_owned).collect()
}

/// The `most` incidents that are most like one of this title and service, the best first; of equals
/// the latest. `may` tells which may be named here.
pub fn similar<'a>(
    title: &str,
    service: &str,
    all: impl Iterator<Item = &'a Facts> + Clone,
    may: impl Fn(&Facts) -> bool,
    most: usize,
) -> Vec<Alike<'a>> {
    let asked = marks(title);
    if asked.len() < SHARED {
        return Vec::new();
    }
    let mut count = 0_usize;
    let mut common: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shared: Vec<(&Facts, Vec<&str>)> = Vec::new();
    for facts in all {
        count += 1;
        let theirs = marks(&facts.title);
        let both: Vec<&str> = asked
            .iter()
            .map(String::as_str)
            .filter(|mark| theirs.contains(*mark))
            .collect();
        for mark in &both {
            *common.entry(mark).or_default() += 1;
        }
        if both.len() >= SHARED && may(facts) {
            shared.push((facts, both));
        }
    }
    let weight = |mark: &str| {
        let of = common.get(mark).copied().unwrap_or(0);
        (1.0 + (count as f64 + 1.0) / (of as f64 + 1.0)).ln()
    };
    let whole: f64 = asked.iter().map(|mark| weight(mark)).sum();
    let mut alike: Vec<Alike<'_>> = shared
        .into_iter()
        .filter_map(|(facts, both)| {
            let part = both.iter().map(|mark| weight(mark)).sum::<f64>() / whole;
            let same = !service.is_empty() && facts.service == service;
            let score = (part + if same { SAME_SERVICE } else { 0.0 }).min(1.0);
            (score >= LEAST).then_some(Alike { facts, score })
        })
        .collect();
    alike.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| b.facts.declared.cmp(&a.facts.declared))
            .then_with(|| a.facts.id.cmp(&b.facts.id))
    });
    alike.truncate(most);
    alike
}
