//! The outbox and merging by the program itself, against a workspace that refuses.

use super::rig::{Console, channel, heard, id, texts, workspace};
use matoi::workspace::faults::{Fault, Kind};
use serde_json::{Value, json};

fn entry(console: &Console) -> Value {
    let all = console.json(&["outbox"]);
    let failed = all.as_array().expect("a list").iter();
    let mut failed = failed.filter(|entry| entry["state"] == "failed");
    failed.next().cloned().expect("something failed")
}

fn number(entry: &Value) -> String {
    entry["entry"].to_string()
}

#[test]
fn a_wrong_name_of_an_outlet_is_corrected_and_what_is_dropped_is_on_record() {
    let slack = workspace();
    let outlets = "[broadcast]\noutage = [\"#devv\", \"#nowhere\"]\n";
    let console = Console::on(&slack, "@sato", outlets);
    let state = console.declare("Cart is down");
    let wrong = entry(&console);
    assert_eq!(wrong["text"], "#devv");
    assert!(
        wrong["hint"].as_str().is_some_and(|hint| !hint.is_empty()),
        "{wrong:#}"
    );
    assert_eq!(
        (&wrong["can_retry"], &wrong["can_drop"]),
        (&json!(true), &json!(true))
    );
    console
        .run(&["outbox", "edit", &number(&wrong), "#dev"])
        .ok();
    assert_eq!(heard(&slack, "dev", "Cart is down"), 1);
    let other = entry(&console);
    console.run(&["outbox", "drop", &number(&other)]).ok();
    assert_eq!(console.json(&["outbox"]), json!([]));
    let dropped = console.json(&["outbox", "list", "--dropped"]);
    assert_eq!(dropped.as_array().map(Vec::len), Some(1), "{dropped:#}");
    assert_eq!(dropped[0]["entry"], other["entry"]);
    assert!(dropped[0]["dropped_by"].is_string() && dropped[0]["dropped_at"].is_string());
    // Everybody in the channel knows that nobody was told there.
    let said = texts(&slack, &channel(&state));
    let told = said
        .iter()
        .filter(|text| text.contains("gave up: the announcement in #nowhere"));
    assert_eq!(told.count(), 1, "{said:#?}");
}

#[test]
fn a_channel_whose_name_is_refused_gets_another_and_a_declaration_can_be_given_up() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    slack.add_fault(Fault {
        error: Some("invalid_name_specials".to_owned()),
        times: Some(2),
        ..Fault::always("conversations.create", Kind::Error)
    });
    let declare = [
        "declare",
        "--service",
        "other",
        "--title",
        "Cart is down",
        "--json",
    ];
    assert_eq!(console.run(&declare).code, 1);
    let create = entry(&console);
    console
        .run(&["outbox", "edit", &number(&create), "#Cart Down"])
        .ok();
    // Refused again: the fault holds twice.
    let create = entry(&console);
    console.run(&["outbox", "retry", "--all"]).ok();
    assert_eq!(console.json(&["outbox"]), json!([]), "{create:#}");
    assert_eq!(heard(&slack, "cart-down", "Incident declared"), 1);

    slack.add_fault(Fault {
        error: Some("restricted_action".to_owned()),
        times: Some(1),
        ..Fault::always("conversations.create", Kind::Error)
    });
    assert_eq!(console.run(&declare).code, 1);
    let create = entry(&console);
    let dropped = console.run(&["outbox", "drop", &number(&create)]);
    assert!(
        dropped.err.contains("The incident is given up with it"),
        "{dropped:?}"
    );
    assert_eq!(console.json(&["outbox"]), json!([]));
    assert_eq!(console.json(&["list"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn two_consoles_that_declared_one_thing_end_with_one_incident() {
    let slack = workspace();
    let (one, two) = (
        Console::on(&slack, "@sato", ""),
        Console::on(&slack, "@emma", ""),
    );
    let first = one.declare("Checkout fails");
    let second = two.declare("Payments fail");
    let (into, from) = (id(&first), id(&second));
    // Only who commands or declared may.
    assert_eq!(one.run(&["merge", &from, &into]).code, 1);
    let merged = two.json(&["merge", &from, &into]);
    assert_eq!(merged["phase"], "merged");
    assert_eq!(merged["links"]["merged_into"], json!(into));
    one.run(&["sync", "--once"]).ok();
    for console in [&one, &two] {
        let state = console.json(&["show", &into]);
        assert_eq!(state["links"]["merged_from"], json!([from]));
        assert_eq!(state["phase"], "declared");
        assert_eq!(console.json(&["show", &from])["phase"], "merged");
    }
    let link = |state: &Value| format!("<#{}", channel(state));
    let (there, here) = (
        texts(&slack, &channel(&first)),
        texts(&slack, &channel(&second)),
    );
    let names = |said: &[String], link: &str| {
        let lines = said.iter().filter(|text| text.contains(link));
        lines.filter(|text| !text.starts_with("*Payments")).count()
    };
    assert_eq!(names(&there, &link(&second)), 1, "{there:#?}");
    assert_eq!(names(&here, &link(&first)), 1, "{here:#?}");
    let emma = slack
        .people()
        .into_iter()
        .find(|person| person.name == "emma");
    let emma = emma.expect("a person").id.to_string();
    let joined = there
        .iter()
        .any(|text| text.contains(&emma) && text.contains("joined"));
    assert!(joined, "{there:#?}");
    // Merged is over; reopened, it is on its own again.
    assert_eq!(two.run(&["level", &from, "2"]).code, 1);
    let again = two.json(&["reopen", &from, "--reason", "it was another thing"]);
    assert_eq!(again["links"]["merged_into"], Value::Null);
}
