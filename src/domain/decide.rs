//! Commands, and what becomes of them: events, or a refusal that says who may or what is missing.

use super::event::{Body, Item, Kind, Milestone, Named, Phase, Place};
use super::ids::{EventId, IncidentId, SlackTs, UserId};
use super::incident::{Check, Incident, ItemState};
use super::problem::Problem;
use super::text::clean;
use super::verb::{ROLES, Right, Verb};
use super::words::{Lang, Text};
use crate::both;
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
    Assign {
        item: String,
        user: Option<UserId>,
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
        /// Pinned in Slack by whom; part of the derived id.
        by: UserId,
        pinned: bool,
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
    PersonalData(Vec<Item>),
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
    /// The declaration pages @here there.
    pub mention_here: bool,
}

/// A configured level with what it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelPlan {
    pub level: Named,
    pub timekeeper: Option<u32>,
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
}

/// Text that is one line of a message.
const LINE_MAX: usize = 200;
/// Text that is a message of its own: Slack recommends at most 4,000 characters.
const TEXT_MAX: usize = 3_000;
/// Room for items in a batch of 2 KB, beside its envelope.
const ITEMS_MAX: usize = 1_300;

impl Command {
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
            Command::PersonalData(_) => Verb::PersonalData,
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
        )
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
        Command::Level(plan) => level(plan, rng),
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
            if !ROLES.iter().any(|(id, _)| *id == role) {
                return Err(unknown_role(&role));
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
        Command::Assign { item, user } => one(Body::Assigned {
            item: find_item(incident, item)?.item.id,
            user: user.clone(),
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
        } => {
            if incident.pinned(ts) == *pinned {
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
                }
            } else {
                Body::Unpinned { ts: ts.clone() }
            };
            // Put back after being taken off, it is a new act: the former one is its source.
            let before = incident
                .registers
                .get(&super::event::Register::pin(ts))
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
                id: EventId::derived(
                    &incident.id,
                    &format!("{}/{slot}", keeper.epoch),
                    "",
                    "timekeeper",
                ),
                body: Body::TimekeeperCall { slot: *slot },
                text: None,
            }]
        }
        Command::Phase(phase) => match phase {
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
            let time = time.unwrap_or(asked.now);
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
            one(Body::Resolved {
                reason: line_option(reason.as_deref())?,
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
            if incident.phase.is_burning() {
                return Err(Problem::refused(Text::fixed(
                    "The response is still running.",
                    "対応はまだ続いています。",
                )));
            }
            one(Body::Reopened {
                reason: required(reason)?,
            })
        }
        Command::PersonalData(items) => {
            if incident.personal_data {
                return Err(Problem::refused(Text::fixed(
                    "It is marked already.",
                    "既に個人情報ありとなっています。",
                )));
            }
            let mut drafts = one(Body::PersonalData {});
            let cause = drafts[0].id.clone();
            drafts.extend(items_of(&cause, items, rng));
            drafts
        }
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

fn level(plan: &LevelPlan, rng: &mut fastrand::Rng) -> Vec<Draft> {
    let id = EventId::random(rng);
    let mut drafts = vec![Draft {
        id: id.clone(),
        body: Body::Level {
            level: plan.level.clone(),
            timekeeper: plan.timekeeper,
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

/// A text as it may stand in a message of its own.
pub fn checked_text(text: &str) -> Result<String, Problem> {
    let text = clean(text);
    let text = text.trim();
    if text.is_empty() {
        return Err(empty());
    }
    let length = text.chars().count();
    if length > TEXT_MAX {
        return Err(Problem::refused(both!(
            "The text has {length} characters; {TEXT_MAX} fit into one message.",
            "本文が {length} 文字あります。1件は {TEXT_MAX} 文字までです。"
        ))
        .hint(Text::fixed(
            "Shorten it, or send it in parts.",
            "短くするか、分けて送ってください。",
        )));
    }
    Ok(text.to_owned())
}

fn with_text(body: Body, text: &str, rng: &mut fastrand::Rng) -> Result<Vec<Draft>, Problem> {
    Ok(vec![Draft {
        id: EventId::random(rng),
        body,
        text: Some(checked_text(text)?),
    }])
}

pub(super) fn empty() -> Problem {
    Problem::refused(Text::fixed("There is no text.", "本文がありません。")).hint(Text::fixed(
        "Say it in a few words.",
        "短い言葉で構いません。",
    ))
}

/// One line, of a length that leaves room in a batch.
fn line(text: &str) -> Result<String, Problem> {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if length > LINE_MAX {
        return Err(Problem::refused(both!(
            "The text has {length} characters; {LINE_MAX} fit here.",
            "{length} 文字あります。ここには {LINE_MAX} 文字まで入ります。"
        ))
        .hint(Text::fixed(
            "Shorten it; what is long belongs into a note or the situation.",
            "短くしてください。長い内容は記録か状況に書けます。",
        )));
    }
    Ok(text)
}

fn required(text: &str) -> Result<String, Problem> {
    let text = line(text)?;
    if text.is_empty() {
        Err(empty())
    } else {
        Ok(text)
    }
}

fn line_option(text: Option<&str>) -> Result<Option<String>, Problem> {
    Ok(text.map(line).transpose()?.filter(|t| !t.is_empty()))
}

fn cut(text: &str) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LINE_MAX {
        return text;
    }
    text.chars()
        .take(LINE_MAX - 2)
        .chain("..".chars())
        .collect()
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
    .hint(both!("Known roles: {known}.", "使える役割: {known}"))
}

fn same(user: Option<&UserId>, asked: &Asked<'_>) -> Problem {
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
fn leave(incident: &Incident, user: &UserId, asked: &Asked<'_>) -> Result<(), Problem> {
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
    match open {
        None => Ok(()),
        Some(check) => {
            let item = check.item.text;
            Err(Problem::refused(both!(
                "{name} still has an open item: {item}",
                "{name} には未完了の項目があります: {item}"
            ))
            .hint(Text::fixed(
                "Finish it, or assign it to somebody else.",
                "完了するか、別の人に割り当ててください。",
            )))
        }
    }
}

fn allowed(incident: &Incident, command: &Command, asked: &Asked<'_>) -> Result<(), Problem> {
    if let Command::Commander { user, reason } = command {
        return may_pass_command(incident, user.as_ref(), reason.as_deref(), asked);
    }
    let verb = command.verb();
    let may = match verb.row().right {
        Right::Anyone => true,
        Right::Command => incident.may_command(asked.by),
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

fn who_may(incident: &Incident, right: Right, asked: &Asked<'_>) -> Text {
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
    if held.user == *asked.by || !takes {
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
