//! An outage of 95 minutes: from the alert to the end of its papers, with a hand-over, a Slack that
//! is gone for some minutes, and a recovery that does not last.

use super::rig::{COMPANY, World};
use super::told;
use super::written;
use matoi::app::export::markdown;
use matoi::domain::words::Lang;
use matoi::workspace::faults::{Fault, Kind};
use serde_json::json;

fn play(lang: Lang) -> World {
    let mut w = World::new("02:50", lang, COMPANY, &["sato", "ito", "tanaka"]);
    let dev = w.channel("dev");
    let alert = w.say(
        "[FIRING] shop: 注文完了率 12% (しきい値 90%)、5分継続",
        "[FIRING] shop: order completion 12% (threshold 90%) for 5 min",
    );
    w.call(
        "kanshi",
        "chat.postMessage",
        json!({"channel": dev, "text": alert}),
    );
    w.until("02:52");
    let title = w.say("カード決済で注文できない", "Card payments fail at checkout");
    w.act(
        "sato",
        "d",
        &[
            ("service", "shop"),
            ("title", title),
            ("temperature", "red"),
        ],
    );
    let room = w.channel("shop-");
    w.shot("sato", "declared");
    w.act("sato", "h", &[]);
    w.act("sato", "l", &[("level", "2")]);
    w.until("02:54");
    let situation = w.say(
        "何が: カード決済の注文がほぼ失敗。コンビニ払いは正常\n誰に: カードで購入する全員。問い合わせ 6 件\nいつから: 02:50 ごろ\n試したこと・次: 未着手。直近のリリースを確認する",
        "What: nearly all orders by card fail; convenience store payment works\nWho: everybody who pays by card; 6 inquiries so far\nSince: about 02:50\nTried, next: nothing yet; look at the latest release",
    );
    w.act("sato", "s", &[("situation", situation)]);
    let text = w.say(
        "見ています。02:45 に 812 をリリースしました",
        "Looking. We released 812 at 02:45",
    );
    let release = w.post("takahashi", &room, text);
    w.at("ito").keys("Enter");
    let task = w.say("基盤側の確認", "checking the platform");
    w.act("ito", "c", &[("role", "ops"), ("task", task)]);
    w.until("02:56");
    w.join("emma", &room);
    w.post(
        "emma",
        &room,
        w.say("@matoi 参加 書記", "@matoi join scribe"),
    );
    w.post(
        "kobayashi",
        &room,
        w.say("@matoi 検知 02:50", "@matoi detected 02:50"),
    );
    w.until("02:58");
    w.act("sato", "m", &[("milestone", "started"), ("time", "02:50")]);
    let why = w.say(
        "決済ゲートウェイを見てほしい",
        "please look at the payment gateway",
    );
    w.act("sato", ", c", &[("person", "@suzuki"), ("why", why)]);
    let look = w.say(
        "812 の差分で決済に触れた箇所を洗い出す",
        "List what 812 changed in payments",
    );
    w.act(
        "sato",
        ", t",
        &[("line", look), ("person", "@takahashi"), ("minutes", "10")],
    );
    w.until("03:00");
    w.post(
        "suzuki",
        &room,
        w.say(
            "入りました。ゲートウェイの応答を確認します",
            "Joined. Checking what the gateway answers",
        ),
    );
    w.act(
        "sato",
        ", r",
        &[
            ("conditions", w.say("02:50 からカード決済の注文がほぼ失敗。コンビニ払いは正常。", "Since 02:50 nearly all orders by card fail. Convenience store payment works.")),
            ("actions", w.say("02:45 のリリース 812 の差分を高橋が、決済ゲートウェイを鈴木が確認中。", "Takahashi reads the changes of release 812 (02:45), Suzuki checks the payment gateway.")),
            ("needs", w.say("なし", "none")),
            ("minutes", "30"),
        ],
    );
    w.act("sato", "w", &[("role", "comms"), ("person", "@tanaka")]);
    w.until("03:03");
    w.act(
        "sato",
        ", f",
        &[(
            "line",
            w.say(
                "812 の決済クライアント更新でタイムアウトが短すぎる",
                "812's payment client has too short a timeout",
            ),
        )],
    );
    w.act(
        "sato",
        ", f",
        &[(
            "line",
            w.say(
                "決済ゲートウェイ側の障害",
                "the payment gateway itself is failing",
            ),
        )],
    );
    w.post(
        "nakamura",
        &room,
        w.say(
            "@matoi 必要 SNS に出す文面の承認者",
            "@matoi need somebody to approve the words for social media",
        ),
    );
    w.until("03:07");
    w.pass(60);
    w.post(
        "suzuki",
        &room,
        w.say(
            "ゲートウェイは正常です。先方のステータスも緑、他社の決済も通っています",
            "The gateway is fine: their status is green, and other shops' payments go through",
        ),
    );
    w.pin("emma", &room, &release);
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "H2"),
            ("state", "ruled_out"),
            (
                "line",
                w.say("ゲートウェイは正常 (鈴木)", "gateway is fine (Suzuki)"),
            ),
        ],
    );
    w.until("03:11");
    w.post("takahashi", &room, w.say("812 で決済クライアントを v3 に上げています。既定のタイムアウトが 30 秒から 2 秒に変わりました", "812 moved the payment client to v3: its default timeout went from 30 s to 2 s"));
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "T1"),
            ("state", "done"),
            (
                "line",
                w.say(
                    "v3 でタイムアウトが 30 秒から 2 秒に",
                    "v3: timeout 30 s became 2 s",
                ),
            ),
        ],
    );
    w.at("sato").keys(", d");
    w.act(
        "sato",
        "",
        &[
            ("line", w.say("812 を切り戻す", "Roll back 812")),
            (
                "risk",
                w.say(
                    "同時に入ったカートの修正も戻る",
                    "the cart fix that came with it goes too",
                ),
            ),
            ("minutes", "2"),
        ],
    );
    w.shot("sato", "deep");
    w.shot_small("tanaka", "deep");
    w.post(
        "kobayashi",
        &room,
        w.say(
            "カートの修正は明日入れ直せます。反対なし",
            "The cart fix can wait till tomorrow. No objection",
        ),
    );
    w.until("03:15");
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "D1"),
            ("state", "decided"),
            (
                "line",
                w.say(
                    "エラーは 812 のデプロイ直後から。戻すのが最短",
                    "Errors began right after release 812; going back is the shortest way",
                ),
            ),
            ("person", "@takahashi"),
            ("time_box", "10"),
        ],
    );
    w.act("sato", "p", &[("phase", "fixing")]);
    w.at("tanaka").keys("Enter");
    let notice = w.say(
        "現在、クレジットカードでのご注文が完了しない事象が発生しています (02:50 ごろから)。コンビニ払いはご利用いただけます。03:45 までに続報をお知らせします。ご迷惑をおかけし申し訳ございません。",
        "Since about 02:50 orders by credit card cannot be completed. Paying at a convenience store works. We will tell you more by 03:45. We are sorry for the trouble.",
    );
    w.act("tanaka", ", N", &[("text", notice)]);
    w.act("sato", ", A", &[]);
    w.act(
        "tanaka",
        ", P",
        &[("target", w.say("ステータスページ", "status page"))],
    );
    w.act(
        "tanaka",
        ", s",
        &[
            ("entry", "N1"),
            ("state", "met"),
            ("line", w.say("佐藤が承認", "Sato approves")),
        ],
    );
    w.until("03:19");
    w.post(
        "takahashi",
        &room,
        w.say(
            "切り戻し完了。注文完了率は 12% から 71% に回復。まだ 3 割ほど失敗しています",
            "Rolled back. Order completion went from 12% to 71%; three in ten still fail",
        ),
    );
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "D1"),
            ("state", "resulted"),
            (
                "line",
                w.say(
                    "71% まで回復、3 割は失敗のまま",
                    "71% succeed, 30% still fail",
                ),
            ),
        ],
    );
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "H1"),
            ("state", "confirmed"),
            (
                "line",
                w.say("切り戻しで 71% まで回復", "rolling back brought it to 71%"),
            ),
        ],
    );
    w.until("03:22");
    w.act("sato", ", p", &[]);
    let roll = w.say("在席確認", "Who is still with us");
    for who in ["takahashi", "suzuki", "emma", "kobayashi"] {
        w.press_at_once(who, &room, roll, "hand");
    }
    w.settle_long();
    w.act(
        "ito",
        ", f",
        &[(
            "line",
            w.say(
                "タイムアウトで残った接続が DB のプールを塞いでいる",
                "connections left by the timeouts fill the database pool",
            ),
        )],
    );
    w.act(
        "sato",
        ", t",
        &[
            (
                "line",
                w.say(
                    "DB の接続プールの使用状況を見る",
                    "Look at what holds the database pool",
                ),
            ),
            ("person", "@ito"),
            ("minutes", "10"),
        ],
    );
    w.until("03:29");
    w.act(
        "sato",
        ", r",
        &[
            ("conditions", w.say("注文の 71% が成功。残りはカード決済でエラー。コンビニ払いは正常。", "71% of orders succeed; the rest fail in card payment. Convenience store payment works.")),
            ("actions", w.say("812 を切り戻し済み。DB の接続プールを伊藤が確認中。", "812 is rolled back. Ito looks at the database pool.")),
            ("needs", w.say("なし", "none")),
            ("minutes", "30"),
        ],
    );
    // Slack is gone for four minutes: work goes on.
    w.until("03:32");
    w.slack.add_fault(Fault::always("*", Kind::Html));
    w.pass(20);
    w.act_offline(
        "ito",
        "n",
        &[(
            "text",
            w.say(
                "プール 200/200。解放されない接続が 160",
                "pool at 200/200, of which 160 are never given back",
            ),
        )],
    );
    w.act_offline(
        "ito",
        ", s",
        &[
            ("entry", "T2"),
            ("state", "done"),
            (
                "line",
                w.say(
                    "解放されない接続が 160",
                    "160 connections are never given back",
                ),
            ),
        ],
    );
    w.pass(45);
    w.act_offline(
        "ito",
        ", d",
        &[
            (
                "line",
                w.say(
                    "決済 API を順に再起動する",
                    "Restart the payment API one by one",
                ),
            ),
            (
                "risk",
                w.say(
                    "再起動中は処理能力が 2 割落ちる",
                    "20% less capacity meanwhile",
                ),
            ),
            ("minutes", "2"),
        ],
    );
    w.shot("ito", "offline");
    // Whenever in the next minute it is tried again.
    w.until("03:36");
    w.slack.clear_faults();
    w.pass(60);
    w.settle();
    w.until("03:38");
    w.act(
        "sato",
        ", s",
        &[
            ("entry", "D2"),
            ("state", "decided"),
            ("person", "@ito"),
            ("time_box", "15"),
        ],
    );
    w.act("sato", ", s", &[("entry", "H3"), ("state", "confirmed")]);
    w.until("03:45");
    w.act("sato", ", h", &[("person", "@ito"), ("minutes", "5")]);
    w.at("ito").keys(", a");
    w.shot("ito", "hand-over");
    w.act("ito", "", &[]);
    w.join("sato", &room);
    w.post(
        "sato",
        &room,
        w.say(
            "伊藤さん、お願いします。休憩に入ります",
            "Over to you, Ito. I am taking a break",
        ),
    );
    w.act("sato", "C", &[("person", "@sato")]);
    w.until("03:52");
    w.act(
        "ito",
        ", s",
        &[
            ("entry", "D2"),
            ("state", "resulted"),
            (
                "line",
                w.say(
                    "全台再起動。注文完了率 98%",
                    "all restarted; order completion 98%",
                ),
            ),
        ],
    );
    // The timekeeper has said that the notice of 03:47 did not come.
    w.until("03:54");
    let notice = w.say(
        "クレジットカードでのご注文は、現在ほぼ完了できるようになっています。引き続き確認しており、04:30 までに改めてお知らせします。",
        "Most orders by credit card can be completed again. We go on checking, and will tell you more by 04:30.",
    );
    publish(&mut w, notice);
    w.until("03:58");
    w.act(
        "tanaka",
        ", r",
        &[
            (
                "conditions",
                w.say(
                    "注文完了率 98%。新しい問い合わせは 03:50 以降なし。",
                    "98% of orders complete. No new inquiries since 03:50.",
                ),
            ),
            (
                "actions",
                w.say(
                    "決済 API を全台再起動済み。様子を見ている。",
                    "All of the payment API is restarted. We are watching it.",
                ),
            ),
            ("needs", w.say("なし", "none")),
            ("minutes", "30"),
        ],
    );
    w.post(
        "suzuki",
        &room,
        w.say("@matoi 復旧 03:53", "@matoi recovered 03:53"),
    );
    w.shot("ito", "hold");
    w.press(
        "takahashi",
        &room,
        w.say("復旧の報告", "Recovery claimed"),
        "white_check_mark",
    );
    w.until("04:09");
    w.act("ito", "r", &[("time", "03:53")]);
    w.until("04:14");
    w.join("tanaka", &room);
    w.post(
        "tanaka",
        &room,
        w.say(
            "また「カードで払えない」の問い合わせが 3 件来ました (04:11 以降)",
            "Three more inquiries: \"cannot pay by card\" (since 04:11)",
        ),
    );
    w.act(
        "ito",
        "O",
        &[(
            "reason",
            w.say(
                "04:11 からカード決済が再び失敗",
                "card payments fail again since 04:11",
            ),
        )],
    );
    w.until("04:16");
    w.post("takahashi", &room, w.say("夜間バッチの決済クライアントが v3 のままでした。04:10 に起動して接続を使い切っています", "The nightly batch still had client v3. It began at 04:10 and takes all connections"));
    w.act(
        "ito",
        ", t",
        &[
            (
                "line",
                w.say(
                    "夜間バッチを止め、v2 に戻す",
                    "Stop the nightly batch and put it back on v2",
                ),
            ),
            ("person", "@takahashi"),
            ("minutes", "10"),
        ],
    );
    w.until("04:23");
    w.post(
        "takahashi",
        &room,
        w.say(
            "バッチを止めて v2 に戻しました。接続は 40/200 で安定",
            "Batch stopped and back on v2. 40 of 200 connections, steady",
        ),
    );
    w.act("ito", ", s", &[("entry", "T3"), ("state", "done")]);
    w.until("04:26");
    w.act("ito", ", g", &[("time", "04:25"), ("minutes", "10")]);
    for who in ["takahashi", "suzuki"] {
        w.press_at_once(
            who,
            &room,
            w.say("復旧の報告", "Recovery claimed"),
            "white_check_mark",
        );
    }
    w.settle_long();
    w.until("04:37");
    w.act("ito", "r", &[("time", "04:25")]);
    w.act("ito", "T", &[]);
    w.act(
        "tanaka",
        ", r",
        &[
            ("conditions", w.say("04:25 に復旧。注文完了率 99%、12 分間安定。", "Recovered at 04:25. 99% of orders complete, steady for 12 min.")),
            ("actions", w.say("812 と夜間バッチを v2 に戻した。失敗した注文の確認は 9 時から。", "812 and the nightly batch are back on client v2. Failed orders are gone through from 9:00.")),
            ("needs", w.say("なし", "none")),
            ("last", "yes"),
        ],
    );
    let notice = w.say(
        "クレジットカードでのご注文の不具合は、04:25 に解消しました。ご迷惑をおかけし申し訳ございませんでした。",
        "Orders by credit card work again since 04:25. We are sorry for the trouble.",
    );
    publish(&mut w, notice);
    papers(&mut w, &room);
    w
}

