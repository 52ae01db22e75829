//! What the methods send, and what they make of the answers.

use super::rig::{Rig, http, json};
use super::{CANARY, client, run};
use matoi::domain::ids::{ChannelId, SlackTs, UserId};
use matoi::io::slack::{HistoryQuery, Post, Settled};
use matoi::wire::objects::{Metadata, Raw};
use matoi::wire::outcome::CallError;

fn channel() -> ChannelId {
    ChannelId::new("C1")
}

fn ts(text: &str) -> SlackTs {
    SlackTs::parse(text).expect("shaped")
}

#[test]
fn the_token_is_in_the_header_and_everything_else_in_the_form() {
    let rig = Rig::play(vec![json(
        r#"{"ok":true,"channel":"C1","ts":"1512085861.000543","message":{"ts":"1512085861.000543",
        "text":"a &amp; b","metadata":{"event_type":"matoi_events","event_payload":{"v":"1"}}}}"#,
    )]);
    let metadata = Metadata {
        event_type: "matoi_events".to_owned(),
        event_payload: Raw::from_text(r#"{"v":"1"}"#),
    };
    let posted = run(client(&rig.url()).chat_post_message(&Post {
        thread_ts: Some(&ts("1512085860.000001")),
        metadata: Some(&metadata),
        ..Post::new(&channel(), "a &amp; b=日本")
    }))
    .expect("posted");
    assert_eq!(posted.ts, ts("1512085861.000543"));
    let echoed = posted.message.and_then(|m| m.metadata).expect("echoed");
    assert_eq!(echoed, metadata);

    let request = &rig.asked()[0];
    assert!(
        request
            .head
            .starts_with("POST /api/chat.postMessage HTTP/1.1")
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        request.header("authorization"),
        Some(&*format!("Bearer {CANARY}"))
    );
    assert_eq!(request.head.matches("CANARY").count(), 1);
    assert!(!request.body.contains("CANARY"));
    assert!(
        request
            .header("user-agent")
            .is_some_and(|a| a.starts_with("matoi/"))
    );
    let field = |name| request.field(name);
    assert_eq!(field("text").as_deref(), Some("a &amp; b=日本"));
    assert_eq!(field("thread_ts").as_deref(), Some("1512085860.000001"));
    assert_eq!(
        field("metadata").as_deref(),
        Some(r#"{"event_type":"matoi_events","event_payload":{"v":"1"}}"#)
    );
    assert_eq!(field("link_names"), None);
}

#[test]
fn history_is_asked_for_with_its_window_and_all_metadata() {
    let rig = Rig::play(vec![json(
        r#"{"ok":true,"messages":[{"ts":"1512085861.000543","text":"x"},{"ts":"bad"}],
        "has_more":true,"response_metadata":{"next_cursor":"bmV4dA=="}}"#,
    )]);
    let query = HistoryQuery {
        oldest: Some(ts("1512085850.000001")),
        latest: Some(ts("1512085900.000001")),
        cursor: Some("Y3Vyc29y=".to_owned()),
        limit: 5_000,
        ..HistoryQuery::default()
    };
    let page = run(client(&rig.url()).conversations_history(&channel(), &query)).expect("read");
    assert_eq!(page.messages.items.len(), 1);
    assert_eq!(page.messages.unreadable, 1);
    assert_eq!(page.next(), Some("bmV4dA=="));
    let request = &rig.asked()[0];
    for (name, value) in [
        ("oldest", "1512085850.000001"),
        ("latest", "1512085900.000001"),
        ("cursor", "Y3Vyc29y="),
        ("limit", "999"),
        ("include_all_metadata", "true"),
        ("inclusive", "false"),
    ] {
        assert_eq!(request.field(name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn what_is_already_so_is_settled() {
    let replies = vec![
        json(r#"{"ok":false,"error":"already_pinned"}"#),
        json(r#"{"ok":true}"#),
        json(r#"{"ok":false,"not_in_channel":true}"#),
        json(r#"{"ok":true,"errors":{}}"#),
        json(r#"{"ok":false,"error":"message_not_found"}"#),
    ];
    let rig = Rig::play(replies);
    let client = client(&rig.url());
    let at = ts("1512085861.000543");
    run(async {
        assert_eq!(client.pins_add(&channel(), &at).await, Ok(Settled::Already));
        assert_eq!(client.pins_remove(&channel(), &at).await, Ok(Settled::Done));
        assert_eq!(
            client.conversations_leave(&channel()).await,
            Ok(Settled::Already)
        );
        let user = UserId::new("U1");
        assert_eq!(
            client.conversations_kick(&channel(), &user).await,
            Ok(Settled::Done)
        );
        let gone = client.reactions_add(&channel(), &at, "eyes").await;
        assert_eq!(gone.expect_err("gone").code(), Some("message_not_found"));
    });
}

#[test]
fn an_invitation_reports_only_those_who_could_not_come() {
    let rig = Rig::play(vec![
        json(
            r#"{"ok":false,"error":"already_in_channel","errors":[
            {"user":"U1","ok":false,"error":"already_in_channel"},
            {"user":"U2","ok":false,"error":"user_is_restricted"}]}"#,
        ),
        json(
            r#"{"ok":false,"error":"already_in_channel","errors":[{"user":"U31","ok":false,"error":"already_in_channel"}]}"#,
        ),
    ]);
    let users: Vec<UserId> = (1..=31).map(|n| UserId::new(format!("U{n}"))).collect();
    let failed = run(client(&rig.url()).conversations_invite(&channel(), &users)).expect("invited");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].user, Some(UserId::new("U2")));
    let asked = rig.asked();
    assert_eq!(
        asked[0].field("users").map(|ids| ids.split(',').count()),
        Some(30)
    );
    assert_eq!(asked[1].field("users").as_deref(), Some("U31"));
    assert_eq!(asked[0].field("force").as_deref(), Some("true"));
}

#[test]
fn what_slack_would_cut_or_refuse_is_refused_before_it_is_sent() {
    let rig = Rig::play(vec![]);
    let client = client(&rig.url());
    run(async {
        let long = "あ".repeat(40_001);
        let post = client
            .chat_post_message(&Post::new(&channel(), &long))
            .await;
        assert_eq!(post.expect_err("long").code(), Some("msg_too_long"));
        let at = ts("1512085861.000543");
        let update = client
            .chat_update(&channel(), &at, &long[..12_003], None, None)
            .await;
        assert_eq!(update.expect_err("long").code(), Some("msg_too_long"));
        let topic = client
            .conversations_set_topic(&channel(), &long[..753])
            .await;
        assert_eq!(topic.expect_err("long").code(), Some("too_long"));
    });
    assert_eq!(rig.asked().len(), 0);
}

#[test]
fn pages_are_walked_to_the_end() {
    let rig = Rig::play(vec![
        json(
            r#"{"ok":true,"members":[{"id":"U1"},{"no":"id"}],"response_metadata":{"next_cursor":"a="}}"#,
        ),
        json(r#"{"ok":true,"members":[],"response_metadata":{"next_cursor":"b="}}"#),
        json(r#"{"ok":true,"members":[{"id":"U2"}],"response_metadata":{"next_cursor":""}}"#),
    ]);
    let walk = run(client(&rig.url()).users_list()).expect("walked");
    let ids: Vec<&str> = walk.items.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(
        (ids, walk.complete, walk.unreadable),
        (vec!["U1", "U2"], true, 1)
    );
    let asked = rig.asked();
    assert_eq!(asked[0].field("cursor"), None);
    assert_eq!(asked[2].field("cursor").as_deref(), Some("b="));
}

// Red without `if still > 0 && (…) { …; break }` in src/io/slack/walk.rs.
#[test]
fn a_list_without_an_end_is_cut_and_says_so() {
    let rig = Rig::with(|asked| {
        let cursor = asked.len();
        Some(json(&format!(
            r#"{{"ok":true,"members":["U{cursor}"],"response_metadata":{{"next_cursor":"c{cursor}"}}}}"#
        )))
    });
    let endless = client(&rig.url());
    endless.set_rate("conversations.members", 10_000_000);
    let walk = run(endless.conversations_members(&channel())).expect("cut");
    assert!(!walk.complete);
    assert_eq!(walk.items.len(), rig.asked().len());
    assert_eq!(walk.items.len(), 200);

    let page = r#"{"ok":true,"members":["U1"],"response_metadata":{"next_cursor":"same"}}"#;
    let rig = Rig::with(move |_| Some(json(page)));
    let walk = run(client(&rig.url()).conversations_members(&channel())).expect("cut");
    assert!(!walk.complete);
    assert_eq!(rig.asked().len(), 2);
}

#[test]
fn a_stale_cursor_begins_the_walk_again_once() {
    let first = r#"{"ok":true,"members":["U1"],"response_metadata":{"next_cursor":"a"}}"#;
    let stale = r#"{"ok":false,"error":"invalid_cursor"}"#;
    let last = r#"{"ok":true,"members":["U2"]}"#;
    let rig = Rig::play(vec![json(first), json(stale), json(first), json(last)]);
    let walk = run(client(&rig.url()).conversations_members(&channel())).expect("walked");
    assert_eq!(walk.items, [UserId::new("U1"), UserId::new("U2")]);

    let rig = Rig::play(vec![json(first), json(stale), json(first), json(stale)]);
    let error = run(client(&rig.url()).conversations_members(&channel())).expect_err("twice");
    assert_eq!(error.code(), Some("invalid_cursor"));
}

#[test]
fn clock_and_scopes_are_heard_even_from_refusals() {
    let rig = Rig::play(vec![
        http(
            200,
            &[
                ("date", "Fri, 20 Nov 2026 05:42:17 GMT"),
                ("x-oauth-scopes", "chat:write, channels:read"),
            ],
            r#"{"ok":false,"error":"missing_scope","needed":"pins:read","provided":"chat:write"}"#,
        ),
        http(
            200,
            &[("date", "nonsense")],
            r#"{"ok":true,"user_id":"U1"}"#,
        ),
    ]);
    let client = client(&rig.url());
    assert_eq!(client.heard(), None);
    run(async {
        let CallError::Refused(refusal) = client.pins_list(&channel()).await.expect_err("refused")
        else {
            panic!("a scope is missing");
        };
        assert_eq!(refusal.needed.as_deref(), Some("pins:read"));
        let heard = client.heard().expect("headers");
        let date = heard.date.expect("a date");
        assert_eq!(date.to_rfc3339(), "2026-11-20T05:42:17+00:00");
        let scopes = Some(vec!["chat:write".to_owned(), "channels:read".to_owned()]);
        assert_eq!(heard.scopes, scopes);

        client.auth_test().await.expect("answered");
        let heard = client.heard().expect("headers");
        assert_eq!((heard.date, heard.scopes), (None, scopes));
    });
}
