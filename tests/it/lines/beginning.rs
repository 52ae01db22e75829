//! The first minutes: where to go, who comes, what is happening, who commands.

use super::super::listen::{ask, done};
use super::super::peers::rig::{Console, heard, texts, until, workspace};
use super::super::stories::rig::World;
use super::{COMPANY, consoles, members, message, shop_fails, show};
use matoi::app::model::RowId;
use matoi::app::view::roster;
use matoi::domain::words::Lang;
use serde_json::{Value, json};

// Red without `if command.verb().row().loud { … }` of `outlets` in src/app/resolve.rs.
#[test]
fn nobody_knows_which_channel_to_use() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    let (incident, room) = shop_fails(&console);
    for place in ["dev", "support", "leads", "exec"] {
        assert_eq!(heard(&slack, place, &format!("<#{room}")), 1, "{place}");
    }
    // Whoever is asked later where it is, finds one place: it is pinned, and the list has it once.
    let pinned = message(&slack, &room, "Incident declared: *Cart is down*").expect("said");
    assert!(pinned["pinned_to"].is_array(), "{pinned}");
    let other = Console::on(&slack, "@emma", COMPANY);
    other.run(&["sync", "--once"]).ok();
    let list = other.json(&["list"]);
    let rooms: Vec<&Value> = list.as_array().expect("a list").iter().collect();
    assert_eq!(rooms.len(), 1);
    assert_eq!(rooms[0]["id"], json!(incident));
    assert_eq!(rooms[0]["channel"]["id"], json!(room));
}

// Red without `out.groups.extend(groups.chain(&invite.groups).cloned())` in src/app/resolve.rs.
#[test]
fn people_hesitate_to_call_others_or_do_not_know_whom() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    let (_, room) = shop_fails(&console);
    let inside = members(&slack, &room);
    // Without anybody having thought of it: the service's group, who is always called, who follows.
    let group = slack.with_state(|state| {
        let id = matoi::workspace::state::hashed_id("S", "shop");
        state.group(&id).expect("of the seed").users.clone()
    });
    let people = slack.people().into_iter();
    let group = people.filter(|person| group.contains(&person.id));
    let wanted: Vec<String> = group.map(|person| person.name).collect();
    assert!(wanted.len() > 1, "{wanted:?}");
    for who in wanted
        .iter()
        .map(String::as_str)
        .chain(["yamamoto", "priya"])
    {
        assert!(inside.iter().any(|name| name == who), "{who}: {inside:?}");
    }
}

// Red without `by_name.into_iter().chain(invited)` of `called` in src/domain/crew.rs, and for the
// follower without `brought.retain(…)` of `called` in src/app/resolve.rs.
#[test]
fn the_roster_shows_who_was_called_answers_and_is_here() {
    let mut w = consoles(Lang::En, &["sato"], COMPANY);
    let fields = [("service", "shop"), ("title", "Cart is down")];
    w.act("sato", "d", &fields);
    let room = w.channel("shop-");
    w.until("14:03");
    let shown = |w: &mut World, who: &str| {
        let id = w.id_of(who);
        let rows = roster::rows(&w.at("sato").model).into_iter();
        let row = rows.map(|row| (row.id, row.idle.map(|said| said.text)));
        row.filter(|(row, _)| *row == RowId::Person(id.clone()))
            .map(|(_, said)| said.unwrap_or_default())
            .next()
    };
    // Always called; asked to follow, which is no call.
    let yamamoto = shown(&mut w, "yamamoto").expect("on the roster");
    assert!(yamamoto.starts_with("called "), "{yamamoto}");
    assert_eq!(shown(&mut w, "priya"), None);
    assert!(w.at("sato").screen().contains(" called"));
    w.post("yamamoto", &room, "on my way");
    w.until("14:05");
    let yamamoto = shown(&mut w, "yamamoto").expect("on the roster");
    assert!(yamamoto.starts_with("answered"), "{yamamoto}");
    w.post("yamamoto", &room, "@matoi join");
    w.until("14:07");
    assert_eq!(shown(&mut w, "yamamoto").as_deref(), Some(""));
    let id = w.at("sato").here().id.clone();
    let told = w.at("sato").show(&id);
    let yamamoto = w.id_of("yamamoto");
    let invited = told["invited"].as_array().expect("a list");
    assert!(invited.iter().any(|one| one["user"] == yamamoto.as_str()));
}

