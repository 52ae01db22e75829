//! The fixed texts of the screens, in both languages, by where they stand. What an action is called
//! is in its row; what went wrong is where it is found out.

macro_rules! texts {
    ($($name:ident = $en:literal, $ja:literal;)*) => {
        $(pub const $name: Text = Text::fixed($en, $ja);)*

        /// Every text here, with its name.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, Text)] = &[$((stringify!($name), $name),)*];
    };
}

/// A drill.
pub mod drill {
    use crate::domain::words::Text;
    texts! {
        BRIEFING = "briefing", "事前説明";
        COURSE = "Drill", "訓練の進行";
        DEBRIEF = "Debrief", "ふりかえり";
        FEEDBACK = "your own words", "ふりかえりを書く";
        BEGIN = "begin", "開始";
        NEXT = "next", "次へ";
        HOLD = "hold / go on", "停止 / 再開";
        SPEED = "speed", "速さ";
        SKIP = "skip ahead", "次の動きまで進める";
        REVEAL = "what is to come", "この先の予定";
        FIRE = "now", "今すぐ";
        PUT_OFF = "a minute later", "1分遅らせる";
        DROP = "take out", "取りやめ";
        END = "end", "終える";
        END_NOW = "End the drill now? It is scored as it stands.", "訓練を終えますか? ここまでの内容で採点します。";
        EXPECTED = "Expected", "期待される行動";
        TO_COME = "In store", "この先の予定";
        TROUBLE = "Did not come about", "起こせなかったこと";
        SAY = "speak for somebody", "誰かの代わりに発言";
        WHO_SAYS = "Write it as name: text, with a name from the list.", "「名前: 発言」の形で入力してください。名前は下の一覧から。";
        ADD = "add to the script", "台本に追加";
        ADD_WHO = "Add to the script: who says what?", "台本に追加: 誰が何を言いますか?";
        ADD_WHEN = "When? A time, conditions, or both; nothing: now", "いつ? 時刻か条件、または両方。空欄なら今すぐ";
        ADD_TIMES = "12:00 at that time of the drill   +2:00 in two minutes", "12:00 訓練の時計でその時刻   +2:00 2分後";
        ADD_FACTS = "Conditions, ! turns one round:", "条件 (! を付けると逆):";
        OPENING = "Opening the channel…", "チャンネルを開いています…";
        SAVED = "Saved with the record of this drill.", "訓練の記録に保存しました。";
        REPORT = "The record of this drill is in {}", "この訓練の記録: {}";
        WAITS = "The clock stands until you begin.", "開始するまで時計は止まっています。";
        MAY_TRY = "You may go on looking around; Ctrl-c goes back to where you came from.", "このまま画面を見て回れます。Ctrl-c で訓練の前の画面に戻ります。";
        OVER = "The drill is over. The debrief opens when you have finished here.", "訓練は終わりました。いまの入力を終えると、ふりかえりが開きます。";
        LEAVE = "Leave the drill?", "訓練を終えて戻りますか";
        UNNAMED = "When you act is what counts: hidden until it is over.", "採点の対象は終了後に表示します。";
    }
}

