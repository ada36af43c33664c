//! `access enrol`: bind a declared host to the machine that answers.

use crate::cli::AccessVerb;
use crate::exit::{Exit, Stop};
use crate::output::stream;
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::fact::{NativeIdentity, Scope};
use model::realm::RealmTag;
use plan::driver::Driver as _;
use std::io::IsTerminal as _;

/// Runs the verb.
pub(crate) fn access<R: RealmTag>(tag: R, verb: &AccessVerb, json: bool) -> Result<Exit> {
    let AccessVerb::Enrol { at, host_key } = verb;
    let mut world = World::open(tag, &at.lab)?;
    let names: Vec<String> = world
        .hosts(at.host.as_deref())?
        .into_iter()
        .map(|(n, _)| n.to_owned())
        .collect();
    if host_key.is_some() && names.len() > 1 {
        return Err(Stop::usage("--host-key goes with one host")
            .help("add --host NAME")
            .into());
    }
    let mut shown = Vec::new();
    for name in names {
        let identity = enrol(&mut world, &name, host_key.as_deref())?;
        shown.push(serde_json::json!({"host": name, "identity": identity}));
        if !json {
            outln!(
                "{name} is enrolled: machine-id {}, host key {}",
                identity.machine_id,
                identity.host_key
            );
        }
    }
    if json {
        dataln!("{}", serde_json::to_string_pretty(&shown)?);
    }
    Ok(Exit::Ok)
}

fn enrol<R: RealmTag>(
    world: &mut World<R>,
    name: &str,
    expected: Option<&str>,
) -> Result<NativeIdentity> {
    let found = world.hosts(Some(name))?;
    let Some((_, host)) = found.first() else {
        return Err(Stop::usage(format!("no host is called {name}")).into());
    };
    let mut driver = world.driver(name, host)?;
    let facts = driver.observe(&Scope::default(), Timestamp::now());
    let Some(seen) = facts.identity else {
        let why = facts
            .errors
            .first()
            .map_or("it did not answer", String::as_str);
        let stop = Stop::environment(format!("{name} cannot be enrolled: {why}"));
        return Err(if why.contains("host key is known") {
            // ssh never met the host; it is ssh's own list that must have the key.
            stop.help("connect once by `ssh`, compare the key with the machine's console (`ssh-keygen -lf` on its public key), then enrol it")
        } else {
            stop
        }
        .into());
    };
    if let Some(known) = world.enrolled(name)?
        && (known.machine_id != seen.machine_id || known.host_key != seen.host_key)
    {
        return Err(Stop::refused(format!(
            "{name} is enrolled as machine {} with host key {}; now machine {} with host key {} answers",
            known.machine_id, known.host_key, seen.machine_id, seen.host_key
        ))
        .help("if the machine was rebuilt on purpose, remove its `native` entry from holdfast.lock first")
        .into());
    }
    match expected {
        Some(key) if key == seen.host_key => {}
        Some(key) => {
            return Err(Stop::refused(format!(
                "{name} has host key {}, you expected {key}",
                seen.host_key
            ))
            .help("somebody else may be answering; compare on the machine's console")
            .into());
        }
        None => ask(name, &seen)?,
    }
    let identity = driver.enrol(&world.realm())?;
    drop(driver);
    world.enrol(name, identity.clone())?;
    Ok(identity)
}

fn ask(name: &str, seen: &NativeIdentity) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::refused(format!(
            "nobody is there to confirm that {name} has host key {}",
            seen.host_key
        ))
        .help("compare it on the machine's console and give it with --host-key")
        .into());
    }
    outln!(
        "{name} answers with machine-id {} and host key {}",
        seen.machine_id,
        seen.host_key
    );
    out!("Compare with the machine's console. Is it this machine? [y/N] ");
    stream::arrived()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if line.trim() == "y" {
        Ok(())
    } else {
        Err(Stop::refused("not confirmed; nothing was done").into())
    }
}
