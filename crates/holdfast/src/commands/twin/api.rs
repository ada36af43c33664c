//! The APIs of products in a twin: of Proxmox VE a simulator in the network of the first node, which starts and stops the machines of guests;
//! of Proxmox Backup Server one in the network of its machine; of an OpenWrt router one in the namespace that routes in its place.
//!
//! `up` starts this same program as a server; it belongs to the lease of the node's machine and ends with it. What others need of it
//! (address, certificate, where the secrets lie) stands beside the lease.

use super::Twinned;
use crate::exit::{Exit, Stop};
use crate::tree::Tree;
use crate::twins;
use anyhow::{Context as _, Result};
use model::digest::Digest;
use model::id::{Kind, ObjectRef};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use twin::{Fabric, Host, image};
use twinapi::Told;
use twinplan::{InterfaceTwin, Simulated};

/// Starts what does not run of the interfaces, and again what is to be another.
pub(super) fn up(twinned: &Twinned, fabric: &Fabric, stopped: &[String]) -> Result<()> {
    for interface in &twinned.design.interfaces {
        if stopped.contains(&interface.machine) {
            continue;
        }
        let host = match interface.product {
            Simulated::OpenWrt => fabric.reach(&twinned.engine, &image::name(), &interface.machine),
            _ => Host::attach(&twinned.engine, &twinned.owner, &interface.machine),
        };
        let host = host.map_err(twins::environment)?;
        let dir = host.state_dir();
        let wanted = serde_json::to_vec_pretty(&config(twinned, interface, &host))?;
        let path = dir.join("api-config.json");
        let same = std::fs::read(&path).is_ok_and(|text| text == wanted);
        if same && host.is_served() {
            continue;
        }
        for file in ["api-password", "api-token"] {
            twinapi::secret(&dir.join(file))?;
        }
        std::fs::write(&path, wanted).with_context(|| path.display().to_string())?;
        let program = std::env::current_exe()?;
        let words = [
            OsStr::new("twin"),
            OsStr::new("serve-api"),
            path.as_os_str(),
        ];
        let served = host.serve(&program, &words, &dir.join(twinapi::INTERFACE));
        served.map_err(twins::environment)?;
        errln!(
            "API of {} answers at {}",
            interface.of,
            twinapi::url(&host, interface.product)
        );
    }
    Ok(())
}

/// All that the server has to know.
fn config(twinned: &Twinned, interface: &InterfaceTwin, host: &Host) -> Value {
    let lab = &twinned.world.tree.lab;
    let mut guests = BTreeMap::new();
    let mut absent = BTreeMap::new();
    for (id, name, _) in pvesim::guests(lab, &interface.of.name) {
        let object = ObjectRef::new(Kind::Guest, name);
        match twinned.design.machine_of(&object) {
            Some(machine) => drop(guests.insert(id, machine.name.clone())),
            None => drop(absent.insert(id, twinned.design.why_absent(&object))),
        }
    }
    let names: Vec<String> = twinapi::addresses(&twinned.design, interface)
        .iter()
        .map(ToString::to_string)
        .collect();
    let root = std::path::absolute(&twinned.world.tree.root);
    json!({
        "lab": root.unwrap_or_else(|_| twinned.world.tree.root.clone()),
        // What answers is as the lab was declared when it began: where that has changed, it begins again.
        "sources": declared(twinned),
        "of": interface.of.to_string(),
        "product": interface.product,
        "machine": interface.machine,
        "owner": twinned.owner,
        "url": twinapi::url(host, interface.product),
        "names": names,
        "guests": guests,
        "absent": absent,
        "nodes": interface.nodes,
        "faults": twinned.world.store.dir(),
        "dir": host.state_dir(),
    })
}

/// A digest of all texts of the lab.
fn declared(twinned: &Twinned) -> String {
    let sources = twinned.world.tree.sources.iter();
    let texts = sources.map(|(_, s)| format!("{} {}\n{}\n", s.path, s.text.len(), s.text));
    Digest::of(texts.collect::<String>().as_bytes()).0
}

/// Serves until it is ended. This is what `up` starts; nobody else calls it.
pub(super) fn serve(path: &Path) -> Result<Exit> {
    let told = Told(serde_json::from_slice(&std::fs::read(path)?)?);
    let lab = Tree::open_valid(told.lab())?.lab;
    match twinapi::serve(&told, &lab, twins::engine()?)? {}
}

/// Whose interface is meant: the one that is named, or the only one.
pub(super) fn known(twinned: &Twinned, name: Option<&str>) -> Result<String> {
    let all: Vec<String> = twinned
        .design
        .interfaces
        .iter()
        .map(|i| i.of.to_string())
        .collect();
    let fits = |i: &&String| match name {
        Some(name) => *i == name || i.split_once('/').is_some_and(|(_, n)| n == name),
        None => true,
    };
    let found: Vec<&String> = all.iter().filter(fits).collect();
    match (found.as_slice(), all.is_empty()) {
        ([one], _) => Ok((*one).clone()),
        (_, true) => Err(Stop::usage("no API of this lab can be in a twin").into()),
        (_, false) => Err(Stop::usage(format!(
            "say with --of whose API is meant; there are: {}",
            all.join(", ")
        ))
        .into()),
    }
}
