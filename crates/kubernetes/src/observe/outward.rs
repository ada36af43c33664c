//! What is reached from outside of the cluster: Services that reach out, and Ingresses.

use super::{Row, array, list, place_of, some, text};
use model::value::Value as Fact;
use reading::found::Fields;
use serde_json::Value;

pub(super) fn service(object: &Value) -> Row {
    let kind = object.pointer("/spec/type");
    let kind = kind.map_or(Some("ClusterIP".to_owned()), text);
    let external = array(object, "/spec/externalIPs");
    match (kind, external) {
        // It leads out of the cluster, or is reached inside of it alone.
        (Some(kind), Some([])) if kind == "ClusterIP" || kind == "ExternalName" => Row::Aside,
        (Some(kind), Some(external)) => {
            let read = outward(object, &kind, external);
            read.map_or(Row::Lost, |(key, fields)| Row::Is(key, fields))
        }
        _ => Row::Lost,
    }
}

fn outward(object: &Value, kind: &str, external: &[Value]) -> Option<(String, Fields)> {
    let (namespace, name) = place_of(object)?;
    let (mut ports, mut node_ports) = (Vec::new(), Vec::new());
    for port in array(object, "/spec/ports")? {
        let protocol = match port.get("protocol") {
            None => "tcp".to_owned(),
            Some(said) => text(said)?.to_ascii_lowercase(),
        };
        let number = |value: &Value| u16::try_from(value.as_u64()?).ok();
        ports.push(format!("{protocol}/{}", number(port.get("port")?)?));
        if let Some(said) = port.get("nodePort")
            && let Some(number) = Some(number(said)?).filter(|n| *n > 0)
        {
            node_ports.push(format!("{protocol}/{number}"));
        }
    }
    let health = object.pointer("/spec/healthCheckNodePort");
    let health = health.and_then(Value::as_u64).filter(|n| *n > 0);
    node_ports.extend(health.map(|n| format!("tcp/{n}")));
    let external: Option<Vec<String>> = external.iter().map(text).collect();
    let external = external?;
    let mut addresses = external.clone();
    addresses.extend(balanced(object)?);
    let sources = array(object, "/spec/loadBalancerSourceRanges")?;
    let sources: Option<Vec<String>> = sources.iter().map(text).collect();
    let key = format!("{namespace}/{name}");
    let fields = Fields::default()
        .set("namespace", Some(namespace))
        .set("name", Some(name))
        .set("type", Some(kind))
        .set("ports", Some(list(ports)))
        .set("node_ports", some(node_ports))
        .set("addresses", some(addresses))
        .set("external", some(external))
        .set("sources", some(sources?));
    Some((key, fields))
}

/// Addresses that a load balancer has given it.
fn balanced(object: &Value) -> Option<Vec<String>> {
    let all = array(object, "/status/loadBalancer/ingress")?.iter();
    all.map(|i| i.get("ip").or(i.get("hostname")).and_then(text))
        .collect()
}

pub(super) fn ingress(object: &Value) -> Row {
    let read = led_in(object);
    read.map_or(Row::Lost, |(key, fields)| Row::Is(key, fields))
}

fn led_in(object: &Value) -> Option<(String, Fields)> {
    let (namespace, name) = place_of(object)?;
    let (mut hosts, mut services, mut tls) = (Vec::new(), Vec::new(), Vec::new());
    let service = |backend: &Value| backend.pointer("/service/name").and_then(text);
    if let Some(backend) = object.pointer("/spec/defaultBackend") {
        hosts.push("*".to_owned());
        services.extend(service(backend));
    }
    for rule in array(object, "/spec/rules")? {
        hosts.push(host(rule.get("host"))?);
        for path in array(rule, "/http/paths")? {
            services.extend(path.get("backend").and_then(service));
        }
    }
    for part in array(object, "/spec/tls")? {
        let own = array(part, "/hosts")?;
        // Without names the certificate is that of all hosts.
        if own.is_empty() {
            tls.extend(hosts.iter().cloned());
        }
        for name in own {
            tls.push(host(Some(name))?);
        }
    }
    let key = format!("{namespace}/{name}");
    let class = object.pointer("/spec/ingressClassName").and_then(text);
    let fields = Fields::default()
        .set("namespace", Some(namespace))
        .set("name", Some(name))
        .set("class", class)
        .set("hosts", Some(list(hosts)))
        .set("tls", Some::<Fact>(list(tls)))
        .set("services", Some(list(services)))
        .set("addresses", some(balanced(object)?));
    Some((key, fields))
}

/// A name, `*` where none is said.
fn host(said: Option<&Value>) -> Option<String> {
    match said {
        None => Some("*".to_owned()),
        Some(Value::String(text)) if text.is_empty() => Some("*".to_owned()),
        Some(said) => text(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(row: Row) -> Option<String> {
        match row {
            Row::Is(_, fields) => Some(Fact::from(fields).to_string()),
            Row::Aside => Some("aside".to_owned()),
            Row::Lost => None,
        }
    }

    #[test]
    fn services_that_stay_inside_are_left_out_and_no_other() {
        let of = |spec: Value| {
            let object = json!({"metadata": {"name": "a", "namespace": "b"}, "spec": spec, "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}});
            told(service(&object))
        };
        assert_eq!(
            of(json!({"type": "ClusterIP", "ports": []})).as_deref(),
            Some("aside")
        );
        assert_eq!(
            of(json!({"type": "ExternalName"})).as_deref(),
            Some("aside")
        );
        let outside = of(
            json!({"type": "ClusterIP", "externalIPs": ["198.51.100.4"], "ports": [{"port": 443}]}),
        );
        assert!(outside.is_some_and(|s| s.contains("198.51.100.4") && s.contains("tcp/443")));
        let balanced = of(
            json!({"type": "LoadBalancer", "ports": [{"port": 53, "protocol": "UDP", "nodePort": 30_053}]}),
        );
        assert!(balanced.is_some_and(|s| s.contains("udp/30053") && s.contains("192.0.2.9")));
        for wrong in [
            json!({"type": 7}),
            json!({"type": "NodePort", "ports": [{"port": "http"}]}),
            json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": -1}]}),
            json!({"type": "ClusterIP", "externalIPs": "198.51.100.4"}),
        ] {
            assert_eq!(of(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn an_ingress_without_a_host_takes_all_of_them() {
        let of = |spec: Value| {
            told(ingress(
                &json!({"metadata": {"name": "a", "namespace": "b"}, "spec": spec}),
            ))
        };
        let all = of(
            json!({"rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]}),
        )
        .unwrap();
        assert!(all.contains('*') && all.contains("web"), "{all}");
        assert!(of(json!({"rules": [{"host": 7}]})).is_none());
        assert!(of(json!({"rules": "x"})).is_none());
    }
}
