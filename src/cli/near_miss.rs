//! `matoi near-miss`: something that nearly went wrong, as a record of its own. It has a channel like
//! every record, and nobody is called to it or told of it.

use super::context::Context;
use super::out;
use crate::app::clock;
use crate::app::resolve::{self, Wish};
use crate::domain::checklists::Checklists;
use crate::domain::decide::{Command, Outlets};
use crate::domain::event::Phase;
use crate::domain::learn::Learnt;
use crate::domain::problem::Problem;
use crate::domain::sync::Order;
use crate::domain::words::Text;
use chrono::Utc;
use clap::Args;

/// Why it is over as soon as it is told.
const NO_HARM: Text = Text::fixed("no harm was done", "被害なし");

#[derive(Args, Clone)]
pub struct NearMiss {
    /// The service that it nearly hit; `other` always exists
    #[arg(long, default_value = "other")]
    service: String,
    /// What nearly happened, in a few plain words
    #[arg(long)]
    title: String,
    /// What happened, what stopped it, what would have
    #[arg(long)]
    text: Option<String>,
    /// When: 10:05, -15m, or RFC 3339
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Words to find it by
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

pub fn run(context: Context, wish: NearMiss) -> Result<(), Problem> {
    let session = context.session()?;
    let me = session.me()?;
    let now = Utc::now();
    let config = session.context.config.clone();
    let at = wish.at.as_deref();
    let at = at
        .map(|at| clock::parse(at, now, config.time_zone))
        .transpose()?;
    let people = session.people_now();
    let lang = session.context.lang;
    let wanted = Wish {
        title: wish.title,
        service: wish.service,
        situation: wish.text,
        started: at,
        detected: at,
        ..Wish::default()
    };
    let lists = Checklists::shipped()?;
    let mut made = resolve::declaration(&config, &lists, &people, &wanted, lang, now)?;
    // Nothing is under way: no calls.
    made.timekeeper = 0;
    let before = session.last_entry()?;
    let quietly = |command: Command| Order {
        command,
        by: me.clone(),
        outlets: Outlets::default(),
        via: Some(session.context.global.via()),
    };
    let channel_lang = made.lang;
    let id = session
        .core
        .act(None, quietly(Command::Declare(Box::new(made))))?;
    for tag in wish.tags {
        let tagged = Learnt::Tagged { tag, off: false };
        session.core.act(Some(id.clone()), quietly(tagged.into()))?;
    }
    let over = Command::Cancel {
        outcome: Phase::NearMiss,
        reason: NO_HARM.get(channel_lang).to_owned(),
    };
    session.core.act(Some(id.clone()), quietly(over))?;
    let delivered = session.deliver_whole(&id, before)?;
    out::incident(&session, &id)?;
    out::delivery(&delivered, lang)
}
