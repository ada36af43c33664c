//! `access enrol`: bind a declared host to the machine that answers. A host that ssh has not met is met here, by comparing its key.

use crate::cli::HostArgs;
use crate::exit::{Exit, Stop};
use crate::output::ended;
use crate::world::{World, is_unknown_key};
use anyhow::Result;
use drivers::linux::transport::SshTransport;
use jiff::Timestamp;
use model::fact::{NativeIdentity, Scope};
use model::realm::RealmTag;
use plan::driver::Driver as _;
use serde_json::json;
use std::io::IsTerminal as _;

/// What prints a host's key on the host.
const PRINTS_KEY: &str = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

/// Enrols hosts.
pub(crate) fn enrol<R: RealmTag>(
    tag: R,
    at: &HostArgs,
    host_key: Option<&str>,
    json: bool,
) -> Result<Exit> {
    let mut world = World::open(tag, &at.world.lab)?;
    let names = chosen(&world, at, host_key)?;
    let mut shown = Vec::new();
    for name in names {
        let identity = enrol_one(&mut world, &name, host_key)?;
        shown.push(json!({"host": name, "identity": identity}));
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

/// Makes hosts known to ssh.
pub(crate) fn trust<R: RealmTag>(
    tag: R,
    at: &HostArgs,
    host_key: Option<&str>,
    json: bool,
) -> Result<Exit> {
    let world = World::open(tag, &at.world.lab)?;
    let mut shown = Vec::new();
    for name in chosen(&world, at, host_key)? {
        let found = world.machines(Some(&name))?;
        let Some((_, host)) = found.first() else {
            continue;
        };
        let Some(ssh) = world.ssh(host)? else {
            continue;
        };
        let mut driver = world.driver(&name, host)?;
        let facts = driver.observe(&Scope::default(), Timestamp::now());
        let new = facts.identity.is_none() && facts.errors.iter().any(|e| is_unknown_key(e));
        if new {
            let expected = host_key.or(world.declared_key(&name));
            first_contact(&world, &name, &ssh, expected)?;
        } else if let Some(why) = facts.errors.first().filter(|_| facts.identity.is_none()) {
            return Err(Stop::environment(format!("{name} does not answer: {why}")).into());
        }
        shown.push(json!({"host": name, "added": new}));
        if !json && !new {
            outln!("{name}: ssh knows its key");
        }
    }
    if json {
        outln!("{:#}", json!(shown));
    }
    Ok(Exit::Ok)
}

/// The hosts that are meant.
fn chosen<R: RealmTag>(
    world: &World<R>,
    at: &HostArgs,
    host_key: Option<&str>,
) -> Result<Vec<String>> {
    let hosts = world.machines(at.host.as_deref())?;
    let names: Vec<String> = hosts.into_iter().map(|(n, _)| n.to_owned()).collect();
    if host_key.is_some() && names.len() > 1 {
        return Err(Stop::usage("--host-key goes with one host")
            .help("add --host NAME")
            .into());
    }
    Ok(names)
}

fn enrol_one<R: RealmTag>(
    world: &mut World<R>,
    name: &str,
    expected: Option<&str>,
) -> Result<NativeIdentity> {
    let found = world.machines(Some(name))?;
    let Some((_, host)) = found.first() else {
        return Err(Stop::usage(format!("no host is called {name}")).into());
    };
    let mut driver = world.driver(name, host)?;
    let mut expected = expected.or(world.declared_key(name)).map(str::to_owned);
    let mut facts = driver.observe(&Scope::default(), Timestamp::now());
    if facts.identity.is_none()
        && facts.errors.iter().any(|e| is_unknown_key(e))
        && let Some(ssh) = world.ssh(host)?
    {
        let met = first_contact(world, name, &ssh, expected.as_deref())?;
        expected = expected.or(Some(met));
        facts = driver.observe(&Scope::default(), Timestamp::now());
    }
    let Some(seen) = facts.identity else {
        let why = facts
            .errors
            .first()
            .map_or("it did not answer", String::as_str);
        return Err(Stop::environment(format!("{name} cannot be enrolled: {why}")).into());
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
        Some(key) => return Err(not_expected(name, &seen.host_key, &key).into()),
        None => ask(name, &seen)?,
    }
    let identity = driver.enrol(&world.realm())?;
    drop(driver);
    world.enrol(name, identity.clone())?;
    Ok(identity)
}

fn not_expected(name: &str, found: &str, expected: &str) -> Stop {
    Stop::refused(format!(
        "{name} has host key {found}, you expected {expected}"
    ))
    .help("somebody else may be answering; compare on the machine's console")
}

/// Makes a host known to ssh whose key is the expected one: given, declared, or the one of the enrolled machine. Without any a
/// person compares it. Gives the key.
fn first_contact<R: RealmTag>(
    world: &World<R>,
    name: &str,
    ssh: &SshTransport,
    expected: Option<&str>,
) -> Result<String> {
    let offer = ssh.offer()?;
    let shown = offer.fingerprint.as_str();
    let enrolled = world.enrolled(name)?.map(|known| known.host_key);
    match expected.or(enrolled.as_deref()) {
        Some(key) if key == shown => {}
        Some(key) => return Err(not_expected(name, shown, key).into()),
        None if !std::io::stdin().is_terminal() => {
            return Err(Stop::refused(format!(
                "ssh has not met {name} yet; it shows host key {shown}, and nobody is there to compare it"
            ))
            .help(format!("compare it with what `{PRINTS_KEY}` prints on the machine's console, then give it with --host-key, or declare it: reach: {{ssh: …, host_key: {shown}}}"))
            .into());
        }
        None => compare(name, shown)?,
    }
    let list = ssh.trust(&offer)?;
    errln!("{name}: host key {shown} added to {}", list.display());
    Ok(offer.fingerprint)
}

/// Has a person compare a key that ssh has not met.
fn compare(name: &str, shown: &str) -> Result<()> {
    outln!("ssh has not met {name} yet. It shows the host key");
    outln!("  {shown}");
    outln!("On the machine's console, not over the network, its own is printed by");
    outln!("  {PRINTS_KEY}");
    said_yes("Is it the same? [y/N] ")
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
    said_yes("Compare with the machine's console. Is it this machine? [y/N] ")
}

fn said_yes(question: &str) -> Result<()> {
    out!("{question}");
    ended::arrived()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    match line.trim() {
        "y" => Ok(()),
        _ => Err(Stop::refused("not confirmed; nothing was done").into()),
    }
}
