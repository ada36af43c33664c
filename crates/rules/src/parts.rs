//! What findings are about besides their object: a port, an account, a container.
//!
//! A waiver of such a finding names what it accepts, so that it never accepts what comes later. Which rules have parts is listed here, and
//! a test holds the list against what they say.

use model::lab::Waiver;

/// What the findings of a rule are about within one object.
pub(crate) struct Part {
    /// The word for one of them.
    pub(crate) what: &'static str,
    /// One of them, as a finding tells it.
    pub(crate) example: &'static str,
}

/// Rules of which one object can have several things that somebody may or may not live with.
const PARTS: &[(&str, Part)] = &[
    part("cert-expiry", "file", "/etc/pve/local/pve-ssl.pem"),
    part("cmp-exposure", "port", "port 8081/tcp"),
    part("cmp-hardening", "right", "portainer: /var/run/docker.sock"),
    part("cmp-mode-ports", "port", "web: 8080/tcp"),
    part("cmp-port-open", "port", "db: 5432/tcp"),
    part("cmp-public-cert", "name", "wiki.home.arpa"),
    part("cron-dead-man", "job", "apt-daily-upgrade.timer"),
    part("cron-failed", "job", "restic.timer"),
    part(
        "cron-never-ran",
        "timer, or line of a table of cron",
        "restic.timer",
    ),
    part("cron-overlap", "pair of jobs", "restic.timer scrub.timer"),
    part("cron-update-first", "job", "apt-daily-upgrade.timer"),
    part(
        "ctr-database-open",
        "way to a database",
        "db: published on 0.0.0.0:5432",
    ),
    part("ctr-env-secret", "variable", "db: POSTGRES_PASSWORD"),
    part(
        "ctr-hardening",
        "container",
        "db (root, writable, may gain rights)",
    ),
    part("ctr-health", "container", "db: fails its health check"),
    part("ctr-image", "container", "wiki (wiki:latest)"),
    part("ctr-limits", "container", "wiki"),
    part("ctr-rights", "right", "portainer: /var/run/docker.sock"),
    part(
        "ctr-shared-network",
        "project of which network",
        "proxy: wiki",
    ),
    part(
        "cve-known-exploited",
        "weakness of a package",
        "openssh/CVE-2024-6387",
    ),
    part("dhcp-two-servers", "network", "lan"),
    part("disk-filesystem-full", "mount point", "/srv/tank"),
    part("disk-not-mounted", "mount point", "/srv/tank"),
    part("disk-pool-degraded", "pool", "md/md0"),
    part("disk-scrub-overdue", "pool", "zfs/tank"),
    part("disk-smart", "disk", "sda"),
    part("disk-storage-full", "storage", "pve1/local"),
    part(
        "disk-thin-full",
        "half of a thin pool",
        "pve1/pve/data metadata",
    ),
    part("dns-records", "name", "nas.home.arpa"),
    part("dns-upstream", "address", "192.168.1.77"),
    part(
        "exposure-review",
        "way in",
        "port 22/tcp of host 'web': review",
    ),
    part("img-pin", "image", "postgres:latest"),
    part("job-replication-failed", "job", "101-0"),
    part("job-task-failed", "task", "vzdump 101"),
    part("kube-claim-unbound", "claim", "shop/data-db-0"),
    part("kube-cron-no-success", "CronJob", "shop/cronjob/dump"),
    part("kube-node-not-ready", "node", "k3s-w1"),
    part("kube-version-skew", "node", "k3s-w1"),
    part("kube-workload-unready", "workload", "shop/deployment/web"),
    part(
        "net-cable-ends",
        "difference",
        "sw1/2 - node1/eno1: sw1/2 has 'apps' with a tag and node1/eno1 has not",
    ),
    part("pbs-backup-old", "backup", "images"),
    part("pbs-datastore-full", "datastore", "main"),
    part("pbs-garbage", "datastore", "main"),
    part("pbs-job-failed", "job", "sync/offsite"),
    part("pbs-task-failed", "task", "backup main:vm/100"),
    part("pbs-unverified", "group", "main/vm/100"),
    part("pbs-verify-failed", "group", "main/vm/100"),
    part("port-missing", "port", "tcp/443"),
    part("port-unjustified", "socket", "tcp/0.0.0.0:8080"),
    part("pve-quorum", "node, or the quorum", "pve2"),
    part("pve-user-no-second-factor", "account", "root@pam"),
    part(
        "sec-clear-text",
        "place",
        "stacks/wiki/compose.yaml: the value of 'DB_PASSWORD'",
    ),
    part("sec-default-password", "setting", "db: POSTGRES_PASSWORD"),
    part("ssh-key-unowned", "key", "anna/SHA256:…"),
    part("ssh-key-weak", "key", "anna/SHA256:…"),
    part("ssh-weak-algorithms", "algorithm", "aes128-cbc"),
    part("sudo-nopassword", "account", "admin"),
    part(
        "sudo-undeclared",
        "line of sudoers",
        "bob ALL=(ALL) NOPASSWD: ALL",
    ),
    part("time-off", "node", "pve1"),
    part("truenas-alert", "alert", "VolumeStatus-1"),
    part("truenas-share-open", "share", "nfs/1"),
    part("truenas-task-failed", "task", "replication/1"),
    part("unit-failed", "unit", "mdmonitor.service"),
    part("ups-no-protection", "flag", "BYPASS"),
    part("user-undeclared", "account", "bob"),
];

const fn part(
    rule: &'static str,
    what: &'static str,
    example: &'static str,
) -> (&'static str, Part) {
    (rule, Part { what, example })
}

/// What a rule finds within an object; `None` if its findings are about objects as such.
pub(crate) fn of(rule: &str) -> Option<&'static Part> {
    let found = PARTS.binary_search_by_key(&rule, |(id, _)| id).ok()?;
    PARTS.get(found).map(|(_, part)| part)
}

/// The findings of a rule name parts.
pub(crate) fn named(rule: &str) -> bool {
    of(rule).is_some()
}

/// A waiver names parts where its rule does. Elsewhere it may, by the messages of findings.
pub(crate) fn fits(waiver: &Waiver) -> bool {
    !(named(&waiver.id.value) && waiver.only.is_empty())
}
