//! Running an approved plan: journal, engine, ownership, evidence, pins; the same for every mutating verb.

use crate::exit::Exit;
use crate::output::Paint;
use crate::output::progress::Progress;
use crate::world::{WallClock, World};
use crate::{evidence, pins, unrecorded};
use anyhow::{Context as _, Result};
use engine::context::{LogError, OnFailure, Policy, RunContext, RunLog};
use engine::drivers::Drivers;
use engine::report::{Ending, RunReport};
use engine::run::Approval;
use jiff::Timestamp;
use model::evidence::Body;
use model::fact::{FactPath, Facts};
use model::id::RunId;
use model::plan::{AccessChange, Action, ConfirmPolicy, Plan, Purpose, Reading, Step};
use model::realm::{InRealm, RealmTag};
use model::run::{AccessPhase, Event, RunOutcome};
use model::units::Seconds;
use std::collections::BTreeMap;
use store::{Journal, Owned};

/// The store's journal as the engine sees it. The store wrote the first line when it minted the run.
pub(crate) struct StoreLog {
    journal: Journal,
    finished: bool,
    progress: Progress,
}

impl StoreLog {
    /// Goes on in a journal; people see how far it is.
    pub(crate) fn new(journal: Journal, progress: Progress) -> Self {
        Self {
            journal,
            finished: false,
            progress,
        }
    }

    /// Shows what is about to happen.
    fn show(&mut self, event: &Event) {
        match event {
            Event::Intent { step } => self.progress.at(step, ""),
            Event::Phase { step, phase } => self.progress.at(step, doing(*phase)),
            Event::Finished { .. } => self.progress.clear(),
            Event::Started { .. }
            | Event::Left { .. }
            | Event::Ended { .. }
            | Event::Resumed { .. } => {}
        }
    }

    /// Ends the journal of a run that the engine refused before it wrote anything.
    fn close(&mut self, report: &RunReport) -> Result<(), LogError> {
        if matches!(report.ending, Ending::Refused(_)) && !self.finished {
            let outcome = RunOutcome::Refused;
            return self.write(Timestamp::now(), Event::Finished { outcome });
        }
        Ok(())
    }
}

impl RunLog for StoreLog {
    fn write(&mut self, now: Timestamp, event: Event) -> Result<(), LogError> {
        if matches!(event, Event::Started { .. }) {
            return Ok(());
        }
        self.show(&event);
        let finishes = matches!(event, Event::Finished { .. });
        self.journal
            .write(now, event)
            .map(|()| self.finished |= finishes)
            .map_err(|e| LogError::new(e.to_string()))
    }
}

/// Limits of a run as the user set them, and what a failure in it means. Of an undo, what cannot be taken back (a repository in
/// use) stays with what rests on it; the rest is not put on again. Of a backup, one dataset that cannot be archived does not keep
/// the others from it.
pub(crate) fn policy(revert_after: u32, purpose: &Purpose) -> Policy {
    let confirm = ConfirmPolicy {
        revert_after: Seconds(i64::from(revert_after)),
        ..ConfirmPolicy::default()
    };
    Policy {
        confirm,
        on_failure: match purpose {
            Purpose::Undo(_) | Purpose::Backup => OnFailure::Continue,
            _ => OnFailure::Unwind,
        },
        ..Policy::default()
    }
}

/// Waits; the only place where the program sleeps.
pub(crate) fn wait(seconds: Seconds) {
    // tidy: allowed because a run must give a target time to revert or reboot.
    std::thread::sleep(std::time::Duration::from_secs(
        u64::try_from(seconds.0).unwrap_or(0),
    ));
}

/// An unguessable text for one test of an admin path.
pub(crate) fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    match store::Random::fill(&mut store::SystemRandom, &mut bytes) {
        Ok(()) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        // Without randomness the time still makes it unlike any earlier nonce.
        Err(_) => format!("{}", Timestamp::now().as_nanosecond()),
    }
}

