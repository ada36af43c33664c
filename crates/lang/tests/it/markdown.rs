//! The specification: `tests/lang/*.md`.
//!
//! A case begins with a heading of the second level. Its ```` ```yaml PATH ```` blocks are the lab tree (`lab.yaml` if no
//! path is given; a minimal `holdfast.yaml` is added if the case has none). A ```` ```text ```` block is the expected concise
//! output, ```` ```text full ```` the expected full output. `UPDATE_EXPECT=1` writes the actual output into the files.

use diag::SourceSet;
use diag::render::{Color, concise, full};
use std::path::{Path, PathBuf};

const MINIMAL: &str = "format: 1\nlab: test\n";

#[test]
fn the_specification_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lang");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    assert!(files.len() >= 7, "the specification is missing");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut failures = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let actual = run(&text);
        if actual == text {
            continue;
        }
        if update {
            std::fs::write(&path, actual).unwrap();
        } else {
            failures.push(difference(&path, &text, &actual));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The document with every expectation replaced by what the language says.
fn run(document: &str) -> String {
    let mut out = String::new();
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.starts_with("## ") {
            sources.clear();
        }
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
            continue;
        };
        let block: String = lines
            .by_ref()
            .take_while(|l| *l != "```")
            .map(|l| format!("{l}\n"))
            .collect();
        let body = match info.split_once(' ').unwrap_or((info, "")) {
            ("yaml", path) => {
                let path = if path.is_empty() { "lab.yaml" } else { path };
                sources.push((path.to_owned(), block.replace("<TAB>", "\t")));
                block
            }
            ("text", "") => render(&sources, Form::Concise),
            ("text", "full") => render(&sources, Form::Full),
            _ => panic!("unknown block: {line}"),
        };
        out.push_str(&body);
        out.push_str("```\n");
    }
    out
}

enum Form {
    Concise,
    Full,
}

fn render(files: &[(String, String)], form: Form) -> String {
    if files.iter().any(|(path, _)| path == "compose.yaml") {
        return render_compose(files, form);
    }
    let mut sources = SourceSet::default();
    if !files
        .iter()
        .any(|(path, _)| path.ends_with("holdfast.yaml"))
    {
        sources.add("holdfast.yaml", MINIMAL);
    }
    for (path, text) in files {
        sources.add(path.clone(), text.clone());
    }
    let (_, diagnostics) = lang::analyze(&sources);
    match form {
        Form::Concise => concise(&diagnostics, &sources),
        Form::Full => full(&diagnostics, &sources, Color::Never),
    }
}

/// A Compose project, with its override if the case has one.
fn render_compose(files: &[(String, String)], form: Form) -> String {
    let all = ["compose.yaml", "compose.override.yaml"];
    let named = all
        .into_iter()
        .filter(|n| files.iter().any(|(path, _)| path == n));
    let names: Vec<&str> = named.collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let reading = crate::compose::read_files(&names, &files);
    match form {
        Form::Concise => concise(&reading.diagnostics, &reading.sources),
        Form::Full => full(&reading.diagnostics, &reading.sources, Color::Never),
    }
}

fn difference(path: &Path, expected: &str, actual: &str) -> String {
    let mut out = format!("{} (UPDATE_EXPECT=1 accepts):\n", path.display());
    let (expected, actual): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), actual.lines().collect());
    let first = expected
        .iter()
        .zip(&actual)
        .take_while(|(e, a)| e == a)
        .count();
    let from = first.saturating_sub(12);
    for (name, lines) in [("expected", &expected), ("actual", &actual)] {
        out.push_str(&format!("--- {name}, from line {}\n", from + 1));
        for line in lines.iter().skip(from).take(30) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
