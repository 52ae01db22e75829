//! The history's screen, and what is brought to mind.

use super::overlays::{letters, press};
use super::{fixture, snapshots};
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matoi::app::effect::Effect;
use matoi::app::history::{Found, Hit, Reminder, Spoken};
use matoi::app::model::Model;
use matoi::app::msg::Msg;
use matoi::app::update::update;
use matoi::domain::event::Named;
use matoi::domain::history::{End, Month};
use matoi::domain::ids::IncidentId;
use matoi::domain::outlets::Sight;
use matoi::domain::text::terms::terms;
use matoi::domain::words::Lang;
use std::sync::Arc;

fn hit(lang: Lang, n: i64, title: [&str; 2], line: Option<[&str; 2]>) -> Hit {
    let say = |text: [&str; 2]| text[usize::from(lang == Lang::Ja)].to_owned();
    let declared = fixture::at(0) - TimeDelta::days(17 * n);
    Hit {
        id: match n {
            0 => IncidentId::new(fixture::INCIDENT),
            _ => IncidentId::new(format!("iold{n}")),
        },
        channel: Some(format!("shop-2026-{n}")),
        title: say(title),
        service: "shop".into(),
        level: (n != 3).then(|| Named {
            id: "2".into(),
            name: "High".into(),
        }),
        declared,
        end: match n {
            0 => End::Open,
            2 => End::NearMiss,
            _ => End::Resolved,
        },
        sight: Sight {
            private: n == 3,
            ..Sight::default()
        },
        line: line.map(|line| Spoken {
            at: declared + TimeDelta::minutes(31),
            text: say(line),
        }),
    }
}

fn found(lang: Lang, asked: &str) -> Found {
    let line = [
        "Tanaka: rolled back build 811, card payments go through again after the cache is empty",
        "田中: ビルド 811 を切り戻し。キャッシュが空になった後、カード決済は成功している",
    ];
    Found {
        terms: terms(asked),
        hits: vec![
            hit(
                lang,
                0,
                ["Checkout fails for card payments", "カード決済が失敗する"],
                None,
            ),
            hit(
                lang,
                1,
                [
                    "Card payments are declined by one bank",
                    "特定の銀行でカード決済が拒否される",
                ],
                Some(line),
            ),
            hit(
                lang,
                2,
                ["Payment page is slow", "決済画面の表示が遅い"],
                Some(line),
            ),
            hit(
                lang,
                3,
                [
                    "Card numbers in a log",
                    "ログにカード決済の番号が出力された",
                ],
                None,
            ),
        ],
        count: 4,
        months: [(9, 1), (10, 0), (11, 3)]
            .map(|(month, count)| Month {
                year: 2026,
                month,
                count,
            })
            .into(),
        tags: vec![("dns".into(), 2), ("payment-provider".into(), 1)],
        unclear: vec!["since:soon".into()],
        behind: 12,
        asked: asked.to_owned(),
    }
}

fn searched(lang: Lang, size: (u16, u16), keys: &[KeyCode]) -> Model {
    let mut model = fixture::world(lang).room(size);
    let asked = if lang == Lang::Ja { "決済" } else { "pay" };
    press(&mut model, &letters("/"));
    press(&mut model, &letters(asked));
    update(&mut model, Msg::Found(Arc::new(found(lang, asked))));
    press(&mut model, keys);
    model
}

#[test]
fn the_history_with_the_incident_that_is_selected() {
    snapshots("history", |lang, size| searched(lang, size, &[]));
}

#[test]
fn months_stand_beside_it_as_bars() {
    snapshots("history-months", |lang, size| {
        searched(lang, size, &[KeyCode::Down, KeyCode::Tab])
    });
}

#[test]
fn a_key_sets_a_filter_and_nothing_may_be_found() {
    snapshots("history-nothing", |lang, size| {
        let mut model = searched(
            lang,
            size,
            &[KeyCode::F(6), KeyCode::F(5), KeyCode::Tab, KeyCode::Tab],
        );
        let none = Found {
            asked: "x".into(),
            ..Found::default()
        };
        update(&mut model, Msg::Found(Arc::new(none)));
        model
    });
}

fn reminder(lang: Lang) -> Reminder {
    let old = hit(lang, 1, ["Card payments fail", "カード決済が失敗"], None);
    Reminder {
        id: old.id,
        channel: old.channel,
        title: old.title,
        declared: old.declared,
        end: old.end,
        done: Some(match lang {
            Lang::En => "rolled back build 811".into(),
            Lang::Ja => "ビルド 811 を切り戻した".into(),
        }),
        score: 0.9,
    }
}

#[test]
fn something_like_it_is_named_in_the_frame_of_the_declaration() {
    snapshots("declare-seen-before", |lang, size| {
        let mut model = fixture::world(lang).home(size);
        let title = match lang {
            Lang::En => "Card payments fail",
            Lang::Ja => "カード決済が失敗",
        };
        let keys = [letters("d"), letters(title)].concat();
        press(&mut model, &keys);
        let last = KeyEvent::new(KeyCode::Char('!'), KeyModifiers::NONE);
        let asked = update(&mut model, Msg::Key(last));
        let about = asked.into_iter().find_map(|effect| match effect {
            Effect::Remind(about) => Some(about),
            _ => None,
        });
        let about = about.expect("it is asked");
        update(&mut model, Msg::Reminders(about, vec![reminder(lang)]));
        model
    });
}
