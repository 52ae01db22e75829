//! One page that needs nothing else: style and drawing are in it, there is no script, and nothing is
//! loaded from anywhere.
//!
//! Every text goes through [`esc`] and every address through [`address`]; no attribute but `href`,
//! `datetime` and titles ever holds anything of the record. The policy in the page lets a browser run
//! and load nothing, and use this style alone, by its hash.

use super::chart::chart;
use super::page::{Against, At, Item, Page, Report, Titled, address, pieces};
use super::words as w;
use crate::domain::text::never_shown;
use crate::domain::words::{Lang, Text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Write;

const STYLE: &str = include_str!("../../../assets/export/page.css");

/// The page. Ends with a line feed.
pub fn html(page: &Page) -> String {
    let mut out = String::new();
    head(&mut out, page);
    out.push_str("<body>\n<main>\n");
    banner(&mut out, page);
    glance(&mut out, page);
    sections(&mut out, page);
    milestones(&mut out, page);
    people(&mut out, page);
    decisions(&mut out, page);
    reports(&mut out, page);
    work(&mut out, page);
    actions(&mut out, page);
    evidence(&mut out, page);
    timeline(&mut out, page);
    let (made, time, zone) = (t(page, &w::MADE), when(&page.made), esc(&page.made.zone));
    let as_of = t(page, &w::AS_OF);
    writeln!(
        out,
        "<footer><p>{made} {as_of} {time} {zone}</p></footer>\n</main>\n</body>\n</html>"
    )
    .ok();
    out
}

/// Text between tags or in quotes. What no reader of XML takes, and what turns the direction of
/// what follows, is left out.
pub(super) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if never_shown(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// The same with its addresses to be followed.
fn linked(text: &str) -> String {
    let pieces = pieces(text).into_iter().map(|(piece, link)| match link {
        true => anchor(piece, &esc(piece)),
        false => esc(piece),
    });
    pieces.collect()
}

/// `shown` is set already. What is no address is text.
fn anchor(target: &str, shown: &str) -> String {
    match address(target) {
        Some(target) => format!(
            "<a href=\"{}\" rel=\"noopener noreferrer\">{shown}</a>",
            esc(target)
        ),
        None => shown.to_owned(),
    }
}

/// An arrow to where it was said.
fn arrow(page: &Page, target: Option<&String>) -> String {
    let Some(target) = target else {
        return String::new();
    };
    match address(target) {
        Some(target) => format!(
            " <a class=\"there\" href=\"{}\" rel=\"noopener noreferrer\" title=\"{}\">→<span class=\"far\"> {}</span></a>",
            esc(target),
            t(page, &w::MESSAGE),
            t(page, &w::MESSAGE)
        ),
        None => format!(" <span class=\"dim\">{}</span>", esc(target)),
    }
}

/// An instant; its zone is in its title.
pub(super) fn when(at: &At) -> String {
    let machine = at.time.format("%Y-%m-%dT%H:%M:%SZ");
    let (clock, zone) = (esc(&at.clock), esc(&at.zone));
    format!("<time datetime=\"{machine}\" title=\"{clock} {zone}\">{clock}</time>")
}

fn t(page: &Page, text: &Text) -> String {
    esc(text.get(page.lang))
}

fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
        writeln!(out, "<p class=\"said\">{}</p>", linked(paragraph)).ok();
    }
    out
}

fn head(out: &mut String, page: &Page) {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let lang = page.lang.code();
    let mut title = String::new();
    for (holds, mark) in [(page.drill, w::DRILL), (page.private, w::PRIVATE)] {
        if holds {
            write!(title, "[{}] ", t(page, &mark)).ok();
        }
    }
    let name = match page.title.trim().is_empty() {
        true => t(page, &w::TIMELINE),
        false => esc(&page.title.replace('\n', " ")),
    };
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex, nofollow\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}{name}</title>\n<style>{STYLE}</style>\n</head>\n"
    )
    .ok();
}

fn banner(out: &mut String, page: &Page) {
    for (holds, class, mark, said) in [
        (page.private, "private", w::PRIVATE, w::PRIVATE_SAID),
        (page.drill, "drill", w::DRILL, w::DRILL_SAID),
    ] {
        if holds {
            let (mark, said) = (t(page, &mark), t(page, &said));
            writeln!(
                out,
                "<p class=\"mark {class}\"><strong>{mark}</strong> {said}</p>"
            )
            .ok();
        }
    }
    let state = if page.calm { "calm" } else { "burning" };
    let phase = esc(&page.phase);
    write!(
        out,
        "<header>\n<h1>{}</h1>\n<p class=\"vitals\">{}<span class=\"phase {state}\">{phase}</span></p>\n</header>\n",
        esc(&page.title),
        level(page)
    )
    .ok();
}

