//! Observing a real host: what is there, what is not, and what cannot be told.

use crate::rig::driver;
use jiff::Timestamp;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen, TargetFacts};
use model::value::Value;
use plan::driver::Driver;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use testkit::host::TestHost;

/// Kinds that are listed whole.
const LISTED: [FactKind; 14] = [
    FactKind::Host,
    FactKind::Sshd,
    FactKind::User,
    FactKind::Key,
    FactKind::Sudoer,
    FactKind::Listener,
    FactKind::Package,
    FactKind::Route,
    FactKind::Unit,
    FactKind::Cron,
    FactKind::Timer,
    FactKind::Chain,
    FactKind::DockerEngine,
    FactKind::DockerContainer,
];

/// Everything on disk that nothing but us would touch, with times and sizes.
const LISTING: &str = "find / /tmp -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /var/log -o -path /var/lib/systemd \
    -o -path /var/lib/postgresql -o -path /var/lib/sudo \\) -prune -o -printf '%p %y %m %s %T@ %C@\\n' | sort";

/// What is there before anybody manages the host: paths, and a part of what is seen there.
const THERE: &[(&str, &str)] = &[
    ("host:clock-synced", "unknown (no time service is installed"),
    (
        "listener:tcp/0.0.0.0:8081",
        "package=python3.11-minimal process=python3 unit=leftover-web.service user=root",
    ),
    (
        "listener:tcp/127.0.0.1:5432",
        "unit=postgresql@15-main.service user=postgres",
    ),
    ("listener:tcp/0.0.0.0:5432", "absent"),
    (
        "timer:systemd-tmpfiles-clean.timer",
        "runs=systemd-tmpfiles-clean.service since=",
    ),
    (
        "user:anna",
        "login=true password=locked shell=/bin/bash uid=1001",
    ),
    ("user:nobody-such", "absent"),
    ("sshd:permitrootlogin", "without-password"),
    (
        "sudoer:/etc/sudoers.d/admin:1",
        "admin ALL=(ALL:ALL) NOPASSWD: ALL",
    ),
    ("docker-engine:engine", "absent"),
    ("docker-container:web", "absent"),
    ("package:restic", "0.14"),
    ("package:tree", "absent"),
    ("file:/etc/nothing", "absent"),
    (
        "unit:ssh.service",
        "active=true enabled=enabled load=loaded",
    ),
    ("unit:nothing.service", "absent"),
    (
        "unit:postgresql@15-main.service",
        "active=true enabled=enabled-runtime",
    ),
    ("unit:systemd-tmpfiles-clean.timer", "when=OnBoot"),
    ("unit:apt-daily.timer", "load=masked"),
    (
        "cron:/etc/crontab:18",
        "command=cd / && run-parts --report /etc/cron.hourly package=cron",
    ),
    ("cron:/etc/cron.daily/dpkg", "package=dpkg"),
    ("cron:/etc/cron.daily/.placeholder", "absent"),
    ("chain:inet/filter/input", "hook=input policy=accept"),
    ("nft:inet/holdfast", "absent"),
    ("timer:nothing.timer", "absent"),
    ("repository:main", "absent"),
    (
        "archive:main/documents",
        "unknown (the repository is not set up on this host)",
    ),
];

fn scope(paths: &[&str]) -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend(LISTED);
    for path in paths {
        scope.add(FactPath::parse(path).unwrap());
    }
    scope
}

fn look(host: &TestHost, scope: &Scope) -> TargetFacts {
    driver(host, None).observe(scope, Timestamp::UNIX_EPOCH)
}

fn seen(facts: &TargetFacts, path: &str) -> Seen {
    facts.seen(&FactPath::parse(path).unwrap())
}

#[track_caller]
fn check(facts: &TargetFacts, path: &str, expect: &str) {
    let seen = seen(facts, path).to_string();
    assert!(
        seen.contains(expect),
        "{path}: expected '{expect}', seen '{seen}'; {:?}",
        facts.errors
    );
}

