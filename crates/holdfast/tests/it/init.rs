//! `init` through the front door: what it writes passes `check`, what is there stays, and a write that fails leaves nothing.

mod dialogue;
mod failing;

use crate::ran::Ran;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the binary in a folder, with nobody to answer.
pub(super) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(command(folder).args(arguments).output().unwrap())
}

pub(super) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.current_dir(folder).stdin(Stdio::null());
    command
        .env("HOLDFAST_DATA", folder.join("data"))
        .env_remove("COLUMNS");
    command
}

/// Every file below a folder, by its path.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                out.insert(name, std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    out
}

pub(super) fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// What a tree must hold: hosts, datasets, repositories, clusters, stacks.
type Counts = [usize; 5];

fn counts(lab: &Path) -> Counts {
    let mut sources = diag::SourceSet::default();
    for (path, bytes) in files(lab) {
        if path == "holdfast.yaml" || path.starts_with("lab/") {
            sources.add(path, String::from_utf8(bytes).unwrap());
        }
    }
    let (lab, _) = lang::analyze(&sources);
    let (hosts, data) = (lab.hosts.len(), lab.datasets.len());
    let (stores, clusters) = (lab.repositories.len(), lab.clusters.len());
    [hosts, data, stores, clusters, lab.stacks.len()]
}

const NETWORK: &[&str] = &["--network", "10.0.0.0/24", "--gateway", "10.0.0.1"];
const COPIES: &[&str] = &[
    "--data=photos=/srv/photos,papers=/srv/papers",
    "--second=/mnt/usb/restic",
    "--away=sftp:box:/home/lab",
    "--escrow=printed, at \"home\"",
];
const MORE: &[&str] = &[
    "--memory=16GiB",
    "--disk=nvme0=1TB",
    "--disk=usb0=4TB",
    "--hours=5h/week",
    "--login=admin",
];

#[test]
fn every_profile_with_every_kind_of_answer_passes_check() {
    let shut: Vec<&str> = [
        NETWORK,
        COPIES,
        MORE,
        &["--os=debian", "--rpo=12h", "--rto=21d"],
    ]
    .concat();
    let all: Vec<&str> = [&shut[..], &["--firewall"]].concat();
    let proxmox: Vec<&str> = [
        NETWORK,
        MORE,
        &[
            "--os=proxmox-ve",
            "--firewall=yes",
            "--away=s3:https://s3.example.org/b",
        ],
    ]
    .concat();
    let rows: &[(&str, &[&str], Counts)] = &[
        ("one-host", &[], [1, 1, 2, 0, 0]),
        (
            "single-host",
            &["--name=Anna's lab: #1", "--timezone=Europe/Berlin"],
            [1, 1, 2, 0, 0],
        ),
        ("one-host", COPIES, [1, 2, 2, 0, 0]),
        ("one-host", &all, [1, 2, 2, 0, 0]),
        ("one-host", &proxmox, [1, 1, 2, 0, 0]),
        ("nas", &[], [1, 1, 2, 0, 0]),
        (
            "nas",
            &["--host=box=10.0.0.9", "--os=truenas", "--compose=stacks"],
            [1, 1, 2, 0, 2],
        ),
        (
            "nas",
            &["--host=photos", "--owner=photos", "--data=photos=/srv"],
            [1, 1, 2, 0, 2],
        ),
        (
            "pair",
            &["--host=second,away", "--owner=home", "--storage=shared"],
            [3, 1, 2, 1, 0],
        ),
        ("nas", &shut, [1, 2, 2, 0, 2]),
        ("nas", &all, [1, 2, 2, 0, 0]),
        ("pair", &[], [3, 1, 2, 1, 0]),
        (
            "pair",
            &["--storage=none", "--os=proxmox-ve"],
            [2, 1, 2, 1, 0],
        ),
        (
            "pair",
            &[
                "--host=a=10.0.0.11",
                "--host=b=10.0.0.12",
                "--storage=tank=10.0.0.13",
            ],
            [3, 1, 2, 1, 0],
        ),
        ("pair", &all, [3, 2, 2, 1, 2]),
        ("pair", &proxmox, [3, 1, 2, 1, 2]),
        ("cluster", &[], [3, 1, 2, 1, 0]),
        (
            "cluster",
            &["--host=a,b,c,d", "--os=proxmox-ve"],
            [4, 1, 2, 1, 0],
        ),
        (
            "cluster",
            &["--host=a,b,c,d,e", "--storage=nas"],
            [6, 1, 2, 1, 0],
        ),
        ("cluster", &all, [3, 2, 2, 1, 2]),
        ("cluster", &proxmox, [3, 1, 2, 1, 2]),
    ];
    for (profile, flags, mut expected) in rows.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let lab = folder.path().join("lab");
        if expected[4] > 0 {
            put(&lab, "stacks/photos/compose.yaml", PHOTOS);
            put(
                &lab,
                "stacks/notes/docker-compose.yml",
                "services: {notes: {image: 'notes:1.2'}}\n",
            );
        }
        if flags.is_empty() {
            expected[4] = 0;
        }
        let mut arguments = vec!["init", "lab", "--yes", "--json", "--profile", profile];
        arguments.extend(flags);
        let ran = run(folder.path(), &arguments);
        assert_eq!(ran.code, 0, "{profile} {flags:?} {}", ran.all());
        let said = ran.json();
        assert_eq!(
            (&said["check"]["errors"], &said["check"]["warnings"]),
            (&0.into(), &0.into()),
            "{profile} {flags:?} {}",
            ran.all()
        );
        assert_eq!(said["next"].as_array().unwrap().len(), 3);
        let check = run(
            folder.path(),
            &["check", "lab", "--format", "concise", "--deny", "warnings"],
        );
        assert_eq!(check.code, 0, "{profile} {flags:?} {}", check.all());
        assert!(!check.stdout.contains("warning["), "{}", check.all());
        assert_eq!(counts(&lab), expected, "{profile} {flags:?}");
    }
}

