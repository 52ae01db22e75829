//! The verb table: each act of the console once. The command line, the keys, the palette, the
//! help, the mirror and the rights read these rows.

use super::event::{Body, Milestone};
use super::words::Text;
use crate::both;

/// Names a row of [`VERBS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    Declare,
    Level,
    Temperature,
    Situation,
    Command,
    Role,
    CheckIn,
    CheckOut,
    Tick,
    Untick,
    Assign,
    Skip,
    AddItem,
    Note,
    Milestone,
    Message,
    Pin,
    Timekeeper,
    Phase,
    Recover,
    Resolve,
    Archive,
    Cancel,
    Reopen,
    Merge,
    PersonalData,
    Kind,
    Task,
    Need,
    Park,
    Objective,
    Hypothesis,
    Contact,
    Timer,
    Decide,
    Action,
    Settle,
    Extend,
    Give,
    Object,
    Meeting,
    Report,
    Notice,
    Approve,
    Publish,
    Offer,
    Accept,
    Decline,
    Call,
    RollCall,
    Here,
    Claim,
    Confirm,
    Unclaim,
    Restrict,
    Link,
    Write,
    Review,
    Waive,
    Tag,
    Untag,
    Evidence,
    NoteAt,
    Correct,
    Reach,
    PostMortem,
    Assess,
    Track,
    Retract,
}

/// Who may, by default. While nobody commands, the declarer may what the commander may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Any member of the channel.
    Anyone,
    /// The commander or the deputy.
    Command,
    /// They or the communications lead.
    Comms,
    /// A configured closer; with none configured, the command.
    Closer,
}

/// How an act is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// By the same verb with the former value.
    Again,
    /// By another verb.
    By(Verb),
    /// A correction is a new fact; the original stays.
    Correct,
    /// Not at all: it asks before it acts.
    Never,
}

/// One act.
#[derive(Debug)]
pub struct Row {
    pub verb: Verb,
    /// The subcommand, and the action's name in a keymap.
    pub name: &'static str,
    /// Its arguments on the command line.
    pub usage: &'static str,
    /// What it does, as help and palette say it.
    pub about: Text,
    pub right: Right,
    /// Announced in the broadcast channels.
    pub loud: bool,
    /// Public beyond the channel or not to be undone: confirmed with the target's name.
    pub confirm: bool,
    pub undo: Undo,
}

macro_rules! row {
    ($verb:ident, $name:literal, $usage:literal, $en:literal, $ja:literal, $right:ident, $loud:literal, $confirm:literal, $undo:expr) => {
        Row {
            verb: Verb::$verb,
            name: $name,
            usage: $usage,
            about: Text::fixed($en, $ja),
            right: Right::$right,
            loud: $loud,
            confirm: $confirm,
            undo: $undo,
        }
    };
}

