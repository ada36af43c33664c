//! `twin`: the miniature of the lab on this machine.

use crate::cli::{TwinAt, TwinVerb};
use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::twins;
use crate::world::World;
use anyhow::Result;
use model::realm::Twin;
use std::io::Write as _;
use twin::{Host, HostSpec, cleanup, image};

/// Runs the verb.
pub(crate) fn twin(verb: &TwinVerb, json: bool) -> Result<Exit> {
    match verb {
        TwinVerb::Up(at) => up(at, json),
        TwinVerb::Status(at) => status(at, json),
        TwinVerb::Exec { at, host, command } => exec(at, host, command),
        TwinVerb::Down(at) => down(at, json),
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

/// One container per declared host, enrolled in the twin's own store. Hosts that run are left alone.
fn up(at: &TwinAt, json: bool) -> Result<Exit> {
    let mut world = world(at)?;
    let engine = twins::engine()?;
    let progress = |line: &str| eprintln!("{line}");
    let image = image::ensure(&engine, &image::default_cache_dir(), &progress)
        .map_err(twins::environment)?;
    let owner = twins::owner(&at.name, &world.lock.lab);
    let names: Vec<String> = world.tree.lab.hosts.keys().cloned().collect();
    let mut shown = Vec::new();
    for name in names {
        let (host, fresh) = match Host::attach(&engine, &owner, &name) {
            Ok(host) => (host, false),
            Err(_) => {
                let mut spec = HostSpec::new(&owner, &name, &image);
                spec.marker = Some(format!("twin:{}\n", at.name));
                (
                    Host::start(&engine, spec).map_err(twins::environment)?,
                    true,
                )
            }
        };
        if fresh {
            twin::seed::smallest(&host).map_err(twins::environment)?;
        }
        enrol(&mut world, &name)?;
        shown.push(serde_json::json!({"host": name, "address": host.address(), "started": fresh}));
        if !json {
            println!(
                "{name}  {}  {}",
                host.address(),
                if fresh { "started" } else { "runs already" }
            );
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&shown)?);
    }
    Ok(Exit::Ok)
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

fn status(at: &TwinAt, json: bool) -> Result<Exit> {
    let world = world(at)?;
    let names = Host::names(&twins::engine()?, &twins::owner(&at.name, &world.lock.lab))
        .map_err(twins::environment)?;
    let missing: Vec<&String> = world
        .tree
        .lab
        .hosts
        .keys()
        .filter(|n| !names.contains(n))
        .collect();
    if json {
        println!(
            "{:#}",
            serde_json::json!({"running": names, "missing": missing})
        );
    } else {
        println!(
            "twin {}: {} of {} up",
            at.name,
            names.len(),
            count(world.tree.lab.hosts.len(), "host", "hosts")
        );
        names.iter().for_each(|n| println!("  {n}"));
    }
    Ok(if missing.is_empty() {
        Exit::Ok
    } else {
        Exit::Findings
    })
}

fn exec(at: &TwinAt, host: &str, command: &[String]) -> Result<Exit> {
    let world = world(at)?;
    let host = twins::host(&at.name, &world.lock.lab, host, &world.hints)?;
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let output = host.exec(&words).map_err(twins::environment)?;
    std::io::stdout().write_all(&output.stdout)?;
    std::io::stderr().write_all(&output.stderr)?;
    Ok(if output.status.success() {
        Exit::Ok
    } else {
        Exit::Findings
    })
}

fn down(at: &TwinAt, json: bool) -> Result<Exit> {
    let world = world(at)?;
    let removed = cleanup::cleanup(&twins::engine()?, &twins::owner(&at.name, &world.lock.lab))
        .map_err(twins::environment)?;
    let hosts = removed.hosts.len();
    if json {
        println!(
            "{:#}",
            serde_json::json!({"twin": at.name, "hosts_removed": hosts})
        );
    } else {
        println!(
            "twin {} is gone: {} removed",
            at.name,
            count(hosts, "host", "hosts")
        );
    }
    Ok(Exit::Ok)
}
