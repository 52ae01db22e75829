//! Where scenarios are: shipped, or files of one's own.

use crate::both;
use crate::cli::out;
use crate::domain::problem::Problem;
use crate::domain::words::{Lang, Text};
use crate::drill::check;
use crate::drill::scenario::Scenario;
use crate::drill::shipped::{SHIPPED, Shipped};
use std::path::{Path, PathBuf};

/// A scenario that was found and is whole.
pub struct Found {
    pub name: String,
    pub scenario: Scenario,
    origin: Origin,
}

enum Origin {
    Shipped(&'static Shipped),
    Dir(PathBuf),
}

impl Found {
    /// The perfect player's lines, where somebody wrote them.
    pub fn perfect(&self, lang: Lang) -> Option<String> {
        match &self.origin {
            Origin::Shipped(shipped) => Some(shipped.perfect(lang).to_owned()),
            Origin::Dir(dir) => {
                let file = dir.join(format!("perfect.{}.txt", lang.code()));
                std::fs::read_to_string(file).ok()
            }
        }
    }
}

/// Every shipped scenario.
///
/// # Errors
/// None as long as the shipped files are whole, which their tests hold.
pub fn shipped() -> Result<Vec<Found>, Problem> {
    let found = SHIPPED.iter().map(|shipped| {
        let scenario = shipped.parse().map_err(first)?;
        Ok(Found {
            name: shipped.name.to_owned(),
            scenario,
            origin: Origin::Shipped(shipped),
        })
    });
    found.collect()
}

/// A shipped scenario by name, else a file or directory.
///
/// # Errors
/// There is none, or it is not whole: everything that is wrong was said on the way, but the last.
pub fn named(name: &str, lang: Lang) -> Result<Found, Problem> {
    if let Some(shipped) = Shipped::named(name) {
        let scenario = shipped.parse().map_err(first)?;
        return Ok(Found {
            name: name.to_owned(),
            scenario,
            origin: Origin::Shipped(shipped),
        });
    }
    if !Path::new(name).exists() {
        let known: Vec<&str> = SHIPPED.iter().map(|shipped| shipped.name).collect();
        let known = known.join(", ");
        return Err(Problem::not_found(both!(
            "There is no scenario \"{name}\".",
            "シナリオ「{name}」はありません。"
        ))
        .hint(both!(
            "There are: {known}; or name a file or directory.",
            "使えるのは: {known}。ファイルやフォルダも指定できます。"
        )));
    }
    match file(name.as_ref()) {
        Ok(found) => Ok(found),
        Err(problems) => {
            told(problems, lang)?;
            Err(Problem::usage(Text::fixed(
                "It is not whole.",
                "不完全です。",
            )))
        }
    }
}

/// A scenario's file, or the directory that holds it.
///
/// # Errors
/// It cannot be read, or everything that is wrong with it.
pub fn file(path: &Path) -> Result<Found, Vec<Problem>> {
    let (dir, file) = match path.is_dir() {
        true => (path.to_owned(), path.join("scenario.toml")),
        false => {
            let dir = path.parent().map(Path::to_owned).unwrap_or_default();
            (dir, path.to_owned())
        }
    };
    let text = text(&file).map_err(|problem| vec![problem])?;
    let scenario = check::parse(&file.display().to_string(), &text)?;
    let absolute = std::path::absolute(&dir).unwrap_or_else(|_| dir.clone());
    let name = absolute
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok(Found {
        name: name.unwrap_or_else(|| "scenario".to_owned()),
        scenario,
        origin: Origin::Dir(dir),
    })
}

/// # Errors
/// It cannot be read.
pub fn text(file: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        Problem::not_found(both!(
            "{file} cannot be read: {error}",
            "{file} を読み込めません: {error}"
        ))
    })
}

/// Says all but the last, which is what the program ends with.
///
/// # Errors
/// The last.
pub fn told(mut problems: Vec<Problem>, lang: Lang) -> Result<(), Problem> {
    let Some(last) = problems.pop() else {
        return Ok(());
    };
    for problem in problems {
        out::talk(&Text::same(problem.lines(lang)), lang);
    }
    Err(last)
}

fn first(problems: Vec<Problem>) -> Problem {
    let none = || Problem::failed(Text::fixed("It is not whole.", "不完全です。"));
    problems.into_iter().next().unwrap_or_else(none)
}
