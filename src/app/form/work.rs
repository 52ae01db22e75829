//! The forms of what command deals out and keeps.

use super::build::{
    choice, choose, flag, line, long, opt, optional, people, survivors, time, with,
};
use super::{Field, Form};
use crate::app::clock;
use crate::app::deeds::{self, Wanted};
use crate::app::model::{Model, RowId};
use crate::app::resolve;
use crate::app::strings::form as s;
use crate::app::template;
use crate::app::view;
use crate::both;
use crate::domain::decide::Command;
use crate::domain::event::Kind;
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::{Incident, ItemState};
use crate::domain::problem::Problem;
use crate::domain::settings::{INSIDE, Timers};
use crate::domain::verb::Verb;
use crate::domain::work::{Can, Deed, Matter, Section, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};

/// What a matter's time is by default.
pub const fn default_minutes(sort: Sort, timers: &Timers) -> Option<u32> {
    match sort {
        Sort::Task | Sort::Question | Sort::Need | Sort::Timer => Some(timers.task_minutes),
        Sort::Decision => Some(timers.objection_minutes),
        Sort::Objective | Sort::Hypothesis | Sort::Contact | Sort::Action => None,
    }
}

const fn sort(verb: Verb) -> Option<Sort> {
    Some(match verb {
        Verb::Task => Sort::Task,
        Verb::Need => Sort::Need,
        Verb::Park => Sort::Question,
        Verb::Objective => Sort::Objective,
        Verb::Hypothesis => Sort::Hypothesis,
        Verb::Contact => Sort::Contact,
        Verb::Timer => Sort::Timer,
        Verb::Decide => Sort::Decision,
        Verb::Action => Sort::Action,
        _ => return None,
    })
}

fn minutes(minutes: u32) -> Field {
    with(line("minutes", s::WITHIN, true), &minutes.to_string())
}

/// Entries that are open, the one given by id or number first chosen.
fn entries(incident: &Incident, chosen: Option<&str>, fits: &dyn Fn(Sort) -> bool) -> Field {
    let open = incident.work.matters.iter();
    let put_off = |m: &&Matter| m.sort == Sort::Action && m.is_to_be_done();
    let open = open.filter(|m| (m.is_open() || put_off(m)) && fits(m.sort));
    let options: Vec<_> = open
        .map(|matter| {
            let (handle, text) = (matter.handle(), &matter.line);
            opt(
                matter.id.as_str(),
                both!("{handle} {text}", "{handle} {text}"),
            )
        })
        .collect();
    let only = match options.as_slice() {
        [only] => Some(only.value.clone()),
        _ => None,
    };
    let mut field = choice("entry", s::ENTRY, options);
    if let Some(id) = chosen.or(only.as_deref()) {
        choose(&mut field, id);
    }
    field
}

/// Command is offered to somebody, with the briefing.
pub(super) fn offer(model: &Model, to: UserId, minutes: u32) -> Command {
    let expires = deeds::in_minutes(model.now, minutes);
    let briefing = view::hand_over(model).unwrap_or_default();
    deeds::with_text(Deed::Offered { to, expires }, briefing)
}

/// Customers hear less often of what goes on for long.
fn customers(timers: &Timers, incident: &Incident, now: DateTime<Utc>) -> u32 {
    let began = incident.began().or(incident.declared).unwrap_or(now);
    let long = TimeDelta::hours(i64::from(timers.customers_first_hours));
    match now - began < long {
        true => timers.customers_minutes,
        false => timers.customers_later_minutes,
    }
}

/// The time that the notice which waits names.
/// The first of the service's escalation list who was not called and is not here.
fn next_to_call(model: &Model, incident: &Incident) -> Option<UserId> {
    let snapshot = &model.snapshot;
    let list = resolve::escalation(&snapshot.config, &snapshot.people, &incident.service);
    list.into_iter().find(|user| {
        let called = incident.work.calls.contains_key(user);
        let here = incident.roster.get(user).is_some_and(|p| p.left.is_none());
        !called && !here && *user != snapshot.me
    })
}

fn promised(model: &Model, incident: &Incident) -> Option<String> {
    let notice = deeds::notice(incident).ok()?;
    let text = view::decoded(model, &notice.text);
    clock::promised(&text, model.now, model.shown_zone())
}

