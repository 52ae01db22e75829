//! What goes wrong in incidents without help, and what other incident tools did wrong in the field:
//! a test named after each, which drives the real loop, with the line of code that it hangs on.
//! `docs/countered.md` is the list.

mod beginning;
mod field;
mod time;
mod work;

use super::listen::{id_of, show};
use super::peers::rig::{Console, channel, id};
use super::stories::rig::World;
use matoi::domain::words::Lang;
use matoi::workspace::Handle;
use serde_json::{Value, json};

/// What a company that does this often has written down; questions come where a test wants them.
const COMPANY: &str = r##"
[timers]
ask_times = 0
ask_situation_seconds = 0
[invite]
people = ["@yamamoto"]
followers = ["@priya"]
[broadcast]
outage = ["#dev", "#support", "#leads", "#exec"]
[[services]]
id = "shop"
name = "Shop"
groups = ["@shop"]
escalation = ["@ito", "@takahashi"]
[[services]]
id = "other"
name = "Other"
"##;

/// Asks nothing by itself.
const UNASKED: &str = "[timers]\nask_times = 0\nask_situation_seconds = 0\n";

/// Consoles at 14:00 with the time given in, the first of them Sato's.
pub(super) fn consoles(lang: Lang, who: &[&'static str], config: &str) -> World {
    World::new(
        "14:00",
        lang,
        &format!("time_zone = \"JST\"\n{config}"),
        who,
    )
}

/// Sato declares that the cart is down, and is in its room; the channel.
pub(super) fn cart(w: &mut World) -> String {
    w.act("sato", "d", &[("title", "Cart is down")]);
    w.channel("other-")
}

/// An incident of the shop's, and its channel.
fn shop_fails(console: &Console) -> (String, String) {
    let state = console.json(&["declare", "--service", "shop", "--title", "Cart is down"]);
    (id(&state), channel(&state))
}

/// Handles of who is in a channel.
fn members(slack: &Handle, channel: &str) -> Vec<String> {
    let args = json!({"channel": channel, "limit": 200});
    let answer = Value::Object(
        slack
            .call(&slack.bot_token(), "conversations.members", args)
            .body,
    );
    let ids = answer["members"].as_array().cloned().unwrap_or_default();
    let people = slack.people().into_iter();
    let inside = people.filter(|person| ids.contains(&json!(person.id)));
    let mut names: Vec<String> = inside.map(|person| person.name).collect();
    names.sort();
    names
}

/// The first message in a channel that holds `word`.
fn message(slack: &Handle, channel: &str, word: &str) -> Option<Value> {
    let all = super::peers::rig::messages(slack, channel);
    all.into_iter()
        .find(|m| m["text"].as_str().is_some_and(|text| text.contains(word)))
}

/// Every test that the list names is there.
#[test]
fn what_is_countered_names_tests_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(root.join("docs/countered.md")).expect("readable");
    let mut named = 0;
    for line in list.lines() {
        for cited in line.split('`').skip(1).step_by(2) {
            let Some((file, test)) = cited.split_once(".rs::") else {
                continue;
            };
            let path = root.join(format!("{file}.rs"));
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            let there = source.contains(&format!("#[test]\nfn {test}("))
                || source.contains(&format!("fn {test}()"));
            assert!(there, "no {test} in {}", path.display());
            named += 1;
        }
    }
    assert!(named >= 34, "only {named} tests are named");
}
