//! What a post carries: text, blocks, attachments, metadata; checked as Slack checks them.

use super::answer::{Refusal, refuse};
use super::model::{Metadata, TokenKind};
use super::state::Call;
use super::text::{self, Parse};
use serde_json::{Map, Value, json};

const BLOCKS_MAX: usize = 50;
const ATTACHMENTS_MAX: usize = 100;
const CONTACT_CARDS_MAX: usize = 10;

/// What the content is for; the rules differ a little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Post,
    Update,
    Ephemeral,
}

#[derive(Clone, Debug, Default)]
pub struct Content {
    pub text: String,
    /// The text was longer than Slack keeps.
    pub cut: bool,
    pub blocks: Option<Value>,
    pub attachments: Option<Value>,
    pub attachments_given: bool,
    /// `None`: not given; `Some(None)`: an empty object, which takes it away.
    pub metadata: Option<Option<Metadata>>,
}

impl Content {
    pub fn read(call: &Call<'_>, purpose: Use) -> Result<Content, Refusal> {
        let args = call.args;
        let plain = args.text("text")?;
        let markdown = args.text("markdown_text")?.filter(|text| !text.is_empty());
        let given = plain.as_ref().is_some_and(|text| !text.is_empty());
        if markdown.is_some() && (given || args.has("blocks")) {
            return refuse("markdown_text_conflict");
        }
        let blocks = blocks(call)?;
        let attachments_given = args.has("attachments");
        let attachments = attachments(call, purpose)?;
        let metadata = match purpose {
            Use::Ephemeral => None,
            Use::Post | Use::Update => metadata(call)?,
        };
        let raw = markdown.clone().or(plain).unwrap_or_default();
        let metadata_only = purpose == Use::Update && metadata.is_some();
        if raw.is_empty() && blocks.is_none() && attachments.is_none() && !metadata_only {
            return refuse("no_text");
        }
        let length = raw.chars().count();
        match purpose {
            Use::Update if length > text::UPDATE_MAX => return refuse("msg_too_long"),
            Use::Ephemeral if length > text::POST_MAX => return refuse("msg_too_long"),
            _ => {}
        }
        if markdown.is_some() && length > text::MARKDOWN_MAX {
            return Err(Refusal::explained(
                "invalid_arguments",
                &[format!(
                    "[ERROR] must be less than {} characters [json-pointer:/markdown_text]",
                    text::MARKDOWN_MAX + 1
                )],
            ));
        }
        let linked = args.flag("link_names") || args.text_or_empty("parse")? == "full";
        let parse = match linked {
            true => Parse::Full,
            false => Parse::None,
        };
        let (text, cut) = text::stored(&raw, parse, call.state);
        Ok(Content {
            text,
            cut,
            blocks,
            attachments,
            attachments_given,
            metadata,
        })
    }
}

fn blocks(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    let Ok(given) = call.args.structure("blocks") else {
        return refuse("invalid_blocks_format");
    };
    let Some(mut value) = given else {
        return Ok(None);
    };
    let Some(list) = value.as_array_mut() else {
        return refuse("invalid_blocks_format");
    };
    if list.iter().any(|block| !block.is_object()) {
        return refuse("invalid_blocks_format");
    }
    if list.is_empty() {
        return Ok(None);
    }
    check_files(list)?;
    let mut wrong = Vec::new();
    if list.len() > BLOCKS_MAX {
        wrong.push(format!(
            "[ERROR] no more than {BLOCKS_MAX} items allowed [json-pointer:/blocks]"
        ));
    }
    let cards = list
        .iter()
        .filter(|block| block.get("type") == Some(&json!("contact_card")));
    if cards.count() > CONTACT_CARDS_MAX {
        return refuse("too_many_contact_cards");
    }
    for (index, block) in list.iter_mut().enumerate() {
        if let Some(block) = block.as_object_mut() {
            check_block(block, &format!("/blocks/{index}"), &mut wrong);
            block
                .entry("block_id")
                .or_insert_with(|| json!(format!("b{index}")));
        }
    }
    let mut ids: Vec<&str> = list
        .iter()
        .filter_map(|block| block.get("block_id")?.as_str())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != count {
        wrong.push("[ERROR] block_id values must be unique [json-pointer:/blocks]".to_owned());
    }
    if !wrong.is_empty() {
        return Err(Refusal::explained("invalid_blocks", &wrong).with("errors", json!(wrong)));
    }
    if value.to_string().chars().count() > call.state.policy.blocks_max {
        return refuse("msg_blocks_too_long");
    }
    Ok(Some(value))
}

fn check_files(blocks: &[Value]) -> Result<(), Refusal> {
    let incomplete = blocks.iter().any(|block| {
        block
            .get("slack_file")
            .is_some_and(|file| file.get("id").is_none() && file.get("url").is_none())
            || block.get("type") == Some(&json!("file")) && block.get("external_id").is_none()
    });
    if incomplete {
        return refuse("missing_file_data");
    }
    Ok(())
}

type Object = Map<String, Value>;

fn at_most(value: Option<&Value>, most: usize, pointer: &str, wrong: &mut Vec<String>) {
    let length = value
        .and_then(Value::as_str)
        .map_or(0, |text| text.chars().count());
    if length > most {
        wrong.push(format!(
            "[ERROR] must be less than {} characters [json-pointer:{pointer}]",
            most + 1
        ));
    }
}

fn items<'a>(
    block: &'a Object,
    name: &str,
    most: usize,
    pointer: &str,
    wrong: &mut Vec<String>,
) -> &'a [Value] {
    let Some(list) = block.get(name).and_then(Value::as_array) else {
        return &[];
    };
    if list.len() > most {
        wrong.push(format!(
            "[ERROR] no more than {most} items allowed [json-pointer:{pointer}/{name}]"
        ));
    }
    list
}

