//! What the types cannot refuse: ids that clash, names Slack would not take, numbers that make no
//! sense together.

use super::naming::fits_channel_name;
use super::{Config, Label, template};
use crate::both;
use crate::domain::checklists;
use crate::domain::words::{Lang, Text};
use std::collections::HashSet;

/// One mistake, at a key such as `levels.0.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub path: String,
    pub sentence: Text,
    pub hint: Option<Text>,
}

/// As many as a form asks: see `learn::check`.
const QUESTIONS_MAX: usize = 9;

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: impl Into<String>, sentence: Text, hint: Option<Text>) {
        self.0.push(Fault {
            path: path.into(),
            sentence,
            hint,
        });
    }

    fn within(&mut self, path: &str, value: u32, low: u32, high: u32) {
        if !(low..=high).contains(&value) {
            self.add(
                path,
                both!(
                    "{value} is out of range: {low} to {high}",
                    "{value} は範囲外です ({low} から {high} まで)"
                ),
                None,
            );
        }
    }

    fn link(&mut self, path: &str, link: &str) {
        if !link.is_empty() && !checklists::is_link(link) {
            self.add(
                path,
                both!("`{link}` is no link", "`{link}` はリンクではありません"),
                Some(Text::fixed("https://…", "https:// で始めてください")),
            );
        }
    }

    fn blanks(&mut self, path: &str, template: &Label) {
        for lang in [Lang::En, Lang::Ja] {
            if let Some(name) = template::unknown(template.get(lang)) {
                let known: Vec<String> = template::BLANKS
                    .iter()
                    .map(|blank| format!("{{{blank}}}"))
                    .collect();
                let known = known.join(" ");
                return self.add(
                    path,
                    both!("there is no {{{name}}}", "{{{name}}} は使えません"),
                    Some(both!("there are {known}", "使えるのは {known} です")),
                );
            }
        }
    }

    fn each(&mut self, path: &str, values: &[String], kind: Naming) {
        for (i, value) in values.iter().enumerate() {
            if !kind.fits(value) {
                let (sentence, hint) = kind.complaint(value);
                self.add(format!("{path}.{i}"), sentence, Some(hint));
            }
        }
    }

    fn ids<'a>(&mut self, table: &str, ids: impl Iterator<Item = &'a str>, longest: usize) {
        let mut met = HashSet::new();
        for (i, id) in ids.enumerate() {
            let path = format!("{table}.{i}.id");
            let shaped = !id.is_empty()
                && id.chars().count() <= longest
                && id.chars().all(fits_channel_name);
            if !shaped {
                self.add(
                    path,
                    both!("`{id}` cannot be an id", "`{id}` は id に使えません"),
                    Some(both!(
                        "1 to {longest} lower-case letters, digits, - or _",
                        "小文字・数字・- ・_ で 1〜{longest} 文字にしてください"
                    )),
                );
            } else if !met.insert(id) {
                self.add(
                    path,
                    both!("the id `{id}` is used twice", "id `{id}` が重複しています"),
                    None,
                );
            }
        }
        if met.is_empty() {
            self.add(
                table,
                both!("`{table}` is empty", "`{table}` が空です"),
                Some(Text::fixed(
                    "leave the table out to have the defaults",
                    "既定のままにするには、この表を書かないでください",
                )),
            );
        }
    }
}

#[derive(Clone, Copy)]
enum Naming {
    Channel,
    Person,
    Group,
    PersonOrGroup,
}

fn slack_id(text: &str, prefixes: &[char]) -> bool {
    text.len() >= 3
        && text.starts_with(prefixes)
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn handle(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|name| !name.is_empty() && !name.chars().any(char::is_whitespace))
}

impl Naming {
    fn fits(self, text: &str) -> bool {
        match self {
            Naming::Channel => {
                slack_id(text, &['C', 'G'])
                    || text
                        .strip_prefix('#')
                        .is_some_and(|name| !name.is_empty() && name.chars().all(fits_channel_name))
            }
            Naming::Person => {
                slack_id(text, &['U', 'W'])
                    || handle(text)
                    || text
                        .split_once('@')
                        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
            }
            Naming::Group => slack_id(text, &['S']) || handle(text),
            Naming::PersonOrGroup => Naming::Person.fits(text) || Naming::Group.fits(text),
        }
    }

