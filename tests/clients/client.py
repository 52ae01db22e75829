"""Slack's Python client, unchanged, against the embedded workspace. Prints a line per check."""

import json
import os

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

said = json.loads(os.environ["MATOI_SAID"])
people = {person["name"]: person for person in said["users"]}
bot = WebClient(token=said["token"], base_url=said["url"])
sato = WebClient(token=people["sato"]["token"], base_url=said["url"])


def check(name, condition, detail=""):
    print(f"{'pass' if condition else 'fail'} slack_sdk {name} {'' if condition else detail}".rstrip(), flush=True)


def code(call):
    try:
        call()
    except SlackApiError as error:
        return error.response["error"]
    return None


def run():
    me = bot.auth_test()
    check("auth.test", me["bot_id"].startswith("B") and me["user"] == "matoi", me.data)
    check("api.test", bot.api_test(foo="bar")["args"]["foo"] == "bar")
    check("api.test error", code(lambda: bot.api_test(error="my_error")) == "my_error")
    check("team.info", bot.team_info()["team"]["name"] == said["team"])

    made = bot.conversations_create(name="障害-20260412-決済")
    channel = made["channel"]["id"]
    check("conversations.create", made["channel"]["name_normalized"] == "障害-20260412-決済")
    check("name_taken", code(lambda: bot.conversations_create(name="障害-20260412-決済")) == "name_taken")
    check("invalid name", code(lambda: bot.conversations_create(name="Big Name")) == "invalid_name_specials")
    joined = bot.conversations_join(channel=channel)
    check("join warns", joined["warning"] == "already_in_channel", joined.data)

    invited = bot.conversations_invite(channel=channel, users=[people["sato"]["id"], people["suzuki"]["id"]])
    check("conversations.invite", invited["channel"]["id"] == channel)
    try:
        bot.conversations_invite(channel=channel, users=[people["sato"]["id"], people["emma"]["id"]])
        check("invite is all or nothing", False)
    except SlackApiError as error:
        errors = error.response["errors"]
        check("invite is all or nothing", errors[0]["error"] == "already_in_channel", error.response.data)
    forced = bot.conversations_invite(channel=channel, users=[people["sato"]["id"], people["emma"]["id"]], force=True)
    members = bot.conversations_members(channel=channel)["members"]
    check("forced invite", forced["ok"] and people["emma"]["id"] in members)
    check("conversations.kick", bot.conversations_kick(channel=channel, user=people["emma"]["id"])["errors"] == {})

    payload = {"v": "1", "events": "[{\"kind\":\"note\"}]"}
    posted = bot.chat_postMessage(
        channel=channel,
        text="決済が <失敗> & 停止 👀 https://status.example/x",
        metadata={"event_type": "matoi_events", "event_payload": payload},
        unfurl_links=False,
    )
    ts = posted["ts"]
    check(
        "chat.postMessage escapes, links and names",
        posted["message"]["text"] == "決済が &lt;失敗&gt; &amp; 停止 :eyes: <https://status.example/x>",
        posted["message"]["text"],
    )
    check("metadata is echoed", posted["message"]["metadata"]["event_payload"] == payload)
    plain = bot.conversations_history(channel=channel, latest=ts, inclusive=True, limit=1)["messages"][0]
    check("metadata is hidden", "event_payload" not in plain["metadata"], plain)
    full = bot.conversations_history(channel=channel, latest=ts, inclusive=True, limit=1, include_all_metadata=True)
    check("metadata is shown when asked for", full["messages"][0]["metadata"]["event_payload"] == payload)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*状況*"}}]
    carded = bot.chat_postMessage(channel=channel, text="状況", blocks=blocks)
    check("blocks", carded["message"]["blocks"][0]["text"]["text"] == "*状況*")
    try:
        bad = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
        bot.chat_postMessage(channel=channel, text="x", blocks=bad)
        check("invalid_blocks", False)
    except SlackApiError as error:
        message = error.response["response_metadata"]["messages"][0]
        check("invalid_blocks", "[json-pointer:/blocks/0/text/text]" in message, message)
    updated = bot.chat_update(channel=channel, ts=carded["ts"], text="状況 2")
    check("an update with text alone removes blocks", "blocks" not in updated["message"], updated.data)
    check("msg_too_long", code(lambda: bot.chat_update(channel=channel, ts=ts, text="x" * 4001)) == "msg_too_long")

    human = sato.chat_postMessage(channel=channel, text="見ます")
    check("a person's post looks typed", "client_msg_id" in human["message"] and "bot_id" not in human["message"])
    check("not ours to edit", code(lambda: bot.chat_update(channel=channel, ts=human["ts"], text="x")) == "cant_update_message")
    reply = sato.chat_postMessage(channel=channel, text="原因は?", thread_ts=ts)
    thread = bot.conversations_replies(channel=channel, ts=ts)["messages"]
    check("conversations.replies", [m["ts"] for m in thread] == [ts, reply["ts"]] and thread[0]["reply_count"] == 1)
    check("thread_not_found", code(lambda: bot.conversations_replies(channel=channel, ts="1.000000")) == "thread_not_found")

    for n in range(4):
        sato.chat_postMessage(channel=channel, text=str(n))
    # The client's pages are one object that changes, so that each is read before the next is asked for.
    pages = [[m["ts"] for m in page["messages"]] for page in bot.conversations_history(channel=channel, limit=3)]
    times = [ts for page in pages for ts in page]
    check("history pages", len(pages) > 2 and times == sorted(set(times), reverse=True), times)
    check("replies are not in history", reply["ts"] not in times)
    check("invalid_cursor", code(lambda: bot.conversations_history(channel=channel, cursor="zzz")) == "invalid_cursor")

    bot.pins_add(channel=channel, timestamp=ts)
    check("already_pinned", code(lambda: bot.pins_add(channel=channel, timestamp=ts)) == "already_pinned")
    pins = bot.pins_list(channel=channel)["items"]
    check("pins.list", pins[0]["message"]["ts"] == ts and pins[0]["message"]["pinned_to"] == [channel])
    bot.pins_remove(channel=channel, timestamp=ts)
    check("no_pin", code(lambda: bot.pins_remove(channel=channel, timestamp=ts)) == "no_pin")
    bot.reactions_add(channel=channel, timestamp=ts, name="hand")
    sato.reactions_add(channel=channel, timestamp=ts, name="raised_hand")
    reactions = bot.reactions_get(channel=channel, timestamp=ts, full=True)["message"]["reactions"]
    check("reactions", reactions[0]["count"] == 2, reactions)
    check("already_reacted", code(lambda: bot.reactions_add(channel=channel, timestamp=ts, name="hand")) == "already_reacted")
    bot.reactions_remove(channel=channel, timestamp=ts, name="hand")

    topic = bot.conversations_setTopic(channel=channel, topic="L2 · 対応中 <IC>")
    check("conversations.setTopic", topic["channel"]["topic"]["value"] == "L2 · 対応中 &lt;IC&gt;", topic.data)
    check("too_long", code(lambda: bot.conversations_setTopic(channel=channel, topic="x" * 251)) == "too_long")
    bot.conversations_setPurpose(channel=channel, purpose="決済の障害対応")
    info = bot.conversations_info(channel=channel, include_num_members=True)["channel"]
    check("conversations.info", info["purpose"]["value"] == "決済の障害対応" and info["num_members"] == 3, info)
    newest = bot.conversations_history(channel=channel, limit=1)["messages"][0]
    check("the topic leaves a line", newest["subtype"] == "channel_purpose", newest)

    users = [user for page in bot.users_list(limit=5) for user in page["members"]]
    check("users.list pages", len(users) == 14, len(users))
    check("users.info", bot.users_info(user=people["sato"]["id"])["user"]["real_name"] == "佐藤 健一")
    found = bot.users_lookupByEmail(email="sato@mikazuki.example")
    check("users.lookupByEmail", found["user"]["id"] == people["sato"]["id"])
    groups = bot.usergroups_list(include_users=True)["usergroups"]
    shop = next(group for group in groups if group["handle"] == "shop")
    check("usergroups", bot.usergroups_users_list(usergroup=shop["id"])["users"] == shop["users"])
    names = [c["name"] for c in bot.users_conversations(types="public_channel,private_channel")["channels"]]
    check("users.conversations", "exec" in names and "障害-20260412-決済" in names, names)
    direct = bot.conversations_open(users=people["sato"]["id"])["channel"]["id"]
    check("conversations.open", bot.conversations_open(users=people["sato"]["id"])["already_open"] is True)
    check("a direct message", bot.chat_postMessage(channel=direct, text="お願いします")["ok"])
    check("chat.postEphemeral", "message_ts" in bot.chat_postEphemeral(channel=channel, user=people["sato"]["id"], text="x").data)
    link = bot.chat_getPermalink(channel=channel, message_ts=reply["ts"])["permalink"]
    check("chat.getPermalink", f"thread_ts={ts}" in link, link)
    mark = bot.bookmarks_add(channel_id=channel, title="手順書", type="link", link="https://wiki.example/")["bookmark"]
    check("bookmarks", bot.bookmarks_list(channel_id=channel)["bookmarks"][0]["id"] == mark["id"])
    bot.bookmarks_remove(channel_id=channel, bookmark_id=mark["id"])

    bot.chat_delete(channel=channel, ts=ts)
    parent = bot.conversations_replies(channel=channel, ts=ts)["messages"][0]
    check("a deleted parent is a tombstone", parent["subtype"] == "tombstone", parent)
    check("message_not_found", code(lambda: bot.chat_delete(channel=channel, ts=ts)) == "message_not_found")

    bot.conversations_rename(channel=channel, name="障害-完了")
    bot.conversations_archive(channel=channel)
    check("is_archived", code(lambda: bot.chat_postMessage(channel=channel, text="x")) == "is_archived")
    check("a bot cannot unarchive", code(lambda: bot.conversations_unarchive(channel=channel)) == "not_in_channel")
    check("a person can", sato.conversations_unarchive(channel=channel)["ok"])
    check("leaving what one is not in has no code", leave_quietly(channel))

    limited()


