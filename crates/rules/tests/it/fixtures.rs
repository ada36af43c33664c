//! Every rule both ways: `tests/broken/rules/ID/broken.yaml` yields it (as `broken.txt` says in full; `UPDATE_EXPECT=1`
//! accepts), `mended.yaml` does not. A line `# mutate: A => B` replaces the first A and must turn the verdict round.

use crate::support::{check, hits, repository};
use diag::render::{Color, full};
use std::path::{Path, PathBuf};

pub(crate) fn folder() -> PathBuf {
    repository().join("tests/broken/rules")
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn every_rule_has_fixtures_and_every_fixture_a_rule() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let ids: Vec<&str> = rules::RULES.iter().map(|r| r.id).collect();
    assert_eq!(names, ids);
}

#[test]
fn broken_labs_yield_the_rule_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    for rule in rules::RULES {
        let folder = folder().join(rule.id);
        let (findings, sources) = check(&read(&folder.join("broken.yaml")), None);
        let hits: Vec<_> = hits(&findings, rule.id).into_iter().cloned().collect();
        assert!(!hits.is_empty(), "{}: {findings:#?}", rule.id);
        let text = full(&hits, &sources, Color::Never);
        let path = folder.join("broken.txt");
        if update {
            std::fs::write(&path, text).unwrap();
        } else {
            assert_eq!(read(&path), text, "{}", path.display());
        }
    }
}

#[test]
fn mended_labs_do_not() {
    for rule in rules::RULES {
        let (findings, _) = check(&read(&folder().join(rule.id).join("mended.yaml")), None);
        assert!(
            hits(&findings, rule.id).is_empty(),
            "{}: {findings:#?}",
            rule.id
        );
    }
}

#[test]
fn the_decisive_value_turns_the_verdict() {
    let mut count = 0;
    for rule in rules::RULES {
        for (name, yields) in [("broken.yaml", false), ("mended.yaml", true)] {
            let text = read(&folder().join(rule.id).join(name));
            let mutations = mutations(&text);
            assert!(!mutations.is_empty(), "{}/{name} has no mutation", rule.id);
            for (from, to) in mutations {
                let body = body(&text);
                let mutated = body.replacen(&from, &to, 1);
                assert_ne!(mutated, body, "{}/{name} has no '{from}'", rule.id);
                let (findings, _) = check(&mutated, None);
                let found = !hits(&findings, rule.id).is_empty();
                assert_eq!(
                    found, yields,
                    "{}/{name}: {from} => {to}\n{findings:#?}",
                    rule.id
                );
                count += 1;
            }
        }
    }
    assert!(count >= 2 * rules::RULES.len());
}

pub(crate) fn body(text: &str) -> String {
    let lines = text.lines().filter(|l| !l.starts_with("# mutate: "));
    lines.map(|l| format!("{l}\n")).collect()
}

/// `\n` stands for a line break.
pub(crate) fn mutations(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|l| l.strip_prefix("# mutate: "))
        .map(|l| {
            let (from, to) = l.split_once(" =>").unwrap();
            let to = to.strip_prefix(' ').unwrap_or(to);
            (from.replace("\\n", "\n"), to.replace("\\n", "\n"))
        })
        .collect()
}
