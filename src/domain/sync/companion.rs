//! An incident that goes on in another: among few people when it is restricted, in a new channel
//! when its own is archived, which in Slack only a person can take back.

use super::act::Author;
use super::{Engine, Now, Step};
use crate::both;
use crate::domain::decide::{
    Asked, Command, Declaration, Draft, LevelPlan, Outlets, allowed, decide, required,
};
use crate::domain::event::{Body, Event, Milestone, Recorded, What};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::timer::personal_data_since;
use crate::domain::words::Lang;
use crate::wire::mrkdwn;
use std::sync::Arc;

/// The incident that takes over, before anything of it is recorded.
pub(super) struct Companion {
    id: IncidentId,
    declaration: Declaration,
    drafts: Vec<Draft>,
    people: Vec<String>,
}

impl Engine {
    /// What a command opens beside what it does to `from`; `None` for most.
    ///
    /// # Errors
    /// As for the command.
    pub(super) fn companion(
        &mut self,
        from: &Incident,
        command: &Command,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<Option<Companion>, Problem> {
        match command {
            Command::Restrict(restriction) => self.restricted(from, restriction, by, now, rng),
            _ => return Ok(None),
        }
        .map(Some)
    }

    /// What reopening opens where nothing can be said in `from`'s channel any more. Nothing is
    /// recorded of `from`: nobody would ever read it.
    ///
    /// # Errors
    /// Who may, and that a reason is missing.
    pub(super) fn reopened_elsewhere(
        &mut self,
        from: &Incident,
        command: &Command,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<Option<Companion>, Problem> {
        let channel = self.image.channel_of(&from.id);
        // Before its end, somebody in Slack brings back what was archived by hand.
        let closed = channel
            .filter(|channel| channel.archived && from.phase.is_over() && !self.timing.unarchives);
        let (Command::Reopen(reason), Some(channel)) = (command, closed) else {
            return Ok(None);
        };
        let before = channel.name.clone();
        let reason = required(reason)?;
        if let Some(there) = self
            .companion_of(&from.id)
            .filter(|there| !there.phase.is_over())
        {
            let there = self
                .image
                .channel_of(&there.id)
                .map_or(&there.channel_wanted, |c| &c.name);
            return Err(Problem::refused(both!(
                "It goes on in #{there} already.",
                "対応は既に #{there} で続いています。"
            )));
        }
        let name = |user: &UserId| self.name(user);
        let asked = Asked {
            by,
            now: now.wall,
            heard: &|_| None,
            name: &name,
            silent_minutes: self.timing.commander_silent_minutes,
            gate: self.gate(&from.id),
            archived: true,
        };
        allowed(from, command, &asked)?;
        let here = from
            .roster
            .values()
            .filter(|present| present.left.is_none());
        let here = here
            .map(|present| present.user.as_str().to_owned())
            .collect();
        let mut declaration = self.declared_again(from);
        let known = known(&mut declaration, from);
        let commands = again(from, &declaration, known, by, (&reason, &before));
        let companion = self.goes_on(declaration, &commands, here, by, now, rng)?;
        Ok(Some(companion))
    }

    /// What `from` was declared as, as it stands now.
    fn declared_again(&self, from: &Incident) -> Declaration {
        let row = self.image.incidents.get(&from.id);
        let declared = from.entries.iter().find_map(|entry| match &entry.body {
            Body::Declared {
                timekeeper,
                timekeeper_recovered,
                ..
            } => Some((*timekeeper, *timekeeper_recovered)),
            _ => None,
        });
        let (timekeeper, timekeeper_recovered) = declared.unwrap_or_default();
        let reached = |milestone| from.milestones.get(&milestone).map(|reached| reached.time);
        Declaration {
            title: from.title.clone(),
            service: from.service.clone(),
            kind: from.kind,
            channel: from.channel_wanted.clone(),
            lang: from.lang,
            private: row.is_some_and(|row| row.private),
            drill: row.is_some_and(|row| row.drill),
            personal_data: from.personal_data,
            temperature: from.temperature.clone(),
            situation: self.situation_of(from),
            started: reached(Milestone::Started),
            detected: reached(Milestone::Detected),
            timekeeper,
            timekeeper_recovered,
            closers: from.closers.clone(),
            parent: Some(from.id.clone()),
            ..Declaration::default()
        }
    }

    /// As somebody would type it.
    pub(super) fn situation_of(&self, from: &Incident) -> Option<String> {
        let plain = |text: &str| mrkdwn::plain(text, &super::mirror::Known(&self.names));
        from.situation.as_ref().map(|s| plain(&s.text))
    }

    /// A new incident that is told `commands`, the first of which declares it.
    ///
    /// # Errors
    /// One of them is refused.
    pub(super) fn goes_on(
        &mut self,
        declaration: Declaration,
        commands: &[Command],
        people: Vec<String>,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<Companion, Problem> {
        let id = IncidentId::random(rng);
        let mut state = Incident::new(id.clone());
        let mut drafts = Vec::new();
        for command in commands {
            let name = |user: &UserId| self.name(user);
            let asked = Asked {
                by,
                now: now.wall,
                heard: &|_| None,
                name: &name,
                silent_minutes: self.timing.commander_silent_minutes,
                gate: self.gate(&id),
                archived: false,
            };
            let made = decide(&state, command, &asked, rng)?;
            for draft in &made {
                state.apply(&Recorded {
                    event: Event {
                        id: draft.id.clone(),
                        at: now.wall,
                        prev: state.prev(&draft.id, &draft.body),
                        what: What::Known(draft.body.clone()),
                        via: None,
                    },
                    by: by.clone(),
                    console: self.image.console.clone(),
                    text: draft.text.clone(),
                    position: None,
                    recorded_at: now.wall,
                });
            }
            drafts.extend(made);
        }
        Ok(Companion {
            id,
            declaration,
            drafts,
            people,
        })
    }

    /// Its rows: all of it waits for its channel, whatever becomes of the other's. Returns its id.
    pub(super) fn open_companion(
        &mut self,
        step: &mut Step,
        made: Companion,
        author: Author<'_>,
        outlets: &Outlets,
        now: Now,
    ) -> IncidentId {
        self.open(step, &made.id, &made.declaration, now);
        let mut outlets = outlets.clone();
        outlets.people.extend(made.people);
        let state = Incident::new(made.id.clone());
        self.record(step, &made.id, state, made.drafts, author, &outlets, now);
        made.id
    }

    /// Where it went on, as far as this console may know.
    pub fn companion_of(&mut self, id: &IncidentId) -> Option<Arc<Incident>> {
        let mut all = self.incidents().into_iter();
        all.find(|incident| incident.came_of.as_ref() == Some(id))
    }
}

/// Takes the mark for personal data out of a declaration, to be said by itself: the law counts from
/// when it was known in `from`, not from the declaration.
pub(super) fn known(declaration: &mut Declaration, from: &Incident) -> Option<Command> {
    let since = personal_data_since(from)?;
    declaration.personal_data = false;
    Some(Command::PersonalData {
        items: std::mem::take(&mut declaration.items),
        since: Some(since),
    })
}

/// What the new incident is told. Nobody commands it before somebody takes it, but for whoever
/// commanded and reopens it.
fn again(
    from: &Incident,
    declaration: &Declaration,
    known: Option<Command>,
    by: &UserId,
    (reason, before): (&str, &str),
) -> Vec<Command> {
    let mut commands = vec![Command::Declare(Box::new(declaration.clone()))];
    commands.extend(known);
    commands.extend(from.level.clone().map(|level| {
        let list = from.checklist().into_iter();
        let items = list.filter(|check| check.required).map(|check| check.item);
        Command::Level(LevelPlan {
            level,
            timekeeper: None,
            terms: Box::new(from.level_terms.clone()),
            items: items.collect(),
        })
    }));
    commands.push(Command::Note(match from.lang {
        Lang::En => format!("Reopened: {reason}\nIt goes on from #{before}, which is archived."),
        Lang::Ja => format!("再開: {reason}\nアーカイブ済みの #{before} の続きです。"),
    }));
    if from.commander.as_ref().is_some_and(|held| held.user == *by) {
        commands.push(Command::Commander {
            user: Some(by.clone()),
            reason: None,
        });
    }
    commands
}
