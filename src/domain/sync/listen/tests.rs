//! Questions by the clock, and answers by reaction, on an engine with a workspace that does as it is
//! told.

use super::ask::{Due, questions};
use super::*;
use crate::domain::decide::{Command, Declaration, LevelPlan, Outlets};
use crate::domain::desk::Habits;
use crate::domain::event::{About, Body, FileLink, Named};
use crate::domain::ids::ConsoleId;
use crate::domain::problem::Problem;
use crate::domain::sync::image::{Image, Message, Reaction};
use crate::domain::sync::{Answer, Call, Order, Timing};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Sort, State};

struct Plain(Habits);

impl Desk for Plain {
    fn escalation(&self, _: &str) -> Vec<UserId> {
        Vec::new()
    }

    fn habits(&self) -> &Habits {
        &self.0
    }

    fn level(&self, _: &Incident, text: &str) -> Result<LevelPlan, Problem> {
        let known = self.levels(Lang::En).into_iter().find(|l| l.id == text);
        let level = known.ok_or_else(|| Problem::not_found(Text::same("no such level")))?;
        Ok(LevelPlan {
            level,
            timekeeper: None,
            terms: Default::default(),
            items: Vec::new(),
        })
    }

    fn levels(&self, _: Lang) -> Vec<Named> {
        [("1", "Bad"), ("2", "Mild")]
            .map(|(id, name)| Named {
                id: id.into(),
                name: name.into(),
            })
            .into()
    }

    fn temperature(&self, _: &Incident, text: &str) -> Result<Named, Problem> {
        Err(Problem::not_found(Text::same(text.to_owned())))
    }

    fn person(&self, text: &str) -> Result<UserId, Problem> {
        Ok(UserId::new(text))
    }

    fn is_program(&self, user: &UserId) -> bool {
        user.as_str().starts_with('B')
    }

    fn time(&self, _: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        Ok(at)
    }

    fn clock(&self, at: DateTime<Utc>) -> String {
        at.format("%H:%M").to_string()
    }

    fn timekeeper(&self, _: &Incident) -> u32 {
        15
    }

    fn outlets(&self, _: &Incident, _: bool, _: bool, _: &Command) -> Outlets {
        Outlets::default()
    }
}

const START: i64 = 1_795_000_000;

fn at(seconds: i64) -> Now {
    Now {
        wall: DateTime::from_timestamp(START + seconds, 0).expect("in range"),
        mono: Duration::from_secs(1_000 + seconds.unsigned_abs()),
    }
}

/// An engine and the one channel that it writes to.
struct World {
    engine: Engine,
    rng: fastrand::Rng,
    messages: BTreeMap<SlackTs, Message>,
    id: IncidentId,
}

impl World {
    fn new() -> World {
        let mut rng = fastrand::Rng::with_seed(1);
        let timing = Timing {
            read_lag: Duration::from_secs(1),
            poll_idle: Duration::from_secs(3),
            ..Timing::default()
        };
        let image = Image::new(ConsoleId::new("k1"));
        let mut engine = Engine::new(image, UserId::new("U1"), timing, at(0));
        engine.set_bot(UserId::new("UBOT"));
        engine.set_desk(Arc::new(Plain(Habits {
            ask_situation_seconds: 0,
            ..Habits::default()
        })));
        let declaration = Declaration {
            title: "Payments fail".into(),
            service: "shop".into(),
            channel: "shop-1".into(),
            ..Declaration::default()
        };
        let order = Order {
            command: Command::Declare(Box::new(declaration)),
            by: UserId::new("U1"),
            outlets: Outlets::default(),
            via: None,
        };
        let (id, step) = engine.act(None, &order, at(0), &mut rng).expect("accepted");
        engine.absorb(&step.writes);
        World {
            engine,
            rng,
            messages: BTreeMap::new(),
            id,
        }
    }

    fn run(&mut self, from: i64, to: i64) {
        for second in from..to {
            self.tick(at(second));
        }
    }

    fn tick(&mut self, now: Now) {
        for _ in 0..200 {
            let step = self.engine.next(now, &mut self.rng);
            if step.is_empty() {
                return;
            }
            self.engine.absorb(&step.writes);
            for (flight, call) in step.calls {
                let answer = self.carry_out(call, flight, now);
                let step = self.engine.answered(flight, Ok(answer), now, &mut self.rng);
                self.engine.absorb(&step.writes);
            }
        }
    }

