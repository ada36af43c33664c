//! `twin plan`: the twin on paper. Needs neither root nor Docker, and changes nothing.

use crate::cli::TwinAt;
use crate::commands::show::understood;
use crate::exit::Exit;
use crate::output::{self, Paint};
use crate::tree::Tree;
use anyhow::Result;

/// Prints what `twin up` would make.
pub(crate) fn plan(at: &TwinAt, json: bool, paint: Paint) -> Result<Exit> {
    let mut tree = Tree::open(&at.lab)?;
    let projects = tree.read_stacks();
    let design = twinplan::design(&tree.lab, &projects);
    if json {
        dataln!("{}", serde_json::to_string_pretty(&design)?);
    } else {
        out!("{}", output::twin::plan(&design, paint));
    }
    Ok(understood(&tree, &at.lab))
}
