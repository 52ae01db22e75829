//! How others take part in a drill that somebody hosts: the host leaves an invitation, and whoever
//! joins opens an ordinary console on the drill's workspace.

use crate::both;
use crate::cli::console::{self, Opening};
use crate::cli::context::{Context, Global};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::words::Text;
use crate::io::net::Door;
use crate::io::paths::{self, Paths};
use crate::io::secrets;
use crate::io::slack::Settings;
use crate::workspace::Handle;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where the drills of this machine are kept.
pub fn runs(paths: &Paths) -> PathBuf {
    paths.data_dir.join("drills")
}

fn file(paths: &Paths) -> PathBuf {
    runs(paths).join("hosted.json")
}

/// What a host leaves for the consoles of this machine: readable by its owner only.
#[derive(Serialize, Deserialize)]
struct Left {
    url: String,
    token: String,
    players: Vec<String>,
}

/// A drill that others can join, until this is dropped.
pub struct Invitation {
    file: PathBuf,
    url: String,
    players: Vec<String>,
}

impl Invitation {
    /// # Errors
    /// It cannot be written.
    pub fn post(
        context: &Context,
        workspace: &Handle,
        players: &[String],
    ) -> Result<Invitation, Problem> {
        let left = Left {
            url: workspace.url(),
            token: workspace.bot_token(),
            players: players.to_owned(),
        };
        let file = file(&context.paths);
        let text = serde_json::to_vec(&left).map_err(|error| {
            Problem::failed(both!(
                "The invitation cannot be written: {error}",
                "招待を保存できません: {error}"
            ))
        })?;
        paths::private_write(&file, &text)?;
        Ok(Invitation {
            file,
            url: left.url,
            players: left.players,
        })
    }

    /// How to join, for whoever hosts to pass on.
    pub fn text(&self) -> Text {
        let (players, url) = (self.players.join(", "), &self.url);
        let first = self.players.first().map_or("", String::as_str);
        let file = self.file.display();
        both!(
            "Others join on this machine:\n  matoi drill join {first}      (who plays: {players})\nThrough a tunnel of your own to {url} they give the address, and the token that {file} holds in a file of theirs:\n  matoi drill join {first} --at http://127.0.0.1:PORT/api/ --token-file FILE",
            "この端末からの参加:\n  matoi drill join {first}      (参加者: {players})\n自分で用意したトンネルで {url} へ接続する場合は、接続先と、{file} にあるトークンを書いたファイルを指定します:\n  matoi drill join {first} --at http://127.0.0.1:PORT/api/ --token-file FILE"
        )
    }
}

impl Drop for Invitation {
    fn drop(&mut self) {
        // Gone already, or of no use to anybody: its workspace ends with this process.
        std::fs::remove_file(&self.file).ok();
    }
}

/// Where a drill is, for whoever comes from elsewhere.
pub struct At {
    /// Ends in `/api/`.
    pub url: Option<String>,
    pub token_file: Option<PathBuf>,
}

/// Opens a console on a drill that somebody hosts.
///
/// # Errors
/// Nobody hosts one, or who joins is not among its players.
pub fn run(global: Global, who: &str, at: At) -> Result<(), Problem> {
    let context = global.context()?;
    let who = who.trim_start_matches('@').to_owned();
    let (url, token, players) = match at.url {
        Some(url) => {
            let token = secrets::token(None, at.token_file.as_deref())?;
            let token = token.ok_or_else(|| {
                Problem::usage(Text::fixed(
                    "There is no token of the drill's workspace.",
                    "訓練用ワークスペースのトークンがありません。",
                ))
                .hint(Text::fixed(
                    "Give --token-file FILE; the host knows the token.",
                    "--token-file FILE を指定してください。トークンは主催者が知っています。",
                ))
            })?;
            (url, token, Vec::new())
        }
        None => {
            let left = left(&file(&context.paths))?;
            (left.url, Secret::new(left.token), left.players)
        }
    };
    if !players.is_empty() && !players.contains(&who) {
        let known = players.join(", ");
        return Err(Problem::not_found(both!(
            "\"{who}\" does not play in this drill.",
            "「{who}」はこの訓練の参加者ではありません。"
        ))
        .hint(both!("Who plays: {known}", "参加者: {known}")));
    }
    let door = Door {
        settings: Settings {
            api_url: url,
            ..Settings::default()
        },
        token,
        person: None,
    };
    let dir = runs(&context.paths).join("joined").join(&who);
    // A console of an earlier drill knows another workspace.
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(|error| {
            let dir = dir.display();
            Problem::failed(both!(
                "{dir} cannot be cleared: {error}",
                "{dir} を空にできません: {error}"
            ))
        })?;
    }
    let context = context.of_drill(dir, door, &format!("@{who}"));
    let opening = Opening {
        joined: true,
        ..Opening::default()
    };
    console::run(context, opening).map(drop)
}

fn left(file: &Path) -> Result<Left, Problem> {
    let none = || {
        Problem::not_found(Text::fixed(
            "Nobody hosts a drill on this machine.",
            "この端末で主催中の訓練はありません。",
        ))
        .hint(Text::fixed(
            "matoi drill run NAME --host begins one; --at ADDRESS joins one elsewhere.",
            "matoi drill run NAME --host で始められます。別の場所の訓練には --at で参加します。",
        ))
    };
    let text = std::fs::read_to_string(file).map_err(|_| none())?;
    serde_json::from_str(&text).map_err(|_| none())
}
