//! Parts of a service that have several keys each.

use super::fields::Fields;
use crate::compose::ports::{parse, range};
use crate::compose::value::{Kind, Map, Value};
use core::net::IpAddr;
use diag::{Diagnostic, Spanned};
use model::compose::{
    Build, Condition, Dependency, Deploy, Device, Grant, Healthcheck, Logging, LongPort,
    Membership, Mount, MountKind, Port, PortRange, Resources, Ulimit, UpdatePolicy,
};
use std::collections::BTreeMap;

type F<'m, 'c, 'a> = Fields<'m, 'c, 'a>;

/// Every map of a list.
fn maps<'m>(f: &F<'m, '_, '_>, key: &str) -> Vec<(&'m Value, &'m Map)> {
    let items = f.get(key).and_then(Value::as_seq).unwrap_or_default();
    items
        .iter()
        .filter_map(|v| Some((v, v.as_map()?)))
        .collect()
}

/// Every entry of a map of maps; what has no map is `None`.
fn entries<'m>(
    f: &F<'m, '_, '_>,
    key: &str,
) -> Vec<(&'m String, &'m crate::compose::value::Entry)> {
    f.get(key)
        .and_then(Value::as_map)
        .into_iter()
        .flatten()
        .collect()
}

/// Ports that one service may publish, ranges taken apart.
const MAX_PORTS: usize = 70_000;

/// Ports of a service, ranges taken apart. The later of two that say the same takes the place of the earlier.
pub(super) fn ports(f: &mut F<'_, '_, '_>, service: &str) -> Vec<Port> {
    let mut ports: Vec<Port> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut add = |port: Port, ports: &mut Vec<Port>| {
        let published = port.published.as_ref().map(|p| (p.start, p.end));
        let key = (port.host_ip, published, port.target, port.protocol.clone());
        match seen.get(&key).and_then(|n| ports.get_mut(*n)) {
            Some(earlier) => *earlier = port,
            None => {
                seen.insert(key, ports.len());
                ports.push(port);
            }
        }
    };
    let items = f.get("ports").and_then(Value::as_seq).unwrap_or_default();
    for value in items {
        if let Some(map) = value.as_map() {
            if let Some(port) = one_port(f, service, value, map) {
                add(port, &mut ports);
            }
            continue;
        }
        // What cannot be read was told where the single ones were made longer.
        let Some(Ok(range)) = value.as_text().map(parse) else {
            continue;
        };
        if ports.len() + range.count() > MAX_PORTS {
            let place = format!("services.{service}.ports");
            let message = format!("{place} stands for more than {MAX_PORTS} ports");
            let d = Diagnostic::invalid("yaml-limit", message);
            f.cx.report(d.at(value.span, "the rest is not read"));
            break;
        }
        if !f.cx.spend(2 * range.count(), Some(value.span)) {
            break;
        }
        range
            .each(value.span)
            .for_each(|port| add(port, &mut ports));
    }
    ports
}

fn one_port(f: &mut F<'_, '_, '_>, service: &str, value: &Value, map: &Map) -> Option<Port> {
    let mut p = Fields::new(map, f.cx, &["services", service, "ports"]);
    let target = p.int("target")?;
    let Ok(number) = u16::try_from(target.value) else {
        if let Some(value) = p.get("target") {
            p.bad("target", value, "a port");
        }
        return None;
    };
    let published = p.text("published").filter(|t| !t.value.is_empty());
    let host_ip = p.text("host_ip");
    // What was one text has all of its parts in the same place.
    let long = (target.span != value.span).then(|| LongPort {
        // With nothing behind it, too: the key is there.
        host_ip: map.get("host_ip").map(|entry| entry.value.span),
    });
    Some(Port {
        span: value.span,
        long,
        host_ip: host_ip.and_then(|t| t.value.parse::<IpAddr>().ok()),
        published: published
            .and_then(|t| range(&t.value))
            // Port 0 is whichever is free.
            .filter(|(start, _)| *start > 0)
            .map(|(start, end)| PortRange { start, end }),
        target: number,
        protocol: p
            .text("protocol")
            .map_or_else(|| "tcp".to_owned(), |t| t.value),
        mode: p.text("mode").map(|t| t.value),
    })
}

