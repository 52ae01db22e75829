//! Addresses of messages, made from the workspace's own, without a call.

use crate::domain::ids::{ChannelId, SlackTs};

/// `https://<domain>.slack.com/archives/<C>/p<ts without dot>`, and for a reply with its parent.
/// `None` for a workspace that is not Slack's: nothing is there.
pub fn permalink(
    workspace: &str,
    channel: &ChannelId,
    ts: &SlackTs,
    thread: Option<&SlackTs>,
) -> Option<String> {
    let host = workspace.strip_prefix("https://")?.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if !host.ends_with(".slack.com") || !host.chars().all(plain) {
        return None;
    }
    let number = ts.as_str().replace('.', "");
    let reply = thread
        .filter(|thread| *thread != ts)
        .map(|thread| format!("?thread_ts={thread}&cid={channel}"));
    let reply = reply.unwrap_or_default();
    Some(format!(
        "https://{host}/archives/{channel}/p{number}{reply}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_address_that_slack_gives_it() {
        let ts = SlackTs::parse("1763636400.000100").unwrap();
        let thread = SlackTs::parse("1763636300.000200").unwrap();
        let channel = ChannelId::new("C123");
        let link = |home: &str, thread| permalink(home, &channel, &ts, thread);
        assert_eq!(
            link("https://acme.slack.com/", None).as_deref(),
            Some("https://acme.slack.com/archives/C123/p1763636400000100")
        );
        assert_eq!(
            link("https://acme.slack.com/", Some(&thread)).as_deref(),
            Some(
                "https://acme.slack.com/archives/C123/p1763636400000100?thread_ts=1763636300.000200&cid=C123"
            )
        );
        for other in [
            "https://mikazuki.slack.example/",
            "http://acme.slack.com/",
            "https://evil.example/#.slack.com",
            "",
        ] {
            assert_eq!(link(other, None), None, "{other}");
        }
    }
}
