//! What a real Traefik routes against what is declared: `drift` and `ports`.

use crate::rig::Rig;
use serde_json::Value;
use testkit::tools;

const SERVICES: &str = "services:
  gate: {runs: {host: web}, proxy: {kind: traefik, api: http://127.0.0.1:8080}}
  wiki: {runs: {host: web}, exposures: [{port: 443, from: internet, via: gate, host: Wiki.home.arpa, why: family wiki}]}
";

/// Starts it anew with its own API here and these routers, and waits until the API tells of the last of them.
fn route(rig: &Rig, api: &str, routers: &[(&str, &str)]) {
    let config = format!(
        "global: {{checkNewVersion: false, sendAnonymousUsage: false}}\napi: {{insecure: true}}\n\
         entryPoints:\n  traefik: {{address: '{api}'}}\n  web: {{address: ':80'}}\n  websecure: {{address: ':443'}}\n\
         providers: {{file: {{filename: /etc/traefik/routes.yaml}}}}\n"
    );
    let mut routes = "http:\n  services:\n    app: {loadBalancer: {servers: [{url: 'http://anna:hunter2@127.0.0.1:8081'}]}}\n  routers:\n".to_owned();
    for (name, about) in routers {
        routes.push_str(&format!("    {name}: {{service: app, {about}}}\n"));
    }
    for (file, text) in [("traefik.yaml", &config), ("routes.yaml", &routes)] {
        let path = format!("/etc/traefik/{file}");
        rig.host.put_file(&path, 0o644, text.as_bytes()).unwrap();
    }
    let run = "systemctl stop traefik 2>/dev/null || :
        systemd-run -q --unit=traefik /usr/local/bin/traefik --configfile=/etc/traefik/traefik.yaml";
    rig.host.exec_sh(run).unwrap();
    let (last, _) = routers.last().unwrap();
    wait(rig, last);
}

fn wait(rig: &Rig, router: &str) {
    let ask = r#"timeout 5 bash -c 'exec 5<>/dev/tcp/127.0.0.1/8080; printf "GET /api/http/routers HTTP/1.0\r\n\r\n" >&5; cat <&5' 2>/dev/null"#;
    rig.host
        .exec_sh(&format!(
            "limit=$(($(date +%s) + 60)); until {ask} | grep -q '\"{router}@file\"'; do [ $(date +%s) -lt $limit ]; done"
        ))
        .unwrap();
}

fn drift(rig: &Rig) -> Vec<String> {
    let ran = rig.run(&["drift", rig.lab(), "--on", "real", "--json"]);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    let all = ran.differences().into_iter();
    all.filter(|l| l.contains(" traefik:")).collect()
}

/// Names that are routed: `declared https://wiki.home.arpa gate to app: family wiki`.
fn names(rig: &Rig) -> Vec<String> {
    let rows = rig
        .run(&["ports", rig.lab(), "--on", "real", "--json"])
        .json();
    let rows = rows.as_array().unwrap().clone();
    let name = |r: &Value| {
        let [state, socket, process, reason] =
            ["state", "socket", "process", "reason"].map(|f| r[f].as_str().unwrap().to_owned());
        let line = format!("{state} {socket} {process}: {reason}");
        socket.contains("://").then_some(line)
    };
    rows.iter().filter_map(name).collect()
}

const HERE: &str = "127.0.0.1:8080";
const WIKI: &str = "rule: 'Host(`wiki.home.arpa`)', entryPoints: [websecure], tls: {}";

#[test]
fn names_that_a_proxy_routes_are_held_against_the_declaration() {
    let rig = Rig::applied();
    tools::traefik(&rig.host);
    std::fs::write(rig.path("lab/lab/services.yaml"), SERVICES).unwrap();
    let why = "nothing answers on http://127.0.0.1:8080";
    let silent = format!("unknown traefik:8080 | what gate routes | unknown ({why})");
    let unheard = format!(
        "unknown traefik:8080/host/wiki.home.arpa | wiki as wiki.home.arpa | unknown ({why})"
    );
    assert_eq!(drift(&rig), [silent, unheard]);
    assert_eq!(names(&rig), [format!("unknown http://* gate: {why}")]);

    route(&rig, HERE, &[("wiki", WIKI)]);
    assert_eq!(drift(&rig), [""; 0]);
    assert_eq!(
        names(&rig),
        ["declared https://wiki.home.arpa gate to app: family wiki"]
    );

    not_as_declared(&rig);
    only_what_is_declared_may_be_asked(&rig);

    // Its own API for everybody, by a socket that is open to others.
    route(&rig, ":8080", &[("wiki", WIKI)]);
    let found = drift(&rig);
    let open = "undeclared traefik:8080 | not declared | the API and dashboard, without a login, on tcp/[::]:8080 (api.insecure)";
    assert!(found.contains(&open.to_owned()), "{found:#?}");
}

fn not_as_declared(rig: &Rig) {
    let more = "  cal: {runs: {host: web}, exposures: [{port: 443, via: gate, host: cal.home.arpa, why: family calendar}]}\n";
    std::fs::write(
        rig.path("lab/lab/services.yaml"),
        format!("{SERVICES}{more}"),
    )
    .unwrap();
    route(
        rig,
        HERE,
        &[
            ("wiki", "rule: 'Host(`wiki.home.arpa`)', entryPoints: [web]"),
            (
                "other",
                "rule: 'Host(`other.home.arpa`) && Header(`X`, `hunter2`)', entryPoints: [web]",
            ),
        ],
    );
    assert_eq!(
        drift(rig),
        [
            "missing traefik:8080/host/cal.home.arpa | cal as cal.home.arpa | no router",
            "differs traefik:8080/host/wiki.home.arpa | wiki as wiki.home.arpa, by TLS | no TLS: router wiki@file",
            "undeclared traefik:8080/host/other.home.arpa | not declared | router other@file to app, on web, no TLS",
        ]
    );
    assert_eq!(
        names(rig),
        [
            "unjustified http://other.home.arpa gate to app: not declared",
            "declared http://wiki.home.arpa gate to app: family wiki",
        ]
    );
    // A router that names no host may be the one that is missed.
    route(
        rig,
        HERE,
        &[
            ("wiki", WIKI),
            ("all", "rule: 'HostRegexp(`.+`)', entryPoints: [web]"),
        ],
    );
    assert_eq!(
        drift(rig),
        [
            "unknown traefik:8080/host/cal.home.arpa | cal as cal.home.arpa | unknown (router all@file may take it)",
            "undeclared traefik:8080/router/http/all@file | not declared | router all@file to app, on web, no TLS, any name: HostRegexp(.+)",
        ]
    );
    std::fs::write(rig.path("lab/lab/services.yaml"), SERVICES).unwrap();
}

/// The observer script asks the loopback address for what the API says, and nothing else.
fn only_what_is_declared_may_be_asked(rig: &Rig) {
    let script = rig.run(&["access", "script"]).stdout;
    rig.host
        .put_file("/root/observe", 0o755, script.as_bytes())
        .unwrap();
    for (word, told) in [
        ("=8080", true),
        ("=80800000", false),
        ("=8080/../../x", false),
        ("=", false),
    ] {
        let ask = format!("printf '@nonce 00\\n@ask t traefik {word}\\n' | /root/observe");
        let said = rig.host.exec_sh(&ask).unwrap();
        assert_eq!(said.contains("wiki@file"), told, "{word}: {said}");
        assert_eq!(
            said.contains("does not look at this"),
            !told,
            "{word}: {said}"
        );
    }
}
