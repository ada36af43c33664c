//! Quorum is talked down in planned work.

use crate::call::{calls, object};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::document::Document;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Cluster, ClusterKind};

pub const RULE: Rule = Rule {
    id: "ha-expected-votes",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Planned work lowers the expected votes of a cluster.",
    rationale: "`pvecm expected` tells a part of a cluster that it is all of it. That is the last resort when the others are known to be off. In \
        planned work it moves no guest, and while it holds, two halves that lose sight of each other may both write to shared storage.",
    example: "Drain node 1 by `pvecm expected 1`",
    controls: &["ISO 27001:2022 A.8.32"],
    mend: Mend::None("the steps of a runbook have to be tried"),
    run,
};

/// Headings and sentences that speak of a failure.
const FAILURE: [&str; 10] = [
    "emergency",
    "disaster",
    "recover",
    "failure",
    "failed",
    "lost",
    "outage",
    "broken",
    "dead",
    "destroyed",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for document in ctx.documents.by_name.values() {
        for call in calls(document) {
            if call.program() != "pvecm"
                || !call.arg(0).starts_with("expected")
                || is_failure(document, call.command.span)
            {
                continue;
            }
            let line = document.line(call.command.span);
            let block = document
                .block(call.command.span)
                .map(|b| b.text.to_lowercase())
                .unwrap_or_default();
            let drains = ["drain", "move", "migrat", "evacuat"]
                .iter()
                .any(|w| block.contains(w));
            let mut d = RULE
                .finding(format!(
                    "document '{}' lowers the votes of the cluster in planned work, in line {line}",
                    document.name
                ))
                .at(
                    call.command.span,
                    "makes a part believe that it is the whole",
                );
            for note in notes(ctx.lab, call.arg(1)) {
                d = d.note(note);
            }
            if drains {
                d = d.note("it moves no guest: nothing is drained");
            }
            d = d.help("drain a node by `ha-manager crm-command node-maintenance enable NODE` or by migrating its guests, and keep the votes");
            if clusters(ctx.lab).any(|(_, c)| c.members.len() == 2 && c.qdevice.is_none()) {
                d = d.help(
                    "two nodes need a third vote: set up a QDevice, then one of them can be off",
                );
            }
            out.add(object(document), d);
        }
    }
    for (name, job) in &ctx.lab.jobs {
        let Some(command) = job
            .command
            .as_ref()
            .filter(|c| c.value().is_some_and(|c| lowers(c)))
        else {
            continue;
        };
        let d = RULE
            .finding(format!("job '{name}' lowers the votes of the cluster"))
            .at(command.span, "makes a part believe that it is the whole")
            .help("drain a node by `ha-manager crm-command node-maintenance enable NODE`, and keep the votes");
        out.add(ObjectRef::new(Kind::Job, name), d);
    }
    files(ctx, out);
}

/// Scripts and timetables that are put on hosts.
fn files(ctx: &Context<'_>, out: &mut Findings) {
    for (name, host) in &ctx.lab.hosts {
        for (path, file) in &host.files {
            let text = &file.content.value;
            let mut lines = text.lines().map(str::trim).enumerate();
            let Some((n, line)) = lines.find(|(_, l)| !l.starts_with('#') && lowers(l)) else {
                continue;
            };
            let mut d = RULE
                .finding(format!(
                    "file {path} of host '{name}' lowers the votes of the cluster, in line {}",
                    n + 1
                ))
                .at(
                    file.content.span,
                    "makes a part believe that it is the whole",
                )
                .note(format!("'{line}'"));
            d.notes.extend(notes(ctx.lab, ""));
            let d = d.help("drain a node by `ha-manager crm-command node-maintenance enable NODE`, and keep the votes");
            out.add(ObjectRef::new(Kind::Host, name), d);
        }
    }
}

/// pvecm(1) and corosync-quorumtool(8).
fn lowers(command: &str) -> bool {
    ["pvecm expected", "pvecm e ", "corosync-quorumtool -e"]
        .iter()
        .any(|c| command.contains(c))
}

/// Whether the place speaks of a failure, where lowering the votes is the last resort.
fn is_failure(document: &Document, span: diag::Span) -> bool {
    let mut texts: Vec<String> = document
        .section(span)
        .iter()
        .map(|h| h.text.to_lowercase())
        .collect();
    texts.extend(document.block(span).map(|b| b.text.to_lowercase()));
    texts.iter().any(|t| FAILURE.iter().any(|w| t.contains(w)))
}

fn clusters(lab: &Lab) -> impl Iterator<Item = (&String, &Cluster)> {
    lab.clusters
        .iter()
        .filter(|(_, c)| c.kind.known() == Some(&ClusterKind::Proxmox))
}

/// The votes of each cluster, before and after (votequorum(5): quorum is floor(votes / 2) + 1).
fn notes(lab: &Lab, expected: &str) -> Vec<String> {
    let of = |(name, cluster): (&String, &Cluster)| {
        let given: u64 = cluster
            .votes
            .values()
            .filter_map(|v| v.value())
            .map(|v| u64::from(*v))
            .sum();
        let unsaid = cluster.members.len().saturating_sub(cluster.votes.len()) as u64;
        let votes = given + unsaid + u64::from(cluster.qdevice.is_some());
        let quorum = votes / 2 + 1;
        let after: Option<u64> = expected.parse().ok();
        let then = after
            .map(|n| format!("; with {n} expected it is ⌊{n} / 2⌋ + 1 = {}", n / 2 + 1))
            .unwrap_or_default();
        format!(
            "cluster '{name}' has {votes} votes, so its quorum is ⌊{votes} / 2⌋ + 1 = {quorum}{then}"
        )
    };
    clusters(lab).map(of).collect()
}
