//! Who is here, who is not heard, who has too much and who has nothing to do.

use super::{Deputy, For, Opens, Prompt, Subject, Weight};
use crate::both;
use crate::domain::crew;
use crate::domain::ids::UserId;
use crate::domain::incident::Present;
use crate::domain::verb::{ROLES, STREAM_CHOICE, Verb, role_name};
use crate::domain::watch::rough;
use crate::domain::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

/// People without anything to do, from whom on it is worth a word, and when.
const IDLE_PEOPLE: usize = 2;
const IDLE_AFTER: u32 = 10;

impl Deputy<'_> {
    pub(super) fn people(&mut self) {
        self.scribe();
        self.span();
        self.too_long();
        self.silent();
        self.loads();
        self.unanswered();
    }

    fn here(&self) -> impl Iterator<Item = &Present> {
        crew::here(self.incident)
    }

    fn scribe(&mut self) {
        let t = &self.rules.config.timers;
        let enough = self.here().count() >= t.ask_scribe_people as usize;
        let due = t.ask_scribe_minutes > 0 && self.past(t.ask_scribe_minutes);
        if !enough || !due || self.incident.in_role("scribe").is_some() {
            return;
        }
        let prompt = Prompt::new(
            Subject::Role("scribe"),
            "role/scribe",
            Opens::About(Verb::Role, "scribe".to_owned()),
            Text::fixed(
                "Nobody writes things down: who is the scribe?",
                "記録する人がいません。書記は誰にしますか",
            ),
        );
        self.add(For::Command, prompt.weighing(Weight::Warning));
    }

    fn span(&mut self) {
        let most = self.rules.config.timers.span_of_control as usize;
        if most == 0 {
            return;
        }
        let ops = self.incident.roles.contains_key("ops");
        for (lead, count) in crew::led(self.incident) {
            if count <= most {
                continue;
            }
            let name = self.name(&lead);
            let role = if ops { STREAM_CHOICE } else { "ops" };
            let prompt = Prompt::new(
                Subject::Span(lead.clone()),
                format!("span/{lead}"),
                Opens::About(Verb::Role, role.to_owned()),
                both!(
                    "{name} leads {count} people: split up, and name leads",
                    "{name}さんの下に{count}人います。班に分けてリードを決めませんか"
                ),
            );
            self.add(For::Command, prompt.weighing(Weight::Warning));
        }
    }

    fn too_long(&mut self) {
        let t = &self.rules.config.timers;
        let mut held: Vec<(String, UserId, DateTime<Utc>, u32)> = Vec::new();
        if let Some(commander) = &self.incident.commander {
            let (user, since) = (commander.user.clone(), commander.since);
            held.push(("commander".to_owned(), user, since, t.command_hours));
        }
        for (role, by) in &self.incident.roles {
            held.push((role.clone(), by.user.clone(), by.since, t.role_hours));
        }
        for (role, user, since, hours) in held {
            let most = TimeDelta::hours(i64::from(hours));
            let span = self.now - since;
            if hours == 0 || span < most {
                continue;
            }
            // Said again each time that as long has passed once more.
            let number = span.num_seconds() / most.num_seconds();
            let (name, long) = (self.name(&user), rough(span));
            let (opens, what) = if role == "commander" {
                let opens = Opens::Verb(Verb::Offer);
                (opens, Text::fixed("commands", "指揮"))
            } else {
                let opens = Opens::About(Verb::Role, role.clone());
                (opens, role_name(ROLES, &role))
            };
            let text = Text {
                en: if role == "commander" {
                    format!("{name} commands for {}: hand over?", long.en)
                } else {
                    format!("{name}, {} for {}: relief?", what.en, long.en)
                }
                .into(),
                ja: format!(
                    "{name}さんの{}が{}続いています。交代しませんか",
                    what.ja, long.ja
                )
                .into(),
            };
            let key = format!("too-long/{role}/{}/{number}", since.timestamp_millis());
            let prompt = Prompt::new(Subject::TooLong(role), key, opens, text);
            self.add(For::CommandAnd(&user), prompt.weighing(Weight::Warning));
        }
    }

    /// When somebody was last heard, in the channel or in the record.
    fn last_heard(&self, user: &UserId) -> Option<DateTime<Utc>> {
        let present = self.incident.roster.get(user);
        let recorded = present.map(|p| p.acted.max(p.since));
        self.heard.last.get(user).copied().max(recorded)
    }

    fn silent(&mut self) {
        let t = &self.rules.config.timers;
        if let Some(commander) = &self.incident.commander
            && commander.user != *self.heard.me
        {
            let last = self.last_heard(&commander.user).max(Some(commander.since));
            let patience = TimeDelta::minutes(i64::from(t.commander_silent_minutes));
            let last = last.unwrap_or(commander.since);
            if self.now - last >= patience {
                let (name, long) = (self.name(&commander.user), rough(self.now - last));
                let prompt = Prompt::new(
                    Subject::SilentCommander,
                    format!("silent-commander/{}", last.timestamp_millis()),
                    Opens::Verb(Verb::Command),
                    Text {
                        en: format!("{name} commands, and was not heard for {}", long.en).into(),
                        ja: format!(
                            "指揮者の{name}さんから{}応答がありません。代わりますか",
                            long.ja
                        )
                        .into(),
                    },
                );
                self.add(For::Everyone, prompt.weighing(Weight::Warning));
            }
        }
        let patience = TimeDelta::minutes(i64::from(t.present_minutes));
        self.missing();
        let silent: Vec<(UserId, String, DateTime<Utc>)> = self
            .here()
            .filter_map(|present| {
                let task = present.task.clone()?;
                let last = self.last_heard(&present.user)?;
                let commands = self.incident.commander.as_ref();
                let commands = commands.is_some_and(|held| held.user == present.user);
                (!commands && self.now - last >= patience)
                    .then(|| (present.user.clone(), task, last))
            })
            .collect();
        for (user, task, last) in silent {
            let (name, long) = (self.name(&user), rough(self.now - last));
            let prompt = Prompt::new(
                Subject::SilentPerson(user.clone()),
                format!("silent/{user}/{}", last.timestamp_millis()),
                Opens::Verb(Verb::Message),
                Text {
                    en: format!("{name} ({task}) was not heard for {}: ask", long.en).into(),
                    ja: format!(
                        "{name}さん ({task}) から{}応答がありません。声をかけますか",
                        long.ja
                    )
                    .into(),
                },
            );
            self.add(For::Command, prompt);
        }
    }

    /// Who did not answer the roll call.
    fn missing(&mut self) {
        let t = &self.rules.config.timers;
        let me = self.heard.me;
        let missing: Vec<(UserId, TimeDelta)> = self
            .here()
            .filter(|present| present.user != *me)
            .filter_map(|present| {
                let last = self.last_heard(&present.user)?;
                match crew::answer(self.incident, last, t, self.now) {
                    crew::Answer::Missing(since) => Some((present.user.clone(), since)),
                    _ => None,
                }
            })
            .collect();
        let Some((first, since)) = missing.first() else {
            return;
        };
        let names: Vec<String> = missing.iter().map(|(user, _)| self.name(user)).collect();
        let (en, ja) = (names.join(", "), names.join("さん、"));
        let called = (self.now - *since).timestamp_millis();
        let users: Vec<&str> = missing.iter().map(|(user, _)| user.as_str()).collect();
        let prompt = Prompt::new(
            Subject::Missing,
            format!("missing/{called}/{}", users.join(",")),
            Opens::About(Verb::Call, first.as_str().to_owned()),
            both!(
                "No answer to the roll call: {en}. Call, or check out",
                "在席確認に応答なし: {ja}さん。呼ぶか、離席にしますか"
            ),
        );
        self.add(For::Command, prompt.weighing(Weight::Warning));
    }

    /// Nobody of those who were called with the service's group, always or by the level said a word,
    /// and nobody else came: somebody is to be called by name, which the escalation list then takes on.
    fn unanswered(&mut self) {
        let minutes = self.rules.config.timers.call_again_minutes;
        let (me, declarer) = (self.heard.me, &self.incident.declarer);
        let others = |user: &&UserId| *user != me && *user != declarer;
        let called = || self.heard.invited.keys().filter(others);
        let came = self
            .here()
            .map(|present| &present.user)
            .any(|user| others(&user));
        let answered = came || called().any(|user| self.last_heard(user).is_some());
        let by_name = !self.incident.work.calls.is_empty();
        let count = called().count();
        if minutes == 0 || !self.past(minutes) || answered || by_name || count == 0 {
            return;
        }
        let prompt = Prompt::new(
            Subject::Unanswered,
            "unanswered",
            Opens::Verb(Verb::Call),
            both!(
                "None of the {count} called has answered: call somebody by name",
                "呼び出した{count}人から応答がありません。名前を挙げて呼びましょう"
            ),
        );
        self.add(For::Command, prompt.weighing(Weight::Warning));
    }

    fn loads(&mut self) {
        let here: Vec<UserId> = self.here().map(|p| p.user.clone()).collect();
        let loads: Vec<(UserId, usize)> = here
            .into_iter()
            .map(|user| {
                let load = crew::in_hand(self.incident, &user);
                (user, load)
            })
            .collect();
        for (user, load) in loads.iter().filter(|(_, load)| *load >= crew::LOAD) {
            let name = self.name(user);
            let prompt = Prompt::new(
                Subject::Overloaded(user.clone()),
                format!("overloaded/{user}/{load}"),
                Opens::Verb(Verb::Assign),
                both!(
                    "{name} has {load} things in hand: give some to others",
                    "{name}さんに{load}件集まっています。誰かに渡しませんか"
                ),
            );
            self.add(For::CommandAnd(user), prompt);
        }
        let idle: Vec<&UserId> = loads
            .iter()
            .filter(|(_, load)| *load == 0)
            .map(|(user, _)| user)
            .collect();
        if idle.len() < IDLE_PEOPLE || !self.past(IDLE_AFTER) {
            return;
        }
        let (count, first) = (idle.len(), self.name(idle[0]));
        let names: Vec<&str> = idle.iter().map(|user| user.as_str()).collect();
        let key = format!("idle/{}", names.join(","));
        let prompt = Prompt::new(
            Subject::Idle,
            key,
            Opens::Verb(Verb::Task),
            both!(
                "{count} people here have nothing to do ({first}, …): give them a task",
                "手の空いている人が{count}人います ({first}さんほか)。作業を頼みませんか"
            ),
        );
        self.add(For::Command, prompt);
    }
}
