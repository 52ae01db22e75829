//! The log file: for whoever looks into a defect, outside the terminal.
//!
//! Lines go through a bounded queue to a thread of their own, because nobody who logs may wait for
//! the disk; what does not fit is counted, and the count is logged. Every line is redacted, so that
//! a token in some library's error text stays out. The file is its owner's alone, and one older
//! file is kept.

use super::paths::private_append;
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::secret::redact;
use crate::domain::words::Text;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The environment variable of the level: `off`, `error`, `warn`, `info`, `debug`, `trace`.
pub const LEVEL_VARIABLE: &str = "MATOI_LOG";

// One line is some 150 bytes.
const QUEUE: usize = 4_096;
const LAST_WRITE: Duration = Duration::from_millis(500);
// A larger file is put aside at the start.
const ROTATE_AT: u64 = 8 * 1024 * 1024;

/// Writes out what is queued when it is dropped. Keep it for the life of the program.
pub struct Guard {
    lines: SyncSender<Message>,
    /// Nothing is sent through it; it closes when the thread has written what there was.
    written: Receiver<()>,
}

enum Message {
    Line(Vec<u8>),
    End,
}

/// Starts logging for the whole process. `level` is the value of [`LEVEL_VARIABLE`]; not set is
/// `info`.
///
/// # Errors
/// The level is none (kind `Usage`), the file cannot be written, or logging was started before.
pub fn start(path: &Path, level: Option<&str>) -> Result<Guard, Problem> {
    let level = level_of(level)?;
    let (writer, guard) = writer(path)?;
    tracing::subscriber::set_global_default(subscriber(writer, level)).map_err(|_| {
        Problem::failed(Text::fixed(
            "logging was started twice",
            "ログが二重に開始されました",
        ))
    })?;
    Ok(guard)
}

fn level_of(level: Option<&str>) -> Result<LevelFilter, Problem> {
    let level = level.map(str::trim).filter(|level| !level.is_empty());
    let Some(level) = level else {
        return Ok(LevelFilter::INFO);
    };
    level.parse().map_err(|_| {
        Problem::usage(both!(
            "{LEVEL_VARIABLE}: there is no level `{level}`",
            "{LEVEL_VARIABLE}: `{level}` というレベルはありません"
        ))
        .hint(Text::fixed(
            "there are off, error, warn, info, debug, trace",
            "off、error、warn、info、debug、trace から選んでください",
        ))
    })
}

fn subscriber(writer: Writer, level: LevelFilter) -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(writer)
        .finish()
}

fn writer(path: &Path) -> Result<(Writer, Guard), Problem> {
    if std::fs::metadata(path).is_ok_and(|about| about.len() > ROTATE_AT) {
        let older = path.with_extension("log.1");
        if let Err(error) = std::fs::rename(path, &older) {
            let older = older.display();
            return Err(Problem::failed(both!(
                "cannot move the log to {older}: {error}",
                "ログを {older} に移せません: {error}"
            )));
        }
    }
    let file = private_append(path)?;
    let (lines, queue) = sync_channel(QUEUE);
    let lost = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&lost);
    let (writing, written) = sync_channel(0);
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            drain(&queue, file, &counted);
            drop::<SyncSender<()>>(writing);
        })
        .map_err(|error| {
            Problem::failed(both!(
                "cannot start the log's thread: {error}",
                "ログのスレッドを開始できません: {error}"
            ))
        })?;
    let guard = Guard {
        lines: lines.clone(),
        written,
    };
    Ok((Writer { lines, lost }, guard))
}

fn drain(queue: &Receiver<Message>, mut file: File, lost: &AtomicU64) {
    while let Ok(Message::Line(line)) = queue.recv() {
        let missing = lost.swap(0, Ordering::Relaxed);
        let mut bytes = Vec::new();
        if missing > 0 {
            bytes.extend_from_slice(format!("{missing} lines did not fit\n").as_bytes());
        }
        bytes.extend_from_slice(&line);
        if file.write_all(&bytes).is_err() {
            // A full disk must not stop the program, and there is nowhere left to say so but here.
            lost.fetch_add(missing + 1, Ordering::Relaxed);
        }
    }
}

impl Drop for Guard {
    /// The thread ends at `End`, though the process-wide subscriber keeps its sender for ever. A
    /// disk that hangs does not keep the program from ending.
    fn drop(&mut self) {
        if self.lines.try_send(Message::End).is_ok() {
            // Closed or out of patience: either way there is nothing more to do.
            let _ended = self.written.recv_timeout(LAST_WRITE);
        }
    }
}

#[derive(Clone)]
struct Writer {
    lines: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        self.clone()
    }
}

impl Write for Writer {
    /// The formatter writes a whole event at once.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = redact(&String::from_utf8_lossy(bytes)).into_owned();
        match self.lines.try_send(Message::Line(line.into_bytes())) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn lines_are_redacted_and_written_before_the_guard_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log").join("matoi.log");
        let (writer, guard) = writer(&path).expect("opens");
        tracing::subscriber::with_default(subscriber(writer, LevelFilter::INFO), || {
            tracing::info!(token = "xoxb-1-CANARY", "call with {}", "xoxp-2-CANARY");
            tracing::debug!("too fine");
        });
        drop(guard);
        let text = std::fs::read_to_string(&path).expect("written");
        assert!(text.contains("call with [redacted]"), "{text}");
        assert!(
            !text.contains("CANARY") && !text.contains("too fine"),
            "{text}"
        );
        let mode = std::fs::metadata(&path)
            .expect("exists")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn nobody_waits_for_a_full_queue_and_the_loss_is_counted() {
        let (lines, queue) = sync_channel(1);
        let lost = Arc::new(AtomicU64::new(0));
        let mut writer = Writer {
            lines,
            lost: Arc::clone(&lost),
        };
        for _ in 0..5 {
            writer.write_all(b"line\n").expect("never fails");
        }
        assert_eq!(lost.load(Ordering::Relaxed), 4);
        drop(writer);
        let file = tempfile::NamedTempFile::new().expect("made");
        drain(&queue, file.reopen().expect("opens"), &lost);
        let text = std::fs::read_to_string(file.path()).expect("written");
        assert_eq!(text, "4 lines did not fit\nline\n");
    }

    #[test]
    fn a_large_log_is_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("matoi.log");
        let large = File::create(&path).expect("made");
        large.set_len(ROTATE_AT + 1).expect("grown");
        let (_, guard) = writer(&path).expect("opens");
        drop(guard);
        assert_eq!(std::fs::metadata(&path).expect("new").len(), 0);
        assert!(folder.path().join("matoi.log.1").exists());
    }

    #[test]
    fn levels() {
        assert_eq!(level_of(None), Ok(LevelFilter::INFO));
        assert_eq!(level_of(Some("debug")), Ok(LevelFilter::DEBUG));
        let problem = level_of(Some("loud")).expect_err("no level");
        assert_eq!(problem.kind.exit_code(), 2);
    }
}
