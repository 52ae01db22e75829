//! Commands, and what becomes of them: events, or a refusal that says who may or what is missing.

mod lines;
pub(in crate::domain) mod parts;
mod rights;

pub use lines::checked_text;
pub(in crate::domain) use lines::{empty, line_option, required};
pub(in crate::domain) use rights::{allowed, who_may};

use lines::{cut, line};
use rights::{leave, same};

use crate::both;
use crate::domain::event::{Body, FileLink, Item, Kind, Milestone, Named, Phase, Place};
use crate::domain::gate::{self, Miss};
use crate::domain::ids::{EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::{Check, Incident, ItemState, LevelTerms, Timekeeper};
use crate::domain::learn::{self, Lesson};
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::problem::Problem;
use crate::domain::verb::{ROLES, Right, STREAM_MAX, Verb, is_role, stream_of};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{self, Deed};
use chrono::{DateTime, TimeDelta, Utc};

/// What somebody asks for. Names are resolved to ids, and configured things are given whole,
/// before a command is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Declare(Box<Declaration>),
    Level(LevelPlan),
    Temperature(Named),
    Situation(String),
    /// `None` lays command down.
    Commander {
        user: Option<UserId>,
        reason: Option<String>,
    },
    Role {
        role: String,
        user: Option<UserId>,
    },
    CheckIn {
        user: UserId,
        role: Option<String>,
        task: Option<String>,
    },
    CheckOut(UserId),
    /// An item by its number on the list or its id.
    Tick(String),
    Untick(String),
    /// `due`: another time than its time-box gives it.
    Assign {
        item: String,
        user: Option<UserId>,
        due: Option<DateTime<Utc>>,
    },
    Skip {
        item: String,
        reason: String,
    },
    AddItem(String),
    Note(String),
    Milestone {
        milestone: Milestone,
        time: DateTime<Utc>,
        link: Option<String>,
    },
    Message {
        text: String,
        thread: Option<SlackTs>,
    },
    Pin {
        ts: SlackTs,
        author: String,
        excerpt: String,
        /// Kept for what comes after the incident.
        evidence: bool,
        /// Pinned in Slack by whom; part of the derived id.
        by: UserId,
        pinned: bool,
        /// What hangs on the message.
        files: Vec<FileLink>,
    },
    /// Minutes; 0 stops it.
    Timekeeper(u32),
    TimekeeperCall {
        slot: u32,
    },
    Phase(Phase),
    Recover(Option<DateTime<Utc>>),
    Resolve(Option<String>),
    Archive,
    Cancel {
        outcome: Phase,
        reason: String,
    },
    Reopen(String),
    /// With where the other one is; the engine knows, and fills that in.
    Merge {
        into: IncidentId,
        place: Place,
    },
    /// With the items that it brings.
    PersonalData {
        items: Vec<Item>,
        /// Where it was known before.
        since: Option<DateTime<Utc>>,
    },
    /// What command deals out and keeps.
    Work(Box<WorkOrder>),
    /// Going on among few people; the engine opens where.
    Restrict(Box<Restriction>),
    /// What the record gains afterwards.
    Learn(Box<Lesson>),
}

/// What takes over from an incident whose channel is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The engine adds the situation and where it came from.
    pub declaration: Declaration,
    pub level: Option<LevelPlan>,
    /// Who comes along beside the commander and whoever restricts it.
    pub keep: Vec<UserId>,
}

/// A deed to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkOrder {
    pub deed: Deed,
    /// What its message says, of deeds that have a text.
    pub text: Option<String>,
    /// What several consoles may notice alike: its id is derived from this.
    pub slot: Option<String>,
    /// A change of kind brings those of the level, or of the kind as long as there is none.
    pub items: Vec<Item>,
}

impl From<learn::Learnt> for Command {
    fn from(learnt: learn::Learnt) -> Command {
        Command::Learn(Box::new(learnt.into()))
    }
}

impl From<Deed> for Command {
    fn from(deed: Deed) -> Command {
        Command::Work(Box::new(WorkOrder {
            deed,
            text: None,
            slot: None,
            items: Vec::new(),
        }))
    }
}

