//! What each verb asks for, and nothing more.

use super::{Choice, Confirmation, Field, Form, Input, Opt, Stop};
use crate::app::availability::{mergeable, selected_item, selected_talk};
use crate::app::clock;
use crate::app::edit::Edit;
use crate::app::model::{Model, Pane, RowId};
use crate::app::resolve;
use crate::app::strings::{form as s, why};
use crate::both;
use crate::domain::decide::Command;
use crate::domain::event::{Kind, Milestone, Phase};
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::{Check, Incident, ItemState};
use crate::domain::sentence::level_text;
use crate::domain::verb::{ROLES, STREAM_CHOICE, Verb, part_name, role_name, stream_of};
use crate::domain::words::{Lang, Text};
use crate::domain::work::Four;
use crate::wire::mrkdwn;

/// What a verb's key opens.
#[derive(Debug)]
pub enum Opening {
    Form(Box<Form>),
    /// Everything it needs is selected, and it can be taken back.
    Act(Command),
}

/// Opens `verb` on the incident that is on screen.
///
/// # Errors
/// Why it cannot be: what is selected does not fit.
pub fn open(model: &Model, verb: Verb) -> Result<Opening, Text> {
    open_about(model, verb, None)
}

/// The same about an item given by id instead of the selected one; for a milestone, its name; for
/// a tick and an entry, `ask:` before the id asks what became of it.
pub fn open_about(model: &Model, verb: Verb, subject: Option<&str>) -> Result<Opening, Text> {
    if verb == Verb::Declare {
        return Ok(Opening::Form(Box::new(declare(model))));
    }
    let incident = model.incident().ok_or(why::NOT_READ)?;
    let over = subject.and_then(|s| s.strip_prefix("ask:"));
    let item = match over.or(subject) {
        Some(id) => incident.checklist().into_iter().find(|c| c.item.id == id),
        None => selected_item(model, incident),
    };
    let fields = match verb {
        Verb::Tick if over.is_some() => vec![super::work::what_now(None)],
        Verb::Settle if over.is_some() => {
            let matter = incident
                .work
                .matter(&EventId::new(over.unwrap_or_default()));
            vec![super::work::what_now(Some(matter.ok_or(why::NOT_READ)?))]
        }
        Verb::Tick => match item {
            Some(check) => return tick(&check),
            None => vec![items(incident, Verb::Tick, &|c| c.state == ItemState::Open)],
        },
        Verb::Untick => match item {
            Some(check) if check.state == ItemState::Open => return Err(why::NONE_DONE),
            Some(check) => return Ok(Opening::Act(Command::Untick(check.item.id))),
            None => vec![items(incident, Verb::Untick, &|c| {
                c.state != ItemState::Open
            })],
        },
        Verb::Pin => return pin(model, true),
        Verb::PersonalData | Verb::Archive => Vec::new(),
        Verb::Level => vec![levels(model, incident)],
        Verb::Temperature => vec![temperatures(model, incident)],
        Verb::Situation => {
            let now = Four::parse(&situation(model, incident));
            vec![
                long("situation", s::SITUATION, &now.affected),
                with(line("users", s::TELL_USERS, false), &now.users),
                with(line("outlook", s::OUTLOOK, false), &now.outlook),
                with(line("spread", s::SPREAD, false), &now.spread),
            ]
        }
        Verb::Note => vec![long("text", s::NOTE, "")],
        Verb::Command => command_fields(model, incident),
        Verb::Role => {
            let mut role = roles(incident, true);
            if let Some(subject) = subject {
                choose(&mut role, subject);
            }
            vec![role, people(model, s::PERSON, Some(s::NOBODY), None)]
        }
        Verb::CheckIn => {
            let person = selected_person(model).unwrap_or_else(|| model.snapshot.me.clone());
            vec![
                people(model, s::PERSON, None, Some(&person)),
                roles(incident, false),
                line("task", s::TASK, false),
            ]
        }
        Verb::CheckOut => vec![present(model, incident)],
        Verb::Assign => {
            let mut fields = Vec::new();
            if item.is_none() {
                fields.push(items(incident, Verb::Assign, &|_| true));
            }
            let chosen = item.as_ref().and_then(|c| c.assignee.as_ref());
            fields.push(people(model, s::PERSON, Some(s::NOBODY), chosen));
            fields
        }
        Verb::Skip => {
            let mut fields = Vec::new();
            if item.is_none() {
                fields.push(items(incident, Verb::Skip, &|c| c.state == ItemState::Open));
            }
            fields.push(line("reason", s::REASON, true));
            fields
        }
        Verb::AddItem => vec![line("text", s::ITEM, true)],
        Verb::Milestone => vec![
            milestones(incident, subject),
            time("time", s::TIME, true, ""),
            line("link", s::LINK, false),
        ],
        Verb::Timekeeper => {
            let runs = incident.timekeeper.as_ref().map_or(0, |k| k.minutes);
            let minutes = match runs {
                0 => model.snapshot.config.timekeeper.minutes.max(1),
                _ => 0,
            };
            vec![with(
                line("minutes", s::MINUTES, true),
                &minutes.to_string(),
            )]
        }
        Verb::Phase => vec![phases(subject.unwrap_or(incident.phase.name()))],
        Verb::Recover => {
            let claim = incident.work.claim.as_ref();
            let zone = model.shown_zone();
            let good = claim.map(|claim| clock::day_hhmm(zone, claim.time, model.now));
            vec![time(
                "time",
                s::TIME,
                true,
                good.as_deref().unwrap_or("now"),
            )]
        }
        Verb::Resolve => {
            let missing = super::read::misses(model, model.room_id());
            vec![line("reason", s::REASON, !missing.is_empty())]
        }
        Verb::Cancel => vec![outcomes(), line("reason", s::REASON, true)],
        Verb::Merge => vec![survivors(model, subject)],
        Verb::Reopen => vec![line("reason", s::REASON, true)],
        // The composer is its form, and a declaration was met above.
        Verb::Message | Verb::Declare => return Err(why::NOT_HERE),
        verb => super::work::fields(model, incident, verb, subject)
            .or_else(|| super::lessons::fields(model, incident, verb, subject))
            .ok_or(why::NOT_HERE)?,
    };
    let mut form = form(model, verb, fields);
    form.subject = match verb {
        Verb::Tick | Verb::Assign | Verb::Skip => {
            over.map(str::to_owned).or_else(|| item.map(|c| c.item.id))
        }
        Verb::Settle | Verb::Extend | Verb::Give | Verb::Object => {
            over.or(subject).map(str::to_owned)
        }
        _ => None,
    };
    follow_role(&mut form);
    if verb == Verb::Role && subject.is_some() && !form.value("role").is_empty() {
        form.at = Stop::Field(1);
    }
    // With the entry named, and how it ends, what is left is a word about it.
    if form.subject.is_some() && form.field("entry").is_some() {
        form.at = Stop::Field(if verb == Verb::Settle { 2 } else { 1 });
    }
    // Where nothing is asked and nothing has to be read first, the key is the act.
    if form.fields.is_empty() && form.confirm.is_none() {
        let command = super::read::command(&form, model).map_err(|problem| problem.sentence)?;
        return Ok(Opening::Act(command));
    }
    Ok(Opening::Form(Box::new(form)))
}

