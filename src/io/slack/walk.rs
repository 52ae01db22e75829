//! Lists that come in pages, read to the end within bounds.

use super::client::Client;
use crate::domain::ids::{ChannelId, UserId};
use crate::wire::answers::{ChannelList, Members, UserList};
use crate::wire::objects::{Channel, Lenient, User};
use crate::wire::outcome::CallError;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// A list, and whether it is all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk<T> {
    pub items: Vec<T>,
    /// False: the bound on pages was reached, or the server went round in a circle.
    pub complete: bool,
    /// Elements that were not in the expected shape.
    pub unreadable: usize,
}

// At 200 a page 40,000 people or channels; a server that always has more ends here.
const MAX_PAGES: usize = 200;
// Empty pages in a row that leave the cursor where it was.
const MAX_STILL: u32 = 20;
// How long a walk sleeps for the ledger in all, before it gives up.
const PATIENCE: Duration = Duration::from_secs(300);

trait Page: DeserializeOwned {
    type Item;
    fn items(self) -> Lenient<Self::Item>;
}

impl Page for ChannelList {
    type Item = Channel;
    fn items(self) -> Lenient<Channel> {
        self.channels
    }
}

impl Page for UserList {
    type Item = User;
    fn items(self) -> Lenient<User> {
        self.members
    }
}

impl Page for Members {
    type Item = UserId;
    fn items(self) -> Lenient<UserId> {
        Lenient {
            items: self.members,
            unreadable: 0,
        }
    }
}

impl Client {
    /// Everybody, deactivated people and bots included.
    pub async fn users_list(&self) -> Result<Walk<User>, CallError> {
        self.walk::<UserList>("users.list", &[("limit", "200")])
            .await
    }

    /// The channels that the token's owner is in. `types` as Slack writes them, comma separated:
    /// `public_channel,private_channel`.
    pub async fn users_conversations(&self, types: &str) -> Result<Walk<Channel>, CallError> {
        let form = [
            ("limit", "200"),
            ("types", types),
            ("exclude_archived", "false"),
        ];
        self.walk::<ChannelList>("users.conversations", &form).await
    }

    /// Every channel that the token may see. In large workspaces slow: prefer
    /// [`Client::users_conversations`].
    pub async fn conversations_list(&self, types: &str) -> Result<Walk<Channel>, CallError> {
        let form = [
            ("limit", "200"),
            ("types", types),
            ("exclude_archived", "false"),
        ];
        self.walk::<ChannelList>("conversations.list", &form).await
    }

    pub async fn conversations_members(
        &self,
        channel: &ChannelId,
    ) -> Result<Walk<UserId>, CallError> {
        let form = [("limit", "200"), ("channel", channel.as_str())];
        self.walk::<Members>("conversations.members", &form).await
    }

    async fn walk<P: Page>(
        &self,
        method: &'static str,
        form: &[(&str, &str)],
    ) -> Result<Walk<P::Item>, CallError> {
        match self.walk_once::<P>(method, form).await {
            // The list changed under the walk, or the cursor aged: once more from the beginning.
            Err(error) if error.code() == Some("invalid_cursor") => {
                self.walk_once::<P>(method, form).await
            }
            other => other,
        }
    }

    async fn walk_once<P: Page>(
        &self,
        method: &'static str,
        form: &[(&str, &str)],
    ) -> Result<Walk<P::Item>, CallError> {
        let started = Instant::now();
        let mut walk = Walk {
            items: Vec::new(),
            complete: false,
            unreadable: 0,
        };
        let mut cursor = String::new();
        let mut still = 0;
        for _ in 0..MAX_PAGES {
            let mut asked = form.to_vec();
            if !cursor.is_empty() {
                asked.push(("cursor", &cursor));
            }
            let (page, envelope) = loop {
                match self.exchange::<P>(method, None, &asked).await {
                    Err(
                        CallError::Limited { retry_after } | CallError::Held { wait: retry_after },
                    ) if started.elapsed() + retry_after < PATIENCE => {
                        self.rest(retry_after).await;
                    }
                    other => break other?,
                }
            };
            let page = page.items();
            let empty = page.items.is_empty() && page.unreadable == 0;
            walk.items.extend(page.items);
            walk.unreadable += page.unreadable;
            let next = envelope.response_metadata.next_cursor;
            if next.is_empty() {
                walk.complete = true;
                break;
            }
            // An empty page may leave the cursor where it was; with items on it, the walk goes round.
            still = if next == cursor { still + 1 } else { 0 };
            if still > 0 && (!empty || still > MAX_STILL) {
                tracing::warn!(method, "the server repeats a cursor");
                break;
            }
            cursor = next;
        }
        Ok(walk)
    }
}
