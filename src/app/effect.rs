//! What the model asks of the world. Nothing here waits: answers come back as messages.

use super::drill::Wish;
use super::history::Reminding;
use super::metrics::survey::Asked;
use super::model::Ticket;
use super::postmortem::Sitting;
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::settings::Zone;
use crate::domain::sync::Settle;
use crate::domain::watch::Mark;
use crate::domain::words::Lang;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Answered by one [`Acted`](super::msg::Msg::Acted). `None` declares. The queue to the core
    /// is bounded: when it is full, the runtime answers with a problem.
    Act {
        ticket: Ticket,
        incident: Option<IncidentId>,
        command: Command,
        outlets: Outlets,
    },
    /// This console speaks for somebody from now on.
    SetMe(UserId),
    /// The room that is on screen; `None` at home.
    Focus(Option<IncidentId>),
    /// To the clipboard.
    Copy(String),
    /// The first drill, in place of this console.
    Practise,
    /// To whoever runs the drill.
    Drill(Wish),
    /// What was shown, put off, dismissed or acknowledged, by key. Stays on this machine.
    Mark(IncidentId, Vec<(String, Mark)>),
    /// A job of the outbox is tried again, changed or given up.
    Settle(u64, Settle),
    /// An incident as the journal has it, to be played back: a [`Msg::Replay`](super::msg::Msg::Replay)
    /// answers.
    Replay(IncidentId),
    /// Incidents are counted: a [`Msg::Metrics`](super::msg::Msg::Metrics) answers.
    Metrics(Box<Asked>),
    /// What the history holds of this: a [`Msg::Found`](super::msg::Msg::Found) answers, to the last
    /// of them.
    Search(String),
    /// What was seen before that is like this; [`Msg::Reminders`](super::msg::Msg::Reminders) answers.
    Remind(Reminding),
    /// An incident's record is written as files for others, with times in this zone and in this
    /// language; a [`Msg::Notice`](super::msg::Msg::Notice) says where.
    Export(IncidentId, Zone, Lang),
    /// What writing an incident's post-mortem begins with: a [`Msg::Desk`](super::msg::Msg::Desk)
    /// answers.
    PostMortem(IncidentId),
    /// The terminal goes to an editor, with the post-mortem as it stands;
    /// [`Msg::Wrote`](super::msg::Msg::Wrote) answers.
    Write(IncidentId, Box<Sitting>),
    Suspend,
    /// Everything is drawn anew.
    Redraw,
    /// Attention, if the window has no focus.
    Notify(String),
    Quit,
    /// As [`Effect::Quit`], with a peer without a screen started first; where that fails, the
    /// console stays.
    LeavePeer,
}
