//! What time does to a response: nobody commands, nobody answers, nobody looks at the clock, nobody
//! goes home. Consoles and workspace under a clock that the test moves.

use super::super::listen::press;
use super::room::Rooms;
use crossterm::event::KeyCode;
use matoi::domain::decide::Command;
use matoi::domain::event::Milestone;
use matoi::domain::ids::IncidentId;
use matoi::domain::words::Lang;
use matoi::domain::work::Deed;

fn command(rooms: &mut Rooms, console: usize, id: &IncidentId, who: &str) {
    let user = Some(rooms.id_of(who));
    rooms.act(console, Some(id), Command::Commander { user, reason: None });
}

/// The prompts on a screen, as one reads them.
fn asks(screen: &str) -> String {
    let column = screen
        .lines()
        .skip(4)
        .take_while(|line| !line.contains("TIMERS"));
    let column = column.filter_map(|line| line.split(['│', '├', '┤']).next());
    let words = column.flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// What is asked once what stands before it is dismissed: three prompts fit.
fn asked(rooms: &mut Rooms, words: &str) -> bool {
    for _ in 0..6 {
        let screen = rooms.at[0].screen();
        if asks(&screen).contains(words) {
            return true;
        }
        for key in ['q', 'w', 'e'] {
            rooms.at[0].alt(key);
        }
    }
    false
}

/// What else would be asked for first.
fn sized_up(rooms: &mut Rooms, id: &IncidentId) {
    let level = rooms.at[0].level(id, "3");
    rooms.act(0, Some(id), level);
    let situation = "the cart loses items, logged-in users only".to_owned();
    rooms.act(0, Some(id), Command::Situation(situation));
    let started = Command::Milestone {
        milestone: Milestone::Started,
        time: rooms.now() - chrono::TimeDelta::minutes(9),
        link: None,
    };
    rooms.act(0, Some(id), started);
}

fn ts_of(rooms: &Rooms, room: &str, words: &str) -> String {
    let found = super::message(&rooms.slack, room, words).expect("it was said");
    found["ts"].as_str().expect("a ts").to_owned()
}

// Red without the row `About::Commander` of `repeated` in src/domain/sync/listen/ask.rs.
#[test]
fn nobody_commands() {
    for (lang, question, standing) in [
        (Lang::En, "*Who commands?*", "who commands?"),
        (Lang::Ja, "*指揮を執る人はいますか*", "指揮者がいません"),
    ] {
        let mut rooms = Rooms::speaking(lang, &["sato", "emma"], "");
        let (id, room) = rooms.declare(0);
        assert_eq!(rooms.count(&room, question), 0);
        rooms.pass(2);
        assert_eq!(rooms.count(&room, question), 1, "{:#?}", rooms.told(&room));
        rooms.pass(4);
        assert_eq!(rooms.count(&room, question), 3, "once by two consoles");
        rooms.pass(60);
        assert_eq!(rooms.count(&room, question), 5);
        // Then it stands on the screen, and cannot be dismissed.
        let screen = rooms.at[0].enter();
        assert!(asks(&screen).contains(standing), "{screen}");
        // Whoever has only Slack presses the hand that is there already.
        let asked = ts_of(&rooms, &room, question);
        press(&rooms.slack, "ito", &room, &asked, "raised_hand");
        rooms.pass(2);
        let commander = rooms.at[1].state(&id).commander.clone();
        assert_eq!(commander.map(|held| held.user), Some(rooms.id_of("ito")));
        let screen = rooms.at[0].screen();
        assert!(!asks(&screen).contains(standing), "{screen}");
    }
}

// Red without `if !incident.milestones.contains_key(&Milestone::Detected)` of `call_text` in
// src/domain/sync/mirror.rs.
#[test]
fn the_detection_time_is_never_recorded() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    let asked = |rooms: &Rooms| rooms.count(&room, "first noticed?");
    assert_eq!(asked(&rooms), 1, "{:#?}", rooms.told(&room));
    rooms.pass(15);
    assert_eq!(asked(&rooms), 2);
    rooms.pass(15);
    assert_eq!(asked(&rooms), 3);
    let bot = super::super::listen::bot(&rooms.slack);
    let link = "https://shop.slack.com/archives/C1/p1790000000000100";
    let text = format!("<@{bot}> detected 13:40 | {link}");
    super::super::listen::say(&rooms.slack, "ito", &room, &text);
    rooms.pass(2);
    let state = rooms.at[0].state(&id);
    let detected = &state.milestones[&Milestone::Detected];
    assert_eq!(detected.time.to_rfc3339(), "2026-11-20T04:40:00+00:00");
    assert_eq!(detected.link.as_deref(), Some(link));
    rooms.pass(30);
    assert_eq!(asked(&rooms), 3);
    // From then on the timekeeper counts from there.
    let told = rooms.told(&room);
    let last = told.iter().rfind(|text| text.contains("*Timekeeper*"));
    let last = last.expect("it called");
    assert!(last.contains("since detected"), "{last}");
}

