//! The index of the history: an SQLite file of its own beside the journal, with a full-text table.
//!
//! It is derived. Nothing in it is lost with it, so a file that is missing, damaged or of another
//! shape is made anew, and the log says so. It never stands in the journal's way: what changed comes
//! with the screens' snapshots, what people said in channels is read over a connection of its own
//! that cannot write, and a few incidents at a time are indexed in a transaction.
//!
//! Of an incident the full-text table holds one row: title, what it is about, all its lines. What
//! was looked for is then found in the few lines of the incidents that are shown. What is typed
//! reaches the table only as tokens of letters and digits, in quotes: it cannot be syntax.

mod index;
mod search;
mod worker;

pub use index::Index;
pub use search::{Search, midnight};
pub use worker::{Answer, History};
