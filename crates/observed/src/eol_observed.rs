//! A system that is out of support, as the machine itself tells.

use crate::lifecycle::{of, say};
use crate::look::hosts;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::{FactKind, Seen};
use model::lab::Host;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "eol-observed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host runs a release that is out of support, or soon will be, and another one or none is declared.",
    rationale: "What is declared was true when it was written. The machine says which release it runs, and the table of facts ('holdfast facts list') says until when that release gets fixes.",
    example: "hosts: {web: {os: debian}}   # and /etc/os-release says Debian 10",
    controls: &[
        "CIS v8 2.2",
        "NIST CSF 2.0 ID.AM-08",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("an upgrade is a change of its own"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        let kind = FactKind::Host;
        let runs = match look.seen(kind, "os") {
            Seen::Present(Value::Text(text)) => text,
            Seen::Unknown(reason) => {
                look.unknown(&RULE, kind, "runs a supported system", &reason, out);
                continue;
            }
            Seen::Present(_) | Seen::Absent => continue,
        };
        let (os, version) = runs.split_once(' ').unwrap_or((&runs, ""));
        // The declaration says the same, so that `eol-os` has told it.
        if is_declared(host, os, version) {
            continue;
        }
        let Some((_, product)) = ctx.knowledge.named(os) else {
            continue;
        };
        let base = product.based_on.known();
        let base = base.and_then(|b| ctx.knowledge.products.get(&b.0));
        let version = Some(version).filter(|v| !v.is_empty());
        let life = of(product, base, version, ctx.today);
        if let Some(said) = say(&life, product, base, ctx.today) {
            let d = RULE.with(
                said.severity,
                format!("{} really runs {}", look.title(), said.text),
            );
            let declared = match (host.os.known(), host.about.version.known()) {
                (Some(os), Some(v)) => format!("{os} {v}"),
                (Some(os), None) => format!("{os}, no version"),
                _ => "nothing".to_owned(),
            };
            let d = said.notes(d, ctx.today);
            let d = d.note(format!("declared: {declared}; observed: {}", plain(&runs)));
            let d = d.help("plan the upgrade, and declare 'os' and 'version' as they are");
            out.add(look.object.clone(), look.dated(d, kind, "os"));
        }
    }
}

/// The declaration says this release, in whichever of its two places.
fn is_declared(host: &Host, os: &str, version: &str) -> bool {
    let declared = host.os.known().map(|o| o.to_lowercase());
    let number = host.about.version.known();
    match (declared.as_deref(), number) {
        (Some(name), Some(v)) => name == os && v == version,
        (Some(name), None) => {
            let bare: String = name.chars().filter(|c| !matches!(c, '-' | '_')).collect();
            bare == format!("{os}{version}")
        }
        (None, _) => false,
    }
}