    fn complaint(self, text: &str) -> (Text, Text) {
        match self {
            Naming::Channel => (
                both!(
                    "`{text}` names no channel",
                    "`{text}` はチャンネル名ではありません"
                ),
                Text::fixed(
                    "write #name or the channel's id (C…)",
                    "#名前 かチャンネル ID (C…) で書いてください",
                ),
            ),
            Naming::Person => (
                both!(
                    "`{text}` names no person",
                    "`{text}` はユーザーを指していません"
                ),
                Text::fixed(
                    "write @handle, an e-mail address or a user id (U…)",
                    "@ハンドル、メールアドレス、ユーザー ID (U…) のどれかで書いてください",
                ),
            ),
            Naming::Group => (
                both!(
                    "`{text}` names no user group",
                    "`{text}` はユーザーグループを指していません"
                ),
                Text::fixed(
                    "write @handle or a user group's id (S…)",
                    "@ハンドルかユーザーグループ ID (S…) で書いてください",
                ),
            ),
            Naming::PersonOrGroup => (
                both!(
                    "`{text}` names nobody",
                    "`{text}` は人もグループも指していません"
                ),
                Text::fixed(
                    "write @handle, an e-mail address, a user id (U…) or a user group's id (S…)",
                    "@ハンドル、メールアドレス、ユーザー ID (U…)、ユーザーグループ ID (S…) のどれかで書いてください",
                ),
            ),
        }
    }
}

