//! `check` reads the Compose files of the stacks, and nothing outside of the lab tree.

use std::path::Path;
use std::process::Command;

fn check(lab: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .arg("check")
        .arg(lab)
        .env("DATA", "/from/the/shell")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text)
}

#[test]
fn the_files_of_stacks_are_checked_where_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let lab = folder.path().join("lab");
    let stack = |file: &str| {
        let text = format!("format: 1\nlab: x\nstacks: {{wiki: {file}}}\n");
        write("lab/holdfast.yaml", &text);
    };
    write("outside.yaml", "services: {}\n");
    write(
        "lab/stacks/wiki/compose.yaml",
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['${DATA}:/data']\n    ports: ['80:99999']\n",
    );

    stack("stacks/wiki/compose.yaml");
    let (code, said) = check(&lab);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--> stacks/wiki/compose.yaml:5:13"), "{said}");
    assert!(
        said.contains("the variable DATA has no value in the lab tree"),
        "{said}"
    );

    stack("stacks/wiki/docker-compose.yml");
    let (code, said) = check(&lab);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("did you mean 'stacks/wiki/compose.yaml'?"),
        "{said}"
    );

    let link = lab.join("stacks/link.yaml");
    std::os::unix::fs::symlink(folder.path().join("outside.yaml"), link).unwrap();
    stack("stacks/link.yaml");
    let (code, said) = check(&lab);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("it lies outside of the lab tree"), "{said}");
}
