//! What becomes of a message that Slack did not take, by why.

use super::*;

fn listed(id: &str) -> Listed {
    Listed {
        id: ChannelId::new(id),
        name: "shop-1".to_owned(),
        archived: false,
        ours: true,
    }
}

fn state(desk: &Desk, seq: u64) -> JobState {
    desk.engine.image().jobs[&seq].state.clone()
}

/// A message of somebody's in the channel, already read.
fn said(desk: &mut Desk, text: &str) -> SlackTs {
    desk.second += 2;
    let ts = format!("{}.000000", at(desk.second).wall.timestamp());
    desk.messages.push(Message {
        ts: ts.clone(),
        user: Some(UserId::new("U7")),
        text: text.to_owned(),
        ..Message::default()
    });
    desk.run();
    SlackTs::parse(&ts).expect("a ts")
}

#[test]
fn what_never_left_is_changed_or_given_up_though_it_was_formed() {
    let (mut desk, id) = Desk::declared();
    desk.down = true;
    desk.act(Some(&id), note("frist"));
    desk.run();
    let first = desk.newest();
    let job = desk.engine.image().jobs[&first].clone();
    assert!(job.batch.is_some() && job.attempts == 0, "{job:?}");
    assert!(desk.engine.choices(&job).drop);
    desk.settle(first, Settle::Edit("first".into()), "U1")
        .expect("it never left");
    desk.run();
    desk.act(Some(&id), note("second"));
    desk.settle(first, Settle::Drop, "U1")
        .expect("nor has it now");
    desk.down = false;
    desk.run();
    desk.run();
    assert_eq!(desk.posted("frist") + desk.posted("first"), 0);
    assert_eq!(desk.posted("second"), 1, "{:?}", desk.posted);
    assert_eq!(desk.engine.outbox().count(), 0);
}

#[test]
fn what_never_left_goes_with_its_new_text() {
    let (mut desk, id) = Desk::declared();
    desk.down = true;
    desk.act(Some(&id), note("frist"));
    desk.run();
    desk.settle(desk.newest(), Settle::Edit("first".into()), "U1")
        .expect("it never left");
    desk.down = false;
    desk.run();
    assert_eq!((desk.posted("frist"), desk.posted("first")), (0, 1));
}

#[test]
fn what_followed_something_formed_and_given_up_goes_on_from_before_it() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), level("3"));
    desk.run();
    desk.down = true;
    // Both in one message.
    desk.act(Some(&id), level("2"));
    let wrong = desk.newest();
    desk.act(Some(&id), level("1"));
    desk.run();
    let batch = |desk: &Desk, seq| desk.engine.image().jobs[&seq].batch;
    assert_eq!(batch(&desk, wrong), batch(&desk, desk.newest()));
    desk.settle(wrong, Settle::Drop, "U1").expect("given up");
    desk.down = false;
    desk.run();
    let state = desk.engine.agreed(&id).expect("known");
    assert_eq!(state.level.as_ref().map(|l| l.id.as_str()), Some("1"));
    let overtaken = |e: &&std::sync::Arc<crate::domain::incident::Entry>| {
        e.verdict != crate::domain::incident::Verdict::Accepted
    };
    assert_eq!(state.entries.iter().filter(overtaken).count(), 0);
}

#[test]
fn what_was_under_way_when_the_program_ended_is_no_longer_free() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), note("sent?"));
    desk.second += 2;
    let now = at(desk.second);
    let step = desk.engine.next(now, &mut desk.rng);
    desk.engine.absorb(&step.writes);
    let (seq, image) = (desk.newest(), desk.engine.image().clone());
    assert_eq!(image.jobs[&seq].state, JobState::Sending);
    desk.engine = Engine::new(image, UserId::new("U1"), Timing::default(), now);
    desk.down = true;
    for _ in 0..3 {
        desk.run();
    }
    assert!(desk.settle(seq, Settle::Drop, "U1").is_err());
}

