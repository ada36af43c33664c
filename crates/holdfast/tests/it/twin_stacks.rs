//! Stacks in a twin: the real Compose on a real engine, stand-ins that are named as such, no real secret, and what differs by hand.

use crate::twin::Up;

mod pools;

const CANARY: &str = "hunter2-canary";

const LAB: &str = "
format: 1
lab: small
networks: {lan: {subnet: 10.10.10.0/24, gateway: 10.10.10.1}}
hosts:
  nas:
    os: debian
    addresses: {lan: 10.10.10.5}
    hardware: {disks: {a: 8TB, b: 8TB, usb0: 4TB}}
    users: {owner: {sudo: password, shell: /bin/bash}}
    packages: [tree, proxmox-backup-client]
    files: {/etc/motd: {content: \"welcome\\n\", mode: '0640'}}
    units: {cron.service: {enabled: true, active: true}, smartd.service: {enabled: true, active: true}}
    sysctl: {net.ipv4.tcp_syncookies: 1}
    sshd: {PermitRootLogin: no}
    firewall: {}
    exposures:
      - {port: 22/tcp, from: lan, why: administration}
      - {port: 445/tcp, from: lan, why: files}
      - {port: 8080/tcp, from: lan, why: wiki}
pools:
  tank: {kind: btrfs, on: nas, level: raid1, devices: [nas/a, nas/b], mount: /srv/tank, mount_options: [noatime, nofail]}
  usb: {kind: zfs, on: nas, level: single, devices: [nas/usb0]}
datasets:
  photos: {host: nas, folder: /srv/tank/photos, pool: tank, class: irreplaceable}
  appdata: {host: nas, folder: /opt/appdata, pool: tank, class: important}
stacks: {wiki: {file: stacks/wiki/compose.yaml, on: nas}}
services: {wiki: {runs: {stack: wiki}}}
";

const COMPOSE: &str = "
name: wiki
services:
  app:
    image: requarks/wiki:2.5
    ports: ['8080:3000']
    env_file: [app.env]
    environment: {DB_PASS: '${DB_PASS:?}'}
    depends_on: {db: {condition: service_healthy}, setup: {condition: service_completed_successfully}}
    devices: ['/dev/dri:/dev/dri']
    cap_add: [SYS_MODULE, NET_ADMIN]
    command: [node, server]
    healthcheck: {test: 'curl -f http://localhost:3000', interval: 1s}
    restart: unless-stopped
  db:
    image: postgres:16@sha256:7c688148e5e156d0e86df7ba8ae5a05a2386aaec1e2ad8e6d11bdf10504b1fb7
    secrets: [db]
    volumes: ['data:/var/lib/postgresql/data', './init.sql:/init.sql:ro', '/srv/db:/x']
    healthcheck: {test: [CMD, pg_isready], interval: 1s}
  setup:
    image: busybox:1
    command: [sh, -c, 'echo hi']
    networks: [front]
networks: {front: {external: true}}
volumes: {data: {}}
secrets: {db: {file: ./secrets/db}}
";

#[test]
fn stacks_run_as_declared_on_an_engine_of_their_own() {
    let up = Up::written(&[
        ("holdfast.yaml", LAB),
        ("stacks/wiki/compose.yaml", COMPOSE),
        ("stacks/wiki/init.sql", "select 1;\n"),
        ("stacks/wiki/.env", "DB_PASS=hunter2-canary\n"),
        (
            "stacks/wiki/app.env",
            "SMTP_PASSWORD=hunter2-canary\nTZ=Etc/UTC\n",
        ),
        ("stacks/wiki/secrets/db", "hunter2-canary\n"),
    ]);
    pools::killed(&up);
    up.ok(&["twin", "up"]);
    let disks = pools::disks(&up);
    assert_eq!(disks.len(), 3, "{disks:?}");
    let shown = up.ok(&["twin", "status"]);
    assert!(shown.contains("app: no devices (/dev/dri)"), "{shown}");
    assert!(
        shown.contains("app: without the capability SYS_MODULE"),
        "{shown}"
    );
    let status = up.run(&["twin", "status", "--json"]).json();
    let containers = status["stacks"][0]["containers"]
        .as_array()
        .unwrap()
        .clone();
    let images: Vec<&str> = containers
        .iter()
        .map(|c| c["stand_in"].as_str().unwrap())
        .collect();
    assert_eq!(containers.len(), 3, "{status}");
    assert!(images.contains(&"requarks/wiki:2.5"), "{images:?}");

    // The stand-in answers where the lab says, and the way in is open to those who may.
    let fetch = "import urllib.request as u; print(u.urlopen('http://10.10.10.5:8080', timeout=5).read().decode())";
    let answer = up.ok(&["twin", "exec", "@lan", "--", "python3", "-c", fetch]);
    assert!(answer.contains("a stand-in of a twin"), "{answer}");

    up.ok(&["observe", "--on", "twin"]);
    let drift = up.ok(&["drift", "--on", "twin"]);
    assert!(drift.starts_with("No drift"), "{drift}");
    assert!(
        drift.contains("3 containers run an image that stands in"),
        "{drift}"
    );
    no_secret(&up);
    pools::faults(&up);
    differs(&up);
    faults(&up);
    pools::unmounted(&up);
    up.ok(&["twin", "down"]);
    assert!(pools::disks(&up).is_empty(), "{:?}", pools::disks(&up));
    assert!(!pools::folder(&up).exists());
}

/// Nothing of what is a secret in the lab tree came to the machine, or into what is kept.
fn no_secret(up: &Up) {
    let look = "grep -rl hunter2 /srv /etc /var/lib/docker/containers 2>/dev/null; docker inspect $(docker ps -aq) | grep -c hunter2; cat /srv/stacks/wiki/app.env";
    let said = up
        .run(&["twin", "exec", "nas", "--", "sh", "-c", look])
        .stdout;
    assert!(said.starts_with("0\n"), "{said}");
    assert!(
        said.contains("TZ=Etc/UTC") && said.contains("SMTP_PASSWORD="),
        "{said}"
    );
    let kept = std::process::Command::new("grep")
        .args(["-r", "-l", CANARY])
        .arg(up.dir.path().join("data"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&kept.stdout), "");
    assert!(up.dir.path().join("data").exists());
}

/// What somebody does past Compose is told with before and after.
fn differs(up: &Up) {
    let by_hand = "docker run --detach --name mine --publish 9999:80 --entrypoint /bin/stand-in holdfast/stand-in:1 serve 80 >/dev/null
        docker rm --force wiki-db-1 >/dev/null; docker pause wiki-app-1 >/dev/null; systemctl stop cron.service";
    up.ok(&["twin", "exec", "nas", "--", "sh", "-ec", by_hand]);
    let drift = up.run(&["drift", "--on", "twin", "--json"]);
    assert_eq!(drift.code, 1, "{}", drift.all());
    let all = drift.json();
    let line = |d: &serde_json::Value| {
        let text = |k: &str| d[k].as_str().unwrap().to_owned();
        format!("{} {}: {}", text("path"), text("how"), text("observed"))
    };
    let lines: Vec<String> = all.as_array().unwrap().iter().map(line).collect();
    for wanted in [
        "docker-container:mine undeclared: holdfast/stand-in:1, running, ports 9999->80/tcp",
        "docker-container:wiki-db-1 missing: absent",
        "docker-container:wiki-app-1 differs: paused",
    ] {
        assert!(lines.iter().any(|l| l == wanted), "{wanted}: {lines:#?}");
    }
    let listener = |l: &&String| l.starts_with("listener:tcp/0.0.0.0:9999 undeclared");
    assert!(lines.iter().any(|l| listener(&l)), "{lines:#?}");
    assert!(
        lines
            .iter()
            .any(|l| l.starts_with("unit:cron.service differs")),
        "{lines:#?}"
    );
    // While it is paused its health check fails, and that would stay after the next stop.
    let wake = "docker unpause wiki-app-1 >/dev/null";
    up.ok(&["twin", "exec", "nas", "--", "sh", "-ec", wake]);
    up.ok(&["observe", "--on", "twin"]);
    let found = up.run(&["check", "--on", "twin", "--json"]).json();
    let found = found.as_array().unwrap();
    for (code, says) in [
        ("port-unjustified", "9999"),
        ("ctr-env-secret", "SMTP_PASSWORD"),
        ("ctr-health", "no health check"),
        ("ctr-limits", "may take all"),
    ] {
        let is = |d: &&serde_json::Value| {
            d["code"] == code && d["message"].as_str().unwrap().contains(says)
        };
        assert!(found.iter().any(|d| is(&d)), "{code}: {found:#?}");
    }
    let all = up.run(&["prove", "--on", "twin", "--json"]).json();
    for id in ["inventory-matches:host/nas", "ports-justified:host/nas"] {
        let mut of = all.as_array().unwrap().iter();
        let verdict = of.find(|v| v["promise"]["id"] == id).unwrap();
        assert_eq!(verdict["state"], "broken", "{verdict:#}");
    }
    let mend = "docker rm --force mine >/dev/null";
    up.ok(&["twin", "exec", "nas", "--", "sh", "-ec", mend]);
}

/// A stopped container stays so over another start, and `clear` brings it back; the start mends the rest.
fn faults(up: &Up) {
    let none = up.run(&["twin", "fault", ".", "container", "nas", "wiki-ap-1"]);
    assert_eq!(none.code, 2, "{}", none.all());
    assert!(
        none.stderr.contains("did you mean wiki-app-1"),
        "{}",
        none.all()
    );
    up.ok(&["twin", "fault", ".", "container", "nas", "wiki-app-1"]);
    up.ok(&["twin", "up"]);
    let drift = up.run(&["drift", "--on", "twin"]);
    assert_eq!(drift.code, 1, "{}", drift.all());
    // And nothing listens on its port.
    assert!(drift.stdout.contains("2 differences\n"), "{}", drift.all());
    assert!(
        drift.stdout.contains("docker-container:wiki-app-1"),
        "{}",
        drift.all()
    );
    let status = up.run(&["twin", "status"]);
    assert!(
        status.stdout.contains("wiki-app-1 on nas is stopped"),
        "{}",
        status.all()
    );
    up.ok(&["twin", "fault", ".", "clear"]);
    let state = [
        "docker",
        "inspect",
        "--format",
        "{{.State.Status}}",
        "wiki-app-1",
    ];
    let words = [&["twin", "exec", "nas", "--"][..], &state].concat();
    assert_eq!(up.ok(&words), "running\n");
}
