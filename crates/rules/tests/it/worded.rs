//! What findings suggest and say fits the lab that they are about.

use crate::support::check;
use diag::{Diagnostic, Severity};

fn found(text: &str, code: &str) -> Vec<Diagnostic> {
    let (findings, _) = check(text, None);
    findings.into_iter().filter(|d| d.code == code).collect()
}

const MEDIA: &str = "format: 1
lab: x
hosts: {nas: {hardware: {disks: {a: 8TB, u: 8TB}}}}
pools: {tank: {kind: zfs, on: nas, devices: [nas/a], mount: /tank}, usb: {kind: directory, on: nas, devices: [nas/u], mount: /mnt/usb}}
datasets: {media: {host: nas, folder: /tank/media, pool: tank, class: replaceable}, docs: {host: nas, folder: /tank/docs, pool: tank, class: scratch}}
repositories: {dump: {kind: vzdump, on: nas, location: /tank/dump, pool: tank}, disk: {on: nas, location: /mnt/usb/restic, pool: usb}}
guests: {web: {kind: vm, on: nas}}
backups:
  guests: {guests: [web], to: dump, kind: image, every: 7d}
";

#[test]
fn a_backup_is_suggested_that_takes_files_and_keeps_them_elsewhere_or_none() {
    for (more, expected) in [
        ("", "none of the declared backups takes files"),
        (
            "  near: {datasets: [docs], to: dump, every: 1d}\n",
            "none of the declared backups takes files",
        ),
        (
            "  nightly: {datasets: [docs], to: disk, every: 1d}\n",
            "e.g. 'nightly'",
        ),
    ] {
        let found = found(&format!("{MEDIA}{more}"), "bak-coverage");
        let media = found
            .iter()
            .find(|d| d.message.contains("'media'"))
            .unwrap();
        assert!(media.help[0].contains(expected), "{more}: {media:#?}");
    }
}

#[test]
fn a_command_is_judged_by_what_the_lab_declares_at_its_target() {
    let tree = "pools: {tank: {kind: zfs, on: nas, mount: /tank}}
hosts: {nas: }
datasets: {photos: {host: nas, folder: /tank/photos, class: irreplaceable}}
documents: {restore: {file: docs/restore.md, kind: runbook}}
# file: docs/restore.md
# Restore

```bash
restic restore latest --target TARGET
```
";
    for (target, severity, says) in [
        (
            "/tank/restore",
            Severity::Info,
            "where the lab declares nothing",
        ),
        ("/tank/photos", Severity::Warning, "what is there"),
        ("/tank/photos/2026", Severity::Warning, "what is there"),
        ("/tank", Severity::Warning, "what is there"),
        ("/", Severity::Warning, "what is there"),
    ] {
        let text = format!("format: 1\nlab: x\n{}", tree.replace("TARGET", target));
        let found = found(&text, "run-destructive");
        let [one] = found.as_slice() else {
            panic!("{target}: {found:#?}")
        };
        assert_eq!(one.severity, severity, "{target}");
        assert!(one.message.contains(says), "{target}: {}", one.message);
    }
}

/// A restore into a number that is taken is refused unless it is told to go on; fences need not say that they are a shell's.
#[test]
fn a_guest_is_restored_over_another_by_force_alone() {
    for (command, count) in [
        ("qmrestore pbs:backup/vm/105/x 9105 --unique 1", 0),
        ("qmrestore pbs:backup/vm/105/x 105 --force 1", 1),
        ("pct restore 105 /mnt/x.tar.zst --storage local", 0),
        ("qmrestore pbs:backup/vm/105/x 105 --force=1", 1),
        ("qmrestore --force=true pbs:backup/vm/105/x 105", 1),
        ("qmrestore --force yes pbs:backup/vm/105/x 105", 1),
        ("qmrestore -force=1 pbs:backup/vm/105/x 105", 1),
        ("qmrestore pbs:backup/vm/105/x 105 --force 0", 0),
        ("qmrestore pbs:backup/vm/105/x 105 --force=False", 0),
        ("qmrestore pbs:backup/vm/105/x 105 --force 1 --force 0", 0),
        ("qmrestore pbs:backup/vm/105/x 105 --force $FORCE", 1),
        ("pct restore 105 /mnt/x.tar.zst --force=1", 1),
        ("pct restore 105 /mnt/x.tar.zst -force off", 0),
        ("sudo pct restore 105 /mnt/x.tar.zst --force", 1),
        ("rm -rf /srv/media", 1),
    ] {
        let text = format!(
            "format: 1\nlab: x\ndocuments: {{restore: {{file: a.md, kind: runbook}}}}\n# file: a.md\n# Restore\n\n```\n{command}\n```\n"
        );
        let found = found(&text, "run-destructive");
        assert_eq!(found.len(), count, "{command}: {found:#?}");
        let target = "target: 105";
        let names = |d: &Diagnostic| d.notes.iter().any(|note| note == target);
        assert!(
            command.starts_with("rm") || found.iter().all(names),
            "{command}: {found:#?}"
        );
    }
}

