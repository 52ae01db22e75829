//! The four questions about the situation, as one text that people read.

use crate::domain::words::{Lang, Text};

/// What is known of each; empty: nothing was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Four {
    /// Features, screens, whom it hurts.
    pub affected: String,
    /// Whether users must be told: notice, inquiries, social media.
    pub users: String,
    /// On cause or recovery.
    pub outlook: String,
    /// How far it may still spread, and who is needed.
    pub spread: String,
}

/// Before the second, third and fourth; the first is said without a label.
const LABELS: [Text; 3] = [
    Text::fixed("Users", "ユーザーへの案内"),
    Text::fixed("Outlook", "見通し"),
    Text::fixed("Spread, who is needed", "広がり・必要な人"),
];

impl Four {
    /// One paragraph, and a line under its label for each of the others that was answered.
    pub fn render(&self, lang: Lang) -> String {
        let others = [&self.users, &self.outlook, &self.spread];
        let labels = LABELS;
        let labelled = labels.iter().zip(others);
        let said = labelled.filter(|(_, text)| !text.trim().is_empty());
        let said = said.map(|(label, text)| format!("{}: {}", label.get(lang), text.trim()));
        let first = Some(self.affected.trim().to_owned()).filter(|text| !text.is_empty());
        first.into_iter().chain(said).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`Four::render`] wrote, in whichever language; what has no label is the first.
    pub fn parse(text: &str) -> Four {
        let mut parts: [Vec<&str>; 4] = Default::default();
        let mut part = 0;
        let labels = LABELS;
        for line in text.lines() {
            let labelled = labels.iter().enumerate().find_map(|(n, label)| {
                let known = [label.get(Lang::En), label.get(Lang::Ja)].into_iter();
                let mut rest = known.filter_map(|l| line.strip_prefix(l)?.strip_prefix(':'));
                Some((n + 1, rest.next()?.trim_start()))
            });
            let (at, line) = labelled.unwrap_or((part, line));
            part = at;
            parts[at].push(line);
        }
        let [affected, users, outlook, spread] = parts.map(|lines| lines.join("\n"));
        Four {
            affected,
            users,
            outlook,
            spread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_is_read_back_and_free_text_is_the_first() {
        let four = Four {
            affected: "cards fail\nsince 10:00".to_owned(),
            users: "notice at 10:30".to_owned(),
            outlook: String::new(),
            spread: "other banks: @db".to_owned(),
        };
        for lang in [Lang::En, Lang::Ja] {
            assert_eq!(Four::parse(&four.render(lang)), four);
        }
        assert_eq!(four.render(Lang::Ja).lines().count(), 4);
        let free = Four::parse("cards fail: all of them\n\nno idea why");
        assert_eq!(free.affected, "cards fail: all of them\n\nno idea why");
        assert_eq!(free.render(Lang::En), free.affected);
        // A label in the middle of a line is text.
        let text = "the Users: page is down";
        assert_eq!(Four::parse(text).affected, text);
    }
}
