//! Where versions of a post-mortem are kept: each as a file of its own, and the latest where the
//! organisation wants it, such as in a checkout of a repository.
//!
//! Whoever edits that file there has written a version too: it is kept as one before another takes
//! its place.

use crate::app::postmortem::{Desk, Sitting};
use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::io::paths::{private_dir, private_write};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The versions of one incident's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    versions: PathBuf,
    /// Where the latest is for others to read; `None`: nowhere.
    out: Option<PathBuf>,
}

impl Shelf {
    /// `out` is the file that others read.
    pub fn new(data_dir: &Path, incident: &IncidentId, out: Option<PathBuf>) -> Shelf {
        Shelf {
            versions: data_dir.join("postmortems").join(incident.as_str()),
            out,
        }
    }

    /// The numbers of the versions that are here, lowest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn versions(&self) -> Result<Vec<u32>, Problem> {
        let entries = match std::fs::read_dir(&self.versions) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(cannot_read(&self.versions, &error)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| cannot_read(&self.versions, &error))?;
            let name = entry.file_name();
            let number: Option<u32> = name.to_str().and_then(|name| {
                let digits = name.strip_prefix('v')?.strip_suffix(".md")?;
                digits.parse().ok()
            });
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// # Errors
    /// There is no such version, or it cannot be read.
    pub fn read(&self, version: u32) -> Result<String, Problem> {
        let path = self.file(version);
        std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Problem::not_found(both!(
                "There is no version {version} of this post-mortem here.",
                "このポストモーテムの第{version}版はこの端末にありません。"
            )),
            _ => cannot_read(&path, &error),
        })
    }

    /// What stands now: the file that others read where somebody changed it there, else the latest
    /// version.
    ///
    /// # Errors
    /// A file that is there cannot be read.
    pub fn current(&self) -> Result<Option<String>, Problem> {
        let latest = self.versions()?.pop();
        let latest = latest.map(|version| self.read(version)).transpose()?;
        Ok(self.outside()?.or(latest))
    }

    fn outside(&self) -> Result<Option<String>, Problem> {
        let Some(out) = &self.out else {
            return Ok(None);
        };
        match std::fs::read_to_string(out) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot_read(out, &error)),
        }
    }

    /// Keeps a version, and puts it where others read it. `least` is the lowest number that it may
    /// have: others may have written some that are not here. Gives its number.
    ///
    /// # Errors
    /// It could not be written; what was there before is still there.
    pub fn keep(&self, text: &str, least: u32) -> Result<u32, Problem> {
        let mut next = self
            .versions()?
            .pop()
            .unwrap_or(0)
            .max(least.saturating_sub(1))
            + 1;
        if let Some(other) = self.outside()? {
            let latest = self.versions()?.pop();
            let latest = latest.map(|version| self.read(version)).transpose()?;
            if other != text && latest.as_ref() != Some(&other) {
                private_write(&self.file(next), other.as_bytes())?;
                next += 1;
            }
        }
        private_write(&self.file(next), text.as_bytes())?;
        if let Some(out) = &self.out {
            write(out, text)?;
        }
        Ok(next)
    }

    /// A file for an editor, with what stands now in it, or a fresh draft.
    ///
    /// # Errors
    /// What is there cannot be read, or the file could not be written.
    pub fn lay_out(&self, desk: Desk, fresh: bool) -> Result<Sitting, Problem> {
        let standing = match fresh {
            true => None,
            false => self.current()?,
        };
        let begun = standing.unwrap_or_else(|| desk.fresh.clone());
        let path = self.free();
        private_write(&path, begun.as_bytes())?;
        Ok(Sitting { desk, path, begun })
    }

    /// Another editor may be at it, and one that failed left what was written.
    fn free(&self) -> PathBuf {
        let named = |n: u32| match n {
            1 => self.versions.join("being-written.md"),
            n => self.versions.join(format!("being-written-{n}.md")),
        };
        let path = (1..).map(named).find(|path| !path.exists());
        path.unwrap_or_else(|| named(1))
    }

    /// Keeps what the editor left as a version; `None`: nobody has touched it, and that is none.
    ///
    /// # Errors
    /// It cannot be read or kept: then it is still where the editor had it.
    pub fn take_in(&self, sitting: &Sitting) -> Result<Option<(u32, String)>, Problem> {
        let path = &sitting.path;
        let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
        let kept = match text == sitting.begun {
            true => None,
            false => Some((self.keep(&text, sitting.desk.least)?, text)),
        };
        std::fs::remove_file(path).ok();
        Ok(kept)
    }

    /// Where others read it.
    pub fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    fn file(&self, version: u32) -> PathBuf {
        self.versions.join(format!("v{version:04}.md"))
    }
}

