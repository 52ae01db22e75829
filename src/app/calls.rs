//! The call sheet: whom to call when chat is not enough. Made of the configuration alone, so that it
//! can be read with everything else out of order; nothing of it goes into an event or an export.

use crate::domain::event::Kind;
use crate::domain::sentence::level_text;
use crate::domain::settings::{Config, Contact};
use crate::domain::text::{cells, clean_line, pad_right};
use crate::domain::words::{Lang, Text};
use serde_json::{Value, json};

pub const TITLE: Text = Text::fixed("CALL SHEET", "緊急連絡先");
const EMPTY: Text = Text::fixed(
    "Nobody is listed. Add [[contacts]] to the configuration: matoi config example shows how.",
    "連絡先がありません。設定に [[contacts]] を追加してください (書き方は matoi config example)。",
);
const MEETINGS: Text = Text::fixed("Meetings", "会議");
const MANUALS: Text = Text::fixed("Manuals", "マニュアル");
const PEOPLE: Text = Text::fixed("People", "連絡先");
const THEN: Text = Text::fixed("then", "不在時");

/// The sheet as text. The team of `service` comes first, where one is given and has contacts.
pub fn sheet(config: &Config, service: Option<&str>, lang: Lang) -> String {
    let mut blocks = Vec::new();
    let note = config.call_sheet.note.trim();
    if !note.is_empty() {
        blocks.push(clean_lines(note));
    }
    if !config.call_sheet.meetings.is_empty() {
        let links = config.call_sheet.meetings.iter();
        let links: Vec<String> = links
            .map(|link| format!("  {}", clean_line(link)))
            .collect();
        blocks.push(format!("{}\n{}", MEETINGS.get(lang), links.join("\n")));
    }
    let manuals = manuals(config, lang);
    if !manuals.is_empty() {
        blocks.push(format!("{}\n{}", MANUALS.get(lang), manuals.join("\n")));
    }
    let is_it = |id: &str| Some(id) == service;
    let (first, rest): (Vec<_>, Vec<_>) = config
        .services
        .iter()
        .filter(|service| !service.contacts.is_empty())
        .partition(|service| is_it(&service.id));
    for service in first.into_iter().chain(rest) {
        let mut lines = vec![clean_line(service.name.get(lang)).into_owned()];
        let known = |name: &&String| config.contacts.iter().find(|c| c.name == **name);
        for (n, contact) in service
            .contacts
            .iter()
            .filter_map(|c| known(&c))
            .enumerate()
        {
            let line = format!("{}. {}", n + 1, clean_line(&contact.name));
            lines.push(format!("  {line}  {}", clean_line(&contact.phone)));
        }
        blocks.push(lines.join("\n"));
    }
    if config.contacts.is_empty() {
        blocks.push(EMPTY.get(lang).to_owned());
    } else {
        blocks.push(format!("{}\n{}", PEOPLE.get(lang), people(config, lang)));
    }
    blocks.join("\n\n")
}

/// Links by kind, then those of levels that have a section of their own.
fn manuals(config: &Config, lang: Lang) -> Vec<String> {
    let kinds = [Kind::Outage, Kind::Security].into_iter();
    let kinds = kinds.filter_map(|kind| {
        let link = config.manual.of(kind)?;
        Some((kind.text().get(lang).to_owned(), link))
    });
    let levels = config
        .levels
        .iter()
        .filter(|level| !level.manual.is_empty());
    let levels = levels.map(|level| {
        let name = level_text(&level.id, level.name.get(lang));
        (name, level.manual.as_str())
    });
    kinds
        .chain(levels)
        .map(|(name, link)| format!("  {}: {}", clean_line(&name), clean_line(link)))
        .collect()
}

fn clean_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(clean_line).collect();
    lines.join("\n")
}

/// Name, number and role under each other; deputies and notes below.
fn people(config: &Config, lang: Lang) -> String {
    let widest = |of: fn(&Contact) -> &String| {
        let widths = config.contacts.iter().map(|c| cells(&clean_line(of(c))));
        widths.max().unwrap_or(0)
    };
    let (names, phones) = (widest(|c| &c.name), widest(|c| &c.phone));
    let mut lines = Vec::new();
    for contact in &config.contacts {
        let name = pad_right(&clean_line(&contact.name), names);
        let phone = pad_right(&clean_line(&contact.phone), phones);
        let line = format!("  {name}  {phone}  {}", clean_line(&contact.role));
        lines.push(line.trim_end().to_owned());
        let indent = " ".repeat(names + 4);
        if !contact.deputies.is_empty() {
            let deputies: Vec<_> = contact.deputies.iter().map(|d| clean_line(d)).collect();
            let deputies = deputies.join(", ");
            lines.push(format!("{indent}{}: {deputies}", THEN.get(lang)));
        }
        if !contact.note.trim().is_empty() {
            lines.push(format!("{indent}{}", clean_line(contact.note.trim())));
        }
    }
    lines.join("\n")
}

/// `{"note", "meetings", "services": [{"id", "name", "contacts": [name]}], "contacts": [{"name",
/// "role", "phone", "deputies", "note"}]}`
pub fn json(config: &Config, lang: Lang) -> Value {
    let services = config.services.iter().filter(|s| !s.contacts.is_empty());
    let services: Vec<Value> = services
        .map(|s| json!({ "id": s.id, "name": s.name.get(lang), "contacts": s.contacts }))
        .collect();
    json!({
        "note": config.call_sheet.note,
        "meetings": config.call_sheet.meetings,
        "services": services,
        "contacts": config.contacts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        [call_sheet]
        note = "Call first, then write.\u001b[31m"
        meetings = ["https://meet.example.com/war-room"]
        [[contacts]]
        name = "Ito"
        role = "SRE lead"
        phone = "+81 90 0000 0001"
        deputies = ["田中"]
        note = "not at night"
        [[contacts]]
        name = "田中"
        phone = "+81 90 0000 0002"
        [[services]]
        id = "shop"
        name = "Shop"
        contacts = ["Ito"]
        [[services]]
        id = "pay"
        name = "Pay"
        contacts = ["田中", "Ito"]
    "#;

    #[test]
    fn the_team_of_the_incidents_service_comes_first() {
        let config: Config = toml::from_str(FILE).expect("valid");
        assert_eq!(config.faults(), Vec::new());
        let expected = "Call first, then write.\n\n\
            Meetings\n  https://meet.example.com/war-room\n\n\
            Pay\n  1. 田中  +81 90 0000 0002\n  2. Ito  +81 90 0000 0001\n\n\
            Shop\n  1. Ito  +81 90 0000 0001\n\n\
            People\n  Ito   +81 90 0000 0001  SRE lead\n        then: 田中\n        not at night\n  \
            田中  +81 90 0000 0002";
        assert_eq!(sheet(&config, Some("pay"), Lang::En), expected);
        assert!(sheet(&config, None, Lang::Ja).contains("不在時: 田中"));
    }

    #[test]
    fn an_empty_sheet_says_how_to_fill_it() {
        let text = sheet(&Config::default(), None, Lang::En);
        assert!(text.contains("[[contacts]]"), "{text}");
    }
}
