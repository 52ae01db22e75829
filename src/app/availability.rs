//! Whether an action can be had now, and if not, why: read by footer, help, palette and by the key
//! itself. The core decides again; this is so that nobody fills in a form in vain.

use super::action::{Action, Scope};
use super::deeds;
use super::model::{Model, Pane, RowId, Screen};
use super::snapshot::{Summary, Talk};
use super::strings::{fill, why};
use crate::domain::decide::Command;
use crate::domain::event::Phase;
use crate::domain::ids::SlackTs;
use crate::domain::incident::{Check, Incident, ItemState};
use crate::domain::problem::Problem;
use crate::domain::timer::Clock;
use crate::domain::verb::{Right, Verb};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Matter, Sort};

/// `Err` says why not.
pub fn available(action: Action, model: &Model) -> Result<(), Text> {
    let here = match model.screen {
        Screen::Home => Scope::Home,
        Screen::Room(_) => Scope::Room,
    };
    let scope = action.row().scope;
    let reaches = scope.overlaps(here) || (model.replayed && scope == Scope::Replay);
    if !reaches {
        return Err(why::NOT_HERE);
    }
    unless(model.replayed && !looks(action), why::REPLAYED)?;
    match action {
        Action::Do(verb) => may(verb, model),
        Action::Unpin => {
            let talk = selected_talk(model)?;
            unless(!is_pinned(model, talk), why::NOT_PINNED)
        }
        Action::Reply => selected_talk(model).map(|_| ()),
        Action::Answer(slot) | Action::Snooze(slot) | Action::Dismiss(slot) => {
            let asked = model.room.asks.get(usize::from(slot));
            unless(
                asked.is_none_or(Option::is_none),
                super::strings::ask::NOTHING,
            )
        }
        Action::Undo => super::undo::plan(model).map(|_| ()),
        Action::Acknowledge | Action::Later => unless(
            super::update::timer_meant(model).is_none(),
            super::strings::ask::NO_TIMER,
        ),
        Action::Silence => unless(
            super::update::timer_selected(model).is_none(),
            super::strings::ask::SELECT_TIMER,
        ),
        Action::Briefing | Action::Summary | Action::Export | Action::CatchUp | Action::Replay => {
            unless(model.target().is_none(), why::NOT_READ)
        }
        Action::Open => unless(model.target().is_none(), why::NOTHING_SELECTED),
        Action::View | Action::Copy => {
            let list = model.room.list(model.room.pane());
            let whole = model.room.pane() == Pane::Situation
                && model.incident().is_some_and(|i| i.situation.is_some());
            unless(list.selected.is_none() && !whole, why::NOTHING_SELECTED)
        }
        Action::Practise => {
            unless(model.in_drill(), why::IN_DRILL)?;
            // It takes the place of this console.
            let open = |summary: &Summary| !summary.drill && !summary.incident.phase.is_over();
            unless(model.snapshot.incidents.iter().any(open), why::UNDER_WAY)
        }
        Action::SeenBefore => {
            let none = super::update::seen_before(model).is_empty();
            unless(none, super::strings::history::NONE_ALIKE)
        }
        Action::Drill => unless(model.drill.is_none(), why::NO_DRILL),
        _ => Ok(()),
    }
}

/// Changes nothing but what is seen of a replay.
fn looks(action: Action) -> bool {
    matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::NextPane
            | Action::PreviousPane
            | Action::PaneLeft
            | Action::PaneRight
            | Action::Timeline
            | Action::Channel
            | Action::Checklist
            | Action::Situation
            | Action::Roster
            | Action::Timers
            | Action::Matters
            | Action::Zoom
            | Action::Story
            | Action::View
            | Action::Copy
            | Action::Briefing
            | Action::Back
            | Action::Palette
            | Action::Help
            | Action::Calls
            | Action::Utc
            | Action::Language
            | Action::Redraw
            | Action::Suspend
            | Action::Summary
            | Action::Quit
            | Action::Reel(_)
    )
}

