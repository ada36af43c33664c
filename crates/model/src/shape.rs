//! Whether the values of an observation are of the types that its facts have. What was kept may have been damaged or written by something
//! else, and a truth value that is a text must not pass for `false`.

use crate::fact::{Completeness, FactKind, Seen, TargetFacts};
use crate::kleene::Reason;
use crate::value::Value;

/// Types of values.
#[derive(Debug, Clone, Copy)]
enum Type {
    Bool,
    Int,
    Text,
    Texts,
    Map,
    /// Maps in which one field, if it is there, is a truth value.
    Maps(&'static str),
}

use Type::{Bool, Int, Map, Maps, Text, Texts};

/// Fields of containers, as the engine's driver writes them.
const CONTAINER: &[(&str, Type)] = &[
    ("cap_add", Texts),
    ("digests", Texts),
    ("env", Map),
    ("health", Text),
    ("image", Text),
    ("memory", Int),
    ("mounts", Maps("read_only")),
    ("namespaces", Texts),
    ("networks", Map),
    ("ports", Maps("")),
    ("privileged", Bool),
    ("project", Text),
    ("read_only", Bool),
    ("restarts", Int),
    ("security_opt", Texts),
    ("state", Text),
    ("user", Text),
];
/// Of a UPS itself, as NUT's driver writes them.
const UPS: &[(&str, Type)] = &[
    ("alarm", Text),
    ("load", Int),
    ("model", Text),
    ("serial", Text),
    ("status", Texts),
    ("test.result", Text),
];
/// Of its battery.
const BATTERY: &[(&str, Type)] = &[
    ("charge", Int),
    ("charge.low", Int),
    ("runtime", Int),
    ("runtime.low", Int),
];
/// Of an interface of a device.
const PORT: &[(&str, Type)] = &[
    ("admin", Text),
    ("in_errors", Int),
    ("in_packets", Int),
    ("oper", Text),
    ("out_errors", Int),
    ("speed", Int),
    ("type", Int),
];
/// Of a VLAN of a device.
const VLAN: &[(&str, Type)] = &[("pvid", Texts), ("tagged", Texts), ("untagged", Texts)];
/// Of a neighbour of a device.
const NEIGHBOUR: &[(&str, Type)] = &[
    ("chassis", Text),
    ("local", Text),
    ("name", Text),
    ("port", Text),
    ("port_description", Text),
];
/// Of a datastore of Proxmox Backup Server.
const DATASTORE: &[(&str, Type)] = &[
    ("available", Int),
    ("failed", Bool),
    ("gc_bad", Int),
    ("gc_ended", Bool),
    ("gc_last", Int),
    ("gc_result", Text),
    ("gc_schedule", Text),
    ("maintenance", Bool),
    ("mount", Text),
    ("path", Text),
    ("size", Int),
    ("used", Int),
];
/// Of a group of its backups.
const GROUP: &[(&str, Type)] = &[
    ("count", Int),
    ("failed", Int),
    ("failed_newest", Int),
    ("id", Text),
    ("newest", Int),
    ("ns", Text),
    ("store", Text),
    ("type", Text),
    ("unverified", Int),
    ("unverified_oldest", Int),
    ("verification", Text),
    ("verified_oldest", Int),
];
/// Of a job of it.
const JOB: &[(&str, Type)] = &[
    ("enabled", Bool),
    ("last", Int),
    ("next", Int),
    ("ns", Text),
    ("outdated_after", Int),
    ("result", Text),
    ("schedule", Text),
    ("store", Text),
];
/// Of a logical interface of a router.
const ROUTER_INTERFACE: &[(&str, Type)] = &[
    ("addresses", Texts),
    ("device", Text),
    ("gateway", Text),
    ("proto", Text),
    ("up", Bool),
];
/// Of a port that a router leads elsewhere.
const FORWARD: &[(&str, Type)] = &[
    ("enabled", Bool),
    ("from", Text),
    ("name", Text),
    ("ports", Text),
    ("protocols", Texts),
    ("source", Text),
    ("to", Text),
    ("to_ports", Text),
];
/// Of a zone, a pool or a fixed address of a router.
const ROUTER_ZONE: &[(&str, Type)] = &[("interfaces", Texts), ("masquerade", Bool)];
const ROUTER_POOL: &[(&str, Type)] = &[("limit", Int), ("off", Bool), ("start", Int)];
const ROUTER_HOST: &[(&str, Type)] = &[("address", Text), ("macs", Texts), ("name", Text)];
/// Of a node of Kubernetes.
const KUBE_NODE: &[(&str, Type)] = &[
    ("addresses", Texts),
    ("kubelet", Text),
    ("lost", Bool),
    ("pressure", Texts),
    ("ready", Bool),
    ("reason", Text),
    ("roles", Texts),
    ("unschedulable", Bool),
];
/// Of what runs pods there.
const KUBE_WORKLOAD: &[(&str, Type)] = &[
    ("created", Int),
    ("for", Text),
    ("host_network", Bool),
    ("host_ports", Texts),
    ("images", Texts),
    ("kind", Text),
    ("last_start", Int),
    ("last_success", Int),
    ("name", Text),
    ("namespace", Text),
    ("owner", Text),
    ("ready", Int),
    ("schedule", Text),
    ("stalled", Text),
    ("suspended", Bool),
    ("updated", Int),
    ("wanted", Int),
    ("zone", Text),
];
/// Of what is reached from outside, and of what asks for space.
const KUBE_SERVICE: &[(&str, Type)] = &[
    ("addresses", Texts),
    ("external", Texts),
    ("name", Text),
    ("namespace", Text),
    ("node_ports", Texts),
    ("ports", Texts),
    ("sources", Texts),
    ("type", Text),
];
const KUBE_INGRESS: &[(&str, Type)] = &[
    ("addresses", Texts),
    ("hosts", Texts),
    ("name", Text),
    ("namespace", Text),
    ("services", Texts),
    ("tls", Texts),
];
const KUBE_CLAIM: &[(&str, Type)] = &[
    ("created", Int),
    ("name", Text),
    ("namespace", Text),
    ("phase", Text),
    ("size", Int),
    ("wanted", Int),
];
/// Of a dataset of TrueNAS.
const DATASET: &[(&str, Type)] = &[
    ("encrypted", Bool),
    ("locked", Bool),
    ("mount", Text),
    ("pool", Text),
    ("type", Text),
];
/// Of what TrueNAS does by itself.
const TASK: &[(&str, Type)] = &[
    ("direction", Text),
    ("enabled", Bool),
    ("follows", Bool),
    ("last", Int),
    ("name", Text),
    ("schedule", Text),
    ("source", Texts),
    ("state", Text),
    ("target", Text),
];
/// Of what it shares.
const SHARE: &[(&str, Type)] = &[
    ("auth", Texts),
    ("enabled", Bool),
    ("guest", Bool),
    ("hosts", Texts),
    ("initiators", Texts),
    ("locked", Bool),
    ("networks", Texts),
    ("paths", Texts),
    ("security", Texts),
];
/// Of a service of it.
const SERVICE: &[(&str, Type)] = &[
    ("enabled", Bool),
    ("networks", Texts),
    ("running", Bool),
    ("sockets", Texts),
];
/// Of an alert of it.
const ALERT: &[(&str, Type)] = &[
    ("class", Text),
    ("dismissed", Bool),
    ("last", Int),
    ("level", Text),
    ("since", Int),
    ("title", Text),
];
/// Fields of units.
const UNIT: &[(&str, Type)] = &[("active", Bool), ("failed", Bool), ("from", Text)];
/// Of timers.
const TIMER: &[(&str, Type)] = &[
    ("active", Bool),
    ("calendar", Texts),
    ("does", Texts),
    ("last", Int),
    ("next", Int),
    ("result", Text),
    ("runs", Text),
    ("since", Int),
    ("spans", Bool),
    ("took", Int),
];
/// Of what cron runs.
const CRON: &[(&str, Type)] = &[("does", Texts), ("when", Text)];
/// A reading is taken over from one observation to the next for hours; one older than this before its observation was not.
const LONGEST_KEPT_SECONDS: i64 = 24 * 3600;

/// The same with what cannot be as it is said turned into unknown, with the reason.
#[must_use]
pub fn doubted(mut found: TargetFacts) -> TargetFacts {
    for (path, fact) in &mut found.facts {
        if let Seen::Present(value) = &fact.seen
            && let Some(why) = wrong(path.kind, &path.key, value)
        {
            fact.seen = Seen::Unknown(Reason::new(why));
        }
    }
    for (kind, reading) in &found.readings {
        let before = found.at.as_second() - reading.at.as_second();
        let why = match before {
            0..=LONGEST_KEPT_SECONDS => continue,
            ..0 => "it is dated after the observation that it belongs to".to_owned(),
            _ => format!(
                "it was read at {:.0}, long before the observation",
                reading.at
            ),
        };
        let reason = Reason::new(why);
        for (path, fact) in &mut found.facts {
            // Whether a restart waits is asked each time.
            if path.kind == *kind && !(path.kind == FactKind::Patch && path.key == "reboot") {
                fact.seen = Seen::Unknown(reason.clone());
            }
        }
        found.collections.insert(*kind, Completeness::No(reason));
    }
    found
}

/// What is wrong with a value, if something is.
fn wrong(kind: FactKind, key: &str, value: &Value) -> Option<String> {
    let fields = match kind {
        FactKind::DockerContainer => CONTAINER,
        FactKind::Unit => UNIT,
        FactKind::Timer => TIMER,
        FactKind::Cron => CRON,
        FactKind::OpenWrtInterface => ROUTER_INTERFACE,
        FactKind::OpenWrtForward => FORWARD,
        FactKind::OpenWrtFirewall if key.starts_with("zone/") => ROUTER_ZONE,
        FactKind::OpenWrtDhcp if key.starts_with("pool/") => ROUTER_POOL,
        FactKind::OpenWrtDhcp if key.starts_with("host/") => ROUTER_HOST,
        FactKind::TrueNasDataset => DATASET,
        FactKind::TrueNasTask => TASK,
        FactKind::TrueNasShare => SHARE,
        FactKind::TrueNasService => SERVICE,
        FactKind::TrueNasAlert => ALERT,
        FactKind::DevicePort => PORT,
        FactKind::DeviceVlan => VLAN,
        FactKind::DeviceNeighbour => NEIGHBOUR,
        FactKind::PbsDatastore => DATASTORE,
        FactKind::PbsGroup => GROUP,
        FactKind::PbsJob => JOB,
        FactKind::KubeNode => KUBE_NODE,
        FactKind::KubeWorkload => KUBE_WORKLOAD,
        FactKind::KubeService => KUBE_SERVICE,
        FactKind::KubeIngress => KUBE_INGRESS,
        FactKind::KubeClaim => KUBE_CLAIM,
        FactKind::Nut => match key {
            "ups" => UPS,
            "battery" => BATTERY,
            _ => return None,
        },
        FactKind::Patch => {
            let expected = match key {
                "reboot" => Bool,
                "security" | "lists" => Int,
                _ => return None,
            };
            let said = || format!("it is {}, not {}", is(value), words(expected));
            return (!fits(value, expected)).then(said);
        }
        _ => return None,
    };
    if !fits(value, Map) {
        return Some(format!("it is {}, not {}", is(value), words(Map)));
    }
    fields.iter().find_map(|(name, expected)| {
        let field = value.field(name).filter(|f| !fits(f, *expected))?;
        let (is, words) = (is(field), words(*expected));
        Some(format!("its '{name}' is {is}, not {words}"))
    })
}

fn fits(value: &Value, expected: Type) -> bool {
    match (value, expected) {
        (Value::Bool(_), Bool)
        | (Value::Int(_), Int)
        | (Value::Text(_), Text)
        | (Value::Map(_), Map) => true,
        (Value::List(items), Texts) => items.iter().all(|i| fits(i, Text)),
        (Value::List(items), Maps(name)) => items.iter().all(|i| {
            let field = i.field(name);
            fits(i, Map) && field.is_none_or(|f| fits(f, Bool))
        }),
        _ => false,
    }
}

fn is(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "a number",
        Value::Text(_) => "text",
        Value::List(_) => "a list of other values",
        Value::Map(_) => "a map",
    }
}

fn words(expected: Type) -> &'static str {
    match expected {
        Bool => "a truth value",
        Int => "a number",
        Text => "text",
        Texts => "a list of texts",
        Map => "a map",
        Maps(_) => "a list of maps",
    }
}
