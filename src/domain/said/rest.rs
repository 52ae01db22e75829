//! What follows a key word: numbers, times, people, texts.

use super::phrases::role_named;
use super::{ITEMS_MAX, Lack, Line, PERSON, Said, Who, Wish};
use crate::domain::event::{Milestone, Phase};
use crate::domain::ids::UserId;
use crate::domain::text::clean_line;
use crate::domain::text::terms::fold;
use crate::domain::words::Lang;

/// Names of levels and the like are no longer than this.
const NAME_MAX: usize = 60;

/// A word that stands for itself.
pub(super) fn only(rest: &Line, said: Said) -> Said {
    let text = rest.bare().key_text();
    let more = matches!(
        text.trim_matches(|c: char| c == '?' || c.is_whitespace()),
        "" | "me"
            | "now"
            | "it"
            | "教えて"
            | "見せて"
            | "どう"
            | "いかが"
            | "表示"
            | "ます"
            | "と"
            | "all"
            | "を教えて"
            | "確認"
            | "使うの"
            | "出して"
    );
    if more { said } else { Said::Unclear }
}

pub(super) fn named(rest: &Line, lack: Lack, wish: fn(String) -> Wish) -> Said {
    let bare = rest.bare();
    let text = bare.key_text();
    let text = text.trim_end_matches('?').trim();
    if text.is_empty() {
        return Said::Lacks(lack);
    }
    if text.chars().count() > NAME_MAX {
        return Said::Unclear;
    }
    Said::Do(wish(text.to_owned()))
}

pub(super) fn level(rest: &Line) -> Said {
    match named(rest, Lack::Level, Wish::Level) {
        Said::Do(Wish::Level(text)) => {
            let digit = match text.as_str() {
                "一" | "one" => "1",
                "二" | "two" => "2",
                "三" | "three" => "3",
                "四" | "four" => "4",
                "五" | "five" => "5",
                other => other,
            };
            Said::Do(Wish::Level(digit.to_owned()))
        }
        said => said,
    }
}

pub(super) fn phase(rest: &Line) -> Said {
    let bare = rest.bare();
    let text = bare.key_text();
    if text.is_empty() {
        return Said::Lacks(Lack::Phase);
    }
    let found = Phase::ALL.into_iter().find(|phase| {
        let shown = phase.text();
        text == phase.name() || text == shown.get(Lang::En) || text == shown.get(Lang::Ja)
    });
    found.map_or(Said::Lacks(Lack::Phase), |phase| {
        Said::Do(Wish::Phase(phase))
    })
}

fn who(line: &Line, name: &dyn Fn(&UserId) -> String) -> Option<Who> {
    let bare = line.bare();
    let text = bare.key_text();
    let me = [
        "me",
        "i",
        "myself",
        "私",
        "わたし",
        "僕",
        "ぼく",
        "俺",
        "自分",
        "わたくし",
        "me!",
    ];
    if me.contains(&text.as_str()) {
        return Some(Who::Me);
    }
    match bare.people.as_slice() {
        [user]
            if bare
                .raw
                .iter()
                .all(|c| *c == PERSON || c.is_whitespace() || "さんが様".contains(*c)) =>
        {
            Some(Who::User(user.clone()))
        }
        [] if !text.is_empty() && text.chars().count() <= NAME_MAX => {
            Some(Who::Named(clean_line(&bare.text(name)).into_owned()))
        }
        _ => None,
    }
}

pub(super) fn commander(rest: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    let bare = rest.bare();
    if bare.key.is_empty() {
        return Said::Lacks(Lack::Commander);
    }
    who(&bare, name).map_or(Said::Unclear, |who| Said::Do(Wish::Commander(who)))
}

/// `10:05`, `10時5分`, `午後3時`, `15分前`, in the form that times are read in; other text as it is.
fn time(line: &Line) -> String {
    let text: String = line.bare().key_text();
    let mut text = text.trim_end_matches('?').trim().to_owned();
    for (from, to) in [
        ("頃", ""),
        ("ごろ", ""),
        ("around ", ""),
        ("about ", ""),
        ("since ", ""),
    ] {
        text = text.replace(from, to);
    }
    for (from, to) in [
        (" min ago", "分前"),
        (" mins ago", "分前"),
        (" minutes ago", "分前"),
    ] {
        if let Some(minutes) = text.strip_suffix(from) {
            text = format!("{minutes}{to}");
        }
    }
    if text == "just now" || text == "たった今" {
        return "now".to_owned();
    }
    let text = text.trim().to_owned();
    japanese_hours(&text).unwrap_or(text)
}

