//! The organisation of the simulated consoles: levels, people, and when it is asked.

use matoi::domain::decide::{Command, LevelPlan, Outlets};
use matoi::domain::desk::{Desk, Habits};
use matoi::domain::event::{Item, Named};
use matoi::domain::ids::UserId;
use matoi::domain::incident::Incident;
use matoi::domain::problem::Problem;
use matoi::domain::words::{Lang, Text};

pub struct Organisation {
    habits: Habits,
}

impl Organisation {
    pub fn new() -> Organisation {
        Organisation {
            habits: Habits {
                ask_commander_minutes: 1,
                ask_level_minutes: 1,
                ask_times: 2,
                ask_situation_seconds: 20,
                ..Habits::default()
            },
        }
    }
}

pub fn level(n: u32) -> LevelPlan {
    let item = |id: &str| Item {
        id: id.to_owned(),
        text: format!("{id} is done"),
        optional: false,
        time_box: None,
        when: None,
        manual: None,
    };
    LevelPlan {
        terms: Box::default(),
        level: named(n),
        timekeeper: None,
        items: ["a", "b", "c", "d", "e"].map(item).into(),
    }
}

fn named(n: u32) -> Named {
    Named {
        id: n.to_string(),
        name: format!("Level {n}"),
    }
}

impl Desk for Organisation {
    fn escalation(&self, _: &str) -> Vec<UserId> {
        Vec::new()
    }

    fn habits(&self) -> &Habits {
        &self.habits
    }

    fn level(&self, _: &Incident, text: &str) -> Result<LevelPlan, Problem> {
        match text.parse() {
            Ok(n @ 1..=4) => Ok(level(n)),
            _ => Err(Problem::not_found(Text::same("no such level"))),
        }
    }

    fn levels(&self, _: Lang) -> Vec<Named> {
        (1..=4).map(named).collect()
    }

    fn temperature(&self, _: &Incident, text: &str) -> Result<Named, Problem> {
        Ok(Named {
            id: text.to_owned(),
            name: text.to_owned(),
        })
    }

    fn person(&self, text: &str) -> Result<UserId, Problem> {
        Ok(UserId::new(text))
    }

    fn is_program(&self, user: &UserId) -> bool {
        user.as_str().starts_with('B')
    }

    fn time(
        &self,
        _: &str,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<chrono::DateTime<chrono::Utc>, Problem> {
        Ok(at)
    }

    fn clock(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        at.format("%H:%M").to_string()
    }

    fn timekeeper(&self, _: &Incident) -> u32 {
        1
    }

    fn outlets(&self, _: &Incident, _: bool, _: bool, _: &Command) -> Outlets {
        Outlets::default()
    }
}
