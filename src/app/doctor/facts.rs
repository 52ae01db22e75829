//! What was found out about a set-up. Whoever gathers it judges nothing.

use crate::domain::ids::ChannelId;
use crate::domain::problem::Problem;
use crate::domain::secret::TokenKind;
use crate::domain::settings::Config;
use crate::domain::words::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is judged.
#[derive(Clone, Debug)]
pub struct Facts {
    pub configuration: Configuration,
    /// The defaults where the file cannot be read.
    pub config: Arc<Config>,
    /// Who sits here, as said by flag, environment or configuration.
    pub asked_user: Option<String>,
    pub token: Token,
    /// The token of `slack.user_token_file`.
    pub person: Token,
    pub slack: Asked<Slack>,
    pub terminal: Terminal,
    pub files: Files,
    pub journal: Option<Result<Journal, Problem>>,
    /// Only where no Slack is configured.
    pub workspace: Option<Workspace>,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked<T> {
    Known(T),
    /// Slack's code, and the scope that it misses.
    Refused {
        code: String,
        needed: Option<String>,
    },
    /// The network, or an answer that made no sense: what happened.
    Unreachable(String),
    /// Why not.
    NotAsked(Text),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    pub path: String,
    pub exists: bool,
    /// Permission bits, where it exists.
    pub mode: Option<u32>,
    /// What is wrong in it, each with its line.
    pub mistakes: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    None,
    /// The configuration that may name it cannot be used.
    Unknown,
    /// There is one, and it may not be used: why.
    Unusable(Problem),
    Some {
        kind: TokenKind,
        /// Slack changes it every 12 hours.
        rotates: bool,
        /// The variable or the file that it is from.
        from: String,
    },
}

/// What Slack said about itself and the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Slack {
    pub address: String,
    pub team: String,
    pub user: String,
    pub user_id: String,
    pub is_bot: bool,
    /// From the header x-oauth-scopes.
    pub scopes: Option<Vec<String>>,
    /// Those of the person's token.
    pub person_scopes: Option<Vec<String>>,
    /// This machine's clock minus Slack's, in seconds, from the header Date.
    pub ahead: Option<f64>,
    /// Whether a page of history held fewer messages than were asked for and there.
    pub clamped: Asked<bool>,
    pub people: Asked<Vec<Person>>,
    pub groups: Asked<Vec<Group>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub mail: String,
    pub guest: bool,
    pub gone: bool,
    pub bot: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub handle: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Columns and rows; `None`: stdout is no terminal.
    pub size: Option<(u16, u16)>,
    /// TERM, COLORTERM, NO_COLOR, TMUX, STY and the locale's, as far as they are set.
    pub env: BTreeMap<String, String>,
    /// Cells that the terminal gives to a line of box drawing, where it answered.
    pub rule_cells: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    pub data_dir: String,
    /// What is there: path, permission bits, whether it is ours.
    pub found: Vec<File>,
    /// Why nothing could be written there.
    pub unwritable: Option<String>,
    /// Bytes free where the data directory is, or will be.
    pub free: Option<u64>,
    pub lease: Lease,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub mode: u32,
    pub ours: bool,
}

/// Who talks to the workspace for this data directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lease {
    #[default]
    Free,
    /// By which process, where it said so.
    Held(Option<u32>),
    Unknown(String),
}

/// What the journal tells about the team.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// Consoles heard in the last ten minutes, this one included.
    pub consoles: u32,
    /// Slack's codes of what failed and was not given up, with how often.
    pub failed: BTreeMap<String, usize>,
    /// Of these, codes with which a channel could not be opened.
    pub create_failed: BTreeMap<String, usize>,
    pub waiting: usize,
    /// A channel that holds more messages than a clamped app gets at once.
    pub long_channel: Option<ChannelId>,
}

/// The embedded workspace of the data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Workspace {
    Never,
    Stopped,
    Running { url: String, pid: u32 },
    Unknown(String),
}
