//! A rule that says it can mend what it finds does so on its broken fixture, and a safe mend does no more than that.

use crate::support::{check, repository, split};
use diag::fix::{Reach, mend};
use diag::{Applicability, Diagnostic, Severity, SourceSet};
use rules::{Mend, RULES, Rule};
use std::collections::BTreeMap;

fn broken(rule: &Rule) -> String {
    let folder = repository().join("tests/broken/rules").join(rule.id);
    std::fs::read_to_string(folder.join("broken.yaml")).unwrap()
}

/// The mends of one rule that can be written.
fn mends<'a>(found: &'a [Diagnostic], rule: &Rule) -> Vec<&'a Diagnostic> {
    let of_rule = found.iter().filter(|d| d.code == rule.id);
    let real = |d: &&Diagnostic| d.fix.as_ref().is_some_and(|f| !f.edits.is_empty());
    of_rule.filter(real).collect()
}

/// A fixture after one mend.
fn mended(text: &str, one: &Diagnostic, sources: &SourceSet) -> String {
    let texts = mend(
        std::slice::from_ref(one),
        sources,
        Reach::Unsafe,
        &std::collections::BTreeSet::new(),
    )
    .texts;
    assert!(!texts.is_empty(), "changes nothing: {one:#?}");
    let (first, files) = split(text);
    let now = |path: &str, was: String| texts.get(path).cloned().unwrap_or(was);
    let mut out = now("holdfast.yaml", first);
    for (path, was) in files {
        out.push_str(&format!("# file: {path}\n{}", now(&path, was)));
    }
    out
}

fn messages(found: &[Diagnostic], least: Severity) -> Vec<String> {
    let bad = found.iter().filter(|d| d.severity >= least && !d.unknown);
    bad.map(|d| format!("{}: {}", d.code, d.message)).collect()
}

#[test]
fn a_rule_that_says_that_it_mends_does() {
    let mut count = BTreeMap::new();
    for rule in RULES {
        let text = broken(rule);
        let (before, sources) = check(&text, None);
        let mends = mends(&before, rule);
        let safe = |d: &&Diagnostic| {
            let fix = d.fix.as_ref();
            fix.is_some_and(|f| f.applicability == Applicability::Safe)
        };
        let (some, sure) = (!mends.is_empty(), mends.iter().any(safe));
        let said = match rule.mend {
            Mend::Safe(_) => (true, true),
            Mend::Unsafe(_) => (true, false),
            Mend::DisplayOnly(_) | Mend::None(_) => (false, false),
        };
        assert_eq!((some, sure), said, "{}: {mends:#?}", rule.id);
        for one in mends {
            let (after, _) = check(&mended(&text, one, &sources), None);
            let left = messages(&after, Severity::Info);
            let told = format!("{}: {}", one.code, one.message);
            assert!(!left.contains(&told), "{}: {told} is still there", rule.id);
            *count.entry(rule.mend.word()).or_insert(0) += 1;
            if safe(&one) {
                let known = messages(&before, Severity::Info);
                let fresh: Vec<String> = messages(&after, Severity::Warning)
                    .into_iter()
                    .filter(|m| !known.contains(m))
                    .collect();
                assert!(
                    fresh.is_empty(),
                    "{}: new by a safe mend: {fresh:#?}",
                    rule.id
                );
            }
        }
    }
    assert!(count["safe"] >= 4 && count["unsafe"] >= 20, "{count:?}");
}

#[test]
fn a_safe_mend_touches_one_value() {
    for rule in RULES.iter().filter(|r| matches!(r.mend, Mend::Safe(_))) {
        let text = broken(rule);
        let (before, sources) = check(&text, None);
        for one in mends(&before, rule) {
            let was = meaning(&text);
            let now = meaning(&mended(&text, one, &sources));
            let same = |(a, b): &(char, char)| a == b;
            let ahead = was.chars().zip(now.chars()).take_while(same).count();
            let behind = was.chars().rev().zip(now.chars().rev());
            let behind = behind.take_while(same).count();
            let left = |s: &str| s.chars().count().saturating_sub(ahead + behind);
            // One value is another one, or one waiver is not there.
            let (gone, new) = (left(&was), left(&now));
            let waiver = rule.id == "waiver-invalid" && new == 0;
            let cut = |s: &str| s.chars().skip(ahead).take(left(s)).collect::<String>();
            let told = format!("{}: '{}' became '{}'", rule.id, cut(&was), cut(&now));
            assert!(waiver || (gone <= 60 && new <= 60), "{told}");
        }
    }
}

/// What a text declares, wherever in the text it stands.
fn meaning(text: &str) -> String {
    let (first, _) = split(text);
    let (lab, _) = crate::support::lab(&[("holdfast.yaml", &first)]);
    let shown = format!("{lab:?}");
    let mut out = String::new();
    for (n, part) in shown.split("Span { ").enumerate() {
        let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
        out.push_str(if n == 0 { part } else { rest });
    }
    out
}
