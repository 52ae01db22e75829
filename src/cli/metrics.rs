//! metrics: what the journal says of how responses go. Reads the journal and nothing else: no
//! workspace is reached.

use super::context::Context;
use super::out;
use crate::app::clock;
use crate::app::metrics::{Sheet, Source, csv, json, table};
use crate::both;
use crate::domain::event::Kind;
use crate::domain::metrics::{self, Wish};
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::sync::Engine;
use crate::domain::words::Text;
use crate::io::pace::machine;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clap::Args;

#[derive(Args)]
pub struct Metrics {
    /// The first day that counts, by the day of the declaration: 2026-11-20
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day that counts
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    #[arg(long, value_name = "S")]
    service: Option<String>,
    /// A level's id; - for incidents without one
    #[arg(long, value_name = "L")]
    level: Option<String>,
    /// outage or security
    #[arg(long, value_name = "K")]
    kind: Option<String>,
    /// Drills instead of incidents: the two never mix
    #[arg(long)]
    drills: bool,
    /// What was cancelled and false alarms as well
    #[arg(long)]
    cancelled: bool,
    /// One row an incident, for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub fn run(context: Context, asked: &Metrics) -> Result<(), Problem> {
    let wish = wish(&context, asked)?;
    let (_, image, me) = context.journal()?;
    let now = machine();
    let mut engine = Engine::new(image, me, context.timing(), now);
    let source = Source::Incidents(metrics::gather(&mut engine));
    let sheet = Sheet::new(source, wish, &context.config, now.wall);
    known(&sheet, &context.config)?;
    let text = if context.global.json {
        format!("{:#}", json::json(&sheet, context.config.time_zone))
    } else if asked.csv {
        // It ends its own lines.
        csv::csv(&sheet).trim_end().to_owned() + "\r"
    } else {
        table::table(&sheet, &context.config, context.lang)
    };
    out::line(&text)
}

fn wish(context: &Context, asked: &Metrics) -> Result<Wish, Problem> {
    let from = asked.from.as_deref().map(|text| day(context, text, 0));
    let to = asked.to.as_deref().map(|text| day(context, text, 1));
    let (from, to) = (from.transpose()?, to.transpose()?);
    let kind = match asked.kind.as_deref() {
        None => None,
        Some("outage") => Some(Kind::Outage),
        Some("security") => Some(Kind::Security),
        Some(other) => {
            return Err(Problem::usage(both!(
                "There is no kind \"{other}\".",
                "種別「{other}」はありません。"
            ))
            .hint(Text::fixed(
                "Use outage or security.",
                "outage か security を指定してください。",
            )));
        }
    };
    let level = asked.level.as_ref();
    Ok(Wish {
        from,
        to,
        service: asked.service.clone(),
        level: level.map(|level| (level != "-").then(|| level.clone())),
        kind,
        drills: asked.drills,
        cancelled: asked.cancelled,
    })
}

/// Refuses a service or a level that is neither configured nor in the record, where one that was
/// configured once may still be.
fn known(sheet: &Sheet, config: &Config) -> Result<(), Problem> {
    let report = &sheet.report;
    let services = config.services.iter().map(|service| service.id.clone());
    let services = services.chain(report.all_services.iter().cloned());
    let services: Vec<String> = unique(services);
    if let Some(asked) = &report.wish.service
        && !services.contains(asked)
    {
        let services = services.join(", ");
        return Err(Problem::usage(both!(
            "There is no service \"{asked}\".",
            "サービス「{asked}」はありません。"
        ))
        .hint(both!(
            "Known here: {services}",
            "指定できるもの: {services}"
        )));
    }
    let levels = config.levels.iter().map(|level| level.id.clone());
    let levels = levels.chain(report.all_levels.iter().flatten().cloned());
    let levels: Vec<String> = unique(levels);
    if let Some(Some(asked)) = &report.wish.level
        && !levels.contains(asked)
    {
        let levels = levels.join(", ");
        return Err(Problem::usage(both!(
            "There is no level \"{asked}\".",
            "レベル「{asked}」はありません。"
        ))
        .hint(both!(
            "Known here: {levels}, and - for incidents without one",
            "指定できるもの: {levels}、- (レベル未設定)"
        )));
    }
    Ok(())
}

/// In order, each once.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut met = Vec::new();
    for name in names {
        if !met.contains(&name) {
            met.push(name);
        }
    }
    met
}

/// When a day begins in the configured zone, or one so many days later.
fn day(context: &Context, text: &str, later: u64) -> Result<DateTime<Utc>, Problem> {
    let day = text.parse::<NaiveDate>().ok();
    let day = day.and_then(|day| day.checked_add_days(Days::new(later)));
    let zone = context.config.time_zone;
    let begins = day.and_then(|day| clock::instant(zone, day.and_time(NaiveTime::MIN)));
    begins.ok_or_else(|| {
        Problem::usage(both!(
            "\"{text}\" is no day.",
            "「{text}」は日付として読めません。"
        ))
        .hint(Text::same("2026-11-20"))
    })
}