/// The level in words, and as bars: the more of them are filled, the worse.
fn level(page: &Page) -> String {
    let label = t(page, &w::LEVEL);
    let Some(name) = &page.level else {
        let unset = t(page, &w::NO_LEVEL);
        return format!("<span class=\"severity rank-none\">{label} {unset}</span>");
    };
    let mut bars = String::new();
    let mut class = "rank-none".to_owned();
    if let Some((rank, of)) = page.rank.filter(|(rank, of)| rank < of && *of <= 9) {
        class = format!("rank-{}", rank.min(3));
        let wide = of * 7;
        write!(bars, "<svg class=\"bars\" viewBox=\"0 0 {wide} 18\" width=\"{wide}\" height=\"18\" aria-hidden=\"true\">").ok();
        for nth in 0..of {
            let tall = 6 + 12 * (nth + 1) / of;
            let filled = if nth < of - rank { "full" } else { "empty" };
            let (x, y) = (nth * 7 + 1, 18 - tall);
            write!(
                bars,
                "<rect class=\"{filled}\" x=\"{x}\" y=\"{y}\" width=\"5\" height=\"{tall}\"/>"
            )
            .ok();
        }
        bars.push_str("</svg>");
    }
    format!(
        "<span class=\"severity {class}\">{bars}{label} {}</span>",
        esc(name)
    )
}

fn glance(out: &mut String, page: &Page) {
    let intervals = page.intervals.iter().map(|interval| {
        format!(
            "<div><dt>{}</dt><dd>{}</dd></div>\n",
            esc(&interval.name),
            esc(&interval.long)
        )
    });
    let figures: String = intervals.collect();
    let label = t(page, &w::AT_A_GLANCE);
    writeln!(out, "<section aria-label=\"{label}\">").ok();
    if !figures.is_empty() {
        write!(out, "<dl class=\"figures\">\n{figures}</dl>\n").ok();
    }
    out.push_str("<dl class=\"facts\">\n");
    for (name, value) in &page.facts {
        let (name, value) = (esc(name), linked(value));
        writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>").ok();
    }
    out.push_str("</dl>\n</section>\n");
}

fn open(out: &mut String, heading: &str) {
    writeln!(out, "<section>\n<h2>{heading}</h2>").ok();
}

/// The heading of a section whose times have no zone beside them.
fn zoned(page: &Page, text: &Text) -> String {
    format!("{} <small>{}</small>", t(page, text), esc(&page.zone))
}

fn sections(out: &mut String, page: &Page) {
    for (heading, text) in &page.sections {
        writeln!(out, "<section class=\"text\">\n<h2>{}</h2>", esc(heading)).ok();
        out.push_str(&paragraphs(text));
        out.push_str("</section>\n");
    }
}

