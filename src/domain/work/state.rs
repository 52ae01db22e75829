//! What the fold keeps of the deeds.

use super::{Can, Deed, Section, Sort, Stage, State};
use crate::domain::event::{Named, Place, Recorded, Register};
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::{Held, Merge, Situation};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// How a matter was settled last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub state: State,
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub line: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub line: String,
}

/// One line that stays until it is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    pub id: EventId,
    pub sort: Sort,
    /// From 1, within its sort, in the order of the record.
    pub number: usize,
    pub line: String,
    pub risk: Option<String>,
    pub by: UserId,
    pub opened: DateTime<Utc>,
    /// Whose it is, and since when.
    pub owner: Option<Held>,
    pub due: Option<DateTime<Utc>>,
    pub state: State,
    /// In order; of a decision both the decision and its result.
    pub settled: Vec<Settlement>,
    pub objections: Vec<Objection>,
}

impl Matter {
    /// How people call it: T1, N2.
    pub fn handle(&self) -> String {
        handle(self.sort, self.number)
    }

    pub const fn is_open(&self) -> bool {
        !self.state.is_final()
    }

    /// Nobody has done it or given it up; what was put off is still to be done.
    pub const fn is_to_be_done(&self) -> bool {
        self.is_open() || matches!(self.state, State::Deferred)
    }
}

/// How people call a matter: T1, N2.
pub fn handle(sort: Sort, number: usize) -> String {
    format!("{}{number}", sort.letter())
}

/// Command that is offered and not yet taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: EventId,
    pub to: UserId,
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    /// Escaped mrkdwn as Slack returned it.
    pub briefing: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: EventId,
    pub audience: Named,
    pub stage: Stage,
    /// From 1, for this audience.
    pub number: usize,
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub can: Can,
    pub next: Option<DateTime<Utc>>,
}

/// A notice to customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: EventId,
    pub text: String,
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub approved: Option<Held>,
    /// Where it went, and when.
    pub published: Option<(String, DateTime<Utc>)>,
    pub next: Option<DateTime<Utc>>,
}

/// Somebody says that it is good again; it has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub id: EventId,
    pub by: UserId,
    pub at: DateTime<Utc>,
    /// When it became good.
    pub time: DateTime<Utc>,
    pub hold_until: DateTime<Utc>,
    pub owners: Vec<UserId>,
    pub confirmed: BTreeMap<UserId, DateTime<Utc>>,
}

/// How a claim of recovery ended in recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Declared before it had held for as long as was wanted.
    pub skipped: bool,
    pub confirmed: Vec<UserId>,
}

/// Calls to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub first: DateTime<Utc>,
    pub last: DateTime<Utc>,
    pub count: u32,
    pub why: Option<String>,
}

/// What was decided about the post-mortem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// With its link, when it was written elsewhere.
    Reviewed(Held, Option<String>),
    Waived(Held, String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// In the order of the record.
    pub matters: Vec<Matter>,
    pub offer: Option<Offer>,
    pub claim: Option<Claim>,
    /// By the event that declared recovery; of those that were claimed before.
    pub holds: BTreeMap<EventId, Hold>,
    pub reports: Vec<Report>,
    pub notices: Vec<Notice>,
    pub calls: BTreeMap<UserId, Call>,
    pub roll_calls: Vec<DateTime<Utc>>,
    pub meeting: Option<String>,
    pub sections: BTreeMap<Section, Situation>,
    pub review: Option<Review>,
    /// Since when nothing leaves the channel any more.
    pub restricted: Option<DateTime<Utc>>,
    pub parent: Option<Merge>,
    pub children: Vec<Merge>,
    pub retracted: BTreeSet<EventId>,
}

impl Work {
    /// Whether a deed comes too late to count: the register that says so.
    pub(in crate::domain) fn too_late(&self, recorded: &Recorded, deed: &Deed) -> Option<Register> {
        let offer = || Some(Register::named("offer"));
        match deed {
            Deed::Accepted { offer: id, user } => match &self.offer {
                Some(open) if open.id == *id && open.to == *user => {
                    let at = placed(recorded);
                    if at > open.expires { offer() } else { None }
                }
                _ => offer(),
            },
            Deed::Declined { offer: id } => match &self.offer {
                Some(open) if open.id == *id => None,
                _ => offer(),
            },
            Deed::Confirmed { claim } | Deed::Unclaimed { claim, .. } => match &self.claim {
                Some(open) if open.id == *claim => None,
                _ => Some(Register::named("claim")),
            },
            _ => None,
        }
    }