/// A declaration with all that its fold will need of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declaration {
    pub title: String,
    pub service: String,
    pub kind: Kind,
    pub channel: String,
    pub lang: Lang,
    pub private: bool,
    pub drill: bool,
    pub personal_data: bool,
    pub temperature: Option<Named>,
    pub situation: Option<String>,
    pub started: Option<DateTime<Utc>>,
    pub detected: Option<DateTime<Utc>>,
    pub timekeeper: u32,
    pub timekeeper_recovered: u32,
    pub closers: Vec<UserId>,
    /// The incident that it came out of.
    pub parent: Option<IncidentId>,
    /// What is asked for whatever the level, such as when personal data is involved.
    pub items: Vec<Item>,
}

/// Where an act goes beside its channel. Names as configured; each becomes a job of its own that
/// resolves them, so that one that does not exist blocks no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlets {
    /// Invited at declaration.
    pub people: Vec<String>,
    pub groups: Vec<String>,
    /// Channels that hear of loud acts.
    pub broadcast: Vec<String>,
    /// Channels of the audience that a report is for.
    pub reports: Vec<String>,
    /// The declaration pages @here there.
    pub mention_here: bool,
}

/// A configured level with what it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelPlan {
    pub level: Named,
    pub timekeeper: Option<u32>,
    pub terms: Box<LevelTerms>,
    pub items: Vec<Item>,
}

/// An event to be: its id, and its text where that lives in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: EventId,
    pub body: Body,
    pub text: Option<String>,
}

/// Who asks, when, and what is known beside the record.
pub struct Asked<'a> {
    pub by: &'a UserId,
    pub now: DateTime<Utc>,
    /// When somebody was last heard in the channel.
    pub heard: &'a dyn Fn(&UserId) -> Option<DateTime<Utc>>,
    /// For the sentence of a refusal.
    pub name: &'a dyn Fn(&UserId) -> String,
    /// Command may be taken from somebody silent for so many minutes, with a reason.
    pub silent_minutes: u32,
    /// What a resolution has to meet.
    pub gate: gate::Rules,
    /// Its channel is archived.
    pub archived: bool,
}

/// Room for items in a batch of 2 KB, beside its envelope.
const ITEMS_MAX: usize = 1_300;

impl Command {
    /// Personal data is involved, known from this moment on.
    pub const fn personal_data(items: Vec<Item>) -> Command {
        Command::PersonalData { items, since: None }
    }

    pub const fn verb(&self) -> Verb {
        match self {
            Command::Declare(_) => Verb::Declare,
            Command::Level(_) => Verb::Level,
            Command::Temperature(_) => Verb::Temperature,
            Command::Situation(_) => Verb::Situation,
            Command::Commander { .. } => Verb::Command,
            Command::Role { .. } => Verb::Role,
            Command::CheckIn { .. } => Verb::CheckIn,
            Command::CheckOut(_) => Verb::CheckOut,
            Command::Tick(_) => Verb::Tick,
            Command::Untick(_) => Verb::Untick,
            Command::Assign { .. } => Verb::Assign,
            Command::Skip { .. } => Verb::Skip,
            Command::AddItem(_) => Verb::AddItem,
            Command::Note(_) => Verb::Note,
            Command::Milestone { .. } => Verb::Milestone,
            Command::Message { .. } => Verb::Message,
            Command::Pin { .. } => Verb::Pin,
            Command::Timekeeper(_) | Command::TimekeeperCall { .. } => Verb::Timekeeper,
            Command::Phase(_) => Verb::Phase,
            Command::Recover(_) => Verb::Recover,
            Command::Resolve(_) => Verb::Resolve,
            Command::Archive => Verb::Archive,
            Command::Cancel { .. } => Verb::Cancel,
            Command::Reopen(_) => Verb::Reopen,
            Command::Merge { .. } => Verb::Merge,
            Command::PersonalData { .. } => Verb::PersonalData,
            Command::Work(order) => order.deed.verb(),
            Command::Restrict(_) => Verb::Restrict,
            Command::Learn(lesson) => lesson.learnt.verb(),
        }
    }
}

