//! The number of expected votes is lowered by hand.

use crate::context::{host, job, phase};
use crate::{Context, Findings, Rule};
use diag::{Diagnostic, Severity, Span};

pub(crate) const RULE: Rule = Rule {
    id: "ha-expected-votes",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Planned work lowers the number of votes that a cluster expects.",
    rationale: "`pvecm expected 1` makes one member believe that it is the whole cluster. It moves no guest and drains nothing. If the other member is alive after \
        all, both start the same guests on the same disks. It is for the rescue of a cluster whose other members are known to be off, with a person \
        in front of it, and has no place in a routine.",
    example: "jobs: {drain: {kind: script, command: pvecm expected 1}}",
    controls: &["ISO 27001:2022 A.8.32"],
    run,
};

/// Commands and settings that lower the number, from pvecm(1), corosync-quorumtool(8) and votequorum(5).
const LOWERS: [&str; 5] = [
    "pvecm expected",
    "pvecm e ",
    "corosync-quorumtool -e",
    "expected_votes: 1\n",
    "corosync-quorumtool --expected",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, work) in &ctx.lab.jobs {
        let command = work.command.as_ref();
        let text = command.and_then(|c| Some((c.value()?.as_str(), c.span)));
        let description = work.description.as_ref();
        let words = description.and_then(|d| Some((d.value()?.0.as_str(), d.span)));
        let found = text.into_iter().chain(words);
        let place = format!("job '{name}'");
        found
            .filter_map(|(text, span)| lowers(text, span, &place))
            .for_each(|d| out.add(job(name), d));
    }
    for (name, machine) in &ctx.lab.hosts {
        for (path, file) in &machine.files {
            let place = format!("'{path}' on host '{name}'");
            let found = lowers(&file.content.value, file.content.span, &place);
            found.into_iter().for_each(|d| out.add(host(name), d));
        }
    }
    for (name, step) in &ctx.lab.roadmap {
        for text in step.items.iter().filter_map(|i| i.text.as_ref()) {
            let Some(prose) = text.value() else { continue };
            let found = lowers(&prose.0, text.span, &format!("phase '{name}'"));
            found.into_iter().for_each(|d| out.add(phase(name), d));
        }
    }
}

fn lowers(text: &str, span: Span, place: &str) -> Option<Diagnostic> {
    let ended = format!("{text}\n");
    let hit = LOWERS.into_iter().find(|l| ended.contains(l))?;
    let line = ended.lines().find(|l| l.contains(hit.trim()))?;
    let d = RULE
        .finding(format!("{place} lowers the number of expected votes"))
        .at(span, "drains nothing, and lets two halves act at once")
        .note(format!(
            "`{}`: a majority of 1 vote is 1 / 2 + 1 = 1, whatever the other members do",
            line.trim()
        ));
    Some(d.help(
        "put the member into maintenance (`ha-manager crm-command node-maintenance enable NODE`), migrate its guests, and let the others keep the majority with a QDevice",
    ))
}
