//! The mend of a port that is written with a key for each part changes the key that it is about, and nothing beside it.

use crate::support::{check, split};
use diag::fix::{Reach, mend};
use std::collections::BTreeSet;

/// The Compose file after the mend of `fw-docker-bypass`.
fn mended(ports: &str) -> String {
    let lab =
        "hosts: {nas: {firewall: {table: holdfast}}}\nstacks: {db: {file: w.yaml, on: nas}}\n";
    of("fw-docker-bypass", lab, "x:1", ports)
}

/// The same after that of `cmp-port-open`, which is about databases.
fn closed(ports: &str) -> String {
    let lab = "zones: {inner: {trust: medium}}\nnetworks: {lan: {subnet: 192.168.1.0/24, zone: inner}}\n\
        hosts: {nas: {addresses: {lan: 192.168.1.5}}}\nstacks: {db: {file: w.yaml, on: nas}}\n";
    of("cmp-port-open", lab, "mongo:8", ports)
}

fn of(code: &str, lab: &str, image: &str, ports: &str) -> String {
    let text = format!(
        "format: 1\nlab: x\n{lab}# file: w.yaml\nservices:\n  db:\n    image: '{image}'\n    ports:\n{ports}"
    );
    let (found, sources) = check(&text, None);
    let own: Vec<_> = found
        .into_iter()
        .filter(|d| d.code == code && d.fix.is_some())
        .collect();
    assert_eq!(own.len(), 1, "{own:#?}");
    let texts = mend(&own, &sources, Reach::Unsafe, &BTreeSet::new()).texts;
    let after = texts.get("w.yaml").expect("the Compose file is changed");
    let (first, _) = split(&text);
    let (again, _) = check(&format!("{first}# file: w.yaml\n{after}"), None);
    let left = again.iter().filter(|d| d.code == code);
    assert_eq!(left.count(), 0, "{after}");
    let (_, ports) = after.split_once("ports:\n").expect("it still has ports");
    ports.to_owned()
}

#[test]
fn what_is_open_to_a_network_is_closed_in_every_form() {
    for (ports, after) in [
        (
            "      - target: 27017\n        published: 27018\n    restart: always\n",
            "      - host_ip: 127.0.0.1\n        target: 27017\n        published: 27018\n    restart: always\n",
        ),
        (
            "      -\n        # Old.\n        target: 27017\n",
            "      -\n        # Old.\n        host_ip: 127.0.0.1\n        target: 27017\n",
        ),
        (
            "      - \"target\": 27017\n        published: \"5434-5436\"\n",
            "      - host_ip: 127.0.0.1\n        \"target\": 27017\n        published: \"5434-5436\"\n",
        ),
        (
            "      - {target: 27017, published: 27018}\n",
            "      - {target: 27017, published: 27018, host_ip: 127.0.0.1}\n",
        ),
        (
            "      - {target: 27017, host_ip: '::'}\n",
            "      - {target: 27017, host_ip: 127.0.0.1}\n",
        ),
        ("      - '27017'\n", "      - \"127.0.0.1::27017\"\n"),
        (
            "      - 8000-8010:8000-8010/udp # all\n",
            "      - \"127.0.0.1:8000-8010:8000-8010/udp\" # all\n",
        ),
    ] {
        assert_eq!(closed(ports), after, "{ports}");
    }
}

#[test]
fn an_address_is_added_or_replaced_where_it_stands() {
    // In one line, and with an address for all.
    assert_eq!(
        mended("      - {target: 80, published: 8080, host_ip: 0.0.0.0, mode: host}\n"),
        "      - {target: 80, published: 8080, host_ip: 127.0.0.1, mode: host}\n"
    );
    assert_eq!(
        mended("      - target: 80\n        host_ip: \"0.0.0.0\"\n        published: 80\n"),
        "      - target: 80\n        host_ip: 127.0.0.1\n        published: 80\n"
    );
    let said = mended("      - {target: 80, published: 8080}\n");
    assert!(said.contains("target: 80, published: 8080"), "{said}");
    // One text stays one text.
    assert_eq!(
        mended("      - '8080:80/udp'\n"),
        "      - \"127.0.0.1:8080:80/udp\"\n"
    );
}

/// Whether a mend of `cmp-port-open` would change a file of two stacks' folder, beside this lab.
fn would_change(lab: &str, path: &str, text: &str) -> bool {
    let text = format!(
        "format: 1\nlab: x\nzones: {{inner: {{trust: medium}}}}\nnetworks: {{lan: {{subnet: 192.168.1.0/24, zone: inner}}}}\n\
        {lab}# file: {path}\n{text}"
    );
    let (found, sources) = check(&text, None);
    let own: Vec<_> = found
        .into_iter()
        .filter(|d| d.code == "cmp-port-open")
        .collect();
    assert!(!own.is_empty(), "{text}");
    let texts = mend(&own, &sources, Reach::Unsafe, &BTreeSet::new()).texts;
    texts.contains_key(path)
}

#[test]
fn what_others_count_on_or_a_variable_says_is_left() {
    let hosts =
        "hosts: {nas: {addresses: {lan: 192.168.1.5}}, app: {addresses: {lan: 192.168.1.6}}}\n";
    let one = format!("{hosts}stacks: {{db: {{file: w.yaml, on: nas}}}}\n");
    let needed = format!(
        "{one}services: {{db: {{runs: {{stack: db}}}}, web: {{runs: {{host: app}}, needs: [service/db]}}}}\n"
    );
    let stack = format!("{one}services: {{web: {{runs: {{host: app}}, needs: [stack/db]}}}}\n");
    let probed = format!(
        "{one}services: {{db: {{runs: {{stack: db}}}}}}\nprobes: {{up: {{of: service/db, from: app, every: 1m}}}}\n"
    );
    let shared = format!(
        "{hosts}stacks: {{db: {{file: w.yaml, on: nas}}, two: {{file: w.yaml, on: app}}}}\n"
    );
    let json = format!("{hosts}stacks: {{db: {{file: w.json, on: nas}}}}\n");
    let plain = "services: {db: {image: 'mongo:8', ports: ['27017:27017']}}\n";
    let variable = "services: {db: {image: 'mongo:8', ports: ['${PORT:-27017}:27017']}}\n";
    let of_json = "{\"services\": {\"db\": {\"image\": \"mongo:8\", \"ports\": [{\"target\": 27017, \"published\": \"27018\"}]}}}\n";
    for (lab, path, text, changes) in [
        (&one, "w.yaml", plain, true),
        (&one, "w.yaml", variable, false),
        (&needed, "w.yaml", plain, false),
        (&stack, "w.yaml", plain, false),
        (&probed, "w.yaml", plain, false),
        (&shared, "w.yaml", plain, false),
        (&json, "w.json", of_json, false),
    ] {
        assert_eq!(would_change(lab, path, text), changes, "{lab}{text}");
    }
}
