//! Every kind of fault: its name in a file, what it does, and which settings it takes beside those
//! that say which calls it befalls.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Hang,
    TimeoutAfterCommit,
    ResetBeforeCommit,
    ResetAfterCommit,
    Slow,
    Drip,
    Ratelimited,
    Clamp,
    Html,
    Unparsable,
    Truncated,
    Error,
    ReadLag,
    CreateRace,
    ExpiredCursor,
    EndlessPages,
    EmptyPages,
    ShortPages,
    RepeatedPages,
    ShuffledPages,
    OldestPageFirst,
    RepeatedParent,
    DropMetadata,
    RevokeToken,
    ArchiveChannel,
}

/// One kind, as the example file explains it.
pub struct Row {
    pub kind: Kind,
    pub name: &'static str,
    pub takes: &'static [&'static str],
    pub what: &'static str,
}

const fn row(
    kind: Kind,
    name: &'static str,
    takes: &'static [&'static str],
    what: &'static str,
) -> Row {
    Row {
        kind,
        name,
        takes,
        what,
    }
}

/// In the order in which a call meets them: the connection, the budget, the answer, what is read,
/// and what befalls the workspace itself.
pub const KINDS: &[Row] = &[
    row(
        Kind::Hang,
        "hang",
        &["seconds"],
        "nothing is done and nothing answered, for `seconds` (60); then the connection is reset",
    ),
    row(
        Kind::TimeoutAfterCommit,
        "timeout_after_commit",
        &["seconds"],
        "done, but no answer comes for `seconds` (60); then the connection is reset",
    ),
    row(
        Kind::ResetBeforeCommit,
        "reset_before_commit",
        &[],
        "the connection is reset before anything is done",
    ),
    row(
        Kind::ResetAfterCommit,
        "reset_after_commit",
        &[],
        "done, then the connection is reset",
    ),
    row(
        Kind::Slow,
        "slow",
        &["seconds"],
        "done, and answered `seconds` (2) late",
    ),
    row(
        Kind::Drip,
        "drip",
        &["seconds"],
        "done, and answered byte by byte, one every `seconds` (1)",
    ),
    row(
        Kind::Ratelimited,
        "ratelimited",
        &["seconds", "retry_after"],
        "429 with Retry-After `seconds` (30), or with `retry_after` as it stands, \"\" for no such header",
    ),
    row(
        Kind::Clamp,
        "clamp",
        &[],
        "history and replies as for apps outside the Marketplace: one call a minute, 15 items a page",
    ),
    row(
        Kind::Html,
        "html",
        &["status", "after_commit"],
        "a page of HTML with `status` (503)",
    ),
    row(
        Kind::Unparsable,
        "unparsable",
        &["after_commit"],
        "200, and a whole body that is half a JSON document",
    ),
    row(
        Kind::Truncated,
        "truncated",
        &[],
        "done, and the connection closes in the middle of the answer's JSON",
    ),
    row(
        Kind::Error,
        "error",
        &["error", "after_commit"],
        "the answer `error`, any of Slack's codes",
    ),
    row(
        Kind::ReadLag,
        "read_lag",
        &["seconds"],
        "messages younger than `seconds` (20) are not read yet",
    ),
    row(
        Kind::CreateRace,
        "create_race",
        &["seconds"],
        "a channel younger than `seconds` (5) does not hold its name yet, so that two may get it",
    ),
    row(
        Kind::ExpiredCursor,
        "expired_cursor",
        &[],
        "a cursor is refused as too old; first pages go through",
    ),
    row(
        Kind::EndlessPages,
        "endless_pages",
        &[],
        "history and replies say `has_more` for ever",
    ),
    row(
        Kind::EmptyPages,
        "empty_pages",
        &[],
        "a page with nothing on it, and a cursor that goes on from the same place",
    ),
    row(
        Kind::ShortPages,
        "short_pages",
        &[],
        "pages of 0 to 3 items, whatever was asked for",
    ),
    row(
        Kind::RepeatedPages,
        "repeated_pages",
        &[],
        "a call with a cursor gets the first page again, and its own cursor",
    ),
    row(
        Kind::ShuffledPages,
        "shuffled_pages",
        &[],
        "the items of a page are in any order",
    ),
    row(
        Kind::OldestPageFirst,
        "oldest_page_first",
        &[],
        "history with `oldest` alone begins with the page nearest to it instead of the newest",
    ),
    row(
        Kind::RepeatedParent,
        "repeated_parent",
        &[],
        "further pages of replies repeat the parent",
    ),
    row(
        Kind::DropMetadata,
        "drop_metadata",
        &[],
        "a message is stored without its metadata, and answered so",
    ),
    row(
        Kind::RevokeToken,
        "revoke_token",
        &[],
        "the token that calls is revoked, for good",
    ),
    row(
        Kind::ArchiveChannel,
        "archive_channel",
        &[],
        "somebody has archived the channel of the call, for good: the app is put out of it",
    ),
];

impl Kind {
    /// Its row of [`KINDS`].
    pub fn row(self) -> Option<&'static Row> {
        KINDS.iter().find(|row| row.kind == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_under_the_name_it_has_in_a_file() {
        for row in KINDS {
            let read: Result<Kind, _> = serde_json::from_value(row.name.into());
            assert_eq!(read.ok(), Some(row.kind), "{}", row.name);
        }
        let names: std::collections::BTreeSet<_> = KINDS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), KINDS.len());
        // The last of the enumeration: one more than its number are all.
        assert_eq!(KINDS.len(), Kind::ArchiveChannel as usize + 1);
    }
}
