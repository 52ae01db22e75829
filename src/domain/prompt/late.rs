//! Once users are no longer hurt.

use super::{Deputy, For, Opens, Prompt, Subject};
use crate::both;
use crate::domain::event::Milestone;
use crate::domain::incident::ItemState;
use crate::domain::record::due;
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
                "What is left? Data, notices, summary, tags, post-mortem",
                "残りは? データ修復・告知・まとめ・タグ・振り返り",
            ),
        );
        self.add(For::Command, left.in_channel(true).once());
        self.milestones();
        self.open_items();
    }

    /// What decides whether a post-mortem is due, and how it went.
    pub(super) fn learning(&mut self) {
        let lessons = &self.incident.lessons;
        let rule = self.rules.config.post_mortem.rule();
        let judged = due::due(self.incident, &rule, self.now);
        let open = judged.is_due().is_none() && self.incident.work.review.is_none();
        let assessed = lessons.assessments.contains_key(self.heard.me);
        if open {
            let prompt = Prompt::new(
                Subject::Reach,
                "reach",
                Opens::Verb(Verb::Reach),
                Text::fixed(
                    "Were several users hit? May it come again? (Is a post-mortem due?)",
                    "影響は複数のユーザーですか。再発しうるものですか",
                ),
            );
            self.add(For::Command, prompt);
        }
        if !assessed {
            let prompt = Prompt::new(
                Subject::Assess,
                "assess",
                Opens::Verb(Verb::Assess),
                Text::fixed(
                    "How did the response go? A few answers from 1 to 3",
                    "対応はどうでしたか。1〜3で答えてください",
                ),
            );
            self.add(For::Everyone, prompt.once());
        }
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
