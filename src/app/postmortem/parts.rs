//! What each name in a template stands for.

use super::facts::{self, Term};
use super::{Sheet, gap, line, paragraphs};
use crate::app::{clock, show};
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::UserId;
use crate::domain::incident::{Entry, ItemState};
use crate::domain::learn::{self, Learnt};
use crate::domain::record::{self, Hole, Line, Span, due};
use crate::domain::sentence::{Clocks, level_words};
use crate::domain::sync::mirror::span;
use crate::domain::verb::{ROLES, is_role, part_name, role_name};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Matter, Review, Section, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};

const NONE: Text = Text::fixed("None.", "なし。");

/// The text of a name; `None`: there is no such name.
pub(super) fn part(sheet: &Sheet<'_>, name: &str) -> Option<String> {
    let incident = sheet.told.incident;
    let lang = sheet.lang;
    Some(match name {
        "title" => line(&incident.title),
        "mark" => mark(sheet),
        "date" => date(sheet),
        "service" => line(sheet.service),
        "kind" => incident.kind.text().get(lang).to_owned(),
        "level" => match &incident.level {
            Some(level) => line(&level_words(level)),
            None => gap(sheet, &Text::fixed("level", "レベル"), commander(sheet)),
        },
        "channel" => {
            let name = sheet.told.channel.map(|name| format!("#{}", line(name)));
            name.unwrap_or_else(|| "-".to_owned())
        }
        "commander" => {
            let terms = facts::commanders(incident);
            let names: Vec<String> = terms
                .iter()
                .map(|term| name_of(sheet, &term.user))
                .collect();
            match names.is_empty() {
                true => gap(sheet, &Text::fixed("who commanded", "誰が指揮したか"), None),
                false => names.join(" → "),
            }
        }
        "state" => state(sheet),
        "tags" => {
            let tags = incident.lessons.tags.iter().map(|tag| line(tag));
            let tags: Vec<String> = tags.collect();
            if tags.is_empty() {
                "-".to_owned()
            } else {
                tags.join(", ")
            }
        }
        "summary" => section(sheet, Section::Summary, in_role(sheet, "scribe")),
        "impact" => section(sheet, Section::Impact, in_role(sheet, "comms")),
        "revenue" => section(sheet, Section::Revenue, in_role(sheet, "comms")),
        "cause" => section(sheet, Section::Cause, in_role(sheet, "ops")),
        "fix" => section(sheet, Section::Fix, in_role(sheet, "ops")),
        "well" => section(sheet, Section::Well, None),
        "lucky" => section(sheet, Section::Lucky, None),
        "better" => section(sheet, Section::Better, None),
        "due" => due_lines(sheet),
        "zone" => {
            let at = incident.declared.unwrap_or(sheet.told.now);
            clock::zone_name(sheet.told.zone, at)
        }
        "milestones" => milestones(sheet),
        "intervals" => intervals(sheet),
        "levels" => levels(sheet),
        "hypotheses" => hypotheses(sheet),
        "response" => response(sheet),
        "decisions" => decisions(sheet),
        "told" => told(sheet),
        "people" => people(sheet),
        "assessment" => assessment(sheet),
        "actions" => actions(sheet),
        "evidence" => evidence(sheet),
        "timeline" => timeline(sheet),
        _ => return None,
    })
}

fn at(sheet: &Sheet<'_>, time: DateTime<Utc>) -> String {
    let from = sheet.told.incident.began().unwrap_or(time);
    clock::day_hhmm(sheet.told.zone, time, from)
}

fn name_of(sheet: &Sheet<'_>, user: &UserId) -> String {
    line(&(sheet.told.name)(user))
}

fn plain(sheet: &Sheet<'_>, text: &str) -> String {
    (sheet.told.plain)(text)
}

fn commander(sheet: &Sheet<'_>) -> Option<String> {
    let incident = sheet.told.incident;
    let last = facts::commanders(incident).pop().map(|term| term.user);
    let user = last.unwrap_or_else(|| incident.declarer.clone());
    Some(name_of(sheet, &user)).filter(|name| !name.is_empty())
}

