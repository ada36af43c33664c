//! Differences of tunnels, guests, ports of switches and hardware: the edit where one declared value stands for what was seen.

use super::{Taking, gone, scalar};
use crate::device::own_port;
use crate::guests::by_number;
use crate::interface::all;
use crate::{Context, Difference, How};
use diag::{Edit, Span};
use model::declare::{Opt, OptExt as _};
use model::fact::{FactKind, Seen, TargetFacts};
use model::id::Kind;
use model::lab::Host;
use model::lab::device::Port;
use model::lab::tunnel::WireGuardPeer;
use model::value::Value;
use std::collections::BTreeSet;

/// By which edit, if one value says it; else what to do.
pub(super) fn declare(ctx: &Context<'_>, difference: &Difference) -> Option<Taking> {
    let target = &difference.target;
    let machine = || {
        let host = ctx.lab.machine(&target.name)?;
        let of = *target == ctx.lab.machine_ref(&target.name);
        let own = ctx.facts.targets.get(&target.name);
        let by_interface = || ctx.facts.targets.get(&target.to_string());
        Some((host, own.or_else(by_interface).filter(|_| of)?))
    };
    match difference.path.kind {
        FactKind::WireGuard => machine().map(|(host, facts)| tunnel(host, facts, difference)),
        FactKind::Disk => machine().map(|(host, facts)| disk(host, facts, difference)),
        FactKind::Host if difference.path.key == "hardware" => {
            machine().map(|(host, facts)| threads(host, facts, difference))
        }
        FactKind::PveGuest => Some(guest(ctx, difference)),
        FactKind::DeviceVlan if target.kind == Kind::Device => Some(vlan(ctx, difference)),
        _ => None,
    }
}

fn not(why: &str) -> Taking {
    Taking::Not(format!("{why}; write it by hand, or --waive"))
}

fn replaced<T>(declared: &Opt<T>, text: Option<String>) -> Option<Taking> {
    let span = declared.as_ref()?.span;
    Some(Taking::Edit(Edit::replace(span, text?)))
}

fn present(facts: &TargetFacts, difference: &Difference) -> Option<Value> {
    match facts.seen(&difference.path) {
        Seen::Present(value) => Some(value),
        Seen::Absent | Seen::Unknown(_) => None,
    }
}

fn tunnel(host: &Host, facts: &TargetFacts, difference: &Difference) -> Taking {
    let key = difference.path.key.as_str();
    let (name, public) = key.split_once('/').unwrap_or((key, ""));
    let interface = host.about.wireguard.iter().find(|(n, _)| n.0 == name);
    let Some((_, interface)) = interface else {
        return not("the interface is not declared");
    };
    let value = present(facts, difference);
    let text = |field: &str| Some(value.as_ref()?.field(field)?.to_string());
    let number = |field: &str| value.as_ref()?.field(field)?.as_int();
    if public.is_empty() {
        let port = difference.declared.starts_with("port ");
        let taking = match (difference.how, port) {
            (How::Missing, _) => Some(gone(Some(interface.span))),
            (How::Differs, true) => {
                replaced(&interface.port, number("port").map(|n| n.to_string()))
            }
            (How::Differs, false) => replaced(&interface.key, text("public").map(|k| scalar(&k))),
            _ => None,
        };
        return taking.unwrap_or_else(|| not("no single value says it"));
    }
    let is_it = |p: &&WireGuardPeer| p.key.known().is_some_and(|k| k.0 == public);
    let Some(peer) = interface.peers.values().find(is_it) else {
        return not("a peer needs a name");
    };
    if difference.how == How::Missing {
        return gone(Some(peer.span));
    }
    let said = difference.declared.as_str();
    let taking = match value.as_ref() {
        Some(value) if said.contains(": allowed ") => allowed(peer, value),
        Some(_) if said.contains(": keepalive ") => replaced(
            &peer.keepalive,
            number("keepalive").map(|s| format!("{s}s")),
        ),
        Some(_) if said.contains(": endpoint ") => {
            replaced(&peer.endpoint, text("endpoint").map(|e| scalar(&e)))
        }
        _ => None,
    };
    taking.unwrap_or_else(|| not("no single value says it"))
}

