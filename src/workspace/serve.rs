//! `matoi workspace serve`: the workspace as a process of its own.

use super::faults::Plan;
use super::host::Claim;
use super::limits::Mode;
use super::{Handle, Options, Workspace, cannot_start};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// How long a shared workspace outlives its last connection.
pub const LINGER: Duration = Duration::from_secs(30);
const CHECK: Duration = Duration::from_millis(500);

/// How to serve.
#[derive(Clone, Debug)]
pub struct Serve {
    /// On loopback; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// `None` keeps it in memory.
    pub dir: Option<PathBuf>,
    pub seed: Option<PathBuf>,
    pub faults: Option<PathBuf>,
    pub limits: Mode,
    /// Shared by consoles: holds the directory's lock, and ends by itself so long after its last
    /// connection.
    pub hosted: Option<Duration>,
}

/// Serves until SIGTERM, SIGINT or, when hosted, until nobody needs it. The first line on `out` is
/// `{"url","token","team","users":[{"id","name","token"}],"apps":[…]}`. Returns at once when hosted and another
/// server has the directory.
pub fn serve(options: &Serve, out: &mut dyn Write) -> Result<(), Problem> {
    if !options.listen.ip().is_loopback() || !options.listen.is_ipv4() {
        let listen = options.listen;
        return Err(Problem::usage(both!(
            "the workspace listens on 127.0.0.1 only, not on {listen}",
            "ワークスペースは 127.0.0.1 でのみ待ち受けます({listen} は使えません)"
        )));
    }
    let mut claim = match (&options.dir, options.hosted) {
        (Some(dir), Some(_)) => match Claim::take(dir)? {
            Some(claim) => Some(claim),
            None => return Ok(()),
        },
        (None, Some(_)) => {
            return Err(Problem::usage(Text::fixed(
                "--hosted needs --dir",
                "--hosted には --dir が必要です",
            )));
        }
        (_, None) => None,
    };
    let handle = Workspace::open(Options {
        dir: options.dir.clone(),
        seed: options.seed.as_deref().map(read).transpose()?,
        faults: match &options.faults {
            Some(path) => Plan::parse(&read(path)?).map_err(|problem| in_file(path, problem))?,
            None => Plan::default(),
        },
        limits: options.limits,
        port: options.listen.port(),
        ..Options::default()
    })?
    .start()?;
    if let Some(claim) = &mut claim {
        claim
            .announce(&handle)
            .map_err(|error| cannot_start(&error))?;
    }
    print_endpoint(&handle, out).map_err(|error| cannot_start(&error))?;
    let hosting = claim.as_ref().zip(options.hosted);
    wait(&handle, hosting).map_err(|error| cannot_start(&error))?;
    if let Some(claim) = &mut claim {
        claim.withdraw().map_err(|error| cannot_start(&error))?;
    }
    handle.stop();
    Ok(())
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        Problem::usage(both!(
            "{path} cannot be read: {error}",
            "{path} を読み込めません: {error}"
        ))
    })
}

fn in_file(path: &Path, problem: Problem) -> Problem {
    let path = path.display();
    let (en, ja) = (problem.sentence.en, problem.sentence.ja);
    Problem {
        kind: problem.kind,
        sentence: both!("{path}, {en}", "{path} の {ja}"),
        hint: problem.hint,
    }
}

fn print_endpoint(handle: &Handle, out: &mut dyn Write) -> io::Result<()> {
    let line = serde_json::to_string(&handle.endpoint())?;
    writeln!(out, "{line}")?;
    out.flush()
}

fn wait(handle: &Handle, hosting: Option<(&Claim, Duration)>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut term = signal(SignalKind::terminate())?;
        let mut int = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            () = unneeded(handle, hosting) => {}
        }
        Ok(())
    })
}

/// Ends when nothing has been connected for so long, or its directory is gone; never when not
/// hosted.
async fn unneeded(handle: &Handle, hosting: Option<(&Claim, Duration)>) {
    let Some((claim, linger)) = hosting else {
        return std::future::pending().await;
    };
    let mut last = handle.last_request();
    let mut since = Instant::now();
    loop {
        tokio::time::sleep(CHECK.min(linger)).await;
        if !claim.is_current() {
            return;
        }
        let now = handle.last_request();
        if handle.connections() > 0 || now != last {
            last = now;
            since = Instant::now();
        } else if since.elapsed() >= linger {
            return;
        }
    }
}
