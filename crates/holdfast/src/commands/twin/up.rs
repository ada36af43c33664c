//! `twin up`: everything of the plan that can be built, or what is missing of it.

use super::{Twinned, parts};
use crate::cli::TwinAt;
use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{self, Paint};
use crate::twins;
use crate::world::World;
use anyhow::Result;
use model::realm::Twin;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use twin::{Fabric, Host, HostSpec, ImageRef, TwinError, cleanup, image, limits};
use twinplan::Machine;
use twinplan::faults::Fault;

/// How many things are started at once: a boot is mostly waiting, but not all of it.
const PARALLEL: usize = 3;
/// How long stacks may take to be healthy once all of them were started.
const HEALTHY_LIMIT: Duration = Duration::from_secs(180);

/// Starts the twin. What was started is taken away again if it is interrupted; what ran before stays.
pub(crate) fn up(at: &TwinAt, json: bool, paint: Paint) -> Result<Exit> {
    let begun = Instant::now();
    let mut twinned = opened(at)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    let tell = |line: &str| errln!("{line}");
    let images = Images::ensure(&twinned, &tell)?;
    let before = Host::names(&twinned.engine, &twinned.owner).map_err(twins::environment)?;
    let new = twinned.design.machines.iter();
    let new = new.filter(|m| !before.contains(&m.name)).count();
    limits::room_for(new).map_err(twins::environment)?;
    let built = build(&twinned, &images, &interrupted);
    if interrupted.load(Ordering::Relaxed) {
        return Err(taken_back(&twinned, &before).into());
    }
    let fabric = built?;
    super::fault::partition(&twinned, &fabric, &super::fault::load(&twinned)?)?;
    for machine in &twinned.design.machines {
        let of = &machine.of;
        let declared = &twinned.world.tree.lab;
        let looked_into =
            declared.machine(&of.name).is_some() && declared.machine_ref(&of.name) == *of;
        if looked_into && !stopped(&twinned)?.contains(&machine.name) {
            enrol(&mut twinned.world, &machine.of.name)?;
        }
    }
    plant(&mut twinned, &interrupted)?;
    super::api::up(&twinned, &fabric, &stopped(&twinned)?)?;
    let failed = bring_up(&twinned, &interrupted)?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(taken_back(&twinned, &before).into());
    }
    let status = super::status::look(&twinned, Some(&fabric))?;
    if json {
        dataln!("{:#}", status.json());
    } else {
        out!("{}", output::twin::status(&status, paint));
        outln!("up after {:.1} s", begun.elapsed().as_secs_f32());
    }
    Ok(match failed {
        0 => Exit::Ok,
        _ => Exit::Findings,
    })
}

/// What a killed start left is taken away first: its keys would count as declared of the machine that takes its place.
fn opened(at: &TwinAt) -> Result<Twinned> {
    let twinned = Twinned::open(at)?;
    let (engine, owner) = (&twinned.engine, &twinned.owner);
    let mut half = Vec::new();
    for name in Host::names(engine, owner).map_err(twins::environment)? {
        let host = Host::attach(engine, owner, &name).map_err(twins::environment)?;
        if !host.is_whole().map_err(twins::environment)? {
            half.push(name);
        }
    }
    for name in &half {
        cleanup::cleanup_host(engine, owner, name).map_err(twins::environment)?;
    }
    match half.is_empty() {
        true => Ok(twinned),
        false => {
            drop(twinned);
            Twinned::open(at)
        }
    }
}

/// The images that machines are started from.
struct Images {
    plain: ImageRef,
    /// With a container engine; the plain one if no machine needs one.
    engine: ImageRef,
}

impl Images {
    fn ensure(twinned: &Twinned, tell: &dyn Fn(&str)) -> Result<Self> {
        let (engine, cache) = (&twinned.engine, image::default_cache_dir());
        let plain = image::ensure(engine, &cache, tell).map_err(twins::environment)?;
        let any = twinned.design.machines.iter().any(|m| m.docker);
        let engine = match any {
            true => image::ensure_with_engine(engine, &cache, tell).map_err(twins::environment)?,
            false => plain.clone(),
        };
        Ok(Self { plain, engine })
    }

