//! A record with the name of a machine, and another address than the machine has; or with an address that is in no network of the lab.

use crate::addresses::{Held, Subnets, is_inner, is_private, reserved, standing};
use crate::container_addresses::fixed;
use crate::context::{called, dns_zone};
use crate::standing::{away, called_away};
use crate::{Context, Findings, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{DnsRecord, Network, NetworkKind, RecordType};
use std::collections::{BTreeMap, BTreeSet};

/// What is looked up for every record.
struct Known<'a> {
    lab: &'a Lab,
    /// Machines by their names in small letters, with the networks that they stand in.
    machines: BTreeMap<String, (ObjectRef, BTreeSet<&'a str>)>,
    /// The addresses of each.
    own: BTreeMap<&'a ObjectRef, Vec<&'a Held<'a>>>,
    /// Who has an address.
    owners: BTreeMap<IpAddr, String>,
    /// What only something has that is not in use.
    kept: BTreeMap<IpAddr, Held<'a>>,
    /// Machines that are not in use and have no address, by their names in small letters.
    away: BTreeMap<String, &'a ObjectRef>,
    subnets: Subnets<'a>,
    /// Every network has a subnet that is known.
    whole: bool,
    /// Names that people ask for services by.
    services: BTreeSet<String>,
    /// Addresses that something else has: gateways, name servers, published ports.
    told: BTreeSet<IpAddr>,
    /// Somebody in each network whose address there is not known.
    open: BTreeMap<&'a str, ObjectRef>,
}

/// A record that gives a name an address.
struct Named<'a> {
    zone: &'a str,
    name: &'a str,
    record: &'a DnsRecord,
    address: IpAddr,
}

pub(super) fn run(rule: &Rule, ctx: &Context<'_>, out: &mut Findings) {
    let known = Known::of(ctx);
    for (zone, of) in &ctx.lab.dns {
        for record in &of.records {
            let Some((name, address)) = read(record) else {
                continue;
            };
            let named = Named {
                zone,
                name,
                record,
                address,
            };
            let d = known
                .machine(rule, &named)
                .or_else(|| known.gone(rule, &named))
                .or_else(|| known.nowhere(rule, &named))
                .or_else(|| known.nobody(rule, &named));
            d.into_iter().for_each(|d| out.add(dns_zone(zone), d));
        }
    }
}

fn read(record: &DnsRecord) -> Option<(&str, IpAddr)> {
    let kind = record.r#type.known()?;
    let address: IpAddr = record.value.known()?.parse().ok()?;
    let fits = match kind {
        RecordType::A => address.is_ipv4(),
        RecordType::Aaaa => address.is_ipv6(),
        _ => false,
    };
    let name = record.name.known()?.as_str();
    fits.then_some((name, address))
}

impl<'a> Known<'a> {
    fn of(ctx: &'a Context<'_>) -> Self {
        let lab = ctx.lab;
        let mut machines: BTreeMap<String, (ObjectRef, BTreeSet<&str>)> = BTreeMap::new();
        for (owner, network) in standing(lab) {
            let (_, networks) = machines
                .entry(owner.name.to_lowercase())
                .or_insert_with(|| (owner, BTreeSet::new()));
            networks.insert(network);
        }
        let mut own: BTreeMap<&ObjectRef, Vec<&Held<'_>>> = BTreeMap::new();
        let mut owners: BTreeMap<IpAddr, String> = BTreeMap::new();
        for held in ctx.held() {
            own.entry(&held.owner).or_default().push(held);
            owners
                .entry(held.address)
                .or_insert_with(|| called(&held.owner));
        }
        // A container with a place among the machines.
        let fixed = fixed(lab, ctx.projects).into_iter();
        for one in fixed.filter(|f| f.active && f.network.lan.is_some()) {
            if let Some(address) = one.address {
                owners.entry(address).or_insert_with(|| one.title());
            }
        }
        let nets = lab.networks.values();
        let machine = |o: &&ObjectRef| matches!(o.kind, Kind::Host | Kind::Guest | Kind::Device);
        let placed: BTreeSet<ObjectRef> = reserved(lab).into_iter().map(|h| h.owner).collect();
        let away = lab.apart.why.keys().filter(machine);
        let away = away.filter(|o| !placed.contains(*o));
        let away = away.map(|o| (o.name.to_lowercase(), o));
        Self {
            lab,
            machines,
            own,
            kept: super::kept(lab, ctx.held()),
            away: away.collect(),
            owners,
            subnets: Subnets::of(lab),
            whole: !lab.networks.is_empty() && nets.into_iter().all(|n| n.subnet.known().is_some()),
            services: services(lab),
            told: super::told(ctx),
            open: super::without_address(lab, ctx.held()),
        }
    }

