//! Every verb on the command line: what it changes in `show --json`, what somebody with only Slack
//! reads, and how it exits.

use super::rig::{Console, channel, id, messages, texts, workspace};
use matoi::domain::verb::VERBS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One act: its arguments after the incident, what it changes, what the channel says.
struct Act {
    verb: &'static str,
    args: &'static [&'static str],
    /// JSON pointers and the values there afterwards.
    state: &'static [(&'static str, &'static str)],
    says: &'static str,
}

const fn act(
    verb: &'static str,
    args: &'static [&'static str],
    state: &'static [(&'static str, &'static str)],
    says: &'static str,
) -> Act {
    Act {
        verb,
        args,
        state,
        says,
    }
}

/// In an order in which each is allowed. Values are JSON; `@handle` in them is that person's id.
#[rustfmt::skip]
const ACTS: &[Act] = &[
    act("command", &[], &[("/commander", "\"@sato\"")], "<@@sato> takes command"),
    act("level", &["2"], &[("/level", "\"2\""), ("/checklist/0/state", "\"done\""), ("/checklist/1/state", "\"open\"")], "Level set to *High L2* by 佐藤"),
    act("temperature", &["RED"], &[("/temperature", "\"red\"")], "Temperature set to *Red* by 佐藤"),
    act("situation", &["half of the <!here> & carts\nfail"], &[("/situation", "\"half of the <!here> & carts\\nfail\"")], "Situation, by 佐藤\nhalf of the &lt;!here&gt; &amp; carts\nfail"),
    act("phase", &["fixing"], &[("/phase", "\"fixing\"")], "Phase: *fixing* — 佐藤"),
    act("tick", &["1"], &[("/checklist/0/state", "\"done\""), ("/checklist/0/by", "\"@sato\"")], "Done: 1. Name the commander — 佐藤"),
    act("untick", &["commander"], &[("/checklist/0/state", "\"open\"")], "Open again: 1. Name the commander — 佐藤"),
    act("assign", &["3", "鈴木 美咲"], &[("/checklist/2/assignee", "\"@suzuki\"")], "link to the message or alert: <@@suzuki>"),
    act("skip", &["2", "--reason", "few of us"], &[("/checklist/1/state", "\"skipped\""), ("/checklist/1/reason", "\"few of us\"")], "Not needed: 2. Name a scribe who keeps the timeline, because few of us — 佐藤"),
    act("add-item", &["Call the vendor"], &[], "Item added: 24. Call the vendor — 佐藤"),
    act("message", &["who can look at the queue?"], &[], "*佐藤*\nwho can look at the queue?"),
    act("note", &["rolled back"], &[], "Note, by 佐藤\nrolled back"),
    act("role", &["scribe", "@emma"], &[("/roles/scribe/0", "\"@emma\""), ("/milestones/assembled", "?")], "*Scribe*: <@@emma>"),
    act("checkin", &["daniel", "--role", "expert", "--task", "reads the logs"], &[("/tasks/0/user", "\"@daniel\""), ("/tasks/0/text", "\"reads the logs\"")], "Daniel checks in as Subject expert, task: reads the logs"),
    act("checkout", &["Daniel"], &[("/tasks", "[]")], "Daniel checks out"),
    act("milestone", &["detected", "-10m", "--link", "https://example.com/a"], &[("/milestones/detected", "?")], "*Detected*: <!date^"),
    act("timekeeper", &["stop"], &[("/timers/0/kind", "\"first_report\"")], "Timekeeper stopped by 佐藤"),
    act("timekeeper", &["start", "--minutes", "20"], &[("/timers/1/minutes", "20")], "Timekeeper started, every 20 min, by 佐藤"),
    act("personal-data", &[], &[("/personal_data", "true")], "*Personal data involved* — 佐藤"),
    act("kind", &["security"], &[("/kind", "\"security\"")], "Kind changed to *security incident*"),
    act("kind", &["outage"], &[("/kind", "\"outage\"")], "Kind changed to *outage* — 佐藤"),
    act("task", &["emma", "restart the queue"], &[("/tasks/0/user", "\"@emma\""), ("/tasks/0/due", "?")], "*Task T1*: restart the queue, for <@@emma>, until <!date^"),
    act("extend", &["T1", "5"], &[("/tasks/0/state", "\"open\"")], "T1 restart the queue: until <!date^"),
    act("give", &["t1", "daniel"], &[("/tasks/0/user", "\"@daniel\"")], "T1 restart the queue: now for <@@daniel> — 佐藤"),
    act("settle", &["T1"], &[("/tasks/0/state", "\"done\"")], "*Done*: T1 restart the queue — 佐藤"),
    act("need", &["somebody who knows the CDN"], &[("/needs/0/state", "\"open\"")], "*Need N1*: somebody who knows the CDN, until <!date^"),
    act("park", &["is the backup whole?"], &[("/questions/0/due", "?")], "*Question Q1*: is the backup whole?"),
    act("objective", &["orders go through again"], &[("/objectives/0/number", "\"O1\"")], "*Objective O1*"),
    act("hypothesis", &["the deploy of 9:50"], &[("/hypotheses/0/number", "\"H1\"")], "*Hypothesis H1*"),
    act("contact", &["the payment provider"], &[("/contacts/0/number", "\"C1\"")], "*Outside contact C1*"),
    act("timer", &["look at the graph", "--minutes", "5"], &[("/own_timers/0/due", "?")], "*Timer M1*"),
    act("decide", &["roll back", "--risk", "loses an hour of drafts"], &[("/decisions/0/risk", "\"loses an hour of drafts\"")], "Are there any strong objections?"),
    act("object", &["D1", "the migration ran"], &[("/decisions/0/objections/0/text", "\"the migration ran\"")], "*Objection* to D1 roll back → the migration ran — 佐藤"),
    act("settle", &["D1", "decided", "--owner", "emma", "--minutes", "10"], &[("/decisions/0/state", "\"decided\"")], "*Decided*: D1 roll back, executed by <@@emma>"),
    act("settle", &["D1", "--text", "errors fell"], &[("/decisions/0/result", "\"errors fell\"")], "*Result*: D1 roll back → errors fell — 佐藤"),
    act("report", &["--conditions", "half of checkouts fail", "--actions", "Emma rolls back", "--needs", "none"], &[("/reports/0/stage", "\"first\""), ("/reports/0/needs", "\"none\""), ("/reports/0/next", "?")], "*First report* for everyone inside, by 佐藤. Next update at <!date^"),
    act("report", &["--conditions", "a tenth fails", "--actions", "we watch", "--needs", "none"], &[("/reports/1/stage", "\"follow_up\"")], "*Report 2* for everyone inside"),
    act("notice", &["Some payments fail. We are sorry."], &[("/notices/0/approved", "null")], "*Customer notice drafted* by 佐藤"),
    act("call", &["daniel", "--why", "knows the CDN"], &[("/calls/0/user", "\"@daniel\"")], "<@@daniel> is called to help: knows the CDN — 佐藤"),
    act("rollcall", &[], &[], "*Who is still with us?*"),
    // Whoever is here is gathered under the roll call.
    act("here", &[], &[], "*Who is still with us?*"),
    act("meeting", &["https://example.com/call"], &[("/meeting", "\"https://example.com/call\"")], "We talk here: "),
    act("offer", &["emma"], &[("/offer/to", "\"@emma\"")], "offers command to <@@emma>"),
    act("decline", &[], &[("/offer", "null"), ("/commander", "\"@sato\"")], "The offer of command is off"),
    act("claim", &[], &[("/claim/time", "?")], "*Recovery claimed* since <!date^"),
    act("confirm", &[], &[("/claim/confirmed/0", "\"@sato\"")], "佐藤 confirms recovery"),
    act("unclaim", &["--reason", "it fails again"], &[("/claim", "null")], "*Not recovered after all*: it fails again"),
    act("retract", &[], &[], "Taken back: what was written at"),
    act("restrict", &[], &[("/restricted", "?")], "*The response goes on among few people*"),
    act("write", &["cause", "a migration"], &[("/sections/cause", "\"a migration\"")], "*Cause*, by 佐藤\na migration"),
    act("action", &["migrations run in two steps", "--owner", "emma", "--days", "5"], &[("/action_items/0/user", "\"@emma\"")], "*Action item A1*: migrations run in two steps"),
    act("track", &["A1", "https://example.com/issues/7"], &[("/action_items/0/link", "\"https://example.com/issues/7\"")], "A1 migrations run in two steps: "),
    act("tag", &["#Deploy"], &[("/tags/0", "\"Deploy\"")], "Tag: *Deploy* — 佐藤"),
    act("untag", &["deploy"], &[("/tags", "[]")], "Tag taken off: *deploy* — 佐藤"),
    act("evidence", &["https://example.com/graph", "errors by minute"], &[("/evidence/0/text", "\"errors by minute\"")], "*Evidence*: errors by minute "),
    act("note-at", &["-30m", "the vendor called"], &[], "*Note* about <!date^"),
    act("reach", &["--users", "several", "--recurs", "no"], &[("/reach/several_users", "true"), ("/reach/recurs", "false")], "*How far it reached*: several users were affected; new, and not likely to come again — 佐藤"),
    act("assess", &["leadership=3", "sharing=2", "--text", "calm"], &[("/assessments/0/answers/sharing", "2")], "*How the response went*: Leadership 3/3, Sharing of information 2/3 — calm — 佐藤"),
    act("waive", &["--reason", "a near miss"], &[("/review/state", "\"waived\"")], "No post-mortem, because a near miss"),
    act("review", &["--link", "https://example.com/wiki/9"], &[("/review/state", "\"reviewed\""), ("/review/link", "\"https://example.com/wiki/9\"")], "The post-mortem was reviewed: <https://example.com/wiki/9> — 佐藤"),
    act("postmortem", &["--save"], &[("/post_mortem/version", "1")], "*Post-mortem, version 1*: "),
    act("recover", &["--at", "-1m"], &[("/phase", "\"recovered\""), ("/milestones/recovered", "?")], "*Recovered* since <!date^"),
    act("reopen", &["--reason", "it fails again"], &[("/phase", "\"investigating\""), ("/milestones/recovered", "null")], "Reason: it fails again"),
    act("cancel", &["--near-miss", "--reason", "nobody was hurt"], &[("/phase", "\"near_miss\"")], "*near miss* — 佐藤. Reason: nobody was hurt"),
    act("archive", &[], &[("/phase", "\"archived\"")], "This channel is archived by 佐藤"),
];

