//! An outage that turns out to be a leak of personal data: it goes on among few people, evidence
//! comes before the fix, the clocks of the law run, and the public channel never learns of it.

use super::rig::{COMPANY, Desk, World};
use super::told;
use chrono::{DateTime, TimeDelta, Utc};
use matoi::domain::event::{Body, Kind};
use matoi::domain::ids::IncidentId;
use matoi::domain::incident::{Incident, ItemState};
use matoi::domain::prompt::Subject;
use matoi::domain::timer::{Clock, Pressure};
use matoi::domain::verb::Verb;
use matoi::domain::words::Lang;
use serde_json::json;

struct Leak {
    w: World,
    public: String,
    private: String,
    id: IncidentId,
    /// When somebody said that personal data is involved.
    known: DateTime<Utc>,
}

const PRELIMINARY: &str = "authority-preliminary";
const FINAL: &str = "authority-final";

fn clock(item: &str) -> Clock {
    Clock::Legal(item.to_owned())
}

/// Both reports are due so long after it was known, wherever the incident goes on.
fn by_law(w: &mut World, known: DateTime<Utc>, days: i64) {
    for (item, days) in [(PRELIMINARY, 5), (FINAL, days)] {
        let timer = w.at("sato").timer(&clock(item)).expect("it runs");
        assert_eq!(timer.due, known + TimeDelta::days(days), "{item}");
        assert_eq!(timer.pressure, Pressure::Running, "{item}");
    }
}

/// The incident's items of those ids are done, as their numbers on the checklist are said to the
/// program, nine at a time.
fn done(leak: &mut Leak, who: &str, ids: &[&str]) {
    let word = leak.w.say("完了", "done");
    let room = leak.private.clone();
    for ids in ids.chunks(9) {
        let list = leak.w.at("sato").incident(&leak.id).checklist();
        let number = |id: &&str| {
            let at = list.iter().position(|check| check.item.id == **id);
            at.map_or_else(|| unreachable!("no item {id}"), |at| (at + 1).to_string())
        };
        let numbers: Vec<String> = ids.iter().map(number).collect();
        leak.w
            .post(who, &room, &format!("@matoi {word} {}", numbers.join(" ")));
        let list = leak.w.at("sato").incident(&leak.id).checklist();
        let mut wanted = list.iter().filter(|c| ids.contains(&c.item.id.as_str()));
        let told = || told::channel(&leak.w, &room);
        assert!(wanted.all(|c| c.state == ItemState::Done), "{}", told());
    }
}

fn play(lang: Lang) -> Leak {
    let mut w = World::new("14:00", lang, COMPANY, &["sato", "ito", "yamamoto"]);
    w.until("14:02");
    let title = w.say("注文履歴が開けない", "Order history does not open");
    let situation = w.say(
        "何が: 注文履歴のページがエラーになる\n誰に: 一部の利用者。問い合わせ 4 件\nいつから: 13:50 ごろ\n試したこと・次: 13:45 に有効化したキャッシュを確認する",
        "What: the order history page shows an error\nWho: some users; 4 inquiries\nSince: about 13:50\nTried, next: look at the cache that was turned on at 13:45",
    );
    w.act(
        "sato",
        "d",
        &[
            ("service", "shop"),
            ("title", title),
            ("temperature", "yellow"),
            ("situation", situation),
            ("started", "13:50"),
            ("detected", "14:00"),
        ],
    );
    let public = w.channel("shop-");
    w.act("sato", "h", &[]);
    w.act("sato", "l", &[("level", "3")]);
    w.at("ito").keys("Enter");
    w.act(
        "ito",
        "c",
        &[
            ("role", "ops"),
            ("task", w.say("キャッシュの確認", "looking at the cache")),
        ],
    );
    w.until("14:06");
    w.join("tanaka", &public);
    let found = w.post(
        "tanaka",
        &public,
        w.say(
            "お客様から「履歴に他の人の注文と住所が出ている」と連絡が 2 件ありました",
            "Two customers report seeing somebody else's orders and address in their history",
        ),
    );
    // Support's words are the first evidence; then nothing more is said here.
    w.call(
        "tanaka",
        "reactions.add",
        json!({"channel": public, "timestamp": found, "name": "paperclip"}),
    );
    w.settle_long();
    let channel = w.at("sato").channel_name();
    // What was asked about an outage does not matter any more, and gives its places away.
    w.at("sato").keys("Alt-q Alt-w Alt-e");
    let known = w.time.now();
    w.act("sato", "D", &[]);
    // Before anything is changed, what is kept? And the law's clocks: thirty days after an accident,
    // sixty where somebody did it on purpose.
    w.shot("sato", "evidence-first");
    let screen = w.at("sato").screen();
    assert!(
        w.at("sato").stands(&Subject::Evidence),
        "evidence first:\n{screen}"
    );
    by_law(&mut w, known, 30);
    w.act("sato", ", K", &[("kind", Kind::Security.name())]);
    by_law(&mut w, known, 60);
    w.at("sato").keys(", R");
    w.at("sato").type_into("name", &channel);
    w.shot("sato", "restrict");
    w.act("sato", "", &[("keep", "@sato, @ito, @takahashi, @tanaka")]);
    w.pass(60);
    w.settle();
    let private = w.channel("sec-");
    let id = w.at("sato").restricted_to();
    let mut leak = Leak {
        w,
        public,
        private,
        id,
        known,
    };
    respond(&mut leak);
    tell(&mut leak);
    finish(&mut leak);
    leak
}

