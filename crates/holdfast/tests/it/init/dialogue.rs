//! The dialogue, on a real terminal.

use super::{command, files, put, run};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::path::Path;

/// What one host in a folder that is still to be made is not asked.
const NOT_ASKED: [starter::Key; 2] = [starter::Key::Storage, starter::Key::Compose];

/// A question that does not come within this time never comes.
const DEADLINE_MS: u64 = 60_000;

fn start(folder: &Path, flags: &[&str]) -> PtySession {
    let mut command = command(folder);
    // The session gives it its terminal.
    command.stdin(std::process::Stdio::inherit());
    command.args(["init", "lab"]).args(flags);
    spawn_command(command, Some(DEADLINE_MS)).unwrap()
}

/// Waits for a prompt and answers it; gives what was said before.
fn answer(session: &mut PtySession, prompt: &str, text: &str) -> String {
    let said = session.exp_string(prompt).unwrap();
    session.send_line(text).unwrap();
    said
}

fn code(session: &mut PtySession) -> i32 {
    session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_become_a_tree_and_bad_ones_are_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = start(folder.path(), &["--owner", "anna", "--firewall=no"]);
    answer(&mut s, "profile [one-host]: ", "one host");
    let said = answer(&mut s, "profile [one-host]: ", "one-host");
    assert!(said.contains("did you mean one-host?"), "{said}");
    answer(&mut s, "name [lab]: ", "");
    answer(&mut s, "host [server]: ", "pve=192.168.1.300");
    let said = answer(&mut s, "host [server]: ", "pve=192.168.1.11");
    assert!(
        said.contains("'192.168.1.300' is not an IPv4 or IPv6 address"),
        "{said}"
    );
    answer(&mut s, "os [unknown]: ", "debain");
    let said = answer(&mut s, "os [unknown]: ", "debian");
    assert!(said.contains("did you mean 'debian'?"), "{said}");
    answer(&mut s, "network [unknown]: ", "10.0.0.0/24");
    let said = answer(&mut s, "network [unknown]: ", "?");
    assert!(said.contains("is outside of network 'lan'"), "{said}");
    let said = answer(&mut s, "network [unknown]: ", "192.168.1.0/24");
    assert!(said.contains("e.g. 192.168.1.0/24"), "{said}");
    for prompt in ["gateway", "login", "memory", "disk"] {
        answer(&mut s, &format!("{prompt} [unknown]: "), "");
    }
    answer(&mut s, "data [unknown]: ", "photos=/srv/photos");
    for prompt in ["second", "away", "escrow"] {
        answer(&mut s, &format!("{prompt} [unknown]: "), "");
    }
    answer(&mut s, "rpo [24h]: ", "5x");
    answer(&mut s, "rpo [24h]: ", "12h");
    answer(&mut s, "rto [14d]: ", "1h");
    let said = answer(&mut s, "hours [unknown]: ", "");
    assert!(
        said.contains("will say: ") && said.contains("host 'pve' has to be bought anew"),
        "{said}"
    );
    answer(&mut s, "write [yes]: ", "rt");
    let said = answer(&mut s, "write [yes]: ", "rto");
    assert!(said.contains("did you mean rto?"), "{said}");
    answer(&mut s, "rto [1h]: ", "14d");
    assert!(!folder.path().join("lab").exists());
    answer(&mut s, "write [yes]: ", "");
    s.exp_string("no error, no warning").unwrap();
    assert_eq!(code(&mut s), 0);

    // The same by flags is the same tree.
    let flags = [
        "--owner=anna",
        "--host=pve=192.168.1.11",
        "--os=debian",
        "--network=192.168.1.0/24",
        "--data=photos=/srv/photos",
        "--rpo=12h",
    ];
    let other = tempfile::tempdir().unwrap();
    let arguments = [
        &["init", "lab", "--yes", "--profile", "one-host"][..],
        &flags,
    ]
    .concat();
    assert_eq!(run(other.path(), &arguments).code, 0);
    assert_eq!(
        files(&folder.path().join("lab")),
        files(&other.path().join("lab"))
    );
}

#[test]
fn compose_files_nearby_are_proposed() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "lab/photos/compose.yaml",
        "services: {web: {image: 'nginx:1.27'}}\n",
    );
    std::fs::rename(folder.path().join("lab"), folder.path().join("home")).unwrap();
    let mut command = command(folder.path());
    command.stdin(std::process::Stdio::inherit());
    let flags = "init home --profile nas --name x --owner x --host x --os debian --network unknown --gateway unknown --login unknown \
                 --memory unknown --disk unknown --data unknown --second unknown --away unknown --escrow unknown --rpo 24h --rto 14d --hours unknown";
    command.args(flags.split_whitespace());
    let mut s = spawn_command(command, Some(DEADLINE_MS)).unwrap();
    answer(&mut s, "compose [.]: ", "elsewhere");
    let said = answer(&mut s, "compose [.]: ", "");
    assert!(said.contains("there is no elsewhere"), "{said}");
    answer(&mut s, "firewall [no]: ", "yes");
    let said = answer(&mut s, "firewall [no]: ", "no");
    assert!(
        said.contains("the network, which is not known yet"),
        "{said}"
    );
    answer(&mut s, "write [yes]: ", "yes");
    assert_eq!(code(&mut s), 0);
    let text = std::fs::read_to_string(folder.path().join("home/lab/services.yaml")).unwrap();
    assert!(
        text.contains("photos: {file: photos/compose.yaml"),
        "{text}"
    );
}

#[test]
fn the_end_of_the_dialogue_leaves_nothing() {
    /// Ends a dialogue; whether it ended as it should.
    type Leave = fn(&mut PtySession) -> bool;
    let leave: [(&str, Leave); 4] = [
        ("ctrl-c", |s| {
            s.exp_string("name [lab]: ").unwrap();
            s.send_control('c').unwrap();
            s.exp_eof().unwrap();
            matches!(s.process().wait().unwrap(), WaitStatus::Signaled(..))
        }),
        ("end of input", |s| {
            s.exp_string("name [lab]: ").unwrap();
            s.send_control('d').unwrap();
            code(s) == 2
        }),
        ("no", |s| {
            for question in starter::QUESTIONS
                .iter()
                .filter(|q| !NOT_ASKED.contains(&q.key))
            {
                answer(s, &format!("{} [", question.flag), "");
            }
            answer(s, "write [yes]: ", "no");
            code(s) == 4
        }),
        ("ctrl-c at the end", |s| {
            for question in starter::QUESTIONS
                .iter()
                .filter(|q| !NOT_ASKED.contains(&q.key))
            {
                answer(s, &format!("{} [", question.flag), "");
            }
            s.exp_string("write [yes]: ").unwrap();
            s.send_control('c').unwrap();
            s.exp_eof().unwrap();
            matches!(s.process().wait().unwrap(), WaitStatus::Signaled(..))
        }),
    ];
    for (name, leave) in leave {
        let folder = tempfile::tempdir().unwrap();
        let mut s = start(folder.path(), &["--profile", "one-host"]);
        assert!(leave(&mut s), "{name}");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "{name}"
        );
    }
}

/// Nobody is asked for nothing.
#[test]
fn what_is_in_the_way_is_told_before_the_first_question() {
    let folder = tempfile::tempdir().unwrap();
    put(
        &folder.path().join("lab"),
        "holdfast.yaml",
        "format: 1\nlab: x\n",
    );
    let mut s = start(folder.path(), &["--profile", "one-host"]);
    s.exp_string("it is a lab tree already").unwrap();
    assert_eq!(code(&mut s), 4);
}
