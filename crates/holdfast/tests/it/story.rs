//! The whole story on one host, as the README tells it.

use crate::crashes::stand::Stand;
use crate::rig::Rig;
use std::collections::BTreeSet;

#[test]
fn declare_apply_back_up_drill_prove_undo() {
    let rig = Rig::enrolled();
    let first = rig.apply(&[]);
    assert_eq!(first.code, 0, "{}", first.all());
    let again = rig.apply(&[]);
    assert_eq!(again.code, 0, "{}", again.all());
    assert!(again.stdout.contains("Nothing to do"), "{}", again.all());
    let backup = rig.run(&["backup", rig.lab(), "--on", "real", "--yes"]);
    assert_eq!(backup.code, 0, "{}", backup.all());
    let drill = rig.run(&[
        "drill",
        rig.lab(),
        "--on",
        "real",
        "--yes",
        "--dataset",
        "shop",
    ]);
    assert_eq!(drill.code, 0, "{}", drill.all());
    let states = rig.states();
    let state = |id: &str| states.get(id).map(String::as_str);
    assert_eq!(
        state("rto:dataset/shop:corruption"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("rpo:dataset/shop:corruption"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("ssh-least-privilege:host/web"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("rto:dataset/documents:corruption"),
        Some("unproven"),
        "{states:?}"
    );
    assert_eq!(
        state("ports-justified:host/web"),
        Some("broken"),
        "the forgotten web server: {states:?}"
    );
    assert_eq!(
        state("rpo:dataset/shop:host"),
        Some("broken"),
        "no copy outside the host: {states:?}"
    );
}

/// What a verb is asked, how it ends, and what it says.
struct Row<'a> {
    words: &'a [&'a str],
    code: i32,
    says: &'a str,
}

fn row<'a>(words: &'a [&'a str], code: i32, says: &'a str) -> Row<'a> {
    Row { words, code, says }
}

