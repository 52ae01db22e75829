//! Two consoles under each kind of fault: in the end the channel holds each act once, both show the
//! same, and no walk went on for ever.

use super::rig::{
    Console, UNASKED, act, channel, core, declarer, events, id, quick, shared, until_met, workspace,
};
use matoi::domain::decide::Command as Act;
use matoi::io::core::Core;
use matoi::workspace::Handle;
use matoi::workspace::faults::{Fault, KINDS, Kind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// Acts of each console under the fault.
const ACTS: usize = 3;
/// More calls than this are a loop.
const CALLS: u64 = 3_000;

/// How a kind is set: hard, but so that it ends.
fn faults(kind: Kind) -> Vec<Fault> {
    let all = Fault::always("*", kind);
    let posts = Fault::always("chat.*", kind);
    let reads = Fault::always("conversations.history", kind);
    match kind {
        // The client gives up on a call after two seconds.
        Kind::Hang | Kind::TimeoutAfterCommit => vec![posts.seconds(30.0).times(1)],
        Kind::Drip => vec![posts.seconds(1.0).times(1)],
        Kind::ResetBeforeCommit | Kind::ResetAfterCommit | Kind::Truncated => {
            vec![all.probability(0.3).times(12)]
        }
        Kind::Slow => vec![all.seconds(0.05)],
        Kind::Ratelimited => vec![
            posts.clone().retry_after("0").times(1),
            posts.clone().retry_after("1").nth(2),
            reads.retry_after("1").times(2),
        ],
        Kind::Clamp => vec![reads.times(2)],
        Kind::Html | Kind::Unparsable => vec![
            all.clone().after_commit().probability(0.15).times(6),
            all.probability(0.15).times(6),
        ],
        Kind::Error => vec![
            Fault::error("*", "internal_error")
                .after_commit()
                .probability(0.2)
                .times(6),
            Fault::error("*", "service_unavailable")
                .probability(0.2)
                .times(6),
        ],
        Kind::ReadLag => vec![
            reads.seconds(0.2),
            Fault::always("chat.*", Kind::ResetAfterCommit).times(2),
        ],
        Kind::CreateRace => vec![Fault::always("conversations.create", kind).seconds(60.0)],
        Kind::ExpiredCursor => vec![
            all.times(4),
            Fault::always("conversations.history", Kind::ShortPages),
        ],
        Kind::EndlessPages => vec![reads],
        Kind::EmptyPages => vec![reads.every(2)],
        Kind::ShortPages => vec![all],
        Kind::RepeatedPages => vec![
            reads.every(2),
            Fault::always("conversations.history", Kind::ShortPages),
        ],
        Kind::ShuffledPages => vec![all],
        Kind::OldestPageFirst => vec![
            reads,
            Fault::always("conversations.history", Kind::ShortPages),
        ],
        Kind::RepeatedParent => vec![
            Fault::always("conversations.replies", kind),
            Fault::always("conversations.replies", Kind::ShortPages),
        ],
        // People have read it: it is parked, and never said again. It has a test of its own.
        Kind::DropMetadata => Vec::new(),
        // Made good below.
        Kind::RevokeToken => vec![all.nth(6)],
        Kind::ArchiveChannel => vec![posts.nth(3)],
    }
}

fn repair(kind: Kind, slack: &Handle, channel: &str) {
    slack.clear_faults();
    let person = slack.token_of("sato").expect("a person");
    match kind {
        Kind::RevokeToken => {
            let token = slack.bot_token();
            let live = matoi::workspace::model::TokenState::Live;
            let changed =
                slack.change(|state| state.edit_token(&token, |token| token.state = live));
            changed.expect("it is kept").expect("the token is known");
        }
        Kind::ArchiveChannel => {
            let args = serde_json::json!({ "channel": channel });
            let back = slack.call(&person, "conversations.unarchive", args);
            assert!(back.ok(), "{}", back.to_json());
        }
        _ => {}
    }
}

fn under(kind: Kind) {
    if faults(kind).is_empty() {
        return;
    }
    let slack = workspace();
    let (one, two) = (
        Console::on(&slack, "@sato", UNASKED),
        Console::on(&slack, "@emma", UNASKED),
    );
    let state = one.declare("Under faults");
    let (incident, channel, by) = (id(&state), channel(&state), declarer(&state));
    two.run(&["sync", "--once"]).ok();
    if kind == Kind::RepeatedParent {
        talk(&slack, &channel);
    }
    for fault in faults(kind) {
        slack.add_fault(fault);
    }
    let met = slack.calls_met();
    let cores = [&one, &two].map(|console| core(console, &slack, &by, quick()));
    for n in 0..ACTS {
        for (name, core) in ["one", "two"].iter().zip(&cores) {
            act(core, &incident, &by, Act::Note(format!("{name} {n}")));
        }
    }
    if kind == Kind::CreateRace {
        race(&slack, &one, &two);
    }
    until_met(&slack, &format!("{kind:?} has struck"), || {
        slack.fault_hits().iter().any(|hits| *hits > 0)
    });
    if kind != Kind::RevokeToken {
        for core in &cores {
            until_met(&slack, &format!("{kind:?} is over"), || is_delivered(core));
        }
    }
    let calls = slack.calls_met() - met;
    assert!(calls < CALLS, "{kind:?}: {calls} calls");
    drop(cores);
    repair(kind, &slack, &channel);
    if kind == Kind::ArchiveChannel {
        goes_when_it_is_back(&[&one, &two], &slack, &channel);
    }
    for console in [&one, &two, &one] {
        console.run(&["sync", "--once"]).ok();
    }
    let sent = events(&slack, &channel);
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert_eq!(sent.len(), distinct.len(), "{kind:?}: one is there twice");
    assert_eq!(sent.len(), 1 + 2 * ACTS, "{kind:?}");
    let shown: Vec<Value> = [&one, &two]
        .map(|console| console.json(&["show", &incident]))
        .into();
    for state in &shown {
        for open in ["pending", "sending", "unconfirmed", "failed"] {
            assert_eq!(state["outbox"][open], 0, "{kind:?}: {open}");
        }
    }
    assert_eq!(
        shared(shown[0].clone()),
        shared(shown[1].clone()),
        "{kind:?}"
    );
}

fn is_delivered(core: &Core) -> bool {
    let delivered = core.look(|engine, _| engine.is_delivered());
    delivered.expect("the core is there")
}

/// Both declare under one name at once, and both get it: two incidents with a channel each.
fn race(slack: &Handle, one: &Console, two: &Console) {
    let declared = std::thread::scope(|scope| {
        let other = scope.spawn(|| two.declare("The same title"));
        [
            one.declare("The same title"),
            other.join().expect("none has failed"),
        ]
    });
    assert_ne!(id(&declared[0]), id(&declared[1]));
    let channels = declared.each_ref().map(channel);
    assert_ne!(channels[0], channels[1]);
    for channel in &channels {
        assert_eq!(events(slack, channel).len(), 1);
    }
}

/// A thread of people below the channel's first message.
fn talk(slack: &Handle, channel: &str) {
    let person = slack.token_of("sato").expect("a person");
    let args = serde_json::json!({ "channel": channel });
    assert!(slack.call(&person, "conversations.join", args).ok());
    let messages = super::rig::messages(slack, channel);
    let declaration = messages
        .iter()
        .find(|m| m["metadata"]["event_type"] == "matoi_events");
    let parent = &declaration.expect("it was declared")["ts"];
    for n in 0..8 {
        let args =
            serde_json::json!({ "channel": channel, "text": n.to_string(), "thread_ts": parent });
        assert!(slack.call(&person, "chat.postMessage", args).ok());
    }
}

/// What an archived channel refused goes again by itself once the channel is back.
fn goes_when_it_is_back(consoles: &[&Console], slack: &Handle, channel: &str) {
    let token = slack.bot_token();
    let args = serde_json::json!({ "channel": channel });
    assert!(slack.call(&token, "conversations.join", args).ok());
    for console in consoles {
        super::rig::until_met(slack, "nothing waits any more", || {
            console.run(&["sync", "--once"]);
            console.json(&["outbox"]) == serde_json::json!([])
        });
    }
}

#[test]
fn under_every_kind_of_fault_each_act_arrives_once_and_consoles_agree() {
    // They wait more than they work; eight at a time is what a small machine bears.
    for kinds in KINDS.chunks(8) {
        std::thread::scope(|scope| {
            for row in kinds {
                scope.spawn(|| under(row.kind));
            }
        });
    }
}

#[test]
fn a_retry_after_of_any_shape_is_waited_out() {
    // (header, whether it is over within a moment)
    let shapes = [
        ("0", true),
        ("1", true),
        ("30", false),
        ("3600", false),
        ("soon", false),
        ("", false),
        ("-5", false),
        ("Fri, 20 Nov 2026 18:15:00 GMT", false),
    ];
    std::thread::scope(|scope| {
        for (header, soon) in shapes {
            scope.spawn(move || {
                let slack = workspace();
                let console = Console::on(&slack, "@sato", UNASKED);
                let state = console.declare("Limited");
                let by = declarer(&state);
                let fault = Fault::always("chat.postMessage", Kind::Ratelimited);
                slack.add_fault(fault.retry_after(header));
                let core = core(&console, &slack, &by, quick());
                act(&core, &id(&state), &by, Act::Note("limited".to_owned()));
                let tries = if soon { 3 } else { 1 };
                until_met(&slack, "it was limited", || slack.fault_hits()[0] >= tries);
                if !soon {
                    assert!(!core.wait_quiet(Duration::from_secs(2)), "{header:?}");
                    assert_eq!(slack.fault_hits(), [1], "{header:?}: asked before its time");
                }
                drop(core);
                slack.clear_faults();
                console.run(&["sync", "--once"]).ok();
                assert_eq!(events(&slack, &channel(&state)).len(), 2, "{header:?}");
            });
        }
    });
}
