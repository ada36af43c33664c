//! An account that somebody can log in to, and that nobody declared.

use crate::look::{count, hosts, listed};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::lab::{Manage, Managed};

pub const RULE: Rule = Rule {
    id: "user-undeclared",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A host has an account that somebody can log in to and that is not declared.",
    rationale: "An account that nobody wrote down is not taken away when its person leaves, and its password is not changed when it leaks. It is \
        also the first thing that an intruder leaves behind.",
    example: "hosts: {web: {users: {anna: {}}}}   # and the host also has 'bob', with a shell",
    controls: &[
        "CIS v8 5.1",
        "NIST CSF 2.0 PR.AA-01",
        "ISO 27001:2022 A.5.16",
    ],
    mend: Mend::DisplayOnly("whose account it is, the owner has to say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        if host.mode(Managed::Users) == Manage::Ignore {
            continue;
        }
        let kind = FactKind::User;
        look.unseen(
            &RULE,
            kind,
            "has other accounts that somebody logs in to",
            out,
        );
        let logins = plan::standing::logins(look.facts);
        let strange: Vec<String> = logins
            .keys()
            .filter(|name| !host.users.contains_key(**name))
            .map(|name| format!("'{name}'"))
            .collect();
        let Some(first) = logins.keys().find(|name| !host.users.contains_key(**name)) else {
            continue;
        };
        let d = RULE
            .finding(format!(
                "{} has {} that nobody declared: {}",
                look.title(),
                count(strange.len(), "account", "accounts"),
                listed(&strange)
            ))
            .note(format!(
                "{} can be logged in to, {} of them declared",
                count(logins.len(), "account", "accounts"),
                logins.len() - strange.len()
            ))
            .help("declare it under 'users' with its keys, or remove it on the host; `holdfast drift accept` writes what is there");
        out.add(look.object.clone(), look.dated(d, kind, first));
    }
}
