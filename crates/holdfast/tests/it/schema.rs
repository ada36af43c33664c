//! The schema through the front door, and a reader that goes away early.

use std::io::Read as _;
use std::process::{Command, Stdio};

fn holdfast() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.arg("schema").stdin(Stdio::null());
    command
}

#[test]
fn the_schema_is_printed_whole() {
    let output = holdfast().output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for section in ["hosts", "pools", "services", "claims"] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = holdfast()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A pipe holds less than the schema, so that the program still writes when it is closed.
    let mut first = [0_u8; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
