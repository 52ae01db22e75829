//! What each event says to people: in the channel, in the timeline, on the command line.
//!
//! A sentence is pieces, so that the channel can link a person and the terminal can print a name.

use super::event::{About, Body, Kind, Milestone, Named, Outcome, Place};
use super::gate;
use super::ids::{ChannelId, EventId, UserId};
use super::incident::{Incident, Verdict};
use super::learn;
use super::record::remind;
use super::verb::{ROLES, Verb, part_name, role_name};
use super::words::{Lang, Text};
use super::work::{self, Matter};
use crate::wire::explain;
use chrono::{DateTime, Utc};

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, not escaped.
    Text(String),
    /// Somebody, by name.
    Person(UserId),
    /// Somebody who is to be told: linked in the channel.
    Call(UserId),
    /// An instant, in the reader's own zone.
    Time(DateTime<Utc>),
    /// A day, where the time of day says nothing.
    Day(DateTime<Utc>),
    /// A channel of Slack, by id where that is known, and its name.
    Channel(Option<ChannelId>, String),
    /// Emphasis.
    Strong(String),
}

/// A sentence about an event.
pub type Sentence = Vec<Piece>;

pub(super) fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

pub(super) fn strong(text: impl Into<String>) -> Piece {
    Piece::Strong(text.into())
}

