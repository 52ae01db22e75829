//! What is known to go wrong in the field, by theme, and the tests that hold it off. Beside them the
//! five ways a write may end, and what may be done twice.

use crate::client::run;
use matoi::domain::secret::Secret;
use matoi::io::slack::{Client, Settings};
use matoi::wire::outcome::CallError;
use matoi::workspace::faults::{Fault, Kind};
use matoi::workspace::{Options, Workspace};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A theme, and tests as `file::name` below the crate.
const THEMES: &[(&str, &[&str])] = &[
    (
        "lost messages: only the first page read, or a watermark that jumped",
        &[
            "tests/it/sim/safeguards.rs::without_the_cursor_in_the_transaction_it_goes_wrong",
            "tests/it/contracts/faults.rs::short_and_empty_pages_lose_nothing",
            "tests/it/peers/kinds.rs::under_every_kind_of_fault_each_act_arrives_once_and_consoles_agree",
        ],
    ),
    (
        "lost replies: parents older than the window",
        &[
            "tests/it/contracts/behaviour.rs::a_thread_rolls_up_into_its_parent",
            "tests/it/contracts/history.rs::replies_come_parent_first_and_page_forwards",
        ],
    ),
    (
        "start-up storm: everything asked for at once",
        &[
            "tests/it/peers/faults.rs::names_of_people_are_asked_for_once_by_many_runs",
            "tests/it/contracts/themes.rs::a_start_asks_for_little",
        ],
    ),
    (
        "shared budget: consoles of one app starve each other",
        &["src/domain/budget.rs::two_consoles_take_half_each"],
    ),
    (
        "history 429: retries that never end",
        &[
            "src/domain/budget.rs::nothing_of_a_frozen_method_before_retry_after_and_others_go_on",
            "tests/it/peers/kinds.rs::a_retry_after_of_any_shape_is_waited_out",
        ],
    ),
    (
        "duplicate posts: a retry after a lost answer",
        &[
            "tests/it/peers/faults.rs::answers_that_are_lost_after_the_act_double_nothing",
            "tests/it/sim/safeguards.rs::without_reading_back_it_goes_wrong",
            "tests/it/client/transport.rs::after_the_first_byte_everything_is_ambiguous_and_nothing_is_sent_twice",
        ],
    ),
    (
        "ts as a float",
        &["tests/it/contracts/themes.rs::a_ts_is_never_a_number"],
    ),
    (
        "names: taken, or got by two at once",
        &[
            "tests/it/peers/declaring.rs::a_taken_name_gets_a_suffix",
            "tests/it/contracts/faults.rs::two_may_get_one_name_at_once",
        ],
    ),
    (
        "invitations that fail for all because of one",
        &[
            "tests/it/sim/mod.rs::one_failed_invitation_blocks_nothing",
            "tests/it/client/calls.rs::an_invitation_reports_only_those_who_could_not_come",
        ],
    ),
    (
        "bringing back an archived channel",
        &[
            "tests/it/contracts/behaviour.rs::archiving_puts_the_bot_out_and_only_a_person_brings_back",
        ],
    ),
    (
        "writes to an archived channel",
        &["tests/it/contracts/codes.rs::every_code_is_met_with_its_reaction"],
    ),
    (
        "sizes that Slack refuses",
        &["tests/it/client/calls.rs::what_slack_would_cut_or_refuse_is_refused_before_it_is_sent"],
    ),
    (
        "escaping: decoded once, three entities",
        &[
            "src/wire/mrkdwn.rs::entities_are_decoded_once_and_only_three_of_them",
            "src/wire/mrkdwn.rs::escaped_text_comes_back_and_mentions_nobody",
        ],
    ),
    (
        "stale reads",
        &["tests/it/peers/faults.rs::reads_that_lag_behind_do_not_make_it_speak_twice"],
    ),
    (
        "bursts of posts into one channel",
        &[
            "src/domain/budget.rs::posts_into_one_channel_are_spaced_and_channels_do_not_wait_for_each_other",
            "tests/it/client/transport.rs::posts_into_one_channel_are_held_apart_before_slack_has_to_say_so",
        ],
    ),
    (
        "scheduled messages that are posted although deleted",
        &["tests/it/contracts/themes.rs::nothing_is_scheduled"],
    ),
    (
        "metadata that was not stored",
        &["tests/it/contracts/themes.rs::a_post_without_its_metadata_is_told_and_not_said_twice"],
    ),
    (
        "the directory of a large workspace",
        &[
            "tests/it/client/calls.rs::pages_are_walked_to_the_end",
            "tests/it/contracts/history.rs::the_directory_and_the_lists_page_too",
        ],
    ),
];

fn source(path: &str) -> String {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).into();
    std::fs::read_to_string(root.join(path)).unwrap_or_default()
}

#[test]
fn every_theme_has_a_test_that_is_there() {
    for (theme, tests) in THEMES {
        for test in *tests {
            let (path, name) = test.split_once("::").expect("file::name");
            let there = source(path).contains(&format!("fn {name}("));
            assert!(there, "{theme}: {test}");
        }
    }
}

fn client(slack: &matoi::workspace::Handle) -> Client {
    let settings = Settings {
        api_url: slack.url(),
        timeout: Duration::from_millis(300),
        ..Settings::default()
    };
    Client::new(&settings, &Secret::new(slack.bot_token())).expect("loopback is allowed")
}

