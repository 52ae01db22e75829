//! What a form says beside its fields: what its reader is better spared, and what is to be read
//! before it is answered. It warns and never blocks.

use super::{Field, Form};
use crate::app::history::At;
use crate::app::model::Model;
use crate::app::view::history::reminder_line;
use crate::app::view::{decoded, hand_over};
use crate::domain::outlets::Outlet;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use crate::domain::work::{Can, Warning, lint};

/// Of a report as it is written so far; what was not come to yet is not missed.
pub fn warnings(form: &Form) -> Vec<Text> {
    if form.verb != Verb::Report {
        return Vec::new();
    }
    let can = Can {
        conditions: form.value("conditions"),
        actions: form.value("actions"),
        needs: form.value("needs"),
    };
    let touched = |key: &str| form.field(key).is_some_and(|field: &Field| field.touched);
    let due = |warning: &Warning| match warning {
        Warning::NoConditions => touched("conditions"),
        Warning::NoNeeds => touched("needs"),
        Warning::Speculation | Warning::Promise => true,
    };
    lint(&can)
        .into_iter()
        .filter(due)
        .map(Warning::text)
        .collect()
}

/// An earlier incident like the one that is being declared, in a line.
pub fn seen_before(form: &Form, model: &Model) -> Option<String> {
    let found = model.reminders.get(&At::Declaring);
    let first = found.filter(|_| form.verb == Verb::Declare)?.first()?;
    Some(reminder_line(model, first, model.lang))
}

/// The briefing that goes with command.
pub fn reading(form: &Form, model: &Model) -> Option<String> {
    match form.verb {
        Verb::Offer => {
            let sight = model.room_data()?.summary.sight();
            hand_over(model).filter(|_| sight.opens(Outlet::Summary))
        }
        Verb::Accept => {
            let offer = model.incident()?.work.offer.as_ref()?;
            Some(decoded(model, &offer.briefing)).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}
