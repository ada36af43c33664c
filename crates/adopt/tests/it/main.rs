//! Files of other tools, as they are found in labs, and damaged.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use adopt::ansible::{self, Form, Vars};
use adopt::{Found, Way, terraform};
use std::collections::BTreeMap;

/// `NAME USER@DESTINATION:PORT` of each host.
fn hosts(found: &Found) -> Vec<String> {
    let one = |m: &adopt::Machine| match &m.way {
        Some(Way::Local) => format!("{} local", m.name),
        Some(Way::Ssh {
            destination,
            user,
            port,
        }) => {
            let user = user.as_deref().unwrap_or("-");
            let port = port.map_or("-".to_owned(), |p| p.to_string());
            format!("{} {user}@{destination}:{port}", m.name)
        }
        None => m.name.clone(),
    };
    found.hosts.iter().map(one).collect()
}

fn told(found: &Found) -> Vec<String> {
    found
        .said
        .iter()
        .map(|s| format!("{}: {}: {}", s.what.word(), s.of, s.text))
        .collect()
}

fn vars(of: &[(&str, &str)]) -> BTreeMap<String, Vec<(String, String)>> {
    of.iter()
        .map(|(name, text)| {
            (
                (*name).to_owned(),
                vec![(format!("vars/{name}"), (*text).to_owned())],
            )
        })
        .collect()
}

const INI: &str = "
# a comment
jump ansible_connection=local
[web]
web[01:03].lan ansible_host=10.0.0.1 ansible_ssh_pass='hunter2 canary' # behind a comment
[db]
db-a ansible_host=10.0.0.9 ansible_port=2222
db-b ansible_host='{{ lookup(\"x\") }}'
win ansible_connection=winrm
[web:vars]
ansible_user=deploy
[prod:children]
web
db
[prod:vars]
ansible_user = ops
become_password=canary
";

const YAML: &str = "
all:
  vars: {ansible_user: root, ansible_become_password: !vault canary}
  hosts: {jump: {ansible_connection: local}}
  children:
    web: {hosts: {'web[01:02].lan': {ansible_host: 10.0.0.1}}, vars: {ansible_user: deploy}}
    db: {hosts: {db-a: {ansible_host: 10.0.0.9, ansible_port: 2222}}}
    empty:
";

