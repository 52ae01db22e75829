//! What was done last, taken back by one key.

use super::{busy, form_of};
use crate::app::effect::Effect;
use crate::app::resolve;
use crate::app::testing::{Desk, ME, World};
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Command, WorkOrder};
use crate::domain::event::{Kind, Milestone, Named, Phase, Place};
use crate::domain::ids::{EventId, IncidentId, SlackTs, UserId};
use crate::domain::learn::{Answer, Learnt, Lesson};
use crate::domain::sync::image::JobState;
use crate::domain::verb::{VERBS, Verb};
use crate::domain::work::{Deed, Section, Sort, Stage, State};
use chrono::TimeDelta;
use serde_json::Value;

fn back(command: Command) -> (Desk, Vec<Command>) {
    back_in(busy(), command)
}

fn back_in(mut world: World, command: Command) -> (Desk, Vec<Command>) {
    world.later(30);
    world.act(command, ME);
    world.later(59);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    let acts = desk.acts().into_iter().map(|(_, _, command)| command);
    let acts = acts.collect();
    (desk, acts)
}

#[test]
fn what_was_added_is_taken_back_as_a_new_fact() {
    let (mut desk, acts) = back(Command::Note("wrong room".into()));
    let note = desk.world.incident().entries.last().map(|e| e.id.clone());
    match acts.as_slice() {
        [Command::Work(order)] => {
            let Deed::Retracted { event } = &order.deed else {
                panic!("{order:?}");
            };
            assert_eq!(Some(event), note.as_ref());
        }
        other => panic!("{other:?}"),
    }
    assert!(desk.said().contains("wrong room"), "{}", desk.said());
    // What is taken back is out of the story, and in the record.
    let rows = |desk: &Desk| desk.model.index.timeline.len();
    let before = rows(&desk);
    let retract = acts[0].clone();
    desk.world.act(retract, ME);
    desk.refresh();
    assert_eq!(rows(&desk), before - 1);
    assert_eq!(
        desk.world.incident().entries.len(),
        desk.world.incident().events
    );
    // A second press finds nothing.
    desk.keys("u");
    assert!(desk.acts().is_empty());
}

#[test]
fn what_was_set_goes_back_to_what_it_was() {
    let mut world = busy();
    world.act(Command::Situation("cards fail".into()), ME);
    let (_, acts) = back_in(world, Command::Situation("all is lost".into()));
    assert_eq!(acts, [Command::Situation("cards fail".into())]);

    let item = busy().incident().checklist()[0].item.id.clone();
    let (_, acts) = back(Command::Tick(item.clone()));
    assert_eq!(acts, [Command::Untick(item.clone())]);

    let mut world = busy();
    let tanaka = Some(UserId::new("UTANAKA"));
    let give = |user: &Option<UserId>| Command::Assign {
        item: item.clone(),
        user: user.clone(),
        due: None,
    };
    world.act(give(&tanaka), ME);
    let (_, acts) = back_in(world, give(&Some(UserId::new("USATO"))));
    assert_eq!(acts, [give(&tanaka)]);

    let (_, acts) = back(Command::CheckOut(UserId::new("UTANAKA")));
    assert!(
        matches!(&acts[..], [Command::CheckIn { task: Some(task), .. }] if task == "roll back")
    );
}

#[test]
fn nothing_older_than_a_minute_and_nothing_of_others_is_taken_back() {
    let mut world = busy();
    world.later(30);
    world.act(Command::Note("mine".into()), ME);
    world.later(61);
    world.act(Command::Note("theirs".into()), "USATO");
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(desk.acts().is_empty());
    assert!(desk.said().contains("last minute"), "{}", desk.said());
}

#[test]
fn what_others_were_told_of_is_asked_about() {
    let mut world = busy();
    world.later(30);
    world.level("1");
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(desk.acts().is_empty());
    assert_eq!(form_of(&desk.model), Some(Verb::Level));
    assert_eq!(
        desk.model.form().map(|form| form.value("level")),
        Some("2".to_owned())
    );
    // The act itself still needs its button.
    desk.keys("Enter Enter");
    assert!(!desk.effects.iter().any(|e| matches!(e, Effect::Act { .. })));
}

