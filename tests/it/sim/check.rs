//! What must hold when everything came to rest.

use super::Run;
use super::acts::is_hopeless;
use matoi::domain::event::{Body, Event, Register};
use matoi::domain::ids::{ChannelId, ConsoleId, EventId, IncidentId};
use matoi::domain::incident::{Entry, Incident, Verdict};
use matoi::domain::sync::image::JobState;
use matoi::domain::sync::mirror::{Carried, EVENTS};
use matoi::domain::work::Deed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Run {
    /// What is wrong at the end, if anything.
    pub(super) fn verdict(&mut self) -> Result<(), String> {
        if self.incidents.is_empty() {
            return Err("nothing was declared".into());
        }
        self.settled()?;
        for id in self.declared() {
            self.compare(&id)?;
        }
        self.delivered()
    }

    /// The incidents that are in a channel of theirs: not those that were given up or lost before.
    pub(super) fn declared(&self) -> Vec<IncidentId> {
        let carried = self.world.carried();
        let there: BTreeSet<IncidentId> = carried
            .filter_map(|(channel, metadata, _)| {
                let incident = Carried::read(metadata)?.incident;
                (self.channel_of(&incident) == Some(channel)).then_some(incident)
            })
            .collect();
        let known = self.incidents.iter();
        known.filter(|id| there.contains(id)).cloned().collect()
    }

    /// Every console is done with everything that can be done.
    fn settled(&self) -> Result<(), String> {
        for console in &self.consoles {
            for job in console.engine.image().jobs.values() {
                let failed = matches!(job.state, JobState::Failed { .. });
                let dropped = matches!(job.state, JobState::Dropped { .. });
                if !job.state.is_settled() {
                    return Err(format!("not settled: {job:?}"));
                }
                if failed != is_hopeless(job) && !dropped {
                    return Err(format!("{job:?}"));
                }
            }
        }
        Ok(())
    }

    /// Whatever was shown as saved is in its channel, once.
    fn delivered(&self) -> Result<(), String> {
        let mut copies: BTreeMap<EventId, Vec<ConsoleId>> = BTreeMap::new();
        for (channel, metadata, _) in self.world.carried() {
            if metadata.event_type != EVENTS {
                continue;
            }
            let carried = Carried::read(metadata).ok_or("unreadable metadata")?;
            if self.channel_of(&carried.incident) != Some(channel) {
                continue;
            }
            for (_, event) in &carried.events {
                let said = copies.entry(event.id.clone()).or_default();
                said.push(carried.console.clone());
            }
        }
        for (n, event) in &self.saved {
            let image = self.consoles[*n].engine.image();
            if !image.events.contains_key(event) {
                return Err(format!("{event} was saved and has vanished"));
            }
            let job = image.carriers.get(event).and_then(|s| image.jobs.get(s));
            let given_up = job.is_some_and(|job| {
                matches!(
                    job.state,
                    JobState::Dropped { .. } | JobState::Failed { .. }
                )
            });
            let said = copies.get(event).map_or(&[][..], Vec::as_slice);
            let by_hand = self.by_hand.contains(event);
            let distinct: BTreeSet<_> = said.iter().collect();
            match said.len() {
                0 if given_up => {}
                0 => return Err(format!("{event} was saved and is not in the channel")),
                _ if given_up && by_hand => {
                    return Err(format!("{event} was given up and is in the channel"));
                }
                // What several consoles may derive is said by each that noticed, and collapsed.
                times if (by_hand && times > 1) || distinct.len() < times => {
                    let row = &image.events[event].event;
                    return Err(format!(
                        "{event} was posted {times} times by {said:?}: {row:?}"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The acts that any message ever carried in the channel of the incident that was declared there
    /// first: what is elsewhere is said again by whoever still knows it.
    pub(super) fn said_in_channels(&self) -> BTreeSet<EventId> {
        let mut owners: BTreeMap<&ChannelId, IncidentId> = BTreeMap::new();
        let mut said = BTreeSet::new();
        for (channel, metadata, _) in self.world.carried() {
            let Some(carried) = Carried::read(metadata) else {
                continue;
            };
            let declares =
                |(_, event): &(_, Event)| matches!(event.body(), Some(Body::Declared { .. }));
            if carried.events.iter().any(declares) {
                owners.entry(channel).or_insert(carried.incident.clone());
            }
            if owners.get(channel) == Some(&carried.incident) {
                said.extend(carried.events.into_iter().map(|(_, event)| event.id));
            }
        }
        said
    }

    fn channel_of(&self, incident: &IncidentId) -> Option<&ChannelId> {
        let mut rows = self.consoles.iter();
        rows.find_map(|c| c.engine.image().incidents.get(incident)?.channel.as_ref())
    }

    /// All consoles came to rest in one state, and it is the one the rule gives.
    fn compare(&mut self, id: &IncidentId) -> Result<(), String> {
        let mut first: Option<(Incident, Vec<Event>)> = None;
        for console in &mut self.consoles {
            let Some(state) = console.engine.agreed(id) else {
                return Err("a console does not know the incident".into());
            };
            let state = shared(state);
            let ids: BTreeSet<_> = state.entries.iter().map(|e| &e.id).collect();
            if ids.len() != state.entries.len() {
                return Err("an act is counted twice".into());
            }
            let known = &console.engine.image().events;
            let events: Vec<Event> = state
                .entries
                .iter()
                .filter_map(|entry| Some(known.get(&entry.id)?.event.clone()))
                .collect();
            judge(&state, &events)?;
            match &first {
                None => first = Some((state, events)),
                Some((other, said)) if *other == state && *said == events => {}
                Some((other, said)) => {
                    let (one, two) = (lines(other, said), lines(&state, &events));
                    return Err(format!("states differ:\n{}", difference(&one, &two)));
                }
            }
        }
        Ok(())
    }
}

fn lines(state: &Incident, events: &[Event]) -> Vec<String> {
    let acts = state.entries.iter().zip(events).map(|(entry, event)| {
        let at = entry
            .position
            .as_ref()
            .map(|p| format!("{}/{}", p.ts, p.index));
        let (id, verdict, text) = (&entry.id, &entry.verdict, &entry.text);
        let (by, at) = (&entry.by, at.unwrap_or_default());
        let (body, prev) = (&entry.body, &event.prev);
        format!(
            "{at} {id} by {by} {verdict:?} {body:?} {text:?} {} {prev:?}",
            event.at
        )
    });
    let mut rest = state.clone();
    rest.entries.clear();
    let rest = format!("{rest:#?}");
    acts.chain(rest.lines().map(str::to_owned)).collect()
}

/// Where two accounts part, and what led there.
fn difference(one: &[String], two: &[String]) -> String {
    let at = one.iter().zip(two).position(|(a, b)| a != b);
    let at = at.unwrap_or(one.len().min(two.len()));
    let from = at.saturating_sub(3);
    let part = |lines: &[String]| lines[from..lines.len().min(at + 4)].join("\n");
    format!("{}\n--\n{}", part(one), part(two))
}

/// The state without what each console has for itself: when it heard of an act.
pub(super) fn shared(state: &Incident) -> Incident {
    let mut state = state.clone();
    for entry in &mut state.entries {
        Arc::make_mut(entry).recorded_at = chrono::DateTime::UNIX_EPOCH;
    }
    state
}

/// The rule of `prev`, written again from the design and without the fold: an event counts if, for
/// each register, its author had seen the current value's writer, or writes that value too.
fn judge(state: &Incident, events: &[Event]) -> Result<(), String> {
    let mut current: BTreeMap<Register, (BTreeSet<EventId>, String)> = BTreeMap::new();
    let mut stands = Standing::default();
    for (entry, event) in state.entries.iter().zip(events) {
        let accepted = entry.verdict == Verdict::Accepted;
        let writes = entry.body.writes(&entry.id);
        let fair = writes.iter().all(|(register, value)| {
            current.get(register).is_none_or(|(writers, now)| {
                now == value
                    || event
                        .prev
                        .get(register)
                        .is_some_and(|id| writers.contains(id))
            })
        });
        let late = matches!(&entry.body, Body::Work(deed) if stands.is_late(state, entry, deed));
        if (fair && !late) != accepted {
            return Err(format!("{} was judged {:?}", entry.id, entry.verdict));
        }
        let says = |(register, value): &(Register, String)| {
            current.get(register).is_some_and(|(_, now)| now == value)
        };
        if accepted && (writes.is_empty() || !writes.iter().all(says)) {
            stands.follow(entry);
        }
        if accepted {
            for (register, value) in writes {
                let slot = current.entry(register).or_default();
                if slot.1 != value {
                    *slot = (BTreeSet::new(), value);
                }
                slot.0.insert(entry.id.clone());
            }
        }
    }
    one_commander(state, &current)
}

/// What can be answered.
#[derive(Default)]
struct Standing {
    offer: Option<EventId>,
    claim: Option<EventId>,
}

impl Standing {
    /// What answers an offer or a claim counts while that stands; an offer, until its end by the
    /// time of the message that accepts it.
    fn is_late(&self, state: &Incident, entry: &Entry, deed: &Deed) -> bool {
        match deed {
            Deed::Accepted { offer, user } => {
                let offered = state.entries.iter().find(|e| e.id == *offer);
                let in_time = offered.is_some_and(|offered| match &offered.body {
                    Body::Work(Deed::Offered { to, expires }) => {
                        let at = entry.position.as_ref().map(|p| p.ts.micros());
                        to == user && at.is_some_and(|at| at <= expires.timestamp_micros())
                    }
                    _ => false,
                });
                !in_time || self.offer.as_ref() != Some(offer)
            }
            Deed::Declined { offer } => self.offer.as_ref() != Some(offer),
            Deed::Confirmed { claim } | Deed::Unclaimed { claim, .. } => {
                self.claim.as_ref() != Some(claim)
            }
            _ => false,
        }
    }

    fn follow(&mut self, entry: &Entry) {
        match &entry.body {
            Body::Work(Deed::Offered { .. }) => self.offer = Some(entry.id.clone()),
            // Whoever offered commands no more: the offer is off with it.
            Body::Commander { .. } | Body::Work(Deed::Accepted { .. } | Deed::Declined { .. }) => {
                self.offer = None
            }
            Body::Work(Deed::Claimed { .. }) => self.claim = Some(entry.id.clone()),
            Body::Work(Deed::Unclaimed { .. }) | Body::Recovered { .. } => self.claim = None,
            _ => {}
        }
    }
}

/// Who commands is whom the last hand-over that counted named.
fn one_commander(
    state: &Incident,
    current: &BTreeMap<Register, (BTreeSet<EventId>, String)>,
) -> Result<(), String> {
    let held = state
        .commander
        .as_ref()
        .map_or("", |held| held.user.as_str());
    let written = current.get(&Register::named("commander"));
    let written = written.map_or("", |(_, value)| value.as_str());
    if held == written {
        Ok(())
    } else {
        Err(format!(
            "{held:?} commands, and the record says {written:?}"
        ))
    }
}
