//! Where an incident may be heard: one table, which every way out asks. `docs/outlets.md` shows it to
//! people, with where each outlet is asked and the test that hangs on it.
//!
//! It is asked twice for what leaves for Slack: when an act's jobs are made, and again at the moment
//! when one is sent, since an incident may have been restricted in between.

use super::incident::Incident;
use super::sync::image::{IncidentRow, Task};

/// A way by which something of an incident reaches somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outlet {
    /// Invited at declaration: the service's groups, who is invited always, followers.
    Invite,
    /// Invited at declaration: who is named for security.
    InviteSecurity,
    /// Invited one by one because the incident is theirs: who comes along from another one.
    Join,
    /// People and groups that a level calls.
    LevelCall,
    /// Loud acts in broadcast channels, and what is summed up there at the end.
    Broadcast,
    /// `@here` with the declaration in them.
    Here,
    /// A report in its audience's own channel.
    Report,
    /// Action items that come due, where its own channel takes nothing any more.
    Remind,
    /// What it is, told in its own channel to whoever asks the program there.
    Answer,
    /// Questions and timekeeper's calls in its own channel.
    Question,
    /// A text that somebody copies or hands on: the briefing.
    Copy,
    /// Its title and channel in another incident's channel: merges, links, offers of them.
    Elsewhere,
    /// A file that is written for others to read: exports, post-mortems.
    Export,
    /// Lists on screens: home, what is offered and chosen from.
    Board,
    /// What a search of the history finds, on a screen or the command line.
    Search,
    /// An earlier incident, named at this console where another one is declared or worked on.
    Similar,
    /// The whole of it in a few lines in its own channel: asked for there, or sent with an offer of
    /// command.
    Summary,
    /// What the terminal hands to the desktop when nobody looks, where it may stand on a locked screen.
    Notify,
}

impl Outlet {
    pub const ALL: [Outlet; 18] = [
        Outlet::Invite,
        Outlet::InviteSecurity,
        Outlet::Join,
        Outlet::LevelCall,
        Outlet::Broadcast,
        Outlet::Here,
        Outlet::Report,
        Outlet::Remind,
        Outlet::Answer,
        Outlet::Question,
        Outlet::Copy,
        Outlet::Elsewhere,
        Outlet::Export,
        Outlet::Board,
        Outlet::Search,
        Outlet::Similar,
        Outlet::Summary,
        Outlet::Notify,
    ];
}

/// How an outlet may be used; what comes later is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Open,
    /// Only with the mark of what it is.
    Marked,
    /// Only among incidents that are seen alike.
    Alike,
    /// Only where drills are heard by configuration.
    Drills,
    Closed,
}

/// Who an incident is for. All may hold at once; the strictest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    pub private: bool,
    pub drill: bool,
    /// It was public until it was found to be for few: its channel is, and nothing leaves it.
    pub restricted: bool,
}

impl Sight {
    pub fn of(incident: &Incident, private: bool, drill: bool) -> Sight {
        Sight {
            private,
            drill,
            restricted: incident.work.restricted.is_some(),
        }
    }

    /// As far as the record itself says it.
    pub fn own(incident: &Incident) -> Sight {
        Sight::of(incident, false, false)
    }

    /// `None`: what nothing is known of is taken to be private and a drill.
    pub fn of_row(incident: &Incident, row: Option<&IncidentRow>) -> Sight {
        let (private, drill) = row.map_or((true, true), |row| (row.private, row.drill));
        Sight::of(incident, private, drill)
    }

    pub fn way(self, outlet: Outlet) -> Way {
        let (public, private, drill, restricted) = ways(outlet);
        let columns = [
            (true, public),
            (self.private, private),
            (self.drill, drill),
            (self.restricted, restricted),
        ];
        let held = columns.into_iter().filter(|(holds, _)| *holds);
        held.map(|(_, way)| way).max().unwrap_or(Way::Closed)
    }

    /// Whether it is to be used with nothing left out.
    pub fn opens(self, outlet: Outlet) -> bool {
        matches!(self.way(outlet), Way::Open | Way::Marked)
    }

    /// Whether a job may still go: the last question before it leaves.
    pub fn lets(self, task: &Task) -> bool {
        outlet_of(task).is_none_or(|outlet| self.way(outlet) != Way::Closed)
    }

    /// Whether this incident may be brought to mind at `other`: one that is for few only where as
    /// few look, a drill only in drills.
    pub fn may_remind(self, other: Sight) -> bool {
        match self.way(Outlet::Similar) {
            Way::Open => !other.drill,
            Way::Alike => self.drill == other.drill && self.private == other.private,
            Way::Marked | Way::Drills | Way::Closed => false,
        }
    }

    /// Whether each of two incidents may be named where the other is read.
    pub fn may_meet(self, other: Sight) -> bool {
        let way = self.way(Outlet::Elsewhere);
        way.max(other.way(Outlet::Elsewhere)) <= Way::Alike && self == other
    }
}