/// Asks every row on the lab in realm real, with JSON on standard output and nothing else there.
fn ask(rig: &Rig, rows: &[Row<'_>]) {
    let mut wrong = String::new();
    for Row { words, code, says } in rows {
        let ran = rig.run(&[*words, &["--json"]].concat());
        let json = serde_json::from_str::<serde_json::Value>(&ran.stdout);
        if ran.code != *code || json.is_err() || !ran.all().contains(says) {
            wrong.push_str(&format!(
                "\n{words:?} is to end with {code} and say '{says}', but: {json:?} {}\n",
                short(&ran.all())
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn short(text: &str) -> String {
    let head: String = text.chars().take(1500).collect();
    let tail: Vec<char> = text.chars().rev().take(1500).collect();
    format!("{head} … {}", tail.into_iter().rev().collect::<String>())
}

#[test]
fn every_verb_works_alone_and_says_how_it_ended() {
    let rig = Rig::applied();
    let lab = rig.lab();
    rig.host
        .exec_sh("mkdir -p /srv/foreign; echo mine > /srv/foreign/data")
        .unwrap();
    let real = ["--on", "real"];
    let yes = ["--on", "real", "--yes"];
    let on = |verb: &'static str| [&[verb, lab][..], &real].concat();
    let go = |verb: &'static str| [&[verb, lab][..], &yes].concat();
    let restore = |dataset: &'static str, to: &'static str| {
        [&go("restore")[..], &["--dataset", dataset, "--to", to]].concat()
    };
    ask(
        &rig,
        &[
            // The last look, after the apply, saw what nobody declared.
            row(&["check", lab], 1, "bak-same-domain"),
            row(&["check", lab, "--deny", "warnings"], 1, "bak-same-domain"),
            row(&on("observe"), 0, "\"facts\""),
            row(&on("drift"), 1, "8081"),
            row(&on("plan"), 0, "\"digest\""),
            row(&go("apply"), 0, "\"run\": null"),
            row(
                &[&go("apply")[..], &["--allow", "foo"]].concat(),
                2,
                "KIND:OBJECT",
            ),
            row(&on("ports"), 1, "\"unjustified\""),
            row(&["explain", "bak-same-domain"], 0, "\"rationale\""),
            row(&["explain", "bak-same-domian"], 2, "bak-same-domain?"),
            row(&go("backup"), 0, "succeeded"),
            row(&restore("documents", "/srv/restored"), 0, "succeeded"),
            row(
                &restore("documents", "/srv/restored"),
                4,
                "/srv/restored exists already",
            ),
            row(&restore("documents", "/srv/foreign"), 4, "exists already"),
            row(
                &restore("documens", "/srv/nothing"),
                2,
                "did you mean documents?",
            ),
            row(&go("drill"), 0, "succeeded"),
            row(&on("prove"), 1, "\"broken\""),
            // Where and whom.
            row(&["apply", lab, "--yes"], 4, "--on real"),
            row(&["backup", lab, "--yes"], 4, "--on real"),
            row(&["undo", "--last", "--lab", lab, "--yes"], 4, "--on real"),
            row(&["apply", lab, "--on", "mars"], 2, "no realm"),
            row(
                &[&on("observe")[..], &["--host", "weeb"]].concat(),
                2,
                "did you mean web?",
            ),
            row(
                &[&go("apply")[..], &["--host", "no"]].concat(),
                2,
                "declared are: web",
            ),
            row(
                &[
                    "undo",
                    "20200101T000000Z-0000",
                    "--lab",
                    lab,
                    "--on",
                    "real",
                ],
                2,
                "20200101T000000Z",
            ),
            row(&["observe", "/nowhere"], 2, "no lab tree"),
        ],
    );
    let tree = "find . -type f -print0 | sort -z | xargs -0 sha256sum; find . -printf '%P %m %u:%g\n' | sort";
    let (source, copy) = (
        rig.host
            .exec_sh(&format!("cd /srv/documents; {tree}"))
            .unwrap(),
        rig.host
            .exec_sh(&format!(
                "cd $(find /srv/restored -name README.txt -printf '%h' -quit); {tree}"
            ))
            .unwrap(),
    );
    assert_eq!(source.replace("755 restored", "755"), copy);
    refuses_what_was_not_allowed(&rig);
    invalid_labs_are_usage(&rig);
    what_is_not_known_is_not_called_fine(&rig);
    ask(
        &rig,
        &[
            row(&on("observe"), 7, "Connection refused"),
            row(&on("drift"), 7, "Connection refused"),
            row(&on("plan"), 7, "did not answer"),
            row(&go("apply"), 7, "did not answer"),
            row(&go("backup"), 7, "did not answer"),
            row(&go("drill"), 7, "did not answer"),
        ],
    );
}

/// What a person reads: differences that only they can mend are not passed over; a silent host is never as declared.
fn what_is_not_known_is_not_called_fine(rig: &Rig) {
    let real = |verb: &str| rig.run(&[verb, rig.lab(), "--on", "real"]);
    let see = format!("see `holdfast drift {} --on real`", rig.lab());
    for verb in ["plan", "apply"] {
        let said = real(verb);
        assert_eq!(said.code, 0, "{}", said.all());
        assert!(said.stdout.contains(&see), "{}", said.all());
        assert!(!said.stdout.contains("as declared"), "{}", said.all());
    }
    rig.host.stop().unwrap();
    let drift = real("drift");
    let first = drift.stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with("web did not answer: "), "{}", drift.all());
    assert!(drift.stdout.contains("not all is known"), "{}", drift.all());
    assert!(!drift.stdout.contains("as declared"), "{}", drift.all());
}

/// A change of a way in needs more than a yes; a plan that nobody confirms does not run.
fn refuses_what_was_not_allowed(rig: &Rig) {
    let line = "      X11Forwarding: no\n";
    rig.edit("lab/hosts.yaml", |t| {
        t.replace(line, &format!("{line}      MaxAuthTries: 3\n"))
    });
    let apply = ["apply", rig.lab(), "--on", "real"];
    let yes = [&apply[..], &["--yes"]].concat();
    let digest = [
        &yes[..],
        &["--allow", "access:host/web", "--digest", "0123456789"],
    ]
    .concat();
    let allowed = [&apply[..], &["--allow", "access:host/web"]].concat();
    ask(
        rig,
        &[
            row(&["plan", rig.lab(), "--on", "real"], 1, "maxauthtries"),
            row(
                &["plan", rig.lab(), "--on", "real"],
                1,
                "\"allow\": \"access:host/web\"",
            ),
            row(&yes, 4, "--allow access:host/web"),
            row(&allowed, 4, "--yes"),
            row(&digest, 4, "look at the plan again"),
        ],
    );
    rig.edit("lab/hosts.yaml", |t| {
        t.replace("      MaxAuthTries: 3\n", "")
    });
}

/// Nothing acts on a declaration that is not valid.
fn invalid_labs_are_usage(rig: &Rig) {
    rig.edit("lab/hosts.yaml", |t| {
        t.replace("    site: home\n", "    site: nowhere\n")
    });
    let lab = rig.lab();
    let check = ["check", lab];
    let mut rows = vec![row(&check, 2, "nowhere")];
    let verbs = [
        "observe", "drift", "plan", "apply", "backup", "drill", "prove",
    ];
    let words: Vec<Vec<&str>> = verbs
        .iter()
        .map(|v| vec![*v, lab, "--on", "real"])
        .collect();
    rows.extend(words.iter().map(|w| row(w, 2, "nowhere")));
    ask(rig, &rows);
    rig.edit("lab/hosts.yaml", |t| {
        t.replace("    site: nowhere\n", "    site: home\n")
    });
}

/// The one pin in a folder of the rig.
fn pin(stand: &Stand, folder: &str) -> String {
    let mut all = std::fs::read_dir(stand.rig.path(folder)).unwrap();
    let file = all.next().unwrap().unwrap().path();
    assert!(all.next().is_none());
    std::fs::read_to_string(file).unwrap()
}

/// The ledger's head as it is now.
fn head(stand: &Stand) -> String {
    let folder = stand.rig.path("pinned");
    std::fs::create_dir_all(&folder).unwrap();
    let (lab, to) = (stand.rig.lab(), folder.display().to_string());
    let ran = stand
        .rig
        .run(&["evidence", "pin", lab, "--on", "real", "--to", &to]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    pin(stand, "pinned")
}

#[test]
fn what_was_applied_is_taken_back_to_what_it_was() {
    let stand = Stand::enrolled();
    let (lab, world) = (stand.rig.lab(), stand.world());
    let undo = [
        "undo",
        "--last",
        "--lab",
        lab,
        "--on",
        "real",
        "--yes",
        "--allow",
        "access:host/web",
    ];
    let facts = || {
        stand
            .rig
            .run(&["observe", lab, "--on", "real", "--json"])
            .json()["targets"]["web"]["facts"]
            .clone()
    };
    let before = facts();
    let ran = stand.rig.apply(&[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let run = stand.runs(&["list", "--json"]).json()[0]["run"]
        .as_str()
        .unwrap()
        .to_owned();
    let after = facts();
    let ran = stand.rig.run(&undo);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(pin(&stand, "state/holdfast/pins"), head(&stand));
    let again = facts();
    let list = stand.runs(&["list"]);
    let undone = format!("undo {run}");
    assert!(list.stdout.contains(&undone), "{}", list.all());
    let journal = stand.runs(&["show", &run, "--json"]).json();
    let paths = touched(&journal[0]["event"]["plan"]);
    assert!(paths.len() >= 5, "{paths:?}");
    let mut changed = 0;
    for path in &paths {
        assert_eq!(before[path], again[path], "{path}");
        changed += usize::from(before[path] != after[path]);
    }
    assert!(changed >= 4, "{changed} of {paths:?}");
    assert_eq!(stand.world(), world);
    let second = stand.rig.run(&undo);
    assert_eq!(second.code, 2, "{}", second.all());
    assert!(second.stderr.contains("no run to undo"), "{}", second.all());
    let second = stand
        .rig
        .run(&["undo", &run, "--lab", lab, "--on", "real", "--json"]);
    assert_eq!(second.code, 0, "{}", second.all());
    assert_eq!(
        second.json()["run"],
        serde_json::Value::Null,
        "{}",
        second.all()
    );
    changed_since_is_refused(&stand, &undo);
}

/// Every path that the steps of a plan rest on or promise.
fn touched(plan: &serde_json::Value) -> BTreeSet<String> {
    let steps = plan["steps"].as_array().unwrap();
    let reads = steps
        .iter()
        .flat_map(|s| s["reads"].as_object().unwrap().keys().cloned());
    reads.collect()
}

/// Somebody changed what the run made: that is said, and nothing is touched, neither that nor the rest.
fn changed_since_is_refused(stand: &Stand, undo: &[&str]) {
    let ran = stand.rig.apply(&[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    stand.sh("cp -p /etc/trial.conf /run/left; echo mine >> /etc/trial.conf");
    let hash = |path: &str| stand.sh(&format!("sha256sum {path} | cut -c1-8"));
    let (world, is) = (stand.world(), hash("/etc/trial.conf"));
    let refused = stand.rig.run(undo);
    assert_eq!(refused.code, 4, "{}", refused.all());
    for part in ["file:/etc/trial.conf", "was left as", "and is", is.trim()] {
        assert!(
            refused.all().contains(part),
            "'{part}' is not in {}",
            refused.all()
        );
    }
    assert_eq!(stand.world(), world);
    stand.sh("cp -p /run/left /etc/trial.conf");
    let ran = stand.rig.run(undo);
    assert_eq!(ran.code, 0, "{}", ran.all());
}

/// What was there before is somebody else's: it is put back by an undo, and is never deleted afterwards.
#[test]
fn a_file_that_was_there_before_is_never_deleted() {
    let stand = Stand::enrolled();
    stand.sh("echo 'of the owner' > /etc/trial.conf");
    let ran = stand.rig.apply(&[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let lab = stand.rig.lab();
    let undo = [
        "undo",
        "--last",
        "--lab",
        lab,
        "--on",
        "real",
        "--yes",
        "--allow",
        "access:host/web",
    ];
    let ran = stand.rig.run(&undo);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(stand.sh("cat /etc/trial.conf").trim(), "of the owner");
    // Once undone, and once taken over and then released: both times it stays.
    for taken_over in [false, true] {
        if taken_over {
            stand.declare(1);
            let ran = stand.rig.apply(&[]);
            assert_eq!(ran.code, 0, "{}", ran.all());
        }
        let is = stand.sh("cat /etc/trial.conf");
        stand.rig.edit("lab/hosts.yaml", |text| {
            let kept = text
                .lines()
                .filter(|l| !l.contains("/etc/trial.conf") && l.trim() != "files:");
            kept.collect::<Vec<_>>().join("\n") + "\n"
        });
        let ran = stand.rig.apply(&["--allow", "delete:host/web"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert_eq!(stand.sh("cat /etc/trial.conf"), is, "{}", ran.all());
    }
}

/// One folder that is gone keeps no other data from being archived, and the run says what is missing.
#[test]
fn a_backup_goes_on_when_one_dataset_fails() {
    let rig = Rig::applied();
    rig.host
        .exec_sh("mv /srv/documents /srv/elsewhere")
        .unwrap();
    let backup = ["backup", rig.lab(), "--on", "real", "--yes"];
    let ran = rig.run(&backup);
    assert_eq!(ran.code, 6, "{}", ran.all());
    let said = unwrapped(&ran.stdout);
    assert!(
        said.contains("/srv/documents is not a directory"),
        "{}",
        ran.all()
    );
    assert!(
        said.contains("mend what failed and go on with `holdfast backup"),
        "{}",
        ran.all()
    );
    assert!(said.contains("done web/archive/usb/shop"), "{}", ran.all());
    let archives = |tag: &str| {
        let restic =
            "restic --no-lock -r /mnt/backup/holdfast --password-file /etc/holdfast/secrets/usb";
        let list = format!("{restic} snapshots --json --tag {tag} | grep -o short_id | wc -l");
        rig.host.exec_sh(&list).unwrap().trim().to_owned()
    };
    assert_eq!(
        (archives("documents").as_str(), archives("shop").as_str()),
        ("0", "1")
    );
    rig.host
        .exec_sh("mv /srv/elsewhere /srv/documents")
        .unwrap();
    let ran = rig.run(&backup);
    assert_eq!(ran.code, 0, "{}", ran.all());
    // A link in its place is not archived as an empty folder.
    rig.host
        .exec_sh("mv /srv/documents /srv/elsewhere && ln -s elsewhere /srv/documents")
        .unwrap();
    let ran = rig.run(&backup);
    assert_eq!(ran.code, 6, "{}", ran.all());
    let said = unwrapped(&ran.stdout);
    assert!(said.contains("is a symbolic link"), "{}", ran.all());
}

/// Text of a table without the line breaks of its cells.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
