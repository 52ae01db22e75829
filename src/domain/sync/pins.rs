//! Pins that people set in Slack enter the timeline, and leave it when they are taken off.

use super::{Answer, Engine, Fault, Now, Order, Pinned, Step};
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{ChannelId, IncidentId, SlackTs};
use std::collections::BTreeSet;

impl Engine {
    pub(super) fn pins_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Ok(Answer::Pins(pins)) = result else {
            return;
        };
        let Some(incident) = self.image.channels.get(id).and_then(|r| r.incident.clone()) else {
            return;
        };
        // An older copy of the journal does not know what it has said of them already.
        if !self.is_looked_through(id) {
            return;
        }
        let delay = self.duty_delay(&incident, "pins", now);
        let listed: BTreeSet<&SlackTs> = pins.iter().map(|p| &p.ts).collect();
        let Some(state) = self.shown(&incident) else {
            return;
        };
        let watch = self.watch(id);
        watch.pins_noticed.retain(|ts, _| listed.contains(ts));
        let mut ours = Vec::new();
        for pin in pins
            .iter()
            .filter(|p| !p.message.own && !state.pinned(&p.ts))
        {
            let noticed = *watch.pins_noticed.entry(pin.ts.clone()).or_insert(now.mono);
            if now.mono >= noticed + delay {
                ours.push(pin);
            }
        }
        for pin in ours {
            self.pin(step, &incident, pin, now, rng);
        }
        let rows = self.image.messages.get(id).into_iter().flatten();
        let marked: BTreeSet<SlackTs> = rows
            .filter(|(_, row)| self.is_marked(row))
            .map(|(ts, _)| ts.clone())
            .collect();
        let gone: Vec<SlackTs> = self
            .shown(&incident)
            .map(|state| {
                state
                    .registers
                    .iter()
                    .filter(|(_, w)| w.value == "pinned")
                    .filter_map(|(r, _)| SlackTs::parse(r.0.strip_prefix("pin:")?).ok())
                    .filter(|ts| !listed.contains(ts) && !marked.contains(ts))
                    .collect()
            })
            .unwrap_or_default();
        let watch = self.watch(id);
        watch.pins_missing.retain(|ts, _| gone.contains(ts));
        let mut unpinned = Vec::new();
        for ts in gone {
            let count = watch.pins_missing.entry(ts.clone()).or_insert(0);
            *count += 1;
            if *count >= 2 {
                unpinned.push(ts);
            }
        }
        for ts in unpinned {
            let me = self.me.clone();
            let command = Command::Pin {
                evidence: false,
                ts,
                author: String::new(),
                excerpt: String::new(),
                by: me.clone(),
                pinned: false,
                files: Vec::new(),
            };
            self.act_into(step, &incident, &command, &me, now, rng);
        }
    }

    fn pin(
        &mut self,
        step: &mut Step,
        incident: &IncidentId,
        pin: &Pinned,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let author = pin
            .message
            .user
            .as_ref()
            .map(|user| self.name(user))
            .or_else(|| pin.message.username.clone())
            .unwrap_or_default();
        let command = Command::Pin {
            evidence: false,
            ts: pin.ts.clone(),
            author,
            excerpt: crate::wire::mrkdwn::plain(
                &pin.message.text,
                &super::mirror::Known(&self.names),
            ),
            by: pin.by.clone(),
            pinned: true,
            files: pin.message.files.clone(),
        };
        self.act_into(step, incident, &command, &pin.by.clone(), now, rng);
    }

    /// An act that the program derives; a refusal means that there is nothing to do. Whether it was
    /// done.
    pub(super) fn act_into(
        &mut self,
        step: &mut Step,
        incident: &IncidentId,
        command: &Command,
        by: &crate::domain::ids::UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> bool {
        let order = Order {
            command: command.clone(),
            by: by.clone(),
            outlets: Outlets::default(),
            // Its kind says where it came from.
            via: None,
        };
        // A refusal means that the record says it already.
        self.act_on(step, Some(incident), &order, now, rng).is_ok()
    }
}
