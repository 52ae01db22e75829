//! Everything that can wait or fail: files, the network, the terminal, the clock.

pub mod clipboard;
pub mod config;
pub mod core;
pub mod doctor;
pub mod evidence;
pub mod file;
pub mod history;
pub mod input;
pub mod log;
pub mod net;
pub mod pace;
pub mod paths;
pub mod publish;
pub mod secrets;
pub mod shelf;
pub mod slack;
pub mod steps;
pub mod store;
pub mod terminal;
pub mod tty;
