//! What a host has, in the words in which it would be declared: for whoever writes a declaration of what is there.

use crate::resource::{is_login_user, is_loopback, socket, strange_sudo, whole_sudo};
use model::fact::{FactKind, TargetFacts};
use model::lab::{Host, Protocol, Sudo};
use model::value::Value;
use std::collections::BTreeMap;

/// Accounts that somebody can log in to, by name.
pub fn logins(facts: &TargetFacts) -> BTreeMap<&str, &Value> {
    let all = facts.items(FactKind::User);
    all.filter(|(name, value)| is_login_user(facts, name, value))
        .collect()
}

/// What sudo grants an account as a whole; nothing if that is not known, or if it grants a part of it, which nobody can declare.
pub fn sudo(facts: &TargetFacts, user: &str) -> Option<Sudo> {
    whole_sudo(facts, user)
}

/// What sudo grants to accounts that are not declared with it: where it stands, and what it says. There may be more if not every line was seen.
pub fn undeclared_sudo(host: &Host, facts: &TargetFacts) -> Vec<(String, String)> {
    strange_sudo(host, facts)
}

/// Keys that let somebody log in and that no declared account has: `USER/SHA256:…`.
pub fn undeclared_keys<'a>(host: &Host, facts: &'a TargetFacts) -> Vec<(&'a str, &'a Value)> {
    let declared = |key: &str| {
        let (user, print) = key.split_once('/').unwrap_or((key, ""));
        let mut lines = host.users.get(user).into_iter().flat_map(|u| &u.keys);
        lines.any(|line| crate::key_fingerprint(&line.value).as_deref() == Some(print))
    };
    let all = facts.items(FactKind::Key);
    all.filter(|(key, _)| !declared(key)).collect()
}

/// Ports that can be reached from outside of the host, with what listens there (process and unit, as far as they are seen).
pub fn ports(facts: &TargetFacts) -> BTreeMap<(u16, Protocol), Vec<&Value>> {
    let mut found: BTreeMap<(u16, Protocol), Vec<&Value>> = BTreeMap::new();
    for (key, value) in facts.items(FactKind::Listener) {
        let Some((word, address, port)) = socket(key) else {
            continue;
        };
        let protocol = [Protocol::Tcp, Protocol::Udp]
            .into_iter()
            .find(|p| p.word() == word);
        if let Some(protocol) = protocol.filter(|_| !is_loopback(address) && port > 0) {
            found.entry((port, protocol)).or_default().push(value);
        }
    }
    found
}