/// Metrics: a table, and the screen.
pub mod metrics {
    use crate::domain::words::Text;
    texts! {
        ASSESSED = "How responses went, 1 to 3", "対応の振り返り (1〜3)";
        V_ASSESSED = "assessed", "評価";
        NO_ANSWERS = "Nobody has said how it went yet.", "対応評価はまだありません。";
        BY_MONTH = "by month: median (n)", "月別: 中央値 (件数)";
        TITLE = "METRICS", "指標";
        COUNT = "{} incidents", "インシデント {}件";
        COUNT_DRILLS = "{} drills", "訓練 {}件";
        ALL_TIME = "all time", "全期間";
        SINCE = "since {}", "{} 以降";
        BEFORE = "before {}", "{} より前";
        BETWEEN = "{} to {}", "{} 〜 {}";
        LEFT_OUT = "Not counted: {}", "対象外: {}";
        L_DRILLS = "drills {}", "訓練 {}件";
        L_CANCELLED = "cancelled {}", "取り下げ {}件";
        L_FALSE = "false alarms {}", "誤検知 {}件";
        L_NEAR = "near misses {}", "ヒヤリハット {}件";
        L_MERGED = "merged {}", "統合 {}件";
        PRIVATE = "Not for everybody: {}, in the sums and not named", "限定公開の {}件は集計にのみ含め、名前は出しません";
        RANK = "Median and p90: nearest rank", "中央値と90%値は最近順位法による";
        FROM_DETECTED = "Time to restore: {} counted from detection, since their start is not known", "復旧まで: 発生時刻が不明な {}件は検知から計算";
        DISORDERED = "Times in the wrong order, left out until they are put right: {}", "前後が逆の時刻が {}か所あり、訂正されるまで集計から除きます";
        STILL_OPEN = "Not recovered yet: {}, counted up to now", "復旧していない {}件は現在までで計算";
        ENDS = "from - to", "起点〜終点";
        N = "n", "件数";
        MEDIAN = "median", "中央値";
        P90 = "p90", "90%値";
        TARGET = "target", "目標";
        WITHIN = "within", "達成";
        MISSING = "missing", "不明";
        VARIOUS = "by level", "レベル別";
        MONTHS = "By month", "月別";
        LEVELS = "By level", "レベル別";
        SERVICES = "By service", "サービス別";
        PROCESS = "Process", "進め方";
        CADENCE = "promised updates on time", "期限までに出した続報";
        BOXES = "time-boxes kept", "守られた期限";
        DECISIONS = "decisions with a result", "結果まで記録した決定";
        REOPENED = "reopened", "再開したもの";
        ACTIONS = "action items past due, of those open", "期限を過ぎた再発防止策 (未完了のうち)";
        HAND_OVERS = "hand-overs of command", "指揮の引き継ぎ";
        PEOPLE = "people, summed over incidents", "のべ人数";
        PERSON_TIME = "time of people", "のべ時間";
        NIGHT = "at night", "うち深夜";
        FREE = "on free days", "うち休日";
        TARGET_IS = "target {} %", "目標 {}%";
        SLO = "Minutes of the SLO", "許容停止時間の消費";
        LOST = "lost (min)", "消費 (分)";
        ALLOWED = "a month", "月の許容";
        BROKEN = "months over", "超過月数";
        NO_LEVEL = "none", "未定";
        NOTHING = "No incident fits.", "該当するインシデントはありません。";
        READING = "reading…", "集計中…";
        AS_OF = "as of {}", "{} 時点";
        F_PERIOD = "period", "期間";
        F_SERVICE = "service", "サービス";
        F_LEVEL = "level", "レベル";
        F_KIND = "kind", "種別";
        F_DRILLS = "drills", "訓練";
        F_CANCELLED = "cancelled too", "取り下げも";
        F_AGAIN = "read again", "再集計";
        F_VIEW = "next view", "表示切替";
        EVERY = "all", "すべて";
        OUTAGE = "outage", "障害";
        SECURITY = "security", "セキュリティ";
        MONTH_1 = "this month", "今月";
        MONTH_3 = "3 months", "3か月";
        MONTH_6 = "6 months", "6か月";
        MONTH_12 = "12 months", "12か月";
        TREND = "{} by month", "「{}」の月別推移";
        LEGEND = "median and p90, minutes", "中央値と90%値 (分)";
        LEGEND_HOURS = "median and p90, hours", "中央値と90%値 (時間)";
        LEGEND_SECONDS = "median and p90, seconds", "中央値と90%値 (秒)";
        COUNTS = "incidents", "件数";
        V_TREND = "trend", "推移";
        V_LEVELS = "levels", "レベル";
        V_SERVICES = "services", "サービス";
        V_PROCESS = "process", "進め方";
        V_SLO = "SLO", "可用性目標";
    }
}

/// The bar of a replay.
pub mod replay {
    use crate::domain::words::Text;
    texts! {
        PLAYING = "PLAY", "再生";
        STOPPED = "STOP", "停止";
        EVENTS = "event", "記録";
        LEVEL = "level", "レベル";
        PHASE = "phase", "段階";
        COMMANDER = "command", "指揮";
    }
}

/// The rows of vital facts.
pub mod header {
    use crate::domain::words::Text;
    texts! {
        LOCAL = "LOCAL: nobody outside sees this", "この端末のみ・社内には届きません";
        REPLAY = "REPLAY: as it was at the time shown", "再生中・表示時刻の時点の状態です";
        REPLAY_SHORT = "REPLAY", "再生中";
        REPLAY_LINK = "not live", "過去の再生";
        LOCAL_SHORT = "LOCAL", "この端末のみ";
        DRILL = "DRILL", "訓練";
        PRIVATE = "PRIVATE", "非公開";
        RESTRICTED = "RESTRICTED", "限定対応";
        STRANDED = "ARCHIVED, NOT RESOLVED", "未解決でアーカイブ";
        PERSONAL_DATA = "PERSONAL DATA", "個人情報あり";
        FOLLOWS = "another window of this console talks to Slack", "送受信は別のウィンドウが担当";
        NO_LEVEL = "no level", "レベル未定";
        NO_CHANNEL = "channel being opened", "チャンネル作成中";
        SINCE_DECLARED = "since declared", "宣言から";
        SINCE_STARTED = "since started", "発生から";
        SINCE_DETECTED = "since detected", "検知から";
        COMMANDER = "IC", "指揮";
        SEEN = "seen {} ago", "同期 {}前";
        SLOW = "slow, seen {} ago", "低速・同期 {}前";
        OFFLINE = "OFFLINE, seen {} ago", "オフライン・同期 {}前";
        OFFLINE_NEVER = "OFFLINE", "オフライン";
        RESTING = "Slack limits {}: again in {}", "Slackの制限で{}待ち: あと{}";
        CLAMPED = "Slack slows this app down: make your own (matoi doctor --manifest)", "Slackがこのアプリを低速に制限中: 自社アプリを作成 (matoi doctor --manifest)";
        CLAMPED_SHORT = "SLACK SLOWS US", "Slack低速制限";
        RESTING_SHORT = "LIMIT {}", "制限 {}";
        SLOW_SHORT = "SLOW {}", "低速 {}前";
        OFFLINE_SHORT = "OFFLINE {}", "切断 {}前";
        REFUSED_SHORT = "REFUSED", "認証拒否";
        UNSENT = "{} unsent", "未送信 {}";
        SHARED = "{} consoles share the limit", "{}台で制限を共有";
        READING = "reading", "読み込み";
        POSTING = "posting", "投稿";
        LISTING = "the channel list", "チャンネル一覧";
        EDITING = "the status card", "状況カードの更新";
        OTHER_CALLS = "some calls", "一部の操作";
        BY_ANOTHER = "by another window", "別ウィンドウ経由";
        STARTING = "connecting", "接続中";
        REFUSED = "token refused: {}", "トークンが拒否されました: {}";
        SAVING = "{} saving", "保存中 {}";
        QUEUED = "{} queued", "待ち {}";
        UNCONFIRMED = "{} unconfirmed", "未確認 {}";
        FAILED = "{} failed", "失敗 {}";
        DUE = "DUE", "次";
        TIMEKEEPER = "timekeeper", "タイムキーパー";
        NOTHING_DUE = "nothing due", "期限なし";
    }
}

