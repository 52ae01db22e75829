//! What is on the screen whatever the pane, the size, the language and the length of the names.

use super::overlays::{letters, press};
use super::{SMALL, Terminal, fixture, snapshots};
use matoi::app::model::Model;
use matoi::domain::event::Body;
use matoi::domain::sync::Link;
use matoi::domain::text::split_at_cells;
use matoi::domain::words::Lang;
use proptest::prelude::*;
use std::sync::Arc;

const TITLE: &str = "クレジットカード決済と口座振替が全国の店舗で断続的に失敗する";

/// The worst that a header has to hold: long names, every mark, something of everything unsent.
#[derive(Clone, Debug)]
struct Worst {
    drill: bool,
    private: bool,
    personal_data: bool,
    local: bool,
    clamped: bool,
    link: Link,
    rests: bool,
    long_people: bool,
    long_level: bool,
    troubled: bool,
}

impl Worst {
    const ALL: Worst = Worst {
        drill: true,
        private: true,
        personal_data: true,
        local: true,
        clamped: true,
        link: Link::Live,
        rests: false,
        long_people: true,
        long_level: true,
        troubled: true,
    };

    fn room(&self, lang: Lang, size: (u16, u16)) -> Model {
        let mut world = fixture::world(lang);
        if self.troubled {
            world = world.troubled();
        }
        world.drill = self.drill;
        world.private = self.private;
        world.local = self.local;
        world.limits.clamped = self.clamped;
        world.link = self.link.clone();
        if self.rests {
            let until = fixture::now() + chrono::TimeDelta::seconds(24);
            world.limits.resting = vec![("conversations.history".to_owned(), until)];
            world.limits.consoles = 3;
        }
        if self.personal_data {
            world
                .record
                .add(41, "U3", Body::PersonalData { since: None });
        }
        world.record.incident.title = TITLE.to_owned();
        if self.long_level {
            let name = world.record.say(
                "Critical, everything is down",
                "最重大・全面停止および全社対応",
            );
            let level = world.config.levels.iter_mut().find(|level| level.id == "2");
            let level = level.expect("a level 2");
            level.name.0 = matoi::domain::words::Text::same(name);
        }
        let mut model = world.room(size);
        if self.long_people {
            let snapshot = Arc::make_mut(&mut model.snapshot);
            let people = Arc::make_mut(&mut snapshot.people);
            for person in people.values_mut() {
                person.name = match lang {
                    Lang::En => format!("{} Featherstonehaugh-Cholmondeley", person.name),
                    Lang::Ja => format!("{} 小鳥遊勅使河原三千代", person.name),
                };
            }
        }
        model
    }
}

fn worst() -> impl Strategy<Value = Worst> {
    let link = prop_oneof![Just(Link::Live), Just(Link::Slow), Just(Link::Offline)];
    (
        any::<[bool; 5]>(),
        link,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(marks, link, rests, long_people, long_level, troubled)| Worst {
                drill: marks[0],
                private: marks[1],
                personal_data: marks[2],
                local: marks[3],
                clamped: marks[4],
                link,
                rests,
                long_people,
                long_level,
                troubled,
            },
        )
}

/// The rows above the panes, and the last.
fn vital(model: &Model) -> String {
    let mut terminal = Terminal::new();
    terminal.show(model);
    let text = terminal.assembler.text();
    let rows: Vec<&str> = text.lines().collect();
    let footer = rows.last().copied().unwrap_or("");
    format!("{}\n{footer}", rows[..4].join("\n"))
}

