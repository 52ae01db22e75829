//! Who may, and how a refusal says it.

use super::{Asked, Command};
use crate::both;
use crate::domain::event::Body;
use crate::domain::ids::UserId;
use crate::domain::incident::{Incident, ItemState, Verdict};
use crate::domain::problem::Problem;
use crate::domain::verb::Right;
use crate::domain::words::Text;
use crate::domain::work::{Deed, Sort};

pub(super) fn same(user: Option<&UserId>, asked: &Asked<'_>) -> Problem {
    match user {
        Some(user) => {
            let name = (asked.name)(user);
            Problem::refused(both!(
                "{name} commands already.",
                "既に {name} が指揮しています。"
            ))
        }
        None => Problem::refused(Text::fixed("Nobody commands.", "指揮者はいません。")),
    }
}

/// Nobody leaves with an open item on their name, or with command.
pub(super) fn leave(incident: &Incident, user: &UserId, asked: &Asked<'_>) -> Result<(), Problem> {
    let name = (asked.name)(user);
    if incident.commander.as_ref().is_some_and(|h| h.user == *user) {
        return Err(
            Problem::refused(both!("{name} commands.", "{name} は指揮者です。")).hint(Text::fixed(
                "Give command to somebody first.",
                "先に指揮を引き継いでください。",
            )),
        );
    }
    let open = incident
        .checklist()
        .into_iter()
        .find(|c| c.state == ItemState::Open && c.assignee.as_ref() == Some(user));
    if let Some(check) = open {
        let item = check.item.text;
        return Err(Problem::refused(both!(
            "{name} still has an open item: {item}",
            "{name} には未完了の項目があります: {item}"
        ))
        .hint(Text::fixed(
            "Finish it, or assign it to somebody else.",
            "完了するか、別の人に割り当ててください。",
        )));
    }
    let mut tasks = incident.work.open(Sort::Task);
    let task = tasks.find(|task| task.owner.as_ref().is_some_and(|held| held.user == *user));
    if let Some(task) = task {
        let (label, line) = (task.handle(), &task.line);
        return Err(Problem::refused(both!(
            "{name} still has an open task: {label} {line}",
            "{name} には未完了のタスクがあります: {label} {line}"
        ))
        .hint(Text::fixed(
            "Finish it, or give it to somebody else.",
            "完了するか、別の人に渡してください。",
        )));
    }
    Ok(())
}

pub(in crate::domain) fn allowed(
    incident: &Incident,
    command: &Command,
    asked: &Asked<'_>,
) -> Result<(), Problem> {
    if let Command::Commander { user, reason } = command {
        return may_pass_command(incident, user.as_ref(), reason.as_deref(), asked);
    }
    let verb = command.verb();
    let may = match verb.row().right {
        Right::Anyone => true,
        Right::Command => incident.may_command(asked.by),
        Right::Comms => incident.may_report(asked.by),
        Right::Closer => incident.may_close(asked.by),
    };
    if may {
        return Ok(());
    }
    let about = verb.row().about.clone();
    let (en, ja) = (about.en, about.ja);
    let who = who_may(incident, verb.row().right, asked);
    let (who_en, who_ja) = (who.en, who.ja);
    Err(Problem::refused(both!(
        "You may not do this: {en}.",
        "この操作はできません: {ja}。"
    ))
    .hint(both!("{who_en} may.", "できるのは {who_ja} です。")))
}

pub(in crate::domain) fn who_may(incident: &Incident, right: Right, asked: &Asked<'_>) -> Text {
    if let (Right::Comms, Some(held)) = (right, incident.roles.get("comms")) {
        let name = (asked.name)(&held.user);
        let command = who_may(incident, Right::Command, asked);
        let (en, ja) = (command.en, command.ja);
        return both!(
            "The communications lead ({name}); {en}",
            "コミュニケーションリード ({name})、{ja}"
        );
    }
    // Who checked in with the role has it once it is given: nobody gives themselves a right.
    if right == Right::Comms && incident.in_role("comms") == Some(asked.by) {
        let command = who_may(incident, Right::Command, asked);
        let (en, ja) = (command.en, command.ja);
        return both!(
            "{en}, and you once they name you communications lead,",
            "{ja}。コミュニケーションリードに任命されれば、あなた"
        );
    }
    if right == Right::Closer && !incident.closers.is_empty() {
        let names: Vec<String> = incident.closers.iter().map(asked.name).collect();
        let names = names.join(", ");
        return both!("A closer ({names})", "クローズ担当 ({names})");
    }
    match &incident.commander {
        Some(held) => {
            let name = (asked.name)(&held.user);
            both!(
                "The commander ({name}) or the deputy",
                "指揮者 ({name}) または副指揮"
            )
        }
        None => {
            let name = (asked.name)(&incident.declarer);
            both!(
                "Nobody commands, so {name}, who declared; take command, and you",
                "指揮者がいないため、宣言した {name}。指揮を執れば、あなた"
            )
        }
    }
}

