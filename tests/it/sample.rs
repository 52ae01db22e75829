//! The sample incident, played a hundred times as fast into a workspace in memory.

use matoi::app::resolve::Checklists;
use matoi::app::snapshot::Workspace as Place;
use matoi::domain::event::{Body, Milestone, Phase};
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::incident::{Incident, Verdict};
use matoi::domain::secret::Secret;
use matoi::domain::settings::Config;
use matoi::domain::sync::image::{Image, MessageRow};
use matoi::domain::sync::{Call, Engine, Timing};
use matoi::domain::words::Lang;
use matoi::io::core::{self, Core};
use matoi::io::net::Door;
use matoi::io::pace::{Clock, machine};
use matoi::io::slack::Settings;
use matoi::io::store::Journal;
use matoi::sample::synth::{Amount, generate};
use matoi::sample::{Handle, Member, Pace, Played, Setup, play};
use matoi::workspace::{self, Endpoint, Options, Workspace};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn timing() -> Timing {
    Timing {
        poll: Duration::from_millis(50),
        pins: Duration::from_millis(100),
        post: Duration::ZERO,
        // Time runs a hundred times faster than the limits count.
        budget_percent: 10_000,
        ..Timing::default()
    }
}

fn setup(endpoint: &Endpoint, dir: &Path, lang: Lang, watcher: Option<&str>) -> Setup {
    let people: Vec<Member> = endpoint
        .users
        .iter()
        .map(|person| Member {
            id: UserId::new(&*person.id),
            handle: person.name.clone(),
            token: Secret::new(&*person.token),
        })
        .collect();
    let monitor = endpoint.apps.iter().find(|app| app.name == "kanshi");
    Setup {
        dir: dir.join("sample"),
        api_url: endpoint.url.clone(),
        token: Secret::new(&*endpoint.token),
        watcher: people
            .iter()
            .find(|m| Some(&*m.handle) == watcher)
            .map(|m| m.id.clone()),
        people,
        monitor: monitor.map(|app| Secret::new(&*app.token)),
        lang,
        config: Arc::new(Config::default()),
        lists: Checklists::shipped().expect("the shipped lists"),
        timing: timing(),
    }
}

/// Another console of the workspace, which has seen everything.
fn watcher(endpoint: &Endpoint, dir: &Path) -> Core {
    let mut rng = fastrand::Rng::with_seed(5);
    let (journal, image) = Journal::open(&dir.join("watcher"), &mut rng).expect("a journal");
    let (url, token) = (endpoint.url.clone(), endpoint.token.clone());
    let core = Core::start(core::Setup {
        checklists: None,
        journal,
        image,
        me: UserId::new("U0"),
        config: Arc::new(Config::default()),
        workspace: Place {
            local: true,
            team: String::new(),
        },
        lang: Lang::En,
        find: Box::new(move || {
            Ok(Door {
                settings: Settings {
                    api_url: url.clone(),
                    ..Settings::default()
                },
                token: Secret::new(&*token),
                person: None,
            })
        }),
        timing: timing(),
        clock: Clock::Machine,
        seed: 5,
        publish: Box::new(|_| {}),
    })
    .expect("a core");
    assert!(core.wait_quiet(Duration::from_secs(60)), "not caught up");
    core
}

fn perform(lang: Lang, as_whom: Option<&str>) -> (workspace::Handle, tempfile::TempDir, Played) {
    let served = Workspace::open(Options::for_tests())
        .and_then(Workspace::start)
        .expect("a workspace");
    let dir = tempfile::tempdir().expect("a directory");
    let setup = setup(&served.endpoint(), dir.path(), lang, as_whom);
    let handle = play(setup, Pace::resting(100, Box::new(|_| {}))).expect("it begins");
    let played = handle.finish().expect("it ends");
    (served, dir, played)
}

fn seen(served: &workspace::Handle, dir: &Path) -> (Arc<Incident>, Vec<MessageRow>, bool) {
    let core = watcher(&served.endpoint(), dir);
    core.look(|engine, _| {
        let incidents = engine.incidents();
        assert_eq!(incidents.len(), 1);
        let talk = engine.talk(&incidents[0].id).into_iter().cloned().collect();
        let drill = engine.image().incidents[&incidents[0].id].drill;
        (incidents[0].clone(), talk, drill)
    })
    .expect("the core lives")
}

#[test]
fn another_console_sees_the_whole_story() {
    let lang = Lang::En;
    let (served, dir, played) = perform(lang, None);
    assert!(played.skipped.is_empty(), "{:?}", played.skipped);
    let (incident, talk, drill) = seen(&served, dir.path());
    assert!(drill);
    assert_eq!(incident.lang, lang);
    assert_eq!(incident.phase, Phase::Recovered);
    for milestone in [
        Milestone::Started,
        Milestone::Detected,
        Milestone::Responded,
        Milestone::Assembled,
        Milestone::Recovered,
    ] {
        assert!(
            incident.milestones.contains_key(&milestone),
            "{milestone:?}"
        );
    }
    assert!(incident.commander.is_some() && incident.level.is_some());
    let pins = incident
        .entries
        .iter()
        .filter(|e| matches!(e.body, Body::Pinned { .. }))
        .count();
    assert_eq!(pins, 3);
    assert_eq!(incident.progress().0, 5);
    assert!(
        incident
            .roster
            .values()
            .filter(|p| p.task.is_some())
            .count()
            >= 4
    );
    let people = |row: &&MessageRow| !row.message.own && row.message.subtype.is_none();
    assert!(talk.iter().filter(people).count() >= 18);
    let replies = talk.iter().filter(|row| row.message.thread.is_some());
    assert_eq!(replies.count(), 4);
    assert_eq!(talk.iter().filter(|row| row.message.edited).count(), 1);
    let reactions: usize = talk.iter().map(|row| row.message.reactions.len()).sum();
    assert!(reactions >= 4, "{reactions}");
    let mentions = talk.iter().filter(|row| row.message.text.contains("<@"));
    assert!(mentions.count() >= 4);
    let mut said = talk.iter().filter(people);
    let unfilled = said.find(|row| row.message.text.contains('{'));
    assert!(unfilled.is_none(), "{unfilled:?}");
    served.with_state(|state| {
        let elsewhere: usize = ["general", "dev", "support", "leads", "exec"]
            .iter()
            .filter_map(|name| state.channels().find(|c| c.channel.name == *name))
            .map(|c| c.messages.values().filter(|m| m.subtype.is_none()).count())
            .sum();
        assert_eq!(elsewhere, 0, "a drill is announced nowhere");
    });
}