/// Runs a plan that was approved, and records how it went. With `show` people see what it is called and how far it is.
pub(crate) fn run<R: RealmTag>(
    world: &World<R>,
    plan: Plan,
    drivers: &mut Drivers<R>,
    policy: Policy,
    show: Option<Paint>,
) -> Result<RunReport> {
    let _one_at_a_time = world.store.lease()?;
    unrecorded::settled_first(world, &plan)?;
    let epoch = world.store.next_epoch()?;
    let controller = world.store.controller().clone();
    let journal = world
        .store
        .begin_run(&plan, &controller, epoch, Timestamp::now())?;
    let run = journal.run().clone();
    let progress = begun(world, &run, &plan, show);
    let mut log = StoreLog::new(journal, progress);
    let approval = Approval {
        digest: plan.digest(),
    };
    let bound = InRealm::bind(world.tag.clone(), plan.clone())?;
    let mut pause = wait;
    let mut nonces = nonce;
    let context = RunContext {
        run,
        controller,
        epoch,
        clock: &WallClock,
        wait: &mut pause,
        nonce: &mut nonces,
        policy,
    };
    let report = engine::run::run(bound, approval, drivers, &mut log, context);
    log.close(&report)?;
    record(world, &plan, &report)?;
    Ok(report)
}

/// Says what a run is called, before its first effect, and what to do if nothing more is said of it.
fn begun<R: RealmTag>(world: &World<R>, run: &RunId, plan: &Plan, show: Option<Paint>) -> Progress {
    if show.is_none() {
        return Progress::none();
    }
    errln!(
        "\nrun {run}: if it is interrupted, one of these settles it:\n  {}\n  {}",
        world.hints.resume(run),
        world.hints.unwind(run)
    );
    Progress::of(plan)
}

/// Ownership and evidence of a run that came to an end.
pub(crate) fn record<R: RealmTag>(world: &World<R>, plan: &Plan, report: &RunReport) -> Result<()> {
    for step in &plan.steps {
        let done = report
            .step(&step.id)
            .is_some_and(|r| r.outcome.is_success() && r.begun);
        if done {
            note_ownership(world, plan, step, report)?;
        }
    }
    let Some(outcome) = report.outcome() else {
        return Ok(());
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for step in &report.steps {
        *counts.entry(step.outcome.word().to_owned()).or_default() += 1;
    }
    let body = Body::Run {
        run: report.run.clone(),
        digest: plan.digest(),
        purpose: purpose(&plan.purpose),
        outcome,
        steps: counts,
    };
    world
        .store
        .append(body, &world.stamp())
        .context("the run went as shown, but its record could not be written")?;
    Ok(())
}

fn note_ownership<R: RealmTag>(
    world: &World<R>,
    plan: &Plan,
    step: &Step,
    report: &RunReport,
) -> Result<()> {
    if let Purpose::Undo(undone) = &plan.purpose {
        return give_back(world, step, undone);
    }
    let (made, gone) = things(&step.action);
    let owned = world.store.owned()?;
    for thing in &made {
        // What is ours, or was taken over, stays as it is known.
        if owned
            .get(&step.target)
            .is_some_and(|all| all.contains_key(thing))
        {
            continue;
        }
        let owned = Owned {
            since: report.run.clone(),
            adopted: was_there(step, thing),
        };
        world.store.own(&step.target, thing, owned)?;
    }
    for thing in gone {
        world.store.disown(&step.target, &thing)?;
    }
    Ok(())
}

/// Whether the step found the thing in place, so that it is somebody else's: it may be changed, and put back, but never deleted.
fn was_there(step: &Step, thing: &str) -> bool {
    let found = |(path, reading): (&FactPath, &Reading)| {
        path.to_string() == thing && matches!(reading, Reading::Present(_))
    };
    step.reads.iter().any(found)
}

/// What the undone run had made or taken over is its former owner's again, be it gone or put back.
fn give_back<R: RealmTag>(world: &World<R>, step: &Step, undone: &RunId) -> Result<()> {
    let owned = world.store.owned()?;
    let of_target = owned.get(&step.target).into_iter().flatten();
    let absent = undone_things(step);
    for (thing, kept) in of_target {
        let touched = step.post.iter().any(|c| c.path().to_string() == *thing);
        if absent.contains(thing) || (touched && kept.since == *undone) {
            world.store.disown(&step.target, thing)?;
        }
    }
    Ok(())
}

/// What an action makes ours, and what it ends.
fn things(action: &Action) -> (Vec<String>, Vec<String>) {
    let keys = |user: &str, prints: Vec<String>| {
        prints
            .iter()
            .map(|p| format!("key:{user}/{p}"))
            .collect::<Vec<_>>()
    };
    match action {
        Action::PutFile(put) => (vec![format!("file:{}", put.path)], vec![]),
        Action::RemoveFile { path } => (vec![], vec![format!("file:{path}")]),
        Action::InstallPackage { name } => (vec![format!("package:{name}")], vec![]),
        Action::RemovePackage { name } => (vec![], vec![format!("package:{name}")]),
        Action::AddUser { name, .. } => (vec![format!("user:{name}")], vec![]),
        Action::RemoveUser { name } => (vec![], vec![format!("user:{name}")]),
        Action::Access(AccessChange::Sshd { path, content }) => match content {
            Some(_) => (vec![format!("file:{path}")], vec![]),
            None => (vec![], vec![format!("file:{path}")]),
        },
        Action::Access(AccessChange::Keys { user, add, remove }) => {
            let added = add
                .iter()
                .filter_map(|l| plan::key_fingerprint(l))
                .collect();
            (keys(user, added), keys(user, remove.clone()))
        }
        Action::Access(AccessChange::Nft { table, ruleset }) => match ruleset {
            Some(_) => (vec![format!("nft:inet/{table}")], vec![]),
            None => (vec![], vec![format!("nft:inet/{table}")]),
        },
        _ => (vec![], vec![]),
    }
}

/// What stops being ours when a step that put something back has run: whatever its post-condition says is absent.
fn undone_things(step: &Step) -> Vec<String> {
    let absent = step.post.iter().filter_map(|c| match c {
        model::plan::Cond::Absent(path) => Some(path.to_string()),
        _ => None,
    });
    absent.collect()
}

/// What a plan is for, in a word or two.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Apply => "apply".to_owned(),
        Purpose::Undo(run) => format!("undo {run}"),
        Purpose::Backup => "backup".to_owned(),
        Purpose::Restore => "restore".to_owned(),
        Purpose::Drill => "drill".to_owned(),
        Purpose::Selftest => "selftest".to_owned(),
        Purpose::Leave => "leave".to_owned(),
    }
}

