//! What Slack says: token, scopes, people, limits, clock.

use super::facts::{Asked, Facts, Group, Person, Slack, Token};
use super::{Area, Finding, State};
use crate::both;
use crate::domain::secret::TokenKind;
use crate::domain::words::Text;
use crate::wire::explain;
use crate::wire::features::{FEATURES, Feature, Need};
use crate::wire::methods;

/// Seconds that the clocks may differ without a word. The header has whole seconds and the answer
/// was up to a second on its way; beyond a few seconds times typed here and times of messages
/// visibly disagree in the timeline.
const SKEW: f64 = 5.0;

pub(super) fn token(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |check, state, found| Finding::new(Area::Token, check, state, found);
    match &facts.token {
        Token::None => all.push(
            add(
                "token",
                State::Ok,
                Text::fixed(
                    "No token: matoi runs on its own workspace on this machine. Nobody outside sees it.",
                    "トークンなし: この端末のワークスペースで動作します。社内には届きません。",
                ),
            )
            .todo(Text::fixed(
                "For Slack: make the app (matoi doctor --manifest), then set MATOI_SLACK_TOKEN or slack.token_file.",
                "Slack を使うには、アプリを作成し (matoi doctor --manifest)、MATOI_SLACK_TOKEN か slack.token_file を設定してください。",
            )),
        ),
        Token::Unknown => {}
        Token::Unusable(problem) => {
            all.push(Finding::of_problem(Area::Token, "token", problem));
        }
        Token::Some {
            kind,
            rotates,
            from,
        } => {
            let (state, found, todo) = kind_words(*kind, from);
            let mut finding = add("token", state, found);
            finding.todo = todo;
            all.push(finding);
            if *rotates {
                all.push(
                    add(
                        "rotation",
                        State::Warning,
                        Text::fixed(
                            "The token is one that Slack changes every 12 hours; matoi does not renew it.",
                            "12 時間ごとに失効するトークンです。matoi は更新を行いません。",
                        ),
                    )
                    .todo(Text::fixed(
                        "Make an app without token rotation: it cannot be turned off again. The manifest has it off.",
                        "ローテーションは無効に戻せません。マニフェストから、ローテーションなしのアプリを作り直してください。",
                    )),
                );
            }
        }
    }
    match &facts.slack {
        Asked::Known(slack) => {
            let (user, id, team) = (&slack.user, &slack.user_id, &slack.team);
            let address = &slack.address;
            all.push(add(
                "slack",
                State::Ok,
                both!(
                    "{address} answers: @{user} ({id}) in {team}.",
                    "{address} に接続: {team} の @{user} ({id})。"
                ),
            ));
        }
        _ if facts.token == Token::None => {}
        other => all.extend(unknown(Area::Token, "slack", other)),
    }
    all.push(speaker(facts));
    match &facts.person {
        Token::None | Token::Unknown => {}
        Token::Unusable(problem) => {
            all.push(Finding::of_problem(Area::Token, "user_token", problem));
        }
        Token::Some { kind, from, .. } if *kind == TokenKind::User => all.push(add(
            "user_token",
            State::Ok,
            both!("User token from {from}.", "ユーザートークン: {from}"),
        )),
        Token::Some { from, .. } => all.push(
            add(
                "user_token",
                State::Warning,
                both!(
                    "{from} holds no user token (xoxp-).",
                    "{from} にあるのはユーザートークン (xoxp-) ではありません。"
                ),
            )
            .todo(Text::fixed(
                "slack.user_token_file is for a person's token; leave it empty otherwise.",
                "slack.user_token_file にはユーザートークンを指定するか、空にしてください。",
            )),
        ),
    }
}

