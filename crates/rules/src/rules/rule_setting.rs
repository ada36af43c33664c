//! A setting of a rule that there is not.

use crate::near::nearest;
use crate::rules::RULES;
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity, Span};
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "rule-setting",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A severity is set for a rule that does not exist, or for one that guards waivers and settings.",
    rationale: "A setting that reaches nothing leaves findings as they are while everybody believes otherwise. And if rules \
        about waivers and settings could be turned down, nobody would notice the rest.",
    example: "rules: {bak-coverag: {severity: info, why: it is a test lab}}",
    controls: &["NIST CSF 2.0 ID.RA-06"],
    mend: Mend::Unsafe("writes the id that was meant"),
    run,
};

/// Rules whose severity stays as it is.
pub(crate) const GUARDS: [&str; 3] = ["rule-setting", "waiver-invalid", "waiver-unused"];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (id, (span, _)) in &ctx.lab.rules {
        let object = ObjectRef::new(Kind::Host, "-");
        if GUARDS.contains(&id.as_str()) {
            let d = RULE.finding(format!("the severity of '{id}' cannot be set"));
            out.add(
                object,
                d.at(*span, "guards waivers and settings").help("remove it"),
            );
        } else if !RULES.iter().any(|r| r.id == id) {
            let mut d = RULE.finding(format!("there is no rule '{id}' to set"));
            d.fix = meant(id, *span);
            out.add(
                object,
                d.at(*span, "no such rule")
                    .help("'holdfast check' prints the ids in brackets"),
            );
        }
    }
}

/// The rule that was meant by an id that is none.
pub(crate) fn meant(id: &str, span: Span) -> Option<Fix> {
    let near = nearest(id, RULES.iter().map(|r| r.id))?;
    let edit = Edit::replace(span, near);
    Some(Fix::doubtful(format!("did you mean '{near}'?"), edit))
}
