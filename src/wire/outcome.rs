//! How a call can end otherwise than well, sorted by what may be done next.
//!
//! The sorting follows Slack's descriptions of its errors: `fatal_error` and `internal_error` say
//! that part of the operation may have succeeded, so for a write they are no failure but a
//! question. Of transport errors only a failed connect means that nothing was sent.

use super::answers::{Envelope, PersonError};
use super::explain;
use crate::both;
use crate::domain::problem::{Kind, Problem};
use crate::domain::secret::redact;
use crate::domain::text::clean_line;
use crate::domain::words::Text;
use std::time::Duration;

/// How long a method rests when Slack limits it without saying for how long.
pub const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(30);

// A header asking for more than a day is garbled, or not worth waiting for in one go.
const LONGEST_RETRY_AFTER: u64 = 24 * 60 * 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// Nothing left this machine: may be tried again freely.
    NotSent { why: String },
    /// Not done: Slack said that it is over the budget. The method rests for so long.
    Limited { retry_after: Duration },
    /// Nothing left this machine: our own ledger has no such call left before so long.
    Held { wait: Duration },
    /// May have happened, wholly or in part: read back, then decide. For a read: try again.
    Ambiguous { why: String },
    /// Not done, and trying again changes nothing.
    Refused(Refusal),
    /// The state is already as wanted. For most callers this is success.
    Already { code: String },
}

/// What Slack said no with. Every text is cleaned and free of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: String,
    /// The scope that the token lacks.
    pub needed: Option<String>,
    /// The scopes that it has.
    pub provided: Option<String>,
    /// Details, on `invalid_arguments` and `invalid_blocks`.
    pub messages: Vec<String>,
    /// On an invitation, what was wrong with whom.
    pub people: Vec<PersonError>,
}

impl Refusal {
    pub fn of(code: &str) -> Refusal {
        Refusal {
            code: tidy_code(code),
            needed: None,
            provided: None,
            messages: Vec::new(),
            people: Vec::new(),
        }
    }
}

/// What makes a code mean "already so" for a method. `chat.delete` of a message that is gone and
/// `conversations.kick` of somebody who is not there count too.
const ALREADY: &[(&str, &[&str])] = &[
    (
        "conversations.invite",
        &["already_in_channel", "cant_invite_self"],
    ),
    ("conversations.join", &["already_in_channel"]),
    ("conversations.kick", &["not_in_channel"]),
    ("conversations.leave", &["not_in_channel"]),
    ("conversations.archive", &["already_archived"]),
    ("conversations.unarchive", &["not_archived"]),
    ("chat.delete", &["message_not_found"]),
    ("pins.add", &["already_pinned"]),
    ("pins.remove", &["no_pin", "not_pinned"]),
    ("reactions.add", &["already_reacted"]),
    ("reactions.remove", &["no_reaction"]),
];

const LIMITED: &[&str] = &["ratelimited", "rate_limited", "too_many_requests"];

// The last three are described as not done, but one look before a post is repeated costs little.
const AMBIGUOUS: &[&str] = &[
    "fatal_error",
    "internal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
];

/// Sorts an answer with `ok: false`. `retry_after` is the header, where there was one.
pub fn of_answer(method: &str, envelope: &Envelope, retry_after: Option<&str>) -> CallError {
    let code = match &envelope.error {
        Some(code) => tidy_code(code),
        None if envelope.not_in_channel => "not_in_channel".to_owned(),
        None => {
            return CallError::Ambiguous {
                why: "ok: false without an error".to_owned(),
            };
        }
    };
    if LIMITED.contains(&code.as_str()) {
        return CallError::Limited {
            retry_after: wait(retry_after),
        };
    }
    if AMBIGUOUS.contains(&code.as_str()) {
        return CallError::Ambiguous { why: code };
    }
    let people = envelope.people();
    let already = ALREADY
        .iter()
        .find(|(name, _)| *name == method)
        .map_or(&[][..], |(_, codes)| codes);
    // An invitation that fails for one reaches nobody: it is "already" only if it is for everyone.
    if already.contains(&code.as_str()) && people.iter().all(|p| already.contains(&&*p.error)) {
        return CallError::Already { code };
    }
    CallError::Refused(Refusal {
        code,
        needed: envelope.needed.as_deref().map(tidy),
        provided: envelope.provided.as_deref().map(tidy),
        messages: envelope
            .response_metadata
            .messages
            .iter()
            .map(|message| tidy(message))
            .collect(),
        people: people
            .into_iter()
            .map(|person| PersonError {
                user: person.user,
                error: tidy_code(&person.error),
            })
            .collect(),
    })
}

