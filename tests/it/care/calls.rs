//! The call sheet and the briefing on the command line, and what reaches the clipboard.

use crate::peers::rig::{Console, channel, files, texts, workspace};
use crate::terminal::session::console_of;
use base64::Engine as _;

const SHEET: &str = "[call_sheet]\nnote = \"Call first\"\nmeetings = [\"https://meet.example.com/x\"]\n\
    [[contacts]]\nname = \"Ito\"\nphone = \"+81 90 0000 0001\"\ndeputies = [\"Tanaka\"]\n\
    [[contacts]]\nname = \"Tanaka\"\nphone = \"+81 90 0000 0002\"\n";

#[test]
fn it_can_be_read_with_everything_down() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", SHEET);
    drop(slack);
    std::fs::create_dir_all(console.data()).expect("made");
    std::fs::write(console.data().join("journal.db"), "no journal").expect("written");
    let ran = console.run(&["calls"]).ok();
    assert!(ran.out.contains("Ito     +81 90 0000 0001"), "{}", ran.out);
    assert!(ran.out.contains("then: Tanaka"), "{}", ran.out);
    let json = console.json(&["calls"]);
    assert_eq!(json["contacts"][1]["phone"], "+81 90 0000 0002");
}

#[test]
fn a_mistake_elsewhere_in_the_file_hides_no_number() {
    let console = Console::local("@sato", &format!("poll_secs = 1\n{SHEET}"));
    let ran = console.run(&["calls"]).ok();
    assert!(ran.out.contains("+81 90 0000 0001"), "{}", ran.out);
    assert!(ran.err.contains("poll_secs"), "{}", ran.err);
    assert_eq!(console.run(&["config", "check"]).code, 2);
}

#[test]
fn a_deputy_that_is_nobody_is_a_mistake_with_its_line() {
    let sheet = SHEET.replace("[\"Tanaka\"]", "[\"Nobody\"]");
    let console = Console::local("@sato", &sheet);
    let ran = console.run(&["config", "check"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("no contact `Nobody`"), "{}", ran.err);
    assert!(ran.err.contains("config.toml:12"), "{}", ran.err);
}

#[test]
fn no_number_leaves_this_machine() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", SHEET);
    let declared = console.declare("Checkout fails");
    console.run(&["level", "-", "2"]).ok();
    console.run(&["calls"]).ok();
    let told = texts(&slack, &channel(&declared)).join("\n");
    assert!(!told.contains("0000 0001"), "{told}");
    assert!(
        !console
            .json(&["show", "-"])
            .to_string()
            .contains("0000 0001")
    );
    for (path, bytes) in files(&console.data()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("0000 0001"), "{}", path.display());
    }
}

#[test]
fn the_briefing_says_where_things_stand() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("Checkout fails");
    console.run(&["level", "-", "2"]).ok();
    console
        .run(&["situation", "-", "Cards fail since 13:45 <@U1> & more"])
        .ok();
    let ran = console.run(&["briefing", "-"]).ok();
    for words in [
        "Checkout fails  #other-",
        "Level High L2 · temperature ",
        "Commander ",
        "Cards fail since 13:45",
        "& more",
        "Lately\n",
        "As of 20",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(console.json(&["briefing", "-"])["briefing"].is_string());
    assert_eq!(console.run(&["briefing", "nothing"]).code, 3);
}

#[test]
fn one_key_puts_the_briefing_on_the_clipboard_and_says_so() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("Checkout fails");
    let mut session = console_of(&console, "en");
    session.shows("Checkout fails");
    session.send(b"\r");
    session.shows("since declared");
    session.send(b"y");
    session.shows("Copied, if");
    let raw = String::from_utf8_lossy(session.raw()).into_owned();
    let (_, rest) = raw.split_once("\x1b]52;c;").expect("a clipboard sequence");
    let (encoded, _) = rest.split_once('\x07').expect("it ends");
    let text = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .expect("base64");
    let text = String::from_utf8(text).expect("text");
    assert!(text.starts_with("Checkout fails  #other-"), "{text}");
    assert!(text.contains("As of "), "{text}");
}
