//! `secret`: documents that sops 3.11 wrote are read and changed, damaged ones are refused by name, and no value is printed.
//! `cargo xtask sops` asks the real sops about what is written here.

use crate::ran::Ran;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A lab tree with documents of the real sops, and an environment with nothing but the keys.
struct Tree {
    dir: tempfile::TempDir,
    key: &'static str,
}

const LAB: &str = "format: 1\nlab: t\nsecrets:\n";
const VALUE: &str = "hunter2-canary-of-the-test";

impl Tree {
    /// With lines for the section `secrets`, and the identity `one` or `two`.
    fn new(secrets: &str, key: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tree = Self { dir, key };
        std::fs::create_dir_all(tree.path("lab/secrets")).unwrap();
        std::fs::create_dir_all(tree.path("home/.ssh")).unwrap();
        for entry in std::fs::read_dir(kept("")).unwrap() {
            let from = entry.unwrap().path();
            let name = from.file_name().unwrap().to_owned();
            let to = tree.path("lab/secrets").join(name);
            if from.extension().is_none_or(|e| e != "key") {
                std::fs::copy(&from, to).unwrap();
            }
        }
        std::fs::write(tree.path("lab/holdfast.yaml"), format!("{LAB}{secrets}")).unwrap();
        let both = format!(
            "creation_rules: [{{age: '{},{}'}}]\n",
            public("one"),
            public("two")
        );
        std::fs::write(tree.path("lab/.sops.yaml"), both).unwrap();
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path("lab").join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path("lab").join(name), text).unwrap();
    }

    fn ask(&self, words: &[&str], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command
            .arg("secret")
            .args(words)
            .current_dir(self.path("lab"));
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/bin:/bin");
        if self.key != "none" {
            command.env("SOPS_AGE_KEY_FILE", kept(&format!("{}.key", self.key)));
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(!ran.all().contains(VALUE), "{}", ran.all());
        ran
    }

    /// Whether each secret can be had, and why not.
    fn check(&self) -> Vec<(String, String, String)> {
        let ran = self.ask(&["check", "--json"], "");
        let text = |v: &serde_json::Value, key: &str| v[key].as_str().unwrap().to_owned();
        let all = ran.json();
        assert!(all.is_array(), "{}", ran.all());
        let rows = all.as_array().unwrap().iter();
        rows.map(|v| (text(v, "name"), text(v, "had"), text(v, "why")))
            .collect()
    }
}

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/secret/sops")
        .join(name)
}

/// The public key that age-keygen writes above an identity.
fn public(name: &str) -> String {
    let text = std::fs::read_to_string(kept(&format!("{name}.key"))).unwrap();
    let line = text.lines().find_map(|l| l.strip_prefix("# public key: "));
    line.unwrap().to_owned()
}

const ALL: &str = "  a: {in: sops, from: {sops: secrets/all.yaml, key: postgres.password}}
  b: {in: sops, from: {sops: secrets/all.yaml, key: list.1.two}}
  c: {in: sops, from: {sops: secrets/all.yaml, key: [key with.dot]}}
  d: {in: sops, from: {sops: secrets/all.json, key: a.c.1}}
  e: {in: sops, from: {sops: secrets/all.env, key: B}}
  f: {in: sops, from: {sops: secrets/binary.txt}}
  g: {in: sops, from: {sops: secrets/only.yaml, key: b}}
  h: {in: age, from: {age: secrets/one.age}}
";

