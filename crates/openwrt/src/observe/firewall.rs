//! The firewall as it is configured: zones, what is forwarded between them, rules, and ports that are led elsewhere.

use super::list;
use super::section::{Section, sections};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

const KIND: FactKind = FactKind::OpenWrtFirewall;

/// Zones, forwardings and rules.
pub(super) fn zones(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let (all, mut lost) = sections(answer)?;
    for section in &all {
        let told = match section.sort {
            // As if it were not there.
            "zone" if section.is("enabled", true) == Some(false) => continue,
            "zone" => zone(section),
            "forwarding" => forwarding(section),
            "rule" => Some((format!("rule/{}", section.name), rule(section))),
            _ => continue,
        };
        match told {
            Some((key, fields)) => found.add(KIND, key, fields, source),
            None => lost += 1,
        }
    }
    Some(lost)
}

fn zone(section: &Section<'_>) -> Option<(String, Fields)> {
    let name = section.text("name")?;
    section.is("enabled", true)?;
    let policy = |option: &str| section.text(option).map(str::to_ascii_uppercase);
    let fields = Fields::default()
        .set("input", policy("input"))
        .set("output", policy("output"))
        .set("forward", policy("forward"))
        .set("masquerade", section.is("masq", false))
        .set(
            "interfaces",
            Some(list(section.words("network").unwrap_or_default())),
        );
    Some((format!("zone/{name}"), fields))
}

fn forwarding(section: &Section<'_>) -> Option<(String, Fields)> {
    let (from, to) = (section.text("src")?, section.text("dest")?);
    let fields = Fields::default().set("enabled", section.is("enabled", true));
    Some((format!("forwarding/{from}>{to}"), fields))
}

fn rule(section: &Section<'_>) -> Fields {
    let own = |option: &str| section.text(option).map(str::to_owned);
    Fields::default()
        .set("name", own("name"))
        .set("from", own("src"))
        .set("to", own("dest"))
        .set("protocols", Some(list(protocols(section))))
        .set("ports", joined(section, "dest_port"))
        .set("source", joined(section, "src_ip"))
        .set("destination", joined(section, "dest_ip"))
        .set(
            "target",
            section.text("target").map(str::to_ascii_uppercase),
        )
        .set("enabled", section.is("enabled", true))
}

/// Ports that are led elsewhere; what translates sources leads nothing in.
pub(super) fn forwards(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let (all, lost) = sections(answer)?;
    for section in all.iter().filter(|s| s.sort == "redirect") {
        let target = section.text("target").unwrap_or("DNAT");
        if target.eq_ignore_ascii_case("snat") {
            continue;
        }
        let own = |option: &str| section.text(option).map(str::to_owned);
        let fields = Fields::default()
            .set("name", own("name"))
            .set("from", own("src"))
            .set("protocols", Some(list(protocols(section))))
            .set("ports", joined(section, "src_dport"))
            .set("to", joined(section, "dest_ip"))
            .set("to_ports", joined(section, "dest_port"))
            .set("source", joined(section, "src_ip"))
            .set("enabled", section.is("enabled", true));
        found.add(FactKind::OpenWrtForward, section.name, fields, source);
    }
    Some(lost)
}

fn joined(section: &Section<'_>, option: &str) -> Option<String> {
    let words = section.words(option).filter(|w| !w.is_empty());
    words.map(|w| w.join(" "))
}

/// Both of TCP and UDP where nothing is said, as firewall4 does.
fn protocols(section: &Section<'_>) -> Vec<String> {
    let words = section
        .words("proto")
        .unwrap_or_else(|| vec!["tcpudp".to_owned()]);
    let mut all = Vec::new();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "tcpudp" => all.extend(["tcp".to_owned(), "udp".to_owned()]),
            "all" | "any" | "*" => all.push("all".to_owned()),
            other => all.push(other.to_owned()),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A zone that is switched off is none, and one that may be is not understood.
    #[test]
    fn zones_that_are_switched_off_are_left_out() {
        for (enabled, want) in [
            (None, (1, 0)),
            (Some("1"), (1, 0)),
            (Some("0"), (0, 0)),
            (Some("maybe"), (0, 1)),
        ] {
            let mut zone = json!({".type": "zone", "name": "iot", "network": "iot"});
            if let Some(text) = enabled {
                zone["enabled"] = json!(text);
            }
            let mut found = Found::by("ubus");
            let lost = zones(&json!({"values": {"z": zone}}), &mut found, "x");
            assert_eq!(
                (found.facts.len(), lost),
                (want.0, Some(want.1)),
                "{enabled:?}"
            );
        }
    }
}
