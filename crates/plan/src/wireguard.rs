//! Declared WireGuard interfaces against observed ones: missing, undeclared, with another key, port or peer.
//!
//! A peer is who has its key; the name that it has in the lab tree is for people. Nothing is planned from this.

use crate::difference::Telling;
use crate::{Context, Difference, How};
use model::declare::OptExt as _;
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::lab::tunnel::{WireGuard, WireGuardPeer};
use model::lab::{Host, Manage, Managed};
use model::value::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::WireGuard;

/// The differences on every machine that answered.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    for (name, host, facts) in ctx.observed_hosts() {
        if facts.identity.is_some() && host.mode(Managed::Wireguard) != Manage::Ignore {
            Comparing {
                host,
                facts,
                out: Telling::of(ctx, &ctx.lab.machine_ref(name), &mut out),
            }
            .run();
        }
    }
    out
}

/// The interface that listens on a UDP port, for people: `WireGuard wg0, 2 peers`.
pub(crate) fn listening(facts: &TargetFacts, port: u16) -> Option<String> {
    let mut interfaces = facts.items(KIND).filter(|(key, _)| !key.contains('/'));
    let (name, value) = interfaces
        .find(|(_, v)| v.field("port").and_then(Value::as_int) == Some(i64::from(port)))?;
    let peers = value.field("peers").and_then(Value::as_int);
    Some(format!("WireGuard {name}, {}", count(peers.unwrap_or(0))))
}

fn count(peers: i64) -> String {
    match peers {
        1 => "1 peer".to_owned(),
        n => format!("{n} peers"),
    }
}

struct Comparing<'a, 'o> {
    host: &'a Host,
    facts: &'a TargetFacts,
    out: Telling<'o>,
}

