//! Tests that would never run: files that no `mod` names, ignored tests, sleeps, stubs.

use anyhow::Result;
use std::path::{Path, PathBuf};

/// What may not stand in any Rust file, with the reason. Written in halves so that this file passes itself.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("#[ign", "ore", "an ignored test is no test"),
    (
        "thread::sl",
        "eep(",
        "wait for a condition with a deadline, and say above the line why a pause is needed",
    ),
    ("assert!(tr", "ue)", "an assertion that cannot fail"),
];

pub(crate) fn check(root: &Path, files: &[PathBuf], complaints: &mut Vec<String>) -> Result<()> {
    for file in files {
        let text = std::fs::read_to_string(file)?;
        let shown = file.strip_prefix(root)?.display().to_string();
        for (a, b, why) in FORBIDDEN {
            let word = format!("{a}{b}");
            let marked = |line: &str| line.contains("tidy: allowed because");
            let lines: Vec<&str> = text.lines().collect();
            for (n, line) in lines.iter().enumerate() {
                let before = n
                    .checked_sub(1)
                    .and_then(|p| lines.get(p))
                    .is_some_and(|l| marked(l));
                if line.contains(&word) && !marked(line) && !before {
                    complaints.push(format!("{shown}:{}: {word} — {why}", n + 1));
                }
            }
        }
        if !is_named(file)? {
            complaints.push(format!("{shown} is named by no `mod` and never compiled"));
        }
    }
    Ok(())
}

/// Whether a `mod` in the parent module names this file, or it is a crate root.
fn is_named(file: &Path) -> Result<bool> {
    let stem = file
        .file_stem()
        .and_then(|s| s.to_str())
        .unwrap_or_default();
    let Some(dir) = file.parent() else {
        return Ok(true);
    };
    let dir_name = dir.file_name().and_then(|s| s.to_str()).unwrap_or_default();
    if matches!(stem, "main" | "lib" | "build") || dir_name == "bin" || dir_name == "examples" {
        return Ok(true);
    }
    let (name, places) = if stem == "mod" {
        let up = dir.parent().unwrap_or(dir);
        (
            dir_name,
            vec![
                up.join("lib.rs"),
                up.join("main.rs"),
                up.join("mod.rs"),
                up.with_extension("rs"),
            ],
        )
    } else {
        (
            stem,
            vec![
                dir.join("lib.rs"),
                dir.join("main.rs"),
                dir.join("mod.rs"),
                dir.with_extension("rs"),
            ],
        )
    };
    for place in places {
        let Ok(text) = std::fs::read_to_string(&place) else {
            continue;
        };
        if text
            .lines()
            .any(|l| l.trim_end().ends_with(&format!("mod {name};")))
        {
            return Ok(true);
        }
    }
    Ok(false)
}
