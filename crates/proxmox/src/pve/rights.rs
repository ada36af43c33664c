//! What the token may see, and so which lists are whole.
//!
//! The API makes lists shorter by rights and answers 200 OK all the same. A list is whole only if the token's own rights prove it:
//! the privilege holds on the whole branch (`/vms` and below), and no entry below takes it away again. Entries below are known only
//! to who has `Sys.Audit` on `/access`.

use crate::client::Client;
use crate::dump::{Dump, read};
use model::kleene::Reason;
use reading::wire::{Lax, rows};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    path: String,
    #[serde(default)]
    roleid: Lax<String>,
}

/// What is known of the token's rights.
pub(super) struct Rights {
    dump: Result<Dump, String>,
    entries: Result<Vec<Entry>, String>,
}

impl Rights {
    /// From the answers of `/access/permissions` and `/access/acl`.
    pub(super) fn of(dump: Result<Value, String>, acl: Result<Value, String>) -> Self {
        let dump =
            dump.and_then(|v| read(&v).ok_or_else(|| "its rights are not understood".to_owned()));
        let entries = acl.and_then(|v| match rows(&v) {
            Some((entries, 0)) => Ok(entries),
            _ => Err("the access control list is not understood".to_owned()),
        });
        Self { dump, entries }
    }

    /// One of the privileges on a path itself.
    pub(super) fn on(&self, path: &str, one_of: &[&str]) -> Result<String, Reason> {
        let dump = self
            .dump
            .as_ref()
            .map_err(|why| Reason::new(format!("the token's rights are not known: {why}")))?;
        let has = dump.get(path);
        let held = one_of
            .iter()
            .find(|p| has.is_some_and(|h| h.contains_key(**p)));
        match held {
            Some(privilege) => Ok(format!("the token has {privilege} on {path}")),
            None => Err(Reason::new(format!(
                "the token has no {} on {path}",
                one_of.first().unwrap_or(&"right")
            ))),
        }
    }

    /// A privilege on a path and on everything below it.
    pub(super) fn below(&self, path: &str, privilege: &str) -> Result<String, Reason> {
        self.on(path, &[privilege])?;
        let empty = Dump::new();
        let dump = self.dump.as_ref().unwrap_or(&empty);
        let holds = |at: &str| dump.get(at).and_then(|has| has.get(privilege)).copied();
        if holds(path) != Some(true) {
            return Err(Reason::new(format!(
                "the token's {privilege} on {path} does not hold below it"
            )));
        }
        self.on("/access", &["Sys.Audit"]).map_err(|_| {
            Reason::new(format!("the token has no Sys.Audit on /access, so that exceptions below {path} are not seen"))
        })?;
        let entries = self
            .entries
            .as_ref()
            .map_err(|why| Reason::new(why.clone()))?;
        let prefix = format!("{path}/");
        for entry in entries {
            if entry.path.starts_with(&prefix) && holds(&entry.path).is_none() {
                return Err(Reason::new(format!(
                    "the token has no {privilege} on {}",
                    entry.path
                )));
            }
            // What a pool forbids, it forbids for its members, whose names a pool does not tell who may not see them.
            if entry.path.starts_with("/pool/") && entry.roleid.0.as_deref() == Some("NoAccess") {
                return Err(Reason::new(format!(
                    "{} withholds its members from somebody",
                    entry.path
                )));
            }
        }
        Ok(format!("the token has {privilege} on {path} and all below"))
    }
}

/// Whether the token sees one thing; asked for where the whole list is not to be had.
pub(super) fn sees(client: &Client, path: &str, privilege: &str) -> bool {
    let answer = client.get(&format!(
        "/access/permissions?path={}",
        crate::client::segment(path)
    ));
    let dump = answer.ok().and_then(|v| read(&v)).unwrap_or_default();
    dump.get(path)
        .is_some_and(|has| has.contains_key(privilege))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_whole_only_if_rights_prove_it() {
        let all = json!({"VM.Audit": 1, "Sys.Audit": 1});
        let entry = |path: &str, role: &str| json!({"path": path, "roleid": role, "type": "user", "ugid": "a@pve"});
        let rows = [
            (
                json!({"/vms": all, "/access": all}),
                json!([]),
                "the token has VM.Audit on /vms and all below",
            ),
            (json!({}), json!([]), "the token has no VM.Audit on /vms"),
            (
                json!({"/vms": {"VM.Audit": 0}, "/access": all}),
                json!([]),
                "the token's VM.Audit on /vms does not hold below it",
            ),
            (
                json!({"/vms": all}),
                json!([]),
                "the token has no Sys.Audit on /access, so that exceptions below /vms are not seen",
            ),
            (
                json!({"/vms": all, "/access": all}),
                json!([entry("/vms/105", "NoAccess")]),
                "the token has no VM.Audit on /vms/105",
            ),
            (
                json!({"/vms": all, "/access": all, "/vms/105": all}),
                json!([entry("/vms/105", "Admin")]),
                "the token has VM.Audit on /vms and all below",
            ),
            (
                json!({"/vms": all, "/access": all}),
                json!([entry("/pool/p", "NoAccess")]),
                "/pool/p withholds its members from somebody",
            ),
            (
                json!({"/vms": all, "/access": all}),
                json!([{"nothing": 1}]),
                "the access control list is not understood",
            ),
            (
                json!({"/vms": {"VM.Audit": "maybe"}}),
                json!([]),
                "the token's rights are not known: its rights are not understood",
            ),
        ];
        for (dump, acl, expected) in rows {
            let rights = Rights::of(Ok(dump.clone()), Ok(acl));
            let said = rights
                .below("/vms", "VM.Audit")
                .unwrap_or_else(|r| r.to_string());
            assert_eq!(said, expected, "{dump}");
        }
    }
}
