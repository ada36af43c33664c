//! Differences to a plan: `plan(ctx, purpose, extra)`.

use crate::{Comparison, Context, Difference, How, Remedy, compare_host};
use model::fact::{FactKind, FactPath};
use model::kleene::Reason;
use model::plan::{Blocked, Cond, FORMAT, Plan, Purpose, Reading, Step};
use model::realm::Realm;

/// Steps that another part contributes to the same plan (backup set-up), with what it could not decide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contribution {
    /// Steps in order.
    pub steps: Vec<Step>,
    /// What could not be planned.
    pub blocked: Vec<Blocked>,
}

/// All differences of the observed hosts, in declaration order.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    comparisons(ctx).into_iter().map(|c| c.difference).collect()
}

/// The same for what another part contributes: a step that is needed is a difference, and what it could not decide is unknown.
pub fn contributed_drift(extra: &Contribution) -> Vec<Difference> {
    let steps = extra.steps.iter().filter_map(needed);
    let blocked = extra.blocked.iter().map(|b| Difference {
        target: b.target.clone(),
        path: FactPath::new(FactKind::Host, b.what.clone()),
        how: How::Unknown,
        declared: b.what.clone(),
        observed: format!("unknown ({})", b.reason),
        cause: None,
    });
    steps.chain(blocked).collect()
}

/// What a step finds wrong: the first fact that it promises, as it was read.
fn needed(step: &Step) -> Option<Difference> {
    let path = step.post.first().map(Cond::path);
    let path = path.or_else(|| step.reads.keys().next())?;
    let (how, observed) = match step.reads.get(path) {
        Some(Reading::Present(value)) => (How::Differs, value.to_string()),
        Some(Reading::Absent) | None => (How::Missing, "absent".to_owned()),
    };
    Some(Difference {
        target: step.target.clone(),
        path: path.clone(),
        how,
        declared: step.summary.clone(),
        observed,
        cause: Some(step.cause.clone()),
    })
}

fn comparisons(ctx: &Context<'_>) -> Vec<Comparison> {
    ctx.observed_hosts()
        .flat_map(|(name, host, facts)| compare_host(ctx, name, host, facts))
        .collect()
}

/// The plan that makes the observed hosts as declared. Contributions come between what they may need (packages, accounts, files)
/// and the ways in, which are changed last.
pub fn plan(ctx: &Context<'_>, realm: &Realm, extra: Contribution) -> Plan {
    let mut steps = Vec::new();
    let mut blocked = unreached(ctx);
    for comparison in comparisons(ctx) {
        let difference = comparison.difference;
        match comparison.remedy {
            Remedy::Steps(new) => steps.extend(new),
            Remedy::Blocked(reason) => blocked.push(block(&difference, reason)),
            Remedy::Report => {}
        }
    }
    blocked.extend(extra.blocked);
    let (access, mut ordered): (Vec<Step>, Vec<Step>) = steps
        .into_iter()
        .partition(|s| s.risk == model::plan::Risk::Access);
    ordered.extend(extra.steps);
    ordered.extend(access);
    say_once_who_is_silent(ctx, &mut blocked);
    Plan {
        format: FORMAT,
        realm: realm.clone(),
        purpose: Purpose::Apply,
        steps: ordered,
        blocked,
    }
}

fn block(difference: &Difference, reason: Reason) -> Blocked {
    Blocked {
        target: difference.target.clone(),
        what: format!("{} ({})", difference.path, difference.declared),
        reason,
    }
}

/// Nothing is known of a host that did not answer: one line for it, not one per fact.
pub fn say_once_who_is_silent(ctx: &Context<'_>, blocked: &mut Vec<Blocked>) {
    let silent = unreached(ctx);
    let told = |b: &Blocked| silent.iter().find(|s| s.target == b.target).cloned();
    let mut said: Vec<Blocked> = Vec::new();
    for line in std::mem::take(blocked) {
        let line = told(&line).unwrap_or(line);
        if !said.contains(&line) {
            said.push(line);
        }
    }
    *blocked = said;
}

fn unreached(ctx: &Context<'_>) -> Vec<Blocked> {
    let silent = ctx
        .observed_hosts()
        .filter(|(_, _, f)| f.identity.is_none());
    silent
        .map(|(name, _, facts)| Blocked {
            target: ctx.lab.machine_ref(name),
            what: "anything".to_owned(),
            reason: Reason::new(facts.errors.first().map_or_else(
                || "it did not answer".to_owned(),
                |why| format!("it did not answer: {why}"),
            )),
        })
        .collect()
}
