//! The workspace that the consoles of one data directory share: a server in a process group of its
//! own, started by whoever needs it first, ending by itself when nobody does.
//!
//! `workspace.lock` in the directory is locked for as long as the server lives, by the server alone,
//! so that kill -9 leaves nothing to clean up: a file without a lock is stale, whatever it says. Its
//! content, once the server listens, names url and tokens; it is readable by its owner only.
//!
//! Two that start at once both spawn a server. The one that gets the lock serves; the other ends
//! without a word, and both starters find the winner. A starter looks whether the file is locked
//! with a shared lock that it drops at once; a server therefore tries for a moment before it
//! concludes that another one lives.

use super::{Endpoint, Handle};
use crate::both;
use crate::domain::problem::Problem;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LOCK: &str = "workspace.lock";
const LOG: &str = "workspace.log";
/// How long a starter waits for a server to answer.
const START: Duration = Duration::from_secs(15);
const STEP: Duration = Duration::from_millis(10);
/// How long a server tries for the lock before it takes it for another server's.
const CLAIM: Duration = Duration::from_millis(300);
/// How long one attempt to reach a server may take.
const REACH: Duration = Duration::from_secs(2);
/// Bytes of the log that an error quotes.
const LOG_TAIL: usize = 2_000;

#[derive(Serialize, Deserialize)]
struct Hosted {
    #[serde(flatten)]
    endpoint: Endpoint,
    /// What the server's answers carry, so that another program on an old port is not taken for it.
    instance: String,
    pid: u32,
}

fn failed(dir: &Path, error: &dyn std::fmt::Display) -> Problem {
    let dir = dir.display();
    Problem::failed(both!(
        "the workspace in {dir} cannot be reached: {error}",
        "{dir} のワークスペースに接続できません: {error}"
    ))
}

fn open_lock(dir: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(dir.join(LOCK))
}

/// The workspace of `dir`: the running one, or one started with `exe`
/// (`exe workspace serve --hosted --dir DIR`). Waits until it answers, for 15 seconds at most.
///
/// It ends 30 s after its last connection has closed. A client that finds it gone (connection
/// refused) asks here again.
pub fn find_or_start(dir: &Path, exe: &Path) -> Result<Endpoint, Problem> {
    let deadline = Instant::now() + START;
    let mut child: Option<Child> = None;
    loop {
        // Opened anew each time: the directory may have been removed and made again meanwhile.
        let mut file = open_lock(dir).map_err(|error| failed(dir, &error))?;
        if is_held(&file).map_err(|error| failed(dir, &error))? {
            if let Some(hosted) = read(&mut file).filter(reaches) {
                if let Some(child) = child {
                    reap(child);
                }
                return Ok(hosted.endpoint);
            }
        } else {
            let ended = match &mut child {
                None => true,
                Some(child) => match child.try_wait().map_err(|error| failed(dir, &error))? {
                    Some(status) if !status.success() => return Err(died(dir)),
                    Some(_) => true,
                    None => false,
                },
            };
            if ended {
                child = Some(spawn(dir, exe).map_err(|error| failed(dir, &error))?);
            }
        }
        if Instant::now() > deadline {
            let late = io::Error::from(io::ErrorKind::TimedOut);
            return Err(failed(dir, &late));
        }
        std::thread::sleep(STEP);
    }
}

/// What is to be seen of the workspace of a directory from outside.
pub enum Seen {
    /// It was never started.
    Never,
    Stopped,
    Running {
        url: String,
        pid: u32,
    },
}

/// Looks without starting or making anything.
///
/// # Errors
/// The lock cannot be looked at.
pub fn look(dir: &Path) -> io::Result<Seen> {
    let mut file = match File::open(dir.join(LOCK)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Seen::Never),
        Err(error) => return Err(error),
    };
    if !is_held(&file)? {
        return Ok(Seen::Stopped);
    }
    Ok(match read(&mut file) {
        Some(hosted) => Seen::Running {
            url: hosted.endpoint.url,
            pid: hosted.pid,
        },
        // It starts at this moment, or ends.
        None => Seen::Stopped,
    })
}

