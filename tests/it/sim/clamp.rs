//! Whoever gets 15 messages to a page for a while, and then what it asks for.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn passes(run: &mut Run, minutes: u32) {
    let end = run.now + minutes * MINUTE;
    while run.now < end {
        run.advance();
    }
}

/// Short pages may be chance: a clamp that nothing else speaks for is doubted every half hour.
/// Red without `probe_due` (src/domain/sync/ledger.rs).
#[test]
fn a_clamp_by_chance_is_found_to_be_none() {
    let trouble = Trouble {
        page: 15,
        ..Trouble::NONE
    };
    let mut run = Run::new(5, 1, trouble, Safeguards::ALL);
    run.begin();
    for _ in 0..60 {
        run.talk();
        run.advance();
    }
    passes(&mut run, 2);
    run.restart(0);
    passes(&mut run, 10);
    let clamped = |run: &Run| run.consoles[0].engine.limits(wall(run.now)).clamped;
    assert!(clamped(&run), "by pages of 15");
    run.trouble.page = 200;
    passes(&mut run, 5);
    assert!(clamped(&run), "nothing has been asked for that is longer");
    passes(&mut run, 40);
    assert!(!clamped(&run));
}
