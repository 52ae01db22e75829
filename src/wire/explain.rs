//! Slack's error codes for a person, and what to do about each. Codes that say "not now" or
//! "already so" never get here; see `outcome`.

use crate::both;
use crate::domain::words::Text;

type Pair = (&'static str, &'static str);

/// One row; English, Japanese.
pub struct Row {
    pub codes: &'static [&'static str],
    pub sentence: Pair,
    pub hint: Option<Pair>,
}

/// The row of a code. `restricted_action_read_only_channel` and its kin fall back to the row of
/// the longest listed beginning.
pub fn find(code: &str) -> Option<&'static Row> {
    let exact = ROWS.iter().find(|row| row.codes.contains(&code));
    exact.or_else(|| {
        let mut begun = code;
        while let Some((shorter, _)) = begun.rsplit_once('_') {
            begun = shorter;
            let row = ROWS.iter().find(|row| row.codes.contains(&begun));
            if row.is_some() {
                return row;
            }
        }
        None
    })
}

/// What a code means, in a few words; the code itself where nothing is known of it.
pub fn words(code: &str) -> Text {
    match find(code) {
        Some(row) => Text::fixed(row.sentence.0, row.sentence.1),
        None => Text::same(code),
    }
}

/// For a person: what Slack refused, and what to do about it. `needed` is the scope that the token
/// lacks, where Slack named it.
pub fn told(code: &str, needed: Option<&str>) -> (Text, Option<Text>) {
    if let ("missing_scope", Some(scope)) = (code, needed) {
        return (
            both!(
                "the token lacks the scope {scope}",
                "トークンにスコープ {scope} がありません"
            ),
            Some(both!(
                "add {scope} to the app, install it again, and set the new token; then retry",
                "アプリに {scope} を追加して再インストールし、新しいトークンを設定してから再送してください"
            )),
        );
    }
    let hint = find(code).and_then(|row| row.hint);
    (words(code), hint.map(|(en, ja)| Text::fixed(en, ja)))
}

const fn row(codes: &'static [&'static str], sentence: Pair, hint: Pair) -> Row {
    Row {
        codes,
        sentence,
        hint: Some(hint),
    }
}

const fn bare(codes: &'static [&'static str], sentence: Pair) -> Row {
    Row {
        codes,
        sentence,
        hint: None,
    }
}