/// A text object: its kind and its length.
fn check_text(
    value: Option<&Value>,
    plain_only: bool,
    most: usize,
    pointer: &str,
    wrong: &mut Vec<String>,
) {
    let Some(object) = value.and_then(Value::as_object) else {
        wrong.push(format!(
            "[ERROR] missing required field: text [json-pointer:{pointer}]"
        ));
        return;
    };
    let kind = object.get("type").and_then(Value::as_str).unwrap_or("");
    if !(kind == "plain_text" || kind == "mrkdwn" && !plain_only) {
        wrong.push(format!(
            "[ERROR] unsupported type: {kind} [json-pointer:{pointer}/type]"
        ));
    }
    let text = object.get("text");
    if text.and_then(Value::as_str).is_none_or(str::is_empty) {
        wrong.push(format!(
            "[ERROR] must be more than 0 characters [json-pointer:{pointer}/text]"
        ));
    }
    at_most(text, most, &format!("{pointer}/text"), wrong);
}

/// The limits of Block Kit's reference pages.
fn check_block(block: &Object, pointer: &str, wrong: &mut Vec<String>) {
    at_most(
        block.get("block_id"),
        255,
        &format!("{pointer}/block_id"),
        wrong,
    );
    match block.get("type").and_then(Value::as_str).unwrap_or("") {
        "section" => {
            let fields = items(block, "fields", 10, pointer, wrong);
            for (index, field) in fields.iter().enumerate() {
                let pointer = format!("{pointer}/fields/{index}");
                check_text(Some(field), false, 2_000, &pointer, wrong);
            }
            if fields.is_empty() || block.contains_key("text") {
                let pointer = format!("{pointer}/text");
                check_text(block.get("text"), false, 3_000, &pointer, wrong);
            }
        }
        "header" => {
            let pointer = format!("{pointer}/text");
            check_text(block.get("text"), true, 150, &pointer, wrong);
        }
        "context" => {
            items(block, "elements", 10, pointer, wrong);
        }
        "actions" => {
            let elements = items(block, "elements", 25, pointer, wrong);
            for (index, element) in elements.iter().enumerate() {
                let pointer = format!("{pointer}/elements/{index}/value");
                at_most(element.get("value"), 2_000, &pointer, wrong);
            }
        }
        "divider" | "image" | "rich_text" | "input" | "video" | "markdown" | "table" | "file"
        | "contact_card" | "context_actions" => {}
        other => wrong.push(format!(
            "[ERROR] unsupported type: {other} [json-pointer:{pointer}/type]"
        )),
    }
}

pub fn is_rich_text(blocks: &Value) -> bool {
    blocks.as_array().is_some_and(|list| {
        list.iter()
            .any(|b| b.get("type") == Some(&json!("rich_text")))
    })
}

fn attachments(call: &Call<'_>, purpose: Use) -> Result<Option<Value>, Refusal> {
    let wrong_shape = match purpose {
        Use::Post => Refusal::missing_field("attachments"),
        Use::Update | Use::Ephemeral => Refusal::new("invalid_attachments"),
    };
    let Ok(given) = call.args.structure("attachments") else {
        return Err(wrong_shape);
    };
    let Some(mut value) = given else {
        return Ok(None);
    };
    let Some(list) = value.as_array_mut() else {
        return Err(wrong_shape);
    };
    if list.is_empty() {
        return Ok(None);
    }
    if list.len() > ATTACHMENTS_MAX {
        return refuse("too_many_attachments");
    }
    if purpose == Use::Ephemeral && list.iter().any(|one| one.get("blocks").is_some()) {
        return refuse("invalid_attachments");
    }
    for (index, one) in list.iter_mut().enumerate() {
        let Some(one) = one.as_object_mut() else {
            return Err(wrong_shape);
        };
        one.insert("id".to_owned(), json!(index + 1));
        let fallback = one.get("text").cloned().unwrap_or_else(|| json!(""));
        one.entry("fallback").or_insert(fallback);
    }
    if value.to_string().chars().count() > call.state.policy.attachments_max {
        return match purpose {
            Use::Post => refuse("attachment_payload_limit_exceeded"),
            Use::Update | Use::Ephemeral => refuse("invalid_attachments"),
        };
    }
    Ok(Some(value))
}

fn metadata(call: &Call<'_>) -> Result<Option<Option<Metadata>>, Refusal> {
    let Ok(given) = call.args.structure("metadata") else {
        return refuse("invalid_metadata_format");
    };
    let Some(value) = given else {
        return Ok(None);
    };
    let Some(object) = value.as_object() else {
        return refuse("invalid_metadata_format");
    };
    if object.is_empty() {
        return Ok(Some(None));
    }
    if call.token.kind == TokenKind::User && call.token.app.is_none() {
        return refuse("metadata_must_be_sent_from_app");
    }
    let (Some(event_type), Some(payload)) = (
        object.get("event_type").and_then(Value::as_str),
        object
            .get("event_payload")
            .filter(|value| value.is_object()),
    ) else {
        return refuse("invalid_metadata_format");
    };
    let known = object
        .keys()
        .all(|key| matches!(key.as_str(), "event_type" | "event_payload"));
    let mut letters = event_type.chars();
    let named = letters.next().is_some_and(|c| c.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !known || !named {
        return refuse("invalid_metadata_schema");
    }
    if value.to_string().chars().count() > call.state.policy.metadata_max {
        return refuse("metadata_too_large");
    }
    Ok(Some(Some(Metadata {
        event_type: event_type.to_owned(),
        event_payload: payload.clone(),
    })))
}
