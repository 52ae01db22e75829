//! `matoi calls`: needs no journal, no workspace and no network, and of the configuration only what
//! it shows.

use super::context::Global;
use super::out;
use crate::app::calls;
use crate::both;
use crate::domain::problem::Problem;
use crate::io::config;
use crate::io::paths::Paths;

pub fn run(global: &Global) -> Result<(), Problem> {
    let paths = Paths::find(global.config.as_deref(), global.data_dir.as_deref())?;
    let lang = global.complaint_lang();
    let asked = global.config.as_deref();
    let config = match config::load(asked, &paths.config_file) {
        Ok(loaded) => loaded.config,
        // A mistake elsewhere in the file must not keep a number from whoever needs it now.
        Err(problem) => {
            let file = asked.unwrap_or(&paths.config_file);
            let Some(config) = config::call_sheet(file) else {
                return Err(problem);
            };
            let (en, ja) = (problem.sentence.en, problem.sentence.ja);
            let said = both!(
                "The configuration has mistakes ({en}); this is what it says of people.",
                "設定に誤りがあります ({ja})。連絡先だけを読み取って表示します。"
            );
            out::talk(&said, lang);
            config
        }
    };
    if global.json {
        return out::line(&format!("{:#}", calls::json(&config, lang)));
    }
    out::line(&calls::sheet(&config, None, lang))
}
