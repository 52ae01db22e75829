//! Where a token comes from: the environment, or a file that only its owner can read. Never from
//! the command line, which every process of the machine can see.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::secret::{Secret, TokenKind};
use crate::domain::words::Text;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The environment variable of the bot token.
pub const TOKEN_VARIABLE: &str = "MATOI_SLACK_TOKEN";

// Real tokens have some 60 to 250 characters; a larger file is another one, named by mistake.
const MAX_FILE: u64 = 4_096;

/// The token, if any is configured. `variable` is the value of [`TOKEN_VARIABLE`] and wins over
/// `file`; an empty one counts as not set.
///
/// # Errors
/// Of kind `Usage`: the file cannot be read, can be read by others, or holds no token. The token
/// is in none of them.
pub fn token(variable: Option<&str>, file: Option<&Path>) -> Result<Option<Secret>, Problem> {
    let variable = variable.map(str::trim).filter(|value| !value.is_empty());
    match (variable, file) {
        (Some(value), _) => checked(value, TOKEN_VARIABLE).map(Some),
        (None, Some(path)) => from_file(path).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_file(path: &Path) -> Result<Secret, Problem> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Problem::usage(both!(
            "cannot read the token file {name}: {error}",
            "トークンのファイル {name} を読めません: {error}"
        ))
        .hint(Text::fixed(
            "slack.token_file in the configuration names it",
            "設定の slack.token_file を確認してください",
        ))
    };
    // Opened first and checked through the handle: what is checked is what is read.
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    let mode = about.mode() & 0o777;
    let owner = rustix::process::geteuid().as_raw();
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(Problem::usage(both!(
            "{name} is no file with a token in it",
            "{name} はトークンのファイルではありません"
        )));
    }
    if mode & 0o077 != 0 {
        return Err(Problem::usage(both!(
            "others can read the token file {name} (mode {mode:03o})",
            "トークンのファイル {name} を他のユーザーも読める状態です (モード {mode:03o})"
        ))
        .hint(both!(
            "chmod 600 {name}",
            "chmod 600 {name} を実行してください"
        )));
    }
    if about.uid() != owner {
        return Err(Problem::usage(both!(
            "the token file {name} belongs to somebody else",
            "トークンのファイル {name} の所有者が別のユーザーです"
        ))
        .hint(Text::fixed(
            "keep the token in a file of your own",
            "自分が所有するファイルにトークンを置いてください",
        )));
    }
    let mut text = String::new();
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    checked(text.trim(), &name)
}

fn checked(token: &str, place: &str) -> Result<Secret, Problem> {
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Problem::usage(both!(
            "{place} holds no token",
            "{place} にトークンがありません"
        ))
        .hint(Text::fixed(
            "one line, such as xoxb-…, and nothing else",
            "xoxb-… のような 1 行だけを書いてください",
        )));
    }
    let secret = Secret::new(token);
    if secret.kind() == TokenKind::App {
        return Err(Problem::usage(both!(
            "{place} holds an app-level token (xapp-)",
            "{place} にあるのはアプリレベルトークン (xapp-) です"
        ))
        .hint(Text::fixed(
            "the bot token (xoxb-) is on the app's page \"OAuth & Permissions\"",
            "ボットトークン (xoxb-) は、アプリ設定の「OAuth & Permissions」にあります",
        )));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("made");
        std::fs::write(file.path(), text).expect("written");
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).expect("set");
        file
    }

    #[test]
    fn the_environment_wins_and_an_empty_one_is_none() {
        let kept = file("xoxb-file\n", 0o600);
        let found = |variable| {
            token(variable, Some(kept.path()))
                .expect("reads")
                .expect("one")
        };
        assert_eq!(found(Some("xoxb-env")).expose(), "xoxb-env");
        assert_eq!(found(Some("  ")).expose(), "xoxb-file");
        assert_eq!(found(None).expose(), "xoxb-file");
        assert_eq!(token(None, None), Ok(None));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_remedy() {
        for mode in [0o640, 0o604, 0o660, 0o644] {
            let open = file("xoxb-CANARY", mode);
            let problem = token(None, Some(open.path())).expect_err("refused");
            let hint = problem.hint.clone().expect("a remedy");
            assert!(hint.en.starts_with("chmod 600 "), "{hint:?}");
            assert!(!format!("{problem:?}").contains("CANARY"));
        }
    }

    #[test]
    fn what_is_no_bot_or_user_token_is_refused_without_being_shown() {
        for text in [
            "",
            "\n",
            "xoxb-CANARY\nxoxb-CANARY",
            "xapp-CANARY",
            "Bearer CANARY",
            "CANARYé",
        ] {
            let kept = file(text, 0o600);
            let problem = token(None, Some(kept.path())).expect_err("refused");
            assert!(!format!("{problem:?}").contains("CANARY"), "{problem:?}");
            if !text.trim().is_empty() {
                let problem = token(Some(text), None).expect_err("refused");
                assert!(!format!("{problem:?}").contains("CANARY"), "{problem:?}");
            }
        }
        assert!(token(None, Some(Path::new("/nowhere/token"))).is_err());
        assert!(token(None, Some(Path::new("/"))).is_err());
        let large = file(&"x".repeat(5_000), 0o600);
        assert!(token(None, Some(large.path())).is_err());
    }
}
