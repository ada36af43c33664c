//! The login of TrueNAS: a user without a password in the group of those that may read everything, and a key of that user.

use crate::{Part, Recipe, keep_in, kept};
use console::hint::quoted;
use model::declare::OptExt as _;
use model::lab::truenas::TrueNas;
use plan::interface::Interface;
use serde_json::json;

/// The user where the lab names none.
const USER: &str = "holdfast";
/// What the user is called. `user.create` refuses colons and line breaks in it: it becomes a field of /etc/passwd.
const FULL_NAME: &str = "Holdfast, looks only";
/// The group that TrueNAS has for `READONLY_ADMIN`.
const GROUP: &str = "truenas_readonly_administrators";

pub(super) fn recipe(interface: &Interface<'_>, of: &TrueNas, tree: &str) -> Recipe {
    let object = &interface.object;
    let user = of.user.known().map_or(USER, |u| u.0.as_str());
    let keep = match of.key.as_ref() {
        Some(from) => kept(&from.0, &format!("{object}/key"), tree),
        None => keep_in(&format!("~/.config/holdfast/{}-key", object.name)),
    };
    let is_pinned = of.fingerprint.known().is_some() || of.ca.known().is_some();
    let trust = (!is_pinned).then(|| {
        format!("# then, in the lab tree: truenas of {object}: fingerprint: what openssl printed")
    });
    let here = std::iter::once(keep).chain(trust);
    Recipe {
        object: object.to_string(),
        product: "TrueNAS",
        parts: vec![
            Part {
                place: "as an administrator in a shell of TrueNAS".to_owned(),
                commands: on_appliance(user),
            },
            Part {
                place: "on this machine".to_owned(),
                commands: here
                    .chain([format!("holdfast observe {tree} --on real")])
                    .collect(),
            },
            Part {
                place: "to take it away, in a shell of TrueNAS".to_owned(),
                commands: vec![format!(
                    "midclt call user.delete $(midclt call user.query {} | jq '.[0].id')   # its keys go with it",
                    quoted(&json!([["username", "=", user]]).to_string())
                )],
            },
        ],
        unknown: vec!["where its SSH server listens and what it lets in (the same answer has the host's keys in it), SMART values (TrueNAS tells alerts of them), apps and virtual machines, and the words of alerts and failed tasks".to_owned()],
    }
}

fn on_appliance(user: &str) -> Vec<String> {
    let group = quoted(&json!([["group", "=", GROUP]]).to_string());
    let made = json!({
        "username": user,
        "full_name": FULL_NAME,
        "group_create": true,
        "password_disabled": true,
        "smb": false,
        "shell": "/usr/sbin/nologin",
    });
    let made = made.to_string();
    let made = made.trim_end_matches('}');
    let key = json!({"name": user, "username": user}).to_string();
    vec![
        format!("GROUP=$(midclt call group.query {group} | jq '.[0].id')   # it has the role READONLY_ADMIN and no other"),
        format!("midclt call user.create {}\"$GROUP\"{}", quoted(&format!("{made},\"groups\":[")), quoted("]}")),
        format!("midclt call api_key.create {} | jq -r .key   # prints the key, once", quoted(&key)),
        "openssl s_client -connect localhost:443 </dev/null 2>/dev/null | openssl x509 -noout -sha256 -fingerprint".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_name_fits_into_a_field_of_passwd() {
        let made = on_appliance("holdfast").join("\n");
        let (_, name) = made.split_once("\"full_name\":\"").unwrap();
        let (name, _) = name.split_once('"').unwrap();
        assert_eq!(name, FULL_NAME);
        assert!(!name.contains([':', '\n', '\\']), "{name}");
    }
}
