use super::page::{Against, At, Figure, Interval, Item, Line, Page, Raw, Report, Said, Stone};
use super::page::{Stretch, Term};
use super::page::{address, pieces};
use super::{html, markdown};
use crate::domain::words::Lang;
use chrono::{DateTime, Utc};
use proptest::prelude::*;

/// What somebody would write who wants a page to do something.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</title><script src=//evil.example/x.js></script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><style>@import url(https://evil.example)</style>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://evil.example/\" onclick=\"alert(1)",
    "https://evil.example/?a=1&b='2",
    "http://[::1]/<b>",
    "]]></svg><iframe src=https://evil.example>",
    "--><base href=https://evil.example>",
    "<!--",
    "&lt;&#x3c;&amp;",
    "\u{202e}gnp.exe",
    "\u{0}\u{8}\u{b}\u{fffe}\u{feff}",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "\\[x\\](javascript:alert(1))",
    "# heading",
    "| a | b |\n|---|---|",
    "決済が失敗 <meta http-equiv=refresh content=0>",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        (
            proptest::sample::select(HOSTILE),
            proptest::sample::select(HOSTILE)
        )
            .prop_map(|(a, b)| format!("{a}{b}")),
        "\\PC{0,24}",
        any::<String>(),
    ]
}

/// Texts and times to take from, over and over.
struct Well {
    texts: Vec<String>,
    minutes: Vec<i64>,
    next: usize,
}

impl Well {
    fn text(&mut self) -> String {
        self.next += 1;
        self.texts[self.next % self.texts.len()].clone()
    }

    fn at(&mut self) -> At {
        self.next += 1;
        let minutes = self.minutes[self.next % self.minutes.len()];
        At {
            time: DateTime::<Utc>::from_timestamp(1_763_600_000 + minutes * 60, 0).unwrap(),
            clock: self.text(),
            zone: self.text(),
        }
    }

    fn stretch(&mut self) -> Stretch {
        let to = (self.next.is_multiple_of(2)).then(|| self.at());
        Stretch {
            name: self.text(),
            from: self.at(),
            to,
        }
    }

    fn item(&mut self) -> Item {
        Item {
            handle: self.text(),
            at: self.at(),
            text: self.text(),
            by: self.text(),
            owner: Some(self.text()),
            due: Some(self.at()),
            state: self.text(),
            over: self.next.is_multiple_of(2),
            risk: Some(self.text()),
            link: Some(self.text()),
            said: vec![Said {
                at: self.at(),
                what: self.text(),
                text: self.text(),
                by: self.text(),
            }],
        }
    }

    fn against(&mut self) -> Against {
        Against {
            target: self.text(),
            met: self.text(),
        }
    }

    fn line(&mut self) -> Line {
        Line {
            at: self.at(),
            text: self.text(),
            by: self.text(),
            link: Some(self.text()),
            turns: self.next.is_multiple_of(2),
            hole: self.next.is_multiple_of(3),
        }
    }

    fn page(&mut self) -> Page {
        Page {
            lang: if self.next.is_multiple_of(2) {
                Lang::Ja
            } else {
                Lang::En
            },
            title: self.text(),
            drill: true,
            private: true,
            level: Some(self.text()),
            rank: Some((self.next % 4, 3)),
            phase: self.text(),
            calm: false,
            facts: vec![(self.text(), self.text()), (self.text(), self.text())],
            zone: self.text(),
            east: 32_400,
            made: self.at(),
            sections: vec![(self.text(), self.text())],
            milestones: (0..6)
                .map(|n| Stone {
                    name: self.text(),
                    at: (n != 3).then(|| self.at()),
                    by: self.text(),
                    link: Some(self.text()),
                })
                .collect(),
            intervals: vec![Interval {
                name: self.text(),
                long: self.text(),
                from: self.text(),
                to: self.text(),
                against: Some(self.against()),
            }],
            process: vec![Figure {
                name: self.text(),
                value: self.text(),
                against: Some(self.against()),
            }],
            levels: (0..2)
                .map(|_| (self.at(), self.text(), self.text()))
                .collect(),
            phases: (0..3).map(|_| self.stretch()).collect(),
            level_spans: (0..2).map(|_| self.stretch()).collect(),
            commanders: (0..2).map(|_| self.stretch()).collect(),
            terms: vec![Term {
                role: self.text(),
                held: self.stretch(),
            }],
            people: (0..3).map(|_| self.text()).collect(),
            decisions: vec![self.item()],
            reports: vec![Report {
                at: self.at(),
                stage: self.text(),
                to: self.text(),
                by: self.text(),
                parts: vec![(String::new(), self.text()), (self.text(), self.text())],
                next: Some(self.at()),
            }],
            work: vec![(self.text(), vec![self.item()])],
            actions: vec![self.item()],
            evidence: vec![self.line()],
            story: (0..5).map(|_| self.line()).collect(),
            raw: vec![Raw {
                at: self.at(),
                by: self.text(),
                text: self.text(),
                remark: self.text(),
                link: Some(self.text()),
            }],
        }
    }
}

