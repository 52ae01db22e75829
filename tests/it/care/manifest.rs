//! The manifest asks for what the program calls, and for nothing else.

use matoi::domain::secret::TokenKind;
use matoi::wire::features::{FEATURES, Need};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const MANIFEST: &str = include_str!("../../../assets/slack-manifest.yaml");

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).expect("readable");
    text.split("#[cfg(test)]").next().unwrap_or("").to_owned()
}

/// The first method's name in a text.
fn method_in(text: &str) -> Option<String> {
    text.split('"')
        .skip(1)
        .step_by(2)
        .find(|word| matoi::wire::methods::find(word).is_some())
        .map(str::to_owned)
}

/// The client's functions, each with the method that it calls.
fn functions() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in ["src/io/slack/calls.rs", "src/io/slack/walk.rs"] {
        for part in source(file).split("pub async fn ").skip(1) {
            let name: String = part.chars().take_while(|c| *c != '(').collect();
            all.extend(method_in(part).map(|method| (name, method)));
        }
    }
    all
}

/// The methods that the program calls while it works; the doctor asks for nothing more.
fn called() -> BTreeSet<String> {
    let code = ["src/io/slack/carry.rs", "src/io/net.rs"]
        .map(source)
        .concat();
    let functions = functions();
    assert!(functions.len() > 30, "{functions:?}");
    functions
        .into_iter()
        .filter(|(name, _)| code.contains(&format!(".{name}(")))
        .map(|(_, method)| method)
        .filter(|method| {
            let row = matoi::wire::methods::find(method).expect("known");
            !row.bot_scopes.is_empty()
        })
        .collect()
}

#[test]
fn what_is_called_belongs_to_a_feature_and_every_feature_is_called() {
    let listed: BTreeSet<String> = FEATURES
        .iter()
        .flat_map(|feature| feature.methods)
        .map(|method| (*method).to_owned())
        .collect();
    assert_eq!(called(), listed);
}

/// The entries of a list of the manifest, by the line that begins it.
fn list(begins: &str, marked: bool) -> BTreeSet<String> {
    let clean = |line: &str| {
        let line = if marked {
            line.strip_prefix("    # ").unwrap_or("")
        } else {
            line.trim_start()
        };
        line.split('#').next().unwrap_or("").trim().to_owned()
    };
    MANIFEST
        .lines()
        .map(clean)
        .skip_while(|line| line != begins)
        .skip(1)
        .map_while(|line| line.strip_prefix("- ").map(str::to_owned))
        .collect()
}

fn scopes(
    of: impl Fn(&matoi::wire::features::Feature) -> &'static [&'static str],
) -> BTreeSet<String> {
    let all = FEATURES.iter().flat_map(of);
    all.map(|scope| (*scope).to_owned()).collect()
}

#[test]
fn the_manifest_asks_for_exactly_the_scopes_of_the_features() {
    assert_eq!(list("bot:", false), scopes(|feature| feature.bot));
    assert_eq!(list("user:", true), scopes(|feature| feature.person));
    let optional = scopes(|feature| match feature.need {
        Need::Choice => feature.bot,
        Need::Always | Need::Part => &[],
    });
    assert_eq!(list("bot_optional:", false), optional);
}

#[test]
fn the_manifest_turns_off_what_would_break_several_consoles() {
    for line in [
        "  token_rotation_enabled: false",
        "  socket_mode_enabled: false",
    ] {
        assert!(MANIFEST.lines().any(|l| l == line), "{line}");
    }
    assert_eq!(
        matoi::domain::secret::Secret::new("xoxe.xoxb-1").kind(),
        TokenKind::Bot
    );
}
