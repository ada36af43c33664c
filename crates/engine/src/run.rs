//! Runs a plan: the one function through which a target is changed.

use crate::context::{LogError, OnFailure, RunContext, RunLog};
use crate::drivers::Drivers;
use crate::exec::Exec;
use crate::report::{Ending, Refused, RunReport};
use model::digest::Digest;
use model::id::StepId;
use model::plan::{Plan, Purpose};
use model::realm::{HasRealm, InRealm, RealmMismatch, RealmTag};
use model::run::{Event, FORMAT, RunOutcome};
use std::collections::BTreeSet;

/// What was approved: steps and effects, by their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// [`Plan::digest`] of the plan that was shown.
    pub digest: Digest,
}

/// Runs an approved plan to its end: every step is decided on what is there, announced in the journal, done, and looked at
/// again; on failure what was done is taken back. A drill is taken back in any case. Never fails: the report says how it
/// went, and a run whose journal failed can be taken up by [`crate::takeover`].
///
/// A plan of the real lab does not fit the drivers of a twin:
///
/// ```compile_fail,E0308
/// # use engine::{context::{RunContext, RunLog}, drivers::Drivers, run::{Approval, run}};
/// # use model::{plan::Plan, realm::{InRealm, Real, Twin}};
/// fn confuse(plan: InRealm<Real, Plan>, ok: Approval, twin: &mut Drivers<Twin>, log: &mut dyn RunLog, ctx: RunContext<'_>) {
///     run(plan, ok, twin, log, ctx);
/// }
/// ```
///
/// The same with drivers of the real lab is right:
///
/// ```
/// # use engine::{context::{RunContext, RunLog}, drivers::Drivers, run::{Approval, run}};
/// # use model::{plan::Plan, realm::{InRealm, Real}};
/// fn proper(plan: InRealm<Real, Plan>, ok: Approval, real: &mut Drivers<Real>, log: &mut dyn RunLog, ctx: RunContext<'_>) {
///     run(plan, ok, real, log, ctx);
/// }
/// ```
pub fn run<R: RealmTag>(
    plan: InRealm<R, Plan>,
    approval: Approval,
    drivers: &mut Drivers<R>,
    log: &mut dyn RunLog,
    ctx: RunContext<'_>,
) -> RunReport {
    let plan = plan.into_inner();
    let checked = check(&plan, &approval.digest, drivers);
    let mut exec = Exec::new(drivers, log, ctx, plan.purpose.clone());
    let ending = match checked {
        Err(refused) => Ending::Refused(refused),
        Ok(()) => begin(&mut exec, &plan, approval).unwrap_or_else(Ending::Interrupted),
    };
    exec.report(&plan, ending)
}

fn begin<R: RealmTag>(
    exec: &mut Exec<'_, '_, R>,
    plan: &Plan,
    approval: Approval,
) -> Result<Ending, LogError> {
    exec.write(Event::Started {
        format: FORMAT,
        run: exec.ctx.run.clone(),
        controller: exec.ctx.controller.clone(),
        epoch: exec.ctx.epoch,
        digest: approval.digest,
        plan: Box::new(plan.clone()),
    })?;
    if let Err(refused) = exec.take_leases(plan) {
        exec.write(Event::Finished {
            outcome: RunOutcome::Refused,
        })?;
        return Ok(Ending::Refused(refused));
    }
    exec.walk(plan)?;
    conclude(exec, plan, Goal::Forward)
}

/// What a run is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// What the plan is for.
    Forward,
    /// The state before it.
    Back,
}

/// Takes back what has to be taken back, ends the journal, and gives the leases back. The end is journaled first: as long
/// as the journal is open nobody else may act.
pub(crate) fn conclude<R: RealmTag>(
    exec: &mut Exec<'_, '_, R>,
    plan: &Plan,
    goal: Goal,
) -> Result<Ending, LogError> {
    let mended = exec.failed() && exec.ctx.policy.on_failure == OnFailure::Unwind;
    let back = goal == Goal::Back || mended || plan.purpose == Purpose::Drill;
    if back {
        exec.unwind(plan)?;
    }
    let outcome = match (exec.run_outcome(plan, back), goal) {
        // Nothing failed, but the goal of the run was given up.
        (RunOutcome::Succeeded | RunOutcome::PartlyUnknown | RunOutcome::Refused, Goal::Back) => {
            if plan.steps.iter().any(|s| exec.stays(s)) {
                RunOutcome::FailedChanged
            } else {
                RunOutcome::FailedUndone
            }
        }
        (outcome, _) => outcome,
    };
    exec.write(Event::Finished { outcome })?;
    exec.release_leases();
    Ok(Ending::Finished(outcome))
}

fn check<R: RealmTag>(plan: &Plan, approved: &Digest, drivers: &Drivers<R>) -> Result<(), Refused> {
    check_realm(plan, drivers)?;
    if plan.format != model::plan::FORMAT {
        return Err(Refused::Format { found: plan.format });
    }
    let digest = plan.digest();
    if *approved != digest {
        return Err(Refused::NotApproved {
            approved: approved.clone(),
            plan: digest,
        });
    }
    check_order(plan)?;
    let missing = plan.steps.iter().find(|s| !drivers.has(&s.target));
    match missing {
        Some(step) => Err(Refused::NoDriver {
            target: step.target.clone(),
        }),
        None => Ok(()),
    }
}

/// The types keep real and twin apart; which twin is compared here.
pub(crate) fn check_realm<R: RealmTag>(
    plan: &Plan,
    drivers: &Drivers<R>,
) -> Result<(), RealmMismatch> {
    let wanted = drivers.tag().realm();
    if *plan.realm() == wanted {
        return Ok(());
    }
    Err(RealmMismatch {
        wanted,
        found: plan.realm().clone(),
    })
}

fn check_order(plan: &Plan) -> Result<(), Refused> {
    let mut seen: BTreeSet<&StepId> = BTreeSet::new();
    for step in &plan.steps {
        let malformed = |why: String| {
            Err(Refused::Malformed {
                step: step.id.clone(),
                why,
            })
        };
        if let Some(late) = step.after.iter().find(|a| !seen.contains(a)) {
            return malformed(format!(
                "it comes after {late}, which is not before it in the plan"
            ));
        }
        if !seen.insert(&step.id) {
            return malformed("its id is used twice".to_owned());
        }
    }
    Ok(())
}
