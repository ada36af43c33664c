//! A key that opens a host, and that no declared account has.

use crate::look::{count, hosts, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::lab::{Manage, Managed};
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "ssh-key-unowned",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A host accepts an ssh key that no declared account has.",
    rationale: "A key in authorized_keys opens the host for ever, on whichever laptop it lies. One that nobody owns is never taken out: it belonged \
        to a machine that was sold, to somebody who helped once, or to whoever broke in.",
    example: "hosts: {web: {users: {anna: {keys: [ssh-ed25519 AAAA… anna@desk]}}}}   # and a second key in her authorized_keys",
    controls: &[
        "CIS v8 5.1",
        "NIST CSF 2.0 PR.AA-01",
        "ISO 27001:2022 A.5.17",
    ],
    mend: Mend::DisplayOnly("whose key it is, the owner has to say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        if host.mode(Managed::Keys) == Manage::Ignore {
            continue;
        }
        let kind = FactKind::Key;
        look.unseen(&RULE, kind, "accepts other keys", out);
        let strange = plan::standing::undeclared_keys(host, look.facts);
        let all = look.items(kind).count();
        for (key, value) in &strange {
            let name = match value.field("comment").and_then(Value::as_text) {
                Some(comment) if !comment.is_empty() => format!("{key} ({comment})"),
                _ => (*key).to_owned(),
            };
            let d = RULE
                .finding(format!(
                    "{} accepts a key that nobody owns: {}",
                    look.title(),
                    plain(&name)
                ))
                .of(part(key))
                .note(format!(
                    "{} accepted, {} of them declared",
                    count(all, "key", "keys"),
                    all - strange.len()
                ))
                .help("declare it under the account's 'keys', or take it out of authorized_keys");
            out.add(look.object.clone(), look.dated(d, kind, key));
        }
    }
}
