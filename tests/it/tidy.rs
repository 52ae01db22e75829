//! Holds the map of the crate root: which layer may name what, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(dir) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is readable");
            found.push((path, text));
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.trim_start()))
        .filter(|(_, line)| !line.starts_with("//"))
}

/// Folder, and what its code may not name.
const BOUNDARIES: &[(&str, &[&str])] = &[
    (
        "src/domain",
        &[
            "tokio::",
            "reqwest::",
            "rusqlite::",
            "ratatui::",
            "crossterm::",
            "axum::",
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "std::fs",
            "std::net",
            "std::env",
            "crate::app",
            "crate::ui",
            "crate::io",
            "crate::workspace",
            "crate::cli",
        ],
    ),
    (
        "src/wire",
        &[
            "crate::app",
            "crate::ui",
            "crate::io",
            "crate::workspace",
            "crate::cli",
            "tokio::",
            "reqwest::",
            "axum::",
        ],
    ),
    (
        "src/app",
        &[
            "tokio::",
            "reqwest::",
            "rusqlite::",
            "axum::",
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "std::fs",
            "std::net",
            "crate::ui",
            "crate::io",
            "crate::workspace",
            "crate::cli",
        ],
    ),
    (
        "src/ui",
        &[
            "tokio::",
            "reqwest::",
            "rusqlite::",
            "axum::",
            "crate::io",
            "crate::workspace",
            "crate::cli",
            "Utc::now",
        ],
    ),
    (
        "src/drill",
        &[
            "tokio::",
            "reqwest::",
            "rusqlite::",
            "ratatui::",
            "crossterm::",
            "Utc::now",
            "Instant::now",
            "std::fs",
            "std::net",
            "crate::app",
            "crate::ui",
            "crate::io",
            "crate::stage",
            "crate::workspace",
            "crate::cli",
        ],
    ),
    (
        "src/stage",
        &[
            "crate::ui",
            "crate::workspace",
            "crate::cli",
            "crate::sample",
            "reqwest::",
            "rusqlite::",
        ],
    ),
    (
        "src/sample",
        &[
            "crate::ui",
            "crate::workspace",
            "crate::cli",
            "reqwest::",
            "rusqlite::",
        ],
    ),
    (
        "src/io",
        &[
            "crate::sample",
            "crate::ui",
            "crate::workspace",
            "crate::cli",
        ],
    ),
    (
        "src/workspace",
        &[
            "crate::app",
            "crate::ui",
            "crate::io",
            "crate::cli",
            "reqwest::",
            "ratatui::",
        ],
    ),
];

#[test]
fn layers_name_only_what_is_below_them() {
    let mut broken = Vec::new();
    for (folder, forbidden) in BOUNDARIES {
        for (path, text) in sources(&root().join(folder)) {
            for (number, line) in code_lines(&text) {
                for word in *forbidden {
                    if line.contains(word) {
                        broken.push(format!("{}:{number} names {word}", path.display()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_file_is_longer_than_900_lines() {
    for (path, text) in sources(&root().join("src")) {
        let lines = text.lines().count();
        assert!(
            lines <= 900,
            "{} has {lines} lines: split it",
            path.display()
        );
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Kinds of events with their fields, as `domain::event` and `domain::work` declare them.
fn kinds() -> Vec<(String, Vec<String>)> {
    let declared = |file: &str, name: &str| {
        let source = fs::read_to_string(root().join(file)).expect("readable");
        let (_, body) = source.split_once(name).expect("there");
        let (body, _) = body.split_once("\n}\n").expect("it ends");
        body.to_owned()
    };
    let body = declared("src/domain/event.rs", "pub enum Body {\n")
        + "\n"
        + &declared("src/domain/work/mod.rs", "pub enum Deed {\n");
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for (_, line) in code_lines(&body) {
        if let Some((name, _)) = line.split_once(" {") {
            kinds.push((snake(name), Vec::new()));
        } else if let (Some((field, _)), Some((_, fields))) =
            (line.split_once(": "), kinds.last_mut())
            && field.chars().all(|c| c.is_lowercase() || c == '_')
        {
            fields.push(field.to_owned());
        }
    }
    kinds
}

#[test]
fn the_protocol_describes_every_kind_of_event_with_its_fields() {
    let page = fs::read_to_string(root().join("docs/protocol.md")).expect("readable");
    let (_, table) = page.split_once("### Kinds").expect("there is a table");
    let kinds = kinds();
    assert!(kinds.len() > 50, "{kinds:?}");
    for (kind, fields) in kinds {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("| `{kind}` |")));
        let row = row.unwrap_or_else(|| unreachable!("no row of `{kind}`"));
        for field in fields {
            assert!(row.contains(&format!("`{field}`")), "{kind}: {field}");
        }
    }
}
