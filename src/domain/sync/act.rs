//! A person's act becomes rows: the event and its outbox row together.

use super::image::{EventRow, IncidentRow, Job, JobState, Task, Write};
use super::{Engine, Now, Step, mirror};
use crate::both;
use crate::domain::decide::{Asked, Command, Declaration, Draft, Outlets, decide};
use crate::domain::event::{Body, Event, What};
use crate::domain::gate;
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::source::{Source, Via};
use crate::domain::verb::Right;
use crate::domain::words::Text;
use crate::domain::work::Deed;
use crate::wire::mrkdwn::escape;

/// A command with who gives it and where it is to be heard.
#[derive(Clone, Debug)]
pub struct Order {
    pub command: Command,
    pub by: UserId,
    pub outlets: Outlets,
    /// How it came here, where nobody typed it.
    pub via: Option<Via>,
}

/// Whose act it is, and how it came here.
#[derive(Clone, Copy)]
pub(super) struct Author<'a> {
    pub by: &'a UserId,
    pub via: Option<&'a Via>,
}

impl Order {
    fn author(&self) -> Author<'_> {
        Author {
            by: &self.by,
            via: self.via.as_ref(),
        }
    }
}

impl Author<'_> {
    /// The program, when its time had come, in somebody's name.
    pub fn timer(by: &UserId) -> Author<'_> {
        const TIMER: &Via = &Via {
            source: Source::Timer,
            ts: None,
            name: None,
        };
        Author {
            by,
            via: Some(TIMER),
        }
    }
}