impl<'a> Comparing<'a, '_> {
    fn run(&mut self) {
        let host = self.host;
        for (name, declared) in &host.about.wireguard {
            self.interface(&name.0, declared);
        }
        if host.mode(Managed::Wireguard) == Manage::Exactly {
            self.others();
        }
    }

    fn interface(&mut self, name: &str, declared: &'a WireGuard) {
        let path = FactPath::new(KIND, name);
        let span = Some(declared.span);
        match self.facts.seen(&path) {
            Seen::Present(value) => self.compare(name, declared, &value),
            Seen::Absent => {
                self.out
                    .tell(path, How::Missing, "a WireGuard interface", "absent", span)
            }
            unknown @ Seen::Unknown(_) => self.out.tell(
                path,
                How::Unknown,
                "a WireGuard interface",
                &unknown.to_string(),
                span,
            ),
        }
    }

    fn compare(&mut self, name: &str, declared: &'a WireGuard, seen: &Value) {
        let key = declared.key.known().map(|k| ("key", "public", k.0.clone()));
        let port = declared
            .port
            .known()
            .map(|p| ("port", "port", p.to_string()));
        for (word, field, said) in key.into_iter().chain(port) {
            let is = seen.field(field).map(Value::to_string);
            if is.as_ref() != Some(&said) {
                let is = is.unwrap_or_else(|| "none".to_owned());
                let path = FactPath::new(KIND, name);
                let (said, is) = (format!("{word} {said}"), format!("{word} {is}"));
                self.out
                    .tell(path, How::Differs, &said, &is, Some(declared.span));
            }
        }
        let mut known = BTreeSet::new();
        for (who, peer) in &declared.peers {
            let Some(key) = peer.key.known() else {
                continue;
            };
            known.insert(key.0.as_str());
            let path = FactPath::new(KIND, format!("{name}/{key}"));
            self.peer(path, &who.0, peer);
        }
        if self.host.mode(Managed::Wireguard) == Manage::Exactly {
            let nameless = declared.peers.values().any(|p| p.key.known().is_none());
            self.strangers(name, &known, nameless);
        }
    }

    fn peer(&mut self, path: FactPath, who: &str, declared: &WireGuardPeer) {
        let span = Some(declared.span);
        let value = match self.facts.seen(&path) {
            Seen::Present(value) => value,
            Seen::Absent => {
                let said = format!("peer {who}");
                return self.out.tell(path, How::Missing, &said, "absent", span);
            }
            unknown @ Seen::Unknown(_) => {
                let said = format!("peer {who}");
                return self
                    .out
                    .tell(path, How::Unknown, &said, &unknown.to_string(), span);
            }
        };
        let said: BTreeSet<String> = declared
            .allowed
            .iter()
            .map(|a| a.value.to_string())
            .collect();
        let is: BTreeSet<String> = match value.field("allowed") {
            Some(Value::List(all)) => all.iter().map(Value::to_string).collect(),
            _ => BTreeSet::new(),
        };
        let mut differing = Vec::new();
        if !said.is_empty() && said != is {
            differing.push(("allowed", joined(&said), joined(&is)));
        }
        let text = |field: &str| value.field(field).map(Value::to_string);
        let seconds = |d: &model::units::duration::Duration| d.seconds().to_string();
        if let Some(every) = declared.keepalive.known().map(seconds) {
            let is = text("keepalive").unwrap_or_else(|| "0".to_owned());
            if is != every {
                differing.push(("keepalive", format!("{every}s"), format!("{is}s")));
            }
        }
        // A name is resolved once, when the tunnel is set up: it is not compared with an address.
        let literal = declared.endpoint.known().map(|e| e.0.clone());
        let literal = literal.filter(|e| e.parse::<core::net::SocketAddr>().is_ok());
        if let Some(at) = literal.filter(|at| text("endpoint").as_ref() != Some(at)) {
            let is = text("endpoint").unwrap_or_else(|| "none".to_owned());
            differing.push(("endpoint", at, is));
        }
        for (word, said, is) in differing {
            let (said, is) = (format!("peer {who}: {word} {said}"), format!("{word} {is}"));
            self.out.tell(path.clone(), How::Differs, &said, &is, span);
        }
    }

    /// Peers that are not declared. Where the key of a declared one is not known, any of them may be it.
    fn strangers(&mut self, interface: &str, known: &BTreeSet<&str>, nameless: bool) {
        let start = format!("{interface}/");
        let strangers: Vec<(String, String)> = self
            .facts
            .items(KIND)
            .filter(|(key, _)| key.strip_prefix(&start).is_some_and(|k| !known.contains(k)))
            .map(|(key, value)| (key.to_owned(), summary(value)))
            .collect();
        for (key, seen) in strangers {
            let (how, seen) = match nameless {
                true => (
                    How::Unknown,
                    format!("unknown (a peer is declared without its key): {seen}"),
                ),
                false => (How::Undeclared, seen),
            };
            let path = FactPath::new(KIND, key);
            self.out.tell(path, how, "not declared", &seen, None);
        }
    }

    /// Interfaces that are not declared, and why there may be more.
    fn others(&mut self) {
        let declared = &self.host.about.wireguard;
        let is_declared = |key: &str| declared.keys().any(|name| name.0 == key);
        let facts = self.facts.facts.iter();
        let others: Vec<(FactPath, Seen)> = facts
            .filter(|(p, _)| p.kind == KIND && !p.key.contains('/') && !is_declared(&p.key))
            .map(|(path, fact)| (path.clone(), fact.seen.clone()))
            .collect();
        for (path, seen) in others {
            match seen {
                Seen::Present(value) => {
                    let number = |field: &str| value.field(field).and_then(Value::as_int);
                    let port = number("port").map_or("no port".to_owned(), |p| format!("port {p}"));
                    let peers = count(number("peers").unwrap_or(0));
                    let seen = format!("WireGuard, {port}, {peers}");
                    self.out
                        .tell(path, How::Undeclared, "not declared", &seen, None);
                }
                Seen::Absent => {}
                unknown @ Seen::Unknown(_) => {
                    let seen = unknown.to_string();
                    self.out
                        .tell(path, How::Unknown, "not declared", &seen, None);
                }
            }
        }
        let mut interfaces = self.facts.facts.iter().filter(|(p, _)| p.kind == KIND);
        let told = interfaces.any(|(_, fact)| matches!(fact.seen, Seen::Unknown(_)));
        if let Some(Completeness::No(why)) = self.facts.collections.get(&KIND)
            && !told
        {
            let seen = format!("unknown ({why})");
            let path = FactPath::new(KIND, "*");
            self.out
                .tell(path, How::Unknown, "no other tunnel", &seen, None);
        }
    }
}

fn joined(all: &BTreeSet<String>) -> String {
    match all.is_empty() {
        true => "nothing".to_owned(),
        false => all.iter().cloned().collect::<Vec<_>>().join(", "),
    }
}

/// A peer in a line: `allowed 10.9.0.3/32, last handshake 5m ago, from 198.51.100.7:4500`.
fn summary(value: &Value) -> String {
    let allowed = match value.field("allowed") {
        Some(Value::List(all)) => joined(&all.iter().map(Value::to_string).collect()),
        _ => "nothing".to_owned(),
    };
    let mut text = format!("a peer, allowed {allowed}, ");
    match value.field("age").and_then(Value::as_int) {
        Some(age) => text.push_str(&format!("last handshake {} ago", span_of(age))),
        None => text.push_str("no handshake yet"),
    }
    if let Some(endpoint) = value.field("endpoint") {
        text.push_str(&format!(", from {endpoint}"));
    }
    text
}

/// The largest unit of so many seconds.
fn span_of(seconds: i64) -> String {
    match seconds {
        s if s < 60 => format!("{s}s"),
        s if s < 3600 => format!("{}m", s / 60),
        s if s < 86_400 => format!("{}h", s / 3600),
        s => format!("{}d", s / 86_400),
    }
}
