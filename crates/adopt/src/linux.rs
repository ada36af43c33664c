//! A Linux host that was looked at.

use crate::found::{Account, Drive, Extent, Found, Machine, Sort, Tunnel, Way};
use crate::name;
use model::fact::{Completeness, FactKind, FactPath, TargetFacts};
use model::lab::Managed;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts made by hand have this shell if nothing else is said.
const USUAL_SHELL: &str = "/bin/bash";

/// A host and what it answered.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The source as it was named.
    pub source: &'a str,
    /// How it was reached.
    pub way: &'a Way,
    /// What was seen.
    pub facts: &'a TargetFacts,
    /// Whole lines of `authorized_keys` by `ACCOUNT/FINGERPRINT`.
    pub keys: &'a BTreeMap<String, String>,
    /// What it was looked at for.
    pub extent: Extent,
}

/// One machine: who it is, who can log in, what is open, which containers it runs.
pub fn read(looked: &Looked<'_>) -> Found {
    let facts = looked.facts;
    let host = |key: &str| {
        let path = FactPath::new(FactKind::Host, key);
        let seen = facts.facts.get(&path)?.seen.value()?.as_text()?;
        Some(seen.to_owned())
    };
    let destination = match looked.way {
        Way::Local => None,
        Way::Ssh { destination, .. } => Some(destination.clone()),
    };
    let mut machine = Machine {
        name: host("hostname")
            .or_else(|| destination.clone())
            .unwrap_or_else(|| "this".to_owned()),
        from: BTreeSet::from([looked.source.to_owned()]),
        identity: facts.identity.clone(),
        addresses: destination.into_iter().collect(),
        way: Some(looked.way.clone()),
        ..Machine::default()
    };
    if let Some(os) = host("os") {
        let mut words = os.split_whitespace();
        machine.os = words.next().and_then(name::of);
        machine.version = words.next().map(str::to_owned);
    }
    machine.seen = looked.extent;
    let mut found = Found::default();
    if looked.extent == Extent::Whole {
        ports(facts, &mut machine);
        accounts(looked, &mut machine);
        tunnels(facts, &mut machine);
        machine.tailnet = crate::tailnet::read(facts);
        hardware(facts, &mut machine);
    }
    crate::docker::read(looked.source, &machine, facts, &mut found);
    gaps(facts, &machine.name, &mut found);
    found.hosts.push(machine);
    found
}

/// Threads, memory and disks, where the machine is no container; a disk of which no size is told is left out.
fn hardware(facts: &TargetFacts, machine: &mut Machine) {
    let path = FactPath::new(FactKind::Host, "hardware");
    let seen = facts.facts.get(&path).and_then(|f| f.seen.value());
    let number = |value: &Value, field: &str| {
        let n = value.field(field).and_then(Value::as_int)?;
        u64::try_from(n).ok().filter(|n| *n > 0)
    };
    machine.threads = seen.and_then(|v| number(v, "threads"));
    machine.memory = seen.and_then(|v| number(v, "memory"));
    for (key, value) in facts.items(FactKind::Disk) {
        let flag = |field: &str| value.field(field) == Some(&Value::Bool(true));
        let text = |field: &str| value.field(field).and_then(Value::as_text).map(name::shown);
        let Some(size) = number(value, "size").filter(|_| !flag("removable")) else {
            continue;
        };
        let usb = text("bus").as_deref() == Some("usb");
        let kind = match (key.starts_with("nvme"), usb, flag("rotational")) {
            (true, ..) => Some("nvme"),
            (_, true, _) => Some("usb"),
            // What a hypervisor makes up says that it turns.
            _ if key.starts_with("vd") || key.starts_with("xvd") => None,
            (.., true) => Some("hdd"),
            (.., false) => Some("ssd"),
        };
        if name::of(key).as_deref() == Some(key) {
            let disk = Drive {
                size,
                kind,
                model: text("model"),
                serial: text("serial"),
            };
            machine.disks.insert(key.to_owned(), disk);
        }
    }
}

fn ports(facts: &TargetFacts, machine: &mut Machine) {
    for (port, sockets) in plan::standing::ports(facts) {
        let part = |field: &str| {
            let all = sockets.iter().filter_map(|v| v.field(field)?.as_text());
            let words: BTreeSet<String> = all.map(name::shown).collect();
            words.into_iter().collect::<Vec<_>>().join(", ")
        };
        let (process, unit) = (part("process"), part("unit"));
        let who = match (process.as_str(), unit.as_str()) {
            ("", "") => String::new(),
            ("", unit) => unit.to_owned(),
            (process, "") => process.to_owned(),
            (process, unit) => format!("{process}, of {unit}"),
        };
        machine.ports.insert(port, who);
    }
}

