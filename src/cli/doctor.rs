//! `matoi doctor`.

use super::context::{self, Global};
use super::out;
use crate::app::doctor;
use crate::app::doctor::facts::{Asked, Facts, Token, Workspace};
use crate::domain::problem::Problem;
use crate::domain::secret::{Secret, redact};
use crate::domain::settings::Config;
use crate::domain::words::Text;
use crate::io::config::Loaded;
use crate::io::net::Door;
use crate::io::paths::Paths;
use crate::io::{doctor as gather, secrets};
use crate::workspace::host;
use std::path::PathBuf;
use std::sync::Arc;

/// The app that Slack is asked to make.
pub const MANIFEST: &str = include_str!("../../assets/slack-manifest.yaml");

/// Says how everything stands that an incident will need, and what to do about it.
pub fn run(global: Global, manifest: bool) -> Result<(), Problem> {
    if manifest {
        return out::line(MANIFEST.trim_end());
    }
    let lang = global.complaint_lang();
    let findings = doctor::judge(&facts(&global)?);
    let report = if global.json {
        format!("{:#}", doctor::json(&findings, lang))
    } else {
        doctor::lines(&findings, lang).trim_end().to_owned()
    };
    // A token may stand where a name was meant to.
    out::line(&redact(&report))?;
    doctor::verdict(&findings)
}

fn facts(global: &Global) -> Result<Facts, Problem> {
    let paths = Paths::find(global.config.as_deref(), global.data_dir.as_deref())?;
    let (configuration, loaded) = gather::configuration(global.config.as_deref(), &paths);
    // Modes are looked at before the journal is opened, which narrows them.
    let files = gather::files(&paths);
    let config = loaded.as_ref().map(|loaded| loaded.config.clone());
    let config = Arc::new(config.unwrap_or_default());
    let configured = (!config.user.is_empty()).then(|| config.user.clone());
    let mut facts = Facts {
        configuration,
        asked_user: global.user.clone().or(configured),
        config,
        token: Token::None,
        person: Token::None,
        slack: Asked::NotAsked(Text::fixed(
            "No Slack is configured.",
            "Slack は設定されていません。",
        )),
        terminal: gather::terminal(),
        files,
        journal: gather::journal(&paths),
        workspace: None,
    };
    match loaded {
        Some(loaded) => slack(&mut facts, &loaded, &paths),
        None => {
            facts.slack = Asked::NotAsked(Text::fixed(
                "Slack was not asked, because the configuration cannot be used.",
                "設定を読み取れないため、Slack には問い合わせていません。",
            ));
            facts.token = match variable() {
                Some(token) => some(&token, secrets::TOKEN_VARIABLE),
                None => Token::Unknown,
            };
        }
    }
    Ok(facts)
}

fn variable() -> Option<Secret> {
    let value = std::env::var(secrets::TOKEN_VARIABLE).ok()?;
    (!value.trim().is_empty()).then(|| Secret::new(value.trim()))
}

fn some(token: &Secret, from: &str) -> Token {
    Token::Some {
        kind: token.kind(),
        rotates: token.rotates(),
        from: from.to_owned(),
    }
}

fn slack(facts: &mut Facts, loaded: &Loaded, paths: &Paths) {
    match context::slack(loaded, paths) {
        Ok(Some(door)) => {
            let file = |name: &str| loaded.resolve(name, paths.home.as_deref());
            asked(facts, &loaded.config, file, &door);
        }
        Ok(None) => {
            facts.workspace = Some(match host::look(&paths.workspace_dir()) {
                Ok(host::Seen::Never) => Workspace::Never,
                Ok(host::Seen::Stopped) => Workspace::Stopped,
                Ok(host::Seen::Running { url, pid }) => Workspace::Running { url, pid },
                Err(error) => Workspace::Unknown(error.to_string()),
            });
        }
        Err(problem) => {
            facts.token = Token::Unusable(problem);
            facts.slack = Asked::NotAsked(Text::fixed(
                "Slack was not asked, because the token cannot be used.",
                "トークンを使えないため、Slack には問い合わせていません。",
            ));
        }
    }
}

fn asked(facts: &mut Facts, config: &Config, file: impl Fn(&str) -> PathBuf, door: &Door) {
    let path = |name: &str| file(name).display().to_string();
    let from = match variable() {
        Some(_) => secrets::TOKEN_VARIABLE.to_owned(),
        None => path(&config.slack.token_file),
    };
    facts.token = some(&door.token, &from);
    if let Some(person) = &door.person {
        facts.person = some(person, &path(&config.slack.user_token_file));
    }
    let long = match &facts.journal {
        Some(Ok(journal)) => journal.long_channel.as_ref(),
        _ => None,
    };
    match gather::slack(door, long) {
        Ok(said) => facts.slack = said,
        // The address: nothing was sent.
        Err(problem) => {
            facts.token = Token::Unusable(problem);
            facts.slack = Asked::NotAsked(Text::fixed(
                "Slack was not asked, because its address cannot be used.",
                "接続先を使えないため、Slack には問い合わせていません。",
            ));
        }
    }
}