/// The table: public, private, drill, restricted.
const fn ways(outlet: Outlet) -> (Way, Way, Way, Way) {
    use Way::{Alike, Closed, Drills, Marked, Open};
    match outlet {
        Outlet::Invite | Outlet::LevelCall | Outlet::Here | Outlet::Remind => {
            (Open, Closed, Closed, Closed)
        }
        Outlet::InviteSecurity => (Open, Open, Closed, Closed),
        Outlet::Join => (Open, Open, Open, Closed),
        Outlet::Broadcast | Outlet::Report => (Open, Closed, Drills, Closed),
        Outlet::Answer | Outlet::Question | Outlet::Summary => (Open, Open, Open, Closed),
        Outlet::Notify => (Open, Closed, Marked, Closed),
        Outlet::Export => (Open, Closed, Marked, Closed),
        Outlet::Copy | Outlet::Board | Outlet::Search => (Open, Marked, Marked, Marked),
        Outlet::Similar => (Open, Alike, Alike, Closed),
        Outlet::Elsewhere => (Alike, Alike, Alike, Closed),
    }
}

/// By which outlet a job leaves; `None` for what stays in the incident's own channel.
const fn outlet_of(task: &Task) -> Option<Outlet> {
    match task {
        Task::InvitePerson { .. } | Task::InviteGroup { .. } => Some(Outlet::Join),
        Task::Announce { report: true, .. } => Some(Outlet::Report),
        Task::Announce { .. } => Some(Outlet::Broadcast),
        Task::Remind { .. } => Some(Outlet::Remind),
        Task::Create { .. }
        | Task::Event { .. }
        | Task::Topic {}
        | Task::Purpose { .. }
        | Task::Card {}
        | Task::PinEvent { .. }
        | Task::PinCard {}
        | Task::React { .. }
        | Task::Whisper { .. }
        | Task::Mark { .. }
        | Task::Restore { .. }
        | Task::Delete { .. }
        | Task::Archive {}
        | Task::Unarchive {} => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Sight = Sight {
        private: false,
        drill: false,
        restricted: false,
    };

    #[test]
    fn nothing_opens_because_a_mark_is_added() {
        for outlet in Outlet::ALL {
            for marks in 0..8_u8 {
                let sight = Sight {
                    private: marks & 1 > 0,
                    drill: marks & 2 > 0,
                    restricted: marks & 4 > 0,
                };
                let stricter = Sight {
                    restricted: true,
                    ..sight
                };
                assert!(sight.way(outlet) >= PUBLIC.way(outlet), "{outlet:?}");
                assert!(stricter.way(outlet) >= sight.way(outlet), "{outlet:?}");
                let both = Sight {
                    private: true,
                    ..sight
                };
                assert!(both.way(outlet) >= sight.way(outlet), "{outlet:?}");
            }
        }
    }

    #[test]
    fn what_is_restricted_leaves_its_channel_by_no_outlet() {
        let sight = Sight {
            restricted: true,
            ..PUBLIC
        };
        for outlet in Outlet::ALL {
            let local = matches!(outlet, Outlet::Copy | Outlet::Board | Outlet::Search);
            let wanted = if local { Way::Marked } else { Way::Closed };
            assert_eq!(sight.way(outlet), wanted, "{outlet:?}");
        }
        let invite = Task::InvitePerson { who: "@cto".into() };
        assert!(PUBLIC.lets(&invite) && !sight.lets(&invite));
        assert!(sight.lets(&Task::Topic {}));
    }

    #[test]
    fn a_search_marks_and_a_reminder_names_none_of_what_is_for_few() {
        let private = Sight {
            private: true,
            ..PUBLIC
        };
        assert_eq!(private.way(Outlet::Search), Way::Marked);
        assert!(PUBLIC.may_remind(PUBLIC) && PUBLIC.may_remind(private));
        assert!(!private.may_remind(PUBLIC) && private.may_remind(private));
        for restricted in [PUBLIC, private] {
            let restricted = Sight {
                restricted: true,
                ..restricted
            };
            assert!(!restricted.may_remind(PUBLIC) && !restricted.may_remind(private));
        }
        let drill = Sight {
            drill: true,
            ..PUBLIC
        };
        assert!(!drill.may_remind(PUBLIC) && !PUBLIC.may_remind(drill) && drill.may_remind(drill));
    }

    #[test]
    fn only_what_is_seen_alike_is_named_in_another_channel() {
        let private = Sight {
            private: true,
            ..PUBLIC
        };
        let drill = Sight {
            drill: true,
            ..PUBLIC
        };
        let restricted = Sight {
            restricted: true,
            ..PUBLIC
        };
        for (n, one) in [PUBLIC, private, drill].into_iter().enumerate() {
            for (m, other) in [PUBLIC, private, drill].into_iter().enumerate() {
                assert_eq!(one.may_meet(other), n == m, "{one:?} {other:?}");
            }
            assert!(!one.may_meet(restricted) && !restricted.may_meet(one));
        }
        assert!(!restricted.may_meet(restricted));
    }
}
