//! A firewall rule that another one makes pointless.

use crate::call::object;
use crate::netfilter::{Beside, Broader, Entry, Line, Stood, Verdict, lines, order};
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
    let rules = order(&lines);
    let firewalls = Firewalls::of(&rules);
    let mut broader = Broader::default();
    for (n, (rule, among)) in rules.iter().zip(&firewalls.among).enumerate() {
        broader.add(n, *among, rule.entry);
    }
    for (n, (rule, among)) in rules.iter().zip(&firewalls.among).enumerate() {
        // Who allows a port limits nothing if the part of it that matters, say TCP, is allowed to all anyway.
        let parts = match rule.entry.verdict {
            Verdict::Allow => rule.entry.by_protocol(),
            Verdict::Deny => vec![rule.entry.clone()],
        };
        let Some(beside) = firewalls.beside.get(*among) else {
            continue;
        };
        let voided = parts.into_iter().find_map(|part| {
            let place = broader.voiding(n, beside, &part)?;
            Some((part, rules.get(place)?))
        });
        if let Some((small, broad)) = voided {
            report(rule.line, &small, broad, out);
        }
    }
}

/// Which rules are in one firewall: those of one program and chain with a machine in common.
struct Firewalls {
    /// The number of each rule's list and set of machines.
    among: Vec<usize>,
    /// What each of them stands beside.
    beside: Vec<Beside>,
}

/// What rules have in common whose order is known: their list, which is of one chain, and the machines that they are for.
type Set<'l> = (usize, &'l [String]);

impl Firewalls {
    fn of(rules: &[Stood<'_, '_>]) -> Self {
        let mut numbers: BTreeMap<Set<'_>, usize> = BTreeMap::new();
        let mut lines: Vec<&Line<'_>> = Vec::new();
        let mut among = Vec::new();
        for rule in rules {
            let next = numbers.len();
            let set = (rule.list, rule.line.groups.as_slice());
            let number = *numbers.entry(set).or_insert(next);
            if number == next {
                lines.push(rule.line);
            }
            among.push(number);
        }
        let chain = |line: &Line<'_>, machine: &str| {
            let program = line.call.program();
            (program.to_owned(), line.chain.clone(), machine.to_owned())
        };
        let mut held: BTreeMap<_, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for ((list, machines), number) in &numbers {
            let line = lines.get(*number);
            for (line, machine) in line
                .iter()
                .flat_map(|l| machines.iter().map(move |m| (l, m)))
            {
                let of = held.entry(chain(line, machine)).or_default();
                of.insert((*list, *number));
            }
        }
        let mut beside = vec![Beside::default(); numbers.len()];
        for ((list, machines), number) in &numbers {
            let (Some(of), Some(line)) = (beside.get_mut(*number), lines.get(*number)) else {
                continue;
            };
            for machine in *machines {
                for (other, number) in held.get(&chain(line, machine)).into_iter().flatten() {
                    let elsewhere = lines.get(*number);
                    let elsewhere =
                        elsewhere.is_some_and(|l| l.document.name != line.document.name);
                    if other == list {
                        of.near.insert(*number);
                    } else if elsewhere {
                        of.far.insert(*number);
                    }
                }
            }
        }
        Self { among, beside }
    }
}

fn report(narrow: &Line<'_>, small: &Entry, broad: &Stood<'_, '_>, out: &mut Findings) {
    let (big, broad) = (broad.entry, broad.line);
    let (a, b) = (narrow.call.shown(), broad.call.shown());
    let line = narrow.document.line(narrow.call.command.span);
    let of = format!("line {line} of document '{}'", narrow.document.name);
    let twice = big.verdict == small.verdict && small.covers(big);
    let (message, label, other, help) = if big.verdict != small.verdict {
        (
            format!("{of} is never reached: '{a}' comes behind '{b}'"),
            "never reached",
            "the broader rule",
            "put the narrower rule first",
        )
    } else if twice {
        (
            format!("{of} does nothing: '{b}' says the same"),
            "says it again",
            "says it first",
            "remove the second one, or write in it what was meant",
        )
    } else {
        (
            format!("{of} limits nothing: '{b}' allows what '{a}' allows, and more"),
            "limits nothing",
            "the broader rule",
            "remove the broader rule, or the narrower one if the broader is meant",
        )
    };
    let d = RULE
        .finding(message)
        .at(narrow.call.command.span, label)
        .and_at(broad.call.command.span, other)
        .note(format!("{}  <=  {}", shown(small), shown(big)))
        .help(help);
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