#[test]
fn it_says_whether_anybody_has_read_it() {
    let mut world = busy();
    world.later(30);
    world.act(Command::Note("too early".into()), ME);
    let id = world
        .incident()
        .entries
        .last()
        .map(|e| e.id.clone())
        .expect("one");
    let mut desk = Desk::in_room(world.clone());
    desk.keys("u");
    assert!(
        desk.said().contains("the channel keeps both"),
        "{}",
        desk.said()
    );
    world.jobs.insert(id, JobState::Pending);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    assert!(
        desk.said().contains("before it was in the channel"),
        "{}",
        desk.said()
    );
}

#[test]
fn what_certainly_never_left_is_taken_out_of_the_outbox() {
    for (attempts, choices) in [(0, true), (1, true), (0, false)] {
        let mut world = busy();
        world.later(30);
        world.act(Command::Note("wrong room".into()), ME);
        world.fail(41);
        let note = world.incident().entries.last().map(|e| e.id.clone());
        let line = world.outbox.last_mut().expect("a line");
        line.event = note;
        line.state = JobState::Pending;
        line.attempts = attempts;
        line.choices.drop = choices;
        let mut desk = Desk::in_room(world);
        desk.keys("u");
        let unsent = Effect::Settle(41, crate::domain::sync::Settle::Undo);
        let certain = attempts == 0 && choices;
        assert_eq!(
            desk.effects.contains(&unsent),
            certain,
            "{:?}",
            desk.effects
        );
        let said = desk.said();
        assert_eq!(said.contains("before it was sent"), certain, "{said}");
        assert!(said.contains("wrong room"), "{said}");
        assert_eq!(desk.acts().is_empty(), certain, "else its opposite is told");
    }
}

