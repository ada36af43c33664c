//! A network of the house with addresses that are somebody else's, or kept for something else.

use crate::addresses::{is_inner, subnet};
use crate::context::network;
use crate::{Context, Findings, Mend, Rule};
use core::net::{IpAddr, Ipv4Addr};
use diag::Severity;
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::lab::Network;
use model::lab::network::NetworkKind;

/// Source: IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry"; of `fec0::/10`, "Internet Protocol
/// Version 6 Address Space".
pub const RULE: Rule = Rule {
    id: "net-reserved-range",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A network within the house has addresses that are valid on one link alone, that a provider gives its customers, that stand for examples, that are kept for tests or protocols, or that only look private.",
    rationale: "Routers do not forward link-local addresses (RFC 3927, RFC 4291), 100.64.0.0/10 is what providers with CGNAT and Tailscale use themselves (RFC 6598), and examples (RFC 5737, RFC 3849) \
        are dropped by filters. 198.18.0.0/15 (RFC 2544), 192.0.0.0/24 (RFC 6890), 192.88.99.0/24 (RFC 7526), 64:ff9b::/96 (RFC 6052), fec0::/10 (RFC 3879) and fc00::/8 (RFC 4193) \
        each have a meaning of their own that some program knows. 172.32.0.0 and 192.169.0.0 are one number away from private and belong to somebody: machines in the lab can never reach those, and what leaves by mistake goes to strangers.",
    example: "networks: {lan: {subnet: 172.32.0.0/24}}",
    controls: &["CIS v8 12.4"],
    mend: Mend::None("new addresses change every machine in the network"),
    run,
};

/// What is wrong with some addresses.
struct Reserved {
    severity: Severity,
    what: &'static str,
    label: &'static str,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, net) in &ctx.lab.networks {
        let Some(range) = subnet(net).filter(|_| is_within(net)) else {
            continue;
        };
        let Some(found) = reserved(range) else {
            continue;
        };
        let d = RULE
            .with(
                found.severity,
                format!("network '{name}' has addresses {}: {range}", found.what),
            )
            .at(
                net.subnet.as_ref().map_or(net.span, |s| s.span),
                found.label,
            )
            .help(match private_within(range) {
                Some(whole) => format!("the private range in it is {whole}: write that, or a part of it"),
                None => "take addresses from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, or from a prefix of your own in fd00::/8 (RFC 4193)".to_owned(),
            });
        out.add(network(name), d);
    }
}

/// Towards a provider, and in a tunnel, addresses are what others say.
fn is_within(net: &Network) -> bool {
    let kind = net.about.kind.known();
    !is_inner(net) && !matches!(kind, Some(NetworkKind::Wan | NetworkKind::Vpn))
}

fn reserved(range: IpNet) -> Option<Reserved> {
    if range.prefix_len() == 0 {
        return Some(Reserved {
            severity: Severity::Warning,
            what: "of the whole internet",
            label: "all that there are: whoever is meant is in no other network",
        });
    }
    let within = |nets: &[&str]| {
        let nets = nets.iter().filter_map(|net| net.parse::<IpNet>().ok());
        nets.into_iter().any(|net| net.contains(&range))
    };
    if within(&["169.254.0.0/16", "fe80::/10"]) {
        return Some(Reserved {
            severity: Severity::Warning,
            what: "that are valid on one link alone",
            label: "no router forwards what comes from these",
        });
    }
    if within(&["100.64.0.0/10"]) {
        return Some(Reserved {
            severity: Severity::Info,
            what: "that providers give their customers",
            label: "of CGNAT, and of Tailscale",
        });
    }
    let examples = [
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
        "3fff::/20",
    ];
    if within(&examples) {
        return Some(Reserved {
            severity: Severity::Info,
            what: "that stand for examples in documents",
            label: "for documentation",
        });
    }
    if let Some(found) = set_apart(&within) {
        return Some(found);
    }
    if private_within(range).is_some() {
        return Some(Reserved {
            severity: Severity::Warning,
            what: "of strangers in the internet beside private ones",
            label: "larger than the private range in it",
        });
    }
    if is_too_large(range) {
        return Some(Reserved {
            severity: Severity::Warning,
            what: "of strangers in the internet",
            label: "so many public addresses belong to providers and states",
        });
    }
    looks_private(range).then_some(Reserved {
        severity: Severity::Warning,
        what: "of strangers in the internet",
        label: "looks private, and is not: private are 10.0.0.0 to 10.255.255.255, 172.16.0.0 to 172.31.255.255 and 192.168.0.0 to 192.168.255.255",
    })
}

/// Ranges that are kept for tests, for protocols, or for nobody (IANA's registries of special-purpose addresses), with what is said of them.
const SET_APART: [(&[&str], Severity, &str, &str); 6] = [
    (
        &["198.18.0.0/15", "2001:2::/48"],
        Severity::Info,
        "that are kept for benchmarks",
        "for benchmarks of devices (RFC 2544, RFC 5180); some proxies give such addresses to names",
    ),
    (
        &["192.0.0.0/24"],
        Severity::Warning,
        "that protocols use themselves",
        "for protocols, such as DS-Lite and the search for NAT64 (RFC 6890, RFC 7335, RFC 7050)",
    ),
    (
        &["192.88.99.0/24"],
        Severity::Warning,
        "that stood for relays of 6to4",
        "was for relays of 6to4, and is deprecated (RFC 7526): filters drop it",
    ),
    (
        &["64:ff9b::/96"],
        Severity::Warning,
        "that stand for ones of IPv4",
        "an IPv4 address stands in each, and NAT64 leads there (RFC 6052); a house's own translator takes 64:ff9b:1::/48 (RFC 8215)",
    ),
    (
        &["fec0::/10"],
        Severity::Warning,
        "that are no longer private",
        "site-local, deprecated (RFC 3879): systems treat these as public ones",
    ),
    (
        &["fc00::/8"],
        Severity::Info,
        "that nobody may assign yet",
        "of fc00::/7 only fd00::/8 may be taken; this half waits for a way to assign it (RFC 4193, 3.1)",
    ),
];

fn set_apart(within: &dyn Fn(&[&str]) -> bool) -> Option<Reserved> {
    let found = SET_APART.iter().find(|(nets, ..)| within(nets));
    found.map(|&(_, severity, what, label)| Reserved {
        severity,
        what,
        label,
    })
}

/// The private range that it has within, beside others; the largest.
fn private_within(range: IpNet) -> Option<IpNet> {
    let private = ["fc00::/7", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    let mut private = private.iter().filter_map(|net| net.parse::<IpNet>().ok());
    private.find(|net| range != *net && range.contains(net))
}

/// More public addresses than a house has of its own: fewer than 16 bits of IPv4, or 20 of IPv6, are given.
fn is_too_large(range: IpNet) -> bool {
    match range {
        IpNet::V4(four) => four.prefix_len() < 16 && !four.network().is_private(),
        IpNet::V6(six) => six.prefix_len() < 20 && !six.network().is_unique_local(),
    }
}

/// One number away from what RFC 1918 leaves to everybody.
fn looks_private(range: IpNet) -> bool {
    let IpNet::V4(four) = range else {
        return false;
    };
    let private = |a: Ipv4Addr| a.is_private();
    let near = match four.network().octets() {
        [11 | 172, ..] => true,
        [192, second, ..] => (160..=175).contains(&second),
        _ => false,
    };
    let ends = (range.network(), range.broadcast());
    let (IpAddr::V4(first), IpAddr::V4(last)) = ends else {
        return false;
    };
    near && four.prefix_len() >= 16 && !private(first) && !private(last)
}
