//! The journal: one SQLite file in the data directory, shared by every process that works there.
//!
//! A row is a key and a JSON body, and carries the revision of the transaction that wrote it last.
//! Writing is always an upsert; nothing is ever deleted. Another process's changes are the rows
//! above the revision one has seen. A transaction is synced before it counts as committed.

use crate::both;
use crate::domain::ids::ConsoleId;
use crate::domain::problem::Problem;
use crate::domain::sync::image::{Image, Write};
use crate::domain::words::Text;
use crate::io::paths;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::de::DeserializeOwned;
use std::fs::{File, TryLockError};
use std::io::{Read, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod marks;

/// In the order in which rows are read back: a job's batch is known before the job.
const TABLES: [&str; 6] = ["incident", "channel", "event", "batch", "job", "message"];

/// Append-only: a step that has shipped is never edited. `PRAGMA user_version` counts them.
const MIGRATIONS: &[&str] = &[
    // 1: the first shape.
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE incident (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE TABLE channel (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE TABLE event (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE TABLE job (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE TABLE batch (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE TABLE message (key TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL);
     CREATE INDEX incident_rev ON incident (rev);
     CREATE INDEX channel_rev ON channel (rev);
     CREATE INDEX event_rev ON event (rev);
     CREATE INDEX job_rev ON job (rev);
     CREATE INDEX batch_rev ON batch (rev);
     CREATE INDEX message_rev ON message (rev);
     INSERT INTO meta VALUES ('rev', '0');",
    // 2: what was put off, dismissed or acknowledged at this console.
    "CREATE TABLE mark (
         incident TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
         PRIMARY KEY (incident, key)
     ) WITHOUT ROWID;",
];

/// Given back when the disk is full, so that what was typed can still be saved while room is made.
const BALLAST: u64 = 256 * 1024;
const BALLAST_FILE: &str = "ballast";
/// Below this many free bytes a failure of the disk is taken for want of room.
const TIGHT: u64 = 128 * 1024;

/// Locked by whoever holds the lease, with its process id in it.
const LEASE: &str = "sync.lock";

/// An open journal.
pub struct Journal {
    db: Connection,
    dir: PathBuf,
    /// Everything up to this revision is in the caller's image.
    seen: i64,
    /// The changes of the marks that were read.
    marks_seen: Option<i64>,
}

/// The right to talk to the workspace for a data directory; one process holds it.
pub struct Lease(#[expect(dead_code, reason = "the lock is the file being open")] File);

impl Journal {
    /// Opens the journal of a data directory, making it if there is none, and reads it whole.
    ///
    /// # Errors
    /// The folder cannot be written, the disk is full, the file is not a journal or of a later
    /// version. Nothing is changed then.
    pub fn open(dir: &Path, rng: &mut fastrand::Rng) -> Result<(Journal, Image), Problem> {
        paths::private_dir(dir)?;
        let file = dir.join("journal.db");
        // Made by us first, so that it is never readable by others, not even for a moment.
        drop(paths::private_append(&file)?);
        let mut db = Connection::open(&file).map_err(|e| trouble(&file, &e))?;
        let mut prepared = prepare(&mut db);
        if prepared.is_err() && no_room(dir) {
            // Even reading needs a little room, for the memory that processes share.
            drop_ballast(&dir.join(BALLAST_FILE));
            prepared = prepare(&mut db);
        }
        prepared.map_err(|e| explain(&file, e))?;
        for name in ["journal.db-wal", "journal.db-shm"] {
            let side = dir.join(name);
            if side.exists() {
                let mode = std::fs::Permissions::from_mode(0o600);
                std::fs::set_permissions(&side, mode).map_err(|e| cannot(&side, &e))?;
            }
        }
        let mut journal = Journal {
            db,
            dir: dir.to_owned(),
            seen: 0,
            marks_seen: None,
        };
        let fresh = ConsoleId::random(rng);
        let console = journal.setting_or("console", fresh.as_str())?;
        let mut image = Image::new(ConsoleId::new(console));
        for write in journal.newer()? {
            image.apply(&write);
        }
        journal.keep_ballast();
        Ok((journal, image))
    }

    /// A small value of this data directory.
    pub fn setting(&self, key: &str) -> Result<Option<String>, Problem> {
        self.db
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|e| self.trouble(&e))
    }

    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        let done = self.db.execute(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
            [key, value],
        );
        done.map(|_| ()).map_err(|e| self.trouble(&e))
    }

    /// The value, which is `first` if nobody set it before.
    fn setting_or(&mut self, key: &str, first: &str) -> Result<String, Problem> {
        let done = self.db.execute(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
            [key, first],
        );
        done.map_err(|e| self.trouble(&e))?;
        Ok(self.setting(key)?.unwrap_or_else(|| first.to_owned()))
    }

    /// Whether another process has committed since this one last looked. Cheap: no lock, no read.
    pub fn stale(&self) -> Result<bool, Problem> {
        Ok(self.revision()? > self.seen)
    }

    fn revision(&self) -> Result<i64, Problem> {
        revision(&self.db).map_err(|e| self.trouble(&e))
    }

    /// What other processes wrote since the last look.
    pub fn newer(&mut self) -> Result<Vec<Write>, Problem> {
        let seen = self.seen;
        let read = (|| {
            let tx = self.db.transaction()?;
            let newest = revision(&tx)?;
            Ok((rows_after(&tx, seen)?, newest))
        })();
        let (writes, newest) = read.map_err(|e: Broken| explain(&self.file(), e))?;
        self.seen = newest;
        Ok(writes)
    }

    /// Makes writes in one transaction. `make` is given what others wrote in the meantime, and
    /// decides on that; nobody else can write until it has returned. Returns what others wrote and
    /// what `make` returned.
    ///
    /// # Errors
    /// `make`'s own, and then nothing is written; or that nothing could be saved.
    pub fn transact<T>(
        &mut self,
        make: impl FnOnce(&[Write]) -> Result<(Vec<Write>, T), Problem>,
    ) -> Result<(Vec<Write>, T), Problem> {
        let file = self.file();
        let ballast = self.ballast();
        let full = |e: &rusqlite::Error| is_full(&file, e);
        let seen = self.seen;
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|e| trouble(&file, &e))?;
        let before = revision(&tx).map_err(|e| trouble(&file, &e))?;
        let newer = if before > seen {
            rows_after(&tx, seen).map_err(|e| explain(&file, e))?
        } else {
            Vec::new()
        };
        let (writes, out) = make(&newer)?;
        let rev = before + i64::from(!writes.is_empty());
        match finish(tx, &writes, rev) {
            Ok(()) => {
                self.seen = rev;
                Ok((newer, out))
            }
            Err(e) => {
                if full(&e) {
                    drop_ballast(&ballast);
                    if write_again(&mut self.db, &writes, before, rev).is_ok() {
                        self.seen = rev;
                        return Ok((newer, out));
                    }
                }
                Err(trouble(&file, &e))
            }
        }
    }

    /// Takes the right to talk to the workspace, if nobody has it.
    pub fn lease(&self) -> Result<Option<Lease>, Problem> {
        let path = self.dir.join(LEASE);
        let file = paths::private_append(&path)?;
        match file.try_lock() {
            Ok(()) => {
                // For people who look who holds it; a disk without room for a name is no reason
                // not to work.
                if let Err(error) = name_holder(&file) {
                    tracing::debug!(%error, "the lease names nobody");
                }
                Ok(Some(Lease(file)))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(cannot(&path, &e)),
        }
    }

    fn file(&self) -> PathBuf {
        self.dir.join("journal.db")
    }

    fn trouble(&self, error: &rusqlite::Error) -> Problem {
        trouble(&self.file(), error)
    }

    fn ballast(&self) -> PathBuf {
        self.dir.join(BALLAST_FILE)
    }

    /// A disk without room for the ballast will be noticed by the next commit; until then it is
    /// no reason not to start.
    fn keep_ballast(&self) {
        let path = self.ballast();
        let there = std::fs::metadata(&path).is_ok_and(|m| m.len() == BALLAST);
        if there || free(&self.dir).is_some_and(|bytes| bytes < 8 * BALLAST) {
            return;
        }
        let filled = paths::private_append(&path)
            .is_ok_and(|_| std::fs::write(&path, vec![0u8; 256 * 1024]).is_ok());
        if !filled {
            tracing::warn!("no room for the ballast file");
        }
    }
}

/// Bytes that may still be written where `dir` is.
fn name_holder(mut file: &File) -> std::io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}", std::process::id())
}

/// Whether a process holds the lease of a data directory, and which, where it could say so. Nothing
/// is made or kept.
///
/// # Errors
/// The lock cannot be looked at.
pub fn holder(dir: &Path) -> std::io::Result<Option<Option<u32>>> {
    let file = match File::open(dir.join(LEASE)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| None),
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            (&file).take(20).read_to_string(&mut text)?;
            Ok(Some(text.trim().parse().ok()))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Bytes that may still be written where a directory is; `None` where nobody says.
pub fn free(dir: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(dir).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

fn no_room(dir: &Path) -> bool {
    free(dir).is_some_and(|bytes| bytes < TIGHT)
}

fn drop_ballast(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "the ballast file could not be given back");
    }
}

/// The same writes once more, with the room of the ballast, if nobody wrote in between.
fn write_again(
    db: &mut Connection,
    writes: &[Write],
    before: i64,
    rev: i64,
) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if revision(&tx)? != before {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    finish(tx, writes, rev)
}

fn finish(tx: Transaction<'_>, writes: &[Write], rev: i64) -> rusqlite::Result<()> {
    write_all(&tx, writes, rev)?;
    tx.commit()
}

/// What reading a journal can meet.
enum Broken {
    Sqlite(rusqlite::Error),
    Row(String),
    Later(i64),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Broken {
        Broken::Sqlite(error)
    }
}

fn prepare(db: &mut Connection) -> Result<(), Broken> {
    db.busy_timeout(Duration::from_secs(10))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // FULL syncs the log at every commit: saved means saved, power cut or not.
    db.pragma_update(None, "synchronous", "FULL")?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(Broken::Later(version));
    }
    let done = usize::try_from(version).unwrap_or(0);
    for step in &MIGRATIONS[done..] {
        tx.execute_batch(step)?;
    }
    if version < known {
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}

fn revision(db: &Connection) -> rusqlite::Result<i64> {
    let mut query = db.prepare_cached("SELECT value FROM meta WHERE key = 'rev'")?;
    let text: String = query.query_row([], |row| row.get(0))?;
    Ok(text.parse().unwrap_or(0))
}

fn rows_after(db: &Connection, seen: i64) -> Result<Vec<Write>, Broken> {
    let mut writes = Vec::new();
    for table in TABLES {
        let sql = format!("SELECT key, body FROM {table} WHERE rev > ?1 ORDER BY rowid");
        let mut query = db.prepare_cached(&sql)?;
        let mut rows = query.query([seen])?;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            writes.push(read(table, body).map_err(|e| Broken::Row(format!("{table} {key}: {e}")))?);
        }
    }
    Ok(writes)
}

fn read(table: &str, body: &str) -> Result<Write, serde_json::Error> {
    fn of<T: DeserializeOwned>(body: &str) -> Result<T, serde_json::Error> {
        serde_json::from_str(body)
    }
    Ok(match table {
        "incident" => Write::Incident(of(body)?),
        "channel" => Write::Channel(of(body)?),
        "event" => Write::Event(of(body)?),
        "batch" => Write::Batch(of(body)?),
        "job" => Write::Job(of(body)?),
        _ => Write::Message(of(body)?),
    })
}

fn write_all(tx: &Transaction<'_>, writes: &[Write], rev: i64) -> rusqlite::Result<()> {
    for write in writes {
        let (table, key, body) = match write {
            Write::Incident(row) => ("incident", row.id.to_string(), serde_json::to_string(row)),
            Write::Channel(row) => ("channel", row.id.to_string(), serde_json::to_string(row)),
            Write::Event(row) => (
                "event",
                row.event.id.to_string(),
                serde_json::to_string(row),
            ),
            Write::Job(row) => ("job", row.seq.to_string(), serde_json::to_string(row)),
            Write::Batch(row) => ("batch", row.id.to_string(), serde_json::to_string(row)),
            Write::Message(row) => (
                "message",
                format!("{}/{}", row.channel, row.ts),
                serde_json::to_string(row),
            ),
        };
        let body = body.map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
        let sql = format!(
            "INSERT INTO {table} VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET rev = ?2, body = ?3"
        );
        tx.prepare_cached(&sql)?.execute(params![key, rev, body])?;
    }
    if !writes.is_empty() {
        tx.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'rev'")?
            .execute([rev.to_string()])?;
    }
    Ok(())
}

fn explain(file: &Path, broken: Broken) -> Problem {
    let path = file.display();
    match broken {
        Broken::Sqlite(error) => trouble(file, &error),
        Broken::Row(why) => damaged(file, &why),
        Broken::Later(version) => Problem::failed(both!(
            "The journal {path} was written by a later version of matoi (format {version}).",
            "記録ファイル {path} は新しい版の matoi のものです (形式 {version})。"
        ))
        .hint(Text::fixed(
            "Update matoi on this machine.",
            "この端末の matoi を更新してください。",
        )),
    }
}

fn damaged(file: &Path, why: &str) -> Problem {
    let path = file.display();
    Problem::failed(both!(
        "The journal {path} is damaged: {why}",
        "記録ファイル {path} が壊れています: {why}"
    ))
    .hint(both!(
        "Move it aside, do not delete it: mv {path} {path}.damaged. What reached Slack is read back from there.",
        "削除せずに退避してください: mv {path} {path}.damaged。Slack に届いたものは読み直されます。"
    ))
}

/// A write that found no room, or a failure of the disk that is one by the look of it.
fn is_full(file: &Path, error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => true,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            file.parent().is_some_and(no_room)
        }
        _ => false,
    }
}

