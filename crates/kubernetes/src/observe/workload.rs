//! What runs pods: how many are wanted and ready, from which images, and which ports of nodes they take.

use super::node::word;
use super::{Row, array, created, list, name, place_of, some, text, time};
use crate::resource::{CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, PODS, Resource, STATEFUL_SETS};
use core::net::{IpAddr, SocketAddr};
use reading::found::Fields;
use serde_json::Value;

pub(super) fn workload(resource: Resource, version: &str, object: &Value) -> Row {
    let told = match resource {
        DEPLOYMENTS => one("deployment", object, replicas),
        STATEFUL_SETS => one("statefulset", object, replicas),
        DAEMON_SETS => one("daemonset", object, on_nodes),
        CRON_JOBS => {
            // Only from `v1` on a success that is not told is one that never was.
            let never = (version == "v1").then_some(0);
            one("cronjob", object, |fields, object| {
                by_the_clock(fields, object, never)
            })
        }
        PODS => return pod(object),
        _ => None,
    };
    told.map_or(Row::Lost, |(key, fields)| Row::Is(key, fields))
}

fn one(
    kind: &str,
    object: &Value,
    add: impl FnOnce(Fields, &Value) -> Fields,
) -> Option<(String, Fields)> {
    let (namespace, name) = place_of(object)?;
    let pods = match kind {
        "cronjob" => "/spec/jobTemplate/spec/template/spec",
        "pod" => "/spec",
        _ => "/spec/template/spec",
    };
    let pods = object.pointer(pods)?;
    let key = format!("{namespace}/{kind}/{name}");
    let fields = Fields::default()
        .set("namespace", Some(namespace))
        .set("kind", Some(kind))
        .set("name", Some(name))
        .set("created", created(object))
        .set("for", balances(object));
    let fields = of_pods(fields, pods)?;
    Some((key, add(fields, object)))
}

/// The Service that ServiceLB of K3s and RKE2 made it for: its ports of nodes are those at which that is balanced.
fn balances(object: &Value) -> Option<String> {
    let labels = object.pointer("/metadata/labels")?.as_object()?;
    let of = |word: &str| {
        let mut own = labels.iter().filter(|(label, _)| {
            let program = label.strip_prefix("svccontroller.");
            program
                .and_then(|rest| rest.split_once(".cattle.io/"))
                .map(|(_, w)| w)
                == Some(word)
        });
        own.next().and_then(|(_, value)| name(value))
    };
    // Before 1.24 it was made in the namespace of the Service.
    let namespace = of("svcnamespace").or_else(|| Some(place_of(object)?.0));
    Some(format!("{}/{}", namespace?, of("svcname")?))
}

/// A pod that no template tells of, or that takes ports of its node: the template of its controller may be another one by now.
fn pod(object: &Value) -> Row {
    if matches!(
        object.pointer("/status/phase").and_then(Value::as_str),
        Some("Succeeded" | "Failed")
    ) {
        return Row::Aside;
    }
    let Some(owner) = owner(object) else {
        return Row::Lost;
    };
    let is_owned = owner.is_some();
    let read = one("pod", object, |fields, _| fields.set("owner", owner));
    let Some((key, fields)) = read else {
        return Row::Lost;
    };
    let takes = fields.has("host_ports") || fields.has("host_network");
    match is_owned && !takes {
        true => Row::Aside,
        false => Row::Is(key, fields),
    }
}

/// `replicaset/web-5d8`, the controller of a pod. A static pod is its node's, and has none.
fn owner(object: &Value) -> Option<Option<String>> {
    let mut owners = array(object, "/metadata/ownerReferences")?.iter();
    let Some(own) = owners.find(|o| o["controller"] == true) else {
        return Some(None);
    };
    let (kind, own) = (name(&own["kind"])?, name(&own["name"])?);
    Some((kind != "Node").then(|| format!("{}/{own}", kind.to_ascii_lowercase())))
}

/// Images and ports of a template. Its environment is not looked at.
fn of_pods(fields: Fields, pods: &Value) -> Option<Fields> {
    let shares = match pods.get("hostNetwork") {
        None => false,
        Some(said) => said.as_bool()?,
    };
    let (mut images, mut ports) = (Vec::new(), Vec::new());
    for containers in ["/initContainers", "/containers"] {
        for container in array(pods, containers)? {
            images.push(container.get("image").and_then(text)?);
            for port in array(container, "/ports")? {
                ports.extend(host_port(port, shares)?);
            }
        }
    }
    Some(
        fields
            .set("images", Some(list(images)))
            .set("host_network", shares.then_some(true))
            .set("host_ports", some(ports)),
    )
}

