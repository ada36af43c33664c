//! Real hosts by ssh, and Compose projects.

use super::{Desk, said};
use serde_json::json;
use testkit::host::TestHost;

const CANARY: &str = "canary-7d2b9f60-hunter2";

/// A host that somebody runs: accounts, keys, grants, ports, and secrets where people put them.
fn lived_in() -> TestHost {
    let host = TestHost::with(|spec| {
        spec.marker = None;
        spec.hostname = "web".to_owned();
    });
    host.exec_sh(&format!(
        "useradd -m -s /bin/sh anna && install -d -m 700 -o anna /home/anna/.ssh
         key() {{ ssh-keygen -q -t ed25519 -N '' -C \"$2\" -f /tmp/$1; cat /tmp/$1.pub; rm /tmp/$1 /tmp/$1.pub; }}
         {{ key a anna@laptop; printf 'restrict,from=\"10.0.0.0/8\" '; key b 'a phone'
            printf 'command=\"/usr/bin/sync --password {CANARY}\",environment=\"TOKEN={CANARY}\" '; key c x@y; }} >/home/anna/.ssh/authorized_keys
         useradd -m Bernd --badname 2>/dev/null || useradd -m 'bernd'
         echo 'anna ALL=(ALL) PASSWD: /usr/bin/systemctl restart web, /bin/x {CANARY}' >/etc/sudoers.d/anna
         systemd-run --unit=web -- nc -lk 8080 >/dev/null 2>&1
         until nc -z 127.0.0.1 8080; do :; done"
    ))
    .unwrap();
    testkit::tools::tunnel(&host);
    tailnet(&host);
    host
}

/// It is a node of a tailnet, by answers that its daemon gives elsewhere.
fn tailnet(host: &TestHost) {
    const STATUS: &str = include_str!("../../../../drivers/tests/fixtures/told/status.json");
    const PREFS: &str = include_str!("../../../../drivers/tests/fixtures/told/prefs.json");
    const SERVE: &str = include_str!("../../../../drivers/tests/fixtures/told/serve.json");
    // Nobody has approved the second route.
    let prefs = PREFS.replace("\t\t\"192.168.20.0/24\",\n", "");
    let serve = SERVE.replace(
        "\"Text\": \"hunter2\"",
        "\"Proxy\": \"http://127.0.0.1:3001\"",
    );
    for (name, text) in [("status", STATUS), ("prefs", &prefs), ("serve", &serve)] {
        let path = format!("/root/{name}.json");
        host.put_file(&path, 0o600, text.as_bytes()).unwrap();
    }
    let asked = b"#!/bin/sh\nfor each in serve status prefs; do case \"$1 $2\" in *$each*) exec cat /root/$each.json ;; esac; done\n";
    host.put_file("/usr/bin/tailscale", 0o755, asked).unwrap();
    testkit::tools::named(host, "tailscaled", "");
}

#[test]
fn a_host_is_as_declared_straight_after() {
    let host = lived_in();
    let mut desk = Desk::new();
    let config = host.ssh_config().display().to_string();
    desk.env.push(("HOLDFAST_SSH_CONFIG", config));
    let source = "ssh://web";
    let (ran, shown) = desk.import(&[source]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!desk.lab().exists() && !desk.path("data").exists());
    assert_eq!(
        (&shown["new"], &shown["drift"]),
        (&json!({"host": 1}), &json!([]))
    );

    let (ran, written) = desk.import(&[source, "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(written["drift"], json!([]));
    desk.is_valid();
    let drift = desk.run(&["drift", "lab"]);
    assert_eq!(drift.code, 0, "{drift:?}");

    let text = desk.read("lab/machines.yaml");
    for line in [
        "\n  web: # ssh://",
        "\n    os: debian\n    version: \"12\"\n",
        "\n      anna:\n        shell: /bin/sh\n        keys:\n          - ",
        "          - ssh-ed25519 AAAA",
        " anna@laptop\n",
        "          - \"restrict,from=\\\"10.0.0.0/8\\\" ssh-ed25519 AAAA",
        "\n      - {port: 22/tcp} # sshd",
        "\n      - {port: 8080/tcp} # nc, of web.service\n",
        "\n      - {port: 51820/udp} # wireguard-go, of wg0.service\n",
        "\n    wireguard:\n      wg0:\n        port: 51820\n        key: ",
        ", allowed: [10.9.0.2/32, \"fd00:9::2/128\"]}\n",
        ", allowed: [10.9.0.0/24], keepalive: 1s}\n",
        "\n    tailscale:\n      name: web.tail1234.ts.net\n      tags: [",
        "\n      routes: [",
        "\n      exit: true\n      ssh: true\n      serve:\n        443: {to: ",
        ", paths: {/motd: ",
        "}, funnel: true}\n        8443: {to: ",
        "\n        10000: {to: ",
        "\n      keys: at-least # ",
        "\n      sudoers: at-least # ",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let lock: serde_json::Value = serde_json::from_str(&desk.read("holdfast.lock")).unwrap();
    let native = &lock["objects"]["host/web"]["native"];
    assert!(
        native["host_key"].as_str().unwrap().starts_with("SHA256:"),
        "{native}"
    );
    assert!(
        desk.holding("listener:tcp/0.0.0.0:8080")
            .iter()
            .any(|p| p.starts_with(desk.path("data"))),
        "what was seen is kept"
    );
    assert_eq!(desk.holding(CANARY), Vec::<std::path::PathBuf>::new());
    let screen = desk.run(&["import", source, "--into", "other"]);
    assert!(
        !screen.stdout.contains(CANARY) && !screen.stderr.contains(CANARY),
        "{screen:?}"
    );

    // Once more is nothing new; a port that was opened since is drift, and reason enough for `ports`.
    let before = desk.files();
    let (_, again) = desk.import(&[source, "--write"]);
    assert_eq!(again["new"], json!({}));
    assert_eq!(desk.files(), before);
    assert_eq!(
        desk.run(&["ports", "lab"]).code,
        1,
        "no port has a reason yet"
    );
    host.exec_sh("systemd-run --unit=more -- nc -lk 9090 >/dev/null 2>&1; until nc -z 127.0.0.1 9090; do :; done").unwrap();
    let drift = desk.run(&["drift", "lab"]);
    assert_eq!(drift.code, 1, "{drift:?}");
    assert!(
        drift.stdout.contains("9090") && !drift.stdout.contains("8080"),
        "{drift:?}"
    );

    // The same machine by another name of it is the same machine, a tree that is there is joined and never changed.
    let config = std::fs::read_to_string(host.ssh_config()).unwrap();
    let other = config.split_whitespace().nth(1).unwrap();
    assert_ne!(other, "web");
    let other = format!("ssh://admin@{other}");
    let (_, again) = desk.import(&[&other, "--write"]);
    assert_eq!(
        (&again["new"], &again["declared"]),
        (&json!({}), &json!({"host": 1}))
    );
    assert_eq!(desk.files(), before);
}

#[test]
fn who_does_not_answer_is_said_and_nothing_is_written() {
    let mut desk = Desk::new();
    let config = desk.path("ssh_config");
    std::fs::write(&config, "Host *\n  ConnectTimeout 2\n").unwrap();
    desk.env
        .push(("HOLDFAST_SSH_CONFIG", config.display().to_string()));
    let ran = desk.run(&["import", "ssh://127.0.0.1:9", "--into", "lab", "--write"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("ssh://127.0.0.1:9: "), "{ran:?}");
    assert!(!desk.lab().exists());
}

fn project(desk: &Desk, name: &str, text: &str) {
    let folder = desk.lab().join("stacks").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("compose.yaml"), text).unwrap();
}

#[test]
fn compose_projects_are_named_where_they_lie() {
    let desk = Desk::new();
    project(
        &desk,
        "wiki",
        &format!(
            "services:\n  app: {{image: wiki, ports: [\"8080:80\"], environment: {{DB_PASSWORD: {CANARY}}}}}\n  db: {{image: postgres}}\n"
        ),
    );
    project(
        &desk,
        "My Photos",
        "name: photos\nservices: {server: {image: x}}\n",
    );
    project(&desk, "broken", "services: [\n");
    std::fs::create_dir_all(desk.path("elsewhere")).unwrap();
    std::fs::write(
        desk.path("elsewhere/compose.yaml"),
        "services: {a: {image: x}}\n",
    )
    .unwrap();
    let before = desk.files();
    let (ran, shown) = desk.import(&["lab/stacks"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(shown["new"], json!({"stack": 2, "service": 2}));
    assert_eq!(desk.files(), before);
    assert!(
        said(&shown, "left-out")
            .iter()
            .any(|s| s.contains("stacks/broken/compose.yaml")),
        "{shown:#}"
    );

    let (ran, _) = desk.import(&["lab/stacks", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    desk.is_valid_but("stacks/broken");
    let text = desk.read("lab/services.yaml");
    for line in [
        "\n  wiki: {file: stacks/wiki/compose.yaml, on: unknown}\n",
        "\n  My-Photos: {file: \"stacks/My Photos/compose.yaml\", on: unknown, project: photos}\n",
        "\n    runs: {stack: wiki, service: app}\n    smoke: [{tcp: 8080}]\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let lock: serde_json::Value = serde_json::from_str(&desk.read("holdfast.lock")).unwrap();
    assert_eq!(
        lock["objects"]["stack/wiki"]["native"],
        json!({"project": "wiki", "path": "stacks/wiki/compose.yaml"})
    );
    let theirs = desk.lab().join("stacks/wiki/compose.yaml");
    assert_eq!(desk.holding(CANARY), [theirs]);

    // One more project is one more file; what was there stays, byte for byte.
    let mut before = desk.files();
    project(&desk, "music", "services: {player: {image: x}}\n");
    let (ran, more) = desk.import(&["lab/stacks", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(more["new"], json!({"stack": 1, "service": 1}));
    assert_eq!(more["declared"], json!({"stack": 2}));
    let after = desk.files();
    let lock = desk.lab().join("holdfast.lock");
    before.remove(&lock);
    assert!(
        before
            .iter()
            .all(|(path, bytes)| after.get(path) == Some(bytes))
    );
    let added: Vec<_> = after
        .keys()
        .filter(|p| !before.contains_key(*p) && **p != lock)
        .collect();
    assert_eq!(added.len(), 2, "{added:?}");

    let outside = desk.run(&["import", "elsewhere", "--into", "lab"]);
    assert_eq!(outside.code, 2, "{outside:?}");
    assert!(
        outside
            .stderr
            .contains("is not in the folder of the lab tree"),
        "{outside:?}"
    );
}
