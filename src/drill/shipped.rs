//! The scenarios that come with the program, and how a player of them plays.

use super::check;
use super::scenario::Scenario;
use crate::domain::problem::Problem;
use crate::domain::words::Lang;

/// A shipped scenario: its name, its file, and the perfect player in both languages.
pub struct Shipped {
    pub name: &'static str,
    pub scenario: &'static str,
    perfect: [&'static str; 2],
}

macro_rules! shipped {
    ($name:literal) => {
        Shipped {
            name: $name,
            scenario: include_str!(concat!("../../assets/drills/", $name, "/scenario.toml")),
            perfect: [
                include_str!(concat!("../../assets/drills/", $name, "/perfect.en.txt")),
                include_str!(concat!("../../assets/drills/", $name, "/perfect.ja.txt")),
            ],
        }
    };
}

/// In the order in which one learns.
pub const SHIPPED: &[Shipped] = &[
    shipped!("first-steps"),
    shipped!("web-top-page"),
    shipped!("db-primary"),
    shipped!("data-leak"),
    shipped!("slack-fails"),
    shipped!("holiday"),
];

impl Shipped {
    pub fn named(name: &str) -> Option<&'static Shipped> {
        SHIPPED.iter().find(|shipped| shipped.name == name)
    }

    /// # Errors
    /// None as long as the shipped files are whole, which their tests hold.
    pub fn parse(&self) -> Result<Scenario, Vec<Problem>> {
        check::parse(&format!("{}/scenario.toml", self.name), self.scenario)
    }

    pub const fn perfect(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.perfect[0],
            Lang::Ja => self.perfect[1],
        }
    }
}
