//! What command deals out and keeps: tasks, needs, parked questions, decisions, reports, the
//! hand-over of command, calls to people, and the claim that it is good again.
//!
//! [`Deed`] is what happened, as it is written into channels; its names and shapes are permanent.
//! [`Work`] is what the fold keeps of it, [`check()`] what may be done, [`sentence()`] what it says to
//! people.

mod can;
mod check;
mod four;
mod sentence;
mod state;
#[cfg(test)]
mod tests;

pub use can::{Can, Warning, lint};
pub use check::check;
pub use four::Four;
pub use sentence::sentence;
pub use state::{
    Call, Claim, Hold, Matter, Notice, Objection, Offer, Report, Review, Settlement, Work, handle,
};

use super::event::{Kind, Named, Place, Register, millis, millis_option};
use super::ids::{EventId, IncidentId, UserId};
use super::verb::Verb;
use super::words::Text;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What reaches the channel later than this is late: people could not read it when it was said.
pub const UNREAD: TimeDelta = TimeDelta::seconds(60);

/// What kind of matter somebody opens: one line that stays until it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Somebody does it, within a time-box.
    Task,
    /// Something or somebody that is missing.
    Need,
    /// Asked again at its time.
    Question,
    /// What the response is to reach.
    Objective,
    /// What may be the cause.
    Hypothesis,
    /// Somebody outside who was contacted.
    Contact,
    /// A reminder of the commander's own.
    Timer,
    /// Proposal, risk, objections, who executes, result.
    Decision,
    /// A change that prevents a repeat.
    Action,
}

impl Sort {
    pub const ALL: [Sort; 9] = [
        Sort::Task,
        Sort::Need,
        Sort::Question,
        Sort::Objective,
        Sort::Hypothesis,
        Sort::Contact,
        Sort::Timer,
        Sort::Decision,
        Sort::Action,
    ];

    /// The letter of its number: T1, N2, Q1.
    pub const fn letter(self) -> char {
        match self {
            Sort::Task => 'T',
            Sort::Need => 'N',
            Sort::Question => 'Q',
            Sort::Objective => 'O',
            Sort::Hypothesis => 'H',
            Sort::Contact => 'C',
            Sort::Timer => 'M',
            Sort::Decision => 'D',
            Sort::Action => 'A',
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Sort::Task => Text::fixed("Task", "タスク"),
            Sort::Need => Text::fixed("Need", "必要なもの"),
            Sort::Question => Text::fixed("Question", "保留中の質問"),
            Sort::Objective => Text::fixed("Objective", "目標"),
            Sort::Hypothesis => Text::fixed("Hypothesis", "仮説"),
            Sort::Contact => Text::fixed("Outside contact", "社外への連絡"),
            Sort::Timer => Text::fixed("Timer", "タイマー"),
            Sort::Decision => Text::fixed("Decision", "決定"),
            Sort::Action => Text::fixed("Action item", "再発防止策"),
        }
    }

    /// The act that opens one.
    pub const fn verb(self) -> Verb {
        match self {
            Sort::Task => Verb::Task,
            Sort::Need => Verb::Need,
            Sort::Question => Verb::Park,
            Sort::Objective => Verb::Objective,
            Sort::Hypothesis => Verb::Hypothesis,
            Sort::Contact => Verb::Contact,
            Sort::Timer => Verb::Timer,
            Sort::Decision => Verb::Decide,
            Sort::Action => Verb::Action,
        }
    }

    /// Its time is how long it may take; of the others it is when to ask, or a day.
    pub const fn is_boxed(self) -> bool {
        matches!(self, Sort::Task | Sort::Need | Sort::Timer)
    }

    /// How it can be settled, the ordinary way first.
    pub const fn states(self) -> &'static [State] {
        match self {
            Sort::Task => &[State::Done, State::Escalated, State::Dropped],
            Sort::Need => &[State::Met, State::Cancelled],
            Sort::Question => &[State::Answered, State::Dropped],
            Sort::Objective => &[State::Met, State::Dropped],
            Sort::Hypothesis => &[State::Confirmed, State::RuledOut],
            Sort::Contact => &[State::Answered, State::Done],
            Sort::Timer => &[State::Done, State::Dropped],
            Sort::Decision => &[State::Decided, State::Resulted, State::Rejected],
            Sort::Action => &[State::Done, State::Deferred, State::Dropped],
        }
    }
}