/// In the order of help.
#[rustfmt::skip]
pub static VERBS: &[Row] = &[
    row!(Declare, "declare", "--service S --title T", "declare an incident and open its channel", "インシデントを宣言し、チャンネルを開く", Anyone, true, true, Undo::By(Verb::Cancel)),
    row!(Command, "command", "I [USER] [--reason TEXT]", "take command, or give it to somebody", "指揮を執る・指揮を任せる", Anyone, false, false, Undo::Again),
    row!(Level, "level", "I LEVEL", "set the level; loads its checklist", "レベルを設定し、その項目を読み込む", Command, true, true, Undo::Again),
    row!(Temperature, "temperature", "I TEMPERATURE", "set the temperature: how urgent it feels", "温度感を設定する", Command, false, false, Undo::Again),
    row!(Situation, "situation", "I TEXT", "write the situation right now", "いまいまの状況を書く", Anyone, false, false, Undo::Again),
    row!(Phase, "phase", "I PHASE", "say where the response is", "対応の段階を変える", Command, false, false, Undo::Again),
    row!(Tick, "tick", "I ITEM", "mark an item as done", "項目を完了にする", Anyone, false, false, Undo::By(Verb::Untick)),
    row!(Untick, "untick", "I ITEM", "open an item again", "項目を未完了に戻す", Anyone, false, false, Undo::By(Verb::Tick)),
    row!(Assign, "assign", "I ITEM USER", "put a name on an item", "項目に担当者を付ける", Anyone, false, false, Undo::Again),
    row!(Skip, "skip", "I ITEM --reason TEXT", "settle an item without doing it, with the reason", "項目を理由つきで不要にする", Command, false, false, Undo::By(Verb::Untick)),
    row!(AddItem, "add-item", "I TEXT", "add an item to the checklist", "チェックリストに項目を足す", Anyone, false, false, Undo::By(Verb::Skip)),
    row!(Message, "message", "I TEXT", "post to the channel", "チャンネルに投稿する", Anyone, false, false, Undo::Correct),
    row!(Note, "note", "I TEXT", "write a line into the timeline", "タイムラインに記録する", Anyone, false, false, Undo::Correct),
    row!(Pin, "pin", "I TS", "put a message into the timeline at its own time", "投稿をその時刻でタイムラインに入れる", Anyone, false, false, Undo::Again),
    row!(Role, "role", "I ROLE USER", "give a role to somebody, or nobody", "役割を割り当てる・外す", Command, false, false, Undo::Again),
    row!(CheckIn, "checkin", "I [USER] [--role ROLE] [--task TEXT]", "check in, with a role and a task", "役割と作業をつけてチェックインする", Anyone, false, false, Undo::By(Verb::CheckOut)),
    row!(CheckOut, "checkout", "I [USER]", "check out", "チェックアウトする", Anyone, false, false, Undo::By(Verb::CheckIn)),
    row!(Milestone, "milestone", "I NAME TIME [--link URL]", "set or correct a milestone's time", "節目の時刻を記録・訂正する", Anyone, false, false, Undo::Again),
    row!(Timekeeper, "timekeeper", "I start|stop [--minutes N]", "start or stop the timekeeper", "タイムキーパーを始める・止める", Command, false, false, Undo::Again),
    row!(PersonalData, "personal-data", "I", "mark that personal data is involved", "個人情報ありとする", Anyone, false, true, Undo::Never),
    row!(Recover, "recover", "I [--at TIME]", "declare recovery: users are no longer hurt", "復旧を宣言する", Command, true, true, Undo::By(Verb::Reopen)),
    row!(Resolve, "resolve", "I [--reason TEXT]", "declare that all work is done, and archive the channel", "解決とし、チャンネルをアーカイブする", Closer, true, true, Undo::By(Verb::Reopen)),
    row!(Archive, "archive", "I", "archive the channel", "チャンネルをアーカイブする", Closer, false, true, Undo::Never),
    row!(Cancel, "cancel", "I --reason TEXT [--false-alarm | --near-miss]", "call it off: cancelled, false alarm or near miss", "取り下げる: 中止・誤報・ヒヤリハット", Command, true, true, Undo::By(Verb::Reopen)),
    row!(Merge, "merge", "I J", "merge it into another incident, where the response goes on", "別のインシデントに統合し、以後はそちらで対応する", Command, true, true, Undo::By(Verb::Reopen)),
    row!(Reopen, "reopen", "I --reason TEXT", "take the response up again", "対応を再開する", Anyone, true, true, Undo::By(Verb::Recover)),
    row!(Offer, "offer", "I USER [--minutes N]", "hand command over: offer it, with a briefing", "指揮を引き継ぐ (要約つきで申し出る)", Command, false, false, Undo::By(Verb::Decline)),
    row!(Accept, "accept", "I", "accept the command that is offered to you", "申し出られた指揮を引き受ける", Anyone, false, false, Undo::By(Verb::Offer)),
    row!(Decline, "decline", "I", "turn the offered command down, or take the offer back", "指揮の引き継ぎを断る・取り下げる", Anyone, false, false, Undo::By(Verb::Offer)),
    row!(Task, "task", "I USER TEXT [--minutes N]", "give somebody a task with a time-box", "担当者と期限をつけてタスクを頼む", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Need, "need", "I TEXT", "say what or who is missing", "足りないもの・人を挙げる", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Park, "park", "I TEXT [--minutes N]", "park a question, and be asked again", "質問を保留し、後でもう一度確認する", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Decide, "decide", "I TEXT [--risk TEXT] [--minutes N]", "propose a decision: are there strong objections?", "決定案を出す (強い反対がないか確認する)", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Object, "object", "I DECISION TEXT", "object to a proposed decision", "決定案に反対意見を出す", Anyone, false, false, Undo::By(Verb::Retract)),
    row!(Objective, "objective", "I TEXT", "set an objective of the response", "対応の目標を置く", Command, false, false, Undo::By(Verb::Settle)),
    row!(Hypothesis, "hypothesis", "I TEXT", "note what may be the cause", "原因の仮説を書く", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Contact, "contact", "I TEXT", "note who outside was contacted", "社外への連絡を記録する", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Timer, "timer", "I TEXT --minutes N", "set a timer of your own", "自分用のタイマーを置く", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Action, "action", "I TEXT [--owner USER] [--due DATE]", "write an action item: a change that prevents a repeat", "再発防止策を書く", Anyone, false, false, Undo::By(Verb::Settle)),
    row!(Settle, "settle", "I ENTRY [STATE] [--text TEXT] [--owner USER] [--minutes N]", "settle a task, need, question or decision: T1, N2, Q1, D1", "タスク・必要なもの・質問・決定を終わらせる (T1、N2、Q1、D1)", Anyone, false, false, Undo::Again),
    row!(Extend, "extend", "I ENTRY MINUTES", "give an entry or an item more time", "エントリーや項目の期限を延ばす", Anyone, false, false, Undo::Again),
    row!(Give, "give", "I ENTRY USER", "give an entry to somebody else", "項目の担当者を変える", Anyone, false, false, Undo::Again),
    row!(Report, "report", "I --conditions TEXT --actions TEXT --needs TEXT [--audience A] [--next MINUTES] [--final]", "report: conditions, actions, needs", "報告する (現状・対応・必要なもの)", Comms, false, false, Undo::By(Verb::Retract)),
    row!(Notice, "notice", "I TEXT", "draft a customer notice", "ユーザー告知の文案を書く", Comms, false, false, Undo::By(Verb::Retract)),
    row!(Approve, "approve", "I", "approve the customer notice that somebody else drafted", "別の人が書いたユーザー告知を承認する", Comms, false, true, Undo::By(Verb::Retract)),
    row!(Publish, "publish", "I TARGET [--next MINUTES]", "record that the approved notice is out, and where", "承認済みの告知を公開したことを記録する", Comms, false, true, Undo::By(Verb::Retract)),
    row!(Call, "call", "I USER [--why TEXT]", "call somebody to help", "応援に呼ぶ", Anyone, false, false, Undo::Correct),
    row!(RollCall, "rollcall", "I", "ask who is still with us", "在席を確認する", Command, false, false, Undo::Correct),
    row!(Here, "here", "I", "say that you are still here", "在席していることを伝える", Anyone, false, false, Undo::By(Verb::CheckOut)),
    row!(Meeting, "meeting", "I LINK", "say where people talk: a call's link", "通話のリンクを知らせる", Anyone, false, false, Undo::Again),
    row!(Claim, "claim", "I [--at TIME] [--hold MINUTES]", "say that it is good again; it has to hold", "復旧したようだと伝える (様子を見る)", Anyone, false, false, Undo::By(Verb::Unclaim)),
    row!(Confirm, "confirm", "I", "confirm that it is good again", "復旧を確認したと伝える", Anyone, false, false, Undo::By(Verb::Unclaim)),
    row!(Unclaim, "unclaim", "I --reason TEXT", "it is not good after all", "復旧していなかったと伝える", Anyone, false, false, Undo::By(Verb::Claim)),
    row!(Kind, "kind", "I outage|security", "change the kind; loads its checklist", "種別を変え、その項目を読み込む", Command, false, true, Undo::Again),
    row!(Restrict, "restrict", "I", "go on among few people in a private channel", "限られたメンバーの非公開チャンネルに移る", Command, false, true, Undo::Never),
    row!(Link, "link", "I PARENT", "make it a part of another incident", "別のインシデントの一部にする", Command, false, true, Undo::Again),
    row!(Write, "write", "I impact|cause|fix|summary|revenue|well|lucky|better TEXT", "write a part of the report: impact, cause, fix, summary, what went well", "影響・原因・暫定対応・要約・良かったことなどを書く", Anyone, false, false, Undo::Again),
    row!(Review, "review", "I [--link URL]", "say that the post-mortem was reviewed", "ポストモーテムのレビュー完了を記録する", Closer, false, false, Undo::Again),
    row!(Waive, "waive", "I --reason TEXT", "say why there will be no post-mortem", "ポストモーテムを不要とする (理由つき)", Closer, false, false, Undo::Again),
    row!(Tag, "tag", "I TAG", "tag it, so that it is found again", "タグを付ける (後で探せるように)", Anyone, false, false, Undo::By(Verb::Untag)),
    row!(Untag, "untag", "I TAG", "take a tag off", "タグを外す", Anyone, false, false, Undo::By(Verb::Tag)),
    row!(Evidence, "evidence", "I LINK|FILE [TEXT]", "attach evidence: a file of yours, or a link to a graph, a log", "証拠を添付する (手元のファイル、グラフ・ログのリンク)", Anyone, false, false, Undo::By(Verb::Retract)),
    row!(NoteAt, "note-at", "I TIME TEXT", "write a line into the timeline at an earlier time", "過去の時刻でタイムラインに記録する", Anyone, false, false, Undo::By(Verb::Retract)),
    row!(Correct, "correct", "I EVENT TEXT [--at TIME]", "correct a line; the record keeps the former one", "記録を訂正する (元の記録も残る)", Anyone, false, false, Undo::Again),
    row!(Reach, "reach", "I [--users few|several] [--recurs yes|no]", "say how far it reached: several users? likely to come again?", "影響の広がりを記録する (複数ユーザーか・再発しうるか)", Anyone, false, false, Undo::Again),
    row!(PostMortem, "postmortem", "I [--save] [--edit] [--file FILE]", "write the post-mortem: a draft from the record, to be completed", "ポストモーテムを書く (記録から下書きを作る)", Anyone, false, false, Undo::Again),
    row!(Assess, "assess", "I [QUESTION=LEVEL …] [--text TEXT]", "say how the response went: levels 1 to 3", "対応を振り返る (1〜3の段階)", Anyone, false, false, Undo::Again),
    row!(Track, "track", "I ACTION LINK", "say where an action item is worked on", "再発防止策のチケットを記録する", Anyone, false, false, Undo::Again),
    row!(Retract, "retract", "I EVENT", "take back a line you wrote; the record keeps it", "自分の書いた記録を取り消す (記録には残る)", Anyone, false, false, Undo::Correct),
];

