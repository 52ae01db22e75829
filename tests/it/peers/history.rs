//! The history on the command line: search, similar, tags; and that a private incident is named to
//! nobody at a public one.

use super::rig::{Console, UNASKED, id, workspace};
use serde_json::{Value, json};

fn ids(found: &Value) -> Vec<&str> {
    let hits = found["hits"].as_array().expect("hits");
    hits.iter().filter_map(|hit| hit["id"].as_str()).collect()
}

#[test]
fn what_was_is_found_by_words_filters_and_likeness_and_tags_are_tidied() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", UNASKED);
    let first = id(&one.declare("カード決済が失敗する"));
    let second = id(&one.declare("カード決済が遅い"));
    one.run(&["note", &first, "証明書を更新した"]).ok();
    one.run(&["tag", &first, "tsl"]).ok();
    one.run(&["tag", &second, "tls"]).ok();

    let found = one.json(&["search", "証明書"]);
    assert_eq!(ids(&found), [&first]);
    let line = found["hits"][0]["line"]["text"].as_str().expect("a line");
    assert!(line.contains("証明書を更新した"), "{line}");
    assert_eq!(one.json(&["search", "決済", "--limit", "1"])["count"], 2);
    assert_eq!(ids(&one.json(&["search", "tag:tls", "ｶｰﾄﾞ"])), [&second]);
    assert_eq!(ids(&one.json(&["search", "@sato", "is:open"])).len(), 2);
    assert!(ids(&one.json(&["search", "near-miss"])).is_empty());
    let hostile = one.json(&["search", "\" OR 1 --", "NEAR(", "決済*"]);
    assert_eq!(hostile["count"], 0);
    let plain = one.run(&["search", "証明書", "since:soon"]).ok();
    assert!(plain.out.contains("カード決済が失敗する") && plain.err.contains("since:soon"));

    let alike = one.json(&["similar", &second]);
    assert_eq!(alike["similar"][0]["id"], json!(first));
    let title = ["similar", "--title", "カード決済失敗"];
    assert_eq!(one.json(&title)["similar"][0]["id"], json!(first));
    assert_eq!(
        one.json(&["similar", "--title", "Mail is late"])["similar"],
        json!([])
    );

    one.run(&["tags", "rename", "tsl", "tls"]).ok();
    let tags = one.json(&["tags"]);
    assert_eq!(tags["tags"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&tags["tags"][0]["tag"], &tags["tags"][0]["count"]),
        (&json!("tls"), &json!(2))
    );
    // It is on record, for the other consoles too.
    let shown = one.json(&["show", &first]);
    assert_eq!(shown["tags"], json!(["tls"]));
    assert_eq!(one.run(&["tags", "rename", "nothing", "tls"]).code, 3);
}

// Red without `facts.sight.may_remind(about.sight)` in src/io/history/search.rs.
#[test]
fn a_private_incident_is_not_named_at_a_public_one() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", UNASKED);
    let title = "顧客名簿が外部に送信された疑い";
    let private = [
        "declare",
        "--service",
        "other",
        "--private",
        "--title",
        title,
    ];
    let private = id(&one.json(&private));
    let public = id(&one.declare(title));
    let found = one.json(&["search", "顧客名簿"]);
    assert_eq!(found["count"], 2);
    for hit in found["hits"].as_array().expect("hits") {
        assert_eq!(hit["private"], json!(hit["id"] == json!(private)), "{hit}");
    }
    assert_eq!(one.json(&["similar", &public])["similar"], json!([]));
    assert_eq!(
        one.json(&["similar", "--title", title])["similar"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    // Where few look, what everybody may know is named.
    assert_eq!(
        one.json(&["similar", &private])["similar"][0]["id"],
        json!(public)
    );
}
