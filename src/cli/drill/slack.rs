//! A drill in the configured Slack: in a channel of its own that is marked as one, through the
//! ordinary client, with nobody invited but who takes part.
//!
//! The scripted people have no users there. The program posts what they say under their names,
//! which carry the mark of a drill, for a colleague may be called the same.

use super::find::Found;
use super::solo::{self, How};
use crate::app::resolve;
use crate::app::snapshot::Person as Member;
use crate::both;
use crate::cli::context::{Global, PATIENCE, Session};
use crate::domain::checklists::Checklists;
use crate::domain::ids::UserId;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::io::config;
use crate::io::pace::Clock;
use crate::io::slack::Client;
use crate::stage::cast;
use crate::stage::director::Setup;
use crate::wire::features::FEATURES;
use std::sync::Arc;

/// Plays it to its end, or until the console is left.
///
/// # Errors
/// No Slack is configured, its token may not speak under other names, the scenario needs a workspace
/// that it can break, or somebody who is to play is not there.
pub fn run(global: Global, found: Found, how: &How) -> Result<(), Problem> {
    let context = global.context()?;
    let scenario = Arc::new(found.scenario);
    if !scenario.faults.is_empty() {
        return Err(Problem::usage(Text::fixed(
            "In this scenario the tools themselves fail: it cannot be played in Slack.",
            "このシナリオではツール自体が止まるため、Slack では実施できません。",
        ))
        .hint(Text::fixed(
            "Play it without --in-slack.",
            "--in-slack を付けずに実施してください。",
        )));
    }
    let Some(door) = context.slack_door().cloned() else {
        return Err(Problem::usage(Text::fixed(
            "No Slack is configured.",
            "Slack が設定されていません。",
        ))
        .hint(Text::fixed(
            "See `matoi doctor`; without --in-slack a drill runs on this machine alone.",
            "`matoi doctor` を参照してください。--in-slack を付けなければ、この端末だけで実施できます。",
        )));
    };
    let token = door.token.clone();
    let settings = door.settings.clone();
    let bot = bot(&Client::new(&settings, &token)?)?;
    let lang = context.config.channel_language.or(context.lang);
    let screen = context.lang;
    let dir = solo::place(&context, &found.name)?;
    // Who sits here was perhaps chosen in the ordinary console.
    let known = context.journal().map(|(_, _, me)| me).unwrap_or_default();
    let mut context = context.of_drill_in_slack(dir.join("console"));
    if context.asked_user().is_none() && !known.as_str().is_empty() {
        context.global.user = Some(known.to_string());
    }
    let session = context.session()?;
    let (me, players) = who(&session, how)?;
    let Session { core, context, .. } = session;
    drop(core);
    let mut context = context;
    context.global.user = Some(me.id.to_string());
    let home = context.paths.home.clone();
    let lists = Checklists::load(|sheet, list, lang| {
        config::checklist(&context.loaded, home.as_deref(), sheet, list, lang)
    })?;
    let watches = !players.iter().any(|player| player.id == me.id);
    let setup = Setup {
        name: found.name,
        seed: how.seed,
        lang,
        config: context.config.clone(),
        lists,
        clock: Clock::Machine,
        pace: None,
        settings,
        token: token.clone(),
        cast: cast::voices(&scenario, lang, &bot, &token),
        players,
        guests: watches.then_some(me.id).into_iter().collect(),
        speed: how.speed,
        posts_briefing: true,
        trouble: Box::new(|_| {}),
        tell: Box::new(|_| {}),
        scenario,
        dir,
    };
    solo::play(context, setup, screen)
}

/// Who the program itself is, provided that it may speak under other names.
fn bot(client: &Client) -> Result<UserId, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::failed(both!(
                "The network cannot be used: {error}",
                "ネットワークを使用できません: {error}"
            ))
        })?;
    let who = runtime
        .block_on(client.auth_test())
        .map_err(|error| error.problem("auth.test"))?;
    let held = client.heard().and_then(|heard| heard.scopes);
    let feature = FEATURES.iter().find(|feature| feature.id == "drill");
    if let (Some(held), Some(feature)) = (held, feature) {
        let missing = feature.missing(&held, false).join(" ");
        if !missing.is_empty() {
            return Err(Problem::usage(both!(
                "The app may not post under other names: it lacks {missing}.",
                "アプリには別の名前で投稿する権限 ({missing}) がありません。"
            ))
            .hint(both!(
                "Add to the app, install it again, and use the new token: {missing}",
                "アプリに追加して再インストールし、新しいトークンを設定してください: {missing}"
            )));
        }
    }
    Ok(who.user_id)
}

/// Who sits here, and who plays: whoever sits here, unless they lead it for others.
fn who(session: &Session, how: &How) -> Result<(Member, Vec<Member>), Problem> {
    let people = session.people()?;
    let member = |id: &UserId| {
        people
            .get(id)
            .cloned()
            .ok_or_else(|| resolve::nobody(id.as_str()))
    };
    // From the directory at once; the journal of this run is new and knows nobody.
    session.wait(PATIENCE, |s| !s.people.is_empty());
    let me = member(&session.me()?)?;
    if how.host && how.players.is_empty() {
        return Err(
            Problem::usage(Text::fixed("Who plays?", "参加者が指定されていません。")).hint(
                Text::fixed(
                    "Name them: --players @sato,@suzuki",
                    "--players @sato,@suzuki のように指定してください。",
                ),
            ),
        );
    }
    let named: Result<Vec<Member>, Problem> = how
        .players
        .iter()
        .map(|name| member(&resolve::person(&people, name)?))
        .collect();
    let mut players = named?;
    if !how.host && !players.iter().any(|player| player.id == me.id) {
        players.insert(0, me.clone());
    }
    Ok((me, players))
}
