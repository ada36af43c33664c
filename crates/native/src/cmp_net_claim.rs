//! A network that is said to be closed and is not.

use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::compose::Project;
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::network::NetworkKind;
use model::lab::road::Claim;
use std::collections::{BTreeMap, BTreeSet};

/// The metric of claims that a stack reaches no other.
const ISOLATED: &str = "isolated";

pub const RULE: Rule = Rule {
    id: "cmp-net-claim",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container network is said to be internal or isolated, and the Compose file says otherwise.",
    rationale: "Isolation that is written down is relied upon: less is patched, fewer passwords are set behind it. A network \
        without 'internal: true' has a way out, and an external network has in it whoever else joins.",
    example: "networks: {database: {kind: docker, internal: true}}   # and 'networks: {database: }' in the Compose file",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::DisplayOnly("whether the containers work without a way out has to be tried"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (stack, _, project) in ctx.composed() {
        for (key, network) in &project.networks {
            let engine = network.name.as_ref().map_or(key, |n| &n.value);
            let declared = ctx.lab.networks.get_key_value(engine);
            let declared = declared.or_else(|| ctx.lab.networks.get_key_value(key));
            let Some((name, said)) = declared else {
                continue;
            };
            let docker = said.about.kind.known() == Some(&NetworkKind::Docker);
            let Some(internal) = said.about.internal.as_ref().filter(|_| docker) else {
                continue;
            };
            let closed = network.internal.as_ref().is_some_and(|i| i.value);
            // An external network is made elsewhere, where it may be closed.
            if internal.value() != Some(&true) || closed || network.external {
                continue;
            }
            let message = format!(
                "network '{name}' is said to have no way out, but stack '{stack}' makes it with one"
            );
            let place = network.internal.as_ref().map_or(network.span, |i| i.span);
            let d = RULE
                .finding(message)
                .at(place, "not internal")
                .and_at(internal.span, "said to be internal")
                .help("write 'internal: true' for the network in the Compose file, or take the claim back");
            out.add(ObjectRef::new(Kind::Stack, stack), d);
        }
    }
    for claim in &ctx.lab.claims {
        if claim.metric_text() == Some(ISOLATED) {
            isolated(ctx, claim, out);
        }
    }
}

/// Stacks that a claim calls isolated and that share a network with another stack on their machine.
fn isolated(ctx: &Context<'_>, claim: &Claim, out: &mut Findings) {
    let only = match claim.about.known() {
        Some(Or::Ref(r)) if r.kind() == Kind::Stack => Some(r.name()),
        Some(Or::Ref(_)) => return,
        _ => None,
    };
    let mut members: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (stack, _, project) in ctx.composed() {
        for key in used(project) {
            members
                .entry(engine(project, key))
                .or_default()
                .insert(stack);
        }
    }
    for (stack, _, project) in ctx.composed() {
        if only.is_some_and(|o| o != stack) {
            continue;
        }
        for key in used(project) {
            let name = engine(project, key);
            let others: Vec<String> = members
                .get(&name)
                .into_iter()
                .flatten()
                .filter(|s| **s != stack)
                .map(|s| format!("'{s}'"))
                .collect();
            let span = project.networks.get(key).map_or(claim.span, |n| n.span);
            if !others.is_empty() {
                out.add(
                    ObjectRef::new(Kind::Stack, stack),
                    shared(stack, &name, &others, span, claim),
                );
            }
        }
    }
}

fn shared(stack: &str, network: &str, others: &[String], span: Span, claim: &Claim) -> Diagnostic {
    let message = format!(
        "stack '{stack}' is said to be isolated, but shares network '{network}' with {}",
        others.join(", ")
    );
    RULE.finding(message)
        .at(span, "shared")
        .and_at(claim.span, "said here")
        .note(format!("stacks in network '{network}': {}, isolated would be 1", others.len() + 1))
        .help("give the stack a network of its own, and let only its front end join the shared one; or take the claim back")
}

/// Networks that containers are in.
fn used(project: &Project) -> BTreeSet<&str> {
    let active = project.services.values().filter(|s| s.active);
    active
        .flat_map(|s| s.networks.keys())
        .map(String::as_str)
        .collect()
}

/// The name of a network at the engine.
fn engine(project: &Project, key: &str) -> String {
    let network = project.networks.get(key);
    match network.and_then(|n| n.name.as_ref()) {
        Some(name) => name.value.clone(),
        None if network.is_some_and(|n| n.external) => key.to_owned(),
        None => {
            let own = project.name.as_ref().map_or("", |n| n.value.as_str());
            format!("{own}_{key}")
        }
    }
}
