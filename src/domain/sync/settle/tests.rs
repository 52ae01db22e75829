use super::*;
use crate::domain::decide::Command;
use crate::domain::decide::Declaration;
use crate::domain::event::{Named, Phase};
use crate::domain::ids::{ChannelId, ConsoleId, SlackTs};
use crate::domain::sync::image::{ChannelRow, Image, Message};
use crate::domain::sync::{Answer, Call, Fault, Listed, Order, Refused, Timing};
use std::time::Duration;

mod long;
mod outcomes;

/// An engine, and a workspace that does as `refuse` says.
struct Desk {
    engine: Engine,
    rng: fastrand::Rng,
    second: i64,
    /// Codes by the words that a call's text or name holds.
    refuse: Vec<(&'static str, &'static str)>,
    /// What one method is answered with.
    refuse_kind: Option<(&'static str, &'static str)>,
    /// Everything is over the limit.
    limited: bool,
    /// No connection at all.
    down: bool,
    /// Nothing that is posted is answered.
    mute: bool,
    /// Posts are stored without their metadata.
    bare: bool,
    /// A thread is as long as [`long::CHANNEL`].
    long_thread: bool,
    /// The channels that the app is in.
    listed: Vec<Listed>,
    /// What the channel holds.
    messages: Vec<Message>,
    posted: Vec<String>,
    calls: Vec<Call>,
}

impl Desk {
    fn new() -> Desk {
        let image = Image::new(ConsoleId::new("k1"));
        let timing = Timing::default();
        Desk {
            engine: Engine::new(image, UserId::new("U1"), timing, at(0)),
            rng: fastrand::Rng::with_seed(3),
            second: 0,
            refuse: Vec::new(),
            refuse_kind: None,
            limited: false,
            down: false,
            mute: false,
            bare: false,
            long_thread: false,
            listed: Vec::new(),
            messages: Vec::new(),
            posted: Vec::new(),
            calls: Vec::new(),
        }
    }

    fn declared() -> (Desk, IncidentId) {
        let mut desk = Desk::new();
        let id = desk.declare();
        desk.run();
        (desk, id)
    }

    fn declare(&mut self) -> IncidentId {
        let declaration = Declaration {
            title: "Payments fail".into(),
            service: "shop".into(),
            channel: "shop-1".into(),
            ..Declaration::default()
        };
        self.act(None, Command::Declare(Box::new(declaration)))
    }

    fn act(&mut self, id: Option<&IncidentId>, command: Command) -> IncidentId {
        let order = Order {
            command,
            by: UserId::new("U1"),
            outlets: Outlets::default(),
            via: None,
        };
        let now = at(self.second);
        let (id, step) = self
            .engine
            .act(id, &order, now, &mut self.rng)
            .expect("accepted");
        self.engine.absorb(&step.writes);
        id
    }

    /// Half a minute passes.
    fn run(&mut self) {
        for _ in 0..15 {
            self.second += 2;
            self.turn();
        }
    }

    fn turn(&mut self) {
        let now = at(self.second);
        for _ in 0..20 {
            let step = self.engine.next(now, &mut self.rng);
            if step.is_empty() {
                break;
            }
            self.engine.absorb(&step.writes);
            for (flight, call) in step.calls {
                let result = self.answer(flight, call);
                let step = self.engine.answered(flight, result, now, &mut self.rng);
                self.engine.absorb(&step.writes);
            }
        }
    }