#[test]
fn what_sops_wrote_is_read_changed_and_rekeyed() {
    let tree = Tree::new(ALL, "one");
    let had = |tree: &Tree| tree.check().iter().all(|(_, had, _)| had == "yes");
    assert!(had(&tree), "{:?}", tree.check());
    let before = tree.read("secrets/all.yaml");
    for name in ["a", "b", "d", "e", "f", "g", "h"] {
        let ran = tree.ask(&["set", name], &format!("{VALUE}\n"));
        assert_eq!(ran.code, 0, "{}", ran.all());
    }
    assert!(had(&tree), "{:?}", tree.check());
    let changed = tree.read("secrets/all.yaml");
    let differ = before.lines().zip(changed.lines()).filter(|(a, b)| a != b);
    assert_eq!(
        differ.count(),
        4,
        "two values, the MAC and the time:\n{changed}"
    );
    let ran = tree.ask(&["rekey"], "");
    assert_eq!(ran.code, 0, "{}", ran.all());
    let other = Tree { key: "two", ..tree };
    let by_two: Vec<String> = other
        .check()
        .into_iter()
        .filter(|(_, had, _)| had != "yes")
        .map(|(n, ..)| n)
        .collect();
    assert_eq!(by_two, [""; 0], "{:?}", other.check());
    other.write(
        ".sops.yaml",
        &format!("creation_rules: [{{age: '{}'}}]\n", public("one")),
    );
    let refused = other.ask(&["rekey"], "");
    assert_eq!(refused.code, 4, "{}", refused.all());
    let ran = other.ask(&["rekey", "--lock-out"], "");
    assert_eq!(ran.code, 0, "{}", ran.all());
    let shut: Vec<_> = other
        .check()
        .into_iter()
        .filter(|(n, had, _)| n < &"h".to_owned() && had != "no")
        .collect();
    assert_eq!(shut, [], "who was removed reads nothing");
}

#[test]
fn files_are_made_for_whom_the_rules_name() {
    let lines = "  y: {in: sops, from: {sops: secrets/new/db.yaml, key: db.password}}
  z: {in: sops, from: {sops: secrets/new/db.yaml, key: db.other}}
  j: {in: sops, from: {sops: secrets/new.json, key: a.b}}
  e: {in: sops, from: {sops: secrets/new.env, key: DB}}
  a: {in: age, from: {age: secrets/new.age}}
";
    let tree = Tree::new(lines, "two");
    for name in ["y", "z", "j", "e", "a"] {
        let ran = tree.ask(&["set", name, "--json"], VALUE);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert_eq!(ran.json()["recipients"].as_array().unwrap().len(), 2);
    }
    for file in ["new/db.yaml", "new.json", "new.env", "new.age"] {
        assert!(!tree.read(&format!("secrets/{file}")).contains(VALUE));
    }
    let had: Vec<String> = tree.check().into_iter().map(|(_, had, _)| had).collect();
    assert_eq!(had, ["yes"; 5], "{:?}", tree.check());
}

/// How a document is damaged, and what is said.
type Damage = (fn(String) -> String, &'static str);

#[test]
fn nothing_is_written_out_of_the_tree_by_a_link() {
    let secrets = "  a: {in: sops, from: {sops: linked/new.env, key: A}}
  b: {in: sops, from: {sops: linked/deep/new.yaml, key: b}}
  c: {in: age, from: {age: secrets/dangling.age}}
  d: {in: age, from: {age: secrets/away.age}}
";
    let tree = Tree::new(secrets, "one");
    std::fs::create_dir(tree.path("outside")).unwrap();
    let away = tree.path("outside/away.age");
    std::fs::copy(tree.path("lab/secrets/one.age"), &away).unwrap();
    let before = std::fs::read(&away).unwrap();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, tree.path(at)).unwrap();
    link("../outside", "lab/linked");
    link("../../outside/new.age", "lab/secrets/dangling.age");
    link("../../outside/away.age", "lab/secrets/away.age");
    for name in ["a", "b", "c", "d"] {
        let ran = tree.ask(&["set", name], &format!("{VALUE}\n"));
        assert_eq!(ran.code, 4, "{name}: {}", ran.all());
        assert!(
            ran.all().contains("outside of the lab tree"),
            "{}",
            ran.all()
        );
    }
    let left = std::fs::read_dir(tree.path("outside")).unwrap().count();
    assert_eq!((left, std::fs::read(&away).unwrap()), (1, before));
}

