//! `twin up`: everything of the plan that can be built, or what is missing of it.

use super::{Twinned, parts};
use crate::cli::TwinAt;
use crate::exit::{Exit, Stop};
use crate::output::{self, Paint};
use crate::twins;
use crate::world::World;
use anyhow::Result;
use model::realm::Twin;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use twin::{Fabric, Host, HostSpec, ImageRef, TwinError, cleanup, image, limits};
use twinplan::Machine;

/// How many things are started at once: a boot is mostly waiting, but not all of it.
const PARALLEL: usize = 3;

/// Starts the twin. What was started is taken away again if it is interrupted; what ran before stays.
pub(crate) fn up(at: &TwinAt, json: bool, paint: Paint) -> Result<Exit> {
    let begun = Instant::now();
    let mut twinned = Twinned::open(at)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    let tell = |line: &str| errln!("{line}");
    let image = image::ensure(&twinned.engine, &image::default_cache_dir(), &tell)
        .map_err(twins::environment)?;
    let before = Host::names(&twinned.engine, &twinned.owner).map_err(twins::environment)?;
    let new = twinned.design.machines.iter();
    let new = new.filter(|m| !before.contains(&m.name)).count();
    limits::room_for(new).map_err(twins::environment)?;
    let built = build(&twinned, &image, &interrupted);
    if interrupted.load(Ordering::Relaxed) {
        return Err(taken_back(&twinned, &before).into());
    }
    let fabric = built?;
    super::fault::partition(&twinned, &fabric, &super::fault::load(&twinned)?)?;
    for machine in &twinned.design.machines {
        let host = machine.of.kind == model::id::Kind::Host;
        if host && !stopped(&twinned)?.contains(&machine.name) {
            enrol(&mut twinned.world, &machine.of.name)?;
        }
    }
    let status = super::status::look(&twinned, Some(&fabric))?;
    if json {
        dataln!("{:#}", status.json());
    } else {
        out!("{}", output::twin::status(&status, paint));
        outln!("up after {:.1} s", begun.elapsed().as_secs_f32());
    }
    Ok(Exit::Ok)
}

/// Only what this call started is removed; the fabric too if nothing stood on it before.
fn taken_back(twinned: &Twinned, before: &[String]) -> Stop {
    let gone = match before {
        [] => cleanup::cleanup(&twinned.engine, &twinned.owner).map(drop),
        kept => Host::names(&twinned.engine, &twinned.owner).and_then(|now| {
            let new = now.iter().filter(|n| !kept.contains(n));
            new.into_iter()
                .try_for_each(|n| cleanup::cleanup_host(&twinned.engine, &twinned.owner, n))
        }),
    };
    match gone {
        Ok(()) => Stop::environment("interrupted; what was started is gone again"),
        Err(error) => Stop::environment(format!("interrupted, and not all is gone: {error}"))
            .help(format!("remove the rest with: {}", twinned.down_hint())),
    }
}

