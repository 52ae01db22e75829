//! Forms: the smallest thing that can take what a verb needs.
//!
//! A form captures its incident when it opens, keeps its text when it is refused, and takes no key
//! that was typed before it could be seen. What is public or cannot be undone is confirmed: the
//! way there starts on Cancel, and Enter, `y` or Space alone never goes through.

mod aside;
mod build;
mod keys;
mod lessons;
mod read;
mod work;

pub use aside::{reading, seen_before, warnings};
pub use build::{Opening, open, open_about};
pub(super) use build::{choose, pin};
pub use keys::{Outcome, key, paste};
pub(super) use keys::{restore, texts};
pub(super) use read::outlets;
pub use read::{check, command, preview};
pub(super) use work::chosen_more;
pub use work::default_minutes;

use super::edit::Edit;
use super::model::{Generation, Ticket};
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::verb::Verb;
use crate::domain::words::Text;

/// A form as it is drawn.
#[derive(Clone, Debug)]
pub struct Form {
    pub serial: u64,
    pub verb: Verb,
    /// Captured when the key went down; `None` declares.
    pub target: Option<IncidentId>,
    /// What was selected when it opened, where the verb is about an item: its id.
    pub subject: Option<String>,
    pub fields: Vec<Field>,
    pub at: Stop,
    /// Set where the act is public or irreversible.
    pub confirm: Option<Confirmation>,
    /// Keys are discarded until a frame of this generation is out.
    pub born: Generation,
    /// Why it was refused; the text stays.
    pub problem: Option<Problem>,
    /// Handed in, and waiting for the answer.
    pub waits: Option<Ticket>,
    /// Lines down from where what has the keys is seen; less than none: up.
    pub scroll: i32,
}

/// What has the keys in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Field(usize),
    Cancel,
    Go,
}

/// How a public or irreversible act goes through: on the button, which is not where one starts, or
/// by its letter with Ctrl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub letter: char,
}

#[derive(Clone, Debug)]
pub struct Field {
    /// Stable name.
    pub key: &'static str,
    pub label: Text,
    pub required: bool,
    pub input: Input,
    /// What is wrong with it as it stands, once it was touched.
    pub problem: Option<Text>,
    /// How it was understood: a time in the zone shown.
    pub understood: Option<Text>,
    pub touched: bool,
}

#[derive(Clone, Debug)]
pub enum Input {
    /// Also several lines: [`Edit::is_single`] tells.
    Text(Edit),
    Time(Edit),
    /// One of a list, narrowed by typing.
    Choice(Choice),
    Flag(bool),
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub options: Vec<Opt>,
    /// By value, never by row; `None`: nothing chosen yet.
    pub chosen: Option<String>,
    pub filter: Edit,
}

/// An option. The values are ids; `""` is "nobody" or "none".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    pub value: String,
    pub label: Text,
    pub detail: Option<Text>,
}

impl Choice {
    /// What the filter leaves, in the order of the list.
    pub fn visible(&self) -> impl Iterator<Item = &Opt> {
        let filter = self.filter.text();
        self.options.iter().filter(move |option| {
            let values = [&option.label.en, &option.label.ja];
            values
                .iter()
                .any(|text| super::fuzzy::matches(text, &filter))
                || super::fuzzy::matches(&option.value, &filter)
                || option
                    .detail
                    .as_ref()
                    .is_some_and(|d| super::fuzzy::matches(&d.en, &filter))
        })
    }

    pub fn option(&self) -> Option<&Opt> {
        let chosen = self.chosen.as_ref()?;
        self.options.iter().find(|option| option.value == *chosen)
    }
}

impl Form {
    /// A form of one choice and no confirmation: drawn as a list to pick from.
    pub fn is_pick(&self) -> bool {
        self.confirm.is_none()
            && matches!(self.fields.as_slice(), [field] if matches!(field.input, Input::Choice(_)))
    }

    /// Letters are text where it stands.
    pub fn takes_text(&self) -> bool {
        match self.at {
            Stop::Field(at) => !matches!(
                self.fields.get(at).map(|field| &field.input),
                Some(Input::Flag(_)) | None
            ),
            Stop::Cancel | Stop::Go => false,
        }
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    pub fn field_mut(&mut self, key: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.key == key)
    }

    /// What its texts are kept under when it is left.
    pub(super) fn draft_key(&self) -> (Option<IncidentId>, Verb, Option<String>) {
        (self.target.clone(), self.verb, self.subject.clone())
    }

    /// The text of a field; of a choice, its value.
    pub fn value(&self, key: &str) -> String {
        self.field(key).map_or_else(String::new, Field::value)
    }

    pub fn flag(&self, key: &str) -> bool {
        matches!(
            self.field(key).map(|field| &field.input),
            Some(Input::Flag(true))
        )
    }
}

impl Field {
    pub fn value(&self) -> String {
        match &self.input {
            Input::Text(edit) | Input::Time(edit) => edit.text(),
            Input::Choice(choice) => choice.chosen.clone().unwrap_or_default(),
            Input::Flag(flag) => if *flag { "yes" } else { "" }.to_owned(),
        }
    }
}
