use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Said {
    parse(text, &|user| format!("name-of-{user}"))
}

fn level(name: &str) -> Said {
    Said::Do(Wish::Level(name.into()))
}

fn milestone(milestone: Milestone, time: &str) -> Said {
    Said::Do(Wish::Milestone {
        milestone,
        time: time.into(),
        link: None,
    })
}

fn recovered(time: Option<&str>) -> Said {
    Said::Do(Wish::Recovered(time.map(str::to_owned)))
}

fn commander(who: Who) -> Said {
    Said::Do(Wish::Commander(who))
}

fn join(role: Option<&'static str>, task: Option<&str>) -> Said {
    Said::Do(Wish::Join {
        role,
        task: task.map(str::to_owned),
    })
}

#[test]
fn commands_are_understood_in_both_languages() {
    let me = || commander(Who::Me);
    let u1 = || Who::User(UserId::new("U1"));
    let done = |items: &[u32]| Said::Do(Wish::Done(items.to_vec()));
    let undone = |items: &[u32]| Said::Do(Wish::Undone(items.to_vec()));
    let note = |text: &str| Said::Do(Wish::Note(text.into()));
    let situation = |text: &str| Said::Do(Wish::Situation(text.into()));
    let need = |text: &str| Said::Do(Wish::Need(text.into()));
    let question = |text: &str| Said::Do(Wish::Question(text.into()));
    let settled = |entry: &str, line: Option<&str>| {
        Said::Do(Wish::Settled(entry.into(), line.map(str::to_owned)))
    };
    let object = |entry: &str, line: &str| Said::Do(Wish::Object(entry.into(), line.into()));
    let keeper = |minutes| Said::Do(Wish::Timekeeper(minutes));
    let role = |role, who| Said::Do(Wish::Role { role, who });
    let table: Vec<(&str, Said)> = vec![
        ("", Said::Menu),
        (" 　", Said::Menu),
        ("help", Said::Help),
        ("ヘルプ", Said::Help),
        ("使い方を教えてください", Said::Help),
        ("？", Said::Help),
        ("status", Said::Status),
        ("Status?", Said::Status),
        ("状況", Said::Status),
        ("状況は？", Said::Status),
        ("状況を教えてください", Said::Status),
        ("summary please", Said::Summary),
        ("サマリ", Said::Summary),
        ("サマリーをお願いします", Said::Summary),
        ("level 3", level("3")),
        ("Level3", level("3")),
        ("please set the level to 2.", level("2")),
        ("sev 1", level("1")),
        ("level high", level("high")),
        ("レベル 3", level("3")),
        ("レベル３", level("3")),
        ("レベルは３です。", level("3")),
        ("レベルを2にしてください", level("2")),
        ("レベル　２　でお願いします！", level("2")),
        ("レベル三", level("3")),
        ("レベル 重大", level("重大")),
        ("level 2 にして", level("2")),
        ("ｌｅｖｅｌ　４", level("4")),
        ("done 1-9", done(&[1, 2, 3, 4, 5, 6, 7, 8, 9])),
        ("完了 １〜３と12", done(&[1, 2, 3, 12])),
        (
            "done 1 2 3 4 5 6 7 8 9 10 11 12",
            done(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ),
        ("done 1-61", Said::Lacks(Lack::Fewer)),
        ("done 9-1", Said::Unclear),
        ("done 0-3", Said::Unclear),
        ("accept", Said::Do(Wish::Accept)),
        ("I accept.", Said::Do(Wish::Accept)),
        ("引き継ぎます", Said::Do(Wish::Accept)),
        ("指揮を引き受けます", Said::Do(Wish::Accept)),
        ("decline", Said::Do(Wish::Decline)),
        ("辞退します", Said::Do(Wish::Decline)),
        ("here", Said::Do(Wish::Here)),
        ("I'm still here!", Said::Do(Wish::Here)),
        ("在席", Said::Do(Wish::Here)),
        ("在席しています", Said::Do(Wish::Here)),
        ("accept?", Said::Asks),
        ("need a database expert", need("a database expert")),
        ("We need: more hands", need("more hands")),
        ("必要: DBの担当者", need("DBの担当者")),
        ("DBの担当者が必要です", need("DBの担当者")),
        (
            "question who owns the queue?",
            question("who owns the queue?"),
        ),
        ("質問: 誰が持っていますか", question("誰が持っていますか")),
        ("保留 返金の扱い", question("返金の扱い")),
        ("need", Said::Lacks(Lack::Text)),
        ("level", Said::Lacks(Lack::Level)),
        ("レベル", Said::Lacks(Lack::Level)),
        ("commander me", me()),
        ("I command", me()),
        ("I'm the commander!", me()),
        ("ハンドラーは私", me()),
        ("ハンドラーは私です。", me()),
        ("私がハンドラーです", me()),
        ("指揮します", me()),
        ("指揮を執ります。", me()),
        ("commander <@U1>", commander(u1())),
        ("ハンドラーは <@U1> です", commander(u1())),
        ("<@U1> が指揮します", commander(u1())),
        ("指揮者は<@U1>さんでお願いします", commander(u1())),
        ("commander @emma", commander(Who::Named("@emma".into()))),
        ("commander", Said::Lacks(Lack::Commander)),
        ("detected 10:05", milestone(Milestone::Detected, "10:05")),
        ("検知 １０：０５", milestone(Milestone::Detected, "10:05")),
        ("検知は10時5分です", milestone(Milestone::Detected, "10:05")),
        ("検知は午後3時半頃", milestone(Milestone::Detected, "15:30")),
        (
            "発生 11-20 9:00",
            milestone(Milestone::Started, "11-20 9:00"),
        ),
        ("started at 9:58", milestone(Milestone::Started, "9:58")),
        ("発生 15分前", milestone(Milestone::Started, "15分前")),
        (
            "started 15 min ago",
            milestone(Milestone::Started, "15分前"),
        ),
        ("detected", Said::Lacks(Lack::Time(Milestone::Detected))),
        ("recovered", recovered(None)),
        ("Recovered 10:20.", recovered(Some("10:20"))),
        ("復旧", recovered(None)),
        ("復旧しました", recovered(None)),
        ("復旧しました。", recovered(None)),
        ("復旧 10:20", recovered(Some("10:20"))),
        ("10:20", Said::Unclear),
        ("done 4", done(&[4])),
        ("done #4 and 12", done(&[4, 12])),
        ("4 done", done(&[4])),
        ("完了 ４", done(&[4])),
        ("４番完了しました", done(&[4])),
        ("項目4と5完了です", done(&[4, 5])),
        ("4、5 完了", done(&[4, 5])),
        ("done", Said::Lacks(Lack::Item)),
        ("done T1", settled("T1", None)),
        ("完了 ｔ2 切り戻した", settled("T2", Some("切り戻した"))),
        (
            "object D1: the cart fix goes too",
            object("D1", "the cart fix goes too"),
        ),
        (
            "異議 D1 カートの修正も戻る?",
            object("D1", "カートの修正も戻る?"),
        ),
        ("object D1", Said::Lacks(Lack::Text)),
        ("反対なし", Said::Unclear),
        ("undone 4", undone(&[4])),
        ("未完了 4", undone(&[4])),
        ("4 未完了", undone(&[4])),
        ("join", join(None, None)),
        ("参加", join(None, None)),
        ("参加します", join(None, None)),
        ("join ops", join(Some("ops"), None)),
        ("join as scribe", join(Some("scribe"), None)),
        ("参加 書記", join(Some("scribe"), None)),
        ("書記で参加します", join(Some("scribe"), None)),
        (
            "join looking at the db",
            join(None, Some("looking at the db")),
        ),
        ("leave", Said::Do(Wish::Leave)),
        ("離脱します", Said::Do(Wish::Leave)),
        ("note the queue is full", note("the queue is full")),
        (
            "記録 キューがあふれている。",
            note("キューがあふれている。"),
        ),
        ("記録: ask <@U1>", note("ask @name-of-U1")),
        ("note", Said::Lacks(Lack::Text)),
        ("situation carts are empty", situation("carts are empty")),
        (
            "状況は決済が3割失敗しています",
            situation("決済が3割失敗しています"),
        ),
        (
            "状況：決済が失敗\n全ユーザー",
            situation("決済が失敗\n全ユーザー"),
        ),
        ("temperature red", Said::Do(Wish::Temperature("red".into()))),
        ("温度感は赤です", Said::Do(Wish::Temperature("赤".into()))),
        ("phase fixing", Said::Do(Wish::Phase(Phase::Fixing))),
        ("段階は調査中", Said::Do(Wish::Phase(Phase::Investigating))),
        ("timekeeper stop", keeper(Some(0))),
        ("タイムキーパー停止", keeper(Some(0))),
        ("タイムキーパーを止めてください", keeper(Some(0))),
        ("timekeeper start", keeper(None)),
        ("timekeeper every 10 min", keeper(Some(10))),
        ("タイムキーパー １０分ごと", keeper(Some(10))),
        ("role scribe <@U1>", role("scribe", u1())),
        ("書記は <@U1> さん", role("scribe", u1())),
        ("comms me", role("comms", Who::Me)),
        ("role", Said::Lacks(Lack::Role)),
    ];
    let wrong: Vec<_> = table
        .iter()
        .filter(|(text, wanted)| read(text) != *wanted)
        .map(|(text, _)| (text, read(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_not_certain_is_not_done() {
    for text in [
        "復旧しましたか？",
        "復旧しましたか",
        "recovered?",
        "level 3?",
        "レベル3ですか",
    ] {
        assert_eq!(read(text), Said::Asks, "{text:?}");
    }
    for text in [
        "復旧作業中です",
        "復旧見込みは未定",
        "recovered partially",
        "deploy it",
        "levels are odd",
        "done with this",
        "scribe is busy today",
        "commander <@U1> <@U2>",
        "statusbar broken",
        "detected by monitoring",
        "drop table incidents",
    ] {
        let said = read(text);
        assert!(
            matches!(said, Said::Unclear | Said::Lacks(_)),
            "{text:?}: {said:?}"
        );
    }
}

#[test]
fn a_link_comes_with_the_time() {
    for text in [
        "detected 10:05 | <https://example.com/a>",
        "検知 10:05 ｜ <https://example.com/a|alert>",
        "detected 10:05 <https://example.com/a>",
    ] {
        let wanted = Said::Do(Wish::Milestone {
            milestone: Milestone::Detected,
            time: "10:05".into(),
            link: Some("https://example.com/a".into()),
        });
        assert_eq!(read(text), wanted, "{text:?}");
    }
}

#[test]
fn control_characters_and_markup_around_a_command_do_not_matter() {
    for text in [
        "\u{1b}[31mlevel\u{7} 2",
        "*level 2*\u{202e}",
        "`level 2`",
        "\u{200b}level\u{a0}2\r\n",
    ] {
        let said = read(text);
        let wanted =
            matches!(&said, Said::Do(Wish::Level(l)) if l.trim_end_matches(['*', '`']) == "2");
        assert!(wanted, "{text:?}: {said:?}");
    }
    // An escaped mention is text, not a person.
    assert_eq!(
        read("commander &lt;@U1&gt;"),
        commander(Who::Named("<@U1>".into()))
    );
}

#[test]
fn the_program_is_addressed_at_the_beginning() {
    let bot = UserId::new("UB");
    for (text, wanted) in [
        ("<@UB> level 3", Some(" level 3")),
        ("  <@UB|matoi> help", Some(" help")),
        ("<@U1> <@UB> help", Some(" help")),
        ("<@UB>", Some("")),
        ("hey <@UB> help", None),
        ("<@UBX> help", None),
        ("<@U1> help", None),
        ("&lt;@UB&gt; help", None),
        ("<@UB help", None),
        ("", None),
    ] {
        assert_eq!(addressed(text, &bot), wanted, "{text:?}");
    }
    assert_eq!(addressed("<@> help", &UserId::default()), None);
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "\\PC*") {
        let _ = read(&text);
        let _ = addressed(&text, &UserId::new("UB"));
    }

    #[test]
    fn nothing_near_a_command_makes_it_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "level", "レベル", "検知", "10:05", "午後", "時", "分前", "<@U1>", "<https://a.b|", ">", "|", "は",
            "です", "完了", "4", "９", "\u{1b}[", "\u{fffc}", "\u{202e}", " ", "\n", "&amp;", "role", "書記", "参加",
            "İ", "ß", "e\u{301}", "か", "?", "状況", "timekeeper", "-", "99999999999999999999",
        ]), 0..12),
    ) {
        let _ = read(&parts.concat());
    }
}
