//! Who must be told by law once personal data is involved, and by when.

use super::Label;
use serde::{Deserialize, Serialize};

/// One duty. Giving one block replaces the shipped ones, which are Japan's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Legal {
    /// The item of the checklist that settles it.
    pub item: String,
    pub name: Label,
    /// Days from when it was known that personal data is involved.
    pub days: u32,
    /// The same where somebody did it on purpose, which a security incident is taken for; 0: as
    /// `days`.
    pub days_security: u32,
}

impl Legal {
    /// Japan: the Act on the Protection of Personal Information, article 26, and its enforcement
    /// rules, article 8: three to five days, then thirty, or sixty where it was done on purpose.
    pub fn japan() -> Vec<Legal> {
        vec![
            Legal {
                item: "authority-preliminary".to_owned(),
                name: Label::of("preliminary report to the authority", "監督機関への速報"),
                days: 5,
                days_security: 0,
            },
            Legal {
                item: "authority-final".to_owned(),
                name: Label::of("final report to the authority", "監督機関への確報"),
                days: 30,
                days_security: 60,
            },
        ]
    }
}
