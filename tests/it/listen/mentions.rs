//! Commands by mention.

use super::super::peers::rig::{Console, channel, events, id, messages, texts, until, workspace};
use super::{QUICK, answer, ask, bot, call, done, id_of, pressed, replies, say, show};
use matoi::workspace::faults::Fault;
use serde_json::json;

#[test]
fn an_act_is_done_in_its_authors_name_and_told_once() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let _running = console.sync();
    let ts = ask(&slack, "sato", &room, "レベル　２　にしてください");
    done(&slack, &room, &ts);
    let ts = ask(&slack, "ito", &room, "I command");
    done(&slack, &room, &ts);
    let ts = ask(
        &slack,
        "ito",
        &room,
        "検知 00:01 | <https://example.com/a|first>",
    );
    done(&slack, &room, &ts);
    let ts = ask(&slack, "sato", &room, "done 1-2");
    done(&slack, &room, &ts);
    let ts = ask(&slack, "sato", &room, "状況は決済が <@U0> で\n落ちています");
    done(&slack, &room, &ts);
    for text in [
        "Level set to *High L2* by",
        "takes command",
        "*Detected*: ",
        "Done: 1.",
        "Situation, by",
    ] {
        let told = || {
            texts(&slack, &room)
                .iter()
                .filter(|t| t.contains(text))
                .count()
        };
        until("it is told", || told() > 0);
        assert_eq!(told(), 1, "{text}");
    }
    // What could not be done is answered, and only that.
    let ts = ask(&slack, "sato", &room, "done 3 99");
    let said = answer(&slack, &room, &ts);
    assert!(
        said.contains("no item 99") && !said.contains("done: "),
        "{said}"
    );
    let state = show(&console, &id);
    assert_eq!(state["level"], "2");
    assert_eq!(state["commander"], json!(id_of(&slack, "ito")));
    assert!(state["milestones"]["detected"].is_string(), "{state}");
    let list = state["checklist"].as_array().expect("a list");
    let by: Vec<_> = list[..2]
        .iter()
        .map(|item| (&item["state"], &item["by"]))
        .collect();
    let sato = json!(id_of(&slack, "sato"));
    assert_eq!(by, [(&json!("done"), &sato), (&json!("done"), &sato)]);
    assert!(
        state["situation"]
            .as_str()
            .expect("told")
            .contains("落ちています")
    );
}

// Red without `self.say_done(step, &job, now)` of `job_answered` in src/domain/sync/answers.rs.
#[test]
fn what_cannot_be_marked_as_done_is_said_in_the_thread() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let room = channel(&state);
    slack.add_fault(Fault::error("reactions.add", "too_many_reactions"));
    let _running = console.sync();
    let ts = ask(&slack, "sato", &room, "note the queue is full");
    let said = answer(&slack, &room, &ts);
    assert!(said.starts_with("*Done*"), "{said}");
    assert!(pressed(&slack, &room, &ts).is_empty());
    assert_eq!(console.json(&["outbox"]), json!([]));
}

// Red without `if whole && !skips.is_empty()` of `wish` in src/domain/sync/listen/mention.rs.
#[test]
fn a_step_by_mention_says_what_it_leaves_behind() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let room = channel(&state);
    let _running = console.sync();
    let ts = ask(&slack, "sato", &room, "phase fixing");
    let said = answer(&slack, &room, &ts);
    for words in ["*Done*", "nobody commands", "no level is set"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn who_may_not_is_told_who_may_and_what_they_said_is_kept() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["command", &id]).ok();
    let _running = console.sync();
    let level = ask(&slack, "emma", &room, "level 1");
    let recovered = ask(&slack, "emma", &room, "復旧しました");
    let role = ask(&slack, "emma", &room, "scribe me");
    let said = answer(&slack, &room, &level);
    assert!(
        said.starts_with("*Noted as a proposal*") && said.contains("commander (佐藤)"),
        "{said}"
    );
    // It is a claim, which has to hold: nobody needs a right for that.
    done(&slack, &room, &recovered);
    let claim = show(&console, &id)["claim"].clone();
    assert_eq!(claim["by"], json!(id_of(&slack, "emma")), "{claim}");
    let said = answer(&slack, &room, &role);
    assert!(
        said.starts_with("*Not done*") && said.contains("佐藤"),
        "{said}"
    );
    let state = show(&console, &id);
    assert!(
        state["level"].is_null() && state["phase"] == "declared",
        "{state}"
    );
    let kept: Vec<_> = texts(&slack, &room)
        .into_iter()
        .filter(|t| t.starts_with("Note, by"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains("Proposes level Critical L1"), "{kept:?}");
}

