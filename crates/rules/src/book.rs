//! The rule book: one page per rule, from the same data that `explain` prints and findings carry.

use crate::{RULES, Rule};
use diag::Severity;
use std::fmt::Write as _;

/// The first line of every page, so that nobody mends it by hand.
const WRITTEN: &str =
    "<!-- Written by `cargo xtask gen`; the text stands in crates/rules/src/rules. -->";

/// The word for a severity.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The page of a rule, with what it says of the fixture that it finds fault with.
pub fn page(rule: &Rule, finding: &str) -> String {
    let mut out = format!("{WRITTEN}\n\n# {}\n\n{}\n\n", rule.id, rule.summary);
    let _ = writeln!(
        out,
        "Severity: **{}**, since {}.",
        word(rule.severity),
        rule.since
    );
    if !rule.controls.is_empty() {
        let _ = writeln!(out, "Controls: {}.", rule.controls.join(", "));
    }
    let _ = writeln!(out, "Mend: **{}**: {}.", rule.mend.word(), rule.mend.why());
    let _ = write!(
        out,
        "\n## Why\n\n{}\n\n## Example\n\n```yaml\n{}\n```\n\n## What it says\n\n```text\n{}\n```\n",
        rule.rationale,
        rule.example,
        finding.trim_end()
    );
    out
}

/// The list of all rules.
pub fn index() -> String {
    let mut out = format!(
        "{WRITTEN}\n\n# Rules\n\n{} rules. `holdfast explain ID` prints a page, `holdfast check LAB` applies them all; those on what is observed where `holdfast observe` has kept something.\n\n",
        RULES.len()
    );
    out.push_str(
        "A finding that is lived with is waived, with a reason, an owner and an end; how much a rule matters is set per lab, with a reason:\n\n```yaml\n\
         waivers: [{rule: bak-same-domain, object: dataset/photos, reason: moving in March, owner: anna, expires: 2027-03-31}]\n\
         rules: {img-pin: {severity: info, why: images are rebuilt every week}}\n```\n\nOf the mends, `holdfast check --fix` writes the safe ones, and with `--unsafe-fixes` the unsafe ones as well; `--diff` shows either as a patch.\n\n\
         | rule | severity | mend | what it finds |\n|---|---|---|---|\n",
    );
    for rule in RULES {
        let (id, severity) = (rule.id, word(rule.severity));
        let _ = writeln!(
            out,
            "| [{id}]({id}.md) | {severity} | {} | {} |",
            rule.mend.word(),
            rule.summary.replace('|', "\\|")
        );
    }
    out
}