fn form(model: &Model, verb: Verb, fields: Vec<Field>) -> Form {
    Form {
        serial: 0,
        verb,
        target: model.room_id().cloned().filter(|_| verb != Verb::Declare),
        subject: None,
        at: if fields.is_empty() {
            Stop::Cancel
        } else {
            Stop::Field(0)
        },
        fields,
        // Whoever accepts command has its briefing before their eyes first.
        confirm: (verb.row().confirm || verb == Verb::Accept).then(|| Confirmation {
            letter: letter(verb),
        }),
        born: model.generation,
        problem: None,
        waits: None,
        scroll: 0,
    }
}

/// Different for each act, so that no habit confirms the wrong one.
const fn letter(verb: Verb) -> char {
    match verb {
        Verb::Declare => 'd',
        Verb::Level => 'l',
        Verb::PersonalData => 'p',
        Verb::Recover => 'r',
        Verb::Resolve => 'v',
        Verb::Archive => 't',
        Verb::Cancel => 'x',
        Verb::Merge => 'e',
        Verb::Reopen => 'o',
        Verb::Accept => 'a',
        _ => 'g',
    }
}

fn declare(model: &Model) -> Form {
    let config = &model.snapshot.config;
    let services = config
        .services
        .iter()
        .map(|service| opt(&service.id, named(&service.id, &service.name.0)));
    let mut service = choice("service", s::SERVICE, services.collect());
    if let (Input::Choice(choice), [only]) = (&mut service.input, config.services.as_slice()) {
        choice.chosen = Some(only.id.clone());
    }
    let kinds = [Kind::Outage, Kind::Security].map(|kind| opt(kind.name(), kind.text()));
    let mut kind = choice("kind", s::KIND, kinds.into());
    choose(&mut kind, Kind::Outage.name());
    let fields = vec![
        service,
        line("title", s::TITLE, true),
        kind,
        optional(temperature_options(model)),
        long("situation", s::SITUATION, ""),
        time("started", s::STARTED, false, ""),
        time("detected", s::DETECTED, false, ""),
        flag("personal_data", s::PERSONAL_DATA),
        flag("private", s::PRIVATE),
        flag("drill", s::DRILL),
    ];
    let mut fields = fields;
    for field in &mut fields {
        if field.key == "situation" {
            field.required = false;
        }
    }
    let mut form = form(model, Verb::Declare, fields);
    // Where there is one service, it is that.
    if !form.value("service").is_empty() {
        form.at = Stop::Field(1);
    }
    form
}

