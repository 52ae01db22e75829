//! Slack's text markup, as it is on the wire: three escaped characters and tokens in angle
//! brackets (<https://docs.slack.dev/messaging/formatting-message-text>).
//!
//! Tokens are parsed before entities are decoded, and entities in a single pass: `&amp;lt;` is
//! the text `&lt;`, never `<`. Bold, italic, code and emoji short codes are left as typed; a
//! terminal reads them as people read them in a mail.

use crate::domain::ids::{ChannelId, GroupId, UserId};
use crate::domain::text;
use std::borrow::Cow;

/// Whom a special mention notifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    Here,
    Channel,
    Everyone,
}

impl Broadcast {
    /// As people write it, without the `@`.
    pub const fn name(self) -> &'static str {
        match self {
            Broadcast::Here => "here",
            Broadcast::Channel => "channel",
            Broadcast::Everyone => "everyone",
        }
    }
}

/// A part of a message. Texts and labels are decoded, and as hostile as the sender wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    User {
        id: UserId,
        label: Option<String>,
    },
    Channel {
        id: ChannelId,
        label: Option<String>,
    },
    Group {
        id: GroupId,
        label: Option<String>,
    },
    Broadcast(Broadcast),
    /// `<!date^1392734382^{date_short} {time}^https://…|fallback>`: seconds since 1970, and a
    /// format in Slack's placeholders.
    Date {
        unix: i64,
        format: String,
        link: Option<String>,
        fallback: String,
    },
    /// Also `mailto:` and `tel:`.
    Link {
        url: String,
        label: Option<String>,
    },
    /// A token that starts with `!` and that we do not know; without its brackets.
    Special {
        name: String,
        label: Option<String>,
    },
}

/// Escapes exactly `&`, `<` and `>`. Escaped text mentions nobody and links nothing.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Undoes [`escape`], in one pass; any other entity stays as it is. Knows nothing of tokens: for
/// topics, names and what is between tokens.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, length) = if rest.starts_with("&amp;") {
            ('&', 5)
        } else if rest.starts_with("&lt;") {
            ('<', 4)
        } else if rest.starts_with("&gt;") {
            ('>', 4)
        } else {
            ('&', 1)
        };
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The text that mentions everybody online in the channel.
pub const HERE: &str = "<!here>";

/// The text that mentions a person.
pub fn mention(user: &UserId) -> String {
    format!("<@{user}>")
}

/// The text that links a channel.
pub fn channel_link(channel: &ChannelId) -> String {
    format!("<#{channel}>")
}

/// A link with a label. What would end the token early is taken out of both.
pub fn link(url: &str, label: &str) -> String {
    let label = label.replace('|', " ");
    let url = url.replace('|', "%7C");
    format!("<{}|{}>", escape(&url), escape(&label))
}

/// A time that each reader sees in their own zone. `format` uses Slack's placeholders, such as
/// `{date_short} {time}`; `fallback` is for clients that do not know them.
pub fn date(unix: i64, format: &str, fallback: &str) -> String {
    let plain = |text: &str| text.replace(['|', '^'], " ");
    format!(
        "<!date^{unix}^{}|{}>",
        escape(&plain(format)),
        escape(&plain(fallback))
    )
}

/// Splits a message's text. Never fails: a `<` that opens no token is text.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        plain.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        // A token holds no other `<` and no line end; what looks like one but does is text.
        let close = inside
            .find(['<', '>', '\n'])
            .filter(|at| inside[*at..].starts_with('>'));
        let token = close.and_then(|at| token(&inside[..at]).map(|piece| (at, piece)));
        match token {
            Some((at, piece)) => {
                flush(&mut plain, &mut pieces);
                pieces.push(piece);
                rest = &inside[at + 1..];
            }
            None => {
                plain.push('<');
                rest = inside;
            }
        }
    }
    plain.push_str(rest);
    flush(&mut plain, &mut pieces);
    pieces
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(decode(plain).into_owned()));
        plain.clear();
    }
}

fn token(inside: &str) -> Option<Piece> {
    let (body, label) = match inside.split_once('|') {
        Some((body, label)) => (body, Some(decode(label).into_owned())),
        None => (inside, None),
    };
    let id = |text: &str| {
        let shaped = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        shaped.then(|| text.to_owned())
    };
    if let Some(user) = body.strip_prefix('@') {
        return id(user).map(|id| Piece::User {
            id: UserId(id),
            label,
        });
    }
    if let Some(channel) = body.strip_prefix('#') {
        return id(channel).map(|id| Piece::Channel {
            id: ChannelId(id),
            label,
        });
    }
    if let Some(special) = body.strip_prefix('!') {
        return special_token(special, label);
    }
    let scheme = body.split_once(':').map(|(scheme, _)| scheme)?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    is_scheme.then(|| Piece::Link {
        url: decode(body).into_owned(),
        label,
    })
}

