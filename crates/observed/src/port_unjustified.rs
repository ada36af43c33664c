//! A way in that nobody answers for.

use crate::look::{hosts, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;
use model::lab::{Manage, Managed};
use plan::filter::Passes;
use plan::ports::{Justification, Port, ports};

pub const RULE: Rule = Rule {
    id: "port-unjustified",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A host listens on, or publishes, a port that no exposure gives a reason for.",
    rationale: "Every open port is a promise to keep what answers behind it patched and watched. One that nobody declared is kept by nobody: it \
        was opened for a test, by a package, or by somebody who should not be there.",
    example: "hosts: {web: {exposures: []}}   # and python3 listens on 0.0.0.0:8080",
    controls: &[
        "CIS v8 4.8",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::DisplayOnly("whether a way in is wanted, and why, is the owner's to say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        if host.mode(Managed::Listeners) == Manage::Ignore {
            continue;
        }
        let kind = FactKind::Listener;
        let rows = ports(ctx.lab, look.name, host, look.facts);
        let of =
            |state: Justification| rows.iter().filter(|r| r.state == state).collect::<Vec<_>>();
        let open = of(Justification::None);
        if of(Justification::Unknown).is_empty() && !plan::ports::sockets_and_leads(look.facts) {
            look.unseen(&RULE, kind, "has other ways in", out);
        }
        for row in of(Justification::Unknown) {
            let reason = Reason::new(row.reason.clone());
            look.unknown(&RULE, kind, "has other ways in", &reason, out);
        }
        let (declared, local) = (
            of(Justification::Declared).len(),
            of(Justification::Local).len(),
        );
        let sum = format!(
            "{} sockets and published ports: {declared} declared with a reason, {local} only local, {} without a reason",
            declared + local + open.len(),
            open.len()
        );
        for row in open {
            let d = RULE
                .finding(format!(
                    "{} has a way in that nobody answers for: {}",
                    look.title(),
                    described(row)
                ))
                .of(part(&row.socket))
                .note(sum.as_str());
            let from = row.from(&Passes::Yes);
            let d = match from.is_empty() {
                true => d,
                false => d.note(format!(
                    "{} is let in from {}",
                    plain(&row.socket),
                    from.join(", ")
                )),
            };
            let d = d.help(
                "stop what listens, or declare it: 'exposures: [{port: …, from: …, why: …, owner: …, review: …}]'; `holdfast ports --why` shows what lets it in",
            );
            out.add(look.object.clone(), look.dated(d, kind, &row.socket));
        }
    }
}

fn described(row: &Port) -> String {
    match row.process.as_str() {
        "-" => plain(&row.socket),
        process => format!("{} ({})", plain(&row.socket), plain(process)),
    }
}
