//! What keeps a team able to work with it: the doctor, the app's manifest, and what is at hand when
//! everything else is down.

mod calls;
mod doctor;
mod leaving;
mod manifest;