/// What has become of a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Done,
    Dropped,
    /// Handed up: the commander has it, and it stays open.
    Escalated,
    Met,
    Cancelled,
    Answered,
    Confirmed,
    RuledOut,
    /// Somebody executes it; the result is still to be told.
    Decided,
    Rejected,
    Resulted,
    Deferred,
}

impl State {
    pub const ALL: [State; 13] = [
        State::Open,
        State::Done,
        State::Dropped,
        State::Escalated,
        State::Met,
        State::Cancelled,
        State::Answered,
        State::Confirmed,
        State::RuledOut,
        State::Decided,
        State::Rejected,
        State::Resulted,
        State::Deferred,
    ];

    /// As in events, JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Done => "done",
            State::Dropped => "dropped",
            State::Escalated => "escalated",
            State::Met => "met",
            State::Cancelled => "cancelled",
            State::Answered => "answered",
            State::Confirmed => "confirmed",
            State::RuledOut => "ruled_out",
            State::Decided => "decided",
            State::Rejected => "rejected",
            State::Resulted => "resulted",
            State::Deferred => "deferred",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            State::Open => Text::fixed("open", "未完了"),
            State::Done => Text::fixed("done", "完了"),
            State::Dropped => Text::fixed("dropped", "取りやめ"),
            State::Escalated => Text::fixed("escalated", "指揮者へ引き上げ"),
            State::Met => Text::fixed("met", "対応済み"),
            State::Cancelled => Text::fixed("cancelled", "取り消し"),
            State::Answered => Text::fixed("answered", "回答あり"),
            State::Confirmed => Text::fixed("confirmed", "確定"),
            State::RuledOut => Text::fixed("ruled out", "棄却"),
            State::Decided => Text::fixed("decided", "決定"),
            State::Rejected => Text::fixed("rejected", "却下"),
            State::Resulted => Text::fixed("result", "結果"),
            State::Deferred => Text::fixed("deferred", "延期"),
        }
    }

    /// Nobody has to do anything about it any more.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Open | State::Escalated | State::Decided)
    }
}

/// The updates to an audience: 第1報, 続報, 最終報.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    First,
    #[default]
    FollowUp,
    Final,
}

impl Stage {
    pub const fn text(self) -> Text {
        match self {
            Stage::First => Text::fixed("First report", "第1報"),
            Stage::FollowUp => Text::fixed("Follow-up report", "続報"),
            Stage::Final => Text::fixed("Final report", "最終報"),
        }
    }
}

/// A part of the report that is written when there is time for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Impact,
    Cause,
    /// The provisional fix.
    Fix,
    Summary,
    /// What it cost.
    Revenue,
    /// What went well, where we were lucky, what can be better.
    Well,
    Lucky,
    Better,
}

impl Section {
    pub const ALL: [Section; 8] = [
        Section::Impact,
        Section::Cause,
        Section::Fix,
        Section::Summary,
        Section::Revenue,
        Section::Well,
        Section::Lucky,
        Section::Better,
    ];

    /// Those that are asked for before resolving.
    pub const WANTED: [Section; 4] = [
        Section::Impact,
        Section::Cause,
        Section::Fix,
        Section::Summary,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Section::Impact => "impact",
            Section::Cause => "cause",
            Section::Fix => "fix",
            Section::Summary => "summary",
            Section::Revenue => "revenue",
            Section::Well => "well",
            Section::Lucky => "lucky",
            Section::Better => "better",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Section::Impact => Text::fixed("Impact", "影響"),
            Section::Cause => Text::fixed("Cause", "原因"),
            Section::Fix => Text::fixed("Provisional fix", "暫定対応"),
            Section::Summary => Text::fixed("Summary", "要約"),
            Section::Revenue => Text::fixed("Impact on revenue", "売上への影響"),
            Section::Well => Text::fixed("What went well", "うまくいったこと"),
            Section::Lucky => Text::fixed("Where we were lucky", "幸運だったこと"),
            Section::Better => Text::fixed("What can be better", "改善できること"),
        }
    }
}

