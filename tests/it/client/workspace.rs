//! The client and the embedded workspace, over HTTP: every method once, and the faults.

use super::run;
use matoi::domain::ids::{ChannelId, GroupId, UserId};
use matoi::domain::secret::Secret;
use matoi::io::slack::{Client, HistoryQuery, Post, RepliesQuery, Settings, Settled};
use matoi::wire::objects::{Metadata, Raw};
use matoi::wire::outcome::CallError;
use matoi::workspace::faults::{Fault, Kind};
use matoi::workspace::limits::Mode;
use matoi::workspace::{Handle, Options, Workspace};
use std::time::Duration;

fn start(limits: Mode) -> Handle {
    let options = Options {
        limits,
        ..Options::for_tests()
    };
    Workspace::open(options)
        .and_then(Workspace::start)
        .expect("an in-memory workspace starts")
}

fn with_token(handle: &Handle, token: &str) -> Client {
    let settings = Settings {
        api_url: handle.url(),
        timeout: Duration::from_millis(500),
        ..Settings::default()
    };
    Client::new(&settings, &Secret::new(token)).expect("loopback is allowed")
}

fn bot(handle: &Handle) -> Client {
    let client = with_token(handle, &handle.bot_token());
    // The stories here post faster than people read.
    for method in [
        "chat.postMessage",
        "pins.add",
        "pins.list",
        "conversations.create",
    ] {
        client.set_rate(method, 6_000_000);
    }
    client
}

fn metadata(value: &str) -> Metadata {
    Metadata {
        event_type: "matoi_events".to_owned(),
        event_payload: Raw::from_text(format!("{{\"v\":\"{value}\"}}")),
    }
}

#[test]
fn who_we_are_and_who_is_there() {
    let handle = start(Mode::Off);
    let client = bot(&handle);
    run(async {
        let me = client.auth_test().await.expect("a token");
        assert!(me.bot_id.is_some());
        let heard = client.heard().expect("headers");
        assert!(heard.date.is_some());
        let scopes = heard.scopes.expect("told");
        assert!(scopes.contains(&"chat:write".to_owned()), "{scopes:?}");
        assert!(!client.team_info().await.expect("team").name.is_empty());

        let people = client.users_list().await.expect("people");
        assert!(people.complete && people.unreadable == 0);
        let with_mail = people.items.iter().find(|u| !u.profile.email.is_empty());
        let person = with_mail.expect("somebody with an address");
        let mail = &person.profile.email;
        let found = client.users_lookup_by_email(mail).await.expect("found");
        assert_eq!(found.id, person.id);
        let read = client.users_info(&person.id).await.expect("read");
        assert_eq!(read.shown_name(), person.shown_name());
        let nobody = client.users_lookup_by_email("nobody@nowhere.example").await;
        assert_eq!(nobody.expect_err("nobody").code(), Some("users_not_found"));

        let groups = client.usergroups_list().await.expect("groups");
        let group = groups.items.first().expect("one");
        let members = client
            .usergroups_users_list(&group.id)
            .await
            .expect("members");
        assert_eq!(members, group.users);
        let none = client
            .usergroups_users_list(&GroupId::new("S00000000"))
            .await;
        assert_eq!(none.expect_err("none").code(), Some("no_such_subteam"));
    });
}

#[test]
fn the_life_of_a_channel() {
    let handle = start(Mode::Off);
    let client = bot(&handle);
    let person = UserId::new(handle.people()[0].id.clone());
    run(async {
        let made = client.conversations_create("shop-20261120i", false).await;
        let channel = made.expect("made").id;
        let again = client.conversations_create("shop-20261120i", false).await;
        assert_eq!(again.expect_err("taken").code(), Some("name_taken"));
        let joined = client
            .users_conversations("public_channel")
            .await
            .expect("listed");
        assert!(joined.items.iter().any(|c| c.id == channel));
        let all = client
            .conversations_list("public_channel")
            .await
            .expect("listed");
        assert!(all.items.len() >= joined.items.len());

        let ghost = UserId::new("U00000000");
        let invited = [person.clone(), ghost.clone()];
        let failed = client
            .conversations_invite(&channel, &invited)
            .await
            .expect("invited");
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].user, Some(ghost));
        let again = client.conversations_invite(&channel, &invited[..1]).await;
        assert_eq!(again, Ok(Vec::new()));
        let members = client
            .conversations_members(&channel)
            .await
            .expect("members");
        assert!(members.items.contains(&person));

        client
            .conversations_set_topic(&channel, "L2 &amp; fixing")
            .await
            .expect("topic");
        client
            .conversations_set_purpose(&channel, "決済")
            .await
            .expect("purpose");
        let info = client.conversations_info(&channel).await.expect("info");
        assert_eq!(
            (&*info.topic.value, &*info.purpose.value),
            ("L2 &amp; fixing", "決済")
        );
        let renamed = client
            .conversations_rename(&channel, "shop-20261120i-2")
            .await;
        assert_eq!(renamed.expect("renamed").name, "shop-20261120i-2");

        assert_eq!(
            client.conversations_kick(&channel, &person).await,
            Ok(Settled::Done)
        );
        assert_eq!(
            client.conversations_kick(&channel, &person).await,
            Ok(Settled::Already)
        );
        assert_eq!(
            client.conversations_archive(&channel).await,
            Ok(Settled::Done)
        );
        let closed = client.chat_post_message(&Post::new(&channel, "x")).await;
        assert!(matches!(closed, Err(CallError::Refused(_))), "{closed:?}");
        let back = client.conversations_unarchive(&channel).await;
        assert_eq!(
            back.expect_err("bots cannot").code(),
            Some("not_in_channel")
        );
        let theirs = client
            .with_token(&Secret::new(handle.people()[0].token.clone()))
            .expect("a token");
        assert_eq!(
            theirs.conversations_unarchive(&channel).await,
            Ok(Settled::Done)
        );
        assert_eq!(client.conversations_join(&channel).await, Ok(Settled::Done));

        let direct = client
            .conversations_open(std::slice::from_ref(&person))
            .await;
        assert!(direct.expect("opened").as_str().starts_with('D'));
    });
}