/// Who should know: whoever has the role, else whoever had it last, else the commander.
fn in_role(sheet: &Sheet<'_>, role: &str) -> Option<String> {
    let incident = sheet.told.incident;
    let now = incident.in_role(role).cloned();
    let last = || facts::held(incident, role).pop().map(|term| term.user);
    let user = now.or_else(last);
    user.map(|user| name_of(sheet, &user))
        .or_else(|| commander(sheet))
}

fn mark(sheet: &Sheet<'_>) -> String {
    let marks = [
        (
            sheet.told.drill,
            Text::fixed("**This was a drill.**", "**これは訓練です。**"),
        ),
        (
            sheet.told.private || sheet.told.incident.work.restricted.is_some(),
            Text::fixed("**Private: do not pass on.**", "**非公開・転送禁止。**"),
        ),
    ];
    let held = marks.iter().filter(|(holds, _)| *holds);
    let held: Vec<&str> = held.map(|(_, text)| text.get(sheet.lang)).collect();
    held.join(" ")
}

fn date(sheet: &Sheet<'_>) -> String {
    let began = sheet.told.incident.began().unwrap_or(sheet.told.now);
    let day = clock::local(sheet.told.zone, began).format("%Y-%m-%d");
    day.to_string()
}

fn state(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let phase = incident.phase.text().get(sheet.lang).to_owned();
    let review = match &incident.work.review {
        Some(Review::Reviewed(held, link)) => {
            let (name, day) = (name_of(sheet, &held.user), at(sheet, held.since));
            let link = link.iter().map(|link| format!(" {}", line(link)));
            let said = match sheet.lang {
                Lang::En => format!("; reviewed by {name}, {day}"),
                Lang::Ja => format!("、レビュー済み ({name}、{day})"),
            };
            said + &link.collect::<String>()
        }
        Some(Review::Waived(held, reason)) => {
            let (name, reason) = (name_of(sheet, &held.user), line(reason));
            match sheet.lang {
                Lang::En => format!("; no post-mortem ({name}: {reason})"),
                Lang::Ja => format!("、ポストモーテム不要 ({name}: {reason})"),
            }
        }
        None => String::new(),
    };
    phase + &review
}

fn section(sheet: &Sheet<'_>, section: Section, who: Option<String>) -> String {
    match sheet.told.incident.work.sections.get(&section) {
        Some(written) => paragraphs(&plain(sheet, &written.text)),
        None => gap(sheet, &section.text(), who),
    }
}

fn due_lines(sheet: &Sheet<'_>) -> String {
    let judged = due::due(sheet.told.incident, &sheet.rule, sheet.told.now);
    let mut lines: Vec<String> = judged
        .holds
        .iter()
        .map(|criterion| format!("- {}", criterion.text(&sheet.rule).get(sheet.lang)))
        .collect();
    for criterion in &judged.unknown {
        let text = criterion.text(&sheet.rule);
        let (en, ja) = (&text.en, &text.ja);
        let asked = crate::both!("whether {en}", "{ja}かどうか");
        lines.push(format!("- {}", gap(sheet, &asked, commander(sheet))));
    }
    let verdict = match judged.is_due() {
        Some(true) => Text::fixed("It is due by the rule.", "ルールにより必要です。"),
        Some(false) => Text::fixed(
            "It is not due by the rule; it was written anyway.",
            "ルール上は必須ではありません。",
        ),
        None => Text::fixed("Whether it is due is open.", "要否は未判定です。"),
    };
    lines.push(String::new());
    lines.push(verdict.get(sheet.lang).to_owned());
    lines.join("\n").trim_start().to_owned()
}

