//! Labs with much of one kind: four times as much is four times the work of a rule, and not sixteen times.
//!
//! Work is counted in bytes that are asked for, which is the same on every machine; the lab that `xtask bench` makes has little of these kinds.

use crate::support::within;
use std::fmt::Write as _;

const WHY: &str = "why: x, owner: anna, review: 2027-01-01";

/// A line for each number.
fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for n in 0..count {
        let _ = writeln!(out, "  {}", line(n));
    }
    out
}

/// Commands for each host that let in everybody.
fn opened(count: usize) -> String {
    let file = |n: usize| format!("# file: d{n}.sh\n#!/bin/sh\nufw allow {}\n", 1000 + n);
    let hosts = each(count, |n| format!("h{n}: {{}}"));
    let services = each(count, |n| {
        let port = 1000 + n;
        format!("s{n}: {{runs: {{host: h{n}}}, exposures: [{{port: {port}, from: any, {WHY}}}]}}")
    });
    let documents = each(count, |n| {
        format!("d{n}: {{file: d{n}.sh, for: [host/h{n}]}}")
    });
    let files: String = (0..count).map(file).collect();
    format!(
        "people: {{anna: }}\nhosts:\n{hosts}services:\n{services}documents:\n{documents}{files}"
    )
}

/// Stacks whose containers are in networks, each with a service that nothing publishes.
fn unpublished(count: usize) -> String {
    let stacks = each(count, |n| format!("t{n}: {{file: c{n}.yaml, on: h}}"));
    let services = each(count, |n| {
        format!("s{n}: {{runs: {{stack: t{n}}}, exposures: [{{port: 80, from: any, {WHY}}}]}}")
    });
    let file = |n: usize| {
        format!(
            "# file: c{n}.yaml\nservices: {{a: {{image: 'x:1', networks: [p, q, r, s]}}}}\nnetworks: {{p: , q: , r: , s: }}\n"
        )
    };
    let files: String = (0..count).map(file).collect();
    format!("people: {{anna: }}\nhosts: {{h: }}\nstacks:\n{stacks}services:\n{services}{files}")
}

/// Stacks of which nobody says where they run, and hosts with a firewall.
fn anywhere(count: usize) -> String {
    let hosts = each(count, |n| format!("h{n}: {{firewall: {{}}}}"));
    let stacks = each(count, |n| format!("t{n}: {{file: c{n}.yaml}}"));
    let file = |n: usize| {
        format!(
            "# file: c{n}.yaml\nservices: {{a: {{image: 'x:1', ports: ['127.0.0.1:80:80']}}}}\n"
        )
    };
    let files: String = (0..count).map(file).collect();
    format!("hosts:\n{hosts}stacks:\n{stacks}{files}")
}

/// Networks in two zones, and a line for all of them.
fn zoned(count: usize) -> String {
    let networks = each(count, |n| {
        let zone = if n % 2 == 0 { "low" } else { "high" };
        format!(
            "n{n}: {{subnet: 10.{}.{}.0/24, zone: {zone}}}",
            n / 256,
            n % 256
        )
    });
    format!(
        "zones: {{low: low, high: high}}\nnetworks:\n{networks}flows: [{{from: any, to: any, ports: any, action: deny}}]\n"
    )
}

/// The same VLAN at every site.
fn vlans(count: usize) -> String {
    let at = |n: usize| format!("10.{}.{}", n / 256, n % 256);
    let sites = each(count, |n| format!("p{n}: {{}}"));
    let networks = each(count, |n| {
        format!("n{n}: {{subnet: {}.0/24, vlan: 10}}", at(n))
    });
    let hosts = each(count, |n| {
        format!("h{n}: {{site: p{n}, addresses: {{n{n}: {}.5}}}}", at(n))
    });
    format!("sites:\n{sites}networks:\n{networks}hosts:\n{hosts}")
}

/// Tunnels on every host, of services and of units.
fn tunnels(count: usize) -> String {
    let hosts = each(count, |n| format!("h{n}: {{packages: [tailscale]}}"));
    let services = each(count, |n| {
        format!("tailscale-{n}: {{runs: {{host: h{n}}}}}")
    });
    format!("hosts:\n{hosts}services:\n{services}")
}

/// WireGuard on every host, with its port as that of a service.
fn guards(count: usize) -> String {
    let hosts = each(count, |n| {
        format!("h{n}: {{wireguard: {{wg0: {{port: 51820}}}}}}")
    });
    let services = each(count, |n| {
        format!(
            "s{n}: {{runs: {{host: h{n}}}, exposures: [{{port: 51820/udp, from: any, {WHY}}}]}}"
        )
    });
    format!("people: {{anna: }}\nhosts:\n{hosts}services:\n{services}")
}

