//! Addresses that are kept for what is not in use, and that something else has.

use super::RULE;
use crate::standing::away;
use crate::{Context, Findings};
use core::net::IpAddr;
use diag::Severity;
use graph::addresses::{Held, reserved};
use graph::context::called;
use std::collections::BTreeMap;

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kept = reserved(ctx.lab);
    if kept.is_empty() {
        return;
    }
    let status = |h: &Held<'_>| away(ctx.lab, &h.owner).unwrap_or("planned");
    let mut first: BTreeMap<(&str, IpAddr), &Held<'_>> = BTreeMap::new();
    for one in &kept {
        let Some(other) = first.insert((one.network, one.address), one) else {
            continue;
        };
        // Mostly the new one takes over what the old one had.
        let (old, new) = (called(&other.owner), called(&one.owner));
        let message = format!(
            "the address {} in network '{}' is kept for {old} ({}) and for {new} ({})",
            one.address,
            one.network,
            status(other),
            status(one)
        );
        let d = RULE
            .with(Severity::Info, message)
            .at(one.span, format!("of {new}"))
            .and_at(other.span, format!("of {old}"))
            .help("take it away from the one that will not have it");
        out.add(one.owner.clone(), d);
    }
    for taken in ctx.held() {
        let Some(kept) = first.get(&(taken.network, taken.address)) else {
            continue;
        };
        let (who, whose, status) = (called(&taken.owner), called(&kept.owner), status(kept));
        let d = RULE
            .finding(format!(
                "{who} has the address {}, which is kept for {whose}, and that is {status}",
                taken.address
            ))
            .at(taken.span, format!("of {who}"))
            .and_at(kept.span, format!("of {whose}"))
            .note(format!(
                "owners of {} in network '{}': 1 in use + 1 {status} = 2",
                taken.address, taken.network
            ))
            .help(format!(
                "give one of them another address, or take it away from {whose} if it will not have it"
            ));
        out.add(taken.owner.clone(), d);
    }
}
