//! The bar of a replay: where it stands, how it plays, and where the response turned.

use crate::app::clock;
use crate::app::replay::Replay;
use crate::app::strings::replay as r;
use crate::domain::tape::Turned;
use crate::domain::words::Text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub playing: String,
    pub speed: String,
    /// The moment that is shown, with its seconds; its day as well where the replay has several.
    pub at: String,
    pub begins: String,
    pub ends: String,
    /// Thousandths of the way.
    pub way: u32,
    /// Thousandths of the way and the letter of what turned there, from the beginning; of two at
    /// one place the first matters more.
    pub turns: Vec<(u32, char)>,
    /// `37/120`, and the same with what it counts.
    pub events: String,
    pub events_long: String,
    /// What the letters stand for.
    pub legend: Vec<(char, String)>,
}

const TURNS: [Turned; 3] = [Turned::Level, Turned::Phase, Turned::Commander];

pub const fn letter(what: Turned) -> char {
    match what {
        Turned::Level => 'L',
        Turned::Phase => 'P',
        Turned::Commander => 'C',
    }
}

const fn name(what: Turned) -> Text {
    match what {
        Turned::Level => r::LEVEL,
        Turned::Phase => r::PHASE,
        Turned::Commander => r::COMMANDER,
    }
}

pub fn bar(replay: &Replay) -> Bar {
    let (model, at) = (&replay.stage, replay.at());
    let (zone, lang) = (model.shown_zone(), model.lang);
    let (begins, ends) = replay.span();
    let playing = if replay.is_playing() {
        &r::PLAYING
    } else {
        &r::STOPPED
    };
    let (shown, all) = replay.events();
    let events = format!("{shown}/{all}");
    let mut turns: Vec<(u32, Turned)> = replay.turns().collect();
    turns.sort_unstable();
    Bar {
        playing: playing.get(lang).to_owned(),
        speed: format!("x{}", replay.speed()),
        at: match clock::day_hhmm(zone, at, begins).rsplit_once(' ') {
            Some((day, _)) => format!("{day} {}", clock::hhmmss(zone, at)),
            None => clock::hhmmss(zone, at),
        },
        begins: clock::hhmm(zone, begins),
        ends: clock::day_hhmm(zone, ends, begins),
        way: replay.way(at),
        turns: turns
            .into_iter()
            .map(|(way, what)| (way, letter(what)))
            .collect(),
        events_long: format!("{} {events}", r::EVENTS.get(lang)),
        events,
        legend: TURNS
            .map(|what| (letter(what), name(what).get(lang).to_owned()))
            .into(),
    }
}