fn unless(wrong: bool, why: Text) -> Result<(), Text> {
    if wrong { Err(why) } else { Ok(()) }
}

fn may(verb: Verb, model: &Model) -> Result<(), Text> {
    unless(model.snapshot.me.as_str().is_empty(), why::NO_ME)?;
    if verb == Verb::Declare {
        return Ok(());
    }
    let summary = model.target().ok_or(why::NOT_READ)?;
    let incident = &*summary.incident;
    unless(incident.declared.is_none(), why::NOT_READ)?;
    right(verb, model, incident)?;
    let phase = incident.phase;
    // As `Deed::may_follow_the_end` and the rest of `domain::decide` have it.
    let after = matches!(
        verb,
        Verb::Reopen
            | Verb::Note
            | Verb::Message
            | Verb::Milestone
            | Verb::Pin
            | Verb::Archive
            | Verb::Action
            | Verb::Settle
            | Verb::Extend
            | Verb::Give
            | Verb::Write
            | Verb::Review
            | Verb::Waive
            | Verb::Retract
            | Verb::Tag
            | Verb::Untag
            | Verb::Evidence
            | Verb::NoteAt
            | Verb::Correct
            | Verb::Reach
            | Verb::PostMortem
            | Verb::Assess
            | Verb::Track
    );
    unless(phase.is_over() && !after, why::OVER)?;
    match verb {
        Verb::Recover => unless(!phase.is_burning(), why::RECOVERED),
        Verb::Resolve => unless(phase.is_burning(), why::BURNING),
        Verb::Reopen => unless(phase.is_burning() && !summary.archived, why::STILL_RUNNING),
        Verb::Archive => {
            unless(!phase.is_over(), why::NOT_OVER)?;
            unless(phase == Phase::Archived, why::ARCHIVED)
        }
        Verb::Merge => unless(
            mergeable(model, Some(summary)).next().is_none(),
            why::NO_OTHER,
        ),
        Verb::PersonalData => unless(incident.personal_data, why::MARKED),
        Verb::Tick | Verb::Skip => {
            if let Some(check) = selected_item(model, incident) {
                return unless(check.state != ItemState::Open, why::ALREADY_DONE);
            }
            let list = incident.checklist();
            unless(list.is_empty(), why::NO_ITEM)?;
            unless(
                list.iter().all(|c| c.state != ItemState::Open),
                why::ALL_DONE,
            )
        }
        Verb::Untick => {
            let settled = match selected_item(model, incident) {
                Some(check) => check.state != ItemState::Open,
                None => incident
                    .checklist()
                    .iter()
                    .any(|c| c.state != ItemState::Open),
            };
            unless(!settled, why::NONE_DONE)
        }
        Verb::Assign => unless(incident.checklist().is_empty(), why::NO_ITEM),
        Verb::CheckOut => {
            let here = incident.roster.values().any(|p| p.left.is_none());
            unless(!here, why::NOBODY_HERE)
        }
        Verb::Accept => {
            let offer = deeds::offer(incident).map_err(|problem| problem.sentence)?;
            unless(offer.to != model.snapshot.me, why::NOT_OFFERED_YOU)
        }
        Verb::Decline => said(deeds::offer(incident)),
        Verb::Confirm | Verb::Unclaim => said(deeds::claim(incident)),
        Verb::Approve | Verb::Publish => said(deeds::notice(incident)),
        Verb::Settle | Verb::Extend | Verb::Give => {
            let mut matters = incident.work.matters.iter();
            unless(!matters.any(Matter::is_open), why::NO_MATTER)
        }
        Verb::Object => unless(
            incident.work.open(Sort::Decision).next().is_none(),
            why::NO_DECISION,
        ),
        Verb::Pin => {
            let talk = selected_talk(model)?;
            unless(is_pinned(model, talk), why::PINNED)
        }
        Verb::Untag => unless(incident.lessons.tags.is_empty(), why::NO_TAG),
        Verb::Track => {
            let mut matters = incident.work.matters.iter();
            unless(!matters.any(|m| m.sort == Sort::Action), why::NO_ACTION)
        }
        _ => Ok(()),
    }
}

