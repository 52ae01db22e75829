//! The configuration file: where it is, and reading it with every mistake named by file, line and
//! key. What the keys mean is `domain::settings`'.

mod faults;

use crate::both;
use crate::domain::checklists;
use crate::domain::problem::{Kind, Problem};
use crate::domain::secret::redact;
use crate::domain::settings::Config;
use crate::domain::words::{Lang, Text};
use std::path::{Path, PathBuf};

/// Every key with its default and what it is for; what `matoi config example` prints.
pub const EXAMPLE: &str = include_str!("../../../config.example.toml");

/// A configuration and the file it was read from; none means the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub config: Config,
    pub file: Option<PathBuf>,
}

impl Loaded {
    /// A path of the configuration: `~/` is `home`, and what is relative starts at the file.
    pub fn resolve(&self, path: &str, home: Option<&Path>) -> PathBuf {
        if let (Some(rest), Some(home)) = (path.strip_prefix("~/"), home) {
            return home.join(rest);
        }
        match self.file.as_deref().and_then(Path::parent) {
            Some(folder) => folder.join(path),
            None => PathBuf::from(path),
        }
    }
}

/// Reads the file that was asked for (`--config`, `MATOI_CONFIG`), which must exist, or the one at
/// the platform's place, which need not.
///
/// # Errors
/// Of kind `Usage`: the file cannot be read, or its first mistake; the hint counts the others.
pub fn load(asked: Option<&Path>, usual: &Path) -> Result<Loaded, Problem> {
    let path = asked.unwrap_or(usual);
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && asked.is_none() => {
            return Ok(Loaded {
                config: Config::default(),
                file: None,
            });
        }
        Err(error) => {
            let path = path.display();
            return Err(Problem::usage(both!(
                "cannot read the configuration {path}: {error}",
                "設定ファイル {path} を読めません: {error}"
            ))
            .hint(Text::fixed(
                "`matoi config path` prints where it is looked for, `matoi config example` a file to start from",
                "探す場所は `matoi config path`、ひな形は `matoi config example` で表示できます",
            )));
        }
    };
    let config = parse(&path.display().to_string(), &text).map_err(first_of)?;
    Ok(Loaded {
        config,
        file: Some(path.to_owned()),
    })
}

/// Reads a configuration. `name` is how mistakes call the file.
///
/// # Errors
/// Every mistake that can be found at once, in the order of the file; never empty.
pub fn parse(name: &str, text: &str) -> Result<Config, Vec<Problem>> {
    let place = faults::Place::new(name, text);
    let mut unknown = Vec::new();
    let parsed = toml::Deserializer::parse(text).and_then(|file| {
        serde_ignored::deserialize(file, |path| unknown.push(faults::steps(&path)))
    });
    let mut found: Vec<(usize, Problem)> = unknown
        .iter()
        .map(|steps| place.unknown_key(steps))
        .collect();
    match parsed {
        Err(error) => found.push(place.wrong_value(&error)),
        Ok(config) => {
            let config: Config = Config::with_other_service(config);
            found.extend(config.faults().iter().map(|fault| place.fault(fault)));
            if found.is_empty() {
                return Ok(config);
            }
        }
    }
    found.sort_by_key(|(line, _)| *line);
    Err(found
        .into_iter()
        .map(|(_, problem)| clean(problem))
        .collect())
}

/// The call sheet of a file that is otherwise full of mistakes; the rest is as by default.
pub fn call_sheet(path: &Path) -> Option<Config> {
    let text = std::fs::read_to_string(path).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    let part = |key: &str| table.get(key).cloned();
    let mut config = Config::default();
    if let Some(sheet) = part("call_sheet").and_then(|value| value.try_into().ok()) {
        config.call_sheet = sheet;
    }
    // One by one: what is wrong with one person hides no other.
    let contacts = part("contacts").and_then(|value| value.as_array().cloned());
    let contacts = contacts.unwrap_or_default();
    config.contacts = contacts
        .into_iter()
        .filter_map(|contact| contact.try_into().ok())
        .collect();
    let services = part("services").and_then(|value| value.as_array().cloned());
    let services = services.unwrap_or_default().into_iter();
    config.services = services
        .filter_map(|service| service.try_into().ok())
        .collect();
    Some(config)
}

