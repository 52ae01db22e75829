//! Gathers what `matoi doctor` judges: asks Slack a few reading questions, looks at files and at the
//! terminal. Changes nothing, and waits for nothing longer than half a minute.

use crate::app::doctor::facts::{
    Asked, Configuration, File, Files, Group, Journal as Told, Lease, Person, Slack, Terminal,
};
use crate::domain::ids::ChannelId;
use crate::domain::problem::Problem;
use crate::domain::sync::image::{JobState, Task};
use crate::domain::text::clean_line;
use crate::domain::words::Text;
use crate::io::config::{self, Loaded};
use crate::io::core;
use crate::io::net::Door;
use crate::io::paths::Paths;
use crate::io::slack::{Client, HistoryQuery};
use crate::io::store::{self, Journal};
use crate::io::tty::{self, Transfer, Tty};
use crate::wire::outcome::CallError;
use chrono::{DateTime, TimeDelta, Utc};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::Access;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

/// Consoles share the rates with those that were heard within so long.
const RECENT: TimeDelta = TimeDelta::minutes(10);
/// A workspace whose people take longer to read is large, and nothing is wrong with it.
const PEOPLE: Duration = Duration::from_secs(30);
/// Messages a page for apps that Slack clamps (its changelog of 2025-05-29).
const CLAMP: u32 = 15;
/// Terminals answer within a frame; one behind a slow line within a second.
const TERMINAL: Duration = Duration::from_secs(1);

/// The configuration, and what was read of it where nothing is wrong.
pub fn configuration(asked: Option<&Path>, paths: &Paths) -> (Configuration, Option<Loaded>) {
    let path = asked.unwrap_or(&paths.config_file);
    let about = std::fs::metadata(path);
    let mut told = Configuration {
        path: path.display().to_string(),
        exists: about.is_ok(),
        mode: about.ok().map(|about| about.mode() & 0o777),
        mistakes: Vec::new(),
    };
    match config::load(asked, &paths.config_file) {
        Ok(loaded) => (told, Some(loaded)),
        Err(first) => {
            let name = &told.path;
            let all = std::fs::read_to_string(path)
                .ok()
                .and_then(|text| config::parse(name, &text).err());
            told.mistakes = all.unwrap_or_else(|| vec![first]);
            (told, None)
        }
    }
}

/// Asks Slack who the token is, and who is there; of a channel with many messages whether a page
/// holds them.
///
/// # Errors
/// No connection can be prepared: the address may not be sent a token.
pub fn slack(door: &Door, long_channel: Option<&ChannelId>) -> Result<Asked<Slack>, Problem> {
    let client = Client::new(&door.settings, &door.token)?;
    let person = door.person.as_ref();
    let person = person.map(|token| client.with_token(token)).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::failed(crate::both!(
                "The network cannot be used: {error}",
                "ネットワークを利用できません: {error}"
            ))
        })?;
    Ok(runtime.block_on(ask(
        &client,
        person.as_ref(),
        long_channel,
        &door.settings.api_url,
    )))
}

fn line(text: &str) -> String {
    clean_line(text).into_owned()
}

