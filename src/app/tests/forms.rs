//! Forms, and what becomes of what was typed into them.

use super::busy;
use crate::app::effect::Effect;
use crate::app::form::Stop;
use crate::app::model::Screen;
use crate::app::msg::Msg;
use crate::app::testing::Desk;
use crate::app::testing::World;
use crate::app::view;
use crate::app::view::Tone;
use crate::domain::decide::Command;
use crate::domain::event::Kind;
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use chrono::TimeDelta;

#[test]
fn every_form_of_a_public_or_final_act_starts_away_from_its_button_and_names_its_target() {
    for key in ["d", "l", "r", "x", "D"] {
        let mut desk = Desk::in_room(busy());
        desk.keys(key);
        let model = &desk.model;
        let form = model.form().expect("a form");
        assert!(form.confirm.is_some() && form.at != Stop::Go, "{key}");
        let said = crate::app::form::preview(form, model).join("\n");
        assert!(said.contains('#'), "{key}: {said}");
        if form.verb != Verb::Declare {
            assert!(said.contains("Checkout fails"), "{key}: {said}");
        }
    }
}

#[test]
fn no_enter_y_or_space_confirms() {
    for (open, filled) in [("r", ""), ("D", ""), ("l", "2"), ("x", "near")] {
        let mut desk = Desk::in_room(busy());
        desk.keys(open);
        desk.write(filled);
        for mash in ["y", "Y", "Enter", "y", "Enter", "Enter", "y", "Enter"] {
            desk.keys(mash);
        }
        desk.write("   ");
        // Once the form is left, they are a message.
        let acts = desk.acts();
        let said = |command: &Command| matches!(command, Command::Message { .. });
        assert!(
            acts.iter().all(|(.., command)| said(command)),
            "{open}: {acts:?}"
        );
    }
}

#[test]
fn a_public_act_goes_through_by_its_button_or_its_letter() {
    let mut desk = Desk::in_room(busy());
    desk.keys("l");
    desk.write("1");
    desk.keys("Tab Tab Enter");
    let acts = desk.acts();
    let [(_, Some(id), Command::Level(plan))] = acts.as_slice() else {
        panic!("one act: {acts:?}");
    };
    assert_eq!((id, plan.level.id.as_str()), (&desk.world.id(), "1"));

    let mut desk = Desk::in_room(busy());
    desk.keys("r Ctrl-r");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, _, Command::Recover(Some(_)))]
    ));
    let mut desk = Desk::in_room(busy());
    desk.keys("r Ctrl-l");
    assert!(desk.acts().is_empty(), "another act's letter");
}

#[test]
fn a_form_acts_on_the_incident_it_was_opened_on() {
    let mut desk = Desk::in_room(busy());
    let first = desk.world.id();
    desk.keys("n");
    desk.write("about the first");
    desk.world.declare("another");
    desk.refresh();
    desk.keys("Enter");
    assert!(matches!(
        desk.acts().as_slice(),
        [(_, Some(id), Command::Note(text))] if *id == first && text == "about the first"
    ));
}

#[test]
fn a_refused_form_keeps_its_text_and_says_why() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("cause found");
    desk.keys("Enter");
    let acts = desk.acts();
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::refused(Text::fixed(
            "The disk is full.",
            "空きがありません。",
        ))),
    });
    let form = desk.model.form().expect("stays");
    assert_eq!(form.value("text"), "cause found");
    assert!(form.problem.is_some() && form.waits.is_none());
    assert!(desk.said().contains("disk is full"));
    assert!(desk.model.saving.is_empty());
    desk.paint();
    desk.keys("Enter");
    assert_eq!(desk.acts().len(), 1, "the same text goes again");
}

#[test]
fn a_refused_message_comes_back_before_what_was_written_since() {
    let mut desk = Desk::in_room(busy());
    desk.keys("i");
    desk.write("first");
    desk.keys("Enter");
    desk.write("second");
    let acts = desk.acts();
    assert_eq!(view::channel::count(&desk.model), 3, "echoed at once");
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::failed(Text::fixed("no", "不可"))),
    });
    assert_eq!(desk.model.composer.edit.text(), "first\nsecond");
}

#[test]
fn what_was_typed_into_a_form_that_was_left_is_there_again() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("half a thought");
    desk.keys("Esc n");
    assert_eq!(
        desk.model.form().expect("open").value("text"),
        "half a thought"
    );
    desk.keys("Enter");
    desk.answer();
    desk.keys("n");
    assert_eq!(
        desk.model.form().expect("open").value("text"),
        "",
        "sent is sent"
    );
}

