//! The manual pages and the reference of the command line through the front door.

use std::process::{Command, Output, Stdio};

fn holdfast(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn one_page_is_printed_and_all_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let all = folder.path().join("share/man1");
    let written = holdfast(&["man", "--out", all.to_str().unwrap()]);
    assert_eq!(written.status.code(), Some(0));
    for (words, name) in [
        (&["man"][..], "holdfast.1"),
        (&["man", "init"], "holdfast-init.1"),
        (&["man", "runs", "list"], "holdfast-runs-list.1"),
        (&["man", "twin", "exec"], "holdfast-twin-exec.1"),
    ] {
        let page = text(&holdfast(words));
        let title = name.trim_end_matches(".1").to_uppercase();
        assert!(
            page.starts_with(&format!(".TH {title} 1 \"\" \"holdfast ")),
            "{page}"
        );
        assert_eq!(page, std::fs::read_to_string(all.join(name)).unwrap());
    }
}

#[test]
fn a_slip_in_a_verb_is_told() {
    for (words, expected) in [
        (&["man", "chek"][..], "did you mean check?"),
        (&["man", "runs", "lst"], "did you mean list?"),
        (&["man", "xxxxxxxx"], "one of init, import, check"),
    ] {
        let output = holdfast(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

/// `cargo xtask gen` writes it.
#[test]
fn the_reference_is_the_one_in_the_repository() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
    let printed = text(&holdfast(&["debug", "cli-reference"]));
    assert!(printed.contains("## holdfast check") || printed.contains("### holdfast check"));
    assert_eq!(
        printed,
        std::fs::read_to_string(kept).unwrap(),
        "run cargo xtask gen"
    );
}

#[test]
fn texts_for_other_programs_are_no_data() {
    for words in [&["completions", "bash", "--json"][..], &["man", "--json"]] {
        let output = holdfast(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let said = text(&output) + &String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("leave out --json"), "{said}");
    }
}
