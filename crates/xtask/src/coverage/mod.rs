//! `coverage examples/NAME [--document FILE]`: where each statement of an example's document went.
//!
//! `coverage.yaml` maps lines of the document to places in the lab trees beside it. The document itself is not part of
//! the repository; without it only the map is checked, with it also that no statement was forgotten.

mod map;
mod place;
mod statements;
mod yaml;

use anyhow::{Context as _, Result, bail};
use map::{Entry, Map};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Of a hundred statement lines, how many must have a place in the lab.
const FLOOR: usize = 90;

/// Checks one example and prints its share.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (folder, document) = match arguments {
        [folder] => (folder, None),
        [folder, flag, file] if flag == "--document" => (folder, Some(file)),
        _ => bail!("usage: cargo xtask coverage examples/NAME [--document FILE]"),
    };
    let document = match document {
        Some(file) => Some(std::fs::read(file).with_context(|| format!("cannot read {file}"))?),
        None => None,
    };
    let report = check(Path::new(folder), document.as_deref())?;
    report.print(folder);
    if !report.complaints.is_empty() {
        bail!("{} complaints", report.complaints.len());
    }
    Ok(())
}

/// What is to be said of one example.
#[derive(Debug, Default)]
struct Report {
    /// Lines with a place in the lab.
    placed: usize,
    /// Lines that are judged: statement lines, or without the document those that the map names.
    lines: usize,
    complaints: Vec<String>,
}

impl Report {
    fn print(&self, name: &str) {
        for complaint in &self.complaints {
            eprintln!("coverage: {complaint}");
        }
        let (tenths, of) = (self.placed * 1000, self.lines.max(1));
        println!(
            "{name}: {} of {} lines have a place, {}.{} %",
            self.placed,
            self.lines,
            tenths / of / 10,
            tenths / of % 10
        );
    }
}

/// Holds the map of an example against its trees and, if given, against the document.
fn check(folder: &Path, document: Option<&[u8]>) -> Result<Report> {
    let file = folder.join("coverage.yaml");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let mut report = Report::default();
    let map = Map::read(&text, &mut report.complaints)?;
    let mut places = place::Places::new(folder);
    for entry in &map.entries {
        for to in &entry.to {
            if let Err(why) = places.resolve(to) {
                let said = format!("{}: {to}: {why}", entry.shown());
                report.complaints.push(said);
            }
        }
    }
    let lines = by_line(&map.entries);
    match document {
        Some(bytes) => against(bytes, &map, &lines, &mut report)?,
        None => {
            report.lines = lines.len();
            report.placed = lines.values().filter(|placed| **placed).count();
        }
    }
    if report.placed * 100 < report.lines * FLOOR {
        let said = format!("fewer than {FLOOR} % of the lines have a place");
        report.complaints.push(said);
    }
    Ok(report)
}

/// Every line that an entry names, and whether one of them has a place for it.
fn by_line(entries: &[Entry]) -> BTreeMap<usize, bool> {
    let mut lines = BTreeMap::new();
    for entry in entries {
        for line in entry.from..=entry.until {
            *lines.entry(line).or_insert(false) |= !entry.to.is_empty();
        }
    }
    lines
}

/// Counts over the statements of the document, and names those that were forgotten.
fn against(
    bytes: &[u8],
    map: &Map,
    lines: &BTreeMap<usize, bool>,
    report: &mut Report,
) -> Result<()> {
    let text = std::str::from_utf8(bytes).context("the document is no UTF-8")?;
    let (count, sum) = (text.lines().count(), map::sha256(bytes));
    if count != map.lines || sum != map.sha256 {
        let said = format!("the document is another one: {{lines: {count}, sha256: {sum}}}");
        report.complaints.push(said);
    }
    let statements: BTreeSet<usize> = statements::lines(text).into_iter().collect();
    for line in &statements {
        if !lines.contains_key(line) {
            let said = text.lines().nth(line - 1).unwrap_or_default().trim();
            report
                .complaints
                .push(format!("line {line} is not covered: {said}"));
        }
    }
    report.lines = statements.len();
    let placed = statements.iter().filter(|l| lines.get(*l) == Some(&true));
    report.placed = placed.count();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn examples() -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        let entries = std::fs::read_dir(folder).expect("examples are there");
        let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
        found.retain(|f| f.join("as-written").is_dir() || f.join("coverage.yaml").exists());
        found.sort();
        found
    }

    /// Prints the shares with `cargo nextest run -p xtask --no-capture`.
    #[test]
    fn every_example_of_a_document_says_where_its_statements_went() {
        let mut complaints = Vec::new();
        for folder in examples() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            match check(&folder, None) {
                Ok(report) => {
                    report.print(&name);
                    complaints.extend(report.complaints.iter().map(|c| format!("{name}: {c}")));
                }
                Err(error) => complaints.push(format!("{name}: {error:#}")),
            }
        }
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    const DOCUMENT: &str = "# Title 1\n\n- two hosts\n\nIt has 16 GB.\nNothing here.\n";

    /// An example with one host, whose map has these statements; what is complained of, line by line.
    fn complaints(statements: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let lab = folder.path().join("as-written/lab");
        std::fs::create_dir_all(&lab).unwrap();
        std::fs::write(lab.join("hosts.yaml"), "hosts:\n  a: {memory: 16GB}\n").unwrap();
        std::fs::write(folder.path().join("as-written/a.md"), "# Way in\ntext\n").unwrap();
        let head = format!(
            "document: {{lines: 6, sha256: {}}}\n",
            map::sha256(DOCUMENT.as_bytes())
        );
        let map = format!("{head}statements:\n{statements}");
        std::fs::write(folder.path().join("coverage.yaml"), map).unwrap();
        match check(folder.path(), Some(DOCUMENT.as_bytes())) {
            Ok(report) => report.complaints.join("\n"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_complete_map_is_taken() {
        let said = complaints(
            "  - {at: 3, what: hosts, to: as-written/lab/hosts.yaml#hosts}\n  \
               - {at: 5-6, what: memory, to: [as-written/lab/hosts.yaml#hosts.a.memory, as-written/a.md#way-in, as-written/a.md#L1-L2]}\n",
        );
        assert_eq!(said, "");
    }

    #[test]
    fn what_is_wrong_with_a_map_is_said() {
        let both = "  - {at: 3-5, what: all, to: as-written/lab/hosts.yaml#hosts}\n";
        let rows: &[(String, &str)] = &[
            (
                "  - {at: 3, what: hosts, to: as-written/lab/hosts.yaml#hosts}\n".into(),
                "line 5 is not covered: It has 16 GB.",
            ),
            (
                "  - {at: 3-5, what: all, not_modelled: a wish}\n".into(),
                "fewer than 90 %",
            ),
            (both.replace("#hosts", "#hosts.b"), "there is no `b`"),
            (both.replace("#hosts", ""), "no `#`"),
            (
                both.replace("lab/hosts.yaml#hosts", "a.md#L3"),
                "has 2 lines",
            ),
            (
                both.replace("lab/hosts.yaml#hosts", "a.md#way-out"),
                "no heading",
            ),
            (
                both.replace("as-written/lab", "../as-written"),
                "outside of the example",
            ),
            (both.replace("3-5", "5-9"), "has 6 lines"),
            (both.replace("what: all, ", ""), "`what`"),
            (
                "  - {at: 3-5, what: all}\n".into(),
                "either `to` or `not_modelled`",
            ),
        ];
        for (statements, expected) in rows {
            let said = complaints(statements);
            assert!(said.contains(expected), "{statements}: {said}");
        }
    }
}
