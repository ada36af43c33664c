//! What a database of a stack is told to be open on, in all the ways in which a port is written.

use crate::support::check;

/// What `cmp-port-open` says of one service of a stack.
fn said(service: &str) -> Vec<String> {
    let text = format!(
        "format: 1
lab: x
zones: {{inner: {{trust: medium}}}}
networks: {{lan: {{subnet: 192.168.1.0/24, zone: inner}}}}
hosts: {{h: {{addresses: {{lan: 192.168.1.5}}}}}}
stacks: {{s: {{file: s.yaml, on: h}}}}
# file: s.yaml
services: {{db: {{{service}}}}}
"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "cmp-port-open");
    of.map(|d| d.message).collect()
}

#[test]
fn a_database_is_known_by_its_port_or_its_image() {
    for service in [
        "image: own/x:1, ports: ['1433:1433']",
        "image: own/x:1, ports: ['15432:5432']",
        "image: own/x:1, ports: ['9042:9042']",
        "image: mcr.microsoft.com/mssql/server:2022-latest, ports: ['1500:1500']",
        "image: mongo:7, ports: ['0:27017']",
        "image: mongo:7, ports: ['27017']",
        "image: own/x:1, ports: ['0:27017']",
        "image: mongo:7, ports: ['0.0.0.0:27017:27017']",
        "image: mongo:7, ports: ['[::]:27017:27017']",
        "image: mongo:7, network_mode: host",
        "image: mongo:7, network_mode: host, command: ['--bind_ip', '127.0.0.1,10.0.0.2']",
        "image: postgres:17, network_mode: host, command: postgres -c listen_addresses=* -c cluster_name=localhost",
        "image: mongo:7, network_mode: bridge, ports: ['27017:27017']",
        "image: mongo:7, network_mode: default, ports: ['27017:27017']",
        "image: postgres:17, network_mode: host, command: postgres -c shared_buffers=1GB",
        "image: mysql:8, network_mode: host, command: mysqld --report-host=localhost",
        "image: mongo:7, network_mode: host, command: ['--bind_ip', '127.0.0.1', '--bind_ip', '0.0.0.0']",
        "image: redis:8, network_mode: host, command: redis-server --bind 127.0.0.1 10.0.0.2",
    ] {
        let found = said(service);
        assert_eq!(found.len(), 1, "{service}: {found:?}");
        assert!(
            found[0].contains("is open to network 'lan'"),
            "{service}: {found:?}"
        );
    }
    for service in [
        "image: mongo:7, ports: ['127.0.0.1:27017:27017']",
        "image: mongo:7, ports: ['[::1]:27017:27017']",
        "image: mongo:7",
        "image: mongo:7, expose: ['27017']",
        "image: postgres:17, network_mode: host, command: postgres -c listen_addresses=127.0.0.1",
        "image: own/web:1, network_mode: host",
        "image: mongo:7, network_mode: host, command: ['--bind_ip', 'localhost,::1']",
        "image: redis:8, network_mode: host, command: redis-server --bind 127.0.0.1",
        "image: redis:8, network_mode: host, command: redis-server --bind 127.0.0.1 -::1 --save 60",
        "image: mongo:7, network_mode: none",
    ] {
        let found = said(service);
        assert!(found.is_empty(), "{service}: {found:?}");
    }
}

/// A published range is one entry, and what is said of it is said once; ports that are declared are no part of it.
#[test]
fn a_range_is_told_once() {
    let found = said("image: mongo:8, ports: ['8000-8010:8000-8010', '27017:27017']");
    assert_eq!(
        found,
        [
            "a database in container 'db' of stack 's' is open at ports 8000-8010 to network 'lan' (zone 'inner')",
            "a database in container 'db' of stack 's' is open to network 'lan' (zone 'inner')",
        ]
    );
    let lab = "format: 1
lab: x
zones: {inner: {trust: medium}}
networks: {lan: {subnet: 192.168.1.0/24, zone: inner}}
hosts: {h: {addresses: {lan: 192.168.1.5}, exposures: [{port: 8003, from: lan}]}}
stacks: {s: {file: s.yaml, on: h}}
# file: s.yaml
services: {db: {image: mongo:8, ports: ['8000-8010:8000-8010']}}
";
    let (found, _) = check(lab, None);
    let found: Vec<_> = found
        .into_iter()
        .filter(|d| d.code == "cmp-port-open")
        .collect();
    let parts: Vec<_> = found.iter().flat_map(|d| &d.parts).collect();
    assert_eq!(parts, ["db: 8000-8002/tcp", "db: 8004-8010/tcp"]);
    // The edit would close the port that is declared, too.
    assert!(found.iter().all(|d| d.fix.is_none()), "{found:#?}");
}
