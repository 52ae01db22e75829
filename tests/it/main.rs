//! One test binary, because linking is the cost.

mod config;
mod contracts;
mod sim;
mod tidy;
