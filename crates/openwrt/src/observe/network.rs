//! Interfaces with their addresses, and VLANs of bridges.

use super::{is_clean, list, text};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

/// Of `network.interface dump`. What protocols add of their own (`data`) is not looked at.
pub(super) fn interfaces(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let all = answer.get("interface")?.as_array()?;
    let mut lost = 0;
    for one in all {
        match interface(one) {
            Some((name, fields)) => found.add(FactKind::OpenWrtInterface, name, fields, source),
            None => lost += 1,
        }
    }
    Some(lost)
}

fn interface(one: &Value) -> Option<(String, Fields)> {
    let name = one.get("interface").and_then(text)?;
    let mut addresses = Vec::new();
    for key in ["ipv4-address", "ipv6-address"] {
        for address in array(one, key)? {
            addresses.push(subnet(address)?);
        }
    }
    // An address out of a prefix that is delegated stands apart.
    for prefix in array(one, "ipv6-prefix-assignment")? {
        if let Some(own) = prefix.get("local-address") {
            addresses.push(subnet(own)?);
        }
    }
    let default = array(one, "route")?.iter().find(|route| {
        let everywhere = route["target"] == "0.0.0.0" || route["target"] == "::";
        everywhere && route["mask"] == 0
    });
    let device = one.get("l3_device").or(one.get("device")).and_then(text);
    let fields = Fields::default()
        .set("up", one.get("up").and_then(Value::as_bool))
        .set("proto", one.get("proto").and_then(text))
        .set("device", device)
        .set("addresses", Some(list(addresses)))
        .set(
            "gateway",
            default.and_then(|r| r.get("nexthop")).and_then(text),
        );
    Some((name, fields))
}

/// A list, which may be left out and may not be something else.
fn array<'a>(of: &'a Value, key: &str) -> Option<&'a [Value]> {
    match of.get(key) {
        None => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// `192.168.1.1/24`.
fn subnet(of: &Value) -> Option<String> {
    let address: std::net::IpAddr = of.get("address")?.as_str()?.parse().ok()?;
    let mask = of.get("mask")?.as_u64().filter(|m| *m <= 128)?;
    Some(format!("{address}/{mask}"))
}

/// Of `network.device status`: ports of a VLAN are `lan1`, `lan1:t` where tagged, with `*` where it is that of untagged frames.
pub(super) fn vlans(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let mut lost = 0;
    for (bridge, device) in answer.as_object()? {
        let Some(vlans) = array(device, "bridge-vlans") else {
            lost += 1;
            continue;
        };
        for one in vlans {
            match vlan(one).filter(|_| is_clean(bridge)) {
                Some((id, fields)) => {
                    let key = format!("{bridge}/{id}");
                    found.add(FactKind::OpenWrtVlan, key, fields, source);
                }
                None => lost += 1,
            }
        }
    }
    Some(lost)
}

fn vlan(one: &Value) -> Option<(u64, Fields)> {
    let id = one.get("id")?.as_u64().filter(|id| *id < 4095)?;
    let (mut tagged, mut untagged) = (Vec::new(), Vec::new());
    for port in one.get("ports")?.as_array()? {
        // Each ends its line.
        let port = port.as_str()?.trim_end();
        let (name, flags) = port.split_once(':').unwrap_or((port, ""));
        if !is_clean(name) {
            return None;
        }
        let list = if flags.contains('t') {
            &mut tagged
        } else {
            &mut untagged
        };
        list.push(name.to_owned());
    }
    let fields = Fields::default()
        .set("tagged", Some(list(tagged)))
        .set("untagged", Some(list(untagged)));
    Some((id, fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::fact::FactPath;
    use serde_json::json;

    /// An interface of which an address cannot be read is told as not understood, not as one that has fewer.
    #[test]
    fn no_address_of_an_interface_is_lost_silently() {
        let good = json!({"address": "2001:db8::1", "mask": 60});
        let rows = [
            (json!({}), 0),
            (
                json!({"ipv6-prefix-assignment": [{"address": "2001:db8::", "mask": 60, "local-address": good}]}),
                0,
            ),
            (
                json!({"ipv6-prefix-assignment": [{"address": "2001:db8::", "mask": 60}]}),
                0,
            ),
            (
                json!({"ipv6-prefix-assignment": [{"local-address": {"address": "fe80::1", "mask": "x"}}]}),
                1,
            ),
            (
                json!({"ipv6-prefix-assignment": {"local-address": good}}),
                1,
            ),
            (json!({"ipv4-address": [{"address": "192.0.2.1"}]}), 1),
            (json!({"route": 7}), 1),
        ];
        for (more, lost) in rows {
            let mut one = more.clone();
            one["interface"] = json!("lan");
            let mut found = Found::by("ubus");
            let answer = json!({"interface": [one]});
            assert_eq!(interfaces(&answer, &mut found, "x"), Some(lost), "{more}");
            assert_eq!(found.facts.len(), 1 - lost, "{more}");
        }
    }

    #[test]
    fn ports_of_vlans_are_told_in_words_of_netifd() {
        let mut found = Found::by("ubus");
        let answer = json!({
            "br-lan": {"bridge-vlans": [{"id": 20, "local": true, "ports": ["lan1\n", "lan2:t\n", "lan3:*\n", "lan4:t*\n"]}, {"id": "x"}]},
            "eth0": {},
            "br-x": {"bridge-vlans": {"id": 3}},
        });
        assert_eq!(vlans(&answer, &mut found, "x"), Some(2));
        let path = FactPath::new(FactKind::OpenWrtVlan, "br-lan/20");
        let seen = found.facts[&path].seen.to_string();
        assert!(seen.contains("lan2") && seen.contains("lan4"), "{seen}");
        let value = found.facts[&path].seen.value().expect("it is there");
        assert_eq!(
            value.field("tagged"),
            Some(&list(["lan2".to_owned(), "lan4".to_owned()]))
        );
    }
}
