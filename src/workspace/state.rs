//! The whole workspace in memory, and the one door to it: [`State::call`]. Time and the switches
//! of a fault come in from outside, so that a simulator can use it without a socket or a clock.

use super::answer::{Answer, Refusal, Reply, refuse};
use super::args::Args;
use super::methods;
use super::model::{
    App, Channel, ChannelKind, Flag, Group, Message, Micros, Policy, SECOND, Team, Token,
    TokenKind, TokenState, User,
};
use crate::domain::ids::SlackTs;
use crate::wire::methods::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A channel with its messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    pub channel: Channel,
    pub messages: BTreeMap<SlackTs, Message>,
    /// Parent to replies; an index over `messages`.
    pub threads: BTreeMap<SlackTs, BTreeSet<SlackTs>>,
}

impl Room {
    pub fn new(channel: Channel) -> Room {
        Room {
            channel,
            messages: BTreeMap::new(),
            threads: BTreeMap::new(),
        }
    }

    pub fn insert(&mut self, ts: SlackTs, message: Message) {
        if let Some(parent) = &message.thread {
            self.threads
                .entry(parent.clone())
                .or_default()
                .insert(ts.clone());
        }
        self.messages.insert(ts, message);
    }

    pub fn remove(&mut self, ts: &SlackTs) -> Option<Message> {
        let message = self.messages.remove(ts)?;
        if let Some(parent) = &message.thread
            && let Some(replies) = self.threads.get_mut(parent)
        {
            replies.remove(ts);
            if replies.is_empty() {
                self.threads.remove(parent);
            }
        }
        Some(message)
    }

    pub fn has(&self, user: &str) -> bool {
        self.channel.members.contains(user)
    }
}

/// What a fault makes different about reading and creating, for one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quirks {
    /// Messages committed less than this ago are not read yet.
    pub lag: Micros,
    /// A page with `oldest` alone is the one nearest to it.
    pub oldest_page_first: bool,
    /// There is always one more page.
    pub endless: bool,
    /// At most this many items a page, however many were asked for; 0 gives empty pages.
    pub page_max: Option<usize>,
    /// Pages of replies after the first repeat the parent.
    pub repeat_parent: bool,
    /// A channel created less than this ago does not take its name yet.
    pub create_race: Micros,
    /// The clamp of apps outside the Marketplace: 15 items at most, and by default.
    pub clamp: bool,
}

/// One stored row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Meta,
    User(String),
    App(String),
    Group(String),
    Token(String),
    Channel(String),
    Message(String, SlackTs),
}

#[derive(Clone, Debug)]
pub struct State {
    pub team: Team,
    pub policy: Policy,
    users: BTreeMap<String, User>,
    apps: BTreeMap<String, App>,
    groups: BTreeMap<String, Group>,
    tokens: BTreeMap<String, Token>,
    rooms: BTreeMap<String, Room>,
    /// Ids made so far; they are hashes of it, so that the same calls make the same ids.
    pub made: u64,
    /// Posts so far, for a team-wide limit.
    pub posts: u64,
    pub quirks: Quirks,
    changed: BTreeSet<Key>,
}

/// One authenticated call.
pub struct Call<'a> {
    pub state: &'a mut State,
    pub token: Token,
    pub args: &'a Args,
    pub now: Micros,
    /// Warnings to add to the answer.
    pub warnings: Vec<&'static str>,
}

impl State {
    pub fn new(team: Team, policy: Policy) -> State {
        State {
            team,
            policy,
            users: BTreeMap::new(),
            apps: BTreeMap::new(),
            groups: BTreeMap::new(),
            tokens: BTreeMap::new(),
            rooms: BTreeMap::new(),
            made: 0,
            posts: 0,
            quirks: Quirks::default(),
            changed: BTreeSet::from([Key::Meta]),
        }
    }

