//! `runs`: list, show, resume, unwind.

use crate::cli::{LabArgs, RunsVerb};
use crate::exit::{Exit, Stop};
use crate::output::{Paint, Table, Tone, report as report_output};
use crate::running::{self, StoreLog};
use crate::world::{WallClock, World};
use anyhow::Result;
use engine::context::RunContext;
use engine::report::Ending;
use model::id::RunId;
use model::realm::RealmTag;
use model::run::{Entry, Event, RunOutcome};

/// Runs the verb.
pub(crate) fn runs<R: RealmTag>(tag: R, verb: &RunsVerb, json: bool, paint: Paint) -> Result<Exit> {
    match verb {
        RunsVerb::List(at) => list(&World::open(tag, &at.lab)?, json, paint),
        RunsVerb::Show { run, at } => show(&World::open(tag, &at.lab)?, run, json),
        RunsVerb::Resume { run, at } => take_up(tag, run, at, Way::On, json, paint),
        RunsVerb::Unwind { run, at } => take_up(tag, run, at, Way::Back, json, paint),
    }
}

/// The arguments common to all of them.
pub(crate) fn at(verb: &RunsVerb) -> (&LabArgs, bool) {
    match verb {
        RunsVerb::List(at) | RunsVerb::Show { at, .. } => (at, false),
        RunsVerb::Resume { at, .. } | RunsVerb::Unwind { at, .. } => (at, true),
    }
}

fn ended(entries: &[Entry]) -> &'static str {
    let last = entries.iter().rev().find_map(|e| match &e.event {
        Event::Finished { outcome } => Some(*outcome),
        _ => None,
    });
    match last {
        None => "interrupted",
        Some(RunOutcome::Succeeded) => "succeeded",
        Some(RunOutcome::FailedUndone) => "failed, undone",
        Some(RunOutcome::FailedChanged) => "failed, changed",
        Some(RunOutcome::PartlyUnknown) => "partly unknown",
        Some(RunOutcome::Refused) => "refused",
    }
}

fn list<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let mut table = Table::default();
    let mut rows = Vec::new();
    for run in world.store.runs()? {
        let entries = world.store.load_run(&run)?.entries;
        let Some(Event::Started { plan, .. }) = entries.first().map(|e| &e.event) else {
            continue;
        };
        let state = ended(&entries);
        let purpose = format!("{:?}", plan.purpose);
        rows.push(serde_json::json!({"run": run, "purpose": plan.purpose, "steps": plan.steps.len(), "state": state}));
        let tone = match state {
            "succeeded" => Tone::Good,
            "interrupted" | "failed, changed" => Tone::Bad,
            _ => Tone::Look,
        };
        table.row([
            (run.to_string(), Some(Tone::Head)),
            (purpose, None),
            (format!("{} steps", plan.steps.len()), None),
            (state.to_owned(), Some(tone)),
        ]);
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else if rows.is_empty() {
        println!("No runs yet on {}.", world.realm());
    } else {
        print!("{}", table.print(paint, 0));
    }
    Ok(Exit::Ok)
}

fn show<R: RealmTag>(world: &World<R>, run: &str, json: bool) -> Result<Exit> {
    let loaded = world.store.load_run(&RunId(run.to_owned()))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&loaded.entries)?);
        return Ok(Exit::Ok);
    }
    for entry in &loaded.entries {
        let line = match &entry.event {
            Event::Started { plan, digest, .. } => format!(
                "started {:?}, {} steps, digest {}",
                plan.purpose,
                plan.steps.len(),
                digest.short()
            ),
            Event::Intent { step } => format!("intent  {step}"),
            Event::Phase { step, phase } => format!("phase   {step} {phase:?}"),
            Event::Left { step, facts } => format!("left    {step}: {} facts", facts.len()),
            Event::Ended { step, outcome } => format!("ended   {step} {}", running::word(outcome)),
            Event::Finished { outcome } => format!("finished {outcome:?}"),
            Event::Resumed { epoch } => format!("taken up by another process, epoch {epoch}"),
        };
        println!("{}  {line}", entry.at.strftime("%H:%M:%S%.3f"));
    }
    println!("{}", ended(&loaded.entries));
    Ok(Exit::Ok)
}

/// Which way an interrupted run is settled.
enum Way {
    On,
    Back,
}

fn take_up<R: RealmTag>(
    tag: R,
    run: &str,
    at: &LabArgs,
    way: Way,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &at.lab)?;
    let run = RunId(run.to_owned());
    let entries = world.store.load_run(&run)?.entries;
    let mut drivers = world.drivers(None)?;
    let _one_at_a_time = world.store.lease()?;
    let mut log = StoreLog::new(world.store.reopen(&run)?);
    let mut pause = running::wait;
    let mut nonces = running::nonce;
    let context = RunContext {
        run,
        controller: world.store.controller().clone(),
        epoch: world.store.next_epoch()?,
        clock: &WallClock,
        wait: &mut pause,
        nonce: &mut nonces,
        policy: running::policy(60),
    };
    let report = match way {
        Way::On => engine::takeover::resume(&entries, &mut drivers, &mut log, context),
        Way::Back => engine::takeover::unwind(&entries, &mut drivers, &mut log, context),
    }
    .map_err(|why| Stop::refused(format!("the run is not taken up: {why}")))?;
    // A run that could not be taken up has not ended.
    let ended = matches!(report.ending, Ending::Finished(_));
    if let Some(Event::Started { plan, .. }) = entries.first().map(|e| &e.event).filter(|_| ended) {
        running::record(&world, plan, &report)?;
    }
    if json {
        println!("{:#}", report_output::json(&report));
    } else {
        print!("{}", report_output::text(&report, paint));
    }
    Ok(running::exit(&report))
}
