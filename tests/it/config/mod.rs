//! The configuration file: the example is the documentation, and every mistake is named with its
//! line and a hint, in both languages. One fixture a mistake.

use matoi::domain::checklists::Sheet;
use matoi::domain::problem::{Kind, Problem};
use matoi::domain::settings::Config;
use matoi::domain::words::Lang;
use matoi::io::config::{EXAMPLE, checklist, load, locale, parse};
use std::collections::BTreeSet;
use std::path::Path;

fn shown(problems: &[Problem]) -> String {
    let mut out = Vec::new();
    for problem in problems {
        assert_eq!(problem.kind, Kind::Usage);
        out.push(problem.lines(Lang::En));
        out.push(problem.lines(Lang::Ja));
    }
    out.join("\n")
}

macro_rules! mistakes {
    ($name:literal) => {
        shown(&parse($name, include_str!(concat!("fixtures/", $name))).expect_err("a mistake"))
    };
}

#[test]
fn the_example_is_exactly_the_defaults() {
    let config = parse("config.example.toml", EXAMPLE).expect("the example is valid");
    assert_eq!(config, Config::default());
}

fn keys(value: &toml::Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                let path = format!("{path}.{key}");
                keys(inner, &path, all);
                all.insert(path);
            }
        }
        toml::Value::Array(list) => list.iter().for_each(|inner| keys(inner, path, all)),
        _ => {}
    }
}

#[test]
fn every_key_is_documented_in_the_example() {
    let mut known = BTreeSet::new();
    let defaults = toml::Value::try_from(Config::default()).expect("serialises");
    keys(&defaults, "", &mut known);
    let mut documented = BTreeSet::new();
    let example: toml::Value = toml::from_str(EXAMPLE).expect("valid");
    keys(&example, "", &mut documented);
    let missing: Vec<_> = known.difference(&documented).collect();
    assert!(missing.is_empty(), "not in the example: {missing:?}");
    assert!(known.len() > 50, "{}", known.len());
}

/// Keys that the search below cannot find, and who reads them.
const READ_OTHERWISE: &[(&str, &str)] = &[
    (".checklists.directory", "`io::config::checklist` opens it"),
    (
        ".post_mortem.templates",
        "`io::config::post_mortem` opens it",
    ),
    (".post_mortem.criteria", "`PostMortem::rule` reads it"),
    (
        ".audiences.security_channels",
        "`Audience::channels_of` reads it",
    ),
    (
        ".audiences.drill_channels",
        "`Audience::channels_of` reads it",
    ),
    (
        ".timers.executives_minutes",
        "`Config::report_minutes` reads it",
    ),
];

/// The keys that hold a value; a name in two languages is one.
fn leaves(value: &toml::Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) if !table.contains_key("en") => {
            for (key, inner) in table {
                leaves(inner, &format!("{path}.{key}"), all);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            list.iter().for_each(|inner| leaves(inner, path, all));
        }
        _ => {
            all.insert(path.to_owned());
        }
    }
}

/// The code of files that speak of a configuration, without tests and comments.
fn readers(dir: &Path, code: &mut String) {
    for entry in std::fs::read_dir(dir).expect("readable").flatten() {
        let path = entry.path();
        if path.ends_with("domain/settings") || path.ends_with("io/config") {
            continue;
        }
        if path.is_dir() {
            readers(&path, code);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file is readable");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if text.contains("config") && !path.ends_with("tests.rs") {
            let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
            code.extend(lines.flat_map(|line| [line, "\n"]));
        }
    }
}

