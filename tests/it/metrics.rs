//! `matoi metrics` as somebody runs it, over a made-up journal.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn matoi(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matoi"))
        .env_clear()
        .env("HOME", data)
        .env("TZ", "UTC")
        .args(["--data-dir"])
        .arg(data)
        .args(["--lang", "en"])
        .args(words)
        .output()
        .expect("it runs")
}

fn printed(data: &Path, words: &[&str]) -> String {
    let output = matoi(data, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

fn json(data: &Path, words: &[&str]) -> Value {
    let words = [&["metrics", "--json"], words].concat();
    serde_json::from_str(&printed(data, &words)).expect("JSON")
}

#[test]
fn what_a_journal_comes_to_as_a_table_json_and_csv() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path();
    let made = ["dev", "synth", "--incidents", "40", "--events", "1200"];
    printed(data, &[&made[..], &["--messages", "0"]].concat());
    let all = json(data, &[]);
    assert_eq!(all["whole"]["incidents"], 40);
    let rows = all["incidents"].as_array().expect("rows");
    assert_eq!(rows.len(), 40);
    // Each begins a day after the one before, from 5 January on.
    let months = all["months"].as_array().expect("months");
    assert_eq!(months.len(), 2, "{months:?}");
    // Parts are the whole.
    for part in ["months", "services", "levels"] {
        let each = all[part].as_array().expect("parts");
        let sum: u64 = each
            .iter()
            .filter_map(|group| group["incidents"].as_u64())
            .sum();
        assert_eq!(sum, 40, "{part}");
    }
    let days = ["--from", "2026-01-10", "--to", "2026-01-19"];
    let some = json(data, &days);
    assert_eq!(some["whole"]["incidents"], 10);
    let service = rows[0]["service"].as_str().expect("a service");
    let one = json(data, &["--service", service]);
    let of = |row: &&Value| row["service"] == service;
    assert_eq!(one["whole"]["incidents"], rows.iter().filter(of).count());
    assert_eq!(json(data, &["--drills"])["whole"]["incidents"], 0);

    let csv = printed(data, &["metrics", "--csv"]);
    assert_eq!(csv.split_terminator("\r\n").count(), 41);
    let table = printed(data, &["metrics", "--level", "2"]);
    assert!(
        table.contains("time to restore") && table.contains("missing"),
        "{table}"
    );
}

#[test]
fn what_cannot_be_asked_for_is_told() {
    let data = tempfile::tempdir().expect("a folder");
    for words in [
        &["metrics", "--from", "yesterday"][..],
        &["metrics", "--kind", "other"],
        &["metrics", "--csv", "--json"],
        &["metrics", "--service", "shpo"],
        &["metrics", "--level", "nine"],
    ] {
        let output = matoi(data.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
    let output = matoi(data.path(), &["metrics", "--level", "nine"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("no level \"nine\"") && said.contains("1, 2, 3, 4, 5"),
        "{said}"
    );
    let none = printed(data.path(), &["metrics"]);
    assert!(none.contains("No incident fits."), "{none}");
}
