//! Keys in a form. Tab and the arrows move; Enter goes on, and sends where nothing is public and
//! nothing is left; the button of a confirmation is never what Enter falls upon.

use super::build::private_by_kind;
use super::{Choice, Form, Input, Stop, read};
use crate::app::edit::Edit;
use crate::app::model::Model;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key in a form comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was about the form itself.
    Stays,
    /// Left, with nothing done.
    Closed,
    /// To be carried out.
    Submit,
    /// No key of a form.
    Unused,
}

/// One key. The form must be painted, and waiting for nothing.
pub fn key(form: &mut Form, model: &Model, key: KeyEvent) -> Outcome {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    if let (true, KeyCode::Char(c), Some(confirm)) = (ctrl, key.code, form.confirm)
        && c.eq_ignore_ascii_case(&confirm.letter)
    {
        return submit(form, model);
    }
    match key.code {
        KeyCode::Esc => return Outcome::Closed,
        KeyCode::Char('s') if ctrl && form.confirm.is_none() => return submit(form, model),
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => return step(form, -1),
        KeyCode::Tab => return step(form, 1),
        KeyCode::BackTab => return step(form, -1),
        KeyCode::PageUp if !chooses(form) => return page(form, -PAGE),
        KeyCode::PageDown if !chooses(form) => return page(form, PAGE),
        _ => {}
    }
    form.scroll = 0;
    let outcome = match form.at {
        Stop::Field(at) => in_field(form, at, key, ctrl, alt),
        Stop::Cancel | Stop::Go => on_button(form, key),
    };
    match outcome {
        Outcome::Submit => submit(form, model),
        Outcome::Stays => {
            settle(form, model);
            Outcome::Stays
        }
        other => other,
    }
}

/// Into the text that has the cursor. `false`: there is none.
pub fn paste(form: &mut Form, model: &Model, text: &str) -> bool {
    let Stop::Field(at) = form.at else {
        return false;
    };
    let Some(field) = form.fields.get_mut(at) else {
        return false;
    };
    match &mut field.input {
        Input::Text(edit) | Input::Time(edit) => edit.insert(text),
        Input::Choice(choice) => {
            choice.filter.insert(text);
            narrowed(choice);
        }
        Input::Flag(_) => return false,
    }
    field.touched = true;
    settle(form, model);
    true
}

/// What follows from a change: what is wrong, and what one field suggests for another.
fn settle(form: &mut Form, model: &Model) {
    let private = private_by_kind(model, form);
    if let Some(field) = form.field_mut("private").filter(|field| !field.touched) {
        field.input = Input::Flag(private);
    }
    super::work::follow_audience(form, model);
    super::work::follow_entry(form, model);
    super::build::follow_role(form);
    read::check(form, model, false);
}

fn submit(form: &mut Form, model: &Model) -> Outcome {
    if read::check(form, model, true) {
        return Outcome::Submit;
    }
    let wrong = form.fields.iter().position(|field| field.problem.is_some());
    if let Some(wrong) = wrong {
        form.at = Stop::Field(wrong);
    }
    Outcome::Stays
}

/// Lines that a page key moves what does not fit, and as far as it may go.
const PAGE: i32 = 8;
const FAR: i32 = 80;

/// Whether the page keys move among the options of a choice.
fn chooses(form: &Form) -> bool {
    let Stop::Field(at) = form.at else {
        return false;
    };
    let field = form.fields.get(at);
    field.is_some_and(|field| matches!(field.input, Input::Choice(_)))
}

/// Nothing is above the first field and nothing below the buttons: no key is spent on it.
fn page(form: &mut Form, by: i32) -> Outcome {
    let (least, most) = match form.at {
        Stop::Field(0) => (0, FAR),
        Stop::Field(_) => (-FAR, FAR),
        Stop::Cancel | Stop::Go => (-FAR, 0),
    };
    form.scroll = (form.scroll + by).clamp(least, most);
    Outcome::Stays
}

/// Fields, then Cancel, then the button; round and round.
fn step(form: &mut Form, by: isize) -> Outcome {
    form.scroll = 0;
    if let Stop::Field(at) = form.at
        && let Some(field) = form.fields.get_mut(at)
    {
        field.touched = true;
    }
    let fields = form.fields.len();
    let stops = fields + if form.confirm.is_some() { 2 } else { 0 };
    if stops == 0 {
        return Outcome::Stays;
    }
    let here = match form.at {
        Stop::Field(at) => at,
        Stop::Cancel => fields,
        Stop::Go => fields + 1,
    };
    let next = (here + stops).saturating_add_signed(by) % stops;
    form.at = match next.checked_sub(fields) {
        None => Stop::Field(next),
        Some(0) => Stop::Cancel,
        Some(_) => Stop::Go,
    };
    Outcome::Stays
}