/// What recovery leaves to be done.
fn papers(w: &mut World, room: &str) {
    w.until("09:10");
    w.post("takahashi", room, w.say("失敗した注文 412 件を確認。二重請求はなし。未完了の 9 件は取り消し済みです", "Went through the 412 failed orders: nobody was charged twice, 9 unfinished ones are cancelled"));
    w.until("10:30");
    for (section, ja, en) in [
        (
            "impact",
            "02:50〜03:53 と 04:11〜04:25 にカード決済の注文 412 件が失敗。二重請求なし。問い合わせ 31 件。",
            "412 orders by card failed between 02:50 and 03:53 and between 04:11 and 04:25. Nobody was charged twice. 31 inquiries.",
        ),
        (
            "cause",
            "決済クライアント v3 の既定タイムアウトが 2 秒に変わり、途中で切れた接続が DB のプールを使い切った。夜間バッチも v3 だった。",
            "The payment client v3 times out after 2 s by default; connections cut off midway filled the database pool. The nightly batch used v3 too.",
        ),
        (
            "fix",
            "812 と夜間バッチを v2 に戻し、決済 API を再起動した。",
            "812 and the nightly batch were put back on v2, and the payment API was restarted.",
        ),
        (
            "summary",
            "リリース 812 でカード決済の注文が失敗。切り戻しと再起動で復旧。夜間バッチで再発し、04:25 に復旧。",
            "Release 812 made orders by card fail. Rolled back and restarted; it came back with the nightly batch, and was over at 04:25.",
        ),
    ] {
        w.act(
            "ito",
            ", w",
            &[("section", section), ("text", w.say(ja, en))],
        );
    }
    w.act(
        "ito",
        ", z",
        &[
            (
                "line",
                w.say(
                    "決済クライアントのタイムアウトを設定で明示し、CI で検査する",
                    "Set the payment client's timeout explicitly, and check it in CI",
                ),
            ),
            ("person", "@takahashi"),
            ("days", "7"),
        ],
    );
    w.act(
        "ito",
        ", z",
        &[
            (
                "line",
                w.say(
                    "接続プールの残りが 2 割を切ったら知らせる監視を追加する",
                    "Alert when less than 20% of the connection pool is left",
                ),
            ),
            ("person", "@ito"),
            ("days", "7"),
        ],
    );
    w.shot("ito", "gate");
    for n in ["A1", "A2"] {
        w.act(
            "ito",
            ", s",
            &[
                ("entry", n),
                ("state", "deferred"),
                (
                    "line",
                    w.say("来週のリリースで対応", "with next week's release"),
                ),
            ],
        );
    }
    w.post(
        "takahashi",
        room,
        w.say("@matoi 完了 1 2 3 4 5 6", "@matoi done 1 2 3 4 5 6"),
    );
    w.post(
        "emma",
        room,
        w.say(
            "@matoi 完了 7 8 11 12 14 15 16",
            "@matoi done 7 8 11 12 14 15 16",
        ),
    );
    w.until("11:00");
    w.post(
        "emma",
        room,
        w.say("@matoi 完了 18 19 20", "@matoi done 18 19 20"),
    );
    post_mortem(w);
    told::agree(w, &["sato", "ito", "tanaka"]);
    w.act_offline("ito", "R", &[]);
    w.pass(300);
    w.shot("ito", "resolved");
}

