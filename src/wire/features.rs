//! What the program does with Slack, each with the methods that it calls and the scopes that they
//! need: the app manifest asks for these scopes and no others, and `matoi doctor` holds a token
//! against them.

use crate::domain::words::Text;

/// How much is lost without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing works.
    Always,
    /// The rest works.
    Part,
    /// As [`Need::Part`], and the manifest marks its scopes as optional: whoever installs the app
    /// may leave them out.
    Choice,
}

/// One thing that the program does.
#[derive(Debug)]
pub struct Feature {
    /// Stable: `doctor --json` names it.
    pub id: &'static str,
    pub about: Text,
    /// What does not work without it.
    pub without: Text,
    pub need: Need,
    pub methods: &'static [&'static str],
    /// Of the bot token; all of them are needed.
    pub bot: &'static [&'static str],
    /// Of a person's token (`slack.user_token_file`), where only a person may.
    pub person: &'static [&'static str],
}

const fn row(
    id: &'static str,
    need: Need,
    about: (&'static str, &'static str),
    without: (&'static str, &'static str),
    methods: &'static [&'static str],
    bot: &'static [&'static str],
    person: &'static [&'static str],
) -> Feature {
    Feature {
        id,
        about: Text::fixed(about.0, about.1),
        without: Text::fixed(without.0, without.1),
        need,
        methods,
        bot,
        person,
    }
}

use Need::{Always, Choice, Part};

/// In the order in which an incident needs them.
pub static FEATURES: &[Feature] = &[
    row(
        "read",
        Always,
        ("find and read channels", "チャンネルの検索と読み取り"),
        (
            "nothing that people write arrives, and no incident is found",
            "投稿もインシデントも読み取れません",
        ),
        &[
            "users.conversations",
            "conversations.list",
            "conversations.history",
            "conversations.replies",
        ],
        // One call lists public and private channels alike, and is refused without either.
        &["channels:read", "channels:history", "groups:read"],
        &[],
    ),
    row(
        "people",
        Always,
        ("know people by name", "メンバーの名前の取得"),
        (
            "nobody can be named, invited or found",
            "メンバーの表示・招待・検索ができません",
        ),
        &["users.list"],
        &["users:read"],
        &[],
    ),
    row(
        "declare",
        Always,
        (
            "open an incident's channel, set its topic, invite, archive",
            "チャンネルの作成、トピック設定、招待、アーカイブ",
        ),
        (
            "a declaration gets no channel",
            "宣言してもチャンネルが作られません",
        ),
        &[
            "conversations.create",
            "conversations.setTopic",
            "conversations.setPurpose",
            "conversations.invite",
            "conversations.archive",
        ],
        &["channels:manage"],
        &[],
    ),
    row(
        "write",
        Always,
        (
            "write into channels, keep the status card",
            "投稿と状況カードの更新",
        ),
        ("nothing reaches the channel", "チャンネルに何も届きません"),
        &[
            "chat.postMessage",
            "chat.update",
            "chat.delete",
            "chat.postEphemeral",
        ],
        &["chat:write"],
        &[],
    ),
    row(
        "private",
        Part,
        ("private incidents", "非公開のインシデント"),
        (
            "security incidents cannot have a private channel",
            "セキュリティインシデントの非公開チャンネルを使えません",
        ),
        &[
            "conversations.create",
            "conversations.history",
            "conversations.replies",
            "conversations.setTopic",
            "conversations.setPurpose",
            "conversations.invite",
            "conversations.archive",
        ],
        &["groups:history", "groups:write"],
        &[],
    ),
    row(
        "join",
        Part,
        (
            "join public channels, to announce there",
            "告知先の公開チャンネルへの参加",
        ),
        (
            "announcements reach only channels that the app was invited to",
            "アプリが招待済みのチャンネルにしか告知できません",
        ),
        &["conversations.join"],
        &["channels:join"],
        &[],
    ),
    row(
        "pins",
        Part,
        ("pins as timeline entries", "ピン留めのタイムライン記録"),
        (
            "pins made in Slack do not enter the timeline, and none can be made here",
            "Slack のピンが記録されず、ここからもピン留めできません",
        ),
        &["pins.add", "pins.list"],
        &["pins:read", "pins:write"],
        &[],
    ),
    row(
        "answers",
        Part,
        (
            "reactions to answer questions with",
            "質問に答えるためのリアクション",
        ),
        (
            "questions in the channel carry no reactions to press, and help is told more than once",
            "質問に回答用のリアクションが付かず、ヘルプが重複することがあります",
        ),
        &["reactions.add", "reactions.get"],
        &["reactions:read", "reactions:write"],
        &[],
    ),
    row(
        "groups",
        Choice,
        ("user groups", "ユーザーグループ"),
        (
            "groups in the configuration are not invited; name people instead",
            "設定したグループは招待されません。メンバーを個別に指定してください",
        ),
        &["usergroups.list", "usergroups.users.list"],
        &["usergroups:read"],
        &[],
    ),
    row(
        "mail",
        Choice,
        (
            "people named by e-mail address",
            "メールアドレスによるメンバーの指定",
        ),
        (
            "people named by address in the configuration are not found; use @handle or the id",
            "設定でアドレス指定したメンバーが見つかりません。@ハンドルか ID を使ってください",
        ),
        &["users.list"],
        &["users:read.email"],
        &[],
    ),
    row(
        "bring-back",
        Choice,
        (
            "bring archived channels back",
            "アーカイブしたチャンネルの復元",
        ),
        (
            "reopening an archived incident needs somebody to unarchive its channel in Slack",
            "アーカイブ済みの再開には、Slack での手動の解除が必要です",
        ),
        &[
            "conversations.unarchive",
            "conversations.invite",
            "conversations.history",
            "conversations.replies",
        ],
        &[],
        &[
            "channels:write",
            "channels:history",
            "groups:write",
            "groups:history",
        ],
    ),
    row(
        "drill",
        Choice,
        (
            "drills in Slack, with people who are played by the program",
            "Slack での訓練 (プログラムが演じる登場人物)",
        ),
        (
            "drills run on this machine alone (without --in-slack)",
            "訓練はこの端末だけで実施します (--in-slack は使えません)",
        ),
        &["chat.postMessage"],
        &["chat:write.customize"],
        &[],
    ),
];

