//! What a valid lab becomes.

use diag::SourceSet;
use model::declare::OptExt as _;
use model::lab::{Check, DataSource, FaultScope, Lab, Manage, Managed, Protocol, Reach, Sudo};
use model::secret::SecretRef;
use model::units::Seconds;

fn read(text: &str) -> Lab {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("format: 1\nlab: test\n{text}"));
    let (lab, diagnostics) = lang::analyze(&sources);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    lab
}

#[test]
fn a_whole_host() {
    let lab = read(
        r"
sites: {home: }
networks: {lan: {subnet: 10.77.2.0/24, gateway: 10.77.2.1, vlan: 10}}
hosts:
  web:
    was: www
    site: site/home
    os: debian
    addresses: {lan: 10.77.2.11}
    manage: {packages: exactly, sysctl: ignore}
    users:
      admin: {sudo: nopassword, shell: /bin/bash}
      anna:
    packages: [tree, libstdc++6]
    files: {/etc/issue: {content: '', mode: 600, owner: root}}
    units: {cron.service: {enabled: yes, active: False}}
    sysctl: {net.ipv4.tcp_syncookies: 1}
    sshd: {PermitRootLogin: no, AllowUsers: [admin, anna], Ciphers: [a, b]}
    firewall: {rules: ['tcp dport { 80, 443 } accept']}
    default_route: 10.77.2.1
    exposures: [{port: 22/tcp, from: lan}, {port: 53/udp, from: any}, {port: 80, listen: 10.77.2.11}]
",
    );
    let web = &lab.hosts["web"];
    assert_eq!(lab.name, "test");
    assert_eq!(web.was.as_ref().unwrap().value, "www");
    assert_eq!(web.site.known().unwrap(), "home");
    assert_eq!(web.mode(Managed::Packages), Manage::Exactly);
    assert_eq!(web.mode(Managed::Sysctl), Manage::Ignore);
    assert_eq!(web.mode(Managed::Keys), Manage::Exactly);
    assert_eq!(
        web.users["admin"].sudo.as_ref().unwrap().value,
        Sudo::NoPassword
    );
    assert!(web.users["anna"].keys.is_empty());
    assert_eq!(web.files["/etc/issue"].mode.as_ref().unwrap().value, "0600");
    assert_eq!(web.files["/etc/issue"].content.value, "");
    assert!(web.units["cron.service"].enabled.as_ref().unwrap().value);
    assert!(!web.units["cron.service"].active.as_ref().unwrap().value);
    assert_eq!(web.sysctl["net.ipv4.tcp_syncookies"].value, "1");
    // YAML 1.1 readers make false of this; sshd wants the word.
    assert_eq!(web.sshd["permitrootlogin"].value, "no");
    assert_eq!(web.sshd["allowusers"].value, "admin anna");
    assert_eq!(web.sshd["ciphers"].value, "a,b");
    let firewall = web.firewall.as_ref().unwrap();
    assert_eq!(
        (firewall.table.value.as_str(), firewall.rules.len()),
        ("holdfast", 1)
    );
    assert_eq!(web.exposures[1].protocol, Protocol::Udp);
    assert_eq!(web.exposures[2].port.value, 80);
}

