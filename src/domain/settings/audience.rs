//! Whom reports are for: where they read them, how often, and what a report to them begins with.

use super::Label;
use crate::domain::event::Kind;
use serde::{Deserialize, Serialize};

/// The audience that there is without configuration: everyone inside.
pub const INSIDE: &str = "internal";

/// The first of the list is whom a report is for where nobody says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    pub id: String,
    pub name: Label,
    /// Where reports about outages are posted beside the incident's channel.
    pub channels: Vec<String>,
    /// The same about public security incidents.
    pub security_channels: Vec<String>,
    /// The same about drills.
    pub drill_channels: Vec<String>,
    /// Levels at which reports are posted there; empty: at every level, and without one.
    pub levels: Vec<String>,
    /// Minutes between two reports to it; 0: as the level says, else as under `timers`.
    pub minutes: u32,
    /// What a report begins with; empty: the shipped one.
    pub template: Label,
}

impl Audience {
    pub fn inside() -> Audience {
        Audience {
            id: INSIDE.to_owned(),
            name: Label::of("everyone inside", "社内"),
            ..Audience::default()
        }
    }

    /// Its channels for an incident of this kind.
    pub fn channels_of(&self, kind: Kind, drill: bool) -> &[String] {
        match (drill, kind) {
            (true, _) => &self.drill_channels,
            (false, Kind::Outage) => &self.channels,
            (false, Kind::Security) => &self.security_channels,
        }
    }

    /// Whether reports about an incident of this level are posted in its channels.
    pub fn hears_at(&self, level: Option<&str>) -> bool {
        let wanted = |id: &str| self.levels.iter().any(|known| known == id);
        self.levels.is_empty() || level.is_some_and(wanted)
    }
}

/// What a notice to customers begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notice {
    /// Empty: the shipped one.
    pub template: Label,
}

/// The organisation's manual for each kind of incident: links; empty: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manual {
    pub outage: String,
    pub security: String,
}

impl Manual {
    pub fn of(&self, kind: Kind) -> Option<&str> {
        let link = match kind {
            Kind::Outage => &self.outage,
            Kind::Security => &self.security,
        };
        Some(link.as_str()).filter(|link| !link.is_empty())
    }
}
