//! On a selected matter the keys of the checklist mean what they mean there: Space settles it, and
//! so on.

use crate::app::model::{Model, Pane, RowId};
use crate::domain::ids::EventId;
use crate::domain::timer::Clock;
use crate::domain::verb::Verb;
use crate::domain::work::Sort;

/// The open matter that is selected in its pane, or whose time is among the timers. An offer and a
/// claim are meant there by those whose answer they wait for; to others they are but times.
fn selected(model: &Model) -> Option<EventId> {
    let me = &model.snapshot.me;
    match (model.room.pane(), &model.room.matters.selected) {
        (Pane::Matters, Some(RowId::Matter(id))) => Some(id.clone()),
        (Pane::Timers, _) => {
            let work = &model.incident()?.work;
            match super::timer_selected(model)?.what {
                Clock::Matter(id) => Some(id),
                Clock::Offer => {
                    let offer = work.offer.as_ref()?;
                    (offer.to == *me).then(|| offer.id.clone())
                }
                Clock::Hold => {
                    let claim = work.claim.as_ref()?;
                    (!claim.confirmed.contains_key(me)).then(|| claim.id.clone())
                }
                _ => None,
            }
        }
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
