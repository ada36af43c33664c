//! A declared way in that nothing answers.

use crate::look::{count, hosts};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::lab::{Manage, Managed};

pub const RULE: Rule = Rule {
    id: "port-missing",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An exposure is declared, and nothing listens there.",
    rationale: "Either the service is down and nobody noticed, or the exposure is a leftover: the firewall is still open for it, and the next \
        program that takes the port is let in at once.",
    example: "exposures: [{port: 443, from: internet, why: wiki}]   # and nothing listens on 443",
    controls: &[
        "CIS v8 4.8",
        "NIST CSF 2.0 DE.CM-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::None("the service is started, or the exposure goes"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        let kind = FactKind::Listener;
        if host.exposures.is_empty() || host.mode(Managed::Listeners) == Manage::Ignore {
            continue;
        }
        let Some(missing) = plan::ports::unanswered(host, look.facts) else {
            // Ports that are led elsewhere answer too, so that the filter has to be seen as well.
            let kinds = [kind, FactKind::Chain, FactKind::Address];
            let what = "answers at every declared way in";
            match kinds.into_iter().find(|k| look.gap(*k).is_some()) {
                Some(kind) => look.unseen(&RULE, kind, what, out),
                None => look.untold(&RULE, FactKind::Chain, what, out),
            }
            continue;
        };
        for exposure in missing {
            let (protocol, port) = (exposure.protocol.word(), exposure.port.value);
            let sockets = look.items(kind).count();
            let d = RULE
                .finding(format!(
                    "nothing answers at {protocol} port {port} of {}",
                    look.title()
                ))
                .of(format!("{protocol}/{port}"))
                .at(exposure.span, "declared, and nothing listens")
                .note(format!(
                    "{} seen, 0 of them at {protocol} port {port}",
                    count(sockets, "socket", "sockets")
                ))
                .help("start what is to answer, or take the exposure out");
            out.add(look.object.clone(), look.dated(d, kind, "*"));
        }
    }
}