/// Marks on a line.
pub mod mark {
    use crate::domain::words::Text;
    texts! {
        SAVING = "(saving)", "(保存中)";
        SAVING_LATE = "(still saving, {})", "(保存中・{}経過)";
        QUEUED = "(queued)", "(送信待ち)";
        SENDING = "(sending)", "(送信中)";
        UNCONFIRMED = "(unconfirmed)", "(未確認)";
        FAILED = "(! failed)", "(!送信失敗)";
        DROPPED = "(given up)", "(破棄)";
        OVERTAKEN = "(overtaken: somebody changed it first)", "(反映されず: 別の変更が先でした)";
        EDITED = "(edited)", "(編集済み)";
        PINNED = "pinned", "ピン留め";
    }
}

/// The panes.
pub mod pane {
    use crate::domain::words::Text;
    texts! {
        MANUAL = "Manual: {}", "マニュアル: {}";
        MANUAL_BY = "Manual: {} shows the link", "マニュアル: {} でリンクを表示";
        TIMELINE = "TIMELINE", "タイムライン";
        STORY = "story", "要点";
        ALL_RECORDS = "all", "全記録";
        CHANNEL = "CHANNEL", "チャンネル";
        CHECKLIST = "CHECKLIST", "チェックリスト";
        SITUATION = "SITUATION", "状況";
        ROSTER = "ROSTER", "在席";
        TIMERS = "TIMERS", "期限";
        MATTERS = "OPEN", "未決";
        NO_MATTERS = "Nothing is open. , opens a task, a need, a question, a decision.", "未決の項目はありません。, でタスク・必要なもの・質問・決定を起こせます。";
        OFFERED = "command offered to {}", "指揮の引き継ぎを {} に申し出中";
        CLAIMED = "recovery? {} yes", "復旧? 確認 {}人";
        OBJECTIONS = "{} against", "反対 {}件";
        TO_TELL = "result?", "結果は?";
        ESCALATED = "escalated", "要判断";
        ANSWERED = "answered {}", "応答あり {}";
        CALLED = "called {}", "呼出 {}";
        CALLED_AGAIN = "called {}x {}", "呼出 {}回 {}";
        OVERDUE_COUNT = "{} over", "超過 {}";
        TIMER_COUNT = "{} running", "{}件";
        NO_TIMERS = "Nothing has a due time.", "期限のあるものはありません。";
        SEEN_MARK = "seen", "確認済";
        LATER_MARK = "till {}", "{}まで保留";
        SILENT_MARK = "silent", "消音";
        ASK = "ASK", "確認";
        ASK_WAITING = "{} more wait", "ほか{}件";
        HERE = "{} here", "{}人";
        CALLED_COUNT = "{} called", "呼出中 {}";
        IDLE_COUNT = "{} idle", "応答なし {}";
        IDLE = "idle {}", "応答なし {}";
        ROLL_WAITS = "roll call: waiting", "在席確認の応答待ち";
        ROLL_MISSING = "no answer to roll call {}", "在席確認に応答なし {}";
        RELIEF = "relief? {}", "交代? {}";
        OVERLOADED = "{} in hand", "担当 {}件";
        SPAN = "{} under {}", "{}人が{}の下";
        HEARD = "heard {}", "応答 {}前";
        NOBODY = "-", "-";
        NO_SITUATION = "Nobody has written the situation yet: s", "状況はまだ書かれていません (s で記入)";
        NO_TALK = "Nobody has written in the channel yet.", "まだ投稿はありません。";
        NO_ITEMS = "No checklist yet: a level brings one (l)", "項目はまだありません。レベルを決めると読み込まれます (l)";
        NO_EVENTS = "Nothing has been recorded yet.", "まだ記録はありません。";
        READING = "Reading the record…", "記録を読み込んでいます…";
        REPLY_TO = "re {}: {}", "{}「{}」への返信";
        MESSAGES = "{} messages", "{}件";
        PROGRAM = "program", "プログラム";
        GIVEN_UP = "given up", "破棄";
        HOLE = "-- nothing is told for {} min --", "-- 記録のない時間 {}分 --";
        CHECKLIST_LOADED = "checklist: {} items", "チェックリスト {}項目を読み込み";
        CORRECTED = "{} (corrected)", "{} (訂正)";
        CORRECTED_BY = "Corrected by {}, {}:", "{} が訂正 ({}):";
        TIMEKEEPER_CALL = "call {}", "{}回目の声かけ";
    }
}

/// An entry of the record, at length.
pub mod entry {
    use crate::domain::words::Text;
    texts! {
        WHEN = "When", "時刻";
        WAS = "{} (first told as {})", "{} (訂正前 {})";
        RECORDED = "Recorded", "記録";
        WHO = "Who", "誰が";
        KIND = "Kind", "種類";
        SOURCE = "Source", "記録元";
        FILE = "File", "ファイル";
        // One line of the narrowest help.
        SIGNS = "TIMELINE  @ chat  : reaction  ^ pin  ~ timer  $ subcommand  & integration", "記録元  @ チャット  : リアクション  ^ ピン  ~ タイマー  $ コマンド  & 連携";
    }
}