#[test]
fn a_channel_that_slack_does_not_know_is_looked_for_before_anything_is_parked() {
    let (mut desk, id) = Desk::declared();
    desk.listed = vec![listed("C1")];
    desk.run();
    desk.refuse = vec![("hello", "channel_not_found")];
    desk.act(Some(&id), note("hello"));
    let seq = desk.newest();
    desk.calls.clear();
    desk.run();
    // The list had it, and Slack said no again: parked, in two attempts.
    assert_eq!(desk.failed(), [seq]);
    let says = |call: &Call| matches!(call, Call::Post { text, .. } if text.contains("hello"));
    let at = |of: &dyn Fn(&Call) -> bool| {
        let places = desk.calls.iter().enumerate().filter(|(_, call)| of(call));
        places.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let (tries, looks) = (at(&says), at(&|call| *call == Call::Discover));
    assert_eq!(tries.len(), 2, "{:?}", desk.calls);
    assert!(looks.iter().any(|at| tries[0] < *at && *at < tries[1]));
}

#[test]
fn put_out_of_the_channel_it_parks_and_let_in_again_it_speaks() {
    let (mut desk, id) = Desk::declared();
    desk.listed = vec![listed("C1")];
    desk.run();
    desk.listed.clear();
    desk.refuse = vec![("hello", "channel_not_found")];
    desk.act(Some(&id), note("hello"));
    desk.run();
    let parked = desk.failed();
    assert_eq!(
        parked.len(),
        1,
        "one attempt, and a look at the app's channels"
    );
    assert_eq!(desk.engine.image().jobs[&parked[0]].attempts, 1);
    desk.refuse.clear();
    desk.run();
    assert_eq!(desk.failed(), parked, "nobody let it in");
    desk.listed = vec![listed("C1")];
    desk.run();
    assert_eq!((desk.failed().len(), desk.posted("hello")), (0, 1));
}

#[test]
fn a_channel_with_another_id_is_known_by_its_declaration() {
    let (mut desk, id) = Desk::declared();
    desk.listed = vec![listed("C1")];
    desk.run();
    desk.listed = vec![listed("C2")];
    desk.refuse = vec![("hello", "channel_not_found")];
    desk.act(Some(&id), note("hello"));
    desk.second += 2;
    desk.turn();
    desk.refuse.clear();
    desk.run();
    desk.run();
    assert!(desk.failed().is_empty());
    let row = &desk.engine.image().incidents[&id];
    assert_eq!(row.channel, Some(ChannelId::new("C2")));
    let to = |call: &Call| match call {
        Call::Post { channel, text, .. } if text.contains("hello") => Some(channel.to_string()),
        _ => None,
    };
    let to: Vec<String> = desk.calls.iter().filter_map(to).collect();
    assert_eq!(to, ["C1", "C2"]);
}

#[test]
fn where_slack_takes_no_reply_it_is_said_in_the_channel_with_what_it_replies_to() {
    let (mut desk, id) = Desk::declared();
    let thread = said(&mut desk, "the *database* is slow");
    desk.refuse = vec![("look at it", "thread_not_found")];
    let reply = Command::Message {
        text: "I look at it".to_owned(),
        thread: Some(thread.clone()),
    };
    desk.act(Some(&id), reply);
    desk.second += 2;
    desk.turn();
    desk.refuse.clear();
    desk.run();
    let posts: Vec<(Option<SlackTs>, String)> = desk
        .calls
        .iter()
        .filter_map(|call| match call {
            Call::Post { text, thread, .. } if text.contains("look at it") => {
                Some((thread.clone(), text.clone()))
            }
            _ => None,
        })
        .collect();
    let [(Some(_), _), (None, text)] = &posts[..] else {
        panic!("in the thread, then in the channel: {posts:?}");
    };
    assert!(text.contains("in reply to U7"), "{text}");
    assert!(text.contains("“the *database* is slow”"), "{text}");
    assert!(text.ends_with("\nI look at it"), "{text}");
    assert!(desk.failed().is_empty());
    // For consoles it is the reply that it was.
    let state = desk.engine.agreed(&id).expect("known");
    let last = state.entries.last().expect("an entry");
    assert_eq!(last.text.as_deref(), Some("I look at it"));
    assert_eq!(
        last.body,
        Body::Message {
            thread: Some(thread)
        }
    );
}

#[test]
fn a_message_without_its_metadata_is_looked_for_before_it_is_said_again() {
    let (mut desk, id) = Desk::declared();
    desk.bare = true;
    desk.act(Some(&id), note("once"));
    desk.run();
    desk.bare = false;
    let [seq] = desk.failed()[..] else {
        panic!("one failed: {:?}", desk.failed());
    };
    assert_eq!(state(&desk, seq), JobState::failed("metadata_not_stored"));
    // Slack has it whole after all: nothing is said twice.
    let whole = desk.engine.image().batches[&desk.engine.image().jobs[&seq].batch.expect("formed")]
        .metadata
        .clone();
    let stored = desk.messages.iter_mut().find(|m| m.text.contains("once"));
    let stored = stored.expect("it is there");
    stored.metadata = Some(crate::domain::sync::image::Metadata {
        event_type: mirror::EVENTS.to_owned(),
        payload: whole,
    });
    desk.settle(seq, Settle::Retry, "U1").expect("again");
    assert_eq!(state(&desk, seq), JobState::Unconfirmed);
    desk.run();
    desk.run();
    assert_eq!(state(&desk, seq), JobState::Seen);
    assert_eq!(desk.posted("once"), 1);
}

#[test]
fn a_message_that_stays_without_its_metadata_is_said_anew_and_the_first_copy_goes() {
    let (mut desk, id) = Desk::declared();
    desk.bare = true;
    desk.act(Some(&id), note("once"));
    desk.run();
    desk.bare = false;
    let seq = desk.failed()[0];
    desk.settle(seq, Settle::Retry, "U1").expect("again");
    desk.second += 2;
    desk.turn();
    assert_eq!(desk.posted("once"), 1, "it is looked for first");
    for _ in 0..3 {
        desk.run();
    }
    let left = desk.messages.iter().filter(|m| m.text.contains("once"));
    let left: Vec<bool> = left.map(|m| m.metadata.is_some()).collect();
    assert_eq!(left, [true], "one copy, and consoles can read it");
    assert!(desk.failed().is_empty());
}

#[test]
fn a_card_or_topic_that_was_given_up_comes_back_only_with_other_words() {
    let (mut desk, id) = Desk::declared();
    desk.run();
    desk.refuse_kind = Some(("conversations.setTopic", "too_long"));
    desk.act(Some(&id), level("3"));
    desk.run();
    let [topic] = desk.failed()[..] else {
        panic!("one failed: {:?}", desk.failed());
    };
    desk.settle(topic, Settle::Drop, "U1").expect("given up");
    desk.refuse_kind = None;
    desk.calls.clear();
    desk.run();
    desk.run();
    let topics = |desk: &Desk| {
        let topics = desk.calls.iter();
        topics.filter(|c| matches!(c, Call::Topic { .. })).count()
    };
    assert_eq!(topics(&desk), 0, "it stays given up");
    desk.act(Some(&id), level("2"));
    desk.run();
    assert_eq!(topics(&desk), 1, "what it says is another thing now");
}

#[test]
fn what_says_that_the_channel_is_archived_is_said_by_an_archived_channel() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), Command::Recover(None));
    desk.run();
    desk.act(Some(&id), Command::Resolve(Some("no more to do".into())));
    desk.refuse_kind = Some(("conversations.archive", "is_archived"));
    desk.run();
    assert!(desk.failed().is_empty(), "it is as wanted");
    let archived = desk.engine.image().channel_of(&id).map(|row| row.archived);
    assert_eq!(archived, Some(true));
}

