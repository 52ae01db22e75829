use super::super::image::{ChannelRow, Image, IncidentRow, Job, Write};
use super::super::{Order, Timing};
use super::*;
use crate::domain::decide::{Declaration, Outlets};
use crate::domain::event::Kind;
use crate::domain::ids::{ChannelId, ConsoleId, IncidentId, SlackTs};
use std::time::Duration;

fn at(minute: i64) -> Now {
    Now {
        wall: chrono::DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).expect("in range"),
        mono: Duration::from_secs(1_000 + 60 * minute.unsigned_abs()),
    }
}

struct World {
    engine: Engine,
    rng: fastrand::Rng,
    id: IncidentId,
}

impl World {
    /// Declared by U1, commanded by U2; U3 is deputy, U4 and U5 are here.
    fn new(private: bool) -> World {
        let image = Image::new(ConsoleId::new("k1"));
        let mut world = World {
            engine: Engine::new(image, UserId::new("U1"), Timing::default(), at(0)),
            rng: fastrand::Rng::with_seed(7),
            id: IncidentId::new(""),
        };
        let declaration = Declaration {
            title: "Payments fail".into(),
            service: "shop".into(),
            channel: "shop-1".into(),
            situation: Some("cards of <others> are shown".into()),
            private,
            ..Declaration::default()
        };
        let outlets = Outlets {
            broadcast: vec!["#all".into()],
            people: vec!["@cto".into()],
            ..Outlets::default()
        };
        let declare = Command::Declare(Box::new(declaration));
        world.id = world
            .act_out(None, "U1", declare, outlets)
            .expect("accepted")
            .0;
        let role = |role: &str, user: &str| Command::Role {
            role: role.into(),
            user: Some(UserId::new(user)),
        };
        let here = |user: &str| Command::CheckIn {
            user: UserId::new(user),
            role: None,
            task: Some("reads the logs".into()),
        };
        let commands = Command::Commander {
            user: Some(UserId::new("U2")),
            reason: None,
        };
        for command in [here("U4"), here("U5"), role("deputy", "U3"), commands] {
            world.act("U1", command).expect("accepted");
        }
        let channel = ChannelId::new("C1");
        world.engine.absorb(&[
            Write::Incident(IncidentRow {
                id: world.id.clone(),
                private,
                drill: false,
                channel: Some(channel.clone()),
                card: None,
            }),
            Write::Channel(ChannelRow {
                id: channel,
                name: "shop-1".into(),
                incident: Some(world.id.clone()),
                owner_ts: None,
                watermark: SlackTs::zero(),
                joined: true,
                archived: false,
                topic: None,
                ours: true,
            }),
        ]);
        world
    }

    fn act_out(
        &mut self,
        on: Option<&IncidentId>,
        by: &str,
        command: Command,
        outlets: Outlets,
    ) -> Result<(IncidentId, Vec<Write>), Problem> {
        let order = Order {
            command,
            by: UserId::new(by),
            outlets,
            via: None,
        };
        let (id, step) = self.engine.act(on, &order, at(20), &mut self.rng)?;
        self.engine.absorb(&step.writes);
        Ok((id, step.writes))
    }

    fn act(&mut self, by: &str, command: Command) -> Result<Vec<Write>, Problem> {
        let id = self.id.clone();
        let done = self.act_out(Some(&id), by, command, Outlets::default())?;
        Ok(done.1)
    }

    fn restrict(&mut self, by: &str, keep: &[&str]) -> Result<Vec<Write>, Problem> {
        let command = Command::Restrict(Box::new(Restriction {
            declaration: Declaration {
                title: "Payments fail".into(),
                service: "shop".into(),
                kind: Kind::Security,
                channel: "sec-1".into(),
                ..Declaration::default()
            },
            level: None,
            keep: keep.iter().map(|user| UserId::new(*user)).collect(),
        }));
        let outlets = Outlets {
            people: vec!["@ciso".into()],
            ..Outlets::default()
        };
        let id = self.id.clone();
        Ok(self.act_out(Some(&id), by, command, outlets)?.1)
    }
}

fn jobs(writes: &[Write]) -> Vec<&Job> {
    let mut jobs = Vec::new();
    for write in writes {
        if let Write::Job(job) = write {
            jobs.push(job);
        }
    }
    jobs
}