/// Seconds of a Retry-After header; missing or garbled is [`DEFAULT_RETRY_AFTER`].
pub fn wait(retry_after: Option<&str>) -> Duration {
    match retry_after.map(|text| text.trim().parse::<u64>()) {
        Some(Ok(seconds)) if seconds <= LONGEST_RETRY_AFTER => Duration::from_secs(seconds.max(1)),
        _ => DEFAULT_RETRY_AFTER,
    }
}

fn tidy(text: &str) -> String {
    let text: String = text.chars().take(500).collect();
    clean_line(&redact(&text)).into_owned()
}

/// A code is lower-case ASCII; anything else did not come from Slack's list.
fn tidy_code(code: &str) -> String {
    let shaped = !code.is_empty()
        && code.len() <= 80
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if shaped {
        code.to_owned()
    } else {
        format!("unknown_error ({})", tidy(code))
    }
}

impl CallError {
    /// For transport failures; `why` is cleaned here.
    pub fn not_sent(why: &str) -> CallError {
        CallError::NotSent { why: tidy(why) }
    }

    /// For transport failures after the first byte; `why` is cleaned here.
    pub fn ambiguous(why: &str) -> CallError {
        CallError::Ambiguous { why: tidy(why) }
    }

    /// Slack's code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            CallError::Refused(refusal) => Some(&refusal.code),
            CallError::Already { code } => Some(code),
            _ => None,
        }
    }

    /// Whether a call that only reads may be repeated as it is.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            CallError::NotSent { .. }
                | CallError::Limited { .. }
                | CallError::Held { .. }
                | CallError::Ambiguous { .. }
        )
    }

    /// For a person: what happened, and what to do.
    pub fn problem(&self, method: &str) -> Problem {
        match self {
            CallError::NotSent { why } => Problem::failed(both!(
                "Slack cannot be reached ({why})",
                "Slack に接続できません ({why})"
            ))
            .hint(Text::fixed(
                "what you enter is kept and sent once the connection is back",
                "入力した内容は保存され、接続が戻ると送られます",
            )),
            CallError::Limited { retry_after } | CallError::Held { wait: retry_after } => {
                let seconds = retry_after.as_secs_f64().ceil();
                Problem::failed(both!(
                    "Slack allows {method} again in {seconds} s",
                    "Slack の回数制限のため、{method} は {seconds} 秒後に再開します"
                ))
            }
            CallError::Ambiguous { why } => Problem::failed(both!(
                "Slack gave no clear answer to {method} ({why})",
                "Slack から {method} の結果が返りませんでした ({why})"
            ))
            .hint(Text::fixed(
                "the channel is read before anything is sent again",
                "再送の前に、チャンネルを読んで確かめます",
            )),
            CallError::Refused(refusal) => refused(method, refusal),
            CallError::Already { code } => Problem::new(
                Kind::Refused,
                both!("already so ({code})", "すでにその状態です ({code})"),
            ),
        }
    }
}

