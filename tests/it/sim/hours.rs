//! Hours with many channels: what is asked of the workspace, and how old what is shown gets.

use super::*;
use matoi::wire::methods::{self, Tier};
use matoi::workspace::limits::Mode;
use std::collections::BTreeMap;

const CHANNELS: usize = 40;
const MINUTE: Duration = Duration::from_secs(60);

struct Hour {
    /// The oldest that the focused channel, and any other, was at any look, in seconds.
    focus: u64,
    others: u64,
    /// How old half of the others are, at most.
    half: u64,
    /// The most calls of a method in any 60 seconds.
    busiest: BTreeMap<&'static str, usize>,
    limited: usize,
}

/// An hour in which forty incidents are open, people write in their channels, and each console
/// looks at one of them.
fn hour(consoles: usize) -> Hour {
    let mut run = Run::new(40, consoles, Trouble::NONE, Safeguards::ALL);
    run.world = World::limited(Mode::Slack);
    for n in 0..CHANNELS {
        run.declare(n % consoles, &format!("Trouble {n}"), &format!("shop-{n}"));
        for _ in 0..20 {
            run.advance();
        }
    }
    // Everybody has met everything before the hour begins.
    let settled = run.now + 15 * MINUTE;
    while run.now < settled {
        run.advance();
    }
    let ids: Vec<IncidentId> = run.consoles[0].disk.incidents.keys().cloned().collect();
    assert_eq!(ids.len(), CHANNELS);
    for (n, console) in run.consoles.iter_mut().enumerate() {
        console
            .engine
            .set_focus(Some(ids[n].clone()), clock(run.now, 0));
    }
    let (mut focus, mut ages) = (0, Vec::new());
    let mut next = run.now;
    let mut begun = false;
    let start = run.now + 10 * MINUTE;
    while run.now < start + 60 * MINUTE {
        run.advance();
        // Consoles learn of each other by what they write.
        if !begun && run.now >= start {
            begun = true;
            run.world.log.clear();
        }
        if run.now < next {
            continue;
        }
        next += Duration::from_secs(20);
        for _ in 0..2 {
            let nth = run.rng.usize(..CHANNELS);
            run.world
                .say(nth, "UPERSON", "still failing", None, run.now);
        }
        let n = run.rng.usize(..consoles);
        let note = Command::Note("looked at it".into());
        run.act_on(n, Some(ids[n].clone()), note);
        for (n, console) in run.consoles.iter().enumerate().filter(|_| begun) {
            for (i, id) in ids.iter().enumerate() {
                let age = console.engine.age(id, clock(run.now, 0));
                let age = age.expect("it was read").as_secs();
                if i == n {
                    focus = age.max(focus);
                } else {
                    ages.push(age);
                }
            }
        }
    }
    let log = &run.world.log;
    let mut busiest: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (at, method, _) in log {
        let until = *at + MINUTE;
        let count = log
            .iter()
            .filter(|(t, m, _)| m == method && t >= at && *t < until)
            .count();
        let most = busiest.entry(method).or_default();
        *most = count.max(*most);
    }
    ages.sort_unstable();
    Hour {
        focus,
        others: ages.last().copied().unwrap_or(0),
        half: ages[ages.len() / 2],
        busiest,
        limited: log.iter().filter(|(_, _, limited)| *limited).count(),
    }
}

#[expect(clippy::print_stdout, reason = "the figures of docs/reliability.md")]
fn within_budget(hour: &Hour) {
    assert_eq!(hour.limited, 0, "{:?}", hour.busiest);
    for (method, most) in &hour.busiest {
        let tier = methods::find(method).expect("a known method").tier;
        // Posts are paced by channel, which the workspace itself has checked.
        if tier != Tier::PostPerChannel {
            let rate = usize::try_from(tier.per_minute()).expect("small");
            assert!(*most <= rate, "{method}: {most} of {rate}");
        }
    }
    println!(
        "focused channel at most {} s old, others {} s (half of them {} s); most calls a minute {:?}",
        hour.focus, hour.others, hour.half, hour.busiest
    );
}

/// Hangs on the refusal in `Ledger::take`: with every call let through, other channels grow old.
#[test]
fn forty_channels_and_one_console_stay_within_the_budget_and_are_read() {
    let hour = hour(1);
    within_budget(&hour);
    assert!(hour.focus <= 8, "{}", hour.focus);
    assert!(hour.others <= 240, "{}", hour.others);
}

#[test]
fn three_consoles_share_the_budget_of_one_app() {
    let hour = hour(3);
    within_budget(&hour);
    assert!(hour.focus <= 25, "{}", hour.focus);
    assert!(hour.half <= 300, "{}", hour.half);
    assert!(hour.others <= 1_200, "{}", hour.others);
}