fn page() -> impl Strategy<Value = Page> {
    let texts = proptest::collection::vec(text(), 1..40);
    let minutes = proptest::collection::vec(0..20_000_i64, 1..20);
    (texts, minutes, 0..40_usize).prop_map(|(texts, minutes, next)| {
        Well {
            texts,
            minutes,
            next,
        }
        .page()
    })
}

/// Every tag of a page: its name, and its attributes.
type Tag = (String, Vec<(String, String)>);

/// Reads a page as strictly as XML, but for the elements of HTML that have no end. It knows no
/// comments, no processing instructions and no entities but the five: there are none in it.
fn parse(page: &str) -> Result<Vec<Tag>, String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").ok_or("no doctype")?;
    let (mut open, mut tags) = (Vec::<String>::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        entities(&rest[..at])?;
        rest = &rest[at + 1..];
        if let Some(end) = rest.strip_prefix('/') {
            let (name, after) = end.split_once('>').ok_or("a tag does not end")?;
            let last = open.pop();
            if last.as_deref() != Some(name) {
                return Err(format!("{name} ends, {last:?} is open"));
            }
            rest = after;
            continue;
        }
        let name_end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric()))
            .ok_or("a tag does not end")?;
        let name = rest[..name_end].to_owned();
        if name.is_empty() {
            return Err(format!(
                "no tag: <{}",
                &rest.chars().take(20).collect::<String>()
            ));
        }
        rest = &rest[name_end..];
        let mut attributes: Vec<(String, String)> = Vec::new();
        let alone = loop {
            if let Some(after) = rest.strip_prefix("/>") {
                rest = after;
                break true;
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break false;
            }
            rest = rest
                .strip_prefix(' ')
                .ok_or_else(|| format!("in {name}: {rest:.20}"))?;
            let (key, after) = rest
                .split_once("=\"")
                .ok_or("an attribute without a value")?;
            let (value, after) = after.split_once('"').ok_or("a value does not end")?;
            if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || value.contains('<') {
                return Err(format!("attribute {key}={value}"));
            }
            entities(value)?;
            if attributes.iter().any(|(known, _)| known == key) {
                return Err(format!("{key} twice"));
            }
            attributes.push((key.to_owned(), value.to_owned()));
            rest = after;
        };
        if name == "style" {
            let (_, after) = rest.split_once("</style>").ok_or("a style does not end")?;
            rest = after;
        } else if !alone && name != "meta" {
            open.push(name.clone());
        }
        tags.push((name, attributes));
    }
    match open.is_empty() && rest.trim().is_empty() {
        true => Ok(tags),
        false => Err(format!("{open:?} are open at the end: {rest:?}")),
    }
}

fn entities(text: &str) -> Result<(), String> {
    if let Some(bad) = text
        .chars()
        .find(|c| *c != '\n' && crate::domain::text::never_shown(*c))
    {
        return Err(format!("{bad:?} is in it"));
    }
    let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    match text
        .split('&')
        .skip(1)
        .find(|after| !known.iter().any(|k| after.starts_with(k)))
    {
        Some(after) => Err(format!("&{after:.20}")),
        None => Ok(()),
    }
}

const TAGS: &[&str] = &[
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "article",
    "footer", "details", "summary", "div", "p", "h1", "h2", "h3", "small", "strong", "span", "a",
    "time", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "svg",
    "g", "rect", "path", "circle", "line", "text",
];

