//! export and import: the record as files. Both read the journal and nothing else: no workspace is
//! reached.

use super::context::{self, Context};
use super::{out, replay};
use crate::app::briefing::Told;
use crate::app::export::{self, Format, Page, Sheet};
use crate::app::snapshot::Person;
use crate::both;
use crate::domain::bundle::{self, Plan};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::outlets::Sight;
use crate::domain::problem::Problem;
use crate::domain::settings::{Config, Zone};
use crate::domain::sync::{Engine, Link, Now};
use crate::domain::words::{Lang, Text};
use crate::io::core::{self, PEOPLE, PEOPLE_IMPORTED, PEOPLE_LOCAL};
use crate::io::pace::machine;
use crate::io::store::Journal;
use crate::io::{file, paths, publish};
use crate::wire::mrkdwn;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A history of many years; more is no history.
const MOST: u64 = 2 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum As {
    Md,
    Html,
    Json,
}

impl From<As> for Format {
    fn from(asked: As) -> Format {
        match asked {
            As::Md => Format::Markdown,
            As::Html => Format::Html,
            As::Json => Format::Json,
        }
    }
}

#[derive(Args)]
pub struct Export {
    /// An incident: its id, its channel's name, or - for the only open one
    #[arg(value_name = "I", required_unless_present_any = ["all", "drill"])]
    incident: Option<String>,
    /// Every incident, as one file that `matoi import` reads
    #[arg(long, conflicts_with_all = ["incident", "drill"], requires = "out")]
    all: bool,
    /// A drill instead: the name of its folder under drills, or - for the last one
    #[arg(long, value_name = "RUN", conflicts_with = "incident")]
    drill: Option<String>,
    /// Markdown, one HTML page, or JSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<As>,
    /// Write it here instead of to the output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Times in UTC
    #[arg(long, conflicts_with = "zone")]
    utc: bool,
    /// Times in this zone: local, UTC, JST or an offset such as +09:00
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Private incidents as well; only you can read the file then
    #[arg(long, requires = "out")]
    private: bool,
    /// With --all: drills as well
    #[arg(long, requires = "all")]
    drills: bool,
}

/// What is read without a workspace.
struct Archive {
    engine: Engine,
    people: BTreeMap<UserId, Person>,
    now: Now,
}

impl Archive {
    fn open(context: &Context, local: bool) -> Result<Archive, Problem> {
        let (journal, image, me) = context.journal()?;
        let now = machine();
        let people = people(&journal, local);
        let mut engine = Engine::new(image, me, context.timing(), now);
        let names = people.iter();
        let names = names.map(|(user, person)| (user.clone(), person.name.clone()));
        engine.set_names(names.collect());
        if let Some(home) = journal.setting(core::HOME)? {
            engine.set_home(home);
        }
        Ok(Archive {
            engine,
            people,
            now,
        })
    }
}

fn people(journal: &Journal, local: bool) -> BTreeMap<UserId, Person> {
    let first = if local { PEOPLE_LOCAL } else { PEOPLE };
    let mut people = core::kept_people(journal, &[first, PEOPLE]);
    for (user, person) in core::kept_people(journal, &[PEOPLE_IMPORTED]) {
        people.entry(user).or_insert(person);
    }
    people
}

pub fn run(mut context: Context, wish: Export) -> Result<(), Problem> {
    let zone = zone(&wish, context.config.time_zone)?;
    if let Some(run) = &wish.drill {
        context.paths.data_dir = replay::drill(&context.paths.data_dir, run)?;
    }
    let local = context.is_local() || wish.drill.is_some();
    let mut archive = Archive::open(&context, local)?;
    if wish.all {
        return whole(&context, &wish, &mut archive);
    }
    let format = match (wish.format, context.global.json) {
        (Some(format), _) => format.into(),
        (None, true) => Format::Json,
        (None, false) => Format::Markdown,
    };
    let list = context::named(&mut archive.engine);
    let found = match &wish.incident {
        Some(text) => context::pick(list, text)?,
        None => list.into_iter().next().map(|(incident, _)| incident),
    };
    let asked = wish.incident.as_ref().or(wish.drill.as_ref());
    let asked = asked.cloned().unwrap_or_default();
    let incident = found.ok_or_else(|| context::no_incident(&asked))?;
    let row = archive.engine.image().incidents.get(&incident.id);
    let private = export::allowed(Sight::of_row(&incident, row), wish.private)?;
    let lang = match context.global.lang {
        Some(_) => context.lang,
        None => incident.lang,
    };
    let config = &context.config;
    let text = one(&mut archive, config, &incident.id, (format, zone, lang))?;
    let way = file::Way {
        private,
        replace: wish.force,
    };
    put(&context, wish.out.as_deref(), &text, way)
}

