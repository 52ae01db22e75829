//! Core, client and workspace on one clock that is paced: time is all that it changes.

use matoi::app::resolve::{self, Wish};
use matoi::app::snapshot::Workspace as Place;
use matoi::domain::checklists::Checklists;
use matoi::domain::decide::{Command, Outlets};
use matoi::domain::event::Body;
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::secret::Secret;
use matoi::domain::settings::Config;
use matoi::domain::sync::{Order, Timing};
use matoi::domain::words::Lang;
use matoi::io::core::{Ask, Core, Setup};
use matoi::io::net::Door;
use matoi::io::pace::{Clock, Pace};
use matoi::io::slack::Settings;
use matoi::io::store::Journal;
use matoi::workspace::{Handle, Options, Workspace};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const QUARTER: Duration = Duration::from_secs(15 * 60);
/// A test that waits so long has failed.
const DEADLINE: Duration = Duration::from_secs(60);

struct Ground {
    pace: Pace,
    /// The machine's time in milliseconds: it moves when the test says so.
    machine: Arc<AtomicU64>,
    core: Core,
    incident: IncidentId,
    _slack: Handle,
    _dir: tempfile::TempDir,
}

impl Ground {
    fn open() -> Ground {
        let machine = Arc::new(AtomicU64::new(0));
        let steady = machine.clone();
        let start = chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("an instant");
        let pace = Pace::over(start, move || {
            Duration::from_millis(steady.load(Ordering::SeqCst))
        });
        let micros = pace.clone();
        let slack = Workspace::open(Options {
            clock: Some(Arc::new(move || micros.micros())),
            ..Options::for_tests()
        });
        let slack = slack.and_then(Workspace::start).expect("a workspace");
        let dir = tempfile::tempdir().expect("a directory");
        let (journal, image) =
            Journal::open(dir.path(), &mut fastrand::Rng::with_seed(1)).expect("it opens");
        let me = UserId::new(&slack.people()[0].id);
        let (url, token) = (slack.url(), slack.bot_token());
        let clock = Clock::Paced(pace.clone());
        let config = Config::default().with_other_service();
        let wish = Wish {
            title: "Checkout fails".to_owned(),
            drill: true,
            ..Wish::default()
        };
        let lists = Checklists::shipped().expect("whole");
        let (nobody, now) = (Default::default(), pace.now().wall);
        let declared = resolve::declaration(&config, &lists, &nobody, &wish, Lang::En, now);
        let core = Core::start(Setup {
            journal,
            image,
            me: me.clone(),
            config: Arc::new(config),
            workspace: Place {
                local: true,
                team: String::new(),
            },
            lang: Lang::En,
            find: Box::new({
                let clock = clock.clone();
                move || {
                    Ok(Door {
                        settings: Settings {
                            api_url: url.clone(),
                            budget_percent: 100_000,
                            clock: clock.clone(),
                            ..Settings::default()
                        },
                        token: Secret::new(token.clone()),
                        person: None,
                    })
                }
            }),
            timing: Timing {
                budget_percent: 100_000,
                ..Timing::default()
            },
            clock,
            seed: 1,
            checklists: None,
            publish: Box::new(|_| {}),
        });
        let core = core.expect("it starts");
        let order = Order {
            command: Command::Declare(Box::new(declared.expect("whole"))),
            by: me,
            outlets: Outlets::default(),
            via: None,
        };
        let incident = core.act(None, order).expect("it is saved");
        // The channel is made and read, which takes a few polls.
        let quiet = |_| {
            machine.fetch_add(3_000, Ordering::SeqCst);
            core.wait_quiet(Duration::from_millis(100))
        };
        assert!((0..200).any(quiet), "not delivered");
        Ground {
            pace,
            machine,
            core,
            incident,
            _slack: slack,
            _dir: dir,
        }
    }

    /// How long it is until the timekeeper calls next.
    fn next(&self) -> Duration {
        let id = self.incident.clone();
        let next = self.core.look(move |engine, now| {
            let next = engine.shown(&id).expect("it is known").next_call(now.wall);
            (next.expect("a timekeeper") - now.wall).to_std()
        });
        next.expect("the core lives").expect("ahead")
    }

    /// Waits until the core has done all that is due by the clock as it stands; how many calls the
    /// timekeeper has made then.
    #[track_caller]
    fn calls(&self) -> usize {
        let (tell, told) = std::sync::mpsc::channel();
        self.core.ask(Ask::WhenIdle(Box::new(move || {
            tell.send(()).ok();
        })));
        told.recv_timeout(DEADLINE).expect("idle at last");
        let id = self.incident.clone();
        let count = self.core.look(move |engine, _| {
            let calls = |body: &Body| matches!(body, Body::TimekeeperCall { .. });
            let shown = engine.shown(&id).expect("it is known");
            let calls = shown.entries.iter().filter(|entry| calls(&entry.body));
            calls.count()
        });
        count.expect("the core lives")
    }
}

#[test]
fn what_is_due_waits_while_the_clock_is_held_and_a_skip_makes_it_due_at_once() {
    let ground = Ground::open();
    ground.pace.pause();
    ground.machine.fetch_add(3_600_000, Ordering::SeqCst);
    assert_eq!(ground.calls(), 0);
    ground.pace.skip(ground.next() - Duration::from_secs(1));
    assert_eq!(ground.calls(), 0);
    ground.pace.skip(Duration::from_secs(2));
    assert_eq!(ground.calls(), 1);
    // What was slept through is not made up for.
    ground.pace.skip(QUARTER * 3);
    assert_eq!(ground.calls(), 2);
}

#[test]
fn at_sixty_a_quarter_of_an_hour_is_fifteen_seconds() {
    let ground = Ground::open();
    ground.pace.pause();
    ground.pace.skip(ground.next());
    assert_eq!(ground.calls(), 1);
    ground.pace.set_speed(60);
    ground.pace.resume();
    ground.machine.fetch_add(14_000, Ordering::SeqCst);
    assert_eq!(ground.calls(), 1);
    ground.machine.fetch_add(1_000, Ordering::SeqCst);
    assert_eq!(ground.calls(), 2);
}
