//! The script as data: at which second who does what. `assets/sample` holds one a language.

use crate::both;
use crate::domain::event::{Milestone, Phase};
use crate::domain::problem::Problem;
use crate::domain::words::Lang;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who posts what monitoring says; every other part is a person of the cast.
pub const MONITOR: &str = "monitor";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub title: String,
    pub service: String,
    /// Handles, in the order in which they step in.
    pub understudies: Vec<String>,
    /// Part to handle.
    pub cast: BTreeMap<String, String>,
    #[serde(rename = "act")]
    pub acts: Vec<Act>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Act {
    /// Seconds from the start.
    pub at: u32,
    /// A part of the cast, or [`MONITOR`].
    pub by: String,
    /// What later acts call the message that this one leaves.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(flatten)]
    pub deed: Deed,
}

/// What somebody does: in Slack with their own token, or at their console.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Deed {
    /// `{part}` in the text mentions whoever plays it.
    Say {
        text: String,
        #[serde(default)]
        thread: Option<String>,
    },
    Edit {
        of: String,
        text: String,
    },
    Pin {
        of: String,
    },
    /// An emoji's name, without colons.
    React {
        of: String,
        with: String,
    },
    Declare {
        situation: String,
        /// The n-th configured temperature, hottest first, from 1.
        temperature: usize,
        detected_minutes_ago: u32,
    },
    Command,
    /// The n-th configured level, worst first, from 1.
    Level {
        rank: usize,
    },
    Phase {
        phase: Phase,
    },
    CheckIn {
        #[serde(default)]
        role: Option<String>,
        task: String,
    },
    /// A checklist item's id.
    Tick {
        item: String,
    },
    Note {
        text: String,
    },
    Situation {
        text: String,
    },
    Milestone {
        milestone: Milestone,
        minutes_ago: u32,
    },
    Timekeeper {
        minutes: u32,
    },
    Recover,
}

impl Deed {
    /// The names of earlier acts that it points at.
    fn points_at(&self) -> Option<&str> {
        match self {
            Deed::Say { thread, .. } => thread.as_deref(),
            Deed::Edit { of, .. } | Deed::Pin { of } | Deed::React { of, .. } => Some(of),
            _ => None,
        }
    }

    /// Done with a person's token in Slack, not at a console.
    pub fn is_slack(&self) -> bool {
        matches!(
            self,
            Deed::Say { .. } | Deed::Edit { .. } | Deed::Pin { .. } | Deed::React { .. }
        )
    }
}

impl Script {
    pub const fn shipped(lang: Lang) -> &'static str {
        match lang {
            Lang::En => include_str!("../../assets/sample/en.toml"),
            Lang::Ja => include_str!("../../assets/sample/ja.toml"),
        }
    }

    /// # Errors
    /// Of kind `Usage`: not TOML of this shape, acts out of order, somebody outside the cast, a
    /// name that points at nothing, or a beginning without a declaration.
    pub fn parse(text: &str) -> Result<Script, Problem> {
        let script: Script = toml::from_str(text).map_err(|error| wrong(error.message()))?;
        let mut named = BTreeSet::new();
        let mut last = 0;
        for act in &script.acts {
            let (at, by) = (act.at, &act.by);
            if at < last {
                return Err(wrong(&format!("second {at} comes after {last}")));
            }
            last = at;
            let monitors = by == MONITOR && matches!(act.deed, Deed::Say { .. });
            if !monitors && !script.cast.contains_key(by) {
                return Err(wrong(&format!("second {at}: no part is called {by}")));
            }
            if let Some(of) = act.deed.points_at()
                && !named.contains(of)
            {
                return Err(wrong(&format!("second {at}: nothing is named {of} yet")));
            }
            named.extend(act.name.as_deref());
        }
        let declares = |act: &Act| matches!(act.deed, Deed::Declare { .. });
        if !script.acts.first().is_some_and(declares)
            || script.acts.iter().filter(|a| declares(a)).count() != 1
        {
            return Err(wrong("the first act, and no other, declares"));
        }
        Ok(script)
    }
}

fn wrong(why: &str) -> Problem {
    Problem::usage(both!(
        "the sample's script is wrong: {why}",
        "見本の台本に誤りがあります: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::discriminant;

    #[test]
    fn both_languages_tell_one_story() {
        let [en, ja] = [Lang::En, Lang::Ja].map(|l| Script::parse(Script::shipped(l)).unwrap());
        assert_eq!(en.acts.len(), ja.acts.len());
        for (a, b) in en.acts.iter().zip(&ja.acts) {
            assert_eq!((a.at, &a.by, &a.name), (b.at, &b.by, &b.name));
            assert_eq!(discriminant(&a.deed), discriminant(&b.deed), "{}", a.at);
            assert_eq!(a.deed.points_at(), b.deed.points_at(), "{}", a.at);
        }
        let parts = |s: &Script| s.cast.keys().cloned().collect::<Vec<_>>();
        assert_eq!(parts(&en), parts(&ja));
        assert_eq!(en.acts.last().map(|a| a.at), Some(120));
    }

    #[test]
    fn a_broken_script_says_where() {
        let script = |acts: &str| {
            let text = format!("title='x'\nservice='y'\nunderstudies=[]\n[cast]\na='sato'\n{acts}");
            Script::parse(&text)
                .map(drop)
                .map_err(|p| p.lines(Lang::En))
        };
        let declare = "[[act]]\nat=3\nby='a'\ndo='declare'\nsituation='s'\ntemperature=1\ndetected_minutes_ago=1\n";
        assert_eq!(script(declare), Ok(()));
        for (acts, why) in [
            (
                "[[act]]\nat=4\nby='b'\ndo='recover'\n",
                "no part is called b",
            ),
            (
                "[[act]]\nat=1\nby='a'\ndo='recover'\n",
                "second 1 comes after 3",
            ),
            (
                "[[act]]\nat=4\nby='a'\ndo='pin'\nof='z'\n",
                "nothing is named z",
            ),
            (
                "[[act]]\nat=4\nby='monitor'\ndo='recover'\n",
                "no part is called monitor",
            ),
            (declare, "no other, declares"),
        ] {
            let said = script(&format!("{declare}{acts}")).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
