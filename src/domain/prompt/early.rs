//! The first minutes, and what comes back with the timekeeper's calls.

use super::{Deputy, For, Opens, Prompt, Subject, Weight};
use crate::both;
use crate::domain::event::{Kind, Milestone};
use crate::domain::timer::{Clock, Pressure, personal_data_since};
use crate::domain::verb::Verb;
use crate::domain::watch::rough;
use crate::domain::words::Text;
use chrono::TimeDelta;

/// As often as nothing else is said, in minutes: the timekeeper's default.
const TURN: u32 = 15;
/// Until when somebody is asked for what is best known in the first minutes.
const FIRST: u32 = 10;
/// What is asked in the first minutes is not asked by a console that comes after so many.
const LATE: u32 = 30;

impl Deputy<'_> {
    /// Asked again and again, then left standing: which time this is.
    fn asking(&self, minutes: u32) -> Option<(String, Weight)> {
        let every = TimeDelta::minutes(i64::from(minutes)).num_seconds().max(1);
        let number = self.age().num_seconds() / every;
        if number < 1 {
            return None;
        }
        let times = i64::from(self.rules.config.timers.ask_times.max(1));
        Some(if number > times {
            ("standing".to_owned(), Weight::Standing)
        } else {
            (number.to_string(), Weight::Warning)
        })
    }

    pub(super) fn command(&mut self) {
        let t = &self.rules.config.timers;
        let in_channel = t.ask_times > 0;
        let since = rough(self.age());
        let (en, ja) = (&since.en, &since.ja);
        if self.incident.commander.is_none()
            && let Some((number, weight)) = self.asking(t.ask_commander_minutes)
        {
            let prompt = Prompt::new(
                Subject::Commander,
                format!("commander/{number}"),
                Opens::Verb(Verb::Command),
                Text {
                    en: format!("No commander for {en}: who commands?").into(),
                    ja: format!("指揮者がいません ({ja})。誰が執りますか").into(),
                },
            );
            self.add(
                For::Everyone,
                prompt.weighing(weight).in_channel(in_channel),
            );
        }
        if self.incident.level.is_none() {
            let prompt = match self.asking(t.ask_level_minutes) {
                None => Prompt::new(
                    Subject::Level,
                    "level/0",
                    Opens::Verb(Verb::Level),
                    Text::fixed(
                        "Which level? If unsure, the higher one",
                        "レベルはいくつですか。迷ったら重いほうに",
                    ),
                ),
                Some((number, weight)) => Prompt::new(
                    Subject::Level,
                    format!("level/{number}"),
                    Opens::Verb(Verb::Level),
                    Text {
                        en: format!("No level for {en}: how bad is it?").into(),
                        ja: format!("レベルが未定です ({ja})。いくつですか").into(),
                    },
                )
                .weighing(weight),
            };
            self.add(For::Command, prompt.in_channel(in_channel));
        }
        if self.incident.situation.is_none() {
            let prompt = Prompt::new(
                Subject::Situation,
                "situation",
                Opens::Verb(Verb::Situation),
                Text::fixed(
                    "What is happening now, and whom does it hurt?",
                    "いまいまの状況は? 何が起き、誰が困っていますか",
                ),
            );
            let asked = t.ask_situation_seconds > 0;
            self.add(For::Everyone, prompt.in_channel(asked));
        }
    }

    pub(super) fn first_minutes(&mut self) {
        let reached = &self.incident.milestones;
        if self.age() < TimeDelta::minutes(i64::from(FIRST))
            && !reached.contains_key(&Milestone::Started)
        {
            let prompt = Prompt::new(
                Subject::Started,
                "started",
                Opens::About(Verb::Milestone, Milestone::Started.name().to_owned()),
                Text::fixed(
                    "Did it start before it was declared? Since when?",
                    "宣言より前から起きていましたか。いつからですか",
                ),
            );
            self.add(For::Everyone, prompt);
        }
        if self.incident.commander.is_none() {
            return;
        }
        if !self.incident.roles.contains_key("comms") {
            let prompt = Prompt::new(
                Subject::Role("comms"),
                "role/comms",
                Opens::About(Verb::Role, "comms".to_owned()),
                Text::fixed(
                    "Who tells customers and other teams? Name one person",
                    "お客様や他部署への連絡は誰が担いますか。1人決めましょう",
                ),
            );
            self.add(For::Command, prompt);
        }
        // Where somebody may have broken in, traces are kept before anything is rolled back.
        if self.past(LATE) || self.incident.kind == Kind::Security {
            return;
        }
        let change = Prompt::new(
            Subject::RecentChange,
            "recent-change",
            Opens::Verb(Verb::Note),
            Text::fixed(
                "Was anything changed shortly before? Can it be rolled back?",
                "直前に変更はありましたか。切り戻せますか",
            ),
        );
        self.add(For::Command, change.once());
        let expert = Prompt::new(
            Subject::Expert,
            "expert",
            Opens::Verb(Verb::Call),
            Text::fixed(
                "Who knows this system best, and is not here?",
                "このシステムに一番詳しい人はいますか。いなければ呼びましょう",
            ),
        );
        self.add(For::Command, expert.once());
    }

    /// Asked once there is a commander, and then with each of the timekeeper's calls.
    pub(super) fn detected(&mut self) {
        if self.incident.milestones.contains_key(&Milestone::Detected) {
            return;
        }
        let (turn, run) = self.turn();
        if turn == 0 && self.incident.commander.is_none() {
            return;
        }
        let prompt = Prompt::new(
            Subject::Detected,
            format!("detected/{run}"),
            Opens::About(Verb::Milestone, Milestone::Detected.name().to_owned()),
            Text::fixed(
                "When was it noticed first, and by which message?",
                "最初に気づいたのはいつ、どの投稿ですか",
            ),
        );
        self.add(For::Everyone, prompt.in_channel(true));
    }

    /// How many of the timekeeper's calls have come, and what names this series of them.
    fn turn(&self) -> (i64, String) {
        let keeper = self.incident.timekeeper.as_ref().filter(|k| k.minutes > 0);
        let (since, minutes, series) = match keeper {
            Some(keeper) => (keeper.base, keeper.minutes, keeper.epoch.to_string()),
            None => (self.declared, TURN, String::new()),
        };
        let number = (self.now - since).num_minutes().max(0) / i64::from(minutes);
        (number, format!("{series}/{number}"))
    }

    /// The question that the call put, until the next.
    pub(super) fn in_turn(&mut self) {
        let (turn, run) = self.turn();
        // While a claim holds, what is next is to look; that is asked by itself.
        if turn == 0 || self.incident.work.claim.is_some() {
            return;
        }
        let key = |what: &str| format!("{what}/{run}");
        let prompt = match (turn - 1) % 4 {
            0 => Prompt::new(
                Subject::Alternative,
                key("alternative"),
                Opens::Verb(Verb::Note),
                Text::fixed(
                    "Is what we are doing still right? Is there an alternative?",
                    "いまの方針のままでよいですか。別の手はありませんか",
                ),
            ),
            1 if self.incident.level.is_some() => Prompt::new(
                Subject::LevelStill,
                key("level-still"),
                Opens::Verb(Verb::Level),
                Text::fixed(
                    "Is the level still right?",
                    "レベルはいまのままでよいですか",
                ),
            ),
            1 | 2 => Prompt::new(
                Subject::Relief,
                key("relief"),
                Opens::Verb(Verb::Role),
                Text::fixed(
                    "How are you and the others? Does anyone need relief?",
                    "皆さん大丈夫ですか。交代が必要な人はいませんか",
                ),
            ),
            _ => Prompt::new(
                Subject::Next,
                key("next"),
                Opens::Verb(Verb::Situation),
                Text::fixed(
                    "Where are we, what was tried, what is next? Who is missing?",
                    "現状、試したこと、次の一手は? 足りない人はいませんか",
                ),
            ),
        };
        self.add(For::Command, prompt.once().in_channel(true));
    }

    pub(super) fn boxes(&mut self) {
        for timer in self.timers.clone() {
            let Clock::Item(id) = &timer.what else {
                continue;
            };
            if timer.pressure != Pressure::Overdue || timer.silenced {
                continue;
            }
            let over = rough(self.now - timer.due);
            let who = match &timer.owner {
                Some(owner) => Text::same(self.name(owner)),
                None => Text::fixed("nobody has it", "担当なし"),
            };
            let prompt = Prompt::new(
                Subject::TimeBox(id.clone()),
                timer.key.clone(),
                Opens::About(Verb::Tick, format!("ask:{id}")),
                Text {
                    en: format!("{}: {} over ({})", timer.text.en, over.en, who.en).into(),
                    ja: format!("{}: {}超過 ({})", timer.text.ja, over.ja, who.ja).into(),
                },
            );
            let whom = timer.owner.as_ref().map_or(For::Command, For::CommandAnd);
            self.add(whom, prompt.weighing(Weight::Alarm));
        }
    }

    /// Before anything is rolled back or rebooted.
    pub(super) fn evidence(&mut self) {
        if self.incident.kind != Kind::Security && !self.incident.personal_data {
            return;
        }
        let prompt = Prompt::new(
            Subject::Evidence,
            "evidence",
            Opens::Verb(Verb::Note),
            Text::fixed(
                "Evidence first: what is kept before anything is changed?",
                "まず証拠保全。何かを変える前に、何を残しますか",
            ),
        );
        self.add(For::Command, prompt.weighing(Weight::Warning).once());
    }

    /// What should be known to few is in a channel that anybody may read.
    pub(super) fn restrict(&mut self) {
        let few = self.incident.kind == Kind::Security || self.incident.personal_data;
        let open = !self.heard.private && self.incident.work.restricted.is_none();
        if !(few && open) {
            return;
        }
        let prompt = Prompt::new(
            Subject::Restrict,
            "restrict",
            Opens::Verb(Verb::Restrict),
            Text::fixed(
                "Anybody can read this channel: go on among few people?",
                "このチャンネルは誰でも読めます。限られたメンバーでの対応に移りますか",
            ),
        );
        self.add(For::Command, prompt.weighing(Weight::Warning));
    }

    pub(super) fn legal(&mut self) {
        if personal_data_since(self.incident).is_none() {
            return;
        }
        let mut told = false;
        for timer in self.timers.clone() {
            let Clock::Legal(item) = &timer.what else {
                continue;
            };
            // With a name on it and time left, it was answered.
            let far = timer.pressure == Pressure::Running;
            if timer.silenced || (far && (timer.owner.is_some() || told)) {
                continue;
            }
            // Of what is far off, the nearest: the next one follows it.
            told |= far;
            let left = timer.due - self.now;
            let day = self.rules.local(timer.due).format("%m-%d");
            let span = rough(left.abs());
            let (en, ja) = (&timer.text.en, &timer.text.ja);
            let text = if left > TimeDelta::zero() {
                Text {
                    en: format!("By law: {en}, by {day} ({} left). Who?", span.en).into(),
                    ja: format!("法令: {ja}、期限 {day} (残り{})。担当は?", span.ja).into(),
                }
            } else {
                both!(
                    "By law: {en} was due on {day}",
                    "法令: {ja}の期限 ({day}) を過ぎています"
                )
            };
            let weight = match timer.pressure {
                Pressure::Overdue => Weight::Alarm,
                Pressure::Near => Weight::Warning,
                Pressure::Running => Weight::Offer,
            };
            let listed = self.incident.checklist();
            let opens = match listed.iter().any(|check| check.item.id == *item) {
                true => Opens::About(Verb::Assign, item.clone()),
                false => Opens::Verb(Verb::Note),
            };
            let key = format!("{}/{:?}", timer.key, timer.pressure).to_lowercase();
            let prompt = Prompt::new(Subject::Legal(item.clone()), key, opens, text);
            self.add(For::Command, prompt.weighing(weight));
        }
    }
}
