//! `matoi postmortem`: the draft from the record, and the versions that people make of it.

use super::context::{Context, Session};
use super::out;
use super::read::told;
use super::verbs::{On, act};
use crate::app::postmortem::{self, Desk};
use crate::app::strings::postmortem as s;
use crate::both;
use crate::domain::ids::IncidentId;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::io::config;
use crate::io::shelf::{self, Shelf};
use clap::Args;
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Args, Clone)]
pub struct PostMortem {
    #[command(flatten)]
    on: On,
    /// A draft from the record as it is now, whatever was written before
    #[arg(long, conflicts_with = "file")]
    fresh: bool,
    /// Keep it as a version, write it where it is kept, and say so in the channel
    #[arg(long)]
    save: bool,
    /// Keep this file's text as a version (- reads the input)
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Open it in $VISUAL or $EDITOR, and keep what comes of it
    #[arg(long, conflicts_with = "file")]
    edit: bool,
    /// The numbers of the versions that are here
    #[arg(long, conflicts_with_all = ["save", "file", "edit", "fresh"])]
    versions: bool,
    /// One version
    #[arg(long, value_name = "N", conflicts_with_all = ["save", "file", "edit", "fresh"])]
    show: Option<u32>,
}

pub fn run(context: Context, wish: PostMortem) -> Result<(), Problem> {
    if !(wish.save || wish.edit || wish.file.is_some()) {
        return read(context, &wish);
    }
    let on = wish.on.clone();
    act(context, Some(on), false, |session, _, incident, _, _| {
        let desk = desk(session, incident)?;
        let shelf = shelf(&session.context, &incident.id, &desk);
        let (version, text) = kept(&wish, &desk, &shelf)?;
        say(session, &desk, &text);
        if let Some(path) = shelf.out() {
            let path = path.display();
            out::talk(
                &both!("Written: {path}", "書き出しました: {path}"),
                session.context.lang,
            );
        }
        Ok(postmortem::drafted(&desk, version, &text))
    })
}

fn read(context: Context, wish: &PostMortem) -> Result<(), Problem> {
    let session = context.session()?;
    let incident = session.incident(&wish.on.incident)?;
    let desk = desk(&session, &incident)?;
    let shelf = shelf(&session.context, &incident.id, &desk);
    let json = session.context.global.json;
    if wish.versions {
        let numbers = shelf.versions()?;
        return match json {
            true => out::line(&format!("{:#}", json!(numbers))),
            false => numbers.iter().try_for_each(|n| out::line(&n.to_string())),
        };
    }
    let text = match wish.show {
        Some(version) => shelf.read(version)?,
        None if wish.fresh => desk.fresh.clone(),
        None => shelf.current()?.unwrap_or_else(|| desk.fresh.clone()),
    };
    if json {
        let lang = session.context.lang;
        let findings: Vec<_> = desk
            .findings(&text)
            .iter()
            .map(|f| json!({"line": f.line, "word": f.word, "why": f.why.get(lang)}))
            .collect();
        let last = incident.lessons.post_mortem.as_ref();
        return out::line(&format!(
            "{:#}",
            json!({
                "text": text,
                "gaps": postmortem::gaps(&text),
                "findings": findings,
                "version": last.map(|last| last.version),
                "file": shelf.out().map(Path::to_string_lossy),
            })
        ));
    }
    say(&session, &desk, &text);
    out::line(text.trim_end())
}

fn desk(session: &Session, incident: &Incident) -> Result<Desk, Problem> {
    let context = &session.context;
    let home = context.paths.home.as_deref();
    let template = config::post_mortem(&context.loaded, home, incident.lang)?;
    let config = context.config.clone();
    let id = incident.id.clone();
    let desk = told(session, id, move |told| {
        postmortem::desk(told, &config, &template)
    })?;
    desk.ok_or_else(|| super::context::no_incident(incident.id.as_str()))
}

/// Where this one is kept.
pub fn shelf(context: &Context, incident: &IncidentId, desk: &Desk) -> Shelf {
    let data_dir = &context.paths.data_dir;
    let directory = &context.config.post_mortem.directory;
    let out = match directory.is_empty() {
        true => data_dir.join("postmortems"),
        false => context
            .loaded
            .resolve(directory, context.paths.home.as_deref()),
    };
    Shelf::new(data_dir, incident, desk.opens.then(|| out.join(&desk.file)))
}

/// The version that is written, and its text.
fn kept(wish: &PostMortem, desk: &Desk, shelf: &Shelf) -> Result<(u32, String), Problem> {
    if wish.edit {
        let sitting = shelf.lay_out(desk.clone(), wish.fresh)?;
        let mut command = shelf::editor(|name| std::env::var(name).ok(), &sitting.path)?;
        let ended = command.status().map_err(|error| cannot_edit(&error))?;
        if !ended.success() {
            return Err(given_up(&sitting.path));
        }
        let kept = shelf.take_in(&sitting)?;
        return kept.ok_or_else(|| Problem::failed(s::UNCHANGED));
    }
    let text = match &wish.file {
        Some(file) => from(file)?,
        None => {
            let standing = shelf.current()?.filter(|_| !wish.fresh);
            standing.unwrap_or_else(|| desk.fresh.clone())
        }
    };
    Ok((shelf.keep(&text, desk.least)?, text))
}

/// The editor ended badly: nothing is kept as a version, and nothing is lost.
pub fn given_up(path: &Path) -> Problem {
    let path = path.display();
    Problem::failed(Text::fixed(
        "The editor ended with an error: no version was kept.",
        "エディターがエラーで終了したため、版として保存していません。",
    ))
    .hint(both!(
        "What you wrote is in {path}.",
        "書いた内容は {path} にあります。"
    ))
}

pub fn cannot_edit(error: &std::io::Error) -> Problem {
    Problem::failed(both!(
        "The editor does not start: {error}",
        "エディターを起動できません: {error}"
    ))
    .hint(Text::fixed(
        "Set EDITOR to a command, such as vi or \"code --wait\".",
        "EDITOR にコマンドを設定してください (例: vi、\"code --wait\")。",
    ))
}

fn from(file: &Path) -> Result<String, Problem> {
    let mut text = String::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => std::fs::read_to_string(file).map(|read| text = read),
    };
    read.map_err(|error| {
        let file = file.display();
        Problem::usage(both!(
            "{file} cannot be read: {error}",
            "{file} を読めません: {error}"
        ))
    })?;
    match text.trim().is_empty() {
        true => Err(Problem::usage(Text::fixed(
            "There is no text.",
            "本文がありません。",
        ))),
        false => Ok(text),
    }
}

/// What is left to fill in, and what is better left out.
fn say(session: &Session, desk: &Desk, text: &str) {
    let lang = session.context.lang;
    for finding in desk.findings(text) {
        let (line, en, ja) = (finding.line, &finding.why.en, &finding.why.ja);
        out::talk(&both!("line {line}: {en}", "{line}行目: {ja}"), lang);
    }
    let gaps = postmortem::gaps(text);
    if gaps > 0 {
        out::talk(
            &both!("{gaps} places to fill in.", "未記入: {gaps} か所"),
            lang,
        );
    }
}
