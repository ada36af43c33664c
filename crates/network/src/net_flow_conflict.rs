//! The same traffic is permitted and forbidden.

use crate::traffic::{has_named_ports, ports};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{Opt, OptExt as _, Or};
use model::id::ObjectRef;
use model::lab::network::{Action, AnyPort, End, Flow};
use model::units::net::Ports;

pub const RULE: Rule = Rule {
    id: "net-flow-conflict",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Of two flows with the same ends and ports, one allows and the other denies.",
    rationale: "Only one of the two can be so, and whoever sets up the router finds the one or the other. Holdfast takes the one that \
        denies; the lines do not say which was meant. A line for named ports beside one for all of them is an exception, and fine.",
    example: "flows: [{from: iot, to: lan, ports: any, action: deny}, {from: iot, to: lan, ports: any, action: allow}]",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::None("which of the two is meant is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let flows = &ctx.lab.flows;
    for (n, later) in flows.iter().enumerate() {
        let same = |earlier: &&Flow| {
            let ends = is_same(&earlier.from, &later.from) && is_same(&earlier.to, &later.to);
            let actions = (earlier.action.known(), later.action.known());
            let differ = matches!(
                actions,
                (Some(Action::Allow), Some(Action::Deny))
                    | (Some(Action::Deny), Some(Action::Allow))
            );
            ends && differ
                && has_named_ports(earlier) == has_named_ports(later)
                && meet(earlier, later)
        };
        let Some(earlier) = flows.iter().take(n).find(same) else {
            continue;
        };
        let action = |f: &Flow| f.action.known().map_or("?", |a| a.word());
        let (from, to) = (word(&later.from), word(&later.to));
        let d = RULE
            .finding(format!(
                "traffic from {from} to {to} is allowed and denied: {} and {}",
                ports(earlier),
                ports(later)
            ))
            .at(later.span, action(later))
            .and_at(earlier.span, action(earlier))
            .note("equally exact: the same ends, and ports in common; the one that denies is taken")
            .help("remove one of the two, or name the ports of the exception");
        out.add_about(object(&later.from), d);
    }
}

fn is_same(a: &Opt<End>, b: &Opt<End>) -> bool {
    match (a.known(), b.known()) {
        (Some(Or::Ref(a)), Some(Or::Ref(b))) => a.0 == b.0,
        (Some(Or::Word(a)), Some(Or::Word(b))) => a == b,
        _ => false,
    }
}

/// Both are for all ports, or they name some in common.
fn meet(a: &Flow, b: &Flow) -> bool {
    if !has_named_ports(a) {
        return true;
    }
    let named = |f: &Flow| -> Vec<Ports> {
        let ports = f.ports.iter().filter_map(|p| match &p.value {
            Or::Word(AnyPort::Any) => None,
            Or::Ref(ports) => Some(*ports),
        });
        ports.collect()
    };
    let theirs = named(b);
    named(a).iter().any(|a| {
        theirs
            .iter()
            .any(|b| a.protocol() == b.protocol() && a.first() <= b.last() && b.first() <= a.last())
    })
}

fn word(end: &Opt<End>) -> String {
    match end.known() {
        Some(Or::Ref(r)) => format!("{} '{}'", r.kind().word(), r.name()),
        Some(Or::Word(w)) => format!("'{}'", w.word()),
        None => "?".to_owned(),
    }
}

/// The zone or whatever it comes from; a waiver of the whole lab if that is a word.
fn object(end: &Opt<End>) -> Option<ObjectRef> {
    match end.known()? {
        Or::Ref(r) => Some(ObjectRef::new(r.kind(), r.name())),
        Or::Word(_) => None,
    }
}
