//! Hints: the keys that do something here and now, the most wanted first.

use crate::app::action::{ACTIONS, Action};
use crate::app::availability::available;
use crate::app::drill::Panel;
use crate::app::form::{Form, Input, Stop};
use crate::app::model::{Model, Overlay, Pane, Screen};
use crate::app::strings::{composer, form, history, metrics, overlay};
use crate::app::update::matter_meant;
use crate::domain::verb::Verb;
use crate::domain::words::Text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub key: String,
    pub label: String,
}

/// In the order in which they give way when there is no room.
pub fn hints(model: &Model) -> Vec<Hint> {
    let fixed = |pairs: &[(&str, &Text)]| {
        pairs
            .iter()
            .map(|(key, label)| Hint {
                key: (*key).to_owned(),
                label: label.get(model.lang).to_owned(),
            })
            .collect()
    };
    match model.overlays.last() {
        Some(Overlay::Help(_) | Overlay::Acts(_) | Overlay::LongText(_)) => {
            return fixed(&[("Esc", &overlay::CLOSE), ("j k", &overlay::MOVE)]);
        }
        Some(Overlay::Palette(_)) => {
            return fixed(&[("Enter", &overlay::RUN), ("Esc", &overlay::CLOSE)]);
        }
        Some(Overlay::WhoAreYou(_)) => {
            return fixed(&[
                ("Enter", &overlay::CHOOSE),
                ("Up Down", &overlay::MOVE),
                ("Esc", &overlay::CLOSE),
            ]);
        }
        Some(Overlay::Outbox(_)) => {
            return fixed(&[
                ("r", &overlay::RETRY),
                ("R", &overlay::RETRY_ALL),
                ("e", &overlay::EDIT),
                ("x", &overlay::DROP),
                ("Esc", &overlay::CLOSE),
            ]);
        }
        Some(Overlay::Rewrite(_)) => {
            return fixed(&[
                ("Enter", &overlay::SAVE),
                ("Esc", &composer::LEAVE),
                ("Ctrl-j", &composer::NEW_LINE),
            ]);
        }
        Some(Overlay::Confirm(_)) => {
            return fixed(&[("Tab", &form::NEXT), ("Esc", &form::CANCEL)]);
        }
        Some(Overlay::Form(shown)) => return form_hints(model, shown),
        Some(Overlay::Metrics(_)) => {
            return fixed(&[
                ("Tab", &metrics::F_VIEW),
                ("Esc", &overlay::CLOSE),
                ("p", &metrics::F_PERIOD),
                ("s", &metrics::F_SERVICE),
                ("l", &metrics::F_LEVEL),
                ("t", &metrics::F_KIND),
                ("d", &metrics::F_DRILLS),
                ("x", &metrics::F_CANCELLED),
                ("R", &metrics::F_AGAIN),
                ("j k", &overlay::MOVE),
            ]);
        }
        Some(Overlay::History(_)) => {
            return fixed(&[
                ("Enter", &history::OPEN),
                ("Esc", &overlay::CLOSE),
                ("Tab", &history::SIDE),
                ("F2..F7", &history::FILTERS),
                ("F8", &history::REPLAY),
                ("F9 F10", &history::SCROLL),
            ]);
        }
        Some(Overlay::Drill(panel)) => {
            let keys = drill_hints(panel);
            let keys: Vec<(&str, &Text)> = keys.iter().map(|(key, text)| (*key, text)).collect();
            return fixed(&keys);
        }
        None => {}
    }
    if model.composer.active {
        let post = &Action::Do(Verb::Message).row().short;
        return fixed(&[
            ("Enter", post),
            ("Esc", &composer::LEAVE),
            ("Ctrl-j", &composer::NEW_LINE),
        ]);
    }
    let mut hints = matter_hints(model);
    let mut rows: Vec<_> = ACTIONS
        .iter()
        .filter(|row| row.priority > 0 && available(row.action, model).is_ok())
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.priority + raised(row.action, model)));
    hints.extend(rows.into_iter().filter_map(|row| {
        let key = model.keymap.shown(row.action)?;
        Some(Hint {
            key: key.to_string(),
            label: row.short.get(model.lang).to_owned(),
        })
    }));
    hints
}

