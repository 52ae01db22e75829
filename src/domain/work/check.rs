//! Whether a deed may be done, and the form in which it is written.

use super::{Deed, Matter, Sort, Stage, State};
use crate::both;
use crate::domain::decide::parts::{self, future, past};
use crate::domain::decide::{Asked, checked_text, line_option, required, who_may};
use crate::domain::event::Body;
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::{Entry, Incident};
use crate::domain::learn::Learnt;
use crate::domain::problem::Problem;
use crate::domain::record::lint::is_bare_care;
use crate::domain::verb::Right;
use crate::domain::words::Text;

fn refused(en: &'static str, ja: &'static str) -> Problem {
    Problem::refused(Text::fixed(en, ja))
}

/// Checks a deed against the state around it and cleans its lines. `text` is what its message says.
///
/// # Errors
/// What is missing or who may, with a hint.
pub fn check(
    incident: &Incident,
    deed: &Deed,
    text: Option<&str>,
    asked: &Asked<'_>,
) -> Result<(Deed, Option<String>), Problem> {
    let mut deed = deed.clone();
    let work = &incident.work;
    match &mut deed {
        Deed::Opened {
            matter,
            line,
            owner,
            due,
            risk,
        } => {
            *line = required(line)?;
            *risk = line_option(risk.as_deref())?;
            future(*due, asked.now)?;
            if *matter == Sort::Task && owner.is_none() {
                return Err(refused(
                    "A task needs one name on it.",
                    "タスクには担当者が1人必要です。",
                )
                .hint(Text::fixed(
                    "Who does it? Only one person: \"somebody\" is nobody.",
                    "誰がやりますか。「誰か」では誰もやりません。",
                )));
            }
            if *matter == Sort::Timer && due.is_none() {
                return Err(refused(
                    "A timer needs a time.",
                    "タイマーには時刻が必要です。",
                ));
            }
            if *matter == Sort::Action {
                is_a_change(line)?;
            }
        }
        Deed::Settled {
            matter,
            state,
            line,
            owner,
            due,
        } => {
            *line = line_option(line.as_deref())?;
            // What is open again has the time that it had, be it over.
            if *state != State::Open {
                future(*due, asked.now)?;
            }
            settles(
                incident,
                matter,
                *state,
                line.as_deref(),
                owner.as_ref(),
                asked,
            )?;
        }
        Deed::Moved { matter, due } => {
            open(incident, matter)?;
            future(Some(*due), asked.now)?;
        }
        Deed::Given { matter, .. } => {
            open(incident, matter)?;
        }
        Deed::Objected { matter, line } => {
            *line = required(line)?;
            let matter = open(incident, matter)?;
            if matter.sort != Sort::Decision || matter.state != State::Open {
                return Err(refused(
                    "Only a decision that is still open can be objected to.",
                    "反対できるのは、まだ決まっていない決定案だけです。",
                ));
            }
        }
        Deed::KindChanged { incident_kind, .. } => {
            if incident.kind == *incident_kind {
                return Err(refused("It is of this kind already.", "既にこの種別です。"));
            }
        }
        Deed::Meeting { link } => *link = parts::link(link)?,
        Deed::Report { stage, next, .. } => {
            future(*next, asked.now)?;
            if *stage == Stage::Final {
                *next = None;
            }
        }
        Deed::Approved { notice } => {
            let draft = notice_of(incident, notice)?;
            if draft.approved.is_some() {
                return Err(refused("It is approved already.", "既に承認されています。"));
            }
            if draft.by == *asked.by {
                return Err(refused(
                    "Whoever drafted a notice does not approve it.",
                    "起案者は自分の告知を承認できません。",
                )
                .hint(Text::fixed(
                    "Another of commander, deputy and communications lead approves it: name one if there is none.",
                    "指揮者・副指揮・コミュニケーションリードのうち、起案者以外の人が承認します。いなければ任命してください。",
                )));
            }
        }
        Deed::Published {
            notice,
            target,
            next,
        } => {
            *target = required(target)?;
            future(*next, asked.now)?;
            let draft = notice_of(incident, notice)?;
            if draft.approved.is_none() {
                return Err(refused(
                    "Nobody has approved this notice.",
                    "この告知はまだ承認されていません。",
                )
                .hint(Text::fixed(
                    "Somebody other than its author approves it first.",
                    "起案者以外の人が先に承認します。",
                )));
            }
        }
        Deed::Offered { to, expires } => {
            future(Some(*expires), asked.now)?;
            match &incident.commander {
                None => {
                    return Err(refused("Nobody commands.", "指揮者がいません。").hint(
                        Text::fixed(
                            "A vacant command is taken, not handed over.",
                            "空いている指揮は引き継ぎではなく、そのまま執れます。",
                        ),
                    ));
                }
                Some(held) if held.user == *to => {
                    let name = (asked.name)(to);
                    return Err(Problem::refused(both!(
                        "{name} commands already.",
                        "既に {name} が指揮しています。"
                    )));
                }
                Some(_) => {}
            }
        }
        Deed::Accepted { offer, user } => {
            let Some(open) = work.offer.as_ref().filter(|open| open.id == *offer) else {
                return Err(no_offer());
            };
            if open.to != *asked.by || open.to != *user {
                let name = (asked.name)(&open.to);
                return Err(Problem::refused(both!(
                    "Command is offered to {name}.",
                    "指揮の引き継ぎ先は {name} です。"
                ))
                .hint(both!("{name} may accept.", "受けられるのは {name} です。")));
            }
            if asked.now > open.expires {
                return Err(
                    refused("The offer has expired.", "引き継ぎの申し出は期限切れです。").hint(
                        Text::fixed("Ask for a new one.", "もう一度申し出てもらってください。"),
                    ),
                );
            }
        }
        Deed::Declined { offer } => {
            let Some(open) = work.offer.as_ref().filter(|open| open.id == *offer) else {
                return Err(no_offer());
            };
            if open.to != *asked.by && open.by != *asked.by && !incident.may_command(asked.by) {
                let name = (asked.name)(&open.to);
                return Err(Problem::refused(both!(
                    "Command is offered to {name}.",
                    "指揮の引き継ぎ先は {name} です。"
                ))
                .hint(both!(
                    "{name}, who offered it, or the commander may turn it down.",
                    "断れるのは {name}、取り下げられるのは申し出た人か指揮者です。"
                )));
            }
        }
        Deed::Called { user, number, why } => {
            *why = line_option(why.as_deref())?;
            if *number == 0 {
                *number = work.calls.get(user).map_or(0, |call| call.count) + 1;
            }
        }
        Deed::Claimed { time, owners, .. } => {
            if !incident.phase.is_burning() {
                return Err(refused(
                    "Recovery is declared already.",
                    "既に復旧が宣言されています。",
                ));
            }
            if work.claim.is_some() {
                return Err(refused(
                    "Recovery is claimed already; it has to hold.",
                    "既に復旧の報告があり、様子を見ています。",
                ));
            }
            past(*time, asked.now)?;
            if owners.is_empty() {
                *owners = confirming(incident, asked.by);
            }
        }
        Deed::Confirmed { claim } => {
            let open = claim_of(incident, claim)?;
            if open.confirmed.contains_key(asked.by) {
                return Err(refused("You confirmed it already.", "既に確認済みです。"));
            }
        }
        Deed::Unclaimed { claim, reason } => {
            *reason = required(reason)?;
            claim_of(incident, claim)?;
        }
        Deed::Restricted {} => {
            if work.restricted.is_some() {
                return Err(refused(
                    "It is restricted already.",
                    "既に限定対応に移っています。",
                ));
            }
        }
        Deed::Linked { parent, .. } => {
            if *parent == incident.id {
                return Err(refused(
                    "An incident is no part of itself.",
                    "自分自身を親にはできません。",
                ));
            }
        }
        Deed::Waived { reason } => *reason = required(reason)?,
        Deed::Retracted { event } => retracts(incident, event, asked)?,
        Deed::Notice {}
        | Deed::RollCall {}
        | Deed::Here {}
        | Deed::Joined { .. }
        | Deed::Written { .. } => {}
        Deed::Reviewed { link: Some(link) } => *link = parts::link(link)?,
        // What a drill teaches is talked over at its end.
        Deed::Reviewed { link: None } if asked.gate.drill => {}
        Deed::Reviewed { link: None } => can_be_reviewed(incident)?,
    }
    let text = match deed.has_text() {
        true => Some(checked_text(text.unwrap_or_default())?),
        false => None,
    };
    Ok((deed, text))
}