impl Config {
    /// Every mistake there is, in the order of the file's tables; none means usable.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.check_slack(&mut faults);
        self.check_numbers(&mut faults);
        self.check_people(&mut faults);
        self.check_tables(&mut faults);
        self.check_contacts(&mut faults);
        faults.0
    }

    fn check_slack(&self, faults: &mut Faults) {
        let url = &self.slack.api_url;
        if !(url.starts_with("https://") || url.starts_with("http://")) || !url.ends_with('/') {
            faults.add(
                "slack.api_url",
                both!(
                    "`{url}` is no address of a Slack API",
                    "`{url}` は Slack API のアドレスではありません"
                ),
                Some(Text::fixed(
                    "it begins with https:// (http:// only on this machine) and ends in /api/",
                    "https:// で始め (この端末内だけ http:// も可)、/api/ で終えてください",
                )),
            );
        }
        for (i, host) in self.slack.allowed_hosts.iter().enumerate() {
            if host.is_empty()
                || host.contains(['/', ':', '*'])
                || host.contains(char::is_whitespace)
            {
                faults.add(
                    format!("slack.allowed_hosts.{i}"),
                    both!(
                        "`{host}` is no host name",
                        "`{host}` はホスト名ではありません"
                    ),
                    Some(Text::fixed(
                        "the bare name, such as slack-proxy.example.com",
                        "slack-proxy.example.com のように、名前だけを書いてください",
                    )),
                );
            }
        }
        faults.within("slack.poll_seconds", self.slack.poll_seconds, 1, 600);
        faults.within(
            "slack.idle_poll_seconds",
            self.slack.idle_poll_seconds,
            self.slack.poll_seconds.max(1),
            3600,
        );
        faults.within("slack.budget_percent", self.slack.budget_percent, 1, 100);
        faults.within(
            "slack.read_lag_seconds",
            self.slack.read_lag_seconds,
            1,
            600,
        );
    }

    fn check_numbers(&self, faults: &mut Faults) {
        const DAY: u32 = 24 * 60;
        for (path, value, low, high) in [
            ("timekeeper.minutes", self.timekeeper.minutes, 0, DAY),
            (
                "timekeeper.after_recovery_minutes",
                self.timekeeper.after_recovery_minutes,
                0,
                DAY,
            ),
            ("close.hole_minutes", self.close.hole_minutes, 0, DAY),
            ("post_mortem.criteria", self.post_mortem.criteria, 0, 3),
            ("post_mortem.minutes", self.post_mortem.minutes, 0, DAY),
        ] {
            faults.within(path, value, low, high);
        }
        for (i, duty) in self.legal.iter().enumerate() {
            faults.within(&format!("legal.{i}.days"), duty.days, 1, 3650);
            let days = duty.days_security;
            faults.within(&format!("legal.{i}.days_security"), days, 0, 3650);
        }
        let metrics = &self.metrics;
        for (key, value, low, high) in [
            ("night_begins", metrics.night_begins, 0, 23),
            ("night_ends", metrics.night_ends, 0, 23),
            ("slo_levels", metrics.slo_levels, 0, 9),
            ("cadence_percent", metrics.cadence_percent, 1, 100),
        ] {
            faults.within(&format!("metrics.{key}"), value, low, high);
        }
        for (i, service) in self.services.iter().enumerate() {
            let path = format!("services.{i}.slo_minutes");
            faults.within(&path, service.slo_minutes, 0, 31 * DAY);
        }
        for (i, level) in self.levels.iter().enumerate() {
            for (key, value) in level.targets.each() {
                let path = format!("levels.{i}.targets.{key}");
                faults.within(&path, value, 0, 366 * DAY);
            }
        }
        for (key, value, low, high) in self.timers.ranges() {
            faults.within(&format!("timers.{key}"), value, low, high);
        }
    }

    /// An assessment's questions, and the days on which nobody is asked anything.
    fn check_learning(&self, faults: &mut Faults) {
        let questions = &self.assessment.questions;
        let ids = questions.iter().map(|question| question.id.as_str());
        faults.ids("assessment.questions", ids, 40);
        if questions.len() > QUESTIONS_MAX {
            faults.add(
                format!("assessment.questions.{QUESTIONS_MAX}.id"),
                both!(
                    "there are more than {QUESTIONS_MAX} questions",
                    "質問は {QUESTIONS_MAX} 個までです"
                ),
                None,
            );
        }
        for (i, question) in questions.iter().enumerate() {
            if question.name.is_empty() {
                let id = &question.id;
                faults.add(
                    format!("assessment.questions.{i}.name"),
                    both!(
                        "question `{id}` has no name",
                        "質問 `{id}` に名前がありません"
                    ),
                    None,
                );
            }
        }
        for (i, day) in self.calendar.holidays.iter().enumerate() {
            let parsed = day.parse::<chrono::NaiveDate>();
            if !parsed.is_ok_and(|parsed| parsed.to_string() == *day) {
                faults.add(
                    format!("calendar.holidays.{i}"),
                    both!("`{day}` is no day", "`{day}` は日付として読めません"),
                    Some(Text::same("2026-12-31")),
                );
            }
        }
    }

    fn check_people(&self, faults: &mut Faults) {
        if !self.user.is_empty() && !Naming::Person.fits(&self.user) {
            let (sentence, hint) = Naming::Person.complaint(&self.user);
            faults.add("user", sentence, Some(hint));
        }
        let (invite, broadcast) = (&self.invite, &self.broadcast);
        faults.each("invite.people", &invite.people, Naming::Person);
        faults.each("invite.groups", &invite.groups, Naming::Group);
        faults.each("invite.followers", &invite.followers, Naming::Person);
        faults.each(
            "invite.security_people",
            &invite.security_people,
            Naming::Person,
        );
        faults.each(
            "invite.security_groups",
            &invite.security_groups,
            Naming::Group,
        );
        faults.each("broadcast.outage", &broadcast.outage, Naming::Channel);
        faults.each("broadcast.security", &broadcast.security, Naming::Channel);
        faults.each("broadcast.drill", &broadcast.drill, Naming::Channel);
        let remind = &self.remind.channel;
        if !remind.is_empty() {
            faults.each(
                "remind.channel",
                std::slice::from_ref(remind),
                Naming::Channel,
            );
        }
        faults.each("close.closers", &self.close.closers, Naming::PersonOrGroup);
    }

    fn check_contacts(&self, faults: &mut Faults) {
        let known: HashSet<&str> = self.contacts.iter().map(|c| c.name.as_str()).collect();
        let mut met = HashSet::new();
        let exists = |faults: &mut Faults, path: String, names: &[String]| {
            for (i, name) in names.iter().enumerate() {
                if !known.contains(name.as_str()) {
                    faults.add(
                        format!("{path}.{i}"),
                        both!(
                            "there is no contact `{name}`",
                            "連絡先 `{name}` はありません"
                        ),
                        Some(Text::fixed(
                            "write the name of one of the [[contacts]]",
                            "[[contacts]] の name を書いてください",
                        )),
                    );
                }
            }
        };
        for (i, contact) in self.contacts.iter().enumerate() {
            let name = &contact.name;
            if name.trim().is_empty() {
                faults.add(
                    format!("contacts.{i}.name"),
                    Text::fixed("a contact has no name", "名前のない連絡先があります"),
                    None,
                );
            } else if !met.insert(name.as_str()) {
                faults.add(
                    format!("contacts.{i}.name"),
                    both!(
                        "the contact `{name}` is there twice",
                        "連絡先 `{name}` が重複しています"
                    ),
                    None,
                );
            }
            exists(faults, format!("contacts.{i}.deputies"), &contact.deputies);
        }
        for (i, service) in self.services.iter().enumerate() {
            exists(faults, format!("services.{i}.contacts"), &service.contacts);
        }
    }

    fn check_audiences(&self, faults: &mut Faults) {
        let ids = self.audiences.iter().map(|audience| audience.id.as_str());
        faults.ids("audiences", ids, 40);
        for (i, audience) in self.audiences.iter().enumerate() {
            let at = |key: &str| format!("audiences.{i}.{key}");
            if audience.name.is_empty() {
                let id = &audience.id;
                faults.add(
                    at("name"),
                    both!(
                        "audience `{id}` has no name",
                        "報告先 `{id}` に名前がありません"
                    ),
                    None,
                );
            }
            for (key, channels) in [
                ("channels", &audience.channels),
                ("security_channels", &audience.security_channels),
                ("drill_channels", &audience.drill_channels),
            ] {
                faults.each(&at(key), channels, Naming::Channel);
            }
            faults.within(&at("minutes"), audience.minutes, 0, 24 * 60);
            for (n, level) in audience.levels.iter().enumerate() {
                if self.level(level).is_none() {
                    faults.add(
                        format!("{}.{n}", at("levels")),
                        both!(
                            "there is no level `{level}`",
                            "レベル `{level}` はありません"
                        ),
                        Some(Text::fixed(
                            "write the id of one of the [[levels]]",
                            "[[levels]] の id を書いてください",
                        )),
                    );
                }
            }
            faults.blanks(&at("template"), &audience.template);
        }
        faults.blanks("notice.template", &self.notice.template);
        faults.link("manual.outage", &self.manual.outage);
        faults.link("manual.security", &self.manual.security);
        for (item, link) in &self.checklists.manuals {
            faults.link(&format!("checklists.manuals.{item}"), link);
        }
    }

    fn check_tables(&self, faults: &mut Faults) {
        faults.ids("services", self.services.iter().map(|s| s.id.as_str()), 40);
        for (i, service) in self.services.iter().enumerate() {
            let at = |key: &str| format!("services.{i}.{key}");
            faults.each(&at("groups"), &service.groups, Naming::Group);
            faults.each(&at("broadcast"), &service.broadcast, Naming::Channel);
        }
        self.check_audiences(faults);
        self.check_learning(faults);
        faults.ids(
            "temperatures",
            self.temperatures.iter().map(|t| t.id.as_str()),
            20,
        );
        faults.ids("levels", self.levels.iter().map(|l| l.id.as_str()), 12);
        if self.levels.len() > 9 {
            faults.add(
                "levels",
                Text::fixed("more than nine levels", "レベルが 9 個を超えています"),
                Some(Text::fixed(
                    "people choose a level by a number from 1️⃣ to 9️⃣",
                    "レベルは 1️⃣ から 9️⃣ のリアクションで選ばれます",
                )),
            );
        }
        for (i, level) in self.levels.iter().enumerate() {
            if level.name.is_empty() {
                let id = &level.id;
                faults.add(
                    format!("levels.{i}.name"),
                    both!(
                        "level `{id}` has no name",
                        "レベル `{id}` に名前がありません"
                    ),
                    None,
                );
            }
            let list = &level.checklist;
            if self.checklists.directory.is_empty() && !checklists::LISTS.contains(&list.as_str()) {
                let known = checklists::LISTS.join(", ");
                faults.add(
                    format!("levels.{i}.checklist"),
                    both!(
                        "there is no checklist `{list}`",
                        "チェックリスト `{list}` はありません"
                    ),
                    Some(both!(
                        "there are {known}; others need checklists.directory",
                        "選べるのは {known} です。他の名前には checklists.directory が要ります"
                    )),
                );
            }
            faults.within(
                &format!("levels.{i}.report_minutes"),
                level.report_minutes,
                0,
                24 * 60,
            );
            faults.link(&format!("levels.{i}.manual"), &level.manual);
            faults.each(
                &format!("levels.{i}.call"),
                &level.call,
                Naming::PersonOrGroup,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_fault() {
        assert_eq!(Config::default().faults(), Vec::new());
    }

    #[test]
    fn names_of_people_groups_and_channels() {
        assert!(Naming::Person.fits("@ito"));
        assert!(Naming::Person.fits("ito@example.com"));
        assert!(Naming::Person.fits("U012ABC"));
        assert!(!Naming::Person.fits("ito"));
        assert!(Naming::Group.fits("@shop-oncall"));
        assert!(!Naming::Group.fits("U012ABC"));
        assert!(Naming::Channel.fits("#障害_お知らせ"));
        assert!(!Naming::Channel.fits("#Outages"));
        assert!(!Naming::Channel.fits("outages"));
    }
}
