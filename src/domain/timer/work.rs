//! Clocks of what command deals out and keeps: matters, reports, notices, calls, claims.

use super::{Clock, Clocks};
use crate::both;
use crate::domain::fact::Fact;
use crate::domain::ids::UserId;
use crate::domain::incident::{Incident, ItemState};
use crate::domain::settings::Timers;
use crate::domain::watch::{Heard, Rules};
use crate::domain::words::Text;
use crate::domain::work::{Matter, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};

fn minutes(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

/// Who tells others; the commander, as long as nobody does.
fn teller(incident: &Incident) -> Option<UserId> {
    let commander = incident.commander.as_ref().map(|held| &held.user);
    incident.in_role("comms").or(commander).cloned()
}

impl Clocks<'_> {
    pub(super) fn work(&mut self, incident: &Incident, rules: &Rules<'_>, heard: &Heard<'_>) {
        let t = &rules.config.timers;
        self.matters(incident);
        self.reports(incident, t);
        self.audiences(incident, rules, heard);
        self.notices(incident, t, heard);
        self.offer(incident);
        if incident.phase.is_burning() {
            self.roll_call(incident, t);
            self.calls(incident, t, heard);
            self.hold(incident);
        }
    }

    fn matters(&mut self, incident: &Incident) {
        for matter in incident.work.matters.iter().filter(|m| m.is_open()) {
            let Some(due) = matter.due else { continue };
            let (handle, line) = (matter.handle(), &matter.line);
            let text = match (matter.sort, matter.state) {
                (Sort::Decision, State::Decided) => {
                    both!("{handle} result: {line}", "{handle} 結果待ち: {line}")
                }
                (Sort::Decision, _) => {
                    both!("{handle} objections: {line}", "{handle} 異議待ち: {line}")
                }
                (Sort::Question, _) => {
                    both!("{handle} ask again: {line}", "{handle} 再確認: {line}")
                }
                _ => both!("{handle} {line}", "{handle} {line}"),
            };
            self.add(
                format!(
                    "{}/{}/{}",
                    series_of(matter),
                    matter.id,
                    due.timestamp_millis()
                ),
                Clock::Matter(matter.id.clone()),
                text,
                matter.owner.as_ref().map(|held| held.user.clone()),
                due,
            );
        }
    }

    fn reports(&mut self, incident: &Incident, t: &Timers) {
        let owner = teller(incident);
        if incident.work.reports.is_empty() {
            let Some(declared) = incident.declared else {
                return;
            };
            if incident.phase.is_burning() && t.first_report_minutes > 0 {
                self.add(
                    "first-report".to_owned(),
                    Clock::FirstReport,
                    Text::fixed("first report", "第1報"),
                    owner,
                    declared + minutes(t.first_report_minutes),
                );
            }
            return;
        }
        for (audience, due) in incident.work.promises() {
            let (id, name) = (&audience.id, &audience.name);
            self.add(
                format!("report/{id}/{}", due.timestamp_millis()),
                Clock::Report(id.clone()),
                both!("next report: {name}", "続報: {name}"),
                owner.clone(),
                due,
            );
        }
    }

    /// Audiences with channels of their own that were told nothing yet, each by its own interval. What
    /// goes on among few is told to nobody by the clock.
    fn audiences(&mut self, incident: &Incident, rules: &Rules<'_>, heard: &Heard<'_>) {
        let level = incident.level.as_ref().map(|level| level.id.as_str());
        let Some(declared) = incident.declared else {
            return;
        };
        if heard.private || incident.work.restricted.is_some() || !incident.phase.is_burning() {
            return;
        }
        let config = rules.config;
        let waits = config.audiences.iter().skip(1).filter(|audience| {
            let channels = audience.channels_of(incident.kind, heard.drill);
            let told = incident.work.last_report(&audience.id).is_some();
            !channels.is_empty() && audience.hears_at(level) && !told
        });
        for audience in waits {
            let every = config.report_minutes(&audience.id, incident.level_terms.report);
            if every == 0 {
                continue;
            }
            let name = audience.name.text();
            let (id, en, ja) = (&audience.id, &name.en, &name.ja);
            self.add(
                format!("report/{id}/first"),
                Clock::Report(id.clone()),
                both!("first report: {en}", "第1報: {ja}"),
                teller(incident),
                declared + minutes(every),
            );
        }
    }

    /// Counted from the last notice that went out, unless it promised the next itself: what was
    /// promised is owed also after recovery.
    fn notices(&mut self, incident: &Incident, t: &Timers, heard: &Heard<'_>) {
        let out = incident.work.notices.iter();
        let out = out.filter_map(|notice| {
            let (_, at) = notice.published.as_ref()?;
            Some((notice, *at))
        });
        let Some((notice, at)) = out.max_by_key(|(_, at)| *at) else {
            self.first_notice(incident, t, heard);
            return;
        };
        if notice.next.is_none() && !incident.phase.is_burning() {
            return;
        }
        let first_hours = incident.declared.is_some_and(|declared| {
            at - declared < TimeDelta::hours(i64::from(t.customers_first_hours))
        });
        let every = match first_hours {
            true => t.customers_minutes,
            false => t.customers_later_minutes,
        };
        let due = notice.next.or((every > 0).then(|| at + minutes(every)));
        if let Some(due) = due {
            self.add(
                format!("notice/{}", notice.id),
                Clock::Notice,
                Text::fixed("next customer notice", "次のユーザー告知"),
                teller(incident),
                due,
            );
        }
    }

    /// As long as the checklist wants one to be published: whoever skips that item decided that none
    /// is needed.
    fn first_notice(&mut self, incident: &Incident, t: &Timers, heard: &Heard<'_>) {
        let few = heard.private || incident.work.restricted.is_some();
        let Some(declared) = incident.declared.filter(|_| !few) else {
            return;
        };
        let wanted = incident.checklist().into_iter().any(|check| {
            check.item.when.as_deref() == Some(Fact::Notice.name())
                && check.state == ItemState::Open
        });
        if !wanted || t.customers_minutes == 0 || !incident.phase.is_burning() {
            return;
        }
        self.add(
            "notice/first".to_owned(),
            Clock::Notice,
            Text::fixed("first customer notice", "最初のユーザー告知"),
            teller(incident),
            declared + minutes(t.customers_minutes),
        );
    }

    fn offer(&mut self, incident: &Incident) {
        if let Some(offer) = &incident.work.offer {
            self.add(
                format!("offer/{}", offer.id),
                Clock::Offer,
                Text::fixed("hand-over to be accepted", "指揮の引き継ぎの受諾"),
                Some(offer.to.clone()),
                offer.expires,
            );
        }
    }

    /// Counted from the last one; worth a call only among several people.
    fn roll_call(&mut self, incident: &Incident, t: &Timers) {
        let here = incident.roster.values().filter(|p| p.left.is_none());
        let last = incident.work.roll_calls.iter().max().copied();
        let Some(last) = last.or(incident.declared) else {
            return;
        };
        if t.roll_call_minutes == 0 || here.count() < 2 {
            return;
        }
        let commander = incident.commander.as_ref().map(|held| held.user.clone());
        self.add(
            format!("roll-call/{}", last.timestamp_millis()),
            Clock::RollCall,
            Text::fixed("roll call", "在席確認"),
            commander,
            last + minutes(t.roll_call_minutes),
        );
    }

    /// Somebody who was called, and is neither here nor was heard since.
    fn calls(&mut self, incident: &Incident, t: &Timers, heard: &Heard<'_>) {
        if t.call_again_minutes == 0 {
            return;
        }
        for (user, call) in &incident.work.calls {
            let present = incident.roster.get(user);
            let acted = present.map(|present| present.acted.max(present.since));
            let answered: Option<DateTime<Utc>> = heard.last.get(user).copied().max(acted);
            if answered.is_some_and(|at| at >= call.first) {
                continue;
            }
            let name = (heard.name)(user);
            let text = if call.count >= t.calls {
                both!(
                    "no answer: {name}, call the next",
                    "{name}さん応答なし: 次の人を呼ぶ"
                )
            } else {
                both!("call {name} again", "{name}さんを再度呼ぶ")
            };
            self.add(
                format!("call/{user}/{}", call.count),
                Clock::Call(user.clone()),
                text,
                incident.commander.as_ref().map(|held| held.user.clone()),
                call.last + minutes(t.call_again_minutes),
            );
        }
    }

    fn hold(&mut self, incident: &Incident) {
        if let Some(claim) = &incident.work.claim {
            self.add(
                format!("hold/{}", claim.id),
                Clock::Hold,
                Text::fixed("recovery holds", "復旧の様子見"),
                incident.commander.as_ref().map(|held| held.user.clone()),
                claim.hold_until,
            );
        }
    }
}

/// What is silenced together.
const fn series_of(matter: &Matter) -> &'static str {
    match matter.sort {
        Sort::Task | Sort::Action => "task",
        Sort::Question => "question",
        Sort::Decision => "decision",
        Sort::Timer => "timer",
        Sort::Need | Sort::Objective | Sort::Hypothesis | Sort::Contact => "matter",
    }
}
