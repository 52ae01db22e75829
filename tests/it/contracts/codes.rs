//! Every error code that a console has to translate, one row each: what the program does about it,
//! shown with the real core, over HTTP, against a workspace that answers with it.

use crate::client::run;
use crate::peers::rig::{act, core_at, events, quick, texts, until_met};
use matoi::domain::decide::{Command as Act, Declaration, Outlets};
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::secret::Secret;
use matoi::domain::sync::image::{Job, Task};
use matoi::domain::sync::{Link, Order};
use matoi::io::core::Core;
use matoi::io::slack::{Client, Settings};
use matoi::wire::explain;
use matoi::wire::outcome::CallError;
use matoi::workspace::faults::{Fault, Kind};
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The codes, as the contract lists them. A family is listed by its members.
const LISTED: &str = "
    not_authed invalid_auth token_revoked token_expired account_inactive
    missing_scope
    not_allowed_token_type
    ratelimited rate_limited
    accesslimited ekm_access_denied restricted_action restricted_action_read_only_channel
    restricted_action_thread_only_channel restricted_action_non_threadable_channel
    channel_not_found
    not_in_channel
    is_archived is_inactive
    name_taken
    user_not_found users_not_found
    already_pinned already_reacted already_archived already_in_channel no_pin not_pinned no_reaction
    cant_invite_self cant_kick_self
    message_not_found
    cant_update_message cant_delete_message edit_window_closed
    msg_too_long msg_blocks_too_long invalid_blocks too_many_attachments too_long no_text
    metadata_too_large invalid_metadata_format invalid_metadata_schema
    message_limit_exceeded
    invalid_cursor
    invalid_ts_oldest invalid_ts_latest bad_timestamp
    thread_not_found cannot_reply_to_message restricted_action_thread_locked
    plan_upgrade_required feature_not_enabled
    fatal_error internal_error
    team_added_to_org service_unavailable request_timeout
";

