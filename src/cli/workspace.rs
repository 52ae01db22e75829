//! `matoi workspace serve`.

use crate::domain::problem::Problem;
use crate::workspace::faults::EXAMPLE;
use crate::workspace::limits::Mode;
use crate::workspace::serve::{LINGER, Serve, serve};
use clap::{Args, Subcommand};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub struct Workspace {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves a Slack-compatible workspace; the first line on stdout says where, as JSON
    Serve {
        /// Where to listen: 127.0.0.1 and a port, 0 for any
        #[arg(long, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
        listen: SocketAddr,
        /// Where it is kept; in memory when left out
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// What a new workspace begins with (TOML)
        #[arg(long, value_name = "FILE")]
        seed: Option<PathBuf>,
        /// What goes wrong, and when (TOML; `matoi workspace faults` prints one, explained)
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
        /// Answers however often it is asked
        #[arg(long, conflicts_with = "clamp")]
        no_limits: bool,
        /// Limits history and replies as for apps outside the Marketplace
        #[arg(long)]
        clamp: bool,
        /// Shared by the consoles of DIR, and ends when nobody needs it
        #[arg(long, hide = true, requires = "dir")]
        hosted: bool,
        /// Seconds that a shared workspace outlives its last connection
        #[arg(long, hide = true, value_name = "SECONDS", default_value_t = LINGER.as_secs_f64())]
        linger: f64,
    },
    /// Prints the documented example of a file for --faults
    Faults,
}

impl Workspace {
    pub fn run(self) -> Result<(), Problem> {
        let Command::Serve {
            listen,
            dir,
            seed,
            faults,
            no_limits,
            clamp,
            hosted,
            linger,
        } = self.command
        else {
            return super::out::line(EXAMPLE.trim_end());
        };
        let linger = Duration::try_from_secs_f64(linger).unwrap_or(LINGER);
        let limits = match (no_limits, clamp) {
            (true, _) => Mode::Off,
            (false, true) => Mode::Clamped,
            (false, false) => Mode::Slack,
        };
        let options = Serve {
            listen,
            dir,
            seed,
            faults,
            limits,
            hosted: hosted.then_some(linger),
        };
        // What a server that runs by itself cannot answer to anybody goes to its log.
        tracing_subscriber::fmt()
            .with_writer(io::stderr)
            .with_max_level(tracing::Level::WARN)
            .with_ansi(false)
            .init();
        serve(&options, &mut io::stdout())
    }
}