/// Turns `command` into events on `incident`, the state with the author's own pending acts in it.
/// No event holds a string that a terminal would obey, wherever the string came from.
pub fn decide(
    incident: &Incident,
    command: &Command,
    asked: &Asked<'_>,
    rng: &mut fastrand::Rng,
) -> Result<Vec<Draft>, Problem> {
    let mut drafts = drafts(incident, command, asked, rng)?;
    for draft in &mut drafts {
        draft.body = draft.body.clone().cleaned();
    }
    Ok(drafts)
}

fn drafts(
    incident: &Incident,
    command: &Command,
    asked: &Asked<'_>,
    rng: &mut fastrand::Rng,
) -> Result<Vec<Draft>, Problem> {
    if incident.declared.is_none() {
        return match command {
            Command::Declare(declaration) => declare(declaration, rng),
            _ => Err(Problem::refused(Text::fixed(
                "This incident's declaration has not been read yet.",
                "このインシデントの宣言をまだ読み込んでいません。",
            ))),
        };
    }
    if !matches!(command, Command::TimekeeperCall { .. }) {
        allowed(incident, command, asked)?;
    }
    let over = incident.phase.is_over();
    if over
        && !matches!(
            command,
            Command::Reopen(_)
                | Command::Note(_)
                | Command::Message { .. }
                | Command::Milestone { .. }
                | Command::Pin { .. }
                | Command::Archive
                | Command::Learn(_)
        )
        && !matches!(command, Command::Work(order) if order.deed.may_follow_the_end())
    {
        return Err(Problem::refused(Text::fixed(
            "This incident is over.",
            "このインシデントは終わっています。",
        ))
        .hint(Text::fixed(
            "Reopen it first, with a reason.",
            "先に理由をつけて対応を再開してください。",
        )));
    }
    let mut one = |body: Body| {
        vec![Draft {
            id: EventId::random(rng),
            body,
            text: None,
        }]
    };
    Ok(match command {
        Command::Declare(_) => {
            return Err(Problem::refused(Text::fixed(
                "This incident is already declared.",
                "このインシデントは宣言済みです。",
            )));
        }
        Command::Level(plan) => {
            // Said again, it would bring its checklist again.
            if incident
                .level
                .as_ref()
                .is_some_and(|held| held.id == plan.level.id)
            {
                return Err(Problem::refused(Text::fixed(
                    "It has this level already.",
                    "既にこのレベルです。",
                )));
            }
            level(plan, rng)
        }
        Command::Temperature(temperature) => one(Body::Temperature {
            temperature: temperature.clone(),
        }),
        Command::Situation(text) => with_text(Body::Situation {}, text, rng)?,
        Command::Note(text) => with_text(Body::Note {}, text, rng)?,
        Command::Message { text, thread } => with_text(
            Body::Message {
                thread: thread.clone(),
            },
            text,
            rng,
        )?,
        Command::Commander { user, reason } => {
            if incident.commander.as_ref().map(|h| &h.user) == user.as_ref() {
                return Err(same(user.as_ref(), asked));
            }
            one(Body::Commander {
                user: user.clone(),
                reason: line_option(reason.as_deref())?,
            })
        }
        Command::Role { role, user } => {
            let role = line(role)?;
            match stream_of(&role) {
                Some(name) => stream_name(name)?,
                None if is_role(&role) => {}
                None => return Err(unknown_role(&role)),
            }
            one(Body::Role {
                role,
                user: user.clone(),
            })
        }
        Command::CheckIn { user, role, task } => one(Body::CheckedIn {
            user: user.clone(),
            role: line_option(role.as_deref())?,
            task: line_option(task.as_deref())?,
        }),
        Command::CheckOut(user) => {
            let here = incident.roster.get(user).is_some_and(|p| p.left.is_none());
            if !here {
                let name = (asked.name)(user);
                return Err(Problem::refused(both!(
                    "{name} is not checked in.",
                    "{name} はチェックインしていません。"
                )));
            }
            leave(incident, user, asked)?;
            one(Body::CheckedOut { user: user.clone() })
        }
        Command::Tick(item) => {
            let check = find_item(incident, item)?;
            one(Body::Ticked {
                item: check.item.id,
            })
        }
        Command::Untick(item) => {
            let check = find_item(incident, item)?;
            if check.state == ItemState::Open {
                return Err(Problem::refused(Text::fixed(
                    "This item is open already.",
                    "この項目はまだ完了していません。",
                )));
            }
            one(Body::Unticked {
                item: check.item.id,
            })
        }
        Command::Assign { item, user, due } => one(Body::Assigned {
            item: find_item(incident, item)?.item.id,
            user: user.clone(),
            due: *due,
        }),
        Command::Skip { item, reason } => one(Body::Skipped {
            item: find_item(incident, item)?.item.id,
            reason: required(reason)?,
        }),
        Command::AddItem(text) => {
            let text = required(text)?;
            let id = format!("x-{}", EventId::random(rng));
            vec![Draft {
                id: EventId::random(rng),
                body: Body::ItemAdded {
                    item: Item {
                        id,
                        text,
                        optional: false,
                        time_box: None,
                        when: None,
                        manual: None,
                    },
                },
                text: None,
            }]
        }
        Command::Milestone {
            milestone,
            time,
            link,
        } => {
            if *time > asked.now + TimeDelta::minutes(1) {
                return Err(Problem::refused(Text::fixed(
                    "That time is in the future.",
                    "未来の時刻です。",
                )));
            }
            // Whoever noticed says when; what became of it is the command's to say.
            let free = matches!(milestone, Milestone::Started | Milestone::Detected);
            if !free && !incident.may_command(asked.by) && !incident.may_close(asked.by) {
                return Err(not_theirs(incident, asked));
            }
            if *milestone == Milestone::Resolved && !over {
                return Err(Problem::refused(Text::fixed(
                    "It is not resolved yet.",
                    "まだ解決していません。",
                ))
                .hint(Text::fixed(
                    "Resolve it (resolve); its time can be corrected afterwards.",
                    "解決してください (resolve)。時刻はそのあとで訂正できます。",
                )));
            }
            one(Body::Milestone {
                milestone: *milestone,
                time: *time,
                link: line_option(link.as_deref())?,
            })
        }
        Command::Pin {
            ts,
            author,
            excerpt,
            by,
            pinned,
            evidence,
            files,
        } => {
            // What is in the timeline already may still become evidence.
            let marks = *evidence && *pinned && !incident.is_evidence(ts);
            if incident.pinned(ts) == *pinned && !marks {
                return Err(Problem::refused(Text::fixed(
                    "The timeline already says so.",
                    "タイムラインは既にその状態です。",
                )));
            }
            let verb = if *pinned { "pin" } else { "unpin" };
            let body = if *pinned {
                Body::Pinned {
                    ts: ts.clone(),
                    author: cut(author),
                    excerpt: cut(excerpt),
                    evidence: *evidence,
                    files: lines::fitting(files),
                }
            } else {
                Body::Unpinned { ts: ts.clone() }
            };
            // Put back after being taken off, it is a new act: the former one is its source.
            let before = incident
                .registers
                .get(&crate::domain::event::Register::pin(ts))
                .and_then(|w| w.events.first())
                .map_or("", |id| id.as_str());
            // Slack tells who pinned, and not who took a pin off: every console must make one id.
            let user = if *pinned { by.as_str() } else { "" };
            vec![Draft {
                id: EventId::derived(&incident.id, &format!("{ts}{before}"), user, verb),
                body,
                text: None,
            }]
        }
        Command::Timekeeper(minutes) => {
            let runs = incident.timekeeper.as_ref().map_or(0, |k| k.minutes);
            if *minutes == 0 && runs == 0 {
                return Err(Problem::refused(Text::fixed(
                    "The timekeeper is not running.",
                    "タイムキーパーは動いていません。",
                )));
            }
            one(Body::Timekeeper { minutes: *minutes })
        }
        Command::TimekeeperCall { slot } => {
            let Some(keeper) = &incident.timekeeper else {
                return Ok(Vec::new());
            };
            if incident.calls.contains(&(keeper.epoch.clone(), *slot)) {
                return Ok(Vec::new());
            }
            vec![Draft {
                id: Timekeeper::call_id(&incident.id, &keeper.epoch, *slot),
                body: Body::TimekeeperCall { slot: *slot },
                text: None,
            }]
        }
        Command::Phase(phase) => match phase {
            Phase::Investigating | Phase::Fixing | Phase::Monitoring
                if !incident.phase.is_burning() =>
            {
                return Err(Problem::refused(Text::fixed(
                    "It is recovered as far as the record says.",
                    "記録上は復旧しています。",
                ))
                .hint(Text::fixed(
                    "Take the response up again with reopen, with a reason.",
                    "対応を続けるには、理由をつけて再開してください (reopen)。",
                )));
            }
            Phase::Documenting if incident.phase.is_burning() => {
                return Err(Problem::refused(Text::fixed(
                    "Users are still hurt as far as the record says: recovery is not declared.",
                    "記録上はまだ復旧していません。",
                ))
                .hint(Text::fixed(
                    "Declare recovery first (recover).",
                    "先に復旧を宣言してください (recover)。",
                )));
            }
            Phase::Investigating | Phase::Fixing | Phase::Monitoring | Phase::Documenting => {
                one(Body::Phase { phase: *phase })
            }
            _ => {
                let name = phase.text();
                let (en, ja) = (name.en, name.ja);
                return Err(Problem::refused(both!(
                    "\"{en}\" has an act of its own.",
                    "「{ja}」には専用の操作があります。"
                ))
                .hint(Text::fixed(
                    "Use recover, resolve, cancel or reopen.",
                    "recover、resolve、cancel、reopen を使ってください。",
                )));
            }
        },
        Command::Recover(time) => {
            if !incident.phase.is_burning() {
                return Err(Problem::refused(Text::fixed(
                    "Recovery is declared already.",
                    "復旧は宣言済みです。",
                )));
            }
            // Recovered is when it became good; whoever claimed it said when.
            let claimed = incident.work.claim.as_ref().map(|claim| claim.time);
            let time = time.or(claimed).unwrap_or(asked.now);
            if incident.began().is_some_and(|began| time < began) {
                return Err(Problem::refused(Text::fixed(
                    "Recovery cannot be before the start.",
                    "復旧時刻が発生時刻より前です。",
                )));
            }
            one(Body::Recovered { time })
        }
        Command::Resolve(reason) => {
            if incident.phase.is_burning() {
                return Err(Problem::refused(Text::fixed(
                    "Users are still hurt as far as the record says: recovery is not declared.",
                    "記録上はまだ復旧していません。",
                ))
                .hint(Text::fixed(
                    "Declare recovery first; or cancel it, with a reason.",
                    "先に復旧を宣言するか、理由をつけて取り下げてください。",
                )));
            }
            let reason = line_option(reason.as_deref())?;
            let misses = gate::gate(incident, &asked.gate, asked.now);
            if reason.is_none() && !misses.is_empty() {
                return Err(not_done(&misses));
            }
            one(Body::Resolved {
                reason,
                missing: gate::names(&misses),
            })
        }
        Command::Archive => {
            if !over || incident.phase == Phase::Archived {
                return Err(Problem::refused(Text::fixed(
                    "Only an incident that is over, and not archived yet, can be archived.",
                    "アーカイブできるのは、終わっていて未アーカイブのインシデントだけです。",
                )));
            }
            one(Body::Archived {})
        }
        Command::Cancel { outcome, reason } => one(Body::Cancelled {
            outcome: *outcome,
            reason: required(reason)?,
        }),
        Command::Merge { into, place } => one(Body::Merged {
            into: into.clone(),
            place: place.clone(),
        }),
        Command::Reopen(reason) => {
            // What was archived by hand is opened again with its phase.
            if incident.phase.is_burning() && !asked.archived {
                return Err(Problem::refused(Text::fixed(
                    "The response is still running.",
                    "対応はまだ続いています。",
                )));
            }
            let mut drafts = one(Body::Reopened {
                reason: required(reason)?,
            });
            // It burns again: time is called as it was before it was thought to be over.
            let runs = incident
                .timekeeper
                .as_ref()
                .map_or(0, |keeper| keeper.minutes);
            let minutes = incident.burning_interval();
            if minutes > 0 && minutes != runs {
                drafts.extend(one(Body::Timekeeper { minutes }));
            }
            drafts
        }
        Command::PersonalData { items, since } => {
            if incident.personal_data {
                return Err(Problem::refused(Text::fixed(
                    "It is marked already.",
                    "既に個人情報ありとなっています。",
                )));
            }
            let mut drafts = one(Body::PersonalData { since: *since });
            let cause = drafts[0].id.clone();
            drafts.extend(items_of(&cause, items, rng));
            drafts
        }
        Command::Work(order) => deed(incident, order, asked, rng)?,
        Command::Learn(lesson) => {
            let (learnt, text) = learn::check(incident, lesson, asked)?;
            vec![Draft {
                id: EventId::random(rng),
                body: Body::Learnt(learnt),
                text,
            }]
        }
        Command::Restrict(_) => match Command::from(Deed::Restricted {}) {
            Command::Work(order) => deed(incident, &order, asked, rng)?,
            _ => Vec::new(),
        },
    })
}

