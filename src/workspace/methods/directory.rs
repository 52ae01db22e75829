//! People and user groups.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::{Plan, SECOND, User};
use super::super::pages::{self, PageSize};
use super::super::state::Call;
use super::super::view;
use serde_json::{Value, json};

fn shown(call: &Call<'_>, user: &User) -> Value {
    Value::Object(view::user(
        call.state,
        user,
        call.has_scope("users:read.email"),
        call.args.flag("include_locale"),
    ))
}

/// The whole directory, deactivated people and bots included.
pub fn list(call: &mut Call<'_>) -> Reply {
    let size = PageSize {
        default: usize::MAX,
        most: 1000,
        strict: false,
    }
    .read(call.args)?;
    if size == usize::MAX && call.state.policy.large_directory {
        return refuse("limit_required");
    }
    let size = call.state.quirks.page_max.unwrap_or(size).min(size);
    let from = pages::read_cursor(call.args, "user")?;
    let users = call
        .state
        .users()
        .map(|user| (user.id.clone(), user))
        .collect();
    let (page, next) = pages::slice(users, from.as_deref(), size);
    let members: Vec<Value> = page.into_iter().map(|user| shown(call, user)).collect();
    let mut reply = fields(json!({ "members": members, "cache_ts": call.now / SECOND }));
    pages::put_cursor(&mut reply, next.map(|id| pages::cursor("user", &id)));
    Ok(reply)
}

pub fn info(call: &mut Call<'_>) -> Reply {
    let id = call.args.text_or_empty("user")?;
    if id.contains(',') {
        return refuse("too_many_users");
    }
    let Some(user) = call.state.user(&id) else {
        return refuse("user_not_found");
    };
    if call.is_guest() && id != call.user() {
        let meets = call
            .state
            .channels()
            .any(|room| room.has(&id) && room.has(call.user()));
        if !meets {
            return refuse("user_not_visible");
        }
    }
    Ok(fields(json!({ "user": shown(call, user) })))
}

pub fn by_email(call: &mut Call<'_>) -> Reply {
    if call.token.org {
        return refuse("enterprise_is_restricted");
    }
    let email = call.args.text_or_empty("email")?;
    let found = call
        .state
        .users()
        .find(|user| !user.deleted && user.app.is_none() && user.email.eq_ignore_ascii_case(&email))
        .ok_or_else(|| Refusal::new("users_not_found"))?;
    Ok(fields(json!({ "user": shown(call, found) })))
}

fn check_plan(call: &Call<'_>) -> Result<(), Refusal> {
    match call.state.team.plan {
        Plan::Paid => Ok(()),
        Plan::Free => refuse("plan_upgrade_required"),
    }
}

pub fn groups(call: &mut Call<'_>) -> Reply {
    check_plan(call)?;
    let team = call.args.text_or_empty("team_id")?;
    if !team.is_empty() && team != call.state.team.id {
        return refuse("invalid_team");
    }
    pages::read_cursor(call.args, "group")?;
    let users = call.args.flag("include_users");
    let count = call.args.flag("include_count");
    let disabled = call.args.flag("include_disabled");
    let shown: Vec<Value> = call
        .state
        .groups()
        .filter(|group| disabled || group.disabled == 0)
        .map(|group| view::group(call.state, group, users, count))
        .collect();
    Ok(fields(json!({ "usergroups": shown })))
}

pub fn group_users(call: &mut Call<'_>) -> Reply {
    check_plan(call)?;
    pages::read_cursor(call.args, "group")?;
    let id = call.args.text_or_empty("usergroup")?;
    let disabled = call.args.flag("include_disabled");
    call.state
        .group(&id)
        .filter(|group| disabled || group.disabled == 0)
        .map(|group| fields(json!({ "users": group.users })))
        .ok_or_else(|| Refusal::new("no_such_subteam"))
}
