//! Times as people read and write them. Instants are UTC everywhere else.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::settings::Zone;
use crate::domain::text::fold_command_key;
pub use crate::domain::watch::rough;
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono::{Offset, TimeZone, Utc};

/// The zone's clock at an instant. `Local` asks the machine's zone table, not its time.
pub fn local(zone: Zone, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&offset(zone, at)).naive_local()
}

pub fn offset(zone: Zone, at: DateTime<Utc>) -> FixedOffset {
    match zone {
        Zone::Local => at.with_timezone(&Local).offset().fix(),
        Zone::Fixed(east) => FixedOffset::east_opt(east).unwrap_or_else(|| Utc.fix()),
    }
}

/// When the zone's clock shows this; `None` in an hour that is left out.
pub fn instant(zone: Zone, naive: NaiveDateTime) -> Option<DateTime<Utc>> {
    match zone {
        // Of an hour that exists twice the earlier is meant: it is the longer duration.
        Zone::Local => Local
            .from_local_datetime(&naive)
            .earliest()
            .map(|t| t.to_utc()),
        Zone::Fixed(_) => offset(zone, DateTime::UNIX_EPOCH)
            .from_local_datetime(&naive)
            .single()
            .map(|t| t.to_utc()),
    }
}

/// `14:42`
pub fn hhmm(zone: Zone, at: DateTime<Utc>) -> String {
    local(zone, at).format("%H:%M").to_string()
}

/// `11-27`, with the year where it is far away.
pub fn day(zone: Zone, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let then = local(zone, at);
    let far = (then - local(zone, now)).num_days().abs() >= 300;
    let form = if far { "%Y-%m-%d" } else { "%m-%d" };
    then.format(form).to_string()
}

/// `14:42:17`
pub fn hhmmss(zone: Zone, at: DateTime<Utc>) -> String {
    local(zone, at).format("%H:%M:%S").to_string()
}

/// `14:42`, with the date where it is not today's.
pub fn day_hhmm(zone: Zone, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (then, today) = (local(zone, at), local(zone, now));
    if then.date() == today.date() {
        then.format("%H:%M").to_string()
    } else if (today.date() - then.date()).num_days().abs() < 300 {
        then.format("%m-%d %H:%M").to_string()
    } else {
        then.format("%Y-%m-%d %H:%M").to_string()
    }
}

/// `JST`, `UTC`, `+02:00`: the zone as it is at that instant.
pub fn zone_name(zone: Zone, at: DateTime<Utc>) -> String {
    Zone::Fixed(offset(zone, at).local_minus_utc()).to_string()
}

