//! From what somebody names to what a command carries: people, levels with their checklists,
//! declarations, outlets. Screen and command line resolve alike; the fold never reads a setting.

use super::clock;
use super::snapshot::Person;
use crate::both;
use crate::domain::checklists::{Checklists, LISTS, Sheet};
use crate::domain::decide::{Command, Declaration, LevelPlan, Outlets, Restriction, WorkOrder};
use crate::domain::event::{Kind, Milestone, Named, Place};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::{Incident, LevelTerms};
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::problem::Problem;
use crate::domain::sentence::level_text;
use crate::domain::settings::{Config, Fill, Level};
use crate::domain::words::{Lang, Text};
use crate::domain::work::Deed;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

pub type People = BTreeMap<UserId, Person>;

/// Somebody by id, by handle with or without `@`, or by a name that fits one person: as it is
/// written, else as the only one that begins with it or contains it. Programs are nobody.
///
/// # Errors
/// Nobody, or several: they are named.
pub fn person(people: &People, text: &str) -> Result<UserId, Problem> {
    let text = text.trim();
    let id = UserId::new(text);
    if people.contains_key(&id) {
        return Ok(id);
    }
    let wanted = text.strip_prefix('@').unwrap_or(text).to_lowercase();
    let humans = || people.values().filter(|person| !person.bot);
    let found = |fits: &dyn Fn(&Person) -> bool| -> Vec<&Person> {
        humans().filter(|person| fits(person)).collect()
    };
    let attempts: [&dyn Fn(&Person) -> bool; 4] = [
        &|person| person.handle.to_lowercase() == wanted,
        &|person| person.name.to_lowercase() == wanted,
        &|person| person.name.to_lowercase().starts_with(&wanted),
        &|person| person.name.to_lowercase().contains(&wanted),
    ];
    // `@name` is a handle and nothing else.
    let attempts = if text.starts_with('@') {
        &attempts[..1]
    } else {
        &attempts[..]
    };
    if !wanted.is_empty() {
        for attempt in attempts {
            match found(attempt).as_slice() {
                [] => {}
                [one] => return Ok(one.id.clone()),
                several => {
                    let names: Vec<String> = several
                        .iter()
                        .map(|p| format!("{} (@{})", p.name, p.handle))
                        .collect();
                    let names = names.join(", ");
                    return Err(Problem::not_found(both!(
                        "\"{text}\" fits several people: {names}.",
                        "「{text}」に当てはまる人が複数います: {names}"
                    ))
                    .hint(Text::fixed(
                        "Name one by handle: @…",
                        "@ハンドル で一人に絞ってください。",
                    )));
                }
            }
        }
    }
    Err(nobody(text))
}

/// Of those who were brought into a channel, who was called: not who asked to follow every incident,
/// as far as they are named by id or handle.
pub fn called(
    config: &Config,
    people: &People,
    mut brought: BTreeMap<UserId, DateTime<Utc>>,
) -> BTreeMap<UserId, DateTime<Utc>> {
    brought.retain(|user, _| {
        let handle = people.get(user).map_or("", |person| person.handle.as_str());
        let mut followers = config.invite.followers.iter();
        !followers.any(|follower| match follower.strip_prefix('@') {
            Some(name) => name.eq_ignore_ascii_case(handle),
            None => follower == user.as_str(),
        })
    });
    brought
}

/// Who is called for a service, one after the other. Whom nobody knows here cannot be called; `matoi
/// doctor` tells.
pub fn escalation(config: &Config, people: &People, service: &str) -> Vec<UserId> {
    let names = config.service(service).into_iter();
    let names = names.flat_map(|service| &service.escalation);
    names.filter_map(|name| person(people, name).ok()).collect()
}

/// Nobody is called so.
pub fn nobody(text: &str) -> Problem {
    Problem::not_found(both!(
        "There is nobody called \"{text}\".",
        "「{text}」という人は見つかりません。"
    ))
    .hint(Text::fixed(
        "An id, a handle or a name of a member of the workspace.",
        "ワークスペースのメンバーの ID・ハンドル・名前で指定してください。",
    ))
}

