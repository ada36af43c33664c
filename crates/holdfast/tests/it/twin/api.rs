//! The API of Proxmox VE in a twin: what it is told is done to machines, what machines do it tells, and what goes wrong with it.

use super::Up;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A client of the API, without anything of ours: `WORD…` after the address, the token and the password is done one after the other.
const CLIENT: &str = "
import json, ssl, sys, time, urllib.parse as parse, urllib.request as request
base, token, password = sys.argv[1:4]
context = ssl._create_unverified_context()
def call(method, path, headers, data=None):
    form = parse.urlencode(data).encode() if data is not None else None
    asked = request.Request(base + '/api2/json' + path, method=method, data=form, headers=headers)
    try:
        with request.urlopen(asked, context=context, timeout=30) as answer: return answer.status, json.load(answer)['data']
    except request.HTTPError as refused: return refused.code, refused.reason
token = {'Authorization': 'PVEAPIToken=holdfast@pve!twin=' + token}
_, ticket = call('POST', '/access/ticket', {}, {'username': 'root@pam', 'password': password})
cookie = {'Cookie': 'PVEAuthCookie=' + ticket['ticket']}
root = dict(cookie, CSRFPreventionToken=ticket['CSRFPreventionToken'])
place = '/nodes/pve1/qemu/202/status/'
def tell(what, text): print(what + '=' + str(text), flush=True)
def now(): return call('GET', place + 'current', token)[1]['status']
tell('nobody', call('GET', '/nodes', {})[0])
tell('token', call('POST', place + 'stop', token, {})[0])
tell('forged', call('POST', place + 'stop', cookie, {})[0])
tell('before', now())
for verb in sys.argv[4:]:
    _, upid = call('POST', place + verb, root, {})
    task = '/nodes/pve1/tasks/' + parse.quote(upid)
    while call('GET', task + '/status', token)[1]['status'] == 'running': time.sleep(0.05)
    log = call('GET', task + '/log', token)[1]
    tell(verb, upid.split(':')[5] + ' ' + call('GET', task + '/status', token)[1]['exitstatus'] + ' ' + log[-1]['t'] + ' ' + now())
";

/// What the client says when it asks from a place in the twin.
fn client(up: &Up, verbs: &[&str]) -> BTreeMap<String, String> {
    let status = up.run(&["twin", "status", "--json"]).json();
    let api = &status["interfaces"][0];
    let secret = |key: &str| std::fs::read_to_string(api[key].as_str().unwrap()).unwrap();
    let (token, password) = (secret("token_secret_file"), secret("root_password_file"));
    let inside = api["inside"][0].as_str().unwrap();
    assert_eq!(inside, "https://10.10.10.11:8006");
    let mut words = vec!["twin", "exec", "@lan", "--", "python3", "-c", CLIENT];
    words.extend([inside, &token, &password]);
    words.extend(verbs);
    let said = up.ok(&words);
    let lines = said.lines().filter_map(|l| l.split_once('='));
    lines.map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

fn machine(up: &Up, name: &str) -> String {
    let status = up.run(&["twin", "status", "--json"]).json();
    let machines = status["machines"].as_array().unwrap().iter();
    let mut found = machines.filter(|m| m["name"] == name);
    found.next().unwrap()["health"].as_str().unwrap().to_owned()
}

/// The process that answers, as the machine below knows it.
pub(super) fn process(place: &Path) -> PathBuf {
    let text = std::fs::read(place.join("pve1/server.json")).unwrap();
    let who: serde_json::Value = serde_json::from_slice(&text).unwrap();
    Path::new("/proc").join(who["pid"].to_string())
}

/// Whether it runs: one that has ended and that nobody waited for has no arguments any more.
pub(super) fn answers(process: &Path) -> bool {
    let arguments = std::fs::read_to_string(process.join("cmdline"));
    arguments.is_ok_and(|a| a.contains("serve-api"))
}

/// By the router, from another zone; what may not be asked is refused, and what is done is done to the machine.
pub(super) fn drives_the_machines(up: &Up) {
    let said = client(up, &["reboot", "shutdown"]);
    let wanted = [
        ("nobody", "401"),
        ("token", "403"),
        ("forged", "401"),
        ("before", "running"),
        ("reboot", "qmreboot OK TASK OK running"),
        ("shutdown", "qmshutdown OK TASK OK stopped"),
    ];
    let wanted: BTreeMap<String, String> = wanted.map(|(k, v)| (k.into(), v.into())).into();
    assert_eq!(said, wanted);
    assert_eq!(machine(up, "k3s-w1"), "stopped");
    let said = client(up, &["start"]);
    assert_eq!(said["before"], "stopped");
    assert_eq!(said["start"], "qmstart OK TASK OK running");
    assert_ne!(machine(up, "k3s-w1"), "stopped");
    // And the other way round.
    up.ok(&["twin", "fault", ".", "stop", "k3s-w1"]);
    assert_eq!(client(up, &[])["before"], "stopped");
    up.ok(&["twin", "fault", ".", "clear"]);
    assert_eq!(client(up, &[])["before"], "running");
}

/// The rules judge what the twin's own interface told, whatever the lab says of one.
fn judged(up: &Up) {
    let check = up.run(&["check", ".", "--on", "twin", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let found = said.as_array().or(said["diagnostics"].as_array()).unwrap();
    let of = |code: &str| -> Vec<&serde_json::Value> {
        found.iter().filter(|d| d["code"] == code).collect()
    };
    assert!(!of("guest-no-agent").is_empty(), "{}", check.all());
    let stale = of("obs-stale").into_iter().map(|d| &d["object"]);
    let stale: Vec<_> = stale.filter(|o| **o == "cluster/main").collect();
    assert_eq!(stale, [&serde_json::Value::Null; 0], "{}", check.all());
}

/// What is not told is unknown and never missing; what is told wrong differs; a node without power says nothing.
pub(super) fn faults(up: &Up) {
    let look = ["observe", "--on", "twin", "--cluster", "main"];
    let drift = ["drift", "--on", "twin", "--cluster", "main"];
    up.ok(&look);
    assert!(up.ok(&drift).starts_with("No drift"));
    judged(up);
    let config = "/nodes/pve1/qemu/202/config";
    for (fault, code, says) in [
        (
            &["api", "refuse", "/cluster/resources"][..],
            7,
            "could not be told",
        ),
        (
            &["api", "filter", "/cluster/resources"][..],
            7,
            "could not be told",
        ),
        (
            &["api", "lie", config, "/memory", "\"512\""][..],
            1,
            "memory 12GiB",
        ),
        (&["stop", "pve1"][..], 7, "could not be told"),
    ] {
        up.ok(&[&["twin", "fault", "."], fault].concat());
        let ran = up.run(&drift);
        assert_eq!(ran.code, code, "{fault:?}: {}", ran.all());
        assert!(ran.stdout.contains(says), "{fault:?}: {}", ran.all());
        assert!(!ran.stdout.contains("missing"), "{fault:?}: {}", ran.all());
        up.ok(&[&["twin", "fault", "."], fault, &["--clear"]].concat());
        assert!(up.ok(&drift).starts_with("No drift"), "{fault:?}");
    }
}