/// A dangerous command of a fence that names no language is told whatever stands before it, and what a program says is no command.
#[test]
fn commands_of_fences_without_a_language_are_judged() {
    for (lines, count) in [
        ("cd /srv\nrm -rf /srv/media", 1),
        ("ls /srv\ncd /srv && rm -rf /srv/media", 1),
        ("cat /etc/fstab\n/dev/sdb /srv ext4\nmkfs.ext4 /dev/sdb", 1),
        ("sudo -u root rm -rf /srv/media", 1),
        ("sudo -iu root rm -rf /srv/media", 1),
        ("sudo -uroot rm -rf /srv/media", 1),
        ("/usr/sbin/mkfs.ext4 /dev/sdb", 1),
        ("nice -n 10 rm -rf /srv/media", 1),
        ("stdbuf -o L rm -rf /srv/media", 1),
        ("for d in media films; do\n  rm -rf /srv/media\ndone", 1),
        ("FORCE=1 rm -rf /srv/media", 1),
        ("find /srv/media -delete", 1),
        ("rm -rf /srv/media\nroot@nas:~# ls\nrm -rf /srv/films", 1),
        (
            "ls /srv\nrm: cannot remove '/srv/media'\nmkfs.ext4: /dev/sdb",
            0,
        ),
        ("Last login: today\nrm -rf /srv/media\n$ ls", 0),
    ] {
        let text = format!(
            "format: 1\nlab: x\ndocuments: {{restore: {{file: a.md, kind: runbook}}}}\n# file: a.md\n# Clean up\n\n```\n{lines}\n```\n"
        );
        let found = found(&text, "run-destructive");
        assert_eq!(found.len(), count, "{lines}: {found:#?}");
    }
}

/// The word that production is meant is about the command that it stands at, not about all that follow.
#[test]
fn what_is_meant_is_said_at_each_command() {
    for (commands, count) in [
        ("# production: gone\nrm -rf /srv/media", 0),
        ("rm -rf /srv/media # production: gone", 0),
        (
            "# production: gone\nrm -rf /srv/media\nls\n\nrm -rf /srv/films",
            1,
        ),
        (
            "# production: gone\nrm -rf /srv/media\nmkfs.ext4 /dev/sda",
            1,
        ),
        ("# production: gone\n\nrm -rf /srv/media", 1),
    ] {
        let text = format!(
            "format: 1\nlab: x\ndocuments: {{restore: {{file: a.md, kind: runbook}}}}\n# file: a.md\n# Restore\n\n```sh\n{commands}\n```\n"
        );
        let found = found(&text, "run-destructive");
        assert_eq!(found.len(), count, "{commands}: {found:#?}");
    }
}

#[test]
fn an_fstab_is_known_by_what_stands_in_it() {
    let lab = "format: 1\nlab: x\nhosts: {nas: }\ndocuments: {mounts: {file: host/mounts.txt, kind: plan, for: [nas]}}\n# file: host/mounts.txt\n";
    for (text, lines) in [
        (
            "# disks\nUUID=1 / ext4 defaults 0 1\n/dev/sdf1 /mnt/usb ext4 defaults 0 2\n",
            1,
        ),
        (
            "nas:/tank /mnt/tank nfs4 ro\n/dev/sdf1 /mnt/usb ext4 nofail\n",
            1,
        ),
        ("/dev/sdf1 /mnt/usb is the disk that we carry\n", 0),
        ("Mount it:\n/dev/sdf1 /mnt/usb ext4 defaults 0 2\n", 0),
    ] {
        let found = found(&format!("{lab}{text}"), "sto-dev-name");
        assert_eq!(found.len(), lines, "{text}: {found:#?}");
    }
}

#[test]
fn a_full_pool_is_full_now_and_speaks_of_a_risk_only_where_one_is_registered() {
    let tree = "format: 1\nlab: x\nhosts: {nas: {hardware: {disks: {a: 24TB}}}}\npools: {tank: {kind: zfs, on: nas, devices: [nas/a], usable: 24TB, used: 23TB, growth: 20%, fill_limit: 80%}}\n";
    let risk = "risks: {full: {text: the pool is full, impact: high, probability: low}}\n";
    for (text, register) in [(tree.to_owned(), false), (format!("{tree}{risk}"), true)] {
        let found = found(&text, "cap-growth");
        let [one] = found.as_slice() else {
            panic!("{found:#?}")
        };
        assert!(one.message.ends_with(" now"), "{}", one.message);
        assert!(one.notes[0].ends_with("reached already"), "{:?}", one.notes);
        assert_eq!(
            one.help[0].contains("risk register"),
            register,
            "{:?}",
            one.help
        );
    }
}