    fn answer(&mut self, flight: u64, call: Call) -> Result<Answer, Fault> {
        self.calls.push(call.clone());
        if self.limited {
            return Err(Fault::Limited(Duration::from_secs(1)));
        }
        if self.down {
            return Err(Fault::NotSent("down".into()));
        }
        let said = match &call {
            Call::Create { name, .. } => name.clone(),
            Call::Post { text, .. } => text.clone(),
            _ => String::new(),
        };
        if let Some((_, code)) = self.refuse.iter().find(|(word, _)| said.contains(word)) {
            return Err(Fault::Refused(Refused::of(code)));
        }
        if let Some((method, code)) = self.refuse_kind
            && call.method() == method
        {
            return Err(Fault::Refused(Refused::of(code)));
        }
        if self.mute && matches!(call, Call::Post { .. }) {
            return Err(Fault::Ambiguous("no answer".into()));
        }
        Ok(match call {
            Call::Create { name, .. } => Answer::Created {
                channel: ChannelId::new("C1"),
                name,
            },
            Call::Post { text, metadata, .. } => {
                self.posted.push(text.clone());
                let ts = format!("{}.{flight:06}", at(self.second).wall.timestamp());
                let message = Message {
                    ts: ts.clone(),
                    text,
                    own: true,
                    metadata: Some(metadata).filter(|_| !self.bare),
                    ..Message::default()
                };
                self.messages.push(message.clone());
                Answer::Posted {
                    ts: SlackTs::parse(&ts).expect("a ts"),
                    message: Box::new(message),
                }
            }
            Call::Delete { ts, .. } => {
                self.messages.retain(|m| m.ts != ts.as_str());
                Answer::Done
            }
            Call::Discover => Answer::Channels(self.listed.clone()),
            Call::History {
                channel, cursor, ..
            } if channel.as_str() == long::CHANNEL => long::page(cursor.as_deref()),
            Call::Replies { cursor, .. } if self.long_thread => long::page(cursor.as_deref()),
            Call::History { .. } => Answer::Page {
                messages: self.messages.iter().rev().cloned().collect(),
                next: None,
            },
            Call::Replies { .. } => Answer::Page {
                messages: Vec::new(),
                next: None,
            },
            Call::Pins { .. } => Answer::Pins(Vec::new()),
            _ => Answer::Done,
        })
    }

    fn settle(&mut self, seq: u64, what: Settle, by: &str) -> Result<(), Problem> {
        let now = at(self.second);
        let by = UserId::new(by);
        let step = self.engine.settle(seq, &what, &by, now, &mut self.rng)?;
        self.engine.absorb(&step.writes);
        Ok(())
    }

    fn failed(&self) -> Vec<u64> {
        let failed = |job: &&Job| matches!(job.state, JobState::Failed { .. });
        self.engine
            .outbox()
            .filter(failed)
            .map(|job| job.seq)
            .collect()
    }

    /// The newest entry that carries an event.
    fn newest(&self) -> u64 {
        let jobs = self.engine.outbox();
        let acts = jobs.filter(|job| matches!(job.task, Task::Event { .. }));
        acts.map(|job| job.seq).max().expect("an act waits")
    }

    fn posted(&self, text: &str) -> usize {
        self.posted
            .iter()
            .filter(|said| said.contains(text))
            .count()
    }
}

fn at(second: i64) -> Now {
    Now {
        wall: chrono::DateTime::from_timestamp(1_795_000_000 + second, 0).expect("in range"),
        mono: Duration::from_secs(1_000 + second.unsigned_abs()),
    }
}

fn note(text: &str) -> Command {
    Command::Note(text.to_owned())
}

fn level(id: &str) -> Command {
    Command::Level(crate::domain::decide::LevelPlan {
        level: Named {
            id: id.into(),
            name: String::new(),
        },
        timekeeper: None,
        terms: Default::default(),
        items: Vec::new(),
    })
}

#[test]
fn what_was_never_begun_is_rewritten_where_it_stands() {
    let (mut desk, id) = Desk::declared();
    desk.mute = true;
    desk.act(Some(&id), note("first"));
    desk.second += 2;
    desk.turn();
    let first = desk.newest();
    desk.act(Some(&id), note("secnod"));
    let second = desk.newest();
    // The first was begun; whether it arrived only Slack knows.
    let problem = desk
        .settle(first, Settle::Edit("x".into()), "U1")
        .expect_err("begun");
    assert!(problem.sentence.en.contains("may be in Slack"), "{problem}");
    assert!(desk.settle(first, Settle::Drop, "U1").is_err());
    let problem = desk
        .settle(second, Settle::Edit("x".into()), "U2")
        .expect_err("not theirs");
    assert!(problem.sentence.en.contains("wrote this"), "{problem}");
    let event = |desk: &Desk| desk.engine.image().jobs[&second].task.clone();
    let before = event(&desk);
    desk.settle(second, Settle::Edit("second <b>".into()), "U1")
        .expect("taken");
    assert_eq!(event(&desk), before);
    desk.mute = false;
    desk.run();
    desk.run();
    assert_eq!(
        (desk.posted("secnod"), desk.posted("second &lt;b&gt;")),
        (0, 1)
    );
    let choices = desk
        .engine
        .image()
        .jobs
        .values()
        .map(|job| desk.engine.choices(job));
    assert!(
        choices
            .into_iter()
            .all(|choices| choices == Choices::default())
    );
}

