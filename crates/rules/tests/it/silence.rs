//! No rule is silent where what it needs is unknown. Each broken fixture, and each mended one that a decisive change has broken, is checked
//! as often as it has values that may be unknown, each time with one of them unknown.

use crate::fixtures::{body, folder, mutations, read};
use crate::support::{check_with, hits, split};
use diag::{Class, SourceSet};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// A rule that finds nothing any more, and does not say why, once a value is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Silence {
    rule: &'static str,
    /// What is not known: `host.hardware.memory`, or below a list of the lab `flows.0.from`.
    value: String,
}

/// Silences that are right: without the value there is nothing to ask. A rule, or `any`; what is not known, with `*` for any name or number;
/// and why.
const EXCUSED: &[(&str, &str, &str)] = &[
    (
        "any",
        "claims.*.value",
        "a claim without a figure claims none",
    ),
    (
        "any",
        "claims.*.metric",
        "a figure of nobody knows what is held against nothing",
    ),
    (
        "any",
        "claims.*.about",
        "a figure of nobody knows whom is held against nothing",
    ),
    (
        "any",
        "ups.nut",
        "nobody can be asked, and what is not observed is told as such",
    ),
    (
        "sec-snmp-clear",
        "device.snmp.community.env",
        "nobody can be asked with a community that nobody knows where to find",
    ),
    (
        "inv-openwrt-url",
        "device.addresses.*",
        "an address that nobody knows is held against no URL, and is told as such",
    ),
    (
        "inv-openwrt-url",
        "device.openwrt.url",
        "nobody can be asked at an address that nobody knows",
    ),
    (
        "sec-openwrt-clear",
        "device.openwrt.url",
        "nobody can be asked at an address that nobody knows",
    ),
    (
        "claim-term",
        "claims.*.text",
        "a text that nobody knows uses no term",
    ),
    (
        "claim-term",
        "risk.mitigation",
        "a text that nobody knows uses no term",
    ),
    (
        "claim-config",
        "service.controls.*",
        "a control that nobody says is there is not claimed",
    ),
    (
        "claim-config",
        "service.controls.*.is",
        "a control that nobody says is there is not claimed",
    ),
    (
        "claim-evidence",
        "phase.items.*.done",
        "what is not ticked needs no evidence",
    ),
    (
        "claim-state",
        "phase.items.*.done",
        "what is not said to be done rests on nothing",
    ),
    (
        "claim-state",
        "phase.status",
        "what is not said to be done rests on nothing",
    ),
    (
        "claim-state",
        "requirement.status",
        "what is not said to be met rests on nothing",
    ),
    (
        "claim-state",
        "risk.status",
        "what is not said to be mitigated rests on nothing",
    ),
];

#[test]
fn no_rule_is_silent_about_what_is_not_known() {
    let found: BTreeSet<Silence> = rules::RULES.par_iter().flat_map(silences).collect();
    let excuses = |s: &Silence, (rule, value, _): &(&str, &str, &str)| {
        (*rule == "any" || *rule == s.rule) && fits(value, &s.value)
    };
    let silent: Vec<String> = found
        .iter()
        .filter(|s| !EXCUSED.iter().any(|e| excuses(s, e)))
        .map(|s| format!("{} where {} is unknown", s.rule, s.value))
        .collect();
    assert!(
        silent.is_empty(),
        "silent, and no excuse:\n{}",
        silent.join("\n")
    );
    for excuse in EXCUSED {
        assert!(
            found.iter().any(|s| excuses(s, excuse)),
            "nothing needs {excuse:?}"
        );
    }
}

fn fits(pattern: &str, value: &str) -> bool {
    let (wanted, is): (Vec<&str>, Vec<&str>) =
        (pattern.split('.').collect(), value.split('.').collect());
    let same = |(w, i): (&&str, &&str)| *w == "*" || w == i;
    wanted.len() == is.len() && wanted.iter().zip(&is).all(same)
}

fn silences(rule: &'static rules::Rule) -> Vec<Silence> {
    let labs = broken(rule.id);
    let of = labs.par_iter().flat_map_iter(|text| of_lab(rule, text));
    of.collect()
}