fn no_offer() -> Problem {
    refused(
        "Command is not offered to anybody.",
        "指揮の引き継ぎは申し出られていません。",
    )
}

fn unknown_matter() -> Problem {
    Problem::not_found(Text::fixed(
        "There is no such entry.",
        "その項目はありません。",
    ))
    .hint(Text::fixed(
        "Name it by its number: T1, N2, Q1, D1.",
        "番号で指定してください: T1、N2、Q1、D1",
    ))
}

fn open<'a>(incident: &'a Incident, id: &EventId) -> Result<&'a Matter, Problem> {
    let matter = incident.work.matter(id).ok_or_else(unknown_matter)?;
    if matter.is_open() {
        return Ok(matter);
    }
    let handle = matter.handle();
    let state = matter.state.text();
    let (en, ja) = (state.en, state.ja);
    Err(Problem::refused(both!(
        "{handle} is settled: {en}.",
        "{handle} は終わっています ({ja})。"
    )))
}

fn settles(
    incident: &Incident,
    id: &EventId,
    state: State,
    line: Option<&str>,
    owner: Option<&UserId>,
    asked: &Asked<'_>,
) -> Result<(), Problem> {
    if state == State::Open {
        return opens_again(incident, id, asked);
    }
    let deferred = incident
        .work
        .matter(id)
        .filter(|m| m.sort == Sort::Action && m.is_to_be_done());
    let matter = match deferred {
        Some(matter) => matter,
        None => open(incident, id)?,
    };
    if !matter.sort.states().contains(&state) {
        let known = matter.sort.states();
        let known: Vec<&str> = known.iter().map(|state| state.name()).collect();
        let known = known.join(", ");
        return Err(refused(
            "An entry of this sort does not end like that.",
            "この種類の項目では使えない結果です。",
        )
        .hint(both!("It can be: {known}.", "使えるのは: {known}")));
    }
    let may = match (matter.sort, state) {
        // What was to prevent a repeat is not given up by just anybody.
        (_, State::Deferred) | (Sort::Action, State::Dropped) => {
            (incident.may_close(asked.by), Right::Closer)
        }
        (Sort::Decision, State::Decided | State::Rejected) => {
            (incident.may_command(asked.by), Right::Command)
        }
        _ => (true, Right::Anyone),
    };
    if !may.0 {
        let who = who_may(incident, may.1, asked);
        let (en, ja) = (who.en, who.ja);
        return Err(
            refused("You may not settle this.", "この項目は終わらせられません。")
                .hint(both!("{en} may.", "できるのは {ja} です。")),
        );
    }
    match state {
        State::Decided if owner.is_none() => Err(refused(
            "A decision needs somebody who executes it.",
            "決定には実行する人が必要です。",
        )),
        State::Resulted if matter.state != State::Decided => {
            Err(refused("It is not decided yet.", "まだ決まっていません。"))
        }
        State::Dropped if matter.sort == Sort::Action && line.is_none() => Err(refused(
            "Say why it will not be done.",
            "やらない理由を書いてください。",
        )),
        State::Resulted | State::Deferred if line.is_none() => Err(refused(
            "Say it in a few words.",
            "短い言葉で書いてください。",
        )),
        State::Decided if matter.state == State::Decided => {
            Err(refused("It is decided already.", "既に決まっています。"))
        }
        _ => Ok(()),
    }
}

