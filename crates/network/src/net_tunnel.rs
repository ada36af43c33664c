//! A tunnel out of the lab, and nothing said of what comes in by it.

use crate::context::{host, service};
use crate::reach::machines;
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::{OptExt, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::{Outside, Service};
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "net-tunnel",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A tunnel runs, and no exposure says what is reached through it.",
    rationale: "cloudflared, Tailscale, Pangolin and their like open a connection from inside, so no port of the router is open and no port scan shows anything. What they lead to is nevertheless reached by others: from the internet, or by \
        everybody in the tunnel's network. Each route is a way in like an open port, with a reason, an owner and a review.",
    example: "services: {cloudflared: {image: cloudflare/cloudflared, runs: {host: nas}}}   # and no exposure with 'via: cloudflared'",
    controls: &["CIS v8 4.4", "CIS v8 12.3", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("what is reached through it is known to the provider of the tunnel"),
    run,
};

/// Programs that carry connections into the lab, by the words that their images, packages and units consist of, with the product that they belong to.
const TUNNELS: [(&str, &str); 17] = [
    ("cloudflared", "Cloudflare Tunnel"),
    ("tailscale", "Tailscale"),
    ("tailscaled", "Tailscale"),
    ("headscale", "Tailscale"),
    ("pangolin", "Pangolin"),
    ("newt", "Pangolin"),
    ("gerbil", "Pangolin"),
    ("ngrok", "ngrok"),
    ("zerotier", "ZeroTier"),
    ("netbird", "NetBird"),
    ("frpc", "frp"),
    ("frps", "frp"),
    ("rathole", "rathole"),
    ("wireguard", "WireGuard"),
    ("wg", "WireGuard"),
    ("openvpn", "OpenVPN"),
    ("twingate", "Twingate"),
];

fn tunnel(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| TUNNELS.iter().find(|(t, _)| *t == word).map(|(_, p)| *p))
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let ways = ways(lab);
    for (name, s) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let Some(what) = program(name, s) else {
            continue;
        };
        let told = !s.exposures.is_empty() || covered(lab, &service(name), s, &ways);
        if told || other_end(lab, name, s, &ways) {
            continue;
        }
        let d = RULE
            .finding(format!(
                "service '{name}' is a tunnel, and no exposure says what is reached through it"
            ))
            .at(s.span, format!("carries connections into the lab ({what})"));
        out.add(service(name), rest(d, &ways, name));
    }
    for (name, machine) in &lab.hosts {
        let packages = machine.packages.iter().map(|p| (p.value.as_str(), p.span));
        let units = machine.units.iter().map(|(n, u)| (n.as_str(), u.span));
        let found = packages
            .chain(units)
            .find_map(|(text, span)| Some((tunnel(text)?, span)));
        let Some((what, span)) = found else { continue };
        let me = host(name);
        let told =
            !machine.exposures.is_empty() || ways.iter().any(|v| machines(lab, v).contains(&me));
        let declared = lab
            .services
            .iter()
            .any(|(n, s)| program(n, s).is_some() && machines(lab, &service(n)).contains(&me));
        if told || declared {
            continue;
        }
        let d = RULE
            .finding(format!("host '{name}' has a tunnel ({what}), and no exposure says what is reached through it"))
            .at(span, "carries connections into the lab");
        out.add(me, rest(d, &ways, name));
    }
}

fn rest(d: Diagnostic, ways: &BTreeSet<ObjectRef>, name: &str) -> Diagnostic {
    let others: Vec<&str> = ways.iter().map(|w| w.name.as_str()).collect();
    let note = match others.is_empty() {
        true => format!("exposures via '{name}': 0"),
        false => format!(
            "exposures via '{name}': 0; others go via {}",
            names(&others)
        ),
    };
    d.note(note).help(format!(
        "for each route, add to the service that it leads to: `exposures: [{{port: …, from: internet, via: {name}, why: …, owner: …, review: …}}]`; stop the tunnel if there is none"
    ))
}

fn program(name: &str, s: &Service) -> Option<&'static str> {
    let image = s.image.known().map(String::as_str);
    let units = s
        .runs
        .iter()
        .filter_map(|r| r.unit.known().map(String::as_str));
    [Some(name), image]
        .into_iter()
        .flatten()
        .chain(units)
        .find_map(tunnel)
}

/// Whatever lets in connections from outside, by the exposures of others.
fn ways(lab: &Lab) -> BTreeSet<ObjectRef> {
    let exposures = lab.services.values().flat_map(|s| &s.exposures);
    exposures
        .filter_map(|e| Some(e.via.known()?.0.object.clone()))
        .collect()
}

/// Exposures go by it, or by its other end: something it needs, that needs it, or that is on the same machine or in the same stack.
fn covered(lab: &Lab, me: &ObjectRef, s: &Service, ways: &BTreeSet<ObjectRef>) -> bool {
    let home = machines(lab, me);
    let stacks = |s: &Service| -> BTreeSet<String> {
        let names = s.runs.iter().filter_map(|r| r.stack.known());
        names.map(|r| r.name().to_owned()).collect()
    };
    let needs = |s: &Service, other: &ObjectRef| {
        s.needs
            .iter()
            .any(|n| n.need.known().is_some_and(|r| r.0.object == *other))
    };
    ways.iter().any(|way| {
        let other = (way.kind == Kind::Service)
            .then(|| lab.services.get(&way.name))
            .flatten();
        let linked = other.is_some_and(|o| {
            let together = machines(lab, way).iter().any(|m| home.contains(m));
            needs(o, me)
                || needs(s, way)
                || !stacks(o).is_disjoint(&stacks(s))
                || (together && from_outside(lab, way))
        });
        way == me || linked || home.contains(way)
    })
}

/// Exposures go by the other end of the same product: the client in the lab and the server on a rented machine.
fn other_end(lab: &Lab, name: &str, s: &Service, ways: &BTreeSet<ObjectRef>) -> bool {
    let product = program(name, s);
    let mut others = lab
        .services
        .iter()
        .filter(|(n, o)| n.as_str() != name && o.is_running() && program(n, o) == product);
    others.any(|(n, o)| !o.exposures.is_empty() || covered(lab, &service(n), o, ways))
}

/// Connections from the internet come by it.
fn from_outside(lab: &Lab, way: &ObjectRef) -> bool {
    let exposures = lab.services.values().flat_map(|s| &s.exposures);
    let mut by = exposures.filter(|e| e.via.known().is_some_and(|v| v.0.object == *way));
    by.any(|e| {
        matches!(
            e.from.known(),
            Some(Or::Word(Outside::Internet | Outside::Any))
        )
    })
}
