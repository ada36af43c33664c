//! Planned work that takes the majority from a cluster.

use crate::context::job;
use crate::votes::{Votes, votes};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt;
use model::id::Kind;
use model::lab::guest::Cluster;
use model::lab::protection::{Job, JobKind};

pub(crate) const RULE: Rule = Rule {
    id: "ha-drain",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Updates or restarts take so many members out of a cluster that the rest has no majority.",
    rationale: "Members are emptied, updated and restarted one after the other; while one is away, the others must still have the majority. Where they \
        do not, people lower the number of expected votes by hand, and from then on two halves can both write to the same disks.",
    example: "jobs: {patches: {kind: update, on: [pve1, pve2], schedule: \"Sat 02:00\"}}   # two members, no tie breaker",
    controls: &["ISO 27001:2022 A.8.32"],
    mend: Mend::None("a third vote has to be set up"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, work) in &ctx.lab.jobs {
        if !matches!(work.kind.known(), Some(JobKind::Update | JobKind::Reboot)) {
            continue;
        }
        for (key, cluster) in &ctx.lab.clusters {
            let touched = touched(work, key, cluster);
            let votes = Votes::of(ctx.lab, cluster).filter(|v| v.voters.len() > 1);
            let Some(votes) = votes.filter(|_| !touched.is_empty()) else {
                continue;
            };
            let found = one_away(name, work, (key, cluster), &votes, &touched)
                .or_else(|| all_at_once(name, work, (key, cluster), &votes, &touched));
            found.into_iter().for_each(|d| out.add(job(name), d));
        }
    }
}

/// The members that the work is done on.
fn touched<'a>(work: &Job, name: &str, cluster: &'a Cluster) -> Vec<&'a str> {
    let whole = work
        .on
        .iter()
        .any(|o| o.value.kind() == Kind::Cluster && o.value.name() == name);
    let members = cluster.members.iter().chain(&cluster.masters);
    let mut found: Vec<&str> = members
        .filter(|m| whole || work.on.iter().any(|o| o.value.0 == m.value.0))
        .map(|m| m.value.name())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Even one member at a time is too many.
fn one_away(
    name: &str,
    work: &Job,
    (key, cluster): (&str, &Cluster),
    v: &Votes<'_>,
    touched: &[&str],
) -> Option<Diagnostic> {
    let fatal = v.fatal_machines();
    let loss = fatal.iter().find(|l| {
        let voters = v.voters.iter().filter(|x| x.machine == l.name);
        voters.into_iter().any(|x| touched.contains(&x.name)) || touched.contains(&l.name)
    })?;
    let d = RULE
        .finding(format!(
            "while job '{name}' has '{}' away, the rest of cluster '{key}' has no majority",
            loss.name
        ))
        .at(work.span, "takes members out, one after the other")
        .and_at(cluster.span, "has too few votes for that")
        .note(v.sum())
        .note(format!(
            "without '{}': {} - {} = {}, needed {}",
            loss.name,
            v.total,
            v.total - loss.left,
            votes(loss.left),
            v.needed
        ));
    Some(d.help(
        "add a tie breaker (`qdevice: …`) or a member before members are taken out; never lower the expected votes for it",
    ))
}

/// One at a time would do, but nothing says that they go one at a time.
fn all_at_once(
    name: &str,
    work: &Job,
    (key, _): (&str, &Cluster),
    v: &Votes<'_>,
    touched: &[&str],
) -> Option<Diagnostic> {
    let restarts = work.kind.known() == Some(&JobKind::Reboot);
    let schedule = work.schedule.as_ref().filter(|_| restarts)?;
    let away = v.voters.iter().filter(|x| touched.contains(&x.name));
    let lost: u32 = away.map(|x| x.votes).fold(0, u32::saturating_add);
    let left = v.total.saturating_sub(lost);
    if left >= v.needed {
        return None;
    }
    let d = RULE
        .finding(format!(
            "job '{name}' restarts {} of cluster '{key}' at the same time",
            names(touched)
        ))
        .at(schedule.span, "one time for all of them")
        .note(v.sum())
        .note(format!(
            "{} - {lost} = {}, needed {}",
            v.total,
            votes(left),
            v.needed
        ));
    Some(d.help("give each member a job of its own, at times that are far enough apart to look at the cluster in between"))
}