fn declare(declaration: &Declaration, rng: &mut fastrand::Rng) -> Result<Vec<Draft>, Problem> {
    let d = declaration;
    let mut drafts = vec![Draft {
        id: EventId::random(rng),
        body: Body::Declared {
            title: required(&d.title)?,
            service: line(&d.service)?,
            incident_kind: d.kind,
            channel: d.channel.clone(),
            lang: d.lang,
            personal_data: d.personal_data,
            temperature: d.temperature.clone(),
            started: d.started,
            detected: d.detected,
            timekeeper: d.timekeeper,
            timekeeper_recovered: d.timekeeper_recovered,
            closers: d.closers.clone(),
            parent: d.parent.clone(),
        },
        text: None,
    }];
    let cause = drafts[0].id.clone();
    drafts.extend(items_of(&cause, &d.items, rng));
    if let Some(situation) = d.situation.as_deref().filter(|s| !s.trim().is_empty()) {
        drafts.extend(with_text(Body::Situation {}, situation, rng)?);
    }
    Ok(drafts)
}

fn deed(
    incident: &Incident,
    order: &WorkOrder,
    asked: &Asked<'_>,
    rng: &mut fastrand::Rng,
) -> Result<Vec<Draft>, Problem> {
    let (deed, text) = work::check(incident, &order.deed, order.text.as_deref(), asked)?;
    // Command is offered where everybody still reads; how it stands is not told there.
    let tells =
        !matches!(deed, Deed::Offered { .. }) || Sight::own(incident).opens(Outlet::Summary);
    let text = text.filter(|_| tells);
    let id = match &order.slot {
        Some(slot) => EventId::derived(&incident.id, slot, "", deed.verb().row().name),
        None => EventId::random(rng),
    };
    let items = match deed {
        Deed::KindChanged { .. } => items_of(&id, &order.items, rng),
        _ => Vec::new(),
    };
    let body = Body::Work(deed);
    let mut drafts = vec![Draft { id, body, text }];
    drafts.extend(items);
    Ok(drafts)
}

