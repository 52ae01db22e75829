//! How the response went, counted from the record: the process metrics that a debrief talks about.
//! They are told beside the score and do not enter it.

use super::scenario::{Act, Scenario, Secs};
use super::scene::{Room, Scene};
use crate::domain::event::{Body, Milestone};
use crate::domain::incident::{Entry, ItemState};
use crate::domain::words::Text;
use crate::domain::work::{Deed, Sort, State};
use serde::{Deserialize, Serialize};

/// What was counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Value {
    /// Seconds of the drill, `None`: it did not come to that; and until when it should have.
    Time {
        at: Option<u32>,
        target: Option<u32>,
    },
    /// So many of so many.
    Share { met: usize, of: usize },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub id: String,
    pub value: Value,
}

impl Measure {
    /// Whether it is as it should be; `None`: there was nothing to count.
    pub fn is_good(&self) -> Option<bool> {
        match self.value {
            Value::Time { at, target } => target.map(|target| at.is_some_and(|at| at <= target)),
            Value::Share { of: 0, .. } => None,
            // Nine in ten is the cadence's target of the field; whole numbers else.
            Value::Share { met, of } => Some(met * 10 >= of * 9),
        }
    }

    /// What it is called.
    pub fn text(&self) -> Text {
        let known = NAMES.iter().find(|(id, _)| *id == self.id);
        known.map_or_else(|| Text::same(self.id.clone()), |(_, text)| text.clone())
    }
}

/// Until when, in seconds: the defaults of the console's own prompts.
const COMMANDER: u32 = 120;
const LEVEL: u32 = 300;
const SCRIBE: u32 = 300;
const REPORT: u32 = 600;

const NAMES: &[(&str, Text)] = &[
    (
        "commander",
        Text::fixed("Time to commander", "指揮者が決まるまで"),
    ),
    ("level", Text::fixed("Time to level", "レベルが決まるまで")),
    ("scribe", Text::fixed("Time to scribe", "書記が決まるまで")),
    (
        "first_update",
        Text::fixed("Time to first report", "第1報まで"),
    ),
    (
        "first_broadcast",
        Text::fixed("Time to first customer notice", "最初のお客様向け告知まで"),
    ),
    (
        "cadence",
        Text::fixed(
            "Promised reports sent in time",
            "約束した時刻までに出した報告",
        ),
    ),
    (
        "tasks",
        Text::fixed("Tasks with a name and a time-box", "担当と期限があるタスク"),
    ),
    (
        "decisions",
        Text::fixed("Decisions with a result", "結果まで記録した決定"),
    ),
    (
        "questions",
        Text::fixed("Parked questions answered", "回答した保留中の質問"),
    ),
    (
        "asked",
        Text::fixed("Questions to you that you answered", "返事をした問いかけ"),
    ),
    (
        "hand_overs",
        Text::fixed("Hand-overs confirmed", "受領された引き継ぎ"),
    ),
    (
        "hold",
        Text::fixed("Recoveries that were held", "経過観察を経た復旧"),
    ),
    ("milestones", Text::fixed("Milestones set", "記録した節目")),
    (
        "checklist",
        Text::fixed("Required items settled", "済ませた必須項目"),
    ),
    ("roles", Text::fixed("Wanted roles filled", "埋まった役割")),
];