#[test]
fn the_life_of_a_message() {
    let handle = start(Mode::Off);
    let client = bot(&handle);
    run(async {
        let me = client.auth_test().await.expect("a token");
        let channel = client
            .conversations_create("room", false)
            .await
            .expect("made")
            .id;
        let first = client
            .chat_post_message(&Post {
                metadata: Some(&metadata("1")),
                ..Post::new(&channel, "1 &lt; 2 &amp; 日本")
            })
            .await
            .expect("posted");
        let echo = first.message.expect("echoed");
        assert_eq!(echo.metadata, Some(metadata("1")));
        assert_eq!(echo.bot_id, me.bot_id);
        // Another ledger: one would hold the second post back for a second.
        let reply = bot(&handle)
            .chat_post_message(&Post {
                thread_ts: Some(&first.ts),
                ..Post::new(&channel, "a reply")
            })
            .await
            .expect("posted")
            .ts;

        let page = client
            .conversations_history(&channel, &HistoryQuery::default())
            .await
            .expect("read");
        assert_eq!(page.messages.unreadable, 0);
        let parent = page
            .messages
            .items
            .iter()
            .find(|m| m.ts == first.ts)
            .expect("there");
        assert_eq!(parent.text, "1 &lt; 2 &amp; 日本");
        assert_eq!(
            (parent.reply_count, &parent.latest_reply),
            (1, &Some(reply.clone()))
        );
        let strings = parent.metadata.as_ref().and_then(Metadata::strings);
        assert_eq!(strings.expect("flat")["v"], "1");
        assert!(page.messages.items.iter().all(|m| m.ts != reply));
        let thread = RepliesQuery {
            parent: first.ts.clone(),
            oldest: None,
            cursor: None,
            limit: 0,
        };
        let replies = client
            .conversations_replies(&channel, &thread)
            .await
            .expect("read");
        assert!(
            replies
                .messages
                .items
                .iter()
                .any(|m| m.ts == reply && m.is_reply())
        );

        client
            .chat_update(&channel, &first.ts, "changed", None, None)
            .await
            .expect("updated");
        assert_eq!(
            client.pins_add(&channel, &first.ts).await,
            Ok(Settled::Done)
        );
        assert_eq!(
            client.pins_add(&channel, &first.ts).await,
            Ok(Settled::Already)
        );
        let pins = client.pins_list(&channel).await.expect("pins");
        let pinned = pins.items[0].message.as_ref().expect("a message");
        assert_eq!((&*pinned.text, &pinned.ts), ("changed", &first.ts));
        assert_eq!(
            pinned.metadata.as_ref().map(|m| &*m.event_type),
            Some("matoi_events")
        );
        assert_eq!(
            client.pins_remove(&channel, &first.ts).await,
            Ok(Settled::Done)
        );

        let at = &first.ts;
        assert_eq!(
            client.reactions_add(&channel, at, "hand").await,
            Ok(Settled::Done)
        );
        assert_eq!(
            client.reactions_add(&channel, at, "hand").await,
            Ok(Settled::Already)
        );
        let message = client.reactions_get(&channel, at).await.expect("read");
        assert_eq!(
            (&*message.reactions[0].name, message.reactions[0].count),
            ("hand", 1)
        );
        assert!(message.reactions[0].users.contains(&me.user_id));
        assert_eq!(
            client.reactions_remove(&channel, at, "hand").await,
            Ok(Settled::Done)
        );
        assert_eq!(
            client.reactions_remove(&channel, at, "hand").await,
            Ok(Settled::Already)
        );

        let link = client
            .chat_get_permalink(&channel, at)
            .await
            .expect("a link");
        let bookmark = client
            .bookmarks_add(&channel, "declaration", &link)
            .await
            .expect("added");
        let bookmarks = client.bookmarks_list(&channel).await.expect("listed");
        assert_eq!(bookmarks.items[0].link, link);
        let removed = client.bookmarks_remove(&channel, &bookmark.id).await;
        assert_eq!(removed, Ok(Settled::Done));

        assert_eq!(
            client.chat_delete(&channel, &reply).await,
            Ok(Settled::Done)
        );
        assert_eq!(
            client.chat_delete(&channel, &reply).await,
            Ok(Settled::Already)
        );
        let person = UserId::new(handle.people()[0].id.clone());
        let whisper = client
            .chat_post_ephemeral(&channel, &person, None, "psst")
            .await;
        assert_eq!(
            whisper.expect_err("not here").code(),
            Some("user_not_in_channel")
        );
    });
}

