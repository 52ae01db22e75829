//! The words that people use, and what they mean.

use super::{Line, Said, Wish, rest};
use crate::domain::event::Milestone;
use crate::domain::ids::UserId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Help,
    Status,
    Summary,
    Level,
    Temperature,
    Phase,
    ICommand,
    Commander,
    Milestone(Milestone),
    Recovered,
    Done,
    Undone,
    Join,
    Leave,
    Note,
    Situation,
    Timekeeper,
    Role,
    RoleOf(&'static str),
    Accept,
    Decline,
    Here,
    Need,
    Question,
    Meeting,
    Object,
}

/// Phrases at the beginning; of several that fit, the longest. In the form that is compared:
/// narrow and small.
#[rustfmt::skip]
const FIRST: &[(Key, &[&str])] = &[
    (Key::Help, &["help", "?", "commands", "how", "ヘルプ", "使い方", "コマンド", "何ができる"]),
    (Key::Status, &["status", "state", "where are we", "ステータス", "状態", "現状"]),
    (Key::Summary, &["summary", "summarize", "summarise", "サマリー", "サマリ", "まとめ", "要約"]),
    (Key::Level, &["level", "lvl", "lv", "severity", "sev", "set level", "set the level", "レベル", "重大度", "深刻度"]),
    (Key::Temperature, &["temperature", "temp", "温度感", "温度"]),
    (Key::Phase, &["phase", "フェーズ", "段階"]),
    (Key::ICommand, &[
        "i command", "i take command", "i'll take command", "i will take command", "i'm commander",
        "i'm the commander", "i am commander", "i am the commander", "i'm ic", "i am ic", "take command",
        "i'll command", "指揮します", "指揮を執ります", "指揮をとります", "指揮を取ります", "指揮とります",
        "指揮執ります", "指揮を執る", "指揮する", "私が指揮", "私がハンドラー", "私がコマンダー", "自分が指揮",
        "自分がハンドラー",
    ]),
    (Key::Commander, &[
        "commander", "incident commander", "command", "handler", "ic", "ハンドラー", "ハンドラ",
        "コマンダー", "指揮者", "指揮官", "指揮",
    ]),
    (Key::Milestone(Milestone::Started), &["started", "start", "began", "発生"]),
    (Key::Milestone(Milestone::Detected), &["detected", "noticed", "first noticed", "検知", "発見", "気づいた"]),
    (Key::Milestone(Milestone::Responded), &["responded", "初動"]),
    (Key::Recovered, &["recovered", "recovery", "we recovered", "復旧", "回復"]),
    (Key::Done, &["done", "finished", "completed", "check", "tick", "完了", "済み", "済", "終わり", "終わった"]),
    (Key::Undone, &["undone", "not done", "undo", "untick", "uncheck", "open again", "未完了", "未完", "取り消し", "取消"]),
    (Key::Join, &["join", "i join", "i'm joining", "check in", "checkin", "参加", "チェックイン", "入ります"]),
    (Key::Leave, &["leave", "i leave", "i'm leaving", "check out", "checkout", "離脱", "抜けます", "抜ける", "退出", "チェックアウト"]),
    (Key::Note, &["note", "log", "record", "記録", "メモ"]),
    (Key::Situation, &["situation", "いまいまの状況", "今の状況", "状況"]),
    (Key::Accept, &["accept", "i accept", "accepted", "引き受けます", "引き受ける", "引き継ぎます", "引継ぎます", "指揮を引き受けます", "指揮を引き継ぎます"]),
    (Key::Decline, &["decline", "i decline", "declined", "辞退", "辞退します", "引き受けられません", "引き継げません"]),
    (Key::Here, &["here", "i'm here", "i am here", "still here", "i'm still here", "present", "在席", "在席中", "在席しています", "在席してます", "います", "ここにいます"]),
    (Key::Need, &["need", "needs", "we need", "i need", "必要", "必要なもの"]),
    (Key::Question, &["question", "park", "parked question", "open question", "質問", "保留", "未解決の質問"]),
    (Key::Meeting, &["meeting", "call", "通話", "会議", "ミーティング"]),
    (Key::Object, &["object", "objection", "i object", "異議", "反対"]),
    (Key::Timekeeper, &["timekeeper", "time keeper", "タイムキーパー"]),
    (Key::Role, &["role", "役割", "ロール"]),
    (Key::RoleOf("ops"), &["ops", "operations lead", "operations", "実行リード", "実行"]),
    (Key::RoleOf("scribe"), &["scribe", "書記"]),
    (Key::RoleOf("comms"), &["comms", "communications lead", "communications", "コミュニケーションリード", "連絡"]),
    (Key::RoleOf("deputy"), &["deputy", "副指揮", "副"]),
    (Key::RoleOf("planning"), &["planning", "plan", "計画"]),
    (Key::RoleOf("logistics"), &["logistics", "後方支援", "後方"]),
    (Key::RoleOf("expert"), &["subject expert", "expert", "sme", "専門家", "専門"]),
];

/// Greetings and requests that come before a command.
pub(super) const POLITE_FIRST: &[&str] = &[
    "please",
    "pls",
    "hey",
    "hi",
    "hello",
    "ok",
    "set",
    "the",
    "すみません",
    "お願いします",
    "はい",
    "えっと",
];

