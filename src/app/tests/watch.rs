//! Clocks and prompts at their edges: just before, at, after; hours asleep, a clock set back, zones.

use super::busy;
use crate::app::testing::{ME, World};
use crate::domain::decide::Command;
use crate::domain::event::{Milestone, Phase};
use crate::domain::ids::UserId;
use crate::domain::prompt::{Prompt, Subject, Weight, prompts, slots};
use crate::domain::timer::{Clock, Pressure, Timer, timers};
use crate::domain::watch::{Heard, Local, Mark, Rules};
use crate::domain::words::Lang;
use crate::domain::work::{Deed, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

const JST: i32 = 9 * 3600;

/// Somebody looks at the world's first incident.
struct Look<'a> {
    world: &'a World,
    me: UserId,
    zone: i32,
    local: Local,
    last: BTreeMap<UserId, DateTime<Utc>>,
    private: bool,
}

impl<'a> Look<'a> {
    fn at(world: &'a World) -> Look<'a> {
        Look {
            world,
            me: world.me.clone(),
            zone: JST,
            local: Local::default(),
            last: BTreeMap::new(),
            private: false,
        }
    }

    fn with<T>(&self, then: impl FnOnce(&Rules<'_>, &Heard<'_>) -> T) -> T {
        let rules = Rules {
            config: &self.world.config,
            offset: &|_| self.zone,
        };
        let heard = Heard {
            me: &self.me,
            last: &self.last,
            invited: &self.world.invited,
            name: &|user| user.as_str().to_owned(),
            failed: 0,
            others: &[],
            archived: self.world.archived,
            private: self.private,
            drill: false,
        };
        then(&rules, &heard)
    }

    fn timers(&self) -> Vec<Timer> {
        let (incident, now) = (self.world.incident(), self.world.now);
        self.with(|rules, heard| timers(incident, rules, heard, &self.local, now))
    }

    fn timer(&self, is: impl Fn(&Clock) -> bool) -> Option<Timer> {
        self.timers().into_iter().find(|timer| is(&timer.what))
    }

    fn prompts(&self) -> Vec<Prompt> {
        let (incident, now) = (self.world.incident(), self.world.now);
        self.with(|rules, heard| prompts(incident, rules, heard, &self.local, now))
    }

    fn prompt(&self, about: &Subject) -> Option<Prompt> {
        self.prompts().into_iter().find(|p| p.about == *about)
    }

    fn asks(&self, about: &Subject) -> bool {
        self.prompt(about).is_some()
    }
}

/// Whether `about` is asked so many seconds after the declaration.
fn asked_at(seconds: i64, about: &Subject) -> Option<Weight> {
    let mut world = World::declared();
    world.later(seconds);
    Look::at(&world).prompt(about).map(|p| p.weight)
}

#[test]
fn commander_and_level_are_asked_at_their_time_five_times_and_then_stand() {
    use Subject::{Commander, Level};
    assert_eq!(asked_at(119, &Commander), None);
    assert_eq!(asked_at(120, &Commander), Some(Weight::Warning));
    assert_eq!(asked_at(12 * 60 - 1, &Commander), Some(Weight::Warning));
    assert_eq!(asked_at(12 * 60, &Commander), Some(Weight::Standing));
    assert_eq!(asked_at(0, &Level), Some(Weight::Offer));
    assert_eq!(asked_at(299, &Level), Some(Weight::Offer));
    assert_eq!(asked_at(300, &Level), Some(Weight::Warning));
    assert_eq!(asked_at(30 * 60, &Level), Some(Weight::Standing));
    // A machine that slept for a night asks once, and a clock that was set back does not ask.
    assert_eq!(asked_at(9 * 3600, &Commander), Some(Weight::Standing));
    assert_eq!(asked_at(-3600, &Commander), None);
}

#[test]
fn what_is_dismissed_is_asked_the_next_time_but_what_stands_cannot_be() {
    let mut world = World::declared();
    world.later(130);
    let mut look = Look::at(&world);
    let now = world.now;
    let away = Mark {
        dismissed: Some(now),
        ..Mark::default()
    };
    look.local.marks.insert("commander/1".to_owned(), away);
    assert!(!look.asks(&Subject::Commander));
    let local = look.local.clone();
    world.later(110);
    let mut look = Look::at(&world);
    look.local = local;
    assert!(look.asks(&Subject::Commander), "the second time");
    world.later(3600);
    let mut look = Look::at(&world);
    look.local
        .marks
        .insert("commander/standing".to_owned(), away);
    assert!(look.asks(&Subject::Commander));
}

#[test]
fn a_snooze_ends_in_time_and_with_a_clock_that_is_set_back() {
    let mut world = World::declared();
    world.later(130);
    let since = world.now;
    let mark = Mark {
        snoozed: Some((since, since + TimeDelta::minutes(1))),
        ..Mark::default()
    };
    let asked = |world: &World| {
        let mut look = Look::at(world);
        look.local.marks.insert("commander/1".to_owned(), mark);
        look.asks(&Subject::Commander)
    };
    assert!(!asked(&world));
    world.later(59);
    assert!(!asked(&world));
    world.later(1);
    assert!(asked(&world));
    // Put off at a time that is not there yet: not for longer than was meant.
    let mut back = world.clone();
    back.now = since - TimeDelta::seconds(1);
    assert!(asked(&back));
}

#[test]
fn a_prompt_that_stands_never_moves_and_holes_are_filled_by_weight() {
    let any = Look::at(&World::declared()).prompts()[0].clone();
    let prompt = |about: Subject, weight| Prompt {
        about,
        weight,
        ..any.clone()
    };
    let level = prompt(Subject::Level, Weight::Warning);
    let situation = prompt(Subject::Situation, Weight::Offer);
    let failed = prompt(Subject::Failed, Weight::Alarm);
    let none = [None, None, None];
    let first = slots(&none, &[level.clone(), situation.clone()], None);
    assert_eq!(
        first,
        [Some(Subject::Level), Some(Subject::Situation), None]
    );
    let all = [failed.clone(), level, situation.clone()];
    let second = slots(&first, &all, None);
    assert_eq!(second[..2], first[..2]);
    assert_eq!(second[2], Some(Subject::Failed));
    // What goes leaves a hole, and the others stay.
    let third = slots(&second, &[failed, situation], None);
    assert_eq!(
        third,
        [None, Some(Subject::Situation), Some(Subject::Failed)]
    );
}

// Red without `gives_way_to`, and without `Some(*about) != answering`, of `slots`.
#[test]
fn what_cannot_wait_takes_the_place_of_the_least_wanted_and_nothing_else_moves() {
    let any = Look::at(&World::declared()).prompts()[0].clone();
    let prompt = |about: Subject, weight| Prompt {
        about,
        weight,
        ..any.clone()
    };
    let law = Subject::Legal("authority".to_owned());
    let commander = prompt(Subject::Commander, Weight::Warning);
    let offers = [Subject::Expert, Subject::RecentChange].map(|about| prompt(about, Weight::Offer));
    let [expert, change] = offers;
    let taken = [Subject::Expert, Subject::Commander, Subject::RecentChange].map(Some);
    let evidence = prompt(Subject::Evidence, Weight::Warning);
    let all = [&evidence, &commander, &expert, &change].map(Clone::clone);
    let now = slots(&taken, &all, None);
    let wanted = [Subject::Expert, Subject::Commander, Subject::Evidence].map(Some);
    assert_eq!(now, wanted, "the least wanted gives way");
    assert_eq!(slots(&now, &all, None), wanted, "and it stays so");
    // What is being answered keeps its place.
    let answering = slots(&taken, &all, Some(&Subject::RecentChange));
    let wanted = [Subject::Evidence, Subject::Commander, Subject::RecentChange].map(Some);
    assert_eq!(answering, wanted);
    // A term of the law comes before who commands, and not before what went wrong.
    let failed = prompt(Subject::Failed, Weight::Alarm);
    let legal = prompt(law.clone(), Weight::Offer);
    let all = [&failed, &evidence, &commander, &legal].map(Clone::clone);
    let taken = [Subject::Failed, Subject::Commander, Subject::Evidence].map(Some);
    let wanted = [Subject::Failed, law, Subject::Evidence].map(Some);
    assert_eq!(slots(&taken, &all, None), wanted);
    // In an archived channel nobody hears of any of it.
    let archived = prompt(Subject::Archived, Weight::Standing);
    let restrict = prompt(Subject::Restrict, Weight::Warning);
    let all = [&archived, &evidence, &restrict, &legal].map(Clone::clone);
    let taken = [Subject::Evidence, legal.about.clone(), Subject::Restrict].map(Some);
    let wanted = [Subject::Evidence, Subject::Archived, Subject::Restrict].map(Some);
    assert_eq!(slots(&taken, &all, None), wanted);
    // All else waits for a place.
    let taken = [Subject::Expert, Subject::RecentChange, Subject::Next].map(Some);
    let next = prompt(Subject::Next, Weight::Offer);
    let all = [&commander, &expert, &change, &next].map(Clone::clone);
    assert_eq!(slots(&taken, &all, None), taken);
    let all = [&failed, &expert, &change, &next].map(Clone::clone);
    assert_eq!(slots(&taken, &all, None), taken);
}

#[test]
fn who_tells_the_authority_is_asked_until_somebody_has_it_and_again_when_it_is_near() {
    let mut world = busy();
    let item = crate::domain::event::Item {
        id: "authority-preliminary".to_owned(),
        text: "Tell the authority".to_owned(),
        optional: false,
        time_box: None,
        when: None,
        manual: None,
    };
    let command = Command::PersonalData {
        items: vec![item],
        since: None,
    };
    world.act(command, ME);
    let told = |world: &World| -> Vec<String> {
        let all = Look::at(world).prompts();
        let legal = all.iter().filter(|p| matches!(p.about, Subject::Legal(_)));
        legal.map(|p| p.text.en.to_string()).collect()
    };
    let first = told(&world);
    assert_eq!(first.len(), 1, "the nearest of two: {first:?}");
    assert!(
        first[0].contains("preliminary") && first[0].contains("5d left"),
        "{first:?}"
    );
    world.act(
        Command::Assign {
            item: "authority-preliminary".to_owned(),
            user: Some(UserId::new(ME)),
            due: None,
        },
        ME,
    );
    assert!(told(&world)[0].contains("final"), "{:?}", told(&world));
    world.later(3 * 86_400);
    assert!(
        told(&world)[0].contains("preliminary"),
        "{:?}",
        told(&world)
    );
    world.later(2 * 86_400);
    assert!(told(&world)[0].contains("was due on"), "{:?}", told(&world));
}

#[test]
fn a_notice_that_was_promised_is_owed_after_recovery_too() {
    let mut world = busy();
    let comms = Command::Role {
        role: "comms".to_owned(),
        user: Some(UserId::new("U2")),
    };
    world.act(comms, ME);
    let draft = crate::app::deeds::with_text(Deed::Notice {}, "Cards fail".to_owned());
    world.act(draft, "U2");
    let id = world.incident().work.notices[0].id.clone();
    world.act(Deed::Approved { notice: id.clone() }.into(), ME);
    let next = Some(world.now + TimeDelta::minutes(30));
    let out = Deed::Published {
        notice: id,
        target: "status page".to_owned(),
        next,
    };
    world.act(out.into(), ME);
    world.act(Command::Recover(Some(world.now)), ME);
    world.later(31 * 60);
    let timer = Look::at(&world).timer(|clock| *clock == Clock::Notice);
    assert_eq!(timer.expect("owed").pressure, Pressure::Overdue);
    assert!(Look::at(&world).asks(&Subject::Notice));
}

#[test]
fn a_call_in_time_is_not_late_and_one_that_nobody_made_is() {
    let mut world = World::declared();
    world.later(15 * 60 - 121);
    let keeper = |clock: &Clock| *clock == Clock::Timekeeper;
    let state = |world: &World| {
        let timer = Look::at(world).timer(keeper).expect("runs");
        (timer.pressure, (timer.due - world.now).num_seconds())
    };
    assert_eq!(state(&world), (Pressure::Running, 121));
    world.later(1);
    assert_eq!(state(&world), (Pressure::Near, 120));
    // Due, and some console is about to make it.
    world.later(240);
    assert_eq!(state(&world), (Pressure::Running, 780));
    world.later(1);
    assert_eq!(state(&world), (Pressure::Overdue, -121));
    // Asleep for hours: one call is late, and no more than one.
    world.later(5 * 3600);
    let late = Look::at(&world).timers();
    assert_eq!(late.iter().filter(|t| keeper(&t.what)).count(), 1);
}

#[test]
fn the_first_report_is_due_after_ten_minutes_and_the_next_when_it_was_promised() {
    let mut world = busy();
    let declared = world.incident().declared.expect("declared");
    let look = Look::at(&world);
    let first = look.timer(|c| *c == Clock::FirstReport).expect("runs");
    assert_eq!(first.due, declared + TimeDelta::minutes(10));
    assert!(look.asks(&Subject::Report("first".to_owned())));
    let next = world.now + TimeDelta::minutes(30);
    let report = Deed::Report {
        audience: crate::domain::event::Named {
            id: "internal".to_owned(),
            name: "internal".to_owned(),
        },
        stage: crate::domain::work::Stage::First,
        next: Some(next),
    };
    let text = crate::domain::work::Can {
        conditions: "cards fail".to_owned(),
        actions: "rolling back".to_owned(),
        needs: "none".to_owned(),
    };
    let text = text.render(Lang::En);
    world.act(crate::app::deeds::with_text(report, text), ME);
    let look = Look::at(&world);
    assert!(look.timer(|c| *c == Clock::FirstReport).is_none());
    assert!(!look.asks(&Subject::Report("first".to_owned())));
    let about = Subject::Report("internal".to_owned());
    assert!(!look.asks(&about), "far off");
    world.later(28 * 60);
    let prompt = Look::at(&world).prompt(&about).expect("near");
    assert_eq!(prompt.weight, Weight::Warning);
    world.later(120);
    let prompt = Look::at(&world).prompt(&about).expect("over");
    assert_eq!(prompt.weight, Weight::Alarm);
}

fn open(world: &mut World, sort: Sort, line: &str, minutes: i64, owner: Option<&str>) {
    let deed = Deed::Opened {
        matter: sort,
        line: line.to_owned(),
        owner: owner.map(UserId::new),
        due: Some(world.now + TimeDelta::minutes(minutes)),
        risk: None,
    };
    world.act(deed.into(), ME);
}

#[test]
fn tasks_questions_and_decisions_come_back_at_their_time_and_go_when_settled() {
    let mut world = busy();
    open(&mut world, Sort::Task, "check the queue", 10, Some("USATO"));
    open(&mut world, Sort::Question, "is EU hit?", 10, None);
    open(&mut world, Sort::Decision, "roll back 812", 2, None);
    let texts = |world: &World, me: &str| -> Vec<String> {
        let mut look = Look::at(world);
        look.me = UserId::new(me);
        let prompts = look.prompts().into_iter();
        prompts
            .filter(|p| matches!(p.about, Subject::Matter(_)))
            .map(|p| p.text.en.into_owned())
            .collect()
    };
    world.later(119);
    assert_eq!(texts(&world, ME), Vec::<String>::new());
    world.later(1);
    assert_eq!(
        texts(&world, ME),
        ["D1 roll back 812: no strong objections? Decide"]
    );
    world.later(8 * 60);
    let all = texts(&world, ME);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(
        all.iter()
            .any(|t| t.starts_with("USATO: T1 check the queue"))
    );
    // Its owner is asked about the task, and nobody else about anything.
    assert_eq!(texts(&world, "USATO").len(), 1);
    assert_eq!(texts(&world, "UTANAKA").len(), 0);
    let task = world.incident().work.matters[0].id.clone();
    let settled = Deed::Settled {
        matter: task,
        state: State::Done,
        line: None,
        owner: None,
        due: None,
    };
    world.act(settled.into(), ME);
    assert_eq!(texts(&world, ME).len(), 2);
    assert_eq!(texts(&world, "USATO").len(), 0);
}

#[test]
fn a_claimed_recovery_is_held_confirmed_by_its_owners_and_then_declared() {
    let mut world = busy();
    let claimed = Deed::Claimed {
        time: world.now,
        hold: 10,
        owners: vec![UserId::new("UTANAKA")],
    };
    world.act(claimed.into(), "USATO");
    let mut owner = Look::at(&world);
    owner.me = UserId::new("UTANAKA");
    assert!(owner.asks(&Subject::Confirm));
    assert!(!Look::at(&world).asks(&Subject::Confirm));
    world.later(599);
    let prompt = Look::at(&world).prompt(&Subject::Hold).expect("holds");
    assert_eq!(prompt.weight, Weight::Warning);
    world.later(1);
    let prompt = Look::at(&world).prompt(&Subject::Hold).expect("held");
    assert_eq!(prompt.weight, Weight::Alarm);
    assert!(prompt.text.en.contains("UTANAKA"), "{}", prompt.text.en);
    world.act(Command::Recover(Some(world.now)), ME);
    assert!(!Look::at(&world).asks(&Subject::Hold));
    assert!(Look::at(&world).asks(&Subject::WhatIsLeft));
}

#[test]
fn whoever_was_called_and_does_not_answer_is_called_again_and_then_the_next() {
    let mut world = busy();
    let call = |number| Deed::Called {
        user: UserId::new("USUZUKI"),
        number,
        why: None,
    };
    world.act(call(1).into(), ME);
    let about = Subject::NoAnswer(UserId::new("USUZUKI"));
    world.later(299);
    assert!(!Look::at(&world).asks(&about));
    world.later(1);
    let text = Look::at(&world).prompt(&about).expect("no answer").text;
    assert_eq!(text.en, "call USUZUKI again");
    // A word in the channel is an answer.
    let mut look = Look::at(&world);
    look.last.insert(UserId::new("USUZUKI"), world.now);
    assert!(!look.asks(&about));
    world.act(call(2).into(), ME);
    world.later(300);
    let text = Look::at(&world).prompt(&about).expect("no answer").text;
    assert!(text.en.contains("call the next"), "{}", text.en);
}

#[test]
fn command_for_four_hours_and_a_role_for_two_ask_for_relief_once_each_time() {
    let mut world = busy();
    world.act(
        Command::Role {
            role: "scribe".to_owned(),
            user: Some(UserId::new("USATO")),
        },
        ME,
    );
    let about = |role: &str| Subject::TooLong(role.to_owned());
    world.later(2 * 3600 - 1);
    assert!(!Look::at(&world).asks(&about("scribe")));
    world.later(1);
    let first = Look::at(&world).prompt(&about("scribe")).expect("relief");
    assert!(!Look::at(&world).asks(&about("commander")));
    world.later(2 * 3600);
    let second = Look::at(&world).prompt(&about("scribe")).expect("again");
    assert_ne!(first.key, second.key, "dismissed once, it is asked again");
    assert!(Look::at(&world).asks(&about("commander")));
}

#[test]
fn more_people_than_one_lead_can_lead_and_a_missing_scribe_are_noticed() {
    let mut world = World::declared();
    let take = Command::Commander {
        user: Some(UserId::new(ME)),
        reason: None,
    };
    world.act(take, ME);
    let arrive = |world: &mut World, n: usize| {
        let user = UserId::new(format!("U{n}"));
        let here = Command::CheckIn {
            user: user.clone(),
            role: None,
            task: Some("look".to_owned()),
        };
        world.act(here, user.as_str());
    };
    for n in 1..=3 {
        arrive(&mut world, n);
    }
    world.later(600);
    assert!(!Look::at(&world).asks(&Subject::Role("scribe")), "four");
    arrive(&mut world, 4);
    assert!(Look::at(&world).asks(&Subject::Role("scribe")), "five");
    for n in 5..=7 {
        arrive(&mut world, n);
    }
    let span = Subject::Span(UserId::new(ME));
    assert!(!Look::at(&world).asks(&span), "seven");
    arrive(&mut world, 8);
    assert!(Look::at(&world).asks(&span), "eight");
}

#[test]
fn a_commander_who_is_silent_is_told_to_others_alone() {
    let mut world = busy();
    // Two words of others came after the commander's last act, a second each.
    world.later(297);
    let ask = |world: &World, me: &str| {
        let mut look = Look::at(world);
        look.me = UserId::new(me);
        look.asks(&Subject::SilentCommander)
    };
    assert!(!ask(&world, "USATO"));
    world.later(1);
    assert!(ask(&world, "USATO"));
    assert!(!ask(&world, ME));
    let mut look = Look::at(&world);
    look.me = UserId::new("USATO");
    look.last.insert(UserId::new(ME), world.now);
    assert!(
        !look.asks(&Subject::SilentCommander),
        "wrote in the channel"
    );
}

#[test]
fn what_the_law_wants_counts_from_when_it_was_known_and_goes_with_its_item() {
    let mut world = busy();
    world.later(3600);
    let law = |world: &World, item: &str| {
        Look::at(world).timer(|clock| *clock == Clock::Legal(item.to_owned()))
    };
    assert!(law(&world, "authority-preliminary").is_none());
    let known = world.now;
    world.act(
        Command::PersonalData {
            items: Vec::new(),
            since: None,
        },
        ME,
    );
    let timer = law(&world, "authority-preliminary").expect("runs");
    assert_eq!(timer.due, known + TimeDelta::days(5));
    assert_eq!(timer.pressure, Pressure::Running);
    let last = law(&world, "authority-final").expect("runs");
    assert_eq!(last.due, known + TimeDelta::days(30));
    world.later(3 * 86400 - 1);
    let timer = law(&world, "authority-preliminary").expect("runs");
    assert_eq!(timer.pressure, Pressure::Running);
    world.later(1);
    let timer = law(&world, "authority-preliminary").expect("runs");
    assert_eq!(timer.pressure, Pressure::Near, "amber from the third day");
    assert!(Look::at(&world).asks(&Subject::Evidence));
    // On purpose: the final report has longer.
    let kind = Deed::KindChanged {
        incident_kind: crate::domain::event::Kind::Security,
        manual: None,
    };
    world.act(kind.into(), ME);
    let last = law(&world, "authority-final").expect("runs");
    assert_eq!(last.due, known + TimeDelta::days(60));
}

#[test]
fn another_kind_asks_other_things_and_has_a_list_of_its_own() {
    let mut world = busy();
    let asks = |world: &World, private: bool| {
        let look = Look {
            private,
            ..Look::at(world)
        };
        [Subject::Evidence, Subject::Restrict].map(|subject| look.asks(&subject))
    };
    let list = |world: &World| {
        let list = world.incident().checklist().into_iter();
        let asked: Vec<String> = list.filter(|c| c.required).map(|c| c.item.id).collect();
        ["evidence", "contain", "support"].map(|id| asked.iter().any(|asked| asked == id))
    };
    assert_eq!(asks(&world, false), [false, false]);
    assert!(!list(&world)[0], "{:?}", list(&world));
    let lists = crate::domain::checklists::Checklists::shipped().expect("whole");
    let security = crate::domain::event::Kind::Security;
    let kind = crate::app::resolve::kind(&world.config, &lists, world.incident(), security);
    world.act(kind, ME);
    assert_eq!(asks(&world, false), [true, true]);
    assert_eq!(asks(&world, true), [true, false], "few read it already");
    assert_eq!(list(&world)[..2], [true, true]);
    world.act(Deed::Restricted {}.into(), ME);
    assert_eq!(asks(&world, false), [true, false]);
}

#[test]
fn recovered_and_not_resolved_is_said_in_working_hours_of_the_zone_and_then_weekly() {
    let mut world = busy();
    // Friday, 14:00 in Japan.
    world.act(Command::Recover(Some(world.now)), ME);
    let recovered = world.now;
    let unresolved = |look: &Look<'_>| {
        let timer = look.timer(|clock| *clock == Clock::Unresolved);
        timer.expect("runs")
    };
    let due = |zone: i32| {
        let mut look = Look::at(&world);
        look.zone = zone;
        unresolved(&look).due
    };
    // Saturday is no working day: Monday at nine, wherever that is.
    let monday = |utc: &str| DateTime::parse_from_rfc3339(utc).expect("a time").to_utc();
    assert_eq!(due(JST), monday("2026-11-23T09:00:00+09:00"));
    assert_eq!(due(0), monday("2026-11-23T09:00:00+00:00"));
    world.later(3 * 86400);
    let mut look = Look::at(&world);
    let first = unresolved(&look);
    assert_eq!(first.pressure, Pressure::Overdue);
    let seen = Mark {
        acknowledged: Some(world.now),
        ..Mark::default()
    };
    look.local.marks.insert(first.key.clone(), seen);
    let next = unresolved(&look);
    assert_eq!(next.due, monday("2026-11-30T09:00:00+09:00"));
    assert!(!next.acknowledged);
    assert!(next.due > recovered + TimeDelta::days(7));
}

