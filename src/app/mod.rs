//! The program without a terminal and without a network: what is shown, what keys mean, what an
//! act needs before it can be decided.

pub mod snapshot;
