//! Twins of a lab: their containers, and how they are reached.

use crate::exit::Stop;
use anyhow::Result;
use console::hint::Hints;
use diag::Spanned;
use drivers::linux::transport::SshOptions;
use model::declare::{Given, Need, Value as _};
use model::fact::FactKind;
use model::id::{Kind, ObjectId, ObjectRef};
use model::lab::api::{Api, ApiProduct};
use model::lab::{Sudo, User};
use model::units::text::Url;
use plan::interface::{self, By};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use twin::{Engine, Host, TwinError, image};
use twinapi::Interface;
use twinplan::{InterfaceTwin, Simulated};

/// The owner label of a twin's containers: only things with it are ever removed.
pub(crate) fn owner(name: &str, lab: &ObjectId) -> String {
    format!("{name}-{}", lab.0)
}

/// The engine that twins run on: the machine's own if it is there, else a private one.
pub(crate) fn engine() -> Result<Engine> {
    let folder: PathBuf = image::default_cache_dir().join("engine");
    Engine::share_private(&folder).map_err(environment)
}

/// A twin's host.
pub(crate) fn host(name: &str, lab: &ObjectId, host: &str, hints: &Hints) -> Result<Host> {
    Host::attach(&engine()?, &owner(name, lab), &twinplan::slug(host)).map_err(|e| match e {
        TwinError::NoSuchHost { .. } => {
            Stop::environment(format!("twin {name} has no host {host}"))
                .help(format!("start it with: {}", hints.twin_up(name)))
                .into()
        }
        other => environment(other),
    })
}

/// How a twin's host is reached: by its generated configuration, never the user's.
pub(crate) fn ssh_options(
    name: &str,
    lab: &ObjectId,
    host_name: &str,
    hints: &Hints,
) -> Result<SshOptions> {
    let host = host(name, lab, host_name, hints)?;
    Ok(SshOptions {
        destination: twinplan::slug(host_name),
        user: None,
        port: None,
        config_file: Some(host.ssh_config()),
        isolate: true,
    })
}

/// An interface in a twin with the file of its secret, or why there is none.
pub(crate) fn interface(
    name: &str,
    lab: &ObjectId,
    interface: &InterfaceTwin,
    hints: &Hints,
) -> Result<(Interface, PathBuf), String> {
    let engine = engine().map_err(|e| e.to_string())?;
    let host = Host::attach(&engine, &owner(name, lab), &twinapi::place(interface)).map_err(
        |e| match e {
            TwinError::NoSuchHost { .. } => format!(
                "twin {name} has no {} {}; {} starts it",
                match interface.product {
                    Simulated::OpenWrt => "router",
                    Simulated::ProxmoxVe | Simulated::ProxmoxBackupServer => "host",
                },
                interface.machine,
                hints.twin_up(name)
            ),
            other => other.to_string(),
        },
    )?;
    let missing = || format!("it does not answer; {} starts it", hints.twin_up(name));
    let interface = twinapi::interface_at(&host.state_dir()).filter(|_| host.is_served());
    let secret = host.state_dir().join("api-token");
    Ok((interface.ok_or_else(missing)?, secret))
}

/// The account by which every machine of a twin is reached.
const ADMIN: &str = "admin";

/// What a twin cannot be: its hosts have addresses and a default route of their own, and are reached by an account, a key and a wire of
/// the twin's own. The declaration is adapted to that, so that none of it shows as drift. A second call changes nothing.
pub(crate) fn adapt(lab: &mut model::lab::Lab, name: &str, id: &ObjectId, hints: &Hints) {
    let interfaces = twinplan::design(lab, &Default::default()).interfaces;
    adapt_interfaces(lab, &interfaces);
    for served in interfaces
        .iter()
        .filter(|i| i.product == Simulated::OpenWrt)
    {
        adapt_router(lab, name, id, served, hints);
    }
    let machines = lab.hosts.iter_mut().chain(&mut lab.inside);
    for (host_name, declared) in machines {
        declared.default_route = None;
        let Ok(host) = host(name, id, host_name, hints) else {
            continue;
        };
        let Ok(key) = std::fs::read_to_string(host.admin_key().with_extension("pub")) else {
            continue;
        };
        let span = declared.span;
        let admin = declared.users.entry(ADMIN.to_owned());
        let admin = admin.or_insert_with(|| User {
            span,
            sudo: None,
            shell: None,
            keys: Vec::new(),
        });
        admin.sudo = Some(Spanned::new(Sudo::NoPassword, admin.span));
        let key = Spanned::new(key.trim().to_owned(), admin.span);
        if !admin.keys.contains(&key) {
            admin.keys.push(key);
        }
        if let Some(allowed) = declared.sshd.get_mut("allowusers")
            && !allowed.value.split_whitespace().any(|u| u == ADMIN)
        {
            allowed.value = format!("{} {ADMIN}", allowed.value);
        }
        if let Some(firewall) = &mut declared.firewall {
            let rule = format!(
                "iifname \"eth0\" ip saddr {} tcp dport 22 accept",
                host.controller()
            );
            let here = interfaces
                .iter()
                .filter(|i| i.machine == twinplan::slug(host_name));
            let ports = here.map(|i| i.product.port());
            let more = ports.map(|port| rule.replace("dport 22", &format!("dport {port}")));
            let rules: Vec<String> = std::iter::once(rule.clone()).chain(more).collect();
            for rule in rules {
                let rule = Spanned::new(rule, firewall.span);
                if !firewall.rules.contains(&rule) {
                    firewall.rules.push(rule);
                }
            }
        }
    }
}

