//! A long outage with the program itself: hundreds of acts while nobody answers, over many restarts,
//! and then everything is delivered once, in order, by the rules.
//!
//! `MATOI_TEST_OUTAGE=1000 cargo test --test it outage -- --nocapture` is a longer one; it prints
//! how many messages and seconds the delivery took.

use super::rig::{
    Console, act, channel, core_at, declarer, events, id, messages, quick, shared, until_met,
    workspace,
};
use matoi::domain::decide::Command as Act;
use matoi::domain::ids::UserId;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9/api/";
/// Acts in the life of one process.
const LIFE: usize = 25;

fn acts() -> usize {
    let asked = std::env::var("MATOI_TEST_OUTAGE").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(120)
}

#[test]
fn hundreds_of_acts_of_an_outage_arrive_once_in_their_order() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    let state = console.declare("A long outage");
    let (incident, channel, by) = (id(&state), channel(&state), declarer(&state));
    // The command line, while nobody answers: saved, and told so.
    console.set("MATOI_SLACK_API_URL", NOWHERE);
    let ran = console.run(&["note", &incident, "the first one of the outage"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    let total = acts();
    for life in 0..total.div_ceil(LIFE) {
        let core = core_at(
            &console.data(),
            NOWHERE.into(),
            slack.bot_token(),
            &by,
            quick(),
        );
        for n in life * LIFE..total.min((life + 1) * LIFE) {
            // Short ones share a message, as far as they are waiting together.
            let command = Act::CheckIn {
                user: UserId::new(&by),
                role: None,
                task: Some(format!("task {n}")),
            };
            act(&core, &incident, &by, command);
        }
    }
    let waiting = console.json(&["show", &incident]);
    let entered: Vec<String> = waiting["timeline"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(
        entered.len(),
        total + 2,
        "the declaration, the note, and all of them"
    );
    assert_eq!(waiting["outbox"]["pending"], total + 1);
    assert_eq!(events(&slack, &channel).len(), 1, "nothing has arrived yet");

    console.set("MATOI_SLACK_API_URL", &slack.url());
    let began = Instant::now();
    let mut running = console.sync();
    until_met(&slack, "everything is delivered", || {
        events(&slack, &channel).len() >= total + 2
    });
    let took = began.elapsed();
    running.kill();
    console.run(&["sync", "--once"]).ok();
    let sent = events(&slack, &channel);
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert_eq!(distinct.len(), sent.len(), "one is there twice");
    assert_eq!(sent, entered, "in the order in which they were entered");
    let carriers = messages(&slack, &channel)
        .iter()
        .filter(|m| m["metadata"]["event_type"] == "matoi_events")
        .count();
    eprintln!("{total} acts in {carriers} messages, delivered in {took:.1?}");
    // What waits together travels together: a handful of acts a message, one message a second.
    assert!(carriers <= 2 + total.div_ceil(4), "{carriers} messages");
    let pace = Duration::from_millis(900) * u32::try_from(carriers / 2).expect("few");
    assert!(
        took >= pace,
        "{carriers} messages in {took:?}: faster than Slack allows"
    );
    // Whoever reads the channel alone has the same.
    let other = Console::on(&slack, "@emma", "");
    other.run(&["sync", "--once"]).ok();
    let shown = [&console, &other].map(|console| console.json(&["show", &incident]));
    assert_eq!(shown[0]["outbox"]["pending"], 0);
    let [one, other] = shown.map(shared);
    assert_eq!(one, other);
}