/// Labs that a rule finds fault with: its broken fixture, and what decisive changes make of the mended one.
pub(crate) fn broken(rule: &str) -> Vec<String> {
    let of = |name: &str| read(&folder().join(rule).join(name));
    let mended = of("mended.yaml");
    let text = body(&mended);
    let changed = mutations(&mended).into_iter();
    let changed = changed.map(|(from, to)| text.replacen(&from, &to, 1));
    [body(&of("broken.yaml"))]
        .into_iter()
        .chain(changed)
        .collect()
}

fn of_lab(rule: &'static rules::Rule, text: &str) -> Vec<Silence> {
    let before = Said::of(rule, text);
    let mut out = Vec::new();
    for place in values(text) {
        let changed = with(text, &place);
        let Some(value) = opened(&changed, place.start) else {
            continue;
        };
        let after = Said::of(rule, &changed);
        let told = after.unknown.iter().any(|u| !before.unknown.contains(u));
        if after.found < before.found && !told {
            out.push(Silence {
                rule: rule.id,
                value,
            });
        }
    }
    out
}

/// How much a rule finds, and what it cannot tell.
pub(crate) struct Said {
    pub(crate) found: usize,
    pub(crate) unknown: BTreeSet<String>,
}

impl Said {
    pub(crate) fn of(rule: &'static rules::Rule, text: &str) -> Self {
        let (all, _) = check_with(text, None, &[rule]);
        let unknown = all.iter().filter(|d| d.code == rule.id && d.unknown);
        Self {
            found: hits(&all, rule.id).len(),
            unknown: unknown.map(|d| d.message.clone()).collect(),
        }
    }
}

fn with(text: &str, place: &Range<usize>) -> String {
    format!(
        "{}{{unknown: nobody looked}}{}",
        &text[..place.start],
        &text[place.end..]
    )
}

/// What became unknown, if the language allows it.
fn opened(mutated: &str, at: usize) -> Option<String> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", split(mutated).0);
    let (lab, found) = lang::analyze(&sources);
    if found.iter().any(|d| d.class == Class::Invalid) {
        return None;
    }
    let open = lab.open.iter().find(|o| o.key.span.start as usize == at)?;
    let kind = open.object.as_ref().map(|o| o.kind.word().to_owned());
    let path = kind.into_iter().chain(open.path.iter().cloned());
    Some(path.collect::<Vec<_>>().join("."))
}

/// Where single values may stand: what is neither a key nor a bracket, and maps that stand for one value. The language says which of them
/// can be unknown.
fn values(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in split(text).0.split_inclusive('\n') {
        let code = line.split(" #").next().unwrap_or_default();
        if !code.trim_start().starts_with('#') {
            let of_line = of_line(code).into_iter();
            out.extend(of_line.map(|r| start + r.start..start + r.end));
        }
        start += line.len();
    }
    out
}

fn of_line(line: &str) -> Vec<Range<usize>> {
    let (mut out, mut open, mut from, mut quote) = (Vec::new(), Vec::new(), 0, None);
    for (at, c) in line.char_indices() {
        let next = line[at + c.len_utf8()..].chars().next();
        if quote.is_some() {
            quote = quote.filter(|q| *q != c);
            continue;
        }
        match c {
            '"' | '\'' if line[from..at].trim_matches([' ', '-']).is_empty() => quote = Some(c),
            '{' | '[' => open.push(at),
            '}' | ']' => {
                out.extend(value(line, from..at));
                let stands = |o: &usize| {
                    let forms = ["{assumed:", "{measured:"];
                    forms.iter().any(|form| line[*o..].starts_with(form))
                };
                out.extend(open.pop().filter(stands).map(|o| o..at + 1));
            }
            ',' if !open.is_empty() => out.extend(value(line, from..at)),
            ':' if next.is_none_or(char::is_whitespace) => {}
            _ => continue,
        }
        if quote.is_none() {
            from = at + 1;
        }
    }
    out.extend(value(line, from..line.len()));
    out
}

/// What stands between two marks, without the dash of a list.
fn value(line: &str, between: Range<usize>) -> Option<Range<usize>> {
    let text = &line[between.clone()];
    let text = text.trim_start().strip_prefix("- ").unwrap_or(text);
    let text = text.trim_start();
    let start = between.end - text.len();
    let end = start + text.trim_end().len();
    (end > start).then_some(start..end)
}
