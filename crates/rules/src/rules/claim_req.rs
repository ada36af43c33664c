//! A must that nothing meets.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::road::{Met, Priority};

pub(crate) const RULE: Rule = Rule {
    id: "claim-req",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A requirement that must be met is traced to nothing that meets it.",
    rationale: "A requirement without something that meets it is a wish. Tracing each must to what implements it shows what was forgotten, and what breaks \
        when that is changed.",
    example: "requirements: {encrypted: {text: Data at rest is encrypted, priority: must, status: met}}",
    controls: &["NIST CSF 2.0 GV.PO-01", "ISO 27001:2022 A.5.8"],
    mend: Mend::None("what meets the requirement is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, requirement) in &ctx.lab.requirements {
        if requirement.priority.known() != Some(&Priority::Must) || !requirement.met_by.is_empty() {
            continue;
        }
        let text = requirement.text.known().map_or("", |t| t.0.as_str());
        let status = requirement.status.as_ref();
        let state = status
            .and_then(|s| s.value())
            .map_or("not said", |s| s.word());
        let message = match status.and_then(|s| s.value()) {
            Some(Met::Met) => format!(
                "requirement '{name}' is said to be met, and nothing is named that meets it"
            ),
            _ => {
                format!("requirement '{name}' must be met, and nothing is named that will meet it")
            }
        };
        // Who says that it is still to be met does not contradict himself.
        let severity = match status.and_then(|s| s.value()) {
            Some(Met::Planned | Met::Unmet) => Severity::Warning,
            _ => RULE.severity,
        };
        let d = RULE
            .with(severity, message)
            .at(requirement.span, "'met_by' is not given")
            .note(format!(
                "'{text}', priority: must, status: {state}, met by: 0"
            ))
            .help("name what meets it under 'met_by', or say that it is no must");
        out.add(ObjectRef::new(Kind::Requirement, name), d);
    }
}