#[test]
fn a_write_ends_in_one_of_five_ways() {
    let slack = Workspace::open(Options::for_tests()).and_then(Workspace::start);
    let slack = slack.expect("it starts");
    let always = |kind| Fault::always("conversations.setTopic", kind);
    let code = |code| Fault::error("conversations.setTopic", code);
    let ends = |fault: Fault| {
        slack.clear_faults();
        slack.add_fault(fault);
        // A client of its own: the ledger of one rests after a limit.
        let form = [("channel", "C1"), ("topic", "t")];
        match run(client(&slack).call::<Value>("conversations.setTopic", None, &form)) {
            Ok(_) => "done",
            Err(CallError::NotSent { .. }) => "not sent",
            Err(CallError::Limited { .. } | CallError::Held { .. }) => "not done",
            Err(CallError::Ambiguous { .. }) => "ambiguous",
            Err(CallError::Refused(_)) => "permanent",
            Err(CallError::Already { .. }) => "already so",
        }
    };
    for (fault, class) in [
        (always(Kind::Ratelimited), "not done"),
        (code("ratelimited"), "not done"),
        (code("rate_limited"), "not done"),
        // Taken as not done, after one look.
        (code("service_unavailable"), "ambiguous"),
        (code("request_timeout"), "ambiguous"),
        (code("team_added_to_org"), "ambiguous"),
        (always(Kind::Hang), "ambiguous"),
        (always(Kind::Drip), "ambiguous"),
        (always(Kind::ResetAfterCommit), "ambiguous"),
        (always(Kind::ResetBeforeCommit), "ambiguous"),
        (always(Kind::Html), "ambiguous"),
        (always(Kind::Unparsable), "ambiguous"),
        (always(Kind::Truncated), "ambiguous"),
        (code("fatal_error"), "ambiguous"),
        (code("internal_error"), "ambiguous"),
        (code("is_archived"), "permanent"),
        (code("channel_not_found"), "permanent"),
        (code("not_in_channel"), "permanent"),
        (code("missing_scope"), "permanent"),
        (code("invalid_blocks"), "permanent"),
        (code("msg_too_long"), "permanent"),
        (code("no_text"), "permanent"),
        (code("restricted_action"), "permanent"),
        (code("invalid_auth"), "permanent"),
    ] {
        let told = format!("{fault:?}");
        assert_eq!(ends(fault), class, "{told}");
    }
    let gone = client(&slack);
    slack.stop();
    let refused = run(gone.call::<Value>("conversations.setTopic", None, &[]));
    assert!(
        matches!(refused, Err(CallError::NotSent { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_may_be_done_twice_is_settled_by_its_own_error() {
    let slack = Workspace::open(Options::for_tests()).and_then(Workspace::start);
    let slack = slack.expect("it starts");
    for (method, code) in [
        ("pins.add", "already_pinned"),
        ("pins.remove", "no_pin"),
        ("pins.remove", "not_pinned"),
        ("reactions.add", "already_reacted"),
        ("reactions.remove", "no_reaction"),
        ("conversations.archive", "already_archived"),
        ("conversations.invite", "already_in_channel"),
        ("chat.delete", "message_not_found"),
        ("conversations.kick", "not_in_channel"),
    ] {
        slack.clear_faults();
        slack.add_fault(Fault::error(method, code));
        let ended = run(client(&slack).call::<Value>(method, None, &[("channel", "C1")]));
        let already = matches!(&ended, Err(CallError::Already { .. }));
        assert!(already, "{method} {code}: {ended:?}");
    }
    // Posting again and making again are not among them.
    for method in ["chat.postMessage", "conversations.create", "bookmarks.add"] {
        slack.clear_faults();
        slack.add_fault(Fault::error(method, "name_taken"));
        let ended = run(client(&slack).call::<Value>(method, None, &[("channel", "C1")]));
        assert!(
            matches!(&ended, Err(CallError::Refused(_))),
            "{method}: {ended:?}"
        );
    }
}

#[test]
fn a_start_asks_for_little() {
    let slack = crate::peers::rig::workspace();
    let console = crate::peers::rig::Console::on(&slack, "@sato", "");
    for n in 0..4 {
        console.declare(&format!("Number {n}"));
    }
    let before = slack.calls_met();
    console.run(&["sync", "--once"]).ok();
    let calls = slack.calls_met() - before;
    // Who we are, the channels, and a page of each; nothing once per person or message.
    assert!(calls <= 2 + 4 * 3, "{calls} calls");
}

#[test]
fn a_ts_is_never_a_number() {
    // 17 characters, which no double holds: asked for and given back to the last digit.
    let text = "1760000000.123457";
    let ts = matoi::domain::ids::SlackTs::parse(text).expect("a ts");
    assert_eq!(ts.to_string(), text);
    let near = matoi::domain::ids::SlackTs::parse("1760000000.123456").expect("a ts");
    assert!(near < ts);
    for wrong in ["1760000000", "1760000000.1", "1760000000.1234567", "1.76e9"] {
        assert!(
            matoi::domain::ids::SlackTs::parse(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn nothing_is_scheduled() {
    fn files(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 100);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let method = concat!("chat.schedule", "Message");
        assert!(!text.contains(method), "{}", path.display());
    }
}

#[test]
fn a_post_without_its_metadata_is_told_and_not_said_twice() {
    use crate::peers::rig::{Console, id, texts, workspace};
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Unheard");
    slack.add_fault(Fault::always("chat.postMessage", Kind::DropMetadata).times(1));
    let ran = console.run(&["note", &id(&state), "people see it"]);
    assert_ne!(ran.code, 0, "{ran:?}");
    let outbox = console.json(&["outbox"]);
    assert_eq!(outbox[0]["code"], "metadata_not_stored", "{outbox:#}");
    console.run(&["sync", "--once"]);
    let said = texts(&slack, &crate::peers::rig::channel(&state)).join("\n");
    assert_eq!(said.matches("people see it").count(), 1);
}
