//! Objectives against planned downtime, and against what needed services promise.

use crate::support::{check, judge};

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

/// What a window is for, and how long something is away in it, may be what nobody can read.
#[test]
fn a_slip_in_a_window_makes_it_none_of_everything() {
    let all: Vec<&rules::Rule> = rules::RULES.iter().collect();
    let said = |of: &str| {
        let text = tier("") + &window(of) + WEB;
        let text = format!("format: 1\nlab: x\nhosts: {{nas: {{}}, spare: {{}}}}\n{text}");
        let found = judge(&text, None, &all).found.into_iter();
        let found = found.filter(|d| d.code == "slo-compose");
        found
            .map(|d| (d.message, d.notes.join("; ")))
            .collect::<Vec<_>>()
    };
    let unknown = |why: &str| {
        let open = "unknown: whether service 'web' keeps what is promised".to_owned();
        vec![(open, format!("not known: {why}"))]
    };
    let of = "what window 'sat' is for, with a downtime of 4h every 7d: 1 - 4h / 7d = 97.619%";
    for slip in ["[nsa]", "[nas2, spare]", "unknown", "[{host: spare}]"] {
        let found = said(&format!(", for: {slip}, downtime: 4h"));
        assert_eq!(found, unknown(of), "{slip}");
    }
    assert_eq!(said(", for: [spare], downtime: 4h"), []);
    let [(sure, _)] = said(", downtime: 4h").try_into().unwrap();
    assert!(sure.starts_with("service 'web' promises 99.9%"), "{sure}");
}

#[test]
fn a_downtime_of_nobody_knows_how_long_is_told() {
    let unknown = ["unknown: whether service 'web' keeps what is promised"];
    for (of, told) in [
        ("for: [nas], downtime: unknown", true),
        ("for: [nas], length: unknown", true),
        ("for: [spare], downtime: unknown", false),
        ("for: [nas], length: unknown, downtime: none", false),
    ] {
        let windows = format!("windows: {{sat: {{schedule: 'Sat 02:00', {of}}}}}\n");
        let found = messages(&(tier("") + &windows + WEB));
        assert_eq!(found, unknown[..usize::from(told)], "{of}");
    }
    let windows = "windows: {sat: {schedule: 'Sat 02:00', for: [nas], downtime: unknown}}\n";
    let (_, notes) = said(&(tier("") + windows + WEB)).remove(0);
    assert_eq!(
        notes,
        ["not known: how long window 'sat' is, and the downtime in it"]
    );
}

#[test]
fn windows_at_the_same_time_count_once() {
    let windows = "windows:
  a: {schedule: 'Sat 02:00..06:00', for: [nas], downtime: 1h}
  b: {schedule: 'Sat 02:00..06:00', for: [web], downtime: 2h}
  c: {schedule: '*-*-01 03:00', length: 1h, for: [tier/gold], downtime: 1h}
";
    let found = said(&(tier("") + windows + WEB));
    // In 28 years 1461 × 2 h on Saturdays and 336 × 1 h on first days, of which 48 are Saturdays: 3210 h of 245448 h;
    // (1 - 3210 / 245448) × 0.9995 = 0.986428.
    let (message, notes) = found.first().cloned().unwrap_or_default();
    assert!(message.contains("works at most 98.6428%"), "{message}");
    let planned = notes.iter().filter(|n| n.starts_with("planned downtime"));
    assert_eq!(planned.count(), 3);
    let all = notes.join("\n");
    for part in [
        "in window 'c': 1h every 30d10h30m: 1 - 1h / 30d10h30m = 99.8631%",
        "windows together, what may be at the same time counted once: 133d18h every 10227d (28 years): 1 - 133d18h / 10227d = 98.6922%",
        "parts and windows together: 99.95% × 98.6922% = 98.6428%",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
}

/// A lab with a host of which no availability is declared, an objective, and windows for the host.
fn on_nas(slo: &str, windows: &[&str]) -> String {
    let windows = windows.iter().enumerate();
    let windows: Vec<String> = windows
        .map(|(n, w)| format!("w{n}: {{for: [box], {w}}}"))
        .collect();
    format!(
        "hosts: {{box: {{}}}}
tiers: {{gold: {{slo: {slo}}}}}
services: {{web: {{tier: gold, runs: {{host: box}}}}}}
windows: {{{}}}
",
        windows.join(", ")
    )
}

fn alone(lab: &str) -> Vec<(String, Vec<String>)> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{lab}"), None);
    let found = found.iter().filter(|d| d.code == "slo-compose");
    found
        .map(|d| (d.message.clone(), d.notes.clone()))
        .collect()
}

