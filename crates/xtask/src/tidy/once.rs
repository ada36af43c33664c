//! What several rules ask of a lab is built once, by the context; a rule that builds it again pays for the whole lab again.

use anyhow::Result;
use std::path::Path;

/// Calls that build what `graph::Context` keeps, and what to ask instead.
const BUILT: &[(&str, &str)] = &[
    ("Copies::of(", "ctx.copies()"),
    ("Snapshots::of(", "ctx.snapshots()"),
    ("Structure::of(", "ctx.structure()"),
    ("Load::of(", "ctx.load()"),
    ("bodies::all(", "ctx.bodies()"),
    ("held(lab)", "ctx.held()"),
    ("held(ctx.lab)", "ctx.held()"),
];

pub(crate) fn check(root: &Path, complaints: &mut Vec<String>) -> Result<()> {
    for folder in [
        "crates/rules/src",
        "crates/native/src",
        "crates/network/src",
        "crates/observed/src",
        "crates/doubt/src",
    ] {
        for file in super::rust_files(&root.join(folder))? {
            let text = std::fs::read_to_string(&file)?;
            let shown = file.strip_prefix(root)?.display();
            for (call, instead) in BUILT.iter().filter(|(call, _)| text.contains(call)) {
                complaints.push(format!(
                    "{shown} calls {call}…), which looks at the whole lab again; {instead} is built once"
                ));
            }
        }
    }
    Ok(())
}
