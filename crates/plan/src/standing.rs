//! What a host has, in the words in which it would be declared: for whoever writes a declaration of what is there.

use crate::resource::{is_login_user, is_loopback, socket, whole_sudo};
use model::fact::{FactKind, TargetFacts};
use model::lab::{Protocol, Sudo};
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
