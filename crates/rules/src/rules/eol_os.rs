//! An operating system that gets no more fixes.

use crate::lifecycle::{Life, of, say};
use crate::near::nearest;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "eol-os",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The operating system of a machine is out of support, or soon will be.",
    rationale: "After the end of support weaknesses are still found and published, and no longer mended. The dates come from \
        the table of facts ('holdfast facts list'), each with where it stands and when it was looked up.",
    example: "hosts: {desk: {os: windows, version: 10}}",
    controls: &[
        "CIS v8 2.2",
        "NIST CSF 2.0 ID.AM-08",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("an upgrade is a change of its own"),
    run,
};

/// A machine with what is said of its system.
struct Machine<'a> {
    object: ObjectRef,
    os: &'a str,
    version: Option<&'a str>,
    span: Span,
    os_span: Span,
}

fn machines<'a>(ctx: &Context<'a>) -> Vec<Machine<'a>> {
    let hosts = ctx.lab.hosts.iter().filter_map(|(name, host)| {
        let os = host.os.as_ref()?;
        let version = &host.about.version;
        Some(Machine {
            object: ObjectRef::new(Kind::Host, name),
            os: os.value()?,
            version: version.known().map(String::as_str),
            span: version.as_ref().map_or(os.span, |v| v.span),
            os_span: os.span,
        })
    });
    let guests = ctx.lab.guests.iter().filter_map(|(name, guest)| {
        let os = guest.os.as_ref()?;
        Some(Machine {
            object: ObjectRef::new(Kind::Guest, name),
            os: &os.value()?.0,
            version: guest.version.known().map(String::as_str),
            span: guest.version.as_ref().map_or(os.span, |v| v.span),
            os_span: os.span,
        })
    });
    hosts.chain(guests).collect()
}

/// Systems that are declared to be unknown.
fn untold(ctx: &Context<'_>, out: &mut Findings) {
    let hosts = ctx.lab.hosts.iter().map(|(name, host)| {
        let os = host.os.as_ref().filter(|os| os.value().is_none());
        (ObjectRef::new(Kind::Host, name), os.map(|os| os.span))
    });
    let guests = ctx.lab.guests.iter().map(|(name, guest)| {
        let os = guest.os.as_ref().filter(|os| os.value().is_none());
        (ObjectRef::new(Kind::Guest, name), os.map(|os| os.span))
    });
    for (object, span) in hosts.chain(guests) {
        if let Some(span) = span {
            let (word, name) = (object.kind.word(), object.name.clone());
            let d = RULE
                .unknown(format!(
                    "how long the system of {word} '{name}' is supported"
                ))
                .at(span, "declared as unknown")
                .help("say what /etc/os-release there says, as `os` and `version`");
            out.add(object, d);
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    untold(ctx, out);
    let mut open: BTreeMap<&str, Vec<Machine<'_>>> = BTreeMap::new();
    for machine in machines(ctx) {
        let Some((_, product, in_name)) = ctx.knowledge.named_with_version(machine.os) else {
            if !ctx.knowledge.products.is_empty() {
                let d = no_such_system(ctx, &machine);
                out.add(machine.object, d);
            }
            continue;
        };
        let base = product
            .based_on
            .known()
            .and_then(|b| ctx.knowledge.products.get(&b.0));
        let version = machine.version.or(in_name);
        let (word, name) = (machine.object.kind.word(), machine.object.name.clone());
        let life = of(product, base, version, ctx.today);
        if let Some(said) = say(&life, product, base, ctx.today) {
            let message = format!("{word} '{name}' runs {}", said.text);
            let label = match life {
                Life::Soon(..) => "ends soon",
                Life::Extended(..) => "extended support only",
                _ => "no more fixes",
            };
            let d = RULE.with(said.severity, message).at(machine.span, label);
            let d = said.notes(d, ctx.today);
            out.add(
                machine.object,
                d.help("plan the upgrade, or take the machine off every network that matters"),
            );
            continue;
        }
        match (life, version) {
            (Life::NoVersion, _) => open.entry(product.title()).or_default().push(machine),
            (Life::UnknownRelease, Some(v)) => {
                let message = format!(
                    "how long {} {v} on {word} '{name}' is supported: the table of facts has no such release",
                    product.title()
                );
                out.add(machine.object, RULE.unknown(message).at(machine.span, ""));
            }
            _ => {}
        }
    }
    for (title, machines) in open {
        without_version(title, &machines, out);
    }
}

/// A slip in the name must not look like a system without an end.
fn no_such_system(ctx: &Context<'_>, machine: &Machine<'_>) -> Diagnostic {
    let (word, name, os) = (machine.object.kind.word(), &machine.object.name, machine.os);
    let known = ctx.knowledge.products.keys().map(String::as_str);
    let near = nearest(&os.to_lowercase(), known);
    // Of unknowns often only the message is seen.
    let meant = near.map_or(String::new(), |near| format!(" (did you mean '{near}'?)"));
    let d = RULE
        .unknown(format!(
            "how long '{os}' on {word} '{name}' is supported: the table of facts has no such system{meant}"
        ))
        .at(machine.os_span, "not in the table of facts");
    match near {
        Some(near) => d.help(format!("if it is that one, write '{near}'")),
        None => d.help("'holdfast facts list' shows what is known"),
    }
}

/// One line for all machines of a system whose version nobody declared.
fn without_version(title: &str, machines: &[Machine<'_>], out: &mut Findings) {
    let Some(first) = machines.first() else {
        return;
    };
    let names: Vec<String> = machines
        .iter()
        .map(|m| format!("'{}'", m.object.name))
        .collect();
    let message = format!(
        "how long {title} on {} is supported: no version is declared ('version')",
        names.join(", ")
    );
    out.add(
        first.object.clone(),
        RULE.unknown(message)
            .at(first.span, "no version")
            .help("add 'version' with what /etc/os-release calls VERSION_ID, as in 'version: 13'"),
    );
}