#[test]
fn ways_to_a_host() {
    let lab = read(
        r"
networks: {lan: {}, mgmt: {}}
hosts:
  alias: {reach: {ssh: web, user: admin, port: 2222, host_key: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'}}
  here: {reach: local}
  address: {addresses: {mgmt: 10.0.1.1, lan: 10.0.0.1}}
  none: {}
",
    );
    let destination = |name: &str| match &lab.hosts[name].reach {
        Reach::Ssh {
            destination,
            user,
            port,
            host_key,
            ..
        } => {
            let user = user.as_ref().map(|u| u.value.clone());
            Some((
                destination.value.clone(),
                user,
                port.as_ref().map(|p| p.value),
                host_key.as_ref().map(|k| k.value.clone()),
            ))
        }
        Reach::Local | Reach::Unknown => None,
    };
    assert_eq!(
        destination("alias"),
        Some((
            "web".into(),
            Some("admin".into()),
            Some(2222),
            Some("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU".into())
        ))
    );
    assert_eq!(
        destination("address"),
        Some(("10.0.0.1".into(), None, None, None))
    );
    assert_eq!(lab.hosts["here"].reach, Reach::Local);
    assert_eq!(lab.hosts["none"].reach, Reach::Unknown);
}

#[test]
fn data_and_its_protection() {
    let lab = read(
        r"
tiers: {gold: {rto: {host: 8h}, rpo: {site: 1w}, response: 15m}}
hosts: {web: }
datasets:
  a: {host: web, folder: /srv/a, tier: gold, verify: [{files_at_least: 3}, {file: x/y.txt}]}
  b: {host: host/web, postgres: shop, verify: [{sql: select 1, at_least: 1}]}
repositories:
  usb: {on: web, location: /mnt/usb, password: {command: [pass, show, usb]}}
  far: {location: 'sftp:nas:/x', password: {env: FAR}}
backups: {nightly: {datasets: [a, b], to: far, every: 1d, keep: {last: 7, daily: 14}}}
waivers: [{rule: bak-coverage, object: a, reason: r, owner: o, expires: 2027-01-31}]
",
    );
    let gold = &lab.tiers["gold"];
    assert_eq!(gold.rto[&FaultScope::Host].value, Seconds(28_800));
    assert_eq!(gold.rpo[&FaultScope::Site].value, Seconds(604_800));
    assert!(
        matches!(&lab.datasets["a"].source, Some(DataSource::Folder(f)) if f.value == "/srv/a")
    );
    assert!(
        matches!(&lab.datasets["b"].verify[0], Check::SqlAtLeast { at_least, .. } if at_least.value == 1)
    );
    assert_eq!(lab.datasets["b"].host.as_ref().unwrap().value, "web");
    let password = |name: &str| {
        lab.repositories[name]
            .password
            .as_ref()
            .unwrap()
            .value
            .clone()
    };
    assert_eq!(password("far"), SecretRef::Env("FAR".into()));
    assert_eq!(
        password("usb"),
        SecretRef::Command(["pass", "show", "usb"].map(String::from).into())
    );
    assert_eq!(lab.backups["nightly"].keep_last.as_ref().unwrap().value, 7);
    // A bare name is written out, so that a waiver can be matched.
    assert_eq!(lab.waivers[0].object.as_ref().unwrap().value, "dataset/a");
}

#[test]
fn spans_point_at_what_was_written() {
    let text = "format: 1\nlab: test\nhosts:\n  wéb: {}\n  # ü → ß\n  web:\r\n    os: \"debian\"\n    sshd:\n      Banner: /etc/ïssue\n";
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("\u{feff}{text}"));
    let (lab, _) = lang::analyze(&sources);
    let web = &lab.hosts["web"];
    let at = |span: diag::Span| {
        let source = sources.get(span.source).unwrap();
        source.text[span.start as usize..span.end as usize].to_owned()
    };
    assert_eq!(at(web.span), "web");
    assert_eq!(at(web.os.as_ref().unwrap().span), "\"debian\"");
    assert_eq!(at(web.sshd["banner"].span), "/etc/ïssue");
}

#[test]
fn sections_merge_over_files() {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", "format: 1\nlab: test\nhosts: {a: }\n");
    sources.add(
        "lab/b.yaml",
        "hosts: {b: }\ndatasets: {x: {host: a, folder: /x}}\n",
    );
    sources.add("lab/c.yaml", "hosts: {c: }\n");
    let (lab, diagnostics) = lang::analyze(&sources);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert_eq!(lab.hosts.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn a_tree_without_a_root_says_what_to_write() {
    for sources in [SourceSet::default(), {
        let mut sources = SourceSet::default();
        sources.add("lab/a.yaml", "hosts: {}\n");
        sources
    }] {
        let (_, diagnostics) = lang::analyze(&sources);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, "missing-key");
        assert!(diagnostics[0].help[0].contains("format: 1"));
    }
}

#[test]
fn every_code_is_explained() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lang");
    let mut seen = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for severity in ["error[", "info["] {
            for part in text.split(severity).skip(1) {
                seen.insert(part.split(']').next().unwrap().to_owned());
            }
        }
    }
    for code in &seen {
        assert!(lang::explain(code).is_some(), "{code} is not explained");
    }
    // Two need more text than belongs into the specification, `hostile` has them, `stacks` has one; the others are of whoever reads files.
    let elsewhere = [
        "too-many",
        "yaml-limit",
        "compose-services",
        "document-file",
        "include-nothing",
    ];
    for (code, _) in lang::CODES {
        assert!(
            seen.contains(*code) || elsewhere.contains(code),
            "{code} is not specified"
        );
    }
}

#[test]
fn a_guest_that_is_logged_in_to_is_a_machine() {
    let lab = read(
        r"
networks: {lan: {subnet: 10.77.2.0/24}}
hosts: {pve1: {os: proxmox-ve}}
guests:
  shut: {kind: lxc, on: pve1, addresses: {lan: 10.77.2.21}}
  git:
    kind: vm
    on: pve1
    os: debian
    was: forge
    addresses: {lan: 10.77.2.22}
    users: {anna: {sudo: password}}
    sshd: {PermitRootLogin: no}
  wiki: {kind: vm, on: pve1, reach: {ssh: wiki, user: anna}}
",
    );
    let names: Vec<String> = lab
        .machines()
        .map(|(name, _)| lab.machine_ref(name).to_string())
        .collect();
    assert_eq!(names, ["host/pve1", "guest/git", "guest/wiki"]);
    assert!(lab.machine("shut").is_none());
    let git = lab.machine("git").unwrap();
    assert_eq!(git.os.known().map(String::as_str), Some("debian"));
    assert_eq!(git.was.as_ref().unwrap().value, "forge");
    // As of a host: by its first address, if nothing is said.
    assert!(
        matches!(&git.reach, Reach::Ssh { destination, .. } if destination.value == "10.77.2.22")
    );
    assert!(
        matches!(&lab.machine("wiki").unwrap().reach, Reach::Ssh { destination, .. } if destination.value == "wiki")
    );
    assert_eq!(lab.guests["git"].os.known().unwrap().0, "debian");
}
