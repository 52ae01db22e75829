//! Two people who declare the same thing apart from each other end with one incident: an offer to
//! merge, and what merging writes into both channels.

use super::Engine;
use crate::domain::decide::{Command, Draft};
use crate::domain::event::{Body, Place, Register};
use crate::domain::ids::{EventId, IncidentId};
use crate::domain::incident::Incident;
use crate::domain::outlets::Sight;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::domain::work::Deed;
use chrono::TimeDelta;
use std::sync::Arc;

/// Declared further apart, two incidents of a service are taken to be two.
const TOGETHER: TimeDelta = TimeDelta::minutes(60);

/// Two open incidents that look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeOffer {
    /// The one that would be merged away: declared later.
    pub ours: IncidentId,
    pub other: IncidentId,
    pub why: MergeWhy,
}

/// What makes them look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeWhy {
    /// Of one service, declared within the hour, by two consoles.
    SameService,
}

/// The other incident that a command is about, and whether this one ends there.
fn other(command: &Command) -> Option<(&IncidentId, bool)> {
    match command {
        Command::Merge { into, .. } => Some((into, true)),
        Command::Work(order) => match &order.deed {
            Deed::Linked { parent, .. } => Some((parent, false)),
            _ => None,
        },
        _ => None,
    }
}

/// What the other incident is told: which one, its state, the event, and who is to come along.
type Other = (IncidentId, Incident, Draft, Vec<String>);

impl Engine {
    /// Open incidents that may be one, each that would be merged away with the oldest that it could
    /// be merged into.
    pub fn merge_offers(&mut self) -> Vec<MergeOffer> {
        let all = self.incidents();
        self.offers_among(&all)
    }

    /// The same among all incidents as they are known, newest first.
    pub fn offers_among(&self, all: &[Arc<Incident>]) -> Vec<MergeOffer> {
        let open = all.iter().rev().filter(|i| !i.phase.is_over());
        let open: Vec<&Arc<Incident>> = open.collect();
        let mut offers = Vec::new();
        for (n, later) in open.iter().enumerate() {
            // However many are open, only those of the hour before are looked at.
            let near = later
                .declared
                .and_then(|at| at.checked_sub_signed(TOGETHER));
            let first = open[..n].partition_point(|earlier| earlier.declared < near);
            let earlier = open[first..n].iter().find(|earlier| {
                earlier.service == later.service
                    && self.declared_by(earlier) != self.declared_by(later)
                    && self.may_merge(later, &earlier.id).is_ok()
            });
            if let Some(earlier) = earlier {
                offers.push(MergeOffer {
                    ours: later.id.clone(),
                    other: earlier.id.clone(),
                    why: MergeWhy::SameService,
                });
            }
        }
        offers
    }

    fn declared_by(&self, incident: &Incident) -> Option<&crate::domain::ids::ConsoleId> {
        let event = incident.declared_event.as_ref()?;
        Some(&self.image.events.get(event)?.console)
    }

    /// Where `into` is; why `from` cannot be merged into it.
    fn may_merge(&self, from: &Incident, into: &IncidentId) -> Result<Place, Problem> {
        let refused = |text: Text| Err(Problem::refused(text));
        if from.id == *into {
            return refused(Text::fixed(
                "An incident cannot be merged into itself.",
                "自分自身には統合できません。",
            ));
        }
        let known = self.folds.get(into).zip(self.image.incidents.get(into));
        let Some((fold, row)) = known else {
            return Err(super::act::unknown(into));
        };
        let there = fold.shown.as_deref().unwrap_or(&fold.incident);
        if there.declared.is_none() {
            return Err(super::act::unknown(into));
        }
        if there.phase.is_over() {
            return refused(Text::fixed(
                "The other incident is over.",
                "相手のインシデントは終わっています。",
            ));
        }
        let Some(own) = self.image.incidents.get(&from.id) else {
            return Err(super::act::unknown(&from.id));
        };
        // Title and channel of each are written into the other's channel.
        let (here, there_too) = (
            Sight::of_row(from, Some(own)),
            Sight::of_row(there, Some(row)),
        );
        if !here.may_meet(there_too) {
            return Err(Problem::refused(Text::fixed(
                "Only incidents of the same kind of channel may name each other: both private or both public, both drills or neither, neither restricted.",
                "公開と非公開、訓練と本番、限定対応に移ったインシデントは、互いに統合・関連付けできません。",
            ))
            .hint(Text::fixed(
                "Call this one off instead, and say where it goes on to those who may know.",
                "こちらを取り下げ、知ってよい人にだけ続きの場所を伝えてください。",
            )));
        }
        let Some(channel) = self.image.channel_of(into) else {
            return Err(Problem::refused(Text::fixed(
                "The other incident has no channel yet.",
                "相手のインシデントのチャンネルがまだありません。",
            ))
            .hint(Text::fixed(
                "Wait until it is there, or do it the other way round.",
                "チャンネルができるまで待つか、逆向きに操作してください。",
            )));
        };
        Ok(Place {
            channel: Some(channel.id.clone()),
            name: channel.name.clone(),
            title: there.title.clone(),
        })
    }

