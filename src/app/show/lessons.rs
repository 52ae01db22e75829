//! What the record gained afterwards, as JSON. Each key is there only where there is something.

use super::{Shown, maybe_time, time};
use serde_json::{Map, Value, json};

pub(super) fn fields(shown: &Shown<'_>) -> Map<String, Value> {
    let lessons = &shown.incident.lessons;
    let mut all = Map::new();
    let retracted = |id| shown.incident.work.retracted.contains(id);
    let evidence: Vec<Value> = lessons
        .evidence
        .iter()
        .filter(|evidence| !retracted(&evidence.id))
        .map(|e| {
            let link = e.file.is_none().then_some(&e.link);
            let mut shown =
                json!({"id": e.id, "link": link, "text": e.line, "by": e.by, "at": time(e.at)});
            if let Some(file) = &e.file {
                shown["file"] = json!({"name": e.link, "size": file.size, "sha256": file.sha256});
            }
            shown
        })
        .collect();
    if !evidence.is_empty() {
        all.insert("evidence".to_owned(), json!(evidence));
    }
    let reach = lessons.reach;
    if reach.several.is_some() || reach.recurs.is_some() {
        let reach = json!({"several_users": reach.several, "recurs": reach.recurs});
        all.insert("reach".to_owned(), reach);
    }
    if let Some(draft) = &lessons.post_mortem {
        let draft = json!({
            "version": draft.version,
            "gaps": draft.gaps,
            "digest": draft.digest,
            "place": draft.place,
            "by": draft.by,
            "at": maybe_time(Some(draft.at)),
        });
        all.insert("post_mortem".to_owned(), draft);
    }
    let assessments: Vec<Value> = lessons
        .assessments
        .iter()
        .map(|(user, given)| {
            let answers: Map<String, Value> = given
                .answers
                .iter()
                .map(|answer| (answer.question.id.clone(), json!(answer.level)))
                .collect();
            json!({"user": user, "answers": answers, "text": given.line, "at": time(given.at)})
        })
        .collect();
    if !assessments.is_empty() {
        all.insert("assessments".to_owned(), json!(assessments));
    }
    all
}