/// Puts ids where a text of the table says `@handle`.
fn fill(text: &str, slack: &matoi::workspace::Handle) -> String {
    let mut text = text.to_owned();
    for person in slack.people() {
        text = text.replace(&format!("@{}", person.name), &person.id);
    }
    text
}

#[test]
fn every_verb_changes_the_state_and_says_so_in_the_channel() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.json(&[
        "declare",
        "--service",
        "other",
        "--title",
        "Checkout fails",
        "--temperature",
        "yellow",
        "--situation",
        "5xx since noon",
        "--started",
        "-20m",
        "--kind",
        "outage",
    ]);
    assert_eq!(declared["phase"], "declared");
    assert_eq!(declared["situation"], "5xx since noon");
    assert_eq!(declared["temperature"], "yellow");
    assert!(declared["milestones"]["started"].is_string());
    shape(&declared);
    let (id, channel) = (id(&declared), channel(&declared));
    let name = format!("#{}", declared["channel"]["name"].as_str().expect("named"));
    // Two incidents, or two people, are in tests of their own.
    let mut met: BTreeSet<&str> = [
        "declare", "pin", "resolve", "merge", "link", "accept", "approve", "publish",
        // A line has to be named by its id.
        "correct",
    ]
    .into();
    // One incident is open: its id, its channel's name and - all mean it. Restricting opens another.
    let restricts = ACTS.iter().position(|act| act.verb == "restrict");
    for (n, act) in ACTS.iter().enumerate() {
        let on = [id.as_str(), name.as_str(), "-"][n % 3];
        let alone = restricts.is_none_or(|restricts| n <= restricts);
        let on = if act.verb == "archive" || (on == "-" && !alone) {
            id.as_str()
        } else {
            on
        };
        let mut args = vec![act.verb, on];
        args.extend(act.args);
        let state = console.json(&args);
        for (pointer, wanted) in act.state {
            let found = state.pointer(pointer).unwrap_or(&Value::Null);
            match *wanted {
                "?" => assert!(found.is_string(), "{}: {pointer}: {found}", act.verb),
                wanted => {
                    let wanted: Value = serde_json::from_str(&fill(wanted, &slack)).expect("JSON");
                    assert_eq!(*found, wanted, "{}: {pointer}", act.verb);
                }
            }
        }
        let said = texts(&slack, &channel);
        let says = fill(act.says, &slack);
        assert!(
            said.iter().any(|text| text.contains(&says)),
            "{}: {says:?} is not among {said:#?}",
            act.verb
        );
        met.insert(act.verb);
        shape(&state);
    }
    let all: BTreeSet<&str> = VERBS.iter().map(|row| row.name).collect();
    assert_eq!(met, all, "a verb is not tried");
    let said = texts(&slack, &channel);
    assert_eq!(
        said.last().map(String::as_str),
        Some("archived the channel")
    );
    assert!(!said.iter().any(|text| text.contains("<!here>")));
    // The topic was written when it changed, and not with every act.
    let topics = said
        .iter()
        .filter(|t| t.starts_with("set the channel topic"));
    assert!((5..=12).contains(&topics.count()), "{said:#?}");
}

