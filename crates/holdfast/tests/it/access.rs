//! The first contact with a host, and the login that may only look, made by the commands that are printed.

use crate::ran::Ran;
use crate::rig::Rig;
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

const PRINT: &str = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2";

fn fails(ran: &Ran, code: i32, says: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.all());
    for what in says {
        assert!(ran.all().contains(what), "{what}: {}", ran.all());
    }
}

/// Completeness by kind, and the errors, of an observation.
fn seen(rig: &Rig) -> (BTreeMap<String, bool>, Vec<String>) {
    let ran = rig.run(&["observe", rig.lab(), "--on", "real", "--json"]);
    let web = &ran.json()["targets"]["web"];
    let kinds = web["collections"].as_object().unwrap().iter();
    // What an engine tells holds the environments of containers, and is not for a login that only looks.
    let kinds = kinds.filter(|(kind, _)| !kind.starts_with("docker-"));
    let kinds = kinds.map(|(kind, c)| (kind.clone(), c.get("yes").is_some()));
    let errors = web["errors"].as_array().unwrap().iter();
    let errors = errors.map(|e| e.as_str().unwrap().to_owned());
    (kinds.collect(), errors.collect())
}

#[test]
fn from_the_first_contact_to_a_login_that_only_looks() {
    let rig = Rig::declared();
    a_host_is_met_by_comparing_its_key(&rig);
    let (whole, errors) = seen(&rig);
    assert_eq!(errors, [""; 0]);
    the_printed_commands_make_a_login_that_sees_as_much(&rig, &whole);
}

fn a_host_is_met_by_comparing_its_key(rig: &Rig) {
    let known = rig.host.known_hosts();
    std::fs::write(&known, "").unwrap();
    let print = rig.host.exec_sh(PRINT).unwrap().trim().to_owned();
    let trust = |more: &[&str]| {
        let mut words = vec![
            "access",
            "trust",
            rig.lab(),
            "--on",
            "real",
            "--host",
            "web",
        ];
        words.extend(more);
        rig.run(&words)
    };
    let listed = || std::fs::read_to_string(&known).unwrap();

    let looked = rig.run(&["observe", rig.lab(), "--on", "real"]);
    fails(&looked, 7, &["unreachable", "access trust", "--host web"]);
    // Nobody is there to compare, or what was compared is something else.
    fails(&trust(&[]), 4, &[&print, "ssh-keygen -lf", "--host-key"]);
    let other = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
    fails(&trust(&["--host-key", other]), 4, &[&print, other]);
    let declare = |key: &str| {
        rig.edit("lab/hosts.yaml", |t| {
            let line = t.lines().find(|l| l.contains("reach:")).unwrap();
            let reach = format!("    reach: {{ssh: web, user: admin, host_key: '{key}'}}");
            t.replace(line, &reach)
        });
    };
    declare(other);
    fails(&trust(&[]), 4, &[&print, other]);
    assert_eq!(listed(), "", "nothing is trusted on first use");

    // A person says no, then yes.
    rig.edit("lab/hosts.yaml", |t| {
        t.replace(&format!(", host_key: '{other}'"), "")
    });
    for (answer, ends) in [("n", "nothing was done"), ("y", "added to")] {
        let mut command = rig.command(&["access", "trust", rig.lab(), "--on", "real"]);
        command.stdin(std::process::Stdio::inherit());
        let mut session = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
        session.exp_string(&print).unwrap();
        session.exp_string("Is it the same? [y/N]").unwrap();
        session.send_line(answer).unwrap();
        session.exp_string(ends).unwrap();
        session.exp_eof().unwrap();
    }
    assert_eq!(listed().lines().count(), 1, "{}", listed());
    assert_eq!(trust(&[]).code, 0);
    assert_eq!(listed().lines().count(), 1, "known hosts are left alone");

    // What the lab declares needs nobody, and another machine at the address is none of the lab's.
    std::fs::write(&known, "").unwrap();
    declare(&print);
    fails(&trust(&[]), 0, &["added to"]);
    assert_eq!(seen(rig).1, [""; 0]);
    declare(other);
    let stranger = rig.run(&["observe", rig.lab(), "--on", "real"]);
    fails(
        &stranger,
        7,
        &["another machine answers", "the lab declares", other],
    );
    declare(&print);
}

