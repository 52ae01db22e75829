//! What whoever takes a role is told, on the screen and in the channel.

use super::words::Lang;

/// The roles that have instructions, in the order a growing incident needs them.
pub const ROLES: &[&str] = &[
    "commander",
    "operations",
    "scribe",
    "communications",
    "deputy",
    "planning",
    "logistics",
    "expert",
];

/// One instruction a line; `None` for a role that is not in [`ROLES`].
pub fn for_role(role: &str, lang: Lang) -> Option<impl Iterator<Item = &'static str>> {
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
        "operations",
        "scribe",
        "communications",
        "deputy",
        "planning",
        "logistics",
        "expert",
    );
    Some(text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_as_many_lines_in_both_languages() {
        for role in ROLES {
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
