//! Listening sockets against declared exposures, both ways.

use super::builder::{Diff, On};
use crate::{Comparison, How};
use model::fact::{Completeness, FactKind, FactPath, TargetFacts};
use model::kleene::Reason;
use model::lab::{Exposure, Host, Manage, Managed};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    if on.host.mode(Managed::Listeners) == Manage::Ignore {
        return Vec::new();
    }
    let path = |key: &str| FactPath::new(FactKind::Listener, key);
    let mut found: Vec<Comparison> = undeclared(on.host, on.facts)
        .into_iter()
        .map(|(key, value)| {
            on.report(Diff {
                path: path(&key),
                how: How::Undeclared,
                declared: "not declared".to_owned(),
                observed: value.to_string(),
                span: None,
            })
        })
        .collect();
    // What was seen is told; what may be missing is a line of its own.
    if let Some(reason) = unseen(on.facts) {
        found.push(on.unknown(
            path("*"),
            "every open port is declared",
            reason,
            Some(on.host.span),
        ));
        return found;
    }
    for exposure in &on.host.exposures {
        let served = on
            .facts
            .items(FactKind::Listener)
            .any(|(key, _)| serves(key, exposure));
        if !served {
            found.push(on.report(Diff {
                path: path(&format!(
                    "{}/*:{}",
                    exposure.protocol.word(),
                    exposure.port.value
                )),
                how: How::Missing,
                declared: "a way in".to_owned(),
                observed: "nothing listens there".to_owned(),
                span: Some(exposure.span),
            }));
        }
    }
    found
}

/// The address and port of a listener key `tcp/ADDRESS:PORT`.
pub(crate) fn socket(key: &str) -> Option<(&str, &str, u16)> {
    let (protocol, rest) = key.split_once('/')?;
    let (address, port) = rest.rsplit_once(':')?;
    Some((
        protocol,
        address.trim_matches(['[', ']']),
        port.parse().ok()?,
    ))
}

pub(crate) fn is_loopback(address: &str) -> bool {
    let address = address.split('%').next().unwrap_or(address);
    let v4 = address.strip_prefix("::ffff:").unwrap_or(address);
    v4.starts_with("127.") || address == "::1"
}

pub(crate) fn serves(key: &str, exposure: &Exposure) -> bool {
    socket(key).is_some_and(|(protocol, address, port)| {
        let listen = exposure.listen.as_ref().is_none_or(|l| l.value == address);
        protocol == exposure.protocol.word() && port == exposure.port.value && listen
    })
}

/// Why not every listener was seen.
pub(crate) fn unseen(facts: &TargetFacts) -> Option<Reason> {
    match facts.collections.get(&FactKind::Listener) {
        Some(Completeness::Yes(_)) => None,
        Some(Completeness::No(reason)) => Some(reason.clone()),
        None => Some(Reason::new(
            facts
                .errors
                .first()
                .map_or("listeners were not observed", String::as_str),
        )),
    }
}

/// Listeners that were seen, can be reached from outside and are not declared. Whether a declared one has a reason is for `ports` and
/// the promise: without one it is no difference, and no justification either.
fn undeclared(host: &Host, facts: &TargetFacts) -> Vec<(String, Value)> {
    let declared = |key: &str| host.exposures.iter().any(|e| serves(key, e));
    let open = facts
        .items(FactKind::Listener)
        .filter(|(k, _)| outside(k) && !declared(k));
    open.map(|(k, v)| (k.to_owned(), v.clone())).collect()
}

fn outside(key: &str) -> bool {
    socket(key).is_none_or(|(_, address, _)| !is_loopback(address))
}
