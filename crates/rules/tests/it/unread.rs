//! What cannot be read is reported once: no rule says that nothing is declared there.

use crate::support::{TODAY, knowledge};
use diag::{Class, Diagnostic, SourceSet};

/// A lab, what in it is wrong, and the rule that must not take that for nothing.
struct Row {
    rule: &'static str,
    text: &'static str,
    good: &'static str,
    bad: &'static str,
    code: &'static str,
}

const ROWS: &[Row] = &[
    // A reference.
    Row {
        rule: "svc-no-tier",
        text: "tiers: {core: {rto: {corruption: 1d}, rpo: {corruption: 1d}}}\nservices: {wiki: {tier: core, data: {pages: {path: /srv/wiki, class: important}}}}",
        good: "tier: core,",
        bad: "tier: corr,",
        code: "unknown-reference",
    },
    // A reference of a host's exposure, which is read by hand.
    Row {
        rule: "exposure-review",
        text: "people: {jo: {}}\nhosts: {web: {exposures: [{port: 22, from: any, why: work, owner: jo, review: 2027-01-01}]}}",
        good: "review: 2027-01-01",
        bad: "review: 2027-13-01",
        code: "invalid-value",
    },
    Row {
        rule: "exposure-review",
        text: "people: {jo: {}}\nservices: {web: {exposures: [{port: 443, from: internet, why: work, owner: jo, review: 2027-01-01}]}}",
        good: "owner: jo",
        bad: "owner: joo",
        code: "unknown-reference",
    },
    Row {
        rule: "exposure-review",
        text: "people: {jo: {}}\nzones: {a: {}, b: {}}\nflows: [{from: a, to: b, ports: 22/tcp, action: allow, why: work, owner: jo, review: 2027-01-01}]",
        good: "review: 2027-01-01",
        bad: "review: 2027-13-01",
        code: "invalid-value",
    },
    // Money.
    Row {
        rule: "cost-complete",
        text: "costs: {name: {item: a name, kind: operating, amount: 5 EUR, every: year}}\nhosts: {far: {kind: vps, provider: Somebody, cost: 5 EUR/month}}",
        good: "cost: 5 EUR/month",
        bad: "cost: 5 EUR",
        code: "invalid-value",
    },
    // A duration.
    Row {
        rule: "bak-rpo-missing",
        text: "tiers: {core: {rto: {corruption: 1d}, rpo: {corruption: 1d}}}\nhosts: {web: {}}\ndatasets: {papers: {host: web, folder: /srv/papers, class: important, tier: core}}",
        good: "rpo: {corruption: 1d}",
        bad: "rpo: {corruption: 1 day}",
        code: "invalid-value",
    },
    // An item of a list.
    Row {
        rule: "claim-req",
        text: "hosts: {web: {}}\nrequirements: {safe: {text: Photos survive, priority: must, met_by: [web], status: planned}}",
        good: "met_by: [web]",
        bad: "met_by: [wbe]",
        code: "unknown-reference",
    },
    Row {
        rule: "bak-coverage",
        text: "hosts: {web: {}}\ndatasets: {papers: {host: web, folder: /srv/papers, class: important}}\nrepositories: {usb: {on: web, location: /mnt/usb}}\nbackups: {nightly: {datasets: [papers], to: usb, every: 1d}}",
        good: "datasets: [papers]",
        bad: "datasets: [paprs]",
        code: "unknown-reference",
    },
    // A reference that could be two things, in a list of records.
    Row {
        rule: "net-matrix",
        text: "zones: {a: {}, iot: {}}\nnetworks: {iot: {subnet: 10.0.1.0/24, zone: iot}, lan: {subnet: 10.0.2.0/24, zone: a}}\nflows: [{from: zone/iot, to: a, ports: any, action: deny}, {from: a, to: zone/iot, ports: any, action: allow}, {from: a, to: internet, ports: any, action: allow}, {from: zone/iot, to: internet, ports: any, action: allow}, {from: internet, to: a, ports: any, action: deny}, {from: internet, to: zone/iot, ports: any, action: deny}]",
        good: "{from: zone/iot, to: a,",
        bad: "{from: iot, to: a,",
        code: "ambiguous-reference",
    },
    // A key.
    Row {
        rule: "svc-no-tier",
        text: "tiers: {core: {rto: {corruption: 1d}, rpo: {corruption: 1d}}}\nservices: {wiki: {tier: core, data: {pages: {path: /srv/wiki, class: important}}}}",
        good: "tier: core,",
        bad: "teir: core,",
        code: "unknown-key",
    },
];

