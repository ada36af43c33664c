//! `access LAB`: the commands that make a login which may look and nothing else, per product. They are printed; nothing is run.

use crate::exit::Exit;
use crate::output::{Paint, Tone};
use crate::tree::Tree;
use anyhow::Result;
use console::hint::quoted;
use drivers::linux::observer;
use recipe::{Part, Recipe, recipes};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Runs the verb.
pub(crate) fn recipe(path: &Path, json: bool, paint: Paint) -> Result<Exit> {
    let tree = Tree::open_valid(path)?;
    let recipes = recipes(&tree.lab, &quoted(&path.display().to_string()));
    if json {
        dataln!("{:#}", as_json(&recipes));
    } else {
        out!("{}", text(&recipes, paint));
    }
    Ok(Exit::Ok)
}

/// Prints the observer script.
pub(crate) fn script() -> Result<Exit> {
    std::io::stdout().write_all(observer::script().as_bytes())?;
    Ok(Exit::Ok)
}

fn text(recipes: &[Recipe], paint: Paint) -> String {
    if recipes.is_empty() {
        return "No host is reached by ssh and no interface is declared: there is nothing to make a login for.\n".to_owned();
    }
    let mut out = String::new();
    for recipe in recipes {
        let _ = writeln!(
            out,
            "{}  {}",
            paint.text(Tone::Head, &recipe.object),
            paint.text(Tone::Dim, recipe.product)
        );
        for part in &recipe.parts {
            let _ = writeln!(out, "  {}:", part.place);
            for command in &part.commands {
                let _ = writeln!(out, "    {command}");
            }
        }
        for unknown in &recipe.unknown {
            out.push_str(&crate::output::wrap::hanging(
                "  stays unknown: ",
                unknown,
                paint.width(),
            ));
        }
        out.push('\n');
    }
    out + "Nothing was run. Each login may look and nothing else.\n"
}

fn as_json(recipes: &[Recipe]) -> serde_json::Value {
    let part = |p: &Part| json!({"where": p.place, "commands": p.commands});
    let row = |r: &Recipe| {
        let parts: Vec<serde_json::Value> = r.parts.iter().map(part).collect();
        json!({"object": r.object, "product": r.product, "steps": parts, "stays_unknown": r.unknown})
    };
    recipes.iter().map(row).collect()
}