/// What only those may read who work on it.
fn secrets(w: &World) -> [&'static str; 4] {
    [
        w.say("312 人", "312 people"),
        w.say("CDN", "CDN"),
        w.say("受付番号", "data protection authority"),
        w.say("住所と電話番号", "addresses and phone numbers"),
    ]
}

fn respond(leak: &mut Leak) {
    let (room, public) = (leak.private.clone(), leak.public.clone());
    for who in ["sato", "ito", "yamamoto"] {
        let id = leak.id.clone();
        leak.w.at(who).go_to(&id);
    }
    let known = leak.known;
    let w = &mut leak.w;
    by_law(w, known, 60);
    w.act("sato", "l", &[("level", "2")]);
    w.shot("sato", "private");
    w.shot("ito", "private-ito");
    w.shot("yamamoto", "private-yamamoto");
    // Somebody who was not taken along asks where it is public.
    w.join("emma", &public);
    w.post("emma", &public, w.say("@matoi 状況", "@matoi status"));
    w.until("14:14");
    let look = w.say(
        "CDN のキャッシュとアクセスログを消さずに保全する",
        "Keep the CDN's cache and access logs before anything is cleared",
    );
    w.act(
        "sato",
        ", t",
        &[("line", look), ("person", "@takahashi"), ("minutes", "15")],
    );
    // The question that stands on the screen is answered by its key.
    w.answer("sato", &Subject::Evidence, &[("text", look)]);
    assert!(!w.at("sato").stands(&Subject::Evidence), "answered");
    w.until("14:17");
    w.act(
        "sato",
        ", r",
        &[
            ("conditions", w.say("注文履歴に他人の注文と住所が出ている。連絡 2 件。範囲は未確定。", "The order history shows others' orders and addresses; 2 reports. How many is not known yet.")),
            ("actions", w.say("高橋が CDN のキャッシュとログを保全中。保全が済むまで何も消さない。", "Takahashi keeps the CDN's cache and logs. Nothing is cleared before that is done.")),
            ("needs", w.say("法務の担当者", "somebody from legal")),
            ("minutes", "30"),
        ],
    );
    w.until("14:22");
    let kept = w.post(
        "takahashi",
        &room,
        w.say(
            "CDN のキャッシュとアクセスログ (13:45〜14:20) を保全しました。ハッシュも記録済み",
            "CDN cache and access logs of 13:45 to 14:20 are kept, with their hashes",
        ),
    );
    w.call(
        "takahashi",
        "reactions.add",
        json!({"channel": room, "timestamp": kept, "name": "paperclip"}),
    );
    w.settle_long();
    w.act("sato", ", s", &[("entry", "T1"), ("state", "done")]);
    done(
        leak,
        "takahashi",
        &[
            "evidence",
            "commander",
            "need-to-know",
            "security-team",
            "detected",
        ],
    );
    let w = &mut leak.w;
    w.until("14:26");
    let cut = w.say(
        "注文履歴のキャッシュを無効化し、消去する",
        "Turn the order history's cache off, and clear it",
    );
    w.act(
        "sato",
        ", d",
        &[
            ("line", cut),
            (
                "risk",
                w.say("履歴の表示が遅くなる", "the history gets slow"),
            ),
            ("minutes", "2"),
        ],
    );
    w.until("14:29");
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "D1"),
            ("state", "decided"),
            ("person", "@ito"),
            ("time_box", "10"),
        ],
    );
    w.until("14:34");
    w.act(
        "ito",
        ", s",
        &[
            ("entry", "D1"),
            ("state", "resulted"),
            (
                "line",
                w.say(
                    "14:33 に無効化。他人の履歴は出なくなった",
                    "off at 14:33; nobody sees another's history any more",
                ),
            ),
        ],
    );
    w.act("sato", "s", &[("situation", w.say("何が: 他人の注文履歴が見えていた。14:33 に停止\n誰に: 312 人の氏名・住所と電話番号・注文内容\nいつから: 13:50〜14:33\n次: 対象者の確定、監督機関への速報", "What: people saw others' order history; stopped at 14:33\nWho: names, addresses and phone numbers, and orders of 312 people\nSince: 13:50 to 14:33\nNext: settle whose data, preliminary report to the authority"))]);
    w.at("sato").keys("9 Z");
    w.shot("sato", "legal");
    w.at("sato").keys("Z");
    w.act("sato", "r", &[("time", "14:33")]);
    w.act("sato", "T", &[]);
    done(
        leak,
        "takahashi",
        &[
            "contain",
            "stop-leak",
            "scope",
            "whose-data",
            "personal-data-check",
            "credentials",
        ],
    );
}

