//! Tickets, users, tokens, second factors and rights.

use super::{flag, record};
use crate::access::{Session, User};
use crate::call::{Call, Refused};
use serde_json::{Value, json};

type Answered = Result<Value, Refused>;

/// A ticket lasts two hours.
const LASTS: i64 = 7200;

pub(crate) fn ticket(call: &mut Call<'_>) -> Answered {
    let denied = || Refused::new(401, "authentication failure");
    let name = match (call.arg("username"), call.args.get("realm")) {
        (name, Some(realm)) if !name.contains('@') => format!("{name}@{realm}"),
        (name, _) => name.to_owned(),
    };
    let user = call
        .state
        .access
        .users
        .get(&name)
        .filter(|u| u.enabled)
        .ok_or_else(denied)?;
    if user.password.as_deref() != Some(call.arg("password")) {
        return Err(denied());
    }
    let factors = user.tfa.iter().any(|t| t.enabled);
    if factors && !call.args.contains_key("otp") {
        // The product answers with a challenge in place of a ticket.
        return Ok(
            json!({"username": name, "ticket": format!("PVE:!tfa!{name}:"), "NeedTFA": 1, "CSRFPreventionToken": ""}),
        );
    }
    let state = &mut *call.state;
    state.access.logins += 1;
    let ticket = format!("PVE:{name}:{:08X}::{:016x}", state.now, state.access.logins);
    let csrf = format!(
        "{:08X}:{:016x}",
        state.now,
        state.access.logins.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    );
    let session = Session {
        user: name.clone(),
        csrf: csrf.clone(),
        until: state.now + LASTS,
    };
    state.access.sessions.insert(ticket.clone(), session);
    Ok(record([
        ("username", json!(name)),
        ("ticket", json!(ticket)),
        ("CSRFPreventionToken", json!(csrf)),
        ("clustername", json!(state.cluster)),
    ]))
}

pub(crate) fn permissions(call: &mut Call<'_>) -> Answered {
    let about = call
        .args
        .get("userid")
        .cloned()
        .unwrap_or_else(|| call.who.clone());
    let own = about == call.who || about.strip_prefix(&format!("{}!", call.who)).is_some();
    if !own && !call.may("/access", &["Sys.Audit"]) {
        return Err(Refused::new(
            403,
            "Permission check failed (/access, Sys.Audit)",
        ));
    }
    let only = call.args.get("path").map(String::as_str);
    let dump = call.state.dump(&about, only).into_iter();
    let row = |has: std::collections::BTreeMap<String, bool>| -> Value {
        Value::Object(has.into_iter().map(|(p, below)| (p, flag(below))).collect())
    };
    Ok(Value::Object(
        dump.map(|(path, has)| (path, row(has))).collect(),
    ))
}

/// Users that who asks may see; always himself.
fn seen<'a>(call: &'a Call<'_>) -> Vec<(&'a String, &'a User)> {
    let all = call.may("/access/groups", &["User.Modify", "Sys.Audit"]);
    let own = call.who.split('!').next().unwrap_or_default();
    let users = call.state.access.users.iter();
    let in_group = |user: &User| {
        user.groups.iter().any(|g| {
            call.may(
                &format!("/access/groups/{g}"),
                &["User.Modify", "Sys.Audit"],
            )
        })
    };
    users
        .filter(|(name, user)| all || *name == own || in_group(user))
        .collect()
}

fn token_rows(user: &User) -> Value {
    let row = |(name, token): (&String, &crate::access::Token)| json!({"tokenid": name, "privsep": flag(token.separated), "expire": token.expires});
    user.tokens.iter().map(row).collect()
}

pub(crate) fn users(call: &mut Call<'_>) -> Answered {
    let full = call.flag("full");
    let row = |(name, user): (&String, &User)| {
        let groups: Vec<&str> = user.groups.iter().map(String::as_str).collect();
        let realm = name.rsplit('@').next().unwrap_or_default();
        record([
            ("userid", json!(name)),
            ("enable", flag(user.enabled)),
            ("expire", json!(user.expires)),
            ("realm-type", json!(realm)),
            (
                "groups",
                if full {
                    json!(groups.join(","))
                } else {
                    Value::Null
                },
            ),
            (
                "tokens",
                if full && !user.tokens.is_empty() {
                    token_rows(user)
                } else {
                    Value::Null
                },
            ),
        ])
    };
    Ok(seen(call).into_iter().map(row).collect())
}

pub(crate) fn tokens(call: &mut Call<'_>) -> Answered {
    let name = call.arg("userid");
    let own = call.who.split('!').next() == Some(name);
    let found = call.state.access.users.get(name);
    match found.filter(|_| own || call.may("/access/groups", &["User.Modify"])) {
        Some(user) => Ok(token_rows(user)),
        None => Err(Refused::new(403, "Permission check failed")),
    }
}

pub(crate) fn tfa(call: &mut Call<'_>) -> Answered {
    let users = seen(call)
        .into_iter()
        .filter(|(_, user)| !user.tfa.is_empty());
    let row = |(name, user): (&String, &User)| {
        let entries = user.tfa.iter().map(|t| json!({"id": t.id, "type": t.kind, "enable": flag(t.enabled), "description": "", "created": 1_790_000_000}));
        json!({"userid": name, "entries": entries.collect::<Vec<_>>()})
    };
    Ok(users.map(row).collect())
}

pub(crate) fn acl(call: &mut Call<'_>) -> Answered {
    let audit = call.may("/access", &["Sys.Audit"]);
    let all = call
        .state
        .access
        .acl
        .iter()
        .filter(|a| audit || call.may(&a.path, &["Permissions.Modify"]));
    Ok(all
        .map(|a| json!({"path": a.path, "type": a.whose.word(), "ugid": a.who, "roleid": a.role, "propagate": flag(a.propagate)}))
        .collect())
}

pub(crate) fn roles(call: &mut Call<'_>) -> Answered {
    let row = |(name, privileges): (&String, &std::collections::BTreeSet<String>)| {
        let privileges: Vec<&str> = privileges.iter().map(String::as_str).collect();
        json!({"roleid": name, "privs": privileges.join(","), "special": 1})
    };
    Ok(call.state.access.roles.iter().map(row).collect())
}