async fn ask(
    client: &Client,
    person: Option<&Client>,
    long_channel: Option<&ChannelId>,
    address: &str,
) -> Asked<Slack> {
    let who = match client.auth_test().await {
        Ok(who) => who,
        Err(error) => return unknown(error),
    };
    let heard = client.heard();
    let ahead = heard.as_ref().and_then(|heard| {
        let since = TimeDelta::from_std(heard.at.elapsed()).ok()?;
        Some(ahead(Utc::now() - since, heard.date?))
    });
    let person_scopes = match person {
        // A person's token that is refused has no scopes to tell.
        Some(person) => match person.auth_test().await {
            Ok(_) => person.heard().and_then(|heard| heard.scopes),
            Err(_) => None,
        },
        None => None,
    };
    let clamped = match long_channel {
        Some(channel) => is_clamped(client, channel).await,
        None => Asked::NotAsked(Text::fixed("No such channel.", "対象のチャンネルなし")),
    };
    let people = match tokio::time::timeout(PEOPLE, client.users_list()).await {
        Ok(Ok(walk)) => Asked::Known(
            walk.items
                .into_iter()
                .map(|user| Person {
                    id: user.id.to_string(),
                    handle: line(&user.name),
                    name: line(user.shown_name()),
                    mail: line(&user.profile.email),
                    guest: user.is_restricted,
                    gone: user.deleted,
                    bot: user.is_bot,
                })
                .collect(),
        ),
        Ok(Err(error)) => unknown(error),
        Err(_) => Asked::NotAsked(Text::fixed(
            "More people than can be read in half a minute.",
            "メンバーが多く、30 秒では読み切れませんでした。",
        )),
    };
    let groups = match client.usergroups_list().await {
        Ok(groups) => Asked::Known(
            groups
                .items
                .into_iter()
                .filter(|group| group.date_delete == 0)
                .map(|group| Group {
                    id: group.id.to_string(),
                    handle: line(&group.handle),
                    name: line(&group.name),
                })
                .collect(),
        ),
        Err(error) => unknown(error),
    };
    Asked::Known(Slack {
        address: address.to_owned(),
        team: line(&who.team),
        user: line(&who.user),
        user_id: who.user_id.to_string(),
        is_bot: who.bot_id.is_some(),
        scopes: heard.and_then(|heard| heard.scopes),
        person_scopes,
        ahead,
        clamped,
        people,
        groups,
    })
}

/// One page of more messages than a clamped app gets.
async fn is_clamped(client: &Client, channel: &ChannelId) -> Asked<bool> {
    let query = HistoryQuery {
        limit: CLAMP + 1,
        ..HistoryQuery::default()
    };
    match client.conversations_history(channel, &query).await {
        Ok(page) if page.messages.items.len() > CLAMP as usize => Asked::Known(false),
        Ok(page) if page.has_more => Asked::Known(true),
        Ok(_) => Asked::NotAsked(Text::fixed("A short channel.", "投稿の少ないチャンネル")),
        Err(error) => unknown(error),
    }
}

/// Seconds by which `here` is ahead of a date that has whole seconds: on average half a second has
/// passed of the second that it names.
fn ahead(here: DateTime<Utc>, date: DateTime<Utc>) -> f64 {
    (here - date).as_seconds_f64() - 0.5
}

fn unknown<T>(error: CallError) -> Asked<T> {
    match error {
        CallError::Refused(refusal) => Asked::Refused {
            code: refusal.code,
            needed: refusal.needed,
        },
        CallError::Already { code } => Asked::Refused { code, needed: None },
        CallError::NotSent { why } | CallError::Ambiguous { why } => Asked::Unreachable(why),
        CallError::Limited { retry_after } | CallError::Held { wait: retry_after } => {
            let seconds = retry_after.as_secs_f64().ceil();
            Asked::NotAsked(crate::both!(
                "Slack limits this now; it may be asked again in {seconds} s.",
                "Slack の回数制限中です ({seconds} 秒後に確認できます)。"
            ))
        }
    }
}

/// The variables that say something about a terminal.
const VARIABLES: [&str; 8] = [
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LC_ALL",
    "LC_CTYPE",
    "LANG",
    "TMUX",
    "STY",
];

pub fn terminal() -> Terminal {
    let set = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let tty = Tty::open().ok();
    Terminal {
        size: tty.as_ref().map(Tty::size),
        env: VARIABLES.into_iter().filter_map(set).collect(),
        rule_cells: tty.as_ref().and_then(rule_cells),
    }
}

/// Writes one line of box drawing and asks where the cursor is then.
fn rule_cells(tty: &Tty) -> Option<u16> {
    let modes = tty.modes().ok()?;
    tty.make_raw(&modes).ok()?;
    tty.write_patiently("\r─\x1b[6n".as_bytes(), TERMINAL);
    let column = answer(tty);
    tty.write_patiently(b"\r\x1b[K", TERMINAL);
    tty.restore(&modes);
    column?.checked_sub(1)
}

