//! What was set for the first time and is taken back: there is no former value to set again, so that
//! it is as if nobody had set it. Whatever was set after it stands.

use super::event::{Body, Milestone};
use super::ids::EventId;
use super::incident::{Entry, Incident, Verdict};
use super::learn::Learnt;
use super::work::Deed;

impl Incident {
    /// Whether taking this back leaves nothing set: it is of a sort that can be unset, it counted,
    /// and nothing else that stands wrote the same.
    pub fn is_first(&self, entry: &Entry) -> bool {
        entry.verdict == Verdict::Accepted
            && self.can_be_unset(&entry.body)
            && self.nothing_else(entry)
    }

    fn can_be_unset(&self, body: &Body) -> bool {
        let opened = |id: &EventId| {
            let mut entries = self.entries.iter();
            entries.find(|entry| entry.id == *id).map(|e| &e.body)
        };
        match body {
            Body::Temperature { .. } | Body::Situation {} => true,
            // The others are reached by what is done, and corrected.
            Body::Milestone { milestone, .. } => {
                matches!(milestone, Milestone::Started | Milestone::Detected)
            }
            Body::Work(Deed::Given { matter, .. }) => matches!(
                opened(matter),
                Some(Body::Work(Deed::Opened { owner: None, .. }))
            ),
            Body::Work(Deed::Moved { matter, .. }) => matches!(
                opened(matter),
                Some(Body::Work(Deed::Opened { due: None, .. }))
            ),
            // What is out was approved.
            Body::Work(Deed::Approved { notice }) => {
                let mut notices = self.work.notices.iter();
                notices.any(|it| it.id == *notice && it.published.is_none())
            }
            Body::Work(
                Deed::Meeting { .. }
                | Deed::Written { .. }
                | Deed::Reviewed { .. }
                | Deed::Waived { .. }
                | Deed::Published { .. },
            ) => true,
            Body::Learnt(learnt) => matches!(
                learnt,
                Learnt::Tracked { .. }
                    | Learnt::Assessed { .. }
                    | Learnt::Reached { .. }
                    | Learnt::Corrected { .. }
            ),
            _ => false,
        }
    }

    fn nothing_else(&self, entry: &Entry) -> bool {
        let own = entry.body.writes(&entry.id);
        self.entries.iter().all(|other| {
            let approval = matches!(
                (&other.body, &entry.body),
                (
                    Body::Work(Deed::Approved { .. }),
                    Body::Work(Deed::Published { .. })
                )
            );
            let stands = other.id != entry.id
                && other.verdict == Verdict::Accepted
                && !self.work.retracted.contains(&other.id);
            !stands || approval || {
                let theirs = other.body.writes(&other.id);
                !theirs
                    .iter()
                    .any(|(register, _)| own.iter().any(|(mine, _)| mine == register))
            }
        })
    }

    /// An act is taken back; called before that counts.
    pub(in crate::domain) fn take_back(&mut self, event: &EventId) {
        let mut entries = self.entries.iter();
        let Some(entry) = entries.find(|entry| entry.id == *event).cloned() else {
            return;
        };
        if let Body::Work(Deed::Confirmed { .. }) = &entry.body {
            if let Some(claim) = &mut self.work.claim {
                claim.confirmed.remove(&entry.by);
            }
            return;
        }
        if !self.is_first(&entry) {
            return;
        }
        // The next to set it says something new, whatever the value.
        for (register, _) in entry.body.writes(&entry.id) {
            self.registers.remove(&register);
        }
        match &entry.body {
            Body::Temperature { .. } => self.temperature = None,
            Body::Situation {} => self.situation = None,
            Body::Milestone { milestone, .. } => {
                self.milestones.remove(milestone);
            }
            Body::Work(deed) => self.work.unset(deed),
            Body::Learnt(learnt) => self.lessons.unset(learnt),
            _ => {}
        }
    }
}
