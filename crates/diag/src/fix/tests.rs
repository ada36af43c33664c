//! Texts before and after.

use super::{Reach, count, mend, settle};
use crate::{Aim, Diagnostic, Edit, Fix, SourceSet, Span};
use std::collections::BTreeSet;

fn fixed(text: &str, edits: &[(Aim, &str, &str)]) -> String {
    let mut sources = SourceSet::default();
    let id = sources.add("a.yaml", text);
    let diagnostics = edits.iter().map(|(aim, at, new)| {
        let start = text.find(at).unwrap();
        let edit = Edit {
            span: Span::new(id, start, start + at.len()),
            text: (*new).to_owned(),
            aim: *aim,
        };
        Diagnostic::invalid("x", "m").fix(Fix::safe("f", edit))
    });
    let mut diagnostics: Vec<Diagnostic> = diagnostics.collect();
    settle(&mut diagnostics, &sources);
    let mended = mend(&diagnostics, &sources, Reach::Safe, &BTreeSet::new());
    mended.texts.get("a.yaml").map_or(text, |t| t).to_owned()
}

#[test]
fn edits_fit_both_forms_of_yaml_and_both_line_ends() {
    use Aim::{Append, Enter, Exact, Remove};
    for (text, aim, at, new, want) in [
        ("a: [x, y, z]\n", Remove, "x", "", "a: [y, z]\n"),
        ("a: [x, y, z]\n", Remove, "y", "", "a: [x, z]\n"),
        ("a: [x, y, z]\n", Remove, "z", "", "a: [x, y]\n"),
        ("a: [x]\n", Remove, "x", "", "a: []\n"),
        (
            "a:\n  - x\n  - y: 1\n    w: 2\nb: 3\n",
            Remove,
            "y: 1\n    w: 2",
            "",
            "a:\n  - x\nb: 3\n",
        ),
        ("a:\n- x\nb: 3\n", Remove, "x", "", "b: 3\n"),
        ("k: 1\na:\n  - x\n", Remove, "x", "", "k: 1\n"),
        // Another item follows, behind a blank line and a comment.
        (
            "a:\n  - x\n\n  # next\n  - y\n",
            Remove,
            "x",
            "",
            "a:\n\n  # next\n  - y\n",
        ),
        // However deep it stands, a comment above the next item is that item's; one inside of an item goes with it.
        (
            "a:\n  - x: 1\n    # about y\n  - y: 1\n",
            Remove,
            "x: 1",
            "",
            "a:\n    # about y\n  - y: 1\n",
        ),
        (
            "a:\n  - x: 1\n    # about z\n    z: 1\n    # about y\n\n  - y: 1\n",
            Remove,
            "x: 1",
            "",
            "a:\n    # about y\n\n  - y: 1\n",
        ),
        (
            "a:\n  - x: |\n      t\n      # text\n  - y: 1\n",
            Remove,
            "x: |\n      t\n      # text",
            "",
            "a:\n  - y: 1\n",
        ),
        // A block of text reaches over the line behind it.
        (
            "a:\n  - x\n  - |\n    t\nb: 1\n",
            Remove,
            "|\n    t\n",
            "",
            "a:\n  - x\nb: 1\n",
        ),
        // What stands in its place ends where it does.
        (
            "a: >-\n  5 min\nb: 1\n",
            Exact,
            "5 min\n",
            "5m",
            "a: >-\n  5m\nb: 1\n",
        ),
        ("a:\n  - b:\n    - x\n", Remove, "x", "", "a:\n  - b:\n"),
        (
            "a:\n  -\n    b: 1\n    c: 2\n  - d\n",
            Remove,
            "b: 1\n    c: 2",
            "",
            "a:\n  - d\n",
        ),
        ("a:\n  - &n x\n  - y\n", Remove, "x", "", "a:\n  - y\n"),
        ("a: [&n x, y]\n", Remove, "x", "", "a: [y]\n"),
        ("a: [x, # c\n  y]\n", Remove, "x", "", "a: [ # c\n  y]\n"),
        ("a: [ # c,\n  x]\n", Remove, "x", "", "a: [ # c,\n  ]\n"),
        // What an alias stands for stays.
        (
            "a:\n  - &n x\n  - *n\n",
            Remove,
            "x",
            "",
            "a:\n  - &n x\n  - *n\n",
        ),
        (
            "version: '3.8'\n\nservices: 1\n",
            Remove,
            "version",
            "",
            "services: 1\n",
        ),
        (
            "\u{feff}version: '3.8'\r\n\r\ns: 1\r\n",
            Remove,
            "version",
            "",
            "\u{feff}s: 1\r\n",
        ),
        ("a: {b: 1}\n", Enter, "{b: 1}", "c: 2", "a: {b: 1, c: 2}\n"),
        ("a: {b: 1, }\n", Exact, "1", "2", "a: {b: 2, }\n"),
        ("a: {}\n", Enter, "{}", "c: 2", "a: {c: 2}\n"),
        (
            "a:\n  - b: 1 # why\n",
            Enter,
            "b: 1",
            "c: 2",
            "a:\n  - b: 1 # why\n    c: 2\n",
        ),
        (
            "a:\r\n  b: 1\r\nd: 1\r\n",
            Enter,
            "b: 1",
            "c: 2",
            "a:\r\n  b: 1\r\n  c: 2\r\nd: 1\r\n",
        ),
        (
            "a:\n  - x\nb: 1\n",
            Append,
            "x",
            "y",
            "a:\n  - x\n  - y\nb: 1\n",
        ),
        ("a: [x]", Append, "x", "y", "a: [x, y]"),
        // The place is the head of the item.
        (
            "a:\n- b: 1\n  c:\n  - 2\nd: 1\n",
            Append,
            "b: 1",
            "{e: 3}",
            "a:\n- b: 1\n  c:\n  - 2\n- {e: 3}\nd: 1\n",
        ),
    ] {
        assert_eq!(
            fixed(text, &[(aim, at, new)]),
            want,
            "{text:?} {aim:?} {at}"
        );
    }
}

