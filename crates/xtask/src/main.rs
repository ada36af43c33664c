//! Development tasks, run as `cargo xtask TASK`.
#![allow(
    clippy::disallowed_methods,
    reason = "tasks read the tree and start programs"
)]

mod bench;
mod rig;
mod tidy;

use anyhow::{Result, bail};
use std::path::Path;

const USAGE: &str = "usage: cargo xtask tidy | bench | rig …";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((task, _)) if task == "tidy" => tidy::run(&root),
        Some((task, _)) if task == "bench" => bench::run(&root),
        Some((task, rest)) if task == "rig" => rig::run(rest),
        _ => bail!(USAGE),
    }
}