/// What is invalid, and what the rules find.
fn judge(text: &str) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("format: 1\nlab: x\n{text}\n"));
    let (lab, mut invalid) = lang::analyze(&sources);
    invalid.retain(|d| d.class == Class::Invalid);
    let knowledge = knowledge();
    let ctx = rules::Context {
        knowledge: &knowledge,
        ..rules::Context::new(&lab, TODAY)
    };
    (invalid, rules::check(&ctx))
}

#[test]
fn what_cannot_be_read_is_told_once_and_stays_unknown() {
    for row in ROWS {
        let of = |findings: Vec<Diagnostic>| -> Vec<Diagnostic> {
            let of = findings.into_iter().filter(|d| d.code == row.rule);
            of.collect()
        };
        let (invalid, found) = judge(row.text);
        assert!(invalid.is_empty(), "{}: {invalid:#?}", row.rule);
        assert!(of(found).is_empty(), "{} of the good text", row.rule);

        assert!(row.text.contains(row.good), "{}", row.rule);
        let (invalid, found) = judge(&row.text.replacen(row.good, row.bad, 1));
        let codes: Vec<&str> = invalid.iter().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, [row.code], "{}: {invalid:#?}", row.bad);
        let found = of(found);
        assert!(
            found.iter().all(|d| d.unknown),
            "{} of '{}': {found:#?}",
            row.rule,
            row.bad
        );

        // Without anything there the rule does find it.
        let without = match row.good.starts_with('{') {
            true => row
                .text
                .replacen("{from: zone/iot, to: a, ports: any, action: deny}, ", "", 1),
            false if row.good.starts_with("rpo") => {
                row.text.replacen(", rpo: {corruption: 1d}", "", 1)
            }
            false if row.good.starts_with("datasets") => {
                row.text.replacen("datasets: [papers]", "hosts: [web]", 1)
            }
            false => row
                .text
                .replacen(row.good, "", 1)
                .replace(", ,", ",")
                .replace(", }", "}"),
        };
        let (_, found) = judge(&without);
        assert!(
            of(found).iter().any(|d| !d.unknown),
            "{} without '{}' in {without}",
            row.rule,
            row.good
        );
    }
}

#[test]
fn a_text_that_breaks_off_leaves_open_what_it_would_have_said() {
    let text = "hosts: {web: {}}\ndatasets: {papers: {host: web, folder: /srv/papers, class: important}}\nbackups:\n  nightly: {datasets: [papers";
    let (invalid, found) = judge(text);
    assert!(!invalid.is_empty());
    let of: Vec<&Diagnostic> = found.iter().filter(|d| d.code == "bak-coverage").collect();
    assert!(of.iter().all(|d| d.unknown), "{of:#?}");
}

/// What rests on a reference that means nothing is not judged: a rule, a lab without fault, and the slip.
const SLIPS: &[(&str, &str, &str, &str)] = &[
    (
        "bak-location",
        "hosts: {nas: {}, web: {}}\ndatasets: {photos: {host: nas, folder: /srv/photos}}\nrepositories: {usb: {on: nas, location: /mnt/usb}}\nbackups: {nightly: {datasets: [photos], to: usb, every: 1d}}",
        "host: nas,",
        "host: nsa,",
    ),
    (
        "dr-rto-procure",
        "tiers: {core: {rto: {host: 1h}, response: 15m}}\nhosts: {nas: {kind: nas}, old: {}}\nservices: {wiki: {tier: core, runs: {host: nas}}}\nassets: {spare: {of: old, spare_for: nas}}",
        "spare_for: nas",
        "spare_for: nass",
    ),
    (
        "dr-rto-feasible",
        "tiers: {core: {rto: {host: 12h}, rpo: {host: 1w}}}\nsites: {home: {uplinks: {dsl: {down: 100Mbit/s, up: 50Mbit/s}}}, away: {}}\nhosts: {nas: {site: home}, box: {site: home}, far: {site: away}}\ndatasets: {photos: {host: nas, folder: /srv/photos, tier: core, size: 2TB}}\nrepositories: {near: {on: box, location: 'sftp:box:/srv'}, rented: {on: far, location: 'sftp:far:/srv'}}\nbackups: {nightly: {datasets: [photos], to: near, every: 1d}, weekly: {datasets: [photos], to: rented, every: 1w}}",
        "to: near",
        "to: naer",
    ),
];

