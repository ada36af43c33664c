//! The nftables ruleset of a router, from the declared flows.
//!
//! The order is that of `graph::traffic`: the more exact flow decides, so it stands first; of two that are equally exact, the one
//! that denies. Ends are matched by address, as a zone's networks may lie behind another router.

use crate::design::{Design, Router};
use core::net::IpAddr;
use graph::{addresses, reach, traffic};
use ipnet::IpNet;
use model::declare::{OptExt as _, Or};
use model::id::Kind;
use model::lab::Lab;
use model::lab::Protocol;
use model::lab::network::{Action, AnyPort, End, Flow};
use model::lab::service::Outside;
use model::units::net::Ports;
use std::collections::BTreeSet;

/// Where packets come from or go to.
enum Side {
    /// Anywhere.
    Any,
    /// Outside of all networks of the lab.
    Outside,
    /// These addresses.
    Nets(BTreeSet<IpNet>),
}

/// The ruleset of a router, as `nft -f` reads it. It flushes only its own table.
pub(crate) fn render(lab: &Lab, design: &Design, router: &Router) -> String {
    let mut lines = vec![
        "table inet twin".to_owned(),
        "delete table inet twin".to_owned(),
        "table inet twin {".to_owned(),
        "\tchain forward {".to_owned(),
    ];
    let policy = if lab.flows.is_empty() {
        "accept"
    } else {
        "drop"
    };
    lines.push(format!(
        "\t\ttype filter hook forward priority filter; policy {policy};"
    ));
    lines.push("\t\tct state established,related accept".to_owned());
    lines.push("\t\tct state invalid drop".to_owned());
    for flow in ordered(lab) {
        lines.extend(
            rules(lab, design, flow)
                .into_iter()
                .map(|r| format!("\t\t{r}")),
        );
    }
    for (zone, nets) in zones(design) {
        for set in families(&nets) {
            let (family, set) = set;
            lines.push(format!(
                "\t\t{family} saddr {set} {family} daddr {set} counter accept comment \"inside of zone {zone}\""
            ));
        }
    }
    lines.push("\t}".to_owned());
    lines.push("}".to_owned());
    let name = router
        .of
        .as_ref()
        .map_or(router.name.clone(), ToString::to_string);
    format!("# {name}\n{}\n", lines.join("\n"))
}

/// Flows, the most exact first.
fn ordered(lab: &Lab) -> Vec<&Flow> {
    let rank = |flow: &Flow| {
        let ends = exactness(&flow.from) + exactness(&flow.to);
        let denies = flow.action.known() == Some(&Action::Deny);
        (ends * 2 + u8::from(traffic::has_named_ports(flow)), denies)
    };
    let mut flows: Vec<&Flow> = lab
        .flows
        .iter()
        .filter(|f| f.action.known().is_some())
        .collect();
    // Stable: of equals the one that is written first stays first.
    flows.sort_by_key(|f| core::cmp::Reverse(rank(f)));
    flows
}

fn exactness(end: &model::declare::Opt<End>) -> u8 {
    match end.known() {
        None | Some(Or::Word(Outside::Any | Outside::Loopback)) => 0,
        Some(Or::Word(Outside::Internet)) => 1,
        Some(Or::Ref(r)) => match r.kind() {
            Kind::Zone => 1,
            Kind::Network => 2,
            _ => 3,
        },
    }
}

fn side(lab: &Lab, design: &Design, end: &model::declare::Opt<End>) -> Option<Side> {
    let nets = |keep: &dyn Fn(&crate::design::Segment) -> bool| {
        let kept = design.segments.iter().filter(|s| keep(s));
        Side::Nets(kept.filter_map(|s| s.subnet.map(|n| n.trunc())).collect())
    };
    Some(match end.known()? {
        Or::Word(Outside::Any) => Side::Any,
        Or::Word(Outside::Internet) => Side::Outside,
        Or::Word(Outside::Loopback) => return None,
        Or::Ref(r) => match r.kind() {
            Kind::Zone => nets(&|s| s.zone.as_deref() == Some(r.name())),
            Kind::Network => nets(&|s| s.name == r.name()),
            _ => {
                let machines = reach::machines(lab, &r.0.object);
                let machines = machines.into_iter();
                let links = machines.flat_map(|m| match design.machine_of(&m) {
                    Some(machine) => machine
                        .links
                        .iter()
                        .filter_map(|l| Some(l.address.as_ref()?.ip))
                        .collect::<Vec<IpAddr>>(),
                    None => addresses::held(lab)
                        .into_iter()
                        .filter(|h| h.owner == m)
                        .map(|h| h.address)
                        .collect(),
                });
                Side::Nets(links.map(IpNet::from).collect())
            }
        },
    })
}

