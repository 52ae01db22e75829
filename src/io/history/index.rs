//! Keeping the index.

use crate::app::clock;
use crate::app::history::{Page, Reading, Spoken, page, stamp};
use crate::app::snapshot::{Person, Snapshot, Summary};
use crate::both;
use crate::domain::history::Facts;
use crate::domain::ids::{ChannelId, GroupId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::sentence::Clocks;
use crate::domain::settings::Zone;
use crate::domain::sync::image::{IncidentRow, MessageRow};
use crate::domain::text::clean_line;
use crate::io::paths;
use crate::wire::mrkdwn::{self, Names};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const FILE: &str = "history.db";

/// Of the tables below and of what is put into them: another number is another shape.
const SHAPE: i64 = 1;

/// Every character that is no ASCII is part of a token: they are ours, and parted by spaces. The
/// first letters of words have an index of their own, since every search begins with them.
const TABLES: &str = "
    CREATE TABLE incident (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stamp INTEGER NOT NULL);
    CREATE TABLE line (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL);
    CREATE VIRTUAL TABLE whole USING fts5(
        title, about, body,
        content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3'
    );";

/// Lines of one incident have numbers of one range.
pub(super) const LINES: i64 = 1 << 20;

/// Incidents of one transaction where nobody waits for an answer.
const AT_ONCE: usize = 256;

/// The longest line that is kept to be shown; all of it is found.
const LONGEST: usize = 600;

/// An open index.
pub struct Index {
    pub(super) db: Connection,
    /// What people said, as the journal has it; none where that cannot be read.
    journal: Option<Connection>,
    dir: PathBuf,
    pub(super) known: BTreeMap<IncidentId, Known>,
    /// What the file holds.
    pub(super) held: HashMap<IncidentId, Held>,
    channels: HashMap<ChannelId, Channel>,
    /// Everything up to this revision of the journal was looked at.
    seen: i64,
    /// What may have changed, the latest last.
    dirty: BTreeSet<(DateTime<Utc>, IncidentId)>,
    pub(super) people: Arc<BTreeMap<UserId, Person>>,
    zone: Zone,
}

/// An incident as it was last published.
pub(super) struct Known {
    pub incident: Arc<Incident>,
    pub facts: Facts,
    channel: Option<ChannelId>,
}

#[derive(Clone, Copy)]
pub(super) struct Held {
    pub no: i64,
    stamp: i64,
}

#[derive(Default)]
struct Channel {
    /// Of the newest change of its messages.
    rev: i64,
    incident: Option<IncidentId>,
}

impl Index {
    /// Opens the index of a data directory, making it anew where it cannot be used.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn open(dir: &Path) -> Result<Index, Problem> {
        paths::private_dir(dir)?;
        let file = dir.join(FILE);
        let opened = connect(&file).or_else(|error| {
            tracing::warn!(%error, "the history's index cannot be used and is made anew");
            clear(&file);
            connect(&file)
        });
        let (db, held) = opened.map_err(|error| error.problem(&file))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let journal = Connection::open_with_flags(dir.join("journal.db"), flags);
        let journal = journal
            .and_then(|db| db.busy_timeout(Duration::from_secs(1)).map(|()| db))
            .map_err(|error| tracing::warn!(%error, "what people said cannot be searched"))
            .ok();
        Ok(Index {
            db,
            journal,
            dir: dir.to_owned(),
            known: BTreeMap::new(),
            held,
            channels: HashMap::new(),
            seen: 0,
            dirty: BTreeSet::new(),
            people: Arc::default(),
            zone: Zone::Local,
        })
    }

    /// Takes in what was published, and looks what else changed in the journal.
    pub fn look(&mut self, snapshot: &Snapshot) -> rusqlite::Result<()> {
        self.people = snapshot.people.clone();
        self.zone = snapshot.config.time_zone;
        for summary in &snapshot.incidents {
            self.meet(summary);
        }
        self.listen()
    }

    /// Without the journal: for what is published by a test or in a replay.
    fn meet(&mut self, summary: &Summary) {
        let id = &summary.incident.id;
        if let Some(known) = self.known.get(id) {
            let facts = &known.facts;
            let same = Arc::ptr_eq(&known.incident, &summary.incident)
                && facts.channel == summary.channel
                && facts.sight == summary.sight();
            if same {
                return;
            }
        }
        let channel = summary.channel.as_deref();
        let facts = Facts::of(&summary.incident, channel, summary.private, summary.drill);
        let Some(facts) = facts else {
            return;
        };
        self.dirty.insert((facts.declared, id.clone()));
        let channel = self.known.get(id).and_then(|known| known.channel.clone());
        let known = Known {
            incident: summary.incident.clone(),
            facts,
            channel,
        };
        self.known.insert(id.clone(), known);
    }

    /// Which channels are whose, and in which something was said since the last look.
    fn listen(&mut self) -> rusqlite::Result<()> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let newest: String =
            journal.query_row("SELECT value FROM meta WHERE key = 'rev'", [], |row| {
                row.get(0)
            })?;
        let newest: i64 = newest.parse().unwrap_or(0);
        // A journal that was put back from a backup begins again.
        let seen = if newest < self.seen { 0 } else { self.seen };
        let mut rows = journal.prepare_cached("SELECT body FROM incident WHERE rev > ?1")?;
        let mut rows = rows.query([seen])?;
        while let Some(row) = rows.next()? {
            let body = row.get_ref(0)?.as_str()?;
            let Ok(row) = serde_json::from_str::<IncidentRow>(body) else {
                continue;
            };
            if let Some(channel) = &row.channel {
                let of = self.channels.entry(channel.clone()).or_default();
                of.incident = Some(row.id.clone());
            }
        }
        let sql = "SELECT substr(key, 1, instr(key, '/') - 1) AS channel, max(rev)
            FROM message WHERE rev > ?1 GROUP BY channel";
        let mut rows = journal.prepare_cached(sql)?;
        let mut rows = rows.query([seen])?;
        while let Some(row) = rows.next()? {
            let channel = ChannelId::new(row.get::<_, String>(0)?);
            self.channels.entry(channel).or_default().rev = row.get(1)?;
        }
        self.seen = newest.min(i64::MAX - 1);
        for (channel, about) in &self.channels {
            let known = about
                .incident
                .as_ref()
                .and_then(|id| self.known.get_mut(id));
            let Some(known) = known else {
                continue;
            };
            let held = self.held.get(&known.facts.id);
            let first = known.channel.as_ref() != Some(channel);
            if first {
                known.channel = Some(channel.clone());
            }
            if first || about.rev > seen || held.is_none() {
                let facts = &known.facts;
                self.dirty.insert((facts.declared, facts.id.clone()));
            }
        }
        Ok(())
    }

    /// Takes in what was published and indexes all of it.
    ///
    /// # Errors
    /// The file cannot be written, made anew or not.
    pub fn fill(&mut self, snapshot: &Snapshot) -> Result<(), Problem> {
        let mut filled = self.look(snapshot).and_then(|()| self.work_all());
        if let Err(error) = &filled {
            self.recover(error)?;
            filled = self.look(snapshot).and_then(|()| self.work_all());
        }
        filled.map_err(|error| self.problem(&error))
    }

    fn work_all(&mut self) -> rusqlite::Result<()> {
        while self.work(AT_ONCE)? {}
        Ok(())
    }

    /// How many incidents are still to be looked at.
    pub fn behind(&self) -> usize {
        self.dirty.len()
    }

    /// Brings the next `most` incidents up to date, the latest first, in one transaction. Whether
    /// something is left.
    ///
    /// # Errors
    /// The file cannot be written; all of it is still to be done then.
    pub fn work(&mut self, most: usize) -> rusqlite::Result<bool> {
        if self.dirty.is_empty() {
            return Ok(false);
        }
        let mut taken = Vec::new();
        let done = self.write(most, &mut taken);
        if done.is_err() {
            if let Err(error) = self.db.execute_batch("ROLLBACK") {
                // There is none where it could not begin.
                tracing::debug!(%error, "the history's transaction");
            }
            for (_, id) in &taken {
                self.held.remove(id);
            }
            self.dirty.extend(taken);
        }
        done.map(|()| !self.dirty.is_empty())
    }

    fn write(
        &mut self,
        most: usize,
        taken: &mut Vec<(DateTime<Utc>, IncidentId)>,
    ) -> rusqlite::Result<()> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let mut wrote = 0;
        while wrote < most
            && let Some(next) = self.dirty.pop_last()
        {
            taken.push(next.clone());
            wrote += usize::from(self.bring(&next.1)?);
        }
        self.db.execute_batch("COMMIT")
    }

    /// Whether the file had to be changed.
    fn bring(&mut self, id: &IncidentId) -> rusqlite::Result<bool> {
        let Some(known) = self.known.get(id) else {
            return Ok(false);
        };
        let channel = known.channel.as_ref();
        let rev = channel
            .and_then(|channel| self.channels.get(channel))
            .map_or(0, |about| about.rev);
        let stamp = stamp(&known.incident, &known.facts, rev);
        if self.held.get(id).is_some_and(|held| held.stamp == stamp) {
            return Ok(false);
        }
        let names = Reader {
            people: &self.people,
            zone: self.zone,
        };
        let said = match (&self.journal, channel) {
            (Some(journal), Some(channel)) => said(journal, channel, &names)?,
            _ => Vec::new(),
        };
        let name = |user: &UserId| names.user(user).unwrap_or_else(|| user.to_string());
        let reading = Reading {
            name: &name,
            plain: &|text| mrkdwn::plain(text, &names),
            clocks: Clocks {
                time: &|at| clock::hhmm(names.zone, at),
                day: &|at| clock::local(names.zone, at).format("%Y-%m-%d").to_string(),
            },
        };
        let page = page(&known.incident, &known.facts, &said, &reading);
        let no = write(&self.db, id, stamp, &page)?;
        self.held.insert(id.clone(), Held { no, stamp });
        Ok(true)
    }

    /// After an error of the file: made anew where that is why, and everything indexed again.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn recover(&mut self, error: &rusqlite::Error) -> Result<(), Problem> {
        let file = self.dir.join(FILE);
        if !is_damaged(error) {
            return Err(broken(&file, error));
        }
        tracing::warn!(%error, "the history's index is damaged and is made anew");
        // The connection has to let go of the file first.
        self.db = Connection::open_in_memory().map_err(|e| broken(&file, &e))?;
        clear(&file);
        let opened = connect(&file).map_err(|error| error.problem(&file))?;
        (self.db, self.held) = opened;
        let all = self.known.values().map(|known| &known.facts);
        self.dirty = all
            .map(|facts| (facts.declared, facts.id.clone()))
            .collect();
        Ok(())
    }

    pub(super) fn problem(&self, error: &rusqlite::Error) -> Problem {
        broken(&self.dir.join(FILE), error)
    }
}

