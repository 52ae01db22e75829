//! What has not arrived yet says so on the line that it concerns, in words: here, what a register
//! of the record holds.

use super::scene::Scene;
use crate::app::view::{Said, register_mark};
use crate::domain::decide::Command;
use crate::domain::event::Register;

pub fn of_register(
    scene: &Scene<'_>,
    register: &Register,
    is_about: impl Fn(&Command) -> bool,
) -> Option<Said> {
    register_mark(scene.model, register, is_about)
}
