//! An account that somebody can log in to, and that nobody declared.

use crate::look::{count, hosts, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
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
        let names = logins.keys().copied();
        let strange: Vec<&str> = names
            .filter(|name| !host.users.contains_key(*name))
            .collect();
        for name in &strange {
            let d = RULE
                .finding(format!(
                    "{} has an account that nobody declared: '{}'",
                    look.title(),
                    plain(name)
                ))
                .of(part(name))
                .note(format!(
                    "{} can be logged in to, {} of them declared",
                    count(logins.len(), "account", "accounts"),
                    logins.len() - strange.len()
                ))
                .help("declare it under 'users' with its keys, or remove it on the host; `holdfast drift accept` writes what is there");
            out.add(look.object.clone(), look.dated(d, kind, name));
        }
    }
}