    fn carry_out(&mut self, call: Call, flight: u64, now: Now) -> Answer {
        match call {
            Call::Create { name, .. } => Answer::Created {
                channel: ChannelId::new("C1"),
                name,
            },
            Call::Post {
                text,
                metadata,
                thread,
                ..
            } => {
                let micros = now.wall.timestamp_micros() + i64::try_from(flight).unwrap_or(0);
                let ts = SlackTs::from_micros(micros).expect("in range");
                let message = Message {
                    ts: ts.to_string(),
                    text,
                    own: true,
                    metadata: Some(metadata),
                    thread,
                    ..Message::default()
                };
                self.messages.insert(ts.clone(), message.clone());
                Answer::Posted {
                    ts,
                    message: Box::new(message),
                }
            }
            Call::React { ts, name, .. } => {
                self.press(&ts, &name, "UBOT");
                Answer::Done
            }
            Call::History { .. } => {
                let top = self.messages.values().filter(|m| m.thread.is_none());
                Answer::Page {
                    messages: top.rev().cloned().collect(),
                    next: None,
                }
            }
            Call::Replies { thread, .. } => {
                let thread = Some(thread);
                let all = self.messages.values().filter(|m| m.thread == thread);
                Answer::Page {
                    messages: all.cloned().collect(),
                    next: None,
                }
            }
            Call::Discover => Answer::Channels(Vec::new()),
            Call::Pins { .. } => Answer::Pins(Vec::new()),
            _ => Answer::Done,
        }
    }

    fn press(&mut self, ts: &SlackTs, name: &str, user: &str) {
        let message = self.messages.get_mut(ts).expect("it is there");
        let user = UserId::new(user);
        match message.reactions.iter_mut().find(|r| r.name == name) {
            Some(reaction) => reaction.users.push(user),
            None => message.reactions.push(Reaction {
                name: name.to_owned(),
                users: vec![user],
                count: 1,
            }),
        }
    }

    fn all(&self, begins: &str) -> Vec<SlackTs> {
        let all = self.messages.iter();
        all.filter(|(_, m)| m.text.starts_with(begins))
            .map(|(ts, _)| ts.clone())
            .collect()
    }

    /// How the first event of a kind says that it came.
    fn via(&mut self, is_it: impl Fn(&Body) -> bool) -> Option<Via> {
        let state = self.state();
        let found = state.entries.iter().find(|entry| is_it(&entry.body));
        found.expect("it is there").via.clone()
    }

    /// Somebody writes into the channel.
    fn say(&mut self, second: i64, user: &str, text: &str, files: Vec<FileLink>) -> SlackTs {
        let ts = SlackTs::from_micros(at(second).wall.timestamp_micros() + 7).expect("in range");
        let message = Message {
            ts: ts.to_string(),
            user: Some(UserId::new(user)),
            text: text.to_owned(),
            files,
            ..Message::default()
        };
        self.messages.insert(ts.clone(), message);
        ts
    }

    fn state(&mut self) -> Arc<Incident> {
        self.engine.shown(&self.id.clone()).expect("declared")
    }
}

#[test]
fn questions_come_at_their_times_and_end() {
    let mut state = Incident::new(IncidentId::new("i1"));
    state.declared = Some(at(0).wall);
    let asked = |state: &Incident, seconds: i64| -> Vec<(About, u32)> {
        let now = at(seconds).wall;
        questions(state, &Habits::default(), now)
            .into_iter()
            .filter(|due: &Due| due.at <= now)
            .map(|due| (due.about, due.number))
            .collect()
    };
    assert_eq!(asked(&state, 29), []);
    assert_eq!(asked(&state, 30), [(About::Situation, 1)]);
    assert_eq!(asked(&state, 119), [(About::Situation, 1)]);
    let (commander, level) = (About::Commander, About::Level);
    assert_eq!(asked(&state, 120), [(commander, 1), (About::Situation, 1)]);
    assert_eq!(
        asked(&state, 600),
        [(commander, 5), (level, 2), (About::Situation, 1)]
    );
    // After five times each, nobody is asked again.
    assert_eq!(asked(&state, 720), [(level, 2)]);
    assert_eq!(asked(&state, 1_800), []);
    state.phase = crate::domain::event::Phase::Recovered;
    assert_eq!(asked(&state, 600), []);
}