/// 600 GB × 8 / 100 Mbit/s = 48,000 s.
#[test]
fn the_time_until_somebody_acts_is_told_apart_from_the_restore() {
    let text = "format: 1\nlab: x\ntiers: {core: {rto: {site: 4h}, rpo: {site: 24h}, response: 10h}}
sites: {home: {uplinks: {fibre: {down: 100Mbit/s, up: 40Mbit/s}}}}
hosts: {nas: {site: home}}
datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable, tier: core, size: 600GB}}
repositories: {b2: {kind: s3, location: 's3:s3.example.org/b', provider: Somebody, media: cloud, password: {env: P}}}
backups: {nightly: {datasets: [photos], to: b2, every: 1d, keep: {last: 7}}}
";
    let found = found(text, "dr-rto-feasible");
    let said = &found.iter().find(|d| !d.unknown).unwrap().message;
    let expected = "10h until somebody acts and 13h20m for the restore are 23h20m at the least";
    assert!(said.ends_with(expected), "{said}");
}

#[test]
fn what_is_restored_is_named_and_what_is_rounded_is_said() {
    let lab = |size: &str| {
        format!(
            "format: 1
lab: x
hosts: {{p: {{hardware: {{nics: {{e: 1Gbit/s}}}}}}, nas: {{hardware: {{nics: {{e: 1Gbit/s}}}}}}}}
datasets: {{vault: {{host: p, folder: /v, class: important, tier: c, size: {size}}}}}
repositories: {{r: {{kind: restic, on: nas, location: 'sftp:nas:/r', password: {{env: P}}}}}}
backups: {{b: {{datasets: [vault], to: r, every: 6h, keep: {{last: 7}}}}}}
tiers: {{c: {{response: 8h, rto: {{corruption: 2h}}}}}}
"
        )
    };
    for (size, sum) in [
        ("50MB", "50MB × 8 / 1Gbit/s = 0.4s, rounded up to 1s;"),
        (
            "5MB",
            "5MB × 8 / 1Gbit/s = less than 0.1s, rounded up to 1s;",
        ),
        ("250MB", "250MB × 8 / 1Gbit/s = 2s;"),
    ] {
        let found = found(&lab(size), "dr-rto-feasible");
        let note = &found.iter().find(|d| !d.unknown).unwrap().notes[0];
        let way = "corruption: dataset 'vault' through 1Gbit/s of host 'nas': ";
        assert!(note.starts_with(&format!("{way}{sum}")), "{note}");
    }
}

#[test]
fn claims_in_words_alone_are_not_known() {
    let claims = |text: &str| format!("format: 1\nlab: x\nclaims: [{{text: {text}}}]\n");
    for text in [
        "every photo is there three times",
        "all is backed up every hour",
    ] {
        let found = found(&claims(text), "claim-evidence");
        let [one] = found.as_slice() else {
            panic!("{text}: {found:#?}")
        };
        assert!(one.unknown && one.message.contains(text), "{one:#?}");
    }
    for text in ["High availability", "immutable backups"] {
        let both = [
            found(&claims(text), "claim-evidence"),
            found(&claims(text), "claim-term"),
        ];
        let [none, term] = both
            .each_ref()
            .map(|f| f.iter().map(|d| d.unknown).collect::<Vec<_>>());
        assert_eq!((none, term), (vec![], vec![true]), "{text}");
    }
    let measured = "format: 1\nlab: x\nclaims: [{text: three copies, metric: copies, value: 3}]\n";
    assert_eq!(found(measured, "claim-evidence"), []);
}

#[test]
fn votes_that_a_script_lowers_are_seen() {
    let lab = |script: &str| {
        format!(
            "format: 1\nlab: x\nhosts: {{a: {{files: {{/etc/cron.d/x: {{content: \"{script}\"}}}}}}, b: }}\nclusters: {{main: {{kind: proxmox, members: [a, b]}}}}\n"
        )
    };
    for (script, hits) in [
        ("0 3 * * 0 root pvecm expected 1", 1),
        ("0 3 * * 0 root corosync-quorumtool -e 1", 1),
        ("# pvecm expected 1", 0),
        ("0 3 * * 0 root pvecm status", 0),
    ] {
        let found = found(&lab(script), "ha-expected-votes");
        assert_eq!(found.len(), hits, "{script}: {found:#?}");
    }
}