impl Engine {
    /// Decides an order on `incident` (`None` to declare), and says what to commit. The image
    /// changes only when the writes come back through [`Engine::absorb`].
    pub fn act(
        &mut self,
        incident: Option<&IncidentId>,
        order: &Order,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<(IncidentId, Step), Problem> {
        let mut step = Step::default();
        let id = self.act_on(&mut step, incident, order, now, rng)?;
        Ok((id, step))
    }

    /// The same, added to a step.
    pub(super) fn act_on(
        &mut self,
        step: &mut Step,
        incident: Option<&IncidentId>,
        order: &Order,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<IncidentId, Problem> {
        let (id, state) = match incident {
            Some(id) => {
                let state = self.shown(id).ok_or_else(|| unknown(id))?;
                if self.is_imported(id) {
                    return Err(Problem::refused(Text::fixed(
                        "This incident was imported: nothing is done in it here.",
                        "取り込んだインシデントのため、ここでは操作できません。",
                    ))
                    .hint(Text::fixed(
                        "A console that reads its channel can: one on a data directory without the import.",
                        "チャンネルを直接読んでいる端末 (取り込みをしていないデータディレクトリ) で操作してください。",
                    )));
                }
                (id.clone(), (*state).clone())
            }
            None => {
                let id = IncidentId::random(rng);
                (id.clone(), Incident::new(id))
            }
        };
        if matches!(order.command, Command::Archive) && !state.phase.is_burning() {
            self.archivable(&id)?;
        }
        let completed = self.complete_merge(&state, &order.command)?;
        let command = completed.as_ref().unwrap_or(&order.command);
        if let Some(again) = self.reopened_elsewhere(&state, command, &order.by, now, rng)? {
            return Ok(self.open_companion(step, again, order.author(), &order.outlets, now));
        }
        let companion = self.companion(&state, command, &order.by, now, rng)?;
        // Whoever is called, and where it is announced, is then the companion's.
        let silent = Outlets::default();
        let outlets = match companion {
            Some(_) => &silent,
            None => &order.outlets,
        };
        let drafts = {
            let heard = |user: &UserId| self.last_heard(&id, user);
            let name = |user: &UserId| self.name(user);
            let asked = Asked {
                by: &order.by,
                now: now.wall,
                heard: &heard,
                name: &name,
                silent_minutes: self.timing.commander_silent_minutes,
                gate: self.gate(&id),
                archived: self.image.channel_of(&id).is_some_and(|row| row.archived),
            };
            decide(&state, command, &asked, rng)?
        };
        if let Command::Declare(declaration) = &order.command {
            self.open(step, &id, declaration, now);
        }
        let other = self.absorbs(&state, command);
        if !self.record(step, &id, state, drafts, order.author(), outlets, now) {
            // A derived id that is known already: somebody else noticed first.
            return Err(Problem::refused(Text::fixed(
                "The record already says so.",
                "既に記録されています。",
            )));
        }
        if let Some(companion) = companion {
            self.open_companion(step, companion, order.author(), &order.outlets, now);
        }
        if let Some((there, state, draft, people)) = other {
            let outlets = Outlets {
                people,
                ..Outlets::default()
            };
            self.record(
                step,
                &there,
                state,
                vec![draft],
                order.author(),
                &outlets,
                now,
            );
        }
        Ok(id)
    }

    /// What a resolution of this incident has to meet.
    pub fn gate(&self, id: &IncidentId) -> gate::Rules {
        let row = self.image.incidents.get(id);
        gate::Rules {
            hole_minutes: self.timing.hole_minutes,
            drill: row.is_some_and(|row| row.drill),
            post_mortem: self.timing.post_mortem,
        }
    }

    /// Resolving archives as well.
    fn archivable(&self, id: &IncidentId) -> Result<(), Problem> {
        let archived = self.image.channel_of(id).is_some_and(|row| row.archived);
        if archived {
            return Err(Problem::refused(Text::fixed(
                "The channel is archived already.",
                "チャンネルは既にアーカイブされています。",
            )));
        }
        Ok(())
    }

    /// The rows of a new incident before its declaration: the channel must be there for the rest.
    pub(super) fn open(
        &self,
        step: &mut Step,
        id: &IncidentId,
        declaration: &Declaration,
        now: Now,
    ) {
        step.writes.push(Write::Incident(IncidentRow {
            id: id.clone(),
            private: declaration.private,
            drill: declaration.drill,
            channel: None,
            card: None,
        }));
        self.enqueue(
            step,
            id,
            Task::Create {
                name: declaration.channel.clone(),
                suffix: 0,
            },
            now,
        );
    }

    pub(super) fn enqueue(&self, step: &mut Step, incident: &IncidentId, task: Task, now: Now) {
        let seq = self.next_seq(step);
        step.writes.push(Write::Job(Job {
            seq,
            incident: incident.clone(),
            task,
            state: JobState::Pending,
            attempts: 0,
            batch: None,
            at: now.wall,
        }));
    }

    /// Whether a job of this kind already waits, so that another would only repeat it.
    pub(super) fn waits(&self, step: &Step, incident: &IncidentId, task: &Task) -> bool {
        let here = |job: &Job| {
            job.incident == *incident && job.state == JobState::Pending && job.task == *task
        };
        self.image
            .open
            .iter()
            .filter_map(|seq| self.image.jobs.get(seq))
            .any(here)
            || step
                .writes
                .iter()
                .any(|write| matches!(write, Write::Job(job) if here(job)))
    }

    /// Returns whether anything is new.
    #[expect(
        clippy::too_many_arguments,
        reason = "what, by whom, on which state, and when"
    )]
    pub(super) fn record(
        &self,
        step: &mut Step,
        id: &IncidentId,
        mut state: Incident,
        drafts: Vec<Draft>,
        author: Author<'_>,
        heard_in: &Outlets,
        now: Now,
    ) -> bool {
        let Author { by, via } = author;
        let mut new = false;
        let row = self.incident_now(step, id);
        let looks = |state: &Incident| {
            let topic = row
                .as_ref()
                .map(|row| mirror::topic(state, row, &self.names));
            let card = row
                .as_ref()
                .map(|row| mirror::card(state, row, &self.names).1);
            (topic, card)
        };
        for draft in drafts {
            if self.image.events.contains_key(&draft.id) {
                continue;
            }
            let first = !new;
            new = true;
            let before = looks(&state);
            let event = Event {
                id: draft.id.clone(),
                at: now.wall,
                prev: state.prev(&draft.id, &draft.body),
                what: What::Known(draft.body.clone()),
                // What an act brings along came as it did, and fills its message as it is.
                via: via
                    .filter(|_| !matches!(draft.body, Body::Items { .. }))
                    .cloned(),
            };
            let row = EventRow {
                incident: id.clone(),
                event,
                by: by.clone(),
                console: self.image.console.clone(),
                text: draft.text.map(|text| escape(&text).into_owned()),
                position: None,
                recorded_at: now.wall,
                seq: self.next_seq(step),
            };
            let newcomers = self.newcomers(step, id, &draft.body, by, &state);
            state.apply(&row.recorded());
            step.writes.push(Write::Event(row));
            let outlets = first.then_some(heard_in);
            for task in self.follow_up(id, &draft.id, &draft.body, &state, outlets) {
                self.enqueue(step, id, task, now);
            }
            for user in newcomers {
                // It may be among those that the act invites anyway.
                if !self.was_invited(step, id, &user) {
                    let who = user.to_string();
                    self.enqueue(step, id, Task::InvitePerson { who }, now);
                }
            }
            let after = looks(&state);
            let changed = [
                (before.0 != after.0, Task::Topic {}),
                (before.1 != after.1, Task::Card {}),
            ];
            for (changed, task) in changed {
                if changed && !self.waits(step, id, &task) {
                    self.enqueue(step, id, task, now);
                }
            }
            if matches!(draft.body, Body::Archived {} | Body::Resolved { .. }) {
                self.enqueue(step, id, Task::Archive {}, now);
            }
        }
        new
    }