/// Never the declared address: that is the real one's. Where the twin's is, its lease knows. What the product is stays.
fn adapt_interfaces(lab: &mut model::lab::Lab, interfaces: &[twinplan::InterfaceTwin]) {
    let real = interface::all(lab).into_iter();
    let backup: BTreeSet<ObjectRef> = real
        .filter(|i| i.pbs().is_some())
        .map(|i| i.object)
        .collect();
    let bare = |of: &ObjectRef, span: diag::Span| Api {
        product: backup
            .contains(of)
            .then(|| Box::new(Given::declared(ApiProduct::ProxmoxBackupServer, span))),
        ..Api::default()
    };
    for (host_name, host) in &mut lab.hosts {
        let own = ObjectRef::new(Kind::Host, host_name);
        let served = interfaces.iter().any(|i| i.of == own);
        let span = host.span;
        host.about.api = (served || host.about.api.is_some()).then(|| bare(&own, span));
    }
    for (cluster_name, cluster) in &mut lab.clusters {
        let own = ObjectRef::new(Kind::Cluster, cluster_name);
        let served = interfaces.iter().any(|i| i.of == own);
        cluster.api = (served || cluster.api.is_some()).then(Api::default);
    }
    for (guest_name, guest) in &mut lab.guests {
        let own = ObjectRef::new(Kind::Guest, guest_name);
        let span = guest.span;
        guest.api = guest.api.is_some().then(|| bare(&own, span));
    }
}

/// Where a router of a twin is asked, so that what it told is known to be of it; nowhere as long as it does not answer.
fn adapt_router(
    lab: &mut model::lab::Lab,
    name: &str,
    id: &ObjectId,
    served: &InterfaceTwin,
    hints: &Hints,
) {
    let Some(device) = lab.devices.get_mut(&served.of.name) else {
        return;
    };
    let there = interface(name, id, served, hints).ok();
    if let Some(openwrt) = &mut device.openwrt {
        let url = there.and_then(|(there, _)| Url::parse(&there.url).ok());
        openwrt.url = Need(url.map(|url| Box::new(Given::declared(url, device.span))));
        openwrt.clear_text = None;
    }
}

/// Hosts, guests that are logged in to, UPSs and devices (by the key of their facts) that are declared and cannot be in a twin, with the reason.
pub(crate) fn absent(lab: &model::lab::Lab) -> BTreeMap<String, String> {
    let design = twinplan::design(lab, &Default::default());
    let unserved = twinplan::interfaces::absent(lab, &design);
    let absent = design.absent.into_iter();
    let machines =
        absent.filter(|a| lab.machine(&a.of.name).is_some() && lab.machine_ref(&a.of.name) == a.of);
    let machines = machines.map(|a| (a.of.name, a.why));
    let interfaces = interface::all(lab).into_iter();
    let others = interfaces.filter_map(|i| {
        let kind = match i.by {
            By::Nut(_) => FactKind::Nut,
            By::Snmp(_) => FactKind::Device,
            By::TrueNas(_) => FactKind::TrueNas,
            By::Kubernetes(_) => FactKind::KubeCluster,
            By::Pbs(_) | By::OpenWrt(_) => {
                let mut without = unserved.iter().filter(|a| a.of == i.object);
                return without.next().map(|a| (i.key(), a.why.clone()));
            }
            By::Pve(_) | By::Other(_) => return None,
        };
        let why = twinplan::exceptions::of_kind(kind).unwrap_or_default();
        Some((i.key(), why.to_owned()))
    });
    machines.chain(others).collect()
}

/// Stacks that are declared and cannot be in a twin.
pub(crate) fn absent_stacks(lab: &model::lab::Lab) -> BTreeSet<ObjectRef> {
    let design = twinplan::design(lab, &Default::default());
    let absent = design.absent.into_iter().map(|a| a.of);
    absent.filter(|of| of.kind == Kind::Stack).collect()
}

/// What is missing on this machine.
pub(crate) fn environment(error: TwinError) -> anyhow::Error {
    Stop::environment(error.to_string()).into()
}
