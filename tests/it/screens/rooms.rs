//! Home and war room.

use super::overlays::press;
use super::{fixture, shown, snapshots};
use crossterm::event::KeyCode;
use matoi::app::model::Ticket;
use matoi::app::model::{RowId, Saving};
use matoi::domain::decide::Command;
use matoi::domain::event::Body;
use matoi::domain::ids::{IncidentId, UserId};
use matoi::domain::settings::Glyphs;
use matoi::domain::sync::{Link, MergeOffer, MergeWhy};
use matoi::domain::words::Lang;
use matoi::domain::work::{Deed, Sort};

#[test]
fn the_war_room() {
    snapshots("room", |lang, size| fixture::world(lang).room(size));
}

#[test]
fn trouble_is_told_where_it_is() {
    snapshots("trouble", |lang, size| {
        let mut world = fixture::world(lang).troubled();
        world.link = Link::Offline;
        world.drill = true;
        world.local = true;
        let mut model = world.room(size);
        let saving = |ticket: u64, command: Command, seconds: i64| Saving {
            ticket: Ticket(ticket),
            incident: Some(IncidentId::new(fixture::INCIDENT)),
            command,
            since: fixture::now() - chrono::TimeDelta::seconds(seconds),
            form: None,
        };
        let acts = [
            saving(1, Command::Tick("partners".to_owned()), 1),
            saving(
                2,
                Command::Message {
                    text: world.record.say("hold on", "少し待って"),
                    thread: None,
                },
                12,
            ),
        ];
        model
            .saving
            .extend(acts.map(|saving| (saving.ticket, saving)));
        model
    });
}

#[test]
fn a_pane_that_is_not_shown_is_one_key_away() {
    snapshots("roster", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        press(&mut model, &[KeyCode::Char('8'), KeyCode::Char('j')]);
        assert!(matches!(model.room.roster.selected, Some(RowId::Person(_))));
        model
    });
}

/// Who is tired, who has too much, who was not heard of, and too many under one lead.
#[test]
fn people_who_need_a_hand() {
    snapshots("hands", |lang, size| {
        let mut world = fixture::world(lang);
        for n in 10..18 {
            let user = UserId::from(format!("U{n}").as_str());
            world.record.add(
                20 + n,
                "U1",
                Body::CheckedIn {
                    user,
                    role: None,
                    task: Some(world.record.say("read the logs", "ログの確認")),
                },
            );
        }
        for item in ["partners", "fix", "data", "help"] {
            let item = item.to_owned();
            let open = Body::Unticked { item: item.clone() };
            world.record.add(39, "U2", open);
            let user = Some(UserId::from("U2"));
            let body = Body::Assigned {
                item,
                user,
                due: None,
            };
            world.record.add(40, "U1", body);
        }
        let incident = &mut world.record.incident;
        if let Some(held) = &mut incident.commander {
            held.since = fixture::at(-210);
        }
        let mut model = world.room(size);
        press(&mut model, &[KeyCode::Char('8'), KeyCode::Char('Z')]);
        model
    });
}

/// Decisions and needs stand in the room's side whatever has the focus.
fn with_matters(lang: Lang) -> fixture::World {
    let mut world = fixture::world(lang);
    let r = &mut world.record;
    let lines = [
        (
            Sort::Task,
            r.say("roll back build 812", "build 812 の切り戻し"),
            Some("U2"),
            44,
        ),
        (
            Sort::Task,
            r.say("compare order tables", "注文テーブルの突き合わせ"),
            Some("U4"),
            41,
        ),
        (
            Sort::Need,
            r.say("one more DB engineer", "DBエンジニアをもう1人"),
            None,
            0,
        ),
        (
            Sort::Question,
            r.say("when did retries stop?", "再試行が止まったのはいつか"),
            None,
            50,
        ),
        (
            Sort::Decision,
            r.say("resume the campaign mails", "キャンペーンメールを再開する"),
            None,
            43,
        ),
    ];
    let mut last = None;
    for (matter, line, owner, due) in lines {
        let opened = Deed::Opened {
            matter,
            line,
            owner: owner.map(UserId::from),
            due: (due > 0).then(|| fixture::at(due)),
            risk: None,
        };
        last = Some(r.add(40, "U1", Body::Work(opened)));
    }
    let against = Deed::Objected {
        matter: last.expect("a decision"),
        line: r.say("not before the data check", "データ確認が先"),
    };
    r.add(41, "U4", Body::Work(against));
    let call = Deed::Called {
        user: UserId::from("U7"),
        number: 1,
        why: Some(r.say("payments", "決済")),
    };
    r.add(39, "U1", Body::Work(call));
    let offer = Deed::Offered {
        to: UserId::from("U2"),
        expires: fixture::at(46),
    };
    r.tell(41, "U1", Body::Work(offer), "briefing".to_owned());
    world
}