fn zone(wish: &Export, configured: Zone) -> Result<Zone, Problem> {
    match &wish.zone {
        _ if wish.utc => Ok(Zone::Fixed(0)),
        None => Ok(configured),
        Some(text) => Zone::parse(text).map_err(|bad| Problem::usage(bad.text())),
    }
}

fn put(context: &Context, path: Option<&Path>, text: &str, way: file::Way) -> Result<(), Problem> {
    let Some(path) = path else {
        return out::line(text.trim_end());
    };
    file::write(path, text, way)?;
    let shown = path.display().to_string();
    out::talk(&export::written(&shown), context.lang);
    Ok(())
}

fn one(
    archive: &mut Archive,
    config: &Config,
    id: &IncidentId,
    (format, zone, lang): (Format, Zone, Lang),
) -> Result<String, Problem> {
    if format == Format::Json {
        return json(archive, config, id);
    }
    let (people, now) = (&archive.people, archive.now);
    let page = publish::told(&mut archive.engine, id, people, config, now, |told| {
        page(told, config, zone, lang)
    });
    let page = page.ok_or_else(|| context::no_incident(id.as_str()))?;
    Ok(match format {
        Format::Markdown => export::markdown(&page),
        Format::Html | Format::Json => export::html(&page),
    })
}

/// The page of an incident in a zone and a language that somebody chose.
pub(super) fn page(told: &Told<'_>, config: &Config, zone: Zone, lang: Lang) -> Page {
    let told = Told { zone, ..*told };
    Page::of(&Sheet::new(&told, config, lang))
}

/// What the console writes.
pub(super) struct Sheets {
    page: Page,
    stem: String,
}

/// Reads it, for a thread that writes it.
///
/// # Errors
/// It is private, or not known here.
pub(super) fn sheets(
    engine: &mut Engine,
    id: &IncidentId,
    people: &BTreeMap<UserId, Person>,
    (config, zone, lang): (&Config, Zone, Lang),
    now: Now,
) -> Result<Sheets, Problem> {
    let unknown = || context::no_incident(id.as_str());
    let incident = engine.shown(id).ok_or_else(unknown)?;
    export::allowed(
        Sight::of_row(&incident, engine.image().incidents.get(id)),
        false,
    )?;
    let sheets = publish::told(engine, id, people, config, now, |told| Sheets {
        page: page(told, config, zone, lang),
        stem: export::file_stem(told),
    });
    sheets.ok_or_else(unknown)
}

impl Sheets {
    /// Writes both, and says where.
    ///
    /// # Errors
    /// One could not be written.
    pub(super) fn write(&self, folder: &Path) -> Result<Text, Problem> {
        if !folder.exists() {
            paths::private_dir(folder)?;
        }
        let put = |format: Format, text: &str| {
            let name = (self.stem.as_str(), format.extension());
            file::write_fresh(folder, name, text, false)
        };
        put(Format::Markdown, &export::markdown(&self.page))?;
        let path = put(Format::Html, &export::html(&self.page))?;
        Ok(export::written(&path.display().to_string()))
    }
}

/// Where the console writes.
pub(super) fn folder(context: &Context) -> PathBuf {
    let directory = &context.config.export.directory;
    match directory.is_empty() {
        true => context.paths.data_dir.join("exports"),
        false => context
            .loaded
            .resolve(directory, context.paths.home.as_deref()),
    }
}

fn json(archive: &mut Archive, config: &Config, id: &IncidentId) -> Result<String, Problem> {
    let Archive {
        engine,
        people,
        now,
    } = archive;
    let shown = context::shown(engine, id, people, (&Link::Offline, config), *now);
    let incident = engine.shown(id);
    let incident = incident.ok_or_else(|| context::no_incident(id.as_str()))?;
    let events = engine.recorded(id);
    let names = publish::Resolver {
        people,
        engine,
        zone: Zone::Fixed(0),
    };
    let record = export::record(&shown, &incident, &events, &|text| {
        mrkdwn::plain(text, &names)
    });
    Ok(format!("{record:#}\n"))
}