/// The rules of one flow: one per version of IP and protocol.
fn rules(lab: &Lab, design: &Design, flow: &Flow) -> Vec<String> {
    let ends = side(lab, design, &flow.from).zip(side(lab, design, &flow.to));
    let Some((from, to)) = ends else {
        return Vec::new();
    };
    let verdict = match flow.action.known() {
        Some(Action::Allow) => "accept",
        _ => "drop",
    };
    let name = |end: &model::declare::Opt<End>| {
        end.known().map_or(String::new(), |e| match e {
            Or::Word(word) => word.word().to_owned(),
            Or::Ref(r) => r.name().to_owned(),
        })
    };
    // A comment of nftables has at most 128 bytes.
    let short = |text: String| text.chars().take(60).collect::<String>();
    let comment = format!("{} to {}", short(name(&flow.from)), short(name(&flow.to)));
    let mut out = Vec::new();
    for family in ["ip", "ip6"] {
        let parts =
            matches(design, family, "saddr", &from).zip(matches(design, family, "daddr", &to));
        let Some((from, to)) = parts else { continue };
        // A rule without any address would stand twice.
        if from.is_empty() && to.is_empty() && family == "ip6" {
            continue;
        }
        for ports in ports(flow) {
            let words = [
                from.as_str(),
                to.as_str(),
                ports.as_str(),
                "counter",
                verdict,
            ];
            let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
            out.push(format!("{} comment \"{comment}\"", words.join(" ")));
        }
    }
    out
}

/// The match of one end in one version of IP; `None` if it has no address of that.
fn matches(design: &Design, family: &str, word: &str, side: &Side) -> Option<String> {
    match side {
        Side::Any => Some(String::new()),
        Side::Outside => {
            let inside = design.segments.iter().filter_map(|s| s.subnet).collect();
            let inside = families(&inside).into_iter().find(|(f, _)| *f == family);
            Some(inside.map_or(String::new(), |(f, set)| format!("{f} {word} != {set}")))
        }
        Side::Nets(nets) => {
            let found = families(nets).into_iter().find(|(f, _)| *f == family)?;
            Some(format!("{} {word} {}", found.0, found.1))
        }
    }
}

/// Networks as sets of nftables, by version of IP.
fn families(nets: &BTreeSet<IpNet>) -> Vec<(&'static str, String)> {
    let set = |four: bool| {
        let all: Vec<IpNet> = nets
            .iter()
            .copied()
            .filter(|n| matches!(n, IpNet::V4(_)) == four)
            .collect();
        // Sets of intervals must not overlap.
        let all: Vec<String> = IpNet::aggregate(&all)
            .iter()
            .map(ToString::to_string)
            .collect();
        (!all.is_empty()).then(|| format!("{{ {} }}", all.join(", ")))
    };
    [("ip", set(true)), ("ip6", set(false))]
        .into_iter()
        .filter_map(|(family, set)| Some((family, set?)))
        .collect()
}

/// The matches of a flow's ports, one per protocol; a single empty one for all ports.
fn ports(flow: &Flow) -> Vec<String> {
    if !traffic::has_named_ports(flow) {
        return vec![String::new()];
    }
    let named: Vec<Ports> = flow
        .ports
        .iter()
        .filter_map(|p| match p.value {
            Or::Ref(ports) => Some(ports),
            Or::Word(AnyPort::Any) => None,
        })
        .collect();
    let of = |protocol: Protocol| {
        let all = named.iter().filter(|p| p.protocol() == protocol);
        let text: Vec<String> = merged(all.map(|p| (p.first(), p.last())).collect())
            .into_iter()
            .map(|(first, last)| match first == last {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            })
            .collect();
        (!text.is_empty()).then(|| format!("{} dport {{ {} }}", protocol.word(), text.join(", ")))
    };
    [of(Protocol::Tcp), of(Protocol::Udp)]
        .into_iter()
        .flatten()
        .collect()
}

/// Ranges in order, those that overlap made one: a set of nftables refuses them else.
fn merged(mut ranges: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    ranges.sort_unstable();
    let mut out: Vec<(u16, u16)> = Vec::new();
    for (first, last) in ranges {
        match out.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => out.push((first, last)),
        }
    }
    out
}

/// Zones with the networks that they have, where there are several: inside of a zone nothing is apart.
fn zones(design: &Design) -> Vec<(&str, BTreeSet<IpNet>)> {
    let names: BTreeSet<&str> = design
        .segments
        .iter()
        .filter_map(|s| s.zone.as_deref())
        .collect();
    let nets = |zone: &str| -> BTreeSet<IpNet> {
        let inside = design
            .segments
            .iter()
            .filter(|s| s.zone.as_deref() == Some(zone));
        inside.filter_map(|s| s.subnet.map(|n| n.trunc())).collect()
    };
    let all = names.into_iter().map(|z| (z, nets(z)));
    all.filter(|(_, nets)| nets.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_overlap_are_one() {
        for (given, expected) in [
            (vec![(443, 443), (80, 80)], vec![(80, 80), (443, 443)]),
            (vec![(80, 90), (85, 100), (100, 100)], vec![(80, 100)]),
            (vec![(1, 1), (1, 1)], vec![(1, 1)]),
            (vec![], vec![]),
        ] {
            assert_eq!(merged(given.clone()), expected, "{given:?}");
        }
    }
}
