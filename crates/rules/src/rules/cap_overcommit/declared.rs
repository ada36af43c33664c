//! Services that declare less memory than their containers reserve.

use super::RULE;
use crate::context::service;
use crate::sizes;
use crate::{Context, Findings};

/// Tells of each: what is declared is reckoned with, and is not what runs.
pub(super) fn judge(ctx: &Context<'_>, out: &mut Findings) {
    let files = ctx.load().files();
    let say = sizes::exact_memory;
    for (name, declared) in &ctx.lab.services {
        let Some(memory) = &declared.memory else {
            continue;
        };
        let most = memory.limit.as_ref().or(memory.expected.as_ref());
        let most = most.and_then(|given| Some((i128::from(given.value()?.bytes()), given.span)));
        let reserved = files.reserved(name);
        let Some(((most, span), reserved)) = most.zip(reserved) else {
            continue;
        };
        if reserved.value <= most {
            continue;
        }
        let d = RULE
            .finding(format!(
                "service '{name}' declares {} of memory, and its containers reserve {}",
                say(most),
                say(reserved.value)
            ))
            .at(span, "is reckoned with")
            .and_at(reserved.span, "reserved by its Compose file")
            .note(format!("{} > {}", say(reserved.value), say(most)));
        out.add(
            service(name),
            d.help("declare what they take, or leave it out: then the Compose file counts"),
        );
    }
}