impl Verb {
    pub fn row(self) -> &'static Row {
        // Every verb has a row: the test below holds it.
        VERBS
            .iter()
            .find(|row| row.verb == self)
            .unwrap_or(&VERBS[0])
    }

    pub fn named(name: &str) -> Option<Verb> {
        VERBS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.verb)
    }
}

impl Body {
    /// The act it comes from; `None` for what the program adds by itself.
    pub const fn verb(&self) -> Option<Verb> {
        Some(match self {
            Body::Declared { .. } => Verb::Declare,
            Body::Level { .. } => Verb::Level,
            Body::Temperature { .. } => Verb::Temperature,
            Body::Situation {} => Verb::Situation,
            Body::Commander { .. } => Verb::Command,
            Body::Role { .. } => Verb::Role,
            Body::CheckedIn { .. } => Verb::CheckIn,
            Body::CheckedOut { .. } => Verb::CheckOut,
            Body::Ticked { .. } => Verb::Tick,
            Body::Unticked { .. } => Verb::Untick,
            Body::Skipped { .. } => Verb::Skip,
            Body::Assigned { .. } => Verb::Assign,
            Body::ItemAdded { .. } => Verb::AddItem,
            Body::Note {} => Verb::Note,
            Body::Milestone { .. } => Verb::Milestone,
            Body::Message { .. } => Verb::Message,
            Body::Pinned { .. } | Body::Unpinned { .. } => Verb::Pin,
            Body::Timekeeper { .. } => Verb::Timekeeper,
            Body::Phase { .. } => Verb::Phase,
            Body::Recovered { .. } => Verb::Recover,
            Body::Resolved { .. } => Verb::Resolve,
            Body::Archived {} => Verb::Archive,
            Body::Cancelled { .. } => Verb::Cancel,
            Body::Reopened { .. } => Verb::Reopen,
            Body::Merged { .. } | Body::Absorbed { .. } => Verb::Merge,
            Body::PersonalData { .. } => Verb::PersonalData,
            Body::Work(deed) => deed.verb(),
            Body::Learnt(learnt) => learnt.verb(),
            Body::Items { .. }
            | Body::TimekeeperCall { .. }
            | Body::Dropped { .. }
            | Body::Question { .. }
            | Body::Answer { .. } => return None,
        })
    }
}

