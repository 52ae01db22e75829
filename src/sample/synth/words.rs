//! What made-up people are called and say.

use crate::domain::words::Lang;

const FAMILY: &[(&str, &str)] = &[
    ("佐藤", "sato"),
    ("鈴木", "suzuki"),
    ("高橋", "takahashi"),
    ("田中", "tanaka"),
    ("伊藤", "ito"),
    ("渡辺", "watanabe"),
    ("山本", "yamamoto"),
    ("中村", "nakamura"),
    ("小林", "kobayashi"),
    ("加藤", "kato"),
    ("Clarke", "clarke"),
    ("Nair", "nair"),
    ("Kim", "kim"),
    ("Okafor", "okafor"),
    ("Larsen", "larsen"),
    ("Moreau", "moreau"),
];
const GIVEN: &[(&str, &str)] = &[
    ("健一", "kenichi"),
    ("美咲", "misaki"),
    ("大輔", "daisuke"),
    ("優子", "yuko"),
    ("翔太", "shota"),
    ("さくら", "sakura"),
    ("直樹", "naoki"),
    ("拓海", "takumi"),
];
const GIVEN_EN: &[&str] = &[
    "Emma", "Daniel", "Priya", "Ada", "Jonas", "Claire", "Noah", "Ines",
];

/// A name and a handle that no other number has.
pub fn person(n: usize) -> (String, String) {
    let (family, handle) = FAMILY[n % FAMILY.len()];
    let turn = n / FAMILY.len();
    let round = turn / GIVEN.len();
    let mark = if round == 0 {
        String::new()
    } else {
        format!(" {}", round + 1)
    };
    let (given, given_handle) = GIVEN[turn % GIVEN.len()];
    if family.is_ascii() {
        let given = GIVEN_EN[turn % GIVEN_EN.len()];
        let handle = format!("{}.{handle}", given.to_lowercase());
        return (
            format!("{given} {family}{mark}"),
            format!("{handle}{}", mark.trim()),
        );
    }
    (
        format!("{family} {given}{mark}"),
        format!("{given_handle}.{handle}{}", mark.trim()),
    )
}

const TITLES: &[(&str, &str, &str)] = &[
    ("payments", "カード決済が失敗している", "Card payments fail"),
    ("shop", "商品ページの表示が遅い", "Product pages are slow"),
    ("search", "検索結果が 0 件になる", "Searches find nothing"),
    (
        "mail",
        "注文確認メールが届かない",
        "Order confirmations do not arrive",
    ),
    (
        "login",
        "ログインできないユーザーがいる",
        "Some users cannot log in",
    ),
    (
        "api",
        "公開 API がタイムアウトする",
        "The public API times out",
    ),
    (
        "delivery",
        "配送状況が更新されない",
        "Delivery states are not updated",
    ),
    (
        "images",
        "商品画像がアップロードできない",
        "Product images cannot be uploaded",
    ),
];

pub fn title(rng: &mut fastrand::Rng, lang: Lang) -> (&'static str, String) {
    let (service, ja, en) = TITLES[rng.usize(..TITLES.len())];
    let title = match lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    (service, title.to_owned())
}

