//! Who is invited into the incident's channel because of what the record says of them.
//!
//! The app makes the channel: whoever acts from a console, or is named from one, is not in it. The
//! console that first brings somebody into the record invites them, once. Whoever was there before
//! is left alone: they wrote in the channel, or the record has them on its roster since an act whose
//! console invited them.

use super::image::{Job, Task, Write};
use super::{Engine, Step};
use crate::domain::event::Body;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::work::Deed;

impl Body {
    /// Whom it gives something to do, a role, or a place on the roster.
    fn brings(&self) -> Option<&UserId> {
        match self {
            Body::Commander { user, .. }
            | Body::Role { user, .. }
            | Body::Assigned { user, .. } => user.as_ref(),
            Body::CheckedIn { user, .. } => Some(user),
            Body::Work(deed) => deed.turns_to(),
            _ => None,
        }
    }

    /// Done by a person here, and not noticed or said by the program on its own.
    fn is_own_act(&self) -> bool {
        let noticed = matches!(
            self,
            Body::Absorbed { .. } | Body::Pinned { .. } | Body::Unpinned { .. }
        );
        let spoken = matches!(self, Body::Work(Deed::RollCall {} | Deed::Joined { .. }));
        self.verb().is_some() && !noticed && !spoken
    }
}

impl Engine {
    /// Whom an event by `by` brings into the channel. `before` is the state without it.
    pub(super) fn newcomers(
        &self,
        step: &Step,
        id: &IncidentId,
        body: &Body,
        by: &UserId,
        before: &Incident,
    ) -> Vec<UserId> {
        let sight = Sight::of_row(before, self.incident_now(step, id).as_ref());
        let archived = self.image.channel_of(id).is_some_and(|row| row.archived);
        if sight.way(Outlet::Join) == Way::Closed || archived {
            return Vec::new();
        }
        let here = *by == self.me && body.is_own_act();
        let author = (here || matches!(body, Body::Declared { .. })).then_some(by);
        let mut new: Vec<UserId> = Vec::new();
        for user in author.into_iter().chain(body.brings()) {
            let known = user.as_str().is_empty()
                || new.contains(user)
                || before.roster.contains_key(user)
                || self.was_invited(step, id, user)
                || self.last_heard(id, user).is_some();
            if !known {
                new.push(user.clone());
            }
        }
        new
    }

    /// By this console, whatever came of it: what failed stands in the outbox, for a person to retry.
    pub(super) fn was_invited(&self, step: &Step, id: &IncidentId, user: &UserId) -> bool {
        let here = |job: &Job| {
            job.incident == *id
                && matches!(&job.task, Task::InvitePerson { who } if who == user.as_str())
        };
        let in_step = |write: &Write| matches!(write, Write::Job(job) if here(job));
        self.image.outward_of(id).any(here) || step.writes.iter().any(in_step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decide::{Command, Declaration, Outlets};
    use crate::domain::ids::ConsoleId;
    use crate::domain::sync::image::{Image, JobState};
    use crate::domain::sync::{Now, Order, Timing};
    use std::time::Duration;

    struct World {
        engine: Engine,
        id: IncidentId,
        second: i64,
        rng: fastrand::Rng,
    }

    impl World {
        /// U1 declares at this console; `private` or not.
        fn new(private: bool) -> World {
            let image = Image::new(ConsoleId::new("k1"));
            let mut world = World {
                engine: Engine::new(image, UserId::new("U1"), Timing::default(), World::at(0)),
                id: IncidentId::default(),
                second: 0,
                rng: fastrand::Rng::with_seed(1),
            };
            let declaration = Declaration {
                title: "Payments fail".into(),
                channel: "shop-1".into(),
                private,
                ..Declaration::default()
            };
            world.act("U1", Command::Declare(Box::new(declaration)));
            world
        }

        fn at(second: i64) -> Now {
            Now {
                wall: chrono::DateTime::from_timestamp(1_795_000_000 + second, 0).expect("a time"),
                mono: Duration::from_secs(second.unsigned_abs()),
            }
        }

        fn act(&mut self, by: &str, command: Command) {
            self.second += 1;
            let order = Order {
                command,
                by: UserId::new(by),
                outlets: Outlets::default(),
                via: None,
            };
            let known = (!self.id.as_str().is_empty()).then(|| self.id.clone());
            let now = World::at(self.second);
            let made = self.engine.act(known.as_ref(), &order, now, &mut self.rng);
            let (id, step) = made.expect("accepted");
            self.engine.absorb(&step.writes);
            self.id = id;
        }

        /// Everybody for whom an invitation was ever queued, in order.
        fn invited(&self) -> Vec<&str> {
            let jobs = self.engine.image().jobs.values();
            jobs.filter_map(|job| match &job.task {
                Task::InvitePerson { who } => Some(who.as_str()),
                _ => None,
            })
            .collect()
        }
    }

    fn commander(user: &str) -> Command {
        Command::Commander {
            user: Some(UserId::new(user)),
            reason: Some("silent".into()),
        }
    }

    fn enters(user: &str) -> Command {
        Command::CheckIn {
            user: UserId::new(user),
            role: None,
            task: None,
        }
    }

    #[test]
    fn whoever_the_record_brings_in_is_invited_once() {
        let mut world = World::new(false);
        let role = |role: &str, user: &str| Command::Role {
            role: role.into(),
            user: Some(UserId::new(user)),
        };
        world.act("U1", commander("U1"));
        world.act("U1", role("scribe", "U3"));
        world.act("U1", role("comms", "U3"));
        world.act("U1", enters("U4"));
        world.act("U1", Command::AddItem("count the carts".into()));
        let assigned = |user: &str| Command::Assign {
            item: "1".into(),
            user: Some(UserId::new(user)),
            due: None,
        };
        world.act("U1", assigned("U5"));
        world.act("U1", assigned("U5"));
        assert_eq!(world.invited(), ["U1", "U3", "U4", "U5"]);
    }

    #[test]
    fn whoever_acts_at_this_console_is_invited_and_whoever_acts_in_slack_is_there() {
        let mut world = World::new(false);
        world.engine.set_me(UserId::new("U7"));
        world.act("U7", Command::Note("the pool is full".into()));
        world.act("U7", Command::Note("and stays so".into()));
        world.act("U8", Command::Note("asked for by a mention".into()));
        assert_eq!(world.invited(), ["U1", "U7"]);
    }

    #[test]
    fn one_that_failed_stands_in_the_outbox_and_is_not_queued_again() {
        let mut world = World::new(false);
        world.act("U1", enters("U4"));
        let jobs = world.engine.image().jobs.values();
        let task = Task::InvitePerson { who: "U4".into() };
        let job = jobs.into_iter().find(|job| job.task == task).cloned();
        world.engine.absorb(&[Write::Job(Job {
            state: JobState::failed("user_not_found"),
            ..job.expect("queued")
        })]);
        world.act("U4", commander("U4"));
        assert_eq!(world.invited(), ["U1", "U4"]);
        let failed = world.engine.outbox();
        let failed = failed.filter(|job| matches!(job.state, JobState::Failed { .. }));
        assert_eq!(failed.count(), 1);
    }

    #[test]
    fn a_private_channel_takes_those_it_names_and_a_restricted_one_nobody() {
        let mut private = World::new(true);
        private.act("U1", enters("U4"));
        assert_eq!(private.invited(), ["U1", "U4"]);
        let mut public = World::new(false);
        public.act("U1", Deed::Restricted {}.into());
        public.act("U1", enters("U4"));
        assert_eq!(public.invited(), ["U1"]);
    }
}