fn tick(check: &Check) -> Result<Opening, Text> {
    if check.state == ItemState::Open {
        Ok(Opening::Act(Command::Tick(check.item.id.clone())))
    } else {
        Err(why::ALREADY_DONE)
    }
}

/// Into the timeline, or out of it.
pub(in crate::app) fn pin(model: &Model, pinned: bool) -> Result<Opening, Text> {
    let talk = selected_talk(model)?;
    Ok(Opening::Act(Command::Pin {
        evidence: false,
        ts: talk.ts.clone(),
        author: talk.author.clone(),
        excerpt: talk.text.clone(),
        by: model.snapshot.me.clone(),
        pinned,
        files: talk.files.clone(),
    }))
}

fn selected_person(model: &Model) -> Option<UserId> {
    match &model.room.roster.selected {
        Some(RowId::Person(user)) if model.room.pane() == Pane::Roster => Some(user.clone()),
        _ => None,
    }
}

fn command_fields(model: &Model, incident: &Incident) -> Vec<Field> {
    let me = &model.snapshot.me;
    let held = incident.commander.as_ref().map(|h| &h.user);
    let nobody = held.map(|_| s::LAY_DOWN);
    // Oneself, or from oneself to nobody in particular: that is for a person to say.
    let chosen = (held != Some(me)).then_some(me);
    let mut person = people(model, s::PERSON, nobody, chosen);
    person.required = true;
    let mut fields = vec![person];
    if held.is_some_and(|held| held != me) {
        fields.push(line("reason", s::REASON, false));
    }
    fields
}

fn situation(model: &Model, incident: &Incident) -> String {
    let text = incident.situation.as_ref().map_or("", |s| s.text.as_str());
    mrkdwn::plain(text, &crate::app::view::Names(model))
}

fn levels(model: &Model, incident: &Incident) -> Field {
    let options = model.snapshot.config.levels.iter().map(|level| {
        let one = |lang: Lang| level_text(&level.id, level.name.get(lang)).into();
        let label = Text {
            en: one(Lang::En),
            ja: one(Lang::Ja),
        };
        let mut option = opt(&level.id, label);
        let details = [level.owner.as_str(), level.manual.as_str()].into_iter();
        let details: Vec<&str> = details.filter(|text| !text.is_empty()).collect();
        if !details.is_empty() {
            option.detail = Some(Text::same(details.join(" · ")));
        }
        option
    });
    let mut field = choice("level", s::LEVEL, options.collect());
    if let Some(level) = &incident.level {
        choose(&mut field, &level.id);
    }
    field
}

fn temperature_options(model: &Model) -> Field {
    let options = model.snapshot.config.temperatures.iter().map(|t| Opt {
        value: t.id.clone(),
        label: t.name.0.clone(),
        detail: (!t.meaning.is_empty()).then(|| t.meaning.0.clone()),
    });
    choice("temperature", s::TEMPERATURE, options.collect())
}

fn temperatures(model: &Model, incident: &Incident) -> Field {
    let mut field = temperature_options(model);
    if let Some(temperature) = &incident.temperature {
        choose(&mut field, &temperature.id);
    }
    field
}

