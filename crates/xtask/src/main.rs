//! Development tasks, run as `cargo xtask TASK`.
#![allow(
    clippy::disallowed_methods,
    reason = "tasks read the tree and start programs"
)]

mod bench;
mod book;
mod compose_corpus;
mod coverage;
mod psa;
mod pve_schema;
mod rig;
mod sarif;
mod sops;
mod tidy;

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK
  tidy   refuses what the rules of this repository refuse
  gen    writes the rule book, docs/rules, and docs/cli.md
  bench  measures, and compares with the budgets
  bench check [--hosts N --services M] [--runs R] [--keep DIR]
         the same for `check` alone, on generated labs up to this size
  bench observe [--hosts N] [--runs R] [--binary FILE]
         how long it takes to look at hosts of the rig, first and again
  bench twin [--hosts N] [--binary FILE]
         how long a twin of machines with engines takes to be well, and how much memory
  bench generate --keep DIR [--hosts N --services M]
         writes one of them
  rig    hosts to try things on; `cargo xtask rig` says how
  sops   holds our reading and writing of SOPS files against the real sops
  compose-corpus DIR
         holds our reading of Compose files against the compose tool's
  coverage examples/NAME [--document FILE]
         where the statements of an example's document went
  sarif FILE
         holds \"check --format sarif\" of the examples against the schema
  psa FILE... [--top GATE] [--mission-time HOURS]
         minimal cut sets and exact probability of a fault tree in the Open-PSA Model Exchange Format
  pve-schema FILE
  pbs-schema FILE
         hold the simulators of Proxmox VE and Proxmox Backup Server against the published API schemas";

fn main() -> ExitCode {
    match task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The tree that cargo was started in. Trees may share a target directory, and then the program of one is run for another: where it was
/// compiled says nothing.
fn root() -> Result<PathBuf> {
    let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") else {
        bail!("which tree is meant is said by cargo: run it as `cargo xtask`");
    };
    let root = Path::new(&package).join("../..");
    root.canonicalize()
        .with_context(|| format!("there is no tree at {}", root.display()))
}

fn task() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // What does not look into a tree is also run by itself, as `./try` does.
    match arguments.split_first() {
        Some((task, rest)) if task == "rig" => return rig::run(rest),
        Some((task, rest)) if task == "coverage" => return coverage::run(rest),
        Some((task, rest)) if task == "psa" => return psa::run(rest),
        Some((task, rest)) if task == "pve-schema" => return pve_schema::run(rest),
        Some((task, rest)) if task == "pbs-schema" => return pve_schema::run_backup(rest),
        _ => {}
    }
    let root = root()?;
    match arguments.split_first() {
        Some((task, _)) if task == "tidy" => tidy::run(&root),
        Some((task, _)) if task == "gen" => book::run(&root),
        Some((task, rest)) if task == "bench" => bench::run(&root, rest),
        Some((task, _)) if task == "sops" => sops::run(&root),
        Some((task, rest)) if task == "compose-corpus" => compose_corpus::run(&root, rest),
        Some((task, rest)) if task == "sarif" => sarif::run(&root, rest),
        _ => bail!(USAGE),
    }
}
