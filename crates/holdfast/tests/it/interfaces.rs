//! Products that are reached by their own interface: Proxmox VE, by the simulator on a port of this machine.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
use pvesim::{Fault, Simulator, State};
use serde_json::json;
use std::process::Command;

const TOKEN: &str = "holdfast@pve!observe";
const SECRET: &str = "0f6f2c1e-canary-4b8e-8b67-deadbeef0001";

/// A lab tree of two nodes and three guests, and the simulator of it.
struct Field {
    tree: Tree,
    simulator: Simulator,
}

const TREE: &str = "
format: 1
lab: kelp
hosts:
  pve1: {os: proxmox-ve}
  pve2: {os: proxmox-ve}
clusters:
  main:
    kind: proxmox
    members: [pve1, pve2]
    api:
      url: URL
      token: holdfast@pve!observe
      secret: {env: PVE_SECRET}
      TRUST
guests:
  web: {kind: vm, on: pve1, id: 100, cores: 4, memory: 4GiB, autostart: true}
  dns: {kind: lxc, on: pve2, id: 101, cores: 1, memory: 512MiB, swap: 0B}
  nas: {kind: vm, on: main, cores: 2, memory: 8GiB}
";

fn lab_of(tree: &str) -> State {
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", tree);
    let (lab, _) = lang::analyze(&sources);
    State::of_lab(&lab, "main")
}

impl Field {
    fn new() -> Self {
        Self::with(|s| s.access.add_token(TOKEN, SECRET, "/", "PVEAuditor"))
    }

    fn with(change: impl FnOnce(&mut State)) -> Self {
        let mut state = lab_of(&TREE.replace("TRUST", ""));
        change(&mut state);
        let simulator = Simulator::start(state).unwrap();
        let field = Self {
            tree: Tree::hiding(&[SECRET]),
            simulator,
        };
        field.write(&format!("fingerprint: '{}'", field.simulator.fingerprint()));
        field
    }

    fn write(&self, trust: &str) {
        let text = TREE
            .replace("URL", &self.simulator.url())
            .replace("TRUST", trust);
        self.tree.write(&text);
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.env("PVE_SECRET", SECRET);
        self.tree.run_as(command, arguments)
    }

    fn drift(&self) -> (i32, Vec<String>) {
        let ran = self.run(&["drift", "--json", "--on", "real"]);
        (ran.code, ran.differences())
    }
}

#[test]
fn what_is_as_declared_is_no_drift() {
    let field = Field::new();
    let seen = field.run(&["observe", "--on", "real"]);
    assert_eq!(
        seen.code, 7,
        "pending updates are not told to who only reads: {seen:?}"
    );
    assert!(
        seen.stdout.starts_with("cluster/main  answered"),
        "{seen:?}"
    );
    let maturity = "cluster/main: driver proxmox-ve, maturity schema: tested on a simulator made from the published schema";
    let words: Vec<&str> = seen.stdout.split_whitespace().collect();
    let shut = "3 guests not looked into, since nothing says how to log in to them (`reach`): dns, nas, web";
    assert!(
        words.join(" ").ends_with(&format!("{maturity} {shut}")),
        "{seen:?}"
    );
    assert_eq!(field.drift(), (0, Vec::new()));
    let saved = field.tree.kept("pve-guest:100");
    assert_eq!(saved.len(), 1, "the observation is kept");
}

#[test]
fn guests_that_differ_are_missing_or_were_never_declared() {
    let field = Field::new();
    {
        let mut state = field.simulator.state();
        let web = state.guests.get_mut(&100).unwrap();
        web.config.insert("memory".to_owned(), json!("8192"));
        web.config.insert("cores".to_owned(), json!(2));
        state.guests.remove(&101);
        let mut more = state.guests[&100].clone();
        more.config.insert("name".to_owned(), json!("minecraft"));
        state.guests.insert(150, more);
        state.add_node("pve9");
    }
    let (code, rows) = field.drift();
    assert_eq!(code, 1);
    let expected = [
        "undeclared pve-node:pve9 | not declared | a node of the cluster",
        "missing pve-guest:101 | lxc dns | absent",
        "differs pve-guest:100 | web: cores 4 | 2",
        "differs pve-guest:100 | web: memory 4GiB | 8GiB",
        "undeclared pve-guest:150 | not declared | vm minecraft on pve1, 2 cores, 8GiB, running",
    ];
    assert_eq!(rows, expected);
    let said = field
        .run(&["drift", "--on", "real", "--cluster", "main"])
        .stdout;
    assert!(said.contains("main  missing     pve-guest:101"), "{said}");
}