    /// Answers one call as Slack would, in Slack's order: the method, the token, its kind, its
    /// scopes, then the arguments. `token` is the secret as sent; limits are not looked at here.
    pub fn call(&mut self, token: Option<&str>, method: &str, args: &Args, now: Micros) -> Answer {
        let row = match self.admit(token, method) {
            Ok(row) => row,
            Err(answer) => return *answer,
        };
        let caller = token.and_then(|secret| self.token(secret)).cloned();
        let (reply, warnings) = match &caller {
            None => (methods::without_token(row.name, args), Vec::new()),
            Some(caller) => {
                let mut call = Call {
                    state: self,
                    token: caller.clone(),
                    args,
                    now,
                    warnings: Vec::new(),
                };
                let reply = check_scopes(caller, row)
                    .and_then(|()| call.check_arguments(row))
                    .and_then(|()| methods::dispatch(row.name, &mut call));
                (reply, call.warnings)
            }
        };
        let mut answer = Answer::from_reply(reply);
        for warning in warnings {
            answer.warn(warning);
        }
        if let Some(caller) = &caller {
            answer.scopes = Some(joined(&caller.scopes));
            answer.accepted = Some(scopes_of(caller, row).join(","));
        }
        answer
    }

    /// Whether a method exists and the token may knock at all: what comes before limits.
    pub fn admit(&self, token: Option<&str>, method: &str) -> Result<&'static Method, Box<Answer>> {
        let refused = |code: &'static str| Err(Box::new(Answer::refusal(code)));
        let Some(row) = crate::wire::methods::find(method) else {
            return Err(Box::new(Answer::from_reply(Err(Refusal::new(
                "unknown_method",
            )
            .with("req_method", json!(method))))));
        };
        let Some(secret) = token.filter(|secret| !secret.is_empty()) else {
            return match row.name {
                "api.test" => Ok(row),
                _ => refused("not_authed"),
            };
        };
        let Some(token) = self.token(secret) else {
            return refused("invalid_auth");
        };
        match token.state {
            TokenState::Revoked => return refused("token_revoked"),
            TokenState::Expired => return refused("token_expired"),
            TokenState::Live => {}
        }
        if token.kind == TokenKind::App {
            return refused("not_allowed_token_type");
        }
        if self.user(&token.user).is_none_or(|user| user.deleted) {
            return refused("account_inactive");
        }
        Ok(row)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id)
    }

    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub fn app(&self, id: &str) -> Option<&App> {
        self.apps.get(id)
    }

    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.apps.values()
    }

    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.get(id)
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    pub fn token(&self, secret: &str) -> Option<&Token> {
        self.tokens.get(secret)
    }

    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.values()
    }

    pub fn channel(&self, id: &str) -> Option<&Room> {
        self.rooms.get(id)
    }

    pub fn channels(&self) -> impl Iterator<Item = &Room> {
        self.rooms.values()
    }

    /// By name; of two with one name the elder.
    pub fn channel_named(&self, name: &str) -> Option<&Room> {
        self.rooms
            .values()
            .filter(|room| !room.channel.kind.is_direct() && room.channel.name == name)
            .min_by_key(|room| room.channel.created)
    }

    pub fn put_user(&mut self, user: User) {
        self.changed.insert(Key::User(user.id.clone()));
        self.users.insert(user.id.clone(), user);
    }

    pub fn put_app(&mut self, app: App) {
        self.changed.insert(Key::App(app.id.clone()));
        self.apps.insert(app.id.clone(), app);
    }

    pub fn put_group(&mut self, group: Group) {
        self.changed.insert(Key::Group(group.id.clone()));
        self.groups.insert(group.id.clone(), group);
    }

    pub fn put_token(&mut self, token: Token) {
        self.changed.insert(Key::Token(token.secret.clone()));
        self.tokens.insert(token.secret.clone(), token);
    }

    pub fn put_channel(&mut self, channel: Channel) {
        self.changed.insert(Key::Channel(channel.id.clone()));
        match self.rooms.get_mut(&channel.id) {
            Some(room) => room.channel = channel,
            None => {
                self.rooms.insert(channel.id.clone(), Room::new(channel));
            }
        }
    }

    pub fn put_message(&mut self, channel: &str, ts: SlackTs, message: Message) {
        if let Some(room) = self.rooms.get_mut(channel) {
            self.changed
                .insert(Key::Message(channel.to_owned(), ts.clone()));
            room.insert(ts, message);
        }
    }

    /// Changes a channel's settings. `None` when there is no such channel.
    pub fn edit_channel<R>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Channel) -> R,
    ) -> Option<R> {
        let room = self.rooms.get_mut(id)?;
        self.changed.insert(Key::Channel(id.to_owned()));
        Some(change(&mut room.channel))
    }

    /// Changes a message. `None` when there is no such message.
    pub fn edit_message<R>(
        &mut self,
        channel: &str,
        ts: &SlackTs,
        change: impl FnOnce(&mut Message) -> R,
    ) -> Option<R> {
        let message = self.rooms.get_mut(channel)?.messages.get_mut(ts)?;
        self.changed
            .insert(Key::Message(channel.to_owned(), ts.clone()));
        Some(change(message))
    }

    pub fn edit_user<R>(&mut self, id: &str, change: impl FnOnce(&mut User) -> R) -> Option<R> {
        let user = self.users.get_mut(id)?;
        self.changed.insert(Key::User(id.to_owned()));
        Some(change(user))
    }

    pub fn edit_app<R>(&mut self, id: &str, change: impl FnOnce(&mut App) -> R) -> Option<R> {
        let app = self.apps.get_mut(id)?;
        self.changed.insert(Key::App(id.to_owned()));
        Some(change(app))
    }

    pub fn edit_token<R>(
        &mut self,
        secret: &str,
        change: impl FnOnce(&mut Token) -> R,
    ) -> Option<R> {
        let token = self.tokens.get_mut(secret)?;
        self.changed.insert(Key::Token(secret.to_owned()));
        Some(change(token))
    }

    /// Changes what is neither a channel nor a person: team, policy.
    pub fn edit_team<R>(&mut self, change: impl FnOnce(&mut Team, &mut Policy) -> R) -> R {
        self.changed.insert(Key::Meta);
        change(&mut self.team, &mut self.policy)
    }

    pub fn remove_message(&mut self, channel: &str, ts: &SlackTs) -> Option<Message> {
        let message = self.rooms.get_mut(channel)?.remove(ts)?;
        self.changed
            .insert(Key::Message(channel.to_owned(), ts.clone()));
        Some(message)
    }

    /// Adds a message at the next timestamp of its channel: the time, or one microsecond past the
    /// newest there has ever been when the clock is behind it.
    pub fn append(&mut self, channel: &str, mut message: Message, now: Micros) -> Option<SlackTs> {
        let room = self.rooms.get_mut(channel)?;
        let at = now.max(room.channel.last_ts + 1);
        let ts = SlackTs::from_micros(at)?;
        room.channel.last_ts = at;
        message.ts = Some(ts.clone());
        message.committed = now;
        room.insert(ts.clone(), message);
        self.changed.insert(Key::Channel(channel.to_owned()));
        self.changed
            .insert(Key::Message(channel.to_owned(), ts.clone()));
        Some(ts)
    }

    /// A new id such as `C0…`: the prefix and ten letters and digits.
    pub fn make_id(&mut self, prefix: &str) -> String {
        self.made += 1;
        self.changed.insert(Key::Meta);
        hashed_id(prefix, &format!("{}/{}", self.team.id, self.made))
    }

    pub fn count_post(&mut self) {
        self.posts += 1;
        self.changed.insert(Key::Meta);
    }

    /// What changed since the last time, for the store.
    pub fn take_changes(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.changed)
    }
}

