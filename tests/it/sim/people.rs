//! Those who only have Slack: they write, correct themselves and delete, mention the program, react
//! and pin.

use super::Run;
use super::world::BOT;

/// Some of them also sit at a console; one left the channel.
const PEOPLE: [&str; 6] = ["U0", "U1", "U2", "UPERSON", "UOTHER", "UAWAY"];
const WISHES: [&str; 27] = [
    "accept",
    "引き受けます",
    "decline",
    "here",
    "need a second pair of eyes",
    "park what does the law say",
    "claim it is good again",
    "level 2",
    "レベル3",
    "level high",
    "commander me",
    "commander <@U1>",
    "done 1",
    "2番完了",
    "undone 1",
    "note it began with the deployment",
    "situation customers cannot pay",
    "recovered",
    "join as scribe",
    "leave",
    "status",
    "summary",
    "help",
    "",
    "what now?",
    "timekeeper stop",
    "temperature red",
];
const REACTIONS: [&str; 9] = [
    "white_check_mark",
    "one",
    "two",
    "three",
    "four",
    "raised_hand",
    "hand::skin-tone-3",
    "pushpin",
    "eyes",
];

impl Run {
    fn somebody(&mut self) -> &'static str {
        PEOPLE[self.rng.usize(..PEOPLE.len())]
    }

    pub(super) fn people(&mut self) {
        let nth = usize::from(self.rng.f64() < 0.2);
        if self.rng.f64() < 0.3 {
            self.talk();
        }
        if self.rng.f64() < 0.15 {
            let who = self.somebody();
            let wish = WISHES[self.rng.usize(..WISHES.len())];
            let text = format!("<@{BOT}> {wish}");
            let thread = self.said.last().filter(|_| self.rng.bool()).cloned();
            self.world.say(nth, who, &text, thread, self.now);
        }
        if self.rng.f64() < 0.3 {
            let there = self.world.newest(nth, 12);
            if !there.is_empty() {
                let (ts, _) = &there[self.rng.usize(..there.len())];
                let name = REACTIONS[self.rng.usize(..REACTIONS.len())];
                let who = self.somebody();
                self.world.react(nth, ts, name, who);
            }
        }
        if self.rng.f64() < 0.1 {
            let there = self.world.newest(nth, 12);
            let theirs: Vec<_> = there.into_iter().filter(|(_, own)| !own).collect();
            if !theirs.is_empty() {
                let (ts, _) = &theirs[self.rng.usize(..theirs.len())];
                let who = self.somebody();
                self.world.pin(nth, ts, who);
            }
        }
    }

    /// They write, answer in threads, correct themselves and delete.
    pub(super) fn talk(&mut self) {
        let thread = self.said.last().filter(|_| self.rng.bool()).cloned();
        let reply = thread.is_some();
        let text = format!("hello {}", self.rng.u32(..1000));
        let ts = self.world.say(0, "UPERSON", &text, thread, self.now);
        if !reply {
            self.said.push(ts);
        }
        if let Some(ts) = self.said.first().filter(|_| self.rng.f64() < 0.2).cloned() {
            let text = self.rng.bool().then_some("corrected");
            self.world.change(0, &ts, text);
        }
    }
}