/// Prompts.
pub mod ask {
    use crate::domain::words::Text;
    texts! {
        DISMISSED = "Not asked again.", "以後は確認しません。";
        SEEN = "Seen: {}.", "確認済み: {}";
        PUT_OFF = "Put off for {} minutes: {}.", "{}分後に知らせます: {}";
        SILENCED = "Silent on this console: {}.", "この端末では知らせません: {}";
        SPEAKS = "Told again: {}.", "再び知らせます: {}";
        OVER = "Over: {}", "期限超過: {}";
        WAITS = "Something waits for you.", "確認待ちがあります。";
        NO_TIMER = "No timer calls for attention.", "確認の要る期限はありません。";
        SELECT_TIMER = "Select a timer first (9).", "先に期限を選んでください (9)。";
        STANDS = "This stays until it is answered.", "これは答えるまで消えません。";
        SNOOZED = "Asked again in {} minutes.", "{}分後にもう一度確認します。";
        NOTHING = "There is no such prompt.", "その番号の確認はありません。";
    }
}

/// What was done last, taken back.
pub mod undo {
    use crate::domain::words::Text;
    texts! {
        NOTHING = "Nothing of yours in the last minute can be taken back.", "直近1分に取り消せる自分の操作はありません。";
        UNDONE = "taken back", "取り消し";
        FIRST = "It was set for the first time: change it instead.", "最初の設定のため戻す値がありません。設定し直してください。";
        NOT_THIS = "This cannot be taken back by a key; the record says what may be done.", "この操作はキーでは戻せません。記録から対応してください。";
        LEVEL = "It had no level before, and others were told of this one: set the right one (l).", "最初のレベルで、既に告知されています。正しいレベルを設定してください (l)。";
        PHASE = "There is no phase to go back to: set the right one (p).", "戻せる段階がありません。正しい段階を設定してください (p)。";
        SETTLE = "It was settled before, too: settle it as it is now (, s).", "前にも完了扱いになっています。いまの結果で終わらせてください (, s)。";
        DECLINE = "The offer is over: whoever offered command offers it again (, h).", "申し出は取り消されました。申し出た人がもう一度引き継ぎを申し出ます (, h)。";
        ARCHIVE = "The channel is archived: take the response up again (O) if it is not over.", "チャンネルはアーカイブ済みです。終わっていなければ再開してください (O)。";
        PERSONAL_DATA = "What the law asks for is counted from here: note why it was none (n).", "法令上の期限の起算点になるため取り消せません。誤りなら理由を記録してください (n)。";
        RESTRICT = "Those who were told to go on in private are there already: go on there.", "非公開チャンネルに移っているため戻せません。そちらで続けてください。";
        LINK = "Both channels name each other: make it a part of the right one (, L).", "両方のチャンネルに告知済みです。正しい親を指定し直してください (, L)。";
        POST_MORTEM = "The version is kept: write the next one (, M).", "版は保存済みです。次の版を書いてください (, M)。";
        HERE = "You are counted as here: check out if you leave.", "在席として記録済みです。離れる場合はチェックアウトしてください。";
        RETRACT = "It is taken back already: write it again.", "取り消した内容は戻せません。もう一度書いてください。";
        SENT = "Taken back: {} (the channel keeps both)", "取り消しました: {} (チャンネルには両方残ります)";
        UNSENT = "Taken out of the outbox before it was sent: {}", "送信前に取り消しました (投稿されません): {}";
        WAITING = "Taken back before it was in the channel: {} (both will be)", "チャンネルに届く前に取り消しました: {} (両方届きます)";
    }
}

/// What changed since somebody last looked.
pub mod catchup {
    use crate::domain::words::Text;
    texts! {
        TITLE = "SINCE YOU LAST LOOKED: {}, {} ago", "前回見てから: {}以降 ({}前)";
        TITLE_FIRST = "SINCE IT WAS DECLARED: {}, {} ago", "宣言から: {}以降 ({}前)";
        STATE = "State  ", "状態";
        COMMAND = "Command", "指揮";
        SAID = "Said   ", "発信";
        WORK = "Work   ", "作業";
        PEOPLE = "People ", "人員";
        UNCHANGED = "{} (unchanged)", "{} (変わらず)";
        NOTHING = "nothing new", "新しいものなし";
        NOBODY = "nobody", "不在";
        LEVEL = "level {}", "レベル {}";
        SITUATION = "{} {}: {}", "{} {}「{}」";
        REPORT = "{} by {}", "{}を{}が発信";
        DECIDED = "decided: {}", "決定「{}」";
        OPENED = "new: {}", "新規 {}";
        NOTES = "{} noted, last: {}", "記録 {}件、最後は「{}」";
        DONE = "{} done, last: {}", "完了 {}件、最後は「{}」";
        CAME = "{} joined", "{} が参加";
        WENT = "{} left", "{} が離脱";
        MESSAGES = "{} messages of {} people", "投稿 {}件 ({}人)";
        AND = ", ", "、";
        NAMES = ", ", "・";
        BACK = "{} new since you looked: {}", "前回見てから{}件の動きがあります: {}";
    }
}

