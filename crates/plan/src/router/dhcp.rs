//! What a router hands out: pools against declared ranges, fixed addresses against the machines that have them.

use super::subnet::{at, last_usable, network_of};
use super::{Comparing, addresses, text, texts};
use crate::How;
use core::net::IpAddr;
use diag::Span;
use ipnet::IpNet;
use model::declare::{OptExt as _, Value as _};
use model::fact::FactKind;
use model::id::Kind;
use model::lab::Lab;
use model::lab::network::Dhcp;
use model::units::net::Mac;
use model::value::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::OpenWrtDhcp;

/// A declared machine or device, with what it is known by on a network.
struct Owner<'a> {
    name: &'a str,
    addresses: Vec<IpAddr>,
    macs: Vec<Mac>,
    span: Span,
}

fn owners(lab: &Lab) -> Vec<Owner<'_>> {
    let hosts = lab.hosts.iter().map(|(name, host)| {
        let given = host.addresses.values().filter_map(|g| g.value());
        let nics = host.about.hardware.iter().flat_map(|h| h.nics.iter());
        Owner {
            name,
            addresses: given.filter_map(|a| a.parse().ok()).collect(),
            macs: nics
                .filter_map(|(_, nic)| nic.mac.known().copied())
                .collect(),
            span: host.span,
        }
    });
    let guests = lab.guests.iter().map(|(name, guest)| Owner {
        name,
        addresses: guest
            .addresses
            .iter()
            .filter_map(|(_, g)| g.value().map(|a| a.0))
            .collect(),
        macs: guest.mac.known().copied().into_iter().collect(),
        span: guest.span,
    });
    let devices = lab.devices.iter().map(|(name, device)| Owner {
        name,
        addresses: device
            .addresses
            .iter()
            .filter_map(|(_, g)| g.value().map(|a| a.0))
            .collect(),
        macs: device.mac.known().copied().into_iter().collect(),
        span: device.span,
    });
    hosts.chain(guests).chain(devices).collect()
}