/// In the order of Slack's own lists: token, policy, channel, people, message, size, plan.
pub const ROWS: &[Row] = &[
    row(
        &["not_authed"],
        ("no token was sent", "トークンが送られていません"),
        (
            "set MATOI_SLACK_TOKEN, or slack.token_file in the configuration",
            "MATOI_SLACK_TOKEN か、設定の slack.token_file を指定してください",
        ),
    ),
    row(
        &["invalid_auth"],
        (
            "Slack does not accept the token, or not from this network",
            "Slack がトークンを受け付けません (またはこのネットワークからの利用が許可されていません)",
        ),
        (
            "copy the bot token again from the app's page; what you enter is kept meanwhile",
            "アプリの設定ページからボットトークンを取り直してください。入力した内容は保存されています",
        ),
    ),
    row(
        &["token_revoked", "account_inactive"],
        (
            "the token was revoked, or the app was removed",
            "トークンが無効化されたか、アプリが削除されています",
        ),
        (
            "install the app again and set the new token; what you enter is kept meanwhile",
            "アプリを再インストールし、新しいトークンを設定してください。入力した内容は保存されています",
        ),
    ),
    row(
        &["token_expired"],
        ("the token has expired", "トークンの有効期限が切れています"),
        (
            "turn token rotation off for the app, or set the renewed token",
            "アプリのトークンローテーションを無効にするか、更新したトークンを設定してください",
        ),
    ),
    row(
        &["missing_scope", "no_permission"],
        ("the token may not do this", "トークンに権限がありません"),
        (
            "`matoi doctor` names the scopes that are missing",
            "足りないスコープは `matoi doctor` で確認できます",
        ),
    ),
    row(
        &["not_allowed_token_type", "is_bot"],
        (
            "this kind of token cannot do this",
            "この種類のトークンでは実行できません",
        ),
        (
            "a bot token begins with xoxb-, a user token with xoxp-",
            "ボットトークンは xoxb-、ユーザートークンは xoxp- で始まります",
        ),
    ),
    row(
        &["two_factor_setup_required", "org_login_required"],
        (
            "the account has to sign in to Slack again first",
            "先に Slack へのログイン手続きが必要です",
        ),
        (
            "open Slack in a browser with that account",
            "そのアカウントで、ブラウザから Slack を開いてください",
        ),
    ),
    row(
        &["accesslimited"],
        (
            "Slack may not be used from this network",
            "このネットワークからは Slack を利用できません",
        ),
        (
            "connect by the network that your administrators allow",
            "許可されたネットワークから接続してください",
        ),
    ),
    row(
        &[
            "restricted_action",
            "ekm_access_denied",
            "access_denied",
            "app_access_restricted",
        ],
        (
            "your workspace's administrators do not allow this",
            "ワークスペースの管理者が許可していません",
        ),
        (
            "ask an administrator; trying again changes nothing",
            "管理者に相談してください。再試行しても変わりません",
        ),
    ),
    row(
        &["enterprise_is_restricted", "team_access_not_granted"],
        (
            "the app is not installed in this workspace of the organisation",
            "アプリがこのワークスペースに追加されていません",
        ),
        (
            "ask the organisation's administrator to add it",
            "組織の管理者に追加を依頼してください",
        ),
    ),
    row(
        &["channel_not_found"],
        (
            "no such channel, or a private one that the app is not in",
            "チャンネルがないか、アプリが参加していない非公開チャンネルです",
        ),
        (
            "a member can bring the app in with /invite",
            "メンバーがチャンネルで /invite すると、アプリが参加できます",
        ),
    ),
    row(
        &["not_in_channel"],
        (
            "the app is not a member of the channel",
            "アプリがチャンネルに参加していません",
        ),
        (
            "a member can bring it in with /invite",
            "メンバーがチャンネルで /invite すると参加できます",
        ),
    ),
    row(
        &["is_archived", "is_inactive"],
        ("the channel is archived", "チャンネルはアーカイブ済みです"),
        (
            "a person can bring it back in Slack; a bot cannot",
            "アーカイブの解除は、人が Slack で行う必要があります (ボットにはできません)",
        ),
    ),
    row(
        &["name_taken"],
        (
            "the channel name is in use, maybe by an archived or private channel",
            "チャンネル名が使われています (アーカイブ済みや非公開の場合もあります)",
        ),
        ("choose another name", "別の名前にしてください"),
    ),
    row(
        &["invalid_name"],
        (
            "Slack does not accept this name",
            "この名前は Slack で使えません",
        ),
        (
            "at most 80 characters, no capitals, spaces or marks but - and _",
            "80 文字以内で、大文字、空白、- と _ 以外の記号は使えません",
        ),
    ),
    bare(
        &[
            "cant_archive_general",
            "cant_archive_required",
            "cant_leave_general",
            "cant_kick_from_general",
        ],
        (
            "not possible in a channel that everybody belongs to",
            "全員が参加するチャンネルではできません",
        ),
    ),
    bare(
        &["last_member"],
        (
            "the last member cannot leave",
            "最後のメンバーは退出できません",
        ),
    ),
    bare(
        &["not_authorized"],
        (
            "only the channel's creator or an administrator may do this",
            "チャンネルの作成者か管理者だけが実行できます",
        ),
    ),
    row(
        &[
            "user_not_found",
            "users_not_found",
            "no_user",
            "user_disabled",
            "user_not_visible",
        ],
        (
            "no such active person in the workspace",
            "該当する有効なユーザーがいません",
        ),
        (
            "check the id, handle or e-mail address",
            "ID、ハンドル、メールアドレスを確認してください",
        ),
    ),
    bare(
        &[
            "user_is_restricted",
            "ura_max_channels",
            "org_user_not_in_team",
            "cant_invite",
            "invitee_cant_see_channel",
            "no_external_invite_permission",
        ],
        (
            "this person cannot be invited here",
            "このユーザーは招待できません",
        ),
    ),
    bare(
        &["cant_invite_self", "cant_kick_self"],
        ("that is the app itself", "対象がアプリ自身です"),
    ),
    bare(
        &["user_not_in_channel"],
        (
            "the person is not in the channel",
            "ユーザーがチャンネルに参加していません",
        ),
    ),
    row(
        &["no_such_subteam"],
        ("no such user group", "該当するユーザーグループがありません"),
        (
            "check the group's handle or id in the configuration",
            "設定のグループ名か ID を確認してください",
        ),
    ),
    bare(
        &["message_not_found"],
        ("the message is gone", "メッセージは削除されています"),
    ),
    row(
        &[
            "cant_update_message",
            "cant_delete_message",
            "edit_window_closed",
            "update_failed",
        ],
        (
            "the message cannot be changed any more, or is not the app's",
            "メッセージは変更できません (アプリのものでないか、変更期限を過ぎています)",
        ),
        ("post a correction instead", "訂正を新しく投稿してください"),
    ),
    row(
        &[
            "thread_not_found",
            "cannot_reply_to_message",
            "restricted_action_thread_locked",
            "restricted_action_non_threadable_channel",
            "thread_locked",
        ],
        ("no reply is possible there", "そこには返信できません"),
        (
            "post to the channel instead",
            "チャンネルに直接投稿してください",
        ),
    ),
    row(
        &[
            "msg_too_long",
            "msg_blocks_too_long",
            "too_long",
            "too_many_attachments",
            "attachment_payload_limit_exceeded",
        ],
        ("the text is too long", "文が長すぎます"),
        ("shorten it or split it", "短くするか、分けてください"),
    ),
    bare(&["no_text"], ("there is no text", "本文がありません")),
    row(
        &[
            "invalid_blocks",
            "invalid_arguments",
            "invalid_arg_name",
            "invalid_array_arg",
            "invalid_form_data",
            "invalid_ts_oldest",
            "invalid_ts_latest",
            "bad_timestamp",
            "invalid_limit",
            "invalid_types",
        ],
        (
            "Slack cannot read the request",
            "Slack がリクエストを解釈できません",
        ),
        (
            "this is a defect of matoi: the log holds the details",
            "matoi の不具合です。詳細はログを見てください",
        ),
    ),
    row(
        &[
            "metadata_too_large",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "metadata_must_be_sent_from_app",
        ],
        (
            "Slack does not accept the message's metadata",
            "メッセージのメタデータが受け付けられません",
        ),
        (
            "post with the app's bot token (xoxb-)",
            "アプリのボットトークン (xoxb-) で投稿してください",
        ),
    ),
    bare(
        &["too_many_pins", "not_pinnable"],
        ("it cannot be pinned", "ピン留めできません"),
    ),
    bare(
        &["too_many_emoji", "too_many_reactions", "not_reactable"],
        (
            "no further reaction fits on the message",
            "これ以上リアクションを付けられません",
        ),
    ),
    bare(
        &["too_many_bookmarks", "invalid_link"],
        (
            "the bookmark is not accepted",
            "ブックマークを追加できません",
        ),
    ),
    bare(
        &["invalid_cursor"],
        (
            "the list changed while it was read",
            "読んでいる間に一覧が変わりました",
        ),
    ),
    row(
        &["message_limit_exceeded"],
        (
            "the workspace has reached its plan's message limit",
            "ワークスペースがプランのメッセージ上限に達しています",
        ),
        (
            "an administrator can change the plan",
            "管理者にプランの変更を相談してください",
        ),
    ),
    row(
        &["plan_upgrade_required", "feature_not_enabled", "paid_only"],
        (
            "the workspace's plan does not have this",
            "ワークスペースのプランでは利用できません",
        ),
        (
            "name people instead of user groups in the configuration",
            "設定では、ユーザーグループの代わりに人を指定してください",
        ),
    ),
    row(
        &[
            "unknown_method",
            "method_deprecated",
            "deprecated_endpoint",
            "method_not_supported_for_channel_type",
        ],
        (
            "Slack does not offer this here",
            "Slack がこの操作に対応していません",
        ),
        (
            "a newer matoi may know what replaced it",
            "新しい版の matoi を確認してください",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_code_has_one_row_and_every_text_two_languages() {
        let mut met = HashSet::new();
        for row in ROWS {
            for code in row.codes {
                assert!(met.insert(code), "{code} twice");
            }
            for (en, ja) in [Some(row.sentence), row.hint].into_iter().flatten() {
                assert!(en.is_ascii() && !ja.is_ascii(), "{en} / {ja}");
            }
        }
    }

    #[test]
    fn a_narrower_code_falls_back_to_its_family() {
        let family = |code| find(code).map(|row| row.codes[0]);
        assert_eq!(
            family("restricted_action_read_only_channel"),
            Some("restricted_action")
        );
        assert_eq!(
            family("restricted_action_thread_locked"),
            Some("thread_not_found")
        );
        assert_eq!(family("invalid_name_specials"), Some("invalid_name"));
        assert_eq!(family("never_heard_of"), None);
    }

    /// The codes a console must translate: section by section of the method reference.
    #[test]
    fn what_people_meet_is_translated() {
        for code in [
            "not_authed",
            "invalid_auth",
            "token_revoked",
            "token_expired",
            "account_inactive",
            "missing_scope",
            "not_allowed_token_type",
            "accesslimited",
            "ekm_access_denied",
            "restricted_action",
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "is_inactive",
            "name_taken",
            "user_not_found",
            "users_not_found",
            "cant_invite_self",
            "cant_kick_self",
            "message_not_found",
            "cant_update_message",
            "cant_delete_message",
            "edit_window_closed",
            "msg_too_long",
            "msg_blocks_too_long",
            "invalid_blocks",
            "too_many_attachments",
            "too_long",
            "no_text",
            "metadata_too_large",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "message_limit_exceeded",
            "invalid_cursor",
            "invalid_ts_oldest",
            "invalid_ts_latest",
            "bad_timestamp",
            "thread_not_found",
            "cannot_reply_to_message",
            "restricted_action_thread_locked",
            "plan_upgrade_required",
            "feature_not_enabled",
        ] {
            assert!(find(code).is_some(), "{code}");
        }
    }
}