/// It is held back until it is written, and until nothing in it is left to fill in.
fn post_mortem(w: &mut World) {
    let unsaid = w.say(
        "ポストモーテムが必要か未判定",
        "Whether a post-mortem is due",
    );
    refused(w, "R", unsaid);
    w.act("ito", ", H", &[("several", "yes"), ("recurs", "yes")]);
    let unwritten = w.say(
        "ポストモーテムが書かれていない",
        "The post-mortem is not written",
    );
    refused(w, "R", unwritten);
    refused(
        w,
        ", V",
        w.say("まだ書かれていません", "No post-mortem is written"),
    );
    // Ito fills in what went well, and asks Tanaka and the others for the rest.
    let well = (
        w.say("うまくいったこと", "What went well"),
        w.say(
            "連絡担当がすぐに決まった。",
            "Somebody spoke to customers from the start.",
        ),
    );
    assert_eq!(fill_in(w, &[well]), 4);
    refused(w, ", V", w.say("未記入が 4 か所", "4 places to fill in"));
    refused(w, "R", w.say("未記入が 4 か所", "4 places to fill in"));
    w.shot("ito", "post-mortem");
    let rest = [
        // The risk of the second decision was said, and not why it was taken.
        (
            w.say("その時にそう判断した理由", "why it made sense at the time"),
            w.say(
                "接続が返らず、再起動のほかに解放する手段がなかった。",
                "Connections were not given back, and nothing but a restart frees them.",
            ),
        ),
        (
            w.say("売上への影響", "Impact on revenue"),
            w.say(
                "失敗した注文は約 180 万円分。",
                "The failed orders were worth about 1.8 million yen.",
            ),
        ),
        (
            w.say("幸運だったこと", "Where we were lucky"),
            w.say("二重請求は起きなかった。", "Nobody was charged twice."),
        ),
        (
            w.say("改善できること", "What can be better"),
            w.say(
                "切り戻しのあと、夜間バッチも確認する。",
                "After a rollback, the nightly batch is looked at too.",
            ),
        ),
    ];
    assert_eq!(fill_in(w, &rest), 0);
    w.act("ito", ", V", &[]);
}