/// The list of incidents.
pub mod home {
    use crate::domain::words::Text;
    texts! {
        TITLE = "INCIDENTS", "インシデント";
        OPEN_COUNT = "{} open", "対応中 {}";
        EMPTY = "No incidents. d declares one.", "インシデントはありません。d で宣言します。";
        EMPTY_SAMPLE = "To try things out: s starts a made-up one on this machine.", "試すには s でサンプルを始めます (この端末のみ)。";
        NO_COMMANDER = "no commander", "指揮者なし";
        NO_LEVEL = "no level", "レベル未定";
        FAILED = "{} failed", "送信失敗 {}";
        QUEUED = "{} waiting", "送信待ち {}";
        SAME = "same as {}?", "{} と同じ?";
        SEEN = "seen {} ago", "同期 {}前";
        NOT_SEEN = "not read yet", "未読込";
        OVERDUE = "{} overdue", "期限超過 {}";
        UNRESOLVED = "recovered, not resolved", "復旧済み・未解決";
    }
}

/// The composer.
pub mod composer {
    use crate::domain::words::Text;
    texts! {
        PLACEHOLDER = "Enter: write to the channel", "Enter でチャンネルに書き込む";
        REPLYING = "reply to {}: {}", "{}「{}」に返信";
        KANA = "Japanese input is on: the text goes to the message line and runs nothing. Esc leaves it.", "日本語入力がオンです。文字は投稿欄に入り、操作は実行されません。Esc で戻ります。";
        PASTED = "The paste is in the message line; nothing was run.", "貼り付けた内容は投稿欄に入れました。操作は実行していません。";
        NO_PLACE = "There is nothing here that takes text.", "ここには文字を入れる欄がありません。";
        UNKNOWN_KEY = "{} does nothing here. ? shows what does.", "{} には操作がありません。? で一覧を表示します。";
        LEAVE = "leave", "離れる";
        NEW_LINE = "new line", "改行";
    }
}

/// Forms and lists to pick from.
pub mod form {
    use crate::domain::words::Text;
    texts! {
        SERVICE = "Service", "サービス";
        TITLE = "Title", "タイトル";
        KIND = "Kind", "種別";
        TEMPERATURE = "Temperature", "温度感";
        SITUATION = "Situation", "状況";
        STARTED = "Started", "発生時刻";
        DETECTED = "Detected", "検知時刻";
        PERSONAL_DATA = "Personal data involved", "個人情報あり";
        PRIVATE = "Private channel", "非公開チャンネル";
        DRILL = "Drill", "訓練";
        LEVEL = "Level", "レベル";
        PHASE = "Phase", "段階";
        PERSON = "Person", "人";
        ROLE = "Role", "役割";
        TASK = "Task", "作業";
        REASON = "Reason", "理由";
        ITEM = "Item", "項目";
        NOTE = "Note", "記録";
        MILESTONE = "Milestone", "節目";
        TIME = "Time", "時刻";
        LINK = "Link to what shows it", "根拠のリンク";
        LINK_OR_FILE = "Link to what shows it, or a file's path", "根拠のリンクかファイルのパス";
        ELSEWHERE = "Link, if it was written elsewhere", "リンク (別の場所に書いた場合)";
        MINUTES = "Every so many minutes (0 stops)", "間隔 (分)。0 で停止";
        OUTCOME = "Outcome", "結果";
        INTO = "Into", "統合先";
        TELL_USERS = "Must users be told (notice, inquiries, social)?", "ユーザーへの案内は必要か (告知・問い合わせ対応)";
        OUTLOOK = "Outlook on cause or recovery", "原因や復旧の見通し";
        SPREAD = "How far may it spread, who is needed?", "どこまで広がりそうか、誰が必要か";
        NEW_STREAM = "a stream of its own: name it", "班を作る (名前をつける)";
        STREAM = "Name of the stream", "班の名前";
        WHAT_NOW = "What now?", "どうしますか";
        DONE = "done", "完了した";
        REASSIGN = "give it to somebody else", "別の人に任せる";
        NOT_NEEDED = "not needed", "不要にする";
        NONE = "none", "なし";
        NOBODY = "nobody", "担当なし";
        LAY_DOWN = "nobody: lay command down", "指揮を離れる (指揮者なし)";
        ME = "me", "自分";
        REQUIRED = "needed", "入力してください";
        CHOOSE = "choose one", "選んでください";
        UNDERSTOOD = "{} ({} ago)", "{} ({}前)";
        UNDERSTOOD_NOW = "{} (now)", "{} (いま)";
        FUTURE = "that is in the future", "未来の時刻です";
        NUMBER = "a whole number of minutes", "分を整数で入力してください";
        MINUTES_OR_TIME = "minutes (30) or a time (03:45)", "分 (30) か時刻 (03:45) を入力してください";
        CANCEL = "Cancel", "やめる";
        GO = "Do it", "実行";
        SAVING = "saving", "保存中";
        STILL_HERE = "Your text is still here.", "入力した内容は残っています。";
        EARLY = "Keys typed before the form was visible were dropped.", "表示前に押されたキーは無視しました。";
        ON = "yes", "はい";
        OFF = "no", "いいえ";
        NEXT = "next", "次へ";
        SEND = "send", "送る";
        MORE = "{} more", "他 {}件";
        LINE = "In one line", "内容 (1行)";
        RISK = "Risk", "リスク";
        DAYS = "Within so many days", "期限 (日数)";
        ENTRY = "Entry", "項目";
        STATE = "What became of it", "結果の種類";
        RESULT = "Answer, result or reason", "回答・結果・理由";
        EXECUTES = "Who executes it", "実行する人";
        CONDITIONS = "Conditions: what is true now, no guesses", "現状: いま確かなこと (推測は書かない)";
        ACTIONS = "Actions: what is being done, by whom", "対応: していることと担当 (約束は書かない)";
        NEEDS = "Needs: what is missing; say \"none\"", "必要なもの: なければ「なし」と書く";
        WITHIN = "Minutes", "時間 (分)";
        HOLD = "Watch whether it holds, in minutes", "様子を見る時間 (分)";
        AUDIENCE = "For whom", "報告先";
        NEXT_IN = "Next one in minutes", "次の報告まで (分)";
        NEXT_NOTICE = "Next one: minutes, or a time", "次の告知 (分、または時刻)";
        LAST = "This is the last one", "最終報";
        NOTICE = "What, who is affected, since when, work-around, next notice, apology", "告知文: 内容・影響範囲・発生時刻・回避策・次回・お詫び";
        TARGET = "Where it is out", "公開先";
        WHY = "Why them", "呼ぶ理由";
        COME_ALONG = "Who comes along (@…, …)", "移るメンバー (@…, …)";
        PARENT = "Part of", "親インシデント";
        SECTION = "Part", "欄";
        LINES_ABOVE = "PageUp: {} lines above", "PageUp: 上に{}行";
        LINES_BELOW = "PageDown: {} lines below", "PageDown: 下に{}行";
        TYPE_NAME = "To confirm, type the channel's name", "確認のためチャンネル名を入力";
        NOT_THE_NAME = "That is not its name.", "チャンネル名が違います。";
        NO_MATCH = "nothing matches", "一致なし";
        TAG = "Tag", "タグ";
        SHOWS = "What it shows", "何が分かるか";
        OTHER_TIME = "When it really was (empty: as before)", "正しい時刻 (空欄なら変更なし)";
        USERS = "Users affected", "影響したユーザー";
        SEVERAL = "several", "複数";
        FEW = "few, or none", "ごく少数・なし";
        RECURS = "Seen before, or likely to come again", "過去にもあった・再発しうる";
        LIKELY = "yes", "はい";
        UNLIKELY = "no", "いいえ";
        IN_WORDS = "In a few words", "ひとこと";
    }
}

