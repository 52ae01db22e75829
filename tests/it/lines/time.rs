//! What time does to a response: nobody commands, nobody answers, nobody looks at the clock, nobody
//! goes home. Consoles and workspace under a clock that the test moves.

use super::super::stories::rig::World;
use super::super::stories::told;
use super::{cart, consoles, members};
use matoi::domain::event::Milestone;
use matoi::domain::ids::UserId;
use matoi::domain::prompt::Subject;
use matoi::domain::words::Lang;

const NO_QUESTIONS: &str = "[timers]\nask_times = 0\n";

/// Sato declares and commands; the channel.
fn commanded(w: &mut World) -> String {
    let room = cart(w);
    w.act("sato", "h", &[]);
    room
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

/// What Sato is asked once what stands before it is dismissed: three prompts fit.
fn asked(w: &mut World, words: &str) -> bool {
    for _ in 0..6 {
        let screen = w.at("sato").screen();
        if asks(&screen).contains(words) {
            return true;
        }
        w.at("sato").keys("Alt-q Alt-w Alt-e");
    }
    false
}

/// What else would be asked for first.
fn sized_up(w: &mut World) {
    w.act("sato", "l", &[("level", "3")]);
    let situation = "the cart loses items, logged-in users only";
    w.act("sato", "s", &[("situation", situation)]);
    let fields = [("milestone", "started"), ("time", "13:51")];
    w.act("sato", "m", &fields);
}

// Red without the row `About::Commander` of `repeated` in src/domain/sync/listen/ask.rs.
#[test]
fn nobody_commands() {
    for (lang, question, standing) in [
        (Lang::En, "*Who commands?*", "who commands?"),
        (Lang::Ja, "*指揮を執る人はいますか*", "指揮者がいません"),
    ] {
        let mut w = consoles(lang, &["sato", "emma"], "");
        let room = cart(&mut w);
        w.until("14:01");
        assert_eq!(w.count(&room, question), 0);
        w.until("14:02");
        w.pass(15);
        let told = told::channel(&w, &room);
        assert_eq!(w.count(&room, question), 1, "{told}");
        w.until("14:06");
        w.pass(15);
        assert_eq!(w.count(&room, question), 3, "once by two consoles");
        w.until("14:20");
        w.until("15:05");
        assert_eq!(w.count(&room, question), 5);
        // Then it stands on the screen, and cannot be dismissed.
        w.at("sato").keys("Alt-q Alt-w Alt-e");
        let screen = w.at("sato").screen();
        assert!(asks(&screen).contains(standing), "{screen}");
        // Whoever has only Slack presses the hand that is there already.
        w.join("ito", &room);
        w.press("ito", &room, question, "raised_hand");
        w.at("emma").keys("Enter");
        let commander = w.at("emma").here().commander.clone();
        assert_eq!(commander.map(|held| held.user), Some(w.id_of("ito")));
        let screen = w.at("sato").screen();
        assert!(!asks(&screen).contains(standing), "{screen}");
    }
}

// Red without `if !incident.milestones.contains_key(&Milestone::Detected)` of `call_text` in
// src/domain/sync/mirror/call.rs.
#[test]
fn the_detection_time_is_never_recorded() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    let room = commanded(&mut w);
    let asked = |w: &World| w.count(&room, "first noticed?");
    assert_eq!(asked(&w), 1, "{}", told::channel(&w, &room));
    w.until("14:16");
    assert_eq!(asked(&w), 2);
    w.until("14:31");
    assert_eq!(asked(&w), 3);
    let link = "https://shop.slack.com/archives/C1/p1790000000000100";
    w.join("ito", &room);
    w.post("ito", &room, &format!("@matoi detected 13:40 | {link}"));
    let detected = w.at("sato").here().milestones[&Milestone::Detected].clone();
    assert_eq!(detected.time.to_rfc3339(), "2026-11-20T04:40:00+00:00");
    assert_eq!(detected.link.as_deref(), Some(link));
    w.until("15:01");
    assert_eq!(asked(&w), 3);
    // From then on the timekeeper counts from there.
    let last = w.last_text(&room, "*Timekeeper*");
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
    let mut w = consoles(Lang::En, &["sato"], SHOP);
    let fields = [("service", "shop"), ("title", "Cart is down")];
    w.act("sato", "d", &fields);
    let room = w.channel("shop-");
    w.act("sato", ", c", &[("person", "@ito")]);
    let called = |w: &mut World| {
        let calls = w.at("sato").here().work.calls.clone();
        let count = |id: UserId| calls.get(&id).map_or(0, |call| call.count);
        ["ito", "takahashi", "yamamoto"].map(|who| count(w.id_of(who)))
    };
    assert_eq!(called(&mut w), [1, 0, 0]);
    w.until("14:07");
    assert_eq!(called(&mut w), [2, 0, 0]);
    let screen = w.at("sato").screen();
    assert!(screen.contains("called 2x"), "{screen}");
    w.until("14:13");
    // One after the other.
    assert_eq!(called(&mut w), [2, 1, 0]);
    let why = w.count(&room, "does not answer");
    assert_eq!(why, 1, "{}", told::channel(&w, &room));
    assert!(members(&w.slack, &room).contains(&"takahashi".to_owned()));
    // Who says anything has answered: nobody is called after them.
    w.post("takahashi", &room, "on my way");
    w.until("14:43");
    assert_eq!(called(&mut w), [2, 1, 0]);
}

