//! What people at the consoles do.

use super::desk::level;
use super::{Run, clock, wall};
use matoi::domain::decide::{Command, Declaration, Outlets};
use matoi::domain::event::{Body, Milestone, Named, Phase, Place};
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::sync::image::{Job, JobState, Task, Write};
use matoi::domain::sync::{Order, Settle};
use matoi::domain::work::Deed;

impl Run {
    pub(super) fn act(&mut self, n: usize, command: Command) {
        let incident = self.incidents.first().cloned();
        self.act_on(n, incident, command);
    }

    /// Declares an incident; whether it was accepted.
    pub(super) fn declare(&mut self, n: usize, title: &str, channel: &str) {
        let declaration = Declaration {
            title: title.into(),
            service: "shop".into(),
            channel: channel.into(),
            ..Declaration::default()
        };
        self.act_on(n, None, Command::Declare(Box::new(declaration)));
    }

    pub(super) fn act_on(&mut self, n: usize, incident: Option<IncidentId>, command: Command) {
        let order = Order {
            command,
            by: self.consoles[n].me.clone(),
            outlets: Outlets {
                // Whoever declares invites, one of them in vain.
                people: incident
                    .is_none()
                    .then(|| "nobody".into())
                    .into_iter()
                    .collect(),
                ..Outlets::default()
            },
            via: None,
        };
        let console = &mut self.consoles[n];
        let acted = console.engine.act(
            incident.as_ref(),
            &order,
            clock(self.now, console.skew),
            &mut self.rng,
        );
        if let Ok((id, step)) = acted {
            if incident.is_none() {
                self.incidents.push(id);
            }
            self.companion(&step.writes);
            self.by_hand(&step.writes);
            self.execute(n, step);
        }
    }

    /// Restricting an incident opens another, and reopening one whose channel is closed.
    fn companion(&mut self, writes: &[Write]) {
        for write in writes {
            if let Write::Incident(row) = write
                && !self.incidents.contains(&row.id)
            {
                self.incidents.push(row.id.clone());
            }
        }
    }

    /// What a person did has an id that nobody else comes to.
    fn by_hand(&mut self, writes: &[Write]) {
        for write in writes {
            if let Write::Event(row) = write
                && !matches!(
                    row.event.body(),
                    Some(
                        Body::Pinned { .. }
                            | Body::Unpinned { .. }
                            | Body::Absorbed { .. }
                            | Body::TimekeeperCall { .. }
                            | Body::Work(Deed::Joined { .. })
                    )
                )
            {
                self.by_hand.insert(row.event.id.clone());
            }
        }
    }

    pub(super) fn some_act(&mut self, n: usize) {
        let second = self.incidents.get(1).filter(|_| self.rng.f64() < 0.25);
        let incident = second.or(self.incidents.first()).cloned();
        let deed = incident.as_ref().filter(|_| self.rng.f64() < 0.3);
        let command = match deed {
            Some(incident) if self.rng.f64() < 0.3 => self.hand_over(n, incident),
            Some(incident) => self.some_deed(n, incident),
            None => self.some_command(incident.as_ref()),
        };
        match command {
            Some(command) => self.act_on(n, incident, command),
            None => self.look_after_the_outbox(n, 0.5),
        }
    }

