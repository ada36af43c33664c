//! Dependencies point one way: a crate may use only what stands before it in the pipeline.

use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

/// In pipeline order.
const ORDER: &[&str] = &[
    "diag",
    "faulttree",
    "model",
    "document",
    "schema",
    "lang",
    "dialect",
    "secrets",
    "graph",
    "simulate",
    "lint",
    "native",
    "network",
    "plan",
    "observed",
    "doubt",
    "rules",
    "view",
    "starter",
    "twinplan",
    "adopt",
    "store",
    "index",
    "vault",
    "reading",
    "drivers",
    "proxmox",
    "openwrt",
    "kubernetes",
    "truenas",
    "protect",
    "engine",
    "pvesim",
    "openwrtsim",
    "twin",
    "twinapi",
    "console",
    "recipe",
    "completion",
    "manual",
    "holdfast",
];
/// Used by tests only.
const DEV_ONLY: &[&str] = &["testkit", "kubesim", "truenassim"];

pub(crate) fn check(root: &Path, complaints: &mut Vec<String>) -> Result<()> {
    for (rank, name) in ORDER.iter().enumerate() {
        for dependency in dependencies(&root.join("crates").join(name))? {
            let later = ORDER
                .iter()
                .position(|n| *n == dependency)
                .is_some_and(|r| r >= rank);
            if later || DEV_ONLY.contains(&dependency.as_str()) {
                complaints.push(format!("{name} may not depend on {dependency}"));
            }
        }
    }
    let verifier = dependencies(&root.join("crates/verifier"))?;
    for dependency in verifier.iter().filter(|d| ORDER.contains(&d.as_str())) {
        complaints.push(format!(
            "the verifier shares no code with the writer, yet depends on {dependency}"
        ));
    }
    Ok(())
}

/// Names under `[dependencies]` of a crate's manifest.
pub(crate) fn dependencies(folder: &Path) -> Result<BTreeSet<String>> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml"))?;
    let section = text
        .lines()
        .skip_while(|l| l.trim() != "[dependencies]")
        .skip(1);
    let lines = section.take_while(|l| !l.trim_start().starts_with('['));
    let names = lines
        .filter_map(|l| l.split(['=', '.']).next())
        .map(str::trim);
    Ok(names
        .filter(|n| !n.is_empty() && !n.starts_with('#'))
        .map(str::to_owned)
        .collect())
}
