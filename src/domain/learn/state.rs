//! What the fold keeps of it.

use super::{Answer, FileCopy, Learnt};
use crate::domain::event::Recorded;
use crate::domain::ids::{EventId, UserId};
use crate::domain::text::terms::fold;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A file or a page that shows what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub id: EventId,
    /// The name, of a file.
    pub link: String,
    pub line: Option<String>,
    pub file: Option<FileCopy>,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// What stands in place of an earlier line; that one stays in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Escaped mrkdwn as Slack returned it.
    pub text: String,
    pub time: Option<DateTime<Utc>>,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// What decides whether a post-mortem is due, as far as somebody said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub several: Option<bool>,
    pub recurs: Option<bool>,
}

/// The latest version of the post-mortem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostMortem {
    pub version: u32,
    pub gaps: u32,
    pub digest: String,
    pub place: Option<String>,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// How somebody thinks that the response went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub answers: Vec<Answer>,
    pub line: Option<String>,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lessons {
    pub tags: BTreeSet<String>,
    /// In the order of the record.
    pub evidence: Vec<Attached>,
    /// By the event that is corrected.
    pub corrections: BTreeMap<EventId, Correction>,
    pub reach: Reach,
    pub post_mortem: Option<PostMortem>,
    pub assessments: BTreeMap<UserId, Assessment>,
    /// Links of action items, by their events.
    pub tracks: BTreeMap<EventId, String>,
}

impl Lessons {
    /// Whether it is tagged so, in whatever case and width.
    pub fn has_tag(&self, tag: &str) -> bool {
        let key = fold(tag);
        self.tags.iter().any(|known| fold(known) == key)
    }

    /// What this set is set no more.
    pub(in crate::domain) fn unset(&mut self, learnt: &Learnt) {
        match learnt {
            Learnt::Tracked { matter, .. } => {
                self.tracks.remove(matter);
            }
            Learnt::Assessed { user, .. } => {
                self.assessments.remove(user);
            }
            Learnt::Corrected { event, .. } => {
                self.corrections.remove(event);
            }
            Learnt::Reached { several, recurs } => {
                self.reach = Reach {
                    several: self.reach.several.filter(|_| several.is_none()),
                    recurs: self.reach.recurs.filter(|_| recurs.is_none()),
                };
            }
            _ => {}
        }
    }

    pub(in crate::domain) fn take(&mut self, recorded: &Recorded, learnt: &Learnt) {
        let (by, at) = (recorded.by.clone(), recorded.event.at);
        match learnt {
            Learnt::Tagged { tag, off: false } => {
                // Whoever wrote it first said how it is shown.
                if !self.has_tag(tag) {
                    self.tags.insert(tag.clone());
                }
            }
            Learnt::Tagged { tag, off: true } => {
                let key = fold(tag);
                self.tags.retain(|known| fold(known) != key);
            }
            Learnt::Evidence { link, line, file } => self.evidence.push(Attached {
                id: recorded.event.id.clone(),
                link: link.clone(),
                line: line.clone(),
                file: file.clone(),
                by,
                at,
            }),
            Learnt::Corrected { event, time } => {
                let correction = Correction {
                    text: recorded.text.clone().unwrap_or_default(),
                    time: *time,
                    by,
                    at,
                };
                self.corrections.insert(event.clone(), correction);
            }
            Learnt::Reached { several, recurs } => {
                self.reach = Reach {
                    several: several.or(self.reach.several),
                    recurs: recurs.or(self.reach.recurs),
                };
            }
            Learnt::Drafted {
                version,
                gaps,
                digest,
                place,
            } => {
                self.post_mortem = Some(PostMortem {
                    version: *version,
                    gaps: *gaps,
                    digest: digest.clone(),
                    place: place.clone(),
                    by,
                    at,
                });
            }
            Learnt::Assessed {
                user,
                answers,
                line,
            } => {
                let assessment = Assessment {
                    answers: answers.clone(),
                    line: line.clone(),
                    at,
                };
                self.assessments.insert(user.clone(), assessment);
            }
            Learnt::Tracked { matter, link } => {
                self.tracks.insert(matter.clone(), link.clone());
            }
            // Its entry says all of it.
            Learnt::Noted { .. } => {}
        }
    }
}