#[test]
fn what_is_damaged_is_refused_by_name() {
    let damages: [Damage; 9] = [
        (
            |t| {
                t.replacen(
                    "port: ENC[AES256_GCM,data:",
                    "port: ENC[AES256_GCM,data:AAAA",
                    1,
                )
            },
            "secrets/all.yaml: the value of 'postgres.port' cannot be decrypted",
        ),
        (
            |t| t.replacen("note_unencrypted: plain 1", "note_unencrypted: plain 2", 1),
            "its MAC is wrong",
        ),
        (
            |t| {
                t.replacen("    none: null\n", "    none: null\n    more: null\n", 1)
                    .replacen("empty: \"\"", "empty: x", 1)
            },
            "the value of 'postgres.empty' is not encrypted",
        ),
        (
            |t| t.get(..t.len() / 2).unwrap().to_owned(),
            "secrets/all.yaml: ",
        ),
        (
            |t| t.replacen("version: 3.11.0", "version: 4.0.0", 1),
            "was written by sops 4.0.0",
        ),
        (
            |t| t.split("sops:").next().unwrap().to_owned(),
            "it is not encrypted with SOPS",
        ),
        (
            |t| t.replacen("  ratio: ENC[AES256_GCM,", "  ratio: ENC[AES128_CBC,", 1),
            "the value of 'postgres.ratio' is not encrypted",
        ),
        (
            |t| t.replacen("    mac: ENC", "    mac_: ENC", 1),
            "has no 'mac'",
        ),
        (
            |t| t.replace("  password:", "  pasword:"),
            "the value of 'postgres.pasword' cannot be decrypted",
        ),
    ];
    let line = "  a: {in: sops, from: {sops: secrets/all.yaml, key: postgres.password}}\n";
    for (damage, says) in damages {
        let tree = Tree::new(line, "one");
        let text = tree.read("secrets/all.yaml");
        let damaged = damage(text.clone());
        assert_ne!(damaged, text, "{says}");
        tree.write("secrets/all.yaml", &damaged);
        let rows = tree.check();
        assert!(
            rows[0].1 == "no" && rows[0].2.contains(says),
            "{says}: {rows:?}"
        );
        let ran = tree.ask(&["set", "a"], VALUE);
        assert_ne!(ran.code, 0, "{}", ran.all());
        assert_eq!(tree.read("secrets/all.yaml"), damaged, "nothing is written");
    }
}

#[test]
fn who_has_no_key_is_told_whose_is_wanted() {
    let near = Tree::new(
        "  a: {in: sops, from: {sops: secrets/all.yaml, key: postgres.pasword}}\n",
        "one",
    );
    let why = &near.check()[0].2;
    assert!(why.contains("did you mean 'postgres.password'?"), "{why}");
    let line = "  a: {in: sops, from: {sops: secrets/all.json, key: s}}\n  s: {in: sops, from: {sops: secrets/ssh.yaml, key: a}}\n";
    for (key, says) in [("two", "keys were found in"), ("none", "no key was found")] {
        let rows = Tree::new(line, key).check();
        let why = &rows[0].2;
        assert!(why.contains(&public("one")) && why.contains(says), "{why}");
        assert_eq!(rows[1].1, "no");
    }
    let tree = Tree::new(line, "one");
    std::fs::copy(kept("ssh.key"), tree.path("home/.ssh/id_ed25519")).unwrap();
    assert!(
        tree.check().iter().all(|(_, had, _)| had == "yes"),
        "{:?}",
        tree.check()
    );
}

#[test]
fn age_and_rotation_are_told_and_never_guessed() {
    let lines = "  late: {in: sops, from: {sops: secrets/all.yaml, key: list.0}, rotated: 2020-01-01, rotate_every: 90d}
  open: {in: sops, from: {sops: secrets/all.yaml, key: list.0}, rotate_every: 36500d}
  paper: {in: paper, place: drawer, rotate_every: 1y}
";
    let tree = Tree::new(lines, "none");
    let listed = tree.ask(&["list", "--json"], "").json();
    let overdue: Vec<&serde_json::Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["overdue"])
        .collect();
    assert_eq!(
        overdue,
        [
            &serde_json::json!(true),
            &serde_json::Value::Null,
            &serde_json::Value::Null
        ]
    );
    assert_eq!(listed[1]["age_is_a_minimum"], true);
    let checked = tree.ask(&["check", "--json"], "");
    assert_eq!(checked.code, 1, "{}", checked.all());
    for key in [
        "age_days",
        "age_is_a_minimum",
        "rotate_every_days",
        "overdue",
    ] {
        let of = |v: &serde_json::Value| -> Vec<serde_json::Value> {
            v.as_array()
                .unwrap()
                .iter()
                .map(|r| r[key].clone())
                .collect()
        };
        assert_eq!(of(&listed), of(&checked.json()), "{key}");
    }
    let open = lines.lines().nth(1).unwrap().to_owned() + "\n";
    for (lines, code) in [(open.replace(", rotate_every: 36500d", ""), 0), (open, 7)] {
        let checked = Tree::new(&lines, "one").ask(&["check"], "");
        assert_eq!(checked.code, code, "{}", checked.all());
    }
    assert_eq!(listed[0]["recipients"].as_array().unwrap().len(), 2);
}