    fn some_command(&mut self, incident: Option<&IncidentId>) -> Option<Command> {
        let item = ["a", "b", "c", "d", "e", "1", "2"][self.rng.usize(..7)].to_owned();
        let user = UserId::new(format!("U{}", self.rng.u32(..3)));
        let at = wall(self.now).wall;
        let number = self.rng.u32(..1000);
        let role = ["ops", "scribe", "deputy"][self.rng.usize(..3)].to_owned();
        Some(match self.rng.u32(..34) {
            0 => Command::Level(level(self.rng.u32(1..5))),
            1 => Command::Untick(item),
            2..=4 => Command::Tick(item),
            5 => Command::Assign {
                item,
                user: Some(user),
                due: None,
            },
            6 => Command::Commander {
                user: self.rng.bool().then_some(user),
                reason: Some("silent".into()),
            },
            7 | 8 => Command::Note(format!("note {number}")),
            9 => Command::Situation(format!("now {number}")),
            10 => Command::Temperature(Named {
                id: number.to_string(),
                name: format!("T{number}"),
            }),
            11 => Command::Role {
                role,
                user: self.rng.bool().then_some(user),
            },
            12 => Command::CheckIn {
                user,
                role: Some(role),
                task: Some(format!("task {number}")),
            },
            13 => Command::CheckOut(user),
            14 => Command::Skip {
                item,
                reason: format!("because {number}"),
            },
            15 => Command::AddItem(format!("item {number}")),
            16 => Command::Milestone {
                milestone: Milestone::ALL[self.rng.usize(..4)],
                time: at,
                link: None,
            },
            17 => Command::Timekeeper(self.rng.u32(..3)),
            18 => Command::Phase([Phase::Investigating, Phase::Fixing][self.rng.usize(..2)]),
            19 => Command::Recover(None),
            20 => Command::Reopen(format!("again {number}")),
            21 if number < 200 => Command::Cancel {
                outcome: Phase::FalseAlarm,
                reason: "a test".into(),
            },
            22 => Command::PersonalData {
                items: level(1).items,
                since: None,
            },
            23 if number < 500 => Command::Resolve(Some("done".into())),
            24 if number < 500 => Command::Archive,
            25 if number < 300 => {
                let into = self.incidents.iter().find(|id| Some(*id) != incident)?;
                Command::Merge {
                    into: into.clone(),
                    place: Place {
                        channel: None,
                        name: String::new(),
                        title: String::new(),
                    },
                }
            }
            26 => Command::Pin {
                ts: self.said.get(self.rng.usize(..=self.said.len()))?.clone(),
                author: "somebody".into(),
                excerpt: "something".into(),
                by: user,
                pinned: self.rng.bool(),
                evidence: number < 300,
                files: Vec::new(),
            },
            27 | 28 => return None,
            _ => Command::Message {
                text: format!("word {number}"),
                thread: self.said.last().filter(|_| number < 200).cloned(),
            },
        })
    }

    /// A person tries again, rewrites or gives up what waits or failed.
    pub(super) fn look_after_the_outbox(&mut self, n: usize, often: f64) {
        let console = &self.consoles[n];
        let first = self.incidents.first();
        let open: Vec<u64> = console
            .engine
            .outbox()
            .filter(|job| !is_hopeless(job))
            .filter(|job| {
                let choices = console.engine.choices(job);
                // The first incident is what the run is about.
                (choices.retry || choices.drop) && !(choices.whole && Some(&job.incident) == first)
            })
            .map(|job| job.seq)
            .collect();
        for seq in open {
            if self.rng.f64() >= often {
                continue;
            }
            let console = &self.consoles[n];
            let Some(job) = console.engine.image().jobs.get(&seq).cloned() else {
                continue;
            };
            let choices = console.engine.choices(&job);
            let what = match self.rng.u32(..3) {
                0 if choices.edit.is_some() && !matches!(job.task, Task::Create { .. }) => {
                    Settle::Edit(format!("rewritten {}", self.rng.u32(..1000)))
                }
                1 if matches!(job.state, JobState::Failed { .. }) => Settle::Retry,
                2 if matches!(job.state, JobState::Failed { .. }) || self.rng.f64() < 0.1 => {
                    Settle::Drop
                }
                _ => continue,
            };
            self.settle(n, seq, &what);
        }
    }

    pub(super) fn settle(&mut self, n: usize, seq: u64, what: &Settle) {
        let console = &mut self.consoles[n];
        let (me, now) = (console.me.clone(), clock(self.now, console.skew));
        let settled = console.engine.settle(seq, what, &me, now, &mut self.rng);
        if let Ok(step) = settled {
            let image = self.consoles[n].engine.image();
            let new = |write: &&Write| match write {
                Write::Event(row) => !image.events.contains_key(&row.event.id),
                _ => false,
            };
            let new: Vec<Write> = step.writes.iter().filter(new).cloned().collect();
            self.by_hand(&new);
            self.execute(n, step);
        }
    }
}

/// However often it is tried: there is nobody by that name, the thread is gone, or the message.
pub(super) fn is_hopeless(job: &Job) -> bool {
    let gone = |code: &str| matches!(code, "thread_not_found" | "message_not_found");
    match &job.state {
        JobState::Failed { code, .. } if gone(code) => true,
        _ => matches!(&job.task, Task::InvitePerson { who } if who == "nobody"),
    }
}
