//! `reach:` — how the controller gets to a host.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::{scalar, user};
use crate::yaml::NodeKind;
use diag::{Diagnostic, Spanned};
use model::declare::Given;
use model::lab::Reach;
use model::units::Seconds;
use std::collections::BTreeMap;

/// What is seen and made so by a login alone.
const BY_LOGIN: [&str; 10] = [
    "users",
    "packages",
    "files",
    "units",
    "sysctl",
    "cron",
    "sshd",
    "firewall",
    "wireguard",
    "tailscale",
];

/// `local`, `unknown`, or `{ssh: ALIAS, user: …, port: …, host_key: …}`; without it the first address by network name. An appliance tells of itself by
/// its interface and lets nobody log in unless that was switched on: who wants that says so, here or by what is to be so in it.
pub(super) fn read(
    cx: &mut Cx<'_>,
    f: &mut Fields<'_>,
    addresses: &BTreeMap<String, Given<String>>,
) -> Reach {
    let Some(entry) = f.entry("reach") else {
        if f.has("truenas") && !BY_LOGIN.iter().any(|key| f.has(key)) {
            return Reach::Unknown;
        }
        let known = |a: &Given<String>| Some(Spanned::new(a.value()?.clone(), a.span));
        return match addresses.values().find_map(known) {
            Some(first) => Reach::Ssh {
                destination: first,
                user: None,
                port: None,
                host_key: None,
                timeout: None,
            },
            None => Reach::Unknown,
        };
    };
    let slot = Slot {
        owner: f.owner(),
        key: "reach",
        node: &entry.value,
    };
    match &entry.value.kind {
        NodeKind::Map(_) => by_ssh(cx, &slot).unwrap_or(Reach::Unknown),
        NodeKind::Scalar(text) if text == "local" => Reach::Local,
        // Not even by the address that is declared: nobody has tried.
        NodeKind::Scalar(text) if text == "unknown" => Reach::Unknown,
        _ => {
            let d = Diagnostic::invalid(
                "invalid-value",
                format!("{slot} is neither 'local' nor a map"),
            )
            .at(entry.value.head(), "")
            .help("write 'reach: local', or 'reach: {ssh: ALIAS, user: NAME, port: 22}'");
            cx.report(d);
            Reach::Unknown
        }
    }
}

fn by_ssh(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Reach> {
    let mut f = Fields::of(cx, slot.to_string(), slot.node.head(), slot.node)?;
    let destination = f.need(cx, "ssh", "ALIAS", destination);
    let user = f.read(cx, "user", user::name);
    let port = f.read(cx, "port", scalar::whole(1..=u16::MAX));
    let host_key = f.read(cx, "host_key", fingerprint);
    let timeout = f.read(cx, "timeout", patience);
    f.finish(cx);
    Some(Reach::Ssh {
        destination: destination?,
        user,
        port,
        host_key,
        timeout,
    })
}

/// How long somebody waits for one host: at most an hour.
fn patience(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Seconds> {
    let given = scalar::duration(cx, slot)?;
    if given.0 <= 3_600 {
        return Some(given);
    }
    let text = scalar::text(cx, slot)?;
    cx.bad("invalid-value", slot, &text, "is longer than an hour");
    None
}

/// The fingerprint of a host key, as `ssh-keygen -lf` prints it: SHA-256 in base64 without padding.
fn fingerprint(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/".contains(&b);
    let hash = text.strip_prefix("SHA256:");
    if hash.is_some_and(|h| h.len() == 43 && h.bytes().all(base64)) {
        return Some(text);
    }
    cx.bad(
        "invalid-value",
        slot,
        &text,
        "is not SHA256: and the 43 characters that 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' prints on the host",
    );
    None
}

/// An alias or address. It becomes an argument of `ssh`, so it must not look like an option.
fn destination(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let shape = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.:%".contains(c));
    if shape {
        return Some(text);
    }
    cx.bad(
        "invalid-value",
        slot,
        &text,
        "is not a host alias or address; the login name goes to 'user'",
    );
    None
}
