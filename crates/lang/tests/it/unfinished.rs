//! What was begun and not finished is told where it began, and what is proposed can be read.

use diag::{Diagnostic, SourceSet};

fn read(text: &str) -> Vec<Diagnostic> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text.to_owned());
    let all = lang::analyze(&sources).1;
    all.into_iter()
        .filter(|d| d.code == "yaml-syntax")
        .collect()
}

/// The text below the head of a lab, what is said, and what is pointed at.
fn slip(body: &str, says: &str, at: &str) {
    let text = format!("format: 1\nlab: a\n{body}");
    let found = read(&text);
    let [one] = found.as_slice() else {
        panic!("{body}: {found:?}");
    };
    let place = one.primary.as_ref().unwrap().span;
    assert_eq!(one.message, says, "{body}");
    assert_eq!(
        text.get(place.start as usize..place.end as usize),
        Some(at),
        "{body}"
    );
    let Some(fix) = &one.fix else {
        return;
    };
    let mut mended = text;
    for edit in fix.edits.iter().rev() {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    assert!(read(&mended).is_empty(), "{mended}");
}

#[test]
fn brackets_and_quotes_are_told_where_they_are_opened() {
    let never = "'{' is never closed";
    slip("hosts:\n  a: {kind: server\n  b: {}\n", never, "{");
    slip(
        "hosts:\n  a: {hardware: {memory: 4GiB}\nservices: {}\n",
        never,
        "{",
    );
    slip("hosts:\n  a: {hardware: {memory: 4GiB}", never, "{");
    slip(
        "hosts:\n  a: {kind: server,\n      os: debian\n  b: {}\n",
        never,
        "{",
    );
    slip(
        "services:\n  a:\n    needs: [b, c\n    tier: x\n",
        "'[' is never closed",
        "[",
    );
    slip(
        "hosts:\n  a: {hardware: {memory: 4GiB\n  b: {}\n",
        "'{' and 1 more below it are never closed",
        "{",
    );
    slip(
        "hosts:\n  a: {description: \"b, kind: server}\n  c: {}\n",
        "this quote is never closed",
        "\"",
    );
    slip(
        "hosts:\n  a: {}}\n  b: {}\n",
        "this bracket closes nothing",
        "}",
    );
}

#[test]
fn a_colon_that_is_missing_is_told_in_its_own_line() {
    let missing = "a ':' is missing in this line";
    slip("hosts\n  a:\n    kind: server\n", missing, "hosts");
    slip("hosts:\n  a\n    kind: server\n", missing, "a");
    slip(
        "hosts:\n  a:\n    kind server\n    os: debian\n",
        missing,
        "kind server",
    );
    slip(
        "hosts:\n  a:\n    os: debian\n    kind server\nservices: {}\n",
        missing,
        "kind server",
    );
    slip(
        "hosts:\n  a:\n    kind:server\n    os: debian\n",
        "a space is missing behind ':'",
        "kind:server",
    );
    slip(
        "hosts:\n  a: {os: debian kind: server}\n",
        "a comma is missing between two entries",
        "kind",
    );
}

#[test]
fn a_line_that_lacks_a_colon_is_not_repeated() {
    for text in [
        "password hunter2\nkind: server\n",
        "password:\n  hunter2\n  a: b\n",
        "hosts: {password: x hunter2: y}\n",
    ] {
        for found in read(text) {
            let said = format!("{} {:?} {:?}", found.message, found.fix, found.help);
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
