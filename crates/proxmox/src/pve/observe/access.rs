//! Users, their tokens and second factors, and who may what.

use super::Look;
use super::cluster::list;
use model::fact::FactKind;
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::wire::{Lax, flag_or, rows};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

pub(super) const ASKED: &[&str] = &["/access/users?full=1", "/access/tfa"];
const ACL: &str = "/access/acl";

#[derive(Debug, Deserialize)]
struct User {
    userid: String,
    #[serde(default)]
    enable: Lax<bool>,
    #[serde(default)]
    expire: Lax<i64>,
    #[serde(default)]
    groups: Lax<String>,
    #[serde(default)]
    tokens: Lax<Json>,
    #[serde(rename = "totp-locked", default)]
    locked: Lax<bool>,
}

#[derive(Debug, Deserialize)]
struct Token {
    tokenid: String,
    #[serde(default)]
    privsep: Lax<bool>,
    #[serde(default)]
    expire: Lax<i64>,
}

#[derive(Debug, Deserialize)]
struct Factors {
    userid: String,
    #[serde(default)]
    entries: Lax<Json>,
}

#[derive(Debug, Deserialize)]
struct Factor {
    #[serde(default)]
    enable: Option<Lax<bool>>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    ugid: String,
    roleid: String,
    #[serde(default)]
    propagate: Lax<bool>,
}

pub(super) fn read(look: &Look<'_>, found: &mut Found) {
    let all = look
        .rights
        .on("/access/groups", &["Sys.Audit", "User.Modify"]);
    let factors = match &all {
        Ok(_) => factors(look),
        Err(_) => None,
    };
    let path = ASKED[0];
    match list::<User>(look, path) {
        Ok((users, whole)) => {
            for user in users {
                tokens(&user, found);
                let has = factors
                    .as_ref()
                    .map(|f| f.get(&user.userid).copied().unwrap_or(Some(false)));
                let value = Fields::default()
                    .lax("enabled", user.enable)
                    .lax("expires", user.expire)
                    .lax("groups", user.groups)
                    .lax("locked", user.locked)
                    .set("second_factor", has.flatten());
                found.add(FactKind::PveUser, user.userid, value, "/access/users");
            }
            let whole = whole.and_then(|_| all.clone());
            found.complete(FactKind::PveUser, whole.clone());
            found.complete(FactKind::PveToken, whole);
        }
        Err(why) => {
            found.complete(FactKind::PveUser, Err(why.clone()));
            found.complete(FactKind::PveToken, Err(why));
        }
    }
    match list::<Entry>(look, ACL) {
        Ok((entries, whole)) => {
            for entry in entries {
                let key = format!(
                    "{} {}/{} {}",
                    entry.path, entry.kind, entry.ugid, entry.roleid
                );
                found.add(
                    FactKind::PveAcl,
                    key,
                    Fields::default().lax("propagate", entry.propagate),
                    ACL,
                );
            }
            let may = look.rights.on("/access", &["Sys.Audit"]);
            found.complete(FactKind::PveAcl, whole.and(may));
        }
        Err(why) => found.complete(FactKind::PveAcl, Err(why)),
    }
}

/// The product leaves the key out where there are none.
fn tokens(user: &User, found: &mut Found) {
    let Some(list) = &user.tokens.0 else { return };
    let Some((tokens, lost)) = rows::<Token>(list) else {
        found.complete(
            FactKind::PveToken,
            Err(Reason::new(format!(
                "the tokens of {} are not understood",
                user.userid
            ))),
        );
        return;
    };
    if lost > 0 {
        found.partial(
            FactKind::PveToken,
            format!("{lost} tokens of {} are not understood", user.userid),
        );
    }
    for token in tokens {
        let value = Fields::default()
            .lax("separated", token.privsep)
            .lax("expires", token.expire);
        found.add(
            FactKind::PveToken,
            format!("{}!{}", user.userid, token.tokenid),
            value,
            "/access/users",
        );
    }
}

/// Who has a second factor that is asked for; `None` for one whose factors are not understood, and for all if the list is not.
fn factors(look: &Look<'_>) -> Option<BTreeMap<String, Option<bool>>> {
    let (list, lost) = look.answers.get(ASKED[1]).ok().and_then(rows::<Factors>)?;
    if lost > 0 {
        return None;
    }
    let has = |of: &Factors| {
        let (entries, lost) = rows::<Factor>(of.entries.0.as_ref()?)?;
        let on = || entries.iter().map(|e| flag_or(e.enable.as_ref(), true));
        // One whose state is not understood may be the only one that is asked for.
        match on().any(|on| on == Some(true)) {
            _ if lost > 0 => None,
            true => Some(true),
            false => on().all(|on| on.is_some()).then_some(false),
        }
    };
    Some(list.iter().map(|of| (of.userid.clone(), has(of))).collect())
}