// Red in seven of forty runs on a busy machine without `same` of `batch` in
// src/domain/sync/mirror.rs.
#[test]
fn two_consoles_act_once_and_answer_once() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", QUICK);
    let two = Console::on(&slack, "@sato", QUICK);
    let state = one.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    two.run(&["sync", "--once"]).ok();
    let _running = (one.sync(), two.sync());
    let mut asked = Vec::new();
    for text in [
        "level 2",
        "note one",
        "join ops",
        "gibberish",
        "復旧",
        "サマリ",
    ] {
        asked.push(ask(&slack, "sato", &room, text));
    }
    let said = |ts: &String| replies(&slack, &room, ts).len();
    let marked = |ts: &String| !pressed(&slack, &room, ts).is_empty();
    for ts in &asked {
        until("it is answered", || said(ts) > 0 || marked(ts));
    }
    // Copies, if there were any, go when their author sees the other. The recovery says what it
    // leaves behind.
    until("each is answered once", || {
        asked.iter().map(said).eq([0, 0, 0, 1, 1, 1])
    });
    until("each act is there once", || {
        let mut all = events(&slack, &room);
        let count = all.len();
        all.sort();
        all.dedup();
        all.len() == count
    });
    for console in [&one, &two] {
        // What stands in the channel is read by each when it comes to it.
        until("it has read all of it", || {
            let state = show(console, &id);
            let all = state["timeline"].as_array().expect("a list").iter();
            let notes = all.filter(|e| {
                let text = e["text"].as_str();
                text.is_some_and(|t| t.starts_with("Note, by"))
            });
            (&state["level"], &state["phase"], notes.count())
                == (&json!("2"), &json!("recovered"), 1)
        });
    }
}

#[test]
fn a_restart_neither_forgets_nor_repeats() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let room = channel(&state);
    let mut first = console.sync();
    let before = ask(&slack, "sato", &room, "note before");
    done(&slack, &room, &before);
    first.kill();
    let during = ask(&slack, "sato", &room, "note during");
    let _second = console.sync();
    done(&slack, &room, &during);
    // A console that begins anew reads what was answered, too.
    let fresh = Console::on(&slack, "@sato", QUICK);
    let _third = fresh.sync();
    let after = ask(&slack, "sato", &room, "note after");
    done(&slack, &room, &after);
    fresh.run(&["sync", "--once"]).ok();
    for ts in [&before, &during, &after] {
        done(&slack, &room, ts);
    }
    until("each is noted once", || {
        let texts = texts(&slack, &room);
        texts.iter().filter(|t| t.starts_with("Note, by")).count() == 3
    });
}

#[test]
fn edited_unclear_and_hostile_mentions_do_nothing_but_are_answered() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let bot = bot(&slack);
    // Written without a mention, and edited into one before anybody listens.
    let edited = say(&slack, "sato", &room, "hello");
    let args = json!({"channel": room, "ts": edited, "text": format!("<@{bot}> level 1")});
    call(&slack, "sato", "chat.update", args);
    let unclear = ask(&slack, "sato", &room, "please do the thing");
    let question = ask(&slack, "sato", &room, "復旧しましたか？");
    let control = ask(
        &slack,
        "sato",
        &room,
        "\u{1b}[31mnote\u{7} the \u{202e}queue <!here> is full",
    );
    // Nobody's mention: another app's, an escaped one, one in the middle.
    let silent = [
        say(&slack, "sato", &room, "the level 3 is <@U0>"),
        say(&slack, "sato", &room, &format!("&lt;@{bot}&gt; level 3")),
        say(
            &slack,
            "sato",
            &room,
            &format!("as I told <@{bot}> level 3"),
        ),
    ];
    let _running = console.sync();
    assert!(answer(&slack, &room, &edited).contains("was edited"));
    assert!(answer(&slack, &room, &unclear).contains("did not understand"));
    assert!(answer(&slack, &room, &question).contains("question"));
    done(&slack, &room, &control);
    for ts in &silent {
        assert!(replies(&slack, &room, ts).is_empty());
    }
    let state = show(&console, &id);
    assert!(state["level"].is_null(), "{state}");
    let kept = || {
        let all = texts(&slack, &room).into_iter();
        all.filter(|t| t.starts_with("Note, by"))
            .collect::<Vec<_>>()
    };
    until("it is kept", || !kept().is_empty());
    let note = &kept()[0];
    assert!(note.ends_with("the queue @here is full"), "{note:?}");
}