fn phases(chosen: &str) -> Field {
    let options = [
        Phase::Investigating,
        Phase::Fixing,
        Phase::Monitoring,
        Phase::Documenting,
    ]
    .map(|phase| opt(phase.name(), phase.text()));
    let mut field = choice("phase", s::PHASE, options.into());
    choose(&mut field, chosen);
    field
}

fn outcomes() -> Field {
    let options = [Phase::Cancelled, Phase::FalseAlarm, Phase::NearMiss]
        .map(|phase| opt(phase.name(), phase.text()));
    choice("outcome", s::OUTCOME, options.into())
}

/// What this one could be merged into; an offer names one.
pub(super) fn survivors(model: &Model, offered: Option<&str>) -> Field {
    let own = model.target();
    let options = mergeable(model, own)
        .map(|summary| {
            let incident = &summary.incident;
            let channel = |lang| crate::app::view::channel_name(summary, lang);
            Opt {
                value: incident.id.as_str().to_owned(),
                label: Text {
                    en: channel(Lang::En).into(),
                    ja: channel(Lang::Ja).into(),
                },
                detail: Some(Text::same(incident.title.clone())),
            }
        })
        .collect();
    let mut field = choice("into", s::INTO, options);
    if let Some(offered) = offered {
        choose(&mut field, offered);
    }
    field
}

fn milestones(incident: &Incident, chosen: Option<&str>) -> Field {
    let options = Milestone::ALL.map(|milestone| opt(milestone.name(), milestone.text()));
    let mut field = choice("milestone", s::MILESTONE, options.into());
    let missing = [Milestone::Detected, Milestone::Started]
        .into_iter()
        .find(|m| !incident.milestones.contains_key(m));
    let chosen = chosen.or(missing.map(Milestone::name));
    if let Some(chosen) = chosen {
        choose(&mut field, chosen);
    }
    field
}

/// To lead: the roles there are, and a stream that is still to be named; to take part: those.
fn roles(incident: &Incident, leads: bool) -> Field {
    let mut options: Vec<Opt> = ROLES
        .iter()
        .map(|(id, _)| opt(id, role_name(ROLES, id)))
        .collect();
    let streams = incident.roles.keys().filter(|r| stream_of(r).is_some());
    options.extend(streams.map(|role| match leads {
        true => opt(role, role_name(ROLES, role)),
        false => opt(role, part_name(ROLES, role)),
    }));
    if leads {
        options.push(opt(STREAM_CHOICE, s::NEW_STREAM));
    }
    let field = choice("role", s::ROLE, options);
    if leads { field } else { optional(field) }
}

/// A stream is named; other roles have names.
pub(super) fn follow_role(form: &mut Form) {
    if form.verb != Verb::Role {
        return;
    }
    let named = form.fields.iter().position(|field| field.key == "stream");
    match (form.value("role") == STREAM_CHOICE, named) {
        (true, None) => form.fields.insert(1, line("stream", s::STREAM, true)),
        (false, Some(at)) => drop(form.fields.remove(at)),
        _ => {}
    }
}

fn items(incident: &Incident, verb: Verb, fits: &dyn Fn(&Check) -> bool) -> Field {
    let options = incident
        .checklist()
        .into_iter()
        .enumerate()
        .filter(|(_, check)| fits(check))
        .map(|(n, check)| {
            let number = n + 1;
            let text = &check.item.text;
            opt(
                &check.item.id,
                both!("{number}. {text}", "{number}. {text}"),
            )
        })
        .collect();
    let mut field = choice("item", s::ITEM, options);
    // Only where a wrong one is taken back as easily.
    if let (Verb::Assign, Input::Choice(choice)) = (verb, &mut field.input) {
        choice.chosen = choice.options.first().map(|option| option.value.clone());
    }
    field
}

fn present(model: &Model, incident: &Incident) -> Field {
    let here: Vec<&UserId> = incident
        .roster
        .values()
        .filter(|p| p.left.is_none())
        .map(|p| &p.user)
        .collect();
    let me = &model.snapshot.me;
    let mut field = choice(
        "person",
        s::PERSON,
        here.iter().map(|user| person_option(model, user)).collect(),
    );
    let person = selected_person(model).unwrap_or_else(|| me.clone());
    if here.contains(&&person) {
        choose(&mut field, person.as_str());
    }
    field
}

