//! `matoi workspace serve`.

use crate::domain::problem::Problem;
use crate::workspace::limits::Mode;
use crate::workspace::serve::{LINGER, Serve, serve};
use clap::{Args, Subcommand};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

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
        /// What goes wrong, and when (TOML)
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
    },
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
        } = self.command;
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
            hosted: hosted.then_some(LINGER),
        };
        serve(&options, &mut io::stdout())
    }
}