/// What a person's token calls the right that a bot's has under another name.
const PERSONS: &[(&str, &str)] = &[
    ("channels:manage", "channels:write"),
    ("channels:join", "channels:write"),
];

impl Feature {
    /// The scopes that a token with `held` lacks. `person`: it is a person's token that stands in
    /// the bot token's place.
    pub fn missing(&self, held: &[String], person: bool) -> Vec<&'static str> {
        let has = |scope: &str| held.iter().any(|held| held == scope);
        let by_another_name = |scope: &str| {
            let names = PERSONS.iter().filter(|(bot, _)| person && *bot == scope);
            names.clone().any(|(_, name)| has(name))
        };
        self.bot
            .iter()
            .copied()
            .filter(|scope| !has(scope) && !by_another_name(scope))
            .collect()
    }

    /// The scopes that a person's token beside the bot's lacks.
    pub fn missing_of_person(&self, held: &[String]) -> Vec<&'static str> {
        let lacks = |scope: &&&str| !held.iter().any(|held| held == **scope);
        self.person.iter().filter(lacks).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::methods::find;
    use std::collections::BTreeSet;

    #[test]
    fn every_method_has_a_scope_and_every_scope_a_method() {
        for feature in FEATURES {
            for name in feature.methods {
                let method = find(name).expect("a method of the table");
                let bot = feature.bot.iter().any(|s| method.bot_scopes.contains(s));
                let person = feature
                    .person
                    .iter()
                    .any(|s| method.user_scopes.contains(s));
                // Addresses are a part of what users.list says, and a name of its own one of a post's
                // arguments: no calls of their own.
                let part = ["mail", "drill"].contains(&feature.id);
                assert!(bot || person || part, "{}: {name}", feature.id);
            }
            for scope in feature.bot {
                let used = feature
                    .methods
                    .iter()
                    .any(|name| find(name).is_some_and(|method| method.bot_scopes.contains(scope)));
                // Of what an answer holds, and of what an argument does.
                let part = ["users:read.email", "chat:write.customize"].contains(scope);
                assert!(used || part, "{scope}");
            }
        }
    }

    #[test]
    fn ids_are_unique_and_both_languages_are_there() {
        let ids: BTreeSet<&str> = FEATURES.iter().map(|feature| feature.id).collect();
        assert_eq!(ids.len(), FEATURES.len());
        for feature in FEATURES {
            for text in [&feature.about, &feature.without] {
                assert!(text.en.is_ascii() && !text.ja.is_ascii(), "{}", feature.id);
            }
        }
    }

    #[test]
    fn a_persons_token_has_some_rights_under_another_name() {
        let declare = FEATURES.iter().find(|f| f.id == "declare").expect("there");
        let held = ["channels:write".to_owned()];
        assert!(declare.missing(&held, true).is_empty());
        assert_eq!(declare.missing(&held, false), ["channels:manage"]);
    }
}
