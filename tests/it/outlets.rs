//! The table of outlets (docs/outlets.md), as the real program keeps it: what is for few, or a drill,
//! leaves by none that the table shuts. Each test names the line that it hangs on.

use super::listen::{answer, ask};
use super::peers::rig::{Console, UNASKED, channel, heard, id, texts, workspace};
use matoi::domain::outlets::{Outlet, Sight, Way};
use matoi::workspace::Handle;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn config() -> String {
    format!(
        "{UNASKED}{}",
        r##"
[invite]
security_people = ["@yamamoto"]
[channel]
mention_here = true
[broadcast]
outage = ["#dev"]
drill = ["#leads"]
[[levels]]
id = "1"
name = { en = "Critical", ja = "全断" }
checklist = "severe"
call = ["@kobayashi"]
[[audiences]]
id = "executives"
name = { en = "execs", ja = "役員" }
channels = ["#dev"]
security_channels = ["#dev"]
drill_channels = ["#leads"]
[[services]]
id = "other"
name = "Other"
"##
    )
}

fn declare(console: &Console, title: &str, with: &[&str]) -> Value {
    let args = ["declare", "--service", "other", "--title", title];
    console.json(&[&args[..], with].concat())
}

fn members(slack: &Handle, channel: &str) -> Vec<String> {
    let inside = slack.with_state(|state| {
        let room = state.channels().find(|room| room.channel.id == channel);
        room.expect("it exists").channel.members.clone()
    });
    let people = slack.people().into_iter();
    let here = people.filter(|person| inside.contains(&person.id));
    here.map(|person| person.name).collect()
}

/// It is known here to be for few; its channel is still everybody's.
fn restricted(console: &Console) -> Value {
    let public = declare(console, "Payments fail", &[]);
    let ran = console.run(&["restrict", &id(&public)]);
    assert!(matches!(ran.code, 0 | 4), "{ran:?}");
    console.run(&["sync", "--once"]).ok();
    public
}

// Red without `of.sight.opens(Outlet::InviteSecurity)` in src/app/resolve.rs.
#[test]
fn who_is_named_for_security_is_not_called_to_a_drill() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let security = ["--kind", "security"];
    let real = declare(&console, "Leaked key", &security);
    let drill = declare(
        &console,
        "Practice",
        &[&security[..], &["--drill"]].concat(),
    );
    let is_called = |state: &Value| {
        let inside = members(&slack, &channel(state));
        inside.contains(&"yamamoto".to_owned())
    };
    assert!(is_called(&real) && !is_called(&drill));
}

// Red without `if of.sight.opens(Outlet::LevelCall)` in src/app/resolve.rs.
#[test]
fn a_level_calls_nobody_to_what_is_for_few_nor_to_a_drill() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let is_called = |with: &[&str]| {
        let state = declare(&console, "Payments fail", with);
        console.run(&["level", &id(&state), "1"]).ok();
        let inside = members(&slack, &channel(&state));
        inside.contains(&"kobayashi".to_owned())
    };
    assert!(is_called(&[]));
    assert!(!is_called(&["--private"]) && !is_called(&["--drill"]));
}

// Red without `of.sight.opens(Outlet::Here)` in src/app/resolve.rs.
#[test]
fn here_rings_for_no_drill() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    declare(&console, "Payments fail", &[]);
    declare(&console, "Practice", &["--drill"]);
    assert_eq!(heard(&slack, "dev", "<!here>"), 1);
    assert_eq!(heard(&slack, "leads", "Practice"), 1);
    assert_eq!(heard(&slack, "leads", "<!here>"), 0);
}

// Red without `match of.sight.way(Outlet::Report)` in src/app/resolve.rs.
#[test]
fn a_report_of_what_is_for_few_stays_in_its_channel_and_a_drills_goes_where_drills_do() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    for (with, what, places) in [
        (&[][..], "cards are refused", [1, 0]),
        (&["--private"], "logins from abroad", [0, 0]),
        (&["--drill"], "the exercise goes on", [0, 1]),
    ] {
        let incident = id(&declare(&console, "Payments fail", with));
        let can = [
            "--conditions",
            what,
            "--actions",
            "roll back",
            "--needs",
            "none",
        ];
        let args = ["report", &incident, "--audience", "executives"];
        console.run(&[&args[..], &can[..]].concat()).ok();
        let said = ["dev", "leads"].map(|place| heard(&slack, place, what));
        assert_eq!(said, places, "{what}");
    }
}

// Red without `sight.way(Outlet::Join) == Way::Closed ||` of `newcomers` in src/domain/sync/invite.rs.
#[test]
fn who_takes_part_in_what_was_restricted_is_not_brought_into_the_public_channel() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let public = restricted(&console);
    console.run(&["role", &id(&public), "scribe", "@ito"]).ok();
    let inside = members(&slack, &channel(&public));
    assert!(!inside.contains(&"ito".to_owned()), "{inside:?}");
    // Nor was it wanted, and held back only as it was about to leave.
    let dropped = console.json(&["outbox", "list", "--dropped"]);
    assert_eq!(dropped, Value::Array(Vec::new()));
}

