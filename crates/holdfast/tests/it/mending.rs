//! `check --diff`, `--fix` and `--unsafe-fixes`: what is shown, what is written, and what is left alone.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A pool of 36 TB that is said to have 33, which are TiB; safe to mend.
const TIB: &str = "format: 1\nlab: x\nhosts: {nas: {hardware: {disks: {a: 12TB, b: 12TB, c: 12TB, d: 12TB}}}}\npools:\n  main: {kind: md, on: nas, level: raid5, devices: [nas/a, nas/b, nas/c, nas/d], usable: 33TB}\n";
/// A Compose file with a line that has no effect.
const COMPOSE: &str = "version: '3.8'\n\nservices:\n  web:\n    image: nginx:1.27\n";

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn of(files: &[(&str, &str)]) -> Self {
        let lab = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (path, text) in files {
            lab.write(path, text);
        }
        lab
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("lab").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command
            .args(["check", "--date", "2026-11-21"])
            .args(options)
            .arg(self.path(""))
            .env("HOLDFAST_DATA", self.folder.path().join("data"))
            .stdin(Stdio::null());
        command
    }

    fn check(&self, options: &[&str]) -> Said {
        Said::of(&self.command(options).output().unwrap())
    }
}

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

#[test]
fn a_patch_is_shown_and_nothing_is_written_until_it_is_asked_for() {
    let lab = Lab::of(&[("holdfast.yaml", TIB)]);
    let plain = lab.check(&[]);
    assert!(
        plain.out.contains("2 fixable with --fix; --diff shows"),
        "{}",
        plain.out
    );

    let diff = lab.check(&["--diff"]);
    assert_eq!(diff.code, Some(1), "{}", diff.err);
    assert!(
        diff.out
            .starts_with("--- a/holdfast.yaml\n+++ b/holdfast.yaml\n@@"),
        "{}",
        diff.out
    );
    assert!(
        diff.out.contains("\n-  main: {") && diff.out.contains("usable: 36TB}\n"),
        "{}",
        diff.out
    );
    assert!(
        diff.err
            .contains("would mend 2 findings in 1 file; nothing is written"),
        "{}",
        diff.err
    );
    assert_eq!(lab.read("holdfast.yaml"), TIB);

    fs::set_permissions(lab.path("holdfast.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let fix = lab.check(&["--fix"]);
    assert!(
        fix.err.contains("mended 2 findings in 1 file"),
        "{}",
        fix.err
    );
    assert!(!fix.out.contains("sto-units"), "{}", fix.out);
    assert_eq!(lab.read("holdfast.yaml"), TIB.replace("33TB", "36TB"));
    let mode = fs::metadata(lab.path("holdfast.yaml"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(lab.path("")).unwrap().count(),
        1,
        "nothing is left beside it"
    );

    let again = lab.check(&["--diff"]);
    assert_eq!(
        (again.out.as_str(), again.err.trim()),
        ("", "nothing to mend")
    );
    assert_eq!(lab.check(&["--diff", "--fix"]).code, Some(2));
}

#[test]
fn unsafe_mends_wait_for_their_word() {
    let text = "format: 1\nlab: x\nhosts:\n  web:\n    os: debian\n    sshd:\n      PermitRootLogin: yes # for now\n";
    let lab = Lab::of(&[("holdfast.yaml", text)]);
    assert!(lab.check(&["--fix"]).err.contains("nothing to mend"));
    assert_eq!(lab.read("holdfast.yaml"), text);
    assert!(
        lab.check(&["--fix", "--unsafe-fixes"])
            .err
            .contains("mended 1 finding")
    );
    let want = text.replace("PermitRootLogin: yes", "PermitRootLogin: no");
    assert_eq!(lab.read("holdfast.yaml"), want);
}

#[test]
fn a_misspelt_word_is_put_right_and_the_file_keeps_its_line_ends() {
    for text in [
        "format: 1\r\nlab: x\r\nhosts: {web: {os: debian}}\r\nservices: {wiki: {runs: {host: wbe}}}\r\n",
        "format: 1\nlab: x\nhosts:\n  web:\n    os: debian\nservices:\n  wiki:\n    runs: {host: wbe}",
    ] {
        let lab = Lab::of(&[("holdfast.yaml", text)]);
        assert_eq!(lab.check(&[]).code, Some(2));
        let fixed = lab.check(&["--fix", "--unsafe-fixes"]);
        assert_eq!(fixed.code, Some(0), "{}{}", fixed.out, fixed.err);
        assert_eq!(lab.read("holdfast.yaml"), text.replace("wbe", "web"));
    }
}

#[test]
fn lines_go_and_come_as_the_file_has_them() {
    let windows = format!("\u{feff}{}", COMPOSE.replace('\n', "\r\n"));
    let lab = Lab::of(&[
        (
            "holdfast.yaml",
            "format: 1\nlab: x\nstacks: {a: a/compose.yaml, b: b/compose.yaml}\n",
        ),
        ("a/compose.yaml", COMPOSE),
        ("b/compose.yaml", &windows),
    ]);
    let fixed = lab.check(&["--fix"]);
    assert!(
        fixed.err.contains("mended 2 findings in 2 files"),
        "{}",
        fixed.err
    );
    let want = "services:\n  web:\n    image: nginx:1.27\n";
    assert_eq!(lab.read("a/compose.yaml"), want);
    let want = format!("\u{feff}{}", want.replace('\n', "\r\n"));
    assert_eq!(lab.read("b/compose.yaml"), want);
}

/// A mend takes the place of a value, quotes and all, and of nothing behind it.
#[test]
fn the_comment_behind_a_quoted_value_stays() {
    for (before, after) in [
        ("\"33TB\"  # keep", "36TB  # keep"),
        ("'33TB' # it's full", "36TB # it's full"),
        ("\"33\\x54B\" # \"q\"", "36TB # \"q\""),
        ("33TB # plain", "36TB # plain"),
    ] {
        let text = |value: &str| {
            let head = TIB.split("pools:").next().unwrap();
            format!(
                "{head}pools:\n  main:\n    kind: md\n    on: nas\n    level: raid5\n    devices: [nas/a, nas/b, nas/c, nas/d]\n    usable: {value}\n"
            )
        };
        let lab = Lab::of(&[("holdfast.yaml", &text(before))]);
        lab.check(&["--fix"]);
        assert_eq!(lab.read("holdfast.yaml"), text(after));
    }
}

/// Who may read a file is also said by its access control list; what else hangs on it stays as well.
#[test]
fn the_attributes_of_a_file_stay() {
    let lab = Lab::of(&[("holdfast.yaml", TIB)]);
    let file = lab.path("holdfast.yaml");
    let (name, value) = ("user.holdfast.test", b"kept".as_slice());
    rustix::fs::setxattr(&file, name, value, rustix::fs::XattrFlags::empty()).unwrap();
    lab.check(&["--fix"]);
    assert!(lab.read("holdfast.yaml").contains("36TB"));
    let mut found = [0_u8; 16];
    let length = rustix::fs::getxattr(&file, name, &mut found).unwrap();
    assert_eq!(&found[..length], value);
}

#[test]
fn what_may_not_be_written_stops_all_of_it() {
    let lab = Lab::of(&[
        ("holdfast.yaml", TIB),
        ("lab/stack.yaml", "stacks: {a: compose.yaml}\n"),
        ("compose.yaml", COMPOSE),
    ]);
    fs::set_permissions(lab.path("compose.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    let said = lab.check(&["--fix"]);
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(
        said.err
            .contains("nothing is written: compose.yaml is read-only"),
        "{}",
        said.err
    );
    assert_eq!(
        (lab.read("holdfast.yaml"), lab.read("compose.yaml")),
        (TIB.into(), COMPOSE.into())
    );
}

/// A file with two names is left whole under both; the other one may be anywhere.
#[test]
fn hard_links_are_neither_parted_nor_written_through() {
    let lab = Lab::of(&[("holdfast.yaml", TIB)]);
    let other = lab.folder.path().join("other.yaml");
    fs::hard_link(lab.path("holdfast.yaml"), &other).unwrap();
    let number = |path: &Path| fs::metadata(path).unwrap().ino();
    let before = number(&other);
    let ran = lab.check(&["--fix"]);
    assert!(
        ran.err.contains("has further names by hard links"),
        "{}",
        ran.err
    );
    assert_eq!(lab.read("holdfast.yaml"), TIB);
    assert_eq!(number(&lab.path("holdfast.yaml")), before);
    fs::remove_file(&other).unwrap();
    assert!(lab.check(&["--fix"]).err.contains("mended"));
    assert!(lab.read("holdfast.yaml").contains("usable: 36TB"));
}

#[test]
fn links_are_written_through_inside_of_the_tree_only() {
    let lab = Lab::of(&[
        ("holdfast.yaml", "format: 1\nlab: x\n"),
        ("kept/pools.yaml", ""),
    ]);
    let pools = TIB.split_once("lab: x\n").unwrap().1;
    fs::create_dir_all(lab.path("lab")).unwrap();
    lab.write("kept/pools.yaml", pools);
    symlink(lab.path("kept/pools.yaml"), lab.path("lab/pools.yaml")).unwrap();
    assert!(lab.check(&["--fix"]).err.contains("mended"));
    assert!(lab.read("kept/pools.yaml").contains("usable: 36TB"));
    assert!(
        fs::symlink_metadata(lab.path("lab/pools.yaml"))
            .unwrap()
            .is_symlink()
    );

    let outside = lab.folder.path().join("outside.yaml");
    fs::write(&outside, pools).unwrap();
    fs::remove_file(lab.path("lab/pools.yaml")).unwrap();
    symlink(&outside, lab.path("lab/pools.yaml")).unwrap();
    let said = lab.check(&["--fix"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err
            .contains("lab/pools.yaml is a symbolic link that leads out of the lab tree"),
        "{}",
        said.err
    );
    assert_eq!(fs::read_to_string(&outside).unwrap(), pools);
}

/// The table of facts is read after the lab tree and before anything is written; here it is a pipe, which waits for the test.
#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    let lab = Lab::of(&[("holdfast.yaml", TIB)]);
    let knowledge = lab.folder.path().join("data/knowledge");
    fs::create_dir_all(&knowledge).unwrap();
    let pipe = knowledge.join("table.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let mut command = lab.command(&["--fix"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Opening waits for the reader, which has read the tree by then.
    let open = |path: &Path| fs::OpenOptions::new().write(true).open(path).unwrap();
    let first = open(&pipe);
    let newer = format!("{TIB}# somebody else's line\n");
    lab.write("holdfast.yaml", &newer);
    // The next passes find no table and wait for nothing.
    fs::remove_file(&pipe).unwrap();
    drop(first);
    let said = Said::of(&child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(
        said.err
            .contains("holdfast.yaml has changed since it was read"),
        "{}",
        said.err
    );
    assert_eq!(lab.read("holdfast.yaml"), newer);
}

#[test]
fn secrets_are_stars_in_a_patch_and_themselves_in_the_file() {
    let secret = "correct-horse-battery";
    let text = TIB.replace(
        "pools:\n",
        &format!(
            "repositories: {{usb: {{on: nas, location: /mnt/usb, password: {secret}}}}}\npools:\n"
        ),
    );
    let lab = Lab::of(&[("holdfast.yaml", &text)]);
    let diff = lab.check(&["--diff"]);
    assert!(diff.out.contains("usable: 36TB"), "{}", diff.out);
    assert!(
        !diff.out.contains(secret) && !diff.err.contains(secret),
        "{}",
        diff.out
    );
    lab.check(&["--fix"]);
    assert_eq!(lab.read("holdfast.yaml"), text.replace("33TB", "36TB"));
}

#[test]
fn programs_get_the_edits_as_they_would_be_made() {
    let lab = Lab::of(&[
        (
            "holdfast.yaml",
            "format: 1\nlab: x\nstacks: {a: compose.yaml}\n",
        ),
        ("compose.yaml", COMPOSE),
    ]);
    let json: serde_json::Value = serde_json::from_str(&lab.check(&["--json"]).out).unwrap();
    // Nobody has looked at this lab, and a program is told.
    assert_eq!(json[0]["code"], "not-observed", "{json:#}");
    assert_eq!(json[0]["unknown"], true);
    let fix = &json[1]["fix"];
    assert_eq!(fix["applicability"], "safe", "{json:#}");
    assert_eq!(
        fix["edits"][0]["end"],
        serde_json::json!({"line": 3, "column": 1})
    );
    let sarif = lab.check(&["--format", "sarif"]).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "not-observed");
    let change = &sarif["runs"][0]["results"][1]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "compose.yaml");
    assert_eq!(change["replacements"][0]["deletedRegion"]["endLine"], 3);
}

#[test]
fn mends_that_undo_each_other_are_left_and_told() {
    // One alert that two targets want elsewhere, and something that can be mended.
    let lab = Lab::of(&[
        (
            "holdfast.yaml",
            "format: 1\nlab: x\nstacks: {a: compose.yaml}\nmetrics:\n  memory: {text: use of memory, target: 70-85%}\n  \
             ram: {text: use of memory, target: 60-75%}\nalerts:\n  busy: {metric: memory usage, above: 80%}\n",
        ),
        ("compose.yaml", COMPOSE),
    ]);
    let first = lab.check(&["--fix", "--unsafe-fixes", "--format", "concise"]);
    assert!(first.err.starts_with("mended "), "{}", first.err);
    assert!(
        first.err.contains("because they undo each other: "),
        "{}",
        first.err
    );
    assert!(first.err.contains("alt-gap"), "{}", first.err);
    let again = lab.check(&["--fix", "--unsafe-fixes", "--format", "concise"]);
    assert!(
        again.err.starts_with("nothing mended; left for you"),
        "{}",
        again.err
    );
    assert_eq!(first.out, again.out);
}

#[test]
fn a_waived_finding_is_suppressed_in_sarif_and_says_so_in_json() {
    let text = "format: 1\nlab: x\nhosts:\n  web: {os: debian 13, patched_by: jo, sshd: {PermitRootLogin: yes, PasswordAuthentication: no, KbdInteractiveAuthentication: no}}\npeople: {jo: {}}\n\
         waivers: [{rule: ssh-root-login, object: web, reason: old appliance, owner: jo, expires: 2027-01-01}]\n";
    let lab = Lab::of(&[("holdfast.yaml", text)]);
    let sarif = lab.check(&["--format", "sarif"]).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let (waived, others): (Vec<_>, Vec<_>) = results
        .iter()
        .partition(|r| r["ruleId"] == "ssh-root-login");
    assert_eq!(
        waived[0]["suppressions"],
        serde_json::json!([{
            "kind": "external",
            "status": "accepted",
            "justification": "old appliance",
            "properties": {"owner": "jo", "until": "2027-01-01"},
        }])
    );
    // A run has the list at all results or at none.
    assert!(!others.is_empty(), "{results:#?}");
    let empty = |r: &&&serde_json::Value| r["suppressions"] == serde_json::json!([]);
    assert_eq!(others.iter().filter(empty).count(), others.len());
    let json: serde_json::Value = serde_json::from_str(&lab.check(&["--json"]).out).unwrap();
    let waived = json
        .as_array()
        .unwrap()
        .iter()
        .find(|d| !d["waived"].is_null());
    assert_eq!(waived.unwrap()["waived"]["reason"], "old appliance");
}

/// The forms in which an expired waiver can stand in a file: it goes with what is its own, and what is left is a lab.
#[test]
fn an_expired_waiver_goes_in_every_form_of_yaml() {
    const OLD: &str =
        "{rule: svc-no-tier, object: host/web, reason: x, owner: anna, expires: 2020-01-01}";
    const NEW: &str =
        "{rule: eol-os, object: host/web, reason: y, owner: anna, expires: 2030-01-01}";
    let block = "rule: svc-no-tier # why\n    object: host/web\n    reason: |\n      long\n\n      text\n    owner: anna\n    expires: 2020-01-01\n";
    for (was, want) in [
        (
            format!("waivers:\n  # kept\n  - {OLD} # tail\n  # end\n"),
            "waivers:\n  # kept\n  # end\n".to_owned(),
        ),
        (
            format!("waivers:\n  - {block}\n  # next\n  - {NEW}\n"),
            format!("waivers:\n\n  # next\n  - {NEW}\n"),
        ),
        (
            format!("waivers:\n  -\n    {block}# trailing\n"),
            "# trailing\n".to_owned(),
        ),
        (
            format!("waivers: [{OLD}, # c1\n  {OLD}]\n"),
            "waivers: [ # c1\n  ]\n".to_owned(),
        ),
        (
            format!("waivers: [{NEW}, {OLD}]"),
            format!("waivers: [{NEW}]"),
        ),
        (
            format!("waivers:\n  - &w {OLD}\n  - {NEW}\n"),
            format!("waivers:\n  - {NEW}\n"),
        ),
    ] {
        let head = "format: 1\nlab: x\nsites: {home: {}}\npeople: {anna: {}}\nhosts:\n  web: {site: home}\n";
        for ends in ["\n", "\r\n"] {
            let text = |rest: &str| format!("{head}{rest}").replace('\n', ends);
            let lab = Lab::of(&[("holdfast.yaml", &text(&was))]);
            let said = lab.check(&["--fix", "--format", "concise"]);
            assert_ne!(said.code, Some(2), "{was}{}", said.out);
            assert_eq!(lab.read("holdfast.yaml"), text(&want));
            assert_eq!(lab.check(&["--fix"]).err.trim(), "nothing to mend");
        }
    }
}

/// What other places use stays as it is and is named, in a tree that is invalid already as well; what stands beside it is mended.
#[test]
fn what_an_anchor_shares_is_left_and_the_rest_is_mended() {
    let lab = Lab::of(&[(
        "holdfast.yaml",
        "format: 1\nlab: x\nhosts:\n  web: {os: debian, sshd: {PermitRootLogin: &y yes}}\n  nas: {os: debian, sshd: {PermitRootLogin: *y}}\n  old: {os: debian, site: nowhere, sshd: {PermitRootLogin: yes}}\n",
    )]);
    let was = lab.read("holdfast.yaml");
    let said = lab.check(&["--fix", "--unsafe-fixes"]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    let why = "because what it changes is used in several places through an anchor: ssh-root-login in holdfast.yaml";
    assert!(
        said.err
            .starts_with("mended 1 finding in 1 file; left for you"),
        "{}",
        said.err
    );
    assert!(said.err.contains(why), "{}", said.err);
    let want = was.replace("PermitRootLogin: yes}", "PermitRootLogin: no}");
    assert_eq!(lab.read("holdfast.yaml"), want);
}

/// A bracket cannot be closed behind a quote that is open: nothing is written, however often it is asked for.
#[test]
fn what_does_not_help_is_not_written() {
    for text in [
        "format: 1\nlab: x\nhosts:\n  nas: {description: \"x}\n  b: {description: \"y\"}\n",
        "format: 1\nlab: x\nhosts:\n  nas: {description: 'x}\n  b: {description: 'y'}\n",
    ] {
        let lab = Lab::of(&[("holdfast.yaml", text)]);
        let said = lab.check(&["--fix", "--unsafe-fixes"]);
        assert_eq!(lab.read("holdfast.yaml"), text, "{}", said.err);
    }
}

/// A key with nothing behind it is there: it is not written a second time.
#[test]
fn a_port_gets_no_second_address() {
    let port = |first: &str, last: &str| {
        format!(
            "services:\n  db:\n    image: mongo:8\n    ports:\n      - {first}target: 27017\n        published: 27017\n{last}"
        )
    };
    let before = |value: &str| port(&format!("host_ip:{value}\n        "), "");
    let behind = |value: &str| port("", &format!("        host_ip:{value}\n"));
    let local = " 127.0.0.1";
    for (was, want) in [
        (before(""), before("")),
        (behind(""), behind("")),
        (before(" ~"), before(local)),
        (behind(" \"\""), behind(local)),
        (before(" 0.0.0.0"), before(local)),
    ] {
        let lab = Lab::of(&[
            (
                "holdfast.yaml",
                "format: 1\nlab: x\nzones: {inner: {trust: medium}}\nnetworks: {lan: {subnet: 192.168.1.0/24, zone: inner}}\n\
                 hosts: {h: {addresses: {lan: 192.168.1.5}}}\nstacks: {s: {file: c.yaml, on: h}}\n",
            ),
            ("c.yaml", &was),
        ]);
        let said = lab.check(&["--fix", "--unsafe-fixes"]);
        assert_eq!(lab.read("c.yaml"), want, "{}", said.err);
    }
}
