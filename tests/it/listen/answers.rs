//! Answers by reaction: to questions, on checklists, and marks.

use super::super::peers::rig::{Console, channel, events, id, messages, texts, until, workspace};
use super::{QUICK, done, press, say, show};
use serde_json::json;

#[test]
fn a_number_on_the_checklist_is_an_item_done_by_them() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["level", &id, "1"]).ok();
    let all = messages(&slack, &room);
    let list = all
        .iter()
        .find(|m| m["text"].as_str().is_some_and(|t| t.contains("\n3. ")));
    let ts = list.expect("a checklist")["ts"]
        .as_str()
        .expect("a ts")
        .to_owned();
    let _running = console.sync();
    press(&slack, "emma", &room, &ts, "three");
    // What means nothing here.
    press(&slack, "emma", &room, &ts, "eyes");
    until("it is done", || {
        show(&console, &id)["checklist"][2]["state"] == "done"
    });
    let item = &show(&console, &id)["checklist"][2];
    assert_eq!(item["by"], json!(super::id_of(&slack, "emma")));
    // Taken away and put back, it says nothing new; opened again, it stays open.
    let args = json!({"channel": room, "timestamp": ts, "name": "three"});
    super::call(&slack, "emma", "reactions.remove", args);
    console.run(&["untick", &id, "3"]).ok();
    press(&slack, "emma", &room, &ts, "three");
    press(&slack, "ito", &room, &ts, "one");
    until("the next is done", || {
        show(&console, &id)["checklist"][0]["state"] == "done"
    });
    assert_eq!(show(&console, &id)["checklist"][2]["state"], "open");
}

#[test]
fn who_reacted_beyond_those_that_slack_lists_counts_too() {
    use matoi::workspace::model::Reaction;
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["level", &id, "1"]).ok();
    let all = messages(&slack, &room);
    let list = all
        .iter()
        .find(|m| m["text"].as_str().is_some_and(|t| t.contains("\n3. ")));
    let ts = list.expect("a checklist")["ts"].as_str().expect("a ts");
    let ts = matoi::domain::ids::SlackTs::parse(ts).expect("a ts");
    let (bot, emma) = (super::bot(&slack), super::id_of(&slack, "emma"));
    // Fifty are listed; what the program presses itself means nothing.
    let mut users = vec![bot; 50];
    users.push(emma.clone());
    let pressed = slack.change(|state| {
        let reaction = Reaction {
            name: "three".to_owned(),
            users,
        };
        state.edit_message(&room, &ts, |message| message.reactions.push(reaction))
    });
    assert!(pressed.expect("it is kept").is_some());
    let _running = console.sync();
    until("it is done", || {
        show(&console, &id)["checklist"][2]["state"] == "done"
    });
    assert_eq!(show(&console, &id)["checklist"][2]["by"], json!(emma));
}

#[test]
fn the_situation_is_asked_for_once() {
    let slack = workspace();
    let asks = "[timers]\nask_times = 0\nask_situation_seconds = 1\n";
    let one = Console::on(&slack, "@sato", asks);
    let two = Console::on(&slack, "@emma", asks);
    let _running = (one.sync(), two.sync());
    let state = one.declare("Checkout fails");
    let room = channel(&state);
    let asked = || {
        texts(&slack, &room)
            .iter()
            .filter(|t| t.contains("What is the situation?"))
            .count()
    };
    until("it is asked", || asked() == 1);
    // Another incident's question shows that this one's time has passed.
    let other = one.declare("Mail is late");
    until("the other is asked", || {
        let room = channel(&other);
        texts(&slack, &room)
            .iter()
            .any(|t| t.contains("What is the situation?"))
    });
    assert_eq!(asked(), 1);
}

// Red without `is(&habits.mark)` of `marked` in src/domain/sync/listen/react.rs.
#[test]
fn a_marked_message_is_in_the_timeline_once() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let ts = say(&slack, "emma", &room, "the *cache* is cold");
    press(&slack, "ito", &room, &ts, "pushpin");
    press(&slack, "emma", &room, &ts, "pushpin");
    let _running = console.sync();
    let pins = || {
        let state = show(&console, &id);
        let all = state["timeline"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .filter(|e| e["source"] == "reaction")
            .count()
    };
    until("it is there", || pins() == 1);
    let next = super::ask(&slack, "sato", &room, "note later");
    done(&slack, &room, &next);
    assert_eq!(pins(), 1);
    let mut all = events(&slack, &room);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

// Red without `evidence` of `marked`, and without `!known` of `question`, in
// src/domain/sync/listen/react.rs.
#[test]
fn marks_make_evidence_and_parked_questions_once() {
    let slack = workspace();
    let marks = format!("[channel]\nquestion_mark = \":thinking_face:\"\n{QUICK}");
    let console = Console::on(&slack, "@sato", &marks);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let proof = say(&slack, "emma", &room, "500 since 10:04");
    let doubt = say(&slack, "emma", &room, "who owns the queue?");
    press(&slack, "ito", &room, &proof, "pushpin");
    let _running = console.sync();
    let told = |word: &str| {
        let texts = texts(&slack, &room);
        texts.iter().filter(|t| t.starts_with(word)).count()
    };
    until("it is pinned", || told("Pinned: ") == 1);
    // What is in the timeline may still become evidence.
    for who in ["ito", "emma"] {
        press(&slack, who, &room, &proof, "paperclip");
        press(&slack, who, &room, &doubt, "thinking_face");
    }
    let parked = || show(&console, &id)["questions"].clone();
    until("both are there", || {
        told("Evidence: ") == 1 && parked()[0]["text"].is_string()
    });
    let next = super::ask(&slack, "sato", &room, "note later");
    done(&slack, &room, &next);
    assert_eq!((told("Evidence: "), told("Pinned: ")), (1, 1));
    let parked = parked();
    let line = parked[0]["text"].as_str().expect("a line");
    assert!(line.ends_with(": who owns the queue?"), "{line}");
    assert_eq!(parked.as_array().map(Vec::len), Some(1), "{parked}");
}
