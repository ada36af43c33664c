//! Keys of accounts that sshd turns away.

use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub const RULE: Rule = Rule {
    id: "ssh-no-login",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An account has keys to log in with, but is not among AllowUsers.",
    rationale: "sshd turns such an account away although its key is in place. Either the key is forgotten and should go, or \
        its owner will find out at the worst moment.",
    example: "hosts: {web: {users: {carla: {keys: […]}}, sshd: {AllowUsers: anna}}}",
    controls: &[
        "CIS v8 6.1",
        "NIST CSF 2.0 PR.AA-01",
        "ISO 27001:2022 A.5.18",
    ],
    mend: Mend::None("letting it in or taking the key away is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        let Some(allowed) = machine.sshd.get("allowusers") else {
            continue;
        };
        let words: Vec<&str> = allowed.value.split_whitespace().collect();
        // A pattern may fit anybody.
        if words.iter().any(|w| w.contains(['*', '?', '@'])) {
            continue;
        }
        for (user, account) in &machine.users {
            if account.keys.is_empty() || words.contains(&user.as_str()) {
                continue;
            }
            let keys = account.keys.len();
            let noun = if keys == 1 { "key" } else { "keys" };
            let d = RULE
                .finding(format!(
                    "'{user}' has {keys} {noun} on {called}, but AllowUsers turns the account away"
                ))
                .at(account.span, format!("{keys} {noun}"))
                .and_at(allowed.span, format!("lets in {}", words.join(", ")))
                .help(format!("add {user} to AllowUsers, or take the {noun} away"));
            out.add(of.clone(), d);
        }
    }
}
