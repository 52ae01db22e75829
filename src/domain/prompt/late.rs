//! Once users are no longer hurt.

use super::{Deputy, For, Opens, Prompt, Subject};
use crate::both;
use crate::domain::event::Milestone;
use crate::domain::incident::ItemState;
use crate::domain::verb::Verb;
use crate::domain::words::Text;

/// Milestones that resolving asks for, but detection, which is asked for from the beginning.
const WANTED: [Milestone; 4] = [
    Milestone::Started,
    Milestone::Responded,
    Milestone::Assembled,
    Milestone::Recovered,
];

impl Deputy<'_> {
    pub(super) fn afterwards(&mut self) {
        let left = Prompt::new(
            Subject::WhatIsLeft,
            "what-is-left",
            Opens::Verb(Verb::AddItem),
            Text::fixed(
                "What is left? Data, notices, help page, summary, tags, post-mortem",
                "残りは? データ修復・告知・ヘルプ・まとめ・タグ・振り返りの担当",
            ),
        );
        self.add(For::Command, left.in_channel(true).once());
        self.milestones();
        self.open_items();
    }

    fn milestones(&mut self) {
        let missing = WANTED
            .into_iter()
            .find(|milestone| !self.incident.milestones.contains_key(milestone));
        let Some(milestone) = missing else {
            return;
        };
        let text = milestone.text();
        let (en, ja) = (&text.en, &text.ja);
        let prompt = Prompt::new(
            Subject::BeforeResolving("milestone"),
            format!("before/{}", milestone.name()),
            Opens::About(Verb::Milestone, milestone.name().to_owned()),
            both!(
                "Before resolving: the time of \"{en}\" is missing",
                "解決の前に:「{ja}」の時刻がありません"
            ),
        );
        self.add(For::Everyone, prompt);
    }

    fn open_items(&mut self) {
        let list = self.incident.checklist();
        let open = |c: &&crate::domain::incident::Check| c.required && c.state == ItemState::Open;
        let count = list.iter().filter(open).count();
        let Some(first) = list.iter().find(open) else {
            return;
        };
        let text = first.item.text.clone();
        let prompt = Prompt::new(
            Subject::BeforeResolving("item"),
            format!("before-item/{}", first.item.id),
            Opens::About(Verb::Tick, format!("ask:{}", first.item.id)),
            both!(
                "Before resolving, {count} open: {text}",
                "解決の前に、あと{count}件: {text}"
            ),
        );
        self.add(For::Command, prompt);
    }
}
