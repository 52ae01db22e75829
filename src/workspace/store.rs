//! The workspace on disk: one table of JSON rows in SQLite, written and synced before a call is
//! answered. What was answered `ok` is there after a power cut.

use super::model::{App, Channel, Group, Message, Policy, Team, Token, User};
use super::state::{Key, State};
use crate::both;
use crate::domain::ids::SlackTs;
use crate::domain::problem::Problem;
use rusqlite::{Connection, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

pub struct Store {
    db: Connection,
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Meta {
    team: Team,
    policy: Policy,
    made: u64,
    posts: u64,
}

/// Raised when the rows' meaning changes.
const VERSION: i64 = 1;

impl Store {
    /// Opens or makes `dir/workspace.sqlite3`, readable by its owner only: it holds tokens.
    pub fn open(dir: &Path) -> Result<Store, Problem> {
        let path = dir.join("workspace.sqlite3");
        let shown = path.display();
        let failed = |error: &dyn std::fmt::Display| {
            Problem::failed(both!(
                "the workspace's file {shown} cannot be opened: {error}",
                "ワークスペースのファイル {shown} を開けません: {error}"
            ))
        };
        std::fs::create_dir_all(dir).map_err(|error| failed(&error))?;
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| failed(&error))?;
        let db = Connection::open(&path).map_err(|error| failed(&error))?;
        prepare(&db).map_err(|error| failed(&error))?;
        let version: i64 = db
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(|error| failed(&error))?;
        if version != VERSION {
            return Err(Problem::failed(both!(
                "the workspace's file {shown} was written by another version ({version})",
                "ワークスペースのファイル {shown} は別のバージョン({version})で作成されています"
            )));
        }
        Ok(Store { db, path })
    }

    /// What was stored; `None` in a new file.
    pub fn load(&self) -> Result<Option<State>, Problem> {
        self.read().map_err(|error| {
            let shown = self.path.display();
            Problem::failed(both!(
                "the workspace's file {shown} cannot be read: {error}",
                "ワークスペースのファイル {shown} を読み込めません: {error}"
            ))
        })
    }

    fn read(&self) -> Result<Option<State>, StoreError> {
        let Some(meta) = self.rows::<Meta>("meta")?.pop() else {
            return Ok(None);
        };
        let mut state = State::new(meta.1.team, meta.1.policy);
        state.made = meta.1.made;
        state.posts = meta.1.posts;
        for (_, user) in self.rows::<User>("user")? {
            state.put_user(user);
        }
        for (_, app) in self.rows::<App>("app")? {
            state.put_app(app);
        }
        for (_, group) in self.rows::<Group>("group")? {
            state.put_group(group);
        }
        for (_, token) in self.rows::<Token>("token")? {
            state.put_token(token);
        }
        for (_, channel) in self.rows::<Channel>("channel")? {
            state.put_channel(channel);
        }
        for (id, message) in self.rows::<Message>("message")? {
            let place = id
                .split_once('/')
                .and_then(|(channel, ts)| Some((channel, SlackTs::parse(ts).ok()?)));
            let (channel, ts) = place.ok_or(StoreError::Id(id.clone()))?;
            state.put_message(channel, ts, message);
        }
        state.take_changes();
        Ok(Some(state))
    }

    fn rows<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, StoreError> {
        let mut statement = self
            .db
            .prepare("SELECT id, body FROM item WHERE kind = ?1 ORDER BY id")?;
        let rows = statement.query_map([kind], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (id, body) = row?;
            Ok((id, serde_json::from_str(&body)?))
        })
        .collect()
    }

    /// SQLite's own switch for it: every write fails as on a disk that is read-only.
    pub fn refuse_writes(&self, refuse: bool) -> Result<(), Problem> {
        self.db
            .pragma_update(None, "query_only", refuse)
            .map_err(|error| {
                Problem::failed(both!(
                    "the workspace's file cannot be switched: {error}",
                    "ワークスペースのファイルを切り替えられません: {error}"
                ))
            })
    }

    /// Writes what changed in one synced transaction. On an error nothing of it is stored.
    pub fn save(&mut self, state: &State, changes: &BTreeSet<Key>) -> Result<(), Problem> {
        self.write(state, changes).map_err(|error| {
            let shown = self.path.display();
            Problem::failed(both!(
                "the workspace's file {shown} cannot be written: {error}",
                "ワークスペースのファイル {shown} に書き込めません: {error}"
            ))
        })
    }

    fn write(&mut self, state: &State, changes: &BTreeSet<Key>) -> Result<(), StoreError> {
        let transaction = self.db.transaction()?;
        for key in changes {
            let (kind, id, body) = row(state, key)?;
            match body {
                Some(body) => transaction
                    .prepare_cached(
                        "INSERT INTO item (kind, id, body) VALUES (?1, ?2, ?3)
                         ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                    )?
                    .execute(params![kind, id, body])?,
                None => transaction
                    .prepare_cached("DELETE FROM item WHERE kind = ?1 AND id = ?2")?
                    .execute(params![kind, id])?,
            };
        }
        transaction.commit()?;
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("a row is called {0}")]
    Id(String),
}

fn prepare(db: &Connection) -> Result<(), rusqlite::Error> {
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == 0 {
        db.execute_batch(&format!(
            "BEGIN;
             CREATE TABLE item (
                 kind TEXT NOT NULL,
                 id TEXT NOT NULL,
                 body TEXT NOT NULL,
                 PRIMARY KEY (kind, id)
             ) WITHOUT ROWID;
             PRAGMA user_version = {VERSION};
             COMMIT;"
        ))?;
    }
    Ok(())
}

type Row = (&'static str, String, Option<String>);

fn row(state: &State, key: &Key) -> Result<Row, serde_json::Error> {
    fn body<T: Serialize>(item: Option<&T>) -> Result<Option<String>, serde_json::Error> {
        item.map(serde_json::to_string).transpose()
    }
    Ok(match key {
        Key::Meta => {
            let meta = Meta {
                team: state.team.clone(),
                policy: state.policy.clone(),
                made: state.made,
                posts: state.posts,
            };
            ("meta", String::new(), body(Some(&meta))?)
        }
        Key::User(id) => ("user", id.clone(), body(state.user(id))?),
        Key::App(id) => ("app", id.clone(), body(state.app(id))?),
        Key::Group(id) => ("group", id.clone(), body(state.group(id))?),
        Key::Token(secret) => ("token", secret.clone(), body(state.token(secret))?),
        Key::Channel(id) => {
            let channel = state.channel(id).map(|room| &room.channel);
            ("channel", id.clone(), body(channel)?)
        }
        Key::Message(channel, ts) => {
            let message = state
                .channel(channel)
                .and_then(|room| room.messages.get(ts));
            ("message", format!("{channel}/{ts}"), body(message)?)
        }
    })
}
