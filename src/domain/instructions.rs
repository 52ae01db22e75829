//! What whoever takes a role is told, on the screen and in the channel.

use super::verb;
use super::words::Lang;

/// One instruction a line, for `commander`, the roles of `verb::ROLES` and a stream's lead; `None`
/// for a role that this version does not know.
pub fn for_role(role: &str, lang: Lang) -> Option<impl Iterator<Item = &'static str>> {
    let role = match verb::stream_of(role) {
        Some(_) => verb::STREAM_CHOICE,
        None => role,
    };
    macro_rules! texts {
        ($($name:literal),+ $(,)?) => {
            match (role, lang) {
                $(
                    ($name, Lang::En) => include_str!(concat!("../../assets/roles/en/", $name, ".txt")),
                    ($name, Lang::Ja) => include_str!(concat!("../../assets/roles/ja/", $name, ".txt")),
                )+
                _ => return None,
            }
        };
    }
    let text: &'static str = texts!(
        "commander",
        "ops",
        "scribe",
        "comms",
        "deputy",
        "planning",
        "logistics",
        "expert",
        "stream",
    );
    Some(text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_as_many_lines_in_both_languages() {
        let others = verb::ROLES.iter().map(|(id, _)| *id);
        for role in ["commander", "stream/db"].into_iter().chain(others) {
            let en: Vec<&str> = for_role(role, Lang::En).expect("shipped").collect();
            let ja: Vec<&str> = for_role(role, Lang::Ja).expect("shipped").collect();
            assert_eq!(en.len(), ja.len(), "{role}");
            assert!((3..=8).contains(&en.len()), "{role}");
            assert!(en.iter().all(|line| line.is_ascii() && !line.is_empty()));
            assert!(ja.iter().all(|line| !line.is_ascii()), "{role}");
        }
        assert!(for_role("hero", Lang::En).is_none());
    }
}
