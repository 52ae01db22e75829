//! Rate limits as Slack keeps them: per method, workspace and app, all tokens of the app together.
//!
//! A method may be called as often in any 60 seconds as its tier says; the call beyond is answered
//! 429 with Retry-After, and until then every call of it is. Posts have a budget for each channel
//! (one a second, a few at once) and one for the whole workspace.

use super::model::{Micros, SECOND};
use crate::wire::methods::{Method, Tier};
use std::collections::{HashMap, VecDeque};

/// Posts at once in one channel before the pace of one a second counts.
const POST_BURST: i64 = 5;
/// Posts a minute in the whole workspace; Slack says "several hundred".
const POSTS_A_MINUTE: u32 = 300;
const MINUTE: Micros = 60 * SECOND;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    Off,
    #[default]
    Slack,
    /// As for commercially distributed apps outside the Marketplace: history and replies once a
    /// minute, 15 items a page.
    Clamped,
}

/// What a call costs too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// HTTP 429, for so many seconds.
    Method(u32),
    /// The workspace's budget of posts: an error code in an ordinary answer.
    Posts,
}

#[derive(Clone, Debug, Default)]
pub struct Limits {
    pub mode: Mode,
    calls: HashMap<(String, &'static str), VecDeque<Micros>>,
    blocked: HashMap<(String, &'static str), Micros>,
    /// When the channel's next post would be on pace.
    paces: HashMap<(String, String), Micros>,
}

impl Limits {
    pub fn new(mode: Mode) -> Limits {
        Limits {
            mode,
            ..Limits::default()
        }
    }

    /// Books a call of `method` by `app`, or says what it exceeds. `mode` is [`Limits::mode`] unless
    /// a fault makes it another for this call.
    pub fn book(
        &mut self,
        mode: Mode,
        app: &str,
        method: &'static Method,
        channel: &str,
        now: Micros,
    ) -> Result<(), Over> {
        if mode == Mode::Off {
            return Ok(());
        }
        let key = (app.to_owned(), method.name);
        if let Some(until) = self.blocked.get(&key) {
            // A clock set back must not block for longer than Slack ever would.
            if now < *until && *until - now <= 2 * MINUTE {
                return Err(Over::Method(wait(*until - now)));
            }
            self.blocked.remove(&key);
        }
        if method.tier == Tier::PostPerChannel {
            return self.book_post(key, channel, now);
        }
        let per_minute = per_minute(mode, method);
        self.book_window(&key, per_minute, now).map_err(|wait| {
            self.blocked.insert(key, now + i64::from(wait) * SECOND);
            Over::Method(wait)
        })
    }

    fn book_window(
        &mut self,
        key: &(String, &'static str),
        per_minute: u32,
        now: Micros,
    ) -> Result<(), u32> {
        let calls = self.calls.entry(key.clone()).or_default();
        calls.retain(|at| *at <= now && now - *at < MINUTE);
        match calls.front() {
            Some(first) if calls.len() >= per_minute as usize => Err(wait(first + MINUTE - now)),
            _ => {
                calls.push_back(now);
                Ok(())
            }
        }
    }

    fn book_post(
        &mut self,
        key: (String, &'static str),
        channel: &str,
        now: Micros,
    ) -> Result<(), Over> {
        let place = (key.0.clone(), channel.to_owned());
        let next = self.paces.get(&place).copied().unwrap_or(now);
        let next = match next - now {
            ahead if ahead > MINUTE => now,
            _ => next.max(now),
        };
        let ahead = next - now;
        if ahead > (POST_BURST - 1) * SECOND {
            return Err(Over::Method(wait(ahead - (POST_BURST - 1) * SECOND)));
        }
        self.book_window(&key, POSTS_A_MINUTE, now)
            .map_err(|_| Over::Posts)?;
        self.paces.insert(place, next + SECOND);
        Ok(())
    }
}

/// Whole seconds, at least one.
fn wait(micros: Micros) -> u32 {
    u32::try_from((micros + SECOND - 1) / SECOND)
        .unwrap_or(60)
        .max(1)
}

fn per_minute(mode: Mode, method: &Method) -> u32 {
    let clamped = matches!(
        method.name,
        "conversations.history" | "conversations.replies"
    );
    match mode {
        Mode::Clamped if clamped => 1,
        _ => method.tier.per_minute(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::methods::find;

    fn method(name: &str) -> &'static Method {
        find(name).expect("a known method")
    }

    #[test]
    fn a_tier_holds_for_any_sixty_seconds_and_blocks_until_retry_after() {
        let mut limits = Limits::new(Mode::Slack);
        let list = method("users.list");
        for n in 0..20 {
            assert_eq!(limits.book(limits.mode, "A", list, "", n * SECOND), Ok(()));
        }
        assert_eq!(
            limits.book(limits.mode, "A", list, "", 20 * SECOND),
            Err(Over::Method(40))
        );
        assert_eq!(
            limits.book(limits.mode, "A", list, "", 59 * SECOND),
            Err(Over::Method(1))
        );
        assert_eq!(limits.book(limits.mode, "B", list, "", 20 * SECOND), Ok(()));
        assert_eq!(
            limits.book(limits.mode, "A", method("users.info"), "", 20 * SECOND),
            Ok(())
        );
        assert_eq!(limits.book(limits.mode, "A", list, "", 60 * SECOND), Ok(()));
    }

    #[test]
    fn posts_are_paced_by_channel() {
        let mut limits = Limits::new(Mode::Slack);
        let post = method("chat.postMessage");
        for _ in 0..POST_BURST {
            assert_eq!(limits.book(limits.mode, "A", post, "C1", 0), Ok(()));
        }
        assert_eq!(
            limits.book(limits.mode, "A", post, "C1", 0),
            Err(Over::Method(1))
        );
        assert_eq!(limits.book(limits.mode, "A", post, "C2", 0), Ok(()));
        for n in 1..60 {
            assert_eq!(
                limits.book(limits.mode, "A", post, "C1", n * SECOND),
                Ok(()),
                "{n}"
            );
        }
    }

    #[test]
    fn the_workspace_takes_a_few_hundred_posts_a_minute() {
        let mut limits = Limits::new(Mode::Slack);
        let post = method("chat.postMessage");
        for n in 0..POSTS_A_MINUTE {
            let channel = format!("C{n}");
            assert_eq!(limits.book(limits.mode, "A", post, &channel, 0), Ok(()));
        }
        assert_eq!(
            limits.book(limits.mode, "A", post, "C", SECOND),
            Err(Over::Posts)
        );
        assert_eq!(limits.book(limits.mode, "A", post, "C", MINUTE), Ok(()));
    }

    #[test]
    fn the_clamp_leaves_one_read_a_minute() {
        let mut limits = Limits::new(Mode::Clamped);
        let history = method("conversations.history");
        assert_eq!(limits.book(limits.mode, "A", history, "", 0), Ok(()));
        assert_eq!(
            limits.book(limits.mode, "A", history, "", SECOND),
            Err(Over::Method(59))
        );
        assert_eq!(limits.book(limits.mode, "A", history, "", MINUTE), Ok(()));
    }

    #[test]
    fn a_clock_set_back_blocks_nothing_for_long() {
        let mut limits = Limits::new(Mode::Clamped);
        let history = method("conversations.history");
        let day = 86_400 * SECOND;
        assert_eq!(limits.book(limits.mode, "A", history, "", day), Ok(()));
        assert_eq!(
            limits.book(limits.mode, "A", history, "", day),
            Err(Over::Method(60))
        );
        assert_eq!(limits.book(limits.mode, "A", history, "", 0), Ok(()));
        let post = method("chat.postMessage");
        assert_eq!(limits.book(limits.mode, "A", post, "C", day), Ok(()));
        assert_eq!(limits.book(limits.mode, "A", post, "C", 0), Ok(()));
    }
}
