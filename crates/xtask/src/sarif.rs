//! Holds what `check --format sarif` prints for every example against the schema that OASIS publishes.
//!
//! The schema is not kept here; it is to be had from
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json>.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// `FILE` is the schema.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let [file] = arguments else {
        bail!("usage: cargo xtask sarif FILE");
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let schema: Value = serde_json::from_str(&text).with_context(|| format!("{file}: no JSON"))?;
    let validator = jsonschema::draft4::options()
        .should_validate_formats(true)
        .build(&schema)
        .with_context(|| format!("{file} is no JSON schema of draft 4"))?;
    let mut broken = 0;
    for form in forms(root)? {
        let log = printed(root, &form)?;
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|e| format!("  {}: {e}", e.instance_path()))
            .collect();
        let results = log.pointer("/runs/0/results").and_then(Value::as_array);
        let Some(results) = results.map(Vec::len) else {
            bail!("{form}: no results in what was printed");
        };
        println!(
            "{form}: {results} results, {} against the schema",
            errors.len()
        );
        for error in errors.iter().take(10) {
            println!("{error}");
        }
        broken += errors.len();
    }
    if broken > 0 {
        bail!("{broken} places are against the schema");
    }
    Ok(())
}

/// Every example, in each form that it has.
fn forms(root: &Path) -> Result<Vec<String>> {
    let mut forms = Vec::new();
    for entry in std::fs::read_dir(root.join("examples"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        for form in ["as-written", "mended"] {
            let path = format!("examples/{name}/{form}");
            if root.join(&path).is_dir() {
                forms.push(path);
            }
        }
    }
    forms.sort();
    if forms.is_empty() {
        bail!("there are no examples");
    }
    Ok(forms)
}

fn printed(root: &Path, form: &str) -> Result<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "-q", "-p", "holdfast", "--", "check", "--format"])
        .args(["sarif", form])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    serde_json::from_slice(&output.stdout).with_context(|| format!("{form}: no JSON was printed"))
}
