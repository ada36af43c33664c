//! Development tasks, run as `cargo xtask TASK`.
#![allow(clippy::disallowed_methods, reason = "tasks read the tree and start programs")]

mod tidy;

use anyhow::{Result, bail};
use std::path::Path;

const USAGE: &str = "usage: cargo xtask tidy";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root.canonicalize()?),
        _ => bail!(USAGE),
    }
}