/// What a role is called, in the order a growing incident needs them.
pub const ROLES: &[(&str, Text)] = &[
    ("ops", Text::fixed("Operations lead", "実行リード")),
    ("scribe", Text::fixed("Scribe", "書記")),
    (
        "comms",
        Text::fixed("Communications lead", "コミュニケーションリード"),
    ),
    ("deputy", Text::fixed("Deputy", "副指揮")),
    ("planning", Text::fixed("Planning", "計画")),
    ("logistics", Text::fixed("Logistics", "後方支援")),
    ("expert", Text::fixed("Subject expert", "専門家")),
];

/// Short names for a header and a list.
pub const ROLES_SHORT: &[(&str, Text)] = &[
    ("ops", Text::fixed("Ops", "実行")),
    ("scribe", Text::fixed("Scribe", "書記")),
    ("comms", Text::fixed("Comms", "連絡")),
    ("deputy", Text::fixed("Deputy", "副")),
    ("planning", Text::fixed("Plan", "計画")),
    ("logistics", Text::fixed("Logi", "後方")),
    ("expert", Text::fixed("Expert", "専門")),
];

/// What the name of a stream stands behind, where it is a role: where the work is split, each part
/// has a lead, and people who check in with the same role.
const STREAM: &str = "stream/";
/// What stands for a stream that is still to be named, where a role is chosen.
pub const STREAM_CHOICE: &str = "stream";
/// Characters of a stream's name.
pub const STREAM_MAX: usize = 24;