    /// A merge or a link with where the other incident is; `None` for any other command.
    pub(super) fn complete_merge(
        &mut self,
        from: &Incident,
        command: &Command,
    ) -> Result<Option<Command>, Problem> {
        let Some((other, is_merge)) = other(command) else {
            return Ok(None);
        };
        // What may stand only in events that wait counts too.
        self.shown(other);
        let place = self.may_merge(from, other)?;
        let other = other.clone();
        Ok(Some(match is_merge {
            true => Command::Merge { into: other, place },
            false => Deed::Linked {
                parent: other,
                place,
            }
            .into(),
        }))
    }

    /// What a merge or a link is to the other incident, `from` being this one before it.
    pub(super) fn absorbs(&mut self, from: &Incident, command: &Command) -> Option<Other> {
        let (into, is_merge) = other(command)?;
        let there = self.shown(into)?;
        let channel = self.image.channel_of(&from.id);
        let name = channel.map_or(&from.channel_wanted, |channel| &channel.name);
        // Who merges it again after a reopening does something new; two who merge it at once do not.
        let register = Register::named(if is_merge { "phase" } else { "parent" });
        let before = from.registers.get(&register);
        let before = before.and_then(|w| w.events.first());
        let before = before.map_or("", |id| id.as_str());
        let place = Place {
            channel: channel.map(|channel| channel.id.clone()),
            name: name.clone(),
            title: from.title.clone(),
        };
        let (body, what) = match is_merge {
            true => (
                Body::Absorbed {
                    from: from.id.clone(),
                    place,
                },
                "absorb",
            ),
            false => (
                Body::Work(Deed::Joined {
                    child: from.id.clone(),
                    place,
                }),
                "join",
            ),
        };
        let draft = Draft {
            id: EventId::derived(into, &format!("{}{before}", from.id), "", what),
            body: body.cleaned(),
            text: None,
        };
        let here = |user| {
            let present = there.roster.get(user);
            present.is_some_and(|present| present.left.is_none())
        };
        let people = from
            .roster
            .values()
            .filter(|present| is_merge && present.left.is_none() && !here(&present.user))
            .map(|present| present.user.as_str().to_owned())
            .collect();
        Some((into.clone(), (*there).clone(), draft, people))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decide::{Declaration, Outlets};
    use crate::domain::event::{Event, Phase, What};
    use crate::domain::ids::{ChannelId, ConsoleId, SlackTs, UserId};
    use crate::domain::sync::image::{ChannelRow, EventRow, Image, IncidentRow, Task, Write};
    use crate::domain::sync::{Now, Order, Timing};
    use std::time::Duration;

    fn at(minute: i64) -> Now {
        Now {
            wall: chrono::DateTime::from_timestamp(1_795_000_000 + minute * 60, 0)
                .expect("in range"),
            mono: Duration::from_secs(1_000 + 60 * minute.unsigned_abs()),
        }
    }

    fn order(by: &str, command: Command) -> Order {
        Order {
            command,
            by: UserId::new(by),
            outlets: Outlets::default(),
            via: None,
        }
    }

    struct World {
        engine: Engine,
        rng: fastrand::Rng,
    }

    impl World {
        fn new() -> World {
            let image = Image::new(ConsoleId::new("k1"));
            World {
                engine: Engine::new(image, UserId::new("U1"), Timing::default(), at(0)),
                rng: fastrand::Rng::with_seed(7),
            }
        }

        /// Declared by somebody's console, its channel bound.
        fn declare(&mut self, minute: i64, by: &str, console: &str, private: bool) -> IncidentId {
            let declaration = Declaration {
                title: format!("of {by}"),
                service: "shop".into(),
                channel: format!("shop-{by}").to_lowercase(),
                private,
                ..Declaration::default()
            };
            let order = order(by, Command::Declare(Box::new(declaration)));
            let made = self.engine.act(None, &order, at(minute), &mut self.rng);
            let (id, step) = made.expect("accepted");
            let channel = ChannelId::new(format!("C{by}"));
            let writes: Vec<Write> = step
                .writes
                .into_iter()
                .map(|write| match write {
                    Write::Event(row) => Write::Event(EventRow {
                        console: ConsoleId::new(console),
                        ..row
                    }),
                    Write::Incident(row) => Write::Incident(IncidentRow {
                        channel: Some(channel.clone()),
                        ..row
                    }),
                    write => write,
                })
                .collect();
            self.engine.absorb(&writes);
            self.engine.absorb(&[Write::Channel(ChannelRow {
                id: channel,
                name: format!("shop-{by}").to_lowercase(),
                incident: Some(id.clone()),
                owner_ts: None,
                watermark: SlackTs::zero(),
                joined: true,
                archived: false,
                topic: None,
                ours: true,
            })]);
            id
        }

        fn merge(
            &mut self,
            minute: i64,
            by: &str,
            from: &IncidentId,
            into: &IncidentId,
        ) -> Result<Vec<Write>, Problem> {
            let place = Place {
                channel: None,
                name: String::new(),
                title: String::new(),
            };
            let into = into.clone();
            let order = order(by, Command::Merge { into, place });
            let (_, step) = self
                .engine
                .act(Some(from), &order, at(minute), &mut self.rng)?;
            self.engine.absorb(&step.writes);
            Ok(step.writes)
        }

        fn shown(&mut self, id: &IncidentId) -> Arc<Incident> {
            self.engine.shown(id).expect("known")
        }
    }

    #[test]
    fn both_sides_of_a_merge_are_written_and_who_was_here_is_invited_there() {
        let mut world = World::new();
        let into = world.declare(0, "U1", "k1", false);
        let from = world.declare(5, "U2", "k2", false);
        let writes = world.merge(9, "U2", &from, &into).expect("accepted");
        let (gone, there) = (world.shown(&from), world.shown(&into));
        assert_eq!(gone.phase, Phase::Merged);
        assert!(gone.phase.is_over());
        let went = gone.merged_into.as_ref().expect("says where");
        assert_eq!((&went.id, went.place.name.as_str()), (&into, "shop-u1"));
        assert_eq!(went.place.channel, Some(ChannelId::new("CU1")));
        assert_eq!(there.absorbed.len(), 1);
        assert_eq!(there.absorbed[0].place.name, "shop-u2");
        assert!(there.phase.is_burning());
        let invited: Vec<&Task> = writes
            .iter()
            .filter_map(|write| match write {
                Write::Job(job) if job.incident == into => Some(&job.task),
                _ => None,
            })
            .filter(|task| matches!(task, Task::InvitePerson { .. }))
            .collect();
        assert_eq!(invited, [&Task::InvitePerson { who: "U2".into() }]);
        // Nothing is asked and nobody calls any more.
        assert_eq!(gone.next_call(at(30).wall), None);
        let again = world.merge(10, "U2", &from, &into).expect_err("over");
        assert_eq!(again.sentence.en, "This incident is over.");
    }

    #[test]
    fn what_nobody_may_know_of_is_merged_with_nothing_open() {
        let mut world = World::new();
        let open = world.declare(0, "U1", "k1", false);
        let private = world.declare(5, "U2", "k2", true);
        let problem = world.merge(9, "U2", &private, &open).expect_err("refused");
        assert!(
            problem.sentence.en.contains("same kind of channel"),
            "{problem}"
        );
        assert_eq!(world.engine.merge_offers(), []);
        // Nor by somebody who may not.
        let third = world.declare(6, "U3", "k3", false);
        let problem = world.merge(9, "U1", &third, &open).expect_err("refused");
        assert!(problem.sentence.en.starts_with("You may not"), "{problem}");
        assert!(world.merge(9, "U3", &third, &third).is_err());
    }

    #[test]
    fn incidents_of_one_service_by_two_consoles_within_the_hour_are_offered() {
        let mut world = World::new();
        let first = world.declare(0, "U1", "k1", false);
        let own = world.declare(3, "U9", "k1", false);
        let second = world.declare(59, "U2", "k2", false);
        let late = world.declare(140, "U3", "k3", false);
        let offer = |ours: &IncidentId, other: &IncidentId| MergeOffer {
            ours: ours.clone(),
            other: other.clone(),
            why: MergeWhy::SameService,
        };
        let offers = world.engine.merge_offers();
        // A console that declares twice means two; what came hours later is another thing.
        assert_eq!(offers, [offer(&second, &first)], "{own} {late}");
    }

    #[test]
    fn two_who_merge_it_at_once_write_one_line_there() {
        let mut one = World::new();
        let into = one.declare(0, "U1", "k1", false);
        let from = one.declare(5, "U2", "k2", false);
        let state = (*one.shown(&from)).clone();
        let place = Place {
            channel: None,
            name: String::new(),
            title: String::new(),
        };
        let command = Command::Merge { into, place };
        let absorbed = |world: &mut World| world.engine.absorbs(&state, &command).expect("there").2;
        let (mine, theirs) = (absorbed(&mut one), absorbed(&mut one));
        assert_eq!(mine.id, theirs.id);
        // After a reopening it is a new act.
        let mut reopened = state.clone();
        reopened.apply(&crate::domain::event::Recorded {
            event: Event {
                id: EventId::new("e9"),
                at: at(20).wall,
                prev: state.prev(
                    &EventId::new("e9"),
                    &Body::Phase {
                        phase: Phase::Fixing,
                    },
                ),
                what: What::Known(Body::Phase {
                    phase: Phase::Fixing,
                }),
                via: None,
            },
            by: UserId::new("U2"),
            console: ConsoleId::new("k2"),
            text: None,
            position: None,
            recorded_at: at(20).wall,
        });
        let later = one.engine.absorbs(&reopened, &command).expect("there").2;
        assert_ne!(mine.id, later.id);
    }
}