/// What is said after a post-mortem was written.
pub mod postmortem {
    use crate::domain::words::Text;
    texts! {
        TITLE = "Post-mortem, version {}", "ポストモーテム 第{}版";
        UNCHANGED = "Nothing was changed: no version was kept.", "変更がないため、版として保存していません。";
        GAPS = "{} places to fill in.", "未記入が {} か所あります。";
        FINDING = "Line {}: {}", "{}行目: {}";
    }
}

/// What a confirmation says about its act.
pub mod confirm {
    use crate::domain::words::Text;
    texts! {
        OPENS = "Opens {}", "{} を開きます";
        ON = "For {} {}", "対象: {} {}";
        POSTED_IN = "Also posted in {}", "投稿先: このチャンネルと {}";
        ANNOUNCED = "Announced in {}", "告知先: {}";
        ANNOUNCED_NOWHERE = "Announced nowhere but in its channel", "告知先: なし (チャンネル内のみ)";
        INVITES = "Invites {}", "招待: {}";
        CALLS = "Calls {}", "呼び出し: {}";
        FINAL = "This cannot be taken back.", "取り消せません。";
        GOES_ON = "The response goes on in {} {}", "以後の対応: {} {}";
        TELLS_NOTHING = "{}: nothing is announced any more, nobody invited, nothing asked.", "{}: 以後、告知・招待・確認はされません。";
        PEOPLE_COME = "Who is here is invited there.", "在席者は統合先に招待されます。";
        IN_THE_END = "In the end: {}", "最終の要約: {}";
        ARCHIVES = "The channel is archived.", "チャンネルはアーカイブされます。";
        MISSING = "{} missing; resolving all the same needs a reason:", "残り {}件。このまま解決するには理由が必要です:";
        SKIPS = "Note: {}", "確認: {}";
        HOW = "Tab to the button and Enter, or {}", "Tab でボタンに移って Enter、または {}";
        QUIT = "Leave matoi?", "matoi を終了しますか";
        QUIT_ALONE = "No other console was heard for 10 minutes. Without one, {} has no timekeeper, no questions are asked and nobody answers in its channel; Slack goes on by itself.", "直近10分、他のコンソールの反応がありません。終了すると {} のタイムキーパー・確認・自動応答が止まります (Slack 上のやり取りは続きます)。";
        QUIT_ALONE_PEER = "b: leave, and keep matoi sync running in the background.", "b: 画面なしの同期をバックグラウンドに残して終了";
        QUIT_ALONE_LEAVE = "Ctrl-C again: leave.", "もう一度 Ctrl-C: そのまま終了";
        QUIT_UNSENT = "{} are saved and go out at the next start.", "{}件は保存済みで、次回の起動時に送られます。";
        QUIT_SAVING = "{} are not saved yet!", "{}件がまだ保存されていません。";
        QUIT_TEXT = "The message line holds text that was not sent.", "投稿欄に未送信の文章があります。";
        DROP = "Give this up? It will never reach Slack: {}", "破棄しますか。Slack には届きません: {}";
    }
}

