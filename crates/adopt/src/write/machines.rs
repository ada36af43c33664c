//! Hosts, clusters and pools.

use super::{Names, size};
use crate::draft::Draft;
use crate::found::{Interface, Machine, Tunnel, Way};
use model::id::{Kind, ObjectRef};
use model::lab::Sudo;
use starter::yaml::scalar;

pub(super) fn text(draft: &Draft, names: &Names) -> String {
    let mut text = String::new();
    if !draft.hosts.is_empty() {
        text.push_str("hosts:\n");
    }
    for (name, machine) in &draft.hosts {
        let api = draft.alone.get(name).and_then(|c| c.api.as_ref());
        text.push_str(&host(name, machine, api));
    }
    if !draft.clusters.is_empty() {
        text.push_str("\nclusters:\n");
    }
    for (name, cluster) in &draft.clusters {
        let members = cluster.nodes.iter();
        let members = members.filter_map(|n| draft.node(Some(&cluster.key), n));
        let members: Vec<String> = members
            .map(|m| names.refer(&ObjectRef::new(Kind::Host, m)))
            .collect();
        text.push_str(&format!(
            "  {}:\n    kind: proxmox\n    members: [{}]\n",
            scalar(name),
            members.join(", ")
        ));
        text.push_str(&cluster.api.as_ref().map(api).unwrap_or_default());
    }
    text.push_str(&pools(draft, names));
    text.trim_start_matches('\n').to_owned()
}

fn host(name: &str, machine: &Machine, interface: Option<&Interface>) -> String {
    let from: Vec<&str> = machine.from.iter().map(String::as_str).collect();
    let mut text = format!(
        "  {}: # {}\n",
        scalar(name),
        crate::name::shown(&from.join(", "))
    );
    let mut line = |key: &str, value: &str| text.push_str(&format!("    {key}: {value}\n"));
    match &machine.os {
        Some(os) => line("os", &scalar(os)),
        None => line("os", "unknown"),
    }
    if let Some(version) = &machine.version {
        // Quoted, so that editors take it for no number.
        line("version", &format!("\"{}\"", plain(version)));
    }
    line("reach", &reach(machine));
    let threads = machine
        .threads
        .map_or("unknown".to_owned(), |n| format!("{{threads: {n}}}"));
    text.push_str(&hardware(machine, &threads));
    text.push_str(&interface.map(api).unwrap_or_default());
    text.push_str(&manage(machine));
    text.push_str(&accounts(machine));
    text.push_str(&ports(machine));
    text.push_str(&tunnels(machine));
    text.extend(machine.tailnet.as_ref().map(crate::tailnet::text));
    text
}

/// Bytes of memory; what a kernel has of it is a bit less than was built in, and is told in tenths of a GiB.
fn memory(bytes: u64) -> String {
    const GIB: u64 = 1 << 30;
    match bytes.is_multiple_of(1 << 20) {
        true => size(bytes),
        false => format!("{}.{}GiB", bytes / GIB, bytes % GIB * 10 / GIB),
    }
}

/// In one line without disks, else with a line for each.
fn hardware(machine: &Machine, threads: &str) -> String {
    let memory = machine.memory.map_or("unknown".to_owned(), memory);
    if machine.disks.is_empty() {
        return format!("    hardware: {{cpu: {threads}, memory: {memory}}}\n");
    }
    let mut text =
        format!("    hardware:\n      cpu: {threads}\n      memory: {memory}\n      disks:\n");
    for (name, disk) in &machine.disks {
        let mut parts = vec![format!("size: {}", size(disk.size))];
        parts.extend(disk.kind.map(|k| format!("kind: {k}")));
        parts.extend(disk.model.as_ref().map(|m| format!("model: {}", scalar(m))));
        let serial = disk.serial.as_ref();
        parts.extend(serial.map(|s| format!("serial: {}", scalar(s))));
        text.push_str(&format!(
            "        {}: {{{}}}\n",
            scalar(name),
            parts.join(", ")
        ));
    }
    text
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._+~:-".contains(*c))
        .take(60)
        .collect()
}

fn reach(machine: &Machine) -> String {
    let known: Vec<&str> = machine.addresses.iter().map(String::as_str).collect();
    match &machine.way {
        Some(Way::Local) => "local".to_owned(),
        Some(Way::Ssh {
            destination,
            user,
            port,
        }) => {
            let user = user.as_ref().map(|u| format!(", user: {}", scalar(u)));
            let port = port.map(|p| format!(", port: {p}"));
            let rest = [user, port].into_iter().flatten().collect::<String>();
            format!("{{ssh: {}{rest}}}", scalar(destination))
        }
        None if known.is_empty() => {
            "unknown # {ssh: ADDRESS, user: NAME}, once it can be logged in to".to_owned()
        }
        None => format!(
            "unknown # {{ssh: {}, user: NAME}}, once it can be logged in to",
            crate::name::shown(&known.join(" or "))
        ),
    }
}

fn api(interface: &Interface) -> String {
    let Interface {
        url,
        token,
        secret,
        trust,
    } = interface;
    format!(
        "    api:\n      url: {}\n      token: {}\n      secret: {secret}\n      {trust}\n",
        scalar(url),
        scalar(token)
    )
}