#[test]
fn of_two_that_touch_one_is_taken_and_of_two_that_are_the_same_both() {
    let exact = |at, new| (Aim::Exact, at, new);
    assert_eq!(fixed("abcd", &[exact("ab", "x"), exact("bc", "y")]), "xcd");
    assert_eq!(fixed("abcd", &[exact("ab", "x"), exact("ab", "x")]), "xcd");
    assert_eq!(fixed("abcd", &[exact("ab", "x"), exact("cd", "y")]), "xy");
    assert_eq!(fixed("abcd", &[exact("ab", "x"), exact("ab", "y")]), "xcd");
}

#[test]
fn what_is_unsafe_is_counted_and_not_taken_unless_asked_for() {
    let mut sources = SourceSet::default();
    let id = sources.add("a.yaml", "a");
    let edit = Edit::replace(Span::new(id, 0, 1), "b");
    let found = [Diagnostic::invalid("x", "m").fix(Fix::doubtful("f", edit))];
    assert_eq!(count(&found), (0, 1));
    assert!(
        mend(&found, &sources, Reach::Safe, &BTreeSet::new())
            .texts
            .is_empty()
    );
    let mended = mend(&found, &sources, Reach::Unsafe, &BTreeSet::new());
    let taken: Vec<&str> = mended.taken.iter().map(|t| t.message.as_str()).collect();
    assert_eq!(taken, ["f"]);
    let not = mended.taken.into_iter().collect();
    assert!(mend(&found, &sources, Reach::Unsafe, &not).texts.is_empty());
}

#[test]
fn a_variable_is_seen() {
    let seen = ["'${PORT:-80}:80'", "$PORT:80", "80:80", "a$", "$$1"].map(super::has_variable);
    assert_eq!(seen, [true, true, false, false, false]);
}
