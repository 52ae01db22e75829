//! The account of one incident: what its record tells, curated, with its holes. Screens, drafts and
//! exports read the story from here, so that they tell the same one.
//!
//! The raw record is the incident's entries; nothing here takes anything away from them.

pub mod due;
pub mod lint;
pub mod remind;
pub mod spans;
pub mod story;
pub mod summary;

pub use spans::Span;
pub use story::{Hole, Line, begins, holes, is_told, story};

#[cfg(test)]
mod tests;