/// Anyone may take a vacant command. From somebody who commands it passes by their own act, or
/// is taken with a reason once they have been silent.
/// In seconds: what was given away by mistake is had back within this.
const TAKEN_BACK: i64 = 60;

/// Whoever gave command away a moment ago puts it back where it was, as long as the other has done
/// nothing with it.
fn is_taken_back(incident: &Incident, user: Option<&UserId>, asked: &Asked<'_>) -> bool {
    let counted = incident.entries.iter().rev();
    let counted = counted.filter(|entry| entry.verdict == Verdict::Accepted);
    let mut changes = counted.filter_map(|entry| match &entry.body {
        Body::Commander { user, .. } => Some((entry, user.as_ref())),
        Body::Work(Deed::Accepted { user, .. }) => Some((entry, Some(user))),
        _ => None,
    });
    let Some((given, Some(to))) = changes.next() else {
        return false;
    };
    let idle = incident
        .roster
        .get(to)
        .is_none_or(|present| present.acted <= given.recorded_at);
    let gave = matches!(given.body, Body::Commander { .. }) && given.by == *asked.by;
    let before = changes.next().and_then(|(_, user)| user);
    gave && to != asked.by
        && idle
        && before == user
        && (asked.now - given.recorded_at).num_seconds() <= TAKEN_BACK
}

fn may_pass_command(
    incident: &Incident,
    user: Option<&UserId>,
    reason: Option<&str>,
    asked: &Asked<'_>,
) -> Result<(), Problem> {
    let takes = user == Some(asked.by);
    let Some(held) = &incident.commander else {
        if takes || incident.may_command(asked.by) {
            return Ok(());
        }
        let name = (asked.name)(&incident.declarer);
        return Err(Problem::refused(Text::fixed(
            "Nobody commands: you may take command, not give it.",
            "指揮者がいません。自分で執ることはできますが、任せることはできません。",
        ))
        .hint(both!(
            "{name}, who declared, may name somebody.",
            "指名できるのは、宣言した {name} です。"
        )));
    };
    if is_taken_back(incident, user, asked) {
        return Ok(());
    }
    if held.user == *asked.by || !takes {
        // Who is given command has to know it. Without their word it passes only with a reason.
        let given = user.is_some_and(|user| *user != held.user && !takes);
        let silent = reason.is_none_or(|reason| reason.trim().is_empty());
        if incident.may_command(asked.by) && given && silent {
            let to = user.map(asked.name).unwrap_or_default();
            return Err(Problem::refused(both!(
                "{to} has to accept command.",
                "指揮の引き継ぎには {to} の承諾が必要です。"
            ))
            .hint(both!(
                "Offer it (offer); where {to} cannot answer, give a reason.",
                "引き継ぎを申し出てください (offer)。{to} が応答できないときは理由をつけます。"
            )));
        }
        if incident.may_command(asked.by) {
            return Ok(());
        }
        let name = (asked.name)(&held.user);
        return Err(
            Problem::refused(both!("{name} commands.", "{name} が指揮しています。")).hint(both!(
                "{name} may pass it on.",
                "引き継げるのは {name} です。"
            )),
        );
    }
    let acted = incident.roster.get(&held.user).map(|p| p.acted);
    let heard = (asked.heard)(&held.user).max(acted).max(Some(held.since));
    let silent = heard.map_or(i64::MAX, |at| (asked.now - at).num_minutes());
    let name = (asked.name)(&held.user);
    let enough = asked.silent_minutes;
    if silent < i64::from(enough) {
        return Err(Problem::refused(both!(
            "{name} commands, and was heard {silent} min ago.",
            "{name} が指揮しています ({silent}分前に活動)。"
        ))
        .hint(both!(
            "Ask {name} to pass it on; after {enough} silent minutes it can be taken, with a reason.",
            "{name} に引き継ぎを頼んでください。{enough}分応答がなければ、理由をつけて交代できます。"
        )));
    }
    if reason.is_none_or(|r| r.trim().is_empty()) {
        return Err(Problem::refused(both!(
            "{name} commands: taking over needs a reason.",
            "{name} が指揮しています。交代には理由が必要です。"
        )));
    }
    Ok(())
}
