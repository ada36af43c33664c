//! Secrets written into the lab tree itself: `check`, and every verb that refuses the tree, says so without repeating them.

use super::canary::{Canary, Flock};
use std::path::Path;
use std::process::{Command, Output};

/// A slip: file, text in it, what stands there instead (`@` is the secret), and the code that says so.
type Slip = (&'static str, &'static str, &'static str, &'static str);

const PASSWORD: &str = "password: {file: ~/.config/holdfast/usb.pass}";
const LOCATION: &str = "location: /mnt/backup/holdfast";

/// Where a secret is expected, or is named as one: any text is hidden.
const NAMED: &[Slip] = &[
    ("data", PASSWORD, "password: @", "secret-in-clear"),
    ("data", PASSWORD, "password: [@]", "secret-in-clear"),
    ("data", PASSWORD, "password: {value: @}", "secret-in-clear"),
    (
        "data",
        PASSWORD,
        "password:\n      text: @",
        "secret-in-clear",
    ),
    ("data", PASSWORD, "password: {env: '@!'}", "invalid-value"),
    (
        "data",
        PASSWORD,
        "password: {command: pass @}",
        "wrong-type",
    ),
    (
        "data",
        PASSWORD,
        "password: |\n      @\n      @",
        "secret-in-clear",
    ),
    ("data", PASSWORD, "pasword: @", "unknown-key"),
    ("data", PASSWORD, "api_key: @", "unknown-key"),
    (
        "data",
        PASSWORD,
        "password: @\n    password: @",
        "duplicate-key",
    ),
    ("data", PASSWORD, "password: \"@", "yaml-syntax"),
    ("data", PASSWORD, "password: @: x", "yaml-syntax"),
    (
        "data",
        PASSWORD,
        "password: @\n   disk: usb0",
        "yaml-syntax",
    ),
    ("data", PASSWORD, "password: @\n\tdisk: usb0", "yaml-syntax"),
    ("data", PASSWORD, "password: [@", "yaml-syntax"),
    (
        "data",
        LOCATION,
        "location: rest:https://me:@@nas/x",
        "secret-in-clear",
    ),
    (
        "data",
        LOCATION,
        "location: https://me:@@nas/x",
        "secret-in-clear",
    ),
    (
        "data",
        LOCATION,
        "location: \"https://me:@@nas/x",
        "yaml-syntax",
    ),
    (
        "hosts",
        "keys:\n",
        "keys:\n          - |\n            -----BEGIN OPENSSH PRIVATE KEY-----\n            @\n            -----END OPENSSH PRIVATE KEY-----\n",
        "secret-in-clear",
    ),
];

/// Where nothing says that it is a secret but its looks.
const LOOKING_SO: &[Slip] = &[
    ("data", PASSWORD, "access: @", "unknown-key"),
    ("data", "class: important", "class: @", "invalid-value"),
    ("data", "tier: household", "tier: @", "unknown-reference"),
    ("data", "every: 12h", "every: \"@", "yaml-syntax"),
    ("hosts", "mode: 0644", "mode: @", "invalid-value"),
    ("hosts", "sudo: nopassword", "sudo: [@", "yaml-syntax"),
    (
        "hosts",
        "PermitRootLogin: no",
        "PermitRootLogin: @",
        "sshd-keyword",
    ),
    ("hosts", "cron.service:", "@:", "invalid-name"),
];

#[test]
fn a_secret_in_the_tree_is_refused_and_not_repeated() {
    let token = Flock::new(&["a secret"]);
    // A word of small letters looks like any other.
    let word = |c: char| {
        c.to_digit(16)
            .and_then(|n| char::from_digit(n + 10, 36))
            .unwrap_or('z')
    };
    let word: String = token
        .text("a secret")
        .to_lowercase()
        .chars()
        .map(word)
        .collect();
    let mut plain = Flock::new(&[]);
    plain.add("a secret", &word);
    let named = NAMED
        .iter()
        .flat_map(|slip| [(slip, &token), (slip, &plain)]);
    let all: Vec<_> = named
        .chain(LOOKING_SO.iter().map(|slip| (slip, &token)))
        .collect();
    let mut shown_lines = 0;
    for (slip, flock) in all {
        shown_lines += one(slip, flock);
    }
    assert!(
        shown_lines > 20,
        "hidden lines are still shown in part: {shown_lines}"
    );
}

/// Gives how many excerpts the long form shows.
fn one((file, from, to, code): &Slip, flock: &Flock) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let lab = dir.path().join("lab");
    copy(&lab);
    let path = lab.join("lab").join(format!("{file}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    // `@@` is the secret before the host of a URL.
    let secret = flock.text("a secret");
    let slip = to.replacen('@', secret, 1);
    let slip = if to.contains("@@") {
        slip
    } else {
        slip.replace('@', secret)
    };
    std::fs::write(&path, text.replacen(from, &slip, 1)).unwrap();
    assert_eq!(
        flock.search(&[&lab]).len(),
        1,
        "the search finds what was planted"
    );

    let lab = lab.to_str().unwrap();
    let mut excerpts = 0;
    for (n, arguments) in [
        &["check", lab][..],
        &["check", lab, "--format", "concise"],
        &["check", lab, "--json"],
        &["check", lab, "--format", "sarif"],
        &["plan", lab],
        &["apply", lab, "--on", "real", "--yes", "--json"],
    ]
    .into_iter()
    .enumerate()
    {
        let output = run(arguments, dir.path());
        let said = [&output.stdout[..], &output.stderr[..]].concat();
        std::fs::write(dir.path().join(format!("said-{n}")), &said).unwrap();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?} with {to}: {said}"
        );
        assert!(n > 3 || said.contains(code), "{code} with {to}: {said}");
        let hits = flock.search(&[&dir.path().join(format!("said-{n}"))]);
        assert!(hits.is_empty(), "{arguments:?} with {to}: {said}");
        excerpts += said.matches("-->").count();
    }
    assert!(flock.search(&[&dir.path().join("data")]).is_empty(), "{to}");
    excerpts
}

fn copy(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/smallest");
    std::fs::create_dir_all(to.join("lab")).unwrap();
    for file in ["holdfast.yaml", "lab/hosts.yaml", "lab/data.yaml"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

fn run(arguments: &[&str], folder: &Path) -> Output {
    std::fs::create_dir_all(folder.join("data")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(arguments).stdin(std::process::Stdio::null());
    command
        .env("HOLDFAST_DATA", folder.join("data"))
        .env("HOME", folder);
    command.output().unwrap()
}

#[test]
fn a_canary_is_like_no_other() {
    assert_ne!(Canary::new("a").text, Canary::new("a").text);
}
