use super::facts::{
    Asked, Configuration, Facts, File, Files, Group, Journal, Lease, Person, Slack, Terminal,
    Token, Workspace,
};
use super::*;
use crate::domain::secret::TokenKind;
use crate::domain::settings::Config;
use crate::wire::features::FEATURES;
use std::sync::Arc;

fn scopes() -> Vec<String> {
    let all = FEATURES.iter().flat_map(|feature| feature.bot);
    all.map(|scope| (*scope).to_owned()).collect()
}

fn person(handle: &str) -> Person {
    Person {
        id: format!("U{handle}"),
        handle: handle.to_owned(),
        ..Person::default()
    }
}

/// A set-up in which nothing is wrong.
fn well() -> Facts {
    let env = [
        ("TERM", "xterm-256color"),
        ("LANG", "ja_JP.UTF-8"),
        ("TMUX", "/tmp/tmux"),
    ];
    Facts {
        configuration: Configuration {
            path: "/c.toml".to_owned(),
            exists: true,
            mode: Some(0o600),
            mistakes: Vec::new(),
        },
        config: Arc::new(Config::default()),
        asked_user: Some("ito".to_owned()),
        token: Token::Some {
            kind: TokenKind::Bot,
            rotates: false,
            from: "MATOI_SLACK_TOKEN".to_owned(),
        },
        person: Token::None,
        slack: Asked::Known(Slack {
            address: "https://slack.com/api/".to_owned(),
            team: "Acme".to_owned(),
            user: "matoi".to_owned(),
            user_id: "U1".to_owned(),
            is_bot: true,
            scopes: Some(scopes()),
            person_scopes: None,
            ahead: Some(0.4),
            clamped: Asked::Known(false),
            people: Asked::Known(vec![person("ito")]),
            groups: Asked::Known(vec![Group {
                handle: "shop".to_owned(),
                ..Group::default()
            }]),
        }),
        terminal: Terminal {
            size: Some((120, 35)),
            env: env.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            rule_cells: Some(1),
        },
        files: Files {
            data_dir: "/d".to_owned(),
            found: vec![File {
                path: "/d".to_owned(),
                mode: 0o700,
                ours: true,
            }],
            unwritable: None,
            free: Some(1 << 40),
            lease: Lease::Held(Some(7)),
        },
        journal: Some(Ok(Journal {
            consoles: 3,
            ..Journal::default()
        })),
        workspace: None,
    }
}

fn slack(facts: &mut Facts) -> &mut Slack {
    match &mut facts.slack {
        Asked::Known(slack) => slack,
        _ => unreachable!("the facts of these tests are known"),
    }
}

/// Findings that are not ok, as `area.check state`.
fn wrong(facts: &Facts) -> Vec<String> {
    judge(facts)
        .iter()
        .filter(|f| f.state != State::Ok)
        .map(|f| format!("{}.{} {}", f.area.name(), f.check, f.state.name()))
        .collect()
}

const CLAMP: &str = "limits.clamp not_checked";

#[test]
fn a_good_set_up_has_nothing_wrong() {
    assert_eq!(wrong(&well()), Vec::<String>::new());
    assert_eq!(verdict(&judge(&well())), Ok(()));
}