/// A level by its id or its name in either language, with the checklist that it brings to this
/// incident, in the incident's language.
///
/// # Errors
/// No such level: the configured ones are named.
pub fn level(
    config: &Config,
    lists: &Checklists,
    incident: &Incident,
    text: &str,
) -> Result<LevelPlan, Problem> {
    let wanted = text.trim().to_lowercase();
    let named = |name: &str| name.to_lowercase() == wanted;
    let find = |fits: &dyn Fn(&Level) -> bool| config.levels.iter().find(|level| fits(level));
    let level = find(&|level| named(&level.id))
        .or_else(|| {
            find(&|level| {
                [Lang::En, Lang::Ja]
                    .iter()
                    .any(|l| named(level.name.get(*l)))
            })
        })
        // As screens and messages write it: with the number's sign, and with the name before it.
        .or_else(|| find(&|level| named(&level_text(&level.id, ""))))
        .or_else(|| {
            let whole = |level: &Level, lang| named(&level_text(&level.id, level.name.get(lang)));
            find(&|level| whole(level, Lang::En) || whole(level, Lang::Ja))
        })
        .ok_or_else(|| {
            let known = config.levels.iter().map(|l| {
                let (en, ja) = (l.name.get(Lang::En), l.name.get(Lang::Ja));
                let (en, ja) = (level_text(&l.id, en), level_text(&l.id, ja));
                both!("{en}", "{ja}")
            });
            unknown(
                Text::fixed("level", "レベル"),
                text,
                known.collect::<Vec<_>>(),
            )
        })?;
    let items = lists.items(sheet(incident.kind), &level.checklist, incident.lang);
    // Where some level has an interval of its own, one that has none goes back to the general one.
    let own = config.levels.iter().any(|l| l.timekeeper_minutes > 0);
    let minutes = match level.timekeeper_minutes {
        0 => config.timekeeper.minutes,
        minutes => minutes,
    };
    Ok(LevelPlan {
        level: Named {
            id: level.id.clone(),
            name: level.name.get(incident.lang).to_owned(),
        },
        timekeeper: own.then_some(minutes),
        terms: Box::new(LevelTerms {
            owner: Some(level.owner.clone()).filter(|owner| !owner.is_empty()),
            manual: manual(config, level, incident.kind),
            report: Some(level.report_minutes).filter(|minutes| *minutes > 0),
        }),
        items: items.collect(),
    })
}

/// The manual at a level: its own section, else that of the kind.
fn manual(config: &Config, level: &Level, kind: Kind) -> Option<String> {
    let own = Some(level.manual.as_str()).filter(|manual| !manual.is_empty());
    own.or(config.manual.of(kind)).map(str::to_owned)
}

/// The mark of personal data with the items that it brings: those of the incident's level, and the
/// most thorough ones as long as it has none.
pub fn personal_data(config: &Config, lists: &Checklists, incident: &Incident) -> Command {
    let level = incident.level.as_ref().and_then(|l| config.level(&l.id));
    let list = level.map_or(LISTS[0], |level| level.checklist.as_str());
    let items = lists.items(Sheet::PersonalData, list, incident.lang);
    Command::personal_data(items.collect())
}

/// Another kind with the items that it brings: those of the level, and none as long as there is
/// no level.
pub fn kind(config: &Config, lists: &Checklists, incident: &Incident, kind: Kind) -> Command {
    let level = incident.level.as_ref().and_then(|l| config.level(&l.id));
    let items = level
        .into_iter()
        .flat_map(|level| lists.items(sheet(kind), &level.checklist, incident.lang));
    Command::Work(Box::new(WorkOrder {
        deed: Deed::KindChanged {
            incident_kind: kind,
            manual: level.and_then(|level| manual(config, level, kind)),
        },
        text: None,
        slot: None,
        items: items.collect(),
    }))
}

/// Going on among few people in a private channel, with those of `keep`; the commander and whoever
/// asks for it come along.
pub fn restrict(
    config: &Config,
    lists: &Checklists,
    people: &People,
    (incident, drill): (&Incident, bool),
    keep: Vec<UserId>,
    now: DateTime<Utc>,
) -> Command {
    let mut security = incident.clone();
    security.kind = Kind::Security;
    // A level that is not configured any more brings nothing.
    let level = incident.level.as_ref();
    let level = level.and_then(|named| self::level(config, lists, &security, &named.id).ok());
    let list = incident.level.as_ref().and_then(|l| config.level(&l.id));
    let list = list.map_or(LISTS[0], |level| level.checklist.as_str());
    let reached = |milestone| incident.milestones.get(&milestone).map(|r| r.time);
    let items = lists.items(Sheet::PersonalData, list, incident.lang);
    let declaration = Declaration {
        title: incident.title.clone(),
        service: incident.service.clone(),
        kind: Kind::Security,
        channel: channel_name(
            config,
            &incident.service,
            (Kind::Security, true, drill),
            now,
        ),
        lang: incident.lang,
        private: true,
        drill,
        personal_data: incident.personal_data,
        temperature: incident.temperature.clone(),
        situation: None,
        started: reached(Milestone::Started),
        detected: reached(Milestone::Detected),
        timekeeper: config.timekeeper.minutes,
        timekeeper_recovered: config.timekeeper.after_recovery_minutes,
        closers: closers(config, people),
        parent: Some(incident.id.clone()),
        items: items.filter(|_| incident.personal_data).collect(),
    };
    Command::Restrict(Box::new(Restriction {
        declaration,
        level,
        keep,
    }))
}

