//! The history: what was, found again by words, by filters and by likeness.
//!
//! [`Facts`] are what an incident is found by beside its words; [`Query`] is what somebody typed;
//! [`similar()`] answers "have we seen this before?". Words are looked up in an index (see
//! [`terms`](super::text::terms)), which is not here.

pub mod facts;
pub mod query;
pub mod similar;
#[cfg(test)]
mod tests;

pub use facts::{End, Facts, Month, months, tags};
pub use query::{Among, Filters, Key, Query};
pub use similar::{Alike, similar};
