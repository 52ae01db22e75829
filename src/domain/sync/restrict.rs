//! Going on among few people: a private incident takes over from one whose channel is public, and
//! the public one is told nothing but that.

use super::companion::{Companion, known};
use super::image::{JobState, Task};
use super::{Engine, Now};
use crate::domain::decide::{Command, Restriction};
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Sort};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Something that left an incident's channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Went {
    pub what: Text,
    /// A channel, a person, a group, an audience.
    pub to: String,
}

/// More lines than this are counted, not told.
const LINES: usize = 40;

impl Engine {
    /// What restricting `from` opens.
    ///
    /// # Errors
    /// It is private already, or the act is none.
    pub(super) fn restricted(
        &mut self,
        from: &Incident,
        restriction: &Restriction,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<Companion, Problem> {
        if self.sight(&from.id, from).private {
            return Err(Problem::refused(Text::fixed(
                "Its channel is private already.",
                "既に非公開チャンネルで対応しています。",
            )));
        }
        let mut restriction = restriction.clone();
        let declaration = &mut restriction.declaration;
        declaration.parent = Some(from.id.clone());
        declaration.private = true;
        declaration.situation = self.situation_of(from);
        let went = told(&self.went_out(from), from.lang);
        let kept = kept(from, &restriction.keep, by);
        let people = kept.iter().map(|user| user.as_str().to_owned()).collect();
        let known = known(&mut restriction.declaration, from);
        let mut commands = commands(from, &restriction, &kept, by, (known, went));
        // Command passes last.
        let end = commands.len() - usize::from(from.commander.is_some());
        commands.splice(end..end, in_hand(from, &kept, by, now.wall));
        self.goes_on(restriction.declaration, &commands, people, by, now, rng)
    }

    /// What already left an incident's channel: this console's announcements and invitations, and
    /// what the record says was reported and published.
    pub fn went_out(&self, incident: &Incident) -> Vec<Went> {
        let mut went = Vec::new();
        let jobs = self.image.outward_of(&incident.id).filter(|job| {
            matches!(
                job.state,
                // What may have arrived is told as well.
                JobState::Sent | JobState::Seen | JobState::Unconfirmed | JobState::Sending
            )
        });
        for job in jobs {
            let (what, to) = match &job.task {
                Task::Announce { to, event, .. } => {
                    let event = self.image.events.get(event);
                    (announced(event.and_then(|row| row.event.body())), to)
                }
                Task::Remind { to, .. } => (
                    Text::fixed("action items that were due", "期限の来た再発防止策"),
                    to,
                ),
                Task::InvitePerson { who } | Task::InviteGroup { who } => {
                    (Text::fixed("invited", "招待"), who)
                }
                _ => continue,
            };
            let person = self.names.get(&UserId::new(to.as_str()));
            went.push(Went {
                what,
                to: person.unwrap_or(to).clone(),
            });
        }
        let elsewhere = self.image.events.values().filter(|row| {
            let loud = row.event.body().and_then(Body::verb);
            row.incident == incident.id
                && row.console != self.image.console
                && loud.is_some_and(|verb| verb.row().loud)
        });
        for row in elsewhere {
            went.push(Went {
                what: announced(row.event.body()),
                to: Text::fixed(
                    "where another console announces",
                    "別の端末の告知先 (この端末では不明)",
                )
                .get(incident.lang)
                .to_owned(),
            });
        }
        let reports = incident.work.reports.iter().map(|report| Went {
            what: Text::fixed("a report", "報告"),
            to: report.audience.name.clone(),
        });
        let notices = incident.work.notices.iter().filter_map(|notice| {
            let (target, _) = notice.published.as_ref()?;
            Some(Went {
                what: Text::fixed("a notice to customers", "顧客向け告知"),
                to: target.clone(),
            })
        });
        went.extend(reports.chain(notices));
        went
    }
}

fn announced(body: Option<&Body>) -> Text {
    match body {
        Some(Body::Declared { .. }) => Text::fixed("the declaration", "宣言"),
        Some(Body::Level { .. }) => Text::fixed("the level", "レベル"),
        Some(Body::Recovered { .. }) => Text::fixed("the recovery", "復旧"),
        Some(Body::Resolved { .. }) => Text::fixed("the resolution", "解決"),
        Some(Body::Work(Deed::Report { .. })) => Text::fixed("a report", "報告"),
        Some(Body::Reopened { .. }) => Text::fixed("the reopening", "再開"),
        _ => Text::fixed("an announcement", "告知"),
    }
}

/// The list as it is written into the private channel.
fn told(went: &[Went], lang: Lang) -> String {
    lines(went, lang, LINES).join("\n")
}

/// What already went out, under a line that says so; more than `most` are a number.
pub fn lines(went: &[Went], lang: Lang, most: usize) -> Vec<String> {
    let head = match (went.is_empty(), lang) {
        (true, Lang::En) => "Nothing is known to have left the public channel yet.",
        (true, Lang::Ja) => "公開チャンネルの外に出た情報は、把握している限りありません。",
        (false, Lang::En) => "What already went out while it was public:",
        (false, Lang::Ja) => "公開中に外へ出たもの:",
    };
    let mut met = BTreeSet::new();
    let mut lines: Vec<String> = went
        .iter()
        .map(|went| format!("- {} → {}", went.what.get(lang), went.to))
        .filter(|line| met.insert(line.clone()))
        .collect();
    if lines.len() > most {
        let more = lines.len() - most;
        lines.truncate(most);
        lines.push(match lang {
            Lang::En => format!("- and {more} more"),
            Lang::Ja => format!("- ほか{more}件"),
        });
    }
    lines.insert(0, head.to_owned());
    lines
}

/// Who comes along: whoever commands, whoever restricts it, and whom they name.
fn kept(from: &Incident, wanted: &[UserId], by: &UserId) -> Vec<UserId> {
    let mut kept = vec![by.clone()];
    kept.extend(from.commander.as_ref().map(|held| held.user.clone()));
    kept.extend(wanted.iter().cloned());
    let mut met = BTreeSet::new();
    kept.retain(|user| met.insert(user.clone()));
    kept
}

/// What the new incident is told, in an order in which whoever declares it may: command passes last.
fn commands(
    from: &Incident,
    restriction: &Restriction,
    kept: &[UserId],
    by: &UserId,
    (known, went): (Option<Command>, String),
) -> Vec<Command> {
    let declaration = Box::new(restriction.declaration.clone());
    let mut commands = vec![Command::Declare(declaration)];
    commands.extend(known);
    commands.extend(restriction.level.clone().map(Command::Level));
    for user in kept {
        let present = from.roster.get(user).filter(|p| p.left.is_none());
        if let Some(present) = present.filter(|_| user != by) {
            commands.push(Command::CheckIn {
                user: user.clone(),
                role: present.role.clone(),
                task: present.task.clone(),
            });
        }
    }
    for (role, held) in &from.roles {
        if kept.contains(&held.user) {
            commands.push(Command::Role {
                role: role.clone(),
                user: Some(held.user.clone()),
            });
        }
    }
    commands.push(Command::Note(went));
    if let Some(held) = &from.commander {
        commands.push(Command::Commander {
            user: Some(held.user.clone()),
            reason: None,
        });
    }
    commands
}

/// When people set to work, and what they have in hand: it goes on there. What somebody
/// has in hand who does not come along falls to whoever restricts it.
fn in_hand(from: &Incident, kept: &[UserId], by: &UserId, now: DateTime<Utc>) -> Vec<Command> {
    let times = [Milestone::Responded, Milestone::Assembled].into_iter();
    let times = times.filter_map(|milestone| {
        let reached = from.milestones.get(&milestone)?;
        Some(Command::Milestone {
            milestone,
            time: reached.time,
            link: None,
        })
    });
    let sorts = [Sort::Task, Sort::Need, Sort::Question, Sort::Decision];
    let open = from.work.matters.iter();
    let open = open.filter(|matter| matter.is_open() && sorts.contains(&matter.sort));
    let open = open.map(|matter| {
        let owner = matter.owner.as_ref().map(|held| &held.user);
        let owner = owner.map(|user| if kept.contains(user) { user } else { by });
        Command::from(Deed::Opened {
            matter: matter.sort,
            line: matter.line.clone(),
            owner: owner.cloned(),
            // What is over is asked about at once.
            due: matter.due.map(|due| due.max(now + TimeDelta::minutes(1))),
            risk: matter.risk.clone(),
        })
    });
    times.chain(open).collect()
}

#[cfg(test)]
mod tests;
