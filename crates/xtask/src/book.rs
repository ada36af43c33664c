//! `gen`: writes what is made from the code and kept in the repository: the rule book.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes every page of `docs/rules`, and removes those of rules that are gone.
pub(crate) fn run(root: &Path) -> Result<()> {
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