impl Comparing<'_> {
    /// A fixed address is declared with the machine that has it.
    pub(super) fn fixed(&mut self) {
        let owners = owners(self.ctx.lab);
        let items = self.facts.items(KIND).filter_map(|(key, value)| {
            let address: IpAddr = text(value, "address")?.parse().ok()?;
            key.starts_with("host/")
                .then_some((key.to_owned(), value, address))
        });
        for (key, value, address) in items.collect::<Vec<_>>() {
            let macs: BTreeSet<Mac> = texts(value, "macs")
                .into_iter()
                .filter_map(|m| Mac::parse(m).ok())
                .collect();
            let shown = texts(value, "macs").join(", ");
            let seen = match (text(value, "name"), shown.is_empty()) {
                (Some(name), false) => format!("{address} for {name}, {shown}"),
                (Some(name), true) => format!("{address} for {name}"),
                (None, _) => format!("{address} for {shown}"),
            };
            let by_mac = owners
                .iter()
                .find(|o| o.macs.iter().any(|m| macs.contains(m)));
            let by_address = owners.iter().find(|o| o.addresses.contains(&address));
            match (by_address, by_mac) {
                (Some(owner), _) if owner.macs.is_empty() || macs.is_empty() => {}
                (Some(owner), Some(other)) if owner.name == other.name => {}
                (Some(owner), _) => {
                    let own: Vec<String> = owner.macs.iter().map(ToString::to_string).collect();
                    let said = format!("{address} is that of {}, {}", owner.name, own.join(", "));
                    self.tell(KIND, &key, How::Differs, &said, &seen, Some(owner.span));
                }
                (None, Some(owner)) => {
                    let own: Vec<String> =
                        owner.addresses.iter().map(ToString::to_string).collect();
                    let said = match own.is_empty() {
                        true => format!("{} has no fixed address", owner.name),
                        false => format!("{} has {}", owner.name, own.join(", ")),
                    };
                    self.tell(KIND, &key, How::Differs, &said, &seen, Some(owner.span));
                }
                (None, None) => {
                    self.tell(KIND, &key, How::Undeclared, "not declared", &seen, None);
                }
            }
        }
    }

    /// Ranges that this router is declared to hand out, and those that it does.
    pub(super) fn pools(&mut self) {
        let lab = self.ctx.lab;
        let mut on = BTreeSet::new();
        for (interface, pool) in self.running() {
            let Some((subnet, alone)) = self.subnet(&interface, &pool) else {
                continue;
            };
            let key = format!("pool/{interface}");
            let range = range(&pool, subnet).filter(|_| alone);
            let seen = match range {
                Some((first, last)) => format!("{first}-{last} on its interface {interface}"),
                None => format!("addresses of its interface {interface}, of an unknown range"),
            };
            let network = network_of(lab, subnet.addr());
            let about = network.and_then(|n| Some((n, lab.networks.get(n)?.about.dhcp.as_ref()?)));
            let Some((network, dhcp)) = about else {
                let what = "no addresses are handed out";
                self.tell(KIND, &key, How::Undeclared, what, &seen, None);
                continue;
            };
            on.insert(network.to_owned());
            self.pool(&key, network, dhcp, (range, &seen));
        }
        let missing = lab.networks.iter().filter_map(|(name, network)| {
            let dhcp = network.about.dhcp.as_ref()?;
            (self.serves(dhcp) && !on.contains(name)).then_some((name.clone(), dhcp.span))
        });
        for (name, span) in missing.collect::<Vec<_>>() {
            let said = format!("hands out addresses in {name}");
            let gap = self
                .facts
                .gap(KIND)
                .or_else(|| self.facts.gap(FactKind::OpenWrtInterface));
            match gap {
                None => self.tell(KIND, &name, How::Missing, &said, "absent", Some(span)),
                Some(why) => {
                    let seen = format!("unknown ({why})");
                    self.tell(KIND, &name, How::Unknown, &said, &seen, Some(span));
                }
            }
        }
    }

    /// The network of a pool, and whether it can be no other: of several addresses of an interface the one that fits what is declared.
    fn subnet(&self, interface: &str, pool: &Value) -> Option<(IpNet, bool)> {
        let lab = self.ctx.lab;
        let mut items = self.facts.items(FactKind::OpenWrtInterface);
        let (_, told) = items.find(|(name, _)| *name == interface)?;
        let mut all = addresses(told);
        all.retain(|net| net.addr().is_ipv4());
        let declared = |subnet: IpNet| {
            let about = &lab.networks.get(network_of(lab, subnet.addr())?)?.about;
            let range = about.dhcp.as_ref()?.range.known()?;
            Some((range.first(), range.last()))
        };
        let fits = |subnet: &&IpNet| {
            let range = range(pool, **subnet);
            range.is_some() && range == declared(**subnet)
        };
        match all.iter().find(fits) {
            Some(subnet) => Some((*subnet, true)),
            None => Some((*all.first()?, all.len() == 1)),
        }
    }

    fn pool(
        &mut self,
        key: &str,
        network: &str,
        dhcp: &Dhcp,
        (range, seen): (Option<(IpAddr, IpAddr)>, &str),
    ) {
        let span = Some(dhcp.span);
        if let Some(server) = dhcp.server.known().filter(|_| !self.serves(dhcp)) {
            let said = format!("{} hands out addresses in {network}", server.name());
            return self.tell(KIND, key, How::Differs, &said, seen, span);
        }
        let Some(declared) = dhcp.range.known() else {
            return;
        };
        let said = format!("{}-{} in {network}", declared.first(), declared.last());
        match range {
            Some(range) if range == (declared.first(), declared.last()) => {}
            Some(_) => self.tell(KIND, key, How::Differs, &said, seen, span),
            None => {
                let seen = "unknown (its first address or their count was not told, or its interface has several addresses)";
                self.tell(KIND, key, How::Unknown, &said, seen, span);
            }
        }
    }

    fn serves(&self, dhcp: &Dhcp) -> bool {
        let server = dhcp.server.known();
        server.is_some_and(|s| s.kind() == Kind::Device && s.name() == self.object.name)
    }

    /// Pools that are not known to be off, by their interface.
    fn running(&self) -> Vec<(String, Value)> {
        let items = self.facts.items(KIND).filter_map(|(key, value)| {
            let interface = key.strip_prefix("pool/")?;
            let off = value.field("off").and_then(Value::as_bool) == Some(true);
            (!off).then(|| (interface.to_owned(), value.clone()))
        });
        items.collect()
    }
}

/// From the first to the last address of a pool, which counts from the network's own and ends in front of the broadcast address.
fn range(pool: &Value, subnet: IpNet) -> Option<(IpAddr, IpAddr)> {
    let of = |field: &str| {
        let number = pool.field(field).and_then(Value::as_int)?;
        u128::try_from(number).ok()
    };
    let (start, limit) = (of("start")?, of("limit")?.checked_sub(1)?);
    let (first, end) = (at(subnet, start)?, last_usable(subnet)?);
    let last = at(subnet, start.checked_add(limit)?).map_or(end, |last| last.min(end));
    (first <= last).then_some((first, last))
}
