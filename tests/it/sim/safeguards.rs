//! Each safeguard is needed: without it some run goes wrong.

use super::world::Trouble;
use super::{Run, seeds, simulate};
use matoi::domain::decide::Command;
use matoi::domain::sync::Safeguards;
use std::collections::BTreeSet;
use std::time::Duration;

/// Each safeguard is needed: without it some run goes wrong.
fn turns_red(symptom: &str, without: Safeguards) {
    let mut others = BTreeSet::new();
    for seed in 0..seeds(150) {
        match simulate(seed, without) {
            Err(why) if why.contains(symptom) => return,
            Err(why) => {
                others.insert(why.chars().take(60).collect::<String>());
            }
            Ok(()) => {}
        }
    }
    unreachable!("never {symptom:?}; {others:?}")
}

#[test]
fn without_a_durable_sending_state_it_goes_wrong() {
    turns_red(
        "times",
        Safeguards {
            durable_sending: false,
            ..Safeguards::ALL
        },
    );
}

#[test]
fn without_reading_back_it_goes_wrong() {
    turns_red(
        "times",
        Safeguards {
            read_back: false,
            ..Safeguards::ALL
        },
    );
}

/// Copies are ugly, and no more than that: the fold counts an id once.
#[test]
fn without_reading_back_the_state_is_still_right() {
    let without = Safeguards {
        read_back: false,
        ..Safeguards::ALL
    };
    for seed in 0..seeds(100) {
        match simulate(seed, without) {
            Err(why) if !why.contains("was posted") => panic!("seed {seed}: {why}"),
            _ => {}
        }
    }
}

#[test]
fn without_counting_ids_once_it_goes_wrong() {
    // Copies arise only where something else failed first.
    turns_red(
        "states differ",
        Safeguards {
            ids_once: false,
            read_back: false,
            ..Safeguards::ALL
        },
    );
}

#[test]
fn without_prev_it_goes_wrong() {
    turns_red(
        "was judged",
        Safeguards {
            prev: false,
            ..Safeguards::ALL
        },
    );
}

/// A long channel, and a console that is killed again and again while it reads it for the first
/// time.
fn join_and_be_killed(seed: u64, safeguards: Safeguards) -> Result<(), String> {
    let calm = Trouble {
        page: 40,
        ..Trouble::NONE
    };
    let mut run = Run::new(seed, 2, calm, safeguards);
    let later = Duration::from_secs(3600);
    run.consoles[1].joins = later;
    run.play(0);
    run.trouble.page = 40;
    for n in 0..150 {
        run.act(0, Command::Note(format!("line {n}")));
        // Longer in all than the overlap that every sweep reads again.
        run.now += Duration::from_secs(10);
        for _ in 0..6 {
            run.advance();
        }
    }
    run.now = run.now.max(later);
    for _ in 0..200 {
        run.advance();
    }
    run.verdict()
}

#[test]
fn without_the_cursor_in_the_transaction_it_goes_wrong() {
    let without = Safeguards {
        cursor_in_transaction: false,
        ..Safeguards::ALL
    };
    let mut red = 0;
    for seed in 0..12 {
        assert_eq!(join_and_be_killed(seed, Safeguards::ALL), Ok(()));
        if let Err(why) = join_and_be_killed(seed, without) {
            assert!(why.starts_with("states differ"), "{why}");
            red += 1;
        }
    }
    assert!(red > 0, "nothing went wrong");
}

#[test]
fn without_folding_again_it_goes_wrong() {
    turns_red(
        "states differ",
        Safeguards {
            refold: false,
            ..Safeguards::ALL
        },
    );
}
