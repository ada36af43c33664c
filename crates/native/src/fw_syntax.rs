//! A firewall command that the firewall refuses.

use crate::call::object;
use crate::netfilter::{Line, Parsed, lines};
use crate::wording::count;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
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
    mend: Mend::DisplayOnly("a firewall that begins to deny can lock its owner out"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut unread: BTreeMap<&str, Vec<Line<'_>>> = BTreeMap::new();
    for line in lines(ctx) {
        if matches!(line.parsed, Parsed::Unknown) {
            unread.entry(&line.document.name).or_default().push(line);
            continue;
        }
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
    for (name, lines) in unread {
        let Some(first) = lines.first() else { continue };
        let numbers: Vec<String> = lines
            .iter()
            .map(|l| l.document.line(l.call.command.span).to_string())
            .collect();
        let d = RULE
            .unknown(format!("whether the firewall takes {} of document '{name}'", count(lines.len(), "command")))
            .at(first.call.command.span, "not known well enough to tell")
            .note(format!("lines {}: they use variables, profiles of applications or matches that are not looked into", numbers.join(", ")));
        out.add(object(first.document), d);
    }
}