/// What stands in the way, where somebody tries.
#[track_caller]
fn refused(w: &mut World, keys: &str, why: &str) {
    let screen = w.at("ito").refused(keys);
    assert!(screen.contains(why), "{why}:\n{screen}");
}

/// Puts texts in place of gaps, in the editor. Gives how many gaps are left.
fn fill_in(w: &mut World, texts: &[(&str, &str)]) -> u32 {
    let (opens, ends) = (w.say("【未記入: ", "[TO FILL IN: "), w.say("】", "]"));
    let texts: Vec<_> = texts
        .iter()
        .map(|(gap, text)| (format!("{opens}{gap}"), (*text).to_owned()))
        .collect();
    let fill = move |draft: &str| {
        let mut draft = draft.to_owned();
        for (gap, text) in &texts {
            let at = draft.find(gap).expect("a gap");
            let long = draft[at..].find(ends).expect("it ends") + ends.len();
            draft.replace_range(at..at + long, text);
        }
        draft
    };
    let ito = w.at("ito");
    ito.editor = Some(Box::new(fill));
    ito.keys(", M");
    // What is left to fill in, and what is better left out.
    if !ito.model.overlays.is_empty() {
        ito.keys("Esc");
    }
    w.settle();
    let incident = w.at("ito").here();
    incident.lessons.post_mortem.as_ref().expect("kept").gaps
}

