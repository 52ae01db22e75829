//! Exports by the real program: what is written where, and that a history goes round.

use super::peers::rig::{Console, id, workspace};
use matoi::domain::decide::{Command, Outlets};
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::sync::image::{IncidentRow, Write};
use matoi::domain::sync::{Engine, Order, Timing};
use matoi::io::pace::machine;
use matoi::io::store::Journal;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    let about = std::fs::metadata(path).expect("it is there");
    about.permissions().mode() & 0o777
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("it is there")
}

// Red without `if closed && !private` of `allowed` in src/app/export/mod.rs.
#[test]
fn a_record_is_written_in_three_forms_and_a_private_one_only_if_that_is_said() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Cart is <down>");
    let incident = id(&state);
    let room = state["channel"]["name"].as_str().expect("a name");
    console
        .run(&["note", &incident, "<script>alert(1)</script> of 812"])
        .ok();
    let file = |name: &str| console.dir.path().join(name);
    let html = file("a.html");
    let out = html.to_string_lossy();
    let export = ["export", room, "--format", "html", "--out", &out];
    console.run(&export).ok();
    let page = text(&html);
    assert!(page.contains("Cart is &lt;down&gt;") && page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains("<script") && page.contains("lang=\"en\""));
    let again = console.run(&export);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("--force"), "{again:?}");
    console
        .run(&[&export[..], &["--force", "--lang", "ja"]].concat())
        .ok();
    assert!(text(&html).contains("lang=\"ja\""));
    let md = console.run(&["export", &incident, "--utc"]).ok().out;
    assert!(
        md.starts_with("# Cart is \\<down\\>") && md.contains(" UTC"),
        "{md}"
    );
    let record = console.json(&["export", &incident]);
    assert_eq!(record["format"], "matoi.incident");
    assert_eq!(record["incident"]["id"], Value::String(incident.clone()));
    let events = record["record"].as_array().expect("events");
    assert!(events.len() >= 2);
    for event in events {
        assert_eq!(event["verdict"], "accepted");
        assert!(event["position"]["ts"].is_string(), "{event}");
    }
    let token = slack.bot_token();
    assert!(!record.to_string().contains(&token) && !page.contains(&token));

    let leak = console.json(&[
        "declare",
        "--service",
        "other",
        "--title",
        "Leak",
        "--private",
    ]);
    let leak = id(&leak);
    let refused = console.run(&["export", &leak, "--out", &file("p.md").to_string_lossy()]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("--private") && !file("p.md").exists());
    let private = file("p.md");
    let out = private.to_string_lossy();
    console
        .run(&["export", &leak, "--private", "--out", &out])
        .ok();
    assert!(text(&private).contains("**PRIVATE**"));
    assert_eq!(mode(&private), 0o600);
    let all = file("all.json");
    let out = all.to_string_lossy();
    console.run(&["export", "--all", "--out", &out]).ok();
    assert!(!text(&all).contains(&leak) && text(&all).contains(&incident));
    console
        .run(&["export", "--all", "--private", "--force", "--out", &out])
        .ok();
    assert!(text(&all).contains(&leak));
    assert_eq!(mode(&all), 0o600);
}

#[test]
fn a_history_goes_into_another_directory_and_nothing_is_done_there() {
    let slack = workspace();
    let (here, there) = (
        Console::on(&slack, "@sato", ""),
        Console::local("@sato", ""),
    );
    let state = here.declare("Cart is down");
    let incident = id(&state);
    here.run(&["command", &incident]).ok();
    here.run(&["situation", &incident, "<@U0> every order fails"])
        .ok();
    here.run(&["sync", "--once"]).ok();
    let file = here.dir.path().join("all.json");
    let file = file.to_string_lossy();
    here.run(&["export", "--all", "--out", &file]).ok();
    let told = there.json(&["import", &file]);
    assert_eq!(
        (&told["added"], &told["same"]),
        (&Value::from(1), &Value::from(0))
    );
    let told = there.json(&["import", &file]);
    assert_eq!(
        (&told["added"], &told["same"]),
        (&Value::from(0), &Value::from(1))
    );
    let show = |console: &Console| console.json(&["export", &incident]);
    assert_eq!(show(&here), show(&there));
    let copy = there.dir.path().join("copy.json");
    there
        .run(&["export", "--all", "--out", &copy.to_string_lossy()])
        .ok();
    assert_eq!(text(&copy), text(Path::new(file.as_ref())));

    // Its timekeeper is long due, and its card and topic belong to somebody.
    let mut rng = fastrand::Rng::with_seed(1);
    let (_, mut image) = Journal::open(&there.data(), &mut rng).expect("a journal");
    let incident = IncidentId::new(incident);
    let row = image.incidents[&incident].clone();
    image.apply(&Write::Incident(IncidentRow { card: None, ..row }));
    let me = UserId::new("U1");
    let mut now = machine();
    let mut engine = Engine::new(image, me.clone(), Timing::default(), now);
    engine.take_lead(now);
    for _ in 0..50 {
        now.mono += std::time::Duration::from_secs(600);
        now.wall += chrono::TimeDelta::minutes(10);
        let step = engine.next(now, &mut rng);
        assert!(step.writes.is_empty(), "{:?}", step.writes);
    }
    let order = Order {
        command: Command::Note("x".into()),
        by: me,
        outlets: Outlets::default(),
        via: None,
    };
    let refused = engine.act(Some(&incident), &order, now, &mut rng);
    assert!(refused.is_err(), "nothing is done in it");
}