/// For others to read, with the usual mode; whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        private_dir(folder)?;
    }
    let fresh = path.with_extension("md.new");
    let written = std::fs::File::create(&fresh)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| std::fs::rename(&fresh, path));
    written.map_err(|error| {
        let path = path.display();
        Problem::failed(both!(
            "The post-mortem was kept, and not written to {path}: {error}",
            "ポストモーテムは保存しましたが、{path} に書き込めませんでした: {error}"
        ))
        .hint(Text::fixed(
            "See directory under [post_mortem] in the configuration.",
            "設定の [post_mortem] の directory を確認してください。",
        ))
    })
}

fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "{path} cannot be read: {error}",
        "{path} を読めません: {error}"
    ))
}

/// The command that edits a file: `$VISUAL`, else `$EDITOR`, else vi.
///
/// # Errors
/// What the variable says is no command line.
pub fn editor(
    variable: impl Fn(&str) -> Option<String>,
    path: &Path,
) -> Result<std::process::Command, Problem> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.trim().is_empty());
    let line = named.unwrap_or_else(|| "vi".to_owned());
    let words = shlex::split(&line).filter(|words| !words.is_empty());
    let Some(words) = words else {
        return Err(Problem::usage(both!(
            "EDITOR is no command: {line}",
            "EDITOR がコマンドとして読めません: {line}"
        )));
    };
    let mut command = std::process::Command::new(&words[0]);
    command.args(&words[1..]).arg(path);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn shelf(dir: &Path) -> Shelf {
        let out = dir.join("repo").join("2026-11-18-shop.md");
        Shelf::new(dir, &IncidentId::new("i1"), Some(out))
    }

    #[test]
    fn versions_are_kept_and_what_somebody_changed_outside_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = shelf(dir.path());
        assert_eq!(shelf.current().unwrap(), None);
        assert_eq!(shelf.keep("one", 1).unwrap(), 1);
        let out = shelf.out().unwrap().to_owned();
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "one");
        std::fs::write(&out, "theirs").unwrap();
        assert_eq!(shelf.current().unwrap().as_deref(), Some("theirs"));
        assert_eq!(shelf.keep("two", 1).unwrap(), 3);
        assert_eq!(shelf.versions().unwrap(), [1, 2, 3]);
        assert_eq!(shelf.read(2).unwrap(), "theirs");
        assert_eq!(shelf.keep("four", 9).unwrap(), 9, "others wrote eight");
        assert!(shelf.read(4).is_err());
        let kept = shelf.file(1);
        let mode = std::fs::metadata(kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_one_editor_left_is_not_what_the_next_begins_with() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = shelf(dir.path());
        let desk = Desk {
            fresh: "draft".to_owned(),
            names: Vec::new(),
            file: String::new(),
            opens: true,
            least: 1,
        };
        let first = shelf.lay_out(desk.clone(), false).unwrap();
        assert_eq!(first.begun, "draft");
        // It failed after something was written, and another is begun meanwhile.
        std::fs::write(&first.path, "half of it").unwrap();
        let second = shelf.lay_out(desk.clone(), false).unwrap();
        assert_ne!(first.path, second.path);
        assert_eq!(shelf.take_in(&second).unwrap(), None, "nobody touched it");
        assert!(!second.path.exists());
        let kept = shelf.take_in(&first).unwrap();
        assert_eq!(kept, Some((1, "half of it".to_owned())));
        assert!(!first.path.exists());
        let next = shelf.lay_out(desk.clone(), false).unwrap();
        assert_eq!(next.begun, "half of it");
        assert_eq!(shelf.lay_out(desk, true).unwrap().begun, "draft");
        // What cannot be kept stays where it was written.
        std::fs::write(&next.path, "more").unwrap();
        let blocked = Shelf::new(
            dir.path(),
            &IncidentId::new("i1"),
            Some(PathBuf::from("/proc/none/x.md")),
        );
        assert!(blocked.take_in(&next).is_err());
        assert!(next.path.exists());
    }

    #[test]
    fn the_editor_is_who_the_environment_says() {
        let path = Path::new("/tmp/x.md");
        let named = |name: &str| (name == "EDITOR").then(|| "code --wait".to_owned());
        let command = editor(named, path).unwrap();
        let words: Vec<_> = command.get_args().collect();
        assert_eq!(command.get_program(), "code");
        assert_eq!(words, ["--wait", "/tmp/x.md"]);
        assert_eq!(editor(|_| None, path).unwrap().get_program(), "vi");
        assert!(editor(|_| Some("vi \"".to_owned()), path).is_err());
    }
}
