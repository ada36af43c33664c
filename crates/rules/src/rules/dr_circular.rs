//! Recoveries that wait for themselves.

use crate::recovery::{Loop, Node, loops};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::id::ObjectRef;

pub(crate) const RULE: Rule = Rule {
    id: "dr-circular",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Something can only be started or restored with the help of itself.",
    rationale: "While everything runs, circles go unnoticed: the backup's key in the password manager whose data is in that backup, \
        the cluster's state in object storage that runs on the cluster, the name server that is reached by name. After a power cut \
        or a loss there is no first step. Secrets, state, registries, DNS and git are part of the circle like any service.",
    example: "secrets: {s3-key: {in: vaultwarden, held_by: vaultwarden, opens: [s3]}}   # and vaultwarden's data is backed up to s3",
    controls: &[
        "CIS v8 11.1",
        "NIST CSF 2.0 RC.RP-01",
        "ISO 27001:2022 A.5.30",
    ],
    mend: Mend::None("where the circle is broken is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for circle in loops(ctx.lab, ctx.copies(), ctx.bodies()) {
        if let Some((first, _)) = circle.steps.first() {
            let object = ObjectRef::new(first.0, first.1);
            out.add(object, finding(&circle, *first));
        }
    }
}

fn words((kind, name): Node<'_>) -> String {
    format!("{} '{name}'", kind.word())
}

fn finding(circle: &Loop<'_>, first: Node<'_>) -> Diagnostic {
    let restores = circle.steps.iter().any(|(_, e)| e.restores);
    let what = words(first);
    let message = match restores {
        true => format!("{what} cannot be restored after a loss: it waits for itself"),
        false => format!("{what} cannot start when everything is off: it waits for itself"),
    };
    let mut d = RULE.finding(message);
    let mut chain = what;
    for (n, (node, edge)) in circle.steps.iter().enumerate() {
        let label = format!("{} {} {}", words(*node), edge.why, words(edge.to));
        d = match n {
            0 => d.at(edge.span, label),
            _ => d.and_at(edge.span, label),
        };
        chain = format!("{chain} {} {}", edge.why, words(edge.to));
        if n + 1 < circle.steps.len() {
            chain.push_str(", which");
        }
    }
    d = d.note(format!("the circle: {chain}"));
    if !circle.waiting.is_empty() {
        let shown: Vec<String> = circle.waiting.iter().take(5).map(|n| words(*n)).collect();
        let more = match circle.waiting.len() - shown.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        d = d.note(format!("waiting with it: {}{more}", shown.join(", ")));
    }
    d.help(match restores {
        true => "break it at one place: a second copy that stands outside, the secret on paper too ('escrow'), or a definition that can be had without it",
        false => "break it at one place: let one of them start without the other (a cache, a fixed address, a second instance elsewhere)",
    })
}
