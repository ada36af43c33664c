//! A router is asked at the address of something else.

use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "inv-openwrt-url",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A router is asked at an address that is declared as another one's.",
    rationale: "What answers there is taken for this router: its forwards, zones and leases are held against the declaration of another box, so that ports that are open look closed, and its password is offered to who should not have it.",
    example: "devices: {gw: {kind: router, addresses: {home: 192.168.10.1}, openwrt: {url: 'https://192.168.10.2', user: holdfast}}, ap: {kind: access-point, addresses: {home: 192.168.10.2}}}",
    controls: &[
        "CIS v8 1.1",
        "NIST CSF 2.0 ID.AM-01",
        "ISO 27001:2022 A.5.9",
    ],
    mend: Mend::None("which of the two addresses is wrong is known to who wrote them"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, device) in &ctx.lab.devices {
        let openwrt = device.openwrt.as_ref();
        let asked = openwrt.and_then(|o| Some((o, address(&o.url.known()?.0)?)));
        let Some((openwrt, address)) = asked else {
            continue;
        };
        let me = ObjectRef::new(Kind::Device, name);
        let mut at = ctx.held().iter().filter(|h| h.address == address);
        if at.clone().any(|h| h.owner == me) {
            continue;
        }
        let Some(other) = at.next() else { continue };
        let owner = format!("{} '{}'", other.owner.kind.word(), other.owner.name);
        let d = RULE
            .finding(format!(
                "device '{name}' is asked at {address}, which is the address of {owner}"
            ))
            .at(openwrt.span, format!("asks {address}"))
            .and_at(other.span, format!("the address of {owner}"))
            .help("write the router's own address in 'url', or correct 'addresses'");
        out.add(me, d);
    }
}

/// The address in `https://192.168.10.1:8443/ubus`; `None` where a name stands.
fn address(url: &str) -> Option<IpAddr> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, p)| p);
    let host = match place.strip_prefix('[') {
        Some(six) => six.split_once(']')?.0,
        None => place.split_once(':').map_or(place, |(host, _)| host),
    };
    host.parse().ok()
}