fn special_token(special: &str, label: Option<String>) -> Option<Piece> {
    let broadcast = match special {
        "" => return None,
        "here" => Some(Broadcast::Here),
        "channel" => Some(Broadcast::Channel),
        "everyone" => Some(Broadcast::Everyone),
        _ => None,
    };
    if let Some(broadcast) = broadcast {
        return Some(Piece::Broadcast(broadcast));
    }
    if let Some(id) = special.strip_prefix("subteam^") {
        return Some(Piece::Group {
            id: GroupId::new(id),
            label,
        });
    }
    if let Some(date) = special.strip_prefix("date^") {
        let mut parts = date.splitn(3, '^');
        let unix = parts.next().and_then(|seconds| seconds.parse().ok());
        if let (Some(unix), Some(format)) = (unix, parts.next()) {
            return Some(Piece::Date {
                unix,
                format: decode(format).into_owned(),
                link: parts.next().map(|link| decode(link).into_owned()),
                fallback: label.unwrap_or_default(),
            });
        }
    }
    Some(Piece::Special {
        name: decode(special).into_owned(),
        label,
    })
}

/// What a message's ids are called. `None` leaves the label that came with it, or the id.
pub trait Names {
    fn user(&self, id: &UserId) -> Option<String>;
    fn channel(&self, id: &ChannelId) -> Option<String>;
    fn group(&self, id: &GroupId) -> Option<String>;
    /// The instant (seconds since 1970) in the reader's zone; `None` shows the fallback.
    fn date(&self, unix: i64, format: &str) -> Option<String>;
}

/// Knows nobody.
pub struct NoNames;

impl Names for NoNames {
    fn user(&self, _: &UserId) -> Option<String> {
        None
    }

    fn channel(&self, _: &ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        None
    }

    fn date(&self, _: i64, _: &str) -> Option<String> {
        None
    }
}

/// A message as a person reads it in a terminal, cleaned as `domain::text::clean` does it. A link
/// whose label is not its address shows both: a label can claim anything.
pub fn plain(text: &str, names: &dyn Names) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(&text),
            Piece::User { id, label } => {
                called(&mut out, '@', names.user(&id).or(label), id.as_str());
            }
            Piece::Channel { id, label } => {
                called(&mut out, '#', names.channel(&id).or(label), id.as_str());
            }
            Piece::Group { id, label } => {
                called(&mut out, '@', names.group(&id).or(label), id.as_str());
            }
            Piece::Broadcast(broadcast) => called(&mut out, '@', None, broadcast.name()),
            Piece::Date {
                unix,
                format,
                fallback,
                ..
            } => match names.date(unix, &format) {
                Some(date) => out.push_str(&date),
                None => out.push_str(&fallback),
            },
            Piece::Link { url, label } => show_link(&mut out, &url, label.as_deref()),
            Piece::Special { name, label } => match label {
                Some(label) => out.push_str(&label),
                None => {
                    out.push_str("<!");
                    out.push_str(&name);
                    out.push('>');
                }
            },
        }
    }
    match text::clean(&out) {
        Cow::Owned(clean) => clean,
        Cow::Borrowed(_) => out,
    }
}

fn called(out: &mut String, sign: char, name: Option<String>, id: &str) {
    let name = name.filter(|n| !n.is_empty());
    let name = name.as_deref().unwrap_or(id);
    if !name.starts_with(sign) {
        out.push(sign);
    }
    out.push_str(name);
}

fn show_link(out: &mut String, url: &str, label: Option<&str>) {
    let address = url.strip_prefix("mailto:").unwrap_or(url);
    match label {
        Some(label) if !label.is_empty() && !says_the_same(label, address) => {
            out.push_str(label);
            out.push_str(" (");
            out.push_str(address);
            out.push(')');
        }
        _ => out.push_str(address),
    }
}