/// Versions are set, and a database that would be copied while it runs.
const PHOTOS: &str = "services:
  server: {image: 'photos:1.2', ports: ['2283:2283', '127.0.0.1:9:9'], env_file: [.env], environment: {PASSWORD: '${DB_PASSWORD}'}, volumes: ['up:/data']}
  db: {image: 'postgres:17.2', volumes: ['db:/var/lib/postgresql/data']}
volumes: {up: {}, db: {}}
";

/// What is wrong with the owner's own files is told, and does not keep the tree from being begun.
#[test]
fn findings_about_what_was_there_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "stacks/photos/compose.yaml", PHOTOS);
    let flags = ["--firewall", "--network=10.0.0.0/24"];
    let arguments = [&["init", "--yes", "--profile", "nas"][..], &flags].concat();
    let ran = run(folder.path(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        ran.stdout.contains("0 errors, 1 warning") && ran.stdout.contains("fw-docker-bypass"),
        "{}",
        ran.all()
    );
}

#[test]
fn a_service_is_what_people_use_of_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "stacks/photos/compose.yaml", PHOTOS);
    let ran = run(folder.path(), &["init", "--yes", "--profile", "nas"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let text = std::fs::read_to_string(folder.path().join("lab/services.yaml")).unwrap();
    assert!(
        text.contains("photos: {file: stacks/photos/compose.yaml, on: nas}"),
        "{text}"
    );
    assert!(
        text.contains("runs: {stack: photos, service: server}\n    smoke: [{tcp: 2283}]"),
        "{text}"
    );
}

#[test]
fn what_is_needed_and_not_said_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["init", "lab"][..], "--profile"),
        (
            &["init", "lab", "--profile", "pair", "--host=a,b"],
            "--name, --owner, --storage, --os",
        ),
        (
            &["init", "lab", "--profile", "pari", "--yes"],
            "did you mean pair?",
        ),
        (
            &[
                "init",
                "lab",
                "--profile",
                "nas",
                "--yes",
                "--memory",
                "16QB",
            ],
            "--memory 16QB: ",
        ),
        (
            &["init", "lab", "--profile", "nas", "--yes", "--os", "debain"],
            "did you mean 'debian'?",
        ),
        (
            &["init", "lab", "--profile=nas", "--yes", "--os=Proxmox VE"],
            "write 'proxmox-ve'",
        ),
        (
            &["init", "lab", "--profile=nas", "--yes", "--os=Debian 12"],
            "write 'debian' here; its version, 12, is stated in the files",
        ),
        (
            &["init", "lab", "--profile=nas", "--yes", "--os=Some Thing"],
            "it is one word: 'some-thing'",
        ),
        (
            &[
                "init",
                "lab",
                "--profile=nas",
                "--yes",
                "--host=a:192.0.2.7",
            ],
            "write 'a=192.0.2.7', with '=' and not ':'",
        ),
        (
            &[
                "init",
                "lab",
                "--profile=nas",
                "--yes",
                "--host=a 192.0.2.7",
            ],
            "'192.0.2.7' is an address; write NAME=192.0.2.7",
        ),
        (
            &["init", "lab", "--profile", "nas", "--yes", "--storage", "x"],
            "--storage has no meaning",
        ),
        (
            &[
                "init",
                "lab",
                "--profile",
                "nas",
                "--yes",
                "--timezone",
                "Europe/Berln",
            ],
            "did you mean Europe/Berlin?",
        ),
        (
            &[
                "init",
                "lab",
                "--profile",
                "nas",
                "--yes",
                "--compose",
                "stacks",
            ],
            "there is no stacks",
        ),
        (
            &["init", "no/lab", "--profile", "nas", "--yes"],
            "there is no folder no to make",
        ),
    ] {
        let ran = run(folder.path(), arguments);
        assert!(matches!(ran.code, 2 | 3), "{}", ran.all());
        assert!(ran.stderr.contains(expected), "{arguments:?} {}", ran.all());
        assert_eq!(files(folder.path()).len(), 0, "{arguments:?}");
    }
}