    /// What an event brings to be done beside topic and card, in the order it should be seen.
    /// `outlets` are those of the act, for the first of its events.
    fn follow_up(
        &self,
        id: &IncidentId,
        event: &EventId,
        body: &Body,
        state: &Incident,
        outlets: Option<&Outlets>,
    ) -> Vec<Task> {
        let mut tasks = Vec::new();
        let archived = self.image.channel_of(id).is_some_and(|c| c.archived);
        // What ends it is told where it began, though somebody archived that by hand.
        let tells = matches!(
            body,
            Body::Reopened { .. } | Body::Resolved { .. } | Body::Cancelled { .. }
        );
        if tells && archived {
            tasks.push(Task::Unarchive {});
        }
        tasks.push(Task::Event { id: event.clone() });
        if let Body::Declared { .. } = body {
            tasks.push(Task::Purpose {
                text: purpose(state),
            });
            tasks.push(Task::PinEvent { id: event.clone() });
        }
        for name in super::listen::reactions_of(body, state) {
            tasks.push(Task::React {
                id: event.clone(),
                name: name.to_owned(),
            });
        }
        let Some(outlets) = outlets else {
            return tasks;
        };
        for who in &outlets.people {
            let invited = Task::InvitePerson { who: who.clone() };
            if !tasks.contains(&invited) {
                tasks.push(invited);
            }
        }
        let groups = outlets.groups.iter().cloned();
        tasks.extend(groups.map(|who| Task::InviteGroup { who }));
        if body.verb().is_some_and(|verb| verb.row().loud) {
            tasks.extend(outlets.broadcast.iter().map(|to| Task::Announce {
                to: to.clone(),
                event: event.clone(),
                here: outlets.mention_here && matches!(body, Body::Declared { .. }),
                report: false,
            }));
        }
        if let Body::Work(Deed::Report { .. }) = body {
            tasks.extend(outlets.reports.iter().map(|to| Task::Announce {
                to: to.clone(),
                event: event.clone(),
                here: false,
                report: true,
            }));
        }
        tasks
    }

    /// For a refusal's sentence and a key's availability: whether `by` holds `right` now.
    pub fn holds(&mut self, id: &IncidentId, right: Right, by: &UserId) -> bool {
        self.shown(id).is_some_and(|state| match right {
            Right::Anyone => true,
            Right::Command => state.may_command(by),
            Right::Comms => state.may_report(by),
            Right::Closer => state.may_close(by),
        })
    }
}

fn purpose(state: &Incident) -> String {
    let text = match state.lang {
        crate::domain::words::Lang::En => {
            format!("Response to: {} ({})", state.title, state.service)
        }
        crate::domain::words::Lang::Ja => {
            format!("対応: {} ({})", state.title, state.service)
        }
    };
    text.chars().take(250).collect()
}