#[test]
fn to_a_token_without_rights_nothing_is_missing() {
    let field = Field::with(|s| {
        s.access.add_token(TOKEN, SECRET, "/", "PVEAuditor");
        s.access.acl.clear();
    });
    let (code, rows) = field.drift();
    assert_eq!(code, 7);
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:?}");
    assert!(
        rows.iter().any(|r| r.contains(" pve-guest:100 | ")),
        "{rows:?}"
    );
}

#[test]
fn who_does_not_answer_is_unknown_and_why_is_said() {
    let field = Field::new();
    let rows: [(&str, Option<Fault>, &str); 4] = [
        (
            "fingerprint: '{OWN}'",
            Some(Fault::Refuse(401, format!("invalid token value! {SECRET}"))),
            "401 invalid token value! [redacted]",
        ),
        (
            "fingerprint: '{OTHER}'",
            None,
            "not trusted: the certificate's fingerprint is {OWN}, declared is {OTHER}",
        ),
        ("ca: pve-root-ca.pem", None, "cannot read 'ca'"),
        (
            "",
            None,
            "nothing says whom to trust: add `fingerprint:` or `ca:` to `api` of cluster/main",
        ),
    ];
    for (trust, fault, expected) in rows {
        let own = field.simulator.fingerprint();
        let other = format!("00{}", &own[2..]);
        let fill = |text: &str| text.replace("{OWN}", own).replace("{OTHER}", &other);
        field.simulator.state().faults.clear();
        if let Some(fault) = fault {
            field.simulator.state().faults.add("/", fault);
        }
        field.write(&fill(trust));
        let ran = field.run(&["observe", "--on", "real", "--json"]);
        assert_eq!(ran.code, 7, "{ran:?}");
        let facts = ran.json();
        let said = facts["targets"]["cluster/main"]["errors"][0]
            .as_str()
            .unwrap();
        assert!(said.starts_with(&fill(expected)), "{said}");
        let (code, rows) = field.drift();
        assert!(
            code == 7 && rows.iter().all(|r| r.starts_with("unknown ")),
            "{rows:?}"
        );
    }
    std::fs::write(
        field.tree.lab().join("pve-root-ca.pem"),
        field.simulator.authority(),
    )
    .unwrap();
    field.write("ca: pve-root-ca.pem");
    assert_eq!(field.drift(), (0, Vec::new()));
}

#[test]
fn a_cluster_is_chosen_by_name() {
    let field = Field::new();
    let ran = field.run(&["observe", "--on", "real", "--cluster", "mian"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("no cluster is called mian; declared are: main")
            && ran.stderr.contains("did you mean"),
        "{ran:?}"
    );
    let ran = field.run(&["observe", "--on", "real", "--cluster", "main", "--json"]);
    let facts = ran.json();
    assert_eq!(facts["targets"].as_object().unwrap().len(), 1);
    let twin = field.run(&["observe", "--on", "twin", "--cluster", "main"]);
    assert!(
        twin.stdout
            .contains("cluster/main: twin default has no host pve1"),
        "{twin:?}"
    );
    assert!(!field.simulator.asked().is_empty());
}

#[test]
fn the_commands_of_least_privilege_are_printed_and_not_run() {
    let field = Field::new();
    let ran = field.run(&["access"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "    pveum user add holdfast@pve --comment 'Holdfast: looks, changes nothing'\n",
        "    pveum user token add holdfast@pve observe --privsep 1   # prints the secret, once\n",
        "    pveum acl modify / --tokens 'holdfast@pve!observe' --roles PVEAuditor\n",
        "    read -rs PVE_SECRET && export PVE_SECRET   # paste the secret\n",
        "Nothing was run. Each login may look and nothing else.\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    assert_eq!(field.simulator.asked(), Vec::<String>::new());
    let json = field.run(&["access", "--json"]).json();
    assert_eq!(json[0]["product"], "Proxmox VE");
}

#[test]
fn a_secret_in_the_tree_is_refused_and_not_shown() {
    let field = Field::new();
    let wrong = [
        format!("secret: {SECRET}"),
        format!("secret: {{token: {SECRET}}}"),
        format!("secret: [{SECRET}]"),
        format!("secret:\n        file: a\n        value: {SECRET}"),
        format!("token: holdfast@pve!observe={SECRET}"),
    ];
    for line in wrong {
        let key = line.split(':').next().unwrap();
        let own = if key == "token" {
            "token: holdfast@pve!observe"
        } else {
            "secret: {env: PVE_SECRET}"
        };
        let text = TREE.replace(own, &line).replace("TRUST", "");
        field
            .tree
            .write(&text.replace("URL", "https://192.0.2.11:8006"));
        let ran = field.run(&["check"]);
        let said = ran.all();
        assert_eq!(ran.code, 2, "{line}: {said}");
        assert!(
            said.contains("secret-in-clear") && !said.contains(SECRET),
            "{line}: {said}"
        );
    }
}
