//! Text as it may stand in an event or in a message.

use crate::both;
use crate::domain::event::FileLink;
use crate::domain::problem::Problem;
use crate::domain::text::clean;
use crate::domain::words::Text;

/// Text that is one line of a message.
const LINE_MAX: usize = 200;
/// Text that is a message of its own: Slack recommends at most 4,000 characters.
const TEXT_MAX: usize = 3_000;

/// A text as it may stand in a message of its own.
pub fn checked_text(text: &str) -> Result<String, Problem> {
    let text = clean(text);
    let text = text.trim();
    if text.is_empty() {
        return Err(empty());
    }
    let length = text.chars().count();
    if length > TEXT_MAX {
        return Err(Problem::refused(both!(
            "The text has {length} characters; {TEXT_MAX} fit into one message.",
            "本文が {length} 文字あります。1件は {TEXT_MAX} 文字までです。"
        ))
        .hint(Text::fixed(
            "Shorten it, or send it in parts.",
            "短くするか、分けて送ってください。",
        )));
    }
    Ok(text.to_owned())
}

pub(in crate::domain) fn empty() -> Problem {
    Problem::refused(Text::fixed("There is no text.", "本文がありません。")).hint(Text::fixed(
        "Say it in a few words.",
        "短い言葉で構いません。",
    ))
}

/// One line, of a length that leaves room in a batch.
pub(in crate::domain) fn line(text: &str) -> Result<String, Problem> {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if length > LINE_MAX {
        return Err(Problem::refused(both!(
            "The text has {length} characters; {LINE_MAX} fit here.",
            "{length} 文字あります。ここには {LINE_MAX} 文字まで入ります。"
        ))
        .hint(Text::fixed(
            "Shorten it; what is long belongs into a note or the situation.",
            "短くしてください。長い内容は記録か状況に書けます。",
        )));
    }
    Ok(text)
}

pub(in crate::domain) fn required(text: &str) -> Result<String, Problem> {
    let text = line(text)?;
    if text.is_empty() {
        Err(empty())
    } else {
        Ok(text)
    }
}

pub(in crate::domain) fn line_option(text: Option<&str>) -> Result<Option<String>, Problem> {
    Ok(text.map(line).transpose()?.filter(|t| !t.is_empty()))
}

/// Bytes that files of a pinned message may take of its event, beside a whole excerpt.
const FILES_MAX: usize = 600;
/// Characters of a file's name.
const FILE_NAME_MAX: usize = 60;

/// As many of a message's files as its event has room for; the message leads to the rest.
pub(super) fn fitting(files: &[FileLink]) -> Vec<FileLink> {
    let mut left = FILES_MAX;
    let short = files.iter().map(|file| FileLink {
        name: file.name.chars().take(FILE_NAME_MAX).collect(),
        link: file.link.clone(),
    });
    short
        .take_while(|file| {
            let size = serde_json::to_string(file).map_or(usize::MAX, |text| text.len() + 8);
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        })
        .collect()
}

pub(super) fn cut(text: &str) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LINE_MAX {
        return text;
    }
    text.chars()
        .take(LINE_MAX - 2)
        .chain("..".chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_as_far_as_an_event_holds_them() {
        let file = |n: usize| FileLink {
            name: format!("{n}{}", "x".repeat(90)),
            link: Some(format!(
                "https://acme.slack.com/files/U02/F0{n}/{}",
                "x".repeat(60)
            )),
        };
        let many: Vec<FileLink> = (0..9).map(file).collect();
        let kept = fitting(&many);
        assert_eq!(kept.len(), 3);
        assert_eq!(kept[0].name.len(), FILE_NAME_MAX);
        assert!(
            kept.iter()
                .map(|file| &file.link)
                .eq(many[..3].iter().map(|file| &file.link))
        );
        assert!(serde_json::to_string(&kept).unwrap().len() <= FILES_MAX);
        assert_eq!(fitting(&many[..1]).len(), 1);
    }
}