#[test]
fn inventories_say_how_hosts_are_reached() {
    let found = ansible::read("hosts.ini", Form::Ini, INI, &Vars::default()).unwrap();
    let want = [
        "db-a ops@10.0.0.9:2222",
        "jump local",
        "web01.lan deploy@10.0.0.1:-",
        "web02.lan deploy@10.0.0.1:-",
        "web03.lan deploy@10.0.0.1:-",
    ];
    assert_eq!(hosts(&found), want);
    assert_eq!(
        told(&found),
        [
            "left-out: db-b: its address is a template, which only Ansible can fill in",
            "left-out: win: it is reached by 'winrm', and only ssh is known here",
            "hidden: hosts.ini: 9 variables named as secrets, not read",
        ]
    );
    let from: Vec<_> = found.hosts[0].from.iter().collect();
    assert_eq!(from, ["hosts.ini (prod, db)"]);
    assert!(!format!("{found:?}").contains("canary"));

    let beside = Vars {
        groups: vars(&[
            ("db", "ansible_user: dba\n"),
            ("web", "$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        ]),
        hosts: vars(&[
            ("db-a", "---\nansible_host: db.lan\napi_token: canary\n"),
            ("nobody", "ansible_host: x\n"),
        ]),
    };
    let found = ansible::read("hosts.yml", Form::Yaml, YAML, &beside).unwrap();
    let want = [
        "db-a dba@db.lan:2222",
        "jump local",
        "web01.lan deploy@10.0.0.1:-",
        "web02.lan deploy@10.0.0.1:-",
    ];
    assert_eq!(hosts(&found), want);
    assert!(told(&found).contains(&"hidden: hosts.yml: 1 vaulted files, not opened".to_owned()));
    assert!(!format!("{found:?}").contains("canary"));
}

#[test]
fn a_port_behind_a_host_is_that_of_its_ssh() {
    let ini = "web1:2222\nweb[2:3]:2222\ndb:2222 ansible_port=22\nplain\n";
    let found = ansible::read("i", Form::Ini, ini, &Vars::default()).unwrap();
    let want = [
        "db -@db:22",
        "plain -@plain:-",
        "web1 -@web1:2222",
        "web2 -@web2:2222",
        "web3 -@web3:2222",
    ];
    assert_eq!(hosts(&found), want);
    let yaml = "all: {hosts: {'web1:2222': {ansible_user: ops}}}\n";
    let found = ansible::read("i", Form::Yaml, yaml, &Vars::default()).unwrap();
    assert_eq!(hosts(&found), ["web1 ops@web1:2222"]);
}

#[test]
fn inventories_that_are_damaged_say_where() {
    let deep = (0..60)
        .map(|n| format!("{}g{n}: {{children:\n", " ".repeat(0)))
        .collect::<String>();
    let rows: [(Form, &str, &str); 11] = [
        (
            Form::Ini,
            "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n",
            "i: the group 'a' is below itself: a > b > c > a",
        ),
        (
            Form::Ini,
            "[a:children]\na\n",
            "i: the group 'a' is below itself: a > a",
        ),
        (
            Form::Ini,
            "[a\nb\n",
            "i:1: the bracket of a group is not closed",
        ),
        (
            Form::Ini,
            "[a:x]\n",
            "i:1: 'x' is none of hosts, children and vars",
        ),
        (Form::Ini, "a\nb c\n", "i:2: 'c' is no KEY=VALUE"),
        (Form::Ini, "a x='b\n", "i:1: a quotation mark is not closed"),
        (
            Form::Ini,
            "a[1:4000000000]\n",
            "i:1: more than 10000 hosts are none of a homelab",
        ),
        (
            Form::Ini,
            "a[0:99][0:99][0:99]\n",
            "i:1: more than 10000 hosts are none of a homelab",
        ),
        (
            Form::Ini,
            "[v:vars]\nx\n",
            "i:2: a variable is written KEY=VALUE",
        ),
        (Form::Yaml, "all: [a]\n", "i: the group 'all' is no map"),
        (Form::Yaml, "all: {hosts: {a: {x: 1}", "i:1:"),
    ];
    for (form, text, want) in rows {
        let said = ansible::read("i", form, text, &Vars::default()).unwrap_err();
        assert!(said.starts_with(want), "{text}: {said}");
    }
    assert!(ansible::read("i", Form::Yaml, &deep, &Vars::default()).is_err());
    let hostile = "\u{1b}[31mred ansible_host=-oProxyCommand=x\nok ansible_user='x; rm -rf'\nport ansible_port=99999\n";
    let found = ansible::read("i", Form::Ini, hostile, &Vars::default()).unwrap();
    assert_eq!(hosts(&found), ["ok -@ok:-"]);
    assert_eq!(told(&found).len(), 3, "{:?}", told(&found));
    assert!(!told(&found).concat().contains('\u{1b}'));
}

const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "resources": [
  {"mode": "data", "type": "proxmox_virtual_environment_nodes", "name": "all", "instances": [{"attributes": {}}]},
  {"mode": "managed", "type": "proxmox_virtual_environment_vm", "name": "web", "instances": [{"sensitive_attributes": [[{"type": "get_attr", "value": "initialization"}]], "attributes": {
    "name": "web", "node_name": "pve1", "vm_id": 100, "cpu": [{"cores": 2, "sockets": 2}], "memory": [{"dedicated": 4096}], "on_boot": true, "template": false,
    "smbios": [{"uuid": "5D1C6F0E-0000-4000-8000-000000000064"}], "network_device": [{"mac_address": "bc:24:11:00:00:64"}],
    "disk": [{"interface": "scsi0", "datastore_id": "local-lvm", "size": 32}], "initialization": [{"user_account": [{"password": "canary"}]}]}}]},
  {"mode": "managed", "type": "proxmox_virtual_environment_container", "name": "dns", "instances": [{"attributes": {
    "node_name": "pve1", "vm_id": 101, "initialization": [{"hostname": "dns"}], "cpu": [{"cores": 1}], "memory": [{"dedicated": 256, "swap": 0}],
    "start_on_boot": true, "unprivileged": true, "operating_system": [{"type": "debian"}], "disk": [{"datastore_id": "local-lvm", "size": 8}]}}]},
  {"mode": "managed", "type": "proxmox_vm_qemu", "name": "old", "instances": [{"index_key": 0, "attributes": {"name": "old-0", "target_node": "pve2", "vmid": 200, "cores": 2, "sockets": 1, "memory": 2048, "onboot": false, "cipassword": "canary"}},
    {"index_key": 1, "attributes": {"target_node": "pve2"}}]},
  {"mode": "managed", "type": "proxmox_lxc", "name": "ct", "instances": [{"attributes": {"hostname": "ct", "target_node": "pve2", "vmid": 201, "cores": 1, "memory": 512, "swap": 512, "rootfs": [{"storage": "local-lvm", "size": "8G"}]}}]},
  {"mode": "managed", "type": "docker_container", "name": "app", "instances": [{"attributes": {"name": "app", "image": "x", "env": ["DB_PASSWORD=canary"]}}]},
  {"mode": "managed", "type": "random_password", "name": "p", "instances": [{"attributes": {"result": "canary"}}]}
]}"#;

#[test]
fn states_tell_of_guests_and_of_nothing_that_is_sensitive() {
    let found = terraform::read("s", STATE).unwrap();
    let guests: Vec<String> = found
        .guests
        .iter()
        .map(|g| {
            format!(
                "{} {} {:?} {:?} {:?} {:?}",
                g.name,
                g.node,
                g.id,
                g.cores,
                g.memory.map(|m| m >> 20),
                g.autostart
            )
        })
        .collect();
    assert_eq!(
        guests,
        [
            "web pve1 Some(100) Some(4) Some(4096) Some(true)",
            "dns pve1 Some(101) Some(1) Some(256) Some(true)",
            "old-0 pve2 Some(200) Some(2) Some(2048) Some(false)",
            "ct pve2 Some(201) Some(1) Some(512) None",
        ]
    );
    assert_eq!(
        found.guests[0].smbios.as_deref(),
        Some("5d1c6f0e-0000-4000-8000-000000000064")
    );
    assert_eq!(
        told(&found),
        [
            "left-out: proxmox_vm_qemu.old: it has no name or no node",
            "left-out: s: 1 × docker_container: containers without a Compose project have no place in the tree yet",
            "left-out: s: 1 × random_password: resources of this type are not understood",
            "hidden: s: 1 sensitive attributes, not read",
        ]
    );
    assert!(!format!("{found:?}").contains("canary"));
}

#[test]
fn states_that_are_damaged_say_where() {
    let cut = &STATE[..STATE.len() / 2];
    let rows = [
        (
            cut.to_owned(),
            "the text ends too early: the state is cut off",
        ),
        ("{\"version\": 4,\n x}".to_owned(), "s:2: it is not JSON"),
        (
            "{\"version\": 3, \"modules\": []}".to_owned(),
            "s: it is a state of version 3; version 4 is read",
        ),
        (
            "{\"plugins\": []}".to_owned(),
            "s: it is no state of Terraform: it has no version",
        ),
        ("{\"version\": 4}".to_owned(), "it has no resources"),
        (
            "{\"encrypted_data\": \"x\", \"version\": 4}".to_owned(),
            "s: the state is encrypted",
        ),
        (
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            "s:1: it is not JSON",
        ),
    ];
    for (text, want) in rows {
        let said = terraform::read("s", &text).unwrap_err();
        assert!(said.contains(want), "{said}");
    }
    // Values of the wrong type are values that nobody gave.
    let odd = STATE
        .replace("\"vm_id\": 100", "\"vm_id\": {}")
        .replace("[{\"dedicated\": 4096}]", "7");
    let found = terraform::read("s", &odd).unwrap();
    assert_eq!((found.guests[0].id, found.guests[0].memory), (None, None));
}