// Red without `self.unanswered()` in src/domain/prompt/people.rs, and for whom it proposes without
// `next_to_call(model, incident)` in src/app/form/work.rs.
#[test]
fn nobody_of_those_called_with_the_declaration_answers() {
    let group = SHOP.replace("name = \"Shop\"", "name = \"Shop\"\ngroups = [\"@shop\"]");
    let mut w = consoles(Lang::En, &["sato"], &group);
    let fields = [("service", "shop"), ("title", "Cart is down")];
    w.act("sato", "d", &fields);
    let room = w.channel("shop-");
    w.until("14:04");
    assert!(!asked(&mut w, "None of the"));
    w.until("14:06");
    assert!(asked(&mut w, "None of the"));
    // The first of the escalation list is proposed, and called by Enter.
    w.answer("sato", &Subject::Unanswered, &[]);
    let calls = w.at("sato").here().work.calls.clone();
    let ito = w.id_of("ito");
    assert_eq!(calls.keys().collect::<Vec<_>>(), [&ito]);
    assert!(!w.at("sato").stands(&Subject::Unanswered));
    assert_eq!(
        w.count(&room, "is called to help"),
        1,
        "{}",
        told::channel(&w, &room)
    );
}

// Red without `self.call(step, &id, now, rng)` in src/domain/sync/duty.rs.
#[test]
fn time_is_lost_track_of() {
    let mut w = consoles(Lang::En, &["sato", "emma", "ito"], NO_QUESTIONS);
    let room = cart(&mut w);
    let calls = |w: &World| w.count(&room, "*Timekeeper*: ");
    w.until("14:12");
    assert_eq!(calls(&w), 0);
    // By whichever of three consoles, once every quarter of an hour.
    for number in 1..=6 {
        w.pass(15 * 60);
        assert_eq!(calls(&w), number, "{}", told::channel(&w, &room));
    }
    assert_eq!(w.count(&room, "1 h 30 min since"), 1);
    let last = w.last_text(&room, "*Timekeeper*: ");
    assert!(last.contains("Missing: who commands, the level"), "{last}");
    // Once it is good again, every hour, until somebody stops it.
    w.act("sato", "r", &[]);
    w.pass(130 * 60);
    assert_eq!(calls(&w), 8, "{}", told::channel(&w, &room));
    w.act("sato", "T", &[]);
    w.pass(130 * 60);
    assert_eq!(calls(&w), 8);
}

// Red without `lines.push(question(incident, slot, ja))` in
// src/domain/sync/mirror/call.rs.
#[test]
fn the_same_plan_is_followed_for_too_long() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    let room = commanded(&mut w);
    assert_eq!(w.count(&room, "or is there an alternative?"), 0);
    let asks = "Where are we, what was tried, what is next? Who is missing?";
    w.until("14:16");
    assert_eq!(w.count(&room, "or is there an alternative?"), 1);
    // And again, after what else is worth a question.
    w.until("14:46");
    assert_eq!(w.count(&room, "Is the level still right?"), 1);
    assert_eq!(w.count(&room, "Does anyone need relief?"), 1);
    w.until("15:01");
    assert_eq!(w.count(&room, "or is there an alternative?"), 2);
    // And every time, where we are.
    assert_eq!(w.count(&room, asks), w.count(&room, "*Timekeeper*: "));
}

// Red without `self.too_long()` in src/domain/prompt/people.rs.
#[test]
fn fatigue_and_panic() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    let room = commanded(&mut w);
    sized_up(&mut w);
    w.sleep(100);
    let screen = w.at("sato").screen();
    assert!(!asks(&screen).contains("hand over?"), "{screen}");
    // How long somebody is at it stands beside the name.
    w.at("sato").keys("8");
    let screen = w.at("sato").screen();
    assert!(screen.contains("IC      1h"), "{screen}");
    w.sleep(150);
    let screen = w.at("sato").screen();
    assert!(asked(&mut w, "commands for 4h: hand over?"), "{screen}");
    assert!(screen.contains("relief? 4h"), "{screen}");
    // With the briefing that the next one needs, in the channel.
    let situation = "rolled back, error rate falls";
    w.act("sato", "s", &[("situation", situation)]);
    w.act("sato", ", h", &[("person", "@emma")]);
    let offer = w.last_text(&room, "offers command to");
    assert!(offer.contains(situation), "{offer}");
}

