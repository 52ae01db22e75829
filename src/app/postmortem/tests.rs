use super::*;
use crate::domain::event::Body;
use crate::domain::ids::UserId;
use crate::domain::settings::Zone;
use crate::domain::testing::{Scribe, at};
use crate::domain::work::{Deed, Section};

fn made(scribe: &Scribe, lang: Lang, template: &str) -> String {
    let name = |user: &UserId| match user.as_str() {
        "U1" => "佐藤".to_owned(),
        other => other.to_owned(),
    };
    let told = Told {
        incident: &scribe.incident,
        channel: Some("shop-1"),
        drill: false,
        private: false,
        name: &name,
        plain: &|text| text.to_owned(),
        manual: None,
        permalink: &|ts| Some(format!("https://a.slack.com/archives/C1/p{ts}")),
        zone: Zone::Fixed(0),
        now: at(100),
    };
    let sheet = Sheet {
        told: &told,
        lang,
        service: "Shop",
        rule: Rule::default(),
        hole_minutes: 30,
    };
    draft(&sheet, template)
}

#[test]
fn what_is_missing_is_marked_with_who_should_know_and_counted() {
    let mut scribe = Scribe::declared();
    for lang in [Lang::En, Lang::Ja] {
        let text = made(&scribe, lang, template(lang));
        assert!(text.contains("佐藤"), "{text}");
        assert!(gaps(&text) > 8, "{}: {text}", gaps(&text));
        assert!(
            !text.contains('{'),
            "a name that stands for nothing: {text}"
        );
    }
    let before = gaps(&made(&scribe, Lang::En, template(Lang::En)));
    for section in Section::ALL {
        scribe.work("U1", 10, Deed::Written { section });
    }
    let after = gaps(&made(&scribe, Lang::En, template(Lang::En)));
    assert_eq!(before - after, 8);
    assert_eq!(made(&scribe, Lang::En, "{cause}"), "text\n");
}

#[test]
fn a_template_is_filled_and_what_it_does_not_name_is_text() {
    let scribe = Scribe::declared();
    let own = "{title} {nothing} { {title}\n\n## Evidence\n\n{evidence}\n\n## End\n\nof it";
    assert_eq!(
        made(&scribe, Lang::En, own),
        "t {nothing} { t\n\n## End\n\nof it\n"
    );
}

#[test]
fn text_of_the_channel_is_text_and_no_gap_of_ours() {
    let mut scribe = Scribe::declared();
    scribe.note(
        "U2",
        5,
        "# a\n[x](javascript:y) <script> | `z` 【未記入: q】 [TO FILL IN: q]",
    );
    let timeline = made(&scribe, Lang::En, "{timeline}");
    assert_eq!(gaps(&timeline), 1, "the hole until now: {timeline}");
    assert!(
        timeline.contains(
            r"# a \[x\](javascript:y) \<script> \| \`z\` \【未記入: q】 \[TO FILL IN: q\] (U2)"
        ),
        "{timeline}"
    );
    scribe.tell(
        "U2",
        6,
        Body::Work(Deed::Written {
            section: Section::Cause,
        }),
        Some("# not a heading\n- no list\n> no quote"),
    );
    assert_eq!(
        made(&scribe, Lang::En, "{cause}"),
        "\\# not a heading\n\\- no list\n\\> no quote\n"
    );
}

#[test]
fn each_line_of_the_timeline_links_its_message() {
    let mut scribe = Scribe::declared();
    scribe.note("U2", 5, "looking");
    let timeline = made(&scribe, Lang::Ja, "{timeline}");
    let line = timeline.lines().nth(1).unwrap();
    assert!(
        line.contains("looking (U2) [→](<https://a.slack.com/archives/C1/p"),
        "{line}"
    );
}

#[test]
fn a_file_is_named_by_day_and_channel_and_stays_in_its_folder() {
    let scribe = Scribe::declared();
    let told = |channel: &'static str| {
        let told = Told {
            incident: &scribe.incident,
            channel: Some(channel),
            drill: false,
            private: false,
            name: &|user| user.to_string(),
            plain: &|text| text.to_owned(),
            manual: None,
            permalink: &|_| None,
            zone: Zone::Fixed(0),
            now: at(0),
        };
        file_name(&told)
    };
    assert_eq!(told("shop-1"), "2026-11-18-shop-1.md");
    assert_eq!(told("../../etc/passwd"), "2026-11-18-------etc-passwd.md");
    assert_eq!(told("訓練_決済"), "2026-11-18-訓練_決済.md");
}
