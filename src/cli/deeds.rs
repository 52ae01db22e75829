//! What command deals out and keeps, as subcommands.

use super::ground::Ground;
use super::verbs::{KindName, On};
use crate::app::briefing;
use crate::app::clock;
use crate::app::deeds::{self, Wanted};
use crate::app::form::default_minutes;
use crate::app::resolve;
use crate::app::strings::form::MINUTES_OR_TIME;
use crate::app::template;
use crate::domain::checklists::Checklists;
use crate::domain::decide::Command;
use crate::domain::event::Kind;
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::work::{Can, Deed as Done, Section, Sort, State, lint};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Clone, Copy, ValueEnum)]
pub enum SectionName {
    Impact,
    Cause,
    Fix,
    Summary,
    Revenue,
    Well,
    Lucky,
    Better,
}

/// A line that stays until it is settled.
#[derive(Args, Clone)]
pub struct Line {
    #[command(flatten)]
    on: On,
    text: String,
}

#[derive(Subcommand, Clone)]
pub enum Deed {
    /// Hand command over: offer it, with a briefing
    Offer {
        #[command(flatten)]
        on: On,
        user: String,
        /// For how long the offer stands; without it, as configured
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Accept the command that is offered to you
    Accept {
        #[command(flatten)]
        on: On,
    },
    /// Turn the offered command down, or take the offer back
    Decline {
        #[command(flatten)]
        on: On,
    },
    /// Give somebody a task with a time-box
    Task {
        #[command(flatten)]
        on: On,
        user: String,
        text: String,
        /// 0: no time-box
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Say what or who is missing
    Need(Line),
    /// Park a question, and be asked again
    Park {
        #[command(flatten)]
        line: Line,
        /// When to ask again
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Propose a decision: are there strong objections?
    Decide {
        #[command(flatten)]
        line: Line,
        #[arg(long)]
        risk: Option<String>,
        /// How long objections are waited for
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Object to a proposed decision
    Object {
        #[command(flatten)]
        on: On,
        /// D1, D2, …
        decision: String,
        text: String,
    },
    /// Set an objective of the response
    Objective(Line),
    /// Note what may be the cause
    Hypothesis(Line),
    /// Note who outside was contacted
    Contact(Line),
    /// Set a timer of your own
    Timer {
        #[command(flatten)]
        line: Line,
        #[arg(long)]
        minutes: u32,
    },
    /// Write an action item: a change that prevents a repeat
    Action {
        #[command(flatten)]
        line: Line,
        #[arg(long)]
        owner: Option<String>,
        /// Until when, in days
        #[arg(long)]
        days: Option<u32>,
    },
    /// Settle a task, need, question or decision
    Settle {
        #[command(flatten)]
        on: On,
        /// T1, N2, Q1, D1, …
        entry: String,
        /// done, dropped, escalated, met, cancelled, answered, confirmed, ruled_out, decided,
        /// rejected, resulted, deferred, or open again; the ordinary one when left out
        state: Option<String>,
        /// The result, the answer, the reason
        #[arg(long)]
        text: Option<String>,
        /// Who executes a decision
        #[arg(long)]
        owner: Option<String>,
        /// The time-box of a decision
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Give an entry (T1), or an item of the checklist (4), more time
    Extend {
        #[command(flatten)]
        on: On,
        entry: String,
        minutes: u32,
    },
    /// Give an entry to somebody else
    Give {
        #[command(flatten)]
        on: On,
        entry: String,
        user: String,
    },
    /// Report: conditions, actions, needs
    Report {
        #[command(flatten)]
        on: On,
        /// What is true now, no guesses
        #[arg(long)]
        conditions: String,
        /// What is being done, by whom, no promises
        #[arg(long)]
        actions: String,
        /// What is missing; "none" is said
        #[arg(long)]
        needs: String,
        /// Whom it is for; without it, who was promised the next one, else the first audience
        #[arg(long)]
        audience: Option<String>,
        /// The next update, in minutes; without it, as configured for the audience and the level
        #[arg(long)]
        next: Option<u32>,
        /// The last report
        #[arg(long = "final")]
        last: bool,
    },
    /// Draft a customer notice
    Notice(Line),
    /// Approve the customer notice that somebody else drafted
    Approve {
        #[command(flatten)]
        on: On,
    },
    /// Record that the approved notice is out, and where
    Publish {
        #[command(flatten)]
        on: On,
        target: String,
        /// The next notice, in minutes or at a time (03:45); without it, when this one says
        #[arg(long, value_name = "TIME")]
        next: Option<String>,
    },
    /// Call somebody to help
    Call {
        #[command(flatten)]
        on: On,
        user: String,
        #[arg(long)]
        why: Option<String>,
    },
    /// Ask who is still with us
    Rollcall {
        #[command(flatten)]
        on: On,
    },
    /// Say that you are still here
    Here {
        #[command(flatten)]
        on: On,
    },
    /// Say where people talk: a call's link
    Meeting {
        #[command(flatten)]
        on: On,
        link: String,
    },
    /// Say that it is good again; it has to hold
    Claim {
        #[command(flatten)]
        on: On,
        /// When it became good
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
        /// How long it has to hold, in minutes; without it, as configured
        #[arg(long)]
        hold: Option<u32>,
    },
    /// Confirm that it is good again
    Confirm {
        #[command(flatten)]
        on: On,
    },
    /// It is not good after all
    Unclaim {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
    },
    /// Change the kind; loads its checklist
    Kind {
        #[command(flatten)]
        on: On,
        #[arg(value_enum)]
        kind: KindName,
    },
    /// Go on among few people in a private channel, which this opens; nothing leaves the public one
    /// any more
    Restrict {
        #[command(flatten)]
        on: On,
        /// Who comes along beside you and the commander; who is here and has a role when left out
        #[arg(long, value_name = "PERSON", value_delimiter = ',')]
        keep: Option<Vec<String>>,
    },
    /// Make it a part of another incident
    Link {
        #[command(flatten)]
        on: On,
        /// The incident that it is a part of
        parent: String,
    },
    /// Write a part of the report
    Write {
        #[command(flatten)]
        on: On,
        #[arg(value_enum)]
        section: SectionName,
        text: String,
    },
    /// Say that the post-mortem was reviewed
    Review {
        #[command(flatten)]
        on: On,
        /// Where it stands, when it was written elsewhere
        #[arg(long, value_name = "URL")]
        link: Option<String>,
    },
    /// Say why there will be no post-mortem
    Waive {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
    },
    /// Take back a line you wrote; the record keeps it
    Retract {
        #[command(flatten)]
        on: On,
        /// An entry's id; the last line of your own when left out
        event: Option<String>,
    },
}

impl Deed {
    pub(super) fn on(&self) -> &On {
        match self {
            Deed::Need(line)
            | Deed::Objective(line)
            | Deed::Hypothesis(line)
            | Deed::Contact(line)
            | Deed::Notice(line)
            | Deed::Park { line, .. }
            | Deed::Decide { line, .. }
            | Deed::Timer { line, .. }
            | Deed::Action { line, .. } => &line.on,
            Deed::Offer { on, .. }
            | Deed::Accept { on }
            | Deed::Decline { on }
            | Deed::Task { on, .. }
            | Deed::Object { on, .. }
            | Deed::Settle { on, .. }
            | Deed::Extend { on, .. }
            | Deed::Give { on, .. }
            | Deed::Report { on, .. }
            | Deed::Approve { on }
            | Deed::Publish { on, .. }
            | Deed::Call { on, .. }
            | Deed::Rollcall { on }
            | Deed::Here { on }
            | Deed::Meeting { on, .. }
            | Deed::Claim { on, .. }
            | Deed::Confirm { on }
            | Deed::Unclaim { on, .. }
            | Deed::Kind { on, .. }
            | Deed::Restrict { on, .. }
            | Deed::Link { on, .. }
            | Deed::Write { on, .. }
            | Deed::Review { on, .. }
            | Deed::Waive { on, .. }
            | Deed::Retract { on, .. } => on,
        }
    }

    pub(super) fn command(
        self,
        ground: &impl Ground,
        lists: &Checklists,
        incident: &Incident,
        me: &UserId,
        now: DateTime<Utc>,
    ) -> Result<Command, Problem> {
        let config = ground.config();
        let person = |text: &str| resolve::person(&*ground.people()?, text);
        let maybe = |text: Option<String>| text.map(|text| person(&text)).transpose();
        let later = |minutes: Option<u32>| {
            let minutes = minutes.filter(|minutes| *minutes > 0);
            minutes.map(|minutes| deeds::in_minutes(now, minutes))
        };
        let open = |sort: Sort, line: String| {
            let wanted = Wanted {
                line,
                ..Wanted::default()
            };
            deeds::open(sort, &wanted, default_minutes(sort, &config.timers), now)
        };
        let timed = |sort: Sort, wanted: Wanted| {
            Ok(deeds::open(
                sort,
                &wanted,
                default_minutes(sort, &config.timers),
                now,
            ))
        };
        Ok(match self {
            Deed::Offer { user, minutes, .. } => {
                let minutes = minutes.unwrap_or(config.timers.offer_minutes);
                offer(ground, incident, person(&user)?, minutes, now)?
            }
            Deed::Accept { .. } => Done::Accepted {
                offer: deeds::offer(incident)?.id.clone(),
                user: me.clone(),
            }
            .into(),
            Deed::Decline { .. } => Done::Declined {
                offer: deeds::offer(incident)?.id.clone(),
            }
            .into(),
            Deed::Task {
                user,
                text,
                minutes,
                ..
            } => {
                let owner = Some(person(&user)?);
                return timed(
                    Sort::Task,
                    Wanted {
                        line: text,
                        owner,
                        minutes,
                        risk: None,
                    },
                );
            }
            Deed::Need(line) => open(Sort::Need, line.text),
            Deed::Park { line, minutes } => {
                return timed(
                    Sort::Question,
                    Wanted {
                        line: line.text,
                        minutes,
                        ..Wanted::default()
                    },
                );
            }
            Deed::Decide {
                line,
                risk,
                minutes,
            } => {
                return timed(
                    Sort::Decision,
                    Wanted {
                        line: line.text,
                        minutes,
                        risk,
                        owner: None,
                    },
                );
            }
            Deed::Object { decision, text, .. } => Done::Objected {
                matter: deeds::matter(incident, &decision)?.id.clone(),
                line: text,
            }
            .into(),
            Deed::Objective(line) => open(Sort::Objective, line.text),
            Deed::Hypothesis(line) => open(Sort::Hypothesis, line.text),
            Deed::Contact(line) => open(Sort::Contact, line.text),
            Deed::Timer { line, minutes } => {
                return timed(
                    Sort::Timer,
                    Wanted {
                        line: line.text,
                        minutes: Some(minutes),
                        ..Wanted::default()
                    },
                );
            }
            Deed::Action { line, owner, days } => {
                let wanted = Wanted {
                    line: line.text,
                    owner: maybe(owner)?,
                    minutes: days.map(|days| days.saturating_mul(24 * 60)),
                    risk: None,
                };
                return timed(Sort::Action, wanted);
            }
            Deed::Settle {
                entry,
                state,
                text,
                owner,
                minutes,
                ..
            } => {
                let matter = deeds::matter(incident, &entry)?;
                let state = deeds::state(matter, state.as_deref())?;
                // What came of a decision is asked for.
                let decided = state == State::Decided;
                let minutes = minutes.or(decided.then_some(config.timers.task_minutes));
                Done::Settled {
                    matter: matter.id.clone(),
                    state,
                    line: text,
                    owner: maybe(owner)?,
                    due: later(minutes),
                }
                .into()
            }
            Deed::Extend { entry, minutes, .. } => deeds::extend(incident, &entry, minutes, now)?,
            Deed::Give { entry, user, .. } => Done::Given {
                matter: deeds::matter(incident, &entry)?.id.clone(),
                owner: person(&user)?,
            }
            .into(),
            Deed::Report {
                conditions,
                actions,
                needs,
                audience,
                next,
                last,
                ..
            } => {
                let can = Can {
                    conditions,
                    actions,
                    needs,
                };
                for warning in lint(&can) {
                    super::out::talk(&warning.text(), ground.lang());
                }
                let config = ground.config();
                let audience = audience.unwrap_or_default();
                let audience = deeds::audience(config, incident, &audience)?;
                let next =
                    next.unwrap_or_else(|| template::minutes(config, incident, &audience.id));
                let next = later(Some(next)).filter(|_| !last);
                deeds::report(incident, audience, &can, next, last)
            }
            Deed::Notice(line) => deeds::with_text(Done::Notice {}, line.text),
            Deed::Approve { .. } => Done::Approved {
                notice: deeds::notice(incident)?.id.clone(),
            }
            .into(),
            Deed::Publish { target, next, .. } => {
                let notice = deeds::notice(incident)?;
                let zone = config.time_zone;
                let said = next.or_else(|| clock::promised(&notice.text, now, zone));
                let next = said.filter(|text| text.trim() != "0").map(|text| {
                    let time = clock::coming(&text, now, zone);
                    time.ok_or_else(|| Problem::usage(MINUTES_OR_TIME))
                });
                Done::Published {
                    notice: notice.id.clone(),
                    target,
                    next: next.transpose()?,
                }
                .into()
            }
            Deed::Call { user, why, .. } => Done::Called {
                user: person(&user)?,
                number: 0,
                why,
            }
            .into(),
            Deed::Rollcall { .. } => Done::RollCall {}.into(),
            Deed::Here { .. } => Done::Here {}.into(),
            Deed::Meeting { link, .. } => Done::Meeting { link }.into(),
            Deed::Claim { at, hold, .. } => Done::Claimed {
                time: match at {
                    Some(at) => clock::parse(&at, now, config.time_zone)?,
                    None => now,
                },
                hold: hold.unwrap_or(config.timers.recovery_hold_minutes),
                owners: Vec::new(),
            }
            .into(),
            Deed::Confirm { .. } => Done::Confirmed {
                claim: deeds::claim(incident)?.id.clone(),
            }
            .into(),
            Deed::Unclaim { reason, .. } => Done::Unclaimed {
                claim: deeds::claim(incident)?.id.clone(),
                reason,
            }
            .into(),
            Deed::Kind { kind, .. } => {
                let kind = match kind {
                    KindName::Outage => Kind::Outage,
                    KindName::Security => Kind::Security,
                };
                resolve::kind(config, lists, incident, kind)
            }
            Deed::Restrict { keep, .. } => {
                let keep = match keep {
                    Some(names) => {
                        let all = names.iter().map(|name| person(name));
                        all.collect::<Result<_, _>>()?
                    }
                    None => resolve::kept(incident),
                };
                let id = incident.id.clone();
                let drill = ground.look(move |engine, _| {
                    let row = engine.image().incidents.get(&id);
                    row.is_some_and(|row| row.drill)
                })?;
                let people = ground.people_now();
                resolve::restrict(config, lists, &people, (incident, drill), keep, now)
            }
            Deed::Link { parent, .. } => resolve::link(ground.incident(&parent)?.id.clone()),
            Deed::Write { section, text, .. } => {
                let section = match section {
                    SectionName::Impact => Section::Impact,
                    SectionName::Cause => Section::Cause,
                    SectionName::Fix => Section::Fix,
                    SectionName::Summary => Section::Summary,
                    SectionName::Revenue => Section::Revenue,
                    SectionName::Well => Section::Well,
                    SectionName::Lucky => Section::Lucky,
                    SectionName::Better => Section::Better,
                };
                deeds::with_text(Done::Written { section }, text)
            }
            Deed::Review { link, .. } => Done::Reviewed { link }.into(),
            Deed::Waive { reason, .. } => Done::Waived { reason }.into(),
            Deed::Retract { event, .. } => Done::Retracted {
                event: match event {
                    Some(id) => EventId::new(id),
                    None => deeds::last_own(incident, me)?,
                },
            }
            .into(),
        })
    }
}

/// Command is offered to somebody, with the briefing.
pub(super) fn offer(
    ground: &impl Ground,
    incident: &Incident,
    to: UserId,
    minutes: u32,
    now: DateTime<Utc>,
) -> Result<Command, Problem> {
    let deed = Done::Offered {
        to,
        expires: deeds::in_minutes(now, minutes),
    };
    let told = super::read::told(ground, incident.id.clone(), briefing::hand_over)?;
    Ok(deeds::with_text(deed, told.unwrap_or_default()))
}