#[test]
fn a_value_is_shown_on_a_terminal_only_and_never_taken_as_an_argument() {
    let tree = Tree::new(ALL, "one");
    for (words, code) in [
        (&["show", "a"][..], 2),
        (&["show", "a", "--reveal"], 4),
        (&["show", "a", "--reveal", "--json"], 4),
        (&["set", "a", ".", VALUE], 2),
        (&["set", "aa"], 2),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command
            .arg("secret")
            .args(words)
            .current_dir(tree.path("lab"));
        command
            .env("SOPS_AGE_KEY_FILE", kept("one.key"))
            .stdin(Stdio::null());
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, code, "{}", ran.all());
        assert!(!ran.all().contains("hunter2 with"), "{}", ran.all());
    }
    let empty = tree.ask(&["set", "a"], "");
    assert_eq!(empty.code, 2, "{}", empty.all());
}

#[test]
fn the_scan_sees_what_git_would_keep() {
    let tree = Tree::new(ALL, "one");
    let git = |words: &[&str]| {
        let done = Command::new("git")
            .args(words)
            .current_dir(tree.path("lab"))
            .output()
            .unwrap();
        assert!(done.status.success());
    };
    git(&["init", "-q"]);
    let clean = tree.ask(&["scan"], "");
    assert_eq!(clean.code, 0, "{}", clean.all());
    tree.write(".env", &format!("DB_PASSWORD={VALUE}1\n"));
    tree.write("ignored.env", &format!("DB_PASSWORD={VALUE}1\n"));
    tree.write(".gitignore", "ignored.env\n");
    let found = tree.ask(&["scan", "--json"], "");
    assert_eq!(found.code, 1, "{}", found.all());
    let findings = &found.json()["findings"];
    assert_eq!(findings.as_array().unwrap().len(), 1, "{}", found.all());
    assert_eq!(
        (
            findings[0]["file"].as_str(),
            findings[0]["line"].as_u64(),
            findings[0]["column"].as_u64()
        ),
        (Some(".env"), Some(1), Some(13))
    );
}

/// The word beside a secret is another one, which may not be told; and the sum says how many files have one.
#[test]
fn the_scan_shows_nothing_of_what_stands_beside_a_secret() {
    let tree = Tree::new(ALL, "one");
    tree.write(
        "c.yml",
        "services:\n  a:\n    environment: {DB_PASSWORD: walnut, ADMIN_PASSWORD: hunter2hunter2}\n",
    );
    let read = |all: &str| -> usize {
        let (_, rest) = all.split_once("in clear text in ").unwrap();
        let number = rest.trim_start_matches("1 of ").split(' ').next().unwrap();
        number.parse().unwrap()
    };
    let one = tree.ask(&["scan"], "").all();
    assert!(one.contains("… ADMIN_PASSWORD: **************}"), "{one}");
    assert!(!one.contains("walnut"), "{one}");
    assert!(
        !tree.ask(&["scan", "--json"], "").all().contains("walnut"),
        "the excerpt in JSON"
    );
    assert!(one.contains("1 secret in clear text in 1 of "), "{one}");
    let files = read(&one);
    tree.write(
        "d.yml",
        "passphrase: geheimeswort\nDB_PASSWORD: correcthorse\n",
    );
    let two = tree.ask(&["scan"], "").all();
    let sum = format!("3 secrets in clear text in 2 of {} files", files + 1);
    assert!(two.contains(&sum), "{two}");
    assert!(
        !two.contains("correcthorse") && !two.contains("geheimeswort"),
        "{two}"
    );
}

