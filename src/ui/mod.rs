//! Draws the model into a frame. Reads, and writes nothing but the bytes of a frame.

mod encode;
pub mod frame;
pub mod sink;
pub mod theme;