/// Who comes along unless somebody says otherwise: who is here, and who has a role.
pub fn kept(incident: &Incident) -> Vec<UserId> {
    let here = incident.roster.values().filter(|p| p.left.is_none());
    let roles = incident.roles.values().map(|held| held.user.clone());
    let all = here.map(|p| p.user.clone()).chain(roles);
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

fn channel_name(
    config: &Config,
    service: &str,
    (kind, private, drill): (Kind, bool, bool),
    now: DateTime<Utc>,
) -> String {
    let rule = match (drill, private) {
        (true, _) => &config.channel.drill_name,
        (false, true) => &config.channel.private_name,
        (false, false) => &config.channel.name,
    };
    rule.render(
        &Fill {
            service,
            kind: kind.name(),
            declared: clock::local(config.time_zone, now),
        },
        1,
    )
}

const fn sheet(kind: Kind) -> Sheet {
    match kind {
        Kind::Outage => Sheet::Outage,
        Kind::Security => Sheet::Security,
    }
}

/// A temperature by its id or its name, named in `lang`, the incident's.
///
/// # Errors
/// No such temperature: the configured ones are named.
pub fn temperature(config: &Config, text: &str, lang: Lang) -> Result<Named, Problem> {
    let named = |name: &str| name.to_lowercase() == text.trim().to_lowercase();
    config
        .temperatures
        .iter()
        .find(|t| named(&t.id) || named(t.name.get(Lang::En)) || named(t.name.get(Lang::Ja)))
        .map(|t| Named {
            id: t.id.clone(),
            name: t.name.get(lang).to_owned(),
        })
        .ok_or_else(|| {
            let known = config.temperatures.iter().map(|t| Text::same(t.id.clone()));
            unknown(
                Text::fixed("temperature", "温度感"),
                text,
                known.collect::<Vec<_>>(),
            )
        })
}

fn unknown(what: Text, text: &str, known: Vec<Text>) -> Problem {
    let list = |lang: Lang| {
        let names: Vec<&str> = known.iter().map(|name| name.get(lang)).collect();
        names.join(", ")
    };
    let (en, ja) = (what.en, what.ja);
    let (known_en, known_ja) = (list(Lang::En), list(Lang::Ja));
    let text = text.trim();
    Problem::not_found(both!(
        "There is no {en} \"{text}\".",
        "{ja}「{text}」はありません。"
    ))
    .hint(both!("There are: {known_en}.", "使えるのは: {known_ja}"))
}

/// What somebody wants to declare, as they named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub title: String,
    /// A service's id or name; empty: `other`.
    pub service: String,
    pub kind: Kind,
    pub temperature: Option<String>,
    pub situation: Option<String>,
    pub started: Option<DateTime<Utc>>,
    pub detected: Option<DateTime<Utc>>,
    /// `None`: as configured for its kind.
    pub private: Option<bool>,
    pub drill: bool,
    pub personal_data: bool,
}

/// Whether an incident of this kind gets a private channel unless somebody says otherwise.
pub fn private_by_default(config: &Config, kind: Kind) -> bool {
    kind == Kind::Security && config.channel.private_security
}