fn japanese_hours(text: &str) -> Option<String> {
    if text.ends_with('前') {
        return None;
    }
    let (day, clock) = text.rsplit_once(' ').unwrap_or(("", text));
    let (noon, clock) = match (clock.strip_prefix("午後"), clock.strip_prefix("午前")) {
        (Some(clock), _) => (12, clock),
        (_, Some(clock)) => (0, clock),
        _ => (0, clock),
    };
    let (hours, minutes) = clock.split_once('時')?;
    let hours: u32 = hours.trim().parse().ok()?;
    let hours = if noon > 0 && hours < 12 {
        hours + noon
    } else {
        hours
    };
    let minutes = match minutes.trim().trim_end_matches('分') {
        "" => 0,
        "半" => 30,
        minutes => minutes.parse().ok()?,
    };
    let space = if day.is_empty() { "" } else { " " };
    Some(format!("{day}{space}{hours:02}:{minutes:02}"))
}

fn is_time(text: &str) -> bool {
    let clock = text.contains(':') || text.ends_with('前') || text.starts_with('-');
    matches!(text, "now" | "今" | "いま") || (clock && text.chars().any(|c| c.is_ascii_digit()))
}

pub(super) fn milestone(rest: &Line, milestone: Milestone) -> Said {
    let (when, link) = with_link(rest);
    let time = time(&when);
    if time.is_empty() {
        return Said::Lacks(Lack::Time(milestone));
    }
    if !is_time(&time) {
        return Said::Unclear;
    }
    Said::Do(Wish::Milestone {
        milestone,
        time,
        link,
    })
}

/// What stands before `|` or an address, and the address.
fn with_link(rest: &Line) -> (Line, Option<String>) {
    let text: String = rest.raw.iter().collect();
    let link = text
        .split_whitespace()
        .find(|word| word.starts_with("https://") || word.starts_with("http://"))
        .map(|word| clean_line(word).into_owned());
    let address = rest.key_text();
    let address = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| address.find(scheme))
        .min()
        .map(|bytes| address[..bytes].chars().count());
    let bar = rest.key.iter().position(|c| *c == '|');
    let end = [bar, address].into_iter().flatten().min();
    (rest.part(0, end.unwrap_or(rest.key.len())), link)
}

/// Recovery is taken only from a sentence that says nothing else.
pub(super) fn recovered(rest: &Line) -> Said {
    let time = time(rest);
    if time.is_empty() {
        return Said::Do(Wish::Recovered(None));
    }
    if is_time(&time) {
        Said::Do(Wish::Recovered(Some(time)))
    } else {
        Said::Unclear
    }
}

pub(super) fn items(rest: &Line, wish: fn(Vec<u32>) -> Wish) -> Said {
    let text = rest.bare().key_text();
    let text = text.replace("項目", " ").replace(
        ['番', 'と', ',', '#', '、', '・', 'を', 'は', 'が', '&'],
        " ",
    );
    let mut numbers = Vec::new();
    for word in text.split_whitespace() {
        match word {
            "and" | "item" | "items" | "no" => {}
            word => {
                let Some((from, to)) = range(word) else {
                    return Said::Unclear;
                };
                if (to - from) as usize >= ITEMS_MAX {
                    return Said::Lacks(Lack::Fewer);
                }
                for number in from..=to {
                    if !numbers.contains(&number) {
                        numbers.push(number);
                    }
                }
            }
        }
    }
    if numbers.len() > ITEMS_MAX {
        return Said::Lacks(Lack::Fewer);
    }
    if numbers.is_empty() {
        Said::Lacks(Lack::Item)
    } else {
        Said::Do(wish(numbers))
    }
}

/// `4`, or all from one number to another: `4-9`, `4~9`.
fn range(word: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    match word.split_once(['-', '~']) {
        Some((from, to)) => Some((number(from)?, number(to)?)).filter(|(from, to)| from <= to),
        None => number(word).map(|number| (number, number)),
    }
}

pub(super) fn join(rest: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    let bare = rest.bare();
    let text = bare.key_text();
    if text.is_empty() {
        return Said::Do(Wish::Join {
            role: None,
            task: None,
        });
    }
    let text = text.trim_end_matches("として").trim();
    if let Some(role) = role_named(text) {
        return Said::Do(Wish::Join {
            role: Some(role),
            task: None,
        });
    }
    let task = clean_line(&bare.text(name)).into_owned();
    Said::Do(Wish::Join {
        role: None,
        task: Some(task),
    })
}

