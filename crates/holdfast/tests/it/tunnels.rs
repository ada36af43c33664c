//! Ways in by cloudflared and Tailscale on a real host: processes of those names with their files in their places, `observe`, `drift` and `ports`.

use crate::rig::Rig;
use serde_json::Value;
use testkit::tools;

const TUNNEL: &str = "6ff42ae2-765d-4adf-8112-31c55c1551ef";

/// A configuration of a named tunnel, and what of it no one else may see.
const CONFIG: &str = "tunnel: 6ff42ae2-765d-4adf-8112-31c55c1551ef
credentials-file: /etc/cloudflared/hunter2.json
originRequest:
  access: {required: true, teamName: hunter2}
ingress:
  - hostname: cloud.example.org
    service: http://anna:hunter2@localhost:8080
  - service: http_status:404
";

const CLOUD: &str = "services:
  way-in: {runs: {host: web, unit: cloudflared.service}}
  cloud: {runs: {host: web}, exposures: [{port: 443, from: internet, via: way-in, host: cloud.example.org, why: the family's files}]}
";

fn declare(rig: &Rig, services: &str) {
    std::fs::write(rig.path("lab/lab/services.yaml"), services).unwrap();
}

fn put(rig: &Rig, path: &str, mode: u32, text: &str) {
    rig.host.put_file(path, mode, text.as_bytes()).unwrap();
}

/// Differences of one kind; nothing of a secret is among them.
fn drift(rig: &Rig, kind: &str) -> Vec<String> {
    let ran = rig.run(&["drift", rig.lab(), "--on", "real", "--json"]);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    let all = ran.differences().into_iter();
    all.filter(|l| l.contains(&format!(" {kind}:"))).collect()
}

/// Ways in that are no socket: `declared tunnel://cloud.example.org cloudflared to …: why`.
fn ways(rig: &Rig) -> Vec<String> {
    let ran = rig.run(&["ports", rig.lab(), "--on", "real", "--json"]);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    let line = |r: &Value| {
        let [state, socket, process, reason] =
            ["state", "socket", "process", "reason"].map(|f| r[f].as_str().unwrap().to_owned());
        let line = format!("{state} {socket} {process}: {reason}");
        socket.contains("://").then_some(line)
    };
    ran.json()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(line)
        .collect()
}

/// What `observe` kept of one kind.
fn facts(rig: &Rig, kind: &str) -> String {
    let ran = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    let shown = rig.run(&["facts", "show", rig.lab(), "--on", "real", "--only", kind]);
    assert!(!shown.all().contains("hunter2"), "{}", shown.all());
    shown.all()
}

#[test]
fn names_that_a_tunnel_leads_in_are_held_against_the_declaration() {
    let rig = Rig::enrolled();
    // Neither a process nor a file: there is none, and that is known.
    declare(&rig, CLOUD);
    let missing = |seen: &str| {
        format!("missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | {seen}")
    };
    assert_eq!(
        drift(&rig, "cloudflared"),
        [missing("no rule of a tunnel that runs")]
    );
    assert_eq!(ways(&rig), [""; 0]);

    put(&rig, "/etc/cloudflared/config.yml", 0o600, CONFIG);
    // What does not run lets nobody in.
    assert_eq!(
        drift(&rig, "cloudflared"),
        [missing("no rule of a tunnel that runs")]
    );
    assert_eq!(ways(&rig), [""; 0]);

    let run = "--config /etc/cloudflared/config.yml tunnel run";
    tools::named(&rig.host, "cloudflared", run);
    assert_eq!(drift(&rig, "cloudflared"), [""; 0]);
    let cloud = "tunnel://cloud.example.org cloudflared to http://localhost:8080";
    let declared = format!("declared {cloud}: the family's files");
    assert_eq!(ways(&rig), [declared.as_str()]);
    assert!(facts(&rig, "cloudflared").contains(TUNNEL));

    led_otherwise_than_declared(&rig);
    by_whom_nobody_on_the_host_knows(&rig);
}

fn led_otherwise_than_declared(rig: &Rig) {
    let others = CONFIG
        .replace("cloud.example.org", "'*.example.net'")
        .replace("  - service: http_status:404", "  - hostname: ssh.example.net\n    service: ssh://localhost:22\n  - service: http_status:404");
    put(rig, "/etc/cloudflared/config.yml", 0o600, &others);
    let found = drift(rig, "cloudflared");
    assert_eq!(
        found,
        [
            format!(
                "undeclared cloudflared:{TUNNEL}/ssh.example.net | not declared | tunnel://ssh.example.net, cloudflared to ssh://localhost:22"
            ),
            format!(
                "undeclared cloudflared:{TUNNEL}/*.example.net | not declared | tunnel://*.example.net, cloudflared to http://localhost:8080"
            ),
            "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | refused: http_status:404".to_owned(),
        ]
    );
    let found = ways(rig);
    assert!(
        found.iter().all(|l| l.starts_with("unjustified ")),
        "{found:#?}"
    );
    // The name is refused.
    let refused = CONFIG.replace("http://anna:hunter2@localhost:8080", "http_status:503");
    put(rig, "/etc/cloudflared/config.yml", 0o600, &refused);
    assert_eq!(
        drift(rig, "cloudflared"),
        [
            "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | refused: http_status:503"
        ]
    );
}

/// A configuration that cannot be read, and one that is not here.
fn by_whom_nobody_on_the_host_knows(rig: &Rig) {
    for (text, why) in [
        (
            "ingress: [{hostname: hunter2, service: x}]\n",
            "1 lines of its configuration are not understood, or too many",
        ),
        (
            "tunnel: home\ningress:\n  - service: x\n   hostname: y\n",
            "its configuration is no YAML that can be read",
        ),
    ] {
        put(rig, "/etc/cloudflared/config.yml", 0o600, text);
        unknown(rig, "cloudflared", why);
    }
    rig.host
        .exec_sh("rm /etc/cloudflared/config.yml && mkdir /etc/cloudflared/config.yml")
        .unwrap();
    unknown(rig, "cloudflared", "its configuration cannot be read");
    rig.host
        .exec_sh("rmdir /etc/cloudflared/config.yml")
        .unwrap();
    unknown(rig, "cloudflared", "its configuration cannot be read");
    tools::named(&rig.host, "cloudflared", "tunnel run --token hunter2");
    let found = drift(rig, "cloudflared");
    assert!(
        found
            .iter()
            .all(|l| l.starts_with("unknown ") && l.contains("its rules are kept at the provider")),
        "{found:#?}"
    );
    assert_eq!(found.len(), 2, "{found:#?}");
}

/// Whatever is declared and whatever is there is unknown, with the reason, and never none.
fn unknown(rig: &Rig, kind: &str, why: &str) {
    let found = drift(rig, kind);
    assert_eq!(found.len(), 2, "{why}: {found:#?}");
    for line in &found {
        assert!(
            line.starts_with("unknown ") && line.contains(why),
            "{why}: {found:#?}"
        );
    }
    let found = ways(rig);
    assert!(
        found.len() == 1 && found[0].starts_with("unknown ") && found[0].contains(why),
        "{why}: {found:#?}"
    );
    assert!(facts(rig, kind).contains(why), "{why}");
}

/// Answers of `tailscale` on the host, as long as there is a process to ask.
const TAILSCALE: &str = "#!/bin/sh
case \"$1 $2\" in
    'status --json') exec cat /root/status.json ;;
    'debug prefs') exec cat /root/prefs.json ;;
    'serve status') exec cat /root/serve.json ;;