// Red without `once(About::Situation, declared + wait)` in src/domain/sync/listen/ask.rs.
#[test]
fn the_creator_dives_into_the_fix() {
    let slack = workspace();
    let asks = "[timers]\nask_times = 0\nask_situation_seconds = 1\n";
    let mut console = Console::on(&slack, "@sato", asks);
    for (lang, questions, says) in [
        (
            "en",
            [
                "which features, which screens?",
                "Must users be told: a notice, inquiries, social media?",
                "outlook on cause or recovery?",
                "may it still spread, and who is needed?",
            ],
            "situation the cart loses items, logged-in users only",
        ),
        (
            "ja",
            [
                "どの機能・画面に影響",
                "告知・問い合わせ・SNS",
                "原因や復旧の見通し",
                "どこまで広がりそうですか",
            ],
            "状況はカートの商品が消える、ログイン利用者のみ",
        ),
    ] {
        console.set("MATOI_LANG", lang);
        let running = console.sync();
        let (incident, room) = {
            let state = console.declare("Cart is down");
            (super::id(&state), super::channel(&state))
        };
        until("the four questions are asked", || {
            let said = texts(&slack, &room);
            said.iter()
                .any(|text| questions.iter().all(|line| text.contains(line)))
        });
        // Somebody who has only Slack answers, and everybody works from it.
        let ts = ask(&slack, "emma", &room, says);
        done(&slack, &room, &ts);
        let situation = show(&console, &incident)["situation"].clone();
        let tail = says.split_once(['s', 'は']).map_or(says, |(_, tail)| tail);
        let situation = situation.as_str().expect("a situation");
        assert!(tail.contains(situation), "{situation}");
        assert!(
            says.ends_with(situation) && situation.len() > 20,
            "{situation}"
        );
        drop(running);
        console.run(&["cancel", &incident, "--reason", "next"]).ok();
    }
}

// Red with the item `evidence` at the end of assets/checklists/en/security.toml.
#[test]
fn the_hunt_for_the_cause_delays_the_fix() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    let place = |state: &Value, id: &str| {
        let list = state["checklist"].as_array().expect("a list");
        let at = list.iter().position(|item| item["id"] == id);
        at.unwrap_or_else(|| unreachable!("no {id}"))
    };
    // Stop the bleeding, restore, keep what shows the cause, and only then the cause.
    let (outage, room) = shop_fails(&console);
    let state = console.json(&["level", &outage, "1"]);
    let order = [
        "recent-changes",
        "provisional-fix",
        "keep-evidence",
        "cause-and-impact",
    ];
    let places = order.map(|id| place(&state, id));
    assert!(places.is_sorted(), "{places:?}");
    // A list this long takes several messages.
    let text = texts(&slack, &room).join("\n");
    let told = ["roll back", "provisional fix", "Keep what shows the cause"];
    let told = told.map(|words| text.find(words).expect("in the channel"));
    assert!(told.is_sorted(), "{told:?}");
    // Among attackers the evidence comes first.
    let args = [
        "declare",
        "--service",
        "shop",
        "--kind",
        "security",
        "--title",
        "Odd logins",
    ];
    let leak = super::id(&console.json(&args));
    let state = console.json(&["level", &leak, "1"]);
    let order = [
        "evidence",
        "contain",
        "credentials",
        "eradicate",
        "recovery-check",
    ];
    let places = order.map(|id| place(&state, id));
    assert!(places.is_sorted(), "{places:?}");
}
