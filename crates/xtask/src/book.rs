//! `gen`: writes what is made from the code and kept in the repository: the rule book and the reference of the command line.

use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Writes all of it.
pub(crate) fn run(root: &Path) -> Result<()> {
    rules(root)?;
    command_line(root)
}

/// `docs/cli.md`, as the program itself prints it.
fn command_line(root: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    let words = [
        "run",
        "--quiet",
        "--package",
        "holdfast",
        "--",
        "debug",
        "cli-reference",
    ];
    let output = cargo.args(words).current_dir(root).output()?;
    ensure!(
        output.status.success(),
        "the program does not print its reference: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::write(root.join("docs/cli.md"), output.stdout)?;
    println!("gen: docs/cli.md");
    Ok(())
}

/// Writes every page of `docs/rules`, and removes those of rules that are gone.
fn rules(root: &Path) -> Result<()> {
    let mut pages = BTreeMap::from([("README.md".to_owned(), rules::book::index())]);
    for rule in rules::RULES {
        let said = root
            .join("tests/broken/rules")
            .join(rule.id)
            .join("broken.txt");
        let said = std::fs::read_to_string(&said)
            .with_context(|| format!("{} has no fixture: {}", rule.id, said.display()))?;
        pages.insert(format!("{}.md", rule.id), rules::book::page(rule, &said));
    }
    let folder = root.join("docs/rules");
    std::fs::create_dir_all(&folder)?;
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !pages.contains_key(&name) {
            std::fs::remove_file(entry.path())?;
        }
    }
    for (name, text) in &pages {
        std::fs::write(folder.join(name), text)?;
    }
    println!("gen: {} pages in docs/rules", pages.len());
    Ok(())
}
