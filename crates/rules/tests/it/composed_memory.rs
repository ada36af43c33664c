//! What Compose files say of memory and processors counts where a service declares nothing.

use crate::support::check;

fn said(rule: &str, lab: &str, compose: &str) -> Vec<String> {
    let text = format!("format: 1\nlab: x\n{lab}\n# file: w.yaml\nservices:\n{compose}\n");
    let (found, _) = check(&text, None);
    let own = found.iter().filter(|d| d.code == rule && !d.unknown);
    own.map(|d| format!("{:?}: {}: {}", d.severity, d.message, d.notes.join(" | ")))
        .collect()
}

fn has(all: &[String], part: &str) {
    assert!(all.iter().any(|s| s.contains(part)), "{part}: {all:#?}");
}

const ONE: &str = "hosts: {box: {hardware: {memory: 4GiB, cpu: {cores: 2, threads: 4}}}}
stacks: {web: {file: w.yaml, on: box}}";

#[test]
fn reservations_are_expected_and_limits_are_the_most() {
    let services = "services: {app: {runs: {stack: web, service: app}}, db: {runs: {stack: web, service: db}}}";
    let lab = format!("{ONE}\n{services}");
    // 2 + 3 = 5 GiB by limits, 1 + 1 reserved.
    let compose = "  app: {image: 'a:1', mem_limit: 2g, mem_reservation: 1g}
  db: {image: 'b:1', deploy: {resources: {limits: {memory: 3g}, reservations: {memory: 1g}}}}";
    let found = said("cap-overcommit", &lab, compose);
    has(
        &found,
        "Warning: the services on host 'box' may take by their limits 5GiB, and it has 4GiB",
    );
    has(
        &found,
        "2GiB (app, by its Compose file) + 3GiB (db, by its Compose file) = 5GiB; 5GiB - 4GiB = 1GiB too much",
    );
    has(
        &found,
        "expected: 1GiB (app, by its Compose file) + 1GiB (db, by its Compose file) = 2GiB",
    );
    // What is reserved alone is too much.
    let more = compose.replace(
        "reservations: {memory: 1g}",
        "reservations: {memory: 3500m}",
    );
    has(
        &said(
            "cap-overcommit",
            &lab,
            &more.replace("memory: 3g", "memory: 3600m"),
        ),
        "are expected to take 4524MiB, and it has 4GiB",
    );
    // What the service itself declares goes before.
    let own = lab.replace(
        "db: {runs: {stack: web, service: db}}",
        "db: {runs: {stack: web, service: db}, memory: {expected: 1GiB, limit: 2GiB}}",
    );
    assert_eq!(said("cap-overcommit", &own, compose), Vec::<String>::new());
    let fits = compose.replace("memory: 3g", "memory: 2g");
    assert_eq!(said("cap-overcommit", &lab, &fits), Vec::<String>::new());
}

#[test]
fn containers_that_no_service_is_count_with_their_stack() {
    let compose = "  app: {image: 'a:1', mem_limit: 2g}
  db: {image: 'b:1', mem_limit: 3g}
  none: {image: 'c:1'}
  off: {image: 'c:1', mem_limit: 3g, profiles: [never]}";
    let found = said("cap-overcommit", ONE, compose);
    has(
        &found,
        "5GiB (containers of stack 'web', by its Compose file)",
    );
    let lab = format!("{ONE}\nservices: {{app: {{runs: {{stack: web, service: app}}}}}}");
    let found = said("cap-overcommit", &lab, compose);
    has(
        &found,
        "2GiB (app, by its Compose file) + 3GiB (container 'db' of stack 'web', by its Compose file) = 5GiB",
    );
}

const PAIR: &str = "hosts:
  a: {hardware: {memory: 16GiB}}
  b: {hardware: {memory: 16GiB}}
  c: {hardware: {memory: 16GiB}}
clusters: {main: {kind: proxmox, members: [a, b, c], ha: true}}
guests:
  g: {kind: vm, on: a, memory: 14GiB, ha: true}
stacks: {web: {file: w.yaml, on: b}, more: {file: w.yaml, on: c}}";

#[test]
fn what_stays_on_a_host_leaves_less_for_guests_that_move() {
    let app = |more: &str| format!("  app: {{image: 'a:1'{more}}}");
    assert_eq!(said("cap-n1", PAIR, &app("")), Vec::<String>::new());
    assert_eq!(
        said("cap-n1", PAIR, &app(", mem_reservation: 1g, mem_limit: 8g")),
        Vec::<String>::new()
    );
    let found = said("cap-n1", PAIR, &app(", mem_reservation: 3g"));
    has(&found, "Error: when 'a' fails");
    // A limit is what is taken at most.
    let found = said("cap-n1", PAIR, &app(", mem_limit: 3g"));
    has(&found, "Warning: when 'a' fails");
}