/// What is said to be left at most, and the sum of the windows.
fn left(slo: &str, windows: &[&str]) -> Option<(String, String)> {
    let found = alone(&on_nas(slo, windows));
    let (message, notes) = found.first()?;
    let share = message.split("at most ").nth(1)?.split(' ').next()?;
    let sum = notes.iter().find(|n| n.starts_with("windows together"));
    Some((share.to_owned(), sum.cloned().unwrap_or_default()))
}

#[test]
fn what_overlaps_is_no_more_than_its_union() {
    let sat = "schedule: 'Sat 02:00..06:00', downtime: 4h";
    // The same window in two ways: 1 - 4 / 168 = 97.619 %.
    let same = [sat, "schedule: 'Sat 02:00', length: 4h, downtime: 4h"];
    assert_eq!(left("97%", &same), None);
    assert_eq!(
        left("98%", &same).map(|(s, _)| s).as_deref(),
        Some("97.619%")
    );
    // 02:00 to 07:00: 1 - 5 / 168.
    let (share, sum) = left("99%", &[sat, "schedule: 'Sat 03:00..07:00', downtime: 4h"]).unwrap();
    assert_eq!(share, "97.0238%");
    assert_eq!(
        sum,
        "windows together, what may be at the same time counted once: 5h every 7d: 1 - 5h / 7d = 97.0238%"
    );
    // Saturday's is one of seven: 1 - 14 / 168.
    let daily = "schedule: '02:00..04:00', downtime: 2h";
    let (share, _) = left(
        "92%",
        &[daily, "schedule: 'Sat 02:00..04:00', downtime: 2h"],
    )
    .unwrap();
    assert_eq!(share, "91.6667%");
    assert_eq!(
        left(
            "91%",
            &[daily, "schedule: 'Sat 02:00..04:00', downtime: 2h"]
        ),
        None
    );
    // Apart they are a sum, not a product: 1 - (4 + 4) / 168.
    let (share, sum) = left("99%", &[sat, "schedule: 'Sun 02:00..06:00', downtime: 4h"]).unwrap();
    assert_eq!(share, "95.2381%");
    assert_eq!(sum, "windows together: 8h every 7d: 1 - 8h / 7d = 95.2381%");
}

const THREE: &str = "hosts: {h1: {}, h2: {}, h3: {}}
tiers: {gold: {slo: 99%}}
";

#[test]
fn several_things_are_away_one_after_the_other() {
    let lab = |of: &str, more: &str| {
        format!(
            "{THREE}services: {{x: {{tier: gold, runs: {{host: h1}}, needs: [h2, h3]}}}}
windows: {{w: {{schedule: 'Sat 02:00', for: [{of}], downtime: 4h{more}}}}}
"
        )
    };
    // 1 - 12 / 168.
    let found = alone(&lab("h1, h2, h3", ", length: 12h"));
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(message.contains("at most 92.8571% of"), "{message}");
    assert_eq!(
        notes.first().map(String::as_str),
        Some(
            "planned downtime in window 'w', of 'h1', 'h2' and 'h3' one after the other: 3 × 4h = 12h every 7d: 1 - 12h / 7d = 92.8571%"
        )
    );
    // What runs on another one is away with it, and what is not needed has its own time.
    let found = alone(&lab("service/x, h1", ", length: 12h"));
    assert!(
        found
            .first()
            .is_some_and(|(m, _)| m.contains("at most 97.619% of")),
        "{found:?}"
    );
    // All of a tier, and all of a site, is one thing.
    for (of, sites) in [("tier/gold", ""), ("home", "sites: {home: {}}\n")] {
        let lab = lab(of, ", length: 4h") + sites;
        let lab = match sites.is_empty() {
            true => lab,
            false => lab.replace(
                ": {}, h2: {}, h3: {}",
                ": {site: home}, h2: {site: home}, h3: {site: home}",
            ),
        };
        let found = alone(&lab);
        assert!(
            found
                .first()
                .is_some_and(|(m, _)| m.contains("at most 97.619% of")),
            "{found:?}"
        );
    }
}

