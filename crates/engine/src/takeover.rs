//! Takes up the journal of a run that was interrupted: settles the open step by observing, then goes on or back.

use crate::context::{LogError, OnFailure, RunContext, RunLog};
use crate::drivers::Drivers;
use crate::exec::Exec;
use crate::report::{Ending, Refused, RunReport, StepReport};
use crate::run::{Goal, check_realm, conclude};
use crate::settle::{Open, Situation, settle};
use model::plan::{Plan, Purpose, Step};
use model::realm::RealmTag;
use model::run::{Entry, Event, StepOutcome};

/// Goes on with an interrupted run: forward, unless it was already taking things back. The journal goes on in `log`; the
/// run's id is the journal's, whatever `ctx` says.
///
/// # Errors
/// [`Refused`] if the journal cannot be taken up; nothing was written then.
pub fn resume<R: RealmTag>(
    entries: &[Entry],
    drivers: &mut Drivers<R>,
    log: &mut dyn RunLog,
    ctx: RunContext<'_>,
) -> Result<RunReport, Refused> {
    take_up(entries, drivers, log, ctx, Goal::Forward)
}

/// Takes an interrupted run back to where it began.
///
/// # Errors
/// [`Refused`] if the journal cannot be taken up; nothing was written then.
pub fn unwind<R: RealmTag>(
    entries: &[Entry],
    drivers: &mut Drivers<R>,
    log: &mut dyn RunLog,
    ctx: RunContext<'_>,
) -> Result<RunReport, Refused> {
    take_up(entries, drivers, log, ctx, Goal::Back)
}

fn take_up<R: RealmTag>(
    entries: &[Entry],
    drivers: &mut Drivers<R>,
    log: &mut dyn RunLog,
    mut ctx: RunContext<'_>,
    goal: Goal,
) -> Result<RunReport, Refused> {
    let situation = settle(entries)?;
    check_realm(&situation.plan, drivers)?;
    if situation.finished.is_some() {
        return Err(Refused::Ended);
    }
    if ctx.epoch < situation.epoch {
        return Err(Refused::OldEpoch {
            ours: ctx.epoch,
            theirs: situation.epoch,
        });
    }
    ctx.run = situation.run.clone();
    let plan = situation.plan.clone();
    let mut exec = Exec::new(drivers, log, ctx, plan.purpose.clone());
    let ending = go_on(&mut exec, &plan, &situation, goal).unwrap_or_else(Ending::Interrupted);
    Ok(exec.report(&plan, ending))
}

fn go_on<R: RealmTag>(
    exec: &mut Exec<'_, '_, R>,
    plan: &Plan,
    situation: &Situation,
    goal: Goal,
) -> Result<Ending, LogError> {
    exec.write(Event::Resumed {
        epoch: exec.ctx.epoch,
    })?;
    // Not the end of the run: whoever holds the lease may give it back.
    if let Err(refused) = exec.take_leases(plan) {
        return Ok(Ending::Refused(refused));
    }
    load(exec, situation);
    let mut resumed_at = None;
    for step in &plan.steps {
        let Some(state) = situation.steps.get(&step.id) else {
            continue;
        };
        if let Some(open) = state.unsettled() {
            settle_open(exec, step, open, state.phase.is_some())?;
        }
        if state.open.is_some() {
            resumed_at = Some(step);
        }
    }
    if goal == Goal::Back {
        return conclude(exec, plan, Goal::Back);
    }
    if was_going_back(exec, situation, resumed_at) {
        // A drill goes back when it has succeeded, too.
        let drill = plan.purpose == Purpose::Drill;
        return conclude(exec, plan, if drill { Goal::Forward } else { Goal::Back });
    }
    retry(exec, plan);
    exec.walk(plan)?;
    conclude(exec, plan, Goal::Forward)
}

fn settle_open<R: RealmTag>(
    exec: &mut Exec<'_, '_, R>,
    step: &Step,
    open: Open,
    access: bool,
) -> Result<(), LogError> {
    match open {
        Open::Doing => {
            let outcome = exec.settle_open(step, access)?;
            exec.end(step, outcome)
        }
        Open::Undoing => exec.settle_open_undo(step, access),
    }
}

/// The steps as the journal left them. One whose way back was torn counts as done, so that it is tried again.
fn load<R: RealmTag>(exec: &mut Exec<'_, '_, R>, situation: &Situation) {
    for (id, state) in &situation.steps {
        let outcome = match (&state.done, &state.ended) {
            (Some(output), _) => StepOutcome::Done(output.clone()),
            (None, Some(ended)) => ended.clone(),
            (None, None) => StepOutcome::Unknown("begun".to_owned()),
        };
        let report = StepReport {
            step: id.clone(),
            outcome,
            output: state.done.clone(),
            begun: state.begun,
        };
        exec.steps.insert(id.clone(), report);
        if state.going_back && state.done.is_some() {
            exec.began_back.insert(id.clone());
        }
    }
}

/// Whether the run had begun to take things back. The step that was open at the interruption does not count: that it did
/// not happen is no failure of its own.
fn was_going_back<R: RealmTag>(
    exec: &Exec<'_, '_, R>,
    situation: &Situation,
    interrupted: Option<&Step>,
) -> bool {
    let earlier = situation.steps.values().any(|s| s.going_back);
    let failure = |s: &StepReport| {
        let excused = interrupted.is_some_and(|i| i.id == s.step)
            && !matches!(s.outcome, StepOutcome::Torn(_));
        !excused && exec.is_failure(&s.outcome)
    };
    let failed = exec.steps.values().any(failure);
    earlier || (failed && exec.ctx.policy.on_failure == OnFailure::Unwind)
}

/// Forgets the outcomes that a new attempt may better: what was interrupted without effect, not decided, or skipped. What
/// may have left something stays as it is.
fn retry<R: RealmTag>(exec: &mut Exec<'_, '_, R>, plan: &Plan) {
    for step in &plan.steps {
        let again = exec
            .steps
            .get(&step.id)
            .is_some_and(|s| !exec.relied_on(&s.outcome) && !exec.stays(step));
        if again {
            exec.steps.remove(&step.id);
        }
    }
}