/// The fields of a verb; `None` where it is none of these. `subject`: an entry's id.
pub(super) fn fields(
    model: &Model,
    incident: &Incident,
    verb: Verb,
    subject: Option<&str>,
) -> Option<Vec<Field>> {
    let timers = &model.snapshot.config.timers;
    if let Some(sort) = sort(verb) {
        let mut fields = vec![line("line", s::LINE, true)];
        if sort == Sort::Decision {
            fields.push(line("risk", s::RISK, false));
        }
        if matches!(sort, Sort::Task | Sort::Action) {
            let nobody = (sort == Sort::Action).then_some(s::NOBODY);
            fields.push(people(model, s::PERSON, nobody, None));
        }
        fields.extend(default_minutes(sort, timers).map(minutes));
        if sort == Sort::Action {
            fields.push(line("days", s::DAYS, false));
        }
        return Some(fields);
    }
    let person = |chosen| people(model, s::PERSON, None, chosen);
    Some(match verb {
        Verb::Settle => {
            let mut entry = entries(incident, subject, &|_| true);
            // What waits for the commander stands first in the pane, and here.
            for id in view::matters::ids(model) {
                if let (true, RowId::Matter(id)) = (entry.value().is_empty(), id) {
                    choose(&mut entry, id.as_str());
                }
            }
            let chosen = incident.work.matter(&EventId::new(entry.value()));
            let mut fields = vec![entry, ends(chosen), line("line", s::RESULT, false)];
            if chosen.is_none_or(|matter| matter.sort == Sort::Decision) {
                fields.push(people(model, s::EXECUTES, Some(s::NOBODY), None));
                // What came of it is asked for then.
                let minutes = timers.task_minutes.to_string();
                fields.push(with(line("time_box", s::WITHIN, false), &minutes));
            }
            fields
        }
        Verb::Extend => vec![extendable(model, incident, subject), minutes(MORE[0])],
        Verb::Give => vec![entries(incident, subject, &|_| true), person(None)],
        Verb::Object => vec![
            entries(incident, subject, &|sort| sort == Sort::Decision),
            line("line", s::LINE, true),
        ],
        Verb::Report => report_fields(model, incident, subject),
        Verb::Notice => vec![long("text", s::NOTICE, &template::notice(model, incident))],
        Verb::Approve | Verb::RollCall | Verb::Here | Verb::Confirm | Verb::Accept => Vec::new(),
        Verb::Decline => Vec::new(),
        Verb::Review => vec![line("link", s::ELSEWHERE, false)],
        Verb::Publish => vec![
            line("target", s::TARGET, true),
            // What the notice says is what is promised. Once it is over, no other is promised unless
            // somebody says so.
            match (incident.phase.is_burning(), promised(model, incident)) {
                (_, Some(time)) => with(line("next", s::NEXT_NOTICE, true), &time),
                (true, None) => with(
                    line("next", s::NEXT_NOTICE, true),
                    &customers(timers, incident, model.now).to_string(),
                ),
                (false, None) => line("next", s::NEXT_NOTICE, false),
            },
        ],
        Verb::Offer => vec![
            person(subject.map(UserId::new).as_ref()),
            minutes(timers.offer_minutes),
        ],
        Verb::Call => vec![
            person(
                subject
                    .map(UserId::new)
                    .or_else(|| next_to_call(model, incident))
                    .as_ref(),
            ),
            line("why", s::WHY, false),
        ],
        Verb::Meeting => vec![line("link", s::LINK, true)],
        Verb::Claim => vec![
            time("time", s::TIME, true, "now"),
            with(
                line("minutes", s::HOLD, true),
                &timers.recovery_hold_minutes.to_string(),
            ),
        ],
        Verb::Unclaim | Verb::Waive => vec![line("reason", s::REASON, true)],
        Verb::Kind => {
            let kinds = [Kind::Outage, Kind::Security].map(|kind| opt(kind.name(), kind.text()));
            let mut field = choice("kind", s::KIND, kinds.into());
            choose(&mut field, incident.kind.name());
            vec![field]
        }
        Verb::Link => {
            let mut field = survivors(model, subject);
            field.label = s::PARENT;
            vec![field]
        }
        Verb::Write => {
            let options = Section::ALL.map(|section| opt(section.name(), section.text()));
            let mut field = choice("section", s::SECTION, options.into());
            if let Some(section) = subject {
                choose(&mut field, section);
            }
            vec![field, long("text", s::NOTE, "")]
        }
        Verb::Retract => {
            let own = incident.entries.iter().rev();
            let own = own.filter(|entry| {
                entry.by == model.snapshot.me && !incident.work.retracted.contains(&entry.id)
            });
            let options = own.filter_map(|entry| {
                let text = entry.text.as_ref()?;
                let text = crate::app::view::decoded(model, text);
                let first = text.lines().next().unwrap_or_default().to_owned();
                Some(opt(
                    entry.id.as_str(),
                    crate::domain::words::Text::same(first),
                ))
            });
            let mut field = choice("event", s::LINE, options.take(20).collect());
            if let Some(id) = subject {
                choose(&mut field, id);
            }
            vec![optional_if_empty(field)]
        }
        Verb::Restrict => {
            let handle = |user: &UserId| match model.snapshot.people.get(user) {
                Some(person) => format!("@{}", person.handle),
                None => user.to_string(),
            };
            let kept = resolve::kept(incident);
            let kept: Vec<String> = kept.iter().map(handle).collect();
            // The name is typed by hand: nobody goes there by habit.
            let name = line("name", s::TYPE_NAME, true);
            vec![
                name,
                with(line("keep", s::COME_ALONG, false), &kept.join(", ")),
            ]
        }
        _ => return None,
    })
}

