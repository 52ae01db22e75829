//! Every kind of fault as a client meets it: over HTTP.

use super::http::{FORM, Reply, address, bearer, raw, request};
use matoi::workspace::faults::{Fault, KINDS, Kind, Plan};
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A workspace with a channel of eight posts, the newest `7`.
struct Rig {
    handle: Handle,
    channel: String,
    posted: Vec<String>,
}

const POSTS: usize = 8;

fn start(faults: Plan) -> Rig {
    let opened = Workspace::open(Options {
        faults,
        ..Options::for_tests()
    });
    let handle = opened.and_then(Workspace::start).expect("it starts");
    let token = handle.bot_token();
    let made = handle.call(&token, "conversations.create", json!({ "name": "障害" }));
    let channel = super::world::at(&made, "/channel/id");
    let channel = channel.as_str().expect("an id").to_owned();
    let posted = (0..POSTS).map(|n| {
        let args = json!({ "channel": channel, "text": n.to_string() });
        let answer = handle.call(&token, "chat.postMessage", args);
        let ts = super::world::at(&answer, "/ts");
        ts.as_str().expect("a ts").to_owned()
    });
    let posted = posted.collect();
    Rig {
        handle,
        channel,
        posted,
    }
}

impl Rig {
    fn set(&self, fault: Fault) {
        self.handle.clear_faults();
        self.handle.add_fault(fault);
    }

    fn bytes(&self, method: &str, form: &str) -> Vec<u8> {
        let (host, bot) = (address(&self.handle), bearer(&self.handle, "matoi"));
        let length = form.len();
        let head = format!(
            "POST /api/{method} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{FORM}\r\n{bot}\r\n"
        );
        format!("{head}Content-Length: {length}\r\n\r\n{form}").into_bytes()
    }

    fn ask(&self, method: &str, form: &str) -> Reply {
        let bot = bearer(&self.handle, "matoi");
        request(&self.handle, method, &[&bot, FORM], form)
    }

    /// What becomes of a post whose answer does not come whole.
    fn broken(&self) -> Option<ErrorKind> {
        let form = format!("channel={}&text=x", self.channel);
        let sent = raw(&self.handle, &self.bytes("chat.postMessage", &form));
        sent.err().map(|error| error.kind())
    }

    fn post(&self) -> Reply {
        self.ask(
            "chat.postMessage",
            &format!("channel={}&text=x", self.channel),
        )
    }

    fn posts(&self) -> usize {
        let count = self.handle.with_state(|state| {
            let room = state.channel(&self.channel)?;
            Some(room.messages.values().filter(|m| !m.is_system()).count())
        });
        count.expect("the channel is there")
    }

    fn history(&self, more: &str) -> Reply {
        let form = format!("channel={}&{more}", self.channel);
        self.ask("conversations.history", &form)
    }

