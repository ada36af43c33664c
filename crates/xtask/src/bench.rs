//! `bench`: speed, as ratios against a peer in the same run. Nothing here passes or fails; it prints what was measured.

mod check;
mod lab;
mod observe;
mod twin;
#[cfg(test)]
mod work;

use crate::rig;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 5;

/// Measures `check` and a no-op `apply`, the latter against an equivalent playbook on the same host, alternately; or one part alone.
pub(crate) fn run(root: &Path, rest: &[String]) -> Result<()> {
    if let Some((part, rest)) = rest.split_first()
        && part == "generate"
    {
        return check::generate(rest);
    }
    if let Some((part, rest)) = rest.split_first()
        && part == "observe"
    {
        return observe::run(root, rest);
    }
    if let Some((part, rest)) = rest.split_first()
        && part == "twin"
    {
        return twin::run(root, rest);
    }
    let holdfast = release(root)?;
    match rest.split_first() {
        Some((part, rest)) if part == "check" => return check::run(root, &holdfast, rest),
        Some((part, _)) => {
            bail!("bench has no part '{part}'; it has 'check', 'observe', 'twin' and 'generate'")
        }
        None => check::run(root, &holdfast, &[])?,
    }
    let rig = rig::prepared(root, &holdfast, "bench")?;
    let measured = against_playbook(root, &holdfast, &rig);
    rig::remove("bench")?;
    measured
}

/// The binary as it is released.
fn release(root: &Path) -> Result<PathBuf> {
    let build = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "holdfast"])
        .current_dir(root)
        .status()?;
    if !build.success() {
        bail!("the release build failed");
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/holdfast"))
}

fn against_playbook(root: &Path, holdfast: &Path, rig: &rig::Prepared) -> Result<()> {
    let ssh = rig.ssh_config.display().to_string();
    let apply = || {
        let mut command = Command::new(holdfast);
        command
            .args([
                "apply",
                "--on",
                "real",
                "--yes",
                "--allow",
                "access:host/web",
            ])
            .arg(&rig.lab);
        quiet(
            command
                .env("HOLDFAST_DATA", &rig.data)
                .env("HOLDFAST_SSH_CONFIG", &rig.ssh_config),
        )
    };
    let playbook = || {
        let mut command = Command::new("ansible-playbook");
        command
            .args(["-i", "web,", "--ssh-common-args", &format!("-F {ssh}")])
            .arg(root.join("bench/slice.yml"));
        command
            .env("ADMIN_KEY", &rig.admin_key)
            .env("ANNA_KEY", &rig.anna_key)
            .env("ANSIBLE_REMOTE_TMP", "/tmp/ansible");
        quiet(command.env("ANSIBLE_PYTHON_INTERPRETER", "/usr/bin/python3"))
    };
    // The first of each makes the changes; the ones that are timed change nothing.
    apply().context("the first apply")?;
    playbook().context("the first playbook; is ansible-playbook installed?")?;
    apply().context("the second apply")?;
    no_more_changes(&rig.lab, holdfast, rig)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.extend(times(1, apply)?);
        theirs.extend(times(1, playbook)?);
    }
    println!("no-op holdfast apply               {}", shown(&ours));
    println!("no-op ansible-playbook             {}", shown(&theirs));
    println!(
        "ratio of medians                   {:.1} ×",
        median(&theirs) / median(&ours)
    );
    Ok(())
}

/// The two must agree on what the host is to be, or each run would undo what the other one did, and would be no no-op.
fn no_more_changes(lab: &Path, holdfast: &Path, rig: &rig::Prepared) -> Result<()> {
    let mut plan = Command::new(holdfast);
    plan.args(["plan", "--on", "real", "--json"]).arg(lab);
    plan.env("HOLDFAST_DATA", &rig.data)
        .env("HOLDFAST_SSH_CONFIG", &rig.ssh_config);
    let output = plan.stdin(Stdio::null()).output()?;
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let steps = shown["plan"]["steps"].as_array().map_or(0, Vec::len);
    if steps > 0 {
        bail!("the playbook and the declaration contradict each other: {steps} steps are left");
    }
    Ok(())
}

fn quiet(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    // 1 and 7 are findings and unknowns: the work was done.
    if !matches!(output.status.code(), Some(0 | 1 | 7)) {
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        bail!("{command:?} ended with {}\n{out}\n{err}", output.status);
    }
    Ok(())
}

fn times(runs: usize, mut job: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let mut all = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        job()?;
        all.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(all)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn shown(times: &[f64]) -> String {
    let low = times.iter().copied().fold(f64::INFINITY, f64::min);
    let high = times.iter().copied().fold(0.0, f64::max);
    format!(
        "median {:.0} ms (min {low:.0}, max {high:.0}, n {})",
        median(times),
        times.len()
    )
}
