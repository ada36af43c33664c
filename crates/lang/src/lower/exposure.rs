//! `exposures:` of a host.

use super::cx::{Cx, Slot};
use super::fields::{Fields, items};
use super::names::reference_or;
use super::{address, scalar};
use crate::suggest::{did_you_mean, quote};
use diag::{Diagnostic, Spanned};
use model::declare::Value as _;
use model::id::Kind;
use model::lab::{Exposure, Protocol};
use model::units::net::Ports;

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> Vec<Exposure> {
    let Some(entry) = f.entry("exposures") else {
        return Vec::new();
    };
    let slot = Slot {
        owner: f.owner(),
        key: "exposures",
        node: &entry.value,
    };
    items(cx, &slot)
        .iter()
        .filter_map(|item| one(cx, &slot.with(item)))
        .collect()
}

fn one(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Exposure> {
    let owner = format!("an exposure of {}", slot.owner);
    let mut f = Fields::of(cx, owner, slot.node.head(), slot.node)?;
    let port = f.need(cx, "port", "22/tcp", port);
    let from = f.read(cx, "from", from);
    let listen = f.read(cx, "listen", address::address);
    let why = f.read(cx, "why", scalar::text);
    let owner = f.read(cx, "owner", scalar::text);
    let review = f.read(cx, "review", scalar::date);
    f.finish(cx);
    let port = port?;
    let (number, protocol) = port.value;
    Some(Exposure {
        span: slot.node.head(),
        port: Spanned::new(number, port.span),
        protocol,
        from,
        listen,
        why,
        owner,
        review,
    })
}

/// A network, or one of the words that mean none. What services say of themselves in other words is told with what to write here.
fn from(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let help = match text.as_str() {
        "internet" if !cx.names.has(Kind::Network, "internet") => {
            "write 'from: any', which is whoever reaches the machine, strangers too; or the network towards the internet, 'kind: wan'. An exposure of a service can say 'from: internet'"
        }
        zone if zone.starts_with("zone/") => {
            "write the networks of the zone, one exposure for each; an exposure of a service can name a zone"
        }
        _ => return reference_or(Kind::Network, &["any", "loopback"])(cx, slot),
    };
    let message = format!(
        "{slot}: a machine lets in from a network, not from {}",
        quote(&text)
    );
    let d = Diagnostic::invalid("unknown-reference", message).at(slot.node.head(), "no network");
    cx.report(d.help(help));
    None
}

/// `22/tcp`, `53/udp`, or `443`, which is TCP.
fn port(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<(u16, Protocol)> {
    let text = scalar::text(cx, slot)?;
    let (number, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
    let protocol = [Protocol::Tcp, Protocol::Udp]
        .into_iter()
        .find(|p| p.word() == protocol);
    let digits = number.chars().all(|c| c.is_ascii_digit());
    let number = number.parse::<u16>().ok().filter(|n| *n > 0 && digits);
    match (number, protocol) {
        (Some(number), Some(protocol)) => Some((number, protocol)),
        _ => {
            let message = format!(
                "{slot}: {} is not a port from 1 to 65535 with /tcp or /udp",
                quote(&text)
            );
            let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
            cx.report(match Ports::parse(&text) {
                Ok(range) if range.first() < range.last() => {
                    d.help("write one exposure for each port: this says what a machine listens on")
                }
                Ok(_) => d,
                Err(wrong) => {
                    let one = |m: &String| Ports::parse(m).is_ok_and(|p| p.first() == p.last());
                    match (wrong.meant.filter(one), wrong.help) {
                        (Some(meant), _) => d.fix(did_you_mean(slot.node.head(), &meant)),
                        (None, Some(help)) => d.help(help),
                        (None, None) => d,
                    }
                }
            });
            None
        }
    }
}
