//! Twins of a lab: their containers, and how they are reached.

use crate::exit::Stop;
use crate::hint::Hints;
use anyhow::Result;
use diag::Spanned;
use drivers::linux::transport::SshOptions;
use model::id::{Kind, ObjectId, ObjectRef};
use model::lab::{Sudo, User};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use twin::{Engine, Host, TwinError, image};

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

/// The account by which every machine of a twin is reached.
const ADMIN: &str = "admin";

/// What a twin cannot be: its hosts have addresses and a default route of their own, and are reached by an account, a key and a wire of
/// the twin's own. The declaration is adapted to that, so that none of it shows as drift. A second call changes nothing.
pub(crate) fn adapt(lab: &mut model::lab::Lab, name: &str, id: &ObjectId, hints: &Hints) {
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
            let rule = Spanned::new(rule, firewall.span);
            if !firewall.rules.contains(&rule) {
                firewall.rules.push(rule);
            }
        }
    }
}

/// Hosts, and guests that are logged in to, that are declared and cannot be in a twin, with the reason.
pub(crate) fn absent(lab: &model::lab::Lab) -> BTreeMap<String, String> {
    let design = twinplan::design(lab, &Default::default());
    let absent = design.absent.into_iter();
    let machines =
        absent.filter(|a| lab.machine(&a.of.name).is_some() && lab.machine_ref(&a.of.name) == a.of);
    machines.map(|a| (a.of.name, a.why)).collect()
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