/// Lists that hold more than can be declared are no longer exact, and why is said.
fn manage(machine: &Machine) -> String {
    let mut text = String::new();
    let unasked = machine.unasked();
    if !machine.more.is_empty() || !unasked.is_empty() {
        text.push_str("    manage:\n");
    }
    for what in unasked {
        let why = "only its containers were asked for";
        text.push_str(&format!("      {}: ignore # {why}\n", what.word()));
    }
    for (what, why) in &machine.more {
        text.push_str(&format!(
            "      {}: at-least # {}\n",
            what.word(),
            crate::name::shown(why)
        ));
    }
    text
}

fn accounts(machine: &Machine) -> String {
    let mut text = String::new();
    if !machine.accounts.is_empty() {
        text.push_str("    users:\n");
    }
    for (login, account) in &machine.accounts {
        let sudo = account.sudo.map(|s| {
            let word = match s {
                Sudo::No => "no",
                Sudo::Password => "password",
                Sudo::NoPassword => "nopassword",
            };
            format!("sudo: {word}")
        });
        let shell = account
            .shell
            .as_ref()
            .map(|s| format!("shell: {}", scalar(s)));
        let said: Vec<String> = [sudo, shell].into_iter().flatten().collect();
        if account.keys.is_empty() {
            text.push_str(&format!(
                "      {}: {{{}}}\n",
                scalar(login),
                said.join(", ")
            ));
            continue;
        }
        text.push_str(&format!("      {}:\n", scalar(login)));
        for one in said {
            text.push_str(&format!("        {one}\n"));
        }
        text.push_str("        keys:\n");
        for key in &account.keys {
            text.push_str(&format!("          - {}\n", line(key)));
        }
    }
    text
}

/// A line of `authorized_keys`: plain where it begins with the key's type and has nothing that YAML would read.
fn line(key: &str) -> String {
    let simple = |c: char| c.is_ascii_alphanumeric() || " +/=@._-".contains(c);
    match key.chars().all(simple) {
        true => key.to_owned(),
        false => scalar(key),
    }
}

fn ports(machine: &Machine) -> String {
    let mut text = String::new();
    if !machine.ports.is_empty() {
        text.push_str("    # Open when it was looked at. `why`, `owner` and `review` make a port one that somebody answers for.\n    exposures:\n");
    }
    for ((port, protocol), who) in &machine.ports {
        let who = match who.as_str() {
            "" => String::new(),
            who => format!(" # {}", crate::name::shown(who)),
        };
        text.push_str(&format!(
            "      - {{port: {port}/{}}}{who}\n",
            protocol.word()
        ));
    }
    text
}

/// Peers have no names of their own: they are numbered.
fn tunnels(machine: &Machine) -> String {
    let mut text = String::new();
    if !machine.tunnels.is_empty() {
        text.push_str("    # Who may come in by WireGuard. Give the peers the names of their owners.\n    wireguard:\n");
    }
    for (name, tunnel) in &machine.tunnels {
        text.push_str(&format!("      {}:\n", scalar(name)));
        let port = tunnel.port.map(|p| format!("        port: {p}\n"));
        let key = tunnel
            .key
            .as_ref()
            .map(|k| format!("        key: {}\n", scalar(k)));
        text.extend(port.into_iter().chain(key));
        if port_and_key_are_unset(tunnel) && tunnel.peers.is_empty() {
            text.push_str("        peers: {}\n");
        }
        if !tunnel.peers.is_empty() {
            text.push_str("        peers:\n");
        }
        for (number, (key, (allowed, keepalive))) in tunnel.peers.iter().enumerate() {
            let allowed: Vec<String> = allowed.iter().map(|a| scalar(a)).collect();
            let every = keepalive.map(|s| format!(", keepalive: {s}s"));
            text.push_str(&format!(
                "          peer-{}: {{key: {}, allowed: [{}]{}}}\n",
                number + 1,
                scalar(key),
                allowed.join(", "),
                every.unwrap_or_default()
            ));
        }
    }
    text
}

fn port_and_key_are_unset(tunnel: &Tunnel) -> bool {
    tunnel.port.is_none() && tunnel.key.is_none()
}

fn pools(draft: &Draft, names: &Names) -> String {
    let mut text = String::new();
    if !draft.pools.is_empty() {
        text.push_str("\n# Storages of the hypervisors. What they lie on decides what the failure of a disk takes along.\npools:\n");
    }
    for (name, pool) in &draft.pools {
        let on = match &pool.node {
            Some(node) => draft
                .node(Some(&pool.cluster), node)
                .map(|h| names.refer(&ObjectRef::new(Kind::Host, h))),
            None => draft.whole(&pool.cluster).map(|o| names.refer(o)),
        };
        let on = on.unwrap_or_else(|| "unknown".to_owned());
        let kind = pool.kind.unwrap_or("unknown");
        text.push_str(&format!(
            "  {}: {{kind: {kind}, on: {on}, level: unknown}}\n",
            scalar(name)
        ));
    }
    text
}
