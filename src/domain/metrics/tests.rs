//! Twelve incidents and what they come to, worked out by hand: no figure here is the program's.

use super::*;
use crate::domain::event::{
    Body, Event, Kind, Milestone, Named, Phase, Place, Position, Recorded, What,
};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::outlets::Sight;
use crate::domain::record::Span;
use crate::domain::settings::{Config, Service};
use crate::domain::work::{Deed, Sort, Stage, State};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;

/// In Japan.
fn at(text: &str) -> DateTime<Utc> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
    naive.and_utc() - TimeDelta::hours(9)
}

fn japan(at: DateTime<Utc>) -> NaiveDateTime {
    (at + TimeDelta::hours(9)).naive_utc()
}

fn config() -> Config {
    let service = |id: &str, slo_minutes| Service {
        id: id.to_owned(),
        slo_minutes,
        ..Service::default()
    };
    let mut config = Config {
        services: vec![service("shop", 200), service("auth", 10), service("pay", 0)],
        ..Config::default()
    };
    config.calendar.holidays = vec!["2026-11-03".to_owned()];
    config
}

/// An incident being told; all of it on one day unless a time says another.
struct Told {
    incident: Incident,
    day: &'static str,
    written: usize,
    marks: Marks,
}

impl Told {
    fn time(&self, text: &str) -> DateTime<Utc> {
        match text.len() {
            5 => at(&format!("{} {text}", self.day)),
            _ => at(text),
        }
    }

