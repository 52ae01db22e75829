//! The one table of actions. Keys, footer, help, palette and the README's table derive from it:
//! its order is theirs, its names are the configuration's keys.

use crate::domain::verb::Verb;
use crate::domain::words::Text;

/// Everything a key can mean while no text is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Do(Verb),
    Unpin,
    Reply,
    /// A prompt, by its slot from 0.
    Answer(u8),
    Snooze(u8),
    Dismiss(u8),
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    NextPane,
    PreviousPane,
    PaneLeft,
    PaneRight,
    Timeline,
    Channel,
    Checklist,
    Situation,
    Roster,
    Timers,
    Matters,
    Undo,
    Acknowledge,
    Later,
    Silence,
    Zoom,
    Story,
    View,
    Copy,
    Briefing,
    Summary,
    Export,
    CatchUp,
    Calls,
    Metrics,
    Open,
    Practise,
    Drill,
    Back,
    Palette,
    Acts,
    Help,
    Outbox,
    Utc,
    Language,
    Who,
    Redraw,
    Suspend,
    Quit,
    Replay,
    History,
    SeenBefore,
    /// A key of a replay.
    Reel(Reel),
}

/// What moves a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reel {
    Play,
    /// A minute.
    Back,
    On,
    /// Ten.
    FarBack,
    FarOn,
    PreviousEvent,
    NextEvent,
    Slower,
    Faster,
    /// The first of its keys goes to the beginning, the next a tenth further, and so on.
    Tenth,
    Start,
    End,
    Leave,
}

/// Where an action can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Everywhere,
    Home,
    Room,
    /// A replay; what only looks works there as in the room.
    Replay,
}

impl Scope {
    pub fn overlaps(self, other: Scope) -> bool {
        self == other || self == Scope::Everywhere || other == Scope::Everywhere
    }
}

/// One action.
#[derive(Debug)]
pub struct Row {
    pub action: Action,
    /// The key in a keymap file; a verb's is its subcommand's.
    name: &'static str,
    /// As a footer says it.
    pub short: Text,
    /// As help and palette say it; a verb's is in its own table.
    about: Text,
    pub scope: Scope,
    /// The footer shows the highest first; 0 never.
    pub priority: u8,
    /// Has a key that is no letter, so that it can be reached while an input method is on.
    pub urgent: bool,
}

impl Row {
    pub fn name(&self) -> &'static str {
        match self.action {
            Action::Do(verb) => verb.row().name,
            _ => self.name,
        }
    }

    pub fn about(&self) -> &Text {
        match self.action {
            Action::Do(verb) => &verb.row().about,
            _ => &self.about,
        }
    }
}

