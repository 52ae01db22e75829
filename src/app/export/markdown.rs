//! The page as Markdown that says the same everywhere: nothing in a text is a heading, a link or a
//! tag of its own.

use super::page::{Against, At, Item, Line, Page, Report, address};
use super::words as w;
use crate::domain::words::{Lang, Text};
use std::fmt::Write;

/// The record for people. Ends with a line feed.
pub fn markdown(page: &Page) -> String {
    let mut out = String::new();
    head(&mut out, page);
    for (heading, text) in &page.sections {
        heading_of(&mut out, 2, &line(heading));
        writeln!(out, "{}", paragraphs(text)).ok();
    }
    milestones(&mut out, page);
    people(&mut out, page);
    heading_of(&mut out, 2, &t(page, &w::DECISIONS));
    items(&mut out, page, &page.decisions);
    heading_of(&mut out, 2, &t(page, &w::REPORTS));
    reports(&mut out, page);
    if !page.work.is_empty() {
        heading_of(&mut out, 2, &t(page, &w::WORK));
        for (sort, list) in &page.work {
            heading_of(&mut out, 3, &line(sort));
            items(&mut out, page, list);
        }
    }
    actions(&mut out, page);
    if !page.evidence.is_empty() {
        heading_of(&mut out, 2, &t(page, &w::EVIDENCE));
        page.evidence.iter().for_each(|line| told(&mut out, line));
    }
    heading_of(&mut out, 2, &t(page, &w::TIMELINE));
    page.story.iter().for_each(|line| told(&mut out, line));
    let (made, as_of) = (t(page, &w::MADE), t(page, &w::AS_OF));
    writeln!(out, "\n---\n\n{made} {as_of} {}", when(&page.made)).ok();
    out
}

/// Text that says the same in Markdown and does nothing.
fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' | '!'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn t(page: &Page, text: &Text) -> String {
    text.get(page.lang).to_owned()
}

/// The same on one line.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let said = md(&words.join(" "));
    // Nothing of it begins a list, a rule or a quotation.
    let digits = said.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = said.split_at(digits);
    match said.starts_with(['-', '+', '=']) || (digits > 0 && rest.starts_with(['.', ')'])) {
        true => format!("{number}\\{rest}"),
        false => said,
    }
}

fn paragraphs(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n")
}

fn when(at: &At) -> String {
    line(&format!("{} {}", at.clock, at.zone))
}

/// Behind a line; only what a browser may follow.
fn link(target: Option<&String>) -> String {
    let Some(target) = target else {
        return String::new();
    };
    match address(target).filter(|t| !t.contains(['(', ')', '[', ']'])) {
        Some(target) => format!(" [→](<{target}>)"),
        None => format!(" {}", line(target)),
    }
}

fn heading_of(out: &mut String, rank: usize, text: &str) {
    let gap = if out.ends_with("\n\n") { "" } else { "\n" };
    writeln!(out, "{gap}{} {text}\n", "#".repeat(rank)).ok();
}

fn none(out: &mut String, page: &Page) {
    writeln!(out, "{}", t(page, &w::NONE)).ok();
}

fn head(out: &mut String, page: &Page) {
    writeln!(out, "# {}\n", line(&page.title)).ok();
    for (holds, mark, said) in [
        (page.private, w::PRIVATE, w::PRIVATE_SAID),
        (page.drill, w::DRILL, w::DRILL_SAID),
    ] {
        if holds {
            let (mark, said) = (t(page, &mark), t(page, &said));
            writeln!(out, "**{mark}** {said}\n").ok();
        }
    }
    let unset = t(page, &w::NO_LEVEL);
    let level = page.level.as_deref().map_or_else(|| unset, line);
    let (label, phase) = (t(page, &w::LEVEL), t(page, &w::PHASE));
    writeln!(out, "- {label}: {level}\n- {phase}: {}", line(&page.phase)).ok();
    for (name, value) in &page.facts {
        writeln!(out, "- {}: {}", line(name), line(value)).ok();
    }
}

fn row(out: &mut String, cells: &[String]) {
    writeln!(out, "| {} |", cells.join(" | ")).ok();
}

fn table(out: &mut String, page: &Page, columns: &[&Text]) {
    let names: Vec<String> = columns
        .iter()
        .map(|c| c.get(page.lang).to_owned())
        .collect();
    row(out, &names);
    writeln!(out, "|{}", "---|".repeat(columns.len())).ok();
}