/// `00:42:17`; hours go on past a day. What lies ahead counts as nothing.
pub fn elapsed(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// From so many hours on, whole days are counted.
const DAYS_FROM: i64 = 48;

/// `02:43` to go, `+01:10` over; `1:02:43` from an hour on, `5 days` from two days on. Zero is over.
pub fn countdown(left: TimeDelta, lang: Lang) -> String {
    let seconds = left.num_seconds();
    let sign = if seconds > 0 { "" } else { "+" };
    let seconds = seconds.abs();
    let days = seconds / 86_400;
    if seconds >= DAYS_FROM * 3600 {
        match lang {
            Lang::En => format!("{sign}{days} days"),
            Lang::Ja => format!("{sign}{days}日"),
        }
    } else if seconds < 3600 {
        format!("{sign}{:02}:{:02}", seconds / 60, seconds % 60)
    } else {
        format!(
            "{sign}{}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

/// A time as somebody writes it: `10:05` (the latest that is not ahead), `-15m`, `-1h30m`, `15分前`,
/// `now`, `11-20 10:05`, `2026-11-20 10:05`, or RFC 3339. Without a zone it is in `zone`.
///
/// # Errors
/// None of these, or no such day or hour.
pub fn parse(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, Problem> {
    let folded: String = text.trim().chars().map(fold_command_key).collect();
    let folded = folded.trim();
    let bad = || {
        let text = text.trim();
        Problem::usage(both!(
            "\"{text}\" is no time.",
            "「{text}」は時刻として読めません。"
        ))
        .hint(Text::fixed(
            "10:05, -15m, now, 11-20 10:05 or 2026-11-20T10:05:00+09:00",
            "10:05、-15m、15分前、今、11-20 10:05、2026-11-20T10:05:00+09:00 のように書きます",
        ))
    };
    if matches!(folded.to_ascii_lowercase().as_str(), "now" | "今" | "いま") {
        return Ok(now);
    }
    if let Some(span) = ago(folded) {
        return now.checked_sub_signed(span).ok_or_else(bad);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(folded) {
        return Ok(time.to_utc());
    }
    let today = local(zone, now);
    let time = |text: &str| {
        NaiveTime::parse_from_str(text, "%H:%M")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
            .ok()
    };
    if let Some(time) = time(folded) {
        let at = |day: NaiveDate| instant(zone, day.and_time(time));
        let latest = at(today.date()).filter(|at| *at <= now + TimeDelta::minutes(1));
        return latest
            .or_else(|| at(today.date().pred_opt()?))
            .ok_or_else(bad);
    }
    let (day, clock) = folded.split_once([' ', 'T']).ok_or_else(bad)?;
    let day = day.replace('/', "-");
    let clock = time(clock.trim()).ok_or_else(bad)?;
    let year = today.format("%Y");
    let day = NaiveDate::parse_from_str(&day, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(&format!("{year}-{day}"), "%Y-%m-%d"))
        .map_err(|_| bad())?;
    instant(zone, day.and_time(clock)).ok_or_else(bad)
}

/// A time ahead, as somebody writes it: so many minutes (`30`), or the next time that the zone's clock
/// shows this (`03:45`). `None`: neither.
pub fn coming(text: &str, now: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
    let folded: String = text.trim().chars().map(fold_command_key).collect();
    if let Ok(minutes) = folded.parse::<u32>() {
        return now.checked_add_signed(TimeDelta::minutes(i64::from(minutes)));
    }
    let time = NaiveTime::parse_from_str(&folded, "%H:%M").ok()?;
    let today = local(zone, now).date();
    let mut days = [Some(today), today.succ_opt()].into_iter().flatten();
    days.find_map(|day| instant(zone, day.and_time(time)).filter(|at| *at > now))
}

/// What a text promises lies no further ahead.
const PROMISED: TimeDelta = TimeDelta::hours(12);

/// The last time of day in a text that lies ahead, as `03:45`: 「3時45分までに」, "by 03:45".
pub fn promised(text: &str, now: DateTime<Utc>, zone: Zone) -> Option<String> {
    let folded: Vec<char> = text.chars().map(fold_command_key).collect();
    let mut last = None;
    let mut at = 0;
    while at < folded.len() {
        let digits = |from: usize| {
            let run = folded[from..].iter().take_while(|c| c.is_ascii_digit());
            run.collect::<String>()
        };
        let hour = digits(at);
        if hour.is_empty() {
            at += 1;
            continue;
        }
        at += hour.len();
        let minute = match folded.get(at) {
            Some(':') => digits(at + 1),
            // 「3時」 is on the hour.
            Some('時') => Some(digits(at + 1))
                .filter(|m| !m.is_empty())
                .unwrap_or("00".into()),
            _ => continue,
        };
        let Ok(hour) = hour.parse::<u32>() else {
            continue;
        };
        let named = format!("{hour:02}:{minute}");
        let ahead = coming(&named, now, zone).filter(|ahead| *ahead - now <= PROMISED);
        last = ahead.map(|_| named).or(last);
    }
    last
}

/// `-15m`, `-1h30m`, `15分前`, `1時間30分前`.
fn ago(text: &str) -> Option<TimeDelta> {
    let body = text
        .strip_prefix('-')
        .or_else(|| text.strip_suffix('前'))?
        .trim();
    let body = body
        .replace("時間", "h")
        .replace('分', "m")
        .replace('秒', "s");
    let mut total = TimeDelta::zero();
    let mut number = String::new();
    for c in body.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let n: i64 = number.parse().ok().filter(|n| *n < 1_000_000)?;
        number.clear();
        total += match c {
            'd' => TimeDelta::days(n),
            'h' => TimeDelta::hours(n),
            'm' => TimeDelta::minutes(n),
            's' => TimeDelta::seconds(n),
            _ => return None,
        };
    }
    (number.is_empty() && !body.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JST: Zone = Zone::Fixed(9 * 3600);

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let now = at("2026-11-20T14:42:17+09:00");
        let read = |text: &str| parse(text, now, JST).map(|t| local(JST, t).to_string());
        for (text, wanted) in [
            ("10:05", "2026-11-20 10:05:00"),
            // Not yet today, so yesterday.
            ("23:50", "2026-11-19 23:50:00"),
            ("14:43", "2026-11-20 14:43:00"),
            ("-15m", "2026-11-20 14:27:17"),
            ("-1h30m", "2026-11-20 13:12:17"),
            ("１５分前", "2026-11-20 14:27:17"),
            ("今", "2026-11-20 14:42:17"),
            ("11-20 09:00", "2026-11-20 09:00:00"),
            ("2026/11/19 9:05", "2026-11-19 09:05:00"),
            ("2026-11-20T01:00:00Z", "2026-11-20 10:00:00"),
            ("１０：０５", "2026-11-20 10:05:00"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in [
            "",
            "25:00",
            "soon",
            "-",
            "-m",
            "15",
            "10:5x",
            "13-40 10:00",
            "前",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_text_promises_is_the_last_time_in_it_that_lies_ahead() {
        let now = at("2026-11-20T03:16:40+09:00");
        for (text, wanted) in [
            ("since about 02:50; more by 03:45.", Some("03:45")),
            ("02:50 ごろから発生。３：４５までに続報", Some("03:45")),
            ("3時45分までにお知らせします", Some("03:45")),
            ("next at 9:00, or 10:30 at the latest", Some("10:30")),
            ("12時に", Some("12:00")),
            ("since 02:50", None),
            ("ratio 3:1, 45:00, 100 orders, at 23:00", None),
            ("", None),
        ] {
            assert_eq!(promised(text, now, JST).as_deref(), wanted, "{text}");
        }
        let read = |text: &str| coming(text, now, JST).map(|t| local(JST, t).to_string());
        assert_eq!(read("03:45").as_deref(), Some("2026-11-20 03:45:00"));
        assert_eq!(read("３０").as_deref(), Some("2026-11-20 03:46:40"));
        assert_eq!(read("02:50").as_deref(), Some("2026-11-21 02:50:00"));
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn countdowns_turn_to_overdue_at_zero() {
        assert_eq!(countdown(TimeDelta::seconds(163), Lang::En), "02:43");
        assert_eq!(countdown(TimeDelta::zero(), Lang::En), "+00:00");
        assert_eq!(countdown(TimeDelta::seconds(-70), Lang::En), "+01:10");
        assert_eq!(countdown(TimeDelta::seconds(3763), Lang::En), "1:02:43");
        let days = |hours: i64, lang| countdown(TimeDelta::hours(hours), lang);
        assert_eq!(days(47, Lang::Ja), "47:00:00");
        assert_eq!(days(48, Lang::Ja), "2日");
        assert_eq!(days(24 * 60 - 1, Lang::En), "59 days");
        assert_eq!(days(-50, Lang::En), "+2 days");
        assert_eq!(elapsed(TimeDelta::seconds(90_061)), "25:01:01");
        assert_eq!(rough(TimeDelta::seconds(7200)).ja, "2時間");
    }

    #[test]
    fn the_zone_is_named_and_the_date_said_where_it_is_another() {
        let now = at("2026-11-20T00:30:00+09:00");
        assert_eq!(zone_name(JST, now), "JST");
        assert_eq!(day_hhmm(JST, now, now), "00:30");
        assert_eq!(day_hhmm(JST, now - TimeDelta::hours(1), now), "11-19 23:30");
        assert_eq!(hhmm(Zone::Fixed(0), now), "15:30");
    }
}