esac
exit 64
";
const STATUS: &str = r#"{
  "Version": "1.90.1",
  "BackendState": "Running",
  "AuthURL": "https://login.tailscale.com/a/hunter2",
  "Self": {
    "HostName": "web",
    "DNSName": "web.tail1234.ts.net.",
    "TailscaleIPs": [
      "100.101.102.103"
    ],
    "PrimaryRoutes": [
      "192.168.10.0/24"
    ]
  },
  "Peer": null
}
"#;
const PREFS: &str = r#"{
	"RouteAll": false,
	"RunSSH": true,
	"ShieldsUp": false,
	"AdvertiseRoutes": [
		"192.168.10.0/24",
		"0.0.0.0/0",
		"::/0"
	],
	"OperatorUser": "hunter2",
	"Config": {
		"PrivateNodeKey": "privkey:hunter2"
	}
}
"#;
const SERVE: &str = r#"{
  "TCP": {
    "443": {
      "HTTPS": true
    }
  },
  "Web": {
    "web.tail1234.ts.net:443": {
      "Handlers": {
        "/": {
          "Proxy": "http://anna:hunter2@127.0.0.1:3000"
        }
      }
    }
  },
  "AllowFunnel": {
    "web.tail1234.ts.net:443": true
  }
}
"#;

fn answers(rig: &Rig, status: &str, prefs: &str, serve: &str) {
    for (name, text) in [("status", status), ("prefs", prefs), ("serve", serve)] {
        put(rig, &format!("/root/{name}.json"), 0o600, text);
    }
}