/// Says in `lang` what `body`, by `by`, changed; `id` is its event. `incident` is the state around
/// it, for what the body names only by id.
pub fn sentence(
    id: &EventId,
    body: &Body,
    by: &UserId,
    incident: &Incident,
    lang: Lang,
) -> Sentence {
    let ja = lang == Lang::Ja;
    let pick = |en: &str, jp: &str| text(if ja { jp } else { en });
    let who = || Piece::Person(by.clone());
    let named = |n: &Named| strong(level_words(n));
    match body {
        Body::Declared {
            title,
            incident_kind,
            temperature,
            ..
        } => {
            let mut out = vec![
                match (incident_kind, ja) {
                    (Kind::Outage, false) => text("Incident declared: "),
                    (Kind::Outage, true) => text("インシデント宣言: "),
                    (Kind::Security, false) => text("Security incident declared: "),
                    (Kind::Security, true) => text("セキュリティインシデント宣言: "),
                },
                strong(title),
            ];
            if let Some(temperature) = temperature {
                out.push(pick(", temperature ", "、温度感 "));
                out.push(strong(&temperature.name));
            }
            out.push(pick(", by ", "、宣言者 "));
            out.push(who());
            out
        }
        Body::Level { level, .. } => vec![
            pick("Level set to ", "レベルを "),
            named(level),
            pick(" by ", " に設定: "),
            who(),
        ],
        Body::Items { items, .. } => {
            let mut out = vec![pick("Checklist:", "チェックリスト:")];
            let list = incident.checklist();
            for item in items {
                let number = list
                    .iter()
                    .position(|check| check.item.id == item.id)
                    .map_or_else(String::new, |n| format!("{}. ", n + 1));
                let manual = item.manual.as_deref().map(|link| format!(" {link}"));
                let manual = manual.unwrap_or_default();
                out.push(text(format!("\n{number}{}{manual}", item.text)));
            }
            out
        }
        Body::Temperature { temperature } => vec![
            pick("Temperature set to ", "温度感を "),
            strong(&temperature.name),
            pick(" by ", " に設定: "),
            who(),
        ],
        Body::Situation {} => vec![pick("Situation, by ", "いまいまの状況: "), who()],
        Body::Commander { user, reason } => {
            let mut out = match user {
                Some(user) if user == by => vec![
                    Piece::Call(user.clone()),
                    pick(" takes command", " が指揮を執ります"),
                ],
                Some(user) => vec![
                    Piece::Call(user.clone()),
                    pick(" commands, named by ", " が指揮を執ります。指名: "),
                    who(),
                ],
                None => vec![
                    who(),
                    pick(
                        " lays down command; nobody commands",
                        " が指揮を離れました。指揮者がいません",
                    ),
                ],
            };
            out.extend(because(reason.as_deref(), ja));
            out
        }
        Body::Role { role, user } => {
            let name = role_name(ROLES, role).get(lang).to_owned();
            match user {
                Some(user) => vec![strong(name), text(": "), Piece::Call(user.clone())],
                None => vec![strong(name), pick(": nobody", ": 担当なし")],
            }
        }
        Body::CheckedIn { user, role, task } => {
            let mut out = vec![
                Piece::Person(user.clone()),
                pick(" checks in", " がチェックイン"),
            ];
            if let Some(role) = role {
                out.push(text(if ja { "、役割 " } else { " as " }));
                out.push(text(part_name(ROLES, role).get(lang)));
            }
            if let Some(task) = task {
                out.push(text(if ja { "、作業: " } else { ", task: " }));
                out.push(text(task));
            }
            out
        }
        Body::CheckedOut { user } => vec![
            Piece::Person(user.clone()),
            pick(" checks out", " がチェックアウト"),
        ],
        Body::Ticked { item } => vec![
            pick("Done: ", "完了: "),
            text(item_words(incident, item)),
            text(" — "),
            who(),
        ],
        Body::Unticked { item } => vec![
            pick("Open again: ", "未完了に戻す: "),
            text(item_words(incident, item)),
            text(" — "),
            who(),
        ],
        Body::Skipped { item, reason } => vec![
            pick("Not needed: ", "不要: "),
            text(item_words(incident, item)),
            pick(", because ", "、理由: "),
            text(reason),
            text(" — "),
            who(),
        ],
        Body::Assigned { item, user, due } => {
            let mut out = vec![text(item_words(incident, item)), text(": ")];
            match user {
                Some(user) if user == by => out.push(Piece::Person(user.clone())),
                Some(user) => out.push(Piece::Call(user.clone())),
                None => out.push(pick("nobody", "担当なし")),
            }
            if let Some(due) = due {
                out.extend([pick(", until ", "、期限 "), Piece::Time(*due)]);
            }
            out
        }
        Body::ItemAdded { item } => vec![
            pick("Item added: ", "項目を追加: "),
            text(item_words(incident, &item.id)),
            text(" — "),
            who(),
        ],
        Body::Note {} => vec![pick("Note, by ", "記録: "), who()],
        Body::Milestone {
            milestone,
            time,
            link,
        } => {
            let mut out = vec![
                strong(capital(milestone.text().get(lang))),
                text(": "),
                Piece::Time(*time),
                text(" — "),
                who(),
            ];
            if let Some(link) = link {
                out.push(text(format!(" {link}")));
            }
            out
        }
        Body::Message { .. } => vec![strong_person(by)],
        Body::Pinned {
            author,
            excerpt,
            evidence,
            files,
            ..
        } => {
            let mut out = vec![
                if *evidence {
                    pick("Evidence: ", "証拠: ")
                } else {
                    pick("Pinned: ", "ピン留め: ")
                },
                text(if ja {
                    format!("「{excerpt}」{author}")
                } else {
                    format!("\"{excerpt}\" {author}")
                }),
            ];
            // A message without words is excerpted by them.
            let names = files.iter().map(|file| file.name.as_str());
            let names: Vec<&str> = names.filter(|name| !excerpt.contains(name)).collect();
            if !names.is_empty() {
                out.push(text(format!(" [{}]", names.join(", "))));
            }
            out
        }
        Body::Unpinned { .. } => vec![pick("A pin was taken off", "ピン留めを外しました")],
        Body::Timekeeper { minutes: 0 } => {
            vec![
                pick("Timekeeper stopped by ", "タイムキーパーを停止: "),
                who(),
            ]
        }
        Body::Timekeeper { minutes } => vec![
            text(if ja {
                format!("タイムキーパーを開始、{minutes}分ごと: ")
            } else {
                format!("Timekeeper started, every {minutes} min, by ")
            }),
            who(),
        ],
        Body::TimekeeperCall { .. } => vec![pick("Timekeeper", "タイムキーパー")],
        Body::Phase { phase } => vec![
            pick("Phase: ", "段階: "),
            strong(phase.text().get(lang)),
            text(" — "),
            who(),
        ],
        Body::Recovered { time } => {
            let mut out = vec![
                strong(if ja { "復旧" } else { "Recovered" }),
                pick(" since ", "。復旧時刻 "),
                Piece::Time(*time),
                pick(
                    ": users are no longer hurt. Declared by ",
                    "。ユーザー影響は解消しました。宣言: ",
                ),
                who(),
            ];
            out.extend(held(id, incident, ja));
            out
        }
        Body::Resolved { reason, missing } => {
            let whole = missing.is_empty();
            let mut out = vec![
                strong(if ja { "解決" } else { "Resolved" }),
                match (whole, open_items(incident)) {
                    (true, 0) => pick(
                        ": all work is done. Declared by ",
                        "。すべての作業が完了しました。宣言: ",
                    ),
                    (true, open) => text(match ja {
                        true => {
                            format!("。必要な作業は完了しました (任意の{open}項目は未実施)。宣言: ")
                        }
                        false => format!(
                            ": all that was required is done, {open} optional items were left. Declared by "
                        ),
                    }),
                    (false, _) => pick(" by ", "。宣言: "),
                },
                who(),
            ];
            if !whole {
                let names = missing.iter().map(|name| gate::name_text(name, lang));
                let names: Vec<String> = names.collect();
                out.push(pick(", although missing: ", "。未完了のまま: "));
                out.push(text(names.join(if ja { "、" } else { ", " })));
            }
            out.extend(because(reason.as_deref(), ja));
            out
        }
        Body::Archived {} => vec![
            pick(
                "This channel is archived by ",
                "このチャンネルをアーカイブします: ",
            ),
            who(),
        ],
        Body::Cancelled { outcome, reason } => {
            let mut out = vec![strong(outcome.text().get(lang)), text(" — "), who()];
            out.extend(because(Some(reason), ja));
            out
        }
        Body::Reopened { reason } => {
            let mut out = vec![
                strong(if ja { "対応再開" } else { "Reopened" }),
                pick(" by ", ": "),
                who(),
            ];
            if let Some(time) = recovered_before(id, incident) {
                out.extend([
                    pick(". The recovery at ", "。復旧 ("),
                    Piece::Time(time),
                    pick(" no longer holds", ") は取り消し、対応を続けます"),
                ]);
            }
            out.extend(because(Some(reason), ja));
            out
        }
        Body::Merged { place, .. } => vec![
            strong(if ja { "統合" } else { "Merged" }),
            pick(" into ", ": "),
            channel(place),
            text(format!(" ({})", place.title)),
            pick(
                ": the response goes on there. By ",
                " に統合しました。以後の対応はそちらで行います。操作: ",
            ),
            who(),
        ],
        Body::Absorbed { place, .. } => vec![
            channel(place),
            text(format!(" ({})", place.title)),
            pick(
                " was merged into this incident by ",
                " をこのインシデントに統合しました: ",
            ),
            who(),
        ],
        Body::Dropped {
            what,
            target,
            taken,
            code,
            ..
        } => {
            let mut out = vec![
                who(),
                pick(" gave up: ", " が破棄: "),
                text(work_name(what).get(lang)),
            ];
            out.extend(target.as_ref().map(|target| text(format!(" {target}"))));
            out.push(pick(" (of ", " ("));
            out.push(Piece::Time(*taken));
            out.push(match code {
                Some(code) => {
                    let why = explain::words(code);
                    let why = why.get(lang);
                    text(if ja {
                        format!("、Slack が拒否: {why})")
                    } else {
                        format!("; Slack refused it: {why})")
                    })
                }
                None => pick(")", ")"),
            });
            out
        }
        Body::PersonalData { since } => {
            let mut out = vec![
                strong(if ja {
                    "個人情報あり"
                } else {
                    "Personal data involved"
                }),
                text(" — "),
                who(),
            ];
            if let Some(since) = since {
                out.extend([pick(", known since ", "、把握 "), Piece::Time(*since)]);
            }
            out
        }
        Body::Work(deed) => work::sentence(deed, id, by, incident, lang),
        Body::Learnt(learnt) => learn::sentence(learnt, by, incident, lang),
        Body::Question {
            about,
            number,
            levels,
        } => question((*about, *number), levels, incident, ja),
        Body::Answer { outcome, .. } => vec![
            match outcome {
                Outcome::Done => strong(if ja { "記録しました" } else { "Done" }),
                Outcome::Refused => strong(if ja {
                    "実行していません"
                } else {
                    "Not done"
                }),
                Outcome::Proposed => strong(if ja {
                    "提案として記録しました"
                } else {
                    "Noted as a proposal"
                }),
                Outcome::Told => strong(if ja {
                    "お答えします"
                } else {
                    "Here it is"
                }),
            },
            text(" — "),
            who(),
        ],
    }
}