    /// Recovery is declared by `event`: the claim has served.
    pub(in crate::domain) fn close_claim(&mut self, event: &EventId, at: DateTime<Utc>) {
        if let Some(claim) = self.claim.take() {
            let hold = Hold {
                skipped: at < claim.hold_until,
                confirmed: claim.confirmed.into_keys().collect(),
            };
            self.holds.insert(event.clone(), hold);
        }
    }

    pub fn matter(&self, id: &EventId) -> Option<&Matter> {
        self.matters.iter().find(|matter| matter.id == *id)
    }

    /// Those of a sort that somebody still has to do something about.
    pub fn open(&self, sort: Sort) -> impl Iterator<Item = &Matter> {
        let of = move |matter: &&Matter| matter.sort == sort && matter.is_open();
        self.matters.iter().filter(of)
    }

    /// The last report to an audience.
    pub fn last_report(&self, audience: &str) -> Option<&Report> {
        let to = |report: &&Report| report.audience.id == audience;
        self.reports.iter().rfind(to)
    }

    /// What each audience was promised, in the order of first reports; final ones promise nothing.
    pub fn promises(&self) -> Vec<(&Named, DateTime<Utc>)> {
        let mut seen = BTreeSet::new();
        let audiences = self.reports.iter().map(|report| &report.audience.id);
        let audiences = audiences.filter(|id| seen.insert(*id));
        audiences
            .filter_map(|id| self.last_report(id))
            .filter(|report| report.stage != Stage::Final)
            .filter_map(|report| Some((&report.audience, report.next?)))
            .collect()
    }

    /// The newest notice to customers, where it was drafted and never went out.
    pub fn unpublished(&self) -> Option<&Notice> {
        let mut stands = self.notices.iter().rev();
        let last = stands.find(|notice| !self.retracted.contains(&notice.id))?;
        last.published.is_none().then_some(last)
    }

    /// When the notice that went out last said that another would follow.
    pub fn notice_promised(&self) -> Option<DateTime<Utc>> {
        let out = self.notices.iter().filter_map(|notice| {
            let (_, at) = notice.published.as_ref()?;
            Some((*at, notice.next))
        });
        out.max_by_key(|(at, _)| *at)?.1
    }

    fn edit(&mut self, id: &EventId, change: impl FnOnce(&mut Matter)) {
        if let Some(matter) = self.matters.iter_mut().find(|matter| matter.id == *id) {
            change(matter);
        }
    }

    /// What this set is set no more.
    pub(in crate::domain) fn unset(&mut self, deed: &Deed) {
        match deed {
            Deed::Meeting { .. } => self.meeting = None,
            Deed::Written { section } => {
                self.sections.remove(section);
            }
            Deed::Reviewed { .. } | Deed::Waived { .. } => self.review = None,
            Deed::Given { matter, .. } => self.edit(matter, |matter| matter.owner = None),
            Deed::Moved { matter, .. } => self.edit(matter, |matter| matter.due = None),
            Deed::Approved { notice } | Deed::Published { notice, .. } => {
                let approval = matches!(deed, Deed::Approved { .. });
                let mut notices = self.notices.iter_mut();
                if let Some(notice) = notices.find(|it| it.id == *notice) {
                    notice.published = None;
                    notice.next = None;
                    notice.approved = notice.approved.take().filter(|_| !approval);
                }
            }
            _ => {}
        }
    }