fn level(plan: &LevelPlan, rng: &mut fastrand::Rng) -> Vec<Draft> {
    let id = EventId::random(rng);
    let mut drafts = vec![Draft {
        id: id.clone(),
        body: Body::Level {
            level: plan.level.clone(),
            timekeeper: plan.timekeeper,
            owner: plan.terms.owner.clone(),
            manual: plan.terms.manual.clone(),
            report: plan.terms.report,
        },
        text: None,
    }];
    drafts.extend(items_of(&id, &plan.items, rng));
    drafts
}

/// The events that introduce items for `cause`, each small enough for a batch.
fn items_of(cause: &EventId, items: &[Item], rng: &mut fastrand::Rng) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut part: Vec<Item> = Vec::new();
    let mut bytes = 0;
    let mut flush = |part: &mut Vec<Item>| {
        if !part.is_empty() {
            drafts.push(Draft {
                id: EventId::random(rng),
                body: Body::Items {
                    level_event: cause.clone(),
                    items: std::mem::take(part),
                },
                text: None,
            });
        }
    };
    for item in items {
        let size = serde_json::to_string(item).map_or(0, |text| text.len()) + 1;
        if bytes + size > ITEMS_MAX {
            flush(&mut part);
            bytes = 0;
        }
        bytes += size;
        part.push(item.clone());
    }
    flush(&mut part);
    drafts
}