/// It was settled by mistake; whoever may settle it so may say that.
fn opens_again(incident: &Incident, id: &EventId, asked: &Asked<'_>) -> Result<(), Problem> {
    let matter = incident.work.matter(id).ok_or_else(unknown_matter)?;
    let right = match (matter.sort, matter.state) {
        (_, State::Open) => return Err(refused("It is open already.", "まだ終わっていません。")),
        (_, State::Deferred) | (Sort::Action, State::Dropped) => Right::Closer,
        (Sort::Decision, _) => Right::Command,
        _ => Right::Anyone,
    };
    let may = match right {
        Right::Closer => incident.may_close(asked.by),
        Right::Command => incident.may_command(asked.by),
        Right::Comms | Right::Anyone => true,
    };
    if may {
        return Ok(());
    }
    let who = who_may(incident, right, asked);
    let (en, ja) = (who.en, who.ja);
    Err(refused(
        "You may not open this again.",
        "この項目は未完了に戻せません。",
    )
    .hint(both!("{en} may.", "できるのは {ja} です。")))
}

fn notice_of<'a>(incident: &'a Incident, id: &EventId) -> Result<&'a super::Notice, Problem> {
    let mut notices = incident.work.notices.iter();
    notices.find(|notice| notice.id == *id).ok_or_else(|| {
        Problem::not_found(Text::fixed(
            "There is no such notice.",
            "その告知はありません。",
        ))
    })
}

