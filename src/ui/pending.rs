//! What has not arrived yet says so on the line that it concerns, in words: here, what a register
//! of the record holds.

use super::scene::Scene;
use crate::app::view::{Said, job_mark, saving_mark};
use crate::domain::decide::Command;
use crate::domain::event::Register;

/// The mark of an act that `is_about` a register and is still being saved; else of the event that
/// wrote it, while that is on its way to the channel.
pub fn of_register(
    scene: &Scene<'_>,
    register: &Register,
    is_about: impl Fn(&Command) -> bool,
) -> Option<Said> {
    let model = scene.model;
    let room = model.room_data()?;
    let incident = &room.summary.incident;
    let saving = model
        .saving
        .values()
        .rev()
        .find(|s| s.incident.as_ref() == Some(&incident.id) && is_about(&s.command));
    if let Some(saving) = saving {
        return Some(saving_mark(model, saving));
    }
    let written = incident.registers.get(register)?;
    job_mark(model, room.jobs.get(written.events.last()?)?)
}
