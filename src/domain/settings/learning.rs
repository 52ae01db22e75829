//! What the organisation wants to learn, and how it asks: when a post-mortem is due and where it is
//! kept, what an assessment asks, which days are free.

use super::Label;
use crate::domain::record::due;
use serde::{Deserialize, Serialize};

/// Exports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Export {
    /// Where the console writes them; empty: `exports` in the data directory.
    pub directory: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostMortem {
    /// How many of three things have to hold: several users, longer than `minutes`, seen before or
    /// likely to come again. 0: one is always due.
    pub criteria: u32,
    pub minutes: u32,
    /// Where it is written, such as a checkout of a repository; empty: the data directory.
    pub directory: String,
    /// A folder with `ja.md` and `en.md` in the shape of the shipped ones; empty: the shipped ones.
    pub templates: String,
}

impl Default for PostMortem {
    fn default() -> PostMortem {
        let due::Rule { criteria, minutes } = due::Rule::default();
        PostMortem {
            criteria,
            minutes,
            directory: String::new(),
            templates: String::new(),
        }
    }
}

impl PostMortem {
    pub const fn rule(&self) -> due::Rule {
        due::Rule {
            criteria: self.criteria,
            minutes: self.minutes,
        }
    }
}

/// What is asked of how a response went; each is answered from 1 to 3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessment {
    pub questions: Vec<Question>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    pub id: String,
    pub name: Label,
    /// What 1 and 3 mean.
    pub low: Label,
    pub high: Label,
}

impl Default for Assessment {
    /// The three of a hosting company's form, filled in at every post-mortem and drill.
    fn default() -> Assessment {
        let question = |id: &str, name, low, high| Question {
            id: id.to_owned(),
            name,
            low,
            high,
        };
        Assessment {
            questions: vec![
                question(
                    "behaviour",
                    Label::of("People's behaviour", "対応者の行動"),
                    Label::of("everybody waited for somebody", "お見合いになった"),
                    Label::of("each did their part", "それぞれが役割を果たした"),
                ),
                question(
                    "leadership",
                    Label::of("Leadership", "リーダーシップ"),
                    Label::of("nobody led", "誰も指揮していなかった"),
                    Label::of("it was clear who decides", "誰が決めるか明確だった"),
                ),
                question(
                    "sharing",
                    Label::of("Sharing of information", "情報共有"),
                    Label::of("people did not know", "状況が伝わっていなかった"),
                    Label::of("everybody knew in time", "必要な人に届いていた"),
                ),
            ],
        }
    }
}

/// Days on which nobody is reminded of what can wait, beside Saturdays and Sundays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// `2026-12-31`
    pub holidays: Vec<String>,
}
