//! Declared processors and memory against what the kernel has: a module that is not seen any more, a machine that was exchanged.
//!
//! Nothing is planned from this.

use crate::{Context, Difference, How};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, Seen};
use model::value::Value;

/// Of the memory that is built in, firmware and graphics keep some: a kernel that has less than three quarters misses a module, one that has more than all was
/// given another.
const LEAST: (u64, u64) = (3, 4);

/// The differences on every machine that answered.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    for (name, host, facts) in ctx.observed_hosts() {
        let Some(hardware) = &host.about.hardware else {
            continue;
        };
        if facts.identity.is_none() {
            continue;
        }
        let path = FactPath::new(FactKind::Host, "hardware");
        let seen = facts.seen(&path);
        // What was kept before it was asked for says nothing, and is no gap.
        if !facts.facts.contains_key(&path) {
            continue;
        }
        let number = |field: &str| {
            let value = seen.value()?.field(field).and_then(Value::as_int)?;
            u64::try_from(value).ok()
        };
        let mut tell = |how: How, declared: String, observed: String, span: diag::Span| {
            out.push(Difference {
                target: ctx.lab.machine_ref(name),
                path: path.clone(),
                how,
                declared,
                observed,
                cause: Some(ctx.place(span)),
            });
        };
        let threads = hardware.cpu.as_ref().and_then(|c| {
            let given = c.threads.as_ref()?;
            Some((u64::from(*c.threads.known()?), given.span))
        });
        let memory = hardware.memory.known().zip(hardware.memory.as_ref());
        let memory = memory.map(|(size, given)| (size.bytes(), given.span));
        if let Seen::Unknown(why) = &seen {
            if let Some((_, span)) = threads.or(memory) {
                let declared = "processors and memory".to_owned();
                tell(How::Unknown, declared, format!("unknown ({why})"), span);
            }
            continue;
        }
        if let Some(((wanted, span), found)) = threads.zip(number("threads"))
            && wanted != found
        {
            let (declared, observed) = (format!("{wanted} threads"), format!("{found} threads"));
            tell(How::Differs, declared, observed, span);
        }
        if let Some(((wanted, span), found)) = memory.zip(number("memory")) {
            let least = wanted / LEAST.1 * LEAST.0;
            // A tenth of a GiB may be rounded off what was written down.
            let most = wanted.saturating_add(wanted / 50).saturating_add(1 << 27);
            if !(least..=most).contains(&found) {
                let size = |n| model::units::Bytes(n).to_string();
                let declared = format!("{} of memory", size(wanted));
                let observed = format!("the kernel has {}", size(found));
                tell(How::Differs, declared, observed, span);
            }
        }
    }
    out
}