fn kind_words(kind: TokenKind, from: &str) -> (State, Text, Option<Text>) {
    match kind {
        TokenKind::Bot => (
            State::Ok,
            both!("Bot token from {from}.", "ボットトークン: {from}"),
            None,
        ),
        TokenKind::User => (
            State::Warning,
            both!(
                "A person's token from {from}: everything is written in that person's name, and ends with their account.",
                "ユーザートークン: {from}。すべて本人の名前で書き込まれ、本人の退職とともに使えなくなります。"
            ),
            Some(Text::fixed(
                "Use the bot token (xoxb-) of the app's page \"OAuth & Permissions\".",
                "アプリ設定の「OAuth & Permissions」にあるボットトークン (xoxb-) を使ってください。",
            )),
        ),
        TokenKind::App => (
            State::Broken,
            both!(
                "An app-level token (xapp-) from {from}: it is for sockets, not for the Web API.",
                "アプリレベルトークン (xapp-): {from}。Web API には使えません。"
            ),
            Some(Text::fixed(
                "Use the bot token (xoxb-) of the app's page \"OAuth & Permissions\".",
                "アプリ設定の「OAuth & Permissions」にあるボットトークン (xoxb-) を使ってください。",
            )),
        ),
        TokenKind::Other => (
            State::Warning,
            both!(
                "A token of no known kind from {from}.",
                "種類の分からないトークン: {from}"
            ),
            Some(Text::fixed(
                "Bot tokens begin with xoxb-.",
                "ボットトークンは xoxb- で始まります。",
            )),
        ),
    }
}

/// Who sits here: a claim, unless the token is a person's own.
fn speaker(facts: &Facts) -> Finding {
    let add = |state, found| Finding::new(Area::Token, "identity", state, found);
    let Some(asked) = &facts.asked_user else {
        return add(
            State::Ok,
            Text::fixed(
                "Who sits here is not configured: the console asks at the first start.",
                "使用者は未設定です。初回の起動時に確認します。",
            ),
        );
    };
    let Asked::Known(Slack {
        people: Asked::Known(people),
        ..
    }) = &facts.slack
    else {
        return add(
            State::NotChecked,
            both!(
                "Who sits here: {asked}. Whether Slack knows them could not be asked.",
                "使用者: {asked}。Slack に存在するかは確認できませんでした。"
            ),
        );
    };
    let shown = asked.trim_start_matches('@');
    let fits = |p: &&Person| {
        !p.gone && (p.id == *asked || p.handle == shown || p.name == *asked || p.mail == *asked)
    };
    match people.iter().filter(fits).count() {
        1 => add(
            State::Ok,
            both!(
                "Who sits here: {asked}. It is a claim that nothing proves.",
                "使用者: {asked} (自己申告であり、証明はされません)"
            ),
        ),
        0 => add(
            State::Broken,
            both!(
                "Who sits here: nobody in Slack fits \"{asked}\".",
                "使用者「{asked}」に当てはまるメンバーが Slack にいません。"
            ),
        )
        .todo(Text::fixed(
            "Correct --as, MATOI_USER or user in the configuration: a handle, an id (U…) or a name.",
            "--as、MATOI_USER、設定の user のいずれかを、ハンドル・ID (U…)・名前に直してください。",
        )),
        n => add(
            State::Broken,
            both!(
                "Who sits here: {n} people fit \"{asked}\".",
                "使用者「{asked}」に当てはまるメンバーが {n} 人います。"
            ),
        )
        .todo(Text::fixed("Give the id (U…).", "ID (U…) で指定してください。")),
    }
}

