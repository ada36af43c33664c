//! `guests:` — by their definition, and what is inside of them as it is of hosts.

use super::cx::Cx;
use super::fields::Fields;
use super::host;
use super::place::about;
use crate::yaml::{Key, Node};
use diag::{Diagnostic, Spanned};
use model::declare::Given;
use model::lab::guest::Guest;
use model::lab::{Host, Lab};
use std::collections::BTreeMap;

/// The keys that speak of a system that is logged in to. A guest with one of them is looked into.
const INSIDE: [&str; 14] = [
    "reach",
    "manage",
    "users",
    "packages",
    "files",
    "units",
    "sysctl",
    "cron",
    "sshd",
    "firewall",
    "default_route",
    "exposures",
    "wireguard",
    "tailscale",
];

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut guest = Guest::default();
    if let Some(mut f) = Fields::of(cx, format!("guest '{}'", name.text), name.span, node) {
        guest = about(cx, &mut f, Guest::of);
        let is_looked_into = INSIDE.iter().any(|key| f.has(key));
        // All keys are asked for, so that a misspelt one is told from them.
        let mut inside = system(name, &guest);
        host::converged(cx, &mut f, &mut inside);
        f.finish(cx);
        if is_looked_into {
            lab.inside.insert(name.text.to_string(), inside);
        }
    }
    lab.guests.insert(name.text.to_string(), guest);
}

/// What a guest says of the system in it.
fn system(name: &Key, guest: &Guest) -> Host {
    let mut system = Host::bare(name.span);
    let was = |w: &Spanned<model::units::text::Name>| Spanned::new(w.value.0.clone(), w.span);
    system.was = guest.was.as_ref().map(was);
    system.about.wireguard = guest.wireguard.clone();
    system.about.tailscale = guest.tailscale.clone();
    system.os = guest.os.clone().map(|given| Box::new(given.map(|os| os.0)));
    let addresses = guest.addresses.iter().map(|(network, address)| {
        let address = address.clone().map(|a| a.to_string());
        (network.name().to_owned(), address)
    });
    system.addresses = addresses.collect::<BTreeMap<String, Given<String>>>();
    system
}

/// The names that a guest with a declared inside and a host both have: by its name alone a machine is chosen.
pub(crate) fn namesakes(lab: &Lab) -> Vec<Diagnostic> {
    let both = lab.inside.iter().filter_map(|(name, inside)| {
        let other: &Host = lab.hosts.get(name)?;
        let message = format!("host '{name}' and guest '{name}' are both logged in to, and have one name");
        let d = Diagnostic::invalid("duplicate-name", message)
            .at(inside.span, "the guest")
            .and_at(other.span, "the host")
            .help("verbs choose a machine by its name alone (--host NAME): give one of them another name and say `was: OLD-NAME`");
        Some(d)
    });
    both.collect()
}