/// Those concerned are told, and the authority.
fn tell(leak: &mut Leak) {
    let w = &mut leak.w;
    w.until("15:00");
    w.act("sato", "w", &[("role", "comms"), ("person", "@yamamoto")]);
    w.act("sato", ", N", &[("text", w.say("本日 13:50〜14:33、注文履歴に他のお客様の情報が表示される不具合がありました。対象は 312 名で、個別にご連絡します。該当箇所は停止済みです。誠に申し訳ございません。", "Today from 13:50 to 14:33 the order history could show another customer's details. It concerns 312 people, whom we write to one by one. The page is stopped. We are sorry."))]);
    w.act("yamamoto", ", A", &[]);
    w.act(
        "sato",
        ", P",
        &[(
            "target",
            w.say("対象 312 名へのメール", "e-mail to the 312 people"),
        )],
    );
    w.act(
        "yamamoto",
        ", r",
        &[
            ("conditions", w.say("14:33 に停止。対象は 312 名と確定し、全員にメール済み。", "Stopped at 14:33. It concerns 312 people; all of them were sent an e-mail.")),
            ("actions", w.say("監督機関への速報を準備中。悪用の監視を継続。", "The preliminary report to the authority is being prepared; signs of misuse are watched for.")),
            ("needs", w.say("なし", "none")),
            ("last", "yes"),
        ],
    );
    done(
        leak,
        "takahashi",
        &[
            "privacy-officer",
            "departments",
            "person-notices",
            "public-notice",
        ],
    );
    // Amber from two days before its time on.
    leak.w.leap(70);
    let pressure = |w: &mut World| w.at("sato").timer(&clock(PRELIMINARY)).map(|t| t.pressure);
    assert_eq!(pressure(&mut leak.w), Some(Pressure::Running));
    leak.w.leap(2);
    assert_eq!(pressure(&mut leak.w), Some(Pressure::Near));
    // It waits behind nothing that is still asked from the first hour.
    assert!(
        leak.w
            .at("sato")
            .stands(&Subject::Legal(PRELIMINARY.to_owned()))
    );
    leak.w.at("sato").choose_timer(&clock(PRELIMINARY));
    leak.w.shot("sato", "before-preliminary");
    leak.w.at("sato").keys("f");
    let seen = leak.w.at("sato").timer(&clock(PRELIMINARY));
    assert!(seen.expect("it runs").acknowledged);
    let room = leak.private.clone();
    leak.w.post(
        "tanaka",
        &room,
        leak.w.say(
            "個人情報保護委員会へ速報を提出しました (受付番号あり)",
            "The preliminary report is with the data protection authority",
        ),
    );
    leak.w.at("sato").choose_timer(&clock(PRELIMINARY));
    leak.w.act("sato", "Space", &[]);
    assert_eq!(leak.w.at("sato").timer(&clock(PRELIMINARY)), None);
    leak.w.shot("sato", "after-preliminary");
}

