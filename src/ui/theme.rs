//! Meanings, and how each looks. Nothing else on a screen names a colour (the linter sees to it).
//!
//! Themes are data in one format, the shipped ones (`assets/themes/`) and people's own alike: one
//! line a meaning. Each meaning also differs by text or shape where it is drawn; the mono theme
//! holds us to that.

#![expect(
    clippy::disallowed_types,
    reason = "the one place where meanings become colours"
)]

use crate::both;
use crate::domain::problem::Problem;
use ratatui::style::{Color, Modifier, Style};

macro_rules! meanings {
    ($($(#[doc = $doc:literal])* $name:ident = $key:literal,)*) => {
        /// What a piece of the screen is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Meaning { $($(#[doc = $doc])* $name,)* }

        impl Meaning {
            /// All, in the order of a theme file.
            pub const ALL: &[Meaning] = &[$(Meaning::$name,)*];

            /// The key in a theme file.
            pub const fn key(self) -> &'static str {
                match self { $(Meaning::$name => $key,)* }
            }
        }
    };
}

meanings! {
    Text = "text",
    /// Secondary: zones, counts, hints.
    Muted = "muted",
    /// What is past and needs nobody.
    History = "history",
    /// A pane's title.
    Heading = "heading",
    HeadingFocused = "heading_focused",
    Border = "border",
    BorderFocused = "border_focused",
    /// What the eye should find first when nothing is wrong.
    Accent = "accent",
    /// The mark of the incident's level.
    Level = "level",
    Person = "person",
    /// A key in a hint.
    Key = "key",
    /// What is being typed.
    Input = "input",
    /// The letters that a search matched.
    Match = "match",
    Selection = "selection",
    /// Done, recovered, live.
    Good = "good",
    /// Near its due time.
    DueSoon = "due_soon",
    /// Past its due time. With [`Meaning::Failed`] the only red there is.
    Overdue = "overdue",
    Failed = "failed",
    /// Being saved, queued, unconfirmed.
    Pending = "pending",
    /// DRILL, PRIVATE, LOCAL: a whole row.
    Banner = "banner",
    /// The rows of vital facts.
    Status = "status",
}

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    Sixteen,
    TwoFiftySix,
    True,
}

impl Depth {
    /// From `COLORTERM` and `TERM`, as terminals announce it; `env` looks a variable up.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Depth {
        let has = |name: &str, words: &[&str]| {
            env(name).is_some_and(|value| words.iter().any(|word| value.contains(word)))
        };
        if has("COLORTERM", &["truecolor", "24bit"]) || has("TERM", &["direct"]) {
            Depth::True
        } else if has("TERM", &["256color"]) {
            Depth::TwoFiftySix
        } else {
            Depth::Sixteen
        }
    }
}

const SHIPPED: &[(&str, &str)] = &[
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../assets/themes/high-contrast.toml"),
    ),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

/// A style for every [`Meaning`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Theme {
    styles: Vec<Style>,
}

