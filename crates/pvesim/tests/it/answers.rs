//! Tickets, tasks, locks, quorum, errors: what the product's users know it by.

use pvesim::{Answer, Asked, Caller, Machines, Method, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PASSWORD: &str = "a long password of root";

fn asked(method: Method, path: &str, args: &[(&str, &str)], caller: Caller) -> Asked {
    Asked {
        method,
        path: path.to_owned(),
        args: args
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        caller,
    }
}

fn token() -> Caller {
    Caller::Token {
        name: "holdfast@pve!example".to_owned(),
        secret: "example".to_owned(),
    }
}

fn ask(state: &mut State, method: Method, path: &str, args: &[(&str, &str)]) -> Answer {
    state.answer(&asked(method, path, args, token()))
}

fn get(state: &mut State, path: &str) -> Value {
    let answer = ask(state, Method::Get, path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.reason);
    answer.body["data"].clone()
}

/// Begins something that takes time.
fn begin(state: &mut State, path: &str, args: &[(&str, &str)]) -> String {
    let answer = ask(state, Method::Post, path, args);
    assert_eq!(answer.status, 200, "{path}: {}", answer.reason);
    answer.body["data"].as_str().unwrap().to_owned()
}

#[test]
fn who_gives_a_password_needs_a_ticket_and_for_changes_a_second_text() {
    let mut state = State::example();
    state.access.users.get_mut("root@pam").unwrap().tfa.clear();
    let login = |password| {
        asked(
            Method::Post,
            "/access/ticket",
            &[("username", "root@pam"), ("password", password)],
            Caller::Nobody,
        )
    };
    assert_eq!(state.answer(&login("guessed")).status, 401);
    let given = state.answer(&login(PASSWORD)).body["data"].clone();
    let ticket = |csrf: Option<&str>| Caller::Ticket {
        ticket: given["ticket"].as_str().unwrap().to_owned(),
        csrf: csrf.map(str::to_owned),
    };
    let csrf = given["CSRFPreventionToken"].as_str().unwrap().to_owned();
    let stop = "/nodes/pve1/qemu/100/status/stop";
    let rows = [
        (Method::Get, "/version", Caller::Nobody, (401, "No ticket")),
        (Method::Get, "/version", ticket(None), (200, "OK")),
        (
            Method::Post,
            stop,
            ticket(None),
            (401, "Permission denied - invalid csrf token"),
        ),
        (
            Method::Post,
            stop,
            ticket(Some("guessed")),
            (401, "Permission denied - invalid csrf token"),
        ),
        (Method::Post, stop, ticket(Some(&csrf)), (200, "OK")),
    ];
    for (method, path, caller, (status, reason)) in rows {
        let answer = state.answer(&asked(method, path, &[], caller));
        assert_eq!(
            (answer.status, answer.reason.as_str()),
            (status, reason),
            "{path}"
        );
    }
    state.access.expire_tickets();
    let answer = state.answer(&asked(Method::Get, "/version", &[], ticket(None)));
    assert_eq!(
        (answer.status, answer.reason.as_str()),
        (401, "permission denied - invalid PVE ticket")
    );
}

#[test]
fn a_second_factor_stands_between_a_password_and_a_ticket() {
    let mut state = State::example();
    let login = asked(
        Method::Post,
        "/access/ticket",
        &[("username", "root@pam"), ("password", PASSWORD)],
        Caller::Nobody,
    );
    let given = state.answer(&login).body["data"].clone();
    assert_eq!(given["NeedTFA"], 1);
    let caller = Caller::Ticket {
        ticket: given["ticket"].as_str().unwrap().to_owned(),
        csrf: None,
    };
    assert_eq!(
        state
            .answer(&asked(Method::Get, "/version", &[], caller))
            .status,
        401
    );
}

#[test]
fn tasks_run_by_the_virtual_clock_and_leave_a_log() {
    let mut state = State::example();
    let upid = begin(&mut state, "/nodes/pve1/qemu/100/status/shutdown", &[]);
    let status = format!("/nodes/pve1/tasks/{upid}/status");
    assert!(
        upid.starts_with("UPID:pve1:") && upid.contains(":qmshutdown:100:"),
        "{upid}"
    );
    for (seconds, word, exit, guest) in [
        (0, "running", Value::Null, "running"),
        (19, "running", Value::Null, "running"),
        (1, "stopped", json!("OK"), "stopped"),
    ] {
        state.pass(seconds);
        let task = get(&mut state, &status);
        assert_eq!(
            (&task["status"], &task["exitstatus"]),
            (&json!(word), &exit),
            "after {seconds}"
        );
        assert_eq!(
            get(&mut state, "/nodes/pve1/qemu/100/status/current")["status"],
            guest
        );
    }
    let log = get(&mut state, &format!("/nodes/pve1/tasks/{upid}/log"));
    assert_eq!(log[1], json!({"n": 2, "t": "TASK OK"}));
}

#[test]
fn what_is_worked_on_is_locked() {
    let mut state = State::example();
    begin(
        &mut state,
        "/nodes/pve1/vzdump",
        &[("vmid", "100"), ("storage", "nas")],
    );
    let answer = ask(
        &mut state,
        Method::Post,
        "/nodes/pve1/qemu/100/status/stop",
        &[],
    );
    assert_eq!(
        (answer.status, answer.reason.as_str()),
        (500, "VM is locked (backup)")
    );
    assert_eq!(
        get(&mut state, "/nodes/pve1/qemu/100/config")["lock"],
        "backup"
    );
    let before = get(&mut state, "/nodes/pve1/storage/nas/content")
        .as_array()
        .unwrap()
        .len();
    state.pass(60);
    let after = get(&mut state, "/nodes/pve1/storage/nas/content");
    assert_eq!(after.as_array().unwrap().len(), before + 1);
    begin(&mut state, "/nodes/pve1/qemu/100/status/stop", &[]);
}

#[test]
fn a_machine_that_does_not_start_makes_its_task_fail() {
    struct Broken;
    impl Machines for Broken {
        fn start(&mut self, _: u32) -> Result<(), String> {
            Err("start failed: QEMU exited with code 1".to_owned())
        }
        fn stop(&mut self, _: u32, _: bool) -> Result<(), String> {
            Ok(())
        }
    }
    let mut state = State::example();
    state.machines = Box::new(Broken);
    state.guests.get_mut(&100).unwrap().running = false;
    begin(&mut state, "/nodes/pve1/qemu/100/status/start", &[]);
    state.pass(10);
    let failed = ask(
        &mut state,
        Method::Get,
        "/nodes/pve1/tasks",
        &[("errors", "1")],
    )
    .body["data"]
        .clone();
    assert_eq!(failed[0]["status"], "start failed: QEMU exited with code 1");
    assert!(!state.guests[&100].running);
}

#[test]
fn errors_have_the_shapes_that_clients_know() {
    type Change = fn(&mut State);
    let nothing: Change = |_| {};
    let rows: &[(Change, Method, &str, &[(&str, &str)], u16, &str)] = &[
        (
            nothing,
            Method::Get,
            "/nodes/pve7/status",
            &[],
            500,
            "hostname lookup 'pve7' failed - failed to get address info for: pve7: Name or service not known",
        ),
        (
            nothing,
            Method::Get,
            "/nodes/pve1/qemu/999/config",
            &[],
            500,
            "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist",
        ),
        (
            nothing,
            Method::Get,
            "/version",
            &[("more", "1")],
            400,
            "Parameter verification failed.",
        ),
        (
            nothing,
            Method::Post,
            "/nodes/pve1/qemu/100/snapshot",
            &[],
            400,
            "Parameter verification failed.",
        ),
        (
            nothing,
            Method::Get,
            "/nowhere",
            &[],
            501,
            "Method 'GET /nowhere' not implemented",
        ),
        (
            |s| s.nodes.get_mut("pve2").unwrap().online = false,
            Method::Get,
            "/nodes/pve2/status",
            &[],
            595,
            "No route to host",
        ),
        (
            |s| s.nodes.values_mut().skip(1).for_each(|n| n.online = false),
            Method::Post,
            "/nodes/pve1/qemu/100/status/stop",
            &[],
            500,
            "cluster not ready - no quorum?",
        ),
        (
            |s| s.access.acl.clear(),
            Method::Get,
            "/cluster/status",
            &[],
            403,
            "Permission check failed (/, Sys.Audit)",
        ),
        (
            |s| s.access.users.get_mut("holdfast@pve").unwrap().enabled = false,
            Method::Get,
            "/version",
            &[],
            401,
            "user 'holdfast@pve' is disabled",
        ),
        (
            |s| s.access.users.get_mut("holdfast@pve").unwrap().expires = 1,
            Method::Get,
            "/version",
            &[],
            401,
            "token expired",
        ),
        (
            |s| {
                drop(
                    s.access
                        .users
                        .get_mut("holdfast@pve")
                        .unwrap()
                        .tokens
                        .clear(),
                )
            },
            Method::Get,
            "/version",
            &[],
            401,
            "no such token 'example' for user 'holdfast@pve'",
        ),
    ];
    for (change, method, path, args, status, reason) in rows {
        let mut state = State::example();
        change(&mut state);
        let answer = ask(&mut state, *method, path, args);
        assert_eq!(
            (answer.status, answer.reason.as_str()),
            (*status, *reason),
            "{path}"
        );
        assert_eq!(answer.body["data"], Value::Null);
        assert_eq!(
            answer.body.get("errors").is_some(),
            *status == 400,
            "{path}"
        );
    }
}

#[test]
fn lists_are_shorter_for_who_may_see_less_and_the_answer_is_200() {
    let mut state = State::example();
    state.access.acl.clear();
    for path in [
        "/cluster/resources",
        "/nodes/pve1/qemu",
        "/nodes/pve1/storage",
        "/cluster/replication",
        "/nodes/pve1/tasks",
        "/access/acl",
        "/pools",
    ] {
        let list = get(&mut state, path);
        let mut list = list.as_array().unwrap().clone();
        list.retain(|row| row["type"] != "node");
        assert_eq!(list, Vec::<Value>::new(), "{path}");
    }
    let own = get(&mut state, "/access/users");
    assert_eq!(own.as_array().unwrap().len(), 1, "oneself is always seen");
    assert_eq!(get(&mut state, "/access/permissions"), json!({}));
}

#[test]
fn a_lab_becomes_what_it_declares() {
    let text = "
format: 1
lab: kelp
hosts: {pve1: {os: proxmox-ve, hardware: {cpu: {cores: 6, threads: 12}, memory: 64GiB}}, pve2: {os: proxmox-ve}}
clusters: {main: {kind: proxmox, members: [pve1, pve2]}}
pools: {fast: {kind: lvm-thin, on: pve1, usable: 400GB, used: 100GB}, shared: {kind: nfs, on: main, usable: 4TB}}
guests:
  web: {kind: vm, on: pve1, id: 100, cores: 4, memory: 4GiB, ha: true, disks: {root: {pool: fast, size: 32GiB}}}
  dns: {kind: lxc, on: pve2, id: 101, memory: 512MiB, swap: 0B}
";
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, said) = lang::analyze(&sources);
    assert!(said.is_empty(), "{said:?}");
    let mut state = State::of_lab(&lab, "main");
    state
        .access
        .add_token("holdfast@pve!example", "example", "/", "PVEAuditor");
    let web = get(&mut state, "/nodes/pve1/qemu/100/config");
    assert_eq!(
        (&web["cores"], &web["memory"], &web["scsi0"]),
        (
            &json!(4),
            &json!("4096"),
            &json!("fast:vm-100-disk-0,size=32G")
        )
    );
    let dns = get(&mut state, "/nodes/pve2/lxc/101/config");
    assert_eq!(
        (&dns["memory"], &dns["swap"], &dns["hostname"]),
        (&json!(512), &json!(0), &json!("dns"))
    );
    assert_eq!(get(&mut state, "/cluster/ha/resources")[0]["sid"], "vm:100");
    assert_eq!(
        get(&mut state, "/nodes/pve1/status")["memory"]["total"],
        64_u64 << 30
    );
    assert_eq!(
        get(&mut state, "/nodes/pve1/disks/lvmthin")[0]["used"],
        100_000_000_000_u64
    );
    let shared = get(&mut state, "/nodes/pve2/storage");
    assert_eq!(
        shared.as_array().unwrap().len(),
        1,
        "the other is on one node alone"
    );
    assert_eq!(
        get(&mut state, "/cluster/backup-info/not-backed-up")
            .as_array()
            .unwrap()
            .len(),
        2
    );
}