/// A text as it was written, without what separates it from the key word.
fn body(rest: &Line, name: &dyn Fn(&UserId) -> String) -> String {
    let text = rest.text(name);
    text.trim_start_matches([':', '：', '=', '、', ',', '-', '　', ' ', '\n'])
        .trim()
        .to_owned()
}

/// `T1 rolled back`: an entry by its number, and what is said of it.
pub(super) fn entry(
    rest: &Line,
    name: &dyn Fn(&UserId) -> String,
) -> Option<(String, Option<String>)> {
    let text = body(&rest.bare_first(), name);
    let end = |c: char| c.is_whitespace() || ",:、：，".contains(c);
    let (entry, line) = text.split_once(end).unwrap_or((text.as_str(), ""));
    let entry = fold(entry).to_uppercase();
    let number = entry.strip_prefix(['T', 'N', 'Q', 'D'])?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let line = Some(line.trim().to_owned()).filter(|line| !line.is_empty());
    numbered.then_some((entry, line))
}

pub(super) fn text(
    rest: &Line,
    name: &dyn Fn(&UserId) -> String,
    wish: fn(String) -> Wish,
) -> Said {
    let text = body(rest, name);
    if text.is_empty() {
        Said::Lacks(Lack::Text)
    } else {
        Said::Do(wish(text))
    }
}

/// `状況は決済が落ちている` tells it, `状況は?` asks for it.
pub(super) fn situation(rest: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    if only(rest, Said::Status) == Said::Status {
        return Said::Status;
    }
    let told = ["は", "が", ":", "=", " ", "、", ",", "-", "\n"]
        .iter()
        .find_map(|sign| rest.cut_first(sign));
    let asked = rest.key_text();
    match told {
        Some(line) if !(asked.ends_with('?') && asked.chars().count() <= 12) => {
            text(&line, name, Wish::Situation)
        }
        Some(_) => Said::Status,
        None => Said::Unclear,
    }
}

/// Where people talk. Without a link nobody can come.
pub(super) fn meeting(rest: &Line) -> Said {
    match with_link(rest) {
        (_, Some(link)) => Said::Do(Wish::Meeting(link)),
        (_, None) => Said::Unclear,
    }
}

pub(super) fn timekeeper(rest: &Line) -> Said {
    let text = rest.bare().key_text();
    let text = text.trim();
    let stops = [
        "stop",
        "off",
        "end",
        "停止",
        "ストップ",
        "止めて",
        "止め",
        "終了",
        "オフ",
    ];
    let starts = [
        "start",
        "on",
        "restart",
        "開始",
        "スタート",
        "始めて",
        "再開",
        "オン",
        "動かして",
    ];
    if stops.contains(&text) {
        return Said::Do(Wish::Timekeeper(Some(0)));
    }
    if starts.contains(&text) {
        return Said::Do(Wish::Timekeeper(None));
    }
    let text = starts
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let number = ["every", "minutes", "min", "分", "ごと", "間隔", "毎"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, " "));
    match number.trim().parse::<u32>() {
        Ok(minutes) if (1..=1440).contains(&minutes) => Said::Do(Wish::Timekeeper(Some(minutes))),
        _ => Said::Lacks(Lack::Timekeeper),
    }
}

pub(super) fn role(rest: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    let bare = rest.bare();
    let text = bare.key_text();
    let end = text
        .char_indices()
        .find(|(_, c)| c.is_whitespace() || *c == PERSON || "はを:=".contains(*c))
        .map_or(text.len(), |(at, _)| at);
    let Some(role) = role_named(text[..end].trim()) else {
        return Said::Lacks(Lack::Role);
    };
    let rest = bare.part(text[..end].chars().count(), bare.key.len());
    role_of(&rest, role, name)
}

pub(super) fn role_of(rest: &Line, role: &'static str, name: &dyn Fn(&UserId) -> String) -> Said {
    let bare = rest.bare();
    if bare.key.is_empty() {
        return Said::Lacks(Lack::Role);
    }
    match who(&bare, name) {
        // A name is only taken where it cannot be another sentence.
        Some(Who::Named(text)) if !text.starts_with('@') => Said::Unclear,
        Some(who) => Said::Do(Wish::Role { role, who }),
        None => Said::Unclear,
    }
}
