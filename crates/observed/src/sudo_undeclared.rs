//! sudo for somebody who is not declared with it.

use crate::look::{count, hosts, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::lab::{Manage, Managed};

pub const RULE: Rule = Rule {
    id: "sudo-undeclared",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "sudo lets an account become somebody else, and the account is not declared with sudo.",
    rationale: "Whoever has sudo is root. A line that was added for an afternoon, or a membership in the group sudo, makes an account as mighty as \
        root without anybody having said so.",
    example: "hosts: {web: {users: {anna: {sudo: no}}}}   # and 'anna ALL=(ALL) NOPASSWD: ALL' in /etc/sudoers.d",
    controls: &[
        "CIS v8 5.4",
        "NIST CSF 2.0 PR.AA-05",
        "ISO 27001:2022 A.8.2",
    ],
    mend: Mend::DisplayOnly("whether somebody needs it, the owner has to say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        if host.mode(Managed::Sudoers) == Manage::Ignore {
            continue;
        }
        let kind = FactKind::Sudoer;
        look.unseen(&RULE, kind, "grants sudo to others", out);
        // Who is in a group that has sudo, the accounts say.
        look.unseen(
            &RULE,
            FactKind::User,
            "grants sudo by groups to others",
            out,
        );
        let strange = plan::standing::undeclared_sudo(host, look.facts);
        for (key, line) in &strange {
            let said = format!("{key}: {line}");
            let d = RULE
                .finding(format!(
                    "sudo of {} grants what nobody declared: {}",
                    look.title(),
                    plain(&said)
                ))
                // The line as it is: who accepted one command has not accepted all of them. Its number in the file changes with the others.
                .of(part(line))
                .note(format!(
                    "{} of sudoers seen, {} for accounts that are not declared with sudo",
                    count(look.items(kind).count(), "line", "lines"),
                    strange.len()
                ))
                .help("declare 'sudo' for the account, or take the line or the membership away");
            out.add(look.object.clone(), look.dated(d, kind, key));
        }
    }
}
