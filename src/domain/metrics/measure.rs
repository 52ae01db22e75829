//! What is measured in time, both ends named.

use crate::both;
use crate::domain::record::Span;
use crate::domain::settings::{Config, Targets};
use crate::domain::words::Text;

/// A pair of milestones, or something that the process brings about, counted from the declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    Span(Span),
    Commander,
    Scribe,
    Level,
    /// The first report.
    Report,
    /// The first notice to customers that is out.
    Notice,
}

impl Measure {
    pub const COUNT: usize = 11;
    pub const ALL: [Measure; Measure::COUNT] = [
        Measure::Span(Span::Detect),
        Measure::Span(Span::Engage),
        Measure::Span(Span::Assemble),
        Measure::Span(Span::Fix),
        Measure::Span(Span::Restore),
        Measure::Span(Span::Resolve),
        Measure::Commander,
        Measure::Scribe,
        Measure::Level,
        Measure::Report,
        Measure::Notice,
    ];

    /// Its place in [`Measure::ALL`].
    pub const fn at(self) -> usize {
        match self {
            Measure::Span(Span::Detect) => 0,
            Measure::Span(Span::Engage) => 1,
            Measure::Span(Span::Assemble) => 2,
            Measure::Span(Span::Fix) => 3,
            Measure::Span(Span::Restore) => 4,
            Measure::Span(Span::Resolve) => 5,
            Measure::Commander => 6,
            Measure::Scribe => 7,
            Measure::Level => 8,
            Measure::Report => 9,
            Measure::Notice => 10,
        }
    }

    /// In JSON, in CSV and in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Span(Span::Detect) => "detect",
            Measure::Span(Span::Engage) => "engage",
            Measure::Span(Span::Assemble) => "assemble",
            Measure::Span(Span::Fix) => "fix",
            Measure::Span(Span::Restore) => "restore",
            Measure::Span(Span::Resolve) => "resolve",
            Measure::Commander => "commander",
            Measure::Scribe => "scribe",
            Measure::Level => "level",
            Measure::Report => "report",
            Measure::Notice => "notice",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Measure::Span(span) => span.text(),
            Measure::Commander => Text::fixed("time to commander", "指揮者決定まで"),
            Measure::Scribe => Text::fixed("time to scribe", "書記決定まで"),
            Measure::Level => Text::fixed("time to level", "レベル決定まで"),
            Measure::Report => Text::fixed("time to first report", "第1報まで"),
            Measure::Notice => Text::fixed("time to first notice", "最初の告知まで"),
        }
    }

    /// From where to where.
    pub fn ends(self) -> Text {
        let to = match self {
            Measure::Span(span) => {
                let (from, to) = span.ends();
                let (from, to) = (from.text(), to.text());
                let (from_en, to_en, from_ja, to_ja) = (from.en, to.en, from.ja, to.ja);
                return both!("{from_en} - {to_en}", "{from_ja}〜{to_ja}");
            }
            Measure::Commander => Text::fixed("commander", "指揮者"),
            Measure::Scribe => Text::fixed("scribe", "書記"),
            Measure::Level => Text::fixed("level", "レベル"),
            Measure::Report => Text::fixed("report", "第1報"),
            Measure::Notice => Text::fixed("notice out", "告知掲載"),
        };
        let (en, ja) = (to.en, to.ja);
        both!("declared - {en}", "宣言〜{ja}")
    }

    const fn minutes(self, targets: &Targets) -> u32 {
        match self {
            Measure::Span(Span::Detect) => targets.detect,
            Measure::Span(Span::Engage) => targets.engage,
            Measure::Span(Span::Assemble) => targets.assemble,
            Measure::Span(Span::Fix) => targets.fix,
            Measure::Span(Span::Restore) => targets.restore,
            Measure::Span(Span::Resolve) => targets.resolve,
            Measure::Commander => targets.commander,
            Measure::Scribe => targets.scribe,
            Measure::Level => targets.level,
            Measure::Report => targets.report,
            Measure::Notice => targets.notice,
        }
    }

    /// The target of a level, in seconds.
    pub fn target(self, config: &Config, level: &str) -> Option<i64> {
        let minutes = self.minutes(&config.level(level)?.targets);
        (minutes > 0).then(|| i64::from(minutes) * 60)
    }
}