fn said<T>(found: Result<T, Problem>) -> Result<(), Text> {
    found.map(|_| ()).map_err(|problem| problem.sentence)
}

/// The rule of `domain::decide`, as a reason.
fn right(verb: Verb, model: &Model, incident: &Incident) -> Result<(), Text> {
    let me = &model.snapshot.me;
    // Who may take command from whom depends on when they were last heard: the core tells.
    let may = match verb.row().right {
        Right::Anyone => true,
        Right::Command => incident.may_command(me),
        Right::Comms => incident.may_report(me),
        Right::Closer => incident.may_close(me),
    };
    if may {
        return Ok(());
    }
    let named = |text: &Text, name: &str| Text {
        en: fill(text, Lang::En, &[name]).into(),
        ja: fill(text, Lang::Ja, &[name]).into(),
    };
    if verb.row().right == Right::Closer && !incident.closers.is_empty() {
        let names: Vec<String> = incident.closers.iter().map(|c| model.name(c)).collect();
        return Err(named(&why::CLOSERS, &names.join(", ")));
    }
    Err(match &incident.commander {
        Some(held) => named(&why::COMMANDS, &model.name(&held.user)),
        None => why::VACANT,
    })
}

/// What an incident could be merged into: open, and for the same eyes. The core decides again.
pub fn mergeable<'a>(
    model: &'a Model,
    own: Option<&'a Summary>,
) -> impl Iterator<Item = &'a Summary> {
    model.snapshot.incidents.iter().filter(move |there| {
        own.is_some_and(|own| {
            own.incident.id != there.incident.id
                && !there.incident.phase.is_over()
                && own.sight().may_meet(there.sight())
        })
    })
}

/// The item that an item's verb is about: the selected one, if the checklist has the focus, or
/// whose time-box, or term by law, is selected among the timers.
pub fn selected_item(model: &Model, incident: &Incident) -> Option<Check> {
    let id = match (model.room.pane(), &model.room.checklist.selected) {
        (Pane::Checklist, Some(RowId::Item(id))) => id.clone(),
        (Pane::Timers, _) => match super::update::timer_selected(model)?.what {
            Clock::Item(id) | Clock::Legal(id) => id,
            _ => return None,
        },
        _ => return None,
    };
    incident.checklist().into_iter().find(|c| c.item.id == id)
}

/// The message that pinning and replying are about.
pub fn selected_talk(model: &Model) -> Result<&Talk, Text> {
    if model.room.pane() != Pane::Channel {
        return Err(why::NO_MESSAGE);
    }
    let room = model.room_data().ok_or(why::NOT_READ)?;
    let talk = match &model.room.channel.selected {
        Some(RowId::Talk(ts) | RowId::Echo(ts) | RowId::Fold(ts)) => {
            room.talk.iter().find(|talk| talk.ts == *ts)
        }
        Some(RowId::Event(event)) => room.talk.iter().find(|t| t.event.as_ref() == Some(event)),
        _ => None,
    };
    let talk = talk.ok_or(why::NO_MESSAGE)?;
    unless(talk.pending, why::NOT_SENT)?;
    Ok(talk)
}

fn is_pinned(model: &Model, talk: &Talk) -> bool {
    model.incident().is_some_and(|i| i.pinned(&talk.ts))
}

/// The same act on the same thing is on its way: a second press is no second act.
pub fn is_saving(model: &Model, summary: &Summary, command: &Command) -> bool {
    let id = &summary.incident.id;
    model
        .saving
        .values()
        .any(|saving| saving.incident.as_ref() == Some(id) && saving.command == *command)
}

/// Messages that are being pinned or taken off.
pub fn thread_of(talk: &Talk) -> SlackTs {
    talk.thread.clone().unwrap_or_else(|| talk.ts.clone())
}
