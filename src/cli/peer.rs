//! A peer without a screen, left behind by a console that closes.

use super::context::Context;
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::io::paths;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Starts `matoi sync` on the same configuration and data, in a process group of its own, so that
/// neither Ctrl-C nor the end of this terminal is meant for it. Its process id.
///
/// # Errors
/// It cannot be started.
pub fn start(context: &Context) -> Result<u32, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        Problem::failed(both!(
            "matoi sync could not be started: {error}",
            "matoi sync を開始できません: {error}"
        ))
        .hint(Text::fixed(
            "Run it in another terminal: matoi sync",
            "別の端末で matoi sync を実行してください。",
        ))
    };
    let exe = std::env::current_exe().map_err(|error| failed(&error))?;
    let log = paths::private_append(&context.paths.data_dir.join("log").join("sync.log"))?;
    let mut command = Command::new(exe);
    command
        .arg("sync")
        .arg("--data-dir")
        .arg(&context.paths.data_dir);
    if let Some(file) = &context.global.config {
        command.arg("--config").arg(file);
    }
    if let Some(user) = &context.global.user {
        command.arg("--as").arg(user);
    }
    command
        .args(["--lang", context.lang.code()])
        // The token goes along in the environment, or is read from its file.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    command
        .spawn()
        .map(|child| child.id())
        .map_err(|error| failed(&error))
}

/// What is said once the terminal is given back.
pub fn runs(pid: u32) -> Text {
    both!(
        "matoi sync goes on in the background (process {pid}). To end it: kill {pid}",
        "matoi sync がバックグラウンドで動作しています (プロセス {pid})。終了するには: kill {pid}"
    )
}