#[test]
fn the_post_mortem_is_due_sooner_at_the_worst_levels_and_ends_with_its_review() {
    let after = |level: &str| {
        let mut world = busy();
        let held = world.incident().level.as_ref().map(|held| held.id.clone());
        if held.as_deref() != Some(level) {
            world.level(level);
        }
        let at = world.now;
        world.act(Command::Recover(Some(at)), ME);
        let timer = Look::at(&world).timer(|clock| *clock == Clock::PostMortem);
        (world, (timer.expect("runs").due - at).num_days())
    };
    assert_eq!(after("2").1, 3);
    // Five working days from a Friday.
    let (mut world, days) = after("3");
    assert_eq!(days, 7);
    let link = Some("https://example.com/post-mortem".to_owned());
    world.act(Deed::Reviewed { link }.into(), ME);
    let timer = Look::at(&world).timer(|clock| *clock == Clock::PostMortem);
    assert!(timer.is_none());
}

#[test]
fn a_channel_without_a_word_is_noticed_after_a_week_and_not_before() {
    let mut world = busy();
    world.later(6 * 86400 - 60);
    let silent = |world: &World| Look::at(world).timer(|clock| *clock == Clock::Silent);
    assert!(silent(&world).is_none());
    world.later(4 * 86400);
    assert_eq!(silent(&world).expect("runs").pressure, Pressure::Overdue);
    world.act(Command::Note("still on it".to_owned()), ME);
    assert!(silent(&world).is_none());
}