const SHOP: &str = r#"
[timers]
ask_times = 0
ask_situation_seconds = 0
[[services]]
id = "shop"
name = "Shop"
escalation = ["@ito", "@takahashi", "@yamamoto"]
[[services]]
id = "other"
name = "Other"
"#;

// Red without `user: rest.find(free)?.clone()` in src/domain/sync/listen/call.rs, and without `said
// &&` of `is_said` in src/domain/sync/view.rs: an invitation would answer for whom it invites.
#[test]
fn the_first_person_called_does_not_answer() {
    let mut rooms = Rooms::of(&["sato"], SHOP);
    let id = rooms.declare_as(0, "Cart is down", |wish| wish.service = "shop".into());
    let room = rooms.channel(&id);
    let ito = rooms.id_of("ito");
    let call = Deed::Called {
        user: ito.clone(),
        number: 1,
        why: None,
    };
    rooms.act(0, Some(&id), call.into());
    let called = |rooms: &mut Rooms, who: &str| {
        let user = rooms.id_of(who);
        let state = rooms.at[0].state(&id);
        state.work.calls.get(&user).map_or(0, |call| call.count)
    };
    rooms.pass(5);
    assert_eq!(
        (called(&mut rooms, "ito"), called(&mut rooms, "takahashi")),
        (2, 0)
    );
    let screen = rooms.at[0].enter();
    assert!(screen.contains("called 2x"), "{screen}");
    rooms.pass(5);
    assert_eq!(called(&mut rooms, "takahashi"), 1);
    let why = super::message(&rooms.slack, &room, "does not answer");
    assert!(why.is_some(), "{:#?}", rooms.told(&room));
    assert_eq!(called(&mut rooms, "yamamoto"), 0, "one after the other");
    assert!(super::members(&rooms.slack, &room).contains(&"takahashi".to_owned()));
    // Who says anything has answered: nobody is called after them.
    super::super::listen::say(&rooms.slack, "takahashi", &room, "on my way");
    rooms.pass(30);
    assert_eq!(called(&mut rooms, "takahashi"), 1);
    assert_eq!(called(&mut rooms, "yamamoto"), 0);
    assert_eq!(called(&mut rooms, "ito"), 2);
}

