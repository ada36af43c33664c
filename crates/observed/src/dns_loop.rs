//! Questions that a name server passes on come back to it.

use crate::names::{KIND, NameServer, all, owner};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::reach::machines;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub const RULE: Rule = Rule {
    id: "dns-loop",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A name server asks another one, which asks it in turn: questions that nobody can answer go round.",
    rationale: "A Pi-hole that asks the router, while the router asks the Pi-hole, works for names that one of them knows. Every other name goes round until both give up: look-ups are slow, then fail, and the logs fill with thousands of questions. It shows \
        on the day when the names of the lab were changed.",
    example: "hosts: {dns1: {addresses: {lan: 192.168.1.2}}}   # and its Pi-hole has the upstream 192.168.1.2",
    controls: &["CIS v8 4.9", "ISO 27001:2022 A.8.20"],
    mend: Mend::None("which of them should ask somebody else is its owner's choice"),
    run,
};

/// Who asks whom, and by what that is known.
type Asks = BTreeMap<ObjectRef, Vec<(ObjectRef, String)>>;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let what = "has another name server whose questions come back to it";
    let servers = all(ctx, |look| look.unseen(&RULE, KIND, what, out));
    let asks = asks(ctx, &servers);
    let mut told: BTreeSet<BTreeSet<&ObjectRef>> = BTreeSet::new();
    for server in &servers {
        let me = &server.look.object;
        let Some(way) = way_back(&asks, me) else {
            continue;
        };
        if !told.insert(way.iter().map(|(to, _)| to).collect()) {
            continue;
        }
        let by: Vec<String> = way
            .iter()
            .map(|(to, by)| format!("{by} is {} '{}'", to.kind.word(), to.name))
            .collect();
        let message = match way.len() {
            1 => format!("{} asks itself", server.title()),
            _ => format!("what {} asks comes back to it", server.title()),
        };
        let d = RULE.finding(message).note(by.join("; ")).help(
            "let one of them ask a server outside of the lab, or a resolver of its own (unbound on another port); keep conditional forwarding to the names that the other one knows",
        );
        out.add(me.clone(), server.look.dated(d, KIND, server.key));
    }
}

fn asks(ctx: &Context<'_>, servers: &[NameServer<'_, '_>]) -> Asks {
    let mut asks = Asks::new();
    for server in servers {
        let me = &server.look.object;
        let edges = asks.entry(me.clone()).or_default();
        for (address, port) in server.upstreams() {
            let by = format!("upstream {address}#{port}");
            if server.is_at(ctx, (address, port)) {
                edges.push((me.clone(), by));
            } else if let Some(to) = owner(ctx, address).filter(|to| to != me && port == 53) {
                edges.push((to, by));
            }
        }
    }
    for (name, zone) in &ctx.lab.dns {
        let Some(primary) = zone.primary.known() else {
            continue;
        };
        let primary = &primary.0.object;
        let mut from = machines(ctx.lab, primary);
        if primary.kind == Kind::Device {
            from.insert(primary.clone());
        }
        for to in &zone.forward_to {
            let Some(to_whom) = owner(ctx, to.value.0) else {
                continue;
            };
            let by = format!("what zone '{name}' is forwarded to, {},", to.value.0);
            for from in &from {
                let edges = asks.entry(from.clone()).or_default();
                edges.push((to_whom.clone(), by.clone()));
            }
        }
    }
    asks
}

/// The shortest way from one back to it.
fn way_back<'s>(asks: &'s Asks, from: &ObjectRef) -> Option<Vec<&'s (ObjectRef, String)>> {
    let mut queue = VecDeque::from([(from, Vec::new())]);
    let mut been: BTreeSet<&ObjectRef> = BTreeSet::new();
    while let Some((at, way)) = queue.pop_front() {
        for edge in asks.get(at).into_iter().flatten() {
            let mut way = way.clone();
            way.push(edge);
            if edge.0 == *from {
                return Some(way);
            }
            if been.insert(&edge.0) {
                queue.push_back((&edge.0, way));
            }
        }
    }
    None
}
