// Slack's Node client, unchanged, against the embedded workspace. Prints a line per check.
import pkg from "@slack/web-api";

const { WebClient, ErrorCode, retryPolicies } = pkg;

const said = JSON.parse(process.env.MATOI_SAID);
const people = Object.fromEntries(said.users.map((person) => [person.name, person]));
const options = { slackApiUrl: said.url, retryConfig: { retries: 0 }, logLevel: "error" };
const bot = new WebClient(said.token, { ...options, rejectRateLimitedCalls: true });
const suzuki = new WebClient(people.suzuki.token, options);

function check(name, condition, detail = "") {
  console.log(condition ? `pass web-api ${name}` : `fail web-api ${name} ${JSON.stringify(detail)}`);
}

async function code(call) {
  try {
    await call();
  } catch (error) {
    return error.code === ErrorCode.PlatformError ? error.data.error : error.code;
  }
  return null;
}

const me = await bot.auth.test();
check("auth.test", me.user === "matoi" && me.bot_id.startsWith("B"), me);
check("scopes from headers", me.response_metadata.scopes.includes("chat:write"), me.response_metadata);
check("api.test", (await bot.api.test({ foo: "bar" })).args.foo === "bar");

const made = await bot.conversations.create({ name: "障害-検索", is_private: true });
const channel = made.channel.id;
check("conversations.create private", made.channel.is_private === true, made);
await bot.conversations.invite({ channel, users: people.suzuki.id });
check("already_in_channel", (await code(() => bot.conversations.invite({ channel, users: people.suzuki.id }))) === "already_in_channel");
check("hidden from others", (await code(() => new WebClient(people.emma.token, options).conversations.info({ channel }))) === "channel_not_found");

const metadata = { event_type: "matoi_events", event_payload: { v: "1", id: "h5df9ptt2bpd" } };
const posted = await bot.chat.postMessage({ channel, text: "検索が遅い 🔥 & <調査中>", metadata });
check("chat.postMessage", posted.message.text === "検索が遅い :fire: &amp; &lt;調査中&gt;", posted.message.text);
check("metadata is echoed", posted.message.metadata.event_payload.id === "h5df9ptt2bpd");
const shown = await bot.conversations.history({ channel, include_all_metadata: true, limit: 1 });
check("include_all_metadata", shown.messages[0].metadata.event_payload.v === "1", shown.messages[0]);
const kept = await bot.chat.update({ channel, ts: posted.ts, text: "検索が遅い(更新)" });
check("metadata survives an update", kept.message.metadata.event_payload.v === "1", kept.message);
check("invalid_metadata_format", (await code(() => bot.chat.postMessage({ channel, text: "x", metadata: { event_type: "a" } }))) === "invalid_metadata_format");

const reply = await suzuki.chat.postMessage({ channel, text: "見ます", thread_ts: posted.ts, reply_broadcast: true });
const thread = await bot.conversations.replies({ channel, ts: posted.ts });
check("conversations.replies", thread.messages.length === 2 && thread.messages[0].latest_reply === reply.ts, thread.messages);
const history = await bot.conversations.history({ channel });
const broadcast = history.messages.find((message) => message.ts === reply.ts);
check("a broadcast reply is in history", broadcast?.subtype === "thread_broadcast" && broadcast.root.ts === posted.ts, broadcast);

for (let n = 0; n < 4; n += 1) await suzuki.chat.postMessage({ channel, text: String(n) });
let times = [];
let pages = 0;
for await (const page of bot.paginate("conversations.history", { channel, limit: 3 })) {
  times = times.concat(page.messages.map((message) => message.ts));
  pages += 1;
}
check("history pages", pages > 2 && new Set(times).size === times.length && [...times].sort().reverse().join() === times.join(), times);

await bot.pins.add({ channel, timestamp: posted.ts });
const pins = await bot.pins.list({ channel });
check("pins.list", pins.items[0].message.ts === posted.ts && pins.items[0].message.permalink.length > 0, pins);
check("already_pinned", (await code(() => bot.pins.add({ channel, timestamp: posted.ts }))) === "already_pinned");
await bot.reactions.add({ channel, timestamp: posted.ts, name: "one" });
const reactions = await bot.reactions.get({ channel, timestamp: posted.ts });
check("reactions.get", reactions.message.reactions[0].name === "one", reactions);
check("invalid_name", (await code(() => bot.reactions.add({ channel, timestamp: posted.ts, name: "👍" }))) === "invalid_name");
const topic = await bot.conversations.setTopic({ channel, topic: "L3 · 調査中" });
check("conversations.setTopic", topic.channel.topic.value === "L3 · 調査中", topic);
let users = 0;
for await (const page of bot.paginate("users.list", { limit: 5 })) users += page.members.length;
check("users.list pages", users === 14, users);
const groups = await bot.usergroups.list({ include_users: true });
check("usergroups.list", groups.usergroups.length === 5, groups);
const opened = await bot.conversations.open({ users: `${people.suzuki.id},${people.sato.id}`, return_im: true });
check("a group conversation", opened.channel.is_mpim === true, opened);
check("missing_scope", (await code(() => bot.conversations.info({ channel: opened.channel.id }))) === "missing_scope");
const mark = await bot.bookmarks.add({ channel_id: channel, title: "手順", type: "link", link: "https://wiki.example/" });
check("bookmarks.remove", (await bot.bookmarks.remove({ channel_id: channel, bookmark_id: mark.bookmark.id })).ok);
check("message_not_found", (await code(() => bot.chat.delete({ channel, ts: "1.000000" }))) === "message_not_found");
check("missing argument", (await code(() => bot.conversations.setTopic({ channel }))) === "invalid_arguments");
await suzuki.conversations.archive({ channel });
check("archived private channels vanish for bots", (await code(() => bot.chat.postMessage({ channel, text: "x" }))) === "channel_not_found");

const general = (await suzuki.conversations.list({})).channels.find((one) => one.is_general).id;
let limited = null;
for (let n = 0; n < 60 && !limited; n += 1) {
  try {
    await bot.conversations.history({ channel: general, limit: 1 });
  } catch (error) {
    limited = error;
  }
}
check("beyond the budget", limited?.code === ErrorCode.RateLimitedError && limited.retryAfter >= 1, limited);
const patient = new WebClient(said.token, { ...options, retryConfig: retryPolicies.fiveRetriesInFiveMinutes });
const sent = await Promise.all([...Array(8).keys()].map((n) => patient.chat.postMessage({ channel: general, text: `待つ ${n}` })));
check("the client's own waiting works", sent.every((answer) => answer.ok));
check("not_authed", (await code(() => new WebClient(undefined, options).auth.test())) === "not_authed");
console.log("end web-api");