impl Theme {
    /// Names of the shipped themes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The theme to start with. A non-empty `NO_COLOR` (<https://no-color.org>) or a terminal that
    /// calls itself dumb means mono, whatever is configured; without a configured name,
    /// `COLORFGBG` tells light from dark where the terminal sets it.
    ///
    /// # Errors
    /// No shipped theme has that name.
    pub fn choose(
        configured: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Theme, Problem> {
        let colourless = env("NO_COLOR").is_some_and(|v| !v.is_empty())
            || env("TERM").is_some_and(|t| t == "dumb");
        let light = env("COLORFGBG")
            .and_then(|v| v.rsplit(';').next().map(|bg| matches!(bg, "7" | "15")))
            .unwrap_or(false);
        let name = match configured {
            _ if colourless => "mono",
            Some(name) => name,
            None if light => "light",
            None => "dark",
        };
        Theme::shipped(name, Depth::detect(env))
    }

    /// One of the shipped themes.
    ///
    /// # Errors
    /// No shipped theme has that name.
    pub fn shipped(name: &str, depth: Depth) -> Result<Theme, Problem> {
        match SHIPPED.iter().find(|(n, _)| *n == name) {
            Some((_, source)) => Theme::parse(source, depth),
            None => {
                let all = Theme::names().collect::<Vec<_>>().join(", ");
                Err(Problem::usage(both!(
                    "there is no theme called {name:?}",
                    "テーマ {name:?} はありません"
                ))
                .hint(both!("themes: {all}", "使えるテーマ: {all}")))
            }
        }
    }

    /// Reads a theme file: a line for every meaning, or `base = "dark"` and the lines that differ.
    ///
    /// # Errors
    /// Not TOML, an unknown meaning, a word that is no colour or attribute, or a meaning missing
    /// where there is no base.
    pub fn parse(source: &str, depth: Depth) -> Result<Theme, Problem> {
        let mut table: toml::Table = toml::from_str(source).map_err(|error| {
            let error = error.to_string();
            Problem::usage(both!(
                "the theme cannot be read: {error}",
                "テーマを読み込めません: {error}"
            ))
        })?;
        let base = match table.remove("base") {
            Some(name) => Some(Theme::shipped(name.as_str().unwrap_or_default(), depth)?),
            None => None,
        };
        let mut styles = Vec::with_capacity(Meaning::ALL.len());
        for (at, meaning) in Meaning::ALL.iter().enumerate() {
            let key = meaning.key();
            styles.push(match (table.remove(key), &base) {
                (Some(value), _) => style(key, value.as_str().unwrap_or("?"), depth)?,
                (None, Some(base)) => base.styles[at],
                (None, None) => {
                    return Err(Problem::usage(both!(
                        "the theme says nothing about {key}",
                        "テーマに {key} の指定がありません"
                    ))
                    .hint(both!(
                        "add it, or base = \"dark\"",
                        "{key} を追加するか、base = \"dark\" を指定してください"
                    )));
                }
            });
        }
        match table.keys().next() {
            None => Ok(Theme { styles }),
            Some(key) => {
                let all = Meaning::ALL.iter().map(|m| m.key()).collect::<Vec<_>>();
                let all = all.join(", ");
                Err(Problem::usage(both!(
                    "the theme names {key:?}, which means nothing",
                    "テーマの {key:?} は未知の項目です"
                ))
                .hint(both!("meanings: {all}", "使える項目: {all}")))
            }
        }
    }

    /// How `meaning` looks. What a style leaves open stays as the terminal has it.
    pub fn style(&self, meaning: Meaning) -> Style {
        self.styles
            .get(meaning as usize)
            .copied()
            .unwrap_or_default()
    }
}

fn style(key: &str, words: &str, depth: Depth) -> Result<Style, Problem> {
    let mut style = Style::new();
    let mut behind = false;
    for word in words.split_whitespace() {
        let attribute = match word {
            "bold" => Some(Modifier::BOLD),
            "dim" => Some(Modifier::DIM),
            "italic" => Some(Modifier::ITALIC),
            "underline" => Some(Modifier::UNDERLINED),
            "reverse" => Some(Modifier::REVERSED),
            _ => None,
        };
        if let Some(attribute) = attribute {
            style = style.add_modifier(attribute);
        } else if word == "on" {
            behind = true;
        } else {
            let Some(colour) = colour(word) else {
                return Err(Problem::usage(both!(
                    "the theme's {key} holds {word:?}, which is no colour or attribute",
                    "テーマの {key} の {word:?} は色でも属性でもありません"
                ))
                .hint(both!(
                    "colours are #rrggbb, 0 to 255, or names such as red and bright-red; attributes are bold, dim, italic, underline, reverse",
                    "色は #rrggbb、0〜255、または red、bright-red などの名前、属性は bold、dim、italic、underline、reverse です"
                )));
            };
            let slot = if behind { &mut style.bg } else { &mut style.fg };
            *slot = match (*slot, colour, depth) {
                (None, Color::Rgb(r, g, b), Depth::TwoFiftySix) => Some(nearest_of_256(r, g, b)),
                (None, Color::Rgb(..), Depth::Sixteen) => None,
                (None, colour, _) => Some(colour),
                (first, _, _) => first,
            };
        }
    }
    Ok(style)
}

fn colour(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        if hex.len() != 6 || !hex.is_ascii() {
            return None;
        }
        let part = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).ok();
        return Some(Color::Rgb(part(0)?, part(2)?, part(4)?));
    }
    if let Ok(number) = word.parse::<u8>() {
        return Some(Color::Indexed(number));
    }
    Some(match word {
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}

/// The nearest of xterm's 6×6×6 cube (16 to 231) and its greys (232 to 255).
fn nearest_of_256(r: u8, g: u8, b: u8) -> Color {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    let step = |v: u8| (0..6u8).min_by_key(|s| square(STEPS[usize::from(*s)], v));
    let distance = |(x, y, z): (u8, u8, u8)| square(x, r) + square(y, g) + square(z, b);
    let (Some(cr), Some(cg), Some(cb)) = (step(r), step(g), step(b)) else {
        return Color::Reset;
    };
    let at = |s: u8| STEPS[usize::from(s)];
    let cube = distance((at(cr), at(cg), at(cb)));
    let shade = |s: &u8| 8 + 10 * s;
    let grey = (0..24u8).min_by_key(|s| distance((shade(s), shade(s), shade(s))));
    match grey {
        Some(grey) if distance((shade(&grey), shade(&grey), shade(&grey))) < cube => {
            Color::Indexed(232 + grey)
        }
        _ => Color::Indexed(16 + 36 * cr + 6 * cg + cb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::Lang;

    fn no_env(_: &str) -> Option<String> {
        None
    }

    fn themes(depth: Depth) -> Vec<(&'static str, Theme)> {
        Theme::names()
            .map(|name| (name, Theme::shipped(name, depth).expect(name)))
            .collect()
    }

    #[test]
    fn every_shipped_theme_reads_at_every_depth() {
        for depth in [Depth::Sixteen, Depth::TwoFiftySix, Depth::True] {
            assert_eq!(themes(depth).len(), 4);
        }
    }

    #[test]
    fn no_color_means_no_colour_whatever_is_configured() {
        let env = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        let theme = Theme::choose(Some("dark"), env).expect("mono");
        for meaning in Meaning::ALL {
            let style = theme.style(*meaning);
            assert_eq!((style.fg, style.bg), (None, None), "{}", meaning.key());
        }
        let empty = |name: &str| (name == "NO_COLOR").then(String::new);
        assert_eq!(
            Theme::choose(None, empty),
            Theme::shipped("dark", Depth::Sixteen)
        );
    }

    #[test]
    fn the_terminals_background_chooses_between_light_and_dark() {
        let env = |name: &str| match name {
            "COLORFGBG" => Some("0;default;15".to_owned()),
            "TERM" => Some("xterm-256color".to_owned()),
            _ => None,
        };
        assert_eq!(
            Theme::choose(None, env),
            Theme::shipped("light", Depth::TwoFiftySix)
        );
        assert_eq!(
            Theme::choose(None, no_env),
            Theme::shipped("dark", Depth::Sixteen)
        );
    }

    fn rgb(colour: Color) -> (f64, f64, f64) {
        let (r, g, b) = match colour {
            Color::Rgb(r, g, b) => (r, g, b),
            other => unreachable!("{other:?} in a true-colour theme"),
        };
        (
            f64::from(r) / 255.0,
            f64::from(g) / 255.0,
            f64::from(b) / 255.0,
        )
    }

    /// Degrees, and how far from grey.
    fn hue((r, g, b): (f64, f64, f64)) -> (f64, f64) {
        let (max, min) = (r.max(g).max(b), r.min(g).min(b));
        let spread = max - min;
        let degrees = if spread == 0.0 {
            0.0
        } else if max == r {
            60.0 * ((g - b) / spread).rem_euclid(6.0)
        } else if max == g {
            60.0 * ((b - r) / spread + 2.0)
        } else {
            60.0 * ((r - g) / spread + 4.0)
        };
        (degrees, spread)
    }

    #[test]
    fn red_means_overdue_or_failed_and_nothing_else() {
        for depth in [Depth::Sixteen, Depth::True] {
            for (name, theme) in themes(depth) {
                for meaning in Meaning::ALL {
                    let style = theme.style(*meaning);
                    let red = [style.fg, style.bg].into_iter().flatten().any(|c| match c {
                        Color::Red | Color::LightRed => true,
                        Color::Rgb(..) => {
                            let (degrees, spread) = hue(rgb(c));
                            spread > 0.25 && !(25.0..335.0).contains(&degrees)
                        }
                        _ => false,
                    });
                    let may = matches!(meaning, Meaning::Overdue | Meaning::Failed);
                    assert_eq!(red, may && name != "mono", "{} in {name}", meaning.key());
                }
            }
        }
    }

    /// Relative luminance and contrast as in WCAG 2.2, success criterion 1.4.3.
    fn luminance((r, g, b): (f64, f64, f64)) -> f64 {
        let linear = |v: f64| {
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn text_stands_out_from_what_is_behind_it() {
        for (name, theme) in themes(Depth::True) {
            // Backgrounds that themes are written for: not pure, as most terminals are.
            let (ground, least) = match name {
                "dark" => ((0.12, 0.12, 0.14), 4.5),
                "light" => ((0.98, 0.96, 0.89), 4.5),
                "high-contrast" => ((0.0, 0.0, 0.0), 7.0),
                _ => continue,
            };
            for meaning in Meaning::ALL {
                let style = theme.style(*meaning);
                let Some(front) = style.fg.map(rgb) else {
                    continue;
                };
                let behind = style.bg.map_or(ground, rgb);
                let (a, b) = (luminance(front), luminance(behind));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                let least = match meaning {
                    // A line is not read (criterion 1.4.11 asks for less).
                    Meaning::Border | Meaning::BorderFocused => 3.0,
                    _ => least,
                };
                assert!(
                    contrast >= least,
                    "{} in {name}: {contrast:.2}",
                    meaning.key()
                );
            }
        }
    }

    #[test]
    fn a_theme_of_ones_own_needs_only_what_differs() {
        let theme = Theme::parse("base = \"dark\"\ngood = \"bold 114\"", Depth::True);
        let theme = theme.expect("reads");
        assert_eq!(theme.style(Meaning::Good).fg, Some(Color::Indexed(114)));
        assert_eq!(
            theme.style(Meaning::Overdue),
            Theme::shipped("dark", Depth::True)
                .expect("dark")
                .style(Meaning::Overdue)
        );
    }

    #[test]
    fn mistakes_are_named() {
        let said = |source: &str| {
            Theme::parse(source, Depth::True)
                .expect_err(source)
                .lines(Lang::En)
        };
        assert!(said("base = \"drak\"").starts_with("there is no theme called \"drak\""));
        assert!(said("base = \"dark\"\nbaner = \"bold\"").contains("\"baner\""));
        assert!(said("base = \"dark\"\ngood = \"gren\"").contains("good holds \"gren\""));
        assert!(said("base = \"dark\"\ngood = \"#12345\"").contains("#12345"));
        assert!(said("good = \"bold\"").contains("nothing about text"));
        assert!(said("good = ").contains("cannot be read"));
    }

    #[test]
    fn fewer_colours_show_the_nearest_or_the_named() {
        let shown = |depth| {
            style("good", "#87d787 green on #303030", depth)
                .map(|s| (s.fg, s.bg))
                .expect("reads")
        };
        assert_eq!(
            shown(Depth::TwoFiftySix),
            (Some(Color::Indexed(114)), Some(Color::Indexed(236)))
        );
        assert_eq!(shown(Depth::Sixteen), (Some(Color::Green), None));
    }
}
