//! A waiver that accepts nothing.

use super::RULES;
use super::waiver_invalid::is_promise;
use crate::{Mend, Rule, parts};
use diag::{Diagnostic, Edit, Fix, Severity, Spanned};
use model::lab::Waiver;

pub(crate) const RULE: Rule = Rule {
    id: "waiver-unused",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A waiver accepts a finding that is not there.",
    rationale: "What it accepted has been mended, or its object was renamed. Left in place it would silently accept the same \
        finding when it comes back.",
    example: "waivers: [{rule: bak-coverage, object: dataset/photos, …}]   # and the photos are in a backup",
    controls: &["NIST CSF 2.0 ID.RA-06"],
    mend: Mend::Unsafe(
        "removes it; a finding about what is observed on a machine may still need it",
    ),
    // Which waivers were used is known only after all rules have run.
    run: |_, _| (),
};

/// What no finding needed of a waiver in force; waivers of promises are used elsewhere.
pub(crate) fn about(waiver: &Waiver, used: impl Fn(Option<&str>) -> bool) -> Vec<Diagnostic> {
    let id = &waiver.id.value;
    if is_promise(waiver) || !RULES.iter().any(|r| r.id == id) || !parts::fits(waiver) {
        return Vec::new();
    }
    let object = waiver.object.as_ref().map_or("", |o| o.value.as_str());
    let message = format!("the waiver of '{id}' for '{object}' accepts nothing");
    let none = |part: &Spanned<String>| !used(Some(&part.value));
    let unused: Vec<&Spanned<String>> = waiver.only.iter().filter(|p| none(p)).collect();
    let idle = match waiver.only.is_empty() {
        true => !used(None),
        false => unused.len() == waiver.only.len(),
    };
    if idle {
        let d = RULE.finding(message).at(waiver.id.span, "no such finding");
        let fix = Fix::doubtful("remove it", Edit::remove(waiver.span));
        return vec![d.help("remove it").fix(fix)];
    }
    let about = |part: &&Spanned<String>| {
        RULE.finding(format!("{message} by '{}'", part.value))
            .at(part.span, "no such finding")
            .help("remove it")
            .fix(Fix::doubtful("remove it", Edit::remove(part.span)))
    };
    unused.iter().map(about).collect()
}
