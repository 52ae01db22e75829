use super::*;
use crate::domain::event::{Kind, Milestone, Named, Phase};
use crate::domain::ids::IncidentId;
use crate::domain::metrics::{Measure, Month, Share};
use crate::domain::outlets::Sight;
use crate::domain::settings::{Service, Zone};
use survey::Survey;

fn config() -> Config {
    let mut config = Config {
        time_zone: Zone::Fixed(9 * 3600),
        ..Config::default()
    };
    config.services.push(Service {
        id: "shop".to_owned(),
        slo_minutes: 43,
        ..Service::default()
    });
    config
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// Recovered after so many minutes.
fn row(id: &str, title: &str, declared: &str, minutes: i64) -> Facts {
    let declared = at(declared);
    let recovered = declared + chrono::TimeDelta::minutes(minutes);
    let mut times = [None; Measure::COUNT];
    times[3] = Some(minutes * 60);
    times[4] = Some(minutes * 60);
    let mut targets = [None; Measure::COUNT];
    targets[4] = Some(3600);
    Facts {
        id: IncidentId::new(id),
        title: title.to_owned(),
        marks: Marks {
            channel: Some(format!("shop-{id}")),
            sight: Sight::default(),
        },
        service: "shop".to_owned(),
        kind: Kind::Outage,
        level: Some(Named {
            id: "1".to_owned(),
            name: "Critical".to_owned(),
        }),
        phase: Phase::Recovered,
        outcome: None,
        declared,
        month: Month::of(clock::local(Zone::Fixed(9 * 3600), declared)),
        milestones: [
            (Milestone::Started, declared),
            (Milestone::Recovered, recovered),
        ]
        .into(),
        times,
        targets,
        restored_from_detected: false,
        cadence: Share { met: 3, of: 4 },
        boxes: Share::default(),
        decisions: Share { met: 1, of: 1 },
        hand_overs: 1,
        people: 3,
        person_seconds: 7200,
        night_seconds: 3600,
        free_seconds: 0,
        reopened: 0,
        actions_open: 2,
        actions_overdue: 1,
        assessed: vec![(
            Named {
                id: "sharing".to_owned(),
                name: "Sharing".to_owned(),
            },
            2,
        )],
        down: vec![(declared, recovered)],
    }
}

fn sheet() -> Sheet {
    let mut private = row("i3", "CANARY of the few", "2026-10-20T03:00:00Z", 90);
    private.marks.sight.private = true;
    let rows = vec![
        row("i1", "Checkout fails", "2026-10-01T03:00:00Z", 30),
        row(
            "i2",
            "=HYPERLINK(\"http://x\",\"a\"), b",
            "2026-11-02T03:00:00Z",
            50,
        ),
        private,
    ];
    counted(rows, Wish::default())
}

fn counted(rows: Vec<Facts>, wish: Wish) -> Sheet {
    let now = at("2026-11-15T03:00:00Z");
    Sheet::new(Source::Rows(Arc::new(rows), now), wish, &config(), now)
}

#[test]
fn the_table_says_n_median_p90_and_what_is_missing_in_both_languages() {
    let table = |lang| table::table(&sheet(), &config(), lang);
    insta::assert_snapshot!("table-en", table(Lang::En));
    insta::assert_snapshot!("table-ja", table(Lang::Ja));
}

#[test]
fn nothing_that_fits_is_said() {
    let wish = Wish {
        service: Some("none".to_owned()),
        ..Wish::default()
    };
    let sheet = counted(sheet().rows.to_vec(), wish);
    let table = table::table(&sheet, &config(), Lang::En);
    assert!(table.ends_with("No incident fits."), "{table}");
}

#[test]
fn csv_has_a_row_each_and_no_formula_and_nothing_private() {
    let csv = csv::csv(&sheet());
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 3, "{csv}");
    let columns = lines[0].split(',').count();
    assert_eq!(columns, 45);
    assert!(lines[0].ends_with("assessed_sharing_1,assessed_sharing_2,assessed_sharing_3"));
    assert!(lines[1].ends_with(",0,1,0"), "{csv}");
    assert_eq!(lines[1].split(',').count(), columns);
    assert!(
        lines[2].contains(r#","'=HYPERLINK(""http://x"",""a""), b","#),
        "{csv}"
    );
    assert!(!csv.contains("CANARY") && !csv.contains("i3"), "{csv}");
}

#[test]
fn every_way_to_begin_a_formula_is_taken_for_text() {
    for title in [
        "=1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "＋1", "－1", "＠x",
    ] {
        let csv = csv::csv(&counted(
            vec![row("i1", title, "2026-10-01T03:00:00Z", 30)],
            Wish::default(),
        ));
        assert!(csv.contains(&format!("\"'{title}\"")), "{title}: {csv}");
    }
}

#[test]
fn json_counts_what_is_private_and_names_it_nowhere() {
    let json = json::json(&sheet(), Zone::Fixed(9 * 3600));
    assert_eq!(json["version"], json::VERSION);
    assert_eq!(json["zone"], "JST");
    assert_eq!(json["whole"]["incidents"], 3);
    assert_eq!(json["unnamed"], 1);
    let restore = &json["whole"]["times"]["restore"];
    assert_eq!(
        (restore["n"].as_u64(), restore["median_seconds"].as_i64()),
        (Some(3), Some(3000))
    );
    assert_eq!(restore["within"], serde_json::json!({ "met": 2, "of": 3 }));
    assert_eq!(json["incidents"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["incidents"][0]["seconds"]["restore"], 1800);
    let text = json.to_string();
    assert!(
        !text.contains("CANARY") && !text.contains("\"i3\""),
        "{text}"
    );
}

/// What was said of drills has a trend of its own.
#[test]
fn answers_after_drills_count_among_drills_alone() {
    let mut drill = row("i9", "drill", "2026-10-05T03:00:00Z", 30);
    drill.marks.sight.drill = true;
    drill.assessed[0].1 = 3;
    let rows = vec![drill, row("i1", "real", "2026-10-06T03:00:00Z", 30)];
    let told = |drills| {
        let wish = Wish {
            drills,
            ..Wish::default()
        };
        json::json(&counted(rows.clone(), wish), Zone::Fixed(0))
    };
    for (drills, level, median) in [(false, "2", 2), (true, "3", 3)] {
        let json = told(drills);
        let of = &json["assessments"][0];
        assert_eq!(
            (of["n"].as_u64(), of["median"].as_u64()),
            (Some(1), Some(median))
        );
        assert_eq!(of["levels"][level], 1);
        assert_eq!(of["months"][0]["levels"][level], 1);
        assert_eq!(json["incidents"][0]["assessments"]["sharing"][level], 1);
    }
}

#[test]
fn a_duration_is_read_at_a_glance() {
    let shown = [0, 45, 60, 3599, 3600, 3900, 86_399, 86_400, 183_600, -600]
        .map(|seconds| took(seconds, Lang::En));
    assert_eq!(
        shown,
        [
            "0s", "45s", "1m", "59m", "1h", "1h05m", "23h59m", "1d", "2d03h", "-10m"
        ]
    );
    assert_eq!(took(3900, Lang::Ja), "1時間05分");
}

#[test]
fn an_answer_to_a_wish_that_is_given_up_is_not_shown() {
    let mut survey = Survey::default();
    assert!(survey.take(Arc::new(sheet())));
    assert!(survey.is_counted());
    survey.turn_service(true);
    assert_eq!(survey.wish.service.as_deref(), Some("shop"));
    assert!(!survey.is_counted());
    assert!(!survey.take(Arc::new(sheet())));
    let asked = survey.asked();
    assert_eq!(asked.wish, survey.wish);
    assert_eq!(asked.rows.map(|(rows, _)| rows.len()), Some(3));
}

#[test]
fn a_period_begins_with_a_month_of_the_zone() {
    let mut survey = Survey::default();
    let zone = Zone::Fixed(9 * 3600);
    // The first of November in Japan.
    let now = at("2026-10-31T15:30:00Z");
    let mut begins = Vec::new();
    for _ in 0..5 {
        survey.turn_period(true, zone, now);
        begins.push(survey.wish.from.map(|from| from.to_rfc3339()));
    }
    let begin = |text: &str| Some(text.to_owned());
    assert_eq!(
        begins,
        [
            begin("2025-11-30T15:00:00+00:00"),
            begin("2026-05-31T15:00:00+00:00"),
            begin("2026-08-31T15:00:00+00:00"),
            begin("2026-10-31T15:00:00+00:00"),
            None,
        ]
    );
}