// Red with `None` in place of `Some(Outlet::Answer)`, and of `Some(Outlet::Summary)`, of `take_up` in
// src/domain/sync/listen/mention.rs; the last half without `let text = text.filter(|_| tells)` of
// `deed` in src/domain/decide/mod.rs.
#[test]
fn what_was_restricted_is_told_to_nobody_who_asks_in_the_public_channel() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let public = declare(&console, "Payments fail", &[]);
    let (incident, room) = (id(&public), channel(&public));
    console
        .run(&["situation", &incident, "a list of cards is for sale"])
        .ok();
    console.run(&["command", &incident]).ok();
    console.run(&["restrict", &incident]);
    let _running = console.sync();
    let told = |texts: Vec<String>| {
        let about = texts.iter().filter(|text| text.contains("is for sale"));
        about.count()
    };
    let before = told(texts(&slack, &room));
    for words in ["status", "summary"] {
        let ts = ask(&slack, "ito", &room, words);
        let said = answer(&slack, &room, &ts);
        assert!(said.contains("few people"), "{words}: {said}");
    }
    console.run(&["offer", &incident, "@emma"]).ok();
    console.run(&["sync", "--once"]).ok();
    let offered = texts(&slack, &room);
    assert!(
        offered.iter().any(|text| text.contains("offer")),
        "{offered:?}"
    );
    assert_eq!(told(offered), before);
}

// Red without `sight_marks(sight, Outlet::Board, lang)` in src/cli/out.rs, and without `{marks}` of
// `of_incident` in src/cli/board.rs.
#[test]
fn lists_mark_what_is_for_few_and_what_is_a_drill() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    declare(&console, "Leaked key", &["--private"]);
    declare(&console, "Practice", &["--drill"]);
    declare(&console, "Payments fail", &[]);
    for args in [&["list"][..], &["board", "--drills"]] {
        let listed = console.run(args).ok().out;
        let line = |title: &str| {
            let line = listed.lines().find(|line| line.contains(title));
            line.expect("it is listed").to_owned()
        };
        assert!(line("Leaked key").contains("[PRIVATE]"), "{listed}");
        assert!(line("Practice").contains("[DRILL]"), "{listed}");
        assert!(!line("Payments fail").contains('['), "{listed}");
    }
}

// Red without `sight_marks(hit.sight, Outlet::Search, lang)` of `print` in src/cli/history.rs.
#[test]
fn what_a_search_finds_carries_its_mark() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    declare(&console, "Leaked key", &["--private"]);
    let found = console.run(&["search", "Leaked"]).ok().out;
    assert!(found.contains("Leaked key  [PRIVATE]"), "{found}");
}

// Red without `export::allowed(sight, wish.private)?` of `run` in src/cli/drill/draft.rs.
#[test]
fn a_private_incident_becomes_a_scenario_only_if_that_is_said() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", &config());
    let incident = id(&declare(&console, "Leaked key", &["--private"]));
    let refused = console.run(&["drill", "from", &incident]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("--private") && refused.out.is_empty());
    let drafted = console.run(&["drill", "from", &incident, "--private"]).ok();
    assert!(drafted.out.contains("[[inject]]") || drafted.out.contains("title"));
}

/// Every outlet has its row, which says what the code says and names a test that is there.
#[test]
fn the_table_for_people_is_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/outlets.md")).expect("readable");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let word = |way: Way| match way {
        Way::Open => "open",
        Way::Marked => "marked",
        Way::Alike => "alike",
        Way::Drills => "drills",
        Way::Closed => "shut",
    };
    let mut met = BTreeSet::new();
    for row in &rows {
        let name = row[0].trim_matches('`');
        let outlet = Outlet::ALL.into_iter().find(|it| format!("{it:?}") == name);
        let outlet = outlet.expect("an outlet");
        let columns = [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (false, false, true),
        ];
        let ways = columns.map(|(private, drill, restricted)| {
            let sight = Sight {
                private,
                drill,
                restricted,
            };
            word(sight.way(outlet))
        });
        assert_eq!(row[2..6], ways, "{name}");
        let (asked, tests) = (row[6].trim_matches('`'), row[7]);
        let source = std::fs::read_to_string(root.join(asked)).expect("a file");
        let asks = ["Outlet::", ".may_meet(", ".may_remind("];
        assert!(
            asks.iter().any(|word| source.contains(word)),
            "{asked} asks nothing"
        );
        let cited: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!cited.is_empty(), "{name} has no test");
        for test in cited {
            let (file, test) = test.split_once("::").expect("file::test");
            let source = std::fs::read_to_string(root.join(file)).expect("a file");
            assert!(
                source.contains(&format!("fn {test}(")),
                "no {test} in {file}"
            );
        }
        met.insert(outlet);
    }
    assert_eq!(met.len(), Outlet::ALL.len(), "an outlet has no row");
}