fn trouble(file: &Path, error: &rusqlite::Error) -> Problem {
    use rusqlite::ErrorCode;
    let path = file.display();
    match error.sqlite_error_code() {
        _ if is_full(file, error) => Problem::failed(both!(
            "The disk is full: this was not saved ({path}).",
            "ディスクに空きがなく、保存できませんでした ({path})。"
        ))
        .hint(Text::fixed(
            "Make room, then do it again; what was typed is still here.",
            "空きを作ってもう一度実行してください。入力した内容は残っています。",
        )),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            damaged(file, &error.to_string())
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::failed(both!(
            "Another process keeps the journal {path} busy.",
            "別のプロセスが記録ファイル {path} を使用中です。"
        ))
        .hint(Text::fixed("Try again.", "もう一度実行してください。")),
        _ => Problem::failed(both!(
            "The journal {path} cannot be used: {error}",
            "記録ファイル {path} を使用できません: {error}"
        )),
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Problem {
    let path = path.display();
    Problem::failed(both!(
        "{path} cannot be used: {error}",
        "{path} を使用できません: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ChannelId, SlackTs};
    use crate::domain::sync::image::ChannelRow;

    fn channel(id: &str) -> Write {
        Write::Channel(ChannelRow {
            id: ChannelId::new(id),
            name: "shop".into(),
            incident: None,
            owner_ts: None,
            watermark: SlackTs::zero(),
            joined: false,
            archived: false,
            topic: None,
            ours: true,
        })
    }

    #[test]
    fn what_one_process_commits_another_reads() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut one, _) = Journal::open(dir.path(), &mut rng).unwrap();
        let (mut two, image) = Journal::open(dir.path(), &mut rng).unwrap();
        assert!(image.channels.is_empty());
        one.transact(|_| Ok((vec![channel("C1")], ()))).unwrap();
        assert!(two.stale().unwrap());
        let (newer, ()) = two
            .transact(|newer| {
                assert_eq!(newer, [channel("C1")]);
                Ok((vec![channel("C2")], ()))
            })
            .unwrap();
        assert_eq!(newer.len(), 1);
        assert_eq!(one.newer().unwrap(), [channel("C2")]);
        assert!(!one.stale().unwrap());
        let (_, image) = Journal::open(dir.path(), &mut rng).unwrap();
        assert_eq!(image.channels.len(), 2);
    }

    #[test]
    fn a_refused_act_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut journal, _) = Journal::open(dir.path(), &mut rng).unwrap();
        let refused: Result<(Vec<Write>, ()), Problem> =
            journal.transact(|_| Err(Problem::refused(Text::fixed("no", "不可"))));
        assert!(refused.is_err());
        journal.transact(|_| Ok((vec![channel("C1")], ()))).unwrap();
        assert_eq!(journal.revision().unwrap(), 1);
    }

    #[test]
    fn one_process_holds_the_lease() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (journal, _) = Journal::open(dir.path(), &mut rng).unwrap();
        let lease = journal.lease().unwrap();
        assert!(lease.is_some());
        assert!(journal.lease().unwrap().is_none());
        assert_eq!(holder(dir.path()).unwrap(), Some(Some(std::process::id())));
        drop(lease);
        assert_eq!(holder(dir.path()).unwrap(), None);
        assert!(journal.lease().unwrap().is_some());
    }

    #[test]
    fn files_are_the_owners_alone_and_a_broken_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut journal, _) = Journal::open(dir.path(), &mut rng).unwrap();
        journal.transact(|_| Ok((vec![channel("C1")], ()))).unwrap();
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.path());
        }
        drop(journal);
        let other = tempfile::tempdir().unwrap();
        std::fs::write(
            other.path().join("journal.db"),
            "no database at all, by far",
        )
        .unwrap();
        let Err(problem) = Journal::open(other.path(), &mut rng) else {
            panic!("opened nonsense");
        };
        assert!(
            problem
                .lines(crate::domain::words::Lang::En)
                .contains("Move it aside")
        );
        let kept = std::fs::read_to_string(other.path().join("journal.db")).unwrap();
        assert_eq!(kept, "no database at all, by far");
    }
}