fn milestones(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let lang = sheet.lang;
    let mut rows = vec![
        match lang {
            Lang::En => "| Milestone | Time | Recorded by |".to_owned(),
            Lang::Ja => "| 節目 | 時刻 | 記録した人 |".to_owned(),
        },
        "|---|---|---|".to_owned(),
    ];
    for milestone in Milestone::ALL {
        let name = milestone.text();
        let row = match incident.milestones.get(&milestone) {
            Some(reached) => {
                let by = match (reached.automatic, lang) {
                    (true, Lang::En) => "automatic".to_owned(),
                    (true, Lang::Ja) => "自動".to_owned(),
                    (false, _) => name_of(sheet, &reached.by),
                };
                let link = reached.link.as_deref().map(link).unwrap_or_default();
                let time = at(sheet, reached.time);
                format!("| {} | {time}{link} | {by} |", name.get(lang))
            }
            // It comes with the end.
            None if milestone == Milestone::Resolved => {
                format!("| {} | - | - |", name.get(lang))
            }
            None => {
                let who = (sheet.told.name)(&incident.declarer);
                let missing = gap(sheet, &name, Some(line(&who)));
                format!("| {} | {missing} | - |", name.get(lang))
            }
        };
        rows.push(row);
    }
    rows.join("\n")
}

/// Behind a time or a line; only what a browser may follow.
fn link(address: &str) -> String {
    let safe = address.starts_with("https://") || address.starts_with("http://");
    let clean = address
        .chars()
        .all(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '(' | ')'));
    match safe && clean {
        true => format!(" [→](<{address}>)"),
        false => format!(" {}", line(address)),
    }
}

