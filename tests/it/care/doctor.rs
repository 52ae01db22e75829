//! `matoi doctor` against workspaces that are well, narrow, gone, and angry.

use crate::peers::rig::{Console, Ran, workspace};
use matoi::wire::features::FEATURES;
use matoi::workspace::limits::Mode;
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// A workspace whose app has one more token, `narrow`.
fn seeded(table: &str) -> Handle {
    let seed = format!(
        "{}\n[[token]]\nname = \"narrow\"\nas = \"matoi\"\nkind = \"bot\"\n{table}\n",
        matoi::workspace::seed::DEFAULT
    );
    let options = Options {
        seed: Some(seed),
        ..Options::for_tests()
    };
    Workspace::open(options)
        .and_then(Workspace::start)
        .expect("it starts")
}

fn with_scopes(scopes: &[&str]) -> Handle {
    seeded(&format!("scopes = {scopes:?}"))
}

fn narrow(slack: &Handle) -> Console {
    let mut console = Console::on(slack, "@sato", "");
    let token = slack.token_of("narrow").expect("the seed's");
    console.set("MATOI_SLACK_TOKEN", &token);
    console
}

fn manifest_scopes() -> Vec<&'static str> {
    let all: std::collections::BTreeSet<&str> =
        FEATURES.iter().flat_map(|f| f.bot).copied().collect();
    all.into_iter().collect()
}

/// `area.check` of what is in a state.
fn in_state(ran: &Ran, state: &str) -> Vec<String> {
    let report = ran.json();
    let checks = report["checks"].as_array().expect("a list").clone();
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or("").to_owned();
    checks
        .iter()
        .filter(|check| check["state"] == state)
        .map(|check| format!("{}.{}", word(check, "area"), word(check, "check")))
        .collect()
}

#[test]
fn the_manifests_scopes_are_enough_for_a_whole_incident() {
    let slack = with_scopes(&manifest_scopes());
    let console = narrow(&slack);
    let ran = console.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(in_state(&ran, "broken"), Vec::<String>::new());
    let declared = console.declare("everything by these scopes");
    let id = declared["id"].as_str().expect("an id").to_owned();
    for act in [
        vec!["level", &id, "2"],
        vec!["command", &id],
        vec!["note", &id, "x"],
        vec!["situation", &id, "y"],
        vec!["recover", &id],
        vec!["resolve", &id, "--reason", "no more to do"],
    ] {
        console.run(&act).ok();
    }
    console.run(&["sync", "--once"]).ok();
    let private = ["declare", "--kind", "security", "--service", "other"];
    console
        .run(&[private.as_slice(), &["--title", "quiet"]].concat())
        .ok();
    let left = console.json(&["outbox"]);
    assert_eq!(left.as_array().map(Vec::len), Some(0), "{left}");
}

#[test]
fn each_missing_scope_is_named_with_what_it_costs() {
    let slack = with_scopes(&[
        "channels:read",
        "groups:read",
        "channels:history",
        "users:read",
    ]);
    let console = narrow(&slack);
    let ran = console.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(
        in_state(&ran, "broken"),
        ["scopes.declare", "scopes.write", "scopes.create_channels"]
    );
    let warned = in_state(&ran, "warning");
    for check in ["private", "join", "pins", "groups", "mail"] {
        assert!(warned.contains(&format!("scopes.{check}")), "{warned:?}");
    }
    let text = console.run(&["doctor"]);
    for scope in ["channels:manage", "chat:write", "pins:read pins:write"] {
        assert!(text.out.contains(scope), "{scope}: {}", text.out);
    }
}

#[test]
fn the_outbox_names_the_scope_that_a_token_lacks() {
    let mut scopes = manifest_scopes();
    scopes.retain(|scope| *scope != "pins:write");
    let slack = with_scopes(&scopes);
    let console = narrow(&slack);
    console.declare("no pins");
    let outbox = console.json(&["outbox"]);
    let parked = &outbox[0];
    assert_eq!(parked["code"], "missing_scope", "{outbox:#}");
    for key in ["why", "hint"] {
        let said = parked[key].as_str().unwrap_or("");
        assert!(said.contains("pins:write"), "{key}: {said}");
    }
    let told = console.run(&["outbox"]).out;
    assert!(told.contains("lacks the scope pins:write"), "{told}");
    assert!(told.contains("install it again"), "{told}");
}

