//! What was shown, put off, dismissed or acknowledged at this console. Kept beside the record, in a
//! table that nothing mirrors.

use super::{Broken, Journal, explain};
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::watch::{Local, Mark};
use rusqlite::{OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;

/// Under this setting the number of changes of the marks.
const CHANGES: &str = "marks";

impl Journal {
    /// All marks, if they changed since they were last read.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn newer_marks(&mut self) -> Result<Option<BTreeMap<IncidentId, Local>>, Problem> {
        let changes = self.mark_changes()?;
        if self.marks_seen == Some(changes) {
            return Ok(None);
        }
        let read = (|| {
            let mut query = self
                .db
                .prepare_cached("SELECT incident, key, body FROM mark")?;
            let mut rows = query.query([])?;
            let mut all: BTreeMap<IncidentId, Local> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let (incident, key): (String, String) = (row.get(0)?, row.get(1)?);
                let body: String = row.get(2)?;
                let mark: Mark = serde_json::from_str(&body)
                    .map_err(|e| Broken::Row(format!("mark {incident} {key}: {e}")))?;
                let local = all.entry(IncidentId::new(incident)).or_default();
                local.marks.insert(key, mark);
            }
            Ok(all)
        })();
        let all = read.map_err(|e: Broken| explain(&self.file(), e))?;
        self.marks_seen = Some(changes);
        Ok(Some(all))
    }

    /// # Errors
    /// They could not be saved; nothing is changed then.
    pub fn keep_marks(
        &mut self,
        incident: &IncidentId,
        marks: &[(String, Mark)],
    ) -> Result<(), Problem> {
        let file = self.file();
        let saved = (|| {
            let tx = self
                .db
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (key, mark) in marks {
                let body = serde_json::to_string(mark)
                    .map_err(|e| Broken::Row(format!("mark {incident} {key}: {e}")))?;
                tx.execute(
                    "INSERT INTO mark VALUES (?1, ?2, ?3)
                     ON CONFLICT (incident, key) DO UPDATE SET body = ?3",
                    params![incident.as_str(), key, body],
                )?;
            }
            tx.execute(
                "INSERT INTO meta VALUES (?1, '1')
                 ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
                [CHANGES],
            )?;
            tx.commit()?;
            Ok(())
        })();
        saved.map_err(|e: Broken| explain(&file, e))
    }

    fn mark_changes(&self) -> Result<i64, Problem> {
        let read: rusqlite::Result<Option<String>> = self
            .db
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")
            .and_then(|mut query| query.query_row([CHANGES], |row| row.get(0)).optional());
        let text = read.map_err(|e| self.trouble(&e))?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::store::MIGRATIONS;
    use chrono::DateTime;

    fn silenced() -> Mark {
        Mark {
            silenced: DateTime::from_timestamp(1_800_000_000, 0),
            ..Mark::default()
        }
    }

    #[test]
    fn marks_survive_a_restart_and_are_seen_by_other_windows() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut one, _) = Journal::open(dir.path(), &mut rng).unwrap();
        let (mut two, _) = Journal::open(dir.path(), &mut rng).unwrap();
        assert_eq!(two.newer_marks().unwrap(), Some(BTreeMap::new()));
        assert_eq!(two.newer_marks().unwrap(), None);
        let id = IncidentId::random(&mut rng);
        one.keep_marks(&id, &[("timekeeper".to_owned(), silenced())])
            .unwrap();
        let seen = two.newer_marks().unwrap().expect("changed");
        assert_eq!(seen[&id].mark("timekeeper"), silenced());
        // What is about the record is not touched: nobody reads it anew.
        assert!(!two.stale().unwrap());
        one.keep_marks(&id, &[("timekeeper".to_owned(), Mark::default())])
            .unwrap();
        drop((one, two));
        let (mut again, _) = Journal::open(dir.path(), &mut rng).unwrap();
        let seen = again.newer_marks().unwrap().expect("first look");
        assert_eq!(seen[&id].mark("timekeeper"), Mark::default());
        assert_eq!(seen[&id].marks.len(), 1);
    }

    #[test]
    fn a_journal_of_the_first_shape_gets_the_table_and_keeps_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let db = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.execute_batch("INSERT INTO meta VALUES ('me', 'UITO'); PRAGMA user_version = 1;")
            .unwrap();
        drop(db);
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut journal, _) = Journal::open(dir.path(), &mut rng).unwrap();
        assert_eq!(journal.setting("me").unwrap().as_deref(), Some("UITO"));
        let id = IncidentId::random(&mut rng);
        journal
            .keep_marks(&id, &[("level".to_owned(), silenced())])
            .unwrap();
        let seen = journal.newer_marks().unwrap().expect("changed");
        assert_eq!(seen[&id].mark("level"), silenced());
    }
}
