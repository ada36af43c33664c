//! Several sources at once: an interface, an inventory, a state; and files that are none of these.

use super::{Desk, said};
use pvesim::{Simulator, State};
use serde_json::json;

const CANARY: &str = "canary-41c0ffee-hunter2";
const TREE: &str = "
format: 1
lab: x
hosts: {pve1: {os: proxmox-ve}, pve2: {os: proxmox-ve}}
clusters: {main: {kind: proxmox, members: [pve1, pve2]}}
guests: {web: {kind: vm, on: pve1, id: 100, cores: 4, memory: 4GiB, ha: true}, dns: {kind: lxc, on: pve2, id: 101, cores: 1, memory: 512MiB}}
";

fn cluster() -> Simulator {
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", TREE);
    let (lab, _) = lang::analyze(&sources);
    let mut state = State::of_lab(&lab, "main");
    state
        .access
        .add_token("holdfast@pve!observe", CANARY, "/", "PVEAuditor");
    Simulator::start(state).unwrap()
}

fn state() -> String {
    let guest = |name: &str, node: &str, id: u32| {
        json!({"mode": "managed", "type": "proxmox_virtual_environment_vm", "name": name, "instances": [{"attributes": {
            "name": name, "node_name": node, "vm_id": id, "cpu": [{"cores": 2, "sockets": 1}], "memory": [{"dedicated": 2048}],
            "initialization": [{"user_account": [{"password": CANARY}]}]}}]})
    };
    json!({"version": 4, "resources": [guest("web", "pve1", 100), guest("gone", "pve1", 150), guest("far", "pve9", 100)]}).to_string()
}

#[test]
fn the_same_machine_told_of_by_several_sources_is_one() {
    let simulator = cluster();
    let mut desk = Desk::new();
    desk.env.push(("PVE_SECRET", CANARY.to_owned()));
    let folder = desk.path("ansible");
    std::fs::create_dir_all(folder.join("host_vars")).unwrap();
    std::fs::create_dir_all(folder.join("group_vars/all")).unwrap();
    let inventory = "[hypervisors]\nhyper1 ansible_host=192.0.2.11\npve2\n[web]\nshop ansible_host=10.0.0.7 ansible_become_password=";
    std::fs::write(folder.join("hosts"), format!("{inventory}{CANARY}\n")).unwrap();
    std::fs::write(
        folder.join("group_vars/all/login.yml"),
        "ansible_user: ops\n",
    )
    .unwrap();
    std::fs::write(
        folder.join("host_vars/shop.yml"),
        format!("ansible_port: 2222\napi_token: {CANARY}\n"),
    )
    .unwrap();
    std::fs::write(desk.path("lab.tfstate"), state()).unwrap();

    let source = simulator.url().replace("https://", "pve://");
    let all = [
        source.as_str(),
        "ansible",
        "lab.tfstate",
        "--token",
        "holdfast@pve!observe",
        "--secret",
        "env:PVE_SECRET",
        "--fingerprint",
        simulator.fingerprint(),
    ];
    let (ran, shown) = desk.import(&all);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_eq!(shown["drift"], json!([]), "{shown:#}");
    // Nodes pve1 (by address) and pve9 (of the state alone), pve2 as its cluster knows it, and the shop.
    assert_eq!(shown["new"], json!({"host": 4, "cluster": 1, "guest": 3}));
    let open = said(&shown, "undecided");
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(
        open[0].starts_with("pve2: two machines have this name")
            && open[0].ends_with("--same pve2"),
        "{open:?}"
    );

    let (ran, written) = desk.import(&[&all[..], &["--same", "pve2", "--write"]].concat());
    assert_eq!(
        (ran.code, &written["drift"]),
        (0, &json!([])),
        "{written:#}"
    );
    let left = said(&written, "left-out");
    assert!(
        left.iter()
            .any(|s| s.starts_with("guest gone: lab.tfstate remembers it")),
        "{left:?}"
    );
    desk.is_valid();
    let machines = desk.read("lab/machines.yaml");
    for line in [
        "\n    reach: {ssh: 192.0.2.11, user: ops}\n",
        "\n    reach: {ssh: pve2, user: ops}\n",
        "\n  shop: # ansible/hosts (web)\n    os: unknown\n    reach: {ssh: 10.0.0.7, user: ops, port: 2222}\n",
        "\n  pve9: # lab.tfstate\n    os: proxmox-ve\n    reach: unknown",
        "\n    members: [pve1, pve2]\n",
    ] {
        assert!(machines.contains(line), "{line}: {machines}");
    }
    let guests = desk.read("lab/guests.yaml");
    assert!(
        guests.contains("  web: {kind: vm, on: main, id: 100, ")
            && guests.contains("  far: {kind: vm, on: pve9, id: 100, "),
        "{guests}"
    );

    let before = desk.files();
    let (_, again) = desk.import(&[
        source.as_str(),
        "ansible",
        "lab.tfstate",
        "--same",
        "pve2",
        "--write",
    ]);
    assert_eq!(again["new"], json!({}), "{again:#}");
    assert_eq!(desk.files(), before);
    let ours =
        |p: &std::path::PathBuf| p.starts_with(desk.lab()) || p.starts_with(desk.path("data"));
    assert!(!desk.holding(CANARY).iter().any(ours));
    assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY));
}

#[test]
fn files_that_cannot_be_read_are_told_with_the_place() {
    let desk = Desk::new();
    let write = |name: &str, text: &[u8]| std::fs::write(desk.path(name), text).unwrap();
    write("cut.tfstate", &state().as_bytes()[..200]);
    write("circle.ini", b"[a:children]\nb\n[b:children]\na\n");
    write("script", b"#!/bin/sh\necho '{}'\n");
    write("vault.yml", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n");
    write("bytes.ini", b"web\n\xff\xfe\n");
    let large = std::fs::File::create(desk.path("large.tfstate")).unwrap();
    large.set_len(100 << 20).unwrap();
    std::os::unix::net::UnixListener::bind(desk.path("socket")).unwrap();
    for (source, want) in [
        (
            "cut.tfstate",
            "cut.tfstate:1: the text ends too early: the state is cut off",
        ),
        (
            "circle.ini",
            "circle.ini: the group 'a' is below itself: a > b > a",
        ),
        ("script", "script is a program, and import runs none"),
        ("vault.yml", "vault.yml is vaulted"),
        ("bytes.ini", "bytes.ini is not UTF-8 text: byte 4 is wrong"),
        (
            "large.tfstate",
            "large.tfstate has 104857600 bytes, at most 33554432 are read",
        ),
        ("socket", "socket is neither a file nor a folder"),
        ("nowhere", "cannot look at nowhere"),
        ("https://lab", "'https://lab' is no source"),
    ] {
        let ran = desk.run(&["import", source, "--into", "lab", "--write"]);
        assert_eq!(ran.code, 2, "{source}: {ran:?}");
        assert!(ran.stderr.contains(want), "{source}: {ran:?}");
    }
    assert!(!desk.lab().exists());
    // A tree that is not valid is not joined.
    std::fs::create_dir_all(desk.lab()).unwrap();
    std::fs::write(
        desk.lab().join("holdfast.yaml"),
        "format: 1\nlab: x\nhosts: {a: {reach: nowhere}}\n",
    )
    .unwrap();
    write("good.ini", b"web ansible_host=10.0.0.1\n");
    let ran = desk.run(&["import", "good.ini", "--into", "lab", "--write"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("the declaration in lab is not valid"),
        "{ran:?}"
    );
}
