//! One key takes back what was done last.

use super::{act, notice};
use crate::app::effect::Effect;
use crate::app::form::{self, Input, Opening};
use crate::app::model::Model;
use crate::app::strings::{fill, undo as s};
use crate::app::undo::{Back, plan};
use crate::app::view::timeline;
use crate::domain::ids::EventId;
use crate::domain::sync::Settle;
use crate::domain::words::{Lang, Text};

pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let (event, back) = match plan(model) {
        Ok(plan) => plan,
        Err(why) => {
            notice(model, why);
            return Vec::new();
        }
    };
    match back {
        Back::Unsent(seq) => {
            let said = said(model, &event);
            let text = Text {
                en: fill(&s::UNSENT, Lang::En, &[&said]).into(),
                ja: fill(&s::UNSENT, Lang::Ja, &[&said]).into(),
            };
            notice(model, text);
            vec![Effect::Settle(seq, Settle::Undo)]
        }
        Back::Act(command) => {
            let text = told(model, &event);
            let target = model.room_id().cloned();
            let effects = act::hand_over(model, target, command, None);
            if !effects.is_empty() {
                notice(model, text);
            }
            effects
        }
        Back::Ask(verb, value) => match form::open_about(model, verb, None) {
            Ok(Opening::Form(mut form)) => {
                if let Some((key, value)) = value
                    && let Some(field) = form.field_mut(key)
                    && let Input::Choice(choice) = &mut field.input
                {
                    choice.chosen = Some(value);
                }
                act::opened(model, Opening::Form(form))
            }
            Ok(opening) => act::opened(model, opening),
            Err(why) => {
                notice(model, why);
                Vec::new()
            }
        },
    }
}

/// What is taken back, and whether anybody has read it.
fn told(model: &Model, event: &EventId) -> Text {
    let said = said(model, event);
    let room = model.room_data();
    let waits = room.is_some_and(|room| {
        let state = room.jobs.get(event);
        state.is_some_and(|state| crate::app::view::job_mark(model, state).is_some())
    });
    let text = if waits { s::WAITING } else { s::SENT };
    Text {
        en: fill(&text, Lang::En, &[&said]).into(),
        ja: fill(&text, Lang::Ja, &[&said]).into(),
    }
}

fn said(model: &Model, event: &EventId) -> String {
    let incident = model.incident();
    let entry = incident.and_then(|i| i.entries.iter().find(|entry| entry.id == *event));
    match (incident, entry) {
        (Some(incident), Some(entry)) => timeline::text(model, incident, entry),
        _ => String::new(),
    }
}
