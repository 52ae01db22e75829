//! What a deed says to people.

use super::{Deed, Sort, Stage, State, handle};
use crate::domain::event::Kind;
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::Incident;
use crate::domain::sentence::{Piece, Sentence, capital, channel, strong, text};
use crate::domain::words::Lang;
use chrono::{DateTime, Utc};

/// Says in `lang` what `deed`, by `by`, changed; `id` is its event. `incident` is the state around
/// it.
pub fn sentence(
    deed: &Deed,
    id: &EventId,
    by: &UserId,
    incident: &Incident,
    lang: Lang,
) -> Sentence {
    let ja = lang == Lang::Ja;
    let pick = |en: &str, jp: &str| text(if ja { jp } else { en });
    let head = |en: &str, jp: &str| strong(if ja { jp } else { en });
    let who = || Piece::Person(by.clone());
    let dash = || text(" — ");
    let work = &incident.work;
    let named = |id: &EventId| match work.matter(id) {
        Some(matter) => text(format!("{} {}", matter.handle(), matter.line)),
        None => pick("an entry", "項目"),
    };
    // Those who are to act are told; whoever acts for themselves knows.
    let told = |user: &UserId| match user == by {
        true => Piece::Person(user.clone()),
        false => Piece::Call(user.clone()),
    };
    // An action item is due on a day, everything else within the hour.
    let until = |sort: Option<Sort>, due: DateTime<Utc>| match sort {
        Some(Sort::Action) => Piece::Day(due),
        _ => Piece::Time(due),
    };
    let sort_of = |id: &EventId| work.matter(id).map(|matter| matter.sort);
    match deed {
        Deed::Opened {
            matter,
            line,
            owner,
            due,
            risk,
        } => {
            // Before its event is folded it is the next of its sort.
            let number = work.matter(id).map_or_else(
                || work.matters.iter().filter(|m| m.sort == *matter).count() + 1,
                |matter| matter.number,
            );
            let sort = matter.text();
            // It is none before it is decided.
            let name = match (matter, ja) {
                (super::Sort::Decision, true) => "決定案",
                (super::Sort::Decision, false) => "Proposed decision",
                _ => sort.get(lang),
            };
            let mut out = vec![
                strong(format!("{name} {}", handle(*matter, number))),
                text(format!(": {line}")),
            ];
            if let Some(risk) = risk {
                out.push(pick(". Risk: ", "。リスク: "));
                out.push(text(risk));
            }
            if let Some(owner) = owner {
                out.push(pick(", for ", "、担当 "));
                out.push(told(owner));
            }
            let decides = *matter == Sort::Decision;
            if decides {
                out.push(pick(
                    ". Are there any strong objections?",
                    "。強い反対はありますか。",
                ));
            }
            if let Some(due) = due {
                // Until when people may object, and not until when the risk is there.
                out.push(match decides {
                    true => pick(" Until ", "期限 "),
                    false => pick(", until ", "、期限 "),
                });
                out.push(until(Some(*matter), *due));
            }
            out.extend([dash(), who()]);
            out
        }
        Deed::Settled {
            matter,
            state,
            line,
            owner,
            due,
        } => {
            let name = state.text();
            let head = match state {
                State::Open if ja => "未完了に戻しました",
                State::Open => "Open again",
                _ => name.get(lang),
            };
            let mut out = vec![strong(capital(head)), text(": "), named(matter)];
            if let Some(line) = line {
                out.push(text(format!(" → {line}")));
            }
            if let Some(owner) = owner {
                out.push(pick(", executed by ", "、実行 "));
                out.push(told(owner));
            }
            if let Some(due) = due.filter(|_| *state != State::Open) {
                out.push(pick(", until ", "、期限 "));
                out.push(until(sort_of(matter), due));
            }
            if *state == State::Escalated
                && let Some(held) = &incident.commander
            {
                out.push(text(" → "));
                out.push(told(&held.user));
            }
            out.extend([dash(), who()]);
            out
        }
        Deed::Moved { matter, due } => vec![
            named(matter),
            pick(": until ", ": 期限を延長 "),
            until(sort_of(matter), *due),
            dash(),
            who(),
        ],
        Deed::Given { matter, owner } => vec![
            named(matter),
            pick(": now for ", ": 担当変更 "),
            told(owner),
            dash(),
            who(),
        ],
        Deed::Objected { matter, line } => vec![
            head("Objection", "反対意見"),
            pick(" to ", ": "),
            named(matter),
            text(format!(" → {line}")),
            dash(),
            who(),
        ],
        Deed::KindChanged { incident_kind, .. } => vec![
            pick("Kind changed to ", "種別を変更: "),
            strong(incident_kind.text().get(lang)),
            text(match (incident_kind, ja) {
                (Kind::Security, false) => {
                    ". Evidence first: nothing is rolled back or rebooted before it is kept"
                }
                (Kind::Security, true) => {
                    "。証拠保全が先です。保全前に切り戻しや再起動をしないでください"
                }
                (Kind::Outage, _) => "",
            }),
            dash(),
            who(),
        ],
        Deed::Meeting { link } => vec![
            pick("We talk here: ", "通話はこちら: "),
            text(link),
            dash(),
            who(),
        ],
        Deed::Report {
            audience,
            stage,
            next,
        } => {
            let number = match work.reports.iter().find(|report| report.id == *id) {
                Some(report) => report.number,
                None => {
                    let before = work.reports.iter().filter(|r| r.audience.id == audience.id);
                    before.count() + 1
                }
            };
            let name = match (stage, ja) {
                (Stage::FollowUp, true) => format!("続報 (第{number}報)"),
                (Stage::FollowUp, false) => format!("Report {number}"),
                _ => stage.text().get(lang).to_owned(),
            };
            let mut out = vec![strong(name)];
            out.push(text(if ja {
                format!(" {}向け: ", audience.name)
            } else {
                format!(" for {}, by ", audience.name)
            }));
            out.push(who());
            if let Some(next) = next {
                out.push(pick(". Next update at ", "。次の報告 "));
                out.push(Piece::Time(*next));
            }
            out
        }
        Deed::Notice {} => vec![
            head("Customer notice drafted", "ユーザー告知の文案"),
            pick(" by ", ": "),
            who(),
            pick(
                ". Not out yet: somebody else approves it",
                "。まだ公開していません。別の人が承認します",
            ),
        ],
        Deed::Approved { .. } => vec![
            pick("Customer notice approved by ", "ユーザー告知を承認: "),
            who(),
        ],
        Deed::Published { target, next, .. } => {
            let mut out = vec![
                head("Customer notice is out", "ユーザー告知を公開"),
                text(format!(": {target}")),
            ];
            if let Some(next) = next {
                out.push(pick(". Next notice at ", "。次の告知 "));
                out.push(Piece::Time(*next));
            }
            out.extend([dash(), who()]);
            out
        }
        Deed::Offered { to, expires } => vec![
            who(),
            pick(
                " offers command to ",
                " が指揮の引き継ぎを申し出ています → ",
            ),
            Piece::Call(to.clone()),
            pick(
                ". Press ✅ to accept, until ",
                "。受ける場合は ✅ を押してください。期限 ",
            ),
            Piece::Time(*expires),
        ],
        Deed::Accepted { user, offer } => {
            let mut out = vec![
                head("Command handed over", "指揮を引き継ぎました"),
                text(": "),
            ];
            // By now the receiver commands: who did before is whoever made the offer.
            let mut entries = incident.entries.iter();
            let offered = entries.find(|entry| entry.id == *offer);
            if let Some(offered) = offered.filter(|offered| offered.by != *user) {
                out.push(Piece::Person(offered.by.clone()));
                out.push(text(" → "));
            }
            out.push(Piece::Call(user.clone()));
            out
        }
        Deed::Declined { .. } => vec![
            pick(
                "The offer of command is off: ",
                "指揮の引き継ぎは取りやめ: ",
            ),
            who(),
        ],
        Deed::Called { user, number, why } => {
            let mut out = vec![
                Piece::Call(user.clone()),
                pick(" is called to help", " を呼んでいます"),
            ];
            if *number > 1 {
                out.push(text(if ja {
                    format!(" ({number}回目)")
                } else {
                    format!(" (call {number})")
                }));
            }
            if let Some(why) = why {
                out.push(text(format!(": {why}")));
            }
            out.extend([dash(), who()]);
            out
        }
        Deed::RollCall {} => vec![
            head("Who is still with us?", "在席確認"),
            pick(
                " Press ✋, or write anything.",
                " ✋ を押すか、何か書いてください。",
            ),
        ],
        Deed::Here {} => vec![who(), pick(" is here", " が在席")],
        Deed::Claimed { time, hold, owners } => {
            let mut out = vec![
                head("Recovery claimed", "復旧の報告"),
                pick(" since ", "。復旧時刻 "),
                Piece::Time(*time),
            ];
            out.push(text(if ja {
                format!("。{hold}分間様子を見ます")
            } else {
                format!(". It has to hold for {hold} min")
            }));
            if owners.is_empty() {
                out.push(pick(
                    ". Whoever sees that it is good confirms with ✅",
                    "。確認できた人は ✅ を押してください",
                ));
            } else {
                out.push(pick(". Confirm with ✅: ", "。✅ で確認してください: "));
                for (n, owner) in owners.iter().enumerate() {
                    if n > 0 {
                        out.push(text(" "));
                    }
                    out.push(told(owner));
                }
            }
            out.extend([dash(), who()]);
            out
        }
        Deed::Confirmed { .. } => vec![who(), pick(" confirms recovery", " が復旧を確認しました")],
        Deed::Unclaimed { reason, .. } => vec![
            head("Not recovered after all", "復旧の報告を取り消し"),
            text(format!(": {reason}")),
            dash(),
            who(),
        ],
        Deed::Restricted {} => vec![
            head(
                "The response goes on among few people",
                "限定メンバーでの対応に移ります",
            ),
            pick(
                ". Please do not write details here. ",
                "。このチャンネルには詳細を書かないでください。",
            ),
            who(),
        ],
        Deed::Linked { place, .. } => vec![
            pick("This is part of ", "親インシデント: "),
            channel(place),
            text(format!(" ({})", place.title)),
            dash(),
            who(),
        ],
        Deed::Joined { place, .. } => vec![
            pick("Part of this incident: ", "子インシデント: "),
            channel(place),
            text(format!(" ({})", place.title)),
            dash(),
            who(),
        ],
        Deed::Written { section } => {
            vec![strong(section.text().get(lang)), pick(", by ", ": "), who()]
        }
        Deed::Reviewed { link } => {
            let mut out = vec![pick(
                "The post-mortem was reviewed",
                "ポストモーテムをレビュー済み",
            )];
            out.extend(link.iter().map(|link| text(format!(": {link}"))));
            out.extend([dash(), who()]);
            out
        }
        Deed::Waived { reason } => vec![
            pick("No post-mortem, because ", "ポストモーテムは不要。理由: "),
            text(reason),
            dash(),
            who(),
        ],
        Deed::Retracted { event } => {
            let entry = incident.entries.iter().find(|entry| entry.id == *event);
            let mut out = vec![pick("Taken back", "取り消し")];
            if let Some(entry) = entry {
                out.push(pick(": what was written at ", ": "));
                out.push(Piece::Time(entry.at));
                out.push(pick("", " の記録"));
            }
            out.extend([dash(), who()]);
            out
        }
    }
}
