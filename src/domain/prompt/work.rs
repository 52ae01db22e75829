//! What was dealt out and waits: tasks, parked questions, decisions, reports, hand-over, recovery.

use super::{Deputy, For, Opens, Prompt, Subject, Weight};
use crate::both;
use crate::domain::event::Phase;
use crate::domain::ids::UserId;
use crate::domain::timer::{Clock, Pressure, Timer};
use crate::domain::verb::Verb;
use crate::domain::watch::rough;
use crate::domain::words::Text;
use crate::domain::work::{Sort, State};

/// A response that somebody commands for so many minutes is more than declared.
const PHASE_AFTER: u32 = 5;

impl Deputy<'_> {
    pub(super) fn work(&mut self) {
        for timer in self.timers.clone() {
            if timer.silenced {
                continue;
            }
            let over = timer.pressure == Pressure::Overdue;
            match &timer.what {
                Clock::Matter(_) if over => self.matter(&timer),
                Clock::FirstReport => self.first_report(&timer),
                Clock::Report(_) | Clock::Notice if timer.pressure != Pressure::Running => {
                    self.promise(&timer);
                }
                Clock::RollCall if over => self.simple(
                    &timer,
                    Subject::RollCall,
                    Opens::Verb(Verb::RollCall),
                    Text::fixed(
                        "Roll call: who is still with us?",
                        "在席確認の時間です。まだいる人は?",
                    ),
                ),
                Clock::Call(user) if over => {
                    let text = timer.text.clone();
                    let opens = Opens::About(Verb::Call, user.as_str().to_owned());
                    self.simple(&timer, Subject::NoAnswer(user.clone()), opens, text);
                }
                _ => {}
            }
        }
        self.offered();
        self.recovery();
        self.notice();
    }

    fn simple(&mut self, timer: &Timer, about: Subject, opens: Opens, text: Text) {
        let prompt = Prompt::new(about, timer.key.clone(), opens, text);
        self.add(For::Command, prompt.weighing(Weight::Warning));
    }

    fn matter(&mut self, timer: &Timer) {
        let Clock::Matter(id) = &timer.what else {
            return;
        };
        let Some(matter) = self.incident.work.matter(id) else {
            return;
        };
        let over = rough(self.now - timer.due);
        let (handle, line) = (matter.handle(), &matter.line);
        let (en, ja) = match (matter.sort, matter.state) {
            (Sort::Question, _) => (
                format!("{handle} {line}: ask again, or go on without it?"),
                format!("{handle} {line}: もう一度聞くか、なしで進めますか"),
            ),
            (Sort::Decision, State::Decided) => (
                format!("{handle} {line}: what came of it?"),
                format!("{handle} {line}: 結果はどうでしたか"),
            ),
            (Sort::Decision, _) => (
                format!("{handle} {line}: no strong objections? Decide"),
                format!("{handle} {line}: 強い反対がなければ決定しますか"),
            ),
            (Sort::Timer, _) => (
                format!("{handle} {line}: it is time"),
                format!("{handle} {line}: 時間です"),
            ),
            _ => match &matter.owner {
                Some(held) => {
                    let who = (self.heard.name)(&held.user);
                    (
                        format!("{who}: {handle} {line}, {} over", over.en),
                        format!("{who}さん: {handle} {line} ({}超過)", over.ja),
                    )
                }
                None => (
                    format!("{handle} {line}: {} over, nobody has it", over.en),
                    format!("{handle} {line}: {}超過・担当なし", over.ja),
                ),
            },
        };
        let owner = matter.owner.as_ref().map(|held| held.user.clone());
        let text = Text {
            en: en.into(),
            ja: ja.into(),
        };
        let prompt = Prompt::new(
            Subject::Matter(id.clone()),
            timer.key.clone(),
            Opens::About(
                Verb::Settle,
                match matter.sort.is_boxed() {
                    true => format!("ask:{id}"),
                    false => id.to_string(),
                },
            ),
            text,
        );
        let whom = owner.as_ref().map_or(For::Command, For::CommandAnd);
        self.add(whom, prompt.weighing(Weight::Alarm));
    }

    /// Offered from the moment that somebody commands.
    fn first_report(&mut self, timer: &Timer) {
        if self.incident.commander.is_none() && timer.pressure == Pressure::Running {
            return;
        }
        let over = timer.pressure == Pressure::Overdue;
        let weight = if over { Weight::Warning } else { Weight::Offer };
        let prompt = Prompt::new(
            Subject::Report("first".to_owned()),
            format!("first-report/{over}"),
            Opens::Verb(Verb::Report),
            Text::fixed(
                "First report: what is true now, what is done, what is missing",
                "第1報を出しませんか。現状・対応・足りないもの",
            ),
        );
        self.told(prompt.weighing(weight));
    }

    fn promise(&mut self, timer: &Timer) {
        let (about, verb) = match &timer.what {
            Clock::Report(audience) => (Subject::Report(audience.clone()), Verb::Report),
            _ => (Subject::Notice, Verb::Notice),
        };
        let opens = match &about {
            Subject::Report(audience) => Opens::About(verb, audience.clone()),
            _ => Opens::Verb(verb),
        };
        let span = rough((timer.due - self.now).abs());
        let (en, ja) = (&timer.text.en, &timer.text.ja);
        let over = timer.pressure == Pressure::Overdue;
        let promised = match &timer.what {
            Clock::Report(audience) => self.incident.work.last_report(audience).is_some(),
            _ => true,
        };
        let (say_en, say_ja) = match promised {
            true => ("Promised", "約束の時刻"),
            false => ("Due", "予定の時刻"),
        };
        let text = if over {
            Text {
                en: format!("{say_en}, {} over: {en}", span.en).into(),
                ja: format!("{say_ja}を{}過ぎています: {ja}", span.ja).into(),
            }
        } else {
            Text {
                en: format!("{say_en} in {}: {en}", span.en).into(),
                ja: format!("あと{}で{say_ja}: {ja}", span.ja).into(),
            }
        };
        let weight = if over { Weight::Alarm } else { Weight::Warning };
        let key = format!("{}/{over}", timer.key);
        let prompt = Prompt::new(about, key, opens, text);
        self.told(prompt.weighing(weight));
    }

    /// For whoever tells others.
    fn told(&mut self, prompt: Prompt) {
        let comms = self.incident.roles.get("comms");
        let comms: Option<UserId> = comms.map(|held| held.user.clone());
        let whom = comms.as_ref().map_or(For::Command, For::CommandAnd);
        self.add(whom, prompt);
    }

    fn offered(&mut self) {
        let Some(offer) = self.incident.work.offer.clone() else {
            return;
        };
        let (to, by) = (self.name(&offer.to), self.name(&offer.by));
        let key = |what: &str| format!("{what}/{}", offer.id);
        if self.now > offer.expires {
            let prompt = Prompt::new(
                Subject::OfferExpired,
                key("offer-expired"),
                Opens::Verb(Verb::Offer),
                both!(
                    "{to} did not accept command: {by} still commands",
                    "{to}さんは指揮を受けていません。{by}さんが指揮を続けています"
                ),
            );
            self.add(For::Command, prompt.weighing(Weight::Warning));
        } else if offer.to == *self.heard.me {
            let prompt = Prompt::new(
                Subject::Offered,
                key("offered"),
                Opens::Verb(Verb::Accept),
                both!(
                    "{by} offers you command: read the briefing and accept?",
                    "{by}さんから指揮の引き継ぎです。要約を読んで受けますか"
                ),
            );
            self.add(For::Everyone, prompt.weighing(Weight::Alarm));
        }
    }

    fn recovery(&mut self) {
        let Some(claim) = self.incident.work.claim.clone() else {
            return;
        };
        if !self.incident.phase.is_burning() {
            return;
        }
        let me = self.heard.me;
        let asked = claim.owners.contains(me) && !claim.confirmed.contains_key(me);
        if asked {
            let prompt = Prompt::new(
                Subject::Confirm,
                format!("confirm/{}", claim.id),
                Opens::Verb(Verb::Confirm),
                Text::fixed(
                    "Recovery is claimed: is your part good again?",
                    "復旧の申告があります。担当部分は直っていますか",
                ),
            );
            let prompt = prompt.weighing(Weight::Warning).in_channel(true);
            self.add(For::Everyone, prompt);
        }
        let missing: Vec<String> = claim
            .owners
            .iter()
            .filter(|owner| !claim.confirmed.contains_key(*owner))
            .map(|owner| self.name(owner))
            .collect();
        let held = self.now >= claim.hold_until;
        let (text, weight) = match (held, missing.as_slice()) {
            (true, []) => (
                Text::fixed(
                    "It has held: declare recovery?",
                    "様子見が終わりました。復旧を宣言しますか",
                ),
                Weight::Alarm,
            ),
            (true, missing) => {
                let names = missing.join(", ");
                let text = both!(
                    "It has held; not confirmed: {names}. Declare recovery?",
                    "様子見は終わりました。未確認: {names}。復旧を宣言しますか"
                );
                (text, Weight::Alarm)
            }
            (false, _) => {
                let left = rough(claim.hold_until - self.now);
                let text = Text {
                    en: format!("Recovery is claimed: it has to hold for {} more", left.en).into(),
                    ja: format!("復旧の申告あり。あと{}様子を見ます", left.ja).into(),
                };
                (text, Weight::Warning)
            }
        };
        let prompt = Prompt::new(
            Subject::Hold,
            format!("hold/{}/{held}", claim.id),
            Opens::Verb(Verb::Recover),
            text,
        );
        self.add(For::Command, prompt.weighing(weight).in_channel(true));
    }

    /// Drafted by one, approved by another, and then sent.
    fn notice(&mut self) {
        let waiting = self.incident.work.notices.iter();
        let Some(notice) = waiting.rev().find(|n| n.published.is_none()) else {
            return;
        };
        let approved = notice.approved.is_some();
        let (verb, text) = match approved {
            false => (
                Verb::Approve,
                Text::fixed(
                    "A customer notice waits for approval",
                    "ユーザー告知が承認待ちです",
                ),
            ),
            true => (
                Verb::Publish,
                Text::fixed(
                    "The customer notice is approved: send it",
                    "ユーザー告知は承認済みです。公開しますか",
                ),
            ),
        };
        let key = format!("notice/{}/{approved}", notice.id);
        let prompt = Prompt::new(Subject::Notice, key, Opens::Verb(verb), text);
        self.told(prompt.weighing(Weight::Warning));
    }

    /// Before something that may make it worse.
    pub(super) fn decision(&mut self) {
        let fixing = self.incident.phase == Phase::Fixing;
        let decided = self.incident.work.matters.iter();
        // One that is open, or whose result is awaited, is the one in hand.
        if !fixing
            || decided
                .clone()
                .any(|m| m.sort == Sort::Decision && m.is_open())
        {
            return;
        }
        let prompt = Prompt::new(
            Subject::Decision,
            "decision",
            Opens::Verb(Verb::Decide),
            Text::fixed(
                "Before anything risky: proposal, risk, strong objections?",
                "危険な操作の前に: 提案・リスク・強い反対の有無を残しませんか",
            ),
        );
        self.add(For::Command, prompt);
    }

    /// Somebody carries out a decision, or somebody commands for a while, and the phase says otherwise.
    pub(super) fn phase(&mut self) {
        let phase = self.incident.phase;
        let decided = self.incident.work.open(Sort::Decision);
        let carried_out = decided.filter(|one| one.state == State::Decided).count() > 0;
        let next = match phase {
            Phase::Declared | Phase::Investigating if carried_out => Phase::Fixing,
            Phase::Declared if self.incident.commander.is_some() && self.past(PHASE_AFTER) => {
                Phase::Investigating
            }
            _ => return,
        };
        let (now, next_text) = (phase.text(), next.text());
        let prompt = Prompt::new(
            Subject::Phase,
            format!("phase/{}", next.name()),
            Opens::About(Verb::Phase, next.name().to_owned()),
            Text {
                en: format!("Still {}: go on to {}?", now.en, next_text.en).into(),
                ja: format!(
                    "段階が「{}」のままです。「{}」に進めますか",
                    now.ja, next_text.ja
                )
                .into(),
            },
        );
        self.add(For::Command, prompt);
    }

    pub(super) fn meeting(&mut self) {
        if self.incident.work.meeting.is_some() || self.incident.commander.is_none() {
            return;
        }
        let prompt = Prompt::new(
            Subject::Meeting,
            "meeting",
            Opens::Verb(Verb::Meeting),
            Text::fixed(
                "Chat or a call? Give the call's link",
                "チャットで進めますか、通話にしますか (通話ならリンクを)",
            ),
        );
        self.add(For::Command, prompt.once());
    }
}
