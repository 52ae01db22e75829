//! How people thought that responses went: each question with its answers, over time.

use super::{Facts, Month, rank};
use crate::domain::event::Named;
use std::collections::BTreeMap;

/// The answers to one question; levels from 1 to 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// As it was called last.
    pub question: Named,
    /// Lowest first.
    pub levels: Vec<i64>,
    /// Of each month in which somebody answered, by the declaration.
    pub months: BTreeMap<Month, Vec<i64>>,
}

impl Assessed {
    pub fn median(levels: &[i64]) -> Option<i64> {
        rank(levels, 50)
    }
}

/// In the order of first answers; `rows` are in the order of declarations.
pub(super) fn assessed(rows: &[&Facts]) -> Vec<Assessed> {
    let mut all: Vec<Assessed> = Vec::new();
    for row in rows {
        for (question, level) in &row.assessed {
            let at = all
                .iter()
                .position(|known| known.question.id == question.id);
            let at = at.unwrap_or_else(|| {
                all.push(Assessed {
                    question: question.clone(),
                    levels: Vec::new(),
                    months: BTreeMap::new(),
                });
                all.len() - 1
            });
            let of = &mut all[at];
            of.question.clone_from(question);
            of.levels.push(i64::from(*level));
            of.months
                .entry(row.month)
                .or_default()
                .push(i64::from(*level));
        }
    }
    for of in &mut all {
        of.levels.sort_unstable();
        of.months
            .values_mut()
            .for_each(|levels| levels.sort_unstable());
    }
    all
}