/// What could not be learnt, as a finding.
fn unknown<T>(area: Area, check: &'static str, asked: &Asked<T>) -> Option<Finding> {
    Some(match asked {
        Asked::Known(_) => return None,
        Asked::Refused { code, needed } => {
            let said = explain::words(code);
            let (en, ja) = (said.en, said.ja);
            let hint = explain::find(code).and_then(|row| row.hint);
            let mut finding = Finding::new(
                area,
                check,
                State::Broken,
                both!(
                    "Slack refuses: {en} ({code}).",
                    "Slack に拒否されました: {ja} ({code})。"
                ),
            );
            finding.todo = match needed {
                Some(needed) => Some(both!(
                    "Add the scope {needed} to the app and install it again.",
                    "アプリにスコープ {needed} を追加して再インストールしてください。"
                )),
                None => hint.map(|(en, ja)| Text::fixed(en, ja)),
            };
            finding
        }
        Asked::Unreachable(why) => Finding::new(
            area,
            check,
            State::Broken,
            both!(
                "Slack cannot be reached ({why}).",
                "Slack に接続できません ({why})。"
            ),
        )
        .todo(Text::fixed(
            "Check the network, the proxy and the address. What is entered meanwhile is kept and sent later.",
            "ネットワーク、プロキシ、接続先を確認してください。その間の入力は保存され、後で送られます。",
        )),
        Asked::NotAsked(why) => Finding::new(area, check, State::NotChecked, why.clone()),
    })
}

fn not_asked(area: Area, check: &'static str) -> Finding {
    Finding::new(
        area,
        check,
        State::NotChecked,
        Text::fixed(
            "Slack could not be asked.",
            "Slack に問い合わせできませんでした。",
        ),
    )
}

pub(super) fn scopes(facts: &Facts, all: &mut Vec<Finding>) {
    if facts.token == Token::None {
        return;
    }
    let Asked::Known(slack) = &facts.slack else {
        all.push(not_asked(Area::Scopes, "scopes"));
        return;
    };
    let Some(held) = &slack.scopes else {
        all.push(Finding::new(
            Area::Scopes,
            "scopes",
            State::NotChecked,
            Text::fixed(
                "Slack's answer did not name the token's scopes.",
                "Slack の応答にスコープの一覧がありませんでした。",
            ),
        ));
        return;
    };
    for feature in FEATURES {
        all.push(if feature.bot.is_empty() {
            of_person(facts, slack, feature)
        } else {
            of_token(feature, &feature.missing(held, !slack.is_bot))
        });
    }
    all.push(create(facts, held, !slack.is_bot));
}

fn of_token(feature: &Feature, missing: &[&str]) -> Finding {
    let about = &feature.about;
    if missing.is_empty() {
        return Finding::new(Area::Scopes, feature.id, State::Ok, about.clone());
    }
    let state = match feature.need {
        Need::Always => State::Broken,
        Need::Part | Need::Choice => State::Warning,
    };
    let scopes = missing.join(" ");
    lacking(feature, missing, state).todo(both!(
        "Add to the app, install it again, and use the new token: {scopes}",
        "アプリに追加して再インストールし、新しいトークンを設定してください: {scopes}"
    ))
}

fn lacking(feature: &Feature, missing: &[&str], state: State) -> Finding {
    let missing = missing.join(" ");
    let (en, ja) = (feature.about.get(EN), feature.about.get(JA));
    let (without_en, without_ja) = (feature.without.get(EN), feature.without.get(JA));
    Finding::new(
        Area::Scopes,
        feature.id,
        state,
        both!(
            "{en}: lacks {missing}; {without_en}.",
            "{ja}: {missing} がありません。{without_ja}。"
        ),
    )
}

const EN: crate::domain::words::Lang = crate::domain::words::Lang::En;
const JA: crate::domain::words::Lang = crate::domain::words::Lang::Ja;

/// What only a person may do, which is a choice.
fn of_person(facts: &Facts, slack: &Slack, feature: &Feature) -> Finding {
    let (en, ja) = (feature.about.get(EN), feature.about.get(JA));
    let (without_en, without_ja) = (feature.without.get(EN), feature.without.get(JA));
    if facts.person == Token::None {
        return Finding::new(
            Area::Scopes,
            feature.id,
            State::Ok,
            both!(
                "{en}: no user token, which is a choice; {without_en}.",
                "{ja}: ユーザートークンなし (任意)。{without_ja}。"
            ),
        );
    }
    let Some(held) = &slack.person_scopes else {
        return Finding::new(
            Area::Scopes,
            feature.id,
            State::NotChecked,
            both!(
                "{en}: the user token's scopes could not be asked for.",
                "{ja}: ユーザートークンの権限を確認できませんでした。"
            ),
        );
    };
    let missing = feature.missing_of_person(held);
    if missing.is_empty() {
        return Finding::new(Area::Scopes, feature.id, State::Ok, feature.about.clone());
    }
    lacking(feature, &missing, State::Warning).todo(Text::fixed(
        "Add them to the app as user scopes, and install it again.",
        "アプリのユーザースコープに追加し、再インストールしてください。",
    ))
}

