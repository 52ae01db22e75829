//! Weeks later: what people are reminded of in the channel when nobody does anything any more.

use super::rig::World;
use super::time::instant;
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Weekday};
use matoi::app::desk::Configured;
use matoi::cli::board::{Fate, told};
use matoi::domain::checklists::Checklists;
use matoi::domain::words::Lang;
use std::sync::Arc;

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

/// The line whose removal turns it red: `due.extend(reminders.map(…))` in `Engine::wanted`
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

/// The line whose removal turns it red: `clocks.silence` of what left by a side exit in `timers`
/// (src/domain/timer.rs).
#[test]
fn what_was_called_off_keeps_its_channel_until_somebody_archives_it() {
    let mut w = World::new("10:00", Lang::Ja, CONFIG, &["ito"]);
    let title = "検索が遅い";
    w.act("ito", "d", &[("service", "shop"), ("title", title)]);
    let room = w.channel("shop-");
    w.act("ito", "h", &[]);
    let reason = "監視の閾値が低すぎた";
    w.act(
        "ito",
        "x",
        &[("outcome", "false_alarm"), ("reason", reason)],
    );
    let archived = |w: &World| w.count(&room, "archived the channel");
    let asked = |w: &World| said(w, &room, "アーカイブしますか");
    w.leap(24 * 9);
    assert_eq!(archived(&w), 0, "people may still talk there");
    let days: Vec<i64> = asked(&w).iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [7]);
    // And again 30 days after that, which is a Sunday.
    w.leap(24 * 30);
    let days: Vec<i64> = asked(&w).iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [7, 38]);
    w.act("ito", "E", &[]);
    assert_eq!(archived(&w), 1);
    w.leap(24 * 40);
    assert_eq!((archived(&w), asked(&w).len()), (1, 2));
}

/// The line whose removal turns it red: `remind_elsewhere` in `Engine::listen`
/// (src/domain/sync/listen/mod.rs).
#[test]
fn action_items_of_an_archived_incident_are_named_elsewhere_once_for_each_date() {
    let config = format!("{CONFIG}\n[remind]\nchannel = \"#leads\"\n");
    let mut w = World::new("10:00", Lang::Ja, &config, &["ito"]);
    let (first, second) = ("索引の更新を監視する", "検索の負荷試験をする");
    let secret = "鍵を入れ替える";
    let reason = [("reason", "残りは後で")];
    let action = |w: &mut World, line, days| {
        let fields = [("line", line), ("person", "@ito"), ("days", days)];
        w.act("ito", ", z", &fields);
    };
    w.act("ito", "d", &[("service", "shop"), ("title", "検索が遅い")]);
    w.act("ito", "h", &[]);
    w.act("ito", "r", &[]);
    action(&mut w, first, "2");
    action(&mut w, second, "9");
    w.act("ito", "R", &reason);
    let leak = [
        ("service", "shop"),
        ("title", "鍵の流出"),
        ("kind", "security"),
    ];
    w.act("ito", "d", &leak);
    w.act("ito", "h", &[]);
    w.act("ito", "r", &[]);
    action(&mut w, secret, "2");
    w.act("ito", "R", &reason);
    let room = w.channel("shop-");
    let before = w.messages(&room).len();
    let leads = w.channel("leads");
    let remind = |w: &mut World, before: u64| {
        let ito = w.at("ito");
        let (config, people) = (
            ito.model.snapshot.config.clone(),
            ito.model.snapshot.people.clone(),
        );
        let zone = config.time_zone;
        let lists = Arc::new(Checklists::shipped().expect("lists"));
        let desk = Configured::new(config, lists, people);
        let told = ito
            .core
            .look(move |engine, now| told(engine, &desk, zone, before, now));
        let told = told.expect("the core runs").into_iter();
        told.map(|(fate, line)| (fate, line.said))
            .collect::<Vec<_>>()
    };
    // Due on Sunday; Monday is a holiday. What is private is said nowhere else.
    w.leap(24 * 2 + 12);
    assert_eq!(said(&w, &leads, first), []);
    let held = remind(&mut w, 0);
    let waits = held.iter().find(|(_, line)| line.contains(first));
    let (fate, line) = waits.expect("it is told");
    assert_eq!(*fate, Fate::Held);
    assert!(
        line.starts_with("2026-11-24 09:00  #leads  #shop-"),
        "{line}"
    );
    assert!(
        held.iter().all(|(fate, _)| *fate != Fate::Posted),
        "{held:?}"
    );
    assert!(
        !held.iter().any(|(_, line)| line.contains(secret)),
        "{held:?}"
    );
    w.leap(24 * 28);
    let days = |line: &str| -> Vec<i64> {
        let told = said(&w, &leads, line);
        assert!(
            told.iter().all(|(_, hour)| (9..18).contains(hour)),
            "{told:?}"
        );
        told.iter().map(|(day, _)| *day).collect()
    };
    assert_eq!(days(first), [4, 10]);
    assert_eq!(days(second), [10]);
    assert_eq!(days(secret), Vec::<i64>::new());
    assert_eq!(w.messages(&room).len(), before, "it is archived");
    let posted = remind(&mut w, 0);
    let posted = posted.iter().filter(|(_, line)| line.contains(first));
    let fates: Vec<Fate> = posted.map(|(fate, _)| *fate).collect();
    assert_eq!(fates, [Fate::Posted, Fate::Posted]);
}

/// The line whose removal turns it red: `remind::archived` in `Engine::elsewhere`
/// (src/domain/sync/listen/remind.rs).
#[test]
fn whoever_may_close_is_told_once_that_a_channel_was_archived_by_hand() {
    let config = format!("{CONFIG}\n[remind]\nchannel = \"#leads\"\n");
    let mut w = World::new("10:00", Lang::Ja, &config, &["ito", "sato"]);
    w.act("ito", "d", &[("service", "shop"), ("title", "検索が遅い")]);
    w.act("ito", "h", &[]);
    let room = w.channel("shop-");
    let leads = w.channel("leads");
    let archive = |w: &mut World| {
        w.call(
            "takahashi",
            "conversations.archive",
            serde_json::json!({"channel": room}),
        );
    };
    w.join("takahashi", &room);
    archive(&mut w);
    // Who brings it back soon need not be told.
    w.pass(8 * 60);
    assert_eq!(said(&w, &leads, "手動でアーカイブ").len(), 0);
    w.pass(12 * 60);
    assert_eq!(said(&w, &leads, "手動でアーカイブ").len(), 1);
    let told = w.last_text(&leads, "手動でアーカイブ");
    assert!(told.contains(&format!("<#{room}")), "{told}");
    assert!(told.contains(&format!("<@{}>", w.id_of("ito"))), "{told}");
    w.pass(6 * 3600);
    assert_eq!(said(&w, &leads, "手動でアーカイブ").len(), 1, "once");
}
