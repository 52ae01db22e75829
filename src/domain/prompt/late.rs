//! Once users are no longer hurt.

use super::{Deputy, For, Opens, Prompt, Subject};
use crate::both;
use crate::domain::event::Milestone;
use crate::domain::gate;
use crate::domain::record::due;
use crate::domain::verb::Verb;
use crate::domain::words::Text;

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
        self.before_resolving();
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

    /// What the close gate misses, one by one; what is asked for by itself is not among it.
    fn before_resolving(&mut self) {
        let rules = gate::Rules {
            hole_minutes: self.rules.config.close.hole_minutes,
            drill: self.heard.drill,
            post_mortem: self.rules.config.post_mortem.rule(),
        };
        let misses = gate::gate(self.incident, &rules, self.now);
        let misses: Vec<gate::Miss> = misses.into_iter().filter(|m| !asked_apart(m)).collect();
        let count = misses.len();
        let since = self.incident.phase_since;
        let days = since.map_or(0, |at| (self.now - at).num_days());
        for miss in misses {
            let about = miss.about.clone().unwrap_or_default();
            let opens = match (miss.verb, miss.about) {
                (Verb::Tick, Some(item)) => Opens::About(Verb::Tick, format!("ask:{item}")),
                (verb, Some(about)) => Opens::About(verb, about),
                (verb, None) => Opens::Verb(verb),
            };
            let (en, ja) = (&miss.text.en, &miss.text.ja);
            // A day later it is asked again.
            let key = format!("before/{}/{about}/{days}", miss.name);
            let prompt = Prompt::new(
                Subject::BeforeResolving,
                key,
                opens,
                both!(
                    "{count} left to resolve: {en}",
                    "解決まであと{count}件: {ja}"
                ),
            );
            let before = self.prompts.len();
            self.add(For::Command, prompt);
            if self.prompts.len() > before {
                return;
            }
        }
    }
}

fn asked_apart(miss: &gate::Miss) -> bool {
    let detected = miss.about.as_deref() == Some(Milestone::Detected.name());
    detected
        || matches!(
            miss.verb,
            Verb::Reach | Verb::Notice | Verb::Approve | Verb::Publish
        )
}