pub(super) fn mounts(f: &mut F<'_, '_, '_>, service: &str) -> Vec<Mount> {
    let mut mounts = Vec::new();
    for (value, map) in maps(f, "volumes") {
        let mut m = Fields::new(map, f.cx, &["services", service, "volumes"]);
        let source = m.text("source").map(|t| t.value).filter(|t| !t.is_empty());
        let kind = match m.text("type").map(|t| t.value).as_deref() {
            Some("bind") => MountKind::Bind,
            Some("volume") if source.is_some() => MountKind::Named,
            Some("volume") => MountKind::Anonymous,
            Some("tmpfs") => MountKind::Tmpfs,
            _ => MountKind::Other,
        };
        let read_only = m.flag("read_only").is_some_and(|b| b.value);
        let target = m.text("target").map(|t| t.value).unwrap_or_default();
        let mut mount = Mount {
            span: value.span,
            kind,
            source,
            target,
            read_only,
            propagation: None,
            create_host_path: false,
            selinux: None,
        };
        if let Some((_, mut bind)) = m.inner("bind") {
            mount.propagation = bind.text("propagation").map(|t| t.value);
            mount.create_host_path = bind.flag("create_host_path").is_some_and(|b| b.value);
            mount.selinux = bind.text("selinux").map(|t| t.value);
        }
        if let Some((_, mut tmpfs)) = m.inner("tmpfs") {
            tmpfs.bytes("size");
        }
        if mount.kind == MountKind::Bind && mount.source.is_none() && !map.contains_key("source") {
            m.bad("source", value, "there, and what is mounted must be said");
        }
        mounts.push(mount);
    }
    mounts
}

pub(super) fn networks(f: &mut F<'_, '_, '_>) -> BTreeMap<String, Membership> {
    let empty = Map::new();
    entries(f, "networks")
        .into_iter()
        .map(|(name, entry)| {
            let n = Fields::new(entry.value.as_map().unwrap_or(&empty), f.cx, &[]);
            let membership = Membership {
                span: entry.key,
                aliases: n.texts("aliases"),
                ipv4_address: n.text("ipv4_address"),
                ipv6_address: n.text("ipv6_address"),
                mac_address: n.text("mac_address"),
            };
            (name.clone(), membership)
        })
        .collect()
}

pub(super) fn depends_on(f: &mut F<'_, '_, '_>, service: &str) -> BTreeMap<String, Dependency> {
    let mut all = BTreeMap::new();
    for (name, entry) in entries(f, "depends_on") {
        let Some(map) = entry.value.as_map() else {
            continue;
        };
        let mut d = Fields::new(map, f.cx, &["services", service, "depends_on", name]);
        let condition = match d.text("condition").map(|t| t.value).as_deref() {
            Some("service_healthy") => Condition::Healthy,
            Some("service_completed_successfully") => Condition::Completed,
            _ => Condition::Started,
        };
        let dependency = Dependency {
            span: entry.key,
            condition,
            restart: d.flag("restart").is_some_and(|b| b.value),
            required: d.flag("required").is_none_or(|b| b.value),
        };
        all.insert(name.clone(), dependency);
    }
    all
}

pub(super) fn healthcheck(f: &mut F<'_, '_, '_>) -> Option<Healthcheck> {
    let (span, mut h) = f.inner("healthcheck")?;
    let mut test = None;
    if let Some(value) = h.get("test") {
        let words = match &value.kind {
            Kind::Text(line) => vec!["CMD-SHELL".to_owned(), line.clone()],
            Kind::Seq(items) => items.iter().filter_map(Value::print).collect(),
            _ => Vec::new(),
        };
        let known = words
            .first()
            .is_none_or(|w| matches!(w.as_str(), "CMD" | "CMD-SHELL" | "NONE"));
        if !known {
            h.bad(
                "test",
                value,
                "a list that begins with CMD, CMD-SHELL or NONE",
            );
        }
        test = Some(model::compose::Command {
            span: value.span,
            line: matches!(value.kind, Kind::Text(_)),
            words: crate::compose::secret::judge_words(words),
        });
    }
    let none = test
        .as_ref()
        .is_some_and(|t| t.words.first().is_some_and(|w| w.expose() == "NONE"));
    let retries = h.count("retries");
    Some(Healthcheck {
        span,
        disabled: none || h.flag("disable").is_some_and(|b| b.value),
        test,
        interval: h.duration("interval"),
        timeout: h.duration("timeout"),
        retries,
        start_period: h.duration("start_period"),
        start_interval: h.duration("start_interval"),
    })
}

pub(super) fn build(f: &mut F<'_, '_, '_>, service: &str) -> Option<Build> {
    let (span, mut b) = f.inner("build")?;
    let secrets = grants(&mut b, "secrets", service);
    b.bytes("shm_size");
    b.flag("no_cache");
    b.flag("pull");
    let inline = b.get("dockerfile_inline").map(|v| v.span);
    Some(Build {
        span,
        context: b
            .text("context")
            .unwrap_or_else(|| Spanned::new(".".to_owned(), span)),
        dockerfile: b.text("dockerfile"),
        inline,
        target: b.text("target"),
        args: b.options("args"),
        privileged: b.flag("privileged"),
        network: b.text("network"),
        secrets,
    })
}

