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

    /// How many answered 1, 2 and 3.
    pub fn counts(levels: &[i64]) -> [usize; 3] {
        [1, 2, 3].map(|level| levels.iter().filter(|given| **given == level).count())
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

#[cfg(test)]
mod tests {
    use super::super::{Marks, Terms, facts};
    use super::*;
    use crate::domain::ids::UserId;
    use crate::domain::learn::{Answer, Learnt};
    use crate::domain::settings::Config;
    use crate::domain::testing::{Scribe, at};

    /// Two incidents of November and one of December; the median of two is the lower one.
    #[test]
    fn answers_of_how_it_went_are_counted_by_question_and_month() {
        let answer = |level| Answer {
            question: Named {
                id: "sharing".into(),
                name: "Sharing".into(),
            },
            level,
        };
        let row = |answers: &[(&str, u8)], month| {
            let mut scribe = Scribe::declared();
            for (user, level) in answers {
                let given = Learnt::Assessed {
                    user: UserId::new(*user),
                    answers: vec![answer(*level)],
                    line: None,
                };
                scribe.learn(user, 5, given, None).unwrap();
            }
            let config = Config::default();
            let terms = Terms {
                config: &config,
                now: at(60),
                local: &|at| at.naive_utc(),
            };
            let mut row = facts(&scribe.incident, Marks::default(), &terms).unwrap();
            row.month = month;
            row
        };
        let november = Month::of(at(0).naive_utc());
        let rows = [
            row(&[("U1", 3), ("U2", 1)], november),
            row(&[("U1", 2)], november),
            row(&[("U1", 3)], november.next()),
        ];
        let all = assessed(&rows.iter().collect::<Vec<_>>());
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].levels, [1, 2, 3, 3]);
        assert_eq!(Assessed::median(&all[0].levels), Some(2));
        assert_eq!(Assessed::counts(&all[0].levels), [1, 1, 2]);
        assert_eq!(all[0].months[&november], [1, 2, 3]);
        assert_eq!(all[0].months[&november.next()], [3]);
    }
}