/// The word for how a run ended.
pub(crate) fn ended(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Succeeded => "succeeded",
        RunOutcome::FailedUndone => "failed, undone",
        RunOutcome::FailedChanged => "failed, changed",
        RunOutcome::PartlyUnknown => "partly unknown",
        RunOutcome::Refused => "refused",
    }
}

/// What is done in a phase of commit-confirm.
pub(crate) fn doing(phase: AccessPhase) -> &'static str {
    match phase {
        AccessPhase::Pretest => "testing the ways in before anything is touched",
        AccessPhase::Arm => "arming the revert",
        AccessPhase::Live => "changing what runs",
        AccessPhase::Test => "testing the ways in",
        AccessPhase::Persist => "making it last",
        AccessPhase::Disarm => "testing again, then disarming the revert",
    }
}

/// The exit code of a run.
pub(crate) fn exit(report: &RunReport) -> Exit {
    match &report.ending {
        Ending::Refused(_) => Exit::Refused,
        Ending::Interrupted(_) => Exit::FailedChanged,
        Ending::Finished(outcome) => match outcome {
            RunOutcome::Succeeded => Exit::Ok,
            RunOutcome::FailedUndone => Exit::FailedUndone,
            RunOutcome::FailedChanged => Exit::FailedChanged,
            RunOutcome::PartlyUnknown => Exit::PartlyUnknown,
            RunOutcome::Refused => Exit::Refused,
        },
    }
}

/// Looks once more after a run, records what that shows, and pins the ledger's head. Whatever fails then, the run was made.
pub(crate) fn keep_what_is<R: RealmTag>(
    world: &World<R>,
    drivers: &mut Drivers<R>,
    host: Option<&str>,
) -> Result<Facts> {
    let mut keep = || -> Result<Facts> {
        let after = world.observe(drivers, host)?;
        evidence::record_observation(world, &after)?;
        pins::put(world)?;
        Ok(after)
    };
    keep().context("the run went as shown, but what stands now could not be kept")
}
