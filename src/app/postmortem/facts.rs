//! What the record tells over time: who commanded from when to when, which level when, who took part.

use crate::domain::event::{Body, Named};
use crate::domain::ids::UserId;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::verb::ROLES;
use crate::domain::work::Deed;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Entries that counted and were not taken back.
pub fn counted(incident: &Incident) -> impl Iterator<Item = &Arc<Entry>> {
    let counts = |entry: &&Arc<Entry>| {
        entry.verdict == Verdict::Accepted && !incident.work.retracted.contains(&entry.id)
    };
    incident.entries.iter().filter(counts)
}

/// Somebody held something from when to when; without an end, to the last.
pub struct Term {
    pub user: UserId,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// Who commanded, in order.
pub fn commanders(incident: &Incident) -> Vec<Term> {
    let changes = counted(incident).filter_map(|entry| match &entry.body {
        Body::Commander { user, .. } => Some((entry.at, user.clone())),
        Body::Work(Deed::Accepted { user, .. }) => Some((entry.at, Some(user.clone()))),
        _ => None,
    });
    terms(changes)
}

/// Every role that there was: those of the response in the order it needs them, then its streams.
pub fn roles(incident: &Incident) -> Vec<String> {
    let known = ROLES.iter().map(|(role, _)| (*role).to_owned());
    let mut roles: Vec<String> = known.collect();
    for entry in counted(incident) {
        if let Body::Role { role, .. } = &entry.body
            && !roles.contains(role)
        {
            roles.push(role.clone());
        }
    }
    roles
}

/// Who held a role, in order.
pub fn held(incident: &Incident, role: &str) -> Vec<Term> {
    let changes = counted(incident).filter_map(|entry| match &entry.body {
        Body::Role { role: of, user } if of == role => Some((entry.at, user.clone())),
        _ => None,
    });
    terms(changes)
}

fn terms(changes: impl Iterator<Item = (DateTime<Utc>, Option<UserId>)>) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for (at, user) in changes {
        if let Some(last) = terms.last_mut().filter(|term| term.to.is_none()) {
            if Some(&last.user) == user.as_ref() {
                continue;
            }
            last.to = Some(at);
        }
        terms.extend(user.map(|user| Term {
            user,
            from: at,
            to: None,
        }));
    }
    terms
}

/// Which levels it had, in order, and who said so.
pub fn levels(incident: &Incident) -> Vec<(DateTime<Utc>, &Named, &UserId)> {
    let set = counted(incident).filter_map(|entry| match &entry.body {
        Body::Level { level, .. } => Some((entry.at, level, &entry.by)),
        _ => None,
    });
    set.collect()
}

/// Everybody who was here or did something, in order of appearance.
pub fn people(incident: &Incident) -> Vec<UserId> {
    let mut all: Vec<UserId> = vec![incident.declarer.clone()];
    let named = counted(incident).filter(|e| e.body.verb().is_some());
    let mut here: Vec<_> = incident.roster.values().collect();
    here.sort_by_key(|present| present.since);
    let here = here.into_iter().map(|present| &present.user);
    for user in here.chain(named.map(|entry| &entry.by)) {
        if !user.as_str().is_empty() && !all.contains(user) {
            all.push(user.clone());
        }
    }
    all
}