#[test]
fn a_host_is_known_whole_in_one_round_trip_that_changes_nothing() {
    let host = TestHost::smallest();
    let scope = scope(&[
        "file:/etc/passwd",
        "file:/etc/nothing",
        "unit:ssh.service",
        "unit:nothing.service",
        "sysctl:net.ipv4.ip_forward",
        "nft:inet/holdfast",
        "timer:nothing.timer",
        "repository:main",
        "archive:main/documents",
    ]);
    let before = host.exec_sh(LISTING).unwrap();
    let facts = look(&host, &scope);
    let after = host.exec_sh(LISTING).unwrap();
    let known: BTreeSet<&str> = before.lines().collect();
    let changed: Vec<&str> = after.lines().filter(|l| !known.contains(l)).collect();
    assert!(
        changed.is_empty(),
        "observing wrote something: {changed:#?}"
    );
    assert_eq!(after.len(), before.len(), "observing removed something");

    assert_eq!(facts.errors, [""; 0]);
    for kind in LISTED {
        let complete = facts.collections.get(&kind);
        assert!(
            matches!(complete, Some(Completeness::Yes(_))),
            "{kind:?}: {complete:?}"
        );
    }
    let identity = facts.identity.clone().unwrap();
    assert_eq!(
        identity.machine_id,
        host.exec_sh("cat /etc/machine-id").unwrap().trim()
    );
    let fingerprint = host
        .exec_sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
        .unwrap();
    assert_eq!(identity.host_key, fingerprint.split(' ').nth(1).unwrap());

    for (path, expect) in THERE {
        check(&facts, path, expect);
    }
    let hash = host.exec_sh("sha256sum /etc/passwd").unwrap();
    check(
        &facts,
        "file:/etc/passwd",
        &format!("sha256={}", hash.split(' ').next().unwrap()),
    );
    let keys: Vec<&str> = facts.items(FactKind::Key).map(|(k, _)| k).collect();
    let anna = host
        .exec_sh("ssh-keygen -lf /home/anna/.ssh/authorized_keys")
        .unwrap();
    assert!(
        keys.contains(&format!("anna/{}", anna.split(' ').nth(1).unwrap()).as_str()),
        "{keys:?}"
    );
    assert_eq!(
        look(&host, &scope).digest(),
        facts.digest(),
        "a second look sees the same"
    );
}

#[test]
fn archives_changes_and_impostors() {
    let host = TestHost::fresh();
    another_way_past_the_configuration_of_sshd_is_told(&host);
    another_way_to_root_is_told(&host);
    what_counts_at_boot_and_before_a_listener_is_told(&host);
    archives_are_told_by_the_restic_of_the_host(&host);
    changes_are_seen_and_what_cannot_be_read_is_unknown(&host);
    somebody_else_at_the_address_is_not_looked_at(&host);
}

/// Why not all of a kind was seen; empty if it was.
fn gap(facts: &TargetFacts, kind: FactKind) -> String {
    match facts.collections.get(&kind) {
        Some(Completeness::Yes(_)) => String::new(),
        Some(Completeness::No(reason)) => reason.0.clone(),
        None => "not observed".to_owned(),
    }
}

fn another_way_past_the_configuration_of_sshd_is_told(host: &TestHost) {
    let scope = scope(&[]);
    let own = "/etc/ssh/sshd_config.d/5.conf";
    let after = |change: &str| {
        let _ = host
            .exec_sh(&format!(
                "{change}\n systemctl daemon-reload; systemctl reset-failed ssh; systemctl restart ssh"
            ))
            .unwrap();
        look(host, &scope)
    };
    // Accounts can all be asked about; addresses cannot, but those of the host's own networks are.
    let facts = after(&format!(
        "printf 'PasswordAuthentication no\nMatch User anna,root\n PasswordAuthentication yes\n' > {own}"
    ));
    check(&facts, "sshd:passwordauthentication", "no; yes for root");
    assert_eq!(gap(&facts, FactKind::Sshd), "");
    let facts = after(&format!(
        "printf 'PasswordAuthentication no\n\nMatch Address 10.0.0.0/8,172.16.0.0/12,192.168.0.0/16\n PasswordAuthentication yes\n' > {own}"
    ));
    check(
        &facts,
        "sshd:passwordauthentication",
        "no; yes for root from ",
    );
    assert_eq!(
        gap(&facts, FactKind::Sshd),
        format!(
            "{own}:3: what sshd allows depends on Match Address 10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
        )
    );
    assert_eq!(
        gap(&facts, FactKind::Key),
        "",
        "no Match block is about keys"
    );
    let facts = after(&format!(
        "mkdir -p /etc/ssh/more; printf 'Match Address 10.99.0.0/16\n AuthorizedKeysFile /opt/keys/%%u\n' > /etc/ssh/more/x; echo 'Include more/*' > {own}"
    ));
    assert_eq!(
        gap(&facts, FactKind::Key),
        "/etc/ssh/more/x:1: whose keys are taken depends on Match"
    );
    assert!(gap(&facts, FactKind::Sshd).contains("/etc/ssh/more/x:1"));

    // The sshd that runs is not the one that sshd -T tells of.
    let drop_in = "/etc/systemd/system/ssh.service.d";
    let facts = after(&format!(
        "rm -r {own} /etc/ssh/more; echo SSHD_OPTS=-oPasswordAuthentication=yes > /etc/default/ssh"
    ));
    assert!(gap(&facts, FactKind::Sshd).contains("was started with -oPasswordAuthentication=yes"));
    let facts = after(&format!(
        "rm /etc/default/ssh; cp /etc/ssh/sshd_config /opt/sshd2; mkdir -p {drop_in}; \
        printf '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -f /opt/sshd2\n' > {drop_in}/x.conf"
    ));
    assert!(gap(&facts, FactKind::Sshd).contains("was started with -f"));
    let facts = after(&format!("rm -r {drop_in}"));
    assert_eq!(gap(&facts, FactKind::Sshd), "");
    host.exec_sh("touch -d '1 hour' /etc/ssh/sshd_config")
        .unwrap();
    let facts = look(host, &scope);
    assert_eq!(
        gap(&facts, FactKind::Sshd),
        "sshd has not read /etc/ssh/sshd_config since it was changed"
    );
    host.exec_sh("touch -d '1 hour ago' /etc/ssh/sshd_config")
        .unwrap();
}

