//! From the declaration of a host to what is planted on its twin. The comparison of `drift` is not asked.

use model::lab::{Exposure, Host, Lab, Sudo};
use plan::render;
use std::collections::BTreeSet;
use twin::seed::{Account, Seed, SeedFile, SeedTable, SeedUnit};
use twinplan::Design;

/// Everything that is declared of a host and that a twin can show.
pub(crate) fn seed(lab: &Lab, design: &Design, name: &str, host: &Host) -> Seed {
    Seed {
        packages: host.packages.iter().map(|p| p.value.clone()).collect(),
        accounts: accounts(host),
        files: files(host),
        units: units(host),
        tables: host.firewall.iter().map(|f| table(lab, host, f)).collect(),
        ports: ports(design, name, host),
    }
}

fn accounts(host: &Host) -> Vec<Account> {
    let one = |(name, user): (&String, &model::lab::User)| {
        let line = match user.sudo.as_ref().map(|s| s.value) {
            Some(Sudo::Password) => Some(format!("{name} ALL=(ALL:ALL) ALL\n")),
            Some(Sudo::NoPassword) => Some(format!("{name} ALL=(ALL:ALL) NOPASSWD: ALL\n")),
            Some(Sudo::No) | None => None,
        };
        Account {
            name: name.clone(),
            shell: user.shell.as_ref().map(|s| s.value.clone()),
            keys: user.keys.iter().map(|k| k.value.clone()).collect(),
            sudo: line,
            // sudo ignores drop-ins whose name holds a dot.
            sudo_file: format!("/etc/sudoers.d/50-lab-{}", name.replace('.', "_")),
        }
    };
    host.users.iter().map(one).collect()
}

fn files(host: &Host) -> Vec<SeedFile> {
    let root = |path: &str, content: String| SeedFile {
        path: path.to_owned(),
        content,
        mode: "0644".to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    };
    let declared = host.files.iter().map(|(path, file)| {
        let or = |given: &Option<diag::Spanned<String>>, usual: &str| {
            given.as_ref().map_or(usual, |g| &g.value).to_owned()
        };
        SeedFile {
            path: path.clone(),
            content: file.content.value.clone(),
            mode: or(&file.mode, "0644"),
            owner: or(&file.owner, "root"),
            group: or(&file.group, "root"),
        }
    });
    let mut all: Vec<SeedFile> = declared.collect();
    if !host.sshd.is_empty() {
        all.push(root(render::SSHD_DROPIN, render::sshd_dropin(host)));
    }
    if !host.sysctl.is_empty() {
        all.push(root(render::SYSCTL_FILE, render::sysctl_file(host)));
    }
    all
}

fn units(host: &Host) -> Vec<SeedUnit> {
    let one = |(name, unit): (&String, &model::lab::UnitState)| SeedUnit {
        name: name.clone(),
        enabled: unit.enabled.as_ref().map(|e| e.value),
        active: unit.active.as_ref().map(|a| a.value),
    };
    host.units.iter().map(one).collect()
}

fn table(lab: &Lab, host: &Host, firewall: &model::lab::Firewall) -> SeedTable {
    SeedTable {
        name: firewall.table.value.clone(),
        file: render::nft_file(&firewall.table.value),
        ruleset: render::nft_table(lab, host, firewall),
    }
}

/// Declared ways in that neither sshd nor a stack serves.
fn ports(design: &Design, name: &str, host: &Host) -> Vec<(String, u16, String)> {
    let published: BTreeSet<u16> = design
        .stacks
        .iter()
        .filter(|s| s.machine == name)
        .flat_map(|s| s.published.iter().copied())
        .collect();
    let here = design.interfaces.iter().filter(|i| i.machine == name);
    let answered: BTreeSet<u16> = here.map(|i| i.product.port()).collect();
    let stands_in = |e: &&Exposure| {
        let port = e.port.value;
        port != 22 && !published.contains(&port) && !answered.contains(&port)
    };
    let all: BTreeSet<(String, u16, String)> = host
        .exposures
        .iter()
        .filter(stands_in)
        .map(|e| {
            let address = match (&e.listen, e.from.as_ref().map(|f| f.value.as_str())) {
                (Some(listen), _) => listen.value.clone(),
                (None, Some("loopback")) => "127.0.0.1".to_owned(),
                _ => "0.0.0.0".to_owned(),
            };
            (address, e.port.value, e.protocol.word().to_owned())
        })
        .collect();
    all.into_iter().collect()
}
