//! A document names a machine, guest, unit or pool that the lab does not have.

use crate::call::{Call, calls, object};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{Given, OptExt as _, Value as _};
use model::document::{Document, Place, Sure, Word};
use model::lab::Lab;
use model::units::net::Address;
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "run-ref",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document works with a machine, guest, unit or pool that the lab does not declare.",
    rationale: "Names in runbooks outlive what they name. A wrong number of a guest is worse than a missing one: the command works, on another \
        guest.",
    example: "pct stop 204   # while no guest has the number 204",
    controls: &["CIS v8 11.5", "ISO 27001:2022 A.5.37"],
    mend: Mend::None("which one is meant is known to the author of the document"),
    run,
};

/// Units that come with a system or a product, and need no declaration.
const USUAL: [&str; 34] = [
    "ssh",
    "sshd",
    "docker",
    "containerd",
    "cron",
    "crond",
    "nftables",
    "iptables",
    "ufw",
    "networking",
    "chrony",
    "chronyd",
    "ntp",
    "ntpsec",
    "rsyslog",
    "dbus",
    "fail2ban",
    "smartd",
    "smartmontools",
    "unattended-upgrades",
    "apt-daily",
    "apt-daily-upgrade",
    "corosync",
    "postfix",
    "zfs-zed",
    "nfs-server",
    "nfs-kernel-server",
    "smbd",
    "nmbd",
    "qemu-guest-agent",
    "libvirtd",
    "k3s",
    "k3s-agent",
    "rke2-server",
];
/// What the names of units end in.
const UNITS: [&str; 6] = [
    ".service", ".timer", ".socket", ".mount", ".target", ".path",
];

/// Something that a command names.
struct Named<'a> {
    /// `guest`, `unit`, …
    kind: &'static str,
    word: &'a Word,
    name: &'a str,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kinds = [
        ("machine", machines(ctx.lab)),
        ("guest", ids(ctx.lab)),
        ("unit", units(ctx.lab)),
        ("pool", ctx.lab.pools.keys().cloned().collect()),
    ];
    for document in ctx.documents.by_name.values() {
        let mut seen = BTreeSet::new();
        for call in calls(document) {
            for named in named(&call) {
                let known = kinds
                    .iter()
                    .find(|(k, _)| *k == named.kind)
                    .map(|(_, names)| names);
                let Some(known) = known.filter(|k| !k.is_empty() && !k.contains(named.name)) else {
                    continue;
                };
                if named.word.sure == Sure::Yes && seen.insert((named.kind, named.name)) {
                    report(document, &named, known, out);
                }
            }
        }
    }
}

fn report(document: &Document, named: &Named<'_>, known: &BTreeSet<String>, out: &mut Findings) {
    let (kind, name) = (named.kind, named.name);
    let line = document.line(named.word.span);
    let list = Vec::from_iter(known.iter().map(String::as_str)).join(", ");
    let d = RULE
        .finding(format!(
            "document '{}' works with {kind} '{name}' in line {line}, which the lab does not have",
            document.name
        ))
        .at(named.word.span, format!("no such {kind}"))
        .note(format!(
            "{} of the lab: {list}",
            match kind {
                "guest" => "numbers of guests",
                "unit" => "units",
                "pool" => "pools",
                _ => "machines and their addresses",
            }
        ))
        .help(format!("write the {kind} that is meant, or declare it"));
    out.add(object(document), d);
}