/// Oneself first, then who is here, then everybody else by name.
pub(super) fn people(
    model: &Model,
    label: Text,
    nobody: Option<Text>,
    chosen: Option<&UserId>,
) -> Field {
    let me = &model.snapshot.me;
    let here = |user: &UserId| {
        model
            .incident()
            .and_then(|i| i.roster.get(user))
            .is_some_and(|p| p.left.is_none())
    };
    let mut users: Vec<&UserId> = model
        .snapshot
        .people
        .values()
        .filter(|person| !person.bot)
        .map(|person| &person.id)
        .collect();
    users.sort_by_cached_key(|user| (*user != me, !here(user), model.name(user)));
    let mut options: Vec<Opt> = users
        .into_iter()
        .map(|user| person_option(model, user))
        .collect();
    let required = nobody.is_none();
    options.extend(nobody.map(|text| opt("", text)));
    let mut field = choice("person", label, options);
    field.required = required;
    if let Some(chosen) = chosen {
        choose(&mut field, chosen.as_str());
    }
    field
}

fn person_option(model: &Model, user: &UserId) -> Opt {
    let handle = model.snapshot.people.get(user).map(|p| p.handle.clone());
    let me = *user == model.snapshot.me;
    let handle = handle.map(|handle| format!("@{handle}"));
    let detail = match (me, handle) {
        (false, handle) => handle.map(Text::same),
        (true, handle) => {
            let handle = handle.unwrap_or_default();
            let (en, ja) = (s::ME.en, s::ME.ja);
            Some(both!("{handle} {en}", "{handle} {ja}"))
        }
    };
    Opt {
        value: user.as_str().to_owned(),
        label: Text::same(model.name(user)),
        detail,
    }
}

/// `shop Shop`, or the name where it is the id.
fn named(id: &str, name: &Text) -> Text {
    let one = |lang: Lang| match name.get(lang) {
        "" => id.to_owned(),
        name if name.eq_ignore_ascii_case(id) => name.to_owned(),
        name => format!("{id} {name}"),
    };
    Text {
        en: one(Lang::En).into(),
        ja: one(Lang::Ja).into(),
    }
}

fn field(key: &'static str, label: Text, required: bool, input: Input) -> Field {
    Field {
        key,
        label,
        required,
        input,
        problem: None,
        understood: None,
        touched: false,
    }
}

pub(super) fn line(key: &'static str, label: Text, required: bool) -> Field {
    field(key, label, required, Input::Text(Edit::line("")))
}

pub(super) fn with(mut field: Field, text: &str) -> Field {
    if let Input::Text(edit) | Input::Time(edit) = &mut field.input {
        edit.set(text);
    }
    field
}

pub(super) fn long(key: &'static str, label: Text, text: &str) -> Field {
    field(key, label, true, Input::Text(Edit::lines(text)))
}

pub(super) fn time(key: &'static str, label: Text, required: bool, text: &str) -> Field {
    field(key, label, required, Input::Time(Edit::line(text)))
}

pub(super) fn flag(key: &'static str, label: Text) -> Field {
    field(key, label, false, Input::Flag(false))
}

pub(super) fn choice(key: &'static str, label: Text, options: Vec<Opt>) -> Field {
    let input = Input::Choice(Choice {
        options,
        chosen: None,
        filter: Edit::line(""),
    });
    field(key, label, true, input)
}

/// With "none" before the others.
pub(super) fn optional(mut field: Field) -> Field {
    field.required = false;
    if let Input::Choice(choice) = &mut field.input {
        choice.options.insert(0, opt("", s::NONE));
        choice.chosen = Some(String::new());
    }
    field
}

pub(in crate::app) fn choose(field: &mut Field, value: &str) {
    if let Input::Choice(choice) = &mut field.input
        && choice.options.iter().any(|option| option.value == value)
    {
        choice.chosen = Some(value.to_owned());
    }
}

pub(super) fn opt(value: &str, label: Text) -> Opt {
    Opt {
        value: value.to_owned(),
        label,
        detail: None,
    }
}

/// Whether a declaration of what the form says so far would be private by configuration.
pub(super) fn private_by_kind(model: &Model, form: &Form) -> bool {
    let security = form.value("kind") == Kind::Security.name();
    let kind = if security {
        Kind::Security
    } else {
        Kind::Outage
    };
    resolve::private_by_default(&model.snapshot.config, kind)
}