#[test]
fn what_is_broken_or_warned_of_says_what_to_do() {
    type Change = fn(&mut Facts);
    let cases: Vec<(Change, &str)> = vec![
        (
            |f| f.configuration.mode = Some(0o666),
            "configuration.mode warning",
        ),
        (
            |f| f.asked_user = Some("nobody".to_owned()),
            "token.identity broken",
        ),
        (
            |f| {
                let twice = vec![person("ito"), person("ito")];
                slack(f).people = Asked::Known(twice);
            },
            "token.identity broken",
        ),
        (
            |f| {
                f.token = Token::Some {
                    kind: TokenKind::App,
                    rotates: false,
                    from: "x".to_owned(),
                }
            },
            "token.token broken",
        ),
        (
            |f| {
                f.token = Token::Some {
                    kind: TokenKind::Bot,
                    rotates: true,
                    from: "x".to_owned(),
                }
            },
            "token.rotation warning",
        ),
        (
            |f| slack(f).scopes = Some(vec![]),
            "scopes.create_channels broken",
        ),
        (
            |f| {
                let held = scopes().into_iter().filter(|s| s != "pins:write");
                slack(f).scopes = Some(held.collect());
            },
            "scopes.pins warning",
        ),
        (
            |f| {
                let refused = [("restricted_action".to_owned(), 1)];
                f.journal = Some(Ok(Journal {
                    create_failed: refused.into(),
                    ..Journal::default()
                }));
            },
            "scopes.create_channels broken",
        ),
        (
            |f| Arc::make_mut(&mut f.config).invite.people = vec!["@gone".to_owned()],
            "people.people warning",
        ),
        (
            |f| Arc::make_mut(&mut f.config).invite.groups = vec!["@gone".to_owned()],
            "people.groups warning",
        ),
        (
            |f| slack(f).clamped = Asked::Known(true),
            "limits.clamp warning",
        ),
        (|f| slack(f).ahead = Some(-5.6), "clock.skew warning"),
        (
            |f| f.terminal.size = Some((79, 24)),
            "terminal.size warning",
        ),
        (|f| f.terminal.size = Some((59, 24)), "terminal.size broken"),
        (
            |f| drop(f.terminal.env.insert("TERM".into(), "dumb".into())),
            "terminal.term broken",
        ),
        (
            |f| drop(f.terminal.env.insert("LC_ALL".into(), "C".into())),
            "terminal.locale warning",
        ),
        (
            |f| f.terminal.rule_cells = Some(2),
            "terminal.ambiguous_width warning",
        ),
        (|f| f.files.found[0].mode = 0o750, "files.mode warning"),
        (|f| f.files.found[0].ours = false, "files.mode warning"),
        (|f| f.files.free = Some(1000), "files.space broken"),
        (|f| f.files.free = Some(2 << 20), "files.space warning"),
        (
            |f| f.files.unwritable = Some("read-only".to_owned()),
            "files.data_dir broken",
        ),
        (
            |f| {
                f.journal = Some(Ok(Journal {
                    failed: [("is_archived".to_owned(), 2)].into(),
                    ..Journal::default()
                }))
            },
            "files.journal warning",
        ),
    ];
    for (change, expected) in cases {
        let mut facts = well();
        change(&mut facts);
        let found = wrong(&facts);
        assert!(found.iter().any(|f| f == expected), "{expected}: {found:?}");
        for finding in judge(&facts) {
            let bad = matches!(finding.state, State::Warning | State::Broken);
            assert!(!bad || finding.todo.is_some(), "{finding:?}");
        }
    }
}

#[test]
fn a_clock_within_five_seconds_is_no_news() {
    for (ahead, is_ok) in [(5.0, true), (-5.0, true), (5.1, false), (-5.1, false)] {
        let mut facts = well();
        slack(&mut facts).ahead = Some(ahead);
        let warned = wrong(&facts).iter().any(|f| f.starts_with("clock"));
        assert_eq!(!warned, is_ok, "{ahead}");
    }
}

#[test]
fn a_plan_without_groups_matters_only_where_one_is_named() {
    let mut facts = well();
    slack(&mut facts).groups = Asked::Refused {
        code: "plan_upgrade_required".to_owned(),
        needed: None,
    };
    assert_eq!(wrong(&facts), Vec::<String>::new());
    Arc::make_mut(&mut facts.config).invite.groups = vec!["@shop".to_owned()];
    assert!(wrong(&facts).contains(&"people.groups warning".to_owned()));
}

#[test]
fn what_could_not_be_asked_says_so_and_only_the_reason_is_broken() {
    let mut facts = well();
    facts.slack = Asked::Unreachable("connection refused".to_owned());
    let found = wrong(&facts);
    assert_eq!(
        found,
        [
            "token.slack broken",
            "token.identity not_checked",
            "scopes.scopes not_checked",
            "people.people not_checked",
            CLAMP,
            "clock.skew not_checked",
        ]
    );
    let code = verdict(&judge(&facts)).expect_err("broken").kind;
    assert_eq!(code.exit_code(), 1);
}

#[test]
fn a_configuration_that_cannot_be_used_is_another_exit_code() {
    let mut facts = well();
    facts.configuration.mistakes = vec![Problem::usage(Text::fixed("line 1", "1 行目"))];
    let problem = verdict(&judge(&facts)).expect_err("broken");
    assert_eq!(problem.kind.exit_code(), 2);
}

#[test]
fn with_no_slack_only_this_machine_is_judged() {
    let mut facts = well();
    facts.token = Token::None;
    facts.asked_user = None;
    facts.slack = Asked::NotAsked(Text::fixed("none", "なし"));
    facts.workspace = Some(Workspace::Never);
    assert_eq!(wrong(&facts), ["clock.skew not_checked"]);
}

#[test]
fn every_line_is_in_the_language_asked_for() {
    let mut facts = well();
    slack(&mut facts).scopes = Some(Vec::new());
    let findings = judge(&facts);
    let (en, ja) = (lines(&findings, Lang::En), lines(&findings, Lang::Ja));
    assert!(en.is_ascii(), "{en}");
    assert_eq!(en.lines().count(), ja.lines().count());
    assert!(en.contains("\n  broken       find and read channels: lacks channels:read"));
    assert!(
        ja.contains("\n  異常    チャンネルの検索と読み取り: channels:read"),
        "{ja}"
    );
    let json = json(&findings, Lang::En);
    assert_eq!(
        json["checks"].as_array().map(Vec::len),
        Some(findings.len())
    );
}