#[test]
fn a_password_in_an_answer_is_not_said_again() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(
        folder.path(),
        &[
            "init",
            "lab",
            "--profile",
            "nas",
            "--yes",
            "--away",
            "s3:https://me:hunter2hunter2@x/y",
        ],
    );
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("secret in clear text"), "{}", ran.all());
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
}

#[test]
fn what_is_there_is_never_changed() {
    for (there, code, said) in [
        (&["holdfast.yaml"][..], 4, "it is a lab tree already"),
        (&["lab/mine.yaml"], 4, "lab/mine.yaml"),
        (&["lab/deep/mine.yaml"], 4, "lab/deep"),
        (&["docs/runbooks/restore.md"], 4, "docs/runbooks/restore.md"),
        (&["docs"], 4, "docs/runbooks/restore.md"),
        (&["holdfast.schema.json", "lab"], 4, "holdfast.schema.json"),
        (
            &["README.md", ".gitignore", "docs/other.md", "notes.txt"],
            0,
            "README.md was there and stays as it is",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for name in there {
            put(folder.path(), name, "mine\n");
        }
        let before = files(folder.path());
        let ran = run(folder.path(), &["init", "--profile", "one-host", "--yes"]);
        assert_eq!(ran.code, code, "{there:?} {}", ran.all());
        assert!(ran.all().contains(said), "{there:?} {}", ran.all());
        let after = files(folder.path());
        for (name, bytes) in &before {
            assert_eq!(after.get(name), Some(bytes), "{there:?} {name}");
        }
        assert!(
            code == 0 || after.len() == before.len(),
            "{there:?} {:?}",
            after.keys()
        );
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (lab, away) = (folder.path().join("lab"), folder.path().join("away"));
    std::fs::create_dir_all(&away).unwrap();
    std::fs::create_dir_all(&lab).unwrap();
    std::os::unix::fs::symlink(&away, lab.join("docs")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("nowhere"),
        folder.path().join("dangling"),
    )
    .unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (dir, code) in [("lab", 4), ("dangling", 2), ("file", 2)] {
        let ran = run(
            folder.path(),
            &["init", dir, "--profile", "one-host", "--yes"],
        );
        assert_eq!(ran.code, code, "{dir} {}", ran.all());
    }
    assert_eq!(files(&away).len(), 0);
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_hostile_folder_of_compose_files_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| put(folder.path(), name, text);
    put(
        "a/good/compose.yaml",
        "services: {web: {image: 'nginx:1.27', ports: ['8080:80']}}\n",
    );
    put(
        "b/good/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put("broken/compose.yaml", "services: {web: [}\n");
    put(
        "bomb/compose.yaml",
        "a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e]\nservices: {web: {image: 'nginx:1.27'}}\n",
    );
    put(
        "--profile/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put(
        "sp ace\"'{}: #/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put(
        "line\nbreak/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put(".git/compose.yaml", "services: {}\n");
    std::fs::write(
        folder.path().join("raw.yaml"),
        b"services: {web: {image: \xff}}\n",
    )
    .unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
    let before = files(folder.path());
    let ran = run(
        folder.path(),
        &[
            "init",
            "--profile",
            "nas",
            "--yes",
            "--json",
            "--compose",
            ".",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
    let said = ran.json();
    let stacks: Vec<&str> = said["stacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap())
        .collect();
    assert!(
        stacks.contains(&"good") && stacks.contains(&"good-2") && stacks.contains(&"profile"),
        "{stacks:?}"
    );
    let left = said["left_out"].to_string();
    assert!(
        left.contains("broken/compose.yaml") && left.contains("no lab can write down"),
        "{left}"
    );
    let check = run(
        folder.path(),
        &["check", "--format", "concise", "--deny", "warnings"],
    );
    assert_eq!(check.code, 0, "{}", check.all());
    let after = files(folder.path());
    assert!(
        before
            .iter()
            .all(|(name, bytes)| after.get(name) == Some(bytes))
    );
}

#[test]
fn compose_files_are_taken_where_they_lie_and_only_there() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "elsewhere/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put(
        folder.path(),
        "lab/own.yml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    put(folder.path(), "lab/none/x.txt", "");
    put(folder.path(), "lab/bad.yml", "services: [\n");
    std::fs::rename(folder.path().join("lab"), folder.path().join("home")).unwrap();
    for (compose, code, said) in [
        ("elsewhere", 2, "is not in the folder of the lab tree"),
        ("/etc/passwd", 2, "is not in the folder of the lab tree"),
        ("none", 0, ""),
        ("bad.yml", 2, "bad.yml: "),
        ("own.yml", 0, ""),
    ] {
        let lab = folder.path().join("home");
        let before = files(&lab);
        let ran = run(
            folder.path(),
            &[
                "init",
                "home",
                "--profile",
                "nas",
                "--yes",
                "--compose",
                compose,
            ],
        );
        assert_eq!(ran.code, code, "{compose} {}", ran.all());
        assert!(ran.stderr.contains(said), "{compose} {}", ran.all());
        if code == 0 {
            let stacks = counts(&lab)[4];
            assert_eq!(stacks, usize::from(compose == "own.yml"));
            for name in files(&lab).keys().filter(|n| !before.contains_key(*n)) {
                std::fs::remove_file(lab.join(name)).unwrap();
            }
        } else {
            assert_eq!(files(&lab), before);
        }
    }
}

#[test]
fn git_is_only_begun_if_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, there) in [(&["plain"][..], false), (&["kept", "--git"], true)] {
        let mut arguments = vec!["init", "--profile", "one-host", "--yes"];
        arguments.extend(flags);
        let ran = run(folder.path(), &arguments);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let git = folder.path().join(flags[0]).join(".git");
        assert_eq!(git.exists(), there);
        // Nothing is committed.
        assert!(!git.join("refs/heads/main").exists() && !git.join("refs/heads/master").exists());
    }
}

/// What opens nothing by itself is committed, so that a clone can be restored from; clear text is not.
#[test]
fn git_takes_encrypted_secrets_and_no_clear_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(
        folder.path(),
        &["init", "lab", "--yes", "--profile", "one-host"],
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
    let lab = folder.path().join("lab");
    let kept = [
        "secrets/dns.env",
        "secrets/deep/x.env",
        "secrets/backup.yaml",
        "token.age",
    ];
    let left = [
        ".env",
        "stacks/a/.env",
        "stacks/a/app.env",
        "secrets/.env",
        "copies.pass",
        "tls.key",
        "keys.txt",
    ];
    for name in kept.iter().chain(&left) {
        put(&lab, name, "x\n");
    }
    let git = |words: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(&lab)
            .args(words)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "-q"]);
    let listed = git(&["ls-files", "--others", "--exclude-standard"]);
    let listed: Vec<&str> = listed.lines().collect();
    for name in kept {
        assert!(listed.contains(&name), "{name}: {listed:?}");
    }
    for name in left {
        assert!(!listed.contains(&name), "{name}: {listed:?}");
    }
}

#[test]
fn sizes_of_disks_are_read_as_people_write_them() {
    for text in [
        "ssd=500 GB",
        "ssd=500GB",
        "ssd=500 GB, hdd=4 TB",
        "ssd=500 GB hdd=4TB",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ran = run(
            folder.path(),
            &["init", "lab", "--profile=one-host", "--yes", "--disk", text],
        );
        assert_eq!(ran.code, 0, "{text}: {}{}", ran.stdout, ran.stderr);
        let all = files(&folder.path().join("lab"));
        let written = all
            .values()
            .any(|t| String::from_utf8_lossy(t).contains("500GB"));
        assert!(written, "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let ran = run(
        folder.path(),
        &[
            "init",
            "lab",
            "--profile=one-host",
            "--yes",
            "--disk=ssd:500GB",
        ],
    );
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("write 'ssd=500GB', with '=' and not ':'"),
        "{}",
        ran.stderr
    );
}