fn in_field(form: &mut Form, at: usize, key: KeyEvent, ctrl: bool, alt: bool) -> Outcome {
    let last = at + 1 == form.fields.len();
    let confirms = form.confirm.is_some();
    let pick = form.is_pick();
    let Some(field) = form.fields.get_mut(at) else {
        return Outcome::Unused;
    };
    let used = match &mut field.input {
        Input::Text(edit) => match key.code {
            KeyCode::Enter if alt || ctrl => {
                edit.new_line();
                true
            }
            _ => edit.key(key),
        },
        Input::Time(edit) => edit.key(key),
        Input::Choice(choice) => {
            let digit = match key.code {
                KeyCode::Char(c) if pick && !ctrl && !alt && choice.filter.is_blank() => {
                    crate::domain::text::fold_command_key(c).to_digit(10)
                }
                _ => None,
            };
            match digit {
                // A digit picks what stands at that number, and goes on at once.
                Some(n) if n > 0 && n as usize <= choice.options.len().min(9) => {
                    let option = choice.options.get(n as usize - 1);
                    choice.chosen = option.map(|option| option.value.clone());
                    field.touched = true;
                    return Outcome::Submit;
                }
                _ => in_choice(choice, key),
            }
        }
        Input::Flag(flag) => match key.code {
            KeyCode::Char(' ' | '\u{3000}') | KeyCode::Left | KeyCode::Right => {
                *flag = !*flag;
                true
            }
            _ => false,
        },
    };
    if used {
        field.touched = true;
        return Outcome::Stays;
    }
    match key.code {
        KeyCode::Enter => {
            field.touched = true;
            if last && !confirms {
                Outcome::Submit
            } else {
                step(form, 1)
            }
        }
        KeyCode::Down => step(form, 1),
        KeyCode::Up => step(form, -1),
        _ => Outcome::Unused,
    }
}

/// Arrows move among what the filter leaves; letters narrow it.
fn in_choice(choice: &mut Choice, key: KeyEvent) -> bool {
    let by = match key.code {
        KeyCode::Up => -1,
        KeyCode::Down => 1,
        KeyCode::PageUp => -10,
        KeyCode::PageDown => 10,
        KeyCode::Char(' ') if choice.filter.is_blank() => return true,
        KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete => {
            let used = choice.filter.key(key);
            narrowed(choice);
            return used;
        }
        _ => return false,
    };
    let visible: Vec<&str> = choice.visible().map(|o| o.value.as_str()).collect();
    let here = choice
        .chosen
        .as_deref()
        .and_then(|chosen| visible.iter().position(|value| *value == chosen));
    let next = match here {
        None if by > 0 => 0,
        None => visible.len().saturating_sub(1),
        Some(here) => here
            .saturating_add_signed(by)
            .min(visible.len().saturating_sub(1)),
    };
    choice.chosen = visible.get(next).map(|value| (*value).to_owned());
    true
}

/// What the filter hides cannot stay chosen: the best that is left is.
fn narrowed(choice: &mut Choice) {
    let still = choice
        .visible()
        .any(|option| Some(&option.value) == choice.chosen.as_ref());
    if !still {
        let first = choice.visible().next().map(|option| option.value.clone());
        choice.chosen = first;
    }
}

fn on_button(form: &mut Form, key: KeyEvent) -> Outcome {
    match (key.code, form.at) {
        (KeyCode::Enter, Stop::Go) => Outcome::Submit,
        (KeyCode::Enter, _) => Outcome::Closed,
        (KeyCode::Left | KeyCode::Up, Stop::Go) => {
            form.at = Stop::Cancel;
            Outcome::Stays
        }
        (KeyCode::Right | KeyCode::Down, Stop::Cancel) => {
            form.at = Stop::Go;
            Outcome::Stays
        }
        (KeyCode::Up, _) => step(form, -1),
        _ => Outcome::Unused,
    }
}

/// The texts of a form, to be given back when it is opened again.
pub(in crate::app) fn texts(form: &Form) -> Vec<(&'static str, String)> {
    form.fields
        .iter()
        .filter_map(|field| match &field.input {
            Input::Text(edit) if field.touched && !edit.is_blank() => {
                Some((field.key, edit.text()))
            }
            _ => None,
        })
        .collect()
}

/// Puts texts back into the fields they came from.
pub(in crate::app) fn restore(form: &mut Form, texts: &[(&'static str, String)]) {
    for (key, text) in texts {
        if let Some(field) = form.field_mut(key)
            && let Input::Text(edit) = &mut field.input
        {
            let single = edit.is_single();
            *edit = if single {
                Edit::line(text)
            } else {
                Edit::lines(text)
            };
            field.touched = true;
        }
    }
}