#[test]
fn what_slack_refused_goes_again_as_another_event_with_its_new_text() {
    let (mut desk, id) = Desk::declared();
    desk.refuse = vec![("too long", "msg_too_long")];
    desk.act(Some(&id), note("too long"));
    desk.run();
    let [failed] = desk.failed()[..] else {
        panic!("one failed: {:?}", desk.failed());
    };
    let taken = desk.engine.image().jobs[&failed].at;
    desk.settle(failed, Settle::Edit("brief".into()), "U1")
        .expect("taken");
    desk.run();
    assert!(desk.failed().is_empty());
    assert_eq!(desk.posted("brief"), 1);
    assert_eq!(
        desk.posted("gave up"),
        0,
        "it was not given up but replaced"
    );
    assert_eq!(desk.engine.given_up().count(), 0);
    let state = desk.engine.shown(&id).expect("known");
    let notes = state
        .entries
        .iter()
        .filter(|e| matches!(e.body, Body::Note {}));
    let notes: Vec<_> = notes.map(|e| (e.text.clone(), e.at)).collect();
    assert_eq!(notes, [(Some("brief".to_owned()), taken)]);
}

#[test]
fn giving_up_is_on_record_here_and_in_the_channel_without_the_text() {
    let (mut desk, id) = Desk::declared();
    desk.refuse = vec![("secret", "msg_too_long")];
    desk.act(Some(&id), note("the secret word"));
    desk.run();
    desk.settle(desk.failed()[0], Settle::Drop, "U2")
        .expect("given up");
    desk.run();
    let gone: Vec<&Job> = desk.engine.given_up().collect();
    assert!(
        matches!(&gone[0].state, JobState::Dropped { by: Some(by), at: Some(_), code: Some(code), .. }
            if by.as_str() == "U2" && code == "msg_too_long"),
        "{gone:?}"
    );
    assert_eq!(desk.posted("U2 gave up"), 1, "{:?}", desk.posted);
    assert_eq!(desk.posted("secret"), 0);
    let state = desk.engine.shown(&id).expect("known");
    assert!(
        !state
            .entries
            .iter()
            .any(|e| matches!(e.body, Body::Note {}))
    );
    // A journal read back tells the same.
    let again = Engine::new(
        desk.engine.image().clone(),
        UserId::new("U1"),
        Timing::default(),
        at(900),
    );
    assert_eq!(again.given_up().count(), 1);
}

#[test]
fn where_the_channel_cannot_be_told_the_record_stays_here() {
    let (mut desk, id) = Desk::declared();
    desk.refuse = vec![("hello", "is_archived")];
    desk.act(Some(&id), note("hello"));
    desk.run();
    desk.settle(desk.failed()[0], Settle::Drop, "U1")
        .expect("given up");
    desk.run();
    assert_eq!(desk.posted("gave up"), 0);
    assert!(desk.failed().is_empty());
    assert_eq!(desk.engine.given_up().count(), 1);
}