fn what_counts_at_boot_and_before_a_listener_is_told(host: &TestHost) {
    let scope = scope(&[
        "nft:inet/kept",
        "sysctl:net.ipv4.ip_forward@boot",
        "sysctl:kernel.none@boot",
    ]);
    host.exec_sh("printf 'net.ipv4.ip_forward = 1\n' > /etc/sysctl.d/90-holdfast.conf; printf '# no\n-net/ipv4/ip_forward=0\n' > /etc/sysctl.d/95-x.conf").unwrap();
    let facts = look(host, &scope);
    check(&facts, "sysctl:net.ipv4.ip_forward@boot", "0");
    check(&facts, "sysctl:kernel.none@boot", "absent");
    host.exec_sh("rm /etc/sysctl.d/9*-*.conf").unwrap();
    let table = "add table ip evil; add chain ip evil pre { type nat hook prerouting priority -100; }; add chain ip evil more; \
        add rule ip evil pre jump more; add rule ip evil more tcp dport 2222 redirect to :22";
    host.exec_sh(&format!("nft '{table}'")).unwrap();
    assert_eq!(
        gap(&look(host, &scope), FactKind::Listener),
        "table ip evil leads other ports or addresses here: tcp dport 2222 redirect to :22"
    );
    // Only what comes in counts.
    let output = "flush chain ip evil pre; add chain ip evil out { type nat hook output priority -100; }; add rule ip evil out jump more";
    host.exec_sh(&format!("nft '{output}'")).unwrap();
    assert_eq!(gap(&look(host, &scope), FactKind::Listener), "");
    host.exec_sh("nft delete table ip evil").unwrap();

    // A file that no unit loads at boot keeps nothing.
    let kept = r#"
        mkdir -p /etc/holdfast/nft && printf 'table inet kept {\n}\n' > /etc/holdfast/nft/kept.nft && nft -f /etc/holdfast/nft/kept.nft
        printf '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=sysinit.target\n' > /etc/systemd/system/holdfast-nft.service
        systemctl daemon-reload"#;
    host.exec_sh(kept).unwrap();
    check(&look(host, &scope), "nft:inet/kept", "as_persisted=false");
    host.exec_sh("systemctl enable holdfast-nft.service")
        .unwrap();
    check(&look(host, &scope), "nft:inet/kept", "as_persisted=true");
    host.exec_sh("systemctl disable holdfast-nft.service; rm -r /etc/holdfast/nft /etc/systemd/system/holdfast-nft.service; nft delete table inet kept").unwrap();
}

fn another_way_to_root_is_told(host: &TestHost) {
    let scope = scope(&[]);
    host.exec_sh("cp -a /etc/sudo.conf /root/ 2>/dev/null; echo 'Plugin sudoers_policy sudoers.so sudoers_file=/opt/s' >> /etc/sudo.conf; useradd -G sudo dora").unwrap();
    let facts = look(host, &scope);
    assert!(gap(&facts, FactKind::Sudoer).contains("sudoers_file=/opt/s"));
    check(&facts, "user:dora", "groups=sudo");
    host.exec_sh(
        "rm /etc/sudo.conf; userdel dora; [ ! -e /root/sudo.conf ] || mv /root/sudo.conf /etc/",
    )
    .unwrap();
    assert_eq!(gap(&look(host, &scope), FactKind::Sudoer), "");
}