pub(super) fn logging(f: &mut F<'_, '_, '_>) -> Option<Logging> {
    let (span, mut l) = f.inner("logging")?;
    Some(Logging {
        span,
        driver: l.text("driver"),
        options: l.pairs("options"),
    })
}

pub(super) fn devices(f: &F<'_, '_, '_>) -> Vec<Device> {
    let said = |v: &Value, key: &str| v.get(key).and_then(Value::print);
    maps(f, "devices")
        .into_iter()
        .map(|(value, _)| {
            let source = said(value, "source").unwrap_or_default();
            Device {
                span: value.span,
                target: said(value, "target").unwrap_or_else(|| source.clone()),
                permissions: said(value, "permissions"),
                source,
            }
        })
        .collect()
}

pub(super) fn ulimits(f: &mut F<'_, '_, '_>, service: &str) -> BTreeMap<String, Ulimit> {
    let mut all = BTreeMap::new();
    for (name, entry) in entries(f, "ulimits") {
        let limits = match (&entry.value.kind, entry.value.as_map()) {
            (Kind::Int(n), _) => Some((*n, *n)),
            (_, Some(map)) => {
                let mut u = Fields::new(map, f.cx, &["services", service, "ulimits", name]);
                u.int("soft")
                    .zip(u.int("hard"))
                    .map(|(s, h)| (s.value, h.value))
            }
            _ => None,
        };
        if let Some((soft, hard)) = limits {
            let span = entry.key;
            all.insert(name.clone(), Ulimit { span, soft, hard });
        }
    }
    all
}

pub(super) fn grants(f: &mut F<'_, '_, '_>, key: &str, service: &str) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (value, map) in maps(f, key) {
        let mut g = Fields::new(map, f.cx, &["services", service, key]);
        let source = g
            .text("source")
            .unwrap_or_else(|| Spanned::new(String::new(), value.span));
        grants.push(Grant {
            source,
            target: g.text("target"),
            mode: g.count("mode"),
        });
    }
    grants
}

pub(super) fn deploy(f: &mut F<'_, '_, '_>) -> Option<Deploy> {
    let (span, mut d) = f.inner("deploy")?;
    let (mut limits, mut reservations) = (None, None);
    if let Some((_, mut r)) = d.inner("resources") {
        limits = resources(&mut r, "limits");
        reservations = resources(&mut r, "reservations");
    }
    let restart_condition = d.inner("restart_policy").and_then(|(_, mut r)| {
        r.duration("delay");
        r.duration("window");
        r.count("max_attempts");
        r.text("condition")
    });
    let mut policy = |key: &str| {
        let (span, mut u) = d.inner(key)?;
        u.duration("delay");
        u.duration("monitor");
        u.count("parallelism");
        Some(UpdatePolicy {
            span,
            order: u.text("order"),
            failure_action: u.text("failure_action"),
        })
    };
    let update = policy("update_config");
    policy("rollback_config");
    if let Some((_, mut placement)) = d.inner("placement") {
        placement.count("max_replicas_per_node");
    }
    Some(Deploy {
        span,
        mode: d.text("mode"),
        replicas: d.int("replicas"),
        limits,
        reservations,
        restart_condition,
        update,
        labels: d.pairs("labels"),
    })
}

/// Requests of devices: of each either how many or which, and a number is one.
pub(super) fn requests(f: &mut F<'_, '_, '_>, key: &str) {
    for (value, map) in maps(f, key) {
        if map.contains_key("count") && map.contains_key("device_ids") {
            f.bad(key, value, "a request with either 'count' or 'device_ids'");
        }
        let count = map.get("count").map(|e| &e.value);
        let text = count.filter(|v| {
            v.as_text()
                .is_some_and(|t| t != "all" && t.parse::<i64>().is_err())
        });
        if let Some(value) = text {
            f.bad(key, value, "'all' or a number");
        }
    }
}

/// What is watched: whatever is brought into the container must be told where to.
pub(super) fn develop(f: &mut F<'_, '_, '_>) {
    let Some((_, mut develop)) = f.inner("develop") else {
        return;
    };
    for (value, map) in maps(&develop, "watch") {
        let text = |key: &str| map.get(key).and_then(|e| e.value.as_text());
        let brings = text("action").is_some_and(|action| action.starts_with("sync"));
        if brings && text("target").unwrap_or_default().is_empty() {
            develop.bad(
                "watch",
                value,
                "whole: what is brought into the container needs a 'target'",
            );
        }
    }
}

fn resources(f: &mut F<'_, '_, '_>, key: &str) -> Option<Resources> {
    let (span, mut r) = f.inner(key)?;
    let devices = r.get("devices");
    requests(&mut r, "devices");
    Some(Resources {
        span,
        cpus: r.float("cpus"),
        memory: r.bytes("memory"),
        pids: r.int("pids"),
        devices: devices.map(|v| v.span),
    })
}
