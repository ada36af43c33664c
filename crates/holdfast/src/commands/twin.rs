//! `twin`: the miniature of the lab on this machine.

pub(crate) mod api;
mod disks;
pub(crate) mod fault;
mod parts;
mod plan;
pub(crate) mod pools;
mod seed;
pub(crate) mod stacks;
mod status;
mod up;

use crate::cli::{TwinAt, TwinVerb};
use crate::exit::{Exit, Stop};
use crate::output::words::{count, did_you_mean};
use crate::output::{Paint, stream};
use crate::tree::Tree;
use crate::twins;
use crate::world::World;
use anyhow::Result;
use console::hint::Hints;
use model::compose::Projects;
use model::realm::{Realm, Twin};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use twin::{Engine, Fabric, cleanup, image};
use twinplan::Design;

/// Runs the verb.
pub(crate) fn twin(verb: &TwinVerb, json: bool, paint: Paint) -> Result<Exit> {
    match verb {
        TwinVerb::Plan(at) => plan::plan(at, json, paint),
        TwinVerb::Up(at) => up::up(at, json, paint),
        TwinVerb::Status(at) => status::status(at, json, paint),
        TwinVerb::Exec {
            place,
            name,
            command,
        } => exec(place, name, command),
        TwinVerb::Fault { at, clear, what } => fault::fault(at, what, *clear, json),
        TwinVerb::Down(at) => down(at, json),
        TwinVerb::ServeApi { config } => api::serve(config),
    }
}

/// A twin of a lab on this machine.
struct Twinned {
    name: String,
    owner: String,
    world: World<Twin>,
    design: Design,
    engine: Engine,
    lab: String,
    projects: Projects,
}

impl Twinned {
    fn open(at: &TwinAt) -> Result<Self> {
        let mut world = world(at)?;
        let projects = world.tree.read_stacks();
        Ok(Self {
            name: at.name.clone(),
            owner: twins::owner(&at.name, &world.lock.lab),
            design: twinplan::design(&world.tree.lab, &projects),
            engine: twins::engine()?,
            lab: console::hint::quoted(&at.lab.display().to_string()),
            world,
            projects,
        })
    }

    /// What takes all of it away.
    fn down_hint(&self) -> String {
        format!("holdfast twin down {} --name {}", self.lab, self.name)
    }

    /// Faults that are in force.
    fn faults(&self) -> Result<Vec<String>> {
        let active = fault::load(self)?;
        Ok(active.iter().map(ToString::to_string).collect())
    }
}

fn world(at: &TwinAt) -> Result<World<Twin>> {
    let realm = format!("twin:{}", at.name);
    if model::realm::Realm::parse(&realm).is_none() {
        return Err(Stop::usage(format!(
            "'{}' cannot name a twin; use a-z, 0-9 and -",
            at.name
        ))
        .into());
    }
    World::open(Twin::new(at.name.clone()), &at.lab)
}

/// A command in a machine, or in a vantage: `@SEGMENT`.
fn exec(place: &[String], name: &str, command: &[String]) -> Result<Exit> {
    let (lab, host) = match place {
        [lab, host] => (lab.as_str(), host.as_str()),
        [host] => (".", host.as_str()),
        _ => return Err(Stop::usage("no machine is named").into()),
    };
    // Without the store: a command may run for long, and other verbs must not wait for it.
    let tree = Tree::open_valid(Path::new(lab))?;
    let hints = Hints::new(Path::new(lab), Realm::Twin(name.to_owned()));
    let missing = || {
        Stop::environment(format!("twin {name} was never started"))
            .help(format!("start it with: {}", hints.twin_up(name)))
    };
    let lock = store::lockfile::read(&tree.lock_path())?.ok_or_else(missing)?;
    let design = twinplan::design(&tree.lab, &Default::default());
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    if let Some(segment) = host.strip_prefix('@') {
        let owner = twins::owner(name, &lock.lab);
        let fabric = Fabric::attach(&twins::engine()?, &owner, &image::name());
        let fabric = fabric.map_err(twins::environment)?.ok_or_else(missing)?;
        return from_vantage(&design, &fabric, segment, &words);
    }
    let machine = machine(&design, host)?;
    let host = twins::host(name, &lock.lab, &machine.name, &hints)?;
    let output = host.exec(&words).map_err(twins::environment)?;
    stream::exact(&output.stdout);
    std::io::stderr().write_all(&output.stderr)?;
    Ok(match output.status.success() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

/// A machine by its name, or by that of what it is the twin of.
fn machine<'a>(design: &'a Design, name: &str) -> Result<&'a twinplan::Machine> {
    let fits =
        |m: &&twinplan::Machine| m.name == name || m.of.name == name || m.of.to_string() == name;
    let found = design.machines.iter().find(fits);
    found.ok_or_else(|| no_machine(design, name).into())
}

/// Not there: why, if it is declared.
fn no_machine(design: &Design, name: &str) -> Stop {
    let absent = design.absent.iter();
    let mut absent = absent.filter(|a| a.of.name == name || a.of.to_string() == name);
    if let Some(absent) = absent.next() {
        return Stop::usage(format!("{} is not in the twin: {}", absent.of, absent.why));
    }
    let known: Vec<&str> = design.machines.iter().map(|m| m.name.as_str()).collect();
    let stop = Stop::usage(format!(
        "no machine of the twin is called {name}; there are: {}",
        known.join(", ")
    ));
    match did_you_mean(name, known) {
        Some(question) => stop.help(question),
        None => stop,
    }
}

fn from_vantage(design: &Design, fabric: &Fabric, segment: &str, words: &[&str]) -> Result<Exit> {
    let known = design.segments.iter().filter(|s| s.vantage.is_some());
    if !known.clone().any(|s| s.name == segment) {
        let names: Vec<String> = known.map(|s| format!("@{}", s.name)).collect();
        return Err(Stop::usage(format!(
            "no segment of the twin that has a vantage is called {segment}; there are: {}",
            names.join(", ")
        ))
        .into());
    }
    let mut command = fabric.vantage_command(segment, words);
    let status = command.stdin(Stdio::null()).status()?;
    Ok(match status.success() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

fn down(at: &TwinAt, json: bool) -> Result<Exit> {
    let twinned = Twinned::open(at)?;
    let removed = cleanup::cleanup(&twinned.engine, &twinned.owner).map_err(twins::environment)?;
    fault::forget(&twinned)?;
    let hosts = removed.hosts.len();
    let rest = removed.containers.len().saturating_sub(2 * hosts);
    if json {
        dataln!(
            "{:#}",
            serde_json::json!({"twin": at.name, "hosts_removed": hosts, "parts_removed": rest})
        );
    } else {
        outln!(
            "twin {} is gone: {} and {} of its network removed",
            at.name,
            count(hosts, "machine", "machines"),
            count(rest, "part", "parts")
        );
    }
    Ok(Exit::Ok)
}
