//! A drill with others: two who play, each at a console of their own, and a game master.

use super::rig::{COMPANY, Desk, World};
use matoi::app::drill::View;
use matoi::app::msg::Msg;
use matoi::app::snapshot::Person;
use matoi::domain::checklists::Checklists;
use matoi::domain::ids::UserId;
use matoi::domain::secret::Secret;
use matoi::domain::words::Lang;
use matoi::drill::debrief::Debrief;
use matoi::drill::scenario::Scenario;
use matoi::drill::shipped::Shipped;
use matoi::io::slack::Settings;
use matoi::stage::cast;
use matoi::stage::director::{self, Actor, Setup};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// A drill's director, and the console from which it is led.
pub struct Stage {
    pub master: &'static str,
    pub director: director::Handle,
    pub views: Receiver<View>,
}

impl Stage {
    /// What the game master asked for, then what is due; what came of it is on their screen.
    pub(super) fn turn(&self, desks: &mut [Desk]) {
        let desk = desks.iter_mut().find(|desk| desk.name == self.master);
        let desk = desk.expect("a game master");
        for wish in desk.wishes.drain(..) {
            self.director.ask(wish);
        }
        assert!(self.director.settle(), "the director runs");
        if let Some(view) = self.views.try_iter().last() {
            desk.take(Msg::Drill(Arc::new(view)));
        }
    }
}

/// Two players at consoles and a game master; the director runs as it does in the program.
fn hosted(name: &str, lang: Lang, dir: &std::path::Path) -> World {
    let scenario = Shipped::named(name)
        .expect("shipped")
        .parse()
        .expect("whole");
    let players = ["sato".to_owned(), "suzuki".to_owned()];
    let seed = cast::seed(&scenario, lang, &players).expect("a seed");
    let handles = ["sato", "suzuki", cast::MASTER];
    let mut w = World::seeded("14:30", lang, COMPANY, &handles, Some(seed));
    let (people, apps) = (w.slack.people(), w.slack.apps());
    let id = |handle: &str| {
        let mut all = people.iter().chain(&apps);
        let found = all.find(|person| person.name == handle);
        found.expect("a member").clone()
    };
    let cast = scenario
        .people
        .iter()
        .map(|(part, person)| {
            let member = id(person.handle.get_ref());
            let actor = Actor {
                id: UserId::new(member.id),
                token: Secret::new(member.token),
                voice: None,
            };
            (part.clone(), actor)
        })
        .collect();
    let members = players
        .iter()
        .map(|handle| cast::player(&scenario, lang, handle, &id(handle).id))
        .collect();
    direct(&mut w, cast::MASTER, scenario, (name, dir), cast, members);
    w
}

/// Starts the director of a drill in this world; `master` is whose console leads it.
pub(super) fn direct(
    w: &mut World,
    master: &'static str,
    scenario: Scenario,
    (name, dir): (&str, &std::path::Path),
    cast: BTreeMap<String, Actor>,
    players: Vec<Person>,
) {
    let (tell, views) = channel();
    let director = director::start(Setup {
        dir: dir.to_owned(),
        name: name.to_owned(),
        seed: 1,
        lang: w.lang,
        config: Arc::new(
            matoi::io::config::parse("story", COMPANY)
                .expect("a configuration")
                .with_other_service(),
        ),
        lists: Checklists::shipped().expect("whole"),
        clock: w.time.clock(),
        pace: None,
        settings: Settings {
            api_url: w.slack.url(),
            ..Settings::default()
        },
        token: Secret::new(w.slack.bot_token()),
        cast,
        players,
        guests: Vec::new(),
        speed: 1,
        posts_briefing: true,
        trouble: Box::new(|_| {}),
        tell: Box::new(move |view| drop(tell.send(view))),
        scenario: Arc::new(scenario),
    });
    w.stage = Some(Stage {
        master,
        director: director.expect("it starts"),
        views,
    });
    w.pass(1);
}

fn view(w: &mut World) -> View {
    let view = w.at(cast::MASTER).model.drill.clone();
    (*view.expect("a drill")).clone()
}

