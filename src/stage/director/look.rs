//! What the director sees of the response, and what it shows of the drill.

use super::Director;
use crate::app::drill::{Expected, Inject, Part, Script, View};
use crate::both;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use crate::drill::scenario::{Deed, Secs};
use crate::drill::scene::{Room, Said, Scene, mentioned};
use crate::drill::score::score;
use crate::io::pace::Pace;
use crate::io::publish::Resolver;
use crate::wire::mrkdwn;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Director {
    /// Where the response goes on.
    pub(super) fn state(&self) -> Option<Arc<Incident>> {
        let scene = self.scene()?;
        scene.current().map(|room| room.incident.clone())
    }

    /// What the script sees; `None` while there is nothing to be seen.
    pub(super) fn scene(&self) -> Option<Scene> {
        let players: BTreeSet<UserId> = self.setup.players.iter().map(|p| p.id.clone()).collect();
        let heed = players.clone();
        let (people, zone) = (self.people.clone(), self.setup.config.time_zone);
        let root = self.root();
        let rooms = self.core.look(move |engine, _| {
            let mut incidents = engine.incidents();
            incidents.reverse();
            of_drill(&mut incidents, root.as_ref());
            let rooms: Vec<Room> = incidents
                .into_iter()
                .map(|incident| {
                    let names = Resolver {
                        people: &people,
                        engine,
                        zone,
                    };
                    let said = engine.talk(&incident.id).into_iter().filter_map(|row| {
                        let message = &row.message;
                        let by = message.user.as_ref().filter(|user| heed.contains(*user))?;
                        (!message.own).then(|| Said {
                            id: row.ts.as_str().to_owned(),
                            at: DateTime::from_timestamp_micros(row.ts.micros())
                                .unwrap_or_default(),
                            by: by.clone(),
                            text: mrkdwn::plain(&message.text, &names),
                            to: mentioned(&message.text),
                            parent: message
                                .thread
                                .as_ref()
                                .filter(|thread| **thread != row.ts)
                                .map(|thread| thread.as_str().to_owned()),
                        })
                    });
                    let said = Arc::new(said.collect());
                    let row = engine.image().incidents.get(&incident.id);
                    Room {
                        private: row.is_some_and(|row| row.private),
                        incident,
                        said,
                    }
                })
                .collect();
            rooms
        });
        let rooms = rooms.ok().filter(|rooms| !rooms.is_empty())?;
        let cast = self.setup.cast.iter();
        Some(Scene {
            rooms,
            players,
            cast: cast
                .filter(|(_, actor)| actor.voice.is_none())
                .map(|(part, actor)| (part.clone(), actor.id.clone()))
                .collect(),
            by_name: self.by_name,
            clock: self.clock.clone(),
        })
    }

    /// The incident that is the drill's, where there are others that are not.
    pub(super) fn root(&self) -> Option<IncidentId> {
        let none = || IncidentId::new("");
        self.by_name
            .then(|| self.incident.clone().unwrap_or_else(none))
    }

    /// What whoever has only the channel has to know of this drill.
    pub(super) fn ground(&self) -> String {
        let lang = self.setup.lang;
        let scenario = &self.setup.scenario;
        let mut out = String::new();
        if let Some(time) = scenario.start.time() {
            let time = time.format("%H:%M");
            let said = both!(
                "In the story it is {time} now.",
                "物語の中では、いま {time} です。"
            );
            out = format!("\n\n{}", said.get(lang));
        }
        if !self.by_name {
            return out;
        }
        let said = Text::fixed(
            "This is a drill. Whoever carries [DRILL] behind their name is played by the program: write to them by name, in this channel or in a thread under what they said. They hear a task that names them, come when a message asks them to, and hold no role: roles and command are yours.",
            "これは訓練です。名前に [訓練] と付く人はプログラムが演じます。このチャンネルか本人の発言のスレッドで、名前を書いて話しかけてください。名前の入ったタスクは引き受け、来てほしいと書けば来ます。役割と指揮は、実際に参加している人が持ちます。",
        );
        out = format!("{out}\n\n{}\n", said.get(lang));
        let people = scenario.people.iter().filter(|(_, person)| !person.monitor);
        for (_, person) in people {
            let (name, about) = (person.name.get(lang), person.about.get(lang));
            out = format!("{out}\n• {name}: {about}");
        }
        out
    }

    /// What one has to know beforehand, and the system.
    pub(super) fn briefing(&self) -> String {
        let lang = self.setup.lang;
        let briefing = &self.setup.scenario.briefing;
        let text = flowing(briefing.text.get(lang), lang);
        let drawing = briefing.drawing.get(lang);
        match drawing.trim().is_empty() {
            true => text,
            false => format!("{text}\n\n{drawing}"),
        }
    }

    pub(super) fn view(&self) -> View {
        let (scenario, lang) = (&self.setup.scenario, self.setup.lang);
        let pace = self.setup.pace.as_ref();
        let people = |part: &str| {
            let person = scenario.people.get(part);
            person.map_or_else(String::new, |person| person.name.get(lang).to_owned())
        };
        let injects = self.drill.fates().map(|(inject, fate)| Inject {
            id: inject.id.get_ref().clone(),
            by: inject
                .by
                .as_ref()
                .map(|by| people(by.get_ref()))
                .unwrap_or_default(),
            what: match (&inject.say, inject.deed.as_ref().and_then(Deed::text)) {
                (Some(text), _) | (None, Some(text)) => text.get(lang).to_owned(),
                (None, None) => inject.note.get(lang).to_owned(),
            },
            when: inject
                .when
                .iter()
                .map(|fact| fact.get_ref().to_string())
                .collect::<Vec<_>>()
                .join(" "),
            fate: fate.clone(),
        });
        View {
            script: Some(Script(scenario.clone())),
            name: self.setup.name.clone(),
            title: scenario.title.get(lang).to_owned(),
            minutes: scenario.minutes,
            at: match self.begun {
                true => self.drill.ended().map_or_else(|| self.at(), |(at, _)| *at),
                false => Secs(0),
            },
            paused: self.held.is_some() || pace.is_some_and(Pace::is_paused),
            speed: self.speed(),
            coach: scenario.coach,
            briefing: self.briefing(),
            begun: self.begun,
            incident: self.incident.clone(),
            expected: self.expected(),
            injects: injects.collect(),
            people: scenario
                .people
                .iter()
                .filter(|(part, _)| !self.is_played(part))
                .map(|(part, person)| Part {
                    id: part.clone(),
                    handle: person.handle.get_ref().clone(),
                    name: person.name.get(lang).to_owned(),
                })
                .collect(),
            trouble: self.trouble.clone(),
            debrief: self.debrief.as_ref().map(|d| d.markdown(Some(scenario))),
            report: self
                .debrief
                .as_ref()
                .map(|_| self.setup.dir.join("report.md").display().to_string()),
        }
    }

    pub(super) fn expected(&self) -> Vec<Expected> {
        let scenario = &self.setup.scenario;
        let Some(scene) = self.scene().filter(|_| self.begun) else {
            return Vec::new();
        };
        let fired = self.drill.fired();
        let lines = score(scenario, &fired, &scene).acts;
        let acts = scenario.acts.iter().zip(lines);
        acts.map(|(act, line)| {
            let base = match &act.after {
                Some(inject) => fired.get(inject.get_ref()).copied(),
                None => Some(Secs(0)),
            };
            let last = act.late.unwrap_or(act.within);
            Expected {
                text: act.text.get(self.setup.lang).to_owned(),
                verb: act.does.0.first().and_then(|name| Verb::named(name)),
                from: base.map(|base| base.plus(act.from)),
                last: base.map(|base| base.plus(last)),
                line,
            }
        })
        .collect()
    }
}

/// Leaves those that came of `root`; all, where everything here is the drill's.
pub(super) fn of_drill(incidents: &mut Vec<Arc<Incident>>, root: Option<&IncidentId>) {
    let Some(root) = root else { return };
    let parents: BTreeMap<IncidentId, IncidentId> = incidents
        .iter()
        .filter_map(|i| Some((i.id.clone(), i.came_of.clone()?)))
        .collect();
    incidents.retain(|incident| {
        let mut id = &incident.id;
        // However it was made, no chain is longer than there are incidents.
        for _ in 0..=parents.len() {
            if id == root {
                return true;
            }
            match parents.get(id) {
                Some(parent) => id = parent,
                None => return false,
            }
        }
        false
    });
}

/// Each paragraph on one line: the screen knows how wide it is.
fn flowing(text: &str, lang: Lang) -> String {
    let apart = match lang {
        Lang::En => " ",
        Lang::Ja => "",
    };
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        lines.join(apart)
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
