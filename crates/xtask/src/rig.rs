//! The rig: the engine and the host image that the tests and `./try` share, and hosts on it.

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::path::PathBuf;
use twin::{Engine, Host, HostSpec, cleanup, image, seed};

const USAGE: &str = "usage: cargo xtask rig up | down | host OWNER NAME | exec OWNER NAME COMMAND… | reboot OWNER NAME | remove OWNER";

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["up"] => up().map(drop),
        ["down"] => down(),
        ["host", owner, name] => host(owner, name),
        ["exec", owner, name, command @ ..] => exec(owner, name, command),
        ["reboot", owner, name] => reboot(owner, name),
        ["remove", owner] => remove(owner),
        _ => bail!(USAGE),
    }
}

fn folder() -> PathBuf {
    image::default_cache_dir().join("engine")
}

fn up() -> Result<(Engine, image::ImageRef)> {
    let engine = Engine::share_private(&folder())?;
    let image = image::ensure(&engine, &image::default_cache_dir(), &|line| eprintln!("  {line}"))?;
    cleanup::reap(&engine)?;
    Ok((engine, image))
}

fn down() -> Result<()> {
    Engine::stop_private(&folder())?;
    Ok(())
}

/// Starts a host with the world of `examples/smallest` on it, or finds the one that runs, and prints how it is reached.
fn host(owner: &str, name: &str) -> Result<()> {
    let (engine, image) = up()?;
    let host = match Host::attach(&engine, owner, name) {
        Ok(host) => host,
        Err(_) => Host::start(&engine, HostSpec::new(owner, name, &image))?,
    };
    seed::smallest(&host)?;
    let key = |path: PathBuf| -> Result<String> {
        let path = path.with_extension("pub");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(text.trim().to_owned())
    };
    let answer = json!({
        "address": host.address(),
        "prefix": host.prefix(),
        "gateway": host.gateway(),
        "controller": host.controller(),
        "ssh_config": host.ssh_config(),
        "admin_key": key(host.admin_key())?,
        "anna_key": key(seed::anna_key(&host))?,
    });
    println!("{answer}");
    Ok(())
}

fn attached(owner: &str, name: &str) -> Result<Host> {
    let engine = Engine::share_private(&folder())?;
    Ok(Host::attach(&engine, owner, name)?)
}

/// Runs a command on a host from outside its network.
fn exec(owner: &str, name: &str, command: &[&str]) -> Result<()> {
    let output = attached(owner, name)?.exec(command)?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("{} ended with {}", command.join(" "), output.status);
    }
    Ok(())
}

fn reboot(owner: &str, name: &str) -> Result<()> {
    let took = attached(owner, name)?.reboot()?;
    println!("{name} is back after {} ms", took.as_millis());
    Ok(())
}

fn remove(owner: &str) -> Result<()> {
    let engine = Engine::share_private(&folder())?;
    cleanup::cleanup(&engine, owner)?;
    Ok(())
}