/// Everything that practice asks for, as this screen says it: what is missing.
fn missing(shown: &str, worst: &Worst, lang: Lang) -> Vec<String> {
    let pick = |en: &str, ja: &str| if lang == Lang::Ja { ja } else { en }.to_owned();
    let mut wanted: Vec<Vec<String>> = vec![
        vec![split_at_cells(TITLE, 22).0.to_owned()],
        // The level, by its name, its id and its shape; its colour is never all there is.
        vec![pick(" L2 ", " L2 ")],
        vec!["||||".to_owned()],
        vec![pick("Red", "赤")],
        vec![pick("FIXING", "対応中")],
        vec!["00:42:17".to_owned()],
        vec!["00:57:17".to_owned()],
        vec![pick("IC Ito", "指揮 伊藤")],
        vec![pick("Ops Tana", "実行 田中")],
        vec![pick("Scribe -", "書記 -")],
        // The timekeeper's call, and the nearest time-box.
        vec!["02:43".to_owned()],
        vec!["+10:17".to_owned()],
        vec![" JST".to_owned()],
    ];
    wanted.push(match (&worst.link, worst.rests) {
        (Link::Offline, _) => vec![
            pick("OFFLINE 2s", "切断 2秒前"),
            pick("OFFLINE, seen 2s ago", "オフライン・同期 2秒前"),
        ],
        (_, true) => vec![
            pick("LIMIT 24s", "制限 24秒"),
            pick("again in 24s", "あと24秒"),
        ],
        (Link::Slow, _) => vec![
            pick("SLOW 2s", "低速 2秒前"),
            pick("slow, seen 2s ago", "低速・同期 2秒前"),
        ],
        _ => vec![pick("seen 2s ago", "同期 2秒前")],
    });
    if worst.troubled {
        wanted.push(vec![pick("1 failed", "失敗 1")]);
        wanted.push(vec![
            pick("3 unsent", "未送信 3"),
            pick("2 queued", "待ち 2"),
        ]);
    } else {
        wanted.push(vec![
            pick("1 unsent", "未送信 1"),
            pick("1 queued", "待ち 1"),
        ]);
    }
    let marks = [
        (worst.drill, pick("DRILL", "訓練")),
        (worst.private, pick("PRIVATE", "非公開")),
        (worst.personal_data, pick("PERSONAL DATA", "個人情報あり")),
        (worst.local, pick("LOCAL", "この端末のみ")),
    ];
    let marks = marks.into_iter().filter(|(due, _)| *due);
    wanted.extend(marks.map(|(_, mark)| vec![mark]));
    if worst.clamped {
        wanted.push(vec![
            pick("SLACK SLOWS US", "Slack低速制限"),
            "(matoi doctor --manifest)".to_owned(),
        ]);
    }
    wanted
        .into_iter()
        .filter(|ways| !ways.iter().any(|way| shown.contains(way.as_str())))
        .map(|ways| ways.join(" / "))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_commander_must_see_is_there_whatever_the_pane(
        width in prop_oneof![Just(80u16), Just(120), 80u16..200],
        height in prop_oneof![Just(24u16), Just(35), 24u16..60],
        worst in worst(),
        pane in 4u8..9,
        zoomed: bool,
        over in prop_oneof![Just(""), Just("?"), Just(":"), Just("n"), Just("l"), Just("i")],
        ja: bool,
    ) {
        let lang = if ja { Lang::Ja } else { Lang::En };
        let mut model = worst.room(lang, (width, height));
        let zoom = if zoomed { "Z" } else { "" };
        press(&mut model, &letters(&format!("{pane}{zoom}{over}")));
        let shown = vital(&model);
        let missing = missing(&shown, &worst, lang);
        prop_assert!(missing.is_empty(), "{missing:?} in\n{shown}");
    }
}

#[test]
fn the_worst_header() {
    snapshots("worst", |lang, size| Worst::ALL.room(lang, size));
}

/// Where nothing is due, unsent or marked, the same rows stand still.
#[test]
fn a_mark_takes_a_row_and_no_other_row_moves_within_itself() {
    let calm = Worst {
        drill: false,
        private: false,
        personal_data: false,
        local: false,
        clamped: false,
        ..Worst::ALL
    };
    let marked = Worst {
        drill: true,
        ..calm.clone()
    };
    let calm = vital(&calm.room(Lang::Ja, SMALL));
    let marked = vital(&marked.room(Lang::Ja, SMALL));
    let rows = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&calm)[..3], rows(&marked)[1..4]);
}