const fn verb(
    verb: Verb,
    en: &'static str,
    ja: &'static str,
    scope: Scope,
    priority: u8,
    urgent: bool,
) -> Row {
    Row {
        action: Action::Do(verb),
        name: "",
        short: Text::fixed(en, ja),
        about: Text::fixed("", ""),
        scope,
        priority,
        urgent,
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of the table below")]
const fn row(
    action: Action,
    name: &'static str,
    en: &'static str,
    ja: &'static str,
    about_en: &'static str,
    about_ja: &'static str,
    scope: Scope,
    priority: u8,
) -> Row {
    Row {
        action,
        name,
        short: Text::fixed(en, ja),
        about: Text::fixed(about_en, about_ja),
        scope,
        priority,
        urgent: matches!(
            action,
            Action::Help | Action::Palette | Action::Acts | Action::Quit
        ),
    }
}

use Scope::{Everywhere, Home, Room};

/// In the order of help.
#[rustfmt::skip]
pub static ACTIONS: &[Row] = &[
    row(Action::Reel(Reel::Play), "play", "play/pause", "再生・停止", "play, or stop", "再生・一時停止", Scope::Replay, 99),
    row(Action::Reel(Reel::On), "forward", "+1 min", "1分先", "a minute forward", "1分先へ", Scope::Replay, 97),
    row(Action::Reel(Reel::Back), "backward", "-1 min", "1分前", "a minute back", "1分前へ", Scope::Replay, 96),
    row(Action::Reel(Reel::FarOn), "forward-10", "+10 min", "10分先", "ten minutes forward", "10分先へ", Scope::Replay, 0),
    row(Action::Reel(Reel::FarBack), "backward-10", "-10 min", "10分前", "ten minutes back", "10分前へ", Scope::Replay, 0),
    row(Action::Reel(Reel::PreviousEvent), "previous-event", "event before", "前の記録", "to the event before", "1つ前の記録へ", Scope::Replay, 94),
    row(Action::Reel(Reel::NextEvent), "next-event", "next event", "次の記録", "to the next event", "次の記録へ", Scope::Replay, 95),
    row(Action::Reel(Reel::Faster), "faster", "faster", "速く", "play faster", "再生を速くする", Scope::Replay, 93),
    row(Action::Reel(Reel::Slower), "slower", "slower", "遅く", "play slower", "再生を遅くする", Scope::Replay, 92),
    row(Action::Reel(Reel::Tenth), "tenth", "jump", "移動", "with the first of these keys to the beginning, with each next one a tenth further", "最初のキーで先頭へ、次のキーほど全体の1割ずつ先へ", Scope::Replay, 91),
    row(Action::Reel(Reel::Start), "start", "start", "先頭へ", "to the beginning", "最初へ", Scope::Replay, 0),
    row(Action::Reel(Reel::End), "end", "end", "最後へ", "to the end", "最後へ", Scope::Replay, 0),
    row(Action::Reel(Reel::Leave), "leave", "leave", "終わる", "leave the replay", "再生を終える", Scope::Replay, 98),
    row(Action::Open, "open", "open", "開く", "open the incident's war room", "インシデントの対応画面を開く", Home, 90),
    verb(Verb::Declare, "declare", "宣言", Everywhere, 85, true),
    row(Action::Practise, "practise", "practise", "訓練", "practise: lead a made-up incident, on this machine only", "練習する: 架空のインシデントを指揮する (この端末だけ)", Home, 60),
    row(Action::Drill, "drill", "drill", "訓練の進行", "the drill: what is expected, its pace, what it has in store", "訓練の進行 (次の行動・速さ・この先の予定)", Everywhere, 95),
    verb(Verb::Message, "post", "投稿", Room, 99, true),
    verb(Verb::Note, "note", "記録", Room, 90, true),
    verb(Verb::Level, "level", "レベル", Room, 88, true),
    verb(Verb::Tick, "tick", "完了", Room, 86, true),
    verb(Verb::Situation, "situation", "状況", Room, 84, true),
    verb(Verb::Command, "command", "指揮", Room, 82, true),
    verb(Verb::Recover, "recovered", "復旧", Room, 80, true),
    verb(Verb::Report, "report", "報告", Room, 0, false),
    verb(Verb::Task, "task", "タスク", Room, 0, false),
    verb(Verb::Need, "need", "必要", Room, 0, false),
    verb(Verb::Park, "park", "保留", Room, 0, false),
    verb(Verb::Decide, "decide", "決定", Room, 0, false),
    verb(Verb::Settle, "settle", "済ませる", Room, 0, false),
    verb(Verb::Offer, "hand over", "引き継ぎ", Room, 0, false),
    verb(Verb::Accept, "accept", "引き受け", Room, 0, false),
    verb(Verb::Decline, "decline", "断る", Room, 0, false),
    verb(Verb::Call, "call", "呼ぶ", Room, 0, false),
    verb(Verb::Claim, "it is good", "復旧報告", Room, 0, false),
    verb(Verb::Confirm, "confirm", "確認", Room, 0, false),
    verb(Verb::Unclaim, "not good", "復旧取消", Room, 0, false),
    verb(Verb::RollCall, "roll call", "在席確認", Room, 0, false),
    verb(Verb::Here, "here", "在席", Room, 0, false),
    verb(Verb::Object, "object", "反対", Room, 0, false),
    verb(Verb::Extend, "extend", "延長", Room, 0, false),
    verb(Verb::Give, "give", "担当変更", Room, 0, false),
    verb(Verb::Objective, "objective", "目標", Room, 0, false),
    verb(Verb::Hypothesis, "hypothesis", "仮説", Room, 0, false),
    verb(Verb::Contact, "contact", "社外連絡", Room, 0, false),
    verb(Verb::Timer, "timer", "タイマー", Room, 0, false),
    verb(Verb::Notice, "notice", "告知文案", Room, 0, false),
    verb(Verb::Approve, "approve", "承認", Room, 0, false),
    verb(Verb::Publish, "publish", "公開", Room, 0, false),
    verb(Verb::Meeting, "call link", "通話", Room, 0, false),
    verb(Verb::Write, "write", "記述", Room, 0, false),
    verb(Verb::Kind, "kind", "種別", Room, 0, false),
    verb(Verb::Restrict, "restrict", "限定対応", Room, 0, false),
    verb(Verb::Link, "link", "関連付け", Room, 0, false),
    verb(Verb::Action, "action item", "再発防止", Room, 0, false),
    verb(Verb::Review, "reviewed", "レビュー済み", Room, 0, false),
    verb(Verb::Waive, "waive", "不要とする", Room, 0, false),
    verb(Verb::Tag, "tag", "タグ", Room, 0, false),
    verb(Verb::Untag, "untag", "タグ外し", Room, 0, false),
    verb(Verb::Evidence, "evidence", "証拠", Room, 0, false),
    verb(Verb::NoteAt, "late note", "後から記録", Room, 0, false),
    verb(Verb::Correct, "correct", "訂正", Room, 0, false),
    verb(Verb::Reach, "how far", "影響範囲", Room, 0, false),
    verb(Verb::PostMortem, "post-mortem", "振り返り文書", Room, 0, false),
    verb(Verb::Assess, "how it went", "対応評価", Room, 0, false),
    verb(Verb::Track, "ticket", "チケット", Room, 0, false),
    verb(Verb::Retract, "take back", "取り消し", Room, 0, false),
    verb(Verb::Temperature, "temperature", "温度感", Room, 50, false),
    verb(Verb::Phase, "phase", "段階", Room, 48, false),
    verb(Verb::CheckIn, "check in", "チェックイン", Room, 46, true),
    verb(Verb::CheckOut, "check out", "チェックアウト", Room, 20, false),
    verb(Verb::Role, "role", "役割", Room, 44, false),
    verb(Verb::Milestone, "time", "時刻", Room, 42, true),
    verb(Verb::Assign, "assign", "担当", Room, 40, false),
    verb(Verb::AddItem, "add item", "項目追加", Room, 24, false),
    verb(Verb::Skip, "not needed", "不要", Room, 22, false),
    verb(Verb::Untick, "reopen item", "未完了へ", Room, 18, false),
    verb(Verb::Timekeeper, "timekeeper", "タイムキーパー", Room, 16, false),
    verb(Verb::PersonalData, "personal data", "個人情報", Room, 14, false),
    verb(Verb::Resolve, "resolve", "解決", Room, 38, false),
    verb(Verb::Cancel, "call off", "取り下げ", Room, 12, false),
    verb(Verb::Merge, "merge", "統合", Room, 11, false),
    verb(Verb::Reopen, "reopen", "再開", Room, 36, false),
    verb(Verb::Archive, "archive", "アーカイブ", Room, 34, false),
    row(Action::Reply, "reply", "reply", "返信", "reply in the selected message's thread", "選んだ投稿のスレッドに返信する", Room, 32),
    verb(Verb::Pin, "pin", "ピン留め", Room, 30, false),
    row(Action::Unpin, "unpin", "unpin", "ピン外し", "take a pinned message out of the story; the record keeps it", "ピン留めを外す (記録には残る)", Room, 10),
    row(Action::Answer(0), "answer-1", "answer 1", "回答 1", "answer the first prompt", "1番目の確認に答える", Room, 0),
    row(Action::Answer(1), "answer-2", "answer 2", "回答 2", "answer the second prompt", "2番目の確認に答える", Room, 0),
    row(Action::Answer(2), "answer-3", "answer 3", "回答 3", "answer the third prompt", "3番目の確認に答える", Room, 0),
    row(Action::Snooze(0), "later-1", "later 1", "後で 1", "put the first prompt off", "1番目の確認を後回しにする", Room, 0),
    row(Action::Snooze(1), "later-2", "later 2", "後で 2", "put the second prompt off", "2番目の確認を後回しにする", Room, 0),
    row(Action::Snooze(2), "later-3", "later 3", "後で 3", "put the third prompt off", "3番目の確認を後回しにする", Room, 0),
    row(Action::Dismiss(0), "dismiss-1", "dismiss 1", "不要 1", "dismiss the first prompt", "1番目の確認を不要にする", Room, 0),
    row(Action::Dismiss(1), "dismiss-2", "dismiss 2", "不要 2", "dismiss the second prompt", "2番目の確認を不要にする", Room, 0),
    row(Action::Dismiss(2), "dismiss-3", "dismiss 3", "不要 3", "dismiss the third prompt", "3番目の確認を不要にする", Room, 0),
    row(Action::Up, "up", "up", "上", "select the row above", "上の行を選ぶ", Everywhere, 0),
    row(Action::Down, "down", "down", "下", "select the row below", "下の行を選ぶ", Everywhere, 0),
    row(Action::PageUp, "page-up", "page up", "前のページ", "a page up", "1ページ上へ", Everywhere, 0),
    row(Action::PageDown, "page-down", "page down", "次のページ", "a page down", "1ページ下へ", Everywhere, 0),
    row(Action::First, "first", "first", "先頭", "the first row", "先頭の行へ", Everywhere, 0),
    row(Action::Last, "last", "last", "末尾", "the last row; in timeline and channel, follow what is new", "末尾の行へ。タイムラインとチャンネルでは新着を追う", Everywhere, 0),
    row(Action::NextPane, "next-pane", "pane", "枠移動", "the next pane", "次の枠へ", Room, 28),
    row(Action::PreviousPane, "previous-pane", "back a pane", "前の枠", "the previous pane", "前の枠へ", Room, 0),
    row(Action::PaneLeft, "pane-left", "left", "左", "the pane to the left", "左の枠へ", Room, 0),
    row(Action::PaneRight, "pane-right", "right", "右", "the pane to the right", "右の枠へ", Room, 0),
    row(Action::Timeline, "timeline", "timeline", "タイムライン", "go to the timeline", "タイムラインへ移る", Room, 0),
    row(Action::Channel, "channel", "channel", "チャンネル", "go to the channel", "チャンネルへ移る", Room, 0),
    row(Action::Checklist, "checklist", "checklist", "チェックリスト", "go to the checklist", "チェックリストへ移る", Room, 0),
    row(Action::Situation, "situation-pane", "situation", "状況欄", "go to the situation", "状況の欄へ移る", Room, 0),
    row(Action::Roster, "roster", "roster", "在席", "go to the roster", "在席一覧へ移る", Room, 0),
    row(Action::Timers, "timers", "timers", "期限", "go to the timers", "期限の一覧へ移る", Room, 0),
    row(Action::Matters, "open-matters", "open", "未決", "go to what is open: tasks, needs, questions, decisions", "未決の一覧へ移る (タスク・必要なもの・質問・決定)", Room, 0),
    row(Action::Undo, "undo", "undo", "元に戻す", "take back what you did last, within a minute", "1分以内の自分の操作を取り消す", Room, 23),
    row(Action::Acknowledge, "acknowledge", "seen", "確認済み", "acknowledge a timer: the selected one, else the most urgent", "期限を確認済みにする (選んだもの、なければ最も急ぐもの)", Room, 27),
    row(Action::Later, "put-off", "put off", "後で", "put a timer off: the selected one, else the most urgent", "期限の知らせを後回しにする (選んだもの、なければ最も急ぐもの)", Room, 25),
    row(Action::Silence, "silence", "silence", "消音", "silence the selected timer's kind on this console, or let it speak again", "選んだ種類の期限をこの端末で知らせない・元に戻す", Room, 0),
    row(Action::Zoom, "zoom", "zoom", "拡大", "show this pane alone, and all of them again", "この枠だけを表示する・元に戻す", Room, 8),
    row(Action::Story, "story", "story/all", "要点/全件", "show the story, or the whole record", "要点だけ・全記録を切り替える", Room, 26),
    row(Action::View, "view", "read", "全文", "read the whole text of the selected row", "選んだ行の全文を読む", Room, 9),
    row(Action::Copy, "copy", "copy", "コピー", "copy the selected row", "選んだ行をコピーする", Room, 7),
    row(Action::CatchUp, "catch-up", "what changed", "前回から", "what changed since you last looked, in five lines", "前回見てからの変化を5行で読む", Room, 29),
    row(Action::Briefing, "briefing", "briefing", "要約コピー", "copy a briefing for whoever just joined", "途中参加者向けの要約をコピーする", Room, 5),
    row(Action::Summary, "summary", "in short", "要約", "the incident in a few lines: level, situation, impact, what was done, times", "レベル・状況・影響・対応・時刻を数行で読む", Room, 4),
    row(Action::Export, "export", "export", "書き出し", "write the record as a page for others (HTML and Markdown)", "記録を共有用のページに書き出す (HTML・Markdown)", Room, 4),
    row(Action::Back, "back", "back", "戻る", "back to the incidents", "インシデント一覧へ戻る", Room, 6),
    row(Action::Acts, "acts", "more acts", "その他の操作", "the acts of command, each by one letter more", "指揮の操作を一覧から1文字で選ぶ", Room, 87),
    row(Action::Palette, "palette", "all", "全操作", "every action, found by a few letters", "すべての操作を数文字で探す", Everywhere, 97),
    row(Action::Help, "help", "help", "ヘルプ", "what can be done here and now", "いまここでできること", Everywhere, 98),
    row(Action::Calls, "calls", "calls", "連絡先", "whom to call; works with everything else down", "緊急連絡先。他がすべて止まっていても開ける", Everywhere, 1),
    row(Action::Replay, "replay", "replay", "再生", "play this incident back, with everything as it was at each moment; nothing can be changed", "このインシデントを最初から再生する (閲覧のみ)", Everywhere, 1),
    row(Action::Metrics, "metrics", "metrics", "指標", "how responses go, over many incidents: times, targets, trend", "対応の指標 (所要時間・目標・推移)", Everywhere, 1),
    row(Action::History, "history", "history", "履歴", "search everything that was: words, filters, months, tags", "過去のインシデントを語句や条件で探す (月別・タグも)", Everywhere, 2),
    row(Action::SeenBefore, "seen-before", "seen before", "過去の類似", "read the earlier incident that is like this one", "似ている過去のインシデントを読む", Room, 31),
    row(Action::Outbox, "outbox", "outbox", "送信待ち", "what is not in the workspace yet; retry or give up what failed", "まだ届いていないもの。失敗分の再送・破棄", Everywhere, 5),
    row(Action::Utc, "utc", "UTC", "UTC切替", "show times in UTC, or in the configured zone again", "時刻を UTC で表示する・元に戻す", Everywhere, 4),
    row(Action::Language, "language", "日本語", "English", "switch the screen to Japanese", "画面を英語に切り替える", Everywhere, 3),
    row(Action::Who, "who", "who am I", "名乗る", "say who sits at this console", "この端末を使う人を選ぶ", Everywhere, 2),
    row(Action::Redraw, "redraw", "redraw", "再描画", "draw the screen anew", "画面を描き直す", Everywhere, 0),
    row(Action::Suspend, "suspend", "suspend", "中断", "back to the shell; fg returns", "シェルに戻る (fg で再開)", Everywhere, 0),
    row(Action::Quit, "quit", "quit", "終了", "leave; the incidents go on", "終了する (対応は続く)", Everywhere, 2),
];

impl Action {
    pub fn row(self) -> &'static Row {
        // Every action has a row: the test below holds it.
        ACTIONS
            .iter()
            .find(|row| row.action == self)
            .unwrap_or(&ACTIONS[0])
    }

    pub fn named(name: &str) -> Option<Action> {
        ACTIONS
            .iter()
            .find(|row| row.name() == name)
            .map(|row| row.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verb::VERBS;
    use std::collections::BTreeSet;

    #[test]
    fn every_verb_is_an_action_and_no_name_is_used_twice() {
        let actions: BTreeSet<Action> = ACTIONS.iter().map(|row| row.action).collect();
        assert_eq!(actions.len(), ACTIONS.len());
        for row in VERBS {
            assert!(actions.contains(&Action::Do(row.verb)), "{}", row.name);
        }
        let names: BTreeSet<&str> = ACTIONS.iter().map(Row::name).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert!(!names.contains(""));
    }

    #[test]
    fn every_action_says_itself_in_both_languages() {
        for row in ACTIONS {
            for text in [&row.short, row.about()] {
                assert!(!text.en.is_empty() && !text.ja.is_empty(), "{}", row.name());
            }
            assert!(!row.about().ja.is_ascii(), "{}", row.name());
            // A switch of language is called in the language that it switches to.
            let switch = row.action == Action::Language;
            assert!(switch || !row.short.ja.is_ascii(), "{}", row.name());
        }
    }
}
