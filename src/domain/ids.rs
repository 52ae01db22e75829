//! Identities. Each is its own type, so that a channel is never passed where a user is meant, and
//! a timestamp of Slack's is never taken for a number.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(id: impl Into<String>) -> $name {
                $name(id.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> $name {
                $name(id.to_owned())
            }
        }
    };
}

id!(
    /// Slack's id of a conversation: `C…`, `G…` or `D…`.
    ChannelId
);
id!(
    /// Slack's id of a person or bot user: `U…` or `W…`.
    UserId
);
id!(
    /// Slack's id of a user group: `S…`.
    GroupId
);
id!(
    /// An incident, made at its declaration; never derived from its channel.
    IncidentId
);
id!(
    /// One event. Random, or computed from what several consoles may notice at once.
    EventId
);
id!(
    /// One journal (a data directory); the author of events.
    ConsoleId
);

/// Slack's message timestamp: ten digits, a dot, six digits. It is the message's id within its
/// channel and the channel's order; equal width makes string order the right order. Never a float:
/// 17 digits do not survive a double.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SlackTs(String);

/// The text was not ten digits, a dot and six digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Slack timestamp: {0:?}")]
pub struct BadTs(pub String);

impl SlackTs {
    pub fn parse(text: &str) -> Result<SlackTs, BadTs> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 17
            && bytes.iter().enumerate().all(|(i, b)| {
                if i == 10 {
                    *b == b'.'
                } else {
                    b.is_ascii_digit()
                }
            });
        if shaped {
            Ok(SlackTs(text.to_owned()))
        } else {
            Err(BadTs(text.to_owned()))
        }
    }

    /// From whole microseconds since 1970. `None` outside ten digits of seconds.
    pub fn from_micros(micros: i64) -> Option<SlackTs> {
        let secs = micros.div_euclid(1_000_000);
        let frac = micros.rem_euclid(1_000_000);
        (0..=9_999_999_999)
            .contains(&secs)
            .then(|| SlackTs(format!("{secs:010}.{frac:06}")))
    }

    /// The earliest timestamp: what "from the beginning" means in a cursor.
    pub fn zero() -> SlackTs {
        SlackTs("0000000000.000000".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Microseconds since 1970; the fraction is a uniquifier, so this orders but hardly measures.
    pub fn micros(&self) -> i64 {
        let secs: i64 = self.0[..10].parse().unwrap_or(0);
        let frac: i64 = self.0[11..].parse().unwrap_or(0);
        secs * 1_000_000 + frac
    }
}

impl fmt::Display for SlackTs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SlackTs {
    type Error = BadTs;

    fn try_from(text: String) -> Result<SlackTs, BadTs> {
        SlackTs::parse(&text)
    }
}

impl From<SlackTs> for String {
    fn from(ts: SlackTs) -> String {
        ts.0
    }
}

// One case, no vowels, no 0 or 1 or l: an id read over the phone survives, and spells nothing.
const ALPHABET: &[u8; 28] = b"23456789bcdfghjkmnpqrstvwxyz";

fn letters(bits: &[u8], count: usize) -> String {
    bits.iter()
        .take(count)
        .map(|b| ALPHABET[usize::from(*b) % ALPHABET.len()] as char)
        .collect()
}

fn random(rng: &mut fastrand::Rng, count: usize) -> String {
    let bytes: Vec<u8> = (0..count).map(|_| rng.u8(..)).collect();
    letters(&bytes, count)
}

impl EventId {
    /// 57 random bits: a collision among a million events of one incident is one in 300,000.
    pub fn random(rng: &mut fastrand::Rng) -> EventId {
        EventId(random(rng, 12))
    }

    /// The id of an event that several consoles derive from the same thing in Slack, so that two
    /// that both notice it count once: a hash of incident, source (a ts or a slot), user and verb.
    pub fn derived(incident: &IncidentId, source: &str, user: &str, verb: &str) -> EventId {
        let mut hash = Sha256::new();
        for part in [incident.as_str(), source, user, verb] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        EventId(letters(&hash.finalize(), 12))
    }
}

impl IncidentId {
    pub fn random(rng: &mut fastrand::Rng) -> IncidentId {
        IncidentId(format!("i{}", random(rng, 9)))
    }
}

impl ConsoleId {
    pub fn random(rng: &mut fastrand::Rng) -> ConsoleId {
        ConsoleId(format!("c{}", random(rng, 7)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_ten_digits_a_dot_and_six() {
        assert!(SlackTs::parse("1512085861.000543").is_ok());
        for bad in [
            "1512085861.00054",
            "1512085861000543",
            "",
            "1512085861.0005430",
            "15120858６1.000543",
        ] {
            assert!(SlackTs::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn order_and_micros_agree() {
        let a = SlackTs::from_micros(1_512_085_861_000_543).expect("in range");
        let b = SlackTs::from_micros(1_512_085_861_000_544).expect("in range");
        assert_eq!(a.as_str(), "1512085861.000543");
        assert!(a < b);
        assert_eq!(b.micros() - a.micros(), 1);
    }

    /// Written into channels: these values may never change.
    #[test]
    fn derived_ids_are_permanent() {
        let incident = IncidentId::new("i23456789b");
        let id = EventId::derived(&incident, "1512085861.000543", "U1", "pin");
        insta::assert_snapshot!(id.as_str(), @"h5df9ptt2bpd");
        assert_ne!(
            id,
            EventId::derived(&incident, "1512085861.000543U", "1", "pin")
        );
    }
}