    /// The record is called as a machine is, and is not asked for as a service, which may be reached elsewhere (at a proxy).
    fn owner(&self, named: &Named<'_>) -> Option<&(ObjectRef, BTreeSet<&'a str>)> {
        let short = within(named.name, named.zone);
        let full = format!("{short}.{}", plain(named.zone));
        let service = self.services.contains(&short) || self.services.contains(&full);
        self.machines.get(&short).filter(|_| !service)
    }

    fn machine(&self, rule: &Rule, named: &Named<'_>) -> Option<Diagnostic> {
        let (owner, networks) = self.owner(named)?;
        let own = self.own.get(owner).map_or(&[][..], Vec::as_slice);
        if own.iter().any(|h| h.address == named.address) {
            return None;
        }
        let mut near = self.subnets.with(named.address);
        if let Some(network) = near.find(|n| networks.contains(n)) {
            return Some(match own.iter().find(|h| h.network == network) {
                Some(there) => self.other(rule, named, there, own.len()),
                None => open(rule, named, owner, network),
            });
        }
        let four = named.address.is_ipv4();
        let same = own.iter().find(|h| h.address.is_ipv4() == four);
        match (same, self.subnets.with(named.address).next()) {
            // It moved to another network, and the record did not.
            (Some(there), Some(_)) => Some(self.other(rule, named, there, own.len())),
            (None, Some(network)) => Some(open(rule, named, owner, network)),
            (_, None) => None,
        }
    }

    /// A machine that is not in use has the address; or has the name, and no address of which anybody knows.
    fn gone(&self, rule: &Rule, named: &Named<'_>) -> Option<Diagnostic> {
        if self.owners.contains_key(&named.address) {
            return None;
        }
        let kept = self.kept.get(&named.address);
        let short = within(named.name, named.zone);
        let called =
            |name: &String| self.services.contains(name) || self.machines.contains_key(name);
        let of_name = || {
            let own = self.away.get(&short).copied();
            own.filter(|_| is_private(named.address) && !called(&short))
        };
        let owner = kept.map(|h| &h.owner).or_else(of_name)?;
        let (zone, who) = (named.zone, called_away(self.lab, owner)?);
        let status = away(self.lab, owner)?;
        // A record that is there before the machine harms nobody; one that stays behind leads to whoever has the address next.
        let severity = match status {
            "planned" => Severity::Info,
            _ => Severity::Warning,
        };
        let d = rule.with(
            severity,
            match kept {
                Some(_) => format!(
                    "'{}' in DNS zone '{zone}' is {}, the address of {who}",
                    named.name, named.address
                ),
                None => format!(
                    "'{}' in DNS zone '{zone}', which is {}, is the name of {who}",
                    named.name, named.address
                ),
            },
        );
        let d = d.at(named.span(), "nobody answers there");
        let place = kept.map(|h| h.span).or_else(|| self.lab.span_of(owner));
        let d = match place {
            Some(there) => d.and_at(there, status),
            None => d,
        };
        Some(d.help("remove the record, or give the address of what is there today"))
    }

    fn other(&self, rule: &Rule, named: &Named<'_>, there: &Held<'_>, count: usize) -> Diagnostic {
        let (address, zone) = (named.address, named.zone);
        let owner = &there.owner;
        let called = called(owner);
        let whose = self.owners.get(&address);
        // What leads to another machine of the lab mostly does so on purpose, to a proxy; an address of nobody is left from before.
        let severity = match whose {
            Some(_) => Severity::Info,
            None => Severity::Warning,
        };
        rule.with(
            severity,
            format!(
                "'{}' in DNS zone '{zone}' is {address}, and {called} is {}",
                owner.name, there.address
            ),
        )
        .at(named.span(), format!("of {}", whose.map_or("nothing declared", String::as_str)))
        .and_at(there.span, format!("of {called}"))
        .note(format!("addresses of {called}: {count}, this one among them: 0"))
        .help("correct the record, or the address of the machine; if the name leads elsewhere on purpose (to a proxy), waive this")
    }