#[test]
fn command_and_those_who_are_named_go_on_in_a_private_channel() {
    let mut world = World::new(false);
    let writes = world.restrict("U3", &["U4"]).expect("the deputy may");
    let id = world.id.clone();
    let public = world.engine.shown(&id).expect("known");
    assert!(public.work.restricted.is_some());
    let there = world.engine.companion_of(&id).expect("opened");
    let row = &world.engine.image().incidents[&there.id];
    assert!(row.private && !row.drill && row.channel.is_none());
    assert_eq!(
        (there.kind, there.title.as_str()),
        (Kind::Security, "Payments fail")
    );
    let commander = there.commander.as_ref().map(|held| held.user.as_str());
    assert_eq!(commander, Some("U2"));
    assert_eq!(there.roles["deputy"].user, UserId::new("U3"));
    let here: Vec<&str> = there.roster.keys().map(UserId::as_str).collect();
    assert!(here.contains(&"U4") && !here.contains(&"U5"), "{here:?}");
    let task = there.roster[&UserId::new("U4")].task.as_deref();
    assert_eq!(task, Some("reads the logs"));
    let situation = there.situation.as_ref().map(|s| s.text.as_str());
    assert_eq!(situation, Some("cards of &lt;others&gt; are shown"));
    assert!(
        there
            .entries
            .iter()
            .all(|entry| entry.verdict == crate::domain::incident::Verdict::Accepted),
        "{:?}",
        there.entries
    );
    // Whoever comes along is invited there, and nobody anywhere else.
    let mut invited: Vec<&str> = jobs(&writes)
        .into_iter()
        .filter_map(|job| match &job.task {
            Task::InvitePerson { who } => {
                assert_eq!(job.incident, there.id);
                Some(who.as_str())
            }
            _ => None,
        })
        .collect();
    invited.sort_unstable();
    assert_eq!(invited, ["@ciso", "U2", "U3", "U4"]);
}

#[test]
fn the_public_channel_is_told_nothing_but_that() {
    let mut world = World::new(false);
    let writes = world.restrict("U2", &[]).expect("accepted");
    let there = world
        .engine
        .companion_of(&world.id)
        .expect("opened")
        .id
        .clone();
    let mut events = 0;
    for write in &writes {
        let Write::Event(row) = write else { continue };
        if row.incident == world.id {
            events += 1;
            let body = serde_json::to_string(&row.event).expect("JSON");
            assert!(
                !body.contains(there.as_str()) && !body.contains("sec-1"),
                "{body}"
            );
            assert_eq!(row.text, None);
        }
    }
    assert_eq!(events, 1);
}

#[test]
fn what_already_went_out_is_told_there() {
    let mut world = World::new(false);
    // The announcement arrived; the invitation did not yet.
    let image = world.engine.image();
    let sent = image
        .jobs
        .values()
        .find(|job| matches!(job.task, Task::Announce { .. }));
    let sent = Job {
        state: JobState::Sent,
        ..sent.expect("queued").clone()
    };
    world.engine.absorb(&[Write::Job(sent)]);
    world.restrict("U2", &[]).expect("accepted");
    let there = world.engine.companion_of(&world.id).expect("opened");
    let note = there.entries.iter().find_map(|entry| {
        let text = entry.text.as_deref()?;
        text.contains("went out").then_some(text)
    });
    let note = note.expect("it is listed");
    assert!(note.contains("- the declaration → #all"), "{note}");
    assert!(!note.contains("@cto"), "{note}");
}

#[test]
fn only_once_only_what_is_public_and_only_by_who_may() {
    let mut world = World::new(false);
    let problem = world.restrict("U5", &[]).expect_err("not U5's to do");
    assert!(problem.sentence.en.starts_with("You may not"), "{problem}");
    assert_eq!(world.engine.companion_of(&world.id), None);
    world.restrict("U2", &[]).expect("accepted");
    let before = world.engine.incidents().len();
    let problem = world.restrict("U2", &[]).expect_err("done already");
    assert_eq!(problem.sentence.en, "It is restricted already.");
    assert_eq!(world.engine.incidents().len(), before);
    let mut private = World::new(true);
    let problem = private
        .restrict("U2", &[])
        .expect_err("nothing to restrict");
    assert!(problem.sentence.en.contains("private already"), "{problem}");
}

// Red without `commands.splice(end..end, in_hand(…))` of `restricted` in src/domain/sync/restrict.rs.
#[test]
fn what_people_have_in_hand_goes_along_and_falls_to_whoever_restricts_it() {
    let mut world = World::new(false);
    let open = |matter: Sort, line: &str, owner: Option<&str>| {
        Command::from(Deed::Opened {
            matter,
            line: line.to_owned(),
            owner: owner.map(UserId::new),
            due: None,
            risk: None,
        })
    };
    for command in [
        open(Sort::Task, "read the logs", Some("U4")),
        open(Sort::Task, "ask the vendor", Some("U5")),
        open(Sort::Need, "somebody of the law", None),
        open(Sort::Hypothesis, "the cache", None),
    ] {
        world.act("U2", command).expect("accepted");
    }
    let id = world.id.clone();
    let before = world.engine.shown(&id).expect("declared");
    let responded = before.milestones[&Milestone::Responded].time;
    world.restrict("U2", &["U4"]).expect("accepted");
    let there = world.engine.companion_of(&id).expect("it goes on");
    let held = there.work.matters.iter().map(|matter| {
        let owner = matter.owner.as_ref().map(|held| held.user.as_str());
        (matter.line.as_str(), owner)
    });
    let held: Vec<_> = held.collect();
    let wanted = [
        ("read the logs", Some("U4")),
        ("ask the vendor", Some("U2")),
        ("somebody of the law", None),
    ];
    assert_eq!(held, wanted);
    assert_eq!(there.milestones[&Milestone::Responded].time, responded);
    let commander = there.commander.as_ref().map(|held| held.user.as_str());
    assert_eq!(commander, Some("U2"));
}
