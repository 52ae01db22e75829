//! Files for others to read: whole or not at all, and never in place of another unless that is said.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Only its owner can read it (0600); else as files usually are.
    pub private: bool,
    /// It may take the place of one that is there.
    pub replace: bool,
}

/// Writes a file.
///
/// # Errors
/// There is one already, or it cannot be written; what was there is still there then.
pub fn write(path: &Path, text: &str, way: Way) -> Result<(), Problem> {
    if !way.replace && path.symlink_metadata().is_ok() {
        return Err(there(path));
    }
    let fresh = beside(path);
    // What a crash has left there is worth nothing.
    std::fs::remove_file(&fresh).ok();
    let mode = if way.private { 0o600 } else { 0o666 };
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&fresh)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| match way.replace {
            true => std::fs::rename(&fresh, path),
            // A link is never made in place of a file, whoever was faster.
            false => std::fs::hard_link(&fresh, path).and_then(|()| std::fs::remove_file(&fresh)),
        });
    written.map_err(|error| {
        std::fs::remove_file(&fresh).ok();
        match error.kind() {
            io::ErrorKind::AlreadyExists => there(path),
            _ => cannot(path, &error),
        }
    })
}

/// Writes it under its own name, or the first of `name-2`, `name-3`, … that is free. Gives where.
///
/// # Errors
/// It cannot be written.
pub fn write_fresh(
    folder: &Path,
    (stem, extension): (&str, &str),
    text: &str,
    private: bool,
) -> Result<PathBuf, Problem> {
    let way = Way {
        private,
        replace: false,
    };
    let names = std::iter::once(format!("{stem}.{extension}"))
        .chain((2..1_000).map(|n| format!("{stem}-{n}.{extension}")));
    let mut last = folder.join(format!("{stem}.{extension}"));
    for name in names {
        last = folder.join(name);
        if last.symlink_metadata().is_err() {
            write(&last, text, way)?;
            return Ok(last);
        }
    }
    Err(there(&last))
}

/// Reads a file of text.
///
/// # Errors
/// It is not there, too large, or no text.
pub fn read(path: &Path, most: u64) -> Result<String, Problem> {
    let size = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    if size.len() > most {
        let (path, mib) = (path.display(), most >> 20);
        return Err(Problem::refused(both!(
            "{path} is larger than {mib} MiB.",
            "{path} は {mib} MiB を超えています。"
        )));
    }
    std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn there(path: &Path) -> Problem {
    let path = path.display();
    Problem::refused(both!("{path} is there already.", "{path} は既にあります。")).hint(
        Text::fixed(
            "Give --force to write over it.",
            "上書きするなら --force を付けてください。",
        ),
    )
}

fn cannot(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "{path} cannot be written: {error}",
        "{path} に書き込めません: {error}"
    ))
}

fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::usage(both!(
        "{path} cannot be read: {error}",
        "{path} を読めません: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nothing_is_written_over_unless_that_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.md");
        write(&path, "one", Way::default()).unwrap();
        assert!(write(&path, "two", Way::default()).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        let way = Way {
            private: true,
            replace: true,
        };
        write(&path, "three", way).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(mode(&path), 0o600);
        let second = write_fresh(dir.path(), ("a", "md"), "four", true).unwrap();
        assert_eq!(second, dir.path().join("a-2.md"));
        assert_eq!(mode(&second), 0o600);
        let names = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(names, 2, "nothing half written stays behind");
    }

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (link, target) = (dir.path().join("l"), dir.path().join("t"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(write(&link, "x", Way::default()).is_err());
        assert!(!target.exists());
    }
}