#[test]
fn no_container_has_more_processors_than_its_machine() {
    let cpus = |n: &str| format!("  app: {{image: 'a:1', cpus: {n}}}");
    assert_eq!(
        said("cap-overcommit", ONE, &cpus("4")),
        Vec::<String>::new()
    );
    let found = said("cap-overcommit", ONE, &cpus("6.5"));
    has(
        &found,
        "container 'app' of stack 'web' may take 6.5 processors, and host 'box' has 4 threads",
    );
    let deployed = "  app: {image: 'a:1', deploy: {resources: {limits: {cpus: '8'}}}}";
    has(
        &said("cap-overcommit", ONE, deployed),
        "may take 8 processors",
    );
}

#[test]
fn guests_that_give_memory_back_are_a_warning() {
    let lab = |more: &str| {
        format!(
            "hosts:
  a: {{hardware: {{memory: 32GiB}}}}
  b: {{hardware: {{memory: 32GiB}}}}
clusters: {{main: {{kind: proxmox, members: [a, b], ha: true}}}}
guests:
  g1: {{kind: vm, on: a, memory: 20GiB{more}}}
  g2: {{kind: vm, on: b, memory: 20GiB{more}}}"
        )
    };
    let found = said("cap-n1", &lab(""), "  x: {image: 'a:1'}");
    has(&found, "Error: when ");
    let found = said(
        "cap-n1",
        &lab(", memory_reserved: 4GiB"),
        "  x: {image: 'a:1'}",
    );
    has(&found, "Warning: when ");
    has(&found, "4GiB (g1) + 4GiB (g2) = 8GiB");
    let found = said(
        "cap-n1",
        &lab(", memory_reserved: 17GiB"),
        "  x: {image: 'a:1'}",
    );
    has(&found, "Error: when ");
}

#[test]
fn a_container_reserves_no_more_than_its_limit() {
    let lab = format!("{ONE}\nservices: {{app: {{runs: {{stack: web}}}}}}");
    for keys in [
        "mem_limit: 2g, mem_reservation: 6g",
        "deploy: {resources: {limits: {memory: 2g}, reservations: {memory: 6g}}}",
    ] {
        let found = said(
            "cap-overcommit",
            &lab,
            &format!("  app: {{image: 'a:1', {keys}}}"),
        );
        // 2 GiB fit into 4 GiB, and more the container cannot take.
        assert_eq!(found.len(), 1, "{found:#?}");
        has(
            &found,
            "Warning: container 'app' of stack 'web' reserves 6GiB, and may take 2GiB: 6GiB > 2GiB: Docker does not create",
        );
    }
    let same = "  app: {image: 'a:1', mem_limit: 2g, mem_reservation: 2g}";
    assert_eq!(said("cap-overcommit", &lab, same), Vec::<String>::new());
    // A limit above what the machine has names the machine.
    has(
        &said(
            "cap-overcommit",
            &lab,
            "  app: {image: 'a:1', mem_limit: 5g}",
        ),
        "container 'app' of stack 'web' may take 5GiB, and host 'box' has 4GiB",
    );
}

#[test]
fn what_is_declared_is_not_less_than_what_is_reserved() {
    let lab = |memory: &str| {
        format!(
            "hosts: {{box: {{hardware: {{memory: 32GiB}}}}}}
stacks: {{web: {{file: w.yaml, on: box}}}}
services: {{app: {{runs: {{stack: web}}, memory: {memory}}}}}"
        )
    };
    let compose = "  a: {image: 'a:1', mem_limit: 7g, mem_reservation: 7g}
  b: {image: 'b:1', mem_reservation: 7g}
  c: {image: 'c:1'}";
    // 7 + 7 = 14 GiB.
    for memory in ["1GiB", "{limit: 13GiB}", "{expected: 1GiB, limit: 2GiB}"] {
        let found = said("cap-overcommit", &lab(memory), compose);
        assert!(
            found
                .iter()
                .any(|m| m.contains("of memory, and its containers reserve 14GiB")),
            "{memory}: {found:#?}"
        );
    }
    for memory in ["14GiB", "{expected: 1GiB, limit: 14GiB}"] {
        assert_eq!(
            said("cap-overcommit", &lab(memory), compose),
            Vec::<String>::new()
        );
    }
}