    fn of(&self, machine: &Machine) -> &ImageRef {
        if machine.docker {
            &self.engine
        } else {
            &self.plain
        }
    }
}

/// Gives every host what the lab declares of it.
fn plant(twinned: &mut Twinned, interrupted: &AtomicBool) -> Result<()> {
    // The keys of machines that were just started are part of what is declared of them.
    let id = twinned.world.lock.lab.clone();
    let hints = twinned.world.hints.clone();
    twins::adapt(&mut twinned.world.tree.lab, &twinned.name, &id, &hints);
    let stopped = stopped(twinned)?;
    let lab = &twinned.world.tree.lab;
    let design = &twinned.design;
    let hosts = design.machines.iter().filter_map(|machine| {
        let declared = lab.machine(&machine.of.name)?;
        let is_it = lab.machine_ref(&machine.of.name) == machine.of;
        let declared = is_it.then_some(declared)?;
        (!stopped.contains(&machine.name)).then_some((machine, declared))
    });
    let jobs: Vec<_> = hosts.collect();
    side_by_side(&jobs, interrupted, |(machine, declared)| {
        let host = Host::attach(&twinned.engine, &twinned.owner, &machine.name)?;
        let seed = super::seed::seed(lab, design, &machine.name, declared);
        twin::seed::plant(&host, &seed)
    })
    .into_iter()
    .collect::<Result<(), TwinError>>()
    .map_err(twins::environment)
}

/// Brings the stacks up, those of one machine after another, and waits until they are well; says how many are not.
fn bring_up(twinned: &Twinned, interrupted: &AtomicBool) -> Result<usize> {
    let stopped = stopped(twinned)?;
    let faults = super::fault::load(twinned)?;
    let design = &twinned.design;
    let machines = design.machines.iter().filter(|m| m.docker);
    let machines: Vec<&Machine> = machines.filter(|m| !stopped.contains(&m.name)).collect();
    let on = |machine: &Machine| {
        let all = design.stacks.iter().filter(|s| s.machine == machine.name);
        all.collect::<Vec<_>>()
    };
    let total: usize = machines.iter().map(|m| on(m).len()).sum();
    let done = AtomicUsize::new(0);
    let failed = side_by_side(&machines, interrupted, |machine| {
        let host = Host::attach(&twinned.engine, &twinned.owner, &machine.name);
        let mut failed = 0;
        for stack in on(machine) {
            if interrupted.load(Ordering::Relaxed) {
                break;
            }
            let begun = Instant::now();
            let brought = match &host {
                Ok(host) => super::stacks::up(twinned, host, stack)
                    .and_then(|n| held(host, &machine.name, &faults).map(|()| n)),
                Err(error) => Err(anyhow::anyhow!("{error}")),
            };
            let n = done.fetch_add(1, Ordering::Relaxed) + 1;
            let what = format!("[{n}/{total}] stack {} on {}", stack.name, machine.name);
            let took = begun.elapsed().as_secs_f32();
            match brought {
                Ok(containers) => errln!(
                    "{what} is started: {} ({took:.1} s)",
                    count(containers, "container", "containers")
                ),
                Err(error) => {
                    failed += 1;
                    errln!("{what} does not come up: {error:#}");
                }
            }
        }
        failed
    });
    let failed: usize = failed.into_iter().sum();
    Ok(failed.max(settled(twinned, total, &faults, interrupted)))
}

/// Compose starts what is stopped; what a fault stopped stays so.
fn held(host: &Host, machine: &str, faults: &[Fault]) -> Result<()> {
    for fault in faults {
        if let Fault::Container {
            machine: on,
            container,
        } = fault
            && on == machine
        {
            host.set_container(container, false)?;
        }
    }
    Ok(())
}

