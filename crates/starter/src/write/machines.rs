//! `lab/machines.yaml`: hosts, their cluster, their pools.

use super::hint::Hints;
use super::yaml::{SCHEMA, given, list, map, scalar};
use crate::answers::{Answers, Machine};
use crate::profile::Profile;
use crate::question::Key;

pub(super) fn text(answers: &Answers) -> String {
    let mut text = format!("{SCHEMA}# The machines, down to what can fail in them.\nhosts:\n");
    let machines = answers.machines();
    for (at, machine) in machines.iter().enumerate() {
        text.push_str(&host(answers, machine, at));
    }
    if let Some(storage) = answers.storage() {
        text.push_str(&shared(answers, &storage, machines.len()));
    }
    text.push_str(&cluster(answers, &machines));
    text.push_str(&pools(answers));
    text
}

fn host(answers: &Answers, machine: &Machine, at: usize) -> String {
    let kind = match answers.profile {
        Profile::Nas => "nas",
        Profile::OneHost | Profile::Pair | Profile::Cluster => "server",
    };
    let mut text = format!(
        "  {}:\n    site: home\n    kind: {kind}\n",
        scalar(&machine.name)
    );
    text.push_str(&match answers.get(Key::Os) {
        Some(os) => format!("    os: {}\n", scalar(os)),
        None => "    #os: debian\n".to_owned(),
    });
    let version = match answers.get(Key::Os) {
        None | Some("debian") => "13",
        Some("proxmox-ve") => "9.1",
        Some(_) => "1.0",
    };
    text.push_str(&format!(
        "    #version: \"{version}\" # the end of its support follows from it\n"
    ));
    text.push_str(&reach(answers, machine, at));
    text.push_str(&hardware(answers, at == 0));
    text.push_str("    encryption: unknown\n");
    if at == 0 {
        text.push_str(HINTS);
    }
    if answers.firewall() {
        text.push_str(&firewall(answers));
    }
    text
}

/// What a first host teaches.
const HINTS: &str = "    \
    #power: {idle: 20W, average: 35W, load: 60W}
    # Accounts with a login shell and a key; one that is not listed is drift.
    #users: {admin: {sudo: password, keys: []}} # public keys, as in authorized_keys, one text each
    # Whoever logs in has a key. Changed only with a revert armed on the machine.
    #sshd: {PermitRootLogin: no, PasswordAuthentication: no, KbdInteractiveAuthentication: no}
    #packages: [unattended-upgrades, smartmontools]
";

/// Its address, and how ssh gets there. With an account and no address, its name is taken for an alias of ssh's own configuration.
fn reach(answers: &Answers, machine: &Machine, at: usize) -> String {
    let address = machine.address.as_deref();
    let mut text = match address {
        Some(address) => format!("    addresses: {{lan: {}}}\n", scalar(address)),
        None => {
            let hint = Hints::of(answers).machine(at);
            format!("    #addresses: {{lan: {hint}}}\n")
        }
    };
    let to = scalar(address.unwrap_or(&machine.name));
    match answers.get(Key::Login) {
        Some(login) => {
            let login = scalar(login);
            let note = match address {
                Some(_) => "",
                None => " # an alias of your ssh configuration",
            };
            text.push_str(&format!("    reach: {{ssh: {to}, user: {login}}}{note}\n"));
        }
        None => text.push_str(&format!("    #reach: {{ssh: {to}, user: admin}}\n")),
    }
    text
}

fn hardware(answers: &Answers, first: bool) -> String {
    let memory = given(answers.get(Key::Memory));
    let disks = answers.disks();
    let disks = match disks.is_empty() {
        true if first => "      #disks: {nvme0: {size: 512GB, kind: nvme, by_id: /dev/disk/by-id/nvme-…}, hdd0: 4TB, hdd1: 4TB, usb0: 4TB}\n".to_owned(),
        true => String::new(),
        false => {
            let size = |(name, size): &(String, Option<String>)| {
                (name.clone(), given(size.as_deref()))
            };
            let disks: Vec<(String, String)> = disks.iter().map(size).collect();
            format!("      disks: {}\n", map(&disks))
        }
    };
    format!("    hardware:\n      cpu: unknown\n      memory: {memory}\n{disks}")
}

