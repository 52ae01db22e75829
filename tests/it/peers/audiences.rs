//! A report in the channels of its audience, over HTTP: once, whatever becomes of the answer.

use super::rig::{Console, UNASKED, channel, heard, id, texts, workspace};
use matoi::workspace::faults::{Fault, Kind};

fn config() -> String {
    format!(
        "{UNASKED}{}",
        r##"
[manual]
outage = "https://example.com/manual"
[[audiences]]
id = "internal"
name = "inside"
[[audiences]]
id = "executives"
name = { en = "execs", ja = "役員" }
channels = ["#dev", "#nowhere"]
drill_channels = ["#general"]
"##
    )
}

fn report(console: &Console, incident: &str, audience: &str, what: &str) {
    let args = ["report", incident, "--audience", audience];
    let can = [
        "--conditions",
        what,
        "--actions",
        "roll back",
        "--needs",
        "none",
    ];
    let ran = console.run(&[&args[..], &can[..]].concat());
    // One of the channels does not exist: that is no reason for the other to hear nothing.
    assert!(matches!(ran.code, 0 | 1 | 4), "{ran:?}");
    console.run(&["sync", "--once"]).ok();
}

// Red without `out.reports = reports(…)` in src/app/resolve.rs.
#[test]
fn a_report_reaches_its_audience_once_and_nobody_else() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let incident = id(&console.declare("Payments fail"));
    report(&console, &incident, "internal", "cards are refused");
    assert_eq!(heard(&slack, "dev", "cards are refused"), 0);
    // The answer to the second post is lost: the copy that is there is found.
    slack.add_fault(Fault::always("chat.postMessage", Kind::ResetAfterCommit).nth(2));
    report(&console, &incident, "役員", "only cards, since 10:05");
    console.run(&["sync", "--once"]).ok();
    assert_eq!(heard(&slack, "dev", "only cards, since 10:05"), 1);
    assert_eq!(heard(&slack, "general", "only cards"), 0);
    let open = console.json(&["outbox"]);
    let open = open.to_string();
    assert!(open.contains("#nowhere"), "{open}");
    console.run(&["level", &incident, "3"]).ok();
    let shown = console.json(&["show", &incident]);
    assert_eq!(shown["manual"], "https://example.com/manual");
    let card = texts(&slack, &channel(&shown)).join("\n");
    assert!(
        card.contains("Manual: <https://example.com/manual>"),
        "{card}"
    );
    assert_eq!(shown["reports"].as_array().map(Vec::len), Some(2));
}
