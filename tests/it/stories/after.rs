//! Weeks later: what people are reminded of in the channel when nobody does anything any more.

use super::rig::World;
use super::time::instant;
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Weekday};
use matoi::domain::words::Lang;

/// 2026-11-20 is a Friday; the Monday after it is a holiday in Japan.
const CONFIG: &str = r#"
time_zone = "JST"
[calendar]
holidays = ["2026-11-23"]
[timekeeper]
after_recovery_minutes = 0
[[services]]
id = "shop"
name = { en = "Shop", ja = "ショップ" }
"#;

/// Days after the declaration at which a message with these words stands in the channel, and the
/// hour of the day there.
fn said(w: &World, room: &str, words: &str) -> Vec<(i64, u32)> {
    let first = instant("00:00");
    let messages = w.messages(room);
    let with = messages.iter().filter(|m| {
        let text = m["text"].as_str().unwrap_or_default();
        text.contains(words)
    });
    with.map(|message| {
        let ts = message["ts"].as_str().and_then(|ts| ts.split('.').next());
        let seconds = ts.and_then(|ts| ts.parse().ok()).expect("a ts");
        let at = DateTime::from_timestamp(seconds, 0).expect("in range");
        let local = at + TimeDelta::hours(9);
        assert!(
            !matches!(local.weekday(), Weekday::Sat | Weekday::Sun),
            "{words}: {local}"
        );
        ((at - first).num_days(), local.hour())
    })
    .collect()
}

/// The line whose removal turns it red: the loop over `desk.reminders` in `Engine::wanted`
/// (src/domain/sync/listen/ask.rs).
#[test]
fn what_is_left_behind_is_asked_for_in_working_hours_and_not_every_day() {
    let mut w = World::new("10:00", Lang::Ja, CONFIG, &["ito"]);
    let title = "検索が遅い";
    w.act("ito", "d", &[("service", "shop"), ("title", title)]);
    let room = w.channel("shop-");
    w.act("ito", "h", &[]);
    w.act("ito", "l", &[("level", "3")]);
    w.act("ito", "r", &[]);
    let line = "索引の更新を監視する";
    w.act(
        "ito",
        ", z",
        &[("line", line), ("person", "@ito"), ("days", "2")],
    );
    w.leap(24 * 21);
    let unresolved = said(&w, &room, "まだ解決していません");
    // After 24 hours it is Saturday; Monday is a holiday. Then every week.
    assert_eq!(unresolved.first(), Some(&(4, 9)), "{unresolved:?}");
    assert!((2..=4).contains(&unresolved.len()), "{unresolved:?}");
    // Five working days after recovery.
    let written = said(&w, &room, "ポストモーテムの期限です");
    assert_eq!(written.len(), 1, "{written:?}");
    assert_eq!(written[0].0, 10, "{written:?}");
    let actions = said(&w, &room, line);
    let reminded: Vec<_> = actions.iter().filter(|(day, _)| *day > 0).collect();
    assert!((2..=4).contains(&reminded.len()), "{actions:?}");
    assert_eq!(
        reminded[0].0, 4,
        "due on Sunday, said on Tuesday: {actions:?}"
    );
    // The program's own words break no silence.
    let silent = said(&w, &room, "しばらく動きがありません");
    assert_eq!(silent.len(), 1, "{silent:?}");
    assert_eq!(silent[0].0, 7, "{silent:?}");
    // Everything in working hours.
    for (_, hour) in [unresolved, written, silent].concat() {
        assert!((9..18).contains(&hour), "{hour}");
    }
}