/// The prefix and ten letters and digits that follow from `name` alone.
pub fn hashed_id(prefix: &str, name: &str) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let hash = Sha256::digest(format!("{prefix}/{name}").as_bytes());
    let mut id = prefix.to_owned();
    id.extend(
        hash.iter()
            .take(10)
            .map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()] as char),
    );
    id
}

pub fn joined(scopes: &BTreeSet<String>) -> String {
    scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(",")
}

fn scopes_of(token: &Token, row: &Method) -> &'static [&'static str] {
    match token.kind {
        TokenKind::Bot => row.bot_scopes,
        TokenKind::User | TokenKind::App => row.user_scopes,
    }
}

fn missing_scope(token: &Token, needed: &str) -> Refusal {
    Refusal::new("missing_scope")
        .with("needed", json!(needed))
        .with("provided", json!(joined(&token.scopes)))
}

fn check_scopes(token: &Token, row: &Method) -> Result<(), Refusal> {
    let any = scopes_of(token, row);
    if any.is_empty() || any.iter().any(|scope| token.scopes.contains(*scope)) {
        Ok(())
    } else {
        Err(missing_scope(token, &any.join(",")))
    }
}

impl Call<'_> {
    pub fn user(&self) -> &str {
        &self.token.user
    }

    pub fn is_bot(&self) -> bool {
        self.token.kind == TokenKind::Bot
    }

    pub fn is_admin(&self) -> bool {
        self.state
            .user(&self.token.user)
            .is_some_and(|user| user.role.is_admin())
    }

    pub fn is_guest(&self) -> bool {
        self.state
            .user(&self.token.user)
            .is_some_and(|user| user.role.is_guest())
    }

    pub fn has_scope(&self, scope: &str) -> bool {
        self.token.scopes.contains(scope)
    }

    /// The scope itself, whatever else is granted.
    pub fn require_scope(&self, scope: &str) -> Result<(), Refusal> {
        if self.has_scope(scope) {
            Ok(())
        } else {
            Err(missing_scope(&self.token, scope))
        }
    }

    /// Of the method's scopes one for this kind of conversation.
    pub fn require_scope_for(&self, method: &str, kind: ChannelKind) -> Result<(), Refusal> {
        let Some(row) = crate::wire::methods::find(method) else {
            return Ok(());
        };
        let mut fitting = scopes_of(&self.token, row)
            .iter()
            .filter(|scope| scope.starts_with(kind.scope_prefix()));
        if fitting.clone().any(|scope| self.has_scope(scope)) {
            return Ok(());
        }
        match fitting.next() {
            Some(needed) => Err(missing_scope(&self.token, needed)),
            None => Ok(()),
        }
    }

    /// The conversation if the caller may know of it: a private one only as a member.
    pub fn visible(&self, id: &str) -> Result<&Room, Refusal> {
        let Some(room) = self.state.channel(id) else {
            return refuse("channel_not_found");
        };
        let open = room.channel.kind == ChannelKind::Public && !self.is_outside(room);
        if open || room.has(&self.token.user) {
            Ok(room)
        } else {
            refuse("channel_not_found")
        }
    }

    /// Guests see only what they are in.
    fn is_outside(&self, room: &Room) -> bool {
        self.is_guest() && !room.has(&self.token.user)
    }

    /// The `channel` argument, visible.
    pub fn channel(&self) -> Result<&Room, Refusal> {
        let id = self.args.text_or_empty("channel")?;
        self.visible(&id)
    }

    /// The `channel` argument, visible, and the token's scopes enough for its kind.
    pub fn scoped_channel(&self, method: &str) -> Result<&Room, Refusal> {
        let room = self.channel()?;
        self.require_scope_for(method, room.channel.kind)?;
        if room.channel.is(Flag::LimitedAccess) && !room.has(self.user()) {
            return refuse("channel_is_limited_access");
        }
        Ok(room)
    }

    /// Whole seconds, as most fields of objects count.
    pub fn secs(&self) -> i64 {
        self.now.div_euclid(SECOND)
    }

    pub fn append(&mut self, channel: &str, message: Message) -> Result<SlackTs, Refusal> {
        self.state
            .append(channel, message, self.now)
            .ok_or_else(|| Refusal::new("internal_error"))
    }

    /// A line the workspace itself writes about a channel.
    pub fn announce(
        &mut self,
        channel: &str,
        subtype: &str,
        user: &str,
        text: String,
        extra: Value,
    ) -> Result<SlackTs, Refusal> {
        let message = Message {
            user: Some(user.to_owned()),
            author: user.to_owned(),
            subtype: Some(subtype.to_owned()),
            text,
            extra: super::answer::fields(extra),
            ..Message::default()
        };
        self.append(channel, message)
    }

    fn check_arguments(&self, row: &Method) -> Result<(), Refusal> {
        if self.token.org && methods::wants_team(row.name) {
            match self.args.text("team_id")? {
                None => return refuse("missing_argument"),
                Some(team) if team != self.state.team.id => {
                    return refuse("team_access_not_granted");
                }
                Some(_) => {}
            }
        }
        for name in row.required {
            if !self.args.has(name) {
                return Err(match methods::code_when_missing(row.name, name) {
                    Some(code) => Refusal::new(code),
                    None => Refusal::missing_field(name),
                });
            }
        }
        Ok(())
    }
}

/// `Ok` with nothing but `ok`.
pub fn done() -> Reply {
    Ok(serde_json::Map::new())
}
