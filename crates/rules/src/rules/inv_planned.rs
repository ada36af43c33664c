//! What is in use by its own words, and rests on what is planned or gone.

mod addresses;
mod lacks;
mod needed;
mod used;

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::context::called;

pub(crate) const RULE: Rule = Rule {
    id: "inv-planned",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Something is in use and needs what is planned or gone, lacks a vote, a disk, storage or somewhere to ring because of it, has its address, or counts as planned itself because of what it lies on.",
    rationale: "What is planned counts for nothing: its memory is no capacity, its vote breaks no tie, its disks are no redundancy, a repository on it is no copy, a guest on it runs nowhere, a channel that it carries reaches nobody. Whatever rests on \
        it alone is not there either, and nothing is judged of it; whoever reads the lab should see that rather than find it out. Its addresses are kept, so that whoever takes one away is told.",
    example: "hosts: {pve2: {status: planned}}\nguests: {web: {kind: vm, on: pve2}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("only its owner knows what is there already"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let apart = &ctx.lab.apart;
    for (object, why) in &apart.why {
        let Some(on) = &why.because else { continue };
        let (what, status) = (called(object), why.status.word());
        let mut d = RULE
            .with(
                Severity::Info,
                format!("{what} counts as {status}, since {} is", called(on)),
            )
            .at(
                why.at,
                format!("nothing of it is judged while that is {status}"),
            );
        if let Some(there) = ctx.lab.span_of(on) {
            d = d.and_at(there, format!("{status}, or on what is"));
        }
        let help = format!(
            "say where it is today, or take 'status' of {} out once it is there",
            called(apart.root(on))
        );
        out.add(object.clone(), d.help(help));
    }
    lacks::run(ctx, out);
    needed::run(ctx, out);
    used::run(ctx, out);
    addresses::run(ctx, out);
}