fn first_of(mut problems: Vec<Problem>) -> Problem {
    if problems.is_empty() {
        return Problem::usage(Text::fixed("empty", "空です"));
    }
    let more = problems.len() - 1;
    let first = problems.swap_remove(0);
    if more == 0 {
        return first;
    }
    let counted = both!(
        "{more} more: `matoi config check` lists them all",
        "他に {more} 件あります。`matoi config check` ですべて表示します"
    );
    let hint = match &first.hint {
        Some(hint) => {
            let (en, ja) = (&hint.en, &hint.ja);
            let (more_en, more_ja) = (&counted.en, &counted.ja);
            Text {
                en: format!("{en} ({more_en})").into(),
                ja: format!("{ja} ({more_ja})").into(),
            }
        }
        None => counted,
    };
    first.hint(hint)
}

/// A token pasted under some key must not come back in an error.
fn clean(problem: Problem) -> Problem {
    let wipe = |text: Text| Text {
        en: redact(&text.en).into_owned().into(),
        ja: redact(&text.ja).into_owned().into(),
    };
    Problem {
        kind: Kind::Usage,
        sentence: wipe(problem.sentence),
        hint: problem.hint.map(wipe),
    }
}

/// The language of the locale, by the variables in the order POSIX gives them; English for any
/// that is neither. `lookup` reads the environment.
pub fn locale(lookup: impl Fn(&str) -> Option<String>) -> Lang {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(lookup)
        .find(|value| !value.is_empty())
        .and_then(|value| Lang::from_locale(&value))
        .unwrap_or_default()
}

/// The items of one list: from the organisation's own folder where it has the file, otherwise the
/// shipped ones.
///
/// # Errors
/// The file exists and cannot be read, or is not in the shape of the shipped ones.
pub fn checklist(
    loaded: &Loaded,
    home: Option<&Path>,
    sheet: checklists::Sheet,
    list: &str,
    lang: Lang,
) -> Result<Vec<checklists::Item>, Problem> {
    let mut items = listed(loaded, home, sheet, list, lang)?;
    for item in &mut items {
        let own = loaded.config.checklists.manuals.get(&item.id);
        let own = own.filter(|link| !link.is_empty());
        item.manual = own.cloned().or(item.manual.take());
    }
    Ok(items)
}

/// What a post-mortem in this language begins with: the organisation's own, else the shipped one.
///
/// # Errors
/// Its own cannot be read.
pub fn post_mortem(loaded: &Loaded, home: Option<&Path>, lang: Lang) -> Result<String, Problem> {
    let folder = &loaded.config.post_mortem.templates;
    if folder.is_empty() {
        return Ok(crate::app::postmortem::template(lang).to_owned());
    }
    let path = loaded
        .resolve(folder, home)
        .join(format!("{}.md", lang.code()));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(crate::app::postmortem::template(lang).to_owned())
        }
        Err(error) => {
            let path = path.display();
            Err(Problem::usage(both!(
                "The template {path} cannot be read: {error}",
                "テンプレート {path} を読めません: {error}"
            )))
        }
    }
}

fn listed(
    loaded: &Loaded,
    home: Option<&Path>,
    sheet: checklists::Sheet,
    list: &str,
    lang: Lang,
) -> Result<Vec<checklists::Item>, Problem> {
    let folder = &loaded.config.checklists.directory;
    if folder.is_empty() {
        return checklists::shipped(sheet, list, lang);
    }
    let path = loaded
        .resolve(folder, home)
        .join(lang.code())
        .join(format!("{}.toml", sheet.name()));
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let mut items = checklists::parse(&name, &text)?;
            items.retain(|item| item.lists.iter().any(|l| l == list));
            Ok(items)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            checklists::shipped(sheet, list, lang)
        }
        Err(error) => Err(Problem::usage(both!(
            "cannot read {name}: {error}",
            "{name} を読めません: {error}"
        ))),
    }
}