/// A declaration with all that the fold will need. `screen` is the language of whoever declares.
///
/// # Errors
/// No such service or temperature, or no title.
pub fn declaration(
    config: &Config,
    lists: &Checklists,
    people: &People,
    wish: &Wish,
    screen: Lang,
    now: DateTime<Utc>,
) -> Result<Declaration, Problem> {
    let lang = config.channel_language.or(screen);
    let service = service(config, &wish.service)?;
    if wish.title.trim().is_empty() {
        return Err(Problem::usage(Text::fixed(
            "A declaration needs a title.",
            "宣言にはタイトルが必要です。",
        )));
    }
    let private = wish
        .private
        .unwrap_or_else(|| private_by_default(config, wish.kind));
    let channel = channel_name(config, &service, (wish.kind, private, wish.drill), now);
    let temperature = wish.temperature.as_deref().filter(|t| !t.is_empty());
    Ok(Declaration {
        title: wish.title.clone(),
        service,
        kind: wish.kind,
        channel,
        lang,
        private,
        drill: wish.drill,
        personal_data: wish.personal_data,
        temperature: temperature
            .map(|t| self::temperature(config, t, lang))
            .transpose()?,
        situation: wish.situation.clone(),
        started: wish.started,
        detected: wish.detected,
        timekeeper: config.timekeeper.minutes,
        timekeeper_recovered: config.timekeeper.after_recovery_minutes,
        closers: closers(config, people),
        parent: None,
        items: match wish.personal_data {
            true => lists.items(Sheet::PersonalData, LISTS[0], lang).collect(),
            false => Vec::new(),
        },
    })
}

fn service(config: &Config, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text == crate::domain::settings::OTHER_SERVICE {
        return Ok(crate::domain::settings::OTHER_SERVICE.to_owned());
    }
    let named = |name: &str| name.to_lowercase() == text.to_lowercase();
    config
        .services
        .iter()
        .find(|s| named(&s.id) || named(s.name.get(Lang::En)) || named(s.name.get(Lang::Ja)))
        .map(|s| s.id.clone())
        .ok_or_else(|| {
            let known = config.services.iter().map(|s| Text::same(s.id.clone()));
            unknown(
                Text::fixed("service", "サービス"),
                text,
                known.collect::<Vec<_>>(),
            )
        })
}

/// A closer whom nobody knows here is left out, unless all are: then they stay as written, for an
/// empty list would let the commander close what the organisation reserved.
fn closers(config: &Config, people: &People) -> Vec<UserId> {
    let wanted = &config.close.closers;
    let known: Vec<UserId> = wanted
        .iter()
        .filter_map(|closer| person(people, closer).ok())
        .collect();
    if known.is_empty() {
        wanted.iter().map(UserId::new).collect()
    } else {
        known
    }
}

/// What decides where an act may be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach<'a> {
    pub service: &'a str,
    pub kind: Kind,
    /// The level's id.
    pub level: Option<&'a str>,
    pub sight: Sight,
}

