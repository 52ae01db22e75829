//! Words and rules. No I/O, no clock, no chance, no terminal: time and randomness come in as
//! arguments, and everything here is a function of what it is given.

pub mod checklists;
pub mod ids;
pub mod instructions;
pub mod problem;
pub mod secret;
pub mod settings;
pub mod text;
pub mod words;