// Red without `self.call(step, &id, now, rng)` in src/domain/sync/duty.rs.
#[test]
fn time_is_lost_track_of() {
    let mut rooms = Rooms::of(&["sato", "emma", "ito"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    let calls = |rooms: &Rooms| rooms.count(&room, "*Timekeeper*: ");
    rooms.pass(12);
    assert_eq!(calls(&rooms), 0);
    // By whichever of three consoles, once every quarter of an hour.
    for number in 1..=6 {
        rooms.pass(15);
        assert_eq!(calls(&rooms), number, "{:#?}", rooms.told(&room));
    }
    let told = rooms.told(&room);
    assert!(
        told.iter().any(|text| text.contains("1 h 30 min since")),
        "{told:#?}"
    );
    let missing = told.iter().rfind(|text| text.contains("*Timekeeper*: "));
    assert!(missing.is_some_and(|text| text.contains("Missing: who commands, the level")));
    // Once it is good again, every hour, until somebody stops it.
    rooms.act(0, Some(&id), Command::Recover(None));
    rooms.pass(130);
    assert_eq!(calls(&rooms), 8, "{:#?}", rooms.told(&room));
    rooms.act(0, Some(&id), Command::Timekeeper(0));
    rooms.pass(130);
    assert_eq!(calls(&rooms), 8);
}

// Red without `lines.push(question(incident, slot, ja).to_owned())` in src/domain/sync/mirror.rs.
#[test]
fn the_same_plan_is_followed_for_too_long() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    assert_eq!(rooms.count(&room, "is there an alternative?"), 0);
    rooms.pass(15);
    assert_eq!(rooms.count(&room, "or is there an alternative?"), 1);
    // And each hour again, after what else is worth a question.
    rooms.pass(45);
    assert_eq!(rooms.count(&room, "Is the level still right?"), 1);
    assert_eq!(rooms.count(&room, "Does anyone need relief?"), 1);
    rooms.pass(15);
    assert_eq!(rooms.count(&room, "or is there an alternative?"), 2);
}

// Red without `self.too_long()` in src/domain/prompt/people.rs.
#[test]
fn fatigue_and_panic() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    sized_up(&mut rooms, &id);
    rooms.leap(100);
    let screen = rooms.at[0].enter();
    assert!(!asks(&screen).contains("hand over?"), "{screen}");
    // How long somebody is at it stands beside the name.
    rooms.at[0].press(KeyCode::Char('8'));
    let screen = rooms.at[0].screen();
    assert!(screen.contains("IC      1h"), "{screen}");
    rooms.leap(150);
    let screen = rooms.at[0].screen();
    assert!(asked(&mut rooms, "commands for 4h: hand over?"), "{screen}");
    assert!(screen.contains("relief? 4h"), "{screen}");
    // With the briefing that the next one needs, in the channel.
    let situation = Command::Situation("rolled back, error rate falls".to_owned());
    rooms.act(0, Some(&id), situation);
    let offer = rooms.now() + chrono::TimeDelta::minutes(5);
    let offer = Deed::Offered {
        to: rooms.id_of("emma"),
        expires: offer,
    };
    let briefing = "rolled back, error rate falls".to_owned();
    rooms.act(0, Some(&id), matoi::app::deeds::with_text(offer, briefing));
    let offered = super::message(&rooms.slack, &room, "offers command to");
    assert!(offered.is_some(), "{:#?}", rooms.told(&room));
}

// Red without `for (role, by) in &self.incident.roles` in src/domain/prompt/people.rs.
#[test]
fn the_hero_takes_everything() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    for role in ["ops", "scribe", "comms"] {
        let user = Some(rooms.id_of("ito"));
        let role = role.to_owned();
        rooms.act(0, Some(&id), Command::Role { role, user });
    }
    let task = Command::CheckIn {
        user: rooms.id_of("ito"),
        role: None,
        task: Some("index rebuild".to_owned()),
    };
    rooms.act(0, Some(&id), task);
    sized_up(&mut rooms, &id);
    let screen = rooms.at[0].enter();
    assert!(asked(&mut rooms, "has 4 things in hand"), "{screen}");
    // Two hours on, roles go round.
    rooms.leap(121);
    let screen = rooms.at[0].screen();
    assert!(asked(&mut rooms, "for 2h: relief?"), "{screen}");
    let role = "scribe".to_owned();
    let user = Some(rooms.id_of("emma"));
    rooms.act(0, Some(&id), Command::Role { role, user });
    let scribe = rooms.at[0].state(&id).roles["scribe"].user.clone();
    assert_eq!(scribe, rooms.id_of("emma"));
    let told = rooms.count(&room, "Scribe Emma");
    assert_eq!(told, 1, "on the card: {:#?}", rooms.told(&room));
}

