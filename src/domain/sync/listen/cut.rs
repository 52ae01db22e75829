//! Slack lists only some of those who reacted, however many there are. On what the program asks, and
//! on its checklists, everybody counts: where a list is short, the message is asked for with all of
//! them, once for each time that their number changes.

use super::super::image::{Message, MessageRow, Reaction, Write};
use super::super::mirror::Carried;
use super::super::{Answer, Call, Engine, Fault, Flight, Now, Step};
use super::time_of;
use crate::domain::budget::Purpose;
use crate::domain::event::Body;
use crate::domain::ids::{ChannelId, SlackTs};

impl Engine {
    /// Gives a message as a page shows it the people that were asked for before, where nothing says
    /// that they are others by now.
    pub(in crate::domain::sync) fn complete(&self, message: &mut Message, known: &Message) {
        for reaction in message.reactions.iter_mut().filter(|r| is_cut(r)) {
            let before = known.reactions.iter().find(|r| r.name == reaction.name);
            let still = before.filter(|before| {
                before.count == reaction.count
                    && before.users.len() > reaction.users.len()
                    && reaction.users.iter().all(|u| before.users.contains(u))
            });
            if let Some(before) = still {
                reaction.users.clone_from(&before.users);
            }
        }
    }

    /// Keeps in mind that the people on a message are to be asked for.
    pub(in crate::domain::sync) fn note_cut(
        &mut self,
        id: &ChannelId,
        ts: &SlackTs,
        message: &Message,
        now: Now,
    ) {
        let old = now.wall - time_of(ts) > super::HISTORY;
        if self.desk.is_none() || old || !message.reactions.iter().any(is_cut) || !asks(message) {
            return;
        }
        let number = message.reactions.iter().map(|r| r.count).sum();
        let watch = self.watch(id);
        if watch.asked_whole.insert(ts.clone(), number) != Some(number) {
            watch.cut.insert(ts.clone());
        }
    }

    /// Asks who reacted on a message whose list is short. Whether it did.
    pub(in crate::domain::sync) fn read_cut(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> bool {
        let Some(ts) = self.watch(id).cut.first().cloned() else {
            return false;
        };
        let call = Call::Reactions {
            channel: id.clone(),
            ts: ts.clone(),
        };
        if !self.ledger.take(Purpose::Side, &call, now, rng) {
            return false;
        }
        self.watch(id).cut.remove(&ts);
        self.fly(step, Flight::Reactions(id.clone(), ts), call);
        true
    }

    pub(in crate::domain::sync) fn cut_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        ts: &SlackTs,
        result: Result<Answer, Fault>,
    ) {
        match result {
            Ok(Answer::Reactions(reactions)) => {
                let known = self.image.messages.get(id).and_then(|m| m.get(ts));
                if let Some(row) = known.filter(|row| row.message.reactions != reactions) {
                    let message = Message {
                        reactions,
                        ..row.message.clone()
                    };
                    step.writes.push(Write::Message(MessageRow {
                        message,
                        ..row.clone()
                    }));
                }
            }
            // Those who are listed have to do.
            Ok(_) | Err(Fault::Refused(_)) => {}
            Err(_) => {
                self.watch(id).cut.insert(ts.clone());
            }
        }
    }
}

fn is_cut(reaction: &Reaction) -> bool {
    usize::try_from(reaction.count).is_ok_and(|count| count > reaction.users.len())
}

/// A question of the program's, or a checklist.
fn asks(message: &Message) -> bool {
    let metadata = message.metadata.as_ref().filter(|_| message.own);
    metadata.and_then(Carried::read).is_some_and(|carried| {
        let mut events = carried.events.iter();
        events.any(|(_, event)| {
            matches!(
                event.body(),
                Some(Body::Question { .. } | Body::Items { .. })
            )
        })
    })
}