/// One thing to start.
enum Job<'a> {
    Router(&'a twinplan::Router),
    Vantage(&'a twinplan::Segment),
    Machine(&'a Machine),
}

impl Job<'_> {
    fn name(&self) -> String {
        match self {
            Job::Router(router) => format!("router {}", router.name),
            Job::Vantage(segment) => format!("vantage @{}", segment.name),
            Job::Machine(machine) => format!("machine {}", machine.name),
        }
    }
}

/// Starts what is missing; the first error ends it when the things at work are done.
fn build(twinned: &Twinned, image: &ImageRef, interrupted: &AtomicBool) -> Result<Fabric> {
    let design = &twinned.design;
    let stopped = stopped(twinned)?;
    let fabric =
        Fabric::ensure(&twinned.engine, &twinned.owner, image).map_err(twins::environment)?;
    let names: Vec<&str> = design.segments.iter().map(|s| s.name.as_str()).collect();
    fabric.segments(&names).map_err(twins::environment)?;
    let routers = design.routers.iter().map(Job::Router);
    let vantages = design.segments.iter().filter(|s| s.vantage.is_some());
    let machines = design.machines.iter().map(Job::Machine);
    let jobs: VecDeque<Job<'_>> = routers
        .chain(machines)
        .chain(vantages.map(Job::Vantage))
        .collect();
    let (total, done) = (jobs.len(), AtomicUsize::new(0));
    let queue = Mutex::new((jobs, None::<(String, TwinError)>));
    let work = || {
        loop {
            let job = {
                let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                match queue.1.is_some() || interrupted.load(Ordering::Relaxed) {
                    true => return,
                    false => queue.0.pop_front(),
                }
            };
            let Some(job) = job else { return };
            let begun = Instant::now();
            match start(twinned, image, &fabric, &job, &stopped) {
                Ok(how) => {
                    let n = done.fetch_add(1, Ordering::Relaxed) + 1;
                    errln!(
                        "[{n}/{total}] {} {how} ({:.1} s)",
                        job.name(),
                        begun.elapsed().as_secs_f32()
                    );
                }
                Err(error) => {
                    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                    queue.1.get_or_insert((job.name(), error));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(work);
        }
    });
    let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    match queue.1 {
        Some((name, error)) => Err(Stop::environment(format!("{name} does not start: {error}"))
            .help(format!(
                "`twin up` again goes on with what is missing; all of it is removed with: {}",
                twinned.down_hint()
            ))
            .into()),
        None => Ok(fabric),
    }
}

/// Machines without power, on purpose.
fn stopped(twinned: &Twinned) -> Result<Vec<String>> {
    let active = super::fault::load(twinned)?.into_iter();
    let stopped = active.filter_map(|f| match f {
        twinplan::faults::Fault::Stop { machine } => Some(machine),
        _ => None,
    });
    Ok(stopped.collect())
}

fn start(
    twinned: &Twinned,
    image: &ImageRef,
    fabric: &Fabric,
    job: &Job<'_>,
    stopped: &[String],
) -> Result<&'static str, TwinError> {
    let design = &twinned.design;
    match job {
        Job::Router(router) => fabric
            .router(&parts::router(design, router))
            .map(|()| "is up"),
        Job::Vantage(segment) => match parts::vantage(design, segment) {
            Some((plug, gateway)) => fabric.vantage(&plug, gateway).map(|()| "is up"),
            None => Ok("has no address"),
        },
        Job::Machine(machine) => host(twinned, image, fabric, machine, stopped),
    }
}

/// Starts a machine, or what is missing of it.
fn host(
    twinned: &Twinned,
    image: &ImageRef,
    fabric: &Fabric,
    machine: &Machine,
    stopped: &[String],
) -> Result<&'static str, TwinError> {
    let standing = parts::standing(&twinned.design, machine);
    if let Ok(host) = Host::attach(&twinned.engine, &twinned.owner, &machine.name)
        && host.is_whole()?
    {
        host.replug(fabric, &standing)?;
        if host.is_running()? {
            return Ok("runs already");
        }
        if stopped.contains(&machine.name) {
            return Ok("stays stopped: that is a fault in force");
        }
        host.boot()?;
        return Ok("runs again");
    }
    // What a killed start left has the names that this one needs.
    cleanup::cleanup_host(&twinned.engine, &twinned.owner, &machine.name)?;
    let mut spec = HostSpec::new(&twinned.owner, &machine.name, image);
    spec.marker = Some(format!("twin:{}\n", twinned.name));
    spec.standing = Some((fabric.clone(), standing));
    let host = Host::start(&twinned.engine, spec)?;
    // The one world that is made before anybody manages it: that of examples/smallest.
    if machine.databases.iter().any(|d| d == "shop") {
        twin::seed::smallest(&host)?;
    }
    Ok("is up")
}

/// The twin made the host itself, so nobody needs to compare its key.
fn enrol(world: &mut World<Twin>, name: &str) -> Result<()> {
    let found = world.hosts(Some(name))?;
    let Some((_, host)) = found.first() else {
        return Ok(());
    };
    let mut driver = world.driver(name, host)?;
    let identity = driver.enrol(&world.realm())?;
    drop(driver);
    world.enrol(name, identity)
}