#[test]
fn two_consoles_and_a_game_master_play_a_drill() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut w = hosted("web-top-page", Lang::Ja, dir.path());
    assert!(
        !view(&mut w).begun,
        "the clock stands until the briefing was read"
    );
    w.shot(cast::MASTER, "briefing");
    w.at(cast::MASTER).keys("Enter");
    w.pass(30);
    let begun = view(&mut w);
    assert!(begun.begun && begun.trouble.is_empty(), "{begun:?}");
    let room = w.channel("drill-");
    for who in ["sato", "suzuki"] {
        w.at(who).keys("Enter");
        assert!(w.at(who).screen().contains("訓練"), "the mark of a drill");
    }
    w.act("sato", "h", &[]);
    w.act("suzuki", "c", &[("role", "scribe"), ("task", "記録")]);
    w.act("sato", "l", &[("level", "2")]);
    let engineer = "@hanada";
    let task = "Ansible を止めて、どのサーバーに適用済みか確認";
    w.act(
        "sato",
        ", t",
        &[("line", task), ("person", engineer), ("minutes", "3")],
    );
    w.pass(90);
    let said = |w: &World| {
        let all = w.messages(&room).into_iter();
        let names = w.names();
        all.map(|m| {
            let by = m["user"].as_str().and_then(|id| names.get(id)).cloned();
            (
                by.unwrap_or_default(),
                m["text"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect::<Vec<_>>()
    };
    let scenario = Shipped::named("web-top-page")
        .expect("shipped")
        .parse()
        .expect("whole");
    let hanada = scenario
        .people
        .values()
        .find(|p| p.handle.get_ref() == "hanada");
    let hanada = hanada
        .expect("in the scenario")
        .name
        .get(Lang::Ja)
        .to_owned();
    assert!(
        said(&w).iter().any(|(by, _)| *by == hanada),
        "who has a task answers"
    );
    let briefing = scenario.briefing.text.get(Lang::Ja);
    let first = briefing.lines().next().expect("a line");
    assert!(
        said(&w).iter().any(|(_, text)| text.contains(first)),
        "the briefing is in the channel"
    );

    // The game master looks at what is to come, lets one thing happen now, and speaks for somebody.
    let before = view(&mut w);
    assert!(before.trouble.is_empty(), "{:?}", before.trouble);
    w.at(cast::MASTER).keys("K v j");
    w.shot(cast::MASTER, "course");
    w.at(cast::MASTER).keys("Enter");
    w.pass(2);
    let after = view(&mut w);
    let fired = |v: &View| {
        let fired = |i: &&matoi::app::drill::Inject| {
            matches!(i.fate, matoi::drill::engine::Fate::Fired { .. })
        };
        v.injects.iter().filter(fired).count()
    };
    assert_eq!(fired(&after), fired(&before) + 1);
    w.at(cast::MASTER).keys("i");
    w.at(cast::MASTER).write("hanada: 台本にない発言です");
    w.at(cast::MASTER).keys("Enter");
    w.pass(15);
    assert!(
        said(&w)
            .iter()
            .any(|(by, text)| *by == hanada && text.contains("台本にない"))
    );

    // Held: nothing comes; it goes on where it stood.
    w.at(cast::MASTER).keys("Space");
    w.pass(2);
    let held = view(&mut w);
    assert!(held.paused);
    let lines = said(&w).len();
    w.pass(120);
    assert_eq!((view(&mut w).at, said(&w).len()), (held.at, lines));
    w.at(cast::MASTER).keys("Space");
    // It goes on from when the key arrives.
    w.pass(15);
    w.pass(15);
    assert!(view(&mut w).at > held.at);

    // Something is added that waits for what the players do, and the script runs faster than they.
    w.at(cast::MASTER).keys("a");
    w.at(cast::MASTER).write("hanada: 追加の知らせです");
    w.at(cast::MASTER).keys("Enter");
    w.at(cast::MASTER).write("kind:party");
    w.at(cast::MASTER).keys("Enter");
    let screen = w.at(cast::MASTER).screen();
    assert!(screen.contains("時刻でも条件でもありません"), "{screen}");
    for _ in "kind:party".chars() {
        w.at(cast::MASTER).keys("Backspace");
    }
    w.at(cast::MASTER).write("+0:10 role:comms");
    w.shot(cast::MASTER, "added");
    w.at(cast::MASTER).keys("Enter");
    w.pass(30);
    let added = |w: &World| {
        said(w)
            .iter()
            .any(|(_, text)| text.contains("追加の知らせ"))
    };
    assert!(!added(&w), "nobody is the communications lead yet");
    w.act("sato", "w", &[("role", "comms"), ("person", "@suzuki")]);
    w.pass(15);
    assert!(added(&w));
    let before = view(&mut w).at;
    w.at(cast::MASTER).keys("+");
    w.pass(1);
    assert_eq!(view(&mut w).speed, 2);
    w.pass(29);
    let ran = view(&mut w).at.0 - before.0;
    assert!((55..=62).contains(&ran), "half a minute is one: {ran}");
    w.at(cast::MASTER).keys("-");
    w.pass(1);

    w.at(cast::MASTER).keys("e Tab Enter");
    w.pass(2);
    let over = view(&mut w);
    assert!(over.debrief.is_some_and(|text| text.contains("得点")));
    w.shot(cast::MASTER, "debrief");
    let report = std::fs::read_to_string(dir.path().join("report.json")).expect("a report");
    let report: Debrief = serde_json::from_str(&report).expect("a debrief");
    assert_eq!(report.players, ["sato", "suzuki"]);
    let points = |id: &str| {
        let line = report.score.acts.iter().find(|line| line.act == id);
        line.map(|line| line.points > 0.0)
    };
    // What either of them did counts, what the script's people did does not.
    for id in scenario.acts.iter().map(|act| act.id.get_ref().as_str()) {
        let wanted = match id {
            "command" | "level" | "scribe" | "stop" => Some(true),
            _ => continue,
        };
        assert_eq!(points(id), wanted, "{id}");
    }
    assert_eq!(report.ended, "called");
    for (name, screen) in &w.shots {
        insta::assert_snapshot!(format!("drill-{name}"), screen);
    }
}
