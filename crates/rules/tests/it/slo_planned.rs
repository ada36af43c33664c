//! Objectives against planned downtime, and against what needed services promise.

use crate::support::check;

fn said(rest: &str) -> Vec<(String, Vec<String>)> {
    let text = format!(
        "format: 1
lab: x
hosts: {{nas: {{availability: 99.95%}}, spare: {{}}}}
{rest}"
    );
    let (found, _) = check(&text, None);
    let found = found.iter().filter(|d| d.code == "slo-compose");
    found
        .map(|d| (d.message.clone(), d.notes.clone()))
        .collect()
}

fn messages(rest: &str) -> Vec<String> {
    said(rest).into_iter().map(|(m, _)| m).collect()
}

const WEB: &str = "services: {web: {tier: gold, runs: {host: nas}}}\n";
const SPARE: &str = "services: {web: {tier: gold, runs: [{host: nas}, {host: spare}]}}\n";

fn window(more: &str) -> String {
    format!("windows: {{sat: {{schedule: 'Sat 02:00..06:00'{more}}}}}\n")
}

fn tier(more: &str) -> String {
    format!("tiers: {{gold: {{slo: 99.9%{more}}}}}\n")
}

#[test]
fn a_weekly_window_uses_up_the_error_budget() {
    let lab = |of: &str, slo: &str, services: &str| tier(slo) + &window(of) + services;
    let found = said(&lab(", for: [nas], downtime: 4h", "", WEB));
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    // 1 - 4 / 168 = 0.976190; × 0.9995 = 0.975702.
    assert_eq!(
        message,
        "service 'web' promises 99.9%, but what it needs works at most 97.5702% of the time"
    );
    let all = notes.join("\n");
    assert!(
        all.contains("planned downtime in window 'sat': 4h every 7d: 1 - 4h / 7d = 97.619%"),
        "{all}"
    );
    assert!(all.contains("99.95% × 97.619% = 97.5702%"), "{all}");
    assert!(
        all.contains("(100% - 99.9%) × 30d (assumed) = 43m12s"),
        "{all}"
    );
    // Ten minutes a week are within 0.1 %: 1 - 10 / 10080 = 99.9008 %; but not with what the host is away by itself.
    assert_eq!(
        messages(&lab(", for: [nas], downtime: 4m", "", WEB)),
        Vec::<String>::new()
    );
    assert_eq!(
        messages(&lab(", for: [nas], downtime: 10m", "", WEB)).len(),
        1
    );
    // Agreed on, or nothing is away, or another machine goes on.
    for (of, slo, services) in [
        (", for: [nas], downtime: 4h", ", planned: excluded", WEB),
        (", for: [nas], downtime: none", "", WEB),
        (", for: [spare], downtime: 4h", "", WEB),
        (", for: [nas], downtime: 4h", "", SPARE),
        (", for: [nas], downtime: 4h, kind: blackout", "", WEB),
    ] {
        assert_eq!(
            messages(&lab(of, slo, services)),
            Vec::<String>::new(),
            "{of} {slo}"
        );
    }
    // A window for everything takes the alternative with it.
    assert_eq!(messages(&lab(", downtime: 4h", "", SPARE)).len(), 1);
}

#[test]
fn what_nobody_says_of_a_window_is_unknown() {
    let lab = |of: &str| tier("") + &window(of) + WEB;
    let unknown = ["unknown: whether service 'web' keeps what is promised"];
    assert_eq!(messages(&lab(", for: [nas]")), unknown);
    assert_eq!(messages(&lab(", for: [nas], downtime: unknown")), unknown);
    let (_, notes) = said(&lab(", for: [nas]")).remove(0);
    assert_eq!(
        notes,
        [
            "not known: the downtime in window 'sat', which may be 4h every 7d: 1 - 4h / 7d = 97.619%"
        ]
    );
    // Nobody knows whether it counts.
    let open = tier(", planned: unknown") + &window(", for: [nas], downtime: 4h") + WEB;
    assert_eq!(messages(&open), unknown);
    // A short one cannot matter.
    let short = "windows: {sat: {schedule: 'Sat 02:00', length: 2m, for: [nas]}}\n";
    assert_eq!(messages(&(tier("") + short + WEB)), Vec::<String>::new());
    let some_day = "windows: {some: {schedule: unknown, for: [nas], downtime: 4h}}\n";
    assert_eq!(messages(&(tier("") + some_day + WEB)), unknown);
}

#[test]
fn windows_at_the_same_time_count_once() {
    let windows = "windows:
  a: {schedule: 'Sat 02:00..06:00', for: [nas], downtime: 1h}
  b: {schedule: 'Sat 02:00..06:00', for: [web], downtime: 2h}
  c: {schedule: '*-*-01 03:00', length: 1h, for: [tier/gold], downtime: 1h}
";
    let found = said(&(tier("") + windows + WEB));
    // (1 - 2 / 168) × (1 - 1 / 730.48) × 0.9995 = 0.986249.
    let (message, notes) = found.first().cloned().unwrap_or_default();
    assert!(message.contains("works at most 98.6249%"), "{message}");
    assert_eq!(
        notes
            .iter()
            .filter(|n| n.starts_with("planned downtime"))
            .count(),
        3
    );
}

#[test]
fn nothing_promises_more_than_what_it_needs() {
    let lab = |needs: &str, low: &str| {
        format!(
            "tiers: {{gold: {{slo: 99.9%}}, low: {{slo: {low}}}}}
services:
  dns: {{tier: low, runs: {{host: spare}}}}
  dns2: {{tier: low, runs: {{host: spare}}}}
  web: {{tier: gold, runs: {{host: spare}}, needs: [{needs}]}}
"
        )
    };
    let found = said(&lab("dns", "99%"));
    let (message, notes) = found.first().cloned().unwrap_or_default();
    assert_eq!(
        message,
        "service 'web' promises 99.9% and needs service 'dns', which promises 99%"
    );
    assert_eq!(
        notes,
        [
            "'dns' may be away for 7h12m, and the error budget is 43m12s",
            "(100% - 99%) × 30d (assumed) = 7h12m",
            "(100% - 99.9%) × 30d (assumed) = 43m12s",
            "if both use up what they may: 99% × 99.9% = 98.901%",
        ]
    );
    let none = Vec::<String>::new();
    assert_eq!(messages(&lab("dns", "99.9%")), none);
    assert_eq!(messages(&lab("{any: [dns, dns2]}", "99%")), none);
    assert_eq!(messages(&lab("{need: dns, kind: soft}", "99%")), none);
    assert_eq!(messages(&lab("", "99%")), none);
}
