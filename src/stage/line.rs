//! What a scripted person does at a console, as the command that does it.

use crate::app::deeds::{self, Wanted};
use crate::domain::decide::Command;
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::work::{Deed as Done, Sort, State};
use crate::drill::check::PLAYER;
use crate::drill::engine::Line;
use crate::drill::scenario::{Deed, Person, Words};
use chrono::{DateTime, Utc};

/// Until an offer of command by somebody of the script ends, in minutes.
const OFFER: u32 = 5;
/// For how long a claim of theirs has to hold, in minutes.
const HOLD: u32 = 10;

/// Who does it, where and when.
pub struct Doer<'a> {
    pub user: &'a UserId,
    pub person: &'a Person,
    pub incident: &'a Incident,
    pub now: DateTime<Utc>,
    /// A text in the drill's language, with the people whom it names.
    pub say: &'a dyn Fn(&Words) -> String,
    /// What whoever is offered command should know.
    pub brief: &'a dyn Fn() -> String,
    /// A person of the scenario, or whoever plays.
    pub who: &'a dyn Fn(&str) -> Option<UserId>,
}

/// The command of a line.
///
/// # Errors
/// What it is about is not there (any more).
pub fn command(line: &Line, doer: &Doer<'_>) -> Result<Command, Problem> {
    let (incident, now) = (doer.incident, doer.now);
    Ok(match line {
        Line::CheckIn => check_in(doer, None),
        Line::Command => Command::Commander {
            user: Some(doer.user.clone()),
            reason: None,
        },
        Line::Accept => Done::Accepted {
            offer: deeds::offer(incident)?.id.clone(),
            user: doer.user.clone(),
        }
        .into(),
        Line::Confirm => Done::Confirmed {
            claim: deeds::claim(incident)?.id.clone(),
        }
        .into(),
        Line::Here => Done::Here {}.into(),
        Line::Done { matter, text } => Done::Settled {
            matter: matter.clone(),
            state: State::Done,
            line: Some((doer.say)(text)),
            owner: None,
            due: None,
        }
        .into(),
        Line::Object { matter, text } => Done::Objected {
            matter: matter.clone(),
            line: (doer.say)(text),
        }
        .into(),
        Line::Scripted(deed) => return scripted(deed, doer, now),
    })
}

fn scripted(deed: &Deed, doer: &Doer<'_>, now: DateTime<Utc>) -> Result<Command, Problem> {
    let who = |part: &str| (doer.who)(part).ok_or_else(|| crate::app::resolve::nobody(part));
    let open = |sort: Sort, text: &Words| {
        let wanted = Wanted {
            line: (doer.say)(text),
            ..Wanted::default()
        };
        deeds::open(sort, &wanted, None, now)
    };
    Ok(match deed {
        Deed::CheckIn { task } => check_in(doer, task.as_ref()),
        Deed::CheckOut => Command::CheckOut(doer.user.clone()),
        Deed::Need { text } => open(Sort::Need, text),
        Deed::Hypothesis { text } => open(Sort::Hypothesis, text),
        Deed::Decide { text, risk } => {
            let wanted = Wanted {
                line: (doer.say)(text),
                risk: risk.as_ref().map(doer.say),
                ..Wanted::default()
            };
            deeds::open(Sort::Decision, &wanted, None, now)
        }
        Deed::Task { text, to, minutes } => {
            let wanted = Wanted {
                line: (doer.say)(text),
                owner: Some(who(to)?),
                minutes: Some(*minutes),
                risk: None,
            };
            deeds::open(Sort::Task, &wanted, None, now)
        }
        Deed::Action { text, owner, days } => {
            let wanted = Wanted {
                line: (doer.say)(text),
                owner: Some(who(owner)?),
                minutes: Some(days.saturating_mul(24 * 60)),
                risk: None,
            };
            deeds::open(Sort::Action, &wanted, None, now)
        }
        Deed::Notice { text } => deeds::with_text(Done::Notice {}, (doer.say)(text)),
        Deed::Offer { to } => deeds::with_text(
            Done::Offered {
                to: who(to)?,
                expires: deeds::in_minutes(now, OFFER),
            },
            (doer.brief)(),
        ),
        Deed::Pass { to, why } => Command::Commander {
            user: Some(who(to)?),
            reason: Some((doer.say)(why)),
        },
        Deed::Claim => Done::Claimed {
            time: now,
            hold: HOLD,
            owners: Vec::new(),
        }
        .into(),
    })
}

/// What becomes of a line where whoever does it is no user of the workspace.
pub enum Spoken {
    /// The program does it in its own name, for them.
    Done,
    /// They say it.
    Said(Words),
    /// The script alone knows.
    Known,
}

/// How a line is done by somebody who has nothing but a voice: who is here the script knows by
/// itself, roles and command are held by real people, and what would need a user is said.
pub fn by_voice(line: &Line) -> Spoken {
    match line {
        Line::CheckIn
        | Line::Command
        | Line::Accept
        | Line::Scripted(
            Deed::CheckIn { .. } | Deed::CheckOut | Deed::Offer { .. } | Deed::Pass { .. },
        ) => Spoken::Known,
        Line::Confirm => Spoken::Said(words(
            "I confirm: it is good again.",
            "復旧を確認しました。",
        )),
        Line::Here => Spoken::Said(words("I'm here.", "います。")),
        Line::Scripted(Deed::Claim) => Spoken::Said(words(
            "It looks good again from here.",
            "こちらでは復旧したように見えます。",
        )),
        Line::Scripted(
            Deed::Task { text, to, .. }
            | Deed::Action {
                text, owner: to, ..
            },
        ) if to != PLAYER => Spoken::Said(text.clone()),
        Line::Done { .. } | Line::Object { .. } | Line::Scripted(_) => Spoken::Done,
    }
}

fn words(en: &str, ja: &str) -> Words {
    Words {
        en: en.to_owned(),
        ja: ja.to_owned(),
    }
}

fn check_in(doer: &Doer<'_>, task: Option<&Words>) -> Command {
    Command::CheckIn {
        user: doer.user.clone(),
        role: doer.person.role.as_ref().map(|role| role.get_ref().clone()),
        task: task.map(doer.say),
    }
}
