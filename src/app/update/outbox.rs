//! Keys of the outbox, and what is said when the workspace is back.

use super::{confirm, is_painted, notice, toast};
use crate::app::edit::Edit;
use crate::app::effect::Effect;
use crate::app::keymap::Chord;
use crate::app::model::{Confirmable, List, Model, Outage, Overlay, Rewrite, RowId, Word};
use crate::app::snapshot::OutboxLine;
use crate::app::strings::{fill, outbox as s, why};
use crate::domain::sync::image::JobState;
use crate::domain::sync::{Link, Settle};
use crate::domain::words::{Lang, Text};
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Shorter than this, and with nothing waiting, the workspace's absence is not worth a word.
const BLINK: TimeDelta = TimeDelta::seconds(15);
/// How long the word that it is back stays.
const BACK: TimeDelta = TimeDelta::seconds(20);

pub(super) fn open(model: &mut Model) {
    let here = model.room_id();
    let failed = |line: &&OutboxLine| matches!(line.state, JobState::Failed { .. });
    let lines = &model.snapshot.outbox;
    let first = lines
        .iter()
        .filter(failed)
        .find(|line| here.is_none_or(|id| line.incident == *id))
        .or_else(|| lines.iter().find(failed))
        .or(lines.first());
    let selected = first.map(|line| RowId::Outbox(line.seq));
    model.overlays.push(Overlay::Outbox(List {
        selected,
        top: None,
    }));
}

pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    match chord.code {
        KeyCode::Char('r') => match selected(model) {
            Ok(line) if line.choices.retry => {
                let seq = line.seq;
                notice(model, s::RETRYING);
                return vec![Effect::Settle(seq, Settle::Retry)];
            }
            Ok(_) => notice(model, s::NOT_FAILED),
            Err(why) => notice(model, why),
        },
        KeyCode::Char('R') => return retry_all(model),
        KeyCode::Char('e') | KeyCode::Enter => edit(model),
        KeyCode::Char('x') => match selected(model) {
            Ok(line) if line.choices.drop => {
                let about = Confirmable::Drop(line.seq);
                confirm(model, about);
            }
            Ok(_) => notice(model, s::UNDER_WAY),
            Err(why) => notice(model, why),
        },
        _ => {}
    }
    Vec::new()
}

fn selected(model: &Model) -> Result<&OutboxLine, Text> {
    let Some(Overlay::Outbox(List {
        selected: Some(RowId::Outbox(seq)),
        ..
    })) = model.overlays.last()
    else {
        return Err(why::NOTHING_SELECTED);
    };
    let line = model.snapshot.outbox.iter().find(|line| line.seq == *seq);
    line.ok_or(s::DONE_WITH)
}

fn retry_all(model: &mut Model) -> Vec<Effect> {
    let lines = model.snapshot.outbox.iter();
    let effects: Vec<Effect> = lines
        .filter(|line| line.choices.retry)
        .map(|line| Effect::Settle(line.seq, Settle::Retry))
        .collect();
    notice(
        model,
        if effects.is_empty() {
            s::NOT_FAILED
        } else {
            s::RETRYING
        },
    );
    effects
}

fn edit(model: &mut Model) {
    let opened = selected(model).and_then(|line| match &line.choices.edit {
        Some(text) => Ok((line.seq, text.clone())),
        None if line.choices.drop => Err(s::NOTHING_TO_EDIT),
        None => Err(s::UNDER_WAY),
    });
    match opened {
        Ok((seq, text)) => {
            let text = model.memory.rewrites.get(&seq).cloned().unwrap_or(text);
            model.overlays.push(Overlay::Rewrite(Rewrite {
                seq,
                edit: Edit::lines(&text),
                born: model.generation,
            }));
        }
        Err(why) => notice(model, why),
    }
}

pub(super) fn in_rewrite(model: &mut Model, mut shown: Rewrite, event: KeyEvent) -> Vec<Effect> {
    if !is_painted(model, shown.born) {
        model.overlays.push(Overlay::Rewrite(shown));
        return Vec::new();
    }
    let held = event
        .modifiers
        .intersects(KeyModifiers::ALT | KeyModifiers::CONTROL | KeyModifiers::SHIFT);
    match event.code {
        KeyCode::Enter if held => shown.edit.new_line(),
        KeyCode::Enter if shown.edit.is_blank() => notice(model, why::NO_TEXT),
        KeyCode::Enter | KeyCode::Esc => {
            let text = shown.edit.text();
            // Whoever leaves it, or is refused, finds it as it was left.
            model.memory.rewrites.insert(shown.seq, text.clone());
            if event.code == KeyCode::Esc {
                return Vec::new();
            }
            return vec![Effect::Settle(shown.seq, Settle::Edit(text))];
        }
        _ => {
            shown.edit.key(event);
        }
    }
    model.overlays.push(Overlay::Rewrite(shown));
    Vec::new()
}

/// After a snapshot: what is no longer in the outbox is no longer being changed; and once the
/// workspace is back and has everything, how much that was.
pub(super) fn arrived(model: &mut Model) {
    let lines = &model.snapshot.outbox;
    model.memory.rewrites.retain(|seq, text| {
        let line = lines.iter().find(|line| line.seq == *seq);
        line.is_some_and(|line| line.choices.edit.as_ref() != Some(text))
    });
    let (mut waiting, mut delivered, mut failed) = (0, 0, 0);
    for summary in &model.snapshot.incidents {
        let counts = &summary.counts;
        waiting += counts.pending + counts.sending + counts.unconfirmed;
        delivered += counts.sent;
        failed += counts.failed;
    }
    let out = matches!(model.snapshot.link.link, Link::Offline | Link::Refused(_));
    match &mut model.memory.outage {
        Some(outage) if out => outage.waited |= waiting > 0,
        None if out => {
            model.memory.outage = Some(Outage {
                since: model.now,
                delivered,
                failed,
                waited: waiting > 0,
            });
        }
        Some(outage) if waiting == 0 && model.snapshot.link.link == Link::Live => {
            let outage = *outage;
            model.memory.outage = None;
            if !outage.waited && model.now - outage.since < BLINK {
                return;
            }
            let went = delivered.saturating_sub(outage.delivered);
            let broke = failed.saturating_sub(outage.failed);
            let say = |lang: Lang| match (went, broke) {
                (0, 0) => s::BACK.get(lang).to_owned(),
                (went, 0) => fill(&s::BACK_DELIVERED, lang, &[&went.to_string()]),
                (went, broke) => fill(
                    &s::BACK_FAILED,
                    lang,
                    &[&went.to_string(), &broke.to_string()],
                ),
            };
            let text = Text {
                en: say(Lang::En).into(),
                ja: say(Lang::Ja).into(),
            };
            // Whoever waited for it may be looking elsewhere.
            toast(model, Word::Notice(text), BACK);
        }
        _ => {}
    }
}
