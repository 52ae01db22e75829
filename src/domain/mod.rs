//! Words and rules. No I/O, no clock, no chance, no terminal: time and randomness come in as
//! arguments, and everything here is a function of what it is given.

pub mod broadcast;
pub mod budget;
pub mod bundle;
pub mod checklists;
pub mod crew;
pub mod decide;
pub mod desk;
pub mod event;
pub mod fact;
mod first;
pub mod gate;
pub mod history;
pub mod ids;
pub mod incident;
pub mod instructions;
pub mod learn;
pub mod metrics;
pub mod outlets;
pub mod problem;
pub mod prompt;
pub mod record;
pub mod said;
pub mod secret;
pub mod sentence;
pub mod settings;
pub mod source;
pub mod sync;
pub mod tape;
#[cfg(test)]
pub mod testing;
pub mod text;
pub mod timer;
pub mod verb;
pub mod watch;
pub mod words;
pub mod work;
