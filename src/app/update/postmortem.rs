//! A version of a post-mortem was written: the record is told, and whoever wrote it what is left.

use super::{act, notice};
use crate::app::effect::Effect;
use crate::app::model::{LongText, Model, Overlay};
use crate::app::postmortem::{self, Desk};
use crate::app::strings::{fill, postmortem as s};
use crate::domain::ids::IncidentId;

pub(super) fn wrote(
    model: &mut Model,
    incident: IncidentId,
    desk: &Desk,
    kept: Option<(u32, String)>,
) -> Vec<Effect> {
    let Some((version, text)) = kept else {
        notice(model, s::UNCHANGED);
        return Vec::new();
    };
    let lang = model.lang;
    let mut lines = Vec::new();
    let gaps = postmortem::gaps(&text);
    if gaps > 0 {
        lines.push(fill(&s::GAPS, lang, &[&gaps.to_string()]));
    }
    lines.extend(desk.findings(&text).iter().map(|finding| {
        let line = finding.line.to_string();
        fill(&s::FINDING, lang, &[&line, finding.why.get(lang)])
    }));
    if !lines.is_empty() {
        model.overlays.push(Overlay::LongText(LongText {
            title: fill(&s::TITLE, lang, &[&version.to_string()]),
            text: lines.join("\n\n"),
            scroll: 0,
        }));
    }
    let command = postmortem::drafted(desk, version, &text);
    act::hand_over(model, Some(incident), command, None)
}
