//! A backup server in a twin: it is as declared, whatever the lab says of the real one, and what goes wrong with its API is told.

use super::Up;
use std::path::Path;

const TREE: &str = "
format: 1
lab: kelp
networks:
  home: {subnet: 192.168.10.0/24, gateway: 192.168.10.1}
hosts:
  pve1: {}
guests:
  vault:
    kind: vm
    on: pve1
    os: proxmox-backup-server
    addresses: {home: 192.168.10.5}
    api: {url: 'https://192.0.2.5:8007', token: holdfast@pbs!observe, secret: {env: PBS_SECRET}, fingerprint: 'FINGERPRINT'}
repositories:
  main: {kind: pbs, held_by: guest/vault, location: /mnt/datastore/main, size: 4TB, password: {env: PBS_SECRET}}
  cold: {kind: pbs, held_by: guest/vault, datastore: tape, password: {env: PBS_SECRET}}
";

/// A client without anything of ours: what it gets with the token, and without one.
const CLIENT: &str = "
import json, ssl, sys, urllib.request as request
base, token = sys.argv[1:3]
context = ssl._create_unverified_context()
def call(path, headers):
    try:
        with request.urlopen(request.Request(base + '/api2/json' + path, headers=headers), context=context, timeout=30) as answer: return json.load(answer)['data']
    except request.HTTPError as refused: return refused.code
print(call('/config/datastore', {}), sorted(s['name'] for s in call('/config/datastore', {'Authorization': 'PBSAPIToken=holdfast@pbs!twin:' + token})))
";

#[test]
fn a_backup_server_answers_with_what_is_declared() {
    let print = ["AB"; 32].join(":");
    let tree = TREE.replace("FINGERPRINT", &print);
    let up = Up::written(&[("holdfast.yaml", &tree)]);
    // Nothing is asked before it is there, least of all the real one.
    let early = up.run(&["observe", "--on", "twin"]);
    assert!(early.all().contains("has no host vault"), "{}", early.all());
    up.ok(&["twin", "up"]);
    let seen = up.run(&["observe", "--on", "twin"]);
    assert!(
        seen.stdout.contains("guest/vault  answered"),
        "{}",
        seen.all()
    );
    assert_eq!(drift(&up, " pbs-"), [""; 0]);
    asked_from_inside(&up);
    judged(&up);
    for (fault, said) in [
        (
            &["api", "refuse", "/config/datastore"][..],
            "unknown pbs-datastore:main | datastore main of repository main | unknown (",
        ),
        (
            &["api", "filter", "/config/datastore"][..],
            "missing pbs-datastore:main | datastore main of repository main | absent",
        ),
        (
            &[
                "api",
                "lie",
                "/config/datastore",
                "/0/path",
                "\"/elsewhere\"",
            ][..],
            "differs pbs-datastore:main | repository main at /mnt/datastore/main | /elsewhere",
        ),
    ] {
        up.ok(&[&["twin", "fault", "."], fault].concat());
        let rows = drift(&up, " pbs-");
        assert!(
            rows.iter().any(|r| r.starts_with(said)),
            "{fault:?}: {rows:#?}"
        );
        up.ok(&[&["twin", "fault", "."], fault, &["--clear"]].concat());
    }
    assert_eq!(drift(&up, " pbs-"), [""; 0]);
    // Without power it is silent, and that is no reason to miss anything.
    up.ok(&["twin", "fault", ".", "stop", "vault"]);
    let rows = drift(&up, " pbs-");
    let silent = "unknown pbs-datastore:main | datastore main of repository main | unknown (";
    assert!(rows.iter().any(|r| r.starts_with(silent)), "{rows:#?}");
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    up.ok(&["twin", "down"]);
    let place = format!("default-{}", super::lab_id(&up));
    assert!(!Path::new("/run/holdfast-twin/hosts").join(place).exists());
}

/// Differences of some kinds, but for what no twin shows.
pub(super) fn drift(up: &Up, of: &str) -> Vec<String> {
    let rows = up
        .run(&["drift", "--on", "twin", "--json", "--unknown"])
        .differences();
    let rows = rows.into_iter().filter(|r| !r.contains("not in twin"));
    rows.filter(|r| r.contains(of)).collect()
}

/// In the network of its machine, with a token that is made up.
fn asked_from_inside(up: &Up) {
    let status = up.run(&["twin", "status", "--json"]).json();
    let api = &status["interfaces"][0];
    assert_eq!(api["product"], "proxmox-backup-server");
    assert_eq!(api["inside"][0], "https://192.168.10.5:8007");
    let secret = std::fs::read_to_string(api["token_secret_file"].as_str().unwrap()).unwrap();
    let inside = api["inside"][0].as_str().unwrap();
    let words = [
        "twin", "exec", "@home", "--", "python3", "-c", CLIENT, inside, &secret,
    ];
    assert_eq!(up.ok(&words).trim(), "401 ['main', 'tape']");
}

/// What no declaration says is unknown, and neither fine nor a fault: how full datastores are, and their backups.
fn judged(up: &Up) {
    let check = up.run(&["check", ".", "--on", "twin", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let found = said.as_array().or(said["diagnostics"].as_array()).unwrap();
    let of = found.iter().filter(|d| {
        let code = d["code"].as_str().unwrap_or_default();
        code.starts_with("pbs-")
    });
    let told: Vec<&str> = of.filter_map(|d| d["message"].as_str()).collect();
    assert!(
        told.iter()
            .any(|m| m.contains("has room on datastore main")),
        "{told:?}"
    );
    assert!(told.iter().all(|m| m.starts_with("unknown: ")), "{told:?}");
}
