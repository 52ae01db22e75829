//! A player as a file: at which time somebody does what, in the program's own subcommands.
//!
//! ```text
//! # time  (who)  subcommand, without its incident
//! 0:20    command
//! 1:10    @ito message "Who is looking at the load balancer?"
//! 2:30    level {level:1}
//! 3:00    say "in Slack, without a console"
//! ```

use crate::both;
use crate::cli::deeds::Deed;
use crate::cli::lessons::Lesson;
use crate::cli::verbs::Verb;
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::words::Text;
use crate::drill::scenario::Secs;
use clap::Parser;

/// One line.
pub struct Line {
    /// Of the file, from 1.
    pub number: usize,
    pub at: Secs,
    /// A handle, without `@`; the first player where it is left out.
    pub by: Option<String>,
    pub what: What,
}

#[derive(Clone)]
pub enum What {
    Verb(Box<Verb>),
    Deed(Box<Deed>),
    Lesson(Box<Lesson>),
    /// Written in Slack, without a console.
    Say(String),
}

#[derive(Parser)]
#[command(name = "matoi", no_binary_name = false)]
struct Typed {
    #[command(subcommand)]
    what: Public,
}

#[derive(clap::Subcommand)]
enum Public {
    #[command(flatten)]
    Verb(Box<Verb>),
    #[command(flatten)]
    Deed(Box<Deed>),
    #[command(flatten)]
    Lesson(Box<Lesson>),
}

/// The lines of a player's file, in order of time. `name` is how errors call it.
///
/// # Errors
/// Of kind `Usage`: a line is none, with its number.
pub fn parse(name: &str, text: &str, config: &Config) -> Result<Vec<Line>, Problem> {
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let number = n + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parsed = one(number, line, config).map_err(|why| {
            let (en, ja) = (&why.en, &why.ja);
            Problem::usage(both!("{name}:{number}: {en}", "{name}:{number}: {ja}"))
                .hint(Text::same("2:30 level critical"))
        })?;
        lines.push(parsed);
    }
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

fn one(number: usize, line: &str, config: &Config) -> Result<Line, Text> {
    let (at, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let at = Secs::parse(at).ok_or_else(|| {
        both!(
            "\"{at}\" is no time of a drill",
            "「{at}」は訓練の時刻ではありません"
        )
    })?;
    let words = shlex::split(&levels(rest, config))
        .ok_or_else(|| Text::fixed("a quotation mark is missing", "引用符が閉じていません"))?;
    let mut words = words.into_iter().peekable();
    let by = words.next_if(|word| word.starts_with('@'));
    let verb = words.next().unwrap_or_default();
    let what = if verb == "say" {
        What::Say(words.collect::<Vec<_>>().join(" "))
    } else {
        let typed = ["matoi".to_owned(), verb, "-".to_owned()];
        let typed = Typed::try_parse_from(typed.into_iter().chain(words)).map_err(|error| {
            let said = error.to_string();
            let first = said.lines().next().unwrap_or_default().to_owned();
            Text::same(first)
        })?;
        match typed.what {
            Public::Verb(verb) => What::Verb(verb),
            Public::Deed(deed) => What::Deed(deed),
            Public::Lesson(lesson) => What::Lesson(lesson),
        }
    };
    Ok(Line {
        number,
        at,
        by: by.map(|by| by.trim_start_matches('@').to_owned()),
        what,
    })
}

/// `{level:N}` is the n-th configured level, worst first, whatever the organisation calls it.
fn levels(text: &str, config: &Config) -> String {
    let levels = config.levels.iter().enumerate();
    levels.fold(text.to_owned(), |text, (n, level)| {
        text.replace(&format!("{{level:{}}}", n + 1), &level.id)
    })
}