/// Whom it is for is asked only where there are several; `subject` names one.
fn report_fields(model: &Model, incident: &Incident, subject: Option<&str>) -> Vec<Field> {
    let config = &model.snapshot.config;
    let named = subject.and_then(|id| config.audience(id));
    let chosen = named.or_else(|| template::next_audience(config, incident));
    let id = chosen.map_or(INSIDE, |audience| audience.id.as_str());
    let can = template::report(model, incident, id);
    let mut fields = Vec::new();
    if config.audiences.len() > 1 {
        let options = config.audiences.iter();
        let options = options.map(|audience| opt(&audience.id, audience.name.text()));
        let mut field = choice("audience", s::AUDIENCE, options.collect());
        choose(&mut field, id);
        fields.push(field);
    }
    let mut needs = long("needs", s::NEEDS, &can.needs);
    needs.required = false;
    let minutes = template::minutes(config, incident, id).to_string();
    fields.extend([
        long("conditions", s::CONDITIONS, &can.conditions),
        long("actions", s::ACTIONS, &can.actions),
        needs,
        with(line("minutes", s::NEXT_IN, true), &minutes),
        flag("last", s::LAST),
    ]);
    fields
}

/// Another audience was told something else, and is told more or less often: what nobody has
/// touched yet follows.
pub(super) fn follow_audience(form: &mut Form, model: &Model) {
    let audience = form.value("audience");
    let chosen = form.field("audience").is_some_and(|field| field.touched);
    let (true, Some(incident)) = (chosen && form.verb == Verb::Report, model.incident()) else {
        return;
    };
    let can = template::report(model, incident, &audience);
    let minutes = template::minutes(&model.snapshot.config, incident, &audience);
    for (key, text) in [
        ("conditions", can.conditions),
        ("actions", can.actions),
        ("needs", can.needs),
        ("minutes", minutes.to_string()),
    ] {
        let field = form.field_mut(key).filter(|field| !field.touched);
        if let Some(field) = field.filter(|field| field.value() != text)
            && let super::Input::Text(edit) = &mut field.input
        {
            edit.set(&text);
        }
    }
}

/// How many more minutes are offered when a time-box is over.
const MORE: [u32; 2] = [5, 10];
/// What stands before the minutes, where more time is one of the answers.
const MORE_BY: &str = "more:";

/// A time-box is over: what has become of an item of the checklist, or of `matter`.
pub(super) fn what_now(matter: Option<&Matter>) -> Field {
    let more = MORE.map(|minutes| {
        let value = format!("{MORE_BY}{minutes}");
        opt(&value, both!("+{minutes} min", "+{minutes}分"))
    });
    let ends: &[State] = matter.map_or(&[], |matter| matter.sort.states());
    let mut options = vec![match ends.first() {
        Some(done) => opt("done", done.text()),
        None => opt("done", s::DONE),
    }];
    options.extend(more);
    let others = ends.iter().skip(1);
    match matter {
        Some(_) => options.extend(others.map(|end| opt(end.name(), end.text()))),
        None => options.push(opt("skip", s::NOT_NEEDED)),
    }
    options.push(opt("assign", s::REASSIGN));
    choice("what", s::WHAT_NOW, options)
}

/// How much more time was chosen.
pub(in crate::app) fn chosen_more(value: &str) -> Option<u32> {
    value.strip_prefix(MORE_BY)?.parse().ok()
}

