//! Certificates that Traefik asks a public authority for: by routers, by entry points, and of which containers.

use crate::support::check;

fn said(proxy: &[&str], wiki: &[&str]) -> Vec<String> {
    let list = |all: &[&str]| {
        let all: Vec<String> = all.iter().map(|a| format!("'{a}'")).collect();
        all.join(", ")
    };
    let text = format!(
        "format: 1
lab: x
hosts: {{box: {{}}, other: {{}}}}
stacks: {{edge: {{file: p.yaml, on: box}}, web: {{file: w.yaml, on: box}}, far: {{file: f.yaml, on: other}}}}
# file: p.yaml
services:
  traefik: {{image: 'traefik:v3', command: ['--certificatesresolvers.le.acme.email=a@example.org', {}]}}
# file: w.yaml
services:
  wiki: {{image: 'n:1', labels: [{}]}}
# file: f.yaml
services:
  idle: {{image: 'n:1'}}
",
        list(proxy),
        list(wiki)
    );
    let (found, _) = check(&text, None);
    let own = found.iter().filter(|d| d.code == "cmp-public-cert");
    own.map(|d| d.message.clone()).collect()
}

const RULE: &str = "traefik.http.routers.w.rule=Host(`w.home.local`)";
const OWN: &str = "traefik.http.routers.w.tls.certresolver=le";
const POINT: &str = "--entrypoints.websecure.http.tls.certresolver=le";

#[test]
fn an_entry_point_asks_for_its_routers() {
    let told = "router 'w' of container 'wiki' of stack 'web' asks a public authority for a certificate of 'w.home.local', and '.local' is in no public DNS";
    assert_eq!(said(&[POINT], &[RULE]), [told]);
    let on = "traefik.http.routers.w.entrypoints=websecure";
    assert_eq!(said(&[POINT], &[RULE, on]), [told]);
    assert_eq!(
        said(
            &["--entryPoints.webSecure.http.tls.certResolver", "LE"],
            &[RULE, on]
        ),
        [told]
    );
    let none = Vec::<String>::new();
    // On another one, with TLS of its own, or by TCP.
    assert_eq!(
        said(&[POINT], &[RULE, &on.replace("websecure", "web")]),
        none
    );
    assert_eq!(
        said(&[POINT], &[RULE, "traefik.http.routers.w.tls=true"]),
        none
    );
    let tcp = RULE.replace("http", "tcp").replace("Host(", "HostSNI(");
    assert_eq!(said(&[POINT], &[&tcp]), none);
    // Of several the default ones.
    let default = "--entrypoints.web.asdefault=true";
    assert_eq!(said(&[POINT, default], &[RULE]), none);
    let own = "--certificatesresolvers.le.acme.caserver=https://ca.home.arpa/acme/directory";
    assert_eq!(said(&[POINT, own], &[RULE]), none);
}

#[test]
fn names_of_an_entry_point_stand_for_those_of_its_routers() {
    let main = "--entrypoints.websecure.http.tls.domains[0].main=vault.home.local";
    let told = "entry point 'websecure' of container 'traefik' of stack 'edge' asks a public authority for a certificate of 'vault.home.local', and '.local' is in no public DNS";
    assert_eq!(said(&[POINT, main], &[RULE]), [told]);
    let public = main.replace("home.local", "example.org");
    assert_eq!(said(&[POINT, &public], &[RULE]), Vec::<String>::new());
    let more = "--entrypoints.websecure.http.tls.domains[0].sans=a.example.org,b.lan";
    let found = said(&[POINT, &public, more], &[RULE]);
    assert!(
        found.first().is_some_and(|m| m.contains("of 'b.lan'")),
        "{found:?}"
    );
    // The same of a router.
    let named = "traefik.http.routers.w.tls.domains[0].main=w.example.org";
    assert_eq!(said(&[], &[RULE, OWN, named]), Vec::<String>::new());
    assert_eq!(said(&[], &[RULE, OWN]).len(), 1);
}

#[test]
fn what_traefik_does_not_see_asks_for_nothing() {
    let none = Vec::<String>::new();
    let hidden = "--providers.docker.exposedbydefault=false";
    let on = "traefik.enable=true";
    assert_eq!(said(&[], &[RULE, OWN, "traefik.enable=false"]), none);
    assert_eq!(said(&[hidden], &[RULE, OWN]), none);
    assert_eq!(said(&[hidden], &[RULE, OWN, on]).len(), 1);
    assert_eq!(said(&["--providers.docker"], &[RULE, OWN]).len(), 1);
    assert_eq!(
        said(&["--providers.docker.exposedByDefault=true"], &[RULE, OWN]).len(),
        1
    );
}