/// What one key makes of a verb's act.
#[derive(Debug)]
enum Wanted {
    /// All is as it was.
    Same,
    /// What was added is taken back.
    Gone,
    /// The opposite is asked about.
    Form(Verb),
    /// It says what to do instead.
    Told(&'static str),
}

fn last(world: &World) -> EventId {
    let entries = &world.incident().entries;
    entries.last().map(|entry| entry.id.clone()).expect("one")
}

fn with_text(deed: Deed, text: &str) -> Command {
    Command::Work(Box::new(WorkOrder {
        deed,
        text: Some(text.into()),
        slot: None,
        items: Vec::new(),
    }))
}

fn learnt(learnt: Learnt, text: Option<&str>) -> Command {
    Command::Learn(Box::new(Lesson {
        learnt,
        text: text.map(str::to_owned),
    }))
}

fn opened(sort: Sort, world: &World) -> Command {
    Deed::Opened {
        matter: sort,
        line: "roll back canary".into(),
        owner: Some(UserId::new("UTANAKA")),
        due: Some(world.now + TimeDelta::minutes(10)),
        risk: None,
    }
    .into()
}

fn place() -> Place {
    Place {
        channel: None,
        name: "shop-2".into(),
        title: "Mail is late".into(),
    }
}

/// An act of each verb, after what it needs, and what becomes of it. A verb that is added has no arm
/// here until somebody has thought about how it goes back.
fn tried(verb: Verb, world: &mut World) -> (Option<Command>, Wanted) {
    use Wanted::{Form, Gone, Same, Told};
    let user = |id: &str| UserId::new(id);
    // One that no other act ticks.
    let list = world.incident().checklist();
    let item = list
        .get(3)
        .map_or_else(String::new, |it| it.item.id.clone());
    let link = || "https://example.com/x".to_owned();
    let opens = |sort: Sort, world: &World| (opened(sort, world), Gone);
    let (act, wanted): (Command, Wanted) = match verb {
        Verb::Declare => return (None, Form(Verb::Cancel)),
        Verb::Level => {
            let lists = Checklists::shipped().expect("whole");
            let plan = resolve::level(&world.config, &lists, world.incident(), "1");
            (Command::Level(plan.expect("a level")), Form(Verb::Level))
        }
        Verb::Temperature => {
            let hot = Named {
                id: "high".into(),
                name: "high".into(),
            };
            (Command::Temperature(hot), Same)
        }
        Verb::Situation => (Command::Situation("cards fail".into()), Same),
        Verb::Command => {
            let command = Command::Commander {
                user: Some(user("UTANAKA")),
                reason: Some("a train".into()),
            };
            (command, Same)
        }
        Verb::Phase => {
            world.act(Command::Phase(Phase::Investigating), ME);
            (Command::Phase(Phase::Fixing), Same)
        }
        Verb::Tick => (Command::Tick(item), Same),
        Verb::Untick => {
            world.act(Command::Tick(item.clone()), ME);
            (Command::Untick(item), Same)
        }
        Verb::Assign => {
            let user = Some(user("USATO"));
            let due = None;
            (Command::Assign { item, user, due }, Same)
        }
        Verb::Skip => {
            let reason = "not ours".into();
            (Command::Skip { item, reason }, Same)
        }
        Verb::AddItem => (Command::AddItem("ask the bank".into()), Gone),
        Verb::Note => (Command::Note("odd".into()), Gone),
        Verb::Message => {
            let text = "look here".into();
            let thread = None;
            (Command::Message { text, thread }, Gone)
        }
        Verb::Pin => {
            let command = Command::Pin {
                ts: SlackTs::from_micros(1_795_000_000_000_000).expect("in range"),
                author: "Sato".into(),
                excerpt: "42 tickets".into(),
                by: user(ME),
                evidence: false,
                files: Vec::new(),
                pinned: true,
            };
            (command, Same)
        }
        Verb::Role => {
            let role = "scribe".into();
            let user = Some(user("UTANAKA"));
            (Command::Role { role, user }, Same)
        }
        Verb::CheckIn => {
            let command = Command::CheckIn {
                user: user(ME),
                role: None,
                task: Some("watch the graph".into()),
            };
            (command, Same)
        }
        Verb::CheckOut => (Command::CheckOut(user("UTANAKA")), Same),
        Verb::Milestone => {
            let command = Command::Milestone {
                milestone: Milestone::Detected,
                time: world.now,
                link: None,
            };
            (command, Same)
        }
        Verb::Timekeeper => (Command::Timekeeper(0), Same),
        Verb::Recover => (Command::Recover(None), Form(Verb::Reopen)),
        Verb::Resolve => {
            world.act(Command::Recover(None), ME);
            (Command::Resolve(Some("enough".into())), Form(Verb::Reopen))
        }
        Verb::Archive => {
            world.act(Command::Recover(None), ME);
            world.act(Command::Resolve(Some("enough".into())), ME);
            (Command::Archive, Told("take the response up again"))
        }
        Verb::Cancel => {
            let command = Command::Cancel {
                outcome: Phase::Cancelled,
                reason: "a test".into(),
            };
            (command, Form(Verb::Reopen))
        }
        Verb::Merge => {
            let (into, place) = (IncidentId::new("i2"), place());
            (Command::Merge { into, place }, Form(Verb::Reopen))
        }
        Verb::Reopen => {
            world.act(Command::Recover(None), ME);
            (Command::Reopen("again".into()), Form(Verb::Recover))
        }
        Verb::PersonalData => {
            let command = Command::PersonalData {
                items: Vec::new(),
                since: None,
            };
            (command, Told("note why"))
        }
        Verb::Kind => {
            let deed = Deed::KindChanged {
                incident_kind: Kind::Security,
                manual: None,
            };
            (deed.into(), Form(Verb::Kind))
        }
        Verb::Task => opens(Sort::Task, world),
        Verb::Need => opens(Sort::Need, world),
        Verb::Park => opens(Sort::Question, world),
        Verb::Objective => opens(Sort::Objective, world),
        Verb::Hypothesis => opens(Sort::Hypothesis, world),
        Verb::Contact => opens(Sort::Contact, world),
        Verb::Timer => opens(Sort::Timer, world),
        Verb::Decide => opens(Sort::Decision, world),
        Verb::Action => opens(Sort::Action, world),
        Verb::Settle => {
            world.act(opened(Sort::Task, world), ME);
            let deed = Deed::Settled {
                matter: last(world),
                state: State::Done,
                line: Some("done".into()),
                owner: None,
                due: None,
            };
            (deed.into(), Same)
        }
        Verb::Extend => {
            world.act(opened(Sort::Task, world), ME);
            let deed = Deed::Moved {
                matter: last(world),
                due: world.now + TimeDelta::minutes(30),
            };
            (deed.into(), Same)
        }
        Verb::Give => {
            let need = Deed::Opened {
                matter: Sort::Need,
                line: "a database admin".into(),
                owner: None,
                due: None,
                risk: None,
            };
            world.act(need.into(), ME);
            let deed = Deed::Given {
                matter: last(world),
                owner: user("USATO"),
            };
            (deed.into(), Same)
        }
        Verb::Object => {
            world.act(opened(Sort::Decision, world), "USATO");
            let deed = Deed::Objected {
                matter: last(world),
                line: "not on a Friday".into(),
            };
            (deed.into(), Gone)
        }
        Verb::Meeting => (Deed::Meeting { link: link() }.into(), Same),
        Verb::Report => {
            let deed = Deed::Report {
                audience: Named {
                    id: "internal".into(),
                    name: "inside".into(),
                },
                stage: Stage::First,
                next: None,
            };
            let can = crate::domain::work::Can {
                conditions: "cards fail".into(),
                actions: "roll back".into(),
                needs: "none".into(),
            };
            (
                with_text(deed, &can.render(crate::domain::words::Lang::En)),
                Gone,
            )
        }
        Verb::Notice => (with_text(Deed::Notice {}, "Cards are refused."), Gone),
        Verb::Approve | Verb::Publish => {
            let role = "comms".into();
            let comms = Some(user("UTANAKA"));
            world.act(Command::Role { role, user: comms }, ME);
            world.act(with_text(Deed::Notice {}, "Cards are refused."), "UTANAKA");
            let notice = last(world);
            let approved = Deed::Approved {
                notice: notice.clone(),
            };
            if verb == Verb::Approve {
                (approved.into(), Same)
            } else {
                world.act(approved.into(), ME);
                let deed = Deed::Published {
                    notice,
                    target: "status page".into(),
                    next: None,
                };
                (deed.into(), Same)
            }
        }
        Verb::Offer | Verb::Decline => {
            let deed = Deed::Offered {
                to: user("UTANAKA"),
                expires: world.now + TimeDelta::minutes(10),
            };
            let offer = with_text(deed, "how it stands");
            if verb == Verb::Offer {
                (offer, Same)
            } else {
                world.act(offer, ME);
                let offer = last(world);
                (Deed::Declined { offer }.into(), Same)
            }
        }
        Verb::Accept => {
            let given = Command::Commander {
                user: Some(user("UTANAKA")),
                reason: Some("a train".into()),
            };
            world.act(given, ME);
            let deed = Deed::Offered {
                to: user(ME),
                expires: world.now + TimeDelta::minutes(10),
            };
            world.act(with_text(deed, "how it stands"), "UTANAKA");
            let deed = Deed::Accepted {
                offer: last(world),
                user: user(ME),
            };
            (deed.into(), Form(Verb::Offer))
        }
        Verb::Call => {
            let deed = Deed::Called {
                user: user("USUZUKI"),
                number: 0,
                why: None,
            };
            (deed.into(), Gone)
        }
        Verb::RollCall => (Deed::RollCall {}.into(), Gone),
        Verb::Here => (Deed::Here {}.into(), Told("check out")),
        Verb::Claim | Verb::Confirm | Verb::Unclaim => {
            let claimed: Command = Deed::Claimed {
                time: world.now,
                hold: 10,
                owners: Vec::new(),
            }
            .into();
            match verb {
                Verb::Claim => (claimed, Form(Verb::Unclaim)),
                _ => {
                    world.act(claimed, "UTANAKA");
                    let claim = last(world);
                    match verb {
                        Verb::Confirm => (Deed::Confirmed { claim }.into(), Same),
                        _ => {
                            let reason = "it is back".into();
                            (Deed::Unclaimed { claim, reason }.into(), Form(Verb::Claim))
                        }
                    }
                }
            }
        }
        Verb::Restrict => (Deed::Restricted {}.into(), Told("in private")),
        Verb::Link => {
            let (parent, place) = (IncidentId::new("i2"), place());
            (Deed::Linked { parent, place }.into(), Told("the right one"))
        }
        Verb::Write => {
            let section = Section::Cause;
            (with_text(Deed::Written { section }, "build 812"), Same)
        }
        Verb::Review => {
            let link = Some(link());
            (Deed::Reviewed { link }.into(), Same)
        }
        Verb::Waive => {
            let reason = "a typo".into();
            (Deed::Waived { reason }.into(), Same)
        }
        Verb::Tag => {
            let (tag, off) = ("dns".into(), false);
            (Learnt::Tagged { tag, off }.into(), Same)
        }
        Verb::Untag => {
            let (tag, off) = ("dns".into(), false);
            world.act(Learnt::Tagged { tag, off }.into(), ME);
            let (tag, off) = ("dns".into(), true);
            (Learnt::Tagged { tag, off }.into(), Same)
        }
        Verb::Evidence => {
            let (link, line, file) = (link(), None, None);
            (Learnt::Evidence { link, line, file }.into(), Gone)
        }
        Verb::NoteAt => {
            let time = world.now;
            (learnt(Learnt::Noted { time }, Some("it began")), Gone)
        }
        Verb::Correct => {
            world.act(Command::Note("ten".into()), ME);
            let (event, time) = (last(world), None);
            (
                learnt(Learnt::Corrected { event, time }, Some("eleven")),
                Same,
            )
        }
        Verb::Reach => {
            let (several, recurs) = (Some(true), None);
            (Learnt::Reached { several, recurs }.into(), Same)
        }
        Verb::PostMortem => {
            let draft = Learnt::Drafted {
                version: 1,
                gaps: 3,
                digest: "0123456789abcdef".into(),
                place: None,
            };
            (draft.into(), Told("write the next one"))
        }
        Verb::Assess => {
            let question = Named {
                id: "sharing".into(),
                name: "sharing".into(),
            };
            let said = Learnt::Assessed {
                user: user(ME),
                answers: vec![Answer { question, level: 2 }],
                line: None,
            };
            (said.into(), Same)
        }
        Verb::Track => {
            world.act(opened(Sort::Action, world), ME);
            let matter = last(world);
            let link = link();
            (Learnt::Tracked { matter, link }.into(), Same)
        }
        Verb::Retract => {
            world.act(Command::Note("odd".into()), ME);
            let event = last(world);
            (Deed::Retracted { event }.into(), Told("write it again"))
        }
    };
    (Some(act), wanted)
}

/// Of the state what an act sets: not who set it when, and not the record of it.
fn state(world: &World) -> Value {
    fn bare(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let told = [
                    "timeline",
                    "people",
                    "settled",
                    "at",
                    "by",
                    "in",
                    "last_seen",
                    "since",
                    "id",
                ];
                fields.retain(|key, _| !told.contains(&key.as_str()));
                fields.values_mut().for_each(bare);
            }
            Value::Array(all) => all.iter_mut().for_each(bare),
            _ => {}
        }
    }
    let (incident, link) = (world.incident(), crate::domain::sync::Link::Live);
    let mut shown = crate::app::show::show(&crate::app::show::Shown {
        incident,
        channel: None,
        drill: false,
        private: false,
        people: &world.people,
        heard: &Default::default(),
        invited: &Default::default(),
        counts: Default::default(),
        link: &link,
        as_of: None,
        timers: &[],
        plain: &str::to_owned,
        permalink: &|_| None,
    });
    bare(&mut shown);
    shown["corrected"] = incident.lessons.corrections.len().into();
    shown
}

