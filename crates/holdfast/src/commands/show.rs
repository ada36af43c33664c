//! `show`: what is declared, as tables.

use crate::cli::ShowArgs;
use crate::exit::{Exit, Stop};
use crate::output::words::did_you_mean;
use crate::output::{Paint, sheet};
use crate::tree::Tree;
use anyhow::Result;
use std::path::{Path, PathBuf};
use view::Topic;

/// Prints a topic. A declaration that is not valid is shown as far as it was understood, and said to be so.
pub(crate) fn show(args: &ShowArgs, json: bool, paint: Paint) -> Result<Exit> {
    let (topic, lab) = chosen(args)?;
    let tree = Tree::open(&lab)?;
    let sheets = view::sheets(&tree.lab, topic, jiff::Zoned::now().date());
    if json {
        println!("{}", serde_json::to_string_pretty(&sheets)?);
    } else if sheets.iter().all(|s| s.rows.is_empty()) {
        println!("{} declares no {}", tree.lab.name, topic.word());
    } else {
        print!("{}", sheet::text(&sheets, paint));
    }
    Ok(understood(&tree, &lab))
}

/// The exit code of a verb that shows a declaration; says so if not all of it was understood.
pub(crate) fn understood(tree: &Tree, lab: &Path) -> Exit {
    let invalid = tree
        .diagnostics
        .iter()
        .filter(|d| d.class == diag::Class::Invalid && d.severity == diag::Severity::Error)
        .count();
    if invalid == 0 {
        return Exit::Ok;
    }
    let shown = lab.display().to_string();
    eprintln!(
        "not all of the declaration was understood; see: holdfast check {}",
        crate::hint::quoted(&shown)
    );
    Exit::Usage
}

/// `show`, `show TOPIC`, `show LAB`, `show TOPIC LAB`.
fn chosen(args: &ShowArgs) -> Result<(Topic, PathBuf)> {
    let here = || PathBuf::from(".");
    let Some(first) = &args.topic else {
        return Ok((Topic::Summary, here()));
    };
    if let Some(topic) = Topic::parse(first) {
        return Ok((topic, args.lab.clone().unwrap_or_else(here)));
    }
    if args.lab.is_none() && Path::new(first).exists() {
        return Ok((Topic::Summary, PathBuf::from(first)));
    }
    let words = Topic::ALL.map(Topic::word);
    let help = did_you_mean(first, words)
        .unwrap_or_else(|| format!("one of {}, then the lab tree", words.join(", ")));
    let stop = Stop::usage(format!(
        "'{first}' is nothing that can be shown, and no lab tree"
    ));
    Err(stop.help(help).into())
}