/// Interfaces that were seen; one whose name cannot be declared is told of.
fn tunnels(facts: &TargetFacts, machine: &mut Machine) {
    let mut odd = Vec::new();
    for (key, value) in facts.items(FactKind::WireGuard) {
        let number = |field: &str| value.field(field).and_then(Value::as_int);
        match key.split_once('/') {
            None if name::of(key).as_deref() == Some(key) => {
                let tunnel = machine.tunnels.entry(key.to_owned()).or_default();
                let public = value.field("public").and_then(Value::as_text);
                tunnel.key = public.map(str::to_owned);
                tunnel.port = number("port");
            }
            None => odd.push(name::shown(key)),
            Some((interface, peer)) => {
                let allowed = match value.field("allowed") {
                    Some(Value::List(all)) => all.iter().map(ToString::to_string).collect(),
                    _ => Vec::new(),
                };
                let tunnel: Option<&mut Tunnel> = machine.tunnels.get_mut(interface);
                if let Some(tunnel) = tunnel {
                    let about = (allowed, number("keepalive"));
                    tunnel.peers.insert(peer.to_owned(), about);
                }
            }
        }
    }
    if !odd.is_empty() {
        let text = format!(
            "interfaces with names that cannot be declared: {}",
            odd.join(", ")
        );
        machine.more.insert(Managed::Wireguard, text);
    }
}

fn accounts(looked: &Looked<'_>, machine: &mut Machine) {
    let facts = looked.facts;
    let mut odd = Vec::new();
    for (login, value) in plan::standing::logins(facts) {
        if !is_login(login) {
            odd.push(name::shown(login));
            continue;
        }
        let shell = value.field("shell").and_then(Value::as_text);
        let sudo = plan::standing::sudo(facts, login);
        machine.accounts.insert(
            login.to_owned(),
            Account {
                sudo: sudo.filter(|s| login != "root" && *s != model::lab::Sudo::No),
                shell: shell
                    .filter(|s| *s != USUAL_SHELL && s.starts_with('/') && is_plain(s))
                    .map(str::to_owned),
                keys: Vec::new(),
            },
        );
    }
    if !odd.is_empty() {
        let text = format!(
            "accounts with names that cannot be declared: {}",
            odd.join(", ")
        );
        machine.more.insert(Managed::Users, text);
    }
    let mut left = Vec::new();
    for (path, value) in facts.items(FactKind::Key) {
        let (login, print) = path.split_once('/').unwrap_or((path, ""));
        let line = looked.keys.get(path).and_then(|l| line(l, print, value));
        match (machine.accounts.get_mut(login), line) {
            (Some(account), Some(line)) => account.keys.push(line),
            _ => left.push(name::shown(login)),
        }
    }
    if !left.is_empty() {
        let text = format!(
            "keys with options that may hold a secret, or of accounts that are not declared: of {}",
            left.join(", ")
        );
        machine.more.insert(Managed::Keys, text);
    }
}

/// A line as it can be declared: its options only if an observation shows them whole, its comment only if it names somebody.
fn line(line: &str, print: &str, seen: &Value) -> Option<String> {
    let text = |field: &str| seen.field(field).and_then(Value::as_text);
    let options = text("options").unwrap_or_default();
    let (kind, at) = (text("type")?, line.find(text("type")?)?);
    if options.contains("[redacted") || !is_plain(options) || !line.starts_with(options) {
        return None;
    }
    let encoded = line.get(at..)?.split_whitespace().nth(1)?;
    let comment = text("comment").filter(|c| c.contains('@') && is_plain(c) && !c.contains('['));
    let parts = [options, kind, encoded, comment.unwrap_or_default()];
    let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    let made = parts.join(" ");
    (plan::key_fingerprint(&made).as_deref() == Some(print)).then_some(made)
}

fn is_plain(text: &str) -> bool {
    text.len() < 1000 && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
}

/// The login names that the language takes.
fn is_login(text: &str) -> bool {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(part)
}

/// Lists that were not seen whole, by reason: nobody may take them for all that there is.
fn gaps(facts: &TargetFacts, machine: &str, found: &mut Found) {
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (kind, whole) in &facts.collections {
        if let Completeness::No(why) = whole {
            reasons
                .entry(why.to_string())
                .or_default()
                .push(kind.word());
        }
    }
    for (why, kinds) in reasons {
        found.say(
            Sort::Unseen,
            machine,
            format!("{}: {why}", kinds.join(", ")),
        );
    }
    for error in &facts.errors {
        found.say(Sort::Unseen, machine, error);
    }
}