/// The timekeeper's call lists what is missing: nobody is asked the same beside it.
#[test]
fn a_question_that_falls_on_a_call_is_one_with_it() {
    let mut state = Incident::new(IncidentId::new("i1"));
    state.declared = Some(at(0).wall);
    let numbers = |state: &Incident| -> Vec<u32> {
        let asked = (0..1_800).flat_map(|second| {
            let now = at(second).wall;
            let due = questions(state, &Habits::default(), now).into_iter();
            let level = due.filter(move |due| due.about == About::Level && due.at == now);
            level.map(|due| due.number).collect::<Vec<_>>()
        });
        asked.collect()
    };
    assert_eq!(numbers(&state), [1, 2, 3, 4, 5]);
    // Called at 15:00, with the third question.
    let keeper = |minutes| Some(crate::domain::incident::Timekeeper::of(minutes, at(0).wall));
    state.timekeeper = keeper(15);
    assert_eq!(numbers(&state), [1, 2, 4, 5]);
    // At 4:00, 8:00, 12:00, …: within two minutes of all but the first, which is asked whatever comes.
    state.timekeeper = keeper(4);
    assert_eq!(numbers(&state), [1, 2]);
    state.timekeeper = keeper(0);
    assert_eq!(numbers(&state), [1, 2, 3, 4, 5]);
}

#[test]
fn who_commands_is_asked_with_a_hand_to_press() {
    let mut world = World::new();
    world.run(0, 119);
    assert!(world.all("*Who commands?*").is_empty());
    world.run(119, 130);
    let asked = world.all("*Who commands?*");
    assert_eq!(asked.len(), 1);
    let reactions = &world.messages[&asked[0]].reactions;
    assert_eq!(reactions.len(), 1);
    assert_eq!(reactions[0].name, "raised_hand");
    assert!(
        world.state().commander.is_none(),
        "our own hand is nobody's"
    );
    // A program's hand is nobody's either; of two people the first one is heeded.
    world.press(&asked[0], "raised_hand", "B1");
    world.press(&asked[0], "raised_hand::skin-tone-3", "U2");
    world.press(&asked[0], "raised_hand", "U3");
    world.run(130, 140);
    assert_eq!(
        world.state().commander.as_ref().map(|h| h.user.0.clone()),
        Some("U3".into())
    );
    assert_eq!(world.all("*Not done*").len(), 1, "the other one is told");
    let via = world.via(|body| matches!(body, Body::Commander { .. }));
    let hand = Via {
        source: Source::Reaction,
        ts: Some(asked[0].clone()),
        name: Some("hand".into()),
    };
    assert_eq!(via, Some(hand));
    // It is not asked again, and detection is.
    world.run(140, 260);
    assert_eq!(world.all("*Who commands?*").len(), 1);
    assert_eq!(world.all("*When was it first noticed?*").len(), 1);
    // Command laid down later does not go to who pressed long ago.
    let order = Order {
        command: Command::Commander {
            user: None,
            reason: None,
        },
        by: UserId::new("U3"),
        outlets: Outlets::default(),
        via: None,
    };
    let id = world.id.clone();
    let done = world.engine.act(Some(&id), &order, at(260), &mut world.rng);
    world.engine.absorb(&done.expect("accepted").1.writes);
    world.run(260, 300);
    assert!(world.state().commander.is_none());
}

#[test]
fn the_level_is_asked_with_its_numbers_in_order() {
    let mut world = World::new();
    world.run(0, 310);
    let asked = world.all("*Which level?*");
    assert_eq!(asked.len(), 1);
    let message = &world.messages[&asked[0]];
    assert!(
        message
            .text
            .ends_with("1\u{fe0f}\u{20e3} Bad L1\n2\u{fe0f}\u{20e3} Mild L2"),
        "{message:?}"
    );
    let names: Vec<_> = message.reactions.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    // Who may not is noted as proposing; the declarer may while nobody commands.
    world.press(&asked[0], "one", "U2");
    world.press(&asked[0], "three", "U1");
    world.run(310, 320);
    assert!(world.state().level.is_none());
    assert_eq!(world.all("Note, by").len(), 1);
    world.press(&asked[0], "two", "U1");
    world.run(320, 330);
    assert_eq!(
        world.state().level.as_ref().map(|l| l.id.clone()),
        Some("2".into())
    );
    assert_eq!(world.all("Level set").len(), 1);
    assert_eq!(world.all("Note, by").len(), 1);
}