// Red for `give` without `Body::Work(deed) => self.work.unset(deed)` of `take_back` in
// src/domain/first.rs, for `settle` without `due = *at` of `Deed::Opened` in `settled` of
// src/app/undo.rs, for `archive` without its arm of `no_way_back` in src/app/undo.rs.
#[test]
fn each_verb_goes_back_or_says_what_to_do_instead() {
    let wrong: Vec<String> = VERBS
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.name, does_not(row.verb)?)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is wrong with a verb's way back.
fn does_not(verb: Verb) -> Option<String> {
    let mut world = match verb {
        Verb::Declare => World::declared(),
        _ => busy(),
    };
    let (act, wanted) = tried(verb, &mut world);
    let before = state(&world);
    if let Some(act) = act {
        world.later(90);
        world.act(act, ME);
    }
    let event = last(&world);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    let said = desk.said();
    let acts = desk.acts();
    match wanted {
        Wanted::Form(verb) => {
            let asks = acts.is_empty() && form_of(&desk.model) == Some(verb);
            return (!asks).then(|| format!("{said} {acts:?}"));
        }
        Wanted::Told(words) => {
            let tells = acts.is_empty() && said.contains(words);
            return (!tells).then(|| format!("{said} {acts:?}"));
        }
        Wanted::Same | Wanted::Gone if acts.len() != 1 => return Some(said),
        Wanted::Same | Wanted::Gone => {}
    }
    for (_, _, command) in acts {
        let id = desk.world.id();
        if let Err(problem) = desk.world.decide(&id, &command, &UserId::new(ME)) {
            return Some(format!("{command:?}: {problem:?}"));
        }
    }
    let (incident, after) = (desk.world.incident(), state(&desk.world));
    let back = match wanted {
        Wanted::Gone => incident.work.retracted.contains(&event),
        _ => after == before,
    };
    // What was done stays in the record, whatever comes of it.
    let kept = incident.entries.iter().any(|entry| entry.id == event);
    let differ = |(key, value): (&String, &Value)| {
        (before[key] != *value).then(|| format!("{key}: {} → {value}", before[key]))
    };
    let differ = after.as_object().into_iter().flatten().filter_map(differ);
    (!back || !kept).then(|| differ.collect::<Vec<_>>().join("; "))
}

