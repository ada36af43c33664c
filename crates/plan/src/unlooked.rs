//! What is declared and was not looked at: stacks that no observation tells of, and guests that nobody logs in to.

use crate::interface::{By, all};
use crate::{Context, Difference, How};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Stack, StackKind};
use std::collections::BTreeSet;

/// Stacks that were compared with nothing, each with the reason; for an observation of everything.
pub fn stacks(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = all(ctx.lab).into_iter();
    let asked = asked.filter(|i| matches!(i.by, By::Kubernetes(_)));
    let kubernetes: BTreeSet<ObjectRef> = asked.map(|i| i.object).collect();
    let stacks = ctx.lab.stacks.iter();
    let silent = stacks.filter_map(|(name, stack)| {
        let why = unseen(ctx, &kubernetes, stack)?;
        Some(Difference {
            target: ObjectRef::new(Kind::Stack, name),
            path: FactPath::new(FactKind::DockerContainer, format!("{name}/*")),
            how: How::Unknown,
            declared: format!("stack {name}"),
            observed: format!("unknown ({why})"),
            cause: Some(ctx.place(stack.span)),
        })
    });
    silent.collect()
}

/// Guests whose insides nothing is declared of, so that nothing is compared; templates are not running.
pub fn guests(lab: &Lab) -> Vec<&str> {
    let shut = lab.guests.iter().filter(|(name, guest)| {
        !lab.inside.contains_key(*name) && guest.template.known() != Some(&true)
    });
    shut.map(|(name, _)| name.as_str()).collect()
}

/// Why nothing is known of a stack, unless its machine was asked: then that says it itself.
fn unseen(ctx: &Context<'_>, kubernetes: &BTreeSet<ObjectRef>, stack: &Stack) -> Option<String> {
    if matches!(
        stack.kind.known(),
        Some(StackKind::Kubernetes | StackKind::Helm)
    ) {
        return in_cluster(ctx, kubernetes, stack);
    }
    let Some(on) = stack.on.known() else {
        return Some("nothing says where it runs".to_owned());
    };
    let object = &on.0.object;
    if object.kind == Kind::Cluster && stack.kind.known().is_none() && kubernetes.contains(object) {
        return in_cluster(ctx, kubernetes, stack);
    }
    let is_machine = ctx.lab.machine(&object.name).is_some();
    if is_machine && ctx.lab.machine_ref(&object.name) == *object {
        let asked = ctx.facts.targets.contains_key(&object.name);
        return (!asked).then(|| format!("{object} was not asked"));
    }
    Some(match object.kind {
        Kind::Guest => {
            format!("nothing says how {object} is logged in to: add `reach: {{ssh: ALIAS}}` to it")
        }
        _ => format!("it runs on {object}, which is not logged in to"),
    })
}

/// The same of what Kubernetes runs, which is asked by the API of its cluster.
fn in_cluster(
    ctx: &Context<'_>,
    kubernetes: &BTreeSet<ObjectRef>,
    stack: &Stack,
) -> Option<String> {
    let Some(on) = stack.on.known() else {
        return Some("nothing says in which cluster it runs".to_owned());
    };
    let object = &on.0.object;
    if kubernetes.contains(object) {
        let asked = ctx.facts.targets.contains_key(&object.to_string());
        return (!asked).then(|| format!("{object} was not asked"));
    }
    Some(match object.kind {
        Kind::Cluster => {
            format!("nothing says where the API server of {object} is: add `api` to it")
        }
        _ => format!(
            "what Kubernetes runs is asked of a cluster: let `on` name that instead of {object}"
        ),
    })
}