fn intervals(sheet: &Sheet<'_>) -> String {
    let lines = Span::ALL.into_iter().filter_map(|of| {
        let long = span(of.told(sheet.told.incident)?, sheet.lang);
        let (from, to) = of.ends();
        let (from, to) = (from.text(), to.text());
        let (name, from, to) = (
            of.text(),
            from.get(sheet.lang).to_owned(),
            to.get(sheet.lang).to_owned(),
        );
        Some(format!(
            "- {}: {long} ({from} → {to})",
            name.get(sheet.lang)
        ))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn levels(sheet: &Sheet<'_>) -> String {
    let set = facts::levels(sheet.told.incident);
    if set.is_empty() {
        return String::new();
    }
    let lines = set.into_iter().map(|(time, level, by)| {
        let (time, level, by) = (
            at(sheet, time),
            line(&level_words(level)),
            name_of(sheet, by),
        );
        match sheet.lang {
            Lang::En => format!("- {time} level {level} ({by})"),
            Lang::Ja => format!("- {time} レベル {level} ({by})"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn of_sort<'a>(sheet: &'a Sheet<'_>, sort: Sort) -> impl Iterator<Item = &'a Matter> {
    let incident = sheet.told.incident;
    let stands = move |matter: &&Matter| {
        matter.sort == sort && !incident.work.retracted.contains(&matter.id)
    };
    incident.work.matters.iter().filter(stands)
}

fn hypotheses(sheet: &Sheet<'_>) -> String {
    let lines = of_sort(sheet, Sort::Hypothesis).map(|matter| {
        let state = matter.state.text();
        let said = said_last(matter);
        format!("- {}: {}{said}", line(&matter.line), state.get(sheet.lang))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What was said when it was settled.
fn said_last(matter: &Matter) -> String {
    let said = matter.settled.iter().rev().find_map(|s| s.line.as_ref());
    said.map(|said| format!(" → {}", line(said)))
        .unwrap_or_default()
}

fn owner(sheet: &Sheet<'_>, matter: &Matter) -> String {
    let held = matter.owner.as_ref();
    held.map_or_else(|| "-".to_owned(), |held| name_of(sheet, &held.user))
}

/// What was done: tasks with what came of them, and items that somebody ticked.
fn response(sheet: &Sheet<'_>) -> String {
    let tasks = of_sort(sheet, Sort::Task).map(|matter| {
        let (time, state) = (at(sheet, matter.opened), matter.state.text());
        let (line, owner) = (line(&matter.line), owner(sheet, matter));
        let said = said_last(matter);
        format!("- {time} {line} ({owner}): {}{said}", state.get(sheet.lang))
    });
    let mut lines: Vec<String> = tasks.collect();
    let list = sheet.told.incident.checklist();
    let ticked = list
        .iter()
        .filter(|check| check.state == ItemState::Done && !check.by_record);
    lines.extend(ticked.map(|check| {
        let by = check.assignee.as_ref().or(check.by.as_ref());
        let by = by.map_or_else(|| "-".to_owned(), |by| name_of(sheet, by));
        let time = check.at.map(|time| format!("{} ", at(sheet, time)));
        format!(
            "- {}{} ({by})",
            time.unwrap_or_default(),
            line(&check.item.text)
        )
    }));
    lines.join("\n")
}

fn decisions(sheet: &Sheet<'_>) -> String {
    let lang = sheet.lang;
    let pick = |en: &'static str, ja: &'static str| if lang == Lang::Ja { ja } else { en };
    let mut lines = Vec::new();
    for matter in of_sort(sheet, Sort::Decision) {
        let (handle, what) = (matter.handle(), line(&matter.line));
        let time = at(sheet, matter.opened);
        lines.push(format!(
            "- {time} **{handle} {what}** ({})",
            name_of(sheet, &matter.by)
        ));
        if let Some(risk) = &matter.risk {
            lines.push(format!("  - {}: {}", pick("risk", "リスク"), line(risk)));
        }
        for objection in &matter.objections {
            let by = name_of(sheet, &objection.by);
            lines.push(format!(
                "  - {}: {} ({by})",
                pick("objection", "反対意見"),
                line(&objection.line)
            ));
        }
        for settled in &matter.settled {
            let (time, state) = (at(sheet, settled.at), settled.state.text());
            let said = settled
                .line
                .as_deref()
                .map(|said| format!(": {}", line(said)));
            let by = name_of(sheet, &settled.by);
            lines.push(format!(
                "  - {time} {}{} ({by})",
                state.get(lang),
                said.unwrap_or_default()
            ));
        }
        if matter.state == State::Decided {
            let what = Text::fixed("what came of it", "決定の結果");
            let who = matter.owner.as_ref().map(|held| name_of(sheet, &held.user));
            lines.push(format!("  - {}", gap(sheet, &what, who)));
        }
        let why = Text::fixed("why it made sense at the time", "その時にそう判断した理由");
        // A risk and objections are what spoke against it.
        let said = matter.settled.iter().any(|settled| {
            let decides = matches!(settled.state, State::Decided | State::Rejected);
            decides && settled.line.is_some()
        });
        if !said {
            lines.push(format!(
                "  - {}",
                gap(sheet, &why, Some(name_of(sheet, &matter.by)))
            ));
        }
    }
    match lines.is_empty() {
        true => NONE.get(lang).to_owned(),
        false => lines.join("\n"),
    }
}

fn told(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let lang = sheet.lang;
    let mut lines = Vec::new();
    for report in &incident.work.reports {
        if incident.work.retracted.contains(&report.id) {
            continue;
        }
        let (time, stage) = (at(sheet, report.at), report.stage.text());
        let (audience, by) = (line(&report.audience.name), name_of(sheet, &report.by));
        lines.push(format!("- {time} {} → {audience} ({by})", stage.get(lang)));
        for part in [
            &report.can.conditions,
            &report.can.actions,
            &report.can.needs,
        ] {
            let said = line(&plain(sheet, part));
            if !said.is_empty() {
                lines.push(format!("  - {said}"));
            }
        }
    }
    for notice in &incident.work.notices {
        if let Some((target, time)) = &notice.published {
            let word = Text::fixed("customer notice", "ユーザー告知");
            let (time, target) = (at(sheet, *time), line(target));
            lines.push(format!("- {time} {} → {target}", word.get(lang)));
            lines.push(format!("  - {}", line(&plain(sheet, &notice.text))));
        }
    }
    match lines.is_empty() {
        true => NONE.get(lang).to_owned(),
        false => lines.join("\n"),
    }
}

fn people(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let lang = sheet.lang;
    let term = |name: &str, term: &Term| {
        let to = term.to.map(|to| at(sheet, to)).unwrap_or_default();
        format!(
            "- {name}: {} ({}–{to})",
            name_of(sheet, &term.user),
            at(sheet, term.from)
        )
    };
    let command = Text::fixed("Commander", "指揮");
    let mut lines: Vec<String> = facts::commanders(incident)
        .iter()
        .map(|held| term(command.get(lang), held))
        .collect();
    for role in facts::roles(incident) {
        let held = facts::held(incident, &role);
        let name = role_name(ROLES, &role);
        lines.extend(held.iter().map(|held| term(name.get(lang), held)));
    }
    let here = facts::people(incident);
    let names: Vec<String> = here
        .iter()
        .map(|user| {
            let present = incident.roster.get(user);
            let role = present.and_then(|p| p.role.as_deref());
            let role = role.filter(|role| is_role(role));
            let role = role.map(|role| format!(" ({})", part_name(ROLES, role).get(lang)));
            name_of(sheet, user) + &role.unwrap_or_default()
        })
        .collect();
    let took_part = Text::fixed("Took part", "参加");
    lines.push(format!(
        "- {}: {}",
        took_part.get(lang),
        names.join(if lang == Lang::Ja { "、" } else { ", " })
    ));
    lines.join("\n")
}

/// Each question with the answers it got, and nobody's name.
fn assessment(sheet: &Sheet<'_>) -> String {
    let given = &sheet.told.incident.lessons.assessments;
    let mut questions: Vec<(&str, &str, Vec<u8>)> = Vec::new();
    for answer in given.values().flat_map(|assessment| &assessment.answers) {
        match questions
            .iter_mut()
            .find(|(id, ..)| *id == answer.question.id)
        {
            Some((_, _, levels)) => levels.push(answer.level),
            None => questions.push((
                &answer.question.id,
                &answer.question.name,
                vec![answer.level],
            )),
        }
    }
    let mut lines: Vec<String> = questions
        .into_iter()
        .map(|(_, name, mut levels)| {
            levels.sort_unstable();
            let levels: Vec<String> = levels.iter().map(u8::to_string).collect();
            format!("- {}: {} / 3", line(name), levels.join(", "))
        })
        .collect();
    let words = given
        .values()
        .filter_map(|assessment| assessment.line.as_ref());
    lines.extend(words.map(|words| format!("- {}", line(words))));
    lines.join("\n")
}

fn actions(sheet: &Sheet<'_>) -> String {
    let lang = sheet.lang;
    let incident = sheet.told.incident;
    let mut rows = Vec::new();
    for matter in of_sort(sheet, Sort::Action) {
        if rows.is_empty() {
            rows.push(match lang {
                Lang::En => "| | Action item | Owner | Due | State |".to_owned(),
                Lang::Ja => "| | 再発防止策 | 担当 | 期限 | 状態 |".to_owned(),
            });
            rows.push("|---|---|---|---|---|".to_owned());
        }
        let who = match &matter.owner {
            Some(held) => name_of(sheet, &held.user),
            None => gap(sheet, &Text::fixed("owner", "担当"), commander(sheet)),
        };
        let due = match matter.due {
            Some(due) => clock::local(sheet.told.zone, due)
                .format("%Y-%m-%d")
                .to_string(),
            None => gap(sheet, &Text::fixed("due date", "期限"), None),
        };
        let track = incident.lessons.tracks.get(&matter.id);
        let track = track.map(|address| link(address)).unwrap_or_default();
        let (handle, what, state) = (matter.handle(), line(&matter.line), matter.state.text());
        let said = said_last(matter);
        rows.push(format!(
            "| {handle} | {what}{track} | {who} | {due} | {}{said} |",
            state.get(lang)
        ));
    }
    match rows.is_empty() {
        true => gap(
            sheet,
            &Text::fixed(
                "what changes in the system so that it does not come again",
                "再発を防ぐ仕組みの変更",
            ),
            commander(sheet),
        ),
        false => rows.join("\n"),
    }
}

fn evidence(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let retracted = |id| incident.work.retracted.contains(id);
    let attached = incident
        .lessons
        .evidence
        .iter()
        .filter(|e| !retracted(&e.id));
    let mut lines: Vec<String> = attached
        .map(|evidence| {
            let (time, said) = (at(sheet, evidence.at), evidence.line.as_deref().map(line));
            let by = name_of(sheet, &evidence.by);
            let what = match &evidence.file {
                None => link(&evidence.link),
                Some(file) => {
                    let copied = learn::copied(file, sheet.lang);
                    line(&format!(" {}{copied}", evidence.link))
                }
            };
            format!("- {time} {}{what} ({by})", said.unwrap_or_default())
        })
        .collect();
    for told in record::story(incident) {
        if let Body::Pinned {
            evidence: true,
            author,
            excerpt,
            ts,
            files,
        } = &told.entry.body
        {
            let hung = files.iter().map(|file| {
                let address = file.link.as_deref().map(link).unwrap_or_default();
                format!(" [{}]{address}", line(&file.name))
            });
            let hung: String = hung.collect();
            let address = (sheet.told.permalink)(ts)
                .as_deref()
                .map(link)
                .unwrap_or_default();
            let time = at(sheet, told.at);
            lines.push(format!(
                "- {time} {}: {}{address}{hung}",
                line(author),
                line(excerpt)
            ));
        }
    }
    lines.join("\n")
}

fn timeline(sheet: &Sheet<'_>) -> String {
    let incident = sheet.told.incident;
    let limit = TimeDelta::minutes(i64::from(sheet.hole_minutes));
    let holes = record::holes(incident, limit, sheet.told.now);
    let mut lines: Vec<(DateTime<Utc>, String)> = record::story(incident)
        .iter()
        .map(|told| (told.at, story_line(sheet, told)))
        .collect();
    lines.extend(holes.into_iter().map(|Hole { from, to }| {
        let until = at(sheet, to);
        let what = crate::both!("what happened until {until}", "{until} までに何があったか");
        (
            from,
            format!(
                "- {} {}",
                at(sheet, from),
                gap(sheet, &what, in_role(sheet, "scribe"))
            ),
        )
    }));
    lines.sort_by_key(|(at, _)| *at);
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}

fn is_read_elsewhere(body: &Body) -> bool {
    matches!(
        body,
        Body::Work(
            Deed::Offered { .. } | Deed::Report { .. } | Deed::Notice {} | Deed::Written { .. }
        )
    )
}

fn story_line(sheet: &Sheet<'_>, told: &Line<'_>) -> String {
    let entry: &Entry = told.entry;
    let by = name_of(sheet, &entry.by);
    let text = told.correction.map(|c| &c.text).or(entry.text.as_ref());
    let alone = matches!(
        entry.body,
        Body::Note {} | Body::Situation {} | Body::Learnt(Learnt::Noted { .. })
    );
    let said = match (text, &entry.body) {
        (Some(text), _) if alone || told.correction.is_some() => {
            let mut said = line(&plain(sheet, text));
            if told.correction.is_some() {
                said.push_str(Text::fixed(" (corrected)", " (訂正)").get(sheet.lang));
            }
            format!("{said} ({by})")
        }
        _ => {
            // What reports, notices and parts say stands in places of its own; a briefing repeats
            // the record.
            let elsewhere = Entry {
                text: entry
                    .text
                    .clone()
                    .filter(|_| !is_read_elsewhere(&entry.body)),
                ..entry.clone()
            };
            let entry = &elsewhere;
            let told = sheet.told;
            let clocks = Clocks {
                time: &|time| at(sheet, time),
                day: &|time| clock::day(told.zone, time, told.now),
            };
            let said = show::words_in(
                entry,
                sheet.told.incident,
                sheet.lang,
                sheet.told.name,
                sheet.told.plain,
                &clocks,
            );
            line(&said)
        }
    };
    let ts = match &entry.body {
        Body::Pinned { ts, .. } => Some(ts),
        _ => entry.position.as_ref().map(|position| &position.ts),
    };
    let address = ts.and_then(sheet.told.permalink);
    let address = address.as_deref().map(link).unwrap_or_default();
    format!("- {} {said}{address}", at(sheet, told.at))
}