fn changes_are_seen_and_what_cannot_be_read_is_unknown(host: &TestHost) {
    let setup = r#"
        printf 'anna ALL=(ALL) ALL\n@include /etc/sudoers.more\n' > /etc/sudoers.d/anna
        printf 'Match User admin\n  AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%%u\n' > /etc/ssh/sshd_config.d/9.conf
        mkdir -p /etc/ssh/keys && echo 'no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x' > /etc/ssh/keys/admin
        nft add table inet ours
        useradd -m clara && printf 'clara:x\n' | chpasswd
    "#;
    host.exec_sh(setup).unwrap();
    let scope = scope(&["nft:inet/ours", "unit:ssh.service"]);
    let facts = look(host, &scope);
    check(&facts, "user:clara", "password=set");
    check(
        &facts,
        "key:admin/SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
        "options=no-pty",
    );
    check(&facts, "nft:inet/ours", "as_persisted=false rules=0");
    // The file that sudoers includes does not exist: what it would say is not known, what was read is.
    check(&facts, "sudoer:/etc/sudoers.d/anna:1", "anna ALL=(ALL) ALL");
    assert!(matches!(
        facts.collections.get(&FactKind::Sudoer),
        Some(Completeness::No(_))
    ));

    // Tools that are missing and answers that are broken.
    host.exec_sh("chmod 000 /usr/sbin/nft; echo 'Nonsense yes' > /etc/ssh/sshd_config.d/8.conf; mv /usr/bin/ss /usr/bin/ss.off").unwrap();
    let facts = look(host, &scope);
    for path in [
        "nft:inet/ours",
        "nft:inet/other",
        "sshd:port",
        "key:admin/x",
        "listener:tcp/0.0.0.0:1",
    ] {
        assert!(
            matches!(seen(&facts, path), Seen::Unknown(_)),
            "{path}: {}",
            seen(&facts, path)
        );
    }
    check(&facts, "unit:ssh.service", "active=true");
    check(&facts, "listener:tcp/0.0.0.0:22", "ss is not installed");
    assert!(facts.identity.is_some());
}

fn archives_are_told_by_the_restic_of_the_host(host: &TestHost) {
    let setup = r#"
        set -eu
        mkdir -p /etc/holdfast/repositories /srv/repo
        echo right-password > /etc/holdfast/main.key
        printf 'location=/srv/repo\npassword_file=/etc/holdfast/main.key\n' > /etc/holdfast/repositories/main
    "#;
    host.exec_sh(setup).unwrap();
    let scope = scope(&[
        "repository:main",
        "archive:main/documents",
        "archive:main/shop",
    ]);
    check(&look(host, &scope), "repository:main", "absent");

    let restic = "restic -q --no-cache -r /srv/repo --password-file /etc/holdfast/main.key";
    host.exec_sh(&format!(
        "{restic} init && {restic} backup --tag documents /etc/hostname && date +%s > /root/at"
    ))
    .unwrap();
    let facts = look(host, &scope);
    check(&facts, "repository:main", "version=2");
    check(&facts, "archive:main/documents", "count=1");
    check(&facts, "archive:main/shop", "absent");
    let at = seen(&facts, "archive:main/documents")
        .value()
        .and_then(|v| v.field("at").and_then(Value::as_int))
        .unwrap();
    let wrote: i64 = host
        .exec_sh("cat /root/at")
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!((wrote - 60..=wrote).contains(&at), "{at} and {wrote}");

    host.exec_sh("echo other-password > /etc/holdfast/main.key")
        .unwrap();
    let facts = look(host, &scope);
    check(&facts, "repository:main", "unknown (Fatal: wrong password");
    check(
        &facts,
        "archive:main/documents",
        "unknown (Fatal: wrong password",
    );
    check(
        &facts,
        "archive:main/shop",
        "unknown (Fatal: wrong password",
    );

    host.exec_sh("echo right-password > /etc/holdfast/main.key; rm -r /srv/repo/snapshots; echo junk > /srv/repo/config").unwrap();
    let facts = look(host, &scope);
    for path in [
        "repository:main",
        "archive:main/documents",
        "archive:main/shop",
    ] {
        assert!(
            matches!(seen(&facts, path), Seen::Unknown(_)),
            "{path}: {}",
            seen(&facts, path)
        );
    }
}

fn somebody_else_at_the_address_is_not_looked_at(host: &TestHost) {
    let scope = scope(&["file:/etc/passwd"]);
    assert!(look(host, &scope).identity.is_some());
    let known = host.known_hosts();
    let text = std::fs::read_to_string(&known).unwrap();
    // Another key of the right kind, as an impostor would have.
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let forged: String = text
        .lines()
        .filter_map(|l| l.split(' ').next())
        .map(|n| format!("{n} {key}\n"))
        .collect();
    std::fs::write(&known, forged).unwrap();
    std::fs::set_permissions(&known, std::fs::Permissions::from_mode(0o600)).unwrap();
    let facts = look(host, &scope);
    assert_eq!(facts.identity, None);
    assert!(
        facts
            .errors
            .iter()
            .any(|e| e.contains("host key is not known, or not the known one")),
        "{:?}",
        facts.errors
    );
    assert!(matches!(seen(&facts, "file:/etc/passwd"), Seen::Unknown(_)));
}