/// `tcp/8080`, where it takes one of its node; `tcp/127.0.0.1:8080`, where it takes that of one address.
fn host_port(port: &Value, shares: bool) -> Option<Option<String>> {
    let protocol = match port.get("protocol") {
        None => "tcp".to_owned(),
        Some(said) => text(said)?.to_ascii_lowercase(),
    };
    let own = port.get("containerPort").filter(|_| shares);
    let Some(number) = port.get("hostPort").or(own) else {
        return Some(None);
    };
    let at = match port.get("hostIP") {
        None | Some(Value::Null) => None,
        Some(Value::String(all)) if all.is_empty() => None,
        Some(said) => Some(said.as_str()?.parse().ok()?),
    };
    let at = at.filter(|ip: &IpAddr| !ip.is_unspecified());
    match u16::try_from(number.as_u64()?).ok()? {
        0 => Some(None),
        number => Some(Some(match at {
            Some(ip) => format!("{protocol}/{}", SocketAddr::new(ip, number)),
            None => format!("{protocol}/{number}"),
        })),
    }
}

/// Whether the controller has seen what is wanted now: before that its counts are of something else.
fn is_current(object: &Value) -> bool {
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64);
    let (wanted, seen) = (
        number("/metadata/generation"),
        number("/status/observedGeneration"),
    );
    wanted
        .zip(seen)
        .is_some_and(|(wanted, seen)| seen >= wanted)
}

/// A count that is left out where it is none.
fn count(object: &Value, pointer: &str) -> Option<i64> {
    match object.pointer(pointer) {
        None => Some(0),
        Some(number) => number.as_i64(),
    }
}

fn replicas(fields: Fields, object: &Value) -> Fields {
    let is_current = is_current(object);
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64);
    let of = |pointer: &str| count(object, pointer).filter(|_| is_current);
    let stalled = stalled(object).filter(|_| is_current);
    // Conditions that are not understood may say that it does not go on.
    let updated = stalled.as_ref().and(of("/status/updatedReplicas"));
    fields
        .set("wanted", wanted.filter(|_| is_current))
        .set("ready", of("/status/readyReplicas"))
        .set("updated", updated)
        .set("stalled", stalled.flatten())
}

/// Why the controller of a Deployment says that its rollout does not go on; others do not say it.
fn stalled(object: &Value) -> Option<Option<String>> {
    let mut conditions = array(object, "/status/conditions")?.iter();
    let Some(own) = conditions.find(|c| c["type"] == "Progressing") else {
        return Some(None);
    };
    match own["status"].as_str()? {
        "False" => Some(Some(
            word(&own["reason"]).unwrap_or_else(|| "no reason".to_owned()),
        )),
        _ => Some(None),
    }
}

fn on_nodes(fields: Fields, object: &Value) -> Fields {
    let is_current = is_current(object);
    let of = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_i64)
            .filter(|_| is_current)
    };
    let updated = count(object, "/status/updatedNumberScheduled").filter(|_| is_current);
    let fields = fields.set("updated", updated);
    fields
        .set("wanted", of("/status/desiredNumberScheduled"))
        .set("ready", of("/status/numberReady"))
}