#[test]
fn what_tailscale_lets_in_is_held_against_the_declaration() {
    let rig = Rig::enrolled();
    let wiki = "services:
  tailnet: {runs: {host: web, unit: tailscaled.service}}
  wiki: {runs: {host: web}, exposures: [{port: 443, from: internet, via: tailnet, host: web.tail1234.ts.net, why: family wiki}]}
";
    declare(&rig, wiki);
    assert_eq!(
        drift(&rig, "tailscale"),
        ["missing tailscale:way/wiki | wiki by Tailscale | no Tailscale runs"]
    );
    assert_eq!(ways(&rig), [""; 0]);

    tools::named(&rig.host, "tailscaled", "");
    unknown(
        &rig,
        "tailscale",
        "tailscaled runs, and there is no tailscale to ask it by",
    );

    put(&rig, "/usr/bin/tailscale", 0o755, TAILSCALE);
    let quiet = "{\n\t\"RunSSH\": false,\n\t\"AdvertiseRoutes\": null\n}\n";
    answers(&rig, STATUS, quiet, SERVE);
    assert_eq!(drift(&rig, "tailscale"), [""; 0]);
    assert_eq!(
        ways(&rig),
        [
            "declared funnel://web.tail1234.ts.net:443 tailscaled to [/ http://127.0.0.1:3000], from the internet: family wiki"
        ]
    );
    assert!(facts(&rig, "tailscale").contains("web.tail1234.ts.net"));

    // More than is declared, and less.
    answers(&rig, STATUS, PREFS, "{}\n");
    assert_eq!(
        drift(&rig, "tailscale"),
        [
            "undeclared tailscale:route/192.168.10.0/24 | not declared | tailnet://192.168.10.0/24, tailscaled, all of the network (approved)",
            "undeclared tailscale:exit | not declared | tailnet://exit, tailscaled, to the internet by this machine's line",
            "undeclared tailscale:ssh | not declared | tailnet://web.tail1234.ts.net:22, tailscaled, SSH by the rules of the tailnet",
            "missing tailscale:way/wiki | wiki from the internet, by Funnel | no Funnel",
        ]
    );
    let found = ways(&rig);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found.iter().all(|l| l.starts_with("unjustified ")),
        "{found:#?}"
    );

    declared_as_a_node(&rig, wiki);
    declare(&rig, wiki);
    let stopped = STATUS.replace("Running", "Stopped");
    answers(&rig, &stopped, PREFS, SERVE);
    assert_eq!(
        drift(&rig, "tailscale"),
        ["differs tailscale:way/wiki | wiki by Tailscale | Tailscale is Stopped"]
    );

    // An answer that is none, and one that did not come.
    answers(&rig, "hunter2\n", PREFS, SERVE);
    unknown(
        &rig,
        "tailscale",
        "1 lines of the answer are not understood, or too many",
    );
    rig.host.exec_sh("rm /root/status.json").unwrap();
    unknown(&rig, "tailscale", "asking for status ended with status 1");
}

/// What is offered is declared, and then is not so any more.
fn declared_as_a_node(rig: &Rig, wiki: &str) {
    let hosts = std::fs::read_to_string(rig.path("lab/lab/hosts.yaml")).unwrap();
    let node = "    tailscale:
      why: Anna looks after it
      name: web
      server: https://headscale.example.org
      tags: ['tag:server']
      routes: [192.168.10.0/24]
      exit: yes
      ssh: yes
      accepts_routes: no
      serve: {443: {to: 'http://127.0.0.1:3000', funnel: yes}}
";
    rig.edit("lab/hosts.yaml", |text| {
        text.replacen("    os: debian\n", &format!("    os: debian\n{node}"), 1)
    });
    let prefs = PREFS.replacen(
        "\t\"RouteAll\"",
        "\t\"ControlURL\": \"https://headscale.example.org\",\n\t\"RouteAll\"",
        1,
    );
    let tagged = STATUS.replacen(
        "    \"PrimaryRoutes\"",
        "    \"KeyExpiry\": \"2020-01-02T03:04:05Z\",\n    \"Tags\": [\n      \"tag:server\"\n    ],\n    \"PrimaryRoutes\"",
        1,
    );
    answers(rig, &tagged, &prefs, SERVE);
    assert_eq!(drift(rig, "tailscale"), [""; 0]);
    let found = ways(rig);
    assert!(
        found.len() == 4 && found.iter().all(|l| l.starts_with("declared ")),
        "{found:#?}"
    );
    // Who is looked at is judged: its key ended years ago.
    facts(rig, "tailscale");
    let said = rig.run(&["check", rig.lab()]);
    assert!(
        said.all()
            .contains("error[tailnet-key-expiry]: the key of host 'web' in its tailnet ended"),
        "{}",
        said.all()
    );
    answers(rig, &tagged, PREFS, "{}\n");
    declare(
        rig,
        &wiki.replace(
            "from: internet, via: tailnet, host: web.tail1234.ts.net, ",
            "",
        ),
    );
    assert_eq!(
        drift(rig, "tailscale"),
        [
            "unknown tailscale:self/server | control server https://headscale.example.org | unknown (the observation does not say)",
            "missing tailscale:serve/:443 | port 443, from the internet | not served",
        ]
    );
    std::fs::write(rig.path("lab/lab/hosts.yaml"), hosts).unwrap();
}