fn whole(context: &Context, wish: &Export, archive: &mut Archive) -> Result<(), Problem> {
    if wish.format.is_some_and(|format| format != As::Json) {
        return Err(Problem::usage(Text::fixed(
            "The whole history is written as JSON.",
            "全履歴は JSON でのみ書き出せます。",
        ))
        .hint(Text::fixed(
            "matoi export --all --format json --out FILE",
            "matoi export --all --format json --out FILE",
        )));
    }
    let mut wanted = BTreeSet::new();
    let (mut drills, mut closed) = (0_usize, 0_usize);
    for incident in archive.engine.incidents() {
        let row = archive.engine.image().incidents.get(&incident.id);
        let sight = Sight::of_row(&incident, row);
        match export::allowed(sight, wish.private) {
            _ if sight.drill && !wish.drills => drills += 1,
            Ok(_) => {
                wanted.insert(incident.id.clone());
            }
            Err(_) => closed += 1,
        }
    }
    let names = archive.people.iter();
    let names = names.map(|(user, person)| (user.clone(), person.name.clone()));
    let gathered = bundle::gather(archive.engine.image(), &wanted, &names.collect());
    let text = gathered.bundle.text().map_err(|error| {
        Problem::failed(both!(
            "The history has no form in JSON: {error}",
            "履歴を JSON にできません: {error}"
        ))
    })?;
    let way = file::Way {
        private: wish.private,
        replace: wish.force,
    };
    put(context, wish.out.as_deref(), &text, way)?;
    let (incidents, unsaid) = (gathered.bundle.incidents.len(), gathered.unsaid);
    if context.global.json {
        return out::line(&format!(
            "{:#}",
            json!({"incidents": incidents, "drills_left_out": drills, "private_left_out": closed, "unsaid": unsaid})
        ));
    }
    out::talk(
        &both!(
            "{incidents} incidents. Left out: {drills} drills, {closed} private ones, {unsaid} acts that are not in their channels.",
            "インシデント {incidents} 件。除外: 訓練 {drills} 件、非公開 {closed} 件、チャンネル未反映の操作 {unsaid} 件"
        ),
        context.lang,
    );
    Ok(())
}

#[derive(Args)]
pub struct Import {
    /// What `matoi export --all` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Takes a history in: all of it, or nothing.
pub fn import(context: &Context, wish: &Import) -> Result<(), Problem> {
    let bundle = bundle::read(&file::read(&wish.file, MOST)?)?;
    let (mut journal, mut image, _) = context.journal()?;
    let (_, plan) = journal.transact(|newer| {
        newer.iter().for_each(|write| image.apply(write));
        let mut plan = bundle.plan(&image)?;
        Ok((std::mem::take(&mut plan.writes), plan))
    })?;
    name(&mut journal, &bundle.people)?;
    let Plan {
        added,
        completed,
        same,
        live,
        ..
    } = plan;
    if context.global.json {
        return out::line(&format!(
            "{:#}",
            json!({"added": added, "completed": completed, "same": same, "live": live})
        ));
    }
    out::talk(
        &both!(
            "{added} incidents added, {completed} completed, {same} here already, {live} left as they are (their channels are read here).",
            "インシデント: 追加 {added} 件、補完 {completed} 件、登録済み {same} 件、変更なし {live} 件 (チャンネルを直接読んでいるもの)"
        ),
        context.lang,
    );
    Ok(())
}

/// Keeps the names of those who are not known here; who is here is called what they are called here.
fn name(journal: &mut Journal, names: &BTreeMap<UserId, String>) -> Result<(), Problem> {
    let mut known = core::kept_people(journal, &[PEOPLE_IMPORTED]);
    for (user, name) in names {
        known.entry(user.clone()).or_insert_with(|| Person {
            id: user.clone(),
            name: name.clone(),
            handle: String::new(),
            // Nobody whom an act could be about.
            bot: true,
        });
    }
    let text = serde_json::to_string(&known).map_err(|error| {
        Problem::failed(both!(
            "The names cannot be written: {error}",
            "名前を書き込めません: {error}"
        ))
    })?;
    journal.set_setting(PEOPLE_IMPORTED, &text)
}
