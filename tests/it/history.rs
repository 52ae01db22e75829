//! The history's index as it stands on a disk: what it finds, what it survives, whom it tells what.

use chrono::{DateTime, Utc};
use matoi::app::history::{At, Found, Reminding};
use matoi::app::snapshot::{Snapshot, Workspace};
use matoi::domain::decide::{Command, Declaration, Outlets};
use matoi::domain::ids::{ChannelId, IncidentId, SlackTs, UserId};
use matoi::domain::learn::Learnt;
use matoi::domain::outlets::Sight;
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::image::{Message, MessageRow, Write};
use matoi::domain::sync::{Engine, Link, Now, Order, Timing};
use matoi::domain::words::Lang;
use matoi::io::history::{Answer, History, Index, Search};
use matoi::io::publish::{self, Scene};
use matoi::io::store::Journal;
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A data directory with what was declared in it.
struct Store {
    dir: tempfile::TempDir,
    journal: Journal,
    engine: Engine,
    rng: fastrand::Rng,
    minutes: i64,
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_150_800, 0).expect("in range")
}

impl Store {
    fn new() -> Store {
        let dir = tempfile::tempdir().expect("a folder");
        let mut rng = fastrand::Rng::with_seed(1);
        let (journal, image) = Journal::open(dir.path(), &mut rng).expect("a journal");
        let now = Now {
            wall: start(),
            mono: Duration::ZERO,
        };
        Store {
            engine: Engine::new(image, UserId::new("UITO"), Timing::default(), now),
            dir,
            journal,
            rng,
            minutes: 0,
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn now(&self) -> Now {
        let passed = u64::try_from(self.minutes * 60).expect("forward");
        Now {
            wall: start() + chrono::TimeDelta::minutes(self.minutes),
            mono: Duration::from_secs(passed),
        }
    }

    fn act(&mut self, incident: Option<&IncidentId>, command: Command) -> IncidentId {
        self.minutes += 1;
        let now = self.now();
        let order = Order {
            command,
            by: UserId::new("UITO"),
            outlets: Outlets::default(),
            via: None,
        };
        let (engine, rng) = (&mut self.engine, &mut self.rng);
        let saved = self.journal.transact(|newer| {
            engine.absorb(newer);
            let (id, step) = engine.act(incident, &order, now, rng)?;
            Ok((step.writes.clone(), (id, step.writes)))
        });
        let (_, (id, writes)) = saved.expect("it may be done");
        self.engine.absorb(&writes);
        id
    }

    fn declare(&mut self, title: &str) -> IncidentId {
        self.declare_as(title, false)
    }

    fn declare_as(&mut self, title: &str, private: bool) -> IncidentId {
        let made = Declaration {
            title: title.into(),
            service: "shop".into(),
            channel: format!("shop-{}", self.minutes),
            private,
            ..Declaration::default()
        };
        self.act(None, Command::Declare(Box::new(made)))
    }

    fn note(&mut self, id: &IncidentId, text: &str) {
        self.act(Some(id), Command::Note(text.into()));
    }

    fn write(&mut self, write: Write) {
        let saved = self.journal.transact(|newer| {
            assert!(newer.is_empty());
            Ok((vec![write.clone()], ()))
        });
        saved.expect("saved");
        self.engine.absorb(&[write]);
    }

    /// Somebody says something in the incident's channel.
    fn say(&mut self, id: &IncidentId, text: &str) {
        self.minutes += 1;
        let channel = ChannelId::new(format!("C{id}"));
        let mut row = self.engine.image().incidents[id].clone();
        row.channel = Some(channel.clone());
        self.write(Write::Incident(row));
        let at = self.now().wall;
        let ts = SlackTs::from_micros(at.timestamp_micros()).expect("in range");
        self.write(Write::Message(MessageRow {
            channel,
            message: Message {
                ts: ts.to_string(),
                user: Some(UserId::new("USATO")),
                text: text.into(),
                ..Message::default()
            },
            ts,
            deleted: false,
            missed: 0,
            first_seen: at,
        }));
    }

    fn snapshot(&mut self) -> Snapshot {
        let config = Arc::new(Config::default());
        let workspace = Workspace {
            local: true,
            team: String::new(),
        };
        let scene = Scene {
            version: 1,
            workspace: &workspace,
            people: &Arc::default(),
            local: &Arc::default(),
            config: &config,
            lang: Lang::Ja,
            focus: None,
            link: Link::Live,
            link_as_of: None,
            follows: false,
        };
        let now = self.now();
        publish::snapshot(&mut self.engine, &scene, now)
    }

    fn index(&mut self) -> Index {
        let snapshot = self.snapshot();
        let mut index = Index::open(self.dir.path()).expect("opened");
        index.fill(&snapshot).expect("filled");
        index
    }
}

fn search(text: &str) -> Search {
    Search {
        text: text.into(),
        now: start(),
        zone: Zone::Fixed(9 * 3600),
        most: 50,
    }
}

fn find(index: &mut Index, text: &str) -> Found {
    index.find(&search(text)).expect("searched")
}

/// Titles in the order found.
fn titles(index: &mut Index, text: &str) -> Vec<String> {
    let found = find(index, text);
    assert_eq!(found.count, found.hits.len());
    found.hits.into_iter().map(|hit| hit.title).collect()
}

#[test]
fn japanese_is_found_inside_words_and_whatever_its_width() {
    let mut store = Store::new();
    store.declare("カード決済失敗");
    store.declare("検索結果が空になる");
    let mut index = store.index();
    for text in ["決済", "ｶｰﾄﾞ", "カード", "失敗", "敗", "済失", "カード 失敗"]
    {
        assert_eq!(titles(&mut index, text), ["カード決済失敗"], "{text}");
    }
    assert!(titles(&mut index, "決失").is_empty());
    assert!(
        titles(&mut index, "決済 検索").is_empty(),
        "both are asked for"
    );
    assert_eq!(titles(&mut index, "").len(), 2);
    assert_eq!(titles(&mut index, "service:shop").len(), 2);
    assert!(titles(&mut index, "service:bank").is_empty());
}

#[test]
fn what_was_found_is_named_with_its_line_and_time() {
    let mut store = Store::new();
    let id = store.declare("Checkout fails");
    store.note(&id, "ＤＮＳの TTL を短くした");
    let noted = store.now().wall;
    store.note(&id, "nothing of it");
    store.say(
        &id,
        "<https://example.com|the graph> of ロードバランサ &amp; cache",
    );
    let said = store.now().wall;
    let mut index = store.index();
    let line = |index: &mut Index, text: &str| {
        let found = find(index, text);
        let hit = found.hits.into_iter().next().expect("found");
        hit.line.expect("a line")
    };
    let told = line(&mut index, "dns ttl");
    assert!(told.text.contains("TTL を短くした"), "{told:?}");
    assert_eq!(told.at, noted);
    let told = line(&mut index, "バランサ");
    assert!(told.text.contains("ロードバランサ & cache"), "{told:?}");
    assert_eq!(told.at, said);
}

#[test]
fn a_word_in_the_title_is_worth_more_than_one_in_a_line() {
    let mut store = Store::new();
    let noted = store.declare("Checkout is slow");
    for _ in 0..3 {
        store.note(&noted, "the resolver again, resolver, resolver");
    }
    store.declare("Resolver is down");
    store.declare("Mail is late");
    let mut index = store.index();
    let found = titles(&mut index, "resolver");
    assert_eq!(found, ["Resolver is down", "Checkout is slow"]);
}

#[test]
fn only_what_changed_is_indexed_again() {
    let mut store = Store::new();
    let ids: Vec<IncidentId> = (0..5)
        .map(|n| store.declare(&format!("Case {n}")))
        .collect();
    store.say(&ids[0], "first words");
    let mut index = store.index();
    let snapshot = store.snapshot();
    index.look(&snapshot).expect("looked");
    assert_eq!(index.behind(), 0, "nothing happened");
    store.say(&ids[2], "後から書かれた投稿");
    let snapshot = store.snapshot();
    index.look(&snapshot).expect("looked");
    assert_eq!(index.behind(), 1);
    while index.work(1).expect("indexed") {}
    assert_eq!(titles(&mut index, "投稿"), ["Case 2"]);
    store.note(&ids[3], "a note");
    let snapshot = store.snapshot();
    index.look(&snapshot).expect("looked");
    assert_eq!(index.behind(), 1);
    // The next start finds all of it, and has nothing to write.
    index.fill(&snapshot).expect("filled");
    let file = store.path().join("history.db");
    let held = || rusqlite_rows(&file);
    let before = held();
    drop(index);
    let mut index = store.index();
    assert_eq!(held(), before);
    assert_eq!(titles(&mut index, "投稿"), ["Case 2"]);
}

/// Incidents, and the sum of their stamps.
fn rusqlite_rows(file: &Path) -> (i64, i64) {
    let db = rusqlite::Connection::open(file).expect("opened");
    let sql = "SELECT count(*), sum(stamp % 1000003) FROM incident";
    db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("read")
}

#[test]
fn a_file_that_cannot_be_used_is_made_anew() {
    let mut store = Store::new();
    store.declare("カード決済失敗");
    let file = store.path().join("history.db");
    let journal = std::fs::read(store.path().join("journal.db")).expect("read");
    // No database at all; one of another shape; one that is cut off in the middle.
    std::fs::write(
        &file,
        "no database at all, by far, and long enough to be one",
    )
    .expect("wrote");
    assert_eq!(titles(&mut store.index(), "決済"), ["カード決済失敗"]);
    let db = rusqlite::Connection::open(&file).expect("opened");
    db.execute_batch("DROP TABLE whole; PRAGMA user_version = 99")
        .expect("done");
    drop(db);
    assert_eq!(titles(&mut store.index(), "決済"), ["カード決済失敗"]);
    let whole = std::fs::read(&file).expect("read");
    std::fs::write(&file, &whole[..5000]).expect("wrote");
    for side in ["history.db-wal", "history.db-shm"] {
        std::fs::remove_file(store.path().join(side)).ok();
    }
    assert_eq!(titles(&mut store.index(), "決済"), ["カード決済失敗"]);
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(titles(&mut store.index(), "決済"), ["カード決済失敗"]);
    let after = std::fs::read(store.path().join("journal.db")).expect("read");
    assert_eq!(after, journal, "the journal is not touched");
}

#[test]
fn damage_that_is_met_while_it_is_open_is_repaired_too() {
    let mut store = Store::new();
    for n in 0..40 {
        store.declare(&format!("カード決済失敗 {n}"));
    }
    let mut index = store.index();
    let db = rusqlite::Connection::open(store.path().join("history.db")).expect("opened");
    db.execute_batch("DROP TABLE line; DROP TABLE whole")
        .expect("done");
    drop(db);
    let snapshot = store.snapshot();
    find(&mut index, "決済");
    index.fill(&snapshot).expect("filled");
    assert_eq!(titles(&mut index, "決済").len(), 40);
}

#[test]
fn two_processes_share_a_data_directory() {
    let mut store = Store::new();
    let id = store.declare("カード決済失敗");
    let snapshot = store.snapshot();
    let mut one = Index::open(store.path()).expect("opened");
    let mut two = Index::open(store.path()).expect("opened");
    one.fill(&snapshot).expect("filled");
    two.fill(&snapshot).expect("filled");
    store.note(&id, "証明書の期限切れ");
    let snapshot = store.snapshot();
    two.fill(&snapshot).expect("filled");
    one.fill(&snapshot).expect("filled");
    for index in [&mut one, &mut two] {
        assert_eq!(titles(index, "証明書"), ["カード決済失敗"]);
    }
    assert_eq!(rusqlite_rows(&store.path().join("history.db")).0, 1);
}

#[test]
fn its_files_are_the_owners_alone() {
    let mut store = Store::new();
    store.declare("カード決済失敗");
    let _open = store.index();
    let mut seen = 0;
    for entry in std::fs::read_dir(store.path()).expect("listed").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("history.db") {
            let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 1);
}

#[test]
fn private_ones_are_found_with_their_mark_and_brought_to_nobodys_mind() {
    let mut store = Store::new();
    let title = "カード番号が漏えいした疑い";
    let public = store.declare("カード番号の表示が崩れる");
    let private = store.declare_as(title, true);
    let mut index = store.index();
    let found = find(&mut index, "漏えい");
    assert_eq!(found.hits[0].id, private);
    assert!(found.hits[0].sight.private, "it carries its mark");
    let remind = |index: &Index, at: At, private: bool| {
        let found = index.remind(&Reminding {
            at,
            title: title.into(),
            service: "shop".into(),
            sight: Sight {
                private,
                ..Sight::default()
            },
        });
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let told = remind(&index, At::Declaring, false);
    assert!(!told.contains(&private), "{told:?}");
    assert!(remind(&index, At::Declaring, true).contains(&private));
    // Not of itself.
    let told = remind(&index, At::Room(private.clone()), true);
    assert!(!told.contains(&private) && !told.contains(&IncidentId::default()));
    let _ = public;
}

#[test]
fn tags_are_listed_with_those_that_carry_them() {
    let mut store = Store::new();
    let (one, two) = (store.declare("One"), store.declare("Two"));
    let tag = |store: &mut Store, id: &IncidentId, tag: &str| {
        let learnt = Learnt::Tagged {
            tag: tag.into(),
            off: false,
        };
        store.act(Some(id), Command::Learn(Box::new(learnt.into())));
    };
    tag(&mut store, &one, "dns");
    tag(&mut store, &two, "dns");
    tag(&mut store, &two, "tls");
    let mut index = store.index();
    let told: Vec<_> = index
        .tagged()
        .into_iter()
        .map(|(t, of)| (t, of.len()))
        .collect();
    assert_eq!(told, [("dns".to_owned(), 2), ("tls".to_owned(), 1)]);
    assert_eq!(titles(&mut index, "tag:tls"), ["Two"]);
    assert_eq!(titles(&mut index, "tls"), ["Two"]);
}

#[test]
fn the_thread_answers_what_was_asked_before_anything_was_there() {
    let mut store = Store::new();
    store.declare("カード決済失敗");
    store.declare("Mail is late");
    let (tell, told) = std::sync::mpsc::channel();
    let history = History::start(
        store.path(),
        Box::new(move |answer| {
            tell.send(answer).ok();
        }),
    );
    let feed = history.feed();
    history.search(search("決済"));
    history.remind(Reminding {
        at: At::Declaring,
        title: "カード決済が失敗".into(),
        service: "shop".into(),
        sight: Sight::default(),
    });
    feed(&Arc::new(store.snapshot()));
    let (mut found, mut reminded) = (false, false);
    while !(found && reminded) {
        match told
            .recv_timeout(Duration::from_secs(30))
            .expect("an answer")
        {
            Answer::Found(answer) => found |= answer.count == 1 && answer.hits.len() == 1,
            Answer::Reminders(_, found) => {
                assert_eq!(found[0].title, "カード決済失敗");
                reminded = true;
            }
            Answer::Problem(problem) => panic!("{}", problem.lines(Lang::En)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_query_is_an_error(texts in proptest::collection::vec(
        prop_oneof![
            "\\PC{0,40}",
            "[\"'*():^{}+\\-~ ANDORNTE]{0,30}",
            Just("\" OR 1 --".to_owned()),
            Just("title : x NEAR(a b, 2)".to_owned()),
            Just("{title body} : \"".to_owned()),
            Just("a* ^b \"c".to_owned()),
            Just("\u{0}決済\u{0}*".to_owned()),
            Just("﷽ ﷺ ㍻ İ ß ｶﾞ 𠮷 👩‍👩‍👧".to_owned()),
        ], 1..6))
    {
        thread_local! {
            static INDEX: std::cell::RefCell<(Store, Index)> = {
                let mut store = Store::new();
                store.declare("カード決済失敗 \"quoted\" AND * NEAR(");
                let index = store.index();
                std::cell::RefCell::new((store, index))
            };
        }
        INDEX.with_borrow_mut(|(_, index)| {
            for text in &texts {
                let found = index.search(&search(text));
                prop_assert!(found.is_ok(), "{text:?}: {:?}", found.err());
            }
            prop_assert_eq!(find(index, "決済").count, 1);
            Ok(())
        })?;
    }
}
