//! What a subcommand needs to know of where it is used: a console that talks to a workspace, or a
//! drill that is played without one.

use super::context::Session;
use crate::app::resolve::People;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::{Engine, Now};
use crate::domain::words::Lang;
use std::sync::Arc;

pub trait Ground {
    fn config(&self) -> &Arc<Config>;

    fn lang(&self) -> Lang;

    /// Everybody, waited for where that may help.
    ///
    /// # Errors
    /// Nobody is known.
    fn people(&self) -> Result<Arc<People>, Problem>;

    /// Everybody who is known now.
    fn people_now(&self) -> Arc<People>;

    /// An incident by id, by its channel's name, or `-` for the only open one.
    ///
    /// # Errors
    /// There is none, or more than one.
    fn incident(&self, text: &str) -> Result<Arc<Incident>, Problem>;

    /// Looks at the engine.
    ///
    /// # Errors
    /// It is gone.
    fn look<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Engine, Now) -> R + Send + 'static,
    ) -> Result<R, Problem>;
}

impl Ground for Session {
    fn config(&self) -> &Arc<Config> {
        &self.context.config
    }

    fn lang(&self) -> Lang {
        self.context.lang
    }

    fn people(&self) -> Result<Arc<People>, Problem> {
        Session::people(self)
    }

    fn people_now(&self) -> Arc<People> {
        Session::people_now(self)
    }

    fn incident(&self, text: &str) -> Result<Arc<Incident>, Problem> {
        Session::incident(self, text)
    }

    fn look<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Engine, Now) -> R + Send + 'static,
    ) -> Result<R, Problem> {
        self.core.look(look)
    }
}