/// What the program does about a code.
#[derive(Clone, Copy, Debug)]
enum Reaction {
    /// Nothing is given up: what was entered stays, the screen says why, and a token that works
    /// delivers it.
    Keeps,
    /// Waits as told, and does it again.
    Waits,
    /// Parked in one attempt, said in plain words; what comes after it goes on.
    Parks,
    /// As [`Reaction::Parks`], when this method is called.
    ParksAt(&'static str),
    /// It is as wanted: success, when this method is called.
    Succeeds(&'static str),
    /// It is read whether the act is there, before it is done again.
    LooksFirst,
    /// The app joins the channel, and does it again.
    Joins,
    /// The list of the app's channels is read, and it is done again if the channel is in it; parked
    /// when Slack says so once more.
    LooksForChannel,
    /// What was a reply is said in the channel, with what it replies to.
    ToChannel,
    /// Parked, and the channel counts as archived.
    ReadOnly,
    /// The next name is tried.
    NextName,
    /// The card is posted anew.
    NewCard,
    /// The walk begins again.
    WalksAgain,
    /// Not among what this program calls, or sorted before: only told, in plain words.
    Told,
}

const ROWS: &[(&str, Reaction)] = &[
    ("not_authed", Reaction::Keeps),
    ("invalid_auth", Reaction::Keeps),
    ("token_revoked", Reaction::Keeps),
    ("token_expired", Reaction::Keeps),
    ("account_inactive", Reaction::Keeps),
    ("missing_scope", Reaction::Parks),
    ("not_allowed_token_type", Reaction::Parks),
    ("ratelimited", Reaction::Waits),
    ("rate_limited", Reaction::Waits),
    // An address that is not on the list refuses everything until another network is joined.
    ("accesslimited", Reaction::Keeps),
    ("ekm_access_denied", Reaction::Parks),
    ("restricted_action", Reaction::Parks),
    ("restricted_action_read_only_channel", Reaction::Parks),
    ("restricted_action_thread_only_channel", Reaction::Parks),
    ("restricted_action_non_threadable_channel", Reaction::Parks),
    ("channel_not_found", Reaction::LooksForChannel),
    ("not_in_channel", Reaction::Joins),
    ("is_archived", Reaction::ReadOnly),
    ("is_inactive", Reaction::ReadOnly),
    ("name_taken", Reaction::NextName),
    ("user_not_found", Reaction::ParksAt("conversations.invite")),
    ("users_not_found", Reaction::ParksAt("conversations.invite")),
    ("already_pinned", Reaction::Succeeds("pins.add")),
    ("already_reacted", Reaction::Succeeds("reactions.add")),
    (
        "already_archived",
        Reaction::Succeeds("conversations.archive"),
    ),
    (
        "already_in_channel",
        Reaction::Succeeds("conversations.invite"),
    ),
    ("no_pin", Reaction::Succeeds("pins.remove")),
    ("not_pinned", Reaction::Succeeds("pins.remove")),
    ("no_reaction", Reaction::Succeeds("reactions.remove")),
    (
        "cant_invite_self",
        Reaction::Succeeds("conversations.invite"),
    ),
    ("cant_kick_self", Reaction::Told),
    ("message_not_found", Reaction::NewCard),
    ("cant_update_message", Reaction::NewCard),
    ("cant_delete_message", Reaction::Told),
    ("edit_window_closed", Reaction::NewCard),
    ("msg_too_long", Reaction::Parks),
    ("msg_blocks_too_long", Reaction::Parks),
    ("invalid_blocks", Reaction::Parks),
    ("too_many_attachments", Reaction::Parks),
    ("too_long", Reaction::ParksAt("conversations.setTopic")),
    ("no_text", Reaction::Parks),
    ("metadata_too_large", Reaction::Parks),
    ("invalid_metadata_format", Reaction::Parks),
    ("invalid_metadata_schema", Reaction::Parks),
    ("message_limit_exceeded", Reaction::Parks),
    ("invalid_cursor", Reaction::WalksAgain),
    ("invalid_ts_oldest", Reaction::Told),
    ("invalid_ts_latest", Reaction::Told),
    ("bad_timestamp", Reaction::ParksAt("pins.add")),
    ("thread_not_found", Reaction::ToChannel),
    ("cannot_reply_to_message", Reaction::ToChannel),
    ("restricted_action_thread_locked", Reaction::ToChannel),
    ("plan_upgrade_required", Reaction::Told),
    ("feature_not_enabled", Reaction::Told),
    ("fatal_error", Reaction::LooksFirst),
    ("internal_error", Reaction::LooksFirst),
    ("team_added_to_org", Reaction::LooksFirst),
    ("service_unavailable", Reaction::LooksFirst),
    ("request_timeout", Reaction::LooksFirst),
];

#[test]
fn every_code_that_is_listed_has_one_row_and_its_words() {
    let listed: Vec<&str> = LISTED.split_whitespace().collect();
    let rows: Vec<&str> = ROWS.iter().map(|(code, _)| *code).collect();
    assert_eq!(rows, listed);
    for (code, reaction) in ROWS {
        // What is waited out, settled or looked for never reaches a person.
        let silent = matches!(
            reaction,
            Reaction::Waits | Reaction::Succeeds(_) | Reaction::LooksFirst
        );
        let row = explain::find(code);
        assert!(silent || row.is_some(), "{code}");
        if let Some(row) = row {
            let (en, ja) = row.sentence;
            assert!(en.is_ascii() && !ja.is_ascii(), "{code}: {en} / {ja}");
        }
    }
}

/// A workspace, a data directory and the core on it, and an incident that is declared.
struct Desk {
    slack: Handle,
    /// Ends before its directory goes.
    core: Core,
    _dir: TempDir,
    me: String,
    incident: IncidentId,
    channel: String,
}

impl Desk {
    /// With faults that are there from the first call on.
    fn declare(faults: Vec<Fault>, people: &[&str]) -> Desk {
        let slack = Workspace::open(Options::for_tests()).and_then(Workspace::start);
        let slack = slack.expect("it starts");
        for fault in faults {
            slack.add_fault(fault);
        }
        let sato = slack.people().into_iter().find(|p| p.name == "sato");
        let dir = tempfile::tempdir().expect("a directory");
        let me = sato.expect("a person of the seed").id;
        let (url, token) = (slack.url(), slack.bot_token());
        let mut desk = Desk {
            core: core_at(dir.path(), url, token, &me, quick()),
            me,
            slack,
            _dir: dir,
            incident: IncidentId::new(""),
            channel: String::new(),
        };
        let order = Order {
            command: Act::Declare(Box::new(Declaration {
                title: "Refused".into(),
                service: "shop".into(),
                channel: "shop-1".into(),
                ..Declaration::default()
            })),
            by: UserId::new(&desk.me),
            outlets: Outlets {
                people: people.iter().map(|p| (*p).to_owned()).collect(),
                ..Outlets::default()
            },
            via: None,
        };
        desk.incident = desk.core.act(None, order).expect("it is saved");
        // With its card, and whatever else it asks for.
        assert!(desk.core.wait_quiet(Duration::from_secs(60)));
        let id = desk.incident.clone();
        let channel = desk.look(move |image| image.channel_of(&id).map(|row| row.id.to_string()));
        desk.channel = channel.expect("it has a channel");
        desk
    }

    fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&matoi::domain::sync::image::Image) -> T + Send + 'static,
    ) -> T {
        let seen = self.core.look(move |engine, _| look(engine.image()));
        seen.expect("the core is there")
    }