/// The right to open channels. Nothing is opened to find out: the scope says that Slack would let
/// the app, a refusal in the journal that the administrators do not.
fn create(facts: &Facts, held: &[String], person: bool) -> Finding {
    let add = |state, found| Finding::new(Area::Scopes, "create_channels", state, found);
    let failed = match &facts.journal {
        Some(Ok(journal)) => journal.create_failed.iter().next_back(),
        _ => None,
    };
    if let Some((code, count)) = failed {
        let said = explain::words(code);
        let (en, ja) = (said.en, said.ja);
        return add(
            State::Broken,
            both!(
                "A channel could not be opened ({count}): {en} ({code}).",
                "チャンネルを作成できませんでした ({count} 件): {ja} ({code})。"
            ),
        )
        .todo(Text::fixed(
            "Ask an administrator to let the app create channels, then: matoi outbox retry",
            "アプリによるチャンネル作成を管理者に許可してもらい、matoi outbox retry を実行してください",
        ));
    }
    let may = FEATURES
        .iter()
        .find(|feature| feature.id == "declare")
        .is_some_and(|feature| feature.missing(held, person).is_empty());
    if may {
        return add(
            State::Ok,
            Text::fixed(
                "May create channels by its scopes. Whether administrators restrict it shows at the first declaration: try a drill.",
                "スコープ上はチャンネルを作成できます。管理者による制限の有無は、訓練を一度宣言すると分かります。",
            ),
        );
    }
    add(
        State::Broken,
        Text::fixed("May not create channels.", "チャンネルを作成できません。"),
    )
    .todo(Text::fixed(
        "Add channels:manage to the app and install it again.",
        "アプリに channels:manage を追加して再インストールしてください。",
    ))
}

/// A key of the configuration, and whom it names.
type Named<'a> = (&'static str, &'a String);

/// The people and groups that the configuration names, with their keys.
fn named(facts: &Facts) -> (Vec<Named<'_>>, Vec<Named<'_>>) {
    let config = &facts.config;
    let mut people: Vec<Named<'_>> = Vec::new();
    let mut groups: Vec<Named<'_>> = Vec::new();
    let invite = &config.invite;
    people.extend(invite.people.iter().map(|who| ("invite.people", who)));
    people.extend(invite.followers.iter().map(|who| ("invite.followers", who)));
    people.extend(
        invite
            .security_people
            .iter()
            .map(|who| ("invite.security_people", who)),
    );
    people.extend(
        config
            .close
            .closers
            .iter()
            .map(|who| ("close.closers", who)),
    );
    groups.extend(invite.groups.iter().map(|who| ("invite.groups", who)));
    groups.extend(
        invite
            .security_groups
            .iter()
            .map(|who| ("invite.security_groups", who)),
    );
    for service in &config.services {
        groups.extend(service.groups.iter().map(|who| ("services.groups", who)));
    }
    (people, groups)
}