#[test]
fn a_pin_enters_at_its_own_time_and_a_resolution_archives() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Search is slow");
    let channel = channel(&declared);
    let sato = slack.token_of("sato").expect("a person");
    for method in ["conversations.join", "chat.postMessage"] {
        let args = json!({"channel": channel, "text": "p99 is <!channel> 8 s"});
        assert!(slack.call(&sato, method, args).ok());
    }
    let posted = messages(&slack, &channel);
    let ts = posted.last().expect("it is there")["ts"]
        .as_str()
        .expect("a ts")
        .to_owned();
    let state = console.json(&["pin", "-", &ts]);
    let pinned = state["timeline"]
        .as_array()
        .expect("a list")
        .last()
        .expect("an entry");
    assert_eq!(pinned["source"], "pin");
    assert!(pinned["text"].as_str().expect("text").contains("8 s"));
    let micros: f64 = ts.parse().expect("a number");
    let at = pinned["at"].as_str().expect("a time");
    let at = chrono::DateTime::parse_from_rfc3339(at).expect("RFC 3339");
    assert_eq!(at.timestamp(), micros as i64);
    assert_eq!(
        console.run(&["pin", "-", &ts]).code,
        1,
        "it is pinned already"
    );
    assert_eq!(console.run(&["pin", "-", "1700000000.000100"]).code, 3);
    console.run(&["pin", "-", &ts, "--off"]).ok();
    assert_eq!(console.run(&["resolve", "-"]).code, 1, "not recovered yet");
    console.run(&["recover", "-"]).ok();
    let refused = console.run(&["resolve", "-"]);
    assert_eq!(refused.code, 1, "the record is not whole");
    for wanted in [
        "- Not written: Cause (write)",
        "(reach)",
        "resolve with a reason",
    ] {
        assert!(refused.err.contains(wanted), "{wanted}: {}", refused.err);
    }
    let state = console.json(&["resolve", "-", "--reason", "all is done"]);
    assert_eq!(state["phase"], "resolved");
    let said = texts(&slack, &channel).join("\n");
    assert!(
        said.contains("although missing: ") && said.contains("Cause"),
        "{said}"
    );
    assert!(said.contains("Reason: all is done"), "{said}");
    assert!(state["milestones"]["resolved"].is_string());
    let info = slack.with_state(|state| state.channel_named("other").is_some());
    assert!(!info);
    let said = texts(&slack, &channel);
    let resolved = said
        .iter()
        .position(|t| t.contains("*Resolved*"))
        .expect("said");
    let archived = said
        .iter()
        .position(|t| t == "archived the channel")
        .expect("done");
    assert!(resolved < archived);
    assert_eq!(console.run(&["note", "-", "late"]).code, 3, "none is open");
}

