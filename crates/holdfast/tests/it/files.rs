//! Which files of a lab tree are read, and what is said of those that cannot be.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// Exit code, standard output and standard error of `check --format concise`.
fn check(lab: &Path) -> (Option<i32>, String, String) {
    // With a limit, so that what has no end ends with an error and not with this machine.
    let script = "ulimit -v 2000000; exec \"$0\" check --format concise \"$1\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_holdfast")])
        .arg(lab)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A lab whose root file ends with these lines, and some files.
fn tree(root: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder.path().join("holdfast.yaml"),
        format!("format: 1\nlab: x\n{root}").as_bytes(),
    );
    for (path, text) in files {
        write(&folder.path().join(path), text.as_bytes());
    }
    folder
}

#[test]
fn include_reads_what_its_patterns_fit_and_each_file_once() {
    let folder = tree(
        "include: [teams/*/lab.yaml, 'teams/**/*.yaml', lab/a.yaml, more.yml]\n",
        &[
            ("lab/a.yaml", "sites: {a: {}}\n"),
            ("teams/red/lab.yaml", "sites: {red: {}}\n"),
            ("teams/red/deep/er/b.yaml", "sites: {deeper: {}}\n"),
            ("teams/red/notes.txt", "sites: {a: {}}\n"),
            (
                "teams/other.yaml",
                "hosts: {h: {site: red}, i: {site: deeper}, j: {site: more}, k: {site: rde}}\n",
            ),
            ("more.yml", "sites: {more: {}}\n"),
            ("not-asked-for.yaml", "sites: [\n"),
        ],
    );
    symlink("../lab/a.yaml", folder.path().join("teams/again.yaml")).unwrap();
    symlink("..", folder.path().join("teams/loop")).unwrap();
    let (code, out, err) = check(folder.path());
    let wrong: Vec<&str> = out.lines().filter(|l| l.contains("error[")).collect();
    assert_eq!(
        wrong,
        [
            "teams/other.yaml:1:71: error[unknown-reference]: 'site' of host 'k': there is no site 'rde' (did you mean 'red'?)"
        ],
        "{err}"
    );
    assert_eq!(code, Some(2));
}

#[test]
fn what_is_wrong_with_include_is_told() {
    let folder = tree(
        "include:\n  - teems/*.yaml\n  - teams/*.yml\n  - lab/hsots.yaml\n  - /etc/*.yaml\n  - ../x.yaml\n  - 'teams/[a'\n  - nowhere/**/x\n",
        &[
            ("teams/a.yaml", "include: x.yaml\n"),
            ("lab/hosts.yaml", "sites: {}\n"),
        ],
    );
    let (code, out, _) = check(folder.path());
    let told = |line: usize| {
        let place = format!("holdfast.yaml:{line}:5: ");
        let found = out.lines().find_map(|l| l.strip_prefix(&place));
        found.unwrap_or_else(|| panic!("{line}: {out}")).to_owned()
    };
    for (line, expected) in [
        (
            4,
            "warning[include-nothing]: 'include': 'teems/*.yaml' fits no file of the lab tree (did you mean 'teams/*.yaml'?)",
        ),
        (
            5,
            "warning[include-nothing]: 'include': 'teams/*.yml' fits no file of the lab tree (did you mean 'teams/*.yaml'?)",
        ),
        (
            6,
            "warning[include-nothing]: 'include': 'lab/hsots.yaml' fits no file of the lab tree (did you mean 'lab/hosts.yaml'?)",
        ),
        (
            7,
            "error[invalid-value]: 'include' of the lab: '/etc/*.yaml' is not a pattern of files below the lab tree, such as stacks/*/lab.yaml",
        ),
        (
            8,
            "error[invalid-value]: 'include' of the lab: '../x.yaml' is not a pattern of files below the lab tree, such as stacks/*/lab.yaml",
        ),
        (
            9,
            "error[invalid-value]: 'include': 'teams/[a' is no pattern: unclosed character class; missing ']'",
        ),
        (
            10,
            "warning[include-nothing]: 'include': 'nowhere/**/x' fits no file of the lab tree",
        ),
    ] {
        assert_eq!(told(line), expected);
    }
    assert_eq!(code, Some(2));
    // Only the root file includes.
    let folder = tree(
        "include: [teams/*.yaml]\n",
        &[("teams/a.yaml", "include: x.yaml\n")],
    );
    let (_, out, _) = check(folder.path());
    assert!(
        out.contains("teams/a.yaml:1:1: error[misplaced-key]: 'include' belongs in holdfast.yaml"),
        "{out}"
    );
}

