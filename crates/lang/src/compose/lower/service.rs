//! One service.

use super::fields::Fields;
use super::parts;
use crate::compose::cx::Cx;
use crate::compose::dotenv::Environment;
use crate::compose::value::{Kind, Map, Value};
use crate::compose::{env_files, secret};
use diag::{Span, Spanned};
use model::compose::{Amounts, Dns, Image, Namespaces, Service, Text};
use std::collections::BTreeMap;

/// The typed form of a service.
pub(super) fn service(
    cx: &mut Cx<'_>,
    environment: &Environment,
    profiles: &[String],
    name: &str,
    span: Span,
    map: &Map,
) -> Service {
    let active = is_active(map, profiles);
    let env_files = env_files::of_service(cx, environment, map, active);
    if active {
        env_files::label_files(cx, map);
    }
    let mut f = Fields::new(map, cx, &["services", name]);
    let f = &mut f;
    unkept(f);
    Service {
        span,
        active,
        image: f
            .text("image")
            .filter(|t| !t.value.is_empty())
            .map(|t| Spanned::new(Image::parse(&t.value), t.span)),
        build: parts::build(f, name),
        container_name: f.text("container_name"),
        command: f.command("command"),
        entrypoint: f.command("entrypoint"),
        environment: resolved(f.variables("environment", name), environment),
        env_files,
        ports: parts::ports(f, name),
        expose: f.texts("expose"),
        mounts: parts::mounts(f, name),
        volumes_from: f.texts("volumes_from"),
        networks: parts::networks(f),
        network_mode: f.text("network_mode").filter(|t| !t.value.is_empty()),
        depends_on: parts::depends_on(f, name),
        links: f.texts("links"),
        healthcheck: parts::healthcheck(f),
        user: f.text("user"),
        group_add: f.texts("group_add"),
        read_only: f.flag("read_only"),
        privileged: f.flag("privileged"),
        cap_add: f.texts("cap_add"),
        cap_drop: f.texts("cap_drop"),
        security_opt: f.texts("security_opt"),
        namespaces: namespaces(f),
        devices: parts::devices(f),
        device_cgroup_rules: f.texts("device_cgroup_rules"),
        gpus: f.get("gpus").map(|v| v.span),
        restart: f.text("restart"),
        logging: parts::logging(f),
        deploy: parts::deploy(f),
        amounts: amounts(f),
        ulimits: parts::ulimits(f, name),
        labels: f.pairs("labels"),
        extra_hosts: extra_hosts(f),
        dns: dns(f),
        sysctls: f.pairs("sysctls"),
        tmpfs: f.texts("tmpfs"),
        stop_grace_period: f.duration("stop_grace_period"),
        stop_signal: f.text("stop_signal"),
        init: f.flag("init"),
        profiles: f.texts("profiles"),
        secrets: parts::grants(f, "secrets", name),
        configs: parts::grants(f, "configs", name),
        hostname: f.text("hostname"),
        working_dir: f.text("working_dir"),
        platform: f.text("platform"),
        runtime: f.text("runtime"),
        pull_policy: f.text("pull_policy"),
        tty: f.flag("tty"),
        stdin_open: f.flag("stdin_open"),
        provider: f.get("provider").map(|v| v.span),
        use_api_socket: f.flag("use_api_socket"),
        extensions: f.extensions(),
    }
}

/// Keys that are no part of the model, yet must be readable.
fn unkept(f: &mut Fields<'_, '_, '_>) {
    for key in ["oom_score_adj", "cpu_shares", "cpu_quota", "cpu_period"] {
        f.int(key);
    }
    f.bytes("mem_swappiness");
    f.flag("attach");
    parts::requests(f, "gpus");
    parts::develop(f);
}

fn namespaces(f: &Fields<'_, '_, '_>) -> Namespaces {
    Namespaces {
        pid: f.text("pid"),
        ipc: f.text("ipc"),
        uts: f.text("uts"),
        userns_mode: f.text("userns_mode"),
        cgroup: f.text("cgroup"),
        cgroup_parent: f.text("cgroup_parent"),
    }
}

fn amounts(f: &mut Fields<'_, '_, '_>) -> Amounts {
    Amounts {
        mem_limit: f.bytes("mem_limit"),
        mem_reservation: f.bytes("mem_reservation"),
        memswap_limit: f.bytes("memswap_limit"),
        cpus: f.float("cpus"),
        pids_limit: f.int("pids_limit"),
        shm_size: f.bytes("shm_size"),
        oom_kill_disable: f.flag("oom_kill_disable"),
        scale: f.int("scale"),
    }
}

fn dns(f: &Fields<'_, '_, '_>) -> Dns {
    Dns {
        servers: f.texts("dns"),
        search: f.texts("dns_search"),
        options: f.texts("dns_opt"),
    }
}

/// Names without a value take the one that is set where the project is started.
fn resolved(
    mut pairs: BTreeMap<String, Spanned<Option<Text>>>,
    environment: &Environment,
) -> BTreeMap<String, Spanned<Option<Text>>> {
    for (name, pair) in &mut pairs {
        if pair.value.is_none() {
            pair.value = environment.get(name).map(|v| secret::judge(name, v));
        }
    }
    pairs
}

/// A service without profiles always runs; another one if one of its profiles is asked for, or `*`.
fn is_active(map: &Map, asked: &[String]) -> bool {
    let own = map
        .get("profiles")
        .and_then(|e| e.value.as_seq())
        .unwrap_or_default();
    own.is_empty()
        || asked.iter().any(|p| p == "*")
        || own
            .iter()
            .any(|v| v.as_text().is_some_and(|t| asked.iter().any(|p| p == t)))
}

/// Names with fixed addresses: a map, or a list of `NAME=ADDRESS` or `NAME:ADDRESS`.
fn extra_hosts(f: &mut Fields<'_, '_, '_>) -> BTreeMap<String, Vec<Spanned<String>>> {
    let mut hosts: BTreeMap<String, Vec<Spanned<String>>> = BTreeMap::new();
    let bare = |t: &str| {
        t.strip_prefix('[')
            .and_then(|t| t.strip_suffix(']'))
            .unwrap_or(t)
            .to_owned()
    };
    let Some(value) = f.get("extra_hosts") else {
        return hosts;
    };
    match &value.kind {
        Kind::Map(map) => {
            for (name, entry) in map {
                let own = match &entry.value.kind {
                    Kind::Seq(items) => items.as_slice(),
                    _ => std::slice::from_ref(&entry.value),
                };
                let texts = own
                    .iter()
                    .filter_map(|v: &Value| Some(Spanned::new(bare(&v.print()?), v.span)));
                hosts.insert(name.clone(), texts.collect());
            }
        }
        Kind::Seq(items) => {
            for item in items {
                let text = item.print().unwrap_or_default();
                match text.split_once('=').or_else(|| text.split_once(':')) {
                    Some((name, addresses)) => {
                        let many = addresses
                            .split(',')
                            .map(|a| Spanned::new(bare(a), item.span));
                        hosts.entry(name.to_owned()).or_default().extend(many);
                    }
                    None => f.bad("extra_hosts", item, "a list of NAME=ADDRESS"),
                }
            }
        }
        _ => {}
    }
    if let Some(name) = hosts
        .keys()
        .find(|n| n.is_empty() || n.contains([':', '=']))
    {
        let name = name.clone();
        f.bad(
            "extra_hosts",
            &Value::text(value.span, name),
            "a list of names",
        );
    }
    hosts
}
