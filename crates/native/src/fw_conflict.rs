//! A firewall rule that another one makes pointless.

use crate::call::object;
use crate::netfilter::{Broader, Entry, Line, Parsed, Verdict, lines};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use std::collections::{BTreeMap, BTreeSet};

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
    let firewalls = Firewalls::of(&rules);
    let mut broader = Broader::default();
    for (n, ((_, entry), among)) in rules.iter().zip(&firewalls.among).enumerate() {
        broader.add(n, *among, entry);
    }
    for (n, ((narrow, whole), among)) in rules.iter().zip(&firewalls.among).enumerate() {
        // Who allows a port limits nothing if the part of it that matters, say TCP, is allowed to all anyway.
        let parts = match whole.verdict {
            Verdict::Allow => whole.by_protocol(),
            Verdict::Deny => vec![(*whole).clone()],
        };
        let Some(beside) = firewalls.beside.get(*among) else {
            continue;
        };
        let voided = parts.into_iter().find_map(|part| {
            let place = broader.voiding(n, beside, &part)?;
            Some((part, rules.get(place)?))
        });
        if let Some((small, (broad, big))) = voided {
            report(narrow, &small, broad, big, out);
        }
    }
}

/// Which rules are in one firewall: those of one program with a machine in common.
struct Firewalls {
    /// The number of each rule's set of machines.
    among: Vec<usize>,
    /// Of each set, those that have a machine in common with it, itself among them.
    beside: Vec<BTreeSet<usize>>,
}

impl Firewalls {
    fn of(rules: &[(&Line<'_>, &Entry)]) -> Self {
        let mut numbers: BTreeMap<(&str, &[String]), usize> = BTreeMap::new();
        let mut by_machine: BTreeMap<(&str, &String), BTreeSet<usize>> = BTreeMap::new();
        let mut among = Vec::new();
        for (line, _) in rules {
            let (program, machines) = (line.call.program(), line.groups.as_slice());
            let next = numbers.len();
            let number = *numbers.entry((program, machines)).or_insert(next);
            for machine in machines {
                by_machine
                    .entry((program, machine))
                    .or_default()
                    .insert(number);
            }
            among.push(number);
        }
        let mut beside = vec![BTreeSet::new(); numbers.len()];
        for ((program, machines), number) in &numbers {
            let Some(of) = beside.get_mut(*number) else {
                continue;
            };
            for machine in *machines {
                of.extend(by_machine.get(&(*program, machine)).into_iter().flatten());
            }
        }
        Self { among, beside }
    }
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
