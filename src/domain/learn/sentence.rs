//! What it says to people.

use super::{Answer, FileCopy, Learnt};
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::sentence::{Piece, Sentence, strong, text};
use crate::domain::words::Lang;

/// Says in `lang` what `learnt`, by `by`, added. `incident` is the state around it.
pub fn sentence(learnt: &Learnt, by: &UserId, incident: &Incident, lang: Lang) -> Sentence {
    let ja = lang == Lang::Ja;
    let pick = |en: &str, jp: &str| text(if ja { jp } else { en });
    let head = |en: &str, jp: &str| strong(if ja { jp } else { en });
    let mut out = match learnt {
        Learnt::Tagged { tag, off } => vec![
            match off {
                false => pick("Tag: ", "タグ: "),
                true => pick("Tag taken off: ", "タグを外しました: "),
            },
            strong(tag.clone()),
        ],
        Learnt::Evidence { link, line, file } => {
            let mut out = vec![head("Evidence", "証拠"), text(": ")];
            out.extend(line.iter().map(|line| text(format!("{line} "))));
            out.push(text(link));
            out.extend(file.iter().map(|file| text(copied(file, lang))));
            out
        }
        Learnt::Noted { time } => vec![
            head("Note", "記録"),
            pick(" about ", " ("),
            Piece::Time(*time),
            pick("", " のこと)"),
        ],
        Learnt::Corrected { event, time } => {
            let mut out = vec![head("Correction", "訂正")];
            let entry = incident.entries.iter().find(|entry| entry.id == *event);
            if let Some(entry) = entry {
                out.push(pick(" of what was written at ", ": "));
                out.push(Piece::Time(entry.at));
                out.push(pick("", " の記録"));
            }
            if let Some(time) = time {
                out.push(pick("; it was at ", "。正しい時刻は "));
                out.push(Piece::Time(*time));
            }
            out
        }
        Learnt::Reached { several, recurs } => {
            let several = several.map(|yes| match yes {
                true => pick("several users were affected", "複数のユーザーに影響"),
                false => pick("hardly any user was affected", "影響したユーザーはごく少数"),
            });
            let recurs = recurs.map(|yes| match yes {
                true => pick(
                    "seen before, or likely to come again",
                    "過去にもあった・再発しうる",
                ),
                false => pick(
                    "new, and not likely to come again",
                    "初めてで、再発の見込みは低い",
                ),
            });
            let mut out = vec![head("How far it reached", "影響の広がり"), text(": ")];
            let both = several.is_some() && recurs.is_some();
            out.extend(several);
            if both {
                out.push(pick("; ", "、"));
            }
            out.extend(recurs);
            out
        }
        Learnt::Drafted {
            version,
            gaps,
            place,
            ..
        } => {
            let mut out = vec![strong(match ja {
                true => format!("ポストモーテム 第{version}版"),
                false => format!("Post-mortem, version {version}"),
            })];
            out.push(text(match (gaps, ja) {
                (0, true) => "。未記入なし".to_owned(),
                (0, false) => ": nothing is left to fill in".to_owned(),
                (n, true) => format!("。未記入 {n} か所"),
                (1, false) => ": one place is left to fill in".to_owned(),
                (n, false) => format!(": {n} places are left to fill in"),
            }));
            out.extend(place.iter().map(|place| text(format!(" ({place})"))));
            out
        }
        Learnt::Assessed { answers, line, .. } => {
            let mut out = vec![head("How the response went", "対応の振り返り"), text(": ")];
            out.push(text(answered(answers, ja)));
            out.extend(line.iter().map(|line| text(format!(" — {line}"))));
            out
        }
        Learnt::Tracked { matter, link } => {
            let named = incident.work.matter(matter);
            let named = named.map(|m| format!("{} {}: ", m.handle(), m.line));
            vec![text(named.unwrap_or_default()), text(link)]
        }
    };
    out.extend([text(" — "), Piece::Person(by.clone())]);
    out
}

/// What tells a file from another, behind its name.
pub fn copied(file: &FileCopy, lang: Lang) -> String {
    let FileCopy { size, sha256 } = file;
    match lang {
        Lang::En => format!(" ({size} bytes, SHA-256 {sha256})"),
        Lang::Ja => format!(" ({size} バイト、SHA-256 {sha256})"),
    }
}

fn answered(answers: &[Answer], ja: bool) -> String {
    let each = answers
        .iter()
        .map(|answer| format!("{} {}/3", answer.question.name, answer.level));
    each.collect::<Vec<_>>().join(if ja { "、" } else { ", " })
}