/// What polite people put behind it, and the particles that are left then. Longest first where one
/// ends with another.
const POLITE_LAST: &[&str] = &[
    "にしてください",
    "してください",
    "でお願いします",
    "をお願いします",
    "お願いします",
    "おねがいします",
    "お願い",
    "とします",
    "にします",
    "しました",
    "されました",
    "します",
    "でした",
    "ました",
    "です",
    "した",
    "する",
    "にして",
    "ください",
    "下さい",
    "よろしく",
    "please",
    "pls",
    "thank you",
    "thanks",
    "thx",
    "。",
    ".",
    "!",
    ",",
    "ね",
    "よ",
];

/// Behind a number or a name: `3に`, `赤へ`.
const PARTICLES_LAST: &[&str] = &["に", "へ", "で", "を", "が"];

/// Between the key word and what it is about.
const PARTICLES_FIRST: &[&str] = &[
    "は", "を", "が", "に", "の", "は、", ":", "=", "->", "→", ",", "-", "to ", "is ", "as ",
    "at ", "to:", "of ", "#",
];

impl Line {
    /// What a key word is about, without particles and politeness.
    pub(super) fn bare(&self) -> Line {
        self.bare_first().polite_off()
    }

    /// What a key word is about, without the particles before it.
    pub(super) fn bare_first(&self) -> Line {
        let mut line = self.blanks_off();
        while let Some(rest) = PARTICLES_FIRST.iter().find_map(|p| line.cut_first(p)) {
            line = rest.blanks_off();
        }
        line
    }

    pub(super) fn polite_off(&self) -> Line {
        let mut line = self.blanks_off();
        let mut polite = false;
        loop {
            let last = POLITE_LAST.iter().find_map(|p| line.before(p));
            let particle = || PARTICLES_LAST.iter().find_map(|p| line.before(p));
            match last {
                Some(rest) => polite = line.take(rest),
                None if polite || line.key.len() > 1 => match particle() {
                    Some(rest) => polite = line.take(rest),
                    None => return line,
                },
                None => return line,
            }
        }
    }

    fn take(&mut self, rest: Line) -> bool {
        *self = rest.blanks_off();
        true
    }

    pub(super) fn blanks_off(&self) -> Line {
        let blank = |c: &char| c.is_whitespace();
        let from = self.key.iter().position(|c| !blank(c));
        let to = self.key.iter().rposition(|c| !blank(c));
        match (from, to) {
            (Some(from), Some(to)) => self.part(from, to + 1),
            _ => self.part(0, 0),
        }
    }

    /// After a prefix, whatever follows.
    pub(super) fn cut_first(&self, prefix: &str) -> Option<Line> {
        let length = prefix.chars().count();
        let here =
            self.key.len() >= length && prefix.chars().eq(self.key[..length].iter().copied());
        here.then(|| self.part(length, self.key.len()))
    }
}

pub(super) fn understand(line: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    // `4 done`, `4番完了`, `@sato is commander`, `書記で参加`: what it is about comes first.
    if let Some(said) = turned(line, name) {
        return said;
    }
    let fits = FIRST.iter().flat_map(|(key, phrases)| {
        phrases
            .iter()
            .filter_map(move |phrase| Some((phrase.chars().count(), *key, line.after(phrase)?)))
    });
    match fits.max_by_key(|(length, ..)| *length) {
        Some((_, key, rest)) => super::with(key, &rest, name),
        None => Said::Unclear,
    }
}

fn turned(line: &Line, name: &dyn Fn(&UserId) -> String) -> Option<Said> {
    let first = *line.key.first()?;
    let bare = line.polite_off();
    let end = |key: Key| {
        let (_, phrases) = FIRST.iter().find(|(k, _)| *k == key)?;
        phrases.iter().find_map(|phrase| bare.before(phrase))
    };
    if first.is_ascii_digit() || first == '#' || line.cut_first("項目").is_some() {
        // The longer word first: one ends with the other.
        if let Some(rest) = end(Key::Undone) {
            return Some(rest::items(&rest, Wish::Undone));
        }
        return end(Key::Done).map(|rest| rest::items(&rest, Wish::Done));
    }
    if first == super::PERSON {
        let rest = line.part(1, line.key.len()).bare();
        let text = rest.key_text();
        let commands = [
            "commander",
            "the commander",
            "commands",
            "takes command",
            "ic",
            "指揮",
            "指揮者",
            "指揮を執り",
            "ハンドラー",
            "ハンドラ",
            "コマンダー",
        ];
        let person = line.part(0, 1);
        return commands
            .contains(&text.as_str())
            .then(|| rest::commander(&person, name));
    }
    if let Some(what) = bare.before("が必要") {
        return Some(rest::text(&what, name, Wish::Need));
    }
    if line.cut_first("参加").is_none() {
        let rest = bare.before("参加")?;
        return Some(rest::join(&rest.polite_off(), name));
    }
    None
}

/// A role by one of its words.
pub(super) fn role_named(text: &str) -> Option<&'static str> {
    FIRST.iter().find_map(|(key, phrases)| match key {
        Key::RoleOf(role) if phrases.contains(&text) => Some(*role),
        _ => None,
    })
}
