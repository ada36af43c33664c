//! Nodes: whether they are ready, what runs on them, and where they are.

use super::{Row, array, list, name_of, text};
use model::value::Value as Fact;
use reading::found::Fields;
use serde_json::Value;

/// Labels that say what a node is for.
const ROLE: &str = "node-role.kubernetes.io/";
/// The same in the words of before 1.16.
const OLD_ROLE: &str = "kubernetes.io/role";
/// Conditions that are bad when they hold, with the word for each.
const PRESSURES: [(&str, &str); 4] = [
    ("DiskPressure", "disk"),
    ("MemoryPressure", "memory"),
    ("NetworkUnavailable", "network"),
    ("PIDPressure", "pid"),
];
/// Kinds of addresses that lead to the node; the others repeat its name.
const ADDRESSES: [&str; 2] = ["InternalIP", "ExternalIP"];

pub(super) fn node(object: &Value) -> Row {
    let fields = name_of(object).zip(fields(object));
    fields.map_or(Row::Lost, |(name, fields)| Row::Is(name, fields))
}

fn fields(object: &Value) -> Option<Fields> {
    let info = |key: &str| {
        object
            .pointer(&format!("/status/nodeInfo/{key}"))
            .and_then(text)
    };
    let conditions = array(object, "/status/conditions")?;
    let state = |sort: &str| {
        let mut own = conditions.iter().filter(|c| c["type"] == sort);
        own.next()
    };
    let ready = state("Ready");
    let is_ready = ready.and_then(|c| match c["status"].as_str()? {
        "True" => Some(true),
        // Unknown: its kubelet has not been heard of for a while.
        "False" | "Unknown" => Some(false),
        _ => None,
    });
    // A machine that is off is lost; one that says it is not ready is on.
    let is_lost = ready.is_some_and(|c| c["status"] == "Unknown");
    let reason = ready
        .filter(|_| is_ready == Some(false))
        .and_then(|c| word(&c["reason"]));
    let holds = |sort: &str| state(sort).is_some_and(|c| c["status"] == "True");
    let pressure = PRESSURES.iter().filter(|(sort, _)| holds(sort));
    let pressure = pressure.map(|(_, word)| (*word).to_owned());
    let addresses = array(object, "/status/addresses")?.iter();
    let addresses = addresses.filter(|a| ADDRESSES.iter().any(|sort| a["type"] == *sort));
    let addresses: Option<Vec<String>> = addresses
        .map(|a| {
            a["address"]
                .as_str()?
                .parse()
                .ok()
                .map(|ip: core::net::IpAddr| ip.to_string())
        })
        .collect();
    let unschedulable = match object.pointer("/spec/unschedulable") {
        None => Some(false),
        Some(said) => said.as_bool(),
    };
    Some(
        Fields::default()
            .set("ready", is_ready)
            .set("reason", reason)
            .set("lost", is_lost.then_some(true))
            .set("kubelet", info("kubeletVersion"))
            .set("os", info("osImage"))
            .set("kernel", info("kernelVersion"))
            .set("runtime", info("containerRuntimeVersion"))
            .set("architecture", info("architecture"))
            .set("addresses", Some(list(addresses?)))
            .set("roles", Some(roles(object)))
            .set("pressure", (!conditions.is_empty()).then(|| list(pressure)))
            .set("unschedulable", unschedulable),
    )
}

fn roles(object: &Value) -> Fact {
    let labels = object
        .pointer("/metadata/labels")
        .and_then(Value::as_object);
    let labels = labels.into_iter().flatten();
    let all = labels.filter_map(|(label, value)| match label.strip_prefix(ROLE) {
        Some(role) => word(&Value::from(role)),
        None if label == OLD_ROLE => word(value),
        None => None,
    });
    list(all)
}

/// One word, `KubeletNotReady`; what people write is longer.
pub(super) fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let good = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_word = !text.is_empty() && text.len() <= 64 && text.chars().all(good);
    is_word.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(object: &Value) -> Option<Fact> {
        match node(object) {
            Row::Is(_, fields) => Some(fields.into()),
            Row::Aside | Row::Lost => None,
        }
    }

    #[test]
    fn ready_is_said_and_never_assumed() {
        let rows = [
            (json!([{"type": "Ready", "status": "True"}]), Some(true)),
            (
                json!([{"type": "Ready", "status": "False", "reason": "KubeletNotReady"}]),
                Some(false),
            ),
            (json!([{"type": "Ready", "status": "Unknown"}]), Some(false)),
            (json!([{"type": "Ready", "status": true}]), None),
            (json!([]), None),
        ];
        for (conditions, expected) in rows {
            let object = json!({"metadata": {"name": "n"}, "status": {"conditions": conditions}});
            let value = told(&object).expect("a node");
            let ready = value.field("ready").and_then(Fact::as_bool);
            assert_eq!(ready, expected, "{object}");
        }
        let wrong = json!({"metadata": {"name": "n"}, "status": {"conditions": {"Ready": "True"}}});
        assert!(told(&wrong).is_none());
        assert!(told(&json!({"metadata": {"name": "\u{1b}[2J"}})).is_none());
    }

    #[test]
    fn no_address_of_a_node_is_lost_silently() {
        let of = |address: &str| json!({"metadata": {"name": "n"}, "status": {"addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": "n"}]}});
        let value = told(&of("192.0.2.7")).expect("a node");
        assert_eq!(
            value.field("addresses"),
            Some(&list(["192.0.2.7".to_owned()]))
        );
        assert!(told(&of("somewhere")).is_none());
    }
}