pub(super) fn people(facts: &Facts, all: &mut Vec<Finding>) {
    if facts.token == Token::None {
        return;
    }
    let Asked::Known(slack) = &facts.slack else {
        all.push(not_asked(Area::People, "people"));
        return;
    };
    let (people, groups) = named(facts);
    match &slack.people {
        Asked::Known(known) => known_people(known, &people, all),
        other => all.extend(unknown(Area::People, "people", other)),
    }
    match &slack.groups {
        Asked::Known(known) => known_groups(known, &groups, all),
        Asked::Refused { code, .. } if explain_plan(code) => {
            all.push(no_groups(&groups));
        }
        // Told among the scopes.
        Asked::Refused { code, .. } if code == "missing_scope" => {}
        other => all.extend(unknown(Area::People, "groups", other)),
    }
}

fn explain_plan(code: &str) -> bool {
    matches!(code, "plan_upgrade_required" | "feature_not_enabled")
}

fn no_groups(groups: &[Named<'_>]) -> Finding {
    let add = |state, found| Finding::new(Area::People, "groups", state, found);
    if groups.is_empty() {
        return add(
            State::Ok,
            Text::fixed(
                "This workspace's plan has no user groups, and none is configured.",
                "このプランにユーザーグループはありません (設定でも未使用)。",
            ),
        );
    }
    let names: Vec<&str> = groups.iter().map(|(_, who)| who.as_str()).collect();
    let names = names.join(", ");
    add(
        State::Warning,
        both!(
            "This workspace's plan has no user groups: {names} will not be invited.",
            "このプランにユーザーグループはありません。{names} は招待されません。"
        ),
    )
    .todo(Text::fixed(
        "Name people under [invite] instead.",
        "[invite] でメンバーを個別に指定してください。",
    ))
}

fn known_people(known: &[Person], named: &[Named<'_>], all: &mut Vec<Finding>) {
    let add = |state, found| Finding::new(Area::People, "people", state, found);
    let here = known.iter().filter(|p| !p.gone && !p.bot);
    let (count, guests) = (here.clone().count(), here.filter(|p| p.guest).count());
    let mut wrong = Vec::new();
    for (key, who) in named {
        let wanted = who.trim_start_matches('@');
        let found = known
            .iter()
            .find(|p| p.id == wanted || p.handle == wanted || p.name == wanted || p.mail == wanted);
        let finding = match found {
            None => add(
                State::Warning,
                both!(
                    "{key}: nobody fits {who}.",
                    "{key}: {who} に当てはまるメンバーがいません。"
                ),
            )
            .todo(Text::fixed(
                "Correct it, or give the id (U…).",
                "修正するか、ID (U…) で指定してください。",
            )),
            Some(person) if person.gone => add(
                State::Warning,
                both!(
                    "{key}: {who} has no active account any more.",
                    "{key}: {who} のアカウントは無効です。"
                ),
            )
            .todo(Text::fixed(
                "Name whoever follows them.",
                "後任のメンバーに変更してください。",
            )),
            Some(person) if person.guest => add(
                State::Warning,
                both!(
                    "{key}: {who} is a guest, whom an app may not bring into every channel.",
                    "{key}: {who} はゲストのため、招待できないことがあります。"
                ),
            )
            .todo(Text::fixed(
                "Have a member invite them, or name a member.",
                "メンバーから招待してもらうか、正規のメンバーを指定してください。",
            )),
            Some(_) => continue,
        };
        wrong.push(finding);
    }
    all.push(add(
        State::Ok,
        both!(
            "{count} people, {guests} of them guests.",
            "メンバー {count} 人 (うちゲスト {guests} 人)。"
        ),
    ));
    all.extend(wrong);
}

fn known_groups(known: &[Group], named: &[Named<'_>], all: &mut Vec<Finding>) {
    let add = |state, found| Finding::new(Area::People, "groups", state, found);
    let count = known.len();
    all.push(add(
        State::Ok,
        both!("{count} user groups.", "ユーザーグループ {count} 件。"),
    ));
    for (key, who) in named {
        let wanted = who.trim_start_matches('@');
        let fits = |g: &Group| g.id == wanted || g.handle == wanted || g.name == wanted;
        if !known.iter().any(fits) {
            all.push(
                add(
                    State::Warning,
                    both!(
                        "{key}: there is no user group {who}.",
                        "{key}: ユーザーグループ {who} がありません。"
                    ),
                )
                .todo(Text::fixed(
                    "Correct it, or give the id (S…).",
                    "修正するか、ID (S…) で指定してください。",
                )),
            );
        }
    }
}

pub(super) fn limits(facts: &Facts, all: &mut Vec<Finding>) {
    if facts.token == Token::None {
        return;
    }
    let consoles = match &facts.journal {
        Some(Ok(journal)) => journal.consoles.max(1),
        _ => 1,
    };
    let percent = facts.config.slack.budget_percent;
    let published =
        methods::find("conversations.history").map_or(0, |method| method.tier.per_minute());
    let share = published * percent / 100 / consoles;
    all.push(Finding::new(
        Area::Limits,
        "share",
        State::Ok,
        both!(
            "{percent} % of Slack's published rates, shared by all consoles heard in 10 minutes ({consoles}): about {share} reads of history a minute here.",
            "公開レートの {percent}% を、10 分以内に活動した {consoles} 台で分け合います。この端末の履歴取得は毎分約 {share} 回です。"
        ),
    ));
    all.push(clamp(&facts.slack));
}

/// Apps that are handed out outside the Marketplace get one page of 15 messages a minute.
fn clamp(slack: &Asked<Slack>) -> Finding {
    let add = |state, found| Finding::new(Area::Limits, "clamp", state, found);
    let own = Text::fixed(
        "Make an app in your own workspace from the manifest: it is not clamped.",
        "自社のワークスペースでマニフェストからアプリを作成してください (対象外になります)。",
    );
    match slack {
        Asked::Known(Slack {
            clamped: Asked::Known(true),
            ..
        }) => add(
            State::Warning,
            Text::fixed(
                "Slack clamps this app to one page of 15 messages a minute: channels arrive late.",
                "このアプリは毎分 1 回・15 件の制限対象です。チャンネルの反映が遅れます。",
            ),
        )
        .todo(own),
        Asked::Known(Slack {
            clamped: Asked::Known(false),
            ..
        }) => add(
            State::Ok,
            Text::fixed(
                "Slack does not clamp this app.",
                "このアプリは毎分 15 件の制限対象ではありません。",
            ),
        ),
        _ => add(
            State::NotChecked,
            Text::fixed(
                "Whether Slack clamps this app to 15 messages a minute shows only in a channel with more of them.",
                "毎分 15 件の制限対象かどうかは、投稿の多いチャンネルを読むまで分かりません。",
            ),
        )
        .todo(own),
    }
}

pub(super) fn clock(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |state, found| Finding::new(Area::Clock, "skew", state, found);
    let ahead = match &facts.slack {
        Asked::Known(slack) => slack.ahead,
        _ => None,
    };
    let Some(ahead) = ahead else {
        all.push(add(
            State::NotChecked,
            Text::fixed(
                "No clock to compare with: Slack was not asked.",
                "比較できる時計がありません (Slack に未接続)。",
            ),
        ));
        return;
    };
    let seconds = ahead.abs().round();
    if ahead.abs() <= SKEW {
        all.push(add(
            State::Ok,
            both!(
                "Agrees with Slack's within {seconds} s.",
                "Slack の時計との差は {seconds} 秒以内です。"
            ),
        ));
        return;
    }
    let (en, ja) = if ahead > 0.0 {
        ("ahead of", "進んで")
    } else {
        ("behind", "遅れて")
    };
    all.push(
        add(
            State::Warning,
            both!(
                "{seconds} s {en} Slack's: times typed here and times of messages will disagree.",
                "Slack の時計より {seconds} 秒{ja}います。入力した時刻と投稿の時刻がずれます。"
            ),
        )
        .todo(Text::fixed(
            "Let the system set its clock: timedatectl set-ntp true",
            "時刻を自動で合わせてください: timedatectl set-ntp true",
        )),
    );
}