#[test]
fn whoever_watches_plays_no_part() {
    let (served, dir, played) = perform(Lang::Ja, Some("sato"));
    assert!(played.skipped.is_empty(), "{:?}", played.skipped);
    let (incident, ..) = seen(&served, dir.path());
    let sato = served
        .people()
        .into_iter()
        .find(|p| p.name == "sato")
        .map(|p| UserId::new(p.id));
    assert!(
        incident
            .entries
            .iter()
            .all(|e| Some(&e.by) != sato.as_ref())
    );
    assert_ne!(incident.commander.as_ref().map(|h| &h.user), sato.as_ref());
}

/// Dropped in the middle it stops; what was declared stays and is known by its id.
#[test]
fn a_dropped_performance_stops() {
    let served = Workspace::open(Options::for_tests())
        .and_then(Workspace::start)
        .expect("a workspace");
    let dir = tempfile::tempdir().expect("a directory");
    let setup = setup(&served.endpoint(), dir.path(), Lang::En, None);
    let (tell, told) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let rest = move |_| {
        // The first rest is before the declaration, the second after it.
        tell.send(()).ok();
        wait.recv().ok();
    };
    let handle: Handle = play(setup, Pace::resting(100, Box::new(rest))).expect("it begins");
    told.recv().expect("it rests");
    assert_eq!(handle.incident(), None);
    go.send(()).expect("it waits");
    told.recv().expect("it rests again");
    let id: IncidentId = handle.incident().expect("it was declared");
    drop(handle);
    drop(go);
    // The player holds the other end until its thread has ended.
    assert!(told.recv().is_err(), "it went on after it was dropped");
    let (incident, ..) = seen(&served, dir.path());
    assert_eq!(incident.id, id);
    assert_eq!(incident.phase, Phase::Declared);
}

fn synth(amount: &Amount) -> (Image, usize) {
    let mut image = Image::new(matoi::domain::ids::ConsoleId::new("creader"));
    let lists = Checklists::shipped().expect("the shipped lists");
    let mut transactions = 0;
    generate(amount, &Config::default(), &lists, &mut |writes| {
        transactions += 1;
        for write in &writes {
            image.apply(write);
        }
        Ok(())
    })
    .expect("the rules accept it");
    (image, transactions)
}

/// Made-up journals: as much as was asked for, accepted by the fold, and the same every time.
#[test]
fn a_made_up_journal_holds_what_was_asked_for() {
    let amount = Amount {
        incidents: 5,
        events: 600,
        messages: 400,
        people: 40,
        seed: 9,
    };
    let (image, _) = synth(&amount);
    assert_eq!(image.incidents.len(), 5);
    assert_eq!(image.events.len(), 600);
    let rows = || image.messages.values().flat_map(|m| m.values());
    assert_eq!(rows().filter(|row| !row.message.own).count(), 400);
    assert!(rows().any(|row| row.message.thread.is_some()));
    let (again, _) = synth(&amount);
    assert_eq!(again.events, image.events);
    assert_eq!(again.messages, image.messages);
    let other = synth(&Amount { seed: 10, ..amount }).0;
    assert_ne!(other.events, image.events);
    let now = machine();
    let mut engine = Engine::new(image, UserId::new("U0"), timing(), now);
    let incidents = engine.incidents();
    assert_eq!(incidents.len(), 5);
    for incident in incidents {
        let fine = |e: &&Arc<matoi::domain::incident::Entry>| e.verdict == Verdict::Accepted;
        assert_eq!(incident.entries.iter().filter(fine).count(), 120);
    }
    // Nobody owes anything: no card, no call, no channel to read.
    let step = engine.next(now, &mut fastrand::Rng::with_seed(1));
    assert!(step.writes.is_empty(), "{:?}", step.writes);
    assert!(
        step.calls
            .iter()
            .all(|(_, call)| matches!(call, Call::Discover))
    );
}

#[test]
fn the_smallest_journals_can_be_made_up() {
    for (incidents, events, messages, people) in
        [(0, 0, 0, 0), (3, 0, 0, 0), (1, 2, 0, 1), (2, 25, 3, 2)]
    {
        let amount = Amount {
            incidents,
            events,
            messages,
            people,
            seed: 1,
        };
        let (image, transactions) = synth(&amount);
        assert_eq!(image.incidents.len(), incidents);
        // Every incident is at least declared.
        assert_eq!(image.events.len(), events.max(incidents), "{amount:?}");
        assert!(transactions <= 1);
    }
}