/// One address that came, went, or took the place of another one.
fn allowed(peer: &WireGuardPeer, value: &Value) -> Option<Taking> {
    let Some(Value::List(seen)) = value.field("allowed") else {
        return None;
    };
    let is: BTreeSet<String> = seen.iter().map(Value::to_string).collect();
    let said: Vec<(String, Span)> = peer
        .allowed
        .iter()
        .map(|a| (a.value.to_string(), a.span))
        .collect();
    let (kept, less): (Vec<_>, Vec<_>) = said.into_iter().partition(|(a, _)| is.contains(a));
    let more: Vec<&String> = is
        .iter()
        .filter(|a| !kept.iter().any(|(k, _)| k == *a))
        .collect();
    one_for_one(&kept, &less, &more)
}

/// The edit of a list of which at most one item went, and at most one came.
fn one_for_one(
    kept: &[(String, Span)],
    less: &[(String, Span)],
    more: &[&String],
) -> Option<Taking> {
    match (less, more) {
        ([(_, span)], [new]) => Some(Taking::Edit(Edit::replace(*span, item(new)))),
        ([(_, span)], []) if !kept.is_empty() => Some(gone(Some(*span))),
        ([], [new]) => {
            let (_, last) = kept.last()?;
            Some(Taking::Edit(Edit::append(*last, item(new))))
        }
        _ => None,
    }
}

/// A network of IPv4 is no other kind of value, and needs no quotes.
pub(super) fn item(text: &str) -> String {
    let subnet = |c: char| c.is_ascii_digit() || c == '.' || c == '/';
    match text.contains('/') && text.chars().all(subnet) {
        true => text.to_owned(),
        false => scalar(text),
    }
}

/// The serial number of a disk that took the place of another one.
fn disk(host: &Host, facts: &TargetFacts, difference: &Difference) -> Taking {
    let hardware = host.about.hardware.as_ref();
    let declared: Vec<(&str, Span)> = hardware
        .into_iter()
        .flat_map(|h| h.disks.values())
        .filter_map(|d| Some((d.serial.known()?.as_str(), d.serial.as_ref()?.span)))
        .collect();
    let seen: BTreeSet<&str> = facts
        .items(FactKind::Disk)
        .filter_map(|(_, v)| v.field("serial")?.as_text())
        .collect();
    let gone: Vec<&(&str, Span)> = declared.iter().filter(|(s, _)| !seen.contains(s)).collect();
    let new: Vec<&&str> = seen
        .iter()
        .filter(|s| !declared.iter().any(|(d, _)| d == *s))
        .collect();
    match (difference.how, gone.as_slice(), new.as_slice()) {
        (How::Missing, [(_, span)], [serial]) => Taking::Edit(Edit::replace(*span, scalar(serial))),
        _ => not("which disk took whose place is not told by their serial numbers"),
    }
}

/// Threads of processors; of memory the kernel does not have all, so that it does not say what is built in.
fn threads(host: &Host, facts: &TargetFacts, difference: &Difference) -> Taking {
    let hardware = host.about.hardware.as_ref();
    let cpu = hardware.and_then(|h| h.cpu.as_ref());
    let value = present(facts, difference);
    let number = || Some(value.as_ref()?.field("threads")?.as_int()?.to_string());
    let of_threads = difference.declared.ends_with(" threads");
    cpu.filter(|_| of_threads)
        .and_then(|cpu| replaced(&cpu.threads, number()))
        .unwrap_or_else(|| not("what is built in is not known from what the kernel has"))
}

fn guest(ctx: &Context<'_>, difference: &Difference) -> Taking {
    taken_guest(ctx, difference)
        .unwrap_or_else(|| not("only cores, memory, swap and autostart of a guest are taken over"))
}

