//! The zone in which times are shown. Times are kept as UTC instants everywhere.

use crate::both;
use crate::domain::words::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

const JST: i32 = 9 * 3600;

/// `local`, `UTC`, `JST` (also `Asia/Tokyo`: Japan has one offset all year) or an offset such as
/// `+09:00`. Zones whose offset changes with the season are reached through `local`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Zone {
    /// What the machine says.
    #[default]
    Local,
    /// Seconds east of UTC, within a day.
    Fixed(i32),
}

/// The text names no zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no zone")]
pub struct BadZone(String);

impl BadZone {
    pub fn text(&self) -> Text {
        let BadZone(text) = self;
        both!(
            "`{text}` is no zone: there are local, UTC, JST and offsets such as +09:00",
            "`{text}` はタイムゾーンとして読めません。local、UTC、JST か、+09:00 のような時差で書いてください"
        )
    }
}

impl Zone {
    pub fn parse(text: &str) -> Result<Zone, BadZone> {
        let bad = || BadZone(text.to_owned());
        match text.to_ascii_lowercase().as_str() {
            "local" | "auto" | "" => return Ok(Zone::Local),
            "utc" | "z" => return Ok(Zone::Fixed(0)),
            "jst" | "asia/tokyo" => return Ok(Zone::Fixed(JST)),
            _ => {}
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(bad()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(bad)?;
        if hours.len() != 2 || minutes.len() != 2 {
            return Err(bad());
        }
        let hours: i32 = hours.parse().map_err(|_| bad())?;
        let minutes: i32 = minutes.parse().map_err(|_| bad())?;
        if !(0..=14).contains(&hours) || !(0..60).contains(&minutes) {
            return Err(bad());
        }
        Ok(Zone::Fixed(sign * (hours * 3600 + minutes * 60)))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Local => f.write_str("local"),
            Zone::Fixed(0) => f.write_str("UTC"),
            Zone::Fixed(JST) => f.write_str("JST"),
            Zone::Fixed(east) => {
                let sign = if *east < 0 { '-' } else { '+' };
                let minutes = east.abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl TryFrom<String> for Zone {
    type Error = BadZone;

    fn try_from(text: String) -> Result<Zone, BadZone> {
        Zone::parse(&text)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_and_written_alike() {
        for (text, zone) in [
            ("local", Zone::Local),
            ("UTC", Zone::Fixed(0)),
            ("JST", Zone::Fixed(32_400)),
            ("-03:30", Zone::Fixed(-12_600)),
            ("+05:45", Zone::Fixed(20_700)),
        ] {
            assert_eq!(Zone::parse(text), Ok(zone));
            assert_eq!(zone.to_string(), text);
        }
        assert_eq!(Zone::parse("Asia/Tokyo"), Ok(Zone::Fixed(JST)));
        for bad in [
            "Europe/Berlin",
            "+9",
            "+09:0x",
            "+25:00",
            "9:00",
            "+-1:00",
            "＋09:00",
        ] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }
}