// Red without `State::Open` of `Deed::Settled` in src/domain/work/state.rs.
#[test]
fn a_decision_that_had_no_window_has_none_when_it_is_open_again() {
    let mut world = busy();
    let decision = Deed::Opened {
        matter: Sort::Decision,
        line: "roll back canary".into(),
        owner: Some(UserId::new("UTANAKA")),
        due: None,
        risk: None,
    };
    world.act(decision.into(), ME);
    let before = state(&world);
    let decided = Deed::Settled {
        matter: last(&world),
        state: State::Decided,
        line: None,
        owner: Some(UserId::new("UTANAKA")),
        due: Some(world.now + TimeDelta::minutes(30)),
    };
    world.act(decided.into(), ME);
    assert_ne!(state(&world), before);
    let mut desk = Desk::in_room(world);
    desk.keys("u");
    let acts = desk.acts();
    assert_eq!(acts.len(), 1, "{}", desk.said());
    for (_, _, command) in acts {
        let id = desk.world.id();
        let back = desk.world.decide(&id, &command, &UserId::new(ME));
        assert!(back.is_ok(), "{back:?}");
    }
    assert_eq!(state(&desk.world), before);
}

#[test]
fn what_was_unset_can_be_set_to_the_same_again_and_what_came_after_it_stands() {
    let mut world = busy();
    let meeting = |link: &str| Command::from(Deed::Meeting { link: link.into() });
    let (one, two) = ("https://example.com/1", "https://example.com/2");
    world.act(meeting(one), ME);
    let first = last(&world);
    let back = || {
        Command::from(Deed::Retracted {
            event: first.clone(),
        })
    };
    let mut later = world.clone();
    world.act(back(), ME);
    assert_eq!(world.incident().work.meeting, None);
    world.act(meeting(one), ME);
    assert_eq!(world.incident().work.meeting.as_deref(), Some(one));

    later.act(meeting(two), "USATO");
    let id = later.id();
    assert!(later.decide(&id, &back(), &ME.into()).is_err());
    assert_eq!(later.incident().work.meeting.as_deref(), Some(two));
}