/// Entries and items of the checklist that run against a time, or could.
fn extendable(model: &Model, incident: &Incident, subject: Option<&str>) -> Field {
    let mut field = entries(incident, subject, &|_| true);
    let selected = crate::app::availability::selected_item(model, incident);
    if let super::Input::Choice(list) = &mut field.input {
        for (n, check) in incident.checklist().iter().enumerate() {
            if check.state == ItemState::Open && check.due.is_some() {
                let (number, text) = (n + 1, &check.item.text);
                let text = both!("{number}. {text}", "{number}. {text}");
                list.options.push(opt(&check.item.id, text));
            }
        }
    }
    if let Some(check) = selected.filter(|_| field.value().is_empty() || subject.is_none()) {
        choose(&mut field, &check.item.id);
    }
    field
}

/// How an entry can end, its ordinary end chosen.
fn ends(matter: Option<&Matter>) -> Field {
    let states: &[State] = matter.map_or(&State::ALL[1..], |matter| matter.sort.states());
    let options = states.iter().map(|state| opt(state.name(), state.text()));
    let mut field = choice("state", s::STATE, options.collect());
    if let Some(Ok(ordinary)) = matter.map(|matter| deeds::state(matter, None)) {
        choose(&mut field, ordinary.name());
    }
    field
}

/// With another entry chosen, the ends are that entry's: a decision is never "met".
pub(super) fn follow_entry(form: &mut Form, model: &Model) {
    let (Verb::Settle, Some(incident)) = (form.verb, model.incident()) else {
        return;
    };
    let chosen = incident.work.matter(&EventId::new(form.value("entry")));
    let wanted = ends(chosen);
    let names = |field: &Field| match &field.input {
        super::Input::Choice(choice) => choice
            .options
            .iter()
            .map(|option| option.value.clone())
            .collect(),
        _ => Vec::new(),
    };
    if let Some(field) = form.field_mut("state")
        && names(field) != names(&wanted)
    {
        *field = wanted;
    }
}

/// A list without anything to choose from asks for nothing; the core says what is missing.
fn optional_if_empty(field: Field) -> Field {
    match &field.input {
        super::Input::Choice(list) if list.options.is_empty() => optional(field),
        _ => field,
    }
}