/// A hash is told, and is no secret in clear text: it counts apart and fails nothing.
#[test]
fn the_scan_tells_hashes_apart() {
    let tree = Tree::new(ALL, "one");
    let hash = format!("$2b$12${}", &"aB3./xYz9".repeat(10)[..53]);
    tree.write("users", &format!("jo:{hash}\n"));
    let found = tree.ask(&["scan"], "");
    assert_eq!(found.code, 0, "{}", found.all());
    let all = found.all();
    assert!(all.contains("users:1:4 a hash of a password"), "{all}");
    let sum = "0 secrets in clear text and 1 hash of a password in";
    assert!(all.contains(sum), "{all}");
    assert!(!all.contains("aB3./xYz9"), "{all}");
    tree.write("Dockerfile", &format!("ENV DB_PASSWORD {VALUE}1\n"));
    tree.write(".pgpass", &format!("db:5432:*:app:{VALUE}1\n"));
    let found = tree.ask(&["scan", "--json"], "");
    assert_eq!(found.code, 1, "{}", found.all());
    assert!(!found.all().contains(VALUE), "{}", found.all());
    let json = found.json();
    let findings = json["findings"].as_array().unwrap().iter();
    let grades: Vec<_> = findings.map(|f| f["grade"].as_str().unwrap()).collect();
    assert_eq!(grades, ["clear", "clear", "hash"], "{}", found.all());
}

/// What was not read is not clean, and text is text in UTF-16 as well.
#[test]
fn the_scan_says_what_it_did_not_read() {
    let tree = Tree::new(ALL, "one");
    let text = format!("a=1\nDB_PASSWORD={VALUE}1\n");
    let wide = |mark: &[u16], of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let units = mark.iter().copied().chain(text.encode_utf16());
        units.flat_map(of).collect()
    };
    type Kind<'a> = (&'a [u16], fn(u16) -> [u8; 2]);
    let kinds: [Kind<'_>; 3] = [
        (&[0xfeff], u16::to_le_bytes),
        (&[0xfeff], u16::to_be_bytes),
        (&[], u16::to_le_bytes),
    ];
    for (mark, of) in kinds {
        std::fs::write(tree.path("lab/wide.env"), wide(mark, of)).unwrap();
        let found = tree.ask(&["scan"], "");
        assert_eq!(found.code, 1, "{}", found.all());
        assert!(found.all().contains("wide.env:2:13"), "{}", found.all());
        assert!(!found.all().contains(VALUE), "{}", found.all());
    }
    std::fs::remove_file(tree.path("lab/wide.env")).unwrap();
    assert_eq!(tree.ask(&["scan"], "").code, 0);
    let big = std::fs::File::create(tree.path("lab/big.txt")).unwrap();
    big.set_len(65 << 20).unwrap();
    let large = tree.ask(&["scan"], "");
    assert_eq!(large.code, 7, "{}", large.all());
    assert!(large.all().contains("big.txt: not read"), "{}", large.all());
}

#[test]
fn the_scan_of_the_history_tells_each_secret_once_with_the_commit_that_brought_it() {
    let tree = Tree::new(ALL, "one");
    let folder = tree.path("lab");
    let none = tree.ask(&["scan", "--history"], "");
    assert_eq!(none.code, 3, "{}", none.all());
    assert!(none.all().contains("no history"), "{}", none.all());
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]);
        let done = git.args(words).current_dir(&folder).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    let commit = || {
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", "x"]);
        git(&["rev-parse", "--short=12", "HEAD"])
    };
    git(&["init", "-q"]);
    commit();
    tree.write("db of old.env", &format!("DB_PASSWORD={VALUE}1\n"));
    let brought = commit();
    tree.write("db of old.env", &format!("A=1\nDB_PASSWORD={VALUE}1\n"));
    commit();
    tree.write("now.env", &format!("API_TOKEN={VALUE}2\n"));
    std::fs::remove_file(folder.join("db of old.env")).unwrap();
    commit();
    let now = tree.ask(&["scan", "--json"], "").json();
    assert_eq!(now["findings"].as_array().unwrap().len(), 1, "{now}");
    assert!(now["texts_of_the_past"].is_null(), "{now}");
    let found = tree.ask(&["scan", "--history", "--json"], "");
    assert_eq!(found.code, 1, "{}", found.all());
    let found = found.json();
    let row = |v: &serde_json::Value| {
        let commit = v["commit"]
            .as_str()
            .map(|c| c.split(' ').next().unwrap().to_owned());
        (
            commit,
            v["file"].as_str().unwrap().to_owned(),
            v["line"].as_u64().unwrap(),
        )
    };
    let rows: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect();
    let want = [
        (None, "now.env".to_owned(), 1),
        (Some(brought), "db of old.env".to_owned(), 1),
    ];
    assert_eq!(rows, want, "{found}");
    let text = tree.ask(&["scan", "--history"], "");
    assert!(text.stdout.contains(", in commit "), "{}", text.all());
}
