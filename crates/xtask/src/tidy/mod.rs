//! `tidy`: what the repository refuses. Limits of size, purity of pure crates, direction of dependencies, work done twice, lost test files.

mod layers;
mod limits;
mod once;
mod purity;
mod tests;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Runs every check and fails with all complaints at once.
pub(crate) fn run(root: &Path) -> Result<()> {
    let files = rust_files(&root.join("crates"))?;
    let mut complaints = Vec::new();
    limits::check(root, &files, &mut complaints)?;
    purity::check(root, &mut complaints)?;
    layers::check(root, &mut complaints)?;
    once::check(root, &mut complaints)?;
    tests::check(root, &files, &mut complaints)?;
    for complaint in &complaints {
        eprintln!("tidy: {complaint}");
    }
    if !complaints.is_empty() {
        bail!("{} complaints", complaints.len());
    }
    println!("tidy: {} files are within the limits", files.len());
    Ok(())
}

/// All Rust files below a folder, sorted.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
