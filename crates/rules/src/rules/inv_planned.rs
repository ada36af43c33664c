//! What is in use by its own words, and rests on what is planned or gone.

use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use graph::context::called;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::service::{Dependency, Needed, Strength};

pub(crate) const RULE: Rule = Rule {
    id: "inv-planned",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Something is in use and needs what is planned or gone, or counts as planned itself because of what it lies on.",
    rationale: "What is planned counts for nothing: its memory is no capacity, a repository on it is no copy, a guest on it runs nowhere. Whatever rests on \
        it alone is not there either, and nothing is judged of it; whoever reads the lab should see that rather than find it out.",
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
        if let Some(there) = apart.why.get(on) {
            d = d.and_at(there.at, format!("{status}, or on what is"));
        }
        let help = format!(
            "say where it is today, or take 'status' of {} out once it is there",
            called(on)
        );
        out.add(object.clone(), d.help(help));
    }
    if apart.is_empty() {
        return;
    }
    for (name, service) in &ctx.lab.services {
        if !service.is_running() {
            continue;
        }
        let mut needed = Vec::new();
        service
            .needs
            .iter()
            .for_each(|need| hard(need, &mut needed));
        for (on, span) in needed {
            let on = ObjectRef::new(on.kind(), on.name());
            let Some(why) = apart.why.get(&on) else {
                continue;
            };
            let status = why.status.word();
            let d = RULE
                .finding(format!(
                    "service '{name}' is in use and needs {}, which is {status}",
                    called(&on)
                ))
                .at(span, "needed here")
                .and_at(why.at, status)
                .help("say 'status: planned' of the service, too, or name what it needs today");
            out.add(ObjectRef::new(Kind::Service, name), d);
        }
    }
}

/// What is needed without a choice.
fn hard<'a>(need: &'a Dependency, out: &mut Vec<(&'a Needed, Span)>) {
    if need.kind.known() == Some(&Strength::Soft) {
        return;
    }
    let own = need.need.as_ref();
    out.extend(own.and_then(|given| Some((given.value()?, given.span))));
    need.all.iter().for_each(|below| hard(below, out));
}
