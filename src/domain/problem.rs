//! What went wrong, for a person: a kind, a sentence and a hint. The command line and the toast on
//! the screen print the same words.

use super::words::{Lang, Text};

/// Decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something failed that should have worked.
    Failed,
    /// Wrong usage or configuration.
    Usage,
    /// No such incident, person, item, ….
    NotFound,
    /// Saved locally, but not yet in Slack.
    NotYetInSlack,
    /// The act is not allowed or makes no sense now.
    Refused,
}

impl Kind {
    /// 1 failed or refused, 2 wrong usage or configuration, 3 no such thing, 4 saved locally but
    /// not yet in Slack. Stable: scripts rely on it.
    pub const fn exit_code(self) -> u8 {
        match self {
            Kind::Failed | Kind::Refused => 1,
            Kind::Usage => 2,
            Kind::NotFound => 3,
            Kind::NotYetInSlack => 4,
        }
    }
}

/// An error as it is shown. The hint is attached where the remedy is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    pub sentence: Text,
    pub hint: Option<Text>,
}

impl Problem {
    pub fn new(kind: Kind, sentence: Text) -> Problem {
        Problem {
            kind,
            sentence,
            hint: None,
        }
    }

    pub fn failed(sentence: Text) -> Problem {
        Problem::new(Kind::Failed, sentence)
    }

    pub fn usage(sentence: Text) -> Problem {
        Problem::new(Kind::Usage, sentence)
    }

    pub fn not_found(sentence: Text) -> Problem {
        Problem::new(Kind::NotFound, sentence)
    }

    pub fn refused(sentence: Text) -> Problem {
        Problem::new(Kind::Refused, sentence)
    }

    pub fn hint(mut self, hint: Text) -> Problem {
        self.hint = Some(hint);
        self
    }

    /// Two lines at most: the sentence, then the hint.
    pub fn lines(&self, lang: Lang) -> String {
        match &self.hint {
            Some(hint) => format!("{}\n{}", self.sentence.get(lang), hint.get(lang)),
            None => self.sentence.get(lang).to_owned(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines(Lang::En))
    }
}

impl std::error::Error for Problem {}
