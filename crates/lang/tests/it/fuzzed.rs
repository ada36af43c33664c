//! What the fuzz targets ask of the readers, asked of the fixtures, of damaged fixtures, and of what crashed before.

#[path = "../../../../fuzz/checks.rs"]
mod checks;

use checks::{Check, TARGETS};
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder of the repository, in order.
fn below(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![repository().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => out.push(path),
            }
        }
    }
    out.sort();
    out
}

fn target(name: &str) -> Check {
    TARGETS.into_iter().find(|(n, _)| *n == name).unwrap().1
}

/// The fixtures of a target, from `fuzz/run`.
fn fixtures(name: &str) -> Vec<Vec<u8>> {
    let folders: &[&str] = match name {
        "yaml" => &["crates/rules/knowledge", "crates/lang/tests/labs"],
        "lab" => &[
            "crates/lang/tests/labs",
            "examples/smallest",
            "examples/single-host/as-written/lab",
        ],
        "compose" => &[
            "crates/lang/tests/compose/documents",
            "crates/lang/tests/compose/include",
            "examples/core-services",
        ],
        _ => &["examples/single-host", "docs/decisions"],
    };
    let files = folders.iter().flat_map(|f| below(f));
    files
        .map(|f| std::fs::read(f).unwrap())
        .filter(|b| b.len() < 40_000)
        .collect()
}

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// What means something to one of the readers.
const TOKENS: [&str; 32] = [
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\t",
    "#",
    "&a ",
    "*a",
    "<<: *a",
    "!reset ",
    "|\n",
    "---\n",
    "\n",
    "  ",
    "${A",
    "${A:-}",
    "$$",
    "\0",
    "\u{feff}",
    "\r\n",
    "é",
    "\u{1f600}",
    "```\n",
    "](",
    "<!--",
    "extends: ",
    "include: ",
    "\n#== compose.yaml\n",
];

fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes.get(at..end).unwrap_or_default().to_vec();
                drop(bytes.splice(at..at, copy));
            }
            2 => bytes.truncate(at),
            3 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|b| *b ^= 1 << numbers.below(8)),
            _ => {
                let token = TOKENS.get(numbers.below(TOKENS.len())).unwrap();
                drop(bytes.splice(at..at, token.bytes()));
            }
        }
    }
}

#[test]
fn what_crashed_before_does_not_crash() {
    for (name, check) in TARGETS {
        for file in below(&format!("fuzz/crashes/{name}")) {
            check(&std::fs::read(file).unwrap());
        }
    }
}

fn fixtures_hold(name: &str) {
    let (check, fixtures) = (target(name), fixtures(name));
    assert!(!fixtures.is_empty());
    let mut numbers = Numbers(19);
    for fixture in &fixtures {
        check(fixture);
    }
    for _ in 0..150 {
        let mut damaged = fixtures.get(numbers.below(fixtures.len())).unwrap().clone();
        damage(&mut damaged, &mut numbers);
        check(&damaged);
    }
}

#[test]
fn damaged_yaml() {
    fixtures_hold("yaml");
}

#[test]
fn damaged_labs() {
    fixtures_hold("lab");
}

#[test]
fn damaged_compose_projects() {
    fixtures_hold("compose");
}

#[test]
fn damaged_documents() {
    fixtures_hold("document");
}
