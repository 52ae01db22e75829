//! What the program says to those who speak to it. Short, plain, and what to do next.

use super::super::mirror;
use super::super::{Engine, image::IncidentRow};
use super::Heard;
use crate::both;
use crate::domain::decide::Command;
use crate::domain::desk::Desk;
use crate::domain::ids::{ChannelId, GroupId, UserId};
use crate::domain::incident::Incident;
use crate::domain::record::summary;
use crate::domain::said::Lack;
use crate::domain::sentence::level_words;
use crate::domain::words::{Lang, Text};
use crate::wire::mrkdwn;
use chrono::DateTime;

/// What an answer may have: less than an event's text.
const TEXT_MAX: usize = 2_800;

const HELP: Text = Text::fixed(
    "*What you can do here* (mention me, then)\n\
     • `status` · `summary`\n\
     • `commander me` · `level 2` · `situation …` · `note …`\n\
     • `detected 10:05 | link` · `started 9:58` · `recovered 10:20`\n\
     • `done 4` · `done T1 …` · `undone 4` · `join ops` · `leave`\n\
     • `need …` · `question …` · `object D1 …` · `here` · `accept` (the command that is offered to you)\n\
     • `temperature red` · `phase fixing` · `role scribe @name` · `timekeeper stop`\n\
     Japanese works too. No command needed: answer a question with its reaction, tick the checklist \
     with 1️⃣–9️⃣, pin a message to put it into the timeline.",
    "*ここでできること* (このアプリにメンションして)\n\
     • `状況` ・ `サマリ`\n\
     • `指揮します` ・ `レベル 2` ・ `状況は…` ・ `記録 …`\n\
     • `検知 10:05 | リンク` ・ `発生 9:58` ・ `復旧 10:20`\n\
     • `完了 4` ・ `完了 T1 …` ・ `未完了 4` ・ `参加 書記` ・ `離脱`\n\
     • `必要 …` ・ `質問 …` ・ `異議 D1 …` ・ `在席` ・ `引き継ぎます` (指揮の引き継ぎを受けるとき)\n\
     • `温度感 赤` ・ `段階 対応中` ・ `役割 書記 @名前` ・ `タイムキーパー 停止`\n\
     英語でも通じます。コマンドなしでも、質問にはリアクションで答え、チェックリストは 1️⃣–9️⃣ で完了にし、\
     投稿をピン留めすればタイムラインに入ります。",
);

pub(super) fn help(lang: Lang) -> String {
    HELP.get(lang).to_owned()
}

/// What is missing now, then the help.
pub(super) fn menu(state: &Incident) -> String {
    match missing(state) {
        Some(missing) => format!("{missing}\n{}", help(state.lang)),
        None => help(state.lang),
    }
}

fn missing(state: &Incident) -> Option<String> {
    let ja = state.lang == Lang::Ja;
    let list = mirror::missing(state);
    let words: Vec<&str> = list.iter().map(|t| if ja { t.1 } else { t.0 }).collect();
    let text = match state.lang {
        Lang::En => format!("*Still missing:* {}", words.join(", ")),
        Lang::Ja => format!("*未記録:* {}", words.join("、")),
    };
    (!words.is_empty()).then_some(text)
}

pub(super) fn asks() -> Text {
    Text::fixed(
        "I do nothing on a question. For where we are: `status`. To record something, say it \
         without a question mark.",
        "質問の形では何も記録しません。現状は「状況」で確認できます。記録するときは言い切りの形で書いてください。",
    )
}

pub(super) fn unclear() -> Text {
    Text::fixed(
        "I did not understand that. Try `status`, `level 2`, `done 4`, `note …`; `help` lists all.",
        "読み取れませんでした。「状況」「レベル 2」「完了 4」「記録 …」のように書いてください。一覧は「ヘルプ」です。",
    )
}

pub(super) fn restricted() -> Text {
    Text::fixed(
        "This goes on among few people. Nothing more is told here.",
        "限られたメンバーで対応しています。このチャンネルではお伝えできません。",
    )
}

pub(super) fn edited() -> Text {
    Text::fixed(
        "This message was edited, so I did not act on it. Please write it as a new one.",
        "編集された投稿なので実行していません。新しい投稿で書いてください。",
    )
}

pub(super) fn late() -> Text {
    Text::fixed(
        "I only read this now, too late to act on it. If it still holds, please write it again.",
        "読めたのが遅くなったため実行していません。まだ必要なら、もう一度書いてください。",
    )
}

pub(super) fn recorded() -> Text {
    Text::fixed("It is in the record.", "記録されています。")
}

/// It was done, although something is missing.
pub(super) fn skips(skips: &[Text], lang: Lang) -> String {
    let list: Vec<&str> = skips.iter().map(|text| text.get(lang)).collect();
    match lang {
        Lang::En => format!("Recorded, although: {}.", list.join("; ")),
        Lang::Ja => format!("記録しました。ただし、{}。", list.join("。")),
    }
}