#[test]
fn a_slip_has_no_findings_of_its_consequences() {
    for (rule, text, good, bad) in SLIPS {
        let of = |text: &str| {
            let (_, found) = judge(text);
            let of = found.into_iter().filter(|d| d.code == *rule);
            of.collect::<Vec<_>>()
        };
        let before = of(text);
        assert!(before.is_empty(), "{rule}: {before:#?}");
        let after = of(&text.replacen(good, bad, 1));
        assert!(!after.is_empty(), "{rule} of '{bad}'");
        for d in &after {
            assert!(d.unknown && d.fix.is_none(), "{rule} of '{bad}': {d:#?}");
        }
    }
}

/// A denial is asked as what it denies.
#[test]
fn nobody_is_asked_whether_nothing_is_there() {
    let text = "tiers: {core: {rto: {corruption: 1d}, rpo: {corruption: 1d}}}\nservices: {wiki: {teir: core, data: {pages: {path: /srv/wiki, class: important}}}}";
    let (_, found) = judge(text);
    let of: Vec<&str> = found
        .iter()
        .filter(|d| d.code == "svc-no-tier")
        .map(|d| d.message.as_str())
        .collect();
    assert!(!of.is_empty());
    for message in of {
        assert!(
            message.starts_with("unknown: whether ") && !message.contains(" no "),
            "{message}"
        );
    }
}

/// A claim or an objective of which it cannot be read what it is of is not one of the whole lab.
#[test]
fn a_figure_of_nothing_is_no_figure_of_the_lab() {
    let hosts = "hosts: {a: {hardware: {memory: 8GiB}}, b: {hardware: {memory: 8GiB}}}\nservices: {wiki: {}}";
    for (list, of, rule) in [
        (
            "claims: [{text: eight, metric: total-memory, value: 8GiB, about: a}]",
            "about: a",
            "cap-sum",
        ),
        (
            "slos: [{service: wiki, target: 99.5%, measured: 99.7%}]",
            "service: wiki",
            "slo-source",
        ),
    ] {
        let good = format!("{hosts}\n{list}");
        assert!(good.contains(of));
        let (invalid, _) = judge(&good);
        assert!(invalid.is_empty(), "{invalid:#?}");
        let slip = good.replacen(of, &format!("{of}x"), 1);
        let (invalid, found) = judge(&slip);
        assert_eq!(invalid.len(), 1, "{invalid:#?}");
        let told: Vec<&Diagnostic> = found
            .iter()
            .filter(|d| d.code == rule && !d.unknown)
            .collect();
        assert!(told.is_empty(), "{told:#?}");
        let whole = good
            .replacen(&format!(", {of}"), "", 1)
            .replacen(&format!("{of}, "), "", 1);
        let (_, found) = judge(&whole);
        assert!(
            found.iter().any(|d| d.code == rule && !d.unknown),
            "{rule} of the whole lab: {found:#?}"
        );
    }
}

/// A slip in another UPS matters as far as that may feed the same things.
#[test]
fn a_slip_in_another_ups_leaves_the_battery_of_this_one_be() {
    for (other, unknown) in [
        ("runtime: 5", false),
        ("feed: home/nowhere", false),
        ("feeds: [nowhere]", true),
    ] {
        let text = format!(
            "sites: {{home: }}\nhosts: {{nas: {{site: home, power: {{average: 300W}}}}}}\nups: {{a: {{energy: 100Wh, runtime: 2h, feeds: [nas]}}, b: {{energy: 100Wh, {other}}}}}"
        );
        let (invalid, found) = judge(&text);
        assert_eq!(invalid.len(), 1, "{invalid:#?}");
        let of: Vec<bool> = found
            .iter()
            .filter(|d| d.code == "cap-ups-runtime")
            .map(|d| d.unknown)
            .collect();
        assert_eq!(of, [unknown], "{other}");
    }
}