pub(super) fn unknown(id: &IncidentId) -> Problem {
    Problem::not_found(both!(
        "There is no incident {id}.",
        "インシデント {id} はありません。"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ChannelId, ConsoleId, SlackTs};
    use crate::domain::sync::image::{Image, Message};
    use crate::domain::sync::{Answer, Call, Timing};
    use std::time::Duration;

    fn at(seconds: i64) -> Now {
        Now {
            wall: chrono::DateTime::from_timestamp(1_795_000_000 + seconds, 0).expect("in range"),
            mono: Duration::from_secs(1_000 + seconds.unsigned_abs()),
        }
    }

    fn order(by: &str, command: Command) -> Order {
        Order {
            command,
            by: UserId::new(by),
            outlets: Outlets {
                broadcast: vec!["#all".into()],
                mention_here: true,
                ..Outlets::default()
            },
            via: None,
        }
    }

    /// A workspace that does as it is told; returns what was announced.
    fn carry_out(engine: &mut Engine, now: Now, rng: &mut fastrand::Rng) -> Vec<String> {
        let mut announced = Vec::new();
        loop {
            let step = engine.next(now, rng);
            if step.is_empty() {
                return announced;
            }
            engine.absorb(&step.writes);
            for (flight, call) in step.calls {
                let ts = SlackTs::parse(&format!("{}.{flight:06}", now.wall.timestamp()));
                let ts = ts.expect("a ts");
                let posted = |text: &str, metadata| Answer::Posted {
                    ts: ts.clone(),
                    message: Box::new(Message {
                        ts: ts.to_string(),
                        text: text.to_owned(),
                        own: true,
                        metadata: Some(metadata),
                        ..Message::default()
                    }),
                };
                let answer = match call {
                    Call::Create { name, .. } => Answer::Created {
                        channel: ChannelId::new("C1"),
                        name,
                    },
                    Call::Post { text, metadata, .. } => posted(&text, metadata),
                    Call::Announce { text, metadata, .. } => {
                        announced.push(text.clone());
                        posted(&text, metadata)
                    }
                    Call::Discover => Answer::Channels(Vec::new()),
                    Call::History { .. } | Call::Replies { .. } => Answer::Page {
                        messages: Vec::new(),
                        next: None,
                    },
                    Call::Pins { .. } => Answer::Pins(Vec::new()),
                    _ => Answer::Done,
                };
                let step = engine.answered(flight, Ok(answer), now, rng);
                engine.absorb(&step.writes);
            }
        }
    }

    fn declared(timing: Timing) -> (Engine, IncidentId, fastrand::Rng, Vec<String>) {
        declared_as(timing, false)
    }

    fn declared_as(
        timing: Timing,
        private: bool,
    ) -> (Engine, IncidentId, fastrand::Rng, Vec<String>) {
        let mut rng = fastrand::Rng::with_seed(1);
        let image = Image::new(ConsoleId::new("k1"));
        let mut engine = Engine::new(image, UserId::new("U1"), timing, at(0));
        let declaration = Declaration {
            title: "Payments fail".into(),
            service: "shop".into(),
            channel: "shop-1".into(),
            private,
            ..Declaration::default()
        };
        let order = order("U1", Command::Declare(Box::new(declaration)));
        let (id, step) = engine.act(None, &order, at(0), &mut rng).expect("accepted");
        engine.absorb(&step.writes);
        let mut announced = Vec::new();
        for second in 0..6 {
            announced.extend(carry_out(&mut engine, at(second * 2), &mut rng));
        }
        (engine, id, rng, announced)
    }

    #[test]
    fn only_the_declaration_pages_where_it_is_announced() {
        let (mut engine, id, mut rng, announced) = declared(Timing::default());
        assert_eq!(announced.len(), 1, "{announced:?}");
        assert!(announced[0].starts_with("<!here> "), "{announced:?}");
        let recovered = order("U1", Command::Recover(None));
        let (_, step) = engine
            .act(Some(&id), &recovered, at(60), &mut rng)
            .expect("accepted");
        engine.absorb(&step.writes);
        let mut later = Vec::new();
        for second in 30..36 {
            later.extend(carry_out(&mut engine, at(second * 2), &mut rng));
        }
        assert_eq!(later.len(), 1, "{later:?}");
        assert!(!later[0].contains("<!here>"), "{later:?}");
    }

    #[test]
    fn an_announcement_of_what_is_private_never_leaves_whoever_asked_for_it() {
        let (engine, _, _, announced) = declared_as(Timing::default(), true);
        assert_eq!(announced, Vec::<String>::new());
        let gone: Vec<_> = engine.given_up().map(|job| &job.task).collect();
        assert!(matches!(gone[..], [Task::Announce { .. }]), "{gone:?}");
        assert!(engine.outbox().next().is_none());
    }

    #[test]
    fn a_report_is_posted_whole_to_its_audience_once_and_never_after_it_was_restricted() {
        use crate::domain::event::Named;
        use crate::domain::work::{Deed, Stage};
        let (mut engine, id, mut rng, _) = declared(Timing::default());
        let report = |text: &str| {
            let audience = Named {
                id: "executives".into(),
                name: "execs".into(),
            };
            let deed = Deed::Report {
                audience,
                stage: Stage::First,
                next: None,
            };
            let mut made = order(
                "U1",
                Command::Work(Box::new(crate::domain::decide::WorkOrder {
                    deed,
                    text: Some(text.into()),
                    slot: None,
                    items: Vec::new(),
                })),
            );
            made.outlets.reports = vec!["#exec".into()];
            made
        };
        let restricted = order("U1", Deed::Restricted {}.into());
        let mut announced = Vec::new();
        let whole = "Conditions:\ncards <@U2> fail";
        for (second, order) in [
            (60, report(whole)),
            (80, report("too late")),
            (81, restricted),
        ] {
            if second == 80 {
                for second in 31..39 {
                    announced.extend(carry_out(&mut engine, at(second * 2), &mut rng));
                }
            }
            let step = engine.act(Some(&id), &order, at(second), &mut rng);
            engine.absorb(&step.expect("accepted").1.writes);
        }
        for second in 41..50 {
            announced.extend(carry_out(&mut engine, at(second * 2), &mut rng));
        }
        // It is no loud act: only its audience hears of it.
        let [said] = announced.as_slice() else {
            panic!("{announced:?}");
        };
        assert!(
            said.starts_with("Payments fail: *First report* for execs"),
            "{said}"
        );
        assert!(
            said.ends_with("<#C1>\nConditions:\ncards &lt;@U2&gt; fail"),
            "{said}"
        );
        let gone: Vec<_> = engine.given_up().map(|job| job.task.clone()).collect();
        assert!(
            matches!(gone[..], [Task::Announce { report: true, .. }]),
            "{gone:?}"
        );
        assert!(engine.outbox().next().is_none());
    }

    #[test]
    fn what_waits_when_an_incident_is_restricted_is_given_up_on_record() {
        let (mut engine, id, mut rng, _) = declared(Timing::default());
        let mut recovered = order("U1", Command::Recover(None));
        recovered.outlets.people.push("@cto".into());
        let restricted = order("U1", crate::domain::work::Deed::Restricted {}.into());
        for (second, order) in [(60, &recovered), (61, &restricted)] {
            let step = engine.act(Some(&id), order, at(second), &mut rng);
            engine.absorb(&step.expect("accepted").1.writes);
        }
        let mut later = Vec::new();
        for second in 31..40 {
            later.extend(carry_out(&mut engine, at(second * 2), &mut rng));
        }
        assert_eq!(later, Vec::<String>::new());
        let gone: Vec<_> = engine.given_up().cloned().collect();
        assert_eq!(gone.len(), 2, "{gone:?}");
        for job in gone {
            let by = match job.state {
                JobState::Dropped { by, at, .. } => by.filter(|_| at.is_some()),
                _ => None,
            };
            assert_eq!(by, Some(UserId::new("U1")));
        }
        assert!(engine.outbox().next().is_none());
        // Nor does it call or ask in its channel.
        let state = engine.shown(&id).expect("known");
        assert_eq!(state.next_call(at(600).wall), None);
        assert_eq!(state.call_due(at(6_000).wall), None);
    }

    /// Red without `retold` (src/domain/sync/outbox.rs).
    #[test]
    fn what_was_formed_as_the_workspace_went_away_says_its_time_when_it_gets_through() {
        let (mut engine, id, mut rng, _) = declared(Timing::default());
        let note = order("U1", Command::Note("the pool is full".into()));
        let made = engine.act(Some(&id), &note, at(60), &mut rng);
        engine.absorb(&made.expect("accepted").1.writes);
        let mut tried = Vec::new();
        for second in (60..900).step_by(2) {
            let step = engine.next(at(second), &mut rng);
            engine.absorb(&step.writes);
            for (flight, call) in step.calls {
                if let Call::Post { text, .. } = &call {
                    tried.push((second, text.clone()));
                }
                let lost = Err(crate::domain::sync::Fault::NotSent("no route".into()));
                let step = engine.answered(flight, lost, at(second), &mut rng);
                engine.absorb(&step.writes);
            }
        }
        let (first, last) = (&tried[0], &tried[tried.len() - 1]);
        assert!(first.0 < 65 && first.1.starts_with("Note, by"), "{tried:?}");
        assert!(last.0 > 180, "{tried:?}");
        assert!(last.1.starts_with("<!date^1795000060^{time}|"), "{tried:?}");
        assert!(last.1.ends_with("\nthe pool is full"), "{tried:?}");
    }

    /// Red without `lingers` (src/domain/sync/outbox.rs).
    #[test]
    fn the_channel_stays_until_other_consoles_had_their_turn_to_read_how_it_ended() {
        let archived = |console: Option<&str>| {
            let (mut engine, id, mut rng, _) = declared(Timing::default());
            let note = order("U2", Command::Note("seen here too".into()));
            let made = engine.act(Some(&id), &note, at(20), &mut rng);
            engine.absorb(&made.expect("accepted").1.writes);
            for second in [22, 24] {
                carry_out(&mut engine, at(second), &mut rng);
            }
            if let Some(console) = console {
                let mut rows = engine.image().events.values();
                let row = rows.find(|row| row.by == UserId::new("U2")).cloned();
                let row = EventRow {
                    console: ConsoleId::new(console),
                    ..row.expect("noted")
                };
                assert!(row.position.is_some());
                engine.absorb(&[Write::Event(row)]);
            }
            for command in [
                Command::Recover(None),
                Command::Resolve(Some("done".into())),
            ] {
                let made = engine.act(Some(&id), &order("U1", command), at(30), &mut rng);
                engine.absorb(&made.expect("accepted").1.writes);
            }
            let mut first = None;
            for second in (40..200).step_by(2) {
                carry_out(&mut engine, at(second), &mut rng);
                let channel = engine.image().channel_of(&id);
                if channel.is_some_and(|row| row.archived) {
                    first = first.or(Some(second));
                }
                // Nothing else is owed meanwhile.
                assert!(second < 60 || engine.is_delivered(), "{second}");
            }
            first
        };
        let alone = archived(None).expect("archived");
        assert!(alone < 60, "{alone}");
        // Others read at least once a minute, and what is read may be half a minute old.
        let together = archived(Some("k2")).expect("archived");
        assert!((120..150).contains(&together), "{together}");
    }

    #[test]
    fn command_is_taken_from_somebody_silent_for_as_long_as_is_configured() {
        let timing = Timing {
            commander_silent_minutes: 3,
            ..Timing::default()
        };
        let (mut engine, id, mut rng, _) = declared(timing);
        let takes = |by: &str, reason: Option<&str>| {
            let command = Command::Commander {
                user: Some(UserId::new(by)),
                reason: reason.map(str::to_owned),
            };
            order(by, command)
        };
        let (_, step) = engine
            .act(Some(&id), &takes("U1", None), at(20), &mut rng)
            .expect("vacant");
        engine.absorb(&step.writes);
        let early_and_late = [179, 201].map(|second| {
            let order = takes("U2", Some("no answer"));
            engine.act(Some(&id), &order, at(second), &mut rng)
        });
        let early = early_and_late[0].as_ref().expect_err("heard too recently");
        let hint = early.hint.as_ref().map_or("", |hint| &hint.en);
        assert!(hint.contains("after 3 silent minutes"), "{hint}");
        assert!(early_and_late[1].is_ok());
    }
}