#[test]
fn chat_or_a_call_is_asked_once_and_its_answers_are_heeded() {
    let mut state = Incident::new(IncidentId::new("i1"));
    state.declared = Some(at(0).wall);
    state.commander = Some(crate::domain::incident::Held {
        user: UserId::new("U1"),
        since: at(60).wall,
    });
    let habits = Habits {
        ask_meeting_minutes: 3,
        ask_left_minutes: 1,
        ..Habits::default()
    };
    let asked = |state: &Incident, seconds: i64, about: About| {
        let now = at(seconds).wall;
        let due = questions(state, &habits, now);
        due.iter()
            .filter(|due| due.about == about && due.at <= now)
            .count()
    };
    assert_eq!(asked(&state, 239, About::Meeting), 0);
    assert_eq!(asked(&state, 240, About::Meeting), 1);
    assert_eq!(asked(&state, 840, About::Meeting), 0, "slept through");
    let without = questions(&state, &Habits::default(), at(240).wall);
    assert!(without.iter().all(|due| due.about != About::Meeting));
    state.work.meeting = Some("https://example.com".into());
    assert_eq!(asked(&state, 240, About::Meeting), 0);
    state.phase = crate::domain::event::Phase::Recovered;
    state.phase_since = Some(at(600).wall);
    assert_eq!(asked(&state, 659, About::Left), 0);
    assert_eq!(asked(&state, 660, About::Left), 1);
    state.phase = crate::domain::event::Phase::Resolved;
    assert_eq!(asked(&state, 660, About::Left), 0);
}

#[test]
fn what_is_left_is_taken_on_by_pressing_its_number() {
    let mut world = World::new();
    let habits = Habits {
        ask_meeting_minutes: 1,
        ask_left_minutes: 1,
        ..Habits::default()
    };
    world.engine.set_desk(Arc::new(Plain(habits)));
    let act = |world: &mut World, command: Command, second: i64| {
        let order = Order {
            command,
            by: UserId::new("U1"),
            outlets: Outlets::default(),
            via: None,
        };
        let id = world.id.clone();
        let step = world
            .engine
            .act(Some(&id), &order, at(second), &mut world.rng);
        world.engine.absorb(&step.expect("accepted").1.writes);
    };
    world.run(0, 20);
    let command = Command::Commander {
        user: Some(UserId::new("U1")),
        reason: None,
    };
    act(&mut world, command, 20);
    world.run(20, 120);
    let meeting = world.all("*Do we go on in writing, or in a call?*");
    assert_eq!(meeting.len(), 1, "{meeting:?}");
    for (name, user) in [
        ("telephone_receiver", "U2"),
        ("telephone_receiver", "U3"),
        ("speech_balloon", "U3"),
    ] {
        world.press(&meeting[0], name, user);
    }
    world.run(120, 150);
    let needs = |world: &mut World| world.state().work.open(Sort::Need).count();
    assert_eq!(
        needs(&mut world),
        1,
        "whoever asks for it, one link is missing"
    );
    let state = world.state();
    let notes = state.entries.iter();
    let notes = notes.filter(|entry| entry.text.as_deref() == Some("We go on in writing."));
    assert_eq!(notes.count(), 1);
    act(&mut world, Command::Recover(None), 150);
    world.run(150, 260);
    let left = world.all("*What is left?*");
    assert_eq!(left.len(), 1, "{left:?}");
    world.press(&left[0], "two", "U3");
    world.press(&left[0], "nine", "U3");
    world.run(260, 290);
    let state = world.state();
    let tasks: Vec<_> = state.work.open(Sort::Task).collect();
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0].line, "Notices to customers, help page");
    assert_eq!(
        tasks[0].owner.as_ref().map(|held| held.user.as_str()),
        Some("U3")
    );
    // It did not hold: what is left of the next recovery is asked and taken on anew.
    let done = Deed::Settled {
        matter: tasks[0].id.clone(),
        state: State::Done,
        line: None,
        owner: None,
        due: None,
    };
    act(&mut world, done.into(), 290);
    act(&mut world, Command::Reopen("cards fail again".into()), 291);
    world.run(291, 300);
    let told = world.messages.values().map(|message| &message.text);
    let told: Vec<_> = told.filter(|text| text.contains("*Reopened*")).collect();
    let [told] = told[..] else {
        panic!("told once: {told:?}")
    };
    assert!(
        told.contains("The recovery at ") && told.contains("no longer holds"),
        "{told}"
    );
    act(&mut world, Command::Recover(None), 300);
    world.run(300, 400);
    let left = world.all("*What is left?*");
    assert_eq!(left.len(), 2, "{left:?}");
    world.press(&left[1], "two", "U2");
    world.run(400, 430);
    let owner = world.state();
    let owner = owner
        .work
        .open(Sort::Task)
        .next()
        .and_then(|task| task.owner.clone());
    assert_eq!(owner.map(|held| held.user), Some(UserId::new("U2")));
}