    /// An address that only a network of one's own can have, and that none of the lab's has.
    fn nowhere(&self, rule: &Rule, named: &Named<'_>) -> Option<Diagnostic> {
        let address = named.address;
        let own = match address {
            IpAddr::V4(four) => four.is_private(),
            IpAddr::V6(six) => six.is_unique_local(),
        };
        // Networks of one version may be declared, and those of the other left out.
        let mut nets = self
            .lab
            .networks
            .values()
            .filter_map(crate::addresses::subnet);
        let same = nets.any(|n| n.addr().is_ipv4() == address.is_ipv4());
        let somebody = self.owners.contains_key(&address);
        if !own || !same || somebody || self.subnets.with(address).next().is_some() {
            return None;
        }
        let what = format!("'{}' in DNS zone '{}'", named.name, named.zone);
        if !self.whole {
            let d = rule.unknown(format!(
                "whether {address}, to which {what} leads, is in a network of the lab"
            ));
            return Some(
                d.at(named.span(), "in none whose subnet is known")
                    .help("declare the subnet of every network"),
            );
        }
        let d = rule
            .with(
                Severity::Warning,
                format!("{what} is {address}, which is in no network of the lab"),
            )
            .at(named.span(), "an address of a network of one's own")
            .note(format!(
                "networks with this address: 0 of {}",
                self.lab.networks.len()
            ));
        Some(
            match self
                .owner(named)
                .and_then(|(o, _)| self.own.get(o)?.first())
            {
                Some(there) => d
                    .and_at(there.span, format!("of {}", called(&there.owner)))
                    .help("correct the record, or declare the network"),
                None => d.help("correct or remove the record, or declare the network"),
            },
        )
    }
}

impl Known<'_> {
    /// An address of a network of the lab that nothing declared has.
    fn nobody(&self, rule: &Rule, named: &Named<'_>) -> Option<Diagnostic> {
        let address = named.address;
        if !is_private(address)
            || self.owners.contains_key(&address)
            || self.told.contains(&address)
        {
            return None;
        }
        let there = self.subnets.with(address).next()?;
        let network = self.lab.networks.get(there)?;
        // Bridges of engines and tunnels give addresses as they like.
        let tunnel = network.about.kind.known() == Some(&NetworkKind::Vpn);
        if tunnel || is_inner(network) || is_leased(network, address) {
            return None;
        }
        let what = format!("'{}' in DNS zone '{}'", named.name, named.zone);
        if let Some(who) = self.open.get(there).map(called) {
            let d = rule.unknown(format!(
                "whether {address}, to which {what} leads, is {who}"
            ));
            return Some(
                d.at(named.span(), format!("an address of network '{there}'"))
                    .help(format!("declare the address of {who} in network '{there}'")),
            );
        }
        let d = rule.with(
            Severity::Info,
            format!("{what} is {address}, and nothing declared has that address"),
        );
        Some(
            d.at(named.span(), format!("an address of network '{there}'"))
                .help("correct or remove the record, or declare what has the address"),
        )
    }
}

/// It is handed out, or may be.
fn is_leased(network: &Network, address: IpAddr) -> bool {
    network
        .about
        .dhcp
        .as_ref()
        .is_some_and(|dhcp| match dhcp.range.known() {
            Some(range) => range.contains(address),
            None => true,
        })
}

impl Named<'_> {
    fn span(&self) -> diag::Span {
        let value = self.record.value.as_ref();
        value.map_or(self.record.span, |v| v.span)
    }
}

fn open(rule: &Rule, named: &Named<'_>, owner: &ObjectRef, network: &str) -> Diagnostic {
    let (address, called) = (named.address, called(owner));
    rule.unknown(format!(
        "whether {address}, to which '{}' in DNS zone '{}' leads, is {called}",
        owner.name, named.zone
    ))
    .at(named.span(), format!("in network '{network}'"))
    .note(format!(
        "the address of {called} in network '{network}' is not known"
    ))
    .help(format!("declare it: 'addresses: {{{network}: {address}}}'"))
}

/// Without the dot at its end, in small letters.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

/// A name without its zone.
fn within(name: &str, zone: &str) -> String {
    let (name, zone) = (plain(name), plain(zone));
    let short = name.strip_suffix(&zone).and_then(|n| n.strip_suffix('.'));
    short.unwrap_or(&name).to_owned()
}

/// What services are called, and the hosts that people ask for them by.
fn services(lab: &Lab) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (name, service) in &lab.services {
        out.insert(name.to_lowercase());
        out.extend(service.url.known().and_then(|u| host(&u.0)).map(plain));
        let hosts = service.exposures.iter().filter_map(|e| e.host.known());
        out.extend(hosts.map(|h| plain(&h.0)));
    }
    out
}

/// The host that a URL names.
fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next()?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split(':').next()
}
