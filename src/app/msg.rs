//! What happens to the model.

use super::drill::View;
use super::history::{Found, Reminder, Reminding};
use super::metrics::Sheet;
use super::model::{Generation, Pane, RowId, Shown, Ticket, Where};
use super::postmortem::Sitting;
use super::replay::Showing;
use super::snapshot::Snapshot;
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys are the terminal library's type, which is plain data: tests make them as easily as ours.
#[derive(Clone, Debug)]
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    /// Columns and rows.
    Resize(u16, u16),
    Tick(DateTime<Utc>),
    /// Taken in the same turn as the [`Msg::Acted`] that follows its publication, so that no
    /// change is ever off the screen between its mark and its record.
    Snapshot(Arc<Snapshot>),
    Acted {
        ticket: Ticket,
        result: Result<IncidentId, Problem>,
    },
    /// Whether the terminal's window has the focus.
    Focus(bool),
    /// The frame of this generation is out: typed keys may be about what it shows.
    Painted {
        generation: Generation,
        lists: BTreeMap<Where, Shown>,
    },
    Click {
        at: Target,
        double: bool,
    },
    /// Rows, down is positive.
    Wheel {
        over: Option<Where>,
        rows: i32,
    },
    /// How the drill stands.
    Drill(Arc<View>),
    /// Something to tell that no key asked for.
    Notice(Text),
    Problem(Problem),
    /// What [`Effect::Replay`](super::effect::Effect::Replay) asked for.
    Replay(Box<Showing>),
    /// What [`Effect::Search`](super::effect::Effect::Search) asked for, as far as it is indexed; it
    /// may come again with more.
    Found(Arc<Found>),
    /// What [`Effect::Remind`](super::effect::Effect::Remind) asked for, the most alike first.
    Reminders(Reminding, Vec<Reminder>),
    /// What [`Effect::PostMortem`](super::effect::Effect::PostMortem) asked for.
    Desk(IncidentId, Box<Sitting>),
    /// What came of [`Effect::Write`](super::effect::Effect::Write): `None`, nothing was changed.
    Wrote(IncidentId, Box<Sitting>, Option<(u32, String)>),
    /// What [`Effect::Metrics`](super::effect::Effect::Metrics) asked for.
    Metrics(Arc<Sheet>),
    /// Somebody asked the program to end: it does, without asking back.
    Terminate,
}

/// What a click hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Row(Where, RowId),
    Pane(Pane),
    /// A prompt, by its slot from 0.
    Ask(usize),
    Composer,
}