#[test]
fn what_followed_something_given_up_goes_on_from_what_that_went_on_from() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), level("3"));
    desk.run();
    desk.down = true;
    desk.act(Some(&id), note("begun, so that what follows waits"));
    desk.run();
    desk.act(Some(&id), level("2"));
    let wrong = desk.newest();
    desk.act(Some(&id), level("1"));
    desk.settle(wrong, Settle::Drop, "U1").expect("given up");
    desk.down = false;
    desk.run();
    desk.run();
    let state = desk.engine.agreed(&id).expect("known");
    assert_eq!(state.level.as_ref().map(|l| l.id.as_str()), Some("1"));
    let overtaken = |e: &&std::sync::Arc<crate::domain::incident::Entry>| {
        e.verdict != crate::domain::incident::Verdict::Accepted
    };
    assert_eq!(state.entries.iter().filter(overtaken).count(), 0);
}

#[test]
fn a_name_that_slack_refuses_is_changed_and_the_incident_opened() {
    let mut desk = Desk::new();
    desk.refuse = vec![("shop-1", "restricted_action")];
    let id = desk.declare();
    desk.run();
    let [create] = desk.failed()[..] else {
        panic!("one failed: {:?}", desk.failed());
    };
    let job = desk.engine.image().jobs[&create].clone();
    let choices = desk.engine.choices(&job);
    assert_eq!(choices.edit.as_deref(), Some("shop-1"));
    assert!(
        choices.whole && choices.retry && choices.with_it > 0,
        "{choices:?}"
    );
    assert!(
        desk.settle(create, Settle::Edit(" # !".into()), "U1")
            .is_err()
    );
    desk.settle(create, Settle::Edit("#Shop Payments".into()), "U1")
        .expect("taken");
    desk.run();
    assert!(desk.failed().is_empty());
    let channel = desk
        .engine
        .image()
        .channel_of(&id)
        .map(|c: &ChannelRow| c.name.clone());
    assert_eq!(channel.as_deref(), Some("shop-payments"));
    assert_eq!(desk.posted("Incident declared"), 1);
}

#[test]
fn a_declaration_that_is_given_up_takes_its_incident_with_it() {
    let mut desk = Desk::new();
    desk.refuse = vec![("Incident declared", "msg_blocked")];
    let id = desk.declare();
    desk.act(Some(&id), note("more"));
    desk.act(Some(&id), Command::Phase(Phase::Fixing));
    desk.run();
    // Nothing of it goes before its declaration.
    assert_eq!(desk.posted, Vec::<String>::new());
    let [declaration] = desk.failed()[..] else {
        panic!("one failed: {:?}", desk.failed());
    };
    desk.settle(declaration, Settle::Drop, "U1")
        .expect("given up");
    desk.run();
    assert_eq!(desk.engine.outbox().count(), 0);
    assert!(desk.engine.incidents().is_empty());
    assert_eq!(desk.posted, Vec::<String>::new());
}

#[test]
fn what_never_left_is_taken_back_without_a_word_and_what_may_have_left_is_not() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), level("2"));
    desk.act(Some(&id), note("wrong room"));
    let seq = desk.newest();
    let refused = desk.settle(seq, Settle::Undo, "U2");
    assert!(refused.is_err(), "nobody takes back what another wrote");
    desk.settle(seq, Settle::Undo, "U1").expect("it waits");
    desk.run();
    assert_eq!(desk.posted("wrong room"), 0, "{:?}", desk.posted);
    assert_eq!(desk.posted("gave up"), 0, "{:?}", desk.posted);
    let state = desk.engine.shown(&id).expect("known");
    assert_eq!(state.level.as_ref().map(|l| l.id.as_str()), Some("2"));
    let notes = state.entries.iter();
    assert!(!notes.into_iter().any(|e| matches!(e.body, Body::Note {})));
    // Here it is on record.
    assert_eq!(desk.engine.given_up().count(), 1);
    desk.act(Some(&id), note("it is out"));
    let seq = desk.newest();
    desk.run();
    assert!(desk.settle(seq, Settle::Undo, "U1").is_err(), "it is there");
    assert_eq!(desk.posted("it is out"), 1);
}

#[test]
fn a_declaration_is_never_taken_back_in_silence() {
    let mut desk = Desk::new();
    desk.declare();
    let seq = desk.newest();
    assert!(desk.settle(seq, Settle::Undo, "U1").is_err());
    desk.run();
    assert_eq!(desk.posted("Payments fail"), 2, "{:?}", desk.posted);
}
