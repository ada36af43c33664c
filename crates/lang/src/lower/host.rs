//! `hosts:`.

use super::cx::{Cx, Slot, Words};
use super::fields::{Fields, unknown};
use super::names::{reference, was};
use super::place::about;
use super::{
    address, cron, exposure, file, firewall, forms, reach, scalar, sshd, system, unit, user,
};
use crate::suggest::{did_you_mean, nearest, quote};
use crate::yaml::{Key, Node};
use diag::{Diagnostic, Spanned};
use model::declare::Given;
use model::id::Kind;
use model::lab::hardware::HostAbout;
use model::lab::{Host, Lab, Manage, Managed};
use std::collections::BTreeMap;

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut host = Host::bare(name.span);
    if let Some(mut f) = Fields::of(cx, format!("host '{}'", name.text), name.span, node) {
        read(cx, &mut f, &mut host);
        f.finish(cx);
    }
    lab.hosts.insert(name.text.to_string(), host);
}

fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>, host: &mut Host) {
    host.was = f.read(cx, "was", was);
    host.site = f.given(cx, "site", reference(Kind::Site));
    host.os = f.given(cx, "os", system::name);
    host.addresses = addresses(cx, f);
    converged(cx, f, host);
    host.about = about(cx, f, HostAbout::of);
    let os = host.os.as_deref().and_then(Given::value);
    system::version(
        cx,
        f.owner(),
        os.map(String::as_str),
        host.about.version.as_deref(),
    );
}

/// How the system is reached, and what is made so in it.
pub(super) fn converged(cx: &mut Cx<'_>, f: &mut Fields<'_>, host: &mut Host) {
    host.reach = reach::read(cx, f, &host.addresses);
    host.manage = manage(cx, f);
    host.users = user::read(cx, f);
    host.packages = f.list(cx, "packages", package);
    host.files = file::read(cx, f);
    host.units = unit::read(cx, f);
    host.sysctl = sysctl(cx, f);
    host.cron = cron::read(cx, f);
    host.sshd = sshd::read(cx, f);
    host.firewall = firewall::read(cx, f);
    host.default_route = f.read(cx, "default_route", address::address);
    host.exposures = exposure::read(cx, f);
}

/// `{network: address}`.
fn addresses(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, Given<String>> {
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "addresses") {
        let key = as_node(&entry.key);
        let slot = Slot {
            owner: f.owner(),
            key: "addresses",
            node: &key,
        };
        let network = reference(Kind::Network)(cx, &slot);
        let slot = Slot {
            owner: f.owner(),
            key: &entry.key.text,
            node: &entry.value,
        };
        let address = forms::read(cx, &slot, address::address);
        if let (Some(network), Some(address)) = (network, address) {
            out.insert(network, *address);
        }
    }
    out
}

/// A key that is itself a reference.
fn as_node(key: &Key) -> Node {
    let kind = crate::yaml::NodeKind::Scalar(key.text.clone());
    Node::new(key.span, None, kind)
}

const COLLECTIONS: [Managed; 11] = [
    Managed::Listeners,
    Managed::Users,
    Managed::Sudoers,
    Managed::Keys,
    Managed::Firewall,
    Managed::Packages,
    Managed::Units,
    Managed::Files,
    Managed::Sysctl,
    Managed::Cron,
    Managed::Wireguard,
];

fn manage(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<Managed, Spanned<Manage>> {
    const MODES: &[(&str, Manage)] = &[
        ("exactly", Manage::Exactly),
        ("at-least", Manage::AtLeast),
        ("ignore", Manage::Ignore),
    ];
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "manage") {
        let owner = format!("'manage' of {}", f.owner());
        let Some(what) = COLLECTIONS.into_iter().find(|m| m.word() == entry.key.text) else {
            let known: Vec<&str> = COLLECTIONS.iter().map(|m| m.word()).collect();
            unknown(cx, Words::Text(&owner), &entry.key, &known);
            continue;
        };
        let slot = Slot {
            owner: Words::Text(&owner),
            key: what.word(),
            node: &entry.value,
        };
        if let Some(mode) = scalar::one(MODES)(cx, &slot) {
            out.insert(what, Spanned::new(mode, slot.span()));
        }
    }
    out
}

/// A package's name by Debian policy 5.6.1, which other distributions' names fit as well but for upper-case letters.
fn package(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let shape = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
        // To apt a name with a '-' at its end is one to remove.
        && !text.ends_with('-');
    if shape {
        return Some(text);
    }
    cx.bad("invalid-value", slot, &text, "is not the name of a package");
    None
}

fn sysctl(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, Spanned<String>> {
    /// First parts of kernel settings, `Documentation/admin-guide/sysctl/index.rst`.
    const ROOTS: [&str; 8] = ["abi", "debug", "dev", "fs", "kernel", "net", "user", "vm"];
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "sysctl") {
        let name = entry.key.text.as_str();
        let parts: Vec<&str> = name.split('.').collect();
        let word = |p: &&str| {
            !p.is_empty()
                && p.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        let first = parts.first().copied().unwrap_or("");
        if parts.len() < 2 || !parts.iter().all(word) || !ROOTS.contains(&first) {
            let message = format!(
                "'sysctl' of {}: {} is not a kernel setting",
                f.owner(),
                quote(name)
            );
            let d = Diagnostic::invalid("invalid-name", message)
                .at(entry.key.span, "")
                .help("names have dots, as in net.ipv4.tcp_syncookies");
            let dotted = name.replace('/', ".");
            let near = nearest(first, ROOTS).filter(|near| parts.len() > 1 && *near != first);
            let d = match near {
                _ if name.contains('/') => {
                    d.fix(did_you_mean(entry.key.span, dotted.trim_matches('.')))
                }
                Some(near) => {
                    let corrected = format!("{near}{}", name.get(first.len()..).unwrap_or(""));
                    d.fix(did_you_mean(entry.key.span, &corrected))
                }
                None => d,
            };
            cx.report(d);
            continue;
        }
        let slot = Slot {
            owner: f.owner(),
            key: name,
            node: &entry.value,
        };
        if let Some(value) = scalar::text(cx, &slot) {
            out.insert(name.to_owned(), Spanned::new(value, slot.span()));
        }
    }
    out
}
