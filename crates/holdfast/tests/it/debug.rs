//! `debug compose`: one object per file, what is wrong on standard error, and the exit code.

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[test]
fn compose_files_are_shown_one_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "good/compose.yaml",
        b"services: {web: {image: 'nginx:${TAG}', env_file: web.env}}\n",
    );
    write("good/.env", b"TAG=1.27\n");
    write("good/web.env", b"DB_PASSWORD=hunter2\n");
    write(
        "good/prod.yaml",
        b"services: {web: {restart: always, profiles: [prod]}}\n",
    );
    write(
        "bad/compose.yaml",
        b"services: {web: {image: nginx, ports: 80}}\n",
    );
    write("raw/compose.yaml", b"services: {web: {image: \xff}}\n");

    let good = run(folder.path(), &["debug", "compose", "good/compose.yaml"]);
    assert_eq!(good.status.code(), Some(0));
    let objects = lines(&good);
    let project = &objects[0]["project"];
    assert_eq!(project["services"]["web"]["image"]["value"]["tag"], "1.27");
    assert!(!String::from_utf8_lossy(&good.stdout).contains("hunter2"));

    let over = [
        "debug",
        "compose",
        "good/compose.yaml",
        "--with",
        "good/prod.yaml",
    ];
    let web = lines(&run(folder.path(), &over))[0]["project"]["services"]["web"].clone();
    assert_eq!(web["restart"]["value"], "always");
    assert_eq!(web["active"], false);

    let files = ["debug", "compose", "bad/compose.yaml", "good/compose.yaml"];
    let both = run(folder.path(), &files);
    assert_eq!(both.status.code(), Some(2));
    let valid: Vec<bool> = lines(&both)
        .iter()
        .map(|o| o["valid"].as_bool().unwrap())
        .collect();
    assert_eq!(valid, [false, true]);
    assert!(String::from_utf8_lossy(&both.stderr).contains("error[compose-type]"));

    // Places are told as they are seen from where somebody stands.
    assert!(String::from_utf8_lossy(&both.stderr).contains("--> bad/compose.yaml:1:"));
    let sources = objects[0]["sources"].as_array().unwrap();
    assert!(
        sources.iter().any(|s| s == "good/compose.yaml"),
        "{sources:?}"
    );

    for (file, said) in [
        ("raw/compose.yaml", "not UTF-8"),
        ("none.yaml", "there is no file"),
        ("good", "it is not a file"),
    ] {
        let ran = run(folder.path(), &["debug", "compose", file]);
        assert_eq!(ran.status.code(), Some(2), "{file}");
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert!(stderr.contains(said), "{file}: {stderr}");
    }
}

#[test]
fn what_is_to_be_taken_away_is_shown_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version: \"3\"\nservices:\n  a: {image: x, depends_on: [b]}\n";
    std::fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let output = run(folder.path(), &["debug", "compose", "compose.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("- version: \"3\""), "{said}");
    assert!(!said.contains("+ : \"3\""), "{said}");
    // It needs something else, not itself.
    assert!(said.contains("which is not declared"), "{said}");
    assert!(!said.contains("did you mean 'a'?"), "{said}");
}
