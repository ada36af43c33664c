//! `show` through the front door.

use std::process::{Command, Stdio};

const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lang/tests/labs/whole.yaml");

fn show(words: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(WHOLE, folder.path().join("holdfast.yaml")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command
        .arg("show")
        .args(words)
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn every_topic_shows_what_is_declared_and_nothing_wider_than_the_page() {
    for (topic, expected) in [
        ("summary", "single points of failure"),
        ("hosts", "pve1/nvme0"),
        ("guests", "memory of guests on each machine"),
        ("services", "any of (traefik-a, traefik-b)"),
        ("networks", "192.168.10.2"),
        ("storage", "1 failure"),
        ("exposures", "family wiki"),
        ("backups", "usb"),
        ("costs", "180W x 8760 h x 0.29 EUR/kWh"),
        ("assets", "refurbished"),
    ] {
        let (code, out, err) = show(&[topic]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{topic}");
        let joined = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(expected), "{topic}: {out}");
        let wide = out.lines().find(|l| l.chars().count() > 100);
        assert_eq!(wide, None, "{topic}");
    }
}

/// 180 W x 8760 h = 1576.8 kWh; x 0.29 EUR = 457.27 EUR.
#[test]
fn a_figure_that_rests_on_something_says_so() {
    let (_, out, _) = show(&["costs", "--json"]);
    let sheets: serde_json::Value = serde_json::from_str(&out).unwrap();
    let rows = sheets[0]["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|r| r[0]["text"] == "electricity home")
        .unwrap();
    let cell = row.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&cell["text"], &cell["how"]),
        (&"457.27 EUR".into(), &"measured".into())
    );
    let (_, out, _) = show(&["hosts", "--json"]);
    let sheets: serde_json::Value = serde_json::from_str(&out).unwrap();
    let note = sheets[0]["notes"][0].as_str().unwrap();
    assert!(note.contains("at least"), "{note}");
}

#[test]
fn a_slip_in_the_topic_is_told() {
    let (code, _, err) = show(&["hots"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("hosts"), "{err}");
}