/// A lab in which one file cannot be read, and what is said then.
struct Unreadable {
    what: &'static str,
    make: fn(&Path),
    says: &'static str,
    help: &'static str,
}

const UNREADABLE: &[Unreadable] = &[
    Unreadable {
        what: "a link out of the tree",
        make: |lab| {
            write(&lab.join("../outside.yaml"), b"sites: {}\n");
            symlink("../../outside.yaml", lab.join("lab/x.yaml")).unwrap();
        },
        says: "lab/x.yaml is a symbolic link that leads out of the lab tree",
        help: "put a copy there",
    },
    Unreadable {
        what: "a device without an end",
        make: |lab| symlink("/dev/zero", lab.join("lab/x.yaml")).unwrap(),
        says: "lab/x.yaml is a symbolic link that leads out of the lab tree",
        help: "put a copy there",
    },
    Unreadable {
        what: "a pipe",
        make: |lab| {
            let made = Command::new("mkfifo").arg(lab.join("lab/x.yaml")).status();
            assert!(made.unwrap().success());
        },
        says: "lab/x.yaml is no plain file",
        help: "another ending",
    },
    Unreadable {
        what: "a link to itself",
        make: |lab| symlink("x.yaml", lab.join("lab/x.yaml")).unwrap(),
        says: "lab/x.yaml cannot be read: Too many levels of symbolic links",
        help: "",
    },
    Unreadable {
        what: "a link to nothing",
        make: |lab| symlink("gone.yaml", lab.join("lab/x.yaml")).unwrap(),
        says: "lab/x.yaml cannot be read: No such file",
        help: "a symbolic link may lead to nothing",
    },
    Unreadable {
        what: "100 MB",
        make: |lab| {
            let file = fs::File::create(lab.join("lab/x.yaml")).unwrap();
            file.set_len(100_000_000).unwrap();
        },
        says: "lab/x.yaml has 100000000 bytes; a declaration has at most 16 MiB",
        help: "split it",
    },
    Unreadable {
        what: "many large files",
        make: |lab| {
            for n in 0..6 {
                write(
                    &lab.join(format!("lab/{n}.yaml")),
                    &vec![b'#'; 12 * 1024 * 1024],
                );
            }
        },
        says: "the files of the lab tree have more than 64 MiB, ",
        help: "'include'",
    },
    Unreadable {
        what: "a folder that is a link out of the tree",
        make: |lab| {
            fs::remove_dir(lab.join("lab")).unwrap();
            symlink("/etc", lab.join("lab")).unwrap();
        },
        says: "lab/ leads out of the lab tree by a symbolic link",
        help: "put a copy there",
    },
];

#[test]
fn what_cannot_be_read_is_told_in_bounded_memory() {
    for case in UNREADABLE {
        let folder = tempfile::tempdir().unwrap();
        let lab = folder.path().join("tree");
        write(&lab.join("holdfast.yaml"), b"format: 1\nlab: x\n");
        fs::create_dir(lab.join("lab")).unwrap();
        (case.make)(&lab);
        let (code, out, err) = check(&lab);
        assert_eq!(code, Some(2), "{}: {out}{err}", case.what);
        assert!(
            err.contains(case.says) && err.contains(case.help),
            "{}: {err}",
            case.what
        );
    }
}

#[test]
fn a_file_in_another_encoding_is_told_and_stops_nothing_else() {
    let folder = tree("", &[("lab/y.yaml", "sites: {home: {contry: DE}}\n")]);
    let garbled = b"# a\nhosts:\n  web: {site: hoem} # B\xfccher\n";
    write(&folder.path().join("lab/x.yaml"), garbled);
    let (code, out, err) = check(folder.path());
    assert_eq!(code, Some(2), "{out}{err}");
    for expected in [
        "lab/x.yaml:3:24: error[yaml-syntax]: lab/x.yaml is not UTF-8 text: byte 34 is wrong",
        "lab/x.yaml:3:15: error[unknown-reference]",
        "lab/y.yaml:1:16: error[unknown-key]",
    ] {
        assert!(out.contains(expected), "{expected} in {out}{err}");
    }
}