const ATTRIBUTES: &[&str] = &[
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "rel",
    "title",
    "datetime",
    "scope",
    "role",
    "aria-label",
    "aria-hidden",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "d",
    "text-anchor",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_a_page_do_anything(page in page()) {
        let set = html(&page);
        let tags = parse(&set).map_err(TestCaseError::fail)?;
        for (name, attributes) in &tags {
            prop_assert!(TAGS.contains(&name.as_str()), "{}", name);
            for (key, value) in attributes {
                prop_assert!(ATTRIBUTES.contains(&key.as_str()), "{} of {}", key, name);
                if key == "href" {
                    prop_assert_eq!(name, "a");
                    prop_assert!(value.starts_with("https://") || value.starts_with("http://"), "{}", value);
                    prop_assert!(attributes.contains(&("rel".to_owned(), "noopener noreferrer".to_owned())));
                }
            }
        }
        // One of each: nothing of the record made another.
        for once in ["title", "style", "body", "main", "h1"] {
            let found = tags.iter().filter(|(name, _)| name == once).count();
            prop_assert!(found == 1 || once == "title", "{} of {}", found, once);
        }
    }

    #[test]
    fn no_text_makes_markdown_of_its_own(page in page()) {
        let set = markdown(&page);
        for line in set.lines() {
            // Two characters at a time: what is escaped means nothing.
            let mut bare = String::new();
            let mut chars = line.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' => drop(chars.next()),
                    c => bare.push(c),
                }
            }
            let ours = bare.replace("[→](<http", "");
            prop_assert!(!ours.contains("]("), "{}", line);
            prop_assert!(!ours.contains("!["), "{}", line);
            prop_assert!(!ours.contains("<script") && !ours.contains("<img"), "{}", line);
        }
    }
}

#[test]
fn an_address_is_what_a_browser_may_follow() {
    for good in [
        "https://example.com/a?b=1&c=2#d",
        "http://10.0.0.1:3000/",
        "https://例え.jp/",
    ] {
        let ascii = good.is_ascii();
        assert_eq!(address(good).is_some(), ascii, "{good}");
    }
    for bad in [
        "javascript:alert(1)",
        "JAVASCRIPT://x%0aalert(1)",
        "data:text/html,x",
        "HTTPS//x",
        "https://",
        "https://a b",
        "https://a\"b",
        "https://a\u{a0}b",
        "//example.com",
        " https://a",
        "file:///etc/passwd",
    ] {
        assert_eq!(address(bad), None, "{bad}");
    }
    let found = pieces("見て https://a.example/x。それと (http://b.example/y).");
    let links: Vec<&str> = found
        .iter()
        .filter(|(_, link)| *link)
        .map(|(t, _)| *t)
        .collect();
    assert_eq!(links, ["https://a.example/x", "http://b.example/y"]);
    let all: String = found.iter().map(|(text, _)| *text).collect();
    assert_eq!(
        all,
        "見て https://a.example/x。それと (http://b.example/y)."
    );
}

#[test]
fn what_is_long_after_the_rest_is_told_below_the_drawing() {
    let mut well = Well {
        texts: vec!["x".into()],
        minutes: vec![0, 3, 8],
        next: 0,
    };
    let mut page = well.page();
    let at = |minutes: i64| At {
        time: page.made.time + chrono::TimeDelta::minutes(minutes),
        clock: format!("t{minutes}"),
        zone: "UTC".into(),
    };
    let (near, far) = (at(40), at(4_000));
    page.milestones[4].at = Some(near);
    page.milestones[5].at = Some(far);
    page.milestones[5].name = "resolved".into();
    let set = html(&page);
    let drawing = set
        .split_once("<svg viewBox")
        .map(|(_, after)| after)
        .unwrap();
    let (drawing, below) = drawing.split_once("</svg>\n</div>").unwrap();
    assert!(drawing.contains("t40") && !drawing.contains("t4000"));
    assert!(
        below.trim_start().starts_with("<p class=\"note\">"),
        "{below:.200}"
    );
    assert!(below.contains("resolved <time"));
}

#[test]
fn the_style_is_the_one_that_the_policy_names() {
    let mut well = Well {
        texts: vec!["x".into()],
        minutes: vec![0],
        next: 0,
    };
    let set = html(&well.page());
    let style = set
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    use base64::Engine;
    use sha2::Digest;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    assert!(set.contains(&format!("'sha256-{hash}'")), "{hash}");
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'));
    assert!(set.contains("default-src 'none'"));
}
