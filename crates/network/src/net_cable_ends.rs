//! Two ends of a cable that are in different networks.

use crate::wires::{Plug, plugs};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::id::Kind;

/// Source: IEEE 802.1Q-2022, 6.9: a frame without a tag belongs to the network of the port that it comes in by, one with a tag to that of its tag,
/// and a port that is no member of it drops it.
pub const RULE: Rule = Rule {
    id: "net-cable-ends",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The two ends of a cable are declared in different networks, or one end has a tagged network that the other does not pass on.",
    rationale: "A switch puts frames without a tag into the network of the port, whatever the other end takes them for: a machine then has an address of one network and \
        its neighbours in another, or two networks become one past the firewall. A tagged network that ends at the next port is one that nothing reaches.",
    example: "cables: [{from: sw1/2, to: node1/eno1}]   # sw1/2 is in 'guests', eno1 in 'servers'",
    controls: &["CIS v8 12.2", "ISO 27001:2022 A.8.22"],
    mend: Mend::None("which end is right has to be looked at"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for ends in ctx.lab.cables.iter().filter_map(|c| plugs(ctx.lab, c)) {
        let [a, b] = &ends;
        let wrong: Vec<String> = untagged(a, b)
            .into_iter()
            .chain(tagged(a, b))
            .chain(tagged(b, a))
            .collect();
        if wrong.is_empty() {
            continue;
        }
        // Networks are set up on the switch.
        let owner = match a.owner.kind {
            Kind::Device => &a.owner,
            _ => &b.owner,
        };
        out.add(owner.clone(), finding(&ends, &wrong));
    }
}

fn finding([a, b]: &[Plug<'_>; 2], wrong: &[String]) -> Diagnostic {
    let (one, other) = (a.name(), b.name());
    let mut d = RULE
        .finding(format!(
            "the cable from {one} to {other} joins ports of different networks: {}",
            wrong.join("; ")
        ))
        .at(a.span, said(a))
        .and_at(b.span, said(b))
        .help("look at both ends, and correct the declaration or the port");
    for what in wrong {
        d = d.of(format!("{one} - {other}: {what}"));
    }
    d
}

/// What an end says of its networks.
fn said(plug: &Plug<'_>) -> String {
    let tagged: Vec<&str> = plug.tagged.iter().copied().collect();
    match (plug.network, tagged.as_slice()) {
        (Some(network), []) => format!("'{network}'"),
        (Some(network), tagged) => format!("'{network}', tagged {}", names(tagged)),
        (None, tagged) => format!("tagged {}", names(tagged)),
    }
}

/// Frames without a tag are of one network here and of another one there.
fn untagged(a: &Plug<'_>, b: &Plug<'_>) -> Option<String> {
    let (x, y) = (a.network?, b.network?);
    (x != y).then(|| {
        format!(
            "untagged frames are of '{x}' at {} and of '{y}' at {}",
            a.name(),
            b.name()
        )
    })
}

/// Networks that one end has with a tag and the other one has not, as far as it says anything of networks.
fn tagged(from: &Plug<'_>, to: &Plug<'_>) -> Option<String> {
    if to.network.is_none() && to.tagged.is_empty() {
        return None;
    }
    // What a switch offers with a tag a machine need not take, as long as it does not take it for untagged.
    let offered = to.owner.kind == Kind::Host;
    let lost = from.tagged.difference(&to.tagged).copied();
    let lost: Vec<&str> = lost.filter(|n| !offered || to.network == Some(n)).collect();
    (!lost.is_empty()).then(|| {
        format!(
            "{} has {} with a tag and {} has not",
            from.name(),
            names(&lost),
            to.name()
        )
    })
}