    /// The last job of a kind.
    fn job(&self, of: fn(&Task) -> bool) -> Option<Job> {
        self.look(move |image| image.jobs.values().rfind(|job| of(&job.task)).cloned())
    }

    #[track_caller]
    fn until(&self, what: &str, mut is_so: impl FnMut(&Desk) -> bool) {
        until_met(&self.slack, what, || is_so(self));
    }

    fn note(&self, text: &str) {
        let note = Act::Note(text.to_owned());
        act(&self.core, &self.incident.0, &self.me, note);
    }

    /// The last act, once it is in one of these states.
    #[track_caller]
    fn last_act(&self, what: &str, states: &[&str]) -> Job {
        let event: fn(&Task) -> bool = |task| matches!(task, Task::Event { .. });
        self.until(what, |desk| {
            let job = desk.job(event);
            job.is_some_and(|job| states.contains(&job.state.name()))
        });
        self.job(event).expect("it is there")
    }

    fn said(&self, text: &str) -> usize {
        let texts = texts(&self.slack, &self.channel);
        texts.iter().filter(|said| said.contains(text)).count()
    }

    /// Each act is there once.
    fn once(&self, count: usize) {
        let sent = events(&self.slack, &self.channel);
        let distinct: BTreeSet<&String> = sent.iter().collect();
        assert_eq!((sent.len(), distinct.len()), (count, count));
    }
}

const DELIVERED: &[&str] = &["sent", "seen"];

