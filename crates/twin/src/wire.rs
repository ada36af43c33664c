//! Wires: a veth pair per host, and the controller's addresses on the machine's loopback.
//!
//! The machine reaches a host's subnet with the controller's address as its source, and that address lies outside the
//! subnet: a host that loses its default route or drops the controller's packets has locked the controller out.
//! What is ours is marked: interfaces by an alias, addresses by a label.

use std::net::Ipv4Addr;
use std::process::Command;

use serde::Deserialize;

use crate::error::TwinError;
use crate::lease::Lease;
use crate::run;

const LOOPBACK_LABEL: &str = "lo:holdfast";

#[derive(Deserialize)]
struct Link {
    ifname: String,
    #[serde(default)]
    ifalias: String,
    #[serde(default)]
    addr_info: Vec<Address>,
}

#[derive(Deserialize)]
struct Address {
    local: Ipv4Addr,
    #[serde(default)]
    label: String,
}

/// Lays the wire between the machine and the network namespace of process `pid`, where its end is called `eth0`.
pub(crate) fn connect(lease: &Lease, pid: &str) -> Result<(), TwinError> {
    let interface = lease.interface();
    let gateway = format!("{}/{}", lease.gateway, lease.prefix);
    let controller = lease.controller.to_string();
    ip(&[
        "link", "add", &interface, "type", "veth", "peer", "name", "eth0", "netns", pid,
    ])?;
    ip(&["link", "set", &interface, "alias", &alias(&lease.owner)])?;
    ip(&[
        "address",
        "add",
        &gateway,
        "dev",
        &interface,
        "noprefixroute",
    ])?;
    ip(&["link", "set", &interface, "up"])?;
    ip(&[
        "route",
        "replace",
        &lease.subnet(),
        "dev",
        &interface,
        "src",
        &controller,
    ])?;
    Ok(())
}

/// Priority of the rules that keep what comes from a sealed wire on this machine.
const SEALED: &str = "7077";

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    iif: String,
}

/// What comes over the wire is for this machine or for nobody: it is forwarded nowhere, whatever the machine forwards else.
pub(crate) fn seal(lease: &Lease) -> Result<(), TwinError> {
    let interface = lease.interface();
    // A rule holds also when forwarding is switched on later; IPv6 has no business on this wire.
    let path = format!("/proc/sys/net/ipv6/conf/{interface}/disable_ipv6");
    if std::path::Path::new(&path).exists() {
        std::fs::write(&path, "1").map_err(crate::error::at(path))?;
    }
    unseal(&interface)?;
    ip(&[
        "-4",
        "rule",
        "add",
        "pref",
        SEALED,
        "iif",
        &interface,
        "unreachable",
    ])
    .map(drop)
}

fn unseal(interface: &str) -> Result<(), TwinError> {
    let text = run::checked(Command::new("ip").args(["-4", "-json", "rule", "show"]))?;
    let rules: Vec<Rule> = serde_json::from_str(&text).map_err(|error| TwinError::Damaged {
        what: "the output of `ip rule`".to_owned(),
        reason: error.to_string(),
    })?;
    if rules.iter().any(|rule| rule.iif == interface) {
        // Another clean-up may have been faster.
        let _ = ip(&["-4", "rule", "del", "pref", SEALED, "iif", interface]);
    }
    Ok(())
}

/// Gives the machine the controller's addresses; ones that it has already are left as they are.
pub(crate) fn add_controller(lease: &Lease) -> Result<(), TwinError> {
    let present = addresses(&["address", "show"])?;
    for address in [lease.controller, lease.vantage] {
        if !present.iter().any(|other| other.local == address) {
            ip(&[
                "address",
                "add",
                &format!("{address}/32"),
                "dev",
                "lo",
                "label",
                LOOPBACK_LABEL,
            ])?;
        }
    }
    Ok(())
}

/// Takes back those of our addresses on the loopback that no lease needs any more.
pub(crate) fn remove_unused_controllers(leases: &[Lease]) -> Result<(), TwinError> {
    let needed = |address: Ipv4Addr| {
        leases
            .iter()
            .any(|l| l.controller == address || l.vantage == address)
    };
    for address in addresses(&["address", "show", "dev", "lo"])? {
        if address.label == LOOPBACK_LABEL && !needed(address.local) {
            ip(&[
                "address",
                "del",
                &format!("{}/32", address.local),
                "dev",
                "lo",
            ])?;
        }
    }
    Ok(())
}

/// Removes the machine's end of a host's wire, if it is there and carries the owner's mark.
pub(crate) fn disconnect(lease: &Lease) -> Result<(), TwinError> {
    unseal(&lease.interface())?;
    remove_marked(&lease.owner, |link| link.ifname == lease.interface()).map(drop)
}

/// Removes every wire that carries the owner's mark but those of `kept` hosts; returns their names.
pub(crate) fn disconnect_all(owner: &str, kept: &[Lease]) -> Result<Vec<String>, TwinError> {
    let keep = |link: &Link| kept.iter().any(|lease| lease.interface() == link.ifname);
    remove_marked(owner, |link| !keep(link))
}

fn remove_marked(owner: &str, fits: impl Fn(&Link) -> bool) -> Result<Vec<String>, TwinError> {
    let mark = alias(owner);
    let ours = |link: &Link| link.ifalias == mark && fits(link);
    let mut removed = Vec::new();
    for link in links(&["link", "show", "type", "veth"])?
        .into_iter()
        .filter(ours)
    {
        if let Err(error) = ip(&["link", "del", &link.ifname]) {
            // The kernel takes a wire away by itself, a little after the container at its other end.
            if links(&["link", "show", "type", "veth"])?
                .iter()
                .any(|other| other.ifname == link.ifname)
            {
                return Err(error);
            }
        }
        removed.push(link.ifname);
    }
    Ok(removed)
}

fn alias(owner: &str) -> String {
    format!("io.holdfast.owner={owner}")
}

fn addresses(args: &[&str]) -> Result<Vec<Address>, TwinError> {
    Ok(links(args)?
        .into_iter()
        .flat_map(|link| link.addr_info)
        .collect())
}

fn links(args: &[&str]) -> Result<Vec<Link>, TwinError> {
    let text = run::checked(Command::new("ip").args(["-4", "-json"]).args(args))?;
    // Filtered lists contain empty objects for what was filtered out, and no list at all when nothing is left.
    let damaged = |error: serde_json::Error| TwinError::Damaged {
        what: format!("the output of `ip {}`", args.join(" ")),
        reason: error.to_string(),
    };
    let values: Vec<serde_json::Value> = match text.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).map_err(damaged)?,
    };
    let named = values
        .into_iter()
        .filter(|value| value.get("ifname").is_some());
    named
        .map(|value| serde_json::from_value(value).map_err(damaged))
        .collect()
}

fn ip(args: &[&str]) -> Result<String, TwinError> {
    run::checked(Command::new("ip").args(args))
}