enum Failed {
    Sqlite(rusqlite::Error),
    Problem(Problem),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Failed {
        Failed::Sqlite(error)
    }
}

impl Failed {
    fn problem(self, file: &Path) -> Problem {
        match self {
            Failed::Sqlite(error) => broken(file, &error),
            Failed::Problem(problem) => problem,
        }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failed::Sqlite(error) => error.fmt(f),
            Failed::Problem(problem) => problem.sentence.en.fmt(f),
        }
    }
}

type Opened = (Connection, HashMap<IncidentId, Held>);

fn connect(file: &Path) -> Result<Opened, Failed> {
    // Made by us first, so that it is never readable by others, not even for a moment.
    drop(paths::private_append(file).map_err(Failed::Problem)?);
    let mut db = Connection::open(file)?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // What a power cut takes is indexed again.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let shape: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if shape != SHAPE {
        if shape != 0 {
            tracing::info!(
                shape,
                "the history's index is of another version and is made anew"
            );
        }
        tx.execute_batch(
            "DROP TABLE IF EXISTS whole; DROP TABLE IF EXISTS line; DROP TABLE IF EXISTS incident;",
        )?;
        tx.execute_batch(TABLES)?;
        tx.pragma_update(None, "user_version", SHAPE)?;
    }
    tx.commit()?;
    let held = {
        let mut rows = db.prepare("SELECT id, no, stamp FROM incident")?;
        let held = rows.query_map([], |row| {
            let id = IncidentId::new(row.get::<_, String>(0)?);
            let (no, stamp) = (row.get(1)?, row.get(2)?);
            Ok((id, Held { no, stamp }))
        })?;
        held.collect::<rusqlite::Result<_>>()?
    };
    Ok((db, held))
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown)
    ) || matches!(error, rusqlite::Error::SqlInputError { .. })
}

