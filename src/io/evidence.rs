//! Files that show what happened: a copy of each is kept beside the journal, for its owner alone, and
//! what the record says of it tells later whether it is still the same.

use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::learn::{FileCopy, Learnt};
use crate::domain::problem::Problem;
use crate::domain::text::clean_line;
use crate::domain::words::Text;
use crate::io::paths::{private_append, private_dir};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The largest file of which a copy is kept, in bytes: logs, dumps of one process, screenshots. What
/// is larger is kept where it is safe, and linked.
pub const MOST: u64 = 100 << 20;

/// Characters of a name that stand in the record.
const NAME: usize = 100;
const PIECE: usize = 64 << 10;

/// What somebody gave as evidence, where that is a file of this machine and not a link.
pub fn path_in(learnt: &Learnt) -> Option<&str> {
    match learnt {
        Learnt::Evidence {
            link, file: None, ..
        } => Some(link.trim()).filter(|link| !link.is_empty() && !link.contains("://")),
        _ => None,
    }
}

/// Where an incident's files are.
#[derive(Clone, Debug)]
pub struct Locker {
    folder: PathBuf,
    home: Option<PathBuf>,
}

impl Locker {
    /// `home` is what `~/` means.
    pub fn new(data_dir: &Path, incident: &IncidentId, home: Option<&Path>) -> Locker {
        Locker {
            folder: data_dir.join("evidence").join(incident.as_str()),
            home: home.map(Path::to_owned),
        }
    }

    /// Evidence as it is written into the record: a path becomes a file that was copied.
    ///
    /// # Errors
    /// There is no such file, it is none, it is too large, or the copy could not be written. The file
    /// is never touched.
    pub fn take_in(&self, learnt: Learnt) -> Result<Learnt, Problem> {
        let Some(path) = path_in(&learnt) else {
            return Ok(learnt);
        };
        let (name, file) = self.keep(path, MOST)?;
        Ok(match learnt {
            Learnt::Evidence { line, .. } => Learnt::Evidence {
                link: name,
                line,
                file: Some(file),
            },
            learnt => learnt,
        })
    }

    fn keep(&self, path: &str, most: u64) -> Result<(String, FileCopy), Problem> {
        let path = match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        };
        // Asked before it is opened: what is no file, such as a pipe, may never open.
        let found = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if !found.is_file() {
            let path = path.display();
            return Err(Problem::refused(both!(
                "{path} is no file.",
                "{path} はファイルではありません。"
            ))
            .hint(Text::fixed(
                "Of a directory, make an archive first (tar, zip).",
                "ディレクトリは tar や zip でまとめてから添付してください。",
            )));
        }
        if found.len() > most {
            return Err(too_large(&path, most));
        }
        let from = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        private_dir(&self.folder)?;
        let fresh = self.folder.join(format!(".{}.new", std::process::id()));
        // What a crash has left there is worth nothing.
        std::fs::remove_file(&fresh).ok();
        let copied = self.copy(&path, from, &fresh, most);
        if copied.is_err() {
            std::fs::remove_file(&fresh).ok();
        }
        copied
    }

    fn copy(
        &self,
        path: &Path,
        mut from: File,
        fresh: &Path,
        most: u64,
    ) -> Result<(String, FileCopy), Problem> {
        let mut to = private_append(fresh)?;
        let (mut hash, mut size) = (Sha256::new(), 0);
        let mut piece = vec![0; PIECE];
        loop {
            let count = from
                .read(&mut piece)
                .map_err(|error| unreadable(path, &error))?;
            if count == 0 {
                break;
            }
            size += count as u64;
            // A log may grow while it is read.
            if size > most {
                return Err(too_large(path, most));
            }
            hash.update(&piece[..count]);
            to.write_all(&piece[..count])
                .map_err(|error| unwritable(fresh, &error))?;
        }
        to.sync_all().map_err(|error| unwritable(fresh, &error))?;
        let sha256: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let name = name_of(path);
        // Named by what is in it: the same file again is the same copy.
        let kept = self.folder.join(format!("{}-{name}", &sha256[..16]));
        std::fs::rename(fresh, &kept).map_err(|error| unwritable(&kept, &error))?;
        Ok((name, FileCopy { size, sha256 }))
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name: String = clean_line(&name).trim().chars().take(NAME).collect();
    match name.is_empty() {
        true => "file".to_owned(),
        false => name,
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Problem::not_found(both!(
            "There is no file {path}.",
            "ファイル {path} はありません。"
        ))
        .hint(Text::fixed(
            "Give the path of a file on this machine, or a link (https://…).",
            "この端末のファイルのパスか、https:// で始まるリンクを指定してください。",
        )),
        _ => Problem::failed(both!(
            "{path} cannot be read: {error}",
            "{path} を読めません: {error}"
        )),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "The copy cannot be written to {path}: {error}",
        "コピーを {path} に書き込めません: {error}"
    ))
}

fn too_large(path: &Path, most: u64) -> Problem {
    let (path, mib) = (path.display(), most >> 20);
    Problem::refused(both!(
        "{path} is larger than {mib} MiB: no copy was made.",
        "{path} は {mib} MiB を超えているため、コピーしていません。"
    ))
    .hint(Text::fixed(
        "Keep it where it is safe, and give the link; or attach the part that shows it.",
        "安全な場所に保管してリンクを指定するか、必要な部分だけを添付してください。",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn evidence(link: &str) -> Learnt {
        Learnt::Evidence {
            link: link.to_owned(),
            line: Some("the pool".to_owned()),
            file: None,
        }
    }

    #[test]
    fn a_file_is_copied_for_its_owner_alone_and_told_by_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("app log.txt");
        std::fs::write(&log, "abc").unwrap();
        let locker = Locker::new(
            &dir.path().join("data"),
            &IncidentId::new("i1"),
            Some(dir.path()),
        );
        let taken = locker.take_in(evidence("~/app log.txt")).unwrap();
        // The digest of "abc" is the standard's own example (FIPS 180-2, B.1).
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let file = FileCopy {
            size: 3,
            sha256: sha256.to_owned(),
        };
        assert_eq!(
            taken,
            Learnt::Evidence {
                link: "app log.txt".to_owned(),
                line: Some("the pool".to_owned()),
                file: Some(file),
            }
        );
        let kept = dir
            .path()
            .join("data/evidence/i1/ba7816bf8f01cfea-app log.txt");
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "abc");
        let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "abc");
        // A link stays one.
        let link = evidence("https://example.com/g");
        assert_eq!(locker.take_in(link.clone()).unwrap(), link);
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_and_nothing_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let locker = Locker::new(&data, &IncidentId::new("i1"), None);
        let text = |path: &Path| path.display().to_string();
        let missing = locker.take_in(evidence(&text(&dir.path().join("none"))));
        let missing = missing.unwrap_err();
        assert!(missing.sentence.en.starts_with("There is no file"));
        let folder = locker.take_in(evidence(&text(dir.path()))).unwrap_err();
        assert!(folder.sentence.en.ends_with("is no file."));
        let log = dir.path().join("big");
        std::fs::write(&log, [0; 9]).unwrap();
        assert!(locker.keep(&text(&log), 9).is_ok());
        let large = locker.keep(&text(&log), 8).unwrap_err();
        assert!(large.sentence.en.contains("no copy was made"));
        // One that grows while it is read.
        let fresh = data.join("evidence/i1/.x.new");
        let grown = locker.copy(&log, File::open(&log).unwrap(), &fresh, 8);
        assert!(grown.is_err());
        assert_eq!(
            std::fs::read_dir(data.join("evidence/i1")).unwrap().count(),
            2
        );
    }
}