fn by_the_clock(fields: Fields, object: &Value, never: Option<i64>) -> Fields {
    let at = |pointer: &str, never: Option<i64>| match object.pointer(pointer) {
        None | Some(Value::Null) => never,
        Some(said) => time(said),
    };
    let suspended = match object.pointer("/spec/suspend") {
        None => Some(false),
        Some(said) => said.as_bool(),
    };
    fields
        .set("schedule", object.pointer("/spec/schedule").and_then(text))
        .set("zone", object.pointer("/spec/timeZone").and_then(text))
        .set("suspended", suspended)
        .set("last_start", at("/status/lastScheduleTime", Some(0)))
        .set("last_success", at("/status/lastSuccessfulTime", never))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::value::Value as Fact;
    use serde_json::json;

    fn told(resource: Resource, version: &str, object: &Value) -> Option<Fact> {
        match workload(resource, version, object) {
            Row::Is(_, fields) => Some(fields.into()),
            Row::Aside | Row::Lost => None,
        }
    }

    fn deployment(status: Value) -> Value {
        json!({
            "metadata": {"name": "web", "namespace": "shop", "generation": 3},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "A", "value": "canary"}]}]}}},
            "status": status,
        })
    }

    #[test]
    fn counts_of_something_else_are_none() {
        let rows = [
            (
                json!({"observedGeneration": 3, "readyReplicas": 2}),
                Some(2),
            ),
            (json!({"observedGeneration": 3}), Some(0)),
            (json!({"observedGeneration": 3, "readyReplicas": "2"}), None),
            (json!({"observedGeneration": 2, "readyReplicas": 2}), None),
            (json!({}), None),
        ];
        for (status, expected) in rows {
            let object = deployment(status);
            let value = told(DEPLOYMENTS, "v1", &object).expect("a deployment");
            let ready = value.field("ready").and_then(Fact::as_int);
            assert_eq!(ready, expected, "{object}");
            assert!(!value.to_string().contains("canary"), "{value}");
        }
    }

    #[test]
    fn a_rollout_that_does_not_go_on_is_told_by_its_controller() {
        let rows = [
            (
                json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]),
                (Some("ProgressDeadlineExceeded"), Some(1)),
            ),
            (
                json!([{"type": "Progressing", "status": "False"}]),
                (Some("no reason"), Some(1)),
            ),
            (
                json!([{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}]),
                (None, Some(1)),
            ),
            (
                json!([{"type": "Progressing", "status": false}]),
                (None, None),
            ),
            (json!("Progressing"), (None, None)),
            (json!(null), (None, Some(1))),
        ];
        for (conditions, (stalled, updated)) in rows {
            let object = deployment(
                json!({"observedGeneration": 3, "readyReplicas": 2, "updatedReplicas": 1, "conditions": conditions}),
            );
            let value = told(DEPLOYMENTS, "v1", &object).expect("a deployment");
            let said = value.field("stalled").and_then(Fact::as_text);
            assert_eq!(said, stalled, "{object}");
            let counted = value.field("updated").and_then(Fact::as_int);
            assert_eq!(counted, updated, "{object}");
        }
    }

    #[test]
    fn ports_of_nodes_are_those_of_the_host_network_too() {
        let rows = [
            (
                json!({"containers": [{"image": "a", "ports": [{"containerPort": 80}]}]}),
                Some(None),
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"containerPort": 53, "hostPort": 53, "protocol": "UDP"}]}]}),
                Some(Some("udp/53")),
            ),
            (
                json!({"hostNetwork": true, "containers": [{"image": "a", "ports": [{"containerPort": 80}]}]}),
                Some(Some("tcp/80")),
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"hostPort": 70_000}]}]}),
                None,
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"hostPort": 80, "hostIP": "127.0.0.1"}]}]}),
                Some(Some("tcp/127.0.0.1:80")),
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"hostPort": 80, "hostIP": "::1"}]}]}),
                Some(Some("tcp/[::1]:80")),
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"hostPort": 80, "hostIP": "0.0.0.0"}]}]}),
                Some(Some("tcp/80")),
            ),
            (
                json!({"containers": [{"image": "a", "ports": [{"hostPort": 80, "hostIP": "here"}]}]}),
                None,
            ),
            (json!({"containers": [{"image": 7}]}), None),
            (json!({"containers": {"image": "a"}}), None),
            (json!({"hostNetwork": "yes", "containers": []}), None),
        ];
        for (pods, expected) in rows {
            let object = json!({"metadata": {"name": "a", "namespace": "b"}, "spec": {"template": {"spec": pods}}});
            let value = told(DAEMON_SETS, "v1", &object);
            let ports = value.map(|v| v.field("host_ports").map(Fact::to_string));
            let expected = expected.map(|e| e.map(|port| list([port.to_owned()]).to_string()));
            assert_eq!(ports, expected, "{object}");
        }
    }

    #[test]
    fn pods_are_kept_where_no_template_tells_of_them() {
        let of = |owners: Value, phase: &str, ports: Value| {
            let object = json!({
                "metadata": {"name": "a", "namespace": "b", "ownerReferences": owners},
                "spec": {"containers": [{"image": "a", "ports": ports}]}, "status": {"phase": phase},
            });
            match workload(PODS, "v1", &object) {
                Row::Is(key, _) => key,
                Row::Aside => "aside".to_owned(),
                Row::Lost => "lost".to_owned(),
            }
        };
        let by = |kind: &str| json!([{"kind": kind, "name": "x", "controller": true}]);
        let (none, some) = (json!([]), json!([{"containerPort": 80, "hostPort": 80}]));
        let rows = [
            (json!(null), "Running", &none, "b/pod/a"),
            (by("Node"), "Running", &none, "b/pod/a"),
            (by("ReplicaSet"), "Running", &none, "aside"),
            (by("ReplicaSet"), "Running", &some, "b/pod/a"),
            (by("Job"), "Pending", &some, "b/pod/a"),
            (by("Job"), "Succeeded", &some, "aside"),
            (
                json!([{"kind": 7, "name": "x", "controller": true}]),
                "Running",
                &none,
                "lost",
            ),
            (json!("x"), "Running", &none, "lost"),
        ];
        for (owners, phase, ports, expected) in rows {
            assert_eq!(
                of(owners.clone(), phase, ports.clone()),
                expected,
                "{owners} {phase}"
            );
        }
    }

    #[test]
    fn a_success_that_is_not_told_never_was_only_where_it_would_be_told() {
        let object = json!({
            "metadata": {"name": "dump", "namespace": "shop"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "a"}]}}}}},
            "status": {"lastScheduleTime": "2026-11-21T03:00:00Z"},
        });
        let last = |version| {
            told(CRON_JOBS, version, &object).and_then(|v| v.field("last_success")?.as_int())
        };
        assert_eq!(last("v1"), Some(0));
        assert_eq!(last("v1beta1"), None);
        let start = told(CRON_JOBS, "v1", &object).and_then(|v| v.field("last_start")?.as_int());
        assert_eq!(start, Some(1_795_230_000));
    }
}