/// Customers are told: drafted by one, approved by another. What it says of the next one is promised.
fn publish(w: &mut World, notice: &str) {
    w.act("tanaka", ", N", &[("text", notice)]);
    w.act("ito", ", A", &[]);
    let page = ("target", w.say("ステータスページ", "status page"));
    w.act("tanaka", ", P", &[page]);
}

fn an_outage(lang: Lang) {
    let mut w = play(lang);
    let room = w.channel("shop-");
    let posts = told::posts(&w, &room);
    let own = posts.program.len();
    assert!(own <= posts.people, "{own} of the program, {posts:#?}");
    assert!(own > 20, "what is the program's is found: {posts:#?}");
    told::snapshot(&w, "outage-channel", &told::channel(&w, &room));
    let id = w.at("ito").model.snapshot.incidents[0].incident.id.clone();
    let record = told::record(&mut w, &id);
    told::snapshot(&w, "outage-show", &record);
    let desk = w.at("ito").draft(&id);
    written::holds_what_the_record_holds(&mut w, "ito", &id, &desk.fresh);
    told::snapshot(&w, "outage-postmortem", &desk.fresh);
    let page = w.at("ito").page(&id, lang);
    told::snapshot(&w, "outage-export", &markdown(&page));
    told::screens(&w, "outage");
}

#[test]
fn an_outage_of_95_minutes_in_japanese() {
    an_outage(Lang::Ja);
}

#[test]
fn an_outage_of_95_minutes_in_english() {
    an_outage(Lang::En);
}
