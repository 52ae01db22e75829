//! What stands over the screen, reached by its keys.

use super::{Terminal, fixture, snapshots};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::model::{LongText, Model, Overlay, Pane};
use matoi::app::msg::Msg;
use matoi::app::update::update;
use matoi::domain::problem::Problem;
use matoi::domain::settings::Contact;
use matoi::domain::words::{Lang, Text};

/// Presses keys, each once the frame before it is out.
pub fn press(model: &mut Model, keys: &[KeyCode]) {
    let mut terminal = Terminal::new();
    for code in keys {
        terminal.show(model);
        let painted = Msg::Painted {
            generation: model.generation,
            lists: terminal.drawing.lists.clone(),
        };
        update(model, painted);
        update(model, Msg::Key(KeyEvent::new(*code, KeyModifiers::NONE)));
    }
}

pub fn letters(text: &str) -> Vec<KeyCode> {
    text.chars().map(KeyCode::Char).collect()
}

fn after(name: &str, keys: &[KeyCode]) {
    snapshots(name, |lang, size| {
        let mut model = fixture::world(lang).room(size);
        press(&mut model, keys);
        model
    });
}

#[test]
fn help() {
    after("help", &[KeyCode::Char('?')]);
}

#[test]
fn palette() {
    after("palette", &letters(":res"));
}

#[test]
fn a_pick_list() {
    after("pick", &letters("t"));
}

#[test]
fn a_level_is_confirmed_with_its_target() {
    after(
        "level",
        &[KeyCode::Char('l'), KeyCode::Char('1'), KeyCode::Tab],
    );
}

#[test]
fn a_form_with_a_choice_and_texts() {
    after(
        "checkin",
        &[letters("c").as_slice(), &[KeyCode::Tab]].concat(),
    );
}

#[test]
fn a_declaration_with_what_is_missing() {
    snapshots("declare", |lang, size| {
        let mut world = fixture::world(lang);
        world.local = true;
        let mut model = world.home(size);
        let title = match lang {
            Lang::En => "Search results are empty for logged-in users",
            Lang::Ja => "ログイン済みユーザーの検索結果が空になる",
        };
        let keys = [
            letters("d"),
            vec![KeyCode::Tab],
            letters(title),
            vec![KeyCode::Tab; 4],
            letters("later"),
            vec![KeyCode::Tab],
            letters("-20m"),
        ];
        press(&mut model, &keys.concat());
        model
    });
}

#[test]
fn the_outbox_with_states_and_reasons() {
    snapshots("outbox", |lang, size| {
        let mut model = fixture::world(lang).troubled().room(size);
        press(&mut model, &letters("o"));
        model
    });
}

#[test]
fn the_outbox_of_several_incidents_with_what_was_given_up() {
    snapshots("outbox-all", |lang, size| {
        let mut model = fixture::world(lang).troubled().gave_up().home(size);
        press(&mut model, &letters("o"));
        model
    });
}

#[test]
fn a_text_is_changed_before_it_is_sent() {
    snapshots("rewrite", |lang, size| {
        let mut model = fixture::world(lang).troubled().room(size);
        press(&mut model, &letters("oe"));
        model
    });
}

#[test]
fn what_is_given_up_is_named() {
    snapshots("drop", |lang, size| {
        let mut model = fixture::world(lang).troubled().room(size);
        press(&mut model, &letters("ox"));
        model
    });
}

#[test]
fn who_sits_here() {
    after("who", &letters("Wsa"));
}

#[test]
fn leaving_is_confirmed() {
    snapshots("quit", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        update(&mut model, Msg::Key(quit));
        model
    });
}

#[test]
fn leaving_as_the_last_console_says_what_stops() {
    snapshots("quit-alone", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        std::sync::Arc::make_mut(&mut model.snapshot).other_heard = None;
        let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        update(&mut model, Msg::Key(quit));
        model
    });
}

#[test]
fn what_changed_since_somebody_looked() {
    snapshots("catch-up", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        let incident = model.room_id().cloned().expect("a room");
        let looked = matoi::app::catchup::Looked {
            last: fixture::now(),
            away: Some(fixture::at(19)),
        };
        model.looked.insert(incident, looked);
        press(&mut model, &letters("S"));
        model
    });
}

#[test]
fn whom_to_call() {
    snapshots("calls", |lang, size| {
        let mut world = fixture::world(lang);
        world.config.call_sheet.note = match lang {
            Lang::En => {
                "Call first, then write. The hotline of the data centre is staffed day and night."
            }
            Lang::Ja => "まず電話、次に投稿。データセンターの窓口は24時間つながります。",
        }
        .to_owned();
        world.config.call_sheet.meetings = vec!["https://meet.example.com/war-room".to_owned()];
        let contact = |name: &str, role: &str, phone: &str, deputies: &[&str]| Contact {
            name: name.to_owned(),
            role: role.to_owned(),
            phone: phone.to_owned(),
            deputies: deputies.iter().map(|d| (*d).to_owned()).collect(),
            note: String::new(),
        };
        world.config.contacts = match lang {
            Lang::En => vec![
                contact("Ito", "SRE lead", "+81 90 0000 0001", &["Tanaka"]),
                contact("Tanaka", "Payments", "+81 90 0000 0002", &[]),
                contact("Data centre", "", "+81 3 0000 0003", &[]),
            ],
            Lang::Ja => vec![
                contact("伊藤", "SRE リード", "+81 90 0000 0001", &["田中"]),
                contact("田中", "決済", "+81 90 0000 0002", &[]),
                contact("データセンター", "", "+81 3 0000 0003", &[]),
            ],
        };
        let first = world.config.contacts[0].name.clone();
        world.config.services[0].contacts = vec![first];
        let mut model = world.room(size);
        press(&mut model, &letters("!"));
        model
    });
}

#[test]
fn a_long_text() {
    snapshots("long-text", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        let text = match lang {
            Lang::En => "A long report, with words that wrap. ",
            Lang::Ja => "長い報告です。禁則処理により、句読点が行頭に来ることはありません。",
        };
        model.overlays.push(Overlay::LongText(LongText {
            title: "14:40 Ito".to_owned(),
            text: format!("{}\n\n{}", text.repeat(12), text.repeat(40)),
            scroll: 4,
        }));
        model
    });
}

#[test]
fn words_of_the_program() {
    snapshots("toasts", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        update(
            &mut model,
            Msg::Notice(Text::fixed(
                "The paste is in the message line; nothing was run.",
                "貼り付けた内容は投稿欄に入れました。操作は実行していません。",
            )),
        );
        let problem = Problem::refused(Text::fixed(
            "Ito commands since 14:03.",
            "14:03から伊藤が指揮を執っています。",
        ))
        .hint(Text::fixed(
            "Command can be taken from somebody silent for 5 minutes, with a reason.",
            "5分以上応答がなければ、理由を添えて引き継げます。",
        ));
        update(&mut model, Msg::Problem(problem));
        model
    });
}

#[test]
fn a_message_being_written_has_the_caret() {
    snapshots("composer", |lang, size| {
        let mut model = fixture::world(lang).room(size);
        model.room.focus = Some(Pane::Channel);
        press(&mut model, &[KeyCode::Enter]);
        let text = match lang {
            Lang::En => "Rolling forward at 15:00 unless somebody objects",
            Lang::Ja => "15時に再開します。異論があればここで",
        };
        update(&mut model, Msg::Paste(format!("{text}\nsecond line")));
        model
    });
}