fn with_text(body: Body, text: &str, rng: &mut fastrand::Rng) -> Result<Vec<Draft>, Problem> {
    Ok(vec![Draft {
        id: EventId::random(rng),
        body,
        text: Some(checked_text(text)?),
    }])
}

/// An item by its number on the list as shown, or by its id.
pub fn find_item(incident: &Incident, item: &str) -> Result<Check, Problem> {
    let list = incident.checklist();
    let by_number = item
        .parse::<usize>()
        .ok()
        .and_then(|n| n.checked_sub(1))
        .and_then(|n| list.get(n));
    by_number
        .or_else(|| list.iter().find(|check| check.item.id == item))
        .cloned()
        .ok_or_else(|| {
            let count = list.len();
            Problem::not_found(both!(
                "There is no item {item} on the checklist.",
                "チェックリストに項目 {item} はありません。"
            ))
            .hint(if count == 0 {
                Text::fixed(
                    "Set a level: it brings its checklist.",
                    "レベルを設定すると項目が読み込まれます。",
                )
            } else {
                both!(
                    "The numbers go from 1 to {count}.",
                    "番号は 1 から {count} です。"
                )
            })
        })
}

/// Only those who command may say this.
fn not_theirs(incident: &Incident, asked: &Asked<'_>) -> Problem {
    let who = who_may(incident, Right::Command, asked);
    let (en, ja) = (who.en, who.ja);
    Problem::refused(Text::fixed(
        "You may not set this time.",
        "この時刻は記録できません。",
    ))
    .hint(both!("{en} may.", "できるのは {ja} です。"))
}