/// What is commonly left to do after recovery, in the order of the numbers to press.
pub const LEFT: &[Text] = &[
    Text::fixed("Data to repair", "データの修復"),
    Text::fixed(
        "Notices to customers, help page",
        "ユーザー告知・ヘルプページ",
    ),
    Text::fixed("Summary and tags", "要約とタグ"),
    Text::fixed("Post-mortem", "ポストモーテム"),
];

/// More than these are read on the board.
const ACTIONS_MAX: usize = 10;

/// The program's question. What is to be pressed or written stands in it.
fn question(
    (about, number): (About, u32),
    levels: &[Named],
    incident: &Incident,
    ja: bool,
) -> Sentence {
    let pick = |en: &str, jp: &str| text(if ja { jp } else { en });
    let head = |en: &str, jp: &str| strong(if ja { jp } else { en });
    match about {
        About::Commander => vec![
            head("Who commands?", "指揮を執る人はいますか"),
            pick(
                " Press ✋, and you do. You can pass it on at any time.",
                " ✋ を押した人が指揮者になります。いつでも引き継げます。",
            ),
        ],
        About::Level => {
            let mut out = vec![
                head("Which level?", "レベルはどれですか"),
                pick(
                    " Press its number; if unsure, the more serious one.",
                    " 番号を押してください。迷ったら重いほうを選びます。",
                ),
            ];
            for (number, level) in levels.iter().enumerate() {
                let words = level_words(level);
                out.push(text(format!("\n{}\u{fe0f}\u{20e3} {words}", number + 1)));
            }
            out
        }
        About::Situation => vec![
            head("What is the situation?", "いまいまの状況を教えてください"),
            pick(
                " What is known is enough, in plain words.\n\
                 • What is affected: which features, which screens?\n\
                 • Must users be told: a notice, inquiries, social media?\n\
                 • Is there an outlook on cause or recovery?\n\
                 • How far may it still spread, and who is needed?\n\
                 Reply here and put 📝 on the reply, or mention me and write: situation …",
                " 分かっている範囲で構いません。専門用語は避けて書いてください。\n\
                 • どの機能・画面に影響がありますか\n\
                 • ユーザーへの案内は必要ですか (告知・問い合わせ・SNS)\n\
                 • 原因や復旧の見通しはありますか\n\
                 • どこまで広がりそうですか。誰の力が必要ですか\n\
                 このスレッドに書いて 📝 を付けるか、このアプリにメンションして「状況は…」と書いてください。",
            ),
        ],
        About::Detected => vec![
            head("When was it first noticed?", "最初に気づいたのはいつですか"),
            pick(
                " ✅: when it was declared. Or put 🔔 on the message that noticed it first, or mention me and write: detected 10:05",
                " 宣言したときなら ✅。最初に気づいた投稿がここにあれば、それに 🔔。それ以外は、このアプリにメンションして「検知 10:05」。",
            ),
        ],
        About::Meeting => vec![
            head(
                "Do we go on in writing, or in a call?",
                "チャットで続けますか、通話にしますか",
            ),
            pick(
                " Press 💬 or 📞. Whoever has a link mentions me and writes: meeting https://…",
                " 💬 か 📞 を押してください。通話のリンクは、このアプリにメンションして「通話 https://…」と書いてください。",
            ),
        ],
        About::Left => {
            let mut out = vec![
                head("What is left?", "残っている作業はありますか"),
                pick(
                    " Press the number of what you take on.",
                    " 引き受けるものの番号を押してください。",
                ),
            ];
            for (number, left) in LEFT.iter().enumerate() {
                let words = if ja { &left.ja } else { &left.en };
                out.push(text(format!("\n{}\u{fe0f}\u{20e3} {words}", number + 1)));
            }
            out
        }
        About::Course => vec![
            head(
                "Is what we are doing still right?",
                "今の進め方はまだ正しいですか",
            ),
            pick(
                " Is there an alternative? Who is missing?",
                " 別の方法はありますか。足りない人はいますか。",
            ),
        ],
        About::Relief => vec![
            head("How are you holding up?", "みなさん大丈夫ですか"),
            pick(
                " Does anyone need relief? Press 🙋, and the commander sees it.",
                " 交代が必要な人は 🙋 を押してください。指揮者に伝わります。",
            ),
        ],
        About::Silent if incident.end().is_side_exit() => vec![
            head(
                "Nobody has written here for a while.",
                "しばらく動きがありません。",
            ),
            pick(
                " Archive this channel? Whoever may close does it in the console, or with matoi archive.",
                " このチャンネルをアーカイブしますか。クローズできる人が、コンソールか matoi archive で行えます。",
            ),
        ],
        About::Silent => vec![
            head(
                "Nobody has written here for a while.",
                "しばらく動きがありません。",
            ),
            pick(
                " Is work left? If not, resolve it: the channel is archived with it.",
                " 残っている作業はありますか。なければ解決にしてください (チャンネルはアーカイブされます)。",
            ),
        ],
        About::Unresolved => vec![
            head(
                "Recovered, and not resolved.",
                "復旧済みですが、まだ解決していません。",
            ),
            pick(
                " What is still to be done, and by whom? Mention me and write status to see what is missing.",
                " 残りは何で、誰がやりますか。このアプリにメンションして「状況」と書くと、足りないものが分かります。",
            ),
        ],
        About::PostMortem => vec![
            head("The post-mortem is due.", "ポストモーテムの期限です。"),
            pick(
                " The draft is made from the record (matoi postmortem); who completes it, and when is it reviewed?",
                " 下書きは記録から作れます (matoi postmortem)。仕上げる人とレビューの日を決めてください。",
            ),
        ],
        About::Archived => {
            let mut out = vec![
                head(
                    "Archived by hand, and not resolved.",
                    "解決しないまま、手動でアーカイブされました。",
                ),
                pick(
                    " Resolve it, or take it up again: ",
                    " 解決するか、再開してください: ",
                ),
            ];
            let closers = incident.closers.clone();
            let commander = incident.commander.as_ref().map(|held| held.user.clone());
            let told = match closers.is_empty() {
                true => commander.into_iter().collect(),
                false => closers,
            };
            for (n, user) in told.into_iter().enumerate() {
                out.extend((n > 0).then(|| text(", ")));
                out.push(Piece::Call(user));
            }
            out
        }
        About::Actions => {
            let mut out = vec![head(
                "Action items are due:",
                "期限の来た再発防止策があります:",
            )];
            // The number is the hour at which the first of them came due, since 1970.
            let due = |matter: &&Matter| {
                let hours = matter.due.map(|due| due.timestamp() / 3600);
                hours.is_some_and(|hours| hours <= i64::from(number))
            };
            let open = remind::open_actions(incident);
            for matter in open.into_iter().filter(due).take(ACTIONS_MAX) {
                out.push(text(format!("\n• {} {}", matter.handle(), matter.line)));
                if let Some(held) = &matter.owner {
                    out.push(text(" — "));
                    out.push(Piece::Call(held.user.clone()));
                }
                if let Some(due) = matter.due {
                    out.push(text(", "));
                    out.push(Piece::Day(due));
                }
            }
            out
        }
    }
}