def leave_quietly(channel):
    try:
        bot.conversations_leave(channel=channel)
    except SlackApiError as error:
        return error.response.data.get("not_in_channel") is True and "error" not in error.response.data
    return False


def limited():
    general = next(c["id"] for c in bot.conversations_list()["channels"] if c["is_general"])
    response = None
    for n in range(10):
        try:
            bot.chat_postMessage(channel=general, text=str(n))
        except SlackApiError as error:
            response = error.response
            break
    check("429 after a burst", response is not None and response.status_code == 429, response)
    check("429 says ratelimited", response["error"] == "ratelimited", response.data)
    check("429 has Retry-After", int(response.headers["retry-after"]) >= 1, response.headers)
    patient = WebClient(
        token=said["token"],
        base_url=said["url"],
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)],
    )
    sent = [patient.chat_postMessage(channel=general, text=f"待つ {n}")["ok"] for n in range(3)]
    check("the client's own waiting works", all(sent))
    scopes = bot.auth_test().headers.get("x-oauth-scopes", "")
    check("x-oauth-scopes", "chat:write" in scopes, scopes)
    bad = WebClient(token="xoxb-wrong", base_url=said["url"])
    check("invalid_auth", code(bad.auth_test) == "invalid_auth")
    none = WebClient(base_url=said["url"])
    check("not_authed", code(none.auth_test) == "not_authed")


run()
print("end slack_sdk")
