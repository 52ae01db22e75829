//! What Slack makes of a message's text: escaped, links found, emoji named, cut at 40,000.

use super::emoji;
use super::state::State;

/// Characters after which a post is cut (with a warning) rather than refused.
pub const POST_MAX: usize = 40_000;
/// Characters beyond which an edit is refused.
pub const UPDATE_MAX: usize = 4_000;
/// Characters of Markdown that `markdown_text` takes.
pub const MARKDOWN_MAX: usize = 12_000;

/// How names without markup are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parse {
    /// `@name` and `#name` stay text.
    None,
    /// `@name`, `#name` and `@here` are linked, and page people.
    Full,
}

/// A text as it is stored, and whether it was cut.
pub fn stored(text: &str, parse: Parse, state: &State) -> (String, bool) {
    let count = text.chars().count();
    let cut: String = text.chars().take(POST_MAX).collect();
    let mut out = String::with_capacity(cut.len() + 16);
    for piece in pieces(&emoji::to_shortcodes(&cut)) {
        match piece {
            Piece::Markup(inner) => match markup(inner, state) {
                Some(kept) => out.push_str(&kept),
                None => {
                    out.push_str("&lt;");
                    out.push_str(&plain(inner, parse, state));
                    out.push_str("&gt;");
                }
            },
            Piece::Plain(text) => out.push_str(&plain(text, parse, state)),
        }
    }
    (out, count > POST_MAX)
}

/// `&`, `<` and `>` as entities; entities that are there already are kept, so that escaping twice
/// changes nothing.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => {
                let entity = ["&amp;", "&lt;", "&gt;"]
                    .iter()
                    .any(|entity| text[at..].starts_with(entity));
                out.push_str(if entity { "&" } else { "&amp;" });
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

enum Piece<'a> {
    Plain(&'a str),
    /// Between `<` and `>`, neither included.
    Markup(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let after = &rest[open + 1..];
        let close = after.find(['<', '>', '\n']);
        match close.filter(|&at| after[at..].starts_with('>') && at > 0) {
            Some(close) => {
                found.push(Piece::Plain(&rest[..open]));
                found.push(Piece::Markup(&after[..close]));
                rest = &after[close + 1..];
            }
            None => {
                found.push(Piece::Plain(&rest[..=open]));
                rest = after;
            }
        }
    }
    found.push(Piece::Plain(rest));
    found
}

/// Markup as Slack keeps it, or `None` when it is none and has to be escaped.
fn markup(inner: &str, state: &State) -> Option<String> {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inner, None),
    };
    let id = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let labelled = |label: Option<&str>| match label {
        Some(label) => format!("<{target}|{}>", escape(label)),
        None => format!("<{target}>"),
    };
    if let Some(user) = target.strip_prefix('@') {
        return id(user).then(|| format!("<@{user}>"));
    }
    if let Some(channel) = target.strip_prefix('#') {
        let name = state.channel(channel).map(|room| room.channel.name.clone());
        return id(channel).then(|| match name.or_else(|| label.map(str::to_owned)) {
            Some(name) => format!("<#{channel}|{name}>"),
            None => format!("<#{channel}|>"),
        });
    }
    if let Some(command) = target.strip_prefix('!') {
        let known = matches!(command, "here" | "channel" | "everyone")
            || command.starts_with("subteam^")
            || command.starts_with("date^");
        return known.then(|| labelled(label));
    }
    let link = ["http://", "https://", "mailto:", "tel:", "slack://"]
        .iter()
        .any(|scheme| target.starts_with(scheme));
    link.then(|| {
        let target = escape(target);
        match label {
            Some(label) => format!("<{target}|{}>", escape(label)),
            None => format!("<{target}>"),
        }
    })
}

/// Text without markup: escaped word by word, bare links and addresses made links.
fn plain(text: &str, parse: Parse, state: &State) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .find(|(_, c)| c.is_whitespace() || is_bracket(*c))
            .map_or(rest.len(), |(at, _)| at);
        if end == 0 {
            let c = rest.chars().next().unwrap_or(' ');
            out.push_str(&escape(&rest[..c.len_utf8()]));
            rest = &rest[c.len_utf8()..];
            continue;
        }
        out.push_str(&word(&rest[..end], parse, state));
        rest = &rest[end..];
    }
    out
}

fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '<' | '>' | '"' | '「' | '」' | '（' | '）' | '、' | '。' | '『' | '』'
    )
}

fn word(word: &str, parse: Parse, state: &State) -> String {
    if let Some(at) = word.find("https://").or_else(|| word.find("http://")) {
        let (before, link) = word.split_at(at);
        // Sentence marks at the end belong to the sentence, not to the link.
        let link = link.trim_end_matches(['.', ',', ')', '!', '?', ';', ':', '*', '_', '~', '`']);
        let after = &word[at + link.len()..];
        let host = link.split("//").nth(1).unwrap_or("");
        // In code nothing is linked.
        if !host.is_empty() && !before.contains('`') {
            return format!("{}<{}>{}", escape(before), escape(link), escape(after));
        }
    }
    if let Some((user, host)) = word.split_once('@') {
        let clean = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b))
        };
        if clean(user) && clean(host) && host.contains('.') && !host.ends_with('.') {
            return format!("<mailto:{word}|{word}>");
        }
    }
    if parse == Parse::Full
        && let Some(linked) = name(word, state)
    {
        return linked;
    }
    escape(word)
}

fn name(word: &str, state: &State) -> Option<String> {
    if let Some(channel) = word.strip_prefix('#') {
        let room = state.channel_named(channel)?;
        return Some(format!("<#{}|{}>", room.channel.id, room.channel.name));
    }
    let handle = word.strip_prefix('@')?;
    if matches!(handle, "here" | "channel" | "everyone") {
        return Some(format!("<!{handle}>"));
    }
    if let Some(user) = state.users().find(|user| user.handle == handle) {
        return Some(format!("<@{}>", user.id));
    }
    let group = state.groups().find(|group| group.handle == handle)?;
    Some(format!("<!subteam^{}>", group.id))
}