pub(super) fn channel(place: &Place) -> Piece {
    Piece::Channel(place.channel.clone(), place.name.clone())
}

/// Work beside the acts, by the names that `dropped` events carry. These are permanent.
pub const WORK: &[(&str, Text)] = &[
    (
        "create",
        Text::fixed("opening the channel", "チャンネル作成"),
    ),
    ("topic", Text::fixed("setting the topic", "トピックの更新")),
    (
        "purpose",
        Text::fixed("setting the purpose", "チャンネル説明の設定"),
    ),
    ("card", Text::fixed("the status card", "状況カード")),
    (
        "pin-event",
        Text::fixed("pinning the declaration", "宣言のピン留め"),
    ),
    (
        "pin-card",
        Text::fixed("pinning the status card", "状況カードのピン留め"),
    ),
    ("invite", Text::fixed("inviting", "招待")),
    (
        "invite-group",
        Text::fixed("inviting the group", "グループの招待"),
    ),
    ("announce", Text::fixed("the announcement in", "告知")),
    (
        "restore",
        Text::fixed("saying a deleted act again", "削除された記録の再投稿"),
    ),
    ("delete", Text::fixed("removing a duplicate", "重複の削除")),
    (
        "archive-channel",
        Text::fixed("archiving the channel", "チャンネルのアーカイブ"),
    ),
    (
        "unarchive-channel",
        Text::fixed(
            "bringing the channel back from the archive",
            "アーカイブの解除",
        ),
    ),
];

