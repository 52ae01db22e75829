//! An outage that turns out to be a leak of personal data: it goes on among few people, evidence
//! comes before the fix, the clocks of the law run, and the public channel never learns of it.

use super::rig::World;
use super::told;
use matoi::domain::ids::IncidentId;
use matoi::domain::words::Lang;
use serde_json::json;

const CONFIG: &str = r##"
time_zone = "JST"
[invite]
followers = ["@daniel"]
security_people = ["@yamamoto"]
[broadcast]
outage = ["#dev", "#support", "#leads"]
security = ["#leads"]
[[services]]
id = "shop"
name = { en = "Shop", ja = "ショップ" }
groups = ["@shop"]
[[levels]]
id = "1"
name = { en = "Critical", ja = "最重大" }
checklist = "severe"
[[levels]]
id = "2"
name = { en = "High", ja = "重大" }
checklist = "light"
"##;

struct Leak {
    w: World,
    public: String,
    private: String,
    id: IncidentId,
}

/// The incident's item of that id is done, as its number on the checklist is said to the program.
fn done(leak: &mut Leak, who: &str, ids: &[&str]) {
    let incident = leak.w.at("sato").incident(&leak.id);
    let list = incident.checklist();
    let number = |id: &&str| {
        let at = list.iter().position(|check| check.item.id == **id);
        at.map_or_else(|| unreachable!("no item {id}"), |at| (at + 1).to_string())
    };
    let numbers: Vec<String> = ids.iter().map(number).collect();
    let word = leak.w.say("完了", "done");
    let room = leak.private.clone();
    // Read within the minute, however long ago the last look was.
    leak.w.pass(10);
    leak.w
        .post(who, &room, &format!("@matoi {word} {}", numbers.join(" ")));
}

fn play(lang: Lang) -> Leak {
    let mut w = World::new("14:00", lang, CONFIG, &["sato", "ito", "yamamoto"]);
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
    w.act("sato", "l", &[("level", "2")]);
    w.at("ito").keys("Enter");
    w.act(
        "ito",
        "c",
        &[
            ("role", "ops"),
            (
                "task",
                w_say(lang, "キャッシュの確認", "looking at the cache"),
            ),
        ],
    );
    w.until("14:06");
    w.join("tanaka", &public);
    let found = w.post(
        "tanaka",
        &public,
        w_say(
            lang,
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
    w.act("sato", "D", &[]);
    w.shot("sato", "evidence-first");
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
    };
    respond(&mut leak);
    tell(&mut leak);
    finish(&mut leak);
    leak
}

const fn w_say(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// What only those may read who work on it.
fn secrets(lang: Lang) -> [&'static str; 4] {
    [
        w_say(lang, "312 人", "312 people"),
        w_say(lang, "CDN", "CDN"),
        w_say(lang, "受付番号", "data protection authority"),
        w_say(lang, "住所と電話番号", "addresses and phone numbers"),
    ]
}

fn respond(leak: &mut Leak) {
    let lang = leak.w.lang;
    let (room, public) = (leak.private.clone(), leak.public.clone());
    for who in ["sato", "ito", "yamamoto"] {
        let id = leak.id.clone();
        leak.w.at(who).go_to(&id);
    }
    let w = &mut leak.w;
    w.shot("sato", "private");
    // Somebody who was not taken along asks where it is public.
    w.join("emma", &public);
    w.post("emma", &public, w_say(lang, "@matoi 状況", "@matoi status"));
    w.until("14:14");
    let look = w_say(
        lang,
        "CDN のキャッシュとアクセスログを消さずに保全する",
        "Keep the CDN's cache and access logs before anything is cleared",
    );
    w.act(
        "sato",
        ", t",
        &[("line", look), ("person", "@takahashi"), ("minutes", "15")],
    );
    w.until("14:22");
    let kept = w.post(
        "takahashi",
        &room,
        w_say(
            lang,
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
    let cut = w_say(
        lang,
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
                w_say(lang, "履歴の表示が遅くなる", "the history gets slow"),
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
                w_say(
                    lang,
                    "14:33 に無効化。他人の履歴は出なくなった",
                    "off at 14:33; nobody sees another's history any more",
                ),
            ),
        ],
    );
    w.act("sato", "s", &[("situation", w_say(lang, "何が: 他人の注文履歴が見えていた。14:33 に停止\n誰に: 312 人の氏名・住所と電話番号・注文内容\nいつから: 13:50〜14:33\n次: 対象者の確定、監督機関への速報", "What: people saw others' order history; stopped at 14:33\nWho: names, addresses and phone numbers, and orders of 312 people\nSince: 13:50 to 14:33\nNext: settle whose data, preliminary report to the authority"))]);
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
    let lang = leak.w.lang;
    let w = &mut leak.w;
    w.until("15:00");
    w.act("sato", "w", &[("role", "comms"), ("person", "@yamamoto")]);
    w.act("sato", ", N", &[("text", w_say(lang, "本日 13:50〜14:33、注文履歴に他のお客様の情報が表示される不具合がありました。対象は 312 名で、個別にご連絡します。該当箇所は停止済みです。誠に申し訳ございません。", "Today from 13:50 to 14:33 the order history could show another customer's details. It concerns 312 people, whom we write to one by one. The page is stopped. We are sorry."))]);
    w.act("yamamoto", ", A", &[]);
    w.act(
        "sato",
        ", P",
        &[(
            "target",
            w_say(lang, "対象 312 名へのメール", "e-mail to the 312 people"),
        )],
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
    leak.w.leap(45);
    let room = leak.private.clone();
    leak.w.post(
        "tanaka",
        &room,
        w_say(
            lang,
            "個人情報保護委員会へ速報を提出しました (受付番号あり)",
            "The preliminary report is with the data protection authority",
        ),
    );
    leak.w.shot("sato", "before-preliminary");
    done(leak, "tanaka", &["authority-preliminary"]);
    leak.w.shot("sato", "after-preliminary");
}

fn finish(leak: &mut Leak) {
    let lang = leak.w.lang;
    leak.w.leap(24 * 26);
    let room = leak.private.clone();
    leak.w.post(
        "tanaka",
        &room,
        w_say(lang, "確報を提出しました", "The final report is handed in"),
    );
    done(leak, "tanaka", &["authority-final", "stricter-prevention"]);
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
            &[("section", section), ("text", w_say(lang, ja, en))],
        );
    }
    w.act(
        "sato",
        ", z",
        &[
            (
                "line",
                w_say(
                    lang,
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
    let open = open.filter(|c| c.required && c.state == matoi::domain::incident::ItemState::Open);
    let open: Vec<String> = open.map(|check| check.item.id).collect();
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    done(leak, "takahashi", &open);
    let w = &mut leak.w;
    w.act("sato", ", V", &[]);
    told::agree(w, &["sato", "ito", "yamamoto"]);
    w.act_offline("sato", "R", &[]);
    w.pass(300);
    w.shot("sato", "resolved");
}

fn a_leak(lang: Lang) {
    let mut leak = play(lang);
    let w = &mut leak.w;
    let public = told::channel(w, &leak.public);
    told::snapshot(w, "leak-public-channel", &public);
    // Not one word of what is among few is anywhere else: text, metadata, topic, card, pins.
    let name = w.slack.with_state(|state| {
        let mut rooms = state.channels();
        let room = rooms.find(|room| room.channel.id == leak.private);
        room.expect("it exists").channel.name.clone()
    });
    let mut secret = vec![name, leak.private.clone(), leak.id.to_string()];
    secret.extend(secrets(lang).map(str::to_owned));
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