fn table(out: &mut String, page: &Page, class: &str, columns: &[&Text]) {
    write!(
        out,
        "<div class=\"wide\">\n<table class=\"{class}\">\n<thead><tr>"
    )
    .ok();
    for column in columns {
        write!(out, "<th scope=\"col\">{}</th>", t(page, column)).ok();
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

const END: &str = "</tbody>\n</table>\n</div>\n";

fn milestones(out: &mut String, page: &Page) {
    open(out, &zoned(page, &w::MILESTONES));
    out.push_str(&chart(page).unwrap_or_default());
    out.push_str("<div class=\"pair\">\n");
    table(
        out,
        page,
        "stones",
        &[&w::MILESTONE, &w::TIME, &w::RECORDED_BY],
    );
    for stone in &page.milestones {
        let name = esc(&stone.name);
        let time = stone.at.as_ref().map_or_else(|| "–".to_owned(), when);
        let (link, by) = (arrow(page, stone.link.as_ref()), esc(&stone.by));
        writeln!(
            out,
            "<tr><th scope=\"row\">{name}</th><td>{time}{link}</td><td>{by}</td></tr>"
        )
        .ok();
    }
    out.push_str(END);
    if !page.intervals.is_empty() {
        table(
            out,
            page,
            "intervals",
            &[
                &w::INTERVAL,
                &w::FROM_TO,
                &w::LENGTH,
                &w::TARGET,
                &w::VERDICT,
            ],
        );
        for interval in &page.intervals {
            let (name, long) = (esc(&interval.name), esc(&interval.long));
            let (from, to) = (esc(&interval.from), esc(&interval.to));
            let [target, met] = against(interval.against.as_ref());
            writeln!(
                out,
                "<tr><th scope=\"row\">{name}</th><td>{from} → {to}</td><td>{long}</td><td>{target}</td><td>{met}</td></tr>"
            )
            .ok();
        }
        out.push_str(END);
    }
    out.push_str("</div>\n");
    process(out, page);
    if page.levels.len() > 1 {
        writeln!(
            out,
            "<h3>{}</h3>\n<ul class=\"plain\">",
            t(page, &w::LEVELS)
        )
        .ok();
        for (at, level, by) in &page.levels {
            let (at, level, by) = (when(at), esc(level), esc(by));
            writeln!(
                out,
                "<li>{at} <strong>{level}</strong> <span class=\"by\">{by}</span></li>"
            )
            .ok();
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

fn process(out: &mut String, page: &Page) {
    if page.process.is_empty() {
        return;
    }
    writeln!(out, "<h3>{}</h3>", t(page, &w::PROCESS)).ok();
    let columns = [&w::FIGURE, &w::VALUE, &w::TARGET, &w::VERDICT];
    table(out, page, "process", &columns);
    for figure in &page.process {
        let (name, value) = (esc(&figure.name), esc(&figure.value));
        let [target, met] = against(figure.against.as_ref());
        writeln!(
            out,
            "<tr><th scope=\"row\">{name}</th><td>{value}</td><td>{target}</td><td>{met}</td></tr>"
        )
        .ok();
    }
    out.push_str(END);
}

fn against(of: Option<&Against>) -> [String; 2] {
    of.map_or_else(
        || ["–", "–"].map(str::to_owned),
        |of| [esc(&of.target), esc(&of.met)],
    )
}

fn people(out: &mut String, page: &Page) {
    open(out, &zoned(page, &w::PEOPLE));
    if !page.terms.is_empty() {
        table(out, page, "terms", &[&w::ROLE, &w::WHO, &w::FROM, &w::TO]);
        for term in &page.terms {
            let (role, who) = (esc(&term.role), esc(&term.held.name));
            let from = when(&term.held.from);
            let to = term.held.to.as_ref().map_or_else(|| "–".to_owned(), when);
            writeln!(
                out,
                "<tr><th scope=\"row\">{role}</th><td>{who}</td><td>{from}</td><td>{to}</td></tr>"
            )
            .ok();
        }
        out.push_str(END);
    }
    let between = if page.lang == Lang::Ja { "、" } else { ", " };
    let (label, names) = (t(page, &w::TOOK_PART), esc(&page.people.join(between)));
    writeln!(
        out,
        "<p class=\"crew\"><span class=\"label\">{label}</span> {names}</p>\n</section>"
    )
    .ok();
}

/// What became of it, as a list in an item.
fn said(out: &mut String, page: &Page, item: &Item) {
    let mut lines = Vec::new();
    if let Some(risk) = &item.risk {
        let label = t(page, &w::RISK);
        lines.push(format!(
            "<span class=\"label\">{label}</span> {}",
            linked(risk)
        ));
    }
    lines.extend(item.said.iter().map(|said| {
        let (at, what, by) = (when(&said.at), esc(&said.what), esc(&said.by));
        let text = linked(&said.text);
        format!("{at} <span class=\"label\">{what}</span> {text} <span class=\"by\">{by}</span>")
    }));
    if lines.is_empty() {
        return;
    }
    out.push_str("\n<ul>\n");
    for line in lines {
        writeln!(out, "<li>{line}</li>").ok();
    }
    out.push_str("</ul>\n");
}

fn item(out: &mut String, page: &Page, item: &Item) {
    let class = if item.over { "over" } else { "still" };
    let (handle, at, text) = (esc(&item.handle), when(&item.at), linked(&item.text));
    let who = item.owner.as_ref().unwrap_or(&item.by);
    let (state, who) = (esc(&item.state), esc(who));
    let link = arrow(page, item.link.as_ref());
    write!(
        out,
        "<li>{at} <span class=\"handle\">{handle}</span> {text}{link} <span class=\"by\">{who}</span> <span class=\"state {class}\">{state}</span>"
    )
    .ok();
    said(out, page, item);
    out.push_str("</li>\n");
}

fn decisions(out: &mut String, page: &Page) {
    open(out, &zoned(page, &w::DECISIONS));
    if page.decisions.is_empty() {
        writeln!(out, "<p class=\"dim\">{}</p>", t(page, &w::NONE)).ok();
    } else {
        out.push_str("<ul class=\"items\">\n");
        page.decisions
            .iter()
            .for_each(|decision| item(out, page, decision));
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

fn reports(out: &mut String, page: &Page) {
    open(out, &zoned(page, &w::REPORTS));
    if page.reports.is_empty() {
        writeln!(out, "<p class=\"dim\">{}</p>", t(page, &w::NONE)).ok();
    }
    page.reports
        .iter()
        .for_each(|report| told(out, page, report));
    out.push_str("</section>\n");
}

fn told(out: &mut String, page: &Page, report: &Report) {
    let (at, stage, to) = (when(&report.at), esc(&report.stage), esc(&report.to));
    let by = esc(&report.by);
    writeln!(
        out,
        "<article>\n<h3>{at} {stage} → {to} <span class=\"by\">{by}</span></h3>"
    )
    .ok();
    let (bare, labelled): (Vec<&Titled>, Vec<&Titled>) =
        report.parts.iter().partition(|(label, _)| label.is_empty());
    for (_, text) in bare {
        out.push_str(&paragraphs(text));
    }
    if !labelled.is_empty() {
        out.push_str("<dl class=\"can\">\n");
        for (label, text) in labelled {
            let (label, text) = (esc(label), linked(text));
            writeln!(
                out,
                "<div><dt>{label}</dt><dd class=\"said\">{text}</dd></div>"
            )
            .ok();
        }
        out.push_str("</dl>\n");
    }
    if let Some(next) = &report.next {
        let (label, next) = (t(page, &w::NEXT), when(next));
        writeln!(out, "<p class=\"note\">{label} {next}</p>").ok();
    }
    out.push_str("</article>\n");
}

fn work(out: &mut String, page: &Page) {
    if page.work.is_empty() {
        return;
    }
    open(out, &zoned(page, &w::WORK));
    for (sort, items) in &page.work {
        writeln!(out, "<h3>{}</h3>\n<ul class=\"items\">", esc(sort)).ok();
        items.iter().for_each(|of| item(out, page, of));
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

fn actions(out: &mut String, page: &Page) {
    open(out, &t(page, &w::ACTION_ITEMS));
    if page.actions.is_empty() {
        writeln!(
            out,
            "<p class=\"dim\">{}</p>\n</section>",
            t(page, &w::NONE)
        )
        .ok();
        return;
    }
    table(
        out,
        page,
        "actions",
        &[&w::ACTION_ITEM, &w::OWNER, &w::DUE, &w::STATE],
    );
    for action in &page.actions {
        let class = if action.over { "over" } else { "still" };
        let (handle, text) = (esc(&action.handle), linked(&action.text));
        let (state, link) = (esc(&action.state), arrow(page, action.link.as_ref()));
        let owner = action.owner.as_deref().map_or_else(|| "–".to_owned(), esc);
        let due = action.due.as_ref().map_or_else(|| "–".to_owned(), when);
        let last = action
            .said
            .last()
            .map(|said| said.text.as_str())
            .unwrap_or_default();
        let last = linked(last);
        writeln!(
            out,
            "<tr><td><span class=\"handle\">{handle}</span> {text}{link}</td><td>{owner}</td><td>{due}</td><td><span class=\"state {class}\">{state}</span> {last}</td></tr>"
        )
        .ok();
    }
    out.push_str(END);
    out.push_str("</section>\n");
}

fn evidence(out: &mut String, page: &Page) {
    if page.evidence.is_empty() {
        return;
    }
    open(out, &zoned(page, &w::EVIDENCE));
    out.push_str("<ul class=\"items\">\n");
    for line in &page.evidence {
        let (at, text, by) = (when(&line.at), linked(&line.text), esc(&line.by));
        let shown = line.link.as_deref().map(esc).unwrap_or_default();
        let link = line
            .link
            .as_deref()
            .map(|link| anchor(link, &shown))
            .unwrap_or_default();
        writeln!(
            out,
            "<li>{at} {text} {link} <span class=\"by\">{by}</span></li>"
        )
        .ok();
    }
    out.push_str("</ul>\n</section>\n");
}

fn timeline(out: &mut String, page: &Page) {
    open(out, &zoned(page, &w::TIMELINE));
    out.push_str("<ol class=\"story\">\n");
    for line in &page.story {
        let class = match (line.hole, line.turns) {
            (true, _) => " class=\"hole\"",
            (_, true) => " class=\"turn\"",
            _ => "",
        };
        let (at, text) = (when(&line.at), linked(&line.text));
        let link = arrow(page, line.link.as_ref());
        let by = match line.by.is_empty() {
            true => String::new(),
            false => format!(" <span class=\"by\">{}</span>", esc(&line.by)),
        };
        writeln!(
            out,
            "<li{class}>{at}<div class=\"said\">{text}{by}{link}</div></li>"
        )
        .ok();
    }
    out.push_str("</ol>\n");
    let (label, number) = (t(page, &w::RAW), page.raw.len());
    writeln!(
        out,
        "<details>\n<summary>{label} ({number})</summary>\n<ol class=\"story raw\">"
    )
    .ok();
    for raw in &page.raw {
        let (at, text, by) = (when(&raw.at), linked(&raw.text), esc(&raw.by));
        let link = arrow(page, raw.link.as_ref());
        let remark = match raw.remark.is_empty() {
            true => String::new(),
            false => format!(" <span class=\"remark\">{}</span>", esc(&raw.remark)),
        };
        writeln!(out, "<li>{at}<div class=\"said\">{text} <span class=\"by\">{by}</span>{remark}{link}</div></li>").ok();
    }
    out.push_str("</ol>\n</details>\n</section>\n");
}
