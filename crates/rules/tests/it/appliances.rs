//! TrueNAS as it told of itself, and beside what `ssh` saw of the same machine.

use crate::support::check;

const NAS: &str = "truenas: {url: 'https://192.168.10.20', user: holdfast}";

/// What a rule says of a NAS of which this was told by its interface, and this by its own operating system.
fn said(rule: &str, interface: &str, by_hand: Option<&str>) -> Vec<String> {
    let by_hand = by_hand.map_or_else(String::new, |told| {
        format!("# file: observed/nas\n{told}\n")
    });
    let text = format!(
        "format: 1
lab: x
networks: {{home: {{subnet: 192.168.10.0/24, zone: people}}}}
zones: {{people: low}}
hosts: {{nas: {{reach: {{ssh: nas}}, addresses: {{home: 192.168.10.20}}, {NAS}}}}}
# file: observed/host/nas
{interface}
{by_hand}"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == rule);
    of.map(|d| d.message).collect()
}

const ILL: &str = r#"pool:zfs/tank = {"state": "DEGRADED", "wanted": 2, "missing": 1, "devices": ["sda", "sdb"], "scrub": 1795161600}"#;
const WELL: &str = r#"pool:zfs/tank = {"state": "ONLINE", "wanted": 2, "missing": 0, "devices": ["sda", "sdb"], "scrub": 1795161600}"#;
const MISSES: &str = "pool 'tank' (zfs) of host 'nas' misses 1 of its devices";
const OTHERS: &str = "unknown: whether host 'nas' has other pools that miss a device";

#[test]
fn what_the_appliance_tells_counts_where_ssh_could_not_see_it() {
    let whole = |fact: &str| format!("all pool by TrueNAS pool.query\n{fact}");
    let part = |fact: &str| format!("part pool because denied\n{fact}");
    let rows: [(String, Option<String>, &[&str]); 6] = [
        (whole(ILL), Some(part("")), &[MISSES]),
        (whole(ILL), Some(String::new()), &[MISSES]),
        (whole(ILL), None, &[MISSES]),
        // What the machine itself told whole is as good, and is not told twice.
        (whole(ILL), Some(whole(ILL)), &[MISSES]),
        (part(ILL), Some(part("")), &[OTHERS, OTHERS, MISSES]),
        (part(""), Some(whole(ILL)), &[MISSES]),
    ];
    for (interface, by_hand, expected) in rows {
        let said = said("disk-pool-degraded", &interface, by_hand.as_deref());
        assert_eq!(said, expected, "{interface} / {by_hand:?}");
    }
    let said = said("disk-pool-degraded", &whole(WELL), Some(&part("")));
    assert_eq!(said, [""; 0]);
}

#[test]
fn certificates_of_the_appliance_are_judged_beside_those_of_programs() {
    let ends = |key: &str| {
        format!(
            "all certificate by x\ncertificate:{key} = {{\"names\": [\"nas.home.arpa\"], \"from\": 1787486400, \"until\": 1795608000}}"
        )
    };
    let none = "all certificate by files";
    let own = ends("own");
    let finding = "the certificate of nas.home.arpa on host 'nas' ends in 4d";
    assert_eq!(said("cert-expiry", &own, Some(none)), [finding]);
    // The same one, as its web server's file and as the appliance keeps it.
    let file = ends("/etc/certificates/own.crt");
    assert_eq!(said("cert-expiry", &own, Some(&file)), [finding]);
}

/// Whether a share is told as one that is open.
fn is_open(share: &str) -> bool {
    let all = format!("all truenas-share by TrueNAS sharing\ntruenas-share:{share}");
    let said = said("truenas-share-open", &all, None);
    assert!(
        said.len() <= 1 && !said.iter().any(|s| s.starts_with("unknown")),
        "{said:?}"
    );
    !said.is_empty()
}

#[test]
fn a_list_that_has_everybody_in_it_keeps_nobody_out() {
    let nfs = |networks: &str, hosts: &str, security: &str| {
        is_open(&format!(
            r#"nfs/1 = {{"paths": ["/mnt/tank"], "enabled": true, "networks": {networks}, "hosts": {hosts}, "security": {security}}}"#
        ))
    };
    let sys = r#"["SYS"]"#;
    for (networks, hosts, open) in [
        ("[]", "[]", true),
        (r#"["0.0.0.0/0"]"#, "[]", true),
        (r#"["192.168.10.0/24", "::/0"]"#, "[]", true),
        (r#"["0.0.0.0/1", "128.0.0.0/1"]"#, "[]", true),
        (r#"["192.168.10.0/24"]"#, r#"["*"]"#, true),
        (r#"["192.168.10.0/24"]"#, "[]", false),
        ("[]", r#"["pve1"]"#, false),
    ] {
        assert_eq!(nfs(networks, hosts, sys), open, "{networks} {hosts}");
        assert!(!nfs(networks, hosts, r#"["KRB5P"]"#));
    }
    let smb = |hosts: &str| {
        is_open(&format!(
            r#"smb/photos = {{"paths": ["/mnt/tank"], "enabled": true, "guest": true, "hosts": {hosts}}}"#
        ))
    };
    for (hosts, open) in [
        ("[]", true),
        (r#"["ALL"]"#, true),
        (r#"["all EXCEPT 192.168.10.9"]"#, true),
        (r#"["0.0.0.0/0"]"#, true),
        (r#"["0.0.0.0/0.0.0.0"]"#, true),
        (r#"["192.168.10."]"#, false),
        (r#"["192.168.10.0/255.255.255.0"]"#, false),
    ] {
        assert_eq!(smb(hosts), open, "{hosts}");
    }
}

#[test]
fn names_of_initiators_are_believed_and_keep_nobody_out() {
    let iscsi = |networks: &str, auth: &str| {
        is_open(&format!(
            r#"iscsi/vm = {{"paths": ["zvol/tank/vm"], "enabled": true, "networks": {networks}, "initiators": ["iqn.2005-10.org.example:pve1"], "auth": {auth}}}"#
        ))
    };
    assert!(iscsi("[]", r#"["none"]"#));
    // One of its groups is enough.
    assert!(iscsi("[]", r#"["chap", "none"]"#));
    assert!(iscsi(r#"["0.0.0.0/0"]"#, r#"["none"]"#));
    assert!(!iscsi("[]", r#"["chap"]"#));
    assert!(!iscsi(r#"["192.168.10.0/24"]"#, r#"["none"]"#));
}

#[test]
fn a_task_that_stopped_is_told_however_well_it_ended() {
    // 2026-11-21T08:00Z is when it was looked at.
    const LOOK: i64 = 1_795_248_000;
    let task = |about: &str| {
        let all = format!(
            r#"all truenas-task by TrueNAS
truenas-task:snapshot/1 = {{"name": "snapshots of tank", "enabled": true, "source": ["tank"], {about}}}"#
        );
        said("truenas-task-failed", &all, None)
    };
    let hourly = r#""schedule": "00 * * * *""#;
    let (ago, days) = (|s: i64| LOOK - s, 86_400);
    let unknown =
        "unknown: whether host 'nas' runs its snapshot task 'snapshots of tank' without an error";
    let of = "snapshot task 'snapshots of tank' of host 'nas'";
    let rows = [
        (
            format!(r#"{hourly}, "state": "finished", "last": {}"#, ago(3_000)),
            vec![],
        ),
        (
            format!(
                r#"{hourly}, "state": "finished", "last": {}"#,
                ago(200 * days)
            ),
            vec![format!(
                "{of} last ended well 200d before the look, and is to run each 1h"
            )],
        ),
        (
            format!(r#"{hourly}, "state": "finished""#),
            vec![unknown.to_owned()],
        ),
        (
            format!(
                r#""schedule": "00 whenever", "state": "finished", "last": {}"#,
                ago(60)
            ),
            vec![unknown.to_owned()],
        ),
        // From nine to five: the night is no delay.
        (
            format!(
                r#"{hourly}, "window": "09:00-17:00", "state": "finished", "last": {}"#,
                ago(15 * 3_600)
            ),
            vec![],
        ),
        (
            format!(r#"{hourly}, "state": "running", "since": {}"#, ago(60)),
            vec![],
        ),
        (
            format!(
                r#"{hourly}, "state": "running", "since": {}"#,
                ago(9 * days)
            ),
            vec![format!(
                "{of} has been running for 9d, and is to run each 1h"
            )],
        ),
        (
            format!(r#"{hourly}, "state": "running""#),
            vec![unknown.to_owned()],
        ),
        (
            format!(
                r#""follows": true, "after": ["0 0 * * *"], "state": "finished", "last": {}"#,
                ago(40 * 3_600)
            ),
            vec![],
        ),
        (
            format!(
                r#""follows": true, "after": ["0 0 * * *"], "state": "finished", "last": {}"#,
                ago(3 * days)
            ),
            vec![format!(
                "{of} last ended well 3d before the look, and is to run each 1d"
            )],
        ),
        (
            format!(
                r#""follows": true, "state": "finished", "last": {}"#,
                ago(60)
            ),
            vec![unknown.to_owned()],
        ),
        // By hand: nothing says when.
        (
            format!(r#""state": "finished", "last": {}"#, ago(900 * days)),
            vec![],
        ),
    ];
    for (about, expected) in rows {
        assert_eq!(task(&about), expected, "{about}");
    }
}

#[test]
fn of_a_pool_that_is_not_imported_nobody_knows_when_it_was_read() {
    let told = r#"all pool by TrueNAS pool.query
pool:zfs/attic = {"state": "OFFLINE"}"#;
    assert_eq!(
        said("disk-scrub-overdue", told, None),
        ["unknown: whether host 'nas' has read pool 'attic' (zfs) whole within its time"]
    );
    assert_eq!(
        said("disk-pool-degraded", told, None),
        ["pool 'attic' (zfs) of host 'nas' is OFFLINE"]
    );
}
