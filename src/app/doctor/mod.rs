//! `matoi doctor`: from what was found out about a set-up to what is wrong with it, and what to do.
//! Pure: [`facts`] come in, [`Finding`]s go out.

pub mod facts;
mod place;
mod slack;

use crate::domain::problem::{Kind, Problem};
use crate::domain::words::{Lang, Text};
use facts::Facts;
use serde_json::{Value, json};

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// It works, and something of it will not.
    Warning,
    /// It does not work.
    Broken,
    /// Nobody could be asked.
    NotChecked,
}

impl State {
    /// In JSON.
    pub const fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Broken => "broken",
            State::NotChecked => "not_checked",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            State::Ok => Text::fixed("ok", "正常"),
            State::Warning => Text::fixed("warning", "注意"),
            State::Broken => Text::fixed("broken", "異常"),
            State::NotChecked => Text::fixed("not checked", "未確認"),
        }
    }
}

/// What a finding is about; the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Configuration,
    Token,
    Scopes,
    People,
    Limits,
    Clock,
    Terminal,
    Files,
    Workspace,
}

impl Area {
    /// In JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Area::Configuration => "configuration",
            Area::Token => "token",
            Area::Scopes => "scopes",
            Area::People => "people",
            Area::Limits => "limits",
            Area::Clock => "clock",
            Area::Terminal => "terminal",
            Area::Files => "files",
            Area::Workspace => "workspace",
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Area::Configuration => Text::fixed("Configuration", "設定"),
            Area::Token => Text::fixed("Slack and its token", "Slack とトークン"),
            Area::Scopes => Text::fixed("What the token may do", "トークンの権限"),
            Area::People => Text::fixed("People and groups", "メンバーとグループ"),
            Area::Limits => Text::fixed("Limits", "回数制限"),
            Area::Clock => Text::fixed("Clock", "時計"),
            Area::Terminal => Text::fixed("Terminal", "端末"),
            Area::Files => Text::fixed("Files", "ファイル"),
            Area::Workspace => Text::fixed("Workspace of this machine", "この端末のワークスペース"),
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub area: Area,
    /// Stable within its area.
    pub check: &'static str,
    pub state: State,
    pub found: Text,
    pub todo: Option<Text>,
}

impl Finding {
    fn new(area: Area, check: &'static str, state: State, found: Text) -> Finding {
        Finding {
            area,
            check,
            state,
            found,
            todo: None,
        }
    }

    fn todo(mut self, todo: Text) -> Finding {
        self.todo = Some(todo);
        self
    }

    fn of_problem(area: Area, check: &'static str, problem: &Problem) -> Finding {
        Finding {
            todo: problem.hint.clone(),
            ..Finding::new(area, check, State::Broken, problem.sentence.clone())
        }
    }
}

/// Everything that can be said of the facts, in the order of [`Area`].
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut all = Vec::new();
    place::configuration(facts, &mut all);
    slack::token(facts, &mut all);
    slack::scopes(facts, &mut all);
    slack::people(facts, &mut all);
    slack::limits(facts, &mut all);
    slack::clock(facts, &mut all);
    place::terminal(facts, &mut all);
    place::files(facts, &mut all);
    place::workspace(facts, &mut all);
    all
}

/// How a run ends: nothing broken, or a problem that names how much is. A broken configuration or
/// token is of kind `Usage`.
pub fn verdict(findings: &[Finding]) -> Result<(), Problem> {
    let broken = findings.iter().filter(|f| f.state == State::Broken);
    let count = broken.clone().count();
    if count == 0 {
        return Ok(());
    }
    let configured = |f: &Finding| {
        f.area == Area::Configuration || (f.area == Area::Token && f.check == "token")
    };
    let kind = if broken.clone().any(configured) {
        Kind::Usage
    } else {
        Kind::Failed
    };
    Err(Problem::new(
        kind,
        crate::both!("Broken: {count}.", "異常 {count} 件。"),
    ))
}

/// The report as lines of text.
pub fn lines(findings: &[Finding], lang: Lang) -> String {
    let width = |state: State| crate::domain::text::cells(state.text().get(lang));
    let widest = [State::Ok, State::Warning, State::Broken, State::NotChecked]
        .map(width)
        .into_iter()
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    let mut area = None;
    for finding in findings {
        if area != Some(finding.area) {
            area = Some(finding.area);
            out.push_str(finding.area.text().get(lang));
            out.push('\n');
        }
        let state = finding.state.text();
        let pad = " ".repeat(widest - width(finding.state));
        let found = finding.found.get(lang);
        out.push_str(&format!("  {}{pad}  {found}\n", state.get(lang)));
        if let Some(todo) = &finding.todo {
            let indent = " ".repeat(widest);
            out.push_str(&format!("  {indent}  -> {}\n", todo.get(lang)));
        }
    }
    out
}

/// `{"checks": [{"area", "check", "state", "found", "todo"}], "broken", "warnings"}`; `todo` may be
/// null.
pub fn json(findings: &[Finding], lang: Lang) -> Value {
    let count = |state: State| findings.iter().filter(|f| f.state == state).count();
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "area": finding.area.name(),
                "check": finding.check,
                "state": finding.state.name(),
                "found": finding.found.get(lang),
                "todo": finding.todo.as_ref().map(|todo| todo.get(lang)),
            })
        })
        .collect();
    json!({
        "checks": checks,
        "broken": count(State::Broken),
        "warnings": count(State::Warning),
    })
}

#[cfg(test)]
mod tests;
