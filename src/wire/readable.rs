//! What a message says when its `text` is empty: blocks, attachments and files, as Slack markup.

use super::mrkdwn::escape;
use super::objects::{Message, Raw};
use serde_json::Value;
use std::borrow::Cow;

// A message holds at most 50 blocks; hostile nesting is cut here (serde_json itself stops at 128).
const MAX_DEPTH: usize = 16;

impl Message {
    /// The text, or what can be read out of blocks, attachments and file names. Markup, undecoded.
    pub fn readable(&self) -> Cow<'_, str> {
        if !self.text.trim().is_empty() {
            return Cow::Borrowed(&self.text);
        }
        let mut lines = Vec::new();
        // JSON that is not blocks at all says nothing, and the message shows as empty.
        for blocks in self.blocks.iter().filter_map(values) {
            lines.extend(blocks.iter().filter_map(|block| non_empty(said(block, 0))));
        }
        if lines.is_empty() {
            for attachments in self.attachments.iter().filter_map(values) {
                lines.extend(attachments.iter().filter_map(attachment));
            }
        }
        for file in &self.files {
            let name = [&file.title, &file.name, &file.id];
            let name = name.into_iter().find(|name| !name.is_empty());
            lines.extend(name.map(|name| format!("[{}]", escape(name))));
        }
        Cow::Owned(lines.join("\n"))
    }
}

fn values(raw: &Raw) -> Option<Vec<Value>> {
    raw.read().ok()
}

fn non_empty(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn attachment(value: &Value) -> Option<String> {
    if let Some(fallback) = text_of(value, "fallback") {
        return Some(fallback.to_owned());
    }
    let parts: Vec<&str> = ["pretext", "title", "text"]
        .into_iter()
        .filter_map(|key| text_of(value, key))
        .collect();
    if parts.is_empty() {
        let blocks = value.get("blocks")?.as_array()?;
        let lines: Vec<String> = blocks
            .iter()
            .filter_map(|b| non_empty(said(b, 0)))
            .collect();
        return non_empty(lines.join("\n"));
    }
    Some(parts.join("\n"))
}

/// <https://docs.slack.dev/reference/block-kit/blocks>
fn said(value: &Value, depth: usize) -> String {
    if depth > MAX_DEPTH {
        return String::new();
    }
    let inner = |key: &str, separator: &str| {
        let list = value.get(key).and_then(Value::as_array);
        let parts: Vec<String> = list
            .into_iter()
            .flatten()
            .filter_map(|element| non_empty(said(element, depth + 1)))
            .collect();
        parts.join(separator)
    };
    match text_of(value, "type").unwrap_or("") {
        "mrkdwn" => text_of(value, "text").unwrap_or("").to_owned(),
        "plain_text" | "text" => escape(text_of(value, "text").unwrap_or("")).into_owned(),
        "link" => match (text_of(value, "url"), text_of(value, "text")) {
            (Some(url), Some(label)) => super::mrkdwn::link(url, label),
            (Some(url), None) => format!("<{url}>"),
            _ => String::new(),
        },
        "user" => token(value, "user_id", "@"),
        "channel" => token(value, "channel_id", "#"),
        "usergroup" => token(value, "usergroup_id", "!subteam^"),
        "broadcast" => token(value, "range", "!"),
        "emoji" => text_of(value, "name").map_or_else(String::new, |name| format!(":{name}:")),
        "date" => text_of(value, "fallback").unwrap_or("").to_owned(),
        "image" | "video" => {
            text_of(value, "alt_text").map_or_else(String::new, |alt| format!("[{}]", escape(alt)))
        }
        "rich_text_section" | "rich_text_preformatted" => run(value, depth),
        "rich_text_quote" => run(value, depth)
            .lines()
            .map(|line| format!("&gt; {line}"))
            .collect::<Vec<_>>()
            .join("\n"),
        "rich_text_list" => {
            let list = value.get("elements").and_then(Value::as_array);
            let lines: Vec<String> = list
                .into_iter()
                .flatten()
                .map(|element| format!("- {}", said(element, depth + 1)))
                .collect();
            lines.join("\n")
        }
        "rich_text" => inner("elements", "\n"),
        "context" | "actions" => inner("elements", " "),
        _ => {
            let mut parts = Vec::new();
            match value.get("text") {
                Some(Value::String(text)) => parts.push(text.clone()),
                Some(text) => parts.push(said(text, depth + 1)),
                None => {}
            }
            parts.push(inner("fields", "\n"));
            parts.retain(|part| !part.is_empty());
            parts.join("\n")
        }
    }
}

fn run(value: &Value, depth: usize) -> String {
    let list = value.get("elements").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|element| said(element, depth + 1))
        .collect()
}

fn token(value: &Value, key: &str, sigil: &str) -> String {
    text_of(value, key).map_or_else(String::new, |id| format!("<{sigil}{id}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> Message {
        serde_json::from_str(&format!(r#"{{"ts":"1512085861.000543",{json}}}"#)).expect("reads")
    }

    #[test]
    fn blocks_speak_when_the_text_is_empty() {
        let rich = message(
            r#""text":"","blocks":[{"type":"rich_text","elements":[
            {"type":"rich_text_section","elements":[{"type":"text","text":"see"},{"type":"text","text":" "},
             {"type":"user","user_id":"U1"},{"type":"text","text":" a<b "},{"type":"link","url":"https://x.example"},
             {"type":"emoji","name":"fire"}]},
            {"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]}]},
            {"type":"section","text":{"type":"mrkdwn","text":"*bold* <@U2>"},"fields":[{"type":"plain_text","text":"a & b"}]},
            {"type":"divider"}]"#,
        );
        insta::assert_snapshot!(rich.readable(), @"
        see <@U1> a&lt;b <https://x.example>:fire:
        - one
        *bold* <@U2>
        a &amp; b
        ");
    }

    #[test]
    fn attachments_and_files_come_next() {
        let alert =
            message(r#""attachments":[{"fallback":"error rate 31 %"},{"title":"t","text":"x"}]"#);
        assert_eq!(alert.readable(), "error rate 31 %\nt\nx");
        let file = message(r#""files":[{"id":"F1","name":"a.png","title":"graph"},{"id":"F2"}]"#);
        assert_eq!(file.readable(), "[graph]\n[F2]");
        assert_eq!(
            message(r#""text":"plain","files":[{"id":"F1"}]"#).readable(),
            "plain"
        );
    }

    #[test]
    fn nonsense_says_nothing() {
        let deep = "{\"type\":\"context\",\"elements\":[".repeat(40) + &"]}".repeat(40);
        for json in [
            r#""blocks":{"a":1}"#.to_owned(),
            r#""blocks":[1,null,"x",{"type":7}]"#.to_owned(),
            r#""attachments":"no""#.to_owned(),
            format!(r#""blocks":[{deep}]"#),
        ] {
            assert_eq!(message(&json).readable(), "", "{json}");
        }
    }
}