/// Waits until the stacks are well; says how many are not in the end.
fn settled(twinned: &Twinned, total: usize, faults: &[Fault], interrupted: &AtomicBool) -> usize {
    // What a fault is about is not waited for.
    let meant = |b: &super::stacks::Brought| {
        faults.iter().any(|f| match f {
            Fault::Stop { machine } => *machine == b.stack.machine,
            Fault::Container { machine, container } => {
                let own = |c: &twin::stack::Container| c.name == *container;
                *machine == b.stack.machine && b.containers.iter().flatten().any(own)
            }
            Fault::Partition { .. }
            | Fault::Slow { .. }
            | Fault::Fill { .. }
            | Fault::Lose { .. }
            | Fault::Corrupt { .. }
            | Fault::Time { .. }
            | Fault::Api { .. } => false,
        })
    };
    let begun = Instant::now();
    let mut last = usize::MAX;
    loop {
        let unwell = match total {
            0 => 0,
            _ => super::stacks::look(twinned)
                .iter()
                .filter(|b| !b.is_well() && !meant(b))
                .count(),
        };
        let over = begun.elapsed() >= HEALTHY_LIMIT || interrupted.load(Ordering::Relaxed);
        if unwell == 0 || over {
            return unwell;
        }
        if unwell != last {
            let stacks = count(unwell, "stack is", "stacks are");
            errln!("{stacks} not healthy yet ({} s)", begun.elapsed().as_secs());
            last = unwell;
        }
        // tidy: allowed because a condition is asked again until its deadline, not waited out.
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Does something to each of these, a few at a time, and gives the results in their order; what has not begun at Ctrl-C is left out.
fn side_by_side<T: Sync, R: Send>(
    all: &[T],
    interrupted: &AtomicBool,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(n) else { return };
                    if interrupted.load(Ordering::Relaxed) {
                        return;
                    }
                    let result = work(one);
                    results
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((n, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, r)| r).collect()
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
fn build(twinned: &Twinned, images: &Images, interrupted: &AtomicBool) -> Result<Fabric> {
    let design = &twinned.design;
    let stopped = stopped(twinned)?;
    let fabric = Fabric::ensure(&twinned.engine, &twinned.owner, &images.plain)
        .map_err(twins::environment)?;
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
            match start(twinned, images, &fabric, &job, &stopped) {
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
        Fault::Stop { machine } => Some(machine),
        _ => None,
    });
    Ok(stopped.collect())
}

fn start(
    twinned: &Twinned,
    images: &Images,
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
        Job::Machine(machine) => host(twinned, images.of(machine), fabric, machine, stopped),
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
            furnished(twinned, &host, machine)?;
            return Ok("runs already");
        }
        if stopped.contains(&machine.name) {
            return Ok("stays stopped: that is a fault in force");
        }
        host.boot()?;
        furnished(twinned, &host, machine)?;
        return Ok("runs again");
    }
    // What a killed start left has the names that this one needs.
    cleanup::cleanup_host(&twinned.engine, &twinned.owner, &machine.name)?;
    let mut spec = HostSpec::new(&twinned.owner, &machine.name, image);
    spec.marker = Some(format!("twin:{}\n", twinned.name));
    spec.standing = Some((fabric.clone(), standing));
    spec.engine = machine.docker;
    spec.disks = super::pools::disks(&twinned.design, machine);
    let host = Host::start(&twinned.engine, spec)?;
    furnished(twinned, &host, machine)?;
    // The one world that is made before anybody manages it: that of examples/smallest.
    if machine.databases.iter().any(|d| d == "shop") {
        twin::seed::smallest(&host)?;
    }
    Ok("is up")
}

/// Its pools, and its engine after them: stacks lie on pools.
fn furnished(twinned: &Twinned, host: &Host, machine: &Machine) -> Result<(), TwinError> {
    super::pools::make(&twinned.design, host, machine)?;
    match machine.docker {
        true => host.start_engine(),
        false => Ok(()),
    }
}

/// The twin made the host itself, so nobody needs to compare its key.
fn enrol(world: &mut World<Twin>, name: &str) -> Result<()> {
    let found = world.machines(Some(name))?;
    let Some((_, host)) = found.first() else {
        return Ok(());
    };
    let mut driver = world.driver(name, host)?;
    let identity = driver.enrol(&world.realm())?;
    drop(driver);
    world.enrol(name, identity)
}
