//! What a method answers: a JSON object with `ok`, or a refusal with an error code.

use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The fields of a successful answer beside `ok`, or why not.
pub type Reply = Result<Map<String, Value>, Refusal>;

/// An error code and the fields that go with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub code: Cow<'static, str>,
    pub extra: Map<String, Value>,
}

impl Refusal {
    pub fn new(code: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal {
            code: code.into(),
            extra: Map::new(),
        }
    }

    pub fn with(mut self, key: &str, value: Value) -> Refusal {
        self.extra.insert(key.to_owned(), value);
        self
    }

    /// A code with the sentences that say what is wrong with the arguments.
    pub fn explained(code: &'static str, messages: &[String]) -> Refusal {
        Refusal::new(code).with("response_metadata", json!({ "messages": messages }))
    }

    pub fn missing_field(name: &str) -> Refusal {
        Refusal::explained(
            "invalid_arguments",
            &[format!("[ERROR] missing required field: {name}")],
        )
    }
}

/// `refuse("code")` as the error of a [`Reply`].
pub fn refuse<T>(code: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(code))
}

/// The fields of `json!({…})` as a map.
pub fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// A whole answer, as a client sees it apart from HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub body: Map<String, Value>,
    /// 200 for nearly everything, errors included; 429 over budget; 5xx by fault injection only.
    pub status: u16,
    /// The header, on a 429: seconds, unless a fault says otherwise.
    pub retry_after: Option<String>,
    /// What the token may do, for `x-oauth-scopes`; `None` before the token is known.
    pub scopes: Option<String>,
    /// What the method wants, for `x-accepted-oauth-scopes`.
    pub accepted: Option<String>,
}

impl Answer {
    pub fn from_reply(reply: Reply) -> Answer {
        let mut body = Map::new();
        match reply {
            Ok(more) => {
                body.insert("ok".to_owned(), Value::Bool(true));
                body.extend(more);
            }
            Err(refusal) => {
                body.insert("ok".to_owned(), Value::Bool(false));
                // The one refusal without a code: leaving a channel one is not in.
                if !refusal.code.is_empty() {
                    body.insert("error".to_owned(), Value::String(refusal.code.into_owned()));
                }
                body.extend(refusal.extra);
            }
        }
        Answer {
            body,
            status: 200,
            retry_after: None,
            scopes: None,
            accepted: None,
        }
    }

    pub fn refusal(code: impl Into<Cow<'static, str>>) -> Answer {
        Answer::from_reply(Err(Refusal::new(code)))
    }

    /// 429; without a header where it is empty.
    pub fn ratelimited(retry_after: String) -> Answer {
        Answer {
            status: 429,
            retry_after: Some(retry_after).filter(|header| !header.is_empty()),
            ..Answer::refusal("ratelimited")
        }
    }

    pub fn ok(&self) -> bool {
        self.body.get("ok") == Some(&Value::Bool(true))
    }

    pub fn error(&self) -> Option<&str> {
        self.body.get("error").and_then(Value::as_str)
    }

    /// Adds a warning in both places where Slack puts one.
    pub fn warn(&mut self, warning: &str) {
        let together = match self.body.get("warning").and_then(Value::as_str) {
            Some(before) => format!("{before},{warning}"),
            None => warning.to_owned(),
        };
        self.body
            .insert("warning".to_owned(), Value::String(together));
        let metadata = self
            .body
            .entry("response_metadata")
            .or_insert_with(|| json!({}));
        if let Some(metadata) = metadata.as_object_mut() {
            let list = metadata.entry("warnings").or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(Value::String(warning.to_owned()));
            }
        }
    }

    /// The body as Slack writes it: with every slash escaped.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string(&self.body)
            .unwrap_or_else(|_| r#"{"ok":false,"error":"internal_error"}"#.to_owned());
        // A slash occurs in JSON only inside strings, where `\/` means the same.
        text.replace('/', "\\/")
    }
}
