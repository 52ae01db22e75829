//! The status card, and the channel's topic.

use super::super::image::{IncidentRow, Metadata};
use super::{CARD, Names, VERSION, date_token, drill_mark, linked, name_of, named};
use crate::domain::incident::{Incident, ItemState};
use crate::domain::sentence::{Piece, level_words};
use crate::domain::verb::{ROLES_SHORT, role_name};
use crate::domain::words::Lang;
use crate::domain::work::{Section, Stage};
use crate::wire::mrkdwn::escape;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The channel's topic: no times, nobody's name that would page. At most 250 characters.
pub fn topic(incident: &Incident, row: &IncidentRow, names: &Names) -> String {
    let ja = incident.lang == Lang::Ja;
    let level = incident
        .level
        .as_ref()
        .map_or_else(|| "L?".to_owned(), level_words);
    let commander = incident.commander.as_ref().map_or_else(
        || (if ja { "なし" } else { "nobody" }).to_owned(),
        |h| name_of(names, &h.user),
    );
    let text = format!(
        "{}{level} · {} · {} {commander}",
        drill_mark(row, incident.lang),
        incident.phase.text().get(incident.lang),
        if ja { "指揮" } else { "IC" },
    );
    text.chars().take(250).collect()
}

/// The status card's text, and the hash by which consoles notice that it is out of date. The hash
/// is of the card without names, which consoles may know differently.
pub fn card(incident: &Incident, row: &IncidentRow, names: &Names) -> (String, String) {
    let bare = card_text(incident, row, &Names::new());
    (card_text(incident, row, names), short_hash(&bare))
}

fn card_text(incident: &Incident, row: &IncidentRow, names: &Names) -> String {
    let lang = incident.lang;
    let ja = lang == Lang::Ja;
    let pick = |en: &'static str, jp: &'static str| if ja { jp } else { en };
    let mut lines = Vec::new();
    let mark = match row.private && !row.drill {
        true => pick("[PRIVATE] ", "【限定】"),
        false => drill_mark(row, lang),
    };
    lines.push(format!(
        "{mark}*{}*",
        escape(&incident.title).replace('*', "")
    ));
    let level = incident
        .level
        .as_ref()
        .map_or_else(|| pick("not set", "未設定").to_owned(), level_words);
    let temperature = incident
        .temperature
        .as_ref()
        .map_or_else(|| pick("not set", "未設定").to_owned(), |t| t.name.clone());
    let owner = incident
        .level_terms
        .owner
        .as_ref()
        .map_or_else(String::new, |owner| {
            let owner = escape(owner);
            if ja {
                format!(" (担当組織 {owner})")
            } else {
                format!(" (owned by {owner})")
            }
        });
    lines.push(format!(
        "{} *{}*{owner} · {} {} · {} *{}*",
        pick("Level", "レベル"),
        escape(&level),
        pick("temperature", "温度感"),
        escape(&temperature),
        pick("phase", "段階"),
        incident.phase.text().get(lang),
    ));
    if let Some(manual) = &incident.level_terms.manual {
        lines.push(format!(
            "{}: {}",
            pick("Manual", "マニュアル"),
            escape(manual)
        ));
    }
    if let Some(merged) = &incident.merged_into {
        let there = Piece::Channel(merged.place.channel.clone(), merged.place.name.clone());
        lines.push(format!(
            "{} {}",
            pick("The response goes on in", "以後の対応はこちら:"),
            linked(&[there], names)
        ));
    }
    let nobody = pick("nobody yet", "未定");
    let commander = incident
        .commander
        .as_ref()
        .map_or_else(|| nobody.to_owned(), |h| named(names, &h.user));
    let mut people = vec![format!("{} *{commander}*", pick("Commander", "指揮"))];
    people.extend(incident.roles.iter().map(|(role, held)| {
        format!(
            "{} {}",
            role_name(ROLES_SHORT, role).get(lang),
            named(names, &held.user)
        )
    }));
    lines.push(people.join(" · "));
    let times: Vec<String> = incident
        .milestones
        .iter()
        .map(|(m, r)| {
            format!(
                "{} {}",
                m.text().get(lang),
                date_token(r.time, "{date_short_pretty} {time}")
            )
        })
        .collect();
    lines.push(times.join(" · "));
    let (done, all) = incident.progress();
    if all > 0 {
        lines.push(format!(
            "{} {done}/{all}",
            pick("Checklist", "チェックリスト")
        ));
        let open: Vec<String> = incident
            .checklist()
            .iter()
            .enumerate()
            .filter(|(_, c)| c.state == ItemState::Open && c.required)
            .take(3)
            .map(|(n, c)| {
                let manual = c.item.manual.as_deref().map(|link| format!(" {link}"));
                let text = format!("{}{}", c.item.text, manual.unwrap_or_default());
                format!("{}. {}", n + 1, escape(&text))
            })
            .collect();
        if !open.is_empty() {
            lines.push(format!("{}{}", pick("Next: ", "次: "), open.join(" / ")));
        }
    }
    lines.extend(last_report(incident));
    lines.extend(how_it_is(incident));
    lines.join("\n")
}

/// The situation; once it is good again, the summary of what it was.
fn how_it_is(incident: &Incident) -> Option<String> {
    let ja = incident.lang == Lang::Ja;
    let summary = incident.work.sections.get(&Section::Summary);
    let summary = summary.filter(|_| !incident.phase.is_burning());
    let said = summary.or(incident.situation.as_ref())?;
    let at = date_token(said.at, "{time}");
    let head = match (summary.is_some(), ja) {
        (true, true) => "*要約*".to_owned(),
        (true, false) => "*Summary*".to_owned(),
        (false, true) => format!("*いまいまの状況* ({at} 時点)"),
        (false, false) => format!("*Situation* (as of {at})"),
    };
    // Slack refuses an edit above 4,000 characters; the card stays far below.
    let short: String = said.text.chars().take(600).collect();
    Some(format!("{head}\n> {}", short.replace('\n', "\n> ")))
}

/// What was reported last, to whom, and when the next is due there.
fn last_report(incident: &Incident) -> Option<String> {
    let lang = incident.lang;
    let ja = lang == Lang::Ja;
    let reports = incident.work.reports.iter();
    let last = reports.max_by_key(|report| report.at)?;
    let audience = escape(&last.audience.name);
    let (what, at) = (last.stage.text(), date_token(last.at, "{time}"));
    let what = what.get(lang);
    let mut line = match ja {
        true => format!("{what} ({audience}) {at}"),
        false => format!("{what} ({audience}) at {at}"),
    };
    if let Some(next) = last.next.filter(|_| last.stage != Stage::Final) {
        let next = date_token(next, "{time}");
        line += &match ja {
            true => format!(" · 次の報告 {next}"),
            false => format!(" · next at {next}"),
        };
    }
    Some(line)
}

/// The first 16 hexadecimal digits of SHA-256.
pub fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The card's metadata: `through` and `events` let a reader check that it folded the same.
pub fn card_metadata(incident: &Incident, hash: &str) -> Metadata {
    let through = incident
        .entries
        .iter()
        .filter_map(|e| e.position.as_ref())
        .max()
        .map_or_else(String::new, |p| p.ts.to_string());
    Metadata {
        event_type: CARD.to_owned(),
        payload: BTreeMap::from([
            ("v".to_owned(), VERSION.to_owned()),
            ("incident".to_owned(), incident.id.0.clone()),
            ("through_ts".to_owned(), through),
            ("events".to_owned(), incident.events.to_string()),
            ("hash".to_owned(), hash.to_owned()),
        ]),
    }
}
