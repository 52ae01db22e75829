//! The console itself in a terminal, with what it keeps on the disk beside its journal.

use super::session::{Session, console_of};
use crate::peers::rig::Console;

/// Drawn once more: what was drawn before takes keys.
fn redrawn(session: &mut Session) {
    let before = session.screen().contents();
    session.resize(118, 35);
    session.until(|screen| screen.contents() != before);
}

/// From the key to the room, over the index on its thread. Red without `Effect::Search` of
/// `carry_out` in src/cli/console.rs, and without `return enter(model, id)` of `key` in
/// src/app/update/history.rs.
#[test]
fn a_japanese_word_is_found_in_the_history_and_opened() {
    let console = Console::local("@sato", "");
    let amounts = [
        ["--incidents", "6"],
        ["--events", "120"],
        ["--messages", "60"],
        ["--people", "8"],
    ];
    let mut args = vec!["dev", "synth"];
    args.extend(amounts.as_flattened());
    console.run(&args).ok();
    // The made-up people are not those of the workspace, where whoever sits here is known.
    console.run(&["sync", "--once"]).ok();
    let mut session = console_of(&console, "ja");
    session.shows("インシデント");
    session.send(b"/");
    // What was found without a word: the panel was drawn before, and takes keys.
    session.shows("6件");
    session.send("切り戻し".as_bytes());
    // One says so in what somebody wrote, one in its situation.
    session.shows("2件");
    session.shows("商品ページの表示が遅い");
    session.shows("切り戻しを始めます");
    session.send(b"\r");
    session.until(|screen| {
        let text = screen.contents();
        text.contains("#shop-20260109i-4")
            && text.contains("タイムライン")
            && !text.contains("履歴")
    });
    session.leaves().assert_restored();
}

/// Red without `takes_in` of `carry_out`, `src/cli/console.rs`.
#[test]
fn a_file_that_is_given_as_evidence_is_kept_and_told_by_its_digest() {
    let console = Console::local("@sato", "");
    let state = console.declare("Cart is down");
    let id = state["id"].as_str().expect("an id").to_owned();
    std::fs::write(console.dir.path().join("app.log"), "abc").expect("written");
    let mut session = console_of(&console, "en");
    session.shows("Cart is down");
    session.send(b"\r");
    session.shows("TIMELINE");
    session.send(b":evidence");
    session.shows("attach evidence");
    session.send(b"\r");
    session.shows("or a file's path");
    redrawn(&mut session);
    session.send(b"~/none.log");
    session.shows("~/none.log");
    session.send(b"\x13");
    session.shows("There is no file");
    // What was typed is still there.
    session.until(|screen| {
        let text = screen.contents();
        text.contains("or a file's path") && text.contains("~/none.log")
    });
    for _ in 0.."none.log".len() {
        session.send(b"\x7f");
    }
    session.send(b"app.log");
    session.shows("~/app.log");
    session.send(b"\x13");
    session.shows("Evidence: app.log (3 bytes");
    session.leaves();
    let evidence = &console.json(&["show", &id])["evidence"][0];
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        evidence["file"],
        serde_json::json!({"name": "app.log", "size": 3, "sha256": sha256})
    );
    let kept = console.data().join("evidence").join(&id);
    let kept = kept.join(format!("{}-app.log", &sha256[..16]));
    assert_eq!(std::fs::read_to_string(kept).expect("a copy"), "abc");
}