/// What happened. Lines are one line of 200 characters at most; longer text is in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    /// A matter begins; its id is the event's.
    Opened {
        matter: Sort,
        line: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<UserId>,
        /// End of the time-box, when to ask again, end of the objection window.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        due: Option<DateTime<Utc>>,
        /// Of a decision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        risk: Option<String>,
    },
    Settled {
        matter: EventId,
        state: State,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
        /// Who executes a decision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<UserId>,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        due: Option<DateTime<Utc>>,
    },
    /// A new time for it.
    Moved {
        matter: EventId,
        #[serde(with = "millis")]
        due: DateTime<Utc>,
    },
    Given {
        matter: EventId,
        owner: UserId,
    },
    Objected {
        matter: EventId,
        line: String,
    },
    KindChanged {
        incident_kind: Kind,
        /// The manual of an incident of this kind and level, a link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manual: Option<String>,
    },
    /// Where people talk: a call's link.
    Meeting {
        link: String,
    },
    /// Text in the message: a [`Can`].
    Report {
        audience: Named,
        stage: Stage,
        /// When the next one is promised.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        next: Option<DateTime<Utc>>,
    },
    /// A notice to customers is drafted. Text in the message.
    Notice {},
    Approved {
        notice: EventId,
    },
    /// It is out, at this place.
    Published {
        notice: EventId,
        target: String,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        next: Option<DateTime<Utc>>,
    },
    /// Command is offered. The briefing is the text in the message.
    Offered {
        to: UserId,
        #[serde(with = "millis")]
        expires: DateTime<Utc>,
    },
    /// Command passes here. After the offer's end (by the message's own time) it does not count.
    Accepted {
        offer: EventId,
        user: UserId,
    },
    /// Turned down, or taken back by whoever offered.
    Declined {
        offer: EventId,
    },
    /// Somebody is called to help.
    Called {
        user: UserId,
        /// Which call of this person this is, from 1.
        number: u32,
        /// Why them: a service, a role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Who is still with us? Its id is derived when the program asks.
    RollCall {},
    /// The author is still here.
    Here {},
    /// Somebody says that users are no longer hurt.
    Claimed {
        #[serde(with = "millis")]
        time: DateTime<Utc>,
        /// Minutes for which it has to hold.
        hold: u32,
        /// Who is asked to confirm it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        owners: Vec<UserId>,
    },
    Confirmed {
        claim: EventId,
    },
    Unclaimed {
        claim: EventId,
        reason: String,
    },
    /// The response goes on among few people; nothing leaves this channel any more.
    Restricted {},
    /// This incident is part of another.
    Linked {
        parent: IncidentId,
        place: Place,
    },
    /// The other side of it. Its id is derived.
    Joined {
        child: IncidentId,
        place: Place,
    },
    /// Text in the message.
    Written {
        section: Section,
    },
    /// The post-mortem was reviewed.
    Reviewed {
        /// Where it stands, when it was written elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// There will be no post-mortem.
    Waived {
        reason: String,
    },
    /// An addition is taken back; the record keeps it.
    Retracted {
        event: EventId,
    },
}

impl Deed {
    /// The registers this writes, as [`Body::writes`](super::event::Body::writes).
    pub fn writes(&self, id: &EventId) -> Vec<(Register, String)> {
        let at = |name: &str, of: &EventId, value: &str| {
            (Register(format!("{name}:{of}")), value.to_owned())
        };
        let named = |name: &str, value: &str| (Register::named(name), value.to_owned());
        let millis = |time: &DateTime<Utc>| time.timestamp_millis().to_string();
        match self {
            Deed::Settled {
                matter,
                state,
                owner,
                due,
                ..
            } => {
                let mut writes = vec![at("matter", matter, state.name())];
                writes.extend(owner.iter().map(|user| at("owner", matter, &user.0)));
                writes.extend(due.iter().map(|due| at("due", matter, &millis(due))));
                writes
            }
            Deed::Moved { matter, due } => vec![at("due", matter, &millis(due))],
            Deed::Given { matter, owner } => vec![at("owner", matter, &owner.0)],
            Deed::KindChanged { incident_kind, .. } => vec![named("kind", incident_kind.name())],
            Deed::Meeting { link } => vec![named("meeting", link)],
            Deed::Approved { notice } => vec![at("notice", notice, "approved")],
            Deed::Published { notice, .. } => vec![at("notice", notice, "published")],
            Deed::Offered { .. } => vec![named("offer", id.as_str())],
            Deed::Accepted { user, .. } => {
                vec![named("offer", ""), named("commander", &user.0)]
            }
            Deed::Declined { .. } => vec![named("offer", "")],
            Deed::Claimed { .. } => vec![named("claim", id.as_str())],
            Deed::Unclaimed { .. } => vec![named("claim", "")],
            Deed::Restricted {} => vec![named("restricted", "yes")],
            Deed::Linked { parent, .. } => vec![named("parent", parent.as_str())],
            Deed::Written { section } => {
                vec![(
                    Register(format!("section:{}", section.name())),
                    id.to_string(),
                )]
            }
            Deed::Reviewed { .. } => vec![named("review", "reviewed")],
            Deed::Waived { .. } => vec![named("review", "waived")],
            Deed::Retracted { event } => vec![at("retracted", event, "yes")],
            Deed::Opened { .. }
            | Deed::Objected { .. }
            | Deed::Report { .. }
            | Deed::Notice {}
            | Deed::Called { .. }
            | Deed::RollCall {}
            | Deed::Here {}
            | Deed::Confirmed { .. }
            | Deed::Joined { .. } => Vec::new(),
        }
    }

    /// Whom it asks to do something.
    pub const fn turns_to(&self) -> Option<&UserId> {
        match self {
            Deed::Called { user, .. }
            | Deed::Offered { to: user, .. }
            | Deed::Given { owner: user, .. } => Some(user),
            Deed::Opened { owner, .. } => owner.as_ref(),
            _ => None,
        }
    }

    /// When what was opened `at` is due for those who could read it from `read` on: a window for
    /// objections is not over before it could be used.
    pub fn window(
        &self,
        due: DateTime<Utc>,
        at: DateTime<Utc>,
        read: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let objected = matches!(
            self,
            Deed::Opened {
                matter: Sort::Decision,
                ..
            }
        );
        match read - at {
            late if objected && late > UNREAD => due + late,
            _ => due,
        }
    }

    /// What is written up after the end.
    pub const fn may_follow_the_end(&self) -> bool {
        matches!(
            self,
            Deed::Written { .. }
                | Deed::Reviewed { .. }
                | Deed::Waived { .. }
                | Deed::Retracted { .. }
                | Deed::Settled { .. }
                | Deed::Moved { .. }
                | Deed::Given { .. }
                | Deed::Opened {
                    matter: Sort::Action,
                    ..
                }
        )
    }

    pub const fn has_text(&self) -> bool {
        matches!(
            self,
            Deed::Report { .. } | Deed::Notice {} | Deed::Offered { .. } | Deed::Written { .. }
        )
    }

    pub const fn verb(&self) -> Verb {
        match self {
            Deed::Opened { matter, .. } => matter.verb(),
            Deed::Settled { .. } => Verb::Settle,
            Deed::Moved { .. } => Verb::Extend,
            Deed::Given { .. } => Verb::Give,
            Deed::Objected { .. } => Verb::Object,
            Deed::KindChanged { .. } => Verb::Kind,
            Deed::Meeting { .. } => Verb::Meeting,
            Deed::Report { .. } => Verb::Report,
            Deed::Notice {} => Verb::Notice,
            Deed::Approved { .. } => Verb::Approve,
            Deed::Published { .. } => Verb::Publish,
            Deed::Offered { .. } => Verb::Offer,
            Deed::Accepted { .. } => Verb::Accept,
            Deed::Declined { .. } => Verb::Decline,
            Deed::Called { .. } => Verb::Call,
            Deed::RollCall {} => Verb::RollCall,
            Deed::Here {} => Verb::Here,
            Deed::Claimed { .. } => Verb::Claim,
            Deed::Confirmed { .. } => Verb::Confirm,
            Deed::Unclaimed { .. } => Verb::Unclaim,
            Deed::Restricted {} => Verb::Restrict,
            Deed::Linked { .. } | Deed::Joined { .. } => Verb::Link,
            Deed::Written { .. } => Verb::Write,
            Deed::Reviewed { .. } => Verb::Review,
            Deed::Waived { .. } => Verb::Waive,
            Deed::Retracted { .. } => Verb::Retract,
        }
    }
}