/// Counts the scene. `asked` is how many of the scripted people's questions were answered, of how
/// many.
pub fn measures(
    scenario: &Scenario,
    scene: &Scene,
    asked: (usize, usize),
    end: Secs,
) -> Vec<Measure> {
    let time = |id: &str, at: Option<Secs>, target: u32| Measure {
        id: id.to_owned(),
        value: Value::Time {
            at: at.map(|at| at.0),
            target: Some(target),
        },
    };
    let share = |id: &str, (met, of): (usize, usize)| Measure {
        id: id.to_owned(),
        value: Value::Share { met, of },
    };
    let first = |fits: &dyn Fn(&Entry) -> bool| {
        let mut all: Vec<Secs> = scene
            .entries()
            .filter(|(_, entry)| fits(entry))
            .map(|(_, entry)| scene.clock.at(entry.at))
            .collect();
        all.sort();
        all.first().copied()
    };
    let commander = first(&|e| matches!(e.body, Body::Commander { user: Some(_), .. }));
    let level = first(&|e| matches!(e.body, Body::Level { .. }));
    let scribe = first(&|e| {
        let is = |role: &str| role == "scribe";
        match &e.body {
            Body::Role {
                role,
                user: Some(_),
            } => is(role),
            Body::CheckedIn {
                role: Some(role), ..
            } => is(role),
            _ => false,
        }
    });
    let report = first(&|e| matches!(e.body, Body::Work(Deed::Report { .. })));
    let notice = first(&|e| matches!(e.body, Body::Work(Deed::Published { .. })));
    let mut all = Vec::new();
    // Where somebody of the script commands from the beginning there is nothing to wait for.
    if scenario.start.commander.is_none() {
        all.push(time(
            "commander",
            commander,
            target(scenario, &["command"], COMMANDER),
        ));
    }
    all.push(time("level", level, target(scenario, &["level"], LEVEL)));
    if scenario.roles.iter().any(|role| role.get_ref() == "scribe") {
        let scribes = |act: &&Act| act.of.as_deref() == Some("scribe");
        let wanted = scenario.acts.iter().find(scribes).and_then(due);
        all.push(time("scribe", scribe, wanted.unwrap_or(SCRIBE)));
    }
    all.push(time(
        "first_update",
        report,
        target(scenario, &["report"], REPORT),
    ));
    if notice.is_some()
        || scene
            .rooms
            .iter()
            .any(|r| !r.incident.work.notices.is_empty())
    {
        let wanted = target(scenario, &["publish", "approve"], 2 * REPORT);
        all.push(time("first_broadcast", notice, wanted));
    }
    all.push(share("cadence", cadence(scene, end)));
    let matters = |sort: Sort, met: &dyn Fn(&crate::domain::work::Matter) -> bool| {
        let of = scene
            .rooms
            .iter()
            .flat_map(|room| &room.incident.work.matters);
        let of: Vec<_> = of.filter(|matter| matter.sort == sort).collect();
        (of.iter().filter(|matter| met(matter)).count(), of.len())
    };
    all.push(share(
        "tasks",
        matters(Sort::Task, &|m| m.owner.is_some() && m.due.is_some()),
    ));
    all.push(share(
        "decisions",
        matters(Sort::Decision, &|m| {
            matches!(m.state, State::Resulted | State::Rejected)
        }),
    ));
    all.push(share(
        "questions",
        matters(Sort::Question, &|m| m.state == State::Answered),
    ));
    all.push(share("asked", asked));
    let count = |fits: &dyn Fn(&Deed) -> bool| {
        let deeds = scene.entries().filter_map(|(_, entry)| match &entry.body {
            Body::Work(deed) => Some(deed),
            _ => None,
        });
        deeds.filter(|deed| fits(deed)).count()
    };
    let offered = count(&|deed| matches!(deed, Deed::Offered { .. }));
    let accepted = count(&|deed| matches!(deed, Deed::Accepted { .. }));
    all.push(share("hand_overs", (accepted, offered)));
    let holds = scene
        .rooms
        .iter()
        .flat_map(|room| room.incident.work.holds.values());
    let held = holds.clone().filter(|hold| !hold.skipped).count();
    all.push(share("hold", (held, holds.count())));
    if let Some(room) = scene.current() {
        all.push(share("milestones", milestones(scene)));
        all.push(share("checklist", checklist(room)));
        all.push(share("roles", roles(scenario, room)));
    }
    all
}

/// Until when a scenario wants it, where one of its acts says so: two targets for one thing would
/// contradict each other. Else what the console itself goes by.
fn target(scenario: &Scenario, does: &[&str], otherwise: u32) -> u32 {
    let wants = |act: &&Act| act.does.0.iter().any(|name| does.contains(&name.as_str()));
    let mut acts = scenario.acts.iter().filter(wants);
    acts.find_map(due).unwrap_or(otherwise)
}

/// Of what is counted from the beginning.
fn due(act: &Act) -> Option<u32> {
    act.after.is_none().then_some(act.within.0)
}

/// Reports that were promised, and were there in time.
fn cadence(scene: &Scene, end: Secs) -> (usize, usize) {
    let (mut met, mut of) = (0, 0);
    for room in &scene.rooms {
        let reports = &room.incident.work.reports;
        for (n, report) in reports.iter().enumerate() {
            let Some(next) = report.next else { continue };
            let rest = reports.iter().skip(n + 1);
            let following = rest
                .clone()
                .find(|later| later.audience.id == report.audience.id);
            match following {
                Some(later) => {
                    of += 1;
                    met += usize::from(later.at <= next);
                }
                // What is promised for after the end nobody has broken.
                None if scene.clock.at(next) <= end && room.incident.phase.is_burning() => of += 1,
                None => {}
            }
        }
    }
    (met, of)
}

/// Up to recovery; a drill seldom goes on to the end.
fn milestones(scene: &Scene) -> (usize, usize) {
    let wanted = Milestone::ALL.iter().filter(|m| **m != Milestone::Resolved);
    let set = wanted.clone().filter(|milestone| {
        let has = |room: &Room| room.incident.milestones.contains_key(milestone);
        scene.rooms.iter().any(has)
    });
    (set.count(), wanted.count())
}

fn checklist(room: &Room) -> (usize, usize) {
    let checks = room.incident.checklist();
    let required: Vec<_> = checks
        .iter()
        .filter(|check| check.required && !check.item.optional)
        .collect();
    let settled = required
        .iter()
        .filter(|check| check.state != ItemState::Open);
    (settled.count(), required.len())
}

fn roles(scenario: &Scenario, room: &Room) -> (usize, usize) {
    let filled = scenario
        .roles
        .iter()
        .filter(|role| match role.get_ref().as_str() {
            "commander" => room.incident.commander.is_some(),
            role => room.incident.roles.contains_key(role),
        });
    (filled.count(), scenario.roles.len())
}