/// What stands over the screen.
pub mod overlay {
    use crate::domain::words::Text;
    texts! {
        HELP = "HELP", "ヘルプ";
        ACTS = "Acts of command", "指揮の操作";
        PALETTE = "ALL ACTIONS", "全操作";
        OUTBOX = "NOT IN THE WORKSPACE YET", "まだ届いていないもの";
        OUTBOX_EMPTY = "Everything has been delivered.", "すべて届いています。";
        WHO = "WHO SITS HERE?", "この端末を使うのは誰ですか";
        WHO_SAMPLE = "These are the people of a made-up company: be any of them.", "見本の会社の人たちです。誰を選んでも構いません。";
        WHO_WHY = "Your name goes with everything this console writes.", "この端末からの記録・投稿に名前が付きます。";
        NO_PEOPLE = "The members have not been read yet.", "メンバーをまだ読み込んでいません。";
        ATTEMPTS = "{} tries", "{}回試行";
        CLOSE = "close", "閉じる";
        RUN = "run", "実行";
        CHOOSE = "choose", "選択";
        MOVE = "move", "移動";
        RETRY = "retry", "再送";
        RETRY_ALL = "retry all", "すべて再送";
        EDIT = "edit", "編集";
        SAVE = "save", "保存";
        DROP = "give up", "破棄";
        TIMELINE_ENTRY = "Timeline", "タイムライン";
    }
}

/// The outbox.
pub mod outbox {
    use crate::domain::words::Text;
    texts! {
        KEYS = "r retry   R retry all that failed   e edit   x give up", "r 再送   R 失敗をすべて再送   e 編集   x 破棄";
        NOT_FAILED = "Only what failed is tried again; the rest goes out by itself.", "再送できるのは失敗したものだけです。他は自動で送られます。";
        UNDER_WAY = "It was begun, and may be in Slack already: it arrives or fails by itself.", "送信を始めたため、届いている可能性があります。届くか失敗するまでお待ちください。";
        NOTHING_TO_EDIT = "There is no text in this to change; x gives it up.", "編集できる本文がありません。x で破棄できます。";
        DONE_WITH = "This one is done with.", "この項目は完了しています。";
        RETRYING = "It is tried again.", "再送します。";
        REWRITE = "BEFORE IT IS SENT", "送信前の編集";
        REWRITE_FAILED = "Slack refused it; with Enter it goes again.", "Slack に拒否されました。Enter で送り直します。";
        REWRITE_WAITS = "It was not sent yet; Enter keeps the change.", "まだ送られていません。Enter で変更を保存します。";
        BY = "given up by {} at {}", "{} が {} に破棄";
        GIVEN_UP = "given up", "破棄済み";
        GOES_TOO = "With it go {} more that need it.", "関連する{}件も破棄されます。";
        WHOLE = "It is what opens the incident: the incident and all {} entries go.", "インシデントを開くための項目です。インシデントごと破棄されます (計{}件)。";
        TOLD = "That it was given up is recorded, without its text.", "破棄したことは記録されます (本文は載りません)。";
        BACK = "Slack is back.", "Slack に再接続しました。";
        BACK_DELIVERED = "Slack is back: {} entries delivered.", "Slack に再接続し、{}件を届けました。";
        BACK_FAILED = "Slack is back: {} entries delivered, {} failed (o).", "Slack に再接続し、{}件を届けました。{}件は失敗しています (o)。";
    }
}

/// The history: its screen, and what is brought to mind.
pub mod history {
    use crate::domain::words::Text;
    texts! {
        TITLE = "HISTORY", "履歴";
        COUNT = "{} found", "{}件";
        READING = "reading the history", "履歴を読み込み中";
        BEHIND = "{} still being read", "残り{}件を読み込み中";
        NOTHING = "Nothing was found.", "見つかりませんでした。";
        UNCLEAR = "not understood: {}", "解釈できない条件: {}";
        EXAMPLES = "Words, and filters: service:shop level:1 tag:dns @ito since:2026-10 until:2026-11 near-miss", "語句と条件: サービス:決済 レベル:1 タグ:証明書 @伊藤 から:2026-10 まで:2026-11 ヒヤリハット";
        MORE = "{} more: narrow it", "ほか{}件: 条件を足してください";
        INCIDENT = "Incident", "インシデント";
        MONTHS = "Per month", "月別";
        TAGS = "Tags", "タグ";
        NO_TAGS = "No tags.", "タグはありません。";
        DECLARED = "declared", "宣言";
        SITUATION = "Situation", "状況";
        DECISIONS = "Decisions", "決定";
        ACTIONS = "Action items", "再発防止策";
        OPEN = "open", "開く";
        REPLAY = "replay", "再生";
        SIDE = "months, tags", "月別・タグ";
        SCROLL = "scroll", "右欄を送る";
        FILTERS = "filters", "条件";
        FILTER_KEYS = "F2 service  F3 kind  F4 level  F5 period  F6 end  F7 drills", "F2 サービス  F3 種別  F4 レベル  F5 期間  F6 結果  F7 訓練";
        SEEN = "Seen before? {}", "過去の類似: {}";
        SEEN_TITLE = "SEEN BEFORE?", "過去の類似インシデント";
        SEEN_KEY = "{}: read it", "{} で読む";
        NONE_ALIKE = "nothing like it is known", "似たインシデントはありません";
    }
}