fn milestones(out: &mut String, page: &Page) {
    heading_of(out, 2, &t(page, &w::MILESTONES));
    table(out, page, &[&w::MILESTONE, &w::TIME, &w::RECORDED_BY]);
    for stone in &page.milestones {
        let time = stone.at.as_ref().map_or_else(|| "-".to_owned(), when);
        let time = time + &link(stone.link.as_ref());
        row(out, &[line(&stone.name), time, line(&stone.by)]);
    }
    if !page.intervals.is_empty() {
        out.push('\n');
        table(
            out,
            page,
            &[
                &w::INTERVAL,
                &w::FROM_TO,
                &w::LENGTH,
                &w::TARGET,
                &w::VERDICT,
            ],
        );
        for interval in &page.intervals {
            let ends = format!("{} → {}", line(&interval.from), line(&interval.to));
            let [target, met] = against(interval.against.as_ref());
            let (name, long) = (line(&interval.name), line(&interval.long));
            row(out, &[name, ends, long, target, met]);
        }
    }
    if !page.process.is_empty() {
        heading_of(out, 3, &t(page, &w::PROCESS));
        table(out, page, &[&w::FIGURE, &w::VALUE, &w::TARGET, &w::VERDICT]);
        for figure in &page.process {
            let [target, met] = against(figure.against.as_ref());
            row(out, &[line(&figure.name), line(&figure.value), target, met]);
        }
    }
    if !page.levels.is_empty() {
        heading_of(out, 3, &t(page, &w::LEVELS));
        for (at, level, by) in &page.levels {
            writeln!(out, "- {} {} ({})", when(at), line(level), line(by)).ok();
        }
    }
}

fn against(of: Option<&Against>) -> [String; 2] {
    of.map_or_else(
        || ["-", "-"].map(str::to_owned),
        |of| [line(&of.target), line(&of.met)],
    )
}

fn people(out: &mut String, page: &Page) {
    heading_of(out, 2, &t(page, &w::PEOPLE));
    if !page.terms.is_empty() {
        table(out, page, &[&w::ROLE, &w::WHO, &w::FROM, &w::TO]);
        for term in &page.terms {
            let to = term.held.to.as_ref().map_or_else(|| "-".to_owned(), when);
            let from = when(&term.held.from);
            row(out, &[line(&term.role), line(&term.held.name), from, to]);
        }
        out.push('\n');
    }
    let between = if page.lang == Lang::Ja { "、" } else { ", " };
    let names: Vec<String> = page.people.iter().map(|name| line(name)).collect();
    writeln!(out, "{}: {}", t(page, &w::TOOK_PART), names.join(between)).ok();
}

fn items(out: &mut String, page: &Page, items: &[Item]) {
    if items.is_empty() {
        return none(out, page);
    }
    for item in items {
        let who = line(item.owner.as_ref().unwrap_or(&item.by));
        writeln!(
            out,
            "- {} **{}** {}{} ({who}): {}",
            when(&item.at),
            line(&item.handle),
            line(&item.text),
            link(item.link.as_ref()),
            line(&item.state)
        )
        .ok();
        if let Some(risk) = &item.risk {
            writeln!(out, "  - {}: {}", t(page, &w::RISK), line(risk)).ok();
        }
        for said in &item.said {
            let (at, what, by) = (when(&said.at), line(&said.what), line(&said.by));
            let text = match said.text.trim().is_empty() {
                true => String::new(),
                false => format!(": {}", line(&said.text)),
            };
            writeln!(out, "  - {at} {what}{text} ({by})").ok();
        }
    }
}

fn reports(out: &mut String, page: &Page) {
    if page.reports.is_empty() {
        return none(out, page);
    }
    for report in &page.reports {
        let Report {
            at,
            stage,
            to,
            by,
            parts,
            next,
        } = report;
        writeln!(
            out,
            "- {} **{}** → {} ({})",
            when(at),
            line(stage),
            line(to),
            line(by)
        )
        .ok();
        for (label, text) in parts {
            match label.is_empty() {
                true => writeln!(out, "  - {}", line(text)).ok(),
                false => writeln!(out, "  - {}: {}", line(label), line(text)).ok(),
            };
        }
        if let Some(next) = next {
            writeln!(out, "  - {}: {}", t(page, &w::NEXT), when(next)).ok();
        }
    }
}

fn actions(out: &mut String, page: &Page) {
    heading_of(out, 2, &t(page, &w::ACTION_ITEMS));
    if page.actions.is_empty() {
        return none(out, page);
    }
    table(out, page, &[&w::ACTION_ITEM, &w::OWNER, &w::DUE, &w::STATE]);
    for action in &page.actions {
        let said = action.said.last().map(|said| line(&said.text));
        let state = format!("{} {}", line(&action.state), said.unwrap_or_default());
        row(
            out,
            &[
                format!(
                    "{} {}{}",
                    line(&action.handle),
                    line(&action.text),
                    link(action.link.as_ref())
                ),
                action.owner.as_deref().map_or_else(|| "-".to_owned(), line),
                action.due.as_ref().map_or_else(|| "-".to_owned(), when),
                state.trim_end().to_owned(),
            ],
        );
    }
}

fn told(out: &mut String, said: &Line) {
    let text = match said.hole {
        true => format!("*{}*", line(&said.text)),
        false => line(&said.text),
    };
    let by = match said.by.is_empty() {
        true => String::new(),
        false => format!(" ({})", line(&said.by)),
    };
    writeln!(
        out,
        "- {} {text}{by}{}",
        when(&said.at),
        link(said.link.as_ref())
    )
    .ok();
}