fn is_held(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => {
            file.unlock()?;
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// `None` while the server has not written it, or not all of it.
fn read(file: &mut File) -> Option<Hosted> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether the server behind it answers, and is the one. Sends no token.
fn reaches(hosted: &Hosted) -> bool {
    let address = hosted
        .endpoint
        .url
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next())
        .and_then(|address| address.parse::<SocketAddr>().ok());
    let Some(address) = address.filter(|address| address.ip().is_loopback()) else {
        return false;
    };
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, REACH)?;
        stream.set_read_timeout(Some(REACH))?;
        stream.set_write_timeout(Some(REACH))?;
        let request =
            format!("GET /api/api.test HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.take(8_192).read_to_string(&mut answer)?;
        Ok(answer)
    };
    let mark = format!("x-matoi-instance: {}", hosted.instance);
    ask().is_ok_and(|answer| answer.lines().any(|line| line.eq_ignore_ascii_case(&mark)))
}

fn spawn(dir: &Path, exe: &Path) -> io::Result<Child> {
    let log = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(dir.join(LOG))?;
    Command::new(exe)
        .args(["workspace", "serve", "--hosted", "--dir"])
        .arg(dir)
        // Neither Ctrl-C nor a hang-up of the terminal is meant for it.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
}

/// Waits for the server's end, however late, so that it does not stay a zombie of a long-lived
/// console.
fn reap(mut child: Child) {
    let waiting = std::thread::Builder::new()
        .name("workspace-reaper".to_owned())
        .spawn(move || child.wait());
    if let Err(error) = waiting {
        tracing::debug!("no thread to wait for the workspace: {error}");
    }
}

fn died(dir: &Path) -> Problem {
    let log = std::fs::read_to_string(dir.join(LOG)).unwrap_or_default();
    let from = log.len().saturating_sub(LOG_TAIL);
    let tail = log
        .get(log.ceil_char_boundary(from)..)
        .unwrap_or("")
        .trim()
        .to_owned();
    failed(dir, &tail)
}

/// The right to serve a directory; as long as it is held nobody else does.
pub struct Claim {
    file: File,
    path: PathBuf,
}

impl Claim {
    /// `None` when another server lives, or the directory was removed while waiting for it to end.
    pub fn take(dir: &Path) -> Result<Option<Claim>, Problem> {
        let file = open_lock(dir).map_err(|error| failed(dir, &error))?;
        let deadline = Instant::now() + CLAIM;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(STEP);
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(failed(dir, &error)),
            }
        }
        let claim = Claim {
            file,
            path: dir.join(LOCK),
        };
        if !claim.is_current() {
            return Ok(None);
        }
        // What a killed server has left here is not ours.
        claim.file.set_len(0).map_err(|error| failed(dir, &error))?;
        Ok(Some(claim))
    }

    /// Whether the file that is locked is still the one at its path. When the directory is removed
    /// under a server, what it stores would be gone with its last breath.
    pub fn is_current(&self) -> bool {
        let same = |a: &Metadata, b: &Metadata| a.dev() == b.dev() && a.ino() == b.ino();
        match (self.file.metadata(), std::fs::metadata(&self.path)) {
            (Ok(ours), Ok(there)) => same(&ours, &there),
            _ => false,
        }
    }

    /// Tells starters where the server is.
    pub fn announce(&mut self, handle: &Handle) -> io::Result<()> {
        let hosted = Hosted {
            endpoint: handle.endpoint(),
            instance: handle.instance().to_owned(),
            pid: std::process::id(),
        };
        let text = serde_json::to_string(&hosted)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.flush()
    }

    /// Sends starters away before the server stops listening.
    pub fn withdraw(&mut self) -> io::Result<()> {
        self.file.set_len(0)
    }
}
