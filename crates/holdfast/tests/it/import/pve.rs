//! Proxmox VE, by the simulator: the one machine with thirteen guests of the example.

use super::{Desk, said};
use pvesim::{Simulator, State};
use serde_json::json;
use std::path::Path;

const TOKEN: &str = "holdfast@pve!observe";
const SECRET: &str = "0f6f2c1e-canary-4b8e-8b67-deadbeef0002";

fn single_host() -> State {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/single-host/mended");
    let mut sources = diag::SourceSet::default();
    for file in ["holdfast.yaml", "lab/hosts.yaml", "lab/guests.yaml"] {
        sources.add(file, std::fs::read_to_string(root.join(file)).unwrap());
    }
    let (lab, _) = lang::analyze(&sources);
    let mut state = State::of_lab(&lab, "pve");
    state.access.add_token(TOKEN, SECRET, "/", "PVEAuditor");
    state
}

struct Field {
    desk: Desk,
    simulator: Simulator,
    source: String,
}

impl Field {
    fn of(state: State) -> Self {
        let simulator = Simulator::start(state).unwrap();
        let mut desk = Desk::new();
        desk.env.push(("PVE_SECRET", SECRET.to_owned()));
        let source = simulator.url().replace("https://", "pve://");
        Self {
            desk,
            simulator,
            source,
        }
    }

    fn flags(&self) -> Vec<&str> {
        vec![
            &self.source,
            "--token",
            TOKEN,
            "--secret",
            "env:PVE_SECRET",
            "--fingerprint",
            self.simulator.fingerprint(),
        ]
    }

    fn drift(&self) -> serde_json::Value {
        self.desk.run(&["drift", "lab", "--json"]).json()
    }
}

#[test]
fn thirteen_guests_are_declared_and_as_declared() {
    let field = Field::of(single_host());
    let desk = &field.desk;
    let (ran, shown) = desk.import(&field.flags());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        !desk.lab().exists() && !desk.path("data").exists(),
        "nothing is written unasked"
    );
    assert_eq!(shown["new"]["guest"], 13, "{shown:#}");
    assert_eq!(shown["drift"], json!([]));

    let (ran, written) = desk.import(&[&field.flags()[..], &["--write"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(written["drift"], json!([]), "{written:#}");
    desk.is_valid();
    assert_eq!(field.drift(), json!([]));
    let guests = desk.read("lab/guests.yaml");
    let dns = "  dns: {kind: lxc, on: pve, id: 107, cores: 1, memory: 256MiB, ";
    assert!(guests.contains(dns), "{guests}");
    let lock: serde_json::Value = serde_json::from_str(&desk.read("holdfast.lock")).unwrap();
    let photos = &lock["objects"]["guest/photos"];
    assert_eq!(photos["native"]["vmid"], 103);
    assert_eq!(
        photos["native"]["smbios"],
        "5d1c6f0e-0000-4000-8000-000000000067"
    );
    assert!(
        photos["native"]["cluster"]
            .as_str()
            .unwrap()
            .starts_with("SHA256:")
    );
    assert_eq!(desk.holding(SECRET), Vec::<std::path::PathBuf>::new());

    // The same once more is nothing new, and changes no byte. The tree knows now how to ask.
    let before = desk.files();
    let (ran, again) = desk.import(&[&field.source, "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!((&again["new"], &again["files"]), (&json!({}), &json!([])));
    assert_eq!(again["declared"]["guest"], 13);
    assert_eq!(desk.files(), before);

    // A guest with another name here is the same guest.
    let renamed = guests.replace("  photos: {", "  pictures: {was: photos, name: photos, ");
    std::fs::write(desk.lab().join("lab/guests.yaml"), renamed).unwrap();
    assert_eq!(field.drift(), json!([]));
    let moved: serde_json::Value = serde_json::from_str(&desk.read("holdfast.lock")).unwrap();
    assert_eq!(moved["objects"]["guest/pictures"], *photos);
    assert_eq!(moved["objects"]["guest/photos"], json!(null));
    let (_, again) = desk.import(&[&field.source]);
    assert_eq!(again["new"], json!({}), "{again:#}");
    let plan = desk.run(&["plan", "lab", "--json"]);
    assert!(
        !plan.stdout.contains("recreate") && !plan.stdout.contains("\"guest"),
        "{plan:?}"
    );
}

#[test]
fn what_a_token_does_not_see_is_told_and_not_taken_for_all() {
    let mut state = single_host();
    state.access.acl.clear();
    let field = Field::of(state);
    let (ran, shown) = field.desk.import(&field.flags());
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_eq!(shown["new"]["guest"], json!(null), "{shown:#}");
    let unseen = said(&shown, "unseen");
    assert!(
        unseen
            .iter()
            .any(|s| s.contains("pve-guest: there may be more")),
        "{unseen:?}"
    );
}

#[test]
fn who_is_asked_must_be_known_and_no_secret_is_repeated() {
    let field = Field::of(single_host());
    let print = field.simulator.fingerprint();
    let url = field.source.as_str();
    let rows: [(&[&str], &str); 5] = [
        (&[url], "pve:// needs --token"),
        (&[url, "--token", TOKEN], "pve:// needs --secret"),
        (
            &[url, "--token", TOKEN, "--secret", SECRET],
            "--secret is no reference",
        ),
        (
            &[
                url,
                "--token",
                &format!("{TOKEN}={SECRET}"),
                "--secret",
                "env:PVE_SECRET",
            ],
            "--token is no name of a token",
        ),
        (
            &[url, "--token", TOKEN, "--secret", "env:PVE_SECRET"],
            print,
        ),
    ];
    for (arguments, expected) in rows {
        let ran = field
            .desk
            .run(&[&["import", "--into", "lab"], arguments].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(expected), "{ran:?}");
        assert!(
            !ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET),
            "{ran:?}"
        );
    }
    // Meeting somebody for the first time sends nothing.
    assert_eq!(field.simulator.asked(), Vec::<String>::new());
}

#[test]
fn names_that_are_none_and_names_of_several_guests() {
    let mut state = single_host();
    for (id, name) in [
        (201, "web"),
        (202, "web"),
        (203, "a: {b}\n- [c"),
        (204, "unknown"),
    ] {
        let mut more = state.guests[&103].clone();
        more.config.insert("name".to_owned(), json!(name));
        let uuid = format!("uuid=5d1c6f0e-0000-4000-8000-{id:012x}");
        more.config.insert("smbios1".to_owned(), json!(uuid));
        state.guests.insert(id, more);
    }
    let field = Field::of(state);
    let (ran, shown) = field
        .desk
        .import(&[&field.flags()[..], &["--write"]].concat());
    assert_eq!(shown["new"]["guest"], 17, "{ran:?}");
    field.desk.is_valid();
    let guests = field.desk.read("lab/guests.yaml");
    assert!(
        guests.contains("  web-202: {name: web, kind: vm"),
        "{guests}"
    );
    // What is no name at all differs until somebody gives it one.
    let drift = field.drift();
    let differing: Vec<&str> = drift
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["path"].as_str().unwrap())
        .collect();
    assert_eq!(differing, ["pve-guest:203", "pve-guest:204"], "{drift:#}");
}
