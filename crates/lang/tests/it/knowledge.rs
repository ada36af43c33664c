//! Tables of facts: read with places, merged by the day on which somebody looked.

use diag::SourceSet;
use diag::render::concise;
use jiff::civil::date;
use model::declare::OptExt as _;
use model::knowledge::Knowledge;

fn read(texts: &[&str]) -> (Knowledge, String) {
    let mut sources = SourceSet::default();
    for (n, text) in texts.iter().enumerate() {
        sources.add(format!("{n}.yaml"), *text);
    }
    let (tables, diagnostics) = lang::knowledge(&sources);
    let mut knowledge = Knowledge::default();
    tables.into_iter().for_each(|t| knowledge.add(t));
    (knowledge, concise(&diagnostics, &sources))
}

fn product(checked: &str, rest: &str) -> String {
    format!(
        "format: 1\nproducts:\n  db:\n    title: DB\n    source: https://example.org/{checked}\n    checked: {checked}\n{rest}"
    )
}

#[test]
fn slips_are_said_with_their_place() {
    for (text, said) in [
        (
            product("2026-01-01", "    relases: {}\n"),
            "0.yaml:7:5: error[unknown-key]",
        ),
        (
            product("yesterday", ""),
            "0.yaml:6:14: error[invalid-value]",
        ),
        (
            "format: 1\nproducts: {db: {title: DB, source: 'https://a.example/'}}\n".to_owned(),
            "error[missing-key]",
        ),
        (
            "format: 2\nproducts: {}\n".to_owned(),
            "0.yaml:1:9: error[format-version]",
        ),
        ("- a\n".to_owned(), "error[wrong-type]"),
        (String::new(), "error["),
        ("a: [\n".to_owned(), "error[yaml-syntax]"),
        (
            product(
                "2026-01-01",
                "    releases: {'1': {ends: 2026-01-01, extended: 2025-01-01}}\n",
            ),
            "ends before the regular one",
        ),
    ] {
        let (_, found) = read(&[&text]);
        assert!(found.contains(said), "{text}\n{found}");
    }
}

#[test]
fn the_later_look_wins_and_nothing_is_lost() {
    let older = product(
        "2025-01-01",
        "    images: [a]\n    releases: {'1': 2025-01-01, '2': 2026-01-01}\n",
    );
    let newer = product(
        "2026-01-01",
        "    images: [b]\n    releases: {'2': 2026-06-01, '3': 2027-01-01}\n",
    );
    for texts in [[&older, &newer], [&newer, &older]] {
        let (knowledge, said) = read(&texts.map(String::as_str));
        assert_eq!(said, "");
        let (_, db) = knowledge.of_image("a").unwrap();
        assert!(db.is_image("b"));
        let ends = |v: &str| *db.release(v).unwrap().1.ends.known().unwrap();
        assert_eq!(ends("1.5"), date(2025, 1, 1));
        assert_eq!(ends("2"), date(2026, 6, 1));
        assert_eq!(ends("3"), date(2027, 1, 1));
        let of = |v: &str| {
            let release = db.release(v).unwrap().1;
            db.origin(&release.source, &release.checked)
        };
        assert_eq!(of("1").source, "https://example.org/2025-01-01");
        assert_eq!(of("1").checked, date(2025, 1, 1));
        assert_eq!(of("2").checked, date(2026, 1, 1));
    }
}

#[test]
fn a_version_without_its_minor_is_the_newest_one() {
    let text = product(
        "2026-01-01",
        "    releases: {'7.2': 2025-01-01, '7.10': 2026-01-01, '8.0': 2027-01-01}\n",
    );
    let (knowledge, _) = read(&[&text]);
    let (_, db) = knowledge.named("db").unwrap();
    for (version, release) in [
        ("7", Some("7.10")),
        ("7-alpine", Some("7.10")),
        ("v8", Some("8.0")),
        ("7.2.4", Some("7.2")),
        ("9", None),
        ("", None),
    ] {
        assert_eq!(db.release(version).map(|r| r.0), release, "{version}");
    }
}

#[test]
fn names_may_end_in_a_version() {
    let (knowledge, _) = read(&[&product("2026-01-01", "    names: [data-base]\n")]);
    for (name, version) in [
        ("db", None),
        ("data-base", None),
        ("db-10", Some("10")),
        ("db24.04", Some("24.04")),
    ] {
        let (key, _, found) = knowledge.named_with_version(name).unwrap();
        assert_eq!((key, found), ("db", version), "{name}");
    }
    for name in ["dbx", "10", "", "xdb-1"] {
        assert!(knowledge.named_with_version(name).is_none(), "{name}");
    }
}