fn taken_guest(ctx: &Context<'_>, difference: &Difference) -> Option<Taking> {
    let interfaces = all(ctx.lab);
    let interface = interfaces
        .iter()
        .find(|i| i.object == difference.target && i.api().is_some())?;
    let facts = ctx.facts.targets.get(&interface.key())?;
    if difference.how != How::Differs {
        return None;
    }
    let number = difference.path.key.as_str();
    let found = by_number(ctx.lab, interface, facts);
    let (name, guest) = found.get(number)?;
    let said = difference
        .declared
        .strip_prefix(*name)?
        .strip_prefix(": ")?;
    let value = present(facts, difference)?;
    let field = said.split(' ').next()?;
    let seen = value.field(field)?;
    match field {
        "cores" => replaced(&guest.cores, seen.as_int().map(|n| n.to_string())),
        "memory" => replaced(&guest.memory, size(seen)),
        "swap" => replaced(&guest.swap, size(seen)),
        "autostart" => replaced(&guest.autostart, seen.as_bool().map(|b| b.to_string())),
        _ => None,
    }
}

/// Bytes as a size that is just as much.
fn size(value: &Value) -> Option<String> {
    let bytes = value.as_int().filter(|n| *n > 0)?;
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let (unit, shift) = units.into_iter().find(|(_, s)| bytes % (1_i64 << s) == 0)?;
    Some(format!("{}{unit}", bytes >> shift))
}

fn vlan(ctx: &Context<'_>, difference: &Difference) -> Taking {
    taken_vlan(ctx, difference).unwrap_or_else(|| {
        not("no single value says it, or no network, or more than one, has the number of the VLAN")
    })
}

fn taken_vlan(ctx: &Context<'_>, difference: &Difference) -> Option<Taking> {
    let device = ctx.lab.devices.get(&difference.target.name)?;
    let facts = ctx.facts.targets.get(&difference.target.to_string())?;
    let own = difference.path.key.as_str();
    let mut ports = device.ports.iter();
    let (_, port) = ports.find(|(name, p)| own_port(facts, &name.0, p) == Some(own))?;
    let number = |network: &str| Some(ctx.lab.networks.get(network)?.vlan.known()?.to_string());
    let called = |vlan: &str| {
        let mut named = ctx.lab.networks.iter();
        let is = |(_, n): &(&String, &model::lab::Network)| {
            n.vlan.known().is_some_and(|v| v.to_string() == vlan)
        };
        let first = named.find(is)?;
        named.find(is).is_none().then(|| first.0.clone())
    };
    let in_vlans = |how: &str| -> BTreeSet<&str> {
        let is_in = |v: &Value| match v.field(how) {
            Some(Value::List(all)) => all.iter().any(|p| p.as_text() == Some(own)),
            _ => false,
        };
        let all = facts.items(FactKind::DeviceVlan);
        all.filter(|(_, v)| is_in(v)).map(|(key, _)| key).collect()
    };
    if difference.declared.ends_with(" untagged") {
        let bare = in_vlans("untagged");
        let vlan = bare.first().filter(|_| bare.len() == 1)?;
        return replaced(&port.network, called(vlan));
    }
    tagged(port, &in_vlans("tagged"), &number, &called)
}

fn tagged(
    port: &Port,
    is: &BTreeSet<&str>,
    number: &dyn Fn(&str) -> Option<String>,
    called: &dyn Fn(&str) -> Option<String>,
) -> Option<Taking> {
    let mut said = Vec::new();
    for network in &port.tagged {
        said.push((number(network.value.name())?, network.span));
    }
    let (kept, less): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(n, _)| is.contains(n.as_str()));
    let new = is.iter().filter(|n| !kept.iter().any(|(k, _)| k == *n));
    let more: Option<Vec<String>> = new.map(|n| called(n)).collect();
    let more = more?;
    one_for_one(&kept, &less, &more.iter().collect::<Vec<_>>())
}