/// Runs commands as the user who copies them, with ssh led to the rig's host.
fn typed(rig: &Rig, commands: &[&str]) {
    let bin = rig.path("bin");
    let ssh = rig.path("home/.ssh");
    if !bin.exists() {
        std::fs::create_dir_all(&bin).unwrap();
        std::fs::create_dir_all(&ssh).unwrap();
        symlink(env!("CARGO_BIN_EXE_holdfast"), bin.join("holdfast")).unwrap();
        let shim = format!(
            "#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n",
            rig.host.ssh_config().display()
        );
        std::fs::write(bin.join("ssh"), shim).unwrap();
        std::fs::set_permissions(bin.join("ssh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for command in commands {
        let mut sh = Command::new("sh");
        sh.args(["-euc", command])
            .env("PATH", &path)
            .env("HOME", rig.path("home"));
        let ran = sh.stdin(std::process::Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{command}: {said}");
    }
}

fn the_printed_commands_make_a_login_that_sees_as_much(rig: &Rig, whole: &BTreeMap<String, bool>) {
    // The owner's way in as root.
    rig.host
        .exec_sh("install -D -m 600 /home/admin/.ssh/authorized_keys /root/.ssh/authorized_keys")
        .unwrap();
    let printed = rig.run(&["access", rig.lab(), "--json"]).json();
    let steps = printed[0]["steps"].as_array().unwrap();
    let commands = |at: usize| -> Vec<&str> {
        let all = steps[at]["commands"].as_array().unwrap().iter();
        all.map(|c| c.as_str().unwrap()).collect()
    };
    for command in commands(0) {
        rig.host.exec_sh(command).unwrap();
    }
    let is_observe =
        |c: &&&str| c.starts_with("holdfast observe") || c.starts_with("holdfast access trust");
    let here = commands(1);
    let before: Vec<&str> = here.iter().filter(|c| !is_observe(c)).copied().collect();
    typed(rig, &before);
    // What was printed into the user's own configuration, into the rig's.
    let own = std::fs::read_to_string(rig.path("home/.ssh/config")).unwrap();
    let own = own.replace("~/", &format!("{}/", rig.path("home").display()));
    let config = rig.host.ssh_config();
    let all = own + &std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, all).unwrap();
    rig.edit("lab/hosts.yaml", |t| {
        t.replace("user: admin", "user: holdfast-observe")
    });

    let (kinds, errors) = seen(rig);
    assert_eq!(errors, [""; 0]);
    assert_eq!(kinds, *whole);
    // It can look and nothing else.
    let plan = rig.apply(&[]);
    assert_ne!(plan.code, 0, "{}", plan.all());
    let sudo = rig
        .host
        .exec_sh("runuser -u holdfast-observe -- sudo -n id 2>&1 || :");
    assert!(!sudo.unwrap().contains("uid="));

    // The script of another version is not run; what the message names makes it right.
    rig.host
        .exec_sh("echo '# older' >> /usr/local/lib/holdfast/observe")
        .unwrap();
    let (kinds, errors) = seen(rig);
    assert!(
        errors[0].contains("is another one than this version's"),
        "{errors:?}"
    );
    for kind in ["sudoer", "key", "sshd", "user", "listener"] {
        assert_eq!(kinds.get(kind), Some(&false), "{kind}");
    }
    typed(
        rig,
        &before
            .iter()
            .filter(|c| c.contains("access script"))
            .copied()
            .collect::<Vec<_>>(),
    );
    assert_eq!(seen(rig), (whole.clone(), Vec::new()));

    for command in commands(2) {
        rig.host.exec_sh(command).unwrap();
    }
    let left = rig
        .host
        .exec_sh("ls /usr/local/lib /etc/sudoers.d; getent passwd holdfast-observe || :");
    assert!(!left.unwrap().contains("holdfast"));
}