fn react(code: &'static str, reaction: Reaction) {
    let refusing = |method: &str| Fault::error(method, code).times(1);
    match reaction {
        Reaction::Keeps => {
            let desk = Desk::declare(Vec::new(), &[]);
            // A token is good for all or for nothing.
            desk.slack.add_fault(Fault::error("*", code));
            let since = Instant::now();
            desk.note("kept");
            desk.until("it is told", |desk| {
                let link = desk.core.look(|engine, _| engine.link().clone());
                link.is_ok_and(|link| link == Link::Refused(code.to_owned()))
            });
            let job = desk.last_act("it waits", &["pending"]);
            assert_eq!(job.attempts, 0, "{code} uses up no attempt");
            // What was under way, and then a try in five seconds at most, not ten polls in one.
            let tries = 4 + since.elapsed().as_secs() / 5;
            assert!(desk.slack.fault_hits()[0] <= tries, "{code}: left alone");
            desk.slack.clear_faults();
            desk.last_act("a good token delivers it", DELIVERED);
            desk.once(2);
        }
        Reaction::Waits => {
            let desk = Desk::declare(Vec::new(), &[]);
            let limited = refusing("chat.postMessage");
            desk.slack.add_fault(limited);
            desk.note("waits");
            desk.until(code, |desk| desk.slack.fault_hits()[0] > 0);
            let job = desk.last_act("it waits", &["pending"]);
            assert_eq!(job.attempts, 0, "{code} is no failure");
            // Without a Retry-After half a minute is waited: not done meanwhile, nor given up.
            assert_eq!(desk.said("waits"), 0);
        }
        Reaction::Parks => parks(code),
        Reaction::ParksAt(method) => parks_at(code, method),
        Reaction::Succeeds(method) => succeeds(code, method),
        Reaction::LooksFirst => {
            // Done, although it says so; and not done.
            for (fault, reads) in [
                (refusing("chat.postMessage").after_commit(), 1),
                (refusing("chat.postMessage"), 2),
            ] {
                let desk = Desk::declare(Vec::new(), &[]);
                desk.slack.add_fault(fault);
                desk.note("looked for");
                desk.last_act(
                    "it is in doubt, or settled",
                    &["unconfirmed", "sent", "seen"],
                );
                desk.last_act("it is there", DELIVERED);
                desk.once(2);
                assert_eq!(desk.said("looked for"), 1, "{code} {reads}");
            }
        }
        Reaction::Joins => {
            let desk = Desk::declare(Vec::new(), &[]);
            let (slack, channel) = (&desk.slack, json!(desk.channel));
            let admin = slack.token_of("sato").expect("a person");
            slack.call(&admin, "conversations.join", json!({ "channel": channel }));
            let bot = slack.call(&slack.bot_token(), "auth.test", json!({}));
            let bot = super::world::at(&bot, "/user_id");
            let put_out = slack.change(|state| {
                state.edit_channel(channel.as_str().expect("an id"), |room| {
                    room.members.remove(bot.as_str().expect("an id"))
                })
            });
            assert_eq!(put_out.expect("it is kept"), Some(true));
            desk.note("from outside");
            desk.last_act("it joined and said it", DELIVERED);
            assert_eq!(desk.said("from outside"), 1);
            desk.once(2);
        }
        Reaction::LooksForChannel => {
            let desk = Desk::declare(Vec::new(), &[]);
            desk.slack.add_fault(refusing("chat.postMessage"));
            desk.note("found again");
            desk.last_act("the channel is there", DELIVERED);
            desk.once(2);
            desk.slack
                .add_fault(Fault::error("chat.postMessage", code).times(2));
            desk.note("not there");
            desk.last_act("it is parked", &["failed"]);
            assert_eq!(desk.slack.fault_hits(), [1, 2], "{code}");
            desk.note("goes on");
            desk.last_act("the next goes on", DELIVERED);
            desk.once(3);
        }
        Reaction::ToChannel => {
            let desk = Desk::declare(Vec::new(), &[]);
            desk.note("replied to");
            desk.last_act("it is there", DELIVERED);
            let all = crate::peers::rig::messages(&desk.slack, &desk.channel);
            let parent = all
                .iter()
                .find(|m| m["text"].as_str().is_some_and(|t| t.contains("replied to")));
            let parent = parent.expect("it is there")["ts"].as_str().expect("a ts");
            desk.slack.add_fault(refusing("chat.postMessage"));
            let reply = Act::Message {
                text: "the reply".to_owned(),
                thread: matoi::domain::ids::SlackTs::parse(parent).ok(),
            };
            act(&desk.core, &desk.incident.0, &desk.me, reply);
            desk.last_act("it is said", DELIVERED);
            assert_eq!(desk.slack.fault_hits(), [1], "{code}");
            let said = texts(&desk.slack, &desk.channel);
            let said: Vec<&String> = said.iter().filter(|t| t.contains("the reply")).collect();
            assert!(
                said.len() == 1 && said[0].contains("in reply to"),
                "{code}: {said:?}"
            );
            desk.once(3);
        }
        Reaction::ReadOnly => {
            let desk = Desk::declare(Vec::new(), &[]);
            // The list of channels would say that it is not archived, as indeed it is not.
            let unlisted = Fault::error("users.conversations", "internal_error");
            desk.slack.add_fault(unlisted);
            desk.until(code, |desk| desk.slack.fault_hits()[0] > 0);
            desk.slack.add_fault(refusing("chat.postMessage"));
            desk.note("too late");
            let job = desk.last_act("it is parked", &["failed"]);
            assert_eq!(job.attempts, 1);
            let id = desk.incident.clone();
            let archived = desk.look(move |image| image.channel_of(&id).map(|row| row.archived));
            assert_eq!(archived, Some(true), "{code}");
            desk.once(1);
        }
        Reaction::NextName => {
            let desk = Desk::declare(vec![refusing("conversations.create")], &[]);
            let id = desk.incident.clone();
            let name = desk.look(move |image| image.channel_of(&id).map(|row| row.name.clone()));
            assert_eq!(name.as_deref(), Some("shop-1-2"));
            desk.once(1);
        }
        Reaction::NewCard => {
            let desk = Desk::declare(Vec::new(), &[]);
            let cards = |desk: &Desk| {
                let all = crate::peers::rig::messages(&desk.slack, &desk.channel);
                let card = |m: &&Value| m["metadata"]["event_type"] == "matoi_card";
                all.iter().filter(card).count()
            };
            let ts = |desk: &Desk| {
                let id = desk.incident.clone();
                let card = desk.look(move |image| image.incidents.get(&id)?.card.clone());
                card.map(|card| card.ts.to_string())
            };
            let old = ts(&desk).expect("there is a card");
            // The one that is there refuses for good, any other does not.
            let form = if code == "message_not_found" {
                let token = desk.slack.bot_token();
                let args = json!({ "channel": desk.channel, "ts": old });
                assert!(desk.slack.call(&token, "chat.delete", args).ok());
                Vec::new()
            } else {
                vec![refusing("chat.update")]
            };
            form.into_iter()
                .for_each(|fault| desk.slack.add_fault(fault));
            let by = UserId::new(&desk.me);
            let command = Act::Commander {
                user: Some(by),
                reason: None,
            };
            act(&desk.core, &desk.incident.0, &desk.me, command);
            desk.until("a new card is there", |desk| {
                ts(desk).is_some_and(|new| new != old) && cards(desk) == 1
            });
            // It stays the card, whatever is read meanwhile.
            desk.note("and on it goes");
            desk.last_act("it goes on", DELIVERED);
            assert!(desk.core.wait_quiet(Duration::from_secs(60)));
            assert!(cards(&desk) == 1 && ts(&desk).is_some_and(|new| new != old));
            let card = desk.job(|task| matches!(task, Task::Card {}));
            assert_ne!(card.expect("a job").state.name(), "failed", "{code}");
        }
        Reaction::WalksAgain => {
            let desk = Desk::declare(Vec::new(), &[]);
            let short = Fault::always("conversations.history", Kind::ShortPages);
            desk.slack.add_fault(refusing("conversations.history"));
            desk.slack.add_fault(short);
            desk.until(code, |desk| desk.slack.fault_hits()[0] > 0);
            assert!(desk.core.wait_quiet(Duration::from_secs(60)), "{code}");
            desk.note("read");
            desk.last_act("it goes on", DELIVERED);
            desk.slack.clear_faults();
            desk.once(2);
        }
        Reaction::Told => {}
    }
}