#[test]
fn an_act_is_marked_as_being_saved_until_its_record_is_there() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("cause found");
    let before = view::timeline::count(&desk.model);
    desk.keys("Enter");
    assert_eq!(view::timeline::count(&desk.model), before + 1);
    let last = |desk: &Desk| {
        let at = view::timeline::count(&desk.model) - 1;
        view::timeline::row(&desk.model, at).expect("a row")
    };
    assert_eq!(
        last(&desk).mark.map(|m| m.text).as_deref(),
        Some("(saving)")
    );
    assert_eq!(
        view::header::header(&desk.model).expect("a room").counts[0].text,
        "1 saving"
    );
    // A disk that hangs is told, and stops nobody.
    desk.send(Msg::Tick(desk.world.now + TimeDelta::seconds(7)));
    assert_eq!(last(&desk).mark.map(|m| m.tone), Some(Tone::Overdue));
    desk.answer();
    assert_eq!(view::timeline::count(&desk.model), before + 1);
    assert_eq!(last(&desk).mark, None);
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn declaring_opens_the_room_and_asks_for_what_is_missing() {
    let mut desk = Desk::at_home(World::new());
    desk.keys("d Tab Tab Ctrl-d");
    let form = desk.model.form().expect("stays");
    assert_eq!(form.at, Stop::Field(1), "the title is missing");
    assert!(form.fields[1].problem.is_some() && desk.acts().is_empty());
    desk.write("決済が失敗する");
    desk.keys("Tab");
    desk.write("sec");
    let private = |desk: &Desk| desk.model.form().is_some_and(|form| form.flag("private"));
    assert!(private(&desk), "as configured for its kind");
    let said = crate::app::form::preview(desk.model.form().expect("open"), &desk.model).join("\n");
    assert!(
        said.contains("Announced nowhere") && said.contains("#sec-20261120-1400"),
        "{said}"
    );
    desk.keys("Tab");
    desk.write("red");
    desk.keys("Tab Tab");
    desk.write("13:45");
    let form = desk.model.form().expect("open");
    let understood = form.field("started").and_then(|f| f.understood.clone());
    assert_eq!(understood.expect("read").en, "13:45 JST (15m ago)");
    desk.keys("Ctrl-d");
    let acts = desk.acts();
    let [(ticket, None, Command::Declare(made))] = acts.as_slice() else {
        panic!("{acts:?}");
    };
    assert_eq!((made.kind, made.private), (Kind::Security, true));
    assert_eq!(
        made.temperature.as_ref().map(|t| t.id.as_str()),
        Some("red")
    );
    assert_eq!(made.started, Some(desk.world.now - TimeDelta::minutes(15)));
    let id = desk.world.declare("決済が失敗する");
    desk.refresh();
    desk.send(Msg::Acted {
        ticket: *ticket,
        result: Ok(id.clone()),
    });
    assert_eq!(desk.model.screen, Screen::Room(id.clone()));
    let [Effect::Focus(Some(focus)), Effect::Remind(_)] = &desk.effects[..] else {
        panic!("{:?}", desk.effects);
    };
    assert_eq!(*focus, id);
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn leaving_while_it_is_saved_loses_nothing() {
    let mut desk = Desk::in_room(busy());
    desk.keys("n");
    desk.write("kept");
    desk.keys("Enter Esc");
    assert!(desk.model.overlays.is_empty());
    let acts = desk.acts();
    desk.send(Msg::Acted {
        ticket: acts[0].0,
        result: Err(Problem::failed(Text::fixed("no", "不可"))),
    });
    desk.keys("n");
    assert_eq!(desk.model.form().expect("open").value("text"), "kept");
    // An answer to nothing is nothing.
    desk.send(Msg::Acted {
        ticket: crate::app::model::Ticket(999),
        result: Ok(IncidentId::new("i0")),
    });
}

#[test]
fn an_act_carries_where_it_is_heard_and_a_private_one_is_heard_nowhere() {
    for (private, wanted) in [(false, vec!["#dev".to_owned()]), (true, Vec::new())] {
        let mut world = busy();
        world.private = private;
        let mut desk = Desk::in_room(world);
        desk.keys("l");
        desk.write("1");
        desk.keys("Ctrl-l");
        let [Effect::Act { outlets, .. }] = desk.effects.as_slice() else {
            panic!("{:?}", desk.effects);
        };
        assert_eq!(outlets.broadcast, wanted);
    }
}

// Red without `Stop::Field(0)` of `page`, and without `form.scroll = 0` of `key`, in
// src/app/form/keys.rs.
#[test]
fn page_keys_read_a_form_and_typing_goes_back_to_the_field() {
    let mut desk = Desk::in_room(busy());
    desk.keys("s");
    let scroll = |desk: &Desk| desk.model.form().expect("open").scroll;
    desk.keys("PageUp");
    assert_eq!(scroll(&desk), 0);
    desk.keys("PageDown");
    assert!(scroll(&desk) > 0);
    desk.keys("x");
    assert_eq!(scroll(&desk), 0);
}