#[test]
fn every_key_is_read_by_something() {
    let mut code = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    readers(&root.join("src"), &mut code);
    let is_read = |key: &str| {
        let field = format!(".{key}");
        code.match_indices(&field).any(|(at, _)| {
            let next = code[at + field.len()..].chars().next();
            next.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '(')
        })
    };
    let mut all = BTreeSet::new();
    let defaults = toml::Value::try_from(Config::default()).expect("serialises");
    leaves(&defaults, "", &mut all);
    assert!(all.len() > 40, "{all:?}");
    for (path, why) in READ_OTHERWISE {
        assert!(all.contains(*path), "there is no key {path}: {why}");
    }
    let unread: Vec<&String> = all
        .iter()
        .filter(|path| !READ_OTHERWISE.iter().any(|(other, _)| other == path))
        .filter(|path| {
            let mut keys = path.split('.').skip(1);
            !keys.all(is_read)
        })
        .collect();
    assert!(
        unread.is_empty(),
        "documented, and read by nothing: {unread:?}"
    );
}

#[test]
fn an_empty_file_is_the_defaults_and_other_always_exists() {
    assert_eq!(parse("x", "").expect("valid"), Config::default());
    let config = parse("x", "[[services]]\nid = 'shop'\nname = 'Shop'\n").expect("valid");
    let ids: Vec<&str> = config.services.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["shop", "other"]);
    assert_eq!(config.services[0].name.get(Lang::Ja), "Shop");
}

