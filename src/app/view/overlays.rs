//! What stands over the screen: help, palette, the outbox, who sits here, confirmations.

use super::channel_name;
use crate::app::action::{ACTIONS, Action, Row, Scope};
use crate::app::availability::available;
use crate::app::fuzzy;
use crate::app::keymap::Chord;
use crate::app::model::{Confirm, Confirmable, Model, Overlay, Palette, RowId, WhoAreYou};
use crate::app::snapshot::{Person, Summary};
use crate::app::strings::{confirm as c, fill};
use crate::domain::ids::UserId;
use crate::domain::sync::Engine;

/// An action as help and palette list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRow {
    pub action: Action,
    pub keys: String,
    pub name: &'static str,
    pub about: String,
    /// Why it is not to be had now.
    pub unavailable: Option<String>,
}

fn action_row(model: &Model, action: Action) -> ActionRow {
    let row = action.row();
    let keys: Vec<String> = match model.keymap.chords(action) {
        [first, _, _, .., last] => vec![format!("{first} .. {last}")],
        few => few.iter().map(ToString::to_string).collect(),
    };
    ActionRow {
        action,
        keys: keys.join(" "),
        name: row.name(),
        about: row.about().get(model.lang).to_owned(),
        unavailable: available(action, model)
            .err()
            .map(|why| why.get(model.lang).to_owned()),
    }
}

/// Those that help and palette speak of: what moves a replay means nothing outside of one.
fn listed(model: &Model) -> impl Iterator<Item = &'static Row> {
    let replayed = model.replayed;
    let rows = ACTIONS.iter();
    rows.filter(move |row| replayed || row.scope != Scope::Replay)
}

/// Every action, in the order of the table; what can be done here first.
pub fn help(model: &Model) -> Vec<ActionRow> {
    let (can, cannot): (Vec<ActionRow>, Vec<ActionRow>) = listed(model)
        .map(|row| action_row(model, row.action))
        .partition(|row| row.unavailable.is_none());
    can.into_iter().chain(cannot).collect()
}

/// What the key of `acts` leads to, in the order of the table: a list whose rows stay where they
/// are, so that the hand learns it.
pub fn acts(model: &Model) -> Vec<ActionRow> {
    let led = |action: Action| model.keymap.chords(action).iter().find(|chord| chord.led);
    ACTIONS
        .iter()
        .filter_map(|row| {
            let second = Chord {
                led: false,
                ..*led(row.action)?
            };
            Some(ActionRow {
                keys: second.to_string(),
                ..action_row(model, row.action)
            })
        })
        .collect()
}

/// What the letters typed so far find, the best first; without any, as in help.
pub fn palette(model: &Model, palette: &Palette) -> Vec<ActionRow> {
    let query = palette.filter.text();
    if query.trim().is_empty() {
        return help(model);
    }
    let mut found: Vec<(i32, bool, ActionRow)> = listed(model)
        .filter_map(|row| {
            let about = row.about();
            let texts = [
                row.name(),
                &row.short.en,
                &row.short.ja,
                &about.en,
                &about.ja,
            ];
            let best = texts
                .iter()
                .enumerate()
                // A name says more than a sentence.
                .filter_map(|(n, text)| {
                    Some(fuzzy::score(text, &query)? - if n > 2 { 150 } else { 0 })
                })
                .max()?;
            let row = action_row(model, row.action);
            Some((best, row.unavailable.is_none(), row))
        })
        .collect();
    // What fits best stands first even where it is not to be had: Enter says why.
    found.sort_by_key(|(score, can, _)| std::cmp::Reverse((*score, *can)));
    found.into_iter().map(|(.., row)| row).collect()
}

/// The action that Enter would run.
pub fn chosen(model: &Model, shown: &Palette) -> Option<Action> {
    let rows = palette(model, shown);
    rows.iter()
        .find(|row| Some(row.action) == shown.selected)
        .or(rows.first())
        .map(|row| row.action)
}

/// Whom the letters typed so far find.
pub fn people<'a>(model: &'a Model, shown: &WhoAreYou) -> Vec<&'a Person> {
    let query = shown.filter.text();
    let mut people: Vec<&Person> = model
        .snapshot
        .people
        .values()
        .filter(|p| !p.bot)
        .filter(|p| fuzzy::matches(&p.name, &query) || fuzzy::matches(&p.handle, &query))
        .collect();
    people.sort_by_cached_key(|p| p.name.clone());
    people
}

/// Whom Enter would choose: nobody, as long as nobody was pointed at or looked for.
pub fn chosen_person(model: &Model, shown: &WhoAreYou) -> Option<UserId> {
    let people = people(model, shown);
    let first = people.first().filter(|_| !shown.filter.is_blank());
    people
        .iter()
        .find(|p| Some(&p.id) == shown.selected.as_ref())
        .or(first)
        .map(|p| p.id.clone())
}

/// Rows of the topmost overlay that are selected by id.
pub(crate) fn ids(model: &Model) -> Vec<RowId> {
    match model.overlays.last() {
        Some(Overlay::Outbox(_)) => super::outbox::ids(model),
        Some(Overlay::Help(_)) => (0..listed(model).count()).map(RowId::Line).collect(),
        Some(Overlay::Acts(_)) => (0..acts(model).len()).map(RowId::Line).collect(),
        _ => Vec::new(),
    }
}

/// The open incident for which nobody would speak any more if this console closed: its timekeeper,
/// questions and answers are a console's. Not a drill; not where another process of this data
/// directory, or another console, does it.
pub fn left_alone(model: &Model) -> Option<String> {
    let snapshot = &model.snapshot;
    let other = |at| model.now - at < Engine::RECENT;
    if snapshot.follows || snapshot.other_heard.is_some_and(other) {
        return None;
    }
    let open = |s: &&Summary| !s.drill && !s.incident.phase.is_over();
    let first = snapshot.incidents.iter().find(open)?;
    Some(channel_name(first, model.lang))
}

/// What a confirmation that is no verb's asks.
pub fn confirm(model: &Model, shown: &Confirm) -> Vec<String> {
    let lang = model.lang;
    match shown.about {
        Confirmable::Quit => {
            let asks = match model.in_drill() {
                true => crate::app::strings::drill::LEAVE,
                false => c::QUIT,
            };
            let mut lines = vec![asks.get(lang).to_owned()];
            let waiting: usize = model
                .snapshot
                .incidents
                .iter()
                .map(|s| s.counts.pending + s.counts.sending + s.counts.unconfirmed)
                .sum();
            if let Some(name) = left_alone(model) {
                lines.push(fill(&c::QUIT_ALONE, lang, &[&name]));
                lines.push(c::QUIT_ALONE_PEER.get(lang).to_owned());
                lines.push(c::QUIT_ALONE_LEAVE.get(lang).to_owned());
            }
            if !model.saving.is_empty() {
                let saving = model.saving.len().to_string();
                lines.push(fill(&c::QUIT_SAVING, lang, &[&saving]));
            }
            if waiting > 0 {
                lines.push(fill(&c::QUIT_UNSENT, lang, &[&waiting.to_string()]));
            }
            let left_in_rooms = !model.memory.drafts.is_empty();
            if !model.composer.edit.is_blank() || left_in_rooms {
                lines.push(c::QUIT_TEXT.get(lang).to_owned());
            }
            lines
        }
        Confirmable::Drop(seq) => super::outbox::drop_words(model, seq),
        Confirmable::EndDrill => vec![crate::app::strings::drill::END_NOW.get(lang).to_owned()],
    }
}