// Red without `(self.drill, drill)` in src/domain/outlets.rs.
#[test]
fn the_newcomer_never_practises() {
    let config = "[broadcast]\noutage = [\"#dev\"]\n[timers]\nask_situation_seconds = 0\n";
    let mut rooms = Rooms::of(&["sato"], config);
    let id = rooms.declare_as(0, "Cart is down", |wish| wish.drill = true);
    let room = rooms.channel(&id);
    // The same program, the same questions; and nobody takes it for real.
    rooms.pass(15);
    assert_eq!(rooms.count(&room, "Who commands?"), 5);
    assert_eq!(rooms.count(&room, "*Timekeeper*"), 1);
    assert_eq!(
        rooms.count(&room, "[DRILL] *Cart is down*"),
        1,
        "the pinned card"
    );
    let screen = rooms.at[0].enter();
    assert!(screen.contains("DRILL"), "{screen}");
    assert_eq!(
        super::super::peers::rig::heard(&rooms.slack, "dev", "Cart is down"),
        0
    );
}

// Red without `self.loads()` in src/domain/prompt/people.rs.
#[test]
fn everyone_piles_in() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, _) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    let checkin = |rooms: &Rooms, who: &str, task: Option<&str>| Command::CheckIn {
        user: rooms.id_of(who),
        role: None,
        task: task.map(str::to_owned),
    };
    for who in ["ito", "emma", "takahashi"] {
        let act = checkin(&rooms, who, None);
        rooms.act(0, Some(&id), act);
    }
    sized_up(&mut rooms, &id);
    rooms.pass(10);
    let screen = rooms.at[0].enter();
    assert!(
        asked(&mut rooms, "3 people here have nothing to do"),
        "{screen}"
    );
    for (who, task) in [("ito", "index rebuild"), ("emma", "answers support")] {
        let act = checkin(&rooms, who, Some(task));
        rooms.act(0, Some(&id), act);
    }
    rooms.at[0].press(KeyCode::Char('8'));
    let screen = rooms.at[0].screen();
    assert!(!asks(&screen).contains("have nothing to do"), "{screen}");
    for task in ["index rebuild", "answers support"] {
        assert!(screen.contains(task), "{task}: {screen}");
    }
    // Who is not heard for long stands out.
    rooms.pass(20);
    let screen = rooms.at[0].screen();
    assert!(screen.contains(" idle "), "{screen}");
}

// Red without `clocks.after(incident, rules)`, and without `clocks.silence(…)`, in
// src/domain/timer.rs.
#[test]
fn after_recovery_nobody_finishes() {
    let mut rooms = Rooms::of(&["sato"], "[timers]\nask_times = 0\n");
    let (id, room) = rooms.declare(0);
    command(&mut rooms, 0, &id, "sato");
    rooms.act(0, Some(&id), Command::Recover(None));
    let screen = rooms.at[0].enter();
    assert!(asks(&screen).contains("What is left?"), "{screen}");
    rooms.pass(60);
    assert_eq!(rooms.count(&room, "What is left: data, notices"), 1);
    rooms.act(0, Some(&id), Command::Timekeeper(0));
    // Friday afternoon; on Monday it is said, in working hours.
    rooms.leap(3 * 24 * 60);
    rooms.at[0].press(KeyCode::Char('9'));
    let screen = rooms.at[0].screen();
    assert!(screen.contains("! recovered, not resolved"), "{screen}");
    assert!(!screen.contains("nobody writ"), "{screen}");
    rooms.leap(5 * 24 * 60);
    let screen = rooms.at[0].screen();
    assert!(screen.contains("! nobody writ"), "{screen}");
    assert!(screen.contains("! post-mortem"), "{screen}");
    // Without the reason why, it does not end: what is missing is said one by one.
    let order = rooms.at[0].refused(&id, Command::Resolve(None));
    assert!(
        order.contains("things are missing before it can be resolved"),
        "{order}"
    );
}