/// The role of a stream of this name.
pub fn stream_role(name: &str) -> String {
    format!("{STREAM}{}", name.trim())
}

/// The name of the stream that a role is about.
pub fn stream_of(role: &str) -> Option<&str> {
    role.strip_prefix(STREAM).filter(|name| !name.is_empty())
}

/// Whether there is such a role.
pub fn is_role(role: &str) -> bool {
    ROLES.iter().any(|(id, _)| *id == role) || stream_of(role).is_some()
}

/// A role's name; a role this version does not know is shown as it is written.
pub fn role_name(table: &'static [(&'static str, Text)], role: &str) -> Text {
    if let Some(name) = stream_of(role) {
        return both!("{name} lead", "{name}班リード");
    }
    let known = table.iter().find(|(id, _)| *id == role);
    known.map_or_else(|| Text::same(role), |(_, name)| name.clone())
}

/// As what somebody is here who checked in with a role: of a stream they are a member.
pub fn part_name(table: &'static [(&'static str, Text)], role: &str) -> Text {
    match stream_of(role) {
        Some(name) => both!("{name}", "{name}班"),
        None => role_name(table, role),
    }
}

impl Milestone {
    pub const fn text(self) -> Text {
        match self {
            Milestone::Started => Text::fixed("started", "発生"),
            Milestone::Detected => Text::fixed("detected", "検知"),
            Milestone::Responded => Text::fixed("responded", "初動"),
            Milestone::Assembled => Text::fixed("assembled", "招集"),
            Milestone::Recovered => Text::fixed("recovered", "復旧"),
            Milestone::Resolved => Text::fixed("resolved", "解決"),
        }
    }
}

impl super::event::Phase {
    pub const fn text(self) -> Text {
        use super::event::Phase;
        match self {
            Phase::Declared => Text::fixed("declared", "宣言"),
            Phase::Investigating => Text::fixed("investigating", "調査中"),
            Phase::Fixing => Text::fixed("fixing", "対応中"),
            Phase::Monitoring => Text::fixed("monitoring", "経過観察"),
            Phase::Recovered => Text::fixed("recovered", "復旧"),
            Phase::Documenting => Text::fixed("documenting", "文書化"),
            Phase::Resolved => Text::fixed("resolved", "解決"),
            Phase::Archived => Text::fixed("archived", "アーカイブ済み"),
            Phase::Cancelled => Text::fixed("cancelled", "中止"),
            Phase::FalseAlarm => Text::fixed("false alarm", "誤報"),
            Phase::NearMiss => Text::fixed("near miss", "ヒヤリハット"),
            Phase::Merged => Text::fixed("merged", "統合済み"),
        }
    }
}

impl super::event::Kind {
    pub const fn text(self) -> Text {
        use super::event::Kind;
        match self {
            Kind::Outage => Text::fixed("outage", "障害"),
            Kind::Security => Text::fixed("security incident", "セキュリティインシデント"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_has_its_own_name_and_verb() {
        let names: BTreeSet<_> = VERBS.iter().map(|r| r.name).collect();
        let verbs: BTreeSet<_> = VERBS.iter().map(|r| r.verb).collect();
        assert_eq!(names.len(), VERBS.len());
        assert_eq!(verbs.len(), VERBS.len());
        assert_eq!(verbs.len(), Verb::Retract as usize + 1, "a verb has no row");
        for row in VERBS {
            assert_eq!(row.verb.row().name, row.name);
        }
    }

    #[test]
    fn what_can_not_be_taken_back_asks_before_it_acts_and_the_rest_says_how_it_is() {
        for row in VERBS {
            let name = row.name;
            match row.undo {
                Undo::Never => assert!(row.confirm, "{name} asks nothing"),
                Undo::By(verb) => assert_ne!(verb, row.verb, "{name}"),
                Undo::Again | Undo::Correct => {}
            }
            // What others are told of at once is never done by one key.
            assert!(!row.loud || row.confirm, "{name} is loud");
        }
    }
}
