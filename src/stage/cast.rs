//! Who is in a drill's workspace: the scenario's people, its monitors, and whoever plays.

use crate::app::snapshot::Person as Member;
use crate::both;
use crate::domain::ids::UserId;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::words::{Lang, PLAYED, Text};
use crate::drill::scenario::{Person, Scenario};
use crate::stage::director::{Actor, Voice};
use serde::Serialize;
use std::collections::BTreeMap;

/// Who plays, where nobody says otherwise: the handles of so many.
pub const HANDLES: &[&str] = &["you", "second", "third", "fourth", "fifth", "sixth"];
/// Who watches and leads the drill; no player.
pub const MASTER: &str = "gm";

#[derive(Serialize)]
struct Seed<'a> {
    team: Team<'a>,
    app: Vec<App<'a>>,
    user: Vec<User<'a>>,
}

#[derive(Serialize)]
struct Team<'a> {
    name: &'a str,
    domain: &'static str,
}

#[derive(Serialize)]
struct App<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    handle: &'a str,
    real_name: String,
    display_name: String,
    title: &'a str,
}

/// What a player is called.
pub fn name(handle: &str, lang: Lang) -> String {
    let known = match handle {
        "you" => Text::fixed("You", "あなた"),
        MASTER => Text::fixed("Game master", "ゲームマスター"),
        handle => Text::same(handle),
    };
    known.get(lang).to_owned()
}

/// The seed of the embedded workspace for a scenario, as TOML. A player may be a person of the
/// scenario.
///
/// # Errors
/// None that a checked scenario has.
pub fn seed(scenario: &Scenario, lang: Lang, players: &[String]) -> Result<String, Problem> {
    let (monitors, people): (Vec<_>, Vec<_>) =
        scenario.people.values().partition(|person| person.monitor);
    let user = |handle, name: String, title| User {
        handle,
        real_name: name.clone(),
        display_name: name,
        title,
    };
    let taken = |handle: &str| people.iter().any(|p| p.handle.get_ref() == handle);
    let others = players.iter().map(String::as_str).chain([MASTER]);
    let mut users: Vec<User<'_>> = others
        .filter(|handle| !taken(handle))
        .map(|handle| user(handle, name(handle, lang), ""))
        .collect();
    users.extend(people.iter().map(|person| {
        let name = person.name.get(lang).to_owned();
        user(person.handle.get_ref(), name, person.about.get(lang))
    }));
    let monitors = monitors.iter().map(|person| App {
        name: person.handle.get_ref(),
    });
    let seed = Seed {
        team: Team {
            name: scenario.title.get(lang),
            domain: "drill",
        },
        app: std::iter::once(App { name: "matoi" })
            .chain(monitors)
            .collect(),
        user: users,
    };
    toml::to_string(&seed).map_err(|error| {
        Problem::failed(both!(
            "The drill's workspace cannot be made: {error}",
            "訓練用ワークスペースを作成できません: {error}"
        ))
    })
}

/// A player as screens know them: by the name that they have in the scenario, else by their handle.
pub fn player(scenario: &Scenario, lang: Lang, handle: &str, id: &str) -> Member {
    let mut people = scenario.people.values();
    let person = people.find(|person| person.handle.get_ref() == handle);
    Member {
        id: UserId::new(id),
        name: person.map_or_else(|| name(handle, lang), |p| p.name.get(lang).to_owned()),
        handle: handle.to_owned(),
        bot: false,
    }
}

/// The scripted people where they are no users: each with a name that carries the mark of a drill,
/// for a colleague may be called the same. `bot` is who posts for them.
pub fn voices(
    scenario: &Scenario,
    lang: Lang,
    bot: &UserId,
    token: &Secret,
) -> BTreeMap<String, Actor> {
    let people = scenario.people.iter();
    people
        .map(|(part, person)| {
            let actor = Actor {
                id: bot.clone(),
                token: token.clone(),
                voice: Some(voice(person, lang)),
            };
            (part.clone(), actor)
        })
        .collect()
}

fn voice(person: &Person, lang: Lang) -> Voice {
    let name = person.name.get(lang);
    Voice {
        name: format!("{name} {}", PLAYED.get(lang)),
        icon: match person.monitor {
            true => ":satellite_antenna:",
            false => ":bust_in_silhouette:",
        },
    }
}
