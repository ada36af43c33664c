//! A reference to something that is not declared is one mistake: what hangs on it is not known, and no rule says that it is wrong.

use crate::fixtures::{body, folder, read};
use crate::support::{judge, split};
use diag::{Diagnostic, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Nothing is called so.
const NOWHERE: &str = "zzqq9nowhere";

/// What is true whatever was meant: a waiver of nothing waives nothing, and its finding is told again.
const TRUE: [&str; 2] = ["waiver-invalid", "waiver-unused"];

/// Places of words that stand as a key somewhere and as a value here.
fn references(text: &str) -> Vec<(usize, &str)> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut rest = 0;
    while let Some(start) = text.get(rest..).and_then(|t| t.find(part)) {
        let start = rest + start;
        let tail = text.get(start..).unwrap_or_default();
        let end = tail.find(|c| !part(c)).unwrap_or(tail.len());
        words.push((start, tail.get(..end).unwrap_or_default()));
        rest = start + end;
    }
    let is_key = |(at, word): &(usize, &str)| {
        let after = text.get(at + word.len()..).unwrap_or_default();
        after.starts_with(':')
    };
    let keys: BTreeSet<&str> = words
        .iter()
        .filter(|w| is_key(w))
        .map(|(_, w)| *w)
        .collect();
    let values = words.iter().filter(|w| !is_key(w) && keys.contains(w.1));
    values.copied().collect()
}

/// Definite findings by their code: one that is told of less is no new one.
fn definite(found: &[Diagnostic]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let told = found
        .iter()
        .filter(|d| !d.unknown && d.severity > Severity::Info);
    for d in told {
        out.entry(d.code.to_string())
            .or_default()
            .push(d.message.clone());
    }
    out
}

#[test]
fn what_hangs_on_what_is_not_declared_is_not_wrong() {
    let all: Vec<&rules::Rule> = rules::RULES.iter().collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for rule in rules::RULES.iter().filter(|r| !TRUE.contains(&r.id)) {
        let text = body(&read(&folder().join(rule.id).join("mended.yaml")));
        let before = definite(&judge(&text, None, &all).found);
        let (first, _) = split(&text);
        for (at, word) in references(&first) {
            let mut slip = text.clone();
            slip.replace_range(at..at + word.len(), NOWHERE);
            let judged = judge(&slip, None, &all);
            let codes: Vec<&str> = judged.invalid.iter().map(|d| d.code.as_str()).collect();
            if codes != ["unknown-reference"] {
                continue;
            }
            count += 1;
            let after = definite(&judged.found);
            let known = |code: &str| before.get(code).map_or(0, Vec::len);
            let new: Vec<_> = after
                .iter()
                .filter(|(code, all)| all.len() > known(code))
                .collect();
            if !new.is_empty() {
                wrong.push(format!("{}: '{word}' at {at}: {new:?}", rule.id));
            }
        }
    }
    assert!(count > 400, "{count} references");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