#[test]
fn the_channel_speaks_the_language_of_the_declaration() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    console.set("MATOI_LANG", "ja");
    let declared = console.declare("決済が失敗");
    let channel = channel(&declared);
    console.run(&["command", "-"]).ok();
    console.run(&["level", "-", "重大"]).ok();
    console.run(&["recover", "-"]).ok();
    // Another console's language changes nothing in the channel.
    console.set("MATOI_LANG", "en");
    let state = console.json(&["note", "-", "切り戻した"]);
    let said = texts(&slack, &channel).join("\n");
    for wanted in [
        "インシデント宣言: *決済が失敗*、宣言者 佐藤",
        "が指揮を執ります",
        "レベルを *重大 L2* に設定: 佐藤",
        "*復旧*。復旧時刻 <!date^",
        "記録: 佐藤\n切り戻した",
        "段階 *復旧*",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
    assert!(!said.contains("Level set") && !said.contains("Note, by"));
    let line = state["timeline"][0]["text"].as_str().expect("text");
    assert!(line.starts_with("インシデント宣言"));
    console.set("MATOI_LANG", "ja");
    let refused = console.run(&["recover", "-"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert_eq!(refused.err.trim_end(), "復旧は宣言済みです。");
}

#[test]
fn exit_codes_tell_failed_usage_missing_and_streams_tell_data_from_talk() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let nothing = console.run(&["show", "-"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (3, ""));
    assert!(nothing.err.contains("No incident is open"));
    console.declare("One");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["checkout", "-", "emma"], 1, "not checked in"),
        (&["command", "-", "--frobnicate"], 2, "--frobnicate"),
        (&["phase", "-", "nonsense"], 2, "investigating"),
        (&["milestone", "-", "nonsense", "now"], 2, "started"),
        (&["milestone", "-", "detected", "half past"], 2, "half past"),
        (
            &["milestone", "-", "detected", "2999-01-01T00:00:00Z"],
            1,
            "future",
        ),
        (&["level", "-", "9"], 3, "Critical L1"),
        (&["temperature", "-", "mauve"], 3, "red"),
        (&["role", "-", "juggler", "emma"], 3, "scribe"),
        (
            &["role", "-", "scribe", "nobody-at-all"],
            3,
            "nobody-at-all",
        ),
        (&["tick", "-", "1"], 3, "Set a level"),
        (&["show", "nosuch"], 3, "matoi list"),
        (&["note", "#nosuch", "x"], 3, "matoi list"),
        (
            &["declare", "--service", "nosuch", "--title", "x"],
            3,
            "other",
        ),
        (
            &["declare", "--service", "other", "--title", " "],
            2,
            "title",
        ),
        (&["note", "-", "  \n "], 1, "no text"),
        (&["--lang", "fr", "list"], 2, "ja or en"),
        (
            &["--as", "nobody-at-all", "note", "-", "x"],
            3,
            "nobody-at-all",
        ),
    ];
    for (args, code, hint) in cases {
        let ran = console.run(args);
        assert_eq!(ran.code, *code, "{args:?}: {ran:?}");
        assert_eq!(ran.out, "", "{args:?}");
        assert!(ran.err.contains(hint), "{args:?}: {ran:?}");
    }
    console.declare("Two");
    let both = console.run(&["note", "-", "x"]);
    assert_eq!(both.code, 2);
    assert!(
        both.err.contains("#other-") && both.err.contains("-2"),
        "{both:?}"
    );
    let list = console.run(&["list"]).ok();
    assert_eq!(list.out.lines().count(), 2);
    assert_eq!(list.err, "");
    let list = console.json(&["list"]);
    assert_eq!(list[0]["title"], "Two");
}