fn finish(leak: &mut Leak) {
    leak.w.leap(24 * 26);
    let room = leak.private.clone();
    leak.w.post(
        "tanaka",
        &room,
        leak.w
            .say("確報を提出しました", "The final report is handed in"),
    );
    done(leak, "tanaka", &[FINAL, "stricter-prevention"]);
    assert_eq!(leak.w.at("sato").timer(&clock(FINAL)), None);
    let w = &mut leak.w;
    for (section, ja, en) in [
        (
            "impact",
            "312 人の氏名・住所と電話番号・注文内容が他の利用者に表示された。悪用は確認されていない。",
            "Names, addresses and phone numbers, and orders of 312 people were shown to other users. No misuse is known.",
        ),
        (
            "cause",
            "CDN が Cookie を無視して注文履歴をキャッシュしていた。",
            "The CDN kept the order history whatever the cookie.",
        ),
        (
            "fix",
            "注文履歴のキャッシュを無効化した。",
            "The order history is not cached any more.",
        ),
        (
            "summary",
            "キャッシュの設定誤りで 312 人の情報が他の利用者に見えた。43 分で停止し、本人と監督機関に報告した。",
            "A wrong cache setting showed 312 people's details to others. Stopped after 43 minutes; they and the authority were told.",
        ),
    ] {
        w.act(
            "sato",
            ", w",
            &[("section", section), ("text", w.say(ja, en))],
        );
    }
    w.act(
        "sato",
        ", z",
        &[
            (
                "line",
                w.say(
                    "ログイン後のページをキャッシュできない設定を既定にする",
                    "Make pages behind the login impossible to cache by default",
                ),
            ),
            ("person", "@ito"),
            ("days", "14"),
        ],
    );
    w.act("ito", ", s", &[("entry", "A1"), ("state", "done")]);
    let incident = leak.w.at("sato").incident(&leak.id);
    let open = incident.checklist().into_iter();
    let open = open.filter(|c| c.required && c.state == ItemState::Open);
    let open: Vec<String> = open.map(|check| check.item.id).collect();
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    done(leak, "takahashi", &open);
    let w = &mut leak.w;
    w.act(
        "sato",
        ", V",
        &[("link", "https://wiki.example.com/security/7")],
    );
    told::agree(w, &["sato", "ito", "yamamoto"]);
    w.act_offline("sato", "R", &[]);
    w.pass(300);
    for (who, name) in [
        ("sato", "resolved"),
        ("ito", "resolved-ito"),
        ("yamamoto", "resolved-yamamoto"),
    ] {
        w.shot(who, name);
    }
}

/// Evidence is kept before a repair is so much as proposed, and what the law asks for is in the record.
fn in_order(incident: &Incident) {
    let place = |wanted: &dyn Fn(&Body) -> bool| {
        let at = incident.entries.iter().position(|e| wanted(&e.body));
        at.expect("it is in the record")
    };
    let ticked = |id: &'static str| {
        place(&move |body: &Body| matches!(body, Body::Ticked { item } if item == id))
    };
    let repair = place(&|body| matches!(body, Body::Work(deed) if deed.verb() == Verb::Decide));
    let order = [
        ticked("evidence"),
        repair,
        ticked("contain"),
        ticked(PRELIMINARY),
        ticked(FINAL),
    ];
    assert!(order.is_sorted(), "{order:?}");
    assert!(place(&|body| matches!(body, Body::Note {})) < repair);
}

fn a_leak(lang: Lang) {
    let mut leak = play(lang);
    let w = &mut leak.w;
    let ids = [("public", &leak.public), ("private", &leak.private)];
    for (name, room) in ids {
        let told = told::channel(w, room);
        told::snapshot(w, &format!("leak-{name}-channel"), &told);
    }
    let from = w.at("ito").restricted_from(&leak.id);
    for (name, id) in [("public", &from), ("private", &leak.id)] {
        let record = told::record(w, id);
        told::snapshot(w, &format!("leak-{name}-show"), &record);
    }
    told::screens(w, "leak");
    in_order(&w.at("ito").incident(&leak.id));
    // Not one word of what is among few is anywhere else: text, metadata, topic, card, pins.
    let name = w.slack.with_state(|state| {
        let mut rooms = state.channels();
        let room = rooms.find(|room| room.channel.id == leak.private);
        room.expect("it exists").channel.name.clone()
    });
    let mut secret = vec![name, leak.private.clone(), leak.id.to_string()];
    secret.extend(secrets(w).map(str::to_owned));
    let inside = w.everything(&leak.private);
    for word in &secret {
        assert!(
            inside.contains(word.as_str()),
            "{word} is no secret of the private channel"
        );
    }
    for channel in [
        leak.public.clone(),
        w.channel("dev"),
        w.channel("support"),
        w.channel("leads"),
        w.channel("general"),
    ] {
        let there = w.everything(&channel);
        for word in &secret {
            assert!(
                !there.contains(word.as_str()),
                "{word} is told in {channel}:\n{there}"
            );
        }
    }
}

#[test]
fn an_outage_that_is_a_leak_of_personal_data_in_japanese() {
    a_leak(Lang::Ja);
}

#[test]
fn an_outage_that_is_a_leak_of_personal_data_in_english() {
    a_leak(Lang::En);
}

impl Desk {
    /// The incident that took over from the one that was restricted.
    fn restricted_to(&self) -> IncidentId {
        let all = self.model.snapshot.incidents.iter();
        let mut all = all.filter(|summary| summary.private);
        all.next().expect("a private one").incident.id.clone()
    }

    /// What an incident came out of.
    fn restricted_from(&self, id: &IncidentId) -> IncidentId {
        self.incident(id)
            .came_of
            .clone()
            .expect("it came out of one")
    }
}