pub(super) fn same_level(state: &Incident) -> Text {
    let level = state.level.as_ref().map(level_words).unwrap_or_default();
    both!(
        "The level is {level} already.",
        "レベルは既に {level} です。"
    )
}

pub(super) fn lacks(lack: Lack) -> Text {
    match lack {
        Lack::Level => Text::fixed(
            "Which level? For example: `level 2`.",
            "どのレベルですか。例: `レベル 2`",
        ),
        Lack::Temperature => Text::fixed(
            "Which temperature? For example: `temperature red`.",
            "温度感はどれですか。例: `温度感 赤`",
        ),
        Lack::Phase => Text::fixed(
            "Which phase? `phase investigating`, `fixing`, `monitoring` or `documenting`.",
            "どの段階ですか。`段階 調査中`、`対応中`、`経過観察`、`文書化` のいずれかです。",
        ),
        Lack::Commander => Text::fixed(
            "Who commands? `commander me`, or `commander @name`.",
            "指揮を執るのは誰ですか。`指揮します` か `指揮者は @名前` と書いてください。",
        ),
        Lack::Time(milestone) => {
            let name = milestone.text();
            let (word, ja) = (milestone.name(), name.ja);
            both!(
                "At what time? For example: `{word} 10:05`.",
                "何時ですか。例: `{ja} 10:05`"
            )
        }
        Lack::Item => Text::fixed(
            "Which item? Give its number on the checklist: `done 4`.",
            "どの項目ですか。チェックリストの番号で書いてください。例: `完了 4`",
        ),
        Lack::Fewer => Text::fixed(
            "Those are more numbers than I take at once (60). Nothing is ticked; please send them in parts.",
            "番号が多すぎます (1回に60個まで)。何も記録していません。分けて送ってください。",
        ),
        Lack::Role => Text::fixed(
            "Which role, and who? For example: `role scribe @name`. Roles: ops, scribe, comms, \
             deputy, planning, logistics, expert.",
            "役割と担当者を書いてください。例: `役割 書記 @名前`。役割: 実行、書記、連絡、副指揮、計画、後方支援、専門家",
        ),
        Lack::Text => Text::fixed(
            "What shall I write down? For example: `note the queue is full`.",
            "何を記録しますか。例: `記録 キューがあふれている`",
        ),
        Lack::Timekeeper => Text::fixed(
            "`timekeeper stop`, `timekeeper start` or `timekeeper 10` (minutes).",
            "`タイムキーパー 停止`、`タイムキーパー 開始`、`タイムキーパー 10` (分) のいずれかです。",
        ),
    }
}

/// What somebody who may not do it is noted to have said; `None` for what is just refused.
pub(super) fn proposal(command: &Command, lang: Lang) -> Option<String> {
    let text = match command {
        Command::Level(plan) => {
            let level = level_words(&plan.level);
            both!("Proposes level {level}", "提案: レベル {level}")
        }
        Command::Temperature(temperature) => {
            let name = &temperature.name;
            both!("Proposes temperature {name}", "提案: 温度感 {name}")
        }
        Command::Phase(phase) => {
            let name = phase.text();
            let (en, ja) = (name.en, name.ja);
            both!("Proposes phase: {en}", "提案: 段階 {ja}")
        }
        _ => return None,
    };
    Some(text.get(lang).to_owned())
}

pub(super) fn cut(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= TEXT_MAX {
        return text.to_owned();
    }
    text.chars().take(TEXT_MAX).chain("…".chars()).collect()
}

/// Names and times of a text that is to be plain.
struct Reader<'a> {
    names: &'a mirror::Names,
    desk: &'a dyn Desk,
}

impl mrkdwn::Names for Reader<'_> {
    fn user(&self, id: &UserId) -> Option<String> {
        self.names.get(id).cloned()
    }

    fn channel(&self, _: &ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        None
    }

    fn date(&self, unix: i64, _: &str) -> Option<String> {
        Some(self.desk.clock(DateTime::from_timestamp(unix, 0)?))
    }
}

impl Engine {
    fn card_of(&self, heard: &Heard) -> Option<String> {
        let row: &IncidentRow = self.image.incidents.get(&heard.incident)?;
        Some(mirror::card(&heard.state, row, &self.names).0)
    }

    /// Where we are, and what is missing, in markup.
    pub(super) fn status(&self, heard: &Heard) -> Option<String> {
        let card = self.card_of(heard)?;
        Some(match missing(&heard.state) {
            Some(missing) => format!("{card}\n{missing}"),
            None => card,
        })
    }

    /// The incident in a few lines, without markup.
    pub(super) fn summary(&self, desk: &dyn Desk, heard: &Heard) -> Option<String> {
        let state = &heard.state;
        let reader = Reader {
            names: &self.names,
            desk,
        };
        let voice = summary::Voice {
            name: &|user| self.name(user),
            plain: &|text| mrkdwn::plain(text, &reader),
            clock: &|at| desk.clock(at),
        };
        let mut lines = summary::summary(state, state.lang, &voice);
        lines.extend(missing(state));
        Some(lines.join("\n"))
    }
}
