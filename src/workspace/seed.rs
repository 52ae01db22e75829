//! What a new workspace begins with, as TOML. Every table may be left out.
//!
//! ```toml
//! [team]
//! name = "みかづき商店"
//! domain = "mikazuki"            # permalinks are https://<domain>.slack.example/…
//! plan = "paid"                  # or "free"
//!
//! [policy]                       # any field of `model::Policy`
//! create_channels = "admins"
//!
//! [[app]]                        # a bot user of the same handle, with a bot token
//! name = "matoi"                 # the first app is the one whose token is handed out
//! scopes = ["chat:write"]        # instead of all but the extraordinary
//! joins_channels = true
//! messages_tab = true
//!
//! [[user]]                       # a person, with a user token
//! handle = "sato"
//! real_name = "佐藤 健一"
//! display_name = "佐藤"           # the real name when left out
//! email = "sato@mikazuki.example"
//! title = "SRE"
//! role = "owner"                 # owner, admin, member, guest, single_channel_guest
//! standing = "home"              # home, external, elsewhere, uninvitable
//! deleted = false
//!
//! [[group]]
//! handle = "shop"
//! name = "ショップ"
//! description = "…"
//! users = ["sato"]
//!
//! [[channel]]
//! name = "general"
//! kind = "public"                # or "private"
//! general = true
//! archived = false
//! topic = "…"
//! purpose = "…"
//! members = ["@everyone", "matoi"]   # handles; @everyone is every person who is neither guest nor gone
//! flags = ["read_only"]          # any of `model::Flag`
//! messages = [{ by = "sato", text = "…" }]
//!
//! [[token]]                      # one more, found by its name
//! name = "narrow"
//! as = "matoi"                   # an app's name or a person's handle
//! kind = "bot"                   # bot, user, app
//! app = "matoi"                  # for a person: the app it was issued to
//! scopes = ["chat:write"]
//! state = "live"                 # live, revoked, expired
//! org = false
//! ```
//!
//! Ids follow from handles and names, so that they are the same in every workspace made from one
//! seed; the secrets of tokens are random.

use super::methods::default_scopes;
use super::model::{
    App, Channel, ChannelKind, Flag, Group, Message, Micros, Plan, Policy, Role, SECOND, Standing,
    Team, Token, TokenKind, TokenState, Topic, User,
};
use super::state::{State, hashed_id};
use crate::both;
use crate::domain::problem::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The company of the default workspace.
pub const DEFAULT: &str = include_str!("../../assets/workspace/seed.toml");

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    pub team: SeedTeam,
    pub policy: Policy,
    pub app: Vec<SeedApp>,
    pub user: Vec<SeedUser>,
    pub group: Vec<SeedGroup>,
    pub channel: Vec<SeedChannel>,
    pub token: Vec<SeedToken>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedTeam {
    pub name: String,
    pub domain: String,
    pub plan: Plan,
}

