//! Where things are kept, and that only their owner can read them.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The places of one run. Nothing is created until it is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file, whether or not it exists.
    pub config_file: PathBuf,
    /// The journal, the embedded workspace and the logs.
    pub data_dir: PathBuf,
    pub home: Option<PathBuf>,
}

impl Paths {
    /// `config` and `data_dir` are what `--config`, `MATOI_CONFIG`, `--data-dir` and
    /// `MATOI_DATA_DIR` say; otherwise the platform's places.
    ///
    /// # Errors
    /// The platform names no home directory, and not both were given.
    pub fn find(config: Option<&Path>, data_dir: Option<&Path>) -> Result<Paths, Problem> {
        let usual = directories::ProjectDirs::from("", "", "matoi");
        let home = directories::BaseDirs::new().map(|base| base.home_dir().to_owned());
        let config_file = config.map(Path::to_owned).or_else(|| {
            usual
                .as_ref()
                .map(|dirs| dirs.config_dir().join("config.toml"))
        });
        let data_dir = data_dir
            .map(Path::to_owned)
            .or_else(|| usual.as_ref().map(|dirs| dirs.data_dir().to_owned()));
        match (config_file, data_dir) {
            (Some(config_file), Some(data_dir)) => Ok(Paths {
                config_file,
                data_dir,
                home,
            }),
            _ => Err(Problem::usage(Text::fixed(
                "this machine names no home directory",
                "ホームディレクトリが分かりません",
            ))
            .hint(Text::fixed(
                "set HOME, or give --config and --data-dir",
                "HOME を設定するか、--config と --data-dir を指定してください",
            ))),
        }
    }

    pub fn log_file(&self) -> PathBuf {
        self.data_dir.join("log").join("matoi.log")
    }

    pub fn workspace_dir(&self) -> PathBuf {
        self.data_dir.join("workspace")
    }
}

/// Makes a directory and what leads to it, readable by its owner only (0700).
pub fn private_dir(path: &Path) -> Result<(), Problem> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| cannot(path, &error))
}

/// Opens a file for appending, made 0600; a wider mode of an existing file is narrowed.
pub fn private_append(path: &Path) -> Result<File, Problem> {
    if let Some(folder) = path.parent() {
        private_dir(folder)?;
    }
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot(path, &error))?;
    let mode = file
        .metadata()
        .map_err(|error| cannot(path, &error))?
        .mode();
    if mode & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(|error| cannot(path, &error))?;
    }
    Ok(file)
}

/// Writes a file that only its owner can read (0600), whole or not at all.
pub fn private_write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let fresh = path.with_extension("new");
    // What a crash has left there is worth nothing.
    std::fs::remove_file(&fresh).ok();
    let mut file = private_append(&fresh)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written
        .and_then(|()| std::fs::rename(&fresh, path))
        .map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "cannot write to {path}: {error}",
        "{path} に書き込めません: {error}"
    ))
    .hint(Text::fixed(
        "choose a folder of yours with --data-dir or MATOI_DATA_DIR",
        "--data-dir か MATOI_DATA_DIR で、書き込めるフォルダーを指定してください",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("exists").mode() & 0o777
    }

    #[test]
    fn what_is_made_is_the_owners_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("a").join("b.log");
        private_append(&file).expect("made");
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(&root.path().join("a")), 0o700);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("set");
        private_append(&file).expect("opened");
        assert_eq!(mode(&file), 0o600);
    }

    #[test]
    fn given_places_win() {
        let paths = Paths::find(Some(Path::new("/c.toml")), Some(Path::new("/d"))).expect("found");
        assert_eq!(paths.config_file, Path::new("/c.toml"));
        assert_eq!(paths.log_file(), Path::new("/d/log/matoi.log"));
    }
}
