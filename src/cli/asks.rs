//! What the model asks of the core, handed to it. Nothing here waits: answers are told later.

use crate::app::effect::Effect;
use crate::app::metrics::{Sheet, Source};
use crate::app::msg::Msg;
use crate::app::replay::{self, Showing};
use crate::app::snapshot::Snapshot;
use crate::app::strings::why;
use crate::domain::metrics::{self, Wish};
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::{Engine, Now, Order};
use crate::domain::words::Text;
use crate::io::core::{Ask, Core};
use crate::io::publish;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Hands an effect to the core, which answers through `tell`, on its own thread. `Some`: the core
/// did not take it, as the model is to be told.
///
/// # Errors
/// The effect, where it is none of the core's.
pub fn hand_over(
    effect: Effect,
    snapshot: &Snapshot,
    core: Option<&Core>,
    tell: impl FnOnce(Msg) + Send + 'static,
) -> Result<Option<Box<Msg>>, Box<Effect>> {
    let taken = match effect {
        Effect::Act {
            ticket,
            incident,
            command,
            outlets,
        } => {
            let ask = Ask::Act {
                incident,
                order: Order {
                    outlets,
                    by: snapshot.me.clone(),
                    command,
                    via: None,
                },
                reply: Box::new(move |result| tell(Msg::Acted { ticket, result })),
            };
            let taken = match core {
                Some(_) if is_nameless(snapshot) => Err(nameless()),
                core => ask_core(core, ask),
            };
            return Ok(taken.err().map(|problem| {
                Box::new(Msg::Acted {
                    ticket,
                    result: Err(problem),
                })
            }));
        }
        // Who gives something up is on record.
        Effect::Settle(..) if is_nameless(snapshot) => Err(nameless()),
        Effect::Settle(seq, what) => ask_core(
            core,
            Ask::Settle {
                seq,
                what,
                by: snapshot.me.clone(),
                reply: Box::new(move |result| {
                    if let Err(problem) = result {
                        tell(Msg::Problem(problem));
                    }
                }),
            },
        ),
        Effect::SetMe(me) => ask_core(core, Ask::SetMe(me)),
        Effect::Focus(focus) => ask_core(core, Ask::Focus(focus)),
        Effect::Mark(incident, marks) => ask_core(core, Ask::Mark(incident, marks)),
        Effect::Replay(incident) => {
            let (people, zone) = (snapshot.people.clone(), snapshot.config.time_zone);
            let look = move |engine: &mut Engine, _| {
                let film = publish::film(engine, &incident, &people, zone);
                tell(match film {
                    Some(film) => Msg::Replay(Box::new(Showing {
                        film,
                        speed: replay::SPEED,
                        alone: false,
                    })),
                    None => Msg::Problem(Problem::not_found(why::NOT_READ)),
                });
            };
            ask_core(core, Ask::Look(Box::new(look)))
        }
        Effect::Metrics(asked) => {
            let config = snapshot.config.clone();
            match asked.rows {
                Some((rows, then)) => {
                    count(Source::Rows(rows, then), asked.wish, config, then, tell);
                    Ok(())
                }
                None => {
                    // The core only hands them over: it has acts to save.
                    let look = move |engine: &mut Engine, now: Now| {
                        let incidents = Source::Incidents(metrics::gather(engine));
                        count(incidents, asked.wish, config, now.wall, tell);
                    };
                    ask_core(core, Ask::Look(Box::new(look)))
                }
            }
        }
        effect => return Err(Box::new(effect)),
    };
    Ok(taken.err().map(|problem| Box::new(Msg::Problem(problem))))
}

/// On a thread of its own: with thousands of incidents it takes a while.
fn count(
    source: Source,
    wish: Wish,
    config: Arc<Config>,
    now: DateTime<Utc>,
    tell: impl FnOnce(Msg) + Send + 'static,
) {
    std::thread::spawn(move || {
        tell(Msg::Metrics(Arc::new(Sheet::new(
            source, wish, &config, now,
        ))));
    });
}

pub(super) fn ask_core(core: Option<&Core>, ask: Ask) -> Result<(), Problem> {
    core.map_or_else(|| Err(not_yet()), |core| core.try_ask(ask))
}

/// Who acts is written into the channel for good: a handle that nobody could be found for yet
/// must not be.
fn is_nameless(snapshot: &Snapshot) -> bool {
    let me = snapshot.me.as_str();
    me.is_empty() || (snapshot.people.is_empty() && !me.starts_with(['U', 'W']))
}

fn nameless() -> Problem {
    Problem::failed(Text::fixed(
        "Who you are is not known yet: this was not saved.",
        "使用者が確認できていないため、保存していません。",
    ))
    .hint(Text::fixed(
        "Wait until the workspace is reached, or start with --as and your user id (U…).",
        "接続されるまで待つか、--as にユーザー ID (U…) を指定して起動してください。",
    ))
}

fn not_yet() -> Problem {
    Problem::failed(Text::fixed(
        "The journal is still being opened.",
        "記録ファイルを開いています。",
    ))
    .hint(Text::fixed(
        "Do it again in a moment.",
        "少し待ってから、もう一度実行してください。",
    ))
}