impl<'a> Reach<'a> {
    pub fn of(incident: &'a Incident, private: bool, drill: bool) -> Reach<'a> {
        Reach {
            service: &incident.service,
            kind: incident.kind,
            level: incident.level.as_ref().map(|level| level.id.as_str()),
            sight: Sight::of(incident, private, drill),
        }
    }

    pub fn of_declaration(declaration: &'a Declaration) -> Reach<'a> {
        Reach {
            service: &declaration.service,
            kind: declaration.kind,
            level: None,
            sight: Sight {
                private: declaration.private,
                drill: declaration.drill,
                restricted: false,
            },
        }
    }
}

/// Who is invited by this act, and which channels hear of it, as far as the table of outlets lets.
pub fn outlets(config: &Config, people: &People, of: &Reach<'_>, command: &Command) -> Outlets {
    let mut out = Outlets::default();
    let service = config.service(of.service);
    match command {
        Command::Declare(_) => {
            let invite = &config.invite;
            if of.sight.opens(Outlet::Invite) {
                out.people.extend(invite.people.iter().cloned());
                out.people.extend(invite.followers.iter().cloned());
                let groups = service.into_iter().flat_map(|s| &s.groups);
                out.groups.extend(groups.chain(&invite.groups).cloned());
            }
            if of.kind == Kind::Security && of.sight.opens(Outlet::InviteSecurity) {
                out.people.extend(invite.security_people.iter().cloned());
                out.groups.extend(invite.security_groups.iter().cloned());
            }
            out.mention_here = of.sight.opens(Outlet::Here) && config.channel.mention_here;
        }
        // The public incident calls nobody; what takes over calls who is named for security.
        Command::Restrict(made) => {
            let reach = Reach::of_declaration(&made.declaration);
            let declared = Command::Declare(Box::new(made.declaration.clone()));
            return outlets(config, people, &reach, &declared);
        }
        Command::Level(plan) if of.sight.opens(Outlet::LevelCall) => {
            for who in config
                .level(&plan.level.id)
                .into_iter()
                .flat_map(|l| &l.call)
            {
                if is_group(people, who) {
                    out.groups.push(who.clone());
                } else {
                    out.people.push(who.clone());
                }
            }
        }
        Command::Work(order) => {
            if let Deed::Report { audience, .. } = &order.deed {
                out.reports = reports(config, of, &audience.id);
            }
        }
        _ => {}
    }
    if command.verb().row().loud {
        let broadcast = &config.broadcast;
        let channels: Vec<&String> = match of.sight.way(Outlet::Broadcast) {
            Way::Closed | Way::Alike => Vec::new(),
            Way::Drills => broadcast.drill.iter().collect(),
            Way::Open | Way::Marked => match of.kind {
                Kind::Outage => &broadcast.outage,
                Kind::Security => &broadcast.security,
            }
            .iter()
            .chain(service.into_iter().flat_map(|s| &s.broadcast))
            .collect(),
        };
        out.broadcast.extend(channels.into_iter().cloned());
    }
    for names in [
        &mut out.people,
        &mut out.groups,
        &mut out.broadcast,
        &mut out.reports,
    ] {
        let mut met = BTreeSet::new();
        names.retain(|name| met.insert(name.clone()));
    }
    out
}

/// Where a report to an audience is posted beside the incident's channel.
fn reports(config: &Config, of: &Reach<'_>, audience: &str) -> Vec<String> {
    let drill = match of.sight.way(Outlet::Report) {
        Way::Closed | Way::Alike => return Vec::new(),
        Way::Drills => true,
        Way::Open | Way::Marked => false,
    };
    let audience = config.audience(audience);
    let Some(audience) = audience.filter(|audience| audience.hears_at(of.level)) else {
        return Vec::new();
    };
    audience.channels_of(of.kind, drill).to_vec()
}

/// A merge as a screen or the command line asks for it: where the other incident is, the engine knows.
pub fn merge(into: IncidentId) -> Command {
    Command::Merge {
        into,
        place: Place {
            channel: None,
            name: String::new(),
            title: String::new(),
        },
    }
}

/// A part of another incident: where that one is, the engine knows.
pub fn link(parent: IncidentId) -> Command {
    Deed::Linked {
        parent,
        place: Place {
            channel: None,
            name: String::new(),
            title: String::new(),
        },
    }
    .into()
}

/// A level's `call` may name both: a group's id says so, and a handle that is nobody's is a group's.
fn is_group(people: &People, name: &str) -> bool {
    match name.strip_prefix('@') {
        Some(_) => person(people, name).is_err(),
        None => name.starts_with('S'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::IncidentId;
    use crate::domain::settings::{Label, Service};

    fn people() -> People {
        [
            ("U1", "伊藤", "ito"),
            ("U2", "伊藤 翔太", "shota"),
            ("U3", "Sato", "sato"),
            ("U4", "Satomi", "satomi"),
        ]
        .map(|(id, name, handle)| {
            let person = Person {
                id: id.into(),
                name: name.to_owned(),
                handle: handle.to_owned(),
                bot: false,
            };
            (UserId::new(id), person)
        })
        .into()
    }

    #[test]
    fn a_person_is_found_by_what_fits_one() {
        let people = people();
        let found = |text: &str| person(&people, text).map(|id| id.0);
        for (text, id) in [
            ("U3", "U3"),
            ("@sato", "U3"),
            ("shota", "U2"),
            ("伊藤", "U1"),
            ("sato", "U3"),
            ("Satom", "U4"),
            ("翔太", "U2"),
        ] {
            assert_eq!(found(text).as_deref(), Ok(id), "{text}");
        }
        let several = found("sa").expect_err("two begin with it");
        assert!(several.sentence.en.contains("@satomi") && several.sentence.ja.contains("@sato"));
        assert!(found("@sat").is_err() && found("").is_err() && found("@").is_err());
    }

    fn config() -> Config {
        let mut config = Config::default();
        config.broadcast.outage = vec!["#dev".into(), "#all".into()];
        config.broadcast.security = vec!["#sec".into()];
        config.broadcast.drill = vec!["#drills".into()];
        config.invite.people = vec!["@cto".into()];
        config.invite.security_people = vec!["@ciso".into()];
        config.levels[0].call = vec!["@sato".into(), "@leads".into(), "S123".into()];
        config.services.push(Service {
            escalation: Vec::new(),
            id: "shop".into(),
            name: Label::of("Shop", "ショップ"),
            groups: vec!["@shop-oncall".into()],
            broadcast: vec!["#shop".into(), "#dev".into()],
            contacts: Vec::new(),
            slo_minutes: 0,
        });
        config
    }

    fn wish() -> Wish {
        Wish {
            title: "決済が失敗".into(),
            service: "ショップ".into(),
            ..Wish::default()
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).expect("in range")
    }

    #[test]
    fn private_incidents_and_drills_are_heard_nowhere_they_should_not() {
        let (mut config, people, lists) = (config(), people(), Checklists::default());
        let declared = |config: &Config, private: Option<bool>, drill: bool, kind: Kind| {
            let wish = Wish {
                private,
                drill,
                kind,
                ..wish()
            };
            let declaration =
                declaration(config, &lists, &people, &wish, Lang::Ja, now()).expect("resolves");
            let command = Command::Declare(Box::new(declaration.clone()));
            outlets(
                config,
                &people,
                &Reach::of_declaration(&declaration),
                &command,
            )
        };
        let open = declared(&config, None, false, Kind::Outage);
        assert_eq!(open.people, ["@cto"]);
        assert_eq!(open.groups, ["@shop-oncall"]);
        assert_eq!(open.broadcast, ["#dev", "#all", "#shop"]);
        // Private by default, so only who is named for it.
        let security = declared(&config, None, false, Kind::Security);
        assert_eq!(security.people, ["@ciso"]);
        assert!(security.groups.is_empty() && security.broadcast.is_empty());
        let drill = declared(&config, None, true, Kind::Outage);
        assert_eq!(drill.broadcast, ["#drills"]);
        assert!(drill.people.is_empty() && drill.groups.is_empty());
        assert_eq!(
            declared(&config, Some(true), false, Kind::Outage),
            Outlets::default()
        );
        assert_eq!(
            declared(&config, Some(true), true, Kind::Security),
            Outlets::default()
        );
        assert!(!open.mention_here);
        config.channel.mention_here = true;
        let pages =
            |private, drill| declared(&config, Some(private), drill, Kind::Outage).mention_here;
        assert!(pages(false, false));
        assert!(!pages(true, false) && !pages(false, true) && !pages(true, true));
    }

    #[test]
    fn a_report_is_posted_where_its_audience_reads_about_such_an_incident() {
        use crate::domain::settings::Audience;
        use crate::domain::work::Can;
        let (mut config, people) = (config(), people());
        config.audiences.push(Audience {
            id: "executives".into(),
            name: Label::of("execs", "役員"),
            channels: vec!["#exec".into(), "#exec".into()],
            security_channels: vec!["#exec-sec".into()],
            drill_channels: vec!["#drills".into()],
            levels: vec!["1".into(), "2".into()],
            ..Audience::default()
        });
        let mut incident = Incident::new(IncidentId::new("i1"));
        let heard = |incident: &Incident, id: &str, private, drill| {
            let audience = super::super::deeds::audience(&config, incident, id).expect("known");
            let report =
                super::super::deeds::report(incident, audience, &Can::default(), None, false);
            let reach = Reach::of(incident, private, drill);
            outlets(&config, &people, &reach, &report)
        };
        let none: [&str; 0] = [];
        let level = |id: &str| Named {
            id: id.into(),
            name: "L".into(),
        };
        assert_eq!(heard(&incident, "役員", false, false).reports, none);
        incident.level = Some(level("2"));
        assert_eq!(heard(&incident, "役員", false, false).reports, ["#exec"]);
        assert_eq!(heard(&incident, "", false, false), Outlets::default());
        assert_eq!(heard(&incident, "execs", false, true).reports, ["#drills"]);
        assert_eq!(heard(&incident, "execs", true, false).reports, none);
        assert_eq!(heard(&incident, "execs", true, true).reports, none);
        incident.kind = Kind::Security;
        assert_eq!(
            heard(&incident, "execs", false, false).reports,
            ["#exec-sec"]
        );
        incident.work.restricted = Some(now());
        assert_eq!(heard(&incident, "execs", false, true).reports, none);
        incident.work.restricted = None;
        incident.level = Some(level("3"));
        assert_eq!(heard(&incident, "execs", false, true).reports, none);
        let unknown = super::super::deeds::audience(&config, &incident, "press");
        let hint = unknown.expect_err("nobody").hint.expect("who there is");
        assert!(hint.en.contains("internal, executives"), "{hint:?}");
    }

    #[test]
    fn what_was_restricted_calls_and_announces_nobody_any_more() {
        let (config, people) = (config(), people());
        let lists = Checklists::shipped().expect("whole");
        let mut incident = Incident::new(IncidentId::new("i1"));
        incident.service = "shop".into();
        let plan = level(&config, &lists, &incident, "1").expect("a level");
        let heard = |incident: &Incident, command: &Command| {
            let reach = Reach::of(incident, false, false);
            outlets(&config, &people, &reach, command)
        };
        let acts = [Command::Level(plan), Command::Recover(None)];
        for act in &acts {
            assert!(!heard(&incident, act).broadcast.is_empty(), "{act:?}");
        }
        incident.work.restricted = Some(now());
        for act in &acts {
            assert_eq!(heard(&incident, act), Outlets::default(), "{act:?}");
        }
    }

    #[test]
    fn the_channel_follows_its_rule_at_the_organisations_clock() {
        let mut config = config();
        config.time_zone = crate::domain::settings::Zone::Fixed(0);
        let named = |wish: &Wish| {
            declaration(
                &config,
                &Checklists::default(),
                &people(),
                wish,
                Lang::En,
                now(),
            )
            .expect("resolves")
            .channel
        };
        assert_eq!(named(&wish()), "shop-20261118i");
        let drill = Wish {
            drill: true,
            ..wish()
        };
        assert_eq!(named(&drill), "drill-shop-20261118i");
        let security = Wish {
            kind: Kind::Security,
            ..wish()
        };
        assert_eq!(named(&security), "sec-20261118-1106");
    }

    #[test]
    fn a_level_brings_its_list_in_the_incidents_language_and_its_interval() {
        let mut config = config();
        let lists = Checklists::shipped().expect("whole");
        let mut incident = Incident::new(IncidentId::new("i1"));
        incident.lang = Lang::Ja;
        let plan = level(&config, &lists, &incident, "high").expect("a level");
        assert_eq!(plan.level.id, "2");
        assert_eq!(plan.level.name, "重大");
        assert_eq!(plan.timekeeper, None);
        assert!(plan.items.len() > 5 && !plan.items[0].text.is_ascii());
        config.levels[1].timekeeper_minutes = 5;
        let plan = level(&config, &lists, &incident, "2").expect("a level");
        assert_eq!(plan.timekeeper, Some(5));
        assert_eq!(
            level(&config, &lists, &incident, "3").map(|p| p.timekeeper),
            Ok(Some(15))
        );
        let Command::PersonalData { items, .. } = personal_data(&config, &lists, &incident) else {
            unreachable!("that is what it makes")
        };
        assert!(items.len() >= 3 && items.iter().any(|item| !item.optional));
        let problem = level(&config, &lists, &incident, "9").expect_err("no such level");
        assert!(problem.hint.is_some_and(|hint| hint.ja.contains("重大")));
    }

    #[test]
    fn a_level_calls_people_and_groups_apart() {
        let (config, people) = (config(), people());
        let lists = Checklists::shipped().expect("whole");
        let incident = Incident::new(IncidentId::new("i1"));
        let plan = level(&config, &lists, &incident, "1").expect("a level");
        let command = Command::Level(plan);
        let out = outlets(
            &config,
            &people,
            &Reach::of(&incident, false, false),
            &command,
        );
        assert_eq!(out.people, ["@sato"]);
        assert_eq!(out.groups, ["@leads", "S123"]);
        let out = outlets(
            &config,
            &people,
            &Reach::of(&incident, true, false),
            &command,
        );
        assert_eq!(out, Outlets::default());
    }

    #[test]
    fn closers_that_nobody_knows_never_become_nobody() {
        let mut config = config();
        config.close.closers = vec!["@boss".into()];
        let made = |config: &Config| {
            declaration(
                config,
                &Checklists::default(),
                &people(),
                &wish(),
                Lang::En,
                now(),
            )
            .expect("resolves")
            .closers
        };
        assert_eq!(made(&config), [UserId::new("@boss")]);
        config.close.closers.push("@sato".into());
        assert_eq!(made(&config), [UserId::new("U3")]);
    }
}
