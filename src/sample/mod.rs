//! What is made up: journals for measuring.

pub mod synth;
