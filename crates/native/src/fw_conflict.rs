//! A firewall rule that another one makes pointless.

use crate::call::object;
use crate::netfilter::{Entry, Line, Parsed, Verdict, lines};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub const RULE: Rule = Rule {
    id: "fw-conflict",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A broader firewall rule voids a narrower one.",
    rationale: "Somebody wrote the narrower rule to limit a way in, and believes that it does. The first rule that fits decides, and of two that \
        allow, the broader one is the one that counts.",
    example: "ufw allow from 192.168.10.0/24 to any port 22\nufw allow 22/tcp",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::None("which of the two was meant is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lines = lines(ctx);
    let rules: Vec<(&Line<'_>, &Entry)> = lines
        .iter()
        .filter_map(|l| match &l.parsed {
            Parsed::Rule(entry) => Some((l, entry)),
            _ => None,
        })
        .collect();
    for (n, (narrow, whole)) in rules.iter().enumerate() {
        // Who allows a port limits nothing if the part of it that matters, say TCP, is allowed to all anyway.
        let parts = match whole.verdict {
            Verdict::Allow => whole.by_protocol(),
            Verdict::Deny => vec![(*whole).clone()],
        };
        if let Some((small, broad, big)) = parts
            .into_iter()
            .find_map(|part| voiding(&rules, n, narrow, &part).map(|(b, e)| (part, b, e)))
        {
            report(narrow, &small, broad, big, out);
        }
    }
}

/// The rule that makes the part of rule `n` pointless.
fn voiding<'a>(
    rules: &[(&'a Line<'a>, &'a Entry)],
    n: usize,
    narrow: &Line<'_>,
    small: &Entry,
) -> Option<(&'a Line<'a>, &'a Entry)> {
    let voids = |(m, (broad, big)): &(usize, &(&Line<'_>, &Entry))| {
        let together = broad.groups.iter().any(|g| narrow.groups.contains(g));
        let same = together && broad.call.program() == narrow.call.program();
        let wider = *m != n && big.covers(small) && (!small.covers(big) || *m < n);
        let other_way = big.verdict != small.verdict;
        // An exception in front of the rule, and a narrower refusal behind a broader one, are what they are meant to be.
        let counts = if other_way {
            *m < n
        } else {
            small.verdict == Verdict::Allow && !small.covers(big)
        };
        same && wider && counts
    };
    rules
        .iter()
        .enumerate()
        .find(voids)
        .map(|(_, found)| *found)
}

fn report(narrow: &Line<'_>, small: &Entry, broad: &Line<'_>, big: &Entry, out: &mut Findings) {
    let (a, b) = (narrow.call.shown(), broad.call.shown());
    let line = narrow.document.line(narrow.call.command.span);
    let never = big.verdict != small.verdict;
    let message = match never {
        true => format!(
            "line {line} of document '{}' is never reached: '{a}' comes behind '{b}'",
            narrow.document.name
        ),
        false => format!(
            "line {line} of document '{}' limits nothing: '{b}' allows what '{a}' allows, and more",
            narrow.document.name
        ),
    };
    let d = RULE
        .finding(message)
        .at(
            narrow.call.command.span,
            if never {
                "never reached"
            } else {
                "limits nothing"
            },
        )
        .and_at(broad.call.command.span, "the broader rule")
        .note(format!("{}  <=  {}", shown(small), shown(big)))
        .help(match never {
            true => "put the narrower rule first",
            false => "remove the broader rule, or the narrower one if the broader is meant",
        });
    out.add(object(narrow.document), d);
}

fn shown(entry: &Entry) -> String {
    let from = entry.source.map_or("any source".to_owned(), |s| {
        format!("{} addresses", s.count())
    });
    let ports = entry
        .ports
        .as_ref()
        .map_or("all ports".to_owned(), |p| format!("port {}", p.shown()));
    let protocol = entry.protocol.as_deref().unwrap_or("every protocol");
    format!("{from}, {ports}, {protocol}")
}
