use super::query::{value_of, with};
use super::*;
use crate::domain::event::{Kind, Named};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::outlets::Sight;
use crate::domain::text::terms::Term;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::BTreeSet;

const JST: i64 = 9;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .expect("a time")
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T14:00:00+09:00")
}

fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_hms_opt(0, 0, 0)?.and_utc() - TimeDelta::hours(JST))
}

fn query(text: &str) -> Query {
    Query::parse(text, now(), &midnight)
}

fn facts(n: usize, title: &str) -> Facts {
    Facts {
        id: IncidentId::new(format!("INC{n:04}")),
        channel: Some(format!("shop-{n}")),
        title: title.to_owned(),
        service: "shop".to_owned(),
        kind: Kind::Outage,
        level: Some(Named {
            id: "2".into(),
            name: "High".into(),
        }),
        tags: BTreeSet::from(["dns".to_owned()]),
        people: BTreeSet::from([UserId::new("UITO")]),
        declared: at("2026-10-05T10:00:00+09:00"),
        end: End::Resolved,
        sight: Sight::default(),
    }
}

fn people() -> Vec<(UserId, [&'static str; 2])> {
    vec![
        (UserId::new("UITO"), ["伊藤", "ito"]),
        (UserId::new("USATO"), ["Sato", "sato"]),
    ]
}

fn fits(text: &str, facts: &Facts) -> bool {
    let query = query(text);
    let people = people();
    let who = query
        .filters
        .who(people.iter().map(|(id, names)| (id, *names)));
    query.filters.fit(facts, &who)
}

#[test]
fn words_and_filters_are_told_apart_in_both_languages() {
    let en = query("service:shop level:1 since:2026-10 tag:dns @ito near-miss checkout");
    let ja = query("サービス：shop レベル:1 から:2026年10月 タグ:dns ＠ito ヒヤリハット checkout");
    assert_eq!(en, ja);
    assert_eq!(en.terms, [Term::Prefix("checkout".into())]);
    assert_eq!(en.filters.services, ["shop"]);
    assert_eq!(en.filters.since, Some(at("2026-10-01T00:00:00+09:00")));
    assert_eq!(en.filters.ends, [End::NearMiss]);
    assert!(en.unclear.is_empty());
    // An address is no filter, and what is not finished narrows nothing.
    assert_eq!(query("https://example.org").filters, Filters::default());
    assert!(query("service: level:").is_empty());
    assert_eq!(query("since:soon kind:x").unclear, ["since:soon", "kind:x"]);
}

#[test]
fn each_filter_narrows() {
    let one = facts(1, "Checkout fails");
    for text in [
        "",
        "service:shop",
        "service:SH",
        "level:2",
        "level:high",
        "tag:dns",
        "タグ:#DNS",
        "@ito",
        "@伊藤",
        "person:uito",
        "kind:outage",
        "since:2026-10",
        "since:2026-10-05",
        "until:2026-10-05",
        "until:2026",
        "since:60d",
        "is:resolved",
        "結果:解決",
        "drill:all",
    ] {
        assert!(fits(text, &one), "{text}");
    }
    for text in [
        "service:bank",
        "level:1",
        "tag:tls",
        "@sato",
        "@nobody",
        "kind:security",
        "since:2026-10-06",
        "until:2026-10-04",
        "until:2026-09",
        "since:30d",
        "near-miss",
        "結果:誤報",
        "drill:only",
        "訓練:のみ",
        "tag:dns tag:tls",
    ] {
        assert!(!fits(text, &one), "{text}");
    }
}

#[test]
fn drills_stand_apart() {
    let mut drill = facts(1, "Checkout fails");
    drill.sight.drill = true;
    assert!(!fits("", &drill) && fits("drill:only", &drill) && fits("drill:all", &drill));
}

#[test]
fn a_key_sets_a_filter_in_what_was_typed() {
    let text = with("決済 service:bank", Key::Service, "service", Some("shop"));
    assert_eq!(text, "決済 service:shop");
    assert_eq!(value_of(&text, Key::Service).as_deref(), Some("shop"));
    assert_eq!(with(&text, Key::Service, "service", None), "決済");
    assert_eq!(
        with("ヒヤリハット x", Key::End, "is", Some("open")),
        "x is:open"
    );
}

#[test]
fn months_are_counted_where_they_are_read_and_none_is_left_out() {
    let month_of = |at: DateTime<Utc>| {
        use chrono::Datelike;
        let there = at + TimeDelta::hours(JST);
        (there.year(), there.month())
    };
    let mut all = [facts(1, "a"), facts(2, "b"), facts(3, "c")];
    // The first of December where it is read, the last of November by UTC.
    all[1].declared = at("2026-12-01T01:00:00+09:00");
    all[2].declared = at("2025-12-31T23:00:00+09:00");
    let told = months(all.iter(), month_of, 3);
    let told: Vec<_> = told.iter().map(|m| (m.year, m.month, m.count)).collect();
    assert_eq!(told, [(2026, 10, 1), (2026, 11, 0), (2026, 12, 1)]);
    assert_eq!(months(all.iter(), month_of, 99).len(), 13);
    assert_eq!(months(all.iter(), month_of, 99)[0].count, 1);
    assert!(months([].into_iter(), month_of, 3).is_empty());
}

#[test]
fn tags_are_counted_the_most_used_first() {
    let mut all = [facts(1, "a"), facts(2, "b"), facts(3, "c")];
    all[0].tags.insert("alpha".into());
    all[1].tags.insert("zoo".into());
    all[2].tags.clear();
    let told = tags(all.iter());
    let told: Vec<_> = told.iter().map(|(tag, n)| (tag.as_str(), *n)).collect();
    assert_eq!(told, [("dns", 2), ("alpha", 1), ("zoo", 1)]);
    // Another spelling of it in a later incident.
    all[2].tags.insert("ＤＮＳ".into());
    let told = tags(all.iter().rev());
    assert_eq!(told[0], ("dns".to_owned(), 3));
}

fn past() -> Vec<Facts> {
    let titles = [
        "カード決済が失敗する",
        "検索結果が空になる",
        "Checkout fails for card payments",
        "Search results are empty",
        "Mail is late",
        "決済画面が開かない",
        "ログインできない",
        "Checkout is slow",
    ];
    let all = titles.iter().enumerate();
    all.map(|(n, title)| facts(n, title)).collect()
}

fn alike(title: &str) -> Vec<String> {
    let past = past();
    let alike = similar(title, "", past.iter(), |_| true, 3);
    alike.iter().map(|a| a.facts.title.clone()).collect()
}

#[test]
fn what_is_alike_is_found_and_nothing_else() {
    assert_eq!(alike("カード決済失敗")[0], "カード決済が失敗する");
    assert_eq!(
        alike("Card payments fail at checkout")[0],
        "Checkout fails for card payments"
    );
    for quiet in [
        "",
        "Checkout",
        "配送が遅れている",
        "Is is is",
        "The build is red",
    ] {
        assert!(alike(quiet).is_empty(), "{quiet}: {:?}", alike(quiet));
    }
}

#[test]
fn of_what_is_equally_alike_the_latest_stands_first() {
    let mut past = past();
    past.push(facts(9, "カード決済が失敗する"));
    past[8].declared += TimeDelta::days(1);
    let found = similar("カード決済が失敗する", "shop", past.iter(), |_| true, 2);
    assert_eq!(found[0].facts.id, past[8].id);
    assert_eq!(found[1].facts.id, past[0].id);
}

#[test]
fn what_may_not_be_named_here_is_not_offered() {
    let public = Sight::default();
    let private = Sight {
        private: true,
        ..public
    };
    let mut past = vec![facts(1, "カード決済が失敗する")];
    let title = "カード決済が失敗する";
    let offered = |past: &[Facts], here: Sight| {
        let may = |facts: &Facts| facts.sight.may_remind(here);
        similar(title, "shop", past.iter(), may, 3).len()
    };
    assert_eq!((offered(&past, public), offered(&past, private)), (1, 1));
    past[0].sight = private;
    assert_eq!((offered(&past, public), offered(&past, private)), (0, 1));
    past[0].sight.restricted = true;
    assert_eq!((offered(&past, public), offered(&past, private)), (0, 0));
    past[0].sight = Sight {
        drill: true,
        ..public
    };
    assert_eq!(offered(&past, public), 0);
}

proptest! {
    #[test]
    fn no_text_is_refused(text in "\\PC{0,80}") {
        let query = query(&text);
        query.filters.fit(&facts(1, &text), &[]);
        let past = past();
        similar(&text, "shop", past.iter(), |_| true, 3);
    }

    #[test]
    fn no_filter_is_refused(key in "since|until|から|まで|level|is|drill", value in "[-0-9/年月日dmyか]{0,14}") {
        query(&format!("{key}:{value}"));
    }
}
