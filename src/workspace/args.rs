//! The arguments of a call. A form knows strings only and JSON knows types, so each is read by
//! what the method wants, as Slack does.

use super::answer::Refusal;
use crate::domain::ids::SlackTs;
use serde_json::{Map, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Args(Map<String, Value>);

impl Args {
    pub fn new(map: Map<String, Value>) -> Args {
        Args(map)
    }

    /// From pairs, as a form has them. The last of a repeated name counts.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Args {
        Args(
            pairs
                .into_iter()
                .map(|(key, value)| (key.into(), Value::String(value.into())))
                .collect(),
        )
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Given at all; JSON's null counts as not given.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// A string; numbers and booleans as a form would carry them.
    pub fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
            Some(Value::Array(_) | Value::Object(_)) => Err(Refusal::explained(
                "invalid_arguments",
                &[format!(
                    "[ERROR] must provide a string [json-pointer:/{name}]"
                )],
            )),
        }
    }

    /// A string, empty when not given.
    pub fn text_or_empty(&self, name: &str) -> Result<String, Refusal> {
        Ok(self.text(name)?.unwrap_or_default())
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.as_str(), "true" | "1" | "True" | "TRUE"),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// A structure: an object or array in a JSON body, or JSON text in a form. The error is the
    /// text's being no JSON.
    pub fn structure(&self, name: &str) -> Result<Option<Value>, serde_json::Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// A list of ids, separated by commas.
    pub fn list(&self, name: &str) -> Result<Vec<String>, Refusal> {
        Ok(self
            .text_or_empty(name)?
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The timestamp of a message, exactly as Slack gave it.
    pub fn ts(&self, name: &str) -> Result<Option<SlackTs>, BadTs> {
        match self.text(name) {
            Ok(None) => Ok(None),
            Ok(Some(text)) if text.is_empty() => Ok(None),
            Ok(Some(text)) => SlackTs::parse(&text).map(Some).map_err(|_| BadTs),
            Err(_) => Err(BadTs),
        }
    }

    /// A bound of a window, in microseconds: seconds with or without a fraction. A fraction that is
    /// not six digits is misread, as reported of Slack (python-slack-sdk issue 906): `.5` is five
    /// microseconds.
    pub fn bound(&self, name: &str) -> Result<Option<i64>, BadTs> {
        let Ok(text) = self.text(name) else {
            return Err(BadTs);
        };
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let (secs, frac) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(secs, 11) || !digits(frac, 9) {
            return Err(BadTs);
        }
        match (secs.parse::<i64>(), frac.parse::<i64>()) {
            (Ok(secs), Ok(frac)) => Ok(Some(secs * 1_000_000 + frac.min(999_999))),
            _ => Err(BadTs),
        }
    }
}

/// Neither a timestamp nor a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTs;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn args(value: Value) -> Args {
        Args::new(super::super::answer::fields(value))
    }

    #[test]
    fn a_form_and_a_json_body_mean_the_same() {
        let form = Args::from_pairs([("force", "true"), ("limit", "15"), ("blocks", "[]")]);
        let body = args(json!({ "force": true, "limit": 15, "blocks": [] }));
        for args in [form, body] {
            assert!(args.flag("force"));
            assert_eq!(args.text("limit").ok().flatten().as_deref(), Some("15"));
            assert_eq!(args.structure("blocks").ok().flatten(), Some(json!([])));
        }
    }

    #[test]
    fn a_short_fraction_is_misread_and_garbage_refused() {
        let bound = |text: &str| Args::from_pairs([("oldest", text)]).bound("oldest");
        assert_eq!(bound("1512085950"), Ok(Some(1_512_085_950_000_000)));
        assert_eq!(bound("1512085950.000216"), Ok(Some(1_512_085_950_000_216)));
        assert_eq!(bound("1512085950.5"), Ok(Some(1_512_085_950_000_005)));
        assert_eq!(bound(""), Ok(None));
        for bad in ["now", "-1", "1.2.3", "1512085950.", "1e9"] {
            assert_eq!(bound(bad), Err(BadTs), "{bad}");
        }
    }
}