/// Nodes of a tailnet, each with a network of its own that it offers, and all that is open by them.
fn nodes(count: usize) -> String {
    let at = |n: usize| format!("10.{}.{}", n / 256, n % 256);
    let sites = each(count, |n| format!("p{n}: {{}}"));
    let networks = each(count, |n| format!("n{n}: {{subnet: {}.0/24}}", at(n)));
    let hosts = each(count, |n| {
        format!(
            "h{n}: {{site: p{n}, addresses: {{n{n}: {at}.5}}, tailscale: {{name: h{n}, routes: [{at}.0/24, {next}.0/24], ssh: yes, accepts_routes: yes, serve: {{443: {{funnel: yes}}}}}}}}",
            at = at(n),
            next = at(n + 1)
        )
    });
    let services = each(count, |n| {
        format!(
            "s{n}: {{runs: {{host: h{n}}}, exposures: [{{port: 443, from: internet, via: h{n}, host: h{n}.t.ts.net, {WHY}}}, {{port: 22, via: h{n}, {WHY}}}]}}"
        )
    });
    format!(
        "people: {{anna: }}\nsites:\n{sites}networks:\n{networks}hosts:\n{hosts}services:\n{services}"
    )
}

/// Services each of which needs the next one, all with an objective.
fn chained(count: usize) -> String {
    let services = each(count, |n| match n + 1 < count {
        true => format!("s{n}: {{tier: t, runs: {{host: h}}, needs: [s{}]}}", n + 1),
        false => format!("s{n}: {{tier: t, runs: {{host: h}}}}"),
    });
    format!(
        "tiers: {{t: {{slo: 99%, planned: counted}}}}\nhosts: {{h: {{availability: 99.9%}}}}\nservices:\n{services}"
    )
}

/// Pools each of which is made from the next one, the last of which is planned.
fn planned(count: usize) -> String {
    let pools = each(count, |n| match n + 1 < count {
        true => format!("p{n}: {{kind: nfs, on: h, from: p{}}}", n + 1),
        false => format!("p{n}: {{kind: zfs, on: h, status: planned}}"),
    });
    format!("format: 1\nlab: x\nhosts: {{h: }}\npools:\n{pools}")
}

#[test]
fn what_rests_on_what_is_planned_is_found_without_seeking() {
    const FEW: usize = 100;
    let read = |count: usize| {
        let mut sources = diag::SourceSet::default();
        sources.add("holdfast.yaml", planned(count));
        let mut left = 0;
        let work = allocation_counter::measure(|| left = lang::analyze(&sources).0.pools.len());
        assert_eq!(left, 0);
        work.bytes_total
    };
    read(FEW);
    let (few, many) = (read(FEW), read(4 * FEW));
    assert!(many < few * 8, "{few} bytes, then {many}");
}

/// Bytes that a rule asks for.
fn work(id: &str, text: &str) -> u64 {
    let rule = rules::RULES.iter().find(|r| r.id == id).unwrap();
    let (invalid, bytes, _) = within(&format!("format: 1\nlab: x\n{text}"), None, |ctx| {
        let run = || (rule.run)(ctx, &mut rules::Findings::default());
        // What rules share is made by the first one that asks.
        run();
        allocation_counter::measure(run).bytes_total
    });
    assert!(invalid.is_empty(), "{invalid:#?}");
    bytes
}

#[test]
fn four_times_as_much_is_no_sixteen_times_the_work() {
    const FEW: usize = 40;
    type Row = (&'static str, fn(usize) -> String);
    let rows: [Row; 11] = [
        ("fw-scope", opened),
        ("cmp-exposure", unpublished),
        ("fw-docker-bypass", anywhere),
        ("net-matrix", zoned),
        ("net-overlap", vlans),
        ("net-tailnet-funnel", nodes),
        ("net-tailnet-route", nodes),
        ("net-tailnet-ssh", nodes),
        ("net-tunnel", tunnels),
        ("net-wireguard", guards),
        ("slo-compose", chained),
    ];
    let mut beyond = Vec::new();
    for (id, text) in rows {
        let (few, many) = (work(id, &text(FEW)), work(id, &text(4 * FEW)));
        // Lists grow by doubling.
        if many > few.max(1_000) * 8 {
            beyond.push(format!("{id}: {few} bytes, then {many}"));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