#[test]
fn what_is_open_is_in_the_side() {
    snapshots("matters", |lang, size| with_matters(lang).room(size));
    snapshots("matters-focus", |lang, size| {
        let mut model = with_matters(lang).room(size);
        press(
            &mut model,
            &[KeyCode::Char('0'), KeyCode::Char('j'), KeyCode::Char('j')],
        );
        model
    });
}

#[test]
fn a_report_with_what_is_better_left_out_and_a_hand_over_with_its_briefing() {
    snapshots("report", |lang, size| {
        let mut model = with_matters(lang).room(size);
        let guess = match lang {
            Lang::En => " Probably the cache.",
            Lang::Ja => "原因はおそらくキャッシュ。",
        };
        press(&mut model, &super::overlays::letters(",r"));
        press(&mut model, &super::overlays::letters(guess));
        model
    });
    snapshots("hand-over", |lang, size| {
        let mut model = with_matters(lang).room(size);
        press(&mut model, &super::overlays::letters(",hta"));
        model
    });
}

#[test]
fn one_pane_alone() {
    snapshots("zoomed", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        press(
            &mut model,
            &[KeyCode::Char('5'), KeyCode::Char('Z'), KeyCode::Char('k')],
        );
        model
    });
}

#[test]
fn limits_and_what_was_given_up() {
    snapshots("limits", |lang, size| {
        let mut world = fixture::world(lang).gave_up();
        let until = fixture::now() + chrono::TimeDelta::seconds(24);
        world.limits.resting = vec![("conversations.history".to_owned(), until)];
        world.limits.consoles = 3;
        world.limits.clamped = true;
        world.local = true;
        world.room(size)
    });
}

#[test]
fn a_room_that_was_merged_says_where_it_goes_on() {
    snapshots("merged", |lang, size| {
        let mut world = fixture::world(lang);
        world.merged();
        world.room(size)
    });
}

#[test]
fn a_merge_is_offered_at_home() {
    snapshots("offer", |lang, size| {
        let mut world = fixture::world(lang);
        let others = fixture::others(lang);
        world.offers = vec![MergeOffer {
            ours: IncidentId::new(fixture::INCIDENT),
            other: others[1].incident.id.clone(),
            why: MergeWhy::SameService,
        }];
        let mut snapshot = world.snapshot();
        snapshot.incidents.extend(others);
        fixture::model(snapshot, lang, size)
    });
}

#[test]
fn in_ascii_alone() {
    snapshots("ascii", |lang, size| {
        let mut world = fixture::world(lang);
        world.config.screen.glyphs = Glyphs::Ascii;
        world.room(size)
    });
}

#[test]
fn the_incidents() {
    snapshots("home", |lang, size| {
        let world = fixture::world(lang);
        let mut snapshot = world.snapshot();
        let other = fixture::others(lang);
        snapshot.incidents.extend(other);
        fixture::model(snapshot, lang, size)
    });
}

#[test]
fn the_first_run() {
    snapshots("first-run", |lang, size| {
        let mut world = fixture::world(lang);
        world.local = true;
        let mut snapshot = world.snapshot();
        snapshot.incidents.clear();
        snapshot.room = None;
        snapshot.me = UserId::default();
        fixture::model(snapshot, lang, size)
    });
}

#[test]
fn an_empty_list_says_what_to_press() {
    snapshots("no-incidents", |lang, size| {
        let mut snapshot = fixture::world(lang).snapshot();
        snapshot.incidents.clear();
        snapshot.room = None;
        fixture::model(snapshot, lang, size)
    });
}

#[test]
fn the_smallest_room_and_what_is_too_small_for_one() {
    for (name, size) in [("smallest", (60, 16)), ("card", (40, 10))] {
        for lang in [Lang::En, Lang::Ja] {
            let mut world = fixture::world(lang);
            world.local = true;
            let name = format!("{name}-{}", lang.code());
            insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!(name, shown(&world.room(size)));
            });
        }
    }
}
