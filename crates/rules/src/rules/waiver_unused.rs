//! A waiver that accepts nothing.

use super::RULES;
use super::waiver_invalid::is_promise;
use crate::near::nearest;
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

/// What no finding needed of a waiver in force; waivers of promises are used elsewhere. `there` is what its rule does find of its object and no
/// other waiver accepts, as `only` names it, and `mains` are the objects of findings that only name it beside theirs.
pub(crate) fn about(
    waiver: &Waiver,
    (there, mains): (&[&str], &[&str]),
    used: impl Fn(Option<&str>) -> bool,
) -> Vec<Diagnostic> {
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
    let left: Vec<&str> = there.iter().copied().filter(|t| !used(Some(t))).collect();
    if !unused.is_empty() && !left.is_empty() {
        // Each finding is offered once.
        let mut free = left.clone();
        let each = unused.iter().map(|wrong| {
            let near = nearest(&wrong.value, free.iter().copied());
            free.retain(|part| Some(*part) != near);
            misnamed(waiver, wrong, (&left, near), &message)
        });
        return each.collect();
    }
    if idle {
        let d = RULE.finding(message).at(waiver.id.span, "no such finding");
        return vec![match mains {
            [] => d.fix(Fix::doubtful("remove it", Edit::remove(waiver.span))),
            mains => beside(waiver, mains, d),
        }];
    }
    let about = |part: &&Spanned<String>| {
        RULE.finding(format!("{message} by '{}'", part.value))
            .at(part.span, "no such finding")
            .fix(Fix::doubtful("remove it", Edit::remove(part.span)))
    };
    unused.iter().map(about).collect()
}

/// There is such a finding, and its object is another one.
fn beside(waiver: &Waiver, mains: &[&str], d: Diagnostic) -> Diagnostic {
    const SHOWN: usize = 5;
    let object = waiver.object.as_ref().map_or("", |o| o.value.as_str());
    let (shown, more) = (mains.iter().take(SHOWN), mains.len().saturating_sub(SHOWN));
    let mut of = shown
        .map(|main| format!("'{main}'"))
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        of += &format!(" and {more} more");
    }
    let d = d.note(format!(
        "the finding is about {of}; '{object}' only stands beside it"
    ));
    match (mains, waiver.object.as_ref()) {
        ([main], Some(object)) => {
            let edit = Edit::replace(object.span, *main);
            d.fix(Fix::doubtful(format!("name '{main}' as the object"), edit))
        }
        _ => d.help("name the object that is meant, or remove the waiver"),
    }
}

/// The rule does find something of the object, and `only` names something else: a slip, or another thing by now.
fn misnamed(
    waiver: &Waiver,
    wrong: &Spanned<String>,
    (left, near): (&[&str], Option<&str>),
    message: &str,
) -> Diagnostic {
    const SHOWN: usize = 5;
    let mut d = RULE
        .finding(format!("{message} by '{}'", wrong.value))
        .at(wrong.span, "no such finding");
    for part in left.iter().take(SHOWN) {
        d = d.note(format!("not accepted: {part}"));
    }
    if let Some(more) = left.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        d = d.note(format!("and {more} more"));
    }
    if let Some(near) = near {
        let edit = Edit::replace(wrong.span, scalar(near));
        return d.fix(Fix::doubtful(format!("did you mean '{near}'?"), edit));
    }
    d.help(match parts::named(&waiver.id.value) {
        true => "name what is accepted as it stands there, if it is; else remove it",
        false => "findings of this rule have no parts: 'only' takes their message in full, or is left out where there is one; else remove it",
    })
}

/// A text in quotes, as YAML has it.
fn scalar(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
