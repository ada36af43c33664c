//! A secret stands in clear text in a file of the lab.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "sec-clear-text",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A secret stands in clear text in a file that the lab consists of.",
    rationale: "Whoever can read the repository, any copy of it or its history has the secret, and nobody notices. Change it, and keep the new one in a file that only the right keys open: then the tree can be shown and copied without fear. Where the language expects a reference to a secret, the code is secret-in-clear.",
    example: "services: {db: {environment: {POSTGRES_PASSWORD: 'Tr0ub4dor&3'}}}",
    controls: &[
        "CIS v8 3.11",
        "NIST CSF 2.0 PR.DS-01",
        "ISO 27001:2022 A.8.24",
    ],
    mend: Mend::None(
        "a secret that stood in the tree has to be changed, where it is used, by who can",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for leak in ctx.leaks {
        let d = RULE
            .finding(format!("{} stands in clear text", leak.what))
            .at(leak.span, "")
            .of(format!("{}: {}", leak.file, leak.what))
            .note("it is not shown; whoever can read this repository, or its history, has it")
            .help("change it first: it stays in the history")
            .help("then keep it with 'holdfast secret set' or sops, and refer to it; docs/secrets.md says how");
        out.add_about(None, d);
    }
}