fn drill_hints(panel: &Panel) -> Vec<(&'static str, Text)> {
    use crate::app::strings::drill as d;
    let close = ("Esc", overlay::CLOSE);
    let pace = [("Space", d::HOLD), ("+ -", d::SPEED), ("n", d::SKIP)];
    let of = |keys: &[(&'static str, Text)]| keys.to_vec();
    match panel {
        Panel::Briefing(_) => of(&[("Enter", d::BEGIN), ("j k", overlay::MOVE)]),
        Panel::Debrief(..) => of(&[("Enter", d::FEEDBACK), ("j k", overlay::MOVE), close]),
        Panel::Feedback(_) => of(&[("Enter", d::NEXT), close]),
        Panel::Say(..) => of(&[("Enter", d::SAY), close]),
        Panel::Add(adding) if adding.said.is_some() => of(&[("Enter", d::ADD), close]),
        Panel::Add(_) => of(&[("Enter", d::NEXT), close]),
        Panel::Opening => of(&[]),
        Panel::Course(course) => {
            let mut keys = Vec::new();
            if course.revealed {
                keys.extend([
                    ("Enter", d::FIRE),
                    (">", d::PUT_OFF),
                    ("x", d::DROP),
                    ("i", d::SAY),
                    ("a", d::ADD),
                ]);
            }
            keys.extend(pace);
            if !course.revealed {
                keys.extend([("b", d::BRIEFING), ("v", d::REVEAL)]);
            }
            keys.extend([("e", d::END), close]);
            keys
        }
    }
}

/// What the checklist's keys mean on a selected matter.
fn matter_hints(model: &Model) -> Vec<Hint> {
    let verbs = [Verb::Tick, Verb::AddItem, Verb::Assign, Verb::Skip];
    verbs
        .into_iter()
        .filter_map(|verb| {
            let (meant, _) = matter_meant(model, verb)?;
            Some(Hint {
                key: model.keymap.shown(Action::Do(verb))?.to_string(),
                label: Action::Do(meant).row().short.get(model.lang).to_owned(),
            })
        })
        .collect()
}

/// What is about the pane that has the focus comes first there.
fn raised(action: Action, model: &Model) -> u8 {
    let Screen::Room(_) = model.screen else {
        return 0;
    };
    // Lines are cut in the panes: whoever stands on one is told how it is read whole.
    if action == Action::View {
        let selected = model.room.list(model.room.pane()).selected.is_some();
        return if selected { 70 } else { 0 };
    }
    let pane = match action {
        Action::Reply | Action::Do(Verb::Pin) | Action::Unpin => Pane::Channel,
        Action::Do(Verb::Assign | Verb::Skip | Verb::AddItem | Verb::Untick) => Pane::Checklist,
        Action::Do(Verb::CheckIn | Verb::CheckOut | Verb::Role) => Pane::Roster,
        Action::Story => Pane::Timeline,
        _ => return 0,
    };
    if pane == model.room.pane() { 60 } else { 0 }
}

fn form_hints(model: &Model, shown: &Form) -> Vec<Hint> {
    let hint = |key: &str, label: &Text| Hint {
        key: key.to_owned(),
        label: label.get(model.lang).to_owned(),
    };
    let mut hints = Vec::new();
    let last = shown.at == Stop::Field(shown.fields.len().saturating_sub(1));
    match (shown.confirm, shown.at) {
        (_, Stop::Go) => hints.push(hint("Enter", &form::GO)),
        (_, Stop::Cancel) => hints.push(hint("Enter", &form::CANCEL)),
        (None, _) if last => hints.push(hint("Enter", &form::SEND)),
        _ => hints.push(hint("Enter", &form::NEXT)),
    }
    match shown.confirm {
        Some(confirm) => {
            hints.push(hint("Tab", &form::NEXT));
            hints.push(hint(&format!("Ctrl-{}", confirm.letter), &form::GO));
        }
        None if !last => hints.push(hint("Ctrl-s", &form::SEND)),
        None => {}
    }
    if let Stop::Field(at) = shown.at
        && let Some(Input::Text(edit)) = shown.fields.get(at).map(|f| &f.input)
        && !edit.is_single()
    {
        hints.push(hint("Ctrl-j", &composer::NEW_LINE));
    }
    hints.push(hint("Esc", &form::CANCEL));
    hints
}
