//! The rig: the engine and the host image that the tests and `./try` share, and hosts on it.

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::path::{Path, PathBuf};
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

pub(crate) fn up() -> Result<(Engine, image::ImageRef)> {
    let engine = Engine::share_private(&folder())?;
    let image = image::ensure(&engine, &image::default_cache_dir(), &|line| {
        eprintln!("  {line}")
    })?;
    cleanup::reap(&engine)?;
    Ok((engine, image))
}

fn down() -> Result<()> {
    Engine::stop_private(&folder())?;
    Ok(())
}

/// A host, a lab tree that declares it, and how it is reached; enrolled.
pub(crate) struct Prepared {
    pub(crate) lab: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) ssh_config: PathBuf,
    pub(crate) admin_key: String,
    pub(crate) anna_key: String,
    folder: PathBuf,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // A leftover folder in the temporary directory harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Starts a host and writes the tree of `examples/smallest` with its address and keys, as `./try` does.
pub(crate) fn prepared(root: &Path, holdfast: &Path, owner: &str) -> Result<Prepared> {
    let (engine, image) = up()?;
    let host = Host::start(&engine, HostSpec::new(owner, "web", &image))?;
    seed::smallest(&host)?;
    let folder = std::env::temp_dir().join(format!("holdfast-{owner}-{}", std::process::id()));
    let lab = folder.join("lab");
    std::fs::create_dir_all(lab.join("lab"))?;
    let secret = folder.join("usb.pass");
    std::fs::write(&secret, "of the benchmark\n")?;
    let (admin_key, anna_key) = (public(host.admin_key())?, public(seed::anna_key(&host))?);
    for file in ["holdfast.yaml", "lab/hosts.yaml", "lab/data.yaml"] {
        let text = std::fs::read_to_string(root.join("examples/smallest").join(file))?;
        let text = text
            .replace("10.77.2.11", &host.address().to_string())
            .replace("10.77.2.1}", &format!("{}}}", host.gateway()))
            .replace("10.77.2.1\n", &format!("{}\n", host.gateway()))
            .replace("~/.config/holdfast/usb.pass", &secret.display().to_string());
        let lines = text.lines().map(|line| match line.trim_start() {
            l if l.starts_with("- ssh-ed25519") && l.contains("admin@") => {
                format!("          - {admin_key}")
            }
            l if l.starts_with("- ssh-ed25519") && l.contains("anna@") => {
                format!("          - {anna_key}")
            }
            _ => line.to_owned(),
        });
        std::fs::write(lab.join(file), lines.collect::<Vec<_>>().join("\n") + "\n")?;
    }
    let prepared = Prepared {
        lab,
        data: folder.join("data"),
        ssh_config: host.ssh_config(),
        admin_key,
        anna_key,
        folder,
    };
    let key = host.exec_sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2")?;
    let enrolled = std::process::Command::new(holdfast)
        .args([
            "access",
            "enrol",
            "--on",
            "real",
            "--host",
            "web",
            "--host-key",
            key.trim(),
        ])
        .arg(&prepared.lab)
        .env("HOLDFAST_DATA", &prepared.data)
        .env("HOLDFAST_SSH_CONFIG", &prepared.ssh_config)
        .status()?;
    if !enrolled.success() {
        bail!("the host could not be enrolled");
    }
    Ok(prepared)
}

fn public(path: PathBuf) -> Result<String> {
    let path = path.with_extension("pub");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim().to_owned())
}

/// Starts a host with the world of `examples/smallest` on it, or finds the one that runs, and prints how it is reached.
fn host(owner: &str, name: &str) -> Result<()> {
    let (engine, image) = up()?;
    let host = match Host::attach(&engine, owner, name) {
        Ok(host) => host,
        Err(_) => Host::start(&engine, HostSpec::new(owner, name, &image))?,
    };
    seed::smallest(&host)?;
    let answer = json!({
        "address": host.address(),
        "prefix": host.prefix(),
        "gateway": host.gateway(),
        "controller": host.controller(),
        "ssh_config": host.ssh_config(),
        "admin_key": public(host.admin_key())?,
        "anna_key": public(seed::anna_key(&host))?,
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

pub(crate) fn remove(owner: &str) -> Result<()> {
    let engine = Engine::share_private(&folder())?;
    cleanup::cleanup(&engine, owner)?;
    Ok(())
}
