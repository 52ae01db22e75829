//! On a selected matter the keys of the checklist mean what they mean there: Space settles it, and
//! so on.

use crate::app::model::{Model, Pane, RowId};
use crate::domain::ids::EventId;
use crate::domain::verb::Verb;
use crate::domain::work::Sort;

/// The open matter that is selected in its pane.
fn selected(model: &Model) -> Option<EventId> {
    match (model.room.pane(), &model.room.matters.selected) {
        (Pane::Matters, Some(RowId::Matter(id))) => Some(id.clone()),
        _ => None,
    }
}

/// What a verb's key means with a matter selected, and which one it is about.
pub(in crate::app) fn meant(model: &Model, verb: Verb) -> Option<(Verb, String)> {
    let id = selected(model)?;
    let work = &model.incident()?.work;
    let offered = work.offer.as_ref().is_some_and(|offer| offer.id == id);
    let claimed = work.claim.as_ref().is_some_and(|claim| claim.id == id);
    let matter = work.matter(&id);
    let decision = matter.is_some_and(|matter| matter.sort == Sort::Decision);
    let own = match verb {
        Verb::Tick if offered => Verb::Accept,
        Verb::Skip if offered => Verb::Decline,
        Verb::Tick if claimed => Verb::Confirm,
        Verb::Skip if claimed => Verb::Unclaim,
        _ if offered || claimed => return None,
        Verb::Tick => Verb::Settle,
        Verb::Assign => Verb::Give,
        Verb::AddItem => Verb::Extend,
        Verb::Skip if decision => Verb::Object,
        Verb::Skip => Verb::Settle,
        Verb::Settle | Verb::Give | Verb::Extend | Verb::Object => verb,
        _ => return None,
    };
    Some((own, id.to_string()))
}