#[test]
fn odd_text_is_read_or_refused_at_its_place() {
    let long = format!("description: {}\n", "x ".repeat(500_000));
    for (what, text, expected) in [
        (
            "a byte order mark and line feeds of Windows",
            "\u{feff}sites:\r\n  home: {}\r\n".to_owned(),
            None,
        ),
        (
            "one line of a megabyte",
            format!("sites: {{home: {{{}}}}}\n", long.trim()),
            None,
        ),
        (
            "a zero byte",
            "sites:\n  a\0b: {}\n".to_owned(),
            Some("lab/x.yaml:2:4: error[yaml-syntax]"),
        ),
        (
            "a tab",
            "sites:\n\thome: {}\n".to_owned(),
            Some("lab/x.yaml:2:1: error[yaml-syntax]"),
        ),
        (
            "a key twice",
            "sites:\n  a: {}\n  a: {}\n".to_owned(),
            Some("lab/x.yaml:3:3: error[duplicate-"),
        ),
    ] {
        let folder = tree("", &[("lab/x.yaml", &text)]);
        let (_, out, err) = check(folder.path());
        let wrong: Vec<&str> = out.lines().filter(|l| l.contains("error[")).collect();
        match expected {
            None => assert!(wrong.is_empty(), "{what}: {wrong:?} {err}"),
            Some(start) => assert!(
                wrong.iter().any(|l| l.starts_with(start)),
                "{what}: {wrong:?} {err}"
            ),
        }
    }
}

#[test]
fn what_looks_like_the_declaration_and_is_not_read_is_told() {
    let folder = tree(
        "include: [teams/*.yaml]\nstacks: {wiki: stacks/wiki/services.yaml}\n",
        &[
            ("lab/hosts.YML", "hosts: {a: {}}\n"),
            ("lab/deep/sites.Yaml", "sites: {s: {}}\n"),
            ("lab/people.yaml.txt", "people: {anna: {}}\n"),
            ("lab/notes.md", "hosts:\n"),
            ("hosts.yaml", "# those of the cellar\nhosts:\n  b: {}\n"),
            ("holdfast.yml", "format: 1\nlab: y\n"),
            ("Lab/pools.yaml", "pools: {}\n"),
            ("teams/red.yaml", "sites: {red: {}}\n"),
            (
                "stacks/wiki/services.yaml",
                "services: {web: {image: 'nginx:1.27.0'}}\n",
            ),
            (
                "stacks/other/compose.yaml",
                "services: {web: {image: nginx}}\n",
            ),
            ("ansible/site.yaml", "- hosts: all\n"),
            ("old/holdfast.yaml", "format: 1\nlab: old\n"),
            ("old/hosts.yaml", "hosts: {}\n"),
            (".github/hosts.yaml", "hosts: {}\n"),
        ],
    );
    symlink("../teams", folder.path().join("lab/teams")).unwrap();
    let (code, out, err) = check(folder.path());
    let mark = "warning[file-not-read]: ";
    let mut told: Vec<&str> = out
        .lines()
        .filter_map(|l| l.split_once(mark))
        .map(|(_, said)| said)
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "Lab/pools.yaml is not read, though it has what a lab declares: pools",
            "holdfast.yml is not read, though it has what a lab declares: format, lab",
            "hosts.yaml is not read, though it has what a lab declares: hosts",
            "lab/deep/sites.Yaml is not read: its name ends in '.Yaml', not in '.yaml' or '.yml'",
            "lab/hosts.YML is not read: its name ends in '.YML', not in '.yaml' or '.yml'",
            "lab/people.yaml.txt is not read: its name ends in '.yaml.txt', not in '.yaml' or '.yml'",
            "lab/teams is a link to a folder, and what is in it is not read",
        ],
        "{out}{err}"
    );
    assert_eq!(code, Some(0), "warnings alone do not fail");
}

#[test]
fn a_root_file_of_nearly_that_name_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("holdfast.yml"), b"format: 1\nlab: x\n");
    let (code, _, err) = check(folder.path());
    assert_eq!(code, Some(2));
    assert!(
        err.contains("there is holdfast.yml: rename it to holdfast.yaml"),
        "{err}"
    );
}
