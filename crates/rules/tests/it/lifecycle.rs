//! Ends of support at their boundaries, and facts that have grown old.

use crate::support::{knowledge, lab};
use diag::{Diagnostic, Severity};
use jiff::civil::{Date, date};

fn eol(host: &str, today: Date) -> Vec<Diagnostic> {
    let text = format!("format: 1\nlab: x\nhosts: {{a: {{{host}}}}}\n");
    let (lab, _) = lab(&[("holdfast.yaml", &text)]);
    let knowledge = knowledge();
    let ctx = rules::Context {
        knowledge: &knowledge,
        ..rules::Context::new(&lab, today)
    };
    let all = rules::check(&ctx).into_iter();
    all.filter(|d| d.code == "eol-os").collect()
}

#[test]
fn the_last_day_is_supported_and_the_next_is_not() {
    let windows = "os: windows, version: 10";
    for (host, today, expected) in [
        (
            windows,
            date(2025, 10, 14),
            Some((Severity::Info, "ends on 2025-10-14")),
        ),
        (
            windows,
            date(2025, 10, 15),
            Some((Severity::Warning, "ended on 2025-10-14")),
        ),
        (windows, date(2025, 4, 16), None),
        (
            windows,
            date(2025, 4, 17),
            Some((Severity::Info, "ends on")),
        ),
        (
            "os: debian, version: 12",
            date(2026, 11, 21),
            Some((Severity::Info, "regular support ended on 2026-07-11")),
        ),
        (
            "os: debian, version: 12",
            date(2028, 7, 1),
            Some((Severity::Warning, "ended on 2028-06-30")),
        ),
        ("os: proxmox-ve, version: 9.1", date(2026, 11, 21), None),
        (
            "os: plan9",
            date(2026, 11, 21),
            Some((
                Severity::Info,
                "unknown: how long 'plan9' on host 'a' is supported: the table of facts has no such system",
            )),
        ),
        (
            "os: debian",
            date(2026, 11, 21),
            Some((
                Severity::Info,
                "unknown: how long Debian on 'a' is supported",
            )),
        ),
        (
            "os: debian, version: 99",
            date(2026, 11, 21),
            Some((
                Severity::Info,
                "Debian 99 on host 'a' is supported: the table of facts has no such release",
            )),
        ),
    ] {
        let found = eol(host, today);
        let first = found.first().map(|d| (d.severity, d.message.as_str()));
        match expected {
            None => assert_eq!(first, None, "{host} {today}"),
            Some((severity, said)) => {
                let (s, message) = first.unwrap_or_else(|| panic!("{host} {today}"));
                assert!(
                    s == severity && message.contains(said),
                    "{host} {today}: {message}"
                );
            }
        }
    }
}

#[test]
fn a_fact_older_than_a_year_says_so() {
    let host = "os: windows, version: 10";
    for (today, old) in [(date(2027, 8, 22), false), (date(2027, 8, 23), true)] {
        let found = eol(host, today);
        let notes = found[0].notes.concat();
        assert!(notes.contains("checked on 2026-08-22: https://endoflife.date/windows"));
        assert_eq!(
            notes.contains("366 days ago, more than a year: look again"),
            old,
            "{notes}"
        );
    }
}

#[test]
fn every_fact_has_a_source_and_a_day_that_is_past() {
    let knowledge = knowledge();
    assert!(knowledge.products.len() > 30);
    for (name, product) in &knowledge.products {
        let origin = product.origin(&None, &None);
        assert!(origin.source.starts_with("https://"), "{name}");
        assert!(origin.checked <= crate::support::TODAY, "{name}");
        assert!(!product.title().is_empty(), "{name}");
        let based_on = product.based_on.as_ref().and_then(|b| b.value());
        assert!(
            based_on.is_none_or(|b| knowledge.products.contains_key(&b.0)),
            "{name}"
        );
        let not = product.platform.iter().flat_map(|p| &p.not);
        for system in not {
            assert!(knowledge.products.contains_key(&system.value.0), "{name}");
        }
    }
}