/// Why an action is not to be had now.
pub mod why {
    use crate::domain::words::Text;
    texts! {
        NO_MATTER = "nothing is open", "未決の項目がありません";
        NO_DECISION = "no decision waits", "決定待ちの項目がありません";
        NO_TAG = "it has no tag", "タグがありません";
        NO_ACTION = "there is no action item", "再発防止策がありません";
        NOT_OFFERED_YOU = "command is offered to somebody else", "引き継ぎ先は別の人です";
        REPLAYED = "this is a replay: it can only be watched", "再生中のため、閲覧だけできます";
        NOT_HERE = "not on this screen", "この画面では使えません";
        NO_ME = "say first who you are (W)", "先に名乗ってください (W)";
        NOT_READ = "the record is still being read", "記録を読み込んでいます";
        OVER = "the incident is over; reopen it first (O)", "対応は終わっています。先に再開してください (O)";
        BURNING = "recovery is not declared yet (r)", "まだ復旧していません (r)";
        STILL_RUNNING = "the response is still running", "対応はまだ続いています";
        RECOVERED = "recovery is declared already", "復旧は宣言済みです";
        NOT_OVER = "only what is over can be archived", "終わったものだけアーカイブできます";
        ARCHIVED = "it is archived already", "アーカイブ済みです";
        MARKED = "it is marked already", "設定済みです";
        VACANT = "nobody commands: take command first (h)", "指揮者がいません。先に指揮を執ってください (h)";
        COMMANDS = "{} commands", "{} が指揮中です";
        CLOSERS = "only {} may", "できるのは {} だけです";
        NO_OTHER = "there is no other open incident to merge it into", "統合できる対応中のインシデントがありません";
        NO_ITEM = "there are no items", "項目がありません";
        ALL_DONE = "no item is open", "未完了の項目はありません";
        NONE_DONE = "no item is done", "完了した項目はありません";
        ALREADY_DONE = "this item is settled; U opens it again", "この項目は済んでいます。U で未完了に戻せます";
        NO_MESSAGE = "select a message of the channel first", "先にチャンネルの投稿を選んでください";
        NOT_SENT = "this message is not in the channel yet", "この投稿はまだチャンネルに届いていません";
        PINNED = "it is pinned already", "ピン留め済みです";
        NOT_PINNED = "it is not pinned", "ピン留めされていません";
        NOBODY_HERE = "nobody is checked in", "誰もチェックインしていません";
        NOTHING_SELECTED = "nothing is selected", "何も選ばれていません";
        NO_TEXT = "there is no text", "本文がありません";
        IN_DRILL = "a drill is under way already", "既に訓練中です";
        UNDER_WAY = "not while an incident is under way", "対応中のインシデントがある間は始められません";
        NO_DRILL = "no drill is under way", "訓練中ではありません";
        SENDING = "the same act is being saved", "同じ操作を保存中です";
    }
}

/// Puts `parts` in the places of `{}`.
pub fn fill(
    text: &crate::domain::words::Text,
    lang: crate::domain::words::Lang,
    parts: &[&str],
) -> String {
    let mut out = String::new();
    let mut parts = parts.iter();
    let mut pieces = text.get(lang).split("{}");
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push_str(parts.next().unwrap_or(&""));
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::{Lang, Text};

    fn all() -> impl Iterator<Item = &'static (&'static str, Text)> {
        [
            drill::ALL,
            replay::ALL,
            metrics::ALL,
            header::ALL,
            mark::ALL,
            pane::ALL,
            entry::ALL,
            ask::ALL,
            catchup::ALL,
            undo::ALL,
            home::ALL,
            composer::ALL,
            form::ALL,
            confirm::ALL,
            overlay::ALL,
            outbox::ALL,
            history::ALL,
            why::ALL,
            postmortem::ALL,
        ]
        .into_iter()
        .flatten()
    }

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_places() {
        for (name, text) in all() {
            assert!(
                !text.en.trim().is_empty() && !text.ja.trim().is_empty(),
                "{name}"
            );
            let places = |text: &str| text.matches("{}").count();
            assert_eq!(places(&text.en), places(&text.ja), "{name}");
            assert!(
                text.en.chars().all(|c| c.is_ascii() || c == '…'),
                "{name}: {}",
                text.en
            );
        }
    }

    #[test]
    fn japanese_has_no_english_left_where_a_word_is_expected() {
        // Names of keys and of products, and what is written the same.
        const KEPT: &[&str] = &[
            "slack-manifest.yaml",
            "Enter",
            "Esc",
            "PageUp",
            "PageDown",
            "Ctrl",
            "Tab",
            "Slack",
            "matoi",
            "fg",
            "doctor",
            "manifest",
        ];
        for (name, text) in all() {
            let mut ja = text.ja.to_string();
            for kept in KEPT {
                ja = ja.replace(kept, "");
            }
            let word = ja
                .split(|c: char| !c.is_ascii_alphabetic())
                .find(|word| word.len() > 1);
            assert_eq!(word, None, "{name}: {}", text.ja);
            let nothing_to_say = !text.en.chars().any(char::is_alphabetic);
            assert!(nothing_to_say || !text.ja.is_ascii(), "{name}: {}", text.ja);
        }
    }

    #[test]
    fn parts_go_where_the_braces_are() {
        assert_eq!(
            fill(&pane::REPLY_TO, Lang::Ja, &["伊藤", "確認"]),
            "伊藤「確認」への返信"
        );
        assert_eq!(fill(&header::SEEN, Lang::En, &["{}"]), "seen {} ago");
    }
}