/// The column of `ESC [ row ; column R`.
fn answer(tty: &Tty) -> Option<u16> {
    let mut text = Vec::new();
    let mut buffer = [0; 64];
    loop {
        let mut fds = [PollFd::new(tty, PollFlags::IN)];
        if !matches!(poll(&mut fds, Some(&tty::timespec(TERMINAL))), Ok(1)) {
            return None;
        }
        match tty.read(&mut buffer) {
            Transfer::Bytes(count) => text.extend_from_slice(&buffer[..count]),
            Transfer::NotNow => continue,
            Transfer::Gone => return None,
        }
        let said = String::from_utf8_lossy(&text);
        if let Some((_, column)) = said.rsplit_once('R').and_then(|(s, _)| s.rsplit_once(';')) {
            return column.parse().ok();
        }
        // Somebody types instead.
        if text.len() > buffer.len() {
            return None;
        }
    }
}

/// Files of the data directory, the room there, and who holds the lease.
pub fn files(paths: &Paths) -> Files {
    let dir = &paths.data_dir;
    let owner = rustix::process::geteuid().as_raw();
    let names = [
        dir.clone(),
        dir.join("journal.db"),
        dir.join("journal.db-wal"),
        paths.log_file(),
        paths.workspace_dir(),
    ];
    let found = names.iter().filter_map(|path| {
        let about = std::fs::metadata(path).ok()?;
        Some(File {
            path: path.display().to_string(),
            mode: about.mode() & 0o777,
            ours: about.uid() == owner,
        })
    });
    // What is not there yet is made in the nearest folder that is.
    let folder = dir.ancestors().find(|folder| folder.exists());
    let folder = folder.unwrap_or(Path::new("/"));
    let access = rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK);
    Files {
        data_dir: dir.display().to_string(),
        found: found.collect(),
        unwritable: access
            .err()
            .map(|error| std::io::Error::from(error).to_string()),
        free: store::free(folder),
        lease: match store::holder(dir) {
            Ok(None) => Lease::Free,
            Ok(Some(pid)) => Lease::Held(pid),
            Err(error) => Lease::Unknown(error.to_string()),
        },
    }
}

/// What the journal tells, where there is one.
pub fn journal(paths: &Paths) -> Option<Result<Told, Problem>> {
    if !paths.data_dir.join("journal.db").exists() {
        return None;
    }
    let mut rng = fastrand::Rng::with_seed(core::seed());
    Some(Journal::open(&paths.data_dir, &mut rng).map(|(_, image)| {
        let now = Utc::now();
        let mut consoles: BTreeSet<_> = image
            .events
            .values()
            .filter(|row| now - row.event.at < RECENT)
            .map(|row| row.console.clone())
            .collect();
        consoles.insert(image.console.clone());
        let mut told = Told {
            consoles: u32::try_from(consoles.len()).unwrap_or(u32::MAX),
            ..Told::default()
        };
        let long = |(_, messages): &(_, &BTreeMap<_, _>)| messages.len() > CLAMP as usize;
        let long = image.messages.iter().filter(long);
        told.long_channel = long
            .max_by_key(|(_, messages)| messages.len())
            .map(|(channel, _)| channel.clone());
        for job in image.open.iter().filter_map(|seq| image.jobs.get(seq)) {
            match &job.state {
                JobState::Failed { code, .. } => {
                    *told.failed.entry(code.clone()).or_default() += 1;
                    if matches!(job.task, Task::Create { .. }) {
                        *told.create_failed.entry(code.clone()).or_default() += 1;
                    }
                }
                state if !state.is_settled() => told.waiting += 1,
                _ => {}
            }
        }
        told
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_whole_seconds_is_half_a_second_old() {
        let date = DateTime::from_timestamp(1_800_000_000, 0).expect("in range");
        let here = date + TimeDelta::milliseconds(6_500);
        assert!((ahead(here, date) - 6.0).abs() < 1e-9);
    }
}