/// What a call names.
fn named<'a>(call: &Call<'a>) -> Vec<Named<'a>> {
    let plain = call.plain(&[
        "-u", "--unit", "-n", "-p", "-i", "-o", "-l", "-P", "-e", "-F", "-J", "--since",
    ]);
    let verb = call.arg(0);
    let one = |kind, word: Option<&&'a Word>| {
        let named = word.map(|w| Named {
            kind,
            word: w,
            name: w.text.as_str(),
        });
        named.into_iter().collect::<Vec<_>>()
    };
    match call.program() {
        _ if call.inside => Vec::new(),
        "systemctl" => plain.iter().skip(1).filter_map(|w| unit(w)).collect(),
        "journalctl" => {
            let at = call
                .args()
                .iter()
                .position(|w| ["-u", "--unit"].contains(&w.text.as_str()));
            at.and_then(|n| call.args().get(n + 1))
                .and_then(unit)
                .into_iter()
                .collect()
        }
        "qm" | "pct" if !["list", "create", "restore", "clone", "help"].contains(&verb) => {
            let number = plain
                .get(1)
                .filter(|w| w.text.chars().all(|c| c.is_ascii_digit()));
            one("guest", number)
        }
        "zpool" if !["create", "list", "status"].contains(&verb) || plain.len() == 2 => {
            one("pool", plain.get(1).filter(|_| verb != "create"))
        }
        "kubectl" if ["drain", "cordon", "uncordon"].contains(&verb) => {
            one("machine", plain.get(1))
        }
        "pvecm" if verb == "delnode" => one("machine", plain.get(1)),
        "ssh" if call.command.place != Place::Inline || plain.len() == 1 => {
            plain.first().and_then(|w| machine(w)).into_iter().collect()
        }
        "scp" | "rsync" => plain.iter().filter_map(|w| remote(w)).collect(),
        _ => Vec::new(),
    }
}

fn unit(word: &Word) -> Option<Named<'_>> {
    let name = word.text.as_str();
    let stem = UNITS
        .iter()
        .find_map(|e| name.strip_suffix(e))
        .unwrap_or(name);
    let of_system = ["systemd-", "pve", "proxmox-", "user@", "getty"]
        .iter()
        .any(|p| stem.starts_with(p));
    let usual = of_system || USUAL.contains(&stem) || name.ends_with(".target");
    (!usual).then_some(Named {
        kind: "unit",
        word,
        name: stem,
    })
}

/// `user@host`; a name with dots may be anywhere, an address is looked up.
fn machine(word: &Word) -> Option<Named<'_>> {
    let name = word.text.rsplit('@').next().unwrap_or(&word.text);
    let private = ["10.", "192.168.", "172."]
        .iter()
        .any(|p| name.starts_with(p));
    let address = private && Address::parse(name).is_ok();
    let bare =
        !name.contains(['.', ':', '/']) && name.starts_with(|c: char| c.is_ascii_alphabetic());
    (bare || address).then_some(Named {
        kind: "machine",
        word,
        name,
    })
}

/// `user@host:path` of scp and rsync.
fn remote(word: &Word) -> Option<Named<'_>> {
    let (to, path) = word.text.split_once(':')?;
    let remote = !to.contains('/') && !path.starts_with([':', '/', '\\']) | path.starts_with('/');
    let name = to.rsplit('@').next().unwrap_or(to);
    let plain = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    (remote && plain).then_some(Named {
        kind: "machine",
        word,
        name,
    })
}

fn machines(lab: &Lab) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = lab
        .hosts
        .keys()
        .chain(lab.guests.keys())
        .chain(lab.devices.keys())
        .cloned()
        .collect();
    if out.is_empty() {
        return out;
    }
    out.insert("localhost".to_owned());
    for host in lab.hosts.values() {
        out.extend(host.addresses.values().filter_map(Given::value).cloned());
    }
    let guests = lab.guests.values().flat_map(|g| g.addresses.values());
    let devices = lab.devices.values().flat_map(|d| d.addresses.values());
    out.extend(
        guests
            .chain(devices)
            .filter_map(|a| a.value())
            .map(ToString::to_string),
    );
    out
}

fn ids(lab: &Lab) -> BTreeSet<String> {
    lab.guests
        .values()
        .filter_map(|g| g.id.known())
        .map(ToString::to_string)
        .collect()
}

fn units(lab: &Lab) -> BTreeSet<String> {
    let stem = |n: &str| {
        UNITS
            .iter()
            .find_map(|e| n.strip_suffix(e))
            .unwrap_or(n)
            .to_owned()
    };
    let hosts = lab
        .hosts
        .values()
        .flat_map(|h| h.units.keys())
        .map(|u| stem(u));
    let services = lab
        .services
        .values()
        .flat_map(|s| s.runs.iter())
        .filter_map(|r| r.unit.known());
    hosts.chain(services.map(|u| stem(u))).collect()
}
