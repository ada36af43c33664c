//! A firewall command that the firewall refuses.

use crate::call::object;
use crate::netfilter::{Parsed, lines};
use crate::{Context, Findings, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "fw-syntax",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document has a command of ufw, iptables or nft that the program refuses.",
    rationale: "A script goes on behind a line that fails, and the firewall is open where it was meant to be closed. `ufw deny incoming` looks \
        right and sets nothing: the policy needs the word 'default'.",
    example: "ufw deny incoming",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for line in lines(ctx) {
        let Parsed::Wrong { span, why, help } = &line.parsed else {
            continue;
        };
        let number = line.document.line(*span);
        let d = RULE
            .finding(format!(
                "line {number} of document '{}' is refused by {}: {why}",
                line.document.name,
                line.call.program()
            ))
            .at(*span, "refused")
            .note(format!("by the grammar of {}(8)", line.call.program()))
            .help(help.clone());
        out.add(object(line.document), d);
    }
}