#[test]
fn a_mention_in_a_thread_is_answered_there() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let room = channel(&state);
    let _running = console.sync();
    let parent = say(&slack, "emma", &room, "what about the cache?");
    let bot = bot(&slack);
    let text = format!("<@{bot}> level 99");
    let args = json!({"channel": room, "thread_ts": parent, "text": text});
    call(&slack, "emma", "chat.postMessage", args);
    until("it is answered in the thread", || {
        replies(&slack, &room, &parent).len() == 2
    });
    assert!(replies(&slack, &room, &parent)[1].starts_with("*Not done*"));
}

#[test]
fn help_and_status_are_told_to_one_person_once() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let room = channel(&state);
    let _running = console.sync();
    let me = bot(&slack);
    for text in ["", "help", "状況は？"] {
        let ts = ask(&slack, "emma", &room, text);
        until("it is marked as answered", || {
            pressed(&slack, &room, &ts) == [("speech_balloon".to_owned(), vec![me.clone()])]
        });
        assert!(replies(&slack, &room, &ts).is_empty());
    }
    // Who left the channel is answered where they asked.
    let ts = ask(&slack, "ito", &room, "status");
    call(
        &slack,
        "ito",
        "conversations.leave",
        json!({"channel": room}),
    );
    until("one way or the other", || {
        !replies(&slack, &room, &ts).is_empty() || !pressed(&slack, &room, &ts).is_empty()
    });
    let shown = messages(&slack, &room);
    assert!(!shown.iter().any(|m| {
        m["text"]
            .as_str()
            .is_some_and(|t| t.contains("What you can do"))
    }));
}

#[test]
fn needs_questions_and_who_is_still_here_are_told_by_mention() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let _running = console.sync();
    for said in [
        "need a database expert",
        "決済の担当者が必要です",
        "question who owns the queue?",
        "在席",
    ] {
        let ts = ask(&slack, "emma", &room, said);
        done(&slack, &room, &ts);
    }
    let state = show(&console, &id);
    let lines = |key: &str| -> Vec<String> {
        let all = state[key].as_array().cloned().unwrap_or_default();
        let texts = all.iter().map(|m| m["text"].as_str().unwrap_or(""));
        texts.map(str::to_owned).collect()
    };
    assert_eq!(lines("needs"), ["a database expert", "決済の担当者"]);
    assert_eq!(lines("questions"), ["who owns the queue?"]);
    assert_eq!(state["needs"][0]["by"], json!(id_of(&slack, "emma")));
}

// Red without the arms `Wish::Settled` and `Wish::Object` of `commands` in
// src/domain/sync/listen/mention.rs.
#[test]
fn a_task_is_done_and_a_decision_objected_to_by_mention() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["command", &id]).ok();
    console
        .run(&["task", &id, "@emma", "look at the queue"])
        .ok();
    console.run(&["decide", &id, "roll back build 812"]).ok();
    let _running = console.sync();
    for said in ["done T1 the queue is fine", "異議 D1 カートの修正も戻る"] {
        let ts = ask(&slack, "emma", &room, said);
        done(&slack, &room, &ts);
    }
    let ts = ask(&slack, "emma", &room, "done T7");
    let said = answer(&slack, &room, &ts);
    assert!(said.contains("Nothing that is open is called T7"), "{said}");
    let state = show(&console, &id);
    assert_eq!(state["tasks"][0]["state"], json!("done"));
    assert_eq!(
        state["tasks"][0]["settled"][0]["text"],
        json!("the queue is fine")
    );
    let objection = &state["decisions"][0]["objections"][0];
    assert_eq!(objection["text"], json!("カートの修正も戻る"));
    assert_eq!(objection["by"], json!(id_of(&slack, "emma")));
}

#[test]
fn command_that_is_offered_is_accepted_by_mention_by_whom_it_is_offered_to() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    let _running = console.sync();
    let ts = ask(&slack, "ito", &room, "accept");
    let said = answer(&slack, &room, &ts);
    assert!(said.contains("not offered to anybody"), "{said}");
    console.run(&["command", &id]).ok();
    console.run(&["offer", &id, "@ito"]).ok();
    let ts = ask(&slack, "emma", &room, "accept");
    let said = answer(&slack, &room, &ts);
    assert!(said.contains("Command is offered to"), "{said}");
    let ts = ask(&slack, "ito", &room, "引き継ぎます");
    done(&slack, &room, &ts);
    let ito = json!(id_of(&slack, "ito"));
    assert_eq!(show(&console, &id)["commander"], ito);
}