fn refused(method: &str, refusal: &Refusal) -> Problem {
    let code = &refusal.code;
    if let (Some(needed), "missing_scope") = (&refusal.needed, code.as_str()) {
        return Problem::failed(both!(
            "the token lacks the scope {needed} for {method}",
            "トークンに {method} のスコープ {needed} がありません"
        ))
        .hint(Text::fixed(
            "add the scope to the app, install it again, and use the new token",
            "アプリにスコープを追加して再インストールし、新しいトークンを設定してください",
        ));
    }
    let details = refusal.messages.join("; ");
    let told = match explain::find(code) {
        Some(row) => {
            let (en, ja) = (row.sentence.0, row.sentence.1);
            both!("{en} ({method}: {code})", "{ja} ({method}: {code})")
        }
        None => both!(
            "Slack refuses {method}: {code}",
            "Slack が {method} を受け付けません: {code}"
        ),
    };
    let sentence = if details.is_empty() {
        told
    } else {
        let (en, ja) = (&told.en, &told.ja);
        both!("{en}: {details}", "{ja}: {details}")
    };
    let problem = Problem::failed(sentence);
    match explain::find(code).and_then(|row| row.hint) {
        Some((en, ja)) => problem.hint(Text::fixed(en, ja)),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::Lang;

    fn answer(json: &str) -> Envelope {
        serde_json::from_str(json).expect("an envelope")
    }

    fn error(code: &str) -> Envelope {
        answer(&format!(r#"{{"ok":false,"error":"{code}"}}"#))
    }

    #[test]
    fn codes_are_sorted_by_what_may_be_done() {
        let sorted = |method: &str, code: &str| match of_answer(method, &error(code), None) {
            CallError::NotSent { .. } => "not sent",
            CallError::Limited { .. } => "limited",
            CallError::Held { .. } => "held",
            CallError::Ambiguous { .. } => "ambiguous",
            CallError::Refused(_) => "refused",
            CallError::Already { .. } => "already",
        };
        for (method, code, class) in [
            ("chat.postMessage", "fatal_error", "ambiguous"),
            ("chat.postMessage", "internal_error", "ambiguous"),
            ("chat.postMessage", "service_unavailable", "ambiguous"),
            ("chat.postMessage", "rate_limited", "limited"),
            ("chat.postMessage", "ratelimited", "limited"),
            ("chat.postMessage", "is_archived", "refused"),
            ("chat.postMessage", "message_not_found", "refused"),
            ("chat.delete", "message_not_found", "already"),
            ("pins.add", "already_pinned", "already"),
            ("pins.remove", "no_pin", "already"),
            ("reactions.add", "already_reacted", "already"),
            ("conversations.kick", "not_in_channel", "already"),
            ("conversations.history", "not_in_channel", "refused"),
            ("conversations.unarchive", "not_in_channel", "refused"),
        ] {
            assert_eq!(sorted(method, code), class, "{method} {code}");
        }
        let left = answer(r#"{"ok":false,"not_in_channel":true}"#);
        assert!(matches!(
            of_answer("conversations.leave", &left, None),
            CallError::Already { .. }
        ));
    }

    #[test]
    fn an_invitation_is_already_done_only_if_it_is_for_everyone() {
        let mixed = answer(
            r#"{"ok":false,"error":"already_in_channel","errors":[
            {"user":"U1","ok":false,"error":"already_in_channel"},
            {"user":"U2","ok":false,"error":"user_not_found"}]}"#,
        );
        let CallError::Refused(refusal) = of_answer("conversations.invite", &mixed, None) else {
            panic!("one of two is unknown");
        };
        assert_eq!(refusal.people.len(), 2);
        let both = answer(
            r#"{"ok":false,"error":"already_in_channel","errors":[
            {"user":"U1","ok":false,"error":"already_in_channel"},
            {"user":"U2","ok":false,"error":"cant_invite_self"}]}"#,
        );
        let sorted = of_answer("conversations.invite", &both, None);
        assert!(matches!(sorted, CallError::Already { .. }));
    }

    #[test]
    fn retry_after_is_believed_only_when_it_is_a_sane_number() {
        for (header, seconds) in [
            (None, 30),
            (Some("7"), 7),
            (Some(" 60 "), 60),
            (Some("0"), 1),
            (Some("-1"), 30),
            (Some("soon"), 30),
            (Some("99999999999999999999"), 30),
            (Some("Fri, 20 Nov 2026 18:15:00 GMT"), 30),
        ] {
            assert_eq!(wait(header), Duration::from_secs(seconds), "{header:?}");
        }
    }

    #[test]
    fn what_the_server_says_is_cleaned() {
        let hostile = answer(
            r#"{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["[ERROR] xoxb-1-CANARY \u001b[31mred\nline"]}}"#,
        );
        let problem = of_answer("pins.add", &hostile, None).problem("pins.add");
        let said = problem.lines(Lang::Ja);
        assert!(
            !said.contains("CANARY") && !said.contains('\u{1b}'),
            "{said}"
        );
        let odd = of_answer("pins.add", &error("Not A <code>"), None);
        assert_eq!(odd.code(), Some("unknown_error (Not A <code>)"));
    }

    #[test]
    fn a_missing_scope_is_named() {
        let refused = answer(
            r#"{"ok":false,"error":"missing_scope","needed":"pins:write","provided":"chat:write"}"#,
        );
        let problem = of_answer("pins.add", &refused, None).problem("pins.add");
        insta::assert_snapshot!(problem.lines(Lang::En), @"
        the token lacks the scope pins:write for pins.add
        add the scope to the app, install it again, and use the new token
        ");
        insta::assert_snapshot!(problem.lines(Lang::Ja), @"
        トークンに pins.add のスコープ pins:write がありません
        アプリにスコープを追加して再インストールし、新しいトークンを設定してください
        ");
    }
}
