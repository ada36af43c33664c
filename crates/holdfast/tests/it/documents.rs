//! Which documents `check` reads, and what it says about those that it cannot.

use std::path::Path;
use std::process::Command;

fn check(lab: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(["check", "--format", "concise"])
        .arg(lab)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text)
}

#[test]
fn only_declared_documents_below_the_lab_tree_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write(
        "lab/holdfast.yaml",
        b"format: 1\nlab: x\ndocuments:\n  good: docs/good.md\n  gone: docs/gone.md\n  out: docs/out.md\n  latin: docs/latin.md\n  large: docs/large.md\n  folder: docs\n  inner: docs/inner.md\n  later: {file: docs/later.md, status: planned}\n",
    );
    write("outside.md", b"# no\n");
    write("lab/docs/good.md", b"# yes\n");
    write("lab/docs/latin.md", b"# a\nB\xfccher\n");
    write("lab/docs/large.md", &vec![b'x'; 4 * 1024 * 1024 + 1]);
    std::os::unix::fs::symlink("../../outside.md", lab.join("docs/out.md")).unwrap();
    std::os::unix::fs::symlink("good.md", lab.join("docs/inner.md")).unwrap();

    let (code, text) = check(&lab);
    let told: Vec<&str> = text
        .lines()
        .filter(|l| l.contains("document-file"))
        .collect();
    assert_eq!(code, Some(2), "{text}");
    for (line, expected) in [
        (5, "docs/gone.md is not there"),
        (6, "docs/out.md lies outside of the lab tree"),
        (
            7,
            "docs/latin.md is not UTF-8 text: byte 5 in line 2 is wrong",
        ),
        (8, "docs/large.md is larger than 4 MiB"),
        (9, "docs is no plain file"),
    ] {
        let place = format!("holdfast.yaml:{line}:");
        let found = told
            .iter()
            .any(|l| l.starts_with(&place) && l.contains(expected));
        assert!(found, "{expected}: {text}");
    }
    assert_eq!(told.len(), 5, "{text}");
}