/// What was given up, in words: an act by its verb, other work by its own name, and as it is
/// written what a later version calls something.
pub fn work_name(what: &str) -> Text {
    let work = WORK.iter().find(|(name, _)| *name == what);
    match (work, Verb::named(what)) {
        (Some((_, text)), _) => text.clone(),
        (None, Some(verb)) => {
            let about = &verb.row().about;
            let (en, ja) = (&about.en, &about.ja);
            crate::both!("\"{en}\"", "「{ja}」")
        }
        (None, None) => Text::same(what),
    }
}

/// A label that begins a sentence.
pub(super) fn capital(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn strong_person(user: &UserId) -> Piece {
    Piece::Person(user.clone())
}

/// Whether a claimed recovery was given its time, and who confirmed it.
fn held(id: &EventId, incident: &Incident, ja: bool) -> Vec<Piece> {
    let Some(hold) = incident.work.holds.get(id) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if hold.skipped {
        out.push(text(if ja {
            "。様子見を省略"
        } else {
            ". The hold was skipped"
        }));
    }
    for (n, user) in hold.confirmed.iter().enumerate() {
        out.push(text(match (n, ja) {
            (0, true) => "。確認: ",
            (0, false) => ". Confirmed by ",
            (_, true) => "、",
            (_, false) => ", ",
        }));
        out.push(Piece::Person(user.clone()));
    }
    out
}

/// Items that nobody did and that nobody has to do.
fn open_items(incident: &Incident) -> usize {
    let (settled, all) = incident.progress();
    all - settled
}

/// When it was taken for recovered before the event of this id took that back.
fn recovered_before(id: &EventId, incident: &Incident) -> Option<DateTime<Utc>> {
    let entries = incident.entries.iter();
    let before = entries.take_while(|entry| entry.id != *id);
    let counted = before.filter(|entry| entry.verdict == Verdict::Accepted);
    counted.fold(None, |recovered, entry| match &entry.body {
        Body::Recovered { time } => Some(*time),
        Body::Milestone {
            milestone: Milestone::Recovered,
            time,
            ..
        } => recovered.map(|_| *time),
        Body::Reopened { .. } => None,
        _ => recovered,
    })
}

fn because(reason: Option<&str>, ja: bool) -> Option<Piece> {
    reason.map(|reason| {
        text(if ja {
            format!("。理由: {reason}")
        } else {
            format!(". Reason: {reason}")
        })
    })
}

/// `High L2`; see [`level_text`].
pub fn level_words(level: &Named) -> String {
    level_text(&level.id, &level.name)
}

/// A level as people read it: its name first, then its id, which is all where no name differs from
/// it. An id that is a number is told from other numbers by its `L`.
pub fn level_text(id: &str, name: &str) -> String {
    let mark = if id.starts_with(|c: char| c.is_ascii_digit()) {
        "L"
    } else {
        ""
    };
    if name.is_empty() || name.eq_ignore_ascii_case(id) {
        format!("{mark}{id}")
    } else {
        format!("{name} {mark}{id}")
    }
}

fn item_words(incident: &Incident, id: &str) -> String {
    let list = incident.checklist();
    match list.iter().position(|check| check.item.id == id) {
        Some(n) => format!("{}. {}", n + 1, list[n].item.text),
        None => id.to_owned(),
    }
}

/// How instants and days are written for a reader.
pub struct Clocks<'a> {
    pub time: &'a dyn Fn(DateTime<Utc>) -> String,
    pub day: &'a dyn Fn(DateTime<Utc>) -> String,
}

/// Renders for a terminal or a pipe: names resolved, times by `clocks`.
pub fn plain(sentence: &[Piece], name: impl Fn(&UserId) -> String, clocks: &Clocks<'_>) -> String {
    sentence
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) | Piece::Strong(text) => text.clone(),
            Piece::Person(user) | Piece::Call(user) => name(user),
            Piece::Time(time) => (clocks.time)(*time),
            Piece::Day(time) => (clocks.day)(*time),
            Piece::Channel(_, name) => format!("#{name}"),
        })
        .collect()
}
