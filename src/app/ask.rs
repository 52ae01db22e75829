//! What the console asks its commander: offers, never orders. Each is about one thing by id, keeps
//! its slot until answered or put off, and is answered by 1, 2 or 3.

/// What a prompt is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AskId {
    /// Something that should have reached the workspace did not.
    Failed,
    Commander,
    Level,
    Situation,
    Detected,
    /// The time of an item is over: its id.
    TimeBox(String),
}