#[test]
fn unknown_keys() {
    insta::assert_snapshot!(mistakes!("unknown.toml"), @r#"
    unknown.toml:1: there is no key `langage`
    did you mean `language`?
    unknown.toml:1: キー `langage` はありません
    `language` ではありませんか
    unknown.toml:4: there is no key `slack.token`
    did you mean `slack.token_file`?
    unknown.toml:4: キー `slack.token` はありません
    `slack.token_file` ではありませんか
    unknown.toml:5: there is no key `slack.poll_second`
    did you mean `slack.poll_seconds`?
    unknown.toml:5: キー `slack.poll_second` はありません
    `slack.poll_seconds` ではありませんか
    unknown.toml:9: there is no key `services[1].name.jp`
    did you mean `services[1].name.ja`?
    unknown.toml:9: キー `services[1].name.jp` はありません
    `services[1].name.ja` ではありませんか
    unknown.toml:10: there is no key `services[1].grops`
    did you mean `services[1].groups`?
    unknown.toml:10: キー `services[1].grops` はありません
    `services[1].groups` ではありませんか
    unknown.toml:12: there is no key `timekeper`
    did you mean `timekeeper`?
    unknown.toml:12: キー `timekeper` はありません
    `timekeeper` ではありませんか
    "#);
}

#[test]
fn a_value_of_the_wrong_type() {
    insta::assert_snapshot!(mistakes!("type.toml"), @r#"
    type.toml:2: `timekeeper.minutes`: a whole number is wanted, not the text "15"
    the default is 15
    type.toml:2: `timekeeper.minutes`: 0 以上の整数が必要ですが、文字列 "15" になっています
    既定値は 15 です
    "#);
    insta::assert_snapshot!(mistakes!("negative.toml"), @r#"
    negative.toml:2: `timers.present_minutes`: a whole number is wanted, not the number `-5`
    the default is 15
    negative.toml:2: `timers.present_minutes`: 0 以上の整数が必要ですが、数値 `-5` になっています
    既定値は 15 です
    "#);
    insta::assert_snapshot!(mistakes!("choice.toml"), @r#"
    choice.toml:2: `screen.theme`: `solarized` is no choice: there are auto, dark, light, high-contrast, mono
    the default is "auto"
    choice.toml:2: `screen.theme`: `solarized` は選べません。選べるのは auto、dark、light、high-contrast、mono です
    既定値は "auto" です
    "#);
    insta::assert_snapshot!(mistakes!("label.toml"), @r#"
    label.toml:3: `levels[1].name`: a text or { en = "…", ja = "…" } is wanted, not the number `1`
    `matoi config example` shows every key with a value
    label.toml:3: `levels[1].name`: 文字列か { en = "…", ja = "…" } が必要ですが、数値 `1` になっています
    書き方は `matoi config example` で確認できます
    "#);
    insta::assert_snapshot!(mistakes!("zone.toml"), @r#"
    zone.toml:1: `time_zone`: `Europe/Berlin` is no zone: there are local, UTC, JST and offsets such as +09:00
    the default is "local"
    zone.toml:1: `time_zone`: `Europe/Berlin` はタイムゾーンとして読めません。local、UTC、JST か、+09:00 のような時差で書いてください
    既定値は "local" です
    "#);
    insta::assert_snapshot!(mistakes!("name_rule.toml"), @r#"
    name_rule.toml:2: `channel.name`: there is no placeholder {date}: there are {service} {kind} {yyyymmdd} {yyyy} {mm} {dd} {hhmm}
    the default is "{service}-{yyyymmdd}i"
    name_rule.toml:2: `channel.name`: {date} は使えません。使えるのは {service} {kind} {yyyymmdd} {yyyy} {mm} {dd} {hhmm} です
    既定値は "{service}-{yyyymmdd}i" です
    "#);
}

#[test]
fn not_toml_at_all() {
    insta::assert_snapshot!(mistakes!("syntax.toml"), @r#"
    syntax.toml:2: not valid TOML: string values must be quoted, expected literal string
    texts stand in quotes, lists in [ ], and tables begin with [name]
    syntax.toml:2: TOML として読めません: string values must be quoted, expected literal string
    文字列は引用符、リストは [ ] で囲み、表は [名前] で始めます
    "#);
    insta::assert_snapshot!(mistakes!("twice.toml"), @r#"
    twice.toml:2: not valid TOML: duplicate key
    texts stand in quotes, lists in [ ], and tables begin with [name]
    twice.toml:2: TOML として読めません: duplicate key
    文字列は引用符、リストは [ ] で囲み、表は [名前] で始めます
    "#);
}

#[test]
fn values_that_make_no_sense() {
    insta::assert_snapshot!(mistakes!("people.toml"), @r#"
    people.toml:1: `user`: `ito` names no person
    write @handle, an e-mail address or a user id (U…)
    people.toml:1: `user`: `ito` はユーザーを指していません
    @ハンドル、メールアドレス、ユーザー ID (U…) のどれかで書いてください
    people.toml:4: `invite.people[2]`: `sato tanaka` names no person
    write @handle, an e-mail address or a user id (U…)
    people.toml:4: `invite.people[2]`: `sato tanaka` はユーザーを指していません
    @ハンドル、メールアドレス、ユーザー ID (U…) のどれかで書いてください
    people.toml:5: `invite.groups[1]`: `U012ABC` names no user group
    write @handle or a user group's id (S…)
    people.toml:5: `invite.groups[1]`: `U012ABC` はユーザーグループを指していません
    @ハンドルかユーザーグループ ID (S…) で書いてください
    people.toml:8: `broadcast.outage[2]`: `general` names no channel
    write #name or the channel's id (C…)
    people.toml:8: `broadcast.outage[2]`: `general` はチャンネル名ではありません
    #名前 かチャンネル ID (C…) で書いてください
    people.toml:11: `close.closers[1]`: `cto` names nobody
    write @handle, an e-mail address, a user id (U…) or a user group's id (S…)
    people.toml:11: `close.closers[1]`: `cto` は人もグループも指していません
    @ハンドル、メールアドレス、ユーザー ID (U…)、ユーザーグループ ID (S…) のどれかで書いてください
    "#);
    insta::assert_snapshot!(mistakes!("levels.toml"), @r#"
    levels.toml:7: `levels[2].id`: the id `1` is used twice
    levels.toml:7: `levels[2].id`: id `1` が重複しています
    levels.toml:9: `levels[2].checklist`: there is no checklist `big`
    there are severe, standard, light, watch; others need checklists.directory
    levels.toml:9: `levels[2].checklist`: チェックリスト `big` はありません
    選べるのは severe, standard, light, watch です。他の名前には checklists.directory が要ります
    levels.toml:11: `levels[3].name`: level `SEV 3` has no name
    levels.toml:11: `levels[3].name`: レベル `SEV 3` に名前がありません
    levels.toml:12: `levels[3].id`: `SEV 3` cannot be an id
    1 to 12 lower-case letters, digits, - or _
    levels.toml:12: `levels[3].id`: `SEV 3` は id に使えません
    小文字・数字・- ・_ で 1〜12 文字にしてください
    "#);
    insta::assert_snapshot!(mistakes!("numbers.toml"), @r#"
    numbers.toml:2: `timers.ask_level_minutes`: 0 is out of range: 1 to 1440
    numbers.toml:2: `timers.ask_level_minutes`: 0 は範囲外です (1 から 1440 まで)
    numbers.toml:3: `timers.present_minutes`: 1441 is out of range: 1 to 1440
    numbers.toml:3: `timers.present_minutes`: 1441 は範囲外です (1 から 1440 まで)
    numbers.toml:8: `slack.idle_poll_seconds`: 60 is out of range: 90 to 3600
    numbers.toml:8: `slack.idle_poll_seconds`: 60 は範囲外です (90 から 3600 まで)
    numbers.toml:10: `slack.budget_percent`: 101 is out of range: 1 to 100
    numbers.toml:10: `slack.budget_percent`: 101 は範囲外です (1 から 100 まで)
    "#);
    insta::assert_snapshot!(mistakes!("learning.toml"), @r#"
    learning.toml:2: `post_mortem.criteria`: 4 is out of range: 0 to 3
    learning.toml:2: `post_mortem.criteria`: 4 は範囲外です (0 から 3 まで)
    learning.toml:5: `calendar.holidays[2]`: `31.12.2026` is no day
    2026-12-31
    learning.toml:5: `calendar.holidays[2]`: `31.12.2026` は日付として読めません
    2026-12-31
    learning.toml:11: `assessment.questions[2].name`: question `calm` has no name
    learning.toml:11: `assessment.questions[2].name`: 質問 `calm` に名前がありません
    learning.toml:12: `assessment.questions[2].id`: the id `calm` is used twice
    learning.toml:12: `assessment.questions[2].id`: id `calm` が重複しています
    "#);
    insta::assert_snapshot!(mistakes!("metrics.toml"), @r#"
    metrics.toml:2: `metrics.night_begins`: 24 is out of range: 0 to 23
    metrics.toml:2: `metrics.night_begins`: 24 は範囲外です (0 から 23 まで)
    metrics.toml:3: `metrics.cadence_percent`: 0 is out of range: 1 to 100
    metrics.toml:3: `metrics.cadence_percent`: 0 は範囲外です (1 から 100 まで)
    metrics.toml:8: `services[1].slo_minutes`: 44641 is out of range: 0 to 44640
    metrics.toml:8: `services[1].slo_minutes`: 44641 は範囲外です (0 から 44640 まで)
    metrics.toml:14: there is no key `levels[1].targets.repair`
    `matoi config example` lists every key
    metrics.toml:14: キー `levels[1].targets.repair` はありません
    使えるキーは `matoi config example` で確認できます
    metrics.toml:14: `levels[1].targets.fix`: 600000 is out of range: 0 to 527040
    metrics.toml:14: `levels[1].targets.fix`: 600000 は範囲外です (0 から 527040 まで)
    "#);
    insta::assert_snapshot!(mistakes!("slack.toml"), @r#"
    slack.toml:2: `slack.api_url`: `slack.com/api` is no address of a Slack API
    it begins with https:// (http:// only on this machine) and ends in /api/
    slack.toml:2: `slack.api_url`: `slack.com/api` は Slack API のアドレスではありません
    https:// で始め (この端末内だけ http:// も可)、/api/ で終えてください
    slack.toml:3: `slack.allowed_hosts[1]`: `https://proxy.example.com/` is no host name
    the bare name, such as slack-proxy.example.com
    slack.toml:3: `slack.allowed_hosts[1]`: `https://proxy.example.com/` はホスト名ではありません
    slack-proxy.example.com のように、名前だけを書いてください
    "#);
}

#[test]
fn a_token_in_the_file_never_comes_back_in_the_error() {
    let text =
        "user = 'xoxb-1-CANARY'\nmouse = 'xoxb-2-CANARY'\n[screen]\nmouse = 'xoxp-3-CANARY'\n";
    let all = shown(&parse("x", text).expect_err("mistakes"));
    assert!(!all.contains("CANARY"), "{all}");
}

#[test]
fn the_usual_file_may_be_missing_and_the_one_asked_for_may_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    let loaded = load(None, &path).expect("defaults");
    assert_eq!((loaded.config, loaded.file), (Config::default(), None));
    let problem = load(Some(&path), Path::new("/nowhere")).expect_err("asked for");
    assert_eq!(problem.kind.exit_code(), 2);
    assert!(problem.hint.is_some());

    std::fs::write(&path, "user = '@ito'\n[slack]\ntoken_file = 'token'\n").expect("written");
    let loaded = load(Some(&path), Path::new("/nowhere")).expect("valid");
    let home = Path::new("/home/ito");
    assert_eq!(
        loaded.resolve("token", Some(home)),
        folder.path().join("token")
    );
    assert_eq!(loaded.resolve("~/t", Some(home)), Path::new("/home/ito/t"));

    std::fs::write(&path, "usr = '@ito'\n[slack]\ntoken = 'x'\n").expect("written");
    let problem = load(None, &path).expect_err("two mistakes");
    let said = problem.lines(Lang::En);
    assert!(said.contains(":1: there is no key `usr`"), "{said}");
    assert!(said.contains("1 more"), "{said}");
}

#[test]
fn the_first_variable_that_is_set_names_the_language() {
    let of = |pairs: &[(&str, &str)]| {
        locale(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(of(&[("LANG", "ja_JP.UTF-8")]), Lang::Ja);
    assert_eq!(of(&[("LC_ALL", ""), ("LANG", "ja_JP.UTF-8")]), Lang::Ja);
    assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")]), Lang::En);
    assert_eq!(of(&[("LANG", "de_DE.UTF-8")]), Lang::En);
    assert_eq!(of(&[]), Lang::En);
}

#[test]
fn an_organisations_own_checklist_replaces_the_shipped_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[checklists]\ndirectory = 'lists'\n").expect("written");
    let own = folder.path().join("lists/ja");
    std::fs::create_dir_all(&own).expect("made");
    let item = "[[item]]\nid = 'call-cto'\ntext = 'CTOに電話'\nlists = ['severe']\n";
    std::fs::write(own.join("outage.toml"), item).expect("written");

    let loaded = load(Some(&file), &file).expect("valid");
    let read = |sheet, list| checklist(&loaded, None, sheet, list, Lang::Ja).expect("reads");
    assert_eq!(read(Sheet::Outage, "severe")[0].id, "call-cto");
    assert_eq!(read(Sheet::Outage, "light").len(), 0);
    assert!(read(Sheet::Security, "severe").len() > 10);
}

#[test]
fn random_text_is_refused_or_read_but_never_breaks() {
    let mut rng = fastrand::Rng::with_seed(7);
    let pieces = [
        "[slack]\n",
        "[[levels]]\n",
        "id = ",
        "\"1\"\n",
        "levels = 3\n",
        "= ",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "user",
        "コ",
        "'",
        "\"",
        "1",
        ".",
        "#",
        "\u{0}",
        "name = { en = 'x' }\n",
        "poll_seconds = 0\n",
    ];
    for _ in 0..5_000 {
        let text: String = (0..rng.usize(1..14))
            .map(|_| pieces[rng.usize(..pieces.len())])
            .collect();
        if let Err(problems) = parse("x", &text) {
            assert!(!problems.is_empty());
        }
    }
}