#[test]
fn a_downtime_is_over_when_its_window_is() {
    let rows = [
        (
            "'Sat 02:00..06:00'",
            "a",
            "200h",
            Some("window 'w' is 4h long, and its downtime is 8d8h"),
        ),
        (
            "'Sat 02:00..06:00'",
            "a",
            "5h",
            Some("window 'w' is 4h long, and its downtime is 5h"),
        ),
        ("'Sat 02:00..06:00'", "a", "4h", None),
        (
            "'Sat 02:00..06:00'",
            "a, b",
            "4h",
            Some("window 'w' is 4h long, and what it is for is away for 8h in it"),
        ),
        ("'Sat 02:00..06:00'", "a, b", "2h", None),
        (
            "hourly",
            "a",
            "90m",
            Some("window 'w' comes again after 1h, and its downtime is 1h30m"),
        ),
        ("hourly", "a", "30m", None),
        (
            "'Sat,Sun 02:00'",
            "a",
            "30h",
            Some("window 'w' comes again after 1d, and its downtime is 1d6h"),
        ),
    ];
    for (schedule, of, downtime, expected) in rows {
        let lab = format!(
            "hosts: {{a: {{}}, b: {{}}}}\nwindows: {{w: {{schedule: {schedule}, for: [{of}], downtime: {downtime}}}}}\n"
        );
        let found = alone(&lab);
        let said: Vec<&str> = found.iter().map(|(m, _)| m.as_str()).collect();
        assert_eq!(
            said,
            expected.into_iter().collect::<Vec<_>>(),
            "{schedule} {of} {downtime}"
        );
    }
    // How much it is then nobody knows: not 0 %.
    let found = alone(&on_nas(
        "99%",
        &["schedule: 'Sat 02:00..06:00', downtime: 200h"],
    ));
    let [(long, sum), (unknown, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        (long.as_str(), sum.join(" ").as_str()),
        (
            "window 'w0' is 4h long, and its downtime is 8d8h",
            "8d8h > 4h"
        )
    );
    assert_eq!(
        unknown,
        "unknown: whether service 'web' keeps what is promised"
    );
    assert_eq!(
        notes.join(" "),
        "not known: the downtime in window 'w0', which is declared as longer than there is time for; at the most it is 4h every 7d: 1 - 4h / 7d = 97.619%"
    );
}

#[test]
fn with_planned_downtime_and_without_are_two_objectives() {
    let lab = |slos: &str| {
        let (found, _) = check(
            &format!(
                "format: 1
lab: x
hosts: {{nas: {{}}}}
services: {{a: {{runs: {{host: nas}}}}}}
windows: {{w: {{schedule: 'Sat 02:00..06:00', for: [nas], downtime: 4h}}}}
slos: [{slos}]
"
            ),
            None,
        );
        let found = found.iter().filter(|d| d.code.starts_with("slo-co"));
        found
            .map(|d| format!("{}: {}", d.code, d.message))
            .collect::<Vec<_>>()
    };
    let (out, counted) = (
        "{service: a, target: 99.99%, planned: excluded}",
        "{service: a, target: 99.9%, planned: counted}",
    );
    let missed = "slo-compose: service 'a' promises 99.9%, but what it needs works at most 97.619% of the time";
    // In any order.
    for both in [format!("{out}, {counted}"), format!("{counted}, {out}")] {
        assert_eq!(lab(&both), [missed]);
    }
    assert_eq!(lab(out), Vec::<String>::new());
    // The same measure with two values is a contradiction.
    let found = lab(&format!("{counted}, {{service: a, target: 99.5%}}"));
    assert!(
        found
            .iter()
            .any(|m| m == "slo-consistent: service 'a' has two objectives: 99.9% and 99.5%"),
        "{found:?}"
    );
}

#[test]
fn an_objective_of_a_tier_may_be_one_of_two() {
    let lab = |tier: &str, slos: &str| {
        let (found, _) = check(
            &format!(
                "format: 1
lab: x
hosts: {{nas: {{}}}}
tiers: {{gold: {{{tier}}}}}
services: {{a: {{tier: gold, runs: {{host: nas}}}}}}
windows: {{w: {{schedule: 'Sat 02:00..06:00', for: [nas], downtime: 4h}}}}
slos: [{slos}]
"
            ),
            None,
        );
        let of = ["slo-compose", "slo-consistent", "inv-same-attr"];
        let found = found.iter().filter(|d| of.contains(&d.code.as_str()));
        found
            .map(|d| format!("{}: {}", d.code, d.message))
            .collect::<Vec<_>>()
    };
    let missed = "slo-compose: service 'a' promises 99.9%, but what it needs works at most 97.619% of the time";
    let out = "{tier: gold, target: 99.99%, planned: excluded}";
    assert_eq!(lab("slo: 99.9%", out), [missed]);
    assert_eq!(
        lab("", &format!("{out}, {{tier: gold, target: 99.9%}}")),
        [missed]
    );
    assert_eq!(lab("slo: 99.99%", out), Vec::<String>::new());
}

#[test]
fn what_is_needed_is_compared_by_the_same_measure() {
    let lab = |dns: &str, windows: &str| {
        messages(&format!(
            "tiers: {{gold: {{slo: 99.9%, planned: excluded}}, low: {{slo: 99%{dns}}}}}
services:
  dns: {{tier: low, runs: {{host: spare}}}}
  web: {{tier: gold, runs: {{host: spare}}, needs: [dns]}}
windows: {{{windows}}}
"
        ))
    };
    let told = ["service 'web' promises 99.9% and needs service 'dns', which promises 99%"];
    // What windows take of 'dns' is in its 99 %, and not in the 99.9 % of 'web': 99 % + 2 / 168 > 99.9 %, and 99 % + 1 / 168 = 99.5952 %.
    let two = "w: {schedule: 'Sat 02:00', for: [dns], downtime: 2h}";
    assert!(
        !lab("", two).iter().any(|m| m == told[0]),
        "{:?}",
        lab("", two)
    );
    assert_eq!(lab("", &two.replace("2h", "1h")), told);
    assert_eq!(lab("", ""), told);
    assert_eq!(lab(", planned: excluded", two), told);
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

#[test]
fn a_backup_in_a_downtime_does_not_run() {
    let lab = |schedule: &str, window: &str| {
        let (found, _) = check(
            &format!(
                "format: 1
lab: x
hosts: {{nas: {{}}, far: {{}}}}
datasets: {{photos: {{host: nas, folder: /photos, class: important}}}}
repositories: {{usb: {{kind: restic, on: far, location: /r}}}}
backups: {{b: {{datasets: [photos], to: usb, schedule: '{schedule}'}}}}
windows: {{w: {{schedule: 'Sat 02:00..06:00', {window}}}}}
"
            ),
            None,
        );
        let found = found
            .iter()
            .filter(|d| d.code == "bak-rpo-schedule" && !d.unknown);
        found
            .map(|d| format!("{:?}: {}", d.severity, d.message))
            .collect::<Vec<_>>()
    };
    let whole = "downtime: 4h";
    assert_eq!(
        lab("Sat 03:00", whole),
        ["Warning: backup 'b' begins while window 'w' takes everything away, each time"]
    );
    assert_eq!(
        lab("03:00", whole),
        ["Info: backup 'b' begins while window 'w' takes everything away, 1 of 7 times"]
    );
    // The machine of the data, and that of the copies.
    for host in ["nas", "far"] {
        let told = format!(
            "Warning: backup 'b' begins while window 'w' takes host '{host}' away, each time"
        );
        assert_eq!(lab("Sat 02:00", &format!("{whole}, for: [{host}]")), [told]);
    }
    let none = Vec::<String>::new();
    assert_eq!(lab("Sat 06:00", whole), none);
    // When within the window is not known.
    assert_eq!(lab("Sat 03:00", "downtime: 1h"), none);
    assert_eq!(lab("Sat 03:00", "downtime: none"), none);
}
