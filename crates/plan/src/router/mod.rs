//! What an OpenWrt router tells against what is declared: its addresses and release, zones, ports that it leads elsewhere, and what it hands
//! out.
//!
//! Zones and interfaces have names of their own on a router: which network is meant is known by its addresses. Nothing is planned from this.

mod dhcp;
mod forward;
mod let_in;
mod own;
mod subnet;

use crate::difference::Telling;
use crate::interface::{By, Interface, all, compared, silence};
use crate::{Context, Difference, How};
use core::net::IpAddr;
use diag::Span;
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::ObjectRef;
use model::lab::device::Device;
use model::value::Value;
use std::collections::BTreeSet;
use subnet::network_of;

pub use forward::ways;

/// The differences of every router that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::OpenWrt(_));
    compared(ctx, asked, |interface, facts, out| {
        if let Some(declared) = ctx.lab.devices.get(&interface.object.name) {
            Comparing {
                ctx,
                object: &interface.object,
                declared,
                facts,
                out,
            }
            .run();
        }
    })
}

/// Devices that are asked by ubus.
fn routers<'a>(ctx: &Context<'a>) -> impl Iterator<Item = Interface<'a>> {
    let all = all(ctx.lab).into_iter();
    all.filter(|i| matches!(i.by, By::OpenWrt(_)))
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    object: &'a ObjectRef,
    declared: &'a Device,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

impl Comparing<'_> {
    fn run(&mut self) {
        let span = Some(self.declared.span);
        if let Some(seen) = silence(self.facts) {
            return self.tell(
                FactKind::OpenWrt,
                "*",
                How::Unknown,
                "what it tells",
                &seen,
                span,
            );
        }
        for (kind, said) in [
            (FactKind::OpenWrtInterface, "no other interfaces"),
            (FactKind::OpenWrtFirewall, "no other zones"),
            (
                FactKind::OpenWrtForward,
                "no other ports that are led elsewhere",
            ),
            (FactKind::OpenWrtDhcp, "no other fixed addresses"),
        ] {
            if let Some(why) = self.facts.gap(kind) {
                let seen = format!("unknown ({why})");
                self.tell(kind, "*", How::Unknown, said, &seen, span);
            }
        }
        if let Some(snmp) = &self.declared.snmp {
            let seen = "unknown (a device is asked in one way, and this one by ubus)";
            let kind = FactKind::Device;
            let cause = Some(snmp.span);
            self.tell(
                kind,
                "*",
                How::Unknown,
                "what its SNMP agent tells",
                seen,
                cause,
            );
        }
        self.release();
        self.addresses();
        self.zones();
        self.forwards();
        self.fixed();
        self.pools();
    }

    fn release(&mut self) {
        let (Some(declared), Some(given)) = (
            self.declared.firmware.known(),
            self.declared.firmware.as_ref(),
        ) else {
            return;
        };
        let said = format!("release {declared}");
        let board = self.facts.seen(&FactPath::new(FactKind::OpenWrt, "board"));
        let told = board.value().and_then(|b| text(b, "release"));
        let (kind, span) = (FactKind::OpenWrt, Some(given.span));
        match told {
            Some(told) if told == declared => {}
            Some(told) => self.tell(kind, "board", How::Differs, &said, told, span),
            None => {
                let why = self.facts.gap(kind);
                let why = why.unwrap_or_else(|| "it was not told".to_owned());
                let seen = format!("unknown ({why})");
                self.tell(kind, "board", How::Unknown, &said, &seen, span);
            }
        }
    }

    /// Interfaces with their addresses, those apart that lead to the internet: their addresses are the provider's.
    fn inner(&self) -> Vec<(String, Vec<IpNet>)> {
        let items = self.facts.items(FactKind::OpenWrtInterface);
        let inner = items.filter(|(_, value)| value.field("gateway").is_none());
        inner
            .map(|(name, value)| (name.to_owned(), addresses(value)))
            .collect()
    }

    fn addresses(&mut self) {
        let kind = FactKind::OpenWrtInterface;
        let items = self.facts.items(kind);
        let all: BTreeSet<IpAddr> = items
            .flat_map(|(_, value)| addresses(value))
            .map(|net| net.addr())
            .collect();
        let declared = self.declared;
        let mut own = BTreeSet::new();
        for (network, given) in declared.addresses.iter() {
            let Some(address) = given.value().map(|a| a.0) else {
                continue;
            };
            own.insert(address);
            if all.contains(&address) {
                continue;
            }
            let said = format!("{address} in {}", network.name());
            let key = network.name();
            match self.facts.gap(kind) {
                None => self.tell(kind, key, How::Missing, &said, "absent", Some(given.span)),
                Some(why) => {
                    let seen = format!("unknown ({why})");
                    self.tell(kind, key, How::Unknown, &said, &seen, Some(given.span));
                }
            }
        }
        for (name, addresses) in self.inner() {
            let strange = addresses.into_iter().filter(|net| {
                let address = net.addr();
                // Those of version 6 come by themselves, out of prefixes.
                address.is_ipv4() && !address.is_loopback() && !own.contains(&address)
            });
            for net in strange {
                let seen = format!("{net} on its interface {name}");
                self.tell(kind, &name, How::Undeclared, "not declared", &seen, None);
            }
        }
    }

    /// A zone is known by its name, or because each address in it is one of a declared network.
    fn zones(&mut self) {
        let lab = self.ctx.lab;
        let kind = FactKind::OpenWrtFirewall;
        let inner = self.inner();
        let zones = self.facts.items(kind).filter_map(|(key, value)| {
            let name = key.strip_prefix("zone/")?;
            let known = lab.zones.contains_key(name) || lab.networks.contains_key(name);
            (!known).then_some((name.to_owned(), value))
        });
        for (name, value) in zones.collect::<Vec<_>>() {
            let own = texts(value, "interfaces");
            let mut held = inner.iter().filter(|(i, _)| own.contains(&i.as_str()));
            let strange = held.find_map(|(interface, addresses)| {
                let mut strange = addresses
                    .iter()
                    .filter(|net| net.addr().is_ipv4() && network_of(lab, net.addr()).is_none());
                strange.next().map(|net| (interface, net))
            });
            let seen = match strange {
                Some((interface, net)) => format!("zone {name}, with {net} on {interface}"),
                None if own.is_empty() => format!("zone {name}, with no interface"),
                None => continue,
            };
            let key = format!("zone/{name}");
            self.tell(kind, &key, How::Undeclared, "not declared", &seen, None);
        }
    }

    fn tell(
        &mut self,
        kind: FactKind,
        key: &str,
        how: How,
        declared: &str,
        observed: &str,
        cause: Option<Span>,
    ) {
        let path = FactPath::new(kind, key);
        self.out.tell(path, how, declared, observed, cause);
    }
}

fn addresses(interface: &Value) -> Vec<IpNet> {
    let all = texts(interface, "addresses").into_iter();
    all.filter_map(|text| text.parse().ok()).collect()
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

fn texts<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    match value.field(field) {
        Some(Value::List(list)) => list.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}