    /// Declared by `U1`.
    fn new(
        id: &str,
        service: &str,
        (day, declared): (&'static str, &str),
        (started, detected): (Option<&str>, Option<&str>),
    ) -> Told {
        let mut told = Told {
            incident: Incident::new(IncidentId::new(id)),
            day,
            written: 0,
            marks: Marks::default(),
        };
        let mut body = serde_json::json!({
            "kind": "declared", "title": id, "service": service, "incident_kind": "outage",
            "channel": "c", "lang": "en", "timekeeper": 15, "timekeeper_recovered": 60,
        });
        for (key, time) in [("started", started), ("detected", detected)] {
            if let Some(time) = time {
                body[key] = told.time(time).timestamp_millis().into();
            }
        }
        told.tell(
            declared,
            "U1",
            serde_json::from_value(body).expect("a declaration"),
        );
        told
    }

    fn tell(&mut self, time: &str, by: &str, body: Body) -> EventId {
        self.written += 1;
        let id = EventId::new(format!("{}-{}", self.incident.id, self.written));
        let at = self.time(time);
        let ts = SlackTs::parse(&format!("{}.{:06}", at.timestamp(), self.written));
        let has_text = matches!(&body, Body::Work(deed) if deed.has_text());
        let verdict = self.incident.apply(&Recorded {
            event: Event {
                id: id.clone(),
                at,
                prev: self.incident.prev(&id, &body),
                what: What::Known(body),
                via: None,
            },
            by: UserId::new(by),
            console: ConsoleId::new("c1"),
            text: has_text.then(|| "text".to_owned()),
            position: Some(Position {
                ts: ts.expect("a ts"),
                index: 0,
            }),
            recorded_at: at,
        });
        assert_eq!(verdict, Verdict::Accepted, "{id}");
        id
    }

    fn work(&mut self, time: &str, deed: Deed) -> EventId {
        self.tell(time, "U1", Body::Work(deed))
    }

    fn commander(&mut self, time: &str, user: &str) {
        let user = Some(UserId::new(user));
        self.tell(time, "U1", Body::Commander { user, reason: None });
    }

    fn level(&mut self, time: &str, id: &str) {
        let body = Body::Level {
            // Levels are renamed in time; that of the last incident stands.
            level: Named {
                id: id.to_owned(),
                name: format!("{id} as in {}", self.incident.id),
            },
            owner: None,
            manual: None,
            report: None,
            timekeeper: None,
        };
        self.tell(time, "U1", body);
    }

    fn comes(&mut self, time: &str, user: &str, role: Option<&str>) {
        let body = Body::CheckedIn {
            user: UserId::new(user),
            role: role.map(str::to_owned),
            task: None,
        };
        self.tell(time, user, body);
    }

    fn recovers(&mut self, time: &str, recovered: &str) {
        let recovered = self.time(recovered);
        self.tell(time, "U1", Body::Recovered { time: recovered });
    }

    fn resolves(&mut self, time: &str) {
        let body = Body::Resolved {
            reason: None,
            missing: Vec::new(),
        };
        self.tell(time, "U1", body);
    }

    fn report(&mut self, time: &str, stage: Stage, next: Option<&str>) -> EventId {
        let next = next.map(|next| self.time(next));
        let audience = Named {
            id: "internal".to_owned(),
            name: "everyone inside".to_owned(),
        };
        self.work(
            time,
            Deed::Report {
                audience,
                stage,
                next,
            },
        )
    }

    fn opens(&mut self, time: &str, matter: Sort, due: Option<&str>) -> EventId {
        let due = due.map(|due| self.time(due));
        self.work(
            time,
            Deed::Opened {
                matter,
                line: "line".to_owned(),
                owner: Some(UserId::new("U1")),
                due,
                risk: None,
            },
        )
    }

    fn settles(&mut self, time: &str, matter: &EventId, state: State) {
        let deed = Deed::Settled {
            matter: matter.clone(),
            state,
            line: None,
            owner: None,
            due: None,
        };
        self.work(time, deed);
    }

    fn takes_back(&mut self, time: &str, event: EventId) {
        self.work(time, Deed::Retracted { event });
    }

    fn ends(&mut self, time: &str, outcome: Phase) {
        let reason = "r".to_owned();
        self.tell(time, "U1", Body::Cancelled { outcome, reason });
    }
}

const NOW: &str = "2026-11-15 12:00";

/// Level 1, everything there. 13:50 to 14:50.
fn complete() -> Told {
    let mut i = Told::new(
        "i01",
        "shop",
        ("2026-10-01", "14:00"),
        (Some("13:50"), Some("13:56")),
    );
    i.commander("14:01", "U1");
    i.level("14:03", "1");
    i.comes("14:04", "U2", Some("scribe"));
    i.report("14:10", Stage::First, Some("14:40"));
    let task = i.opens("14:12", Sort::Task, Some("14:30"));
    i.settles("14:28", &task, State::Done);
    i.report("14:38", Stage::FollowUp, Some("15:10"));
    i.recovers("14:52", "14:50");
    i.report("15:05", Stage::Final, None);
    i.resolves("17:00");
    i
}

/// Level 2; nobody knows when it started; recovery was put right from 10:50 to 10:40.
fn corrected() -> Told {
    let mut i = Told::new(
        "i02",
        "shop",
        ("2026-10-02", "10:02"),
        (None, Some("10:00")),
    );
    i.commander("10:04", "U2");
    i.level("10:10", "2");
    i.recovers("10:51", "10:50");
    let time = i.time("10:40");
    let milestone = Milestone::Recovered;
    let link = None;
    i.tell(
        "11:00",
        "U1",
        Body::Milestone {
            milestone,
            time,
            link,
        },
    );
    i
}

/// Level 1: 09:00 to 10:00, and 11:00 to 11:45 again under another commander.
fn reopened() -> Told {
    let mut i = Told::new(
        "i03",
        "shop",
        ("2026-10-05", "09:15"),
        (Some("09:00"), Some("09:10")),
    );
    i.commander("09:15", "U1");
    i.level("09:20", "1");
    i.recovers("10:05", "10:00");
    i.resolves("10:30");
    let reason = "it is back".to_owned();
    i.tell("11:00", "U1", Body::Reopened { reason });
    i.commander("11:10", "U3");
    i.recovers("11:50", "11:45");
    i.resolves("13:00");
    i
}

fn drill() -> Told {
    let mut i = complete();
    i.incident.id = IncidentId::new("i04");
    i.marks.sight.drill = true;
    i
}

fn over(id: &str, outcome: Phase) -> Told {
    let mut i = Told::new(
        id,
        "shop",
        ("2026-10-06", "10:00"),
        (Some("09:00"), Some("09:30")),
    );
    match outcome {
        Phase::Merged => {
            let place = Place {
                channel: None,
                name: "other".to_owned(),
                title: "other".to_owned(),
            };
            let into = IncidentId::new("i01");
            i.tell("10:10", "U1", Body::Merged { into, place });
        }
        outcome => i.ends("10:10", outcome),
    }
    // Archived or not: how it ended stays.
    i.tell("10:20", "U1", Body::Archived {});
    i
}

/// Security, level 2, for few; one person alone.
fn private() -> Told {
    let mut i = Told::new(
        "i08",
        "auth",
        ("2026-10-06", "12:10"),
        (Some("08:00"), Some("12:00")),
    );
    i.work(
        "12:10",
        Deed::KindChanged {
            incident_kind: Kind::Security,
            manual: None,
        },
    );
    i.commander("12:10", "U1");
    i.level("12:12", "2");
    i.recovers("13:10", "13:10");
    i.resolves("15:00");
    i.marks.sight.private = true;
    i
}

/// Level 1, from a Saturday into Sunday, and from October into November.
fn through_midnight() -> Told {
    let mut i = Told::new(
        "i09",
        "pay",
        ("2026-10-31", "23:30"),
        (Some("23:20"), Some("23:25")),
    );
    i.commander("23:32", "U1");
    i.level("23:34", "1");
    i.comes("23:40", "U2", Some("scribe"));
    i.recovers("2026-11-01 01:02", "2026-11-01 01:00");
    i.resolves("2026-11-02 10:00");
    i
}

/// No level, no commander; things taken back.
fn without_a_level() -> Told {
    let mut i = Told::new(
        "i10",
        "shop",
        ("2026-10-07", "18:00"),
        (Some("17:58"), Some("18:00")),
    );
    let report = i.report("18:14", Stage::First, Some("18:16"));
    i.takes_back("18:15", report);
    i.report("18:20", Stage::First, None);
    let decided = i.opens("18:21", Sort::Decision, None);
    i.settles("18:22", &decided, State::Decided);
    i.settles("18:25", &decided, State::Resulted);
    i.opens("18:23", Sort::Decision, None);
    i.recovers("18:30", "18:30");
    i.opens("19:00", Sort::Action, Some("2026-10-20 12:00"));
    i.opens("19:01", Sort::Action, Some("2026-12-01 12:00"));
    let none = i.opens("19:02", Sort::Action, Some("2026-10-20 12:00"));
    i.takes_back("19:03", none);
    i
}

/// Level 2, and still on; detected after it was responded to, which is a mistake.
fn open() -> Told {
    let mut i = Told::new(
        "i11",
        "pay",
        ("2026-11-15", "11:30"),
        (Some("11:20"), Some("11:40")),
    );
    i.commander("11:35", "U2");
    i.level("11:36", "2");
    i.opens("11:37", Sort::Task, Some("11:50"));
    i.report("11:40", Stage::First, Some("11:55"));
    i
}

/// Level 5, on a holiday before five; command is handed over; a customer notice is late.
fn on_a_holiday() -> Told {
    let mut i = Told::new(
        "i12",
        "shop",
        ("2026-11-03", "04:30"),
        (Some("04:00"), Some("04:20")),
    );
    i.commander("04:31", "U1");
    i.level("04:40", "5");
    i.comes("04:45", "U4", None);
    let publish = |i: &mut Told, times: [&str; 3], next: Option<&str>| {
        let notice = i.work(times[0], Deed::Notice {});
        let approved = notice.clone();
        i.work(times[1], Deed::Approved { notice: approved });
        let next = next.map(|next| i.time(next));
        let target = "status page".to_owned();
        i.work(
            times[2],
            Deed::Published {
                notice,
                target,
                next,
            },
        );
    };
    publish(&mut i, ["04:50", "04:55", "05:00"], Some("05:40"));
    let (to, expires) = (UserId::new("U4"), i.time("05:10"));
    let offer = i.work("05:02", Deed::Offered { to, expires });
    let user = UserId::new("U4");
    i.tell("05:05", "U4", Body::Work(Deed::Accepted { offer, user }));
    let user = UserId::new("U4");
    i.tell("05:15", "U4", Body::CheckedOut { user });
    i.recovers("05:30", "05:30");
    publish(&mut i, ["05:41", "05:45", "05:50"], None);
    i.resolves("06:30");
    i
}

fn twelve() -> Vec<Told> {
    vec![
        complete(),
        corrected(),
        reopened(),
        drill(),
        over("i05", Phase::Cancelled),
        over("i06", Phase::FalseAlarm),
        over("i07", Phase::Merged),
        private(),
        through_midnight(),
        without_a_level(),
        open(),
        on_a_holiday(),
    ]
}

fn with_terms<T>(then: impl FnOnce(&Terms<'_>) -> T) -> T {
    let config = config();
    then(&Terms {
        config: &config,
        now: at(NOW),
        local: &japan,
    })
}

fn rows(told: &[Told]) -> Vec<Facts> {
    with_terms(|terms| {
        let each = |i: &Told| facts(&i.incident, i.marks.clone(), terms).expect("declared");
        told.iter().map(each).collect()
    })
}

fn report(wish: Wish) -> Report {
    let rows = rows(&twelve());
    with_terms(|terms| Report::of(&rows, wish, terms))
}

/// Minutes of each measure in its order, of one incident.
fn minutes(told: Told) -> [Option<i64>; Measure::COUNT] {
    rows(&[told])[0]
        .times
        .map(|time| time.map(|time| time / 60))
}

#[test]
fn each_incident_is_read_as_its_record_says() {
    let none = None;
    //  detect, engage, assemble, fix, restore, resolve, commander, scribe, level, report, notice
    let table = [
        (
            complete(),
            [
                Some(6),
                Some(4),
                Some(4),
                Some(50),
                Some(60),
                Some(184),
                Some(1),
                Some(4),
                Some(3),
                Some(10),
                none,
            ],
        ),
        (
            corrected(),
            [
                none,
                Some(2),
                Some(2),
                Some(38),
                Some(40),
                none,
                Some(2),
                none,
                Some(8),
                none,
                none,
            ],
        ),
        (
            reopened(),
            [
                Some(10),
                Some(5),
                Some(115),
                Some(150),
                Some(165),
                Some(230),
                Some(0),
                none,
                Some(5),
                none,
                none,
            ],
        ),
        (
            private(),
            [
                Some(240),
                Some(10),
                none,
                Some(60),
                Some(310),
                Some(180),
                Some(0),
                none,
                Some(2),
                none,
                none,
            ],
        ),
        (
            through_midnight(),
            [
                Some(5),
                Some(5),
                Some(10),
                Some(90),
                Some(100),
                Some(2075),
                Some(2),
                Some(10),
                Some(4),
                none,
                none,
            ],
        ),
        (
            without_a_level(),
            [
                Some(2),
                Some(0),
                none,
                Some(30),
                Some(32),
                none,
                none,
                none,
                none,
                Some(20),
                none,
            ],
        ),
        (
            open(),
            [
                Some(20),
                Some(-10),
                Some(5),
                none,
                none,
                none,
                Some(5),
                none,
                Some(6),
                Some(10),
                none,
            ],
        ),
        (
            on_a_holiday(),
            [
                Some(20),
                Some(10),
                Some(15),
                Some(60),
                Some(90),
                Some(130),
                Some(1),
                none,
                Some(10),
                none,
                Some(30),
            ],
        ),
    ];
    for (told, wanted) in table {
        let id = told.incident.id.clone();
        assert_eq!(minutes(told), wanted, "{id}");
    }
}

#[test]
fn people_and_hours_are_counted_while_the_response_ran() {
    // People; their minutes, at night, on free days; minutes that users were hurt.
    let table = [
        (complete(), 2, [50 + 46, 0, 0], 60),
        (corrected(), 2, [38 + 36, 0, 0], 40),
        (reopened(), 2, [45 + 45 + 35, 0, 0], 60 + 45),
        (private(), 1, [60, 0, 0], 310),
        (through_midnight(), 2, [90 + 80, 170, 170], 100),
        (without_a_level(), 1, [30, 0, 0], 32),
        (open(), 2, [30 + 25, 0, 55], 40),
        (on_a_holiday(), 2, [60 + 30, 30 + 15, 90], 90),
    ];
    for (told, people, load, down) in table {
        let row = rows(&[told]).remove(0);
        assert_eq!(row.people, people, "{}", row.id);
        let seconds = [row.person_seconds, row.night_seconds, row.free_seconds];
        assert_eq!(seconds.map(|s| s / 60), load, "{}", row.id);
        assert_eq!(row.down_seconds() / 60, down, "{}", row.id);
    }
}

#[test]
fn what_nobody_ended_takes_people_for_an_hour_after_the_last_act() {
    let mut forgotten = Told::new(
        "i13",
        "shop",
        ("2026-11-02", "12:00"),
        (Some("12:00"), None),
    );
    forgotten.comes("12:10", "U2", None);
    forgotten.tell("20:00", "U1", Body::TimekeeperCall { slot: 1 });
    let row = rows(&[forgotten]).remove(0);
    // 12:00 and 12:10 to 13:10.
    assert_eq!(row.person_seconds / 60, 70 + 60);
    // Users are hurt up to now: thirteen days.
    assert_eq!(row.down_seconds() / 60, 13 * 24 * 60);
}

fn stat(
    (n, missing, disordered): (usize, usize, usize),
    (median, p90): (i64, i64),
    (met, of): (usize, usize),
) -> Stat {
    Stat {
        n,
        missing,
        disordered,
        median: Some(median * 60),
        p90: Some(p90 * 60),
        within: Share { met, of },
        target: None,
    }
}

#[test]
fn the_twelve_come_to_what_was_worked_out_by_hand() {
    let report = report(Wish::default());
    let whole = &report.whole;
    assert_eq!(whole.count, 8);
    assert_eq!(
        report.left_out,
        LeftOut {
            drills: 1,
            cancelled: 1,
            false_alarms: 1,
            near_misses: 0,
            merged: 1
        }
    );
    assert_eq!((report.unnamed, report.unrecovered), (1, 1));
    let wanted = [
        // 2 5 6 10 20 20 240; targets of 5 minutes at levels 1 and 2.
        (
            Measure::Span(Span::Detect),
            stat((7, 1, 0), (10, 240), (1, 5)),
        ),
        // 0 2 4 5 5 10 10
        (
            Measure::Span(Span::Engage),
            stat((7, 0, 1), (5, 10), (4, 5)),
        ),
        // 2 4 5 10 15 115
        (
            Measure::Span(Span::Assemble),
            stat((6, 2, 0), (5, 115), (4, 5)),
        ),
        // 30 38 50 60 60 90 150
        (Measure::Span(Span::Fix), stat((7, 1, 0), (60, 150), (3, 5))),
        // 32 40 60 90 100 165 310
        (
            Measure::Span(Span::Restore),
            stat((7, 1, 0), (90, 310), (2, 5)),
        ),
        // 130 180 184 230 2075
        (
            Measure::Span(Span::Resolve),
            stat((5, 3, 0), (184, 2075), (4, 4)),
        ),
        // 0 0 1 1 2 2 5
        (Measure::Commander, stat((7, 1, 0), (1, 5), (5, 6))),
        // 4 10
        (Measure::Scribe, stat((2, 6, 0), (4, 10), (1, 2))),
        // 2 3 4 5 6 8 10
        (Measure::Level, stat((7, 1, 0), (5, 10), (4, 6))),
        // 10 10 20
        (Measure::Report, stat((3, 5, 0), (10, 20), (2, 2))),
        // 30, at a level without a target
        (Measure::Notice, stat((1, 7, 0), (30, 30), (0, 0))),
    ];
    for (measure, mut stat) in wanted {
        let got = *whole.stat(measure);
        stat.target = got.target;
        assert_eq!(got, stat, "{}", measure.name());
    }
    // One target for all levels that have one, or several.
    assert_eq!(whole.stat(Measure::Commander).target, Some(2 * 60));
    assert_eq!(whole.stat(Measure::Span(Span::Fix)).target, None);
    assert_eq!(whole.restored_from_detected, 1);
    assert_eq!(whole.cadence, Share { met: 2, of: 4 });
    assert_eq!(whole.boxes, Share { met: 1, of: 2 });
    assert_eq!(whole.decisions, Share { met: 1, of: 2 });
    assert_eq!(whole.reopened, Share { met: 1, of: 8 });
    assert_eq!((whole.hand_overs, whole.people), (2, 14));
    assert_eq!(whole.person_seconds / 60, 700);
    assert_eq!(whole.night_seconds / 60, 215);
    assert_eq!(whole.free_seconds / 60, 315);
    assert_eq!((whole.actions_open, whole.actions_overdue), (2, 1));
}

#[test]
fn parts_are_by_month_service_and_level() {
    let report = report(Wish::default());
    let months = report.months.iter();
    let months: Vec<_> = months.map(|(m, g)| (m.to_string(), g.count)).collect();
    assert_eq!(
        months,
        [("2026-10".to_owned(), 6), ("2026-11".to_owned(), 2)]
    );
    let services = report.services.iter();
    let services: Vec<_> = services.map(|(s, g)| (s.as_str(), g.count)).collect();
    assert_eq!(services, [("auth", 1), ("pay", 2), ("shop", 5)]);
    let levels = report.levels.iter();
    let levels: Vec<_> = levels
        .map(|(l, g)| (l.as_ref().map(|l| l.id.as_str()), g.count))
        .collect();
    assert_eq!(
        levels,
        [(Some("1"), 3), (Some("2"), 3), (Some("5"), 1), (None, 1)]
    );
    // Level 1: 50, 90 and 150 minutes, and a target of an hour.
    let fix = report.levels[0].1.stat(Measure::Span(Span::Fix));
    assert_eq!((fix.median, fix.p90), (Some(90 * 60), Some(150 * 60)));
    assert_eq!(
        (fix.within, fix.target),
        (Share { met: 1, of: 3 }, Some(3600))
    );
}

#[test]
fn minutes_of_objectives_are_cut_at_months_and_count_once() {
    let shown = |report: &Report| {
        let each = report.slo.iter().map(|slo| {
            let months = slo.months.iter();
            let months: Vec<_> = months.map(|(m, s)| (m.to_string(), s / 60)).collect();
            (slo.service.clone(), slo.allowed, slo.broken(), months)
        });
        each.collect::<Vec<_>>()
    };
    let month = |month: &str, minutes| (format!("2026-{month}"), minutes);
    let wanted = vec![
        // A security incident takes none.
        ("auth".to_owned(), Some(600), 0, vec![]),
        (
            "pay".to_owned(),
            None,
            0,
            vec![month("10", 40), month("11", 60 + 40)],
        ),
        // Without that of level 5.
        (
            "shop".to_owned(),
            Some(12_000),
            1,
            vec![month("10", 60 + 40 + 105 + 32)],
        ),
    ];
    assert_eq!(shown(&report(Wish::default())), wanted);
    // Two at once: 13:50 to 14:50 and 14:20 to 15:20.
    let mut other = Told::new(
        "i13",
        "shop",
        ("2026-10-01", "14:25"),
        (Some("14:20"), None),
    );
    other.recovers("15:20", "15:20");
    let rows = rows(&[complete(), other]);
    let both = with_terms(|terms| Report::of(&rows, Wish::default(), terms));
    assert_eq!(
        shown(&both)[1],
        ("shop".to_owned(), Some(12_000), 0, vec![month("10", 90)])
    );
}

#[test]
fn a_wish_picks() {
    let count = |wish: Wish| report(wish).whole.count;
    let base = Wish::default;
    assert_eq!(
        count(Wish {
            drills: true,
            ..base()
        }),
        1
    );
    assert_eq!(
        count(Wish {
            cancelled: true,
            ..base()
        }),
        10
    );
    assert_eq!(
        count(Wish {
            kind: Some(Kind::Security),
            ..base()
        }),
        1
    );
    assert_eq!(
        count(Wish {
            level: Some(None),
            ..base()
        }),
        1
    );
    assert_eq!(
        count(Wish {
            level: Some(Some("2".into())),
            ..base()
        }),
        3
    );
    assert_eq!(
        count(Wish {
            service: Some("pay".into()),
            ..base()
        }),
        2
    );
    let (from, to) = (Some(at("2026-10-02 10:02")), Some(at("2026-10-31 23:30")));
    assert_eq!(count(Wish { from, to, ..base() }), 4);
}

#[test]
fn nearest_rank_is_a_value_that_there_was() {
    assert_eq!(rank(&[], 50), None);
    assert_eq!(rank(&[7], 90), Some(7));
    assert_eq!(rank(&[1, 2, 3, 4], 50), Some(2));
    let ten: Vec<i64> = (1..=10).collect();
    assert_eq!((rank(&ten, 90), rank(&ten, 91)), (Some(9), Some(10)));
}

#[test]
fn a_private_one_counts_and_is_not_to_be_named() {
    let mut restricted = complete();
    restricted.work("14:45", Deed::Restricted {});
    let sight = Sight::of(&restricted.incident, false, false);
    restricted.marks.sight = sight;
    let named = rows(&[private(), restricted, complete(), drill()]);
    let named: Vec<bool> = named.iter().map(Facts::is_named).collect();
    assert_eq!(named, [false, false, true, true]);
}

proptest! {
    #[test]
    fn the_order_of_incidents_changes_nothing(seed in any::<u64>()) {
        let mut rows = rows(&twelve());
        let wish = Wish { cancelled: true, ..Wish::default() };
        let told = with_terms(|terms| Report::of(&rows, wish.clone(), terms));
        fastrand::Rng::with_seed(seed).shuffle(&mut rows);
        let again = with_terms(|terms| Report::of(&rows, wish, terms));
        prop_assert_eq!(told, again);
    }
}