fn not_done(misses: &[Miss]) -> Problem {
    let count = misses.len();
    let first = misses[0].text.clone();
    let (en, ja) = (first.en, first.ja);
    let sentence = match count {
        1 => both!(
            "One thing is missing before it can be resolved: {en}.",
            "解決の前に残っているものがあります: {ja}。"
        ),
        _ => both!(
            "{count} things are missing before it can be resolved, first: {en}.",
            "解決の前に残っているものが{count}件あります。最初は: {ja}。"
        ),
    };
    Problem::refused(sentence).hint(Text::fixed(
        "Finish it, or resolve with a reason, which the record keeps.",
        "終わらせるか、理由をつけて解決してください。理由は記録に残ります。",
    ))
}

fn unknown_role(role: &str) -> Problem {
    let known = ROLES
        .iter()
        .map(|(id, _)| *id)
        .collect::<Vec<_>>()
        .join(", ");
    Problem::not_found(both!(
        "There is no role \"{role}\".",
        "役割「{role}」はありません。"
    ))
    .hint(both!(
        "Known roles: {known}, and stream/NAME.",
        "使える役割: {known}、stream/班の名前"
    ))
}

fn stream_name(name: &str) -> Result<(), Problem> {
    if name.chars().count() > STREAM_MAX || name.contains('/') {
        return Err(Problem::refused(both!(
            "The name of a stream has at most {STREAM_MAX} characters, and no slash.",
            "班の名前は{STREAM_MAX}文字までで、/ は使えません。"
        )));
    }
    Ok(())
}
