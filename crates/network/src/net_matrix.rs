//! Pairs of zones of which nothing is said.

use crate::context::zone;
use crate::traffic::{Spot, Verdict, verdict, zones};
use crate::wording::{count, names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity};

pub const RULE: Rule = Rule {
    id: "net-matrix",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "For some ordered pair of zones, nothing says whether traffic may pass.",
    rationale: "A segmentation is a decision for every ordered pair of zones. Where nothing is written, the router's default decides, which on many home routers is to forward; and nobody can say later whether the \
        gap was meant. A line that denies the rest makes the silence a decision.",
    example: "zones: {iot: low, lan: medium}   # with flows from lan to iot, and nothing about iot to lan",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::Unsafe("denies what nothing is said of, behind all that is allowed"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let zones = zones(lab);
    let spots: Vec<(&str, Spot<'_>)> = zones.iter().map(|z| (*z, Spot::zone(lab, z))).collect();
    let others = spots.len().saturating_sub(1);
    if others == 0 {
        return;
    }
    if lab.flows.is_empty() {
        nothing(ctx, &zones, out);
        return;
    }
    for (from, here) in &spots {
        let Some(declared) = lab.zones.get(*from) else {
            continue;
        };
        let silent: Vec<&str> = spots
            .iter()
            .filter(|(to, there)| {
                to != from
                    && matches!(verdict(lab, here, there, &[]), Verdict::Silent)
                    && !mentions(ctx, here, there)
            })
            .map(|(to, _)| *to)
            .collect();
        if silent.is_empty() {
            continue;
        }
        let mut d = RULE
            .finding(format!(
                "nothing says whether zone '{from}' may reach {}",
                names(&silent)
            ))
            .at(declared.span, "traffic from here")
            .note(format!(
                "pairs that begin here: {others} = {} said + {} silent",
                others - silent.len(),
                silent.len()
            ))
            .help(remedy(from, &silent));
        // What is denied last leaves what is allowed before it as it is.
        if let Some(last) = lab.flows.last() {
            // One zone at a time, and only what nothing is said of: `to: any` would take the internet away, too.
            if let Some(to) = silent.first() {
                let edit = Edit::append(last.span, denied(from, to));
                d = d.fix(Fix::doubtful(format!("deny what goes to '{to}'"), edit));
            }
        }
        out.add(zone(from), d);
    }
}

/// A line for each zone: none of them has to deny more than was asked.
fn remedy(from: &str, silent: &[&str]) -> String {
    const SHOWN: usize = 4;
    let first = silent.iter().take(SHOWN);
    let lines: Vec<String> = first.map(|to| format!("`{}`", denied(from, to))).collect();
    let (by, more) = match silent.len() {
        0 | 1 => ("", String::new()),
        n if n > SHOWN => (", zone by zone", format!(" and {} more", n - SHOWN)),
        _ => (", zone by zone", String::new()),
    };
    format!(
        "add a flow with 'allow' and ports for what is needed, and behind it one that denies the rest{by}: {}{more}",
        lines.join(", ")
    )
}

fn denied(from: &str, to: &str) -> String {
    format!("{{from: zone/{from}, to: zone/{to}, ports: any, action: deny}}")
}

/// A prohibition of some ports is also said.
fn mentions(ctx: &Context<'_>, here: &Spot<'_>, there: &Spot<'_>) -> bool {
    let denied = ctx.lab.flows.iter().flat_map(|f| f.ports.iter());
    denied
        .filter_map(|p| match &p.value {
            model::declare::Or::Ref(ports) => Some(*ports),
            model::declare::Or::Word(_) => None,
        })
        .any(|p| !matches!(verdict(ctx.lab, here, there, &[p]), Verdict::Silent))
}

fn nothing(ctx: &Context<'_>, zones: &[&str], out: &mut Findings) {
    let first = zones.first().and_then(|z| ctx.lab.zones.get_key_value(*z));
    let Some((name, declared)) = first else {
        return;
    };
    let number = zones.len();
    let d = RULE
        .finding(format!(
            "{number} zones are declared, and nothing says what may pass between them"
        ))
        .at(declared.span, "the first of them")
        .note(format!(
            "{number} × {} = {}, said: 0",
            number - 1,
            count(number * (number - 1), "ordered pair")
        ))
        .help("declare `flows`: what is needed with 'allow', and the rest with 'deny'");
    out.add(zone(name), d);
}