/// What is let in when everything else is shut.
fn firewall(answers: &Answers) -> String {
    let (owner, review) = (scalar(answers.owner()), answers.review());
    let mut text = "    \
    # A table of its own that lets in what is listed and nothing else. `holdfast ports` shows what listens: list what you
    # use before the first `apply`.
    firewall: {table: holdfast}
    exposures:
"
    .to_owned();
    let mut open = vec![("22/tcp", "administration")];
    if answers.get(Key::Os) == Some("proxmox-ve") {
        open.push(("8006/tcp", "web interface of Proxmox VE"));
    }
    for (port, why) in open {
        text.push_str(&format!(
            "      - {{port: {port}, from: lan, why: {why}, owner: {owner}, review: {review}}}\n"
        ));
    }
    text
}

/// The machine that all others get their disks from.
fn shared(answers: &Answers, storage: &Machine, at: usize) -> String {
    let mut text = format!(
        "  # What all machines need fails for all of them.\n  {}:\n    site: home\n    kind: nas\n    #os: truenas\n",
        scalar(&storage.name)
    );
    text.push_str(&reach(answers, storage, at));
    text.push_str(
        "    hardware:\n      cpu: unknown\n      memory: unknown\n      #disks: {hdd0: 4TB, hdd1: 4TB, usb0: 4TB}\n    encryption: unknown\n",
    );
    text
}

fn cluster(answers: &Answers, machines: &[Machine]) -> String {
    if machines.len() < 2 {
        return String::new();
    }
    let kind = match answers.get(Key::Os) {
        Some("proxmox-ve") => "proxmox",
        _ => "unknown",
    };
    let members = list(machines.iter().map(|m| m.name.as_str()));
    let mut text = format!("\nclusters:\n  main:\n    kind: {kind}\n    members: {members}\n");
    if machines.len().is_multiple_of(2) {
        text.push_str(
            "    # An even number of votes has no majority when half of them is gone; who breaks the tie?\n    qdevice: unknown\n",
        );
    }
    if answers.storage().is_some() {
        text.push_str("    storage: [shared]\n");
    }
    text.push_str(
        "    ha: unknown # whether guests are restarted elsewhere\n    live_migration: unknown\n\n#guests:\n",
    );
    text.push_str(&guest(machines));
    text
}

/// A guest, as an example.
fn guest(machines: &[Machine]) -> String {
    let on = machines.first().map_or("node1", |m| m.name.as_str());
    format!(
        "#  dns: {{kind: lxc, on: {}, cores: 1, memory: 512MiB, reach: {{ssh: dns}}}} # looked into by ssh, as hosts are\n",
        scalar(on)
    )
}

/// Level and disks of the pool that is proposed: of disks that are declared, the first; else those that the hint names.
fn under(answers: &Answers) -> (&'static str, String) {
    let home = answers.home();
    let disks = answers.disks();
    let of = |disk: &str| format!("{home}/{disk}");
    match disks.first().filter(|_| answers.storage().is_none()) {
        Some((disk, _)) => ("single", list([of(disk).as_str()])),
        None => ("mirror", list([of("hdd0").as_str(), of("hdd1").as_str()])),
    }
}

fn pools(answers: &Answers) -> String {
    let home = scalar(&answers.home());
    let levels = "# Raid outlives a disk and is no copy: it deletes as fast as you do.\n";
    let (level, devices) = under(answers);
    let shape = format!(
        "    level: unknown # single, mirror, raid1, raidz1, …\n    #devices: {devices}\n    #fill_limit: 80%\n    #scrub: monthly\n"
    );
    match (answers.storage().is_some(), answers.get(Key::Data)) {
        (true, _) => format!(
            "\n{levels}pools:\n  shared:\n    kind: unknown # zfs, btrfs, md, nfs, …\n    on: {home}\n{shape}"
        ),
        (false, None) => format!(
            "\n{levels}pools:\n  data:\n    kind: unknown # zfs, btrfs, md, lvm, directory, …\n    on: {home}\n{shape}"
        ),
        (false, Some(_)) => format!(
            "\n{levels}#pools:\n#  data: {{kind: zfs, on: {home}, level: {level}, devices: {devices}, scrub: monthly}}\n"
        ),
    }
}
