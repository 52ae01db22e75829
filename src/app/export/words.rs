//! What a page calls things.

use crate::domain::words::Text;

pub const DRILL: Text = Text::fixed("DRILL", "訓練");
pub const DRILL_SAID: Text = Text::fixed(
    "This was an exercise. Nothing of it happened.",
    "これは訓練です。実際の障害ではありません。",
);
pub const PRIVATE: Text = Text::fixed("PRIVATE", "非公開");
pub const PRIVATE_SAID: Text = Text::fixed(
    "For the people involved only. Do not pass it on.",
    "関係者限り。転送・共有を禁じます。",
);
pub const LEVEL: Text = Text::fixed("Level", "レベル");
pub const NO_LEVEL: Text = Text::fixed("not set", "未定");
pub const PHASE: Text = Text::fixed("Phase", "段階");
pub const SERVICE: Text = Text::fixed("Service", "サービス");
pub const KIND: Text = Text::fixed("Kind", "種別");
pub const CHANNEL: Text = Text::fixed("Channel", "チャンネル");
pub const COMMANDER: Text = Text::fixed("Commander", "指揮");
pub const TEMPERATURE: Text = Text::fixed("Temperature", "温度感");
pub const TAGS: Text = Text::fixed("Tags", "タグ");
pub const POST_MORTEM: Text = Text::fixed("Post-mortem", "ポストモーテム");
pub const INCIDENT: Text = Text::fixed("Incident", "ID");
pub const DATE: Text = Text::fixed("Date", "発生日");
pub const ZONE: Text = Text::fixed("Times", "時刻");
pub const AS_OF: Text = Text::fixed("As of", "作成時点");
pub const SITUATION: Text = Text::fixed("Situation", "状況");
pub const AT_A_GLANCE: Text = Text::fixed("At a glance", "概要");
pub const MILESTONES: Text = Text::fixed("Milestones and intervals", "節目と所要時間");
pub const MILESTONE: Text = Text::fixed("Milestone", "節目");
pub const TIME: Text = Text::fixed("Time", "時刻");
pub const RECORDED_BY: Text = Text::fixed("Recorded by", "記録者");
pub const AUTOMATIC: Text = Text::fixed("automatic", "自動");
pub const INTERVAL: Text = Text::fixed("Interval", "区間");
pub const FROM_TO: Text = Text::fixed("From → to", "始点 → 終点");
pub const LENGTH: Text = Text::fixed("Length", "所要時間");
pub const TARGET: Text = Text::fixed("Target", "目標");
pub const VERDICT: Text = Text::fixed("Result", "結果");
pub const MET: Text = Text::fixed("met", "達成");
pub const NOT_MET: Text = Text::fixed("not met", "未達");
pub const NEVER: Text = Text::fixed("not done", "実施なし");
pub const UNSURE: Text = Text::fixed("times in the wrong order", "時刻の前後が逆");
pub const PROCESS: Text = Text::fixed("How it was led", "進め方");
pub const FIGURE: Text = Text::fixed("What", "項目");
pub const VALUE: Text = Text::fixed("Value", "値");
pub const NUMBER: Text = Text::fixed("people", "人数");
pub const LEVELS: Text = Text::fixed("Levels over time", "レベルの推移");
pub const PEOPLE: Text = Text::fixed("People and roles", "体制");
pub const ROLE: Text = Text::fixed("Role", "役割");
pub const WHO: Text = Text::fixed("Who", "担当者");
pub const FROM: Text = Text::fixed("From", "開始");
pub const TO: Text = Text::fixed("To", "終了");
pub const TOOK_PART: Text = Text::fixed("Took part", "参加者");
pub const DECISIONS: Text = Text::fixed("Decisions", "決定");
pub const RISK: Text = Text::fixed("Risk", "リスク");
pub const OBJECTION: Text = Text::fixed("Objection", "反対意見");
pub const REPORTS: Text = Text::fixed("Reports", "報告");
pub const NOTICE: Text = Text::fixed("Customer notice", "ユーザー告知");
pub const CONDITIONS: Text = Text::fixed("Conditions", "現状");
pub const ACTIONS: Text = Text::fixed("Actions", "対応");
pub const NEEDS: Text = Text::fixed("Needs", "必要なもの");
pub const NEXT: Text = Text::fixed("Next by", "次の報告");
pub const WORK: Text = Text::fixed("What was done", "対応内容");
pub const ACTION_ITEMS: Text = Text::fixed("Action items", "再発防止策");
pub const ACTION_ITEM: Text = Text::fixed("Action item", "再発防止策");
pub const OWNER: Text = Text::fixed("Owner", "担当");
pub const DUE: Text = Text::fixed("Due", "期限");
pub const STATE: Text = Text::fixed("State", "状態");
pub const EVIDENCE: Text = Text::fixed("Evidence", "証拠");
pub const TIMELINE: Text = Text::fixed("Timeline", "タイムライン");
pub const RAW: Text = Text::fixed("The whole record", "全記録");
pub const CORRECTED: Text = Text::fixed("corrected", "訂正");
pub const TAKEN_BACK: Text = Text::fixed("taken back", "取り消し");
pub const OVERTAKEN: Text = Text::fixed(
    "did not count: somebody else was first",
    "無効: 先に別の操作あり",
);
pub const IGNORED: Text = Text::fixed(
    "not understood by this version",
    "この版では解釈できない記録",
);
pub const PENDING: Text = Text::fixed("not in the channel yet", "チャンネル未反映");
pub const UNTOLD: Text = Text::fixed("Nothing is recorded", "記録なし");
pub const NONE: Text = Text::fixed("None.", "なし");
pub const MESSAGE: Text = Text::fixed("message", "投稿");
pub const DRAWING: Text = Text::fixed("The incident over time", "経過");
pub const PHASES: Text = Text::fixed("Phases", "段階");
pub const EARLIER: Text = Text::fixed("Earlier", "これより前");
pub const LATER: Text = Text::fixed("Later", "これより後");
pub const MADE: Text = Text::fixed(
    "Made by matoi from the incident's record.",
    "インシデントの記録から matoi が作成。",
);