/// Slack labels a typed `example.com` that way and links it to `http://example.com`.
fn says_the_same(label: &str, address: &str) -> bool {
    let bare = |text: &'_ str| {
        let text = text.strip_prefix("https://").unwrap_or(text);
        let text = text.strip_prefix("http://").unwrap_or(text);
        text.strip_suffix('/').unwrap_or(text).to_owned()
    };
    bare(label) == bare(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Team;

    impl Names for Team {
        fn user(&self, id: &UserId) -> Option<String> {
            (id.as_str() == "U1").then(|| "伊藤".to_owned())
        }

        fn channel(&self, id: &ChannelId) -> Option<String> {
            (id.as_str() == "C1").then(|| "shop".to_owned())
        }

        fn group(&self, _: &GroupId) -> Option<String> {
            None
        }

        fn date(&self, unix: i64, format: &str) -> Option<String> {
            (unix == 1_392_734_382).then(|| format!("[{format}]"))
        }
    }

    #[test]
    fn ids_become_names_labels_or_themselves() {
        assert_eq!(
            plain(
                "<@U1> <@W2|bo> <@U3> <#C1> <#C2|ops> <!subteam^S1|@db> <!subteam^S2>",
                &Team
            ),
            "@伊藤 @bo @U3 #shop #ops @db @S2"
        );
        assert_eq!(plain("<!here>, <!everyone|x>", &Team), "@here, @everyone");
    }

    #[test]
    fn a_label_never_hides_its_address() {
        assert_eq!(
            plain("<https://evil.test|https://bank.test>", &Team),
            "https://bank.test (https://evil.test)"
        );
        assert_eq!(plain("<http://a.test|a.test>", &Team), "http://a.test");
        assert_eq!(
            plain("<https://a.test/?a=1&amp;b=2>", &Team),
            "https://a.test/?a=1&b=2"
        );
        assert_eq!(plain("<mailto:a@b.test|a@b.test>", &Team), "a@b.test");
    }

    #[test]
    fn dates_are_the_readers_or_their_fallback() {
        let token = "<!date^1392734382^{date_short} {time}^https://x.test|Feb 18>";
        assert_eq!(plain(token, &Team), "[{date_short} {time}]");
        assert_eq!(plain(token, &NoNames), "Feb 18");
        assert_eq!(
            plain(&date(1_392_734_382, "{time}", "14:39|JST"), &NoNames),
            "14:39 JST"
        );
        assert_eq!(plain("<!date^soon^{time}|later>", &Team), "later");
    }

    #[test]
    fn entities_are_decoded_once_and_only_three_of_them() {
        assert_eq!(
            decode("&amp;lt; &lt;!here&gt; &quot; &#39; & &am"),
            "&lt; <!here> &quot; &#39; & &am"
        );
        assert_eq!(plain("&lt;!channel&gt;", &Team), "<!channel>");
    }

    #[test]
    fn what_is_no_token_is_text() {
        for text in [
            "a < b",
            "1 <2> 3",
            "<>",
            "<@>",
            "<#|x>",
            "<!>",
            "x <@U1\n>",
            "<no token>",
        ] {
            assert_eq!(plain(text, &Team), text);
        }
        assert_eq!(plain("<<@U1>>", &Team), "<@伊藤>");
        assert_eq!(
            plain("<!new_thing> <!other|label>", &Team),
            "<!new_thing> label"
        );
    }

    #[test]
    fn hostile_names_and_texts_come_out_clean() {
        assert_eq!(
            plain(
                "a\u{1b}[2Jb <@U9|\u{202e}x\u{7}> <https://a.test|\u{9b}2Jl>",
                &NoNames
            ),
            "ab @x l (https://a.test)"
        );
    }

    #[test]
    fn a_built_link_stays_one_link() {
        assert_eq!(
            pieces(&link("https://a.test/?q=<|>", "a|b > c")),
            [Piece::Link {
                url: "https://a.test/?q=<%7C>".into(),
                label: Some("a b > c".into())
            }]
        );
    }

    fn markup() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            any::<String>(),
            proptest::sample::select(vec![
                "<",
                ">",
                "&",
                "&amp;",
                "&lt;",
                "&gt;",
                "|",
                "^",
                "<@U1>",
                "<!here>",
                "<!date^1^",
                "<#C1|",
                "<!subteam^",
                "https:",
                "\n",
            ])
            .prop_map(str::to_owned),
        ];
        proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn escaped_text_comes_back_and_mentions_nobody(text in markup()) {
            let escaped = escape(&text);
            prop_assert_eq!(decode(&escaped), text.as_str());
            let expected = if text.is_empty() { vec![] } else { vec![Piece::Text(text.clone())] };
            prop_assert_eq!(pieces(&escaped), expected);
        }

        #[test]
        fn any_text_is_read_and_comes_out_clean(text in markup()) {
            let shown = plain(&text, &Team);
            let clean = text::clean(&shown).into_owned();
            prop_assert_eq!(clean, shown);
        }
    }
}