/// The top level of `show --json` as it is promised: its names and types.
fn shape(state: &Value) {
    let mut fields = state.as_object().expect("an object").clone();
    let mut take = |name: &str| {
        let found = fields.remove(name);
        assert!(found.is_some(), "no {name}");
        found.unwrap_or_default()
    };
    let text = |value: &Value| value.is_string();
    let text_or_null = |value: &Value| value.is_string() || value.is_null();
    let time = |value: &Value| {
        value.as_str().is_some_and(|text| {
            text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok()
        })
    };
    let time_or_null = |value: &Value| value.is_null() || time(value);
    for name in ["id", "kind", "title", "service", "phase"] {
        assert!(text(&take(name)), "{name}");
    }
    for name in ["drill", "private", "personal_data"] {
        assert!(take(name).is_boolean(), "{name}");
    }
    for name in ["level", "temperature", "situation", "commander"] {
        assert!(text_or_null(&take(name)), "{name}");
    }
    let channel = take("channel");
    assert!(text_or_null(&channel["id"]) && text_or_null(&channel["name"]));
    assert_eq!(channel.as_object().expect("an object").len(), 2);
    let milestones = take("milestones");
    for name in [
        "started",
        "detected",
        "responded",
        "assembled",
        "recovered",
        "resolved",
    ] {
        assert!(time_or_null(&milestones[name]), "{name}");
    }
    assert_eq!(milestones.as_object().expect("an object").len(), 6);
    for (role, users) in take("roles").as_object().expect("an object") {
        assert!(users.as_array().expect(role).iter().all(text), "{role}");
    }
    for person in take("roster").as_array().expect("a list") {
        assert!(text(&person["user"]) && time(&person["in"]) && time(&person["last_seen"]));
        assert!(text_or_null(&person["role"]) && text_or_null(&person["task"]));
        assert!(time_or_null(&person["out"]));
    }
    for item in take("checklist").as_array().expect("a list") {
        assert!(text(&item["id"]) && text(&item["text"]) && text(&item["state"]));
        assert!(text_or_null(&item["assignee"]) && text_or_null(&item["by"]));
        assert!(time_or_null(&item["at"]));
    }
    for entry in take("timeline").as_array().expect("a list") {
        assert!(text(&entry["id"]) && text(&entry["by"]) && text(&entry["source"]));
        assert!(time(&entry["at"]) && time(&entry["recorded_at"]) && text(&entry["text"]));
        assert!(text_or_null(&entry["link"]));
    }
    for name in [
        "tasks",
        "timers",
        "reports",
        "decisions",
        "needs",
        "questions",
        "tags",
    ] {
        let list = take(name);
        assert!(list.is_array(), "{name}");
        for timer in list
            .as_array()
            .into_iter()
            .flatten()
            .filter(|_| name == "timers")
        {
            assert!(text(&timer["kind"]) && text(&timer["text"]) && time(&timer["due"]));
            let states = ["overdue", "near", "running"];
            assert!(
                states.iter().any(|state| timer["state"] == *state),
                "{timer}"
            );
            for name in ["about", "handle", "who"] {
                assert!(text_or_null(&timer[name]), "{timer}");
            }
        }
    }
    assert!(take("action_items").is_array());
    let links = take("links");
    assert!(text_or_null(&links["parent"]) && links["children"].is_array());
    let outbox = take("outbox");
    for name in ["pending", "sending", "unconfirmed", "failed"] {
        assert!(outbox[name].is_u64(), "{name}");
    }
    let link = take("link");
    assert!(text(&link["state"]) && time_or_null(&link["as_of"]));
    // Beyond the promise: names for the ids.
    assert!(take("people").is_object());
    for name in [
        "objectives",
        "hypotheses",
        "contacts",
        "own_timers",
        "notices",
        "calls",
        "invited",
        "sections",
        "review",
        "offer",
        "claim",
        "meeting",
        "evidence",
        "reach",
        "post_mortem",
        "assessments",
        "restricted",
        "level_name",
        "level_owner",
    ] {
        fields.remove(name);
    }
    assert!(fields.is_empty(), "not promised: {fields:?}");
}