    pub(in crate::domain) fn take(&mut self, recorded: &Recorded, deed: &Deed) {
        let (id, by, at) = (&recorded.event.id, &recorded.by, recorded.event.at);
        let text = || recorded.text.clone().unwrap_or_default();
        let held = |user: &UserId| Held {
            user: user.clone(),
            since: at,
        };
        match deed {
            Deed::Opened {
                matter,
                line,
                owner,
                due,
                risk,
            } => {
                let before = self.matters.iter().filter(|m| m.sort == *matter);
                let due = due.map(|due| deed.window(due, at, placed(recorded)));
                self.matters.push(Matter {
                    id: id.clone(),
                    sort: *matter,
                    number: before.count() + 1,
                    line: line.clone(),
                    risk: risk.clone(),
                    by: by.clone(),
                    opened: at,
                    owner: owner.as_ref().map(held),
                    due,
                    state: State::Open,
                    settled: Vec::new(),
                    objections: Vec::new(),
                });
            }
            Deed::Settled {
                matter,
                state,
                line,
                owner,
                due,
            } => self.edit(matter, |matter| {
                matter.state = *state;
                if let Some(owner) = owner {
                    matter.owner = Some(held(owner));
                }
                // A decision's window is over; its time-box begins. What is open again has the time
                // that it had.
                if due.is_some() || matches!(state, State::Decided | State::Open) {
                    matter.due = *due;
                }
                matter.settled.push(Settlement {
                    state: *state,
                    by: by.clone(),
                    at,
                    line: line.clone(),
                });
            }),
            Deed::Moved { matter, due } => self.edit(matter, |matter| matter.due = Some(*due)),
            Deed::Given { matter, owner } => {
                self.edit(matter, |matter| matter.owner = Some(held(owner)));
            }
            Deed::Objected { matter, line } => self.edit(matter, |matter| {
                matter.objections.push(Objection {
                    by: by.clone(),
                    at,
                    line: line.clone(),
                });
            }),
            Deed::Meeting { link } => self.meeting = Some(link.clone()),
            Deed::Report {
                audience,
                stage,
                next,
            } => {
                let before = self.reports.iter().filter(|r| r.audience.id == audience.id);
                self.reports.push(Report {
                    id: id.clone(),
                    audience: audience.clone(),
                    stage: *stage,
                    number: before.count() + 1,
                    by: by.clone(),
                    at,
                    can: Can::parse(&text()),
                    next: *next,
                });
            }
            Deed::Notice {} => self.notices.push(Notice {
                id: id.clone(),
                text: text(),
                by: by.clone(),
                at,
                approved: None,
                published: None,
                next: None,
            }),
            Deed::Approved { notice } => {
                if let Some(notice) = self.notices.iter_mut().find(|n| n.id == *notice) {
                    notice.approved = Some(held(by));
                }
            }
            Deed::Published {
                notice,
                target,
                next,
            } => {
                if let Some(notice) = self.notices.iter_mut().find(|n| n.id == *notice) {
                    notice.published = Some((target.clone(), at));
                    notice.next = *next;
                }
            }
            Deed::Offered { to, expires } => {
                self.offer = Some(Offer {
                    id: id.clone(),
                    to: to.clone(),
                    by: by.clone(),
                    at,
                    expires: *expires,
                    briefing: text(),
                });
            }
            Deed::Accepted { .. } | Deed::Declined { .. } => self.offer = None,
            Deed::Called { user, number, why } => {
                let call = self.calls.entry(user.clone()).or_insert_with(|| Call {
                    first: at,
                    last: at,
                    count: 0,
                    why: None,
                });
                call.last = call.last.max(at);
                call.count = call.count.max(*number);
                call.why = why.clone().or(call.why.take());
            }
            Deed::RollCall {} => self.roll_calls.push(at),
            Deed::Claimed { time, hold, owners } => {
                self.claim = Some(Claim {
                    id: id.clone(),
                    by: by.clone(),
                    at,
                    time: *time,
                    hold_until: at + chrono::TimeDelta::minutes(i64::from(*hold)),
                    owners: owners.clone(),
                    confirmed: BTreeMap::new(),
                });
            }
            Deed::Confirmed { .. } => {
                if let Some(claim) = &mut self.claim {
                    claim.confirmed.entry(by.clone()).or_insert(at);
                }
            }
            Deed::Unclaimed { .. } => self.claim = None,
            Deed::Restricted {} => self.restricted = Some(at),
            Deed::Linked { parent, place } => self.parent = Some(merge(parent, place)),
            Deed::Joined { child, place } => self.children.push(merge(child, place)),
            Deed::Written { section } => {
                let situation = Situation {
                    text: text(),
                    by: by.clone(),
                    at,
                };
                self.sections.insert(*section, situation);
            }
            Deed::Reviewed { link } => {
                self.review = Some(Review::Reviewed(held(by), link.clone()));
            }
            Deed::Waived { reason } => {
                self.review = Some(Review::Waived(held(by), reason.clone()));
            }
            Deed::Retracted { event } => {
                self.retracted.insert(event.clone());
            }
            // The incident's own.
            Deed::KindChanged { .. } | Deed::Here {} => {}
        }
    }
}

fn merge(id: &IncidentId, place: &Place) -> Merge {
    Merge {
        id: id.clone(),
        place: place.clone(),
    }
}

/// When an event counts as said: by its message, which no author's clock can move; a pending one
/// by its author's.
fn placed(recorded: &Recorded) -> DateTime<Utc> {
    let ts = recorded.position.as_ref().map(|position| &position.ts);
    ts.and_then(|ts| DateTime::from_timestamp_micros(ts.micros()))
        .unwrap_or(recorded.event.at)
}