impl Default for SeedTeam {
    fn default() -> SeedTeam {
        SeedTeam {
            name: "matoi".to_owned(),
            domain: "matoi".to_owned(),
            plan: Plan::Paid,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedApp {
    pub name: String,
    #[serde(default)]
    pub scopes: Option<BTreeSet<String>>,
    #[serde(default = "yes")]
    pub joins_channels: bool,
    #[serde(default = "yes")]
    pub messages_tab: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedUser {
    pub handle: String,
    pub real_name: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub role: Role,
    #[serde(default)]
    pub standing: Standing,
    #[serde(default)]
    pub deleted: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedGroup {
    pub handle: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedChannel {
    pub name: String,
    #[serde(default)]
    pub kind: SeedKind,
    #[serde(default)]
    pub general: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub topic: String,
    #[serde(default)]
    pub purpose: String,
    #[serde(default)]
    pub members: Vec<String>,
    #[serde(default)]
    pub flags: BTreeSet<Flag>,
    #[serde(default)]
    pub messages: Vec<SeedMessage>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedKind {
    #[default]
    Public,
    Private,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMessage {
    pub by: String,
    pub text: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedToken {
    pub name: String,
    #[serde(rename = "as")]
    pub owner: String,
    pub kind: TokenKind,
    #[serde(default)]
    pub app: Option<String>,
    #[serde(default)]
    pub scopes: Option<BTreeSet<String>>,
    #[serde(default)]
    pub state: TokenState,
    #[serde(default)]
    pub org: bool,
}

impl Seed {
    pub fn parse(text: &str) -> Result<Seed, Problem> {
        toml::from_str(text).map_err(|error| {
            Problem::usage(both!(
                "the seed of the workspace cannot be read: {error}",
                "ワークスペースの初期データを読み込めません: {error}"
            ))
        })
    }

    /// The state it describes, at `now`.
    pub fn plant(&self, now: Micros, rng: &mut fastrand::Rng) -> Result<State, Problem> {
        let domain = &self.team.domain;
        let team = Team {
            id: hashed_id("T", domain),
            name: self.team.name.clone(),
            domain: domain.clone(),
            url: format!("https://{domain}.slack.example/"),
            email_domain: format!("{domain}.example"),
            plan: self.team.plan,
        };
        let mut planter = Planter {
            names: BTreeMap::new(),
            apps: BTreeMap::new(),
            everyone: Vec::new(),
            state: State::new(team, self.policy.clone()),
            now,
            rng,
        };
        for app in &self.app {
            planter.app(app);
        }
        for user in &self.user {
            planter.user(user);
        }
        for group in &self.group {
            planter.group(group)?;
        }
        for channel in &self.channel {
            planter.channel(channel)?;
        }
        for token in &self.token {
            planter.token(token)?;
        }
        Ok(planter.state)
    }
}

struct Planter<'a> {
    state: State,
    /// Handles of people and apps to user ids.
    names: BTreeMap<String, String>,
    apps: BTreeMap<String, String>,
    everyone: Vec<String>,
    now: Micros,
    rng: &'a mut fastrand::Rng,
}

impl Planter<'_> {
    fn secret(&mut self, kind: TokenKind) -> String {
        let prefix = match kind {
            TokenKind::Bot => "xoxb",
            TokenKind::User => "xoxp",
            TokenKind::App => "xapp",
        };
        let number = self.rng.u64(100_000_000_000..1_000_000_000_000);
        let tail: String = (0..32).map(|_| self.rng.alphanumeric()).collect();
        format!("{prefix}-{number}-{tail}")
    }

    fn issue(&mut self, name: String, kind: TokenKind, user: String, app: Option<String>) -> Token {
        Token {
            secret: self.secret(kind),
            name,
            kind,
            user,
            app,
            scopes: default_scopes(kind),
            state: TokenState::Live,
            org: false,
        }
    }

    fn app(&mut self, seed: &SeedApp) {
        let user = hashed_id("U", &seed.name);
        let app = hashed_id("A", &seed.name);
        let secs = self.now / SECOND;
        self.state.put_app(App {
            id: app.clone(),
            name: seed.name.clone(),
            bot_id: hashed_id("B", &seed.name),
            bot_user: user.clone(),
            joins_channels: seed.joins_channels,
            messages_tab: seed.messages_tab,
            updated: secs,
        });
        self.state.put_user(User {
            id: user.clone(),
            handle: seed.name.clone(),
            real_name: seed.name.clone(),
            display_name: String::new(),
            email: String::new(),
            title: String::new(),
            role: Role::Member,
            standing: Standing::Home,
            deleted: false,
            app: Some(app.clone()),
            updated: secs,
        });
        let mut token = self.issue(
            seed.name.clone(),
            TokenKind::Bot,
            user.clone(),
            Some(app.clone()),
        );
        if let Some(scopes) = &seed.scopes {
            token.scopes = scopes.clone();
        }
        self.state.put_token(token);
        self.names.insert(seed.name.clone(), user);
        self.apps.insert(seed.name.clone(), app);
    }

    fn user(&mut self, seed: &SeedUser) {
        let id = hashed_id("U", &seed.handle);
        let email = format!("{}@{}", seed.handle, self.state.team.email_domain);
        self.state.put_user(User {
            id: id.clone(),
            handle: seed.handle.clone(),
            real_name: seed.real_name.clone(),
            display_name: seed
                .display_name
                .clone()
                .unwrap_or_else(|| seed.real_name.clone()),
            email: seed.email.clone().unwrap_or(email),
            title: seed.title.clone(),
            role: seed.role,
            standing: seed.standing,
            deleted: seed.deleted,
            app: None,
            updated: self.now / SECOND,
        });
        let token = self.issue(seed.handle.clone(), TokenKind::User, id.clone(), None);
        self.state.put_token(token);
        if !seed.deleted && !seed.role.is_guest() && seed.standing == Standing::Home {
            self.everyone.push(id.clone());
        }
        self.names.insert(seed.handle.clone(), id);
    }

    fn find(&self, handle: &str) -> Result<String, Problem> {
        self.names.get(handle).cloned().ok_or_else(|| {
            Problem::usage(both!(
                "the seed of the workspace names {handle}, whom it does not define",
                "ワークスペースの初期データに未定義の {handle} があります"
            ))
        })
    }

    fn group(&mut self, seed: &SeedGroup) -> Result<(), Problem> {
        let users = seed
            .users
            .iter()
            .map(|handle| self.find(handle))
            .collect::<Result<Vec<_>, _>>()?;
        self.state.put_group(Group {
            id: hashed_id("S", &seed.handle),
            handle: seed.handle.clone(),
            name: seed.name.clone(),
            description: seed.description.clone(),
            created_by: users.first().cloned().unwrap_or_default(),
            users,
            created: self.now / SECOND,
            disabled: 0,
        });
        Ok(())
    }

    fn channel(&mut self, seed: &SeedChannel) -> Result<(), Problem> {
        let mut members = BTreeSet::new();
        let mut creator = None;
        for handle in &seed.members {
            let ids = match handle.as_str() {
                "@everyone" => self.everyone.clone(),
                handle => vec![self.find(handle)?],
            };
            creator = creator.or_else(|| ids.first().cloned());
            members.extend(ids);
        }
        let creator = creator.unwrap_or_else(|| "USLACKBOT".to_owned());
        let about = |value: &str| Topic {
            value: value.to_owned(),
            creator: match value {
                "" => String::new(),
                _ => creator.clone(),
            },
            last_set: match value {
                "" => 0,
                _ => self.now / SECOND,
            },
        };
        let id = hashed_id("C", &seed.name);
        let channel = Channel {
            id: id.clone(),
            name: seed.name.clone(),
            kind: match seed.kind {
                SeedKind::Public => ChannelKind::Public,
                SeedKind::Private => ChannelKind::Private,
            },
            created: self.now,
            updated: self.now,
            archived: seed.archived,
            general: seed.general,
            topic: about(&seed.topic),
            purpose: about(&seed.purpose),
            previous_names: Vec::new(),
            members,
            pins: Vec::new(),
            bookmarks: Vec::new(),
            flags: seed.flags.clone(),
            last_ts: 0,
            creator,
        };
        self.state.put_channel(channel);
        for message in &seed.messages {
            let user = self.find(&message.by)?;
            let app = self.apps.get(&message.by).cloned();
            let message = Message {
                user: Some(user.clone()),
                author: user,
                app,
                text: super::text::escape(&message.text),
                ..Message::default()
            };
            self.state.append(&id, message, self.now);
        }
        Ok(())
    }

    fn token(&mut self, seed: &SeedToken) -> Result<(), Problem> {
        let user = self.find(&seed.owner)?;
        let issuer = match seed.kind {
            TokenKind::User => seed.app.as_ref(),
            TokenKind::Bot | TokenKind::App => Some(seed.app.as_ref().unwrap_or(&seed.owner)),
        };
        let app = match issuer {
            None => None,
            Some(name) => {
                self.find(name)?;
                self.apps.get(name).cloned()
            }
        };
        let token = self.issue(seed.name.clone(), seed.kind, user, app);
        self.state.put_token(Token {
            scopes: seed.scopes.clone().unwrap_or(token.scopes),
            state: seed.state,
            org: seed.org,
            ..token
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(text: &str) -> Result<State, Problem> {
        Seed::parse(text)?.plant(1_700_000_000 * SECOND, &mut fastrand::Rng::with_seed(1))
    }

    #[test]
    fn the_default_company_is_whole() {
        let state = planted(DEFAULT).expect("the shipped seed is valid");
        let people = state.users().filter(|user| user.app.is_none()).count();
        assert_eq!(people, 12);
        for group in ["shop", "payments", "search", "infra", "oncall"] {
            assert!(state.groups().any(|g| g.handle == group), "{group}");
        }
        let exec = state.channel_named("exec").expect("it is there");
        assert_eq!(exec.channel.kind, ChannelKind::Private);
        let general = state.channel_named("general").expect("it is there");
        assert_eq!(general.channel.members.len(), 13);
        assert_eq!(state.tokens().count(), 14);
    }

    #[test]
    fn a_mistake_is_named() {
        for (seed, word) in [
            (
                "[[channel]]\nname = \"x\"\nmembers = [\"nobody\"]",
                "nobody",
            ),
            ("[team]\ncolour = 1", "colour"),
            ("[[channel]]\nname = \"x\"\nflags = [\"shiny\"]", "shiny"),
        ] {
            let problem = planted(seed).expect_err("it is wrong");
            assert!(problem.to_string().contains(word), "{problem}");
        }
    }
}