// Red without `for (role, by) in &self.incident.roles` in src/domain/prompt/people.rs.
#[test]
fn the_hero_takes_everything() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    let room = commanded(&mut w);
    for role in ["ops", "scribe", "comms"] {
        w.act("sato", "w", &[("role", role), ("person", "@ito")]);
    }
    w.act(
        "sato",
        "c",
        &[("person", "@ito"), ("task", "index rebuild")],
    );
    sized_up(&mut w);
    let screen = w.at("sato").screen();
    assert!(asked(&mut w, "has 4 things in hand"), "{screen}");
    // Two hours on, roles go round.
    w.sleep(121);
    let screen = w.at("sato").screen();
    assert!(asked(&mut w, "for 2h: relief?"), "{screen}");
    w.act("sato", "w", &[("role", "scribe"), ("person", "@emma")]);
    let scribe = w.at("sato").here().roles["scribe"].user.clone();
    assert_eq!(scribe, w.id_of("emma"));
    let told = told::channel(&w, &room);
    assert_eq!(w.count(&room, "Scribe Emma"), 1, "on the card: {told}");
}

// Red without `(self.drill, drill)` in src/domain/outlets.rs.
#[test]
fn the_newcomer_never_practises() {
    let config = "[broadcast]\noutage = [\"#dev\"]\n[timers]\nask_situation_seconds = 0\n";
    let mut w = consoles(Lang::En, &["sato"], config);
    w.act("sato", "d", &[("title", "Cart is down"), ("drill", "yes")]);
    let room = w.channel("drill-");
    // The same program, the same questions; and nobody takes it for real.
    w.until("14:16");
    assert_eq!(w.count(&room, "Who commands?"), 5);
    assert_eq!(w.count(&room, "*Timekeeper*"), 1);
    let card = w.count(&room, "[DRILL] *Cart is down*");
    assert_eq!(card, 1, "the pinned card");
    let screen = w.at("sato").screen();
    assert!(screen.contains("DRILL"), "{screen}");
    assert_eq!(w.count(&w.channel("dev"), "Cart is down"), 0);
}

// Red without `self.loads()` in src/domain/prompt/people.rs.
#[test]
fn everyone_piles_in() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    commanded(&mut w);
    for who in ["@ito", "@emma", "@takahashi"] {
        w.act("sato", "c", &[("person", who)]);
    }
    sized_up(&mut w);
    w.pass(600);
    let screen = w.at("sato").screen();
    let idle = "3 people here have nothing to do";
    assert!(asked(&mut w, idle), "{screen}");
    for (who, task) in [("@ito", "index rebuild"), ("@emma", "answers support")] {
        w.act("sato", "c", &[("person", who), ("task", task)]);
    }
    w.at("sato").keys("8");
    let screen = w.at("sato").screen();
    assert!(!asks(&screen).contains("have nothing to do"), "{screen}");
    for task in ["index rebuild", "answers support"] {
        assert!(screen.contains(task), "{task}: {screen}");
    }
    // Who is not heard for long stands out.
    w.pass(1_200);
    let screen = w.at("sato").screen();
    assert!(screen.contains(" idle "), "{screen}");
}

// Red without `clocks.after(incident, rules)`, and without `clocks.silence(…)`, in
// src/domain/timer.rs.
#[test]
fn after_recovery_nobody_finishes() {
    let mut w = consoles(Lang::En, &["sato"], NO_QUESTIONS);
    let room = commanded(&mut w);
    w.act("sato", "r", &[]);
    assert!(asked(&mut w, "What is left?"));
    w.pass(61 * 60);
    assert_eq!(w.count(&room, "What is left: data, notices"), 1);
    w.act("sato", "T", &[]);
    // Friday afternoon; on Monday it is said, in working hours.
    w.sleep(3 * 24 * 60);
    w.at("sato").keys("9");
    let screen = w.at("sato").screen();
    assert!(screen.contains("! recovered, not resolved"), "{screen}");
    assert!(!screen.contains("nobody writ"), "{screen}");
    w.sleep(5 * 24 * 60);
    let screen = w.at("sato").screen();
    assert!(screen.contains("! nobody writ"), "{screen}");
    assert!(screen.contains("! post-mortem"), "{screen}");
    // Without the reason why, it does not end: what is missing is said one by one.
    w.at("sato").keys("R");
    let screen = w.at("sato").screen();
    let missing = "missing; resolving all the same needs a reason";
    assert!(screen.contains(missing), "{screen}");
}