const SITUATIONS: &[(&str, &str)] = &[
    (
        "失敗率は {p}%。影響は一部のユーザーで、問い合わせは {n} 件です。原因は調査中、復旧の見込みはまだ立っていません。",
        "{p}% of requests fail. Some users are affected; {n} inquiries so far. The cause is being looked into, and there is no outlook yet.",
    ),
    (
        "直近のリリースを切り戻しています。{n} 台中の半分が完了し、失敗率は {p}% まで下がりました。",
        "The last release is being rolled back: half of {n} servers are done, and failures are down to {p}%.",
    ),
    (
        "データベースの接続が上限に達しています。読み取りを別系統に逃がし、応答は {n} ミリ秒に戻りつつあります。",
        "The database has run out of connections. Reads go to the replica, and answers are getting back to {n} ms.",
    ),
    (
        "失敗率は {p}% で安定しています。お客様向けのお知らせを掲載済み。次の確認は {n} 分後です。",
        "Failures are steady at {p}%. The notice to customers is out. Next check in {n} minutes.",
    ),
];
const NOTES: &[(&str, &str)] = &[
    (
        "失敗は {n} 番のサーバーに集中している。",
        "Failures gather on server {n}.",
    ),
    (
        "{n} 分前の設定変更は無関係と確認。",
        "The configuration change {n} minutes ago is ruled out.",
    ),
    (
        "ログを保全した ({n} ファイル)。",
        "Logs are kept ({n} files).",
    ),
    (
        "再試行が増え、外部 API の応答が {n} ミリ秒になっている。",
        "Retries pile up; the external API answers in {n} ms.",
    ),
    (
        "影響した注文は {n} 件。一覧をサポートに渡した。",
        "{n} orders are affected. Support has the list.",
    ),
    (
        "キャッシュを消しても変化なし。失敗率 {p}%。",
        "Clearing the cache changed nothing: {p}% fail.",
    ),
];
const MESSAGES: &[(&str, &str)] = &[
    (
        "手元でも再現しました。{n} 回に 1 回くらいです",
        "I can reproduce it, about once in {n} tries",
    ),
    (
        "ダッシュボードを見ています。失敗率 {p}% です",
        "Looking at the dashboard: {p}% fail",
    ),
    (
        "問い合わせは合計 {n} 件になりました",
        "{n} inquiries in all by now",
    ),
    (
        "切り戻しを始めます。{n} 分ほどかかります",
        "Starting the rollback, it takes about {n} minutes",
    ),
    (
        "レプリカの遅延は {n} 秒です。増えてはいません",
        "Replica lag is {n} s and not growing",
    ),
    ("ありがとうございます、確認します", "Thanks, checking"),
    (
        "それは関係なさそうです。同じ構成の検証環境では起きていません",
        "That seems unrelated: staging has the same setup and no failures",
    ),
    (
        "お知らせの文面を書きました。どなたか確認をお願いします",
        "The notice is drafted, could somebody read it?",
    ),
    (
        "{n} 番のサーバーを切り離しました",
        "Server {n} is out of rotation",
    ),
    (
        "エラーの内訳です:\nタイムアウト {p}%\n接続拒否 {n} 件",
        "What the errors are:\ntimeouts {p}%\nrefused connections {n}",
    ),
    (
        "直りました! 新しい注文も通っています",
        "It works again! New orders go through",
    ),
    (
        "次の報告まであと {n} 分です",
        "{n} minutes to the next report",
    ),
];
const TASKS: &[(&str, &str)] = &[
    ("ログの調査", "reading the logs"),
    ("切り戻し", "the rollback"),
    ("お客様向けのお知らせ", "the notice to customers"),
    ("影響範囲の集計", "counting who is affected"),
    ("データベースの確認", "checking the database"),
];

fn pick(
    rng: &mut fastrand::Rng,
    lang: Lang,
    from: &[(&'static str, &'static str)],
) -> &'static str {
    let (ja, en) = from[rng.usize(..from.len())];
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn filled(rng: &mut fastrand::Rng, lang: Lang, from: &[(&'static str, &'static str)]) -> String {
    let text = pick(rng, lang, from);
    let (p, n) = (rng.u32(1..60), rng.u32(2..90));
    text.replace("{p}", &p.to_string())
        .replace("{n}", &n.to_string())
}

pub fn situation(rng: &mut fastrand::Rng, lang: Lang) -> String {
    filled(rng, lang, SITUATIONS)
}

pub fn note(rng: &mut fastrand::Rng, lang: Lang) -> String {
    filled(rng, lang, NOTES)
}

pub fn message(rng: &mut fastrand::Rng, lang: Lang) -> String {
    filled(rng, lang, MESSAGES)
}

pub fn task(rng: &mut fastrand::Rng, lang: Lang) -> &'static str {
    pick(rng, lang, TASKS)
}

pub const fn done(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "残りの作業はすべて完了",
        Lang::En => "all that was left is done",
    }
}
