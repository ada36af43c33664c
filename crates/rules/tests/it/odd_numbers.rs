//! What is observed is told by machines that may be wrong or lie: no number breaks a rule, and nothing is in order because it is dated after
//! the look. What is declared was typed by somebody: no number of that breaks a rule either.

use crate::silence::{Said, broken};
use crate::support::judge;
use rayon::prelude::*;
use std::ops::Range;

/// Numbers that no calculation expects.
const ODD: [i64; 4] = [i64::MIN, i64::MAX, -1, 0];
/// Beyond every clock that is a little fast.
const LATE: &str = "4102444800";
/// Of times that are to come nothing else is expected.
const TO_COME: [&str; 2] = ["until", "next"];

#[test]
fn no_number_breaks_a_rule() {
    let tried: usize = rules::OBSERVED.par_iter().map(tried).sum();
    assert!(tried > 100, "{tried}");
}

/// How many numbers were tried.
fn tried(rule: &'static rules::Rule) -> usize {
    let mut tried = 0;
    for text in broken(rule.id) {
        for (_, place) in numbers(&text) {
            for odd in ODD {
                Said::of(rule, &with(&text, &place, &odd.to_string()));
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn nothing_is_in_order_because_it_is_dated_after_the_look() {
    let green: Vec<String> = rules::OBSERVED.par_iter().flat_map_iter(late).collect();
    assert!(
        green.is_empty(),
        "in order, and that cannot be:\n{}",
        green.join("\n")
    );
}

/// Next to nothing, and more than there is of anything.
const EXTREME: [&str; 4] = ["0", "1", "4294967295", "999999999999999"];

#[test]
fn no_declared_number_breaks_a_rule() {
    let tried: Vec<(usize, Vec<String>)> = rules::RULES.par_iter().map(extremes).collect();
    let broke: Vec<&String> = tried.iter().flat_map(|(_, broke)| broke).collect();
    assert!(broke.is_empty(), "{broke:#?}");
    let tried: usize = tried.iter().map(|(tried, _)| tried).sum();
    assert!(tried > 2_000, "{tried}");
}

/// How many numbers were tried, and which broke the rule; what the language refuses is left out by itself.
fn extremes(rule: &'static rules::Rule) -> (usize, Vec<String>) {
    let (mut tried, mut broke) = (0, Vec::new());
    let Some(text) = broken(rule.id).into_iter().next() else {
        return (0, broke);
    };
    for place in declared(&text) {
        for new in EXTREME {
            let text = with(&text, &place, new);
            let judged = std::panic::catch_unwind(|| drop(judge(&text, None, &[rule])));
            if judged.is_err() {
                let after: String = text[place.start..].chars().take(40).collect();
                broke.push(format!("{}: {after}", rule.id));
            }
            tried += 1;
        }
    }
    (tried, broke)
}

/// Whole numbers of the lab's own text that begin a value: `8` of `8TB`.
fn declared(text: &str) -> Vec<Range<usize>> {
    let own = text.find("# file: ").unwrap_or(text.len());
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < own {
        let digits = bytes[at..own].iter().take_while(|b| b.is_ascii_digit());
        let count = digits.count();
        if count > 0 && at > 0 && b" [{".contains(&bytes[at - 1]) {
            found.push(at..at + count);
        }
        at += count.max(1);
    }
    found
}

#[test]
fn a_pool_with_next_to_nothing_in_it_grows_for_ever() {
    let text = "format: 1\nlab: x\nhosts: {a: }\npools: {p: {kind: zfs, on: a, usable: 8TB, used: 1GB, growth: 1%}}\n";
    let rule = rules::RULES.iter().find(|r| r.id == "cap-growth").unwrap();
    let judged = judge(text, None, &[rule]);
    assert!(judged.found.is_empty() && judged.invalid.is_empty());
}

fn late(rule: &'static rules::Rule) -> Vec<String> {
    let mut green = Vec::new();
    for text in broken(rule.id) {
        let before = Said::of(rule, &text);
        for (name, place) in numbers(&text) {
            if place.len() < LATE.len() || TO_COME.contains(&name.as_str()) {
                continue;
            }
            let after = Said::of(rule, &with(&text, &place, LATE));
            let told = after.unknown.iter().any(|u| !before.unknown.contains(u));
            if after.found < before.found && !told {
                green.push(format!("{}: {name}", rule.id));
            }
        }
    }
    green
}

fn with(text: &str, place: &Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..place.start], &text[place.end..])
}

/// Whole numbers of what was observed, with the names of their fields.
fn numbers(text: &str) -> Vec<(String, Range<usize>)> {
    let observed = text.find("# file: observed/").unwrap_or(text.len());
    let mut found = Vec::new();
    for (at, _) in text.match_indices("\": ").filter(|(at, _)| *at > observed) {
        let start = at + "\": ".len();
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let whole = !text[start + digits..].starts_with('.');
        if digits > 0 && whole {
            let name = text[..at].rsplit('"').next().unwrap_or_default();
            found.push((name.to_owned(), start..start + digits));
        }
    }
    found
}
