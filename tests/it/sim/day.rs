//! A day without Slack: ten thousand acts, a restart every hour, and then everything is delivered by
//! the rules.

use super::world::{Trouble, World};
use super::{Run, clock};
use matoi::domain::decide::Command;
use matoi::domain::ids::UserId;
use matoi::domain::sync::Safeguards;
use matoi::domain::sync::mirror::{Carried, EVENTS};
use matoi::workspace::limits::Mode;
use std::time::Duration;

const HOURS: u32 = 24;
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn ten_thousand_acts_of_a_day_without_slack_arrive_once_in_their_order() {
    let asked = std::env::var("MATOI_SIM_DAY").ok();
    let acts: u32 = asked.and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut run = Run::new(24, 1, Trouble::NONE, Safeguards::ALL);
    run.world = World::limited(Mode::Slack);
    run.declare(0, "A day without Slack", "shop-day");
    for _ in 0..20 {
        run.advance();
    }
    run.world.log.clear();
    let begun = run.now;
    let back = begun + HOUR * HOURS;
    run.consoles[0].cut_off_until = back;
    let between = HOUR * HOURS / acts;
    for n in 0..acts {
        run.now = begun + between * n;
        if n % (acts / HOURS) == 0 {
            run.restart(0);
        }
        let user = UserId::new("U0");
        let task = Some(format!("task {n}"));
        run.act(
            0,
            Command::CheckIn {
                user,
                role: None,
                task,
            },
        );
        if n % 10 == 0 {
            run.turn(0);
        }
    }
    assert_eq!(run.world.log.len(), 0, "nothing reaches Slack");
    let entered: Vec<String> = in_order_of_entry(&run);
    let count = usize::try_from(acts).expect("small");
    assert_eq!(entered.len(), count + 1);
    run.now = back;
    run.restart(0);
    while !run.consoles[0].engine.is_delivered() {
        run.now += Duration::from_secs(1);
        run.turn(0);
        assert!(run.now < back + HOUR * 3, "it takes for ever");
    }
    let took = run.now - back;
    // Once each, in the order of entry.
    let mut sent = Vec::new();
    let mut messages = 0;
    for (_, metadata, _) in run.world.carried() {
        if metadata.event_type == EVENTS {
            messages += 1;
            let carried = Carried::read(metadata).expect("readable");
            sent.extend(carried.events.into_iter().map(|(_, e)| e.id.to_string()));
        }
    }
    assert_eq!(sent, entered);
    // What waits together travels together, one message a second.
    eprintln!(
        "{acts} acts in {messages} messages, delivered in {} s",
        took.as_secs()
    );
    assert!(messages <= count / 4, "{messages} messages");
    assert!(took >= Duration::from_secs(u64::try_from(messages).expect("few") - 1));
    assert!(took <= Duration::from_secs(2 * u64::try_from(messages).expect("few")));
    let limited = run
        .world
        .log
        .iter()
        .filter(|(.., limited)| *limited)
        .count();
    assert_eq!(limited, 0, "no method was asked too often");
    let now = clock(run.now, 0);
    let id = run.incidents[0].clone();
    assert!(
        run.consoles[0]
            .engine
            .age(&id, now)
            .is_some_and(|age| age < Duration::from_secs(30))
    );
}

fn in_order_of_entry(run: &Run) -> Vec<String> {
    let mut rows: Vec<_> = run.consoles[0].engine.image().events.values().collect();
    rows.sort_by_key(|row| row.seq);
    rows.iter().map(|row| row.event.id.to_string()).collect()
}
