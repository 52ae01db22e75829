//! Channels and threads that are longer than anybody reads in one go.

use super::*;

pub(super) const CHANNEL: &str = "CLONG";
/// More than the walk makes in a row.
const PAGES: i64 = 250;

/// Newest first, a message to a page.
pub(super) fn page(cursor: Option<&str>) -> Answer {
    let number: i64 = cursor.map_or(0, |cursor| cursor.parse().expect("a number"));
    let ts = format!("{}.000000", 1_794_000_000 - number);
    let message = Message {
        ts,
        user: Some(UserId::new("U7")),
        text: "talk".to_owned(),
        ..Message::default()
    };
    Answer::Page {
        messages: vec![message],
        next: (number + 1 < PAGES).then(|| (number + 1).to_string()),
    }
}

fn asked(desk: &Desk, of: fn(&Call) -> Option<&Option<String>>) -> Vec<Option<String>> {
    desk.calls.iter().filter_map(of).cloned().collect()
}

#[test]
fn a_channel_longer_than_a_walk_is_read_to_its_beginning() {
    let mut desk = Desk::new();
    desk.listed = vec![Listed {
        id: ChannelId::new(CHANNEL),
        name: "old".to_owned(),
        archived: false,
        ours: true,
    }];
    // At fifty pages a minute, less what is kept back.
    for _ in 0..20 {
        desk.run();
    }
    let row = &desk.engine.image().channels[&ChannelId::new(CHANNEL)];
    assert!(row.joined && row.watermark > SlackTs::zero());
    let pages = asked(&desk, |call| match call {
        Call::History { cursor, .. } => Some(cursor),
        _ => None,
    });
    let last = pages
        .iter()
        .position(|c| *c == Some((PAGES - 1).to_string()));
    let last = last.expect("the last page");
    // Each page once: it goes on where it stopped.
    let wanted = (1..PAGES).map(|n| Some(n.to_string()));
    let wanted: Vec<_> = std::iter::once(None).chain(wanted).collect();
    assert_eq!(pages[..=last], wanted);
}

#[test]
fn a_thread_longer_than_a_walk_is_read_to_its_end_and_the_channel_meanwhile() {
    let (mut desk, _) = Desk::declared();
    desk.long_thread = true;
    desk.messages.push(Message {
        ts: format!("{}.000000", at(desk.second).wall.timestamp()),
        user: Some(UserId::new("U7")),
        replies: 250,
        latest_reply: SlackTs::parse("1794000000.000000").ok(),
        ..Message::default()
    });
    for _ in 0..20 {
        desk.run();
    }
    let pages = asked(&desk, |call| match call {
        Call::Replies { cursor, .. } => Some(cursor),
        _ => None,
    });
    assert!(pages.contains(&Some((PAGES - 1).to_string())), "{pages:?}");
    let place = |cursor: i64| {
        let is = |call: &Call| matches!(call, Call::Replies { cursor: Some(c), .. } if *c == cursor.to_string());
        desk.calls.iter().position(is).expect("read")
    };
    let between = &desk.calls[place(1)..place(PAGES - 1)];
    let read = |call: &&Call| matches!(call, Call::History { .. });
    assert!(between.iter().any(|call| read(&call)));
}
