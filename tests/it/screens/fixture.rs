//! One incident as it might be at 14:42, told by real events, folded: enough of everything that a
//! screen can show, some of it in Japanese, some of it hostile.

use chrono::{DateTime, TimeDelta, Utc};
use matoi::app::keymap::Keymap;
use matoi::app::model::{Model, Screen, Start};
use matoi::app::msg::Msg;
use matoi::app::replay::Film;
use matoi::app::snapshot::{
    GivenUp, Limits, LinkState, OutboxLine, Person, Room, Snapshot, Summary, Talk, Workspace,
};
use matoi::app::update::{start, update};
use matoi::domain::checklists::Checklists;
use matoi::domain::event::{
    Body, Event, Item, Kind, Milestone, Named, Phase, Place, Position, Recorded, What,
};
use matoi::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::image::{JobState, Reaction};
use matoi::domain::sync::{Choices, Counts, Link, MergeOffer};
use matoi::domain::tape::Tape;
use matoi::domain::text::{clean, clean_line};
use matoi::domain::words::{Lang, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const INCIDENT: &str = "i23456789b";

/// 14:42:17 in Tokyo.
pub fn now() -> DateTime<Utc> {
    at(42) + TimeDelta::seconds(17)
}

/// Minutes after two in the afternoon, which is when the incident was declared.
pub fn at(minutes: i64) -> DateTime<Utc> {
    let declared = DateTime::from_timestamp(1_795_150_800, 0).expect("in range");
    declared + TimeDelta::minutes(minutes)
}

pub fn ts(at: DateTime<Utc>) -> SlackTs {
    SlackTs::from_micros(at.timestamp_micros()).expect("in range")
}

const PEOPLE: [(&str, &str, &str, &str); 8] = [
    ("U1", "Ito", "伊藤", "ito"),
    ("U2", "Tanaka", "田中", "tanaka"),
    ("U3", "Sato", "佐藤", "sato"),
    ("U4", "Suzuki", "鈴木", "suzuki"),
    ("U5", "Mori", "森", "mori"),
    ("U6", "Kato", "加藤", "kato"),
    (
        "U7",
        "Aurelia Featherstonehaugh-Cholmondeley",
        "勅使河原 三千代",
        "aurelia",
    ),
    ("U8", "monitor", "監視", "monitor"),
];

pub fn people(lang: Lang) -> BTreeMap<UserId, Person> {
    PEOPLE
        .map(|(id, en, ja, handle)| {
            let name = if lang == Lang::Ja { ja } else { en };
            let person = Person {
                id: id.into(),
                name: name.to_owned(),
                handle: handle.to_owned(),
                bot: id == "U8",
            };
            (UserId::from(id), person)
        })
        .into()
}

/// Events as their authors made them, each having seen all before it.
pub struct Record {
    pub incident: Incident,
    /// In the order in which they were told.
    pub events: Vec<Recorded>,
    lang: Lang,
}

impl Record {
    pub fn new(id: &str, lang: Lang) -> Record {
        Record {
            incident: Incident::new(IncidentId::new(id)),
            events: Vec::new(),
            lang,
        }
    }

    pub fn say(&self, en: &str, ja: &str) -> String {
        if self.lang == Lang::Ja { ja } else { en }.to_owned()
    }

    pub fn add(&mut self, minute: i64, by: &str, body: Body) -> EventId {
        self.recorded(at(minute), by, body, None, true)
    }

    pub fn tell(&mut self, minute: i64, by: &str, body: Body, text: String) -> EventId {
        self.recorded(at(minute), by, body, Some(text), true)
    }

    /// `arrived`: it is in the channel.
    pub fn recorded(
        &mut self,
        at: DateTime<Utc>,
        by: &str,
        body: Body,
        text: Option<String>,
        arrived: bool,
    ) -> EventId {
        let n = self.incident.events;
        let id = EventId::new(format!("e{n}"));
        let position = arrived.then(|| Position {
            ts: ts(at + TimeDelta::microseconds(n as i64)),
            index: 0,
        });
        let event = Event {
            id: id.clone(),
            at,
            prev: self.incident.prev(&id, &body),
            what: What::Known(body),
            via: None,
        };
        let recorded = Recorded {
            event,
            by: by.into(),
            console: ConsoleId::from("c1"),
            text,
            position,
            recorded_at: at,
        };
        self.incident.apply(&recorded);
        self.events.push(recorded);
        id
    }
}

fn named(id: &str, name: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

fn user(id: &str) -> Option<UserId> {
    Some(id.into())
}

pub fn declared(r: &Record, title: (&str, &str)) -> Body {
    Body::Declared {
        parent: None,
        title: r.say(title.0, title.1),
        service: "shop".to_owned(),
        incident_kind: Kind::Outage,
        channel: "shop-20261120i".to_owned(),
        lang: r.lang,
        personal_data: false,
        temperature: Some(named("red", "Red")),
        started: Some(at(-15)),
        detected: None,
        timekeeper: 15,
        timekeeper_recovered: 60,
        closers: Vec::new(),
    }
}

fn items(r: &Record) -> Vec<Item> {
    let item = |id: &str, en: &str, ja: &str, time_box: u32| Item {
        id: id.to_owned(),
        text: r.say(en, ja),
        optional: false,
        time_box: Some(time_box),
        when: None,
        manual: None,
    };
    vec![
        item("commander", "name the commander", "指揮を執る人を決める", 5),
        item(
            "support",
            "tell customer support what to answer",
            "カスタマーサポートに状況と回答内容を伝える",
            15,
        ),
        item(
            "notice-scope",
            "decide whether, to whom and how users are told",
            "ユーザー告知の要否、対象、文面を決める",
            20,
        ),
        item(
            "notice",
            "publish the user notice",
            "ユーザー告知を掲載する",
            10,
        ),
        item(
            "fix",
            "roll back or repair for now",
            "切り戻し、または暫定対応を行う",
            30,
        ),
        item(
            "partners",
            "inform the payment partner",
            "決済代行会社に連絡する",
            15,
        ),
        item("help", "update the help page", "ヘルプページを更新する", 10),
        item(
            "data",
            "check orders placed since 13:45 for wrong data",
            "13:45以降の注文データに不整合がないか確認する",
            40,
        ),
        item(
            "legal",
            "ask legal whether a report is due",
            "法務に報告義務の有無を確認する",
            20,
        ),
    ]
}

pub fn record(lang: Lang) -> Record {
    let mut r = Record::new(INCIDENT, lang);
    let body = declared(
        &r,
        ("Checkout fails for card payments", "カード決済が失敗する"),
    );
    r.add(0, "U1", body);
    r.add(
        3,
        "U1",
        Body::Commander {
            user: user("U1"),
            reason: None,
        },
    );
    r.add(
        3,
        "U2",
        Body::CheckedIn {
            user: "U2".into(),
            role: Some("ops".to_owned()),
            task: Some(r.say("roll back build 812", "build 812 の切り戻し")),
        },
    );
    r.add(
        4,
        "U1",
        Body::Role {
            role: "ops".to_owned(),
            user: user("U2"),
        },
    );
    let level = r.add(
        6,
        "U1",
        Body::Level {
            owner: None,
            manual: None,
            report: None,
            level: named("2", "High"),
            timekeeper: None,
        },
    );
    let items = items(&r);
    r.add(
        6,
        "U1",
        Body::Items {
            level_event: level,
            items,
        },
    );
    r.add(
        7,
        "U1",
        Body::Milestone {
            milestone: Milestone::Detected,
            time: at(-2),
            link: None,
        },
    );
    r.add(
        8,
        "U1",
        Body::Role {
            role: "comms".to_owned(),
            user: user("U3"),
        },
    );
    r.add(
        8,
        "U1",
        Body::Ticked {
            item: "commander".to_owned(),
        },
    );
    r.add(
        11,
        "U3",
        Body::Ticked {
            item: "support".to_owned(),
        },
    );
    r.add(
        12,
        "U1",
        Body::Phase {
            phase: Phase::Fixing,
        },
    );
    r.add(
        14,
        "U4",
        Body::CheckedIn {
            user: "U4".into(),
            role: Some("expert".to_owned()),
            task: Some(r.say("replica lag", "レプリカ遅延の調査")),
        },
    );
    r.add(15, "U8", Body::TimekeeperCall { slot: 1 });
    let text = r.say(
        "Rolling back build 812; no strong objection. If the error rate has not halved by 14:35 we turn the new checkout off.",
        "build 812 を切り戻す。強い反対なし。14:35 までにエラー率が半分にならなければ、新しい決済画面を止める。",
    );
    r.tell(18, "U1", Body::Note {}, text);
    r.add(
        20,
        "U5",
        Body::CheckedIn {
            user: "U5".into(),
            role: None,
            task: None,
        },
    );
    r.add(
        22,
        "U3",
        Body::Assigned {
            item: "help".to_owned(),
            user: user("U3"),
            due: None,
        },
    );
    r.add(
        24,
        "U3",
        Body::Ticked {
            item: "notice-scope".to_owned(),
        },
    );
    r.add(
        28,
        "U1",
        Body::Skipped {
            item: "legal".to_owned(),
            reason: r.say("no personal data", "個人情報は含まれない"),
        },
    );
    r.add(30, "U8", Body::TimekeeperCall { slot: 2 });
    let excerpt = r.say("error rate falling, 12 %", "エラー率が 12% まで下がった");
    let author = r.say("Tanaka", "田中");
    r.add(
        31,
        "U1",
        Body::Pinned {
            evidence: false,
            ts: ts(at(31)),
            author,
            excerpt,
            files: Vec::new(),
        },
    );
    r.add(
        32,
        "U6",
        Body::CheckedIn {
            user: "U6".into(),
            role: None,
            task: Some(r.say("support desk", "問い合わせ窓口")),
        },
    );
    r.add(
        33,
        "U1",
        Body::Assigned {
            item: "data".to_owned(),
            user: user("U4"),
            due: None,
        },
    );
    r.add(
        35,
        "U3",
        Body::Ticked {
            item: "notice".to_owned(),
        },
    );
    r.add(
        36,
        "U2",
        Body::Ticked {
            item: "fix".to_owned(),
        },
    );
    let text = r.say(
        "Card payments failed from 13:45 after build 812. Rolled back at 14:31; error rate 4 % and falling. Wallet payments were never affected.",
        "13:45から build 812 の影響でカード決済が失敗。14:31に切り戻し、エラー率は4%まで低下。ウォレット決済に影響なし。",
    );
    r.tell(40, "U1", Body::Situation {}, text);
    r
}

fn said(minute: i64, second: i64, author: &str, user: Option<&str>, text: &str) -> Talk {
    let at = at(minute) + TimeDelta::seconds(second);
    Talk {
        ts: ts(at),
        at,
        thread: None,
        author: clean_line(author).into_owned(),
        user: user.map(UserId::from),
        text: clean(text).into_owned(),
        edited: false,
        pinned: false,
        reactions: Vec::new(),
        files: Vec::new(),
        replies: 0,
        bot: user.is_none(),
        event: None,
        pending: false,
    }
}

pub fn talk(lang: Lang) -> Vec<Talk> {
    let ja = lang == Lang::Ja;
    let pick = |en: &'static str, jp: &'static str| if ja { jp } else { en };
    let name = |n: usize| pick(PEOPLE[n].1, PEOPLE[n].2);
    let reaction = |name: &str, count: u32| Reaction {
        name: name.to_owned(),
        users: vec!["U1".into()],
        count,
    };
    let mut rate = said(
        31,
        0,
        name(1),
        Some("U2"),
        pick("error rate falling, 12 %", "エラー率が 12% まで下がった"),
    );
    rate.pinned = true;
    rate.reactions = vec![reaction("+1", 3), reaction("eyes", 1)];
    let mut canary = said(
        38,
        0,
        name(1),
        Some("U2"),
        pick(
            "canary is back on 811, watching",
            "カナリアは 811 に戻した。監視を続ける",
        ),
    );
    canary.replies = 2;
    let mut lag = said(
        38,
        40,
        name(3),
        Some("U4"),
        pick("replica lag is gone", "レプリカ遅延は解消"),
    );
    lag.thread = Some(canary.ts.clone());
    let mut edited = said(
        39,
        0,
        name(5),
        Some("U6"),
        pick(
            "42 tickets so far, all of them about card payments; the template answer is out and the callers are calm",
            "問い合わせは 42 件、すべてカード決済。定型の回答は案内済みで、お客様は落ち着いている",
        ),
    );
    edited.edited = true;
    let mut late = said(
        41,
        30,
        name(4),
        Some("U5"),
        pick("same here", "こちらも同じ"),
    );
    late.thread = Some(rate.ts.clone());
    let mut mine = said(
        42,
        5,
        name(0),
        Some("U1"),
        pick(
            "thanks, hold for 10 minutes, then we declare recovery",
            "ありがとう。10分様子を見てから復旧とする",
        ),
    );
    mine.event = Some("e-mine".into());
    mine.pending = true;
    vec![
        said(
            29,
            0,
            name(5),
            Some("U6"),
            pick(
                "first callers report failing cards",
                "カードが使えないという問い合わせが来ている",
            ),
        ),
        said(
            30,
            10,
            name(7),
            None,
            pick("checkout error rate 24 %", "決済エラー率 24%"),
        ),
        said(
            30,
            40,
            name(7),
            None,
            pick("checkout error rate 19 %", "決済エラー率 19%"),
        ),
        rate,
        said(
            33,
            0,
            "zalgo \u{1b}[31m",
            Some("U7"),
            "\u{202e}\u{1b}]0;owned\u{7}h\u{321}\u{321}e\u{301} ｶﾞｷﾞ 👩\u{200d}💻 https://example.test/a/very/long/path/that/never/breaks?and=goes&on=and&on=for-ever",
        ),
        canary,
        lag,
        edited,
        said(
            41,
            0,
            name(7),
            None,
            pick("checkout error rate 4 %", "決済エラー率 4%"),
        ),
        late,
        mine,
    ]
}

pub struct World {
    pub lang: Lang,
    pub local: bool,
    pub drill: bool,
    pub private: bool,
    pub record: Record,
    pub talk: Vec<Talk>,
    pub jobs: BTreeMap<EventId, JobState>,
    pub outbox: Vec<OutboxLine>,
    pub given_up: Vec<GivenUp>,
    pub offers: Vec<MergeOffer>,
    pub limits: Limits,
    pub config: Config,
    pub link: Link,
}

pub fn world(lang: Lang) -> World {
    let config = Config {
        time_zone: Zone::Fixed(9 * 3600),
        ..Config::default()
    };
    World {
        lang,
        local: false,
        drill: false,
        private: false,
        record: record(lang),
        talk: talk(lang),
        jobs: BTreeMap::from([(EventId::from("e-mine"), JobState::Pending)]),
        outbox: Vec::new(),
        given_up: Vec::new(),
        offers: Vec::new(),
        limits: Limits::default(),
        config,
        link: Link::Live,
    }
}

impl World {
    fn summary(&self) -> Summary {
        let mut counts = Counts::default();
        for state in self.jobs.values() {
            counts.add(state);
        }
        Summary {
            incident: Arc::new(self.record.incident.clone()),
            channel: Some("shop-20261120i".to_owned()),
            drill: self.drill,
            private: self.private,
            archived: false,
            counts,
            as_of: Some(now() - TimeDelta::seconds(2)),
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        let summary = self.summary();
        let heard = [
            ("U1", 42),
            ("U2", 38),
            ("U3", 36),
            ("U4", 38),
            ("U5", 25),
            ("U6", 39),
        ];
        let room = Room {
            lang: self.lang,
            talk: Arc::new(self.talk.clone()),
            jobs: self.jobs.clone(),
            heard: heard
                .map(|(id, minute)| (UserId::from(id), at(minute)))
                .into(),
            invited: BTreeMap::new(),
            next_call: summary.incident.next_call(now()),
            went: Vec::new(),
            address: None,
            summary: summary.clone(),
        };
        Snapshot {
            version: 1,
            workspace: Workspace {
                local: self.local,
                team: "Example".to_owned(),
            },
            me: "U1".into(),
            people: Arc::new(people(self.lang)),
            config: Arc::new(self.config.clone()),
            incidents: vec![summary],
            room: Some(Arc::new(room)),
            link: LinkState {
                link: self.link.clone(),
                as_of: Some(now() - TimeDelta::seconds(2)),
            },
            follows: false,
            outbox: self.outbox.clone(),
            given_up: self.given_up.clone(),
            offers: self.offers.clone(),
            limits: self.limits.clone(),
            // Somebody else is at a console, unless a test says otherwise.
            other_heard: Some(now()),
            local: Arc::default(),
        }
    }

    /// At home, with this world's incidents.
    pub fn home(&self, size: (u16, u16)) -> Model {
        model(self.snapshot(), self.lang, size)
    }

    /// In the war room.
    pub fn room(&self, size: (u16, u16)) -> Model {
        let mut model = self.home(size);
        model.screen = Screen::Room(IncidentId::new(INCIDENT));
        let snapshot = Arc::clone(&model.snapshot);
        update(&mut model, Msg::Snapshot(snapshot));
        update(&mut model, Msg::Tick(now()));
        model
    }

    /// The same as the journal has it, to be played back.
    pub fn film(&self) -> Film {
        let id = self.record.incident.id.clone();
        let talk = self.talk.iter().filter(|talk| !talk.pending);
        let said = talk.clone().filter_map(|t| Some((t.at, t.user.clone()?)));
        Film {
            tape: Tape::new(id, self.record.events.clone()),
            said: said.collect(),
            talk: talk.cloned().collect(),
            channel: Some("shop-20261120i".to_owned()),
            drill: self.drill,
            private: self.private,
        }
    }

    /// Somebody gave up a note and an announcement.
    pub fn gave_up(mut self) -> World {
        let what = [
            (
                Some("e-gone"),
                Text::fixed(
                    "Note, by Ito: we think it is the cache",
                    "記録: 伊藤: 原因はキャッシュと思われる",
                ),
            ),
            (None, Text::fixed("announce in #leads", "#leads に告知する")),
        ];
        for (n, (event, what)) in what.into_iter().enumerate() {
            self.given_up.push(GivenUp {
                seq: 90 + n as u64,
                incident: IncidentId::new(INCIDENT),
                event: event.map(EventId::from),
                taken: at(39),
                at: Some(at(41)),
                by: Some("U1".into()),
                what,
                place: "#shop-20261120i".to_owned(),
            });
        }
        self
    }

    /// The response goes on elsewhere.
    pub fn merged(&mut self) {
        let title = self.record.say("Payments fail", "決済が失敗する");
        let place = Place {
            channel: Some("C9".into()),
            name: "pay-20261120i".to_owned(),
            title,
        };
        let into = IncidentId::new("i9");
        self.record.add(41, "U1", Body::Merged { into, place });
    }

    /// Something in the outbox for each state there is.
    pub fn troubled(mut self) -> World {
        let states = [
            JobState::Pending,
            JobState::Sending,
            JobState::Unconfirmed,
            JobState::failed("channel_not_found"),
        ];
        let what = [
            Text::fixed(
                "Done: 5. roll back or repair for now — Tanaka",
                "完了: 5. 切り戻し、または暫定対応を行う — 田中",
            ),
            Text::fixed("set the topic", "トピックを更新する"),
            Text::fixed(
                "Situation, by Ito: Card payments failed from 13:45 after build 812",
                "いまいまの状況: 伊藤: 13:45から build 812 の影響でカード決済が失敗",
            ),
            Text::fixed("announce in #executives", "#executives に告知する"),
        ];
        for (n, (state, what)) in states.into_iter().zip(what).enumerate() {
            self.outbox.push(OutboxLine {
                event: None,
                seq: n as u64 + 1,
                incident: IncidentId::new(INCIDENT),
                at: at(36 + n as i64),
                what,
                state,
                attempts: n as u32,
                place: "#shop-20261120i".to_owned(),
                choices: Choices {
                    retry: n == 3,
                    edit: (n == 3).then(|| "#executives".to_owned()),
                    drop: n == 0 || n == 3,
                    ..Choices::default()
                },
            });
        }
        let entries = &self.record.incident.entries;
        let last = |n: usize| entries[entries.len() - n].id.clone();
        let ids = [last(1), last(2), last(3)];
        let failed = JobState::failed("msg_too_long");
        let states = [JobState::Unconfirmed, failed, JobState::Sending];
        self.jobs.extend(ids.into_iter().zip(states));
        self
    }
}

pub fn model(snapshot: Snapshot, lang: Lang, size: (u16, u16)) -> Model {
    let (model, _) = start(Start {
        snapshot: Arc::new(snapshot),
        now: now(),
        size,
        lang,
        keymap: Arc::new(Keymap::shipped().expect("the shipped keys are whole")),
        checklists: Arc::new(Checklists::shipped().expect("the shipped lists are whole")),
    });
    model
}

/// Other incidents of the list: a drill without a commander, one recovered, two that are over.
pub fn others(lang: Lang) -> Vec<Summary> {
    let made = |id: &str, title: (&str, &str), drill: bool, then: &dyn Fn(&mut Record)| {
        let mut record = Record::new(id, lang);
        let body = declared(&record, title);
        record.add(-200, "U2", body);
        then(&mut record);
        Summary {
            incident: Arc::new(record.incident),
            channel: Some(format!("shop-20261120i-{id}")),
            drill,
            private: false,
            archived: false,
            counts: Counts::default(),
            as_of: None,
        }
    };
    vec![
        made(
            "i2",
            (
                "Drill: the search index is lost",
                "訓練: 検索インデックスの消失",
            ),
            true,
            &|_| {},
        ),
        made(
            "i3",
            ("Push notifications are late", "プッシュ通知の遅延"),
            false,
            &|r| {
                let level = named("3", "Medium");
                r.add(
                    -190,
                    "U2",
                    Body::Level {
                        owner: None,
                        manual: None,
                        report: None,
                        level,
                        timekeeper: None,
                    },
                );
                r.add(
                    -180,
                    "U2",
                    Body::Commander {
                        user: user("U2"),
                        reason: None,
                    },
                );
                r.add(-60, "U2", Body::Recovered { time: at(-70) });
            },
        ),
        made(
            "i4",
            ("An e-mail was sent twice", "メールの二重送信"),
            false,
            &|r| {
                let level = named("4", "Low");
                r.add(
                    -190,
                    "U2",
                    Body::Level {
                        owner: None,
                        manual: None,
                        report: None,
                        level,
                        timekeeper: None,
                    },
                );
                r.add(-60, "U2", Body::Recovered { time: at(-70) });
                r.add(
                    -50,
                    "U2",
                    Body::Resolved {
                        reason: None,
                        missing: Vec::new(),
                    },
                );
            },
        ),
        made(
            "i5",
            ("Latency alert", "レイテンシのアラート"),
            false,
            &|r| {
                let reason = "noise".to_owned();
                r.add(
                    -60,
                    "U2",
                    Body::Cancelled {
                        outcome: Phase::FalseAlarm,
                        reason,
                    },
                );
            },
        ),
    ]
}
