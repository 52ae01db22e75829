//! Drills: a scenario is played by people and by scripted people, and scored from the record.
//!
//! [`scenario`] is the file, [`check`] what it must meet, [`engine`] the drill as a function of
//! scenario, seed, clock and what the players did. [`actors`] are the scripted people. When it is
//! over, [`score`] compares what the record holds with what a good response does, [`measures`] counts
//! how it went, and [`debrief`] tells both.
//!
//! Nothing here waits, writes or asks for the time: a drill can be played into any workspace, or
//! into none.

pub mod actors;
pub mod check;
pub mod debrief;
pub mod engine;
pub mod fact;
pub mod hearing;
pub mod measures;
pub mod scenario;
pub mod scene;
pub mod score;
pub mod shipped;

use sha2::{Digest, Sha256};

/// A number that is the same for the same seed and name.
fn draw(seed: u64, name: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests;