#[test]
fn archiving_what_somebody_else_archived_is_done() {
    let (mut desk, id) = Desk::declared();
    desk.act(Some(&id), Command::Recover(None));
    desk.act(Some(&id), Command::Resolve(Some("no more to do".into())));
    desk.refuse_kind = Some(("conversations.archive", "restricted_action"));
    desk.run();
    desk.settle(desk.failed()[0], Settle::Drop, "U1")
        .expect("given up");
    desk.run();
    // Nobody told this console.
    desk.refuse_kind = Some(("chat.postMessage", "is_archived"));
    desk.act(Some(&id), Command::Archive);
    let seq = desk.newest();
    desk.run();
    assert!(desk.failed().is_empty(), "{:?}", desk.failed());
    assert_eq!(state(&desk, seq).name(), "dropped");
    assert_eq!(
        desk.engine.given_up().filter(|job| job.seq == seq).count(),
        0
    );
    let archived = desk.engine.image().channel_of(&id).map(|row| row.archived);
    assert_eq!(archived, Some(true));
    let order = Order {
        command: Command::Archive,
        by: UserId::new("U1"),
        outlets: Outlets::default(),
        via: None,
    };
    let now = at(desk.second);
    let again = desk.engine.act(Some(&id), &order, now, &mut desk.rng);
    let problem = again.expect_err("it is archived");
    assert!(
        problem.sentence.en.contains("archived already"),
        "{problem}"
    );
}

#[test]
fn after_a_limit_consoles_that_were_silent_count_among_those_that_call() {
    let (mut desk, id) = Desk::declared();
    let events = &desk.engine.image().events;
    let mut row = events.values().next().expect("declared").clone();
    for other in ["k2", "k3"] {
        row.event.id = EventId::new(other);
        row.console = ConsoleId::new(other);
        row.incident = id.clone();
        desk.engine.absorb(&[Write::Event(row.clone())]);
    }
    let consoles = |desk: &Desk| desk.engine.limits(at(desk.second)).consoles;
    desk.run();
    assert_eq!(consoles(&desk), 3);
    desk.second += 3_600;
    desk.run();
    assert_eq!(consoles(&desk), 1, "nobody spoke for an hour");
    desk.limited = true;
    desk.run();
    desk.limited = false;
    desk.run();
    assert_eq!(consoles(&desk), 3, "somebody calls");
    desk.second += 3_600;
    desk.run();
    assert_eq!(consoles(&desk), 1);
}
