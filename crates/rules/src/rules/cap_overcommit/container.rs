//! What one container is given, against its machine and against itself.

use super::RULE;
use crate::load::{capacity, threads};
use crate::sizes;
use crate::totals::Machine;
use crate::{Context, Findings};
use diag::{Diagnostic, Severity};
use graph::composed_memory::{beyond, limit};
use graph::containers::Container;
use model::declare::OptExt as _;
use model::id::Kind;

/// A container that may take more by its limit than its machine has, so that the limit bounds nothing.
pub(super) fn judge(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let own = [processors(ctx, &container), reserved(&container)];
        let all = own.into_iter().chain([memory(ctx, &container)]);
        all.flatten().for_each(|d| out.add(container.object(), d));
    }
}

fn memory(ctx: &Context<'_>, container: &Container<'_>) -> Option<Diagnostic> {
    let (kind, name) = container.machine()?;
    let room = match kind {
        Kind::Host => capacity(ctx.lab, name),
        Kind::Guest => Machine::Guest(name, ctx.lab.guests.get(name)?).memory(),
        _ => return None,
    };
    let (limit, span) = limit(container.project, container.service)?;
    let room = room.ok().filter(|room| limit > room.value)?;
    let (limit, say) = (sizes::exact_memory(limit), sizes::exact_memory(room.value));
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "{} may take {limit}, and {} '{name}' has {say}",
                container.title(),
                kind.word()
            ),
        )
        .at(span, "bounds nothing")
        .note(format!(
            "{limit} > {say}: the kernel kills something before the limit is reached"
        ));
    Some(d.help("limit it to what it needs, and leave the rest to the others"))
}

/// A container that reserves more than its limit: Docker refuses to create it ("Minimum memory limit can not be less than memory reservation limit").
fn reserved(container: &Container<'_>) -> Option<Diagnostic> {
    let (reserved, limit) = beyond(container.project, container.service)?;
    let say = sizes::exact_memory;
    let d = RULE
        .finding(format!(
            "{} reserves {}, and may take {}",
            container.title(),
            say(reserved.0),
            say(limit.0)
        ))
        .at(reserved.1, "more than the limit")
        .and_at(limit.1, "the limit")
        .note(format!(
            "{} > {}: Docker does not create a container with a limit below its reservation; the limit is reckoned with",
            say(reserved.0),
            say(limit.0)
        ));
    Some(d.help("raise the limit, or reserve less"))
}

/// A container whose limit of processors is above what its machine has: Docker refuses to create it ("Range of CPUs is from 0.01 to …").
fn processors(ctx: &Context<'_>, container: &Container<'_>) -> Option<Diagnostic> {
    let (kind, name) = container.machine()?;
    let (has, how) = match kind {
        Kind::Host => threads(ctx.lab.hosts.get(name)?)?,
        Kind::Guest => {
            let cores = *ctx.lab.guests.get(name)?.cores.known()?;
            (cores, format!("{cores} processors"))
        }
        _ => return None,
    };
    let deploy = container.service.deploy.as_ref();
    let limits = deploy.and_then(|d| d.limits.as_ref()?.cpus.as_ref());
    let cpus = limits.or(container.service.amounts.cpus.as_ref())?;
    if cpus.value <= f64::from(has) || !container.project.is_settled(cpus.span) {
        return None;
    }
    let asked = cpus.value;
    let d = RULE
        .finding(format!(
            "{} may take {asked} processors, and {} '{name}' has {how}",
            container.title(),
            kind.word()
        ))
        .at(cpus.span, "more than there are")
        .note(format!(
            "{asked} > {has}: Docker does not create a container with a limit above what its machine has"
        ));
    Some(d.help("limit it to what it needs, and to less than all"))
}