#[test]
fn a_revoked_token_is_said_and_the_rest_is_still_looked_at() {
    let slack = seeded("state = \"revoked\"");
    let ran = narrow(&slack).run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(in_state(&ran, "broken"), ["token.slack"]);
    assert!(ran.out.contains("token_revoked"), "{}", ran.out);
    let unchecked = in_state(&ran, "not_checked");
    for check in ["scopes.scopes", "people.people", "clock.skew"] {
        assert!(unchecked.contains(&check.to_owned()), "{unchecked:?}");
    }
    assert!(in_state(&ran, "ok").contains(&"files.data_dir".to_owned()));
}

#[test]
fn a_server_that_is_not_there_is_no_hang_and_no_guess() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    drop(slack);
    let ran = console.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(in_state(&ran, "broken"), ["token.slack"]);
    assert!(in_state(&ran, "not_checked").contains(&"token.identity".to_owned()));
}

#[test]
fn a_mistake_in_the_configuration_is_exit_code_2_with_its_line() {
    let slack = workspace();
    let console = Console::on(
        &slack,
        "@sato",
        "poll_secs = 3\n[timekeeper]\nminutes = \"x\"",
    );
    let ran = console.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("config.toml:6"), "{}", ran.out);
    assert!(in_state(&ran, "not_checked").contains(&"token.slack".to_owned()));
}

#[test]
fn an_app_level_token_and_an_open_token_file_are_configuration() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    console.set("MATOI_SLACK_TOKEN", "xapp-1-CANARY");
    let ran = console.run(&["doctor"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("app-level"), "{}", ran.out);
    let mut console = Console::on(&slack, "@sato", "token_file = \"token\"");
    let file = console.dir.path().join("token");
    std::fs::write(&file, slack.bot_token()).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("set");
    console.set("MATOI_SLACK_TOKEN", "");
    let ran = console.run(&["doctor"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("chmod 600"), "{}", ran.out);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("set");
    assert_eq!(console.run(&["doctor"]).code, 0);
}

#[test]
fn a_clamped_app_is_found_out_where_a_channel_is_long_enough() {
    for (limits, state) in [(Mode::Slack, "ok"), (Mode::Clamped, "warning")] {
        let slack = workspace();
        let console = Console::on(&slack, "@sato", "");
        let declared = console.declare("Checkout fails");
        let channel = crate::peers::rig::channel(&declared);
        for n in 0..20 {
            let text = format!("line {n}");
            let args = serde_json::json!({"channel": channel, "text": text});
            assert!(
                slack
                    .call(&slack.bot_token(), "chat.postMessage", args)
                    .ok()
            );
        }
        console.run(&["sync", "--once"]).ok();
        slack.set_limits(limits);
        let ran = console.run(&["doctor", "--json"]);
        assert!(
            in_state(&ran, state).contains(&"limits.clamp".to_owned()),
            "{ran:?}"
        );
    }
}

#[test]
fn no_token_is_in_any_report() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    let token = slack.bot_token();
    for lang in ["en", "ja"] {
        for args in [&["doctor", "--lang", lang][..], &["doctor", "--json"]] {
            let ran = console.run(args);
            let said = format!("{}{}", ran.out, ran.err);
            for length in 9..token.len() {
                assert!(!said.contains(&token[..length]), "{said}");
            }
        }
    }
    console.set("MATOI_USER", &token);
    let ran = console.run(&["doctor"]);
    assert!(!ran.out.contains(&token), "{}", ran.out);
}

#[test]
fn nothing_is_made_by_looking() {
    let console = Console::local("@sato", "");
    let ran = console.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!console.data().exists());
    assert!(in_state(&ran, "ok").contains(&"workspace.embedded".to_owned()));
}

#[test]
fn who_holds_the_lease_is_named() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let sync = console.sync();
    let pid = sync.0.id().to_string();
    let says = || {
        let ran = console.run(&["doctor"]);
        ran.out.contains(&format!("Process {pid} talks"))
    };
    crate::peers::rig::until("the lease names its holder", says);
}

#[test]
fn the_manifest_is_printed() {
    let console = Console::local("@sato", "");
    let ran = console.run(&["doctor", "--manifest"]).ok();
    let shipped = include_str!("../../../assets/slack-manifest.yaml");
    assert_eq!(ran.out.trim_end(), shipped.trim_end());
}

#[test]
fn a_terminal_that_draws_wide_lines_is_warned_of() {
    for (answer, told) in [
        ("\x1b[1;3R", "two cells wide"),
        ("\x1b[1;2R", "one cell wide"),
    ] {
        let console = Console::local("@sato", "");
        let mut command = console.command(&["doctor"]);
        command.env("TERM", "xterm-256color");
        let mut session = crate::terminal::session::Session::of(command, 200, 60);
        session.shows("─");
        session.send(answer.as_bytes());
        session.shows(told);
        session.end();
    }
}
