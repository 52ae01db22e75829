//! Every text a person reads exists in Japanese and English, side by side, so that a missing
//! translation does not compile.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A language of screens and of an incident's channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    Ja,
}

impl Lang {
    /// `en` or `ja`, as in configuration and `--lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ja => "ja",
        }
    }

    /// Reads `ja`, `ja_JP.UTF-8`, `en`, …; `None` for any other language.
    pub fn from_locale(locale: &str) -> Option<Lang> {
        let lower = locale.to_ascii_lowercase();
        let tag = lower.split(['_', '-', '.', '@']).next().unwrap_or("");
        match tag {
            "ja" => Some(Lang::Ja),
            "en" | "c" | "posix" => Some(Lang::En),
            _ => None,
        }
    }
}

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    pub en: Cow<'static, str>,
    pub ja: Cow<'static, str>,
}

/// Behind the name of somebody whom the program plays in a drill, where they are no user.
pub const PLAYED: Text = Text::fixed("[DRILL]", "[訓練]");

impl Text {
    /// A text known at compile time.
    pub const fn fixed(en: &'static str, ja: &'static str) -> Text {
        Text {
            en: Cow::Borrowed(en),
            ja: Cow::Borrowed(ja),
        }
    }

    /// A name, number or code that reads the same in both languages.
    pub fn same(text: impl Into<String>) -> Text {
        let text: String = text.into();
        Text {
            en: Cow::Owned(text.clone()),
            ja: Cow::Owned(text),
        }
    }

    /// The text in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}

/// A [`Text`] from two format strings that capture the same variables:
/// `both!("no incident {id}", "インシデント {id} はありません")`.
#[macro_export]
macro_rules! both {
    ($en:literal, $ja:literal $(,)?) => {
        $crate::domain::words::Text {
            en: ::std::borrow::Cow::Owned(format!($en)),
            ja: ::std::borrow::Cow::Owned(format!($ja)),
        }
    };
}
