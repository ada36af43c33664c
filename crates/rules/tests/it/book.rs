//! The rule book is complete.

use rules::{RULES, explain};

#[test]
fn every_rule_explains_itself() {
    for rule in RULES {
        assert!(
            rule.summary.ends_with('.') && rule.rationale.ends_with('.'),
            "{}",
            rule.id
        );
        assert!(
            !rule.example.is_empty() && !rule.since.is_empty(),
            "{}",
            rule.id
        );
        assert_eq!(explain(rule.id).map(|r| r.id), Some(rule.id));
        for control in rule.controls {
            let known = ["CIS v8 ", "NIST CSF 2.0 ", "ISO 27001:2022 "];
            assert!(
                known.iter().any(|k| control.starts_with(k)),
                "{}: {control}",
                rule.id
            );
        }
    }
    assert!(explain("no-such-rule").is_none());
}

#[test]
fn ids_are_sorted_unique_and_not_those_of_the_language() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
    assert!(RULES.iter().all(|r| lang::explain(r.id).is_none()));
}