    /// Texts of the pages from the first to the last, at most `most` pages.
    fn pages(&self, method: &str, more: &str, most: usize) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor = String::new();
        while pages.len() < most {
            let form = format!("channel={}&{more}&cursor={cursor}", self.channel);
            let page = self.ask(method, &form).json();
            let texts = page["messages"].as_array().expect("a page").iter();
            pages.push(texts.map(|m| text(&m["text"])).collect());
            cursor = text(&page["response_metadata"]["next_cursor"]).replace('=', "%3D");
            if page["has_more"] != true || cursor.is_empty() {
                break;
            }
        }
        pages
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A kind that is missing here does not compile.
fn shown(kind: Kind) {
    let rig = start(Plan::default());
    let before = rig.posts();
    let done = |rig: &Rig| rig.posts() - before;
    let fault = Fault::always("*", kind);
    match kind {
        Kind::Hang | Kind::TimeoutAfterCommit => {
            rig.set(fault.seconds(0.05));
            assert_eq!(rig.broken(), Some(ErrorKind::ConnectionReset));
            assert_eq!(done(&rig), usize::from(kind == Kind::TimeoutAfterCommit));
            // Until then nothing comes.
            rig.set(Fault::always("*", kind).seconds(30.0));
            let mut stream = TcpStream::connect(address(&rig.handle)).expect("it listens");
            let waits = Some(Duration::from_millis(200));
            stream.set_read_timeout(waits).expect("it can be set");
            stream
                .write_all(&rig.bytes("api.test", ""))
                .expect("written");
            let read = stream.read(&mut [0; 1]).expect_err("nothing comes");
            let late = matches!(read.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            assert!(late, "{read}");
        }
        Kind::ResetBeforeCommit | Kind::ResetAfterCommit => {
            rig.set(fault);
            assert_eq!(rig.broken(), Some(ErrorKind::ConnectionReset));
            assert_eq!(done(&rig), usize::from(kind == Kind::ResetAfterCommit));
        }
        Kind::Slow => {
            rig.set(fault.seconds(0.2));
            let began = Instant::now();
            assert_eq!(rig.post().json()["ok"], true);
            assert!(began.elapsed() >= Duration::from_millis(200));
        }
        Kind::Drip => {
            rig.set(fault.seconds(0.001));
            let began = Instant::now();
            let reply = rig.post();
            assert_eq!(reply.json()["ok"], true, "it comes whole in the end");
            let least = Duration::from_millis(reply.body.len() as u64);
            assert!(began.elapsed() >= least, "a byte each millisecond");
            rig.handle.clear_faults();
            assert_eq!(done(&rig), 1);
        }
        Kind::Ratelimited => {
            for (fault, header) in [
                (fault.clone(), Some("30")),
                (fault.clone().seconds(0.0), Some("0")),
                (fault.clone().seconds(1.0), Some("1")),
                (fault.clone().seconds(3600.0), Some("3600")),
                (fault.clone().retry_after("soon"), Some("soon")),
                (
                    fault.clone().retry_after("Fri, 20 Nov 2026 18:15:00 GMT"),
                    Some("Fri, 20 Nov 2026 18:15:00 GMT"),
                ),
                (fault.retry_after(""), None),
            ] {
                rig.set(fault);
                let reply = rig.post();
                assert_eq!((reply.status, reply.error().as_str()), (429, "ratelimited"));
                assert_eq!(reply.header("retry-after"), header);
            }
            assert_eq!(done(&rig), 0);
        }
        Kind::Clamp => {
            rig.set(fault);
            for _ in 0..10 {
                rig.post();
            }
            let page = rig.history("limit=200");
            assert_eq!(page.json()["messages"].as_array().map(Vec::len), Some(15));
            assert_eq!(page.json()["has_more"], true);
            let second = rig.history("limit=200");
            assert_eq!(second.status, 429, "one a minute");
            let wait = second.header("retry-after").and_then(|w| w.parse().ok());
            assert!((50..=60).contains(&wait.unwrap_or(0)), "{wait:?}");
            let other = rig.ask("conversations.info", &format!("channel={}", rig.channel));
            assert_eq!(other.json()["ok"], true, "only reads of messages");
        }
        Kind::Html => {
            for (fault, commits, status) in [
                (fault.clone(), 0, 503),
                (
                    Fault {
                        status: Some(502),
                        ..fault.after_commit()
                    },
                    1,
                    502,
                ),
            ] {
                rig.set(fault);
                let reply = rig.post();
                assert_eq!(reply.status, status);
                let kind = reply.header("content-type").expect("one");
                assert!(kind.starts_with("text/html") && reply.body.starts_with("<!DOCTYPE"));
                assert_eq!(done(&rig), commits);
            }
        }
        Kind::Unparsable => {
            rig.set(fault.after_commit());
            let reply = rig.post();
            assert_eq!(reply.status, 200);
            assert!(serde_json::from_str::<Value>(&reply.body).is_err());
            let length = reply.header("content-length").expect("one");
            assert_eq!(length, reply.body.len().to_string(), "it is whole as HTTP");
            assert_eq!(done(&rig), 1);
        }
        Kind::Truncated => {
            rig.set(fault);
            let reply = rig.post();
            assert!(reply.body.starts_with('{') && reply.json().is_null());
            let length = reply.header("content-length").expect("one");
            let length: usize = length.parse().expect("a number");
            assert_eq!(reply.body.len(), length / 2, "the connection ended before");
            assert_eq!(done(&rig), 1);
        }
        Kind::Error => {
            rig.set(Fault::error("*", "fatal_error").after_commit());
            let reply = rig.post();
            assert_eq!((reply.status, reply.error().as_str()), (200, "fatal_error"));
            assert_eq!(reply.header("x-slack-failure"), Some("fatal_error"));
            assert_eq!(done(&rig), 1);
            rig.set(Fault::error("*", "restricted_action"));
            assert_eq!(rig.post().error(), "restricted_action");
            assert_eq!(done(&rig), 1);
        }
        Kind::ReadLag => {
            rig.set(fault.seconds(60.0));
            let page = rig.history("limit=200").json();
            assert_eq!(page["messages"], json!([]), "nothing is so old");
            rig.handle.clear_faults();
            assert!(rig.history("limit=200").body.contains(&rig.posted[7]));
        }
        Kind::CreateRace => {
            rig.set(fault.seconds(60.0));
            let made = [(); 2].map(|()| rig.ask("conversations.create", "name=one").json());
            let ids = made.each_ref().map(|made| text(&made["channel"]["id"]));
            assert!(ids[0] != ids[1] && !ids[1].is_empty(), "{made:?}");
            rig.handle.clear_faults();
            let third = rig.ask("conversations.create", "name=one");
            assert_eq!(third.error(), "name_taken");
        }
        Kind::ExpiredCursor => {
            rig.set(fault);
            let first = rig.history("limit=2").json();
            assert_eq!(first["ok"], true, "a first page goes through");
            let cursor = text(&first["response_metadata"]["next_cursor"]).replace('=', "%3D");
            let next = rig.history(&format!("limit=2&cursor={cursor}"));
            assert_eq!(next.error(), "invalid_cursor");
        }
        Kind::EndlessPages => {
            rig.set(fault);
            let pages = rig.pages("conversations.history", "limit=4", 9);
            assert_eq!(pages.len(), 9, "there is always more");
            assert_eq!(pages[..3].concat().len(), POSTS + 1, "of nothing");
        }
        Kind::EmptyPages => {
            rig.set(fault.every(2));
            let pages = rig.pages("conversations.history", "limit=4", 9);
            let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
            assert_eq!(sizes, [4, 0, 4, 0, 1]);
        }
        Kind::ShortPages => {
            rig.set(fault);
            let pages = rig.pages("conversations.history", "limit=200", 40);
            assert!(pages.iter().all(|page| page.len() <= 3), "{pages:?}");
            assert_eq!(pages.concat().len(), POSTS + 1, "nothing is left out");
        }
        Kind::RepeatedPages => {
            rig.set(fault.every(2));
            let pages = rig.pages("conversations.history", "limit=4", 9);
            let again = pages.iter().filter(|page| **page == pages[0]).count();
            assert_eq!(again, 2, "{pages:?}");
            let distinct: std::collections::BTreeSet<_> = pages.concat().into_iter().collect();
            assert_eq!(distinct.len(), POSTS + 1, "nothing is left out");
        }
        Kind::ShuffledPages => {
            let usual = rig.pages("conversations.history", "limit=200", 1).concat();
            rig.set(fault);
            let mut shuffled = rig.pages("conversations.history", "limit=200", 1).concat();
            assert_ne!(shuffled, usual);
            shuffled.sort();
            let mut usual = usual;
            usual.sort();
            assert_eq!(shuffled, usual);
        }
        Kind::OldestPageFirst => {
            let query = format!("limit=2&oldest={}", rig.posted[0]);
            let newest = rig.pages("conversations.history", &query, 9);
            assert_eq!(newest[0], ["7", "6"]);
            rig.set(fault);
            let oldest = rig.pages("conversations.history", &query, 9);
            assert_eq!(oldest[0], ["2", "1"], "the page nearest to `oldest`");
            let [mut one, mut other] = [newest.concat(), oldest.concat()];
            one.sort();
            other.sort();
            assert_eq!(one, other, "either way all of them");
        }
        Kind::RepeatedParent => {
            let parent = &rig.posted[0];
            for n in 0..4 {
                let form = format!("channel={}&text=r{n}&thread_ts={parent}", rig.channel);
                assert_eq!(rig.ask("chat.postMessage", &form).json()["ok"], true);
            }
            let query = format!("ts={parent}&limit=3");
            let usual = rig.pages("conversations.replies", &query, 9);
            assert_eq!(usual.concat().iter().filter(|text| *text == "0").count(), 1);
            rig.set(fault);
            let pages = rig.pages("conversations.replies", &query, 9);
            assert!(pages.len() > 1 && pages.iter().all(|page| page[0] == "0"));
        }
        Kind::DropMetadata => {
            let form = format!(
                "channel={}&text=x&metadata=%7B%22event_type%22%3A%22a%22%2C%22event_payload%22%3A%7B%7D%7D",
                rig.channel
            );
            let usual = rig.ask("chat.postMessage", &form).json();
            assert_eq!(usual["message"]["metadata"]["event_type"], "a");
            rig.set(fault);
            let bare = rig.ask("chat.postMessage", &form).json();
            assert!(bare["ok"] == true && bare["message"]["metadata"].is_null());
            rig.handle.clear_faults();
            let read = rig.history("limit=2&include_all_metadata=true").json();
            assert_eq!(read["messages"][1]["metadata"]["event_type"], "a");
            assert!(read["messages"][0]["metadata"].is_null());
        }
        Kind::RevokeToken => {
            rig.set(fault.nth(2));
            assert_eq!(rig.post().json()["ok"], true);
            assert_eq!(rig.post().error(), "token_revoked");
            rig.handle.clear_faults();
            assert_eq!(rig.post().error(), "token_revoked", "for good");
            assert_eq!(done(&rig), 1);
        }
        Kind::ArchiveChannel => {
            rig.set(fault.nth(2));
            assert_eq!(rig.post().json()["ok"], true);
            assert_eq!(rig.post().error(), "is_archived");
            rig.handle.clear_faults();
            assert_eq!(rig.history("").error(), "not_in_channel", "it was put out");
            let form = format!("channel={}", rig.channel);
            assert_eq!(rig.ask("conversations.join", &form).error(), "is_archived");
            assert_eq!(done(&rig), 1);
        }
    }
}

#[test]
fn every_kind_of_fault_is_met_over_http() {
    // They wait more than they work.
    std::thread::scope(|scope| {
        for row in KINDS {
            scope.spawn(|| shown(row.kind));
        }
    });
}

#[test]
fn a_file_chooses_by_method_number_time_and_chance() {
    let plan = Plan::parse(
        "seed = 5\n\
         [[fault]]\nkind = \"error\"\nerror = \"fatal_error\"\nmethod = \"pins.*\"\ncalls = [2]\n\
         [[fault]]\nkind = \"html\"\nmethod = \"api.test\"\nprobability = 0.5\n\
         [[fault]]\nkind = \"error\"\nerror = \"internal_error\"\nmethod = \"team.info\"\nfrom = 1e6\n",
    );
    let rig = start(plan.expect("valid"));
    let pins = |rig: &Rig| {
        let form = format!("channel={}", rig.channel);
        rig.ask("pins.list", &form).error()
    };
    assert_eq!(
        [pins(&rig), pins(&rig), pins(&rig)],
        ["", "fatal_error", ""]
    );
    assert_eq!(
        rig.ask("team.info", "").json()["ok"],
        true,
        "not its time yet"
    );
    let struck = |rig: &Rig| -> Vec<u16> {
        let asked = (0..24).map(|_| rig.ask("api.test", "").status);
        asked.collect()
    };
    let first = struck(&rig);
    assert!(first.contains(&503) && first.contains(&200), "{first:?}");
    let plan = Plan::parse(
        "seed = 5\n[[fault]]\nkind = \"html\"\nmethod = \"api.test\"\nprobability = 0.5\n",
    );
    assert_eq!(struck(&start(plan.expect("valid"))), first, "replayable");
}

#[test]
fn a_file_that_is_wrong_ends_the_program_with_its_line_and_a_hint() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("faults.toml");
    let run = |text: &str, lang: &str| {
        std::fs::write(&path, text).expect("written");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_matoi"));
        command.args(["workspace", "serve", "--faults"]).arg(&path);
        let ended = command.env("MATOI_LANG", lang).output().expect("it runs");
        assert_eq!(ended.status.code(), Some(2));
        String::from_utf8(ended.stderr).expect("UTF-8")
    };
    let said = run("seed = 1\n\n[[fault]]\nkind = \"hnag\"\n", "en");
    assert!(said.contains("faults.toml, line 4: "), "{said}");
    assert!(said.contains("hnag") && said.contains("hang"), "{said}");
    assert!(said.contains("matoi workspace faults"), "{said}");
    let said = run(
        "[[fault]]\nkind = \"hang\"\nmethod = \"chat.postmessage\"",
        "ja",
    );
    assert!(said.contains("faults.toml の 3 行目: "), "{said}");
    assert!(said.contains("chat.postMessage のことですか"), "{said}");
}