#[test]
fn faults_end_as_what_they_are() {
    let handle = start(Mode::Off);
    let client = bot(&handle);
    run(async {
        let channel = client
            .conversations_create("room", false)
            .await
            .expect("made")
            .id;
        for (kind, ambiguous, stored) in [
            (Kind::TimeoutAfterCommit, true, true),
            (Kind::ResetBeforeCommit, true, false),
            (Kind::ResetAfterCommit, true, true),
            (Kind::Hang, true, false),
            (Kind::Html, true, false),
            (Kind::Unparsable, true, false),
            (Kind::Ratelimited, false, false),
        ] {
            let client = bot(&handle);
            let text = format!("{kind:?}");
            handle.clear_faults();
            handle.add_fault(Fault::always("chat.postMessage", kind).times(1));
            let error = client
                .chat_post_message(&Post::new(&channel, &text))
                .await
                .expect_err("a fault");
            assert_eq!(
                matches!(error, CallError::Ambiguous { .. }),
                ambiguous,
                "{kind:?} {error:?}"
            );
            if !ambiguous {
                let retry_after = Duration::from_secs(30);
                assert_eq!(error, CallError::Limited { retry_after });
            }
            handle.clear_faults();
            let page = client
                .conversations_history(&channel, &HistoryQuery::default())
                .await
                .expect("read");
            let copies = page
                .messages
                .items
                .iter()
                .filter(|m| m.text == text)
                .count();
            assert_eq!(copies, usize::from(stored), "{kind:?}");
        }
        let whole = client.users_list().await.expect("people");
        client.set_rate("users.list", 6_000_000);
        handle.add_fault(Fault::always("users.list", Kind::ShortPages));
        handle.add_fault(Fault::always("users.list", Kind::ExpiredCursor).times(1));
        assert_eq!(client.users_list().await, Ok(whole));
        assert!(handle.fault_hits().iter().all(|hits| *hits > 0));
    });
}

#[test]
fn a_stopped_workspace_is_not_reached_and_a_wrong_token_is_refused() {
    let handle = start(Mode::Off);
    let wrong = with_token(&handle, "xoxb-0-0-wrong");
    let error = run(wrong.auth_test()).expect_err("refused");
    assert_eq!(error.code(), Some("invalid_auth"));
    let problem = error.problem("auth.test");
    assert!(problem.hint.is_some(), "{problem:?}");
    let client = bot(&handle);
    handle.stop();
    let error = run(client.auth_test()).expect_err("gone");
    assert!(matches!(error, CallError::NotSent { .. }), "{error:?}");
}

/// With Slack's limits on, the ledger speaks before the server has to.
#[test]
fn the_ledger_holds_back_before_slack_does() {
    let handle = start(Mode::Slack);
    let client = with_token(&handle, &handle.bot_token());
    run(async {
        let channel = client
            .conversations_create("room", false)
            .await
            .expect("made")
            .id;
        let mut granted = 0;
        for _ in 0..100 {
            match client
                .conversations_history(&channel, &HistoryQuery::default())
                .await
            {
                Ok(_) => granted += 1,
                Err(CallError::Held { wait }) => {
                    assert!(wait < Duration::from_secs(3), "{wait:?}");
                    break;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!((10..20).contains(&granted), "{granted}");
        assert!(client.wait("conversations.history", None) > Duration::ZERO);
        assert_eq!(client.wait("conversations.replies", None), Duration::ZERO);
        assert_eq!(
            client
                .wait("conversations.history", Some(&ChannelId::new("C9")))
                .as_secs(),
            1
        );
    });
}