#[test]
fn urgency_is_overdue_for_longest_then_soonest_and_the_quiet_ones_last() {
    let mut world = busy();
    open(&mut world, Sort::Timer, "one", 1, None);
    open(&mut world, Sort::Timer, "two", 2, None);
    open(&mut world, Sort::Timer, "five", 5, None);
    world.later(200);
    let mut look = Look::at(&world);
    let order = |look: &Look<'_>| -> Vec<String> {
        let timers = look.timers().into_iter();
        let own = timers.filter(|t| matches!(t.what, Clock::Matter(_)));
        own.map(|t| t.text.en.into_owned()).collect()
    };
    assert_eq!(order(&look), ["M1 one", "M2 two", "M3 five"]);
    let first = look.timers()[0].key.clone();
    let seen = Mark {
        acknowledged: Some(world.now),
        ..Mark::default()
    };
    look.local.marks.insert(first, seen);
    assert_eq!(order(&look), ["M2 two", "M3 five", "M1 one"]);
}

#[test]
fn nothing_is_asked_of_what_is_over() {
    let mut world = busy();
    world.later(3600);
    assert!(!Look::at(&world).prompts().is_empty());
    world.act(
        Command::Cancel {
            outcome: Phase::FalseAlarm,
            reason: "test".to_owned(),
        },
        ME,
    );
    assert_eq!(Look::at(&world).prompts(), []);
    assert_eq!(Look::at(&world).timers(), []);
    assert!(
        !world
            .incident()
            .milestones
            .contains_key(&Milestone::Recovered)
    );
}
