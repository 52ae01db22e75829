//! A request's arguments: query, form, multipart form or JSON, and where the token was.

use super::args::Args;
use super::engine::token_argument;
use crate::wire::methods;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, Method};
use serde_json::{Map, Value};
use std::time::Duration;

/// Bytes of a request's body: a post of 40,000 characters, form-encoded, with blocks beside it.
const BODY_MAX: usize = 2 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(15);
/// Characters of an argument's name.
const NAME_MAX: usize = 100;

pub struct Parsed {
    pub token: Option<String>,
    pub args: Args,
    /// About the charset of the body.
    pub warning: Option<&'static str>,
}

/// Reads a request to its end. The error is a code of Slack's.
pub async fn read(request: Request, method: &str) -> Result<Parsed, &'static str> {
    let (parts, body) = request.into_parts();
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_MAX)).await {
        Ok(Ok(bytes)) => bytes,
        // Too long, too slow, or cut off: for Slack all of them are a body that never came.
        Ok(Err(_)) | Err(_) => return Err("request_timeout"),
    };
    let mut pairs = form(parts.uri.query().unwrap_or("").as_bytes())?;
    let mut structured = Map::new();
    let mut warning = None;
    if parts.method == Method::POST && !bytes.is_empty() {
        let content = content_type(&parts.headers)?;
        match content.kind.as_str() {
            "application/x-www-form-urlencoded" => {
                pairs.extend(form(&bytes)?);
                if content.charset.is_some() {
                    warning = Some("superfluous_charset");
                }
            }
            "multipart/form-data" => {
                let boundary = content.boundary.ok_or("invalid_form_data")?;
                pairs.extend(multipart(&bytes, &boundary)?);
            }
            "application/json" => {
                if content.charset.is_none() {
                    warning = Some("missing_charset");
                }
                // A method that takes no JSON sees no arguments, rather than an error about it.
                if methods::find(method).is_some_and(|row| row.json) {
                    structured = json(&bytes)?;
                }
            }
            "text/plain" => {}
            _ => return Err("invalid_post_type"),
        }
    }
    check_names(pairs.iter().map(|(name, _)| name.as_str()))?;
    check_names(structured.keys().map(String::as_str))?;
    let mut args = Args::from_pairs(pairs);
    let argument = token_argument(&mut args);
    // A token inside a JSON body is not read.
    structured.remove("token");
    for (name, value) in structured {
        args.set(&name, value);
    }
    let token = bearer(&parts.headers).or(argument);
    Ok(Parsed {
        token,
        args,
        warning,
    })
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), &'static str> {
    for name in names {
        if name.contains('[') {
            return Err("invalid_array_arg");
        }
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(fine) {
            return Err("invalid_arg_name");
        }
    }
    Ok(())
}

struct Content {
    kind: String,
    charset: Option<String>,
    boundary: Option<String>,
}

fn content_type(headers: &HeaderMap) -> Result<Content, &'static str> {
    let text = header(headers, &CONTENT_TYPE).ok_or("missing_post_type")?;
    let mut parts = text.split(';');
    let mut content = Content {
        kind: parts.next().unwrap_or("").trim().to_ascii_lowercase(),
        charset: None,
        boundary: None,
    };
    for part in parts {
        let Some((name, value)) = part.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"').to_owned();
        match name.trim().to_ascii_lowercase().as_str() {
            "charset" => content.charset = Some(value.to_ascii_lowercase()),
            "boundary" => content.boundary = Some(value),
            _ => {}
        }
    }
    match content.charset.as_deref() {
        None | Some("utf-8" | "utf8" | "iso-8859-1") => Ok(content),
        Some(_) => Err("invalid_charset"),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn json(bytes: &[u8]) -> Result<Map<String, Value>, &'static str> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err("invalid_json"),
    }
}

fn form(bytes: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    bytes
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match at {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// Percent-decoding; a plus is a space.
fn decoded(bytes: &[u8]) -> Result<String, &'static str> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = bytes.get(at + 1..at + 3).ok_or("invalid_form_data")?;
                let text = std::str::from_utf8(digits).map_err(|_| "invalid_form_data")?;
                out.push(u8::from_str_radix(text, 16).map_err(|_| "invalid_form_data")?);
                at += 2;
            }
            other => out.push(other),
        }
        at += 1;
    }
    String::from_utf8(out).map_err(|_| "invalid_form_data")
}

/// The named parts of a multipart body. Contents of files are not wanted by any method here, but
/// some clients send plain arguments this way.
fn multipart(bytes: &[u8], boundary: &str) -> Result<Vec<(String, String)>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "invalid_form_data")?;
    let mark = format!("--{boundary}");
    let mut pairs = Vec::new();
    let mut parts = text.split(mark.as_str()).skip(1);
    let ended = parts
        .clone()
        .last()
        .is_some_and(|last| last.starts_with("--"));
    if !ended {
        return Err("invalid_form_data");
    }
    for part in parts.by_ref().take_while(|part| !part.starts_with("--")) {
        let (head, value) = part.split_once("\r\n\r\n").ok_or("invalid_form_data")?;
        let name = head
            .split(['\r', '\n', ';'])
            .filter_map(|piece| piece.trim().strip_prefix("name="))
            .map(|name| name.trim_matches('"').to_owned())
            .next()
            .ok_or("invalid_form_data")?;
        pairs.push((name, value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_and_broken_ones_refused() {
        assert_eq!(
            form(b"text=%E9%9A%9C%E5%AE%B3+1&empty=&bare"),
            Ok(vec![
                ("text".to_owned(), "障害 1".to_owned()),
                ("empty".to_owned(), String::new()),
                ("bare".to_owned(), String::new()),
            ])
        );
        for bad in [&b"a=%E"[..], b"a=%zz", b"a=%ff"] {
            assert_eq!(form(bad), Err("invalid_form_data"));
        }
    }

    #[test]
    fn a_multipart_form_gives_its_fields() {
        let body = "--xx\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n一行目\r\n二行目\r\n\
                    --xx\r\nContent-Disposition: form-data; name=\"ts\"\r\n\r\n1.2\r\n--xx--\r\n";
        let pairs = multipart(body.as_bytes(), "xx");
        assert_eq!(
            pairs,
            Ok(vec![
                ("text".to_owned(), "一行目\r\n二行目".to_owned()),
                ("ts".to_owned(), "1.2".to_owned()),
            ])
        );
        let cut = multipart(&body.as_bytes()[..60], "xx");
        assert_eq!(cut, Err("invalid_form_data"));
    }

    #[test]
    fn names_are_checked() {
        let check = |name: &str| check_names([name].into_iter());
        assert_eq!(check("include_all_metadata"), Ok(()));
        assert_eq!(check("users[]"), Err("invalid_array_arg"));
        assert_eq!(check("日本"), Err("invalid_arg_name"));
        assert_eq!(check(&"a".repeat(101)), Err("invalid_arg_name"));
    }
}
