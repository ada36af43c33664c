//! What the router hands out and which names it answers, as configured, and who has an address of it now.

use super::section::{Section, sections};
use super::{list, text};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

/// Pools, fixed addresses and names.
pub(super) fn configured(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let (all, mut lost) = sections(answer)?;
    for section in &all {
        let told = match section.sort {
            "dhcp" => pool(section),
            "host" => Some((format!("host/{}", section.name), host(section))),
            "domain" => Some((format!("domain/{}", section.name), domain(section))),
            _ => continue,
        };
        match told {
            Some((key, fields)) => found.add(FactKind::OpenWrtDhcp, key, fields, source),
            None => lost += 1,
        }
    }
    Some(lost)
}

fn pool(section: &Section<'_>) -> Option<(String, Fields)> {
    let interface = section.text("interface")?;
    let ignored = section.is("ignore", false);
    let disabled = section.text("dhcpv4").map(|how| how == "disabled");
    let off = ignored.map(|i| i || disabled == Some(true));
    // It answers those alone that have a fixed address: no range is handed out.
    let off = match section.is("dynamicdhcp", true) {
        Some(true) => off,
        Some(false) => Some(true),
        None => off.filter(|off| *off),
    };
    let fields = Fields::default()
        .set("start", section.number("start"))
        .set("limit", section.number("limit"))
        .set("time", section.text("leasetime").map(str::to_owned))
        .set("off", off);
    Some((format!("pool/{interface}"), fields))
}

fn host(section: &Section<'_>) -> Fields {
    let macs = section.words("mac").unwrap_or_default();
    let address = section.text("ip").filter(|ip| *ip != "ignore");
    Fields::default()
        .set("name", section.text("name").map(str::to_owned))
        .set(
            "macs",
            Some(list(macs.iter().map(|m| m.to_ascii_lowercase()))),
        )
        .set("address", address.map(str::to_owned))
}

fn domain(section: &Section<'_>) -> Fields {
    Fields::default()
        .set("name", section.text("name").map(str::to_owned))
        .set("address", section.text("ip").map(str::to_owned))
}

/// Of `luci-rpc getDHCPLeases`.
pub(super) fn leases(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let mut lost = 0;
    for one in answer.get("dhcp_leases")?.as_array()? {
        let Some(address) = one.get("ipaddr").and_then(text) else {
            lost += 1;
            continue;
        };
        let mac = one.get("macaddr").and_then(text);
        let fields = Fields::default()
            .set("mac", mac.map(|m| m.to_ascii_lowercase()))
            .set("name", one.get("hostname").and_then(text));
        found.add(FactKind::OpenWrtLease, address, fields, source);
    }
    Some(lost)
}
