//! `runs`: list, show, resume, unwind.

use crate::cli::{LabArgs, RunsVerb};
use crate::exit::{Exit, Stop};
use crate::output::progress::Progress;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, report as report_output, wrap};
use crate::running::{self, StoreLog};
use crate::world::{WallClock, World};
use anyhow::Result;
use engine::context::RunContext;
use engine::report::Ending;
use model::id::RunId;
use model::plan::Purpose;
use model::realm::RealmTag;
use model::run::{Entry, Event};

/// Runs the verb.
pub(crate) fn runs<R: RealmTag>(tag: R, verb: &RunsVerb, json: bool, paint: Paint) -> Result<Exit> {
    match verb {
        RunsVerb::List(at) => list(&World::open(tag, &at.lab)?, json, paint),
        RunsVerb::Show { run, at } => show(&World::open(tag, &at.lab)?, run, json, paint),
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
    last.map_or("interrupted", running::ended)
}

fn list<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let mut table = Table::headed(&["RUN", "WHAT", "STEPS", "STATE"]);
    let mut rows = Vec::new();
    for run in world.store.runs()? {
        let entries = world.store.load_run(&run)?.entries;
        let Some(Event::Started { plan, .. }) = entries.first().map(|e| &e.event) else {
            continue;
        };
        let state = ended(&entries);
        rows.push(serde_json::json!({"run": run, "purpose": plan.purpose, "steps": plan.steps.len(), "state": state}));
        let tone = match state {
            "succeeded" => Tone::Good,
            "interrupted" | "failed, changed" => Tone::Bad,
            _ => Tone::Look,
        };
        table.row([
            (run.to_string(), Some(Tone::Head)),
            (running::purpose(&plan.purpose), None),
            (plan.steps.len().to_string(), None),
            (state.to_owned(), Some(tone)),
        ]);
    }
    if json {
        dataln!("{}", serde_json::to_string_pretty(&rows)?);
    } else if rows.is_empty() {
        outln!("No runs yet on {}.", world.realm());
    } else {
        out!("{}", table.print(paint, 0));
    }
    Ok(Exit::Ok)
}

fn show<R: RealmTag>(world: &World<R>, run: &str, json: bool, paint: Paint) -> Result<Exit> {
    let entries = world.journal(&RunId(run.to_owned()))?;
    if json {
        dataln!("{}", serde_json::to_string_pretty(&entries)?);
        return Ok(Exit::Ok);
    }
    let drill = entries
        .iter()
        .any(|e| matches!(&e.event, Event::Started { plan, .. } if plan.purpose == Purpose::Drill));
    for entry in &entries {
        let (word, text) = line(&entry.event, drill);
        let label = format!("{}  {word:<8} ", entry.at.strftime("%H:%M:%S%.3f"));
        out!("{}", wrap::hanging(&label, &text, paint.width()));
    }
    outln!("{}", ended(&entries));
    Ok(Exit::Ok)
}

/// A journal line for people: what it is, and of what.
fn line(event: &Event, drill: bool) -> (&'static str, String) {
    match event {
        Event::Started { plan, digest, .. } => {
            let steps = count(plan.steps.len(), "step", "steps");
            let purpose = running::purpose(&plan.purpose);
            let digest = digest.short();
            ("started", format!("{purpose}, {steps}, digest {digest}"))
        }
        Event::Intent { step } => ("intent", step.to_string()),
        Event::Phase { step, phase } => ("phase", format!("{step}: {}", running::doing(*phase))),
        Event::Left { step, facts } => {
            let facts = count(facts.len(), "fact", "facts");
            ("left", format!("{step}: {facts}"))
        }
        Event::Ended { step, outcome } => {
            let text = format!("{step} {}", report_output::outcome(outcome, drill));
            match report_output::detail(outcome) {
                detail if detail.is_empty() => ("ended", text),
                detail => ("ended", format!("{text}: {detail}")),
            }
        }
        Event::Finished { outcome } => ("finished", running::ended(*outcome).to_owned()),
        Event::Resumed { epoch } => (
            "resumed",
            format!("taken up by another process, epoch {epoch}"),
        ),
    }
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
    let entries = world.journal(&run)?;
    let mut drivers = world.drivers(None)?;
    let _one_at_a_time = world.store.lease()?;
    let plan = entries.iter().find_map(|e| match &e.event {
        Event::Started { plan, .. } => Some(plan.as_ref()),
        _ => None,
    });
    let watched = plan.filter(|_| !json);
    let progress = watched.map_or_else(Progress::none, Progress::of);
    let mut log = StoreLog::new(world.store.reopen(&run)?, progress);
    let mut pause = running::wait;
    let mut nonces = running::nonce;
    let context = RunContext {
        run,
        controller: world.store.controller().clone(),
        epoch: world.store.next_epoch()?,
        clock: &WallClock,
        wait: &mut pause,
        nonce: &mut nonces,
        policy: running::policy(60, plan.map_or(&Purpose::Apply, |p| &p.purpose)),
    };
    let report = match way {
        Way::On => engine::takeover::resume(&entries, &mut drivers, &mut log, context),
        Way::Back => engine::takeover::unwind(&entries, &mut drivers, &mut log, context),
    }
    .map_err(|why| Stop::refused(format!("the run is not taken up: {why}")))?;
    // A run that could not be taken up has not ended.
    let ended = matches!(report.ending, Ending::Finished(_));
    if let Some(plan) = plan.filter(|_| ended) {
        running::record(&world, plan, &report)?;
    }
    if json {
        dataln!("{:#}", report_output::json(&report));
    } else {
        let purpose = plan.map_or(&Purpose::Apply, |p| &p.purpose);
        let text = report_output::text(&report, purpose, &world.hints, paint);
        out!("{text}");
    }
    Ok(running::exit(&report))
}