// Red without `files: message.files.clone()` of `marked` in react.rs, and without `via` of `put` in
// mention.rs.
#[test]
fn a_clipped_message_keeps_its_files_and_a_mention_says_where_it_was() {
    let mut world = World::new();
    world.run(0, 30);
    let files = [
        (
            "graph.png",
            Some("https://acme.slack.com/files/U2/F1/graph.png"),
        ),
        ("app.log", None),
    ];
    let files: Vec<FileLink> = files
        .map(|(name, link)| FileLink {
            name: name.to_owned(),
            link: link.map(str::to_owned),
        })
        .into();
    let said = world.say(31, "U2", "the pool is full", files.clone());
    let asked = world.say(32, "U3", "<@UBOT> note it fell at three", Vec::new());
    world.press(&said, "paperclip", "U3");
    world.run(33, 50);
    let state = world.state();
    let mut bodies = state.entries.iter().map(|entry| &entry.body);
    let pinned = Body::Pinned {
        ts: said.clone(),
        author: "U2".to_owned(),
        excerpt: "the pool is full".to_owned(),
        evidence: true,
        files,
    };
    assert!(bodies.any(|body| *body == pinned), "{:?}", state.entries);
    let via = world
        .via(|body| matches!(body, Body::Pinned { .. }))
        .unwrap();
    assert_eq!((via.source, via.ts), (Source::Reaction, Some(said)));
    let via = world.via(|body| matches!(body, Body::Note {})).unwrap();
    assert_eq!((via.source, via.ts), (Source::Mention, Some(asked)));
    // In the channel for whoever reads without a console.
    let told = world.all("Evidence: \"the pool is full\" U2 [graph.png, app.log]");
    assert_eq!(told.len(), 1, "{:?}", world.messages);
}

// Red without `Sight::own(self).opens(Outlet::Question)` of `call_due`, and of `next_call`, in
// src/domain/sync/duty.rs, and of `questions` in src/domain/sync/listen/ask.rs.
#[test]
fn nothing_is_asked_in_the_channel_of_what_was_restricted() {
    let mut world = World::new();
    let (id, now) = (world.id.clone(), at(6 * 60).wall);
    let act = |world: &mut World, command: Command| {
        let order = Order {
            command,
            by: UserId::new("U1"),
            outlets: Outlets::default(),
            via: None,
        };
        let made = world.engine.act(Some(&id), &order, at(0), &mut world.rng);
        world.engine.absorb(&made.expect("accepted").1.writes);
        world.engine.shown(&id).expect("known")
    };
    let state = act(&mut world, Command::Timekeeper(5));
    assert!(state.call_due(now).is_some() && state.next_call(now).is_some());
    assert!(!questions(&state, &Habits::default(), now).is_empty());
    let state = act(&mut world, Deed::Restricted {}.into());
    assert!(state.call_due(now).is_none() && state.next_call(now).is_none());
    assert!(questions(&state, &Habits::default(), now).is_empty());
}
