//! Where an entry of the record came from.
//!
//! What somebody types at a console says nothing of it; whatever came another way carries a [`Via`].
//! What the program says by itself, and a pin, are known by their kind.

use super::event::Body;
use super::ids::SlackTs;
use super::text::clean_line;
use super::words::{Lang, Text};
use serde::{Deserialize, Serialize};

/// The ways in which something enters the record. Names are permanent: they stand in events and in
/// what `show --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Source {
    /// Typed at a console.
    Console,
    /// Said in the channel from a console.
    Message,
    Subcommand,
    /// Asked for in the channel, by a mention of the program.
    Mention,
    Reaction,
    Pin,
    /// The program, when its time had come.
    Timer,
    /// The program, to somebody who asked.
    Answer,
    /// Another program, which is named.
    Integration,
    /// Of a later version, kept as it came.
    Other(String),
}

impl Source {
    pub fn name(&self) -> &str {
        match self {
            Source::Console => "console",
            Source::Message => "message",
            Source::Subcommand => "subcommand",
            Source::Mention => "mention",
            Source::Reaction => "reaction",
            Source::Pin => "pin",
            Source::Timer => "timer",
            Source::Answer => "answer",
            Source::Integration => "integration",
            Source::Other(name) => name,
        }
    }

    /// Of something that is in the record. What is said there is a message or an answer, whichever
    /// way it was given.
    pub fn of(body: &Body, via: Option<&Via>) -> Source {
        match (body, via) {
            (Body::Message { .. }, _) => Source::Message,
            (Body::Answer { .. }, _) => Source::Answer,
            // Wherever it is set: only who marks it otherwise is told apart.
            (Body::Pinned { .. } | Body::Unpinned { .. }, Some(via))
                if via.source == Source::Subcommand =>
            {
                Source::Pin
            }
            (_, Some(via)) => via.source.clone(),
            (Body::Pinned { .. } | Body::Unpinned { .. }, None) => Source::Pin,
            (Body::TimekeeperCall { .. } | Body::Question { .. }, None) => Source::Timer,
            _ => Source::Console,
        }
    }

    /// In one cell; nothing for what people do at a console, which is most of it.
    pub const fn sign(&self) -> Option<char> {
        match self {
            Source::Console | Source::Message => None,
            Source::Subcommand => Some('$'),
            Source::Mention => Some('@'),
            Source::Reaction => Some(':'),
            Source::Pin => Some('^'),
            Source::Timer | Source::Answer => Some('~'),
            Source::Integration => Some('&'),
            Source::Other(_) => Some('?'),
        }
    }

    /// For people.
    pub fn text(&self) -> Text {
        match self {
            Source::Console => Text::fixed("typed at a console", "コンソールで入力"),
            Source::Message => Text::fixed("posted from a console", "コンソールから投稿"),
            Source::Subcommand => Text::fixed("subcommand", "サブコマンド"),
            Source::Mention => Text::fixed("command from chat", "チャットからのコマンド"),
            Source::Reaction => Text::fixed("reaction in Slack", "Slack のリアクション"),
            Source::Pin => Text::fixed("pin in Slack", "Slack のピン留め"),
            Source::Timer => Text::fixed("timer", "タイマー"),
            Source::Answer => Text::fixed("answer of the program", "プログラムの応答"),
            Source::Integration => Text::fixed("integration", "外部連携"),
            Source::Other(name) => Text::same(name.clone()),
        }
    }
}

/// Where an entry came from, for people, with the reaction or the program by its name.
pub fn told(body: &Body, via: Option<&Via>, lang: Lang) -> String {
    let source = Source::of(body, via);
    let text = source.text();
    let text = text.get(lang);
    match (via.and_then(|via| via.name.as_deref()), source) {
        (None, _) => text.to_owned(),
        (Some(name), Source::Reaction) => format!("{text} :{}:", clean_line(name)),
        (Some(name), _) => format!("{text}: {}", clean_line(name)),
    }
}

impl From<String> for Source {
    fn from(name: String) -> Source {
        let known = [
            Source::Console,
            Source::Message,
            Source::Subcommand,
            Source::Mention,
            Source::Reaction,
            Source::Pin,
            Source::Timer,
            Source::Answer,
            Source::Integration,
        ];
        let mut known = known.into_iter();
        known
            .find(|source| source.name() == name)
            .unwrap_or(Source::Other(name))
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.name().to_owned()
    }
}

/// How an act came to the console that wrote its event, where nobody typed it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    pub source: Source,
    /// The message in Slack that asks for it: a mention, or what bears the reaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<SlackTs>,
    /// The reaction without colons and skin tone, or the program's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Via {
    pub fn of(source: Source) -> Via {
        Via {
            source,
            ts: None,
            name: None,
        }
    }

    /// An act of a subcommand; `program` is what ran it, where that said its name.
    pub fn subcommand(program: Option<String>) -> Via {
        match program {
            Some(_) => Via {
                name: program,
                ..Via::of(Source::Integration)
            },
            None => Via::of(Source::Subcommand),
        }
    }
}

/// Of what comes in, a shape that is not known says nothing: the event counts without it.
pub fn lenient<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Via>, D::Error> {
    let value = serde_json::Value::deserialize(input)?;
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;

    /// Written into channels: this text may only gain optional fields.
    #[test]
    fn an_event_says_how_it_came_and_counts_whatever_that_says() {
        let raw = r#"{"id":"e1","at":5,"via":{"source":"reaction","ts":"1795000000.000001","name":"eyes"},"kind":"note"}"#;
        let event: Event = serde_json::from_str(raw).expect("readable");
        let via = event.via.clone().expect("it says so");
        assert_eq!(via.source, Source::Reaction);
        assert_eq!(serde_json::to_string(&event).expect("writable"), raw);
        for (odd, source) in [
            (r#"{"source":"telepathy"}"#, Some("telepathy")),
            (r#""yes""#, None),
            (r#"{"ts":7}"#, None),
        ] {
            let raw = format!(r#"{{"id":"e1","at":5,"via":{odd},"kind":"note"}}"#);
            let event: Event = serde_json::from_str(&raw).expect("readable");
            assert!(event.body().is_some(), "{odd}");
            let said = event.via.as_ref().map(|via| via.source.name());
            assert_eq!(said, source, "{odd}");
        }
    }

    #[test]
    fn what_says_nothing_is_known_by_its_kind() {
        let call = Body::TimekeeperCall { slot: 1 };
        assert_eq!(Source::of(&call, None), Source::Timer);
        assert_eq!(Source::of(&Body::Note {}, None), Source::Console);
        let asked = Via::of(Source::Mention);
        assert_eq!(Source::of(&Body::Note {}, Some(&asked)), Source::Mention);
        let said = Body::Message { thread: None };
        assert_eq!(Source::of(&said, Some(&asked)), Source::Message);
    }
}