/// Parked in one attempt, and what comes after it is delivered.
fn parks(code: &'static str) {
    let desk = Desk::declare(Vec::new(), &[]);
    let fault = Fault::error("chat.postMessage", code);
    desk.slack.add_fault(fault.times(1));
    desk.note("refused");
    let job = desk.last_act("it is parked", &["failed"]);
    assert_eq!(
        (job.attempts, desk.slack.fault_hits()),
        (1, vec![1]),
        "{code}"
    );
    desk.note("goes on");
    desk.last_act("the next goes on", DELIVERED);
    assert_eq!((desk.said("refused"), desk.said("goes on")), (0, 1));
    desk.once(2);
}

fn parks_at(code: &'static str, method: &'static str) {
    let fault = Fault::error(method, code);
    let desk = Desk::declare(vec![fault.times(1)], &["@emma"]);
    desk.until(code, |desk| {
        let failed = desk.look(move |image| {
            let mut jobs = image.jobs.values();
            let parked = jobs.find(|job| {
                matches!(&job.state, matoi::domain::sync::image::JobState::Failed { code: c, .. } if c == code)
            });
            parked.map(|job| job.attempts)
        });
        assert!(failed.is_none_or(|attempts| attempts == 1), "{code}");
        failed.is_some()
    });
    desk.note("goes on");
    desk.last_act("the rest goes on", DELIVERED);
    desk.once(2);
}

fn succeeds(code: &'static str, method: &'static str) {
    let slack = Workspace::open(Options::for_tests()).and_then(Workspace::start);
    let slack = slack.expect("it starts");
    slack.add_fault(Fault::error(method, code));
    let settings = Settings {
        api_url: slack.url(),
        ..Settings::default()
    };
    let client = Client::new(&settings, &Secret::new(slack.bot_token())).expect("loopback");
    let answer = run(client.call::<Value>(method, None, &[("channel", "C1")]));
    let already = matches!(&answer, Err(CallError::Already { code: c }) if c == code);
    assert!(already, "{method} {code}: {answer:?}");
}

#[test]
fn every_code_is_met_with_its_reaction() {
    // Each waits for the pace of posts more than it works.
    for rows in ROWS.chunks(20) {
        std::thread::scope(|scope| {
            for (code, reaction) in rows {
                scope.spawn(move || react(code, *reaction));
            }
        });
    }
}
