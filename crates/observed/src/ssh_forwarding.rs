//! sshd lets the agents of those who log in be used on the host.

use crate::look::hosts;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::{FactKind, Seen};
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "ssh-forwarding",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "sshd lets those who log in forward their ssh agent to the host.",
    rationale: "While an agent is forwarded, whoever is root on that host can use the keys in it to go on to every other host. ssh_config(5) warns of \
        it; ProxyJump does the same work without. OpenSSH allows it by default, so this is told and not held against anybody.",
    example: "sshd: {AllowAgentForwarding: yes}",
    controls: &["NIST CSF 2.0 PR.AA-05", "ISO 27001:2022 A.8.2"],
    mend: Mend::DisplayOnly("somebody may rely on it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        let (kind, keyword) = (FactKind::Sshd, "allowagentforwarding");
        match look.seen(kind, keyword) {
            Seen::Present(Value::Text(text)) if text == "no" => {}
            Seen::Present(value) => {
                let d = RULE
                    .finding(format!(
                        "{} lets ssh agents be forwarded to it",
                        look.title()
                    ))
                    .note(format!("sshd: {keyword} {value}"));
                let d = match host.sshd.get(keyword) {
                    Some(declared) => d.at(declared.span, ""),
                    None => d,
                };
                let d = d.help("add 'AllowAgentForwarding: no' to its 'sshd'; `ssh -J` goes on from here without it");
                out.add(look.object.clone(), look.dated(d, kind, keyword));
            }
            Seen::Absent => {}
            Seen::Unknown(reason) => {
                look.unknown(&RULE, kind, "lets ssh agents be forwarded", &reason, out);
            }
        }
    }
}
