//! What the lab says that it does not know.

use crate::claims::subject;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "inv-unknown",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "A value is declared as unknown, so that the rules that rest on it cannot judge.",
    rationale: "'unknown' is the honest thing to write where nobody has looked. A rule that needs the value says that it cannot judge; what is open is \
        counted, and listed on demand with the reason that is given for it.",
    example: "pools: {tank: {kind: md, level: unknown, devices: [nas/a, nas/b]}}",
    controls: &["CIS v8 1.1", "NIST CSF 2.0 ID.AM-01"],
    mend: Mend::None("somebody has to look"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for open in ctx.lab.open.chunk_by(doubt::open::together) {
        let Some((first, rest)) = open.split_first() else {
            continue;
        };
        let mut names: Vec<String> = open.iter().map(|o| format!("'{}'", o.key.value)).collect();
        names.dedup();
        let of = match &first.object {
            Some(object) => format!(" of {}", subject(Some(object))),
            None => String::new(),
        };
        let (what, is) = (
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" },
        );
        let mut d = RULE
            .unknown(format!("what {what}{of} {is}"))
            .at(first.key.span, "declared as unknown");
        for open in rest {
            d = d.and_at(open.key.span, "declared as unknown");
        }
        for open in open {
            d.notes.extend(doubt::open::reason(open));
        }
        out.add_about(
            first.object.clone(),
            d.note("rules that rest on it have not judged"),
        );
    }
}
