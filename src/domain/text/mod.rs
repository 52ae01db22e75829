//! Text as it enters the program and as it is measured for a screen.
//!
//! Everything that comes from outside (Slack, a paste, a file, an argument) passes [`clean()`] or
//! [`clean_line`] once, where it enters; from then on it holds nothing that could move a cursor,
//! turn the reading direction, hide a letter or confuse the count of cells. What measures and what
//! draws count cells alike: [`cells()`] is the sum over grapheme clusters, as the drawing library
//! does it.

mod cells;
mod clean;
mod signs;
pub mod terms;
mod wrap;

pub use cells::{cells, fit, pad_left, pad_right, plain_cells, split_at_cells};
pub use clean::{clean, clean_line, fold_command_key, is_japanese_input, never_shown};
pub use signs::{sign, with_signs};
pub use wrap::wrap;