fn clear(file: &Path) {
    let name = file.as_os_str().to_owned();
    for side in ["", "-wal", "-shm"] {
        let mut path = name.clone();
        path.push(side);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the history's index cannot be removed");
        }
    }
}

fn broken(file: &Path, error: &impl std::fmt::Display) -> Problem {
    let path = file.display();
    Problem::failed(both!(
        "The history cannot be searched: {path}: {error}",
        "履歴を検索できません: {path}: {error}"
    ))
    .hint(both!(
        "It holds nothing of its own: rm {path} makes it anew.",
        "作り直せるファイルです: rm {path}"
    ))
}

/// Inside a transaction. The number of its lines' range.
fn write(tx: &Connection, id: &IncidentId, stamp: i64, page: &Page) -> rusqlite::Result<i64> {
    let known: Option<(i64, i64)> = tx
        .prepare_cached("SELECT no, stamp FROM incident WHERE id = ?1")?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let no = match known {
        // Another process was faster.
        Some((no, held)) if held == stamp => return Ok(no),
        Some((no, _)) => {
            tx.prepare_cached("UPDATE incident SET stamp = ?2 WHERE no = ?1")?
                .execute([no, stamp])?;
            tx.prepare_cached("DELETE FROM whole WHERE rowid = ?1")?
                .execute([no])?;
            no
        }
        None => {
            tx.prepare_cached("INSERT INTO incident (id, stamp) VALUES (?1, ?2)")?
                .execute(params![id.as_str(), stamp])?;
            tx.last_insert_rowid()
        }
    };
    tx.prepare_cached("INSERT INTO whole (rowid, title, about, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![no, page.title, page.about, page.body])?;
    let first = no * LINES;
    let lines = &page.lines[..page.lines.len().min(LINES as usize)];
    let held: HashMap<i64, (i64, String)> = {
        let sql = "SELECT id, at, text FROM line WHERE id >= ?1 AND id < ?2";
        let mut rows = tx.prepare_cached(sql)?;
        let rows = rows.query_map([first, first + LINES], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
        })?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (id, line) in (first..).zip(lines) {
        let (at, text) = (line.at.timestamp_millis(), shown(&line.text));
        let same = held.get(&id).is_some_and(|(a, t)| *a == at && *t == text);
        if !same {
            tx.prepare_cached("INSERT OR REPLACE INTO line VALUES (?1, ?2, ?3)")?
                .execute(params![id, at, text])?;
        }
    }
    tx.prepare_cached("DELETE FROM line WHERE id >= ?1 AND id < ?2")?
        .execute([first + lines.len() as i64, first + LINES])?;
    Ok(no)
}

/// On one line, and not without end.
fn shown(text: &str) -> String {
    clean_line(text).chars().take(LONGEST).collect()
}

/// What people and integrations wrote in a channel, oldest first.
fn said(
    journal: &Connection,
    channel: &ChannelId,
    names: &Reader<'_>,
) -> rusqlite::Result<Vec<Spoken>> {
    // `0` is the character behind `/`.
    let sql = "SELECT body FROM message WHERE key >= ?1 || '/' AND key < ?1 || '0' ORDER BY key";
    let mut rows = journal.prepare_cached(sql)?;
    let mut rows = rows.query([channel.as_str()])?;
    let mut said = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str()?;
        // The journal says so itself when it is read.
        let Ok(row) = serde_json::from_str::<MessageRow>(body) else {
            continue;
        };
        let subtype = row.message.subtype.as_deref();
        let spoken = matches!(
            subtype,
            None | Some("thread_broadcast" | "file_share" | "me_message" | "bot_message")
        );
        // What our own app wrote for an act is in the record.
        if row.deleted || row.message.own || !spoken {
            continue;
        }
        let Some(at) = DateTime::from_timestamp_micros(row.ts.micros()) else {
            continue;
        };
        let text = mrkdwn::plain(&row.message.text, names);
        let author = match &row.message.user {
            Some(user) => names.user(user),
            None => row.message.username.clone(),
        };
        said.push(Spoken {
            at,
            text: match author {
                Some(author) => format!("{author}: {text}"),
                None => text,
            },
        });
    }
    Ok(said)
}

/// Names in messages.
struct Reader<'a> {
    people: &'a BTreeMap<UserId, Person>,
    zone: Zone,
}

impl Names for Reader<'_> {
    fn user(&self, id: &UserId) -> Option<String> {
        self.people.get(id).map(|person| person.name.clone())
    }

    fn channel(&self, _: &ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        None
    }

    fn date(&self, unix: i64, _: &str) -> Option<String> {
        Some(clock::hhmm(self.zone, DateTime::from_timestamp(unix, 0)?))
    }
}
