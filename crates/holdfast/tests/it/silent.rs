//! Machines that hang, hang up, talk nonsense or are not there: each costs itself only, and is unknown with the reason.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

/// Serves a port of this machine in the way of `each`, as long as the test runs.
fn served(each: fn(TcpStream)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || each(stream));
        }
    });
    port
}

/// Says nothing until the other side has enough.
fn hangs(mut stream: TcpStream) {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).ok();
}

fn hangs_up(stream: TcpStream) {
    drop(stream);
}

/// Neither ssh nor text: more of it than anybody should read.
fn talks_nonsense(mut stream: TcpStream) {
    let noise: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 20).collect();
    stream.write_all(&noise).ok();
}

/// A server of ssh up to its name, and then nonsense.
fn begins_well(mut stream: TcpStream) {
    stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").ok();
    talks_nonsense(stream);
}

/// A port that nothing listens on.
fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn run(dir: &Path, args: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(args)
        .current_dir(dir)
        .env("HOLDFAST_DATA", dir.join("data"))
        .env("HOLDFAST_SSH_CONFIG", dir.join("ssh_config"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = [done.stdout, done.stderr].map(|t| String::from_utf8_lossy(&t).into_owned());
    (done.status.code().unwrap(), text.concat())
}

#[test]
fn a_machine_that_does_not_answer_costs_itself_only() {
    let dir = tempfile::tempdir().unwrap();
    let hosts = [
        ("hangs", served(hangs)),
        ("hangsup", served(hangs_up)),
        ("nonsense", served(talks_nonsense)),
        ("almost", served(begins_well)),
        ("nobody", nobody()),
    ];
    let mut lab = "format: 1\nlab: silent\nhosts:\n".to_owned();
    for (name, port) in hosts {
        lab += &format!(
            "  {name}: {{os: debian, reach: {{ssh: 127.0.0.1, port: {port}, timeout: 3s}}}}\n"
        );
    }
    lab += "  here: {os: debian, reach: local}\n";
    std::fs::create_dir(dir.path().join("lab")).unwrap();
    std::fs::write(dir.path().join("lab/holdfast.yaml"), lab).unwrap();
    std::fs::write(dir.path().join("ssh_config"), "").unwrap();

    let (code, text) = run(dir.path(), &["observe", "lab"]);
    assert_eq!(code, 7, "{text}");
    for (name, _) in hosts {
        let line = |l: &str| l.starts_with(&format!("{name} ")) && l.contains("unreachable");
        assert!(text.lines().any(line), "{name}: {text}");
        // For one alone, or for several of whom the same is to be said.
        let why = |l: &str| l.starts_with("  ") && l.split([' ', ',', ':']).any(|w| w == name);
        assert!(text.lines().any(why), "no reason for {name}: {text}");
    }
    let here = |l: &str| l.starts_with("here ") && l.contains("answered");
    assert!(text.lines().any(here), "{text}");
    assert!(text.is_ascii() && !text.contains('\x07'), "{text}");

    // Of the silent ones nothing is known, and nothing is missing.
    let (code, text) = run(
        dir.path(),
        &["drift", "lab", "--host", "nonsense", "--timeout", "2s"],
    );
    assert_eq!(code, 7, "{text}");
    assert!(text.contains("nonsense did not answer: "), "{text}");
    assert!(!text.contains("missing"), "{text}");
    let (code, text) = run(dir.path(), &["observe", "lab", "--timeout", "2h"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("between 1s and 1h"), "{text}");
}
