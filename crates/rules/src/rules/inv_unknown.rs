//! What the lab says that it does not know.

use crate::claims::subject;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "inv-unknown",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "A value is declared as unknown, so that the rules that rest on it say nothing.",
    rationale: "'unknown' is the honest thing to write where nobody has looked. But a rule that needs the value cannot judge, and its silence must \
        not pass for approval: what is open is counted, and listed on demand.",
    example: "pools: {tank: {kind: md, level: unknown, devices: [nas/a, nas/b]}}",
    controls: &["CIS v8 1.1", "NIST CSF 2.0 ID.AM-01"],
    mend: Mend::None("somebody has to look"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (object, keys) in &ctx.lab.open {
        let Some((first, rest)) = keys.split_first() else {
            continue;
        };
        let mut names: Vec<String> = keys.iter().map(|k| format!("'{}'", k.value)).collect();
        names.dedup();
        let of = match object {
            Some(object) => format!(" of {}", subject(Some(object))),
            None => String::new(),
        };
        let (what, is) = (
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" },
        );
        let mut d = RULE
            .unknown(format!("what {what}{of} {is}"))
            .at(first.span, "declared as unknown");
        for key in rest {
            d = d.and_at(key.span, "declared as unknown");
        }
        out.add_about(
            object.clone(),
            d.note("rules that rest on it have not judged"),
        );
    }
}
