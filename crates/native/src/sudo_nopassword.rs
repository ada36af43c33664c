//! An account becomes root without a password.

use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::lab::Sudo;

pub const RULE: Rule = Rule {
    id: "sudo-nopassword",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "An account becomes root without a password.",
    rationale: "Whoever has the account's key, or a shell that somebody left open, has the host. Automation needs it; then the \
        key is worth as much as root's password and should be guarded like it, by a passphrase or a hardware token.",
    example: "users: {admin: {sudo: nopassword}}",
    controls: &["NIST CSF 2.0 PR.AA-05", "ISO 27001:2022 A.8.2"],
    mend: Mend::None("keys on a token and passwords are habits of people"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        for (login, user) in &machine.users {
            let Some(sudo) = user.sudo.as_ref().filter(|s| s.value == Sudo::NoPassword) else {
                continue;
            };
            let keys = user.keys.len();
            let noun = if keys == 1 { "key" } else { "keys" };
            let d = RULE
                .finding(format!(
                    "user '{login}' of {called} becomes root without a password"
                ))
                .at(sudo.span, "")
                .of(login.as_str())
                .note(format!("keys that are as good as root: {keys} {noun}"))
                .help("keep those keys on a hardware token, or use 'sudo: password' for people");
            out.add(of.clone(), d);
        }
    }
}