/// What a form of one of these verbs asks for; `None` where it is none of them.
pub(super) fn read(
    form: &Form,
    model: &Model,
    incident: &Incident,
) -> Result<Option<Command>, Problem> {
    let maybe = |key: &str| Some(form.value(key)).filter(|t| !t.trim().is_empty());
    let needed = |key: &str| maybe(key).ok_or_else(|| super::read::incomplete(form, key));
    let person = || needed("person").map(UserId);
    let number = |key: &str| -> Result<Option<u32>, Problem> {
        let text = maybe(key);
        let number = text.map(|text| text.trim().parse().map_err(|_| Problem::usage(s::NUMBER)));
        number.transpose()
    };
    let now = model.now;
    let due = |key: &str| -> Result<_, Problem> {
        let minutes = number(key)?.filter(|minutes| *minutes > 0);
        Ok(minutes.map(|minutes| deeds::in_minutes(now, minutes)))
    };
    if let Some(sort) = sort(form.verb) {
        let days = number("days")?.map(|days| days.saturating_mul(24 * 60));
        let wanted = Wanted {
            line: needed("line")?,
            owner: maybe("person").map(UserId),
            minutes: number("minutes")?.or(days),
            risk: maybe("risk"),
        };
        return Ok(Some(deeds::open(sort, &wanted, None, now)));
    }
    let coming = |key: &str| -> Result<_, Problem> {
        let text = maybe(key).filter(|text| text.trim() != "0");
        let time = text.map(|text| {
            let time = clock::coming(&text, now, model.shown_zone());
            time.ok_or_else(|| Problem::usage(s::MINUTES_OR_TIME))
        });
        time.transpose()
    };
    let entry = || needed("entry").map(EventId::new);
    Ok(Some(match form.verb {
        Verb::Settle => {
            let matter = deeds::matter(incident, entry()?.as_str())?;
            let state = deeds::state(matter, maybe("state").as_deref())?;
            Deed::Settled {
                matter: matter.id.clone(),
                state,
                line: maybe("line"),
                owner: maybe("person").map(UserId),
                due: due("time_box")?.filter(|_| state == State::Decided),
            }
            .into()
        }
        Verb::Extend => {
            let minutes = number("minutes")?.unwrap_or(MORE[0]);
            deeds::extend(incident, entry()?.as_str(), minutes, now)?
        }
        Verb::Give => Deed::Given {
            matter: entry()?,
            owner: person()?,
        }
        .into(),
        Verb::Object => Deed::Objected {
            matter: entry()?,
            line: needed("line")?,
        }
        .into(),
        Verb::Report => {
            let can = Can {
                conditions: form.value("conditions"),
                actions: form.value("actions"),
                needs: form.value("needs"),
            };
            let last = form.flag("last");
            let next = due("minutes")?.filter(|_| !last);
            let config = &model.snapshot.config;
            let audience = deeds::audience(config, incident, &form.value("audience"))?;
            deeds::report(incident, audience, &can, next, last)
        }
        Verb::Notice => deeds::with_text(Deed::Notice {}, needed("text")?),
        Verb::Approve => Deed::Approved {
            notice: deeds::notice(incident)?.id.clone(),
        }
        .into(),
        Verb::Publish => Deed::Published {
            notice: deeds::notice(incident)?.id.clone(),
            target: needed("target")?,
            next: coming("next")?,
        }
        .into(),
        Verb::Offer => {
            let minutes = number("minutes")?.unwrap_or(model.snapshot.config.timers.offer_minutes);
            offer(model, person()?, minutes)
        }
        Verb::Accept => Deed::Accepted {
            offer: deeds::offer(incident)?.id.clone(),
            user: model.snapshot.me.clone(),
        }
        .into(),
        Verb::Decline => Deed::Declined {
            offer: deeds::offer(incident)?.id.clone(),
        }
        .into(),
        Verb::Call => Deed::Called {
            user: person()?,
            number: 0,
            why: maybe("why"),
        }
        .into(),
        Verb::RollCall => Deed::RollCall {}.into(),
        Verb::Here => Deed::Here {}.into(),
        Verb::Meeting => Deed::Meeting {
            link: needed("link")?,
        }
        .into(),
        Verb::Claim => {
            let time = clock::parse(&needed("time")?, now, model.shown_zone())?;
            Deed::Claimed {
                time,
                hold: number("minutes")?
                    .unwrap_or(model.snapshot.config.timers.recovery_hold_minutes),
                owners: Vec::new(),
            }
            .into()
        }
        Verb::Confirm => Deed::Confirmed {
            claim: deeds::claim(incident)?.id.clone(),
        }
        .into(),
        Verb::Unclaim => Deed::Unclaimed {
            claim: deeds::claim(incident)?.id.clone(),
            reason: needed("reason")?,
        }
        .into(),
        Verb::Kind => {
            let kind = deeds::kind(&needed("kind")?)?;
            resolve::kind(&model.snapshot.config, &model.checklists, incident, kind)
        }
        Verb::Link => resolve::link(IncidentId::new(needed("into")?)),
        Verb::Write => {
            let section = needed("section")?;
            let mut all = Section::ALL.into_iter();
            let section = all.find(|known| known.name() == section);
            let section = section.ok_or_else(|| super::read::incomplete(form, "section"))?;
            deeds::with_text(Deed::Written { section }, needed("text")?)
        }
        Verb::Review => Deed::Reviewed {
            link: maybe("link"),
        }
        .into(),
        Verb::Waive => Deed::Waived {
            reason: needed("reason")?,
        }
        .into(),
        Verb::Retract => {
            let event = match maybe("event") {
                Some(id) => EventId::new(id),
                None => deeds::last_own(incident, &model.snapshot.me)?,
            };
            Deed::Retracted { event }.into()
        }
        Verb::Restrict => {
            let summary = form.target.as_ref().and_then(|id| model.summary(id));
            let named = summary.map(|summary| crate::app::view::channel_name(summary, model.lang));
            let typed = needed("name")?;
            let bare = |text: &str| text.trim().trim_start_matches('#').to_owned();
            if named.is_none_or(|name| bare(&name) != bare(&typed)) {
                return Err(Problem::usage(s::NOT_THE_NAME));
            }
            let snapshot = &model.snapshot;
            let named = form.value("keep");
            let named = named.split([',', '、']).map(str::trim);
            let keep = named
                .filter(|name| !name.is_empty())
                .map(|name| resolve::person(&snapshot.people, name))
                .collect::<Result<_, _>>()?;
            let target = form.target.as_ref().and_then(|id| model.summary(id));
            let drill = target.is_some_and(|summary| summary.drill);
            resolve::restrict(
                &snapshot.config,
                &model.checklists,
                &snapshot.people,
                (incident, drill),
                keep,
                now,
            )
        }
        _ => return Ok(None),
    }))
}
