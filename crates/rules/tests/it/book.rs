//! The rule book is complete.

use crate::support::repository;
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
fn the_book_in_the_repository_is_what_the_rules_say() {
    let folder = repository().join("docs/rules");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let mut pages = vec![("README.md".to_owned(), rules::book::index())];
    for rule in RULES {
        let said = repository()
            .join("tests/broken/rules")
            .join(rule.id)
            .join("broken.txt");
        let said = std::fs::read_to_string(said).unwrap_or_default();
        pages.push((format!("{}.md", rule.id), rules::book::page(rule, &said)));
    }
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(name, text)| read(name) != *text)
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "run `cargo xtask gen` for {stale:?}");
    let there = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(
        there,
        pages.len(),
        "pages of rules that are gone: run `cargo xtask gen`"
    );
}

#[test]
fn ids_are_sorted_unique_and_not_those_of_the_language() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
    assert!(RULES.iter().all(|r| lang::explain(r.id).is_none()));
}
