//! Planned work that takes the majority from a cluster.

use crate::context::job;
use crate::votes::{Presence, Votes, votes};
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
            let away = Away {
                name,
                work,
                key,
                cluster,
                votes: &votes,
                touched,
            };
            let found = away.found(Presence::OnDemand).or_else(|| away.unsure());
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

/// Work that takes members out of a cluster.
struct Away<'a> {
    name: &'a str,
    work: &'a Job,
    key: &'a str,
    cluster: &'a Cluster,
    votes: &'a Votes<'a>,
    /// The members that it is done on.
    touched: Vec<&'a str>,
}

impl Away<'_> {
    /// What it takes, while those are off that are not sure to be on.
    fn found(&self, off: Presence) -> Option<Diagnostic> {
        self.one_away(off).or_else(|| self.all_at_once(off))
    }

    /// The same where nobody knows who is on.
    fn unsure(&self) -> Option<Diagnostic> {
        let found = self.found(Presence::Unknown)?;
        let open = self.votes.off(Presence::Unknown);
        let d = RULE
            .unknown(format!(
                "whether cluster '{}' keeps its majority while job '{}' has members away",
                self.key, self.name
            ))
            .at(self.work.span, "takes members out");
        let d = found.notes.into_iter().fold(d, Diagnostic::note);
        Some(d.help(format!(
            "write 'on_demand: true' or 'on_demand: false' for {}, or give the vote to a machine that is always on",
            names(&open)
        )))
    }

    /// Even one member at a time is too many.
    fn one_away(&self, off: Presence) -> Option<Diagnostic> {
        let (v, key) = (self.votes, self.key);
        let fatal = v.fatal_while_off(off);
        let loss = fatal.iter().find(|l| {
            let mut voters = v.voters.iter().filter(|x| x.machine == l.name);
            voters.any(|x| self.touched.contains(&x.name)) || self.touched.contains(&l.name)
        })?;
        let d = RULE
            .finding(format!(
                "while job '{}' has '{}' away, the rest of cluster '{key}' has no majority",
                self.name, loss.name
            ))
            .at(self.work.span, "takes members out, one after the other")
            .and_at(self.cluster.span, "has too few votes for that");
        let there = v.while_off(off);
        let d = self.arithmetic(d, off).note(format!(
            "without '{}': {there} - {} = {}, needed {}",
            loss.name,
            there - loss.left,
            votes(loss.left),
            v.needed
        ));
        Some(d.help(
            "add a tie breaker (`qdevice: …`) or a member before members are taken out; never lower the expected votes for it",
        ))
    }

    /// One at a time would do, but nothing says that they go one at a time.
    fn all_at_once(&self, off: Presence) -> Option<Diagnostic> {
        let (v, touched) = (self.votes, &self.touched);
        let restarts = self.work.kind.known() == Some(&JobKind::Reboot);
        let schedule = self.work.schedule.as_ref().filter(|_| restarts)?;
        let away = v.there(off).into_iter();
        let away = away.filter(|x| touched.contains(&x.name));
        let lost: u32 = away.map(|x| x.votes).fold(0, u32::saturating_add);
        let there = v.while_off(off);
        let left = there.saturating_sub(lost);
        if lost == 0 || left >= v.needed {
            return None;
        }
        let d = RULE
            .finding(format!(
                "job '{}' restarts {} of cluster '{}' at the same time",
                self.name,
                names(touched),
                self.key
            ))
            .at(schedule.span, "one time for all of them");
        let d = self.arithmetic(d, off).note(format!(
            "{there} - {lost} = {}, needed {}",
            votes(left),
            v.needed
        ));
        Some(d.help("give each member a job of its own, at times that are far enough apart to look at the cluster in between"))
    }

    /// All votes, and those that are there.
    fn arithmetic(&self, d: Diagnostic, off: Presence) -> Diagnostic {
        let v = self.votes;
        let d = d.note(v.sum());
        let asleep = v.off(off);
        match asleep.is_empty() {
            true => d,
            false => d.note(format!(
                "without {}, not sure to be on ('on_demand'): {}",
                names(&asleep),
                votes(v.while_off(off))
            )),
        }
    }
}
