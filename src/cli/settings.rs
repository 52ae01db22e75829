//! `matoi config`.

use super::context::Global;
use super::out;
use crate::both;
use crate::domain::problem::Problem;
use crate::io::config;
use crate::io::paths::Paths;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Config {
    /// Read the configuration and say what is wrong with it
    Check,
    /// Where the configuration is looked for
    Path,
    /// Every key with its default, to begin a file with
    Example,
}

pub fn run(global: Global, what: Config) -> Result<(), Problem> {
    match what {
        Config::Example => out::line(config::EXAMPLE.trim_end()),
        Config::Path => {
            let paths = Paths::find(global.config.as_deref(), global.data_dir.as_deref())?;
            out::line(&paths.config_file.display().to_string())
        }
        Config::Check => {
            let lang = global.lang();
            let context = global.context()?;
            let path = context.paths.config_file.display().to_string();
            out::talk(
                &both!("{path}: no mistakes found", "{path}: 問題はありません"),
                lang,
            );
            Ok(())
        }
    }
}