fn claim_of<'a>(incident: &'a Incident, id: &EventId) -> Result<&'a super::Claim, Problem> {
    let claim = incident.work.claim.as_ref();
    claim
        .filter(|claim| claim.id == *id)
        .ok_or_else(|| refused("Nobody claims recovery.", "復旧の報告はありません。"))
}

/// What adds a line can be taken back, and what was set for the first time; what was set again is set
/// to what it was.
fn retracts(incident: &Incident, event: &EventId, asked: &Asked<'_>) -> Result<(), Problem> {
    let adds = |entry: &Entry| {
        matches!(
            entry.body,
            Body::Note {}
                | Body::Learnt(Learnt::Noted { .. } | Learnt::Evidence { .. })
                | Body::Message { .. }
                | Body::ItemAdded { .. }
                | Body::Work(
                    Deed::Opened { .. }
                        | Deed::Objected { .. }
                        | Deed::Report { .. }
                        | Deed::Notice {}
                        | Deed::Called { .. }
                        | Deed::RollCall {}
                        | Deed::Confirmed { .. }
                )
        )
    };
    let sets = Text::fixed(
        "This sets something: it is set again, not taken back.",
        "値を設定する操作です。取り消しではなく、設定し直してください。",
    );
    let fits = |entry: &Entry| adds(entry) || incident.is_first(entry);
    let entry = parts::entry(incident, event, fits, sets)?;
    let may = Text::fixed("may take it back", "取り消せるのは");
    parts::writers(incident, entry, asked, &may)
}

/// As many as are asked to confirm: an event has room for so many.
const OWNERS_MAX: usize = 8;

/// Who is asked to confirm that it is good again: who leads the work on it, and whoever is at a part
/// of it.
fn confirming(incident: &Incident, by: &UserId) -> Vec<UserId> {
    let leads = incident.roles.get("ops").map(|held| &held.user);
    let tasks = incident.work.open(Sort::Task);
    let owners = tasks.filter_map(|task| task.owner.as_ref().map(|held| &held.user));
    let mut all: Vec<UserId> = Vec::new();
    for user in leads.into_iter().chain(owners) {
        if user != by && !all.contains(user) && all.len() < OWNERS_MAX {
            all.push(user.clone());
        }
    }
    all
}

/// There is one, and nothing in it is left to fill in.
fn can_be_reviewed(incident: &Incident) -> Result<(), Problem> {
    let missing = match &incident.lessons.post_mortem {
        Some(kept) if kept.gaps == 0 => return Ok(()),
        Some(kept) => {
            let gaps = kept.gaps;
            both!(
                "The post-mortem still has {gaps} places to fill in.",
                "ポストモーテムに未記入が {gaps} か所残っています。"
            )
        }
        None => Text::fixed(
            "No post-mortem is written yet.",
            "ポストモーテムがまだ書かれていません。",
        ),
    };
    Err(Problem::refused(missing).hint(Text::fixed(
        "Write it (postmortem), give the link of one that is kept elsewhere, or waive it with a reason.",
        "記入する (postmortem)、別の場所に書いた場合はリンクを添える、不要なら理由をつけて省略する、のいずれかです。",
    )))
}

/// "Be careful" changes nothing.
fn is_a_change(line: &str) -> Result<(), Problem> {
    if is_bare_care(line) {
        return Err(refused(
            "Being careful is no change to the system.",
            "「注意する」「徹底する」は仕組みの改善になりません。",
        )
        .hint(Text::fixed(
            "What would have made the mistake impossible, or harmless?",
            "どうすれば起きない・起きても困らない仕組みになりますか。",
        )));
    }
    Ok(())
}
